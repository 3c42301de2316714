"""``evaluate``, ``predict`` and ``bench`` on weights that ``train`` wrote."""

import re
import shutil
import warnings

import numpy as np
import pytest
import torch

from cnnlib.__main__ import main
from cnnlib.commands import bench
from cnnlib.commands.evaluate import confusion_table, evaluate_source
from cnnlib.data.folder import read_picture
from cnnlib.models.catalogue import alexnet2012, lenet
from cnnlib.models.storage import load_tensors, save_tensors, save_weights
from cnnlib.models.torch_network import Network, trained_network
from cnnlib.models.trained import load_trained, picture_side
from cnnlib.training.large.preparation import Preparation
from cnnlib.training.large.sources import Synthetic, open_data


@pytest.fixture(scope="module")
def folder(picture_root, tmp_path_factory):
    """The folder of a run that has learned to tell the hues apart."""
    folder = tmp_path_factory.mktemp("run")
    assert main([
        *("train", "alexnet-one-tower", "--data", f"imagenet:{picture_root}", "--input-size", "67", "--width", "0.1"),
        *("--recipe", "lenet", "--batch-size", "9", "--steps", "60", "--learning-rate", "0.003", "--device", "cpu"),
        *("--workers", "0", "--folder", str(folder)),
    ]) == 0  # fmt: skip
    return folder


def output(capsys, *arguments, code=0):
    capsys.readouterr()
    assert main([*map(str, arguments)]) == code
    out, err = capsys.readouterr()
    return out.splitlines() if code == 0 else err.splitlines()


def test_evaluate_says_what_training_said(folder, picture_root, capsys):
    weights = folder / "weights.safetensors"
    lines = output(capsys, "evaluate", weights, "--data", f"imagenet:{picture_root}", "--device", "cpu")
    last = (folder / "metrics.csv").read_text().splitlines()[-1].split(",")
    assert lines[0] == "AlexNet, one tower, 0.1 of the width on imagenet, 9 pictures"
    assert lines[1] == f"top-1 accuracy {float(last[6]):.4f}"
    assert lines[2] == "top-5 accuracy 1.0000"
    assert float(lines[3].split()[2]) == pytest.approx(float(last[5]), abs=1e-3)
    assert float(last[6]) > 0.8
    table = np.array([[int(cell) for cell in line.split()[1:]] for line in lines[6:]])
    assert table.sum(axis=1).tolist() == [3, 3, 3]
    assert np.trace(table) == round(float(last[6]) * 9)
    lines = output(capsys, "evaluate", weights, "--data", f"imagenet:{picture_root}", "--on", "train", "--workers", 1)
    assert lines[0].endswith("27 pictures")


def test_damaged_pictures_do_not_count_in_evaluation(folder, picture_root, tmp_path, capsys):
    root = shutil.copytree(picture_root, tmp_path / "p")
    (root / "val" / "fox" / "0.jpg").write_bytes(b"")
    lines = output(capsys, "evaluate", folder / "weights.safetensors", "--data", f"imagenet:{root}")
    assert lines[0].endswith("8 pictures")
    assert lines[4] == "1 pictures could not be read and do not count"
    for path in root.glob("val/*/*"):
        path.write_bytes(b"")
    [line] = output(capsys, "evaluate", folder / "weights.safetensors", "--data", f"imagenet:{root}", code=2)
    assert line == "cnnlib evaluate: none of the 9 pictures can be read"


def test_the_packaged_lenet_reads_digits_and_says_that_it_knows_them(capsys):
    lines = output(capsys, "evaluate", "lenet", "--data", "digits")
    assert lines[0] == "LeNet (relu, max pooling) on mnist-5k, 1,000 pictures"
    assert lines[1].startswith("the packaged digits are among the 60,000")
    assert float(lines[2].split()[-1]) > 0.98


def test_evaluation_equals_the_network_on_the_prepared_pictures(folder, picture_root):
    trained = load_trained(folder / "weights.safetensors")
    _, held_out = open_data(f"imagenet:{picture_root}", trained.picture_side)
    result, damaged = evaluate_source(trained, held_out, torch.device("cpu"), batch_size=4)
    assert damaged == 0
    paths = [held_out.folder.path / held_out.folder.name(i) for i in range(9)]
    images = torch.from_numpy(np.stack([read_picture(path, 77)[:, 5:72, 5:72] for path in paths])).double() / 255
    mean, std = (torch.from_numpy(value)[:, None, None] for value in (trained.colours.mean, trained.colours.std))
    logits = trained_network(trained).double()((images - mean) / std)
    np.testing.assert_allclose(result.probabilities, torch.softmax(logits, 1).detach().numpy(), rtol=1e-4, atol=1e-6)
    assert result.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    # What NumPy shows the network is what PyTorch shows it.
    pictures = np.stack([read_picture(path, 77) for path in paths])
    prepared = Preparation.of(trained.architecture, trained.colours)(torch.from_numpy(pictures))
    np.testing.assert_allclose(trained.prepared(pictures), prepared, rtol=1e-6, atol=1e-6)


