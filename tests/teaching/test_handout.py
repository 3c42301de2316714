"""The students' copy is whole, and holds nothing of the teacher's."""

import io
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from teaching.assignment import NAMES, Graded, load_assignment
from teaching.handout import FOLDER, handout


def unpacked():
    with zipfile.ZipFile(io.BytesIO(handout())) as archive:
        return {name.removeprefix(f"{FOLDER}/"): archive.read(name) for name in archive.namelist()}


def test_it_has_notebooks_chapters_and_the_package():
    files = unpacked()
    for name in NAMES:
        assert f"assignments/{name}.ipynb" in files
        assert f"chapters/{name}.ipynb" in files
    assert {"README.md", "pyproject.toml", "LICENSE", "cnnlib/__init__.py", "cnnlib/coursework/checking.py"} <= set(
        files
    )
    assert b"pip install . jupyterlab matplotlib" in files["README.md"]


def test_it_has_nothing_of_the_teachers():
    files = unpacked()
    assert not [name for name in files if name.split("/")[0] in ("teaching", "tests", "results", "benchmarks")]
    everything = b"\n".join(files.values()).decode(errors="replace")
    for name in NAMES:
        for task in load_assignment(name).tasks:
            for case in task.hidden if isinstance(task, Graded) else ():
                assert repr(case) not in everything
    assert "BEGIN SOLUTION" not in everything


def test_equal_files_make_an_equal_archive():
    assert handout() == handout()


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_to_its_end_with_nothing_written_yet(name, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(handout())) as archive:
        archive.extractall(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / FOLDER))
    folder = tmp_path / FOLDER / "assignments"
    notebook = nbformat.read(folder / f"{name}.ipynb", 4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    assert "0 of 100 points. Next:" in notebook.cells[-1].outputs[-1].text
