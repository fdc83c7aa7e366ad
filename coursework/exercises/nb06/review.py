"""Review questions of notebook 06; several were exam questions."""

from __future__ import annotations

from coursework.exercises.rules import choice

REVIEW = [
    choice(
        "06.answers.6.16", "what the losses say", {
            "a": ("The samples are good, since D can't tell them from data.", "d_is_no_measure",
                "It says so of *this* D. A blind D pays log 4 as well."),
            "b": ("Training has converged.", "converged", "Losses of a game can stand still while "
                "both players run. In the ring they did."),
            "c": ("D is too weak.", "weak_d", "That is one way to get there. A good G is another, "
                "and this number doesn't tell them apart."),
            "d": "That D as it is now can't tell; look at samples, coverage and a two-sample test.",
        },
        why="Right. log 4 is what a coin pays. The loss can't say whether G is good or D blind.",
        hints=["What is log 4 the loss of?",
               "Which two things can make a D say ½ everywhere?",
               "What did the curves do in the run that collapsed?"],
    ),
    choice(
        "06.answers.6.17", "what mode collapse is", {
            "a": "Different noise gives samples of few kinds: G covers a part of the data.",
            "b": ("The KL term goes to 0 and the code is ignored.", "kl_collapse",
                "That is the VAE's trouble, KL collapse (notebook 03). A GAN has no KL term."),
            "c": ("G's gradient vanishes, and its samples stay noise.", "vanishing",
                "That is the saturating loss against a good D. A collapsed G has gradients, and "
                "follows them to where D is weak."),
            "d": ("D memorizes the training images.", "memorizing",
                "That happens to a D with too few images. Collapse is something G does."),
        },
        why="Right. And the loss may look healthy: D, asked about samples one at a time, sees each "
            "of them look real. Counting modes shows it.",
        hints=["Think of the ring.",
               "How many of the eight bumps had samples?",
               "What differed between one noise and the next?"],
    ),
    choice(
        "06.answers.6.18", "why the non-saturating loss", {
            "a": ("It has another optimum, with better samples.", "other_optimum",
                "Both are smallest where D calls fakes real, and p_G = p_data solves both."),
            "b": "Early, D is near 0 on fakes. There log(1 − D) is flat in the logit, and −log D "
                "has slope −1.",
            "c": ("It can't become infinite.", "infinite", "−log D grows without bound as D → 0. "
                "The saturating one is what stays near 0 there."),
            "d": ("It doesn't need D.", "no_d", "Both ask D, and nothing else."),
        },
        why="Right: −D against −(1 − D). A strong D makes G's gradient vanish in the first only.",
        hints=["Look at the two slopes against the logit.",
               "Where on that axis is a generator early in training?",
               "What is D there, and 1 − D?"],
    ),
    choice(
        "06.answers.6.19", "sharp and blurred", {
            "a": ("A GAN's generator has more parameters.", "parameters",
                "The comparison gave the VAE more of them, and it stayed blurred."),
            "b": ("A GAN maximizes the likelihood of the pixels.", "likelihood",
                "A GAN has no likelihood. The VAE has one, and the blur comes from it."),
            "c": "A VAE pays pixel by pixel for what it can't know, so the mean is its best "
                "answer; a judge sees that real images are never such means.",
            "d": ("A VAE's noise is added to the image.", "noise",
                "Its noise is in the code. What you see is the decoder's mean, without noise."),
        },
        why="Right. The price: a VAE is punished for each training image it can't draw; nothing "
            "punishes a GAN for leaving some out.",
        hints=["What is the best single answer to a pixel that is black or white with a half each, "
               "if you pay by log-likelihood?",
               "And if a judge asks whether this looks like an image it knows?",
               "Count the gray pixels again."],
    ),
]  # fmt: skip
