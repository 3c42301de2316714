"""How a network's weights travel to a page: as whole numbers of a few bits."""

import numpy as np

_BITS = 24


def packed_weights(weights, bits=None):
    """Return weights as the page reads them: whole numbers of a few bits times a scale for each array.

    Of 24 bits, they are within a 16-millionth of an array's largest weight, in three quarters of float32's bytes.

    Parameters
    ----------
    weights : mapping of str to ndarray
    bits : mapping of str to int, optional
        Of the arrays that are to have fewer than 24, the sign among them.

    Returns
    -------
    dict
        ``bytes``, and in ``arrays`` name, shape, scale and bits of each; every array begins with a byte.
    """
    content, arrays = [], []
    for name, weight in weights.items():
        width = (bits or {}).get(name, _BITS)
        # In float64: float32 would round the largest weight up to 2**23, which three bytes read as its opposite.
        weight = np.asarray(weight, np.float64)
        scale = float(np.abs(weight).max()) / (2 ** (width - 1) - 1) or 1.0
        whole = np.rint(weight / scale).astype("<i4")
        every = np.unpackbits(whole.ravel().view(np.uint8).reshape(-1, 4), axis=1, bitorder="little")
        content.append(np.packbits(every[:, :width], bitorder="little").tobytes())
        arrays.append([name, list(weight.shape), scale, width])
    return {"bytes": memoryview(b"".join(content)), "arrays": arrays}


def unpacked_weights(packet):
    """Return the weights that `packed_weights` packed, as the page computes with them.

    Parameters
    ----------
    packet : dict

    Returns
    -------
    dict of str to ndarray of float32
    """
    every = np.unpackbits(np.frombuffer(packet["bytes"], np.uint8), bitorder="little")
    weights, place = {}, 0
    for name, shape, scale, width in packet["arrays"]:
        count = int(np.prod(shape))
        own = every[place : place + count * width].reshape(count, width).astype(np.int64)
        values = 2 ** np.arange(width)
        values[-1] *= -1  # the sign
        weights[name] = (scale * (own @ values)).reshape(shape).astype(np.float32)
        place += -(-count * width // 8) * 8
    return weights
