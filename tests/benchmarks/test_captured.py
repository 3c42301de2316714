"""A captured run takes the steps that a plain loop takes, and looks at no number on the way."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.captured import CapturedTraining
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool
from cnnlib.training import Recipe

PLAN = Architecture(
    "small", (2, 6, 5), (Conv(3, 3, padding=1), Activation("relu"), Pool("max", 2), Flatten(), Dense(4))
)
RECIPE = Recipe(epochs=3, batch_size=4, learning_rate=0.02, seed=5)


def data(count=18):
    random = np.random.RandomState(0)
    return random.rand(count, 2, 6, 5).astype(np.float32), random.randint(0, 4, count)


def training(recipe=RECIPE, *, count=18, **options):
    return CapturedTraining(Network(PLAN, seed=9), *data(count), recipe, device="cpu", **options)


def weights_after(run, seed=None):
    run.restart(seed)
    losses = run.train().clone()
    return losses, [parameter.detach().clone() for parameter in run.network.parameters()]


@pytest.mark.parametrize(
    ("recipe", "plain"),
    [
        (RECIPE, torch.optim.Adam),
        (
            Recipe(3, 4, 0.1, seed=5, optimizer="sgd", momentum=0.9, weight_decay=0.01),
            partial(torch.optim.SGD, momentum=0.9, weight_decay=0.01),
        ),
    ],
)
def test_the_steps_are_those_of_a_plain_loop(recipe, plain):
    run = training(recipe)
    run.prepare()  # leaves traces that must not count
    losses, weights = weights_after(run)

    network, random = Network(PLAN, seed=5), torch.Generator().manual_seed(5)
    optimizer = plain(network.parameters(), lr=1.0)
    images, labels = map(torch.from_numpy, data())
    for epoch in range(3):
        order, expected = torch.rand(18, generator=random).argsort()[:16], []
        for step, batch in enumerate(order.split(4)):
            optimizer.param_groups[0]["lr"] = recipe.rate((4 * epoch + step) / 12)
            loss = torch.nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            expected.append(loss.item())
    torch.testing.assert_close(losses, torch.tensor(expected))
    torch.testing.assert_close(weights, [parameter.detach() for parameter in network.parameters()])


def test_a_restarted_run_comes_to_the_same_end_and_another_seed_to_another():
    run = training(shift=1)
    first, again, other = weights_after(run), weights_after(run), weights_after(run, seed=6)
    for one, two, three in zip(first[1], again[1], other[1], strict=True):
        assert torch.equal(one, two)
        assert not torch.equal(one, three)


def test_shifted_pictures_are_the_pictures_shifted():
    run = training(shift=2)
    images, labels = data()
    padded = np.pad(images, [(0, 0), (0, 0), (2, 2), (2, 2)])
    seen, moves = set(), set()
    run.restart()
    for epoch in range(3):
        run._fill(epoch)
        for picture, label in zip(run._x.flatten(0, 1).numpy(), run._y.flatten().tolist(), strict=True):
            found = [
                (i, dy, dx)
                for i in range(18)
                for dy in range(5)
                for dx in range(5)
                if np.array_equal(padded[i, :, dy : dy + 6, dx : dx + 5], picture)
            ]
            [(i, dy, dx)] = found
            assert label == labels[i]
            seen.add((epoch, i))
            moves.add((dy, dx))
    assert len(seen) == 3 * 16  # none twice in an epoch, two left out
    assert {dy for dy, _ in moves} == {dx for _, dx in moves} == set(range(5))
    assert len(moves) > 12


class NoLook(TorchDispatchMode):
    """Refuse what makes a host wait for its device: to read a number out of a tensor."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        assert function not in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default)
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_nothing_of_a_step_but_the_cpus_optimizer_looks_at_a_number(precision):
    run = training(precision=precision)
    run.restart()
    with NoLook():
        run._fill(0)
        loss = run._loss(run._x[0], run._y[0])
        loss.backward()
    assert loss.dtype == torch.float32
    assert all(parameter.grad.dtype == torch.float32 for parameter in run.network.parameters())
    exact = training()
    exact.restart()
    exact._fill(0)
    assert loss.detach().item() == pytest.approx(exact._loss(exact._x[0], exact._y[0]).detach().item(), rel=0.02)
    assert (precision == "float32") == torch.equal(loss, exact._loss(exact._x[0], exact._y[0]))


def test_gradients_reach_the_optimizer_with_the_strides_of_the_weights():
    plan = Architecture("one channel", (1, 6, 5), (Conv(3, 3), Flatten(), Dense(4)))
    images, labels = data()
    run = CapturedTraining(Network(plan), images[:, :1], labels, RECIPE, device="cpu")
    run.prepare()

    class Turned(torch.autograd.Function):
        """Hand on a gradient whose axis of one cell has another stride."""

        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            return grad.clone().as_strided(grad.shape, (9, 1, 3, 1))

    weight, seen = run.network.conv1.weight, []
    others = [parameter for parameter in run.network.parameters() if parameter is not weight]
    run._loss = lambda x, y: torch.nn.functional.conv2d(x, Turned.apply(weight)).mean() + sum(p.sum() for p in others)
    run.optimizer.register_step_pre_hook(lambda *given: seen.append((weight.grad.stride(), weight.grad.clone())))
    run.restart()
    run._step(0)
    [(stride, grad)] = seen
    assert stride == weight.stride() == (9, 9, 3, 1)
    assert grad.abs().sum() > 0


def test_compiling_sees_the_whole_loss_once(monkeypatch):
    compile_ = partial(torch.compile, backend="eager", fullgraph=True)
    monkeypatch.setattr(torch, "compile", compile_)
    torch._dynamo.reset()
    with torch._dynamo.config.patch(error_on_recompile=True):
        run = training(compiled=True)
        run.prepare()  # a second shape, or a guard on where a batch lies, would compile again
        losses, weights = weights_after(run)
    plain = weights_after(training())
    torch.testing.assert_close((losses, weights), plain)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": np.full(18, 4)}, "labels must lie between 0 and 3, received labels from 4 to 4"),
        ({"labels": np.zeros(17, int)}, "equally many and at least a batch of 4, received 18 images and 17 labels"),
        ({"images": np.zeros((3, 2, 6, 5)), "labels": np.zeros(3, int)}, "a batch of 4, received 3 images"),
        ({"shift": -1}, "shift must be at least 0, received -1"),
        ({"precision": "float16"}, "precision must be one of 'float32', 'bfloat16', received 'float16'"),
        ({"captured": True}, "captured must be False where the device is no GPU, received cpu"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_at_the_door(change, message):
    images, labels = data()
    given = {"images": images, "labels": labels, "device": "cpu"} | change
    with pytest.raises(ValueError, match=message):
        CapturedTraining(Network(PLAN), given.pop("images"), given.pop("labels"), RECIPE, **given)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device to capture on")
@pytest.mark.parametrize("recipe", [RECIPE, Recipe(3, 4, 0.1, seed=5, optimizer="sgd", momentum=0.9)])
@pytest.mark.parametrize("compiled", [False, True])
def test_a_captured_epoch_takes_the_steps_that_it_captured(recipe, compiled, monkeypatch):
    # Adam makes a step of the full size out of a gradient that is nothing but rounding.
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    pair = [
        CapturedTraining(Network(PLAN), *data(), recipe, device="cuda", shift=1, captured=captured, compiled=compiled)
        for captured in (True, False)
    ]
    for run in pair:
        run.prepare()
    replayed, taken = (weights_after(run) for run in pair)
    torch.testing.assert_close(replayed, taken, rtol=1e-3, atol=1e-4)
