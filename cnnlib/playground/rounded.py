"""Networks that travel to the page in a few bits a weight."""

import numpy as np

from cnnlib.playground.base import packed


def packed_layers(layers):
    """Return layers of rounded weights as the page reads them.

    Parameters
    ----------
    layers : mapping of str to (whole, scale, bias, bits)
        ``whole`` and ``scale`` as `cnnlib.models.rounding.rounded` returns them for ``bits`` bits, and the layer's
        ``bias``, an array with one axis.

    Returns
    -------
    dict
        ``bytes``, the whole numbers of all layers one behind the other, each lifted to be positive and its highest bit
        first; ``layers``, for each its name, shape, bits and number of biases; and ``units``, an array of each layer's
        scales and then its biases.
    """
    content, about, units = [], [], []
    for name, (whole, scale, bias, bits) in layers.items():
        lifted = whole.ravel().astype(np.int16) + 2 ** (bits - 1)
        content.append((lifted[:, None] >> np.arange(bits - 1, -1, -1)) & 1)
        about.append([name, list(whole.shape), bits, len(bias)])
        units += [scale, bias]
    stream = np.packbits(np.concatenate([each.ravel() for each in content]).astype(np.uint8))
    return {"bytes": memoryview(stream.tobytes()), "layers": about, "units": packed(np.concatenate(units))}
