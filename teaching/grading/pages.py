"""Write a page of feedback for each student, one of all open answers, and a summary of the class."""

import hashlib
import re
from collections import Counter
from html import escape

from teaching.assignment import Open, load_assignment

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
ul.cases { list-style: none; padding-left: 0; } li { margin: .25rem 0; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; }
pre, .box { background: #f4f4f2; padding: .6rem .8rem; border-left: 4px solid #8a6d00; white-space: pre-wrap; }
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
    """Name of a student's page: readable, and another one for another file."""
    slug = re.sub(r"[^a-z0-9]+", "-", report["student"].lower()).strip("-")[:60]
    return f"{slug or 'student'}-{hashlib.sha256(report['file'].encode()).hexdigest()[:6]}.html"


def feedback(report):
    """Return a student's page.

    Parameters
    ----------
    report : dict
        As `teaching.grading.tables.with_open` returns it.

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
    for name, reason in report["broken"].items():
        parts.append(f'<p class="box">The cell of {escape(name)} did not run to its end: {escape(reason)}</p>')
    parts += [_task(task) for task in report["tasks"]]
    for answer in report["open"]:
        points = "not graded yet" if answer["points"] is None else f"{answer['points']:g} of {answer['of']} points"
        parts.append(f"<h2>The open question: {points}</h2>\n<pre>{escape(answer['text'])}</pre>")
        parts += [f"<p>{escape(answer['remark'])}</p>"] if answer["remark"] else []
    return page(title, "\n".join(parts))


def _task(task):
    lines = [f"<h2>{escape(task['name'])}: {task['points']} of {task['of']} points</h2>", '<ul class="cases">']
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
    times = Counter((report["student"], report["assignment"]) for report in reports)
    for report in reports:
        note = report["problem"]
        if times[report["student"], report["assignment"]] > 1:
            note = f"{note}; one of several by this student".removeprefix("; ")
        parts.append(
            f'<tr><td><a href="feedback/{file_name(report)}">{escape(report["student"])}</a></td>'
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


def open_answers(reports):
    """Return the page from which the open questions are graded: the rubric, then every answer.

    Parameters
    ----------
    reports : list of dict

    Returns
    -------
    str
    """
    parts = ["<p>Write points and remarks into <code>open.csv</code> and grade again: nothing is executed twice.</p>"]
    for name in dict.fromkeys(report["assignment"] for report in reports if report["open"]):
        assignment = load_assignment(name)
        parts.append(f"<h2>{escape(assignment.title)}</h2>")
        for task in assignment.tasks:
            if isinstance(task, Open):
                rows = [f"<li>{line.points} points: {escape(line.text)}</li>" for line in task.rubric]
                parts += ["<ul>", *rows, "</ul>"]
        for report in reports:
            if report["assignment"] == name:
                texts = [f"<pre>{escape(answer['text'])}</pre>" for answer in report["open"]]
                parts += [f"<h3>{escape(report['student'])} · {escape(report['file'])}</h3>", *texts]
    return page("Open questions", "\n".join(parts))
