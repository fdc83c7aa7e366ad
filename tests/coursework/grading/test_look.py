"""Every page for people in Chromium: accessible, no requests, fit for a telephone and for paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursework.authoring.browser import open_page
from coursework.authoring.vendored import library
from coursework.grading.feedback import feedback_html
from coursework.grading.lecture import lecture_html, named
from coursework.grading.misconceptions import read_reports
from coursework.grading.results import BatchInfo
from coursework.grading.side_by_side import similar_html
from coursework.grading.similarity import Pair
from coursework.grading.summary import summary_html
from coursework.grading.tally import Tally
from tests import needs
from tests.coursework.grading.made_up_class import class_of, odd, report, table_of

pytestmark = [pytest.mark.slow, needs.browser, needs.libraries]

AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.flatMap(v => v.nodes.map(n =>
    `${v.id}: ${n.html.slice(0, 160)} ${(n.any[0] || n.all[0] || n.none[0] || {}).message || ''}`));
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The pages of a made-up class of 34 with two notebooks, and of a few odd files."""
    folder = tmp_path_factory.mktemp("pages")
    results = class_of(34, ("02", "04")) + odd()
    table, names = table_of(results)
    found = Tally()
    for result in results:
        found.add(result)
    page = summary_html(found, table, names, BatchInfo(seed=7))
    (folder / "summary.html").write_text(page, encoding="utf-8")
    for i, row in enumerate([*table[:4], *table[-4:]]):
        own = [r for r in results if r.student == row.student]
        page = feedback_html(row, own, names, i % 2 == 1)
        (folder / f"feedback-{i}.html").write_text(page, encoding="utf-8")
    weeks = [report(folder / lab, class_of(34, (lab,))) for lab in ("02", "03")]
    reports = read_reports(weeks)
    page = lecture_html(reports, named(reports))
    (folder / "misconceptions.html").write_text(page, encoding="utf-8")
    pair = Pair("roc_auc", (results[0].file, results[2].file), 20, 0.8)
    page = similar_html([pair], {r.file: r for r in results})
    (folder / "similar.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_no_complaint_and_nobody_is_asked(folder, width):
    axe = (library("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    faults, asked = [], []
    with open_page(width, 844) as page:
        page.on("request", lambda request: asked.append(request.url))
        for path in sorted(folder.glob("*.html")):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.goto(path.as_uri())
                page.evaluate(axe)
                faults += [f"{path.name} ({scheme}): {f}" for f in page.evaluate(AXE)]
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{path.name} is {wide} px wide")
    assert not faults, "\n".join(faults)
    assert {url.split(":")[0] for url in asked} == {"file"}


def test_the_first_screen_holds_score_and_next_step(folder):
    with open_page(390, 844) as page:
        for path in sorted(folder.glob("feedback-*.html")):
            page.goto(path.as_uri())
            end = page.evaluate("document.querySelector('.next').getBoundingClientRect().bottom")
            assert end <= 844, path.name


def test_on_paper_everything_is_unfolded(folder):
    hidden = """() => [...document.querySelectorAll('details')].filter(
        d => !d.lastElementChild.checkVisibility()).length"""
    with open_page(800, 1100) as page:
        page.goto((folder / "feedback-0.html").as_uri())
        assert page.evaluate(hidden) > 0
        page.emulate_media(media="print")
        assert page.evaluate(hidden) == 0
