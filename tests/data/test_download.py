import errno
import os
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pooch
import pytest
from data.mirrors import FAULTS

from cnnlib.data import DataError, download
from cnnlib.data.download import fetch


@pytest.fixture
def published(small_mnist, server):
    """Return the training pictures as a file whose mirrors misbehave in the given ways."""

    def of(*behaviours):
        file = small_mnist[0]
        return replace(file, urls=tuple(f"{server.url}/{how}/{file.name}.gz" for how in behaviours))

    return of


@pytest.fixture
def content(contents):
    return contents["train-images-idx3-ubyte"]


def left_in(cache):
    return sorted(path.name for path in cache.rglob("*")) if cache.exists() else []


@pytest.mark.parametrize("behaviour", ["sound", "unpacked", "encoded", "unannounced", "dripping", "moved"])
def test_every_sound_way_of_serving_ends_in_the_published_bytes(behaviour, published, content, cache):
    path = fetch(published(behaviour))
    assert path == cache / "train-images-idx3-ubyte"
    assert path.read_bytes() == content
    assert left_in(cache) == ["train-images-idx3-ubyte"]


@pytest.mark.parametrize("behaviour", FAULTS)
def test_a_mirror_that_fails_is_named_and_leaves_nothing(behaviour, published, cache):
    file = published(behaviour)
    with pytest.raises(DataError, match=FAULTS[behaviour]) as caught:
        fetch(file, timeout=0.2)
    assert file.urls[0] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert left_in(cache) == []


@pytest.mark.parametrize("behaviour", FAULTS)
def test_the_next_mirror_is_tried(behaviour, published, content, server):
    assert fetch(published(behaviour, "sound", "broken"), timeout=3).read_bytes() == content
    assert server.requests[-1].startswith("/sound/")


def test_every_mirror_is_named_with_its_reason(published, cache):
    file = published("broken", "page", "cut")
    with pytest.raises(DataError) as caught:
        fetch(file)
    message = str(caught.value)
    positions = [
        message.index(f"{url} {why}") for url, why in zip(file.urls, ("answers 500", "is a web", "holds"), strict=True)
    ]
    assert positions == sorted(positions)
    assert left_in(cache) == []


