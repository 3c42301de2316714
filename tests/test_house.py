"""The house stands as drawn: arrows point one way, the rooms match, NumPy needs no PyTorch."""

import ast
import graphlib
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cnnlib import definition, gpu, vectorized

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "cnnlib").rglob("*.py"))

# Which rooms a room may import, and which packages besides the standard library and NumPy.
ROOMS = {
    "shapes": set(),
    "definition": {"shapes"},
    "vectorized": {"shapes"},
    "gpu": {"shapes"},
    "models": {"shapes", "definition", "vectorized", "gpu", "durable"},
    "training": {"shapes", "definition", "vectorized", "gpu", "models", "data", "durable"},
    "experiments": {"shapes", "definition", "vectorized", "gpu", "models", "training", "data", "timing"},
    "commands": {"shapes", "vectorized", "models", "training", "experiments", "data", "timing"},
    "data": {"shapes", "durable"},
    "live": set(),
    "figures": {"shapes", "live"},
    "playground": {"shapes", "vectorized", "models", "data", "live"},
    "coursework": {"shapes", "vectorized", "models", "data"},
    "claims": set(),
    "durable": set(),
    "timing": set(),
    "__main__": set(),
    "__init__": set(),
}
PACKAGES = {
    "gpu": {"torch", "triton"},
    "vectorized": {"threadpoolctl"},
    "models": {"torch", "safetensors"},
    "training": {"torch", "tqdm"},
    "experiments": {"torch", "PIL"},
    "commands": {"torch", "tqdm"},
    "timing": {"torch"},
    "data": {"pooch", "requests", "tqdm", "PIL", "mnist1d"},
    "live": {"anywidget", "traitlets"},
    "figures": {"matplotlib", "traitlets", "PIL"},
    "playground": {"traitlets"},
}
NUMPY_MODULES = [
    "shapes",
    "definition",
    "vectorized",
    "data",
    "live",
    "figures",
    "claims",
    "coursework",
    "playground",
    "commands.predict",
    "durable",
    "models.architecture",
    "models.catalogue",
    "models.bitmaps",
    "models.numpy_network",
    "models.storage",
    "models.trained",
    "timing",
]


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imports(tree):
    """Yield the modules that a file imports, wherever in the file it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports in cnnlib are absolute"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else node.module


def room_of(module):
    return [*module.split("."), "__init__"][1]


def test_every_room_is_on_the_plan():
    assert {room_of(module) for module in MODULES} == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_arrows_point_one_way(module):
    room = room_of(module)
    for name in imports(MODULES[module]):
        if name.startswith("cnnlib"):
            assert room_of(name) in ROOMS[room] | {room}, f"{module} imports {name}"


def test_no_module_imports_itself_in_a_circle():
    graph = {module: {name for name in imports(tree) if name in MODULES} for module, tree in MODULES.items()}
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_its_own_packages(module):
    room = room_of(module)
    numpy = {"numpy"} - ({"numpy"} if room in ("shapes", "claims", "durable", "timing") else set())
    outside = {name.split(".")[0] for name in imports(MODULES[module])} - sys.stdlib_module_names - {"cnnlib"}
    assert outside <= PACKAGES.get(room, set()) | numpy


def test_triton_loads_only_where_a_kernel_is_used():
    for module, tree in MODULES.items():
        if module.startswith("cnnlib.gpu.kernels."):
            continue
        top_level = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        for name in imports(top_level):
            assert name.split(".")[0] != "triton", module
            assert not name.startswith("cnnlib.gpu.kernels."), module
    run_python("""
import sys, torch, cnnlib.training
from cnnlib.gpu import conv2d
x = torch.ones(1, 1, 2, 3)
conv2d(x, x)
conv2d(x, x, algorithm="unfold")
assert "triton" not in sys.modules
""")


def run_python(program):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_numpy_rooms_work_where_torch_is_not_installed(tmp_path):
    run_python(f"""
import importlib, sys
sys.modules["torch"] = sys.modules["triton"] = None
for name in {NUMPY_MODULES!r}:
    importlib.import_module("cnnlib." + name)

