"""No array goes unchecked, in any operator or gradient."""

import numpy as np
import pytest
from operands import ARGUMENTS, CALLS, call

from cnnlib import vectorized


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_array_is_checked(name, argument):
    arrays, options = call(name)
    assert_checked(name, argument, arrays, options)
    if name != "cross_entropy":
        arrays["grad_y"] = getattr(vectorized, name)(**arrays, **options)
    else:
        options = options | {"grad_y": 1.0}
    assert_checked(f"{name}_backward", argument, arrays, options)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "cross_entropy"])
def test_every_gradient_is_checked(name):
    arrays, options = call(name)
    y = getattr(vectorized, name)(**arrays, **options)
    assert_checked(f"{name}_backward", "grad_y", arrays | {"grad_y": y}, options)
    for wrong in (y[:-1], y[..., :-1], y[None]):
        with pytest.raises(ValueError, match=rf"^{name}_backward: grad_y must have shape .*, received"):
            getattr(vectorized, f"{name}_backward")(grad_y=wrong, **arrays, **options)


def assert_checked(name, argument, arrays, options):
    """Hand over the argument as a list, as integers and in another precision."""
    operator, array = getattr(vectorized, name), arrays[argument]
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be a numpy\.ndarray, received list"):
        operator(**arrays | {argument: array.tolist()}, **options)
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be of dtype float32 or float64, received int64"):
        operator(**arrays | {argument: array.astype(np.int64)}, **options)
    if len(arrays) > 1:
        with pytest.raises(TypeError, match=rf"^{name}: .* must share one dtype, received .*{argument} float32"):
            operator(**arrays | {argument: array.astype(np.float32)}, **options)
