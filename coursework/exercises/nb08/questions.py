"""Questions of notebook 08: typed answers among its sections, and those at its end."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

_QUESTIONS = [
    Question("08.answers.8.4", "a gap by hand", 0.3 / math.log(2), wrong={
        0.3: ("no_entropy", "That is the difference in nats. Divide it by the entropy, so that "
            "factors can be compared."),
        0.4 / math.log(2): ("best_minus_worst", "You took the third latent. The gap is to the "
            "second best."),
        0.35 / math.log(2): ("best_minus_mean", "You took the mean of the other two. The gap is to "
            "the second best."),
        0.5 / math.log(2): ("no_second", "That is what the best latent knows. Subtract what the "
            "second knows."),
        0.2 / math.log(2): ("second", "That is the share that the second latent knows."),
        0.3 * math.log(2): ("times_entropy", "You multiplied by the entropy. Divide by it."),
    }, why="(0.5 − 0.2)/0.693 = 0.433. The third latent doesn't matter, and all three together may "
        "know more than any of them.",
        hints=["Which two of the three numbers count?", "The largest and the second largest.",
            "(0.5 − 0.2) / 0.693."]),
    Question("08.answers.8.5", "a bargain", 20.0, wrong={
        45.0: ("product", "You multiplied. At which β do 1.5 nats of rate cost 30?"),
        0.05: ("upside_down", "Upside down: distortion saved over rate spent."),
        28.5: ("difference", "That is what is left at β = 1. What is left becomes 0 at a larger "
            "β."),
        30.0: ("saved", "That is what is saved. What is spent costs β for each nat."),
    }, why="30/1.5 = 20: at β = 20 the 1.5 nats cost 30. Above that price the loss is lower "
        "without the detail, whatever it means to you.",
        hints=["What do 1.5 nats of rate cost, at weight β?",
            "1.5 β. When is that as much as what is saved?", "30 / 1.5."]),
    Question("08.answers.8.6", "β in disguise", 0.2, wrong={
        0.4: ("not_squared", "σ occurs squared: 2σ² has to become 4 times as large, so σ grows by "
            "less than 4."),
        0.05: ("smaller", "The other way: a larger β lets the picture be worse, and so does a "
            "larger σ."),
        0.025: ("smaller_and_not_squared", "The other way, and squared: a larger β lets the "
            "picture be worse, and so does a larger σ."),
        0.04: ("variance", "That is σ². Take its square root."),
        0.1: ("same", "With the same σ and β = 1 it is another loss: the rate has a quarter of the "
            "weight."),
    }, why="Divide our loss by 4: ‖x − x̂‖²/(2 · 4 · 0.1²) + KL, and 4 · 0.1² = 0.2². So a β has "
        "no meaning without its σ, nor a σ without its β. A mean over pixels hides β once more.",
        hints=["Divide the whole loss by β. The minimum stays where it is.",
            "Then the distortion has 2βσ² below the line.", "√4 · 0.1."]),
    Question("08.answers.8.7", "three parts of a KL", 3.1, unit="nats", wrong={
        25.3: ("added", "The KL is the whole, and what the code knows is a part of it: subtract."),
        11.1: ("knows", "That is the first part, I(x; z)."),
        0.0: ("each_normal", "That each latent by itself is N(0, 1) makes the third part 0. "
            "Together they need not be independent."),
        14.2: ("whole", "That is the whole KL."),
    }, why="14.2 − 11.1 − 0 = 3.1. Every latent by itself looks like the prior, and together they "
        "are 3.1 nats from independent.",
        hints=["Three parts add up to the mean KL.",
            "The third part is 0 here, since each latent is N(0, 1).", "14.2 − 11.1."]),
    Question("08.answers.8.10", "the length halfway", 2.5, wrong={
        3.5: ("mean_length", "That is the mean of the lengths, where the arc goes. The straight "
            "line cuts through the inside."),
        5.0: ("sum", "That is the length of the sum. Halfway is half of it."),
        0.5: ("opposite", "That would be so for opposite codes. These stand at a right angle."),
        6.25: ("squared", "That is the squared length. Take its root."),
        12.5: ("half_of_square", "That is half of 3² + 4². Take the root first, then half."),
    }, why="½√(3² + 4²) = 2.5: shorter than either of the two.",
        hints=["Pythagoras: how long is z₀ + z₁?", "√(9 + 16), and halfway is half of the sum.",
            "√25 / 2."]),
    choice("08.answers.8.16", "when a smile that stays counts", {
        "a": "That the smile is in the code at all.",
        "b": ("That the rate is as small as it should be.",
            "rate", "A small rate is the reason to doubt it: what costs no rate isn't encoded."),
        "c": ("That the latent is N(0, 1) over all faces.", "normal", "That says how the latent is "
            "spread, and nothing about smiles. Could this model draw a smile if it wanted to?"),
        "d": ("That the loss is lower than it was at β = 1.",
            "loss", "Losses with different β are different losses."),
    }, why="Right. A code without a smile leaves the mouth as it is, whatever you turn. Read the "
        "smile from the decoded pictures first.",
        hints=["How would a model behave that can't draw smiles?",
            "It would keep the mouth as it is for every latent.",
            "So what must be measured besides the movement?"]),
    choice("08.answers.8.17", "whom a larger β hits first", {
        "a": ("The one that means least to the people who look at the faces.",
            "meaning", "The loss knows nothing about meaning: it counts pixels."),
        "b": ("The one with the smallest entropy, since it has least to lose.",
            "entropy", "A factor with a small entropy is cheap to encode. How much distortion does "
            "it save?"),
        "c": ("The one that shares its latent with another factor of the face.",
            "shares", "Sharing a latent doesn't make a factor cheaper or more expensive by "
            "itself."),
        "d": "The one that saves the least distortion for each nat of rate.",
    }, why="Right. A smile is a few pixels of the mouth. If what you care about changes few "
        "pixels, put it into the distortion; β can't do that.",
        hints=["What does it cost to encode a factor, and what does it save?",
            "Distortion saved, against β times rate spent.",
            "Compare the factors by what they save for each nat."]),
    choice("08.answers.8.18", "the floor of a mutual information", {
        "a": "Nothing that this table could show.",
        "b": ("3.6 % of it.", "taken_at_face", "Shuffled smiles belong to other faces and show as "
            "much. So counting 2,000 faces in 400 bins gives that much by chance."),
        "c": ("Less than nothing: −0.1 % of its entropy.",
            "negative", "A mutual information is never negative. The difference is chance."),
        "d": ("All of it, hidden by the way it is coded.", "hidden", "It may be hidden in several "
            "latents together. This number is no evidence of that."),
    }, why="Right. An estimate of a mutual information from counts is too high on average, so "
        "compare with a factor that no code can know.",
        hints=["What can a code know about somebody else's smile?",
            "Nothing. And what does the table show for it?", "About the same."]),
    choice("08.answers.8.19", "the factorized prior", {
        "a": ("Nothing: the KL of every face to this prior is kept as small as it can be in "
            "training.", "nothing", "Then the shuffled codes and the codes would have been alike. "
            "They were about a nat or more apart."),
        "b": "It holds for draws from the prior; the codes of data may depend on each other.",
        "c": ("The prior isn't diagonal any more once the encoder has been trained.",
            "not_diagonal", "N(0, I) is diagonal, and training doesn't touch it. The question is "
            "whose distribution it is."),
        "d": ("It holds for the codes of data, and not for draws from the prior.",
            "other_way", "The other way round."),
    }, why="Right. Codes of data have the average of all clouds, which the prior doesn't fix. Its "
        "independence is one of three parts of the KL, and it is traded for distortion like the "
        "other two.",
        hints=["Whose distribution is the prior?",
            "Of codes that are drawn, not of codes that faces get.",
            "What is the distribution of the codes of faces?"]),
    choice("08.answers.8.20", "turning the code", {
        "a": "What single latents mean, and nothing about the faces.",
        "b": ("The pictures that are decoded from draws of the prior.",
            "pictures", "N(0, I) looks the same from every side, and the decoder turns back."),
        "c": ("The likelihood that the model gives to the data it has seen.",
            "likelihood", "p(x) averages over all codes from the prior. Turning them changes "
            "nothing in it."),
        "d": ("How much the whole code knows about a picture.",
            "information", "A rotation can be undone, so nothing is lost."),
    }, why="Right. So no score of the pictures can tell which of these codes has the better axes. "
        "You need the factors.",
        hints=["What does N(0, I) look like after a rotation?",
            "The same. And what does the new decoder draw?",
            "The same faces. So what is left that could differ?"]),
    choice("08.answers.8.21", "a direction that is no axis", {
        "a": ("The reader is fooled: the smiles that it reads aren't in the pictures.",
            "fooled", "You see the smile in the rows, too."),
        "b": "What both means share cancels, and a direction need not lie along an axis.",
        "c": ("The smile vector is one of the latents, and the others don't matter.",
            "axis", "How much of its length lies in one latent changes with the seed, and it works "
            "either way."),
        "d": ("At β = 1 the code is a copy of the pixels, so that sums of codes are sums of faces.",
            "copy", "3,072 pixels don't fit into six numbers."),
    }, why="Right. Head, skin and light are alike in both means; what is left is the smile. But it "
        "took labels: somebody had to say which faces smile. Axes that mean something by "
        "themselves would need none.",
        hints=["What do the mean of the smiling and the mean of the serious faces have in common?",
            "Everything but the smile. What does subtracting do to it?",
            "Does the difference have to be a column of the code?"]),
]  # fmt: skip

FAULTS = {  # the fault, the sign by which it is ruled out, and what is said when it is right
    "a": ("ends normalized to length 1", "With normalized ends every code has length 1, the ends "
        "included.",
        "Right: all lengths are 1, so it doesn't even begin at z₀. The directions are right."),
    "b": ("an end left out", "With an end left out the last code falls short of 90°.",
        "Right: five codes, and none of them is z₁."),
    "c": ("it goes straight", "On a straight walk the lengths dip in the middle, and the angle "
        "grows by unequal steps.", "Right: halfway it is shorter than at either end."),
    "d": ("it goes from z₁ to z₀", "A walk from z₁ to z₀ begins with the length of z₁, 5, and at "
        "90° from z₀.", "Right: the same arc, the other way."),
    "e": ("the length of z₀ all the way", "With the length of z₀ all the way every code has length "
        "3.",
        "Right: it begins at z₀, turns evenly, and never gets to z₁, whose length is 5."),
}  # fmt: skip
ORDER = "aec"  # the faults of walks A to C, in the notebook's seeded order


def _walk(key: str, name: str, fault: str) -> Question:
    _, sign, why = FAULTS[fault]
    options = {
        letter: text if letter == fault else (text, f"fault_{letter}", sign)
        for letter, (text, sign, _) in FAULTS.items()
    }
    hints = [
        "Lengths should go 3, 3.5, 4, 4.5, 5 and angles 0°, 22.5°, 45°, 67.5°, 90°.",
        "Are the two ends right? Then look at what lies between them.",
        sign,
    ]
    return choice(f"08.answers.{key}", f"the fault of walk {name}", options, why, hints)


_QUESTIONS += [
    _walk(f"8.{11 + place}", name, fault)
    for place, (name, fault) in enumerate(zip("ABC", ORDER, strict=True))
]
QUESTIONS = {question.key: question for question in _QUESTIONS}
