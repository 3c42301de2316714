"""Train and round the LeNet-5 that one walks through: ``python -m benchmarks.lenet5_walk``.

Writes ``cnnlib/playground/lenet5.safetensors`` and the record ``results/lenet5-walk.json``. It is the recipe "LeNet-5,
distorted digits" of `cnnlib.experiments.lenet5.published` on 55,000 digits. The number of bits was chosen on the 5,000
validation digits, which the record lists; the test digits are read once before rounding and once after it.

``python -m benchmarks.lenet5_walk nearest`` trains nothing and measures anew, with the stored weights, how far the
nearest bitmap is from what F6 paints of 1,000 validation digits and of 1,000 images of noise. `FAR` of the playground
was chosen by it: 99 % of the digits lie nearer.
"""

import json
import sys

import numpy as np
import torch

from benchmarks.record import RESULTS, write, write_record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5.published import train_as_published
from cnnlib.models.lenet5 import lenet5_images
from cnnlib.models.rounding import restored, rounded
from cnnlib.models.storage import save_tensors
from cnnlib.playground import lenet5
from cnnlib.training import evaluate

RECIPE = "LeNet-5, distorted digits"
# Bits of a weight in C5, in F6, and in the other layers.
TRIED = ((8, 8, 8), (5, 6, 6), (4, 5, 6), (4, 4, 6), (3, 4, 6), (3, 3, 6))


def in_bits(network, bits):
    """Round a LeNet-5's weights in place; return them layer by layer, as whole numbers, scales and biases."""
    tensors = {}
    for name in lenet5.BITS:
        layer = getattr(network, name)
        weight = layer.weight.detach().numpy()
        # A weight of a subsampling layer is a unit's only one.
        whole, scale = rounded(weight.reshape(len(weight), -1), bits[name])
        shape = weight.shape if weight.ndim > 1 else (len(weight), 1)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(restored(whole, scale).reshape(weight.shape)))
        tensors |= {f"{name}.whole": whole.reshape(shape), f"{name}.scale": scale}
        tensors[f"{name}.bias"] = layer.bias.detach().numpy().copy()
    return tensors


def nearest(digits):
    """Return the distances of the nearest bitmaps, for digits of shape (N, 1, 28, 28) and for noise, in a few numbers.

    Noise is of two kinds: pixels drawn evenly from paper to ink, and each digit's own pixels in a random order.
    """
    rng = np.random.RandomState(0)
    kinds = {
        "digits": digits,
        "noise": rng.uniform(size=digits.shape),
        "shuffled": np.array([rng.permutation(digit.ravel()).reshape(digit.shape) for digit in digits]),
        "empty": np.zeros((1, *digits.shape[1:])),
    }
    found = {"far": lenet5.FAR}
    for name, images in kinds.items():
        distances = lenet5.activations(images.astype(float))["output"].min(axis=1)
        quantiles = {str(q): round(float(np.quantile(distances, q)), 2) for q in (0, 0.01, 0.5, 0.99, 1)}
        found[name] = {"n": len(images), "nearer": int((distances < lenet5.FAR).sum()), "quantiles": quantiles}
    return found


def nearest_anew():
    record = json.loads((RESULTS / "lenet5-walk.json").read_text(encoding="utf-8"))
    record["results"]["nearest"] = nearest(as_float(mnist(full=True).train.images[55_000:56_000]))
    write("lenet5-walk", record)
    print(record["results"]["nearest"])


def main():
    torch.set_num_threads(1)
    digits = mnist(full=True)
    images, labels = as_float(digits.train.images), digits.train.labels
    train, validation = (images[:55_000], labels[:55_000]), (images[55_000:], labels[55_000:])
    test = as_float(digits.test.images), digits.test.labels
    network, row = train_as_published(RECIPE, train, validation, seed=0)
    whole = {name: value.clone() for name, value in network.state_dict().items()}

    def accuracy(images, labels):
        return evaluate(network, lenet5_images(images), labels).accuracy

    before = {"recipe": RECIPE, "seed": 0, "validation": row["accuracy"], "test": accuracy(*test)}
    tried = []
    for c5, f6, others in TRIED:
        network.load_state_dict(whole)
        in_bits(network, dict.fromkeys(lenet5.BITS, others) | {"c5": c5, "f6": f6})
        tried.append({"c5": c5, "f6": f6, "others": others, "validation": accuracy(*validation)})
        print(tried[-1], flush=True)
    network.load_state_dict(whole)
    tensors = in_bits(network, lenet5.BITS)
    after = {"bits": lenet5.BITS, "validation": accuracy(*validation), "test": accuracy(*test)}
    chosen = [int(np.argmax(test[1] == digit)) for digit in lenet5.TO_BEGIN_WITH]
    tensors["digits"] = digits.test.images[chosen, 0]
    save_tensors(lenet5.WALK_FILE, tensors, kind="lenet5_walk", about={"recipe": RECIPE})
    data = "MNIST: 55,000 digits to train on, 5,000 to choose the bits, 10,000 test digits"
    results = {"before": before, "tried": tried, "after": after, "nearest": nearest(validation[0][:1000])}
    write_record("lenet5-walk", "python -m benchmarks.lenet5_walk", results, data=data, n=1)
    print(before, after)


if __name__ == "__main__":
    nearest_anew() if sys.argv[1:] == ["nearest"] else main()
