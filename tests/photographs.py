"""An ImageNet-style folder of small drawn pictures, for whoever needs one."""

import numpy as np
from PIL import Image

CLASSES = ("emu", "fox", "owl")


def draw_pictures(root, *, train=4, val=1, size=(48, 40), classes=CLASSES):
    """Fill ``root`` with train/<class>/0.jpg … and val/<class>/0.jpg …; each class has a hue, each picture noise.

    Returns
    -------
    Path
        ``root``.
    """
    random = np.random.RandomState(0)
    for split, count in (("train", train), ("val", val)):
        for number, name in enumerate(classes):
            folder = root / split / name
            folder.mkdir(parents=True)
            for index in range(count):
                pixels = random.randint(0, 90, (size[1], size[0], 3))
                pixels[..., number % 3] += 150
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{index}.jpg", quality=95)
    return root
