"""The clinic of notebook 05: five draws, each with a fault, told by four measurements."""

from __future__ import annotations

from coursework.exercises.orders import order, who_has_what

FAULTS = {
    "a": (".sample()", "A bare number comes back from it, so neither μ nor logvar would have a "
        "gradient at all: “none” twice."),
    "b": ("torch.normal", "Its record passes back a zero: both gradients would be there, and 0."),
    "c": ("σ detached", "Then μ would have a gradient and logvar none, or 0."),
    "d": ("logvar read as log σ", "Then the spread of the draws would not be 0.37, but its "
        "square."),
    "e": ("one ε for the batch", "Then all images of a batch would have the same noise: the last "
        "column would say 1.00."),
}  # fmt: skip
ANSWER = "adbec"  # the faults of draws A to E, in the notebook's shuffled order

CLINIC = order(
    "05.answers.5.11", "which draw has which fault", ANSWER, who_has_what(ANSWER, FAULTS),
    why="Right. Three of the five lose a gradient, and of these only the first says so with a "
        "None. The other two have gradients that look healthy, and draw from another "
        "distribution. Each column of the table is a test that you can write beside any sampler.",
    hints=["Begin with the gradients: who has none, who has zeros, who has only one?",
           "Two are left, and both have gradients. Compare the spread with σ = e^(−1) = 0.37.",
           "The last one: do two images of a batch share their noise?"],
    points=2,
)  # fmt: skip
