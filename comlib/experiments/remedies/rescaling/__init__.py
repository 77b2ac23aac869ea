"""Experiments of remedies/rescaling."""
