"""Experiments of linear/dynamics."""
