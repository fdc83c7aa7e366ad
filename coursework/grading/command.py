"""`course grade`: what the instructor types and reads. The rest is loaded when it is called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursework.grading.options import RELEASED, BatchOptions, ReportOptions

if TYPE_CHECKING:
    from coursework.grading.grader import Mapper
    from coursework.grading.results import Results
    from coursework.grading.submissions import Submission

CORES = os.cpu_count() or 1
Submissions = Annotated[
    Path, typer.Argument(help="A folder of notebooks, of a folder each student, or a zip.")
]
Out = Annotated[Path, typer.Option(help="Folder for the report.")]
Resume = Annotated[bool, typer.Option("--resume", help="Grade only what is missing or changed.")]
Seed = Annotated[int | None, typer.Option(help="Fixes the inputs; a secret one is drawn if none.")]
Labs = Annotated[
    str, typer.Option(help="Notebooks that count; those handed in if none.", metavar="NN,NN")
]
Workers = Annotated[
    int, typer.Option(help="Submissions graded side by side.", min=1, show_default="one a core")
]
Override = Annotated[
    Path | None,
    typer.Option(help="CSV with student, exercise, points, comment: marks set by hand."),
]
Solutions = Annotated[
    bool, typer.Option("--show-solutions", help="Put the course's own code into the feedback.")
]
Gradescope = Annotated[
    bool, typer.Option("--gradescope", help="Also write Gradescope's results and autograder.")
]
Canvas = Annotated[bool, typer.Option("--canvas", help="Also write a CSV for Canvas.")]
Moodle = Annotated[bool, typer.Option("--moodle", help="Also write a CSV for Moodle.")]
Database = Annotated[
    Path | None, typer.Option(help="Also enter the scores into nbgrader's gradebook.db.")
]
Scheduler = Annotated[
    str | None, typer.Option(help="Grade on an existing Dask cluster.", metavar="tcp://…")
]
Released = Annotated[
    Path | None,
    typer.Option(help="Folder of the released notebooks.", show_default="the course's own"),
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
    options = BatchOptions(
        confined=_confinement(unconfined),
        out=out,
        seed=seed,
        labs=_labs(labs),
        resume=resume,
        released=released or RELEASED,
    )
    wanted = ReportOptions(
        show_solutions=show_solutions,
        gradescope=gradescope,
        canvas=canvas,
        moodle=moodle,
        nbgrader_db=nbgrader_db,
        override=override,
    )
    _grade_and_report(submissions, options, wanted, _mapper(scheduler, workers))


def _grade_and_report(
    source: Path, options: BatchOptions, wanted: ReportOptions, mapper: Mapper
) -> None:
    """Grade and report; what goes wrong on this machine ends the program with one sentence."""
    from coursework.grading.batch import begin
    from coursework.grading.report import write_all
    from coursework.grading.results import ResultsError
    from coursework.grading.submissions import opened

    try:
        with opened(source) as submissions:
            results = begin(options)
            _grade_missing(results, submissions, options, mapper)
            for line in write_all(results, submissions, options.out, wanted):
                typer.echo(line)
    except (ResultsError, OSError, ValueError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None


def _confinement(unconfined: bool) -> bool:
    """Print what the sandbox holds; whether to use it.

    Ends the program where the sandbox is incomplete and nobody agreed to that.
    """
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
        told = [
            "The sandbox is incomplete on this machine:",
            *found.lines(),
            "Nothing was run. Mend it (docs/grading.md says how), or accept the risk with --unconfined.",
        ]
        typer.echo("\n".join(told), err=True)
        raise typer.Exit(2)
    left = probe(confined=False)
    typer.echo("\n".join(["UNCONFINED, as you asked:", *left.lines()]), err=True)
    return False


def _labs(text: str) -> tuple[str, ...]:
    from coursework import exercises

    known = sorted({exercises.get(n).notebook for n in exercises.names()})
    chosen = tuple(part.strip().zfill(2) for part in text.split(",") if part.strip())
    if unknown := ", ".join(lab for lab in chosen if lab not in known):
        there = ", ".join(known)
        told = f"There are no exercises for notebook {unknown}; there are for {there}."
        typer.echo(told, err=True)
        raise typer.Exit(1)
    return chosen


def _mapper(scheduler: str | None, workers: int) -> Mapper:
    if scheduler is None:
        from coursework.grading.pool import on_this_machine

        return on_this_machine(workers)
    from coursework.grading.cluster import on_cluster

    return on_cluster(scheduler)


def _grade_missing(
    results: Results, submissions: list[Submission], options: BatchOptions, mapper: Mapper
) -> None:
    """Grade what is missing, under a progress bar. Ctrl-C keeps what is done, and exits."""
    from tqdm import tqdm

    from coursework.grading.batch import grade_all, missing

    todo = missing(results, submissions)
    done = len(submissions) - len(todo)
    before = f", {done} of them graded before" if done else ""
    typer.echo(f"seed {results.batch.seed}; {len(submissions)} files{before}")
    graded = grade_all(results, todo, options, mapper)
    try:
        for _ in tqdm(graded, total=len(todo), unit="submission", disable=None, smoothing=0.1):
            pass
    except KeyboardInterrupt:
        graded.close()
        told = f"\nInterrupted. What is graded is kept in {results.path}; go on with --resume."
        typer.echo(told, err=True)
        raise typer.Exit(130) from None
