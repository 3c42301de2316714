"""The commands of ``python -m cnnlib``: one file each."""
