"""What `benchmarks.gpu_kernels` times: convolutions and their gradients, fused blocks, and layers between them.

Each problem says what it is (``about``), yields its rows (``rows``), and can compile its kernels ahead (``compile``).
"""

import os
from dataclasses import dataclass
from functools import partial
from math import prod

import torch

from benchmarks.gpu_timing import race, tensor_float_32
from benchmarks.operators import Shape
from cnnlib import gpu
from cnnlib.gpu import _unfold
from cnnlib.gpu._tensors import extend
from cnnlib.gpu.fused import conv2d_relu_max_pool2d
from cnnlib.shapes import conv_geometry

# What a format is kept in, and whether products of it may be cut to TensorFloat-32.
FORMATS = {
    "bfloat16": (torch.bfloat16, False),
    "float16": (torch.float16, False),
    "tf32": (torch.float32, True),
    "float32": (torch.float32, False),
}
LAYOUTS = {"channels-last": torch.channels_last, "channels-first": torch.contiguous_format}
PASSES = ("forward", "input gradient", "weight gradient")
# Unfolding backwards adds up tap by tap; to capture more kernels than this would take longer than all else.
MOST_LAUNCHES = 10_000


def triton_runs(device):
    """Tell whether a kernel of ours can be asked for: compiled on a GPU, or in Triton's interpreter."""
    return device.type == "cuda" or os.environ.get("TRITON_INTERPRET") == "1"


def drawn(shapes, format_, layout, device):
    """Draw normal random numbers, the same for all formats but for rounding."""
    random = torch.Generator(device).manual_seed(0)
    tensors = [torch.randn(shape, generator=random, device=device) for shape in shapes]
    return [tensor.to(FORMATS[format_][0], memory_format=LAYOUTS[layout]) for tensor in tensors]


@dataclass(frozen=True)
class Convolution:
    """A convolution, in one number format and memory layout; a sequence counts as an image of one row."""

    name: str
    shape: Shape
    format: str
    layout: str
    tuned: bool = False
    kind = "convolutions"

    def geometry(self):
        """Return the sizes of the convolution of images."""
        padding = (self.shape.padding if len(self.shape.x) == 4 else 0, self.shape.padding)
        x, weight = _image(self.shape.x), _image(self.shape.weight)
        stride = (self.shape.stride if len(self.shape.x) == 4 else 1, self.shape.stride)
        return conv_geometry("Convolution", x, weight, spatial=2, stride=stride, padding=padding)

    def about(self):
        """Return what a row says of the problem."""
        multiply_adds = prod(self.geometry().output_shape) * prod(self.shape.weight[1:])
        return {"shape": self.name, **_told(self), "multiply_adds": multiply_adds}

    def tensors(self, device):
        """Return x, weight and the output's gradient."""
        shapes = _image(self.shape.x), _image(self.shape.weight), self.geometry().output_shape
        x, weight, grad_y = drawn(shapes, self.format, self.layout, device)
        return x, weight / prod(self.shape.weight[1:]) ** 0.5, grad_y

    def rows(self, device):
        """Yield a row for each pass and contender."""
        tensor_float_32(FORMATS[self.format][1])
        tensors = self.tensors(device)
        for which, contenders in self.ways(*tensors).items():
            # To try all that cuDNN has serves the contenders; for float64 it would take long and serve nothing.
            torch.backends.cudnn.benchmark = False
            exact = self.exact(which, *tensors)
            torch.backends.cudnn.benchmark = True
            some = slice(None) if which == "weight gradient" else _sixteenth(len(tensors[0]))
            about = self.about() | {"pass": which}
            yield from race(about, contenders, exact, device, compared=lambda result, some=some: result[some])

    def ways(self, x, weight, grad_y):
        """Return, for each pass, the contenders' calls: cuDNN, unfold and ours, or ours tuned alone."""
        geometry = self.geometry()
        ours = self._triton(x, weight, grad_y) if triton_runs(x.device) else {which: {} for which in PASSES}
        if self.tuned:
            return ours
        cudnn = partial(_cudnn_gradients, grad_y, x, weight, geometry)
        padded = extend(x, geometry.padding)
        unfold = partial(_unfold.gradients, grad_y, padded, weight, geometry)
        inside = [slice(before, before + n) for (before, _), n in zip(geometry.padding, geometry.size, strict=True)]

        def unfold_input_gradient():
            launches = len(_unfold.chunks(geometry)) * prod(geometry.kernel)
            if launches > MOST_LAUNCHES:
                raise ValueError(f"left out: {launches:,} kernels one after another")
            return unfold((True, False, False))[0][(..., *inside)]

        others = {
            "forward": {
                "cuDNN": partial(_forward, x, weight, geometry, "cudnn"),
                "unfold": partial(_forward, x, weight, geometry, "unfold"),
            },
            "input gradient": {"cuDNN": lambda: cudnn([True, False, False])[0], "unfold": unfold_input_gradient},
            "weight gradient": {
                "cuDNN": lambda: cudnn([False, True, False])[1],
                "unfold": lambda: unfold((False, True, False))[1],
            },
        }
        return {which: others[which] | ours[which] for which in PASSES}

    def _triton(self, x, weight, grad_y):
        from cnnlib.gpu.kernels.conv2d import conv2d_gradients
        from cnnlib.gpu.kernels.launch import candidates

        geometry = self.geometry()
        gradients = partial(conv2d_gradients, grad_y, x, weight, geometry)
        calls = {
            "forward": partial(_forward, x, weight, geometry, "triton"),
            "input gradient": lambda: gradients((True, False, False))[0],
            "weight gradient": lambda: gradients((False, True, False))[1],
        }

        def tuned(call):
            with candidates("fastest"):
                return call()

        if self.tuned:
            return {which: {"Triton, tuned": partial(tuned, call)} for which, call in calls.items()}
        return {which: {"Triton": call} for which, call in calls.items()}

    def exact(self, which, x, weight, grad_y):
        """Compute a pass in float64 from the same rounded numbers; of images every sixteenth, the last among them."""
        geometry, some = self.geometry(), _sixteenth(len(x))
        if which == "forward":
            return _forward(x[some].double(), weight.double(), geometry, "cudnn")
        if which == "input gradient":
            tensors = grad_y[some].double(), x[some].double(), weight.double()
            return _cudnn_gradients(*tensors, geometry, [True, False, False])[0]
        return _cudnn_gradients(grad_y.double(), x.double(), weight.double(), geometry, [False, True, False])[1]

    def compile(self, device, which):
        """Compile the kernels of a pass, and run nothing."""
        from cnnlib.gpu.kernels.launch import candidates

        tensor_float_32(FORMATS[self.format][1])
        plain = Convolution(self.name, self.shape, self.format, self.layout)
        with candidates("compile all" if self.tuned else "compile"):
            plain._triton(*self.tensors(device))[which]["Triton"]()


