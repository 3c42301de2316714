"""A small MNIST of the same layout, and a server on this machine that misbehaves on request."""

import contextlib
import gzip
import hashlib
import struct
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from photographs import draw_pictures

from cnnlib.data import command, digits

SILENCE = 0.6


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


class Misbehaving(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        _, behaviour, name = self.path.split("/")
        content = self.contents[name.removesuffix(".gz")]
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client has seen enough
            getattr(self, behaviour)(name, content)

    def log_message(self, *args):
        pass

    def answer(self, body, *, length=None, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is not False:
            self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def sound(self, name, content):
        self.answer(gzip.compress(content))

    def unpacked(self, name, content):
        self.answer(content)

    def encoded(self, name, content):
        self.answer(gzip.compress(content), Content_Encoding="gzip")

    def unannounced(self, name, content):
        self.answer(gzip.compress(content), length=False)

    def dripping(self, name, content):
        packed = gzip.compress(content)
        self.answer(packed[:20], length=len(packed))
        for start in range(20, len(packed), 1000):
            time.sleep(0.02)
            self.wfile.write(packed[start : start + 1000])

    def dropped(self, name, content):
        packed = gzip.compress(content)
        self.answer(packed[: len(packed) // 2], length=len(packed))

    def stalled(self, name, content):
        packed = gzip.compress(content)
        self.answer(packed[:20], length=len(packed))
        time.sleep(SILENCE)

    def silent(self, name, content):
        time.sleep(SILENCE)

    def truncated(self, name, content):
        self.answer(gzip.compress(content)[:-100])

    def cut(self, name, content):
        self.answer(gzip.compress(content[:-1]))

    def flipped(self, name, content):
        self.answer(gzip.compress(content[:-1] + bytes([content[-1] ^ 1])))

    def scrambled(self, name, content):
        packed = bytearray(gzip.compress(content))
        packed[len(packed) // 2] ^= 0x55
        self.answer(bytes(packed))

    def swapped(self, name, content):
        other = {"images": "labels", "labels": "images"}
        kind = "images" if "images" in name else "labels"
        self.answer(gzip.compress(next(c for n, c in self.contents.items() if other[kind] in n)))

    def page(self, name, content):
        self.answer(b"\n<!DOCTYPE html><title>Log in to the hotel</title>", Content_Type="text/html")

    def empty(self, name, content):
        self.answer(b"", length="0")

    def bomb(self, name, content):
        self.answer(gzip.compress(content + bytes(1_000_000)))

    def endless(self, name, content):
        self.answer(b"", length=False)
        for _ in range(1000):
            self.wfile.write(bytes(100_000))

    def broken(self, name, content):
        self.answer(b"oops", status=500)

    def missing(self, name, content):
        self.answer(b"not here", status=404)

    def moved(self, name, content):
        self.answer(b"", length="0", status=302, Location=f"/sound/{name}")

    def astray(self, name, content):
        self.answer(b"", length="0", status=302, Location=f"/swapped/{name}")

    def circling(self, name, content):
        self.answer(b"", length="0", status=302, Location=f"/circling/{name}")


@pytest.fixture
def picture_root(tmp_path):
    """Return a folder of 3 classes with 4 + 1 pictures each."""
    return draw_pictures(tmp_path / "pictures")
