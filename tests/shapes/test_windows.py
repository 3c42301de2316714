"""Output sizes against counting by hand: place the window, see whether it fits, move on."""

import itertools

import pytest

from cnnlib.shapes import conv_geometry, output_size, pool_geometry


def positions_by_counting(n_in, kernel, stride, before, after, dilation, ceil_mode=False):
    """Slide a window over a drawn-out axis and count where it stands."""
    reach = dilation * (kernel - 1) + 1
    starts = [s for s in range(0, n_in + before + after, stride) if s + reach <= n_in + before + after]
    if ceil_mode:
        # One more window that runs over the end, if the last one left cells of the axis unseen by
        # whole strides, and if it starts on the input or in the padding before it.
        following = starts[-1] + stride
        if starts[-1] + reach < n_in + before + after and following < n_in + before:
            starts.append(following)
    return len(starts)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_output_size_counts_window_positions(ceil_mode):
    sweep = itertools.product(range(1, 13), range(1, 6), range(1, 5), range(0, 3), range(0, 3), range(1, 4))
    checked = 0
    for n_in, kernel, stride, before, after, dilation in sweep:
        if n_in + before + after < dilation * (kernel - 1) + 1:
            continue
        if ceil_mode and 2 * max(before, after) > kernel:
            continue  # pooling refuses such padding: whole windows would lie in it
        expected = positions_by_counting(n_in, kernel, stride, before, after, dilation, ceil_mode)
        got = output_size(n_in, kernel, stride=stride, padding=(before, after), dilation=dilation, ceil_mode=ceil_mode)
        assert got == expected, (n_in, kernel, stride, before, after, dilation)
        checked += 1
    assert checked > 1500


def test_output_size_of_lenet_and_alexnet():
    # LeNet's and AlexNet's convolutions, and AlexNet's overlapping pool.
    assert output_size(28, 5, padding=2) == 28
    assert output_size(14, 5) == 10
    assert output_size(224, 11, stride=4) == 54
    assert output_size(54, 3, stride=2) == 26


def test_conv_geometry_keeps_height_and_width_apart():
    geometry = conv_geometry(
        "conv2d", (2, 4, 9, 14), (6, 2, 3, 5), (6,), spatial=2, stride=(2, 3), padding=(1, 0), dilation=(1, 2), groups=2
    )
    assert geometry.output == (5, 2)
    assert geometry.output_shape == (2, 6, 5, 2)
    assert geometry.padding == ((1, 1), (0, 0))


@pytest.mark.parametrize(("kernel", "dilation"), [((3, 2), 1), ((4, 5), (2, 1)), ((1, 6), 3)])
def test_same_padding_keeps_the_size_and_puts_the_odd_cell_behind(kernel, dilation):
    geometry = conv_geometry("conv2d", (1, 1, 9, 14), (1, 1, *kernel), spatial=2, padding="same", dilation=dilation)
    assert geometry.output == (9, 14)
    assert all(0 <= after - before <= 1 for before, after in geometry.padding)


def test_pool_geometry_defaults_to_windows_side_by_side():
    geometry = pool_geometry("max_pool2d", (1, 3, 9, 14), (3, 2))
    assert geometry.stride == (3, 2)
    assert geometry.output_shape == (1, 3, 3, 7)


def test_pool_geometry_in_ceil_mode_counts_the_partial_window():
    assert pool_geometry("max_pool2d", (1, 1, 6, 7), 3, stride=2).output == (2, 3)
    assert pool_geometry("max_pool2d", (1, 1, 6, 7), 3, stride=2, ceil_mode=True).output == (3, 3)
