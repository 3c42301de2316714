"""Hypothesis strategies for the operators' calls: small, valid, rectangular, with nothing symmetric in them.

Arrays come from a seeded `numpy.random.Generator`, so that Hypothesis searches over shapes and options,
where the mistakes are, and not over digits.
"""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st


@dataclass(frozen=True)
class ConvCase:
    """One valid call ``conv(x, weight, bias, **options)``; arrays are float64."""

    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class PoolCase:
    """One valid call ``pool(x, kernel_size, **options)``; ``x`` is float64."""

    x: np.ndarray
    kernel_size: int | tuple
    options: dict = field(default_factory=dict)


def _int_or_pair(draw, values):
    """Spell equal values as one int now and then, since both spellings are the caller's to choose."""
    return values[0] if len(set(values)) == 1 and draw(st.booleans()) else tuple(values)


def _sizes(draw, smallest):
    """Draw a size per axis, no two alike."""
    sizes = []
    for least in smallest:
        size = least + draw(st.integers(0, 4))
        sizes.append(size + 1 if size in sizes else size)
    return sizes


def batch_last(x):
    """Copy (N, C, H, W) to memory in which the batch lies last."""
    return np.ascontiguousarray(x.transpose(3, 1, 2, 0)).transpose(3, 1, 2, 0)


@st.composite
def conv_cases(draw, spatial):
    """Draw calls of a convolution over ``spatial`` axes, with every option it takes; images lie batch last or first.

    ``x`` has shape (N, C_in, *size) with N from 0 to 3, ``weight`` (C_out, C_in // groups, *kernel), and
    C_in != C_out; ``bias`` is None half of the time.
    """
    kernel = [draw(st.integers(1, 4)) for _ in range(spatial)]
    dilation = [draw(st.integers(1, 2)) for _ in range(spatial)]
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    options = {"dilation": _int_or_pair(draw, dilation)}
    options["padding_mode"] = draw(st.sampled_from(["zeros", "circular"]))

    if draw(st.integers(0, 3)) == 0:
        options["padding"] = draw(st.sampled_from(["same", "valid"]))
        same = options["padding"] == "same"
        total = [n - 1 if same else 0 for n in span]
        widest = [n - n // 2 for n in total]
    else:
        same = False
        widest = [draw(st.integers(0, 2)) for _ in range(spatial)]
        options["padding"] = _int_or_pair(draw, widest)
        total = [2 * p for p in widest]
    stride = [1] * spatial if same else [draw(st.integers(1, 3)) for _ in range(spatial)]
    options["stride"] = _int_or_pair(draw, stride)

    # A circle cannot be wrapped around itself more than once.
    wrap = widest if options["padding_mode"] == "circular" else [1] * spatial
    size = _sizes(draw, [max(1, n - t, w) for n, t, w in zip(span, total, wrap, strict=True)])

    groups = draw(st.sampled_from([1, 1, 2, 3]))
    per_group = draw(st.sampled_from([(1, 2), (1, 3), (2, 1), (2, 3), (3, 1)]))
    in_channels, out_channels = (groups * n for n in per_group)
    options["groups"] = groups
    batch = draw(st.sampled_from([1, 2, 3, 0]))

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bias = rng.standard_normal(out_channels) if draw(st.booleans()) else None
    x = rng.standard_normal((batch, in_channels, *size))
    return ConvCase(
        batch_last(x) if spatial == 2 and draw(st.booleans()) else x,
        rng.standard_normal((out_channels, per_group[0], *kernel)),
        bias,
        options,
    )


@st.composite
def pool_cases(draw, *, dilated=False):
    """Draw calls of a pooling over two axes: windows apart, touching or overlapping, padded, rounded up.

    ``x`` has shape (N, C, H, W). ``dilated`` adds the option ``dilation``, which only max pooling has.
    """
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    padding = [draw(st.integers(0, k // 2)) for k in kernel]
    dilation = [draw(st.integers(1, 2)) if dilated else 1 for _ in range(2)]
    options = {"padding": _int_or_pair(draw, padding), "ceil_mode": draw(st.booleans())}
    if dilated:
        options["dilation"] = _int_or_pair(draw, dilation)
    if draw(st.booleans()):
        options["stride"] = _int_or_pair(draw, [draw(st.integers(1, 3)) for _ in range(2)])
    # The span less one margin: then even a dilated window finds a cell of the input.
    size = _sizes(draw, [max(1, d * (k - 1) + 1 - p) for k, d, p in zip(kernel, dilation, padding, strict=True)])
    batch, channels = draw(st.sampled_from([1, 2, 3, 0])), draw(st.sampled_from([1, 3, 5]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.standard_normal((batch, channels, *size))
    return PoolCase(batch_last(x) if draw(st.booleans()) else x, _int_or_pair(draw, kernel), options)
