"""``python -m cnnlib evaluate``: count how often trained weights are right."""

from cnnlib.commands.command_line import Parser, reported
from cnnlib.models.torch_network import trained_network
from cnnlib.models.trained import load_trained
from cnnlib.training.devices import pick_device, plain_words
from cnnlib.training.evaluation import evaluate_batches
from cnnlib.training.large.batches import readable
from cnnlib.training.large.preparation import Preparation
from cnnlib.training.large.sources import open_data

EXAMPLES = """examples:
  python -m cnnlib evaluate lenet --data mnist
      The LeNet that comes with the package, on MNIST's 10,000 test digits.
  python -m cnnlib evaluate runs/alexnet2012-cifar10/weights.safetensors --data cifar10
  python -m cnnlib evaluate weights.safetensors --data imagenet:/data/imagenet --workers 8

Top-1: the most probable class is the right one. Top-5: the right one is among the five most probable."""


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib evaluate``.

    Returns
    -------
    int
        0; 2 after a fault, which standard error then names in one line; 130 after Ctrl-C.
    """
    parser = Parser(
        prog="python -m cnnlib evaluate", description="Count how often trained weights are right.", epilog=EXAMPLES
    )
    parser.add_argument("weights", help="a file that `train` wrote, or lenet for the weights in the package")
    parser.add_argument("--data", required=True, metavar="WHAT", help="digits, mnist, cifar10 or imagenet:FOLDER")
    parser.add_argument("--on", choices=["held-out", "train"], default="held-out", help="part (default: %(default)s)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=0, help="processes that read pictures (default: %(default)s)")
    options = parser.parse_args(arguments)
    return reported("cnnlib evaluate", lambda: _evaluate(options))


@plain_words(advice="try fewer --workers, or --device cpu")
def _evaluate(options):
    trained = load_trained(options.weights)
    device = pick_device(options.device)
    train, held_out = open_data(options.data, trained.picture_side)
    source = train if options.on == "train" else held_out
    if source is None:
        raise ValueError(f"{options.data} has no folder val to evaluate on; --on train is what there is")
    if source.classes != trained.classes:
        raise ValueError(
            f"{options.weights} tells {len(trained.classes)} classes apart ({trained.classes[0]}, …), "
            f"{source.name} has {len(source.classes)} ({source.classes[0]}, …)"
        )
    result, damaged = evaluate_source(trained, source, device, options.workers)
    print(f"{trained.architecture.name} on {source.name}, {len(result.labels):,} pictures")
    if options.weights == "lenet" and options.data == "digits":
        print("the packaged digits are among the 60,000 that these weights were trained on: see --data mnist")
    print(f"top-1 accuracy {result.accuracy:.4f}")
    print(f"top-5 accuracy {result.top(5):.4f}")
    print(f"mean cross-entropy {result.loss:.4f} nats")
    if damaged:
        print(f"{damaged:,} pictures could not be read and do not count")
    if len(source.classes) <= 20:
        print(confusion_table(result.confusion(), source.classes))


def evaluate_source(trained, source, device, workers=0, *, batch_size=250):
    """Run a network over pictures of any source.

    Parameters
    ----------
    trained : cnnlib.models.trained.Trained
    source : Arrays, Synthetic or Pictures
    device : torch.device
    workers : int
        Processes that read pictures.
    batch_size : int
        Bounds the memory in use.

    Returns
    -------
    result : Evaluation
    damaged : int
        Pictures that could not be read.

    Raises
    ------
    ValueError
        If none could be read.
    FloatingPointError
        If an answer is infinite or NaN.
    """
    damaged, prepare = [], Preparation.of(trained.architecture, trained.colours)
    read = readable(source, batch_size, device, damaged, workers=workers)
    result = evaluate_batches(trained_network(trained).to(device), ((prepare(x.to(device)), y) for x, y in read))
    if not len(result.labels):
        raise ValueError(f"none of the {len(damaged):,} pictures can be read")
    return result, len(damaged)


def confusion_table(counts, classes):
    """Write counts of answers as a table.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Row the label, column the answer.
    classes : tuple of str

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> print(confusion_table(np.array([[8, 2], [0, 10]]), ("cat", "dog")))
    rows: what it is; columns: what was answered
             cat    dog
      cat      8      2
      dog      0     10
    """
    width = max(5, *(len(name) for name in classes), len(str(counts.max())))
    lines = ["rows: what it is; columns: what was answered"]
    lines.append(" " * width + "".join(f"  {name:>{width}}" for name in classes))
    for name, row in zip(classes, counts, strict=True):
        lines.append(f"{name:>{width}}" + "".join(f"  {count:{width}}" for count in row))
    return "\n".join(lines)
