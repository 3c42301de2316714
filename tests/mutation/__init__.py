"""Change the package in small wrong ways and count who notices: ``python -m tests.mutation``."""
