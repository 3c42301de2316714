"""Sizes, counts and argument checks: integers in, integers out, no arrays."""

from cnnlib.shapes.arguments import choice, describe, integer, ntuple, rank, same_float_dtype
from cnnlib.shapes.windows import (
    PADDING_MODES,
    ConvGeometry,
    PoolGeometry,
    conv_geometry,
    output_size,
    pool_geometry,
)

__all__ = [
    "PADDING_MODES",
    "ConvGeometry",
    "PoolGeometry",
    "choice",
    "conv_geometry",
    "describe",
    "integer",
    "ntuple",
    "output_size",
    "pool_geometry",
    "rank",
    "same_float_dtype",
]
