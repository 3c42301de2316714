"""Submissions to grade: the reference solution of the first assignment, and what may be done to it."""

import copy
import json

from teaching.assignment import load_assignment


def reference(name):
    """Return an assignment's notebook with its solutions."""
    return json.loads(load_assignment(name).notebook.read_text(encoding="utf-8"))


SOURCE = reference("convolution")
LOOP = "while True:\n    pass"


def name_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def notebook(assignment="convolution", **replaced):
    """Return the reference notebook as text, with other code in the cells named; None removes one."""
    changed = reference(assignment)
    for name, source in replaced.items():
        [cell] = [cell for cell in changed["cells"] if name_of(cell) == name]
        if source is None:
            changed["cells"].remove(cell)
        else:
            cell["source"] = source
    return json.dumps(changed)


def function(body, name="correlate2d", arguments="x, kernel, stride=1"):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def {name}({arguments}):\n{lines}\n"


def rearranged(change):
    """Return the reference notebook after ``change`` has had its list of cells."""
    changed = copy.deepcopy(SOURCE)
    change(changed["cells"])
    return json.dumps(changed)


def with_cells(*sources, assignment="convolution", after="imports"):
    """Return the reference notebook as text, with cells of a student's own behind one of the teacher's."""
    changed = reference(assignment)
    place = 1 + [name_of(cell) for cell in changed["cells"]].index(after)
    changed["cells"][place:place] = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources
    ]
    return json.dumps(changed)


def points(report):
    """Points by task."""
    return {task["name"]: task["points"] for task in report["tasks"]}
