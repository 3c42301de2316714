import gzip
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from data.mirrors import FAULTS

from cnnlib.__main__ import main
from cnnlib.commands import data as command


def test_fetch_verify_list_and_path(small_mnist, contents, cache, capsys, server):
    assert main(["data", "path"]) == 0
    assert capsys.readouterr().out == f"{cache.parent}\n"
    assert main(["data", "list"]) == 0
    assert capsys.readouterr().out.count("not here") == len(command.DATASETS) + 3
    assert main(["data", "fetch", "mnist"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(cache / name) for name in contents]
    assert main(["data", "verify", "mnist"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{cache / name} ok" for name in contents]
    assert main(["data", "list"]) == 0
    assert f"mnist    train-images-idx3-ubyte       15,696 bytes  {cache}" in capsys.readouterr().out
    assert main(["data", "fetch", "mnist"]) == 0
    assert len(server.requests) == 4


def test_verify_names_each_fault_in_one_line(small_mnist, contents, cache, capsys):
    main(["data", "fetch", "mnist"])
    capsys.readouterr()
    names = list(contents)
    (cache / names[0]).write_bytes(contents[names[0]][:-7])
    (cache / names[1]).write_bytes(gzip.compress(contents[names[3]]))
    (cache / names[2]).unlink()
    assert main(["data", "verify", "mnist"]) == 2
    out, err = capsys.readouterr()
    assert out == f"{cache / names[3]} ok\n"
    lines = err.splitlines()
    assert len(lines) == 3
    assert f"{cache / names[0]} holds 15,689 bytes" in lines[0]
    assert f"{cache / names[1]} is an idx file of shape (12,), not (20,)" in lines[1]
    assert f"{names[2]} is not here; `python -m cnnlib data fetch mnist` gets it" in lines[2]


def test_fetch_repairs_what_verify_found(small_mnist, contents, cache):
    main(["data", "fetch", "mnist"])
    (cache / "train-images-idx3-ubyte").write_bytes(b"<html>")
    assert main(["data", "verify", "mnist"]) == 2
    assert main(["data", "fetch", "mnist"]) == 0
    assert main(["data", "verify", "mnist"]) == 0


def test_a_failure_is_one_line_on_standard_error(small_mnist, server, monkeypatch, capsys):
    lost = replace(small_mnist[0], urls=(f"{server.url}/broken/{small_mnist[0].name}.gz",))
    monkeypatch.setitem(command.DATASETS, "mnist", (lost,))
    assert main(["data", "fetch", "mnist"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"cnnlib data: {lost.name} could not be fetched: {lost.urls[0]} answers 500 Internal Server Error\n"


def test_ctrl_c_is_one_line_too(small_mnist, monkeypatch, capsys):
    def interrupt(file):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fetch", interrupt)
    assert main(["data", "fetch", "mnist"]) == 130
    assert capsys.readouterr().err == "cnnlib data: interrupted\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dta"],
        ["data"],
        ["data", "steal"],
        ["data", "fetch"],
        ["data", "fetch", "minst"],
        ["data", "list", "x"],
        ["data", "verify", "imagenet"],
        ["data", "verify", "imagenet:"],
        ["data", "fetch", "imagenet:x"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert (out, line.startswith("python -m cnnlib")) == ("", True)


def test_verify_reads_every_picture_of_a_folder(picture_root, capsys):
    assert main(["data", "verify", f"imagenet:{picture_root}"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{picture_root / 'train'}: 12 pictures of 3 classes, 0 damaged",
        f"{picture_root / 'val'}: 3 pictures of 3 classes, 0 damaged",
    ]
    (picture_root / "train" / "owl" / "2.jpg").write_bytes(b"")
    assert main(["data", "verify", f"imagenet:{picture_root}"]) == 2
    out, err = capsys.readouterr()
    assert err == f"cnnlib data: {picture_root / 'train' / 'owl' / '2.jpg'} is empty\n"
    assert "12 pictures of 3 classes, 1 damaged" in out
    assert main(["data", "verify", f"imagenet:{picture_root / 'nowhere'}"]) == 2
    assert "is no folder; an ImageNet-style folder holds" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["data", "--help"], ["data", "fetch", "--help"]])
def test_help_is_help_at_every_level(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert f"usage: {' '.join(['python -m cnnlib', *arguments[:-1]])} " in capsys.readouterr().out


def test_the_command_runs_as_a_module():
    result = subprocess.run(
        [sys.executable, "-m", "cnnlib", "data", "path"], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip().endswith("cache")


@pytest.mark.parametrize("behaviour", sorted(FAULTS.keys() - {"silent", "stalled"}))
def test_every_fault_of_a_mirror_is_one_line(behaviour, small_mnist, server, cache, monkeypatch, capsys):
    lost = replace(small_mnist[0], urls=(f"{server.url}/{behaviour}/{small_mnist[0].name}.gz",))
    monkeypatch.setitem(command.DATASETS, "mnist", (lost,))
    assert main(["data", "fetch", "mnist"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert re.match(rf"cnnlib data: {lost.name} could not be fetched: {lost.urls[0]} .*({FAULTS[behaviour]})", err)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("command_line", ["train lenet --data mnist", "evaluate lenet --data mnist"])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content, other: content[:-9], "holds 15,687 bytes where its idx header calls for 15,696"),
        (lambda content, other: content[:99] + bytes([content[99] ^ 8]) + content[100:], "is damaged: its SHA-256"),
        (lambda content, other: other, r"is an idx file of shape \(20,\), not \(20, 28, 28\)"),
        (lambda content, other: b"<!DOCTYPE html><title>Log in</title>", "is a web page, not data"),
    ],
)  # fmt: skip
def test_damaged_data_are_one_line_wherever_they_are_used(
    command_line, damage, reason, small_mnist, contents, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    for name, content in contents.items():
        (tmp_path / "mine" / name).write_bytes(content)
    first, second = (tmp_path / "mine" / file.name for file in small_mnist[:2])
    first.write_bytes(damage(first.read_bytes(), second.read_bytes()))
    arguments = command_line.split()
    assert main([*arguments, "--device", "cpu"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert re.match(f"cnnlib {arguments[0]}: {first} {reason}", err)
    assert not (tmp_path / "runs").exists()
