"""Nobody gets a point for what others computed, or for answers that were stored; no hidden input is told."""

import json
import zlib

import pytest

from cnnlib.coursework import digit_labels, digits
from teaching.assignment import load_assignment
from teaching.grading import interview as interviews
from teaching.grading.__main__ import grade
from teaching.grading.marking import mark
from tests.teaching.grading.conftest import GRADING_BASE
from tests.teaching.grading.handed_in import function, notebook, points

# By assignment, what stands in place of a function.
GIVEN = {
    "shapes": (
        "alexnet", "layer_shapes", "network, size", "from cnnlib import shapes\nreturn shapes.trace(network, size)",
    ),
    "groups": (
        "alexnet", "grouped_conv2d", "x, weight, bias, groups",
        "from cnnlib import vectorized\nreturn vectorized.conv2d(x, weight, bias, groups=groups)",
    ),
    "groups-below": (
        "alexnet", "grouped_conv2d", "x, weight, bias, groups",
        "from cnnlib.vectorized.convolution import conv2d\nreturn conv2d(x, weight, bias, groups=groups)",
    ),
    "normalisation": (
        "alexnet", "local_response_norm", "x, size, alpha, beta, k",
        "from cnnlib import vectorized\nreturn vectorized.local_response_norm(x, size, alpha=alpha, beta=beta, k=k)",
    ),
    "definition": (
        "alexnet", "local_response_norm", "x, size, alpha, beta, k",
        "import cnnlib.definition as d\nreturn d.local_response_norm(x, size, alpha=alpha, beta=beta, k=k)",
    ),
    "loss": (
        "lenet", "cross_entropy", "logits, labels",
        "from cnnlib import vectorized\nreturn vectorized.cross_entropy(logits, labels)",
    ),
    "step": (
        "lenet", "momentum_step", "weight, velocity, gradient, rate, momentum",
        "from cnnlib.vectorized.optimizers import SGD\nreturn SGD([weight], rate, momentum).step([gradient])",
    ),
    "operators-of-another-task": (
        "alexnet", "local_response_norm", "x, size, alpha, beta, k",
        "from cnnlib import vectorized\nreturn vectorized.conv2d(x, np.ones((1, x.shape[1], 1, 1)))",
    ),
    "scipy": (
        "convolution", "correlate2d", "x, kernel, stride",
        "from scipy.signal import correlate2d as theirs\nreturn theirs(x, kernel, mode='valid')",
    ),
    "torch": (
        "lenet", "cross_entropy", "logits, labels",
        "import torch\nreturn torch.nn.functional.cross_entropy(logits, labels)",
    ),
    "pip": (
        "convolution", "correlate2d", "x, kernel, stride",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'install', 'scipy'])\n"
        "import scipy.signal\nreturn scipy.signal.correlate2d(x, kernel, mode='valid')",
    ),
}  # fmt: skip


def graded(folder, text, engine):
    (folder / "x.ipynb").write_text(text, encoding="utf-8")
    return mark(folder, (folder / "x.ipynb").relative_to(folder), "x", engine)


@pytest.mark.parametrize("name", GIVEN)
def test_what_the_package_computes_gives_no_points(engine, tmp_path, name):
    assignment, task, arguments, body = GIVEN[name]
    report = graded(tmp_path, notebook(assignment, **{task: function(body, task, arguments)}), engine)
    assert points(report)[task] == 0
    [failed] = [each for each in report["tasks"] if each["name"] == task]
    assert all(
        "there when it is graded" in case["message"] or "groups" in case["message"] for case in failed["visible"]
    )


def test_nothing_of_the_package_is_in_the_room(engine, tmp_path):
    body = (
        "import os\nfor folder, _, names in os.walk('/'):\n    for name in names:\n"
        "        if name.endswith('.py') and not folder.startswith('/proc'):\n"
        "            text = open(f'{folder}/{name}', 'rb').read()\n"
        "            assert b'def local_response_norm' not in text and b'cnnlib' not in text, name\nreturn x"
    )
    report = graded(tmp_path, notebook(correlate2d=function(body)), engine)
    assert "asked for" in report["tasks"][0]["visible"][0]["message"]


def test_labels_known_by_heart_read_the_visible_digits_and_no_others(engine, tmp_path):
    images, labels = digits("test", 0, 1000, 2).draw(None), digit_labels("test", 0, 1000).draw(None)
    store = {f"{zlib.crc32(image.tobytes())}": int(label) for image, label in zip(images, labels, strict=True)}
    code = (
        f"import json, zlib\nKNOWN = json.loads('{json.dumps(store)}')\n"
        "def read_digits(train_images, train_labels, new_images):\n"
        "    return np.array([KNOWN.get(str(zlib.crc32(image.tobytes())), 0) for image in new_images])\n"
    )
    report = graded(tmp_path, notebook("lenet", read_digits=code), engine)
    [task] = [each for each in report["tasks"] if each["name"] == "read_digits"]
    assert [case["ok"] for case in task["visible"]] == [True]
    assert [case["property"] for case in task["hidden"]] == ["accuracy"]
    assert task["points"] == 0


LEAK = (
    "KEPT = []\n"
    "def tell():\n    raise ValueError(' '.join(KEPT))\n"
)  # fmt: skip
KEEP = "    KEPT.append('|'.join(map(repr, {arguments})))\n    open('/tmp/kept', 'a').write(KEPT[-1])\n    tell()\n"


def test_no_hidden_input_comes_into_ones_own_feedback(engine, tmp_path):
    """Every task keeps what it was ever given, in memory and on the disk, and tells it in every failure."""
    cells = {
        "correlate2d": LEAK + "def correlate2d(*given):\n" + KEEP.format(arguments="given"),
        **{
            name: f"def {name}(*given):\n" + KEEP.format(arguments="given")
            for name in ("convolve2d", "output_size", "conv2d", "conv2d_backward")
        },
    }
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.ipynb").write_text(notebook(**cells), encoding="utf-8")
    [report] = grade(tmp_path / "in", tmp_path / "out", base=GRADING_BASE)
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file())
    [size] = [task for task in load_assignment("convolution").tasks if task.name == "output_size"]
    assert any("raised ValueError" in case["message"] for case in report["tasks"][0]["visible"])
    for case in size.hidden:
        assert "|".join(map(repr, case.arguments())) not in text


def test_hidden_cases_come_last(engine, tmp_path, monkeypatch):
    seen = []
    ask = interviews.Room.ask

    def listening(room, request, *limits):
        seen.append(request.get("call"))
        return ask(room, request, *limits)

    monkeypatch.setattr(interviews.Room, "ask", listening)
    graded(tmp_path, notebook(), engine)
    names = [name for name in seen if name]
    first = list(dict.fromkeys(names))
    again = names[names.index(first[-1]) :]
    assert list(dict.fromkeys(again)) == [first[-1], *first[:-1]]
