"""Products in pieces are the product, and no piece is larger than what BLAS multiplies as it lies."""

import numpy as np
import pytest

from cnnlib.vectorized._products import AS_THEY_LIE, FEW_ROWS, FEWEST_COLUMNS, SMALL_RESULT, _pieces, inner, times

RNG = np.random.default_rng(5)


def normal(*shape, dtype=np.float32):
    return RNG.standard_normal(shape).astype(dtype)


def cut(length, products_each):
    """List how long the pieces are, which must make up the axis in order."""
    pieces = _pieces(length, products_each, True)
    cells = [range(length)[piece] for piece in pieces]
    assert [cell for piece in cells for cell in piece] == list(range(length))
    return [len(piece) for piece in cells]


@pytest.mark.parametrize(
    ("length", "each", "lengths"),
    [
        (1000, 1000, [1000]),  # a million, no more
        (1001, 1000, [512, 489]),
        (640, 16 * 150, [320, 320]),  # not 416 and 224
        (4096, 500, [1376, 1376, 1344]),
        (33, AS_THEY_LIE, [16, 16, 1]),  # never less than a register
        (0, 1000, [0]),
    ],
)
def test_an_axis_is_cut_evenly_into_registers_within_the_bound(length, each, lengths):
    assert cut(length, each) == lengths


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize(("rows", "common", "columns"), [(6, 400, 1000), (30, 80, 641), (FEW_ROWS + 1, 100, 700)])
def test_a_product_in_pieces_is_the_product(shape, rows, common, columns):
    a, b = normal(*shape, rows, common), normal(*shape, common, columns)
    out = np.full((*shape, rows, columns), np.nan, np.float32)
    times(a, b, out)
    np.testing.assert_allclose(out, a.astype(np.float64) @ b, rtol=0, atol=1e-4)


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize(("rows", "others", "common"), [(6, 25, 12800), (16, 72, 1000), (30, 80, 2000)])
def test_an_inner_product_in_pieces_is_the_inner_product(shape, rows, others, common):
    a, b = normal(*shape, rows, common), normal(*shape, others, common)
    exact = a.astype(np.float64) @ b.swapaxes(-1, -2)
    np.testing.assert_allclose(inner(a, b), exact, rtol=0, atol=1e-3)


def test_only_few_rows_are_cut(monkeypatch):
    products, matmul = [], np.matmul

    def counted(a, b, out):
        products.append(b.shape)
        return matmul(a, b, out=out)

    monkeypatch.setattr(np, "matmul", counted)

    def made(rows, common, columns, dtype=np.float32):
        products.clear()
        times(normal(rows, common, dtype=dtype), normal(common, columns, dtype=dtype), np.empty((rows, columns), dtype))
        return len(products)

    assert made(FEW_ROWS, 200, 640) == 5
    assert made(FEW_ROWS, 200, 640, np.float64) == 1
    assert made(FEW_ROWS + 1, 200, 640) == 1
    common = AS_THEY_LIE // (10 * FEWEST_COLUMNS)
    assert made(10, common, 640) == 7
    assert made(10, common + 1, 640) == 1


def test_only_small_results_are_cut():
    class Counted(np.ndarray):
        """An array that counts how often it is multiplied."""

        products = 0

        def __matmul__(self, other):
            Counted.products += 1
            return np.asarray(self) @ np.asarray(other)

    def made(rows, others, common, dtype=np.float32):
        Counted.products = 0
        inner(normal(rows, common, dtype=dtype).view(Counted), normal(others, common, dtype=dtype))
        return Counted.products

    assert made(SMALL_RESULT // 30, 30, 4096) == 5
    assert made(SMALL_RESULT // 30, 30, 4096, np.float64) == 1
    assert made(SMALL_RESULT // 30 + 1, 30, 4096) == 1
