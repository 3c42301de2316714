"""What the pages' HTML is given after the theme has written it."""

import re

import pytest

from _ext.theme import FORMULA, PRINTED, keep_whole, mark_lines


def printed(text):
    before = '<div class="highlight-myst-ansi notranslate"><div class="highlight"><pre><span></span>'
    return PRINTED.sub(mark_lines, f"{before}{text}</pre></div></div>").removeprefix(before).split("</pre>")[0]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("form   | milliseconds\n", "columns"),
        ("FFT    |          9.5\n", "columns"),
        ("   20 0.039\n", "columns"),
        ("conv2d: weight must have 3 channels, received 4\n", None),
        ('<span class="-Color">✓ coloured</span>\n', None),
    ],
)
def test_a_printed_line_is_told_by_what_it_is(line, kind):
    expected = f'<span class="{kind}">{line}</span>' if kind else line
    assert printed("first\n" + line + "last\n") == f"first\n{expected}last\n"


def test_code_is_not_taken_for_what_it_prints():
    code = '<div class="highlight-ipython3 notranslate"><div class="highlight"><pre>a  |  b</pre></div></div>'
    assert PRINTED.sub(mark_lines, code) == code


@pytest.mark.parametrize(
    ("before", "after", "rest"),
    [("", ",", " the"), ("(", ").", " Then"), ("", "-th.", ""), ("", "", " is"), ("", "", " - it")],
)
def test_a_formula_keeps_its_marks(before, after, rest):
    formula = '<span class="math notranslate nohighlight">\\(S\\)</span>'
    whole = f"{before}{formula}{after}"
    expected = f'<span class="unbroken">{whole}</span>' if before or after else whole
    assert FORMULA.sub(keep_whole, f"every {whole}{rest}") == f"every {expected}{rest}"


def test_every_table_that_a_chapter_prints_keeps_its_columns(site):
    wrapped = [
        (name, line)
        for name, page in site.items()
        for output in page.select(".cell_output .stream pre")
        for line in "".join(child for child in output.children if isinstance(child, str)).splitlines()
        if re.search(r" \| ", line)
    ]
    assert wrapped == []
    assert sum(len(page.select(".cell_output .columns")) for page in site.values()) > 100
