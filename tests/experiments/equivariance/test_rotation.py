"""Rotated images, and networks that do or do not turn with them."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.equivariance.rotation import (
    READERS,
    GroupReader,
    accuracy_by_angle,
    any_angle,
    max_pool_sheets,
    rotate,
    six_nine_swaps,
    trained_turner,
)

RANDOM = np.random.RandomState(0)


def draw(*shape):
    return torch.from_numpy(RANDOM.normal(size=shape))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_move_pixels_and_change_none(quarters):
    x = draw(2, 3, 8, 8)
    torch.testing.assert_close(rotate(x, 90 * quarters), torch.rot90(x, quarters, (2, 3)), rtol=0, atol=1e-12)


def test_half_a_turn_of_a_rectangle():
    x = draw(2, 3, 6, 9)
    torch.testing.assert_close(rotate(x, 180.0), torch.rot90(x, 2, (2, 3)), rtol=0, atol=1e-12)


def test_a_rectangle_is_turned_without_being_stretched():
    # A bright pixel two columns to the right of the middle goes two rows up.
    x = torch.zeros(1, 1, 7, 9)
    x[0, 0, 3, 6] = 1
    expected = torch.zeros(1, 1, 7, 9)
    expected[0, 0, 1, 4] = 1
    torch.testing.assert_close(rotate(x, 90), expected, rtol=0, atol=1e-5)


def test_each_image_may_have_an_angle_of_its_own():
    x = draw(3, 1, 8, 8)
    turned = rotate(x, torch.tensor([0.0, 90.0, 180.0]))
    for k in range(3):
        torch.testing.assert_close(turned[k], torch.rot90(x[k], k, (1, 2)), rtol=0, atol=1e-6)


def test_scaling_by_two_spreads_a_slope():
    slope = torch.arange(9.0).expand(1, 1, 5, 9) - 4
    torch.testing.assert_close(rotate(slope, 0, scale=2.0), slope / 2, rtol=0, atol=1e-5)


def test_augmenting_draws_an_angle_for_each_image():
    x = torch.ones(4, 1, 28, 28)
    x[..., :14] = 0
    turned = any_angle(x, np.random.RandomState(1))
    assert turned.shape == x.shape
    assert len({float(image[0, 3, 14]) + float(image[0, 14, 3]) for image in turned}) > 1


def test_the_networks_have_the_parameters_that_the_text_says():
    counts = {name: sum(p.numel() for p in network().parameters()) for name, network in READERS.items()}
    assert counts["plain"] == 11_978
    assert counts["group"] == 11_690
    assert counts["plain, wide"] == 46_730
    assert counts["group, sheets in order"] == counts["group"] + 10 * 48
    assert counts["group, first sheet"] == counts["group"]
    assert counts["group, wide"] > 3.5 * counts["group"]


@pytest.mark.parametrize("name", READERS)
def test_only_pooling_over_the_sheets_makes_a_network_read_quarter_turns_alike(name):
    x, network = draw(3, 1, 28, 28), READERS[name](seed=1).double()
    with torch.no_grad():
        logits = [network(torch.rot90(x, quarters, (2, 3))) for quarters in range(4)]
    assert logits[0].shape == (3, 10)
    for turned in logits[1:]:
        assert torch.allclose(turned, logits[0], rtol=0, atol=1e-12) == (name in ("group", "group, wide"))


def test_what_the_dense_units_read_has_a_name():
    with pytest.raises(ValueError, match="sheets must be one of 'strongest', 'all', 'first', received 'last'"):
        GroupReader((4, 8, 16), sheets="last")


def test_sheets_are_pooled_each_by_itself():
    x = torch.arange(2.0 * 3 * 4 * 4 * 6).reshape(2, 3, 4, 4, 6)
    expected = torch.stack([torch.nn.functional.max_pool2d(x[:, :, r], 2) for r in range(4)], dim=2)
    assert torch.equal(max_pool_sheets(x), expected)


def test_swapped_counts_sixes_and_nines_taken_for_the_other():
    class Constant(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = torch.nn.Parameter(torch.zeros(10))

        def forward(self, x):
            return torch.nn.functional.one_hot(x[:, 0, 0, 0].long(), 10).float() + self.bias

    says = np.array([9, 6, 9, 9, 6, 1, 9, 9], np.float32)
    labels = np.array([6, 6, 9, 6, 1, 6, 6, 1])  # three of six are six_nine_swaps
    images = np.tile(says[:, None, None, None], (1, 1, 2, 2))
    assert six_nine_swaps(Constant(), (images, labels)) == 3 / 6


@pytest.mark.parametrize("name", ["plain", "group"])
def test_a_network_trained_upright_reads_upright(name):
    labels = RANDOM.randint(0, 2, 60)
    images = RANDOM.uniform(0, 0.2, (60, 1, 28, 28)).astype(np.float32)
    images[:, :, 6:22, 12:16] += 0.8  # a bar, and for the second class a second one across it
    images[labels == 1, :, 12:16, 6:22] += 0.8
    network = trained_turner(name, (images, labels), steps=30, rate=0.005)
    curve = accuracy_by_angle(network, (images, labels), (0, 90))
    assert curve[0] >= 0.9
    if name == "group":
        assert curve[1] == curve[0]


def test_turned_digits_are_shown_where_they_are_asked_for():
    images = np.zeros((20, 1, 28, 28), np.float32)
    images[:, :, :14] = 1
    upright, turned = (
        trained_turner("plain", (images, np.arange(20) % 2), steps=3, rate=0.01, turned=each) for each in (False, True)
    )
    assert any(not torch.equal(a, b) for a, b in zip(upright.parameters(), turned.parameters(), strict=True))
