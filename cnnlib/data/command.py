"""``python -m cnnlib data``: fetch, verify and list the data sets that need files."""

import argparse
import sys

from cnnlib.data import cifar, digits
from cnnlib.data.dataset import DataError
from cnnlib.data.download import fetch
from cnnlib.data.files import cache_folder, find, load

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
        0; 1 after a fault, which standard error then names in one line; 130 after Ctrl-C. Wrong
        usage exits with 2 by itself.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DataError as error:
        print(f"cnnlib data: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cnnlib data: interrupted", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="python -m cnnlib data", description="Data sets that need files.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, help_text in (
        ("fetch", _fetch, "download a data set into the cache, unless it is there"),
        ("verify", _verify, "check every file of a data set against its SHA-256"),
    ):
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.add_argument("dataset", choices=DATASETS)
        command.set_defaults(run=run)
    for name, run, help_text in (
        ("list", _list, "say which files are here, and where"),
        ("path", _path, "print the cache folder"),
    ):
        commands.add_parser(name, help=help_text, description=help_text).set_defaults(run=run)
    return parser


def _fetch(options):
    for file in DATASETS[options.dataset]:
        print(fetch(file))
    return 0


def _verify(options):
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
            status = 1
    return status


def _list(options):
    for dataset, files in DATASETS.items():
        for file in files:
            print(f"{dataset:8} {file.name:24} {file.size:11,} bytes  {find(file) or 'not here'}")
    return 0


def _path(options):
    print(cache_folder())
    return 0
