"""The record of the kernels holds every problem once, and its ratios are the times'."""

import json
from collections import Counter
from dataclasses import replace

import pytest
import torch

from benchmarks import gpu_kernels, record
from benchmarks.gpu_problems import FORMATS, LAYOUTS, PASSES, Block, Convolution, Layer, triton_runs
from benchmarks.operators import SHAPES, Shape

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's records and PyTorch's switches as they are, and Triton's interpreter, slow, out of it."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setenv("TRITON_INTERPRET", "0")
    switches = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark
    yield tmp_path
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark = switches


def test_the_problems_are_all_there_once_and_the_favourites_come_first():
    found = gpu_kernels.problems()
    assert len(set(found)) == len(found)
    convolutions = [problem for problem in found if isinstance(problem, Convolution)]
    plain = Counter((problem.format, problem.layout) for problem in convolutions if not problem.tuned)
    assert plain == {(format_, layout): len(SHAPES) for format_ in FORMATS for layout in LAYOUTS}
    assert all(problem.shape.x[0] == 256 for problem in convolutions)
    assert {(problem.format, problem.layout) for problem in found[: len(SHAPES)]} == {gpu_kernels.FAVOURITE}
    assert {problem.which for problem in found if isinstance(problem, Block)} == {"forward", "training"}
    assert len([problem for problem in found if isinstance(problem, Layer)]) == 3 * 2 * 2 * 2


def test_a_rehearsal_writes_what_readers_of_the_record_rely_on(results, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["gpu_kernels", "--rehearse"])
    gpu_kernels.main()
    written = json.loads((results / "gpu-kernels.json").read_text(encoding="utf-8"))
    found = written["results"]
    assert written["complete"]
    assert set(found) == {"summary", "convolutions", "blocks", "layers"}
    first = found["convolutions"][0]
    assert (
        first.items()
        >= {
            "shape": "lenet1",
            "x": [2, 1, 9, 9],
            "weight": [3, 1, 5, 5],
            "stride": 1,
            "padding": 2,
            "format": "bfloat16",
            "layout": "channels-last",
            "pass": "forward",
            "contender": "cuDNN",
            "multiply_adds": 2 * 3 * 81 * 25,
            "failure": None,
        }.items()
    )
    assert all(row["failure"] is None for kind in ("convolutions", "blocks", "layers") for row in found[kind])
    assert max(row["largest_relative_error"] for row in found["convolutions"] if row["format"] == "float32") < 1e-5
    assert {row["contender"] for row in found["blocks"]} == {"PyTorch, four calls"}
    assert "13 of 13 problems" in capsys.readouterr().out


def test_when_the_time_is_up_the_record_says_so(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["gpu_kernels", "--rehearse", "--seconds", "0.001"])
    monkeypatch.setattr(gpu_kernels.time, "perf_counter", iter([0.0, 0.0005, 0.002]).__next__)
    monkeypatch.setattr(Convolution, "rows", lambda problem, device: [])
    gpu_kernels.main()
    assert not json.loads((results / "gpu-kernels.json").read_text(encoding="utf-8"))["complete"]


