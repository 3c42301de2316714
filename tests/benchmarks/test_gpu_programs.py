"""The programs for a GPU write records that their readers can rely on, rehearsed on a CPU."""

import json
import sys

import numpy as np
import pytest
import torch

from benchmarks import gpu_alexnet, gpu_forms, gpu_lenet, record
from cnnlib.data import Dataset, Split
from cnnlib.models.catalogue import alexnet2012, alexnet_one_tower
from cnnlib.training import Recipe

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's records and PyTorch's switches as they are, and Triton's interpreter, slow, out of it."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setenv("TRITON_INTERPRET", "0")
    switches = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark
    yield tmp_path
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark = switches


def written(folder, name):
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def test_the_gpus_forms_join_the_others(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["gpu_forms", "--rehearse"])
    gpu_forms.main()
    before = json.loads((gpu_forms.BOOK / "convolution-forms.json").read_text(encoding="utf-8"))
    after = written(results, "convolution-forms")
    own = [row for row in before["results"] if row["form"] not in gpu_forms.FORMS]
    assert after["results"][: len(own)] == own
    assert {name: after[name] for name in ("date", "processor", "command")} == {
        name: before[name] for name in ("date", "processor", "command")
    }
    assert [row["form"] for row in after["results"][len(own) :]] == ["unfold on a GPU", "cuDNN"]
    for row in after["results"][len(own) :]:
        assert {"milliseconds", "quartiles", "n", "gpu", "date", "versions"} <= set(row)
        assert row["largest_relative_error"] < 1e-6


def test_the_gpus_forms_compute_on_the_same_numbers_as_the_others():
    about = {"shape": {"x": [2, 3, 4, 5], "weight": [4, 3, 2, 2], "padding": 1}}
    random = np.random.RandomState(0)
    x, weight = (torch.from_numpy(random.standard_normal(shape)).float() for shape in ((2, 3, 4, 5), (4, 3, 2, 2)))
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu_forms, "race", lambda about, calls, exact, device: seen.append((calls, exact)) or [])
        gpu_forms.rows(about, CPU)
    [(calls, exact)] = seen
    torch.testing.assert_close(exact, torch.nn.functional.conv2d(x.double(), weight.double(), padding=1))
    assert all(torch.equal(call.args[0], x) for call in calls.values())


def digits(full=False):
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (90, 40)]
    return Dataset("tiny", *parts, tuple("0123456789"))


def test_lenets_record_has_a_row_for_each_execution_and_seed(results, monkeypatch):
    monkeypatch.setattr(gpu_lenet, "mnist", digits)
    monkeypatch.setattr("sys.argv", ["gpu_lenet", "--rehearse"])
    gpu_lenet.main()
    found = written(results, "gpu-lenet")
    assert [(row["execution"], row["precision"], row["seed"]) for row in found["results"]] == [
        ("captured", "bfloat16", 0),
        ("captured", "bfloat16", 1),
        ("eager", "tf32", 0),
    ]
    assert all(row["steps"] == 1 and 0 <= row["test_accuracy"] <= 1 for row in found["results"])
    assert found["recipe"]["shift"] == gpu_lenet.SHIFT
    assert (found["parameters"], found["failures"], found["n"]) == (61_706, [], 2)


def test_an_execution_of_lenet_that_fails_leaves_the_others(results, monkeypatch):
    class Failing(gpu_lenet.CapturedTraining):
        def prepare(self):
            if self.precision == "bfloat16":
                raise RuntimeError("no room")
            super().prepare()

    monkeypatch.setattr(gpu_lenet, "mnist", digits)
    monkeypatch.setattr(gpu_lenet, "CapturedTraining", Failing)
    monkeypatch.setattr("sys.argv", ["gpu_lenet", "--rehearse"])
    with pytest.raises(SystemExit, match="captured, bfloat16: RuntimeError: no room"):
        gpu_lenet.main()
    found = written(results, "gpu-lenet")
    assert [row["execution"] for row in found["results"]] == ["eager"]
    assert found["failures"] == ["captured, bfloat16: RuntimeError: no room"]


