"""Damage as disks, networks and people do it, and as a program would that knows how a file is sealed."""

import json
import struct

import numpy as np
from safetensors.numpy import load, save

from cnnlib.models.storage import _digest


def damaged(content, rng):
    """Return ``content``, bytes, with one to four faults of the kinds that disks, networks and people make."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        # Headers are short and decide the most, so half of all faults fall among the first bytes.
        end = len(content) if rng.random() < 0.5 else min(len(content), 64)
        place = rng.randrange(end) if end else 0
        length = rng.randint(1, 16)
        match rng.randrange(7):
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
            case 5:
                content[place:place] = content[place : place + 64]
            case _:
                del content[place : (place + length if rng.random() < 0.5 else None)]
    return bytes(content)


def sealed_again(content, rng):
    """Change what one of our safetensors files says or holds, and give it the digest that belongs to it then."""
    length = int.from_bytes(content[:8], "little")
    text = json.loads(content[8 : 8 + length])["__metadata__"]["cnnlib"]
    tensors = load(content)
    if rng.random() < 0.6:
        text = json.dumps(_changed(json.loads(text), rng))
    elif rng.random() < 0.2:
        text = damaged(text.encode(), rng).decode(errors="replace")
    else:
        name = rng.choice(sorted(tensors))
        value = tensors.pop(name)
        spoilt = value.astype(value.dtype, copy=True)
        spoilt.flat[rng.randrange(value.size)] = rng.choice([np.nan, np.inf, -np.inf])
        tensors |= rng.choice(
            [
                {},
                {rng.choice(["", "network.", "optimizer.", "optimizer.x.y.z", "two\nlines"]): value},
                {name: value.reshape(-1, 1)},
                {name: value.astype(np.int32)},
                {name: value.astype(np.float64)},
                {name: spoilt},
            ]
        )
    return save(tensors, metadata={"cnnlib": text, "sha256": _digest(text, tensors)})


def _changed(value, rng):
    """Return a value of JSON in which something, at any depth, is gone or replaced by something strange."""
    if value and isinstance(value, dict | list) and rng.random() < 0.85:
        value = value.copy()
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if rng.random() < 0.2:
            del value[key]
        else:
            value[key] = _changed(value[key], rng)
        return value
    return rng.choice([None, True, -1, 0, 2**70, 0.5, float("nan"), float("inf"), "", "two\nlines", [], {}, [[]]])
