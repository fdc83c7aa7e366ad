"""`course grade`: what the instructor types and reads. The rest is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from coursework.grading import arguments as given
from coursework.grading.options import RELEASED, BatchOptions, Decisions, ReportOptions
from coursework.saying import counted, one_line, sentence_of

if TYPE_CHECKING:
    from coursework.grading.grader import Mapper
    from coursework.grading.results import Results
    from coursework.grading.students import Submission


def grade(
    submissions: given.Submissions,
    out: given.Out = Path("report"),
    resume: given.Resume = False,
    only: given.Only = None,
    labs: given.Labs = "",
    override: given.Override = None,
    roster: given.Roster = None,
    late: given.Late = None,
    due: given.Due = None,
    canvas: given.Canvas = False,
    moodle: given.Moodle = False,
    brightspace: given.Brightspace = False,
    gradescope: given.Gradescope = False,
    nbgrader_db: given.Database = None,
    show_solutions: given.Solutions = False,
    seed: given.Seed = None,
    workers: given.Workers = given.CORES,
    scheduler: given.Scheduler = None,
    released: given.Released = None,
    unconfined: given.Unconfined = False,
    partial: given.Partial = False,
    variant: given.Variant = 0,
    secret: given.Secret = None,
    questions: given.Questions = 12,
) -> None:
    """Grade a folder of submissions; write gradebook.csv, feedback and a summary of the class."""
    decisions = Decisions(_labs(labs), override, ", ".join(late or ()) or None, due, roster)
    as_given: dict[str, Any] = {"out": out, "seed": seed, "partial": partial}
    options = BatchOptions(
        **as_given,
        confined=_confinement(unconfined),
        labs=decisions.labs,
        resume=resume or bool(only),
        only=tuple(only or ()),
        released=released or RELEASED,
        variant=_copy(variant, secret, questions),
    )
    wanted = ReportOptions(show_solutions, gradescope, canvas, moodle, brightspace, nbgrader_db)
    _grade_and_report(submissions, options, decisions, wanted, _mapper(scheduler, workers))


def _copy(seed: int, secret: Path | None, questions: int) -> int:
    """The number of the copies that were handed out."""
    from coursework.authoring.seeded import number_of_exam

    if not seed and (secret or questions != 12):
        told = "--secret and --questions go with --variant SEED, as `course exam` printed them"
    elif not secret and questions == 12:
        return seed
    else:
        try:
            return number_of_exam(seed, secret, questions)
        except (OSError, ValueError) as error:
            told = sentence_of(error)
    typer.echo(told, err=True)
    raise typer.Exit(1)


def _grade_and_report(
    source: Path,
    options: BatchOptions,
    decisions: Decisions,
    wanted: ReportOptions,
    mapper: Mapper,
) -> None:
    """Grade and report; what goes wrong on this machine ends the program with one sentence."""
    from coursework.grading.batch import begin
    from coursework.grading.choices import keep_choices, read_choices
    from coursework.grading.handed_out import refuse_another_copy
    from coursework.grading.refusing import refuse_empty, refuse_places
    from coursework.grading.report import write_all
    from coursework.grading.results import ResultsError
    from coursework.grading.submissions import opened

    try:
        refuse_places(source, options, wanted)
        with opened(source) as submissions:
            if submissions.left_out:
                typer.echo(one_line(f"left out: {', '.join(submissions.left_out)}"))
            refuse_empty(source, submissions, options)
            again = _again(submissions, options)
            choices = read_choices(options, decisions, submissions)
            for line in choices.told:
                typer.echo(one_line(line))
            refuse_another_copy(options)
            results = begin(options)
            keep_choices(options.out, decisions, choices)
            _grade_missing(results, submissions, again, options, mapper)
            for line in write_all(results, submissions, options.out, wanted, choices):
                typer.echo(one_line(line))
    except (ResultsError, OSError, ValueError) as error:
        typer.echo("\n".join(map(one_line, sentence_of(error).split("\n"))), err=True)
        raise typer.Exit(1) from None


def _again(submissions: list[Submission], options: BatchOptions) -> list[Submission] | None:
    """The files of the students to be graded again; None where nobody was named."""
    from coursework.grading.nearest import did_you_mean
    from coursework.grading.students import find_students

    if not options.only:
        return None
    if not (options.out / "results.jsonl").exists():
        raise ValueError(
            f"--only grades a student again into a report, and there is none in {options.out}; "
            "grade the class first"
        )
    files: dict[str, list[str]] = {}
    for s in submissions:
        files.setdefault(s.student, []).append(s.file)
    chosen: set[str] = set()
    for name in options.only:
        found = find_students(name, files)
        if not found:
            near = did_you_mean(name, files) or "; gradebook.csv lists them"
            raise ValueError(f"--only: there is no student {name}{near}")
        if len(found) > 1:
            raise ValueError(f"--only: {name} may be {' or '.join(found)}; write one of these")
        chosen |= set(found)
    return [s for s in submissions if s.student in chosen]


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
    results: Results,
    submissions: list[Submission],
    again: list[Submission] | None,
    options: BatchOptions,
    mapper: Mapper,
) -> None:
    """Grade what is missing, under a progress bar. Ctrl-C keeps what is done, and exits.

    again: those to be graded whether or not they have been; None for what is missing.
    """
    from tqdm import tqdm

    from coursework.grading.batch import grade_all, missing

    todo = missing(results, submissions) if again is None else again
    done = len(submissions) - len(todo)
    before = f", {done} of them graded before" if done else ""
    typer.echo(f"seed {results.batch.seed}; {counted(len(submissions), 'file')}{before}")
    graded = grade_all(results, todo, options, mapper)
    try:
        for _ in tqdm(graded, total=len(todo), unit="submission", disable=None, smoothing=0.1):
            pass
    except KeyboardInterrupt:
        graded.close()
        told = f"\nInterrupted. What is graded is kept in {results.path}; go on with --resume."
        typer.echo(told, err=True)
        raise typer.Exit(130) from None
