"""What the learner of `gradient_penalty` reads about each known mistake."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from coursework.exercises.nb11.critics import by_backward, length, slope, weight_slope
from coursework.exercises.nb11.mixing import gradient_penalty
from coursework.exercises.rules import Wrong, named, scaled, then

Critic = Callable[[Tensor], Tensor]


def between(real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """share · real + (1 − share) · fake, with one share a row."""
    share = share.reshape(-1, *[1] * (real.ndim - 1))
    return share * real + (1 - share) * fake


def beyond(size: Tensor, one_sided: bool) -> Tensor:
    """(size − 1)², or max(0, size − 1)²."""
    return ((size - 1).clamp(min=0) if one_sided else size - 1).square()


def at(points: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Wrong:
    """The penalty at other points."""
    return lambda critic, real, fake, mix, one_sided=False: beyond(
        length(slope(critic, points(real, fake, mix))), one_sided
    )


def of_slope(change: Callable[[Tensor, bool], Tensor]) -> Wrong:
    """Another function of the slope at the right points."""
    return lambda critic, real, fake, mix, one_sided=False: change(
        slope(critic, between(real, fake, mix)), one_sided
    )


def of_size(change: Callable[[Tensor, bool], Tensor]) -> Wrong:
    """Another function of the slope's length."""
    return of_slope(lambda g, one_sided: change(length(g), one_sided))


def without_graph(
    critic: Critic, real: Tensor, fake: Tensor, mix: Tensor, one_sided: bool = False
) -> Tensor:
    return beyond(length(slope(critic, between(real, fake, mix), graph=False)), one_sided)


def undetached(
    critic: Critic, real: Tensor, fake: Tensor, mix: Tensor, one_sided: bool = False
) -> Tensor:
    x = between(real, fake, mix)
    x = x if x.requires_grad else x.requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return beyond(length(gradient), one_sided)


def quotient(
    critic: Critic, real: Tensor, fake: Tensor, mix: Tensor, one_sided: bool = False
) -> Tensor:
    rise = (critic(real) - critic(fake.detach())).flatten().abs()
    return beyond(rise / (real - fake.detach()).flatten(1).norm(dim=1), one_sided)


def of_weights(summed: bool) -> Wrong:
    """The slope in the critic's weights."""
    return lambda critic, real, fake, mix, one_sided=False: beyond(
        weight_slope(critic, between(real, fake, mix).detach(), summed), one_sided
    )


def root_by_hand(g: Tensor) -> Tensor:
    return g.flatten(1).square().sum(1).sqrt()


def mean_slope(g: Tensor) -> Tensor:
    return g / len(g)


