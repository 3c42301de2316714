"""AlexNet, what is right and which mistakes are known: groups and local response normalisation."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("alexnet", "Common mistakes")
TOWERS = Section("alexnet", "What do the two towers compute?")
NORMALISATION = Section("alexnet", "What does local response normalisation do?")
CONV_MISTAKES = Section("convolution", "Common mistakes")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")


def grouped_conv2d(x, weight, bias, groups):
    return vectorized.conv2d(x, weight, bias, groups=groups)


def local_response_norm(x, size, alpha, beta, k):
    return vectorized.local_response_norm(x, size, alpha=alpha, beta=beta, k=k)


def _join(outputs, order=None):
    """Join the groups' outputs; ``order`` as pairs of (channel in the group, group), if not group by group."""
    if order == "interleaved":
        return np.stack(outputs, axis=2).reshape(len(outputs[0]), -1, *outputs[0].shape[2:])
    return np.concatenate(outputs, axis=1)


def _per_group(*, reads=None, bias_of=None, order=None):
    """Make a grouped convolution of rules for what a group reads and adds: (array, group, groups) in."""

    def block(array, group, groups, axis):
        return np.split(array, groups, axis=axis)[group]

    def conv(x, weight, bias, groups):
        outputs = []
        for group in range(groups):
            part = block(x, group, groups, 1) if reads is None else reads(x, group, groups)
            kernels = block(weight, group, groups, 0)
            own = block(bias, group, groups, 0) if bias_of is None else bias_of(bias, group, groups)
            outputs.append(vectorized.conv2d(np.ascontiguousarray(part), kernels, own))
        return _join(outputs, order)

    return conv


def _filters_in_turn(x, weight, bias, groups):
    order = np.concatenate([np.arange(group, len(weight), groups) for group in range(groups)])
    return grouped_conv2d(x, weight[order], bias, groups)


