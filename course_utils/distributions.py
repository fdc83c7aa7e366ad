"""Losses, log-densities and divergences as pure functions, most with one number per example.

In this order: entropies of discrete distributions, Gaussian densities and KLs, the likelihood of
pixels, differentiable sampling, and the losses built from them (`elbo`, `vae_loss`). Everything
is in nats. `divergences.py` compares densities that are known on a grid or only from samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F


def entropy(p: Tensor) -> Tensor:
    """H(p) = -sum p log p over the last axis of p (..., C): (...) nats; 0 log 0 is 0.

    Shannon, 1948, section 6.
    """
    return -torch.xlogy(p, p).sum(-1)


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """H(p, q) = -sum p log q over the last axis of p, q (..., C): (...) nats.

    inf where q is 0 and p is not. Cover and Thomas, 2006, theorem 5.4.3.
    """
    return -torch.xlogy(p, q).sum(-1)


def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || q) = sum p log(p / q) over the last axis of p, q (..., C): (...) nats.

    inf where q is 0 and p is not. Cover and Thomas, 2006, section 2.3.
    """
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1)


def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    """Half of KL(p || m) plus half of KL(q || m), m = (p + q) / 2: (...) nats, at most log 2.

    p, q: (..., C), summed over the last axis. Lin, 1991, section 4.
    """
    m = (p + q) / 2
    return (kl_divergence(p, m) + kl_divergence(q, m)) / 2


def log_gaussian(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    """log N(x; mu, cov) for x (N, D), mu (D,), cov (D, D): (N,) nats. Bishop, 2006, eq. 2.43.

    Raises torch.linalg.LinAlgError if cov is not positive definite.
    """
    root = torch.linalg.cholesky(cov)  # cov = root @ root.T
    log_det = 2 * root.diagonal().log().sum()
    white = torch.linalg.solve_triangular(root, (x - mu).T, upper=False)  # (D, N)
    return -0.5 * (white.square().sum(0) + log_det + len(mu) * math.log(2 * math.pi))


def log_gaussian_diagonal(x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log N(x; mu, diag(exp(logvar))), all (N, K) or broadcast to it: (N,) nats.

    Bishop, 2006, eq. 2.43 with a diagonal covariance.
    """
    squared = (x - mu).square() * torch.exp(-logvar)
    return -0.5 * (squared + logvar + math.log(2 * math.pi)).sum(-1)


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, diag(exp(logvar))) || N(0, I)) for mu, logvar (N, K): (N,) nats.

    Half the sum of sigma^2 + mu^2 - 1 - log sigma^2. Kingma and Welling, 2014, appendix B.
    """
    return 0.5 * (logvar.exp() + mu.square() - 1 - logvar).sum(-1)


def gaussian_kl_full(mu: Tensor, cov: Tensor) -> Tensor:
    """KL(N(mu, cov) || N(0, I)) for mu (K,) and cov (K, K): one number, in nats.

    Raises torch.linalg.LinAlgError if cov is not positive definite. Rasmussen and Williams, 2006,
    eq. A.23.
    """
    log_det = 2 * torch.linalg.cholesky(cov).diagonal().log().sum()
    return 0.5 * (cov.trace() + mu @ mu - len(mu) - log_det)


def kl_monte_carlo(
    log_q: Callable[[Tensor], Tensor], log_p: Callable[[Tensor], Tensor], samples: Tensor
) -> float:
    """KL(q || p) estimated by the mean of log q - log p over S draws from q, in nats.

    log_q, log_p: draws (S, ...) -> log-densities (S,).
    """
    return (log_q(samples) - log_p(samples)).mean().item()


def bernoulli_log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """log p(x | logits) summed over pixels, for x in [0, 1] and logits, both (N, ...): (N,) nats.

    Finite for every finite logit. Kingma and Welling, 2014, appendix C.1, is for pixels 0 or 1;
    for gray pixels this is a reconstruction loss, and no density integrates to 1.
    """
    loss = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return -loss.flatten(1).sum(1)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """A draw z = mu + sigma * eps from N(mu, diag(exp(logvar))), eps standard normal, all (N, K).

    sigma = exp(logvar / 2), so gradients reach mu and logvar. Kingma and Welling, 2014, eq. 4.
    """
    return mu + torch.exp(0.5 * logvar) * eps


def gumbel_softmax(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    """Softened one-hot draws from softmax(logits) for uniform noise u in (0, 1), all (N, C).

    softmax((logits + g) / tau) with Gumbel noise g = -log(-log u). Jang et al., 2017, eq. 2.
    """
    gumbel = -torch.log(-torch.log(u))
    return torch.softmax((logits + gumbel) / tau, dim=-1)


def elbo(log_likelihood: Tensor, kl: Tensor) -> Tensor:
    """Lower bound on log p(x): E_q[log p(x|z)] (N,) minus KL(q || p(z)) (N,), in nats (N,).

    Kingma and Welling, 2014, eq. 3.
    """
    return log_likelihood - kl


def vae_loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
    """Negative ELBO of images x (N, C, H, W) with the KL weighted by beta: batch mean, in nats.

    logits: (N, C, H, W) · mu, logvar: (N, K). Higgins et al., 2017, eq. 4; beta = 1 is the ELBO.
    """
    return (beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()


def importance_log_likelihood(log_w: Tensor) -> Tensor:
    """Log of the mean of K weights, log_w = log p(x, z) - log q(z|x), (K, N): (N,) nats.

    Its mean is the ELBO for K = 1 and rises with K toward log p(x). Burda et al., 2016, eq. 8.
    """
    return torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])