def test_predict_names_the_classes(folder, picture_root, capsys):
    pictures = [picture_root / "val" / name / "0.jpg" for name in ("owl", "emu")]
    lines = output(capsys, "predict", "alexnet-one-tower", *pictures, "--weights", folder / "weights.safetensors")
    for line, picture, name in zip(lines, pictures, ("owl", "emu"), strict=True):
        match = re.fullmatch(rf"{re.escape(str(picture))}: (\w+) \((.*)%\), (\w+) \((.*)%\), (\w+) \((.*)%\)", line)
        assert match[1] == name
        assert {match[1], match[3], match[5]} == {"emu", "fox", "owl"}
        assert float(match[2]) + float(match[4]) + float(match[6]) == pytest.approx(100, abs=0.2)


def test_faults_are_one_line_and_2(folder, picture_root, tmp_path, capsys):
    weights, picture = folder / "weights.safetensors", picture_root / "val" / "owl" / "0.jpg"
    foreign = tmp_path / "foreign"
    save_weights(
        foreign,
        alexnet2012(classes=3, size=67, width=0.03),
        Network(alexnet2012(classes=3, size=67, width=0.03)).weights(),
    )
    (tmp_path / "no.jpg").write_text("no picture")
    (tmp_path / "no").write_text("no weights")
    for arguments, message in (
        (
            ["predict", "alexnet2012", picture],
            "alexnet2012 needs --weights FILE: the package carries weights of lenet only",
        ),
        (
            ["predict", "alexnet2012", picture, "--weights", weights],
            "holds weights of alexnet-one-tower, not of alexnet2012",
        ),
        (["predict", "alexnet2012", picture, "--weights", foreign], "does not say which network it is of"),
        (
            ["predict", "alexnet2012", picture, "--weights", folder / "checkpoint.safetensors"],
            "holds checkpoint, not weights",
        ),
        (
            ["predict", "alexnet-one-tower", tmp_path / "no.jpg", "--weights", weights],
            "is not a picture that Pillow can",
        ),
        (["predict", "alexnet-one-tower", tmp_path / "x.jpg", "--weights", weights], "x.jpg is not there"),
        (["evaluate", weights, "--data", "digits"], "tells 3 classes apart (emu, …), mnist-5k has 10 (0, …)"),
        (["evaluate", tmp_path / "none", "--data", "digits"], "no file"),
        (["evaluate", tmp_path / "no", "--data", "digits"], "is damaged or not a safetensors file"),
        (["evaluate", foreign, "--data", "digits"], "does not say which network it is of"),
        (["evaluate", "lenet", "--data", "imagenet"], "--data must be digits, mnist, cifar10 or imagenet:FOLDER"),
        (["bench", "lenet", "--width", "0.5"], "--width is not for lenet"),
        (["bench", "--batch-size", "0"], "--batch-size must be at least 1, received 0"),
    ):
        [line] = output(capsys, *arguments, code=2)
        assert line.startswith(f"cnnlib {arguments[0]}: ")
        assert message in line


def test_a_folder_without_val_is_trained_on_but_not_evaluated(folder, picture_root, tmp_path, capsys):
    shutil.copytree(picture_root / "train", tmp_path / "p" / "train")
    [line] = output(capsys, "evaluate", folder / "weights.safetensors", "--data", f"imagenet:{tmp_path / 'p'}", code=2)
    assert line.endswith("has no folder val to evaluate on; --on train is what there is")


def test_the_confusion_table_is_as_wide_as_its_names():
    table = confusion_table(np.array([[1234567, 0], [3, 4]]), ("wolverine", "ox")).splitlines()
    assert table[1].split() == ["wolverine", "ox"]
    assert len({len(line) for line in table[1:]}) == 1


