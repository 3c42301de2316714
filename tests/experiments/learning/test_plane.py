"""Networks of a few hidden units: their answers, their slopes, and how many starts find what no line can."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.learning import plane

HIDDEN = np.array([[0.7, -0.3, 0.2], [0.4, 0.9, -0.1], [-1.1, 0.5, 0.3]])
OUTPUT = np.array([0.8, -0.6, 1.2, 0.1])
CURVES = {"none": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}


@pytest.mark.parametrize("name", plane.NONLINEARITIES)
def test_learning_moves_every_weight_against_its_slope(name):
    points, classes = plane.moons(5)
    hidden, output = (torch.tensor(each, requires_grad=True) for each in (HIDDEN, OUTPUT))
    for _ in range(3):
        z = torch.tensor(points) @ hidden[:, :2].T + hidden[:, 2]
        logits = CURVES[name](z) @ output[:-1] + output[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(classes * 1.0))
        slopes = torch.autograd.grad(loss, (hidden, output))
        hidden, output = (
            (each - 0.5 * slope).detach().requires_grad_() for each, slope in zip((hidden, output), slopes, strict=True)
        )
    learned = plane.learn_plane(points, classes, HIDDEN, OUTPUT, name, steps=3)
    assert learned[0] == pytest.approx(hidden.detach().numpy(), abs=1e-12)
    assert learned[1] == pytest.approx(output.detach().numpy(), abs=1e-12)


def test_many_networks_learn_as_each_alone():
    together = plane.learn_plane(
        plane.CORNERS, plane.ALIKE, np.stack([HIDDEN, 2 * HIDDEN]), np.stack([OUTPUT, -OUTPUT]), "tanh", steps=4
    )
    for place, (hidden, output) in enumerate([(HIDDEN, OUTPUT), (2 * HIDDEN, -OUTPUT)]):
        alone = plane.learn_plane(plane.CORNERS, plane.ALIKE, hidden, output, "tanh", steps=4)
        assert together[0][place] == pytest.approx(alone[0])
        assert together[1][place] == pytest.approx(alone[1])


def test_arguments_stay_as_they_are():
    hidden, output = HIDDEN.copy(), OUTPUT.copy()
    plane.learn_plane(plane.CORNERS, plane.ALIKE, hidden, output, "tanh", steps=1)
    assert np.array_equal(hidden, HIDDEN)
    assert np.array_equal(output, OUTPUT)


def test_the_network_of_the_table_answers_the_corners():
    answers = plane.answers(plane.CORNERS, np.array([[1, 1, 0], [-1, -1, 0]]), np.array([1, 1, -1]), "ReLU")
    assert answers.tolist() == [1, 1, -1, -1]


def test_starts_are_counted():
    assert plane.found(4, "none") == 0  # they rest at 0, where rounding may have the right signs
    assert plane.found(2, "tanh", starts=10, steps=0) < plane.found(2, "tanh", starts=10)


@pytest.mark.parametrize("call", [plane.answers, plane.learn_plane])
def test_an_unknown_nonlinearity_is_refused(call):
    given = (plane.CORNERS, HIDDEN, OUTPUT) if call is plane.answers else (plane.CORNERS, plane.ALIKE, HIDDEN, OUTPUT)
    message = f"{call.__name__}: nonlinearity must be one of 'none', 'sigmoid', 'tanh', 'ReLU', received 'step'"
    with pytest.raises(ValueError, match=exactly(message)):
        call(*given, "step", **({} if call is plane.answers else {"steps": 1}))
