"""Where a learner stands: `predict` before a run, and `progress` at the end of a notebook."""

from __future__ import annotations

from course_utils.cards import HOUSE, QUIET, RIGHT, Card
from course_utils.display import emit
from coursework import exercises
from coursework.checking.record import Guess, Record, record

BAR = 20  # squares


def predict(name: str, guess: str | None = None, sure: bool = False) -> None:
    """Ask for a prediction before a run, or reply to a guess: `predict(name, "b", sure=True)`.

    The first guess is kept for `progress`; one is sure who would bet on it. Raises ValueError where
    `guess` is no letter of an option.
    """
    asked = exercises.prediction(name)
    options = dict(zip(asked.letters, asked.options.items(), strict=True))
    folds = {letter: (f"**{letter}** {text}", reply) for letter, (text, reply) in options.items()}
    title = f"Predict: {asked.question}"
    if guess is None:
        how = (
            f'Choose, then open your choice. To have it counted, type `predict("{name}", "a")`, '
            "with `sure=True` if you are sure."
        )
        emit(Card(title, [how], HOUSE, "→", list(folds.values())))
        return
    letter = str(guess).strip().lower()
    if letter not in options:
        known = ", ".join(f'"{known}"' for known in options)
        raise ValueError(f"{guess!r} is no letter of an option; choose one of {known}")
    said = [f"Your guess{', and you were sure' if sure else ''}: **{letter}** {options[letter][0]}"]
    said.append(options[letter][1])
    first = record().guess(name, Guess(letter, letter == asked.right, bool(sure)))
    if first.letter != letter:
        said.append(f"Your first guess, **{first.letter}**, is the one that counts.")
    others = [fold for other, fold in folds.items() if other != letter]
    color, mark = (RIGHT, "✓") if letter == asked.right else (HOUSE, "→")
    emit(Card(title, said, color, mark, others))


def progress(notebook: str | None = None) -> None:
    """Show what is right, nearly right and open in a notebook ("03"), or in the whole course."""
    kept = record()
    kept.read()
    numbers = [notebook] if notebook else _numbers()
    if notebook and notebook not in _numbers():
        raise ValueError(f"there is no notebook {notebook!r}; there are {', '.join(_numbers())}")
    paragraphs = _whole(kept, numbers) if notebook is None else _one(kept, notebook)
    paragraphs += _guesses(kept, numbers)
    if not kept.kept:
        paragraphs.append("Nothing can be written beside this notebook, so a restart forgets it.")
    done = all(_is_right(kept, name) for number in numbers for name in exercises.names(number))
    title = f"Notebook {notebook} · {_count(kept, notebook)}" if notebook else "The whole course"
    emit(Card(title, paragraphs, RIGHT if done else QUIET, "✓" if done else "○"))


def _one(kept: Record, notebook: str) -> list[str]:
    names = exercises.names(notebook)
    nearly = [n for n in names if n in kept.kinds and not _is_right(kept, n)]
    open_ = [n for n in names if n not in kept.kinds]
    paragraphs = [_bar(kept, notebook)]
    if nearly:
        paragraphs.append(f"Tried, and not right yet: {_listed(nearly)}.")
    if open_:
        paragraphs.append(f"Not tried: {_listed(open_)}.")
    if not nearly and not open_:
        paragraphs.append("Everything in this notebook is right.")
    return paragraphs


def _whole(kept: Record, numbers: list[str]) -> list[str]:
    return ["\n".join(f"{n} {_bar(kept, n)} {_count(kept, n)}" for n in numbers)]


def _guesses(kept: Record, numbers: list[str]) -> list[str]:
    asked = [p.name for n in numbers for p in exercises.predictions(n)]
    made = [kept.guesses[name] for name in asked if name in kept.guesses]
    if not asked:
        return []
    if not made:
        return [f"Predictions: none of {len(asked)} made."]
    said = f"Predictions: {len(made)} of {len(asked)} made, {sum(g.right for g in made)} right."
    sure, unsure = [g for g in made if g.sure], [g for g in made if not g.sure]
    if sure:
        said += f" When you were sure, {sum(g.right for g in sure)} of {len(sure)} were right"
        said += (
            f"; when you weren't, {sum(g.right for g in unsure)} of {len(unsure)}."
            if unsure
            else "."
        )
    return [said]


def _numbers() -> list[str]:
    return sorted({exercises.get(name).notebook for name in exercises.names()})


def _is_right(kept: Record, name: str) -> bool:
    return kept.kinds.get(name) == "passed"


def _count(kept: Record, notebook: str) -> str:
    all_of_it = [exercises.get(name) for name in exercises.names(notebook)]
    right = [e for e in all_of_it if _is_right(kept, e.name)]
    points, most = (sum(e.points for e in some) for some in (right, all_of_it))
    return f"{len(right)} of {len(all_of_it)} right · {points} of {most} points"


def _bar(kept: Record, notebook: str) -> str:
    names = exercises.names(notebook)
    filled = BAR * sum(_is_right(kept, n) for n in names) // max(1, len(names))
    return "█" * filled + "░" * (BAR - filled)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name.rpartition('.answers.')[2]}`" for name in names)


def short(name: str) -> str:
    """An exercise as the learner writes it: `entropy`, `answers["4.2a"]`."""
    return f'answers["{name.split(".answers.")[1]}"]' if ".answers." in name else name
