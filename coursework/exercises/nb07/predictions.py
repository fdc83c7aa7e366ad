"""Predictions of notebook 07."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("07.edge", "far out in the tail, both densities are tiny, and the generator's is "
        "the wider one. What does the best judge say there?", {
        "Nearly 0: fake": "Yes. Only the ratio of the densities counts, however small both are.",
        "About ½, since hardly anything comes from there":
            "How little comes from there doesn't matter: nearly all of it is fake. Look at the "
            "edges of the lower picture.",
        "Nearly 1: real": "The wider density wins in the tails. Which one is that?",
    }, right="a"),
    Prediction("07.frozen", "the judge is perfect for the generator as it is now, and then stays "
        "as it is. The generator goes on lowering V. Where does it end?", {
        "On the data, which this judge knows":
            "It passes by. Look at the dashed curve: it goes on falling to the left of 0.",
        "Between its start and the data":
            "The frozen judge keeps rewarding the same direction. Look at the dashed curve.",
        "Beyond the data, and further still":
            "Yes. The frozen judge has only learned on which side the real points are.",
    }, right="c"),
    Prediction("07.reweight", "draws from the generator, weighted with D/(1 − D). Can a weighted "
        "mean come out right although no draw was changed?", {
        "Yes, whatever the generator is, since the ratio corrects it":
            "If it never draws where the data are, there is nothing to weight. Look at the "
            "table's last two rows.",
        "No, since a weight changes no draw, and all are fakes": "They are, and yet each can "
            "stand for as many real ones as the ratio says. Look.",
        "Yes, as long as the generator reaches where the data are":
            "Yes. But the fewer of its draws fall there, the less certain the result is.",
    }, right="c"),
    Prediction("07.parted", "two bumps that end, one moved away until they no longer touch, and "
        "then further. What does JS do from then on?", {
        "It keeps growing": "It has a ceiling, log 2, and can't tell far from further. Look.",
        "It stays where it is": "Yes, at log 2, from the moment they no longer touch.",
        "It falls again": "It measures how well they can be told apart. That doesn't get worse.",
    }, right="b"),
    Prediction("07.gaussians", "two Gaussians are moved apart, and the judge gets better and "
        "better. With which loss does the generator's gradient die?", {
        "With log(1 − D) alone": "Yes. Some texts say it of both; it is true of this loss only.",
        "With both losses": "For one of the two losses it grows. Look at the right picture.",
        "With −log D alone": "That loss was invented because it doesn't. Look at the right "
            "picture.",
    }, right="a"),
    Prediction("07.trained", "a small GAN has been trained until its samples look like the data. "
        "What does its discriminator say along x?", {
        "½ wherever one looks, as in theory":
            "That is what the theory of equilibrium says. Look at the curve.",
        "Near 1 on the data, and near 0 everywhere else": "Then it would have won, and the "
            "samples would not look like the data.",
        "Near ½ where there is data, and not quite at it": "Yes, in runs like this one.",
    }, right="c"),
]  # fmt: skip