def _image(shape):
    return (*shape[:2], 1, *shape[2:]) if len(shape) == 3 else tuple(shape)


def _told(problem):
    shape = problem.shape
    return {
        "x": list(shape.x),
        "weight": list(shape.weight),
        "stride": shape.stride,
        "padding": shape.padding,
        "format": problem.format,
        "layout": problem.layout,
    }


def _forward(x, weight, geometry, algorithm):
    padding = tuple(before for before, _ in geometry.padding)
    with torch.no_grad():
        return gpu.conv2d(x, weight, stride=geometry.stride, padding=padding, algorithm=algorithm)


def _cudnn_gradients(grad_y, x, weight, geometry, mask):
    padding = [before for before, _ in geometry.padding]
    options = geometry.stride, padding, geometry.dilation, False, [0, 0], geometry.groups
    return torch.ops.aten.convolution_backward(grad_y, x, weight, None, *options, mask)


def _sixteenth(images):
    return slice((images - 1) % 16, None, 16)


def four_calls(x, weight, bias, stride, padding, pool, pool_stride):
    """Convolve, add the bias, rectify and pool, as PyTorch's users do."""
    y = torch.nn.functional.conv2d(x, weight, bias, stride, padding)
    return torch.nn.functional.max_pool2d(torch.relu(y), pool, pool_stride)


