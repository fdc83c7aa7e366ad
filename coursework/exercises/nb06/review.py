"""Review questions of notebook 06; several were exam questions."""

from __future__ import annotations

from coursework.exercises.rules import choice

REVIEW = [
    choice(
        "06.answers.6.18", "what the losses say", {
            "a": ("The samples are good, since D can't tell them from data.", "d_is_no_measure",
                "It says so of *this* D. A blind D has the loss log 4 as well."),
            "b": ("Training has converged, since its losses stand quite still.", "converged",
                "Losses of a game can stand still while both players move. In the ring they did."),
            "c": ("D is too weak, and needs more steps or more layers.", "weak_d",
                "That is one way to get there. A good G is another, and this number doesn't tell "
                "them apart."),
            "d": "This D can't tell fakes from data, whether G is good or bad.",
        },
        why="Right. log 4 is the loss of always saying ½. It can't say whether G is good or D "
            "blind; look at samples, count modes, and run a two-sample test.",
        hints=["What is log 4 the loss of?",
               "Which two things can make a D say ½ everywhere?",
               "What did the curves do in the run that collapsed?"],
    ),
    choice(
        "06.answers.6.19", "what mode collapse is", {
            "a": "Different noise gives samples of few kinds.",
            "b": ("The KL term goes to 0, and the code is ignored.", "kl_collapse",
                "That is the VAE's trouble, KL collapse (notebook 03). A GAN has no KL term."),
            "c": ("G's gradient vanishes, and its samples stay noise.", "vanishing",
                "That is the saturating loss against a good D. A collapsed G has gradients, and "
                "follows them to where D is weak."),
            "d": ("D memorizes the training images, one by one.", "memorizing",
                "That happens to a D with too few images. Collapse is something G does."),
        },
        why="Right: G covers a part of the data. And the loss may look healthy, since each sample "
            "by itself may look real to D. Counting modes shows the collapse.",
        hints=["Think of the ring.",
               "How many of the eight bumps had samples?",
               "What differed between one noise and the next?"],
    ),
    choice(
        "06.answers.6.20", "why the non-saturating loss", {
            "a": ("It has another optimum than log(1 − D), with better samples.", "other_optimum",
                "Both are smallest where D calls fakes real, and p_G = p_data solves both."),
            "b": "Where D is sure of fakes, log(1 − D) is flat and −log D steep.",
            "c": ("It can't become infinite, which log(1 − D) does for a sure D.", "infinite",
                "−log D grows without bound as D → 0. The saturating one stays near 0 there."),
            "d": ("It doesn't need a D that is trained, since it looks at data alone.", "no_d",
                "Both ask D, and nothing else."),
        },
        why="Right: −D against −(1 − D). A strong D makes G's gradient vanish in the first only.",
        hints=["Look at the two slopes against the logit.",
               "Where on that axis is a generator early in training?",
               "What is D there, and 1 − D?"],
    ),
    choice(
        "06.answers.6.21", "sharp and blurred", {
            "a": ("A GAN's generator has more parameters, and can draw finer lines.", "parameters",
                "The comparison gave the VAE more of them, and it stayed blurred. Trained as a "
                "VAE's decoder, the GAN's own generator draws gray edges, too."),
            "b": ("A GAN maximizes the likelihood of the pixels, and a VAE only bounds it.",
                "likelihood",
                "A GAN has no likelihood. The VAE has one, and the blur comes from it."),
            "c": "A mean of images has a high likelihood, but a judge sees it is a fake.",
            "d": ("A VAE adds its noise to the image, and a GAN to the code alone.", "noise",
                "Its noise is in the code. What you see is the decoder's mean, without noise."),
        },
        why="Right. The drawback: a VAE's loss grows with each training image it can't draw; G's "
            "loss is a mean over its own images, and has no term for those that it leaves out.",
        hints=["What is the best single answer to a pixel that is black or white with a half each, "
               "by log-likelihood?",
               "And if a judge asks whether this looks like an image it knows?",
               "Count the gray pixels again."],
    ),
]  # fmt: skip
