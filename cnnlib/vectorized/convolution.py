"""Cross-correlation with learned filters over sequences and images, forward and backward."""

from cnnlib.shapes import choice, conv_geometry
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized import _auto, _fft, _im2col, _toeplitz, _winograd
from cnnlib.vectorized._arrays import require_arrays, require_shape, shape_of

_ALGORITHMS = {"auto": _auto, "im2col": _im2col, "toeplitz": _toeplitz, "fft": _fft, "winograd": _winograd}


@documented
def conv1d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """What `cnnlib.definition.conv1d` adds up, computed on images of one row as `conv2d` does with "auto"."""
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = _check("conv1d", 1, x, weight, bias, padding_mode=padding_mode, **options).as_image()
    return _forward(_row(x), _row(weight), bias, geometry, _auto)[:, :, 0]


def conv1d_backward(grad_y, x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Carry the gradient back through `conv1d`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C_out, L_out)
        Gradient with respect to the result of `conv1d`.
    x, weight, bias, stride, padding, dilation, groups, padding_mode
        As in `conv1d`.

    Returns
    -------
    grad_x : ndarray of float, shape (N, C_in, L)
    grad_weight : ndarray of float, shape (C_out, C_in // groups, K_l)
    grad_bias : ndarray of float, shape (C_out,), or None without a bias

    Raises
    ------
    ValueError, TypeError
        As `conv1d` does, and if ``grad_y`` has another shape than the result.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = _check("conv1d_backward", 1, x, weight, bias, grad_y=grad_y, padding_mode=padding_mode, **options)
    grad_x, grad_weight, grad_bias = _backward(_row(grad_y), _row(x), _row(weight), bias, geometry.as_image(), _auto)
    return grad_x[:, :, 0], grad_weight[:, :, 0], grad_bias


@documented
def conv2d(
    x,
    weight,
    bias=None,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
    algorithm="auto",
):
    """What `cnnlib.definition.conv2d` adds up, as matrix products, or in fewer operations.

    Parameters
    ----------
    algorithm : "auto", "im2col", "toeplitz", "fft" or "winograd"
        How to compute it. "im2col" copies windows into columns and multiplies matrices: each output has an error of at
        most n eps times the sum of ``abs(weight · x)`` over the n products of its window, where eps is that of the
        dtype. "toeplitz" has the same error, and is fast where the batch lies last in memory, so that
        ``x.transpose(3, 1, 2, 0)`` is contiguous; its result lies so, too. It may multiply an infinity or a NaN by
        zeros, and so carry it into outputs beside those that it belongs to. "auto" keeps to this bound whatever the
        values are, and its infinities and NaN are those of the definition: where kernels are large it looks at the
        values, and takes Fourier transforms in double precision if they are as good; what overflows float32 on its way
        is added up again in float64. Chosen by name, the others do not look. "fft" rounds each output by up to 4 eps
        times the norms of its whole image and its filter; zeros do not stay zeros, and an infinity or a NaN gets into
        every output of its image. "winograd", for 3×3 filters with stride 1 and dilation 1, has an error some ten times
        that of "im2col", beside the largest values of a tile of 6×6 cells, and fills the outputs of each tile that
        holds an infinity or a NaN with NaN.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = _check("conv2d", 2, x, weight, bias, padding_mode=padding_mode, **options)
    return _forward(x, weight, bias, geometry, _choose("conv2d", algorithm, geometry))


def conv2d_backward(
    grad_y,
    x,
    weight,
    bias=None,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
    algorithm="auto",
    input_gradient=True,
):
    """Carry the gradient back through `conv2d`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C_out, H_out, W_out)
        Gradient with respect to the result of `conv2d`.
    x, weight, bias, stride, padding, dilation, groups, padding_mode, algorithm
        As in `conv2d`.
    input_gradient : bool
        False spares the gradient with respect to ``x``, which the first layer of a network has no use for.

    Returns
    -------
    grad_x : ndarray of float, shape (N, C_in, H, W), or None without ``input_gradient``
    grad_weight : ndarray of float, shape (C_out, C_in // groups, K_h, K_w)
    grad_bias : ndarray of float, shape (C_out,), or None without a bias

    Raises
    ------
    ValueError, TypeError
        As `conv2d` does, and if ``grad_y`` has another shape than the result.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = _check("conv2d_backward", 2, x, weight, bias, grad_y=grad_y, padding_mode=padding_mode, **options)
    algorithm = _choose("conv2d_backward", algorithm, geometry)
    return _backward(grad_y, x, weight, bias, geometry, algorithm, input_gradient=input_gradient)


def _check(op, spatial, x, weight, bias, *, grad_y=None, **options):
    gradient = {} if grad_y is None else {"grad_y": grad_y}
    require_arrays(op, **gradient, x=x, weight=weight, bias=bias)
    geometry = conv_geometry(op, x.shape, weight.shape, shape_of(bias), spatial=spatial, **options)
    if grad_y is not None:
        require_shape(op, "grad_y", grad_y, geometry.output_shape)
    return geometry


def _choose(op, algorithm, geometry):
    choice(op, "algorithm", algorithm, _ALGORITHMS)
    fits = geometry.kernel == (3, 3) and geometry.stride == geometry.dilation == (1, 1)
    if algorithm == "winograd" and not fits:
        raise ValueError(
            f"{op}: algorithm must not be 'winograd' unless the kernel is 3×3, stride and dilation 1, received "
            f"kernel {geometry.kernel}, stride {geometry.stride}, dilation {geometry.dilation}"
        )
    return _ALGORITHMS[algorithm]


def _row(array):
    """Look at sequences as images of one row."""
    return array[:, :, None]


def _forward(x, weight, bias, geometry, algorithm):
    y = algorithm.forward(x, weight, geometry)
    if bias is not None:
        y += bias[:, None, None]
    return y


def _backward(grad_y, x, weight, bias, geometry, algorithm, *, input_gradient=True):
    grad_x = algorithm.grad_input(grad_y, weight, geometry) if input_gradient else None
    grad_weight = algorithm.grad_weight(grad_y, x, geometry)
    return grad_x, grad_weight, None if bias is None else grad_y.sum(axis=(0, 2, 3))
