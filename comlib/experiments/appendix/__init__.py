"""Experiments of appendix."""
