"""Experiments of the chapter on equivariance."""
