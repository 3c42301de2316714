from contextlib import contextmanager
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import HALF, assert_agrees, torch_conv
from strategies import conv_cases

from cnnlib.gpu import conv1d, conv2d

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # PyTorch's copy is its own

# An interpreted kernel takes up to a second.
few = settings(max_examples=max(10, settings.default.max_examples // 5))
triton_conv1d, triton_conv2d = partial(conv1d, algorithm="triton"), partial(conv2d, algorithm="triton")


def random(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)), dtype=torch.float64)


@contextmanager
def small_tiles(wanted=True):
    """Cut even small cases into many tiles, steps of whole channels and shares, as full sizes are cut."""
    import triton

    from cnnlib.gpu.kernels import conv2d as module
    from cnnlib.gpu.kernels.launch import INTERPRETED

    side = 16 if INTERPRETED else 32
    tiling = triton.Config({"BLOCK_M": side, "BLOCK_O": side, "BLOCK_K": side, "FLAT": False}, num_stages=2)
    with pytest.MonkeyPatch.context() as patch:
        if wanted:
            patch.setattr(module, "product_tilings", lambda *args, **sizes: [tiling])
            patch.setattr(module, "_SHARE_POSITIONS", 7)
        yield


def test_conv2d_and_its_gradients_by_hand(device):
    image = torch.tensor([[[[1.0, 2.0, 4.0]]]], device=device, requires_grad=True)
    kernel = torch.tensor([[[[3.0, 5.0]]]], device=device, requires_grad=True)
    bias = torch.tensor([0.5], device=device, requires_grad=True)
    y = triton_conv2d(image, kernel, bias)
    assert y.tolist() == [[[[13.5, 26.5]]]]
    y.backward(torch.tensor([[[[1.0, 10.0]]]], device=device))
    assert image.grad.tolist() == [[[[3.0, 35.0, 50.0]]]]
    assert kernel.grad.tolist() == [[[[21.0, 42.0]]]]
    assert bias.grad.tolist() == [11.0]


def test_a_convolution_of_many_tiles_steps_and_shares(device):
    arrays = random(2, 18, 3, 5).numpy(), random(17, 18, 2, 1).numpy(), random(17).numpy()
    ours, oracle = (partial(conv, stride=(1, 2), padding=1) for conv in (triton_conv2d, torch_conv))
    with small_tiles():
        assert_agrees(ours, oracle, *arrays, device=device)


@few
@given(case=conv_cases(spatial=2), small=st.booleans())
def test_conv2d_and_its_gradients_are_torchs(device, case, small):
    with small_tiles(small):
        ours = partial(triton_conv2d, **case.options)
        assert_agrees(ours, partial(torch_conv, **case.options), case.x, case.weight, case.bias, device=device)


@few
@given(case=conv_cases(spatial=1), small=st.booleans())
def test_conv1d_and_its_gradients_are_torchs(device, case, small):
    with small_tiles(small):
        ours = partial(triton_conv1d, **case.options)
        assert_agrees(ours, partial(torch_conv, **case.options), case.x, case.weight, case.bias, device=device)


@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (4, 2)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1), (2, 4)])
def test_pixels_between_strides_get_their_gradient(device, stride, dilation):
    # Every combination of common divisors; kernels smaller and larger than the stride.
    options = {"stride": stride, "dilation": dilation, "padding": (2, 1)}
    arrays = random(1, 2, 8, 11).numpy(), random(3, 2, 3, 2).numpy()
    assert_agrees(partial(triton_conv2d, **options), partial(torch_conv, bias=None, **options), *arrays, device=device)


@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
def test_conv2d_in_every_precision(device, dtype):
    options = {"stride": (2, 1), "padding": (1, 2), "groups": 2}
    arrays = random(5, 4, 9, 7), random(6, 2, 3, 5) / 30**0.5, random(6)
    ours = partial(triton_conv2d, **options)
    assert_agrees(ours, partial(torch_conv, **options), *map(torch.Tensor.numpy, arrays), dtype=dtype, device=device)


def test_many_channels_are_read_in_steps_of_one_tap(device):
    options = {"stride": (1, 2), "padding": 1, "groups": 2}
    arrays = random(2, 128, 5, 7).numpy(), random(6, 64, 3, 2).numpy() / 20, random(6).numpy()
    assert_agrees(partial(triton_conv2d, **options), partial(torch_conv, **options), *arrays, device=device)


def in_layouts(tensor):
    """Lay the same values out channels first, channels last, with the axes turned about, and with gaps."""
    return [
        tensor.contiguous(),
        tensor.contiguous(memory_format=torch.channels_last),
        tensor.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0),
        torch.stack([tensor, tensor], dim=-1)[..., 0],
    ]


