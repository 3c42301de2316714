"""Hypothesis profiles for the whole suite: ``quick`` for every run, ``nightly`` for the long one."""

import os

from hypothesis import HealthCheck, settings

# deadline=None: the machines that run this are shared, and a slow example is not a wrong one.
_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("quick", max_examples=25, derandomize=True, **_common)
settings.register_profile("nightly", max_examples=500, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
