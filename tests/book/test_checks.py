"""Findings stand in the prose, their checks in cards: what `_ext.checks` and `_ext.findings` make of a page."""

import ast
import re
import textwrap

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from _ext.checks import bar, binds, code_of, imports, is_claim, names, plain
from _ext.claims import ids_in_order
from _ext.findings import agrees, numbers
from tools.chapters import ROOT, chapters

CHECK = 'reads = 1 - error\nclaim("page-reads", "It reads 97 of 100 digits.", measured=reads, about=0.97, within=0.01)'
METADATA = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
PRINTED = "✓ It reads 97 of 100 digits. · ⟨0.971⟩ = 0.97 ± 0.01\n"


def built(folder, prose, *, code=CHECK, printed=PRINTED, language="en", cites=False):
    """Build a page of prose and one check; return it and the warnings."""
    source = folder / "source"
    source.mkdir()
    cell = nbformat.v4.new_code_cell(code, execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
    cells = [nbformat.v4.new_markdown_cell(textwrap.dedent(prose)), cell]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), source / "page.ipynb")
    warnings = (folder / "warnings.txt").open("w+", encoding="utf-8")
    (source / "topics.yml").write_text("[]")
    with docutils_namespace():
        app = Sphinx(
            source, None, folder / "html", folder / "doctrees", "html", status=None, warning=warnings,
            confoverrides={
                "extensions": ["myst_nb", "_ext.checks", "_ext.claims", *["sphinxcontrib.bibtex"] * cites],
                "root_doc": "page",
                "nb_execution_mode": "off", "language": language,
                **({"bibtex_bibfiles": [str(ROOT / "references.bib")]} if cites else {}),
            },
        )  # fmt: skip
        app.build()
    warnings.seek(0)
    page = BeautifulSoup((folder / "html" / "page.html").read_text(encoding="utf-8"), "html.parser")
    return page, warnings.read()


FINDING = """
    # A page

    It reads 97 of 100 digits that it has never seen [✓](#page-reads). What comes next is another matter.
"""


def test_a_finding_leads_to_its_card_and_the_cell_is_gone(tmp_path):
    page, warnings = built(tmp_path, FINDING)
    assert warnings == ""
    [tick] = page.select("a.tick")
    [card] = page.select(".check")
    assert tick["href"] == f"#{card['id']}" == "#claim-page-reads"
    assert card.find_previous_sibling("p").a == tick
    assert tick.previous_sibling.endswith("seen\N{NO-BREAK SPACE}")  # no line begins with a ✓
    assert card.select_one(".sentence").get_text() == "It reads 97 of 100 digits."
    assert card.select_one(".verdict strong").get_text() == "0.971"
    assert "0.97 ± 0.01" in card.select_one(".verdict").get_text()
    assert "reads = 1 - error" in card.select_one("pre").get_text()
    assert card.select_one(".way-out a")["href"].endswith("#claims-page")
    assert not page.select(".cell")


@pytest.mark.parametrize(
    ("prose", "problem"),
    [
        ("# A page\n\nIt reads 97 of 100 digits [✓](#page-writes).", "no cell of this page claims 'page-writes'"),
        ("# A page\n\nIt reads well.", "'page-reads' has no sentence"),
        ("# A page\n\nIt reads 95 of 100 digits [✓](#page-reads).", "does not say what 'page-reads' claims"),
        ("# A page\n\nIt reads nearly all [✓](#page-reads).", "does not say what 'page-reads' claims"),
        (f"{textwrap.dedent(FINDING)}\n\nAs we saw, 97 % are read.", "a measured number without its ✓"),
        (f"{textwrap.dedent(FINDING)}\n\n- Of 100 digits, 0.97 are read.", "a measured number without its ✓"),
    ],
)
def test_what_does_not_belong_together_is_named(tmp_path, prose, problem):
    assert problem in built(tmp_path, prose)[1]


