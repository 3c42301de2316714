"""``python -m cnnlib``: hand over to the command of the room that is named."""

import argparse
import importlib
import sys

# Command: the module whose ``main`` runs it, and what it does.
COMMANDS = {
    "data": ("cnnlib.data.command", "fetch, verify and list data sets"),
    "predict": ("cnnlib.training.predict", "read the digit in a picture"),
    "train": ("cnnlib.training.command", "train a network of the book"),
}


def main(arguments=None):
    """Run the ``main`` of the command's module; only that room is imported, so that none needs what another does."""
    parser = argparse.ArgumentParser(
        prog="python -m cnnlib",
        epilog="; ".join(f"{name}: {what}" for name, (_, what) in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    return importlib.import_module(COMMANDS[options.command][0]).main(options.arguments)


if __name__ == "__main__":
    sys.exit(main())
