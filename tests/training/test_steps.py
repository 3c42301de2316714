"""The loop that counts steps."""

import numpy as np
import pytest
import torch

from cnnlib.models.torch_network import draw_weights
from cnnlib.training.steps import descend, fit_steps, shuffled_batches


def test_every_image_comes_once_before_any_comes_again():
    batches = list(shuffled_batches(10, 4, 5, np.random.RandomState(0)))
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4]
    order = torch.cat(batches).tolist()
    assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert order[:10] != order[10:]


def test_few_images_make_small_batches():
    assert [sorted(batch.tolist()) for batch in shuffled_batches(3, 50, 2, np.random.RandomState(0))] == [
        [0, 1, 2],
        [0, 1, 2],
    ]


class Linear(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, 3))

    def forward(self, x):
        return x.flatten(1) @ self.weight.T


IMAGES = np.random.RandomState(0).normal(size=(40, 1, 1, 3)).astype(np.float32)
LABELS = (IMAGES[:, 0, 0, 1] > 0).astype(np.int64)


def test_training_learns_and_repeats_itself():
    IMAGES.setflags(write=False)  # as the data sets are
    first, second = (fit_steps(Linear(), IMAGES, LABELS, steps=60, learning_rate=0.1, seed=1) for _ in range(2))
    assert torch.equal(first.weight, second.weight)
    with torch.no_grad():
        assert (first(torch.tensor(IMAGES)).argmax(1).numpy() == LABELS).mean() >= 0.95


def test_what_augment_returns_is_what_is_trained_on():
    def hide(batch, random):
        assert isinstance(random, np.random.RandomState)
        return torch.zeros_like(batch)

    assert fit_steps(Linear(), IMAGES, LABELS, steps=5, augment=hide).weight.abs().max() == 0


def test_weights_are_drawn_by_the_fan():
    weights = draw_weights(np.random.RandomState(0), (200, 6, 5), 30)
    assert weights.dtype == torch.float32
    assert weights.requires_grad
    assert 0.98 * np.sqrt(6 / 30) < weights.abs().max() <= np.sqrt(6 / 30)


def test_a_step_is_seen_after_it_was_taken():
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = torch.optim.SGD([weight], lr=9.0)

    def gradients(factor):
        (factor * weight).backward()  # whose gradient is the factor: leftovers of the last step would add to it
        return factor

    seen = [(factor, weight.item()) for factor in descend(optimizer, [1.0, 10.0], [0.5, 0.1], gradients)]
    assert seen == [(1.0, 1.5), (10.0, pytest.approx(0.5))]


def test_rates_are_as_many_as_batches():
    weight = torch.nn.Parameter(torch.zeros(1))
    with pytest.raises(ValueError, match="shorter"):
        list(descend(torch.optim.SGD([weight]), [1, 2], [0.1], lambda batch: weight.sum().backward()))
