"""Hypothesis profiles, ``quick`` for every run and ``nightly`` for the long one; pictures in folders."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings
from photographs import draw_pictures

# deadline=None: the machines that run this are shared, and a slow example is not a wrong one.
_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("quick", max_examples=25, derandomize=True, **_common)
settings.register_profile("nightly", max_examples=500, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_finish():
    """Leave thousands of collected tests out of every later search for garbage, each of which took over a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def picture_root(tmp_path_factory):
    """Return a folder of 3 classes with 9 + 3 pictures each, which the tests leave as it is."""
    return draw_pictures(tmp_path_factory.mktemp("pictures"), train=9, val=3)