def test_validation_holds_out_the_last_of_the_training_digits(monkeypatch):
    known = digits()
    monkeypatch.setattr(gpu_lenet, "HELD_OUT", 20)
    train, held = gpu_lenet.parts(known, validate=True)
    np.testing.assert_array_equal(train[1], known.train.labels[:70])
    np.testing.assert_array_equal(held[0], known.train.images[70:] / np.float32(255))
    train, test = gpu_lenet.parts(known, few=7)
    np.testing.assert_array_equal(train[0], known.train.images[:7] / np.float32(255))
    np.testing.assert_array_equal(test[1], known.test.labels[:7])


def test_a_seed_of_lenet_is_trained_from_its_own_weights():
    recipe = Recipe(1, 30, 0.01)
    train, test = gpu_lenet.parts(digits())
    execution = ("eager", False, False, "float32", None)
    rows = list(gpu_lenet.runs(execution, train, test, recipe, 2, CPU))
    again = list(gpu_lenet.runs(execution, train, test, recipe, 1, CPU))
    assert rows[0]["train_loss"] == again[0]["train_loss"] != rows[1]["train_loss"]


def test_alexnets_plan_begins_with_what_matters_and_repeats_nothing():
    tasks = list(gpu_alexnet.plan())
    assert len(set(tasks)) == len(tasks)
    assert tasks[0] == ("AlexNet2012", "compiled bfloat16 channels-last", "training step", 1024)
    assert {batch for name, _, _, batch in tasks if name == "AlexNet2012"} == {256, 512, 1024, 2048}
    for name in gpu_alexnet.COMPILED:
        assert {(name, way, "training step", 1024) for way in gpu_alexnet.EXECUTIONS} <= set(tasks)


def test_multiply_adds_of_a_training_step_by_hand():
    plan = alexnet2012()
    first = 55 * 55 * 96 * 3 * 11 * 11
    assert gpu_alexnet.multiply_adds(plan, "forward") == 724_406_816
    assert gpu_alexnet.multiply_adds(plan, "training step") == 3 * 724_406_816 - first


def test_torchvisions_layers_written_out_are_its_layers():
    # The architecture of the book that libraries ship has the same tensors, in the same order.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torchvision", None)
        with torch.device("meta"):
            network, source = gpu_alexnet.reference()
    assert source == "the same layers, written out"
    shapes = [tuple(value.shape) for value in network.parameters()]
    assert shapes == list(alexnet_one_tower().weight_shapes().values())
    assert network(torch.empty(2, 3, 224, 224, device="meta")).shape == (2, 1000)


def test_alexnets_record_is_complete(results, monkeypatch):
    tasks = [
        ("AlexNet2012", "eager float32", "training step", 1024),
        ("torchvision AlexNet", "eager bfloat16 channels-last", "forward", 1024),
    ]
    monkeypatch.setattr(gpu_alexnet, "plan", lambda: tasks)
    monkeypatch.setattr(gpu_alexnet, "WARM_UP", 1)
    monkeypatch.setattr("sys.argv", ["gpu_alexnet", "--rehearse"])
    torch._dynamo.reset()
    gpu_alexnet.main()
    found = written(results, "gpu-alexnet")
    assert found["complete"]
    assert set(found["results"]["matrix_product"]) == {"bfloat16", "tf32", "float32"}
    assert found["results"]["copy"] > 0
    rows = found["results"]["networks"]
    assert [row["execution"] for row in rows] == [tasks[0][1], tasks[1][1], "compiled bfloat16 channels-last"]
    for row in rows:
        assert row["failure"] is None
        assert row["images_per_second"] == pytest.approx(row["batch"] / row["seconds"])
        assert row["flops_per_second"] == pytest.approx(2 * row["multiply_adds"] * row["images_per_second"])
    rate = found["results"]["matrix_product"]
    assert rows[0]["share_of_matrix_product"] == pytest.approx(rows[0]["flops_per_second"] / rate["tf32"])
    assert rows[1]["share_of_matrix_product"] == pytest.approx(rows[1]["flops_per_second"] / rate["bfloat16"])


def test_a_measurement_that_fails_is_a_row(monkeypatch):
    def no_memory(*given, **options):
        raise torch.OutOfMemoryError("2 GiB too much")

    monkeypatch.setattr(gpu_alexnet, "work_of", no_memory)
    built = gpu_alexnet.build("AlexNet", 0.02)
    row = gpu_alexnet.row_of(("AlexNet", "eager float32", "forward", 2), built, CPU, {"tf32": 1.0})
    assert row["failure"] == "OutOfMemoryError: 2 GiB too much"
    assert row["seconds"] is row["images_per_second"] is None
