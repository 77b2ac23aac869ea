"""Experiments of linear/optimisers."""
