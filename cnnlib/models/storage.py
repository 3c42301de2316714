"""Weights on disk: safetensors files that are written whole or not at all, and refused when in doubt.

A safetensors file holds numbers and text, never code. What the format itself does not notice, a
changed number or a file of another program, the digest and the header written here do.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

_HEADER = "cnnlib"


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
    path = Path(path)
    tensors = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    header = {"kind": kind, "digest": _digest(tensors), "about": about}
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        save_file(tensors, temporary, metadata={_HEADER: json.dumps(header)})
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_tensors(path, *, kind):
    """Read what `save_tensors` wrote.

    Returns
    -------
    tensors : dict of str to ndarray
    about : dict

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, was not written by `save_tensors`, or is of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}")
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(_HEADER)
            header = json.loads(text) if text else None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    if header is None:
        raise ValueError(f"{path} was not written by cnnlib: its header is missing")
    if header["kind"] != kind:
        raise ValueError(f"{path} holds {header['kind']}, not {kind}")
    if header["digest"] != _digest(tensors):
        raise ValueError(f"{path} has been changed since it was written: its SHA-256 digest does not match")
    return tensors, header["about"]


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

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_tensors`; also if the file is of another architecture.
    """
    weights, about = load_tensors(path, kind="weights")
    if about["architecture"] != architecture.name:
        raise ValueError(f"{path} holds weights of {about['architecture']}, not of {architecture.name}")
    return weights


def _digest(tensors):
    sha = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        sha.update(f"{name} {value.dtype} {value.shape}".encode())
        sha.update(value.tobytes())
    return sha.hexdigest()
