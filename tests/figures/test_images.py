"""The right pixels, in the right place, on the right scale."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import ACCENT, INPUT, show_confusion, show_feature_maps, show_images
from cnnlib.figures.style import SHADES

RANDOM = np.random.RandomState(0)


def pictures(figure):
    """Return every image of a figure, in the order of the axes."""
    return [image for axis in figure.axes for image in axis.images]


def test_show_images_draws_every_pixel_on_one_scale():
    images = RANDOM.uniform(-2, 3, (5, 4, 7))
    figure = show_images(images, titles=["a", "b", "c", "d\nsure", "e"], columns=3)
    drawn = pictures(figure)
    assert len(drawn) == 5
    assert len(figure.axes) == 6
    for image, picture in zip(images, drawn, strict=True):
        np.testing.assert_array_equal(picture.get_array(), image)
        assert picture.get_clim() == (images.min(), images.max())
        assert picture.get_cmap() is SHADES["ink"]
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", "d\nsure", "e", ""]
    assert not any(axis.axison for axis in figure.axes)


def test_show_images_takes_the_channel_axis_off():
    images = RANDOM.uniform(0, 1, (2, 1, 4, 7))
    figure = show_images(images)
    np.testing.assert_array_equal([picture.get_array() for picture in pictures(figure)], images[:, 0])
    assert [axis.get_title() for axis in figure.axes] == ["", ""]


def test_show_images_draws_each_kind_in_its_shades_on_its_scale():
    images = RANDOM.uniform(-2, 3, (4, 4, 7))
    drawn = pictures(show_images(images, shades=["gray", "signed", "signed", "gray"]))
    assert [picture.get_cmap().name for picture in drawn] == ["gray", "signed", "signed", "gray"]
    largest = np.abs(images[1:3]).max()
    assert drawn[1].get_clim() == drawn[2].get_clim() == (-largest, largest)
    assert drawn[0].get_clim() == drawn[3].get_clim() == (images[[0, 3]].min(), images[[0, 3]].max())
    message = "show_images: shades must be as many as images, received 1 for 4"
    with pytest.raises(ValueError, match=exactly(message)):
        show_images(images, shades=["gray"])


@pytest.mark.parametrize("shape", [(4, 7), (2, 3, 4, 7), (0, 4, 7), (2, 4, 0)])
def test_show_images_refuses_other_shapes(shape):
    message = f"show_images: images must have shape (N, H, W) or (N, 1, H, W), received {shape}"
    with pytest.raises(ValueError, match=exactly(message)):
        show_images(np.zeros(shape))


def test_show_images_refuses_titles_that_do_not_match():
    message = "show_images: titles must be as many as images, received 1 for 2"
    with pytest.raises(ValueError, match=exactly(message)):
        show_images(np.zeros((2, 4, 7)), ["only one"])


def test_feature_maps_stage_by_stage():
    image, probabilities = RANDOM.uniform(0, 1, (6, 5)), np.array([0.1, 0.7, 0.2])
    stages = {"conv1": RANDOM.uniform(-1, 1, (3, 6, 4)), "conv2": RANDOM.uniform(2, 9, (10, 3, 2))}
    figure = show_feature_maps(image, stages, probabilities, label=1)
    left, right = figure.subfigs
    picture, bars = left.axes
    np.testing.assert_array_equal(picture.images[0].get_array(), image)
    assert [bar.get_width() for bar in bars.patches] == probabilities.tolist()
    colours = [plt.matplotlib.colors.to_hex(bar.get_facecolor()) for bar in bars.patches]
    assert colours == [INPUT.lower(), ACCENT.lower(), INPUT.lower()]
    titles = ["conv1: 3 maps of 6×4", "conv2: 10 maps of 3×2"]
    for band, title, maps in zip(right.subfigs, titles, stages.values(), strict=True):
        assert band.get_suptitle() == title
        drawn = pictures(band)
        np.testing.assert_array_equal([map_.get_array() for map_ in drawn], maps)
        # Zero is in the middle of the shades of what can be negative, and at the end of the others.
        largest = np.abs(maps).max()
        assert {map_.get_clim() for map_ in drawn} == {(-largest if maps.min() < 0 else 0, largest)}
        assert {map_.get_cmap().name for map_ in drawn} == {"signed" if maps.min() < 0 else "output"}
    assert picture.images[0].get_cmap() is SHADES["ink"]


def test_feature_maps_without_a_label_mark_no_bar():
    figure = show_feature_maps(np.zeros((6, 5)), {"conv1": np.zeros((1, 2, 3))}, np.array([0.5, 0.5]))
    colours = {plt.matplotlib.colors.to_hex(bar.get_facecolor()) for bar in figure.subfigs[0].axes[1].patches}
    assert colours == {INPUT.lower()}


@pytest.mark.parametrize(
    ("image", "stages", "message"),
    [
        ((1, 6, 5), {"a": (1, 2, 3)}, "show_feature_maps: image must have shape (H, W), received (1, 6, 5)"),
        ((6, 5), {"a": (2, 3)}, "show_feature_maps: stages['a'] must have shape (C, H, W), received (2, 3)"),
        ((6, 5), {}, "show_feature_maps: stages must hold at least one entry, received none"),
    ],
)
def test_feature_maps_refuse_other_shapes(image, stages, message):
    stages = {name: np.zeros(shape) for name, shape in stages.items()}
    with pytest.raises(ValueError, match=exactly(message)):
        show_feature_maps(np.zeros(image), stages, np.ones(1))


def test_confusion_writes_counts_where_they_belong():
    counts = np.array([[5, 2, 0], [0, 0, 1], [3, 0, 7]])
    axis = show_confusion(counts).axes[0]
    # Labels go down, predictions to the right; a right class that never was right still shows its 0.
    written = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axis.texts}
    assert written == {(0, 0): "5", (0, 1): "2", (1, 1): "0", (1, 2): "1", (2, 0): "3", (2, 2): "7"}
    np.testing.assert_array_equal(axis.images[0].get_array(), [[0, 2, 0], [0, 0, 1], [3, 0, 0]])
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted", "label")
    assert axis.get_ylim()[0] > axis.get_ylim()[1]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 0)])
def test_confusion_refuses_what_is_not_square(shape):
    message = f"show_confusion: counts must have shape (classes, classes), received {shape}"
    with pytest.raises(ValueError, match=exactly(message)):
        show_confusion(np.zeros(shape, int))
