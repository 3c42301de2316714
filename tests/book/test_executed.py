"""The build has executed every chapter, with one thread: it printed what is committed.

The rules are nbval's, which runs the chapters once more, with two threads: all text is compared, stderr included, but
for what `nbval_sanitize.cfg` names; pictures and widgets are not.
"""

import nbformat
import pytest
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


def test_what_is_measured_may_differ_and_nothing_else():
    def printed(text):
        return shown([nbformat.v4.new_output("stream", text=text)])

    assert printed("took ⟨1.2⟩ s") == printed("took ⟨3.4⟩ s") != printed("takes ⟨3.4⟩ s")
    assert printed("6") != printed("7")
