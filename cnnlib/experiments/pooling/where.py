"""Two questions about the same pictures: is the letter there, and where is it?

Networks that differ only in the window of their one pooling layer learn to answer either.
"""

import numpy as np

from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool, choice, integer
from cnnlib.training import Recipe, evaluate, fit

LETTER_F = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]], np.float32)
PICTURE_SIDE = 22  # pixels of a picture
CELL = 3  # positions of the letter, down and across, that count as one place
ANSWERS_TO = {"there": 2, "where": 36}


def scenes(count, seed):
    """Draw pictures of an F, or of its mirror image, somewhere among six bars and noise.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    images : ndarray of float32, shape (N, 1, 22, 22)
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
    ink = np.zeros((count, 1, PICTURE_SIDE, PICTURE_SIDE), np.float32)
    height, width = LETTER_F.shape
    # A square frame, so that the F and its mirror image stand in the same places.
    frame = np.pad(LETTER_F, ((0, 0), (0, height - width)))
    corners = random.randint(0, PICTURE_SIDE - height + 1, (count, 2))
    there = random.randint(0, 2, count)
    for image, (top, left), is_letter in zip(ink[:, 0], corners, there, strict=True):
        for _ in range(6):
            rows, columns = ((1, 4), (4, 1))[random.randint(2)]
            i, j = random.randint(0, PICTURE_SIDE - rows + 1), random.randint(0, PICTURE_SIDE - columns + 1)
            image[i : i + rows, j : j + columns] = 1
        image[top : top + height, left : left + height] = frame if is_letter else frame[:, ::-1]
    row, column = corners.T // CELL
    images = (ink + random.normal(0, 0.1, ink.shape)).astype(np.float32)
    return images, {"there": there, "where": row * 6 + column}


def reader(window, classes, *, seed=0):
    """Build two convolutions, which together see 5 × 5 pixels, one max pooling and one dense layer.

    Parameters
    ----------
    window : int
        Of the pooling, side by side on maps of 18 × 18: 1 pools nothing, 18 everything.
    classes : int
    seed : int
        Of the initial weights.

    Returns
    -------
    Network
    """
    layers = (
        Conv(8, 3),
        Activation("relu"),
        Conv(16, 3),
        Activation("relu"),
        Pool("max", window),
        Flatten(),
        Dense(classes),
    )
    return Network(Architecture(f"Reader (window {window})", (1, PICTURE_SIDE, PICTURE_SIDE), layers), seed=seed)


def learn(task, window, count, *, seed=0, test_count=1000):
    """Train a reader on ``count`` pictures and return the share of new ones that it answers rightly.

    All see 8,000 pictures in training, in steps of 50, however few different ones there are.

    Parameters
    ----------
    task : "there" or "where"
    window : int
        As in `reader`.
    count : int
        From 1 to 8,000.
    seed : int
        Of pictures, weights and order. The pictures that are asked about are the same for every seed.
    test_count : int

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If the task is another, the window larger than the maps, or ``count`` out of range.
    """
    choice("learn", "task", task, tuple(ANSWERS_TO))
    integer("learn", "count", count, minimum=1)
    visits = 8000
    if count > visits:
        raise ValueError(f"learn: count must be at most {visits}, received {count}")
    images, answers = scenes(count, seed)
    test_images, test_answers = scenes(test_count, seed=10_000)
    network = reader(window, ANSWERS_TO[task], seed=seed)
    recipe = Recipe(epochs=visits // count, batch_size=50, learning_rate=0.01, seed=seed)
    fit(network, (images, answers[task]), recipe, progress=False)
    return evaluate(network, test_images, test_answers[task]).accuracy
