"""Slips in the first assignment: right solutions, and the edits that make them wrong."""
# ruff: noqa: E501

RIGHT = {
    "correlate2d": """
def correlate2d(x, kernel, stride):
    rows, columns = kernel.shape
    height = (x.shape[0] - rows) // stride + 1
    width = (x.shape[1] - columns) // stride + 1
    y = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            window = x[top:top + rows, left:left + columns]
            y[i, j] = np.sum(window * kernel)
    return y
""",
    "correlate2d, sums": """
def correlate2d(x, kernel, stride):
    kh, kw = kernel.shape
    h = (x.shape[0] - kh) // stride + 1
    w = (x.shape[1] - kw) // stride + 1
    y = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            for m in range(kh):
                for n in range(kw):
                    y[i, j] += x[i * stride + m, j * stride + n] * kernel[m, n]
    return y
""",
    "convolve2d": """
def convolve2d(x, kernel):
    H, W = x.shape
    M, N = kernel.shape
    y = np.zeros((H + M - 1, W + N - 1))
    for i in range(H):
        for j in range(W):
            y[i:i + M, j:j + N] += x[i, j] * kernel
    return y
""",
    "convolve2d, padded": """
def convolve2d(x, kernel):
    M, N = kernel.shape
    padded = np.pad(x, ((M - 1, M - 1), (N - 1, N - 1)))
    turned = kernel[::-1, ::-1]
    height = padded.shape[0] - M + 1
    width = padded.shape[1] - N + 1
    y = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y[i, j] = np.sum(padded[i:i + M, j:j + N] * turned)
    return y
""",
    "convolve2d, sums": """
def convolve2d(x, kernel):
    H, W = x.shape
    M, N = kernel.shape
    y = np.zeros((H + M - 1, W + N - 1))
    for i in range(H + M - 1):
        for j in range(W + N - 1):
            for m in range(M):
                for n in range(N):
                    if 0 <= i - m < H and 0 <= j - n < W:
                        y[i, j] += kernel[m, n] * x[i - m, j - n]
    return y
""",
    "output_size": """
def output_size(size, kernel, stride, before, after):
    room = size + before + after - kernel
    return room // stride + 1
""",
    "conv2d": """
def conv2d(x, weight, bias, stride, padding):
    N, C, H, W = x.shape
    O, _, K, L = weight.shape
    P, S = padding, stride
    padded = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    height = (H + 2 * P - K) // S + 1
    width = (W + 2 * P - L) // S + 1
    y = np.zeros((N, O, height, width))
    for i in range(height):
        for j in range(width):
            window = padded[:, :, i * S:i * S + K, j * S:j * S + L]
            for o in range(O):
                y[:, o, i, j] = np.sum(window * weight[o], axis=(1, 2, 3)) + bias[o]
    return y
""",
    "conv2d, loops": """
def conv2d(x, weight, bias, stride, padding):
    N, C, H, W = x.shape
    O, _, K, L = weight.shape
    height = (H + 2 * padding - K) // stride + 1
    width = (W + 2 * padding - L) // stride + 1
    y = np.zeros((N, O, height, width))
    for n in range(N):
        for o in range(O):
            for i in range(height):
                for j in range(width):
                    total = bias[o]
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                r = i * stride + u - padding
                                s = j * stride + v - padding
                                if 0 <= r < H and 0 <= s < W:
                                    total += weight[o, c, u, v] * x[n, c, r, s]
                    y[n, o, i, j] = total
    return y
""",
    "conv2d_backward": """
def conv2d_backward(grad_y, x, weight, stride, padding):
    S, P = stride, padding
    K, L = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    grad_padded = np.zeros_like(padded)
    grad_weight = np.zeros_like(weight)
    for i in range(grad_y.shape[2]):
        for j in range(grad_y.shape[3]):
            g = grad_y[:, :, i, j]
            window = padded[:, :, S * i:S * i + K, S * j:S * j + L]
            grad_padded[:, :, S * i:S * i + K, S * j:S * j + L] += np.einsum("no,ocuv->ncuv", g, weight)
            grad_weight += np.einsum("no,ncuv->ocuv", g, window)
    grad_bias = grad_y.sum(axis=(0, 2, 3))
    grad_x = grad_padded[:, :, P:P + x.shape[2], P:P + x.shape[3]]
    return grad_x, grad_weight, grad_bias
""",
    "conv2d_backward, loops": """
def conv2d_backward(grad_y, x, weight, stride, padding):
    N, C, H, W = x.shape
    O, _, K, L = weight.shape
    grad_x = np.zeros(x.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(O)
    for n in range(N):
        for o in range(O):
            for i in range(grad_y.shape[2]):
                for j in range(grad_y.shape[3]):
                    g = grad_y[n, o, i, j]
                    grad_bias[o] += g
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                r = i * stride + u - padding
                                s = j * stride + v - padding
                                if 0 <= r < H and 0 <= s < W:
                                    grad_x[n, c, r, s] += g * weight[o, c, u, v]
                                    grad_weight[o, c, u, v] += g * x[n, c, r, s]
    return grad_x, grad_weight, grad_bias
""",
    "correlate2d, again": """
def correlate2d(x, kernel, stride):
    kh, kw = kernel.shape
    out = []
    for r in range(0, len(x) - kh + 1, stride):
        row = []
        for c in range(0, len(x[0]) - kw + 1, stride):
            s = 0.0
            for u in range(kh):
                for v in range(kw):
                    s += x[r + u, c + v] * kernel[u, v]
            row.append(s)
        out.append(row)
    return np.array(out)
""",
    "convolve2d, again": """
def convolve2d(x, kernel):
    h, w = x.shape
    kh, kw = kernel.shape
    big = np.zeros((h + 2 * (kh - 1), w + 2 * (kw - 1)))
    big[kh - 1:kh - 1 + h, kw - 1:kw - 1 + w] = x
    k = np.flip(kernel)
    return np.array([[(big[i:i + kh, j:j + kw] * k).sum() for j in range(w + kw - 1)] for i in range(h + kh - 1)])
""",
    "conv2d, again": """
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    f, _, kh, kw = weight.shape
    xp = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    xp[:, :, padding:padding + h, padding:padding + w] = x
    oh = 1 + (h + 2 * padding - kh) // stride
    ow = 1 + (w + 2 * padding - kw) // stride
    out = np.zeros((n, f, oh, ow))
    for u in range(kh):
        for v in range(kw):
            part = xp[:, :, u:u + stride * oh:stride, v:v + stride * ow:stride]
            out += np.tensordot(part, weight[:, :, u, v], axes=(1, 1)).transpose(0, 3, 1, 2)
    return out + bias.reshape(1, -1, 1, 1)
""",
    "conv2d_backward, again": """
def conv2d_backward(grad_y, x, weight, stride, padding):
    n, c, h, w = x.shape
    f, _, kh, kw = weight.shape
    oh, ow = grad_y.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gxp = np.zeros(xp.shape)
    gw = np.zeros(weight.shape)
    for u in range(kh):
        for v in range(kw):
            rows = slice(u, u + stride * oh, stride)
            cols = slice(v, v + stride * ow, stride)
            gw[:, :, u, v] = np.einsum("noij,ncij->oc", grad_y, xp[:, :, rows, cols])
            gxp[:, :, rows, cols] += np.einsum("noij,oc->ncij", grad_y, weight[:, :, u, v])
    return gxp[:, :, padding:h + padding, padding:w + padding], gw, np.einsum("noij->o", grad_y)
""",
    "output_size, again": """
def output_size(size, kernel, stride, before, after):
    count = 0
    start = -before
    while start + kernel <= size + after:
        count += 1
        start += stride
    return count
""",
}

