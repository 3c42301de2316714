"""AlexNet for CIFAR-10: its sizes, that it learns, and that neighbours are the nearest."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.ideas.cifar_alexnet import (
    BytePictures,
    CifarAlexNet,
    Mirrored,
    fit_bytes,
    hidden_layer,
    nearest,
)
from cnnlib.training.evaluation import evaluate_batches

CPU = torch.device("cpu")


def stripes(count):
    """Classes 0 and 1: pictures with stripes across or along, in colours that say nothing."""
    rng = np.random.RandomState(0)
    labels = np.arange(count) % 2
    images = rng.randint(0, 120, (count, 3, 32, 32)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        band = image if label else image.transpose(0, 2, 1)
        band[:, rng.randint(4) :: 4] += 120
    return images, labels


def test_the_full_width_has_the_parameters_that_a_person_counts():
    convolutions = 96 * 3 * 25 + 256 * 96 * 25 + 384 * 256 * 9 + 384 * 384 * 9 + 256 * 384 * 9
    norms = 2 * (96 + 256 + 384 + 384 + 256)
    dense = 1024 * (256 * 16 + 1) + 1024 * 1025 + 10 * 1025
    assert sum(value.numel() for value in CifarAlexNet().parameters()) == convolutions + norms + dense


def test_maps_shrink_to_four_cells():
    network, x, pooled = CifarAlexNet(width=1 / 16), torch.zeros(2, 3, 32, 32), []
    for layer in network.features:
        x = layer(x)
        if isinstance(layer, torch.nn.MaxPool2d):
            pooled.append(tuple(x.shape[1:]))
    assert pooled == [(6, 16, 16), (16, 8, 8), (16, 4, 4)]
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_a_seed_is_a_network_and_leaves_pytorchs_own_alone():
    before = torch.random.get_rng_state()
    first, again, other = (CifarAlexNet(width=1 / 32, seed=seed).head.weight for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_it_learns_and_repeats_itself():
    known, held_out = (BytePictures(*stripes(count), CPU) for count in (80, 20))
    lines, histories = [], []
    for _ in range(2):
        network = CifarAlexNet(width=1 / 16, dropout=0.0)
        histories.append(
            fit_bytes(network, known, held_out, epochs=3, batch_size=16, learning_rate=0.03, report=lines.append)
        )
    assert [row["epoch"] for row in histories[0]] == [1, 2, 3]
    for row in [*histories[0], *histories[1]]:
        assert row.pop("seconds") >= 0
    assert histories[0] == histories[1]
    assert histories[0][-1]["test_accuracy"] >= 0.9
    assert len(lines) == 6
    assert evaluate_batches(network, held_out.batches(7)).accuracy == pytest.approx(histories[1][-1]["test_accuracy"])


def test_batches_have_mean_0_and_spread_1_of_their_own_or_of_others():
    images = np.random.RandomState(0).randint(50, 90, (50, 3, 4, 5)).astype(np.uint8)
    pictures = BytePictures(images, np.zeros(50, int), CPU)
    floats = pictures.floats(pictures.images)
    torch.testing.assert_close(floats.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(floats.std((0, 2, 3), correction=0), torch.ones(3))
    assert floats.is_contiguous(memory_format=torch.channels_last)
    like = BytePictures(images // 2, np.zeros(50, int), CPU, like=pictures)
    assert like.floats(like.images).mean() < -2


def test_a_mirrored_answer_is_that_of_both_views_together():
    pictures = BytePictures(
        np.random.RandomState(0).randint(0, 256, (40, 3, 32, 32)).astype(np.uint8), np.zeros(40, int), CPU
    )
    network = CifarAlexNet(width=1 / 16).eval()
    with torch.no_grad():
        floats = pictures.floats(pictures.images)
        network.head.weight *= 2000
        network.head.bias -= network(floats).mean(0)  # answers that differ from picture to picture
    with torch.no_grad():
        # In the batches in which they are judged: others round otherwise, and the head makes that 2,000 times as large.
        views = [
            torch.cat([network(part) for part in view.split(15)]).softmax(1)
            for view in (floats, floats.flip(3), floats.flip(2))
        ]
    expected = (views[0] + views[1]).argmax(1).numpy()
    result = evaluate_batches(Mirrored(network), pictures.batches(15))
    assert np.array_equal(result.predictions, expected)
    np.testing.assert_allclose(result.probabilities, (views[0] + views[1]) / 2, atol=1e-6)
    assert np.array_equal(evaluate_batches(network, pictures.batches()).predictions, views[0].argmax(1).numpy())
    for other in (views[0], views[1], views[0] + views[2]):
        assert not np.array_equal(other.argmax(1).numpy(), expected)


def test_the_hidden_layer_is_what_the_last_layer_reads():
    pictures = BytePictures(*stripes(7), CPU)
    network = CifarAlexNet(width=1 / 32).eval()
    hidden = hidden_layer(network, pictures, batch_size=3)
    assert hidden.shape == (7, 32)
    torch.testing.assert_close(network.head(hidden), network(pictures.floats(pictures.images)))


def test_neighbours_are_the_nearest_by_euclid():
    rng = np.random.RandomState(0)
    queries, known = rng.standard_normal((4, 3)), rng.standard_normal((20, 3)) + 1
    distances = np.linalg.norm(queries[:, None] - known, axis=2)
    found = nearest(torch.from_numpy(queries), torch.from_numpy(known), 5)
    assert np.array_equal(found, np.argsort(distances, axis=1)[:, :5])