MISTAKES = named({
    "no_graph": ("The numbers are right, and no gradient gets from them to the critic's weights, "
        "so the penalty would change nothing. Ask with `torch.autograd.grad(…, "
        "create_graph=True)`, and don't detach what comes back.",
        without_graph, then(gradient_penalty, Tensor.detach)),
    "squared_length": ("You took 1 from the *squared* length of the slope: the root is missing. "
        "The penalty is (‖slope‖ − 1)².",
        of_slope(lambda g, one: beyond(g.flatten(1).square().sum(1), one))),
    "norm_over_the_batch": ("You took one length for the whole batch. Every point has a slope of "
        "its own: flatten each to (N, …) and take the norm over axis 1.",
        of_slope(lambda g, one: beyond(g.norm(), one)),
        of_slope(lambda g, one: beyond(g.norm().expand(len(g)), one)),
        of_slope(lambda g, one: beyond(g.flatten(1).norm(dim=0), one))),
    "mean_differentiated": ("You differentiated the *mean* of the critic over the batch, which "
        "divides every slope by N. Differentiate the sum: each point only moves its own output.",
        of_slope(lambda g, one: beyond(length(mean_slope(g)), one))),
    "one_mix_for_the_batch": ("All points of the batch were mixed with the same share. `mix` holds "
        "one for each pair, (N,): reshape it to (N, 1, …).",
        at(lambda r, f, mix: between(r, f, mix[:1].expand_as(mix))),
        at(lambda r, f, mix: between(r, f, mix.mean().expand_as(mix))),
        at(lambda r, f, mix: between(r, f, mix[-1:].expand_as(mix))),
        at(lambda r, f, mix: (r + f) / 2),
        at(lambda r, f, mix: between(r, f, torch.rand(1).expand_as(mix)))),
    "mix_not_reshaped": ("`mix` is (N,), and torch lines it up with the *last* axis of x, not with "
        "the batch. Reshape it to (N, 1, …): `mix.reshape(-1, *[1] * (x_real.ndim - 1))`.",
        at(lambda r, f, mix: mix * r + (1 - mix) * f),
        at(lambda r, f, mix: mix[:, None] * r + (1 - mix[:, None]) * f)),
    "mix_for_each_coordinate": ("Every coordinate was mixed with a share of its own, so your "
        "points fill a box. They should lie on the segment from a fake to a real one: one share a "
        "pair, the given `mix`.",
        at(lambda r, f, mix: f + torch.rand(r.shape) * (r - f))),
    "its_own_mix": ("You drew shares of your own. Use the `mix` that is given, (N,): whoever calls "
        "decides about chance.", at(lambda r, f, mix: between(r, f, torch.rand(len(r))))),
    "mix_turned": ("`mix` is the share of the *real* one: mix · real + (1 − mix) · fake. Yours is "
        "the share of the fake. (With uniform shares both are equally good; here they are "
        "compared number by number.)", at(lambda r, f, mix: between(r, f, 1 - mix))),
    "beyond_the_pair": ("Some of your points lie beyond the real one or the fake. They should lie "
        "*between* the two: mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: between(r, f, 1 + mix)), at(lambda r, f, mix: between(r, f, -mix)),
        at(lambda r, f, mix: between(r, f, 2 - mix)), at(lambda r, f, mix: between(r, f, mix - 1))),
    "share_missing": ("One of the two has no share. Both have one, and they add up to 1: "
        "mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: between(r, 0 * f, mix) + f),
        at(lambda r, f, mix: r + between(f, 0 * r, mix)),
        at(lambda r, f, mix: r + between(f, 0 * r, 1 - mix)),
        at(lambda r, f, mix: between(r, 0 * f, 1 - mix) + f)),
    "same_share_twice": ("Real and fake got the same share. The fake's is what is left of 1: mix · "
        "real + (1 − mix) · fake.",
        at(lambda r, f, mix: between(r + f, 0 * f, mix)),
        at(lambda r, f, mix: between(r + f, 0 * f, 1 - mix))),
    "from_0": ("mix · (real − fake) is the way from the fake. Add the fake itself: fake + mix · "
        "(real − fake), which is mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: between(r - f, 0 * f, mix))),
    "fake_subtracted": ("The fake is subtracted. Both are added: mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: between(r, -f, mix))),
    "brackets_around_the_share": ("Brackets: 1 − mix · fake is 1 minus something. The fake's share "
        "is (1 − mix): mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: 1 + between(r, 0 * f, mix) - between(f, 0 * r, mix))),
    "at_real_points": ("You took the slope at the real points. That is where R1 looks; this "
        "penalty looks *between* real and fake: mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: r)),
    "at_fakes": ("You took the slope at the fakes. This penalty looks *between* real and fake: mix "
        "· real + (1 − mix) · fake.", at(lambda r, f, mix: f)),
    "at_both": ("You took the slope at real points and at fakes, 2N of them. Asked for are the N "
        "points between: mix · real + (1 − mix) · fake.",
        at(lambda r, f, mix: torch.cat([r, f]))),
    "always_two_sided": ("Slopes below 1 cost something although `one_sided` is set: it is "
        "ignored, or the cut at 0 comes after the square. Cut first: max(0, ‖slope‖ − 1)².",
        of_size(lambda size, one: (size - 1).square())),
    "always_one_sided": ("Slopes below 1 cost nothing in yours, whatever `one_sided` says. Without "
        "it, the penalty is (‖slope‖ − 1)² on both sides.",
        of_size(lambda size, one: (size - 1).clamp(min=0).square())),
    "sides_swapped": ("The two kinds changed places: `one_sided=True` means that only slopes above "
        "1 cost something.", of_size(lambda size, one: beyond(size, not one))),
    "the_wrong_side": ("One-sided, yours counts the slopes *below* 1. Those are allowed; what is "
        "too steep costs: max(0, ‖slope‖ − 1)².",
        of_size(lambda size, one: (1 - size).clamp(min=0).square() if one
            else (1 - size).square())),
    "of_the_weights": ("That is the gradient in the critic's *weights*. The penalty is about the "
        "slope in x: `torch.autograd.grad(critic(x).sum(), x, …)`.",
        of_weights(False), of_weights(True)),
    "not_squared": ("The square is missing: (‖slope‖ − 1)², not its absolute value, nor the "
        "difference as it is.",
        of_size(lambda size, one: (size - 1).clamp(min=0) if one else (size - 1).abs()),
        of_size(lambda size, one: (size - 1).clamp(min=0) if one else size - 1)),
    "towards_0": ("You penalize the slope itself, as R1 does. This penalty wants a slope of 1: "
        "take 1 from the length before you square.",
        of_size(lambda size, one: size.square()), of_size(lambda size, one: size)),
    "one_number": ("You return one number for the batch. One penalty for each pair is asked for, "
        "(N,); the mean, and λ, come in the loss.",
        then(gradient_penalty, torch.mean), then(gradient_penalty, torch.sum),
        of_size(lambda size, one: beyond(size.mean(), one))),
    "lambda_inside": ("λ = 10 came in. It belongs in the loss; here the bare penalty is asked for.",
        scaled(gradient_penalty, 10.0)),
    "not_flattened": ("You took the norm over one axis only. An image has three: "
        "`gradient.flatten(1).norm(dim=1)` is the length of its whole slope.",
        of_slope(lambda g, one: beyond(g.norm(2, dim=1), one)),
        of_slope(lambda g, one: beyond(g.norm(2, dim=-1), one))),
    "another_length": ("The length is the Euclidean one, √ of the sum of squares, not the sum of "
        "absolute values, nor the largest, nor an average.",
        of_slope(lambda g, one: beyond(g.flatten(1).abs().sum(1), one)),
        of_slope(lambda g, one: beyond(g.flatten(1).abs().amax(1), one)),
        of_slope(lambda g, one: beyond(g.flatten(1).square().mean(1).sqrt(), one)),
        of_slope(lambda g, one: beyond(g.flatten(1).sum(1), one))),
    "each_coordinate": ("You took 1 from each coordinate of the slope. It is the *length* of the "
        "whole slope that should be 1.",
        of_slope(lambda g, one: beyond(g, one).flatten(1).sum(1)),
        of_slope(lambda g, one: beyond(g, one).flatten(1).mean(1)),
        of_slope(lambda g, one: beyond(g.abs(), one).flatten(1).sum(1))),
    "of_the_probability": ("You put a sigmoid on the critic's output. A critic's score has no "
        "bounds, and its own slope is what is penalized.",
        lambda critic, r, f, mix, one=False: beyond(
            length(slope(lambda y: critic(y).sigmoid(), between(r, f, mix))), one)),
    "difference_quotient": ("You divided the difference of the critic's values at the two ends by "
        "their distance. That sees the mean slope along the way; a critic may be steep up and down "
        "in between. Take the gradient at one point of the way.", quotient),
    "fakes_not_detached": ("The numbers are right, but the penalty's gradient runs on into "
        "`x_fake`, and so into the generator: then G learns to make the critic flat. The points "
        "are given: `.detach()` them before they want a gradient.", undetached),
    "left_in_the_critic": ("The numbers are right, but `backward()` has also filled the critic's "
        "own `.grad`, and its next update would add it up. Ask with `torch.autograd.grad`, which "
        "leaves nothing behind.",
        lambda critic, r, f, mix, one=False: by_backward(
            gradient_penalty, between, lambda g: beyond(length(g), one))(critic, r, f, mix)),
    "breaks_at_slope_0": ("Right, except where the slope is exactly 0: there the root's own slope "
        "is infinite, and the gradient NaN. `.norm(dim=1)` knows that place; a root typed by hand "
        "needs something small inside, `(….sum(1) + 1e-12).sqrt()`.",
        of_slope(lambda g, one: beyond(root_by_hand(g), one))),
})  # fmt: skip
