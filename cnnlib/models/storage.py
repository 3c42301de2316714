"""Weights on disk: safetensors files that are written whole or not at all, and refused when in doubt.

A safetensors file holds numbers and text, never code. What the format itself does not notice, a
changed number or a file of another program, the description and the digest written here do.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save


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
    # Not ascontiguousarray, which gives a scalar an axis.
    tensors = {name: np.asarray(value, order="C") for name, value in tensors.items()}
    header = json.dumps({"kind": kind, "about": about})
    content = save(tensors, metadata={"cnnlib": header, "sha256": _digest(header, tensors)})
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
            metadata = file.metadata() or {}
            if not {"cnnlib", "sha256"} <= metadata.keys():
                raise ValueError(f"{path} was not written by cnnlib: its header is missing")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    if metadata["sha256"] != _digest(metadata["cnnlib"], tensors):
        raise ValueError(f"{path} has been changed since it was written: its SHA-256 digest does not match")
    header = json.loads(metadata["cnnlib"])
    if header["kind"] != kind:
        raise ValueError(f"{path} holds {header['kind']}, not {kind}")
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

    Parameters
    ----------
    path : str or Path
    architecture : Architecture

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


def _digest(header, tensors):
    sha = hashlib.sha256(header.encode())
    for name in sorted(tensors):
        value = tensors[name]
        sha.update(f"{name} {value.dtype} {value.shape}".encode())
        sha.update(value.tobytes())
    return sha.hexdigest()