@pytest.fixture
def refusing(published):
    """Return the training pictures as a file whose only mirror is a port that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return replace(published(), urls=(f"http://127.0.0.1:{port}/x.gz",))


def test_a_refused_connection_is_told(refusing):
    with pytest.raises(DataError, match=rf"{refusing.urls[0]} cannot be read: .*refused"):
        fetch(refusing)


def test_the_reason_is_not_taken_from_what_the_caller_was_handling(refusing):
    try:
        raise KeyError("the caller's own trouble")
    except KeyError:
        with pytest.raises(DataError, match="refused"):
            fetch(refusing)


def test_what_is_there_is_not_fetched_again(published, server):
    path = fetch(published("sound"))
    before = path.stat().st_mtime_ns
    assert fetch(published("broken")) == path
    assert path.stat().st_mtime_ns == before
    assert len(server.requests) == 1


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: b"<html>", lambda raw: b""])
def test_a_damaged_file_in_the_cache_is_replaced(damage, published, content, cache):
    cache.mkdir(parents=True)
    (cache / "train-images-idx3-ubyte").write_bytes(damage(content))
    assert fetch(published("sound")).read_bytes() == content
    assert left_in(cache) == ["train-images-idx3-ubyte"]


def test_a_damaged_file_stays_when_no_mirror_has_a_better_one(published, content, cache):
    cache.mkdir(parents=True)
    (cache / "train-images-idx3-ubyte").write_bytes(content[:-1])
    with pytest.raises(DataError, match="answers 404"):
        fetch(published("missing"))
    assert (cache / "train-images-idx3-ubyte").read_bytes() == content[:-1]


@pytest.mark.parametrize("moment", ["while downloading", "while writing", "while renaming"])
def test_an_interruption_leaves_nothing(moment, published, cache, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    if moment == "while downloading":
        write = download._Bounded.write
        monkeypatch.setattr(download._Bounded, "write", lambda self, chunk: write(self, chunk) and interrupt())
    elif moment == "while writing":
        monkeypatch.setattr(Path, "open", half_written(interrupt))
    else:
        monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(published("sound"))
    assert left_in(cache) == []


def half_written(then):
    """Open files as usual, but let a new one take only half of what is written to it."""
    original = Path.open

    def opened(self, mode="r", *args, **kwargs):
        stream = original(self, mode, *args, **kwargs)
        if mode == "wb":
            raw = stream

            class Half:
                def __enter__(self):
                    return self

                def __exit__(self, *details):
                    raw.close()

                def write(self, content):
                    raw.write(content[: len(content) // 2])
                    then()

            return Half()
        return stream

    return opened


def test_a_full_disk_is_told_and_left_clean(published, cache):
    """Made by the system: no file may grow beyond half of what is fetched."""
    resource = pytest.importorskip("resource", reason="limits of files are set as Unix has them")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"cache.* cannot be written to: File too large; CNNLIB_CACHE may name"):
            fetch(published("sound", "sound"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert left_in(cache) == []


def test_what_a_killed_writer_left_is_cleared_away_and_what_another_writes_is_not(published, cache):
    cache.mkdir(parents=True)
    names = [f".train-images-idx3-ubyte.{each}.part" for each in ("dead", "living")]
    for name in names:
        (cache / name).write_bytes(b"half")
    os.utime(cache / names[0], (time.time() - 2 * download.ABANDONED,) * 2)
    fetch(published("sound"))
    assert left_in(cache) == [names[1], "train-images-idx3-ubyte"]


def test_a_cache_that_cannot_be_made_is_told_before_the_download(published, cache, server):
    cache.parent.parent.mkdir(exist_ok=True)
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cache.* cannot be written to: .*; CNNLIB_CACHE may name another folder"):
        fetch(published("sound"))
    assert server.requests == []


def test_a_read_only_cache_is_told_before_the_download_and_can_be_read(published, content, cache, server):
    file = published("sound")
    fetch(file)
    cache.chmod(0o500)
    try:
        if os.access(cache, os.W_OK):
            pytest.skip("no folder is read-only to this user")
        assert fetch(file).read_bytes() == content
        with pytest.raises(DataError, match="cannot be written to: Permission denied"):
            fetch(replace(file, name="another"))
        assert len(server.requests) == 1
    finally:
        cache.chmod(0o700)


def test_a_cache_without_permission_is_told_before_the_download(published, server, monkeypatch):
    def deny(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(download.tempfile, "TemporaryFile", deny)
    with pytest.raises(DataError, match="cannot be written to: Permission denied"):
        fetch(published("sound"))
    assert server.requests == []


def test_others_may_read_what_was_fetched(published):
    mask = os.umask(0)
    os.umask(mask)
    if sys.platform != "win32":
        assert stat.S_IMODE(fetch(published("sound")).stat().st_mode) == 0o666 & ~mask


def test_no_two_writers_share_an_unfinished_file(published, monkeypatch):
    parts = []
    replace_file = os.replace
    monkeypatch.setattr(os, "replace", lambda part, path: parts.append(part) or replace_file(part, path))
    for _ in range(2):
        fetch(published("sound")).unlink()
    assert len(set(parts)) == 2


def test_windows_refusal_to_replace_an_open_file_is_no_fault_if_it_is_the_same(published, content, cache, monkeypatch):
    def refuse(part, path):
        Path(path).write_bytes(theirs)
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(os, "replace", refuse)
    theirs = content
    assert fetch(published("sound")).read_bytes() == content
    theirs = content[:-1]
    (cache / "train-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="cannot be written to: Access is denied"):
        fetch(published("sound"))
    assert left_in(cache) == ["train-images-idx3-ubyte"]


def start_fetching(file):
    """Fetch in another process, which waits for a line on its standard input before it starts."""
    program = f"""
import sys
from cnnlib.data.download import fetch
from cnnlib.data.files import RemoteFile
sys.stdin.readline()
print(fetch({file!r}).name)
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", program], text=True, **pipes)


def test_processes_that_fetch_at_once_do_not_clash(published, content, cache):
    file = published("dripping")
    started = [start_fetching(file) for _ in range(3)]
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in started:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.strip(), err) == (0, file.name, "")
    assert (cache / file.name).read_bytes() == content
    assert left_in(cache) == [file.name]


def test_a_process_killed_in_the_middle_of_a_download_leaves_nothing(published, cache, server):
    process = start_fetching(published("stalled"))
    process.stdin.write("go\n")
    process.stdin.flush()
    while not server.requests:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert left_in(cache) == []


def test_pooch_does_the_download(published, monkeypatch):
    asked = []
    downloader = pooch.HTTPDownloader

    def watched(**options):
        asked.append(options["timeout"])
        return downloader(**options)

    monkeypatch.setattr(pooch, "HTTPDownloader", watched)
    fetch(published("sound"), timeout=3)
    assert asked == [3]
