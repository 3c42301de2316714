"""What the records of ``benchmarks/gpu.sh`` say, as tables; what is not measured yet is said to be so."""

import json
from statistics import mean

NOT_YET = "not yet measured; `sh benchmarks/gpu.sh` measures it"


def read(path):
    """Return a record, or None where there is none.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict or None
    """
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def circumstances(record):
    """Say on what a record was taken, when, and what repeats it.

    Parameters
    ----------
    record : dict or None

    Returns
    -------
    str
    """
    if record is None:
        return NOT_YET
    versions = ", ".join(
        f"{name} {record['versions'][name]}" for name in ("torch", "triton") if name in record["versions"]
    )
    return f"{record['date']}, {record['gpu']}, {versions}\nrepeat it with: {record['command']}"


def forms(record):
    """Return multiply-adds per second of each form of one convolution, and where it ran.

    Parameters
    ----------
    record : dict
        ``results/convolution-forms.json``.

    Returns
    -------
    dict of str to (float or None, str)
        None for the forms on a GPU that the record does not have.
    """
    work = record["multiply_adds"]
    found = {
        row["form"]: (1e3 * work / row["milliseconds"], "gpu" if row.get("gpu") else "cpu") for row in record["results"]
    }
    return found | {name: (None, "gpu") for name in ("unfold on a GPU", "Triton", "cuDNN") if name not in found}


def contenders(record, *, number_format="bfloat16", layout="channels-last", direction="forward"):
    """Return the times of all contenders at each shape of ``results/gpu-kernels.json``.

    Parameters
    ----------
    record : dict
    number_format, layout, direction : str
        As the rows say ``format``, ``layout`` and ``pass``.

    Returns
    -------
    dict of str to dict of str to (float, float, float)
        By shape and contender: median and quartiles in milliseconds. What failed is left out.
    """
    found = {}
    for row in record["results"]["convolutions"]:
        if (row["format"], row["layout"], row["pass"]) == (number_format, layout, direction) and not row["failure"]:
            found.setdefault(row["shape"], {})[row["contender"]] = (row["milliseconds"], *row["quartiles"])
    return found


def kernels_table(record):
    """Write the summary of ``results/gpu-kernels.json``: one line for each geometric mean, above 1 where we are faster.

    Parameters
    ----------
    record : dict or None

    Returns
    -------
    str
    """
    if record is None:
        return NOT_YET
    summary = record["results"]["summary"]
    failed = [row for row in record["results"]["convolutions"] if row["failure"]]
    lines = [f"{title:50} {'not measured' if value is None else f'{value:.2f}'}" for title, value in summary.items()]
    return "\n".join([*lines, f"rows that failed: {len(failed)}", circumstances(record)])


def lenet_table(record):
    """Write ``results/gpu-lenet.json``: seconds of training and accuracy for each way to run it.

    Parameters
    ----------
    record : dict or None

    Returns
    -------
    str
    """
    if record is None:
        return NOT_YET
    ways = {}
    for row in record["results"]:
        ways.setdefault((row["execution"], row["precision"]), []).append(row)
    lines = ["execution          precision | seeds | seconds: mean, worst | preparation | accuracy: mean, worst"]
    for (execution, precision), rows in ways.items():
        seconds, accuracy = ([row[key] for row in rows] for key in ("seconds", "test_accuracy"))
        prepared = mean(row["preparation_seconds"] for row in rows)
        lines.append(
            f"{execution:18} {precision:9} | {len(rows):5} | {mean(seconds):13.3f}, {max(seconds):5.3f} "
            f"| {prepared:11.1f} | {mean(accuracy):14.2%}, {min(accuracy):.2%}"
        )
    return "\n".join([*lines, circumstances(record)])


def alexnet_table(record):
    """Write ``results/gpu-alexnet.json``: images per second of a training step, and the share of the matrix product.

    Parameters
    ----------
    record : dict or None

    Returns
    -------
    str
    """
    if record is None:
        return NOT_YET
    rate = record["results"]["matrix_product"]["bfloat16"]
    lines = [
        f"matrix product in bfloat16: {rate / 1e12:.0f} TFLOP/s",
        "network             | execution                       | batch | images/s | share",
    ]
    for row in record["results"]["networks"]:
        if row["pass"] == "training step":
            numbers = row["failure"] or f"{row['images_per_second']:8,.0f} | {row['share_of_matrix_product']:5.0%}"
            lines.append(f"{row['network']:19} | {row['execution']:31} | {row['batch']:5} | {numbers}")
    return "\n".join([*lines, circumstances(record)])
