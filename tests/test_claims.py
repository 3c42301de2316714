"""A claim can fail; that is the point of it."""

import math

import numpy as np
import pytest

from cnnlib.claims import ClaimError, claim, measured


def test_a_true_claim_prints_one_line(capsys):
    claim("two-and-two", "Two and two is four.", measured=2 + 2, equals=4)
    claim("parameters", measured=np.int64(61_706), equals=61_706)
    claim("accuracy", measured=0.97123, at_least=0.95)
    claim("error", measured=np.float32(1e-7), at_most=1e-6)
    claim("share", measured=0.5, at_least=0.25, at_most=0.75)
    claim("shape", measured=(6, 28, 28), equals=(6, 28, 28))
    assert capsys.readouterr().out.splitlines() == [
        "✓ Two and two is four. · 4",
        "✓ parameters: 61,706",
        "✓ accuracy: 0.95 ≤ ⟨0.9712⟩",
        "✓ error: ⟨1e-07⟩ ≤ 1e-06",
        "✓ share: 0.25 ≤ ⟨0.5⟩ ≤ 0.75",
        "✓ shape: (6, 28, 28)",
    ]


@pytest.mark.parametrize(
    "bounds",
    [
        {"measured": 5, "equals": 4},
        {"measured": (28, 6), "equals": (6, 28)},
        {"measured": 0.94, "at_least": 0.95},
        {"measured": 1.01, "at_most": 1},
        {"measured": 0.8, "at_least": 0.25, "at_most": 0.75},
        {"measured": math.nan, "at_least": 0},
        {"measured": math.nan, "at_most": 1e9},
    ],
)
def test_a_false_claim_raises_and_prints_nothing(bounds, capsys):
    with pytest.raises(ClaimError, match="✗ false-claim: "):
        claim("false-claim", **bounds)
    assert capsys.readouterr().out == ""


def test_what_a_false_claim_says():
    with pytest.raises(ClaimError, match=r"✗ count: It has 4\. · 5, not 4"):
        claim("count", "It has 4.", measured=5, equals=4)


class EqualToEverything:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"measured": 1}, ValueError, "give equals, at_least or at_most"),
        ({"measured": 1, "equals": 1, "at_most": 2}, ValueError, "not both"),
        ({"measured": 1.0, "equals": 1}, TypeError, "equals compares exact values .* received float"),
        ({"measured": np.ones(2), "equals": 1}, TypeError, "received ndarray"),
        ({"measured": "many", "at_least": 1}, TypeError, "measured must be a number, received str"),
        ({"measured": EqualToEverything(), "at_least": 1}, TypeError, "measured must be a number"),
        ({"measured": 1, "at_least": 3, "at_most": 2}, ValueError, "at_least must not exceed at_most"),
        ({"measured": 1, "at_least": math.nan}, ValueError, "at_least must not exceed at_most"),
    ],
)
def test_a_claim_that_could_not_fail_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        claim("malformed", **arguments)


@pytest.mark.parametrize("claim_id", ["", "Two Words", "under_score", "-edge", 7])
def test_ids_are_words_joined_by_hyphens(claim_id):
    with pytest.raises(ValueError, match="claim_id must be lower-case words joined by hyphens"):
        claim(claim_id, measured=1, equals=1)


def test_measured_marks_what_machines_disagree_on():
    assert f"took {measured(1.2345, '.1f')} s" == "took ⟨1.2⟩ s"
