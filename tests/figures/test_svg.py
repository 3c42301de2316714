"""A figure as a file: small, the same in every run, and with its other versions inside."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from messages import exactly
from PIL import Image

from cnnlib.figures import INK, KERNEL, account, style
from cnnlib.figures.style import on_dark
from cnnlib.figures.svg import dark, inner_pictures, size, to_svg, versions

RANDOM = np.random.RandomState(0)


def plot(width=7.0, array=None, **look):
    with style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(width, 2.5), layout="constrained")
        left.plot([0, 1, 2], [3, 1, 2], color=KERNEL, label="a < b & “c”")
        left.legend()
        left.set_title("curves")
        right.imshow(RANDOM.uniform(size=(5, 7)) if array is None else array, **look)
    return figure


def images(svg):
    return [
        Image.open(io.BytesIO(base64.b64decode(address.partition("base64,")[2]))) for address in inner_pictures(svg)
    ]


def test_the_same_figure_is_the_same_file():
    array = RANDOM.uniform(size=(5, 7))
    assert to_svg(plot(array=array)) == to_svg(plot(array=array))
    assert not re.search(r"20\d\d-\d\d|Matplotlib v", to_svg(plot()))


def test_drawing_leaves_the_figure_as_it_was():
    figure = plot()
    first, extent = to_svg(figure), figure.get_size_inches().tolist()
    assert to_svg(figure) == first
    assert figure.get_size_inches().tolist() == extent == [7.0, 2.5]


def test_letters_are_letters_and_the_ground_is_clear():
    wide, narrow, _ = versions(to_svg(plot()))
    for svg in (wide, narrow):
        assert "curves</text>" in svg
        assert "a &lt; b &amp; “c”</text>" in svg
        assert "fill: #ffffff" not in svg


def test_the_file_holds_the_narrow_version_and_the_data():
    figure = plot()
    wide, narrow, data = versions(to_svg(figure))
    assert "metadata" not in wide + narrow
    assert size(wide)[0] > 600
    assert 250 < size(narrow)[0] <= 360
    assert inner_pictures(narrow) == inner_pictures(wide)
    assert data == account(figure)


def test_a_narrow_figure_is_its_own_narrow_version():
    wide, narrow, _ = versions(to_svg(plot(width=3.0)))
    assert narrow == wide


@pytest.mark.parametrize("shape", [(28, 20), (5, 7)])
def test_a_map_has_as_many_pixels_as_numbers(shape):
    array = RANDOM.uniform(size=shape)
    [image] = images(to_svg(plot(array=array, cmap="gray", vmin=0, vmax=1)))
    assert image.size == shape[::-1]
    np.testing.assert_allclose(np.asarray(image.convert("L")), 255 * array, atol=2)


def test_what_is_clear_stays_clear():
    array = np.dstack([np.ones((4, 6, 3)), np.linspace(0, 1, 24).reshape(4, 6)])
    [image] = images(to_svg(plot(array=array)))
    np.testing.assert_allclose(np.asarray(image)[..., 3], 255 * array[..., 3], atol=1)


def test_a_photograph_is_no_larger_than_it_is_seen():
    smooth = np.linspace(0, 1, 900 * 800).reshape(900, 800)
    photograph = np.dstack([smooth, smooth[::-1], np.full_like(smooth, 0.4)])
    svg = to_svg(plot(array=photograph))
    [image] = images(versions(svg)[0])
    assert image.width < 800
    assert image.width / image.height == pytest.approx(800 / 900, abs=0.02)
    assert inner_pictures(svg)[0].startswith("data:image/jpeg")
    assert 'style="image-rendering: auto"' in svg
    assert "image-rendering: auto" not in to_svg(plot())


def test_a_dark_page_gets_other_colours_and_the_same_pictures():
    wide, _, _ = versions(to_svg(plot()))
    turned = dark(wide)
    assert inner_pictures(turned) == inner_pictures(wide)
    assert f"stroke: {KERNEL.lower()}" in wide
    assert f"stroke: {on_dark(KERNEL)}" in turned
    assert KERNEL.lower() not in turned
    assert INK not in turned.replace(inner_pictures(wide)[0], "")


def test_a_colour_of_no_palette_keeps_its_hue_and_turns_its_lightness():
    assert on_dark("black") == to_hex(3 * [0.92])
    assert on_dark("#eeeeee") < "#303030"
    red, green, blue = (int(on_dark("#700000")[place : place + 2], 16) for place in (1, 3, 5))
    assert red > 150 > green == blue


def test_a_file_without_data_is_refused():
    with pytest.raises(ValueError, match=exactly("versions: svg must carry the figure's data, received '<svg></svg>'")):
        versions("<svg></svg>")


def test_exponents_are_as_large_as_other_letters():
    with style():
        figure, axis = plt.subplots(figsize=(3, 2))
        axis.set(yscale="log", ylim=(1e-4, 1e12))
    wide, _, _ = versions(to_svg(figure))
    sizes = {float(size) for size in re.findall(r"font-size: ([\d.]+)px", wide)}
    assert min(sizes) == 11
    assert {"⁻", "⁴"} <= set(re.findall(r">([⁰¹²³⁴⁵⁶⁷⁸⁹⁻])</tspan>", wide))
