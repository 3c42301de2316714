import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.speed.fewer_products import error_of, fft_products, layer_products

LAYER = {"batch": 2, "channels": 3, "filters": 5, "size": 12}


def test_a_transform_by_halving():
    assert [fft_products(n) for n in (1, 2, 4, 8, 16)] == [0, 1, 4, 12, 32]


def test_layers_by_hand():
    pairs = 2 * 3 * 5
    assert layer_products("direct", kernel=3, **LAYER) == pairs * 144 * 9
    assert layer_products("Winograd 2", kernel=3, **LAYER) == pairs * 36 * 16
    assert layer_products("Winograd 4", kernel=3, **LAYER) == pairs * 9 * 36
    # 12 + 5 - 1 = 16 values a side; 9 columns of a spectrum; 25 transforms in 6 + 15 + 10 planes
    planes = 2 * 3 + 3 * 5 + 2 * 5
    assert layer_products("FFT", kernel=5, **LAYER) == 4 * (pairs * 16 * 9 + planes * 25 * 32)
    assert layer_products("FFT", kernel=6, **LAYER) > 2 * layer_products("FFT", kernel=5, **LAYER)


def test_errors_are_of_the_size_of_the_format():
    for way in ("direct", "Winograd 2", "Winograd 4"):
        assert 1e-8 < error_of(way, np.float32, channels=8) < 1e-5
        assert 1e-5 < error_of(way, np.float16, channels=8) < 5e-2
    assert error_of("Winograd 4", np.float16) > 5 * error_of("direct", np.float16)


@pytest.mark.parametrize(("way", "kernel"), [("Winograd 4", 5), ("Winograd 3", 3), ("im2col", 3)])
def test_other_ways_are_refused(way, kernel):
    message = f"layer_products: way must be known, and Winograd's kernel 3, received {way!r}, {kernel}"
    with pytest.raises(ValueError, match=exactly(message)):
        layer_products(way, kernel=kernel, **LAYER)
