"""In a notebook every Matplotlib figure comes out as one SVG."""

import matplotlib.pyplot as plt
from IPython.core.interactiveshell import InteractiveShell

from cnnlib.figures import notebook
from cnnlib.figures.svg import versions


def test_a_figure_is_shown_as_svg_and_as_nothing_else():
    shell = InteractiveShell()
    notebook.load_ipython_extension(shell)
    figure, axis = plt.subplots()
    axis.set_title("by hand")
    data, metadata = shell.display_formatter.format(figure)
    assert set(data) == {"image/svg+xml", "text/plain"}
    assert versions(data["image/svg+xml"])[2]["axes"][0]["title"] == "by hand"
    assert metadata["image/svg+xml"] == {"needs_background": "light"}
