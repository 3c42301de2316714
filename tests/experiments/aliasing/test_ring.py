"""Grids on a ring are halved as the formulas say; shifts by the grid change nothing, others do if cells are dropped."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib import vectorized
from cnnlib.experiments.aliasing.ring import (
    CHANNELS,
    KERNELS,
    RingConv,
    RingNetwork,
    folded_share,
    halving,
    largest_of_four,
    steadiness,
)

RANDOM = np.random.RandomState(0)


def tensor(*shape):
    return torch.from_numpy(RANDOM.normal(size=shape).astype(np.float32))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_halving_is_a_circulant_matrix_with_every_second_row_left_out(kernel):
    weights = np.array(KERNELS[kernel], float)
    whole = vectorized.circulant(weights[::-1].copy(), 12)
    # The circulant matrix weights a cell and those before it; here the middle one is the cell itself.
    whole = np.roll(whole, -(len(weights) // 2), axis=0)
    np.testing.assert_allclose(halving(12, kernel), whole[::2])
    assert weights.sum() == pytest.approx(1)


def test_the_ideal_keeps_slow_waves_whole_and_removes_fast_ones():
    n = np.arange(16)
    for k in range(9):
        wave = np.cos(2 * np.pi * k * n / 16 + 0.3)
        expected = wave[::2] if k < 4 else np.zeros(8)
        np.testing.assert_allclose(halving(16, "ideal") @ wave, expected, atol=1e-12)


def test_the_largest_of_four_by_hand_closes_the_picture_into_a_ring():
    x = torch.tensor([[[[1.0, 5.0, 2.0], [3.0, 0.0, 4.0]]]])
    assert largest_of_four(x).tolist() == [[[[5, 5, 4], [5, 5, 4]]]]
    wide = torch.tensor([[[[7.0, 1.0, 2.0, 3.0]] * 4]])
    assert largest_of_four(wide, spacing=2)[0, 0, 0].tolist() == [7, 3, 7, 3]


def test_a_ring_convolution_reads_across_the_border_and_cells_apart():
    layer = RingConv(np.random.RandomState(0), 1, 1)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[0, 0, 1, 2] = 1  # the right neighbour
        layer.bias.fill_(0.5)
        x = torch.arange(5.0).expand(1, 1, 5, 5)
        assert layer(x)[0, 0, 0].tolist() == [1.5, 2.5, 3.5, 4.5, 0.5]
        assert layer(x, spacing=2)[0, 0, 0].tolist() == [2.5, 3.5, 4.5, 0.5, 1.5]


@pytest.mark.parametrize("kernel", [*KERNELS, "ideal", "learned", "keep"])
@pytest.mark.parametrize("shift", [(0, 1), (3, 2), (4, 0), (8, 12)])
def test_logits_stay_where_the_grid_allows(kernel, shift):
    network = RingNetwork("max", kernel, seed=1)
    x = tensor(3, 1, 28, 28)
    with torch.no_grad():
        change = (network(x.roll(shift, (2, 3))) - network(x)).abs().max()
    on_the_grid = kernel == "keep" or not any(step % 4 for step in shift)
    assert (change < 1e-4) == on_the_grid


@pytest.mark.parametrize("summary", CHANNELS)
def test_stages_follow_each_other_and_parameters_are_about_equal(summary):
    network = RingNetwork(summary, "blur")
    stages = network.stages(tensor(2, 1, 28, 28))
    first, second, third = CHANNELS[summary]
    assert stages["halved 1"].shape == (2, first, 14, 14)
    assert stages["halved 2"].shape == (2, second, 7, 7)
    assert stages["ReLU 3"].shape == (2, third, 7, 7)
    assert [*stages][-1] == "logits"
    assert ("second conv 1" in stages) == (summary == "conv")
    assert ("maximum 1" in stages) == (summary == "max")
    assert sum(each.numel() for each in network.parameters()) == pytest.approx(6218, rel=0.03)


def test_what_folds_back_is_compared_with_what_fits():
    impulse, blur = np.zeros((2, 3, 3)), np.outer([1, 2, 1], [1, 2, 1]) / 16
    impulse[:, 1, 1] = 1
    assert folded_share(impulse) == pytest.approx(1)
    # Along one axis the blur leaves cos²(πk/16); 7 of the 16 waves fit, 7 fold back, 2 are at the limit.
    one = np.cos(np.pi * np.arange(16) / 16) ** 4
    waves = np.minimum(np.arange(16), 16 - np.arange(16))
    inside, both = one[waves < 4].sum() ** 2, one[waves != 4].sum() ** 2
    expected = np.sqrt((both - inside) / (14**2 - 7**2) / (inside / 7**2))
    assert folded_share(blur) == pytest.approx(expected)
    assert folded_share(np.outer([1, 0, 1], [1, 0, 1])) == pytest.approx(1)  # treats k and N/2 − k waves alike
    assert folded_share(np.stack([blur, 3 * blur])) == pytest.approx(expected)


def test_max_pooling_is_the_largest_of_four_and_every_second_cell():
    stages = RingNetwork("max", "drop").stages(tensor(2, 1, 28, 28))
    pooled = torch.nn.functional.max_pool2d(stages["ReLU 1"], 2)
    torch.testing.assert_close(stages["halved 1"], pooled)


def test_a_learned_kernel_begins_as_dropping():
    x = tensor(2, 1, 28, 28)
    torch.testing.assert_close(RingNetwork("max", "learned", seed=3)(x), RingNetwork("max", "drop", seed=3)(x))


def test_keeping_all_averages_the_answers_at_all_offsets():
    plain, free = RingNetwork("max", "drop", seed=2), RingNetwork("max", "keep", seed=2)
    x = tensor(2, 1, 28, 28)
    with torch.no_grad():
        offsets = [plain(x.roll((i, j), (2, 3))) for i in range(4) for j in range(4)]
        torch.testing.assert_close(free(x), torch.stack(offsets).mean(0), rtol=1e-4, atol=1e-5)


def test_steadiness_counts_what_stays_and_what_is_read():
    class Brightest(torch.nn.Module):
        """Answers with the column of the brightest pixel: every shift but a full turn changes it."""

        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(()))

        def forward(self, x):
            # The first picture is the same in all columns, and always answered with the first.
            return self.weight * x.amax((1, 2))

    images = np.zeros((4, 1, 3, 5), np.float32)
    images[0] = 1
    images[[1, 2, 3], 0, 0, [1, 2, 4]] = 1
    labels = np.array([0, 1, 2, 3])
    one = steadiness(Brightest(), images, labels)
    assert (one["accuracy"], one["moved_accuracy"], one["consistency"]) == (0.75, 0.25, 0.25)
    assert steadiness(Brightest(), images, labels, shift=5)["consistency"] == 1
    assert one["sureness"] == pytest.approx((1 / 5 + 3 * np.e / (np.e + 4)) / 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mean",), "RingNetwork: summary must be one of 'none', 'max', 'conv', received 'mean'"),
        (
            ("max", "box"),
            "RingNetwork: kernel must be one of 'drop', 'two', 'blur', 'five', 'gap', 'ideal', 'learned', 'keep', "
            "received 'box'",
        ),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=exactly(message)):
        RingNetwork(*arguments)
    with pytest.raises(ValueError, match="halving: kernel must be one of"):
        halving(8, "box")
