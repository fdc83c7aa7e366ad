"""Every page in Chromium: no requests, accessible, fit for a telephone, without broken links."""

import http.server
import threading
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from coursework.authoring.browser import open_page
from coursework.authoring.vendored import library
from tests import needs

pytestmark = [pytest.mark.slow, needs.browser, needs.libraries]

# All rules in the light scheme; in the dark one those that ask what is seen and how: the pages
# differ in colors and in which of two pictures is shown.
RULES = {"light": [], "dark": ["cat.color", "cat.text-alternatives"]}
AXE = """async tags => {
  const options = {resultTypes: ['violations']};
  const some = {runOnly: tags, rules: {'color-contrast-enhanced': {enabled: false}}};
  const found = await axe.run(document, tags.length ? {...options, ...some} : options);
  return found.violations.flatMap(v => v.nodes.map(n =>
    `${v.id}: ${n.html.slice(0, 160)} ${(n.any[0] || n.all[0] || n.none[0] || {}).message || ''}`));
}"""
SETTLED = """() => document.readyState === 'complete'
  && (!window.MathJax || !MathJax.startup || !document.querySelector('.math')
      || document.querySelectorAll('.math mjx-container').length
         >= document.querySelectorAll('.math').length)"""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
LINKS = """() => [...document.querySelectorAll('a[href]')].map(a => a.href)"""
PICTURES = """() => [...document.querySelectorAll('img')].map(
  i => [i.getAttribute('alt'), i.src.slice(0, 80)])"""
RAW_TEX = """() => {
  const article = (document.querySelector('article') || document.body).cloneNode(true);
  article.querySelectorAll('pre, code, script, style, mjx-container').forEach(e => e.remove());
  const tex = /\\\\(frac|log|mathbb|tfrac|sigma|mu|operatorname)|\\$[^$]+\\$/g;
  return article.textContent.match(tex) || [];
}"""


def pages(site: Path) -> list[Path]:
    """All pages but the decks, which have tests of their own."""
    apart = {"_static", "slides"}
    return sorted(path for path in site.rglob("*.html") if not apart & set(path.parts[-2:]))


@pytest.fixture(params=["tiny", "course"])
def site(request) -> Path:
    return request.getfixturevalue(f"{request.param}_site")


@pytest.fixture
def browser_page():
    with open_page(1280, 900) as page:
        yield page


def visit(page, path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path.as_uri())
    page.add_style_tag(content=STILL)  # colors are read where they end, not on their way
    set_scheme(page, scheme)
    page.wait_for_function(SETTLED)


def set_scheme(page, scheme: str) -> None:
    """As the page's own button does."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(f"document.documentElement.dataset.mode = '{scheme}'")
    page.evaluate(f"document.documentElement.dataset.theme = '{scheme}'")


def test_nobody_is_asked_and_axe_has_no_complaint(site, browser_page):
    axe = (library("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    asked, faults = [], []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    for path in pages(site):
        visit(browser_page, path, "light")
        browser_page.evaluate(axe)
        for scheme in ("light", "dark"):
            set_scheme(browser_page, scheme)
            found = browser_page.evaluate(AXE, RULES[scheme])
            faults += [f"{path.relative_to(site)} ({scheme}): {fault}" for fault in found]
        found = browser_page.evaluate(RAW_TEX)
        faults += [f"{path.relative_to(site)}: raw TeX {fault}" for fault in found]
    assert not faults, "\n".join(faults)
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []


def test_every_page_fits_a_telephone(site):
    faults = []
    with open_page(390, 844) as page:
        for path in pages(site):
            visit(page, path, "light")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 390:
                faults.append(f"{path.relative_to(site)} is {width} px wide")
    assert not faults, "\n".join(faults)


def test_links_lead_somewhere_and_pictures_say_what_they_show(site, browser_page):
    faults, anchors, wanted = [], {}, []
    for path in pages(site):
        visit(browser_page, path, "light")
        anchors[path] = set(
            browser_page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        )
        wanted += [(path, link) for link in browser_page.evaluate(LINKS)]
        for alt, src in browser_page.evaluate(PICTURES):
            # an empty alt is right where words stand beside the picture, as at the mark
            if alt is None or "No description" in alt or alt.endswith((".png", ".svg")):
                faults.append(f"{path.relative_to(site)}: a picture without words, {alt!r} {src}")
    for path, link in wanted:
        address, anchor = urldefrag(link)
        if not address.startswith("file:"):
            continue
        target = Path(unquote(address.removeprefix("file://")))
        lost = anchor and target in anchors and unquote(anchor) not in anchors[target]
        if not target.exists() or lost:
            faults.append(f"{path.relative_to(site)}: {link} leads nowhere")
    assert not faults, "\n".join(faults)


def test_a_formula_that_is_too_wide_says_that_it_scrolls(tiny_site):
    with open_page(390, 844) as page:
        visit(page, tiny_site / "notebooks" / "01_everything.html", "light")
        page.evaluate("""() => {
          const wide = document.querySelector("mjx-container[display]");
          wide.firstElementChild.style.minWidth = "900px";
          dispatchEvent(new Event("resize"));
        }""")
        wide = page.locator(".math.scrolls mjx-container[tabindex='0']")
        assert wide.count() == 1
        told = "getComputedStyle(document.querySelector('.scrolls'), '::after').content"
        assert "scrolls sideways" in page.evaluate(told)


def test_search_shows_no_tex(tiny_site, browser_page):
    handler = partial(Quiet, directory=str(tiny_site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser_page.goto(f"http://127.0.0.1:{server.server_port}/search.html?q=formula")
    browser_page.wait_for_selector("#search-results p.context")
    found = browser_page.inner_text("#search-results")
    server.shutdown()
    assert "A formula, p(x) = 1/2" in found and "\\" not in found


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


def test_search_finds_a_word(tiny_site, browser_page):
    browser_page.goto((tiny_site / "search.html").as_uri() + "?q=everything")
    browser_page.wait_for_selector("#search-results li a")
    assert "Something of everything" in browser_page.inner_text("#search-results")
