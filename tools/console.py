"""What a person sees while the programs behind ``make`` work; in a syntax that Python 3.6 still reads."""

import re
import sys
import time


def plain(text):
    """Return text without the codes that colour it on a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class StatusLine:
    """A line that says how far something has come, with the seconds it has taken.

    A terminal sees one line that rewrites itself; a log gets the lines that mark a milestone.
    """

    def __init__(self, label="", alone=True):
        """Without ``alone`` others write, too, and the line is not rewritten even on a terminal."""
        self.label, self.start, self.width = label, time.time(), 0
        self.live = alone and sys.stdout.isatty()

    @property
    def seconds(self):
        """Seconds since the start."""
        return time.time() - self.start

    def show(self, text, milestone=False):
        """Replace the line; where lines cannot be replaced, print a milestone and drop the rest."""
        text = f"  {self.seconds:4.0f} s  {self.label}{text}"
        if self.live:
            print("\r" + text.ljust(self.width), end="", flush=True)
            self.width = len(text)
        elif milestone:
            print(text, flush=True)

    def close(self):
        """Leave the line as it stands."""
        if self.live and self.width:
            print(flush=True)
