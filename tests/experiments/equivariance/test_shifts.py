"""Pictures that move, by hand."""

import numpy as np
import torch

from cnnlib.experiments.equivariance.shifts import moved, shift, wanderer

IMAGE = np.array([[1, 2, 3], [4, 5, 6]])


def test_a_shift_goes_down_and_to_the_right():
    assert shift(IMAGE, rows=1).tolist() == [[4, 5, 6], [1, 2, 3]]
    assert shift(IMAGE, columns=1).tolist() == [[3, 1, 2], [6, 4, 5]]
    assert shift(np.stack([IMAGE, 2 * IMAGE]), -1, -1)[1].tolist() == [[10, 12, 8], [4, 6, 2]]


def test_what_moves_out_is_lost_and_zeros_come_in():
    assert moved(IMAGE, rows=1).tolist() == [[0, 0, 0], [1, 2, 3]]
    assert moved(IMAGE, columns=-2).tolist() == [[3, 0, 0], [6, 0, 0]]
    assert moved(np.stack([IMAGE, 2 * IMAGE]), -1, 1)[1].tolist() == [[0, 8, 10], [0, 0, 0]]
    assert moved(IMAGE).tolist() == IMAGE.tolist()
    assert IMAGE.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_wandering_moves_each_image_by_steps_of_its_own():
    images = torch.zeros(200, 1, 9, 11)
    images[..., 4, 5] = 1
    wandered = wanderer(2)(images, np.random.RandomState(0))
    places = {tuple(place[2:].tolist()) for place in wandered.nonzero()}
    assert places == {(row, column) for row in range(2, 7) for column in range(3, 8)}
    assert wandered.shape == images.shape
    torch.testing.assert_close(wanderer(0)(images, np.random.RandomState(0)), images, rtol=0, atol=0)
