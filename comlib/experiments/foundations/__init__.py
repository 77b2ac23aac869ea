"""Experiments of foundations."""
