"""Slips in the fourth assignment: right solutions, and the edits that make them wrong."""
# ruff: noqa: E501

RIGHT = {
    "layer_sizes": """
def layer_sizes(height, width):
    h1, w1 = height + 2 * 2 - 5 + 1, width + 2 * 2 - 5 + 1
    h2, w2 = h1 // 2, w1 // 2
    h3, w3 = h2 - 5 + 1, w2 - 5 + 1
    h4, w4 = h3 // 2, w3 // 2
    return np.array([[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]])
""",
    "parameters": """
def parameters(height, width):
    rows = ((height // 2) - 4) // 2
    columns = ((width // 2) - 4) // 2
    conv1 = 6 * (1 * 5 * 5 + 1)
    conv2 = 16 * (6 * 5 * 5 + 1)
    dense1 = 120 * (16 * rows * columns + 1)
    dense2 = 84 * (120 + 1)
    dense3 = 10 * (84 + 1)
    return np.array([conv1, conv2, dense1, dense2, dense3])
""",
    "cross_entropy": """
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(z), axis=1))
    right = z[np.arange(len(labels)), labels]
    return float(np.mean(log_sum - right))
""",
    "cross_entropy, loop": """
def cross_entropy(logits, labels):
    total = 0.0
    for z, y in zip(logits, labels):
        z = z - z.max()
        total += np.log(np.exp(z).sum()) - z[y]
    return float(total / len(labels))
""",
    "forward": """
def forward(weights, images, activation):
    f = vectorized.sigmoid if activation == "sigmoid" else vectorized.relu
    w = weights
    x = vectorized.conv2d(images, w["conv1.weight"], w["conv1.bias"], padding=2)
    x = f(x)
    x = vectorized.avg_pool2d(x, 2)
    x = vectorized.conv2d(x, w["conv2.weight"], w["conv2.bias"])
    x = f(x)
    x = vectorized.avg_pool2d(x, 2)
    x = x.reshape(len(x), -1)
    x = f(vectorized.linear(x, w["dense1.weight"], w["dense1.bias"]))
    x = f(vectorized.linear(x, w["dense2.weight"], w["dense2.bias"]))
    return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])
""",
    "gradients": """
def gradients(weights, images, labels):
    w, v = weights, vectorized
    a1 = v.conv2d(images, w["conv1.weight"], w["conv1.bias"], padding=2)
    r1 = v.relu(a1)
    p1 = v.avg_pool2d(r1, 2)
    a2 = v.conv2d(p1, w["conv2.weight"], w["conv2.bias"])
    r2 = v.relu(a2)
    p2 = v.avg_pool2d(r2, 2)
    flat = p2.reshape(len(images), -1)
    a3 = v.linear(flat, w["dense1.weight"], w["dense1.bias"])
    r3 = v.relu(a3)
    a4 = v.linear(r3, w["dense2.weight"], w["dense2.bias"])
    r4 = v.relu(a4)
    z = v.linear(r4, w["dense3.weight"], w["dense3.bias"])
    g = v.softmax(z)
    g[np.arange(len(labels)), labels] -= 1
    g /= len(labels)
    grads = {}
    g, grads["dense3.weight"], grads["dense3.bias"] = v.linear_backward(g, r4, w["dense3.weight"], w["dense3.bias"])
    g = v.relu_backward(g, a4)
    g, grads["dense2.weight"], grads["dense2.bias"] = v.linear_backward(g, r3, w["dense2.weight"], w["dense2.bias"])
    g = v.relu_backward(g, a3)
    g, grads["dense1.weight"], grads["dense1.bias"] = v.linear_backward(g, flat, w["dense1.weight"], w["dense1.bias"])
    g = g.reshape(p2.shape)
    g = v.avg_pool2d_backward(g, r2, 2)
    g = v.relu_backward(g, a2)
    g, grads["conv2.weight"], grads["conv2.bias"] = v.conv2d_backward(g, p1, w["conv2.weight"], w["conv2.bias"])
    g = v.avg_pool2d_backward(g, r1, 2)
    g = v.relu_backward(g, a1)
    g, grads["conv1.weight"], grads["conv1.bias"] = v.conv2d_backward(g, images, w["conv1.weight"], w["conv1.bias"], padding=2)
    return grads
""",
    "momentum_step": """
def momentum_step(weight, velocity, gradient, rate, momentum):
    new_velocity = momentum * velocity + gradient
    new_weight = weight - rate * new_velocity
    return new_weight, new_velocity
""",
    "read_digits": """
def read_digits(train_images, train_labels, new_images):
    weights = starting_weights(0)
    velocity = {name: np.zeros_like(w) for name, w in weights.items()}
    rng = np.random.RandomState(1)
    for epoch in range(3):
        order = rng.permutation(len(train_images))
        for start in range(0, len(order), 25):
            batch = order[start:start + 25]
            g = gradients(weights, train_images[batch], train_labels[batch])
            for name in weights:
                weights[name], velocity[name] = momentum_step(weights[name], velocity[name], g[name], 0.05, 0.9)
    return forward(weights, new_images, "relu").argmax(axis=1)
""",
    "layer_sizes, again": """
def layer_sizes(height, width):
    sizes = np.zeros((4, 3), dtype=int)
    sizes[:, 0] = [6, 6, 16, 16]
    for axis, n in ((1, height), (2, width)):
        sizes[0, axis] = n
        sizes[1, axis] = n // 2
        sizes[2, axis] = n // 2 - 4
        sizes[3, axis] = (n // 2 - 4) // 2
    return sizes
""",
    "cross_entropy, again": """
def cross_entropy(logits, labels):
    losses = []
    for row, label in zip(logits, labels):
        top = row.max()
        losses.append(top + np.log(np.exp(row - top).sum()) - row[label])
    return float(np.mean(losses))
""",
    "momentum_step, again": """
def momentum_step(weight, velocity, gradient, rate, momentum):
    v = momentum * velocity
    v = v + gradient
    w = weight - rate * v
    return w, v
""",
}

