"""Experiments of remedies/nonlinear."""
