"""Memory that is used again: never while anybody holds a view of it, and with the same results."""

import copy
import gc
import threading

import numpy as np
import pytest

from cnnlib.models.catalogue import lenet
from cnnlib.models.numpy_network import NumpyNetwork, innermost
from cnnlib.vectorized._memory import LEAST, Memory, empty, like, zeros

SHAPE = (LEAST // 4, 2)

VIEWS = {
    "itself": lambda array: array,
    "a part": lambda array: array[3:],
    "a view of a view": lambda array: array.T[0][5:],
    "reshaped": lambda array: array.reshape(-1),
    "other numbers": lambda array: array.view(np.int32),
    "strided": lambda array: np.lib.stride_tricks.as_strided(array, (2, 2), (4, 4)),
    "made of its memory": lambda array: np.ndarray((3,), np.float32, array),
    "a memoryview": memoryview,
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_what_somebody_sees_is_not_written_over(view):
    with Memory():
        kept = view(empty(SHAPE, np.float32))
        before = np.array(kept)
        for _ in range(3):
            empty(SHAPE, np.float32).fill(7)
            gc.collect()
        np.testing.assert_array_equal(np.array(kept), before)


@pytest.mark.parametrize("shape", [SHAPE, (SHAPE[0] - 3, 2)])
def test_what_nobody_sees_any_more_is_used_again(shape):
    with Memory():
        array = empty(SHAPE, np.float32)
        address = array.ctypes.data
        del array
        assert empty(shape, np.float32).ctypes.data == address


def test_nothing_is_kept_outside_nor_of_small_arrays():
    memory = Memory()
    with memory:
        empty((LEAST // 4 - 1,), np.float32)
    empty(SHAPE, np.float32)
    assert not memory._blocks


def test_zeros_are_zero_in_used_memory():
    with Memory():
        empty(SHAPE, np.float32).fill(7)
        assert not zeros(SHAPE, np.float32).any()


@pytest.mark.parametrize("memory", [Memory(), None], ids=["kept", "new"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 2, 0), (0, 2, 3, 1)])
def test_like_lies_as_its_model_does(memory, order):
    array = np.zeros((16, 17, 18, 19), np.float32).transpose(order)
    for dtype in (np.float32, bool):
        with memory or Memory():
            found, wanted = like(array, dtype=dtype), np.empty_like(array, dtype=dtype)
        assert (found.shape, found.strides, found.dtype) == (wanted.shape, wanted.strides, wanted.dtype)


def test_each_thread_has_the_memory_of_its_own_with():
    memory, seen = Memory(), []
    with memory:
        thread = threading.Thread(target=lambda: seen.append(empty(SHAPE, np.float32)))
        thread.start()
        thread.join()
    del seen[:]
    assert not memory._blocks


def test_a_copy_begins_without_any():
    memory = Memory()
    with memory:
        empty(SHAPE, np.float32)
    assert memory._blocks
    assert not copy.deepcopy(memory)._blocks


NETWORKS = {"sigmoid, average": lenet, "relu, max": lambda: lenet("relu", "max")}


@pytest.mark.parametrize("architecture", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("batch", [3, 64, 300])
def test_a_step_is_the_same_in_used_memory(architecture, batch):
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
    labels = rng.randint(0, 10, batch)
    network = NumpyNetwork(architecture(), dtype=np.float32)
    first = network.loss(images, labels), dict(network.gradients)
    # Whatever is left there must not be read.
    for blocks in network._memory._blocks.values():
        for block in blocks:
            np.frombuffer(block, np.float32)[:] = np.nan
    for _ in range(3):
        again = network.loss(images, labels), network.gradients
        assert again[0] == first[0]
        for name, gradient in again[1].items():
            np.testing.assert_array_equal(gradient, first[1][name])


def test_an_answer_outlives_the_steps_after_it():
    rng = np.random.RandomState(0)
    network = NumpyNetwork(lenet())
    images, labels = rng.uniform(0, 1, (64, 1, 28, 28)).astype(np.float32), rng.randint(0, 10, 64)
    with network._memory:
        maps = network.layers["conv1"].forward(innermost(images))
    before = maps.copy()
    for _ in range(3):
        network.loss(images[::-1], labels)
    np.testing.assert_array_equal(maps, before)
