"""Wrong solutions as students hand them in: ``<task>__<what is wrong>``, with the diagnosis for a docstring."""
# ruff: noqa: D403

import numpy as np


def shift__against(image, rows, columns):
    """moved the other way"""
    return np.roll(np.roll(image, -rows, axis=0), -columns, axis=1)


def shift__axes(image, rows, columns):
    """height and width swapped"""
    return np.roll(np.roll(image, rows, axis=1), columns, axis=0)


def shift__flattened(image, rows, columns):
    """moved as one long row"""
    return np.roll(image, rows * image.shape[1] + columns)


def shift__zeros_enter(image, rows, columns):
    """zeros come in at the edge"""
    moved = np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        if 0 <= i - rows < image.shape[0] and 0 <= j - columns < image.shape[1]:
            moved[i, j] = image[i - rows, j - columns]
    return moved


def shift__rows_only(image, rows, columns):
    """moved along one axis only"""
    return np.roll(image, rows, axis=0)


def shift__given_array_rolled(image, rows, columns):
    """in-place change of the input"""
    image[:] = np.roll(image, (rows, columns), axis=(0, 1))
    return image


def equivariance_error__not_relative(f, x, move, move_output):
    """not divided by the size"""
    return float(np.linalg.norm(f(move(x)) - move_output(f(x))))


def equivariance_error__by_the_input(f, x, move, move_output):
    """divided by the input's size"""
    return float(np.linalg.norm(f(move(x)) - move_output(f(x))) / np.linalg.norm(x))


def equivariance_error__squares(f, x, move, move_output):
    """squared length, not length"""
    return float(((f(move(x)) - move_output(f(x))) ** 2).sum() / (f(x) ** 2).sum())


def equivariance_error__same_move_behind(f, x, move, move_output):
    """output moved as the input"""
    return float(np.linalg.norm(f(move(x)) - move(f(x))) / np.linalg.norm(f(x)))


def equivariance_error__invariance(f, x, move, move_output):
    """invariance measured, not equivariance"""
    return float(np.linalg.norm(f(move(x)) - f(x)) / np.linalg.norm(f(x)))


def equivariance_error__worst_cell(f, x, move, move_output):
    """largest difference, not length"""
    return float(np.abs(f(move(x)) - move_output(f(x))).max() / np.abs(f(x)).max())


def equivariance_error__input_stays(f, x, move, move_output):
    """the input not moved"""
    return float(np.linalg.norm(f(x) - move_output(f(x))) / np.linalg.norm(f(x)))


def equivariance_error__mean_absolute(f, x, move, move_output):
    """unknown"""
    return float(np.abs(f(move(x)) - move_output(f(x))).mean())


