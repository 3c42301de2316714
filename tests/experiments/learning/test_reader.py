"""The reader of the first figure learns by the slopes of softmax and cross-entropy."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.learning.reader import linear_reader


def test_it_moves_against_the_slopes_batch_by_batch():
    draw = np.random.RandomState(1)
    images, labels = draw.rand(7, 784), np.array([3, 0, 9, 9, 1, 4, 3])
    weight = torch.zeros(10, 784, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    steps, order = torch.optim.SGD([weight, bias], lr=0.2), np.random.RandomState(5)
    for _ in range(2):
        shuffled = order.permutation(7)
        for rows in (shuffled[:4], shuffled[4:]):  # the last batch is smaller
            steps.zero_grad()
            logits = torch.tensor(images[rows]) @ weight.T + bias
            torch.nn.functional.cross_entropy(logits, torch.tensor(labels[rows])).backward()
            steps.step()
    learned = linear_reader(images, labels, epochs=2, rate=0.2, batch_size=4, seed=5)
    assert learned[0] == pytest.approx(weight.detach().numpy(), abs=1e-12)
    assert learned[1] == pytest.approx(bias.detach().numpy(), abs=1e-12)


def test_it_keeps_the_images_precision():
    weight, bias = linear_reader(np.zeros((2, 784), np.float32), np.array([0, 1]), epochs=1, rate=1)
    assert weight.dtype == bias.dtype == np.float32
