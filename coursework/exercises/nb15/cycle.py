"""Exercises `cycle_loss` and `identity_loss`: there and back, and no change to what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb15.networks import Net, weights
from coursework.exercises.rules import Wrong, must_be, named, scaled, swapped

UNEQUAL = "more of a than of b"
Map = Callable[[Tensor], Tensor]


def cycle_loss(g: Map, f: Map, a: Tensor, b: Tensor) -> Tensor:
    """mean |f(g(a)) − a| + mean |g(f(b)) − b|, a scalar. Zhu et al., 2017, eq. 2."""
    return (f(g(a)) - a).abs().mean() + (g(f(b)) - b).abs().mean()


def identity_loss(g: Map, f: Map, a: Tensor, b: Tensor) -> Tensor:
    """mean |g(b) − b| + mean |f(a) − a|, a scalar. Zhu et al., 2017, section 5.2."""
    return (g(b) - b).abs().mean() + (f(a) - a).abs().mean()


def cases(generator: Generator) -> Iterator[Case]:
    """Weights of g and of f, and examples of both kinds."""
    for n, shape, label in (
        (5, (4,), "points"),
        (3, (1, 2, 3), "images"),
        (1, (3,), "one of each"),
    ):
        yield _case(generator, (n, n), shape, label)
    yield _case(generator, (6, 4), (3,), UNEQUAL, extreme=True)


def _case(
    generator: Generator,
    counts: tuple[int, int],
    shape: tuple[int, ...],
    label: str,
    extreme: bool = False,
) -> Case:
    size = torch.Size(shape).numel()
    nets = [w for _ in range(2) for w in weights(generator, size, size)]
    a = 0.5 + torch.randn(counts[0], *shape, generator=generator)
    b = -0.5 + 1.5 * torch.randn(counts[1], *shape, generator=generator)
    return Case((*nets, a, b), label, extreme=extreme)


def _observe(
    fn: Wrong, g1: Tensor, g2: Tensor, f1: Tensor, f2: Tensor, a: Tensor, b: Tensor
) -> Any:
    return fn(Net(g1, g2), Net(f1, f2), a, b)


def _l1(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean()


def _with(distance: Callable[[Tensor, Tensor], Tensor]) -> tuple[Wrong, Wrong]:
    """Both losses with another distance: of the cycle, and of the identity."""
    return (
        lambda g, f, a, b: distance(f(g(a)), a) + distance(g(f(b)), b),
        lambda g, f, a, b: distance(g(b), b) + distance(f(a), a),
    )


DISTANCES = {
    "squared": ("The differences are squared. Asked for is the absolute difference, L1.",
        lambda x, y: (x - y).square().mean(), lambda x, y: (x - y).square().mean().sqrt(),
        lambda x, y: 0.5 * (x - y).square().mean()),
    "summed": ("You summed. Each term is a mean over all its numbers.",
        lambda x, y: (x - y).abs().sum(), lambda x, y: (x - y).abs().flatten(1).sum(1).mean()),
    "no_absolute_value": ("The absolute value is missing: too much and too little cancel.",
        lambda x, y: (x - y).mean(), lambda x, y: (x - y).mean().abs()),
    "not_averaged": ("You return several numbers. A loss is one: the mean.",
        lambda x, y: (x - y).abs(), lambda x, y: (x - y).abs().flatten(1).mean(1)),
    "norm": ("You took Euclidean lengths. Asked for is the mean of absolute differences.",
        lambda x, y: (x - y).flatten(1).norm(dim=1).mean(), lambda x, y: (x - y).norm()),
}  # fmt: skip


def _distances(which: int) -> dict[str, Any]:
    return {
        name: (says, *(_with(distance)[which] for distance in wrong))
        for name, (says, *wrong) in DISTANCES.items()
    }


def _no_grad(map_: Map) -> Map:
    return lambda x: map_(x).detach()


CYCLE_LOSS = Exercise(
    name="cycle_loss", notebook="15", title="there and back again",
    reference=cycle_loss, cases=cases, observe=_observe, differentiable=(0, 1, 2, 3), points=2,
    mistakes=named({
        "one_direction_only": ("Only one way round is there. Both: a → b → a *and* b → a → b. "
            "With one of them, several a's may still land on one b, or the other way round.",
            lambda g, f, a, b: _l1(f(g(a)), a), lambda g, f, a, b: _l1(g(f(b)), b)),
        "one_direction_twice": ("The same way round stands there twice. The second is g(f(b)) "
            "against b.", lambda g, f, a, b: 2 * _l1(f(g(a)), a),
            lambda g, f, a, b: 2 * _l1(g(f(b)), b)),
        "identity": ("That is the identity loss: each map is given what is right already. A cycle "
            "goes through both maps: f(g(a)).",
            lambda g, f, a, b: _l1(f(a), a) + _l1(g(b), b)),
        "no_way_back": ("You compared g(a) with a, and f(b) with b: the way back is missing, and "
            "this would forbid any change. It is f(g(a)) against a.",
            lambda g, f, a, b: _l1(g(a), a) + _l1(f(b), b)),
        "compared_with_the_middle": ("You compared the way back with the *middle*, g(a). After "
            "there and back one has to be where one began: f(g(a)) against a.",
            lambda g, f, a, b: _l1(f(g(a)), g(a)) + _l1(g(f(b)), f(b)),
            lambda g, f, a, b: _l1(f(g(a)), g(a)) + _l1(g(f(b)), b)),
        "same_map_twice": ("You applied the same map twice, g(g(a)). The way back is the other "
            "map.", lambda g, f, a, b: _l1(g(g(a)), a) + _l1(f(f(b)), b),
            lambda g, f, a, b: _l1(f(f(a)), a) + _l1(g(g(b)), b)),
        "maps_swapped": ("g and f changed places. g goes from a to b, so a → g → f: f(g(a)).",
            swapped(cycle_loss)),
        "f_first_once": ("In one of the two directions the maps come in the wrong order: f(g(a)) "
            "for a, g(f(b)) for b.", lambda g, f, a, b: _l1(f(g(a)), a) + _l1(f(g(b)), b),
            lambda g, f, a, b: _l1(g(f(a)), a) + _l1(g(f(b)), b)),
        "compared_with_the_other": ("You compared what began as a with b. There are no pairs: "
            "f(g(a)) is compared with a itself.",
            lambda g, f, a, b: _l1(f(g(a)), b) + _l1(g(f(b)), a)),
        "translation_against_b": ("You compared g(a) with b and f(b) with a, as if they were "
            "pairs. They aren't: the b beside an a is a chance one.",
            lambda g, f, a, b: _l1(g(a), b) + _l1(f(b), a)),
        "both_ends_translated": ("You compared the two round trips with each other. Compare each "
            "with where it began.",
            lambda g, f, a, b: _l1(f(g(a)), g(f(b)))),
        "halves_averaged": ("A factor ½ came in. The two directions are added.",
            scaled(cycle_loss, 0.5)),
        "subtracted": ("The directions are subtracted. They are added.",
            lambda g, f, a, b: _l1(f(g(a)), a) - _l1(g(f(b)), b)),
        "sign": ("The sign is wrong: lower has to be better.", scaled(cycle_loss, -1)),
        "weighted": ("A weight of 10 came in. It belongs to the generator's whole loss, later.",
            scaled(cycle_loss, 10)),
        "cut_in_the_middle": ("The number is right, and the gradient stops in the middle: g(a) "
            "was detached before f got it, so only the way back learns.",
            lambda g, f, a, b: _l1(f(g(a).detach()), a) + _l1(g(f(b).detach()), b),
            lambda g, f, a, b: _l1(f(g(a).detach()), a) + _l1(g(f(b)), b),
            lambda g, f, a, b: _l1(f(g(a)), a) + _l1(g(f(b).detach()), b)),
        "one_map_frozen": ("The number is right, and one of the two maps gets no gradient from "
            "one of its uses, as if it ran under `no_grad`.",
            lambda g, f, a, b: cycle_loss(g, _no_grad(f), a, b),
            lambda g, f, a, b: cycle_loss(_no_grad(g), f, a, b),
            lambda g, f, a, b: _l1(f(g(a)).detach(), a) + _l1(g(f(b)), b),
            lambda g, f, a, b: _l1(f(g(a)), a) + _l1(g(f(b)).detach(), b)),
        "no_graph": ("The number is right, and no gradient comes back at all. Leave out "
            "`.item()`, `float()`, `no_grad` and a `.detach()` of the loss.",
            lambda *args: cycle_loss(*args).detach()),
    } | _distances(0))
    + named({
        "pooled": ("Right where a and b are equally many. Where they aren't, you took one mean "
            "over both, or weighted by their numbers. Each direction has its own mean.",
            lambda g, f, a, b: 2 * torch.cat([(f(g(a)) - a).flatten(), (g(f(b)) - b).flatten()])
                .abs().mean()),
    }),
    properties=[
        must_be("there_and_back", 0.0,
            lambda fn, g: fn(lambda x: 2 * x, lambda x: x / 2, *torch.randn(2, 4, 3, generator=g)),
            "Where f undoes g the loss is 0, whatever g does; yours: {:.5g}."),
    ],
    hints=["Start at a, go through g and then f: where should you be? The same from b.",
           "`f(g(a))` against `a`, `g(f(b))` against `b`, absolute differences, a mean of each.",
           "`(f(g(a)) - a).abs().mean() + (g(f(b)) - b).abs().mean()`"],
)  # fmt: skip

IDENTITY_LOSS = Exercise(
    name="identity_loss", notebook="15", title="the identity loss",
    reference=identity_loss, cases=cases, observe=_observe, differentiable=(0, 1, 2, 3), points=1,
    mistakes=named({
        "nothing_may_change": ("You asked g to leave *a* alone and f to leave b alone: then "
            "nothing is ever translated. g makes b's, so it should leave a b as it is: g(b) "
            "against b.", lambda g, f, a, b: _l1(g(a), a) + _l1(f(b), b)),
        "one_map_only": ("Only one of the two maps is there. Both: g(b) against b, f(a) against "
            "a.", lambda g, f, a, b: _l1(g(b), b), lambda g, f, a, b: _l1(f(a), a)),
        "cycle": ("That is the cycle loss. Here each map is used once, on what is already of the "
            "kind that it makes.", cycle_loss),
        "compared_with_the_other": ("You compared with the other kind: g(b) stays b, so it is "
            "compared with b.", lambda g, f, a, b: _l1(g(b), a) + _l1(f(a), b),
            lambda g, f, a, b: _l1(g(a), b) + _l1(f(b), a)),
        "one_map_twice": ("One of the maps stands there twice. g is given b, and f is given a.",
            lambda g, f, a, b: _l1(g(b), b) + _l1(g(a), a),
            lambda g, f, a, b: _l1(f(b), b) + _l1(f(a), a)),
        "halves_averaged": ("A factor ½ came in. The two terms are added.",
            scaled(identity_loss, 0.5)),
        "subtracted": ("The terms are subtracted. They are added.",
            lambda g, f, a, b: _l1(g(b), b) - _l1(f(a), a)),
        "sign": ("The sign is wrong: lower has to be better.", scaled(identity_loss, -1)),
        "one_map_frozen": ("The number is right, and one of the maps gets no gradient.",
            lambda g, f, a, b: identity_loss(_no_grad(g), f, a, b),
            lambda g, f, a, b: identity_loss(g, _no_grad(f), a, b)),
        "no_graph": ("The number is right, and no gradient comes back at all. Leave out "
            "`.item()`, `float()`, `no_grad` and a `.detach()` of the loss.",
            lambda *args: identity_loss(*args).detach()),
    } | _distances(1))
    + named({
        "pooled": ("Right where a and b are equally many. Each term has a mean of its own.",
            lambda g, f, a, b: 2 * torch.cat([(g(b) - b).flatten(), (f(a) - a).flatten()])
                .abs().mean()),
    }),
    hints=["g makes b's. What should it do with something that is a b already?",
           "`g(b)` against `b`, `f(a)` against `a`.",
           "`(g(b) - b).abs().mean() + (f(a) - a).abs().mean()`"],
)  # fmt: skip
