"""Experiments of the part on stable approximation."""
