"""Where the book's sources are: at an address that somebody has set, at the checkout's public origin, or nowhere.

``REPOSITORY=https://… make book`` sets it; set to nothing, it leaves all that leads to it out.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

# Hosts where a stranger can read what the origin names. Any other may be a machine of one's own.
PUBLIC = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
# The two ways in which git writes an address on another machine; with a user, perhaps, and a password.
PATH = r"(?P<path>[\w.~-]+(/[\w.~-]+)+)/?"
URL = re.compile(r"(?P<scheme>https?|ssh|git)://([^@/\s]*@)?(?P<host>[\w-]+(\.[\w-]+)+)(?P<port>:\d+)?/" + PATH)
SCP = re.compile(r"([^@/\s]*@)?(?P<host>[\w-]+(\.[\w-]+)+):" + PATH)


class AddressError(Exception):
    """Why a repository's address cannot be used: one line."""


def address(root, environ=os.environ):
    """Return the address of the book's repository.

    Parameters
    ----------
    root : Path
        Folder of the book.
    environ : mapping
        Its ``REPOSITORY`` counts before the checkout's origin.

    Returns
    -------
    str or None
        ``https://host/owner/name``, without the ending ``.git``, a user or a password; None where there is none.

    Raises
    ------
    AddressError
        If ``REPOSITORY`` is no such address.
    """
    given = environ.get("REPOSITORY")
    if given is None:
        found = _https(_origin(root))
        return found if found and urlsplit(found).hostname in PUBLIC else None
    if not given.strip():
        return None
    if not given.startswith("https://") or not (found := _https(given)):
        raise AddressError(f"REPOSITORY must be an address such as https://host/owner/name, received {given!r}")
    return found


def _https(written):
    """Return the address that a person would open for one that git reads; None where it names no machine and owner."""
    found = URL.fullmatch(written.strip()) or SCP.fullmatch(written.strip())
    if not found:
        return None
    parts = found.groupdict()
    port = parts["port"] if parts.get("scheme") == "https" and parts["port"] else ""
    return f"https://{parts['host'].lower()}{port}/{parts['path'].removesuffix('.git')}"


def _origin(root):
    """Return the origin of this very folder as git has it, or nothing: it may lie in somebody else's checkout."""
    git = ["git", "-C", str(root)]
    try:
        top = subprocess.run([*git, "rev-parse", "--show-toplevel"], capture_output=True, text=True)
        if top.returncode or Path(top.stdout.strip()).resolve() != Path(root).resolve():
            return ""
        return subprocess.run([*git, "config", "--get", "remote.origin.url"], capture_output=True, text=True).stdout
    except OSError:  # no git
        return ""