def test_what_this_machine_measured_is_not_held_against_the_prose(tmp_path):
    # Another machine may measure 0.964, and a page that says 96.4 of something else builds there as well.
    prose = f"{textwrap.dedent(FINDING)}\n\nThe sheet is 96.4 mm wide."
    assert built(tmp_path, prose, printed=PRINTED.replace("0.971", "0.964"))[1] == ""


@pytest.mark.parametrize("source", ["{cite}`lecun1998`", "[a page](https://example.org)"])
def test_a_number_with_a_source_is_not_ours(tmp_path, source):
    cited = f"{textwrap.dedent(FINDING)}\n\nThey read 97 % as well {source}."
    assert "without its ✓" not in built(tmp_path, cited, cites=True)[1]


def test_a_fragment_is_no_claim(tmp_path):
    code = 'claim("page-reads", "and 97 of 100 digits,", measured=reads, about=0.97, within=0.01)'
    printed = "✓ and 97 of 100 digits, · ⟨0.971⟩ = 0.97 ± 0.01\n"
    assert "'page-reads' is no whole sentence" in built(tmp_path, FINDING, code=code, printed=printed)[1]


def test_a_translation_that_has_lost_a_tick_shows_the_claim_as_a_sentence(tmp_path):
    page, warnings = built(tmp_path, "# A page\n\nIt reads well.", language="de")
    assert warnings == ""
    [finding] = page.select("p.finding")
    assert finding.get_text() == "It reads 97 of 100 digits.\N{NO-BREAK SPACE}✓"
    assert finding.find_next_sibling("div")["id"] == "claim-page-reads"


