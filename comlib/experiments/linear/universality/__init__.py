"""Experiments of linear/universality."""
