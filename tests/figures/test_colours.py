"""The colours are told apart by readers with a colour vision deficiency, and dark text can be read on the tints."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import cnnlib.figures
from cnnlib.figures.style import (
    ACCENT,
    FAINT,
    GRADIENT,
    INK,
    INPUT,
    KERNEL,
    LAYER_TINTS,
    OUTPUT,
    PAPER,
    SHADES,
    STOPS,
    on_dark,
)

# How linear RGB looks without one kind of cone: Machado, Oliveira & Fernandes (2009), severity 1.0.
SEEN_BY = {
    "trichromats": np.eye(3),
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopes": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
NOTICED = 8  # a difference in CIELAB that is seen at a glance; 2.3 is just noticed side by side
PALETTE = dict(input=INPUT, kernel=KERNEL, output=OUTPUT, gradient=GRADIENT, accent=ACCENT, ink=INK)


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
    [LAYER_TINTS, PALETTE, *({name: on_dark(each) for name, each in some.items()} for some in (LAYER_TINTS, PALETTE))],
    ids=["tints", "palette", "tints on dark", "palette on dark"],
)
def test_colours_are_told_apart(colours, reader):
    seen = {name: lab(SEEN_BY[reader] @ linear(colour)) for name, colour in colours.items()}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= NOTICED, (one, other)


def contrast(one, other):
    lights = sorted(XYZ[1] @ linear(colour) + 0.05 for colour in (one, other))
    return lights[1] / lights[0]


@pytest.mark.parametrize("page", [str, on_dark], ids=["light", "dark"])
@pytest.mark.parametrize("ground", [*LAYER_TINTS.values(), PAPER])
def test_text_is_read_on_a_tint_and_on_the_page(ground, page):
    assert contrast(page(ground), page(INK)) >= 4.5


@pytest.mark.parametrize("page", [str, on_dark], ids=["light", "dark"])
@pytest.mark.parametrize("name", PALETTE)
def test_every_colour_is_seen_on_the_page(name, page):
    assert contrast(page(PALETTE[name]), page(PAPER)) >= (2 if name == "accent" and page is str else 2.9)
    assert contrast(page(FAINT), page(PAPER)) >= 2


def test_maps_have_the_shades_that_they_have_in_the_playgrounds():
    shades = Path(cnnlib.__file__).parent / "live" / "scripts" / "shades.js"
    script = shades.read_text(encoding="utf-8")
    dark = re.search(r"const DARK = (\[[\d, ]+\]);", script)[1]
    written = dict(re.findall(r"^  (\w+): scale\((.*)\),", script, re.MULTILINE))
    assert written.keys() == STOPS.keys() == SHADES.keys()
    for name, stops in STOPS.items():
        scale = re.findall(r"\[([\d, ]+)\]", written[name].replace("DARK", dark))
        assert [[int(each) for each in stop.split(",")] for stop in scale] == [
            [round(255 * part) for part in to_rgb(stop)] for stop in stops
        ]
        np.testing.assert_allclose(SHADES[name]([0, 255])[:, :3], [to_rgb(stops[0]), to_rgb(stops[-1])])


def test_figures_drawn_in_the_page_have_the_same_tints():
    script = Path(cnnlib.figures.__file__).parent / "scripts" / "network-explorer.js"
    written = dict(re.findall(r'(conv|pool|dense): "(#\w+)"', script.read_text(encoding="utf-8")))
    assert written == {
        "conv": LAYER_TINTS["convolution"],
        "pool": LAYER_TINTS["pooling"],
        "dense": LAYER_TINTS["dense"],
    }
