"""Three of the runs that ``python -m tests.faults.kills`` kills by the dozen."""

import random
import shutil
import sys

import numpy as np
import pytest

from cnnlib.models.storage import load_tensors, save_tensors
from tests.faults.kills import STEPS, differences, draw_data, finish, interrupted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return draw_data(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def whole(pictures, tmp_path_factory):
    """The folder of a run that nobody interrupts, and the seconds it took."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, finish(pictures, folder)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_killed_twice_ends_as_if_it_had_not_been(seed, pictures, whole, tmp_path):
    row = interrupted(pictures, tmp_path / "run", *whole, random.Random(seed))
    assert row["differences"] == []
    assert 0 <= row["step"] <= row["step_of_resume"] <= STEPS


def test_a_difference_of_one_bit_and_a_file_too_many_are_seen(whole, tmp_path):
    copy = shutil.copytree(whole[0], tmp_path / "copy")
    assert differences(copy, whole[0]) == []
    tensors, about = load_tensors(copy / "checkpoint.safetensors", kind="checkpoint")
    name = min(tensors)
    tensors[name] = np.nextafter(tensors[name], np.float32(9))
    save_tensors(copy / "checkpoint.safetensors", tensors, kind="checkpoint", about=about)
    (copy / "damaged.txt").unlink()
    (copy / "leftover").write_bytes(b"")
    assert differences(copy, whole[0]) == ["checkpoint.safetensors", "damaged.txt", "leftover"]
