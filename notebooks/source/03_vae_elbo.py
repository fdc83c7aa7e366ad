# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: VAE and the ELBO
#   minutes: 205
#   picture: drawn_from_the_prior
# ---

# %% [markdown] slide_type="slide"
# # VAE and the ELBO
#
# A decoder turns codes into digits. Who tells it which codes to draw?

# %% [markdown] slide_type="notes"
# About 205 minutes with all exercises, 45 if you only present and leave out the paths from 1 to 9 and the strong decoder. Ask who remembers what the decoder of notebook 02 drew from random codes: garbage, since nobody had said where codes lie. Today somebody says it. The arc: a bound on log p(x), checked where everything is known; a VAE trained with it; what its KL changes.

# %% [markdown]
# About 205 minutes, in three sittings: sections 1 to 4, 5 to 8, and 9 to 12. You need notebook 02, expectations, and the Gaussian density of notebook 01.
#
# At the end you can
#
# 1. say what changes when a code becomes a distribution, and derive the ELBO in five lines;
# 2. write the loss of a VAE, train it, and read its two terms;
# 3. estimate log p(x) from many draws, and say when the error bar lies;
# 4. compare a VAE's samples with an autoencoder's by one measure, and say honestly who wins what;
# 5. use β, recognize a dead code, and say where the blur comes from.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.measured import measured
from course_utils.device import pick_device, set_seed
from course_utils.distributions import gaussian_kl, log_gaussian_diagonal
from course_utils.metrics import batched, frechet_distance
from course_utils.models import autoencoder as course_models
from course_utils.models import vae as course_vae
from course_utils.models.classifier import train_classifier
from course_utils.models.mixture import ClassMixture

# %%
from course_utils.training import fit
from course_utils.widgets import explore

plots.use_style()
device = pick_device()
answers = answer_sheet("03")

# %% [markdown]
# Two of the imported functions are tools here. `gaussian_kl` gives the KL of section 1; you will write it yourself in notebook 04. `log_gaussian_diagonal(x, mu, logvar)` is notebook 01's `log_gaussian` for a diagonal Σ with the variances $e^{\texttt{logvar}}$.
#
# ## 1 · From a point to a cloud
#
# The autoencoder of notebook 02 gives every image $x$ one code $z$, a point. A **variational autoencoder** (VAE; Kingma and Welling, 2014) gives it a small
# cloud:
#
# $$q(z\mid x) = \mathcal N\big(\mu(x),\, \mathrm{diag}\,\sigma^2(x)\big), \qquad z = \mu + \sigma\,\varepsilon, \quad \varepsilon\sim\mathcal N(0, I).$$
#
# In words: the encoder puts out a center $\mu$ and a spread $\sigma$ for each number of the code, and $z$ is drawn from there. In code: `mu` and
# `logvar`, both (N, K), where K is the size of the code and `logvar` is $\log\sigma^2$, always. (You will also meet "mean and variance" or "mean and standard deviation". A network's output may be any real number, and so may a log-variance; that is why we use it.)
#
# And there is a rule for drawing new codes, fixed before training: the **prior** $p(z) = \mathcal N(0, I)$. With the decoder as a distribution of images,
# $p(x\mid z)$, this is a full generative model: draw $z\sim p(z)$, then $x\sim p(x\mid z)$.

# %% [markdown] slide_type="slide" only="slides"
# ## Why not stay with the autoencoder?
#
# It copied digits well. It drew garbage, and it could not say how likely an image is.
#
# We want
#
# - a rule for drawing codes that is fixed **before** training;
# - a code without holes, so that every draw is decoded into something;
# - a number, in nats, that says how well a model explains an image.

# %% [markdown] slide_type="notes"
# Ask the room what would have to be true of the codes for a random draw to work. Collect answers: they fill a known region, neighbors mean similar things, nothing lies far away. Each of these comes back as a term of the loss. Say where VAEs are used: as the first stage of image generators, in chemistry, for anomalies. Watch out: don't promise sharp pictures; the slide before the summary explains the blur.

# %% [markdown] slide_type="slide" only="slides"
# ## The encoder gives a cloud, at a price

# %% slide_type="-"
show(diagram("vae"))

# %% [markdown] slide_type="notes"
# Ten builds: image, encoder, μ and σ, cloud, prior, z, decoder, the two losses, gradients. At the cloud, recall that notebook 02 had a point there. At z, ask what the noise does to the decoder: it can no
# longer give two neighboring codes unrelated images, since it doesn't know which of the two it was handed. The two orange boxes are the loss of this
# whole chapter. Watch out: the KL compares the cloud with the prior, not z.

# %% [markdown]
# The two orange boxes are what the network is trained on. The next paragraphs say why these two.

# %% [markdown]
# What should it be trained on? Notebook 01 fitted densities by making the data likely. Here that means: raise $\log p(x)$ of the training images, with
#
# $$p(x) = \int p(x\mid z)\,p(z)\,dz .$$
#
# In words: the probability of $x$, averaged over all codes. $p(x)$ is called the **evidence**. For a network this integral can't be computed: nearly all
# codes explain a given image badly, and the few that explain it well would have to be found first. Finding them is the encoder's job. Its cloud
# $q(z\mid x)$ is a guess at the **posterior** $p(z\mid x)$, the codes that really could have made $x$.
#
# One line connects the two. By Bayes' rule $p(z\mid x) = p(x, z)/p(x)$, so $\log p(x) = \log p(x, z) - \log p(z\mid x)$ for *every* $z$. Subtract $\log q(z\mid x)$ from the first part and add it to the second:
#
# $$\log p(x) \;=\; \log\frac{p(x, z)}{q(z\mid x)} \;+\; \log\frac{q(z\mid x)}{p(z\mid x)} .$$
#
# The left side does not depend on $z$. So take the mean over $z\sim q$ on both sides; the left one stays as it is. With $p(x, z) = p(x\mid z)\,p(z)$ this is
#
# $$\log p(x) \;=\; \underbrace{\mathbb E_{q(z\mid x)}\big[\log p(x\mid z)\big] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)}_{\text{ELBO}}
# \;+\; \underbrace{\mathrm{KL}\big(q(z\mid x)\,\|\,p(z\mid x)\big)}_{\text{gap}\;\ge\; 0} .$$
#
# $\mathrm{KL}(q\,\|\,p) = \mathbb E_q[\log q - \log p]$ measures how far $q$ is from $p$, in nats; it is never negative, and 0 exactly where both are the
# same (notebook 04 proves it). So the first bracket, the **evidence lower bound** or **ELBO**, lies below $\log p(x)$, and it holds only things that can be
# computed: how well codes from the cloud explain the image, minus what the cloud costs.

# %% [markdown] slide_type="slide" only="slides"
# ## A bound that can be computed
#
# By Bayes, for every $z$: $\;\log p(x) = \log\dfrac{p(x, z)}{q(z\mid x)} + \log\dfrac{q(z\mid x)}{p(z\mid x)}$
#
# Averaged over $z\sim q$:
#
# $$\log p(x) = \mathrm{ELBO} + \underbrace{\mathrm{KL}\big(q\,\|\,p(z\mid x)\big)}_{\text{gap}\,\ge\,0}$$
#
# $$\mathrm{ELBO} = \mathbb E_q\big[\log p(x\mid z)\big] - \mathrm{KL}\big(q\,\|\,p(z)\big)$$
#
# What the code explains, minus what it costs.

# %% [markdown] slide_type="notes"
# The first line is p(x) = p(x, z) / p(z | x) with log q put in and taken out. Averaged, its parts are the ELBO and the gap; p(x, z) = p(x | z) p(z) gives the last line. Ask which terms contain q. All but log p(x), so a better q moves the border between the two and not their sum. Exercise 3.2 does it by Jensen. Watch out: two KLs, to the posterior and to the prior.

# %% [markdown]
# ### Exercise 3.1 · The bound
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# $$\mathrm{ELBO}_n = \mathbb E_q[\log p(x_n\mid z)] - \mathrm{KL}_n$$
#
# In words: for each image, the log-likelihood minus the KL. Both come as (N,), in nats.

# %%
def elbo(log_likelihood: Tensor, kl: Tensor) -> Tensor:
    """Evidence lower bound, from E_q[log p(x|z)] (N,) and KL(q || p(z)) (N,): (N,) nats."""
    # 1. what the code explains, minus what it costs
    ### BEGIN SOLUTION
    return log_likelihood - kl
    ### END SOLUTION

# %%
elbo = check(elbo)

# %% [markdown]
# ## 2 · A world where everything is known
#
# Before trusting that formula with networks, try it where every term can be computed by hand. One number $z$, one number $x$:
#
# $$z\sim\mathcal N(0, 1), \qquad x\mid z\sim\mathcal N(z, 1) .$$
#
# A sum of two independent Gaussians is Gaussian, so $x\sim\mathcal N(0, 2)$; and Bayes' rule gives the posterior
# $z\mid x\sim\mathcal N\big(\tfrac x2, \tfrac12\big)$, with standard deviation $1/\sqrt2\approx 0.71$. Say we saw $x = 1.5$.

# %%
X = 1.5
log_evidence = -0.5 * (X**2 / 2 + math.log(2 * math.pi * 2))  # log N(1.5; 0, 2), exact
posterior_mean, posterior_var = X / 2, 0.5

