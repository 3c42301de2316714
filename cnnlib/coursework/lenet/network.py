"""LeNet, what is right and which mistakes are known: forward and backward through LeNet."""

from functools import partial

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import labels, lenet_weights, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task
from cnnlib.models.architecture import logits
from cnnlib.models.catalogue import lenet

MISTAKES = Section("lenet", "Common mistakes")
PLAN = Section("lenet", "What is the network?")
SIZES = Section("lenet", "How large is every layer?")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")
LEARNING = Section("lenet", "How does it learn?")
SOFTMAX = Section("learning", "Can ten units read ten digits?")
CHAIN = Section("learning", "How does a slope get through two layers?")
CONV_MISTAKES = Section("convolution", "Common mistakes")
POOLED = Section("aliasing", "Who gets the gradient?")


def forward(weights, images, activation):
    return logits(lenet(activation), weights, images, ops=vectorized)


def _network(
    *,
    f=None,
    times=1,
    pool=vectorized.avg_pool2d,
    early=False,
    again=False,
    linear=(),
    last=False,
    flatten=(0, 1, 2, 3),
    bias=1.0,
    without=(),
):
    """Make a forward pass that is wrong in one respect: ``linear`` layers have no nonlinearity, others no bias."""

    def forward(weights, images, activation):
        def g(a):
            for _ in range(times):
                a = (f or getattr(vectorized, activation))(a)
            return a

        def layer(operator, x, name, **options):
            factor = 0.0 if name in without else bias
            return operator(x, weights[f"{name}.weight"], factor * weights[f"{name}.bias"], **options)

        x = images
        for name, padding in (("conv1", 2), ("conv2", 0)):
            x = layer(vectorized.conv2d, x, name, padding=padding)
            behind = (lambda a: a) if name in linear else g
            x = behind(pool(x, 2)) if early else pool(behind(x), 2)
            x = behind(x) if again else x
        x = x.transpose(flatten).reshape(len(x), -1)
        for name in ("dense1", "dense2"):
            x = layer(vectorized.linear, x, name)
            x = x if name in linear else g(x)
        x = layer(vectorized.linear, x, "dense3")
        return g(x) if last else x

    return forward


