"""The gradient penalty itself, and a look at how points between real and fake were mixed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from coursework.exercises.nb11.critics import Critic

CriticLike = Callable[[Tensor], Tensor]
UNSHAPED, PER_COORDINATE, OWN_MIX = (
    "mix not reshaped",
    "a mix for each coordinate",
    "its own mix",
)
ONE_MIX = "one mix for all"


def gradient_penalty(
    critic: CriticLike, x_real: Tensor, x_fake: Tensor, mix: Tensor, one_sided: bool = False
) -> Tensor:
    """(‖slope‖ − 1)² of the critic at mix · x_real + (1 − mix) · x_fake: (N,), with its graph.

    mix: (N,), in [0, 1]; x_real, x_fake: (N, …). one_sided: only slopes above 1 count. Gulrajani et
    al., 2017, eq. 3.
    """
    share = mix.reshape(-1, *[1] * (x_real.ndim - 1))  # (N, 1, …)
    x = (share * x_real + (1 - share) * x_fake).detach().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    excess = gradient.flatten(1).norm(dim=1) - 1
    return (excess.clamp(min=0) if one_sided else excess).square()


def strange_points(critic: Critic, x_real: Tensor, x_fake: Tensor, mix: Tensor) -> str | None:
    """How the points that the critic was asked about were mixed, if in a way that no batch shares.

    None where every point has one share for all its coordinates, and it is `mix`, 1 − mix, 0, 1,
    or that of another row.
    """
    if not critic.asked or critic.asked[-1].shape != x_real.shape:
        return None
    apart = ((x_real - x_fake).abs() > 0.05).flatten(1)
    rows = apart.any(1)  # a pair of equal points says nothing
    known, mix = apart[rows], mix[rows]
    share = ((critic.asked[-1] - x_fake) / (x_real - x_fake)).flatten(1)[rows]
    if not ((share > -0.01) & (share < 1.01))[known].all():
        return None
    if rows.all() and x_real.shape[-1] == len(mix) > 1:
        along = mix.expand_as(x_real).flatten(1)
        if (share - along)[known].abs().max() < 1e-3:
            return UNSHAPED
    widest = (x_real - x_fake).abs().flatten(1)[rows].argmax(1, keepdim=True)
    first = share.gather(1, widest)[:, 0]
    if (share - first[:, None])[known].abs().max() > 1e-2:
        return PER_COORDINATE
    shared = [mix, 1 - mix, mix.flip(0), mix.roll(1), torch.zeros_like(mix), torch.ones_like(mix)]
    if any((first - m).abs().max() < 2e-5 for m in shared):
        return None
    return ONE_MIX if len(mix) > 1 and (first - first[0]).abs().max() < 1e-4 else OWN_MIX
