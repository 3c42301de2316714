"""Ask under which licences the packages of requirements.txt come, and whether a vulnerability of theirs is known.

The licences are read from what is installed. The vulnerabilities are those that the package index publishes today, so
that the second question needs the internet; pip-audit asks it, from an environment of its own in ``_build/audit``.
"""

import importlib.metadata
import re
import subprocess
import sys

from packaging.requirements import Requirement

from tools.chapters import ROOT
from tools.environment import SetupError, run_pip, venv_python

PIP_AUDIT = "pip-audit==2.10.1"

# Advisories that do not touch the book, each with the reason: {"PYSEC-2026-1": "nothing here opens such a file"}.
ARGUED = {}

# What may be used as the book does it, by SPDX identifier; "BSD" where metadata do not say which.
ACCEPTED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip

# How metadata older than SPDX's identifiers spell them.
SPELLINGS = {
    "(3-Clause )?BSD( License)?": "BSD",
    "Apache (Software License|2.0|License, Version 2.0)": "Apache-2.0",
    "ISC License.*": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0.*": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

# Whose metadata name something else than the licence of what is installed, which was read.
READ = {
    "docutils": ["BSD-2-Clause", "CC0-1.0", "PSF-2.0"],  # the GPL is that of an editor's macros, which no wheel has
}


def pinned():
    """List the names of the packages that requirements.txt asks for on this machine."""
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines())
    requirements = [Requirement(line) for line in lines if line]
    return [each.name for each in requirements if each.marker is None or each.marker.evaluate()]


def licences_of(metadata):
    """Return the SPDX identifiers that a package's metadata name; what is not recognised stays as it is written.

    Parameters
    ----------
    metadata : mapping
        With ``get`` and ``get_all``, as `importlib.metadata.metadata` returns it.

    Returns
    -------
    list of str
        All of which apply; empty where nothing is said.
    """
    if expression := metadata.get("License-Expression"):
        return identifiers(re.sub("[()]", "", expression))
    classifiers = [line.split(" :: ") for line in metadata.get_all("Classifier") or []]
    named = [parts[-1] for parts in classifiers if parts[0] == "License" and parts[-1] != "OSI Approved"]
    named = named or (metadata.get("License") or "").strip().splitlines()[:1]
    return [identifier for name in named for identifier in identifiers(name)]


def identifiers(text):
    """Take a licence expression apart. "A OR B" leaves a choice: to require both errs on the safe side."""
    for spelling, identifier in SPELLINGS.items():
        if re.fullmatch(spelling, text):
            return [identifier]
    return re.split(" AND | OR ", text)


def licences():
    """Return the packages' licences as {name: [identifier, …]}."""
    return {name: READ.get(name) or licences_of(importlib.metadata.metadata(name)) for name in pinned()}


def unwanted(found):
    """Return those of `licences` that are unknown or not accepted."""
    return {name: names for name, names in found.items() if not names or not set(names) <= ACCEPTED}


def vulnerabilities():
    """Ask pip-audit; return its exit status: 0 if it could look up every package, and found none but the argued.

    Raises
    ------
    SetupError
        If pip-audit cannot be installed.
    """
    folder = ROOT / "_build" / "audit"
    python = venv_python(str(folder))
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    with folder.with_suffix(".log").open("w", encoding="utf-8") as log:
        run_pip([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", PIP_AUDIT], 30, log)
    ignored = [option for advisory in ARGUED for option in ("--ignore-vuln", advisory)]
    # Without --strict, a package that could not be looked up would pass for a sound one.
    options = ["--no-deps", "--disable-pip", "--strict", *ignored]
    return subprocess.run([python, "-m", "pip_audit", "-r", "requirements.txt", *options], cwd=ROOT).returncode


def main():
    """Ask both; the status is 0 if both answers are good."""
    found = licences()
    for licence in sorted({name for names in found.values() for name in names}):
        print(f"{licence:14}{', '.join(name for name, names in found.items() if licence in names)}")
    for name, names in unwanted(found).items():
        print(f"audit: {name}: {' and '.join(names) or 'no licence named'}: not among the accepted", file=sys.stderr)
    for advisory, reason in ARGUED.items():
        print(f"argued: {advisory}: {reason}")
    try:
        status = vulnerabilities()
    except SetupError as error:
        print(f"audit: {error}", file=sys.stderr)
        status = 1
    return 1 if unwanted(found) or status else 0


if __name__ == "__main__":
    sys.exit(main())
