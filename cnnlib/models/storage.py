"""Weights on disk: safetensors files that are written whole or not at all, and refused when in doubt.

A safetensors file holds numbers and text, never code. What the format itself does not notice, a
changed number or a file of another program, the description and the digest written here do.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from cnnlib.durable import write_whole


def save_tensors(path, tensors, *, kind, about):
    """Write named arrays and a description to ``path``, atomically.

    Parameters
    ----------
    path : str or Path
        Its folder must exist. An existing file is replaced only once the new one is complete.
    tensors : mapping of str to ndarray
    kind : str
        What the file is (``"weights"``, ``"checkpoint"``), checked when it is read.
    about : dict
        JSON-serialisable description.

    Raises
    ------
    OSError
        If the file cannot be written; ``path`` is then as it was.
    """
    # Not ascontiguousarray, which gives a scalar an axis.
    tensors = {name: np.asarray(value, order="C") for name, value in tensors.items()}
    header = json.dumps({"kind": kind, "about": about})
    metadata = {"cnnlib": header, "sha256": _digest(header, tensors)}
    write_whole(path, lambda part: part.write_bytes(save(tensors, metadata=metadata)))


def load_tensors(path, *, kind):
    """Read what `save_tensors` wrote.

    Parameters
    ----------
    path : str or Path
    kind : str
        As it was saved.

    Returns
    -------
    tensors : dict of str to ndarray
    about : dict

    Raises
    ------
    OSError
        If there is no such file, or it may not be read.
    ValueError
        If the file is damaged, was not written by `save_tensors`, or is of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}")
    path.open("rb").close()  # a file that may not be read is to safetensors one that is not there
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if not {"cnnlib", "sha256"} <= metadata.keys():
                raise ValueError(f"{path} was not written by cnnlib: its header is missing")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    if metadata["sha256"] != _digest(metadata["cnnlib"], tensors):
        raise ValueError(f"{path} has been changed since it was written: its SHA-256 digest does not match")
    found, about = _described(path, metadata["cnnlib"])
    if found != kind:
        raise ValueError(f"{path} holds {found}, not {kind}")
    return tensors, about


def save_weights(path, architecture, weights):
    """Write the weights of a network; see `save_tensors`.

    Parameters
    ----------
    path : str or Path
    architecture : Architecture
    weights : mapping of str to ndarray
        As ``architecture.weight_shapes()`` names them.
    """
    save_tensors(path, weights, kind="weights", about={"architecture": architecture.name})


def load_weights(path, architecture):
    """Read weights that `save_weights` wrote for the same architecture.

    Parameters
    ----------
    path : str or Path
    architecture : Architecture

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    OSError, ValueError
        As `load_tensors`; also if the file is of another architecture, or holds NaN or infinity.
    """
    weights, about = load_tensors(path, kind="weights")
    require_weights(path, weights, about, architecture)
    return weights


def require_weights(path, weights, about, architecture):
    """Make sure that the contents of a file are weights of an architecture, all of them finite numbers.

    Parameters
    ----------
    path : str or Path
        For the message.
    weights : dict of str to ndarray
    about : dict
        What the file says of itself.
    architecture : Architecture

    Raises
    ------
    ValueError
        If they are not.
    """
    if about.get("architecture") != architecture.name:
        received = " ".join(str(about.get("architecture")).split())
        raise ValueError(f"{path} holds weights of {received}, not of {architecture.name}")
    wanted = architecture.weight_shapes()
    for name in sorted(weights.keys() | wanted.keys()):
        shape = weights[name].shape if name in weights else None
        if shape != wanted.get(name):
            raise ValueError(
                f"{path} does not fit {architecture.name}: {name!r} has shape {shape}, not {wanted.get(name)}"
            )
        if weights[name].dtype.kind != "f" or not np.isfinite(weights[name]).all():
            raise ValueError(f"{path} must hold finite floating-point numbers, and {name!r} does not")


def _described(path, header):
    """Return what a file is and its description, from the text that `save_tensors` wrote."""
    try:
        header = json.loads(header)
        kind, about = header["kind"], header["about"]
    except (ValueError, KeyError, TypeError, RecursionError):
        kind = about = None
    if not isinstance(kind, str) or not kind.isidentifier() or not isinstance(about, dict):
        raise ValueError(f"{path} was not written by cnnlib: its header says something else")
    return kind, about


def _digest(header, tensors):
    sha = hashlib.sha256(header.encode())
    for name in sorted(tensors):
        value = tensors[name]
        sha.update(f"{name} {value.dtype} {value.shape}".encode())
        sha.update(value.tobytes())
    return sha.hexdigest()
