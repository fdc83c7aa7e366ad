"""Typed answers of notebook 12."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

_QUESTIONS = [
    Question(
        name="12.answers.12.2", title="the Inception Score of five classes", answer=5.0,
        wrong={
            math.log(5): ("no_exp", "That is the mean KL, log 5 nats. The score is its exp."),
            10.0: ("all_classes", "10 is for all ten classes, equally often. Here p(y) is 1/5 for "
                "five classes and 0 for the others."),
            math.log(10): ("no_exp_all_classes", "That is log 10: the KL for ten classes, without "
                "the exp."),
            0.2: ("upside_down", "That is one over the score, which is never below 1."),
            2.0: ("distance", "That is not 10 over 5. Each image has log p(y|x) − log p(y) = "
                "log 1 − log ⅕ = log 5; then comes the exp."),
            1.0: ("one", "1 is for images that all get the same probabilities."),
        },
        why="log 1 − log ⅕ = log 5 for each image, and exp gives 5. The score counts the classes "
            "that the classifier sees, and never looks at real images.",
        hints=["What is p(y|x) of a clear image, and p(y) of this set?",
               "The KL of each image is log 1 − log ⅕.",
               "exp(log 5)"],
    ),
    Question(
        name="12.answers.12.4", title="the distance at ten thousand samples", answer=4.2,
        rtol=0.02,
        wrong={
            4.0: ("limit", "4.0 is the limit, at infinite N. At N = 10,000 there is 2,000/10,000 "
                "left to add."),
            6.0: ("unchanged", "That is the value at N = 1,000. 2,000/N of it comes from N alone."),
            5.8: ("subtracted_the_wrong_one", "You took 2,000/10,000 off. First take off "
                "2,000/1,000, which leaves the limit; then add 2,000/10,000."),
            8.0: ("sign", "More samples make it smaller: take 2,000/1,000 off."),
            6.2: ("added", "The 6.0 already has 2,000/1,000 in it. Take that off first."),
            0.6: ("divided", "Only the part slope/N shrinks with N. The limit stays."),
        },
        why="The limit is 6.0 − 2,000/1,000 = 4.0; at 10,000 it is 4.0 + 0.2. Two papers that use "
            "these two N differ by 1.8 for the same model.",
        hints=["fid = limit + slope/N. You know the slope, and one value.",
               "First the limit: 6.0 − 2,000/1,000.",
               "Then add 2,000/10,000."],
    ),
    choice(
        "12.answers.12.8", "a precision that jumped", {
            "a": ("The samples got better: 0.98 is what this model can do.", "better",
                "The model is the same, and so are its samples. Only the reference changed."),
            "b": ("More real images make each radius smaller, so the estimate is now right.",
                "smaller_radii", "Smaller radii would let *fewer* fakes in."),
            "c": "One new image is unlike all others, so its ball holds most fakes.",
            "d": ("Precision rises to 1 with the number of real images, for any model.", "always",
                "Noise kept a low precision against 1,000 clean digits. What changed it was one "
                "image."),
        },
        why="Right. Its neighbors are far, so its radius is huge, and one ball is enough for "
            "`any`. Look at the largest radii, show those images, and report coverage beside "
            "precision: one strange image hardly moves it.",
        hints=["What changed between the two numbers: samples or reference?",
               "Whose radius decides whether a fake counts?",
               "How large is the radius of an image that is unlike all others?"],
    ),
    choice(
        "12.answers.12.10", "an AUC of 0.4", {
            "a": ("The model hardly copies: most samples are farther off than fresh digits.",
                "no_copies", "The copies that were shifted by one pixel have an AUC below ½ as "
                "well. In pixels they are far from their originals."),
            "b": "Most samples aren't exact copies; changed copies may still be there.",
            "c": ("The model copies the test set, so the test images look too near.", "test_set",
                "The test set isn't searched: both sides are searched in the training set."),
            "d": ("The samples may be bad: they are far from all that the model saw.", "bad",
                "Noise is far from the training set as well; but "
                "so is a perfect digit that is moved by a pixel. This number can't tell."),
        },
        why="Right. A test finds what its distance can see. Search again with distances that "
            "survive a shift and other changes, and look at the closest pairs: a few exact copies "
            "among many samples would hardly move the AUC.",
        hints=["Which set in the table came out below ½ although every image is a copy?",
               "What is the pixel distance between a digit and the same digit one pixel on?",
               "What would the distance have to ignore?"],
    ),
    choice(
        "12.answers.12.11", "the fault in the report", {
            "a": ("Too few samples.", "few_samples", "Then the distance would fall like 1/N with "
                "more of them. Examine \"more samples\"."),
            "b": ("Classes are missing.", "missing_classes", "Then the classifier would find some "
                "digits rarely or never. Examine \"classes\"."),
            "c": "Only the samples were saved on the way.",
            "d": ("The model copies its training set.", "copies", "Then samples would be closer to "
                "the training set than test images are. Examine \"neighbors\"."),
            "e": ("The network behind the features is a poor one.", "poor_features", "Then another "
                "network would say otherwise. Examine \"another network\"."),
        },
        why="Right. Real digits that go the same way through the file score nearly as badly: the "
            "distance measures the saving. Both sides have to be prepared alike (Parmar et al., "
            "2022, found that libraries which resize images in different ways change the score).",
        hints=["What would each fault do to one of the five tests?",
               "Which test has an answer that only one fault explains?",
               "Send real digits the same way, and look at their distance."],
        points=2,
    ),
    choice(
        "12.answers.12.12", "which numbers to report", {
            "a": ("The Fréchet distance with its N, since it covers quality and diversity.",
                "one_number", "It was low for copies of the training set and for smudges, and 100 "
                "real digits had a high one. One number answers no question alone."),
            "b": ("The Inception Score and precision, both beside what real images get.",
                "no_coverage", "A single perfect image of each class has the highest score, and "
                "precision doesn't ask what is left out."),
            "c": "A distance, precision, coverage and a search for copies, beside real images'.",
            "d": ("The accuracy of twenty people who tell real images from samples, with its error "
                "bar.", "person", "People see quality. Missing kinds of images and copies can't be "
                "seen on single images."),
        },
        why="Right: a number for each of the three questions, each beside what real images get. "
            "State N and the features with the distance, and show the images.",
        hints=["Quality, coverage, novelty: which number asks which?",
               "In the table of fifteen sets, which numbers does each bad set fool?",
               "What would you need to compare your number with that of another paper?"],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in _QUESTIONS}
