"""The typed answers and the predictions of notebook 01."""

from __future__ import annotations

import math

from coursework.checking.exercise import Prediction, Question
from coursework.exercises.rules import choice

# fmt: off
WITH_PRIOR = Question(
    name="01.answers.1.4", title="a posterior by hand", answer=0.4375,
    wrong={
        0.875: ("prior_forgotten", "That is 0.7 / (0.7 + 0.1): you forgot the prior. Multiply each "
            "likelihood by how common its class is: 0.7 · 0.1 against 0.1 · 0.9."),
        0.07: ("not_normalized", "That is the joint, p(x|a) p(a). Divide by p(x) = 0.07 + 0.09."),
        0.5625: ("other_class", "That is p(b|x). Asked for is p(a|x), which is 1 minus that."),
        0.16: ("evidence", "That is p(x), the sum of both joints. Divide p(x|a) p(a) by it."),
        0.7: ("likelihood", "That is p(x|a), how likely x is in class a. Asked for is p(a|x)."),
        0.1: ("prior", "That is the prior p(a), before x was seen."),
        43.75: ("percent", "That is the percentage. Divide by 100: a probability is at most 1."),
        0.4: ("rounded", "That may be rounded too far: give at least two decimals."),
        7 / 9: ("odds", "That is the odds of a against b, 0.07 / 0.09. Divide by the sum of both."),
    },
    why="0.07 against 0.09, so 0.07 / 0.16 = 0.4375. The likelihood favors a by seven to one, the "
        "prior b by nine to one, and the prior wins.",
    hints=[
        "Two products first, one for each class: likelihood times prior.",
        "They are 0.7 · 0.1 for a, and 0.1 · 0.9 for b. Their sum is p(x).",
        "0.07 / (0.07 + 0.09)",
    ],
)

FILLED_IN = Question(
    name="01.answers.1.6", title="a missing coordinate by hand", answer=4.2,
    wrong={
        3.0: ("ignores_what_is_known", "That is the mean of x₂ before x₁ was seen, which is 4 "
            "above its mean."),
        7.8: ("not_divided_by_variance", "You added the covariance times the surprise, 1.2 · 4. "
            "Divide by the variance of x₁, 4."),
        5.4: ("divided_by_deviation", "You divided by 2, the standard deviation of x₁. Divide by "
            "its variance, 4."),
        11.0: ("divided_by_wrong_variance", "You divided by the variance of x₂. The variance of "
            "what is known, x₁, belongs there: 4."),
        1.2: ("mean_forgotten", "That is how far the mean moves. Add the mean it starts from, 3."),
        0.24: ("variance", "That is the variance of x₂ given x₁, 0.6 − 1.2² / 4. Give its mean."),
        1.8: ("sign", "The covariance is positive, so x₂ moves up with x₁. You moved it down."),
        7.2: ("mean_not_subtracted", "You multiplied x₁ itself by 1.2 / 4. Multiply 14 − 10."),
    },
    why="3 + (1.2 / 4) · (14 − 10) = 4.2: the slope is covariance over variance.",
    hints=[
        "x₁ is 4 above its mean. How much of that does x₂ follow?",
        "The slope is the covariance divided by the variance of what is known: 1.2 / 4.",
        "3 + 1.2 / 4 · (14 − 10)",
    ],
)

SURPRISE = Question(
    name="01.answers.1.7", title="how far out is one in a million",
    answer=math.sqrt(2 * math.log(1e6)),
    wrong={
        2 * math.log(1e6): ("not_rooted", "That is r². Take its square root."),
        math.sqrt(math.log(1e6)): ("half_missing", "You solved exp(−r²) = 10⁻⁶. In the exponent "
            "stands r²/2, as in the Gaussian."),
        math.log(1e6): ("not_rooted", "That is r²/2. Multiply by 2 and take the square root."),
        4.892: ("one_dimension", "That is the answer in one dimension, both tails. In the plane "
            "the tail is exp(−r²/2)."),
        4.753: ("one_dimension", "That is the answer in one dimension, one tail. In the plane the "
            "tail is exp(−r²/2)."),
        math.sqrt(2 * 6): ("decimal_log", "You took the logarithm to base 10. The exponential is "
            "undone by the natural one: log 10⁶ = 13.8."),
    },
    why="r = √(2 · 13.8) = 5.26 standard deviations. It is not far: a point can be one in a "
        "million and still lie within a hand's breadth of the data in the plot.",
    hints=[
        "Solve exp(−r²/2) = 10⁻⁶ for r.",
        "Take the natural log of both sides: r²/2 = 6 · log 10 = 13.8.",
        "`(2 * math.log(1e6)) ** 0.5`",
    ],
)