def bound_and_gap(mean: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
    """ELBO (N,) and KL(q || posterior) (N,), exact, for q = N(mean, spread²), both (N,)."""
    mu, logvar = mean[:, None], 2 * spread.log()[:, None]  # (N, 1)
    explained = -0.5 * ((X - mean) ** 2 + spread**2 + math.log(2 * math.pi))  # E_q[log p(x|z)]
    shifted = (mu - posterior_mean) / posterior_var**0.5  # in units of the posterior
    gap = gaussian_kl(shifted, logvar - math.log(posterior_var))
    return elbo(explained, gaussian_kl(mu, logvar)), gap

# %% [markdown]
# `gaussian_kl` compares with N(0, 1). For the gap, both Gaussians are moved and stretched until the posterior *is* N(0, 1), which changes no KL. Now the identity, for ten thousand clouds
# drawn at random, good ones and absurd ones:

# %% tags=["nbval-check-output"]
dice = Generator().manual_seed(0)
means = 3 * torch.randn(10_000, generator=dice, dtype=torch.float64)
spreads = 3 * torch.rand(10_000, generator=dice, dtype=torch.float64) + 0.01
bound, gap = bound_and_gap(means, spreads)
error = (bound + gap - log_evidence).abs().max().item()
assert error < 1e-5 and gap.min() >= 0 and (bound <= log_evidence).all()
print(f"log p(x) = {log_evidence:.4f}")
print("largest |ELBO + gap - log p(x)| over 10,000 clouds is below 1e-5:", error < 1e-5)
#> log p(x) = -1.8280
#> largest |ELBO + gap - log p(x)| over 10,000 clouds is below 1e-5: True

# %%
predict("03.gap")

# %%
at = torch.linspace(-3, 4, 300)

def draw_gap(fig, mean: float, spread: float):
    bound, gap = bound_and_gap(torch.tensor([mean]), torch.tensor([spread]))
    fig, (left, right) = plots.canvas(fig, 10, 3.8, cols=2)
    for name, m, s, color, line in (("prior p(z)", 0, 1, plots.QUIET, ":"),
                                    ("posterior p(z|x)", posterior_mean, posterior_var**0.5, plots.INK, "--"),
                                    ("your q(z|x)", mean, spread, plots.ACCENT, "-")):
        left.plot(at, torch.exp(-0.5 * ((at - m) / s) ** 2) / (s * (2 * math.pi) ** 0.5), color=color, ls=line, label=name)
    left.set(xlabel="z", ylabel="density", ylim=(0, 1.4))
    left.legend()
    low = -12.2  # room for every setting: the axis never moves
    right.barh([0], [bound.item() - low], left=low, color=plots.HOUSE, label="up to the ELBO")
    right.barh([0], [gap.item()], left=bound.item(), color=plots.ACCENT, label="gap")
    right.axvline(log_evidence, color=plots.INK, ls="--")
    right.annotate("log p(x)", (log_evidence - 0.2, 0.75), ha="right")
    right.annotate("from −∞", (low + 0.2, 0), va="center", color="white", weight="bold")
    right.set(xlabel="nats", xlim=(low, 0.3), ylim=(-0.6, 1.3), yticks=[])
    right.legend(loc="upper left")
    sentence = f"ELBO {bound.item():.3f} + gap {gap.item():.3f} = {bound.item() + gap.item():.3f}"
    left.set_title(sentence.replace("-", "−"), fontsize=12)
    return fig

def gap_in_words(mean: float, spread: float) -> str:
    bound, gap = bound_and_gap(torch.tensor([mean]), torch.tensor([spread]))
    return (f"Left: prior, posterior and q with mean {mean:.2f} and spread {spread:.2f}. Right: one bar from minus infinity to the ELBO, {bound.item():.3f}, "
            f"and from there a gap of {gap.item():.3f} to log p(x), which stays where it is")

explore(draw_gap, alt=gap_in_words, mean=(-2.0, 3.0, -0.4), spread=(0.3, 2.0, 1.1))

# %% [markdown]
# The longer the blue part, the better the bound. Move `mean` to 0.75 and `spread` to 0.71 and the gap closes: the bound touches. Anywhere else it opens, and the dashed line never moves, since $q$ does not
# occur in $\log p(x)$. So to raise the ELBO with respect to $q$ *is* to bring $q$ toward the true posterior, which we could not have computed. Raising it
# by changing the decoder makes the data likelier, or narrows the gap, or both.

# %% [markdown] slide_type="slide" only="slides"
# ## Whatever the cloud, ELBO and gap add up to log p(x)
#
# $z\sim\mathcal N(0,1)$, $x\mid z\sim\mathcal N(z,1)$, seen $x = 1.5$. Ten thousand random clouds: always −1.828 nats.

# %% slide_type="-"
show(draw_gap(None, -0.4, 1.1), alt="Left: a cloud q that lies to the left of the true posterior. Right: one bar from minus infinity; it reaches the ELBO, "
     "and the gap fills the rest up to log p(x) exactly")

# %% [markdown] slide_type="notes"
# All are Gaussian, so every term has a closed form. This cloud gets an ELBO of −3.419, and the gap is 1.591. Ask which way to move the orange curve (to the right, and narrower), then what will happen to the dashed line on the right. It stays: q does not occur in log p(x). In the notebook, this figure has sliders; a mean of 0.75 and a spread of 0.71 close the gap.

# %% [markdown]
# ### Exercise 3.2a · Five lines in order
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# There is a second way to the bound, which needs no posterior. Here it is, shuffled. It begins with $\log p(x) = \log\int p(x, z)\,dz$. Type the five letters in the right order, such as `"abcde"`.
#
# - **a** $\;\ge\; \mathbb E_q\Big[\log\dfrac{p(x, z)}{q(z\mid x)}\Big]$
# - **b** $\;=\; \log\int q(z\mid x)\,\dfrac{p(x, z)}{q(z\mid x)}\,dz$
# - **c** $\;=\; \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)$
# - **d** $\;=\; \log\,\mathbb E_q\Big[\dfrac{p(x, z)}{q(z\mid x)}\Big]$
# - **e** $\;=\; \mathbb E_q[\log p(x\mid z)] + \mathbb E_q\Big[\log\dfrac{p(z)}{q(z\mid x)}\Big]$
#
# You need Jensen's inequality: the log bends downward, so the log of an average is at least the average of the logs, $\log\mathbb E[w]\ge\mathbb E[\log w]$.

# %%
### BEGIN SOLUTION
answers["3.2a"] = "bdaec"
### END SOLUTION

# %%
check(answers, "3.2a")

# %% [markdown]
# ### Exercise 3.2b · The gap, in order
# Difficulty ●●○ · importance ●●● · 5 minutes
#
# Jensen says that there is a gap, and not what it is. So begin at the other end, with $\mathrm{KL}\big(q\,\|\,p(z\mid x)\big) = \mathbb E_q\big[\log q(z\mid x) - \log p(z\mid x)\big]$, and bring these four lines into order:
#
# - **a** $\;=\; \log p(x) - \mathrm{ELBO}$
# - **b** $\;=\; \mathbb E_q\big[\log q(z\mid x) - \log p(x, z)\big] + \log p(x)$
# - **c** $\;=\; \mathbb E_q\big[\log q(z\mid x) - \log p(x, z) + \log p(x)\big]$
# - **d** $\;=\; \log p(x) - \mathbb E_q\big[\log p(x, z) - \log q(z\mid x)\big]$

# %%
### BEGIN SOLUTION
answers["3.2b"] = "cbda"
### END SOLUTION

# %%
check(answers, "3.2b")

# %% [markdown]
# ## 3 · Closer than the bound
#
# Line d of 3.2a is an average of **weights** $w = p(x, z)/q(z\mid x)$. Draw $K$ codes from $q$ and average their weights:
#
# $$\log\hat p(x) = \log\Big(\frac1K\sum_{k=1}^{K} w_k\Big), \qquad w_k = \frac{p(x\mid z_k)\,p(z_k)}{q(z_k\mid x)}, \quad z_k\sim q .$$
#
# With $K = 1$ this is an estimate of the ELBO. With more draws it comes closer to $\log p(x)$ (importance weighting; Burda et al., 2016).
#
# A word on letters: papers write $K$ for the number of draws, and so does this section; for the size of the code we wrote K as well. `log_w` (K, N) has a row for each draw, `mu` (N, K) a column for each number of the code.

# %% [markdown]
# ### Exercise 3.3 · The log of the mean weight
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# You get the *logs* of the weights, `log_w` (K, N): K draws for each of N images. Return $\log\big(\tfrac1K\sum_k w_k\big)$ for each image. For real images the logs are around −100 or
# −1000, and $e^{-1000}$ is 0 on any computer, so stay in logs: `torch.logsumexp`.

# %%
def importance_log_likelihood(log_w: Tensor) -> Tensor:
    """Log of the mean of K weights: log_w (K, N) -> (N,)."""
    # 1. the log of the sum of the weights, without leaving the logs
    # 2. from the sum to the mean
    ### BEGIN SOLUTION
    return torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])
    ### END SOLUTION

# %%
importance_log_likelihood = check(importance_log_likelihood)

# %%
predict("03.importance")

# %% [markdown]
# Two clouds: a wide one (spread 1, and off center), and one that sits right on the posterior's mean and is too narrow (spread 0.2). For each $K$, the whole estimate is repeated 2,000 times. The error bar is the usual one,
# the standard deviation of the repeats divided by $\sqrt{2000}$.

# %%
def log_weights(mean: float, spread: float, k: int, repeats: int, seed: int = 0) -> Tensor:
    """log p(x, z) - log q(z|x) for z ~ q = N(mean, spread²): (k, repeats)."""
    eps = torch.randn(k, repeats, 1, generator=Generator().manual_seed(seed), dtype=torch.float64)
    z = mean + spread * eps
    zero = torch.zeros(1, dtype=torch.float64)  # the mean, and the log of the variance 1
    log_joint = log_gaussian_diagonal(z, zero, zero) + log_gaussian_diagonal(zero + X, z, zero)
    return log_joint - log_gaussian_diagonal(z, zero + mean, zero + 2 * math.log(spread))

draws, repeats = [1, 4, 16, 64, 256, 1024], 2000
estimates = {name: torch.stack([importance_log_likelihood(log_weights(*q, k, repeats)) for k in draws])
             for name, q in {"wide": (0.4, 1.0), "narrow": (0.75, 0.2)}.items()}  # (6, 2000) each
for name, values in estimates.items():
    for k, row in zip((1, 64, 1024), values[[0, 3, 5]]):
        off, bar = row.mean().item() - log_evidence, row.std().item() / repeats**0.5
        print(f"{name:7s} K = {k:4d}: off by {off:+.4f}, error bar ±{bar:.4f}, {abs(off) / bar:5.1f} error bars")

# %% [markdown] slide_type="slide" only="slides"
# ## More draws close the gap, unless q is too narrow
#
# $$\log\hat p(x) = \log\Big(\frac1K\sum_{k=1}^K \frac{p(x, z_k)}{q(z_k\mid x)}\Big), \qquad z_k\sim q$$

# %% slide_type="-"
fig, panels = plots.canvas(width=10, height=3.6, cols=2)
for ax, (name, values) in zip(panels, estimates.items()):
    bars = values.std(1) / repeats**0.5
    ax.errorbar(draws, values.mean(1), yerr=2 * bars, color=plots.HOUSE, marker="o", capsize=4, label="mean of 2,000, ± 2 error bars")
    ax.axhline(log_evidence, color=plots.ACCENT, ls="--", label="log p(x), exact")
    ax.set_xscale("log")
    ax.set_xticks(draws, draws)
    ax.minorticks_off()
    ax.set(xlabel="K, draws in each estimate", ylabel="nats", ylim=(-2.75, -1.7))
    ax.legend(loc="lower right")
panels[0].set_title("Wide q: up to the truth", fontsize=13)
panels[1].set_title("Narrow q: the error bar lies", fontsize=13)
show(fig, alt="Two panels of estimates over K. Wide q: they rise from the ELBO and meet log p(x). Narrow q: they rise slowly "
              "and stay well below it even at 1,024 draws, further than their error bars reach")

# %% tags=["solution"]
off = {name: (values.mean(1) - log_evidence) / (values.std(1) / repeats**0.5) for name, values in estimates.items()}
assert abs(off["wide"][-1]) < 3 and off["narrow"][-1] < -10
assert all((values.mean(1).diff() > -0.003).all() for values in estimates.values())

# %% [markdown]
# Left, as promised: in expectation the estimate rises with $K$, and it ends at the exact value, within its error bar. (At $K = 1$ it is many error bars off too, and should be: its mean is the ELBO there. An error bar measures scatter, not bias.) Right, the same formula with the same
# number of draws is off by many error bars, and nothing in its output says so. Why? A narrow $q$ hardly ever draws the codes at the posterior's edges, where the weights are huge. While they don't come up, their
# weight is missing from the mean *and* from the standard deviation. An error bar can only know about what was drawn.
# **Where $q$ is narrower than the posterior, don't believe it**; repeat with a wider $q$.
#
# <details><summary>Why it is as bad as can be here</summary>
#
# The variance of the weights needs $\mathbb E_q[w^2] = \int w^2 q\,dz$. With $w = p(x, z)/q$ the integrand is $p(x, z)^2/q$, which is proportional to $e^{-2(z-0.75)^2 + (z-0.75)^2/(2\sigma^2)}$. For a spread $\sigma\le 0.5$ it does not fall off at the sides. So the integral is infinite, and so is the variance.
#
# </details>

