"""The sections of benchmarks/README.md that are measured by themselves, one each."""

import re
from pathlib import Path

README = Path(__file__).with_name("README.md")


def find_section(title: str) -> str:
    """The section that begins with this `## title`, "" where there is none."""
    found = re.search(_pattern(title), README.read_text(encoding="utf-8"), re.DOTALL)
    return found[0].rstrip("\n") + "\n" if found else ""


def replace_section(text: str) -> None:
    """Put a section, which begins with its `## title`, at the end, and drop the old one."""
    title = text.split("\n", 1)[0]
    old = README.read_text(encoding="utf-8")
    others = re.sub(_pattern(title), "", old, flags=re.DOTALL).rstrip("\n")
    README.write_text(f"{others}\n\n{text}", encoding="utf-8")


def _pattern(title: str) -> str:
    return rf"{re.escape(title)}\n.*?(\n(?=## )|\Z)"
