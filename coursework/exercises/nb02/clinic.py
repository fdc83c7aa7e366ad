"""The clinic of notebook 02: five training loops, each with a fault, told by four numbers."""

from __future__ import annotations

from coursework.exercises.orders import order, who_has_what

FAULTS = {
    "a": ("gradients never cleared", "Then the gradient in the weights would be many times as long "
        "as a fresh one. Look at the last column."),
    "b": ("no step", "Then the weights would not have moved at all, and the loss would be the same "
        "at the end as at the start."),
    "c": ("mean over pixels", "Then the loss that it reports would be 784 times smaller than the "
        "error of its copies."),
    "d": ("wrong targets", "Then its loss would have fallen, while its copies were no better than "
        "the mean image."),
    "e": ("learning rate too large", "Then its loss would have gone up, with a gradient about "
        "as long as a fresh one."),
}  # fmt: skip
ANSWER = "aecdb"  # the faults of loops A to E, in the notebook's shuffled order

CLINIC = order(
    "02.answers.2.4b", "which loop has which fault", ANSWER, who_has_what(ANSWER, FAULTS),
    why="Right. Three of the five look sick in their own loss. The other two report a loss that "
        "falls; only the error of the copies, measured in another way, shows what they are worth.",
    hints=["Which loss doesn't change, and which two go up?",
           "A loss and an error of copies that differ by a factor: which factor?",
           "Without clearing, the gradient left in the weights is the sum of a hundred. Two of the "
           "losses end lower: hold each against the error of its copies."],
    points=2,
)  # fmt: skip
