"""Experiments of implicit."""
