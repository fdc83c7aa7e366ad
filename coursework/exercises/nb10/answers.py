"""Typed and chosen answers of notebook 10."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    Question(
        name="10.answers.10.2", title="fidelity of a model that doesn't listen", answer=0.1,
        wrong={
            0.0: ("never", "Now and then it is asked for the very digit that it draws."),
            0.2: ("two_of_ten", "Two labels of ten can be met, and each of them only half of the "
                "time: 0.2 · ½."),
            0.5: ("half", "That is the share of ones among its pictures. How many of those were "
                "asked to be ones?"),
            0.05: ("one_digit", "That counts the ones alone. The sevens are right as often."),
            0.01: ("both_by_chance", "The label asked for is one of ten, and the picture either "
                "fits it or not: no second tenth."),
            1.0: ("all", "It never looks at the label."),
        },
        why="Whatever it draws, one label of ten fits: ½ · 0.1 + ½ · 0.1 = 0.1. So chance is 0.1 "
            "for any model that ignores the label, good samples or bad ones.",
        hints=["Half of its pictures are ones. Which share of those was asked for a one?",
               "A tenth, since labels are asked for equally often. And of the sevens?",
               "½ · 0.1 + ½ · 0.1"],
    ),
    choice(
        "10.answers.10.6", "why a wide code refuses its label", {
            "a": ("The decoder is too small to use a label and 16 numbers.", "capacity",
                "The same decoder obeys where β is 4. Nothing in it was made larger."),
            "b": "The code holds the class too, and in training the two always agree.",
            "c": ("The labels of the training set are wrong more often for a wide code.", "labels",
                "All codes were trained on the same labels."),
            "d": ("The prior is not N(0, I) any more.", "prior",
                "Samples are drawn from N(0, I) as before. What a drawn code says about the class "
                "has changed."),
        },
        why="Right. Code and label never disagreed, so the loss never said which to follow. "
            "A drawn code looks like the code of *some* class, most likely not the one asked for. "
            "A narrow or an expensive code (β = 4) leaves more of the class to the label.",
        hints=["Look at the second curve: what rises while fidelity falls?",
               "In training the code comes from an image of class y, and y stands beside it. Could "
               "they ever disagree?",
               "They never do in training, and they do when you draw z from the prior."],
    ),
    Question(
        name="10.answers.10.7", title="the best D on a pair that fits", answer=2 / 3, rtol=0.01,
        wrong={
            0.5: ("not_told", "That is the best D that is *not* told the label. Told, it knows "
                "that fakes spread over four pairs and data over two."),
            1 / 3: ("upside_down", "That is the probability of fake. D is P(real)."),
            1.0: ("sure", "G makes this pair as well, a quarter of the time, so D can't be sure."),
            2.0: ("ratio", "That is the ratio of the two probabilities. D* = p/(p + q)."),
            0.25: ("of_g", "That is how often G makes this pair."),
            0.75: ("sum", "That is p + q. D* = p/(p + q)."),
            0.8: ("one_in_eight", "G makes this pair a quarter of the time: the label is 0 in half "
                "of all cases, and the image A in half of those."),
        },
        why="p = ½ and q = ¼, so D* = ½ / ¾ = 2/3. D earns more than a coin, and G can only take "
            "that away by listening.",
        hints=["How often does the pair (A, 0) occur in the data? How often among the fakes?",
               "½, and ½ · ½ = ¼.",
               "D* = p/(p + q) = ½ / (½ + ¼)"],
    ),
    choice(
        "10.answers.10.10", "the fault of the run that is too good", {
            "a": ("D is never told the label.", "d_not_told",
                "Then D's logit wouldn't change when you change the label. Examine `D`."),
            "b": ("Samples are drawn with half of the noise.", "half_the_noise",
                "That raises fidelity and narrows the classes, too. But her noise has its full "
                "size: examine `noise`."),
            "c": ("Labels of real points are shuffled.", "reals_shuffled",
                "Then a real point would get the same logit with its own label as with another "
                "one. Examine `D`."),
            "d": "In D's update, fakes are judged with the labels of the real batch.",
            "e": ("In G's update, fakes are judged with labels that they weren't made for.",
                "g_misjudged", "Then G would learn to ignore its label, and fidelity would be at "
                "chance, 0.25."),
        },
        why="Right. Both networks listen, and still the classes are cleaner than those of the "
            "data, and too narrow. D has compared real pairs with pairs that don't fit, instead of "
            "with what G makes, so G is rewarded for being more and more typical of its class.",
        hints=["Three of the five bring fidelity down to chance, 0.25. Hers is at 0.98: two are "
               "left.",
               "One of the two shows in `noise`, and `G` and `D` both react to the label.",
               "What is left is a wrong label where it does no harm to fidelity: "
               "in D's fake half."],
    ),
    choice(
        "10.answers.10.11", "which of two models to trust", {
            "a": ("A, since 0.99 is more than 0.93.", "fidelity_alone",
                "Real digits have 0.97. A beats reality, and a picture book of ten digits "
                "would beat A."),
            "b": ("B, since its spread is closer to 1, whatever its fidelity is.", "spread_alone",
                "A model that ignores the label has a large spread as well: all classes are "
                "mixed."),
            "c": ("Neither can be judged without the Fréchet distance.", "frechet",
                "It compares means and covariances over all classes, so it wouldn't notice "
                "swapped labels at all."),
            "d": "B: it loses little fidelity, and keeps much more of the variety.",
        },
        why="Right. A's classes have lost most of their variety. The two numbers are gamed in "
            "opposite ways: pictures all alike raise the first and lower the second, ignored "
            "labels do the reverse. Report both beside those of real data.",
        hints=["What are the two numbers of real digits?",
               "Which model of this notebook had a fidelity of 1, and what was its spread?",
               "Ten fixed pictures: fidelity near 1, spread 0."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
