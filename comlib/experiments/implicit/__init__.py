"""Experiments of the part on implicit bias."""
