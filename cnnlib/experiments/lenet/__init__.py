"""Experiments of the chapter on LeNet."""
