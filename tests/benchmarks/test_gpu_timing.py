"""A contender that fails is told apart, and leaves the others alone; errors are relative to float64's largest value."""

import pytest
import torch

from benchmarks.gpu_timing import one_line, race, relative_error, summarized, tensor_float_32, timed
from cnnlib.gpu._tensors import tensor_float_32 as convolutions_may


def test_every_contender_gets_a_row():
    exact = torch.tensor([1.0, -4.0], dtype=torch.float64)
    calls = {
        "right": lambda: torch.tensor([1.0, -4.0, 9.0]),
        "near": lambda: torch.tensor([1.0, -4.5, 9.0]),
        "failing": lambda: torch.ones(2) @ torch.ones(3),
        "infinite": lambda: torch.tensor([1.0, torch.inf, 9.0]),
        "misshapen": lambda: torch.ones(5),
    }
    rows = list(race({"shape": "a"}, calls, exact, torch.device("cpu"), compared=lambda result: result[:-1]))
    assert [row["contender"] for row in rows] == list(calls)
    assert all(row["shape"] == "a" for row in rows)
    assert [row["largest_relative_error"] for row in rows] == [0.0, 0.125, None, None, None]
    assert [row["milliseconds"] is None for row in rows] == [False, False, True, True, True]
    assert rows[0]["failure"] is None
    assert rows[0]["n"] == 2
    assert rows[2]["failure"].startswith("RuntimeError: ")
    assert rows[3]["failure"] == "ValueError: the result is not finite"
    assert rows[4]["failure"] == "ValueError: the result must have shape (2,), received (4,)"


def test_times_are_summed_up_by_quartiles():
    assert summarized([1.0, 9.0, 3.0, 5.0, 7.0]) == {"milliseconds": 5.0, "quartiles": [3.0, 7.0], "n": 5}


def test_an_error_is_told_in_one_line():
    assert one_line(ValueError("\n first \nsecond")) == "ValueError: first "
    assert one_line(KeyboardInterrupt()) == "KeyboardInterrupt"


def test_relative_error_refuses_what_is_not_a_number():
    with pytest.raises(ValueError, match="not finite"):
        relative_error(torch.tensor([torch.nan]), torch.ones(1, dtype=torch.float64))


def test_tensor_float_is_switched_for_convolutions_and_products_alike():
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    for wanted in (True, False):
        tensor_float_32(wanted)
        assert convolutions_may() == torch.backends.cuda.matmul.allow_tf32 == wanted
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_captured_call_is_timed_and_its_result_returned():
    x = torch.arange(2.0**20, device="cuda")
    times, result = timed(lambda: 2 * x, x.device, seconds=0.01)
    assert torch.equal(result, 2 * x)
    assert 5 <= times["n"] <= 50
    assert 0 < times["quartiles"][0] <= times["milliseconds"] <= times["quartiles"][1] < 10
