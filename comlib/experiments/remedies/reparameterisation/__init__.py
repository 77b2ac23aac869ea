"""Experiments of remedies.reparameterisation."""
