"""Experiments of inverse/approximation."""
