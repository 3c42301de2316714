"""A trained LeNet that reads what is drawn."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.data import mnist
from cnnlib.models.architecture import run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array

# Of the package's digits, in the order of training and test: the first of each kind, and three that the
# network misreads, sure of it.
_MISREAD = (4298, 4193, 4336)


def _image(name, array):
    if array.shape != (28, 28):
        raise ValueError(f"{name} must have shape (28, 28), received {array.shape}")


class LenetPlayground(Playground):
    """A sheet to draw a digit on, and a LeNet that reads it, every unit to be pointed at.

    Parameters
    ----------
    activation, pooling : str
        Of the network, as `cnnlib.models.catalogue.lenet` takes them.
    weights : mapping of str to ndarray, optional
        Of your own training, as ``network.weights()`` returns them; the package's otherwise.
    compact : bool, optional
        Whether only the sheet and the answer are shown, without the layers. False by default.

    Attributes
    ----------
    image : ndarray of float32, shape (28, 28)
        What the network reads; drawing sets it, and setting it shows it.
    probabilities : ndarray of float32, shape (10,)
        What `cnnlib.vectorized` answers to ``image``; read-only.

    Raises
    ------
    ValueError
        If there is no such network, or the weights are not its weights.

    Examples
    --------
    >>> sheet = LenetPlayground()
    >>> sheet.image = mnist().test.images[0, 0] / 255
    >>> sheet.probabilities.shape
    (10,)
    """

    script = "playground/scripts/lenet"
    title = "Draw a digit, and see what each layer of a trained LeNet makes of it."

    image = synced_array(np.zeros((28, 28)), check=_image)
    probabilities = Array(np.full(10, 0.1))
    weights = traitlets.Dict().tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    pooling = traitlets.Unicode().tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    examples = traitlets.Dict().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    words = property(lambda self: [] if self.compact else self.labels)

    def __init__(self, activation="relu", pooling="max", weights=None, *, compact=False):
        architecture = lenet(activation, pooling)
        if weights is None:
            trained, weights = trained_lenet()
            if trained != architecture:
                raise ValueError(f"LenetPlayground: the package has weights of {trained.name} only; give your own")
        digits = mnist()
        images = np.concatenate([digits.train.images[:, 0], digits.test.images[:, 0]])
        truth = np.concatenate([digits.train.labels, digits.test.labels])
        chosen = [*(int(np.argmax(truth == digit)) for digit in range(10)), *_MISREAD]
        self._network = architecture, weights
        super().__init__(
            weights=packed_weights(weights),
            activation=activation,
            pooling=pooling,
            compact=compact,
            # What the compact one leaves out, its page need not carry.
            examples=packed_bytes(images[chosen[: 0 if compact else None]]),
            labels=[
                *(f"a {digit}" for digit in range(10)),
                *(f"a {truth[k]} that this network may misread" for k in _MISREAD),
            ],
            image=images[chosen[5]] / 255,
        )

    @traitlets.observe("image")
    def _read(self, change):
        architecture, weights = self._network
        outputs = run(architecture, weights, change.new[None, None], ops=vectorized)
        self.probabilities = vectorized.softmax(outputs["dense3"])[0]


def packed_weights(weights):
    """Return weights as the page reads them: whole numbers of three bytes times a scale for each array.

    They are within a 16-millionth of an array's largest weight, in three quarters of float32's bytes.

    Parameters
    ----------
    weights : mapping of str to ndarray

    Returns
    -------
    dict
    """
    content, arrays = [], []
    for name, weight in weights.items():
        # In float64: float32 would round the largest weight up to 2**23, which three bytes read as its opposite.
        weight = np.asarray(weight, np.float64)
        scale = float(np.abs(weight).max()) / (2**23 - 1) or 1.0
        whole = np.rint(weight / scale).astype("<i4")
        content.append(whole.ravel().view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
        arrays.append([name, list(weight.shape), scale])
    return {"bytes": memoryview(b"".join(content)), "arrays": arrays}
