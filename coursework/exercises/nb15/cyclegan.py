"""Exercise `cyclegan_generator_loss`: fool both judges, and find the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb15.cycle import Map, cycle_loss, identity_loss
from coursework.exercises.nb15.networks import (
    Judge,
    Net,
    sure_of,
    weights,
    wrong_only_where_large,
)
from coursework.exercises.rules import Wrong, must_be, named, scaled

LARGE = "judges that are very sure"


def cyclegan_generator_loss(
    g: Map, f: Map, d_a: Map, d_b: Map, a: Tensor, b: Tensor, cycle_weight: float
) -> Tensor:
    """−log D_b(g(a)) − log D_a(f(b)) + cycle_weight · cycle loss, a scalar.

    The judges d_a, d_b return logits; means over them. Zhu et al., 2017, eq. 3.
    """
    fooled = F.softplus(-d_b(g(a))).mean() + F.softplus(-d_a(f(b))).mean()
    return fooled + cycle_weight * cycle_loss(g, f, a, b)


def _cases(generator: Generator) -> Iterator[Case]:
    for n, size, weight, label in (
        (5, 3, 7.0, "points"),
        (4, 4, 0.4, "a small weight"),
        (1, 3, 3.0, "one of each"),
        (5, 3, 2.0, LARGE),
    ):
        nets = [w for _ in range(2) for w in weights(generator, size, size)]
        (a1, a2), (b1, b2) = (weights(generator, size, 2) for _ in range(2))
        a = 0.5 + torch.randn(n, size, generator=generator)
        b = -0.5 + 1.5 * torch.randn(n, size, generator=generator)
        if label == LARGE:
            a2, b2 = sure_of(Net(*nets[2:])(b), a1, a2), sure_of(Net(*nets[:2])(a), b1, b2)
        yield Case((*nets, a1, a2, b1, b2, a, b, weight), label, extreme=label == LARGE)


def _called(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Networks for their weights."""
    nets = Net(*args[0:2]), Net(*args[2:4])
    return (*nets, Judge(*args[4:6]), Judge(*args[6:8]), *args[8:])


def _observe(fn: Wrong, *args: Any) -> Any:
    return fn(*_called(args))


def _real(t: Tensor) -> Tensor:
    return F.softplus(-t).mean()


def _with(adversarial: Callable[[Tensor], Tensor]) -> Wrong:
    """The loss with another adversarial term."""
    return lambda g, f, d_a, d_b, a, b, w: (
        adversarial(d_b(g(a))) + adversarial(d_a(f(b))) + w * cycle_loss(g, f, a, b)
    )


def _judged(pairs: Callable[..., tuple[Tensor, Tensor]]) -> Wrong:
    """The loss with other logits in the adversarial terms."""
    return lambda *args: (
        sum(map(_real, pairs(*args[:6]))) + args[6] * cycle_loss(*args[:2], *args[4:6])
    )


def _back(way: Wrong) -> Wrong:
    """The loss with something else in the place of the cycle loss."""
    return lambda g, f, d_a, d_b, a, b, w: _real(d_b(g(a))) + _real(d_a(f(b))) + w * way(g, f, a, b)


def _fooled(g: Map, f: Map, d_a: Map, d_b: Map, a: Tensor, b: Tensor) -> Tensor:
    return _real(d_b(g(a))) + _real(d_a(f(b)))


