"""Labels of diagrams: plain words, and `*z_t*` for the letters of a formula."""

from __future__ import annotations

import re
from html import escape

LARGE, SMALL = 24, 18  # pixels; nothing is smaller
HAT = "\u0302"  # follows the letter that it stands on
_PIECE = re.compile(rf"([_^])(\{{[^}}]*\}}|.)|((?:[^\W\d_]{HAT}?)+)|([^\w^]+|\d+)")


def text(label: str, x: float, y: float, size: int = LARGE, css: str = "") -> str:
    """`<text>` with its middle at (x, y). What stands between stars is set as a formula is.

    There letters are italic, and `_t`, `_{data}` and `^2` are set lower and higher.
    """
    spans: list[str] = []
    for number, part in enumerate(label.split("*")):
        spans += [escape(part)] if number % 2 == 0 else map(_span, _PIECE.finditer(part))
    kind = f' class="{css}"' if css else ""
    place = f'x="{tidy(x)}" y="{tidy(y + 0.34 * size)}" font-size="{size}"'
    return f"<text {place}{kind}>{''.join(spans)}</text>"


def _span(piece: re.Match[str]) -> str:
    mark, moved, letters, others = piece.groups()
    if mark:
        low, shift = moved.strip("{}"), (6 if mark == "_" else -8)
        css = "italic" if len(low) == 1 and low.isalpha() else "upright"
        start = f'<tspan class="serif {css}" font-size="{SMALL}" dy="{shift}">'
        return f'{start}{escape(low)}</tspan><tspan dy="{-shift}">\u200b</tspan>'
    if others:
        return f'<tspan class="serif">{escape(others)}</tspan>'
    hat = '</tspan><tspan class="serif" dx="-0.38em">ˆ</tspan><tspan class="serif italic">'
    return f'<tspan class="serif italic">{letters.replace(HAT, hat)}</tspan>'


def text_width(label: str, size: int = LARGE) -> float:
    """About how wide a label is in pixels, a little more rather than less."""
    letters = re.sub(f"[*_^{{}}{HAT}]", "", label)
    ems = sum(0.34 if c in "iIjlft.,:;'|() " else 0.88 if c in "mwMW→" else 0.6 for c in letters)
    return ems * size


def tidy(value: float) -> str:
    """A number of pixels in as few letters as it takes: "12", "12.5"."""
    return f"{value:.1f}".removesuffix(".0")
