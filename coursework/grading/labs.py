"""Which notebooks count, and for whom: a notebook of another lab inflates nobody's maximum.

With `--labs` those count, for everybody. Without it there are three kinds: what more than half of
the class handed in counts for everybody; what fewer handed in, for those who did; and a notebook
that one student, or not even a fifth as many as the others, handed in is taken for a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from coursework import exercises
from coursework.seeds import PUBLIC

FEW = 5  # a notebook is odd where this many times as many students handed in another


@dataclass(frozen=True)
class Labs:
    """asked: count for everybody; optional: for those who handed them in; odd: for nobody.

    variant: the seed of the copies that were handed out.
    """

    asked: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    variant: int = PUBLIC

    @property
    def counted(self) -> list[str]:
        """All that count for somebody."""
        return sorted({*self.asked, *self.optional})

    def of(self, handed_in: Collection[str]) -> list[str]:
        """Those that count for a student who handed these in."""
        return sorted({*self.asked, *(set(self.optional) & set(handed_in))})

    def exercises(self) -> list[str]:
        """The exercises of all that count, in course order."""
        return exercises_of(self.counted, self.variant)


def choose(handed_in: Iterable[Collection[str]], wanted: Collection[str] = ()) -> Labs:
    """handed_in: the notebooks of each student; wanted: those that the instructor named."""
    if wanted:
        return Labs(tuple(sorted(wanted)))
    students = [set(labs) for labs in handed_in if labs]
    counts = Counter(lab for labs in students for lab in labs)
    asked = sorted(lab for lab, n in counts.items() if 2 * n > len(students))
    most = max((counts[lab] for lab in asked), default=0)
    others = sorted(set(counts) - set(asked))
    odd = [b for b in others if (counts[b] == 1 and most > 1) or FEW * counts[b] < most]
    return Labs(tuple(asked), tuple(b for b in others if b not in odd), tuple(odd))


def exercises_of(labs: Collection[str], variant: int = PUBLIC) -> list[str]:
    """Names of all exercises of these notebooks, in course order."""
    return [n for n in exercises.names(variant=variant) if exercises.get(n).notebook in labs]


def handed_in_where(lab: str, asked: Collection[str]) -> str:
    """What to say of a notebook that was not asked for."""
    verb = "was" if len(asked) == 1 else "were"
    return f"notebook {lab} was handed in where {' and '.join(asked)} {verb} asked"


def lab_of(name: str) -> str:
    """The notebook of an exercise."""
    return exercises.get(name).notebook


def most_of(names: Iterable[str]) -> float:
    """The points that these exercises give at most."""
    return sum(exercises.get(n).points for n in names)
