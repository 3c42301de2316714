"""No array goes unchecked, in any operator."""

import numpy as np
import pytest
from operands import ARGUMENTS, CALLS, call

from cnnlib import definition


def test_the_calls_are_of_every_operator():
    assert set(CALLS) == set(definition.__all__)


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_array_is_checked(name, argument):
    arrays, options = call(name)
    operator, array = getattr(definition, name), arrays[argument]
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be a numpy\.ndarray, received list"):
        operator(**arrays | {argument: array.tolist()}, **options)
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be of dtype float32 or float64, received int64"):
        operator(**arrays | {argument: array.astype(np.int64)}, **options)
    if len(arrays) > 1:
        with pytest.raises(TypeError, match=rf"^{name}: .* must share one dtype, received .*{argument} float32"):
            operator(**arrays | {argument: array.astype(np.float32)}, **options)
