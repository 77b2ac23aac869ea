"""Experiments of foundations/functionals."""
