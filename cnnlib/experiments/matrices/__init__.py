"""Experiments on convolutions as matrices, and on what shared weights save."""
