"""Write a page of feedback for each student, and a summary of the class."""

import hashlib
import re
import unicodedata
from collections import Counter
from html import escape
from urllib.parse import quote

from teaching.assignment import load_assignment
from teaching.grading.tables import remarks

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
ul.cases { list-style: none; padding-left: 0; } li { margin: .25rem 0; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; }
pre, .box { background: #f4f4f2; padding: .6rem .8rem; border-left: 4px solid #8a6d00; white-space: pre-wrap; }
pre.output { background: none; border-left-color: #bbb; } img { max-width: 100%; }
meter { width: 12rem; }
"""


def page(title, body):
    """Return a whole page that needs nothing but itself; ``body`` is HTML."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def file_name(report):
    """Name of a student's page: readable in every script, and another one for another file."""
    slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", report["student"]).lower()).strip("-")[:40]
    return f"{slug or 'student'}-{hashlib.sha256(report['file'].encode()).hexdigest()[:16]}.html"


def feedback(report):
    """Return a student's page.

    Parameters
    ----------
    report : dict
        As `teaching.grading.open_points.settle_open` returns it.

    Returns
    -------
    str
    """
    head = f"<p>{escape(report['student'])} · {escape(report['file'])}</p>\n"
    if report["problem"]:
        return page("Not graded", f"{head}<p>The file {escape(report['problem'])}.</p>")
    left = sum(answer["of"] for answer in report["open"] if answer["points"] is None)
    more = f", and up to {left} for the open question" if left else ""
    title = f"{load_assignment(report['assignment']).title}: {report['points']} of {report['of'] - left} points{more}"
    parts = [head]
    if report["note"]:
        parts.append(f"<p>{escape(report['note'])}.</p>")
    imperfect = any(task["points"] < task["of"] for task in report["tasks"])
    parts += _hidden_names(report) if imperfect else []
    parts += _failed_cells(report)
    if imperfect:
        parts.append("<p>A task has its points when every one of its examples comes out right, and none otherwise.</p>")
    parts += [_task(task) for task in report["tasks"]]
    parts += [_open(answer) for answer in report["open"]]
    return page(title, "\n".join(parts))


def _hidden_names(report):
    """Boxes on names that a student's cells give another meaning, where that can have cost points."""
    lost = {task["name"] for task in report["tasks"] if task["points"] < task["of"]}
    return [
        f'<p class="box">Cell {each["cell"]} of the notebook gives <code>{escape(each["name"])}</code> another '
        f"meaning: <code>{escape(each['line'])}</code>. What runs afterwards meets this one.</p>"
        for each in report["hiding"]
        if not each["is_task"] or each["name"] in lost
    ]


def _failed_cells(report):
    own = {f"Cell {each['cell']} of the notebook, one of your own,": each["reason"] for each in report["failed"]}
    given = {f"The cell of {name}": reason for name, reason in report["broken"].items()}
    return [
        f'<p class="box">{escape(cell)} did not run to its end: {escape(reason)}</p>'
        for cell, reason in (own | given).items()
    ]


def _open(answer):
    points = "not graded yet" if answer["points"] is None else f"{answer['points']:g} of {answer['of']} points"
    earlier = ", given for an earlier version of your answer" if answer["outdated"] else ""
    parts = [f"<h2>The open question: {points}{earlier}</h2>", f"<pre>{escape(answer['text'])}</pre>"]
    elsewhere = [cell for cell in answer["cells"] if not cell["asked"]]
    if elsewhere:
        numbers = ", ".join(str(cell["number"]) for cell in elsewhere)
        parts.append(f"<p>Read with it, from elsewhere in your notebook: cell {numbers}.</p>")
    parts += [f"<p>{escape(answer['remark'])}</p>"] if answer["remark"] else []
    return "\n".join(parts)


def _task(task):
    lines = [f"<h2>{escape(task['name'])}: {task['points']} of {task['of']} points</h2>"]
    if task["lost"] and not task["points"]:
        return "\n".join([*lines, f'<p class="box">{escape(task["lost"])}</p>'])
    lines.append('<ul class="cases">')
    for case in task["visible"]:
        lines.append(_case(case, f": {case['message']}" if case["message"] else ""))
    lines.append("</ul>")
    missed = [case for case in task["hidden"] if not case["ok"]]
    right = len(task["hidden"]) - len(missed)
    lines.append(f"<p>Of the grader's own examples, {right} of {len(task['hidden'])} came out right.</p>")
    if missed:
        lines += [
            '<ul class="cases">',
            *(_case(case, f" (what fails: {case['property']})") for case in missed),
            "</ul>",
        ]
    mistake = task["mistake"]
    if mistake:
        lines.append(
            f'<div class="box"><strong>It looks like this: {escape(mistake["name"])}.</strong> '
            f"{escape(mistake['says'])} The book: {escape(mistake['see'])}</div>"
        )
    return "\n".join(lines)


def _case(case, more):
    return f"<li>{'✓' if case['ok'] else '✗'} {escape(case['looks_for'])}{escape(more)}</li>"


def summary(reports):
    """Return the page about the class.

    Parameters
    ----------
    reports : list of dict

    Returns
    -------
    str
    """
    parts = []
    for name in dict.fromkeys(report["assignment"] for report in reports if report["tasks"]):
        graded = [report for report in reports if report["assignment"] == name and report["tasks"]]
        parts.append(_assignment(name, graded))
    parts.append("<h2>Submissions</h2>\n<table>\n<tr><th>Student</th><th>Assignment</th><th>Points</th><th></th></tr>")
    for report in reports:
        note = "; ".join(filter(None, [report["problem"], remarks(report)]))
        number = f" ({escape(report['id'])})" if report["id"] not in ("", report["student"]) else ""
        parts.append(
            f'<tr><td><a href="feedback/{quote(file_name(report))}">{escape(report["student"])}</a>{number}</td>'
            f"<td>{escape(report['assignment'])}</td><td>{report['points']} of {report['of']}</td>"
            f"<td>{escape(note)}</td></tr>"
        )
    parts.append("</table>")
    return page(f"{len(reports)} submissions", "\n".join(parts))


def _assignment(name, graded):
    parts = [f"<h2>{escape(load_assignment(name).title)}</h2>"]
    points = sorted(report["points"] for report in graded)
    parts.append(
        f"<p>{len(graded)} graded; points from {points[0]} to {points[-1]} of {graded[0]['of']}, "
        f"half of the class has {points[len(points) // 2]} or more.</p>"
    )
    parts.append("<table>\n<tr><th>Task</th><th>Solved by</th><th></th></tr>")
    mistakes = Counter()
    for place, task in enumerate(graded[0]["tasks"]):
        solved = sum(report["tasks"][place]["points"] > 0 for report in graded)
        parts.append(
            f"<tr><td>{escape(task['name'])}</td><td>{solved} of {len(graded)}</td>"
            f'<td><meter value="{solved}" max="{len(graded)}" aria-label="solved">{solved}</meter></td></tr>'
        )
        mistakes.update(
            (task["name"], report["tasks"][place]["mistake"]["name"])
            for report in graded
            if report["tasks"][place]["mistake"]
        )
    parts.append("</table>")
    if mistakes:
        common = sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))[:10]
        rows = [f"<li>{times} × {escape(task)}: {escape(mistake)}</li>" for (task, mistake), times in common]
        parts += ["<h3>Commonest mistakes</h3>\n<ul>", *rows, "</ul>"]
    return "\n".join(parts)
