"""The clinic of notebook 01: five log-densities, each with a fault, told by the area under them."""

from __future__ import annotations

from coursework.exercises.orders import order, who_has_what

FAULTS = {
    "a": ("½ missing on the square", "Then the area would be ½, whatever Σ is."),
    "b": ("log det missing", "Then the area would be 1 for Σ = I, and the root of det Σ for the "
        "others: 4 and 0.6."),
    "c": ("2π missing", "Then the area would be 2π = 6.28, whatever Σ is."),
    "d": ("Σ for its inverse", "Then the area would be 1 for Σ = I, and 1 / det Σ for the others: "
        "0.06 and 2.78."),
    "e": ("density, not its log", "Then exp would be taken twice. Far out that gives 1 and not 0, "
        "so the area would be that of the whole grid."),
}  # fmt: skip
ANSWER = "badec"  # the faults of scores A to E, in the notebook's shuffled order

CLINIC = order(
    "01.answers.1.2b", "which score has which fault", ANSWER, who_has_what(ANSWER, FAULTS),
    why="Right. Two of the five pass with Σ = I, log det missing and Σ for its inverse. And a "
        "missing log det or 2π only adds a constant, so a comparison of two points under one "
        "Gaussian would never show it. An area of 1, for a Σ that is neither diagonal nor of "
        "determinant 1, finds all five.",
    hints=["Three scores have about the same area for every Σ. Which faults can do that?",
           "Two have an area of 1 for Σ = I. det Σ is 16 and 0.36 for the other two.",
           "√16 = 4 and √0.36 = 0.6; 1/16 = 0.06 and 1/0.36 = 2.78."],
    points=2,
)  # fmt: skip
