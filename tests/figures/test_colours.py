"""The colours are told apart by readers with a colour vision deficiency, and dark text can be read on the tints."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import cnnlib.figures
from cnnlib.figures.style import ACCENT, GRADIENT, INK, INPUT, KERNEL, LAYER_TINTS, OUTPUT

# How linear RGB looks without one kind of cone: Machado, Oliveira & Fernandes (2009), severity 1.0.
SEEN_BY = {
    "trichromats": np.eye(3),
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopes": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
NOTICED = 8  # a difference in CIELAB that is seen at a glance; 2.3 is just noticed side by side


def linear(colour):
    coded = np.array(to_rgb(colour))
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIELAB of linear RGB, for white daylight (D65)."""
    share = XYZ @ np.clip(light, 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("reader", SEEN_BY)
@pytest.mark.parametrize(
    "colours",
    [LAYER_TINTS, dict(input=INPUT, kernel=KERNEL, output=OUTPUT, gradient=GRADIENT, accent=ACCENT, ink=INK)],
    ids=["tints", "palette"],
)
def test_colours_are_told_apart(colours, reader):
    seen = {name: lab(SEEN_BY[reader] @ linear(colour)) for name, colour in colours.items()}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= NOTICED, (one, other)


@pytest.mark.parametrize("kind", LAYER_TINTS)
def test_dark_text_is_read_on_a_tint(kind):
    tint, ink = (XYZ[1] @ linear(colour) for colour in (LAYER_TINTS[kind], INK))
    assert (tint + 0.05) / (ink + 0.05) >= 4.5


def test_figures_drawn_in_the_page_have_the_same_tints():
    script = Path(cnnlib.figures.__file__).parent / "scripts" / "network-explorer.js"
    written = dict(re.findall(r'(conv|pool|dense): "(#\w+)"', script.read_text(encoding="utf-8")))
    assert written == {
        "conv": LAYER_TINTS["convolution"],
        "pool": LAYER_TINTS["pooling"],
        "dense": LAYER_TINTS["dense"],
    }
