"""Experiments of the chapter on convolution."""
