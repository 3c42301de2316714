"""The students' copy is whole, and holds nothing of the teacher's."""

import io
import zipfile

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
