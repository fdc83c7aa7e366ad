"""The review questions of notebook 03, and its predictions."""

from __future__ import annotations

from coursework.checking.exercise import Prediction
from coursework.exercises.rules import choice

# fmt: off
_DIFFERENCE = choice(
    "03.answers.3.15", "what makes a VAE a generative model",
    {
        "a": ("Its decoder is larger, so it draws better.", "size",
            "Both decoders of this notebook have the same layers."),
        "b": "A prior on its codes, which training pulls the clouds toward.",
        "c": ("It adds noise to the image, so it never draws the same one twice.",
            "noise_on_the_image", "The noise is in the code, and random output alone is no model."),
        "d": ("Its samples are always better than those of an autoencoder.", "always_better",
            "Look at the table of section 7 again: a Gaussian fitted to an autoencoder's codes "
            "drew digits that the measure likes better."),
    },
    why="Right. The prior is part of the model and says where to draw new codes, and the loss "
        "bounds log p(x): nothing has to be found out afterwards. Better pictures are not the "
        "point.",
    hints=[
        "What did notebook 02 have to do before it could draw?",
        "Where does each of the two models say that codes lie?",
        "One was told during training, the other had to be looked at afterwards.",
    ],
)

_SMOOTH = choice(
    "03.answers.3.16", "why the KL makes the code smooth",
    {
        "a": ("It is a penalty on the decoder's weights, and small weights give smooth functions.",
            "weight_decay", "The KL depends on mu and logvar, not on the decoder's weights."),
        "b": ("It makes σ small, so that codes are exact.", "small_variances",
            "The other way round: at small σ the KL grows without end. It is the reconstruction "
            "that wants σ small."),
        "c": "It makes clouds overlap, and where they do, one answer must fit several images.",
        "d": ("It makes all images have the same code.", "collapse",
            "That is where the KL alone would end. The reconstruction term holds against it."),
    },
    why="Right. The KL keeps σ from shrinking and the means from running apart. So the decoder has "
        "seen every place in a cloud, not only its center, and clouds fill the region of the "
        "prior.",
    hints=[
        "Which codes does the decoder see during training, compared with an autoencoder's?",
        "Without the KL, what would happen to σ, and to the distances between the means?",
        "Two clouds that overlap share codes. What must the decoder draw there?",
    ],
)

_INTERPOLATION = choice(
    "03.answers.3.17", "from a 1 to a 9 without the KL",
    {
        "a": "Shapes that are no digit, in places where no image has its code.",
        "b": ("The same smooth path, since the decoder is the same network.", "same_layers",
            "The layers are the same and the weights are not: this decoder has only seen codes "
            "that an encoder without noise made."),
        "c": ("Only ones, since without the KL all codes are the same.", "collapse",
            "A KL that is *too strong* makes codes alike. Without it they run apart."),
        "d": ("Random images, since without the KL the code is pure noise.", "noise",
            "Without the KL, σ shrinks and the code is *less* random than before."),
    },
    why="Right: the decoder was never asked about those places, so it may, and it need not. Where "
        "the codes of the data happen to lie close together an autoencoder interpolates well too; "
        "nothing in its loss promises it.",
    hints=[
        "Which codes did the autoencoder's decoder meet in training?",
        "Think of the map of codes in notebook 02, and of its empty places.",
        "A straight line between two codes may lead through such a place.",
    ],
)

_ZERO_KL = choice(
    "03.answers.3.18", "a KL of zero",
    {
        "a": ("The best there is: the approximate posterior is exact.", "wrong_kl",
            "Exact means that KL(q(z|x) ‖ p(z|x)), the gap, is 0. It is where the decoder ignores "
            "the code, and that is not the best there is. This KL is the one to the *prior*."),
        "b": ("The encoder's spread has gone to 0.", "small_variances",
            "At σ → 0 the KL goes to infinity. It is 0 at μ = 0 and σ = 1."),
        "c": ("The images are reconstructed perfectly.", "reconstruction",
            "For that the code must say which image it is, and saying it costs KL."),
        "d": "The code says nothing about the image.",
    },
    why="Right: KL collapse, and the decoder does without the code. A KL is 0 exactly when the two "
        "distributions are the same, here q(z|x) = p(z) for every x: then z and x are independent.",
    hints=[
        "Which two distributions does this KL compare?",
        "A KL of 0 means that they are the same, for every image.",
        "If every image has the same cloud of codes, what does a code tell?",
    ],
)

REVIEW = (_DIFFERENCE, _SMOOTH, _INTERPOLATION, _ZERO_KL)

PREDICTIONS = [
    Prediction(
        "03.gap",
        "you move q(z|x) away from the true posterior p(z|x). What happens to log p(x), ELBO and "
            "KL(q ‖ p(z|x))?",
        {
            "All three change, each in its own way": "log p(x) belongs to the model; q doesn't "
                "occur in it. Move the controls and look at the dashed line.",
            "The ELBO stays, log p(x) falls, the KL grows": "The other way round: of the two, "
                "only the ELBO contains q.",
            "log p(x) stays, the ELBO falls, the KL grows": "Yes, and by as much: their sum stays.",
        }, right="c",
    ),
    Prediction(
        "03.importance",
        "average the weights of K draws instead of using one. What happens to the estimate of log "
            "p(x) as K grows?",
        {
            "It stays where the ELBO is": "That is what averaging the *logs* would do. The log of "
                "an average is larger.",
            "It rises on average, and stays below log p(x)": "Yes, in expectation. One run may lie "
                "above.",
            "It rises above log p(x) in the end": "Not on average: Jensen holds for all K.",
        }, right="b",
    ),
    Prediction(
        "03.rows",
        "the Fréchet distance of three generators with a network and codes of 16 numbers. Which "
            "is the best?",
        {
            "The VAE with its prior": "Many texts would lead you to expect that. Run the cell.",
            "The autoencoder with N(0, I)": "Notebook 02 measured garbage there. Run the cell.",
            "The autoencoder with a Gaussian fitted to its codes": "Run the cell, then read what "
                "it means and what not.",
        }, right="c",
    ),
    Prediction(
        "03.beta",
        "β weights the KL. Which β gives the best reconstructions, and which the smallest KL?",
        {
            "β = 0 and β = 10": "Yes: the two ends of one trade.",
            "β = 1 for both, since that is the ELBO": "β = 1 gives the best *sum*. Each term by "
                "itself is best at an end.",
            "β = 10 for both": "More weight on the KL leaves less for the pixels.",
        }, right="a",
    ),
    Prediction(
        "03.strong",
        "the decoder also sees the pixels before the one it draws. What happens to the code?",
        {
            "It is hardly used, or not at all": "Yes. What those pixels tell is free, what the "
                "code tells costs KL.",
            "It gets better, with two sources": "It takes what is free first. Look at the KL.",
            "Nothing, the code is trained as before": "The loss is the same, and its cheapest "
                "solution is another one. Look at the KL.",
        }, right="a",
    ),
]
# fmt: on
