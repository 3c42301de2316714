"""The network that learns in the page takes the steps that `cnnlib` takes, through every control."""

import json
import re
from itertools import product

import numpy as np
import pytest
from book.playgrounds import move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)

from cnnlib.playground import LearningPlayground
from cnnlib.playground.learning import _digits

RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
BATCHES = [1, 2, 5, 10, 20, 50, 100, 200]


def agree(root, widget):
    """Hold weights, and what the held digits say of them, to the widget's."""
    seen = outputs(root)
    assert set(seen) == set(widget.weights)
    for name, weight in widget.weights.items():
        np.testing.assert_allclose(seen[name], weight, atol=1e-4, err_msg=name)
    assert float(root.get_attribute("data-held-loss")) == pytest.approx(widget.held_loss, abs=1e-4)
    assert int(root.get_attribute("data-held-right")) == widget.held_right


def test_weights_are_cnnlibs_through_every_control(show):  # noqa: F811
    widget = LearningPlayground()
    root = show(widget)
    settings = product(("kernels", "two"), ("relu", "tanh", "sigmoid"), (0.03, 1), (1, 20), (0, 7))
    for count, (network, activation, rate, batch, seed) in enumerate(settings):
        if count % 3:
            continue  # a third of them, in which any two values meet
        move(root, "select >> nth=0", network)
        move(root, "select >> nth=1", activation)
        move(root, "input[name=rate]", RATES.index(rate))
        move(root, "input[name=batch]", BATCHES.index(batch))
        move(root, "input[name=seed]", seed)
        assert root.get_attribute("data-step") == "0"
        widget.network, widget.activation, widget.rate, widget.batch, widget.seed = (
            network, activation, rate, batch, seed,
        )  # fmt: skip
        for step in (0, 23):
            move(root, ".player input", step)
            widget.step = step
            agree(root, widget)


def test_a_way_back_leads_to_the_weights_that_were_there(show):  # noqa: F811
    widget = LearningPlayground()
    root = show(widget)
    for step in (60, 59, 25, 26, 0, 51):
        move(root, ".player input", step)
        widget.step = step
        agree(root, widget)
    back, on = root.query_selector_all(".player button")[1:]
    on.click()
    widget.step = 52
    agree(root, widget)
    back.click()
    assert root.get_attribute("data-step") == "51"


def test_every_number_of_a_step_is_there(show):  # noqa: F811
    widget = LearningPlayground()
    root = show(widget)
    assert "No step yet" in root.text_content()
    for network in ("two", "kernels"):
        move(root, "select >> nth=0", network)
        move(root, ".player input", 7)
        widget.network, widget.step = network, 6
        before = widget.weights
        widget.step = 7
        after = widget.weights
        places = root.evaluate("root => [...root.querySelectorAll('.one-step select option')].map(each => each.text)")
        numbers = 0
        for place, label in enumerate(places):
            move(root, ".one-step select", place)
            boards = root.query_selector_all(".one-step .board")
            boards[1].focus()
            press(root, "ArrowRight", "ArrowDown")
            kind = "bias" if "bias" in label else "weight"
            names = [name for name in before if name.endswith(kind)]
            name = names[-1] if "answers" in label else names[0]
            row = int(label.split()[-1]) - 1 if label[-1].isdigit() else 0
            many = kind == "weight"
            if "answers" in label:
                at = (1, 1) if many else 1
            elif network == "two":
                at = (row, 11) if many else 1
            else:
                at = (row, 0, 1, 1) if many else 1
            was, slope, now = (float(root.get_attribute(f"data-{each}")) for each in ("before", "slope", "after"))
            assert was == pytest.approx(before[name][at], abs=1e-6), label
            assert now == pytest.approx(after[name][at], abs=1e-6), label
            assert now == pytest.approx(was - 0.1 * slope, abs=1e-12)
            assert "− 0.1 · " in text_of(root, ".worked")
            shown = [each.text_content() for each in boards[0].query_selector_all("text")]
            numbers += len(shown)
        assert numbers == {"two": 200 + 2 + 20 + 10, "kernels": 100 + 4 + 10}[network]


def test_the_digits_of_the_batch_and_the_loss_that_they_give(show):  # noqa: F811
    root = show(LearningPlayground())
    move(root, ".player input", 1)
    losses = []
    labels = _digits()["training"][1]
    for thumb in root.query_selector_all(".thumbs button"):
        thumb.click()
        rows = [
            [float(each.text_content().replace("−", "-")) for each in row.query_selector_all("td")]
            for row in root.query_selector_all(".wide-table tr")
        ]
        digit = int(root.get_attribute("data-digit"))
        assert np.argmax(rows[3]) == labels[digit]
        logits = np.array(rows[1])
        p = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(rows[2], p, atol=0.012)
        np.testing.assert_allclose(rows[4], np.array(rows[2]) - rows[3], atol=0.0101)
        losses.append(float(re.search(r"loss −log [\d.]+ = (\d+\.\d+)", root.inner_text())[1]))
    assert len(losses) == 10
    [first] = json.loads(root.get_attribute("data-losses"))
    assert np.mean(losses) == pytest.approx(first, abs=0.001)


