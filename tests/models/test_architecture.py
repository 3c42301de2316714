"""Networks as data: their sizes, their starting weights, and one `run` for three rooms."""

import numpy as np
import pytest
import torch
from messages import exactly
from models.plain import plain_lenet
from torch.nn import functional

from cnnlib import definition, gpu, vectorized
from cnnlib.models.architecture import Architecture, initial_weights, run
from cnnlib.models.catalogue import lenet
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool

VARIANTS = [("sigmoid", "average"), ("tanh", "max"), ("relu", "max")]

# Every option differs from its default somewhere, and no two sizes are alike.
OBLONG = Architecture(
    "Oblong",
    (2, 9, 13),
    (
        Conv(6, (3, 2), stride=(1, 2), padding=(2, 1)),
        Activation("relu"),
        Pool("max", (2, 3), stride=(2, 1), padding=(1, 0)),
        Conv(4, (2, 3), dilation=(2, 1), groups=2, bias=False),
        Activation("tanh"),
        Pool("average", 2, ceil_mode=True),
        Flatten(),
        Dense(5, bias=False),
    ),
)


def random_weights(architecture, dtype=np.float64):
    """Draw weights with biases that are not zero, as a trained network has them."""
    random = np.random.RandomState(3)
    return {
        name: random.uniform(-0.5, 0.5, shape).astype(dtype) for name, shape in architecture.weight_shapes().items()
    }


def random_images(architecture, count, dtype=np.float64):
    return np.random.RandomState(5).uniform(0, 1, (count, *architecture.input_shape)).astype(dtype)


def run_gpu(architecture, weights, x):
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    outputs = run(architecture, tensors, torch.from_numpy(x), ops=gpu)
    return {name: value.numpy() for name, value in outputs.items()}


def test_lenet_layer_by_layer():
    table = [(row.name, row.output_shape, row.parameters) for row in lenet().trace()]
    assert table == [
        ("conv1", (6, 28, 28), 6 * (1 * 25 + 1)),
        ("sigmoid1", (6, 28, 28), 0),
        ("pool1", (6, 14, 14), 0),
        ("conv2", (16, 10, 10), 16 * (6 * 25 + 1)),
        ("sigmoid2", (16, 10, 10), 0),
        ("pool2", (16, 5, 5), 0),
        ("flatten1", (400,), 0),
        ("dense1", (120,), 120 * 401),
        ("sigmoid3", (120,), 0),
        ("dense2", (84,), 84 * 121),
        ("sigmoid4", (84,), 0),
        ("dense3", (10,), 10 * 85),
    ]
    assert sum(parameters for _, _, parameters in table) == 61_706


def test_lenet_weight_shapes_in_the_order_of_the_layers():
    assert list(lenet().weight_shapes().items()) == [
        ("conv1.weight", (6, 1, 5, 5)),
        ("conv1.bias", (6,)),
        ("conv2.weight", (16, 6, 5, 5)),
        ("conv2.bias", (16,)),
        ("dense1.weight", (120, 400)),
        ("dense1.bias", (120,)),
        ("dense2.weight", (84, 120)),
        ("dense2.bias", (84,)),
        ("dense3.weight", (10, 84)),
        ("dense3.bias", (10,)),
    ]


def test_weight_shapes_leave_out_biases_that_a_layer_does_not_have():
    assert OBLONG.weight_shapes() == {
        "conv1.weight": (6, 2, 3, 2),
        "conv1.bias": (6,),
        "conv2.weight": (4, 3, 2, 3),
        "dense1.weight": (5, 4 * 2 * 2),
    }


@pytest.mark.parametrize(("activation", "pooling"), VARIANTS)
def test_lenet_variants_count_alike_and_are_named_apart(activation, pooling):
    variant = lenet(activation, pooling)
    assert variant.name == f"LeNet ({activation}, {pooling} pooling)"
    assert variant.weight_shapes() == lenet().weight_shapes()
    assert {layer.function for layer in variant.layers if isinstance(layer, Activation)} == {activation}
    assert {layer.kind for layer in variant.layers if isinstance(layer, Pool)} == {pooling}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gelu",), "lenet: activation must be one of ('sigmoid', 'tanh', 'relu'), received 'gelu'"),
        (("relu", "mean"), "lenet: pooling must be one of ('average', 'max'), received 'mean'"),
    ],
)
def test_lenet_refuses_other_names(arguments, message):
    with pytest.raises(ValueError, match=exactly(message)):
        lenet(*arguments)


