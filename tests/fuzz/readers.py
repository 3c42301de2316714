"""Damage files at random and read them: ``python -m tests.fuzz.readers [--minutes 10] [reader ...]``.

A reader of data, weights or pictures may read a damaged file, or refuse it in one line, with the exceptions that its
docstring names. Anything else is a fault: another exception, more than ten seconds, more than three gigabytes. Then the
program keeps the file that provoked it, says where, and ends with 1. ``test_readers.py`` beside it runs it for moments.
"""

import argparse
import gzip
import io
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cnnlib.data.dataset import DataError
from cnnlib.data.files import RemoteFile, load
from cnnlib.data.folder import read_picture
from cnnlib.data.idx import parse_idx
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.models.architectures import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.models.storage import load_weights, save_weights
from cnnlib.training.checkpoints import load_checkpoint, save_checkpoint

SECONDS, BYTES = 10, 3 * 2**30
PICTURES = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")


def damaged(content, rng):
    """Return ``content``, bytes, with one to four faults of the kinds that disks, networks and people make."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        # Headers are short and decide the most, so half of all faults fall among the first bytes.
        end = len(content) if rng.random() < 0.5 else min(len(content), 64)
        place = rng.randrange(end) if end else 0
        length = rng.randint(1, 16)
        match rng.randrange(6):
            case 0:
                content[place : place + 1] = bytes([rng.randrange(256)])
            case 1 if end:
                content[place] ^= 1 << rng.randrange(8)
            case 2:
                content[place : place + length] = rng.choice([b"\x00", b"\xff", b"\x7f"]) * length
            case 3:
                number = rng.choice([0, 1, -1, 2**15, 2**31 - 1, -(2**31), 2**24])
                content[place : place + 4] = struct.pack(rng.choice(["<i", ">i"]), number)
            case 4:
                content[place:place] = rng.randbytes(length)
            case _:
                del content[place : (place + length if rng.random() < 0.5 else None)]
    return bytes(content)


class Reader:
    """A kind of file: sound examples as bytes, how to read one from a path, and the exceptions for a damaged one."""

    def __init__(self, examples, read, refuses):
        self.examples, self.read, self.refuses = examples, read, refuses


def readers(folder):
    """Return the readers by name; ``folder`` is a Path for the files that examples are made from."""
    pixels = np.random.RandomState(0).randint(0, 256, (3, 7, 5)).astype(np.uint8)
    idx = struct.pack(">4B3I", 0, 0, 8, 3, *pixels.shape) + pixels.tobytes()
    file = RemoteFile("fuzz", "digits", len(idx), sha256(idx).hexdigest(), (), pixels.shape)

    network = LeNet(seed=0)
    optimizer = torch.optim.Adam(network.parameters())
    sum(value.sum() for value in network.parameters()).backward()
    optimizer.step()
    save_weights(folder / "weights", lenet(), network.weights())
    save_checkpoint(folder / "checkpoint", network, optimizer, {"recipe": "fuzz"}, [])

    def resume(path):
        fresh = LeNet(seed=1)
        load_checkpoint(path, fresh, torch.optim.Adam(fresh.parameters()), {"recipe": "fuzz"})

    return {
        "idx": Reader([idx], lambda path: parse_idx(path.read_bytes()), DataError),
        "data file": Reader([idx, gzip.compress(idx, mtime=0)], lambda path: load(file, path), DataError),
        "weights": Reader([(folder / "weights").read_bytes()], lambda path: load_weights(path, lenet()), ValueError),
        "checkpoint": Reader([(folder / "checkpoint").read_bytes()], resume, ValueError),
        "picture of a digit": Reader(_pictures(), lambda path: as_mnist(open_picture(path)), (DataError, ValueError)),
        "picture of a folder": Reader(_pictures(), lambda path: read_picture(path, 16), DataError),
    }


def _pictures():
    """Return the same small picture in every format and mode that can hold it."""
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[4:15, 8:20] = 250, 120, 30
    examples = []
    for mode in ("RGB", "L", "P", "1", "RGBA", "LA", "CMYK", "I;16"):
        for form in PICTURES:
            picture = Image.fromarray(pixels)
            picture = Image.fromarray(np.uint16(pixels[..., 0]) * 257) if mode == "I;16" else picture.convert(mode)
            written = io.BytesIO()
            try:
                picture.save(written, form)
            except (OSError, KeyError, ValueError):
                continue  # the format has no such mode
            examples.append(written.getvalue())
    return examples


def fault(reader, path):
    """Read the file; return what went wrong that may not, as text, or None."""
    signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.read(path)
    except reader.refuses as error:
        return f"its message has {len(str(error).splitlines())} lines" if "\n" in str(error) else None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return traceback.format_exc()
    finally:
        signal.alarm(0)
    return None


class TooSlow(BaseException):
    """Not an Exception: a reader that catches whatever its decoder raises must not catch this."""


def _too_slow(signum, frame):
    raise TooSlow(f"more than {SECONDS} seconds")


def fuzz(reader, enough, seed, folder):
    """Damage and read until ``enough(tries)``.

    Returns
    -------
    tries : int
    faults : dict of str to Path
        The last line of each kind of fault, and the first file that provoked it.
    """
    rng = random.Random(seed)
    tries, faults = 0, {}
    path = folder / "damaged"
    while not enough(tries):
        path.write_bytes(damaged(rng.choice(reader.examples), rng))
        tries += 1
        if (wrong := fault(reader, path)) and (kind := wrong.strip().splitlines()[-1]) not in faults:
            faults[kind] = path.replace(folder / f"fault-{tries}")
            print(wrong, file=sys.stderr, flush=True)
    return tries, faults


def main(arguments=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", metavar="reader", help="all of them unless named")
    parser.add_argument("--minutes", type=float, default=10, help="for each reader")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    known = readers(folder)
    if unknown := set(options.readers) - known.keys():
        parser.error(f"reader must be one of {', '.join(known)}; received {', '.join(sorted(unknown))}")
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + BYTES, resource.RLIM_INFINITY))
    found = 0
    for name in options.readers or known:
        end = time.monotonic() + 60 * options.minutes
        tries, faults = fuzz(known[name], lambda tries, end=end: time.monotonic() >= end, options.seed, folder)
        found += len(faults)
        print(f"{name}: {tries:,} damaged files, {len(faults)} faults", flush=True)
        for kind, path in faults.items():
            print(f"  {path}: {kind}")
    return int(found > 0)


def _address_space():
    """Bytes that the process has mapped already: PyTorch alone maps gigabytes that it never uses."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main())
