"""Experiments of implicit/recordings."""