def seam__outside_only(size, kernel, pixels):
    """only the picture's border"""
    mask = np.zeros(size, bool)
    for i in range(size):
        mask[i] = (i < kernel // 2 or i >= size - kernel // 2) and pixels % size != 0
    return mask


def seam__inside_only(size, kernel, pixels):
    """only the old border"""
    mask = np.zeros(size, bool)
    for i in range(size):
        j = (i - pixels) % size
        mask[i] = (j < kernel // 2 or j >= size - kernel // 2) and pixels % size != 0
    return mask


def seam__no_move_forgotten(size, kernel, pixels):
    """damage without a move"""
    border = np.zeros(size, bool)
    border[: kernel // 2] = True
    border[size - kernel // 2 :] = True
    return border | np.roll(border, pixels)


def seam__other_direction(size, kernel, pixels):
    """moved the other way"""
    border = np.zeros(size, bool)
    border[: kernel // 2] = border[size - kernel // 2 :] = pixels % size != 0
    return border | np.roll(border, -pixels)


def seam__whole_kernels(size, kernel, pixels):
    """a whole kernel wide"""
    border = np.zeros(size, bool)
    border[: kernel - 1] = border[size - kernel + 1 :] = pixels % size != 0
    return border | np.roll(border, pixels)


def seam__numbers(size, kernel, pixels):
    """right values, wrong number type"""
    border = np.zeros(size, int)
    border[: kernel // 2] = border[size - kernel // 2 :] = pixels % size != 0
    return np.maximum(border, np.roll(border, pixels))


def _windows(padded, kernel, shape):
    y = np.zeros(shape)
    for i, j in np.ndindex(shape):
        y[i, j] = np.sum(padded[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
    return y


def _halves(kernel):
    return [(size // 2, size // 2) for size in kernel.shape]


def circular_correlate__zeros(image, kernel):
    """zeros at the border"""
    return _windows(np.pad(image, _halves(kernel)), kernel, image.shape)


def circular_correlate__repeated(image, kernel):
    """edge repeated at the border"""
    return _windows(np.pad(image, _halves(kernel), mode="edge"), kernel, image.shape)


def circular_correlate__mirrored(image, kernel):
    """reflected at the border"""
    return _windows(np.pad(image, _halves(kernel), mode="reflect"), kernel, image.shape)


def circular_correlate__by_spectra(image, kernel):
    """flipped, and not centred"""
    # A product of spectra is a convolution: flipped, and with windows that begin at their cell.
    spectrum = np.fft.fft2(image) * np.fft.fft2(kernel, image.shape)
    return np.fft.ifft2(spectrum).real


def circular_correlate__from_the_cell_on(image, kernel):
    """window not centred"""
    ends = [(0, size - 1) for size in kernel.shape]
    return _windows(np.pad(image, ends, mode="wrap"), kernel, image.shape)


def circular_correlate__flipped(image, kernel):
    """flipped kernel"""
    return _windows(np.pad(image, _halves(kernel), mode="wrap"), kernel[::-1, ::-1], image.shape)


def steady_subsample__plain(image, stride):
    """always the first grid"""
    return image[::stride, ::stride]


def steady_subsample__by_sum(image, stride):
    """largest sum, not length"""
    grids = [image[i::stride, j::stride] for i in range(stride) for j in range(stride)]
    return grids[int(np.argmax([grid.sum() for grid in grids]))]


def steady_subsample__diagonal(image, stride):
    """same offset for rows and columns"""
    grids = [image[k::stride, k::stride] for k in range(stride)]
    return grids[int(np.argmax([np.linalg.norm(grid) for grid in grids]))]


def steady_subsample__quietest(image, stride):
    """the weakest grid"""
    grids = [image[i::stride, j::stride] for i in range(stride) for j in range(stride)]
    return min(grids, key=np.linalg.norm)


def steady_subsample__pooled(image, stride):
    """the loudest cell of each block"""
    blocks = image.reshape(image.shape[0] // stride, stride, image.shape[1] // stride, stride).swapaxes(1, 2)
    blocks = blocks.reshape(*blocks.shape[:2], -1)
    loudest = np.abs(blocks).argmax(-1)
    return np.take_along_axis(blocks, loudest[..., None], -1)[..., 0]


def lift__clockwise(image, kernel):
    """turned the other way"""
    padded = np.pad(image, _halves(kernel), mode="wrap")
    return np.stack([_windows(padded, np.rot90(kernel, -turns), image.shape) for turns in range(4)])


def lift__never_turned(image, kernel):
    """one kernel for all sheets"""
    padded = np.pad(image, _halves(kernel), mode="wrap")
    return np.stack([_windows(padded, kernel, image.shape)] * 4)


def lift__with_zeros(image, kernel):
    """zeros at the border"""
    padded = np.pad(image, _halves(kernel))
    return np.stack([_windows(padded, np.rot90(kernel, turns), image.shape) for turns in range(4)])


def turn_sheets__turned_only(sheets):
    """turned, but not moved on"""
    return np.stack([np.rot90(sheet) for sheet in sheets])


def turn_sheets__rolled_only(sheets):
    """moved on, but not turned"""
    return sheets[[3, 0, 1, 2]]


def turn_sheets__rolled_back(sheets):
    """moved on the other way"""
    return np.stack([np.rot90(sheets[(t + 1) % 4]) for t in range(4)])
