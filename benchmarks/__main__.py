"""``python -m benchmarks``: the timings of ``comlib.benchmarks``."""

from comlib.benchmarks.__main__ import main

if __name__ == "__main__":
    main()
