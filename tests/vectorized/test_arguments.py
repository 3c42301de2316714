"""No array goes unchecked, in any operator or gradient."""

import pytest
from operands import ARGUMENTS, CALLS, assert_checked, call

from cnnlib import vectorized


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_array_is_checked(name, argument):
    arrays, options = call(name)
    assert_checked(vectorized, name, argument, arrays, options)
    if name != "cross_entropy":
        arrays["grad_y"] = getattr(vectorized, name)(**arrays, **options)
    else:
        options = options | {"grad_y": 1.0}
    assert_checked(vectorized, f"{name}_backward", argument, arrays, options)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "cross_entropy"])
def test_every_gradient_is_checked(name):
    arrays, options = call(name)
    y = getattr(vectorized, name)(**arrays, **options)
    assert_checked(vectorized, f"{name}_backward", "grad_y", arrays | {"grad_y": y}, options)
    for wrong in (y[:-1], y[..., :-1], y[None]):
        with pytest.raises(ValueError, match=rf"^{name}_backward: grad_y must have shape .*, received"):
            getattr(vectorized, f"{name}_backward")(grad_y=wrong, **arrays, **options)
