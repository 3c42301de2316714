"""What the scripted figures of networks are given; what they make of it, tests/book/ checks in a browser."""

import base64
import io
import json

import numpy as np
import pytest
from bs4 import BeautifulSoup
from messages import exactly
from PIL import Image

from cnnlib.experiments.alexnet.receptive_fields import fields
from cnnlib.figures import explore_fields, explore_network
from cnnlib.models.catalogue import alexnet2012, lenet

PHOTO = np.random.RandomState(0).randint(0, 256, (40, 40, 3)).astype(np.uint8)


def given(figure):
    [root] = BeautifulSoup(figure._repr_html_(), "html.parser").select(".cnnlib-figure")
    return json.loads(root.script.string)["data"]


def test_a_network_is_given_by_its_windows_and_units():
    data = given(explore_network({'a "quoted" name': lenet()}, sizes=(20, 40), start=28))
    assert data["size"] == [20, 40, 28]
    [network] = data["networks"].values()
    assert list(data["networks"]) == ['a "quoted" name']
    assert network["channels"] == 1
    assert network["layers"][:2] == [
        {"name": "conv1", "kind": "conv", "out": 6, "kernel": 5, "stride": 1, "padding": 2, "groups": 1},
        {"name": "pool1", "kind": "pool", "kernel": 2, "stride": 2, "padding": 0},
    ]
    assert network["layers"][-1] == {"name": "dense3", "kind": "dense", "out": 10}
    assert len(network["layers"]) == 7


def test_an_image_travels_with_its_fields():
    data = given(explore_fields(PHOTO, fields(alexnet2012())))
    picture = Image.open(io.BytesIO(base64.b64decode(data["image"].removeprefix("data:image/jpeg;base64,"))))
    assert picture.size == (40, 40)
    assert np.abs(np.array(picture).astype(int).mean() - PHOTO.mean()) < 3
    assert data["side"] == 40
    assert data["layers"][2] == {"name": "conv2", "units": 27, "field": 51, "stride": 8, "start": -16}


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: explore_network({}), "explore_network: networks must hold at least one entry, received none"),
        (
            lambda: explore_fields(PHOTO[:30], fields(lenet())),
            "explore_fields: image must have shape (H, H, 3), received (30, 40, 3)",
        ),
        (lambda: explore_fields(PHOTO, []), "explore_fields: fields must hold at least one entry, received none"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=exactly(message)):
        draw()


def test_a_network_must_fit_the_largest_image():
    with pytest.raises(ValueError, match="pool3: kernel_size must not exceed the padded input"):
        explore_network({"large": alexnet2012()}, sizes=(20, 60))
