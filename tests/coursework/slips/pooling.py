"""Slips in the third assignment: right solutions, and the edits that make them wrong."""
# ruff: noqa: E501

RIGHT = {
    "max_pool": """
def max_pool(x, window):
    rows = x.shape[0] // window
    columns = x.shape[1] // window
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            block = x[i * window:(i + 1) * window, j * window:(j + 1) * window]
            y[i, j] = block.max()
    return y
""",
    "max_pool, by hand": """
def max_pool(x, window):
    H, W = x.shape
    y = np.full((H // window, W // window), -np.inf)
    for i in range(H // window * window):
        for j in range(W // window * window):
            if x[i, j] > y[i // window, j // window]:
                y[i // window, j // window] = x[i, j]
    return y
""",
    "pool2d": """
def pool2d(x, window, stride, padding, statistic):
    N, C, H, W = x.shape
    K, L = window
    fill = -np.inf if statistic == "max" else 0
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), constant_values=fill)
    height = (H + 2 * padding - K) // stride + 1
    width = (W + 2 * padding - L) // stride + 1
    y = np.zeros((N, C, height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            block = padded[:, :, top:top + K, left:left + L]
            if statistic == "max":
                y[:, :, i, j] = block.max(axis=(2, 3))
            else:
                y[:, :, i, j] = block.mean(axis=(2, 3))
    return y
""",
    "max_pool_backward": """
def max_pool_backward(grad_y, x, window, stride):
    grad_x = np.zeros(x.shape)
    rows, columns = window
    N, C, H, W = grad_y.shape
    for n in range(N):
        for c in range(C):
            for i in range(H):
                for j in range(W):
                    top, left = i * stride, j * stride
                    block = x[n, c, top:top + rows, left:left + columns]
                    u, v = np.unravel_index(np.argmax(block), block.shape)
                    grad_x[n, c, top + u, left + v] += grad_y[n, c, i, j]
    return grad_x
""",
    "blur_pool": """
def blur_pool(x, stride):
    H, W = x.shape
    padded = np.pad(x, 1, mode="reflect")
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
    y = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            y[i, j] = np.sum(padded[i:i + 3, j:j + 3] * kernel)
    return y[::stride, ::stride]
""",
    "blur_pool, axes": """
def blur_pool(x, stride):
    p = np.pad(x, 1, mode="reflect")
    rows = (p[:-2] + 2 * p[1:-1] + p[2:]) / 4
    both = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    return both[::stride, ::stride]
""",
    "adaptive_average": """
def adaptive_average(x, size):
    H, W = x.shape
    rows, columns = size
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, bottom = i * H // rows, -(-(i + 1) * H // rows)
            left, right = j * W // columns, -(-(j + 1) * W // columns)
            y[i, j] = x[top:bottom, left:right].mean()
    return y
""",
    "max_pool, again": """
def max_pool(x, window):
    h, w = x.shape
    return np.array([[np.max(x[r:r + window, c:c + window]) for c in range(0, w - window + 1, window)] for r in range(0, h - window + 1, window)])
""",
    "pool2d, again": """
def pool2d(x, window, stride, padding, statistic):
    value = 0.0
    if statistic == "max":
        value = -np.inf
    p = padding
    n, c, h, w = x.shape
    xp = np.full((n, c, h + 2 * p, w + 2 * p), value)
    xp[:, :, p:p + h, p:p + w] = x
    rows = range(0, h + 2 * p - window[0] + 1, stride)
    cols = range(0, w + 2 * p - window[1] + 1, stride)
    y = np.zeros((n, c, len(rows), len(cols)))
    for a, i in enumerate(rows):
        for b, j in enumerate(cols):
            cells = xp[:, :, i:i + window[0], j:j + window[1]].reshape(n, c, -1)
            y[:, :, a, b] = cells.max(-1) if statistic == "max" else cells.sum(-1) / (window[0] * window[1])
    return y
""",
    "max_pool_backward, again": """
def max_pool_backward(grad_y, x, window, stride):
    out = np.zeros_like(x)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(grad_y.shape[2]):
                for j in range(grad_y.shape[3]):
                    best, where = -np.inf, None
                    for u in range(window[0]):
                        for v in range(window[1]):
                            value = x[n, c, i * stride + u, j * stride + v]
                            if value > best:
                                best, where = value, (i * stride + u, j * stride + v)
                    out[n, c][where] += grad_y[n, c, i, j]
    return out
""",
    "blur_pool, again": """
def blur_pool(x, stride):
    h, w = x.shape
    def at(i, n):
        if i < 0:
            return -i
        if i >= n:
            return 2 * n - 2 - i
        return i
    weights = [0.25, 0.5, 0.25]
    y = np.zeros(((h - 1) // stride + 1, (w - 1) // stride + 1))
    for a in range(y.shape[0]):
        for b in range(y.shape[1]):
            for u in (-1, 0, 1):
                for v in (-1, 0, 1):
                    y[a, b] += weights[u + 1] * weights[v + 1] * x[at(a * stride + u, h), at(b * stride + v, w)]
    return y
""",
    "adaptive_average, again": """
def adaptive_average(x, size):
    h, w = x.shape
    n, m = size
    result = []
    for i in range(n):
        a = int(np.floor(i * h / n))
        b = int(np.ceil((i + 1) * h / n))
        line = []
        for j in range(m):
            c = int(np.floor(j * w / m))
            d = int(np.ceil((j + 1) * w / m))
            line.append(np.mean(x[a:b, c:d]))
        result.append(line)
    return np.array(result)
""",
}

