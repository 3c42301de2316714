"""The playgrounds' Python side; what their script computes, tests/book/ compares with it in a browser."""

import base64
import json
import re
from pathlib import Path
from posixpath import basename

import numpy as np
import pytest
import traitlets
from bs4 import BeautifulSoup

from cnnlib import definition, live, vectorized
from cnnlib.data import as_float, mnist
from cnnlib.experiments.aliasing.ring import halving
from cnnlib.models.architecture import initial_weights, logits, run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.playground import (
    ConvolutionPlayground,
    DialPlayground,
    LearningPlayground,
    Lenet5Playground,
    LenetPlayground,
    OrdersPlayground,
    PoolingPlayground,
    StripesPlayground,
    SummaryPlayground,
)
from cnnlib.playground.base import packed, unpacked
from cnnlib.playground.learning import _digits, _packed, _shuffled, _uniform
from cnnlib.playground.weights import packed_weights, unpacked_weights


def orders():
    return OrdersPlayground(np.arange(48, dtype=np.uint8).reshape(6, 8))


PICTURES = [LenetPlayground, Lenet5Playground, ConvolutionPlayground, PoolingPlayground, SummaryPlayground]
EVERY = [*PICTURES, StripesPlayground, LearningPlayground, DialPlayground, orders]
rng = np.random.RandomState(0)


@pytest.mark.parametrize("make", EVERY)
class TestEvery:
    def test_a_page_gets_all_it_needs_and_a_kernel_the_same_script(self, make):
        widget = make()
        page = BeautifulSoup(widget._repr_html_(), "html.parser")
        [root] = page.select(f".cnnlib-playground[data-script={basename(widget.script)}]")
        assert root["aria-label"] == widget.title
        assert root.p.text.startswith(widget.title)
        values = json.loads(root.script.string)
        assert set(values) <= set(widget.traits(sync=True))
        script = page.select("script")[-1].string
        shared, exported = widget._esm.split("export default ")
        assert shared in script
        assert exported.startswith("{ render: ")
        assert not page.select("[src], [href]")
        assert set(re.findall(r"\w+://[^\"]*", script)) <= {"http://www.w3.org/2000/svg"}  # a name, which nobody asks

    def test_the_output_of_a_cell_is_the_same_each_time(self, make):
        first, second = (make()._repr_mimebundle_()[0] for _ in range(2))
        assert first["text/html"] == second["text/html"]
        assert first["text/plain"] == second["text/plain"] == f"<{make().title}>"
        assert "application/vnd.jupyter.widget-view+json" in first

    def test_the_bundle_defines_each_name_once_and_imports_nothing(self, make):
        text = live.bundle("live/scripts/room", "live/scripts/model", make().script)
        names = re.findall(r"^(?:const|let|function|async function) (\w+)", text, re.MULTILINE)
        assert len(names) == len(set(names))
        assert {"room", "still", "draw"} <= set(names)
        assert not re.search(r"^(import|export) ", text, re.MULTILINE)


def test_a_page_carries_no_comments_and_loses_none_of_the_code():
    scripts = [path for path in Path(live.__file__).parents[1].glob("*/scripts/*.js") if path.stem != "say"]
    assert len(scripts) > 30
    # A text that goes on in a second line would lose the spaces there.
    assert [path.name for path in scripts for line in path.read_text().splitlines() if line.count("`") % 2] == []
    for make in EVERY:
        widget = make()
        sent = widget._esm
        assert not re.search(r"^ *//|^ ", sent, re.MULTILINE)
        code = live.bundle("live/scripts/room", "live/scripts/model", widget.script).splitlines()
        kept = [line.strip() for line in code if line.strip() and not line.strip().startswith("//")]
        assert [line for line in sent.splitlines() if line][: len(kept)] == kept


def test_the_network_that_learns_takes_60_kilobytes_of_a_page():
    assert len(LearningPlayground()._repr_html_().encode()) < 60_000


