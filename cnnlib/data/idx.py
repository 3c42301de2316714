"""The idx format, in which MNIST was published."""

import math
import struct

import numpy as np

from cnnlib.data.dataset import DataError


def parse_idx(content, *, shape=None):
    """Turn an idx file of unsigned bytes into an array.

    The header is two zero bytes, the type (8: unsigned byte), the number of axes, and each axis'
    size as a big-endian 32-bit integer; the pixels follow in C order [1]_.

    Parameters
    ----------
    content : bytes
        The whole file, unpacked.
    shape : tuple of int, optional
        What the header has to say.

    Returns
    -------
    ndarray of uint8
        Read-only, of the header's shape.

    Raises
    ------
    DataError
        If the header is not that of an idx file of one to four axes, names another shape, or calls
        for more or fewer bytes than there are. The message continues a sentence that the file's path begins.

    References
    ----------
    .. [1] LeCun, Cortes & Burges, *The MNIST database of handwritten digits*, "File formats".

    Examples
    --------
    >>> parse_idx(bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([[7, 8, 9]], dtype=uint8)
    """
    if content[:3] != b"\x00\x00\x08" or content[3:4] not in (b"\x01", b"\x02", b"\x03", b"\x04"):
        raise DataError(f"is not an idx file of unsigned bytes: it starts with {content[:4]!r}")
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise DataError(f"ends inside its idx header, after {len(content)} of {start} bytes")
    found = struct.unpack(f">{n_axes}I", content[4:start])
    if shape is not None and found != shape:
        raise DataError(f"is an idx file of shape {found}, not {shape}")
    size = start + math.prod(found)
    if len(content) != size:
        raise DataError(f"holds {len(content):,} bytes where its idx header calls for {size:,}")
    return np.frombuffer(content, np.uint8)[start:].reshape(found)
