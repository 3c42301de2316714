"""Figures of the book: arrays and sizes in, Matplotlib figures or page widgets out."""

from cnnlib.figures.account import account
from cnnlib.figures.alexnet import show_field, show_parameters, show_shares, show_side_by_side, show_towers
from cnnlib.figures.arrays import draw_connections, show_arrays, show_matrices, show_response
from cnnlib.figures.curves import show_learning_curve
from cnnlib.figures.diagram import draw_network
from cnnlib.figures.equivariance import draw_square
from cnnlib.figures.explorer import explore
from cnnlib.figures.ideas import show_effects, show_filters, show_neighbours, show_race
from cnnlib.figures.images import show_confusion, show_feature_maps, show_images
from cnnlib.figures.learning import (
    draw_chain,
    explore_loss,
    explore_two_units,
    show_descents,
    show_planes,
    show_templates,
)
from cnnlib.figures.lenet5 import show_painted, show_runs
from cnnlib.figures.networks import explore_fields, explore_network
from cnnlib.figures.pooling import (
    draw_stages,
    show_coarser,
    show_curves,
    show_maps,
    show_regions,
    show_shifted_row,
    show_winners,
)
from cnnlib.figures.prior import show_beliefs, show_readers, show_strengths, show_two_weights
from cnnlib.figures.roofline import show_memory, show_roofline, show_times
from cnnlib.figures.scripted import explore_shapes, slide_kernel
from cnnlib.figures.speed import draw_product, show_climb, show_contenders, show_ladder, show_limits, show_reads
from cnnlib.figures.style import ACCENT, GRADIENT, INK, INPUT, KERNEL, OUTPUT, style
from cnnlib.figures.windows import draw_field

__all__ = [
    "ACCENT",
    "GRADIENT",
    "INK",
    "INPUT",
    "KERNEL",
    "OUTPUT",
    "account",
    "draw_chain",
    "draw_connections",
    "draw_field",
    "draw_network",
    "draw_product",
    "draw_square",
    "draw_stages",
    "explore",
    "explore_fields",
    "explore_loss",
    "explore_network",
    "explore_shapes",
    "explore_two_units",
    "show_arrays",
    "show_beliefs",
    "show_climb",
    "show_coarser",
    "show_confusion",
    "show_contenders",
    "show_curves",
    "show_descents",
    "show_effects",
    "show_feature_maps",
    "show_field",
    "show_filters",
    "show_images",
    "show_ladder",
    "show_learning_curve",
    "show_limits",
    "show_maps",
    "show_matrices",
    "show_memory",
    "show_neighbours",
    "show_painted",
    "show_parameters",
    "show_planes",
    "show_race",
    "show_readers",
    "show_reads",
    "show_regions",
    "show_response",
    "show_roofline",
    "show_runs",
    "show_shares",
    "show_shifted_row",
    "show_side_by_side",
    "show_strengths",
    "show_templates",
    "show_times",
    "show_towers",
    "show_two_weights",
    "show_winners",
    "slide_kernel",
    "style",
]
