"""Experiments of the chapter on learning."""
