"""Time AlexNet's layers against the roofline of the machine: ``python -m benchmarks.alexnet_layers``.

Writes ``results/alexnet-layers-cpu.json``, or with ``--device cuda`` ``results/alexnet-layers-gpu.json``: the rate of a
matrix product and of a copy, and the seconds of every layer of the network of 2012, forward, at some batch sizes. All
in single precision; on a CPU with one thread. With ``--norm`` it writes ``results/alexnet-norm.json`` instead: how long
the first normalisation takes for 128 images at once, in sixteen parts, and for eight images.
"""

import argparse
from functools import partial

import torch

from benchmarks.record import write_record
from cnnlib import gpu
from cnnlib.experiments.alexnet.roofline import copy_rate, layer_seconds
from cnnlib.models.catalogue import alexnet2012
from cnnlib.timing import matrix_rate, timed

# Large enough that the device is busy and its caches do not hold the copy.
SIZES = {"cpu": (2048, 2**25), "cuda": (8192, 2**28)}


def norm_seconds(runs):
    """Return how long AlexNet's first normalisation takes on a CPU, in one piece and in parts of eight images."""
    row = next(row for row in alexnet2012().trace() if row.name == "norm1")
    maps, layer = torch.rand(128, *row.input_shape), row.layer
    norm = partial(gpu.local_response_norm, size=layer.size, alpha=layer.alpha, beta=layer.beta, k=layer.k)
    works = {
        "128 images": lambda: norm(maps),
        "16 parts": lambda: [norm(part) for part in maps.split(8)],
        "8 images": lambda: norm(maps[:8]),
    }
    with torch.no_grad():
        return {name: min(timed(work, runs=runs)) for name, work in works.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=SIZES, default="cpu")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--runs", type=int, default=5, help="the fastest counts")
    parser.add_argument("--norm", action="store_true", help="time the first normalisation only")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.norm:
        command = f"python -m benchmarks.alexnet_layers --norm --runs {options.runs}"
        path = write_record("alexnet-norm", command, norm_seconds(options.runs), n=options.runs)
        print(f"written to {path}")
        return
    torch.backends.cudnn.allow_tf32 = False  # or convolutions would be rounded where the matrix product is not
    device, runs = options.device, options.runs
    size, numbers = SIZES[device]
    architecture = alexnet2012()
    peaks, rates, batches = [], [], {}
    for batch in options.batches:
        # Anew beside each batch, so that a busy minute lowers neither the roof alone nor the layers alone.
        peaks.append(2 * matrix_rate(device, size=size, runs=runs))
        rates.append(copy_rate(device=device, numbers=numbers, runs=runs))
        batches[batch] = seconds = layer_seconds(architecture, batch, device=device, runs=runs)
        summary = f"{peaks[-1] / 1e9:.1f} GFLOP/s, {rates[-1] / 1e9:.1f} GB/s"
        print(f"batch {batch}: {sum(seconds.values()):.3f} s, {summary}", flush=True)
    results = {"peak": max(peaks), "bandwidth": max(rates), "batches": batches}
    sizes = " ".join(map(str, options.batches))
    path = write_record(
        f"alexnet-layers-{'gpu' if device == 'cuda' else 'cpu'}",
        f"python -m benchmarks.alexnet_layers --device {device} --batches {sizes} --runs {runs}",
        results,
        data="random numbers in single precision",
        n=runs,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()
