"""Without subsampling every shift commutes; with it, those by the grid; a blur lies between."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.aliasing.subsampling import SUBSAMPLING, CircularNetwork, circular_blur, consistency, dense_max

RANDOM = np.random.RandomState(0)


def tensor(*shape):
    return torch.from_numpy(RANDOM.normal(size=shape).astype(np.float32))


def test_dense_max_by_hand_closes_the_image_into_a_circle():
    x = torch.tensor([[[[1.0, 5.0, 2.0], [3.0, 0.0, 4.0]]]])
    assert dense_max(x).tolist() == [[[[5, 5, 4], [5, 5, 4]]]]
    x = torch.tensor([[[[7.0, 1.0, 2.0, 3.0]]]])
    assert dense_max(x, spacing=2).tolist() == [[[[7, 3, 7, 3]]]]


def test_dense_max_holds_the_strided_one():
    x = tensor(2, 3, 6, 8)
    strided = torch.nn.functional.max_pool2d(x, 2)
    assert torch.equal(dense_max(x)[:, :, ::2, ::2], strided)


def test_circular_blur_is_a_circular_convolution_then_every_other_value():
    x = tensor(2, 3, 6, 8)
    expected = sum(
        weight_i * weight_j * x.roll((i, j), (2, 3))
        for i, weight_i in ((-1, 0.25), (0, 0.5), (1, 0.25))
        for j, weight_j in ((-1, 0.25), (0, 0.5), (1, 0.25))
    )[:, :, ::2, ::2]
    torch.testing.assert_close(circular_blur(x), expected)


@pytest.mark.parametrize("subsampling", SUBSAMPLING)
@pytest.mark.parametrize("shift", [(0, 1), (3, 2), (4, 0), (8, 12)])
def test_logits_stay_where_the_grid_allows(subsampling, shift):
    network = CircularNetwork(subsampling, seed=1)
    x = tensor(3, 1, 28, 28)
    with torch.no_grad():
        change = (network(x.roll(shift, (2, 3))) - network(x)).abs().max()
    on_the_grid = subsampling == "none" or not any(step % 4 for step in shift)
    assert (change < 1e-4) == on_the_grid


def test_all_three_share_their_weights_and_their_first_value():
    networks = [CircularNetwork(kind, seed=5) for kind in SUBSAMPLING]
    first, *others = (network.state_dict() for network in networks)
    for other in others:
        assert all(torch.equal(first[name], other[name]) for name in first)


def test_not_subsampling_averages_the_answers_at_all_offsets():
    plain, free = CircularNetwork("max", seed=2), CircularNetwork("none", seed=2)
    x = tensor(2, 1, 28, 28)
    with torch.no_grad():
        offsets = [plain(x.roll((i, j), (2, 3))) for i in range(4) for j in range(4)]
        torch.testing.assert_close(free(x), torch.stack(offsets).mean(0), rtol=1e-4, atol=1e-5)


def test_consistency_counts_equal_answers():
    class Brightest(torch.nn.Module):
        """Answers with the column of the brightest pixel: every shift but a full turn changes it."""

        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(()))

        def forward(self, x):
            # The first image is the same in all columns, and always answered with the first.
            return self.weight * x.amax((1, 2))

    images = RANDOM.uniform(size=(4, 1, 3, 5)).astype(np.float32)
    images[0] = 1
    assert consistency(Brightest(), images, np.zeros(4, int), [0, 1, 5]) == [1.0, 0.25, 1.0]


def test_bad_arguments_are_named():
    message = "CircularNetwork: subsampling must be one of 'max', 'blur', 'none', received 'mean'"
    with pytest.raises(ValueError, match=exactly(message)):
        CircularNetwork("mean")
