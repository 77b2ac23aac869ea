"""Experiments of remedies/generalisation."""
