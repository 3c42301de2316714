"""Hold the prose to its checks: a measured number has its ✓, a ✓ its number, and the two agree."""

import re
from fractions import Fraction

from docutils import nodes
from sphinx import addnodes

TICK = "✓"
ELSEWHERE = "\u2060"  # stands for a source in a sentence that has one
WORDS = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
}
WORDS |= {"no": 0, "none": 0, "once": 1, "twice": 2, "double": 2, "half": 0.5, "third": 1 / 3, "quarter": 0.25}
WORDS |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "thousand": 1000, "million": 1_000_000}

NUMBER = re.compile(
    r"(?P<sign>[-−]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?"
    r"(?P<power> ?[·×] ?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?P<percent> ?%| percent)?(?: of (?P<whole>\d{1,3}(?:,\d{3})+|\d+))?"
)
WORD = re.compile(r"[a-z]+", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?])[)”\"]?\s+(?=[A-Z0-9“(])")
CLOSE = re.compile(r"= (\S+) ± (\S+)")
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class Tick(nodes.Inline, nodes.TextElement):
    """The mark behind a finding; ``claim`` names what checks it."""


def numbers(text):
    """Yield the numbers of a text: (value, half a unit of its last digit, digits that count).

    ``97 of 100`` is 0.97, and 97 as well; ``49 %`` is 0.49 and 49, since points of a percentage are counted in either.
    Words count as written: "half", "twice", "eleven".
    """
    for match in NUMBER.finditer(text):
        whole = Fraction(match["digits"].replace(",", "") + (match["decimals"] or ""))
        unit = Fraction(1, 10 ** len((match["decimals"] or ".")[1:]))
        if match["power"]:
            scale = Fraction(10) ** int(match["power"].strip(" ·×")[2:].translate(SUPERSCRIPTS))
            whole, unit = whole * scale, unit * scale
        if match["sign"]:
            whole = -whole
        figures = len((match["digits"].replace(",", "") + (match["decimals"] or "")[1:]).lstrip("0").rstrip())
        yield float(whole), float(unit) / 2, figures
        share = 100 if match["percent"] else int((match["whole"] or "0").replace(",", ""))
        if share:
            yield float(whole / share), float(unit / share) / 2, max(figures, 2)
    for match in WORD.finditer(text):
        if match[0].lower() in WORDS:
            yield float(WORDS[match[0].lower()]), 0.0, 0


def sentences(doctree):
    """Yield (sentence, block) of the prose: paragraphs and captions, without formulas and code, and without cards."""
    for block in doctree.findall(lambda node: isinstance(node, nodes.paragraph | nodes.caption)):
        if any(isinstance(each, nodes.container) and "cell" in each["classes"] for each in around(block)):
            continue
        text = "".join(spoken(block))
        for sentence in SENTENCE.split(text):
            if sentence.strip():
                yield sentence.strip(), block


def around(node):
    """Yield what a node stands in."""
    while node.parent is not None:
        node = node.parent
        yield node


def spoken(node):
    """Yield the text of a block, but for formulas, code and references, which hold numbers of their own.

    A citation, or a link to another site, leaves a mark: what its sentence says, somebody else has measured.
    """
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, addnodes.pending_xref):
            yield ELSEWHERE if child.get("refdomain") == "cite" else ""
        elif isinstance(child, nodes.reference) and "://" in child.get("refuri", ""):
            yield child.astext() + ELSEWHERE
        elif not isinstance(child, nodes.math | nodes.literal | nodes.raw):
            yield from spoken(child)


def disagreements(doctree, claims, ticks):
    """Yield (problem, node) for everything in which a page's prose and its checks do not belong together.

    Parameters
    ----------
    doctree : docutils.nodes.document
        With its check cells still there.
    claims : list of dict
        ``id``, ``sentence``, ``shown`` and ``cell`` of each.
    ticks : mapping of str to list of node
        The marks in the prose by the claim to which they lead.
    """
    for claim in claims:
        if claim["id"] not in ticks:
            yield f"the claim {claim['id']!r} has no sentence: no [✓](#{claim['id']}) leads to it", claim["cell"]
        if not re.match(r"[^a-z]", claim["sentence"]) or not claim["sentence"].endswith((".", "!", "?")):
            yield f"the claim {claim['id']!r} is no whole sentence: {claim['sentence']!r}", claim["cell"]
    # What was claimed, and not what was measured: on another machine that is another number.
    claimed = [found for claim in claims if (found := re.search(CLOSE, claim["shown"]))]
    values = {float(found[1].replace(",", "")) for found in claimed}
    shown = {claim["id"]: claim["shown"] for claim in claims}
    for sentence, block in sentences(doctree):
        if TICK in sentence or ELSEWHERE in sentence:
            continue
        for value, half, figures in numbers(sentence):
            if figures >= 2 and any(abs(value - each) <= half * 1.0001 and each for each in values):
                yield f"a measured number without its ✓ ({value:g}): {sentence!r}", block
                break
    for name, marks in ticks.items():
        for mark in marks:
            sentence = sentence_of(mark)
            if name in shown and not agrees(sentence, shown[name]):
                yield f"the sentence does not say what {name!r} claims, {shown[name]}: {sentence!r}", mark


def sentence_of(mark):
    """Return the sentence that a ✓ belongs to: the one before it, where it follows a full stop."""
    block = mark
    while isinstance(block.parent, nodes.TextElement):
        block = block.parent
    place = 0
    marks = list(block.findall(Tick))
    text = "".join(spoken(block))
    for _ in range(marks.index(mark) + 1):
        place = text.index(TICK, place) + 1
    before, after = text[:place], text[place:]
    start = max((found.end() for found in SENTENCE.finditer(before)), default=0)
    return before[start:] + SENTENCE.split(after)[0]


def agrees(sentence, shown):
    """Tell whether a sentence holds a number that is claimed; where only a bound is claimed, none is asked for.

    A share counts also in hundreds: "and 43 at three", where the sentence has said "of 100" before.
    """
    if close := re.search(CLOSE, shown):
        about, within = (float(text.replace(",", "")) for text in close.groups())
    elif "⟨" in shown or not (exact := re.fullmatch(r"[-\d,.]+", shown)):
        return True
    else:
        about, within = float(exact[0].replace(",", "")), 0.0
    slack = within + 1e-9 * max(1, abs(about))
    for value, half, _ in numbers(sentence):
        for scale in (1, 100):
            if abs(value / scale - about) <= max(slack, half / scale if within else 0):
                return True
    return False
