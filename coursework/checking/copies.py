"""What a notebook knows of itself as a copy: its seed where it may be known, and what it keeps.

A copy made with `course build --variant S` or `course exam` says in one of its first cells which
exercises it keeps for the grader without judging them. A practice copy says its seed instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from coursework.checking.variants import PUBLIC


@dataclass
class Copy:
    """seed: by which answers are judged. kept: exercises that are not judged here; None for all."""

    seed: int = PUBLIC
    kept: frozenset[str] | None = frozenset()

    def keeps(self, name: str) -> bool:
        """Whether an exercise is only kept."""
        return self.kept is None or name in self.kept


_THIS = Copy()


def this_copy() -> Copy:
    """The copy that this kernel runs."""
    return _THIS


def record_only(*names: str) -> None:
    """Judge nothing in this notebook, or not the exercises named: the grader does.

    Hints of what isn't judged are off, too.
    """
    _THIS.kept = frozenset(names) if names else None


def draw_with(seed: int) -> None:
    """Judge by the numbers and conventions that this seed draws, for practice."""
    _THIS.seed, _THIS.kept = seed, frozenset()