GIVEN = ""

SLIPS = {
    "max_pool": [
        ("mean", "block.max()", "block.mean()"),
        ("minimum", "block.max()", "block.min()"),
        ("sum", "block.max()", "block.sum()"),
        ("first cell", "block.max()", "block[0, 0]"),
        ("absolute", "block.max()", "np.abs(block).max()"),
        ("argmax", "block.max()", "block.argmax()"),
        ("at i", "i * window:(i + 1) * window, j * window:(j + 1) * window", "i:i + window, j:j + window"),
        (
            "overlapping",
            "x.shape[0] // window",
            "x.shape[0] - window + 1",
            "x.shape[1] // window",
            "x.shape[1] - window + 1",
            "i * window:(i + 1) * window, j * window:(j + 1) * window",
            "i:i + window, j:j + window",
        ),
        ("rows and columns exchanged", "x.shape[0]", "x.shape[ 1]", "x.shape[1]", "x.shape[0]"),
        (
            "rounded up",
            "x.shape[0] // window",
            "-(-x.shape[0] // window)",
            "x.shape[1] // window",
            "-(-x.shape[1] // window)",
        ),
        (
            "rounded",
            "x.shape[0] // window",
            "round(x.shape[0] / window)",
            "x.shape[1] // window",
            "round(x.shape[1] / window)",
        ),
        ("float", "//", "/"),
        ("window of two", "window:(i + 1) * window", "2:(i + 1) * 2"),
        ("integers", "np.zeros((rows, columns))", "np.zeros((rows, columns), dtype=int)"),
        ("max along one axis", "block.max()", "block.max(axis=0)"),
        (
            "running maximum from zero",
            "y[i, j] = block.max()",
            "for value in block.ravel():\n                y[i, j] = max(y[i, j], value)",
        ),
        ("one cell short", "(i + 1) * window, j", "(i + 1) * window - 1, j"),
        ("columns only", "i * window:(i + 1) * window", "i:i + 1"),
        ("nothing returned", "return y", "return"),
        ("max and astype", "block.max()", "block.max().astype(int)"),
        ("last row left out", "range(rows)", "range(rows - 1)"),
        ("sorts the block", "y[i, j] = block.max()", "block.sort()\n            y[i, j] = block[-1, -1]"),
        ("transposed", "return y", "return y.T"),
    ],
    "max_pool, by hand": [
        ("from zero", "np.full((H // window, W // window), -np.inf)", "np.zeros((H // window, W // window))"),
        ("less", "> y", "< y"),
        ("modulo", "y[i // window, j // window]", "y[i % window, j % window]"),
        ("all cells", "H // window * window", "H", "W // window * window", "W"),
        ("wins without asking", "if x[i, j] > y[i // window, j // window]:", "if True:"),
        ("compares the index", "if x[i, j] > y", "if i > y"),
    ],
    "pool2d": [
        ("zeros for the maximum", '-np.inf if statistic == "max" else 0', "0"),
        ("infinity for both", '-np.inf if statistic == "max" else 0', "-np.inf"),
        ("plus infinity", "-np.inf if", "np.inf if"),
        ("minimum of all", "-np.inf if", "x.min() - 1 if"),
        ("statistic exchanged", 'if statistic == "max":', 'if statistic != "max":'),
        ("misspelt statistic", 'if statistic == "max":', 'if statistic == "maximum":'),
        ("pads all axes", "np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))", "np.pad(x, padding"),
        ("pads one side", "(padding, padding), (padding, padding)", "(padding, 0), (padding, 0)"),
        ("pads rows only", "(padding, padding), (padding, padding)", "(padding, padding), (0, 0)"),
        ("does not use padded", "block = padded", "block = x"),
        ("size without padding", "2 * padding", "0"),
        ("at i", "i * stride, j * stride", "i, j"),
        ("at i times window", "i * stride, j * stride", "i * K, j * L"),
        ("no stride at all", "i * stride, j * stride", "i, j", ") // stride + 1", ") + 1"),
        ("one short", "// stride + 1", "// stride"),
        ("float", "// stride", "/ stride"),
        ("rounded up", "(H + 2 * padding - K) // stride", "-(-(H + 2 * padding - K) // stride)"),
        ("window exchanged", "K, L = window", "L, K = window"),
        ("square", "left:left + L", "left:left + K"),
        ("over channels", "axis=(2, 3)", "axis=(1, 2, 3)"),
        ("all", "block.max(axis=(2, 3))", "block.max()"),
        ("batch and channels", "axis=(2, 3)", "axis=(0, 1)"),
        ("first picture", "N, C, H, W = x.shape", "N, C, H, W = x.shape\n    x = x[:1]"),
        ("sum", "block.mean(axis=(2, 3))", "block.sum(axis=(2, 3))"),
        ("not counting", "block.mean(axis=(2, 3))", "block.sum(axis=(2, 3)) / max((block != 0).sum(), 1)"),
        ("divides by K squared", "block.mean(axis=(2, 3))", "block.sum(axis=(2, 3)) / K**2"),
        (
            "average of the nonzero",
            "block.mean(axis=(2, 3))",
            "block.sum(axis=(2, 3)) / np.maximum((block != 0).sum(axis=(2, 3)), 1)",
        ),
        ("pads with the edge", ", constant_values=fill", ", mode='edge'"),
        ("window as an int", "K, L = window", "K = L = window"),
        ("N and C exchanged", "np.zeros((N, C,", "np.zeros((C, N,"),
        ("in place", "padded = np.pad", "x -= x.min()\n    padded = np.pad"),
        ("last left out", "range(width)", "range(width - 1)"),
    ],
    "max_pool_backward": [
        ("= for +=", "] += grad_y", "] = grad_y"),
        ("window as stride", "i * stride, j * stride", "i * rows, j * columns"),
        ("rows and columns exchanged", "rows, columns = window", "columns, rows = window"),
        ("square window", "top + rows, left:left + columns", "top + rows, left:left + rows"),
        ("at i", "i * stride, j * stride", "i, j"),
        ("argmin", "np.argmax", "np.argmin"),
        ("without the corner", "top + u, left + v", "u, v"),
        ("u and v exchanged", "u, v = np", "v, u = np"),
        ("at the corner", "top + u, left + v", "top, left"),
        (
            "all winners",
            "u, v = np.unravel_index(np.argmax(block), block.shape)\n                    grad_x[n, c, top + u, left + v] += grad_y[n, c, i, j]",
            "grad_x[n, c, top:top + rows, left:left + columns] += (block == block.max()) * grad_y[n, c, i, j]",
        ),
        (
            "everyone a share",
            "u, v = np.unravel_index(np.argmax(block), block.shape)\n                    grad_x[n, c, top + u, left + v] += grad_y[n, c, i, j]",
            "grad_x[n, c, top:top + rows, left:left + columns] += grad_y[n, c, i, j] / block.size",
        ),
        (
            "column order",
            "np.unravel_index(np.argmax(block), block.shape)",
            "np.unravel_index(np.argmax(block.T), block.T.shape)[::-1]",
        ),
        ("last of ties", "np.unravel_index(np.argmax(block), block.shape)", "(np.argwhere(block == block.max())[-1])"),
        ("ones", "+= grad_y[n, c, i, j]", "+= 1"),
        ("times the value", "+= grad_y[n, c, i, j]", "+= grad_y[n, c, i, j] * block.max()"),
        ("zeros like grad_y", "np.zeros(x.shape)", "np.zeros(grad_y.shape)"),
        ("first channel", "range(C)", "range(1)"),
        ("first picture", "range(N)", "range(1)"),
        ("x over all channels", "x[n, c, top", "x[n, 0, top"),
        ("rows left out", "range(H)", "range(H - 1)"),
        (
            "argmax not unravelled",
            "np.unravel_index(np.argmax(block), block.shape)",
            "np.argmax(block), np.argmax(block)",
        ),
        ("argmax over an axis", "np.unravel_index(np.argmax(block), block.shape)", "np.argmax(block, axis=0)"),
        ("writes into x", "grad_x = np.zeros(x.shape)", "grad_x = x"),
    ],
    "blur_pool": [
        ("stride first", "H, W = x.shape", "x = x[::stride, ::stride]\n    stride = 1\n    H, W = x.shape"),
        ("zeros at the border", ', mode="reflect"', ""),
        ("symmetric", '"reflect"', '"symmetric"'),
        ("edge", '"reflect"', '"edge"'),
        ("wrap", '"reflect"', '"wrap"'),
        ("no division", " / 16", ""),
        ("divided by 9", "/ 16", "/ 9"),
        ("divided by 4", "/ 16", "/ 4"),
        ("box", "np.outer([1, 2, 1], [1, 2, 1]) / 16", "np.ones((3, 3)) / 9"),
        ("no subsampling", "y[::stride, ::stride]", "y"),
        ("rows only", "y[::stride, ::stride]", "y[::stride]"),
        ("begins with the second", "y[::stride, ::stride]", "y[1::stride, 1::stride]"),
        ("no padding", 'np.pad(x, 1, mode="reflect")', "x", "range(H)", "range(H - 2)", "range(W)", "range(W - 2)"),
        ("padded not used", "np.sum(padded[", "np.sum(x["),
        ("mean", "np.sum(padded", "np.mean(padded"),
        ("pads two", "np.pad(x, 1", "np.pad(x, 2"),
        ("three, not two", "[1, 2, 1], [1, 2, 1]) / 16", "[1, 3, 1], [1, 3, 1]) / 25"),
        (
            "stride in the window too",
            "padded[i:i + 3, j:j + 3]",
            "padded[i * stride:i * stride + 3, j * stride:j * stride + 3]",
        ),
        ("max", "np.sum(padded[i:i + 3, j:j + 3] * kernel)", "np.max(padded[i:i + 3, j:j + 3])"),
        ("integer kernel", "/ 16", "// 16"),
    ],
    "blur_pool, axes": [
        ("one axis", "both[::stride", "rows[:, 1:-1][::stride"),
        ("divided once", "rows[:, 2:]) / 4", "rows[:, 2:])"),
        ("blur without middle", "2 * p[1:-1]", "p[1:-1]"),
        ("divided by 3", ") / 4", ") / 3"),
    ],
    "adaptive_average": [
        (
            "floor at the end",
            "-(-(i + 1) * H // rows)",
            "(i + 1) * H // rows",
            "-(-(j + 1) * W // columns)",
            "(j + 1) * W // columns",
        ),
        (
            "rounded at the start",
            "i * H // rows,",
            "round(i * H / rows),",
            "j * W // columns,",
            "round(j * W / columns),",
        ),
        (
            "rounded at the end",
            "-(-(i + 1) * H // rows)",
            "round((i + 1) * H / rows)",
            "-(-(j + 1) * W // columns)",
            "round((j + 1) * W / columns)",
        ),
        (
            "both rounded",
            "-(-(i + 1) * H // rows)",
            "round((i + 1) * H / rows)",
            "-(-(j + 1) * W // columns)",
            "round((j + 1) * W / columns)",
            "i * H // rows,",
            "round(i * H / rows),",
            "j * W // columns,",
            "round(j * W / columns),",
        ),
        (
            "equal windows",
            "i * H // rows, -(-(i + 1) * H // rows)",
            "i * (H // rows), (i + 1) * (H // rows)",
            "j * W // columns, -(-(j + 1) * W // columns)",
            "j * (W // columns), (j + 1) * (W // columns)",
        ),
        (
            "ceil windows",
            "i * H // rows, -(-(i + 1) * H // rows)",
            "i * -(-H // rows), (i + 1) * -(-H // rows)",
            "j * W // columns, -(-(j + 1) * W // columns)",
            "j * -(-W // columns), (j + 1) * -(-W // columns)",
        ),
        ("sum", ".mean()", ".sum()"),
        ("max", ".mean()", ".max()"),
        ("size exchanged", "rows, columns = size", "columns, rows = size"),
        (
            "one cell more",
            "-(-(i + 1) * H // rows)",
            "(i + 1) * H // rows + 1",
            "-(-(j + 1) * W // columns)",
            "(j + 1) * W // columns + 1",
        ),
        ("slices exchanged", "x[top:bottom, left:right]", "x[left:right, top:bottom]"),
        ("H for W", "j * W // columns,", "j * H // columns,"),
        ("ceil of i", "-(-(i + 1) * H // rows)", "-(-i * H // rows) + 1"),
        (
            "divided by a constant",
            "x[top:bottom, left:right].mean()",
            "x[top:bottom, left:right].sum() / ((H // rows) * (W // columns))",
        ),
        ("float indices", "i * H // rows,", "i * H / rows,"),
        ("integer output", "np.zeros((rows, columns))", "np.zeros((rows, columns), dtype=int)"),
        ("output of the wrong size", "np.zeros((rows, columns))", "np.zeros((H, W))"),
        ("starts ceil", "i * H // rows,", "-(-i * H // rows),", "j * W // columns,", "-(-j * W // columns),"),
    ],
    "max_pool, again": [
        ("no step", ", window)] for r", "- 0)] for r"),
        ("rest", "w - window + 1, window", "w, window", "h - window + 1, window", "h, window"),
        ("short", "w - window + 1", "w - window", "h - window + 1", "h - window"),
        ("swap", "x[r:r + window, c:c + window]", "x[c:c + window, r:r + window]"),
        ("median", "np.max", "np.median"),
    ],
    "pool2d, again": [
        ("zero", "value = -np.inf", "value = 0.0"),
        ("window order", "window[0] + 1, stride", "window[1] + 1, stride"),
        ("divides stride", "(window[0] * window[1])", "(stride * stride)"),
        ("sum of two", "(window[0] * window[1])", "(window[0] + window[1])"),
        ("a b swapped", "y[:, :, a, b]", "y[:, :, b, a]"),
        ("i j", "y[:, :, a, b]", "y[:, :, i, j]"),
        ("reshape wrong", "reshape(n, c, -1)", "reshape(c, n, -1)"),
        ("placed at 0", "xp[:, :, p:p + h, p:p + w]", "xp[:, :, :h, :w]"),
    ],
    "max_pool_backward, again": [
        (">=", "value > best", "value >= best"),
        ("best 0", "best, where = -np.inf, None", "best, where = 0, (0, 0)"),
        ("u v", "(i * stride + u, j * stride + v)\n", "(u, v)\n"),
        ("=", "[where] += ", "[where] = "),
        ("window for stride", "i * stride + u, j * stride + v]", "i * window[0] + u, j * window[1] + v]"),
        (
            "never reset",
            "                    best, where = -np.inf, None\n",
            "",
            "    out = np.zeros_like(x)\n",
            "    out = np.zeros_like(x)\n    best, where = -np.inf, (0, 0)\n",
        ),
    ],
    "blur_pool, again": [
        ("wrap", "return -i", "return i"),
        ("edge", "return -i", "return 0", "return 2 * n - 2 - i", "return n - 1"),
        ("2n-1", "2 * n - 2 - i", "2 * n - 1 - i"),
        ("stride on tap", "at(a * stride + u, h)", "at((a + u) * stride, h)"),
        ("one axis", "weights[u + 1] * weights[v + 1]", "weights[u + 1]"),
        ("floor size", "(h - 1) // stride + 1", "h // stride"),
        ("no half", "[0.25, 0.5, 0.25]", "[0.5, 1, 0.5]"),
    ],
    "adaptive_average, again": [
        ("ceil start", "np.floor(i", "np.ceil(i"),
        ("ints", "int(np.ceil((i + 1) * h / n))", "int((i + 1) * h / n)"),
        ("a+size", "int(np.ceil((i + 1) * h / n))", "a + h // n"),
        ("median", "np.mean", "np.median"),
        ("h for w", "(j + 1) * w / m", "(j + 1) * h / m"),
        ("off", "(i + 1) * h", "i * h"),
    ],
}
