"""What commands print: numbers with their nouns, errors, and names of files that fake no line."""

from __future__ import annotations


def counted(number: float, thing: str) -> str:
    """ "1 file", "2 files"; `thing` is one of them."""
    return f"{number:g} {thing}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    """Text for a terminal: what controls it, turns it round or hides in it is shown as �."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def sentence_of(error: Exception) -> str:
    """The sentence of an error; the system's own say neither what failed nor what to do."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return (
            f"{error.filename} can't be read or written: {error.strerror}; look whether the path is "
            "right, and whether you may write there"
        )
    return str(error)
