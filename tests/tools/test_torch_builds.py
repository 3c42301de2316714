"""``TORCH=cpu``: the small PyTorch has an index of its own, stays until it is removed, and is never guessed."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import environment

VERSION = sys.version_info[:2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere PyTorch has one build")


def wheel(folder, name, version, requires=()):
    """Write an empty package into an index, or into a folder to find links in."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def offer(index, *package, **options):
    """Let an index, a folder, offer a package."""
    path = wheel(index / package[0].replace("_", "-"), *package, **options)
    # As PyTorch's own index writes it.
    link = path.name.replace("+", "%2B")
    (path.parent / "index.html").write_text(f'<a href="{link}">{link}</a>', encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that wants PyTorch, and folders in place of the world's indexes, of which pip is told as usual."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").write_text("torch==2.13.0  # layers\nnear==1.0\nfar==1.0  # distance\n")
    (project / "pyproject.toml").write_text("")
    offer(tmp_path / "main", "torch", "2.13.0", requires=["nvidia_cublas"])
    offer(tmp_path / "main", "nvidia_cublas", "13.1")
    offer(tmp_path / "cpu", "torch", "2.13.0+cpu")
    offer(tmp_path / "more", "far", "1.0")
    wheel(tmp_path / "links", "near", "1.0")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "main").as_uri())
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", (tmp_path / "more").as_uri())
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "links"))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setattr(environment, "CPU_INDEX", (tmp_path / "cpu").as_uri())
    # The project itself is no package.
    run_pip = environment.run_pip
    monkeypatch.setattr(environment, "run_pip", lambda command, *rest: "-e" in command or run_pip(command, *rest))
    return project


def prepare(project, **environ):
    return environment.prepare(str(project), VERSION, environ)


def installed(project):
    """Every package of the environment but what every environment has, as name → version."""
    found = {path.name.removesuffix(".dist-info") for path in (project / ".venv").rglob("*.dist-info")}
    return {name: version for name, version in (each.split("-") for each in found) if name not in ("pip", "setuptools")}


@LINUX
def test_the_small_build_has_its_own_index_and_the_environment_remembers_it(project, monkeypatch):
    with monkeypatch.context() as patch:

        def interrupted(*_):
            raise KeyboardInterrupt

        patch.setattr(environment, "run_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prepare(project, TORCH="cpu")
    assert prepare(project)
    # The others come from where the user tells pip to look.
    assert installed(project) == {"torch": "2.13.0+cpu", "near": "1.0", "far": "1.0"}
    assert not prepare(project)
    assert not prepare(project, TORCH="cpu")
    (project / "requirements.txt").write_text("torch==2.13.0\nnear==1.0\n")
    assert prepare(project)
    assert installed(project)["torch"] == "2.13.0+cpu"


@LINUX
def test_without_the_switch_pip_chooses_and_the_switch_leaves_nothing_of_it(project):
    prepare(project)
    assert {"torch": "2.13.0", "nvidia_cublas": "13.1"}.items() <= installed(project).items()
    assert not prepare(project)
    assert prepare(project, TORCH="cpu")
    assert installed(project) == {"torch": "2.13.0+cpu", "near": "1.0", "far": "1.0"}


@LINUX
def test_the_large_build_is_no_substitute(project, tmp_path):
    (tmp_path / "cpu" / "torch" / "index.html").write_text("")
    with pytest.raises(
        environment.SetupError, match=r"TORCH=cpu takes torch==2\.13\.0\+cpu from file://.*/cpu: no file"
    ):
        prepare(project, TORCH="cpu")
    assert "torch" not in installed(project)
    assert not (project / ".venv" / "stamp").exists()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_where_there_is_one_build_the_switch_changes_nothing(platform, tmp_path):
    assert environment.torch_build(str(tmp_path), "cpu", platform) == ""
    assert "TORCH" not in environment.announcement("", platform)


def test_whoever_gets_the_large_build_is_told_of_the_small_one():
    first, second = environment.announcement("", "linux").splitlines()
    assert "NVIDIA" in first
    assert environment.SIZES[""] in first
    assert "TORCH=cpu" in second
    assert environment.SIZES["cpu"] in second
    assert environment.SIZES["cpu"] in environment.announcement("cpu", "linux")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "  Downloading https://host/simple/torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (526.0 MB)",
            "downloading torch 2.13.0, 526.0 MB: layers",
        ),
        (
            "Downloading nvidia_cublas-13.1.0.3-py3-none-manylinux_2_27_x86_64.whl (423.1 MB)",
            "downloading nvidia_cublas 13.1.0.3, 423.1 MB: PyTorch's build for NVIDIA GPUs needs it",
        ),
        ("  Downloading pandas-3.1.1-cp311-cp311-x86_64.whl (12.4 MB)", "downloading pandas 3.1.1, 12.4 MB"),
        ("  Downloading mlxtend-0.25.0-py3-none-any.whl (1.4 MB)", None),
    ],
)
def test_what_is_large_is_named_with_its_reason(line, said, capsys):
    environment.PipProgress(3, {"torch": "layers"}).update(line)
    shown = capsys.readouterr().out.strip().split(" s  ")[-1]
    assert shown == (said or "")


def test_reasons_are_those_of_the_requirements():
    pins = environment.read_pins(str(Path(environment.ROOT) / "requirements.txt"))
    text = (Path(environment.ROOT) / "requirements.txt").read_text(encoding="utf-8")
    assert len(pins) == text.count("==") - text.count(' == "')
    assert pins["numpy"][1] == "arrays"
    assert pins["triton"][1].startswith("kernels on CUDA")
    assert pins["absl-py"][1] == ""


@LINUX
@pytest.mark.parametrize("target", ["environment", "book", "test", "lab"])
def test_make_hands_the_switch_on_and_any_other_value_is_refused_in_one_line(target, tmp_path):
    root = Path(environment.ROOT)
    (tmp_path / "tools").mkdir()
    for name in (
        "Makefile",
        *(f"tools/{name}" for name in ("__init__.py", "console.py", "environment.py", "python.sh")),
    ):
        shutil.copy(root / name, tmp_path / name)
    environ = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(["make", target, "TORCH=gpu"], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 2
    refusal, by_make = done.stderr.splitlines()
    assert refusal.startswith("environment: TORCH must be cpu, or not be set, received 'gpu': ")
    assert by_make.startswith("make")
    assert not (tmp_path / ".venv").exists()
