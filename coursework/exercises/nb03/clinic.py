"""The clinic of notebook 03: five VAEs, each with a fault in its training step."""

from __future__ import annotations

from coursework.exercises.orders import order, who_has_what

FAULTS = {
    "a": ("KL averaged over the code", "Then the KL would weigh 8 times too little: it would be "
        "two to three times that of the healthy one, with all units in use."),
    "b": ("reconstruction averaged over the pixels", "Then the KL would weigh 784 times too much: "
        "it would be 0, no unit would be in use, and σ would be 1."),
    "c": ("one term summed over the batch", "Then the KL would weigh 128 times too little, so it "
        "would be six times that of the healthy one or more, with a σ below 0.1."),
    "d": ("logvar read as log σ", "Then the σ in the KL and the σ in the draws would differ."),
    "e": ("sigmoid twice", "Then every pixel would lie between 0.5 and 0.73, and the "
        "reconstruction would stay above 500 nats."),
}  # fmt: skip
ANSWER = "debac"  # the faults of patients A to E, in the notebook's shuffled order

CLINIC = order(
    "03.answers.3.14", "which patient has which fault", ANSWER, who_has_what(ANSWER, FAULTS),
    why="Right. None of the five crashed, and all their losses fell. But each reports a loss of "
        "its own making, so the losses can't be compared: the smallest belongs to the dead code. "
        "Report both terms, in nats, summed over pixels and code.",
    hints=["Sort them by their KL: one has none, one has hardly any, two have far too much.",
           "A σ in the KL that isn't the σ of the draws: there is one fault that does this.",
           "Two have a large KL. A weight of 1/8 raises it less than one of 1/128."],
    points=3,
)  # fmt: skip
