"""LeNet: what the functions of the fourth assignment should give, and the mistakes they are known for."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, digit_labels, digits, labels, lenet_weights, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task
from cnnlib.models.architecture import run
from cnnlib.models.architectures import lenet

MISTAKES = Section("lenet", "Common mistakes")
SIZES = Section("lenet", "How large is every layer?")
PARAMETERS = Section("lenet", "Where do the 61,706 parameters live?")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")
LEARNING = Section("lenet", "How does it learn?")
CONV_MISTAKES = Section("convolution", "Common mistakes")
POOLED = Section("pooling", "Who gets the gradient?")


def layer_sizes(height, width, *, padding=2, stride=2, channels=(6, 6, 16, 16), up=0):
    sides = []
    for size in (height, width):
        conv1 = size + 2 * padding - 4
        pool1 = (conv1 - 2 + up) // stride + 1
        conv2 = pool1 - 4
        sides.append((conv1, pool1, conv2, (conv2 - 2 + up) // stride + 1))
    return np.stack([channels, *sides], axis=1)


def parameters(height, width, *, maps=6, bias=1, features=None):
    _, rows, columns = layer_sizes(height, width)[-1]
    inputs = 16 * rows * columns if features is None else features(height, width)
    fans = ((6, 25), (16, maps * 25), (120, inputs), (84, 120), (10, 84))
    return np.array([units * (fan + bias) for units, fan in fans])


def cross_entropy(logits, labels):
    return vectorized.cross_entropy(logits, labels)


def forward(weights, images, activation):
    return run(lenet(activation), weights, images, ops=vectorized)["dense3"]


SIZE = Task(
    "layer_sizes",
    layer_sizes,
    cases=(
        Case("the book's digits", 28, 28),
        Case("a line of print, wider than high", 32, 60),
        Case("sides that do not halve", 29, 31),
    ),
    mistakes=(
        Mistake(
            "padding forgotten",
            "Your first map is smaller than the picture. It has a padding of two.",
            SIZES,
            lambda height, width: layer_sizes(height, width, padding=0),
        ),
        Mistake(
            "padding on one side",
            "Your first map is too small by two: padding is added at both ends.",
            SIZES,
            lambda height, width: layer_sizes(height, width, padding=1),
        ),
        Mistake(
            "pooling without a stride",
            "Your poolings take off one row and one column. Their windows stand side by side.",
            SIZES,
            lambda height, width: layer_sizes(height, width, stride=1),
        ),
        Mistake(
            "rounded up",
            "Where a side is odd, you have a window too many: what does not fill a window is dropped.",
            Section("pooling", "Common mistakes"),
            lambda height, width: layer_sizes(height, width, up=1),
        ),
        Mistake(
            "height and width swapped",
            "Your maps are high where they should be wide. The order is channels, height, width.",
            CONV_MISTAKES,
            lambda height, width: layer_sizes(width, height),
        ),
        Mistake(
            "pooling changes the channels",
            "The number of your maps changes at a pooling. Only a convolution makes new maps.",
            SIZES,
            lambda height, width: layer_sizes(height, width, channels=(6, 16, 16, 16)),
        ),
    ),
)

PARAMETER = Task(
    "parameters",
    parameters,
    cases=(
        Case("the book's digits: 61,706 in all", 28, 28),
        Case("a line of print, wider than high", 32, 60),
        Case("the smallest picture that leaves a map", 12, 13),
    ),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You have counted the weights. Each kernel, and each dense unit, has one number more.",
            PARAMETERS,
            lambda height, width: parameters(height, width, bias=0),
        ),
        Mistake(
            "kernels that read one map",
            "Your second convolution is too small: each of its kernels reads all six maps, and has weights for each.",
            PARAMETERS,
            lambda height, width: parameters(height, width, maps=1),
        ),
        Mistake(
            "one map flattened",
            "Your first dense layer reads one map. Sixteen are laid out before it.",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: np.prod(layer_sizes(*side)[-1, 1:])),
        ),
        Mistake(
            "flattened before the pooling",
            "Your first dense layer reads the maps of the second convolution. There is a pooling between them.",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: np.prod(layer_sizes(*side)[2])),
        ),
        Mistake(
            "a dense layer that does not grow with the picture",
            "Your first dense layer has 48,120 parameters, whatever the picture's size. What is left of a larger "
            "picture?",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: 400),
        ),
    ),
)


def _log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _picked(scores, labels):
    return scores[np.arange(len(labels)), labels]


@np.errstate(all="ignore")
def _overflowing(logits, labels):
    powers = np.exp(logits)
    return float(-np.mean(np.log(_picked(powers / powers.sum(axis=1, keepdims=True), labels))))


def _loss(formula):
    return lambda logits, labels: float(formula(logits, labels))


LOSS = Task(
    "cross_entropy",
    cross_entropy,
    cases=(
        Case("who knows nothing: log 4", array([[0, 0, 0, 0], [5, 5, 5, 5]]), labels(4, 2), seed=3),
        Case("more pictures than classes", normal(7, 3), labels(3, 7), seed=1),
        Case("more classes than pictures", normal(4, 10), labels(10, 4), seed=2),
        Case("logits in the thousands", array([[1000, 1002, 998], [-3000, -3001, -3000]]), labels(3, 2), seed=1),
    ),
    mistakes=(
        Mistake(
            "sum instead of mean",
            "Your loss grows with the number of pictures, and the steps of learning would grow with it.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum()),
        ),
        Mistake(
            "softmax twice",
            "Your loss is squeezed: it cannot come near zero, however sure the logits are.",
            MISTAKES,
            _loss(lambda z, y: -_picked(_log_softmax(np.exp(_log_softmax(z))), y).mean()),
        ),
        Mistake(
            "overflow",
            "Small logits are right; large ones give infinity or NaN, since their powers exceed what a float can "
            "hold. Softmax does not change when all logits of a picture are lowered by one number.",
            BEFORE,
            _overflowing,
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(2)),
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(10)),
        ),
        Mistake(
            "mean over the classes, too",
            "Your loss is too small, as many times as there are classes. Each picture has one right answer, and "
            "counts once.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum() / z.size),
        ),
        Mistake(
            "probabilities, not their logarithms",
            "Your loss never exceeds one. A confident wrong answer should cost much more than an unsure one.",
            BEFORE,
            _loss(lambda z, y: 1 - np.exp(_picked(_log_softmax(z), y)).mean()),
        ),
        Mistake(
            "softmax over the wrong axis",
            "In your result, pictures of one batch compete with each other. Each picture's probabilities should add "
            "up to one.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z, axis=0), y).mean()),
        ),
        Mistake(
            "a loss for each picture",
            "You return a loss for each picture. One number is asked for, their mean.",
            BEFORE,
            lambda z, y: -_picked(_log_softmax(z), y),
        ),
        Mistake(
            "the logit of the right answer, and no softmax",
            "You take the right answer's logit. What it is worth depends on the other logits.",
            BEFORE,
            _loss(lambda z, y: -_picked(z, y).mean()),
        ),
    ),
)


def _network(
    *, times=1, pool=vectorized.avg_pool2d, early=False, convs=True, last=False, flatten=(0, 1, 2, 3), bias=1.0
):
    """Make a forward pass that is wrong in one respect."""

    def forward(weights, images, activation):
        def g(a):
            for _ in range(times):
                a = getattr(vectorized, activation)(a)
            return a

        def layer(operator, x, name, **options):
            return operator(x, weights[f"{name}.weight"], bias * weights[f"{name}.bias"], **options)

        x = images
        for name, padding in (("conv1", 2), ("conv2", 0)):
            x = layer(vectorized.conv2d, x, name, padding=padding)
            x = pool(x, 2) if early or not convs else pool(g(x), 2)
            x = g(x) if early and convs else x
        x = x.transpose(flatten).reshape(len(x), -1)
        x = g(layer(vectorized.linear, x, "dense1"))
        x = g(layer(vectorized.linear, x, "dense2"))
        x = layer(vectorized.linear, x, "dense3")
        return g(x) if last else x

    return forward


FORWARD = Task(
    "forward",
    forward,
    cases=(
        Case("one picture, with sigmoids", lenet_weights(), normal(1, 1, 28, 28), "sigmoid", seed=1),
        Case("random pictures, with sigmoids", lenet_weights(2.0), normal(3, 1, 28, 28), "sigmoid", seed=2),
        Case("random pictures, with ReLUs", lenet_weights(), normal(2, 1, 28, 28), "relu", seed=3),
    ),
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "sigmoid twice",
            "Your units are squeezed twice on their way from layer to layer, so that they differ too little. With "
            "ReLUs, where twice is as good as once, all is right.",
            LEARNING,
            _network(times=2),
        ),
        Mistake(
            "a nonlinearity behind the last layer",
            "Your logits are squeezed or cut off at zero. They can be any numbers; the softmax in the loss is all "
            "that they need.",
            BEFORE,
            _network(last=True),
        ),
        Mistake(
            "softmax in the network",
            "Your answers are probabilities. `cross_entropy` takes logits and would apply the softmax a second time.",
            MISTAKES,
            lambda *call: vectorized.softmax(forward(*call)),
        ),
        Mistake(
            "maximum instead of mean",
            "Your poolings take the largest of four. This network takes their average.",
            Section("pooling", "What can a number say about its neighbourhood?"),
            _network(pool=vectorized.max_pool2d),
        ),
        Mistake(
            "pooling before the nonlinearity",
            "The average is taken before the nonlinearity, where positive and negative answers cancel. That is "
            "another network.",
            Section("pooling", "Common mistakes"),
            _network(early=True),
        ),
        Mistake(
            "no nonlinearity behind the convolutions",
            "Your convolutions hand their sums on as they are. Two linear steps in a row are one linear step.",
            SIZES,
            _network(convs=False),
        ),
        Mistake(
            "channels last when flattened",
            "The sixteen maps are laid out cell by cell, in place of map by map. The dense layer's weights belong to "
            "the other order.",
            Section("alexnet", "Common mistakes"),
            _network(flatten=(0, 2, 3, 1)),
        ),
        Mistake(
            "bias forgotten",
            "Your network has no biases: for a picture of nothing, every unit before the first nonlinearity is zero.",
            CONV_MISTAKES,
            _network(bias=0.0),
        ),
        Mistake(
            "bias added twice",
            "Every unit is off by its bias.",
            CONV_MISTAKES,
            _network(bias=2.0),
        ),
        Mistake(
            "sigmoids only",
            "The activation makes no difference to your answer: all units are sigmoids.",
            Section("lenet", "What did thirty years change?"),
            lambda weights, images, _: forward(weights, images, "sigmoid"),
        ),
        Mistake(
            "ReLUs only",
            "The activation makes no difference to your answer: all units are ReLUs.",
            Section("lenet", "What did thirty years change?"),
            lambda weights, images, _: forward(weights, images, "relu"),
        ),
    ),
)


def gradients(weights, images, labels, *, logits=None, rectify=vectorized.relu_backward, spread=1.0):
    """LeNet's gradients with ReLUs; the options are where it goes wrong in the mistakes."""
    f, pool = vectorized.relu, vectorized.avg_pool2d
    kernels = {
        n: (weights[f"{n}.weight"], weights[f"{n}.bias"]) for n in ("conv1", "conv2", "dense1", "dense2", "dense3")
    }
    a1 = vectorized.conv2d(images, *kernels["conv1"], padding=2)
    p1 = pool(f(a1), 2)
    a2 = vectorized.conv2d(p1, *kernels["conv2"])
    p2 = pool(f(a2), 2)
    flat = p2.reshape(len(p2), -1)
    a3 = vectorized.linear(flat, *kernels["dense1"])
    a4 = vectorized.linear(f(a3), *kernels["dense2"])
    z = vectorized.linear(f(a4), *kernels["dense3"])

    grads = {}

    def back(operator, grad, x, name, **options):
        grad, grads[f"{name}.weight"], grads[f"{name}.bias"] = operator(grad, x, *kernels[name], **options)
        return grad

    softmax, count = vectorized.softmax(z), len(z)
    onehot = np.eye(10)[labels]
    grad = (softmax - onehot) / count if logits is None else logits(softmax, onehot, count)
    grad = back(vectorized.linear_backward, grad, f(a4), "dense3")
    grad = back(vectorized.linear_backward, rectify(grad, a4), f(a3), "dense2")
    grad = back(vectorized.linear_backward, rectify(grad, a3), flat, "dense1").reshape(p2.shape)
    grad = spread * vectorized.avg_pool2d_backward(grad, f(a2), 2)
    grad = back(vectorized.conv2d_backward, rectify(grad, a2), p1, "conv2")
    grad = spread * vectorized.avg_pool2d_backward(grad, f(a1), 2)
    back(vectorized.conv2d_backward, rectify(grad, a1), images, "conv1", padding=2)
    return {name: grads[name] for name in weights}


