"""Fetch files of known content: from one mirror after another, checked, and never half-written."""

import contextlib
import io
import sys
import tempfile
import time

from cnnlib.data.dataset import DataError
from cnnlib.data.files import cache_folder, fault, find, gunzipped, load
from cnnlib.durable import write_whole

ABANDONED = 3600  # seconds after which an unfinished file is of a process that was killed while it wrote


def obtain(file):
    """Return the checked content of a file: from ``CNNLIB_DATA``, else from the cache, else fetched.

    Parameters
    ----------
    file : RemoteFile

    Returns
    -------
    bytes

    Raises
    ------
    DataError
        If the copy at hand is damaged, or there is none and none can be fetched.
    """
    path = find(file)
    if path is None:
        try:
            path = fetch(file)
        except DataError as error:
            raise DataError(
                f"{error}. Run `python -m cnnlib data fetch {file.dataset}` where there is internet, "
                f"or let CNNLIB_DATA name a folder that holds {file.dataset}"
            ) from None
    return load(file, path)


def fetch(file, *, timeout=30):
    """Put a file into the cache, unless it is there and sound.

    Nothing reaches the disk before it is checked, and the file then appears under its name in one
    step, so that neither an interruption nor a second process leaves or sees part of it.

    Parameters
    ----------
    file : RemoteFile
    timeout : float
        Seconds that a mirror may stay silent before the next one is tried.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If the cache cannot be written to, or no mirror serves the file; names each with its reason.
    """
    path = cache_folder() / file.dataset / file.name
    if not _is_sound(file, path):
        _require_writable(path.parent)
        _save(_download(file, timeout), path)
    return path


def _is_sound(file, path):
    try:
        load(file, path)
    except DataError:
        return False
    return True


def _download(file, timeout):
    reasons = []
    for url in file.urls:
        try:
            content = gunzipped(file, _get(url, file, timeout))
            why = fault(file, content)
        except DataError as error:
            why = str(error)
        if why is None:
            return content
        reasons.append(f"{url} {why}")
    raise DataError(f"{file.name} could not be fetched: {'; '.join(reasons)}")


class _Bounded(io.BytesIO):
    """Memory for a download that refuses to grow beyond what is expected."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def write(self, chunk):
        if self.tell() + len(chunk) > self.limit:
            raise DataError(f"sends more than {self.limit:,} bytes")
        return super().write(chunk)


def _get(url, file, timeout):
    import pooch
    import requests
    from tqdm import tqdm

    received = _Bounded(file.received_limit)
    handled = sys.exception()
    # disable=None: a bar on a terminal, nothing in a log.
    with tqdm(total=file.size, desc=file.name, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        try:
            pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=timeout)(url, received, None)
        except requests.HTTPError as error:
            raise DataError(f"answers {error.response.status_code} {error.response.reason}") from None
        except requests.Timeout:
            raise DataError(f"stays silent for {timeout:g} s") from None
        # A ValueError where a mirror sends on to what is no address: not all of them come out of requests as its own.
        except (requests.RequestException, ValueError) as error:
            raise DataError(f"cannot be read: {_root_cause(error, handled)}") from None
    return received.getvalue()


def _root_cause(error, handled):
    """Find the one line that matters at the bottom of a chain of wrapped network errors.

    The chain goes on into whatever exception the caller was already handling; that one is not ours.
    """
    while error.__context__ not in (None, handled):
        error = error.__context__
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())


def _require_writable(folder):
    """Find out before the download, not after it, that a folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _save(content, path):
    """Write a file that others may be reading or writing; clear away what killed processes have left of it."""
    for leftover in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError):  # another process may clear it away at the same moment
            if time.time() - leftover.stat().st_mtime > ABANDONED:
                leftover.unlink()
    try:
        write_whole(path, lambda part: part.write_bytes(content))
    except OSError as error:
        # Windows refuses while another process reads the same file, having fetched it a moment ago.
        if not isinstance(error, PermissionError) or not path.is_file() or path.read_bytes() != content:
            raise _cannot_write(path.parent, error) from None


def _cannot_write(folder, error):
    return DataError(f"{folder} cannot be written to: {error.strerror}; CNNLIB_CACHE may name another folder")
