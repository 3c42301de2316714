"""The command that reads a picture: right where it can be, one clear line where it cannot."""

import numpy as np
import pytest
from PIL import Image

from cnnlib import vectorized
from cnnlib.__main__ import main
from cnnlib.commands.predict import read_digit
from cnnlib.data import as_float, mnist, open_picture
from cnnlib.models.architecture import run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import FILE, trained_lenet
from cnnlib.models.storage import save_weights
from cnnlib.models.torch_network import Network


def test_the_packages_weights_read_mnist():
    digits = mnist().test
    architecture, weights = trained_lenet()
    assert architecture == lenet("relu", "max")
    logits = run(architecture, weights, as_float(digits.images[:300]), ops=vectorized)["dense3"]
    assert np.mean(logits.argmax(axis=1) == digits.labels[:300]) > 0.98
    assert FILE.stat().st_size < 300_000


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


def test_weights_of_ones_own_are_used(pages, tmp_path, capsys):
    network = Network(lenet("tanh", "average"), seed=3)
    save_weights(tmp_path / "w", network.architecture, network.weights())
    options = ["--weights", str(tmp_path / "w"), "--activation", "tanh", "--pooling", "average"]
    assert main(["predict", "lenet", str(pages[5]), *options]) == 0
    expected = read_digit(open_picture(pages[5]), network.architecture, network.weights())
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
    message = fault([pages[0], "--weights", FILE, "--activation", "tanh"], capsys)
    assert "holds weights of LeNet (relu, max pooling), not of LeNet (tanh, max pooling)" in message


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
