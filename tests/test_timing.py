"""The one timer: warmed up, as often and as long as asked for."""

import pytest

from cnnlib import timing


def test_timing_warms_up_first():
    done = []
    assert len(timing.timed(lambda: done.append(1), runs=3)) == 3
    assert len(done) == 4


def test_it_goes_on_for_as_long_as_asked_for(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def work():
        now[0] += 2.0

    assert timing.timed(work, runs=2, seconds=7.0) == [2.0] * 4


def test_the_rate_of_a_matrix_product_is_that_of_its_best_run(monkeypatch):
    monkeypatch.setattr(timing, "timed", lambda work, device, **options: (work(), [4.0, 2.0])[1])
    assert timing.matrix_rate(size=10) == 10**3 / 2


def test_a_gpu_is_waited_for_before_and_after(monkeypatch):
    torch, said = pytest.importorskip("torch"), []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: said.append("wait"))
    timing.timed_once(lambda: said.append("work"), torch.device("cuda:0"))
    assert said == ["wait", "work", "wait"]
