"""Show the built book in a browser, from this machine alone."""

import functools
import http.server
import sys

from tools.chapters import ROOT

PORTS = range(8000, 8010)


def server(folder):
    """Listen on the first free port.

    Raises
    ------
    OSError
        If none of them is free.
    """
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    for port in PORTS:
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as error:
            failed = error
    raise failed


def main():
    """Serve until interrupted."""
    try:
        with server(str(ROOT / "_build" / "html")) as running:
            print(f"http://127.0.0.1:{running.server_port} (Ctrl+C ends it)", flush=True)
            running.serve_forever()
    except OSError as error:
        print(f"serve: no port from {PORTS[0]} to {PORTS[-1]} is free: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