# What read_digits calls; its slips are its own.
GIVEN = """
def starting_weights(seed):
    rng = np.random.RandomState(seed)
    shapes = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5),
              "dense1": (120, 400), "dense2": (84, 120), "dense3": (10, 84)}
    weights = {}
    for name, shape in shapes.items():
        bound = np.sqrt(6 / np.prod(shape[1:]))
        weights[f"{name}.weight"] = rng.uniform(-bound, bound, shape).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(shape[0], np.float32)
    return weights
"""

SLIPS = {
    "layer_sizes": [
        ("no padding", "height + 2 * 2 - 5 + 1, width + 2 * 2 - 5 + 1", "height - 5 + 1, width - 5 + 1"),
        ("padding once", "2 * 2", "2"),
        ("one short", "h2 - 5 + 1, w2 - 5 + 1", "h2 - 5, w2 - 5"),
        ("conv2 padded as well", "h2 - 5 + 1, w2 - 5 + 1", "h2, w2"),
        ("pooling by one", "h1 // 2, w1 // 2", "h1 - 1, w1 - 1", "h3 // 2, w3 // 2", "h3 - 1, w3 - 1"),
        ("float", "//", "/"),
        (
            "rounded",
            "h1 // 2, w1 // 2",
            "round(h1 / 2), round(w1 / 2)",
            "h3 // 2, w3 // 2",
            "round(h3 / 2), round(w3 / 2)",
        ),
        (
            "rounded up",
            "h1 // 2, w1 // 2",
            "(h1 + 1) // 2, (w1 + 1) // 2",
            "h3 // 2, w3 // 2",
            "(h3 + 1) // 2, (w3 + 1) // 2",
        ),
        (
            "exchanged",
            "[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]",
            "[6, w1, h1], [6, w2, h2], [16, w3, h3], [16, w4, h4]",
        ),
        (
            "channels last",
            "[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]",
            "[h1, w1, 6], [h2, w2, 6], [h3, w3, 16], [h4, w4, 16]",
        ),
        (
            "a list",
            "np.array([[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]])",
            "[[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]]",
        ),
        (
            "a tuple of tuples",
            "np.array([[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]])",
            "(6, h1, w1), (6, h2, w2), (16, h3, w3), (16, h4, w4)",
        ),
        ("channels of conv2 at pool1", "[6, h2, w2]", "[16, h2, w2]"),
        (
            "the picture first",
            "[[6, h1, w1], [6, h2, w2], [16, h3, w3], [16, h4, w4]]",
            "[[1, height, width], [6, h1, w1], [6, h2, w2], [16, h3, w3]]",
        ),
        ("square", "w1 = height + 2 * 2 - 5 + 1, width + 2 * 2", "w1 = height + 2 * 2 - 5 + 1, height + 2 * 2"),
        ("without pool2", ", [16, h4, w4]", ""),
        ("h4 from h2", "h3 // 2, w3 // 2", "h2 // 2, w2 // 2"),
    ],
    "parameters": [
        ("no biases", " + 1)", ")"),
        (
            "no bias in the dense layers",
            "84 * (120 + 1)",
            "84 * 120",
            "10 * (84 + 1)",
            "10 * 84",
            "columns + 1)",
            "columns)",
        ),
        ("conv2 reads one", "16 * (6 * 5 * 5 + 1)", "16 * (5 * 5 + 1)"),
        ("a bias for each map read", "16 * (6 * 5 * 5 + 1)", "16 * 6 * (5 * 5 + 1)"),
        ("one map flattened", "16 * rows * columns + 1", "rows * columns + 1"),
        (
            "without pool2",
            "((height // 2) - 4) // 2",
            "(height // 2) - 4",
            "((width // 2) - 4) // 2",
            "(width // 2) - 4",
        ),
        ("always 400", "16 * rows * columns", "400"),
        ("one bias a layer", "6 * (1 * 5 * 5 + 1)", "6 * 25 + 1", "16 * (6 * 5 * 5 + 1)", "16 * 150 + 1"),
        ("sum", "np.array([conv1, conv2, dense1, dense2, dense3])", "sum([conv1, conv2, dense1, dense2, dense3])"),
        (
            "padding forgotten",
            "(height // 2) - 4",
            "((height - 4) // 2) - 4",
            "(width // 2) - 4",
            "((width - 4) // 2) - 4",
        ),
        (
            "rounded",
            "((height // 2) - 4) // 2",
            "round((height / 2 - 4) / 2)",
            "((width // 2) - 4) // 2",
            "round((width / 2 - 4) / 2)",
        ),
        ("float", "// 2) - 4) // 2", "/ 2) - 4) / 2"),
        ("biases of the input", "84 * (120 + 1)", "(84 + 1) * 120"),
        ("a list", "np.array([conv1, conv2, dense1, dense2, dense3])", "[conv1, conv2, dense1, dense2, dense3]"),
        ("dense3 forgotten", ", dense2, dense3])", ", dense2])"),
        ("kernels of three", "5 * 5", "3 * 3"),
        ("square picture", "((width // 2)", "((height // 2)"),
    ],
    "cross_entropy": [
        ("not lowered", "z = logits - logits.max(axis=1, keepdims=True)", "z = logits"),
        (
            "softmax then log",
            "log_sum = np.log(np.sum(np.exp(z), axis=1))\n    right = z[np.arange(len(labels)), labels]\n    return float(np.mean(log_sum - right))",
            "p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)\n    return float(-np.mean(np.log(p[np.arange(len(labels)), labels])))",
        ),
        (
            "softmax then log, with an epsilon",
            "log_sum = np.log(np.sum(np.exp(z), axis=1))\n    right = z[np.arange(len(labels)), labels]\n    return float(np.mean(log_sum - right))",
            "p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)\n    return float(-np.mean(np.log(p[np.arange(len(labels)), labels] + 1e-12)))",
        ),
        (
            "softmax then log, clipped",
            "log_sum = np.log(np.sum(np.exp(z), axis=1))\n    right = z[np.arange(len(labels)), labels]\n    return float(np.mean(log_sum - right))",
            "p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)\n    p = np.clip(p, 1e-300, 1)\n    return float(-np.mean(np.log(p[np.arange(len(labels)), labels])))",
        ),
        ("lowered by one number", "logits.max(axis=1, keepdims=True)", "logits.max()"),
        ("lowered by the mean", "logits.max(axis=1, keepdims=True)", "logits.mean(axis=1, keepdims=True)"),
        ("sum", "np.mean(log_sum", "np.sum(log_sum"),
        ("sign", "log_sum - right", "right - log_sum"),
        ("not the mean", "float(np.mean(log_sum - right))", "log_sum - right"),
        ("axis 0", "np.sum(np.exp(z), axis=1)", "np.sum(np.exp(z), axis=0)"),
        (
            "axis 0 everywhere",
            "axis=1, keepdims",
            "axis=0, keepdims",
            "np.sum(np.exp(z), axis=1)",
            "np.sum(np.exp(z), axis=0)",
        ),
        ("all labels", "z[np.arange(len(labels)), labels]", "z[:, labels]"),
        ("log of each", "np.log(np.sum(np.exp(z), axis=1))", "np.sum(np.log(np.exp(z)), axis=1)"),
        ("unlowered logit", "right = z[", "right = logits["),
        ("log2", "np.log(", "np.log2("),
        ("log10", "np.log(", "np.log10("),
        ("without right", "log_sum - right", "log_sum"),
        ("minus the logit only", "log_sum - right", "-right"),
        ("no keepdims", ", keepdims=True", ""),
        (
            "mean over all",
            "return float(np.mean(log_sum - right))",
            "one = np.eye(logits.shape[1])[labels]\n    return float(np.mean(one * (log_sum[:, None] - z)))",
        ),
        ("the largest logit", "z[np.arange(len(labels)), labels]", "z.max(axis=1)"),
        ("labels from one", "labels]", "labels - 1]"),
        ("probability", "np.mean(log_sum - right)", "np.mean(1 - np.exp(right - log_sum))"),
        ("square", "np.mean(log_sum - right)", "np.mean((log_sum - right) ** 2)"),
        (
            "writes into the logits",
            "z = logits - logits.max(axis=1, keepdims=True)",
            "logits -= logits.max(axis=1, keepdims=True)\n    z = logits",
        ),
        ("forbidden", "float(np.mean(log_sum - right))", "vectorized.cross_entropy(logits, labels)"),
    ],
    "cross_entropy, loop": [
        (
            "inside",
            "        total += np.log(np.exp(z).sum()) - z[y]\n    return",
            "        total += np.log(np.exp(z).sum()) - z[y]\n        return",
        ),
        ("= for +=", "total +=", "total ="),
        ("by the classes", "/ len(labels)", "/ len(z)"),
        ("not lowered", "        z = z - z.max()\n", ""),
        ("first label", "z[y]", "z[labels[0]]"),
    ],
    "forward": [
        ("no relu behind conv1", "padding=2)\n    x = f(x)\n", "padding=2)\n"),
        ("no f behind conv2", 'w["conv2.bias"])\n    x = f(x)\n', 'w["conv2.bias"])\n'),
        (
            "no f behind dense1",
            'f(vectorized.linear(x, w["dense1.weight"], w["dense1.bias"]))',
            'vectorized.linear(x, w["dense1.weight"], w["dense1.bias"])',
        ),
        (
            "no f behind dense2",
            'f(vectorized.linear(x, w["dense2.weight"], w["dense2.bias"]))',
            'vectorized.linear(x, w["dense2.weight"], w["dense2.bias"])',
        ),
        ("no f at all", 'f = vectorized.sigmoid if activation == "sigmoid" else vectorized.relu', "f = lambda x: x"),
        (
            "f at the end",
            'return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])',
            'return f(vectorized.linear(x, w["dense3.weight"], w["dense3.bias"]))',
        ),
        (
            "softmax at the end",
            'return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])',
            'return vectorized.softmax(vectorized.linear(x, w["dense3.weight"], w["dense3.bias"]))',
        ),
        (
            "argmax at the end",
            'return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])',
            'return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"]).argmax(axis=1)',
        ),
        ("max pool", "avg_pool2d", "max_pool2d"),
        ("pool before f", "x = f(x)\n    x = vectorized.avg_pool2d(x, 2)", "x = f(vectorized.avg_pool2d(x, 2))"),
        ("no padding", ", padding=2", ""),
        ("padding twice", 'w["conv2.bias"])', 'w["conv2.bias"], padding=2)'),
        ("conv1 twice", '"conv2.weight"], w["conv2.bias"]', '"conv1.weight"], w["conv1.bias"]'),
        ("relu always", 'vectorized.sigmoid if activation == "sigmoid" else vectorized.relu', "vectorized.relu"),
        ("sigmoid always", 'vectorized.sigmoid if activation == "sigmoid" else vectorized.relu', "vectorized.sigmoid"),
        ("exchanged", 'activation == "sigmoid"', 'activation != "sigmoid"'),
        ("f twice", "x = f(x)\n", "x = f(f(x))\n"),
        ("flattened wrongly", "x.reshape(len(x), -1)", "x.transpose(0, 2, 3, 1).reshape(len(x), -1)"),
        ("flattened transposed", "x.reshape(len(x), -1)", "x.swapaxes(2, 3).reshape(len(x), -1)"),
        ("all in one row", "x.reshape(len(x), -1)", "x.reshape(1, -1)"),
        ("flattened the other way", "x.reshape(len(x), -1)", "x.reshape(-1, len(x)).T"),
        ("no reshape", "    x = x.reshape(len(x), -1)\n", ""),
        ("no bias", 'w["conv2.bias"])', "np.zeros(16))"),
        ("bias of dense3 forgotten", 'w["dense3.bias"])', "np.zeros(10))"),
        ("dense2 forgotten", '    x = f(vectorized.linear(x, w["dense2.weight"], w["dense2.bias"]))\n', ""),
        ("dense1 misspelt", '"dense1.weight"', '"dense1.weights"'),
        ("pool2 forgotten", "    x = vectorized.avg_pool2d(x, 2)\n    x = x.reshape", "    x = x.reshape"),
        ("pool by one", "avg_pool2d(x, 2)", "avg_pool2d(x, 2, stride=1)"),
        (
            "logits normalised",
            'return vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])',
            'z = vectorized.linear(x, w["dense3.weight"], w["dense3.bias"])\n    return z - z.max()',
        ),
        ("images scaled", "vectorized.conv2d(images,", "vectorized.conv2d(images / 255,"),
        ("first picture", "images, w", "images[:1], w"),
    ],
    "gradients": [
        ("divided by the labels that occur", "g /= len(labels)", "g /= len(set(labels.tolist()))"),
        (
            "labels once each",
            "    g[np.arange(len(labels)), labels] -= 1",
            "    for k in set(labels.tolist()):\n        g[list(labels).index(k), k] -= 1",
        ),
        ("no relu at a1", "    g = v.relu_backward(g, a1)\n", ""),
        ("no relu at a2", "    g = v.relu_backward(g, a2)\n", ""),
        ("no relu at a3", "    g = v.relu_backward(g, a3)\n", ""),
        ("no relu at a4", "    g = v.relu_backward(g, a4)\n", ""),
        ("no relu forward at a4", "r4 = v.relu(a4)", "r4 = a4"),
        ("no relu forward at a1", "r1 = v.relu(a1)", "r1 = a1"),
        ("relu of r", "v.relu_backward(g, a3)", "v.relu_backward(g, r4)"),
        ("relu of the neighbour", "v.relu_backward(g, a4)", "v.relu_backward(g, z)"),
        ("no mean", "    g /= len(labels)\n", ""),
        ("divided by ten", "g /= len(labels)", "g /= 10"),
        ("label not taken off", "    g[np.arange(len(labels)), labels] -= 1\n", ""),
        ("label row wrong", "g[np.arange(len(labels)), labels] -= 1", "g[:, labels] -= 1"),
        ("no softmax", "g = v.softmax(z)", "g = z.copy()"),
        ("plus", "] -= 1", "] += 1"),
        ("sign", "g /= len(labels)", "g /= -len(labels)"),
        ("pool backward of p", "v.avg_pool2d_backward(g, r2, 2)", "v.avg_pool2d_backward(g, p2, 2)"),
        (
            "pool by repeat",
            "v.avg_pool2d_backward(g, r2, 2)",
            "g.repeat(2, axis=2).repeat(2, axis=3)",
            "v.avg_pool2d_backward(g, r1, 2)",
            "g.repeat(2, axis=2).repeat(2, axis=3)",
        ),
        ("pool by repeat once", "v.avg_pool2d_backward(g, r2, 2)", "g.repeat(2, axis=2).repeat(2, axis=3)"),
        (
            "pool and relu exchanged",
            "    g = v.avg_pool2d_backward(g, r2, 2)\n    g = v.relu_backward(g, a2)\n",
            "    g = v.relu_backward(g, p2)\n    g = v.avg_pool2d_backward(g, r2, 2)\n",
        ),
        ("no padding back", 'w["conv1.bias"], padding=2)\n    return', 'w["conv1.bias"])\n    return'),
        ("no padding at all", ", padding=2", ""),
        ("no reshape", "    g = g.reshape(p2.shape)\n", ""),
        ("input of the layer wrong", "v.linear_backward(g, r3,", "v.linear_backward(g, a3,"),
        ("input of dense3 wrong", "v.linear_backward(g, r4,", "v.linear_backward(g, a4,"),
        ("images for p1", "v.conv2d_backward(g, p1,", "v.conv2d_backward(g, r1[:, :, ::2, ::2],"),
        ("biases forgotten", "return grads", 'return {name: grad for name, grad in grads.items() if "weight" in name}'),
        ("misspelt", '"dense3.bias"] = v', '"dense3.biases"] = v'),
        (
            "weights and biases exchanged",
            'grads["dense2.weight"], grads["dense2.bias"] = v',
            'grads["dense2.bias"], grads["dense2.weight"] = v',
        ),
        ("a list", "return grads", "return list(grads.values())"),
        ("no key conv1", "return grads", 'del grads["conv1.weight"], grads["conv1.bias"]\n    return grads'),
        ("conv1 not yet", "return grads", 'grads["conv1.weight"] = grads["conv1.bias"] = None\n    return grads'),
        ("loss returned", "return grads", "return -np.log(v.softmax(z)[np.arange(len(labels)), labels]).mean()"),
        ("max pool backward", "v.avg_pool2d_backward(g, r1, 2)", "v.max_pool2d_backward(g, r1, 2)"),
        ("sigmoid", "v.relu_backward(g, a3)", "v.sigmoid_backward(g, a3)"),
        ("first picture's label", "labels] -= 1", "labels[0]] -= 1"),
    ],
    "momentum_step": [
        ("uphill", "weight - rate", "weight + rate"),
        ("old velocity", "rate * new_velocity", "rate * velocity"),
        ("no rate", "rate * new_velocity", "new_velocity"),
        ("rate inside", "+ gradient", "+ rate * gradient", "rate * new_velocity", "new_velocity"),
        ("rate twice", "+ gradient", "+ rate * gradient"),
        ("weighted mean", "+ gradient", "+ (1 - momentum) * gradient"),
        ("no momentum", "momentum * velocity + gradient", "gradient"),
        ("velocity returned old", "return new_weight, new_velocity", "return new_weight, velocity"),
        ("order", "return new_weight, new_velocity", "return new_velocity, new_weight"),
        ("weight only", "return new_weight, new_velocity", "return new_weight"),
        (
            "in place",
            "new_velocity = momentum * velocity + gradient",
            "velocity *= momentum\n    velocity += gradient\n    new_velocity = velocity",
        ),
        (
            "weights in place",
            "new_weight = weight - rate * new_velocity",
            "weight -= rate * new_velocity\n    new_weight = weight",
        ),
        ("negative velocity", "momentum * velocity + gradient", "momentum * velocity - gradient"),
        (
            "both negative",
            "momentum * velocity + gradient",
            "momentum * velocity - rate * gradient",
            "weight - rate * new_velocity",
            "weight + new_velocity",
        ),
        (
            "rate and momentum exchanged",
            "momentum * velocity",
            "rate * velocity",
            "rate * new_velocity",
            "momentum * new_velocity",
        ),
        ("no gradient", " + gradient", ""),
        ("nesterov", "rate * new_velocity", "rate * (momentum * new_velocity + gradient)"),
        ("times the weight", "+ gradient", "+ gradient * weight"),
    ],
    "read_digits": [
        ("velocity never stored", "weights[name], velocity[name] = momentum", "weights[name], _ = momentum"),
        ("one epoch", "range(3)", "range(1)"),
        (
            "weights drawn anew each epoch",
            "        order = rng",
            "        weights = starting_weights(0)\n        order = rng",
        ),
        ("the last batch only", "            g = gradients", "        if True:\n            g = gradients"),
        ("never trained", "range(3)", "range(0)"),
        (
            "no step",
            "            for name in weights:\n                weights[name], velocity[name] = momentum_step(weights[name], velocity[name], g[name], 0.05, 0.9)\n",
            "",
        ),
        ("labels not shuffled", "train_labels[batch]", "train_labels[start:start + 25]"),
        ("max for argmax", ".argmax(axis=1)", ".max(axis=1).astype(int)"),
        ("argmax over the batch", ".argmax(axis=1)", ".argmax(axis=0)"),
        ("argmax of all", ".argmax(axis=1)", ".argmax()"),
        ("scores", ".argmax(axis=1)", ""),
        ("reads the training images", "forward(weights, new_images", "forward(weights, train_images"),
        ("fresh weights read", "forward(weights, new", "forward(starting_weights(0), new"),
        ("sigmoid read", '"relu"', '"sigmoid"'),
        ("too long a rate", "0.05, 0.9", "5.0, 0.9"),
        ("too short a rate", "0.05, 0.9", "0.00005, 0.9"),
        ("uphill", "0.05, 0.9", "-0.05, 0.9"),
        ("plus one", ".argmax(axis=1)", ".argmax(axis=1) + 1"),
        ("argmin", ".argmax(axis=1)", ".argmin(axis=1)"),
        ("one batch an epoch", "range(0, len(order), 25)", "range(0, 25, 25)"),
        (
            "a list",
            'return forward(weights, new_images, "relu").argmax(axis=1)',
            'return list(forward(weights, new_images, "relu").argmax(axis=1))',
        ),
        (
            "zeros to start with",
            "weights = starting_weights(0)",
            "weights = {name: np.zeros_like(w) for name, w in starting_weights(0).items()}",
        ),
        ("returns after an epoch", "    return forward", "        return forward"),
        ("only the biases", "for name in weights:", "for name in [n for n in weights if n.endswith('bias')]:"),
        (
            "nearest neighbour",
            "    weights = starting_weights(0)\n",
            "    known, new = (a.reshape(len(a), -1) for a in (train_images, new_images))\n    return train_labels[((known ** 2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]\n    weights = 0\n",
        ),
        (
            "nearest neighbour, moved",
            "    weights = starting_weights(0)\n",
            "    known, new = (a.reshape(len(a), -1) for a in (np.roll(train_images, 2, axis=3), new_images))\n    return train_labels[((known ** 2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]\n    weights = 0\n",
        ),
    ],
    "layer_sizes, again": [
        ("n-4", "sizes[0, axis] = n\n", "sizes[0, axis] = n - 4\n"),
        ("pool2", "(n // 2 - 4) // 2", "n // 2 - 4"),
        ("conv2", "n // 2 - 4\n", "n // 2 - 5\n"),
        ("channels", "[6, 6, 16, 16]", "[6, 16, 16, 120]"),
        ("axes", "((1, height), (2, width))", "((2, height), (1, width))"),
        ("float", "dtype=int", "dtype=float"),
    ],
    "cross_entropy, again": [
        ("top off", "top + np", "np"),
        ("no log", "np.log(np.exp(row - top).sum())", "np.exp(row - top).sum()"),
        ("sign", "- row[label]", "+ row[label]"),
        ("sum", "np.mean(losses)", "np.sum(losses)"),
        ("list", "return float(np.mean(losses))", "return losses"),
        ("max", "np.mean(losses)", "np.max(losses)"),
        ("log1p", "np.log(", "np.log1p("),
        ("exp-log", "np.exp(row - top).sum()", "np.exp(row).sum()"),
    ],
    "momentum_step, again": [
        (
            "+=",
            "    v = momentum * velocity\n    v = v + gradient",
            "    v = velocity\n    v *= momentum\n    v = v + gradient",
        ),
        ("1-m", "momentum * velocity", "(1 - momentum) * velocity"),
        ("rate", "rate * v\n", "v\n"),
        ("old", "rate * v", "rate * gradient"),
        ("abs", "v + gradient", "v + abs(gradient)"),
        ("dict", "return w, v", "return {'weight': w, 'velocity': v}"),
    ],
}
