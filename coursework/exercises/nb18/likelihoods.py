"""Questions on what a model describes: objective 1."""

from __future__ import annotations

from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import choice, number, shown

SYSTEMS = {  # what it does: (the distribution, what it can do with it)
    "takes a photo of a road and returns a probability for each of 40 traffic signs": "p(y|x)",
    "takes the name of a dish and draws ever new photos of that dish": "p(x|y)",
    "takes no input and draws ever new photos of faces, whoever they belong to": "p(x)",
    "draws a bird's name together with a photo of a bird of that name": "p(x, y)",
}
REPLIES = {
    "p(y|x)": "That one goes from a picture to a label, as a classifier does.",
    "p(x|y)": "That one draws a picture for a label that it is given.",
    "p(x)": "That one knows pictures and no labels.",
    "p(x, y)": "That one knows pairs: it draws the label as well as the picture.",
}
KINDS = {
    "p(y|x)": "label_given_picture",
    "p(x|y)": "picture_given_label",
    "p(x)": "pictures_alone",
    "p(x, y)": "pairs",
}


def which_distribution(rng: Random) -> Question:
    """18.1: a system is described; which distribution does it model?"""
    system = rng.choice(list(SYSTEMS))
    right = SYSTEMS[system]
    wrong = [(f"${p}$", KINDS[p], REPLIES[p]) for p in REPLIES if p != right]
    return choice(
        rng, "18.1", "which distribution a system models",
        f"A system {system}. With $x$ for a picture and $y$ for its label: which distribution does "
        "it model?",
        f"${right}$", wrong,
        why=f"Right. Behind the bar stands what it is given, before it what it returns: {right}. "
            + ("It is discriminative." if right == "p(y|x)" else "It is generative: it draws x."),
        hints=["What is the system given, and what does it return?",
               "What it is given stands behind the bar; with no input there is no bar.",
               "Only one of the four has both sides as this system has them."],
    )  # fmt: skip


def class_by_bayes(rng: Random) -> Question:
    """18.2: P(class a | x) from two densities and a prior."""
    prior = rng.choice((0.1, 0.2, 0.25, 0.4))
    dense, thin = rng.choice((0.6, 0.8, 0.9)), rng.choice((0.1, 0.15, 0.3))
    joint, other = prior * dense, (1 - prior) * thin
    right = joint / (joint + other)
    return number(
        "18.2", "a class from two densities",
        f"A photo shows shoes or bags. Of all photos {prior:.0%} show shoes. A generative model "
        f"gives this photo $p(x\\mid\\text{{shoes}}) = {dense}$ and $p(x\\mid\\text{{bags}}) = "
        f"{thin}$. "
        "What is the probability that it shows shoes?".replace("%", " %", 1),
        right,
        {
            "prior_forgotten": (dense / (dense + thin), "You left the prior out: shoes and bags "
                "are not equally frequent."),
            "other_class": (1 - right, "That is the probability of bags."),
            "joint": (joint, "That is p(x, shoes). Divide by p(x), the sum over both classes."),
            "prior_alone": (prior, "That is the share of shoes before the photo is seen."),
            "evidence": (joint + other, "That is p(x), what you divide by."),
            "odds": (joint / other, "Those are the odds, shoes to bags. As a probability: over "
                "the sum of both."),
            "priors_swapped": ((1 - prior) * dense / ((1 - prior) * dense + prior * thin),
                "The two priors have changed places."),
        },
        why=f"{prior} · {dense} = {shown(joint)} for shoes, {shown(1 - prior)} · {thin} = "
            f"{shown(other)} for bags; {shown(joint)} of {shown(joint + other)} is {right:.3f}.",
        hints=["Bayes: p(y|x) is proportional to p(x|y) p(y).",
               "Work out p(x|y) p(y) for both classes, and divide one by the sum.",
               f"{prior} * {dense} over itself plus {shown(1 - prior)} * {thin}."],
    )  # fmt: skip