FORWARD = Task(
    "forward",
    forward,
    because=(
        "Seven operators in a row, and the only thing between them that is not linear is the activation. "
        "Without it, all of this would be one matrix."
    ),
    axes=("", "n . . .", ""),
    may_use=("numpy", "cnnlib.vectorized"),
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
            PLAN,
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
            PLAN,
            _network(linear=("conv1", "conv2")),
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
        Mistake(
            "no nonlinearity behind conv1",
            "The sums of `conv1` are handed on as they are. Behind each convolution and the first two dense layers "
            "stands a nonlinearity.",
            PLAN,
            _network(linear=("conv1",)),
        ),
        Mistake(
            "no nonlinearity behind conv2",
            "The sums of `conv2` are handed on as they are. Behind each convolution and the first two dense layers "
            "stands a nonlinearity.",
            PLAN,
            _network(linear=("conv2",)),
        ),
        Mistake(
            "no nonlinearity behind dense1",
            "The sums of `dense1` are handed on as they are. Behind each convolution and the first two dense layers "
            "stands a nonlinearity.",
            PLAN,
            _network(linear=("dense1",)),
        ),
        Mistake(
            "no nonlinearity behind dense2",
            "The sums of `dense2` are handed on as they are. Behind each convolution and the first two dense layers "
            "stands a nonlinearity.",
            PLAN,
            _network(linear=("dense2",)),
        ),
        Mistake(
            "no nonlinearity at all",
            "Your layers hand their sums on as they are, so that the whole network is one linear step. The activation "
            "has to be called.",
            PLAN,
            _network(linear=("conv1", "conv2", "dense1", "dense2")),
        ),
        Mistake(
            "rows and columns exchanged when flattened",
            "Each map is laid out column by column. The dense layer's weights belong to the order row by row.",
            CONV_MISTAKES,
            _network(flatten=(0, 1, 3, 2)),
        ),
        Mistake(
            "no bias in conv1",
            "The bias of `conv1` makes no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("conv1",)),
        ),
        Mistake(
            "no bias in conv2",
            "The bias of `conv2` makes no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("conv2",)),
        ),
        Mistake(
            "no bias in dense1",
            "The bias of `dense1` makes no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("dense1",)),
        ),
        Mistake(
            "no bias in dense2",
            "The bias of `dense2` makes no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("dense2",)),
        ),
        Mistake(
            "no bias in dense3",
            "The bias of `dense3` makes no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("dense3",)),
        ),
        Mistake(
            "the two activations exchanged",
            "Where sigmoids are asked for you use ReLUs, and the other way round.",
            Section("lenet", "What would one change today?"),
            lambda weights, images, activation: forward(
                weights, images, "relu" if activation == "sigmoid" else "sigmoid"
            ),
        ),
        Mistake(
            "no biases in the convolutions",
            "The biases of `conv1` and `conv2` make no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("conv1", "conv2")),
        ),
        Mistake(
            "no biases in the dense layers",
            "The biases of the dense layers make no difference to your answer.",
            CONV_MISTAKES,
            _network(without=("dense1", "dense2", "dense3")),
        ),
        Mistake(
            "a nonlinearity behind the pooling, too",
            "Your maps go through the nonlinearity before the pooling and once more behind it.",
            PLAN,
            _network(again=True),
        ),
        Mistake(
            "flattened in another order",
            '`order="F"` lays the numbers out from the first axis on, so that those of all maps alternate. The dense '
            "layer's weights belong to the order map by map, row by row.",
            Section("alexnet", "Common mistakes"),
            _network(flatten=(0, 3, 2, 1)),
        ),
        Mistake(
            "tanh for the sigmoid",
            "Your units go from -1 to 1. A sigmoid goes from 0 to 1: 1 / (1 + exp(-a)).",
            Section("lenet", "What would one change today?"),
            lambda weights, images, activation: _network(f=np.tanh if activation == "sigmoid" else vectorized.relu)(
                weights, images, activation
            ),
        ),
        Mistake(
            "the pictures' mean taken off",
            "You lower the pictures by their mean. What comes in is ready to use: paper 0 and ink 1.",
            MISTAKES,
            lambda weights, images, activation: forward(weights, images - images.mean(), activation),
        ),
        Mistake(
            "labels, not logits",
            "You return the largest logit's place. The logits themselves are asked for: the loss needs all ten.",
            PLAN,
            lambda *call: forward(*call).argmax(axis=1),
        ),
        Mistake(
            "logits shifted",
            "Your logits are right but for a number that all of them are lowered by. A softmax would not notice; here "
            "the logits themselves are asked for.",
            BEFORE,
            lambda *call: forward(*call) - forward(*call).max(),
        ),
        Mistake(
            "images divided by 255",
            "The pictures that come in are ready to use: paper 0 and ink 1.",
            MISTAKES,
            lambda weights, images, activation: forward(weights, images / 255, activation),
        ),
        Mistake(
            "the first picture only",
            "You return the logits of the first picture.",
            BEFORE,
            lambda weights, images, activation: forward(weights, images[:1], activation),
        ),
    ),
)


def gradients(
    weights, images, labels, *, logits=None, rectify=vectorized.relu_backward, spread=1.0, passed=(), early=()
):
    """LeNet's gradients with ReLUs; the options are where it goes wrong in the mistakes.

    ``passed`` names the layers behind which the gradient goes through the ReLU as if it were not there, ``early``
    those whose maps are pooled before the ReLU on the way there; the way back is the right one's mirror.
    """
    f, pool = vectorized.relu, vectorized.avg_pool2d
    kernels = {
        n: (weights[f"{n}.weight"], weights[f"{n}.bias"]) for n in ("conv1", "conv2", "dense1", "dense2", "dense3")
    }
    a1 = vectorized.conv2d(images, *kernels["conv1"], padding=2)
    p1 = f(pool(a1, 2)) if "conv1" in early else pool(f(a1), 2)
    a2 = vectorized.conv2d(p1, *kernels["conv2"])
    p2 = f(pool(a2, 2)) if "conv2" in early else pool(f(a2), 2)
    flat = p2.reshape(len(p2), -1)
    a3 = vectorized.linear(flat, *kernels["dense1"])
    a4 = vectorized.linear(f(a3), *kernels["dense2"])
    z = vectorized.linear(f(a4), *kernels["dense3"])

    grads = {}
    spreads = spread if isinstance(spread, tuple) else (spread, spread)

    def back(operator, grad, x, name, **options):
        grad, grads[f"{name}.weight"], grads[f"{name}.bias"] = operator(grad, x, *kernels[name], **options)
        return grad

    def behind(name, grad, a):
        return grad if name in passed else rectify(grad, a)

    softmax, count = vectorized.softmax(z), len(z)
    onehot = np.eye(10)[labels]
    grad = (softmax - onehot) / count if logits is None else logits(softmax, onehot, count, z)
    grad = back(vectorized.linear_backward, grad, f(a4), "dense3")
    grad = back(vectorized.linear_backward, behind("dense2", grad, a4), f(a3), "dense2")
    grad = back(vectorized.linear_backward, behind("dense1", grad, a3), flat, "dense1").reshape(p2.shape)

    def before_pooling(name, grad, a, share):
        if name in early:
            return vectorized.avg_pool2d_backward(behind(name, grad, pool(a, 2)), a, 2)
        return behind(name, share * vectorized.avg_pool2d_backward(grad, f(a), 2), a)

    grad = back(vectorized.conv2d_backward, before_pooling("conv2", grad, a2, spreads[1]), p1, "conv2")
    back(vectorized.conv2d_backward, before_pooling("conv1", grad, a1, spreads[0]), images, "conv1", padding=2)
    return {name: grads[name] for name in weights}


