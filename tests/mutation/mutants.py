"""Small faults of the kinds that people make in this field, each under a name of its own.

A mutant is one edit of a module's syntax tree: a slot of one node gets another value. Its name says where and what,
``vectorized.convolution:conv2d:sub-to-add:3`` being the third such edit in that function, so that it outlives edits of
other functions. Docstrings, annotations, imports, the messages of errors and ``__all__`` are left alone.
"""

import ast
import difflib
import hashlib
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field

ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
FUNCTIONS = {"min": "max", "any": "all", "maximum": "minimum", "argmax": "argmin", "zeros": "ones"}
FUNCTIONS |= {"zeros_like": "ones_like"}
FUNCTIONS |= {other: name for name, other in FUNCTIONS.items()}
# What mixes up the axes of an image, or the two ends of one: whole names, and endings.
NEIGHBOURS = (
    ("height", "width"),
    ("row", "column"),
    ("rows", "columns"),
    ("top", "left"),
    ("bottom", "right"),
    ("above", "left"),
    ("below", "right"),
    ("before", "after"),
    ("start", "stop"),
    ("first", "last"),
    ("i", "j"),
    ("u", "v"),
)
ENDINGS = (("_h", "_w"), ("_in", "_out"), ("1", "2"), ("_height", "_width"), ("_rows", "_columns"))
# Functions whose arguments have no order.
COMMUTATIVE = {"gcd", "max", "maximum", "min", "minimum"}
# Methods that only rearrange or copy.
REARRANGING = {"conj", "copy", "swapaxes", "transpose"}


@dataclass(frozen=True)
class Mutant:
    """One edit of ``tree``, the module's: ``owner.slot``, or its entry ``index``, becomes ``new``.

    ``statement`` is the key, ``module:line``, of the statement that must be reached for the edit to matter; None for
    what runs when the module is imported.
    """

    name: str
    module: str
    statement: str | None
    tree: ast.Module = field(repr=False)
    owner: ast.AST = field(repr=False)
    slot: str = field(repr=False)
    index: int | None = field(repr=False)
    new: object = field(repr=False)

    @property
    def package(self):
        """``"shapes"``, ``"definition"`` or ``"vectorized"``."""
        return self.name.split(".")[0]

    @property
    def function(self):
        """Module and function, the first two parts of the name."""
        return self.name.rsplit(":", 2)[0]

    @contextmanager
    def _applied(self):
        held = getattr(self.owner, self.slot)
        changed = self.new
        if self.index is not None:
            changed = [*held[: self.index], self.new, *held[self.index + 1 :]]
        setattr(self.owner, self.slot, changed)
        try:
            yield
        finally:
            setattr(self.owner, self.slot, held)

    def code(self):
        """Compile the module with the fault in it."""
        with self._applied():
            return compile(ast.fix_missing_locations(self.tree), f"<{self.name}>", "exec")

    def difference(self):
        """Return the lines of the module that differ, before with ``-`` and after with ``+``."""
        before = ast.unparse(self.tree).splitlines()
        with self._applied():
            after = ast.unparse(self.tree).splitlines()
        lines = difflib.unified_diff(before, after, n=0, lineterm="")
        return [f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


@dataclass(frozen=True)
class _Place:
    """Where in a module a node stands: ``scope`` names the function, ``names`` are those bound in it."""

    scope: str = ""
    statement: ast.stmt | None = None
    in_function: bool = False
    names: frozenset = frozenset()

    def enter(self, node):
        if isinstance(node, ast.FunctionDef) and not self.in_function:
            bound = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and type(each.ctx) is ast.Store}
            arguments = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
            return _Place(self._below(node.name), own_statements(node)[0], True, frozenset(bound | arguments))
        if isinstance(node, ast.ClassDef):
            return _Place(self._below(node.name), node)
        if isinstance(node, ast.stmt):
            return _Place(self.scope, node, self.in_function, self.names)
        return self

    def _below(self, name):
        return f"{self.scope}.{name}" if self.scope else name


def own_statements(function):
    """Return a function's statements without its docstring."""
    return function.body[1:] if _is_text(function.body[0]) else function.body


def mutants(module, source):
    """List every mutant of a module, in the order of its text.

    Parameters
    ----------
    module : str
        Dotted name, ``"cnnlib.vectorized.convolution"``.
    source : str

    Returns
    -------
    list of Mutant
    """
    tree = ast.parse(source)
    found, counts = [], Counter()
    for owner, slot, index, node, place in _slots(tree, _Place()):
        for kind, *edit in _edits(owner, slot, index, node, place):
            stem = f"{module.removeprefix('cnnlib.')}:{place.scope or 'module'}:{kind}"
            counts[stem] += 1
            key = f"{module}:{place.statement.lineno}" if place.in_function else None
            found.append(Mutant(f"{stem}:{counts[stem]}", module, key, tree, *edit))
    return found


def sample(population, n, seed):
    """Draw about ``n`` mutants, of every module its share and at least one.

    The order of the draw is that of a hash of seed and name, so that a change of one function leaves the draw from
    the others as it was.
    """
    modules = defaultdict(list)
    for mutant in population:
        modules[mutant.module].append(mutant)
    drawn = []
    for members in modules.values():
        members.sort(key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())
        drawn += members[: max(1, round(n * len(members) / len(population)))]
    return sorted(drawn, key=lambda mutant: mutant.name)


