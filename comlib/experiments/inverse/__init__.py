"""Experiments of inverse."""
