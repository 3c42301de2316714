"""Sizes, counts and argument checks: integers in, integers out, no arrays."""

from cnnlib.shapes.arguments import (
    choice,
    describe,
    dtype_name,
    float_arrays,
    instances,
    integer,
    ntuple,
    positive,
    rank,
    same_float_dtype,
)
from cnnlib.shapes.dense import class_labels, label_range, linear_shape, softmax_axis
from cnnlib.shapes.neighbourhoods import (
    CONVOLVE_MODES,
    LocalGeometry,
    SignalGeometry,
    adaptive_windows,
    blur_geometry,
    channel_window,
    local_geometry,
    signal_geometry,
)
from cnnlib.shapes.windows import (
    PADDING_MODES,
    ConvGeometry,
    PoolGeometry,
    conv_geometry,
    output_size,
    pool_geometry,
)

__all__ = [
    "CONVOLVE_MODES",
    "PADDING_MODES",
    "ConvGeometry",
    "LocalGeometry",
    "PoolGeometry",
    "SignalGeometry",
    "adaptive_windows",
    "blur_geometry",
    "channel_window",
    "choice",
    "class_labels",
    "conv_geometry",
    "describe",
    "dtype_name",
    "float_arrays",
    "instances",
    "integer",
    "label_range",
    "linear_shape",
    "local_geometry",
    "ntuple",
    "output_size",
    "pool_geometry",
    "positive",
    "rank",
    "same_float_dtype",
    "signal_geometry",
    "softmax_axis",
]
