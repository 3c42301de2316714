"""A shared batch gives what one thread gives, and BLAS gets its threads back whatever happens."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from cnnlib.vectorized import _threads, conv2d, conv2d_backward

RNG = np.random.default_rng(11)


@pytest.fixture
def three_threads(monkeypatch):
    """Share however little there is to do, between three threads."""
    monkeypatch.setattr(_threads, "WORTH_THREADS", 0)
    monkeypatch.setattr(_threads, "_available", lambda: 3)


def limits():
    return [each["num_threads"] for each in _threads._blas.info()]


@pytest.mark.parametrize(("algorithm", "filters"), [("im2col", 4), ("im2col", 128), ("toeplitz", 4)])
@pytest.mark.parametrize("batch", [0, 1, 2, 3, 7])
def test_a_shared_convolution_is_the_same_convolution(batch, algorithm, filters, three_threads, monkeypatch):
    x, weight = RNG.standard_normal((batch, 6, 9, 11)), RNG.standard_normal((filters, 3, 3, 2))
    options = {"stride": (2, 1), "padding": (1, 0), "groups": 2, "algorithm": algorithm}
    y = conv2d(x, weight, **options)
    grads = conv2d_backward(y, x, weight, **options)
    monkeypatch.setattr(_threads, "WORTH_THREADS", float("inf"))
    np.testing.assert_allclose(y, conv2d(x, weight, **options), rtol=0, atol=1e-12)
    for shared, alone in zip(grads[:2], conv2d_backward(y, x, weight, **options)[:2], strict=True):
        np.testing.assert_allclose(shared, alone, rtol=0, atol=1e-10)


def test_slices_make_up_the_batch_in_order(three_threads):
    slices = _threads.share(lambda part: part, 7, products=1)
    assert [index for part in slices for index in range(7)[part]] == list(range(7))
    assert len(slices) == 3


def test_a_batch_too_small_to_share_leaves_blas_its_threads(three_threads):
    before = limits()
    assert _threads.share(lambda part: (part, limits()), 2, products=1) == [(slice(0, 2), before)]


def test_products_are_not_split_while_the_batch_is_shared_and_are_again_after_it(three_threads):
    before = limits()
    seen = _threads.share(lambda part: limits(), 3, products=1)
    assert seen == [[1] * len(before)] * 3
    assert limits() == before


def test_a_limit_on_threads_holds_for_a_shared_batch(monkeypatch):
    monkeypatch.setattr(_threads, "WORTH_THREADS", 0)
    with threadpool_limits(1):
        assert _threads.share(lambda part: part, 4, products=1) == [slice(0, 4)]


def test_a_failure_in_a_thread_reaches_the_caller_and_blas_gets_its_threads_back(three_threads):
    before = limits()

    def fail(part):
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        _threads.share(fail, 3, products=1)
    assert limits() == before


def test_a_second_caller_at_the_same_time_works_alone_and_blas_has_its_threads_back(three_threads):
    before, started, finish = limits(), threading.Event(), threading.Event()

    def wait(part):
        started.set()
        finish.wait()

    first = threading.Thread(target=_threads.share, args=(wait, 3, 1))
    first.start()
    started.wait()
    assert _threads.share(lambda part: part, 3, products=1) == [slice(0, 3)]
    finish.set()
    first.join()
    assert limits() == before
    assert len(_threads.share(lambda part: part, 3, products=1)) == 3
