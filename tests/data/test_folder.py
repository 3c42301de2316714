"""An ImageNet-style folder: what is listed, how a picture is read, and which are refused."""

import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cnnlib.data import DataError
from cnnlib.data.folder import picture_folder, read_picture
from cnnlib.data.picture_file import PIXEL_LIMIT


def test_classes_and_files_come_in_the_order_of_their_names(tmp_path):
    for name in ("b/2.jpg", "b/10.jpg", "a/z.jpg", "a/ä.png", "c/.hidden", "b/.DS_Store", "c/sub/x.jpg"):
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / name).write_bytes(b"x")
    (tmp_path / "train" / "README").write_text("not a class")
    pictures = picture_folder(tmp_path, "train")
    assert pictures.classes == ("a", "b", "c")
    assert [pictures.name(i) for i in range(len(pictures))] == ["a/z.jpg", "a/ä.png", "b/10.jpg", "b/2.jpg"]
    assert pictures.labels.tolist() == [0, 0, 1, 1]
    assert pictures.labels.dtype == np.int64


def test_labels_of_the_validation_split_mean_the_training_classes(tmp_path):
    for name in ("train/a/1", "train/b/1", "train/c/1", "val/c/1", "val/b/7"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"x")
    val = picture_folder(tmp_path, "val", classes=("a", "b", "c"))
    assert [(val.name(i), val.labels[i]) for i in range(2)] == [("b/7", 1), ("c/1", 2)]
    (tmp_path / "val" / "d").mkdir()
    with pytest.raises(DataError, match=rf"{re.escape(str(tmp_path / 'val' / 'd'))} is a class that .*train does not"):
        picture_folder(tmp_path, "val", classes=("a", "b", "c"))


def test_what_is_no_such_folder_is_said_in_one_line(tmp_path):
    with pytest.raises(DataError, match=r"train is no folder; an ImageNet-style folder holds train/<class>/"):
        picture_folder(tmp_path, "train")
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match="train holds no class folders"):
        picture_folder(tmp_path, "train")
    (tmp_path / "train" / "a").mkdir()
    with pytest.raises(DataError, match="holds 1 class folders, all without files"):
        picture_folder(tmp_path, "train")


def test_the_fingerprint_changes_with_names_and_classes_not_with_the_place(tmp_path):
    def made(root, *names):
        for name in names:
            (root / "train" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "train" / name).write_bytes(b"x")
        return picture_folder(root, "train").fingerprint()

    first = made(tmp_path / "1", "a/1", "a/2", "b/3")
    assert made(tmp_path / "2", "a/1", "a/2", "b/3") == first
    others = {made(tmp_path / "3", "a/1", "b/2", "b/3"), made(tmp_path / "4", "a/1", "a/2", "c/3"),
              made(tmp_path / "5", "a/1", "a/2", "b/4")}  # fmt: skip
    assert len(others | {first}) == 4


def test_the_middle_is_cut_out_and_scaled(tmp_path):
    # Columns of one brightness each: what is left says which were cut off, and that rows and columns stay apart.
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, 20:40, 0] = 250
    pixels[:10, :, 2] = 100
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    read = read_picture(tmp_path / "wide.png", 10)
    assert (read.shape, read.dtype) == ((3, 10, 10), np.uint8)
    # The outer columns see a little of what was cut off, as in a picture that is scaled first and cropped then.
    assert (read[0, :, 1:-1] == 250).all()
    assert (read[1] == 0).all()
    assert (read[2, :4] == 100).all()
    assert (read[2, 6:] == 0).all()
    Image.fromarray(pixels.transpose(1, 0, 2)).save(tmp_path / "tall.png")
    tall = read_picture(tmp_path / "tall.png", 10)
    np.testing.assert_array_equal(tall, read.transpose(0, 2, 1))


