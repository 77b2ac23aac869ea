"""Experiments of linear/escape."""
