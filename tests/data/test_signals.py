import random
import sys

import numpy as np
import pytest

from cnnlib.data import DataError, mnist1d


@pytest.fixture(scope="module")
def digits():
    random.seed(5)
    np.random.seed(6)
    before = random.getstate(), np.random.get_state()
    data = mnist1d()
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1][1])
    return data


def test_the_signals_have_the_promised_form(digits):
    assert digits.name == "mnist1d"
    assert digits.train.images.shape == (4000, 1, 40)
    assert digits.test.images.shape == (1000, 1, 40)
    assert digits.train.images.dtype == np.float64
    assert digits.train.labels.dtype == np.int64
    assert set(digits.test.labels.tolist()) == set(range(10))
    assert not digits.train.images.flags.writeable


def test_the_signals_are_standardised_over_the_whole_set(digits):
    everything = np.concatenate([digits.train.images, digits.test.images])
    assert abs(everything.mean()) < 1e-12
    assert abs(everything.std() - 1) < 1e-12


def test_the_signals_are_those_of_the_published_seed(digits):
    assert digits.train.labels[:10].tolist() == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1]
    np.testing.assert_allclose(
        digits.train.images[0, 0, :4], [-0.33200567, -0.47191037, -0.77869708, -1.00974083], atol=1e-7
    )


def test_the_package_must_be_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "mnist1d.data", None)
    mnist1d.cache_clear()
    with pytest.raises(DataError, match=r"mnist1d needs a package that is not installed: mnist1d"):
        mnist1d()
