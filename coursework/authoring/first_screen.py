"""What the build adds to the top of a notebook: a picture, the first thing to do, folded setup.

The source says what the notebook is about; this makes it fit one screen of 1440 x 900.
"""

import base64
import re
from collections.abc import Sequence
from typing import Any

from coursework.authoring.source import Source, SourceCell
from coursework.diagrams import diagram

# The diagram at the top of each notebook; one that isn't named here begins with its text.
PICTURES = {
    "01": "family",
    "02": "autoencoder",
    "03": "vae",
    "04": "divergence",
    "05": "reparameterization",
    "06": "gan",
    "07": "gan",
    "08": "vae",
    "09": "debiasing",
    "10": "conditional_gan",
    "11": "gan",
    "12": "judging",
    "13": "coupling_layer",
    "14": "diffusion",
    "15": "cycle_gan",
    "16": "style_generator",
    "17": "vae",
    "18": "four_generators",
}
HIGH, WIDE = 190, 640  # pixels that the picture may take
FOLDED: dict[str, Any] = {"cellView": "form", "jupyter": {"source_hidden": True}}
_SECTION = re.compile(r"^## (\d+ · .+|How it works)$", re.MULTILINE)
_IMPORT = re.compile(r"^(from|import) \w")


def with_picture(source: Source, text: str) -> str:
    """The notebook's title cell with its diagram below, for which no code has to run."""
    name = PICTURES.get(source.number)
    if name is None:
        return text
    shown = diagram(name)
    width = round(min(WIDE, HIGH * shown.size[0] / shown.size[1]))
    data = base64.b64encode(shown.svg(width).encode()).decode()
    picture = f"data:image/svg+xml;base64,{data}"
    return f'{text}\n\n<img alt="{shown.title}" width="{width}" src="{picture}">'


def start_here(source: Source) -> str:
    """One line above the folded cells: what they are, and what comes first below them."""
    sections = [
        found[1]
        for cell in source.cells
        if (found := _SECTION.search(cell.text)) and cell.in_notebooks
    ]
    then = f", then go on with *{sections[0]}*" if sections else ""
    return (
        "**Start here:** run the folded cells below, setup and imports "
        f"(<kbd>Shift</kbd>+<kbd>Enter</kbd> on each){then}."
    )


def folded_cells(cells: Sequence[SourceCell]) -> set[int]:
    """Positions of the setup cell and of the cells of imports that follow it directly."""
    setup = next((n for n, cell in enumerate(cells) if "setup" in cell.tags), None)
    if setup is None:
        return set()
    folded = {setup}
    for number, cell in enumerate(cells[setup + 1 :], setup + 1):
        if cell.kind != "code" or not _IMPORT.match(cell.text):
            break
        folded.add(number)
    return folded
