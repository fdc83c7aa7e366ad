"""Typed and chosen answers of notebook 15."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    choice(
        "15.answers.15.3", "what L1 paints of a small majority", {
            "a": ("Black on 55 % of the pictures, blond on the others.", "like_the_data",
                "That would be a draw for each picture. A network with one answer for each input "
                "draws nothing."),
            "b": "Black on every picture.",
            "c": ("A brown nearer to black than to blond, on every picture.", "mean",
                "That is L2's answer, the mean."),
            "d": ("A blurred mixture, since the network is unsure.", "blur",
                "The loss never asks how sure it is. At a majority of 55 % the median is a plain "
                "black."),
        },
        why="Right. The median of 55 zeros and 45 ones is 0. L1 follows the majority, however "
            "small it is, and says so with a sharp picture. How sharp a picture is tells nothing "
            "about how sure one may be.",
        hints=["Which constant has the least mean absolute error, if 55 of 100 values are 0 and "
               "45 are 1?",
               "`best_constant` knows: try it with such values.",
               "The median."],
    ),
    choice(
        "15.answers.15.7", "a picture to be measured", {
            "a": ("L1 with D, so that the pictures look like real photos.", "looks_real",
                "D asks for that. But with D the mean error was larger in every seed, and the "
                "contrast was right without it."),
            "b": ("D alone, without L1 to hold it back.", "d_alone",
                "Without L1, only the input that D sees ties the answer to this very face. Its "
                "error was more than three times that of L1, in every seed."),
            "c": ("L2 with D, since two losses see more than one.", "two_losses",
                "D still rewards what looks likely, and that is what costs accuracy here."),
            "d": "L1 alone: its error is the smallest.",
        },
        why="Right. Where one answer is right, a D can only add what looks likely. For a "
            "measurement that is an error; for a film it may be what you want.",
        hints=["Is there one right answer, or are there many?",
               "Which row of the table has the smallest error in every seed?",
               "D was worth something where many answers were right."],
    ),
    Question(
        name="15.answers.15.10", title="how many maps have a perfect cycle", answer=120.0,
        wrong={
            1.0: ("only_the_right_one", "Send every a to an e and every e to an a, and leave the "
                "rest: the way back exists too."),
            5.0: ("shifts", "Those are the five rotations. Any order of the five will do."),
            25.0: ("pairs", "That is the number of pairs. Two vowels can't go to the same one."),
            3125.0: ("all_maps", "That counts maps that send two vowels to one. From there no way "
                "leads back to both."),
            24.0: ("four", "That is 4 · 3 · 2 · 1. The first vowel has five places to go."),
            10.0: ("exchanges", "Those are the exchanges of two. More than two can change "
                "places, too."),
            119.0: ("wrong_ones", "That is how many of them are wrong. Asked for is how many have "
                "a perfect cycle, the right one included."),
            32.0: ("in_or_out", "Each vowel doesn't choose between two, but among those left."),
        },
        why="5 · 4 · 3 · 2 · 1 = 120 ways to send five vowels to five, each with a way back. To "
            "the judges they all look alike, since all five vowels are equally frequent. One of "
            "the 120 is right.",
        hints=["The first vowel can become any of five. How many are left for the second?",
               "One fewer for each further vowel.",
               "5 · 4 · 3 · 2 · 1"],
        rtol=0.002,
    ),
    choice(
        "15.answers.15.12", "what a low cycle error proves", {
            "a": ("The translation is right, at least for most pictures.", "right",
                "The faces with inverted skin had a low one, and so had the permuted vowels."),
            "b": ("The translation looks like the other kind.", "looks",
                "That is what the judges say. Two maps that do nothing have a cycle error of 0."),
            "c": "The way back finds what it needs in the translation.",
            "d": ("The networks are large enough.", "large",
                "Small ones may have it as well. It compares a with f(g(a)), nothing else."),
        },
        why="Right, and nothing more. Whether the translation is the right one needs a known "
            "pair, a known content, or a person who looks.",
        hints=["Which two things does it compare?",
               "a and f(g(a)). Does the right answer, b, occur?",
               "What would it be if both maps did nothing?"],
    ),
    choice(
        "15.answers.15.15", "the fault of the run with the lowest cycle error", {
            "a": ("The cycle weight is 0.", "no_cycle",
                "Then nothing would keep the cycle error low, and hers is the lowest of all."),
            "b": ("The maps want to be caught.", "caught",
                "Then points would run away from wherever the judges see a b. Examine `moved`."),
            "c": ("Only one direction of the cycle is in the loss.", "one_direction",
                "Then points would still arrive, as far as one sees. Examine `moved`."),
            "d": ("The judges are never updated.", "judges_asleep",
                "Then they couldn't tell translations from real points. Examine `judges`."),
            "e": "The loss compares g(a) with a, not f(g(a)).",
        },
        why="Right. The loss forbids any change, so both maps do next to nothing. Two maps that do "
            "nothing undo each other perfectly: the lowest cycle error of the notebook. And after so "
            "small a shift, a point that stays where it is still has its own corner nearest.",
        hints=["Where do her points end up? Examine `moved`.",
               "The judges see the difference clearly, and still nothing moves. Something holds "
               "the points.",
               "Which term could ask that g(a) be a?"],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
