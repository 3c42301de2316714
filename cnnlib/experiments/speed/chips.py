"""What chips could at best do, by what their makers publish, and how much of a tile's work they can hold at once."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chip:
    """A processor by its published figures.

    Attributes
    ----------
    name : str
    rates : dict of str to float
        Operations per second, two for a multiply-add, by the format of the numbers.
    bandwidth : float
        Bytes per second of its memory.
    multiprocessors : int
        Of a GPU, and for each of these:
    registers : int
        Of 32 bits.
    shared_bytes : int
        Of the memory that the lanes of a program share.
    warps : int
        That can wait at once, of 32 lanes each.
    reserved_bytes : int
        Of the shared memory, that the system takes for every program.
    """

    name: str
    rates: dict = field(hash=False)
    bandwidth: float
    multiprocessors: int = 0
    registers: int = 65_536
    shared_bytes: int = 0
    warps: int = 0
    reserved_bytes: int = 0

    @property
    def best(self):
        """The format whose products are fastest."""
        return max(self.rates, key=self.rates.get)

    def ridge(self, number_format):
        """Operations per byte from which on arithmetic is the limit."""
        return self.rates[number_format] / self.bandwidth

    def least_seconds(self, operations, moved, number_format):
        """Seconds below which the chip cannot do so many operations on so many bytes (the roofline's bound)."""
        return max(operations / self.rates[number_format], moved / self.bandwidth)


# NVIDIA's data sheet of the H100 SXM, without sparsity, and its programming guide for compute capability 9.0.
H100 = Chip(
    "H100 SXM",
    {"float32": 66.9e12, "TensorFloat-32": 494.7e12, "16 bits": 989.4e12},
    3.35e12,
    multiprocessors=132,
    shared_bytes=228 * 1024,
    warps=64,
    reserved_bytes=1024,
)
# 1,536 lanes at 1.77 GHz, a multiply-add each, 16-bit ones two at a time; 192 wires at 12 Gbit/s. No tensor cores.
# Compute capability 7.5: the system reserves no shared memory, as it does from 8.0 on.
GTX1660TI = Chip(
    "GTX 1660 Ti",
    {"float32": 2 * 1536 * 1.77e9, "16 bits": 4 * 1536 * 1.77e9},
    192 * 12e9 / 8,
    multiprocessors=24,
    shared_bytes=64 * 1024,
    warps=32,
)
# A Core i7-1165G7: 4 cores at 2.8 GHz, two units of 8 multiply-adds in each; two channels of 8 bytes, 3.2e9 a second.
LAPTOP = Chip("laptop CPU", {"float32": 4 * 2.8e9 * 2 * 8 * 2}, 2 * 8 * 3.2e9)
CHIPS = {chip.name: chip for chip in (LAPTOP, GTX1660TI, H100)}

# What a program needs besides its sums, for addresses and for the numbers on their way, in registers a lane.
_OTHER_REGISTERS = 64


@dataclass(frozen=True)
class Residence:
    """How many programs of a tile live on one multiprocessor at once, and what stops a further one.

    Attributes
    ----------
    registers : int
        A lane's.
    shared_bytes : int
        A program's.
    programs : int
        0 where not even one fits.
    occupancy : float
        Share of the warps that could wait.
    fits : dict of str to int
        Programs that "registers", "shared memory" and "warps" would each allow.
    limit : str
        Whichever allows the fewest.
    """

    registers: int
    shared_bytes: int
    programs: int
    occupancy: float
    fits: dict
    limit: str


def residence(chip, rows, columns, depth, *, itemsize=2, stages=3, warps=4, registers=None):
    """Count how many programs with tiles of ``rows × columns`` fit on a multiprocessor.

    Parameters
    ----------
    chip : Chip
    rows, columns : int
        Of the tile of sums, which lie in registers in float32.
    depth : int
        Terms in a step; the two factors' tiles lie in shared memory.
    itemsize : int
        Bytes of a factor.
    stages : int
        Steps whose factors are there or on their way.
    warps : int
        Of a program.
    registers : int, optional
        A lane's, where a compiler has told them; else its sums and 64 more, for addresses and numbers on their way.

    Returns
    -------
    Residence

    Raises
    ------
    ValueError
        If the chip has no multiprocessors.

    Examples
    --------
    >>> residence(H100, 128, 128, 64, warps=8).shared_bytes
    98304
    """
    if not chip.multiprocessors:
        raise ValueError(f"residence: chip must be a GPU, received {chip.name}")
    if registers is None:
        registers = rows * columns // (32 * warps) + _OTHER_REGISTERS
    shared = stages * (rows + columns) * depth * itemsize
    fits = {
        "registers": chip.registers // (32 * warps * registers) if registers <= 255 else 0,
        "shared memory": chip.shared_bytes // (shared + chip.reserved_bytes),
        "warps": chip.warps // warps,
    }
    limit = min(fits, key=fits.get)
    programs = fits[limit]
    return Residence(registers, shared, programs, programs * warps / chip.warps, fits, limit)


def useful_share(channels, filters, taps, *, depth=16, columns=16, flat=True):
    """Return the share of a tile's products that belong to the convolution, and not to its rounding up.

    Parameters
    ----------
    channels, filters : int
        Into and out of the layer.
    taps : int
        Cells of a filter's window.
    depth, columns : int
        Terms in a step and filters in a tile.
    flat : bool
        Whether all terms are counted through; otherwise each tap begins a new step.

    Returns
    -------
    float

    Examples
    --------
    >>> useful_share(16, 32, 9)
    1.0
    """
    steps = -(-channels * taps // depth) if flat else taps * -(-channels // depth)
    return channels * taps * filters / (steps * depth * -(-filters // columns) * columns)
