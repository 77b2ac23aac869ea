"""Experiments of foundations/memory."""
