import pytest

from tools.chapters import chapters, execution_cache, pages


@pytest.fixture
def book(tmp_path):
    """A book of three pages, one of them a notebook, beside a package of one module."""
    for name, text in {
        "_toc.yml": "root: index\nparts:\n- chapters:\n  - file: chapters/one\n    sections:\n    - file: notes/two\n",
        "chapters/one.ipynb": "{}",
        "chapters/stray.ipynb": "{}",
        "notes/two.md": "# Two",
        "requirements.txt": "numpy==2.0\n",
        "cnnlib/ops.py": "x = 1\n",
        "results/run.json": "{}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_pages_come_in_reading_order(book):
    assert pages(book) == ["index", "chapters/one", "notes/two"]


def test_chapters_are_the_notebooks_of_the_contents(book):
    assert chapters(book) == [book / "chapters" / "one.ipynb"]


@pytest.mark.parametrize("name", ["cnnlib/ops.py", "results/run.json", "requirements.txt"])
def test_an_edit_moves_the_executed_chapters(book, name):
    before = execution_cache(book)
    with (book / name).open("a") as file:
        file.write(" ")
    assert execution_cache(book) != before


def test_a_new_module_moves_the_executed_chapters_and_bytecode_does_not(book):
    before = execution_cache(book)
    (book / "cnnlib" / "__pycache__").mkdir()
    (book / "cnnlib" / "__pycache__" / "ops.pyc").write_bytes(b"x")
    assert execution_cache(book) == before
    (book / "cnnlib" / "more.py").write_text("")
    assert execution_cache(book) != before
