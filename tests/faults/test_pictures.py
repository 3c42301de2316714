"""Pictures as people have them: one digit in every form is read alike, and what cannot be read is one line."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cnnlib.__main__ import main
from cnnlib.data import DataError, mnist, open_picture
from cnnlib.data.folder import read_picture

LIMIT = 89_478_485  # pixels, from which on Pillow warns


@pytest.fixture(scope="module")
def page():
    """A seven, dark on a light page."""
    digits = mnist().test
    page = Image.new("L", (150, 110), 230)
    ink = Image.fromarray(255 - digits.images[np.argmax(digits.labels == 7), 0]).resize((84, 84))
    page.paste(ink.point(lambda value: value * 230 // 255), (40, 20))
    return page


def deep(page, mode="I;16"):
    end = {"I;16": "<u2", "I;16B": ">u2"}[mode]
    return Image.frombytes(mode, page.size, (np.asarray(page).astype(np.uint16) * 257).astype(end).tobytes())


def on_nothing(page, mode):
    """Make the page transparent and leave the ink."""
    clear = page.convert(mode)
    clear.putalpha(page.point(lambda value: 255 if value < 200 else 0))
    return clear


def moving(page):
    """Return options for a picture of two frames, the second of them empty."""
    return {"save_all": True, "append_images": [Image.new(page.mode, page.size, 230)], "duration": 100}


def turned(page):
    """Lay the page on its side, and note how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return page.transpose(Image.Transpose.ROTATE_90), {"exif": exif}


# What the file is called, the picture in it, and how it is saved.
SOUND = {
    "gray.png": lambda page: (page, {}),
    "photograph.jpg": lambda page: (page.convert("RGB"), {"quality": 80}),
    "turned.jpg": turned,
    "printed.jpg": lambda page: (page.convert("CMYK"), {"quality": 90}),
    "printed.tif": lambda page: (page.convert("CMYK"), {}),
    "deep.png": lambda page: (deep(page), {}),
    "deep.tif": lambda page: (deep(page), {}),
    "deep-other-end.tif": lambda page: (deep(page, "I;16B"), {}),
    "integers.tif": lambda page: (deep(page).convert("I"), {}),
    "clear.png": lambda page: (on_nothing(page, "RGB"), {}),
    "clear-gray.png": lambda page: (on_nothing(page, "L"), {}),
    "clear.webp": lambda page: (on_nothing(page, "RGB"), {"lossless": True}),
    "palette.png": lambda page: (page.convert("P"), {}),
    "palette.gif": lambda page: (page, {}),
    "black-and-white.png": lambda page: (page.point(lambda value: 255 * (value > 120)).convert("1"), {}),
    "moving.gif": lambda page: (page, moving(page)),
    "moving.png": lambda page: (page, moving(page)),
    "moving.webp": lambda page: (page.convert("RGB"), moving(page.convert("RGB"))),
    "pages.tif": lambda page: (page, moving(page)),
    "large.png": lambda page: (page.resize((3000, 2200)), {}),
}


def test_a_digit_is_read_alike_in_every_form(page, tmp_path, capsys):
    for name, made in SOUND.items():
        picture, options = made(page)
        picture.save(tmp_path / name, **options)
    assert main(["predict", "lenet", *(str(tmp_path / name) for name in SOUND)]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, line in zip(SOUND, lines, strict=True):
        assert line.startswith(f"{tmp_path / name}: 7 (")
        read = read_picture(tmp_path / name, 64)
        assert read.shape == (3, 64, 64)
        # A dark stroke on a light page: neither black all over nor inverted.
        assert read.mean() > 150 > 60 > read.min(), name


def png(width, height, data=b""):
    """Return a PNG file that claims a size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def content(picture, form):
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


NOISE = Image.fromarray(np.random.RandomState(1).randint(0, 256, (48, 64, 3)).astype(np.uint8))
BITMAP = content(NOISE, "BMP")

# Content, and what the one line says of it.
REFUSED = {
    "empty.png": (b"", "is empty"),
    "page.png": (b"<!DOCTYPE html><title>Log in</title>", "is not a picture that Pillow can read"),
    "cut.jpg": (content(NOISE, "JPEG")[:-1500], "cannot be decoded: image file is truncated"),
    "cut.png": (content(NOISE, "PNG")[:-3000], "cannot be decoded: image file is truncated"),
    "head.png": (content(NOISE, "PNG")[:20], "is not a picture that Pillow can read|cannot be decoded"),
    "flipped.png": (content(NOISE, "PNG").replace(b"IDAT", b"IDAU"), "cannot be decoded|is not a picture"),
    "enormous.png": (png(10_000, LIMIT // 10_000 + 1), "is too large: 10000 × 8948 pixels"),
    "bomb.png": (png(60_000, 60_000), r"cannot be decoded: Image size \(3600000000 pixels\) exceeds limit"),
    "thin.png": (png(0, 5), "is empty: 0 × 5 pixels|is not a picture|cannot be decoded"),
    "flat.bmp": (BITMAP[:22] + bytes(4) + BITMAP[26:], "is empty: 64 × 0 pixels|is not a picture|cannot be decoded"),
    "numbers.tif": (content(Image.fromarray(np.full((20, 30), 0.5, np.float32)), "TIFF"), "floating-point pixels"),
    "nan.tif": (content(Image.fromarray(np.full((20, 30), np.nan, np.float32)), "TIFF"), "floating-point pixels"),
    "deeper.tif": (
        content(Image.fromarray(np.full((20, 30), 70_000, np.int32)), "TIFF"),
        "pixels from 70000 to",
    ),
    "below.tif": (content(Image.fromarray(np.full((20, 30), -1, np.int32)), "TIFF"), "pixels from -1 to -1 are not"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_line_in_every_reader(name, tmp_path, capsys):
    data, reason = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(data)
    for read in (open_picture, lambda path: read_picture(path, 16)):
        with pytest.raises(DataError, match=rf"\A\S+{name} (cannot be decoded: )?({reason})") as caught:
            read(path)
        assert len(str(caught.value).splitlines()) == 1
    assert main(["predict", "lenet", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"cnnlib predict: {path} ")


def test_a_folder_of_them_is_verified_in_one_line_for_each(tmp_path, capsys):
    folder = tmp_path / "train" / "owl"
    folder.mkdir(parents=True)
    NOISE.save(folder / "sound.png")
    for name, (data, _) in REFUSED.items():
        (folder / name).write_bytes(data)
    (folder / "nowhere.png").symlink_to(tmp_path / "nothing")
    assert main(["data", "verify", f"imagenet:{tmp_path}"]) == 2
    out, err = capsys.readouterr()
    assert [line.split()[2] for line in err.splitlines()] == [str(folder / name) for name in sorted(REFUSED)]
    assert out == f"{tmp_path / 'train'}: {len(REFUSED) + 1} pictures of 1 classes, {len(REFUSED)} damaged\n"


def test_what_is_no_file_is_one_line(tmp_path, capsys):
    for path, reason in ((tmp_path, "cannot be decoded: Is a directory"), (tmp_path / "none.png", "is not there")):
        assert main(["predict", "lenet", str(path)]) == 2
        assert capsys.readouterr().err == f"cnnlib predict: {path} {reason}\n"
