"""Re-execute chapters in place, so that their committed outputs are the new truth.

Usage: ``python -m tools.refresh [CHAPTER …]``; without a name, all of them. Nothing is written unless
every chapter runs to its end.
"""

import argparse
import hashlib
import os
import sys

import nbformat

from cnnlib.durable import write_whole
from tools.chapters import ROOT, chapters
from tools.execute import ChapterError, execute

LARGEST = 1_500_000  # bytes of a notebook with its outputs


def code_digest(notebook):
    """Fingerprint of a chapter's code; in its metadata it says which code the outputs belong to."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\n\n".join(sources).encode()).hexdigest()[:16]


def normalise(notebook, root):
    """Take out of an executed notebook what differs from run to run or from machine to machine.

    Parameters
    ----------
    notebook : NotebookNode
        Fresh from the kernel; it is changed in place.
    root : Path
        Folder of the project, which tracebacks name.

    Returns
    -------
    str
        The text of the ``.ipynb`` file.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "refreshed_code": code_digest(notebook),
        **{key: notebook.metadata[key] for key in ("widgets",) if key in notebook.metadata},
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [without_folder(line, root) for line in output.traceback]
    text = nbformat.writes(notebook, version=4)
    # Widgets are named at random; here by the order in which they were made.
    widgets = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    for number, model in enumerate(widgets.get("state", {}), start=1):
        text = text.replace(model, f"{number:032x}")
    # Written once more, because the file lists them by name.
    return nbformat.writes(nbformat.reads(text, as_version=4), version=4) + "\n"


def without_folder(line, root):
    """Write the project's files relative to its folder, however IPython spelled that out."""
    for folder in (str(root), str(root).replace(os.path.expanduser("~"), "~", 1)):
        line = line.replace(folder + os.sep, "")
    return line


def refreshed(paths, root):
    """Execute the notebooks and return each one's new text by its path."""
    texts = {}
    for path in paths:
        notebook, _ = execute(path, root)
        texts[path] = normalise(notebook, root)
        size = len(texts[path].encode())
        if size > LARGEST:
            raise ChapterError(
                f"{path.stem}: {size:,} bytes with outputs, of at most {LARGEST:,}: make figures smaller"
            )
    return texts


def main(arguments=None):
    """Refresh the chapters named on the command line."""
    known = {path.stem: path for path in chapters(ROOT)}
    parser = argparse.ArgumentParser(prog="make refresh", description="Re-execute chapters in place.")
    parser.add_argument("chapter", nargs="*", help=f"one of {', '.join(known) or 'none yet'}; all of them by default")
    names = parser.parse_args(arguments).chapter or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no chapter is called {unknown[0]!r}; there are {', '.join(known) or 'none yet'}")
    try:
        texts = refreshed([known[name] for name in names], ROOT)
    except ChapterError as error:
        print(f"refresh: {error}; nothing was written", file=sys.stderr)
        return 1
    for path, text in texts.items():
        write_whole(path, lambda part, text=text: part.write_text(text, encoding="utf-8", newline="\n"))
        print(f"refreshed {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
