"""A machine that runs Triton kernels in NumPy, one program after another, and counts what they move and multiply.

`tl` stands in for ``triton.language``: a kernel of `cnnlib.gpu.kernels.steps` runs on it as it stands in the file, on
any computer. What it counts is what the programs ask for; how much of that a cache delivers, it does not know.
"""

import ast
import inspect
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

SECTOR = 32  # bytes: the smallest piece that the memory of a GPU delivers
WARP = 32  # lanes that ask together


@dataclass
class Counts:
    """What the programs of a grid did.

    Attributes
    ----------
    programs : int
    read, written : dict of str to int
        Bytes by the name of the argument, a number counted as often as a lane asks for it.
    sectors : dict of str to int
        Pieces of 32 bytes that the warps read, by the name of the argument: as many for each 32 neighbours of a block,
        along whichever axis costs fewer, as they lie in. (A compiler may lay warps otherwise.)
    fetched : dict of str to int
        The same, a piece counted once for each program, as if a cache kept for it what it has asked for.
    products : int
        Multiply-adds of ``tl.fma`` and ``tl.dot``, those with masked zeros included.
    """

    programs: int = 0
    read: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)
    sectors: dict = field(default_factory=dict)
    fetched: dict = field(default_factory=dict)
    products: int = 0

    @property
    def bytes(self):
        """Bytes read and written in all."""
        return sum(self.read.values()) + sum(self.written.values())

    @property
    def traffic(self):
        """Bytes of the sectors that were read, used or not, and bytes written."""
        return SECTOR * sum(self.sectors.values()) + sum(self.written.values())

    @property
    def least_traffic(self):
        """The same with each sector once for a program."""
        return SECTOR * sum(self.fetched.values()) + sum(self.written.values())


class _Pointer:
    """An argument's memory and, once something was added, the places in it of a block of lanes."""

    def __init__(self, memory, name, offset=0):
        self.memory, self.name, self.offset = memory, name, offset

    def __add__(self, offset):
        return _Pointer(self.memory, self.name, self.offset + offset)


