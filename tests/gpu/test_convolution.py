from functools import partial

import pytest
import torch
from hypothesis import given
from oracles import HALF, assert_agrees, on_each_device, tensor, torch_conv
from strategies import conv_cases

from cnnlib.gpu import _unfold, conv1d, conv2d, locally_connected2d

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # PyTorch's copy is its own

with_each_algorithm = pytest.mark.parametrize("algorithm", ["unfold", "cudnn", "auto"])


def random(*shape, **options):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)), dtype=torch.float64, **options)


@with_each_algorithm
def test_conv2d_by_hand(algorithm):
    image = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    kernel = torch.tensor([[[[1.0, 10.0]]], [[[0.0, -1.0]]]])
    y = conv2d(image, kernel, torch.tensor([0.0, 0.5]), algorithm=algorithm)
    assert y.tolist() == [[[[21.0, 32.0], [54.0, 65.0]], [[-1.5, -2.5], [-4.5, -5.5]]]]


def test_gradients_by_hand():
    # Every pixel meets the taps that reach it, every tap the pixels that it reaches.
    image = torch.tensor([[[[1.0, 2.0, 4.0]]]], requires_grad=True)
    kernel = torch.tensor([[[[3.0, 5.0]]]], requires_grad=True)
    bias = torch.tensor([0.0], requires_grad=True)
    y = conv2d(image, kernel, bias, algorithm="unfold")
    y.backward(torch.tensor([[[[1.0, 10.0]]]]))
    assert image.grad.tolist() == [[[[3.0, 35.0, 50.0]]]]
    assert kernel.grad.tolist() == [[[[21.0, 42.0]]]]
    assert bias.grad.tolist() == [11.0]


@on_each_device
@with_each_algorithm
@given(case=conv_cases(spatial=1))
def test_conv1d_and_its_gradients_are_torchs(algorithm, device, case):
    ours = partial(conv1d, **case.options, algorithm=algorithm)
    assert_agrees(ours, partial(torch_conv, **case.options), case.x, case.weight, case.bias, device=device)


@on_each_device
@with_each_algorithm
@given(case=conv_cases(spatial=2))
def test_conv2d_and_its_gradients_are_torchs(algorithm, device, case):
    ours = partial(conv2d, **case.options, algorithm=algorithm)
    assert_agrees(ours, partial(torch_conv, **case.options), case.x, case.weight, case.bias, device=device)


@on_each_device
@with_each_algorithm
@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
def test_conv2d_in_every_precision(algorithm, device, dtype):
    options = {"stride": (2, 1), "padding": (1, 2), "groups": 2}
    arrays = random(5, 4, 9, 7), random(6, 2, 3, 5) / 30**0.5, random(6)
    ours = partial(conv2d, **options, algorithm=algorithm)
    assert_agrees(ours, partial(torch_conv, **options), *map(torch.Tensor.numpy, arrays), dtype=dtype, device=device)


def test_unfold_passes_gradcheck():
    x, weight = random(2, 4, 5, 6, requires_grad=True), random(6, 2, 3, 2, requires_grad=True)
    bias = random(6, requires_grad=True)
    options = {"stride": (1, 2), "padding": 1, "dilation": (2, 1), "groups": 2, "padding_mode": "circular"}
    assert torch.autograd.gradcheck(partial(conv2d, **options, algorithm="unfold"), (x, weight, bias))


def test_unfold_computes_only_the_gradients_that_are_asked_for(monkeypatch):
    copies = []
    for name in ("_columns", "_add_columns"):
        work = getattr(_unfold, name)
        monkeypatch.setattr(_unfold, name, lambda *a, name=name, work=work: copies.append(name) or work(*a))
    x, weight, bias = random(2, 3, 5, 4), random(2, 3, 2, 3), random(2)
    # One copy into columns is the forward pass's.
    for wanted, work in ((x, ["_columns", "_add_columns"]), (weight, ["_columns"] * 2), (bias, ["_columns"])):
        wanted.requires_grad_()
        (torchs,) = torch.autograd.grad(conv2d(x, weight, bias, algorithm="cudnn").square().sum(), wanted)
        copies.clear()
        (ours,) = torch.autograd.grad(conv2d(x, weight, bias, algorithm="unfold").square().sum(), wanted)
        assert copies == work
        torch.testing.assert_close(ours, torchs, rtol=1e-10, atol=1e-10)
        wanted.requires_grad_(False)