import numpy as np
from cnnlib import definition, vectorized
from cnnlib.data import as_float, mnist
from cnnlib.figures import draw_network, show_images
from cnnlib.models.architecture import initial_weights, run
from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import load_weights, save_weights

path = {str(tmp_path / "w")!r}
save_weights(path, lenet(), initial_weights(lenet(), 0))
images = as_float(mnist().test.images[:1])
slow, fast = (run(lenet(), load_weights(path, lenet()), images, ops=ops)["dense3"] for ops in (definition, vectorized))
assert slow.shape == (1, 10)
assert np.allclose(slow, fast, atol=1e-5)
show_images(images)
draw_network(lenet().trace())

try:
    import cnnlib.gpu
except ModuleNotFoundError:
    pass
else:
    raise AssertionError("torch was not blocked")
""")


def public_names(tree):
    """Yield what a file defines for others: functions, classes and constants without a leading underscore."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


# What every command has, and a layer as an architecture describes it beside the layer of NumPy's that computes it.
# What is written once for all of `cnnlib`: how it looks in the source, and the files in which it may stand.
ONE_OF_EACH = {
    # NumPy's own loop, and L-BFGS, which asks for the loss itself.
    "step": (
        r"optimizer\.step\(",
        {"training/steps.py", "models/numpy_network.py", "experiments/equivariance/position.py"},
    ),
    # One runs networks over images; the others ready a network, time one, or look into it.
    "evaluation": (
        r"\.eval\(\)",
        {
            "training/evaluation.py",
            "models/torch_network.py",
            "commands/bench.py",
            "experiments/ideas/cifar_alexnet.py",
        },
    ),
    # NumPy's network builds layers that remember their inputs.
    "dispatch over layers": (
        r"case Conv\(\):\n(?:.*\n)?.*[cC]onv2d\(",
        {"models/architecture.py", "models/numpy_network.py"},
    ),
    "file that replaces another": (r"os\.replace\(|mkstemp", {"durable.py"}),
    "wait for a device": (r"\.synchronize\(", {"timing.py"}),
}


