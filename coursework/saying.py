"""What commands print: numbers with their nouns, and names of files that can't fake a line."""

from __future__ import annotations


def counted(number: float, thing: str) -> str:
    """ "1 file", "2 files"; `thing` is one of them."""
    return f"{number:g} {thing}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    """Text for a terminal: what controls it, turns it round or hides in it is shown as �."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
