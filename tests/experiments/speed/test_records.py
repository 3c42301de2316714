"""Records that nobody has taken yet: made up, in the shape in which the programs will write them."""

import json

import pytest

from cnnlib.experiments.speed import records
from cnnlib.figures import show_contenders, show_ladder

HEAD = {
    "command": "python -m benchmarks.gpu_kernels",
    "date": "2026-12-01",
    "processor": "a processor",
    "gpu": "a GPU",
    "versions": {"python": "3.12.3", "numpy": "2.0", "torch": "2.11", "triton": "3.6"},
}


def convolution(shape, contender, milliseconds, **changes):
    row = {
        "shape": shape,
        "x": [256, 96, 26, 26],
        "weight": [256, 96, 5, 5],
        "stride": 1,
        "padding": 2,
        "format": "bfloat16",
        "layout": "channels-last",
        "pass": "forward",
        "contender": contender,
        "multiply_adds": 106_318_725_120,
        "milliseconds": milliseconds,
        "quartiles": milliseconds and [0.9 * milliseconds, 1.2 * milliseconds],
        "n": 50,
        "largest_relative_error": 3e-3,
        "failure": None if milliseconds else "OutOfResources: shared memory",
    }
    return row | changes


KERNELS = HEAD | {
    "batch": 256,
    "complete": True,
    "results": {
        "summary": {"cuDNN over Triton: forward": 1.05, "cuDNN over Triton, tuned: forward": None},
        "convolutions": [
            convolution("alexnet2", "Triton", 0.5),
            convolution("alexnet2", "cuDNN", 0.4),
            convolution("vgg", "Triton", None),
            convolution("vgg", "cuDNN", 0.2),
            convolution("vgg", "Triton", 9.0, format="float32"),
        ],
    },
}


@pytest.fixture
def saved(tmp_path):
    def save(record):
        path = tmp_path / "record.json"
        path.write_text(json.dumps(record))
        return records.read(path)

    return save


@pytest.mark.parametrize("table", ["circumstances", "kernels_table", "lenet_table", "alexnet_table"])
def test_without_a_record_every_table_says_so(table, tmp_path):
    record = records.read(tmp_path / "missing.json")
    assert getattr(records, table)(record) == records.NOT_YET
    assert "not yet measured" in records.NOT_YET


def test_kernels(saved):
    record = saved(KERNELS)
    lines = records.kernels_table(record).splitlines()
    assert lines[0].split() == ["cuDNN", "over", "Triton:", "forward", "1.05"]
    assert lines[1].endswith("not measured")
    assert lines[2] == "rows that failed: 1"
    assert lines[3] == "2026-12-01, a GPU, torch 2.11, triton 3.6"
    times = records.contenders(record)
    assert times == {
        "alexnet2": {"Triton": (0.5, 0.45, 0.6), "cuDNN": (0.4, 0.36000000000000004, 0.48)},
        "vgg": {"cuDNN": (0.2, 0.18000000000000002, 0.24)},
    }
    axis = show_contenders(times).axes[0]
    assert sorted(round(bar.get_width(), 3) for bar in axis.patches) == [0.2, 0.4, 0.5]
    assert records.contenders(record, number_format="float32") == {"vgg": {"Triton": (9.0, 8.1, 10.799999999999999)}}


def test_lenet(saved):
    rows = [
        {
            "execution": execution,
            "precision": "bfloat16",
            "seed": seed,
            "epochs": 8,
            "steps": 472,
            "seconds": seconds,
            "preparation_seconds": 4.0,
            "test_accuracy": accuracy,
            "train_loss": 0.02,
        }
        for execution, seed, seconds, accuracy in (
            ("captured", 0, 0.2, 0.991),
            ("captured", 1, 0.3, 0.990),
            ("eager", 0, 2.0, 0.992),
        )
    ]
    _, captured, eager, *_ = records.lenet_table(saved(HEAD | {"results": rows})).splitlines()
    assert " ".join(captured.split()) == "captured bfloat16 | 2 | 0.250, 0.300 | 4.0 | 99.05%, 99.00%"
    assert eager.split()[:4] == ["eager", "bfloat16", "|", "1"]


def test_alexnet(saved):
    row = {
        "network": "AlexNet2012",
        "source": "cnnlib",
        "execution": "compiled bfloat16 channels-last",
        "pass": "training step",
        "batch": 512,
        "multiply_adds": 724_406_816,
        "seconds": 0.02,
        "images_per_second": 25_600.0,
        "share_of_matrix_product": 0.52,
        "failure": None,
    }
    rows = [row, row | {"pass": "forward"}, row | {"batch": 2048, "failure": "out of memory"}]
    record = saved(HEAD | {"results": {"matrix_product": {"bfloat16": 7e14}, "networks": rows}})
    first, _, *lines = records.alexnet_table(record).splitlines()
    assert first == "matrix product in bfloat16: 700 TFLOP/s"
    assert lines[0].split("|")[2:] == ["   512 ", "   25,600 ", "   52%"]
    assert lines[1].endswith("2048 | out of memory")
    assert lines[2].startswith("2026-12-01")


def test_forms(saved):
    form = {"form": "loops", "milliseconds": 1000.0, "largest_relative_error": 0.0}
    record = saved(HEAD | {"gpu": None, "multiply_adds": 500, "results": [form]})
    assert records.forms(record) == {
        "loops": (500.0, "cpu"),
        "unfold on a GPU": (None, "gpu"),
        "Triton": (None, "gpu"),
        "cuDNN": (None, "gpu"),
    }
    record["results"].append(form | {"form": "Triton", "milliseconds": 0.5, "gpu": "a GPU"})
    found = records.forms(record)
    assert found["Triton"] == (1e6, "gpu")
    axis = show_ladder(found, {"a roof": 1e9}).axes[0]
    assert [text.get_text() for text in axis.texts] == ["not yet measured"] * 2 + ["a roof"]
