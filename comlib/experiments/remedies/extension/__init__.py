"""Experiments of remedies/extension."""