def test_unfold_refuses_second_derivatives():
    x, weight = random(1, 1, 3, 4, requires_grad=True), random(1, 1, 2, 2)
    (grad,) = torch.autograd.grad(conv2d(x, weight, algorithm="unfold").square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_unfold_copies_a_few_images_at_a_time(monkeypatch):
    x, weight, bias = random(5, 4, 7, 6), random(6, 2, 3, 2), random(6)
    options = {"groups": 2, "stride": 2}
    monkeypatch.setattr(_unfold, "_COLUMN_VALUES", 2 * (4 * 3 * 2) * (3 * 3))
    copied, windows = [], _unfold.sliding_windows
    monkeypatch.setattr(_unfold, "sliding_windows", lambda x, *rest: copied.append(len(x)) or windows(x, *rest))
    ours = partial(conv2d, **options, algorithm="unfold")
    assert_agrees(ours, partial(torch_conv, **options), x.numpy(), weight.numpy(), bias.numpy())
    assert copied == [2, 2, 1] * 2


@with_each_algorithm
def test_any_memory_layout_will_do_and_arguments_stay_as_they_are(algorithm):
    x = random(7, 6, 4, 3).permute(3, 2, 0, 1).requires_grad_()
    weight = random(2, 3, 4, 6).permute(3, 2, 1, 0)[:, ::2].requires_grad_()
    kept = x.detach().clone(), weight.detach().clone()
    y = conv2d(x, weight, padding=1, groups=2, algorithm=algorithm)
    grad_y = torch.ones(1, dtype=y.dtype).expand_as(y)
    y.backward(grad_y)
    torch.testing.assert_close(y, torch_conv(*(t.contiguous() for t in kept), None, padding=1, groups=2))
    assert torch.equal(x, kept[0])
    assert torch.equal(weight, kept[1])


@on_each_device
@with_each_algorithm
def test_autocast_chooses_the_precision(algorithm, device):
    x, weight, bias = (t.float().to(device) for t in (random(2, 3, 6, 5), random(4, 3, 3, 2), random(4)))
    weight.requires_grad_()
    with torch.autocast(device, torch.bfloat16):
        y = conv2d(x.bfloat16(), weight, bias, padding=1, algorithm=algorithm)
    y.float().square().sum().backward()
    assert y.dtype == torch.bfloat16
    assert weight.grad.dtype == torch.float32
    expected = torch_conv(x.double(), weight.detach().double(), bias.double(), padding=1)
    torch.testing.assert_close(y.double(), expected, rtol=3e-2, atol=3e-2)


@on_each_device
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, *HALF])
def test_locally_connected2d_multiplies_each_unfolded_patch_by_its_own_filters(device, dtype):
    def oracle(x, weight, bias):
        patches = torch.nn.functional.unfold(x, (3, 2), stride=(2, 1))
        y = torch.einsum("pok,nkp->nop", weight.reshape(-1, 5, 4 * 3 * 2), patches).reshape(3, 5, 3, 5)
        return y + bias.permute(2, 0, 1)

    arrays = random(3, 4, 7, 6).numpy(), random(3, 5, 5, 4, 3, 2).numpy() / 24**0.5, random(3, 5, 5).numpy()
    ours = partial(locally_connected2d, stride=(2, 1))
    assert_agrees(ours, oracle, *arrays, dtype=dtype, device=device)


def test_locally_connected2d_by_hand():
    weight = tensor([[0.0, 1.0], [2.0, 3.0]]).reshape(1, 2, 1, 1, 2, 1)
    y = locally_connected2d(tensor([[[[1.0, 2.0], [10.0, 20.0]]]]), weight)
    assert y.tolist() == [[[[10.0, 64.0]]]]
