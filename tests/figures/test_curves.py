"""Two panels, two lines each, every value where it belongs."""

import pytest
from messages import exactly

from cnnlib.figures import show_learning_curve

HISTORY = [
    {"epoch": 1, "loss": 2.0, "accuracy": 0.3, "test_loss": 1.5, "test_accuracy": 0.4, "seconds": 1.0},
    {"epoch": 2, "loss": 1.0, "accuracy": 0.6, "test_loss": 1.25, "test_accuracy": 0.5, "seconds": 1.0},
]


def test_every_value_is_drawn_at_its_epoch():
    loss, accuracy = show_learning_curve(HISTORY).axes
    for axis, key in ((loss, "loss"), (accuracy, "accuracy")):
        drawn = {line.get_label(): line.get_xydata().tolist() for line in axis.lines}
        assert drawn == {
            "training": [[row["epoch"], row[key]] for row in HISTORY],
            "test": [[row["epoch"], row[f"test_{key}"]] for row in HISTORY],
        }
        assert axis.get_xlabel() == "epoch"
    assert (loss.get_title(), accuracy.get_title()) == ("cross-entropy", "accuracy")
    assert loss.get_ylim()[0] == 0
    assert accuracy.get_ylim()[1] == 1
    assert [text.get_text() for text in accuracy.get_legend().get_texts()] == ["training", "test"]


@pytest.mark.parametrize(
    ("history", "received"),
    [([], "none"), ([{"epoch": 1, "loss": 2.0, "accuracy": 0.3}], "epoch, loss, accuracy")],
)
def test_a_history_without_test_results_is_refused(history, received):
    message = f"show_learning_curve: history must hold epochs with test results, received {received}"
    with pytest.raises(ValueError, match=exactly(message)):
        show_learning_curve(history)
