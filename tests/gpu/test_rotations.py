"""Quarter turns: the group's axioms, values against a loop over the group, equivariance to rounding."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.gpu.rotations import group_conv2d, group_pool, lift_conv2d, turn

F = torch.nn.functional
OPTIONS = [{}, {"padding": 1}, {"padding": 2, "padding_mode": "circular"}, {"stride": 2}]


def draw(*shape, seed=0):
    return torch.from_numpy(np.random.RandomState(seed).normal(size=shape))


SIGNALS = {"image": draw(2, 3, 7, 5), "sheets": draw(2, 3, 4, 7, 5)}


@pytest.mark.parametrize("x", SIGNALS.values(), ids=SIGNALS)
def test_turns_are_a_group_of_four(x):
    assert torch.equal(turn(x, 0), x)
    assert torch.equal(turn(x, 4), x)
    for a in range(4):
        assert torch.equal(turn(turn(x, a), -a), x)
        for b in range(4):
            assert torch.equal(turn(turn(x, a), b), turn(x, a + b))
        assert a == 0 or turn(x, a).shape != x.shape or not torch.equal(turn(x, a), x)


def test_a_turn_by_hand():
    image = torch.tensor([[[[1, 2, 3], [4, 5, 6]]]])
    assert turn(image, 1).tolist() == [[[[3, 6], [2, 5], [1, 4]]]]
    sheets = torch.arange(4).reshape(1, 1, 4, 1, 1)
    assert turn(sheets, 1).flatten().tolist() == [3, 0, 1, 2]


@pytest.mark.parametrize("options", OPTIONS)
def test_lifting_is_a_convolution_for_each_orientation(options):
    x, weight, bias = draw(2, 3, 7, 9), draw(5, 3, 3, 3, seed=1), draw(5, seed=2)
    lifted = lift_conv2d(x, weight, bias, **options)
    padding, mode = options.get("padding", 0), options.get("padding_mode", "constant")
    padded = F.pad(x, 4 * [padding], mode="constant" if mode == "zeros" else mode)
    for r in range(4):
        expected = F.conv2d(padded, torch.rot90(weight, r, (2, 3)), bias, stride=options.get("stride", 1))
        torch.testing.assert_close(lifted[:, :, r], expected, rtol=0, atol=1e-12)


def test_group_convolution_is_the_sum_over_the_group():
    x, weight, bias = draw(2, 3, 4, 6, 7), draw(5, 3, 4, 3, 3, seed=1), draw(5, seed=2)
    y = group_conv2d(x, weight, bias, padding=1)
    for r in range(4):
        expected = bias[None, :, None, None]
        for s in range(4):
            filters = torch.rot90(weight[:, :, (s - r) % 4], r, (2, 3))
            expected = expected + F.conv2d(x[:, :, s], filters, padding=1)
        torch.testing.assert_close(y[:, :, r], expected, rtol=0, atol=1e-12)


# With stride 2, a turn keeps the windows where they were only if the last one ends at the border: sizes 7 and 9.
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_each_layer_turns_with_the_image(options, quarters):
    x, first, second = draw(2, 3, 9, 7), draw(5, 3, 3, 3, seed=1), draw(2, 5, 4, 3, 3, seed=2)

    def network(x):
        lifted = torch.relu(lift_conv2d(x, first, draw(5, seed=3), **options))
        return group_conv2d(lifted, second, draw(2, seed=4), padding=1)

    turned = network(turn(x, quarters))
    torch.testing.assert_close(turned, turn(network(x), quarters), rtol=0, atol=1e-12)
    torch.testing.assert_close(group_pool(turned), turn(group_pool(network(x)), quarters), rtol=0, atol=1e-12)
    # The sheets do move: comparing without moving them on would fail.
    assert not torch.allclose(turned, torch.rot90(network(x), quarters, (-2, -1)))


def test_pooling_over_the_group_keeps_the_largest_sheet():
    x = draw(2, 3, 4, 2, 5)
    np.testing.assert_array_equal(group_pool(x), x.numpy().max(axis=2))


def test_gradients_pass_central_differences():
    x, first, second = (t.requires_grad_() for t in (draw(1, 2, 4, 5), draw(2, 2, 2, 2), draw(1, 2, 4, 2, 2)))
    assert torch.autograd.gradcheck(lambda x, a, b: group_conv2d(lift_conv2d(x, a), b), (x, first, second))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: turn(draw(2, 3, 5, 7, 7), 1),
            "turn: x must have 4 sheets on axis 2, received (2, 3, 5, 7, 7)",
        ),
        (lambda: turn(draw(3, 7, 7), 1), "turn: x must have shape (N, C, H, W), received (3, 7, 7)"),
        (
            lambda: lift_conv2d(draw(1, 1, 7, 7), draw(1, 1, 3, 2)),
            "lift_conv2d: weight must be square to be turned, received (1, 1, 3, 2)",
        ),
        (
            lambda: lift_conv2d(draw(1, 1, 7, 7), draw(1, 3, 3)),
            "lift_conv2d: weight must have shape (C_out, C_in, K, K), received (1, 3, 3)",
        ),
        (
            lambda: group_conv2d(draw(1, 1, 7, 7), draw(1, 1, 4, 3, 3)),
            "group_conv2d: x must have shape (N, C_in, 4, H, W), received (1, 1, 7, 7)",
        ),
        (
            lambda: group_conv2d(draw(1, 1, 4, 7, 7), draw(1, 1, 3, 3, 3)),
            "group_conv2d: weight must have 4 sheets on axis 2, received (1, 1, 3, 3, 3)",
        ),
        (
            lambda: group_conv2d(draw(1, 1, 4, 7, 7), draw(1, 1, 4, 3, 2)),
            "group_conv2d: weight must be square to be turned, received (1, 1, 4, 3, 2)",
        ),
        (lambda: group_pool(draw(1, 4, 7, 7)), "group_pool: x must have shape (N, C, 4, H, W), received (1, 4, 7, 7)"),
    ],
)
def test_a_wrong_call_is_told_what_arrived(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
