"""Typed and chosen answers of notebook 14."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

_QUESTIONS = [
    Question(
        name="14.answers.14.2",
        title="the noise at ᾱ = 0.36",
        answer=0.8,
        wrong={
            0.64: (
                "variance",
                "0.64 is the variance of the noise, 1 − ᾱ. The standard deviation is its root.",
            ),
            0.6: ("signal", "0.6 is √ᾱ, what x₀ is multiplied by."),
            0.36: ("share_of_signal", "0.36 is ᾱ itself, the share of the signal."),
            0.4: ("one_minus_root", "That is 1 − √ᾱ. First subtract, then the root: √(1 − 0.36)."),
        },
        why="√(1 − 0.36) = 0.8, and x₀ is multiplied by 0.6: "
        "the squares 0.36 and 0.64 add up to 1.",
        hints=[
            "x_t = √ᾱ x₀ + √(1 − ᾱ) ε, and ε has standard deviation 1.",
            "The variance of the noise is 1 − 0.36.",
            "√0.64",
        ],
    ),
    choice(
        "14.answers.14.5",
        "what the loss's minimum returns",
        {
            "a": (
                "The noise that was added to x₀, exactly, since the loss is then 0.",
                "exact",
                "Many pairs of example and noise lead to the same x_t. "
                "No function of x_t and t can know which it was, so the loss stays above 0.",
            ),
            "b": "The mean of all noise that could have led to x_t.",
            "c": (
                "A random draw from all noise that could have led to x_t.",
                "draw",
                "A draw has twice the squared error that the mean has. "
                "The chance in a sampler is in the noise that it adds, not in the guess.",
            ),
            "d": (
                "The noise that is likeliest to have led to x_t.",
                "mode",
                "The likeliest value minimizes another loss. A squared error is least at the mean.",
            ),
        },
        why="Right: a squared error is least at the mean. "
        "That mean is the score, but for a factor, and where x_t could come from two clumps it "
        "points between them.",
        hints=[
            "Which constant has the least mean squared distance to a set of numbers?",
            "Here the set is all noise that could have led to x_t, each with its probability.",
            "Look at the second curve of the last figure: what is it called, and is it 0?",
        ],
    ),
    choice(
        "14.answers.14.9",
        "two samplers with ten steps",
        {
            "a": (
                "Flow matching learns another distribution than diffusion does.",
                "another_distribution",
                "Both describe how the same data turn into the same noise, and their best guesses "
                "are made of the same two means.",
            ),
            "b": (
                "The paths of flow matching are straight, so one step would do.",
                "straight",
                "The pairs it learns from are straight. The paths it samples along follow means of "
                "many pairs, and you measured their detour.",
            ),
            "c": "They follow one ODE and step at other times.",
            "d": (
                "DDIM adds noise at each step, and flow matching doesn't.",
                "ddim_noise",
                "DDIM's step has no chance in it. It is DDPM that adds noise.",
            ),
        },
        why="Right: you printed the largest difference at equal times. "
        "Compare samplers on the same grid, or say which grid each of them used.",
        hints=[
            "What did the line with the largest difference say?",
            "What was equal in that cell, and is not equal in the figure below it?",
            "At which times are the ten steps?",
        ],
    ),
    choice(
        "14.answers.14.11",
        "guidance for training data",
        {
            "a": (
                "A large one: its digits are the ones that a classifier reads rightly most often.",
                "large",
                "They are read rightly, and look like no digits that people write. "
                "A classifier would learn those.",
            ),
            "b": (
                "w = 3, where fidelity is highest and the digits still look good.",
                "three",
                "Look at the Fréchet distance at w = 3. Fidelity asks one classifier; variety is "
                "what the new one has to learn.",
            ),
            "c": "0 or near it: variety counts more than a few wrong labels.",
            "d": (
                "Any: the classes are equally frequent at every w.",
                "any",
                "The classes are. Within a class the digits change with w.",
            ),
        },
        why="Right: training data have to cover what will come. "
        "For a picture on a poster you would choose otherwise.",
        hints=[
            "What has to be like real digits: each one, or the whole set?",
            "Which of the three curves looks at the whole set?",
            "Where is the Fréchet distance lowest?",
        ],
    ),
    choice(
        "14.answers.14.12",
        "the fault behind the smeared points",
        {
            "a": (
                "The target of her loss is another noise.",
                "target",
                "Then nothing could be learned, and the loss would be 2 or more at every t. "
                "Examine the loss.",
            ),
            "b": "Her network isn't told the time.",
            "c": (
                "Her sampler adds noise at the last step.",
                "last_step",
                "Then its step at t = 1 would have a spread, even with the right noise. "
                "Examine the last step.",
            ),
            "d": (
                "Her sampler is one step late.",
                "late",
                "Then the spread of a single step would be off, where x₀ and the noise are known: "
                "too large at t = 10, and above 0 at t = 1. Examine the middle step.",
            ),
            "e": (
                "She trained for too few steps.",
                "short",
                "Then its guess would be poor, and would still move with the time. "
                "Examine another time.",
            ),
        },
        why="Right. One input at two times, and the guess doesn't move: "
        "the time doesn't reach the network.",
        hints=[
            "Does the fault sit in the sampler or in the network? "
            "One test hands her sampler the exact noise.",
            "Which number tells a network how much noise to expect, and does it react to it?",
            "Run the test that hands it the same points at two times.",
        ],
        points=2,
    ),
]

ANSWERS = {question.key: question for question in _QUESTIONS}
