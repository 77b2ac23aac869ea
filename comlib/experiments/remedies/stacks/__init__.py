"""Experiments of remedies/stacks."""
