"""Diagrams on pages of the site: one where a page asks for it, and the gallery of all."""

import re

from coursework.diagrams import diagram, names

PLACE = re.compile(r"^<!-- diagram (\w+) -->$", re.MULTILINE)  # on a line of its own
ALL = "<!-- all diagrams -->"


def with_diagrams(text: str) -> str:
    """MyST in which `<!-- diagram vae -->` and `<!-- all diagrams -->` are drawings.

    Raises KeyError, which names the nearest, where there is no diagram of that name.
    """
    if ALL in text:
        text = text.replace(ALL, "\n\n".join(map(_entry, names())))
    return PLACE.sub(lambda found: drawn(found[1]), text)


def drawn(name: str) -> str:
    """MyST for one diagram."""
    return f"```{{raw}} html\n{diagram(name).html()}\n```"


def _entry(name: str) -> str:
    """A heading, a sentence, the drawing, its steps in words, and the line that shows it."""
    shown = diagram(name)
    about = shown.about[0].upper() + shown.about[1:]
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(shown.captions, 1))
    line = f'```python\nshow(diagram("{name}"))\n```'
    return f"## {shown.title}\n\n{about}\n\n{drawn(name)}\n\n{steps}\n\n{line}"
