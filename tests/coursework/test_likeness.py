"""How a wrong array is like the right one is told truly, or not at all."""

import numpy as np
import pytest

from cnnlib.coursework.likeness import describe

RIGHT = np.random.RandomState(0).normal(size=(2, 3, 4, 5))
PICTURE = RIGHT[0, 0]


def framed(picture):
    wrong = picture.copy()
    wrong[[0, -1]] += 1
    wrong[1:-1, [0, -1]] -= 2
    return wrong


def changed(*place):
    wrong = RIGHT.copy()
    wrong[place] += np.random.RandomState(1).normal(size=RIGHT[place].shape)
    return wrong


@pytest.mark.parametrize(
    ("wrong", "right", "how", "where"),
    [
        (3 * RIGHT, RIGHT, "Every value is 3 times what is asked for.", ""),
        (RIGHT / 4, RIGHT, "Every value is what is asked for, divided by 4.", ""),
        (-RIGHT, RIGHT, "Every value has the opposite sign.", ""),
        (RIGHT + 2, RIGHT, "Every value is too large by 2.", ""),
        (
            RIGHT + np.arange(3)[:, None, None],
            RIGHT,
            "In each channel all values are off by one number: +0, +1, +2.",
            "Wrong in all channels but the first, all over the picture.",
        ),
        (RIGHT[..., ::-1], RIGHT, "Your picture is the right one mirrored, left for right.", None),
        (RIGHT[..., ::-1, :], RIGHT, "Your picture is the right one turned upside down.", None),
        (np.round(RIGHT, 2), RIGHT, "Your values are the right ones, rounded to 2 decimals.", None),
        (
            RIGHT[:, :, 2:],
            RIGHT,
            "Your values are right as far as they go; missing are the first 2 rows.",
            "You have 2 rows too few.",
        ),
        (
            np.array([70000, 5]).astype(np.int16),
            np.array([70000, 5]),
            "Your numbers have 16 bits each, which is too few: larger ones lose what does not fit.",
            None,
        ),
        (np.array([7, 5], np.int16), np.array([9, 5]), "", None),
        (RIGHT[:, [1, 2, 0]], RIGHT, "Your channels are right and in another order: 1, 2, 0.", ""),
        (RIGHT[:, [0, 0, 0]], RIGHT, "All your channels are the same: each is channel 0.", None),
        (np.maximum(RIGHT, 0), RIGHT, "Your values are right, with 0 wherever a negative number is asked for.", None),
        (
            np.roll(RIGHT, (0, 1), axis=(2, 3)),
            RIGHT,
            "Your values are right and stand elsewhere: 1 column to the right of where they belong.",
            None,
        ),
        (
            RIGHT[..., :-1],
            RIGHT,
            "Your values are right as far as they go; missing is the last column.",
            "You have 1 column too few.",
        ),
        (
            np.pad(RIGHT, ((0, 0), (0, 0), (1, 1), (0, 0))),
            RIGHT,
            "The right values stand inside of yours; too many are the first row and the last row.",
            "You have 2 rows too many.",
        ),
        (
            RIGHT[..., ::2, ::2],
            RIGHT,
            "Your values are every second of the right ones, along rows and columns.",
            "You have 2 rows too few and 2 columns too few.",
        ),
        (RIGHT.transpose(0, 2, 3, 1), RIGHT, "Your array is the right one with its axes in another order.", ""),
        (RIGHT.sum(axis=1), RIGHT, "Your array is the right one added up along axis 1.", ""),
        (framed(PICTURE), PICTURE, "", "Wrong along the border, and nowhere inside."),
        (changed(1), RIGHT, "", "Wrong in the last picture, all over the picture."),
        (changed(slice(None), 2), RIGHT, "", "Wrong in the last channel, all over the picture."),
        (changed(Ellipsis, slice(1, None, 2)), RIGHT, "", "Wrong in columns 1 and 3."),
        (changed(Ellipsis, slice(2, None), slice(None)), RIGHT, "", "Wrong in all rows from 2 on."),
    ],
)
def test_a_likeness_is_told(wrong, right, how, where):
    found = describe([(wrong, right)], 1e-9)
    assert found[0] == how
    if where is not None:
        assert found[1] == where


def test_only_what_is_true_of_every_call_is_told():
    assert describe([(2 * RIGHT, RIGHT), (RIGHT + 1, RIGHT)], 1e-9)[0] == ""
    many = describe([(2 * RIGHT, RIGHT), (3 * RIGHT, RIGHT)], 1e-9)[0]
    assert many == "Every value is 2 times what is asked for. In other cases it is another number."


def test_one_number_alone_is_like_anything_and_several_are_not():
    assert describe([(np.array(4), np.array(2))], 1e-9) == ("", "")
    numbers = [(np.array(4), np.array(5)), (np.array(9), np.array(10)), (np.array(6), np.array(7))]
    assert describe(numbers, 1e-9) == ("Every number is too small by 1.", "")
