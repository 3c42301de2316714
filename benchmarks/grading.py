"""How long does a class take to grade? Copies of the reference solution, each made a file of its own.

``python -m benchmarks.grading --count 20 --base IMAGE`` writes ``results/grading.json``.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.record import write_record
from teaching.assignment import load_assignment
from teaching.grading.__main__ import grade
from teaching.grading.engine import BASE


def seconds(name, count, workers, base):
    """Grade ``count`` submissions to an assignment; return the seconds by the clock."""
    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder, "handed-in")
        handed_in.mkdir()
        notebook = json.loads(load_assignment(name).notebook.read_text(encoding="utf-8"))
        for number in range(count):
            notebook["metadata"]["student"] = number
            Path(handed_in, f"student-{number}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        begin = time.perf_counter()
        reports = grade(handed_in, Path(folder, "grades"), workers=workers, base=base)
        took = time.perf_counter() - begin
    assert {report["points"] for report in reports} == {85}
    return took


def main():
    """Measure and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--base", default=BASE)
    options = parser.parse_args()
    rows = []
    for name in ("convolution", "lenet"):
        seconds(name, 1, 1, options.base)  # the image, and the disk's memory
        took = seconds(name, options.count, options.workers, options.base)
        rows.append({"assignment": name, "submissions": options.count, "seconds": round(took, 1)})
        rows[-1]["minutes for 200"] = round(took * 200 / options.count / 60, 1)
        print(rows[-1])
    command = f"python -m benchmarks.grading --count {options.count} --workers {options.workers}"
    write_record("grading", command, rows, workers=options.workers)


if __name__ == "__main__":
    main()
