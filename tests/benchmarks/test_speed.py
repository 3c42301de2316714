"""The loops whose speeds are compared compute one convolution, in Python and, where there is a compiler, in C."""

import shutil

import numpy as np
import pytest
import torch

from benchmarks import speed

# Sizes that the compiled loops allow: filters by 4, and columns by 16; all of them different.
SHAPES = (2, 3, 5, 32), (4, 3, 3, 3)


@pytest.fixture
def layer():
    random = np.random.RandomState(0)
    x, weight = (random.standard_normal(shape).astype(np.float32) for shape in SHAPES)
    exact = torch.nn.functional.conv2d(torch.tensor(x).double(), torch.tensor(weight).double(), padding=1).numpy()
    return x, weight, exact


def test_lists_and_loops_convolve(layer):
    x, weight, exact = layer
    np.testing.assert_allclose(speed.over_lists(x.tolist(), weight.tolist()), exact, atol=1e-6)


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler by the name of cc")
@pytest.mark.parametrize("name", speed.COMPILED)
def test_compiled_loops_convolve(layer, name, tmp_path):
    x, weight, exact = layer
    convolve = speed.compiled(tmp_path, *speed.COMPILED[name], x=x, weight=weight)
    np.testing.assert_allclose(convolve(), exact, atol=1e-5)
