"""Experiments of the chapter on pooling."""
