"""The letter is where the answer says, and a global maximum is blind to it away from the border."""

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


def test_versions_of_a_letter_differ_in_bars_and_noise_alone():
    images, answers = where.scenes(20, seed=5, versions=3)
    once, known = where.scenes(20, seed=5)
    assert images.shape == (60, 1, 22, 22)
    np.testing.assert_array_equal(answers["there"], np.tile(known["there"], 3))
    np.testing.assert_array_equal(answers["where"], np.tile(known["where"], 3))
    np.testing.assert_array_equal(images[:1].round(), once[:1].round())
    frame, stays = np.pad(where.LETTER_F, ((0, 0), (0, 1))), 0
    for number in range(20):
        letter = frame if known["there"][number] else frame[:, ::-1]
        places = [find(images[number + 20 * version, 0], letter) for version in range(3)]
        stays += bool(set.intersection(*places))
        assert not np.array_equal(images[number], images[number + 20])
    assert stays >= 19  # noise of 5 standard deviations may hide one


def test_redrawn_pictures_are_seen_as_often():
    pool = where.SCENE_POOLINGS["global"]
    options = {"rate": 0.01, "visits": 60, "seed": 1}
    _, (images, answers) = where.learn_scenes("there", pool, 20, redrawn=True, **options)
    _, (plain, known) = where.learn_scenes("there", pool, 20, **options)
    assert (len(images), len(plain)) == (60, 20)
    np.testing.assert_array_equal(answers, np.tile(known, 3))


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


def test_a_letter_that_does_not_wander_stands_in_the_middle():
    images, answers = where.scenes(50, seed=2, wandering=False)
    assert set(answers["where"]) == {2 * 6 + 2}
    assert set(answers["there"]) == {0, 1}
    frame = np.pad(where.LETTER_F, ((0, 0), (0, 1)))
    letters = [np.array_equal(np.round(image[0, 8:13, 8:13]), frame) for image in images]
    assert letters == (answers["there"] == 1).tolist()


MAPS = torch.from_numpy(np.random.RandomState(0).uniform(size=(2, 16, 18, 18)).astype(np.float32))


def test_poolings_by_their_own_definition():
    pooled = {name: pool(MAPS) for name, pool in where.SCENE_POOLINGS.items()}
    windows = MAPS.unflatten(3, (6, 3)).unflatten(2, (6, 3))  # N, C, 6, 3, 6, 3
    assert torch.equal(pooled["none"], MAPS)
    assert torch.equal(pooled["3×3"], windows.amax((3, 5)))
    assert torch.equal(pooled["one of nine"], windows[:, :, :, 1, :, 1])
    torch.testing.assert_close(pooled["average 3×3"], windows.mean((3, 5)))
    assert torch.equal(pooled["global"].flatten(1), MAPS.amax((2, 3)))
    assert pooled["6×6"].shape[2:] == (3, 3)
    assert pooled["9×9"].shape[2:] == (2, 2)


def test_scattered_groups_hold_every_cell_once_and_neighbours_seldom():
    one = torch.arange(324.0).reshape(1, 1, 18, 18)
    order = np.random.RandomState(0).permutation(324).reshape(36, 9)
    assert sorted(order.ravel()) == list(range(324))
    assert where.scattered(one)[0, 0].tolist() == order.max(axis=1).tolist()
    rows, columns = order // 18, order % 18
    assert (np.ptp(rows, axis=1) > 5).all() or (np.ptp(columns, axis=1) > 5).all()


def test_a_reader_is_two_convolutions_a_pooling_and_a_dense_layer():
    network, seen = where.learn_scenes("where", where.SCENE_POOLINGS["3×3"], 50, rate=0.01, visits=50)
    assert seen[0].shape == (50, 1, 22, 22)
    x = torch.from_numpy(where.scenes(2, seed=0)[0])
    (w1, b1), (w2, b2), (w3, b3) = network.layers
    with torch.no_grad():
        maps = torch.relu(torch.conv2d(x, w1, b1))
        maps = torch.relu(torch.conv2d(maps, w2, b2))
        pooled = torch.nn.functional.max_pool2d(maps, 3).flatten(1)
        torch.testing.assert_close(network(x), pooled @ w3.T + b3)


@pytest.mark.parametrize(("pooling", "blind"), [("global", True), ("3×3", False)])
def test_only_the_global_maximum_is_blind_to_the_place(pooling, blind):
    sheet = torch.zeros(2, 1, 22, 22)
    sheet[0, 0, 4:9, 6:10] = sheet[1, 0, 11:16, 12:16] = torch.from_numpy(where.LETTER_F)
    network, _ = where.learn_scenes("where", where.SCENE_POOLINGS[pooling], 50, rate=0.01, visits=50)
    with torch.no_grad():
        first, second = network(sheet)
    assert ((first - second).abs().max() < 1e-5) == blind


def test_learning_is_above_chance_and_repeatable():
    results = []
    for _ in range(2):
        network, seen = where.learn_scenes("there", where.SCENE_POOLINGS["global"], 100, rate=0.02, seed=1)
        results.append(where.known_and_new(network, "there", seen))
    assert results[0] == results[1]
    assert min(results[0]) > 0.8


def test_every_seed_is_asked_about_the_same_new_pictures(monkeypatch):
    drawn, draw = [], where.scenes

    def watched(count, seed, **options):
        drawn.append((count, seed))
        return draw(count, seed, **options)

    monkeypatch.setattr(where, "scenes", watched)
    for seed in (0, 1):
        network, seen = where.learn_scenes("where", where.SCENE_POOLINGS["global"], 20, rate=0.01, seed=seed, visits=20)
        where.known_and_new(network, "where", seen)
    (first, asked), (second, asked_again) = drawn[:2], drawn[2:]
    assert asked == asked_again
    assert len({first, second, asked}) == 3


@pytest.mark.parametrize(
    ("task", "count", "message"),
    [
        ("what", 10, "learn_scenes: task must be one of 'there', 'where', received 'what'"),
        ("there", 0, "learn_scenes: count must be at least 1, received 0"),
        ("there", 8001, "learn_scenes: count must be at most 8000, received 8001"),
    ],
)
def test_bad_arguments_are_named(task, count, message):
    with pytest.raises(ValueError, match=exactly(message)):
        where.learn_scenes(task, where.SCENE_POOLINGS["3×3"], count, rate=0.01)
