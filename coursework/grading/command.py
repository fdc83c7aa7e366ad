"""`course grade`: what the instructor types and reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

CORES = os.cpu_count() or 1


def _option(words: str, **more: Any) -> Any:
    return typer.Option(help=words, **more)


Submissions = Annotated[
    Path, typer.Argument(help="A folder of notebooks, of a folder each student, or a zip.")
]
Out = Annotated[Path, _option("Folder for the report.")]
Resume = Annotated[bool, typer.Option("--resume", help="Grade only what is missing or changed.")]
Seed = Annotated[int | None, _option("Fixes the inputs; a secret one is drawn if none.")]
Labs = Annotated[str, _option("Notebooks that count; those handed in if none.", metavar="NN,NN")]
Workers = Annotated[int, _option("Judges side by side.", min=1, show_default="one a core")]
Override = Annotated[
    Path | None, _option("CSV with student, exercise, points, comment: marks set by hand.")
]
Solutions = Annotated[
    bool, typer.Option("--show-solutions", help="Put the course's own code into the feedback.")
]
Gradescope = Annotated[
    bool, typer.Option("--gradescope", help="Also write Gradescope's results and autograder.")
]
Canvas = Annotated[bool, typer.Option("--canvas", help="Also write a CSV for Canvas.")]
Moodle = Annotated[bool, typer.Option("--moodle", help="Also write a CSV for Moodle.")]
Database = Annotated[Path | None, _option("Also enter the scores into nbgrader's gradebook.db.")]
Scheduler = Annotated[str | None, _option("Grade on an existing Dask cluster.", metavar="tcp://…")]
Released = Annotated[
    Path | None, _option("Folder of the released notebooks.", show_default="the course's own")
]
Unconfined = Annotated[
    bool, typer.Option("--unconfined", help="Grade even where the sandbox is incomplete.")
]


def grade(
    submissions: Submissions,
    out: Out = Path("report"),
    resume: Resume = False,
    seed: Seed = None,
    labs: Labs = "",
    workers: Workers = CORES,
    override: Override = None,
    show_solutions: Solutions = False,
    gradescope: Gradescope = False,
    canvas: Canvas = False,
    moodle: Moodle = False,
    nbgrader_db: Database = None,
    scheduler: Scheduler = None,
    released: Released = None,
    unconfined: Unconfined = False,
) -> None:
    """Grade a folder of submissions; write gradebook.csv, feedback and a summary of the class."""
    confined = _confinement(unconfined)
    options = _options(out, seed, _labs(labs), resume, confined, released)
    wanted = (show_solutions, gradescope, canvas, moodle, nbgrader_db, override)
    _run(submissions, options, _mapper(scheduler, workers), wanted)


def _options(out: Path, seed: Any, labs: Any, resume: bool, confined: bool, released: Any) -> Any:
    from coursework.grading.batch import Options

    options = Options(out, seed, labs, resume, confined)
    options.released = released or options.released
    return options


def _run(source: Path, options: Any, mapper: Any, wanted: tuple[Any, ...]) -> None:
    """Grade and report; what goes wrong on this machine ends the program with one sentence."""
    from coursework.grading import batch, report, results, submissions

    try:
        with submissions.opened(source) as files:
            run = batch.begin(options)
            _grade_all(run, files, options, mapper)
            for line in report.write_all(run, files, options, report.Wanted(*wanted)):
                typer.echo(line)
    except (results.ResultsError, OSError, ValueError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None


def _confinement(unconfined: bool) -> bool:
    """Print what the sandbox holds; whether to use it. Ends the program where it is incomplete and nobody agreed."""
    from coursework.grading.probe import probe
    from coursework.grading.sandbox import remove_leftovers

    remove_leftovers()
    found = probe()
    if found.complete:
        typer.echo(
            "sandbox: files, network and processes confined; memory, time and file size limited"
        )
        return True
    if not unconfined:
        typer.echo("\n".join(["The sandbox is incomplete on this machine:", *found.lines(),
                              "Nothing was run. Mend it (docs/grading.md says how), or accept the risk with --unconfined."]), err=True)  # fmt: skip
        raise typer.Exit(2)
    left = probe(confined=False)
    typer.echo("\n".join(["UNCONFINED, as you asked:", *left.lines()]), err=True)
    return False


def _labs(text: str) -> tuple[str, ...]:
    from coursework import exercises

    known = sorted({exercises.get(n).notebook for n in exercises.names()})
    chosen = tuple(part.strip().zfill(2) for part in text.split(",") if part.strip())
    if unknown := [lab for lab in chosen if lab not in known]:
        typer.echo(
            f"There are no exercises for notebook {', '.join(unknown)}; there are for {', '.join(known)}.",
            err=True,
        )
        raise typer.Exit(1)
    return chosen


def _mapper(scheduler: str | None, workers: int) -> Any:
    if scheduler is None:
        from coursework.grading.batch import local

        return local(workers)
    from coursework.grading.cluster import on_cluster

    return on_cluster(scheduler)


def _grade_all(run: Any, files: list[Any], options: Any, mapper: Any) -> None:
    """Grade what is missing under a progress bar; Ctrl-C keeps what is done and ends the program."""
    from tqdm import tqdm

    from coursework.grading import batch

    todo = batch.missing(run, files)
    done = len(files) - len(todo)
    typer.echo(
        f"seed {run.run['seed']}; {len(files)} files"
        + (f", {done} of them graded before" if done else "")
    )
    graded: Iterator[Any] = batch.grade(run, todo, options, mapper)
    try:
        for _ in tqdm(graded, total=len(todo), unit="submission", disable=None, smoothing=0.1):
            pass
    except KeyboardInterrupt:
        graded.close()  # type: ignore[attr-defined]
        typer.echo(
            f"\nInterrupted. What is graded is kept in {run.path}; go on with --resume.", err=True
        )
        raise typer.Exit(130) from None