def _plus_weights(share, length, weights, images, labels):
    grads = gradients(weights, images, labels)
    return {name: share * weights[name] + length * grad for name, grad in grads.items()}


def _passed_on(grad, _):
    return grad


def _without_biases(weights, images, labels):
    return {
        name: 0 * grad if name.endswith("bias") else grad for name, grad in gradients(weights, images, labels).items()
    }


def _badly(**options):
    return lambda *call: gradients(*call, **options)


def _of_what_came_in(weights, images, labels):
    """The last layer's weights multiplied with what stood in front of the ReLU."""
    grads = gradients(weights, images, labels)
    kernels = {n: (weights[f"{n}.weight"], weights[f"{n}.bias"]) for n in ("conv1", "conv2", "dense1", "dense2")}
    f, pool = vectorized.relu, vectorized.avg_pool2d
    x = pool(f(vectorized.conv2d(images, *kernels["conv1"], padding=2)), 2)
    x = pool(f(vectorized.conv2d(x, *kernels["conv2"])), 2).reshape(len(images), -1)
    a4 = vectorized.linear(f(vectorized.linear(x, *kernels["dense1"])), *kernels["dense2"])
    z = vectorized.linear(f(a4), weights["dense3.weight"], weights["dense3.bias"])
    return grads | {"dense3.weight": ((vectorized.softmax(z) - np.eye(10)[labels]) / len(z)).T @ a4}


