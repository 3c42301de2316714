"""Memory that is too small, and a reading process that the system ends: one line, and nothing is lost."""

import sys
import time

import psutil
import pytest
import torch
from training.ranks import started
from training.scaled_runs import command
from training.small import RECIPE, small_network, train

from cnnlib.__main__ import main
from cnnlib.models.architectures import alexnet_one_tower
from cnnlib.models.network import Network
from cnnlib.models.storage import save_tensors
from cnnlib.training.networks import describe_trained
from tests.faults.kills import arguments, differences, draw_data, finish

# As PyTorch words them, where a GPU's memory does not suffice for a tensor, or for a library of NVIDIA's.
FULL_GPU = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has a total capacity of 3.8 GiB"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`\nCompile with …"),
]
of_either_kind = pytest.mark.parametrize("error", FULL_GPU, ids=["tensor", "library"])


@pytest.fixture
def full_gpu(monkeypatch):
    """Let the n-th convolution from now on find no memory, where CUDA would say so."""

    def after(calls, error):
        left = [calls]
        convolve = torch.nn.functional.conv2d

        def crowded(*arguments):
            left[0] -= 1
            if left[0] < 0:
                raise error
            return convolve(*arguments)

        monkeypatch.setattr(torch.nn.functional, "conv2d", crowded)

    return after


def only_error_line(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    [line] = [line for line in err.splitlines() if not line.startswith("step ")]
    return line


@of_either_kind
def test_a_run_on_a_full_gpu_is_one_line_and_goes_on(error, full_gpu, tmp_path, capsys, monkeypatch):
    quick = ["train", "lenet", "--batch-size", "400", "--steps", "8", "--device", "cpu", "--checkpoint-every", "3"]
    assert main([*quick, "--folder", str(tmp_path / "whole")]) == 0
    capsys.readouterr()
    full_gpu(2 * 5, error)  # LeNet has two convolutions: in the sixth step
    assert main([*quick, "--folder", str(tmp_path / "r")]) == 2
    monkeypatch.undo()
    assert only_error_line(capsys) == (
        "cnnlib train: the GPU's memory is too small for this; try a smaller --batch-size, --accumulate or fewer "
        "--workers"
    )
    assert main([*quick, "--folder", str(tmp_path / "r")]) == 0
    assert differences(tmp_path / "r", tmp_path / "whole") == []


@of_either_kind
def test_every_other_command_on_a_full_gpu_is_one_line(error, full_gpu, picture, tmp_path, capsys):
    network = alexnet_one_tower(classes=2, size=67, width=0.03)
    about = describe_trained("alexnet-one-tower", {"classes": 2, "size": 67, "width": 0.03}, ("cat", "dog"), None)
    path = tmp_path / "weights"
    save_tensors(path, Network(network).weights(), kind="weights", about={"architecture": network.name, **about})
    predict = ["predict", "alexnet-one-tower", str(picture), "--weights", str(path)]
    assert main(predict) == 0
    capsys.readouterr()
    full_gpu(0, error)
    for arguments_, advice in (
        (predict, "end other programs and try again"),
        (["evaluate", "lenet", "--data", "digits"], "try fewer --workers, or --device cpu"),
        (["bench", "lenet", "--seconds", "0.01"], "try a smaller --batch-size"),
    ):
        assert main(arguments_) == 2
        line = capsys.readouterr().err
        assert line == f"cnnlib {arguments_[0]}: the GPU's memory is too small for this; {advice}\n"


@pytest.fixture
def picture(tmp_path):
    return draw_data(tmp_path / "pictures") / "val" / "owl" / "0.jpg"


def test_a_machine_with_too_little_memory_is_one_line(capsys):
    # Three petabytes: no machine's address space holds them.
    assert main(["bench", "lenet", "--batch-size", "1000000000000", "--seconds", "0.01", "--device", "cpu"]) == 2
    line = "cnnlib bench: this machine's memory is too small for this; try a smaller --batch-size\n"
    assert capsys.readouterr().err == line


def test_other_faults_of_pytorch_keep_their_traceback(full_gpu):
    full_gpu(0, RuntimeError("a defect of ours"))
    with pytest.raises(RuntimeError, match="a defect of ours"):
        main(["bench", "lenet", "--seconds", "0.01", "--device", "cpu"])


def test_fit_on_a_full_gpu_says_so_and_goes_on_from_its_checkpoint(full_gpu, tmp_path, monkeypatch):
    expected = train(checkpoint=tmp_path / "whole")
    batches = -(-40 // RECIPE.batch_size)
    full_gpu(2 * (batches + 1) + 2, FULL_GPU[0])  # in the third epoch; one more call evaluates
    with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
        train(checkpoint=tmp_path / "c")
    monkeypatch.undo()
    assert train(checkpoint=tmp_path / "c", network=small_network(seed=99)) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_reading_process_that_the_system_ends_is_one_line_and_the_run_goes_on(tmp_path):
    pictures = draw_data(tmp_path / "pictures")
    finish(pictures, tmp_path / "whole")
    folder = tmp_path / "r"
    with started(1, command, *arguments(pictures, folder)) as [(process, pipe)]:
        deadline = time.monotonic() + 60
        while not (folder / "checkpoint.safetensors").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        for reader in psutil.Process(process.pid).children():
            reader.kill()
        code, out, err = pipe.recv()
    assert (code, out) == (2, "")
    last = err.splitlines()[-1]
    assert last.startswith("cnnlib train: a process that reads pictures has ended (DataLoader worker (pid")
    assert last.endswith("); try a smaller --batch-size, --accumulate or fewer --workers")
    finish(pictures, folder)
    assert differences(folder, tmp_path / "whole") == []
