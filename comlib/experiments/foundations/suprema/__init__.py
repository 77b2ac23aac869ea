"""Experiments of foundations/suprema."""
