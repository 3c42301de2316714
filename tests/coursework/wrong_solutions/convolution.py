"""Wrong solutions as students hand them in: ``<task>__<what is wrong>``, with the diagnosis for a docstring."""
# ruff: noqa: D403

import numpy as np


def _places(x, kernel, stride):
    return tuple((size - k) // stride + 1 for size, k in zip(x.shape, kernel.shape, strict=True))


def _window(x, kernel, stride, i, j):
    rows, columns = kernel.shape
    return x[i * stride : i * stride + rows, j * stride : j * stride + columns]


def correlate2d__turned(x, kernel, stride):
    """flipped kernel"""
    k = np.rot90(kernel, 2)
    h, w = _places(x, k, stride)
    return np.array([[np.sum(_window(x, k, stride, i, j) * k) for j in range(w)] for i in range(h)])


def correlate2d__mean(x, kernel, stride):
    """mean instead of sum"""
    h, w = _places(x, kernel, stride)
    y = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            y[i, j] = np.mean(_window(x, kernel, stride, i, j) * kernel)
    return y


def correlate2d__one_short(x, kernel, stride):
    """one window short"""
    rows, columns = kernel.shape
    y = np.zeros(((x.shape[0] - rows) // stride, (x.shape[1] - columns) // stride))
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i * stride : i * stride + rows, j * stride : j * stride + columns] * kernel).sum()
    return y


def correlate2d__steps_of_one(x, kernel, stride):
    """stride ignored"""
    y = np.zeros((x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel).sum()
    return y


def correlate2d__window_at_i(x, kernel, stride):
    """windows at i, not at S·i"""
    y = np.zeros(_places(x, kernel, stride))
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel).sum()
    return y


def correlate2d__whole_numbers(x, kernel, stride):
    """cut off to whole numbers"""
    y = np.zeros(_places(x, kernel, stride), dtype=int)
    for i, j in np.ndindex(y.shape):
        y[i, j] = (_window(x, kernel, stride, i, j) * kernel).sum()
    return y


def correlate2d__transposed_result(x, kernel, stride):
    """height and width swapped"""
    h, w = _places(x, kernel, stride)
    return np.array([[(_window(x, kernel, stride, i, j) * kernel).sum() for i in range(h)] for j in range(w)])


def correlate2d__transposed_kernel(x, kernel, stride):
    """height and width swapped"""
    k = kernel.T
    y = np.zeros(_places(x, k, stride))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.vdot(_window(x, k, stride, i, j), k)
    return y


def correlate2d__zeros(x, kernel, stride):
    """all-zero output"""
    y = np.zeros(_places(x, kernel, stride))
    for value in y.ravel():
        value += 1
    return y * 0.0


def correlate2d__nothing(x, kernel, stride):
    """nothing returned"""
    np.zeros(_places(x, kernel, stride))


def correlate2d__in_place(x, kernel, stride):
    """in-place change of the input"""
    x -= 0.25
    y = np.zeros(_places(x, kernel, stride))
    for i, j in np.ndindex(y.shape):
        y[i, j] = ((_window(x, kernel, stride, i, j) + 0.25) * kernel).sum()
    return y


def correlate2d__single_precision(x, kernel, stride):
    """right values, wrong number type"""
    y = np.zeros(_places(x, kernel, stride), np.float32)
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(_window(x, kernel, stride, i, j) * kernel)
    return y


def correlate2d__batch_axis_left(x, kernel, stride):
    """right values, wrong shape"""
    y = np.zeros((1, *_places(x, kernel, stride)))
    for _, i, j in np.ndindex(y.shape):
        y[0, i, j] = np.sum(_window(x, kernel, stride, i, j) * kernel)
    return y


def correlate2d__lists(x, kernel, stride):
    """a list, not an array"""
    h, w = _places(x, kernel, stride)
    return [[float(np.sum(_window(x, kernel, stride, i, j) * kernel)) for j in range(w)] for i in range(h)]


def correlate2d__absolute(x, kernel, stride):
    """negative answers made positive"""
    y = np.zeros(_places(x, kernel, stride))
    for i, j in np.ndindex(y.shape):
        y[i, j] = abs(np.sum(_window(x, kernel, stride, i, j) * kernel))
    return y


def correlate2d__square_pictures_only(x, kernel, stride):
    """unknown"""
    size = (x.shape[0] - kernel.shape[0]) // stride + 1
    y = np.zeros((size, size))
    for i, j in np.ndindex(size, size):
        y[i, j] = np.sum(x[i : i + kernel.shape[0], j : j + kernel.shape[0]] * kernel)
    return y


def _full(x, kernel, before=None):
    rows, columns = kernel.shape
    ends = [(rows - 1, rows - 1), (columns - 1, columns - 1)] if before is None else before
    padded = np.pad(x, ends)
    y = np.zeros((padded.shape[0] - rows + 1, padded.shape[1] - columns + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(padded[i : i + rows, j : j + columns] * kernel)
    return y


def convolve2d__not_flipped(x, kernel):
    """kernel not flipped"""
    return _full(x, kernel)


def convolve2d__rows_only(x, kernel):
    """flipped on one axis only"""
    return _full(x, np.flipud(kernel))


def convolve2d__columns_only(x, kernel):
    """flipped on one axis only"""
    return _full(x, np.fliplr(kernel))


def convolve2d__no_padding(x, kernel):
    """only the windows inside"""
    return _full(x, kernel[::-1, ::-1], before=[(0, 0), (0, 0)])


def convolve2d__all_padding_above(x, kernel):
    """padding on one side"""
    rows, columns = kernel.shape
    return _full(x, kernel[::-1, ::-1], before=[(2 * rows - 2, 0), (2 * columns - 2, 0)])


def convolve2d__too_much_padding(x, kernel):
    """a cell of padding too many"""
    rows, columns = kernel.shape
    return _full(x, kernel[::-1, ::-1], before=[(rows, rows), (columns, columns)])


def output_size__steps(size, kernel, stride, before, after):
    """the first window not counted"""
    return (size - kernel + before + after) // stride


def output_size__true_division(size, kernel, stride, before, after):
    """division without rounding"""
    return (size - kernel + before + after) / stride + 1


def output_size__one_end(size, kernel, stride, before, after):
    """padding on one side"""
    return 1 + (size - kernel + before) // stride


def output_size__ceiling(size, kernel, stride, before, after):
    """rounded up"""
    return int(np.ceil((size - kernel + before + after) / stride)) + 1


def output_size__neither_stride_nor_padding(size, kernel, stride, before, after):
    """unknown"""
    return size - kernel + 1


def _layer(x, weight, bias, stride=1, ends=(0, 0)):
    x = np.pad(x, [(0, 0), (0, 0), ends, ends])
    n, _, height, width = x.shape
    filters, channels, rows, columns = weight.shape
    y = np.zeros((n, filters, (height - rows) // stride + 1, (width - columns) // stride + 1))
    for b, o, i, j in np.ndindex(y.shape):
        for c in range(channels):
            window = x[b, c, i * stride : i * stride + rows, j * stride : j * stride + columns]
            y[b, o, i, j] += np.sum(window * weight[o, c])
        y[b, o, i, j] += bias[o]
    return y


def conv2d__flipped(x, weight, bias, stride, padding):
    """flipped kernel"""
    return _layer(x, np.flip(weight, (2, 3)), bias, stride, (padding, padding))


def conv2d__no_stride(x, weight, bias, stride, padding):
    """stride ignored"""
    return _layer(x, weight, bias, 1, (padding, padding))


def conv2d__stride_twice(x, weight, bias, stride, padding):
    """stride applied twice"""
    y = _layer(x, weight, bias, stride, (padding, padding))
    return y[..., ::stride, ::stride]


def conv2d__stride_down_only(x, weight, bias, stride, padding):
    """stride along one axis only"""
    return _layer(x, weight, bias, 1, (padding, padding))[:, :, ::stride]


def conv2d__padding_before(x, weight, bias, stride, padding):
    """padding on one side"""
    return _layer(x, weight, bias, stride, (padding, 0))


def conv2d__padding_after(x, weight, bias, stride, padding):
    """padding on one side"""
    return _layer(x, weight, bias, stride, (0, padding))


def conv2d__all_padding_before(x, weight, bias, stride, padding):
    """padded at one end, or twice"""
    return _layer(x, weight, bias, stride, (2 * padding, 0))


def conv2d__bias_forgotten(x, weight, bias, stride, padding):
    """bias forgotten"""
    return _layer(x, weight, np.zeros(len(bias)), stride, (padding, padding))


def conv2d__bias_twice(x, weight, bias, stride, padding):
    """bias added twice"""
    return _layer(x, weight, bias, stride, (padding, padding)) + bias[:, None, None]


def conv2d__bias_inside_the_channel_loop(x, weight, bias, stride, padding):
    """bias added once a channel"""
    channels = range(x.shape[1])
    return sum(_layer(x[:, c : c + 1], weight[:, c : c + 1], bias, stride, (padding, padding)) for c in channels)


def conv2d__first_channel(x, weight, bias, stride, padding):
    """first channel only"""
    return _layer(x[:, :1], weight[:, :1], bias, stride, (padding, padding))


def conv2d__mean_of_channels(x, weight, bias, stride, padding):
    """mean over the channels"""
    return _layer(x, weight / weight.shape[1], bias, stride, (padding, padding))


def conv2d__kernels_transposed(x, weight, bias, stride, padding):
    """height and width swapped"""
    return _layer(x, np.transpose(weight, (0, 1, 3, 2)), bias, stride, (padding, padding))


def conv2d__integer_output(x, weight, bias, stride, padding):
    """cut off to whole numbers"""
    return _layer(x, weight, bias, stride, (padding, padding)).astype(int)


def conv2d__first_picture_of_the_batch(x, weight, bias, stride, padding):
    """the first picture only"""
    y = _layer(x[:1], weight, bias, stride, (padding, padding))
    return np.repeat(y, len(x), axis=0)


def conv2d__padded_with_ones(x, weight, bias, stride, padding):
    """padding that is not zero"""
    ends = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    return _layer(np.pad(x, ends, constant_values=1.0), weight, bias, stride)


def _backward(grad_y, x, weight, stride, padding, *, step=None, add=True):
    step = stride if step is None else step
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    grad_x, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    rows, columns = weight.shape[2:]
    for n, i, j in np.ndindex(len(x), *grad_y.shape[2:]):
        here = np.s_[n, :, i * step : i * step + rows, j * step : j * step + columns]
        spread = np.tensordot(grad_y[n, :, i, j], weight, 1)
        grad_x[here] = grad_x[here] + spread if add else spread
        grad_weight += np.multiply.outer(grad_y[n, :, i, j], padded[here])
    inside = np.s_[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return grad_x, grad_x[inside], grad_weight, grad_y.sum((0, 2, 3))


def conv2d_backward__assigned(grad_y, x, weight, stride, padding):
    """overwritten where windows overlap"""
    return _backward(grad_y, x, weight, stride, padding, add=False)[1:]


def conv2d_backward__padded_gradient(grad_y, x, weight, stride, padding):
    """padding not cut off"""
    whole, _, grad_weight, grad_bias = _backward(grad_y, x, weight, stride, padding)
    return whole, grad_weight, grad_bias


def conv2d_backward__no_stride(grad_y, x, weight, stride, padding):
    """stride ignored"""
    return _backward(grad_y, x, weight, stride, padding, step=1)[1:]


def conv2d_backward__last_picture(grad_y, x, weight, stride, padding):
    """last picture of the batch only"""
    grad_x = _backward(grad_y, x, weight, stride, padding)[1]
    return grad_x, *_backward(grad_y[-1:], x[-1:], weight, stride, padding)[2:]


def conv2d_backward__mean_over_batch(grad_y, x, weight, stride, padding):
    """mean instead of sum"""
    _, grad_x, grad_weight, grad_bias = _backward(grad_y, x, weight, stride, padding)
    return grad_x, grad_weight / x.shape[0], grad_bias / x.shape[0]


def conv2d_backward__mean_bias(grad_y, x, weight, stride, padding):
    """mean instead of sum"""
    return *_backward(grad_y, x, weight, stride, padding)[1:3], grad_y.mean((0, 2, 3))


def conv2d_backward__turned_weights(grad_y, x, weight, stride, padding):
    """flipped kernel"""
    right = _backward(grad_y, x, weight, stride, padding)
    return _backward(grad_y, x, np.rot90(weight, 2, (2, 3)), stride, padding)[1], *right[2:]


def conv2d_backward__another_order(grad_y, x, weight, stride, padding):
    """gradients in another order"""
    _, grad_x, grad_weight, grad_bias = _backward(grad_y, x, weight, stride, padding)
    return grad_weight, grad_x, grad_bias


def conv2d_backward__input_only(grad_y, x, weight, stride, padding):
    """unknown"""
    return _backward(grad_y, x, weight, stride, padding)[1]
