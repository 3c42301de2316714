"""Two questions about the same pictures: is the letter there, and where is it?

Networks that differ in their one pooling layer alone learn to answer either.
"""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.experiments.pooling.readers import trained
from cnnlib.shapes import choice, integer
from cnnlib.training import evaluate

LETTER_F = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]], np.float32)
PICTURE_SIDE = 22  # pixels of a picture
CELL = 3  # positions of the letter, down and across, that count as one place
MIDDLE = 8, 8  # where a letter stands that does not wander
ANSWERS_TO = {"there": 2, "where": 36}
VISITS = 8000  # pictures that a network sees in training, however few different ones there are


def scenes(count, seed, *, wandering=True, versions=1):
    """Draw pictures of an F, or of its mirror image, somewhere among six bars and noise.

    Parameters
    ----------
    count : int
    seed : int
    wandering : bool
        Whether the letter stands anywhere, or always in the middle.
    versions : int
        Pictures of each letter, in the same place; bars and noise are drawn anew.

    Returns
    -------
    images : ndarray of float32, shape (N × versions, 1, 22, 22)
        Ink 1 on paper 0, plus Gaussian noise of standard deviation 0.1.
    answers : dict of str to ndarray of int, shape (N,)
        ``"there"``: 1 for the F, 0 for its mirror image. ``"where"``: which of 6 × 6 places, in reading
        order, holds the upper left corner of the letter's frame.

    Examples
    --------
    >>> images, answers = scenes(3, seed=0)
    >>> images.shape, sorted(answers)
    ((3, 1, 22, 22), ['there', 'where'])
    """
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    random = np.random.RandomState(seed)
    ink = np.zeros((count * versions, 1, PICTURE_SIDE, PICTURE_SIDE), np.float32)
    height, width = LETTER_F.shape
    # A square frame, so that the F and its mirror image stand in the same places.
    frame = np.pad(LETTER_F, ((0, 0), (0, height - width)))
    corners = random.randint(0, PICTURE_SIDE - height + 1, (count, 2))
    if not wandering:
        corners[:] = MIDDLE
    there = random.randint(0, 2, count)
    corners, there = np.tile(corners, (versions, 1)), np.tile(there, versions)
    for image, (top, left), is_letter in zip(ink[:, 0], corners, there, strict=True):
        for _ in range(6):
            rows, columns = ((1, 4), (4, 1))[random.randint(2)]
            i, j = random.randint(0, PICTURE_SIDE - rows + 1), random.randint(0, PICTURE_SIDE - columns + 1)
            image[i : i + rows, j : j + columns] = 1
        image[top : top + height, left : left + height] = frame if is_letter else frame[:, ::-1]
    row, column = corners.T // CELL
    images = (ink + random.normal(0, 0.1, ink.shape)).astype(np.float32)
    return images, {"there": there, "where": row * 6 + column}


def windows(side):
    """Return a max pooling of windows of ``side × side``, side by side; 1 pools nothing, 18 the whole map."""
    return lambda maps: gpu.max_pool2d(maps, side) if side > 1 else maps


def averages(side):
    """Return an average pooling of windows of ``side × side``, side by side."""
    return lambda maps: gpu.avg_pool2d(maps, side)


def one_of_nine(maps):
    """Keep the middle cell of every window of 3×3, and drop the other eight."""
    return maps[:, :, 1::CELL, 1::CELL]


def scattered(maps):
    """Take the maximum of nine cells from all over the map, the same nine every time; 36 such groups."""
    cells = maps.flatten(2)
    order = np.random.RandomState(0).permutation(cells.shape[2])
    return cells[:, :, order].unflatten(2, (36, 9)).amax(3)


SCENE_POOLINGS = {
    "none": windows(1),
    **{f"{side}×{side}": windows(side) for side in (3, 6, 9)},
    "global": windows(18),
    "one of nine": one_of_nine,
    "scattered": scattered,
    "average 3×3": averages(3),
}


def scene_logits(layers, x, pool):
    """Return the logits of two convolutions, which together see 5×5 pixels, a pooling and a dense layer.

    Parameters
    ----------
    layers : list of three pairs (weight, bias)
    x : tensor of float, shape (N, 1, 22, 22)
    pool : callable
        Takes maps of shape (N, 16, 18, 18) and returns fewer numbers.

    Returns
    -------
    tensor of float, shape (N, classes)
    """
    (w1, b1), (w2, b2), (w3, b3) = layers
    h = gpu.relu(gpu.conv2d(x, w1, b1))
    h = gpu.relu(gpu.conv2d(h, w2, b2))
    return gpu.linear(pool(h).flatten(1), w3, b3)


def learn_scenes(
    task, pool, count, *, rate, seed=0, visits=VISITS, wandering=True, redrawn=False, forward=scene_logits
):
    """Train a reader on ``count`` pictures; all see equally many pictures, in steps of 50.

    Parameters
    ----------
    task : "there" or "where"
    pool : callable
        As in `scene_logits`.
    count : int
        Different pictures, from 1 to ``visits``.
    rate : float
        Peak of the learning rate.
    seed : int
        Of pictures, weights and order.
    visits : int
        Pictures seen in training, those that come again counted again.
    wandering : bool
        As in `scenes`.
    redrawn : bool
        Whether a picture that comes again has new bars and new noise, and the same letter in the same place.
    forward : callable
        As `scene_logits`.

    Returns
    -------
    network : Reader
    seen : pair of ndarray
        The training pictures and their answers.

    Raises
    ------
    ValueError, TypeError
        If the task is another or ``count`` out of range.
    """
    choice("learn_scenes", "task", task, tuple(ANSWERS_TO))
    integer("learn_scenes", "count", count, minimum=1)
    if count > visits:
        raise ValueError(f"learn_scenes: count must be at most {visits}, received {count}")
    versions = visits // count if redrawn else 1
    images, answers = scenes(count, seed, wandering=wandering, versions=versions)
    features = pool(torch.zeros(1, 16, 18, 18)).numel()
    shapes = (8, 1, 3, 3), (16, 8, 3, 3), (ANSWERS_TO[task], features)
    seen = images, answers[task]
    options = {"rate": rate, "epochs": visits // len(images), "seed": seed}
    return trained(lambda layers, x: forward(layers, x, pool), shapes, seen, **options), seen


def new_scenes(*, wandering=True):
    """Draw the 2,000 pictures, the same for every network, that a network is asked about after training."""
    return scenes(2000, seed=10_000, wandering=wandering)


def known_and_new(network, task, seen, *, wandering=True):
    """Return the shares that a network answers rightly, of its training pictures and of those of `new_scenes`."""
    images, answers = new_scenes(wandering=wandering)
    return evaluate(network, *seen).accuracy, evaluate(network, images, answers[task]).accuracy
