"""Experiments of linear/inverse."""
