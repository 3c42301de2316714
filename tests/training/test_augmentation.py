"""Distortions: each by itself against a case that can be checked by eye, all together bounded and repeatable."""

import numpy as np
import pytest
import torch

from cnnlib.training import distort

NOTHING = {"shift": 0.0, "degrees": 0.0, "scale": 0.0, "squeeze": 0.0, "shear": 0.0}


class Drawn:
    """Stands in for a RandomState: gives one row of six draws to every image."""

    def __init__(self, *draws):
        self.draws = draws

    def uniform(self, low, high, shape):
        return np.tile(np.array(self.draws)[:, None], (1, shape[1]))


def blob(height=14, width=20, row=5, column=12):
    images = torch.zeros(1, 1, height, width, dtype=torch.float64)
    images[0, 0, row, column] = 1
    return images


def centre(images):
    """Row and column of the ink's centre of mass."""
    mass = images[0, 0] / images.sum()
    rows, columns = torch.meshgrid(*map(torch.arange, mass.shape), indexing="ij")
    return (mass * rows).sum().item(), (mass * columns).sum().item()


def test_nothing_changes_nothing():
    images = torch.tensor(np.random.RandomState(0).uniform(0, 1, (3, 2, 9, 12)))
    torch.testing.assert_close(distort(images, np.random.RandomState(1), **NOTHING), images, rtol=1e-6, atol=1e-6)


def test_a_shift_moves_by_pixels_along_each_axis():
    # What is read two columns to the right and one row below moves to the left and up.
    moved = distort(blob(), Drawn(0, 0, 0, 0, 1.0, 0.5), **NOTHING | {"shift": 2.0})
    assert centre(moved) == pytest.approx((4, 10), abs=1e-5)


def test_a_turn_is_a_turn_on_an_image_that_is_not_square():
    turned = distort(
        blob(height=20, width=30, row=6, column=17), Drawn(1, 0, 0, 0, 0, 0), **NOTHING | {"degrees": 90.0}
    )
    # The middle is at row 9.5, column 14.5; the blob starts 3.5 rows above and 2.5 columns to the right of it.
    assert centre(turned) == pytest.approx((9.5 - 2.5, 14.5 - 3.5), abs=1e-4)


@pytest.mark.parametrize(
    ("options", "draws", "expected"),
    [
        # The middle is at row 9.5, column 9.5; the blob starts 5.5 rows above and 2.5 columns to the right of it.
        ({"degrees": 90.0}, (1, 0, 0, 0, 0, 0), (9.5 - 2.5, 9.5 - 5.5)),
        ({"scale": 1.0}, (1, 1, 0, 0, 0, 0), (9.5 - 5.5 / 2, 9.5 + 2.5 / 2)),
        ({"squeeze": 1.0}, (0, 0, 1, 0, 0, 0), (9.5 - 5.5 * 2, 9.5 + 2.5 / 2)),
        ({"shear": 1.0}, (0, 0, 0, 1, 0, 0), (9.5 - 5.5, 9.5 + 2.5 - 5.5)),
        # Slanted first, turned then.
        ({"degrees": 90.0, "shear": 1.0}, (1, 0, 0, 1, 0, 0), (9.5 + 5.5 - 2.5, 9.5 - 5.5)),
    ],
)
def test_each_distortion_moves_a_blob_where_geometry_says(options, draws, expected):
    images = torch.zeros(1, 1, 20, 20, dtype=torch.float64)
    images[0, 0, 3:6, 11:14] = 1  # wide enough to be seen when it shrinks
    if options == {"squeeze": 1.0}:
        images = images.roll(3, dims=2)  # stays in the picture though it is stretched
        expected = (9.5 - 2.5 * 2, expected[1])
    moved = distort(images, Drawn(*draws), **NOTHING | options)
    assert centre(moved) == pytest.approx(expected, abs=0.2)


def test_what_comes_in_is_background():
    images = torch.full((1, 1, 8, 8), 0.7)
    moved = distort(images, Drawn(0, 0, 0, 0, 1, 0), **NOTHING | {"shift": 3.0}, background=-0.1)
    torch.testing.assert_close(moved[0, 0, 0, -3:], torch.full((3,), -0.1))
    torch.testing.assert_close(moved[0, 0, 0, :5], torch.full((5,), 0.7))


def test_every_image_is_distorted_in_its_own_way_and_a_seed_repeats_it():
    images = blob().expand(4, 1, 14, 20)
    before = images.clone()
    first, again = (distort(images, np.random.RandomState(3)) for _ in range(2))
    assert torch.equal(first, again)
    assert torch.equal(images, before)
    assert len({tuple(image.flatten().tolist()) for image in first}) == 4
