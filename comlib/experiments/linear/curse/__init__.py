"""Experiments of linear/curse."""
