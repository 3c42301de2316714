"""Memory that is too small: one line from every command, and from nothing that is not about memory."""

import pytest
import torch
from training.small import RECIPE, small_network, train

from cnnlib import vectorized
from cnnlib.__main__ import main
from cnnlib.models.catalogue import alexnet_one_tower
from cnnlib.models.storage import save_tensors
from cnnlib.models.torch_network import Network
from cnnlib.models.trained import describe_trained
from cnnlib.training.devices import plain_words
from tests.faults.crowded import FULL_GPU, full_after
from tests.faults.kills import draw_data


@pytest.fixture
def predict(tmp_path):
    """Return a command line that asks a network of two classes about a picture."""
    network = alexnet_one_tower(classes=2, size=67, width=0.03)
    about = describe_trained("alexnet-one-tower", {"classes": 2, "size": 67, "width": 0.03}, ("cat", "dog"), None)
    path = tmp_path / "weights"
    save_tensors(path, Network(network).weights(), kind="weights", about={"architecture": network.name, **about})
    picture = draw_data(tmp_path / "pictures") / "val" / "owl" / "0.jpg"
    return ["predict", "alexnet-one-tower", str(picture), "--weights", str(path)]


@pytest.mark.parametrize("error", FULL_GPU, ids=["tensor", "library"])
def test_a_command_on_a_full_gpu_is_one_line(error, monkeypatch, capsys):
    full_after(0, error, monkeypatch)
    for arguments, advice in (
        (["evaluate", "lenet", "--data", "digits"], "try fewer --workers, or --device cpu"),
        (["bench", "lenet", "--seconds", "0.01"], "try a smaller --batch-size"),
    ):
        assert main(arguments) == 2
        line = f"cnnlib {arguments[0]}: the GPU's memory is too small for this; {advice}\n"
        assert capsys.readouterr().err == line


def test_a_picture_for_which_there_is_no_memory_is_one_line(predict, monkeypatch, capsys):
    assert main(predict) == 0
    capsys.readouterr()

    def full(*arguments, **options):
        raise MemoryError("Unable to allocate 3. PiB")

    monkeypatch.setattr(vectorized, "conv2d", full)
    assert main(predict) == 2
    assert capsys.readouterr().err == "cnnlib predict: Unable to allocate 3. PiB\n"


def test_a_machine_with_too_little_memory_is_one_line(capsys):
    # Three petabytes: no machine's address space holds them.
    assert main(["bench", "lenet", "--batch-size", "1000000000000", "--seconds", "0.01", "--device", "cpu"]) == 2
    line = "cnnlib bench: this machine's memory is too small for this; try a smaller --batch-size\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. "), r"DataLoader worker \(pid 7\) .*"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (EOFError(), "nothing more came from it"),
        (RuntimeError("received 0 items of ancdata"), "received 0 items of ancdata"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_reading_process_that_ends_is_called_so_whatever_breaks_first(error, reason):
    with (
        pytest.raises(ChildProcessError, match=rf"a process that reads pictures has ended \({reason}\); try fewer"),
        plain_words(advice="try fewer"),
    ):
        raise error


def test_a_reader_of_what_is_printed_that_leaves_is_no_reader_of_pictures():
    with pytest.raises(BrokenPipeError), plain_words(advice="try fewer"):
        raise BrokenPipeError(32, "Broken pipe")


def test_a_defect_keeps_its_traceback(monkeypatch):
    full_after(0, RuntimeError("a defect of ours"), monkeypatch)
    with pytest.raises(RuntimeError, match="a defect of ours"):
        main(["bench", "lenet", "--seconds", "0.01", "--device", "cpu"])


def test_fit_on_a_full_gpu_says_so_and_goes_on_from_its_checkpoint(tmp_path, monkeypatch):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    expected = train(checkpoint=tmp_path / "whole")
    batches = -(-40 // RECIPE.batch_size)
    with monkeypatch.context() as patch:
        full_after(2 * (batches + 1) + 2, FULL_GPU[0], patch)  # in the third epoch; one more call evaluates
        with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
            train(checkpoint=tmp_path / "c")
    assert train(checkpoint=tmp_path / "c", network=small_network(seed=99)) == expected
    torch.set_num_threads(threads)
