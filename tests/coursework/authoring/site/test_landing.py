"""The moving picture of the landing page, which stops where one asks it to."""

import re

import pytest

from coursework.authoring.browser import open_page
from coursework.authoring.project import find_root
from tests import needs

ROOT = find_root()
STATIC = ROOT / "coursework" / "authoring" / "site" / "static"
MOVES = "getComputedStyle(document.querySelector('.drawn')).animationName"


@pytest.mark.slow
@needs.browser
def test_it_can_be_stopped_and_stands_still_for_who_asked_for_less_motion(tmp_path):
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    (loop,) = re.findall(r"```{raw} html\n(.+?)\n```", index, re.DOTALL)
    css, js = ((STATIC / name).read_text(encoding="utf-8") for name in ("course.css", "course.js"))
    page_html = f"<style>{css}</style><div class=training>{loop}</div><script>{js}</script>"
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html><body>{page_html}", encoding="utf-8")
    assert (ROOT / "docs" / "images" / "training.png").is_file()
    with open_page(1280, 900) as page:
        page.goto((tmp_path / "page.html").as_uri())
        assert page.get_by_role("img").get_attribute("aria-label")
        assert page.evaluate(MOVES) == "training"
        page.get_by_role("button", name="Pause").press("Enter")
        assert page.evaluate(MOVES) == "none"
        page.get_by_role("button", name="Play").press("Enter")
        assert page.evaluate(MOVES) == "training"
        page.emulate_media(reduced_motion="reduce")
        assert page.evaluate(MOVES) == "none"
        assert page.get_by_role("button").count() == 0
