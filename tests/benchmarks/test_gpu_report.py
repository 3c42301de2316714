"""The account of a run on a GPU tells what failed, what is missing, and which targets are met."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks import gpu_report, record

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    return tmp_path


def put(name, results, **about):
    record.write(name, {"gpu": "a GPU", "results": results, **about})


def convolution(**other):
    row = dict.fromkeys(gpu_report.ROW | {"shape", "x", "weight", "multiply_adds", "pool", "layer"}, 1)
    return row | {"failure": None} | other


KERNELS = {
    "summary": {"cuDNN over Triton: all passes": 0.9, "unfold over Triton: all passes": None},
    "convolutions": [convolution()],
    "blocks": [convolution()],
    "layers": [convolution()],
}


def test_a_part_is_written_down_once():
    gpu_report.add("lenet", "failed", 1, 30, 55)
    gpu_report.add("forms", "ok", 0, 4, 15)
    gpu_report.add("lenet", "ok", 0, 40, 55)
    assert gpu_report.read("gpu-run")["results"] == [
        {"part": "forms", "status": "ok", "exit": 0, "seconds": 4, "limit": 15},
        {"part": "lenet", "status": "ok", "exit": 0, "seconds": 40, "limit": 55},
    ]


def test_what_is_well_is_told_with_its_targets(capsys):
    put("gpu-kernels", KERNELS, complete=True)
    put(
        "gpu-lenet",
        [
            {"execution": way, "precision": "tf32", "seconds": seconds, "test_accuracy": accuracy}
            for way, seconds, accuracy in (("a", 0.3, 0.995), ("b", 0.2, 0.991), ("b", 0.22, 0.992), ("b", 0.9, 0.993))
        ],
    )
    gpu_report.add("kernels", "ok", 0, 100, 125)
    gpu_report.add("lenet", "ok", 0, 40, 55)
    gpu_report.add("cifar", "skipped", 77, 0, 60)
    assert gpu_report.check(False) == 0
    told = capsys.readouterr().out
    assert "cuDNN over Triton: all passes: 0.900 (target: at least 1, missed)" in told
    assert "unfold" not in told
    assert "LeNet: seconds of training: 0.220 (target: at most 0.25, met)" in told
    assert "LeNet: least test accuracy: 0.991 (target: at least 0.99, met)" in told
    assert "every part did what it should" in told


def test_alexnets_figures_are_the_best_of_the_batches(capsys):
    def row(network, execution, batch, images, share=0.1, **other):
        told = {"network": network, "execution": execution, "batch": batch, "images_per_second": images}
        return told | {"share_of_matrix_product": share, "pass": "training step", "failure": None} | other

    ours, eager = "compiled bfloat16 channels-last", "eager bfloat16 channels-last"
    rows = [
        row("AlexNet2012", ours, 256, 30.0, 0.4),
        row("AlexNet2012", ours, 1024, 40.0, 0.5),
        row("AlexNet2012", ours, 1024, 400.0, 0.9, **{"pass": "forward"}),
        row("AlexNet2012", eager, 1024, 90.0, 0.8),
        row("torchvision AlexNet", eager, 256, 10.0),
        row("torchvision AlexNet", eager, 1024, 25.0),
    ]
    put("gpu-alexnet", {"networks": rows}, complete=False)
    gpu_report.add("alexnet", "ok", 0, 100, 125)
    assert gpu_report.check(False) == 0
    told = capsys.readouterr().out
    assert "gpu-alexnet: not complete" in told
    assert "share of the matrix product: 0.500 (target: at least 0.5, met)" in told
    assert "over torchvision, eager: 3.000 (target: at least 2, met)" in told


def test_every_fault_is_told(capsys):
    bad = KERNELS | {"layers": [], "blocks": [convolution(failure="OutOfResources: too much")]}
    lacking = convolution()
    del lacking["quartiles"]
    left_out = convolution(failure="ValueError: left out: 99,999 kernels one after another")
    put("gpu-kernels", bad | {"convolutions": [lacking, left_out]}, gpu=None)
    put("convolution-forms", [{"form": form, "milliseconds": 1} for form in ("loops", "im2col", "FFT", "cuDNN")])
    for part in ("kernels", "forms", "lenet"):
        gpu_report.add(part, "ok", 0, 1, 2)
    gpu_report.add("alexnet", "timed out", 124, 125, 125)
    assert gpu_report.check(False) == 9
    told = capsys.readouterr().out
    for fault in (
        "alexnet: timed out after 125 s, exit status 124",
        "alexnet: no gpu-alexnet.json",
        "lenet: no gpu-lenet.json",
        "gpu-kernels: a row of convolutions lacks ['quartiles']",
        "OutOfResources: too much",
        "gpu-kernels: no layers",
        "gpu-kernels: not measured on a GPU",
        "convolution-forms: no row of Triton",
        "convolution-forms: no row of unfold on a GPU",
    ):
        assert fault in told
    assert "left out" not in told


def test_a_rehearsal_needs_no_gpu_and_tells_no_figures(capsys):
    put("gpu-kernels", KERNELS, gpu=None)
    gpu_report.add("kernels", "ok", 0, 1, 2)
    assert gpu_report.check(True) == 0
    assert "target" not in capsys.readouterr().out


needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell")


def gpu_sh(tmp_path, *arguments, **variables):
    """Run gpu.sh with a python that notes what it is asked for, and does what a script in its place says."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\necho "$*" >>"$NOTES"\ncase "$*" in\n'
        "*gpu_lenet*) echo broken; exit 3 ;;\n*has-cifar*) exit 1 ;;\n*check*) exit 1 ;;\nesac\n"
    )
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in ("OUT", "CNNLIB_DATA")}
    environment |= {"PYTHON": str(python), "NOTES": str(tmp_path / "notes"), **variables}
    done = subprocess.run(
        ["sh", str(ROOT / "benchmarks" / "gpu.sh"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    notes = (tmp_path / "notes").read_text().splitlines() if (tmp_path / "notes").exists() else []
    # Kernels are compiled beside the first part, at whatever moment.
    ahead = [note for note in notes if "--compile" in note]
    return done, [note for note in notes if "-c " not in note and note not in ahead], len(ahead)


@needs_sh
def test_a_failed_part_does_not_lose_the_others(tmp_path):
    done, notes, ahead = gpu_sh(tmp_path, OUT=str(tmp_path / "out"))
    assert done.returncode == 1
    assert ahead == 1
    modules = [note.split()[1] for note in notes if "gpu_report" not in note]
    assert modules == [
        "pytest",
        "benchmarks.gpu_kernels",
        "benchmarks.gpu_forms",
        "benchmarks.gpu_lenet",
        "benchmarks.gpu_alexnet",
        "benchmarks.alexnet_layers",
    ]
    added = [note.split(" add ")[1].split() for note in notes if " add " in note]
    told = {part: (status, code) for part, status, code, *_ in added}
    assert told["lenet"] == ("failed", "3")
    assert told["kernels"] == told["layers"] == ("ok", "0")
    assert told["cifar"] == ("skipped", "77")
    assert sum(int(row[-1]) for row in added) < 8 * 60
    assert notes[-1] == "-m benchmarks.gpu_report check"
    assert "broken" in (tmp_path / "out" / "results" / "gpu-run.log").read_text()


@needs_sh
def test_parts_can_be_repeated_and_keep_the_account_of_the_others(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "gpu-run.json").write_text("{}")
    done, notes, ahead = gpu_sh(tmp_path, "--only", "forms", "--only", "layers", OUT=".")
    assert [note.split()[1] for note in notes if "gpu_report" not in note] == [
        "benchmarks.gpu_forms",
        "benchmarks.alexnet_layers",
    ]
    assert (tmp_path / "results" / "gpu-run.json").exists()
    assert "== forms" in done.stdout
    assert ahead == 0
    assert gpu_sh(tmp_path, "--only", "kernels", OUT=".")[2] == 1


@needs_sh
@pytest.mark.parametrize(
    "arguments", [["--only", "everything"], ["--only"], ["--fast"], ["--data"], ["--data", "absent"]]
)
def test_what_the_script_does_not_know_it_refuses(tmp_path, arguments):
    done, notes, ahead = gpu_sh(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert (notes, ahead) == ([], 0)


def test_the_limits_in_the_scripts_head_are_those_it_keeps():
    text = (ROOT / "benchmarks" / "gpu.sh").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line.startswith("#   ")]
    head = {row[1]: int(row[2]) for row in rows if len(row) > 2 and row[2].isdigit()}
    body = text.split("limit_of() {")[1].split("esac")[0]
    kept = {}
    for line in body.splitlines():
        if "echo" in line:
            names, seconds = line.split(")")[0], int(line.split("echo")[1].split()[0])
            kept |= dict.fromkeys((name.strip() for name in names.split("|")), seconds)
    assert head == kept
    assert set(head) == set(gpu_report.RECORDS) | {"correctness"}
    assert sum(head.values()) < 480