# %% [markdown] slide_type="notes"
# The model is that of the slide before. The fraction is a weight: how much too rarely q draws this code. Each dot averages K of them. Left, a wide q: with 64 draws the estimate is off by 0.002. Right, a narrow one: with 1,024 draws still by 0.24, which is 31 error bars. Ask why the bar is so small. It is computed from the same draws that missed the tails. Papers report such numbers with three digits.

# %% [markdown]
# ## 4 · The loss of a VAE
#
# Two terms, then. The first says how well the decoder's logits explain the image. Each pixel is treated as a coin with probability of ink $\hat x = \mathrm{sigmoid}(\text{logit})$, the **Bernoulli** likelihood.

# %% [markdown]
# ### Exercise 3.4 · Log-likelihood of an image
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$\log p(x_n\mid z_n) = \sum_{\text{pixels}} \big[x\log\hat x + (1 - x)\log(1 - \hat x)\big], \qquad \hat x = \mathrm{sigmoid}(\text{logits})$$
#
# In words: where there is ink, the log-probability of ink, where there is paper, that of paper, summed over the pixels of one image. Don't compute $\hat x$: at a logit of 20 float32 rounds it to 1, and $\log(1-\hat x)$ is lost.
# `F.binary_cross_entropy_with_logits(logits, x, reduction="none")` gives minus each pixel's term, straight from the logit.

# %%
def bernoulli_log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """log p(x | logits), summed over pixels: x, logits (N, C, H, W) -> (N,) nats."""
    # 1. one number for each pixel
    # 2. the sum over everything but the batch; higher is better
    ### BEGIN SOLUTION
    loss = F.binary_cross_entropy_with_logits(logits, x, reduction="none")  # (N, C, H, W)
    return -loss.flatten(1).sum(1)  # (N,)
    ### END SOLUTION

# %%
bernoulli_log_likelihood = check(bernoulli_log_likelihood)

# %% [markdown]
# One sentence of honesty: our pixels are gray, and a coin has no gray side, so **a Bernoulli likelihood on gray pixels is a loss, not a probability of pixels**. You can see it: as a density over $x\in[0,1]$ it would
# have to have area 1.

# %%
grid = torch.linspace(0, 1, 1001)
for p in (0.5, 0.9, 0.99):
    pixel = grid.view(-1, 1, 1, 1)  # 1,001 images of one pixel each
    logit = torch.full_like(pixel, p).logit()
    area = torch.trapezoid(bernoulli_log_likelihood(pixel, logit).exp(), grid).item()
    print(f"predicted ink {p:.2f}: area {area:.3f}")
    assert area < 0.6

# %% [markdown]
# The areas are far from 1, so the numbers below are comparable with each other and with papers that do the same on the same images (many do; others make each pixel black or white first), and with nothing else.

# %% [markdown]
# ### Exercise 3.5 · The loss of a gray pixel
# Difficulty ●○○ · importance ●●○ · 3 minutes
#
# A pixel is half gray, $x = 0.5$, and the decoder predicts it as well as it can. What is its loss $-x\log\hat x-(1-x)\log(1-\hat x)$, in nats?

# %%
### BEGIN SOLUTION
answers["3.5"] = math.log(2)
### END SOLUTION

# %%
check(answers, "3.5")

# %% [markdown]
# ### Exercise 3.6 · The loss
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$\mathcal L = \frac1N\sum_n\Big(-\log p(x_n\mid z_n) + \beta\,\mathrm{KL}_n\Big)$$
#
# In words: minus the log-likelihood, plus $\beta$ times the KL, averaged over the batch and over nothing else. With $\beta = 1$ this is the negative ELBO, with one draw of $z$ for each image. The KL of the two Gaussians is
# `gaussian_kl(mu, logvar)`, (N,), already summed over the code.
#
# Pixels are summed, not averaged, and so are the numbers of the code. (Many programs average one of them, and so choose a $\beta$ without knowing: the mean over 784 pixels is $\beta = 784$, the mean over a code of 16 numbers is $\beta = 1/16$.)

# %%
def vae_loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
    """Negative ELBO, its KL weighted by beta, mean over the batch: one number, in nats.

    x, logits (N, C, H, W); mu, logvar (N, K).
    """
    # 1. two terms for each image, (N,)
    # 2. their weighted sum, averaged over the batch
    ### BEGIN SOLUTION
    kl = gaussian_kl(mu, logvar)  # (N,)
    return (beta * kl - bernoulli_log_likelihood(x, logits)).mean()
    ### END SOLUTION

# %%
vae_loss = check(vae_loss)

# %% [markdown]
# A trap that no check can see here: if one term has shape (N, 1) and the other (N,), PyTorch stretches both to a table (N, N), and the plain *mean* of that table comes out right all the same. In notebook 09 each
# image gets its own weight, and then it bites.

# %% tags=["nbval-check-output"]
one_term, other = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 20.0, 30.0])
table = one_term[:, None] + other  # (3, 1) + (3,) -> (3, 3)
weight = torch.tensor([1.0, 0.0, 0.0])
assert table.mean() == (one_term + other).mean() and (weight * table).mean() != (weight * (one_term + other)).mean()
print("plain mean:   ", (one_term + other).mean().item(), "and with the wrong shape", table.mean().item())
print("weighted mean:", round((weight * (one_term + other)).mean().item(), 2), "and with the wrong shape", (weight * table).mean().item())
#> plain mean:    22.0 and with the wrong shape 22.0
#> weighted mean: 3.67 and with the wrong shape 4.0

# %% [markdown]
# ### Exercise 3.7 · By hand
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# For one image the reconstruction term, $-\log p(x\mid z)$, is 50 nats, and the KL is 2 nats.
#
# - **3.7a** What is the negative ELBO?
# - **3.7b** What is the loss at $\beta = 4$?

# %%
### BEGIN SOLUTION
answers["3.7a"] = 50 + 2
### END SOLUTION

# %%
check(answers, "3.7a")

# %%
### BEGIN SOLUTION
answers["3.7b"] = 50 + 4 * 2
### END SOLUTION

# %%
check(answers, "3.7b")

# %% [markdown]
# ## 5 · Train one
#
# The data of notebook 02, and its layers too: 784 → 400 → code → 400 → 784. The only change is at the waist, where the encoder puts out two numbers for each
# number of the code.

# %%
train = load("digits", n=10_000)
test = load("digits", split="test", n=2_000)
x, x_test = train.float(device), test.float(device)  # (10000, 1, 28, 28), (2000, 1, 28, 28)

# %% [markdown] slide_type="slide" only="slides"
# ## One change, at the waist: the code is drawn
#
# The encoder puts out 2K numbers, and the code is drawn. The loss is the negative bound:
#
# $$-\log p(x\mid z) + \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)$$

# %% [markdown]
# ### Exercise 3.8 · Through the cloud
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# Three lines make an autoencoder variational. You get the encoder and the decoder as networks, a batch of images, and the noise $\varepsilon$ for it, (N, K).
#
# 1. `encoder(x)` is (N, 2K). Its first K columns are `mu`, the others `logvar`.
# 2. The code is a draw from the cloud: $z = \mu + \sigma\,\varepsilon$ with $\sigma = e^{\texttt{logvar}/2}$.
# 3. The decoder turns $z$ into logits.

