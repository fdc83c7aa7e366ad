"""Predictions of notebook 17."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("17.file", "the VAE's −ELBO on these images is known, in nats. You encode them with "
        "the VAE into a file that can be decoded exactly. How large is it, in bits?", {
        "Clearly more than −ELBO / ln 2: a bound is never reached": "It is reached to within a "
            "percent. The ELBO is a bound on log p(x); the coder's cost is the −ELBO itself.",
        "About −ELBO / ln 2: each term of the ELBO is a cost in bits": "Yes, to within a percent. "
            "What z costs is the KL, since its bits come back.",
        "Less: the true −log p(x) is below −ELBO": "It is, by a few nats; but this coder uses q, "
            "and what q misses costs bits.",
    }, right="b"),
    Prediction("17.table", "the table of 16 neighbors has no network and was counted in a second. "
        "How many bits for each image?", {
        "Between zlib and bz2": "Far fewer. bz2 knows nothing of rows; the table looks up and "
            "left.",
        "Between bz2 and the VAE": "Fewer still: it is below the VAE, in all six runs.",
        "Fewer than the VAE": "Yes, by 25 to 29 bits in the six runs. A pixel's neighbors tell "
            "more about it than sixteen latents.",
    }, right="c"),
    Prediction("17.fill", "the lower half is left empty, the VAE encodes the image and decodes it. "
        "Pixel means cost about 104 nats. What does the VAE's lower half cost?", {
        "More than pixel means": "Yes, nearly twice as much. The encoder takes missing for empty.",
        "Between regression and means": "It is far worse than the means: the encoder takes missing "
            "for empty, and the decoder draws that with confidence.",
        "Less than regression": "It is far worse than the means: the encoder takes missing for "
            "empty, and the decoder draws that with confidence.",
    }, right="a"),
    Prediction("17.labels", "a small CNN learns from 100 labels, and is right on about 80 % of the "
        "test images. What adds more: 10,000 images without labels, with this CNN as M2's "
        "classifier, or shifting the 100 at random by up to two pixels?", {
        "The 10,000 images: they show how digits vary": "They add less than the shift in all six "
            "runs, and in one of them they take something away.",
        "The shift: it says what doesn't change a label": "Yes, in all six runs: 5 to 11 points. "
            "And the two add up: M2 with shifts is the best of all.",
        "About the same: both say what digits look like": "The shift adds 5 to 11 points, and M2 "
            "from −2 to 8.",
    }, right="b"),
    Prediction("17.clean", "02's denoiser was trained on noise of σ = 0.5. At σ = 0.25, how does "
        "its squared error compare with that of a Wiener filter of 3×3 pixels, which is told σ?", {
        "A little smaller: it knows what digits are": "It does, and it expects more noise "
            "than there is: it smooths away what was sharp.",
        "Larger: it expects another noise": "Yes, it is larger in all six runs. Trained at 0.25, "
            "the same network errs less there in all six, and beats the filter in three.",
        "About half as large: a network beats a filter": "At σ = 0.5 it is about half. At 0.25 it "
            "is larger.",
    }, right="b"),
]  # fmt: skip
