"""What a chapter's cell shows as text, for comparing it with what is committed: nbval's rules."""

import re

from nbval.plugin import get_sanitize_patterns

from tools.chapters import ROOT

COMPARED = ("text/plain", "text/html")
_PATTERNS = list(get_sanitize_patterns((ROOT / "nbval_sanitize.cfg").read_text(encoding="ascii")))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(outputs):
    """List what outputs show as text, in order; neighbouring pieces of a stream are one."""
    pieces = []
    for output in outputs:
        if output.output_type == "stream":
            if pieces and pieces[-1][0] == output.name:
                pieces[-1][1] += output.text
            else:
                pieces.append([output.name, output.text])
        elif output.output_type == "error":
            pieces.append([output.ename, output.evalue])
        else:
            pieces += [[kind, output.data[kind]] for kind in COMPARED if kind in output.data]
    return [(kind, sanitized(text)) for kind, text in pieces]


def sanitized(text):
    """Replace what may differ from one machine to the next."""
    for pattern, replacement in _PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text
