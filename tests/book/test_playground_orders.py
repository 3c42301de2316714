"""A layer and a shift in two orders, and the table that chooses, show what `cnnlib` computes."""

import numpy as np
import pytest
from book.playgrounds import drag, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)

from cnnlib.playground import OrdersPlayground
from cnnlib.playground.orders import LAYERS

PICTURE = np.random.RandomState(0).randint(0, 256, (10, 16)).astype(np.uint8)
SHIFTS = (1, 2, 3, 4, 12)


def held_to(root, widget):
    """Compare what the page holds with what Python answers to the same setting."""
    seen, x = outputs(root), PICTURE[None, None] / 255
    y = LAYERS[widget.layer](x)
    np.testing.assert_allclose(seen["first"], LAYERS[widget.layer](np.roll(x, widget.right, axis=3))[0], atol=1e-4)
    np.testing.assert_allclose(seen["moved"], np.roll(y, widget.cells, axis=3)[0], atol=1e-4)
    assert float(root.get_attribute("data-error")) == pytest.approx(widget.error, abs=1e-6)
    assert root.get_attribute("data-layer") == widget.layer


def test_every_cell_of_the_table_shows_its_error_and_its_pictures(show):  # noqa: F811
    widget = OrdersPlayground(PICTURE)
    root = show(widget)
    rows = root.query_selector_all(".errors tr")[1:]
    assert [row.query_selector("th").text_content() for row in rows] == list(LAYERS)
    for row, layer in zip(rows, LAYERS, strict=True):
        for cell, right in zip(row.query_selector_all("button"), SHIFTS, strict=True):
            cell.click()
            widget.layer, widget.right = layer, right
            held_to(root, widget)
            assert cell.text_content() == ("0" if widget.error < 1e-9 else f"{widget.error:.2f}")
            assert cell.get_attribute("aria-pressed") == "true"
            assert f"{layer}: the photograph shifted by {right}, its map by {widget.cells}." in text_of(
                root, ".sentence"
            )
    assert len(root.query_selector_all(".errors [aria-pressed=true]")) == 1


def test_it_says_how_much_of_the_map_the_cells_that_differ_hold(show):  # noqa: F811
    widget = OrdersPlayground(PICTURE)
    root = show(widget)
    for layer, right in (("edges, zeros around", 3), ("edges, on a ring", 3), ("edges, stride 2", 1)):
        move(root, "input[name=right]", right)
        root.query_selector_all(".errors th[scope=row]")[list(LAYERS).index(layer)].click()
        widget.layer, widget.right = layer, right
        held_to(root, widget)
        first, moved = (outputs(root)[name] for name in ("first", "moved"))
        differ = abs(first - moved) > 1e-9
        share = (first[differ] ** 2).sum() / (first**2).sum()
        said = f"{100 * differ.mean():.0f} % of the cells differ, and they hold {100 * share:.0f} % of the map’s sum"
        assert (said if differ.any() else "The error is 0: no cell differs.") in text_of(root, ".sentence")


def test_a_slider_a_hand_and_the_arrow_keys_shift_too(show):  # noqa: F811
    widget = OrdersPlayground(PICTURE)
    root = show(widget)
    for right in (0, 7, -5, 12):
        move(root, "input[name=right]", right)
        widget.right = right
        held_to(root, widget)
        rows = root.query_selector_all(".errors tr")[1:]
        assert [row.get_attribute("class") == "now" for row in rows] == [name == widget.layer for name in LAYERS]
    box = root.query_selector(".orders canvas").bounding_box()
    start = box["x"] + box["width"] / 2, box["y"] + 20
    drag(root.owner_frame().page, start, (start[0] - 5 * box["width"] / 16, start[1]))
    assert root.get_attribute("data-right") == "7"
    drag(root.owner_frame().page, start, (start[0] - 7 * box["width"] / 16, start[1]))
    drag(root.owner_frame().page, start, (start[0] - 7 * box["width"] / 16, start[1]))
    widget.right = -7  # beyond where it began
    held_to(root, widget)
    drag(root.owner_frame().page, start, (start[0] - 7 * box["width"] / 16, start[1]))
    widget.right = 2  # 14 to the left, on a ring of 16
    held_to(root, widget)
    root.query_selector(".errors button").focus()
    press(root, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight")
    assert (root.get_attribute("data-layer"), root.get_attribute("data-right")) == ("edges, stride 2", "3")


def test_python_hears_and_is_heard(show):  # noqa: F811
    root = show(OrdersPlayground(PICTURE), kernel=True)
    page = root.owner_frame().page
    root.query_selector_all(".errors button")[6].click()
    page.wait_for_function("() => model.sent.length === 2")
    assert page.evaluate("() => model.sent") == [["layer", "edges, on a ring"], ["right", 2]]
    page.evaluate("() => { model.set('layer', 'max pooling'); model.set('right', 5); }")
    assert (root.get_attribute("data-layer"), root.get_attribute("data-right")) == ("max pooling", "5")


def test_a_picture_that_cannot_be_halved_is_refused():
    with pytest.raises(
        ValueError, match=r"picture must have shape \(H, W\), both even .*, received \(9, 16\) of uint8"
    ):
        OrdersPlayground(PICTURE[:9])
