"""``python -m cnnlib data``: fetch, verify and list the data sets that need files."""

import argparse
import sys

from cnnlib.commands.command_line import Parser, reported
from cnnlib.data import cifar, digits
from cnnlib.data.dataset import DataError
from cnnlib.data.download import fetch
from cnnlib.data.files import cache_folder, find, load
from cnnlib.data.folder import picture_folder

EXAMPLES = """examples:
  python -m cnnlib data list                            what is here, and where
  python -m cnnlib data fetch mnist                     11 MB from the first mirror that answers
  python -m cnnlib data verify cifar10                  is what is here what was published?
  python -m cnnlib data verify imagenet:/data/imagenet  read every picture of an ImageNet-style folder

Files are looked up in the folder that the environment variable CNNLIB_DATA names, then in the cache, which CNNLIB_CACHE
moves elsewhere."""

DATASETS = {"mnist": digits.FILES, "cifar10": (cifar.ARCHIVE,)}


def main(arguments):
    """Run one command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib data``.

    Returns
    -------
    int
        0; 2 after a fault, which standard error then names in one line; 130 after Ctrl-C. Wrong
        usage exits with 2 by itself.
    """
    options = _parser().parse_args(arguments)
    return reported("cnnlib data", lambda: options.run(options))


def _parser():
    parser = Parser(prog="python -m cnnlib data", description="Data sets that need files.", epilog=EXAMPLES)
    commands = parser.add_subparsers(required=True, dest="command", metavar="command")
    for name, run, help_text in (
        ("fetch", _fetch, "download a data set into the cache, unless it is there"),
        ("verify", _verify, "check every file of a data set: its SHA-256, or whether the picture can be read"),
        ("list", _list, "say which files are here, and where"),
        ("path", _path, "print the cache folder"),
    ):
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(run=run)
        if name == "fetch":
            command.add_argument("dataset", choices=DATASETS)
        if name == "verify":
            command.add_argument("dataset", type=_dataset, help=f"{', '.join(DATASETS)} or imagenet:FOLDER")
    return parser


def _dataset(what):
    if what in DATASETS or (what.startswith("imagenet:") and what != "imagenet:"):
        return what
    raise argparse.ArgumentTypeError(f"{what!r} is none of {', '.join(DATASETS)} and imagenet:FOLDER")


def _fetch(options):
    for file in DATASETS[options.dataset]:
        print(fetch(file))
    return 0


def _verify(options):
    if options.dataset not in DATASETS:
        return _verify_pictures(options.dataset.partition(":")[2])
    status = 0
    for file in DATASETS[options.dataset]:
        try:
            path = find(file)
            if path is None:
                raise DataError(f"{file.name} is not here; `python -m cnnlib data fetch {file.dataset}` gets it")
            load(file, path)
            print(f"{path} ok")
        except DataError as error:
            print(f"cnnlib data: {error}", file=sys.stderr)
            status = 2
    return status


def _verify_pictures(root):
    """Read every picture of every split that is there; one line for each that cannot be read."""
    from tqdm import tqdm

    train = picture_folder(root, "train")
    splits = [train]
    if (train.path.parent / "val").exists():
        splits.append(picture_folder(root, "val", classes=train.classes))
    status = 0
    for pictures in splits:
        damaged = 0
        for index in tqdm(range(len(pictures)), desc=pictures.path.name, unit="picture", leave=False, disable=None):
            try:
                pictures.read(index, 256)
            except DataError as error:
                print(f"cnnlib data: {error}", file=sys.stderr)
                damaged, status = damaged + 1, 2
        print(f"{pictures.path}: {len(pictures):,} pictures of {len(pictures.classes):,} classes, {damaged:,} damaged")
    return status


def _list(options):
    for dataset, files in DATASETS.items():
        for file in files:
            print(f"{dataset:8} {file.name:24} {file.size:11,} bytes  {find(file) or 'not here'}")
    return 0


def _path(options):
    print(cache_folder())
    return 0
