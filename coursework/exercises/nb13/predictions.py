"""Predictions of notebook 13."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("13.map", "the map of notebook 06 is steep at 0, where the density of z is highest. "
        "What is the density of x there?", {
        "High, as that of z is": "It has to be divided by the slope, 8.75.",
        "Low, and not 0": "Yes. The slope divides it, and no slope is infinite.",
        "0: that is between the bumps": "Some z near 0 land there. The map is continuous.",
    }, right="b"),
    Prediction("13.no_log_det", "a flow is trained on log N(z; 0, I) alone, without log_det. What "
        "happens to z?", {
        "It becomes standard normal, more slowly": "Nothing in that loss says that z must spread.",
        "It flies apart": "Far from 0, log N(z; 0, I) is small, and training makes it large.",
        "It shrinks to 0": "Yes. There log N(z; 0, I) is largest, and nothing forbids shrinking.",
    }, right="c"),
    Prediction("13.bridges", "eight couplings are fitted to eight modes. Of the data, one point in "
        "a hundred is more than three standard deviations from every mode. Of the samples?", {
        "More than one in ten": "Yes, in every seed we tried. The map can't tear.",
        "About one in a hundred": "A continuous map from one bump can't leave the gaps empty.",
        "About one in thirty": "More than that. Look at the bridges.",
    }, right="a"),
    Prediction("13.ridge", "the same Gaussian on pixels without dequantization. A small number, "
        "the ridge, is added to its variances. The ridge becomes a thousand times smaller. The "
        "bits per dimension of test images?", {
        "Change a little": "Pixels that are black in all training images have no variance but the "
            "ridge.",
        "Change many times over": "Yes. A number that depends so much on the ridge measures the "
            "ridge.",
        "Stay as they are": "Pixels that are black in all training images have no variance but the "
            "ridge.",
    }, right="b"),
    Prediction("13.blank", "which of these does the model find likeliest, by its exact density: "
        "test digits, test digits with half of their ink, or a blank page?", {
        "Test digits": "Fitted to digits, it still finds both others likelier.",
        "Half-ink digits": "They are likelier than test digits. There is something likelier.",
        "The blank page": "Yes, in every seed we tried.",
    }, right="c"),
    Prediction("13.prior", "sixteen numbers are drawn and decoded by notebook 02's autoencoder. "
        "Whose digits have the lowest Fréchet distance?", {
        "One Gaussian's": "It is far better than N(0, I), and the codes aren't Gaussian.",
        "The flow's": "Far better than one Gaussian. It is never told the labels.",
        "Ten Gaussians', one for each class": "Yes, by far in two of three seeds; in one the flow "
            "is level with them. The ten bumps help; the labels add little.",
    }, right="c"),
]  # fmt: skip
