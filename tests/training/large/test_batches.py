"""Which pictures make up a step, and what is done to them: the same for any number of processes and readers."""

import numpy as np
import pytest
import torch

from cnnlib.data import DataError
from cnnlib.data.folder import picture_folder
from cnnlib.training.large.batches import Schedule, in_turn, joint_batch, loader, own_rows
from cnnlib.training.large.preparation import Colours, Preparation, Share, measure_colours
from cnnlib.training.large.sources import Arrays, Pictures, Synthetic, open_data

CPU = torch.device("cpu")
ORDER = {"seed": 4, "count": 23, "batch_size": 6}


def test_an_epoch_visits_no_picture_twice_and_the_next_leaves_others_out():
    epochs = [np.concatenate([joint_batch(3 * epoch + i, **ORDER) for i in range(3)]) for epoch in range(4)]
    for visited in epochs:
        assert len(set(visited)) == 18
        assert set(visited) <= set(range(23))
    assert len({frozenset(visited) for visited in epochs}) == 4
    assert not np.array_equal(joint_batch(0, **ORDER), joint_batch(0, **ORDER | {"seed": 5}))


@pytest.mark.parametrize(("processes", "parts"), [(1, 1), (2, 1), (1, 3), (3, 2), (6, 1)])
def test_shares_and_parts_put_together_are_the_joint_batch(processes, parts):
    streams = [iter(Schedule(2, 5, own_rows(6, rank, processes), parts, **ORDER)) for rank in range(processes)]
    for step in range(2, 5):
        together = [index for stream in streams for _ in range(parts) for index in next(stream)]
        assert together == joint_batch(step, **ORDER).tolist()
    assert all(next(stream, None) is None for stream in streams)


def test_validation_is_shared_without_gap_or_double():
    shares = [in_turn(23, 4, rank, 3) for rank in range(3)]
    assert sorted(index for share in shares for batch in share for index in batch) == list(range(23))
    assert max(len(batch) for share in shares for batch in share) == 4


def gray(count=5, side=4):
    images = np.arange(count * side * side, dtype=np.uint8).reshape(count, 1, side, side)
    return Arrays("gray", images, np.arange(count), tuple("abcde"), photographs=False)


@pytest.mark.parametrize("workers", [0, 1])
def test_the_loader_keeps_the_order(workers):
    positions = [[3, 1], [0, 4], [2, 2]]
    for (images, labels, damaged), wanted in zip(loader(gray(), positions, workers, CPU), positions, strict=True):
        assert labels.tolist() == wanted
        np.testing.assert_array_equal(images.numpy(), gray().images[wanted])
        assert damaged.tolist() == []


def test_noise_is_the_same_each_time_and_as_large_as_it_says():
    noise = Synthetic(200, 9, 7)
    images, labels, _ = noise.__getitems__([3, 67, 150])
    assert labels.tolist() == [3, 67 % 7, 150 % 7]
    assert torch.equal(images[0], images[1])
    assert images.shape == (3, 3, 9, 9)
    assert not torch.equal(images[0], images[2])
    assert len(noise) == 200


def test_a_damaged_picture_is_replaced_by_the_next_in_training_and_left_out_in_evaluation(tmp_path, picture_root):
    import shutil

    root = shutil.copytree(picture_root, tmp_path / "p")
    pictures = picture_folder(root, "train")
    for index in (2, 3, 26):
        (pictures.path / pictures.name(index)).write_bytes(b"no picture")
    training, evaluation = Pictures(pictures, 16, replace=True), Pictures(pictures, 16, replace=False)
    images, labels, damaged = training.__getitems__([1, 2, 26])
    assert damaged.tolist() == [2, 3, 26]
    for image, index in zip(images, (1, 4, 0), strict=True):
        np.testing.assert_array_equal(image.numpy(), pictures.read(index, 16))
    assert labels.tolist() == [0, 0, 0]
    images, labels, damaged = evaluation.__getitems__([1, 2, 26, 10])
    assert (len(images), labels.tolist(), damaged.tolist()) == (2, [0, 1], [2, 26])
    for index in range(27):
        (pictures.path / pictures.name(index)).write_bytes(b"")
    images, _, damaged = training.__getitems__([5])
    assert (len(images), len(damaged)) == (0, 27)


