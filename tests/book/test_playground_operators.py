"""The playgrounds' operators, a fourth implementation, give what `cnnlib` gives."""

from itertools import product

import numpy as np
import pytest

from cnnlib import data, definition, vectorized
from cnnlib.live import bundle

rng = np.random.RandomState(0)
X = rng.standard_normal((2, 9, 13))


@pytest.fixture(scope="module")
def compute(browser):
    """Call functions of the scripts in a page: a list of (expression, arrays) becomes a list of arrays."""
    page = browser.new_page()
    page.add_script_tag(content=bundle("playground/scripts/digits", "playground/scripts/poolings"))
    page.evaluate("""() => { window.given = ({ shape, data }) => array(shape, Float64Array.from(data)); }""")

    def compute(calls):
        calls = [
            (expression, [{"shape": each.shape, "data": each.ravel().tolist()} for each in arrays])
            for expression, arrays in calls
        ]
        results = page.evaluate(
            """calls => calls.map(([expression, arrays]) => {
              const y = new Function("x", "w", "b", `return ${expression}`)(...arrays.map(given));
              return y && { shape: y.shape, data: [...y.data] };
            })""",
            calls,
        )
        return [result and np.reshape(result["data"], result["shape"]) for result in results]

    yield compute
    page.close()


def test_convolution(compute):
    calls, expected = [], []
    for size, stride, padding, dilation, mode in product(
        ((3, 5), (2, 1), (1, 7), (4, 4)), (1, 2, 3), (0, 1, 4), (1, 2), ("zeros", "circular")
    ):
        if any(n + 2 * padding < dilation * (k - 1) + 1 for n, k in zip(X.shape[1:], size, strict=True)):
            continue
        weight, bias = rng.standard_normal((3, 2, *size)), rng.standard_normal(3)
        options = f'{{ stride: {stride}, padding: {padding}, dilation: {dilation}, paddingMode: "{mode}" }}'
        calls.append((f"conv2d(x, w, b, {options})", (X, weight, bias)))
        options = {"stride": stride, "padding": padding, "dilation": dilation, "padding_mode": mode}
        expected.append(vectorized.conv2d(X[None], weight, bias, **options)[0])
    assert len(calls) > 120
    for (expression, _), y, right in zip(calls, compute(calls), expected, strict=True):
        np.testing.assert_allclose(y, right, atol=1e-10, err_msg=expression)


def test_what_does_not_fit_gives_no_output(compute):
    [y] = compute([("conv2d(x, w, null, { dilation: 3 })", (X, np.ones((1, 2, 4, 1))))])
    assert y.shape == (1, 0, 13)


def test_pooling(compute):
    positive, calls, expected = np.abs(X), [], []
    for kernel, stride in product((1, 2, 3, 5), (1, 2, 3)):
        calls += [
            (f"maxPool2d(x, {kernel}, {stride})", (X,)),
            (f"avgPool2d(x, {kernel}, {stride})", (X,)),
            (f"lpPool2d(x, {kernel}, {stride}, 3)", (positive,)),
            (f"blurPool2d(x, {kernel}, {stride})", (X,)),
        ]
        expected += [
            definition.max_pool2d(X[None], kernel, stride=stride),
            definition.avg_pool2d(X[None], kernel, stride=stride),
            definition.lp_pool2d(positive[None], kernel, stride=stride, norm_type=3),
            definition.blur_pool2d(X[None], kernel, stride=stride),
        ]
    for (expression, _), y, right in zip(calls, compute(calls), expected, strict=True):
        np.testing.assert_allclose(y, right[0], atol=1e-10, err_msg=expression)


def test_the_rest(compute):
    weight, bias = rng.standard_normal((4, X.size)), rng.standard_normal(4)
    large = np.array([-1000.0, 3, 999, 1000])
    y = compute(
        [
            ("linear(x, w, b)", (X, weight, bias)),
            ("relu(x)", (X,)),
            ("sigmoid(x)", (X,)),
            ("tanh(x)", (X,)),
            ("softmax(x)", (large,)),
        ]
    )
    np.testing.assert_allclose(y[0], definition.linear(X.reshape(1, -1), weight, bias)[0], atol=1e-10)
    for result, name in zip(y[1:4], ("relu", "sigmoid", "tanh"), strict=True):
        np.testing.assert_allclose(result, getattr(definition, name)(X), atol=1e-12)
    np.testing.assert_allclose(y[4], definition.softmax(large[None])[0], atol=1e-12)


def photograph(height, width, *, dark, seed):
    """Lay a digit somewhere on a page in slanting light."""
    noise = np.random.RandomState(seed)
    page = np.zeros((height, width))
    side = 28 * (min(height, width) // 28 or 1)
    if side > min(height, width):
        page[2 : height // 2, 3 : width - 4] = 1  # too small for a digit: a bar
    else:
        digit = np.kron(data.mnist().test.images[seed, 0] / 255, np.ones((side // 28, side // 28)))
        top, left = noise.randint(0, height - side + 1), noise.randint(0, width - side + 1)
        page[top : top + side, left : left + side] = digit
    rows, columns = np.indices(page.shape)
    paper = 150 + 60 * rows / height - 40 * columns / width
    return np.clip(paper + (-110 if dark else 60) * page + noise.normal(0, 3, page.shape), 0, 255).astype(np.uint8)


def test_a_photograph_is_prepared_as_cnnlib_does_it(compute):
    sizes = ((120, 150), (97, 61), (300, 210), (28, 28), (9, 14))
    pictures = [
        photograph(*size, dark=dark, seed=seed)
        for seed, (size, dark) in enumerate(product(sizes, (True, False)), start=3)
    ]
    for picture, digit in zip(pictures, compute([("asMnist(x)", (picture,)) for picture in pictures]), strict=True):
        right = data.as_mnist(picture)
        assert right.max() > 0.5
        np.testing.assert_allclose(digit[0], right, atol=1e-5, err_msg=str(picture.shape))


def test_a_side_that_falls_between_two_pixels_is_rounded_as_python_does_it(compute):
    page = np.zeros((55, 52))
    page[5:45, 9:30] = np.linspace(0.6, 1, 21)  # 40 × 21, scaled to 20 × 10.5
    [digit] = compute([("asMnist(x)", (page,))])
    np.testing.assert_allclose(digit[0], data.as_mnist(page), atol=1e-5)
    assert np.count_nonzero(digit[0].max(axis=0)) == 10


def test_an_even_picture_and_a_tiny_one_show_nothing(compute):
    even, slanted = np.full((40, 30), 180.0), np.add.outer(np.arange(40.0), 2 * np.arange(30.0))
    assert compute([("asMnist(x)", (each,)) for each in (even, slanted, rng.rand(7, 20))]) == [None] * 3


def test_pictures_are_resized_as_pillow_does_it(compute):
    from PIL import Image

    picture = rng.rand(19, 45).astype(np.float32)
    sizes = ((28, 28), (20, 7), (19, 45), (3, 80))
    results = compute([(f"resized(x, {height}, {width})", (picture,)) for height, width in sizes])
    for (height, width), y in zip(sizes, results, strict=True):
        right = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(y, np.asarray(right), atol=1e-6)
