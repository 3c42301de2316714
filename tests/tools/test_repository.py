"""An address that somebody sets, or the checkout's public origin; never a local path, a private machine, a password."""

import os
import subprocess

import pytest

from tools import build_book
from tools.repository import AddressError, address


@pytest.fixture
def checkout(tmp_path):
    """Make a checkout with an origin, and return its folder."""

    def make(origin):
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", origin], check=True)
        return tmp_path

    return make


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/someone/their-book",
        "https://github.com/someone/their-book.git",
        "https://someone:secret@github.com/someone/their-book.git",
        "https://github.com/someone/their-book/",
        "git@github.com:someone/their-book.git",
        "ssh://git@github.com:22/someone/their-book.git",
        "git://GitHub.com/someone/their-book.git",
    ],
)
def test_a_public_origin_is_the_address_a_person_would_open(checkout, origin):
    assert address(checkout(origin), {}) == "https://github.com/someone/their-book"


@pytest.mark.parametrize("host", ["gitlab.com", "codeberg.org", "bitbucket.org"])
def test_other_hosts_are_public_too(checkout, host):
    assert address(checkout(f"git@{host}:someone/their-book.git"), {}) == f"https://{host}/someone/their-book"


@pytest.mark.parametrize(
    "origin",
    [
        "/srv/git/their-book.git",
        "../their-book",
        "file:///srv/git/their-book.git",
        r"C:\books\their-book",
        "https://git.intranet.example/someone/their-book.git",
        "git@192.168.0.7:someone/their-book.git",
        "http://localhost:3000/someone/their-book",
        "https://github.com.example.org/someone/their-book",
        "https://github.com/someone",
        "work:someone/their-book",
    ],
)
def test_what_is_local_or_private_is_no_address(checkout, origin):
    assert address(checkout(origin), {}) is None


def test_without_an_origin_or_without_git_there_is_none(tmp_path, monkeypatch):
    assert address(tmp_path, {}) is None
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert address(tmp_path, {}) is None
    monkeypatch.setenv("PATH", os.devnull)
    assert address(tmp_path, {}) is None


def test_a_copy_inside_another_checkout_does_not_take_its_origin(checkout):
    copy = checkout("https://github.com/someone/everything") / "book"
    copy.mkdir()
    assert address(copy, {}) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://git.example.org/group/part/their-book.git", "https://git.example.org/group/part/their-book"),
        ("https://git.example.org:8443/someone/their-book", "https://git.example.org:8443/someone/their-book"),
        ("https://codeberg.org/someone/their-book/", "https://codeberg.org/someone/their-book"),
        ("", None),
    ],
)
def test_what_is_set_counts_before_the_origin(checkout, given, expected):
    assert address(checkout("https://github.com/someone/their-book"), {"REPOSITORY": given}) == expected


@pytest.mark.parametrize(
    "given",
    [
        "github.com/someone/their-book",
        "git@github.com:someone/their-book",
        "http://github.com/someone/their-book",
        "https://github.com/someone",
        "https://localhost/someone/their-book",
        "https://github.com:port/someone/their-book",
        "https://github.com/some one/their-book",
        'https://github.com/someone/"their"',
        "/srv/git/their-book",
        "yes",
    ],
)
def test_what_is_no_address_is_refused(tmp_path, given):
    with pytest.raises(AddressError, match="REPOSITORY must be an address such as https://") as refused:
        address(tmp_path, {"REPOSITORY": given})
    assert repr(given) in str(refused.value)


def test_the_build_refuses_it_in_one_line_and_executes_nothing(monkeypatch, capsys):
    monkeypatch.setenv("REPOSITORY", "yes")
    monkeypatch.setattr(build_book.browser_assets, "provide", lambda root: "")
    monkeypatch.setattr(build_book, "execute_changed", lambda root: pytest.fail("executed"))
    assert build_book.main() == 1
    message = capsys.readouterr().err
    assert message.startswith("book: REPOSITORY must be an address")
    assert message.count("\n") == 1
