"""Photographs to filter, pool and shift."""

import numpy as np

from cnnlib.data.dataset import DataError
from cnnlib.data.files import packaged


def pictures():
    """Read the two photographs that scikit-learn carries.

    Returns
    -------
    dict of str to ndarray of uint8, shape (H, W, 3)
        ``"china"``, temple roofs, by danielbuechele, and ``"flower"``, a dahlia, by vultilion (Flickr,
        CC BY 2.0); both 427 × 640, read-only. They are JPEG files, so that another decoder may give
        values that differ by one or two.

    Raises
    ------
    DataError
        If scikit-learn is not installed or a picture is damaged.

    Examples
    --------
    >>> {name: picture.shape for name, picture in pictures().items()}
    {'china': (427, 640, 3), 'flower': (427, 640, 3)}
    """
    return {name: _picture(packaged("sklearn", "datasets", "images", f"{name}.jpg")) for name in ("china", "flower")}


def _picture(path):
    from PIL import Image

    try:
        with Image.open(path) as picture:
            pixels = np.array(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read ({error}); reinstall scikit-learn") from None
    pixels.setflags(write=False)
    return pixels
