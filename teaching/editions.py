"""Make the editions of every assignment from its one source: for students, with solutions, for teachers.

``python -m teaching.editions`` (``make coursework``) writes ``_build/coursework/``, and the students' edition also to
``assignments/``, as a notebook and as a page of the book. The students' edition with all that it needs is one archive.
"""

import copy
import json
import re
from pathlib import Path

from teaching.assignment import NAMES, load_assignment
from teaching.guide import guide
from teaching.handout import handout

ROOT = Path(__file__).resolve().parent.parent
CODE_STUB = "# Your code here.\nraise NotImplementedError"
TEXT_STUB = "*Your answer here.*"


def region(name):
    """Pattern of the lines from ``### BEGIN name`` to ``### END name``, nbgrader's marks; it captures the indent."""
    return re.compile(
        rf"^([ \t]*)### BEGIN {name}[^\n]*\n.*?^[ \t]*### END {name}[^\n]*(\n|\Z)", re.DOTALL | re.MULTILINE
    )


SOLUTION, HIDDEN = region("SOLUTION"), region("HIDDEN TESTS")
MARKS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*(\n|\Z)", re.MULTILINE)


def student(notebook):
    """Return a notebook without solutions, hidden tests and outputs.

    Parameters
    ----------
    notebook : dict
        The source, as JSON has it.

    Returns
    -------
    dict
        nbgrader's metadata stay, so that what is handed in is recognised.
    """
    return _edition(notebook, lambda cell, text: SOLUTION.sub(lambda found: _stub(cell, found[1]), text))


def solution(notebook):
    """Return a notebook with solutions, without hidden tests and outputs.

    Parameters
    ----------
    notebook : dict

    Returns
    -------
    dict
    """
    return _edition(notebook, lambda _, text: MARKS.sub("", text))


def _edition(notebook, rewrite):
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        text = HIDDEN.sub("", rewrite(cell, "".join(cell["source"])))
        cell["source"] = text.rstrip("\n").splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return made


def _stub(cell, indent):
    stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
    # What is not inside a function need not be written: it must not stop those who run all cells.
    stub = stub if indent or cell["cell_type"] != "code" else CODE_STUB.partition("\n")[0]
    return "".join(f"{indent}{line}\n" for line in stub.splitlines())


def page(name, notebook):
    """Write the students' edition as a page of the book, with links to the notebook.

    Parameters
    ----------
    name : str
    notebook : dict
        The students' edition.

    Returns
    -------
    str
    """
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            graded = cell["metadata"].get("nbgrader", {}).get("grade")
            parts += [] if graded else [f"```python\n{text}\n```"]
        else:
            parts.append(text)
    title, *rest = parts[0].split("\n", 1)
    notebook = f"notebooks/{name}.ipynb"
    download = f"{{download}}`The notebook to work in <{notebook}>`"
    launch = f"```{{only}} colab\n{{colab}}`Open the notebook in Colab <assignments/{notebook}>`\n```"
    chapter = f"The chapter it belongs to: {{doc}}`../{load_assignment(name).chapter}`."
    return "\n\n".join([f"(assignment-{name})=\n{title}", f"{download}. {chapter}", launch, *rest, *parts[1:]]) + "\n"


def written(notebook):
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def editions():
    """Make every file.

    Returns
    -------
    dict of str to str
        Text by path, relative to the project's folder.
    """
    files = {"_build/coursework/guide.html": guide()}
    for name in NAMES:
        source = json.loads(load_assignment(name).notebook.read_text(encoding="utf-8"))
        for_students = student(source)
        files[f"_build/coursework/student/{name}.ipynb"] = written(for_students)
        files[f"_build/coursework/solution/{name}.ipynb"] = written(solution(source))
        files[f"assignments/notebooks/{name}.ipynb"] = written(for_students)
        files[f"assignments/{name}.md"] = page(name, for_students)
    return files


def main():
    """Write every file, and say where."""
    for name, text in editions().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    (ROOT / "_build/coursework/student.zip").write_bytes(handout())
    print("assignments for students: assignments/; solutions and the guide for teachers: _build/coursework/")


if __name__ == "__main__":
    main()
