"""Pictures that follow sliders, and a game; both need a running kernel.

A saved notebook, a slide or a web page shows a still picture in their place. Let what `explore` or
`guess_which` returns be the last line of its cell. Explorers without a kernel are in `explorers/`.
"""

from course_utils.widgets.game import GuessWhich, guess_which
from course_utils.widgets.panel import VIEW, png
from course_utils.widgets.sliders import Explorer, explore

__all__ = ["VIEW", "Explorer", "GuessWhich", "explore", "guess_which", "png"]
