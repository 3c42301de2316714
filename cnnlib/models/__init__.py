"""The networks of the book.

``architecture`` and ``architectures`` describe networks as data, run them on any room's operators
and need NumPy only; ``network`` and ``lenet`` are their trainable PyTorch form.
"""