REVIEW = [
    choice(
        "01.answers.1.9", "which distribution each models",
        {
            "a": ("Both model p(x, y); a discriminative model has more parameters. Tasks: "
                "detection, tracking.", "same_distribution",
                "A discriminative model leaves out the distribution of x."),
            "b": "A discriminative model learns p(y|x), a generative one p(x) or p(x, y). Tasks: "
                "labeling a scene; drawing one.",
            "c": ("A discriminative model learns p(x|y), a generative one p(y|x). Tasks: drawing a "
                "face; naming it.", "turned_round", "The two are exchanged: p(y|x) is what a "
                "classifier gives."),
            "d": ("A discriminative model needs labels and a generative one must not use any. "
                "Tasks: labeling; clustering.", "labels", "Your class Gaussians were generative "
                "and used labels. What is modeled makes a model generative."),
        },
        why="And p(x, y) = p(x|y) p(y) gives p(y|x) by Bayes' rule; p(y|x) never gives p(x).",
        hints=[
            "What did `sample_joint` need that logistic regression does not have?",
            "A model that can draw x must know how x is distributed.",
            "Classifier: y given x. Generative: x alone, or x with y.",
        ],
    ),
    choice(
        "01.answers.1.10", "sure, and far away",
        {
            "a": ("The road bends left with a probability of 99.9 %, whatever the density says.",
                "trusts_the_classifier", "That holds for inputs like the training ones. This one "
                "is not."),
            "b": ("The road does not bend left: the low density contradicts the classifier.",
                "density_as_classifier", "The density says nothing about the direction, only that "
                "such inputs were not seen."),
            "c": ("The density is wrong, since the classifier has no doubt.",
                "confidence_as_evidence", "The classifier was never asked how usual x is. It has "
                "to split 100 % among its classes wherever it stands."),
            "d": "The input is unlike what both were trained on, so the 99.9 % is no evidence.",
        },
        why="p(y|x) compares classes at a given x; p(x) tells whether such an x was seen.",
        hints=[
            "Two different questions are being answered. Which?",
            "One says which class is the better one *given* x, the other how usual x is.",
            "Neither contradicts the other, and one makes the other worthless here.",
        ],
    ),
    choice(
        "01.answers.1.11", "why a classifier turned round draws no digit",
        {
            "a": "p(y|x) only compares classes; nothing in it says which x occur.",
            "b": ("Too few steps: with enough of them, log p(x) would reach that of real digits.",
                "more_steps", "More steps raise the logit further and draw the strokes that this "
                "classifier looks for; the table you printed shows that log p(x) does not follow."),
            "c": ("The classifier is too weak: a perfect one would draw a digit.",
                "better_classifier", "A classifier that is right on every digit is still free to "
                "say anything away from them, since no training image lies there."),
            "d": ("The classifier was trained with labels.", "labels",
                "The class Gaussians used the same labels, and they do draw digits. What is "
                "modeled is the difference."),
        },
        why="There are far more images that a classifier calls a 3 than there are threes, and "
            "nothing in p(y|x) tells them apart.",
        hints=[
            "Which quantity did the climb raise, and which one did you print beside it?",
            "The climb raised p(3|x). The log-density said it was no digit.",
            "What does p(y|x) know about p(x)?",
        ],
    ),
]

PREDICTIONS = [
    Prediction(
        name="01.boundaries",
        question="Two classes, each a cloud of its own width and slant. What does the boundary "
            "between them look like?",
        options={
            "Logistic regression a line, the class Gaussians a curve.": "Yes. The log of a "
                "Gaussian is quadratic in x, and where two of them meet there is a conic: part of "
                "an ellipse, a parabola or a hyperbola. With equal covariances the squares would "
                "cancel and a line would remain.",
            "Both models draw a straight line.": "Logistic regression does: p(y|x) = ½ where a "
                "linear function of x is 0. The class Gaussians do so only if both have the same "
                "covariance, and these have not.",
            "Both draw a curve that follows the data.": "A network with hidden layers might. "
                "Logistic regression is linear in x, so its boundary is a line.",
        }, right="a",
    ),
    Prediction(
        name="01.far_away",
        question="How sure will the classifier be of a point far outside of anything it has seen?",
        options={
            "Near 50 %: it has no idea there.": "That would be sensible, and nothing in the "
                "training asks for it. Run the cell.",
            "Less sure than among the data.": "It is unsure near the boundary alone. Run the cell.",
            "Surer than among the data.": "Yes: the logit is linear in x, so it grows with the "
                "distance from the boundary, and far from it the classifier is as sure as can be. "
                "(Only along the boundary would a far point leave it unsure.)",
        }, right="c",
    ),
    Prediction(
        name="01.roads",
        question="The classifier has seen sunny highways only. What will it make of night, rain "
            "and snow?",
        options={
            "It will be unsure, and say so.": "For some scenes. Nothing asks it to be; look at the "
                "share of scenes on which it is above 99 %.",
            "It will be as good as on sunny highways.": "The bend of the road looks the same to "
                "you in the dark. The numbers below say what it looks like to the classifier.",
            "It will often be sure, and wrong more often.": "Yes. Compare its errors among the "
                "scenes where it is above 99 %: sunny ones against rare ones.",
        }, right="c",
    ),
    Prediction(
        name="01.turned_round",
        question="You climb from noise until the classifier is above 99 % sure of a 3. What will "
            "you see?",
        options={
            "A 3, perhaps a blurred one.": "That is what one hopes. The classifier was never asked "
                "to know what a 3 looks like.",
            "Noise, with a faint trace of a 3 at best.": "Yes. A little change in many pixels "
                "moves the logit a lot.",
            "The 3 of the training set that is nearest to the noise.": "Nothing in the climb knows "
                "a training image: it sees the weights alone.",
        }, right="b",
    ),
]
# fmt: on
