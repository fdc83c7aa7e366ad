"""Typed answers of notebook 11."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    Question(
        name="11.answers.11.2", title="where the circling stops", answer=1.0,
        wrong={
            0.5: ("product", "½ is the size of the entries beside the diagonal. The root γ² − 1 "
                "under the eigenvalues must not be negative."),
            0.25: ("square_of_half", "¼ is the determinant. The eigenvalues are real where γ² ≥ 4 "
                "· ¼."),
            2.0: ("discriminant_off", "At γ = 2 the eigenvalues have long been real. Which γ is "
                "the first with γ² − 1 ≥ 0?"),
            4.0: ("step_bound", "4γ is a bound on the step size. Here the question is when the "
                "eigenvalues lose their imaginary part."),
            0.0: ("without_damping", "At γ = 0 the eigenvalues are ±½i: that is a circle."),
            -1.0: ("sign", "γ damps only if it is positive. γ² − 1 has two roots: take that one."),
        },
        why="The eigenvalues are −γ/2 ± ½√(γ² − 1): real from γ = 1 on, both −½ there. More γ "
            "makes one of them slower again, −0.09 at γ = 3. More damping isn't faster.",
        hints=["The eigenvalues solve λ² + γλ + ¼ = 0.",
               "They are −γ/2 ± ½√(γ² − 1). When is the root real?",
               "γ² = 1."],
    ),
    Question(
        name="11.answers.11.4", title="what noisy labels do to a sure D",
        answer=math.log(0.1 / 0.9),
        wrong={
            math.log(0.9 / 0.1): ("turned", "That is the logit of 0.9. Among fakes, one in ten is "
                "labeled real: D should say 0.1."),
            0.1: ("probability", "That is D. Its logit is asked for, log(D / (1 − D))."),
            math.log(0.1): ("log_of_d", "That is log D. The logit is log(D / (1 − D))."),
            math.log(0.9): ("log_of_rest", "That is log 0.9. The logit is log(0.1 / 0.9)."),
            0.9: ("other_probability", "That is 1 − D. The logit of D = 0.1 is asked for."),
            0.0: ("undecided", "0 is the logit of ½, for labels that say nothing at all."),
        },
        why="−2.2, and no further: a D that says less pays for the one fake in ten that is labeled "
            "real. The slope of log(1 − D) there is −0.1, and not 0. One-sided smoothing changes "
            "the label of real points only: for points that are surely fake the best logit "
                "stays −∞.",
        hints=["Of the points at such a place, which share is labeled real?",
               "One in ten, so the best D there is 0.1.",
               "log(0.1 / 0.9)"],
    ),
    Question(
        name="11.answers.11.9", title="the slope that a penalty allows", answer=1.3,
        wrong={
            1.0: ("exactly_1", "1 is where the penalty is 0. A little steeper, the estimate "
                "W · s gains more than the penalty λ(s − 1)² takes."),
            1.6: ("factor_2", "The derivative of λ(s − 1)² is 2λ(s − 1). Divide W by 2λ, not "
                "by λ."),
            0.3: ("without_1", "That is how far above 1 the slope is."),
            0.6: ("w_over_lambda", "That is W/λ. Set W − 2λ(s − 1) = 0."),
            7.8: ("estimate", "That is the critic's estimate, slope times W. The slope alone is "
                "asked for."),
            0.7: ("sign", "A slope below 1 has a penalty and a smaller estimate. The critic goes "
                "*above* 1."),
            4.0: ("lambda_is_1", "That is the slope for λ = 1."),
            31.0: ("lambda_is_a_tenth", "That is the slope for λ = 0.1."),
        },
        why="s = 1 + W/(2λ) = 1.3, and the critic estimates 1.3 · 6 = 7.8 for a W1 of 6. So the "
            "estimate is W1 only for λ large beside W: close to the end of training, not at its "
            "start.",
        hints=["The estimate is s·W, the penalty λ(s − 1)². Where is their difference largest?",
               "Set the derivative to 0: W − 2λ(s − 1) = 0.",
               "s = 1 + 6/20."],
    ),
    choice(
        "11.answers.11.11", "the fault of the run", {
            "a": ("The generator is too fast for its critic.", "too_fast",
                "In this run the generator stands still, so it can't outrun the critic."),
            "b": ("λ is too small.", "small_lambda", "A small λ gives slopes above 1, by W/(2λ). "
                "And in no run would they grow without a bound."),
            "c": "The penalty has no gradient: `create_graph=True` is missing.",
            "d": ("The fakes are not detached.", "undetached", "Then G's `.grad` would not be "
                "empty after the critic's update. It is."),
            "e": ("The penalty is taken at the real points.", "at_real", "Then the slope there "
                "would be near 1. It is as large as everywhere else."),
        },
        why="Right. The printed penalty is large, and the critic doesn't react to it: its slope "
            "grows as if λ were 0, since no gradient leads from that number back to the weights.",
        hints=["The penalty that is printed is large. What would the critic do if it felt it?",
               "Which of the five gives a right number that moves nothing?",
               "A penalty without a graph."],
    ),
    choice(
        "11.answers.11.12", "which remedy first", {
            "a": ("Change the loss to WGAN-GP with λ = 10.", "wgan_gp", "In the matrix it harmed "
                "the healthy run, and what helped the collapsed one was its five critic steps."),
            "b": ("One-sided label smoothing.", "smoothing",
                "Look at its row: in the first column nothing changes."),
            "c": "Let D learn faster, or more often.",
            "d": ("Bound D's slope, by R1 or spectral normalization.", "bound_the_slope",
                "That helps where D is too far ahead. Here it is behind: look at the first "
                    "column."),
        },
        why="Right. G outruns D here, so help D: raise its rate or its number of steps, and if "
            "that isn't enough, let it see several samples at once. "
            "Bounding D helps against the opposite failure.",
        hints=["Who is ahead in this run, D or G?",
               "Look at the first column of the matrix: which rows have all four dots on the "
                   "right?",
               "D 10 × faster, 5 D steps, feature matching, minibatch sd."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
