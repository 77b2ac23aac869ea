"""``python -m benchmarks``: the timings of the page on speed."""

from comlib.experiments.reference.speed.__main__ import main

if __name__ == "__main__":
    main()
