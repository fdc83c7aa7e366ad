"""Predictions of notebook 12."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("12.questions", "somebody shows you one sample of each model, without the gray "
        "points and without the other samples. Which fault can you see?", {
        "A's": "Yes, if you know what real points look like: a stray sample is a bad sample by "
            "itself.",
        "B's": "Each sample of B looks fine. What is wrong is where there are none.",
        "C's": "Each sample of C looks fine, and is: it is a training point.",
    }, right="a"),
    Prediction("12.cheat", "which of the three gets a higher Inception Score than fresh real "
        "digits?", {
        "The clear half": "It does, and so do the other two.",
        "The ten images": "They do, and so do the other two.",
        "The climbed noise": "It does, and so do the other two.",
        "All three": "Yes. The score asks a classifier whether it is sure, and nothing else.",
    }, right="d"),
    Prediction("12.samples", "real digits are compared with real digits, 100 of them with 4,000; "
        "and the autoencoder's samples, 5,000 of them with 4,000. Which distance is larger?", {
        "The autoencoder's, since its samples are worse":
            "At equal N it is. Look at the two ends of the two lines.",
        "The real digits', since there are so few":
            "Yes. With 100 samples, a perfect model would look worse than a poor one.",
        "Both about 0": "The real digits' would be, with infinitely many of them.",
    }, right="b"),
    Prediction("12.taste", "the Fréchet distance from real digits: which change makes it larger?", {
        "70 % of the ink": "Yes, in every seed we tried. The network never learned that ink "
            "doesn't matter.",
        "Five classes missing": "It is large, and the other one is larger.",
        "Both about the same": "Look at the two numbers.",
    }, right="a"),
    Prediction("12.smudges", "400 images of noise are changed by gradient descent until their "
        "Fréchet distance from real digits is as small as it gets. Where does it end?", {
        "Far above that of 400 real digits": "Gradient descent has 784 numbers in each image, and "
            "the distance looks at 64 features. Watch it.",
        "About there, and the images become digits": "The distance falls further. Look at the "
            "images.",
        "Below that of 400 real digits, and the images are smudges":
            "Yes. Real digits scatter by chance; the smudges are fitted to the reference itself.",
    }, right="c"),
    Prediction("12.kid", "real digits against real digits once more, now by KID. What will twelve "
        "values at N = 100 look like?", {
        "All above 0, and smaller at larger N": "That is the Fréchet distance. KID leaves out the "
            "pairs of a row with itself.",
        "Around 0, some of them negative": "Yes, and widely scattered: KID has no bias, but "
            "a large variance at this N.",
        "All exactly 0": "Two draws of one distribution are never equal.",
    }, right="b"),
    Prediction("12.outlier", "1,000 real digits, and samples that are pure noise: few of them lie "
        "among the real ones. Now one of the 1,000 is replaced by a noise image. What does the "
        "precision of the noise become?", {
        "It rises by about a thousandth": "One of 1,000 balls changed. How large is that ball?",
        "It rises to about a half": "Think of how far the noise image's third neighbor is.",
        "About 1": "Yes. The nearest neighbors of the noise image are digits, far away, and all "
            "other noise is nearer than they are.",
    }, right="c"),
    Prediction("12.shift", "what will the AUC of the copies be that were moved by one pixel?", {
        "About 1: they are copies": "By eye they are. In pixels?",
        "About 0.8: a little farther than exact copies": "Farther than that.",
        "½ or below: no closer to the training set than fresh digits are":
            "Yes. One pixel is enough to pass for a fresh digit.",
    }, right="c"),
]  # fmt: skip
