import pytest

from cnnlib.shapes import (
    adaptive_windows,
    blur_geometry,
    channel_window,
    conv_geometry,
    local_geometry,
    pool_geometry,
    signal_geometry,
)


@pytest.mark.parametrize(
    ("mode", "start", "output"), [("full", (0, 0), (6, 8)), ("same", (0, 1), (5, 5)), ("valid", (1, 3), (4, 2))]
)
def test_signal_geometry_by_hand(mode, start, output):
    geometry = signal_geometry("convolve", (5, 5), (2, 4), mode=mode)
    assert (geometry.start, geometry.output) == (start, output)


def test_a_valid_kernel_may_be_the_longer_on_every_axis():
    assert signal_geometry("convolve", (2, 5), (5, 5), mode="valid").output == (4, 1)


def test_adaptive_windows_cover_the_axis_and_share_a_cell_where_they_must():
    rows, columns = adaptive_windows("adaptive_avg_pool2d", (1, 1, 6, 7), (3, 2))
    assert rows == [(0, 2), (2, 4), (4, 6)]
    assert columns == [(0, 4), (3, 7)]


def test_blur_geometry_puts_the_odd_cell_behind():
    geometry = blur_geometry("blur_pool2d", (1, 3, 6, 7), (4, 3))
    assert geometry.padding == ((1, 2), (1, 1))
    assert geometry.output == (3, 4)


def test_local_geometry_by_hand():
    geometry = local_geometry("locally_connected2d", (2, 3, 8, 5), (3, 4, 6, 3, 3, 2), (3, 4, 6), stride=(2, 1))
    assert geometry.output_shape == (2, 6, 3, 4)


def test_an_even_channel_window_reaches_further_back():
    assert channel_window("local_response_norm", (1, 8, 2, 3), 4) == (2, 1)


def test_a_window_that_hangs_over_is_reached_but_its_cells_are_not_counted():
    # Rows: windows of 3 from -1, 1 and 3 on 4 rows; columns: of 2 from 0, 2 and 4 on 5 columns.
    geometry = pool_geometry("avg_pool2d", (1, 1, 4, 5), (3, 2), stride=2, padding=(1, 0), ceil_mode=True)
    assert geometry.output == (3, 3)
    assert geometry.reach == ((1, 2), (0, 1))
    assert geometry.cell_counts(include_padding=True) == ([3, 3, 2], [2, 2, 1])
    assert geometry.cell_counts(include_padding=False) == ([2, 3, 1], [2, 2, 1])


def test_a_sequence_is_an_image_of_one_row():
    options = {"stride": 2, "padding": 1, "dilation": 3, "groups": 2}
    sequence = conv_geometry("conv1d", (4, 6, 20), (8, 3, 5), spatial=1, **options)
    as_pairs = {"stride": (1, 2), "padding": (0, 1), "dilation": (1, 3), "groups": 2}
    assert sequence.as_image() == conv_geometry("conv2d", (4, 6, 1, 20), (8, 3, 1, 5), spatial=2, **as_pairs)


def test_local_geometry_moves_by_one_cell_unless_told():
    geometry = local_geometry("locally_connected2d", (2, 3, 8, 5), (6, 4, 6, 3, 3, 2))
    assert (geometry.stride, geometry.output) == ((1, 1), (6, 4))


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "message"),
    [
        ((3, 8, 5), (6, 4, 6, 3, 3, 2), r"x must have shape \(N, C_in, H, W\), received \(3, 8, 5\)"),
        ((2, 3, 8, 5), (6, 4, 6, 3, 3, 0), r"weight must not be empty, received \(6, 4, 6, 3, 3, 0\)"),
        ((2, 0, 8, 5), (6, 4, 6, 0, 3, 2), r"weight must not be empty, received \(6, 4, 6, 0, 3, 2\)"),
    ],
)
def test_local_geometry_names_what_is_wrong(x_shape, weight_shape, message):
    with pytest.raises(ValueError, match=rf"^locally_connected2d: {message}$"):
        local_geometry("locally_connected2d", x_shape, weight_shape)
