import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from cnnlib.data import DataError, pictures, samples


@pytest.mark.parametrize("name", ["china", "flower"])
def test_the_photographs_are_those_of_scikit_learn(name):
    picture = pictures()[name]
    assert picture.shape == (427, 640, 3)
    assert picture.dtype == np.uint8
    assert not picture.flags.writeable
    np.testing.assert_array_equal(picture, load_sample_image(f"{name}.jpg"))


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:5000], lambda raw: raw[:100], lambda raw: b"", lambda raw: b"<html></html>"]
)
def test_a_damaged_photograph_is_named(damage, tmp_path, monkeypatch):
    path = tmp_path / "china.jpg"
    path.write_bytes(damage(samples.packaged("sklearn", "datasets", "images", "china.jpg").read_bytes()))
    monkeypatch.setattr(samples, "packaged", lambda *parts: path)
    with pytest.raises(DataError, match=r"china\.jpg cannot be read \(.*reinstall scikit-learn"):
        pictures()
