"""The pages around the chapters hold what the chapters made, and lead there and back."""

import re

import nbformat
import pytest

from _ext.claims import ids_in_order
from tools.chapters import ROOT, chapters


def test_ids_of_claims_in_loops_are_written_out():
    code = """
claim("a", "One.", measured=1, equals=1)
for n, (what, f) in ((1, ("x", g)), (2, ("y", h))):
    claim(f"b-{what}-{n}", f"Of {what}.", measured=f(n), at_most=1)
    claim(f"c-{n}", statements[what], measured=f(n), at_most=1)
"""
    assert ids_in_order(code) == [
        ("a", "One."), ("b-x-1", "Of x."), ("c-1", None), ("b-y-2", "Of y."), ("c-2", None),
    ]  # fmt: skip


def test_an_id_that_cannot_be_known_is_none():
    assert ids_in_order('for n in range(2):\n    claim(f"a-{n}", measured=n, at_most=1)') == [(None, None)]


def test_every_checked_claim_is_listed_once(site):
    listed = [code.get_text() for code in site["appendices/claims.html"].select("table.claims td:first-child code")]
    checked = 0
    for path in chapters():
        for cell in nbformat.read(path, as_version=4).cells:
            outputs = cell.get("outputs", [])
            checked += sum(len(re.findall("^✓ ", output.get("text", ""), re.MULTILINE)) for output in outputs)
    assert len(listed) == len(set(listed)) == checked


def test_the_claims_are_counted_by_chapter_and_listed_by_section(site):
    page = site["appendices/claims.html"]
    total = 0
    for entry in page.select(".claims-counted li"):
        chapter = page.find(id=entry.a["href"].removeprefix("#"))
        count = int(entry.get_text().rpartition(",")[2])
        assert chapter.h2.get_text().removesuffix("#") == entry.a.get_text()
        assert len(chapter.select("table.claims tbody tr")) == count
        for section in chapter.find_all("section", recursive=False):
            # Its heading leads to the section that makes the claims, on the page to which they lead.
            place = section.h3.a["href"].split("#")[0]
            claims = section.select("td:first-child .line:first-child a")
            assert claims
            assert {claim["href"].split("#")[0] for claim in claims} == {place}
        total += count
    assert f"{total} claims in all" in page.article.get_text()
    assert total == len(page.select("table.claims tbody tr"))


@pytest.mark.parametrize("room", ["definition", "vectorized", "gpu"])
def test_an_operation_leads_to_its_sections_and_they_lead_back(site, room):
    entry = site[f"appendices/api/{room}.html"].find(id=f"cnnlib.{room}.conv2d").parent
    used = {link["href"].split("#")[0] for link in entry.select(".in-the-package a")}
    assert "../../chapters/convolution.html" in used
    back = {link["href"] for link in site["chapters/convolution.html"].select(".in-the-package a")}
    assert any(link.startswith("../appendices/api/") and link.endswith(".conv2d") for link in back)


def test_terms_lead_to_the_glossary_and_back(site):
    glossary = site["appendices/glossary.html"]
    assert glossary.find(id="term-stride").find_next("dd").select(".in-the-package a")
    # The package's reference prints names of arguments in bold, and makes no term.
    assert [link for link in glossary.select(".in-the-package a") if link["href"].startswith("api/")] == []
    made = [link["href"] for page in site.values() for link in page.select("a.term")]
    assert len(made) >= 40


def test_the_version_to_cite_is_the_packages(site):
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert f"version = {{{version}}}" in site["appendices/cite.html"].article.get_text()
    assert re.search(rf"^version: {version}$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
