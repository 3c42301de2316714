"""A few moments of what ``python -m tests.fuzz.readers`` does for minutes."""

import signal

import pytest

pytest.importorskip("resource", reason="limits of memory and time are set as Unix has them")

from tests.fuzz.readers import Reader, damaged, fault, fuzz, main, random, readers

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no alarms")
NAMES = ("idx", "data file", "weights", "checkpoint", "picture of a digit", "picture of a folder")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return readers(tmp_path_factory.mktemp("examples"))


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files_are_read_or_refused_in_one_line(name, known, tmp_path):
    assert tuple(known) == NAMES
    tries, faults = fuzz(known[name], lambda tries: tries >= 60, seed=1, folder=tmp_path)
    assert (tries, faults) == (60, {})


@pytest.mark.parametrize("name", NAMES)
def test_sound_files_are_read(name, known, tmp_path):
    for number, content in enumerate(known[name].examples):
        path = tmp_path / str(number)
        path.write_bytes(content)
        known[name].read(path)
        assert damaged(content, random.Random(number)) != content


def test_a_reader_that_fails_otherwise_is_caught(tmp_path):
    def careless(path):
        return path.read_bytes()[40]

    _, faults = fuzz(Reader([bytes(50)], careless, ValueError), lambda tries: tries >= 60, 1, tmp_path)
    (kind,) = faults
    assert kind == "IndexError: index out of range"
    assert len(faults[kind].read_bytes()) <= 40


def test_a_reader_that_says_too_much_or_takes_too_long_is_caught(tmp_path, monkeypatch):
    def talkative(path):
        raise ValueError("one\ntwo")

    def slow(path):
        try:
            while True:
                pass
        except Exception:  # as decoders of pictures are caught
            raise ValueError("damaged") from None

    monkeypatch.setattr("tests.fuzz.readers.SECONDS", 1)
    assert "2 lines" in fault(Reader([b""], talkative, ValueError), tmp_path)
    assert "TooSlow" in fault(Reader([b""], slow, ValueError), tmp_path)


def test_unknown_readers_are_named(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["idx", "tarball"])
    assert "reader must be one of idx, data file" in capsys.readouterr().err
