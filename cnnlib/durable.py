"""Files that are written whole or not at all, whatever interrupts the writing."""

import os
import uuid
from pathlib import Path


def write_whole(path, write):
    """Write a file so that even a power cut leaves the old one or the new one, whole.

    Parameters
    ----------
    path : str or Path
        Its folder must exist.
    write : callable
        Takes another path in the same folder and writes there.

    Raises
    ------
    OSError
        If the file cannot be written; ``path`` is then as it was.
    """
    path = Path(path)
    # Two that write the same file must not write into each other's; and not tempfile's mode 0600: others may read it.
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # elsewhere a folder cannot be opened
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def append(path, text):
    """Add text to a file.

    Parameters
    ----------
    path : Path
    text : str

    Raises
    ------
    OSError
        If the file cannot be written; it names the file, which the system's own does for opening alone.
    """
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
