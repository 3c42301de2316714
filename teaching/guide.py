"""Write the guide for teachers: what each assignment is for, what it takes, what goes wrong, what is looked for."""

from html import escape

from cnnlib.coursework import load
from teaching.assignment import NAMES, Open, load_assignment
from teaching.grading.pages import page


def guide():
    """Return the guide as one page; it tells hidden tests, so it is no page of the book.

    Returns
    -------
    str
    """
    return page("Coursework: a guide for teachers", "\n".join(_assignment(load_assignment(name)) for name in NAMES))


def _assignment(assignment):
    known = load(assignment.name)
    rows = "\n".join(
        f"<tr><td>{escape(task.name)}</td><td>{task.points}</td><td>{task.minutes}</td><td>{escape(task.goal)}</td></tr>"
        for task in assignment.tasks
    )
    return "\n".join(
        [
            f"<h2>{escape(assignment.title)}</h2>",
            f"<p>{assignment.points} points, about {assignment.minutes} minutes. When it is done, students can</p>",
            _list(assignment.goals),
            "<table>\n<tr><th>Task</th><th>Points</th><th>Minutes</th><th>Learned</th></tr>",
            f"{rows}\n</table>",
            *(_rubric(task) if isinstance(task, Open) else _task(task, known[task.name]) for task in assignment.tasks),
        ]
    )


def _task(task, known):
    mistakes = [f"{mistake.name}: {mistake.says} ({mistake.see})" for mistake in known.mistakes]
    return "\n".join(
        [
            f"<h3>{escape(task.name)}</h3>",
            "<p>Students see cases for</p>",
            _list(case.looks_for for case in known.cases),
            "<p>Hidden tests look for</p>",
            _list(case.looks_for for case in task.hidden),
            "<p>Known mistakes</p>" if mistakes else "",
            _list(mistakes) if mistakes else "",
        ]
    )


def _rubric(task):
    rubric = [f"{line.points} points: {line.text}" for line in task.rubric]
    return f"<h3>The open question</h3>\n<p>{escape(task.goal)}</p>\n{_list(rubric)}"


def _list(items):
    return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"
