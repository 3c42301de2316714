"""The networks of the book, written down. No library is needed to read this file or to count them."""

from cnnlib.models.architecture import Architecture
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool


def lenet(activation="sigmoid", pooling="average"):
    """LeNet as courses teach it [1]_; with ``"relu"`` and ``"max"``, its modern sibling.

    Parameters
    ----------
    activation : str
        Name of the operator behind every layer but pooling and the last: ``"sigmoid"``, ``"tanh"``, ``"relu"``.
    pooling : "average" or "max"

    Returns
    -------
    Architecture
        1×28×28 in, ten logits out, 61,706 parameters.

    Raises
    ------
    ValueError
        If a name is not one of these.

    References
    ----------
    .. [1] After LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document
       recognition* (1998), Fig. 2.
    """
    for argument, value, options in (
        ("activation", activation, ("sigmoid", "tanh", "relu")),
        ("pooling", pooling, ("average", "max")),
    ):
        if value not in options:
            raise ValueError(f"lenet: {argument} must be one of {options}, received {value!r}")
    return Architecture(
        name=f"LeNet ({activation}, {pooling} pooling)",
        input_shape=(1, 28, 28),
        layers=(
            Conv(6, kernel=5, padding=2),
            Activation(activation),
            Pool(pooling, kernel=2),
            Conv(16, kernel=5),
            Activation(activation),
            Pool(pooling, kernel=2),
            Flatten(),
            Dense(120),
            Activation(activation),
            Dense(84),
            Activation(activation),
            Dense(10),
        ),
    )
