"""Typed answers of notebook 06 that stand among its sections."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    Question(
        name="06.answers.6.2", title="the loss of a D that is sure and blind",
            answer=-math.log(0.9) - math.log(0.1),
        unit="nats",
        wrong={
            math.log(0.9) + math.log(0.1): ("value", "That is the value V. The loss is −V."),
            -math.log(0.9): ("real_half", "That is what it costs on real images. It says 0.9 to "
                "fakes as well, which adds −log(1 − 0.9)."),
            -math.log(0.1): ("fake_half", "That is what it costs on fakes. Real images cost "
                "something, too: −log 0.9."),
            -2 * math.log(0.9): ("fakes_as_real", "For fakes the loss is −log(1 − D) = −log 0.1."),
            -2 * math.log(0.1): ("reals_as_fake", "For real images the loss is −log D, and D is "
                "0.9."),
            (-math.log(0.9) - math.log(0.1)) / 2: ("halved",
                "That is the mean of the two halves. They are added."),
            math.log(4): ("coin", "That is the loss of a coin, which says ½. This D says 0.9."),
            -0.9 * math.log(0.9) - 0.1 * math.log(0.1): ("weighted", "You weighted the two logs "
                "with 0.9 and 0.1, as in an entropy. Each half is a mean over its own points, and "
                "both count in full."),
            1.0: ("no_logs", "You added 0.9 and 0.1. The loss is made of logs."),
            0.09: ("product", "That is 0.9 · 0.1. Its −log is the loss."),
        },
        why="−log 0.9 − log 0.1 = 0.105 + 2.303 = 2.408. Of all D that say the same to everything, "
            "the one that says ½ has the smallest loss, log 4 = 1.386. Keep that number: a d_loss "
            "near it means that D can't tell real from fake.",
        hints=["What is −log D of a real image, if D says 0.9? And what is −log(1 − D) of a fake?",
               "Two halves, each a mean of equal numbers.",
               "−log 0.9 − log 0.1."],
    ),
    choice(
        "06.answers.6.3", "mixing two conventions", {
            "a": ("Nothing changes, since both texts describe one and the same game.", "same_game",
                "Each convention is a game by itself. Half of each is another game."),
            "b": "G is rewarded for fakes that are recognized as fake.",
            "c": ("D learns nothing, since its labels contradict each other.", "d_learns",
                "D learns as well as ever: it calls fakes 1. It is G that misreads it."),
            "d": ("The losses become infinite as soon as D is sure of a point.", "infinite",
                "Nothing crashes, which is why such a mistake is often found late."),
        },
        why="Right. G raises what D says of its images, and this D says how *fake* they are. "
            "Nothing crashes. The clinic has such a run: its samples stay where they began.",
        hints=["What does this D say of a fake it has recognized?",
               "G's loss −log D wants D(G(z)) to be large. What does this D mean by large?",
               "This D means: fake."],
    ),
    Question(
        name="06.answers.6.6", title="how many times as steep the other loss is", answer=99.0,
        wrong={
            0.99: ("one_slope", "That is the slope of the non-saturating loss. Divide it by that "
                "of the saturating one, D."),
            0.01: ("the_other_slope", "That is the size of the saturating slope. How many times "
                "does the other one fit that?"),
            100.0: ("rounded", "1/D is close. The slopes are 1 − D and D."),
            1 / 99: ("upside_down", "Upside down: the non-saturating loss is the steeper here."),
        },
        why="(1 − D)/D = 99. At D = ½ both are equally steep; above ½ the saturating one is "
            "steeper.",
        hints=["The slopes in the logit are −D and −(1 − D).",
               "Divide 1 − D by D.",
               "0.99 / 0.01."],
        rtol=0.002,
    ),
    choice(
        "06.answers.6.8", "what detach saves", {
            "a": ("G's weights: G is trained with D's loss on top of its own.", "always_wrong",
                "D's backward fills G's `.grad`; only an optimizer moves weights. Which "
                "`zero_grad()` comes before `opt_g.step()`?"),
            "b": ("D's weights: their gradient has the slope through G in it.", "d_wrong",
                "D's gradients don't depend on what happens in front of its input."),
            "c": "No weight comes out wrong; the longer backward costs time.",
            "d": ("Nothing comes out at all, since backward raises an error.", "raises",
                "Each update makes its own forward here, so no graph is used twice."),
        },
        why="Right. The check looks at the gradients for that reason. Where the zeroing is missing "
            "as well, G is trained with D's loss on top.",
        hints=["What does `d_loss.backward()` write into, if the graph runs on through G?",
               "Into G's `.grad`. Who reads it?",
               "`opt_g.step()`, after `opt_g.zero_grad()`."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
