"""Weights on disk: what was written comes back, and nothing else is taken for it."""

import json
import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from cnnlib.models import storage
from cnnlib.models.architecture import Architecture, initial_weights
from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import load_tensors, load_weights, save_tensors, save_weights
from cnnlib.shapes import Dense, Flatten

SMALL = Architecture("Small", (1, 2, 3), (Flatten(), Dense(2)))


@pytest.fixture
def path(tmp_path):
    """Return the file of a small network's weights; its folder holds nothing else."""
    path = tmp_path / "small.safetensors"
    save_weights(path, SMALL, initial_weights(SMALL, 0))
    return path


def refusal(path, architecture=SMALL):
    """Return the one line with which a file is refused; it starts with the file's path."""
    with pytest.raises(ValueError, match=rf"\A{re.escape(str(path))} .*\Z") as caught:
        load_weights(path, architecture)
    return str(caught.value)


def test_weights_come_back_bit_for_bit(tmp_path):
    weights = initial_weights(lenet(), 3)
    save_weights(tmp_path / "lenet.safetensors", lenet(), weights)
    loaded = load_weights(str(tmp_path / "lenet.safetensors"), lenet())
    assert loaded.keys() == weights.keys()
    for name, value in weights.items():
        assert loaded[name].dtype == value.dtype
        np.testing.assert_array_equal(loaded[name], value)


def test_tensors_of_any_layout_come_back_with_their_shapes(tmp_path):
    tensors = {
        "transposed": np.arange(6.0).reshape(2, 3).T,
        "every second": np.arange(8, dtype=np.int32)[::2],
        "scalar": np.array(3, np.float32),
        "empty": np.zeros((0, 4)),
    }
    about = {"history": [{"epoch": 1, "loss": 0.1 + 0.2}], "name": "naïve ⟨×⟩"}
    save_tensors(tmp_path / "t", tensors, kind="checkpoint", about=about)
    loaded, loaded_about = load_tensors(tmp_path / "t", kind="checkpoint")
    assert loaded_about == about
    assert loaded.keys() == tensors.keys()
    for name, value in tensors.items():
        assert loaded[name].shape == value.shape
        assert loaded[name].dtype == value.dtype
        np.testing.assert_array_equal(loaded[name], value)


def test_a_new_file_replaces_the_old_one_and_leaves_nothing_beside_it(path):
    save_weights(path, SMALL, initial_weights(SMALL, 1))
    loaded = load_weights(path, SMALL)
    np.testing.assert_array_equal(loaded["dense1.weight"], initial_weights(SMALL, 1)["dense1.weight"])
    assert list(path.parent.iterdir()) == [path]