def test_the_learners_digits_come_back_from_their_runs():
    images = np.zeros((2, 1, 10, 10))
    images[0, 0, 3, 4:6], images[1, 0, 9, 9] = [1, 7 / 10], 2 / 10
    packet = _packed(images, np.array([3, 8]))
    halves = [half for byte in bytes(packet["pixels"]) for half in (byte >> 4, byte & 15)]
    shades = []
    for half in halves:
        shades += [0] * (1, 2, 3, 5, 8, 13)[half] if half < 6 else [half - 5]
    assert len(shades) - 200 in (0, 1)  # half a byte may be left
    np.testing.assert_array_equal(np.reshape(shades[:200], images.shape), np.rint(10 * images))


@pytest.mark.parametrize("make", PICTURES)
class TestPicture:
    def test_a_page_has_the_image(self, make):
        widget = make()
        page = BeautifulSoup(widget._repr_html_(), "html.parser")
        image = json.loads(page.select_one("[data-script]").script.string)["image"]
        data = np.frombuffer(base64.b64decode(image["data"]), "<f4").reshape(image["shape"])
        np.testing.assert_array_equal(data, widget.image)

    def test_an_image_is_copied_and_cannot_be_written_to(self, make):
        widget = make()
        mine = np.array(widget.image)
        widget.image = mine
        mine[0, 0] = 7
        assert widget.image[0, 0] != 7
        with pytest.raises(ValueError, match="read-only"):
            widget.image[0, 0] = 7

    def test_what_is_no_image_is_refused(self, make):
        widget = make()
        with pytest.raises(ValueError, match=f"{make.__name__}: image must hold finite numbers"):
            widget.image = np.full(widget.image.shape, np.nan)
        with pytest.raises(ValueError, match=rf"{make.__name__}: image must have shape .*, received \(5, 4, 3\)"):
            widget.image = np.zeros((5, 4, 3))
        with pytest.raises(traitlets.TraitError, match="image"):
            widget.image = "a picture"


def test_arrays_come_back_from_the_page_as_they_were_sent():
    array = rng.rand(3, 5).astype(np.float32)
    packet = packed(array[:, ::-1])
    assert packet["shape"] == [3, 5]
    np.testing.assert_array_equal(unpacked(packet), array[:, ::-1])


def test_a_message_of_the_page_sets_the_trait_and_what_follows_from_it():
    widget = ConvolutionPlayground()
    image = rng.rand(5, 9).astype(np.float32)
    heard = []
    widget.observe(lambda change: heard.append(change.new.shape), "output")
    widget.set_state({"image": packed(image), "stride": 2})
    np.testing.assert_array_equal(widget.image, image)
    assert heard[-1] == widget.output.shape == (2, 4)


def test_three_bytes_hold_a_weight_closely():
    # Of the trained network's: dense1 is one whose largest weight rounds up in float32.
    trained = trained_lenet()[1]["dense1.weight"]
    weights = {"a": trained[50:52, :12].reshape(2, 3, 4), "b": np.array([-1.0, 0.5, 0.0], np.float32)}
    weights["a"] = np.where(weights["a"] == weights["a"].max(), np.float32(np.abs(trained).max()), weights["a"])
    packet = packed_weights(weights)
    assert [entry[:2] for entry in packet["arrays"]] == [["a", [2, 3, 4]], ["b", [3]]]
    assert len(packet["bytes"]) == 3 * (24 + 3)
    for name, weight in unpacked_weights(packet).items():
        np.testing.assert_allclose(weight, weights[name], atol=np.abs(weights[name]).max() / 2**24 * 1.5)


def test_fewer_bits_round_to_whole_numbers_and_every_array_begins_with_a_byte():
    weights = {"a": rng.randn(3, 5), "b": np.array([7.0, -3.2, 0.4]), "c": rng.randn(2)}
    packet = packed_weights(weights, {"a": 4, "b": 4})
    assert len(packet["bytes"]) == 8 + 2 + 6
    assert bytes(packet["bytes"])[8:10] == bytes([0xD7, 0x00])  # 7, -3 and 0, the lowest bits first
    read = unpacked_weights(packet)
    np.testing.assert_array_equal(read["b"], [7, -3, 0])
    np.testing.assert_allclose(read["a"], weights["a"], atol=np.abs(weights["a"]).max() / 14 * 1.001)
    np.testing.assert_allclose(read["c"], weights["c"], atol=1e-6)


