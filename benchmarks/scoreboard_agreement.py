"""Do notebook 03's −ELBO, notebook 17's file and the scoreboard's VAE say the same?

`python -m benchmarks.scoreboard_agreement` trains the VAE as the scoreboard does, for 60 seconds of
processor time, as notebook 03 does and as 17 does, and measures each in the three ways. It prints
the table that stands in `scoreboard.md`; about two minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import mean

import torch
from torch import Tensor

from benchmarks.scoreboard_measures import Digits
from benchmarks.scoreboard_models import vae
from benchmarks.uses_models import bits_of, context_table, ink, train_vae
from course_utils.device import set_seed
from course_utils.distributions import vae_loss
from course_utils.models.vae import VAE
from course_utils.training import fit

FILE, LOOKS = 200, 20  # 17 sends the first 200 test pictures


def of_notebook_03(x: Tensor) -> VAE:
    """Sixteen numbers, twelve epochs on gray pictures."""
    set_seed(0)
    model = VAE(16)
    fit(lambda x: vae_loss(x, *model(x)), x, model=model, epochs=12, lr=2e-3, progress=False)
    return model


def models(digits: Digits) -> Iterator[tuple[str, VAE]]:
    x = digits.train.float()
    yield "notebook 03: gray, 12 epochs", of_notebook_03(x)
    yield "notebook 17: 0 or 1, 16 epochs", train_vae(ink(x), 0)
    model = vae(digits.train, 60.0, 0).networks[0]
    assert isinstance(model, VAE)
    yield "the scoreboard: gray, 60 seconds", model


@torch.no_grad()
def bound(model: VAE, x: Tensor) -> float:
    """−ELBO, nats per picture."""
    set_seed(0)
    return mean(vae_loss(x, *model(x)).item() for _ in range(LOOKS))


def line(name: str, model: VAE, digits: Digits) -> str:
    gray = digits.test.float()
    sent = ink(gray)[:FILE]
    file = dict(bits_of(sent, model, context_table(ink(digits.train.float())[:, 0])))["bits back"]
    nats = [bound(model, x) for x in (gray, ink(gray), sent)]
    cells = [*(f"{value:.1f}" for value in nats), f"{nats[-1] / math.log(2):.1f}", f"{file:.1f}"]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    torch.set_num_threads(1)
    digits = Digits()
    for name, model in models(digits):
        print(line(name, model, digits), flush=True)
