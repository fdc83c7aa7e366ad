"""Diagrams: readable words inside their shapes, alt text, whole steps, the same on every run."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import torch
from matplotlib.figure import Figure

from course_utils import diagram, show
from course_utils.plots.diagrams import labels
from course_utils.plots.diagrams.drawing import STYLE
from course_utils.plots.diagrams.pictures import data_uri, stand_in
from coursework.authoring.browser import open_page
from coursework.diagrams import names
from tests import needs

SVG = "{http://www.w3.org/2000/svg}"
LIGHT, DARK = 0, 1
Box = tuple[float, float, float, float]  # left, top, right, bottom


def parse(name: str, step: int | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(diagram(name, step=step).svg())


def estimated(text: ElementTree.Element) -> Box:
    """About what a label covers: capitals' height, and the width that `labels` estimates."""
    x, y, size = (float(text.get(key, "")) for key in ("x", "y", "font-size"))
    half = labels.text_width("".join(text.itertext()).replace("\u200b", ""), int(size)) / 2
    return x - half, y - 0.7 * size, x + half, y + 0.2 * size


def around(path: ElementTree.Element) -> Box:
    """The box around a path, read from its coordinates."""
    found = path.get("d", "")
    if circle := re.match(r"M(\S+) (\S+)A(\S+) ", found):
        x, y, radius = map(float, circle.groups())
        return x, y - radius, x + 2 * radius, y + radius
    if "h" in found:  # a frame: M x y h side v side h -side Z
        x, y, side = map(float, re.findall(r"-?[\d.]+", found)[:3])
        return x, y, x + side, y + side
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", found)]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("name", names())
def test_it_says_what_it_shows_and_asks_for_nothing(name):
    svg = parse(name)
    title, about = svg.findtext(f"{SVG}title", ""), svg.findtext(f"{SVG}desc", "")
    assert svg.get("role") == "img" and title and len(about.split()) >= 12
    page = diagram(name).html()
    assert not re.search(r"https?:(?!//www.w3.org/2000/svg)|url\(|@import|<script", page)
    assert not re.search(r"\bid=", page)  # a page may show a diagram twice
    assert title in repr(diagram(name)) and about in repr(diagram(name))


@pytest.mark.parametrize("name", names())
def test_steps_are_whole(name):
    drawn = diagram(name)
    groups = parse(name).findall(f"{SVG}g")
    assert [group.get("data-step") for group in groups] == [
        str(number + 1) for number in range(len(drawn.captions))
    ]
    assert all(len(group) for group in groups) and all(c[-1] in ".?" for c in drawn.captions)
    for step in range(1, len(groups) + 1):
        shown = parse(name, step).findall(f"{SVG}g")
        assert [group.get("opacity") for group in shown] == ["0.6"] * (step - 1) + [None]
        about = diagram(name, step=step).alt
        assert [caption in about for caption in drawn.captions] == [
            number <= step for number in range(1, len(groups) + 1)
        ]


def test_the_lectures_have_their_diagrams_and_builds():
    wanted = {"autoencoder", "reparameterization", "conditional_gan", "coupling_layer", "diffusion"}
    wanted |= {"unet", "cycle_gan", "style_generator", "debiasing", "judge"}
    assert wanted <= set(names())
    assert [len(diagram(name).captions) for name in ("vae", "gan")] == [10, 6]


@pytest.mark.parametrize("name", names())
def test_words_fit_by_estimate(name):
    svg = parse(name)
    texts = list(svg.iter(f"{SVG}text"))
    sizes = [element.get("font-size") for element in svg.iter() if element.get("font-size")]
    assert texts and min(map(int, sizes)) >= 18
    for part in svg.iter(f"{SVG}g"):
        inside = [text for text in part.findall(f"{SVG}text") if "within" in text.get("class", "")]
        for text in inside:
            left, top, right, bottom = around(part.find(f"{SVG}path"))
            box = estimated(text)
            words = "".join(text.itertext())
            assert left <= box[0] and box[2] <= right and top <= box[1] and box[3] <= bottom, words
    _, _, wide, high = map(float, svg.get("viewBox").split())
    assert wide <= 1136 and high <= 520  # what a slide has below its heading
    for text in texts:
        left, top, right, bottom = estimated(text)
        assert left >= 0 and top >= 0 and right <= wide and bottom <= high, "".join(text.itertext())
    for one, other in itertools.combinations(texts, 2):
        said = f"{''.join(one.itertext())} | {''.join(other.itertext())}"
        assert not overlap(estimated(one), estimated(other)), said


