"""Wrong solutions as students hand them in: ``<task>__<what is wrong>``, with the diagnosis for a docstring."""
# ruff: noqa: D403

import numpy as np

from cnnlib import vectorized


def _walk(layers, shape, size=lambda n, k, s, p: (n + 2 * p - k) // s + 1, pool_stride=None):
    channels, height, width = shape
    for layer in layers:
        if layer[0] == "conv":
            channels, (kernel, stride, padding) = layer[1], layer[2:5]
        elif layer[0] == "pool":
            kernel, stride, padding = layer[1], pool_stride or layer[2], 0
        if layer[0] == "dense":
            channels, height, width = layer[1], 1, 1
        else:
            height, width = size(height, kernel, stride, padding), size(width, kernel, stride, padding)
        yield channels, height, width


def layer_shapes__ceiling(layers, shape):
    """rounded up"""
    return np.array(list(_walk(layers, shape, lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1)))


def layer_shapes__one_end(layers, shape):
    """padding on one side"""
    return np.array(list(_walk(layers, shape, lambda n, k, s, p: (n + p - k) // s + 1)))


def layer_shapes__no_padding(layers, shape):
    """padding ignored"""
    return np.array(list(_walk(layers, shape, lambda n, k, s, p: (n - k) // s + 1)))


def layer_shapes__pool_by_one(layers, shape):
    """pooling without a stride"""
    return np.array(list(_walk(layers, shape, pool_stride=1)))


def layer_shapes__width_first(layers, shape):
    """height and width swapped"""
    return np.array([(c, w, h) for c, h, w in _walk(layers, shape)])


def layer_shapes__true_division(layers, shape):
    """divided with a fraction"""
    return np.array(list(_walk(layers, shape, lambda n, k, s, p: (n + 2 * p - k) / s + 1)))


def _inputs(layers, shape):
    return [shape, *list(_walk(layers, shape))[:-1]]


def _learned(layers, shape, conv, dense=lambda units, c, h, w: units * (c * h * w + 1)):
    counts = []
    for layer, (c, h, w) in zip(layers, _inputs(layers, shape), strict=True):
        if layer[0] == "conv":
            counts.append(conv(layer[1], c, layer[2], layer[5]))
        else:
            counts.append(dense(layer[1], c, h, w) if layer[0] == "dense" else 0)
    return np.array(counts)


def parameters__groups_ignored(layers, shape):
    """groups ignored"""
    return _learned(layers, shape, lambda o, c, k, g: o * (c * k * k + 1))


def parameters__all_divided(layers, shape):
    """biases divided among the groups"""
    return _learned(
        layers, shape, lambda o, c, k, g: o * (c * k * k + 1) // g if g == 1 else o * c * k * k // g + o // g
    )


def parameters__no_biases(layers, shape):
    """biases forgotten"""
    return _learned(layers, shape, lambda o, c, k, g: o * c * k * k // g, lambda units, c, h, w: units * c * h * w)


def parameters__channels_flattened(layers, shape):
    """one cell of each map flattened"""
    return _learned(layers, shape, lambda o, c, k, g: o * (c // g * k * k + 1), lambda units, c, h, w: units * (c + 1))


def parameters__kernel_not_squared(layers, shape):
    """the kernel's side, not its area"""
    return _learned(layers, shape, lambda o, c, k, g: o * (c // g * k + 1))


def _work(layers, shape, *, groups=True, factor=1, inputs=False, biases=False):
    counts = []
    after = list(_walk(layers, shape))
    for layer, old, new in zip(layers, _inputs(layers, shape), after, strict=True):
        channels, places = old[0], (old if inputs else new)
        if layer[0] == "conv":
            _, o, k, _, _, g = layer
            count = o * places[1] * places[2] * (channels // (g if groups else 1) * k * k + biases)
        else:
            count = layer[1] * (old[0] * old[1] * old[2] + biases) if layer[0] == "dense" else 0
        counts.append(factor * count)
    return np.array(counts)


def multiply_adds__groups_ignored(layers, shape):
    """groups ignored"""
    return _work(layers, shape, groups=False)


def multiply_adds__twice(layers, shape):
    """multiplications and additions counted apart"""
    return _work(layers, shape, factor=2)


def multiply_adds__input_places(layers, shape):
    """counted at the input's places"""
    return _work(layers, shape, inputs=True)


def multiply_adds__with_biases(layers, shape):
    """biases counted"""
    return _work(layers, shape, biases=True)


def _groups(x, weight, bias, groups, reads=None, join=lambda maps: np.concatenate(maps, axis=1)):
    maps, step, size = [], len(weight) // groups, x.shape[1] // groups
    for g in range(groups):
        part = x[:, g * size : (g + 1) * size] if reads is None else reads(g, size)
        maps.append(vectorized.conv2d(part, weight[g * step : (g + 1) * step], bias[g * step : (g + 1) * step]))
    return join(maps)


def grouped_conv2d__all_read_the_first(x, weight, bias, groups):
    """groups ignored"""
    return vectorized.conv2d(x[:, : weight.shape[1]], weight, bias)


def grouped_conv2d__dealt_out(x, weight, bias, groups):
    """channels dealt out in turn"""
    return _groups(x, weight, bias, groups, reads=lambda g, size: x[:, g::groups])


def grouped_conv2d__interleaved(x, weight, bias, groups):
    """outputs dealt out in turn"""
    return _groups(
        x, weight, bias, groups, join=lambda maps: np.stack([m[:, o] for o in range(maps[0].shape[1]) for m in maps], 1)
    )


def grouped_conv2d__added(x, weight, bias, groups):
    """groups added up"""
    return _groups(x, weight, bias, groups, join=sum)


def grouped_conv2d__no_bias(x, weight, bias, groups):
    """bias forgotten"""
    return _groups(x, weight, 0 * bias, groups)


def grouped_conv2d__bias_twice(x, weight, bias, groups):
    """bias added twice"""
    return _groups(x, weight, bias, groups) + bias[None, :, None, None]


def grouped_conv2d__joined_along_rows(x, weight, bias, groups):
    """joined along the rows"""
    return _groups(x, weight, bias, groups, join=lambda maps: np.concatenate(maps, axis=2))


def _normalised(x, size, alpha, beta, k, window=None, power=2):
    y = np.zeros_like(x)
    for c in range(x.shape[1]):
        first, last = (c - size // 2, c + size // 2) if window is None else window(c)
        energy = sum(x[:, m] ** power for m in range(max(first, 0), min(last, x.shape[1] - 1) + 1))
        y[:, c] = x[:, c] / (k + alpha / size * energy) ** beta
    return y


def local_response_norm__papers_alpha(x, size, alpha, beta, k):
    """alpha not divided by the size"""
    return _normalised(x, size, alpha * size, beta, k)


def local_response_norm__to_the_right(x, size, alpha, beta, k):
    """the window not centred"""
    return _normalised(x, size, alpha, beta, k, window=lambda c: (c, c + size - 1))


def local_response_norm__every_channel(x, size, alpha, beta, k):
    """all channels in the sum"""
    return _normalised(x, size, alpha, beta, k, window=lambda c: (0, x.shape[1]))


def local_response_norm__too_wide(x, size, alpha, beta, k):
    """the window too wide"""
    return _normalised(x, size, alpha, beta, k, window=lambda c: (c - size, c + size))


def local_response_norm__no_power(x, size, alpha, beta, k):
    """power forgotten"""
    return _normalised(x, size, alpha, 1.0, k)


def local_response_norm__no_k(x, size, alpha, beta, k):
    """k forgotten"""
    return _normalised(x, size, alpha, beta, 0.0)


def local_response_norm__one_after_the_other(x, size, alpha, beta, k):
    """normalised values used for the next channel"""
    y = x.copy()
    for c in range(x.shape[1]):
        near = y[:, max(c - size // 2, 0) : c + size // 2 + 1]
        y[:, c] = y[:, c] / (k + alpha * np.sum(near**2, axis=1) / size) ** beta
    return y


def local_response_norm__in_place(x, size, alpha, beta, k):
    """in-place change of the input"""
    x /= (k + alpha / size * np.sum(x**2, axis=1, keepdims=True)) ** beta
    return x


def local_response_norm__square_root(x, size, alpha, beta, k):
    """a root in place of a power"""
    return _normalised(x, size, alpha, 0.5, k)
