"""Execute the chapters that changed, then build the pages; print the file to open.

What counts as changed is a chapter's code, and all that `tools.chapters.execution_cache` names.
"""

import logging
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from tools import browser_assets
from tools.chapters import ROOT, chapters, downloads_folder, execution_cache, pages
from tools.console import StatusLine, plain
from tools.execute import ChapterError, execute
from tools.repository import AddressError, address


def execute_changed(root):
    """Execute every chapter whose outputs are not in the cache yet, and put them there.

    A kernel has one thread (`tools` says why), so there is one for each core. After a failure, chapters that have
    begun are finished and kept, and no other begins.
    """
    cache = get_cache(execution_cache(root))
    changed = [path for path in chapters(root) if not _executed(cache, path)]
    workers = max(1, min(len(changed), os.cpu_count() or 1))
    failures = []

    def run(path):
        if failures:
            return None
        try:
            return path, *execute(path, root, alone=workers == 1)
        except ChapterError as error:
            failures.append(error)
            return None

    with ThreadPoolExecutor(workers) as pool:
        for path, notebook, seconds in filter(None, pool.map(run, changed)):
            bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
            # Validity means consecutive execution counts, which an empty cell interrupts.
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failures:
        raise failures[0]


def _executed(cache, path):
    try:
        cache.match_cache_file(str(path))
    except KeyError:
        return False
    return True


def remove_stale(html, names):
    """Remove pages that the contents no longer name: Sphinx writes pages and removes none."""
    kept = {html / f"{name}.html" for name in (*names, "genindex", "search")}
    for page in set(html.rglob("*.html")) - kept:
        if "_static" not in page.relative_to(html).parts:
            page.unlink()


def jupyter_book(root, *options):
    """Return the command that builds a book, every warning an error."""
    # The package cannot be run with -m, and the script beside the interpreter is named differently on Windows.
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    return [*program, "build", str(root), "-n", "-W", "--keep-going", *options]


def build_pages(root):
    """Run Jupyter Book, every warning an error; return whether there was none."""
    line = StatusLine("pages: ")
    line.show("writing")
    log = root / "_build" / "book.log"
    with log.open("w", encoding="utf-8") as output:
        built = subprocess.run(
            jupyter_book(root),
            cwd=root,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        output.write(built.stderr)
    if built.returncode:
        line.close()
        # Sphinx warns about a page only when it reads it: forgetting what it read keeps the next
        # build from passing over the same fault in silence.
        shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
        complaints = [text for text in built.stderr.splitlines() if re.search("WARNING|Error|ERROR", text)]
        print(plain("\n".join(dict.fromkeys(complaints))))
        print(f"book: the pages have faults, warnings among them (whole output in {log})", file=sys.stderr)
        return False
    remove_stale(root / "_build" / "html", pages(root))
    if not downloads_folder(root).exists():
        shutil.rmtree(root / "_build" / "html" / "downloads", ignore_errors=True)
    line.show("done", milestone=True)
    line.close()
    return True


def main():
    """Build; print where the book is, or why it is not."""
    (ROOT / "_build").mkdir(exist_ok=True)
    logging.getLogger("jupyter_cache").setLevel(logging.ERROR)
    print(browser_assets.provide(ROOT) or "book: formulas from the book's own files", flush=True)
    try:
        address(ROOT)  # a wrong one is refused before minutes of work
        execute_changed(ROOT)
    except (AddressError, ChapterError) as error:
        print(f"book: {error}", file=sys.stderr)
        return 1
    if not build_pages(ROOT):
        return 1
    page = ROOT / "_build" / "html" / "index.html"
    print(f"\nThe book is built. Open {page}\n{page.as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
