"""Experiments of remedies/sensitivity."""
