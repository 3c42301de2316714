"""Write the page from which the open questions are graded: the rubric, then every answer as it was handed in."""

from html import escape

from teaching.assignment import Open, load_assignment
from teaching.grading.pages import page
from teaching.grading.tables import OUTDATED


def open_answers(reports):
    """Return the page.

    Parameters
    ----------
    reports : list of dict
        As `teaching.grading.open_points.settle_open` returns them.

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
        parts += [_answers(report) for report in reports if report["assignment"] == name and report["open"]]
    return page("Open questions", "\n".join(parts))


def _answers(report):
    parts = [f"<h3>{escape(report['student'])} · {escape(report['file'])}</h3>"]
    for answer in report["open"]:
        if answer["points"] is not None:
            flag = f" ({escape(OUTDATED)})" if answer["outdated"] else ""
            remark = f": {escape(answer['remark'])}" if answer["remark"] else ""
            parts.append(f"<p>{answer['points']:g} of {answer['of']} points{flag}{remark}</p>")
        parts += [_cell(cell) for cell in answer["cells"]] or ["<p>There is no answer.</p>"]
    return "\n".join(parts)


def _cell(cell):
    parts = []
    if not cell["asked"]:
        parts.append(f"<p><strong>Elsewhere</strong>, in cell {cell['number']} of the notebook:</p>")
    parts.append(f"<pre>{escape(cell['source'])}</pre>")
    for output in cell["outputs"]:
        if "picture" in output:
            # As a picture, SVG runs no script and loads nothing.
            source = f"data:{output['kind']};base64,{output['picture']}"
            parts.append(f'<p><img src="{source}" alt="What cell {cell["number"]} drew"></p>')
        else:
            parts.append(f'<pre class="output">{escape(output["text"])}</pre>')
    return "\n".join(parts)
