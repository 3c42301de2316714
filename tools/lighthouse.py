"""Ask Lighthouse about every built page; the status is 1 where one falls short.

Usage: ``python -m tools.lighthouse [PAGE …]``, after ``make book``. The pages are served compressed, as hosts serve
them, and judged as on a desktop computer. Lighthouse comes from npm into ``_build/lighthouse``.
"""

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading

from tools.browser import NoBrowserError, flags, program
from tools.browser_assets import npm
from tools.chapters import ROOT, pages

VERSION = "12.8.2"
LEAST = {"performance": 90, "accessibility": 95, "best-practices": 95}


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves files as a host does: text compressed, nothing said about it."""

    def do_GET(self):
        path = self.translate_path(self.path)
        if not path.endswith((".html", ".js", ".css", ".svg")) or not os.path.isfile(path):
            super().do_GET()
            return
        with open(path, "rb") as file:
            content = gzip.compress(file.read(), 6)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(path)}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Say nothing."""


def lighthouse():
    """Return Lighthouse's command line, installing it if need be.

    Raises
    ------
    OSError
        If it cannot be installed.
    """
    folder = ROOT / "_build" / "lighthouse" / VERSION
    cli = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not cli.exists():
        command = [*npm(), "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--silent"]
        folder.mkdir(parents=True, exist_ok=True)
        if subprocess.run([*command, f"lighthouse@{VERSION}"], capture_output=True).returncode:
            raise OSError(f"npm cannot install lighthouse {VERSION} (is the network reachable?)")
    node = npm()[0]
    return [node if os.path.basename(node).startswith("node") else "node", str(cli)]


def scores(command, address):
    """Return what Lighthouse gives a page in each category, of 100."""
    options = [
        "--preset=desktop",
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(LEAST)}",
        f"--chrome-flags={' '.join(['--headless=new', *flags()])}",
    ]
    done = subprocess.run(
        [*command, address, *options], env=os.environ | {"CHROME_PATH": program()}, capture_output=True, text=True
    )
    if done.returncode:
        raise OSError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "Lighthouse failed")
    report = json.loads(done.stdout)
    missed = [
        audit["id"]
        for category in report["categories"].values()
        for audit in (report["audits"][each["id"]] for each in category["auditRefs"] if each["weight"])
        if audit["score"] is not None and audit["score"] < 0.9
    ]
    return {name: round(100 * report["categories"][name]["score"]) for name in LEAST}, missed


def main(arguments):
    """Judge the pages and print a line for each."""
    short = []
    handler = functools.partial(Compressed, directory=str(ROOT / "_build" / "html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            command = lighthouse()
            for page in arguments or pages(ROOT):
                found, missed = scores(command, f"http://127.0.0.1:{server.server_port}/{page}.html")
                shown = "  ".join(f"{name} {score}" for name, score in found.items())
                print(f"{page:32} {shown}  {', '.join(missed)}", flush=True)
                short += [page for name, score in found.items() if score < LEAST[name]]
        except (NoBrowserError, OSError) as error:
            print(f"lighthouse: {error}", file=sys.stderr)
            return 1
        finally:
            server.shutdown()
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
