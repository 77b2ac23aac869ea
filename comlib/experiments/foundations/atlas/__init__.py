"""Experiments of foundations/atlas."""