def test_weights_of_zeros_stay_zeros():
    packet = packed_weights({"bias": np.zeros(2, np.float32)})
    assert bytes(packet["bytes"]) == bytes(6)


def test_lenet_answers_as_the_network_does():
    widget = LenetPlayground()
    image = as_float(mnist().test.images[3:4])
    widget.image = image[0, 0]
    outputs = run(*trained_lenet(), image, ops=definition)
    np.testing.assert_allclose(widget.probabilities, definition.softmax(outputs["dense3"])[0], atol=1e-5)


def test_lenet_takes_weights_of_your_own_and_refuses_what_it_has_none_for():
    own = initial_weights(lenet("tanh", "average"), 1)
    widget = LenetPlayground("tanh", "average", own)
    before = widget.probabilities
    assert abs(before.sum() - 1) < 1e-5
    assert [(each["activation"], each["pooling"]) for each in widget.networks] == [("tanh", "average")]
    with pytest.raises(ValueError, match="give your own"):
        LenetPlayground("sigmoid")  # with maxima
    with pytest.raises(ValueError, match=r"LenetPlayground: image must have shape \(28, 28\), received \(28, 27\)"):
        widget.image = np.zeros((28, 27))


def test_the_two_networks_of_the_package_can_be_compared():
    widget = LenetPlayground("sigmoid", "average")
    digits = mnist().test
    image = as_float(digits.images[5:6])
    widget.image = image[0, 0]
    other, weights = trained_lenet("sigmoid", "average")
    exact = definition.softmax(run(other, weights, image, ops=definition)["dense3"])[0]
    np.testing.assert_allclose(widget.probabilities, exact, atol=0.05)  # fewer bits, the same reading
    rounded = unpacked_weights(widget.networks[1]["weights"])
    outputs = run(other, rounded, image, ops=definition)
    np.testing.assert_allclose(widget.probabilities, definition.softmax(outputs["dense3"])[0], atol=1e-6)
    widget.activation = "relu"
    expected = definition.softmax(run(*trained_lenet(), image, ops=definition)["dense3"])[0]
    np.testing.assert_allclose(widget.probabilities, expected, atol=1e-5)
    with pytest.raises(ValueError, match="activation must be 'relu' or 'sigmoid', received 'tanh'"):
        widget.activation = "tanh"
    assert len(LenetPlayground(compact=True).networks) == 1


def test_in_a_few_bits_the_second_network_reads_as_well():
    digits = mnist().test
    images = as_float(digits.images)
    other, weights = trained_lenet("sigmoid", "average")
    rounded = unpacked_weights(LenetPlayground().networks[1]["weights"])
    right = [
        int((logits(other, each, images, ops=vectorized).argmax(axis=1) == digits.labels).sum())
        for each in (weights, rounded)
    ]
    assert abs(right[1] - right[0]) <= 5
    assert right[1] > 0.97 * len(images)


def test_three_of_the_digits_to_begin_with_are_misread():
    widget = LenetPlayground()
    images = np.frombuffer(widget.examples["bytes"], np.uint8).reshape(widget.examples["shape"])
    right = []
    for image, label in zip(images, widget.labels, strict=True):
        widget.image = image / 255
        right.append(widget.probabilities.argmax() == int(label.split()[1]))
    assert right == [True] * 10 + [False] * 3


def test_convolution_is_the_definition_turned_over_or_not():
    widget = ConvolutionPlayground()
    image, kernel = rng.rand(7, 10), rng.standard_normal((3, 4))
    widget.image, widget.kernel = image, kernel
    widget.padding, widget.stride, widget.dilation, widget.padding_mode = 2, 2, 2, "circular"
    for flipped, used in ((False, kernel), (True, kernel[::-1, ::-1])):
        widget.flipped = flipped
        expected = definition.conv2d(
            image[None, None], used[None, None].copy(), padding=2, stride=2, dilation=2, padding_mode="circular"
        )
        np.testing.assert_allclose(widget.output, expected[0, 0], atol=1e-5)
    widget.dilation, widget.padding, widget.image = 4, 0, image[:3]
    assert widget.output.shape == (0, 0)


