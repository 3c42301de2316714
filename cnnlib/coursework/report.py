"""What a check has to say: the cases, the smallest example that fails, where it is wrong, and the known mistake."""

import inspect
import re
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from cnnlib.coursework.judging import numbers_of, title, two_values, wrong_cells

ROWS, COLUMNS, CELLS = 9, 9, 81  # of a picture whose numbers are shown
MARKS = {"right": "✓", "wrong": "✗", "missing": "–"}


class CheckError(AssertionError):
    """An answer is not right yet; a notebook shows this line and no traceback."""

    def _render_traceback_(self):
        return [str(self)]


@dataclass(frozen=True)
class Failure:
    """A failing example: what went in, what came out, what was asked for.

    Attributes
    ----------
    names : tuple of str
        Of the arguments.
    arguments : list
    number : int
        Of the case that it comes from, counted from 1.
    made_smaller : bool
        Whether it is smaller than that case.
    called : str
        The result that is wrong, ``"grad_x"``, say; empty where there is only one.
    received, expected : ndarray of numbers or None
        None where nothing comparable came back.
    wrong : ndarray of bool or None
        Where they differ; None where their shapes do.
    message : str
        As of `Verdict`.
    remarks : list of str
        How the two hang together.
    """

    names: tuple
    arguments: list
    number: int
    made_smaller: bool
    called: str
    received: np.ndarray | None
    expected: np.ndarray | None
    wrong: np.ndarray | None
    message: str
    remarks: list


def failure(task, case, answer, verdict, number, made_smaller, remarks):
    """Collect what there is to show of a failing example.

    Parameters
    ----------
    task : Task
    case : Case
    answer : Answer
    verdict : Verdict
        On this answer to this case.
    number : int
        Of the case that the example comes from.
    made_smaller : bool
    remarks : list of str

    Returns
    -------
    Failure
    """
    names = tuple(inspect.signature(task.reference).parameters)
    received, expected = compared(task, case, answer, verdict)
    alike = received is not None and received.shape == expected.shape
    wrong = wrong_cells(received, expected, task.tolerance) if alike else None
    arguments = case.arguments()
    called = title(task, verdict.part) if verdict.part else ""
    shown = names[: len(arguments)], arguments, number, made_smaller, called
    return Failure(*shown, received, expected, wrong, verdict.message, remarks)


def compared(task, case, answer, verdict):
    """Return what came back and what was asked for in the part that a verdict is about; None and None without one."""
    if case.answer() is not None or verdict.property not in ("shape", "finite", "values"):
        return None, None
    return numbers_of(answer.value)[verdict.part], numbers_of(task.expected(case))[verdict.part]


