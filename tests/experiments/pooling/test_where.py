"""The letter is where the answer says, and a global maximum cannot know it."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.pooling import where


def find(image, pattern):
    """Return every place at which a pattern of ink and paper stands exactly, noise rounded away."""
    windows = np.lib.stride_tricks.sliding_window_view(np.round(image), pattern.shape)
    return {(int(i), int(j)) for i, j in np.argwhere((windows == pattern).all(axis=(2, 3)))}


def test_the_letter_stands_where_the_answer_says():
    images, answers = where.scenes(200, seed=4)
    frame = np.pad(where.LETTER_F, ((0, 0), (0, 1)))
    found = 0
    for image, there, place in zip(images[:, 0], answers["there"], answers["where"], strict=True):
        places = find(image, frame if there else frame[:, ::-1])
        found += place in {i // 3 * 6 + j // 3 for i, j in places}
    assert found > 195  # noise of 5 standard deviations may hide one


def test_both_answers_occur_about_equally_often_and_everywhere():
    _, answers = where.scenes(4000, seed=1)
    assert 0.45 < answers["there"].mean() < 0.55
    counts = np.bincount(answers["where"], minlength=36)
    assert len(counts) == 36
    assert counts.min() > 60  # of 111 expected
    # Knowing one answer does not help with the other.
    assert abs(np.corrcoef(answers["there"], answers["where"])[0, 1]) < 0.05


def test_scenes_depend_on_the_seed_alone():
    (first, answers), (again, _), (other, _) = (where.scenes(5, seed) for seed in (3, 3, 4))
    assert first.dtype == np.float32
    assert first.shape == (5, 1, 22, 22)
    assert set(answers) == set(where.ANSWERS_TO)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_readers_differ_in_their_window_alone():
    shapes = {
        window: {name: value.shape for name, value in where.reader(window, 36).named_parameters()}
        for window in (1, 3, 18)
    }
    assert shapes[1]["dense1.weight"] == (36, 16 * 18 * 18)
    assert shapes[3]["dense1.weight"] == (36, 16 * 6 * 6)
    assert shapes[18]["dense1.weight"] == (36, 16)
    assert shapes[1]["conv1.weight"] == shapes[18]["conv1.weight"] == (8, 1, 3, 3)
    assert shapes[1]["conv2.weight"] == shapes[18]["conv2.weight"] == (16, 8, 3, 3)


def test_a_reader_is_two_convolutions_a_maximum_and_a_dense_layer():
    network = where.reader(3, 36, seed=1)
    x = torch.from_numpy(where.scenes(2, seed=0)[0])
    w = dict(network.named_parameters())
    with torch.no_grad():
        maps = torch.relu(torch.conv2d(x, w["conv1.weight"], w["conv1.bias"]))
        maps = torch.relu(torch.conv2d(maps, w["conv2.weight"], w["conv2.bias"]))
        pooled = torch.nn.functional.max_pool2d(maps, 3).flatten(1)
        torch.testing.assert_close(network(x), pooled @ w["dense1.weight"].T + w["dense1.bias"])


@pytest.mark.parametrize(("window", "blind"), [(18, True), (3, False)])
def test_only_the_global_maximum_is_blind_to_the_place(window, blind):
    sheet = torch.zeros(2, 1, 22, 22)
    sheet[0, 0, 4:9, 6:10] = sheet[1, 0, 11:16, 12:16] = torch.from_numpy(where.LETTER_F)
    with torch.no_grad():
        first, second = where.reader(window, 36, seed=2)(sheet)
    assert ((first - second).abs().max() < 1e-5) == blind


def test_learning_is_above_chance_and_repeatable():
    accuracy = where.learn("there", 18, 100, seed=1, test_count=200)
    assert accuracy > 0.8
    assert accuracy == where.learn("there", 18, 100, seed=1, test_count=200)


def test_every_seed_is_asked_about_the_same_new_pictures(monkeypatch):
    drawn, draw = [], where.scenes

    def watched(count, seed):
        drawn.append((count, seed))
        return draw(count, seed)

    monkeypatch.setattr(where, "scenes", watched)
    monkeypatch.setattr(where, "fit", lambda *arguments, **options: None)
    for seed in (0, 1):
        where.learn("where", 18, 4000, seed=seed, test_count=20)
    (first, asked), (second, asked_again) = drawn[:2], drawn[2:]
    assert asked == asked_again
    assert len({first, second, asked}) == 3


@pytest.mark.parametrize(
    ("task", "count", "message"),
    [
        ("what", 10, "learn: task must be one of 'there', 'where', received 'what'"),
        ("there", 0, "learn: count must be at least 1, received 0"),
        ("there", 8001, "learn: count must be at most 8000, received 8001"),
    ],
)
def test_bad_arguments_are_named(task, count, message):
    with pytest.raises(ValueError, match=exactly(message)):
        where.learn(task, 3, count)
