"""Typed answers of notebook 06 that stand among its sections."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    Question(
        name="06.answers.6.2", title="what a habit costs", answer=-math.log(0.9) - math.log(0.1),
        unit="nats",
        wrong={
            math.log(0.9) + math.log(0.1): ("value", "That is the value V. The loss is −V."),
            -math.log(0.9): ("real_half", "That is what it costs on real images. It says 0.9 to "
                "fakes as well, and pays −log(1 − 0.9) for them."),
            -math.log(0.1): ("fake_half", "That is what it costs on fakes. Real images cost "
                "something, too: −log 0.9."),
            -2 * math.log(0.9): ("fakes_as_real", "For fakes it pays −log(1 − D) = −log 0.1."),
            -2 * math.log(0.1): ("reals_as_fake", "For real images it pays −log D, and D is 0.9."),
            (-math.log(0.9) - math.log(0.1)) / 2: ("halved",
                "That is the mean of the two halves. They are added."),
            math.log(4): ("coin", "That is what a coin pays, which says ½. This D says 0.9."),
            1.0: ("no_logs", "You added 0.9 and 0.1. The loss is made of logs."),
            0.09: ("product", "That is 0.9 · 0.1. Its −log is the loss."),
        },
        why="−log 0.9 − log 0.1 = 0.105 + 2.303 = 2.408. A D that can't tell pays more for being "
            "sure than for saying ½: of all that say the same to everything, the coin pays least, "
            "log 4 = 1.386. Keep that number: a d_loss near it means that D can't tell.",
        hints=["What is −log D of a real image, if D says 0.9? And what is −log(1 − D) of a fake?",
               "Two halves, each a mean of equal numbers.",
               "−log 0.9 − log 0.1."],
    ),
    choice(
        "06.answers.6.3", "mixing two conventions", {
            "a": ("Nothing, since both play the same game.", "same_game",
                "Each convention is a game by itself. Half of each is another game."),
            "b": "G is rewarded for being recognized as fake, and never comes to the data.",
            "c": ("D learns nothing.", "d_learns", "D learns as well as ever: it calls fakes 1. It "
                "is G that misreads it."),
            "d": ("The losses become infinite.", "infinite",
                "Nothing crashes, which is why such a mistake can live for long."),
        },
        why="Right. G raises what D says of its images, and this D says how *fake* they are. "
            "Nothing crashes. The clinic has such a run: its samples stay where they began.",
        hints=["What does this D say of a fake it has recognized?",
               "G's loss −log D wants D(G(z)) to be large. What does large mean to this D?",
               "Large means fake, to this D."],
    ),
    Question(
        name="06.answers.6.6", title="how much harder the other loss pulls", answer=99.0,
        wrong={
            0.99: ("one_slope", "That is the slope of the non-saturating loss. Divide it by that "
                "of the saturating one, D."),
            0.01: ("the_other_slope", "That is the size of the saturating slope. How many times "
                "does the other one fit that?"),
            100.0: ("rounded", "1/D is close. The slopes are 1 − D and D."),
            1 / 99: ("upside_down", "Upside down: the non-saturating loss pulls harder here."),
        },
        why="(1 − D)/D = 99. At D = ½ both pull alike; above ½ the saturating one pulls harder.",
        hints=["The slopes in the logit are −D and −(1 − D).",
               "Divide 1 − D by D.",
               "0.99 / 0.01."],
        rtol=0.002,
    ),
    choice(
        "06.answers.6.8", "what detach saves", {
            "a": ("G's weights come out wrong, always.", "always_wrong",
                "D's backward fills G's `.grad`; only an optimizer moves weights. Which "
                "`zero_grad()` comes before `opt_g.step()`?"),
            "b": ("D's weights come out wrong.", "d_wrong", "D's gradients don't depend on what "
                "happens in front of its input."),
            "c": "Nothing in the weights, as long as G's gradients are zeroed before its own "
                "backward; only time is lost.",
            "d": ("Backward raises an error.", "raises", "Each update makes its own forward here, "
                "so no graph is used twice."),
        },
        why="Right. The check looks at the gradients for that reason. Where the zeroing is missing "
            "as well, G is trained with D's loss on top.",
        hints=["What does `d_loss.backward()` write into, if the graph runs on through G?",
               "Into G's `.grad`. Who reads it?",
               "`opt_g.step()`, after `opt_g.zero_grad()`."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
