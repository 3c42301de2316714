"""One order of the pixels for all images."""

import numpy as np

from cnnlib.experiments.prior.permutation import permute, pixel_order

IMAGES = np.random.RandomState(0).uniform(size=(5, 1, 4, 7)).astype(np.float32)


def test_an_order_says_where_each_pixel_comes_from():
    order = pixel_order(28, 3)
    assert sorted(order) == list(range(28))
    permuted = permute(IMAGES, order)
    assert permuted.shape == IMAGES.shape
    assert permuted[4, 0, 0, 2] == IMAGES[4].ravel()[order[2]]
    assert (pixel_order(28, 3) == order).all()
    assert (pixel_order(28, 4) != order).any()
