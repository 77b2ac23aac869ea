"""Experiments of linear/duplicated."""
