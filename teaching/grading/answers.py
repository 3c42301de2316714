"""The answer to an open question: what stands in its cells, what they showed, and what was answered elsewhere."""

import base64
import binascii

from teaching.editions import TEXT_STUB

LONGEST = 20_000  # letters of a cell
LONGEST_OUTPUT = 5_000  # letters of a text
LARGEST_PICTURE = 2 << 20  # letters of base64
LARGEST = 8 << 20  # of all pictures of an answer
MOST = 12  # outputs of a cell
MOST_CELLS = 20  # elsewhere
PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/svg+xml": b""}  # what each begins with
OLD = {"image/png": "png", "image/jpeg": "jpeg", "image/svg+xml": "svg", "text/plain": "text"}  # before version 4


def open_answer(task, handed_in, source):
    """Collect what a student answered.

    Parameters
    ----------
    task : Open
    handed_in, source : list of Cell
        The student's notebook and the teacher's.

    Returns
    -------
    dict
        ``name``; ``of``, the points there are; ``text``, of the cells that were asked for; ``cells``, these and what
        stands elsewhere, each with its ``number`` in the notebook, ``asked``, ``kind``, ``source`` and ``outputs``.
    """
    asked = [number for number, cell in enumerate(handed_in) if _asked(cell, task)]
    elsewhere = _elsewhere(task, handed_in, source, asked)
    texts = [handed_in[number].source for number in asked]
    cells = [
        {
            "number": number + 1,
            "asked": number in asked,
            "kind": handed_in[number].kind,
            "source": handed_in[number].source[:LONGEST],
            "outputs": outputs(handed_in[number]),
        }
        for number in sorted([*asked, *elsewhere[:MOST_CELLS]])
    ]
    _leave_out(cells)
    return {"name": task.name, "of": task.points, "text": "\n\n".join(texts)[:LONGEST], "cells": cells}


def _leave_out(cells):
    """Leave out pictures once there are too many."""
    held = 0
    for cell in cells:
        for place, output in enumerate(cell["outputs"]):
            held += len(output.get("picture", ""))
            if "picture" in output and held > LARGEST:
                cell["outputs"][place] = {"text": "(a picture that is left out: there are too many)"}


def _asked(cell, task):
    # Its code, if any, has a cell of its own: open-code.
    return cell.grade_id.partition("-")[0] == task.name


def _elsewhere(task, handed_in, source, asked):
    """Numbers of the cells that may answer a question without having been asked for.

    Those that the student added beside the cells asked for; and where these hold no words, every text of the student's.
    """
    known = {cell.grade_id for cell in source if cell.grade_id}
    texts = {cell.source.strip() for cell in source}
    added = [
        number
        for number, cell in enumerate(handed_in)
        if cell.grade_id not in known and cell.source.strip() and cell.source.strip() not in texts
    ]
    answered = any(_words(handed_in[number]) for number in asked)
    beside = range(*_beside(task, handed_in, source, asked, known))
    return [number for number in added if number in beside or (not answered and handed_in[number].kind == "markdown")]


def _words(cell):
    return cell.kind == "markdown" and cell.source.strip() not in ("", TEXT_STUB)


def _beside(task, handed_in, source, asked, known):
    """From the teacher's cell before the question's to the one after them; without metadata, from the question on."""
    if not asked:
        first = next(number for number, cell in enumerate(source) if _asked(cell, task))
        question = source[first - 1].source.strip()
        return next((n + 1 for n, cell in enumerate(handed_in) if cell.source.strip() == question), 0), len(handed_in)
    others = [n for n, cell in enumerate(handed_in) if cell.grade_id in known and not _asked(cell, task)]
    before = max((number for number in others if number < asked[0]), default=-1)
    after = min((number for number in others if number > asked[-1]), default=len(handed_in))
    return before + 1, after


def outputs(cell):
    """List what a cell showed when it was handed in.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    list of dict
        ``{"text": …}``, or ``{"picture": base64, "kind": media type}``; whatever else there was is left out.
    """
    shown = [_output(entry) for entry in cell.outputs[:MOST]]
    return [each for each in shown if each]


def _output(entry):
    data = entry.get("data")
    data = data if isinstance(data, dict) else {kind: entry.get(old) for kind, old in OLD.items()}
    for kind in PICTURES:
        picture = _picture(kind, _joined(data.get(kind)))
        if picture:
            return {"picture": picture, "kind": kind}
    if entry.get("output_type") in ("error", "pyerr"):
        text = f"{_joined(entry.get('ename'))}: {_joined(entry.get('evalue'))}"
    else:
        text = _joined(data.get("text/plain")) or _joined(entry.get("text"))
    return {"text": text[:LONGEST_OUTPUT]} if text.strip() else None


def _picture(kind, text):
    """Return a picture as base64, or an empty string where it is none."""
    if not text or len(text) > LARGEST_PICTURE:
        return ""
    try:
        data = text.encode("utf-8", "replace") if kind == "image/svg+xml" else base64.b64decode(text)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(data).decode() if data.startswith(PICTURES[kind]) else ""


def _joined(text):
    if isinstance(text, list):
        text = "".join(each for each in text if isinstance(each, str))
    return text if isinstance(text, str) else ""
