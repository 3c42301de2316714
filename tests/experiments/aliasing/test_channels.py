"""Letters turned as their answer says; a maximum over detectors; who wins what."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.aliasing.channels import (
    LETTER,
    LETTER_READERS,
    Maxout,
    TurnedCopies,
    read_letters,
    turned_letters,
    wins,
)
from cnnlib.training import Recipe, evaluate, fit


def test_letters_are_turned_as_their_answers_say():
    images, labels, turns = turned_letters(4000, seed=0)
    assert images.dtype == np.float32
    for label, turn in np.ndindex(2, 4):
        mean = images[(labels == label) & (turns == turn)].mean(axis=0)[0]
        face = LETTER if label else np.fliplr(LETTER)
        for _ in range(turn):
            face = face.T[::-1]  # a quarter against the clock
        assert np.abs(mean - face).max() < 0.15  # noise of 0.5 over some 500 letters
    assert images.std(axis=0).max() > 0.5


def test_letters_depend_on_the_seed_alone():
    first, again, other = (turned_letters(5, seed)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def known(summary="max"):
    """Return a network of 2 × 3 detectors, each with one weight, at a cell of its own."""
    network = Maxout(3, summary)
    with torch.no_grad():
        network.dense1.weight.copy_(torch.eye(6, 25) * torch.arange(1.0, 7.0)[:, None])
        network.dense1.bias.zero_()
    return network


def test_a_score_is_the_largest_or_the_mean_of_its_detectors():
    x = torch.zeros(1, 1, 5, 5)
    x.view(-1)[:6] = torch.tensor([1.0, 3.0, 0.5, -1.0, -2.0, 0.25])
    assert known().detectors(x).tolist() == [[[1, 6, 1.5], [-4, -10, 1.5]]]
    assert known()(x).tolist() == [[6, 1.5]]
    torch.testing.assert_close(known("average")(x), torch.tensor([[8.5 / 3, -12.5 / 3]]))
    templates = known().templates()
    assert templates.shape == (2, 3, 5, 5)
    assert templates[1, 0].ravel().tolist() == [0, 0, 0, 4] + [0] * 21


def test_wins_are_counted_by_letter_turn_and_detector():
    images = np.zeros((4, 1, 5, 5), np.float32)
    for image, cell in zip(images, (1, 5, 3, 5), strict=True):
        image.flat[cell] = 1
    counts = wins(known(), images, np.array([0, 1, 1, 1]), np.array([2, 0, 3, 0]))
    expected = np.zeros((2, 4, 3), int)
    expected[0, 2, 1] = 1  # cell 1 is the second detector of class 0
    expected[1, 0, 2] = 2  # cell 5 the third of class 1, twice
    expected[1, 3, 0] = 1
    np.testing.assert_array_equal(counts, expected)


def test_a_maximum_learns_what_an_average_cannot():
    letters, fresh = turned_letters(1000, seed=0), turned_letters(500, seed=1)
    accuracy = {}
    for summary in ("max", "average"):
        network = Maxout(8, summary, seed=0)
        fit(network, letters[:2], Recipe(8, 50, 0.03), progress=False)
        accuracy[summary] = evaluate(network, *fresh[:2]).accuracy
    assert accuracy["max"] > 0.85
    assert accuracy["average"] < 0.65


def test_letters_show_only_the_turns_that_are_asked_for():
    _, _, turns = turned_letters(200, seed=0, turns=2)
    assert set(turns.tolist()) == {0, 1}


def test_turned_copies_forgive_quarter_turns_exactly():
    network = TurnedCopies(seed=4)
    x = torch.from_numpy(np.random.RandomState(0).normal(size=(3, 1, 5, 5)).astype(np.float32))
    with torch.no_grad():
        still = network(x)
        for turn in (1, 2, 3):
            torch.testing.assert_close(network(x.rot90(turn, (2, 3))), still)
        # The largest answer of the upright detectors to the four turns of a picture.
        turns = [x.rot90(k, (2, 3)).flatten(1) @ network.dense1.weight.T for k in range(4)]
    torch.testing.assert_close(still, torch.stack(turns).amax(0) + network.dense1.bias)


@pytest.mark.parametrize(
    ("reader", "parameters"),
    [
        ("one detector", 52),
        ("average of eight", 16 * 26),
        ("maximum of four", 8 * 26),
        ("maximum of eight", 16 * 26),
        ("15 hidden units", 15 * 26 + 2 * 16),
        ("one, turned four times", 52),
    ],
)
def test_readers_have_the_parameters_that_the_text_gives(reader, parameters):
    assert sum(each.numel() for each in LETTER_READERS[reader](0).parameters()) == parameters


def test_a_turned_detector_reads_turns_that_it_was_not_shown():
    images, labels, turns = turned_letters(600, seed=1)
    unseen = images[turns >= 2], labels[turns >= 2]
    reads = {
        reader: read_letters(reader, 500, rate=0.1, seed=0, turns=2, fresh=unseen, steps=100)
        for reader in ("one, turned four times", "maximum of eight")
    }
    assert reads["one, turned four times"] > 0.85
    assert reads["maximum of eight"] < 0.4


def test_a_letter_shown_in_all_turns_teaches_all_turns():
    images, labels, turns = turned_letters(600, seed=1)
    unseen = images[turns >= 2], labels[turns >= 2]
    options = {"rate": 0.1, "seed": 0, "turns": 2, "fresh": unseen, "steps": 100}
    assert read_letters("maximum of eight", 500, every_turn=True, **options) > 0.8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "Maxout: members must be at least 1, received 0"),
        ((2, "median"), "Maxout: summary must be one of 'max', 'average', received 'median'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=exactly(message)):
        Maxout(*arguments)
