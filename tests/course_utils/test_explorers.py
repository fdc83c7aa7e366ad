"""Explorers in an iframe: all inside, what they show in words, driven by keyboard and pointer."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from course_utils.explorers import embed, names
from coursework.authoring.browser import open_page
from coursework.authoring.vendored import library
from tests import needs

AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(
    n => `${v.id}: ${n.html.slice(0, 160)} ${(n.any[0] || {}).message || ''}`))"""
CHANGED = """async before => {
  const canvas = document.querySelector('canvas'), start = performance.now();
  while (canvas.toDataURL() === before && performance.now() - start < 3000)
    await new Promise(requestAnimationFrame);
  return canvas.toDataURL() !== before;
}"""


def opened(page, path: Path, name: str, scheme: str = "light", **start):
    """The explorer by itself in a page, drawn once."""
    path.write_text(embed(name, **start).page, encoding="utf-8")
    page.emulate_media(color_scheme=scheme)
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelector('#numbers').textContent !== ''")


@pytest.mark.parametrize("name", names())
def test_page_asks_for_nothing_and_says_what_it_shows(name):
    explorer = embed(name)
    assert not re.search(r"https?:|src=|@import|url\(|fetch\(|<link", explorer.page)
    assert len(explorer.title.split()) >= 3 and len(explorer.description.split()) >= 5
    assert explorer.title in repr(explorer) and explorer.description in repr(explorer)
    shown = explorer._repr_mimebundle_()
    page = re.search(r'srcdoc="([^"]*)"', shown["text/html"])[1]
    assert html.unescape(page) == explorer.page
    assert shown["text/html"].count("<iframe") == 1 and shown["text/plain"] == repr(explorer)
    assert explorer.page.count("<script>") == explorer.page.count("</script>") == 2


def test_start_and_unknown_names():
    assert 'START = {"apart": 2.5}' in embed("two_bumps", apart=2.5).page
    with pytest.raises(KeyError, match="'two_bumps'"):
        embed("two_bump")


@pytest.mark.slow
@needs.browser
@pytest.mark.parametrize("name", names())
def test_every_control_changes_the_picture(name, tmp_path):
    errors = []
    with open_page(860, 520) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened(page, tmp_path / "explorer.html", name)
        for index, control in enumerate(page.locator("input, select").all()):
            assert page.locator(f"label[for={control.get_attribute('id')}]").inner_text()
            before = page.evaluate("document.querySelector('canvas').toDataURL()")
            control.focus()
            for _ in range(3):
                page.keyboard.press("ArrowLeft" if index % 2 else "ArrowRight")
            if control.evaluate("e => e.tagName") == "SELECT":
                page.keyboard.press("ArrowDown")
            assert page.evaluate(CHANGED, before), control.get_attribute("id")
        assert page.evaluate("document.querySelector('canvas').width >= 2 * innerWidth * 0.9")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        numbers = page.inner_text("#numbers")
        page.wait_for_timeout(800)
        spoken = page.inner_text("#spoken[aria-live=polite]")
        assert spoken.replace(",", "").split() == numbers.replace(",", "").split()
    assert errors == []


@pytest.mark.slow
@needs.browser
@needs.libraries
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", names())
def test_axe_has_no_complaint_on_a_telephone_either(name, scheme, tmp_path):
    axe = (library("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    with open_page(390, 560) as page:
        opened(page, tmp_path / "explorer.html", name, scheme)
        page.evaluate(axe)
        assert page.evaluate(AXE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
@needs.browser
def test_it_is_light_or_dark_like_the_page_around_it(tmp_path):
    host = tmp_path / "host.html"
    host.write_text(f"<!doctype html><body style='color: white'>{embed('two_bumps').html()}")
    with open_page(900, 560) as page:
        page.emulate_media(color_scheme="light")
        page.goto(host.as_uri())
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.frames[1].evaluate(ground) == "rgb(20, 24, 31)"
        page.evaluate("document.body.style.color = 'black'")
        page.wait_for_timeout(100)
        assert page.frames[1].evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.slow
@needs.browser
def test_two_bumps_finds_the_fits(tmp_path):
    """Bumps at ±3. Forward: the mean and the width of p. Reverse: one bump, or a worse valley."""
    narrow, wide = {"apart": 3, "mu": 2, "sigma": 1}, {"apart": 3, "mu": 0, "sigma": 1.5}
    found = {}
    with open_page(860, 520) as page:
        page.emulate_media(reduced_motion="reduce")
        for which, start in (("forward", narrow), ("reverse", narrow), ("reverse", wide)):
            opened(page, tmp_path / "explorer.html", "two_bumps", **start)
            page.get_by_role("button", name=which).press("Enter")
            page.wait_for_timeout(300)
            found[which, start["mu"]] = (
                page.inner_text("#numbers").replace("−0.00", "0.00").split("\n")
            )
    assert found["forward", 2][0::2] == ["forward KL(p‖q) 0.46 nats", "mean 0.00"]
    assert found["forward", 2][3] == "width 3.16"
    assert found["reverse", 2][1:] == ["reverse KL(q‖p) 0.69 nats", "mean 2.98", "width 1.02"]
    assert found["reverse", 0][1:] == ["reverse KL(q‖p) 0.84 nats", "mean 0.00", "width 2.74"]
