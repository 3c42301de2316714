"""Make a notebook's pictures light: a drawing has few colours, and a file that lists them is a third as large."""

import base64
import io

from PIL import Image

COLOURS = 256


def lighten(notebook):
    """Replace every PNG among the outputs by one with a palette, where that is smaller.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed in place.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = _lighter(output.data["image/png"])


def _lighter(encoded):
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    if image.mode in ("RGB", "RGBA") and image.convert("RGBA").getextrema()[3] != (255, 255):
        return encoded  # a palette would make what is half transparent opaque
    packed = io.BytesIO()
    image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(packed, format="png", optimize=True)
    lighter = base64.b64encode(packed.getvalue()).decode()
    return min(encoded, lighter, key=len)
