"""Experiments of the chapter on leaving the kernel regime."""
