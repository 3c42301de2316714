"""An engine is found if it answers; what it cannot limit is said, and never without a wall."""

import subprocess

import pytest

from teaching.grading import engine as engines
from teaching.grading.engine import LIMITS, Engine, NoWallsError
from teaching.grading.room import Room


def answering(monkeypatch, answer):
    """Let every question to the engine be answered by ``answer(command)``: whether it went well, and its last line."""
    monkeypatch.setattr(engines.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(engines, "_asked", lambda *command, **_: answer(command))


def test_an_engine_that_does_not_answer_is_passed_over(monkeypatch):
    answering(monkeypatch, lambda command: ("podman" in command[0], "no daemon"))
    assert engines.found() == "/bin/podman"


def test_none_is_told_with_how_to_get_one(monkeypatch):
    answering(monkeypatch, lambda command: (False, "no daemon"))
    with pytest.raises(NoWallsError, match="install Podman"):
        Engine.ready()


def test_what_cannot_be_limited_is_limited_for_each_process_and_said(monkeypatch):
    answering(monkeypatch, lambda command: ("--memory" not in command, "Error: cgroup controller memory is missing"))
    engine = Engine.ready()
    assert engine.missing == ("memory",)
    assert "--ulimit=nproc=12:12" in engine.command()
    assert engine.address_space < engines.MEMORY
    assert "cannot limit memory here" in engine.remark()


def test_any_other_refusal_is_no_wall(monkeypatch):
    answering(monkeypatch, lambda command: ("run" not in command, "Error: no such runtime"))
    with pytest.raises(NoWallsError, match=r"^/bin/docker: Error: no such runtime$"):
        Engine.ready()


def test_a_base_that_is_not_there_is_named(monkeypatch, capsys):
    answering(monkeypatch, lambda command: (command[1] == "version", "Error: no such image"))
    with pytest.raises(NoWallsError, match="upon mine: Error: no such image"):
        Engine.ready("mine")


@pytest.mark.parametrize("name", LIMITS)
def test_the_engine_keeps_each_limit_or_says_so(engine, name):
    assert (name in engine.missing) == (name in engine.remark())


def test_no_two_rooms_share_a_user(engine):
    users = {command[command.index("--user") + 1] for command in (engine.command() for _ in range(20))}
    assert len(users) > 15


def test_a_room_ends_with_its_grader(engine):
    with Room(engine) as room:
        assert not room.ask({"cell": "x = 1"}, 5, 20).failure
    listed = subprocess.run(
        [engine.path, "ps", "-q", "--filter", f"label={engine.label}"], capture_output=True, check=True
    )
    assert not listed.stdout


def test_without_walls_the_same_is_answered():
    with Room(None, ["relu"]) as room:
        assert not room.ask(
            {"cell": "from cnnlib import vectorized\ndef f(x): return vectorized.relu(x)"}, 5, 20
        ).failure
        assert room.ask({"call": "f", "arguments": [-1]}, 5, 20).fields["value"] == 0
        reply = room.ask({"cell": "while True: pass"}, 0.5, 20)
        assert (reply.late, reply.over) == ("late", False)
