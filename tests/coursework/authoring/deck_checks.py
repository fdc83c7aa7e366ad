"""What Chromium says of slides: each function walks through a deck and returns its faults."""

import re
from collections.abc import Iterator
from pathlib import Path

from coursework.authoring.browser import open_page
from coursework.authoring.vendored import library

READY = "window.deckReady === true"
EDGES = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect();
  let right = 0, bottom = 0;
  for (const e of slide.querySelectorAll('*')) {
    if (e.closest('aside, mjx-assistive-mml, svg *')) continue;
    const box = e.getBoundingClientRect();
    if (box.width && box.height) {
      right = Math.max(right, box.right - frame.left);
      bottom = Math.max(bottom, box.bottom - frame.top);
    }
  }
  const overlap = [...slide.querySelectorAll('.block')].some(
    b => b.scrollHeight > b.clientHeight + 2 || b.scrollWidth > b.clientWidth + 2);
  return {right, bottom, overlap};
}"""
WORDS = """() => [...Reveal.getCurrentSlide().querySelectorAll('.block')].map(b => {
  const copy = b.cloneNode(true);
  copy.querySelectorAll('pre, code, style, script, mjx-container').forEach(e => e.remove());
  return copy.textContent;
}).join(' ')"""
PICTURES = """() => [...Reveal.getCurrentSlide().querySelectorAll('img, iframe')].map(
  e => (e.getAttribute('alt') || e.title || '').trim())"""
SMALL = """() => {
  const found = [], slide = Reveal.getCurrentSlide();
  const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || e.closest('aside, style, script, svg, mjx-assistive-mml, sub, sup')) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < 24 && e.checkVisibility()) found.push(`${size} px: ${text.slice(0, 40)}`);
  }
  for (const e of slide.querySelectorAll('.course-diagram text')) {
    const size = parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a;
    if (size < 17.9) found.push(`${size} px: ${e.textContent}`);
  }
  for (const e of slide.querySelectorAll('img[data-smallest]')) {
    const box = e.getBoundingClientRect(), shape = e.naturalWidth / e.naturalHeight;
    const shown = Math.min(box.width, box.height * shape);  // the picture is fitted into its box
    const size = e.dataset.smallest * shown / parseFloat(e.style.width);  // of no label: 0
    if (size && size < 17.9) found.push(`${size.toFixed(1)} px, in a figure: ${e.alt}`);
  }
  return found;
}"""
AXE = """async () => {
  const found = await axe.run(Reveal.getCurrentSlide(), {resultTypes: ['violations']});
  return found.violations.flatMap(v => v.nodes.map(
    n => `${v.id}: ${n.html.slice(0, 120)} ${(n.any[0] || {}).message || ''}`));
}"""


def walk(deck: Path, page) -> Iterator[int]:
    """Open the deck and show its slides one after the other, every fragment visible; from 1."""
    page.goto(deck.as_uri())
    page.wait_for_function(READY)
    for index in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(f"Reveal.slide({index}, 0, 99)")
        yield index + 1


def faults_of(deck: Path) -> list[str]:
    """Overflow, raw TeX, pictures without words, small text, and what axe finds, slide by slide."""
    axe = (library("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    faults: list[str] = []
    asked: list[str] = []
    with open_page(1280, 720) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        for number in walk(deck, page):
            if number == 1:
                page.evaluate(axe)
            edges = page.evaluate(EDGES)
            if edges["right"] > 1281 or edges["bottom"] > 721 or edges["overlap"]:
                faults.append(f"slide {number} overflows: {edges}")
            words = page.evaluate(WORDS)
            if re.search(r"\\[a-z]+|\$[^$]+\$", words):
                faults.append(f"slide {number} shows raw TeX: {words}")
            faults += [
                f"slide {number} has a picture without words: {alt!r}"
                for alt in page.evaluate(PICTURES)
                if len(alt.split()) < 3 or "No description" in alt
            ]
            faults += [f"slide {number} has small text, {text}" for text in page.evaluate(SMALL)]
            faults += [f"slide {number}: {fault}" for fault in page.evaluate(AXE)]
    home = ("file:", "data:", "about:", "blob:")
    return faults + [f"asks {url}" for url in asked if not url.startswith(home)]


NOTES = """() => {
  const box = document.querySelector('.speaker-controls-notes');
  const shown = box && !box.classList.contains('hidden');
  return shown ? box.querySelector('.value').innerText.trim() : '';
}"""


def speaker_faults(deck: Path, has_notes: list[bool]) -> list[str]:
    """Press s: the speaker's window must show notes on those slides that have some."""
    faults = []
    with open_page(1280, 720) as page:
        page.goto(deck.as_uri())
        page.wait_for_function(READY)
        with page.expect_popup() as popup:
            page.keyboard.press("s")
        speaker = popup.value
        speaker.wait_for_function("document.querySelectorAll('iframe').length === 2")
        for index, wanted in enumerate(has_notes):
            page.evaluate(f"Reveal.slide({index}, 0)")
            for _ in range(400):  # a busy machine
                shown = speaker.evaluate(NOTES)
                if bool(shown) == wanted:
                    break
                speaker.wait_for_timeout(250)
            if bool(shown) != wanted or "$" in shown:
                faults.append(f"slide {index + 1}: the speaker sees {shown!r}")
    return faults
