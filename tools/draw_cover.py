"""Draw the landing page's figure, ``_static/cover.svg``: a digit and what the book's LeNet makes of it.

Run by hand after a change to the figures' style: ``python -m tools.draw_cover``.
"""

from pathlib import Path

import numpy as np
import torch

from cnnlib import data, figures, gpu
from cnnlib.figures.svg import to_svg
from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe, fit

ROOT = Path(__file__).parent.parent


def main():
    digits = data.mnist()
    network = LeNet(seed=0)
    fit(network, (data.as_float(digits.train.images), digits.train.labels), Recipe(epochs=15))
    image = data.as_float(digits.test.images[np.flatnonzero(digits.test.labels == 7)[:1]])
    with torch.no_grad():
        outputs = network.activations(torch.from_numpy(image))
        probabilities = gpu.softmax(outputs["dense3"])[0].numpy()
    stages = {"first convolution": outputs["sigmoid1"][0].numpy(), "second convolution": outputs["sigmoid2"][0].numpy()}
    figure = figures.show_feature_maps(image[0, 0], stages, probabilities, label=7)
    (ROOT / "_static" / "cover.svg").write_text(to_svg(figure) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
