"""The scoreboard on a page: tables, figures and findings, from the rows that were measured."""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib

from course_utils.data.scoreboard import (
    BUDGETS,
    DISTANCES,
    MODELS,
    REFERENCES,
    Board,
    Spread,
    scoreboard,
)
from course_utils.display import Picture
from course_utils.plots.style import STYLE
from coursework.authoring.site.cost_quality import Line, cost_quality
from coursework.authoring.site.dark_figures import for_both
from coursework.authoring.site.scoreboard_findings import findings, headline

PLACE = re.compile(r"^<!-- scoreboard (table|figure|findings) (digits|mixture) -->$", re.MULTILINE)
PICTURES = Path("images") / "scoreboard"  # below `docs`, and "scoreboard" below `_static`
COLORS = {
    "classifier": "#bd1f01",
    "autoencoder": "#717581",
    "vae": "#4263ac",
    "gan": "#e76300",
    "flow": "#832db6",
    "diffusion": "#2b8a8f",
}
NOT_RUN = "not run yet"
NONE = "–"


class Column(NamedTuple):
    """A column of the table: its heading, the line below it, and how its buttons sort first."""

    key: str
    heading: str
    unit: str
    first: str  # "ascending" where less is better


COLUMNS = (
    Column("frechet", "Fréchet", "course’s network", "ascending"),
    Column("frechet_other", "Fréchet", "second network", "ascending"),
    Column("precision", "Precision", "share", "descending"),
    Column("recall", "Recall", "share", "descending"),
    Column("coverage", "Coverage", "share", "descending"),
    Column("neighbor", "Neighbor test", "best at 0.5", "ascending"),
    Column("bits", "Bits", "of what, below", "ascending"),
    Column("sampling", "Sampling", "s for 1,000", "ascending"),
)
# Columns of the mixture that are others than those of digits.
ON_POINTS = {
    "frechet": ("Energy distance", "of raw points"),
    "frechet_other": ("Fréchet", "of raw points"),
    "bits": ("Bits", "for a coordinate"),
}


def with_scoreboard(text: str, docs: Path, notebooks: Mapping[str, str]) -> str:
    """MyST in which `<!-- scoreboard table digits -->` and its like are tables, figures, sentences.

    notebooks: number -> name of its page, without the folder.
    """

    def shown(found: re.Match[str]) -> str:
        what, data = found.groups()
        board = scoreboard(data)
        if what == "findings":
            return "\n".join(f"- {sentence}" for sentence in findings(board))
        is_table = what == "table"
        page = tables(board, docs / PICTURES, notebooks) if is_table else figure(board)
        return f"```{{raw}} html\n{page}\n```"

    return PLACE.sub(shown, text)


def tables(board: Board, pictures: Path, notebooks: Mapping[str, str]) -> str:
    """A table for each budget, one below the other; a script adds a choice and buttons to sort."""
    default = max(
        (b for b in BUDGETS if any(board.was_run(m, b) for m in board.models)), default=10
    )
    columns = [_on(board.data, column) for column in COLUMNS]
    parts = []
    for budget in BUDGETS:
        strips = Strips(pictures, budget)
        rows = [_row(board, model, budget, columns, strips, notebooks) for model in board.models]
        known = [model for model in REFERENCES if board.was_run(model, 0)]
        strips = Strips(pictures, 0)
        below = [_row(board, model, 0, columns, strips, notebooks) for model in known]
        name = f"scoreboard-{board.data}-{budget}"
        caption = f"{board.data.capitalize()}, {budget} processor seconds of training"
        parts.append(
            f'<div class="budget" data-budget="{budget}"><div class="wide" role="region"'
            f' aria-labelledby="{name}" tabindex="0">\n'
            f'<table><caption id="{name}">{caption}</caption>\n'
            f"<thead><tr>{_head('Model', 'parameters · seeds')}"
            + "".join(_head(c.heading, c.unit, c.first) for c in columns)
            + f"</tr></thead>\n<tbody>{''.join(rows)}</tbody>\n"
            + (f'<tbody class="references">{"".join(below)}</tbody>' if below else "")
            + "</table></div></div>"
        )
    return f'<div class="scoreboard" data-default="{default}">\n' + "\n".join(parts) + "\n</div>"


class Strips(NamedTuple):
    """Pictures of samples: their folder, and the budget of the models that drew them."""

    folder: Path
    budget: int

    def of(self, board: Board, model: str) -> str:
        """The picture of one model as HTML, "" where there is none."""
        file = f"{board.data}_{model}_{self.budget}.png"
        if not (self.folder / file).is_file():
            return ""
        what = "Sixteen samples" if board.data == "digits" else "Samples over the ring"
        after = f" after {self.budget} s" if self.budget else ""
        alt = html.escape(f"{what}, not selected: {board.name(model)}{after}")
        address = f"_static/{PICTURES.name}/{file}"
        kind = f"dark-light {board.data}"
        return f'<img class="{kind}" alt="{alt}" src="{address}">'


