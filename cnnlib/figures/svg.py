"""A figure as SVG: letters as letters, pictures as small as what they show, the same bytes in every run.

The file also carries, in its ``<metadata>``, the same figure for a narrow screen, and what the figure shows as data.
"""

import base64
import html
import io
import json
import re

from matplotlib.figure import Figure
from PIL import Image

from cnnlib.figures.account import account
from cnnlib.figures.narrow import WIDTH as _NARROW
from cnnlib.figures.narrow import narrowed
from cnnlib.figures.style import INK, on_dark, style

_SMOOTH = 64  # pixels: what is larger is a photograph, and looks better smooth than in squares
_SHARPEST = 2.0  # pixels of a photograph for each pixel of the page
_COLOURS = 64  # of a map: steps that nobody tells from a smooth scale
_SQUARES = "image{image-rendering:crisp-edges;image-rendering:pixelated}"
_FONTS = "DejaVu Sans, Verdana, sans-serif"
_COLOUR = re.compile(r"(?<=[ :\"])#[0-9a-f]{6}\b")
_RAISED = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
_NUMBERS = re.compile(r' (?:d|x|y|points|transform)="(?!matrix)[^"]*"')
_PIXELS = re.compile(r'(<image )([^>]*?)xlink:href="data:image/png;base64,\s*([^"]+)"([^>]*)>')


def to_svg(figure):
    """Return a figure as one SVG file, with its narrow version and its data inside.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    str
    """
    packed = {}
    wide, data = _drawn(figure, 1, packed), account(figure)
    narrow = _narrow(figure, packed)
    data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    parts = [f'<cnnlib:data xmlns:cnnlib="cnnlib">{_escaped(data)}</cnnlib:data>']
    if narrow:
        kept = _without(narrow, inner_pictures(wide))
        parts.append(f'<cnnlib:narrow xmlns:cnnlib="cnnlib">{_escaped(kept)}</cnnlib:narrow>')
    head, rest = wide.split(">", 1)
    return f"{head}>\n<metadata>{''.join(parts)}</metadata>{rest}"


def _narrow(figure, packed):
    other = getattr(figure, "narrow", None)
    if other is not None:
        return _drawn(other(), 1, packed)
    if figure.get_figwidth() <= _NARROW:
        return None
    with narrowed(figure) as scale:
        return _drawn(figure, scale, packed)


def _escaped(text):
    return html.escape(text, quote=False)


def versions(svg):
    """Take the file apart again.

    Parameters
    ----------
    svg : str
        As `to_svg` returns it.

    Returns
    -------
    wide, narrow : str
        Equal where the figure is narrow by itself.
    data : dict

    Raises
    ------
    ValueError
        If the file carries no data.
    """
    found = re.search(r"<metadata>(.*?)</metadata>", svg, re.DOTALL)
    data = found and re.search(r"<cnnlib:data[^>]*>(.*?)</cnnlib:data>", found[1], re.DOTALL)
    if not data:
        raise ValueError(f"versions: svg must carry the figure's data, received {svg[:60]!r}")
    wide = svg.replace(found[0], "").replace(">\n", ">", 1)
    narrow = re.search(r"<cnnlib:narrow[^>]*>(.*?)</cnnlib:narrow>", found[1], re.DOTALL)
    narrow = _with(html.unescape(narrow[1]), inner_pictures(wide)) if narrow else wide
    return wide, narrow, json.loads(html.unescape(data[1]))


def dark(svg):
    """Return a figure in the colours that it has on a dark page; pictures stay as they are."""
    kept = inner_pictures(svg)
    changed = _COLOUR.sub(lambda found: on_dark(found[0]), _without(svg, kept))
    # What has no colour of its own is black otherwise.
    return _with(changed.replace("<svg ", f'<svg fill="{on_dark(INK)}" ', 1), kept)


def size(svg):
    """Return (width, height) of a figure in pixels of a page."""
    return tuple(
        round(float(value) * 4 / 3) for value in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()
    )


def inner_pictures(svg):
    """List the addresses of the pictures inside a figure, each once."""
    return list(dict.fromkeys(re.findall(r'xlink:href="(data:[^"]*)"', svg)))


