"""Notebook 01: right answers of many kinds pass, and a few verdicts read as they should."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from coursework import exercises
from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake

SEEDS = range(5)


# --- right in other ways ------------------------------------------------------------------------


def mle_by_loop(x: Tensor) -> tuple[Tensor, Tensor]:
    mu = sum(row for row in x) / len(x)
    cov = sum(torch.outer(row - mu, row - mu) for row in x) / len(x)
    return mu, cov


def mle_by_einsum(x: Tensor, weight: float = 1.0) -> list[Tensor]:
    centered = x - x.mean(dim=0, keepdim=True)
    return [x.mean(0), weight * torch.einsum("ni,nj->ij", centered, centered) / x.shape[0]]


def mle_in_double(x: Tensor) -> tuple[Tensor, Tensor]:
    x = x.double()
    return x.mean(0), torch.cov(x.T, correction=0)


def log_by_loop(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    inverse, log_det, out = torch.linalg.inv(cov), torch.logdet(cov), []
    for row in x:
        away = row - mu
        out.append(-0.5 * (away @ inverse @ away + log_det + len(mu) * math.log(2 * math.pi)))
    return torch.stack(out)


def log_by_einsum(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    away = (x - mu).double()
    distance = torch.einsum("ni,ij,nj->n", away, torch.linalg.inv(cov.double()), away)
    return -0.5 * (distance + torch.linalg.slogdet(2 * math.pi * cov.double())[1])


def log_by_distribution(x: Tensor, mu: Tensor, cov: Tensor, validate: bool = True) -> Tensor:
    normal = torch.distributions.MultivariateNormal(mu, cov, validate_args=validate)
    return normal.log_prob(x)


def posterior_by_loop(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    rows = []
    for row in log_likelihood:
        joint = row + log_prior
        joint = (joint - joint.max()).exp()
        rows.append(joint / joint.sum())
    return torch.stack(rows)


def posterior_by_logsumexp(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    joint = log_likelihood.double() + log_prior[None, :]
    return (joint - joint.logsumexp(dim=-1, keepdim=True)).exp()


def posterior_by_distribution(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    return torch.distributions.Categorical(logits=log_likelihood + log_prior).probs


def joint_by_loop(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    roots = [torch.linalg.cholesky(cov) for cov in covs]
    edges = prior.cumsum(0)
    xs, ys = [], []
    for u in torch.rand(n, generator=generator):
        y = min(int((u > edges).sum()), len(prior) - 1)
        xs.append(mus[y] + roots[y] @ torch.randn(mus.shape[1], generator=generator))
        ys.append(y)
    return torch.stack(xs), torch.tensor(ys)


def joint_by_eigenvectors(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Any root will do: here the symmetric one, with the classes by the Gumbel trick."""
    u = torch.rand(n, len(prior), generator=generator, dtype=torch.float64)
    y = (prior.double().log() - (-u.log()).log()).argmax(1)
    values, vectors = torch.linalg.eigh(covs)
    roots = (vectors * values.sqrt()[:, None, :]) @ vectors.mT
    eps = torch.randn(n, mus.shape[1], generator=generator)
    return mus[y] + torch.einsum("nij,nj->ni", roots[y], eps), y