# What the student did, then pairs of what stands in the right solution and what they wrote.
GIVEN = ""

SLIPS = {
    "correlate2d": [
        ("one window short", "// stride + 1", "// stride"),
        ("one row short only", "rows) // stride + 1", "rows) // stride"),
        ("one window too many", "// stride + 1", "// stride + 2"),
        (
            "output as large as the picture",
            "height = (x.shape[0] - rows) // stride + 1",
            "height = x.shape[0]",
            "width = (x.shape[1] - columns) // stride + 1",
            "width = x.shape[1]",
        ),
        ("loops over the picture", "range(height)", "range(x.shape[0])", "range(width)", "range(x.shape[1])"),
        ("rows and columns of the kernel exchanged", "rows, columns = kernel.shape", "columns, rows = kernel.shape"),
        (
            "height and width exchanged in the loops",
            "range(height)",
            "range(WIDTH)",
            "range(width)",
            "range(height)",
            "WIDTH",
            "width",
        ),
        ("y[j, i]", "y[i, j]", "y[j, i]"),
        ("flips the kernel", "window * kernel", "window * kernel[::-1, ::-1]"),
        ("flips rows only", "window * kernel", "window * kernel[::-1]"),
        ("transposes the kernel", "window * kernel", "window * kernel.T"),
        ("mean", "np.sum(window", "np.mean(window"),
        ("maximum", "np.sum(window", "np.max(window"),
        ("matrix product", "np.sum(window * kernel)", "np.sum(window @ kernel)"),
        ("window as large as the output", "top + rows", "top + height", "left + columns", "left + width"),
        ("window one too small", "top + rows", "top + rows - 1"),
        (
            "steps of the kernel",
            "x[top:top + rows, left:left + columns]",
            "x[i * rows:(i + 1) * rows, j * columns:(j + 1) * columns]",
        ),
        ("integers", "np.zeros((height, width))", "np.zeros((height, width), dtype=int)"),
        ("float32", "np.zeros((height, width))", "np.zeros((height, width), dtype=np.float32)"),
        (
            "returns inside the loop",
            "np.sum(window * kernel)\n    return y",
            "np.sum(window * kernel)\n        return y",
        ),
        ("returns the window", "return y", "return window"),
        ("no return", "return y", "pass"),
        ("prints", "return y", "print(y)"),
        ("a list", "return y", "return y.tolist()"),
        (
            "adds to the input",
            "window = x[top:top + rows, left:left + columns]",
            "window = x[top:top + rows, left:left + columns]\n            window *= kernel",
            "window * kernel)",
            "window)",
        ),
        ("misspelt", "np.sum(window * kernel)", "np.sum(windw * kernel)"),
        ("no sum", "np.sum(window * kernel)", "window * kernel"),
        ("absolute", "np.sum(window * kernel)", "abs(np.sum(window * kernel))"),
        ("sum over an axis", "np.sum(window * kernel)", "np.sum(window * kernel, axis=0)"),
        ("empty without loop", "np.zeros((height, width))\n", "np.zeros((height, width))\n    return y\n"),
        ("negative offsets", "x[top:top + rows, left:left + columns]", "x[top - rows:top, left - columns:left]"),
        ("y never made", "    y = np.zeros((height, width))\n", ""),
        ("divided", "(x.shape[0] - rows) // stride", "x.shape[0] / rows", "(x.shape[1] - columns) //", "x.shape[1] /"),
        ("window at i", "i * stride, j * stride", "i, j"),
        ("stride on rows only", "i * stride, j * stride", "i * stride, j"),
        (
            "no stride",
            "(x.shape[0] - rows) // stride",
            "(x.shape[0] - rows)",
            "(x.shape[1] - columns) // stride",
            "(x.shape[1] - columns)",
            "i * stride, j * stride",
            "i, j",
        ),
        (
            "size without stride",
            "(x.shape[0] - rows) // stride",
            "(x.shape[0] - rows)",
            "(x.shape[1] - columns) // stride",
            "(x.shape[1] - columns)",
        ),
        (
            "divided without brackets",
            "(x.shape[0] - rows) //",
            "x.shape[0] - rows //",
            "(x.shape[1] - columns) //",
            "x.shape[1] - columns //",
        ),
        (
            "the step that does not fit",
            "(x.shape[0] - rows) // stride",
            "-(-(x.shape[0] - rows) // stride)",
            "(x.shape[1] - columns) // stride",
            "-(-(x.shape[1] - columns) // stride)",
        ),
    ],
    "correlate2d, sums": [
        ("= for +=", "+=", "="),
        ("stride in the kernel", "x[i * stride + m, j * stride + n]", "x[i + m * stride, j + n * stride]"),
        ("stride twice", "return y", "return y[::stride, ::stride]"),
        ("stride added", "i * stride + m, j * stride + n", "i + stride + m, j + stride + n"),
        ("added", "] * kernel", "] + kernel"),
        ("subtracted", "y[i, j] +=", "y[i, j] -="),
        ("one row only", "range(h)", "range(1)"),
        ("begins with ones", "np.zeros", "np.ones"),
        ("normalised", "return y", "return y / np.abs(kernel).sum()"),
        ("relu", "return y", "return np.maximum(y, 0)"),
        ("padded", "kh, kw = kernel.shape", "kh, kw = kernel.shape\n    x = np.pad(x, 1)"),
        ("squared", "x[i * stride + m, j * stride + n]", "x[i * stride + m, j * stride + n] ** 2"),
    ],
    "convolve2d": [
        ("= for +=", "+= x[i, j]", "= x[i, j]"),
        ("kernel turned", "* kernel", "* kernel[::-1, ::-1]"),
        ("size of the input", "(H + M - 1, W + N - 1)", "(H, W)"),
        ("one too large", "(H + M - 1, W + N - 1)", "(H + M, W + N)"),
        ("cut to the input", "return y", "return y[:H, :W]"),
        ("exchanged", "M, N = kernel.shape", "N, M = kernel.shape"),
        ("x[j, i]", "x[i, j] * kernel", "x[j, i] * kernel"),
        ("accumulates on x", "y[i:i + M, j:j + N] += x[i, j] * kernel", "x[i:i + M, j:j + N] += x[i, j] * kernel"),
        ("starts with ones", "np.zeros(", "np.ones("),
        ("starts with empty integers", "np.zeros((H + M - 1, W + N - 1))", "np.zeros((H + M - 1, W + N - 1), int)"),
        ("loops over the kernel", "range(H)", "range(M)", "range(W)", "range(N)"),
        ("transposed kernel", "* kernel", "* kernel.T"),
        ("without the picture", "x[i, j] * kernel", "kernel"),
        ("product in place of sum", "+= x[i, j] * kernel", "+= x[i, j] + kernel"),
        ("divided by size", "return y", "return y / kernel.size"),
        ("the last row left out", "range(H)", "range(H - 1)"),
    ],
    "convolve2d, padded": [
        ("not flipped", "kernel[::-1, ::-1]", "kernel"),
        ("flipped on one axis", "kernel[::-1, ::-1]", "kernel[::-1]"),
        ("flipped on the other", "kernel[::-1, ::-1]", "kernel[:, ::-1]"),
        ("transposed for flipped", "kernel[::-1, ::-1]", "kernel.T"),
        ("rot90 once", "kernel[::-1, ::-1]", "np.rot90(kernel)"),
        ("padded by the kernel", "((M - 1, M - 1), (N - 1, N - 1))", "((M, M), (N, N))"),
        ("padded by half", "((M - 1, M - 1), (N - 1, N - 1))", "((M // 2, M // 2), (N // 2, N // 2))"),
        ("padded before only", "((M - 1, M - 1), (N - 1, N - 1))", "((M - 1, 0), (N - 1, 0))"),
        ("padded after only", "((M - 1, M - 1), (N - 1, N - 1))", "((0, M - 1), (0, N - 1))"),
        ("padding exchanged", "((M - 1, M - 1), (N - 1, N - 1))", "((N - 1, N - 1), (M - 1, M - 1))"),
        ("pads one number", "((M - 1, M - 1), (N - 1, N - 1))", "M - 1"),
        ("pads with the edge", "(N - 1, N - 1)))", "(N - 1, N - 1)), mode='edge')"),
        ("no padding", "np.pad(x, ((M - 1, M - 1), (N - 1, N - 1)))", "x"),
        ("picture turned as well", "np.sum(padded[", "np.sum(padded[::-1, ::-1]["),
        ("one short", "- M + 1", "- M", "- N + 1", "- N"),
    ],
    "convolve2d, sums": [
        ("indices wrap", "0 <= i - m < H and 0 <= j - n < W", "i - m < H and j - n < W"),
        (
            "plus for minus",
            "x[i - m, j - n]",
            "x[i + m, j + n]",
            "0 <= i - m < H and 0 <= j - n < W",
            "i + m < H and j + n < W",
        ),
        ("one off", "< H and", "<= H and"),
        ("no condition", "if 0 <= i - m < H and 0 <= j - n < W", "if True"),
        ("= for +=", "y[i, j] +=", "y[i, j] ="),
        ("strictly positive", "0 <= i - m < H and 0 <= j - n", "0 < i - m < H and 0 < j - n"),
        ("kernel indices exchanged", "kernel[m, n]", "kernel[n, m]"),
    ],
    "output_size": [
        ("no first window", "room // stride + 1", "room // stride"),
        ("padding once", "before + after", "before"),
        ("padding twice", "before + after", "2 * before + 2 * after"),
        ("padding before twice", "before + after", "2 * before"),
        ("padding multiplied", "before + after", "before * after"),
        ("no padding", "size + before + after - kernel", "size - kernel"),
        ("no stride", "room // stride + 1", "room + 1"),
        ("float", "room // stride", "room / stride"),
        ("rounded", "room // stride + 1", "round(room / stride + 1)"),
        ("rounded up", "room // stride + 1", "-(-room // stride) + 1"),
        ("integer of a sum", "room // stride + 1", "(room + 1) // stride"),
        ("kernel added", "- kernel", "+ kernel"),
        ("kernel not taken off", "after - kernel", "after"),
        ("one off", "- kernel", "- kernel + 1"),
        ("precedence", "room // stride + 1", "size + before + after - kernel // stride + 1"),
        ("divided by the kernel", "room // stride", "room // kernel"),
        ("printed", "return room", "print(room // stride + 1)\n    room"),
        ("ceil", "room // stride + 1", "int(np.ceil(room / stride)) + 1"),
        ("two kernels", "- kernel", "- 2 * kernel"),
    ],
    "conv2d": [
        ("window at i", "i * S:i * S + K, j * S:j * S + L", "i:i + K, j:j + L"),
        ("stride not in the size", ") // S + 1", ") + 1"),
        ("stride nowhere", ") // S + 1", ") + 1", "i * S:i * S + K, j * S:j * S + L", "i:i + K, j:j + L"),
        ("stride for rows only", "j * S:j * S + L", "j:j + L"),
        ("window end without stride", "i * S:i * S + K, j * S:j * S + L", "i * S:i + K, j * S:j + L"),
        ("pads all axes", "np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))", "np.pad(x, P)"),
        ("pads one side", "(P, P), (P, P))", "(P, 0), (P, 0))"),
        ("pads one side, grows at one", "(P, P), (P, P))", "(P, 0), (P, 0))", "2 * P", "P"),
        ("pads other side", "(P, P), (P, P))", "(0, P), (0, P))"),
        ("pads rows only", "(P, P), (P, P))", "(P, P), (0, 0))"),
        ("forgets to use padded", "window = padded", "window = x"),
        ("no padding in the size", "2 * P", "0 * P"),
        ("pads with the edge", "(P, P)))", "(P, P)), mode='edge')"),
        ("pads with ones", "(P, P)))", "(P, P)), constant_values=1)"),
        ("no bias", " + bias[o]", ""),
        (
            "bias inside the sum",
            "np.sum(window * weight[o], axis=(1, 2, 3)) + bias[o]",
            "np.sum(window * weight[o] + bias[o], axis=(1, 2, 3))",
        ),
        ("bias of the first", "bias[o]", "bias[0]"),
        ("bias subtracted", "+ bias[o]", "- bias[o]"),
        ("sum over the batch", "axis=(1, 2, 3)", ""),
        ("first picture", "np.sum(window * weight[o], axis=(1, 2, 3))", "np.sum(window[0] * weight[o])"),
        ("first channel", "window * weight[o], axis=(1, 2, 3)", "window[:, 0] * weight[o, 0], axis=(1, 2)"),
        (
            "last channel overwrites",
            "y[:, o, i, j] = np.sum(window * weight[o], axis=(1, 2, 3)) + bias[o]",
            "for c in range(C):\n                    y[:, o, i, j] = np.sum(window[:, c] * weight[o, c], axis=(1, 2)) + bias[o]",
        ),
        (
            "bias for each channel",
            "y[:, o, i, j] = np.sum(window * weight[o], axis=(1, 2, 3)) + bias[o]",
            "for c in range(C):\n                    y[:, o, i, j] += np.sum(window[:, c] * weight[o, c], axis=(1, 2)) + bias[o]",
        ),
        ("mean", "np.sum(window", "np.mean(window"),
        ("flipped", "* weight[o]", "* weight[o, :, ::-1, ::-1]"),
        ("flipped channels too", "* weight[o]", "* weight[o, ::-1, ::-1, ::-1]"),
        ("first filter for all", "weight[o]", "weight[0]"),
        ("last filter left out", "range(O)", "range(O - 1)"),
        ("filters and channels exchanged", "O, _, K, L = weight.shape", "_, O, K, L = weight.shape"),
        ("kernel sides exchanged", "O, _, K, L", "O, _, L, K"),
        ("height and width exchanged", "N, C, H, W = x.shape", "N, C, W, H = x.shape"),
        ("rounds the size", "(H + 2 * P - K) // S + 1", "round((H + 2 * P - K) / S) + 1"),
        ("float size", "// S", "/ S"),
        ("one short", "// S + 1", "// S"),
        (
            "output (N, H, W, O)",
            "np.zeros((N, O, height, width))",
            "np.zeros((N, height, width, O))",
            "y[:, o, i, j]",
            "y[:, i, j, o]",
        ),
        ("returns in the loop", "    return y", "            return y"),
        ("integers", "np.zeros((N, O, height, width))", "np.zeros((N, O, height, width), int)"),
        ("padding times two", "(P, P), (P, P))", "(2 * P, 2 * P), (2 * P, 2 * P))"),
        ("square kernels", "i * S:i * S + K, j * S:j * S + L", "i * S:i * S + K, j * S:j * S + K"),
        ("relu at the end", "return y", "return np.maximum(y, 0)"),
        ("pads the caller's array", "padded = np.pad", "x *= 1.5\n    x /= 2\n    padded = np.pad"),
        (
            "calls what is not written",
            "y[:, o, i, j] = np.sum(window * weight[o], axis=(1, 2, 3)) + bias[o]",
            "y[:, o, i, j] = correlate2d(window, weight[o], 1) + bias[o]",
        ),
    ],
    "conv2d, loops": [
        ("indices wrap", "if 0 <= r < H and 0 <= s < W", "if r < H and s < W"),
        ("no condition", "if 0 <= r < H and 0 <= s < W", "if True"),
        ("padding added", "u - padding", "u + padding", "v - padding", "v + padding"),
        (
            "total reset in the channel",
            "for c in range(C):\n",
            "for c in range(C):\n                        total = bias[o]\n",
        ),
        (
            "total never reset",
            "                    total = bias[o]\n",
            "",
            "    for n in",
            "    total = 0\n    for n in",
        ),
        ("bias forgotten", "total = bias[o]", "total = 0"),
        ("= for +=", "total +=", "total ="),
        ("picture 0", "x[n, c", "x[0, c"),
        ("weight indices exchanged", "weight[o, c, u, v]", "weight[c, o, u, v]"),
        ("stride on the offset", "i * stride + u", "(i + u) * stride", "j * stride + v", "(j + v) * stride"),
        ("u and v exchanged", "weight[o, c, u, v]", "weight[o, c, v, u]"),
        ("range of the kernel short", "range(K)", "range(K - 1)"),
        ("no stride", "i * stride", "i", "j * stride", "j"),
    ],
    "conv2d_backward": [
        ("= for += in x", "L] += np.einsum", "L] = np.einsum"),
        ("= for += in weight", "grad_weight += np", "grad_weight = np"),
        ("= for += in both", "L] += np.einsum", "L] = np.einsum", "grad_weight += np", "grad_weight = np"),
        ("padding not cut", "grad_padded[:, :, P:P + x.shape[2], P:P + x.shape[3]]", "grad_padded"),
        ("cuts with P:-P", "P:P + x.shape[2], P:P + x.shape[3]", "P:-P, P:-P"),
        ("window at i", "S * i:S * i + K, S * j:S * j + L", "i:i + K, j:j + L"),
        (
            "windows at i for the weights only",
            "padded[:, :, S * i:S * i + K, S * j:S * j + L]\n",
            "padded[:, :, i:i + K, j:j + L]\n",
        ),
        (
            "windows at i for x only",
            "grad_padded[:, :, S * i:S * i + K, S * j:S * j + L]",
            "grad_padded[:, :, i:i + K, j:j + L]",
        ),
        ("bias over space only", "axis=(0, 2, 3)", "axis=(2, 3)"),
        ("bias over the batch only", "axis=(0, 2, 3)", "axis=0"),
        ("bias one number", "sum(axis=(0, 2, 3))", "sum()"),
        ("bias mean", "grad_y.sum(", "grad_y.mean("),
        ("bias not done", "grad_bias = grad_y.sum(axis=(0, 2, 3))", "grad_bias = None"),
        (
            "bias and weights not done",
            "grad_bias = grad_y.sum(axis=(0, 2, 3))",
            "grad_bias = None\n    grad_weight = None",
        ),
        ("weight flipped", '"no,ocuv->ncuv", g, weight', '"no,ocuv->ncuv", g, weight[:, :, ::-1, ::-1]'),
        ("order", "return grad_x, grad_weight, grad_bias", "return grad_weight, grad_x, grad_bias"),
        ("order 2", "return grad_x, grad_weight, grad_bias", "return grad_x, grad_bias, grad_weight"),
        ("two results", "return grad_x, grad_weight, grad_bias", "return grad_x, grad_weight"),
        ("as a list", "return grad_x, grad_weight, grad_bias", "return [grad_x, grad_weight, grad_bias]"),
        (
            "a dict",
            "return grad_x, grad_weight, grad_bias",
            "return {'x': grad_x, 'weight': grad_weight, 'bias': grad_bias}",
        ),
        ("weights from x unpadded", "window = padded[", "window = x["),
        ("einsum of the wrong letter", '"no,ncuv->ocuv"', '"no,ncuv->cuv"'),
        ("mean over the batch", "grad_weight, grad_bias\n", "grad_weight / len(x), grad_bias / len(x)\n"),
        ("first picture's weights", "g, window)", "g[:1], window[:1])"),
        ("flips the result", "return grad_x, grad_weight", "return grad_x, grad_weight[:, :, ::-1, ::-1]"),
        ("grad_weight gives weight", "grad_weight = np.zeros_like(weight)", "grad_weight = weight"),
        (
            "loops exchanged",
            "range(grad_y.shape[2])",
            "range(grad_y.shape[3] )",
            "range(grad_y.shape[3])",
            "range(grad_y.shape[2])",
        ),
        (
            "bias loop adds twice",
            "grad_bias = grad_y.sum(axis=(0, 2, 3))",
            "grad_bias = 2 * grad_y.sum(axis=(0, 2, 3))",
        ),
        ("gradient of the bias one", "grad_bias = grad_y.sum(axis=(0, 2, 3))", "grad_bias = np.ones(len(weight))"),
    ],
    "conv2d_backward, loops": [
        ("indices wrap", "if 0 <= r < H and 0 <= s < W", "if r < H and s < W"),
        ("padding added", "u - padding", "u + padding", "v - padding", "v + padding"),
        ("= for += in bias", "grad_bias[o] += g", "grad_bias[o] = g"),
        ("= for += in x", "grad_x[n, c, r, s] +=", "grad_x[n, c, r, s] ="),
        ("= for += in weights", "grad_weight[o, c, u, v] +=", "grad_weight[o, c, u, v] ="),
        (
            "bias inside the loop",
            "                    grad_bias[o] += g\n",
            "",
            "range(L):\n",
            "range(L):\n                                grad_bias[o] += g\n",
        ),
        ("x for weight", "g * weight[o, c, u, v]", "g * x[n, c, r, s]"),
        ("no stride", "i * stride", "i", "j * stride", "j"),
        ("returns after the first picture", "    return grad_x", "        return grad_x"),
        ("last kernel row left out", "range(K)", "range(K - 1)"),
        ("sum without g", "+= g * x[n, c, r, s]", "+= x[n, c, r, s]"),
    ],
    "correlate2d, again": [
        ("kernel index swapped", "kernel[u, v]", "kernel[v, u]"),
        ("minus", "x[r + u, c + v]", "x[r - u, c - v]"),
        (
            "s not reset",
            "            s = 0.0\n            for u",
            "            for u",
            "    out = []",
            "    out = []\n    s = 0.0",
        ),
        ("row outside", "        row = []\n", "", "    out = []\n", "    out = []\n    row = []\n"),
        ("tuple", "return np.array(out)", "return tuple(out)"),
        ("loops short", "range(kh)", "range(kh - 1)"),
        ("kernel reversed by index", "kernel[u, v]", "kernel[kh - 1 - u, kw - 1 - v]"),
        ("extra", "return np.array(out)", "return np.array(out), kernel"),
        ("squares", "* kernel[u, v]", "** kernel[u, v]"),
        ("steps of two", "len(x) - kh + 1, stride", "len(x) - kh + 1, 2"),
        ("stride on one axis", "len(x[0]) - kw + 1, stride", "len(x[0]) - kw + 1"),
    ],
    "convolve2d, again": [
        ("flip one", "np.flip(kernel)", "np.flipud(kernel)"),
        ("placed at 0", "big[kh - 1:kh - 1 + h, kw - 1:kw - 1 + w]", "big[:h, :w]"),
        ("placed at k", "big[kh - 1:kh - 1 + h, kw - 1:kw - 1 + w]", "big[kh:kh + h, kw:kw + w]"),
        ("ranges swapped", "range(w + kw - 1)", "range(h + kh - 1 )"),
        ("only valid", "range(w + kw - 1)", "range(w)", "range(h + kh - 1)", "range(h)"),
        ("plus", "* k).sum()", "+ k).sum()"),
    ],
    "conv2d, again": [
        ("weight index", "weight[:, :, u, v]", "weight[:, :, v, u]"),
        ("axis", "axes=(1, 1)", "axes=(1, 0)"),
        ("transpose wrong", "transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)"),
        ("no transpose", ".transpose(0, 3, 1, 2)", ""),
        ("= for +=", "out +=", "out ="),
        ("bias last axis", "bias.reshape(1, -1, 1, 1)", "bias"),
        (
            "bias in loop",
            "    return out + bias",
            "            out += bias.reshape(1, -1, 1, 1)\n    return out + 0 * bias",
        ),
        ("no stride in slice", "u:u + stride * oh:stride", "u:u + oh"),
        ("placed at zero", "xp[:, :, padding:padding + h, padding:padding + w]", "xp[:, :, :h, :w]"),
        ("padding one", "2 * padding", "padding"),
        ("ceil", "(h + 2 * padding - kh) // stride", "-(-(h + 2 * padding - kh) // stride)"),
    ],
    "conv2d_backward, again": [
        ("= x", "gxp[:, :, rows, cols] +=", "gxp[:, :, rows, cols] ="),
        ("x unpadded", "xp[:, :, rows, cols])", "x[:, :, rows, cols])"),
        ("weight transposed", "weight[:, :, u, v])", "weight[:, :, v, u])"),
        ("bias per picture", '"noij->o"', '"noij->no"'),
        ("flip", "weight[:, :, u, v])", "weight[:, :, kh - 1 - u, kw - 1 - v])"),
        ("crop", "padding:h + padding, padding:w + padding", "padding:h, padding:w"),
        ("mean", "grad_y, xp", "grad_y / n, xp"),
        ("gw returned twice", "gw, np", "gw, gw, np"),
        ("first only", 'np.einsum("noij->o", grad_y)', "grad_y[:, :, 0, 0].sum(axis=0)"),
    ],
    "output_size, again": [
        ("<", "<= size", "< size"),
        ("from 0", "-before", "0"),
        ("one end", "size + after", "size"),
        ("the same end twice", "size + after", "size + before"),
        ("starts at one", "count = 0", "count = 1"),
    ],
}