class _Language:
    """The part of ``triton.language`` that the kernels use; blocks are arrays."""

    float16, float32 = np.float16, np.float32
    arange, zeros, full = staticmethod(np.arange), staticmethod(np.zeros), staticmethod(np.full)
    minimum, maximum, where = staticmethod(np.minimum), staticmethod(np.maximum), staticmethod(np.where)

    def __init__(self):
        self.counts = Counts()
        self.begin((0,))

    def begin(self, program):
        """Start a program: what it fetches is all new."""
        self.program, self.seen = program, {}

    def program_id(self, axis):
        return self.program[axis]

    def load(self, pointer, mask=True, other=0.0):
        place, mask = self._lanes("load", pointer, mask)
        values = np.full(place.shape, other, pointer.memory.dtype)
        values[mask] = pointer.memory[place[mask]]
        _add(self.counts.read, pointer.name, int(mask.sum()) * values.itemsize)
        sectors = np.where(mask, place * values.itemsize // SECTOR, -1)
        _add(self.counts.sectors, pointer.name, _sectors(sectors))
        seen = self.seen.setdefault(pointer.name, set())
        before = len(seen)
        seen.update(np.unique(sectors[mask]).tolist())
        _add(self.counts.fetched, pointer.name, len(seen) - before)
        return values

    def store(self, pointer, values, mask=True):
        place, mask = self._lanes("store", pointer, mask)
        pointer.memory[place[mask]] = np.broadcast_to(values, place.shape)[mask]
        _add(self.counts.written, pointer.name, int(mask.sum()) * pointer.memory.itemsize)

    def fma(self, a, b, total):
        total = a * b + total
        self.counts.products += total.size
        return total

    def dot(self, a, b, total, input_precision="ieee"):
        self.counts.products += a.shape[0] * a.shape[1] * b.shape[1]
        return a.astype(total.dtype) @ b.astype(total.dtype) + total

    def _lanes(self, what, pointer, mask):
        place, mask = np.broadcast_arrays(pointer.offset, mask)
        if np.any(mask & ((place < 0) | (place >= pointer.memory.size))):
            lost = place[mask & ((place < 0) | (place >= pointer.memory.size))][0]
            raise IndexError(
                f"tl.{what}: program {self.program} asks for place {lost} of {pointer.name}, "
                f"which has {pointer.memory.size}; a GPU would not have complained"
            )
        return place, mask


tl = _Language()


def run_kernel(kernel, grid, *arguments, **constants):
    """Run a kernel for every program of a grid.

    Parameters
    ----------
    kernel : callable
        That uses `tl`; one of `kernel`, or your own.
    grid : tuple of int
    *arguments : ndarray or int
        Arrays stand for pointers to their memory, which must have no gaps; the kernel may write to it.
    **constants : int

    Returns
    -------
    Counts

    Raises
    ------
    IndexError
        If a lane that no mask stops reads or writes outside its array.

    Examples
    --------
    >>> def double(x_ptr, y_ptr, size, BLOCK):
    ...     i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    ...     tl.store(y_ptr + i, 2 * tl.load(x_ptr + i, mask=i < size), mask=i < size)
    >>> y = np.zeros(5)
    >>> run_kernel(double, (2,), np.arange(5.0), y, 5, BLOCK=4).bytes
    80
    >>> y.tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    tl.counts = Counts(programs=int(np.prod(grid)))
    names = inspect.signature(kernel).parameters
    given = [
        _Pointer(_memory(name, argument), name.removesuffix("_ptr")) if isinstance(argument, np.ndarray) else argument
        for name, argument in zip(names, arguments, strict=False)
    ]
    for program in np.ndindex(grid):
        tl.begin(program)
        kernel(*given, **constants)
    return tl.counts


def kernel(name):
    """Return a kernel of `cnnlib.gpu.kernels.steps`, the same lines, as a function that uses `tl`.

    Parameters
    ----------
    name : str

    Returns
    -------
    callable
    """
    path, found, _ = _definitions(name)
    for function in found.values():
        function.decorator_list = []
        for argument in function.args.args:
            argument.annotation = None
    namespace = {"tl": tl}  # all of them, since a kernel may call another
    exec(compile(ast.Module([*found.values()], []), str(path), "exec"), namespace)
    return namespace[name]


def source(name, start=None):
    """Return the lines of a kernel of `cnnlib.gpu.kernels.steps` as the file has them.

    Parameters
    ----------
    name : str
    start : str, optional
        Leave the arguments out, and all lines before the first that holds this.

    Returns
    -------
    str
    """
    _, found, text = _definitions(name)
    lines = [line.removesuffix("  # fmt: skip") for line in text.splitlines()]
    title, end = found[name].body[0].end_lineno, found[name].end_lineno
    if start is None:
        return "\n".join(lines[found[name].lineno - 1 : end])
    first = next(number for number in range(title, end) if start in lines[number])
    left_out = ["    ..."] if first > title else []
    return "\n".join([f"def {name}(...):", *left_out, *lines[first:end]])


def _definitions(name):
    # Found without importing them, which would need Triton.
    path = Path(find_spec("cnnlib.gpu").origin).parent / "kernels" / "steps.py"
    text = path.read_text(encoding="utf-8")
    found = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    if name not in found:
        raise ValueError(f"kernel: name must be one of {', '.join(found)}, received {name!r}")
    return path, found, text


def _memory(name, array):
    """View an array without gaps, in whatever order its axes lie, as its memory."""
    inwards = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    flat = array.transpose(inwards).reshape(-1)
    if flat.strides != (array.itemsize,) or not np.shares_memory(flat, array):
        raise ValueError(f"run: {name} must lie in memory without gaps, received strides {array.strides}")
    return flat


def _sectors(sector):
    """Count the different sectors of each warp, -1 not being one; warps lie along the axis where that is least."""
    counts, sector = [], np.atleast_1d(sector)
    for axis in range(sector.ndim):
        lanes = np.moveaxis(sector, axis, -1).reshape(-1)
        if lanes.size % WARP:
            lanes = np.append(lanes, np.full(-lanes.size % WARP, -1))
        lanes = np.sort(lanes.reshape(-1, WARP), axis=1)
        steps = np.count_nonzero(lanes[:, 1:] != lanes[:, :-1])
        counts.append(int(len(lanes) + steps - np.count_nonzero(lanes[:, 0] < 0)))
    return min(counts)


def _add(counts, name, value):
    counts[name] = counts.get(name, 0) + value
