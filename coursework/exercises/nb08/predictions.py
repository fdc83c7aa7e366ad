"""Predictions of notebook 08."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("08.turn", "six latents, four factors, β = 1. You turn one latent and hold the "
        "others. What will change in the face?", {
        "One factor: that is what latents are for":
            "Nothing in the loss asks for that. Look at the rows.",
        "Several factors at once, in most rows":
            "Yes. The loss asks for a code that explains the face, not for one that is easy to "
            "read.",
        "A little of every pixel, as noise does":
            "The decoder draws faces, and a step in its code leads to another face. Look at the "
            "rows.",
    }, right="b"),
    Prediction("08.smile", "the head's latent is turned, at β = 1, at β = 8, at β = 100. What will "
        "the smile do, and why?", {
        "Move less up to β = 8; at 100 most of it is gone: too expensive":
            "Yes. At β = 100 most of it is gone from the pictures, and what is left moves with the "
            "head. If a code ignores the smile, the smile never changes, and that proves nothing. "
            "Look at what happens to the skin, too.",
        "Move less and less, since each factor gets a latent of its own":
            "Up to β = 8 it does, in every seed. Look at what comes after, and at the right panel.",
        "Move as much as ever, since nothing in the loss knows what a smile is":
            "The loss doesn't know it, true. Look at the left panel: from 1 to 8 it moves less in "
            "every seed, all the same.",
    }, right="a"),
    Prediction("08.prior", "the prior is N(0, I): independent latents. Will the codes of the faces "
        "be independent?", {
        "Yes, the KL term makes them so": "The KL pulls each cloud to N(0, I), and never brings it "
            "there. Look at the clouds of all faces together.",
        "No, but nearly, at β = 8": "Look at the numbers: shuffled codes are at 0, and the codes "
            "are not near it.",
        "No, not even nearly, at either β":
            "Yes, they are about a nat or more away. What was fixed is the prior. The "
            "codes' distribution comes from the data.",
    }, right="c"),
    Prediction("08.norms", "16 dimensions, two draws from N(0, I), each about 4 long. How long is "
        "the code halfway between them?", {
        "About 4": "That would be so if they pointed the same way. Two draws stand at about a "
            "right angle.",
        "About 2.8": "Yes, √(K/2) = √8. A draw from N(0, I) in 16 dimensions is as short as that "
            "once in 20 times.",
        "About 0": "That would be so if they pointed in opposite directions.",
    }, right="b"),
    Prediction("08.arithmetic", "at β = 1 no latent is the smile. You add the difference between "
        "smiling and serious codes to a serious face. What will change?", {
        "The smile, and little else": "Yes. All that head, skin and light do to the code is the "
            "same in both means, so it cancels. A direction need not be an axis.",
        "The smile, the head and the light, since they share latents":
            "They share latents, but not directions. Look at the table.",
        "Nothing that one could read": "Look at the rows.",
    }, right="a"),
]  # fmt: skip
