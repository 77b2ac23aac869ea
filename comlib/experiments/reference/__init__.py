"""Experiments of reference."""
