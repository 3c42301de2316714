"""The dial's networks are the Equivariance chapter's, with their weights in five bits."""

import json

import numpy as np
import pytest
import torch
import traitlets

from cnnlib.data import mnist
from cnnlib.experiments.equivariance import rotation
from cnnlib.experiments.equivariance.shifts import moved
from cnnlib.models.rounding import restored
from cnnlib.playground import DialPlayground, dial
from tools.chapters import ROOT

images = mnist().test.images[:40].astype(np.float32) / 255


def reader(name):
    """Build the chapter's reader from the dial's file."""
    network = rotation.READERS["group" if name == "group" else "plain"](seed=0)
    weights = [*network.weights, network.readout], [*network.biases, network.readout_bias]
    with torch.no_grad():
        for layer, weight, bias in zip(dial.READER_LAYERS, *weights, strict=True):
            whole, scale, values = dial._layer(name, layer)
            weight.copy_(torch.from_numpy(restored(whole, scale)))
            bias.copy_(torch.from_numpy(values))
    return network


@pytest.mark.parametrize("name", dial.TURNERS)
def test_a_network_answers_as_the_chapters_reader_does(name):
    with torch.no_grad():
        expected = reader(name)(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(dial.dial_logits(name, images), expected, atol=1e-4)


def test_it_turns_and_moves_as_the_chapter_does():
    for degrees, right in ((0, 0), (37, 0), (90, 3), (211, -8), (359, 8)):
        turned = rotation.rotate(torch.from_numpy(images[:1].astype(np.float64)), degrees).numpy()
        np.testing.assert_allclose(
            dial.turned_and_moved(images[0, 0].astype(np.float64), degrees, right),
            moved(turned, columns=right)[0, 0],
            atol=1e-9,
        )


def test_the_curves_are_the_records():
    record = json.loads((ROOT / "results" / "equivariance-dial.json").read_text(encoding="utf-8"))
    widget = DialPlayground()
    assert [row["network"] for row in record["results"]] == list(dial.TURNERS)
    for name in ("by_angle", "by_move"):
        assert widget.curves[name] == [row[name] for row in record["results"]]
    assert (record["bits"], record["angles"]) == (dial.DIAL_BITS, list(dial.ANGLES))


def test_the_weights_have_as_many_bits_as_they_travel_with():
    for name in dial.TURNERS:
        for layer in dial.READER_LAYERS:
            assert np.abs(dial._layer(name, layer)[0]).max() < 2 ** (dial.DIAL_BITS - 1)


def test_the_group_network_does_not_mind_a_quarter_turn_and_what_is_no_setting_is_refused():
    widget = DialPlayground()
    before = widget.logits[2]
    widget.angle = 270
    np.testing.assert_allclose(widget.logits[2], before, atol=1e-4)
    assert widget.logits.shape == (3, 10)
    for name, value in (("digit", 10), ("angle", 360), ("right", 9)):
        with pytest.raises(traitlets.TraitError, match=name):
            setattr(widget, name, value)
