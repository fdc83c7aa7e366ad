"""What holds for a student notebook that ran from top to bottom with no TODO done."""

import base64
import re

import nbformat

from coursework.authoring.kernel import Run


def html_of(cell: nbformat.NotebookNode) -> str:
    found = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
    return "\n".join(found)


def assert_every_check_says_not_attempted(run: Run) -> None:
    graded = [cell for cell in run.notebook.cells if "nbgrader" in cell.metadata]
    checks = [cell for cell in graded if cell.metadata.nbgrader.grade]
    assert checks
    for cell in checks:
        assert "not attempted yet" in html_of(cell), cell.source


def assert_every_picture_has_alt_text(cells: list[nbformat.NotebookNode]) -> None:
    for cell in cells:
        for output in cell.get("outputs", []):
            bare = {"image/png", "image/svg+xml", "image/jpeg"} & output.get("data", {}).keys()
            assert not bare, f"a figure without alt text; use show(fig, alt=...):\n{cell.source}"
        for tag in re.findall(r"<img\b[^>]*>", html_of(cell)):
            alt = re.search(r'\balt="([^"]*)"', tag)
            assert alt and len(alt[1]) > 20, f"alt text says too little:\n{cell.source}"


def assert_no_warning(cells: list[nbformat.NotebookNode]) -> None:
    for cell in cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                assert not re.search("warning|error", output.text, re.IGNORECASE), output.text


def assert_small_when_saved(run: Run) -> None:
    """A submission with its pictures has to pass through a learning platform."""
    size = len(nbformat.writes(run.notebook).encode())
    images = sum(
        len(base64.b64decode(found))
        for cell in run.notebook.cells
        for found in re.findall(r'base64,([^"]+)"', html_of(cell))
    )
    assert size < 8e6, f"{size / 1e6:.1f} MB, {images / 1e6:.1f} MB of it pictures"
