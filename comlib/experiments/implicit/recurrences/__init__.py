"""Experiments of implicit/recurrences."""
