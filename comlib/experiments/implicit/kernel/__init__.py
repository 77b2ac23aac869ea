"""Experiments of implicit/kernel."""
