"""No task is done by pasting what its chapter, or any other, has written."""

import ast
from pathlib import Path

import pytest

from cnnlib.coursework import ASSIGNMENTS, load
from tests.coursework.pasting import cells, functions, lines, solves, surroundings

ROOT = Path(__file__).parent.parent.parent
CHAPTERS = sorted(path for folder in ("chapters", "appendices") for path in (ROOT / folder).glob("*.ipynb"))
# `read_digits` trains, which takes longer than a chapter's function may.
TASKS = [task for name in ASSIGNMENTS for task in load(name).values() if task.name != "read_digits"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[path.stem for path in CHAPTERS])
@pytest.mark.filterwarnings("ignore")
def test_no_chapter_does_a_task(chapter):
    trees = cells(chapter)
    space = surroundings(trees)
    tried, done = 0, []
    for text, least, most, function in (*functions(trees, space), *lines(trees, space)):
        tried += 1
        done += [f"{task.name}: {text}" for task in TASKS if solves(task, function, least, most)]
    assert tried > 10
    assert not done


@pytest.mark.parametrize(
    "text",
    [
        "def places(before, n_in, after, window, step=1):\n    return (before + n_in + after - window) // step + 1",
        "count = lambda n, k, s, p, q: (n - k + p + q) // s + 1",
        "room = size + left + right - kernel\nplaces = room // stride + 1",
    ],
)
def test_a_cell_that_does_one_is_found(text):
    trees = [ast.parse(text)]
    size = load("convolution")["output_size"]
    found = (*functions(trees, surroundings(trees)), *lines(trees, surroundings(trees)))
    assert any(solves(size, function, least, most) for _, least, most, function in found)
