"""Experiments of inverse/nonlinear."""
