"""Mirrors that misbehave: each method of the handler is one way to answer, and one to spoil an answer."""

import contextlib
import gzip
import time
from http.server import BaseHTTPRequestHandler

SILENCE = 0.6  # seconds

# What `fetch` says of each of those that do not serve the file.
FAULTS = {
    "dropped": "cannot be read: IncompleteRead|does not unpack",
    "stalled": "cannot be read: .*timed out",
    "silent": "stays silent for 0.2 s",
    "truncated": "does not unpack: .*ended before",
    "cut": "holds 15,695 bytes where its idx header calls for 15,696",
    "flipped": "is damaged: its SHA-256 is not that of train-images-idx3-ubyte",
    "scrambled": "does not unpack",
    "swapped": r"is an idx file of shape \(\d+,\), not \(20, 28, 28\)",
    "page": "is a web page, not data",
    "empty": "is not an idx file of unsigned bytes",
    "bomb": "where its idx header calls for 15,696|sends more than",
    "endless": r"sends more than [\d,]+ bytes",
    "broken": "answers 500 Internal Server Error",
    "missing": "answers 404 Not Found",
    "astray": r"is an idx file of shape \(\d+,\), not",
    "circling": "cannot be read: Exceeded 30 redirects",
    "away": "cannot be read: No connection adapters were found for 'file:///etc/passwd'",
    "nowhere": "cannot be read: ",
    "garbled": "cannot be read: ",
    "miscoded": "cannot be read: |does not unpack",
    "misshapen": "cannot be read: ",
}


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

    def away(self, name, content):
        self.answer(b"", length="0", status=302, Location="file:///etc/passwd")

    def nowhere(self, name, content):
        self.answer(b"", length="0", status=301, Location="http://..")

    def garbled(self, name, content):
        self.wfile.write(b"220 mail.example.org ready\r\n")

    def miscoded(self, name, content):
        self.answer(b"no gzip", Content_Encoding="gzip")

    def misshapen(self, name, content):
        self.answer(b"zz\r\nno chunk\r\n", length=False, Transfer_Encoding="chunked")

    def circling(self, name, content):
        self.answer(b"", length="0", status=302, Location=f"/circling/{name}")
