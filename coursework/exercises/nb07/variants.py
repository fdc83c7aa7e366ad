"""Other conventions for the functions of notebook 07, for copies that are made with a seed."""

from __future__ import annotations

import torch
from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, giving, taking

FAKE = "In this copy D is P(fake), and not P(real)."


def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The best P(fake) at each place, densities (M,) -> (M,); 0.5 where both are 0."""
    total = p_data + p_g
    return torch.where(total > 0, p_g / torch.where(total > 0, total, 1), 0.5)


def density_ratio(d: Tensor) -> Tensor:
    """p_data over p_g, from d = P(fake) of the best discriminator, (N,) -> (N,)."""
    return (1 - d) / d


VARIANTS = [
    varied(
        function("optimal_discriminator"),
        name="probability_of_fake",
        task=FAKE,
        reference=optimal_discriminator,
        turned=giving(lambda d: 1 - d),
        without=["hard_decision"],
    ),
    varied(
        function("density_ratio"),
        name="probability_of_fake",
        task=FAKE + " The ratio is still p_data over p_g.",
        reference=density_ratio,
        turned=taking(lambda d: [1 - d]),
        back=taking(lambda d: [1 - d]),
    ),
    reordered(function("half_and_half"), "fakes_per_real d"),
    reordered(function("optimal_discriminator"), "p_g p_data"),
]
