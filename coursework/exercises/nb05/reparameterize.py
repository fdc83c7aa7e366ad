"""Exercise `reparameterize`: a draw through which gradients pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor
from torch.distributions import Normal
from torch.nn import functional as F

from course_utils.distributions import reparameterize
from coursework.checking.exercise import NO_GRAPH, Case, Exercise, Observed, Part
from coursework.checking.parts import EDGES, GRADIENTS
from coursework.exercises.rules import Wrong, given, must_be, named, swapped, then


def _draw(generator: Generator, n: int, k: int) -> tuple[Tensor, Tensor, Tensor]:
    mu, logvar, eps = torch.randn(3, n, k, generator=generator)
    return 2 * mu, 1.5 * logvar - 0.3, eps


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(3, 7, (), generator=generator))
    n = k + int(torch.randint(2, 6, (), generator=generator))
    yield Case(_draw(generator, n, k), "random Gaussians")
    yield Case(_draw(generator, k - 1, n), "more dimensions than examples")
    yield Case(_draw(generator, 1, k), "a batch of one")
    mu, logvar, eps = _draw(generator, 4, 3)
    yield Case((mu, torch.full_like(logvar, -30.0), eps), "logvar = −30, hardly any spread")
    yield Case((mu, torch.full_like(logvar, 30.0), eps), "logvar = 30, a very wide Gaussian")


def _gap_without_noise(fn: Wrong, generator: Generator) -> Tensor:
    mu, logvar, eps = _draw(generator, 3, 4)
    return (fn(mu, logvar, torch.zeros_like(eps)) - mu).abs().max()


def sigma(logvar: Tensor) -> Tensor:
    return torch.exp(0.5 * logvar)


def _residual(seen: Observed, case: Case) -> Tensor | None:
    """(z - mu) / sigma, None where z has the wrong form or `eps` can be seen in it."""
    mu, logvar, eps = case.args
    z = seen.value
    if not isinstance(z, Tensor) or z.shape != mu.shape:
        return None
    r = (z.detach() - mu) / sigma(logvar)
    if abs(case.args[1]).min() == 30 or r.numel() < 9:  # round-off, or too few to tell
        return r
    likeness = torch.corrcoef(torch.stack([r.flatten(), eps.flatten()]))[0, 1].abs()
    return r if likeness < 0.8 and 0.3 < r.std() < 3 else None


def _own_noise(seen: Observed, case: Case) -> bool:
    """z = mu + sigma * r for some r that isn't eps, told by the gradients."""
    r = _residual(seen, case)
    if r is None or seen.gradients == NO_GRAPH:
        return False
    weight = torch.linspace(0.5, 1.5, r.numel()).reshape(r.shape)
    wanted = [weight, 0.5 * weight * (seen.value.detach() - case.args[0])]
    pairs = zip(seen.gradients, wanted, strict=True)
    return all(torch.allclose(g, w, rtol=1e-3, atol=1e-4) for g, w in pairs)


def _own_noise_and_no_gradient(seen: Observed, case: Case) -> bool:
    r = _residual(seen, case)
    dead = seen.gradients == NO_GRAPH or all(bool((g == 0).all()) for g in seen.gradients)
    return r is not None and dead


