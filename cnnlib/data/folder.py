"""Pictures in folders, as ImageNet comes: ``train/<class>/…`` and ``val/<class>/…``.

A picture is read when it is asked for; only the list of names is held. Nothing here needs PyTorch.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnlib.data.dataset import DataError
from cnnlib.data.picture_file import as_rgb, opened


@dataclass(frozen=True, eq=False, repr=False)
class PictureFolder:
    """One split of an ImageNet-style folder.

    Parameters
    ----------
    path : Path
        Of the split: ``…/train``.
    classes : tuple of str
        Names of the class folders, sorted.
    files : ndarray of bytes, shape (N,)
        File names within their class' folder. An array: a million Python strings would be copied
        into every process that reads.
    labels : ndarray of int64, shape (N,)
        Positions in `classes`.
    """

    path: Path
    classes: tuple
    files: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    def __repr__(self):
        return f"PictureFolder({str(self.path)!r}, {len(self):,} files of {len(self.classes):,} classes)"

    def name(self, index):
        """Return a file's name below `path`: ``"n01440764/n01440764_18.JPEG"``."""
        return f"{self.classes[self.labels[index]]}/{os.fsdecode(self.files[index])}"

    def read(self, index, side):
        """Read picture number ``index``; see `read_picture`."""
        return read_picture(self.path / self.name(index), side)

    def fingerprint(self):
        """Return a digest of the classes and of every file's name, in order: a changed folder is another data set."""
        digest = hashlib.sha256("\n".join(self.classes).encode(errors="surrogateescape"))
        digest.update(self.labels.tobytes())
        digest.update(b"\n".join(self.files))
        return digest.hexdigest()[:16]


def picture_folder(root, split, *, classes=None):
    """List the pictures of a split: every file of every class folder, in the order of their names.

    Parameters
    ----------
    root : str or Path
        The folder that holds the splits.
    split : str
        ``"train"`` or ``"val"``.
    classes : tuple of str, optional
        Of the training split, so that one label means one class in both; its own class folders otherwise.

    Returns
    -------
    PictureFolder

    Raises
    ------
    DataError
        If there is no such folder, it holds no class folders, no files, or a class that is not in `classes`.
    """
    path = Path(root).expanduser() / split
    if not path.is_dir():
        raise DataError(f"{path} is no folder; an ImageNet-style folder holds train/<class>/… and val/<class>/…")
    found = _names(path, os.DirEntry.is_dir)
    if not found:
        raise DataError(f"{path} holds no class folders, such as {path / 'cat'} with pictures of cats in it")
    classes = tuple(found) if classes is None else tuple(classes)
    numbers = {name: number for number, name in enumerate(classes)}
    if strange := next((name for name in found if name not in numbers), None):
        raise DataError(f"{path / strange} is a class that {path.parent / 'train'} does not have")
    files = {numbers[name]: _names(path / name, os.DirEntry.is_file) for name in found}
    labels = np.repeat(np.fromiter(files, np.int64), [len(names) for names in files.values()])
    if not len(labels):
        raise DataError(f"{path} holds {len(found)} class folders, all without files")
    names = np.array([os.fsencode(name) for in_class in files.values() for name in in_class])
    return PictureFolder(path, classes, names, labels)


def _names(path, wanted):
    with os.scandir(path) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and wanted(entry))


def read_picture(path, side):
    """Read the middle of a picture, scaled so that the picture's shorter side measures ``side`` pixels [1]_.

    A JPEG file is decoded at the smallest size of at least that, which is several times faster for a photograph.
    Transparent parts are white.

    Parameters
    ----------
    path : str or Path
    side : int

    Returns
    -------
    ndarray of uint8, shape (3, side, side)
        Red, green, blue.

    Raises
    ------
    DataError
        Naming the file and what is wrong with it: missing, empty, cut off, no picture, too large, or damaged.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks*
       (2012), Sec. 2.
    """
    with opened(path) as picture:
        picture.draft("RGB", (side, side))
        square = _middle(as_rgb(picture), side)
    return np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))


def _middle(picture, side):
    """Scale the largest central square to ``side`` × ``side``: the same as to scale first and then crop."""
    from PIL import Image

    short = min(picture.size)
    left, top = (picture.width - short) / 2, (picture.height - short) / 2
    box = (left, top, left + short, top + short)
    return picture.resize((side, side), Image.Resampling.BILINEAR, box=box)
