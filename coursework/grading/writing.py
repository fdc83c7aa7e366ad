"""Write the files of a report, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from coursework.grading.results import ResultsError


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ResultsError where the system does not let us."""
    temporary = path.with_name(path.name[:100] + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ResultsError(
            f"{path} can't be written: {error.strerror}. The marks are safe in results.jsonl; "
            "make room and run again with --resume."
        ) from error


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write JSON as platforms read it."""
    write(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
