"""`course grade misconceptions REPORT…`: a second command behind the word `grade`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from coursework.saying import sentence_of

Reports = Annotated[
    list[Path], typer.Argument(help="Report folders, in the order of the weeks.", metavar="REPORT…")
]
Page = Annotated[Path, typer.Option(help="Where to write the page.")]
MORE = "`course grade misconceptions REPORT…` draws a class's mistakes from reports."

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def misconceptions(reports: Reports, out: Page = Path("misconceptions.html")) -> None:
    """Which named mistakes a class makes, by exercise and over weeks, from its reports alone."""
    from coursework.grading.lecture import lecture_html, named, table
    from coursework.grading.misconceptions import read_reports
    from coursework.grading.results import ResultsError
    from coursework.grading.writing import write

    try:
        read = read_reports(reports)
        found = named(read)
        write(out, lecture_html(read, found))
    except (ResultsError, OSError) as error:
        typer.echo(sentence_of(error), err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join([*table(found), f"wrote {out}"]))


class GradeCommand(TyperCommand):
    """`course grade`, which hands over where the word after it is `misconceptions`.

    A folder of that name is graded as `./misconceptions`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "epilog": MORE})

    def make_context(
        self, info_name: Any, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The context of the command that is meant."""
        if args[:1] == ["misconceptions"]:
            other = typer.main.get_command(app)
            return other.make_context(f"{info_name} misconceptions", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)