def test_a_claim_named_twice_has_one_card(tmp_path):
    page, warnings = built(tmp_path, f"{textwrap.dedent(FINDING)}\n## Summary\n\n97 of 100 are read [✓](#page-reads).")
    assert warnings == ""
    assert len(page.select("a.tick")) == 2
    assert len(page.select(".check")) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("97 of 100 digits", 0.97), ("49 % of the map", 0.49), ("49 % of the map", 49), ("61,706 numbers", 61_706),
        ("half of them", 0.5), ("twice as many", 2), ("eleven rows", 11), ("an error of 2·10⁻³", 0.002),
        ("a loss of −0.06", -0.06), ("2,300.5 steps", 2300.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(text, value):
    assert any(abs(found - value) < 1e-12 for found, _, _ in numbers(text))


@pytest.mark.parametrize(
    ("sentence", "shown", "agreed"),
    [
        ("It reads 97 of 100.", "⟨0.971⟩ = 0.97 ± 0.01", True),
        ("It reads 95 of 100.", "⟨0.971⟩ = 0.97 ± 0.01", False),
        ("It reads 97 %.", "⟨0.971⟩ = 0.97 ± 0.01", True),
        ("It reads 93 of 100, and 43 when moved.", "⟨0.433⟩ = 0.43 ± 0.005", True),
        ("It reads 93 of 100, and 44 when moved.", "⟨0.433⟩ = 0.43 ± 0.005", False),
        ("It has 61,706 weights.", "61,706", True),
        ("It has 61,000 weights.", "61,706", False),
        ("They agree up to rounding.", "⟨1e-14⟩ ≤ 1e-10", True),
        ("The shapes are those of the diagram.", "(28, 14, 10, 5)", True),
    ],
)
def test_a_sentence_says_what_is_claimed(sentence, shown, agreed):
    assert agrees(sentence, shown) is agreed


def test_a_card_shows_the_code_of_its_own_claim():
    a, b = 'claim("p-a", "A.", measured=a, at_most=1)', 'claim("p-b", "B.", measured=b, at_most=1)'
    source = f"def g(n):\n    return n\na = f()\n{a}\nc = g(a)\nb = g(c)\n{b}"
    assert code_of(source, "p-a") == f"a = f()\n{a}"
    assert code_of(source, "p-b") == f"def g(n):\n    return n\na = f()\nc = g(a)\nb = g(c)\n{b}"
    assert code_of(f"a = []\na.append(2)\nother.clear()\n{a}", "p-a") == f"a = []\na.append(2)\n{a}"
    loop = 'for n in (1, 2):\n    claim(f"p-{n}", "N.", measured=n + a, at_most=2)'
    assert code_of(f"a = 1\n{b}\n{loop}", "p-2") == f"a = 1\n{loop}"


A = 'claim("p-a", "A.", measured=a, at_most=1)'


@pytest.mark.parametrize(
    "statement",
    [
        "a[0, 0] = 1",
        "a.weight.data[0] = 1",
        "a.slope = 1",
        "a[0] += 1",
        "b = a[0] = 1",
        "for n in range(2):\n    a.append(n)",
        "for part in a:\n    part.copy_(0)",
        "for part in a:\n    part[0] = 1",
        "if chance:\n    a.clear()",
        "loss = (a * 2).sum()\nloss.backward()",
        "steps = Adam(a.parameters())\nfor n in range(2):\n    steps.step()",
        "del a[0]",
    ],
)
def test_a_card_shows_what_changes_its_values(statement):
    unlike = re.sub(r"\b(a|b|n|part|loss|steps)\b", r"other_\1", statement)
    source = f"a = f()\n{statement}\n{unlike}\n{A}"
    assert code_of(source, "p-a", {"Adam"}) == f"a = f()\n{statement}\n{A}"


def test_a_card_shows_what_a_function_uses_that_is_made_behind_it():
    source = f"def g():\n    return late\nlate = 2\na = g()\n{A}"
    assert code_of(source, "p-a") == source


def test_a_call_is_not_taken_to_change_a_module():
    source = f"import np\na = np.ones(2)\nb = np.ones(2)\nb.fill(2)\n{A}"
    assert code_of(source, "p-a", imports([source])) == f"import np\na = np.ones(2)\n{A}"


def test_what_is_imported_is_found_between_lines_of_ipython():
    cells = ["%load_ext x\nimport numpy as np, os.path\n!pip list", "def f():\n    from a.b import c as d, e"]
    assert imports(cells) == {"np", "os", "d", "e"}


@pytest.mark.parametrize("path", chapters(ROOT), ids=lambda path: path.stem)
def test_every_line_of_a_check_stands_in_a_card(path):
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    imported = imports(cells)
    for k, source in enumerate(map(plain, cells)):
        statements = ast.parse(source).body
        if not any(map(is_claim, statements)):
            continue
        later = set().union(*(names(ast.parse(plain(cell)), ast.Load) for cell in cells[k + 1 :]))
        cards = [ast.parse(code_of(source, name, imported)).body for name, _ in ids_in_order(source)]
        shown = {ast.dump(statement) for card in cards for statement in card}
        for statement in reversed(statements):
            if binds(statement) & later:
                later |= names(statement, ast.Load)
                continue
            checks = any(isinstance(node, ast.Assert) for node in ast.walk(statement))
            text = ast.get_source_segment(source, statement)
            assert is_claim(statement) or checks or ast.dump(statement) in shown, text


@pytest.mark.parametrize(
    ("value", "low", "high", "inside"),
    [
        (0.971, 0.96, 0.98, True),
        (0.99, 0.96, 0.98, False),
        (0.5, None, 0.6, True),
        (0.7, None, 0.6, False),
        (3, 3, None, True),
    ],
)
def test_the_bar_shows_the_value_where_it_lies(value, low, high, inside):
    picture = BeautifulSoup(bar(value, low, high), "html.parser")
    mark, band = float(picture.circle["cx"]), picture.rect
    start = float(band["x"])
    assert 0 <= mark <= 200
    assert (start <= mark <= start + float(band["width"])) is inside


def test_every_check_is_a_cell_of_its_own():
    # What a check cell shows besides its lines would vanish from the page with it.
    for path in chapters():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and "claim(" in cell.source:
                assert {output.output_type for output in cell.outputs} <= {"stream"}, cell.source
                lines = "".join(output.text for output in cell.outputs).splitlines()
                assert all(line.startswith("✓ ") for line in lines), cell.source
