"""`course`: the one program of the course. Each command loads what it needs when it is called."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursework.authoring.copies_command import exam, write_copies
from coursework.saying import counted

if TYPE_CHECKING:
    from coursework.authoring.project import Project

app = typer.Typer(
    help="Notebooks on deep generative models: open, run, build.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _root() -> Path:
    from coursework.authoring.project import find_root

    try:
        return find_root()
    except FileNotFoundError as error:
        raise _stop(str(error)) from None


def _stop(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(1)


@app.callback()
def main() -> None:
    """Notebooks on deep generative models: open, run, build."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(metavar="NN", help="Which notebook, such as 3; the first if none.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--everything", help="Show sources and solutions beside the notebooks.")
    ] = False,
) -> None:
    """Open a notebook in JupyterLab, and the course's map beside it.

    Further options go to `jupyter lab` as they are.
    """
    root = _root()
    if number and not number.isdigit():
        context.args.insert(0, number)
        number = ""
    wanted = number.zfill(2) if number else "[0-9][0-9]"
    found = sorted((root / "notebooks").glob(f"{wanted}_*.ipynb"))
    if not found:
        raise _stop(f"there is no notebook {number}".rstrip() + f" in {root / 'notebooks'}")
    if find_spec("jupyterlab") is None:
        raise _stop("JupyterLab is missing: `pip install jupyterlab`, then try again")
    from coursework.launcher import lab_options

    options = lab_options(root, found[0], everything)
    command = [sys.executable, "-m", "jupyterlab", *options, *context.args]
    if getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in command:
        typer.echo("You are root here, and so are the notebooks you run.")
        command.append("--allow-root")
    raise typer.Exit(subprocess.call(command, cwd=root))


@app.command()
def run(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NN]...", help="Which notebooks; all if none.")
    ] = None,
    student: Annotated[
        bool, typer.Option("--student", help="The student notebooks, solved or not.")
    ] = False,
    timeout: Annotated[
        int | None, typer.Option(min=1, help="Seconds a cell may take; no limit if none.")
    ] = None,
) -> None:
    """Execute solution notebooks without a browser and print a table of times."""
    from coursework.authoring.exercise_files import stop_at_syntax_errors
    from coursework.authoring.kernel import find_notebooks, run_notebook, times_table
    from coursework.authoring.problems import BuildError

    folder = _root() / "notebooks" / ("" if student else "solutions")
    try:
        paths = find_notebooks(folder, numbers or [])
        # A kernel would name the error and not the file.
        stop_at_syntax_errors(_root() / "coursework" / "exercises")
    except (ValueError, BuildError) as error:
        raise _stop(str(error)) from None
    runs = []
    for path in paths:
        runs.append(run_notebook(path, timeout=timeout, strict=not student))
        if runs[-1].failure:
            typer.echo(f"\n{runs[-1].failure}\n", err=True)
    typer.echo(times_table(runs))
    if any(done.failure for done in runs):
        raise typer.Exit(1)


Numbers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NN]...", help="Which notebooks, with --variant; all that have variants if none."
    ),
]
Check = Annotated[
    bool,
    typer.Option("--check", help="Write nothing; fail where a notebook differs from its source."),
]
Repository = Annotated[
    str | None,
    typer.Option(metavar="OWNER/NAME", help="GitHub address, for the badges that open Colab."),
]
Force = Annotated[
    bool, typer.Option("--force", help="Also overwrite student notebooks edited by hand.")
]
Confirm = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY", help="The answer KEY, such as 4.3b, fits its changed question; or `all`."
    ),
]
Prove = Annotated[
    bool, typer.Option("--prove", help="Ask GitHub whether everybody can open the badges.")
]
Variant = Annotated[
    int | None,
    typer.Option(metavar="SEED", help="Write copies with the variants that this seed draws."),
]
Out = Annotated[Path, typer.Option(help="Folder for the copies, with --variant.")]


