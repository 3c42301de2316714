"""A kernel that paints: it slides over a picture, with every setting of a convolution."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.playground import pictures
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array

_LARGEST = 256  # pixels a side: the page computes every output anew at every touch


def _image(name, array):
    *channels, height, width = array.shape if array.ndim in (2, 3) else (0, 0)
    if not (all(1 <= size <= _LARGEST for size in (height, width)) and all(1 <= count <= 4 for count in channels)):
        raise ValueError(
            f"{name} must have shape (H, W) or (C, H, W), no side above {_LARGEST} and 4 channels at most, "
            f"received {array.shape}"
        )


def _kernel(name, array):
    *slices, height, width = array.shape if array.ndim in (2, 3) else (0, 0)
    if not (all(1 <= size <= 7 for size in (height, width)) and all(1 <= count <= 4 for count in slices)):
        raise ValueError(
            f"{name} must have shape (K_h, K_w) or (C, K_h, K_w), no side above 7 and 4 slices at most, "
            f"received {array.shape}"
        )


class ConvolutionPlayground(Playground):
    """A picture, a kernel whose window sweeps over it, and the feature map that it paints.

    Parameters
    ----------
    image : array_like of float, shape (H, W) or (C, H, W), optional
        Of your own, C up to 4; by default a photograph, with others to choose from. Up to some hundred cells show their
        numbers.
    kernel : array_like of float, shape (K_h, K_w) or (C, K_h, K_w), optional
        With a slice for each channel of the picture. Sobel's kernel for vertical edges by default.

    Attributes
    ----------
    image : ndarray of float32, shape (H, W) or (C, H, W)
        0 for black, 1 for white; three channels are red, green and blue.
    kernel : ndarray of float32, shape (K_h, K_w) or (C, K_h, K_w)
    stride : int, 1 to 4
    padding : int, 0 to 6
    padding_mode : "zeros" or "circular"
    dilation : int, 1 to 4
    flipped : bool
        Whether the kernel is turned over, as a convolution in the textbook's sense does.
    cell : tuple of int, or None
        Row and column of the pixel of the output at which the window stands; None until somebody moves it.
    output : ndarray of float32, shape (H_out, W_out)
        `cnnlib.vectorized.conv2d` of these; of shape (0, 0) where the kernel does not fit, or has other channels than
        the picture. Read-only.

    Raises
    ------
    ValueError
        If picture or kernel has another shape, or holds NaN or infinity.

    Examples
    --------
    >>> bench = ConvolutionPlayground(np.eye(4, 5), [[0, 1], [1, 0]])
    >>> bench.output.shape
    (3, 4)
    """

    script = "playground/scripts/convolution"
    title = "Let a kernel sweep over a picture and paint the feature map, and see the sum behind each of its pixels."

    image = synced_array(np.zeros((12, 16)), check=_image)
    kernel = synced_array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], check=_kernel)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=6).tag(sync=True)
    padding_mode = traitlets.Enum(("zeros", "circular"), "zeros").tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=4).tag(sync=True)
    flipped = traitlets.Bool(False).tag(sync=True)
    cell = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=None, allow_none=True).tag(
        sync=True
    )
    output = Array(np.zeros((0, 0)))
    pictures = traitlets.Dict().tag(sync=True)
    words = property(lambda self: list(self.pictures))

    def __init__(self, image=None, kernel=None):
        shown = {
            "temple roofs": pictures.photograph("china", 60, 180, shrink=3),
            "a dahlia, in colour": pictures.photograph("flower", 70, 90, shrink=4, colour=True),
            "rings": pictures.rings(),
            "a grid to paint on": pictures.grid(),
        }
        super().__init__(
            pictures={} if image is not None else {name: packed_bytes(picture) for name, picture in shown.items()},
            image=shown["temple roofs"] / 255 if image is None else image,
            kernel=self.kernel if kernel is None else kernel,
        )

    @traitlets.observe("image", "kernel", "stride", "padding", "padding_mode", "dilation", "flipped")
    def _convolve(self, _):
        image, kernel = (each.reshape(-1, *each.shape[-2:]) for each in (self.image, self.kernel))
        if self.flipped:
            kernel = kernel[:, ::-1, ::-1]
        span = [self.dilation * (size - 1) + 1 for size in kernel.shape[1:]]
        fits = all(n + 2 * self.padding >= k for n, k in zip(image.shape[1:], span, strict=True))
        if not fits or len(image) != len(kernel):
            self.output = np.zeros((0, 0))
            return
        options = {name: getattr(self, name) for name in ("stride", "padding", "padding_mode", "dilation")}
        self.output = vectorized.conv2d(image[None], kernel[None], **options)[0, 0]
