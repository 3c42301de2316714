"""Each augmentation by itself against a case that can be checked by eye, bounded and repeatable."""

import numpy as np
import pytest
import torch

from cnnlib.training import color_components, color_jitter, distort, random_crop, random_flip

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


def places(height, width):
    """Two images whose pixels say where they are: 1000 a channel, 100 a row, 1 a column, 10,000 an image."""
    image, channel, row, column = np.ogrid[:2, :3, :height, :width]
    return torch.from_numpy(10_000 * image + 1000 * channel + 100 * row + column)


class Fixed:
    """Stands in for a RandomState: every draw is what the test says."""

    def __init__(self, draws):
        self.draws = np.array(draws)

    def random_sample(self, shape):
        assert shape in (self.draws.shape, len(self.draws))
        return self.draws

    def standard_normal(self, shape):
        assert shape == self.draws.shape
        return self.draws


def test_a_crop_is_the_window_at_the_drawn_corner():
    images = places(6, 9)
    # Of 3 corners down and 5 across, a draw of 0.7 takes row 2 and column 3; 0 and 0.99 the ends.
    cropped = random_crop(images, Fixed([[0.7, 0.7], [0.0, 0.99]]), (4, 5))
    assert torch.equal(cropped, torch.stack([images[0, :, 2:6, 3:8], images[1, :, 0:4, 4:9]]))


def test_a_crop_of_a_padded_image_shows_its_border():
    cropped = random_crop(places(3, 4) + 1, Fixed([[0.0, 0.0], [0.9, 0.9]]), (3, 4), padding=1)
    assert cropped[0, 0].tolist() == [[0, 0, 0, 0], [0, 1, 2, 3], [0, 101, 102, 103]]
    assert cropped[1, 2].tolist() == [[12_102, 12_103, 12_104, 0], [12_202, 12_203, 12_204, 0], [0, 0, 0, 0]]


def test_every_corner_is_as_likely_as_any_other():
    images = torch.arange(12).reshape(1, 1, 3, 4).expand(6000, 1, 3, 4)
    corners = random_crop(images, np.random.RandomState(0), (2, 2))[:, 0, 0, 0]
    counts = np.bincount(corners.numpy(), minlength=12)
    assert set(np.flatnonzero(counts)) == {0, 1, 2, 4, 5, 6}
    assert np.abs(counts[counts > 0] - 1000).max() < 130  # some 4.5 standard deviations


def test_a_crop_larger_than_the_image_is_refused():
    message = r"random_crop: size must not exceed .* received \(4, 12\) for \(8, 11\)"
    with pytest.raises(ValueError, match=message):
        random_crop(places(6, 9), np.random.RandomState(0), (4, 12), padding=1)


def test_a_flip_mirrors_the_columns_of_the_drawn_images_alone():
    images = places(2, 5)
    flipped = random_flip(images, Fixed([0.2, 0.8]))
    assert flipped[0, 1, 1].tolist() == [1104, 1103, 1102, 1101, 1100]
    assert torch.equal(flipped[1], images[1])


def test_half_of_the_images_are_flipped():
    images = torch.arange(2).expand(4000, 1, 1, 2)
    share = random_flip(images, np.random.RandomState(0))[:, 0, 0, 0].double().mean().item()
    assert share == pytest.approx(0.5, abs=0.035)


def coloured(count=1200):
    """Pictures whose colours vary by 0.3 along (1, 2, 2) / 3 and by 0.1 along (2, 1, -2) / 3."""
    drawn = np.random.RandomState(0).standard_normal((count, 2, 4, 5))
    drawn -= drawn.mean((0, 2, 3), keepdims=True)
    first, second = np.array([1, 2, 2]) / 3, np.array([2, 1, -2]) / 3
    return torch.from_numpy(
        0.5 + 0.3 * drawn[:, :1] * first[:, None, None] + 0.1 * drawn[:, 1:] * second[:, None, None]
    )


def test_the_components_are_the_directions_of_the_colours_times_their_variance():
    components = color_components(coloured())
    expected = [np.array([1, 2, 2]) / 3 * 0.09, np.array([-2, -1, 2]) / 3 * 0.01, np.zeros(3)]
    # The longest entry of the second is drawn between 2 and -2, which are equally long: its sign is free here.
    components[1] *= np.sign(components[1] @ expected[1])
    np.testing.assert_allclose(components, expected, atol=1.5e-3)


def test_the_components_are_the_covariances_eigenvectors():
    images = torch.rand(1005, 3, 2, 3, generator=torch.Generator().manual_seed(0)) ** torch.tensor([1, 2, 3])
    components = color_components(images)
    covariance = np.cov(images.numpy().transpose(1, 0, 2, 3).reshape(3, -1).astype(float), bias=True)
    lengths = np.linalg.norm(components, axis=1)
    np.testing.assert_allclose(components @ covariance, lengths[:, None] * components, atol=1e-9)
    assert lengths.sum() == pytest.approx(np.trace(covariance))
    assert list(lengths) == sorted(lengths, reverse=True)
    assert (components.max(1) >= -components.min(1)).all()


def test_the_jitter_adds_one_colour_to_all_pixels_of_an_image():
    components = np.array([[0.2, 0.3, 0.4], [0.1, 0, 0], [0, 0, 0.05]])
    images = torch.rand(2, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    moved = color_jitter(images, Fixed([[1.0, 0, 0], [0, -2.0, 3.0]]), components, strength=0.5) - images
    expected = torch.tensor([[0.1, 0.15, 0.2], [-0.1, 0, 0.075]], dtype=torch.float64)
    torch.testing.assert_close(moved, expected[:, :, None, None].expand(2, 3, 4, 5))


@pytest.mark.parametrize("function", [color_components, lambda images: color_jitter(images, None, np.eye(3))])
def test_colours_need_three_channels(function):
    with pytest.raises(ValueError, match=r"color_\w+: images must have shape \(N, 3, H, W\), received \(2, 1, 4, 4\)"):
        function(torch.zeros(2, 1, 4, 4))


def test_rows_of_a_joint_batch_can_be_drawn_apart():
    class Rows:
        """Draws for the whole batch of six and keeps some rows, as one of several processes would."""

        def __init__(self, rows):
            self.random, self.rows = np.random.RandomState(5), rows

        def random_sample(self, shape):
            return self.random.random_sample((6, *np.atleast_1d(shape)[1:]))[self.rows]

        def standard_normal(self, shape):
            return self.random.standard_normal((6, *shape[1:]))[self.rows]

    def augment(images, rng):
        return color_jitter(random_flip(random_crop(images, rng, 5), rng), rng, np.eye(3))

    images = torch.rand(6, 3, 8, 7, generator=torch.Generator().manual_seed(0))
    halves = [augment(images[rows], Rows(rows)) for rows in (slice(0, 3), slice(3, 6))]
    assert torch.equal(augment(images, np.random.RandomState(5)), torch.cat(halves))


def test_images_stay_as_they_were():
    images = torch.rand(4, 3, 6, 5, generator=torch.Generator().manual_seed(0))
    before = images.clone()
    for augment in (lambda rng: random_crop(images, rng, 4), lambda rng: random_flip(images, rng)):
        assert torch.equal(augment(np.random.RandomState(3)), augment(np.random.RandomState(3)))
    color_jitter(images, np.random.RandomState(3), color_components(images))
    assert torch.equal(images, before)
