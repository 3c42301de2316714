"""Keep the account of ``benchmarks/gpu.sh``: ``python -m benchmarks.gpu_report add … | check | has-cifar``.

``add PART STATUS EXIT SECONDS LIMIT`` writes down how a part ended, in ``gpu-run.json``; ``check`` looks through the
records of the parts that ended well, prints their figures, and fails where a part or a record does; ``has-cifar`` fails
where CIFAR-10 is not at hand. Needs neither PyTorch nor a GPU.
"""

import argparse
import datetime
import json
import sys
from statistics import median

from benchmarks import record

RUN = "gpu-run"
ROW = {"milliseconds", "quartiles", "n", "largest_relative_error", "failure", "contender", "pass", "format", "layout"}
# What we aim for, by the title under which it is reported.
TARGETS = {
    "cuDNN over Triton: all passes": 1.0,
    "four calls over the fused block: forward": 1.3,
    "LeNet: least test accuracy": 0.99,
    "LeNet: seconds of training": 0.25,
    "AlexNet2012: share of the matrix product": 0.5,
    "AlexNet2012 over torchvision, eager": 2.0,
}
AT_MOST = {"LeNet: seconds of training"}


def read(name):
    """Return a record, or None where there is none."""
    path = record.RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def add(part, status, code, seconds, limit):
    """Write down how a part ended, in place of what was known of it."""
    known = read(RUN) or {"results": []}
    row = {"part": part, "status": status, "exit": code, "seconds": seconds, "limit": limit}
    rows = [other for other in known["results"] if other["part"] != part] + [row]
    command = "sh benchmarks/gpu.sh"
    record.write(RUN, {"command": command, "date": datetime.date.today().isoformat(), "results": rows})


def kernels(results):
    """Return the figures of gpu-kernels, and what is wrong with it."""
    faults = []
    for kind, own in (
        ("convolutions", {"shape", "x", "weight", "multiply_adds"}),
        ("blocks", {"pool"}),
        ("layers", {"layer"}),
    ):
        rows = results[kind]
        faults += [] if rows else [f"no {kind}"]
        faults += [
            f"a row of {kind} lacks {sorted((ROW | own) - set(row))}" for row in rows if not ROW | own <= set(row)
        ]
        faults += [f"{_name(row)}: {row['failure']}" for row in rows if _unexpected(row.get("failure"))]
    return {title: value for title, value in results["summary"].items() if value is not None}, faults


def _unexpected(failure):
    return failure is not None and "left out" not in failure


def _name(row):
    return " ".join(str(row[key]) for key in ("shape", "layer", "format", "layout", "pass", "contender") if key in row)


def forms(results):
    """Return the figures of convolution-forms, and what is wrong with it."""
    found = {row["form"]: row["milliseconds"] for row in results}
    wanted = ("loops", "im2col", "FFT", "Triton", "cuDNN", "unfold on a GPU")
    return {}, [f"no row of {form}" for form in wanted if form not in found]


def lenet(rows):
    """Return the figures of gpu-lenet, and what is wrong with it."""
    ways = {}
    for row in rows:
        ways.setdefault((row["execution"], row["precision"]), []).append(row)
    if not ways:
        return {}, ["no runs"]
    # The way is chosen by its time alone; what the test digits say is then reported.
    best = min(ways, key=lambda way: median(row["seconds"] for row in ways[way]))
    figures = {
        "LeNet: seconds of training": median(row["seconds"] for row in ways[best]),
        "LeNet: least test accuracy": min(row["test_accuracy"] for row in ways[best]),
    }
    return figures, []


