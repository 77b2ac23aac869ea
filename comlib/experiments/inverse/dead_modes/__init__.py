"""Experiments of inverse/dead_modes."""
