"""LeNet, what is right and which mistakes are known: forward and backward through LeNet."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import labels, lenet_weights, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task
from cnnlib.models.architecture import logits
from cnnlib.models.catalogue import lenet

MISTAKES = Section("lenet", "Common mistakes")
SIZES = Section("lenet", "How large is every layer?")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")
LEARNING = Section("lenet", "How does it learn?")
CONV_MISTAKES = Section("convolution", "Common mistakes")
POOLED = Section("aliasing", "Who gets the gradient?")


def forward(weights, images, activation):
    return logits(lenet(activation), weights, images, ops=vectorized)


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
            Section("lenet", "What would one change today?"),
            lambda weights, images, _: forward(weights, images, "sigmoid"),
        ),
        Mistake(
            "ReLUs only",
            "The activation makes no difference to your answer: all units are ReLUs.",
            Section("lenet", "What would one change today?"),
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
