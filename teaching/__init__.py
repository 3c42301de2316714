"""Assignments on the chapters, and what builds and grades them."""
