"""Exercise `path_length`: how fast pictures change along a straight line between two codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named, then

Net = Callable[[Tensor], Tensor]
Path = Callable[[Net, Tensor, Tensor, Tensor, float], Tensor]


def path_length(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    """Squared pixel distance of g at t and t + eps on the line from w0 to w1, over eps²: (N,).

    w0, w1: (N, K). t: (N, 1), a place for each line. Karras et al., 2019, section 4.1, with pixels
    in the place of a network's features.
    """
    return change(on_line)(g, w0, w1, t, eps)


def on_line(w0: Tensor, w1: Tensor, t: Tensor | float) -> Tensor:
    return w0 + t * (w1 - w0)


def change(
    place: Callable[..., Tensor] = on_line,
    steps: tuple[float, float] = (0.0, 1.0),
    measure: Callable[[Tensor], Tensor] = lambda d: d.square().flatten(1).sum(1),
    over: Callable[[float], float] = lambda eps: eps**2,
) -> Path:
    """The path length, with pieces to replace."""

    def length(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
        a, b = (g(place(w0, w1, t + step * eps)) for step in steps)
        return measure(b - a) / over(eps)

    return length


def cases(generator: Generator) -> Iterator[Case]:
    for n, k, shape, eps, label in (
        (5, 4, (3, 4, 4), 0.1, "color images"),
        (4, 4, (1, 3, 5), 0.03, "gray images, as many lines as numbers"),
        (3, 6, (2, 2, 2), 0.4, "a long step"),
        (1, 3, (3, 2, 4), 0.2, "a batch of one"),
    ):
        inner = torch.randn(k, 7, generator=generator) / k**0.5
        outer = torch.randn(7, *shape, generator=generator)
        shift = torch.randn(7, generator=generator)

        def g(
            w: Tensor, inner: Tensor = inner, outer: Tensor = outer, shift: Tensor = shift
        ) -> Tensor:
            return torch.tensordot((w @ inner + shift).sin(), outer, dims=1)

        w0, w1 = (torch.randn(2, n, k, generator=generator) * 1.3).unbind()
        t = 0.1 + 0.5 * torch.rand(n, 1, generator=generator)
        yield Case((g, w0, w1, t, eps), label)


def _sphere(w0: Tensor, w1: Tensor, t: Tensor) -> Tensor:
    n0, n1 = w0.norm(dim=1, keepdim=True), w1.norm(dim=1, keepdim=True)
    angle = (w0 * w1).sum(1, keepdim=True).div(n0 * n1).clamp(-1, 1).arccos()
    arc = ((1 - t) * angle).sin() * w0 / n0 + (t * angle).sin() * w1 / n1
    return (n0 + t * (n1 - n0)) * arc / angle.sin()


def _cross_fade(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    """Pictures are faded into one another: their difference, at any t."""
    return (g(w1) - g(w0)).square().flatten(1).sum(1)


def _added_to_all(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    w = on_line(w0, w1, t)
    return (g(w + eps) - g(w)).square().flatten(1).sum(1) / eps**2


def _of_codes(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    return (w1 - w0).square().sum(1)


def _per_code_step(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    return path_length(g, w0, w1, t, eps) / (w1 - w0).square().sum(1)


def _unit_step(g: Net, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    """A step of length eps in w, whatever the ends' distance."""
    far = (w1 - w0).norm(dim=1, keepdim=True)
    a, b = g(on_line(w0, w1, t)), g(on_line(w0, w1, t) + eps * (w1 - w0) / far)
    return (b - a).square().flatten(1).sum(1) / eps**2


def squares(reduce: Callable[[Tensor], Tensor]) -> Path:
    return change(measure=lambda d: reduce(d.square()))


def _rows(change_rows: Callable[[Tensor], Tensor]) -> Path:
    return change(lambda w0, w1, t: on_line(w0, w1, change_rows(t)))


