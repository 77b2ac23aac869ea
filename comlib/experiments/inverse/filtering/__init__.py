"""Experiments of inverse/filtering."""
