"""Experiments of implicit/tradeoff."""
