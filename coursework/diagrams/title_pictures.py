"""The picture beside the question on a deck's title slide: small, of one step, in the same words.

The header of a source names one, `picture: codes`. It stands on the slide and not in the notebook.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

from course_utils.plots.diagrams.drawing import Diagram, Drawing
from coursework.diagrams.title_images import images
from coursework.diagrams.title_sheets import SHEETS
from coursework.diagrams.title_sketches import SKETCHES

_DESCRIBED: dict[str, Callable[[Drawing], None]] = {
    describe.__name__: describe for describe in (*SHEETS, *SKETCHES)
}


def title_pictures() -> list[str]:
    """The names that `title_picture` takes."""
    return list(_DESCRIBED)


def title_picture(name: str) -> Diagram:
    """The picture `name`. Raises KeyError for an unknown one, with the nearest."""
    if name not in _DESCRIBED:
        near = difflib.get_close_matches(name, _DESCRIBED, n=1, cutoff=0.0)
        raise KeyError(f"there is no title picture {name!r}; the nearest name is {near[0]!r}")
    return Drawing(_DESCRIBED[name], images()).diagram()
