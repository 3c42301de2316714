"""What an assignment allows computes what the package computes, and nothing else is there."""

import types

import numpy as np
import pytest

from cnnlib import vectorized
from cnnlib.coursework import load
from teaching.assignment import NAMES, Open, load_assignment
from teaching.grading.operators import source


def room(*names):
    module = types.ModuleType("room")
    exec(source(names), module.__dict__)
    return module


def close(one, other, dtype):
    assert type(one) is type(other)
    if isinstance(one, tuple):
        for each, its in zip(one, other, strict=True):
            close(each, its, dtype)
    elif one is not None:
        assert one.dtype == other.dtype == dtype
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=2e-5 if dtype == np.float32 else 1e-12, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((2, 3), 1, 0),
        ((3, 2), 2, 1),
        ((1, 1), (3, 2), 0),
        ((3, 4), 1, "same"),
        ((4, 2), (1, 3), (2, 0)),
        ((2, 2), 1, "valid"),
    ],
)
def test_convolution(dtype, bias, kernel, stride, padding):
    random = np.random.RandomState(0)
    x, weight = (random.normal(size=shape).astype(dtype) for shape in ((2, 3, 7, 9), (4, 3, *kernel)))
    call = x, weight, random.normal(size=4).astype(dtype) if bias else None
    options = {"stride": stride, "padding": padding}
    own, y = room("conv2d", "conv2d_backward"), vectorized.conv2d(*call, **options)
    close(own.conv2d(*call, **options), y, dtype)
    grad_y = random.normal(size=y.shape).astype(dtype)
    close(own.conv2d_backward(grad_y, *call, **options), vectorized.conv2d_backward(grad_y, *call, **options), dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(2, None, 0), ((2, 3), None, 0), (3, 2, 1), ((3, 1), (1, 2), (1, 0))]
)
def test_pooling(dtype, kernel, stride, padding):
    x = np.random.RandomState(0).normal(size=(2, 3, 7, 8)).astype(dtype)
    options = {"stride": stride, "padding": padding}
    own, y = room("avg_pool2d", "avg_pool2d_backward"), vectorized.avg_pool2d(x, kernel, **options)
    close(own.avg_pool2d(x, kernel, **options), y, dtype)
    close(
        own.avg_pool2d_backward(y, x, kernel, **options), vectorized.avg_pool2d_backward(y, x, kernel, **options), dtype
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["relu", "sigmoid", "softmax"])
def test_what_works_on_each_number(dtype, name):
    x = np.array([[-1e3, -2, 0, 0.5], [3, 1e3, 88, -88]], dtype)
    grad_y, own = np.cos(x), room(name, f"{name}_backward")
    close(getattr(own, name)(x), getattr(vectorized, name)(x), dtype)
    close(getattr(own, f"{name}_backward")(grad_y, x), getattr(vectorized, f"{name}_backward")(grad_y, x), dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dense_layer_and_the_gradient_of_the_loss(dtype):
    random = np.random.RandomState(0)
    x, weight, bias = (random.normal(size=shape).astype(dtype) for shape in ((5, 3), (4, 3), (4,)))
    own, labels = room("linear", "linear_backward", "cross_entropy_backward"), np.array([0, 3, 1, 1, 2])
    for call in ((x, weight, bias), (x, weight)):
        y = vectorized.linear(*call)
        close(own.linear(*call), y, dtype)
        close(own.linear_backward(y, *call), vectorized.linear_backward(y, *call), dtype)
    close(own.cross_entropy_backward(1.0, y, labels), vectorized.cross_entropy_backward(1.0, y, labels), dtype)


def test_only_what_is_asked_for_is_there():
    names = {name for name in vars(room("conv2d")) if not name.startswith("__")}
    assert names == {"np", "conv2d", "_windows", "_pair", "_edges"}
    with pytest.raises(TypeError, match="groups"):
        room("conv2d").conv2d(np.ones((1, 2, 3, 3)), np.ones((2, 1, 2, 2)), groups=2)
    for name in ("cross_entropy", "local_response_norm", "source", "np", "__import__"):
        with pytest.raises(ValueError, match="names must be of operators"):
            source([name])


@pytest.mark.parametrize("name", NAMES)
def test_text_check_and_grader_allow_the_same(name):
    assignment = load_assignment(name)
    known, text = load(name), assignment.notebook.read_text(encoding="utf-8")
    for task in assignment.tasks:
        if not isinstance(task, Open):
            assert ("cnnlib.vectorized" in known[task.name].may_use) == bool(task.may_use), task.name
            assert task.name not in task.may_use
            source(task.may_use)
            assert all(each.removesuffix("_backward") in text for each in task.may_use)