def test_a_failing_write_leaves_the_old_file_and_no_other(path, monkeypatch):
    before = path.read_bytes()

    def no_room(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(OSError, match="No space left on device"):
        save_weights(path, SMALL, initial_weights(SMALL, 1))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
def test_a_write_that_the_system_cuts_short_is_an_os_error(path):
    before = path.read_bytes()
    program = """
import resource, sys
from cnnlib.models.architecture import initial_weights
from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import save_weights
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save_weights(sys.argv[1], lenet(), initial_weights(lenet(), 0))
except OSError as error:
    print("OSError:", error)
"""
    result = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("OSError: ")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_folder_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        save_weights(tmp_path / "nowhere" / "w", SMALL, initial_weights(SMALL, 0))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        load_weights(tmp_path / "w", SMALL)
    assert str(caught.value) == f"no file {tmp_path / 'w'}"


def test_a_file_cut_anywhere_is_refused(path):
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert "is damaged or not a safetensors file" in refusal(path)


def test_a_file_that_grew_is_refused(path):
    path.write_bytes(path.read_bytes() + b"\0")
    refusal(path)


def test_no_flipped_bit_gets_through(path):
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in (position % 8, 5):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << bit
            path.write_bytes(flipped)
            refusal(path)


def test_a_changed_number_is_told_from_a_damaged_file(path):
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 0x80
    path.write_bytes(whole)
    assert refusal(path) == f"{path} has been changed since it was written: its SHA-256 digest does not match"


def test_a_changed_description_is_noticed(tmp_path):
    path = tmp_path / "checkpoint"
    save_tensors(path, {"a": np.ones(3)}, kind="checkpoint", about={"history": [{"loss": 0.25}]})
    whole = path.read_bytes()
    assert whole.count(b"0.25") == 1
    path.write_bytes(whole.replace(b"0.25", b"0.15"))
    with pytest.raises(ValueError, match="has been changed since it was written"):
        load_tensors(path, kind="checkpoint")


def test_files_of_other_programs_are_refused(path):
    save_file(initial_weights(SMALL, 0), path)
    assert refusal(path) == f"{path} was not written by cnnlib: its header is missing"
    for metadata in ({"format": "pt"}, {"cnnlib": "0.1.0"}, {"cnnlib": "[]", "sha256": ""}):
        save_file(initial_weights(SMALL, 0), path, metadata=metadata)
        refusal(path)
    torch.save({"dense1.weight": torch.zeros(2, 6)}, path)
    assert "is damaged or not a safetensors file" in refusal(path)


class Bomb:
    def __reduce__(self):
        return (os.mkdir, (os.environ["BOMB"],))


def test_a_pickle_is_refused_and_its_code_not_run(path, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path / "exploded"))
    path.write_bytes(pickle.dumps(Bomb()))
    assert "is damaged or not a safetensors file" in refusal(path)
    assert not (tmp_path / "exploded").exists()


def test_a_file_holds_numbers_and_text_only(path):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert json.loads(header["__metadata__"]["cnnlib"])["about"] == {"architecture": "Small"}
    assert len(content) == 8 + length + 4 * (12 + 2)


def test_weights_of_another_architecture_are_refused(path):
    other = Architecture("Other", SMALL.input_shape, SMALL.layers)
    assert refusal(path, architecture=other) == f"{path} holds weights of Small, not of Other"


def test_a_checkpoint_is_not_weights(path):
    save_tensors(path, initial_weights(SMALL, 0), kind="checkpoint", about={})
    assert refusal(path) == f"{path} holds checkpoint, not weights"


UNFIT, NO_NUMBERS = "does not fit Small:", "must hold finite floating-point numbers, and"


def with_it(name, value):
    return lambda weights: weights | {name: value}


def without(name):
    return lambda weights: {each: value for each, value in weights.items() if each != name}


def with_one(value):
    def changed(weights):
        weights["dense1.weight"][1, 2] = value
        return weights

    return changed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("dense1.bias"), f"{UNFIT} 'dense1.bias' has shape None, not (2,)"),
        (with_it("more\nlines", np.zeros(3)), f"{UNFIT} 'more\\nlines' has shape (3,), not None"),
        (with_it("dense1.weight", np.zeros((3, 4))), f"{UNFIT} 'dense1.weight' has shape (3, 4), not (2, 6)"),
        (with_it("dense1.bias", np.zeros(2, int)), f"{NO_NUMBERS} 'dense1.bias' does not"),
        (with_one(np.nan), f"{NO_NUMBERS} 'dense1.weight' does not"),
        (with_one(-np.inf), f"{NO_NUMBERS} 'dense1.weight' does not"),
    ],
)  # fmt: skip
def test_weights_that_nothing_could_be_computed_with_are_refused(change, message, path):
    save_weights(path, SMALL, change(initial_weights(SMALL, 0)))
    assert refusal(path) == f"{path} {message}"


@pytest.mark.parametrize(
    "header",
    ["", "[]", "3", "{}", '{"kind": "weights"}', '{"kind": 3, "about": {}}', '{"kind": "weights", "about": []}',
     '{"kind": "a\\nb", "about": {}}', "[" * 100_000],
)  # fmt: skip
def test_a_file_whose_digest_is_right_and_whose_header_is_not_is_refused(header, path):
    tensors = initial_weights(SMALL, 0)
    save_file(tensors, path, metadata={"cnnlib": header, "sha256": storage._digest(header, tensors)})
    assert refusal(path) == f"{path} was not written by cnnlib: its header says something else"