@app.command()
def build(
    numbers: Numbers = None,
    check: Check = False,
    repository: Repository = None,
    force: Force = False,
    confirm: Confirm = None,
    prove: Prove = False,
    variant: Variant = None,
    out: Out = Path("variant"),
) -> None:
    """Turn notebooks/source into the student and the solution notebooks.

    With --variant, write copies in which functions ask for another convention than the course's
    own, so that a solution copied from the course is wrong; `course grade --variant` grades them.
    """
    if variant is not None:
        if check or repository or force or confirm or prove:
            raise _stop("--variant goes with --out and numbers of notebooks, and nothing else")
        write_copies("build", variant, out, numbers or [])
        return
    if numbers:
        raise _stop("`course build` builds all notebooks; name some with --variant SEED only")
    if check and repository is not None:
        raise _stop("--check writes nothing, and --repository writes an address: give one of them")
    _build(check, repository, force, confirm or [], prove)


def _build(
    check: bool, repository: str | None, force: bool, confirmed: list[str], prove: bool
) -> None:
    from coursework.authoring.build import build as run_build
    from coursework.authoring.problems import BuildError

    root = _root()
    try:
        report = run_build(
            root, check=check, repository=repository, force=force, confirmed=confirmed
        )
    except BuildError as error:
        told = counted(len(error.problems), "problem")
        raise _stop(f"{error}\n{told}; nothing was written.") from None
    except ValueError as error:
        raise _stop(str(error)) from None
    typer.echo("\n".join(report.lines()))
    if report.failed:
        raise typer.Exit(1)
    if prove:
        first = next(file for file in report.written + report.unchanged if file.endswith(".ipynb"))
        _prove(report.project, first)


app.command()(exam)


def _prove(project: "Project", file: str) -> None:
    """Ask GitHub for one notebook as somebody who isn't signed in."""
    from coursework.authoring.badges import unreachable

    if told := unreachable(project, file):
        raise _stop(told)
    typer.echo(f"GitHub shows {file} at {project.tag} to everybody.")


@app.command()
def slides(
    numbers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NN]...", help="Notebooks, `opening`, `closing`; all if none."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the decks.")] = Path("slides"),
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print each deck to PDF.")] = False,
) -> None:
    """Make one self-contained slide deck a notebook; press s in it for the speaker view."""
    from coursework.authoring.browser import NoBrowser
    from coursework.authoring.executed import CellFailed
    from coursework.authoring.exercise_files import load_exercises
    from coursework.authoring.problems import BuildError
    from coursework.authoring.slides import write_deck, write_pdf
    from coursework.authoring.source import choose_sources, find_decks, find_sources
    from coursework.authoring.vendored import CannotFetch

    try:
        exercises, root = load_exercises(), _root()
        every = [p.name[:2] for p in find_sources(root)] + [p.stem for p in find_decks(root)]
        for source in choose_sources(root, numbers or every):
            deck = write_deck(source, exercises, out)
            typer.echo(f"wrote {deck}")
            if pdf:
                typer.echo(f"wrote {write_pdf(deck)}")
    except (ValueError, BuildError, CellFailed, CannotFetch, NoBrowser) as error:
        raise _stop(str(error)) from None


@app.command()
def site(
    out: Annotated[Path, typer.Option(help="Folder for the pages.")] = Path("site"),
) -> None:
    """Make the course's website: static pages that need no server and load nothing else."""
    from coursework.authoring.executed import CellFailed
    from coursework.authoring.exercise_files import load_exercises
    from coursework.authoring.problems import BuildError
    from coursework.authoring.project import read_project
    from coursework.authoring.site import write_site
    from coursework.authoring.vendored import CannotFetch

    try:
        warnings = write_site(read_project(_root()), load_exercises(), out)
    except (ValueError, BuildError, CellFailed, CannotFetch) as error:
        raise _stop(str(error)) from None
    for warning in warnings:
        typer.echo(warning, err=True)
    typer.echo(f"wrote {out / 'index.html'}")


def _add_grade() -> None:
    from coursework.grading.command import grade
    from coursework.grading.subcommands import GradeCommand

    app.command(cls=GradeCommand)(grade)


_add_grade()

if __name__ == "__main__":
    sys.exit(app())
