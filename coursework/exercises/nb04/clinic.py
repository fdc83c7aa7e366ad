"""The clinic of notebook 04: five functions for the KL, each with a fault, told by four pairs."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.orders import order, who_has_what

FAULTS = {
    "a": ("arguments swapped", "Then the first two columns would have changed places: 0.368 for "
        "fair against loaded, and 0.511 the other way."),
    "b": ("log of zero", "Then a 0 in p would give NaN, and the first two columns would be right."),
    "c": ("a small number inside the log", "Then a 0 in q would give a large number where infinity "
        "is right, and all the rest would be right to three digits."),
    "d": ("bits", "Then the first two columns would be 1.44 times too large."),
    "e": ("mean over the outcomes", "Then each value would be divided by the number of outcomes: "
        "by 2 for coins, by 6 for dice."),
}  # fmt: skip
ANSWER = "dbcea"  # the faults of the functions A to E, in the notebook's shuffled order

CLINIC = order(
    "04.answers.4.15", "which function has which fault", ANSWER, who_has_what(ANSWER, FAULTS),
    why="Right. All five are 0 where both arguments are equal, so that test alone finds none of "
        "them. One pair in both orders finds three, and a zero on either side finds the other two.",
    hints=["0.511 and 0.368 are right for the two coins. Who has them, and who has them the other "
           "way round?",
           "Two have factors in the first two columns: ½ for coins, or 1 / log 2.",
           "Two are right on coins. One breaks where p is 0, the other where q is 0."],
    points=2,
)  # fmt: skip

BETWEEN = Question(
    name="04.answers.4.11b", title="KL between two Gaussians, in nats",
    answer=0.5 * (0.25 + 0.25 - 1 - math.log(0.25)), unit="nats",
    wrong={
        0.5 * (4 + 1 - 1 - math.log(4)): ("other_way", "That is KL(p‖q): you measured in units of "
            "q. Everything is measured in units of p, the second one."),
        0.5 * (0.25 + 4 - 1 - math.log(0.25)): ("mean_not_scaled", "You moved the mean and did not "
            "measure it in units of p: (3 − 1) / 4."),
        0.5 * (0.5 + 0.25 - 1 - math.log(0.5)): ("spread_not_squared", "You took the ratio of the "
            "spreads, ½, where its square belongs."),
        0.5 * (0.0625 / 4 + 0.25 - 1 - math.log(0.25)): ("mean_over_variance", "You divided the "
            "distance of the means by the variance of p, 16. Divide it by 4, the standard "
            "deviation."),
        0.5 * (1 + 0.25 - 1 - math.log(0.25)): ("mean_in_units_of_q", "You divided the distance of "
            "the means by the standard deviation of q. Everything is measured in units of p: / 4."),
        0.5 * (0.25 + 0.5 - 1 - math.log(0.25)): ("mean_not_squared", "The mean is 0.5, and it is "
            "squared in the formula: 0.25."),
        0.5 * (0.25 + 0.25 - 1 - math.log(0.5)): ("log_of_the_spread", "Inside the log stands the "
            "ratio of the variances, ¼, and not that of the spreads."),
        0.5 * (0.25 + 0.25 - 1 + math.log(0.25)): ("sign_of_log", "The log is subtracted, and "
            "log ¼ is negative: + 1.386 in the bracket. (A KL is never below 0.)"),
        0.25 + 0.25 - 1 - math.log(0.25): ("half_missing", "The ½ in front is missing."),
        0.5 * (0.25 + 0.25 - math.log(0.25)): ("minus_one_missing", "The −1 is missing."),
        0.5 * (4 + 4 - 1 - math.log(4)): ("not_scaled", "That compares q with N(1, 1): you moved "
            "it and did not stretch it. Divide both its distance and its spread by 4."),
        0.5 * (0.25 + 0.25 - 1 - math.log(0.25)) / math.log(2): ("bits", "That is in bits. Nats "
            "are asked for."),
    },
    why="(3 − 1)/4 = 0.5 and 2/4 = 0.5, so it is the KL of N(0.5, 0.5²) from N(0, 1): "
        "½ (0.25 + 0.25 − 1 − log 0.25) = 0.443.",
    hints=["Move and stretch the line until p is N(0, 1). What is q then?",
           "Its mean is (3 − 1) / 4, its standard deviation 2 / 4.",
           "0.5 * (0.5**2 + 0.5**2 - 1 - math.log(0.5**2))"],
)  # fmt: skip