def colors(rule: str) -> list[tuple[str, str]]:
    """The colors in a rule of the style sheet, each for light and for dark pages."""
    return re.findall(r"light-dark\((#\w+), (#\w+)\)", rule)


PAPER, QUIET = colors(STYLE.read_text(encoding="utf-8"))[:2]


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out():
    rules = re.findall(r'data-role="(\w+)"\] (.*)', STYLE.read_text(encoding="utf-8"))
    assert len(rules) == 5
    for mode in (LIGHT, DARK):
        for role, rule in rules:
            line, inside, words = (both[mode] for both in colors(rule))
            for behind in (inside, PAPER[mode]):
                assert contrast(words, behind) >= 4.5, role
                assert contrast(QUIET[mode], behind) >= 4.5, role
            assert contrast(line, PAPER[mode]) >= 3, role


@pytest.mark.slow
def test_a_second_run_draws_the_same_bytes():
    code = "from coursework.diagrams import *; print(*(diagram(n).html() for n in names()))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert there.decode() == " ".join(diagram(name).html() for name in names()) + "\n"


def test_drawing_leaves_the_notebooks_chance_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    for name in names():
        diagram(name)
    assert torch.equal(torch.get_rng_state(), before)


def test_own_images_take_the_place_of_drawn_ones():
    ours = torch.rand(1, 28, 28)
    drawn, given = diagram("vae"), diagram("vae", images={"x": ours})
    assert data_uri(ours) in given.svg() and data_uri(ours) not in drawn.svg()
    assert given.svg().replace(data_uri(ours), data_uri(stand_in("digit 9"))) == drawn.svg()
    color = torch.rand(3, 8, 8, dtype=torch.double)
    assert data_uri(color) != data_uri(color.flip(0)) and data_uri(ours[0]) == data_uri(ours)


def test_what_is_wrong_is_said():
    with pytest.raises(KeyError, match="'vae'"):
        diagram("vea")
    with pytest.raises(ValueError, match="steps 1 to 10"):
        diagram("vae", step=0)
    with pytest.raises(ValueError, match=r"no picture 'encoder'; its pictures: x, x_hat"):
        diagram("vae", images={"encoder": torch.zeros(4, 4)})
    with pytest.raises(ValueError, match="an image is"):
        diagram("vae", images={"x": torch.zeros(2, 1, 28, 28)})
    with pytest.raises(KeyError, match="digit, blurred"):
        stand_in("dgit 3")


def test_show_takes_a_diagram_without_alt_text_and_a_figure_only_with(capsys):
    show(diagram("gan", step=2))
    assert capsys.readouterr().out.startswith("[diagram: Generative adversarial network.")
    with pytest.raises(ValueError, match="alt text"):
        show(Figure())


