"""Collect what there is to translate, and bring the catalogs of a language up to it.

Usage: ``python -m tools.catalogs LANGUAGE``, with a code such as ``de``. Each page has its catalog, and what the pages
say by themselves has one, ``book``: files for a translator's program below ``locales/LANGUAGE``. What is translated
there stays.
"""

import argparse
import os
import re
import subprocess
import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tools.build_book import execute_changed, jupyter_book
from tools.chapters import ROOT
from tools.execute import ChapterError


class CatalogError(Exception):
    """The texts could not be collected."""


def collect(root):
    """Return the texts of the book: a catalog for each page, by its path without suffix."""
    # With doctrees of its own: Sphinx cannot share those of the pages.
    folder = root / "_build" / "catalogs"
    options = ("--path-output", str(folder), "--builder", "custom", "--custom-builder", "gettext")
    ran = subprocess.run(
        jupyter_book(root, *options),
        cwd=root,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if ran.returncode:
        raise CatalogError(ran.stderr.strip())
    written = folder / "_build" / "gettext"
    return {path.relative_to(written).with_suffix("").as_posix(): read(path) for path in written.rglob("*.pot")}


def read(path):
    """Return the catalog that a file holds."""
    with path.open("rb") as file:
        return read_po(file)


def bring_up(folder, language, templates):
    """Write the catalogs of a language, with what it has translated; return how many texts have no translation.

    Parameters
    ----------
    folder : Path
        Of all languages.
    language : str
    templates : mapping of str to Catalog
        As `collect` returns them.

    Returns
    -------
    int
    """
    missing = 0
    for name, template in templates.items():
        path = folder / language / "LC_MESSAGES" / f"{name}.po"
        new = Catalog(language, project="Convolutional Networks, Executed", fuzzy=False)
        catalog = read(path) if path.exists() else new
        # A sentence that changed wants its translator, not a guess.
        catalog.update(template, no_fuzzy_matching=True)
        missing += sum(1 for message in catalog if message.id and not message.string)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # Without locations: they are lines of a notebook's file, and change with every run.
            write_po(file, catalog, width=0, no_location=True, ignore_obsolete=True)
    return missing


def main(arguments=None):
    """Bring the catalogs of one language up to the book."""
    parser = argparse.ArgumentParser(prog="make catalogs", description="Collect what there is to translate.")
    parser.add_argument("language", help="its code, such as de or zh_CN")
    language = parser.parse_args(arguments).language
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]+)?", language):
        parser.error(f"language must be a code such as de or zh_CN, received {language!r}")
    try:
        execute_changed(ROOT)
        templates = collect(ROOT)
    except (ChapterError, CatalogError) as error:
        print(f"catalogs: {error}", file=sys.stderr)
        return 1
    missing = bring_up(ROOT / "locales", language, templates)
    texts = sum(len(template) for template in templates.values())
    print(f"locales/{language}: {texts:,} texts in {len(templates)} catalogs, {missing:,} of them not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