def _l1(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean()


def _half_weighted(first: bool) -> Wrong:
    """The weight on one direction of the cycle, and the other direction added as it is."""

    def wrong(g: Map, f: Map, d_a: Map, d_b: Map, a: Tensor, b: Tensor, w: float) -> Tensor:
        there, back = _l1(f(g(a)), a), _l1(g(f(b)), b)
        return _fooled(g, f, d_a, d_b, a, b) + (w * there + back if first else there + w * back)

    return wrong


CYCLEGAN_GENERATOR_LOSS = Exercise(
    name="cyclegan_generator_loss", notebook="15", title="fool both judges, and find back",
    reference=cyclegan_generator_loss, cases=_cases, observe=_observe, differentiable=(0, 1, 2, 3),
    points=3,
    mistakes=named({
        "judges_swapped": ("The judges changed places. `d_b` knows real b's, so it judges g(a); "
            "`d_a` judges f(b).",
            _judged(lambda g, f, d_a, d_b, a, b: (d_a(g(a)), d_b(f(b))))),
        "one_judge_for_both": ("One judge judges both kinds. g(a) goes to `d_b`, f(b) to `d_a`.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a)), d_b(f(b)))),
            _judged(lambda g, f, d_a, d_b, a, b: (d_a(g(a)), d_a(f(b))))),
        "maps_swapped": ("g and f changed places: g takes a's, f takes b's.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(f(a)), d_a(g(b)))),
            lambda g, f, d_a, d_b, a, b, w: cyclegan_generator_loss(f, g, d_a, d_b, a, b, w)),
        "one_direction_only": ("Only one of the two maps has to fool its judge. Both do.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a)),)),
            _judged(lambda g, f, d_a, d_b, a, b: (d_a(f(b)),))),
        "real_ones_judged": ("The judges were shown real a's and b's. The maps are trained by what "
            "the judges say of *translations*, g(a) and f(b).",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(b), d_a(a)))),
        "round_trips_judged": ("The judges were shown what came back, f(g(a)). They judge the "
            "translation, g(a); what comes back is compared with a.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_a(f(g(a))), d_b(g(f(b)))))),
        "fakes_detached": ("The number is right, and the judges' gradient never reaches the maps: "
            "translations were detached before they were judged. Only D's own update does that.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a).detach()), d_a(f(b).detach()))),
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a)).detach(), d_a(f(b)).detach()))),
        "one_fake_detached": ("The number is right, and one of the maps never hears its judge.",
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a).detach()), d_a(f(b)))),
            _judged(lambda g, f, d_a, d_b, a, b: (d_b(g(a)), d_a(f(b).detach())))),
        "cycle_cut": ("The number is right, and the cycle loss sends no gradient, or only through "
            "its second half: something in it was detached.",
            _back(lambda *args: cycle_loss(*args).detach()),
            _back(lambda g, f, a, b: _l1(f(g(a).detach()), a) + _l1(g(f(b).detach()), b))),
        "no_graph": ("The number is right, and no gradient comes back at all. Leave out `.item()`, "
            "`float()`, `no_grad` and a `.detach()` of the loss.",
            lambda *args: cyclegan_generator_loss(*args).detach()),
        "cycle_missing": ("The cycle loss is missing. Then nothing asks that a translation be "
            "about its own a.", lambda *args: _fooled(*args[:6])),
        "weight_missing": ("`cycle_weight` does nothing.",
            lambda *args: cyclegan_generator_loss(*args[:6], 1.0)),
        "weight_on_the_adversarial_terms": ("The weight stands on the judges' terms. It weights "
            "the cycle loss.", lambda *args: args[6] * _fooled(*args[:6])
                + cycle_loss(*args[:2], *args[4:6])),
        "weight_on_everything": ("The weight stands on everything. It belongs to the cycle loss "
            "alone.", lambda *args: args[6] * cyclegan_generator_loss(*args[:6], 1.0)),
        "weight_on_half_the_cycle": ("The weight reaches one direction of the cycle only: "
            "`weight * x + y` weights x alone. Put both in brackets, or call `cycle_loss`.",
            _half_weighted(True), _half_weighted(False)),
        "judges_missing": ("The judges are missing. Two maps that do nothing have a perfect cycle.",
            lambda *args: args[6] * cycle_loss(*args[:2], *args[4:6])),
        "identity_for_cycle": ("That is the identity loss in the place of the cycle loss.",
            _back(identity_loss)),
        "identity_added": ("An identity loss came in on top. It is not asked for here.",
            lambda *args: cyclegan_generator_loss(*args)
                + identity_loss(*args[:2], *args[4:6]),
            lambda *args: cyclegan_generator_loss(*args)
                + args[6] * identity_loss(*args[:2], *args[4:6]),
            lambda *args: cyclegan_generator_loss(*args)
                + 0.5 * args[6] * identity_loss(*args[:2], *args[4:6])),
        "no_way_back": ("The cycle compares g(a) with a: the way back is missing, and nothing may "
            "change. `cycle_loss(g, f, a, b)` goes there and back.",
            _back(lambda g, f, a, b: _l1(g(a), a) + _l1(f(b), b))),
        "half_a_cycle": ("Only one direction of the cycle is there.",
            _back(lambda g, f, a, b: _l1(f(g(a)), a)), _back(lambda g, f, a, b: _l1(g(f(b)), b))),
        "cycle_of_swapped_maps": ("`cycle_loss` was given f and g in the wrong order, or b before "
            "a.", _back(lambda g, f, a, b: cycle_loss(f, g, a, b)),
            _back(lambda g, f, a, b: cycle_loss(g, f, b, a))),
        "cycle_squared": ("The cycle is squared. Use the L1 of `cycle_loss`.",
            _back(lambda g, f, a, b: (f(g(a)) - a).square().mean()
                + (g(f(b)) - b).square().mean())),
        "saturating": ("That is the saturating loss, +log(1 − D). Asked for is the "
            "non-saturating one, softplus(−logit).", _with(lambda t: -F.softplus(t).mean())),
        "discriminators_fake_half": ("You have the judges' own fake halves: minimizing them makes "
            "translations easier to tell. The maps want softplus(−logit).",
            _with(lambda t: F.softplus(t).mean())),
        "discriminators_loss": ("Real a's and b's came in as well: that is the judges' loss. The "
            "maps are trained by what is said of translations.",
            lambda g, f, d_a, d_b, a, b, w: cyclegan_generator_loss(g, f, d_a, d_b, a, b, w)
                + F.softplus(d_a(a)).mean() + F.softplus(d_b(b)).mean(),
            lambda g, f, d_a, d_b, a, b, w: cyclegan_generator_loss(g, f, d_a, d_b, a, b, w)
                + _real(d_a(a)) + _real(d_b(b))),
        "least_squares": ("That is the least-squares GAN of the paper's experiments. Asked for is "
            "the logistic one, softplus(−logit).", _with(lambda t: (t - 1).square().mean()),
            _with(lambda t: 0.5 * (t - 1).square().mean())),
        "wasserstein": ("The adversarial terms are plain means of logits, a Wasserstein critic's. "
            "Here it is softplus(−logit).", _with(lambda t: -t.mean())),
        "logits_averaged_first": ("You averaged the logits before the softplus. Softplus first, "
            "then the mean.", _with(lambda t: F.softplus(-t.mean())),
            _with(lambda t: F.softplus(-t.mean(1)).mean())),
        "summed": ("You summed over the batch. Each term is a mean.",
            _with(lambda t: F.softplus(-t).sum()),
            _with(lambda t: F.softplus(-t).sum(1).mean())),
        "adversarial_halved": ("The judges' terms are halved. All terms are added as they are.",
            _with(lambda t: 0.5 * _real(t))),
        "cycle_halved": ("The cycle loss is halved.", _back(lambda *args: 0.5 * cycle_loss(*args))),
        "halved": ("A factor ½ came in.", scaled(cyclegan_generator_loss, 0.5)),
        "cycle_subtracted": ("The cycle loss is subtracted, so the maps are driven to lose their "
            "way.", _back(lambda *args: -cycle_loss(*args))),
        "sign": ("The sign is wrong: lower has to be better.", scaled(cyclegan_generator_loss, -1)),
        "sigmoid_before": ("A sigmoid came in before the softplus, which takes logits.",
            _with(lambda t: _real(t.sigmoid()))),
        "log_missing": ("The log is missing: that is 1 − D, or −D.",
            _with(lambda t: (-t).sigmoid().mean()), _with(lambda t: -t.sigmoid().mean())),
        "probabilities_expected": ("You took the log of a logit, as if the judges gave "
            "probabilities.", _with(lambda t: -t.log().mean()),
            _with(lambda t: -t.clamp(min=1e-8).log().mean())),
    })
    + named({
        "breaks_for_large_logits": ("Right for moderate logits, wrong for large ones: the log of a "
            "sigmoid, or exp typed out. `F.softplus(-logits)` has none of that.",
            _with(lambda t: -t.sigmoid().log().mean()),
            _with(lambda t: -(t.sigmoid() + 1e-8).log().mean()),
            _with(lambda t: (1 + (-t).exp()).log().mean()),
            _with(lambda t: F.binary_cross_entropy(t.sigmoid(), torch.ones_like(t))),
            _with(lambda t: _real(t.clamp(-20, 20)))),
    }, when=lambda seen, case: wrong_only_where_large(CYCLEGAN_GENERATOR_LOSS, LARGE, seen, case)),
    properties=[
        must_be("undecided_and_back", 1.3863, lambda fn, g: fn(lambda x: 2 * x, lambda x: x / 2,
            lambda x: 0 * x, lambda x: 0 * x, *torch.randn(2, 4, 3, generator=g), 10.0),
            "Judges that can't tell and a perfect cycle cost 2 log 2 = 1.3863; yours: {:.5g}.",
            1e-3),
    ],
    hints=["Three terms: g has to fool one judge, f the other, and the two have to undo each "
           "other.",
           "g(a) looks like a b, so `d_b` judges it. −log D is `F.softplus(-logits).mean()`. "
           "`cycle_loss(g, f, a, b)` is yours already.",
           "`F.softplus(-d_b(g(a))).mean() + F.softplus(-d_a(f(b))).mean() + cycle_weight * "
           "cycle_loss(g, f, a, b)`"],
)  # fmt: skip
