"""Add a GPU's rows to the forms of convolution: ``python -m benchmarks.gpu_forms``.

`benchmarks.convolution` times one convolution in loops, as im2col, by FFT, by Winograd and in PyTorch on a CPU. Here
the same numbers go through unfold, our Triton kernel and cuDNN on a GPU, and their rows join the others in
``results/convolution-forms.json``; each says on what and when it was measured. ``--rehearse`` does it on the CPU, with
a corner of the numbers.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks import record
from benchmarks.gpu_problems import triton_runs
from benchmarks.gpu_timing import race, tensor_float_32
from cnnlib import gpu, vectorized
from cnnlib.training import pick_device

NAME = "convolution-forms"
BOOK = Path(__file__).parent.parent / "results"
FORMS = {"unfold on a GPU": "unfold", "Triton": "triton", "cuDNN": "cudnn"}


def rows(about, device, *, corner=slice(None)):
    """Return the row of each form on a device, in float32 without TensorFloat-32, against float64.

    ``corner`` says which images, channels, filters, rows and columns to keep.
    """
    random = np.random.RandomState(0)
    # As `benchmarks.convolution.forms` draws them.
    x, weight = (random.standard_normal(about["shape"][name]).astype(np.float32) for name in ("x", "weight"))
    x, weight, padding = x[(corner,) * 4], weight[corner, corner], about["shape"]["padding"]
    exact = vectorized.conv2d(x.astype(np.float64), weight.astype(np.float64), padding=padding, algorithm="im2col")
    tensors = [torch.from_numpy(array).to(device) for array in (x, weight)]
    tensor_float_32(False)
    torch.backends.cudnn.benchmark = True
    algorithms = [(form, name) for form, name in FORMS.items() if name != "triton" or triton_runs(device)]
    calls = {form: partial(gpu.conv2d, *tensors, padding=padding, algorithm=name) for form, name in algorithms}
    now = record.circumstances()
    where = {name: now[name] for name in ("gpu", "date", "versions")}
    found = list(race({}, calls, torch.from_numpy(exact).to(device), device))
    return [{"form": row.pop("contender"), **row, **where} for row in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rehearse", action="store_true", help="on the CPU")
    options = parser.parse_args()
    known = json.loads((BOOK / f"{NAME}.json").read_text(encoding="utf-8"))
    corner = slice(5 if options.rehearse else None)
    found = rows(known, pick_device("cpu" if options.rehearse else "cuda"), corner=corner)
    for row in found:
        print(row["form"], row["failure"] or f"{row['milliseconds']:.4f} ms, error {row['largest_relative_error']:.0e}")
    # The head of the record goes on describing the other rows.
    known["results"] = [row for row in known["results"] if row["form"] not in FORMS]
    known["results"] += [row for row in found if not row["failure"]]
    print(f"written to {record.write(NAME, known)}")
    if failures := [row["form"] for row in found if row["failure"]]:
        raise SystemExit(f"not measured: {', '.join(failures)}")


if __name__ == "__main__":
    main()
