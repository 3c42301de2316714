"""Slips in the fifth assignment: right solutions, and the edits that make them wrong."""

RIGHT = {
    "layer_shapes": """
def layer_shapes(layers, shape):
    channels, height, width = shape
    shapes = []
    for layer in layers:
        if layer[0] == "conv":
            _, channels, kernel, stride, padding, groups = layer
        elif layer[0] == "pool":
            _, kernel, stride = layer
            padding = 0
        if layer[0] == "dense":
            channels, height, width = layer[1], 1, 1
        else:
            height = (height + 2 * padding - kernel) // stride + 1
            width = (width + 2 * padding - kernel) // stride + 1
        shapes.append((channels, height, width))
    return np.array(shapes)
""",
    "parameters": """
def parameters(layers, shape):
    before = [shape] + list(layer_shapes(layers, shape))
    counts = []
    for i, layer in enumerate(layers):
        c, h, w = before[i]
        if layer[0] == "conv":
            _, out, kernel, stride, padding, groups = layer
            counts.append(out * (c // groups * kernel ** 2 + 1))
        elif layer[0] == "pool":
            counts.append(0)
        else:
            counts.append(layer[1] * (c * h * w + 1))
    return np.array(counts)
""",
    "multiply_adds": """
def multiply_adds(layers, shape):
    after = layer_shapes(layers, shape)
    before = [shape] + list(after)
    counts = []
    for i, layer in enumerate(layers):
        c, h, w = before[i]
        _, H, W = after[i]
        if layer[0] == "conv":
            _, out, kernel, stride, padding, groups = layer
            counts.append(H * W * out * (c // groups) * kernel ** 2)
        elif layer[0] == "pool":
            counts.append(0)
        else:
            counts.append(layer[1] * c * h * w)
    return np.array(counts)
""",
    "grouped_conv2d": """
def grouped_conv2d(x, weight, bias, groups):
    C = x.shape[1] // groups
    O = weight.shape[0] // groups
    outputs = []
    for g in range(groups):
        part = x[:, g * C:(g + 1) * C]
        kernels = weight[g * O:(g + 1) * O]
        outputs.append(vectorized.conv2d(part, kernels, bias[g * O:(g + 1) * O]))
    return np.concatenate(outputs, axis=1)
""",
    "local_response_norm": """
def local_response_norm(x, size, alpha, beta, k):
    N, C, H, W = x.shape
    y = np.zeros(x.shape)
    half = size // 2
    for c in range(C):
        start, stop = max(0, c - half), min(C, c + half + 1)
        energy = (x[:, start:stop] ** 2).sum(axis=1)
        y[:, c] = x[:, c] / (k + alpha / size * energy) ** beta
    return y
""",
    "local_response_norm, loops": """
def local_response_norm(x, size, alpha, beta, k):
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H):
                for j in range(W):
                    energy = 0
                    for m in range(c - size // 2, c + size // 2 + 1):
                        if 0 <= m < C:
                            energy += x[n, m, i, j] ** 2
                    y[n, c, i, j] = x[n, c, i, j] / (k + alpha / size * energy) ** beta
    return y
""",
    "grouped_conv2d, again": """
def grouped_conv2d(x, weight, bias, groups):
    n, c, h, w = x.shape
    o, cg, kh, kw = weight.shape
    og = o // groups
    y = np.zeros((n, o, h - kh + 1, w - kw + 1))
    for k in range(o):
        g = k // og
        y[:, k] = vectorized.conv2d(x[:, g * cg:(g + 1) * cg], weight[k:k + 1], bias[k:k + 1])[:, 0]
    return y
""",
    "local_response_norm, again": """
def local_response_norm(x, size, alpha, beta, k):
    sq = x * x
    r = size // 2
    padded = np.pad(sq, ((0, 0), (r, r), (0, 0), (0, 0)))
    total = np.zeros_like(x)
    for d in range(size):
        total += padded[:, d:d + x.shape[1]]
    return x / np.power(k + alpha * total / size, beta)
""",
}