# What a browser measures: labels outside their shapes, over each other, over shapes and arrows.
FAULTS = """() => {
  const faults = [], svg = document.querySelector('svg'), said = t => t.textContent;
  const box = e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
  const ink = t => { // less than the line: from the height of capitals to below the letters
    const [l, , r, ] = box(t), y = +t.getAttribute('y'), size = +t.getAttribute('font-size');
    return [l, y - 0.72 * size, r, y + 0.22 * size]; };
  const hits = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const point = (x, y) => Object.assign(svg.createSVGPoint(), {x, y});
  const corners = ([l, t, r, b]) => [[l, t], [r, t], [l, b], [r, b]].map(p => point(...p));
  const texts = [...svg.querySelectorAll('text')];
  const shapes = [...svg.querySelectorAll('[data-shape]')];
  const [, , wide, high] = svg.getAttribute('viewBox').split(' ').map(Number);
  texts.forEach((t, i) => {
    const own = t.classList.contains('within') && t.parentNode.querySelector('[data-shape]');
    const [l, top, r, b] = ink(t);
    if (l < 0 || top < 0 || r > wide || b > high) faults.push(`${said(t)} leaves the page`);
    if (own && !corners(ink(t)).every(p => own.isPointInFill(p)))
      faults.push(`${said(t)} leaves its shape`);
    texts.slice(i + 1).filter(u => hits(ink(t), ink(u)))
      .forEach(u => faults.push(`${said(t)} | ${said(u)}`));
    shapes.filter(s => s !== own && hits(ink(t), box(s)))
      .filter(s => [...Array(9)].some((_, k) => [0, 0.5, 1].some(v => s.isPointInFill(
        point(l + (r - l) * k / 8, top + (b - top) * v)))))
      .forEach(s => faults.push(`${said(t)} over ${s.parentNode.dataset.part}`));
    const lines = [...svg.querySelectorAll('[data-line]')];
    lines.forEach(line => {
      const far = line.getTotalLength();
      for (let s = 0; s <= far; s += 3) {
        const {x, y} = line.getPointAtLength(s);
        if (hits([x, y, x, y], ink(t))) {
          faults.push(`${said(t)} under ${line.parentNode.dataset.part}`); break; } } });
    const size = parseFloat(getComputedStyle(t).fontSize);
    if (size < 18) faults.push(`${said(t)} is ${size} px`);
  });
  svg.querySelectorAll('[data-line]').forEach(line => {
    const far = line.getTotalLength(), inner = [0, 0.25, 0.5, 0.75, 1].map(
      share => line.getPointAtLength(far * share));
    shapes.filter(s => inner.some(({x, y}) => s.isPointInFill(point(x, y))))
      .forEach(s => faults.push(
        `${line.parentNode.dataset.part} runs into ${s.parentNode.dataset.part}`));
    if (far < 14) faults.push(`${line.parentNode.dataset.part} is ${far} px long`);
  });
  return faults;
}"""
# The least contrast of a text with what is painted behind it.
LEAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = getComputedStyle(document.querySelector('svg > rect')).fill;
  return Math.min(...[...document.querySelectorAll('svg text, svg tspan')].map(t => {
    const shape = t.closest('.within') && t.closest('g').querySelector('[data-shape]');
    const behind = shape ? getComputedStyle(shape).fill : paper;
    const [low, high] = [light(getComputedStyle(t).fill), light(behind)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05); }));
}"""


@pytest.mark.slow
@needs.browser
def test_words_and_arrows_keep_clear_of_each_other():
    faults, requests = {}, []
    with open_page(1280, 720) as page:
        page.on("request", lambda request: requests.append(request.url))
        for name in names():
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.set_content(diagram(name).html())
                faults[f"{name} in {scheme}"] = page.evaluate(FAULTS)
                assert page.evaluate(LEAST) >= 4.5, (name, scheme)
    assert {name: found for name, found in faults.items() if found} == {}
    assert all(url.startswith("data:") for url in requests)


@pytest.mark.slow
@needs.browser
@pytest.mark.parametrize(
    ("page_says", "system", "mode"),
    [
        ("<html>", "light", LIGHT),
        ("<html>", "dark", DARK),
        ('<html data-theme="light">', "dark", LIGHT),
        ('<html data-theme="dark">', "light", DARK),
        ('<html><body data-jp-theme-light="true">', "dark", LIGHT),
        ('<html><body data-jp-theme-light="false">', "light", DARK),
        ('<html theme="dark">', "light", DARK),
        ('<html><body class="vscode-dark">', "light", DARK),
        ('<html><body class="reveal">', "dark", LIGHT),
    ],
)
def test_it_is_as_dark_as_the_page(page_says, system, mode):
    with open_page() as page:
        page.emulate_media(color_scheme=system)
        page.set_content(f"<!DOCTYPE html>{page_says}{diagram('gan').html()}")
        color = page.evaluate("getComputedStyle(document.querySelector('svg > rect')).fill")
    red, green, blue = (int(PAPER[mode][at : at + 2], 16) for at in (1, 3, 5))
    assert color == f"rgb({red}, {green}, {blue})"
