"""A chapter that asks for a network, or writes what another could read, fails where the tests run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = str(Path(__file__).with_name("alone"))


@pytest.fixture
def book(tmp_path):
    """A folder of chapters beside one for temporary files."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "lenet.ipynb").touch()
    return tmp_path / "book"


def run(program, book, **variables):
    """Run a program among the chapters as if it were a kernel; return the last line that it says."""
    environ = os.environ | {"PYTHONPATH": GUARD, "TMPDIR": str(book.with_name("scratch"))} | variables
    command = [sys.executable, "-c", program, "ipykernel_launcher"]  # by its name it is told from other programs
    done = subprocess.run(command, cwd=book, env=environ, capture_output=True, text=True, timeout=60)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("program", "refusal"),
    [
        ("import socket; socket.socket().connect(('192.0.2.1', 80))", "a chapter connects to ('192.0.2.1', 80)"),
        ("import urllib.request as u; u.urlopen('http://example.org')", "a chapter asks for the host example.org"),
        ("open('left.txt', 'w')", "a chapter writes outside the folder for temporary files"),
        ("open('lenet.ipynb', 'a')", "a chapter writes outside"),
        ("import os; os.mkdir('left')", "a chapter writes outside"),
        ("import os; os.rename('lenet.ipynb', 'moved.ipynb')", "a chapter writes outside"),
        ("import os; os.symlink('lenet.ipynb', 'left.ipynb')", "a chapter writes outside"),
        (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', \"open('left.txt', 'w')\"])",
            "a chapter writes outside",
        ),
    ],
)
def test_what_leads_out_is_refused(program, refusal, book):
    assert refusal in run(program, book)
    assert [path.name for path in book.iterdir()] == ["lenet.ipynb"]


def test_a_chapter_may_use_this_machine_and_a_folder_that_goes_with_it(book):
    program = """
import os, socket, tempfile
listener = socket.create_server(("localhost", 0))
socket.create_connection(listener.getsockname())
folder = tempfile.mkdtemp()
open(os.path.join(folder, "kept.txt"), "w").write("x")
open(os.devnull, "w").close()
open("lenet.ipynb").close()
print(os.environ.get("CNNLIB_DATA"), os.path.commonpath([folder, os.environ["TMPDIR"]]) == os.environ["CNNLIB_CACHE"])
"""
    assert run(program, book, CNNLIB_DATA=str(book)) == "None True"
    assert list(book.with_name("scratch").iterdir()) == []


def test_other_programs_are_let_alone(tmp_path):
    environ = os.environ | {"PYTHONPATH": GUARD}
    program = "import sys; open(sys.argv[1], 'w').write('x')"
    subprocess.run([sys.executable, "-c", program, tmp_path / "left.txt"], env=environ, check=True)
    assert (tmp_path / "left.txt").exists()
