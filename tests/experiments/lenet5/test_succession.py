"""The two ends are the networks that the package has; between them, one thing changes at a time."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib import gpu
from cnnlib.experiments.lenet5.succession import CHANGES, SUBSAMPLINGS, Successor, successor_accuracy
from cnnlib.models.lenet import LeNet, LeNet5
from cnnlib.models.lenet5 import C3_TABLE, discriminative_loss, lenet5_images

IMAGES = np.random.RandomState(0).uniform(0, 1, (4, 1, 28, 28)).astype(np.float32)


def test_the_first_is_lenet5():
    network, published = Successor(0, seed=1), LeNet5(seed=2)
    with torch.no_grad():
        for name, value in published.named_parameters():
            target = network.get_parameter(name)
            target.copy_(published.c3_weight() if name == "c3.weight" else value.reshape(target.shape))
    x = torch.from_numpy(network.prepare(IMAGES))
    torch.testing.assert_close(network(x), published(x), rtol=1e-4, atol=1e-3)
    assert network.loss is discriminative_loss
    assert network.learned() == 60_000


def test_the_last_is_the_lenet_of_courses():
    network, course = Successor(len(CHANGES), seed=1), LeNet(seed=2)
    names = {"conv1": "c1", "conv2": "c3", "dense1": "c5", "dense2": "f6", "dense3": "output"}
    with torch.no_grad():
        for name, value in course.named_parameters():
            layer, kind = name.split(".")
            network.get_parameter(f"{names[layer]}.{kind}").copy_(value)
    x = torch.from_numpy(network.prepare(IMAGES))
    torch.testing.assert_close(network(x), course(x), rtol=1e-5, atol=1e-5)
    assert network.loss is gpu.cross_entropy
    assert network.learned() == 61_706


def test_each_change_adds_or_takes_away_what_it_says():
    learned = [Successor(count).learned() for count in range(7)]
    # A dense output layer; 900 kernels' weights more; 12 + 32 numbers of the subsampling fewer; the rest count alike.
    assert np.diff(learned).tolist() == [850, 900, -44, 0, 0, 0]


def test_the_frame_goes_when_padding_comes():
    before, after = Successor(3), Successor(4)
    np.testing.assert_array_equal(before.prepare(IMAGES), lenet5_images(IMAGES))
    np.testing.assert_array_equal(after.prepare(IMAGES), IMAGES)


@pytest.mark.parametrize("count", range(len(CHANGES) + 1))
def test_every_parameter_of_every_network_learns(count):
    network = Successor(count, seed=3)
    network.loss(network(torch.from_numpy(network.prepare(IMAGES))), torch.tensor([3, 0, 9, 1])).backward()
    for name, value in network.named_parameters():
        assert value.grad.abs().max() > 0, name
    closed = network.c3.weight.grad[(network.joined == 0).expand(-1, -1, 5, 5)]
    assert not closed.any()


def test_starting_weights_change_their_range_and_biases():
    old, new = Successor(4, seed=0), Successor(5, seed=0)
    assert 2.2 / 400 < old.c5.weight.abs().max() <= 2.4 / 400
    assert 0 < old.c5.bias.abs().max() <= 2.4 / 400
    bound = np.sqrt(6 / 520)
    assert 0.9 * bound < new.c5.weight.abs().max() <= bound
    assert not new.c5.bias.any()


def test_while_the_table_holds_each_map_starts_by_its_own_inputs():
    for count, reads in ((1, np.array([len(maps) for maps in C3_TABLE])), (2, np.full(16, 6))):
        network = Successor(count, seed=0)
        largest = (network.c3.weight * network.joined).abs().amax(dim=(1, 2, 3)).detach().numpy()
        bound = 2.4 / (25 * reads)
        assert (0.9 * bound < largest).all()
        assert (largest <= bound).all()
        assert (network.c3.bias.abs().detach().numpy() <= bound).all()


def test_accuracy_is_of_a_run_that_can_be_repeated():
    rng = np.random.RandomState(1)
    labels = rng.randint(0, 10, 120)
    images = rng.uniform(0, 0.1, (120, 1, 28, 28)).astype(np.float32)
    images[np.arange(120), 0, 2 + 2 * labels, 5:20] += 0.9  # a bar whose height is the label
    bars = images, labels
    first, again, other = (successor_accuracy(4, bars, bars, epochs=5, rate=0.007, seed=seed) for seed in (0, 0, 1))
    assert first == again != other
    assert successor_accuracy(4, bars, bars, epochs=12, rate=0.007) > 0.9


def test_learning_and_squashing_of_the_subsampling_can_be_had_apart():
    learned = {name: Successor(2, subsampling=name).learned() for name in SUBSAMPLINGS}
    assert learned == {"learned and squashed": 61_750, "squashed": 61_706, "learned": 61_750, "plain": 61_706}
    # After five changes the weights are large enough for a squashing to be seen.
    networks = {name: Successor(5, seed=1, subsampling=name) for name in SUBSAMPLINGS}
    x = torch.from_numpy(networks["plain"].prepare(IMAGES))
    with torch.no_grad():
        for name, network in networks.items():
            for key, value in network.named_parameters():
                value.copy_(networks["learned and squashed"].get_parameter(key))
            if SUBSAMPLINGS[name][0]:  # a weight of 1/4 on the sum, and no bias: the plain mean
                for layer in (network.s2, network.s4):
                    layer.weight.fill_(0.25)
                    layer.bias.zero_()
        answers = {name: network(x) for name, network in networks.items()}
    torch.testing.assert_close(answers["learned"], answers["plain"])
    torch.testing.assert_close(answers["learned and squashed"], answers["squashed"])
    assert (answers["squashed"] - answers["plain"]).abs().max() > 1e-3


def test_another_subsampling_is_refused():
    names = "'learned and squashed', 'squashed', 'learned', 'plain'"
    with pytest.raises(ValueError, match=exactly(f"Successor: subsampling must be one of {names}, received 'max'")):
        Successor(2, subsampling="max")


@pytest.mark.parametrize(
    ("count", "message"),
    [(7, "Successor: count must be at most 6, received 7"), (-1, "Successor: count must be at least 0, received -1")],
)
def test_other_counts_are_refused(count, message):
    with pytest.raises(ValueError, match=exactly(message)):
        Successor(count)
