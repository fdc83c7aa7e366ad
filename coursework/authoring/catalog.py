"""The table of notebooks in the README, kept equal to the sources."""

from collections.abc import Sequence

from coursework.authoring.project import Project
from coursework.authoring.source import Source

BEGIN = "<!-- notebooks: this table is written by `course build` -->"
END = "<!-- end of notebooks -->"


def with_table(readme: str, sources: Sequence[Source], project: Project) -> str:
    """The README with a fresh table between the two comments; unchanged where there are none."""
    before, found, rest = readme.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        return readme
    return f"{before}{BEGIN}\n{_table(sources, project)}\n{END}{after}"


def _table(sources: Sequence[Source], project: Project) -> str:
    has_badge = bool(project.repository)
    head = "| | Notebook | Minutes |" + (" Colab |" if has_badge else "")
    rows = [head, "|---|---|---|" + ("---|" if has_badge else "")]
    for source in sources:
        link = f"[{source.title}](notebooks/{source.stem}.ipynb)"
        row = f"| {source.number} | {link} | {source.minutes} |"
        rows.append(row + (f" {project.badge(source.stem)} |" if has_badge else ""))
    return "\n".join(rows)
