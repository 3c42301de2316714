"""Published figures, worked by hand, and tiles that fit."""

from dataclasses import replace

import pytest
from messages import exactly

from cnnlib.experiments.speed.chips import GTX1660TI, H100, LAPTOP, residence, useful_share


def test_rates_follow_from_lanes_and_clocks():
    assert LAPTOP.rates == {"float32": pytest.approx(358.4e9)}
    assert LAPTOP.bandwidth == pytest.approx(51.2e9)
    assert GTX1660TI.rates["float32"] == pytest.approx(5.437e12, rel=1e-3)
    assert GTX1660TI.bandwidth == 288e9
    assert (H100.best, GTX1660TI.best, LAPTOP.best) == ("16 bits", "16 bits", "float32")


def test_the_slower_of_arithmetic_and_memory_counts():
    ridge = H100.ridge("float32")
    assert ridge == pytest.approx(19.97, abs=0.01)
    assert H100.least_seconds(66.9e12, 1, "float32") == 1
    assert H100.least_seconds(1, 3.35e12, "float32") == 1
    assert H100.least_seconds(ridge * 1e9, 1e9, "float32") == pytest.approx(1e9 / 3.35e12)


@pytest.mark.parametrize(
    ("tile", "options", "registers", "shared", "programs", "limit"),
    [
        ((128, 128, 64), {"warps": 8}, 64 + 64, 98_304, 2, "registers"),
        ((64, 64, 32), {}, 32 + 64, 24_576, 5, "registers"),
        ((64, 64, 128), {}, 32 + 64, 98_304, 2, "shared memory"),
        ((16, 16, 16), {"warps": 4}, 2 + 64, 3_072, 7, "registers"),
        ((256, 256, 64), {"warps": 8}, 256 + 64, 196_608, 0, "registers"),
        # There would be room, but no lane can have more than 255.
        ((256, 128, 16), {"warps": 4}, 256 + 64, 36_864, 0, "registers"),
        ((128, 128, 256), {"warps": 8, "stages": 4}, 128, 524_288, 0, "shared memory"),
    ],
)
def test_programs_fit_as_long_as_nothing_runs_out(tile, options, registers, shared, programs, limit):
    home = residence(H100, *tile, **options)
    assert (home.registers, home.shared_bytes, home.programs, home.limit) == (registers, shared, programs, limit)
    assert home.occupancy == programs * options.get("warps", 4) / 64
    assert min(home.fits.values()) == programs


def test_a_turing_card_reserves_no_shared_memory():
    # Two programs with 32 KiB each fill its 64 KiB; a KiB reserved for each would leave room for one.
    home = residence(GTX1660TI, 128, 128, 16, itemsize=4, stages=2, warps=4)
    assert (home.shared_bytes, home.fits["shared memory"], home.programs) == (32_768, 2, 2)
    reserving = replace(GTX1660TI, reserved_bytes=1024)
    assert residence(reserving, 128, 128, 16, itemsize=4, stages=2, warps=4).programs == 1


def test_a_processor_without_multiprocessors_is_refused():
    with pytest.raises(ValueError, match=exactly("residence: chip must be a GPU, received laptop CPU")):
        residence(LAPTOP, 16, 16, 16)


def test_rounding_up_wastes_products():
    assert useful_share(1, 6, 25) == 25 * 6 / (32 * 16)
    assert useful_share(1, 6, 25, flat=False) == 6 / (16 * 16)
    assert useful_share(3, 96, 121, depth=32, columns=32) == 363 / 384
    assert useful_share(64, 64, 9, depth=32, flat=False) == 1
