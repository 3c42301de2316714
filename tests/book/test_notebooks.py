"""The committed notebooks: with the outputs that belong to their code, and nothing of one machine in them."""

import json
import re

import nbformat
import pytest

from tools.chapters import chapters
from tools.refresh import LARGEST, code_digest

IGNORED = re.compile(r"NBVAL_(IGNORE_OUTPUT|SKIP)")
CLAIM = re.compile(r'\bclaim\(\s*f?"([^"]*)"')
PERSONAL = re.compile(r"(?<![\w.:/])/(home|root|Users|tmp|work|private|opt)/\w|[A-Z]:\\\\")

pytestmark = pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)


def code_cells(path):
    return [
        cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code" and cell.source.strip()
    ]


def was_edited(notebook):
    return notebook.metadata.get("refreshed_code") != code_digest(notebook)


def test_outputs_belong_to_the_code(path):
    message = f"{path.name} was edited after its last run: make refresh CHAPTER={path.stem}"
    assert not was_edited(nbformat.read(path, as_version=4)), message


def test_an_edited_cell_is_noticed(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        committed, cell.source = cell.source, f"{cell.source} "
        assert was_edited(notebook) == (cell.cell_type == "code")
        cell.source = committed


def test_cells_ran_in_order(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))
    assert any(cell.outputs for cell in code_cells(path))


def test_only_errors_that_are_meant_are_shown(path):
    for cell in code_cells(path):
        shown = [output for output in cell.outputs if output.output_type == "error"]
        assert not shown or "raises-exception" in cell.metadata.get("tags", []), cell.source


def test_no_path_of_a_machine_is_shown(path):
    for cell in code_cells(path):
        assert not (found := PERSONAL.search(json.dumps(cell.outputs))), (found.group(), cell.source)


def test_the_file_is_small(path):
    assert path.stat().st_size <= LARGEST


def test_few_outputs_are_ignored(path):
    def ignored(cell):
        tags = " ".join(cell.metadata.get("tags", [])).upper().replace("-", "_")
        return bool(IGNORED.search(cell.source) or IGNORED.search(tags))

    cells = code_cells(path)
    assert sum(map(ignored, cells)) * 10 < len(cells)


def test_no_output_is_hushed_by_a_semicolon(path):
    # nbval runs cells without history, where IPython overlooks the semicolon and shows the value.
    assert [cell.source for cell in code_cells(path) if cell.source.rstrip().endswith(";")] == []


def test_claims_are_named_after_their_chapter_and_only_once(path):
    ids = [name for cell in code_cells(path) for name in CLAIM.findall(cell.source)]
    # The playgrounds claim nothing: what they show, the chapters have checked.
    assert len(ids) >= (0 if path.parent.name == "playground" else 20)
    assert [name for name in ids if not name.startswith(f"{path.stem}-")] == []
    assert len(ids) == len(set(ids))
