"""Experiments of inverse/lessons."""
