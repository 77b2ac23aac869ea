"""Experiments of linear."""
