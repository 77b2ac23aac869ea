"""Experiments of implicit/bias."""
