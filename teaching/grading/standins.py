"""What a notebook may name and no graded function needs: modules of nothing, and the notebook's own commands.

A figure is not looked at and a comparison has no points to give, but the cell that makes them must not fail, since
functions may stand in it. This file is also sent into the room, where it stands alone.
"""

import dis
import importlib
import importlib.abc
import importlib.util
import sys
import types

MODULES = (
    "cnnlib", "matplotlib", "mpl_toolkits", "pandas", "scipy", "sklearn", "skimage", "seaborn", "plotly", "PIL", "cv2",
    "torch", "IPython", "ipywidgets", "anywidget", "mlxtend", "mnist1d", "tqdm",
)  # fmt: skip
_OPERATORS = """
    abs add and call contains delitem enter eq exit floordiv ge getitem gt iadd imul invert isub itruediv le lshift lt
    matmul mod mul ne neg or pos pow radd rand rfloordiv rmatmul rmod rmul ror round rpow rshift rsub rtruediv rxor
    setitem sub truediv xor
"""


class Absent:
    """Whatever is asked of it, it is there and does nothing.

    Unpacked, it gives as many as are asked for, as in ``figure, (left, right) = plt.subplots(1, 2)``; a loop over it
    has no turns. Where a number is needed it is an error, so that nobody counts on it.
    """

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        frame = sys._getframe(1)
        code = frame.f_code.co_code
        step, count = dis.opname[code[frame.f_lasti]], code[frame.f_lasti + 1]
        return iter([self] * count if step in ("UNPACK_SEQUENCE", "UNPACK_EX") else ())

    def __len__(self):
        return 0

    def __bool__(self):
        return False

    def __float__(self):
        raise TypeError(NOT_THERE)

    __int__ = __index__ = __complex__ = __float__

    def __hash__(self):
        return 0


NOT_THERE = "used something that is not there when it is graded, where Python has NumPy and little else"


def _does_nothing(self, *_, **__):
    return self


for _name in _OPERATORS.split():
    setattr(Absent, f"__{_name}__", _does_nothing)
Absent.__contains__ = Absent.__exit__ = lambda *_: False


def through(iterable=(), *_, **__):
    """Pass an iterable on, as a progress bar does."""
    return iterable


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The finder of modules that are sent as text, and of modules of nothing.

    Parameters
    ----------
    sources : dict of str to str
        Text by the module's name.
    """

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        """Find a module that is sent or stood in for."""
        if name in self.sources or any(f"{name}.".startswith(f"{each}.") for each in MODULES):
            return importlib.util.spec_from_loader(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Make a module of which every name that it has not is `Absent`."""
        module = types.ModuleType(spec.name)

        def look_up(name):
            whole = f"{spec.name}.{name}"
            return importlib.import_module(whole) if whole in self.sources else getattr(Absent(), name)

        module.__getattr__ = look_up
        return module

    def exec_module(self, module):
        """Execute what was sent."""
        name = module.__name__
        if name in self.sources:
            exec(compile(self.sources[name], f"<{name}>", "exec"), module.__dict__)
        elif name.partition(".")[0] == "tqdm":
            module.tqdm, module.trange = through, range


class Shell:
    """What ``get_ipython()`` gives: commands that execute code execute it, all others do nothing.

    Parameters
    ----------
    namespace : dict
        The notebook's names.
    """

    EXECUTES = ("time", "timeit", "prun", "memit")

    def __init__(self, namespace):
        self._namespace = namespace

    def run_line_magic(self, name, line, *_, **__):
        """Execute ``%time x = f()``; ``%matplotlib inline`` is nothing."""
        if name not in self.EXECUTES:
            return None
        while line.startswith("-"):  # its options, such as -n 100
            line = line.partition(" ")[2].lstrip("0123456789 ") if line[1:2] in "nr" else line.partition(" ")[2]
        try:
            code = compile(line, "<cell>", "eval")
        except SyntaxError:
            code = compile(line, "<cell>", "exec")
        value = eval(code, self._namespace)
        return value if name == "time" else None

    def run_cell_magic(self, name, line, cell):
        """Leave it: what executes Python is executed before it comes here."""

    def getoutput(self, *_, **__):
        """Return the lines that a command of the system has printed: none."""
        return []

    def system(self, *_, **__):
        """Run no command."""

    def __getattr__(self, name):
        return Absent()
