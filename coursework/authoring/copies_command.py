"""`course exam`, and what `course build --variant` shares with it: copies made with a seed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from coursework.saying import sentence_of


def exam(
    seed: Annotated[
        int | None,
        typer.Option(metavar="SEED", help="What draws the questions; a secret one if none."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the two notebooks.")] = Path("exam"),
    practice: Annotated[
        bool, typer.Option("--practice", help="Checks and hints stay on; the seed is in the copy.")
    ] = False,
    minutes: Annotated[
        int, typer.Option(min=1, help="How many minutes the students are given.")
    ] = 60,
    questions: Annotated[
        int, typer.Option(metavar="NUMBER", help="How many, of all objectives: 9 to 12.")
    ] = 12,
    secret: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with words of yours, mixed into the seed."),
    ] = None,
) -> None:
    """Write an exam: notebook 18 with questions that a seed draws, and its solution.

    Keep the seed, the secret and the solution to yourself. Students' copies are graded with
    `course grade FOLDER --variant SEED --released OUT`, and the same --secret and --questions.
    """
    from coursework.authoring.seeded import number_of_exam

    chosen = secrets.randbits(48) + 1 if seed is None else seed
    try:
        number = number_of_exam(chosen, secret, questions)
    except (OSError, ValueError) as error:
        raise _stop(sentence_of(error)) from None
    same = f"{chosen}" + (f" --secret {secret}" if secret else "")
    same += f" --questions {questions}" if questions != 12 else ""
    write_copies("practice" if practice else "exam", number, out, minutes=minutes, same=same)


def write_copies(
    kind: str,
    seed: int,
    out: Path,
    numbers: Sequence[str] = (),
    minutes: int = 60,
    same: str = "",
) -> None:
    """Write copies. same: what `course grade --variant` is given, where it isn't the seed."""
    from coursework.authoring.problems import BuildError
    from coursework.authoring.project import find_root
    from coursework.authoring.seeded import write_exam, write_variants

    try:
        root = find_root()
        if kind == "build":
            written = write_variants(root, seed, out, numbers)
        else:
            written = write_exam(root, seed, out, kind == "practice", minutes)
    except BuildError as error:
        raise _stop(f"{error}\nNothing was written.") from None
    except (OSError, ValueError) as error:
        raise _stop(sentence_of(error)) from None
    typer.echo("\n".join(f"wrote    {path}" for path in written))
    if kind != "build":
        typer.echo(_asked_in(seed))
    same = same or f"{seed}"
    if kind == "practice":
        typer.echo(f"seed {same} stands in the copy, so grade nobody by it: checks there reply")
        return
    typer.echo(
        f"seed {same}: keep it to yourself, and the solutions too. When all is handed in:\n"
        f"  course grade FOLDER --variant {same} --released {out} --out report"
    )


def _asked_in(number: int) -> str:
    """How long an exam is: "10 questions, 12 points"."""
    from coursework import exercises

    names = exercises.names("18", number)
    points = sum(exercises.get(name).points for name in names)
    return f"{len(names)} questions, {points} points"


def _stop(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(1)
