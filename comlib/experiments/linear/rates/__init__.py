"""Experiments of linear/rates."""
