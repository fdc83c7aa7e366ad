"""The sections of benchmarks/README.md that studies write, one each."""

import re
from pathlib import Path

README = Path(__file__).with_name("README.md")


def replace_section(text: str) -> None:
    """Put a section, which begins with its `## title`, at the end, and drop the old one."""
    title = text.split("\n", 1)[0]
    old = README.read_text(encoding="utf-8")
    others = re.sub(rf"{re.escape(title)}\n.*?(\n(?=## )|\Z)", "", old, flags=re.DOTALL)
    README.write_text(f"{others.rstrip()}\n\n{text}", encoding="utf-8")
