"""Experiments of the chapter on the staircase of poles."""