def _no_grad(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    with torch.no_grad():
        return reparameterize(mu, logvar, eps)


REPARAMETERIZE = Exercise(
    name="reparameterize", notebook="05", title="a draw that lets gradients through",
    reference=reparameterize, cases=_cases, differentiable=(0, 1), points=2,
    parts=[  # the gradient is what the exercise is about
        Part("form", "the form", 0.25), Part("value", "the values", 0.25),
        Part("gradient", GRADIENTS, 1.25), Part("edges", EDGES, 0.25),
    ],
    mistakes=named({
        "variance_for_sigma": ("You used e^logvar as σ. That is the *variance*: logvar is log σ². "
            "The standard deviation is σ = e^(logvar / 2), `torch.exp(0.5 * logvar)`.",
            lambda mu, logvar, eps: mu + logvar.exp() * eps),
        "logvar_for_sigma": ("You used logvar itself as σ. It is log σ², which may be negative; σ "
            "can't be. σ = e^(logvar / 2), `torch.exp(0.5 * logvar)`.",
            lambda mu, logvar, eps: mu + logvar * eps),
        "half_logvar_for_sigma": ("You used logvar / 2 as σ. That is log σ; the `torch.exp` around "
            "it is missing.", lambda mu, logvar, eps: mu + 0.5 * logvar * eps),
        "root_of_logvar": ("You took the square root of logvar as if it were the variance. It is "
            "the *log* of the variance, and where it is negative your root is NaN. σ = e^(logvar / "
            "2).", lambda mu, logvar, eps: mu + logvar.sqrt() * eps),
        "root_in_the_exponent": ("You took the root of logvar and then exp. The root belongs on "
            "the variance, √(e^logvar), and that is e^(logvar / 2): in the exponent it turns into "
            "a half.", lambda mu, logvar, eps: mu + torch.exp(logvar**0.5) * eps),
        "half_outside_the_exponent": ("You halved the variance, ½ e^logvar. The half belongs in "
            "the exponent, where it takes the root: σ = e^(logvar / 2), `torch.exp(0.5 * logvar)`.",
            lambda mu, logvar, eps: mu + 0.5 * torch.exp(logvar) * eps),
        "doubled_for_halved": ("You doubled logvar where it should be halved. σ is the *root* of "
            "the variance e^logvar: `torch.exp(0.5 * logvar)`.",
            lambda mu, logvar, eps: mu + torch.exp(2 * logvar) * eps),
        "one_over_sigma": ("You divided by σ, or put a minus into the exponent: the wider the "
            "Gaussian, the closer your draws to μ. σ = e^(+logvar / 2) multiplies ε.",
            lambda mu, logvar, eps: mu + torch.exp(-0.5 * logvar) * eps),
        "softplus_for_exp": ("You used softplus in the place of exp. That is another way to keep σ "
            "positive, and then the number isn't a log-variance. In this course logvar is log σ², "
            "so σ = e^(logvar / 2).", lambda mu, logvar, eps: mu + F.softplus(logvar) * eps),
        "noise_in_the_exponent": ("`eps` is inside of the `exp`. The exponential makes σ; `eps` "
            "multiplies it from outside: z = μ + e^(logvar / 2) · ε.",
            lambda mu, logvar, eps: mu + torch.exp(0.5 * logvar * eps)),
        "noise_not_multiplied": ("You added σ and ε. σ multiplies ε: z = μ + σ · ε.",
            lambda mu, logvar, eps: mu + sigma(logvar) + eps),
        "mu_times_eps": ("μ is multiplied by ε. Only σ is: the noise is stretched by σ and then "
            "moved by μ, z = μ + σ · ε.",
            lambda mu, logvar, eps: mu * eps + sigma(logvar),
            lambda mu, logvar, eps: (mu + sigma(logvar)) * eps,
            lambda mu, logvar, eps: mu * eps + logvar.exp(),
            lambda mu, logvar, eps: mu * sigma(logvar) * eps,
            lambda mu, logvar, eps: mu * (1 + sigma(logvar) * eps)),
        "minus_for_plus": ("You subtracted σ · ε. The distribution is the same, since ε is "
            "symmetric, but the check goes draw by draw: z = μ + σ · ε.",
            lambda mu, logvar, eps: mu - sigma(logvar) * eps),
        "sigma_forgotten": ("You added `eps` as it is, so every Gaussian has σ = 1 whatever logvar "
            "says. Multiply `eps` by σ = e^(logvar / 2).", lambda mu, logvar, eps: mu + eps),
        "mu_forgotten": ("Your draws lie around 0: μ is missing. z = μ + σ · ε.",
            lambda mu, logvar, eps: sigma(logvar) * eps),
        "mean_returned": ("You returned μ. That is no draw: nothing random is left. z = μ + σ · ε.",
            lambda mu, logvar, eps: mu.clone()),
        "eps_forgotten": ("You added σ and no noise: the same number each time, one σ above μ. "
            "Multiply σ by `eps`.", lambda mu, logvar, eps: mu + sigma(logvar)),
        "mu_and_logvar_swapped": ("You took `mu` for the log-variance and `logvar` for the mean. "
            "The order is (mu, logvar, eps).", swapped(reparameterize)),
        "one_eps": ("All examples of your batch share one draw of noise. `eps` has a number for "
            "every example and every dimension, (N, K): use all of it, entry by entry.",
            given(reparameterize, 2, lambda eps: eps[:1]),
            given(reparameterize, 2, lambda eps: eps[-1]),
            given(reparameterize, 2, lambda eps: eps[0, 0]), given(reparameterize, 2, torch.mean),
            given(reparameterize, 2, lambda eps: eps.mean(0))),
        "one_eps_a_row": ("All dimensions of an example share one number of noise, so your draws "
            "lie on a line. `eps` has a number for every example and every dimension, (N, K): "
            "multiply entry by entry.",
            given(reparameterize, 2, lambda eps: eps[:, :1]),
            given(reparameterize, 2, lambda eps: eps.mean(1, keepdim=True))),
        "reduced": ("You added up or averaged over a dimension. A draw has as many numbers as μ, "
            "(N, K): no sum, no mean.",
            then(reparameterize, lambda z: z.sum(1)), then(reparameterize, lambda z: z.mean(0)),
            then(reparameterize, lambda z: z.mean(1)), then(reparameterize, torch.mean)),
        "density_returned": ("That is the log-density of ε under N(μ, σ²), a number that says how "
            "likely a draw is. The draw itself is asked for: z = μ + σ · ε.",
            lambda mu, logvar, eps: Normal(mu, sigma(logvar)).log_prob(eps)),
        "graph_cut": ("The numbers are right, and no gradient comes back through them, so the "
            "encoder would never learn. Something cuts the graph: `.detach()`, `.data`, `.item()`, "
            "`torch.no_grad()`, or a new `torch.tensor(…)`.", _no_grad),
        "sigma_cut": ("The numbers are right, and no gradient reaches logvar: something on the way "
            "to σ cuts the graph (`.detach()`, `.data`, `torch.no_grad()`). The encoder could move "
            "its Gaussians and never widen or narrow them.",
            given(reparameterize, 1, torch.Tensor.detach)),
        "mu_cut": ("The numbers are right, and no gradient reaches μ: something cuts the graph "
            "there (`.detach()`, `.data`, `torch.no_grad()`). The encoder could never move its "
            "Gaussians.", given(reparameterize, 0, torch.Tensor.detach)),
    })
    + named({
        "own_noise": ("You drew noise of your own (`torch.randn_like`, `.rsample()`) and ignored "
            "`eps`. The draw is a fair one, but it changes from call to call. Use the `eps` you "
            "are handed.", lambda mu, logvar, eps: Normal(mu, sigma(logvar)).rsample()),
    }, when=_own_noise)
    + named({
        "sampled_without_gradient": ("You let torch draw (`torch.normal(mu, sigma)`, `.sample()`). "
            "That gives a fair sample without a gradient: μ and σ would never learn. Compute z "
            "from μ, σ and the `eps` you are handed.",
            lambda mu, logvar, eps: torch.normal(mu, sigma(logvar))),
    }, when=_own_noise_and_no_gradient),
    properties=[
        must_be("mu_without_noise", 0, _gap_without_noise, "With eps = 0 the draw must be mu "
            "itself; yours is off by {:.3g}.", 1e-5),
    ],
    hints=["Three steps: from the log-variance to σ, stretch the noise, move it.",
           "logvar = log σ², so σ² = e^logvar. What is σ, then? A half goes into the exponent.",
           "`mu + torch.exp(0.5 * logvar) * eps`, and nothing that cuts the graph."],
)  # fmt: skip