@dataclass(frozen=True)
class Block:
    """Convolution, bias, ReLU and max pooling, forward alone or with the gradients of x, weight and bias."""

    name: str
    shape: Shape
    pool: int
    which: str
    format: str = "bfloat16"
    layout: str = "channels-last"
    pool_stride = 2
    kind = "blocks"

    def about(self):
        """Return what a row says of the problem."""
        return {"shape": self.name, **_told(self), "pool": self.pool, "pool_stride": 2, "pass": self.which}

    def tensors(self, device):
        """Return x, weight and bias."""
        shapes = self.shape.x, self.shape.weight, (1, self.shape.weight[0], 1, 1)
        x, weight, bias = drawn(shapes, self.format, self.layout, device)
        return x, weight / prod(self.shape.weight[1:]) ** 0.5, bias.flatten()

    def rows(self, device):
        """Yield a row for each contender."""
        tensor_float_32(False)
        torch.backends.cudnn.benchmark = False
        tensors = self.tensors(device)
        exact = self._pass(self._four_calls, *(tensor.double() for tensor in tensors))
        torch.backends.cudnn.benchmark = True
        calls = {"PyTorch, four calls": self._four_calls}
        if self.which == "forward" and device.type == "cuda":
            # With gradients it would take the compiler longer than all else here.
            calls["PyTorch, compiled"] = torch.compile(self._four_calls, dynamic=False)
        if triton_runs(device):
            calls["Triton"] = self._fused
        contenders = {name: partial(self._pass, call, *tensors) for name, call in calls.items()}
        yield from race(self.about(), contenders, exact, device)

    def _four_calls(self, x, weight, bias):
        return four_calls(x, weight, bias, self.shape.stride, self.shape.padding, self.pool, self.pool_stride)

    def _fused(self, x, weight, bias):
        options = {"stride": self.shape.stride, "padding": self.shape.padding, "algorithm": "triton"}
        return conv2d_relu_max_pool2d(x, weight, bias, pool=self.pool, pool_stride=self.pool_stride, **options)

    def _pass(self, call, *tensors):
        if self.which == "forward":
            with torch.no_grad():
                return call(*tensors)
        tensors = [tensor.detach().requires_grad_() for tensor in tensors]
        y = call(*tensors)
        return torch.autograd.grad(y, tensors, torch.ones_like(y))[1]

    def compile(self, device, which):
        """Compile the kernels, and run nothing."""
        from cnnlib.gpu.kernels.launch import candidates

        with candidates("compile"):
            self._pass(self._fused, *self.tensors(device))


CALLS = {
    "max pool 3/2": (
        partial(gpu.max_pool2d, kernel_size=3, stride=2),
        partial(torch.nn.functional.max_pool2d, kernel_size=3, stride=2),
    ),
    "average pool 2/2": (
        partial(gpu.avg_pool2d, kernel_size=2),
        partial(torch.nn.functional.avg_pool2d, kernel_size=2),
    ),
    "local response norm 5": tuple(
        partial(call, size=5, alpha=5e-4, beta=0.75, k=2.0)
        for call in (gpu.local_response_norm, torch.nn.functional.local_response_norm)
    ),
}


@dataclass(frozen=True)
class Layer:
    """Pooling or normalisation of x, forward alone or with the gradient of x."""

    name: str
    x: tuple
    which: str
    format: str
    layout: str
    kind = "layers"

    def about(self):
        """Return what a row says of the problem, the least bytes to be moved among it: each tensor once."""
        _, reference = CALLS[self.name]
        cells = prod(self.x) + prod(reference(torch.empty(self.x, device="meta")).shape)
        return {
            "layer": self.name,
            "x": list(self.x),
            "format": self.format,
            "layout": self.layout,
            "pass": self.which,
            "bytes": cells * FORMATS[self.format][0].itemsize * (1 if self.which == "forward" else 2),
        }

    def rows(self, device):
        """Yield a row for each contender."""
        ours, reference = CALLS[self.name]
        x = self.tensor(device)
        calls = {"PyTorch": reference} | ({"Triton": partial(ours, algorithm="triton")} if triton_runs(device) else {})
        contenders = {name: partial(self._pass, call, x) for name, call in calls.items()}
        yield from race(self.about(), contenders, self._pass(reference, x.double()), device)

    def tensor(self, device):
        """Draw x without ties: which of two equal cells is the largest would be a matter of taste, not of error."""
        [x] = drawn([self.x], self.format, self.layout, device)
        row, column = (torch.arange(n, device=device) % 4 for n in self.x[2:])
        bits = x.view(torch.int16 if x.dtype.itemsize == 2 else torch.int32)
        return ((bits & ~15) | (4 * row[:, None] + column).to(bits.dtype)).view(x.dtype)

    def _pass(self, call, x):
        if self.which == "forward":
            with torch.no_grad():
                return call(x)
        x = x.detach().requires_grad_()
        y = call(x)
        return torch.autograd.grad(y, x, torch.ones_like(y))[0]

    def compile(self, device, which):
        """Compile the kernels, and run nothing."""
        from cnnlib.gpu.kernels.launch import candidates

        with candidates("compile"):
            self._pass(partial(CALLS[self.name][0], algorithm="triton"), self.tensor(device))
