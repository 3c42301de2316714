"""Train and round the three networks that the Equivariance chapter's dial runs: ``python -m benchmarks.dial``.

Writes ``cnnlib/playground/dial.safetensors``, which has the networks, ten digits and what was read at every angle and
shift, and the record ``results/equivariance-dial.json``. The rates are those that ``benchmarks.equivariance`` chose for
2,400 steps; the number of bits was chosen on validation digits, which the record lists.
"""

import json

import numpy as np
import torch

from benchmarks.equivariance import DATA, split, validated
from benchmarks.record import RESULTS, write_record
from cnnlib.data import mnist
from cnnlib.experiments.equivariance import rotation
from cnnlib.experiments.equivariance.shifts import moved
from cnnlib.models.rounding import restored, rounded
from cnnlib.models.storage import save_tensors
from cnnlib.playground import dial
from cnnlib.training import evaluate

# Of `rotation.READERS`, and whether it is shown turned digits.
NETWORKS = {"plain": ("plain", False), "turned": ("plain", True), "group": ("group", False)}
STEPS, SEED = 2400, 0
TRIED = (3, 4, 5, 6, 8)  # bits


def in_bits(network, bits):
    """Round a reader's weights in place; return them layer by layer, as whole numbers, scales and biases."""
    layers = {}
    weights = [*network.weights, network.readout]
    biases = [*network.biases, network.readout_bias]
    for layer, weight, bias in zip(dial.READER_LAYERS, weights, biases, strict=True):
        whole, scale = rounded(weight.detach().numpy(), bits)
        with torch.no_grad():
            weight.copy_(torch.from_numpy(restored(whole, scale)))
        layers[layer] = {"whole": whole, "scale": scale, "bias": bias.detach().numpy()}
    return layers


def main():
    torch.set_num_threads(1)
    train, validation, test = split(mnist(full=True))
    some, labels = test[0][:1000], test[1][:1000]
    chosen = json.loads((RESULTS / "equivariance-rotation.json").read_text(encoding="utf-8"))["results"]
    ten = [int(np.argmax(test[1] == digit)) for digit in range(10)]
    tensors = {"digits": np.rint(dial.GRAYS * test[0][ten, 0]).astype(np.uint8)}
    curves, results = {"by_angle": [], "by_move": []}, []
    for name, (kind, turned) in NETWORKS.items():
        what = {"network": kind, "turned": turned, "steps": STEPS, "seed": SEED, "tested": True}
        [rate] = [row["rate"] for row in chosen if what.items() <= row.items()]
        network = rotation.trained_turner(kind, train, steps=STEPS, rate=rate, turned=turned, seed=SEED)
        whole = {key: value.clone() for key, value in network.state_dict().items()}
        row = {"network": name, "rate": rate, "validation": validated(network, turned, validation), "rounded": {}}
        for bits in (*TRIED, dial.DIAL_BITS):
            network.load_state_dict(whole)
            layers = in_bits(network, bits)
            row["rounded"][str(bits)] = validated(network, turned, validation)
        for layer, parts in layers.items():
            tensors |= {f"{name}.{layer}.{part}": values for part, values in parts.items()}
        by_angle = rotation.accuracy_by_angle(network, (some, labels), dial.ANGLES)
        shifts = range(-dial.REACH, dial.REACH + 1)
        by_move = [evaluate(network, moved(some, columns=n), labels).accuracy for n in shifts]
        for curve, values in (("by_angle", by_angle), ("by_move", by_move)):
            curves[curve].append(np.rint(1000 * np.array(values)).astype(np.int16))
            row[curve] = curves[curve][-1].tolist()
        results.append(row)
        print(row, flush=True)
    tensors |= {name: np.stack(rows) for name, rows in curves.items()}
    save_tensors(dial.DIAL_FILE, tensors, kind="dial", about={"bits": dial.DIAL_BITS})
    write_record(
        "equivariance-dial",
        "python -m benchmarks.dial",
        results,
        data=DATA,
        bits=dial.DIAL_BITS,
        angles=dial.ANGLES,
        n=1,
    )


if __name__ == "__main__":
    main()
