"""The sections of benchmarks/README.md that studies write, one each."""

import re
from pathlib import Path

README = Path(__file__).with_name("README.md")


def replace_section(text: str) -> None:
    """Put a section, which begins with its `## title`, at the end, in place of the one with that title."""
    title = text.split("\n", 1)[0]
    old = README.read_text(encoding="utf-8")
    others = re.sub(rf"{re.escape(title)}\n.*?(?=\n## |\Z)", "", old, flags=re.DOTALL).rstrip("\n")
    README.write_text(f"{others}\n\n{text}", encoding="utf-8")
