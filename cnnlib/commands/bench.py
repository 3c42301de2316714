"""``python -m cnnlib bench``: measure how fast this machine multiplies, answers and learns."""

import statistics
import time

import torch

from cnnlib.commands.command_line import Parser, reported
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Flatten, integer
from cnnlib.training.devices import pick_device, plain_words
from cnnlib.training.large.trainer import Learner, dropout_masks
from cnnlib.training.networks import BUILDERS
from cnnlib.training.recipes import RECIPES

EXAMPLES = """examples:
  python -m cnnlib bench
      Matrix products, and AlexNet of 2012: pictures a second, answering and learning.
  python -m cnnlib bench lenet --batch-size 100
  python -m cnnlib bench alexnet2012 --layers
      Layer by layer: milliseconds and billions of multiply-adds a second.

Each time is the median of several, after a first run that does not count. Multiply-adds are those of the formulas,
whatever a library does in their place. Other programs that run meanwhile make the numbers smaller."""


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib bench``.

    Returns
    -------
    int
        0; 2 after a fault, which standard error then names in one line; 130 after Ctrl-C.
    """
    parser = Parser(prog="python -m cnnlib bench", description="Measure how fast this machine is.", epilog=EXAMPLES)
    parser.add_argument("network", nargs="?", choices=BUILDERS, default="alexnet2012", help="(default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=16, help="pictures at a time (default: %(default)s)")
    parser.add_argument("--width", type=float, help="AlexNets: share of the channels and hidden units (default: 1)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    parser.add_argument(
        "--precision", choices=["float32", "bfloat16"], default="float32", help="(default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="to spend on each number (default: %(default)s)")
    parser.add_argument("--layers", action="store_true", help="time each layer too")
    options = parser.parse_args(arguments)
    return reported("cnnlib bench", lambda: _bench(options))


@plain_words(advice="try a smaller --batch-size")
def _bench(options):
    device = pick_device(options.device)
    batch_size = integer("bench", "--batch-size", options.batch_size, minimum=1)
    if options.width is not None and options.network == "lenet":
        raise ValueError("--width is not for lenet")
    architecture = BUILDERS[options.network](**({} if options.width is None else {"width": options.width}))
    dtype = getattr(torch, options.precision)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(f"{name}, PyTorch {torch.__version__}, {options.precision}")
    rate = matrix_rate(device, dtype, options.seconds)
    print(f"matrix product   {rate / 1e9:10,.1f} billion multiply-adds a second")
    forward, step = network_speed(architecture, batch_size, device, dtype, options.seconds)
    adds = sum(report.multiply_adds for report in architecture.trace())
    print(f"{architecture.name}, batches of {batch_size}, {adds / 1e6:,.1f} million multiply-adds a picture")
    # Backwards, each multiply-add occurs twice: for the gradient of the input and of the weights.
    for what, passes, took in (("answering", 1, forward), ("learning", 3, step)):
        share = passes * batch_size * adds / took / rate
        print(f"  {what:14} {batch_size / took:10,.1f} images/s, {share:5.0%} of that rate")
    if options.layers:
        for report, seconds in layer_times(architecture, batch_size, device, dtype, options.seconds):
            speed = f"{batch_size * report.multiply_adds / seconds / 1e9:8,.1f}" if report.multiply_adds else 8 * " "
            print(f"  {report.name:24} {seconds * 1e3:9,.2f} ms  {speed}  {'×'.join(map(str, report.output_shape))}")


def median_time(action, device, seconds):
    """Return the median time of an action, in seconds.

    Parameters
    ----------
    action : callable
    device : torch.device
        Waited for, where it works on its own.
    seconds : float
        Repeat for about so long, three times at least.

    Returns
    -------
    float
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    action()
    wait()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        began = time.perf_counter()
        action()
        wait()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def matrix_rate(device, dtype, seconds, *, size=None):
    """Return the multiply-adds a second of a large matrix product: about the most that a network can reach.

    Parameters
    ----------
    device : torch.device
    dtype : torch.dtype
    seconds : float
    size : int, optional
        Rows and columns; 1024 on a CPU, 8192 on a GPU.

    Returns
    -------
    float
    """
    size = size or (8192 if device.type == "cuda" else 1024)
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    return size**3 / median_time(lambda: a @ b, device, seconds)


def network_speed(architecture, batch_size, device, dtype, seconds):
    """Return the seconds of a forward pass and of a training step.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
    device : torch.device
    dtype : torch.dtype
        bfloat16 by autocast.
    seconds : float

    Returns
    -------
    forward, step : float
    """
    network = Network(architecture).to(device)
    learner = Learner(network)
    optimizer = RECIPES["paper"].recipe.optimizer_of(network.parameters())
    x = torch.rand(batch_size, *architecture.input_shape, device=device)
    classes = architecture.trace()[-1].output_shape[0]
    labels = torch.arange(batch_size, device=device) % classes

    def logits(masks=None):
        with torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
            return learner(x, masks).float()

    def step():
        masks = dropout_masks(architecture, batch_size, slice(None), 0, device)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits(masks), labels).backward()
        optimizer.step()

    with torch.no_grad():
        forward = median_time(logits, device, seconds)
    return forward, median_time(step, device, seconds)


@torch.no_grad()
def layer_times(architecture, batch_size, device, dtype, seconds):
    """Time each layer's forward pass alone.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
    device : torch.device
    dtype : torch.dtype
    seconds : float
        For all layers together, about.

    Yields
    ------
    LayerReport, float
        And its median time in seconds.
    """
    reports = architecture.trace()
    for report in reports:
        # A network takes images; a row of features is read as an image of one pixel and flattened again.
        flat = len(report.input_shape) == 1
        shape = (*report.input_shape, 1, 1) if flat else report.input_shape
        layers = (Flatten(), report.layer) if flat else (report.layer,)
        network = Network(Architecture(report.name, shape, layers)).to(device, dtype)
        x = torch.rand(batch_size, *shape, device=device, dtype=dtype)
        yield report, median_time(lambda network=network, x=x: network(x), device, seconds / len(reports))
