"""Wrong solutions as students hand them in: ``<task>__<what is wrong>``, with the diagnosis for a docstring."""
# ruff: noqa: D403

import numpy as np


def max_pool__mean(x, window):
    """mean instead of maximum"""
    h, w = x.shape[0] // window, x.shape[1] // window
    return x[: h * window, : w * window].reshape(h, window, w, window).mean((1, 3))


def max_pool__from_zero(x, window):
    """the maximum begins at zero"""
    y = np.zeros((x.shape[0] // window, x.shape[1] // window))
    for i in range(y.shape[0] * window):
        for j in range(y.shape[1] * window):
            y[i // window, j // window] = max(y[i // window, j // window], x[i, j])
    return y


def max_pool__remainder_kept(x, window):
    """what is left over is pooled"""
    rows, columns = range(0, x.shape[0], window), range(0, x.shape[1], window)
    return np.array([[x[i : i + window, j : j + window].max() for j in columns] for i in rows])


def max_pool__steps_of_one(x, window):
    """windows that overlap"""
    rows, columns = range(x.shape[0] - window + 1), range(x.shape[1] - window + 1)
    return np.array([[x[i : i + window, j : j + window].max() for j in columns] for i in rows])


def max_pool__corner(x, window):
    """one cell of each window"""
    return x[: x.shape[0] // window * window : window, : x.shape[1] // window * window : window].copy()


def max_pool__wrong_axes(x, window):
    """unknown"""
    h, w = x.shape[0] // window, x.shape[1] // window
    return x[: h * window, : w * window].reshape(window, h, window, w).max((0, 2))


def _pool(x, window, stride, ends, statistic, fill=None):
    fill = fill if fill is not None else {"max": -np.inf, "average": 0.0}[statistic]
    x = np.pad(x, [(0, 0), (0, 0), ends, ends], constant_values=fill)
    (rows, columns), (height, width) = window, x.shape[2:]
    y = np.zeros((*x.shape[:2], (height - rows) // stride + 1, (width - columns) // stride + 1))
    for n, c, i, j in np.ndindex(y.shape):
        cells = x[n, c, i * stride : i * stride + rows, j * stride : j * stride + columns]
        y[n, c, i, j] = cells.max() if statistic == "max" else cells.sum() / cells.size
    return y


def pool2d__zeros_win(x, window, stride, padding, statistic):
    """a maximum padded with zeros"""
    return _pool(x, window, stride, (padding, padding), statistic, fill=0.0)


def pool2d__padding_not_counted(x, window, stride, padding, statistic):
    """padding not counted"""
    if statistic == "max":
        return _pool(x, window, stride, (padding, padding), statistic)
    ends = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    there = _pool(np.pad(np.ones_like(x), ends), window, stride, (0, 0), "average")
    return _pool(x, window, stride, (padding, padding), statistic) / there


def pool2d__sum(x, window, stride, padding, statistic):
    """sum instead of mean"""
    y = _pool(x, window, stride, (padding, padding), statistic)
    return y * window[0] * window[1] if statistic == "average" else y


def pool2d__maxima_only(x, window, stride, padding, statistic):
    """statistic ignored"""
    return _pool(x, window, stride, (padding, padding), "max")


def pool2d__steps_of_one(x, window, stride, padding, statistic):
    """stride ignored"""
    return _pool(x, window, 1, (padding, padding), statistic)


def pool2d__stride_twice(x, window, stride, padding, statistic):
    """stride applied twice"""
    return _pool(x, window, stride, (padding, padding), statistic)[:, :, ::stride, ::stride]


def pool2d__window_swapped(x, window, stride, padding, statistic):
    """height and width swapped"""
    return _pool(x, (window[1], window[0]), stride, (padding, padding), statistic)


def pool2d__padding_above_and_left(x, window, stride, padding, statistic):
    """padding on one side"""
    return _pool(x, window, stride, (padding, 0), statistic)


def pool2d__padding_forgotten(x, window, stride, padding, statistic):
    """padding ignored"""
    return _pool(x, window, stride, (0, 0), statistic)


def pool2d__input_scaled(x, window, stride, padding, statistic):
    """in-place change of the input"""
    x *= 2
    return _pool(x, window, stride, (padding, padding), statistic) / 2


def pool2d__rounded_up(x, window, stride, padding, statistic):
    """unknown"""
    return _pool(np.pad(x, [(0, 0), (0, 0), (0, 1), (0, 1)]), window, stride, (padding, padding), statistic)


def _send_back(grad_y, x, window, stride, rule, add=True):
    grad = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad_y.shape):
        here = np.s_[n, c, i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
        sent = grad_y[n, c, i, j] * rule(x[here])
        grad[here] = grad[here] + sent if add else sent
    return grad


def _first(cells):
    mask = np.zeros(cells.shape)
    mask[np.unravel_index(cells.argmax(), cells.shape)] = 1
    return mask


def max_pool_backward__all_winners(grad_y, x, window, stride):
    """every winner gets all"""
    return _send_back(grad_y, x, window, stride, lambda cells: (cells == cells.max()).astype(float))


def max_pool_backward__shared(grad_y, x, window, stride):
    """winners share"""
    return _send_back(grad_y, x, window, stride, lambda cells: (cells == cells.max()) / np.sum(cells == cells.max()))


def max_pool_backward__last(grad_y, x, window, stride):
    """the last winner gets it"""
    return _send_back(grad_y, x, window, stride, lambda cells: _first(cells[::-1, ::-1])[::-1, ::-1])


def max_pool_backward__assigned_windows(grad_y, x, window, stride):
    """overwritten where windows overlap"""
    return _send_back(grad_y, x, window, stride, _first, add=False)


def max_pool_backward__assigned_cells(grad_y, x, window, stride):
    """overwritten where windows overlap"""
    grad = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad_y.shape):
        cells = x[n, c, i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
        a, b = np.unravel_index(cells.argmax(), cells.shape)
        grad[n, c, i * stride + a, j * stride + b] = grad_y[n, c, i, j]
    return grad


def max_pool_backward__average(grad_y, x, window, stride):
    """the gradient of an average"""
    return _send_back(grad_y, x, window, stride, lambda cells: np.full(cells.shape, 1 / cells.size))


def max_pool_backward__stride_is_window(grad_y, x, window, stride):
    """unknown"""
    return _send_back(grad_y[:, :, :1, :1], x, window, window[0], _first)


def _blur(x, taps, mode):
    padded = np.pad(x, 1, mode=mode)
    kernel = np.outer(taps, taps)
    return sum(
        kernel[i, j] * padded[i : i + x.shape[0], j : j + x.shape[1]] for i in range(3) for j in range(3)
    )  # fmt: skip


BINOMIAL = np.array([1.0, 2.0, 1.0]) / 4


def blur_pool__too_late(x, stride):
    """thinned out first, then blurred"""
    return _blur(x[::stride, ::stride], BINOMIAL, "reflect")


def blur_pool__plain(x, stride):
    """not blurred"""
    return x[::stride, ::stride].copy()


def blur_pool__zeros(x, stride):
    """zeros at the border"""
    return _blur(x, BINOMIAL, "constant")[::stride, ::stride]


def blur_pool__symmetric(x, stride):
    """edge repeated at the border"""
    return _blur(x, BINOMIAL, "symmetric")[::stride, ::stride]


def blur_pool__box(x, stride):
    """a box, not (1, 2, 1)"""
    return _blur(x, np.ones(3) / 3, "reflect")[::stride, ::stride]


def blur_pool__not_normalised(x, stride):
    """sum instead of mean"""
    return _blur(x, np.array([1.0, 2.0, 1.0]), "reflect")[::stride, ::stride]


def blur_pool__divided_by_four(x, stride):
    """weights that do not add up to one"""
    return (_blur(x, np.array([1.0, 2.0, 1.0]), "reflect") / 4)[::stride, ::stride]


def _windowed(x, size, top, bottom, statistic=np.mean):
    y = np.zeros(size)
    for i, j in np.ndindex(*size):
        rows = slice(top(i, x.shape[0], size[0]), bottom(i, x.shape[0], size[0]))
        columns = slice(top(j, x.shape[1], size[1]), bottom(j, x.shape[1], size[1]))
        y[i, j] = statistic(x[rows, columns])
    return y


def adaptive_average__floors(x, size):
    """windows end too early"""
    return _windowed(x, size, lambda i, n, m: int(i * n / m), lambda i, n, m: int((i + 1) * n / m))


def adaptive_average__remainder_lost(x, size):
    """what is left over is dropped"""
    return _windowed(x, size, lambda i, n, m: i * (n // m), lambda i, n, m: (i + 1) * (n // m))


def adaptive_average__rest_to_the_last(x, size):
    """the last window takes the rest"""
    return _windowed(x, size, lambda i, n, m: i * (n // m), lambda i, n, m: n if i + 1 == m else (i + 1) * (n // m))


def adaptive_average__sums(x, size):
    """sum instead of mean"""
    return _windowed(x, size, lambda i, n, m: i * n // m, lambda i, n, m: -(-(i + 1) * n // m), np.sum)


def adaptive_average__swapped(x, size):
    """height and width swapped"""
    return _windowed(x, size[::-1], lambda i, n, m: i * n // m, lambda i, n, m: -(-(i + 1) * n // m))