def test_convolution_adds_up_the_channels():
    image, kernel = rng.rand(3, 6, 9), rng.standard_normal((3, 2, 3))
    widget = ConvolutionPlayground(image, kernel)
    widget.flipped = True
    expected = definition.conv2d(image[None], kernel[None, :, ::-1, ::-1].copy())
    np.testing.assert_allclose(widget.output, expected[0, 0], atol=1e-5)
    widget.kernel = kernel[0]
    assert widget.output.shape == (0, 0)
    assert widget.pictures == {}
    assert widget.cell is None


def test_convolution_refuses_what_has_no_fields_and_no_pixels():
    bench = ConvolutionPlayground()
    with pytest.raises(ValueError, match=r"kernel must have shape \(K_h, K_w\) or .*, received \(8, 3\)"):
        bench.kernel = np.zeros((8, 3))
    with pytest.raises(ValueError, match=r"kernel must have .*, received \(5, 3, 3\)"):
        bench.kernel = np.zeros((5, 3, 3))
    with pytest.raises(ValueError, match=r"image must have shape \(H, W\) or \(C, H, W\).*, received \(5, 4, 4\)"):
        ConvolutionPlayground(np.zeros((5, 4, 4)))
    with pytest.raises(traitlets.TraitError, match="cell"):
        bench.cell = -1, 2


@pytest.mark.parametrize("kind", ["max", "average", "lp", "blur", "max, then blur"])
def test_a_shift_by_strides_moves_the_pooled_picture_along_and_no_other_shift_does(kind):
    widget = PoolingPlayground()
    widget.kind, widget.window, widget.stride, widget.power = kind, 3, 3, 3
    widget.image = rng.rand(24, 36)
    widget.shift = (0, 0)
    still = widget.output
    assert still.shape == (8, 12)
    widget.shift = (-3, 6)
    np.testing.assert_allclose(widget.output, np.roll(still, (-1, 2), axis=(0, 1)), atol=1e-6)
    assert widget.consistency == pytest.approx(1, abs=1e-6)
    widget.shift = (0, 1)
    assert widget.consistency < 0.99
    # Two thirds of the cell that comes from the left stay, one third arrives.
    np.testing.assert_allclose(widget.expected, still + (np.roll(still, 1, axis=1) - still) / 3, atol=1e-6)


def test_pooling_by_hand():
    widget = PoolingPlayground()
    image = np.zeros((12, 12))
    image[0, 11], image[5, 4] = 3, 4
    widget.image, widget.window = image, 2
    assert widget.output[0, 5] == 3
    assert widget.output[2, 2] == 4
    widget.window, widget.stride = 2, 1
    # The window that begins in the last row goes on in the first.
    assert widget.output[11, 10] == widget.output[11, 11] == 3
    widget.kind = "average"
    assert widget.output[4, 3] == 1
    widget.kind, widget.power = "lp", 1
    assert widget.output[4, 3] == 4
    widget.kind, widget.window = "blur", 3
    assert widget.output[5, 3] == 4 * 2 / 16


def test_pooling_refuses_what_the_circle_cannot_hold():
    with pytest.raises(ValueError, match=r"both multiples of 12 up to 240, received \(24, 30\)"):
        PoolingPlayground().image = np.zeros((24, 30))
    with pytest.raises(ValueError, match="no negative number, received -1"):
        PoolingPlayground().image = np.full((12, 24), -1.0)


def test_summaries_of_the_text_and_of_overlapping_windows():
    table = SummaryPlayground()
    assert table.maximum.tolist() == [[3, 5], [4, 2]]
    assert table.average.tolist() == [[1, 2], [1.75, 2]]
    np.testing.assert_allclose(table.norm**2, [[10, 30], [25, 16]], atol=1e-5)
    table.image = rng.rand(5, 7)
    table.window, table.stride, table.power = 3, 2, 3
    x = table.image[None, None].astype(float)
    np.testing.assert_allclose(table.maximum, definition.max_pool2d(x, 3, stride=2)[0, 0], atol=1e-6)
    np.testing.assert_allclose(table.average, definition.avg_pool2d(x, 3, stride=2)[0, 0], atol=1e-6)
    np.testing.assert_allclose(table.norm, definition.lp_pool2d(x, 3, stride=2, norm_type=3)[0, 0], atol=1e-6)
    table.image = table.image - 0.5
    sizes = np.abs(table.image)[None, None].astype(float)
    np.testing.assert_allclose(table.norm, definition.lp_pool2d(sizes, 3, stride=2, norm_type=3)[0, 0], atol=1e-6)
    table.window, table.image = 4, np.ones((3, 5))
    assert table.maximum.shape == table.average.shape == table.norm.shape == (0, 0)


