"""Which notebooks the book consists of, and where their outputs are kept."""

import hashlib
import re
import sys
from pathlib import Path

import yaml

from tools.repository import address

ROOT = Path(__file__).resolve().parent.parent


def pages(root=ROOT):
    """List the pages of ``_toc.yml`` in reading order, each as its path without suffix."""

    def walk(entry):
        if isinstance(entry, list):
            for each in entry:
                yield from walk(each)
        elif isinstance(entry, dict):
            named = (entry[key] for key in ("root", "file") if key in entry)
            yield from (re.sub(r"\.(md|ipynb)$", "", name) for name in named)
            yield from walk([value for value in entry.values() if isinstance(value, list)])

    return list(walk(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))


def chapters(root=ROOT):
    """List the notebooks among the pages."""
    paths = [root / f"{page}.ipynb" for page in pages(root)]
    return [path for path in paths if path.exists()]


def execution_cache(root=ROOT):
    """Folder of the executed chapters, named by everything that they depend on besides their own code.

    Jupyter's cache looks at a chapter's cells alone and would go on showing what an older ``cnnlib``
    had computed. So each state of the package, of the recorded results and of the environment has a
    folder of its own.
    """
    digest = hashlib.sha256(sys.version.encode())
    files = [root / "requirements.txt", *root.glob("cnnlib/**/*"), *root.glob("results/**/*")]
    for path in sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return root / "_build" / ".jupyter_cache" / digest.hexdigest()[:16]


def downloads_folder(root):
    """Folder of the files that were made from the book as it stands; it need not exist."""
    digest = hashlib.sha256(execution_cache(root).name.encode())
    sources = [root / f"{page}{suffix}" for page in pages(root) for suffix in (".md", ".ipynb")]
    sources += [*root.glob("_ext/*.py"), *root.glob("_static/*")]
    sources += [
        root / name
        for name in ("_config.yml", "_toc.yml", "CHANGELOG.md", "CITATION.cff", "topics.yml", "references.bib")
    ]
    for path in sorted(path for path in sources if path.is_file()):
        digest.update(path.read_bytes())
    digest.update((address(root) or "").encode())
    return root / "_build" / "downloads" / digest.hexdigest()[:16]
