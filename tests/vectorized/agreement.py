"""Hold an operator of `cnnlib.vectorized` to its PyTorch counterpart: values, gradients, dtypes."""

import numpy as np
import torch

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}


def frozen(array, dtype=np.float64):
    """Copy an optional array to ``dtype`` so that any write to it raises."""
    if array is None:
        return None
    copy = np.array(array, dtype)
    copy.setflags(write=False)
    return copy


def assert_agrees(forward, backward, oracle, *arrays):
    """Compare ``forward(*arrays)`` and ``backward(grad_y, *arrays)`` with ``oracle(*tensors)`` and autograd.

    None among the arrays stands for one that was not given.
    """
    for dtype, tolerance in TOLERANCE.items():
        given = [frozen(array, dtype) for array in arrays]
        tensors = [None if a is None else torch.tensor(a, requires_grad=True) for a in given]
        expected = oracle(*tensors)
        y = forward(*given)
        assert y.dtype == dtype
        assert y.shape == tuple(expected.shape)
        np.testing.assert_allclose(y, expected.detach().numpy(), rtol=tolerance, atol=tolerance)

        grad_y = np.empty_like(y)  # as the result lies in memory
        grad_y[...] = np.random.default_rng(0).standard_normal(y.shape)
        grad_y.setflags(write=False)
        grads = backward(grad_y, *given)
        grads = grads if isinstance(grads, tuple) else (grads,)
        assert len(grads) == len(given)
        wanted = [tensor for tensor in tensors if tensor is not None]
        expected = iter(
            torch.autograd.grad(expected, wanted, torch.tensor(grad_y), allow_unused=True, materialize_grads=True)
        )
        for tensor, grad in zip(tensors, grads, strict=True):
            if tensor is None:
                assert grad is None
                continue
            assert grad.dtype == dtype
            np.testing.assert_allclose(grad, next(expected).numpy(), rtol=tolerance, atol=tolerance)


def central_difference(function, array, grad_y, *, step=1e-6):
    """Differentiate ``sum(grad_y * function(array))`` with respect to each entry of ``array``, in float64."""
    grad = np.empty_like(array)
    for index in np.ndindex(array.shape):
        nudge = np.zeros_like(array)
        nudge[index] = step
        grad[index] = ((function(array + nudge) - function(array - nudge)) * grad_y).sum() / (2 * step)
    return grad
