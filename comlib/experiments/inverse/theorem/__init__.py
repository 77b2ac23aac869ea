"""Experiments of inverse/theorem."""
