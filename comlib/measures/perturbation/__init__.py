"""Perturbation errors: the ball, the search, certificates, brackets."""
