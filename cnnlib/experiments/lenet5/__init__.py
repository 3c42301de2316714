"""Experiments of the chapter on LeNet-5."""
