"""Make the table by which ``algorithm="auto"`` chooses: ``python -m benchmarks.gpu_choices``.

Reads ``results/gpu-kernels.json`` and writes ``cnnlib/gpu/choices.json``: the convolutions for which our Triton
kernels, untuned as they are by default, were faster than cuDNN on the record's GPU, by more than the spread of the
times: the upper quartile of ours lies below the lower quartile of the other's. Forward alone is one row; forward and
both gradients, a training step's, are another, judged by their sums. What is known of other GPUs stays.
"""

import json
from pathlib import Path

from benchmarks import record

TABLE = Path(__file__).parent.parent / "cnnlib" / "gpu" / "choices.json"
PASSES = {"forward": ("forward",), "training": ("forward", "input gradient", "weight gradient")}


def faster(measured):
    """Return the table's rows for a record."""
    times = {}
    for row in measured["results"]["convolutions"]:
        if row["contender"] in ("Triton", "cuDNN") and not row["failure"]:
            problem = tuple((name, json.dumps(row[name])) for name in ("x", "weight", "stride", "padding"))
            key = (*problem, ("format", row["format"]), ("layout", row["layout"]))
            times.setdefault(key, {})[row["contender"], row["pass"]] = row["quartiles"]
    rows = []
    for key, quartiles in times.items():
        for name, passes in PASSES.items():
            ours, other = ([quartiles.get((who, which)) for which in passes] for who in ("Triton", "cuDNN"))
            if None in ours + other or sum(high for _, high in ours) >= sum(low for low, _ in other):
                continue
            rows.append({"gpu": measured["gpu"], **_of_images(dict(key)), "pass": name})
    return rows


def _of_images(problem):
    """Write sizes as those of images, of one row for sequences, and a stride and a padding for each axis."""
    x, weight, stride, padding = (json.loads(problem[name]) for name in ("x", "weight", "stride", "padding"))
    sequence = len(x) == 3
    told = {
        "x": [*x[:2], 1, x[2]] if sequence else x,
        "weight": [*weight[:2], 1, weight[2]] if sequence else weight,
        "stride": [1 if sequence else stride, stride],
        "padding": [0 if sequence else padding, padding],
    }
    return told | {name: problem[name] for name in ("format", "layout")}


def main():
    measured = json.loads((record.RESULTS / "gpu-kernels.json").read_text(encoding="utf-8"))
    if not measured["gpu"]:
        raise SystemExit("results/gpu-kernels.json was not measured on a GPU")
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    rows = [row for row in table["faster_by_triton"] if row["gpu"] != measured["gpu"]] + faster(measured)
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    text = f' "command": {json.dumps(table["command"])},\n "faster_by_triton": [' + (f"\n{lines}\n ]" if rows else "]")
    TABLE.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
    print(f"{len(rows)} rows; written to {TABLE}")


if __name__ == "__main__":
    main()
