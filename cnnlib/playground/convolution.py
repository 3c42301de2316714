"""A kernel to slide over a picture, with every setting of a convolution."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.playground import pictures
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array

_LARGEST = 256  # pixels a side: the page computes every output anew at every touch


def _image(name, array):
    if array.ndim != 2 or not all(1 <= size <= _LARGEST for size in array.shape):
        raise ValueError(f"{name} must have shape (H, W), no side above {_LARGEST}, received {array.shape}")


def _kernel(name, array):
    if array.ndim != 2 or not all(1 <= size <= 7 for size in array.shape):
        raise ValueError(f"{name} must have shape (K_h, K_w), no side above 7, received {array.shape}")


class ConvolutionPlayground(Playground):
    """A picture, a kernel, and all that lies between them and the output.

    Attributes
    ----------
    image : ndarray of float32, shape (H, W)
        0 for black, 1 for white.
    kernel : ndarray of float32, shape (K_h, K_w)
    stride : int, 1 to 4
    padding : int, 0 to 6
    padding_mode : "zeros" or "circular"
    dilation : int, 1 to 4
    flipped : bool
        Whether the kernel is turned over, as a convolution in the textbook's sense does.
    output : ndarray of float32, shape (H_out, W_out)
        `cnnlib.vectorized.conv2d` of these; of shape (0, 0) where the kernel does not fit. Read-only.

    Examples
    --------
    >>> bench = ConvolutionPlayground()
    >>> bench.image, bench.kernel = np.eye(4, 5), [[0, 1], [1, 0]]
    >>> bench.output.shape
    (3, 4)
    """

    script = "playground/scripts/convolution"
    title = "Slide a kernel over a picture, and see the sum behind each pixel of the output."

    image = synced_array(np.zeros((12, 16)), check=_image)
    kernel = synced_array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], check=_kernel)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=6).tag(sync=True)
    padding_mode = traitlets.Enum(("zeros", "circular"), "zeros").tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=4).tag(sync=True)
    flipped = traitlets.Bool(False).tag(sync=True)
    output = Array(np.zeros((0, 0)))
    pictures = traitlets.Dict().tag(sync=True)
    words = property(lambda self: list(self.pictures))

    def __init__(self):
        shown = {
            "temple roofs": pictures.photograph("china", 60, 180, shrink=3),
            "a dahlia": pictures.photograph("flower", 70, 90, shrink=4),
            "rings": pictures.rings(),
            "a grid to paint on": pictures.grid(),
        }
        super().__init__(
            pictures={name: packed_bytes(picture) for name, picture in shown.items()},
            image=shown["temple roofs"] / 255,
        )

    @traitlets.observe("image", "kernel", "stride", "padding", "padding_mode", "dilation", "flipped")
    def _convolve(self, _):
        kernel = self.kernel[::-1, ::-1] if self.flipped else self.kernel
        span = [self.dilation * (size - 1) + 1 for size in kernel.shape]
        if any(n + 2 * self.padding < k for n, k in zip(self.image.shape, span, strict=True)):
            self.output = np.zeros((0, 0))
            return
        options = {name: getattr(self, name) for name in ("stride", "padding", "padding_mode", "dilation")}
        self.output = vectorized.conv2d(self.image[None, None], kernel[None, None], **options)[0, 0]
