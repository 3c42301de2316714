from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import refresh
from tools.execute import ChapterError, execute

WIDGETS = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def chapter(tmp_path):
    """Write a notebook with the given code cells."""

    def write(*sources, name="chapter"):
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, sources)]), path)
        return path

    return write


def executed_with_widgets(names):
    """A notebook as a kernel leaves it, its widgets under the given random names."""
    first, second = names
    cell = new_code_cell("1 / 0", id="cell", metadata={})
    cell.outputs = [
        nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["File /home/me/book/cnnlib/x.py:3"])
    ]
    state = {first: {"state": {}}, second: {"state": {"children": [f"IPY_MODEL_{first}"]}}}
    return new_notebook(cells=[cell], metadata={"widgets": {WIDGETS: {"state": state}}, "title": "T"})


def test_two_runs_give_the_same_file(tmp_path):
    one = refresh.normalise(executed_with_widgets(("f" * 32, "a" * 32)), tmp_path)
    other = refresh.normalise(executed_with_widgets(("1" * 32, "b" * 32)), tmp_path)
    assert one == other
    assert '"IPY_MODEL_00000000000000000000000000000001"' in one
    assert '"name": "python3"' in one
    assert one.endswith("}\n")


def test_tracebacks_name_files_within_the_project(tmp_path):
    text = refresh.normalise(executed_with_widgets(("a" * 32, "b" * 32)), Path("/home/me/book"))
    assert "File cnnlib/x.py:3" in text


def test_the_outputs_know_their_code(tmp_path):
    notebook = executed_with_widgets(("a" * 32, "b" * 32))
    kept = nbformat.reads(refresh.normalise(notebook, tmp_path), as_version=4)
    assert kept.metadata.refreshed_code == refresh.code_digest(kept)
    kept.cells[0].source += " + 1"
    assert kept.metadata.refreshed_code != refresh.code_digest(kept)


def test_a_failing_cell_is_named_and_its_traceback_kept(chapter, tmp_path):
    path = chapter("x = 1", "", "raise ValueError('no\\nmore')")
    before = path.read_bytes()
    with pytest.raises(ChapterError, match=r"^chapter: cell 3 of 3: ValueError: no \(traceback in .*chapter"):
        execute(path, tmp_path)
    kept = (tmp_path / "_build" / "chapter.traceback.txt").read_text(encoding="utf-8")
    assert "raise ValueError" in kept
    assert "\x1b" not in kept
    assert path.read_bytes() == before


def test_nothing_is_written_unless_all_chapters_run(chapter, tmp_path, monkeypatch, capsys):
    good, bad = chapter("print('new')", name="good"), chapter("1 / 0", name="bad")
    before = good.read_bytes()
    monkeypatch.setattr(refresh, "ROOT", tmp_path)
    monkeypatch.setattr(refresh, "chapters", lambda root: [good, bad])
    assert refresh.main([]) == 1
    assert "bad: cell 1 of 1: ZeroDivisionError" in capsys.readouterr().err
    assert good.read_bytes() == before
    assert refresh.main(["good"]) == 0
    assert "new" in good.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.glob("*.refreshing")] == []


def test_a_notebook_that_grew_too_large_is_refused(chapter, tmp_path, monkeypatch):
    monkeypatch.setattr(refresh, "LARGEST", 10_000)
    with pytest.raises(ChapterError, match=r"chapter: 2\d,\d+ bytes with outputs, of at most 10,000"):
        refresh.refreshed([chapter("print('x' * 20_000)")], tmp_path)


def test_an_unknown_chapter_is_named(capsys):
    with pytest.raises(SystemExit):
        refresh.main(["nowhere"])
    assert "no chapter is called 'nowhere'" in capsys.readouterr().err