def test_bench_counts_in_the_networks_own_multiply_adds(monkeypatch, capsys):
    times = iter([0.5, 2.0])
    monkeypatch.setattr(bench, "matrix_rate", lambda device, dtype, **options: 1024**3 / 1e-3)
    monkeypatch.setattr(bench, "timed", lambda work, device, **options: (work(), 3 * [next(times)])[1])
    layers = [report.name for report in lenet().trace() if report.name != "flatten1"]
    monkeypatch.setattr(bench, "layer_seconds", lambda *_, **options: dict.fromkeys(layers, 0.25))
    lines = output(capsys, "bench", "lenet", "--batch-size", 4, "--layers", "--device", "cpu")
    assert lines[1].split()[2] == f"{1024**3 / 1e-3 / 1e9:,.1f}"
    adds = 416_520  # of LeNet's layers: 117,600 + 240,000 + 48,000 + 10,080 + 840
    assert "0.4 million multiply-adds a picture" in lines[2]
    assert lines[3].split()[1:3] == ["8.0", "images/s,"]
    assert lines[4].split()[1:3] == ["2.0", "images/s,"]
    by_name = {line.split()[0]: line.split() for line in lines[5:]}
    assert by_name["conv1"][1:3] == ["250.00", "ms"]
    assert by_name["conv2"][-1] == "16×10×10"
    assert list(by_name) == layers
    assert adds == 117_600 + 240_000 + 48_000 + 10_080 + 840


def test_bench_measures_something(capsys):
    lines = output(capsys, "bench", "lenet", "--seconds", 0.01, "--batch-size", 2, "--device", "cpu")
    assert float(lines[1].split()[2].replace(",", "")) > 0
    assert float(lines[3].split()[1].replace(",", "")) > 0


@pytest.mark.parametrize(("size", "side"), [(28, 28), (224, 256), (227, 256), (67, 77)])
def test_pictures_are_larger_than_the_crop(size, side):
    assert picture_side(size) == side
    assert Synthetic(3, side, 2).__getitems__([0])[0].shape[2] == side


def changed(key, value):
    return lambda about: about | {key: value}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("network", ["lenet"]), "does not say which network it is of"),
        (changed("arguments", {"size": 9.5}), "describes no network that can be built: "),
        (changed("arguments", {"depth": 9}), "describes no network that can be built: "),
        (changed("arguments", {"classes": 4, "size": 67, "width": 0.1}), "classes must be 4 names"),
        (changed("classes", ["emu", "fox", 3]), "describes no network that can be built: classes must be 3 names"),
        (changed("classes", "owl"), "describes no network that can be built: classes must be 3 names"),
        (changed("colours", {"mean": [0, 0, 0]}), "describes no network that can be built: 'std'"),
        (changed("colours", {"mean": [0, 0], "std": [1, 1]}), "colours must have a mean and a positive spread for 3"),
        (changed("colours", {"mean": [0, 0, 0], "std": [1, 0, 1]}), "colours must have a mean and a positive spread"),
        (changed("architecture", "AlexNet"), "holds weights of AlexNet, not of AlexNet, one tower, 0.1 of the width"),
        (changed("arguments", {"classes": 3, "size": 67, "width": 0.2}), "not of AlexNet, one tower, 0.2 of the width"),
    ],
)
def test_weights_that_say_what_cannot_be_are_one_line(change, message, folder, tmp_path, capsys):
    tensors, about = load_tensors(folder / "weights.safetensors", kind="weights")
    save_tensors(tmp_path / "w", tensors, kind="weights", about=change(about))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        [line] = output(capsys, "evaluate", tmp_path / "w", "--data", "digits", code=2)
    assert line.startswith(f"cnnlib evaluate: {tmp_path / 'w'} ")
    assert message in line


def test_weights_that_hold_nan_answer_nothing(folder, picture_root, tmp_path, capsys):
    tensors, about = load_tensors(folder / "weights.safetensors", kind="weights")
    tensors["conv3.weight"][0, 0, 1, 1] = np.nan
    save_tensors(tmp_path / "w", tensors, kind="weights", about=about)
    line = f"{tmp_path / 'w'} must hold finite floating-point numbers, and 'conv3.weight' does not"
    picture = picture_root / "val" / "owl" / "0.jpg"
    assert output(capsys, "evaluate", tmp_path / "w", "--data", "digits", code=2) == [f"cnnlib evaluate: {line}"]
    predict = output(capsys, "predict", "alexnet-one-tower", picture, "--weights", tmp_path / "w", code=2)
    assert predict == [f"cnnlib predict: {line}"]
    # Finite, each of them, and too large for their sums.
    for name, value in tensors.items():
        tensors[name] = np.full_like(value, 1e38)
    save_tensors(tmp_path / "w", tensors, kind="weights", about=about)
    [line] = output(capsys, "evaluate", tmp_path / "w", "--data", f"imagenet:{picture_root}", code=2)
    assert line == "cnnlib evaluate: evaluate: the network's answer must be finite, received another to image 0"
    [line] = output(capsys, "predict", "alexnet-one-tower", picture, "--weights", tmp_path / "w", code=2)
    assert line == "cnnlib predict: the network's answer is infinite or NaN"