def _filters_from_g(x, weight, bias, groups):
    order = np.concatenate([np.arange(group, group + len(weight) // groups) for group in range(groups)])
    return grouped_conv2d(x, weight[order], bias, groups)


def _channels_in_turn_for_filters(x, weight, bias, groups):
    """Let filter o read block o modulo the groups."""
    blocks = np.split(x, groups, axis=1)
    maps = [
        vectorized.conv2d(np.ascontiguousarray(blocks[o % groups]), weight[o : o + 1], bias[o : o + 1])
        for o in range(len(weight))
    ]
    return np.concatenate(maps, axis=1)


def _groups_for_pictures(x, weight, bias, groups):
    """Stack the groups in front of the pictures, and read both as one."""
    right = grouped_conv2d(x, weight, bias, groups)
    return np.stack(np.split(right, groups, axis=1)).reshape(right.shape)


def _whole_groups(call):
    x, weight, bias, groups = call
    filters = len(weight) // groups * groups
    return [x, weight[:filters], bias[:filters], groups] if filters else None


GROUPED = Task(
    "grouped_conv2d",
    grouped_conv2d,
    because=(
        "Two groups are two networks side by side: each kernel reads half of the channels, so that weights "
        "and work are halved. AlexNet's second layer has 256·48·5·5 = 307,200 weights, and would have 614,400."
    ),
    axes=("n . h w", "o . u v", "o", ""),
    fit=_whole_groups,
    may_use=("numpy", "cnnlib.vectorized"),
    may_not_call=("cnnlib.vectorized.conv2d(groups)",),
    cases=(
        Case("one group: nothing new", normal(1, 2, 4, 5), normal(3, 2, 2, 3), normal(3), 1, seed=1),
        Case("two groups", normal(2, 4, 5, 6), normal(6, 2, 3, 2), normal(6), 2, seed=2),
        Case("three groups", normal(1, 6, 4, 3), normal(9, 2, 2, 2), normal(9), 3, seed=3),
        Case("a group for each channel", normal(2, 4, 3, 5), normal(4, 1, 2, 2), normal(4), 4, seed=4),
    ),
    mistakes=(
        Mistake(
            "groups ignored",
            "All your kernels read the first group's channels. Each group has channels of its own.",
            TOWERS,
            _per_group(reads=lambda x, group, groups: x[:, : x.shape[1] // groups]),
        ),
        Mistake(
            "channels dealt out in turn",
            "Your groups read every second (third, …) channel. A group's channels are neighbours: first half, second "
            "half.",
            TOWERS,
            _per_group(reads=lambda x, group, groups: x[:, group::groups]),
        ),
        Mistake(
            "outputs dealt out in turn",
            "The values are right and in another order: the groups' maps follow one group after the other.",
            TOWERS,
            _per_group(order="interleaved"),
        ),
        Mistake(
            "groups in reverse order",
            "Each of your groups reads the channels of another, counted from the end.",
            TOWERS,
            _per_group(reads=lambda x, group, groups: np.split(x, groups, axis=1)[groups - 1 - group]),
        ),
        Mistake(
            "groups added up",
            "You have as many maps as one group. The groups' maps stand side by side; adding them would be what a "
            "convolution without groups does.",
            TOWERS,
            lambda x, weight, bias, groups: sum(np.split(grouped_conv2d(x, weight, bias, groups), groups, axis=1)),
        ),
        Mistake(
            "bias forgotten",
            "Each map is off by one number, the same at all its places.",
            CONV_MISTAKES,
            lambda x, weight, bias, groups: grouped_conv2d(x, weight, 0 * bias, groups),
        ),
        Mistake(
            "bias added twice",
            "Each map is off by one number, the same at all its places, and that number is its bias.",
            CONV_MISTAKES,
            lambda x, weight, bias, groups: grouped_conv2d(x, weight, 2 * bias, groups),
        ),
        Mistake(
            "one group's biases for all",
            "The first group is right; the others have the first one's biases.",
            CONV_MISTAKES,
            _per_group(bias_of=lambda bias, group, groups: bias[: len(bias) // groups]),
        ),
        Mistake(
            "flipped kernel",
            "The kernel is applied upside down and back to front.",
            CONV_MISTAKES,
            lambda x, weight, bias, groups: grouped_conv2d(x, weight[:, :, ::-1, ::-1], bias, groups),
        ),
        Mistake(
            "filters dealt out in turn",
            "Your groups use every second (third, …) filter. A group's filters are neighbours, as its channels are.",
            TOWERS,
            _filters_in_turn,
        ),
        Mistake(
            "filters dealt out in turn",
            "Filter o reads the block of channels number o modulo the groups in yours. The first filters belong to the "
            "first group, all of them.",
            TOWERS,
            _channels_in_turn_for_filters,
        ),
        Mistake(
            "groups and pictures mixed up",
            "One picture comes out right, and of several some maps stand in another picture: the groups were laid in "
            "front of the pictures, and `reshape` keeps that order.",
            TOWERS,
            _groups_for_pictures,
        ),
        Mistake(
            "blocks that begin at g",
            "Your blocks of channels begin at channel g. Block g begins at g times its size.",
            TOWERS,
            _per_group(reads=lambda x, group, groups: x[:, group : group + x.shape[1] // groups]),
        ),
        Mistake(
            "blocks that begin at g",
            "Your blocks of filters begin at filter g. Block g begins at g times its size.",
            TOWERS,
            _filters_from_g,
        ),
        Mistake(
            "one bias a group",
            "All filters of a group have the same bias in yours. Each filter has its own.",
            CONV_MISTAKES,
            _per_group(bias_of=lambda bias, group, groups: np.full(len(bias) // groups, bias[group])),
        ),
        Mistake(
            "joined along the batch",
            "The groups' maps became more pictures. They are further channels of the same picture: axis 1.",
            TOWERS,
            lambda x, weight, bias, groups: np.concatenate(
                np.split(grouped_conv2d(x, weight, bias, groups), groups, axis=1)
            ),
        ),
        Mistake(
            "joined along the rows",
            "The groups' maps became more rows. They are further channels of the same picture: axis 1.",
            TOWERS,
            lambda x, weight, bias, groups: np.concatenate(
                np.split(grouped_conv2d(x, weight, bias, groups), groups, axis=1), axis=2
            ),
        ),
        Mistake(
            "the first group only",
            "You return the maps of the first group: does a `return` stand inside of the loop?",
            TOWERS,
            lambda x, weight, bias, groups: np.split(grouped_conv2d(x, weight, bias, groups), groups, axis=1)[0],
        ),
        Mistake(
            "the last group only",
            "You return the maps of the last group. The others stand before them.",
            TOWERS,
            lambda x, weight, bias, groups: np.split(grouped_conv2d(x, weight, bias, groups), groups, axis=1)[-1],
        ),
    ),
)


def _norm_with(energy, *, root=lambda total, beta: total**beta, divide=True):
    """Make a normalisation of a rule for the energy: (x, size) in, an array that broadcasts with x out."""

    def norm(x, size, alpha, beta, k):
        return x / root(k + (alpha / size if divide else alpha) * energy(x, size), beta)

    return norm


def _over_channels(x, first, count):
    """Sum channels ``c + first`` to ``c + first + count - 1``, those that exist."""
    total = np.zeros_like(x)
    for m in range(x.shape[1]):
        for c in range(x.shape[1]):
            if first <= m - c < first + count:
                total[:, c] += x[:, m]
    return total


def _in_place(x, size, alpha, beta, k):
    y = x.copy()
    for c in range(x.shape[1]):
        window = y[:, max(0, c - size // 2) : c - size // 2 + size]
        y[:, c] = y[:, c] / (k + alpha / size * (window**2).sum(axis=1)) ** beta
    return y


def _window(x, size):
    return _over_channels(x, -(size // 2), size)


def _ring(x, size):
    return sum(np.roll(x, -offset, axis=1) for offset in range(-(size // 2), size - size // 2))


def _places(x, size):
    """Sum over a window of places in each channel, in place of channels at each place."""
    ends = [(0, 0), (0, 0), (size // 2, size // 2), (size // 2, size // 2)]
    return size**2 * vectorized.avg_pool2d(np.pad(x, ends), size, stride=1)


PAPER = (0.5, 0.75, 2.0)  # a louder alpha than the paper's, so that numbers of size one feel it


def _negative_start(x, size):
    reach = size // 2
    return np.stack([(x[:, c - reach : c + reach + 1] ** 2).sum(axis=1) for c in range(x.shape[1])], axis=1)


def _wrapped(x, size):
    channels = range(x.shape[1])
    near = [[m for m in range(c - size // 2, c + size // 2 + 1) if m < len(channels)] for c in channels]
    return np.stack([(x[:, each] ** 2).sum(axis=1) for each in near], axis=1)


def _one_number(x, size):
    """Sum each channel's window over all places and pictures, too."""
    return _window(np.broadcast_to((x**2).sum(axis=(0, 2, 3), keepdims=True), x.shape), size)


def _pushed_inside(x, size):
    channels = x.shape[1]
    starts = [min(max(0, c - size // 2), max(0, channels - size)) for c in range(channels)]
    return np.stack([(x[:, start : start + size] ** 2).sum(axis=1) for start in starts], axis=1)


def _with_k_outside(x, size, alpha, beta, k):
    return x / (k + (alpha / size * _window(x**2, size)) ** beta)


NORM = Task(
    "local_response_norm",
    local_response_norm,
    because=(
        "Only channels compete here, at one place; k keeps quiet places as they are. Dividing alpha by the "
        "size is PyTorch's convention: say which one you mean."
    ),
    axes=("n c h w", "", "", "", ""),
    cases=(
        Case("two channels, by hand", array([[[[3]], [[4]]]]), 3, 3.0, 1.0, 1.0),
        Case("more channels than the window", normal(2, 7, 3, 4), 5, *PAPER, seed=1),
        Case("fewer channels than the window", normal(1, 3, 4, 2), 5, *PAPER, seed=2),
        Case("loud values", array([[[[100, 5]], [[-60, 80]], [[7, 9]], [[300, 1]]]]), 3, *PAPER),
    ),
    mistakes=(
        Mistake(
            "alpha not divided by the size",
            "Your competition is too strong: here `alpha` is divided by the size of the window, as in PyTorch. The "
            "paper's is not.",
            MISTAKES,
            _norm_with(lambda x, size: _window(x**2, size), divide=False),
        ),
        Mistake(
            "neighbours in space, not in channel",
            "Your window lies in the picture. The sum runs over channels, at one place.",
            NORMALISATION,
            _norm_with(lambda x, size: _places(x**2, size)),
        ),
        Mistake(
            "all channels in the sum",
            "Every channel of yours hushes every other. Only neighbours in the window do.",
            NORMALISATION,
            _norm_with(lambda x, size: (x**2).sum(axis=1, keepdims=True)),
        ),
        Mistake(
            "the window not centred",
            "Your window begins at its channel. The channel should be in the middle.",
            NORMALISATION,
            _norm_with(lambda x, size: _over_channels(x**2, 0, size)),
        ),
        Mistake(
            "the window too wide",
            "Your window reaches the whole size to each side, not half of it.",
            NORMALISATION,
            _norm_with(lambda x, size: _over_channels(x**2, -size, 2 * size + 1)),
        ),
        Mistake(
            "channels closed into a ring",
            "Right in the middle, wrong in the outer channels: yours take the last channel for a neighbour of the "
            "first.",
            NORMALISATION,
            _norm_with(lambda x, size: _ring(x**2, size)),
        ),
        Mistake(
            "itself left out",
            "Your sum runs over the neighbours alone. A channel is in its own sum, too.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size) - x**2),
        ),
        Mistake(
            "values summed, not squares",
            "Your energy can be negative, or cancel. It is a sum of squares.",
            NORMALISATION,
            np.errstate(all="ignore")(_norm_with(_window)),
        ),
        Mistake(
            "power forgotten",
            "You divide by the sum itself: `beta` makes no difference.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size), root=lambda total, beta: total),
        ),
        Mistake(
            "k forgotten",
            "Quiet values grow without bound. What keeps the denominator from zero?",
            NORMALISATION,
            lambda x, size, alpha, beta, k: _norm_with(lambda x, size: _window(x**2, size))(x, size, alpha, beta, 0.0),
        ),
        Mistake(
            "multiplied, not divided",
            "A loud neighbour makes your values louder. It should hush them.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size), root=lambda total, beta: total**-beta),
        ),
        Mistake(
            "normalised values used for the next channel",
            "Channel 0 is right, and the others less and less: they hear their left neighbours after these were "
            "normalised. All channels look at the input.",
            NORMALISATION,
            _in_place,
        ),
        Mistake(
            "divided by the channels that exist",
            "`alpha` is divided by the size of the window, also where the window hangs over the first or the last "
            "channel.",
            NORMALISATION,
            _norm_with(lambda x, size: size * _window(x**2, size) / _window(np.ones_like(x), size), divide=True),
        ),
        Mistake(
            "a mean of a mean",
            "`alpha` is divided by the size already; your sum is divided by it as well.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size) / _window(np.ones_like(x), size)),
        ),
        Mistake(
            "absolute values, not squares",
            "Your energy is a sum of absolute values. It is a sum of squares.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(np.abs(x), size)),
        ),
        Mistake(
            "the square of the sum",
            "You add up and then square, so that values of opposite signs cancel. It is a sum of squares.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x, size) ** 2),
        ),
        Mistake(
            "the last neighbour left out",
            "Your window ends one channel too early: a slice leaves out the place behind its colon.",
            NORMALISATION,
            _norm_with(lambda x, size: _over_channels(x**2, -(size // 2), size // 2 * 2)),
        ),
        Mistake(
            "the window not centred",
            "Your window begins at its channel and reaches upwards only. The channel should be in the middle.",
            NORMALISATION,
            _norm_with(lambda x, size: _over_channels(x**2, 0, size // 2 + 1)),
        ),
        Mistake(
            "an empty window at the start",
            "In the first channels your window begins at a negative index, which counts from the end: the slice is "
            "empty, or another one.",
            WRAP,
            _norm_with(_negative_start),
        ),
        Mistake(
            "indices that wrap",
            "In the first channels your window reads the last ones: a negative index counts from the end.",
            WRAP,
            _norm_with(_wrapped),
        ),
        Mistake(
            "the last neighbour only",
            "Your energy holds one square, that of the window's last channel. All of them are added up: `+=`.",
            NORMALISATION,
            _norm_with(lambda x, size: x[:, np.minimum(np.arange(x.shape[1]) + size // 2, x.shape[1] - 1)] ** 2),
        ),
        Mistake(
            "energies that pile up",
            "Channel 0 is right, and each one after it is quieter: is the energy set to 0 again for every channel?",
            NORMALISATION,
            _norm_with(lambda x, size: np.cumsum(_window(x**2, size), axis=1)),
        ),
        Mistake(
            "the power on the wrong part",
            "`beta` is the power of the whole denominator, with `k` inside.",
            NORMALISATION,
            _with_k_outside,
        ),
        Mistake(
            "the power on the wrong part",
            "`beta` is the power of the denominator alone; yours takes it of the quotient.",
            NORMALISATION,
            np.errstate(all="ignore")(
                lambda x, size, alpha, beta, k: (x / (k + alpha / size * _window(x**2, size))) ** beta
            ),
        ),
        Mistake(
            "a root in place of a power",
            "You take the power 1/beta. It is beta.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size), root=lambda total, beta: total ** (1 / beta)),
        ),
        Mistake(
            "alpha and beta exchanged",
            "`alpha` weighs the energy and `beta` is the power; yours have changed places.",
            NORMALISATION,
            lambda x, size, alpha, beta, k: local_response_norm(x, size, beta, alpha, k),
        ),
        Mistake(
            "everything in one sum",
            "Your energy is one number for the whole array. Each place of each picture has its own.",
            NORMALISATION,
            _norm_with(_one_number),
        ),
        Mistake(
            "the first channel for all",
            "Above the fraction stands the first channel, whichever it is that you compute.",
            NORMALISATION,
            lambda x, *how: x[:, :1] / x * local_response_norm(x, *how),
        ),
        Mistake(
            "the first picture's neighbours",
            "Every picture is divided by the energy of the first.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x[:1] ** 2, size)),
        ),
        Mistake(
            "a root in place of a power",
            "You take the square root. The power is beta, which is an argument.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size), root=lambda total, beta: np.sqrt(total)),
        ),
        Mistake(
            "alpha divided by all channels",
            "`alpha` is divided by the size of the window, not by the number of channels.",
            NORMALISATION,
            _norm_with(lambda x, size: _window(x**2, size) * size / x.shape[1]),
        ),
        Mistake(
            "k and alpha in one bracket",
            "`k` is added to the energy in yours as often as `alpha` is. It stands alone: k + (alpha / size) · energy.",
            NORMALISATION,
            lambda x, size, alpha, beta, k: x / ((k + alpha) / size * _window(x**2, size)) ** beta,
        ),
        Mistake(
            "the window pushed inside",
            "In the outer channels your window is moved inwards, so that it keeps its length. It stays where it is, "
            "and what hangs over is left out.",
            NORMALISATION,
            _norm_with(_pushed_inside),
        ),
        Mistake(
            "alpha forgotten",
            "Your energy is weighted by one. `alpha` is its weight.",
            NORMALISATION,
            lambda x, size, alpha, beta, k: local_response_norm(x, size, 1.0, beta, k),
        ),
        Mistake(
            "the window not centred",
            "Your windows begin too far to the left: pad by half a window, not by a whole one.",
            NORMALISATION,
            _norm_with(lambda x, size: _over_channels(x**2, -size, size)),
        ),
    ),
)
