"""Experiments of inverse/language."""
