"""Experiments on what subsampling loses."""
