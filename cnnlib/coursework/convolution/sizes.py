"""Convolution, what is right and which mistakes are known: the size of what comes out."""

from cnnlib.coursework.convolution.signals import SIZES
from cnnlib.coursework.task import Case, Mistake, Task


def output_size(size, kernel, stride, before, after):
    return (size + before + after - kernel) // stride + 1


def _one_window(arguments):
    """Leave out sizes for which no window stands anywhere."""
    size, kernel, stride, before, after = arguments
    return arguments if min(size, kernel, stride) >= 1 and size + before + after >= kernel else None


SIZE = Task(
    "output_size",
    output_size,
    because=(
        "A window of 11 on 224 cells can begin at 214 places, 0 to 213. Steps of 4 reach 0, 4, …, 212, which is 54 of "
        "them: 213 // 4 steps behind the first window, and `//` drops the step that does not fit."
    ),
    axes=("less", "less", "less", "less", "less"),
    fit=_one_window,
    cases=(
        Case("every window in reach, one step at a time", 28, 5, 1, 0, 0),
        Case("padding at both ends", 28, 7, 1, 3, 3),
        Case("one more at the end, for an even kernel", 28, 4, 1, 1, 2),
        Case("a last step that does not fit", 224, 11, 4, 0, 0),
        Case("one window fills the row", 5, 5, 3, 0, 0),
        Case("more than half a step left over", 20, 4, 7, 2, 0),
        Case("more padding than the kernel is wide", 5, 2, 3, 2, 5),
    ),
    mistakes=(
        Mistake(
            "the first window not counted",
            "You count steps. There is a window before the first step.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - kernel) // stride,
        ),
        Mistake(
            "padding on one side",
            "Padding is added at both ends of a row; your rows grow at the beginning only.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before - kernel) // stride + 1,
        ),
        Mistake(
            "padding on one side",
            "Padding is added at both ends of a row; your rows grow at the end only.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + after - kernel) // stride + 1,
        ),
        Mistake(
            "the same padding at both ends",
            "You count the padding before the row twice, as if there were as much behind it.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + 2 * before - kernel) // stride + 1,
        ),
        Mistake(
            "the same padding at both ends",
            "You count the padding behind the row, or the larger of the two, twice. Each end has its own.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + 2 * after - kernel) // stride + 1,
        ),
        Mistake(
            "half of the padding at each end",
            "You put half of all padding at each end and round it: an odd one loses a cell. Add what is before the row "
            "and what is behind it, as they are.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + 2 * ((before + after) // 2) - kernel) // stride + 1,
        ),
        Mistake(
            "the last place left out",
            "You count the places below the last one. A `range` ends before its end, and at that place a window fits, "
            "too.",
            SIZES,
            lambda size, kernel, stride, before, after: -((kernel - size - before - after) // stride),
        ),
        Mistake(
            "padding counted only where the kernel reaches the row",
            "Windows that stand in the padding alone are counted, too: what they read is zeros.",
            SIZES,
            lambda size, kernel, stride, before, after: (
                (size + min(before, kernel - 1) + min(after, kernel - 1) - kernel) // stride + 1
            ),
        ),
        Mistake(
            "padding counted only where the kernel reaches the row",
            "Windows that stand in the padding alone are counted, too: what they read is zeros.",
            SIZES,
            lambda size, kernel, stride, before, after: sum(
                -kernel < start < size for start in range(-before, size + after - kernel + 1, stride)
            ),
        ),
        Mistake(
            "each end's padding in steps of its own",
            "You round down twice. What is left over before the row can make a whole step with what is left over "
            "behind it: add up first, then divide.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before - kernel) // stride + after // stride + 1,
        ),
        Mistake(
            "padding counted twice",
            "Each end's padding is there once; you count it twice.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + 2 * before + 2 * after - kernel) // stride + 1,
        ),
        Mistake(
            "the paddings multiplied",
            "The cells before the row and those behind it are added to it; you multiply the two numbers.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before * after - kernel) // stride + 1,
        ),
        Mistake(
            "padding forgotten",
            "The padding makes no difference to your answer.",
            SIZES,
            lambda size, kernel, stride, before, after: (size - kernel) // stride + 1,
        ),
        Mistake(
            "stride ignored",
            "The stride makes no difference to your answer.",
            SIZES,
            lambda size, kernel, stride, before, after: size + before + after - kernel + 1,
        ),
        Mistake(
            "rounded up",
            "A step that does not fit is not taken; you take it.",
            SIZES,
            lambda size, kernel, stride, before, after: -((kernel - size - before - after) // stride) + 1,
        ),
        Mistake(
            "division without rounding",
            "A number of windows is a whole number, of type int. `/` gives a float, even where nothing is left over.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - kernel) / stride + 1,
        ),
        Mistake(
            "kernel not taken off",
            "A window needs room: its last place is K - 1 cells before the end.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - 1) // stride + 1,
        ),
        Mistake(
            "kernel not taken off",
            "A window needs room: its last place is K - 1 cells before the end.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after) // stride + 1,
        ),
        Mistake(
            "rounded to the nearest",
            "A step that does not fit is not taken, however little is missing; you take it when more than half of it "
            "fits.",
            SIZES,
            lambda size, kernel, stride, before, after: round((size + before + after - kernel) / stride) + 1,
        ),
        Mistake(
            "one added before dividing",
            "The first window is there before any step, so that it is added behind the division.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - kernel + 1) // stride,
        ),
        Mistake(
            "one place too many",
            "The last window begins K cells before the end, not K - 1; the first one is counted already.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - kernel + 1) // stride + 1,
        ),
        Mistake(
            "only the kernel divided",
            "`//` binds more tightly than `-`: without brackets, only the kernel is divided.",
            SIZES,
            lambda size, kernel, stride, before, after: size + before + after - kernel // stride + 1,
        ),
        Mistake(
            "kernel added",
            "The kernel needs room. Is there more of it with a larger kernel, or less?",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after + kernel) // stride + 1,
        ),
        Mistake(
            "kernel taken off twice",
            "A window needs its room once, wherever it stands.",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - 2 * kernel) // stride + 1,
        ),
        Mistake(
            "steps of the kernel, not of the stride",
            "You divide by the kernel's size. How far does the window move in one step?",
            SIZES,
            lambda size, kernel, stride, before, after: (size + before + after - kernel) // kernel + 1,
        ),
    ),
)
