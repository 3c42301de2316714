"""Draw how training went."""

import matplotlib.pyplot as plt

from cnnlib.figures.style import INPUT, KERNEL, detached, style


def show_learning_curve(history):
    """Draw loss and accuracy against the epoch, on the training and the test images.

    Parameters
    ----------
    history : list of dict
        As `cnnlib.training.fit` returns it, with test results.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no epoch, or one without test results.
    """
    for row in history or [{}]:
        if "test_loss" not in row:
            received = ", ".join(row) or "none"
            raise ValueError(f"show_learning_curve: history must hold epochs with test results, received {received}")
    epochs = [row["epoch"] for row in history]
    with style():
        figure, (loss, accuracy) = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained")
        for axis, key, title in ((loss, "loss", "cross-entropy"), (accuracy, "accuracy", "accuracy")):
            for prefix, name, colour, mark in (("", "training", INPUT, "o"), ("test_", "test", KERNEL, "s")):
                values = [row[prefix + key] for row in history]
                axis.plot(epochs, values, marker=mark, markersize=3.5, color=colour, label=name)
            axis.set(xlabel="epoch", title=title)
        loss.set_ylim(bottom=0)
        accuracy.set_ylim(top=1)
        accuracy.legend(loc="lower right")
    return detached(figure)
