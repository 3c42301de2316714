"""``python -m cnnlib bench``: measure how fast this machine multiplies, answers and learns."""

import statistics
from itertools import repeat

import torch

from cnnlib.commands.command_line import Parser, reported
from cnnlib.experiments.alexnet.roofline import layer_seconds
from cnnlib.models.catalogue import NETWORKS
from cnnlib.models.torch_network import Network
from cnnlib.shapes import integer
from cnnlib.timing import matrix_rate, timed
from cnnlib.training.devices import layers_in, pick_device, plain_words
from cnnlib.training.large.trainer import dropout_masks
from cnnlib.training.recipes import RECIPES
from cnnlib.training.steps import descend

EXAMPLES = """examples:
  python -m cnnlib bench
      Matrix products, and AlexNet of 2012: pictures a second, answering and learning.
  python -m cnnlib bench lenet --batch-size 100
  python -m cnnlib bench alexnet2012 --layers
      Layer by layer: milliseconds and billions of multiply-adds a second.

Each time is the median of several, after a first run that does not count; of a layer, and of the matrix product, the
best. Multiply-adds are those of the formulas,
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
    parser.add_argument("network", nargs="?", choices=NETWORKS, default="alexnet2012", help="(default: %(default)s)")
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
    architecture = NETWORKS[options.network](**({} if options.width is None else {"width": options.width}))
    dtype = getattr(torch, options.precision)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(f"{name}, PyTorch {torch.__version__}, {options.precision}")
    rate = matrix_rate(device, dtype, runs=3, seconds=options.seconds)
    print(f"matrix product   {rate / 1e9:10,.1f} billion multiply-adds a second")
    forward, step = network_speed(architecture, batch_size, device, options.precision, options.seconds)
    adds = sum(report.multiply_adds for report in architecture.trace())
    print(f"{architecture.name}, batches of {batch_size}, {adds / 1e6:,.1f} million multiply-adds a picture")
    # Backwards, each multiply-add occurs twice: for the gradient of the input and of the weights.
    for what, passes, took in (("answering", 1, forward), ("learning", 3, step)):
        share = passes * batch_size * adds / took / rate
        print(f"  {what:14} {batch_size / took:10,.1f} images/s, {share:5.0%} of that rate")
    if options.layers:
        took = layer_seconds(architecture, batch_size, device=device, dtype=dtype)
        for report in (report for report in architecture.trace() if report.name in took):
            seconds = took[report.name]
            speed = f"{batch_size * report.multiply_adds / seconds / 1e9:8,.1f}" if report.multiply_adds else 8 * " "
            print(f"  {report.name:24} {seconds * 1e3:9,.2f} ms  {speed}  {'×'.join(map(str, report.output_shape))}")


def network_speed(architecture, batch_size, device, precision, seconds):
    """Return the seconds of a forward pass and of a training step.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
    device : torch.device
    precision : "float32" or "bfloat16"
    seconds : float

    Returns
    -------
    forward, step : float
    """
    network = Network(architecture).to(device)
    recipe = RECIPES["paper"].recipe
    x = torch.rand(batch_size, *architecture.input_shape, device=device)
    labels = torch.arange(batch_size, device=device) % architecture.classes

    def answer(masks=None):
        with layers_in(precision, device):
            return network(x, masks).float()

    def gradients(_):
        masks = dropout_masks(architecture, batch_size, slice(None), 0, device)
        torch.nn.functional.cross_entropy(answer(masks), labels).backward()

    network.eval()
    with torch.no_grad():
        forward = statistics.median(timed(answer, device, runs=3, seconds=seconds))
    network.train()
    learning = descend(recipe.optimizer_of(network.parameters()), repeat(None), repeat(recipe.learning_rate), gradients)
    return forward, statistics.median(timed(lambda: next(learning), device, runs=3, seconds=seconds))
