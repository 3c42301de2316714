"""What a network can know of a place, and what it cannot."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.equivariance.position import (
    PositionReader,
    coordinates,
    least_error,
    position_error,
    read_position,
)


def test_coordinates_are_counted_from_the_middle():
    rows, columns = coordinates(2, 3)
    assert rows.tolist() == [[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]]
    assert columns.tolist() == [[-1, 0, 1], [-1, 0, 1]]


def test_the_least_error_by_hand():
    # Depth 1 on 4 rows and 5 columns: rows ±½ and columns −1, 0, 1 are not told apart from the middle.
    mean_square = (2 * 0.25 / 4 + 2 * 1 / 5) / 2
    assert least_error(1, (4, 5)) == pytest.approx(np.sqrt(mean_square))
    assert position_error(np.zeros((2, 4, 5))) == pytest.approx(least_error(0, (4, 5)))


def test_a_unit_sees_as_far_as_the_network_is_deep():
    network = PositionReader(3, "zeros", channels=4, seed=1)
    said = network(torch.ones(1, 1, 9, 12))[0, :, 3:-3, 3:-3]
    torch.testing.assert_close(said, said[:, :1, :1].expand_as(said), rtol=0, atol=1e-5)
    wider = network(torch.ones(1, 1, 9, 12))[0, :, 2:-2, 2:-2]
    assert not torch.allclose(wider, wider[:, :1, :1].expand_as(wider), atol=1e-3)


@pytest.mark.parametrize("padding_mode", ["circular", "replicate"])
def test_where_the_white_goes_on_all_pixels_say_the_same(padding_mode):
    said = read_position(2, padding_mode, size=(6, 7), iterations=30)
    np.testing.assert_allclose(said, said[:, :1, :1] * np.ones_like(said), atol=1e-4)
    assert position_error(said) == pytest.approx(least_error(0, (6, 7)), rel=1e-3)


def test_zeros_are_learned_from_down_to_the_least_error():
    said = read_position(2, "zeros", size=(6, 7), iterations=150)
    assert least_error(2, (6, 7)) - 1e-4 <= position_error(said) <= 1.2 * least_error(2, (6, 7)) + 0.02


@pytest.mark.parametrize("depth", [1, 2])
def test_white_around_the_picture_hides_the_border_from_the_first_layer_only(depth):
    said = PositionReader(depth, "zeros", outside=1.0, channels=4, seed=1)(torch.ones(1, 1, 5, 6))
    alike = torch.allclose(said, said[..., :1, :1].expand_as(said), atol=1e-5)
    assert alike == (depth == 1)


def test_a_repeated_border_is_each_map_s_own():
    network = PositionReader(1, "replicate", channels=1, seed=0)
    with torch.no_grad():
        network.weights[0][:] = torch.zeros(3, 3)
        network.weights[0][0, 0, 1, 0] = 1  # the left neighbour
        network.readout[:] = 1
        said = network(torch.tensor([[[[3.0, 5.0, 7.0]]]]))
    assert said[0, 0].tolist() == [[3.0, 3.0, 5.0]]


def test_another_padding_is_refused():
    message = "PositionReader: padding_mode must be one of 'zeros', 'circular', 'replicate', received 'reflect'"
    with pytest.raises(ValueError, match=exactly(message)):
        PositionReader(1, "reflect")
