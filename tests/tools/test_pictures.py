"""Pictures become lighter and stay what they show."""

import base64
import io

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

from tools.pictures import lighten


def notebook_with(image):
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": "<Figure>"}
    output = nbformat.v4.new_output("display_data", data)
    text = nbformat.v4.new_output("stream", text="words")
    cell = nbformat.v4.new_code_cell("draw()", outputs=[text, output])
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("words"), cell])


def shown(notebook):
    return notebook.cells[1].outputs[1].data["image/png"]


def pixels(encoded):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")).astype(int)


def drawing():
    """A plot as chapters draw them, with smooth edges."""
    figure, axis = plt.subplots(figsize=(5, 3), dpi=150)
    axis.plot(np.sin(np.linspace(0, 20, 200)), label="a wave")
    axis.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return np.array(Image.open(buffer).convert("RGB"))


def test_a_drawing_keeps_its_colours_and_loses_bytes():
    notebook = notebook_with(Image.fromarray(drawing()))
    before = shown(notebook)
    lighten(notebook)
    assert len(shown(notebook)) < 0.6 * len(before)
    assert np.abs(pixels(shown(notebook)) - drawing()).mean() < 0.5
    assert notebook.cells[1].outputs[0].text == "words"


def test_what_would_not_become_smaller_stays():
    notebook = notebook_with(Image.fromarray(np.zeros((1, 1, 3), np.uint8)))
    before = shown(notebook)
    lighten(notebook)
    assert shown(notebook) == before


@pytest.mark.parametrize("alpha", [0, 128])
def test_transparency_stays(alpha):
    image = np.dstack([drawing(), np.full(drawing().shape[:2], 255, np.uint8)])
    image[:50, :50, 3] = alpha
    notebook = notebook_with(Image.fromarray(image))
    before = shown(notebook)
    lighten(notebook)
    assert shown(notebook) == before
