"""HTML from templates: everything is escaped, and the pages forbid scripts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from course_utils.cards import marked_up
from coursework import exercises
from coursework.checking import Exercise
from coursework.saying import counted
from coursework.seeds import PUBLIC


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("coursework.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["counted"] = counted
    return found


def page(template: str, **values: Any) -> str:
    """A page; strings among the values are escaped."""
    return _environment().get_template(template).render(css=_css(), **values)


@cache
def _css() -> Markup:
    return Markup(files("coursework.grading").joinpath("templates/page.css").read_text("utf-8"))


def prose(text: str) -> Markup:
    """A message with `code` and **bold**, everything else escaped, control characters out."""
    return Markup(marked_up(printable(text)))


def label(name: str, variant: int = PUBLIC) -> Markup:
    """What an exercise is called on a page: "1.4 · A posterior by hand", or a function's name.

    variant: the seed of the copies that were handed out.
    """
    exercise = exercises.get(name, variant)
    key = f"`{name}`" if isinstance(exercise, Exercise) else exercise.key
    return prose(f"{key} · {exercise.title[:1].upper()}{exercise.title[1:]}")


def printable(text: str) -> str:
    """Text without control characters and lone surrogates; line breaks and tabs stay."""
    clean = text.encode("utf-8", "replace").decode()
    return "".join(
        c
        for c in clean
        if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0 and c not in BIDI)
    )


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