def _without_biases(weights, images, labels):
    return {
        name: 0 * grad if name.endswith("bias") else grad for name, grad in gradients(weights, images, labels).items()
    }


def _badly(**options):
    return lambda *call: gradients(*call, **options)


GRADIENTS = Task(
    "gradients",
    gradients,
    cases=(
        Case("a batch of three", lenet_weights(), normal(3, 1, 28, 28), labels(10, 3), seed=1),
        Case("one picture", lenet_weights(), normal(1, 1, 28, 28), labels(10, 1), seed=2),
    ),
    tolerance=1e-9,
    mistakes=(
        Mistake(
            "sum instead of mean",
            "For one picture your gradients are right; for three they are three times too long. The loss is a mean "
            "over the batch.",
            BEFORE,
            _badly(logits=lambda p, y, n: p - y),
        ),
        Mistake(
            "divided by the batch twice",
            "For one picture your gradients are right; for three they are a third of what they should be. The mean is"
            " taken once.",
            LEARNING,
            _badly(logits=lambda p, y, n: (p - y) / n**2),
        ),
        Mistake(
            "the right answer not taken off",
            "Your gradients do not know the labels: they push all logits down, the right one too.",
            LEARNING,
            _badly(logits=lambda p, y, n: p / n),
        ),
        Mistake(
            "the opposite sign",
            "Every gradient points the other way: a step against it would make the loss larger.",
            LEARNING,
            _badly(logits=lambda p, y, n: (y - p) / n),
        ),
        Mistake(
            "ReLUs passed through",
            "The last layer's gradient is right, and those before it are not: also units that were off hand the "
            "gradient on.",
            LEARNING,
            _badly(rectify=lambda grad, a: grad),
        ),
        Mistake(
            "the pooling's shares forgotten",
            "The dense layers are right, and the convolutions' gradients too long by four and by sixteen: each of the"
            " four cells of a window gets a quarter.",
            POOLED,
            _badly(spread=4.0),
        ),
        Mistake(
            "biases without gradients",
            "The weights are right, and the biases would never move.",
            LEARNING,
            _without_biases,
        ),
    ),
)


