"""Pictures brought into MNIST's form: what must not matter does not, and what shows nothing is refused."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.data import as_float, as_mnist, mnist


def seven(height=120, width=90, top=20, left=15, size=60):
    """Draw a seven, ink 1 on 0: a bar and a slanted stem."""
    page = np.zeros((height, width))
    page[top : top + size // 8, left : left + size // 2] = 1
    for row in range(size):
        right = left + size // 2 - row // 3
        page[top + row, right - size // 8 : right] = 1
    return page


REFERENCE = as_mnist(255 * seven())


def test_the_form_is_mnists():
    assert (REFERENCE.shape, REFERENCE.dtype) == ((28, 28), np.float32)
    assert REFERENCE.min() == 0
    assert REFERENCE.max() > 0.9
    rows, columns = (np.flatnonzero(REFERENCE.sum(axis=axis)) for axis in (1, 0))
    assert rows[-1] - rows[0] + 1 == 20  # taller than wide
    assert columns[-1] - columns[0] + 1 < 14
    for axis in (1, 0):
        assert REFERENCE.sum(axis=axis) @ np.arange(28) / REFERENCE.sum() == pytest.approx(14, abs=0.5)
    assert REFERENCE[:, : columns[0]].sum() == 0


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(1 - seven(), id="dark on light"),
        pytest.param(40 + 90 * seven(), id="faint"),
        pytest.param(np.repeat((200 - 150 * seven())[..., None], 3, axis=2), id="coloured"),
        pytest.param((255 * seven(top=50, left=50)).astype(np.uint8), id="elsewhere"),
        pytest.param(seven(200, 300, 30, 200), id="on a larger page"),
        pytest.param(np.kron(seven(), np.ones((3, 3))), id="three times the size"),
        pytest.param(200 - 150 * seven() + 0.3 * np.arange(90) - 0.2 * np.arange(120)[:, None], id="in slanting light"),
        pytest.param(
            200 - 100 * seven() + np.random.RandomState(0).normal(0, 4, (120, 90)), id="with noise"
        ),
    ],
)  # fmt: skip
def test_what_must_not_matter_does_not(picture):
    before = picture.copy()
    # Half a stroke's edge may fall on another pixel; a digit upside down or mirrored is far off.
    assert np.abs(as_mnist(picture) - REFERENCE).mean() < 0.02
    assert np.abs(as_mnist(picture)[::-1] - REFERENCE).mean() > 0.07
    assert np.abs(as_mnist(picture)[:, ::-1] - REFERENCE).mean() > 0.07
    np.testing.assert_array_equal(picture, before)


def test_a_digit_of_mnist_stays_nearly_what_it_is():
    images = as_float(mnist().test.images[:50])[:, 0]
    mended = np.stack([as_mnist(image) for image in images])
    across = [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in zip(images, mended, strict=True)]
    assert np.median(across) > 0.9


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((4, 30)), "as_mnist: picture must have shape (H, W) or (H, W, 3) and at least 8×8 pixels, "
         "received (4, 30)"),
        (np.zeros((1, 28, 28)), "as_mnist: picture must have shape (H, W) or (H, W, 3) and at least 8×8 pixels, "
         "received (1, 28, 28)"),
        (np.full((30, 30), np.nan), "as_mnist: picture must hold finite numbers, received NaN or infinity"),
        (np.full((30, 30), 7), "as_mnist: picture must show a digit, received one in which nothing stands out"),
        (np.add.outer(np.arange(30), np.arange(40)), "as_mnist: picture must show a digit, received one in which "
         "nothing stands out"),
    ],
)  # fmt: skip
def test_what_shows_no_digit_is_refused(picture, message):
    with pytest.raises(ValueError, match=exactly(message)):
        as_mnist(picture)