def test_summaries_refuse_what_is_no_small_map():
    with pytest.raises(ValueError, match=r"image must have shape \(H, W\), no side above 8, received \(9, 3\)"):
        SummaryPlayground(np.zeros((9, 3)))


@pytest.mark.parametrize("kernel", ["nothing", "two equal weights", "blur", "five weights", "ideal"])
def test_the_kept_cells_are_those_of_a_ring_where_the_waves_close(kernel):
    matrix = halving(32, {"nothing": "drop", "two equal weights": "two", "five weights": "five"}.get(kernel, kernel))
    bench = StripesPlayground()
    bench.kernel = kernel
    for waves, moved in ((0, 0), (3, 1.5), (8, 0.25), (11, 2), (16, 0.5)):
        bench.waves, bench.moved = waves, moved
        ring = np.cos(2 * np.pi * waves * (np.arange(32) - moved) / 32)
        np.testing.assert_allclose(bench.stripes, ring, atol=1e-6)
        np.testing.assert_allclose(bench.kept, matrix @ ring, atol=1e-6)


def test_stripes_refuse_what_their_grid_cannot_hold():
    with pytest.raises(traitlets.TraitError, match="waves"):
        StripesPlayground().waves = 16.5
    with pytest.raises(traitlets.TraitError, match="kernel"):
        StripesPlayground().kernel = "none"


def test_the_learner_takes_the_steps_of_the_text_and_is_the_same_each_time():
    learner = LearningPlayground()
    learner.network, learner.activation, learner.rate, learner.batch, learner.seed = "two", "tanh", 0.5, 20, 3
    start = {name: array.copy() for name, array in learner.weights.items()}
    assert {name: array.shape for name, array in start.items()} == {
        "dense1.weight": (2, 100),
        "dense1.bias": (2,),
        "dense2.weight": (10, 2),
        "dense2.bias": (10,),
    }
    assert abs(start["dense1.weight"]).max() <= np.sqrt(6 / 100)
    # The same steps, written once more: all digits in an order of its own for each of the ten batches.
    learner.step = 10
    (images, labels), weights = _digits()["training"], {name: array.copy() for name, array in start.items()}
    draw = _uniform(3)
    for _ in range(2 * 100 + 10 * 2):
        next(draw)
    order = _shuffled(200, draw)
    assert sorted(order) == list(range(200))
    for step in range(10):
        batch = order[20 * step : 20 * step + 20]
        x = images[batch].reshape(20, 100)
        h = np.tanh(x @ weights["dense1.weight"].T + weights["dense1.bias"])
        surplus = definition.softmax(h @ weights["dense2.weight"].T + weights["dense2.bias"])
        surplus[range(20), labels[batch]] -= 1
        back = (surplus @ weights["dense2.weight"]) * (1 - h**2)
        for layer, slope, read in (("dense2", surplus, h), ("dense1", back, x)):
            weights[f"{layer}.weight"] -= 0.5 * slope.T @ read / 20
            weights[f"{layer}.bias"] -= 0.5 * slope.mean(axis=0)
    for name, weight in weights.items():
        np.testing.assert_allclose(learner.weights[name], weight, atol=1e-9, err_msg=name)


def test_the_learner_learns_and_says_how_well():
    learner = LearningPlayground()
    before, right = learner.held_loss, learner.held_right
    learner.step = 200
    assert learner.held_loss < before / 2
    assert learner.held_right > 60 > right
    with pytest.raises(traitlets.TraitError, match="batch"):
        learner.batch = 0
