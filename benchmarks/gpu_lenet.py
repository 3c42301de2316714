"""Train LeNet on the full MNIST as captured CUDA graphs: ``python -m benchmarks.gpu_lenet``.

Writes ``results/gpu-lenet.json``: seconds of training and test accuracy, for some ways to launch and to round the same
arithmetic, and five seeds. Seconds run from the first step asked for to the last one done; copying the data to the GPU,
compiling and capturing are told apart. The recipe was chosen on the last 5,000 of the training digits: ``--validate``
trains on the others and judges by those. ``--rehearse`` takes a few steps on the CPU.
"""

import argparse
import time
from dataclasses import asdict, replace

import torch

from benchmarks.captured import CapturedTraining
from benchmarks.gpu_timing import one_line, tensor_float_32
from benchmarks.record import write_record
from cnnlib.data import Split, as_float, mnist
from cnnlib.models.catalogue import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe, pick_device

# Of the held-out training digits it gets 99.22 to 99.32 % right, with four seeds; six epochs gave 99.10 %, with one.
RECIPE = Recipe(epochs=8, batch_size=1000, learning_rate=0.015)
SHIFT, HELD_OUT = 1, 5_000
# Name, captured, compiled, precision, and how many seeds: without a graph one is enough to see the difference. What is
# safe comes first, then what is fast: time may be up.
EXECUTIONS = (
    ("captured", True, False, "tf32", None),
    ("captured, compiled", True, True, "bfloat16", None),
    ("captured, compiled", True, True, "tf32", None),
    ("captured", True, False, "bfloat16", None),
    ("captured", True, False, "float32", None),
    ("eager", False, False, "tf32", 1),
)


def parts(digits, *, validate=False, few=None):
    """Return the digits to train on and those to judge by."""
    train, test = digits.train, digits.test
    if validate:
        last = slice(-HELD_OUT, None)
        train, test = (Split(train.images[part], train.labels[part]) for part in (slice(-HELD_OUT), last))
    return [(as_float(split.images[:few]), split.labels[:few]) for split in (train, test)]


def runs(execution, train, test, recipe, seeds, device):
    """Prepare one execution, and yield a row for each seed."""
    name, captured, compiled, precision, most = execution
    tensor_float_32(precision == "tf32")
    torch.backends.cudnn.benchmark = True
    start = time.perf_counter()
    run = CapturedTraining(
        LeNet("relu", "max"),
        *train,
        recipe,
        device=str(device),
        shift=SHIFT,
        precision="bfloat16" if precision == "bfloat16" else "float32",
        compiled=compiled and device.type == "cuda",
        captured=captured and device.type == "cuda",
    )
    run.prepare()
    wait(device)
    preparation = time.perf_counter() - start
    images, labels = (torch.tensor(array, device=device) for array in test)
    for seed in range(seeds)[:most]:
        run.restart(seed)
        wait(device)
        start = time.perf_counter()
        losses = run.train()
        wait(device)
        yield {
            "execution": name,
            "precision": precision,
            "seed": seed,
            "epochs": recipe.epochs,
            "steps": recipe.epochs * run.steps,
            "seconds": time.perf_counter() - start,
            "preparation_seconds": round(preparation, 2),
            "test_accuracy": accuracy(run.network, images, labels),
            "train_loss": float(losses.mean()),
        }


def wait(device):
    """Wait until a device has done all that it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize()


@torch.no_grad()
def accuracy(network, images, labels):
    """Return the share of right answers, in single precision."""
    network.eval()
    right = [(network(x).argmax(1) == y).sum() for x, y in zip(images.split(1000), labels.split(1000), strict=True)]
    return float(sum(right)) / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--validate", action="store_true", help="judge by 5,000 of the training digits")
    parser.add_argument("--seconds", type=float, default=300, help="begin no other execution after so long")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--rehearse", action="store_true", help="a few steps, on the CPU")
    options = parser.parse_args()
    end = time.perf_counter() + options.seconds
    device = pick_device("cpu" if options.rehearse else options.device)
    recipe, few, seeds = RECIPE, None, options.seeds
    if options.rehearse:
        recipe, few, seeds = replace(RECIPE, epochs=1, batch_size=50), 200, 2
    architecture = lenet("relu", "max")
    train, test = parts(mnist(full=not options.rehearse), validate=options.validate, few=few)
    # On a CPU there is nothing to capture, and the executions differ in rounding alone.
    executions = EXECUTIONS if device.type == "cuda" else [EXECUTIONS[3], EXECUTIONS[-1]]
    rows, failures, path = [], [], None
    for execution in executions:
        if time.perf_counter() > end:
            break
        try:
            for row in runs(execution, train, test, recipe, seeds, device):
                rows.append(row)
                told = f"{row['seconds']:.3f} s of training after {row['preparation_seconds']} s to prepare"
                print(*execution[:4:3], f"seed {row['seed']}: {row['test_accuracy']:.4f}, {told}", flush=True)
        except Exception as error:
            wait(device)  # raises the same again where the device is lost
            failures.append(f"{execution[0]}, {execution[3]}: {one_line(error)}")
            print(failures[-1], flush=True)
        path = write_record(
            "gpu-lenet",
            "python -m benchmarks.gpu_lenet" + (" --rehearse" if options.rehearse else f" --seeds {options.seeds}"),
            rows,
            data="MNIST, 55,000 and 5,000 training digits" if options.validate else "MNIST",
            n=seeds,
            network=architecture.name,
            parameters=sum(row.parameters for row in architecture.trace()),
            recipe=asdict(recipe) | {"shift": SHIFT},
            complete=execution == executions[-1],
            failures=failures,
        )
    print(f"written to {path}")
    if failures:
        raise SystemExit(f"not measured: {'; '.join(failures)}")


if __name__ == "__main__":
    main()
