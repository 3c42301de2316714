"""Check the arguments of what comes after the feature maps: linear layers and class labels."""

from cnnlib.shapes.arguments import describe, integer, rank

_INTEGER_DTYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def linear_shape(op, x_shape, weight_shape, bias_shape=None):
    """Check the arguments of a fully connected layer and return the shape of its result.

    Parameters
    ----------
    op : str
        ``"linear"``: the name that errors carry.
    x_shape : tuple of int, (N, F_in)
    weight_shape : tuple of int, (F_out, F_in)
    bias_shape : tuple of int, (F_out,), or None

    Returns
    -------
    tuple of int, (N, F_out)

    Raises
    ------
    ValueError
        Naming the argument at fault and repeating the shapes received.
    """
    rank(op, "x", x_shape, ("N", "F_in"))
    rank(op, "weight", weight_shape, ("F_out", "F_in"))
    received = describe(x=x_shape, weight=weight_shape, bias=bias_shape)
    out_features, in_features = weight_shape
    if in_features != x_shape[1]:
        raise ValueError(f"{op}: weight must have F_in = {x_shape[1]} columns, received {in_features} ({received})")
    if bias_shape is not None and tuple(bias_shape) != (out_features,):
        raise ValueError(f"{op}: bias must have shape ({out_features},), received {tuple(bias_shape)} ({received})")
    if 0 in weight_shape:
        raise ValueError(f"{op}: weight must not be empty, received {tuple(weight_shape)}")
    return x_shape[0], out_features


def softmax_axis(op, x_shape, axis):
    """Return the axis over which a softmax sums, counted from the front; it must exist and hold a value."""
    position = integer(op, "axis", axis, minimum=-len(x_shape))
    if position >= len(x_shape) or x_shape[position] == 0:
        raise ValueError(f"{op}: axis must be that of at least one value, received {axis} ({describe(x=x_shape)})")
    return position % len(x_shape)


def class_labels(op, logits_shape, labels_shape, labels_dtype):
    """Require logits of shape (N, K), neither zero, and one integer label for each of the N.

    Raises
    ------
    ValueError
        If a shape is wrong; a mean over no examples has no value.
    TypeError
        If ``labels_dtype``, the name of a dtype, is not an integer's.
    """
    rank(op, "logits", logits_shape, ("N", "K"))
    if 0 in logits_shape:
        raise ValueError(f"{op}: logits must not be empty, received {tuple(logits_shape)}")
    if tuple(labels_shape) != (logits_shape[0],):
        received = describe(logits=logits_shape, labels=labels_shape)
        raise ValueError(
            f"{op}: labels must have shape ({logits_shape[0]},), received {tuple(labels_shape)} ({received})"
        )
    if labels_dtype not in _INTEGER_DTYPES:
        raise TypeError(f"{op}: labels must be integers, received {labels_dtype}")


def label_range(op, lowest, highest, classes):
    """Require that labels from ``lowest`` to ``highest`` are indices of ``classes`` columns."""
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"{op}: labels must lie between 0 and {classes - 1}, received labels from {lowest} to {highest}"
        )
