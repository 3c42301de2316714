"""How a long run says how far it is."""

import sys
import time


class ProgressLine:
    """One line on standard error: rewritten in place on a terminal, a new one every few seconds in a log.

    Parameters
    ----------
    total : int
        Steps of the whole run.
    batch_size : int
        Images a step.
    shown : bool
    """

    def __init__(self, total, batch_size, *, shown):
        self.total, self.batch_size, self.shown = total, batch_size, shown
        self.live = sys.stderr.isatty()
        self.every = 1.0 if self.live else 5.0
        self.speed = 0.0
        self.first = None
        self.said = time.perf_counter()

    def update(self, step, epoch, loss):
        """Note a step, and say where the run is unless it was said a moment ago.

        The first step after a pause is not timed: it waits for readers to start and for memory to be set up.

        Parameters
        ----------
        step, epoch : int
        loss : callable
            Returns the loss; called only when it is shown, because reading it waits for the device.
        """
        if self.first is None:
            self.first, self.began = step, time.perf_counter()
        if not self.shown or time.perf_counter() - self.said < self.every:
            return
        value = float(loss())
        self.measure(step)
        self.said = time.perf_counter()
        speed = left = "…"
        if self.speed:
            speed = f"{self.speed:,.1f}"
            left = duration((self.total - step) * self.batch_size / self.speed)
        self._write(f"step {step:,}/{self.total:,}  epoch {epoch}  loss {value:.4f}  {speed} images/s  {left} left")

    def measure(self, step):
        """Set ``speed`` to the images a second since the first step after the last pause."""
        if self.first is not None and step > self.first:
            self.speed = (step - self.first) * self.batch_size / (time.perf_counter() - self.began)

    def pause(self, step):
        """Measure, and begin anew with the next step: a validation, say, is not training."""
        self.measure(step)
        self.first = None

    def finish(self):
        """Say how fast it went at last."""
        if self.shown and self.speed:
            self._write(f"{self.total:,} steps done, {self.speed:,.1f} images/s")

    def close(self):
        """End the line that is rewritten in place."""
        if self.shown and self.live:
            print(file=sys.stderr)

    def _write(self, text):
        print(f"\r\033[K{text}" if self.live else text, end="" if self.live else "\n", file=sys.stderr, flush=True)


def duration(seconds):
    """Write a time as people say it.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str

    Examples
    --------
    >>> [duration(seconds) for seconds in (42, 150, 5 * 3600 + 600, 60 * 3600)]
    ['42 s', '2 min 30 s', '5 h 10 min', '2 d 12 h']
    """
    seconds = round(seconds)
    for unit, size, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            return f"{seconds // size} {unit} {seconds % size // part} {smaller}"
    return f"{seconds} s"
