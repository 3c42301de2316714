"""Slips in the second assignment: right solutions, and the edits that make them wrong."""
# ruff: noqa: E501

RIGHT = {
    "shift": """
def shift(image, rows, columns):
    H, W = image.shape
    moved = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            moved[i, j] = image[(i - rows) % H, (j - columns) % W]
    return moved
""",
    "shift, roll": """
def shift(image, rows, columns):
    return np.roll(image, (rows, columns), axis=(0, 1))
""",
    "equivariance_error": """
def equivariance_error(f, x, move, move_output):
    moved_first = f(move(x))
    moved_last = move_output(f(x))
    difference = np.sqrt(np.sum((moved_first - moved_last) ** 2))
    length = np.sqrt(np.sum(f(x) ** 2))
    return float(difference / length)
""",
    "seam": """
def seam(size, kernel, pixels):
    reach = kernel // 2
    damaged = np.zeros(size, dtype=bool)
    if pixels % size == 0:
        return damaged
    for i in range(size):
        before = (i - pixels) % size
        new = i < reach or i >= size - reach
        old = before < reach or before >= size - reach
        damaged[i] = new or old
    return damaged
""",
    "circular_correlate": """
def circular_correlate(image, kernel):
    H, W = image.shape
    M, N = kernel.shape
    r, s = M // 2, N // 2
    y = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            for m in range(M):
                for n in range(N):
                    y[i, j] += kernel[m, n] * image[(i + m - r) % H, (j + n - s) % W]
    return y
""",
    "circular_correlate, padded": """
def circular_correlate(image, kernel):
    M, N = kernel.shape
    padded = np.pad(image, ((M // 2, M // 2), (N // 2, N // 2)), mode="wrap")
    y = np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            y[i, j] = (padded[i:i + M, j:j + N] * kernel).sum()
    return y
""",
    "steady_subsample": """
def steady_subsample(image, stride):
    best, loudest = None, -1
    for i in range(stride):
        for j in range(stride):
            grid = image[i::stride, j::stride]
            loudness = np.sqrt(np.sum(grid ** 2))
            if loudness > loudest:
                best, loudest = grid, loudness
    return best
""",
    "lift": """
def lift(image, kernel):
    sheets = []
    for turns in range(4):
        sheets.append(circular_correlate(image, np.rot90(kernel, turns)))
    return np.stack(sheets)
""",
    "turn_sheets": """
def turn_sheets(sheets):
    turned = []
    for t in range(4):
        turned.append(np.rot90(sheets[(t - 1) % 4]))
    return np.array(turned)
""",
    "shift, again": """
def shift(image, rows, columns):
    h, w = image.shape
    out = np.empty_like(image)
    for i in range(h):
        for j in range(w):
            out[(i + rows) % h, (j + columns) % w] = image[i, j]
    return out
""",
    "seam, again": """
def seam(size, kernel, pixels):
    half = (kernel - 1) // 2
    edge = np.zeros(size, bool)
    edge[:half] = True
    edge[size - half:] = True
    moved = np.roll(edge, pixels)
    if np.all(pixels % size == 0):
        return np.zeros(size, bool)
    return edge | moved
""",
    "circular_correlate, again": """
def circular_correlate(image, kernel):
    m, n = kernel.shape
    y = np.zeros(image.shape)
    for a in range(m):
        for b in range(n):
            y += kernel[a, b] * np.roll(image, (m // 2 - a, n // 2 - b), axis=(0, 1))
    return y
""",
    "steady_subsample, again": """
def steady_subsample(image, stride):
    grids = [image[i::stride, j::stride] for i in range(stride) for j in range(stride)]
    norms = [np.linalg.norm(g) for g in grids]
    return grids[int(np.argmax(norms))]
""",
    "lift, again": """
def lift(image, kernel):
    out = np.zeros((4, *image.shape))
    k = kernel
    for t in range(4):
        out[t] = circular_correlate(image, k)
        k = np.rot90(k)
    return out
""",
    "turn_sheets, again": """
def turn_sheets(sheets):
    n, h, w = sheets.shape
    out = np.zeros((n, w, h))
    for t in range(n):
        out[(t + 1) % n] = np.rot90(sheets[t])
    return out
""",
    "shift, index arrays": """
def shift(image, rows, columns):
    i = (np.arange(image.shape[0]) - rows) % image.shape[0]
    j = (np.arange(image.shape[1]) - columns) % image.shape[1]
    return image[np.ix_(i, j)]
""",
    "equivariance_error, norm": """
def equivariance_error(f, x, move, move_output):
    y = f(x)
    return float(np.linalg.norm(f(move(x)) - move_output(y)) / np.linalg.norm(y))
""",
    "equivariance_error, again": """
def equivariance_error(f, x, move, move_output):
    y = f(x)
    d = (f(move(x)) - move_output(y)).ravel()
    return float(np.sqrt(d @ d) / np.sqrt(y.ravel() @ y.ravel()))
""",
}

