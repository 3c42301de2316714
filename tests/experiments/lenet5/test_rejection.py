"""A refusal is a refusal of the most doubtful, and what is called rubbish is no digit."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.lenet5 import rejection


@pytest.fixture
def digits():
    random = np.random.RandomState(0)
    return random.rand(40, 1, 28, 28).astype(np.float32), random.randint(0, 10, 40)


class Known(torch.nn.Module):
    """Answer with logits that were given, a row for each picture; pictures of rubbish get the last row."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits, dtype=torch.float32)
        self.asked = 0

    def forward(self, images):
        self.asked += 1
        return self.logits[: len(images)] if self.asked == 1 else self.logits[-1:].expand(len(images), -1)


@pytest.mark.parametrize("loss", rejection.LOSSES)
@pytest.mark.parametrize("by", rejection.DOUBTS)
def test_each_loss_trains_its_network(loss, by, digits):
    network = rejection.trained_reader(loss, digits, epochs=1, rate=0.01, seed=1)
    answers, doubts = rejection.answers_and_doubts(network, digits[0], by)
    assert answers.shape == doubts.shape == (40,)
    assert (by == "output" and loss == "softmax") or (doubts >= 0).all()
    assert doubts.dtype == (np.float64 if by == "probability" else np.float32)


def test_an_unknown_doubt_is_named(digits):
    with pytest.raises(ValueError, match=r"by must be one of .*received 'feeling'"):
        rejection.answers_and_doubts(Known(np.zeros((40, 10))), digits[0], "feeling")


def test_the_most_doubtful_are_refused(digits):
    # Digit n lies at the distance n from the bitmap of 3 and further from the others; rubbish at a distance of 37.5.
    logits = np.full((41, 10), -99.0)
    logits[:, 3] = [*-np.arange(40.0), -37.5]
    labels = np.full(40, 3)
    labels[[10, 39]] = 5  # two mistakes: a sure one, and the most doubtful
    row = rejection.refusals(Known(logits), (digits[0], labels), "output", share=0.1)
    assert row["accuracy"] == 38 / 40
    assert row["mistakes"] == 0.5
    assert all(row[name] == 1 for name in rejection.rubbish(digits[0]))
    row = rejection.refusals(Known(logits), (digits[0], labels), "output", share=0.025)
    assert all(row[name] == 0 for name in rejection.rubbish(digits[0]))


def test_without_mistakes_none_is_refused(digits):
    logits = np.full((41, 10), -99.0)
    logits[:, 3] = -np.arange(41.0)
    row = rejection.refusals(Known(logits), (digits[0], np.full(40, 3)), "output")
    assert (row["accuracy"], row["mistakes"]) == (1, None)


def test_a_probability_doubts_where_none_is_large(digits):
    logits = np.zeros((40, 10))
    logits[0, 7] = 40
    answers, doubts = rejection.answers_and_doubts(Known(logits), digits[0], "probability")
    assert answers[0] == 7
    assert 0 <= doubts[0] < 1e-15
    np.testing.assert_allclose(doubts[1:], 0.9)


def test_rubbish_is_made_of_digits(digits):
    made = rejection.rubbish(digits[0], seed=2)
    assert all(images.shape == digits[0].shape and images.dtype == np.float32 for images in made.values())
    np.testing.assert_array_equal(np.sort(made["shuffled"].ravel()), np.sort(digits[0].ravel()))
    np.testing.assert_array_equal(made["halves"][3, :, :14], digits[0][3, :, :14])
    np.testing.assert_array_equal(made["halves"][3, :, 14:], digits[0][4, :, 14:])
    np.testing.assert_array_equal(made["negative"], 1 - digits[0])
    assert 0 <= made["noise"].min() < 0.01 < 0.99 < made["noise"].max() <= 1


def test_an_unknown_loss_is_named(digits):
    with pytest.raises(KeyError, match="hinge"):
        rejection.trained_reader("hinge", digits, epochs=1, rate=0.01)
