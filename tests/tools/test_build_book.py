"""Chapters are executed side by side, kept when they are done, and not begun after a failure."""

import os

import nbformat
import pytest

from tools import build_book
from tools.execute import ChapterError


@pytest.fixture
def book(tmp_path):
    """A book of four notebooks, each of which appends its number to a file when it is executed."""
    (tmp_path / "_toc.yml").write_text(
        "root: index\nchapters:\n" + "".join(f"- file: chapters/c{n}\n" for n in range(4))
    )
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "chapters").mkdir()
    for number in range(4):
        write(tmp_path, number, f"open('ran', 'a').write('{number}')")
    return tmp_path


def write(book, number, source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, book / "chapters" / f"c{number}.ipynb")


def ran(book):
    file = book / "chapters" / "ran"
    text = file.read_text()
    file.unlink()
    return sorted(text)


def test_what_is_executed_once_is_kept(book):
    build_book.execute_changed(book)
    assert ran(book) == ["0", "1", "2", "3"]
    write(book, 2, "open('ran', 'a').write('x')")
    build_book.execute_changed(book)
    assert ran(book) == ["x"]


def test_a_failure_is_named_and_nothing_begins_after_it(book, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    write(book, 1, "raise ValueError('at fault')")
    with pytest.raises(ChapterError, match="c1: cell 1 of 1: ValueError: at fault"):
        build_book.execute_changed(book)
    assert ran(book) == ["0"]
    write(book, 1, "open('ran', 'a').write('mended')")
    build_book.execute_changed(book)
    assert "".join(ran(book)) == "".join(sorted("mended23"))