GRADIENTS = Task(
    "gradients",
    gradients,
    because=(
        "Each operator handed its output's gradient back to its input, and none had to know what stood "
        "around it. That is the chain rule, and it is all that a library does."
    ),
    returns=tuple(
        f"{layer}.{kind}" for layer in ("dense3", "dense2", "dense1", "conv2", "conv1") for kind in ("weight", "bias")
    ),
    axes=("", "n . . .", "n"),
    may_use=("numpy", "cnnlib.vectorized"),
    cases=(
        Case("a batch of three", lenet_weights(), normal(3, 1, 28, 28), labels(10, 3), seed=1),
        Case("one picture", lenet_weights(), normal(1, 1, 28, 28), labels(10, 1), seed=2),
        Case("three pictures of two digits", lenet_weights(), normal(3, 1, 28, 28), labels(2, 3), seed=3),
    ),
    tolerance=1e-9,
    mistakes=(
        Mistake(
            "sum instead of mean",
            "For one picture your gradients are right; for three they are three times too long. The loss is a mean "
            "over the batch.",
            SOFTMAX,
            _badly(logits=lambda p, y, n, _: p - y),
        ),
        Mistake(
            "divided by the batch twice",
            "For one picture your gradients are right; for three they are a third of what they should be. The mean is"
            " taken once.",
            SOFTMAX,
            _badly(logits=lambda p, y, n, _: (p - y) / n**2),
        ),
        Mistake(
            "the right answer not taken off",
            "Your gradients do not know the labels: they push all logits down, the right one too.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: p / n),
        ),
        Mistake(
            "the opposite sign",
            "Every gradient points the other way: a step against it would make the loss larger.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (y - p) / n),
        ),
        Mistake(
            "ReLUs passed through",
            "The last layer's gradient is right, and those before it are not: also units that were off hand the "
            "gradient on.",
            CHAIN,
            _badly(rectify=_passed_on),
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
            CHAIN,
            _without_biases,
        ),
        Mistake(
            "no ReLU on the way back behind dense2",
            "From the loss back to `dense3` all is right. Behind `dense2` stands a ReLU: a unit that was off hands "
            "nothing on.",
            CHAIN,
            _badly(passed=("dense2",)),
        ),
        Mistake(
            "no ReLU on the way back behind dense1",
            "From the loss back to `dense2` all is right. Behind `dense1` stands a ReLU: a unit that was off hands "
            "nothing on.",
            CHAIN,
            _badly(passed=("dense1",)),
        ),
        Mistake(
            "no ReLU on the way back behind conv2",
            "From the loss back to `dense1` all is right. Behind `conv2` stands a ReLU: a unit that was off hands "
            "nothing on.",
            CHAIN,
            _badly(passed=("conv2",)),
        ),
        Mistake(
            "no ReLU on the way back behind conv1",
            "From the loss back to `conv2` all is right. Behind `conv1` stands a ReLU: a unit that was off hands "
            "nothing on.",
            CHAIN,
            _badly(passed=("conv1",)),
        ),
        Mistake(
            "the pooling's shares forgotten in one place",
            "From the loss back to `conv2` all is right, and `conv1` is four times too long: each of the four cells "
            "of a window gets a quarter.",
            POOLED,
            _badly(spread=(4.0, 1.0)),
        ),
        Mistake(
            "the pooling's shares forgotten in one place",
            "The dense layers are right, and both convolutions four times too long: each of the four cells of a "
            "window gets a quarter.",
            POOLED,
            _badly(spread=(1.0, 4.0)),
        ),
        Mistake(
            "logits, not probabilities",
            "Your way back begins with the logits. It begins with the probabilities that the softmax makes of them.",
            SOFTMAX,
            _badly(logits=lambda p, y, n, z: (z - y) / n),
        ),
        Mistake(
            "the right answer added",
            "Your way back begins with p + 1 at the right answer; it is p - 1.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p + y) / n),
        ),
        Mistake(
            "every label in every picture",
            "In each picture you take 1 off at the labels of *all* pictures: `g[:, labels]`. Each picture has one: "
            "`g[np.arange(N), labels]`.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p - y.max(axis=0)) / n),
        ),
        Mistake(
            "the first label in every picture",
            "You take 1 off at the first picture's label, in every picture.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p - y[:1]) / n),
        ),
        Mistake(
            "a label that comes again is skipped",
            "Where two pictures have one label, 1 is taken off in the first of them alone. Go through the pictures, "
            "not through the labels that occur.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p - y * (np.cumsum(y, axis=0) == 1)) / n),
        ),
        Mistake(
            "divided by the labels that occur",
            "You divide by the number of *different* labels. The loss is a mean over the pictures.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p - y) / y.any(axis=0).sum()),
        ),
        Mistake(
            "divided by the classes",
            "You divide by ten, the number of classes. The loss is a mean over the pictures.",
            CHAIN,
            _badly(logits=lambda p, y, n, _: (p - y) / 10),
        ),
        *(
            Mistake(
                "pooling before the nonlinearity",
                "Your own pass through the network pools before the ReLU, so that its logits are not `forward`'s.",
                Section("pooling", "Common mistakes"),
                _badly(early=early),
            )
            for early in (("conv1", "conv2"), ("conv1",), ("conv2",))
        ),
        *(
            Mistake(
                "weights, not gradients",
                "What you return is the weights, moved by a step. Asked for are the gradients; the step is another "
                "function's business.",
                CHAIN,
                partial(_plus_weights, 1.0, -rate),
            )
            for rate in (0.001, 0.01, 0.05, 0.1, 0.5, 1.0)
        ),
        *(
            Mistake(
                "a weight decay added",
                "A small part of each weight is added to its gradient. That belongs to another loss, one that punishes "
                "large weights.",
                CHAIN,
                partial(_plus_weights, decay, 1.0),
            )
            for decay in (1e-4, 5e-4, 1e-3, 1e-2, 0.1)
        ),
        Mistake(
            "what stood in front of the ReLU",
            "A layer's weights were multiplied with what the ReLU let through (`r4`), and you give it what came in "
            "(`a4`).",
            CHAIN,
            lambda *call: _of_what_came_in(*call),
        ),
    ),
)