@pytest.mark.parametrize("what", ONE_OF_EACH)
def test_there_is_one_of_each(what):
    pattern, homes = ONE_OF_EACH[what]
    found = {path for path in FILES if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert {path.relative_to(ROOT / "cnnlib").as_posix() for path in found} == homes


UPSTAIRS = ("commands", "training", "experiments")
SHARED_NAMES = {"main", "EXAMPLES", "Flatten", "LocalResponseNorm"}


def test_a_public_name_means_one_thing():
    homes = {}
    for module, tree in MODULES.items():
        # Students write in `coursework` what the package has; the parts of a room that are its own affair are private.
        if room_of(module) == "coursework" or any(part.startswith("_") for part in module.split(".")[1:-1]):
            continue
        if module.split(".")[-1].startswith("_") and module != "cnnlib.__main__":
            continue
        for name in public_names(tree):
            homes.setdefault(name, []).append(module)
    several = {name: where for name, where in homes.items() if len(where) > 1 and name not in SHARED_NAMES}
    in_rooms = {name: where for name, where in several.items() if name in OPERATORS}
    assert {name: where for name, where in several.items() if name not in OPERATORS} == {}
    for name, where in in_rooms.items():
        assert sorted(map(room_of, where)) == ["definition", "gpu", "vectorized"], f"{name} in {where}"


def test_upstairs_no_two_files_have_one_name():
    stems = [path.stem for path in FILES if room_of(dotted(path)) in UPSTAIRS]
    assert {stem for stem in stems if stems.count(stem) > 1} == {"__init__"}


# Written out, so that an operator cannot leave all three rooms at once unnoticed.
CONV = "x weight bias stride padding dilation groups padding_mode"
OPERATORS = {
    "conv1d": CONV,
    "conv2d": CONV,
    "convolve": "x kernel mode",
    "correlate": "x kernel mode",
    "locally_connected2d": "x weight bias stride",
    "max_pool2d": "x kernel_size stride padding ceil_mode",
    "avg_pool2d": "x kernel_size stride padding ceil_mode count_include_pad",
    "lp_pool2d": "x kernel_size stride padding ceil_mode",
    "adaptive_avg_pool2d": "x output_size",
    "adaptive_max_pool2d": "x output_size",
    "blur_pool2d": "x",
    "local_response_norm": "x",
    "linear": "x weight bias",
    "relu": "x",
    "sigmoid": "x",
    "tanh": "x",
    "scaled_tanh": "x",
    "softmax": "x",
    "cross_entropy": "logits labels",
}


def signature(room, name):
    """Return an operator's parameters as (name, kind, default), without the choice of an algorithm."""
    parameters = inspect.signature(getattr(room, name)).parameters.values()
    return [(p.name, p.kind, p.default) for p in parameters if p.name != "algorithm"]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_called_alike_in_all_rooms(name):
    expected = signature(definition, name)
    assert set(OPERATORS[name].split()) <= {parameter[0] for parameter in expected}
    assert "algorithm" not in inspect.signature(getattr(definition, name)).parameters
    for room in (definition, vectorized, gpu):
        assert name in room.__all__
        assert signature(room, name) == expected


def test_rooms_hold_the_table_and_only_vectorized_holds_more():
    assert set(definition.__all__) == set(gpu.__all__) == set(OPERATORS)
    backward = {f"{name}_backward" for name in OPERATORS}
    assert set(vectorized.__all__) >= set(OPERATORS) | backward


@pytest.mark.parametrize("name", [name for name, parameters in OPERATORS.items() if " bias" in parameters])
def test_what_follows_the_bias_is_keyword_only(name):
    kinds = {parameter: kind for parameter, kind, _ in signature(definition, name)}
    after_bias = OPERATORS[name].split()[3:]
    assert all(kinds[parameter] is inspect.Parameter.KEYWORD_ONLY for parameter in after_bias)


def public_functions():
    found = []
    for module in ["gpu", "training", "training.checkpoints", "models.torch_network", "models.lenet", *NUMPY_MODULES]:
        loaded = importlib.import_module(f"cnnlib.{module}")
        names = getattr(loaded, "__all__", None) or [
            name for name, value in vars(loaded).items() if getattr(value, "__module__", None) == loaded.__name__
        ]
        for name in names:
            function = getattr(loaded, name)
            if inspect.isfunction(function) and not name.startswith("_"):
                found.append(pytest.param(module, inspect.unwrap(function), id=f"{module}.{name}"))
    return found


@pytest.mark.parametrize(("module", "function"), public_functions())
def test_every_public_function_says_what_it_takes_gives_and_refuses(module, function):
    text = inspect.getdoc(function)
    assert text, "no docstring"
    nodes = list(ast.walk(ast.parse(inspect.getsource(function))))
    raises = any(isinstance(node, ast.Raise) and node.exc is not None for node in nodes)
    if raises:
        assert re.search(r"^Raises\n-+\n|\b(raise|[Rr]equire|must)\b", text, re.MULTILINE)
    # A check of one argument and a derivative of one line may be told in a sentence.
    if module == "shapes" or function.__name__.endswith("_backward"):
        return
    if inspect.signature(function).parameters:
        assert re.search(r"^Parameters\n-{10}\n", text, re.MULTILINE)
    if any(isinstance(node, ast.Return) and node.value is not None for node in nodes):
        assert re.search(r"^Returns\n-{7}\n", text, re.MULTILINE)


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [
    Requirement(line)
    for line in [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
]


def test_whatever_cnnlib_imports_is_declared():
    # requests comes with pooch, Pillow with mlxtend by way of Matplotlib, Triton with PyTorch, traitlets with
    # anywidget.
    indirect = {"requests", "PIL", "triton", "traitlets"}
    declared = {requirement.name for requirement in DECLARED}
    for packages in PACKAGES.values():
        assert packages - indirect <= declared
