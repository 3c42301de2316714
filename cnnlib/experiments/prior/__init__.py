"""Experiments on the prior that a convolution is."""
