"""Where ``python -m benchmarks`` finds ``comlib.benchmarks``."""
