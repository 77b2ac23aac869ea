"""Experiments of linear/margin."""
