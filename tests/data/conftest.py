"""A small MNIST of the same layout, and a server on this machine that misbehaves on request."""

import hashlib
import struct
import threading
from dataclasses import replace
from http.server import ThreadingHTTPServer

import numpy as np
import pytest
from data.mirrors import Misbehaving
from photographs import draw_pictures

from cnnlib.commands import data as command
from cnnlib.data import digits


def idx(array):
    """Encode bytes as LeCun's page describes the format."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="session")
def contents():
    """Content of the four files of a set of 20 + 12 digits."""
    random = np.random.RandomState(7)
    shapes = dict(zip(digits.FILES, [(20, 28, 28), (20,), (12, 28, 28), (12,)], strict=True))
    return {
        file.name: idx(random.randint(0, 256 if len(shape) == 3 else 10, shape).astype(np.uint8))
        for file, shape in shapes.items()
    }


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Keep every test out of the user's own folders, and off any proxy."""
    monkeypatch.delenv("CNNLIB_DATA", raising=False)
    monkeypatch.setenv("CNNLIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "mnist"


@pytest.fixture
def small_mnist(contents, server, monkeypatch):
    """Let MNIST be the small set, published on the server's sound mirror; return its four files."""
    files = tuple(
        replace(
            file,
            size=len(contents[file.name]),
            sha256=hashlib.sha256(contents[file.name]).hexdigest(),
            shape=struct.unpack(f">{len(file.shape)}I", contents[file.name][4 : 4 + 4 * len(file.shape)]),
            urls=(f"{server.url}/sound/{file.name}.gz",),
        )
        for file in digits.FILES
    )
    monkeypatch.setattr(digits, "FILES", files)
    monkeypatch.setitem(command.DATASETS, "mnist", files)
    return files


@pytest.fixture
def server(contents):
    """Serve ``/<behaviour>/<name>.gz``; ``server.requests`` lists the paths that were asked for."""

    class Handler(Misbehaving):
        pass

    Handler.contents = contents
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.requests, http.url = [], f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield http
        http.shutdown()
        thread.join()


@pytest.fixture
def picture_root(tmp_path):
    """Return a folder of 3 classes with 4 + 1 pictures each."""
    return draw_pictures(tmp_path / "pictures")
