"""Exercises of notebook 05: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Gumbel, Normal
from torch.nn import functional as F

from coursework import exercises
from coursework.checking import evaluate
from coursework.exercises.nb05.estimating import draw_inputs
from coursework.exercises.nb05.pathwise import pathwise_gradient
from coursework.exercises.nb05.score_function import score_function_gradient
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes

RIGHT_DRAWS = {
    "root of the variance": lambda mu, logvar, eps: mu + logvar.exp().sqrt() * eps,
    "addcmul": lambda mu, logvar, eps: torch.addcmul(mu, torch.exp(logvar / 2), eps),
    "float64": lambda m, v, e: m.double() + torch.exp(v.double() / 2) * e.double(),
    "loop": lambda m, v, e: torch.stack(
        [a + torch.exp(b / 2) * c for a, b, c in zip(m, v, e, strict=True)]
    ),
    "power": lambda mu, logvar, eps: mu + torch.e ** (0.5 * logvar) * eps,
    "extra argument": lambda mu, logvar, eps, scale=1.0: mu + scale * torch.exp(0.5 * logvar) * eps,
}


@pytest.mark.parametrize("fn", RIGHT_DRAWS.values(), ids=RIGHT_DRAWS.keys())
def test_right_draws_pass(fn):
    assert_passes("reparameterize", fn)


def with_data(mu, logvar, eps):
    return mu.data + torch.exp(0.5 * logvar.data) * eps


def with_tensor(mu, logvar, eps):
    return torch.tensor((mu + torch.exp(0.5 * logvar) * eps).tolist())


def in_place(mu, logvar, eps):
    return mu + eps.mul_(torch.exp(0.5 * logvar.detach()))


WRONG_DRAWS = {
    "data": (with_data, "graph_cut"),
    "a new tensor": (with_tensor, "graph_cut"),
    "clone of sigma's data": (lambda m, v, e: m + torch.exp(0.5 * v.data) * e, "sigma_cut"),
    "sample": (lambda m, v, e: Normal(m, torch.exp(0.5 * v)).sample(), "sampled_without_gradient"),
    "torch.normal": (lambda m, v, e: torch.normal(m, torch.exp(v / 2)), "sampled_without_gradient"),
    "randn_like": (lambda m, v, e: m + torch.exp(v / 2) * torch.randn_like(m), "own_noise"),
    "noise of one row": (lambda m, v, e: m + torch.exp(v / 2) * e[0].expand_as(m), "one_eps"),
    "variance": (lambda m, v, e: torch.addcmul(m, v.exp(), e), "variance_for_sigma"),
    "root inside": (lambda m, v, e: m + torch.exp(v**0.5) * e, "root_in_the_exponent"),
    "half outside": (lambda m, v, e: m + 0.5 * torch.exp(v) * e, "half_outside_the_exponent"),
}


@pytest.mark.parametrize(("fn", "mistake"), WRONG_DRAWS.values(), ids=WRONG_DRAWS.keys())
def test_wrong_draws_are_named(fn, mistake):
    assert_mistake("reparameterize", fn, mistake)


def test_two_faults_at_once_are_told_as_wrong():
    both = evaluate("reparameterize", lambda m, v, e: (m + v.exp() * e).detach(), 0)
    assert not both.passed and both.mistake == "graph_cut" and "wrong" in both.message
    assert not evaluate("reparameterize", in_place, 0).passed


def surrogate(f, mu, sigma, eps, baseline=0.0):
    mu = mu.detach().clone().requires_grad_()
    z = (mu + sigma * eps).detach()
    loss = ((f(z) - baseline).detach() * Normal(mu, sigma).log_prob(z)).mean()
    loss.backward()
    return mu.grad


def loop_score(f, mu, sigma, eps, baseline=0.0):
    total = 0.0
    for e in eps:
        total += float((f(mu + sigma * e) - baseline) * e / sigma)
    return total / len(eps)


@pytest.mark.parametrize("fn", [surrogate, loop_score])
def test_right_score_functions_pass(fn):
    assert_passes("score_function_gradient", fn)


def by_backward(f, mu, sigma, eps):
    mu = torch.tensor(float(mu), requires_grad=True)
    f(mu + sigma * eps).mean().backward()
    return mu.grad


def slopes_at_the_draws(f, mu, sigma, eps):
    z = (mu + sigma * eps).requires_grad_()
    return torch.autograd.grad(f(z).sum(), z)[0].mean()


def one_by_one(f, mu, sigma, eps):
    slopes = [pathwise_gradient(f, mu, sigma, e[None]).item() for e in eps]
    return sum(slopes) / len(slopes)


RIGHT_PATHS = {
    "backward": by_backward,
    "slopes at the draws": slopes_at_the_draws,
    "one by one": one_by_one,
    "functional": lambda f, mu, s, e: torch.autograd.functional.jacobian(
        lambda m: f(m + s * e).mean(), mu
    ),
    "func.grad": lambda f, mu, s, e: torch.func.grad(lambda m: f(m + s * e).mean())(mu),
}


@pytest.mark.parametrize("fn", RIGHT_PATHS.values(), ids=RIGHT_PATHS.keys())
def test_right_paths_pass(fn):
    assert_passes("pathwise_gradient", fn)


def never_asked(f, mu, sigma, eps):
    return torch.autograd.grad(f(mu + sigma * eps).mean(), mu)[0]


def under_no_grad(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    with torch.no_grad():
        z = mu + sigma * eps
    return torch.autograd.grad(f(z).mean(), mu)[0]


def tuple_returned(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f(mu + sigma * eps).mean(), mu)


def copy_unused_backward(f, mu, sigma, eps):
    copy = mu.clone().requires_grad_()
    f(mu + sigma * eps).mean().backward()
    return copy.grad


def grad_of_the_argument(f, mu, sigma, eps):
    copy = mu.detach().clone().requires_grad_()
    f(copy + sigma * eps).mean().backward()
    return mu.grad


def sampled(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f(Normal(mu, sigma).sample((len(eps),))).mean(), mu)[0]


def rsampled(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f(Normal(mu, sigma).rsample((len(eps),))).mean(), mu)[0]


WRONG_PATHS = {
    "never asked": (never_asked, "detached"),
    "under no_grad": (under_no_grad, "detached"),
    "a copy that z isn't made of": (copy_unused_backward, "copy_not_used"),
    "mu.grad, and a copy was used": (grad_of_the_argument, "none_returned"),
    "sample": (sampled, "sampled_without_gradient"),
    "rsample": (rsampled, "own_noise"),
}


@pytest.mark.parametrize(("fn", "mistake"), WRONG_PATHS.values(), ids=WRONG_PATHS.keys())
def test_wrong_paths_are_named(fn, mistake):
    assert_mistake("pathwise_gradient", fn, mistake)


@pytest.mark.parametrize(
    ("h", "dtype"),
    [(h, torch.float64) for h in (1e-2, 1e-3, 1e-4, 1e-6)]
    + [(h, torch.float32) for h in (1e-2, 1e-3, 1e-4)],
)
def test_central_differences_never_pass(h, dtype):
    def differences(f, mu, sigma, eps):
        z = mu.to(dtype) + sigma.to(dtype) * eps.to(dtype)
        return ((f(z + h) - f(z - h)) / (2 * h)).mean()

    assert_mistake("pathwise_gradient", differences, "finite_differences")


def sampled_score(f, mu, sigma, eps, baseline=0.0):
    z = Normal(mu, sigma).sample((len(eps),))
    return ((f(z) - baseline) * (z - mu) / sigma**2).mean()


def reinforce_undifferentiated(f, mu, sigma, eps, baseline=0.0):
    z = mu + sigma * eps
    return ((f(z) - baseline) * Normal(mu, sigma).log_prob(z)).mean()


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (sampled_score, "own_noise"),
        (reinforce_undifferentiated, "log_prob_not_differentiated"),
    ],
)
def test_wrong_score_functions_are_named(fn, mistake):
    assert_mistake("score_function_gradient", fn, mistake)


def test_the_tuple_of_autograd_is_told():
    verdict = evaluate("pathwise_gradient", tuple_returned, 0)
    assert verdict.kind == "interface" and "`[0]`" in verdict.message


def test_both_estimators_find_the_slope_of_a_square():
    generator = torch.Generator().manual_seed(0)
    _, mu, sigma, _ = draw_inputs(generator, 1)
    eps = torch.randn(400_000, generator=generator)
    for estimator, error in ((score_function_gradient, 0.1), (pathwise_gradient, 0.02)):
        assert abs(estimator(torch.square, mu, sigma, eps) - 2 * mu) < error


RIGHT_GUMBELS = {
    "torch.distributions": lambda x, t, u: ((Gumbel(0.0, 1.0).icdf(u) + x) / t).softmax(1),
    "guarded logs": lambda x, t, u: F.softmax(
        (x - torch.log(-torch.log(u + 1e-20) + 1e-20)) / t, -1
    ),
    "log_softmax": lambda x, t, u: torch.log_softmax((x - torch.log(-u.log())) / t, dim=1).exp(),
    "normalized logits": lambda x, t, u: ((x.log_softmax(1) - torch.log(-u.log())) / t).softmax(1),
}


@pytest.mark.parametrize("fn", RIGHT_GUMBELS.values(), ids=RIGHT_GUMBELS.keys())
def test_right_gumbels_pass(fn):
    assert_passes("gumbel_softmax", fn)


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda x, t, u: F.gumbel_softmax(x, t), "own_noise"),
        (lambda x, t, u: ((x - torch.log(-u.log())) * t).softmax(1), "times_tau"),
        (lambda x, t, u: ((x + u) / t).softmax(-1), "adds_u"),
        (lambda x, t, u: ((x + torch.logit(u)) / t).softmax(-1), "logistic_noise"),
        (lambda x, t, u: ((x - u.log()) / t).softmax(-1), "one_log_missing"),
        (lambda x, t, u: ((x - (1 - u).log()) / t).softmax(-1), "one_log_missing"),
        (lambda x, t, u: ((x + Normal(0.0, 1.0).icdf(u)) / t).softmax(-1), "normal_noise"),
        (lambda x, t, u: ((x - (-u.log10()).log10()) / t).softmax(-1), "base_10"),
        (lambda x, t, u: ((x - torch.rand_like(u).log()) / t).softmax(-1), "own_noise"),
    ],
)
def test_wrong_gumbels_are_named(fn, mistake):
    assert_mistake("gumbel_softmax", fn, mistake)


@pytest.mark.parametrize(
    ("key", "given"), [("5.3", 0.368), ("5.3", "0.37"), ("5.6", 35.4), ("5.12", "B")]
)
def test_typed_answers_pass(key, given):
    assert evaluate(f"05.answers.{key}", given).passed


def test_every_exercise_of_the_notebook_is_there():
    functions = [n for n in exercises.names("05") if ".answers." not in n]
    assert functions == [
        "reparameterize",
        "score_function_gradient",
        "pathwise_gradient",
        "score_gradient_sigma",
        "surrogate_loss",
        "gumbel_softmax",
        "straight_through",
    ]


def sigma_by_autograd(f, mu, sigma, eps, baseline=0.0):
    sigma = sigma.detach().clone().requires_grad_()
    z = (mu + sigma * eps).detach()
    loss = ((f(z) - baseline) * Normal(mu, sigma).log_prob(z)).mean()
    return torch.autograd.grad(loss, sigma)[0]


def surrogate_in_two_steps(f, log_q, baseline):
    with torch.no_grad():
        weight = f - baseline
    return -f - weight * (log_q - log_q.detach())


def hard_by_scatter(logits, tau, u):
    y = ((logits - torch.log(-u.log())) / tau).softmax(-1)
    hard = torch.zeros_like(y).scatter_(1, y.argmax(1, keepdim=True), 1.0)
    return y + (hard - y).detach()


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("score_gradient_sigma", sigma_by_autograd),
        (
            "score_gradient_sigma",
            lambda f, m, s, e, baseline=0.0: ((f(m + s * e) - baseline) * (e**2 - 1) / s).mean(),
        ),
        ("surrogate_loss", surrogate_in_two_steps),
        ("straight_through", hard_by_scatter),
    ],
)
def test_other_right_ways_pass(name, fn):
    assert_passes(name, fn)


def test_the_clinic_names_the_first_wrong_patient():
    assert evaluate("05.answers.5.11", "A, D, B, E, C").passed
    verdict = evaluate("05.answers.5.11", "abdec")
    assert verdict.mistake == "patient_b" and "A: right" in verdict.message
    assert "passes back a zero" in verdict.message


def one_hot_by_the_largest(logits, tau, u):
    y = ((logits - torch.log(-u.log())) / tau).softmax(-1)
    return (F.one_hot(y.argmax(-1)).float() - y).detach() + y


@pytest.mark.parametrize("seed", range(12))
def test_one_hot_without_the_number_of_classes_is_always_told(seed):
    verdict = evaluate("straight_through", one_hot_by_the_largest, seed)
    assert verdict.mistake == "classes_missing" and "y.shape[1]" in verdict.message
