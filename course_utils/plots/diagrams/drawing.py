"""The words in which a diagram is described, and the SVG that comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from inspect import getdoc
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from course_utils.plots.diagrams.labels import LARGE, SMALL, text, text_width
from course_utils.plots.diagrams.pictures import data_uri, stand_in
from course_utils.plots.diagrams.shapes import RADIUS, Point, Shape, arrow_paths, bumps

Role = Literal["data", "model", "chance", "loss", "made"]  # its color: see diagram.css
STYLE = Path(__file__).with_name("diagram.css")

CELL = 80  # pixels: places and sizes are counted in cells, (column, row) from the upper left
BEHIND = 8  # pixels from one image of a stack to the next
BESIDE = 15  # pixels between the arrow of a value and that of its gradient
MARGIN = 24  # pixels right of everything and below all of it
NARROWS, WIDENS = (2.4, 1.4), (1.4, 2.4)  # how high a network is at its left and right


@dataclass(frozen=True)
class Diagram:
    """A picture that a notebook shows, in steps that a deck adds one by one.

    title, about: what it is, and a sentence for those who can't see it · captions: what each step
    adds · parts: SVG of each step · step: the last one drawn, with those before it at 60 %; None
    draws all of them in full.
    """

    title: str
    about: str
    captions: list[str]
    parts: list[list[str]]
    size: Point
    step: int | None = None

    @property
    def alt(self) -> str:
        """What a sighted reader sees: the sentence, and the steps up to the one drawn."""
        return " ".join([self.about, *self.captions[: self.step]])

    def svg(self, width: int | None = None) -> str:
        """`<svg>`, `width` pixels wide or as wide as there is room; its style is in it."""
        groups = []
        for number, parts in enumerate(self.parts[: self.step], 1):
            known = ' opacity="0.6"' if self.step and number < self.step else ""
            groups.append(f'<g data-step="{number}"{known}>{"".join(parts)}</g>')
        wide, high = self.size
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="course-diagram" role="img" '
            f'viewBox="0 0 {wide:g} {high:g}" width="{width or "100%"}">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.alt)}</desc>"
            f'<style>{STYLE.read_text(encoding="utf-8")}</style><rect width="{wide:g}" height="{high:g}" '
            f'rx="{RADIUS}" style="fill:var(--paper)"/>{"".join(groups)}</svg>'
        )

    def html(self) -> str:
        """The diagram for a page; a narrow screen scrolls it, so that labels stay readable."""
        return (
            f'<div tabindex="0" style="overflow-x:auto;max-width:{self.size[0]:g}px;margin:8px 0 14px">'
            f'<div style="min-width:{0.6 * self.size[0]:g}px">{self.svg()}</div></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"[diagram: {self.title}. {self.alt}]"


class Drawing:
    """Takes down the parts of a diagram, step by step.

    Each part has a name, a place `at` (its middle, in cells) and a role, which is its color.
    """

    def __init__(self, describe: Callable[[Drawing], None], images: Mapping[str, object]) -> None:
        """describe: adds all parts; its docstring is "title: sentence" · images: {part: image}."""
        self.images, self.pictures = images, set[str]()
        self.captions: list[str] = []
        self.parts: list[list[str]] = []
        self.shapes: dict[str, Shape] = {}
        self.size = (0.0, 0.0)
        describe(self)
        self.title, self.about = " ".join((getdoc(describe) or "").split()).split(": ", 1)

    def diagram(self, step: int | None = None) -> Diagram:
        return Diagram(self.title, self.about, self.captions, self.parts, self.size, step)

    def step(self, caption: str) -> None:
        """Begin a step; what it adds is drawn by the lines below it."""
        self.captions.append(caption)
        self.parts.append([])

    def network(
        self, name: str, at: Point, label: str, small: str = "", ends: Point = NARROWS
    ) -> None:
        """A trapezoid, as high at its left and right as `ends`: narrow where information is."""
        shape = _shape(at, max(1.9, (text_width(label) + 40) / CELL), *ends)
        self._add(name, "model", shape, _inside(shape) + _words(shape, label, small))

    def box(
        self,
        name: str,
        at: Point,
        label: str,
        small: str = "",
        role: Role = "model",
        high: float = 0,
    ) -> None:
        """Numbers: a rounded box, as large as its words need, or `high`."""
        wide = (max(text_width(label), text_width(small, SMALL)) + 28) / CELL
        high = high or (0.95 if small else 0.75)
        shape = _shape(at, max(wide, 0.75), high, high)
        self._add(name, role, shape, _inside(shape) + _words(shape, label, small))

    def circle(self, name: str, at: Point, label: str, role: Role = "chance") -> None:
        """A draw."""
        shape = Shape(at[0] * CELL, at[1] * CELL, 64, 64, 64, is_round=True)
        self._add(name, role, shape, _inside(shape) + _words(shape, label))

    def curve(
        self, name: str, at: Point, label: str, above: bool = False, peaks: Sequence[float] = (0.0,)
    ) -> None:
        """A distribution, its label below or above it; peaks: between -1 and 1."""
        wide = 1.1 if len(peaks) == 1 else 1.7  # arrows end where there is something to see
        shape = _shape(at, wide, 0.9, 0.9)
        line = bumps(shape.x, shape.y, 1.7 * CELL, shape.height, peaks)
        self._add(name, "chance", shape, _inside(shape, line), label, above)

    def picture(
        self,
        name: str,
        at: Point,
        shows: str,
        label: str = "",
        above: bool = False,
        stack: bool = False,
        role: Role = "data",
    ) -> None:
        """A framed image, or a stack; shows: the stand-in where the notebook gives no image."""
        back, side = (BEHIND if stack else 0), 1.2 * CELL
        whole = (side + 2 * back) / CELL
        shape = _shape(at, whole, whole, whole)
        self.pictures.add(name)
        image = self.images.get(name)
        source = data_uri(stand_in(shows) if image is None else image)
        x, y = shape.x - shape.width / 2, shape.y - shape.width / 2 + 2 * back
        ways = [f"M{x + d:g} {y - d:g}h{side}v{side}h{-side}Z" for d in (2 * back, back, 0)]
        behind = "".join(f'<path class="inside" d="{way}"/>' for way in ways[:2] if stack)
        place = f'x="{x:g}" y="{y:g}" width="{side}" height="{side}"'
        shown = f'<image {place} href="{source}" style="image-rendering:pixelated"/>'
        frame = f'<path data-shape="" d="{ways[2]}"/>'
        self._add(name, role, shape, behind + shown + frame, label, above)

    def note(self, at: Point, label: str, role: Role | None = None) -> None:
        """Words beside the shapes: small print, or a label in the color of a role."""
        x, y, size = at[0] * CELL, at[1] * CELL, (LARGE if role else SMALL)
        self._cover(x + text_width(label, size) / 2, y)
        self._add("note", role or "data", None, text(label, x, y, size, "" if role else "quiet"))

    def group(self, name: str, members: Sequence[str], label: str) -> None:
        """A dashed frame around parts, named above its upper edge."""
        inner = [self.shapes[member] for member in members]
        x = [shape.x + side * shape.width / 2 for shape in inner for side in (-1, 1)]
        y = [shape.y + side * shape.height / 2 for shape in inner for side in (-1, 1)]
        high = max(y) - min(y) + 40
        middle = (min(x) + max(x)) / 2, (min(y) + max(y)) / 2
        shape = Shape(*middle, max(x) - min(x) + 40, high, high)
        frame = f'<path stroke-dasharray="8 7" d="{shape.outline()}"/>'
        self._add(name, "data", shape, frame, label, above=True)

    def arrow(
        self, *names: str, via: Sequence[Point] = (), dotted: bool = False, role: Role = "data"
    ) -> None:
        """A value goes from part to part, over the places `via`; dotted, the two are compared."""
        look = 'stroke-dasharray="0.1 8" stroke-linecap="round"' if dotted else ""
        for start, end in pairwise(names):
            points = self._ends(start, end, [(CELL * x, CELL * y) for x, y in via])
            self._add(f"{start}-{end}", role, None, _arrow(points, look))

    def gradient(self, *names: str, role: Role = "loss") -> None:
        """A gradient (or whatever else) runs back beside the arrows between parts."""
        for start, end in pairwise(names):
            (x0, y0), (x1, y1) = self._ends(start, end, [])
            far = max(abs(x1 - x0), abs(y1 - y0), 1)
            dx, dy = BESIDE * (y1 - y0) / far, BESIDE * (x0 - x1) / far
            moved = [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy)]
            drawn = _arrow(moved, 'style="stroke-width:4"')
            self._add(f"{start}-{end}-back", role, None, drawn)

    def _ends(self, start: str, end: str, via: list[Point]) -> list[Point]:
        """An arrow's points: from the edge of one part, over those between, to another's edge."""
        a, b = self.shapes[start], self.shapes[end]
        if via:
            return [a.leave(via[0]), *via, b.leave(via[-1])]
        first = a.leave((b.x, b.y), (b.width, b.height))
        last = b.leave(first)
        return [a.leave(last) if a.is_round else first, last]

    def _add(
        self,
        name: str,
        role: Role,
        shape: Shape | None,
        drawn: str,
        label: str = "",
        above: bool = False,
    ) -> None:
        """Take down a part; label: words above or below its shape."""
        if shape is not None:
            self.shapes[name] = shape
            far = shape.height / 2 + 22
            drawn += text(label, shape.x, shape.y + (-far if above else far)) if label else ""
            low = far + 10 if label and not above else shape.height / 2
            self._cover(shape.x + max(shape.width, text_width(label)) / 2, shape.y + low)
        part = f'<g data-part="{escape(name)}" data-role="{role}">{drawn}</g>'
        self.parts[-1].append(part)

    def _cover(self, right: float, low: float) -> None:
        self.size = max(self.size[0], right + MARGIN), max(self.size[1], low + MARGIN)


def _shape(at: Point, width: float, left: float, right: float) -> Shape:
    return Shape(at[0] * CELL, at[1] * CELL, width * CELL, left * CELL, right * CELL)


def _inside(shape: Shape, line: str = "") -> str:
    return f'<path data-shape="" class="inside" d="{line or shape.outline()}"/>'


def _words(shape: Shape, label: str, small: str = "") -> str:
    """A label in the middle of a shape, small print below it."""
    words = text(label, shape.x, shape.y - (14 if small else 0), css="within")
    return words + (text(small, shape.x, shape.y + 15, SMALL, "within quiet") if small else "")


def _arrow(points: list[Point], look: str) -> str:
    line, head = arrow_paths(points)
    return f'<path data-line="" {look} d="{line}"/><path class="head" d="{head}"/>'
