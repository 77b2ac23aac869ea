"""Experiments of index."""
