"""Experiments of the part on the implicit bias of linear networks."""
