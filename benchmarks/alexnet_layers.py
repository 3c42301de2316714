"""Time AlexNet's layers against the roofline of the machine: ``python -m benchmarks.alexnet_layers``.

Writes ``results/alexnet-layers-cpu.json``, or with ``--device cuda`` ``results/alexnet-layers-gpu.json``: the rate of a
matrix product and of a copy, and the seconds of every layer of the network of 2012, forward, at some batch sizes. All
in single precision; on a CPU with one thread.
"""

import argparse

import torch

from benchmarks.record import write_record
from cnnlib.experiments.alexnet.roofline import copy_rate, layer_seconds
from cnnlib.models.catalogue import alexnet2012
from cnnlib.timing import matrix_rate

# Large enough that the device is busy and its caches do not hold the copy.
SIZES = {"cpu": (2048, 2**25), "cuda": (8192, 2**28)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=SIZES, default="cpu")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--runs", type=int, default=5, help="the fastest counts")
    options = parser.parse_args()
    torch.set_num_threads(1)
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
