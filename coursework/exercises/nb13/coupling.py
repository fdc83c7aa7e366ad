"""Exercise `affine_coupling`: half of x decides how the other half is scaled and shifted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Exercise, Property
from coursework.exercises.nb13.nets import Net, Parts, coupling_case, coupling_cases
from coursework.exercises.rules import named


def affine_coupling(x: Tensor, mask: Tensor, scale: Net, shift: Net) -> tuple[Tensor, Tensor]:
    """y (N, D) and log |det dy/dx| (N,) of x (N, D), mask (D,). Dinh et al., 2017, eq. 9."""
    kept, free = x * mask, 1 - mask
    s, t = scale(kept), shift(kept)
    return kept + free * (x * s.exp() + t), (free * s).sum(1)


def _y(p: Parts) -> Tensor:
    return p.join(p.x * p.s.exp() + p.t)


def _with(log_det: Callable[[Parts], Any]) -> Callable[[Parts], Any]:
    """The right y with another log-determinant."""
    return lambda p: (_y(p), log_det(p))


def _seeing(p: Parts, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The coupling with another s and t."""
    return p.join(p.x * s.exp() + t), p.summed(s)


def _everywhere(p: Parts, s: Tensor, t: Tensor) -> Tensor:
    return p.x * s.exp() + t


def _on_kept(p: Parts) -> tuple[Tensor, Tensor]:
    s, t = p.s * p.mask, p.t * p.mask
    return p.x * s.exp() + t, s.sum(1)


def _det(p: Parts) -> Tensor:
    return torch.where(p.free == 1, p.s.exp(), 1).prod(1)


