"""The networks of the book.

``architecture`` describes a network as data and runs it on any room's operators; ``catalogue`` holds the book's in that
form; ``storage`` and ``trained`` read and write their weights. All of it needs NumPy only, and so does
``numpy_network``, which trains. ``torch_network``, ``lenet``, ``lenet5`` and ``alexnet`` are PyTorch's modules.
"""
