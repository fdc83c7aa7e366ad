"""Sentences about the scoreboard that hold for all seeds, computed from its rows."""

import re
from itertools import permutations

from course_utils.data.scoreboard import BUDGETS, DISTANCES, Board

THINGS = {"digits": "real digits", "mixture": "the mixture"}


MANY = 3  # more models than these are no front


def headline(board: Board) -> str:
    """The title of the figure of cost and quality: who is ahead with the fullest budget."""
    budget = fullest(board)
    if _run_twice(board, budget) < 2:
        return "Too few seeds so far to say who is ahead"
    ahead = board.front(budget, "frechet")
    after = f"After {budget} s{_of_how_many(board, budget)}"
    if not 0 < len(ahead) <= MANY:
        return f"{after} no model is ahead in all seeds"
    names, several = _listed([board.name(model) for model in ahead]), len(ahead) > 1
    told = f"{after} {names} {'are' if several else 'is'} closest to {THINGS[board.data]}"
    return f"{told}; their seeds overlap" if several else f"{told}, in all seeds"


def findings(board: Board) -> list[str]:
    """Sentences, each true of every seed in the table; one says so where there is nothing yet."""
    found = [_leaders(board), _early(board), _plain(board), *_disagreements(board), _waiting(board)]
    tied = [re.sub(r"(\d) s\b", "\\1\u00a0s", sentence) for sentence in found if sentence]
    return tied or ["Nothing to say yet: not run yet."]


def fullest(board: Board) -> int:
    """The budget with which most models were run twice, the largest of these; 10 without rows."""
    counts = {budget: _run_twice(board, budget) for budget in BUDGETS}
    if not any(counts.values()):
        return BUDGETS[0]
    return max(BUDGETS, key=lambda budget: (counts[budget], budget))


def _run_twice(board: Board, budget: int) -> int:
    """How many models were run with at least two seeds."""
    return sum(len(board.values(model, budget, "frechet")) > 1 for model in board.models)


def _of_how_many(board: Board, budget: int) -> str:
    """Words for a comparison that lacks models, "" where none is missing."""
    count = _run_twice(board, budget)
    return "" if count == len(board.models) else f", of the {count} models run so far,"


def _leaders(board: Board) -> str:
    """Who is ahead by the first distance, for each budget."""
    after: dict[str, list[str]] = {}  # who is ahead -> after which budgets
    for budget in (budget for budget in BUDGETS if _run_twice(board, budget) > 1):
        ahead = board.front(budget, "frechet")
        names = _listed([f"**{board.name(model)}**" for model in ahead])
        who = names if 0 < len(ahead) <= MANY else "nobody"
        known = f"{budget} s{_of_how_many(board, budget).rstrip(',')}"
        after.setdefault(who, []).append(known)
    told = [f"{who} after {_listed(budgets)}" for who, budgets in after.items()]
    if not any(len(board.front(budget, "frechet")) for budget in BUDGETS):
        return ""
    return f"Ahead by {DISTANCES[board.data][0]}, whichever seeds are compared: {'; '.join(told)}."


def _early(board: Board) -> str:
    """The model whose shortest training beats most others' longest."""
    short, long = BUDGETS[0], fullest(board)
    beaten = {
        first: [m for m in board.models if board.wins((first, short), (m, long), "frechet")]
        for first in board.models
    }
    best = max(board.models, key=lambda model: len(beaten[model]))
    if not beaten[best] or short == long:
        return ""
    names = _listed([board.name(model) for model in beaten[best]])
    return (
        f"{short} s can be enough: **{board.name(best)}** has, after {short} s, a lower "
        f"{DISTANCES[board.data][0]} than {long} s give to {names}."
    )


def _plain(board: Board) -> str:
    """Which networks 01's forger beats, fitted in half a second without one."""
    budget, distance = fullest(board), DISTANCES[board.data][0]
    behind = [m for m in board.models if board.wins(("forger", 0), (m, budget), "frechet")]
    ahead = [m for m in board.models if board.wins((m, budget), ("forger", 0), "frechet")]
    if not behind:
        return ""
    names, better = (_listed([board.name(model) for model in found]) for found in (behind, ahead))
    return (
        f"Without a network: **01's forger**, 150 Gaussians fitted with labels in half a second, "
        f"has a lower {distance} than {budget} s give to {names}. "
        + (f"A lower one than the forger's have {better}." if ahead else "None has a lower one.")
    )


def _disagreements(board: Board) -> list[str]:
    """Pairs that two numbers order differently, whichever seeds are compared."""
    budget, told = fullest(board), []
    first, other = DISTANCES[board.data]
    both = {"frechet_other": other, "precision": "precision", "coverage": "coverage"}
    for column, name in both.items():
        pairs = [
            (a, b)
            for a, b in permutations(board.models, 2)
            if board.wins((a, budget), (b, budget), "frechet")
            and board.wins((b, budget), (a, budget), column)
        ]
        if pairs:
            a, b = map(board.name, pairs[0])
            more = f" ({len(pairs)} pairs in all)" if len(pairs) > 1 else ""
            told.append(
                f"{first[0].upper()}{first[1:]} and {name} disagree after {budget} s: the first "
                f"prefers **{a}** to **{b}**{more}; the second, **{b}**."
            )
    return told[:2]


def _waiting(board: Board) -> str:
    """What a thousand samples cost: the quickest model and the slowest."""
    budget = fullest(board)
    order = board.order(budget, "sampling")
    if len(order) < 2:
        return ""
    quick, slow = order[0], order[-1]
    if not board.wins((quick, budget), (slow, budget), "sampling"):
        return ""
    slowest, quickest = (
        board.spread(slow, budget, "sampling"),
        board.spread(quick, budget, "sampling"),
    )
    assert slowest and quickest
    return (
        f"A thousand samples take {slowest.low:.2g} s or more with **{board.name(slow)}**, and "
        f"{quickest.high:.2g} s or less with **{board.name(quick)}**."
    )


def _listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