class Report:
    """What a check found. As the last value of a notebook's cell it is drawn.

    Attributes
    ----------
    ok : bool
        Whether every case is right.
    verdicts : list of Verdict
    failure : Failure or None
        The smallest example that fails.
    mistake : Mistake or None
        The known one that explains the answers.
    only_in : int or None
        The number of the case, if it explains only the first wrong one.
    hint : Hint or None
        The one that is due after several failures.
    standing : str
        Points so far, and what is next.
    """

    def __init__(self, task, cases, verdicts):
        self.task, self.verdicts, self._cases = task, verdicts, cases
        self.failure, self.mistake, self.only_in, self.hint, self.standing = None, None, None, None, ""

    @property
    def ok(self):
        """Whether every case is right."""
        return all(verdict.ok for verdict in self.verdicts)

    def case(self, number):
        """Return the arguments of a case, to try them by hand.

        Parameters
        ----------
        number : int
            As the check prints it, from 1.

        Returns
        -------
        list
            New ones in every call.

        Raises
        ------
        ValueError
            If there is no such case.
        """
        if number not in range(1, len(self._cases) + 1):
            raise ValueError(f"case: number must be from 1 to {len(self._cases)}, received {number!r}")
        return self._cases[number - 1].arguments()

    def must_be_right(self):
        """Raise a `CheckError` unless every case is right."""
        if not self.ok:
            raise CheckError(self._summary())

    def _summary(self):
        right = sum(verdict.ok for verdict in self.verdicts)
        return f"{self.task.name}: {right} of {len(self._cases)} cases are right" + ("" if self.ok else " so far")

    def __repr__(self):
        parts = [_as_text(self.failure)] if self.failure else []
        if self.mistake is not None:
            parts.append(f"{self._likeness()}: {self.mistake.name}.\n{self.mistake.says}\nThe book: {self.mistake.see}")
        parts += [f"Hint, {self.hint.title}\n{self.hint.says}"] if self.hint else []
        return "\n\n".join([*parts, *self._ending()])

    def _repr_html_(self):
        parts = [_as_html(self.failure)] if self.failure else []
        if self.mistake is not None:
            parts.append(
                f"<p>{self._likeness()}: <strong>{escape(self.mistake.name)}</strong>. {_marked(self.mistake.says)}</p>"
                f"<p>The book: {_linked(self.mistake.see)}</p>"
            )
        if self.hint:
            title, says = escape(self.hint.title), _marked(self.hint.says)
            parts.append(f"<details open><summary>Hint: {title}</summary><p>{says}</p></details>")
        return "\n".join([*parts, *(f"<p>{_marked(each)}</p>" for each in self._ending())])

    def _likeness(self):
        if self.only_in is None:
            return "It looks like this"
        return f"Case {self.only_in} looks like this; later cases do not, so that it may be another mistake"

    def _ending(self):
        """What was found in a sentence, why it is right if it is, and what comes next."""
        because = [self.task.because] if self.ok and self.task.because else []
        return [f"{self._summary()}.", *because, *([self.standing] if self.standing else [])]


def _marked(text):
    """Escape a text for HTML; what stands between backquotes is code, and between asterisks stressed."""
    coded = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"(?<![\w*])\*([\w ]+)\*(?!\*)", r"<em>\1</em>", coded)


def _linked(section):
    """Link to a section where its chapter lies near the notebook; a kernel's folder is its notebook's."""
    link = section.link(Path.cwd())
    return f'<a href="{escape(link)}">{escape(str(section))}</a>' if link else escape(str(section))


def _heading(failure):
    if failure.made_smaller:
        return f"Case {failure.number}, made smaller as long as it still fails:"
    return f"Case {failure.number}:"


def _as_text(failure):
    lines = [_heading(failure)]
    width = max(map(len, failure.names), default=0)
    for name, value in zip(failure.names, failure.arguments, strict=True):
        shown = _value(value).splitlines()
        lines += [f"  {name:{width}}  {shown[0]}", *(f"  {'':{width}}  {line}" for line in shown[1:])]
    if failure.received is None:
        lines += [f"  {failure.message}"]
    elif failure.wrong is not None:
        at, mine, right, wrong = _slice(failure.received, failure.expected, failure.wrong)
        heading = f"{failure.called or 'the result'}{at}"
        if _is_small(mine):
            cells = [
                [_cell(one, other) for one, other in zip(*rows, strict=True)] for rows in zip(mine, right, strict=True)
            ]
            yours = _grid([[one for one, _ in row] for row in cells], "yours")
            asked = _grid([[other for _, other in row] for row in cells], "asked for")
            lines += ["", f"  {heading}:", *_beside(yours, asked, _map(wrong))]
        elif max(wrong.shape) <= 80:
            lines += ["", f"  {heading}, ✗ where it is wrong:", *(f"    {row}" for row in _map(wrong)[1:])]
    else:
        for word, array in (("yours", failure.received), ("asked for", failure.expected)):
            lines += ["", f"  {failure.called or 'the result'}, {word}, shape {array.shape}:"]
            lines += [f"    {row}" for row in _value(array).splitlines()]
    return "\n".join([*lines, *(f"  {remark}" for remark in failure.remarks)])


