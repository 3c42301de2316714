"""Files of known content: where they lie, and whether they are what they should be."""

import gzip
import hashlib
import importlib.util
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from cnnlib.data.dataset import DataError
from cnnlib.data.idx import parse_idx

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class RemoteFile:
    """A published file, known by the SHA-256 of its content.

    Parameters
    ----------
    dataset, name : str
        The folder and the file name under which the cache keeps it.
    size : int
        Bytes of content.
    sha256 : str
        Of the content.
    urls : tuple of str
        Mirrors, in the order in which they are tried.
    shape : tuple of int, optional
        Given for an idx file, which mirrors and folders may also hold gzipped; its content is what is inside.
    """

    dataset: str
    name: str
    size: int
    sha256: str
    urls: tuple
    shape: tuple | None = None

    @property
    def received_limit(self):
        """Most bytes to read from a mirror or a folder: gzip adds a little to what it cannot shrink."""
        return self.size + self.size // 1000 + 256


def cache_folder():
    """Return the folder of fetched files: ``CNNLIB_CACHE``, or the user's cache folder on this system."""
    if named := os.environ.get("CNNLIB_CACHE"):
        return Path(named).expanduser()
    import pooch

    return pooch.os_cache("cnnlib")


def data_folder():
    """Return the folder that ``CNNLIB_DATA`` names, or None where it is not set."""
    named = os.environ.get("CNNLIB_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise DataError(f"CNNLIB_DATA must name a folder, received {named!r}")
    return folder


def find(file):
    """Look a file up, unread, in ``CNNLIB_DATA``, in its subfolder of the data set's name, and in the cache.

    Parameters
    ----------
    file : RemoteFile

    Returns
    -------
    Path or None
    """
    own = data_folder()
    folders = [] if own is None else [own, own / file.dataset]
    folders.append(cache_folder() / file.dataset)
    names = [file.name] if file.shape is None else [file.name, f"{file.name}.gz"]
    return next((path for folder in folders for name in names if (path := folder / name).is_file()), None)


def load(file, path):
    """Read the content of a file from disk, and return it only if it is the published one.

    Parameters
    ----------
    file : RemoteFile
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    DataError
        Naming the path and its fault.
    """
    try:
        with path.open("rb") as stream:
            received = stream.read(file.received_limit)
        content = gunzipped(file, received)
        why = fault(file, content)
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except DataError as error:
        why = str(error)
    if why is None:
        return content
    if path.is_relative_to(cache_folder()):
        raise DataError(f"{path} {why}; `python -m cnnlib data fetch {file.dataset}` replaces it")
    raise DataError(f"{path} {why}")


def gunzipped(file, received):
    """Undo the gzip that an idx file may travel in, told by its first bytes because servers and browsers undo it too.

    Never unpacks more than one byte beyond the expected content, however much a hostile file would expand to.
    """
    if file.shape is None or not received.startswith(GZIP_MAGIC):
        return received
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(received)).read(file.size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"does not unpack: {error}") from None


def fault(file, content):
    """Say why content is not that of the published file, as the end of a sentence; None if it is."""
    if hashlib.sha256(content).hexdigest() == file.sha256:
        return None
    if content[:256].lstrip().startswith(b"<"):
        return "is a web page, not data"
    if file.shape is not None:
        try:
            parse_idx(content, shape=file.shape)
        except DataError as error:
            return str(error)
    if len(content) > file.size:
        return f"holds more than the {file.size:,} bytes of {file.name}"
    if len(content) < file.size:
        return f"ends after {len(content):,} of {file.size:,} bytes"
    return f"is damaged: its SHA-256 is not that of {file.name}"


def packaged(package, *parts):
    """Return the path of a data file inside an installed package, without importing the package.

    Raises
    ------
    DataError
        If the package or the file is not there.
    """
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise DataError(f"{package} is not installed; it carries {parts[-1]}")
    path = Path(spec.submodule_search_locations[0], *parts)
    if not path.is_file():
        raise DataError(f"{path} is missing; reinstall {package}")
    return path
