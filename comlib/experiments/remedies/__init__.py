"""Experiments of the part on remedies and the papers that followed."""
