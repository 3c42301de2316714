"""The algorithm "auto" is what a record shows to be faster, for what was measured and for nothing beside it."""

import json
from dataclasses import replace

import pytest
import torch

from benchmarks import gpu_choices
from cnnlib.gpu import _choice, conv1d, conv2d
from cnnlib.shapes import conv_geometry


def row(shape, which, contender, low, high, **other):
    x, weight, stride, padding = shape
    return {
        "x": x,
        "weight": weight,
        "stride": stride,
        "padding": padding,
        "format": "bfloat16",
        "layout": "channels-last",
        "pass": which,
        "contender": contender,
        "quartiles": [low, high],
        "failure": None,
        **other,
    }


IMAGES, SEQUENCES = ([4, 3, 8, 6], [5, 3, 3, 2], 2, 1), ([4, 3, 20], [5, 3, 3], 2, 1)
PASSES = ("forward", "input gradient", "weight gradient")
RECORD = {
    "gpu": "a GPU",
    "results": {
        "convolutions": [
            # Forward faster, though not beyond the spread of the sum of all passes.
            *(
                row(IMAGES, which, "Triton", *times)
                for which, times in zip(PASSES, ([1, 2], [5, 9], [5, 9]), strict=True)
            ),
            *(
                row(IMAGES, which, "cuDNN", *times)
                for which, times in zip(PASSES, ([3, 4], [5, 9], [5, 9]), strict=True)
            ),
            row(IMAGES, "forward", "Triton, tuned", 0, 0, layout="channels-first"),
            row(IMAGES, "forward", "cuDNN", 3, 4, layout="channels-first"),
            # Slower forward, faster in all.
            *(
                row(SEQUENCES, which, "Triton", *times)
                for which, times in zip(PASSES, ([3, 4], [1, 2], [1, 2]), strict=True)
            ),
            *(
                row(SEQUENCES, which, "cuDNN", *times)
                for which, times in zip(PASSES, ([2, 3], [5, 6], [5, 6]), strict=True)
            ),
            # Measured on one side only, or within the spread.
            row(IMAGES, "forward", "Triton", 1, 2, format="float16"),
            row(IMAGES, "forward", "cuDNN", None, None, format="float16", failure="out of memory", quartiles=None),
            row(IMAGES, "forward", "Triton", 1, 3, format="float32"),
            row(IMAGES, "forward", "cuDNN", 2, 4, format="float32"),
        ]
    },
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Write the table of the record beside one that knows another GPU, and compute as if on the GPU."""
    path = tmp_path / "choices.json"
    old = {"gpu": "another", "kept": True}, {"gpu": "a GPU", "kept": False}
    path.write_text(json.dumps({"command": "python -m benchmarks.gpu_choices", "faster_by_triton": old}))
    (tmp_path / "gpu-kernels.json").write_text(json.dumps(RECORD))
    monkeypatch.setattr(gpu_choices, "TABLE", path)
    monkeypatch.setattr(gpu_choices.record, "RESULTS", tmp_path)
    gpu_choices.main()
    monkeypatch.setattr(_choice, "TABLE", path)
    monkeypatch.setattr(_choice, "gpu_of", lambda x: "a GPU")
    monkeypatch.setattr(_choice, "find_spec", lambda name: name)
    _choice.faster_by_triton.cache_clear()
    yield path
    _choice.faster_by_triton.cache_clear()


def test_the_table_holds_what_is_faster_by_more_than_the_spread(table):
    written = json.loads(table.read_text())
    rows = written["faster_by_triton"]
    assert written["command"] == "python -m benchmarks.gpu_choices"
    assert rows[0] == {"gpu": "another", "kept": True}
    found = {"gpu": "a GPU", "format": "bfloat16", "layout": "channels-last"}
    sequence = {"x": [4, 3, 1, 20], "weight": [5, 3, 1, 3], "stride": [1, 2], "padding": [0, 1]}
    image = {"x": [4, 3, 8, 6], "weight": [5, 3, 3, 2], "stride": [2, 2], "padding": [1, 1]}
    assert rows[1:] == [found | image | {"pass": "forward"}, found | sequence | {"pass": "training"}]


def test_a_record_of_no_gpu_makes_no_table(table):
    (table.parent / "gpu-kernels.json").write_text(json.dumps(RECORD | {"gpu": None}))
    with pytest.raises(SystemExit, match="not measured on a GPU"):
        gpu_choices.main()


def measured(dtype=torch.bfloat16, *, x=(4, 3, 8, 6), requires_grad=False, last=True):
    image, filters = torch.zeros(x, dtype=dtype), torch.zeros(5, x[1], 3, 2, dtype=dtype)
    if last:
        image = image.contiguous(memory_format=torch.channels_last)
    return image, filters.requires_grad_(requires_grad)


def chosen(x, weight, **change):
    options = {"stride": 2, "padding": 1}
    geometry = conv_geometry("test", x.shape, weight.shape, spatial=2, **options)
    return _choice.convolution(x, weight, replace(geometry, **change))


@pytest.mark.usefixtures("table")
def test_what_was_measured_goes_to_triton_and_nothing_else():
    assert chosen(*measured()) == "triton"
    for other in (
        measured(torch.float16),
        measured(x=(5, 3, 8, 6)),
        measured(x=(4, 3, 8, 7)),
        measured(last=False),
        measured(requires_grad=True),
        (measured()[0][:, :, ::1].transpose(2, 3).contiguous().transpose(2, 3), measured()[1]),
    ):
        assert chosen(*other) == "cudnn"
    for change in ({"stride": (1, 2)}, {"dilation": (1, 2)}, {"groups": 3}, {"padding_mode": "circular"}):
        assert chosen(*measured(), **change) == "cudnn"
    assert chosen(*measured(), padding=((1, 1), (0, 0))) == "cudnn"
    with torch.no_grad():
        assert chosen(*measured(requires_grad=True)) == "triton"


@pytest.mark.usefixtures("table")
def test_sequences_and_their_gradients_are_looked_up_as_images_of_one_row():
    x, weight = (torch.zeros(shape, dtype=torch.bfloat16) for shape in ((4, 3, 1, 20), (5, 3, 1, 3)))
    x = x.contiguous(memory_format=torch.channels_last)
    geometry = conv_geometry("test", (4, 3, 20), (5, 3, 3), spatial=1, stride=2, padding=1).as_image()
    assert _choice.convolution(x, weight, geometry) == "cudnn"
    assert _choice.convolution(x, weight.requires_grad_(), geometry) == "triton"


@pytest.mark.usefixtures("table")
def test_autocast_and_tensor_float_count_as_formats(monkeypatch):
    x, weight = measured(torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        assert chosen(x, weight) == "triton"
    geometry = conv_geometry("test", x.shape, weight.shape, spatial=2)
    for allowed, format_ in ((True, "tf32"), (False, "float32")):
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", allowed)
        assert _choice.problem(x, weight, geometry)[-2] == format_


def test_operators_ask_the_table(table, monkeypatch):
    asked = []
    monkeypatch.setattr(_choice, "convolution", lambda *given: asked.append(given) or "unfold")
    conv2d(torch.ones(1, 2, 3, 3), torch.ones(1, 2, 2, 2))
    conv1d(torch.ones(1, 2, 3), torch.ones(1, 2, 2))
    assert [given[0].shape for given in asked] == [(1, 2, 3, 3), (1, 2, 1, 3)]


@pytest.mark.usefixtures("table")
def test_without_triton_or_a_gpu_nothing_is_asked_of_it(monkeypatch):
    monkeypatch.setattr(_choice, "find_spec", lambda name: None)
    _choice.faster_by_triton.cache_clear()
    assert chosen(*measured()) == "cudnn"
    monkeypatch.undo()
    _choice.faster_by_triton.cache_clear()
    assert chosen(*measured()) == "cudnn"


def test_the_table_that_comes_with_the_package_can_be_read():
    table = json.loads(_choice.TABLE.read_text(encoding="utf-8"))
    assert table["command"] == "python -m benchmarks.gpu_choices"
    keys = {"gpu", "x", "weight", "stride", "padding", "format", "layout", "pass"}
    assert all(set(row) == keys for row in table["faster_by_triton"])