GIVEN = ""

SLIPS = {
    "layer_shapes": [
        ("padding once", "2 * padding", "padding"),
        ("no padding", " + 2 * padding", ""),
        ("one short", "// stride + 1", "// stride"),
        ("float", "// stride", "/ stride"),
        (
            "the one inside",
            "(height + 2 * padding - kernel) // stride + 1",
            "(height + 2 * padding - kernel + 1) // stride",
            "(width + 2 * padding - kernel) // stride + 1",
            "(width + 2 * padding - kernel + 1) // stride",
        ),
        (
            "the one inside, convolutions",
            "(height + 2 * padding - kernel) // stride + 1",
            "(height + 2 * padding - kernel + (layer[0] == 'conv')) // stride + (layer[0] == 'pool')",
            "(width + 2 * padding - kernel) // stride + 1",
            "(width + 2 * padding - kernel + (layer[0] == 'conv')) // stride + (layer[0] == 'pool')",
        ),
        (
            "poolings rounded up",
            "2 * padding - kernel)",
            "2 * padding - kernel + (stride - 1) * (layer[0] == 'pool'))",
        ),
        (
            "no stride of zero",
            "_, channels, kernel, stride, padding, groups = layer",
            "_, channels, kernel, padding, stride, groups = layer\n            stride = stride or 1",
        ),
        (
            "each from the picture",
            "for layer in layers:\n",
            "for layer in layers:\n        channels, height, width = shape\n",
        ),
        (
            "begun anew",
            "    shapes = []\n",
            "",
            "for layer in layers:\n",
            "for layer in layers:\n        shapes = []\n",
        ),
        ("kinds misspelt", '"conv"', '"convolution"', '"pool"', '"pooling"'),
        (
            "rounded up",
            "(height + 2 * padding - kernel) // stride",
            "-(-(height + 2 * padding - kernel) // stride)",
            "(width + 2 * padding - kernel) // stride",
            "-(-(width + 2 * padding - kernel) // stride)",
        ),
        (
            "rounded",
            "(height + 2 * padding - kernel) // stride",
            "round((height + 2 * padding - kernel) / stride)",
            "(width + 2 * padding - kernel) // stride",
            "round((width + 2 * padding - kernel) / stride)",
        ),
        ("square", "width = (width + 2", "width = (height + 2"),
        ("width equals height", "width = (width + 2 * padding - kernel) // stride + 1", "width = height"),
        ("padding of the last convolution", "            padding = 0\n", ""),
        ("pooling by its window", "            padding = 0\n", "            padding, stride = 0, kernel\n"),
        ("pooling does nothing", "_, kernel, stride = layer\n", "kernel, stride = 1, 1\n"),
        ("channels last", "(channels, height, width))", "(height, width, channels))"),
        ("exchanged", "(channels, height, width))", "(channels, width, height))"),
        ("input shape exchanged", "channels, height, width = shape", "channels, width, height = shape"),
        (
            "dense as one number",
            "shapes.append((channels, height, width))",
            "shapes.append((channels,) if layer[0] == 'dense' else (channels, height, width))",
        ),
        ("a list", "np.array(shapes)", "shapes"),
        ("dense keeps the size", "layer[1], 1, 1", "layer[1], height, width"),
        ("dense features", "layer[1], 1, 1", "channels * height * width, 1, 1"),
        ("picture included", "shapes = []", "shapes = [shape]"),
        (
            "groups divide",
            "stride, padding, groups = layer",
            "stride, padding, groups = layer\n            channels //= groups",
        ),
        (
            "order of the layer",
            "_, channels, kernel, stride, padding, groups",
            "_, channels, kernel, padding, stride, groups",
        ),
        ("channels never changed", "_, channels, kernel", "_, out, kernel"),
        (
            "first layer only",
            "        shapes.append((channels, height, width))\n    return",
            "        shapes.append((channels, height, width))\n        return",
        ),
    ],
    "parameters": [
        ("groups ignored", "c // groups", "c"),
        ("no biases", " + 1))", "))"),
        ("no bias of the convolutions", "kernel ** 2 + 1)", "kernel ** 2)"),
        (
            "biases divided",
            "out * (c // groups * kernel ** 2 + 1)",
            "out * (c // groups * kernel ** 2) + out // groups",
        ),
        ("bias a channel", "out * (c // groups * kernel ** 2 + 1)", "out * (c // groups) * (kernel ** 2 + 1)"),
        ("one bias a layer", "out * (c // groups * kernel ** 2 + 1)", "out * c // groups * kernel ** 2 + 1"),
        ("kernel not squared", "kernel ** 2", "kernel"),
        ("kernel doubled", "kernel ** 2", "kernel * 2"),
        ("one map", "c * h * w", "h * w"),
        ("channels only", "c * h * w", "c"),
        (
            "after, not before",
            "before = [shape] + list(layer_shapes(layers, shape))",
            "before = list(layer_shapes(layers, shape))",
        ),
        ("pooling has parameters", "counts.append(0)", "counts.append(c * layer[1] ** 2)"),
        ("pooling left out", "counts.append(0)", "pass"),
        ("sum", "np.array(counts)", "np.sum(counts)"),
        ("groups twice", "out * (c // groups", "out // groups * (c // groups"),
        ("groups times", "c // groups", "c * groups"),
        ("float", "c // groups", "c / groups"),
        ("picture's channels", "c, h, w = before[i]", "c, h, w = shape"),
        ("picture's channels for convolutions", "c // groups", "shape[0] // groups"),
        (
            "one bias for every layer",
            "out * (c // groups * kernel ** 2 + 1)",
            "out * (c // groups) * kernel ** 2 + 1",
            "layer[1] * (c * h * w + 1)",
            "layer[1] * c * h * w + 1",
        ),
        (
            "the place before the first",
            "[shape] + list(layer_shapes(layers, shape))",
            "layer_shapes(layers, shape)",
            "before[i]",
            "before[i - 1]",
        ),
        ("None for a pooling", "counts.append(0)", "counts.append(None)"),
        ("texts", "np.array(counts)", "np.array([f'{count:,}' for count in counts])"),
        ("added up", "np.array(counts)", "np.cumsum(counts)"),
        ("kernels times groups", "out * (c // groups", "groups * out * (c // groups"),
    ],
    "multiply_adds": [
        ("at the input", "H * W * out", "h * w * out"),
        ("groups ignored", "(c // groups)", "c"),
        ("doubled", "np.array(counts)", "2 * np.array(counts)"),
        ("biases", "(c // groups) * kernel ** 2", "((c // groups) * kernel ** 2 + 1)"),
        ("biases dense", "layer[1] * c * h * w", "layer[1] * (c * h * w + 1)"),
        ("parameters", "H * W * out", "out"),
        ("without channels", " * (c // groups)", ""),
        ("without filters", "H * W * out *", "H * W *"),
        ("kernel not squared", "kernel ** 2", "kernel"),
        ("H squared", "H * W", "H * H"),
        ("dense reads the channels", "layer[1] * c * h * w", "layer[1] * c"),
        ("dense times the map", "layer[1] * c * h * w", "layer[1] * c * h * w * h * w"),
        ("pooling counted", "counts.append(0)", "counts.append(H * W * c * layer[1] ** 2)"),
        ("divided by groups twice", "* out * (c // groups)", "* out // groups * (c // groups)"),
        ("stride taken off", "kernel ** 2)", "kernel ** 2 // stride ** 2)"),
        ("float", "(c // groups)", "(c / groups)"),
        ("32 bits", "np.array(counts)", "np.array(counts, dtype=np.int32)"),
        ("sum", "np.array(counts)", "sum(counts)"),
        ("times groups", "(c // groups)", "(c * groups)"),
        ("places added", "H * W * out", "(H + W) * out"),
        ("the number before", "counts.append(0)", "counts.append(counts[-1])"),
        ("16 bits", "np.array(counts)", "np.array(counts).astype(np.int16)"),
        ("dense forgotten", "counts.append(layer[1] * c * h * w)", "counts.append(0)"),
    ],
    "grouped_conv2d": [
        ("reads all", "x[:, g * C:(g + 1) * C]", "x"),
        ("first group's channels", "x[:, g * C:(g + 1) * C]", "x[:, :C]"),
        ("every g-th", "x[:, g * C:(g + 1) * C]", "x[:, g::groups]"),
        ("every g-th filter", "weight[g * O:(g + 1) * O]", "weight[g::groups]"),
        ("starts at g", "x[:, g * C:(g + 1) * C]", "x[:, g:g + C]"),
        ("filters start at g", "weight[g * O:(g + 1) * O]", "weight[g:g + O]"),
        ("bias of the first", "bias[g * O:(g + 1) * O]", "bias[:O]"),
        ("bias g", "bias[g * O:(g + 1) * O]", "np.full(O, bias[g])"),
        ("no bias", "bias[g * O:(g + 1) * O]", "np.zeros(O)"),
        ("joined in the batch", "axis=1)", "axis=0)"),
        ("joined in rows", "axis=1)", "axis=2)"),
        ("stacked", "np.concatenate(outputs, axis=1)", "np.stack(outputs, axis=1)"),
        ("summed", "np.concatenate(outputs, axis=1)", "sum(outputs)"),
        ("a list", "np.concatenate(outputs, axis=1)", "outputs"),
        (
            "interleaved",
            "np.concatenate(outputs, axis=1)",
            "np.stack(outputs, axis=2).reshape(len(x), -1, *outputs[0].shape[2:])",
        ),
        ("last group only", "np.concatenate(outputs, axis=1)", "outputs[-1]"),
        ("reversed", "x[:, g * C:(g + 1) * C]", "x[:, (groups - 1 - g) * C:(groups - g) * C]"),
        ("two groups always", "range(groups)", "range(2)"),
        ("batch cut", "x[:, g * C", "x[g * C"),
        ("C from the weights' first axis", "C = x.shape[1] // groups", "C = weight.shape[0] // groups"),
        (
            "forbidden groups",
            "    outputs = []\n",
            "    return vectorized.conv2d(x, weight, bias, groups=groups)\n    outputs = []\n",
        ),
        ("one less", "(g + 1) * C]", "(g + 1) * C - 1]"),
        ("group missing", "range(groups)", "range(groups - 1)"),
        (
            "stacked and reshaped",
            "return np.concatenate(outputs, axis=1)",
            "n, o, h, w = outputs[0].shape\n    return np.stack(outputs).reshape(n, groups * o, h, w)",
        ),
        ("return inside", "    return np", "        return np"),
        ("weights along the channels", "weight[g * O", "weight[:, g * O"),
        ("biases not cut", "bias[g * O:(g + 1) * O]", "bias"),
        ("halves", "x[:, g * C:(g + 1) * C]", "np.split(x, 2, axis=1)[g]"),
    ],
    "local_response_norm": [
        ("alpha not divided", "alpha / size", "alpha"),
        ("divided by those that exist", "alpha / size", "alpha / (stop - start)"),
        ("mean", ".sum(axis=1)", ".mean(axis=1)"),
        ("no squares", "(x[:, start:stop] ** 2)", "(x[:, start:stop])"),
        ("absolute", "(x[:, start:stop] ** 2)", "np.abs(x[:, start:stop])"),
        ("squared sum", "(x[:, start:stop] ** 2).sum(axis=1)", "x[:, start:stop].sum(axis=1) ** 2"),
        ("all channels", "x[:, start:stop]", "x"),
        ("window size to each side", "half = size // 2", "half = size"),
        ("end left out", "c + half + 1)", "c + half)"),
        ("negative start", "max(0, c - half)", "c - half"),
        ("begins at c", "max(0, c - half)", "c"),
        ("no beta", ") ** beta", ")"),
        ("no k", "(k + alpha", "(alpha"),
        ("k outside", "(k + alpha / size * energy) ** beta", "(k + (alpha / size * energy) ** beta)"),
        ("multiplied", "x[:, c] / (k", "x[:, c] * (k"),
        ("root", "** beta", "** (1 / beta)"),
        (
            "precedence",
            "x[:, c] / (k + alpha / size * energy) ** beta",
            "(x[:, c] / (k + alpha / size * energy)) ** beta",
        ),
        ("in place", "y = np.zeros(x.shape)", "y = x"),
        (
            "normalised neighbours",
            "(x[:, start:stop] ** 2)",
            "(y[:, start:stop] ** 2)",
            "np.zeros(x.shape)",
            "x.copy()",
        ),
        ("sum over space", "axis=1)", "axis=(2, 3))"),
        ("sum over everything", ".sum(axis=1)", ".sum()"),
        ("window in space", "x[:, start:stop] ** 2).sum(axis=1)", "x[:, :, start:stop] ** 2).sum(axis=2)"),
        ("itself left out", ".sum(axis=1)", ".sum(axis=1) - x[:, c] ** 2"),
        ("alpha and beta exchanged", "alpha / size * energy) ** beta", "beta / size * energy) ** alpha"),
        ("float32", "np.zeros(x.shape)", "np.zeros(x.shape, np.float32)"),
        ("first channel for all", "x[:, c] / (k", "x[:, 0] / (k"),
        ("one bracket", "(k + alpha / size", "((k + alpha) / size"),
        (
            "pushed inside",
            "start, stop = max(0, c - half), min(C, c + half + 1)",
            "start = min(max(0, c - half), max(0, C - size))\n        stop = start + size",
        ),
    ],
    "local_response_norm, loops": [
        ("indices wrap", "if 0 <= m < C", "if m < C"),
        ("no condition", "if 0 <= m < C", "if True"),
        (
            "energy never reset",
            "                    energy = 0\n",
            "",
            "    y = np.empty_like(x)\n",
            "    y = np.empty_like(x)\n    energy = 0\n",
        ),
        ("= for +=", "energy +=", "energy ="),
        ("end left out", "c + size // 2 + 1", "c + size // 2"),
        ("picture 0", "x[n, m", "x[0, m"),
        ("ring", "if 0 <= m < C", "m %= C\n                        if True"),
        ("from one", "range(C)", "range(1, C)"),
    ],
    "grouped_conv2d, again": [
        ("mod", "k // og", "k % groups"),
        ("k//groups", "k // og", "k // groups"),
        ("bias0", "bias[k:k + 1]", "bias[g:g + 1]"),
        ("no bias", "bias[k:k + 1]", "None"),
        ("weightg", "weight[k:k + 1]", "weight[g:g + 1]"),
        ("chan", "g * cg:(g + 1) * cg", "g:g + cg"),
        ("=", "y[:, k] =", "y[:, g] ="),
        ("batch", "[:, 0]", "[0, 0]"),
    ],
    "local_response_norm, again": [
        ("r", "size // 2", "size"),
        ("no square", "x * x", "x"),
        ("sqrt", "np.power(k + alpha * total / size, beta)", "np.sqrt(k + alpha * total / size)"),
        ("size-1", "range(size)", "range(size - 1)"),
        ("n", "/ size", "/ x.shape[1]"),
        ("mult", "x / np.power", "x * np.power"),
        ("-beta", "beta)", "-beta)"),
        ("total0", "total += padded", "total = padded"),
        (
            "space",
            "((0, 0), (r, r), (0, 0), (0, 0))",
            "((0, 0), (0, 0), (r, r), (0, 0))",
            "padded[:, d:d + x.shape[1]]",
            "padded[:, :, d:d + x.shape[2]]",
        ),
        ("alpha once", "alpha * total / size", "total / size"),
        (
            "convolve",
            "    return x",
            "    along = lambda v: np.convolve(v, np.ones(size), mode='same')\n"
            "    total = np.apply_along_axis(along, 1, sq)\n    return x",
        ),
    ],
}
