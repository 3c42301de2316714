"""Picture files of any format, opened so that whatever is wrong with one ends in one clear line."""

import os
import warnings
from contextlib import contextmanager

import numpy as np

from cnnlib.data.dataset import DataError

# What Pillow itself warns of: a file of a few kilobytes can unpack to more memory than a machine has.
PIXEL_LIMIT = 89_478_485


@contextmanager
def opened(path):
    """Open a picture file with Pillow; what the body of the ``with`` decodes may be damaged.

    Parameters
    ----------
    path : str or Path

    Yields
    ------
    PIL.Image.Image
        Of a moving picture, the first frame.

    Raises
    ------
    DataError
        Naming the file and what is wrong with it: missing, empty, cut off, no picture, too large, or damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Warnings about odd metadata are not about the picture; a bomb is refused below.
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                if picture.width * picture.height > PIXEL_LIMIT:
                    raise DataError(f"{path} is too large: {picture.width} × {picture.height} pixels")
                if 0 in picture.size:
                    raise DataError(f"{path} is empty: {picture.width} × {picture.height} pixels")
                yield picture
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} is not there") from None
    except UnidentifiedImageError:
        empty = os.path.getsize(path) == 0
        raise DataError(f"{path} {'is empty' if empty else 'is not a picture that Pillow can read'}") from None
    # Not only OSError: decoders raise whatever a damaged file leads them to, and one picture must not end a run.
    except Exception as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
        raise DataError(f"{path} cannot be decoded: {reason}") from None


def as_rgb(picture):
    """Return a Pillow picture in red, green and blue, on white where it is transparent.

    Raises
    ------
    ValueError
        If nobody can know what number is white: the pixels are floating-point numbers, or have more than 16 bits.
    """
    from PIL import Image

    if picture.mode == "F":
        raise ValueError("floating-point pixels have no known white")
    if picture.mode.startswith("I"):  # 16 bits, which convert would clip at 255
        values = np.asarray(picture)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError(f"pixels from {values.min()} to {values.max()} are not of 16 bits")
        return Image.fromarray((values // 257).astype(np.uint8)).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        page = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(page, picture).convert("RGB")
    return picture.convert("RGB")