MISTAKES = named({
    "network_sees_the_other_half": ("The networks saw the half that is changed. They have to see "
        "`x * mask`, the half that passes through: only that one is still there when the layer is "
        "run backward.", lambda p: _seeing(p, p.scale(p.x * p.free), p.shift(p.x * p.free)),
        lambda p: _seeing(p, p.scale(p.x * p.free), p.t),
        lambda p: _seeing(p, p.s, p.shift(p.x * p.free))),
    "network_sees_everything": ("The networks saw all of x. Give them `x * mask`: what they see "
        "has to be known when the layer is run backward, and only the kept half is.",
        lambda p: _seeing(p, p.scale(p.x), p.shift(p.x)),
        lambda p: _seeing(p, p.scale(p.x), p.t), lambda p: _seeing(p, p.s, p.shift(p.x))),
    "mask_inverted": ("The mask is used the other way round. Where it is 1, x passes unchanged; "
        "where it is 0, x is scaled and shifted.", lambda p: affine_coupling(
            p.x, p.free, p.scale, p.shift)),
    "mask_on_the_output": ("You scale and shift where the mask is 1. What the networks saw has to "
        "pass unchanged; multiply their answers by `1 - mask`.", _on_kept),
    "kept_half_moved": ("The half where the mask is 1 has changed as well. s and t count only "
        "where the mask is 0.", lambda p: (_everywhere(p, p.s, p.t), p.summed(p.s)),
        lambda p: (_everywhere(p, p.s, p.t), p.s.sum(1)),
        lambda p: (_everywhere(p, p.s * p.free, p.t), p.summed(p.s)),
        lambda p: (_everywhere(p, p.s, p.t * p.free), p.summed(p.s)),
        lambda p: (_everywhere(p, p.s, p.t * p.free), p.s.sum(1)),
        lambda p: (p.kept + _everywhere(p, p.s, p.t), p.summed(p.s))),
    "kept_half_lost": ("Where the mask is 1, your y is 0. That half passes through: add "
        "`x * mask`.", lambda p: (p.free * (p.x * p.s.exp() + p.t), p.summed(p.s))),
    "kept_half_twice": ("You added all of x. Add `x * mask`: the other half is in already.",
        lambda p: (p.x + p.free * (p.x * p.s.exp() + p.t), p.summed(p.s))),
    "log_det_over_all": ("log_det sums s over all D entries. The kept ones have slope 1, whose log "
        "is 0: sum over those where the mask is 0, `((1 - mask) * s).sum(1)`.",
        _with(lambda p: p.s.sum(1)), _with(lambda p: p.s.mean(1))),
    "log_det_over_kept": ("log_det sums s over the kept entries. It is the others that are scaled: "
        "those where the mask is 0.", _with(lambda p: (p.mask * p.s).sum(1))),
    "log_det_averaged": ("log_det is averaged over the entries. The log of a product is a *sum* of "
        "logs.", _with(lambda p: p.summed(p.s) / p.x.shape[1]),
        _with(lambda p: p.summed(p.s) / p.free.sum())),
    "log_det_of_the_batch": ("log_det is one number for the batch. Each row of x has its own, "
        "(N,): sum over dimension 1.", _with(lambda p: p.summed(p.s).sum()),
        _with(lambda p: p.summed(p.s).mean()), _with(lambda p: p.summed(p.s).sum().expand(
            len(p.x))), _with(lambda p: (p.free * p.s).mean()), _with(lambda p: p.s.sum()),
        _with(lambda p: p.s.mean())),
    "log_det_not_summed": ("log_det has a number for each entry, (N, D). Sum over the entries, "
        "`.sum(1)`.", _with(lambda p: p.free * p.s), _with(lambda p: p.s)),
    "log_det_column": ("The numbers are right, and log_det has shape (N, 1). Asked for is (N,): "
        "beside another (N,) a column becomes (N, N) without a word.",
        _with(lambda p: p.summed(p.s)[:, None])),
    "log_det_sign": ("The sign of log_det is wrong. y = x · e^s stretches space by e^s, and the "
        "log of that is +s.", _with(lambda p: -p.summed(p.s))),
    "log_det_of_e_s": ("You summed e^s. The entries of the diagonal are e^s, so their logs are s "
        "itself.", _with(lambda p: p.summed(p.s.exp())), _with(lambda p: p.s.exp().sum(1))),
    "determinant": ("That is the determinant, the product of e^s. Its log is asked for: the sum "
        "of s.", _with(_det), _with(lambda p: p.summed(p.s).exp())),
    "log_of_scale": ("You took the log of s. The factor is e^s, and its log is s itself.",
        _with(lambda p: p.summed(p.s.abs().log())), _with(lambda p: p.summed(p.s.abs())),
        _with(lambda p: torch.where(p.free == 1, p.s, 1).log().sum(1))),
    "log_of_masked_scale": ("You took the log of e^s times the mask, and log 0 is −∞. Mask s "
        "itself, which is that log already: `((1 - mask) * s).sum(1)`.",
        _with(lambda p: (p.free * p.s.exp()).log().sum(1))),
    "log_det_with_shift": ("The shift is in log_det as well. A shift stretches nothing.",
        _with(lambda p: p.summed(p.s + p.t)), _with(lambda p: p.summed(p.t))),
    "log_det_zero": ("log_det is 0, as for a layer that only shifts. This one scales by e^s.",
        _with(lambda p: torch.zeros(len(p.x)))),
    "log_of_product": ("The formula is right, and in many dimensions the product of the e^s leaves "
        "the range of float32, and its log is ∞. Sum the s instead.",
        _with(lambda p: _det(p).log())),
    "only_y": ("You return y alone. Return the pair (y, log_det).", _y),
    "only_log_det": ("You return log_det alone. Return the pair (y, log_det).",
        lambda p: p.summed(p.s)),
    "pair_reversed": ("You return (log_det, y). Asked for is (y, log_det).",
        lambda p: (p.summed(p.s), _y(p))),
    "e_to_minus_s": ("You multiplied by e^(−s). Forward it is e^s; e^(−s) undoes it.",
        lambda p: (p.join(p.x * (-p.s).exp() + p.t), p.summed(p.s)),
        lambda p: (p.join(p.x * (-p.s).exp() + p.t), -p.summed(p.s))),
    "inverse": ("That is the way back, (y − t) · e^(−s). This function goes forward: x · e^s + t.",
        lambda p: (p.join((p.x - p.t) * (-p.s).exp()), -p.summed(p.s)),
        lambda p: (p.join((p.x - p.t) * (-p.s).exp()), p.summed(p.s))),
    "shift_before_scale": ("You shifted first and scaled afterwards, so t is scaled too. It is "
        "x · e^s + t.", lambda p: (p.join((p.x + p.t) * p.s.exp()), p.summed(p.s))),
    "shift_subtracted": ("You subtracted t. Forward it is added: x · e^s + t.",
        lambda p: (p.join(p.x * p.s.exp() - p.t), p.summed(p.s)),
        lambda p: (p.join((p.x - p.t) * p.s.exp()), p.summed(p.s))),
    "exp_missing": ("You multiplied by s itself, which may be 0 or negative. The factor is e^s.",
        lambda p: (p.join(p.x * p.s + p.t), p.summed(p.s)),
        lambda p: (p.join(p.x * p.s + p.t), p.summed(p.s.abs().log()))),
    "one_plus_s": ("You multiplied by 1 + s. The factor is e^s.",
        lambda p: (p.join(p.x * (1 + p.s) + p.t), p.summed(p.s)),
        lambda p: (p.join(p.x * (1 + p.s) + p.t), p.summed(torch.log1p(p.s).nan_to_num()))),
    "no_shift": ("The shift t is missing: x · e^s + t.",
        lambda p: (p.join(p.x * p.s.exp()), p.summed(p.s))),
    "no_scale": ("The scale is missing: x · e^s + t.", lambda p: (p.join(p.x + p.t), p.summed(p.s)),
        lambda p: (p.join(p.x + p.t), torch.zeros(len(p.x)))),
    "networks_swapped": ("The two networks are exchanged: s comes from `scale`, t from `shift`.",
        lambda p: _seeing(p, p.t, p.s)),
    "one_network": ("s and t come from the same network. s = scale(x · mask), "
        "t = shift(x · mask).", lambda p: _seeing(p, p.s, p.s), lambda p: _seeing(p, p.t, p.t)),
    "half_s": ("s is read as a log-variance, or doubled. The factor is e^s.",
        lambda p: (p.join(p.x * (p.s / 2).exp() + p.t), p.summed(p.s) / 2),
        lambda p: (p.join(p.x * (p.s / 2).exp() + p.t), p.summed(p.s)),
        lambda p: (p.join(p.x * (2 * p.s).exp() + p.t), 2 * p.summed(p.s)),
        lambda p: (_y(p), p.summed(p.s) / 2), lambda p: (_y(p), 2 * p.summed(p.s))),
    "another_scale": ("You sent s through another function, such as a sigmoid, softplus or tanh. "
        "Here the factor is e^s as it is.",
        lambda p: (p.join(p.x * p.s.sigmoid() + p.t), p.summed(F.logsigmoid(p.s))),
        lambda p: (p.join(p.x * (p.s + 2).sigmoid() + p.t), p.summed(F.logsigmoid(p.s + 2))),
        lambda p: (p.join(p.x * F.softplus(p.s) + p.t), p.summed(F.softplus(p.s).log())),
        lambda p: _seeing(p, p.s.tanh(), p.t)),
    "scaled_the_kept_half": ("e^s multiplies the half that passed through. It is the *other* half "
        "of x that is scaled.", lambda p: (p.join(p.kept * p.s.exp() + p.t), p.summed(p.s))),
    "graph_cut_in_log_det": ("The numbers are right, and s has no gradient: something cuts the "
        "graph (`.detach()`, `.data`, `no_grad`). Training would leave the log-determinant out.",
        _with(lambda p: p.summed(p.s).detach())),
}, read=lambda *args: Parts(*args))  # fmt: skip


