"""LeNet-5 as published: the paper's counts, its table, and what each layer computes, in loops."""

import math

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.models.bitmaps import digit_bitmaps
from cnnlib.models.lenet import LeNet5
from cnnlib.models.lenet5 import C3_TABLE, discriminative_loss, distance_loss, lenet5_images

# Sec. II.B of the paper.
PARAMETERS = {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164, "output": 0}
CONNECTIONS = {"c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164, "output": 840}


def test_counts_are_the_papers():
    network = LeNet5()
    report = network.report()
    assert {row.name: row.parameters for row in report} == PARAMETERS
    assert {row.name: row.connections for row in report} == CONNECTIONS
    assert sum(value.numel() for value in network.parameters()) == 60_000
    assert sum(row.connections for row in report) == 340_908
    assert [row.output_shape for row in report] == [
        (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)
    ]  # fmt: skip


def test_the_table_is_the_papers():
    """Six contiguous triples, six contiguous fours, three broken fours, one of all; every map is read ten times."""
    assert [len(maps) for maps in C3_TABLE] == [3] * 6 + [4] * 9 + [6]
    for first in range(6):
        assert set(C3_TABLE[first]) == {(first + k) % 6 for k in range(3)}
        assert set(C3_TABLE[6 + first]) == {(first + k) % 6 for k in range(4)}
    assert C3_TABLE[12:15] == ((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5))
    assert all(sum(into in maps for maps in C3_TABLE) == 10 for into in range(6))
    assert all(tuple(sorted(set(maps))) == maps for maps in C3_TABLE)


def squash(value):
    return 1.7159 * math.tanh(2 / 3 * value)


def convolve(maps, kernels, bias):
    """Squash a sum of windows, one kernel for each map; loops over everything."""
    height, width = (size - 4 for size in maps[0].shape)
    out = np.empty((height, width))
    for i in range(height):
        for j in range(width):
            total = bias
            for image, kernel in zip(maps, kernels, strict=True):
                total += sum(image[i + a, j + b] * kernel[a, b] for a in range(5) for b in range(5))
            out[i, j] = squash(total)
    return out


def subsample(image, weight, bias):
    height, width = (size // 2 for size in image.shape)
    return np.array(
        [
            [squash(weight * image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].sum() + bias) for j in range(width)]
            for i in range(height)
        ]
    )


def test_values_are_those_of_the_definition():
    network = LeNet5(seed=3).double()
    w = {name: 3 * value for name, value in network.weights().items()}  # out of the linear middle of the squashing
    with torch.no_grad():
        for parameter in network.parameters():
            parameter *= 3
    image = np.random.RandomState(1).uniform(-0.1, 1.175, (32, 32))
    outputs = {name: value[0] for name, value in network.activations(torch.tensor(image[None, None])).items()}
    c1 = [convolve([image], w["c1.weight"][k], w["c1.bias"][k]) for k in range(6)]
    s2 = [subsample(c1[k], w["s2.weight"][k], w["s2.bias"][k]) for k in range(6)]
    c3, start = [], 0
    for k, maps in enumerate(C3_TABLE):
        kernels = w["c3.weight"][start : start + len(maps)]
        c3.append(convolve([s2[into] for into in maps], kernels, w["c3.bias"][k]))
        start += len(maps)
    s4 = [subsample(c3[k], w["s4.weight"][k], w["s4.bias"][k]) for k in range(16)]
    c5 = np.array([convolve(s4, w["c5.weight"][k], w["c5.bias"][k])[0, 0] for k in range(120)])
    f6 = np.array([squash(w["f6.weight"][k] @ c5 + w["f6.bias"][k]) for k in range(84)])
    output = [-sum((f6 - bitmap.ravel()) ** 2) for bitmap in digit_bitmaps().astype(float)]
    expected = {"c1": c1, "s2": s2, "c3": c3, "s4": s4, "c5": c5, "f6": f6, "output": output}
    assert list(outputs) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(outputs[name].detach(), np.array(value), rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("loss", [distance_loss, discriminative_loss])
def test_gradients_are_those_of_central_differences(loss):
    network = LeNet5(seed=5).double()
    rng = np.random.RandomState(2)
    images, labels = torch.tensor(rng.uniform(-0.1, 1.175, (2, 1, 32, 32))), torch.tensor([7, 4])
    loss(network(images), labels).backward()
    for name, parameter in network.named_parameters():
        direction = torch.tensor(rng.standard_normal(parameter.shape))
        values = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                parameter += step * direction
                values.append(loss(network(images), labels).item())
                parameter -= step * direction
        slope = (values[0] - values[1]) / 2e-5
        assert (parameter.grad * direction).sum().item() == pytest.approx(slope, rel=1e-5, abs=1e-8), name


def test_aimed_weights_have_the_range_that_the_aim_asks_for():
    printed, aimed = (LeNet5(seed=3, initial=name).weights() for name in ("printed", "aimed"))
    for name, inputs in {"c1": 25, "s2": 4, "s4": 4, "c5": 400, "f6": 120}.items():
        for kind in ("weight", "bias"):
            expected = printed[f"{name}.{kind}"] * np.sqrt(inputs)
            np.testing.assert_allclose(aimed[f"{name}.{kind}"], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="initial must be one of 'printed', 'aimed', received 'small'"):
        LeNet5(initial="small")


def test_initial_weights_are_bounded_by_the_inputs_of_their_unit():
    weights = LeNet5(seed=0).weights()
    for name, inputs in (("c1", 25), ("s2", 4), ("s4", 4), ("c5", 400), ("f6", 120)):
        for kind in ("weight", "bias"):
            assert np.abs(weights[f"{name}.{kind}"]).max() <= 2.4 / inputs
    assert np.abs(weights["c5.weight"]).max() > 0.99 * 2.4 / 400
    # C3: the first three kernels are of a map that reads 75 pixels, the last six of one that reads 150.
    assert 2.4 / 150 < np.abs(weights["c3.weight"][:3]).max() <= 2.4 / 75
    assert np.abs(weights["c3.weight"][-6:]).max() <= 2.4 / 150
    assert not np.array_equal(weights["f6.bias"], LeNet5(seed=1).weights()["f6.bias"])


def test_bitmaps_are_ten_different_pictures_of_plus_and_minus_one():
    bitmaps = digit_bitmaps()
    assert bitmaps.shape == (10, 12, 7)
    assert set(np.unique(bitmaps)) == {-1, 1}
    apart = ((bitmaps[:, None] - bitmaps) ** 2).sum(axis=(2, 3)) / 4
    assert apart[~np.eye(10, dtype=bool)].min() >= 4  # pixels


def test_losses_by_hand():
    logits, labels = torch.tensor([[-1.0, -3.0], [-2.0, -0.5]]), torch.tensor([0, 0])
    assert distance_loss(logits, labels).item() == pytest.approx((1 + 2) / 2)
    by_hand = [1 + math.log(math.exp(-4) + math.exp(-1) + math.exp(-3)),
               2 + math.log(math.exp(-4) + math.exp(-2) + math.exp(-0.5))]  # fmt: skip
    assert discriminative_loss(logits, labels, j=4).item() == pytest.approx(sum(by_hand) / 2, rel=1e-6)


def test_images_are_framed_in_paper():
    images = np.zeros((1, 1, 28, 28), np.float32)
    images[0, 0, 0, 27] = 1
    framed = lenet5_images(images)
    assert (framed.shape, framed.dtype) == ((1, 1, 32, 32), np.float32)
    assert framed[0, 0, 2, 29] == pytest.approx(1.175)
    assert np.sum(framed > 0) == 1
    assert np.allclose(framed[framed < 0], -0.1)


def test_bad_calls_are_refused():
    with pytest.raises(ValueError, match=exactly("LeNet5: x must have shape (N, 1, 32, 32), received (2, 1, 28, 28)")):
        LeNet5()(torch.zeros(2, 1, 28, 28))
    message = "lenet5_images: images must have shape (N, 1, 28, 28), received (1, 1, 32, 32)"
    with pytest.raises(ValueError, match=exactly(message)):
        lenet5_images(np.zeros((1, 1, 32, 32)))
    with pytest.raises(ValueError, match="discriminative_loss: j must be positive and finite, received 0"):
        discriminative_loss(torch.zeros(1, 10), torch.tensor([0]), j=0)
