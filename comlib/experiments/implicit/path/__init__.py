"""Experiments of implicit/path."""