def test_it_equals_scaling_first_and_cropping_then(tmp_path):
    random = np.random.RandomState(0)
    smooth = Image.fromarray(random.randint(0, 256, (9, 13, 3)).astype(np.uint8)).resize((260, 180), Image.BICUBIC)
    smooth.save(tmp_path / "p.png")
    scaled = np.asarray(smooth.resize((130, 90), Image.Resampling.BILINEAR))[:, 20:110]
    read = read_picture(tmp_path / "p.png", 90).transpose(1, 2, 0)
    assert np.abs(read.astype(int) - scaled).max() <= 2


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path):
    random = np.random.RandomState(0)
    large = Image.fromarray(random.randint(0, 256, (6, 8, 3)).astype(np.uint8)).resize((1600, 1200), Image.BICUBIC)
    large.save(tmp_path / "p.jpg", quality=95)
    large.save(tmp_path / "p.png")
    difference = read_picture(tmp_path / "p.jpg", 64).astype(int) - read_picture(tmp_path / "p.png", 64)
    assert np.abs(difference).mean() < 2


RED = (200, 40, 90)


@pytest.mark.parametrize(
    ("mode", "suffix", "tolerance"),
    [("RGB", "png", 0), ("CMYK", "jpg", 8), ("P", "png", 8), ("RGBA", "png", 0), ("L", "jpg", 2), ("1", "png", 0)],
)
def test_every_mode_becomes_red_green_blue(mode, suffix, tolerance, tmp_path):
    picture = Image.new("RGB", (30, 20), RED).convert(mode)
    # A palette mixes the colour from its neighbours.
    expected = RED if mode == "P" else picture.convert("RGB").getpixel((3, 3))
    if mode == "1":
        picture, expected = Image.new("1", (30, 20), 1), (255, 255, 255)
    picture.save(tmp_path / f"p.{suffix}")
    read = read_picture(tmp_path / f"p.{suffix}", 8)
    assert np.abs(read[:, 4, 4].astype(int) - expected).max() <= tolerance


def test_transparent_parts_are_white_and_sixteen_bits_are_scaled(tmp_path):
    Image.new("RGBA", (20, 20), (10, 20, 30, 0)).save(tmp_path / "clear.png")
    assert (read_picture(tmp_path / "clear.png", 8) == 255).all()
    Image.new("LA", (20, 20), (10, 128)).save(tmp_path / "half.png")
    assert abs(int(read_picture(tmp_path / "half.png", 8)[0, 0, 0]) - (10 * 128 + 255 * 127) // 255) <= 1
    Image.fromarray(np.full((20, 20), 257 * 77, np.uint16)).save(tmp_path / "deep.png")
    assert (read_picture(tmp_path / "deep.png", 8) == 77).all()


def bomb():
    """Return a PNG file of a few bytes that claims to be larger than PIXEL_LIMIT."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 10_000, PIXEL_LIMIT // 10_000 + 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def jpeg(size=(64, 48)):
    content = io.BytesIO()
    random = np.random.RandomState(1)
    Image.fromarray(random.randint(0, 256, (size[1], size[0], 3)).astype(np.uint8)).save(content, "jpeg")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<html>not found</html>", "is not a picture that Pillow can read"),
        (jpeg()[:200], ""),
        (jpeg()[:-1500], "cannot be decoded: .*truncated"),
        (bomb(), r"is too large: 10000 × 8948 pixels"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_reason(content, reason, tmp_path):
    path = tmp_path / "p.jpg"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"\A{re.escape(str(path))} .*{reason}") as caught:
        read_picture(path, 16)
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match="is not there"):
        read_picture(tmp_path / "none.jpg", 16)


def test_no_damage_to_a_file_raises_anything_else(tmp_path, recwarn):
    content = {"jpg": jpeg((40, 30))}
    for suffix in ("png", "gif", "tiff", "bmp", "webp"):
        file = io.BytesIO()
        Image.open(io.BytesIO(content["jpg"])).save(file, suffix)
        content[suffix] = file.getvalue()
    random = np.random.RandomState(0)
    refused = 0
    for suffix, whole in content.items():
        for _ in range(40):
            damaged = bytearray(whole[: random.randint(1, len(whole) + 1)])
            for position in random.randint(0, len(damaged), 5):
                damaged[position] = random.randint(256)
            (tmp_path / f"p.{suffix}").write_bytes(damaged)
            try:
                assert read_picture(tmp_path / f"p.{suffix}", 8).shape == (3, 8, 8)
            except DataError:
                refused += 1
    assert refused > 100
    assert not recwarn.list
