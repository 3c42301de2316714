"""The build has executed every chapter, with one thread: it printed what is committed.

The rules are nbval's, which runs the chapters once more, with two threads: all text is compared, stderr included, but
for what `nbval_sanitize.cfg` names; pictures and widgets are not.
"""

import re

import nbformat
import pytest
from jupyter_cache import get_cache
from nbval.plugin import get_sanitize_patterns

from tools.chapters import ROOT, chapters, execution_cache

COMPARED = ("text/plain", "text/html")


@pytest.fixture(scope="module")
def sanitize():
    """Replace what may differ from one machine to the next."""
    patterns = list(get_sanitize_patterns((ROOT / "nbval_sanitize.cfg").read_text(encoding="ascii")))

    def sanitize(text):
        for pattern, replacement in patterns:
            text = re.sub(pattern, replacement, text)
        return text

    return sanitize


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_the_build_printed_what_is_committed(path, sanitize):
    committed = nbformat.read(path, as_version=4)
    if not (folder := execution_cache()).exists():
        pytest.skip("the book is not built: make book")
    executed = get_cache(folder).get_cache_bundle(get_cache(folder).match_cache_notebook(committed).pk).nb
    cells = zip(code_cells(committed), code_cells(executed), strict=True)
    for before, after in cells:
        assert shown(after, sanitize) == shown(before, sanitize), before.source


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell, sanitize):
    """List what a cell shows as text, in order; neighbouring pieces of a stream are one."""
    pieces = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if pieces and pieces[-1][0] == output.name:
                pieces[-1][1] += output.text
            else:
                pieces.append([output.name, output.text])
        elif output.output_type == "error":
            pieces.append([output.ename, output.evalue])
        else:
            pieces += [[kind, output.data[kind]] for kind in COMPARED if kind in output.data]
    return [(kind, sanitize(text)) for kind, text in pieces]


def test_what_is_measured_may_differ_and_nothing_else(sanitize):
    def printed(text):
        return shown(nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text=text)]), sanitize)

    assert printed("took ⟨1.2⟩ s") == printed("took ⟨3.4⟩ s") != printed("takes ⟨3.4⟩ s")
    assert printed("6") != printed("7")
