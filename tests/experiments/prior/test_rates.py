"""A rate is found by climbing, and never at an end."""

import pytest

from cnnlib.experiments.prior.rates import LADDER, best_rate


@pytest.mark.parametrize("best", LADDER[1:-1])
def test_the_best_rate_is_found_from_the_middle(best):
    tried = []

    def error_at(rate):
        tried.append(rate)
        return abs(LADDER.index(rate) - LADDER.index(best))

    assert best_rate(error_at) == best
    assert len(tried) == len(set(tried))
    assert {LADDER[LADDER.index(best) - 1], LADDER[LADDER.index(best) + 1]} <= set(tried)


def test_where_it_is_flat_it_stays():
    assert best_rate(lambda rate: 0.5, start=0.03) == 0.03


def test_a_best_rate_at_the_end_is_no_answer():
    with pytest.raises(ValueError, match="lies at an end of the ladder"):
        best_rate(lambda rate: -rate)