PATH_LENGTH = Exercise(
    name="path_length", notebook="16", title="squared change of the picture along a line",
    reference=path_length, cases=cases, points=2,
    mistakes=named({
        "over_eps": ("You divide by eps. The distance is squared, so it shrinks with eps²: divide "
            "by `eps ** 2`.", change(over=lambda eps: eps)),
        "not_divided": ("You didn't divide by eps², so the number says how small a step you took.",
            change(over=lambda eps: 1.0)),
        "multiplied": ("You multiply by eps². Divide.", change(over=lambda eps: eps**-2)),
        "over_two_eps": ("You divide by 2·eps or (2·eps)². The two places are eps apart.",
            change(over=lambda eps: 2 * eps), change(over=lambda eps: (2 * eps) ** 2)),
        "mean_over_pixels": ("You took the mean over the pixels. It is a squared distance: sum.",
            squares(lambda d: d.flatten(1).mean(1))),
        "mean_over_the_batch": ("You return one number for the batch. One for each line is asked "
            "for, (N,): sum over all axes but the first.",
            squares(torch.sum), squares(torch.mean), then(path_length, torch.mean)),
        "batch_for_every_line": ("Every line has the sum over the whole batch.",
            then(path_length, lambda v: v.sum().expand_as(v).clone())),
        "not_squared": ("That is the distance, without the square.",
            change(measure=lambda d: d.flatten(1).norm(dim=1)),
            then(path_length, torch.sqrt)),
        "absolute": ("You summed absolute differences. Square them.",
            change(measure=lambda d: d.abs().flatten(1).sum(1)),
            change(measure=lambda d: d.abs().flatten(1).sum(1).square())),
        "sum_then_square": ("You summed the differences of the pixels and squared the sum: changes "
            "of opposite sign cancel. Square first.",
            change(measure=lambda d: d.flatten(1).sum(1).square())),
        "backward": ("You look at t and t − eps. The second place is t + eps.",
            change(steps=(0.0, -1.0))),
        "centered": ("You look half a step to each side of t. Asked for: t and t + eps.",
            change(steps=(-0.5, 0.5))),
        "both_sides": ("Your two places are t − eps and t + eps. Asked for: t and t + eps.",
            change(steps=(-1.0, 1.0)), change(steps=(-1.0, 1.0), over=lambda eps: 4 * eps**2)),
        "from_the_start": ("You compare with the start of the line, w0. Both places are on the "
            "line: t and t + eps.", lambda g, w0, w1, t, eps: (
                g(on_line(w0, w1, t + eps)) - g(w0)).square().flatten(1).sum(1) / eps**2,
            lambda g, w0, w1, t, eps: (
                g(on_line(w0, w1, t)) - g(w0)).square().flatten(1).sum(1) / eps**2),
        "eps_at_one_end": ("You added eps to w1's share and did not take it off w0's, so the "
            "second place lies beside the line. On it w0's share is 1 − (t + eps), and w1's is "
            "t + eps.",
            lambda g, w0, w1, t, eps: (g((1 - t) * w0 + (t + eps) * w1) - g(on_line(w0, w1, t)))
                .square().flatten(1).sum(1) / eps**2),
        "first_step": ("You take the step at the start of the line, whatever t is.",
            lambda g, w0, w1, t, eps: path_length(g, w0, w1, 0 * t, eps)),
        "ends_exchanged": ("The line runs from w1 to w0: at t = 0 you stand at w1.",
            lambda g, w0, w1, t, eps: path_length(g, w1, w0, t, eps)),
        "eps_on_every_number": ("You add eps to every number of the code. The step goes *along "
            "the line*: t becomes t + eps.", _added_to_all),
        "brackets": ("Brackets: the second code is w0 + (t + eps) · (w1 − w0). Without them t is "
            "added to every number of w0.", lambda g, w0, w1, t, eps: (
                g(w0 + t + eps * (w1 - w0)) - g(on_line(w0, w1, t))
            ).square().flatten(1).sum(1) / eps**2),
        "unit_step": ("Your step has length eps in w. Along the line it is eps times the distance "
            "of the ends: t becomes t + eps.", _unit_step, _per_code_step),
        "sphere": ("You walk along an arc. In w the line is straight: w0 + t · (w1 − w0).",
            change(_sphere)),
        "no_line": ("w0 + t · w1 isn't on the line from w0 to w1: w0 + t · (w1 − w0).",
            change(lambda w0, w1, t: w0 + t * w1), change(lambda w0, w1, t: t * w0 + t * w1)),
        "cross_fade": ("You faded the two *pictures* into one another. The codes are mixed, and "
            "then pictures are made of them.", _cross_fade),
        "codes_measured": ("You measured the codes, and g was never asked. The distance is between "
            "pictures.", _of_codes),
        "one_place_for_all": ("All lines use one t. Row n of t belongs to line n.",
            _rows(lambda t: t[:1].expand_as(t)), _rows(lambda t: t.mean().expand_as(t))),
        "channels_only": ("You summed over one axis and averaged over others. Sum over all pixels "
            "and channels: `.flatten(1).sum(1)`.",
            squares(lambda d: d.sum(1).flatten(1).mean(1)),
            squares(lambda d: d.mean(1).flatten(1).sum(1))),
        "halved": ("There is a factor of ½ too much.", then(path_length, lambda v: v / 2)),
        "line_without_an_axis": ("Every line was combined with every t: `t` is (N, 1) and fits "
            "the codes (N, K) as it is.",
            lambda g, w0, w1, t, eps: path_length(g, w0, w1, t, eps)[:, None] + 0 * t.T),
    }),
    hints=["Two places on one line, two pictures, their squared distance, divided by the square "
           "of the step.",
           "A place is `w0 + t * (w1 - w0)`; t (N, 1) fits as it is. The second one has t + eps.",
           "`(g(there) - g(here)).square().flatten(1).sum(1) / eps ** 2`"],
)  # fmt: skip
