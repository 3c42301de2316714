"""Wrong solutions as students hand them in: ``<task>__<what is wrong>``, with the diagnosis for a docstring."""
# ruff: noqa: D403

import numpy as np

from cnnlib import vectorized


def layer_sizes__no_padding(height, width):
    """padding forgotten"""
    a, b = height - 4, width - 4
    return np.array(
        [(6, a, b), (6, a // 2, b // 2), (16, a // 2 - 4, b // 2 - 4), (16, (a // 2 - 4) // 2, (b // 2 - 4) // 2)]
    )


def layer_sizes__width_first(height, width):
    """height and width swapped"""
    a, b = height // 2, width // 2
    return np.array([(6, width, height), (6, b, a), (16, b - 4, a - 4), (16, (b - 4) // 2, (a - 4) // 2)])


def layer_sizes__rounded_up(height, width):
    """rounded up"""
    a, b = -(-height // 2), -(-width // 2)
    return np.array([(6, height, width), (6, a, b), (16, a - 4, b - 4), (16, -(-(a - 4) // 2), -(-(b - 4) // 2))])


def layer_sizes__channels_last(height, width):
    """the channels last"""
    a, b = height // 2, width // 2
    return np.array([(height, width, 6), (a, b, 6), (a - 4, b - 4, 16), ((a - 4) // 2, (b - 4) // 2, 16)])


def _flat(height, width):
    return 16 * ((height // 2 - 4) // 2) * ((width // 2 - 4) // 2)


def parameters__no_biases(height, width):
    """biases forgotten"""
    return np.array([6 * 25, 16 * 6 * 25, 120 * _flat(height, width), 84 * 120, 10 * 84])


def parameters__one_map_read(height, width):
    """kernels that read one map"""
    return np.array([6 * 26, 16 * 26, 120 * (_flat(height, width) + 1), 84 * 121, 850])


def parameters__one_map_flattened(height, width):
    """one map flattened"""
    return np.array([156, 2416, 120 * (_flat(height, width) // 16 + 1), 10164, 850])


def parameters__by_heart(height, width):
    """a dense layer that does not grow with the picture"""
    return np.array([156, 2416, 48120, 10164, 850])


def parameters__the_sum(height, width):
    """all in one number"""
    return 156 + 2416 + 120 * (_flat(height, width) + 1) + 10164 + 850


def cross_entropy__sum(logits, labels):
    """sum instead of mean"""
    return float(sum(np.log(np.exp(z - z.max()).sum()) + z.max() - z[y] for z, y in zip(logits, labels, strict=True)))


def cross_entropy__twice(logits, labels):
    """softmax twice"""
    p = vectorized.softmax(vectorized.softmax(logits))
    return float(-np.log(p[np.arange(len(labels)), labels]).mean())


def cross_entropy__overflow(logits, labels):
    """overflow"""
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1)[:, None]
        return float(np.mean(-np.log(p[np.arange(len(labels)), labels])))


def cross_entropy__over_the_batch(logits, labels):
    """softmax over the wrong axis"""
    z = logits - logits.max(axis=0)
    return float(-np.mean((z - np.log(np.exp(z).sum(axis=0)))[np.arange(len(labels)), labels]))


def cross_entropy__base_two(logits, labels):
    """another logarithm"""
    z = (logits - logits.max(axis=1, keepdims=True)) / np.log(2)
    return float(-np.mean((z - np.log2((2**z).sum(axis=1, keepdims=True)))[np.arange(len(labels)), labels]))


def cross_entropy__one_hot_mean(logits, labels):
    """mean over the classes, too"""
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-(np.eye(logits.shape[1])[labels] * log_p).mean())


def cross_entropy__sign(logits, labels):
    """the opposite sign"""
    z = logits - logits.max(axis=1, keepdims=True)
    return float((z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(labels)), labels].mean())


def cross_entropy__one_a_picture(logits, labels):
    """a loss for each picture"""
    z = logits - logits.max(axis=1, keepdims=True)
    return -(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(labels)), labels]


def cross_entropy__clipped(logits, labels):
    """unknown"""
    with np.errstate(all="ignore"):
        p = np.exp(np.clip(logits, -500, 500))
        p = p / p.sum(axis=1, keepdims=True)
        return float(-np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-12)).mean())


def _chain(w, x, f, *, between=None, pool=vectorized.avg_pool2d, last=None, order=None, bias=1.0):
    between = f if between is None else between
    x = pool(between(vectorized.conv2d(x, w["conv1.weight"], bias * w["conv1.bias"], padding=2)), 2)
    x = pool(between(vectorized.conv2d(x, w["conv2.weight"], bias * w["conv2.bias"])), 2)
    x = (x if order is None else np.transpose(x, order)).reshape(len(x), 400)
    x = f(vectorized.linear(x, w["dense1.weight"], bias * w["dense1.bias"]))
    x = f(vectorized.linear(x, w["dense2.weight"], bias * w["dense2.bias"]))
    x = vectorized.linear(x, w["dense3.weight"], bias * w["dense3.bias"])
    return x if last is None else last(x)


def forward__sigmoid_twice(weights, images, activation):
    """sigmoid twice"""
    f = getattr(vectorized, activation)
    return _chain(weights, images, lambda a: f(f(a)))


def forward__squeezed_logits(weights, images, activation):
    """a nonlinearity behind the last layer"""
    f = getattr(vectorized, activation)
    return _chain(weights, images, f, last=f)


def forward__probabilities(weights, images, activation):
    """softmax in the network"""
    return _chain(weights, images, getattr(vectorized, activation), last=vectorized.softmax)


def forward__max(weights, images, activation):
    """maximum instead of mean"""
    return _chain(weights, images, getattr(vectorized, activation), pool=vectorized.max_pool2d)


def forward__linear_convolutions(weights, images, activation):
    """no nonlinearity behind the convolutions"""
    return _chain(weights, images, getattr(vectorized, activation), between=lambda a: a)


def forward__cell_by_cell(weights, images, activation):
    """channels last when flattened"""
    return _chain(weights, images, getattr(vectorized, activation), order=(0, 2, 3, 1))


def forward__height_and_width_exchanged(weights, images, activation):
    """rows and columns exchanged when flattened"""
    return _chain(weights, images, getattr(vectorized, activation), order=(0, 1, 3, 2))


def forward__sigmoid_always(weights, images, activation):
    """sigmoids only"""
    return _chain(weights, images, vectorized.sigmoid)


def forward__no_bias(weights, images, activation):
    """bias forgotten"""
    return _chain(weights, images, getattr(vectorized, activation), bias=0.0)


def forward__bias_twice(weights, images, activation):
    """bias added twice"""
    return _chain(weights, images, getattr(vectorized, activation), bias=2.0)


def forward__no_padding(weights, images, activation):
    """unknown"""
    f = getattr(vectorized, activation)
    x = vectorized.avg_pool2d(f(vectorized.conv2d(images, weights["conv1.weight"], weights["conv1.bias"])), 2)
    x = vectorized.avg_pool2d(f(vectorized.conv2d(x, weights["conv2.weight"], weights["conv2.bias"])), 2)
    return vectorized.linear(x.reshape(len(x), -1), weights["dense1.weight"], weights["dense1.bias"])


def _slopes(w, images, labels, *, start=1.0, minus=1.0, masks=True, share=0.25):
    """Everything by hand, to be independent: NumPy and the two products of each layer."""
    relu = vectorized.relu
    a1 = vectorized.conv2d(images, w["conv1.weight"], w["conv1.bias"], padding=2)
    p1 = vectorized.avg_pool2d(relu(a1), 2)
    a2 = vectorized.conv2d(p1, w["conv2.weight"], w["conv2.bias"])
    flat = vectorized.avg_pool2d(relu(a2), 2).reshape(len(images), -1)
    a3 = flat @ w["dense1.weight"].T + w["dense1.bias"]
    a4 = relu(a3) @ w["dense2.weight"].T + w["dense2.bias"]
    z = relu(a4) @ w["dense3.weight"].T + w["dense3.bias"]

    def passed(grad, a):
        return grad * (a > 0) if masks else grad

    def spread(grad):
        return share * np.repeat(np.repeat(grad, 2, axis=2), 2, axis=3)

    g = {}
    grad = start * (vectorized.softmax(z) - minus * np.eye(10)[labels]) / len(labels)
    for name, x, a in (("dense3", relu(a4), a4), ("dense2", relu(a3), a3), ("dense1", flat, None)):
        g[f"{name}.weight"], g[f"{name}.bias"] = grad.T @ x, grad.sum(axis=0)
        grad = grad @ w[f"{name}.weight"]
        grad = grad if a is None else passed(grad, a)
    grad = passed(spread(grad.reshape(-1, 16, 5, 5)), a2)
    grad, g["conv2.weight"], g["conv2.bias"] = vectorized.conv2d_backward(grad, p1, w["conv2.weight"], w["conv2.bias"])
    grad = passed(spread(grad), a1)
    _, g["conv1.weight"], g["conv1.bias"] = vectorized.conv2d_backward(
        grad, images, w["conv1.weight"], w["conv1.bias"], padding=2
    )
    return g


def gradients__summed(weights, images, labels):
    """sum instead of mean"""
    return _slopes(weights, images, labels, start=len(labels))


def gradients__divided_twice(weights, images, labels):
    """divided by the batch twice"""
    return _slopes(weights, images, labels, start=1 / len(labels))


def gradients__uphill(weights, images, labels):
    """the opposite sign"""
    return _slopes(weights, images, labels, start=-1.0)


def gradients__labels_forgotten(weights, images, labels):
    """the right answer not taken off"""
    return _slopes(weights, images, labels, minus=0.0)


def gradients__no_masks(weights, images, labels):
    """ReLUs passed through"""
    return _slopes(weights, images, labels, masks=False)


def gradients__whole_shares(weights, images, labels):
    """the pooling's shares forgotten"""
    return _slopes(weights, images, labels, share=1.0)


def gradients__dense_layers_only(weights, images, labels):
    """unknown"""
    return {name: grad for name, grad in _slopes(weights, images, labels).items() if name.startswith("dense")}


def momentum_step__uphill(weight, velocity, gradient, rate, momentum):
    """uphill"""
    velocity = momentum * velocity + gradient
    return weight + rate * velocity, velocity


def momentum_step__forgetful(weight, velocity, gradient, rate, momentum):
    """momentum ignored"""
    return weight - rate * gradient, gradient.copy()


def momentum_step__old_velocity(weight, velocity, gradient, rate, momentum):
    """a step with the old velocity"""
    moved = weight - rate * velocity
    return moved, momentum * velocity + gradient


def momentum_step__rate_in_the_velocity(weight, velocity, gradient, rate, momentum):
    """the rate inside the velocity"""
    velocity = momentum * velocity + rate * gradient
    return weight - velocity, velocity


def momentum_step__into_the_arguments(weight, velocity, gradient, rate, momentum):
    """in-place change of the input"""
    velocity *= momentum
    velocity += gradient
    weight -= rate * velocity
    return weight, velocity


def read_digits__always_seven(train_images, train_labels, new_images):
    """one answer for all"""
    return np.full(len(new_images), 7)


def read_digits__nearest_neighbour(train_images, train_labels, new_images):
    """pixels compared, not strokes"""
    known, new = train_images.reshape(len(train_images), -1), new_images.reshape(len(new_images), -1)
    return train_labels[((known**2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]


def _shifted_back(train_images, train_labels, new_images):
    back = np.roll(new_images, -2, axis=-1)
    return read_digits__nearest_neighbour(train_images, train_labels, back)


def read_digits__from_one(train_images, train_labels, new_images):
    """off by one"""
    return _shifted_back(train_images, train_labels, new_images) + 1


def read_digits__scores(train_images, train_labels, new_images):
    """scores, not labels"""
    return np.eye(10)[_shifted_back(train_images, train_labels, new_images)]


def read_digits__guessing(train_images, train_labels, new_images):
    """no better than luck"""
    return np.random.RandomState(0).randint(0, 10, len(new_images))


def read_digits__shuffled_apart(train_images, train_labels, new_images):
    """no better than luck"""
    labels = np.random.RandomState(0).permutation(train_labels)
    return _shifted_back(train_images, labels, new_images)