# %% slide_type="-" show_code=true lit="# 2."
def vae_forward(encoder: nn.Module, decoder: nn.Module, x: Tensor,
                eps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """logits (N, 1, 28, 28), mu and logvar (N, K) each, of images x."""
    # 1. the two halves of what the encoder says, (N, K) each
    # 2. the standard deviation, and a draw from the cloud
    # 3. decode the draw; return logits, mu, logvar
    ### BEGIN SOLUTION
    mu, logvar = encoder(x).chunk(2, dim=1)  # (N, K) each
    z = mu + torch.exp(0.5 * logvar) * eps  # (N, K)
    return decoder(z), mu, logvar
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# Let the room dictate the three missing lines. The encoder of a code of K numbers puts out 2K, and `chunk` cuts them in two; then z = μ + σ · eps; then the decoder. Ask where the noise comes from: it is an argument, which makes the function testable, and in notebook 05 it is what lets the gradient through. Commonest mistake: σ as the exponential of `logvar`; it takes half of it.

# %%
vae_forward = check(vae_forward)

# %% [markdown]
# The layers come from the course: 784 → 400 → 2K on the encoder's side, K → 400 → 784 on the decoder's. The way through them is yours. (The sampling line is called `reparameterize` from here on; notebook 05 says why it is written in this way and no other.)

# %%
from course_utils.distributions import reparameterize

class VAE(course_vae.VAE):
    """The course's layers, with `encode` to mu and logvar and `decode` to logits; your way through."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        eps = torch.randn(len(x), self.latent_dim, device=x.device)
        return vae_forward(self.encoder, self.decoder, x, eps)

# %% [markdown]
# ### Exercise 3.9 · The training step
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `fit` is the loop of notebook 02. It asks a step for the loss of each batch, and here the step hands it a dict, so that both terms are recorded: `"loss"`, `"KL"` and `"reconstruction"`, each one number, averaged over the batch. `"KL"` is the KL itself, without $\beta$.

# %%
def vae_step(model: nn.Module, x: Tensor,
             beta: float = 1.0) -> dict[str, Tensor]:
    """Loss of a batch x (N, 1, 28, 28) and its two terms, in nats."""
    # 1. through the model: logits, mu, logvar
    # 2. the loss, and the mean KL
    # 3. what the loss holds besides beta times the KL
    ### BEGIN SOLUTION
    logits, mu, logvar = model(x)
    loss = vae_loss(x, logits, mu, logvar, beta)
    kl = gaussian_kl(mu, logvar).mean()
    return {"loss": loss, "KL": kl, "reconstruction": loss - beta * kl}
    ### END SOLUTION

# %%
vae_step = check(vae_step)

# %%
def train_vae(latent_dim: int, epochs: int = 12, beta: float = 1.0, hidden: int = 400):
    """A VAE trained on the digits, and what happened on the way."""
    set_seed(0)
    net = VAE(latent_dim, hidden).to(device)
    return net, fit(lambda x: vae_step(net, x, beta), train.images, model=net, epochs=epochs, lr=2e-3)

# %%
vaes, histories = {}, {}
for k in (16, 2):
    print(f"code of {k} numbers")
    vaes[k], histories[k] = train_vae(k)

# %% [markdown] slide_type="slide" only="slides"
# ## The images are explained better, and the code costs more

# %% slide_type="-"
fig, (left, right) = plots.canvas(width=10, height=3.9, cols=2)
seen = torch.arange(1, 13) * len(train) / 1000
for k, color, line in ((16, plots.HOUSE, "-"), (2, plots.ACCENT, "--")):
    for ax, key in ((left, "reconstruction"), (right, "KL")):
        ax.plot(seen, histories[k].epoch_means(key), color=color, ls=line, marker="o", label=f"code of {k} numbers")
for ax, key in ((left, "reconstruction term"), (right, "KL term")):
    ax.set(xlabel="images seen (thousands)", ylabel=f"{key} (nats per image)")
    ax.legend()
right.yaxis.get_major_locator().set_params(integer=True)
left.set_title("The images are explained better", fontsize=12)
right.set_title("With 16 numbers the code costs more", fontsize=12)
show(fig, alt="Left: the reconstruction term falls over twelve epochs, far lower with 16 numbers than with 2. Right: the KL "
              "term rises to about 20 nats with 16 numbers; with 2 it stays at about 5")

# %% [markdown]
# Read both together. With 16 numbers the reconstruction term falls because the code says more and more about the image, and saying more costs KL: about 20 nats in the end. With 2 numbers there is no room to say more; the KL
# stays about where it was, and only the decoder improves. Neither curve alone tells whether training goes well; their sum does.

# %% [markdown] slide_type="notes"
# A KL that rises worries people. It should rise: a KL of 0 is a dead code. Ask which network spends more on its code and gets more for it: the one with 16 numbers. The curves are of training images; on test images it ends at 88.5 + 21.2 = 110 nats, the negative ELBO, and the one with 2 numbers at 150.6 + 5.5 = 156.

# %%
@torch.no_grad()
def two_terms(net: nn.Module, images: Tensor) -> tuple[float, float]:
    """Reconstruction term and KL, means over images (N, 1, 28, 28), in nats."""
    set_seed(0)
    logits, mu, logvar = net(images)
    return -bernoulli_log_likelihood(images, logits).mean().item(), gaussian_kl(mu, logvar).mean().item()

for k, net in vaes.items():
    reconstruction, kl = two_terms(net, x_test)
    print(f"{k:2d} numbers, test images: {reconstruction:.1f} + {kl:.1f} = {reconstruction + kl:.1f} nats, the negative ELBO")

# %% [markdown]
# How good can this get? The course's benchmark trains a larger VAE, with a second hidden layer, on 60,000 different images for 18 epochs, three times. Its curves beside your run:

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8, height=4.2)
benchmark = {seed: measured("vae_elbo", source=train.source, seed=seed) for seed in (0, 1, 2)}
for seed, rows in benchmark.items():
    ax.plot([60 * int(row["epoch"]) for row in rows], [float(row["loss"]) for row in rows],
            color=plots.HOUSE, alpha=0.7, label="benchmark, three seeds (test)" if seed == 0 else None)
ax.plot(seen, histories[16].epoch_means("loss"), color=plots.ACCENT, ls="--", marker="o", label="your run (training images)")
ax.plot(seen[-1], sum(two_terms(vaes[16], x_test)), color=plots.ACCENT, marker="*", ms=16, ls="none", label="your run (test)")
ax.set(xscale="log", xlabel="images seen (thousands)", ylabel="negative ELBO (nats per image)", ylim=(None, 170))
ax.set_xticks([10, 30, 120, 300, 1000], [10, 30, 120, 300, 1000])
ax.minorticks_off()
ax.legend()
best = sum(float(rows[-1]["loss"]) for rows in benchmark.values()) / 3
ax.set_title(f"A larger network, more data and more steps: {best:.1f} nats")
show(fig, alt="Negative ELBO over images seen, log scale. Your run falls from the left; the benchmark's three curves begin at 60,000 images, "
              "lie close together, go on falling and end lower")
assert best < sum(two_terms(vaes[16], x_test))

# %% [markdown] slide_type="notes"
# The axis at the bottom is logarithmic: your run ends at 120,000 images, the benchmark goes on to more than a million. Ask what it would cost to get from 110 to 94 nats. The answer: a larger network and about ten times the images. The three blue curves are seeds and end within about a nat of each other, so several nats mean something here. Watch out: compare test with test, the star with the blue lines.

# %% [markdown]
# The dashed line is your run on its own training images, the star on test images. The benchmark's first point comes after 60,000 images, and it goes on falling long after your run has ended; three seeds end within about a nat of each other.
# Mind where the star lies: after the 120,000 images that your run has seen, the larger network is hardly ahead or not at all. Its lead comes later.
# Three things differ at once (network, data, steps), so the figure doesn't say which of them makes the difference in the end.
#
# The negative ELBO bounds $-\log p(x)$ from above. How loose is the bound? Section 3 has the tool: many draws for each image.

# %%
@torch.no_grad()
def closer(net: nn.Module, images: Tensor, k: int) -> float:
    """Importance-weighted estimate of the mean log p(x) of images (N, 1, 28, 28), K draws each."""
    mu, logvar = net.encode(images)  # (N, 16)
    zero, log_w = torch.zeros_like(mu), []
    for _ in range(k):
        z = reparameterize(mu, logvar, torch.randn_like(mu))
        log_joint = bernoulli_log_likelihood(images, net.decode(z)) + log_gaussian_diagonal(z, zero, zero)
        log_w.append(log_joint - log_gaussian_diagonal(z, mu, logvar))
    return importance_log_likelihood(torch.stack(log_w)).mean().item()

few = x_test[:500]
for k in (1, 8, 64):
    print(f"K = {k:2d}: estimate of -log p(x) {-closer(vaes[16], few, k):.1f} nats per image")

# %% [markdown]
# The estimate falls by a few nats from $K = 1$ to $K = 64$: so much of the loss is gap, not misfit. The gap may be larger still: the encoder's clouds need not be as wide as the true posterior, and you have seen what that does to such an estimate.
#
# ### Clouds and points
#
# With two numbers you can draw the code. For comparison, train the autoencoders of notebook 02 again, on the same data. They keep their own recipe, squared error for 8 epochs, where the VAEs had 12 epochs of their own loss; so a ranking of the two compares recipes, and not the noise alone.

# %%
autoencoders = {}
for k in (16, 2):
    set_seed(0)
    net = course_models.Autoencoder(k).to(device)
    fit(lambda x, net=net: (x - net(x).sigmoid()).square().flatten(1).sum(1).mean(), train.images, model=net, epochs=8, lr=2e-3)
    autoencoders[k] = net

# %% [markdown] slide_type="slide" only="slides"
# ## The VAE puts its codes around 0, the autoencoder anywhere

# %% slide_type="-"
points = batched(autoencoders[2].encode, x_test).cpu()  # (2000, 2)
mu, logvar = (part.detach().cpu() for part in vaes[2].encode(x_test))
cloud_draws = reparameterize(mu, logvar, torch.randn_like(mu))
fig, (left, right) = plots.canvas(width=10, height=4.8, cols=2)
turn = torch.linspace(0, 2 * torch.pi, 100)
for ax, spots in ((left, points), (right, cloud_draws)):
    ax.scatter(*spots.T, s=5, color=[plots.CLASSES[digit] for digit in test.labels], alpha=0.6, linewidths=0)
    ax.plot(2.45 * turn.cos(), 2.45 * turn.sin(), color="black", lw=1.5)
    ax.set(xlabel="first code", ylabel="second code")
    ax.set_aspect("equal", adjustable="datalim")
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_locator().set_params(integer=True)
    taken = []
    for digit, color in enumerate(plots.CLASSES):  # its name near the middle of its points, clear of other names
        mine = spots[test.labels == digit]
        nearest = mine[(mine - mine.median(0).values).norm(dim=1).argsort()]
        free = [at for at in nearest if all(((at - other) / spots.std(0)).norm() > 0.45 for other in taken)]
        taken.append((free or nearest)[0])
        ax.annotate(digit, taken[-1].tolist(), ha="center", va="center", weight="bold", zorder=5,
                    bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": color, "lw": 1.5})
for middle, spread in zip(mu[:40], (0.5 * logvar[:40]).exp()):
    right.plot(middle[0] + 2 * spread[0] * turn.cos(), middle[1] + 2 * spread[1] * turn.sin(), color=plots.INK, lw=0.8)
left.set_title("autoencoder", fontsize=12)
right.set_title("VAE, with forty of its clouds", fontsize=12)
show(fig, alt="Two planes of codes colored by digit, each digit written near the middle of its points. The autoencoder's points spread far beyond the circle that holds 95 % of N(0, I), off center. "
              "The VAE's clouds, small ellipses, lie around 0, most of them in the circle")

# %% [markdown] slide_type="-" only="slides"
# In the circle: 25 % of the autoencoder's codes, **78 %** of the VAE's draws.

# %% [markdown] slide_type="notes"
# The large circle holds 95 % of the draws from the prior. Ask what a decoder does with a draw that falls where no code lies: nobody knows, it was never trained there. The small ellipses on the right are clouds of single images. Watch out: the panels have different axes, and the VAE's codes are wider than the prior: standard deviations of 1.2 and 1.5, not 1.

# %%
inside = [(spots.norm(dim=1) < 2.45).float().mean().item() for spots in (points, cloud_draws)]
print(f"within the circle that holds 95 % of N(0, I): autoencoder {inside[0]:.0%}, VAE {inside[1]:.0%}")
print("standard deviations of the VAE's codes: " + " and ".join(f"{value:.2f}" for value in cloud_draws.std(0).tolist()) + "; of the prior: 1 and 1")
assert inside[0] < inside[1] < 0.95

# %% [markdown]
# Same images, same layers, same size of code. The large circle holds 95 % of the draws from N(0, I). Left, nobody said where codes go. Right, every image has a cloud (forty of them are drawn, as ellipses of two standard
# deviations), and together the clouds lie around 0. They are not the prior: in at least one of the two directions they spread wider (the printed standard deviations), and fewer than 95 % of the draws are in the circle. Section 7 comes back to it. (The circle is the same in both panels, and shows how different their scales are.)

# %% [markdown]
# ## 6 · What the KL wants
#
# Two sentences you may meet are wrong, and both are about this term. The first wrong sentence is: "the KL encourages small variances". Look at one number of the code with $\mu=0$, where $\mathrm{KL}=\tfrac12(\sigma^2-1-\log\sigma^2)$.

# %% [markdown]
# ### Exercise 3.10 · The cheapest spread
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# At $\mu = 0$, which $\sigma$ makes $\tfrac12(\sigma^2 - 1 - \log\sigma^2)$ smallest? Work it out; the figure comes afterwards.

# %%
### BEGIN SOLUTION
answers["3.10"] = 1.0
### END SOLUTION

# %%
check(answers, "3.10")

# %% slide_type="slide"
sigma = torch.linspace(0.05, 2.5, 200)
kl = gaussian_kl(torch.zeros(200, 1), 2 * sigma.log()[:, None])
fig, (ax,) = plots.canvas(width=8, height=4)
ax.plot(sigma, kl, color=plots.HOUSE, label="KL to N(0, 1)")
ax.plot(sigma, 0.5 * (sigma**2 - 1), color=plots.QUIET, ls="--", label="½ (σ² − 1), pulls σ down")
ax.plot(sigma, -sigma.log(), color=plots.ACCENT, ls=":", label="−log σ, pushes σ up")
ax.set(xlabel="σ", ylabel="nats", ylim=(-1, 3))
ax.legend()
lowest = sigma[kl.argmin()].item()
ax.set_title(f"The KL is smallest at σ = {lowest:.2f}, not at 0")
show(fig, alt="The KL over sigma: it falls steeply from infinity at 0 to 0 at sigma 1 and rises again. Its two parts: one grows with sigma, the other falls")

# %% [markdown] slide_type="notes"
# Before you show the slide, ask for which σ the KL of N(0, σ²) to the prior is smallest. Many say 0. Then the two parts: one pulls σ down, the other pushes it up, without bound near 0. They balance at exactly 1. So the KL alone would make each cloud the prior, and that is a dead code. What makes clouds small is the other term of the loss.

# %% [markdown]
# Small variances are what the *reconstruction* wants: an exact code copies best. The table in section 8 shows both forces at work.
#
# The second wrong sentence is: "the goal is not to make two distributions the same". A KL is 0 exactly when they *are* the same, so by itself that is its goal. Start from random clouds and follow its gradient, without any images:

# %% tags=["nbval-check-output"]
set_seed(0)
mu, logvar = torch.randn(5, 3, requires_grad=True), torch.randn(5, 3, requires_grad=True)
optimizer = torch.optim.SGD([mu, logvar], lr=0.5)
for _ in range(200):
    loss = gaussian_kl(mu, logvar).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
farthest_mu, farthest_sigma = mu.abs().max().item(), ((0.5 * logvar).exp() - 1).abs().max().item()
assert loss < 1e-6 and farthest_mu < 1e-3 and farthest_sigma < 1e-3
print(f"KL alone ends at {abs(loss.item()):.4f}; largest |mu| {farthest_mu:.3f}, largest |sigma - 1| {farthest_sigma:.3f}")
#> KL alone ends at 0.0000; largest |mu| 0.000, largest |sigma - 1| 0.000

# %% [markdown]
# Every cloud becomes the prior, and then a code says nothing about its image. In a VAE the reconstruction term works against the KL, and the loss settles in between.
# So the right sentence is: *the KL pulls each cloud all the way to the prior, the reconstruction term pulls it away, and the loss trades one for the other.*

# %% [markdown] slide_type="slide" only="slides"
# ## Two sentences from print, both wrong
#
# > "The KL encourages small variances."

# %% [markdown] slide_type="fragment" only="slides"
# It encourages σ = 1; small σ is what the *reconstruction* wants.

# %% [markdown] slide_type="-" only="slides"
# > "The goal is not to make two distributions the same."

# %% [markdown] slide_type="fragment" only="slides"
# It is the KL's only goal; the reconstruction term works against it.

# %% [markdown] slide_type="notes"
# Both were found in print; the errata page says where. Let the room find the fault in each before the next key press. For the first, point back to the curve: its minimum is at σ = 1. For the second, ask what a KL of 0 for every image would mean: the code says nothing. Do not rush, since this prepares posterior collapse, a few slides from here.

# %% [markdown]
# ## 7 · Draw new digits
#
# Now the question notebook 02 ended with. Draw $z\sim\mathcal N(0, I)$ and decode. Three generators: the VAE with its prior, the autoencoder with N(0, I), and the autoencoder with a Gaussian fitted to its codes. Beside them go two without a network, with as many numbers: one Gaussian fitted to PCA's numbers, and notebook 01's forger, fifteen Gaussians for each digit on PCA's numbers, which was told the labels and raises the contrast of its images. The measure is notebook
# 02's too: the Fréchet distance to the test digits, on the features of notebook 01's classifier, smaller is better.

# %%
classifier, _ = train_classifier(train, epochs=2)
real = batched(classifier.features, x_test)  # (2000, 64)

def frechet(images: Tensor) -> float:
    """Fréchet distance of images (N, 1, 28, 28) to the test digits, on the classifier's features."""
    return frechet_distance(batched(classifier.features, images), real)

def images_from(net: nn.Module, z: Tensor) -> Tensor:
    """Codes (N, K) decoded into images (N, 1, 28, 28)."""
    return batched(lambda part: net.decode(part).sigmoid(), z.to(device))

def fitted_to(codes: Tensor, eps: Tensor) -> Tensor:
    """Draws (M, K) from a Gaussian fitted to codes (N, K), made from noise eps (M, K)."""
    return codes.mean(0).cpu() + eps @ torch.linalg.cholesky(codes.T.cov()).T.cpu()

# %%
flat = x.cpu().flatten(1)
mean, axes = flat.mean(0), torch.linalg.eigh(flat.T.cov()).eigenvectors.flip(1)  # columns, strongest first
forgers = {k: ClassMixture(x.cpu(), train.labels, per_class=15, dims=k) for k in (16, 2)}

def from_pca(code: Tensor) -> Tensor:
    """Numbers of PCA (N, K) to images (N, 1, 28, 28), cut off at 0 and 1."""
    return (mean + code @ axes[:, : code.shape[1]].T).clamp(0, 1).reshape(-1, 1, 28, 28).to(device)

# %% [markdown]
# ### Exercise 3.11 · Samples from the prior
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# Write the first generator. `decode` turns codes (n, latent_dim) into logits of images. Every draw comes from the `generator`, so that the same seed gives the same images.

# %%
def sample_prior(decode, n: int, latent_dim: int, generator: Generator) -> Tensor:
    """n new images in [0, 1], decoded from codes z ~ N(0, I)."""
    # 1. n codes from the prior
    # 2. decoded, and made an image
    ### BEGIN SOLUTION
    z = torch.randn(n, latent_dim, generator=generator)
    return decode(z).sigmoid()
    ### END SOLUTION

# %%
sample_prior = check(sample_prior)

# %%
predict("03.rows")

# %%
def draw_all(k: int, seed: int) -> dict[str, Tensor]:
    """2,000 images (2000, 1, 28, 28) from each generator with k numbers."""
    eps = torch.randn(2000, k, generator=Generator().manual_seed(seed))
    with torch.no_grad():
        prior = sample_prior(lambda z: vaes[k].decode(z.to(device)), 2000, k, Generator().manual_seed(seed))
    codes = batched(autoencoders[k].encode, x)
    return {"VAE, prior": prior, "AE, N(0, I)": images_from(autoencoders[k], eps),
            "AE, fitted": images_from(autoencoders[k], fitted_to(codes, eps)),
            "PCA, fitted": from_pca(fitted_to((flat - mean) @ axes[:, :k], eps)),
            "01's forger": forgers[k].sample(2000, Generator().manual_seed(seed))[0].to(device)}

eps = {k: torch.randn(2000, k, generator=Generator().manual_seed(7)) for k in (16, 2)}
drawn = {(name, k): images for k in (16, 2) for name, images in draw_all(k, 7).items()}

# %% slide_type="slide"
show(plots.image_rows({name: images[:10] for (name, k), images in drawn.items() if k == 16},
                      title="The VAE draws digits from its prior; the autoencoder needs a fitted one"),
     alt="Ten images each. VAE with its prior: about half can be read, the others lie in between two digits. Autoencoder with N(0, I): smudges. "
         "Autoencoder with a fitted Gaussian: many readable digits, some broken. PCA with a fitted Gaussian: gray smears. Notebook 01's forger: mostly readable digits")

# %% [markdown] slide_type="notes"
# Let the room rank the five rows before any number appears. All have 16 numbers. The second row is what notebook 02 ended with. The third looks darkest and crispest; its Gaussian was fitted after training. The last two have no network: one Gaussian on PCA's numbers, and 01's forger, which was told the labels. The VAE was told its prior before the first step. Ask what that is worth; the next slide answers.

# %%
distance = {key: frechet(images) for key, images in drawn.items()}
print(f"{'Fréchet distance to real digits':34s}{'2 numbers':>12s}{'16 numbers':>12s}")
for name, k in list(drawn)[:5]:
    print(f"{name:34s}{distance[name, 2]:12.1f}{distance[name, 16]:12.1f}")

# %% tags=["solution"]
assert distance["AE, fitted", 16] < distance["VAE, prior", 16] < 0.5 * distance["AE, N(0, I)", 16]
assert distance["AE, fitted", 2] < distance["VAE, prior", 2] < distance["AE, N(0, I)", 2]

# %% [markdown]
# Read it as it stands. Against N(0, I) on the autoencoder, where two decoders are handed the *same* codes, the VAE is far better: its decoder knows what to do with a draw from the prior. (The two recipes differ; section 8 trains with β alone changed, and at β = 0 the draws are garbage, too.) But of the networks **the fitted autoencoder wins**. An
# autoencoder whose codes were looked at afterwards, with one Gaussian fitted to them, draws digits that this measure likes better than the VAE's.
#
# The last two rows give these numbers a scale. With 16 numbers, one Gaussian on PCA's numbers is in the range of this VAE, and the forger in that of the fitted autoencoder: on digits, such distances need no network. (The forger had the labels and a contrast set by hand, which the others had not.) With 2 numbers the two are far behind: two straight directions can't draw a digit.
#
# Before you believe a ranking, recall what notebook 02 found: ink moves this measure. The VAE's digits look paler. Give each set the mean ink of real digits, not a stroke moved, and measure again.

# %%
def inked(images: Tensor) -> Tensor:
    """The images (N, 1, 28, 28), scaled to the mean ink of the test digits."""
    return (images * x_test.mean() / images.mean()).clamp(0, 1)

print(f"mean ink of real digits {x_test.mean():.3f}; below, 16 numbers, three seeds of the draws")
spread = {name: [] for name, k in drawn if k == 16}
for seed in (7, 8, 9):
    for name, images in draw_all(16, seed).items():
        spread[name].append([frechet(images), frechet(inked(images))])
for name, (plain, equal) in ((name, zip(*values)) for name, values in spread.items()):
    print(f"{name:12s} ink {drawn[name, 16].mean():.3f}, distance {min(plain):3.0f} to {max(plain):3.0f}, "
          f"with the ink of real digits {min(equal):3.0f} to {max(equal):3.0f}")
same_ink = {name: values[0][1] for name, values in spread.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## With equal ink, this VAE and this autoencoder are level, and the forger is ahead

# %% slide_type="-"
columns = ["2 numbers", "16", "equal ink"]
rows = {name: [f"{distance[name, 2]:.0f}", f"{distance[name, 16]:.0f}", f"{same_ink[name]:.0f}"] for name in same_ink}
show(plots.score_table(rows, columns, marked={(name, "equal ink") for name in ("VAE, prior", "AE, fitted", "01's forger")},
                       title="Fréchet distance to real digits: smaller is closer"),
     alt="A table of Fréchet distances. " + "; ".join(f"{name}: {', '.join(row)}" for name, row in rows.items())
         + ". The last column, with the ink of real digits, has the VAE and the fitted autoencoder about level, the forger ahead of both, and PCA far behind")

# %% tags=["solution"]
assert same_ink["VAE, prior"] < 0.5 * distance["VAE, prior", 16] and same_ink["AE, N(0, I)"] > 3 * same_ink["VAE, prior"]
assert 0.7 < same_ink["VAE, prior"] / same_ink["AE, fitted"] < 1.4
for vae, _, fitted, pca, forged in zip(*spread.values()):  # three seeds of (distance, with equal ink)
    assert 0.6 < pca[0] / vae[0] < 1.4 and 1.3 * fitted[0] < pca[0] and 1.5 * max(vae[1], fitted[1]) < pca[1]
    assert forged[0] < 1.5 * fitted[0] and forged[1] < min(vae[1], fitted[1])
assert min(distance["PCA, fitted", 2], distance["01's forger", 2]) > 1.5 * max(distance["VAE, prior", 2], distance["AE, fitted", 2])

# %% [markdown]
# With codes of 16 numbers and equal ink, this VAE and this fitted autoencoder are about level, and N(0, I) on the autoencoder stays far behind. So most of what the measure held against *this* VAE was its paleness. (Section 11's averaging doesn't explain that: an average of images has their mean ink.) A distance compares what its features see.
#
# What of the two without a network? PCA's images have *more* ink than real digits, much of it gray haze, and without the surplus their distance grows: the networks' strokes are better. The forger stays ahead of both networks, in all three seeds of the draws. By this measure, fifteen Gaussians for each digit, with its label, draw better digits than one Gaussian for all of them through either decoder.
#
# And this VAE was trained for 12 epochs, the autoencoder for 8, each with a loss of its own. So the course's benchmark trained both alike: the Bernoulli loss of the pixels, 12 epochs, three seeds. The last row is the autoencoder with the recipe from above.

# %%
alike = {row["way"]: [] for row in measured("vae_alike")}
for row in measured("vae_alike"):
    alike[row["way"]].append((float(row["frechet"]), float(row["equal_ink"])))
for name, values in alike.items():
    own, equal = zip(*values)
    print(f"{name:26s} distance {min(own):5.1f} to {max(own):5.1f}, with the ink of real digits {min(equal):5.1f} to {max(equal):5.1f}")

# %% tags=["solution"]
own, equal = ({name: [pair[part] for pair in values] for name, values in alike.items()} for part in (0, 1))
assert 59 < min(own["VAE, prior"]) < max(own["VAE, prior"]) < 84 and 20 < min(own["AE, fitted"]) < max(own["AE, fitted"]) < 24
assert all(ae < vae - 1.5 for part in (own, equal) for ae, vae in zip(part["AE, fitted"], part["VAE, prior"]))
assert [vae < ae for ae, vae in zip(equal["AE, fitted"], equal["VAE, fitted"])] == [False, True, True]
assert all(fitted < prior - 3 for part in (own, equal) for fitted, prior in zip(part["VAE, fitted"], part["VAE, prior"]))
assert 16 < min(equal["VAE, fitted"]) < max(equal["VAE, fitted"]) < 20 < min(equal["VAE, prior"]) < max(equal["VAE, prior"]) < 30

# %% [markdown]
# Trained alike, the fitted autoencoder is ahead of the VAE with its prior in every seed: 20 to 24 against 60 to 83 as they are, and 15 to 21 against 20 to 29 with equal ink. So "level" is true of the two recipes above, and not of a VAE and an autoencoder in general. Where does the VAE lose, apart from paleness? Fit a Gaussian to draws from the VAE's clouds, too. With equal ink this refitted VAE has 17 to 20: ahead of the fitted autoencoder in two seeds, behind in one. So most of what is left after equal ink comes from N(0, I), which the clouds together don't quite match. Without equal ink the refitted VAE is pale, and stays behind in all three seeds.
#
# So a VAE is not "the autoencoder that makes better pictures", and if you read that somewhere, you now have a table. What it has:
#
# - the sampler is **built in**: $p(z)$ was fixed before training, and nothing has to be fitted or found out later;
# - its loss is a **bound on log p(x)**, so two models can be compared by their bounds, and an image can be scored;
# - its code is **smooth**, which section 9 measures.
#
# How far from the prior are the VAE's codes? Do for the VAE what was done for the autoencoder, and fit a Gaussian to draws from its clouds:

# %%
mu, logvar = (part.detach() for part in vaes[16].encode(x))
cloud_codes = reparameterize(mu, logvar, torch.randn_like(mu))  # (10000, 16)
refitted = frechet(images_from(vaes[16], fitted_to(cloud_codes, eps[16])))
correlation = cloud_codes.T.corrcoef().abs().fill_diagonal_(0).max().item()
print(f"VAE, prior {distance['VAE, prior', 16]:.1f}; VAE, Gaussian fitted to its clouds {refitted:.1f}")
print(f"largest correlation between two numbers of its code: {correlation:.2f}")
assert refitted < distance["VAE, prior", 16]

# %% [markdown]
# Better again. All clouds together (the *aggregate* posterior) are close to N(0, I), not equal to it: for one, the numbers of the code are correlated. The KL pulls each cloud to the prior by itself, and the reconstruction keeps it
# from getting there. Fitting the prior afterwards, with something better than one Gaussian, is what today's latent diffusion models do.

# %% [markdown] slide_type="notes"
# With 16 numbers the VAE gets 72, the fitted autoencoder 32, and one Gaussian on PCA's numbers 65, without a network. Then the last column, each set with the ink of real digits: 23, 25 and 92. So what the VAE lost was mostly paleness; its strokes beat PCA's, and 01's forger is ahead, 14. What goes wrong: level is read as equal. Trained alike, three seeds, the VAE is behind. Why then a VAE? Its sampler is known, its code smooth.

# %% [markdown]
# ## 8 · What β trades
#
# $\beta$ weights the KL. With $\beta=1$ the loss is the negative ELBO; with any other value it is another loss. Train seven small VAEs, from $\beta = 0$ (the code costs nothing) to 10.

# %%
predict("03.beta")

# %%
betas = (0, 0.1, 0.3, 1, 2, 4, 10)
sweep = {}
for beta in betas:
    print(f"β = {beta}")
    sweep[beta], _ = train_vae(16, epochs=4, beta=beta, hidden=200)
rate = {beta: two_terms(net, x_test) for beta, net in sweep.items()}  # (reconstruction, KL)
spread = {beta: (0.5 * net.encode(x_test)[1]).exp().mean().item() for beta, net in sweep.items()}
for beta, (reconstruction, kl) in rate.items():
    print(f"β = {beta:4}: reconstruction {reconstruction:6.1f}, KL {kl:6.1f}, their sum {reconstruction + kl:6.1f}, mean σ {spread[beta]:.2f}")

# %% [markdown] slide_type="slide" only="slides"
# $$\text{loss} = \text{reconstruction} + \beta\cdot\mathrm{KL}$$

# %% slide_type="-"
fig, (ax,) = plots.canvas(width=8, height=3.3)
ax.plot([kl for _, kl in rate.values()], [r for r, _ in rate.values()], color=plots.HOUSE, marker="o")
for beta, (reconstruction, kl) in rate.items():
    place = (-4, -16) if beta == 0.3 else (7, 5)  # below its point, away from its neighbor's
    ax.annotate(f"β = {beta}", (kl, reconstruction), place, textcoords="offset points", ha="right" if beta == 0.3 else "left")
ax.set(xscale="log", xlabel="KL: nats spent on the code", ylabel="reconstruction (nats)")
ax.set_xticks([2, 5, 10, 20, 50, 100, 200], [2, 5, 10, 20, 50, 100, 200])
ax.minorticks_off()
ax.set_title("A larger β: a smaller KL and a worse picture")
show(fig, alt="Reconstruction over KL for seven values of beta: from beta 10 at the upper left, with a small KL and a bad picture, down to beta 0 at the lower right, "
              "with a large KL and a good one; the curve is steep at first and flat at the end")

# %% [markdown] slide_type="notes"
# Ask the room to find β = 1 and to say what it minimizes: the sum of the two axes, 132 nats, and no other β gets below that. (It was 110 before: these nets have half the width and a third of the epochs.) At β = 10 the code has 1.5 nats and the picture is poor; at 0 it spends 208 and gains almost nothing over 0.1. Watch out: the horizontal axis is logarithmic.

# %% tags=["solution"]
assert all(a[0] < b[0] and a[1] > b[1] for a, b in zip(list(rate.values()), list(rate.values())[1:]))
assert min(rate, key=lambda beta: sum(rate[beta])) == 1
assert all(a < b for a, b in zip(list(spread.values()), list(spread.values())[1:]))

# %% [markdown]
# This is a **rate–distortion curve**: the rate is the KL, the nats spent on the code; the distortion is the reconstruction term, what the picture still gets wrong. The first nats of KL lower the distortion much, the last ones hardly: from $\beta=0.1$ to $\beta = 0$ the KL grows severalfold and the reconstruction improves by a nat
# or three. Only at $\beta=1$ is the sum smallest, since only there the sum is what was trained.
#
# Look at the column of $\sigma$ as well. At $\beta=0$ the clouds shrink to points (this is an autoencoder again), at $\beta = 10$ they are nearly as wide as the prior. So much for small variances.

# %%
rows = {f"β = {beta}": images_from(sweep[beta], eps[16])[:10] for beta in (0, 0.3, 1, 4, 10)}
show(plots.image_rows(rows, title="Draws from the prior: garbage at β = 0, blur at β = 10"),
     alt="Ten images each from the prior: at beta 0 smudges, at 0.3 and 1 digits and near-digits, at 4 blurred digits, at 10 "
         "blurred shapes, some of them still readable")

# %% [markdown]
# ## 9 · The way from 1 to 9
#
# Take the codes of a 1 and of a 9, walk along the straight line between them, and decode on the way. The line is $z(t) = (1-t)\,z_1 + t\,z_9$; for a VAE the codes are the clouds' centers.

# %%
def center(net: nn.Module, images: Tensor) -> Tensor:
    """The code of each image, (N, K): a point, or the center of a cloud."""
    code = net.encode(images)
    return code[0] if isinstance(code, tuple) else code

@torch.no_grad()
def walk(net: nn.Module, start: Tensor, end: Tensor, steps: int = 21) -> Tensor:
    """Images along straight lines between the codes of two batches (N, 1, 28, 28): (steps, N, 1, 28, 28)."""
    a, b = center(net, start), center(net, end)
    return torch.stack([net.decode(a + t * (b - a)).sigmoid() for t in torch.linspace(0, 1, steps)])

# %% slide_type="slide"
def typical(digit: int) -> Tensor:
    """The test image of a digit that is closest to the digit's mean image, (1, 1, 28, 28)."""
    mine = x_test[test.labels == digit]
    return mine[(mine - mine.mean(0)).flatten(1).norm(dim=1).argmin()][None]

one, nine = typical(1), typical(9)
rows = {"pixels": torch.cat([(1 - t) * one + t * nine for t in torch.linspace(0, 1, 11)])}
rows |= {name: walk(net, one, nine, 11)[:, 0]
         for name, net in {"autoencoder": autoencoders[16], "VAE": vaes[16], "VAE, 2 numbers": vaes[2]}.items()}
show(plots.image_rows(rows, title="In pixels a 1 fades into a 9; in codes its strokes move"),
     alt="Eleven images from a 1 to a 9. In pixels, one fades out while the other fades in. Through the codes, strokes bend and move")

# %% [markdown] slide_type="notes"
# Before you show the slide, ask what lies halfway between a 1 and a 9. In pixels: both at once, each half as dark. In the codes: a stroke that bends and grows a loop. Compare the second row with the third: the autoencoder walks well, too, along this line. Watch out: one pair of digits proves nothing. The next slide measures many paths, and the picture here is only an example.

# %% [markdown]
# In pixels both digits are there at once. Through a code, strokes bend: what lies between is drawn, not mixed. You were perhaps told that an autoencoder can't do this. Here it does rather well, since its codes of a 1 and a 9 happen to
# have others in between; and a VAE with 2 numbers may pass through other digits on its way, since there is little room. One pair proves nothing in either direction, so measure many.
#
# **Detour**: add up how far the image moves along the path, step by step, and divide by the straight distance between its ends. 1 is the shortest way there is; the more the image wanders (shapes that come and go), the larger the number. Take 500 pairs of test images, and the
# VAEs of the last section, which differ in $\beta$ alone.

# %%
def detour(path: Tensor) -> Tensor:
    """Length of a path of images (steps, N, 1, 28, 28) over the distance of its ends: (N,)."""
    moved = path.diff(dim=0).flatten(2).norm(dim=2).sum(0)  # (N,)
    return moved / (path[-1] - path[0]).flatten(1).norm(dim=1)

start, end = x_test[:500], x_test[500:1000]

def measure(path: Tensor) -> tuple[float, float, float]:
    """Of a path (steps, N, 1, 28, 28): its detour, and the Fréchet distances of its beginning and its middle."""
    return detour(path).mean().item(), frechet(path[0]), frechet(path[len(path) // 2])

mixed = torch.stack([(1 - t) * start + t * end for t in torch.linspace(0, 1, 21)])  # a cross-fade
along = {"pixels": measure(mixed)}
for name, net in {"autoencoder": autoencoders[16], "VAE": vaes[16], **sweep}.items():
    along[name] = measure(walk(net, start, end))
for name in ("pixels", "autoencoder", "VAE"):
    print("{:12s} detour {:.2f}; Fréchet distance: where paths begin {:4.1f}, halfway {:4.1f}".format(name, *along[name]))

# %%
middle = {name: walk(net, start[:10], end[:10], 3)[1] for name, net in {"autoencoder": autoencoders[16], "VAE": vaes[16]}.items()}
show(plots.image_rows({"pixels": mixed[10, :10], **middle}, title="Halfway between two test images, ten pairs"),
     alt="Three rows of ten images halfway between two digits. In pixels both digits show at once, each in gray. From the autoencoder and the VAE come single "
         "shapes with strokes of their own, some of them readable, many of them no digit")

# %% slide_type="slide"
fig, (left, right) = plots.canvas(width=10, height=4, cols=2)
detours, begins, halfway = zip(*(along[beta] for beta in betas))
left.plot(range(len(betas)), detours, color=plots.HOUSE, marker="o")
left.axhline(1, color=plots.QUIET, ls=":", label="cross-fade in pixels")
left.set(ylabel="length of the path / distance of its ends")
right.plot(range(len(betas)), halfway, color=plots.ACCENT, marker="s", ls="--", label="halfway")
right.plot(range(len(betas)), begins, color=plots.HOUSE, marker="o", label="where paths begin")
right.axhline(along["pixels"][2], color=plots.QUIET, ls=":", label="cross-fade, halfway")
right.set(yscale="log", ylabel="Fréchet distance to real digits")
right.set_yticks([10, 30, 100, 300], [10, 30, 100, 300])
right.minorticks_off()
for ax in (left, right):
    ax.set_xticks(range(len(betas)), betas)
    ax.set_xlabel("β")
    ax.legend(fontsize=10)
plots.set_finding(fig, "A large β makes paths straighter, and the digits on them worse")
show(fig, alt="Left, the detour over beta falls steadily from about 1.3 at beta 0 to below 1.1 at beta 10; a dotted line at 1 is the cross-fade in pixels. "
              "Right, on a logarithmic axis, the distance to real digits: halfway it is larger than at the beginning for every beta, lowest for small betas, and far larger at beta 10")

# %% tags=["solution"]
assert list(detours) == sorted(detours, reverse=True) and all(h > b for h, b in zip(halfway, begins))
assert abs(along["pixels"][0] - 1) < 1e-4 and along["autoencoder"][0] > along["VAE"][0]
assert halfway[6] > 2 * halfway[3] > 2 * halfway[2] and halfway[6] > along["pixels"][2]

# %% [markdown]
# Left: the more the KL weighs, the shorter the detour. That is what the KL does to smoothness. It keeps the clouds from shrinking and their centers from running apart, so clouds overlap, and where they overlap the decoder must give one answer for several images: neighboring codes, similar pictures.
#
# But mind what a detour measures. The cross-fade in pixels has a detour of exactly 1, the best there is, and every image on it shows two digits at once. A short detour is a smooth path, and no more than that. So look right: halfway, each model is further from real digits than at its ends. From $\beta = 0.3$ on, a larger β makes the places
# halfway worse, not better, and at $\beta = 10$ they are worse than a cross-fade. (So it was with three seeds.) **Smooth is not the same as real.** A direct way from a 1 to a 9 leads through something that is neither.

# %% [markdown] slide_type="notes"
# Left, how much longer a path is than the straight distance of its ends: 1.3 without the KL, below 1.1 at β = 10. Right, how far such images are from real digits, on a logarithmic axis. Ask whether straighter is better. It is not: at β = 10 both ends and the middle are bad. What would one see without the KL? Paths that wander more, and no promise about what lies between; not necessarily ugly pictures.

# %% [markdown]
# ## 10 · When the code dies
#
# The KL makes the code costly. If the decoder can explain the image without the code, training finds that cheaper. Then $q(z\mid x)$ becomes the prior for every image, the KL is 0, and the code is dead: **posterior collapse**, also called KL collapse.
#
# To provoke it, give the decoder a second source. On digits of half size (14 × 14), the logit of each pixel may also use *all pixels before it* in reading order, times weights: a lower triangular matrix.

# %%
small = {part: F.avg_pool2d(images, 2) for part, images in (("train", x[:4000]), ("test", x_test))}  # (N, 1, 14, 14)

class StrongVAE(nn.Module):
    """A VAE for 14 x 14 images; if strong, each pixel's logit also sees the pixels before it."""

    def __init__(self, latent_dim: int = 8, strong: bool = True) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 2 * latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, 128), nn.ReLU(), nn.Linear(128, 196))
        self.before = nn.Parameter(torch.zeros(196, 196))
        self.strong = strong

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)  # (N, 8) each
        logits = self.decoder(reparameterize(mu, logvar, torch.randn_like(mu)))  # (N, 196)
        if self.strong:
            logits = logits + x.flatten(1) @ self.before.tril(-1).T  # only pixels before it
        return logits.view_as(x), mu, logvar

# %%
predict("03.strong")

# %% [markdown]
# How do you notice? By looking at the KL of each number of the code, and by counting those in use.

# %% [markdown]
# ### Exercise 3.12 · Units in use
# Difficulty ●●○ · importance ●●○ · 5 minutes
#
# $$\text{active units} = \#\big\{k : \mathrm{Var}_n\,[\mu_{nk}] > \text{threshold}\big\}$$
#
# In words: one number of the code (a *unit*) is active if its center varies from image to image. Count those whose variance over the images is above the threshold.

# %%
def active_units(mu: Tensor, threshold: float = 0.01) -> int:
    """Number of units of mu (N, K) whose variance over the N images is above threshold."""
    # 1. one variance for each unit
    # 2. how many are above the threshold
    ### BEGIN SOLUTION
    variance = mu.var(0)  # (K,)
    return int((variance > threshold).sum())
    ### END SOLUTION

# %%
active_units = check(active_units)

# %% [markdown]
# Four runs: a plain decoder; a strong one; and two remedies for the strong one.
#
# - **Annealing**: let $\beta$ rise from 0 to 1 over the first six epochs, so that the code is useful before its KL counts in full.
# - **Free bits** (Kingma et al., 2016): the first 0.25 nats of each unit are free; the loss uses $\max(\mathrm{KL}_k, 0.25)$, so the loss gains nothing from a KL below that.

# %% show_code=true
def train_strong(strong: bool = True, annealed: bool = False, free: float = 0.0, epochs: int = 10):
    """A trained StrongVAE and its history; `free` nats of each unit cost nothing."""
    set_seed(3)
    net, count = StrongVAE(strong=strong).to(device), 0
    ramp = 6 * math.ceil(len(small["train"]) / 128)  # steps until beta is 1: six epochs

    def step(x: Tensor) -> dict[str, Tensor]:
        nonlocal count
        count += 1
        logits, mu, logvar = net(x)
        each = gaussian_kl(mu[..., None], logvar[..., None]).mean(0)  # KL of each unit, (8,)
        beta = min(1.0, count / ramp) if annealed else 1.0
        loss = beta * each.clamp(min=free).sum() - bernoulli_log_likelihood(x, logits).mean()
        return {"loss": loss, "KL": each.sum()}

    return net, fit(step, small["train"], model=net, epochs=epochs, lr=1e-2)

# %%
settings = {"plain": {"strong": False}, "strong": {}, "strong, annealed": {"annealed": True}, "strong, free bits": {"free": 0.25}}
runs = {name: train_strong(**options) for name, options in settings.items()}
report = {}
for name, (net, _) in runs.items():
    with torch.no_grad():
        mu, logvar = net(small["test"])[1:]
    report[name] = (*two_terms(net, small["test"]), active_units(mu))
    each = gaussian_kl(mu[..., None], logvar[..., None]).mean(0)
    print(f"{name:18s} negative ELBO {sum(report[name][:2]):5.1f}, KL {report[name][1]:4.2f}, active {report[name][2]} of 8, "
          f"KL of each unit {' '.join(f'{value:.2f}' for value in each.tolist())}")

# %% [markdown] slide_type="slide" only="slides"
# ## A decoder that sees earlier pixels lets its code die
#
# **Annealed**: β rises from 0 to 1. **Free bits**: 0.25 nats a unit cost nothing.

# %% slide_type="-"
fig, (ax,) = plots.canvas(width=8.5, height=3.5)
for (name, (_, history)), line in zip(runs.items(), ("-", "-", "--", "-.")):
    color = {"plain": plots.QUIET, "strong": plots.ACCENT, "strong, annealed": plots.HOUSE}.get(name, plots.SERIES[2])
    ax.plot(range(1, 11), history.epoch_means("KL"), ls=line, color=color, marker="o", ms=4, label=name)
ax.set(xlabel="epoch", ylabel="KL (nats per image)", ylim=(0, None))
ax.legend()
ax.set_title("Annealing delays the end, free bits stop it")
show(fig, alt="KL over ten epochs: the plain VAE's rises to several nats; the strong decoder's falls to nearly 0; annealed it starts high and sinks to a nat or two; "
              "with free bits it stays at about two")

# %% tags=["solution"]
assert report["strong"][1] < 0.5 * report["strong, annealed"][1] and report["strong"][2] <= 3 and report["plain"][1] > 2
assert report["strong, annealed"][1] > 0.5 and report["strong, annealed"][2] >= 3
assert report["strong, free bits"][1] > 1.2 and report["strong, free bits"][2] == 8
kls = runs["strong, annealed"][1].epoch_means("KL")
assert kls[-1] < kls[7] < kls[5]
assert all(sum(report["strong"][:2]) < sum(report[name][:2]) for name in ("strong, annealed", "strong, free bits"))
longer = {name: measured("dead_codes", run=name, epoch=30) for name in settings}
assert all(row["kl"] == "0.00" and row["active"] == "0" for name in ("strong", "strong, annealed") for row in longer[name])
assert all(1.9 < float(row["kl"]) < 2.1 and row["active"] == "8" for row in longer["strong, free bits"])
for part in ("train", "test"):
    plain, dead, annealed, free = ([float(row[part]) for row in longer[name]] for name in settings)
    assert all(abs(a - b) < 0.025 for a, b in zip(annealed, dead)) and all(0.9 < a - b < 1.1 for a, b in zip(free, dead))
    assert all(a > b + 7 for a, b in zip(plain, dead))

# %% [markdown]
# Ten epochs are few. The course's benchmark trains the same four for 30 epochs, on three seeds with digits of their own (so its numbers after ten epochs aren't yours), and measures the bound on training images and on test images:

# %%
for name in settings:
    for epoch in (10, 30):
        looks = measured("dead_codes", run=name, epoch=epoch)
        kl, on_train, on_test = (", ".join(f"{float(row[key]):.{digits}f}" for row in looks) for key, digits in (("kl", 2), ("train", 1), ("test", 1)))
        print(f"{name:18s} {epoch} epochs: KL {kl}; negative ELBO, training images {on_train}, test images {on_test}")

# %% [markdown]
# With the strong decoder the code sinks, slowly and through the ten epochs of your run, to nearly nothing, and your printout shows it twice: every unit's KL is near 0, and hardly a unit is active. After ten epochs both remedies have kept a code, and they are not alike. From the sixth epoch on, the annealed run's KL counts in full, and it falls. After 30 epochs that code is dead too, in all three seeds: a KL of 0.00, no active unit, and the bound of the run without annealing, to 0.02 nats. So annealing only delays the end here. With free bits the KL stays at about 2 nats, since the loss gains nothing below them.
#
# Now compare the bounds. The strong decoder's is much better than the plain one's, *and it is best with the dead code*. After 30 epochs, free bits cost 0.9 to 1.0 nats of it in each seed, on training images as well as on test images. So the optimizer didn't fail here, and the code isn't dead because training stopped too early: the annealed run had a living code, went on, and gave it up, and its bound became that of the dead code. Of the codes found, this loss prefers the dead one, since the earlier pixels already tell what
# the code would have to say. If all you want is $\log p(x)$, leave it. If you want the code (for search, for turning one number and watching, for notebook 08), you want something the ELBO doesn't ask for, and free bits are one way to ask.

# %% [markdown] slide_type="notes"
# Images of 14 × 14 pixels, codes of 8 units: other nats than before. Orange: a strong decoder does without a code; its KL falls to 0.05. Explain the two remedies before the curves. Ask whether annealing rescued the dashed one: it still falls, and after 30 epochs it is dead, too. Free bits stay at 2, eight times 0.25. Watch out: of the strong ones, the dead code has the best bound, 35.1 against 35.7 and 36.0. This loss prefers collapse.

# %% [markdown]
# ## 11 · Where the blur comes from
#
# A VAE's images are soft at the edges. The usual suspects are the noise and the Gaussian prior. Test another one: averaging.

# %% [markdown]
# ### Exercise 3.13 · The best gray
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# Some code stands for many images. In 30 % of them a certain pixel is black ($x = 1$), in 70 % white ($x=0$). The decoder has to name one $\hat x$ for that code. Which one makes the mean of $-x\log\hat x - (1-x)\log(1-\hat x)$ smallest?

# %%
### BEGIN SOLUTION
answers["3.13"] = 0.3
### END SOLUTION

# %%
check(answers, "3.13")

# %% [markdown]
# If that is what happens, a decoded image must be the *average* of the images that share its code. With two numbers many do. Take ten codes in the plane, for each the 50 training images whose centers are nearest, and average those, pixel by pixel, without any network:

# %% slide_type="slide"
centers = batched(lambda part: vaes[2].encode(part)[0], x)  # (10000, 2)
picked = centers[torch.randperm(len(x), generator=Generator().manual_seed(3))[:10]]
nearest = torch.cdist(picked, centers).topk(50, largest=False).indices  # (10, 50)
average = x[nearest].mean(1)  # (10, 1, 28, 28)
decoded = images_from(vaes[2], picked)
show(plots.image_rows({"decoded": decoded, "average of 50": average, "one of the 50": x[nearest[:, 7]]},
                      title="A decoded code is the average of the images that share it"),
     alt="Ten decoded codes, below each the average of the 50 training images with the nearest codes, which looks much the same, soft edges included, "
         "and below that a single one of them, sharp")

# %% [markdown] slide_type="-" only="slides"
# Squared error of the decoded images: **3.0** to the average, 32.7 to one of the fifty.

# %% [markdown] slide_type="notes"
# Before you show the slide, ask who is to blame for the blur: the noise, the Gaussian, the network? Then compare the first two rows. The second has no network in it: 50 training images whose codes lie nearest, averaged pixel by pixel. The decoded image is ten times closer to that average than to any one of the fifty: 3.0 against 32.7 in squared error. Watch out: a longer code means fewer images to average, and sharper pictures.

# %%
def distance_to(images: Tensor) -> float:
    """Mean squared error per image between the decoded codes and images (10, 1, 28, 28)."""
    return (decoded - images).square().flatten(1).sum(1).mean().item()

def gray(images: Tensor) -> float:
    """Share of pixels of images in [0, 1] that are neither white (below 0.1) nor black (above 0.9)."""
    return ((images > 0.1) & (images < 0.9)).float().mean().item()

to_average, to_single = distance_to(average), sum(distance_to(x[nearest[:, i]]) for i in range(50)) / 50
print(f"squared error of the decoded images: {to_average:.1f} to the average, {to_single:.1f} to a single image")
copies = {k: images_from(vaes[k], center(vaes[k], x_test)) for k in (2, 16)}
print(f"gray pixels: real digits {gray(x_test):.0%}, copies from 16 numbers {gray(copies[16]):.0%}, from 2 numbers {gray(copies[2]):.0%}")
assert to_average < 0.5 * to_single and gray(x_test) < gray(copies[16]) < gray(copies[2])

# %% [markdown]
# The decoded images are far closer to the average than to any typical one of the fifty. **Blur is averaging**: each pixel gets its best gray, independently of its neighbors, because the likelihood is a product over pixels. A code of 16 numbers leaves less to average over, and its copies are sharper: the last printed line counts the gray pixels. Squared error does
# the same, as Exercise 3.13's reply says; GANs, in notebook 06, don't judge pixel by pixel, and have other faults.

# %% [markdown]
# ## 12 · The clinic
#
# Five VAEs with codes of 8 numbers. Each was trained with a fault that people really make: **a** the KL averaged over the code, **b** the reconstruction averaged over the pixels, **c** one term summed over the batch and the other averaged,
# **d** `logvar` read as log σ in the draw, **e** the sigmoid applied twice. A shuffled list decides which patient has which fault. All are examined in the same way: the loss that the patient's own step reported last; then, with the right formulas, reconstruction + KL on test images; the units in use; and two spreads, the σ that its KL is computed from and the σ that its codes are drawn with. The first row is a healthy VAE.

# %%
def patient(fault: str, seed: int = 0) -> str:
    """Train a VAE with a fault, and measure it as it should be measured."""
    set_seed(seed)
    net = VAE(8, hidden=200).to(device)

    def step(x: Tensor) -> Tensor:
        mu, logvar = net.encode(x)
        sigma = torch.exp(logvar if fault == "log σ" else 0.5 * logvar)
        logits = net.decode(mu + sigma * torch.randn_like(mu))
        logits = logits.sigmoid() if fault == "sigmoid twice" else logits
        nll, kl = -bernoulli_log_likelihood(x, logits), gaussian_kl(mu, logvar)
        nll = nll / 784 if fault == "pixels averaged" else nll
        kl = kl / 8 if fault == "code averaged" else kl
        return nll.sum() + kl.mean() if fault == "batch summed" else (nll + kl).mean()

    own = fit(step, train.images[:5000], model=net, epochs=4, lr=2e-3, progress=False)["loss"][-1]
    with torch.no_grad():
        logits, mu, logvar = net(x_test)
        logits = logits.sigmoid() if fault == "sigmoid twice" else logits
        rec, kl = -bernoulli_log_likelihood(x_test, logits).mean(), gaussian_kl(mu, logvar).mean()
        paid, used = (torch.exp(part).mean() for part in (0.5 * logvar, logvar if fault == "log σ" else 0.5 * logvar))
    return (f"own loss {own:7.1f}; measured {rec:5.1f} + KL {kl:5.1f} = {rec + kl:5.1f}; units in use {active_units(mu)}; "
            f"σ in the KL {paid:.2f}, in the draws {used:.2f}")

faults = ["code averaged", "pixels averaged", "batch summed", "log σ", "sigmoid twice"]
shuffled = torch.randperm(5, generator=Generator().manual_seed(2)).tolist()
for name, fault in {"healthy": "", **{name: faults[number] for name, number in zip("ABCDE", shuffled)}}.items():
    print(f"{name:8s}", patient(fault))

# %% [markdown]
# ### Exercise 3.14 · Which bug is this?
# Difficulty ●●● · importance ●●● · 10 minutes
#
# Type the faults of A to E as five letters, such as `"abcde"`. Then cure one of them: change its line in `step` above, run the cell again, and compare with the healthy row.

# %%
### BEGIN SOLUTION
answers["3.14"] = "debac"
### END SOLUTION

# %%
check(answers, "3.14")

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - log p(x) = ELBO + gap. Raising the bound fits the model, or closes the gap.
# - The KL pulls each cloud to the prior, the reconstruction pulls it away. β weights the KL.
# - A VAE has its sampler built in and a smooth code. It need not win on pictures: here 01's forger does.
# - A KL near 0 means a dead code. Blur is averaging.
#
# Next: the KL in closed form (notebook 04), and a gradient through a draw (notebook 05).

# %% [markdown] slide_type="notes"
# Go through the four lines and ask for the slide that showed each. If only one is remembered, let it be the first: the bound can be raised in two ways, and only one of them makes the model better. Then the two tools that were borrowed today: the KL in closed form, which notebook 04 derives, and the draw that lets a gradient through, which is all of notebook 05.

# %% [markdown]
# ## Review
#
# ### Exercise 3.15 · Autoencoder and VAE
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# What makes a VAE a generative model, when an autoencoder is none?
#
# - **a** Its decoder is larger, so it draws better.
# - **b** A prior on its codes, which training pulls the clouds toward.
# - **c** It adds noise to the image, so it never draws the same one twice.
# - **d** Its samples are always better than those of an autoencoder.

# %%
### BEGIN SOLUTION
answers["3.15"] = "b"
### END SOLUTION

# %%
check(answers, "3.15")

# %% [markdown]
# ### Exercise 3.16 · Why smooth
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Why does the KL term make the code smooth?
#
# - **a** It is a penalty on the decoder's weights, and small weights give smooth functions.
# - **b** It makes σ small, so that codes are exact.
# - **c** It makes clouds overlap, and where they do, one answer must fit several images.
# - **d** It makes all images have the same code.

# %%
### BEGIN SOLUTION
answers["3.16"] = "c"
### END SOLUTION

# %%
check(answers, "3.16")

# %% [markdown]
# ### Exercise 3.17 · From 1 to 9, without the KL
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# You interpolate from the code of a 1 to that of a 9. What may you find if the KL was left out entirely?
#
# - **a** Shapes that are no digit, in places where no image has its code.
# - **b** The same smooth path, since the decoder is the same network.
# - **c** Only ones, since without the KL all codes are the same.
# - **d** Random images, since without the KL the code is pure noise.

# %%
### BEGIN SOLUTION
answers["3.17"] = "a"
### END SOLUTION

# %%
check(answers, "3.17")

# %% [markdown]
# ### Exercise 3.18 · A KL of zero
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# During training $\mathrm{KL}(q(z\mid x)\,\|\,p(z))$ goes to 0 for every image. What does that mean?
#
# - **a** The best there is: the approximate posterior is exact.
# - **b** The encoder's spread has gone to 0.
# - **c** The images are reconstructed perfectly.
# - **d** The code says nothing about the image.

# %%
### BEGIN SOLUTION
answers["3.18"] = "d"
### END SOLUTION

# %%
check(answers, "3.18")

# %%
progress("03")

# %% [markdown]
# **Next:** notebook 04 opens the box called `gaussian_kl`, and asks why the two arguments of a KL may not be exchanged.