def _slots(owner, place):
    """Yield every node below ``owner`` that may be changed, with the slot that holds it and its place."""
    for slot, value in ast.iter_fields(owner):
        if slot in ("annotation", "returns", "decorator_list", "exc"):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_left_alone(node):
                here = place.enter(node)
                yield owner, slot, index, node, here
                yield from _slots(node, here)


def _is_left_alone(node):
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr() | ast.pattern():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.keyword(arg="strict"):  # zip's guard against what cannot happen
            return True
        case ast.Call(ast.Name("describe")) | ast.Tuple([ast.Constant(str()), *_]):  # parts of messages
            return True
    return _is_text(node)


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _edits(owner, slot, index, node, place):
    """Yield (kind, owner, slot, index, new) for each wrong way to write a node."""

    def instead(kind, new):
        return kind, owner, slot, index, new

    if slot in ("test", "ifs") and not _is_negated_by_its_operator(node):
        yield instead("negate", ast.UnaryOp(ast.Not(), node))
    match node:
        case ast.BinOp(left, operator, right):
            yield from _operator(node, operator)
            if isinstance(operator, ast.MatMult):
                yield instead("swap-operands", ast.BinOp(right, operator, left))
            else:
                yield instead("drop-right", left)
            if isinstance(operator, ast.Add | ast.Sub | ast.Mult):
                yield instead("drop-left", right)
        case ast.UnaryOp(ast.USub(), operand):
            yield instead("drop-sign", operand)
        case ast.UnaryOp(ast.Not(), operand):
            yield instead("drop-not", operand)
        case ast.Constant(value):
            yield from ((kind, node, "value", None, new) for kind, new in _numbers(value))
        case ast.Compare(_, operators, _):
            for i, operator in enumerate(operators):
                new = COMPARISONS[type(operator)]()
                yield _spelled(operator, new), node, "ops", i, new
        case ast.BoolOp(operator, values):
            new = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield _spelled(operator, new), node, "op", None, new
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield instead("drop-operand", rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest))
        case ast.Slice(lower, upper, step):
            for name, bound in (("lower", lower), ("upper", upper), ("step", step)):
                if bound is not None:
                    yield f"drop-{name}", node, name, None, None
                if bound is not None and not isinstance(bound, ast.Constant | ast.UnaryOp):
                    yield f"shift-{name}", node, name, None, ast.BinOp(bound, ast.Add(), ast.Constant(1))
        case ast.Call(function, arguments, keywords):
            yield from _calls(node, function, arguments, keywords)
            if isinstance(function, ast.Attribute) and function.attr in REARRANGING:
                yield instead("drop-call", function.value)
        case ast.Tuple(elements) if len(elements) > 1 and _differ(*elements[-2:]):
            yield "swap-elements", node, "elts", None, [*elements[:-2], *elements[:-3:-1]]
        case ast.Attribute(value, "T"):
            yield instead("drop-transpose", value)
        case ast.Name(name, ast.Load()):
            yield from (("swap-name", node, "id", None, other) for other in _neighbours(name) if other in place.names)
        case ast.AugAssign(_, operator):
            yield from _operator(node, operator)
            yield instead("drop-statement", ast.Pass())
        case ast.Raise() | ast.Expr() | ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield instead("drop-statement", ast.Pass())


def _operator(node, operator):
    if type(operator) in ARITHMETIC:
        new = ARITHMETIC[type(operator)]()
        yield _spelled(operator, new), node, "op", None, new


def _calls(node, function, arguments, keywords):
    """Yield the ways to call a function wrongly, or the wrong function."""
    slot = "id" if isinstance(function, ast.Name) else "attr"
    name = getattr(function, slot, None)
    if name in FUNCTIONS:
        yield f"{name}-to-{FUNCTIONS[name]}", function, slot, None, FUNCTIONS[name]
    # Every axis matters to a method that rearranges; elsewhere the first two arguments stand for all.
    swaps = 0 if name in COMMUTATIVE else len(arguments) - 1
    for i in range(swaps if name in {*REARRANGING, "reshape"} else min(1, swaps)):
        if _differ(arguments[i], arguments[i + 1]) and not _is_message(arguments[i + 1]):
            swapped = [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]]
            yield "swap-arguments", node, "args", None, swapped
    for i, keyword in enumerate(keywords):
        if keyword.arg is not None and not _is_left_alone(keyword):
            yield "drop-keyword", node, "keywords", None, keywords[:i] + keywords[i + 1 :]


def _numbers(value):
    """Yield (kind, value) for each number to write in place of another."""
    if isinstance(value, bool):
        yield ("true-to-false" if value else "false-to-true"), not value
    elif isinstance(value, int):
        yield "plus-one", value + 1
        yield "minus-one", value - 1
    elif isinstance(value, float):
        yield "number", 1.25 * value if value else 1.0


def _neighbours(name):
    """Yield the names that are easily taken for this one."""
    for one, other in NEIGHBOURS:
        if name in (one, other):
            yield other if name == one else one
    for one, other in ENDINGS:
        for ending, instead in ((one, other), (other, one)):
            if name.endswith(ending) and name != ending:
                yield name.removesuffix(ending) + instead


def _is_negated_by_its_operator(node):
    """Whether changing its operator negates a condition already."""
    match node:
        case ast.UnaryOp(ast.Not()):
            return True
        case ast.Compare(_, [ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot() | ast.In() | ast.NotIn()]):
            return True
    return False


def _is_message(node):
    """Whether an argument is text, such as the name that an error will carry."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _differ(one, other):
    return ast.dump(one) != ast.dump(other)


def _spelled(old, new):
    return f"{type(old).__name__}-to-{type(new).__name__}".lower()