GIVEN = ""

SLIPS = {
    "shift": [
        ("other way", "i - rows", "i + rows", "j - columns", "j + columns"),
        ("rows the other way", "i - rows", "i + rows"),
        ("no ring", "image[(i - rows) % H, (j - columns) % W]", "image[i - rows, j - columns]"),
        ("exchanged", "i - rows", "i - columns", "j - columns", "j - rows"),
        ("modulo exchanged", "% H,", "% W,", "% W]", "% H]"),
        (
            "zeros",
            "moved[i, j] = image[(i - rows) % H, (j - columns) % W]",
            "if 0 <= i - rows < H and 0 <= j - columns < W:\n                moved[i, j] = image[i - rows, j - columns]",
        ),
        ("rows only", "(j - columns) % W", "j"),
        ("shape exchanged", "H, W = image.shape", "W, H = image.shape"),
        ("into the image", "moved = np.zeros((H, W))", "moved = image"),
        (
            "writes forwards",
            "moved[i, j] = image[(i - rows) % H, (j - columns) % W]",
            "moved[i + rows, j + columns] = image[i, j]",
        ),
        ("integers", "np.zeros((H, W))", "np.zeros((H, W), dtype=int)"),
        ("one off", "i - rows", "i - rows - 1"),
        ("absolute", "i - rows", "i - abs(rows)"),
        ("last column left out", "range(W)", "range(W - 1)"),
    ],
    "shift, roll": [
        ("no axis", ", axis=(0, 1)", ""),
        ("axes exchanged", "axis=(0, 1)", "axis=(1, 0)"),
        ("first axis", "(rows, columns), axis=(0, 1)", "rows, axis=0"),
        ("both on one", "(rows, columns), axis=(0, 1)", "rows + columns, axis=1"),
        ("minus", "(rows, columns)", "(-rows, -columns)"),
        (
            "the result thrown away",
            "return np.roll(image, (rows, columns), axis=(0, 1))",
            "moved = image.copy()\n    np.roll(moved, rows, axis=0)\n    np.roll(moved, columns, axis=1)\n    return moved",
        ),
        (
            "two slices",
            "return np.roll(image, (rows, columns), axis=(0, 1))",
            "image = np.concatenate([image[-rows:], image[:-rows]])\n    return np.concatenate([image[:, -columns:], image[:, :-columns]], axis=1)",
        ),
        (
            "steps of one",
            "return np.roll(image, (rows, columns), axis=(0, 1))",
            "for _ in range(rows):\n        image = np.vstack([image[-1:], image[:-1]])\n    for _ in range(columns):\n        image = np.hstack([image[:, -1:], image[:, :-1]])\n    return image",
        ),
        (
            "the exception left in",
            "return np.roll(image, (rows, columns), axis=(0, 1))",
            "moved = np.roll(image, (rows, columns), axis=(0, 1))\n    raise NotImplementedError",
        ),
    ],
    "shift, index arrays": [
        ("pairs", "image[np.ix_(i, j)]", "image[i, j]"),
        ("rows twice", "image[np.ix_(i, j)]", "image[i][j]"),
    ],
    "equivariance_error, norm": [
        ("bracket", "move_output(y)) / np.linalg.norm(y))", "move_output(y) / np.linalg.norm(y)))"),
        ("spectral", "move_output(y))", "move_output(y), 2)", "norm(y))", "norm(y, 2))"),
        ("output moved before the layer", "move_output(y)", "f(move_output(x))"),
        ("rounded", "return float(", "return round(float(", "norm(y))", "norm(y)), 2)"),
        (
            "math.sqrt",
            "    return float(np.linalg.norm(f(move(x)) - move_output(y)) / np.linalg.norm(y))",
            "    import math\n    return math.sqrt(sum((f(move(x)) - move_output(y)) ** 2)) / math.sqrt(sum(y ** 2))",
        ),
    ],
    "equivariance_error": [
        ("not relative", "difference / length", "difference"),
        ("by the input", "f(x) ** 2))\n    return", "x ** 2))\n    return"),
        (
            "no roots",
            "np.sqrt(np.sum((moved_first - moved_last) ** 2))",
            "np.sum((moved_first - moved_last) ** 2)",
            "np.sqrt(np.sum(f(x) ** 2))",
            "np.sum(f(x) ** 2)",
        ),
        ("one root", "np.sqrt(np.sum(f(x) ** 2))", "np.sum(f(x) ** 2)"),
        ("means", "np.sum(", "np.mean("),
        ("mean above only", "np.sum((moved", "np.mean((moved"),
        (
            "absolute sums",
            "np.sqrt(np.sum((moved_first - moved_last) ** 2))",
            "np.sum(np.abs(moved_first - moved_last))",
            "np.sqrt(np.sum(f(x) ** 2))",
            "np.sum(np.abs(f(x)))",
        ),
        ("sum without squares", "(moved_first - moved_last) ** 2", "moved_first - moved_last"),
        (
            "largest",
            "np.sqrt(np.sum((moved_first - moved_last) ** 2))",
            "np.max(np.abs(moved_first - moved_last))",
            "np.sqrt(np.sum(f(x) ** 2))",
            "np.max(np.abs(f(x)))",
        ),
        ("move for move_output", "move_output(f(x))", "move(f(x))"),
        ("move_output twice", "f(move(x))", "f(move_output(x))"),
        ("order", "f(move(x))", "move(f(x))"),
        ("no move of the output", "move_output(f(x))", "f(x)"),
        ("no move", "f(move(x))", "f(x)"),
        ("f twice", "move_output(f(x))", "move_output(f(f(x)))"),
        ("without f", "f(move(x))", "move(x)"),
        ("plus", "moved_first - moved_last", "moved_first + moved_last"),
        ("by the moved", "np.sum(f(x) ** 2))", "np.sum(moved_last ** 2))"),
        ("by moved first", "np.sum(f(x) ** 2))", "np.sum(moved_first ** 2))"),
        ("an array", "return float(difference / length)", "return np.array([difference / length])"),
        (
            "a difference of lengths",
            "np.sqrt(np.sum((moved_first - moved_last) ** 2))",
            "abs(np.sqrt(np.sum(moved_first ** 2)) - np.sqrt(np.sum(moved_last ** 2)))",
        ),
        ("as in the chapter", "np.sum(f(x) ** 2)", "2 * np.sum((f(x) - f(x).mean()) ** 2)"),
        ("spread around the mean", "f(x) ** 2))\n    return", "(f(x) - f(x).mean()) ** 2))\n    return"),
        ("upside down", "difference / length", "length / difference"),
        ("percent", "difference / length", "100 * difference / length"),
        ("axis", "(moved_first - moved_last) ** 2)", "(moved_first - moved_last) ** 2, axis=0)"),
        ("guard", "return float(difference / length)", "return float(difference / (length + 1))"),
    ],
    "seam": [
        ("new border only", "new or old", "new"),
        ("old border only", "new or old", "old"),
        ("and", "new or old", "new and old"),
        ("xor", "new or old", "new != old"),
        ("whole kernel", "kernel // 2", "kernel"),
        ("kernel - 1", "kernel // 2", "kernel - 1"),
        ("kernel - 1 over 2 plus 1", "kernel // 2", "kernel // 2 + 1"),
        ("no move", "    if pixels % size == 0:\n        return damaged\n", ""),
        ("only zero pixels", "pixels % size == 0", "pixels == 0"),
        ("other way", "i - pixels", "i + pixels"),
        ("no ring", "(i - pixels) % size", "i - pixels"),
        ("one off at the end", "i >= size - reach", "i > size - reach"),
        ("one off at the start", "i < reach", "i <= reach"),
        (
            "left end only",
            "i < reach or i >= size - reach",
            "i < reach",
            "before < reach or before >= size - reach",
            "before < reach",
        ),
        ("integers", "dtype=bool", "dtype=int"),
        ("floats", ", dtype=bool", ""),
        ("negated", "damaged[i] = new or old", "damaged[i] = not (new or old)"),
        ("indices returned", "new or old\n    return damaged", "new or old\n    return np.flatnonzero(damaged)"),
        ("the numbers of the cells", "return damaged", "return np.flatnonzero(damaged)"),
        ("a list", "new or old\n    return damaged", "new or old\n    return list(damaged)"),
        (
            "all damaged when still",
            "if pixels % size == 0:\n        return damaged",
            "if pixels % size == 0:\n        return ~damaged",
        ),
        ("absolute", "i - pixels", "i - abs(pixels)"),
        (
            "measured on ones",
            "new or old\n    return damaged",
            "new or old\n    def counted(row):\n        wide = np.pad(row, reach)\n        return np.array([wide[k:k + kernel].sum() for k in range(size)])\n    ones = np.ones(size)\n    return counted(np.roll(ones, pixels)) != np.roll(counted(ones), pixels)",
        ),
        ("shift of the other end", "before = (i - pixels) % size", "before = (size - i - pixels) % size"),
    ],
    "circular_correlate": [
        ("no ring", "image[(i + m - r) % H, (j + n - s) % W]", "image[i + m - r, j + n - s]"),
        ("not centred", "i + m - r", "i + m", "j + n - s", "j + n"),
        ("convolution", "i + m - r", "i - m + r", "j + n - s", "j - n + s"),
        ("ends at", "i + m - r", "i + m - M + 1", "j + n - s", "j + n - N + 1"),
        ("modulo exchanged", "% H,", "% W,", "% W]", "% H]"),
        (
            "zeros",
            "y[i, j] += kernel",
            "if 0 <= i + m - r < H and 0 <= j + n - s < W:\n                        y[i, j] += kernel",
        ),
        ("r and s exchanged", "r, s = M // 2, N // 2", "s, r = M // 2, N // 2"),
        ("= for +=", "y[i, j] +=", "y[i, j] ="),
        ("kernel exchanged", "kernel[m, n]", "kernel[n, m]"),
        ("wrong halves", "M // 2, N // 2", "(M + 1) // 2, (N + 1) // 2"),
        ("clip", "(i + m - r) % H, (j + n - s) % W", "min(max(i + m - r, 0), H - 1), min(max(j + n - s, 0), W - 1)"),
        ("ring of rows only", "(j + n - s) % W]", "min(max(j + n - s, 0), W - 1)]"),
        ("kernel loops short", "range(M)", "range(M - 1)"),
        ("mean", "return y", "return y / kernel.size"),
    ],
    "circular_correlate, padded": [
        ("zeros", ', mode="wrap"', ""),
        ("reflect", '"wrap"', '"reflect"'),
        ("symmetric", '"wrap"', '"symmetric"'),
        ("edge", '"wrap"', '"edge"'),
        ("exchanged", "(M // 2, M // 2), (N // 2, N // 2)", "(N // 2, N // 2), (M // 2, M // 2)"),
        ("by the kernel", "(M // 2, M // 2), (N // 2, N // 2)", "(M, M), (N, N)"),
        ("one side", "(M // 2, M // 2), (N // 2, N // 2)", "(M - 1, 0), (N - 1, 0)"),
        ("other side", "(M // 2, M // 2), (N // 2, N // 2)", "(0, M - 1), (0, N - 1)"),
        ("not used", "padded[i:i", "image[i:i"),
        ("flipped", "* kernel", "* kernel[::-1, ::-1]"),
        ("matrix product", "* kernel", "@ kernel.T"),
        ("one padding for both", "((M // 2, M // 2), (N // 2, N // 2))", "M // 2"),
    ],
    "steady_subsample": [
        ("always the first", "if loudness > loudest", "if best is None"),
        ("always the last", "if loudness > loudest", "if True"),
        ("weakest", "-1", "np.inf", "> loudest", "< loudest"),
        ("sum", "np.sqrt(np.sum(grid ** 2))", "np.sum(grid)"),
        ("maximum", "np.sqrt(np.sum(grid ** 2))", "np.max(np.abs(grid))"),
        ("absolute sum", "np.sqrt(np.sum(grid ** 2))", "np.sum(np.abs(grid))"),
        ("mean", "np.sqrt(np.sum(grid ** 2))", "np.mean(grid)"),
        ("variance", "np.sqrt(np.sum(grid ** 2))", "np.std(grid)"),
        ("same offset", "        for j in range(stride):\n", "        for j in [i]:\n"),
        ("rows only", "image[i::stride, j::stride]", "image[i::stride]"),
        ("exchanged", "image[i::stride, j::stride]", "image[j::stride, i::stride]"),
        ("never updated", "best, loudest = grid, loudness", "best = grid"),
        ("loudness returned", "return best", "return loudest"),
        (
            "all grids",
            "return best",
            "return [image[i::stride, j::stride] for i in range(stride) for j in range(stride)]",
        ),
        ("offsets of the image", "range(stride)", "range(image.shape[0])"),
        ("block", "image[i::stride, j::stride]", "image[i:i + stride, j:j + stride]"),
        ("offset returned", "best, loudest = grid, loudness", "best, loudest = (i, j), loudness"),
        ("stride of two", "::stride", "::2"),
        ("blurs", "return best", "return best / loudest"),
        ("short", "range(stride)", "range(stride - 1)"),
        (
            "record not kept",
            "best, loudest = None, -1",
            "best, loudest = image[::stride, ::stride], 0",
            "best, loudest = grid",
            "best, _ = grid",
        ),
    ],
    "lift": [
        ("not turned", "np.rot90(kernel, turns)", "kernel"),
        ("turned once", "np.rot90(kernel, turns)", "np.rot90(kernel)"),
        ("clockwise", "np.rot90(kernel, turns)", "np.rot90(kernel, -turns)"),
        ("from one", "np.rot90(kernel, turns)", "np.rot90(kernel, turns + 1)"),
        ("the picture turned", "image, np.rot90(kernel, turns)", "np.rot90(image, turns), kernel"),
        ("both", "image, np.rot90(kernel, turns)", "np.rot90(image, turns), np.rot90(kernel, turns)"),
        ("transposes", "np.rot90(kernel, turns)", "kernel.T if turns % 2 else kernel"),
        ("flips", "np.rot90(kernel, turns)", "[kernel, kernel[::-1], kernel[:, ::-1], kernel[::-1, ::-1]][turns]"),
        ("three", "range(4)", "range(3)"),
        ("a list", "np.stack(sheets)", "sheets"),
        ("last axis", "np.stack(sheets)", "np.stack(sheets, axis=-1)"),
        ("one long", "np.stack(sheets)", "np.concatenate(sheets)"),
        ("sum", "np.stack(sheets)", "sum(sheets)"),
        ("maximum", "np.stack(sheets)", "np.max(sheets, axis=0)"),
        ("degrees", "np.rot90(kernel, turns)", "np.rot90(kernel, 90 * turns)"),
        (
            "own correlation, zeros",
            "def lift(",
            "def circular_correlate(image, kernel):\n    padded = np.pad(image, kernel.shape[0] // 2)\n    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)\n    return (windows * kernel).sum(axis=(2, 3))\n\ndef lift(",
        ),
        (
            "on and on",
            "sheets.append(circular_correlate(image, np.rot90(kernel, turns)))",
            "kernel = np.rot90(kernel, turns)\n        sheets.append(circular_correlate(image, kernel))",
        ),
        (
            "turns the result",
            "circular_correlate(image, np.rot90(kernel, turns))",
            "np.rot90(circular_correlate(image, kernel), turns)",
        ),
    ],
    "turn_sheets": [
        ("not moved on", "sheets[(t - 1) % 4]", "sheets[t]"),
        ("moved the other way", "(t - 1) % 4", "(t + 1) % 4"),
        ("not turned", "np.rot90(sheets[(t - 1) % 4])", "sheets[(t - 1) % 4]"),
        ("clockwise", "np.rot90(sheets[(t - 1) % 4])", "np.rot90(sheets[(t - 1) % 4], -1)"),
        ("turned t times", "np.rot90(sheets[(t - 1) % 4])", "np.rot90(sheets[(t - 1) % 4], t)"),
        ("all axes", "np.array(turned)", "np.rot90(np.roll(sheets, 1, axis=0))"),
        ("half", "np.rot90(sheets[(t - 1) % 4])", "np.rot90(sheets[(t - 1) % 4], 2)"),
        ("transposed", "np.rot90(sheets[(t - 1) % 4])", "sheets[(t - 1) % 4].T"),
        ("a list", "np.array(turned)", "turned"),
        ("no modulo", "(t - 1) % 4", "t + 1"),
        ("roll without an axis", "np.array(turned)", "np.roll(np.rot90(sheets, axes=(1, 2)), 1)"),
        ("two on", "(t - 1) % 4", "(t - 2) % 4"),
    ],
    "shift, again": [
        ("minus", "(i + rows)", "(i - rows)"),
        ("swap", "(i + rows) % h, (j + columns) % w", "(i + columns) % h, (j + rows) % w"),
        ("no mod", "(i + rows) % h", "(i + rows)"),
        ("copy", "image[i, j]", "image[j, i]"),
        ("modulo exchanged", "% h, ", "% w, ", "(j + columns) % w", "(j + columns) % h", "empty_like", "zeros_like"),
    ],
    "seam, again": [
        ("kernel//2+1", "(kernel - 1) // 2", "(kernel + 1) // 2"),
        ("roll other", "np.roll(edge, pixels)", "np.roll(edge, -pixels)"),
        ("xor", "edge | moved", "edge ^ moved"),
        ("moved only", "edge | moved", "moved"),
        ("no case", "if np.all(pixels % size == 0)", "if pixels == 0"),
        ("negative slice", "edge[size - half:]", "edge[-half:]"),
        ("difference", "edge | moved", "edge & ~moved"),
        ("a list", "np.roll(edge, pixels)", "np.array([edge.tolist()[i - pixels] for i in range(size)])"),
        (
            "in place",
            "    return edge | moved",
            "    for i in range(size):\n        edge[i] |= edge[(i - pixels) % size]\n    return edge",
        ),
    ],
    "circular_correlate, again": [
        ("sign", "m // 2 - a, n // 2 - b", "a - m // 2, b - n // 2"),
        ("no centre", "m // 2 - a, n // 2 - b", "-a, -b"),
        ("axis", "axis=(0, 1)", "axis=(1, 0)"),
        ("=", "y += ", "y = "),
        ("flatten", ", axis=(0, 1)", ""),
        ("return inside", "    return y", "        return y"),
        (
            "Fourier",
            "    return y",
            "    return np.real(np.fft.ifft2(np.fft.fft2(image) * np.fft.fft2(kernel, s=image.shape)))",
        ),
        (
            "whole numbers",
            "np.zeros(image.shape)",
            "np.zeros(image.shape, dtype=int)",
            "y += kernel[a, b] * np.roll(image, (m // 2 - a, n // 2 - b), axis=(0, 1))",
            "y += (kernel[a, b] * np.roll(image, (m // 2 - a, n // 2 - b), axis=(0, 1))).astype(int)",
        ),
        (
            "the chapter's",
            "    return y",
            "    return vectorized.conv2d(image[None, None], kernel[None, None], padding=1, padding_mode='circular')[0, 0]",
        ),
    ],
    "steady_subsample, again": [
        ("argmin", "np.argmax", "np.argmin"),
        ("inf norm", "np.linalg.norm(g)", "np.linalg.norm(g, np.inf)"),
        ("nuclear", "np.linalg.norm(g)", "g.sum()"),
        ("sorted", "return grids[int(np.argmax(norms))]", "return sorted(grids, key=np.linalg.norm)[0]"),
        ("index", "return grids[int(np.argmax(norms))]", "return int(np.argmax(norms))"),
        ("max over", "np.linalg.norm(g)", "g.var()"),
        ("root of the sum", "np.linalg.norm(g)", "np.sqrt(abs(g.sum()))"),
        ("largest value", "np.linalg.norm(g)", "g.max()"),
        ("no key", "return grids[int(np.argmax(norms))]", "return max(grids)"),
        (
            "winner exchanged",
            "return grids[int(np.argmax(norms))]",
            "j, i = divmod(int(np.argmax(norms)), stride)\n    return image[i::stride, j::stride]",
        ),
        ("four grids", "for i in range(stride) for j in range(stride)", "for i in (0, 1) for j in (0, 1)"),
        ("one colon", "image[i::stride, j::stride]", "image[i:stride, j:stride]"),
    ],
    "lift, again": [
        (
            "before",
            "        out[t] = circular_correlate(image, k)\n        k = np.rot90(k)\n",
            "        k = np.rot90(k)\n        out[t] = circular_correlate(image, k)\n",
        ),
        ("out[0]", "out[t] =", "out[0] ="),
        ("flip", "np.rot90(k)\n", "k.T\n"),
        ("two", "np.rot90(k)", "np.rot90(k, 2)"),
        ("kernel", "circular_correlate(image, k)", "circular_correlate(image, kernel)"),
    ],
    "turn_sheets, again": [
        ("t", "(t + 1) % n", "t"),
        ("t-1", "(t + 1) % n", "(t - 1) % n"),
        ("clock", "np.rot90(sheets[t])", "np.rot90(sheets[t], 3)"),
        ("shape", "(n, w, h)", "(n, h, w)"),
        ("T", "np.rot90(sheets[t])", "sheets[t].T"),
    ],
    "equivariance_error, again": [
        ("y moved", "move_output(y)", "move_output(x)"),
        ("xnorm", "y.ravel() @ y.ravel()", "x.ravel() @ x.ravel()"),
        ("nosqrt", "np.sqrt(d @ d)", "d @ d"),
        ("mean", "np.sqrt(d @ d)", "np.abs(d).mean()"),
        ("f out", "f(move(x))", "move(f(x))"),
        ("y", "move_output(y)", "y"),
    ],
}
