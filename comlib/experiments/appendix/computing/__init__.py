"""Experiments of appendix/computing."""
