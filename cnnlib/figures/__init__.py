"""Figures of the book: arrays and sizes in, Matplotlib figures or page widgets out."""

from cnnlib.figures.curves import show_learning_curve
from cnnlib.figures.diagram import draw_network
from cnnlib.figures.explorer import explore
from cnnlib.figures.images import show_confusion, show_feature_maps, show_images
from cnnlib.figures.scripted import explore_shapes, slide_kernel
from cnnlib.figures.style import ACCENT, GRADIENT, INK, INPUT, KERNEL, OUTPUT, style

__all__ = [
    "ACCENT",
    "GRADIENT",
    "INK",
    "INPUT",
    "KERNEL",
    "OUTPUT",
    "draw_network",
    "explore",
    "explore_shapes",
    "show_confusion",
    "show_feature_maps",
    "show_images",
    "show_learning_curve",
    "slide_kernel",
    "style",
]
