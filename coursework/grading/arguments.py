"""The arguments of `course grade`, in the groups in which `--help` shows them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

CORES = os.cpu_count() or 1
WHAT, MARKS = "What is graded", "What changes marks (kept in the report until you change it)"
FILES, HOW = "What is written as well", "How it is run"

Submissions = Annotated[
    Path,
    typer.Argument(
        help="The platform's zip, a folder of notebooks, or a folder with one for each student."
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        help="Folder for the report; an older report in it is kept as results.old.jsonl.",
        rich_help_panel=WHAT,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the report in --out: grade only what is new or changed.",
        rich_help_panel=WHAT,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        help="Grade this student again, nobody else; may be repeated.",
        metavar="STUDENT",
        rich_help_panel=WHAT,
    ),
]
Labs = Annotated[
    str,
    typer.Option(
        help="Notebooks that count, for everybody; without it, those that the class handed in.",
        metavar="NN,NN",
        rich_help_panel=WHAT,
    ),
]
Override = Annotated[
    Path | None,
    typer.Option(
        help="CSV with student, exercise, points, comment: marks set by hand.",
        metavar="CSV",
        rich_help_panel=MARKS,
    ),
]
Roster = Annotated[
    Path | None,
    typer.Option(
        help="CSV of the class, such as Canvas' export: names who handed in nothing.",
        metavar="CSV",
        rich_help_panel=MARKS,
    ),
]
Late = Annotated[
    list[str] | None,
    typer.Option(
        help='What coming late costs: "10%/day, max 50%, 2h grace"; "none" ends it.',
        metavar="POLICY",
        rich_help_panel=MARKS,
    ),
]
Due = Annotated[
    str | None,
    typer.Option(
        help='When it was due, "2026-11-03 17:00", for platforms that write dates into names.',
        metavar="DATE",
        rich_help_panel=MARKS,
    ),
]
Partial = Annotated[
    bool,
    typer.Option(
        "--partial",
        help="Give points for the parts of an exercise that are right.",
        rich_help_panel=WHAT,
    ),
]
Variant = Annotated[
    int,
    typer.Option(
        help="The seed of the copies handed out, from `course exam` or `course build --variant`.",
        metavar="SEED",
        show_default="the course's own notebooks",
        rich_help_panel=WHAT,
    ),
]
Secret = Annotated[
    Path | None,
    typer.Option(
        help="The file that `course exam --secret` was given.",
        metavar="FILE",
        rich_help_panel=WHAT,
    ),
]
Questions = Annotated[
    int,
    typer.Option(
        help="How many the exam has, as `course exam --questions` was given.",
        metavar="NUMBER",
        show_default="12",
        rich_help_panel=WHAT,
    ),
]
Canvas = Annotated[
    bool,
    typer.Option(
        "--canvas", help="canvas.csv, to import into the gradebook.", rich_help_panel=FILES
    ),
]
Moodle = Annotated[
    bool,
    typer.Option(
        "--moodle", help="moodle.csv, a grading worksheet to upload.", rich_help_panel=FILES
    ),
]
Brightspace = Annotated[
    bool,
    typer.Option(
        "--brightspace", help="brightspace.csv, to import; needs --roster.", rich_help_panel=FILES
    ),
]
Gradescope = Annotated[
    bool,
    typer.Option(
        "--gradescope",
        help="A results.json for each student, and an autograder.zip to upload to Gradescope.",
        rich_help_panel=FILES,
    ),
]
Database = Annotated[
    Path | None,
    typer.Option(
        help="Enter the scores into nbgrader's gradebook.db, which is made where it is missing.",
        metavar="DB",
        rich_help_panel=FILES,
    ),
]
Solutions = Annotated[
    bool,
    typer.Option(
        "--show-solutions",
        help="Put the course's own code into the feedback.",
        rich_help_panel=FILES,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        help="Draws the inputs of functions, so the same seed gives the same marks; a secret one if none.",
        metavar="NUMBER",
        rich_help_panel=HOW,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        help="Submissions graded side by side.",
        min=1,
        metavar="NUMBER",
        show_default="one a core",
        rich_help_panel=HOW,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask cluster that grades instead of this machine.",
        metavar="tcp://…",
        rich_help_panel=HOW,
    ),
]
Released = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the notebooks as handed out; for an exam, what `course exam --out` wrote.",
        metavar="FOLDER",
        show_default="the course's own",
        rich_help_panel=HOW,
    ),
]
Unconfined = Annotated[
    bool,
    typer.Option(
        "--unconfined",
        help="Grade even where student code could reach your files or the network; says what is open.",
        rich_help_panel=HOW,
    ),
]
