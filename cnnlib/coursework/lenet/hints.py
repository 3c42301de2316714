"""Hints for the assignment, and the failures that each of them fits."""

from cnnlib.coursework.task import Hint

HINTS = {
    "layer_sizes": (
        Hint(
            "one formula for all four",
            "One formula for all four: $\\lfloor (N + 2P - K) / S \\rfloor + 1$. For a pooling, both $K$ and "
            "$S$ are 2.",
        ),
        Hint(
            "odd sides",
            "A pooling of 2×2 drops the last row if it has no partner: 29 rows become 14.",
            fits=(3, "values"),
        ),
    ),
    "parameters": (
        Hint(
            "what a unit reads",
            "A kernel has a weight for each cell of its window in *each* map that it reads, and one bias. "
            "A dense unit has a weight for each number that it reads, and a bias. What does `dense1` read?",
        ),
        Hint(
            "what dense1 reads",
            "All numbers of `pool2`'s maps, 16 of them, each as large as `layer_sizes` says. For 28×28 that is 400.",
            fits=(2, 3, 4),
        ),
    ),
    "cross_entropy": (
        Hint(
            "large logits",
            "Lower all logits of one picture by the same number: what happens to its probabilities? Which "
            "number makes sure that no power exceeds one?",
            fits=(4, 5, "finite"),
        ),
        Hint(
            "small probabilities",
            "$\\log(a / b) = \\log a - \\log b$. So the logarithm of $p_k$ needs no $p_k$.",
            fits=(4, 5, "finite"),
        ),
        Hint(
            "one label a picture",
            "`logits[np.arange(N), labels]` takes from each row the logit of its own label.",
            fits=(1, 2, 3, "shape", "runs"),
        ),
    ),
    "forward": (
        Hint(
            "in the order of the table",
            '`f = {"sigmoid": vectorized.sigmoid, "relu": vectorized.relu}[activation]`. First the '
            "nonlinearity, then the pooling.",
        ),
        Hint(
            "one layer at a time",
            "Print the shape behind each layer, and compare it with `layer_sizes(28, 28)`.",
            fits=("shape", "runs"),
        ),
    ),
    "gradients": (
        Hint(
            "names for everything",
            "`a1` in front of the nonlinearity, `r1` behind it, `p1` behind the pooling, `a2`, `r2`, `p2`, "
            "`flat`, `a3`, `r3`, `a4`, `r4`, `z`. The way back reads these names from right to left.",
        ),
        Hint(
            "at the border between dense layers and maps",
            "The gradient of `flat` has one row a picture. The pooling's backward pass wants maps: "
            "`reshape(p2.shape)`.",
            fits=("conv2.weight", "conv2.bias", "conv1.weight", "conv1.bias"),
            said="avg_pool2d_backward:",
        ),
        Hint(
            "what it was called with",
            "A `…_backward` takes what its operator took, `padding` too. Which of the two convolutions had any?",
            said="conv2d_backward:",
        ),
        Hint(
            "finding a mistake",
            "Change one weight by $10^{-6}$ and look by how much `cross_entropy(forward(…), labels)` "
            "changes. Divide. Begin with a weight of `dense3`, and work towards `conv1`.",
            fits=("values",),
        ),
    ),
    "momentum_step": (
        Hint(
            "in which order?",
            "First the new velocity, from the old one and the gradient; then the step, with the *new* "
            "velocity. Both are returned.",
        ),
    ),
    "read_digits": (
        Hint(
            "numbers to begin with",
            "Batches of 25, a learning rate of 0.05, momentum 0.9, three epochs. Shuffle anew in every "
            "epoch, pictures and labels alike.",
            fits=("accuracy",),
        ),
        Hint(
            "dtypes",
            "The pictures are float32, and so are the starting weights below. Multiplying by a Python float "
            "leaves them so; by an array of float64 does not.",
            fits=("runs",),
        ),
        Hint(
            "is it learning?",
            "Before the first epoch the loss is about $\\log 10 = 2.3$. Print it after every epoch. If it "
            "does not move, no weight does; if it grows, the step is too long or goes uphill.",
            fits=("accuracy",),
        ),
        Hint(
            "what has to be kept",
            "Weights are drawn once, before the first epoch; a velocity for each weight begins at 0 and is "
            "kept from step to step.",
            fits=("accuracy",),
        ),
    ),
}
