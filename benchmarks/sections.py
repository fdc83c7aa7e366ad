"""The sections of benchmarks/README.md: a benchmark replaces its own, and no other."""

import re
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).with_name("README.md")


def replace_section(text: str) -> None:
    """Put a section, which begins with its `## title`, in place of the old one, or at the end."""
    old = README.read_text(encoding="utf-8")
    found = re.search(_pattern(text.split("\n", 1)[0]), old, re.DOTALL)
    before, after = (old[: found.start()], old[found.end() :]) if found else (old, "")
    parts = [before.rstrip("\n"), text.rstrip("\n"), *([after.rstrip("\n")] if after else [])]
    README.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def rewrite(head: str, sections: Sequence[str]) -> None:
    """Begin the file with `head` and these sections; all others stay behind them."""
    rest = README.read_text(encoding="utf-8")
    for section in sections:
        rest = re.sub(_pattern(section.split("\n", 1)[0]), "", rest, flags=re.DOTALL)
    kept = re.search(r"^## .*", rest, re.DOTALL | re.MULTILINE)
    parts = [head, *sections, *([kept[0].rstrip("\n") + "\n"] if kept else [])]
    README.write_text("\n".join(parts), encoding="utf-8")


def _pattern(title: str) -> str:
    return rf"{re.escape(title)}\n.*?(\n(?=## )|\Z)"
