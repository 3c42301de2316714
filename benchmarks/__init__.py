"""The programs that write the records in ``results/``; each is run as ``python -m benchmarks.<name>``."""