def alexnet(results):
    """Return the figures of gpu-alexnet, and what is wrong with it."""
    rows = [row for row in results["networks"] if row["pass"] == "training step"]
    faults = [
        f"{row['network']} {row['execution']} {row['batch']}: {row['failure']}"
        for row in results["networks"]
        if row["failure"]
    ]
    speeds = {(row["network"], row["execution"], row["batch"]): row for row in rows if not row["failure"]}
    figures = {}
    for (network, execution, batch), row in speeds.items():
        if network == "AlexNet2012" and execution.startswith("compiled"):
            share = row["share_of_matrix_product"]
            title = "AlexNet2012: share of the matrix product"
            figures[title] = max(share, figures.get(title, 0))
            other = speeds.get(("torchvision AlexNet", "eager bfloat16 channels-last", batch))
            if other:
                title = "AlexNet2012 over torchvision, eager"
                figures[title] = max(row["images_per_second"] / other["images_per_second"], figures.get(title, 0))
    return figures, faults + ([] if speeds else ["no training steps"])


def layers(results):
    """Return nothing, and what is wrong with a record of AlexNet's layers."""
    return {}, [f"no {key}" for key in ("peak", "bandwidth", "batches") if not results[key]]


def cifar(results):
    """Return the figure of alexnet-cifar."""
    return {"CIFAR-10: test accuracy": results["test_accuracy"]}, []


# By part: its record, on a GPU and in a rehearsal (None: none is written), and who judges it.
RECORDS = {
    "kernels": ("gpu-kernels", "gpu-kernels", kernels),
    "forms": ("convolution-forms", "convolution-forms", forms),
    "lenet": ("gpu-lenet", "gpu-lenet", lenet),
    "alexnet": ("gpu-alexnet", "gpu-alexnet", alexnet),
    "layers": ("alexnet-layers-gpu", "alexnet-layers-cpu", layers),
    "cifar": ("alexnet-cifar", None, cifar),
}


def check(rehearsed):
    """Print what was measured and what went wrong; return how much did."""
    faults, run = [], read(RUN)
    for row in run["results"] if run else []:
        part, status = row["part"], row["status"]
        if status not in ("ok", "skipped"):
            faults.append(f"{part}: {status} after {row['seconds']} s, exit status {row['exit']}")
        if part not in RECORDS or status == "skipped":
            continue
        *names, judge = RECORDS[part]
        name = names[1 if rehearsed else 0]
        if name is None:
            continue
        found = read(name)
        if found is None:
            faults.append(f"{part}: no {name}.json")
            continue
        figures, wrong = judge(found["results"])
        if rehearsed:
            figures = {}
        else:
            wrong += [] if found.get("gpu") or part == "forms" else ["not measured on a GPU"]
        if not found.get("complete", True):
            print(f"{name}: not complete, for the time was up")
        faults += [f"{name}: {fault}" for fault in wrong]
        for title, value in figures.items():
            print(f"{title}: {value:.3f}{_verdict(title, value)}")
    for fault in faults:
        print(f"! {fault}")
    print("every part did what it should" if not faults else f"{len(faults)} faults")
    return len(faults)


def _verdict(title, value):
    if title not in TARGETS:
        return ""
    target, most = TARGETS[title], title in AT_MOST
    met = value <= target if most else value >= target
    return f" (target: at {'most' if most else 'least'} {target:g}, {'met' if met else 'missed'})"


def has_cifar():
    """Tell whether CIFAR-10 can be read without fetching it."""
    from cnnlib.data.cifar import ARCHIVE, JPEG_EDITION
    from cnnlib.data.files import find

    return find(ARCHIVE) is not None or find(JPEG_EDITION) is not None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    part = commands.add_parser("add", help="write down how a part ended")
    for name, kind in (("part", str), ("status", str), ("exit", int), ("seconds", int), ("limit", int)):
        part.add_argument(name, type=kind)
    commands.add_parser("check", help="look through the records").add_argument("--rehearse", action="store_true")
    commands.add_parser("has-cifar", help="tell by the exit status whether CIFAR-10 is there")
    options = parser.parse_args()
    if options.command == "add":
        add(options.part, options.status, options.exit, options.seconds, options.limit)
    elif options.command == "check":
        sys.exit(1 if check(options.rehearse) else 0)
    else:
        sys.exit(0 if has_cifar() else 1)


if __name__ == "__main__":
    main()