@pytest.mark.parametrize(
    "shape",
    [
        Shape((3, 2, 9, 8), (4, 2, 3, 2), stride=2, padding=1),
        Shape((3, 2, 17), (4, 2, 5), stride=2, padding=3),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_contenders_compute_the_same(shape, layout):
    problem = Convolution("test", shape, "float32", layout)
    rows = list(problem.rows(CPU))
    assert [row["pass"] for row in rows] == [name for name in PASSES for _ in range(2)]
    assert [row["contender"] for row in rows] == 3 * ["cuDNN", "unfold"]
    assert max(row["largest_relative_error"] for row in rows) < 1e-6
    # 3 images or sequences of 4 channels, 5×5 or 10 long; 2 channels of 3×2 or 5 taps.
    assert rows[0]["multiply_adds"] == (3 * 4 * 25 * 12 if len(shape.x) == 4 else 3 * 4 * 10 * 10)


def test_the_references_are_pytorchs_own_gradients():
    problem = Convolution("test", Shape((18, 2, 9, 8), (4, 2, 3, 2), stride=2, padding=1), "float32", "channels-first")
    x, weight, grad_y = problem.tensors(CPU)
    exact = [tensor.double().requires_grad_() for tensor in (x, weight)]
    y = torch.nn.functional.conv2d(*exact, stride=2, padding=1)
    gradients = torch.autograd.grad(y, exact, grad_y.double())
    # Images 1 and 17: every sixteenth, the last among them.
    torch.testing.assert_close(problem.exact("forward", x, weight, grad_y), y[[1, 17]])
    torch.testing.assert_close(problem.exact("input gradient", x, weight, grad_y), gradients[0][[1, 17]])
    torch.testing.assert_close(problem.exact("weight gradient", x, weight, grad_y), gradients[1])


def test_unfolding_backwards_is_left_out_where_it_would_be_endless(monkeypatch):
    monkeypatch.setattr("benchmarks.gpu_problems.MOST_LAUNCHES", 5)
    rows = list(Convolution("test", Shape((2, 1, 5, 5), (1, 1, 3, 2)), "float32", "channels-first").rows(CPU))
    [left_out] = [row for row in rows if row["failure"]]
    assert (left_out["pass"], left_out["contender"]) == ("input gradient", "unfold")
    assert left_out["failure"] == "ValueError: left out: 6 kernels one after another"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format_", ["bfloat16", "float32"])
def test_no_two_cells_of_a_window_are_equal(format_, layout):
    x = Layer("max pool 3/2", (2, 3, 9, 11), "training", format_, layout).tensor(CPU)
    assert x.is_contiguous(memory_format=LAYOUTS[layout])
    windows = x.float().unfold(2, 4, 1).unfold(3, 4, 1).flatten(4)
    assert all(len(window.unique()) == 16 for window in windows.flatten(0, 3))


def test_bytes_of_a_layer_by_hand():
    layer = Layer("average pool 2/2", (2, 3, 4, 6), "forward", "bfloat16", "channels-last")
    assert layer.about()["bytes"] == 2 * (2 * 3 * 4 * 6 + 2 * 3 * 2 * 3)
    assert replace(layer, which="training", format="float32").about()["bytes"] == 8 * (144 + 36)


def row(shape, which, contender, milliseconds, **other):
    about = {"shape": shape, "pass": which, "contender": contender, "milliseconds": milliseconds}
    return about | {"format": "bfloat16", "layout": "channels-last"} | other


def test_ratios_are_geometric_means_of_what_was_measured_on_both_sides():
    rows = [
        *(row("a", "forward", "Triton", 2.0), row("a", "forward", "cuDNN", 8.0)),
        *(row("b", "forward", "Triton", 1.0), row("b", "forward", "cuDNN", 1.0)),
        *(row("a", "weight gradient", "Triton", 1.0), row("a", "weight gradient", "cuDNN", 16.0)),
        *(row("c", "forward", "Triton", None), row("c", "forward", "cuDNN", 1.0)),
        *(row("d", "forward", "Triton", 1.0, format="float32"), row("d", "forward", "cuDNN", 99.0, format="float32")),
        row("a", "forward", "Triton, tuned", 1.0),
    ]
    figures = gpu_kernels.summary(rows, [])
    assert figures["cuDNN over Triton: forward"] == pytest.approx(2)
    assert figures["cuDNN over Triton: weight gradient"] == pytest.approx(16)
    assert figures["cuDNN over Triton: all passes"] == pytest.approx(4)
    assert figures["cuDNN over Triton, tuned: forward"] == pytest.approx(8)
    assert figures["cuDNN over Triton: input gradient"] is None
    assert figures["unfold over Triton: all passes"] is None


def test_our_kernels_run_compiled_or_interpreted(monkeypatch):
    assert triton_runs(torch.device("cuda"))
    assert not triton_runs(CPU)
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert triton_runs(CPU)
