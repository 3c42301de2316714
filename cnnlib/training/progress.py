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
        self.restart(0)

    def restart(self, step):
        """Begin to measure anew at a step: what came between, a validation say, is not training."""
        self.began = self.last = time.perf_counter()
        self.first = step

    def update(self, step, epoch, loss):
        """Say where the run is, unless it was said a moment ago.

        Parameters
        ----------
        step, epoch : int
        loss : callable
            Returns the loss; called only when it is shown, because reading it waits for the device.
        """
        now = time.perf_counter()
        if not self.shown or now - self.last < self.every:
            return
        value, self.last = float(loss()), time.perf_counter()
        self.speed = (step - self.first) * self.batch_size / (self.last - self.began)
        left = (self.total - step) * self.batch_size / self.speed
        self._write(
            f"step {step:,}/{self.total:,}  epoch {epoch}  loss {value:.4f}  {self.speed:,.1f} images/s  "
            f"{duration(left)} left"
        )

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
