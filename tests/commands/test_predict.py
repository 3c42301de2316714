"""The command that reads a picture: right where it can be, one clear line where it cannot."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from cnnlib import vectorized
from cnnlib.__main__ import main
from cnnlib.commands.predict import probabilities
from cnnlib.data import as_float, as_mnist, mnist, open_picture
from cnnlib.models.architecture import initial_weights, logits
from cnnlib.models.catalogue import alexnet_one_tower, lenet
from cnnlib.models.pretrained import FILE, trained_lenet
from cnnlib.models.storage import save_tensors, save_weights
from cnnlib.models.torch_network import Network
from cnnlib.models.trained import Colours, describe_trained, load_trained


def test_the_packages_weights_read_mnist():
    digits = mnist().test
    architecture, weights = trained_lenet()
    assert architecture == lenet("relu", "max")
    answers = logits(architecture, weights, as_float(digits.images[:300]), ops=vectorized)
    assert np.mean(answers.argmax(axis=1) == digits.labels[:300]) > 0.98
    assert FILE.stat().st_size < 300_000


def test_the_package_has_two_lenets_and_names_them():
    digits = mnist().test
    architecture, weights = trained_lenet("sigmoid", "average")
    assert architecture == lenet("sigmoid", "average")
    answers = logits(architecture, weights, as_float(digits.images[:300]), ops=vectorized)
    assert np.mean(answers.argmax(axis=1) == digits.labels[:300]) > 0.97
    with pytest.raises(ValueError, match=r"must be \('relu', 'max'\) or .*, received \('relu', 'average'\)"):
        trained_lenet("relu", "average")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Ten digits, each printed dark on a light page of its own: label → file."""
    digits, folder = mnist().test, tmp_path_factory.mktemp("pages")
    files = {}
    for label in range(10):
        image = digits.images[np.argmax(digits.labels == label)].reshape(28, 28)
        page = Image.new("L", (150, 110), 230)
        page.paste(Image.fromarray(255 - image).resize((84, 84)).point(lambda v: v * 230 // 255), (40, 20))
        files[label] = folder / f"{label}.png"
        page.save(files[label])
    return files


def test_it_reads_dark_digits_on_light_pages(pages, capsys):
    assert main(["predict", "lenet", *map(str, pages.values())]) == 0
    lines = capsys.readouterr().out.splitlines()
    answers = [int(line.rsplit(": ", 1)[1][0]) for line in lines]
    assert len(answers) == 10
    assert sum(answer == label for answer, label in zip(answers, pages, strict=True)) >= 9
    assert lines[3].startswith(f"{pages[3]}: ")


def test_the_file_of_ones_own_weights_says_which_lenet_it_is_of(pages, tmp_path, capsys):
    network = Network(lenet("tanh", "average"), seed=3)
    save_weights(tmp_path / "w", network.architecture, network.weights())
    assert main(["predict", "lenet", str(pages[5]), "--weights", str(tmp_path / "w")]) == 0
    trained = load_trained(tmp_path / "w")
    assert trained.architecture == network.architecture
    expected = probabilities(trained, as_mnist(open_picture(pages[5]))[None])
    assert f": {expected.argmax()} ({expected.max():.1%};" in capsys.readouterr().out
    assert expected.sum() == pytest.approx(1)


def fault(arguments, capsys):
    assert main(["predict", "lenet", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    [line] = captured.err.splitlines()
    return line


def test_faults_are_one_line(pages, tmp_path, capsys):
    assert "no-such.png" in fault([tmp_path / "no-such.png"], capsys)
    (tmp_path / "text.png").write_text("seven")
    assert fault([tmp_path / "text.png"], capsys).endswith("text.png is not a picture that Pillow can read")
    Image.new("L", (40, 40), 90).save(tmp_path / "even.png")
    line = fault([pages[3], tmp_path / "even.png"], capsys)
    assert line.startswith(f"cnnlib predict: {tmp_path / 'even.png'}: as_mnist: picture must show a digit")


def test_tampered_and_foreign_weights_are_refused(pages, tmp_path, capsys):
    whole = bytearray(FILE.read_bytes())
    whole[-3] ^= 1
    (tmp_path / "w").write_bytes(whole)
    assert "has been changed since it was written" in fault([pages[0], "--weights", tmp_path / "w"], capsys)
    (tmp_path / "w").write_bytes(b"PK not weights")
    assert "is damaged or not a safetensors file" in fault([pages[0], "--weights", tmp_path / "w"], capsys)


def test_what_training_wrote_is_read_by_every_command(pages, tmp_path, capsys):
    run = ["--epochs", "1", "--batch-size", "500", "--device", "cpu", "--folder", str(tmp_path / "r")]
    weights = str(tmp_path / "r" / "weights.safetensors")
    assert main(["train", "lenet", "--activation", "tanh", "--pooling", "max", *run]) == 0
    assert main(["predict", "lenet", str(pages[5]), "--weights", weights]) == 0
    assert main(["evaluate", weights, "--data", "digits", "--device", "cpu"]) == 0
    assert "LeNet (tanh, max pooling) on mnist-5k" in capsys.readouterr().out


def test_an_option_that_could_have_no_effect_is_refused(pages, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "lenet", str(pages[0]), "--activation", "sigmoid"])
    assert stopped.value.code == 2
    assert "unrecognized arguments: --activation sigmoid" in capsys.readouterr().err


def test_it_needs_no_torch(pages, tmp_path):
    architecture = alexnet_one_tower(classes=3, size=67, width=0.03)
    about = {"architecture": architecture.name} | describe_trained(
        "alexnet-one-tower",
        {"classes": 3, "size": 67, "width": 0.03},
        tuple("abc"),
        Colours(np.full(3, 0.4), np.ones(3)),
    )
    save_tensors(tmp_path / "w", initial_weights(architecture, 0), kind="weights", about=about)
    program = (
        "import sys; sys.modules['torch'] = None; from cnnlib.__main__ import main; "
        f"sys.exit(main(['predict', 'lenet', {str(pages[3])!r}]) or "
        f"main(['predict', 'alexnet-one-tower', {str(pages[3])!r}, '--weights', {str(tmp_path / 'w')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2


def test_transparent_parts_are_white_and_cameras_turns_are_undone(tmp_path):
    picture = Image.new("RGBA", (20, 30), (0, 0, 0, 0))
    picture.putpixel((3, 4), (10, 10, 10, 255))
    picture.save(tmp_path / "a.png")
    gray = open_picture(tmp_path / "a.png")
    assert gray.shape == (30, 20)
    assert gray[4, 3] == 10
    assert gray[0, 0] == 255
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    Image.new("L", (40, 20)).save(tmp_path / "b.jpg", exif=exif)
    assert open_picture(tmp_path / "b.jpg").shape == (40, 20)
