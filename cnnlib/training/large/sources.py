"""What the trainer for large data reads: pictures by their positions, from a folder, from memory, or made up."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cnnlib.data import DataError, cifar10, mnist
from cnnlib.data.folder import picture_folder

# So many pictures in a row that cannot be read are not an accident but a lost disk.
HOPELESS = 100


@dataclass(frozen=True, eq=False)
class Arrays:
    """Pictures in memory.

    Attributes
    ----------
    name : str
    images : ndarray of uint8, shape (N, C, H, W)
    labels : ndarray of int64, shape (N,)
    classes : tuple of str
    photographs : bool
        Whether a mirrored or differently lit picture shows the same thing; a digit's does not.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    classes: tuple
    photographs: bool

    def __len__(self):
        return len(self.labels)

    @property
    def channels(self):
        return self.images.shape[1]

    def fingerprint(self):
        """Name the data in the record of a run."""
        return f"{self.name}, {len(self):,} pictures"

    def __getitems__(self, positions):
        """Return images (n, C, H, W) of uint8, labels (n,), and the positions of damaged pictures: none."""
        images = torch.from_numpy(self.images[positions])
        return images, torch.from_numpy(self.labels[positions]), torch.empty(0, dtype=torch.int64)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Noise with labels, to measure speed or to try a command where there are no data.

    ``images`` hold a few pictures that come again and again: making new ones would be part of what is measured.
    """

    count: int
    side: int
    class_count: int
    channels: int = 3
    name: str = "synthetic"
    photographs: bool = True

    @cached_property
    def images(self):
        shape = (64, self.channels, self.side, self.side)
        return torch.from_numpy(np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8))

    @property
    def classes(self):
        return tuple(map(str, range(self.class_count)))

    def __len__(self):
        return self.count

    def fingerprint(self):
        return f"synthetic, {self.count:,} pictures of {self.class_count:,} classes"

    def __getitems__(self, positions):
        """As `Arrays`; picture i is number i modulo 64, its class i modulo the number of classes."""
        positions = torch.as_tensor(positions)
        return self.images[positions % 64], positions % self.class_count, torch.empty(0, dtype=torch.int64)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures in a folder, read when their turn comes.

    Attributes
    ----------
    folder : cnnlib.data.folder.PictureFolder
    side : int
        What each is scaled to.
    replace : bool
        Put the next readable picture in a damaged one's place, so that every batch has its size (training);
        otherwise leave it out (evaluation).
    """

    folder: object
    side: int
    replace: bool
    channels: int = 3
    name: str = "imagenet"
    photographs: bool = True

    @property
    def classes(self):
        return self.folder.classes

    def __len__(self):
        return len(self.folder)

    def fingerprint(self):
        """Name the data in the record of a run, by a digest of all file names."""
        return f"{len(self):,} pictures of {len(self.classes):,} classes, {self.folder.fingerprint()}"

    def __getitems__(self, positions):
        """As `Arrays`. Where nothing can be read far and wide, there are fewer images than positions."""
        images, labels, damaged = [], [], []
        for position in positions:
            for index in self._candidates(position):
                try:
                    images.append(torch.from_numpy(self.folder.read(index, self.side)))
                except DataError:
                    damaged.append(index)
                else:
                    labels.append(self.folder.labels[index])
                    break
        batch = torch.stack(images) if images else torch.empty(0, 3, self.side, self.side, dtype=torch.uint8)
        return batch, torch.tensor(np.array(labels, np.int64)), torch.tensor(damaged, dtype=torch.int64)

    def why_not(self, index):
        """Read a damaged picture once more, and say what is wrong with it."""
        try:
            self.folder.read(index, 32)
        except DataError as error:
            return str(error)
        return f"{self.folder.name(index)} could not be read before"

    def _candidates(self, position):
        tries = min(HOPELESS, len(self)) if self.replace else 1
        return ((position + offset) % len(self) for offset in range(tries))


def open_data(what, side):
    """Open a data set by the name that the command line knows it by.

    Parameters
    ----------
    what : str
        ``"digits"`` (the 5,000 that come with the packages), ``"mnist"``, ``"cifar10"`` or ``"imagenet:FOLDER"``.
    side : int
        What pictures from a folder are scaled to; those in memory stay as they are.

    Returns
    -------
    train : Arrays or Pictures
    validation : Arrays, Pictures or None
        None for a folder without ``val``.

    Raises
    ------
    DataError
        If the data are missing or damaged.
    ValueError
        If the name is none of these.
    """
    kind, _, path = what.partition(":")
    if kind == "imagenet" and path:
        train = picture_folder(path, "train")
        held_out = None
        if (train.path.parent / "val").exists():
            held_out = Pictures(picture_folder(path, "val", classes=train.classes), side, replace=False)
        return Pictures(train, side, replace=True), held_out
    readers = {"digits": mnist, "mnist": lambda: mnist(full=True), "cifar10": cifar10}
    if what not in readers:
        raise ValueError(f"--data must be digits, mnist, cifar10 or imagenet:FOLDER, received {what!r}")
    data = readers[what]()
    return tuple(
        Arrays(data.name, split.images, split.labels, data.classes, photographs=what == "cifar10")
        for split in (data.train, data.test)
    )
