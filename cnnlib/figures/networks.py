"""Scripted figures of whole networks: the size of every layer, and what a unit sees."""

import base64
import io

from PIL import Image

from cnnlib.figures.scripted import ScriptedFigure
from cnnlib.shapes import Conv, Dense, Pool, trace


def explore_network(networks, *, sizes=(30, 300), start=224):
    """Return a figure of every layer's size, parameters and multiply-adds, for any size of the image.

    Parameters
    ----------
    networks : mapping of str to Architecture
        By title, of square images, kernels and windows, without dilation or rounding up.
    sizes : pair of int
        Least and largest height and width of the image, in pixels.
    start : int
        The one that is shown first.

    Returns
    -------
    ScriptedFigure

    Raises
    ------
    ValueError
        If there is no network, or one does not fit into images of the largest size.
    """
    if not networks:
        raise ValueError("explore_network: networks must hold at least one entry, received none")
    given = {}
    for title, network in networks.items():
        channels = network.input_shape[0]
        reports = trace(network.layers, (channels, sizes[1], sizes[1]))
        described = [_layer(report.name, report.layer) for report in reports]
        given[title] = {"channels": channels, "layers": [layer for layer in described if layer]}
    names = (layer["name"] for network in given.values() for layer in network["layers"])
    return ScriptedFigure(
        "network-explorer",
        "Choose a network and the size of its image, and read the size and the cost of every layer.",
        {"networks": given, "size": [*sizes, start]},
        list(dict.fromkeys([*given, *names])),
    )


def _layer(name, layer):
    """Return what the script needs to know of a layer; None for one that changes no size."""
    match layer:
        case Conv(out_channels=maps, kernel=kernel, stride=stride, padding=padding, groups=groups):
            options = {"kernel": kernel, "stride": stride, "padding": padding, "groups": groups}
            return {"name": name, "kind": "conv", "out": maps, **options}
        case Pool(kernel=kernel, stride=stride, padding=padding):
            options = {"kernel": kernel, "stride": kernel if stride is None else stride, "padding": padding}
            return {"name": name, "kind": "pool", **options}
        case Dense(out_features=units):
            return {"name": name, "kind": "dense", "out": units}
    return None


def explore_fields(image, fields):
    """Return a figure that frames, on an image, what a unit of a layer sees.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, H, 3)
        Square, since the figure has one scale.
    fields : sequence of Field
        As `cnnlib.experiments.alexnet.receptive_fields.fields` returns them, of a network of square windows.

    Returns
    -------
    ScriptedFigure

    Raises
    ------
    ValueError
        If the image is not square, or there is no field.
    """
    if image.ndim != 3 or image.shape[0] != image.shape[1]:
        raise ValueError(f"explore_fields: image must have shape (H, H, 3), received {image.shape}")
    if not fields:
        raise ValueError("explore_fields: fields must hold at least one entry, received none")
    layers = [
        {
            "name": field.name,
            "units": field.units[0],
            "field": field.size[0],
            "stride": field.stride[0],
            "start": field.start[0],
        }
        for field in fields
    ]
    packed = io.BytesIO()
    Image.fromarray(image).save(packed, format="jpeg", quality=80)
    source = "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode()
    return ScriptedFigure(
        "field-explorer",
        "Choose a layer and one of its units, and see what it sees of the image.",
        {"image": source, "side": len(image), "layers": layers},
        [layer["name"] for layer in layers],
    )