def test_it_plays_and_a_change_begins_anew(show):  # noqa: F811
    root = show(LearningPlayground())
    page = root.owner_frame().page
    root.query_selector(".play").click()
    page.wait_for_function("root => Number(root.dataset.step) > 20", arg=root)
    root.query_selector(".play").click()
    step = int(root.get_attribute("data-step"))
    widget = LearningPlayground()
    widget.step = step
    agree(root, widget)
    move(root, "input[name=seed]", 5)
    widget.seed, widget.step = 5, 0
    agree(root, widget)


def test_while_it_plays_its_sentence_speaks_of_one_step(show):  # noqa: F811
    widget = LearningPlayground()
    root = show(widget)
    page = root.owner_frame().page
    page.evaluate(
        """root => {
      const told = root.querySelector(".sentence");
      window.said = [];
      const hear = () => root.querySelector(".playing") && said.push(told.textContent);
      new MutationObserver(hear).observe(told, { childList: true });
    }""",
        root,
    )
    root.query_selector(".play").click()
    page.wait_for_function("root => Number(root.dataset.step) > 60", arg=root)
    root.query_selector(".play").click()
    losses = json.loads(root.get_attribute("data-losses"))
    numbers = r"After step (\d+): (\d+) of 100 .* loss is (\d+\.\d+); .* was (\d+\.\d+)\."
    said = {re.match(numbers, each).groups() for each in page.evaluate("() => said") if each.startswith("After")}
    assert len(said) >= 2
    for step, right, loss, batch in said:
        widget.step = int(step)
        assert int(right) == widget.held_right
        assert float(loss) == pytest.approx(widget.held_loss, abs=6e-4)
        assert float(batch) == pytest.approx(losses[int(step) - 1], abs=6e-4)


def test_the_curve_before_a_change_stays(show):  # noqa: F811
    root = show(LearningPlayground())
    past, curve = (root.query_selector(f".learning-curves .{name}") for name in ("past", "curve"))
    move(root, ".player input", 50)
    before = curve.get_attribute("d")
    assert past.get_attribute("d") == "M0 0"
    assert not root.query_selector(".legend .past").is_visible()
    move(root, "input[name=rate]", RATES.index(1))
    assert past.get_attribute("d") == before
    move(root, "input[name=seed]", 3)  # nothing was learned meanwhile
    assert past.get_attribute("d") == before
    assert curve.get_attribute("d") != before
    assert root.query_selector(".legend .past").is_visible()


def test_a_unit_that_gives_nothing_is_said_to(show):  # noqa: F811
    widget = LearningPlayground()
    root = show(widget)
    silent = set()
    for network in ("two", "kernels"):
        move(root, "select >> nth=0", network)
        move(root, "input[name=rate]", RATES.index(10))
        move(root, "input[name=batch]", BATCHES.index(200))
        widget.network, widget.rate, widget.batch = network, 10, 200
        for step in (1, 9):
            move(root, ".player input", step)
            widget.step = step - 1
            first = next(name for name in widget.weights if name.endswith("weight"))
            before = widget.weights
            widget.step = step
            after = widget.weights
            for unit in range(len(before[first])):
                move(root, ".one-step select", unit)
                still = bool((before[first][unit] == after[first][unit]).all())
                silent.add(still)
                assert ("All slopes are 0" in text_of(root, ".worked")) == still
    assert silent == {True, False}


def test_all_ten_answers_fit_a_phone(show):  # noqa: F811
    root = show(LearningPlayground(), viewport={"width": 390, "height": 844})
    move(root, ".player input", 1)
    table = root.query_selector(".wide-table")
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
    lines = [[td.bounding_box()["y"] for td in row.query_selector_all("td")] for row in table.query_selector_all("tr")]
    assert np.ptp(lines, axis=0).max() < 1  # of one answer, side by side
    assert (np.diff(lines[0]) > 10).all()


def test_a_rate_that_is_too_large_is_said_to_be(show):  # noqa: F811
    root = show(LearningPlayground())
    move(root, "input[name=rate]", RATES.index(10))
    move(root, ".player input", 100)
    told = text_of(root, ".sentence")
    assert "After step 100" in told
    assert int(root.get_attribute("data-held-right")) <= 30


def test_python_hears_and_is_heard(show):  # noqa: F811
    root = show(LearningPlayground(), kernel=True)
    page = root.owner_frame().page
    move(root, "input[name=batch]", 0)
    page.wait_for_function("() => model.sent.length")
    assert page.evaluate("() => model.sent") == [["batch", 1], ["step", 0]]
    page.evaluate("() => { model.set('network', 'two'); model.set('rate', 0.25); model.set('step', 30); }")
    widget = LearningPlayground()
    widget.network, widget.rate, widget.batch, widget.step = "two", 0.25, 1, 30
    agree(root, widget)
    assert "0.25" in root.text_content()
