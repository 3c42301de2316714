"""Where a diagnosis sends its reader, the reader finds the thing that it is about."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from cnnlib.coursework import ASSIGNMENTS, load
from cnnlib.coursework.diagnosis import MISTAKES_BY_FORM

ROOT = Path(__file__).parent.parent.parent
# What a mistake's name speaks of, and what a section says that treats it.
TOPICS = {
    r"flip|turned upside": r"flip|half.turn|turned over",
    r"momentum|velocity": r"momentum",
    r"reflect|mirrored at": r"reflect|ring",
    r"softmax": r"softmax",
    r"stride|S·i": r"stride|steps of",
    r"padd|border|zeros at": r"padding|padded|border|zeros|ring",
    r"bias": r"bias|slope in \$b",
    r"batch|picture of": r"batch|shape|pictures",
    r"wrap|P:-P": r"negative",
    r"channel": r"channel|maps|window",
    r"groups\b": r"group",
    r"\btie|winner": r"winner|tie",
    r"ReLU|nonlinearity": r"ReLU|sigmoid|nonlinear",
    r"sigmoid": r"sigmoid",
    r"logarithm|surprise|probabilit": r"log|probabilit",
    r"logit|score": r"logit",
    r"quarter|lift|sheet": r"turn",
    r"height and width|rows and columns exchanged|transposed": r"swapped|transpose|rows|turn|axes",
    r"left over|rounded up": r"round|remainder|reaches over|lfloor",
    r"invarian": r"invarian",
}
# What a task needs that its text does not explain, and the diagnosis leads to.
NEEDED = {
    ("convolution", "convolve2d"): ["turned over", "impulse"],
    ("convolution", "conv2d_backward"): ["chain rule", "central difference", "bias", "stride", "padding"],
    ("pooling", "max_pool_backward"): ["first cell in reading order", "added up"],
    ("pooling", "blur_pool"): ["reflection", "¼, ½, ¼"],
    ("lenet", "cross_entropy"): ["subtract the largest logit"],
    ("lenet", "gradients"): ["chain rule", "backpropagation"],
    ("lenet", "momentum_step"): ["momentum", "running sum"],
    ("lenet", "read_digits"): ["batch", "epoch", "shuffles", "the largest is the answer"],
    ("equivariance", "circular_correlate"): ["ring"],
    ("alexnet", "grouped_conv2d"): ["groups"],
}
MISTAKES = [
    pytest.param(mistake, id=f"{name}-{task.name}-{place}")
    for name in ASSIGNMENTS
    for task in load(name).values()
    for place, mistake in enumerate(task.mistakes)
]


@cache
def text_of(section):
    """All that a section says, code and all."""
    path = ROOT / section.folder / f"{section.chapter}.ipynb"
    if path.exists():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    else:
        text = path.with_suffix(".md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(section.heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("mistake", [*MISTAKES, *MISTAKES_BY_FORM])
def test_the_section_treats_what_the_mistake_is_about(mistake):
    text = text_of(mistake.see)
    assert len(text) > 300
    for named, treated in TOPICS.items():
        if re.search(named, mistake.name, re.IGNORECASE):
            assert re.search(treated, text, re.IGNORECASE), f"{mistake.name}: {mistake.see} says nothing of {treated}"


@pytest.mark.parametrize(("assignment", "name"), NEEDED)
def test_what_a_task_needs_is_where_its_diagnoses_lead(assignment, name):
    sections = {mistake.see for mistake in load(assignment)[name].mistakes}
    text = re.sub(r"[*\s]+", " ", " ".join(map(text_of, sections))).lower()
    for words in NEEDED[assignment, name]:
        assert words in text, f"{name}: {words} in {sorted(map(str, sections))}"