def momentum_step(weight, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity


STEP = Task(
    "momentum_step",
    momentum_step,
    returns=("weight", "velocity"),
    cases=(
        Case("from rest", array([1, 2]), array([0, 0]), array([10, -10]), 0.1, 0.9),
        Case("under way", normal(2, 3), normal(2, 3), normal(2, 3), 0.05, 0.5, seed=1),
        Case("no momentum", normal(4), normal(4), normal(4), 0.2, 0.0, seed=2),
    ),
    mistakes=(
        Mistake(
            "uphill",
            "The step goes along the gradient, where the loss grows.",
            LEARNING,
            lambda w, v, g, rate, momentum: (
                2 * w - momentum_step(w, v, g, rate, momentum)[0],
                momentum_step(w, v, g, rate, momentum)[1],
            ),
        ),
        Mistake(
            "momentum ignored",
            "What the velocity was makes no difference.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * g, g),
        ),
        Mistake(
            "a step with the old velocity",
            "The velocity is right, and the step was taken before it was.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * v, momentum * v + g),
        ),
        Mistake(
            "the rate applied twice",
            "The step is too short by the learning rate: it is in the velocity and in the step.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "the rate inside the velocity",
            "The step may be right for a constant rate. Here the velocity is made of gradients, and the rate comes in"
            " with the step.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "a weighted mean of velocity and gradient",
            "Your velocity gives the gradient the share that the momentum leaves. That is another rule, with steps "
            "ten times shorter.",
            LEARNING,
            lambda w, v, g, rate, momentum: (
                w - rate * (momentum * v + (1 - momentum) * g),
                momentum * v + (1 - momentum) * g,
            ),
        ),
        Mistake(
            "no learning rate",
            "The step is as long as the velocity.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - momentum * v - g, momentum * v + g),
        ),
    ),
)


def nearest_neighbour(train_images, train_labels, new_images):
    known, new = (images.reshape(len(images), -1) for images in (train_images, new_images))
    return train_labels[((known**2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]


def _one_by_one(check):
    """Apply a check of accuracy to arrays that have one whole number a digit."""
    return lambda answer, truth: answer.shape == truth.shape and answer.dtype.kind in "iu" and check(answer, truth)


READ = Task(
    "read_digits",
    nearest_neighbour,
    cases=(
        Case(
            "learn from 2,000 digits, read 500 others, moved by two pixels",
            digits("train", 0, 2000),
            digit_labels("train", 0, 2000),
            digits("test", 0, 500, 2),
            answer=(digit_labels("test", 0, 500), 0.7),
        ),
    ),
    mistakes=(
        Mistake(
            "one answer for all",
            "Every digit gets the same answer. A network that answers so has not left its starting point, or has been"
            " thrown out by steps that are too long: look at the loss after each epoch.",
            LEARNING,
            looks_like=_one_by_one(lambda answer, truth: np.all(answer == answer[0])),
        ),
        Mistake(
            "off by one",
            "Move your answers by one, and most are right. Does a class begin at 0 or at 1?",
            LEARNING,
            looks_like=_one_by_one(
                lambda answer, truth: max(np.mean(answer == truth + 1), np.mean(answer == truth - 1)) > 0.5
            ),
        ),
        Mistake(
            "scores, not labels",
            "You return ten numbers for each digit. Which of the ten digits is it?",
            BEFORE,
            looks_like=lambda answer, truth: answer.shape == (len(truth), 10),
        ),
        Mistake(
            "no better than luck",
            "About one in ten is right, as for a network that knows nothing. Is it trained, and are the weights that "
            "you train the ones that you read with? Are pictures and labels still in one order when you shuffle?",
            BEFORE,
            looks_like=_one_by_one(lambda answer, truth: np.mean(answer == truth) < 0.2),
        ),
        Mistake(
            "pixels compared, not strokes",
            "It reads some six in ten. That is what a comparison of pixels reaches on digits that were moved by two,"
            " and a network that learned too little. A stroke has to be recognised wherever it is.",
            Section("lenet", "What does a digit look like to a program?"),
            looks_like=_one_by_one(lambda answer, truth: 0.45 <= np.mean(answer == truth) < 0.7),
        ),
        Mistake(
            "learned too little",
            "It has begun to learn. More epochs, or longer steps: try them on digits that you keep aside from the "
            "training set.",
            MISTAKES,
            looks_like=_one_by_one(lambda answer, truth: 0.2 <= np.mean(answer == truth) < 0.45),
        ),
    ),
)

TASKS = (SIZE, PARAMETER, LOSS, FORWARD, GRADIENTS, STEP, READ)
