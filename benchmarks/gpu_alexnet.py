"""Measure how fast a GPU trains AlexNet on synthetic pictures: ``python -m benchmarks.gpu_alexnet``.

Writes ``results/gpu-alexnet.json``, anew after every measurement: pictures a second, floating-point operations a second
by the counted multiply-adds, and their share of the rate of a matrix product on the same card in the same run; for the
two AlexNets of the book and torchvision's, eager and compiled, at some batch sizes. ``--rehearse`` takes a few steps of
narrow networks on the CPU.
"""

import argparse
import time
from itertools import pairwise, repeat

import torch
from torch import nn

from benchmarks.gpu_timing import one_line, summarized, tensor_float_32
from benchmarks.record import write_record
from cnnlib.experiments.alexnet.roofline import copy_rate
from cnnlib.models.alexnet import AlexNet, AlexNet2012
from cnnlib.models.catalogue import alexnet_one_tower
from cnnlib.timing import matrix_rate, timed_once
from cnnlib.training import pick_device
from cnnlib.training.steps import descend

BATCHES = (1024, 256, 2048, 512)  # what matters most first: time may be up
FORWARD = 1024
EXECUTIONS = ("compiled bfloat16 channels-last", "eager bfloat16 channels-last", "eager float32")
FLOAT32 = (1024, 256)
# To compile takes longer than to measure.
COMPILED = {"AlexNet2012": BATCHES, "AlexNet": (1024, 256), "torchvision AlexNet": (1024,)}
# Of which matrix product the share is: PyTorch, as it comes, convolves float32 in TensorFloat-32.
RATES = {"bfloat16": (torch.bfloat16, False), "tf32": (torch.float32, True), "float32": (torch.float32, False)}
STEPS, WARM_UP = 12, 3


