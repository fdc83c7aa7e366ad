"""Modules, optimizers and functions as arguments do the same in the sandbox as in the notebook."""

from __future__ import annotations

import contextlib
import copy
import time

import pytest
import torch
from torch import nn

from coursework.checking import Case, Exercise, Mistake, compare, evaluate, evaluation
from coursework.grading.judge import ProcessEnded
from tests.coursework.grading import stepping
from tests.coursework.grading.answering import judge_of


@contextlib.contextmanager
def another_process():
    """`far(fn)`: the same function of another process, seen by a judge."""
    with judge_of("tests.coursework.grading.stepping") as judge:

        def far(fn):
            judge.channel.deadline = time.monotonic() + 600
            judge.argument_changed = False
            return judge.call(0, (stepping.FUNCTIONS.index(fn),), {})

        far.judge = judge
        yield far


@pytest.fixture(scope="module")
def away():
    with another_process() as far:
        yield far


class Told(nn.Sequential):
    """A network that remembers when a gradient came through it, and when it was called."""

    def __init__(self, name, diary, *layers):
        super().__init__(*layers)
        self.name, self.diary = name, diary

    def __deepcopy__(self, memo):
        return Told(self.name, self.diary, *(copy.deepcopy(m, memo) for m in self))

    def forward(self, x):
        y = super().forward(x)
        self.diary.append(self.name)
        if y.requires_grad:
            y.register_hook(lambda g: self.diary.append(f"gradient of {self.name}"))
        return y


def observe(fn, seed, kind):
    """Two steps of both networks: losses, weights, the optimizers' states, gradients asked for."""
    torch.manual_seed(seed)
    diary: list[str] = []
    g = Told("G", diary, nn.Linear(2, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))
    d = Told("D", diary, nn.Linear(2, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1))
    opt_g, opt_d = kind(g.parameters(), lr=0.05), kind(d.parameters(), lr=0.05)
    losses = [fn(g, d, opt_g, opt_d, torch.randn(8, 2) + 3, torch.randn(8, 2)) for _ in range(2)]
    weights = [w.detach().clone() for m in (g, d) for w in (*m.parameters(), *m.buffers())]
    states = [s for o in (opt_g, opt_d) for s in o.state_dict()["state"].values()]
    known = [v for s in states for v in s.values() if v is not None]
    asked = diary.count("gradient of G")
    return {"losses": losses, "weights": weights, "known": known, "gradients": asked}


STEP = Exercise(
    name="gan_step",
    notebook="06",
    title="one update of both networks",
    reference=stepping.gan_step,
    cases=lambda generator: [
        Case((int(torch.randint(1 << 30, (1,), generator=generator)), kind))
        for kind in (torch.optim.SGD, torch.optim.Adam)
    ],
    observe=observe,
    mistakes=[
        Mistake(fn.__name__, fn.__name__, fn)
        for fn in (
            stepping.not_detached,
            stepping.not_zeroed,
            stepping.stale_logits,
            stepping.never_steps,
        )
    ],
)


@pytest.fixture
def step(monkeypatch):
    monkeypatch.setattr(evaluation.exercises, "get", lambda name, variant: STEP)


@pytest.mark.parametrize(
    "fn",
    [
        stepping.gan_step,
        stepping.not_detached,
        stepping.not_zeroed,
        stepping.stale_logits,
        stepping.never_steps,
    ],
)
def test_a_step_of_two_networks_gets_the_same_verdict_from_outside(away, step, fn):
    here = evaluate("gan_step", fn, seed=3)
    there = evaluate("gan_step", away(fn), seed=3, seconds=60)
    assert (there.kind, there.mistake) == (here.kind, here.mistake), there.message
    assert here.passed == (fn is stepping.gan_step)
    assert not away.judge.argument_changed


def test_a_step_really_moves_the_judges_networks_and_optimizers(away):
    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop):
        here = observe(stepping.gan_step, 5, kind)
        there = observe(away(stepping.gan_step), 5, kind)
        assert compare.close(there, here, 1e-5, 1e-6)
        still = observe(stepping.never_steps, 5, kind)
        assert not compare.close(here["weights"], still["weights"], 1e-3, 1e-4)


def test_logits_of_before_the_step_raise_there_as_here(away):
    for fn in (stepping.stale_logits, away(stepping.stale_logits)):
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            observe(fn, 1, torch.optim.SGD)


def critic():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))


def test_a_gradient_penalty_goes_through_a_critic_of_the_judges(away):
    x = torch.randn(5, 3)
    here, there = critic(), critic()
    expected = stepping.gradient_penalty(here, x)
    assert compare.close(away(stepping.gradient_penalty)(there, x), expected, 1e-5, 1e-6)
    for a, b in zip(here.parameters(), there.parameters(), strict=True):
        assert a.grad is None or compare.close(b.grad, a.grad, 1e-4, 1e-6)


def test_functions_can_be_differentiated_twice(away):
    x = torch.linspace(-1, 1, 5)
    there = away(stepping.curvature)(torch.sin, x)
    assert compare.close(there.detach(), -torch.sin(x), 1e-4, 1e-5)


@pytest.mark.slow
def test_functions_can_not_be_differentiated_for_ever():
    x = torch.linspace(-1, 1, 5)
    with another_process() as far, pytest.raises(ProcessEnded):
        far(stepping.endless_curvature)(torch.exp, x)


def test_a_function_is_differentiated_where_it_is_called(away):
    mu, sigma, eps = torch.tensor(0.4), torch.tensor(0.7), torch.randn(50)

    def f(z):
        return z**3 + torch.sin(z)

    here = stepping.pathwise_gradient(f, mu, sigma, eps)
    assert compare.close(away(stepping.pathwise_gradient)(f, mu, sigma, eps), here, 1e-5, 1e-6)
    for fn in (stepping.twice_backward, away(stepping.twice_backward)):
        with pytest.raises(RuntimeError, match="second time"):
            fn(torch.exp, eps)


@pytest.mark.parametrize("on", [True, False])
def test_a_switch_of_requires_grad_is_made_here_as_well(away, on):
    x = torch.ones(3, requires_grad=on)
    away(stepping.flips_requires_grad)(x)
    assert x.requires_grad != on


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.latent_dim, self.shape = 4, (1, 2)
        self.body = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def forward(self, x):
        return self.body(x)


def test_a_module_can_be_looked_into_and_changed(away):
    model = Network()
    expected = stepping.looks_inside(copy.deepcopy(model))
    found = away(stepping.looks_inside)(model)
    assert compare.close(found[-1], expected[-1]) and tuple(found[:-1]) == expected[:-1]
    assert not any(m.training for m in model.modules())
    away(stepping.draws_weights)(model)
    assert bool((model.body[0].weight == 0.5).all())
