"""Experiments of linear/training."""
