"""The build has executed every chapter, with one thread: it printed what is committed.

The rules for text are nbval's, which runs the chapters once more, with two threads: all of it is compared, stderr
included, but for what `nbval_sanitize.cfg` names. Of figures, and of all that their controls can show, the data is.
"""

import nbformat
import pytest
from accounts import MEASURED, TIMED, accounts, differences
from jupyter_cache import get_cache
from outputs import code_cells, shown

from tools.chapters import chapters, execution_cache


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_the_build_printed_what_is_committed(path):
    committed = nbformat.read(path, as_version=4)
    if not (folder := execution_cache()).exists():
        pytest.skip("the book is not built: make book")
    executed = get_cache(folder).get_cache_bundle(get_cache(folder).match_cache_notebook(committed).pk).nb
    cells = zip(code_cells(committed), code_cells(executed), strict=True)
    for before, after in cells:
        assert shown(after.outputs) == shown(before.outputs), before.source
        seen, seen_now = accounts(before), accounts(after)
        tags = before.metadata.get("tags", [])
        found = differences(seen, seen_now, measured=MEASURED in tags, timed=TIMED in tags)
        assert found == [], before.source


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_figure_says_what_it_shows(path):
    notebook = nbformat.read(path, as_version=4)
    kinds = [kind for cell in code_cells(notebook) for each in cell.outputs for kind in each.get("data", {})]
    assert "image/png" not in kinds
    found = [each for cell in code_cells(notebook) for each in accounts(cell)]
    assert len(found) >= kinds.count("image/svg+xml")
    assert all(each["axes"] for each in found)


def test_what_is_measured_may_differ_and_nothing_else():
    def printed(text):
        return shown([nbformat.v4.new_output("stream", text=text)])

    assert printed("took ⟨1.2⟩ s") == printed("took ⟨3.4⟩ s") != printed("takes ⟨3.4⟩ s")
    assert printed("6") != printed("7")
