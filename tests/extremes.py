"""Arrays of any magnitudes, zeros, infinities and NaN, and what a convolution's sums make of them, by loops."""

import numpy as np
from hypothesis import strategies as st
from strategies import batch_last, conv_cases

from cnnlib.shapes import conv_geometry


@st.composite
def extremes(draw, *shapes, dtype):
    """Draw an array of each shape: values of one or of sixty orders of magnitude, many zeros, few that are no number.

    Where all magnitudes are alike, one value may stick out, as by 1e6.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arrays = []
    for shape in shapes:
        orders = draw(st.sampled_from([0, 0, 3, 30]))
        array = rng.standard_normal(shape) * 10 ** rng.uniform(-orders, orders, shape)
        array *= rng.random(shape) >= draw(st.sampled_from([0, 0, 0.5, 0.95]))
        for value in draw(st.sampled_from([*[()] * 3, (1e6,), (1e30, -1e30), (np.nan,), (np.inf,), (np.inf, -np.inf)])):
            if array.size:
                array.flat[rng.integers(array.size)] = value
        arrays.append(array.astype(dtype))
    return arrays


@st.composite
def extreme_calls(draw, spatial, dtype):
    """Draw the arrays ``grad_y, x, weight`` of a convolution and of its way back, and its options."""
    case = draw(conv_cases(spatial))
    if draw(st.booleans()):
        case.options.update(stride=1, dilation=1)  # where transforms are a choice
    shape = conv_geometry("conv", case.x.shape, case.weight.shape, spatial=spatial, **case.options).output_shape
    grad_y, x, weight = draw(extremes(shape, case.x.shape, case.weight.shape, dtype=dtype))
    if spatial == 2 and draw(st.booleans()):
        grad_y, x = batch_last(grad_y), batch_last(x)
    return grad_y, x, weight, case.options


def convolution_by_loops(grad_y, x, weight, *, spatial, **options):
    """Add up a convolution and its gradients term by term, as `cnnlib.definition` does.

    Returns
    -------
    list of (ndarray, ndarray)
        The result, then the gradients of ``x`` and ``weight``, each with the sum of its terms' absolute values.
    """
    geometry = conv_geometry("conv", x.shape, weight.shape, spatial=spatial, **options)
    if spatial == 1:
        geometry = geometry.as_image()
        sums = convolution_sums(*(array[:, :, None].astype(np.float64) for array in (grad_y, x, weight)), geometry)
        return [tuple(each[:, :, 0] for each in pair) for pair in sums]
    return convolution_sums(*(array.astype(np.float64) for array in (grad_y, x, weight)), geometry)


def convolution_sums(grad_y, x, weight, geometry):
    (s_h, s_w), (d_h, d_w), ((above, _), (left, _)) = geometry.stride, geometry.dilation, geometry.padding
    height, width = geometry.size
    group_in, group_out = weight.shape[1], weight.shape[0] // geometry.groups
    sums = [(np.zeros(shape), np.zeros(shape)) for shape in (grad_y.shape, x.shape, weight.shape)]

    def add(which, index, term):
        sums[which][0][index] += term
        sums[which][1][index] += abs(term)

    with np.errstate(all="ignore"):
        for n, o, i, j in np.ndindex(grad_y.shape):
            first = o // group_out * group_in
            for c, u, v in np.ndindex(weight.shape[1:]):
                row, column = s_h * i - above + d_h * u, s_w * j - left + d_w * v
                if geometry.padding_mode == "circular":
                    row, column = row % height, column % width
                inside = 0 <= row < height and 0 <= column < width
                pixel = x[n, first + c, row, column] if inside else np.float64(0)
                add(0, (n, o, i, j), weight[o, c, u, v] * pixel)
                add(2, (o, c, u, v), grad_y[n, o, i, j] * pixel)
                if inside:
                    add(1, (n, first + c, row, column), grad_y[n, o, i, j] * weight[o, c, u, v])
    return sums


def assert_as_good_as_the_sum(ours, sums, terms):
    """Require the sum's infinities and NaN, and elsewhere an error that its own terms account for.

    Both may round each of ``terms`` products and additions, and what is below the smallest number of all.
    """
    expected, magnitude = sums
    with np.errstate(over="ignore"):
        rounded = expected.astype(ours.dtype)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(ours[~finite], rounded[~finite])
    info = np.finfo(ours.dtype)
    allowed = 2 * (terms + 2) * info.eps * magnitude + (terms + 2) * float(info.smallest_subnormal)
    error = np.abs(ours[finite].astype(np.float64) - expected[finite])
    assert (error <= allowed[finite]).all(), f"{(error / allowed[finite]).max():.3g} times what is allowed"


def overflows(*arrays, dtype):
    """Tell whether a sum of products of any two of the arrays might leave the numbers of ``dtype``, either way."""
    sizes = [np.abs(array[np.isfinite(array) & (array != 0)].astype(np.float64)) for array in arrays]
    highest = np.prod(sorted(size.max(initial=0) for size in sizes)[-2:]) * max(array.size for array in arrays)
    return highest > np.finfo(dtype).max
