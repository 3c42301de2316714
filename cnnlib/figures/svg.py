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
_FONTS = "DejaVu Sans, Verdana, sans-serif"
_COLOUR = re.compile(r"(?<=[ :\"])#[0-9a-f]{6}\b")
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
    wide, data = _drawn(figure, 1), account(figure)
    narrow = _narrow(figure)
    parts = [f'<cnnlib:data xmlns:cnnlib="cnnlib">{_escaped(json.dumps(data, ensure_ascii=False))}</cnnlib:data>']
    if narrow:
        kept = _without(narrow, pictures(wide))
        parts.append(f'<cnnlib:narrow xmlns:cnnlib="cnnlib">{_escaped(kept)}</cnnlib:narrow>')
    head, rest = wide.split(">", 1)
    return f"{head}>\n<metadata>{''.join(parts)}</metadata>{rest}"


def _narrow(figure):
    other = getattr(figure, "narrow", None)
    if other is not None:
        return _drawn(other(), 1)
    if figure.get_figwidth() <= _NARROW:
        return None
    with narrowed(figure) as scale:
        return _drawn(figure, scale)


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
    narrow = _with(html.unescape(narrow[1]), pictures(wide)) if narrow else wide
    return wide, narrow, json.loads(html.unescape(data[1]))


def dark(svg):
    """Return a figure in the colours that it has on a dark page; pictures stay as they are."""
    kept = pictures(svg)
    changed = _COLOUR.sub(lambda found: on_dark(found[0]), _without(svg, kept))
    # What has no colour of its own is black otherwise.
    return _with(changed.replace("<svg ", f'<svg fill="{on_dark(INK)}" ', 1), kept)


def size(svg):
    """Return (width, height) of a figure in pixels of a page."""
    return tuple(round(float(value) * 4 / 3) for value in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups())


def pictures(svg):
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


def _drawn(figure: Figure, scale):
    drawn = io.StringIO()
    with style():
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing, facecolor="none", edgecolor="none")
    return _compact(drawn.getvalue(), scale)


def _compact(svg, scale):
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    # Said once, for all letters.
    svg = re.sub(r"font-family: [^;\"]*(; )?", "", svg)
    svg = svg.replace("<svg ", f'<svg font-family="{_FONTS}" ', 1)
    # Hundredths of a point are enough for everything but the scale of a picture.
    svg = re.sub(
        r' (?:d|x|y|points|transform)="(?!matrix)[^"]*"',
        lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]),
        svg,
    )
    svg = re.sub(r'(width|height)="([\d.]+)pt"', lambda f: f'{f[1]}="{float(f[2]) * scale:.2f}pt"', svg, count=2)
    svg = _PIXELS.sub(lambda found: _picture(found, scale), svg)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


def _picture(found, scale):
    """Pack a picture as small as it can be: few colours as they are, photographs at the size they are seen at."""
    start, before, pixels, after = found.groups()
    image = Image.open(io.BytesIO(base64.b64decode(pixels)))
    if min(image.size) > _SMOOTH:
        after = re.sub(r' style="[^"]*"', ' preserveAspectRatio="none"', after)
        # How many points of the page a pixel takes.
        a, b = (abs(float(value)) for value in re.search(r"matrix\(([-\d.e]+) [-\d.e]+ [-\d.e]+ ([-\d.e]+)", before + after).groups())
        largest = [round(side * ratio * scale * 4 / 3 * _SHARPEST) for side, ratio in zip(image.size, (a, b), strict=True)]
        if largest[0] < image.width and largest[1] < image.height:
            image = image.resize(largest, Image.Resampling.LANCZOS)
    kind, packed = _packed(image)
    return f'{start}{before}xlink:href="data:image/{kind};base64,{base64.b64encode(packed).decode()}"{after}>'


def _packed(image):
    """Return (kind, bytes) of the smallest form that shows the same."""
    forms = {}
    opaque = "A" not in image.getbands() or image.getchannel("A").getextrema() == (255, 255)
    plain = image.convert("RGB") if opaque else image
    colours = plain.getcolors(256)
    if opaque and colours and all(r == g == b for _, (r, g, b) in colours):
        forms["png", 0] = _saved(plain.convert("L"), "png")
    elif opaque and colours:
        forms["png", 0] = _saved(plain.quantize(256, dither=Image.Dither.NONE), "png")
    else:
        forms["png", 0] = _saved(plain, "png")
    if opaque and min(image.size) > _SMOOTH:
        gray = colours and all(r == g == b for _, (r, g, b) in colours)
        forms["jpeg", 0] = _saved(plain.convert("L") if gray else plain, "jpeg", quality=82)
    (kind, _), packed = min(forms.items(), key=lambda form: len(form[1]))
    return kind, packed


def _saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, format=kind, optimize=True, **options)
    return buffer.getvalue()