def joint_class_by_class(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    y = torch.multinomial(prior, n, replacement=True, generator=generator).to(torch.int32)
    x = torch.zeros(n, mus.shape[1], dtype=torch.float64)
    for c in range(len(prior)):
        mine = y == c
        eps = torch.randn(int(mine.sum()), mus.shape[1], generator=generator)
        x[mine] = (mus[c] + eps @ torch.linalg.cholesky(covs[c]).T).double()
    return x, y


def ascend_by_backward(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    x = x.detach().clone().requires_grad_(True)
    for _ in range(steps):
        loss = -model(x)[:, target].sum()
        loss.backward()
        with torch.no_grad():
            x -= lr * x.grad
            x.clamp_(0, 1)
        x.grad = None
    model.zero_grad()
    return x.detach()


def ascend_by_optimizer(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    x = x.detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([x], lr=lr, maximize=True)
    for _ in range(steps):
        optimizer.zero_grad()
        model(x)[:, target].sum().backward()
        optimizer.step()
        x.data.clamp_(0, 1)
    return x.detach()


def ascend_by_sign(
    model: nn.Module, x: Tensor, target: int, steps: int, lr: float, low: float = 0.0
) -> Tensor:
    for _ in range(steps):
        x = x.detach().requires_grad_()
        x = x + lr * torch.autograd.grad(model(x)[:, target].sum(), x)[0].sign()
        x = torch.clamp(x, low, 1)
    return x.detach()


def ascend_one_by_one(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    right = exercises.get("ascend_class_score").reference
    return torch.cat([right(model, one[None], target, steps, lr) for one in x])


RIGHT: list[tuple[str, Callable[..., Any]]] = [
    ("gaussian_mle", mle_by_loop),
    ("gaussian_mle", mle_by_einsum),
    ("gaussian_mle", mle_in_double),
    ("gaussian_mle", lambda x: (x.mean(0), torch.cov(x.T, correction=0))),
    (
        "gaussian_mle",
        lambda data: (data.mean(0), data.T @ data / len(data) - data.mean(0).outer(data.mean(0))),
    ),
    ("log_gaussian", log_by_loop),
    ("log_gaussian", log_by_einsum),
    ("log_gaussian", log_by_distribution),
    ("class_posterior", posterior_by_loop),
    ("class_posterior", posterior_by_logsumexp),
    ("class_posterior", posterior_by_distribution),
    ("class_posterior", lambda a, b: torch.log_softmax(a + b, -1).exp()),
    ("sample_joint", joint_by_loop),
    ("sample_joint", joint_by_eigenvectors),
    ("sample_joint", joint_class_by_class),
    ("ascend_class_score", ascend_by_backward),
    ("ascend_class_score", ascend_by_optimizer),
    ("ascend_class_score", ascend_by_sign),
    ("ascend_class_score", ascend_one_by_one),
]


@pytest.mark.parametrize(
    ("name", "fn"), RIGHT, ids=lambda v: v if isinstance(v, str) else v.__name__
)
@pytest.mark.parametrize("seed", SEEDS)
def test_right_in_another_way(name: str, fn: Callable[..., Any], seed: int) -> None:
    verdict = evaluate(name, fn, seed)
    assert verdict.passed, (verdict.kind, verdict.message)


def _changed(change: Callable[[Tensor], Tensor]) -> list[tuple[str, Callable[..., Any]]]:
    """The references called with floating-point tensors of another kind."""

    def wrap(fn: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: fn(*[change(a) if isinstance(a, Tensor) else a for a in args])

    names = ("gaussian_mle", "log_gaussian", "class_posterior", "sample_joint")
    return [(name, wrap(exercises.get(name).reference)) for name in names]


KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "float64": lambda t: t.double(),
    "non-contiguous": lambda t: torch.stack([t, t], -1)[..., 0],
    "requires_grad": lambda t: t.clone().requires_grad_(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_right_on_other_kinds_of_input(kind: str) -> None:
    for name, fn in _changed(KINDS[kind]):
        if (name, kind) == ("sample_joint", "float64"):
            continue  # a generator of float32 noise beside float64 roots is torch's complaint
        verdict = evaluate(name, fn, 3)
        assert verdict.passed, (name, verdict.kind, verdict.message)


def test_a_learner_may_change_the_dtype_of_a_whole_case() -> None:
    for name in ("gaussian_mle", "log_gaussian", "class_posterior"):
        exercise = exercises.get(name)
        for case in exercise.cases(Generator().manual_seed(0)):
            single = exercise.reference(*case.args)
            double = exercise.reference(*[a.double() for a in case.args])
            torch.testing.assert_close(double, single, check_dtype=False, rtol=1e-3, atol=2e-3)


# --- against something independent --------------------------------------------------------------


def test_log_gaussian_agrees_with_torch() -> None:
    for case in exercises.get("log_gaussian").cases(Generator().manual_seed(1)):
        x, mu, cov = case.args
        truth = torch.distributions.MultivariateNormal(mu.double(), cov.double()).log_prob(
            x.double()
        )
        torch.testing.assert_close(
            exercises.get("log_gaussian").reference(x, mu, cov).double(),
            truth,
            rtol=1e-4,
            atol=1e-3,
        )


def test_the_maximum_of_the_likelihood_is_a_maximum() -> None:
    g = Generator().manual_seed(2)
    x = torch.randn(40, 2, generator=g) @ torch.tensor([[1.0, 0.4], [0.0, 0.6]]) + 2
    mu, cov = exercises.get("gaussian_mle").reference(x)
    score = exercises.get("log_gaussian").reference
    best = score(x, mu, cov).sum()
    for factor in (39 / 40, 40 / 39, 1.1):
        assert score(x, mu, factor * cov).sum() < best
    assert score(x, mu + 0.05, cov).sum() < best


# --- verdicts a learner would meet ----------------------------------------------------------------


def kinds(name: str, fn: Callable[..., Any], seed: int = 0) -> tuple[str, str | None]:
    verdict = evaluate(name, fn, seed)
    return verdict.kind, verdict.mistake


def test_mistakes_made_in_other_words() -> None:
    assert kinds("gaussian_mle", lambda x: (x.mean(0), torch.cov(x.T))) == (
        "mistake",
        "divided_by_n_minus_1",
    )
    assert kinds("gaussian_mle", lambda x: (x.mean(0), torch.cov(x))) == (
        "mistake",
        "examples_not_dimensions",
    )
    assert kinds("gaussian_mle", lambda x: (x.mean(0), x.std(0))) == (
        "mistake",
        "standard_deviations",
    )
    assert kinds("class_posterior", lambda a, b: a.exp() / a.exp().sum(1, keepdim=True)) == (
        "mistake",
        "prior_forgotten",
    )
    assert kinds(
        "class_posterior", lambda a, b: (a + b).exp() / ((a + b).exp().sum(1, keepdim=True) + 1e-12)
    ) == ("mistake", "underflows")
    assert kinds("log_gaussian", lambda x, m, c: log_by_loop(x, m, c).exp().log()) == (
        "mistake",
        "density_first",
    )
    assert kinds("log_gaussian", lambda x, m, c: log_by_loop(x, m, c).exp()) == (
        "mistake",
        "returns_density",
    )


def _scored(distance: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """`log_gaussian` with a distance of its own, a function of x − mu and cov."""
    return lambda x, mu, cov: (
        -0.5 * (distance(x - mu, cov) + cov.logdet() + len(mu) * math.log(2 * math.pi))
    )


FROM_PUBLIC_CODE = {
    "pairs_summed": _scored(lambda d, cov: (d @ torch.linalg.inv(cov) @ d.T).sum(1)),
    "inverted_entry_by_entry": _scored(lambda d, cov: (d @ cov**-1 * d).sum(1)),
    "two_pi_per_example": lambda x, mu, cov: (
        log_by_loop(x, mu, cov) + 0.5 * (len(mu) - len(x)) * math.log(2 * math.pi)
    ),
    "cov_as_root": lambda x, mu, cov: torch.distributions.MultivariateNormal(
        mu, scale_tril=torch.tril(cov)
    ).log_prob(x),
}


@pytest.mark.parametrize("mistake", FROM_PUBLIC_CODE)
def test_slips_in_scoring(mistake: str) -> None:
    assert_mistake("log_gaussian", FROM_PUBLIC_CODE[mistake], mistake)


def _sample(root: Callable[[Tensor], Tensor]) -> Callable[..., tuple[Tensor, Tensor]]:
    def sample(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = torch.multinomial(prior, n, replacement=True, generator=generator)
        eps = torch.randn(n, mus.shape[1], generator=generator)
        return mus[y] + torch.einsum("nij,nj->ni", root(covs)[y], eps), y

    return sample


@pytest.mark.parametrize(
    ("root", "mistake"),
    [
        (torch.sqrt, "elementwise_root"),
        (lambda covs: covs**0.5, "elementwise_root"),
        (lambda covs: covs.abs().sqrt(), "elementwise_root"),
        (torch.tril, "cov_as_root"),
    ],
)
def test_no_square_root_of_a_matrix(root: Callable[[Tensor], Tensor], mistake: str) -> None:
    assert_mistake("sample_joint", _sample(root), mistake)


def test_a_sample_of_no_known_kind_is_told_without_random_numbers() -> None:
    verdict = evaluate("sample_joint", _sample(lambda covs: 1.3 * torch.linalg.cholesky(covs)), 0)
    assert verdict.kind == "different"
    assert "a sample of another distribution" in verdict.message and "tensor" not in verdict.message


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_climb_along_a_loss_is_not_told_to_add_the_gradient(reduction: str) -> None:
    def climb(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
        for _ in range(steps):
            x = x.detach().requires_grad_()
            wanted = torch.full((len(x),), target)
            loss = nn.functional.cross_entropy(model(x), wanted, reduction=reduction)
            x = (x + lr * torch.autograd.grad(loss, x)[0]).clamp(0, 1)
        return x.detach()

    assert_mistake("ascend_class_score", climb, "climbs_the_loss")


def test_a_generator_that_only_the_classes_use() -> None:
    def half(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = torch.multinomial(prior, n, replacement=True, generator=generator)
        return torch.distributions.MultivariateNormal(mus[y], covs[y]).sample(), y

    assert kinds("sample_joint", half) == ("mistake", "ignores_generator")


def test_rows_times_cholesky_from_the_wrong_side() -> None:
    def sided(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = torch.multinomial(prior, n, replacement=True, generator=generator)
        eps = torch.randn(n, 1, mus.shape[1], generator=generator)
        return mus[y] + (eps @ torch.linalg.cholesky(covs)[y])[:, 0], y

    assert kinds("sample_joint", sided) == ("mistake", "root_transposed")


def test_wrong_forms_are_told_as_such() -> None:
    assert kinds("sample_joint", lambda n, p, m, c, g: torch.zeros(n, m.shape[1]))[0] == "interface"
    assert kinds("ascend_class_score", lambda model, x, t, s, lr: model(x)[:, t])[0] == "interface"
    assert kinds("ascend_class_score", lambda model, x: x)[0] == "interface"
    assert kinds("log_gaussian", lambda x, mu, cov: None)[0] == "interface"


def test_a_loop_without_graph_is_told_in_plain_words() -> None:
    def cut(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
        with torch.no_grad():
            return x + lr * torch.autograd.grad(model(x)[:, target].sum(), x)[0]

    verdict = evaluate("ascend_class_score", cut, 0)
    assert verdict.kind == "raised" and "graph" in verdict.message


def test_the_model_is_small_and_made_of_standard_layers() -> None:
    for case in exercises.get("ascend_class_score").cases(Generator().manual_seed(0)):
        model = case.args[0]
        assert type(model) is nn.Sequential
        assert all(type(layer).__module__.startswith("torch.nn") for layer in model)
        assert sum(p.numel() for p in model.parameters()) < 1000


@pytest.mark.slow
def test_sample_joint_raises_no_false_alarm() -> None:
    """A right answer passes 2,000 times: the stated rate is below 1e-6 a check."""
    reference = exercises.get("sample_joint").reference
    assert all(evaluate("sample_joint", reference, seed).passed for seed in range(2000))


def test_the_clinic_of_densities_names_the_first_wrong_one():
    assert evaluate("01.answers.1.2b", "badec").passed
    verdict = evaluate("01.answers.1.2b", "bacde")
    assert verdict.mistake == "patient_c" and "2π" in verdict.message