def test_run_on_numbers_a_person_can_check():
    architecture = Architecture("Hand", (1, 2, 3), (Conv(1, (1, 2)), Activation("relu"), Flatten(), Dense(2)))
    weights = {
        "conv1.weight": np.array([[[[-1.0, 2.0]]]]),
        "conv1.bias": np.array([-4.0]),
        "dense1.weight": np.array([[1.0, 10.0, 100.0, 1000.0], [0.0, 0.0, 0.0, -1.0]]),
        "dense1.bias": np.array([0.5, 7.0]),
    }
    outputs = run(architecture, weights, np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), ops=vectorized)
    assert list(outputs) == ["conv1", "relu1", "flatten1", "dense1"]
    assert outputs["conv1"].tolist() == [[[[-1, 0], [2, 3]]]]
    assert outputs["relu1"].tolist() == [[[[0, 0], [2, 3]]]]
    assert outputs["flatten1"].tolist() == [[0, 0, 2, 3]]
    assert outputs["dense1"].tolist() == [[3200.5, 4]]


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_three_rooms_compute_lenet_alike(dtype, tolerance):
    architecture = lenet()
    weights, x = random_weights(architecture, dtype), random_images(architecture, 1, dtype)
    by_definition = run(architecture, weights, x, ops=definition)
    for outputs in (run(architecture, weights, x, ops=vectorized), run_gpu(architecture, weights, x)):
        assert list(outputs) == list(by_definition) == [row.name for row in architecture.trace()]
        for name, value in outputs.items():
            assert value.dtype == dtype
            np.testing.assert_allclose(value, by_definition[name], rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(("activation", "pooling"), VARIANTS)
def test_rooms_agree_with_a_plain_pytorch_lenet(activation, pooling):
    architecture = lenet(activation, pooling)
    weights, x = random_weights(architecture), random_images(architecture, 5)
    expected = plain_lenet(weights, activation, pooling)(torch.from_numpy(x)).detach().numpy()
    for outputs in (run(architecture, weights, x, ops=vectorized), run_gpu(architecture, weights, x)):
        np.testing.assert_allclose(outputs["dense3"], expected, rtol=1e-10)


def test_run_hands_every_option_to_the_operators():
    weights, x = random_weights(OBLONG), random_images(OBLONG, 2)
    conv1, bias, conv2, dense = (torch.from_numpy(value) for value in weights.values())
    y = functional.conv2d(torch.from_numpy(x), conv1, bias, stride=(1, 2), padding=(2, 1)).relu()
    y = functional.max_pool2d(y, (2, 3), stride=(2, 1), padding=(1, 0))
    y = functional.conv2d(y, conv2, dilation=(2, 1), groups=2).tanh()
    y = functional.avg_pool2d(y, 2, ceil_mode=True).flatten(1) @ dense.T
    for ops in (definition, vectorized):
        np.testing.assert_allclose(run(OBLONG, weights, x, ops=ops)["dense1"], y.numpy(), rtol=1e-10)
    np.testing.assert_allclose(run_gpu(OBLONG, weights, x)["dense1"], y.numpy(), rtol=1e-10)


def test_run_accepts_no_image_and_writes_to_nothing():
    weights, x = random_weights(OBLONG), random_images(OBLONG, 2)
    for array in (x, *weights.values()):
        array.setflags(write=False)
    run(OBLONG, weights, x, ops=vectorized)
    assert run(OBLONG, weights, x[:0], ops=vectorized)["dense1"].shape == (0, 5)


@pytest.mark.parametrize("shape", [(1, 28, 28), (4, 28, 28, 1), (4, 1, 28, 27), (4, 3, 28, 28)])
def test_run_refuses_images_of_another_shape(shape):
    message = f"LeNet (sigmoid, average pooling): x must have shape (N, 1, 28, 28), received {shape}"
    with pytest.raises(ValueError, match=exactly(message)):
        run(lenet(), initial_weights(lenet(), 0), np.zeros(shape, np.float32), ops=vectorized)


def test_run_names_a_missing_weight():
    weights = random_weights(OBLONG)
    del weights["conv2.weight"]
    message = "Oblong: weights must hold 'conv2.weight', received ['conv1.bias', 'conv1.weight', 'dense1.weight']"
    with pytest.raises(ValueError, match=exactly(message)):
        run(OBLONG, weights, random_images(OBLONG, 1), ops=vectorized)


def test_run_names_a_weight_of_another_shape():
    weights = random_weights(OBLONG)
    weights["conv1.weight"] = weights["conv1.weight"].swapaxes(2, 3)
    message = "Oblong: conv1.weight must have shape (6, 2, 3, 2), received conv1.weight (6, 2, 2, 3)"
    with pytest.raises(ValueError, match=exactly(message)):
        run(OBLONG, weights, random_images(OBLONG, 1), ops=vectorized)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_initial_weights_have_the_published_spread(activation):
    architecture = lenet(activation)
    weights = initial_weights(architecture, 0, dtype=np.float64)
    fans = {"conv1": (25, 150), "conv2": (150, 400), "dense1": (400, 120), "dense2": (120, 84), "dense3": (84, 10)}
    for layer, (fan_in, fan_out) in fans.items():
        assert not weights[f"{layer}.bias"].any()
        values = weights[f"{layer}.weight"]
        # Glorot & Bengio (2010), Eq. 12, ask for this variance; He et al. (2015), Eq. 10, for the other.
        variance = 2 / fan_in if activation == "relu" else 2 / (fan_in + fan_out)
        bound = np.sqrt(3 * variance)
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.95 * bound
        # The fourth moment of a uniform variable is 9/5 of its squared variance.
        assert abs(values.var() / variance - 1) < 4 * np.sqrt(0.8 / values.size)
        assert abs(values.mean()) < 4 * np.sqrt(variance / values.size)


def test_one_seed_means_one_set_of_weights():
    first, again, other = (initial_weights(lenet(), seed) for seed in (4, 4, 5))
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
        assert name.endswith("bias") or not np.array_equal(value, other[name])
        assert value.dtype == np.float32
    # Published numbers depend on the stream: seed 0 of the Mersenne Twister starts with 0.5488135….
    first_draw = (2 * 0.5488135039273248 - 1) * np.sqrt(6 / (25 + 150))
    assert initial_weights(lenet(), 0, dtype=np.float64)["conv1.weight"][0, 0, 0, 0] == pytest.approx(first_draw)
