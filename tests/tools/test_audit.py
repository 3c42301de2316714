"""Licences are read from what is installed, and an audit that could not ask is not a good one."""

import subprocess

import pytest

from tools import audit


def test_the_packages_that_the_book_is_built_with_have_licences_that_are_accepted():
    assert audit.unwanted(audit.licences()) == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"License-Expression": "(MIT AND PSF-2.0) OR GPL-3.0-only"}, ["MIT", "PSF-2.0", "GPL-3.0-only"]),
        ({"Classifier": ["License :: OSI Approved :: MIT License"], "License": "a long text"}, ["MIT"]),
        ({"Classifier": ["License :: OSI Approved"], "License": "Apache License, Version 2.0"}, ["Apache-2.0"]),
        ({"Classifier": ["License :: Other/Proprietary License"]}, ["Other/Proprietary License"]),
        ({"License": "MPL-2.0 AND MIT"}, ["MPL-2.0", "MIT"]),
        ({}, []),
    ],
)
def test_licences_are_read_from_metadata(fields, expected):
    class Metadata(dict):
        get_all = dict.get

    assert audit.licences_of(Metadata(fields)) == expected


def test_unknown_and_unwanted_licences_are_refused():
    found = {"a": ["MIT"], "b": [], "c": ["MIT", "GPL-3.0-only"], "d": ["Proprietary"]}
    assert set(audit.unwanted(found)) == {"b", "c", "d"}


@pytest.mark.parametrize("answer", [0, 1])
def test_an_audit_asks_about_every_pin_and_obeys_the_answer(answer, monkeypatch):
    asked = []

    def run(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, answer)

    monkeypatch.setattr(audit.subprocess, "run", run)
    monkeypatch.setattr(audit, "run_pip", lambda *_: None)
    monkeypatch.setattr(audit, "ARGUED", {"PYSEC-1": "a reason"})
    assert audit.main() == answer
    assert {"pip_audit", "requirements.txt", "--strict", "PYSEC-1"} <= set(asked[-1])


def test_an_unwanted_licence_fails_the_audit(monkeypatch, capsys):
    monkeypatch.setattr(audit, "vulnerabilities", lambda: 0)
    monkeypatch.setattr(audit, "licences", lambda: {"left-pad": ["GPL-3.0-only"]})
    assert audit.main() == 1
    assert "left-pad: GPL-3.0-only: not among the accepted" in capsys.readouterr().err
