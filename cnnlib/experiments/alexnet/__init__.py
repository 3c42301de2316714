"""Experiments of the chapter on AlexNet."""
