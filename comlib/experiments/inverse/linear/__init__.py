"""Experiments of inverse/linear."""
