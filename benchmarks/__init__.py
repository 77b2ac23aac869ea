"""Where ``python -m benchmarks`` finds ``comlib.experiments.reference.speed``."""
