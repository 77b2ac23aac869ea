"""Side by side timings of comlib and of what one would write without it.

``python -m benchmarks --help`` lists the options.
"""
