"""Trained LeNets that read what is drawn."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.data import mnist
from cnnlib.models.architecture import run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import LENETS, trained_lenet
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array
from cnnlib.playground.weights import packed_weights, unpacked_weights

# Of the package's digits, in the order of training and test: the first of each kind, and three that the
# network misreads, sure of it.
_MISREAD = (4298, 4193, 4336)

# The network to compare with comes in fewer bits, so that a page that has one network has room for both.
_BITS = {"conv1.weight": 8, "conv2.weight": 8, "dense1.weight": 4, "dense2.weight": 5, "dense3.weight": 8}


def _image(name, array):
    if array.shape != (28, 28):
        raise ValueError(f"{name} must have shape (28, 28), received {array.shape}")


class LenetPlayground(Playground):
    """A sheet to draw on, erase from and cover, and LeNets that read it, every unit to be pointed at.

    Parameters
    ----------
    activation, pooling : str
        Of the network that is shown first, as `cnnlib.models.catalogue.lenet` takes them.
    weights : mapping of str to ndarray, optional
        Of your own training, as ``network.weights()`` returns them; that network is alone then. The package's two
        networks otherwise, to be compared: ReLU with maxima, and sigmoid with averages.
    compact : bool, optional
        Whether only the sheet and the answer of one network are shown, without the layers. False by default.

    Attributes
    ----------
    image : ndarray of float32, shape (28, 28)
        What the network reads, with the patch where one lies on it; drawing sets it, and setting it shows it.
    activation : str
        Which network's layers are shown, named by its nonlinearity: ``"relu"`` or ``"sigmoid"``.
    probabilities : ndarray of float32, shape (10,)
        What `cnnlib.vectorized` answers to ``image`` with that network; read-only.

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
    networks = traitlets.List().tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    examples = traitlets.Dict().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    words = property(lambda self: [] if self.compact else self.labels)

    def __init__(self, activation="relu", pooling="max", weights=None, *, compact=False):
        digits = mnist()
        images = np.concatenate([digits.train.images[:, 0], digits.test.images[:, 0]])
        truth = np.concatenate([digits.train.labels, digits.test.labels])
        chosen = [*(int(np.argmax(truth == digit)) for digit in range(10)), *_MISREAD]
        networks = list(_networks(activation, pooling, weights, alone=compact))
        # Computed here with the weights that the page has.
        self._networks = {
            each["activation"]: (lenet(each["activation"], each["pooling"]), unpacked_weights(each["weights"]))
            for each in networks
        }
        super().__init__(
            networks=networks,
            activation=activation,
            compact=compact,
            # What the compact one leaves out, its page need not carry.
            examples=packed_bytes(images[chosen[: 0 if compact else None]]),
            labels=[
                *(f"a {digit}" for digit in range(10)),
                *(f"a {truth[k]} that this network may misread" for k in _MISREAD),
            ],
            image=images[chosen[5]] / 255,
        )

    @traitlets.validate("activation")
    def _known(self, proposal):
        if proposal.value not in self._networks:
            known = " or ".join(map(repr, self._networks))
            raise ValueError(f"LenetPlayground: activation must be {known}, received {proposal.value!r}")
        return proposal.value

    @traitlets.observe("image", "activation")
    def _read(self, change):
        architecture, weights = self._networks[self.activation]
        outputs = run(architecture, weights, self.image[None, None], ops=vectorized)
        self.probabilities = vectorized.softmax(outputs["dense3"])[0]


def _networks(activation, pooling, weights, *, alone):
    """Yield networks as the page reads them."""
    lenet(activation, pooling)
    if weights is not None:
        yield {"activation": activation, "pooling": pooling, "weights": packed_weights(weights)}
        return
    if (activation, pooling) not in LENETS:
        known = " and ".join(map(repr, LENETS))
        raise ValueError(f"LenetPlayground: the package has weights of {known} only; give your own")
    for number, names in enumerate(LENETS):
        if alone and names != (activation, pooling):
            continue
        weights = packed_weights(trained_lenet(*names)[1], _BITS if number else {})
        yield {"activation": names[0], "pooling": names[1], "weights": weights}
