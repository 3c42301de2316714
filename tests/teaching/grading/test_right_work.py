"""Work that Jupyter executes earns its points: commands of a notebook, other libraries, long experiments."""

import dataclasses

import pytest

from cnnlib.coursework import load
from teaching.assignment import load_assignment
from teaching.grading import interview as interviews
from teaching.grading import marking
from teaching.grading.marking import mark
from tests.teaching.grading.handed_in import name_of, notebook, points, rearranged, reference, with_cells

FIGURES = (
    "import matplotlib.pyplot as plt\nimport pandas as pd\nfrom scipy.signal import correlate2d as theirs\n"
    "figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3))\nleft.imshow(np.eye(3)); right.set_title('a')\n"
    "grid = plt.subplots(2, 2)[1]\ngrid[0, 1].plot([1, 2])\nline, = plt.plot([1])\nfirst, *others = plt.hist([1])\n"
    "for axis in grid.flat: axis.axis('off')\nwith plt.style.context('ggplot'): plt.show()\n"
    "table = pd.DataFrame({'a': [1]})\ntable['b'] = 2 * table['a'] + 1\nprint(len(table), table.describe())\n"
    "from tqdm import tqdm\nturns = sum(1 for _ in tqdm(range(3)))\nassert turns == 3\n"
    "def helper(): return 1\n"
)
[SIZE] = ["".join(cell["source"]) for cell in reference("convolution")["cells"] if name_of(cell) == "output_size"]
NEEDING = f"{SIZE}\n_size = output_size\ndef output_size(*given):\n    assert helper() == 1\n    return _size(*given)"
# Cells of a student's own; `helper` is defined in each, and needed by a graded function.
OWN = {
    "figures-and-tables": FIGURES,
    "modulo-in-a-second-line": "x = np.ones(7)\ny = (10\n     % x.shape[0])\nassert y == 3\ndef helper(): return 1",
    "timed-cell": "%%time\ndef helper(): return 1",
    "output-of-a-command": "files = !ls\nprint(len(files))\ndef helper(): return 1",
    "help": "np.pad?\ndef helper(): return 1",
    "line-magics": "%matplotlib inline\n%time a = 1\n%timeit -n 3 np.ones(3)\n%load_ext x\ndef helper(): return a",
    "awaits": "import asyncio\nawait asyncio.sleep(0)\ndef helper(): return 1",
    "package": "from cnnlib import vectorized\nfrom cnnlib.data import mnist\nimages = mnist().train.images[:5]\n"
    "vectorized.conv2d(images, images)\ndef helper(): return 1",
    "widgets": "from ipywidgets import interact\n@interact(n=3)\ndef show(n): pass\ndef helper(): return 1",
    "dataclass-and-pickle": "import pickle\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    n: int = 1\n"
    "def helper(): return pickle.loads(pickle.dumps(P())).n",
}


def graded(folder, text, engine):
    (folder / "x.ipynb").write_text(text, encoding="utf-8")
    return mark(folder, (folder / "x.ipynb").relative_to(folder), "x", engine)


@pytest.mark.parametrize("name", OWN)
def test_a_cell_that_jupyter_executes_is_executed(engine, tmp_path, name):
    def change(cells):
        place = 1 + [name_of(cell) for cell in cells].index("imports")
        cells.insert(place, {"cell_type": "code", "metadata": {}, "source": OWN[name]})
        for cell in cells:
            if name_of(cell) == "output_size":
                cell["source"] = NEEDING

    report = graded(tmp_path, rearranged(change), engine)
    assert not report["added"]
    assert report["points"] == 85, report["tasks"]


def test_a_timed_function_keeps_its_points(engine, tmp_path):
    text = notebook(output_size="%%time\n" + SIZE)
    assert graded(tmp_path, text, engine)["points"] == 85


def test_twelve_long_experiments_cost_nothing(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(interviews, "ADDED_SECONDS", 2.5)
    monkeypatch.setattr(interviews, "LEAST_SECONDS", 0.5)
    experiment = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"
    report = graded(tmp_path, with_cells(*[experiment] * 6, "def helper(): return 1"), engine)
    assert report["points"] == 85
    assert [number for number, _ in report["added"]] == [3, 4, 5, 6]
    assert not report["late"]


def test_time_that_a_busy_machine_takes_is_not_counted(engine, tmp_path, monkeypatch):
    # What waits, as for a processor that others have, is not computing.
    monkeypatch.setattr(interviews, "CELL_SECONDS", 1.0)
    report = graded(tmp_path, with_cells("import time\ntime.sleep(2.5)\ndef helper(): return 1"), engine)
    assert (report["points"], report["added"], report["late"]) == (85, [], False)


def test_visible_and_hidden_cases_have_seconds_of_their_own(engine, tmp_path, monkeypatch):
    slow = (
        f"{SIZE}\n_size = output_size\ndef output_size(*given):\n    import time\n"
        "    end = time.process_time() + seconds\n    while time.process_time() < end: pass\n    return _size(*given)"
    )
    assignment = load_assignment("convolution")
    tasks = {task.name: task for task in assignment.tasks}
    tasks["output_size"] = dataclasses.replace(tasks["output_size"], seconds=4)
    hurried = dataclasses.replace(assignment, tasks=tuple(tasks.values()))
    monkeypatch.setattr(marking, "load_assignment", lambda name: hurried)
    monkeypatch.setattr(interviews, "LEAST_SECONDS", 0.1)  # no more than is left
    most = max(len(load("convolution")["output_size"].cases), len(tasks["output_size"].hidden))
    source = f"seconds = 3.6 / {most}\n{slow}"  # nine tenths of what either kind has
    assert points(graded(tmp_path, notebook(output_size=source), engine))["output_size"] == 10
