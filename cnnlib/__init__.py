"""The package behind *Convolutional Networks, Executed*.

``definition``, ``vectorized`` and ``gpu`` hold the same operators three times: as the sum in the
text writes them, in fast NumPy, and in PyTorch on any device. ``shapes`` counts, ``data`` reads,
``models`` and ``training`` build and fit, ``figures`` draws, ``claims`` checks what the text says.
"""

__version__ = "0.1.0"
