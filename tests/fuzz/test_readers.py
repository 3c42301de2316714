"""A few moments of what ``python -m tests.fuzz.readers`` does for minutes."""

import json
import random
import signal

import pytest

pytest.importorskip("resource", reason="limits of memory and time are set as Unix has them")

from benchmarks import record
from tests.fuzz import readers
from tests.fuzz.damage import damaged, sealed_again
from tests.fuzz.kinds import Reader, groups
from tests.fuzz.readers import attempt, fuzz, main

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="this system has no such alarms")
GROUPS = ("data", "pictures", "weights", "checkpoints", "texts")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return groups(tmp_path_factory.mktemp("examples"))


@pytest.mark.parametrize("name", GROUPS)
def test_damaged_files_are_read_or_refused_in_one_line(name, known, tmp_path):
    assert tuple(known) == GROUPS
    outcomes, faults = fuzz(known[name], lambda tries: tries >= 150, seed=1, folder=tmp_path)
    assert faults == {}
    assert outcomes.total() == 150
    assert {reader for reader, _, _ in outcomes} == known[name].keys()
    assert "refused" in {verdict for _, verdict, _ in outcomes}


@pytest.mark.parametrize("name", GROUPS)
def test_sound_files_are_read(name, known, tmp_path):
    for reader in known[name].values():
        for number, content in enumerate(reader.examples):
            path = tmp_path / str(number)
            path.write_bytes(content)
            assert attempt(reader, path)[0] == "read" or "floating-point" in attempt(reader, path)[1]
            assert damaged(content, random.Random(number)) != content


def test_what_is_sealed_again_passes_the_digest(known):
    reader = known["weights"]["plain, sealed again"]
    rng = random.Random(0)
    assert all(sealed_again(reader.examples[0], rng) != reader.examples[0] for _ in range(20))


def test_a_reader_that_fails_otherwise_is_caught(tmp_path):
    def careless(path):
        return path.read_bytes()[40]

    outcomes, faults = fuzz({"it": Reader([bytes(50)], careless, ValueError)}, lambda tries: tries >= 60, 1, tmp_path)
    (kind,) = faults
    assert kind == "IndexError: index out of range"
    assert len(faults[kind].read_bytes()) <= 40
    assert {verdict for _, verdict, _ in outcomes} == {"read", "fault"}


def test_a_reader_that_says_too_much_or_takes_too_long_is_caught(tmp_path, monkeypatch):
    def talkative(path):
        raise ValueError("one\ntwo")

    def slow(path):
        try:
            while True:
                pass
        except Exception:  # as decoders of pictures are caught
            raise ValueError("damaged") from None

    monkeypatch.setattr(readers, "SECONDS", 0.2)
    verdict, words = attempt(Reader([b""], talkative, ValueError), tmp_path)
    assert (verdict, words) == ("fault", "its message has 2 lines")
    verdict, words = attempt(Reader([b""], slow, ValueError), tmp_path)
    assert verdict == "fault"
    assert "TooSlow" in words


def test_outcomes_are_counted_by_what_was_taken_not_by_what_was_in_the_file(tmp_path):
    def particular(path):
        content = path.read_bytes()
        raise ValueError(f"{path} starts with {content[:1]!r} and holds {len(content):,} bytes of {hash(content):#x}")

    outcomes, _ = fuzz({"it": Reader([bytes(50)], particular, ValueError)}, lambda tries: tries >= 40, 1, tmp_path)
    assert outcomes == {("it", "refused", " starts with '…' and holds # bytes of #"): 40}


def test_a_record_keeps_the_groups_that_were_not_tried_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(readers.resource, "setrlimit", lambda *limits: None)
    assert main(["data", "texts", "--minutes", "0.002"]) == 0
    assert main(["texts", "--minutes", "0.004"]) == 0
    rows = json.loads((tmp_path / "fuzz.json").read_text())["results"]
    assert [(row["group"], row["minutes"]) for row in rows] == [("data", 0.002), ("texts", 0.004)]
    assert all(row["faults"] == [] for row in rows)
    assert all(row["executions"] == row["read"] + row["refused"] == sum(row["by_reader"].values()) for row in rows)
    assert "data: " in capsys.readouterr().out.splitlines()[0]


def test_unknown_groups_are_named(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["data", "tarball"])
    assert "group must be one of data, pictures" in capsys.readouterr().err
