"""Experiments of remedies."""
