"""Experiments on AlexNet's ideas, one at a time."""