def _as_html(failure):
    rows = "".join(
        f"<tr><th style='text-align:left;vertical-align:top'><code>{escape(name)}</code></th>"
        f"<td style='text-align:left'><pre style='margin:0'>{escape(_value(value))}</pre></td></tr>"
        for name, value in zip(failure.names, failure.arguments, strict=True)
    )
    parts = [f"<p>{escape(_heading(failure))}</p>", f"<table>{rows}</table>"]
    if failure.received is None:
        parts.append(f"<pre style='white-space:pre-wrap'>{escape(failure.message)}</pre>")
    elif failure.wrong is not None:
        at, mine, right, wrong = _slice(failure.received, failure.expected, failure.wrong)
        caption = f"{failure.called or 'The result'}{at}. Wrong cells have a frame and a ✗."
        tables = [("yours", mine, right, wrong), ("asked for", right, mine, np.zeros_like(wrong))]
        if not _is_small(mine):
            tables = [("where it is wrong", None, None, wrong)] if max(wrong.shape) <= 80 else []
        drawn = "".join(_table(*each) for each in tables)
        parts += [
            "<figure style='margin:0.5em 0'><div style='display:flex;flex-wrap:wrap;gap:1.5em'>"
            f"{drawn}</div><figcaption>{escape(caption)}</figcaption></figure>"
        ] * bool(tables)
    else:
        parts += [
            f"<p>{escape(failure.called or 'The result')}, {word}, shape {escape(str(array.shape))}:</p>"
            f"<pre>{escape(_value(array))}</pre>"
            for word, array in (("yours", failure.received), ("asked for", failure.expected))
        ]
    parts += [f"<p>{_marked(' '.join(failure.remarks))}</p>"] if failure.remarks else []
    return "\n".join(parts)


def _table(heading, values, others, wrong):
    """Draw a picture's cells; without values, only where they are wrong."""
    rows = []
    for i, row in enumerate(wrong):
        cells = []
        for j, bad in enumerate(row):
            text = "" if values is None else _cell(values[i, j], others[i, j])[0]
            frame = "2px solid #c62828" if bad else "1px solid #8888"
            back = "background:#c6282833;" if bad else ""
            cells.append(
                f"<td style='border:{frame};{back}padding:0.2em 0.5em;text-align:right;min-width:0.6em'>"
                f"{escape(text)}{' ✗' if bad else ''}</td>"
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f"<table style='border-collapse:collapse;margin:0'><caption style='text-align:left'>{heading}</caption>"
        f"{''.join(rows)}</table>"
    )


def _slice(received, expected, wrong):
    """Take the first picture that has a wrong cell out of larger arrays; say which it is."""
    if wrong.ndim <= 2:
        return "", np.atleast_2d(received), np.atleast_2d(expected), np.atleast_2d(wrong)
    at = tuple(int(index) for index in np.argwhere(wrong)[0][:-2]) if wrong.any() else (0,) * (wrong.ndim - 2)
    where = f"[{', '.join(map(str, at))}]" if any(size > 1 for size in wrong.shape[:-2]) else ""
    return where, received[at], expected[at], wrong[at]


def _is_small(picture):
    return picture.shape[0] <= ROWS and picture.shape[1] <= COLUMNS


def _cell(one, other):
    """Write a number and its neighbour in the other table, short where that tells them apart."""
    if isinstance(one, np.floating):
        texts = f"{one:.4g}", f"{other:.4g}"
        return texts if texts[0] != texts[1] or one == other or np.isclose(one, other) else two_values(one, other)
    return str(one), str(other)


def _grid(cells, heading):
    width = max([len(each) for row in cells for each in row], default=1)
    rows = ["  ".join(f"{each:>{width}}" for each in row) for row in cells]
    return [heading, *rows]


def _map(wrong):
    return ["wrong", *(" ".join("✗" if bad else "·" for bad in row) for row in wrong)]


def _beside(*blocks):
    widths = [max(map(len, block)) for block in blocks]
    rows = zip(*blocks, strict=True)
    return [
        "    " + "    ".join(f"{each:{width}}" for each, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _value(value):
    """Write an argument or a result so that it fits on a screen."""
    if isinstance(value, np.ndarray):
        if value.size > CELLS:
            return f"array of shape {value.shape}"
        text = np.array2string(value, precision=4, suppress_small=True, max_line_width=90)
        return "\n".join(line for line in text.splitlines() if line.strip())
    if isinstance(value, dict):
        return textwrap.fill(", ".join(f"{name} {np.shape(each)}" for name, each in value.items()), 88)
    return str(value)