def test_tensors_are_read_where_they_lie_and_stay_as_they_are(device, monkeypatch):
    from cnnlib.gpu.kernels import conv2d as module

    read, launch = set(), module.launch

    def spy(kernel, grid, *arguments, **options):
        read.update(argument.data_ptr() for argument in arguments if torch.is_tensor(argument))
        return launch(kernel, grid, *arguments, **options)

    monkeypatch.setattr(module, "launch", spy)
    x, weight = random(2, 4, 5, 6).to(device), random(6, 2, 3, 2).to(device)
    reference = [x.clone().requires_grad_(), weight.clone().requires_grad_()]
    expected = torch_conv(*reference, None, groups=2, padding=1)
    grad_y = torch.ones(1, dtype=x.dtype, device=device).expand_as(expected)
    gradients = torch.autograd.grad(expected, reference, grad_y)
    for image, filters in zip(in_layouts(x), in_layouts(weight), strict=True):
        read.clear()
        y = triton_conv2d(image.requires_grad_(), filters.requires_grad_(), groups=2, padding=1)
        ours = torch.autograd.grad(y, (image, filters), grad_y)
        torch.testing.assert_close((y, *ours), (expected, *gradients))
        assert {image.data_ptr(), filters.data_ptr(), grad_y.data_ptr()} <= read
        assert torch.equal(image, x)
        assert torch.equal(filters, weight)


@pytest.mark.parametrize("last", ["x", "weight"])
def test_what_enters_channels_last_leaves_channels_last(device, last):
    x, weight = random(2, 3, 5, 6).to(device).requires_grad_(), random(4, 3, 3, 2).to(device)
    if last == "x":
        x = x.detach().contiguous(memory_format=torch.channels_last).requires_grad_()
    else:
        weight = weight.contiguous(memory_format=torch.channels_last)
    y = triton_conv2d(x, weight)
    (grad_x,) = torch.autograd.grad(y.sum(), x)
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert grad_x.is_contiguous(memory_format=torch.channels_last)
    assert triton_conv2d(x.detach().contiguous(), weight.contiguous()).is_contiguous()


def test_only_the_gradients_that_are_asked_for_are_computed(device, monkeypatch):
    from cnnlib.gpu.kernels import conv2d as module

    started, launch = [], module.launch
    monkeypatch.setattr(module, "launch", lambda kernel, *a, **k: started.append(kernel) or launch(kernel, *a, **k))
    x, weight, bias = (t.to(device) for t in (random(2, 3, 5, 4), random(2, 3, 2, 3), random(2)))
    forward, filters = module.correlate_tiles, module.weight_gradient
    for wanted, work in ((x, [forward, forward]), (weight, [forward, filters]), (bias, [forward])):
        wanted.requires_grad_()
        started.clear()
        torch.autograd.grad(triton_conv2d(x, weight, bias).sum(), wanted)
        assert started == work
        wanted.requires_grad_(False)


def test_second_derivatives_are_refused(device):
    x, weight = random(1, 1, 3, 4).to(device).requires_grad_(), random(1, 1, 2, 2).to(device)
    (grad,) = torch.autograd.grad(triton_conv2d(x, weight).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_autocast_chooses_the_precision(device):
    x, weight, bias = (t.float().to(device) for t in (random(2, 3, 6, 5), random(4, 3, 3, 2), random(4)))
    weight.requires_grad_()
    with torch.autocast(device, torch.bfloat16):
        y = triton_conv2d(x.bfloat16(), weight, bias, padding=1)
    y.float().square().sum().backward()
    assert y.dtype == torch.bfloat16
    assert weight.grad.dtype == torch.float32
    expected = torch_conv(x.double(), weight.detach().double(), bias.double(), padding=1)
    torch.testing.assert_close(y.double(), expected, rtol=3e-2, atol=3e-2)


def test_not_a_number_stays_where_it_is(device):
    x = torch.zeros(1, 1, 3, 4, device=device)
    x[0, 0, 1, 3] = torch.nan
    y = triton_conv2d(x, torch.ones(1, 1, 2, 2, device=device))
    assert y.isnan().flatten().tolist() == [False, False, True] * 2


# The convolutions of AlexNet, batch 64: (C_in, C_out, size, kernel, stride, padding).
ALEXNET = [
    (3, 96, 224, 11, 4, 2),
    (96, 256, 27, 5, 1, 2),
    (256, 384, 13, 3, 1, 1),
    (384, 384, 13, 3, 1, 1),
]


@pytest.mark.parametrize("layer", ALEXNET)
@pytest.mark.parametrize(
    ("dtype", "tensor_float", "error"),
    [
        (torch.float32, False, 1e-5),
        (torch.float32, True, 2e-3),
        (torch.float16, False, 2e-3),
        (torch.bfloat16, False, 1e-2),
    ],
)
def test_full_size_on_a_device(device, layer, dtype, tensor_float, error, monkeypatch):
    """Largest error against float64, relative to the largest value; channels last, as training has it."""
    if device != "cuda":
        pytest.skip("the interpreter would take hours")
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", tensor_float)
    channels, filters, size, kernel, stride, padding = layer
    given = [
        (tensor / scale).to(device, dtype, memory_format=torch.channels_last).requires_grad_()
        for tensor, scale in (
            (random(64, channels, size, size), 1),
            (random(filters, channels, kernel, kernel), (channels * kernel**2) ** 0.5),
        )
    ]
    exact = [tensor.detach().double().requires_grad_() for tensor in given]
    y = triton_conv2d(*given, stride=stride, padding=padding)
    expected = torch.nn.functional.conv2d(*exact, stride=stride, padding=padding)
    grad_y = torch.randn_like(y)
    results = [y, *torch.autograd.grad(y, given, grad_y)]
    wanted = [expected, *torch.autograd.grad(expected, exact, grad_y.double())]
    for ours, reference in zip(results, wanted, strict=True):
        assert (ours - reference).abs().max() <= error * reference.abs().max()
