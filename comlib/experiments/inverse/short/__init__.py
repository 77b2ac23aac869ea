"""Experiments of inverse/short."""
