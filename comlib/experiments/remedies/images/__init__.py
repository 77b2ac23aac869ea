"""Experiments of remedies/images."""
