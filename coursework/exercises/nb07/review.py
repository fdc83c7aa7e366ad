"""Review questions of notebook 07; several were exam questions."""

from __future__ import annotations

from coursework.checking.exercise import Question

_TRAINING = Question(
    name="07.answers.7.12", title="what training a GAN minimizes", answer="b",
    choices={
        "a": "JS(p_data, p_G), at every step.",
        "b": "What the present D says; JS only as long as D is kept at its best.",
        "c": "The Wasserstein distance.",
        "d": "KL(p_data‖p_G), as maximum likelihood does.",
    },
    wrong={
        "a": ("always_js", "V(D*, G) = −log 4 + 2 JS holds for D*. For any other D, V is below it, "
            "and going down on a lower bound promises nothing. Look at the frozen judge again."),
        "c": ("wasserstein", "That takes another critic with another constraint (WGAN). The value "
            "function of this notebook leads to JS."),
        "d": ("likelihood", "The generator's density is never written down, so no likelihood is. "
            "And at D* the identity has JS in it."),
    },
    why="Right. With D frozen the generator runs past the data and on, while V keeps falling. "
        "Hence the turns: a step of D, a step of G.",
    hints=[
        "Which D does the identity with JS speak of?",
        "Is the D of a training run that one?",
        "Think of the frozen judge: V fell all the way, and JS didn't.",
    ],
)  # fmt: skip

_HALF = Question(
    name="07.answers.7.13", title="a discriminator that says one half", answer="d",
    choices={
        "a": "The generator has reached the data's distribution.",
        "b": "The discriminator is at its optimum.",
        "c": "The generator has collapsed.",
        "d": "Nothing yet: a perfect generator and a useless discriminator look alike. Train a "
            "fresh judge and see.",
    },
    wrong={
        "a": ("equilibrium", "That is one possibility. A discriminator that has learned nothing "
            "says ½ as well, whatever the generator does."),
        "b": ("optimal", "½ is the optimum only where the densities are equal, and that is what "
            "you would like to find out."),
        "c": ("collapse", "Collapsed samples are easy to tell from data; a good D would not say "
            "½."),
    },
    why="Right. D = ½ follows from p_G = p_data *and* D = D*. To tell the cases apart, freeze G "
        "and train a fresh judge: what it earns above −log 4 is what G still misses.",
    hints=[
        "What does an untrained discriminator say?",
        "D* = ½ where p_G = p_data. Does it work backwards, for a D that is not D*?",
        "Which experiment would tell a perfect forger from a blind judge?",
    ],
)  # fmt: skip

_DIAGNOSIS = Question(
    name="07.answers.7.14", title="discriminator near perfect, samples noise", answer="a",
    choices={
        "a": "D saturated on samples that don't overlap with the data. Blur both with noise, or "
            "bound D's slope (gradient penalty, spectral normalization).",
        "b": "Mode collapse. Use minibatch discrimination.",
        "c": "KL collapse. Anneal the weight of the KL.",
        "d": "G is too strong. Train D for more steps.",
    },
    wrong={
        "b": ("collapse", "Collapsed samples look good and alike. These look like noise, and don't "
            "change: no slope reaches G."),
        "c": ("kl", "That is a trouble of VAEs. There is no KL term in a GAN."),
        "d": ("stronger_d", "D is near perfect already. A still better one has a still flatter "
            "log(1 − D) at the samples."),
    },
    why="Right. Add the loss to the suspects: with log(1 − D) the gradient dies as D → 0; −log D "
        "keeps one as long as D isn't exactly 0. Noise on both and a gradient penalty are the "
        "mends that you tried.",
    hints=[
        "Samples that barely change: what reaches the generator?",
        "D ≈ 0 on all samples. How steep is log(1 − D) there?",
        "Make the densities overlap, or keep D from being so steep and then so flat.",
    ],
)  # fmt: skip

_SATURATING = Question(
    name="07.answers.7.15", title="a strong discriminator and the generator's gradient",
    answer="c",
    choices={
        "a": "It vanishes for both losses.",
        "b": "It vanishes for −log D and stays for log(1 − D).",
        "c": "It vanishes for log(1 − D); for −log D it stays, or grows.",
        "d": "It explodes for both losses.",
    },
    wrong={
        "a": ("both_vanish", "So the exam guide says, and it holds for the first loss only. Look "
            "at the two Gaussians again."),
        "b": ("turned_round", "The other way round: with a the logit of D, the slopes are −D and "
            "−(1 − D)."),
        "d": ("explodes", "With D → 0 one of the slopes, −D, goes to 0."),
    },
    why="Right. The slopes in the logit are −D and −(1 − D). A strong D means D → 0 on fakes: 0 "
        "for the one, −1 for the other. That is why the second is used in practice.",
    hints=[
        "A strong discriminator: D → 0 on fakes. How steep are log(1 − D) and −log D there?",
        "In the logit a of D the slopes are −D and −(1 − D).",
        "One goes to 0, the other to −1.",
    ],
)  # fmt: skip

REVIEW = {q.key: q for q in (_TRAINING, _HALF, _DIAGNOSIS, _SATURATING)}