def reference(width=1.0):
    """Return torchvision's AlexNet and where it is from; where torchvision is missing, the same layers, written out.

    ``width`` is the share of the channels and units, for rehearsals; other than 1, the layers are always written out.
    """
    if width == 1:
        try:
            import torchvision

            return torchvision.models.alexnet(), f"torchvision {torchvision.__version__}"
        except (ImportError, RuntimeError):  # RuntimeError: built for another PyTorch
            pass
    a, b, c, d, dense = (max(1, round(width * units)) for units in (64, 192, 384, 256, 4096))
    layers = nn.Sequential(
        *(nn.Conv2d(3, a, 11, stride=4, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(a, b, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(b, c, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(c, d, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(d, d, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2)),
        *(nn.AdaptiveAvgPool2d(6), nn.Flatten()),
        *(nn.Dropout(), nn.Linear(36 * d, dense), nn.ReLU(inplace=True)),
        *(nn.Dropout(), nn.Linear(dense, dense), nn.ReLU(inplace=True)),
        nn.Linear(dense, 1000),
    )
    return layers, "the same layers, written out"


def build(name, width=1.0):
    """Return a network, where it is from, and its architecture, which counts what it computes."""
    if name == "torchvision AlexNet":
        return *reference(width), alexnet_one_tower(width=width)
    network = {"AlexNet2012": AlexNet2012, "AlexNet": AlexNet}[name](width=width)
    return network, "cnnlib", network.architecture


def multiply_adds(architecture, which):
    """Count the multiply-adds of a pass for one picture.

    Backwards, each occurs twice, for the gradients of input and weights; in the first layer once, for no one asks for
    the gradient of a picture.
    """
    counts = [report.multiply_adds for report in architecture.trace()]
    return sum(counts) if which == "forward" else 3 * sum(counts) - counts[0]


def plan():
    """Yield (network, execution, pass, batch), what matters most first."""
    for batch in BATCHES:
        measured = {
            "compiled bfloat16 channels-last": [name for name, batches in COMPILED.items() if batch in batches],
            "eager bfloat16 channels-last": COMPILED,
            "eager float32": COMPILED if batch in FLOAT32 else (),
        }
        for network in COMPILED:
            for execution in EXECUTIONS:
                if network in measured[execution]:
                    yield network, execution, "training step", batch
        if batch == FORWARD:
            yield from ((network, execution, "forward", batch) for network in COMPILED for execution in EXECUTIONS)


def work_of(network, execution, which, batch, side, device, *, backend="inductor"):
    """Return a function of nothing that takes one training step, or one forward pass."""
    half = "bfloat16" in execution
    layout = torch.channels_last if "channels-last" in execution else torch.contiguous_format
    network.to(device, memory_format=layout).train(which != "forward")
    x = torch.randn(batch, 3, side, side, device=device).contiguous(memory_format=layout)
    labels = torch.arange(batch, device=device) % 1000

    def logits():
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            return network(x)

    def loss():
        return nn.functional.cross_entropy(logits().float(), labels)

    call = logits if which == "forward" else loss
    if "compiled" in execution:
        torch.compiler.reset()  # or what was compiled before counts against a limit, and then nothing is compiled
        call = torch.compile(call, dynamic=False, backend=backend)
    if which == "forward":
        return torch.no_grad()(call)
    optimizer = torch.optim.SGD(network.parameters(), momentum=0.9, fused=device.type == "cuda")
    learning = descend(optimizer, repeat(None), repeat(1e-3), lambda _: call().backward())
    return lambda: next(learning)


def times_of(work, device, steps):
    """Return the milliseconds of each of some runs, one asked for right after the other, and of the first ones."""
    begin = time.perf_counter()
    for _ in range(WARM_UP if device.type == "cuda" else 1):
        work()
    if device.type != "cuda":
        return [1e3 * timed_once(work) for _ in range(2)], time.perf_counter() - begin
    torch.cuda.synchronize()
    first = time.perf_counter() - begin
    events = [torch.cuda.Event(enable_timing=True) for _ in range(steps + 1)]
    events[0].record()
    for event in events[1:]:
        work()
        event.record()
    torch.cuda.synchronize()
    return [start.elapsed_time(end) for start, end in pairwise(events)], first


def row_of(task, built, device, rates, *, backend="inductor"):
    """Measure one of the plan's tasks on what `build` returned, and return its row."""
    name, execution, which, batch = task
    network, source, architecture = built
    adds = multiply_adds(architecture, which)
    row = {
        "network": name,
        "source": source,
        "execution": execution,
        "pass": which,
        "batch": batch,
        "multiply_adds": adds,
    }
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    tensor_float_32(False)
    torch.backends.cudnn.allow_tf32 = True  # as PyTorch comes
    try:
        side = architecture.input_shape[1]
        work = work_of(network, execution, which, batch, side, device, backend=backend)
        times, first = times_of(work, device, STEPS)
    except Exception as error:
        if device.type == "cuda":
            torch.cuda.synchronize()  # raises the same again where the device is lost
        numbers = ("seconds", "quartiles", "n", "images_per_second", "flops_per_second", "share_of_matrix_product")
        nothing = dict.fromkeys((*numbers, "peak_memory_bytes", "preparation_seconds"))
        return row | nothing | {"failure": one_line(error)}
    spread = summarized(times)
    seconds = spread["milliseconds"] / 1e3
    rate = 2 * batch * adds / seconds
    return row | {
        "seconds": seconds,
        "quartiles": [value / 1e3 for value in spread["quartiles"]],
        "n": spread["n"],
        "images_per_second": batch / seconds,
        "flops_per_second": rate,
        "share_of_matrix_product": rate / rates["bfloat16" if "bfloat16" in execution else "tf32"],
        "peak_memory_bytes": torch.cuda.max_memory_allocated() if device.type == "cuda" else None,
        "preparation_seconds": round(first, 2),
        "failure": None,
    }


def matrix_rates(device, size):
    """Return the operations a second of a square matrix product, by its format."""
    rates = {}
    for name, (dtype, tensor_float) in RATES.items():
        tensor_float_32(tensor_float)
        rates[name] = 2 * matrix_rate(device, dtype, size=size, seconds=0.3)
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=110, help="begin no other measurement after so long")
    parser.add_argument("--rehearse", action="store_true", help="a few steps of narrow networks, on the CPU")
    options = parser.parse_args()
    end = time.perf_counter() + options.seconds
    device = pick_device("cpu" if options.rehearse else "cuda")
    torch.backends.cudnn.benchmark = True
    tasks, how = list(plan()), {}
    if options.rehearse:
        tasks = [(*task[:3], 2) for task in tasks if task[3] == FORWARD and ("compiled" not in task[1])]
        tasks.append(("AlexNet2012", EXECUTIONS[0], "training step", 2))
        how = {"backend": "eager"}
    rates = matrix_rates(device, 128 if options.rehearse else 8192)
    copied = copy_rate(device=device, numbers=2**16 if options.rehearse else 2**28)
    built = {name: build(name, 0.02 if options.rehearse else 1.0) for name in COMPILED}
    rows, path = [], None
    for task in tasks:
        if time.perf_counter() > end:
            break
        rows.append(row := row_of(task, built[task[0]], device, rates, **how))
        told = (
            row["failure"]
            or f"{row['images_per_second']:,.0f} images/s, {row['share_of_matrix_product']:.0%} of the rate"
        )
        print(*task, told, flush=True)
        if device.type == "cuda":
            torch.cuda.empty_cache()
        path = write_record(
            "gpu-alexnet",
            "python -m benchmarks.gpu_alexnet" + (" --rehearse" if options.rehearse else ""),
            {"matrix_product": rates, "copy": copied, "networks": rows},
            data="normal random numbers",
            n=f"{STEPS} steps in a row",
            complete=len(rows) == len(tasks),
            counted="2 FLOPs a multiply-add; backwards twice as many, once in the first layer",
        )
    print(f"{len(rows)} of {len(tasks)} measurements; written to {path}")


if __name__ == "__main__":
    main()