def _on(data: str, column: Column) -> Column:
    """A column in the words of a data set."""
    if data == "mixture" and column.key in ON_POINTS:
        heading, unit = ON_POINTS[column.key]
        return column._replace(heading=heading, unit=unit)
    return column


def _head(heading: str, unit: str, first: str = "") -> str:
    sort = f' data-first="{first}"' if first else ""
    words = f'<span class="heading">{heading}</span><span class="unit">{unit}</span>'
    return f'<th scope="col"{sort}>{words}</th>'


def _row(
    board: Board,
    model: str,
    budget: int,
    columns: Sequence[Column],
    strips: Strips,
    notebooks: Mapping[str, str],
) -> str:
    """A line of a table, with a link to the model's notebook where that has a page."""
    name = html.escape(board.name(model))
    if stem := notebooks.get({**MODELS, **REFERENCES}[model].notebook):
        name = f'<a href="notebooks/{stem}.html">{name}</a>'
    if not board.was_run(model, budget):
        cells = f'<td class="not-run" colspan="{len(columns)}">{NOT_RUN}</td>'
        return f'<tr><th scope="row">{name}</th>{cells}</tr>\n'
    small = f'<span class="unit">{_size(board, model, budget)}</span>'
    cells = "".join(_cell(board, model, budget, column) for column in columns)
    return f'<tr><th scope="row">{name}{small}{strips.of(board, model)}</th>{cells}</tr>\n'


def _size(board: Board, model: str, budget: int) -> str:
    """How large a model is, and how many seeds were run: "0.7 M · 3 seeds"."""
    seeds = len(board.values(model, budget, "seed"))
    count = f"{seeds} seed" + "s" * (seeds > 1)
    size = board.spread(model, budget, "parameters")
    if size is None:
        return count
    many = size.median >= 1e6
    return f"{size.median / (1e6 if many else 1e3):,.3g} {'M' if many else 'k'} · {count}"


def _cell(board: Board, model: str, budget: int, column: Column) -> str:
    spread = board.spread(model, budget, column.key)
    if spread is None:
        return f"<td>{NONE}</td>"
    least = 3 if column.key == "bits" else 2
    told, low, high = (rounded(n, least) for n in (spread.median, spread.low, spread.high))
    if spread.seeds > 1:
        told += f'<span class="unit">{low}{" to " if spread.low < 0 else "–"}{high}</span>'
    group = ""
    if column.key == "bits" and (of := html.escape(board.counted(model, budget))):
        told += f'<span class="unit">{of}</span>'
        group = f' data-group="{of}"'  # bits of one kind are sorted among themselves
    return f'<td data-value="{spread.median:g}"{group}>{told}</td>'


def rounded(value: float, least: int = 2) -> str:
    """Three digits that count from 1 on, `least` or three decimals below; millions as "8.8 M"."""
    if 0 < abs(value) < 1e-3:
        return f"{value:.1g}".replace("-", "−")
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.1f} M"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else least
    if 0 < abs(value) < 0.1:
        digits = 3
    return f"{value:,.{digits}f}".replace("-", "−")


def figure(board: Board) -> str:
    """Distance against the seconds of training, in light and in dark."""
    lines = {}
    for model in board.models:
        family = MODELS[model].family
        runs = {float(b): board.values(model, b, "frechet") for b in BUDGETS}
        alike = [key for key in board.models if MODELS[key].family == family]
        lines[board.name(model)] = Line(runs, COLORS[family], alike.index(model))
    if not any(any(line.runs.values()) for line in lines.values()):
        return f"<p>{NOT_RUN.capitalize()}: the figure is drawn from the table.</p>"
    floor, forger = board.spread("test", 0, "frechet"), board.spread("forger", 0, "frechet")
    ylabel = f"{DISTANCES[board.data][0]}, lower is better"
    with matplotlib.rc_context(STYLE):
        fig = cost_quality(
            lines,
            "processor seconds of training",
            ylabel,
            ("as close as other real examples", floor.high) if floor and floor.high > 0 else None,
            headline(board),
            {"01’s forger, no network": forger.median} if forger else None,
        )
        shown = Picture(fig, f"A line for each model over the budgets. {_in_words(board)}")
    return f'<div class="cost-quality">{for_both(shown._repr_mimebundle_()["text/html"])}</div>'


def _in_words(board: Board) -> str:
    """The figure's medians, a sentence for each model."""
    told = []
    for model in board.models:
        found: dict[int, Spread | None] = {b: board.spread(model, b, "frechet") for b in BUDGETS}
        parts = [f"{rounded(s.median)} after {b} s" for b, s in found.items() if s]
        if parts:
            told.append(f"{board.name(model)}: {', '.join(parts)}.")
    if forger := board.spread("forger", 0, "frechet"):
        told.append(f"01’s forger, no network: {rounded(forger.median)}, for half a second.")
    return " ".join(told)
