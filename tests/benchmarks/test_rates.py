"""A rate is found by climbing, and never at an end."""

import pytest

from benchmarks.rates import LADDER, climb


@pytest.mark.parametrize("best", LADDER[1:-1])
def test_the_best_rate_is_found_from_the_middle(best):
    tried = []

    def score(rate):
        tried.append(rate)
        return -abs(LADDER.index(rate) - LADDER.index(best))

    rate, scores = climb(score, 0.01)
    assert rate == best
    assert len(tried) == len(set(tried))
    assert {LADDER[LADDER.index(best) - 1], LADDER[LADDER.index(best) + 1]} <= set(tried)
    assert list(scores) == sorted(tried)
    assert scores == {each: -abs(LADDER.index(each) - LADDER.index(best)) for each in tried}


def test_where_it_is_flat_it_stays():
    assert climb(lambda rate: 0.5, 0.03)[0] == 0.03


def test_another_ladder_is_climbed_as_well():
    assert climb(lambda rate: -abs(rate - 8), 2, (1, 2, 4, 8, 16)) == (8, {1: -7, 2: -6, 4: -4, 8: 0, 16: -8})


@pytest.mark.parametrize("sign", [1, -1])
def test_a_best_rate_at_the_end_is_no_answer(sign):
    with pytest.raises(ValueError, match="climb: the best rate lies at an end of the ladder, received scores"):
        climb(lambda rate: sign * rate, 0.01)
