"""The network with a pooling in the middle, against PyTorch's own layers."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.pooling import savings


@pytest.mark.parametrize(
    ("kind", "side"),
    [("none", 28), ("2×2 average", 14), ("one of four", 14), ("four side by side", 14), ("4×4 maximum", 7)],
)
def test_the_dense_layer_fits_and_the_middle_is_what_it_says(kind, side):
    random = np.random.RandomState(0)
    digits = random.uniform(size=(10, 1, 28, 28)).astype(np.float32), random.randint(0, 10, 10)
    network = savings.learn_pooled(kind, digits, rate=0.01, epochs=1, seed=3)
    (w1, b1), (w2, b2), (w3, b3) = network.layers
    assert w3.shape == (10, 16 * side**2)
    x = torch.from_numpy(digits[0])
    functional = torch.nn.functional
    h = functional.conv2d(x, w1, b1, padding=1).relu()
    h = {
        "none": h,
        "2×2 average": functional.avg_pool2d(h, 2),
        "one of four": h[:, :, ::2, ::2],
        "four side by side": torch.stack([h[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], dim=2).flatten(1, 2),
        "4×4 maximum": functional.max_pool2d(h, 4),
    }[kind]
    h = functional.conv2d(h, w2, b2, padding=1).relu()
    torch.testing.assert_close(network(x), functional.linear(h.flatten(1), w3, b3))


def test_another_pooling_is_refused():
    kinds = "'none', '2×2 maximum', '2×2 average', 'one of four', 'four side by side', '4×4 maximum'"
    with pytest.raises(ValueError, match=exactly(f"learn_pooled: kind must be one of {kinds}, received 'x'")):
        savings.learn_pooled("x", None, rate=0.01, epochs=1, seed=0)
