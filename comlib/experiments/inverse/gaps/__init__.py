"""Experiments of inverse/gaps."""