def _against_autograd(fn: Callable[..., Any], generator: Generator) -> str | None:
    """log |det| of the Jacobian of one row, by autograd."""
    x, mask, scale, shift = coupling_case(generator, 1, 4, 2, "").args
    x = x.clone().requires_grad_()
    y, log_det = fn(x, mask, scale, shift)
    if not y.requires_grad:
        return None
    rows = [torch.autograd.grad(y[0, i], x, retain_graph=True)[0][0] for i in range(4)]
    by_autograd = float(torch.linalg.slogdet(torch.stack(rows)).logabsdet)
    yours = float(log_det.detach().flatten()[0])
    if abs(by_autograd - yours) < 1e-3 * (1 + abs(by_autograd)):
        return None
    return (
        f"log_det must be that of your own Jacobian, by autograd {by_autograd:.4g}; "
        f"yours is {yours:.4g}."
    )


AFFINE_COUPLING = Exercise(
    name="affine_coupling",
    notebook="13",
    title="y and log |det| of a coupling",
    reference=affine_coupling,
    cases=coupling_cases,
    mistakes=MISTAKES,
    properties=[Property("log_det_of_its_own_jacobian", _against_autograd)],
    hints=[
        "Four lines: what the networks see, what they say, and the two results. `1 - mask` is 1 "
        "where entries are changed.",
        "`kept = x * mask`, `s, t = scale(kept), shift(kept)`. Where the mask is 0, y is "
        "x · e^s + t; the slopes there are e^s, so log_det is the sum of these s.",
        "`y = kept + (1 - mask) * (x * s.exp() + t)` and `log_det = ((1 - mask) * s).sum(1)`",
    ],
    points=3,
    differentiable=(0,),
)
