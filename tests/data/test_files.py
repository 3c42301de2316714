import gzip
from dataclasses import replace
from hashlib import sha256

import pytest

from cnnlib.data import DataError
from cnnlib.data.files import cache_folder, data_folder, find, load


@pytest.fixture
def file(small_mnist):
    return small_mnist[0]


@pytest.fixture
def content(contents, file):
    return contents[file.name]


def put(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_the_cache_is_where_the_variable_says(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.setenv("CNNLIB_CACHE", "")
    assert cache_folder().is_absolute()
    assert "cnnlib" in cache_folder().parts[-1] or "cnnlib" in cache_folder().parts[-2]


def test_a_folder_that_is_not_one_is_named(monkeypatch, tmp_path):
    assert data_folder() is None
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"CNNLIB_DATA must name a folder, received '.*nowhere'"):
        data_folder()


def test_places_are_searched_in_order(file, content, cache, tmp_path, monkeypatch):
    assert find(file) is None
    last = put(cache, file.name, content)
    assert find(file) == last
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path))
    assert find(file) == last
    second = put(tmp_path / "mnist", f"{file.name}.gz", gzip.compress(content))
    assert find(file) == second
    first = put(tmp_path, file.name, content)
    assert find(file) == first


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_gzip_is_told_by_the_bytes_not_by_the_name(name, pack, file, content, tmp_path):
    assert load(file, put(tmp_path, name, pack(content))) == content


def flip(content, at):
    damaged = bytearray(content)
    damaged[at] ^= 0x10
    return bytes(damaged)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda raw: b"", "is not an idx file of unsigned bytes"),
        (lambda raw: raw[:9], "ends inside its idx header, after 9 of 16 bytes"),
        (lambda raw: raw[:-1], "holds 15,695 bytes where its idx header calls for 15,696"),
        (lambda raw: raw + b"\0", "holds 15,697 bytes where its idx header calls for 15,696"),
        (lambda raw: raw + bytes(10**6), "where its idx header calls for 15,696"),
        (lambda raw: flip(raw, 2), "is not an idx file of unsigned bytes"),
        (lambda raw: flip(raw, 7), r"is an idx file of shape \(4, 28, 28\), not \(20, 28, 28\)"),
        (lambda raw: flip(raw, 3000), "is damaged: its SHA-256 is not that of train-images-idx3-ubyte"),
        (lambda raw: gzip.compress(raw)[:-20], "does not unpack: .*ended before"),
        (lambda raw: flip(gzip.compress(raw), -6), "does not unpack: CRC check failed"),
        (lambda raw: flip(gzip.compress(raw), 900), "does not unpack"),
        (lambda raw: gzip.compress(raw)[:10] + b"\xff" * 99, "does not unpack: .*invalid block type"),
        (lambda raw: gzip.compress(raw) + b"tail", "does not unpack: Not a gzipped file"),
        (lambda raw: gzip.compress(gzip.compress(raw)), "is not an idx file"),
        (lambda raw: b"  <!doctype html><p>404", "is a web page, not data"),
        (lambda raw: gzip.compress(b"<html>"), "is a web page, not data"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(damage, reason, file, content, tmp_path):
    path = put(tmp_path, "train-images-idx3-ubyte", damage(content))
    with pytest.raises(DataError, match=reason) as caught:
        load(file, path)
    assert str(caught.value).startswith(f"{path} ")
    assert "\n" not in str(caught.value)


def test_every_swap_of_two_files_is_told(small_mnist, contents, tmp_path):
    for file in small_mnist:
        for other in small_mnist:
            path = put(tmp_path, f"{file.name}.gz", gzip.compress(contents[other.name]))
            if other is file:
                assert load(file, path) == contents[file.name]
                continue
            with pytest.raises(DataError) as caught:
                load(file, path)
            assert str(caught.value) == f"{path} is an idx file of shape {other.shape}, not {file.shape}"


def test_pictures_of_another_set_of_the_same_shape_are_told(file, content, tmp_path):
    with pytest.raises(DataError, match="its SHA-256 is not that of"):
        load(file, put(tmp_path, file.name, content[:16] + content[:15:-1]))


def test_a_bomb_is_not_unpacked(file, tmp_path, monkeypatch):
    reads = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, n=-1: reads.append(n) or read(self, n))
    bomb = gzip.compress(b"\0\0\x08\3\0\0\0\x14\0\0\0\x1c\0\0\0\x1c" + bytes(10_000_000))
    with pytest.raises(DataError, match="holds 15,697 bytes where its idx header calls for 15,696"):
        load(file, put(tmp_path, file.name, bomb))
    assert reads == [file.size + 1]


def test_a_file_of_the_cache_can_be_replaced_and_says_how(file, content, cache):
    path = put(cache, file.name, content[:-1])
    with pytest.raises(DataError, match="`python -m cnnlib data fetch mnist` replaces it"):
        load(file, path)


def test_what_cannot_be_opened_is_named(file, tmp_path):
    with pytest.raises(DataError, match=r"none cannot be read: No such file"):
        load(file, tmp_path / "none")


def test_a_file_that_is_not_idx_is_known_by_its_bytes(file, tmp_path):
    archive = b"\x1f\x8b" + bytes(range(50))
    known = replace(file, name="a.tar.gz", size=len(archive), sha256=sha256(archive).hexdigest(), shape=None)
    assert load(known, put(tmp_path, known.name, archive)) == archive
    for damaged, reason in (
        (archive[:-1], "ends after 51 of 52 bytes"),
        (archive + b"\0", "holds more than the 52 bytes of a.tar.gz"),
        (flip(archive, 9), "is damaged: its SHA-256 is not that of a.tar.gz"),
    ):
        with pytest.raises(DataError, match=reason):
            load(known, put(tmp_path, known.name, damaged))
