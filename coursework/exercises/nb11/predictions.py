"""Predictions of notebook 11."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "11.collapse",
        "a generator that learns 20 times too fast collapses. Which of these brings the modes "
            "back?",
        {
            "Another loss (LSGAN, hinge, WGAN)":
                "Look at the first column: with one step of D for each of G, none of the losses of D does.",
            "A bounded slope of D (R1, spectral normalization)":
                "That is a remedy for the second column. In the first it does nothing.",
            "A D that learns faster, or steps more often":
                "Yes: all four seeds. So do feature matching and minibatch standard deviation.",
        }, right="c",
    ),
    Prediction(
        "11.circle",
        "two numbers, one for G and one for D, near their equilibrium, with the plain loss. What "
            "will they do?",
        {
            "Come to rest at 0": "Nothing pulls them in: the eigenvalues are ±½i. Look at γ = 0.",
            "Circle, and drift outward":
                "Yes. ±½i turns, and a step of finite size leads outward a little.",
            "Run away on a line": "That would need a real eigenvalue above 0. Both are imaginary.",
        }, right="b",
    ),
    Prediction(
        "11.labels",
        "D is near perfect and G's loss is flat. One-sided smoothing calls real points 0.9 real; "
            "noisy labels turn every tenth label. Which of them gets G moving?",
        {
            "Both": "They sound alike. Look at what each says about places with fakes only.",
            "One-sided smoothing": "It bounds D's logits on real points. G hears those on fakes.",
            "Noisy labels": "Yes. They bound the logits on fakes as well, at −2.2.",
        }, right="c",
    ),
    Prediction(
        "11.critic",
        "the exact W1 is 6. What will a critic with a gradient penalty estimate?",
        {
            "6, whatever λ is": "Only for λ much larger than 6. The penalty is a price, no wall.",
            "Less than 6, since its slope is held at 1":
                "Its slope isn't held at 1: paying a little earns more. Look.",
            "More than 6, and more the smaller λ is":
                "Yes: 6 · (1 + 6/(2λ)), which is 7.8 for λ = 10.",
        }, right="c",
    ),
    Prediction(
        "11.track",
        "which D's loss will tell best how good the samples are?",
        {
            "The Wasserstein critic's alone":
                "It does, and look at R1 with five steps: an ordinary D does it, too.",
            "That of a D with a penalty on its slope and several steps for each of G's":
                "Yes: R1 with five steps, and WGAN-GP with five. Neither the penalty nor the steps "
                "are enough alone: look at the rows of the controls.",
            "That of any D that takes several steps for each of G's":
                "Look at five steps without a penalty: hardly better than one step.",
            "None: D is a moving target":
                "That is nearly so without a penalty. Look at the two rows with both.",
        }, right="b",
    ),
]  # fmt: skip
