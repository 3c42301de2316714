"""No array goes unchecked, in any operator."""

import pytest
from operands import ARGUMENTS, CALLS, assert_checked, call

from cnnlib import definition


def test_the_calls_are_of_every_operator():
    assert set(CALLS) == set(definition.__all__)


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_array_is_checked(name, argument):
    assert_checked(definition, name, argument, *call(name))
