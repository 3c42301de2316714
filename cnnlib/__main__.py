"""``python -m cnnlib``: hand over to the command of the room that is named."""

import argparse
import importlib
import sys

# Command: the module whose ``main`` runs it, and what it does.
COMMANDS = {
    "train": ("cnnlib.commands.train", "train LeNet or AlexNet, in one process or many"),
    "evaluate": ("cnnlib.commands.evaluate", "count how often trained weights are right"),
    "predict": ("cnnlib.commands.predict", "say what a picture shows"),
    "data": ("cnnlib.commands.data", "fetch, verify and list data sets"),
    "bench": ("cnnlib.commands.bench", "measure how fast this machine is"),
}

HELP = f"""usage: python -m cnnlib COMMAND …

{chr(10).join(f"  {name:10}{what}" for name, (_, what) in COMMANDS.items())}

`python -m cnnlib COMMAND --help` says what each can be told, with examples. To begin with:

  python -m cnnlib train lenet              train on the digits that come with the packages
  python -m cnnlib predict lenet seven.png  read a digit in a picture of yours
  python -m cnnlib bench                    see what your machine can do

Whatever goes wrong is said in one line on standard error, with exit code 2."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"python -m cnnlib: {message}; `python -m cnnlib --help` explains\n")

    def format_help(self):
        return f"{HELP}\n"


def main(arguments=None):
    """Run the ``main`` of the command's module; only that room is imported, so that none needs what another does."""
    parser = _Parser(prog="python -m cnnlib")
    parser.add_argument("command", choices=COMMANDS, nargs="?")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.error(f"name a command: {', '.join(COMMANDS)}")
    try:
        module = importlib.import_module(COMMANDS[options.command][0])
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("cnnlib"):
            raise
        print(f"cnnlib {options.command}: needs the package {error.name}: pip install {error.name}", file=sys.stderr)
        return 2
    return module.main(options.arguments)


if __name__ == "__main__":
    sys.exit(main())