def test_data_are_opened_by_name(picture_root, tmp_path):
    train, held_out = open_data("digits", 28)
    assert (len(train), len(held_out), train.channels, train.photographs) == (4000, 1000, 1, False)
    train, held_out = open_data(f"imagenet:{picture_root}", 32)
    assert (len(train), len(held_out), held_out.classes) == (27, 9, ("emu", "fox", "owl"))
    assert (train.replace, held_out.replace) == (True, False)
    assert train.fingerprint() != held_out.fingerprint()
    for wrong in ("imagenet", "imagenet:", "images", "mnist:x"):
        with pytest.raises(ValueError, match="--data must be digits, mnist, cifar10 or imagenet:FOLDER"):
            open_data(wrong, 32)
    with pytest.raises(DataError, match="is no folder"):
        open_data(f"imagenet:{tmp_path}", 32)


def test_the_middle_is_cut_out_and_normalised():
    images = torch.arange(2 * 3 * 6 * 8, dtype=torch.int64).reshape(2, 3, 6, 8)[:, :, :, 1:7].to(torch.uint8)
    colours = Colours(np.array([0.1, 0.2, 0.3]), np.array([0.5, 0.25, 1.0]), None)
    x = Preparation((3, 4, 2), 6, colours, mirror=True, jitter=9.0)(images)
    expected = images[:, :, 1:5, 2:4].double() / 255 - torch.tensor([0.1, 0.2, 0.3])[:, None, None]
    torch.testing.assert_close(
        x.double(), expected / torch.tensor([0.5, 0.25, 1.0])[:, None, None], rtol=1e-5, atol=1e-6
    )


def test_gray_pictures_are_repeated_and_small_ones_scaled():
    x = Preparation((3, 8, 8), 8)(torch.from_numpy(gray().images))
    assert x.shape == (5, 3, 8, 8)
    assert torch.equal(x[:, 0], x[:, 2])
    whole = torch.nn.functional.interpolate(torch.from_numpy(gray().images).float(), (8, 8), mode="bilinear") / 255
    torch.testing.assert_close(x[:, :1], whole)


@pytest.mark.parametrize("rows", [slice(0, 3), slice(3, 6), slice(2, 4)])
def test_what_chance_does_to_a_picture_does_not_hang_on_who_prepares_it(rows):
    random = np.random.RandomState(0)
    images = torch.from_numpy(random.randint(0, 256, (6, 3, 9, 9)).astype(np.uint8))
    prepare = Preparation((3, 5, 5), 9, measure_colours(images), mirror=True, jitter=0.5)
    whole = prepare(images, np.random.RandomState(8))
    assert torch.equal(prepare(images[rows], Share(np.random.RandomState(8), 6, rows)), whole[rows])
    assert not torch.equal(prepare(images, np.random.RandomState(9)), whole)
    assert (
        len({each.numpy().tobytes() for each in prepare(images[:1].expand(6, -1, -1, -1), np.random.RandomState(8))})
        == 6
    )


def test_colours_are_those_of_the_pixels():
    random = np.random.RandomState(1)
    images = torch.from_numpy(random.randint(0, 256, (4, 3, 5, 7)).astype(np.uint8))
    pixels = images.numpy().transpose(1, 0, 2, 3).reshape(3, -1) / 255
    colours = measure_colours(images)
    np.testing.assert_allclose(colours.mean, pixels.mean(1))
    np.testing.assert_allclose(colours.std, pixels.std(1))
    lengths = np.sort(np.linalg.norm(colours.components, axis=1))
    np.testing.assert_allclose(lengths, np.linalg.eigvalsh(np.cov(pixels, bias=True)), rtol=1e-8)
    assert measure_colours(torch.zeros(1, 1, 2, 2, dtype=torch.uint8)).std.tolist() == [1 / 255]
