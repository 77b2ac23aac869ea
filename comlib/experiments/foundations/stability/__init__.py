"""Experiments of foundations/stability."""
