import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

from tools.run_tests import counts

ROOT = Path(__file__).resolve().parents[2]


def sanitized(text):
    """Apply the patterns of nbval_sanitize.cfg in their order, as nbval does."""
    for pattern, replacement in get_sanitize_patterns((ROOT / "nbval_sanitize.cfg").read_text(encoding="ascii")):
        text = re.sub(pattern, replacement, text)
    return text


def frame(alternative, svg):
    """A picture among which an explorer chooses."""
    return f"""<img alt="{alternative}" style="max-width: 100%" src='data:image/svg+xml,{svg}'>"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accuracy ⟨0.981⟩ after ⟨38.2⟩ s", "accuracy ⟨0.979⟩ after ⟨7⟩ s"),
        ("epoch 1:  40%|████  | 4/10 [00:01<00:02, 3.1it/s]\ndone", "epoch 1: 100%|####| 10/10 [00:03<00:00]\ndone"),
        (frame("a map", "%3Csvg 1"), frame("another", "%3Csvg 2")),
    ],
)
def test_what_machines_may_differ_in_is_made_equal(one, other):
    assert one != other
    assert sanitized(one) == sanitized(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accuracy ⟨0.98⟩ on 500 digits", "accuracy ⟨0.98⟩ on 50 digits"),
        ("⟨1⟩ then 2", "⟨1⟩ then 3"),
        (frame("a", "%3Csvg") + "<p>1", frame("a", "%3Csvg") + "<p>2"),
        ("(1, 6, 28, 28)", "(1, 6, 28, 29)"),
        ("50% of 784", "49% of 784"),
    ],
)
def test_everything_else_is_compared(one, other):
    assert sanitized(one) != sanitized(other)


def test_counts_come_from_the_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>')
    assert counts(report) == (3, 3, 3)


def test_a_run_without_a_report_counts_nothing(tmp_path):
    assert counts(tmp_path / "absent.xml") == (0, 0, 0)
