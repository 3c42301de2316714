"""Nothing that is read from outside can run code, and all that is passed on has its licence written down."""

import ast
import fnmatch
import io
import json
import os
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from cnnlib.data import cifar
from tools.browser_assets import assets_folder
from tools.chapters import chapters

ROOT = Path(__file__).parent.parent
HTML = ROOT / "_build" / "html"
PROGRAMS = [
    path for folder in ("_ext", "benchmarks", "cnnlib", "teaching", "tools") for path in ROOT.glob(f"{folder}/**/*.py")
]
NOTEBOOKS = [*chapters(ROOT), *ROOT.glob("teaching/*/*.ipynb"), *ROOT.glob("assignments/notebooks/*.ipynb")]

# What would run code that stands in a file: modules, and calls unless an argument forbids it.
MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
CALLS = {
    "eval",
    "exec",
    "compile",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "torch.jit.load",
    "torch.hub.load",
}
CALLS |= {"os.system", "pd.read_pickle", "pandas.read_pickle"}
SAFE_WITH = {
    "torch.load": ("weights_only", True),
    "np.load": ("allow_pickle", False),
    "numpy.load": ("allow_pickle", False),
}

# Where one of these stands all the same, and what it reads.
HARMLESS = {
    ("cnnlib/coursework/inputs.py", "eval"): "expressions written in the checks themselves",
    ("cnnlib/experiments/speed/interpreter.py", "compile"): "a kernel's own lines, from cnnlib",
    ("cnnlib/experiments/speed/interpreter.py", "exec"): "a kernel's own lines, from cnnlib",
    ("teaching/grading/runner.py", "compile"): "a student's cells: what the walls are for",
    ("teaching/grading/runner.py", "eval"): "the same, and expressions that the grader sends",
    (
        "teaching/grading/standins.py",
        "compile",
    ): "modules that the grader sends, and lines of a student's, behind the wall",
    ("teaching/grading/standins.py", "exec"): "modules that the grader sends",
    ("teaching/grading/standins.py", "eval"): "lines of a student's cells, behind the wall",
    ("teaching/grading/program.py", "compile"): "asks whether a cell is Python, and executes nothing",
    ("teaching/grading/remembered.py", "pickle"): "makes a key of a call's arguments, and reads nothing",
}


def source(path):
    """A program's text; of a notebook, that of its code cells without IPython's own lines."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return re.sub("(?m)^%(config|load_ext) .*$", "", text)


def dangers(text):
    """Yield the names of what in a program could run code from a file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
            yield from MODULES & {name.split(".")[0] for name in names}
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
            argument, value = SAFE_WITH.get(name, (None, None))
            if name in CALLS or (argument and given.get(argument) is not value) or given.get("shell") is True:
                yield name


def test_no_program_runs_what_stands_in_a_file():
    found = {
        (path.relative_to(ROOT).as_posix(), name) for path in PROGRAMS + NOTEBOOKS for name in dangers(source(path))
    }
    assert found == set(HARMLESS)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("eval(text)", "eval"),
        ("yaml.load(text, Loader)", "yaml.load"),
        ("torch.load(path)", "torch.load"),
        ("torch.load(path, weights_only=False)", "torch.load"),
        ("np.load(path, allow_pickle=True)", "np.load"),
        ("np.load(path, allow_pickle=chosen)", "np.load"),
        ("subprocess.run(line, shell=True)", "subprocess.run"),
    ],
)
def test_each_danger_is_seen(program, name):
    assert list(dangers(program)) == [name]


def test_what_is_safe_is_let_through():
    assert not list(
        dangers("torch.load(p, weights_only=True); np.load(p, allow_pickle=False); net.eval(); re.compile(p)")
    )


def test_no_weights_but_safetensors_are_kept():
    kept = [path for folder in ("cnnlib", "results", "teaching", "tests") for path in (ROOT / folder).rglob("*")]
    unsafe = (".bin", ".ckpt", ".h5", ".joblib", ".npy", ".npz", ".onnx", ".pickle", ".pkl", ".pt", ".pth")
    assert [path for path in kept if path.suffix in unsafe] == []
    weights = {path.name for path in kept if path.suffix == ".safetensors"}
    assert weights == {"dial.safetensors", "lenet-sigmoid.safetensors", "lenet.safetensors", "lenet5.safetensors"}


class Bomb:
    def __reduce__(self):
        return os.mkdir, (os.environ["BOMB"],)


def test_code_in_an_archive_of_pictures_is_not_run(tmp_path, monkeypatch):
    # CIFAR-10 is also published as pickles, which are never read; NumPy's archives can hold some.
    monkeypatch.setenv("BOMB", str(tmp_path / "exploded"))
    content = io.BytesIO()
    np.savez(content, train_bytes=np.array([Bomb()], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        cifar._read_jpegs(content.getvalue())
    assert not (tmp_path / "exploded").exists()


def rows(heading):
    """The patterns in the first column of a section's table in LICENSES.md, with their row's licence."""
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for line in text.splitlines():
        if line.startswith("| `"):
            files, _, licence, _ = line.strip("| ").split(" | ")
            yield from ((pattern, licence) for pattern in re.findall("`([^`]+)`", files))


def unlisted_and_unused(files, patterns):
    """Files that no pattern names, and patterns that name no file."""
    unlisted = [file for file in files if not any(fnmatch.fnmatch(file, pattern) for pattern in patterns)]
    return unlisted, [pattern for pattern in patterns if not fnmatch.filter(files, pattern)]


def test_every_file_of_the_built_book_has_its_licence():
    if not (HTML / "index.html").exists():
        pytest.skip("the book is not built: make book")
    if not assets_folder(ROOT).exists():
        pytest.skip("MathJax could not be fetched when the book was built")
    files = [path.relative_to(HTML).as_posix() for path in HTML.rglob("*") if path.is_file()]
    files = [file for file in files if not file.startswith("downloads/")]  # the same once more, as PDF and zip
    unlisted, unused = unlisted_and_unused(files, [pattern for pattern, _ in rows("The built book")])
    assert unlisted == [], "without a line in LICENSES.md, or left from an older build (make clean)"
    assert unused == []


def test_every_data_file_of_the_package_has_its_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = [
        path.relative_to(ROOT).as_posix()
        for package, patterns in project["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    ]
    assert unlisted_and_unused(shipped, [pattern for pattern, _ in rows("The package")]) == ([], [])


def test_every_line_names_a_licence():
    for heading in ("The built book", "The package"):
        for pattern, licence in rows(heading):
            assert re.search(r"MIT|BSD|CC BY|OFL|Apache|trademark", licence), pattern


def test_a_file_without_a_line_and_a_line_without_a_file_are_seen():
    assert unlisted_and_unused(["a/b.js", "c.js"], ["a/*", "d.js"]) == (["c.js"], ["d.js"])
