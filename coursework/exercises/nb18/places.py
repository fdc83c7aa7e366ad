"""Which objective each question of notebook 18 belongs to, and where the course shows its answer.

`docs/objectives.yml` has the same objectives by number; a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from urllib.parse import quote


@dataclass(frozen=True)
class Place:
    """objective: counted from 1 · notebook: "03" · section: a heading of that notebook's source."""

    objective: int
    notebook: str
    section: str

    def __str__(self) -> str:
        return f"notebook {self.notebook}, “{self.section}”"

    @property
    def anchor(self) -> str:
        """The section in an address, as JupyterLab writes it: `#Exercise-3.7-·-By-hand`."""
        return "#" + re.sub(r"[()|]", lambda c: quote(c[0]), self.section.replace(" ", "-"))


OBJECTIVES = (
    "say which distribution a model describes, and what it can do with it",
    "say what an autoencoder minimizes, and why its decoder is no generative model",
    "derive the ELBO and compute with its terms, in nats, in bits and with β",
    "write the KL of a Gaussian code, and a draw that lets gradients through",
    "write the game of a GAN, derive the best discriminator and the identity with JS",
    "diagnose a training run from its log, and name a remedy",
    "hand a label to both networks of a conditional GAN",
    "connect formulas with code: sizes of layers, and walks between codes",
)

PLACES = {
    "18.1": Place(1, "01", "7 · Four words, two tables"),
    "18.2": Place(1, "01", "Exercise 1.3 · From likelihoods to p(y|x)"),
    "18.3": Place(2, "02", "Exercise 2.1 · Reconstruction error"),
    "18.4": Place(2, "02", "8 · And now make a new digit"),
    "18.5": Place(2, "02", "Exercise 2.10 · Too small, too large"),
    "18.6": Place(3, "03", "Exercise 3.7 · By hand"),
    "18.7": Place(3, "03", "Exercise 3.7 · By hand"),
    "18.8": Place(3, "03", "8 · What β trades"),
    "18.9": Place(3, "03", "Exercise 3.2b · The gap, in order"),
    "18.10": Place(3, "03", "Exercise 3.2a · Five lines in order"),
    "18.11": Place(3, "13", "Exercise 13.8 · Bits per dimension"),
    "elbo_from_terms": Place(3, "03", "Exercise 3.1 · The bound"),
    "18.13": Place(4, "04", "Exercise 4.9 · The Gaussian KL"),
    "18.14": Place(4, "05", "2 · Move the randomness out of the way"),
    "18.15": Place(4, "05", "Exercise 5.2 · Reparameterize"),
    "18.16": Place(4, "05", "Exercise 5.1 · Where it gets lost"),
    "code_from_noise": Place(4, "05", "Exercise 5.2 · Reparameterize"),
    "18.18": Place(5, "07", "Exercise 7.1 · The optimal discriminator"),
    "18.19": Place(5, "06", "2 · The game"),
    "18.20": Place(5, "07", "Exercise 7.7 · Two ends of a line"),
    "18.21": Place(5, "07", "Where the formula comes from"),
    "18.22": Place(5, "07", "Exercise 7.6 · Derive the identity"),
    "best_judge": Place(5, "07", "Exercise 7.1 · The optimal discriminator"),
    "both_generator_losses": Place(5, "06", "3 · Two losses for the generator"),
    "18.25": Place(6, "06", "Exercise 6.6 · How much harder"),
    "18.26": Place(6, "02", "When it doesn't learn"),
    "18.27": Place(6, "02", "When it doesn't learn"),
    "18.28": Place(6, "11", "Exercise 11.8 · The gradient penalty"),
    "18.29": Place(7, "10", "4 · A conditional GAN: who is told?"),
    "18.30": Place(7, "10", "2 · A label as numbers"),
    "18.31": Place(7, "10", "Exercise 10.7 · The best D"),
    "clothing_generator": Place(7, "10", "2 · A label as numbers"),
    "18.33": Place(8, "06", "Exercise 6.11 · A generator, by its shapes"),
    "18.34": Place(8, "06", "Exercise 6.11 · A generator, by its shapes"),
    "small_encoder": Place(8, "09", "1 · Right almost always"),
    "18.36": Place(8, "08", "Exercise 8.9 · Straight"),
    "18.37": Place(8, "03", "9 · The way from 1 to 9"),
}

# Where the course shows what a drawn log has, by its fault, and the remedy that is asked for.
# PLACES has those that the public notebook draws.
DIAGNOSED = {
    "collapse": Place(6, "06", "A generator in a hurry"),
    "too_strong": Place(6, "06", '9 · "D near perfect, samples noise"'),
    "blind": Place(6, "06", "Exercise 6.2 · Sure and blind"),
    "not_zeroed": PLACES["18.26"],
    "healthy": Place(6, "06", "6 · Eight bumps on a ring"),
    "dead_code": Place(6, "03", "10 · When the code dies"),
    "overfits": Place(6, "13", "It overfits, and says so"),
    "kl_not_in_the_loss": Place(6, "03", "8 · What β trades"),
    "diverges": PLACES["18.27"],
    "sound": Place(6, "03", "5 · Train one"),
}
CURED = {
    "vanishing": Place(6, "07", "A fix: blur both"),
    "collapse": Place(6, "11", "Exercise 11.6 · Minibatch standard deviation"),
    "dead_code": Place(6, "03", "10 · When the code dies"),
    "overfits": Place(6, "13", "Exercise 13.11 · When to stop"),
    "steep": PLACES["18.28"],
}

# A sitting of twelve has one question out of each line, every objective among them.
SITTING = (
    ("18.1", "18.2"),
    ("18.3", "18.4", "18.5"),
    ("18.6", "18.7", "18.8", "18.9", "18.11"),
    ("18.10", "18.21", "18.22"),
    ("18.13", "18.14", "18.15", "18.16"),
    ("elbo_from_terms", "code_from_noise", "best_judge", "both_generator_losses"),
    ("18.18", "18.19", "18.20"),
    ("18.26", "18.27"),
    ("18.25", "18.28"),
    ("18.29", "18.30", "18.31"),
    ("clothing_generator", "small_encoder"),
    ("18.33", "18.34", "18.36", "18.37"),
)

# The text of the first of two holds the answer to the second.
TOLD = (
    ("18.10", "18.6"),
    ("18.10", "18.9"),
    ("18.21", "18.18"),
    ("18.22", "18.20"),
    ("18.22", "best_judge"),
)


# A shorter one leaves out some of these lines, whose objectives another line has, too. One of the
# two lines with code stays.
CODE = (SITTING[5], SITTING[10])
SPARE = (SITTING[3], SITTING[8], *CODE)
MOST, LEAST = len(SITTING), len(SITTING) - len(SPARE) + 1


def draw_sitting(rng: Random, count: int = MOST) -> list[str]:
    """Keys, in the order of the notebook, none of which tells the answer to another.

    count: LEAST to MOST. Every objective is among them.
    """
    left_out = rng.sample(SPARE, MOST - count) if count < MOST else []
    while set(CODE) <= set(left_out):
        left_out = rng.sample(SPARE, MOST - count)
    lines = [line for line in SITTING if line not in left_out]
    drawn = [rng.choice(line) for line in lines]
    while any(one in drawn and other in drawn for one, other in TOLD):
        drawn = [rng.choice(line) for line in lines]
    return sorted(drawn, key=list(PLACES).index)
