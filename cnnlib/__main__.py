"""``python -m cnnlib``: hand over to the command of the room that is named."""

import argparse
import importlib
import sys

COMMANDS = {"data": "fetch, verify and list data sets"}


def main(arguments=None):
    """Run ``cnnlib.<command>.command.main``; only that room is imported, so that none needs what another does."""
    parser = argparse.ArgumentParser(
        prog="python -m cnnlib",
        epilog="; ".join(f"{name}: {what}" for name, what in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    return importlib.import_module(f"cnnlib.{options.command}.command").main(options.arguments)


if __name__ == "__main__":
    sys.exit(main())
