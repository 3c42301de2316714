"""The LeNet-5 that one walks through is the network of 1998, its weights in a few bits."""

import json

import numpy as np
import pytest
import torch

from cnnlib.data import mnist
from cnnlib.models.lenet5 import LeNet5, lenet5_images
from cnnlib.models.rounding import restored
from cnnlib.playground import Lenet5Playground, lenet5
from tools.chapters import ROOT

images = mnist().test.images[:30].astype(np.float32) / 255


def test_it_computes_what_the_packages_lenet5_does_with_60_000_parameters():
    network, tensors = LeNet5(), lenet5._tensors()
    state = network.state_dict()
    for name in lenet5.BITS:
        weight = restored(tensors[f"{name}.whole"], tensors[f"{name}.scale"])
        state[f"{name}.weight"] = torch.from_numpy(weight.reshape(state[f"{name}.weight"].shape))
        state[f"{name}.bias"] = torch.from_numpy(tensors[f"{name}.bias"])
    network.load_state_dict(state)
    assert sum(value.numel() for value in network.parameters()) == 60_000
    for off in ((), ((0, 0), (3, 2), (5, 15))):
        with torch.no_grad():
            for into, out in off:
                network.c3.weight[lenet5.CONNECTIONS.index([into, out])] = 0
            expected = network.activations(torch.from_numpy(lenet5_images(images)))
        for name, values in lenet5.activations(images, off).items():
            right = expected[name].numpy() * (-1 if name == "output" else 1)
            np.testing.assert_allclose(values.reshape(right.shape), right, atol=1e-3, err_msg=name)


def test_the_weights_have_as_many_bits_as_they_travel_with():
    for name, bits in lenet5.BITS.items():
        assert np.abs(lenet5._tensors()[f"{name}.whole"]).max() < 2 ** (bits - 1)


def test_the_record_is_of_these_bits():
    record = json.loads((ROOT / "results" / "lenet5-walk.json").read_text(encoding="utf-8"))["results"]
    assert record["after"]["bits"] == lenet5.BITS
    assert abs(record["after"]["validation"] - record["before"]["validation"]) < 0.001


def test_setting_the_image_sets_what_is_painted_and_another_shape_is_refused():
    walk = Lenet5Playground()
    walk.image = images[3, 0]
    outputs = lenet5.activations(images[3:4].astype(float))
    np.testing.assert_allclose(walk.distances, outputs["output"][0], atol=1e-4)
    np.testing.assert_allclose(walk.painted.ravel(), outputs["f6"][0], atol=1e-5)
    with pytest.raises(ValueError, match=r"image must have shape \(28, 28\), received \(32, 32\)"):
        walk.image = np.zeros((32, 32))


def test_what_is_switched_off_counts_and_what_the_table_has_not_is_refused():
    walk = Lenet5Playground()
    walk.off = [(0, 0)]
    right = lenet5.activations(walk.image[None, None].astype(float), [(0, 0)])
    np.testing.assert_allclose(walk.distances, right["output"][0], atol=1e-4)
    with pytest.raises(ValueError, match=r"off must hold pairs of .*, received \[9, 9\]"):
        walk.off = [(0, 0), (9, 9)]
    assert walk.off == [[0, 0]]


def test_far_is_where_99_of_100_validation_digits_are_nearer():
    record = json.loads((ROOT / "results" / "lenet5-walk.json").read_text(encoding="utf-8"))["results"]["nearest"]
    assert record["far"] == lenet5.FAR
    assert record["digits"]["nearer"] >= 990 > record["noise"]["nearer"]
    assert record["digits"]["quantiles"]["0.99"] == pytest.approx(lenet5.FAR, abs=1)