def _without(svg, known):
    """Write pictures by their place in a list, to keep them once."""
    for place, address in enumerate(known):
        svg = svg.replace(f'"{address}"', f'"picture:{place}"')
    return svg


def _with(svg, known):
    return re.sub(r'"picture:(\d+)"', lambda found: f'"{known[int(found[1])]}"', svg)


def as_address(svg):
    """Return a figure as an address that holds all of it, to stand between apostrophes in HTML."""
    for each in "%#&'\n":
        svg = svg.replace(each, f"%{ord(each):02X}")
    return f"data:image/svg+xml,{svg}"


def _drawn(figure: Figure, scale, packed):
    """Draw at a scale; ``packed`` knows the pictures that were drawn before, and learns the others."""
    drawn = io.StringIO()
    with style():
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing, facecolor="none", edgecolor="none")
    return _compact(drawn.getvalue(), scale, packed)


def _compact(svg, scale, packed):
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    # Said once: the letters' family, and that pictures are shown in squares.
    svg = re.sub(r"font-family: [^;\"]*(; )?", "", svg)
    svg = svg.replace("<svg ", f'<svg font-family="{_FONTS}" ', 1)
    svg = svg.replace(' style="image-rendering:crisp-edges;image-rendering:pixelated"', "")
    svg = svg.replace("</style>", f"{_SQUARES}</style>", 1)
    svg = re.sub(r"<text>\s*<tspan.*?</text>", _raised, svg, flags=re.DOTALL)
    # Hundredths of a point are enough for everything but the scale of a picture.
    svg = _NUMBERS.sub(lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), svg)
    svg = re.sub(r'(width|height)="([\d.]+)pt"', lambda f: f'{f[1]}="{float(f[2]) * scale:.2f}pt"', svg, count=2)
    svg = _PIXELS.sub(lambda found: _picture(found, packed), svg)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


def _raised(found):
    """Write the exponents of a formula as letters that are raised themselves: smaller ones are not read on a phone."""
    spans = re.findall(r'y="([-\d.]+)" style="font-size: ([\d.]+)px', found[0])
    base, largest = max(spans, key=lambda span: float(span[1]))

    def raised(span):
        x, size, rest, letters = span.groups()
        if float(size) < float(largest):
            letters = letters.translate(_RAISED)
        return f'<tspan x="{x}" y="{base}" style="font-size: {largest}px{rest}">{letters}</tspan>'

    return re.sub(
        r'<tspan x="([^"]*)" y="[^"]*" style="font-size: ([\d.]+)px([^"]*)">([^<]*)</tspan>', raised, found[0]
    )


def _picture(found, packed):
    """Return an image element whose picture is packed as small as it can be."""
    start, before, pixels, after = found.groups()
    if pixels not in packed:
        image = Image.open(io.BytesIO(base64.b64decode(pixels)))
        matrix = re.search(r"matrix\(([-\d.e]+) [-\d.e]+ [-\d.e]+ ([-\d.e]+)", before + after).groups()
        # Points of the page for each pixel, across and down.
        packed[pixels] = _address(image, [abs(float(value)) for value in matrix])
    smooth = ' preserveAspectRatio="none" style="image-rendering: auto"' if "jpeg" in packed[pixels] else ""
    return f'{start}{before}xlink:href="{packed[pixels]}"{smooth}{after}>'


def _address(image, points):
    """Return a picture as an address that holds it: few colours as they are, a photograph as large as it is seen."""
    opaque = "A" not in image.getbands() or image.getchannel("A").getextrema() == (255, 255)
    if not opaque:
        return _saved(image, "png")
    image = image.convert("RGB")
    colours = image.getcolors(256)
    gray = colours and all(red == green == blue for _, (red, green, blue) in colours)
    if gray:
        image = image.convert("L")
    if min(image.size) <= _SMOOTH:
        return _saved(image if gray else image.quantize(_COLOURS, dither=Image.Dither.NONE), "png")
    seen = [round(side * size * 4 / 3 * _SHARPEST) for side, size in zip(image.size, points, strict=True)]
    if seen[0] < image.width:
        image = image.resize(seen, Image.Resampling.LANCZOS)
    return _saved(image, "jpeg", quality=82)


def _saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, format=kind, optimize=True, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
