"""A Firefox without a window that prints pages, spoken to over WebDriver BiDi."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

import websocket


def program():
    """Return the path of a Firefox; None where there is none."""
    return shutil.which("firefox") or shutil.which("firefox-esr")


@contextmanager
def running():
    """Run a Firefox inside the ``with``; what it yields prints a page: address in, bytes of a PDF out."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program(), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            address = next(filter(None, (re.search(r"ws://\S+", line) for line in process.stderr)))[0]
            socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=120)
            yield _printer(socket)
            socket.close()
        finally:
            process.terminate()
            process.wait()


def _printer(socket):
    """Begin a session; return a function that prints."""
    asked = 0

    def ask(method, **params):
        nonlocal asked
        asked += 1
        socket.send(json.dumps({"id": asked, "method": method, "params": params}))
        while (answer := json.loads(socket.recv())).get("id") != asked:
            pass  # events
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    ask("session.new", capabilities={})
    context = ask("browsingContext.getTree")["contexts"][0]["context"]

    def printed(address):
        ask("browsingContext.navigate", context=context, url=address, wait="complete")
        ask(
            "script.evaluate",
            expression="window.MathJax?.startup?.promise",
            target={"context": context},
            awaitPromise=True,
        )
        page = {"width": 21.0, "height": 29.7}
        return base64.b64decode(ask("browsingContext.print", context=context, page=page, background=True)["data"])

    return printed
