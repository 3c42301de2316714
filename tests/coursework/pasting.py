"""What a chapter's code would do as an answer: its functions, its cells and their lines, under a task's name."""

import ast
import builtins
import contextlib
import io
import json
import signal
from functools import cache
from itertools import permutations

import numpy as np

from cnnlib.coursework import Source
from cnnlib.coursework.judging import close, parts
from cnnlib.coursework.rules import broken_rule

SECONDS = 0.2  # of one call: chapters train, and an answer to a small case is there at once
DEFINING = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


def cells(chapter):
    """List the code cells of a chapter as syntax trees, lines of IPython's own left out."""
    found = []
    for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            found.append(ast.parse("\n".join("" if line.startswith(("%", "!")) else line for line in lines)))
    return found


def surroundings(trees):
    """Define what a chapter imports, and the functions that it writes, so that a pasted cell finds them."""
    space = {"np": np}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, DEFINING):
                with contextlib.suppress(Exception):  # what a default value needs, another cell had computed
                    exec(compile(ast.Module([node], []), "<chapter>", "exec"), space)
    return space


def functions(trees, space):
    """Yield (name, least and most arguments, function) of all that a chapter defines or writes as a ``lambda``."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.decorator_list = []
                name, arguments, made = node.name, node.args, _made(node, node.name, space)
            elif isinstance(node, ast.Lambda):
                wrapped = ast.Assign([ast.Name("named", ast.Store())], node)
                name, arguments, made = ast.unparse(node), node.args, _made(wrapped, "named", space)
            else:
                continue
            most = len(arguments.posonlyargs + arguments.args)
            if made is not None and most:
                yield name, most - len(arguments.defaults), most, made


def lines(trees, space):
    """Yield (text, arguments, function) for each cell and each of its lines: of its unknown names, what it computes."""
    for tree in trees:
        body = [node for node in tree.body if not isinstance(node, DEFINING)]
        for run in [body, *([node] for node in body if len(body) > 1)]:
            free = _unknown(run, space)
            kept, result = _result(run[-1]) if run else ([], None)
            if result is None or not 1 <= len(free) <= 5:
                continue
            text = ast.unparse(ast.Module([*run[:-1], *kept, ast.Return(result)], []))
            indented = "\n".join(f"    {line}" for line in text.splitlines())
            made = _made(ast.parse(f"def answer({', '.join(free)}):\n{indented}").body[0], "answer", space)
            if made is not None:
                yield text, len(free), len(free), made


def _made(node, name, space):
    own = dict(space)
    try:
        exec(compile(ast.fix_missing_locations(ast.Module([node], [])), "<chapter>", "exec"), own)
    except Exception:
        return None
    return own[name]


def _result(node):
    """Return the statements and the expression that lines end with, if they compute something."""
    if isinstance(node, ast.Expr):
        return [], node.value
    if isinstance(node, ast.Assign):
        return [node], _read(node.targets[0])
    stored = [each for each in ast.walk(node) if isinstance(each, ast.Assign | ast.AugAssign)]
    if not isinstance(node, ast.For) or not stored:
        return [], None
    target = stored[-1].targets[0] if isinstance(stored[-1], ast.Assign) else stored[-1].target
    while isinstance(target, ast.Subscript):
        target = target.value
    return [node], _read(target)


def _read(target):
    return ast.parse(ast.unparse(target), mode="eval").body


def _unknown(run, space):
    """List the names that lines read before they have given them a value."""
    known, free = {*space, *dir(builtins)}, []
    for node in run:
        names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
        stored = {each.id for each in names if isinstance(each.ctx, ast.Store)}
        inner = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        if isinstance(node, ast.Assign | ast.AugAssign):
            loops = [each.target for each in ast.walk(node) if isinstance(each, ast.comprehension)]
            inner |= {each.id for target in loops for each in ast.walk(target) if isinstance(each, ast.Name)}
        else:
            inner |= stored
        read = [each.id for each in names if isinstance(each.ctx, ast.Load)]
        free += [each for each in dict.fromkeys(read) if each not in known | inner and each not in free]
        known |= stored
    return free


def solves(task, function, least, most):
    """Say whether a function keeps to a task's rules and gives the right answers, its arguments in some order."""
    count = len(task.cases[0].arguments())
    if not least <= count <= most or not any(_right(task, function, order) for order in permutations(range(count))):
        return False
    return not broken_rule(function, task)


def _right(task, function, order):
    for arguments, right in _known(task):
        given = [each.copy() if isinstance(each, np.ndarray | dict) else each for each in arguments]
        try:
            with _stopped_in_time(), contextlib.redirect_stdout(io.StringIO()):
                found = parts(function(*(given[place] for place in order)))
        except Exception:
            return False
        if found is None or found.keys() != right.keys():
            return False
        if not all(close(found[name], right[name], 1e-6) for name in right):
            return False
    return True


@cache
def _known(task):
    known = []
    for case in task.cases:
        arguments = [each.function() if isinstance(each, Source) else each for each in case.arguments()]
        known.append((arguments, parts(task.expected(case))))
    return known


@contextlib.contextmanager
def _stopped_in_time():
    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
