"""Each lock gets an environment of its own, in which everything runs, and which is gone afterwards."""

import pytest

from tools import versions
from tools.environment import SetupError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A project with two locks, and stand-ins for venv and pip; returns pip's command lines."""
    commands = []
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    for name in versions.LOCKS:
        (tmp_path / f"requirements-{name}.txt").write_text("# two\na==1\nb==2\n")

    def make(command, check):
        command[-1].mkdir(parents=True)

    monkeypatch.setattr(versions.subprocess, "run", make)
    monkeypatch.setattr(versions, "run_pip", lambda command, total, log: commands.append((total, command)))
    return commands


def test_everything_runs_in_the_locks_own_environment(installed, tmp_path, monkeypatch, capsys):
    ran = []

    def stand_in(*arguments, **variables):
        python = arguments[-1]
        folder = tmp_path / "_build" / "versions"
        ran.append(
            [name for name in versions.LOCKS if python.startswith(str(folder / name)) and (folder / name).is_dir()]
        )
        return 0, (1, 0, 0)

    monkeypatch.setattr(versions, "pytest", stand_in)
    monkeypatch.setattr(versions, "chapters_alone", stand_in)
    assert versions.main([]) == 0
    assert ran == [["oldest"]] * 3 + [["newest"]] * 3
    assert [path.name for path in (tmp_path / "_build" / "versions").iterdir() if path.is_dir()] == []
    assert "6 passed, 0 failed, 0 skipped" in capsys.readouterr().out


def test_the_lock_is_installed_and_then_the_package(installed, tmp_path):
    with versions.environment("oldest") as python:
        pass
    (total, lock), (_, package) = installed
    assert total == 2
    assert lock[0] == package[0] == python
    assert lock[-2:] == ["-r", str(tmp_path / "requirements-oldest.txt")]
    assert package[-3:] == ["--no-deps", "-e", str(tmp_path)]


def test_one_failure_fails_all(installed, monkeypatch):
    monkeypatch.setattr(versions, "pytest", lambda *_, **__: (0, (1, 0, 0)))
    monkeypatch.setattr(versions, "chapters_alone", lambda *_: (1, (0, 1, 0)))
    assert versions.main(["newest"]) == 1


def test_what_pip_cannot_install_is_one_line(installed, tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise SetupError("the disk is full")

    monkeypatch.setattr(versions, "run_pip", fail)
    assert versions.main(["oldest"]) == 1
    assert capsys.readouterr().err == "versions: the disk is full\n"
    assert not (tmp_path / "_build" / "versions" / "oldest").exists()


def test_an_unknown_lock_is_refused(capsys):
    with pytest.raises(SystemExit):
        versions.main(["older"])
    assert "no lock file is called 'older'; there are oldest and newest" in capsys.readouterr().err
