"""Experiments of remedies/learning."""
