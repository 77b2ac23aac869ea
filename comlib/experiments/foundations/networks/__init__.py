"""Experiments of foundations/networks."""
