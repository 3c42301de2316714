"""A claim can fail; that is the point of it."""

import math

import numpy as np
import pytest

from cnnlib.claims import ClaimError, claim, measured


def test_a_true_claim_prints_one_line(capsys):
    claim("two-and-two", "Two and two is four.", measured=2 + 2, equals=4)
    claim("parameters", "It has 61,706.", measured=np.int64(61_706), equals=61_706)
    claim("accuracy", "It reads 97 of 100.", measured=0.97123, about=0.97, within=0.01)
    claim("more", "It reads more.", measured=0.97123, at_least=0.95)
    claim("error", "They agree.", measured=np.float32(1e-7), at_most=1e-6)
    claim("share", "It lies between.", measured=0.5, at_least=0.25, at_most=0.75)
    claim("shape", "It is a stack.", measured=(6, 28, 28), equals=(6, 28, 28))
    assert capsys.readouterr().out.splitlines() == [
        "✓ Two and two is four. · 4",
        "✓ It has 61,706. · 61,706",
        "✓ It reads 97 of 100. · ⟨0.9712⟩ = 0.97 ± 0.01",
        "✓ It reads more. · 0.95 ≤ ⟨0.9712⟩",
        "✓ They agree. · ⟨1e-07⟩ ≤ 1e-06",
        "✓ It lies between. · 0.25 ≤ ⟨0.5⟩ ≤ 0.75",
        "✓ It is a stack. · (6, 28, 28)",
    ]


@pytest.mark.parametrize(
    "bounds",
    [
        {"measured": 5, "equals": 4},
        {"measured": (28, 6), "equals": (6, 28)},
        {"measured": 0.94, "at_least": 0.95},
        {"measured": 1.01, "at_most": 1},
        {"measured": 0.981, "about": 0.97, "within": 0.01},
        {"measured": 0.959, "about": 0.97, "within": 0.01},
        {"measured": math.nan, "about": 0.97, "within": 0.01},
        {"measured": 1, "about": math.nan, "within": 0.01},
        {"measured": 0.8, "at_least": 0.25, "at_most": 0.75},
        {"measured": math.nan, "at_least": 0},
        {"measured": math.nan, "at_most": 1e9},
    ],
)
def test_a_false_claim_raises_and_prints_nothing(bounds, capsys):
    with pytest.raises(ClaimError, match="✗ false-claim: "):
        claim("false-claim", "It is true.", **bounds)
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
        ({"measured": 1}, ValueError, "give equals, or about and within, .* received none of them"),
        ({"measured": 1, "equals": 1, "at_most": 2}, ValueError, "received equals as well as at_least and at_most"),
        ({"measured": 1, "about": 1, "within": 1, "at_most": 2}, ValueError, "received about and within as well as"),
        ({"measured": 1, "about": 1}, TypeError, "within must be a number, received NoneType"),
        ({"measured": 1, "within": 1}, TypeError, "about must be a number, received NoneType"),
        ({"measured": 1, "about": 1, "within": 0}, ValueError, "within must be above 0, received 0"),
        ({"measured": 1, "about": 1, "within": math.nan}, ValueError, "within must be above 0, received nan"),
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
        claim("malformed", "It is true.", **arguments)


@pytest.mark.parametrize("statement", ["", "  ", None])
def test_a_claim_says_something(statement):
    with pytest.raises(ValueError, match=f"statement must be a sentence, received {statement!r}"):
        claim("silent", statement, measured=1, equals=1)


@pytest.mark.parametrize("claim_id", ["", "Two Words", "under_score", "-edge", 7])
def test_ids_are_words_joined_by_hyphens(claim_id):
    with pytest.raises(ValueError, match="claim_id must be lower-case words joined by hyphens"):
        claim(claim_id, "It is one.", measured=1, equals=1)


def test_measured_marks_what_machines_disagree_on():
    assert f"took {measured(1.2345, '.1f')} s" == "took ⟨1.2⟩ s"
