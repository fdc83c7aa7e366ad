# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Reparameterization
#   minutes: 160
#   picture: past_the_draw
# ---

# %% [markdown] slide_type="slide"
# # Reparameterization
#
# The encoder of a VAE learns from what its codes become. How does a gradient get through a random draw?

# %% [markdown] slide_type="notes"
# About 160 minutes with all exercises, 45 if you only present. Ask for the derivative of a die. Nobody has one, and yet every VAE trains. The arc: a draw has no gradient; rewritten, it has one; there is a second way, which needs only values of f and has more noise; and a third, biased one for draws that are choices. Every claim has a number, so let the room guess before you show it.

# %% [markdown]
# About 160 minutes, in two sittings: sections 1 to 4, and the rest. You need notebook 03 (what a VAE is), the chain rule, and mean and variance of a sum of independent numbers.
#
# At the end you can
#
# 1. say why a sample has no gradient, and point at the place in autograd's graph where it gets lost;
# 2. write a draw so that gradients pass through it, with `logvar` read the same way everywhere;
# 3. estimate the slope of a mean in two ways, and say which one to take when, and what a baseline changes;
# 4. train a VAE with either;
# 5. get an approximate gradient through a choice, and say what is wrong with it.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from torch import Tensor, nn
from torch.distributions import Normal
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.device import pick_device, set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl, log_gaussian_diagonal
from course_utils.explorers import embed
from course_utils.models.vae import VAE
from course_utils.plots.graph import autograd_graph, reached
from course_utils.training import fit

plots.use_style()
device = pick_device()
answers = answer_sheet("05")

# %% [markdown]
# ## 1 · A draw has no gradient
#
# The encoder of a VAE maps an image to a Gaussian, $\mathcal N(\mu, \sigma^2)$. A code $z$ is drawn from it, the decoder turns $z$
# into an image, the loss compares that with the original. To learn, the encoder has to know how the loss changes when $\mu$ and $\sigma$
# change. So the gradient must go back through the draw.
#
# Here is the smallest VAE there is. The image $x$ is one number, the decoder multiplies by one weight $w$, and the loss is
# $(x - wz)^2$. As everywhere in this course the encoder's second answer is `logvar` $=\log\sigma^2$, so $\sigma = e^{\texttt{logvar}/2}$.

# %%
predict("05.sample")

# %%
set_seed(0)
x, w = torch.tensor(2.0), torch.tensor(1.5, requires_grad=True)
mu = torch.tensor(0.5, requires_grad=True)
logvar = torch.tensor(-1.0, requires_grad=True)

z = Normal(mu, torch.exp(0.5 * logvar)).sample()
loss = (x - w * z) ** 2
loss.backward(retain_graph=True)  # keep the record: it is drawn below
print(f"gradients: w {w.grad:.2f}, mu {mu.grad}, logvar {logvar.grad}")
assert mu.grad is None and logvar.grad is None

# %% [markdown]
# The decoder gets its gradient, the encoder gets none. Autograd writes down every operation as it happens, and to compute gradients it
# walks back along that record. The next picture is this record, read from `loss.grad_fn`. Added are the box
# $z$, the dotted line to it, and the orange lines.

# %% slide_type="slide"
names = {"μ": mu, "log σ²": logvar, "w": w, "z": z}
show(autograd_graph(loss, names, made_from={"z": ["μ", "log σ²"]},
                    title="The record ends at z: nobody wrote down where it came from"),
     alt="Autograd's graph: from the loss arrows lead back to w. z is a bare number, and the lines from z to mu and log sigma squared are broken")
assert reached(loss, names) == ["w"]

# %% [markdown]
# Follow the arrows from the loss. One branch reaches $w$. The other one ends at $z$, which is a bare number to autograd: `sample` doesn't
# record how it was made, and rightly so, since "draw a random number" is no function of $\mu$ with a derivative.
#
# (`torch.normal(mu, sigma)` records a node and passes back a zero. That looks healthier and teaches the encoder just as little.)

# %% [markdown] slide_type="notes"
# Before this slide, let the room vote: z is drawn with Normal(μ, σ).sample(), then backward. Is the gradient of μ sensible, zero, or none? The picture is the real record, read from grad_fn: w gets 0.44, μ gets None. Ask whether the mean of the loss depends on μ. It does, so a slope exists, and autograd cannot find it. Watch out: torch.normal passes back a zero, which looks healthier and teaches as little.

# %% [markdown]
# ### Exercise 5.1 · Where it gets lost
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# Why does $\mu$ get no gradient?
#
# - **a** The loss doesn't depend on μ.
# - **b** A random number has no derivative, so nothing can be done.
# - **c** `sample` hands back a number without a record of μ and σ.
# - **d** Autograd needs more than one sample.

# %%
### BEGIN SOLUTION
answers["5.1"] = "c"
### END SOLUTION

# %%
check(answers, "5.1")

# %% [markdown]
# ## 2 · Move the randomness out of the way
#
# Draw a number $\varepsilon$ from $\mathcal N(0, 1)$, which has nothing to do with $\mu$ and $\sigma$. Then
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \sigma = e^{\texttt{logvar}/2}, \qquad \varepsilon \sim \mathcal N(0, 1) .$$
#
# In words: take the noise, stretch it by $\sigma$, move it by $\mu$. The result has mean $\mu$ and standard deviation $\sigma$, so it is
# a draw from the same Gaussian as before. Only now the randomness is an *input*, like the image, and what happens
# to it is a product and a sum. This is the **reparameterization trick** (Kingma and Welling, 2014).

# %% [markdown] slide_type="slide" only="slides"
# ## Above, the gradient stops; below, it arrives

# %% slide_type="-"
show(diagram("reparameterization"))

# %% [markdown] slide_type="notes"
# Stop after the third build and let the room look for a derivative of "draw a number". Then ask for any other way to get the same z. Somebody may say: draw first, scale later. That is the lower half. Follow the orange arrows in both rows to where they end. Watch out: z has the same distribution in both rows, so nothing about the model has changed; only what autograd can see has.

# %% [markdown] slide_type="slide" only="slides"
# ## The trick: make the randomness an input
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \sigma = e^{\texttt{logvar}/2}, \qquad \varepsilon \sim \mathcal N(0, 1)$$
#
# The same distribution, and now a product and a sum that autograd can walk back through.
#
# The random number is still there. It has been taken off the path.

# %% [markdown] slide_type="notes"
# Say the formula as a recipe: take the noise, stretch it by σ, move it by μ. Ask whether the distribution of z has changed. It has not: mean 0.50 and standard deviation 0.61 in both ways, over many draws. What has changed is that the noise is handed in, like an image, and what happens to it is a product and a sum. Watch out for σ: the exponential of half of `logvar`.

# %% [markdown]
# ### Exercise 5.2 · Reparameterize
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# Write the draw for a batch: `mu`, `logvar` and `eps` are all (N, K), one Gaussian per entry. In other documents the encoder's second
# output is a variance, or a standard deviation, or $\log\sigma$. Here it is $\log\sigma^2$, always.

# %%
def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """A draw from N(mu, diag(exp(logvar))) made from standard normal eps, all (N, K)."""
    # 1. the standard deviation, from the log-variance
    # 2. the noise, stretched and moved
    ### BEGIN SOLUTION
    sigma = torch.exp(0.5 * logvar)  # (N, K)
    return mu + sigma * eps
    ### END SOLUTION

# %%
reparameterize = check(reparameterize)

# %% slide_type="slide"
eps = torch.randn(())
z = reparameterize(mu, logvar, eps)
loss = (x - w * z) ** 2
names = {"μ": mu, "log σ²": logvar, "w": w, "z": z, "ε": eps}
show(autograd_graph(loss, names, title="Written as μ + σε, the record goes on to μ and log σ²"),
     alt="Autograd's graph of the reparameterized draw: arrows lead from the loss through z to mu and to log sigma squared; "
         "the noise epsilon hangs at the side as a constant")
assert reached(loss, names) == ["μ", "log σ²", "w"]

# %% [markdown] slide_type="notes"
# The same loss, recorded again, and now the walk back from it passes z and arrives at both. Let somebody trace the way to log σ² aloud: times ε, exponential, times a half. Ask why ε hangs at the side: it is a constant, nobody wants its gradient. For one draw, dz/dμ is 1, and dz/dlogvar is σε/2. Watch out: it differs from draw to draw, so the gradient is right on average only.

# %% [markdown]
# The same walk from the loss. At $z$ it goes on: over the sum to $\mu$, over the product and the `exp` to `logvar`. $\varepsilon$ hangs at
# the side as a constant. The random number is still there; it has just been taken off the path.
#
# Is it still the same distribution? And what are the gradients? Both can be checked.

# %%
eps = torch.randn(200_000)
sampled = Normal(mu, torch.exp(0.5 * logvar)).sample((200_000,))
made = reparameterize(mu, logvar, eps)
for name, draws in (("sample()", sampled), ("mu + sigma * eps", made)):
    print(f"{name:17s} mean {draws.mean():.3f}, standard deviation {draws.std():.3f}")

slope_mu, slope_logvar = torch.autograd.grad(made[0], [mu, logvar])
sigma = torch.exp(0.5 * logvar)
print(f"one draw: dz/dmu = {slope_mu:.3f}; dz/dlogvar = {slope_logvar:.3f}, and sigma * eps / 2 = {sigma * eps[0] / 2:.3f}")
assert abs(made.mean() - sampled.mean()) < 0.01 and torch.isclose(slope_logvar, sigma * eps[0] / 2)

# %% [markdown]
# With $\varepsilon$ held fixed, each draw is a smooth function of $\mu$ and $\sigma$. Try it: the page below holds on to twelve values of
# $\varepsilon$. One draw is orange, and the small dots above it are where it has been. Move $\mu$, and all draws move along. Move $\sigma$, and each moves by its own $\varepsilon$. Then choose "drawn
# anew": the same distributions, and nothing you could differentiate.

# %% [markdown] slide_type="slide" only="slides"
# ## Fixed noise: draws move smoothly. Fresh noise: they jump

# %% slide_type="-"
embed("mu_sigma")

# %% [markdown] slide_type="notes"
# Move σ slowly with fixed noise: each draw slides by its own ε, and the orange one leaves a trail. Ask for the slope of that trail; it is ε, printed below. Then choose noise that is drawn anew: the cloud is the same, the single draws jump. A derivative asks about single draws, so only the first picture has one. Watch out: dragging with the mouse is hard at the projector; the arrow keys move a slider, too.

# %% [markdown]
# ### Exercise 5.3 · From logvar to sigma
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# For one code the encoder says `logvar` = −2. What is the standard deviation of the noise?

# %%
### BEGIN SOLUTION
answers["5.3"] = math.exp(-2 / 2)
### END SOLUTION

# %%
check(answers, "5.3")

# %% [markdown]
# ### When two lines disagree
#
# Lecture notes call the encoder's second output "variance", "standard deviation" or "log-variance" by turns. A well-known lab goes further:
# one tensor is read as $\log\sigma^2$ in the KL and as $\log\sigma$ in the sampler. What does such a mixture do? Train a VAE with each sampler,
# all else equal, and both with three seeds.

# %%
predict("05.mixed")

# %%
train = load("digits", n=5000)
test = load("digits", split="test", n=1000).float(device)  # (1000, 1, 28, 28)

def mixed_up(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """A wrong draw: logvar is read as log sigma here, and as log sigma^2 in the KL."""
    return mu + torch.exp(logvar) * eps

def negative_elbo(net: VAE, x: Tensor, draw=reparameterize, times: int = 1) -> Tensor:
    """Reconstruction plus KL in nats, (N,), with codes from draw(mu, second, eps); for the KL, logvar is times * second."""
    mu, second = net.encode(x)  # (N, K) each
    z = draw(mu, second, torch.randn_like(mu))
    return gaussian_kl(mu, times * second) - bernoulli_log_likelihood(x, net.decode(z))

def train_vae(draw, seed: int) -> VAE:
    set_seed(seed)
    net = VAE(latent_dim=8, hidden=200).to(device)
    fit(lambda x: negative_elbo(net, x, draw).mean(), train.images, model=net, epochs=4, batch_size=100, lr=2e-3)
    return net

right, mixed = ([train_vae(draw, seed) for seed in range(3)] for draw in (reparameterize, mixed_up))

# %% [markdown]
# The loss of the mixed network is its *own number*. For a bound you must decide what the tensor is, in the KL *and* in the draws, and there are two such readings. Read as $\log\sigma^2$, the KL is that of its training, and the draws have more noise than its decoder was trained with. Read as $\log\sigma$, the draws are those of its training,
# and the KL is that of narrower Gaussians. Measure both.

# %% [markdown] slide_type="slide" only="slides"
# ## One tensor read in two ways trains, and its loss looks better
#
# The KL reads it as $\log\sigma^2$, the sampler as $\log\sigma$. A published lab did this.
#
# | negative ELBO, nats, three seeds | its own number | read as $\log\sigma^2$ | read as $\log\sigma$ |
# |---|---|---|---|
# | right sampler | 142 | 142 | – |
# | mixed sampler | **139** | **146** | **145** |
#
# Mean σ of the mixed one: 0.45 in the KL, 0.22 in the draws.

# %%
@torch.no_grad()
def measure(net: VAE, draw, times: int = 1) -> float:
    """Mean negative ELBO of the test images, with one fixed set of draws."""
    set_seed(1)
    return negative_elbo(net, test, draw, times).mean().item()

right_one = torch.tensor([measure(net, reparameterize) for net in right])
own_number = torch.tensor([measure(net, mixed_up) for net in mixed])
readings = {"log sigma^2": torch.tensor([measure(net, reparameterize) for net in mixed]),
            "log sigma": torch.tensor([measure(net, mixed_up, times=2) for net in mixed])}

# %%
seconds = mixed[0].encode(test)[1].detach()
paid, drawn = torch.exp(0.5 * seconds).mean().item(), torch.exp(seconds).mean().item()
print(f"{'negative ELBO in nats':36s} seed 0  seed 1  seed 2    mean")
table = {"right sampler": right_one, "mixed sampler, its own number": own_number} | {f"mixed, all read as {name}": nats for name, nats in readings.items()}
for name, nats in table.items():
    print(f"{name:36s}" + "".join(f"{value:7.1f} " for value in (*nats.tolist(), nats.mean().item())))
print(f"mixed, seed 0: mean sigma {paid:.2f} in the KL, {drawn:.2f} in the draws")
assert (own_number - right_one).abs().max() < 6 and drawn < 0.7 * paid
assert all((nats > right_one + 1).all() and (nats > own_number + 4).all() for nats in readings.values())

# %% [markdown]
# Nothing crashes and both losses fall. By its own number the mixed code is about as good as the right one, a few nats up or down. Measured with either consistent reading it is worse in each of the three seeds, by about 4 nats on average. Its own number is too good:
# its KL is computed for one $\sigma$, and its decoder gets codes with a smaller one. A loss computed that way is no bound on anything. There is only one remedy: say once what the
# tensor is, and put it into its name.

# %% [markdown] slide_type="notes"
# This is the fault that shipped in a published lab, and nothing crashes. Ask how anybody would notice: both losses fall, and by its own number the mixed network is ahead, 139 against 142. Decide what the tensor is, and it is behind in each of three seeds: 146 as log σ², 145 as log σ. Its KL is that of one σ, its draws have half of it: no bound on anything. The remedy is a name: `logvar`, always.

# %% [markdown]
# ## 3 · Two ways to the slope of a mean
#
# Forget images for a while. Let $f$ be any function, $z \sim \mathcal N(\mu, \sigma^2)$, and ask for
#
# $$\frac{d}{d\mu}\,\mathbb E\left[f(z)\right].$$
#
# In words: how does the *mean* of $f$ change when the Gaussian moves? In a VAE $f$ is the reconstruction error. There are two classical estimators.
#
# **Score function.** Write the mean as an integral, $\int f(z)\,p(z)\,dz$. Only the density $p$ depends on $\mu$, and
# $\frac{dp}{d\mu} = p\,\frac{d \log p}{d\mu}$. For a Gaussian $\frac{d\log p}{d\mu} = \frac{z-\mu}{\sigma^2}$, so
#
# $$\frac{d}{d\mu}\,\mathbb E\left[f(z)\right] = \mathbb E\left[f(z)\,\frac{z-\mu}{\sigma^2}\right].$$
#
# In words: draws above $\mu$ with a high $f$ vote for moving up, draws below vote for moving down. $f$ is only evaluated. (In
# reinforcement learning this is called REINFORCE; Williams, 1992.)
#
# **Pathwise.** Write $z = \mu + \sigma\varepsilon$ and differentiate inside the mean:
#
# $$\frac{d}{d\mu}\,\mathbb E\left[f(z)\right] = \mathbb E\left[f'(\mu + \sigma\varepsilon)\right].$$
#
# In words: the mean of the slopes of $f$ at the draws. That is what the trick does.

# %% [markdown] slide_type="slide" only="slides"
# ## Two estimators of one slope: one reads values, one reads slopes
#
# **Score function**: values of $f$, weighted
# $$\mathbb E\left[f(z)\,\frac{z-\mu}{\sigma^2}\right]$$
#
# **Pathwise**: slopes of $f$
# $$\mathbb E\left[f'(\mu+\sigma\varepsilon)\right]$$

# %% [markdown] slide_type="notes"
# Forget images for ten minutes: f is any function, and we ask how its mean changes when the Gaussian moves. Read the first as a vote: draws above μ with a high f vote for up, draws below for down. f is only evaluated, so it may be a robot or a person. The second needs the slope of f. Ask which one will be noisier; most say the first, and mostly they are right.

# %% [markdown]
# ### Exercise 5.4 · The score function
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# $$\frac1S\sum_{s=1}^S \left(f(z_s) - b\right)\frac{z_s-\mu}{\sigma^2}, \qquad z_s = \mu + \sigma\varepsilon_s$$
#
# `eps` is (S,), and `f` takes and returns (S,). The `baseline` $b$ is any number; section 4 says what it is for. With `baseline=0.0` it is the formula above.

# %%
def score_function_gradient(f, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float = 0.0) -> Tensor:
    """Estimate of d/dmu E[f(z)], z = mu + sigma * eps, from values of f; eps (S,) -> scalar."""
    # 1. the draws, (S,)
    # 2. f above the baseline, times the slope of the log-density in mu
    # 3. the mean over the draws
    ### BEGIN SOLUTION
    z = mu + sigma * eps  # (S,)
    score = (z - mu) / sigma**2  # (S,)
    return ((f(z) - baseline) * score).mean()
    ### END SOLUTION

# %%
score_function_gradient = check(score_function_gradient)

# %% [markdown]
# ### Exercise 5.5 · Pathwise
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# $$\frac{d}{d\mu}\,\frac1S\sum_{s=1}^S f(\mu + \sigma\varepsilon_s)$$
#
# You don't know $f'$; let autograd find it. The `mu` you are handed doesn't ask for a gradient yet:
# `mu.detach().clone().requires_grad_()` is a copy that does. `torch.autograd.grad(a, b)` returns a *tuple*, with $da/db$ as its first entry.

# %%
def pathwise_gradient(f, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    """Estimate of d/dmu E[f(z)], z = mu + sigma * eps, by autograd; eps (S,) -> scalar."""
    # 1. a copy of mu that asks for a gradient
    # 2. the mean of f over the draws
    # 3. its gradient with respect to that copy
    ### BEGIN SOLUTION
    mu = mu.detach().clone().requires_grad_()
    mean = f(mu + sigma * eps).mean()
    return torch.autograd.grad(mean, mu)[0]
    ### END SOLUTION

# %%
pathwise_gradient = check(pathwise_gradient)

# %% [markdown]
# Now let them race. Take $f(z) = z^2$ at $\mu = 1$, where everything is known: $\mathbb E[z^2] = \mu^2 + \sigma^2$, so the slope is $2\mu = 2$.
# Each estimate uses 50 draws, and 2,000 estimates are made, to see how much they scatter. Printed are the mean of the
# 2,000 with its standard error, and in the last column the **ratio of the two variances**, score function over pathwise.

# %%
predict("05.narrow")

# %% [markdown] slide_type="slide" only="slides"
# ## Both are right; one needs up to 3,000 times the draws
#
# The mean of $z^2$ at $\mu = 1$ has the slope 2. Means of 2,000 estimates:
#
# | σ | score function | pathwise | ratio of variances |
# |---|---|---|---|
# | 1 | 1.991 ± 0.017 | 1.995 ± 0.006 | 7 |
# | 0.3 | 1.993 ± 0.016 | 1.999 ± 0.002 | 73 |
# | 0.1 | 1.979 ± 0.034 | 2.000 ± 0.001 | **2,852** |

# %%
def collect(estimates) -> Tensor:
    """Estimates, one number each, in one tensor without a graph."""
    return torch.stack([torch.as_tensor(e).detach() for e in estimates])

def race(f, mu: float, sigma: float, draws: int = 50, repeats: int = 2000) -> dict[str, Tensor]:
    """Many estimates of d/dmu E[f(z)] by each estimator, from the same noise: (repeats,) each."""
    noise = torch.randn(repeats, draws, generator=torch.Generator().manual_seed(0))
    mu, sigma = torch.tensor(mu), torch.tensor(sigma)
    return {"score function": collect(score_function_gradient(f, mu, sigma, eps) for eps in noise),
            "pathwise": collect(pathwise_gradient(f, mu, sigma, eps) for eps in noise)}

def report(name: str, exact: float, found: dict[str, Tensor]) -> float:
    """Print the mean of each with its error bar; the ratio of their variances, score function over pathwise."""
    score, path = found.values()
    ratio = (score.var() / path.var()).item()
    words = [f"{e.mean():7.3f} ± {e.std() / len(e) ** 0.5:.3f}" for e in (score, path)]
    print(f"{name:14s} {exact:6.3f}  {words[0]:>16s} {words[1]:>16s} {ratio:10.2f}")
    return ratio

header = f"{'':14s}  exact    score function         pathwise   variances"
print(header)
found, ratio = {}, {}
for sigma in (1.0, 0.3, 0.1):
    name = f"z², σ = {sigma}"
    found[name] = race(lambda z: z**2, 1.0, sigma)
    ratio[name] = report(name, 2.0, found[name])

# %% [markdown] slide_type="notes"
# First the means: both columns are 2 within their error bars, so neither is biased. Then the last column: how many times more draws the score function needs for the same error bar. Ask why a narrow Gaussian is so bad for it: all values of f are nearly equal, and it has to read the slope from tiny differences. Pathwise is told the slope. Watch out: a VAE's σ is often 0.1 or smaller.

# %% tags=["solution"]
for estimates in found.values():  # the same mean, within 3 standard errors
    for e in estimates.values():
        assert abs(e.mean() - 2) < 3 * e.std() / len(e) ** 0.5
assert 6.5 < ratio["z², σ = 1.0"] < 8.5 and 2500 < ratio["z², σ = 0.1"] < 3200

# %% [markdown]
# Both means agree with the exact slope within their error bars: neither estimator is biased. Their noise differs. At $\sigma = 1$ the score function has
# about 7.5 times the variance, at $\sigma = 0.1$ nearly 3,000 times. Can that be computed? For a square yes, with the moments of a Gaussian. For *one* draw (a mean of 50 has a 50th of it):
#
# $$\mathrm{Var}_{\text{score}} = \frac{\mu^4 + 14\mu^2\sigma^2 + 15\sigma^4}{\sigma^2}, \qquad \mathrm{Var}_{\text{path}} = 4\sigma^2 .$$
#
# When the Gaussian gets narrow, all values of $f$ are nearly the same, and the score function has to read the slope off their tiny differences. The pathwise estimator is told the
# slope, and on a narrow piece of a smooth $f$ the slopes are nearly equal.

# %%
def variance_score(mu: float, sigma: float) -> float:
    return (mu**4 + 14 * mu**2 * sigma**2 + 15 * sigma**4) / sigma**2

def variance_path(mu: float, sigma: float) -> float:
    return 4 * sigma**2

for sigma in (1.0, 0.3, 0.1):
    print(f"σ = {sigma}: ratio {variance_score(1, sigma) / variance_path(1, sigma):7.1f}, "
          f"measured {ratio[f'z², σ = {sigma}']:7.1f}")

# %% slide_type="slide"
widths = [0.1, 0.2, 0.3, 0.5, 1, 2]
show(plots.curves(widths, {"pathwise": [variance_path(1, s) for s in widths],
                           "score function": [variance_score(1, s) for s in widths]},
                  xlabel="σ of the Gaussian", ylabel="variance of one draw's estimate", log_x=True, log_y=True,
                  title="The narrower the Gaussian, the wider the gap"),
     alt="Variance over sigma for f = z squared, both axes logarithmic: the pathwise line falls toward small sigma, the score function's rises; "
         "at sigma 0.1 they are more than three powers of ten apart")

# %% [markdown] slide_type="notes"
# These are computed variances of a single draw, and the table before has measured them. Both axes are logarithmic. Ask for the height of both lines at σ = 0.1: more than 100 against 0.04. The blue line falls with σ, since on a narrow piece of a smooth f all slopes are alike. Then ask whether pathwise always wins. Let the room vote for a fast wave and for a step before the next slide.

# %% [markdown]
# ### Exercise 5.6 · How many more samples
# Difficulty ●●○ · importance ●●○ · 5 minutes
#
# $f(z) = z^2$, $\mu = 1$, $\sigma = 0.4$. By which factor must the score function's number of draws be larger than pathwise's, for the same error bar? Type a number, with its decimals.

# %%
### BEGIN SOLUTION
answers["5.6"] = ((1 + 14 * 0.4**2 + 15 * 0.4**4) / 0.4**2) / (4 * 0.4**2)
### END SOLUTION

# %%
check(answers, "5.6")

# %% [markdown]
# ### Exercise 5.7 · The other slope
# Difficulty ●●● · importance ●●○ · 10 minutes
#
# An encoder also needs the slope in $\sigma$. The estimator is the same, with another factor:
#
# $$\frac{d}{d\sigma}\,\mathbb E\left[f(z)\right] = \mathbb E\left[f(z)\,\frac{d}{d\sigma}\log\mathcal N(z; \mu, \sigma^2)\right], \qquad
# \log\mathcal N(z; \mu, \sigma^2) = -\log\sigma - \frac{(z-\mu)^2}{2\sigma^2} + \text{constant} .$$
#
# Differentiate the log on paper, with $z$ held fixed. Then write the estimate, with a baseline as in 5.4.

# %%
def score_gradient_sigma(f, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float = 0.0) -> Tensor:
    """Estimate of d/dsigma E[f(z)], z = mu + sigma * eps, from values of f; eps (S,) -> scalar."""
    # 1. the draws, (S,)
    # 2. f above the baseline, times the slope of the log-density in sigma: it has two terms
    # 3. the mean over the draws
    ### BEGIN SOLUTION
    z = mu + sigma * eps  # (S,)
    score = (z - mu) ** 2 / sigma**3 - 1 / sigma  # (S,)
    return ((f(z) - baseline) * score).mean()
    ### END SOLUTION

# %%
score_gradient_sigma = check(score_gradient_sigma)

# %% [markdown]
# For $f(z) = z^2$ the mean is $\mu^2 + \sigma^2$, so the slope in $\sigma$ is $2\sigma$. Compare your estimate with it:

# %%
eps = torch.randn(400_000, generator=torch.Generator().manual_seed(1))
for sigma in (0.5, 1.0, 2.0):
    found_slope = score_gradient_sigma(lambda z: z**2, torch.tensor(1.0), torch.tensor(sigma), eps)
    print(f"σ = {sigma}: estimated {found_slope:.2f}, exact {2 * sigma:.2f}")
    assert abs(found_slope - 2 * sigma) < 0.1

# %% [markdown]
# ### Is pathwise always better?
#
# Two more functions: a fast wave, and a step.

# %%
predict("05.wave")

# %%
predict("05.step")

# %%
def wave(z: Tensor) -> Tensor:
    return torch.sin(8 * z)

def stair(z: Tensor) -> Tensor:
    return 0.5 * (1 + torch.sign(z))  # 1 where z > 0, else 0; autograd gives it the slope 0

exact = {"sin 8z, σ = 1": 0.0,  # 8 cos(8) e^-32: the Gaussian covers so many waves that nothing is left
         "step, σ = 1": math.exp(-0.5) / math.sqrt(2 * math.pi)}
print(header)
for name, f in (("sin 8z, σ = 1", wave), ("step, σ = 1", stair)):
    found[name] = race(f, 1.0, 1.0)
    ratio[name] = report(name, exact[name], found[name])

# %% tags=["solution"]
for name, who in (("sin 8z, σ = 1", "score function"), ("sin 8z, σ = 1", "pathwise"), ("step, σ = 1", "score function")):
    e = found[name][who]
    assert abs(e.mean() - exact[name]) < 3 * e.std() / len(e) ** 0.5
assert 0.012 < ratio["sin 8z, σ = 1"] < 0.02 and (found["step, σ = 1"]["pathwise"] == 0).all()

# %% [markdown]
# **The wave.** Both means lie within three of their error bars of the exact slope, and now pathwise is the noisy one: its variance is some sixty times *larger* (the ratio, printed as 0.02, is about 1/60). A sine has values between −1 and 1,
# and slopes between −8 and 8. So "pathwise has the smaller variance" is a rule of thumb for smooth functions, and no law.
#
# **The step.** The mean of a step is the probability that $z > 0$. It rises with $\mu$, with slope $p(0)$, the density of $z$ at the step, and the score function finds it. The pathwise estimate is exactly 0, on
# every draw: a step is flat wherever you stand. More draws don't help. Its variance is 0, so the ratio is a
# number over zero, `inf`: the quietest estimate there is, of the wrong number. Differentiating inside the mean needs an $f$ without jumps.

# %% [markdown] slide_type="slide" only="slides"
# ## No law: on a wave pathwise is noisy, on a step it is wrong

# %% slide_type="-"
panels = {"z², σ = 0.1": "z²: pathwise scatters less", "sin 8z, σ = 1": "sin 8z: it scatters more",
          "step, σ = 1": "a step: it is sure, and wrong"}
fig, axes = plots.canvas(width=11, height=4.4, cols=3)
for ax, (name, finding) in zip(axes, panels.items()):
    edges = torch.linspace(*torch.cat(list(found[name].values())).quantile(torch.tensor([0.002, 0.998])).tolist(), 50).tolist()
    heights = [ax.hist(e, bins=edges, color=color, alpha=0.6, label=who)[0].max()
               for (who, e), color in zip(found[name].items(), (plots.ACCENT, plots.HOUSE))]
    ax.set_ylim(0, 2 * min(heights))  # the narrow one is cut off at the top, or nobody would see the broad one
    ax.axvline(exact.get(name, 2.0), color=plots.INK, ls="--", lw=1.5, label="exact")
    ax.set(xlabel="estimated slope", ylabel="number of estimates" if ax is axes[0] else "", yticks=[])
    ax.set_title(finding, fontsize=11)
axes[2].legend(fontsize=10)
show(fig, alt="Histograms of 2,000 estimates, the narrow one of each pair cut off at the top. For z squared at sigma 0.1 pathwise is a spike and the score function is broad; "
              "for sin 8z pathwise is far broader; for the step pathwise is a spike at 0, away from the exact slope")

# %% [markdown] slide_type="notes"
# Three panels, three lessons, each of 2,000 estimates. The square: pathwise hardly scatters. The wave has values up to 1 and slopes up to 8, and pathwise has sixty times the variance. The step: pathwise says 0 on every draw, and the dashed line is at 0.24. The quietest estimate there is, of the wrong number. Ask for the rule: look at how much values of f differ from draw to draw, and how much slopes do.

# %% [markdown]
# ## 4 · A baseline
#
# The score function can be made quieter for free. Subtract any number $b$ from $f$:
#
# $$\mathbb E\left[(f(z) - b)\,\frac{z-\mu}{\sigma^2}\right] = \mathbb E\left[f(z)\,\frac{z-\mu}{\sigma^2}\right] - b\;\underbrace{\mathbb E\left[\frac{z-\mu}{\sigma^2}\right]}_{=\,0} .$$
#
# In words: the votes "up" and "down" are equally likely, so adding the same to every value of $f$ changes nothing on average. It does change the noise. For
# $f(z) = z^2$, $\mu = \sigma = 1$ the variance of one draw's estimate comes out as $30 - 8b + b^2$, a parabola that is lowest at $b = 4$.

# %%
noise = torch.randn(2000, 50, generator=torch.Generator().manual_seed(0))
one = torch.tensor(1.0)
measured = {}
for name, b in {"bad": -6.0, "none": 0.0, "mean of f": 2.0, "best": 4.0}.items():
    e = collect(score_function_gradient(lambda z: z**2, one, one, eps, b) for eps in noise)
    measured[b] = 50 * e.var().item()
    print(f"b = {b:4.1f} ({name:9s}): mean {e.mean():.3f} ± {e.std() / len(e) ** 0.5:.3f}, "
          f"variance {measured[b]:5.1f}, computed {30 - 8 * b + b * b:5.1f}")
    assert abs(e.mean() - 2) < 3 * e.std() / len(e) ** 0.5
assert measured[4.0] < measured[2.0] < measured[0.0] < measured[-6.0]

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8, height=3.8)
bs = torch.linspace(-7, 11, 100)
ax.plot(bs, 30 - 8 * bs + bs**2, color=plots.HOUSE, label="computed, 30 − 8b + b²")
ax.plot(list(measured), list(measured.values()), "o", color=plots.ACCENT, ms=9, label="measured")
ax.axhline(4, color=plots.QUIET, ls="--", label="pathwise")
ax.set(xlabel="baseline b", ylabel="variance of one draw's estimate", ylim=(0, None), xticks=range(-6, 12, 2))
ax.legend()
ax.set_title("A good baseline halves the variance, a bad one multiplies it")
show(fig, alt="Variance over the baseline: a parabola with its lowest point, 14, at b = 4; the measured points lie on it; "
              "at b = -6 it is 114; the pathwise variance, 4, is below all of it")

# %% [markdown] slide_type="notes"
# Before this slide: subtract any number b from f; votes up and down are equally likely, so the mean stays and the noise changes. Ask for the best b. Many say the mean of f, which is 2; it brings most of the gain, 30 down to 18. The best is 4, with 14. A bad one, −6, makes it 114. Watch out: pathwise, the dashed line at 4, is still below all of them.

# %% [markdown]
# All four means agree. The best baseline halves the variance. The mean of $f$, which people use in practice, brings most of that gain. A bad baseline makes
# things much worse. Pathwise, the dashed line, is still below. Baselines matter most where $f$ is large and nearly constant, and that is the case in a VAE.

# %% [markdown]
# ## 5 · One VAE, five gradients
#
# In a VAE $f(z)$ is the reconstruction, $\log p(x\mid z)$, some −150 nats for every draw. The encoder needs the slope of its mean. (The KL has
# a closed form in $\mu$ and `logvar` and needs no draw; the decoder's own gradient doesn't go through the draw at all.) So train the same network in five ways:
#
# - **pathwise**: $z = \mu + \sigma\varepsilon$, and the gradient goes through the draw;
# - **score function**: $z$ counts as given (`detach`), and the encoder gets its gradient from $\log q(z\mid x)$, weighted with $f$;
# - the same with a **baseline**, the batch's mean of $f$;
# - the same with a **second draw** as the baseline: $\log p(x\mid z')$ for another $z'$ of the *same image*, so that each image has a baseline of its own;
# - **no reconstruction gradient**: $z$ counts as given, and the encoder feels the KL alone. This run shows how far the decoder gets by itself.
#
# In the last four $z$ is a bare number for the decoder too, and the decoder learns as usual: $\log p(x\mid z)$ has a gradient in its weights.

# %% [markdown]
# ### Exercise 5.8 · A loss for the score function
# Difficulty ●●● · importance ●●● · 12 minutes
#
# PyTorch differentiates losses. So we need a loss whose gradient is the score-function estimate. Its core is the **surrogate** $(f - b)\log q(z\mid x)$. The value of the surrogate means nothing; its *gradient* is the estimate:
#
# $$\nabla\big[(f - b)\,\log q(z\mid x)\big] = (f - b)\,\nabla\log q(z\mid x), \qquad f - b \text{ counts as a plain number (detached)} .$$
#
# Put it into a loss for each image. Training lowers the loss, and $f = \log p(x\mid z)$ should rise. So
#
# - the value of the loss is $-f$;
# - its gradient in $f$ is −1, for the decoder;
# - its gradient in $\log q$ is $-(f - b)$, for the encoder;
# - no gradient goes into the baseline $b$.
#
# All three arguments are (N,), and so is the answer. A term can have the value 0 and still a gradient: `a - a.detach()`.

# %% [markdown] slide_type="slide" only="slides"
# ## A loss can have the value of one thing and the gradient of another
#
# $$\nabla\big[(f - b)\,\log q\big] = (f - b)\,\nabla\log q$$
#
# with $f - b$ detached. And `a - a.detach()` is 0, with a gradient.

# %% slide_type="-" show_code=true lit="# 2."
def surrogate_loss(log_likelihood: Tensor, log_q: Tensor,
                   baseline: Tensor) -> Tensor:
    """Value −log_likelihood, gradient for log_q as well; all (N,)."""
    # 1. the surrogate: f − b, as a plain number, times log q
    # 2. −f, minus the surrogate, and the surrogate's value put back
    ### BEGIN SOLUTION
    surrogate = (log_likelihood - baseline).detach() * log_q  # (N,)
    return -log_likelihood - surrogate + surrogate.detach()
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# In a VAE f is the log-likelihood and trains the decoder, too, so it cannot be a plain number. Ask what `a - a.detach()` is: the value 0, and the gradient of a. Let the room write the two lines. The surrogate has the gradient that the encoder needs; its value is put back, so the loss that is printed stays −f. Watch out: no gradient may go into the baseline, so f − b is detached.

# %%
surrogate_loss = check(surrogate_loss)

# %% [markdown]
# Now the five ways are a few lines each.

# %%
predict("05.race")

# %%
def vae_loss(net: VAE, x: Tensor, way: str) -> Tensor:
    """Negative ELBO, averaged over the batch, with its gradient estimated the given way."""
    mu, logvar = net.encode(x)  # (N, K) each
    z = reparameterize(mu, logvar, torch.randn_like(mu))
    kl = gaussian_kl(mu, logvar)  # (N,)
    if way == "pathwise":
        return (kl - bernoulli_log_likelihood(x, net.decode(z))).mean()
    z = z.detach()  # a bare number from here on
    f = bernoulli_log_likelihood(x, net.decode(z))  # (N,)
    if way == "no reconstruction gradient":
        return (kl - f).mean()
    baseline = torch.zeros_like(f)
    if way == "mean as baseline":
        baseline = f.mean()
    if way == "second draw as baseline":
        other = reparameterize(mu, logvar, torch.randn_like(mu))
        baseline = bernoulli_log_likelihood(x, net.decode(other))
    return (kl + surrogate_loss(f, log_gaussian_diagonal(z, mu, logvar), baseline)).mean()

# %%
ways = ("pathwise", "second draw as baseline", "mean as baseline", "score function", "no reconstruction gradient")
racers, losses = {}, {}

def train_racer(way: str) -> None:
    set_seed(0)
    net = racers[way] = VAE(latent_dim=8, hidden=200).to(device)
    print(way)
    losses[way] = fit(lambda x: vae_loss(net, x, way), train.images, model=net, epochs=4, batch_size=100, lr=2e-3)["loss"]

for way in ways:
    train_racer(way)

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=9, height=4.4)
for way, color, style in zip(ways, (plots.HOUSE, "#2b8a8f", "#832db6", plots.ACCENT, plots.QUIET), ("-", "--", "-.", ":", "-")):
    smooth = torch.tensor(losses[way]).unfold(0, 10, 1).mean(1)  # over 10 steps
    ax.plot(range(10, 10 + len(smooth)), smooth, color=color, ls=style, label=way)
ax.set(xlabel="step", ylabel="negative ELBO (nats per image)", ylim=(130, 300))
ax.legend()
ax.set_title("Pathwise learns fastest; a second draw as baseline comes close")
show(fig, alt="Training curves: pathwise falls lowest, closely followed by the score function with a second draw; with the batch's mean as a "
              "baseline it is well behind, and without a baseline it stays high, close to the encoder that gets no reconstruction gradient")

# %%
final = {way: measure(net, reparameterize) for way, net in racers.items()}
for way, value in final.items():
    print(f"{way:26s} {value:6.1f} nats on test images")
assert final["pathwise"] < final["second draw as baseline"] < final["mean as baseline"] < final["score function"]
none = final["no reconstruction gradient"]
assert none - final["score function"] < 0.4 * (none - final["pathwise"])

# %% [markdown]
# Same network, same number of steps, and each of the first four gradients has the right mean or very nearly so (the batch's mean contains the image it judges, which bends it a little). What differs is noise. Without a baseline every gradient is multiplied by
# the whole reconstruction, most of which is the same for all draws, and the encoder
# learns little: with no reconstruction gradient at all, the last row, the network ends within about ten nats of it. Most of the progress there is comes from the decoder. A baseline for each image costs one more decoding, and brings
# the score function close to pathwise. It doesn't win here. But it has never asked for the slope of the decoder.

# %% [markdown] slide_type="notes"
# Five runs, the same network, the same 200 steps. On test images: pathwise 142, a second draw as baseline 149, the mean as baseline 173, none 197, and an encoder without any reconstruction gradient 204. Ask why the dotted curve stays so close to the gray one: each of its gradients is multiplied by some 150 nats that all draws share, mostly noise. Watch out: this is four epochs of a small network.

# %% [markdown]
# ## 6 · When the code is a choice
#
# Suppose a code isn't a number but a *choice*, one of $C$ classes, drawn with probabilities $\mathrm{softmax}(\text{logits})$. There is no $\sigma\varepsilon$ to write down.
# Yet a choice can be drawn from outside noise too. Turn uniform numbers $u$ into **Gumbel noise** $g = -\log(-\log u)$, add it to the logits, and take the largest:
#
# $$k = \arg\max_c\,(\text{logits}_c + g_c) \qquad\text{has}\qquad P(k = c) = \mathrm{softmax}(\text{logits})_c .$$

# %%
logits = torch.tensor([1.0, 0.0, -1.0, 0.5])
u = torch.rand(200_000, 4, generator=torch.Generator().manual_seed(0)).clamp(1e-7, 1 - 1e-7)
gumbel = -torch.log(-torch.log(u))
counts = torch.bincount((logits + gumbel).argmax(1), minlength=4) / len(u)
print("share of each class drawn:", [f"{c:.3f}" for c in counts.tolist()])
print("softmax of the logits:    ", [f"{p:.3f}" for p in logits.softmax(0).tolist()])
assert (counts - logits.softmax(0)).abs().max() < 0.006

# %% [markdown]
# The noise is out of the way, and still there is no gradient: argmax is a step, flat wherever you stand. You have seen what pathwise makes of a step. So bend the step. Replace
# argmax by a softmax with a **temperature** $\tau$ (Jang et al., 2017; Maddison et al., 2017):
#
# $$y = \mathrm{softmax}\!\left(\frac{\text{logits} + g}{\tau}\right) .$$
#
# In words: for a small $\tau$ the row $y$ is nearly one-hot, for a large one nearly even. It has a gradient, and it is no longer a choice.

# %% [markdown] slide_type="slide" only="slides"
# ## A choice has no slope, a softmax has one
#
# $$y = \mathrm{softmax}\left(\frac{\text{logits} + g}{\tau}\right), \qquad g = -\log(-\log u)$$

# %% [markdown]
# ### Exercise 5.9 · Gumbel-softmax
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# `logits` and `u` are (N, C), each row a choice of its own; `u` is uniform noise between 0 and 1.

# %%
def gumbel_softmax(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    """Softened choices from softmax(logits), made from uniform noise u; all (N, C)."""
    # 1. Gumbel noise from u
    # 2. the noisy logits, over the temperature
    # 3. softmax over the classes
    ### BEGIN SOLUTION
    gumbel = -torch.log(-torch.log(u))  # (N, C)
    return torch.softmax((logits + gumbel) / tau, dim=1)
    ### END SOLUTION

# %%
gumbel_softmax = check(gumbel_softmax)

# %% slide_type="-"
taus = (0.1, 0.5, 1, 5)
fig, axes = plots.canvas(width=10, height=2.8, cols=4)
for ax, tau in zip(axes, taus):
    ax.imshow(gumbel_softmax(logits.expand(12, 4), tau, u[:12]), vmin=0, vmax=1, aspect="auto")
    ax.set(xticks=range(4), xlabel="class", yticks=[])
    ax.grid(False)
    ax.set_title(f"τ = {tau}", fontsize=12)
axes[0].set_ylabel("12 draws, same noise")
plots.set_finding(fig, "From the same noise, cold rows choose and warm rows mix")
show(fig, alt="Twelve draws as rows of four gray cells at four temperatures: at 0.1 nearly every row has one black cell, a few are mixtures, at 5 all cells are similar gray")

# %% [markdown] slide_type="notes"
# Add Gumbel noise g to the logits and take the largest: that draws classes with exactly the right probabilities. Ask what is wrong with the largest: it is a step, and we have seen what pathwise makes of a step. So a softmax with a temperature takes its place. Point at one row and follow it through the four panels, from a choice to a mixture. Watch out: at τ = 5 the rows say little about what was drawn.

# %% [markdown]
# Same noise in all four pictures. At $\tau = 0.1$ nearly every row is a choice; at 5 the rows look alike and say little about what was drawn.
#
# ### Exercise 5.10 · Straight-through
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# **Straight-through** (Bengio et al., 2013) wants both: the one-hot row forward, the soft row's gradient backward. You have just used the trick: something whose value is 0 and whose gradient is that of
# the soft row $y$, added to the one-hot row.

# %%
def straight_through(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    """One-hot choices with the gradient of gumbel_softmax; all (N, C)."""
    # 1. the soft rows y
    # 2. the one-hot row of each row's largest entry: F.one_hot(index, C) has whole numbers, .to(y) makes them y's type
    # 3. their sum with something that is 0 and has the gradient of y
    ### BEGIN SOLUTION
    y = gumbel_softmax(logits, tau, u)
    hard = F.one_hot(y.argmax(1), y.shape[1]).to(y)
    return hard + y - y.detach()
    ### END SOLUTION

# %%
straight_through = check(straight_through)

# %% [markdown]
# ### What is wrong with them
#
# For a choice among four, the true gradient can be computed: $\mathbb E[f] = \sum_c p_c\, f(\text{class } c)$, four terms. Take the squared distance of the row to a target, $f(y) = \lVert y - t\rVert^2$, and compare. **Bias**
# is how far the mean of many estimates is from the true gradient, as a share of its length; **spread** is the standard deviation of one estimate, in the same unit.

# %%
target = torch.tensor([0.4, 0.3, 0.2, 0.1])

def f(y: Tensor) -> Tensor:
    """Squared distance of rows (N, 4) to the target: (N,)."""
    return (y - target).square().sum(1)

at = logits.clone().requires_grad_()
true_gradient = torch.autograd.grad((at.softmax(0) * f(torch.eye(4))).sum(), at)[0]  # (4,)

def judged(estimates: Tensor) -> tuple[float, float]:
    """Bias and spread of estimates (S, 4), as shares of the true gradient's length."""
    bias, spread = (estimates.mean(0) - true_gradient).norm(), estimates.var(0).sum().sqrt()
    return (bias / true_gradient.norm()).item(), (spread / true_gradient.norm()).item()

def estimates_by(draw, tau: float) -> Tensor:
    rows = logits.expand(len(u), 4).clone().requires_grad_()
    return torch.autograd.grad(f(draw(rows, tau, u)).sum(), rows)[0]  # (S, 4)

p = logits.softmax(0)
choice = F.one_hot((logits + gumbel).argmax(1), 4).float()  # (S, 4)
values = f(choice)[:, None]
by_score = {"score function": judged(values * (choice - p)),
            "score function, baseline": judged((values - values.mean()) * (choice - p))}

# %% [markdown] slide_type="slide" only="slides"
# ## Warm, the slope is wrong; cold, it is noisy

# %% slide_type="-"
temperatures = [0.1, 0.2, 0.5, 1, 2, 5]
table = {name: [judged(estimates_by(draw, tau)) for tau in temperatures]
         for name, draw in (("Gumbel-softmax", gumbel_softmax), ("straight-through", straight_through))}
fig, (left, right) = plots.canvas(width=10, height=4, cols=2)
for ax, part, what in ((left, 0, "bias"), (right, 1, "spread")):
    for (name, rows), color, mark in zip(table.items(), (plots.HOUSE, plots.ACCENT), "os"):
        ax.plot(temperatures, [row[part] for row in rows], color=color, marker=mark, label=name)
    for (name, row), style in zip(by_score.items(), (":", "--")):
        if part or name == "score function":  # in the left panel both would lie at 0
            ax.axhline(row[part], color=plots.QUIET, ls=style, label=name)
    ax.set(xscale="log", xlabel="temperature τ", ylabel=f"{what} / true gradient", ylim=(0, None))
    ax.set_xticks(temperatures, [f"{tau:g}" for tau in temperatures])
    ax.minorticks_off()
left.annotate("score function, with and without a baseline", (0.1, 0.03), fontsize=9)
left.set_title("Warm: the wrong slope", fontsize=12)
right.set_title("Cold: a noisy slope", fontsize=12)
right.legend(fontsize=10)
show(fig, alt="Left, bias over temperature: Gumbel-softmax rises from near 0 to near 1, straight-through is biased at every temperature. "
              "Right, spread: both fall steeply as the temperature rises")

# %%
for name, row in by_score.items():
    print(f"{name:26s} bias {row[0]:.2f}   spread {row[1]:5.2f}")
for i, tau in enumerate(temperatures):
    for name, rows in table.items():
        print(f"τ = {tau:<4g} {name:16s}    bias {rows[i][0]:.2f}   spread {rows[i][1]:5.2f}")

# %% tags=["solution"]
soft, through = table["Gumbel-softmax"], table["straight-through"]
assert by_score["score function"][0] < 0.05 and by_score["score function, baseline"][0] < 0.05
assert soft[0][0] < soft[2][0] < soft[-1][0] and soft[0][1] > soft[2][1] > soft[-1][1]
assert min(row[0] for row in through) > 0.05

# %% [markdown]
# Read the two panels together. A warm Gumbel-softmax (large $\tau$) has little noise and a large bias, since its rows are no choices; a cold one has little bias and much noise. Straight-through has honest forward values, and its gradient is biased
# at every temperature, here more than Gumbel-softmax's. The score function has no bias, and with a baseline it also has the smallest spread here, apart from Gumbel-softmax and straight-through at temperatures so high that their bias is most of the true gradient. With one choice among a few, none of them is needed: try all, as for the true gradient here, and there is no noise at all. Where that is too much work, begin with the score function and a baseline. Its noise grows with the number of choices in a model, and there the biased estimators may come into their own.

# %% [markdown] slide_type="notes"
# Both panels are in units of the true gradient. At τ = 1 Gumbel-softmax has a bias of 0.6 and a spread of 1.3; at 0.1 the bias is 0.1 and the spread 6.6. Ask for a good temperature: there is none, only an exchange. Straight-through is biased everywhere. The score function with a baseline has no bias and a spread of 0.9: it wins this toy, where one would try all four. The next slide shows where it doesn't.

# %% [markdown]
# ### A VAE with sixteen codes
#
# Now for images. Each image chooses one of sixteen codes, and each code is one image, its **prototype**. The encoder gives sixteen logits, the KL to the even prior is
# $\sum_c q_c\,(\log q_c + \log 16)$, and with sixteen codes the exact ELBO, all codes tried, is still affordable. So there is a true gradient to compare with. Prototypes start halfway between a training image and the mean image; started all
# alike, one code tends to win everything.

# %%
C = 16
start = train.images[:C].float().flatten(1) / 255  # (16, 784)
average = train.float().flatten(1).mean(0)  # (784,)

class DiscreteVAE(nn.Module):
    """An encoder to 16 logits, and 16 prototypes as logits of 784 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Sequential(nn.Flatten(), nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, C))
        self.prototypes = nn.Parameter(torch.logit((0.5 * (start + average)).clamp(0.02, 0.98)))  # (16, 784)

    def log_likelihood(self, x: Tensor, y: Tensor) -> Tensor:
        """log p(x | y) for codes y (N, 16), one-hot or soft: (N,)."""
        return bernoulli_log_likelihood(x.flatten(1), y @ self.prototypes)

    def all_log_likelihoods(self, x: Tensor) -> Tensor:
        """log p(x | code) for every code: (N, 16)."""
        return x.flatten(1) @ self.prototypes.T - F.softplus(self.prototypes).sum(1)

# %%
def discrete_loss(net: DiscreteVAE, x: Tensor, way: str, tau: float = 1.0) -> Tensor:
    """Negative ELBO, averaged over the batch, with its gradient estimated the given way."""
    logits = net.encode(x)  # (N, 16)
    log_q = logits.log_softmax(1)
    kl = (log_q.exp() * (log_q + math.log(C))).sum(1)  # (N,)
    if way == "exact":
        return (kl - (log_q.exp() * net.all_log_likelihoods(x)).sum(1)).mean()
    u = torch.rand(2, *logits.shape, device=x.device).clamp(1e-6, 1 - 1e-6)
    if way == "Gumbel-softmax":
        return (kl - net.log_likelihood(x, gumbel_softmax(logits, tau, u[0]))).mean()
    y = straight_through(logits, tau, u[0])
    if way == "straight-through":
        return (kl - net.log_likelihood(x, y)).mean()
    y = y.detach()
    f = net.log_likelihood(x, y)
    baseline = torch.zeros_like(f)
    if way == "score, second draw":
        baseline = net.log_likelihood(x, straight_through(logits, tau, u[1]).detach())
    return (kl + surrogate_loss(f, (log_q * y).sum(1), baseline)).mean()

# %%
discrete = {}

def train_discrete(way: str) -> None:
    set_seed(0)
    net = discrete[way] = DiscreteVAE().to(device)
    print(way)
    fit(lambda x: discrete_loss(net, x, way), train.images, model=net, epochs=5, batch_size=100, lr=3e-3)

for way in ("exact", "Gumbel-softmax", "straight-through", "score, second draw", "score function"):
    train_discrete(way)

# %%
result, own, in_use = {}, {}, {}
print("test images           own number   all codes tried   codes in use")
for way, net in discrete.items():
    with torch.no_grad():
        q = net.encode(test).softmax(1)  # (1000, 16)
        result[way] = discrete_loss(net, test, "exact").item()
        set_seed(1)
        own[way] = discrete_loss(net, test, way).item()
    in_use[way] = q.mean(0).cpu() > 0.005  # (16,), more than one image in 200
    print(f"{way:20s} {own[way]:11.1f} {result[way]:17.1f} {in_use[way].sum().item():14d}")

# %% slide_type="slide"
sheet = {way: net.prototypes.detach().cpu().sigmoid().reshape(C, 1, 28, 28)
         * (0.2 + 0.8 * in_use[way].float()).reshape(C, 1, 1, 1) for way, net in discrete.items()}
rows = {way: [f"{own[way]:.0f}", f"{result[way]:.0f}", f"{in_use[way].sum()}"] for way in sheet}
show(plots.score_table(rows, ["own", "exact", "in use"], sheet, {("score function", "in use")},
                       title="Without a baseline, few of the sixteen codes stay in use"),
     alt="Rows of sixteen prototypes with the negative ELBO by its own gradient and exactly: with the exact gradient, Gumbel-softmax and straight-through most are clear digits in use; "
         "with the plain score function most are pale")

# %% [markdown] slide_type="-" only="slides"
# Pale: hardly used. Own and exact: negative ELBOs in nats; exact tries all the codes.

# %% [markdown] slide_type="notes"
# A VAE whose code is one choice of sixteen, so that the exact gradient can be had by trying all. Read the last column first: the plain score function keeps one code, a second draw nine, the bent ones fifteen and all sixteen. Then compare the first two: Gumbel-softmax calls itself some nats better than it is, since its own number lets codes mix. Ask which one you would take when there are a thousand codes.

# %% tags=["solution"]
assert result["score function"] > max(v for way, v in result.items() if way != "score function") + 5
assert all(abs(result[way] - result["exact"]) < 6 for way in ("Gumbel-softmax", "straight-through"))
assert in_use["score function"].sum() < 0.6 * in_use["Gumbel-softmax"].sum()
assert result["Gumbel-softmax"] > own["Gumbel-softmax"] + 2

# %% [markdown]
# A row shows the sixteen codes, pale where hardly used; the first two columns are negative ELBOs in nats. The two bent estimators come close to the exact gradient with one decoding per image, where the exact one tries all sixteen. (Close, or even a little ahead. It may be that their noise keeps codes alive that the exact gradient gives up early; the last column says how many each has in use.)
# Without a baseline the score function keeps only a code or a few in use, as the last column says; a second draw fixes much of that.
#
# Compare the two columns for Gumbel-softmax, too. Its own number (the loss as in training, of the same test images) is lower than what it gets when codes are real choices: soft rows can *mix*
# prototypes, and a code that is used later is one choice. Its own number is that of another model. It is the same lesson as with the mixed-up sampler: measure what you will use.

# %% [markdown]
# ## 7 · The clinic
#
# Five draws for one batch, `mu` and `logvar` both (N, K), and each has a fault that people really make: **a** `.sample()`, **b** `torch.normal`, **c** σ detached, **d** `logvar` read as log σ, **e** one ε for
# the whole batch. The code is in the open; a shuffled list decides which draw has which fault.

# %%
def faulty_draw(fault: str, mu: Tensor, logvar: Tensor) -> Tensor:
    sigma, eps = torch.exp(0.5 * logvar), torch.randn(mu.shape)
    if fault == ".sample()":
        return Normal(mu, sigma).sample()
    if fault == "torch.normal":
        return torch.normal(mu, sigma)
    if fault == "σ detached":
        return mu + sigma.detach() * eps
    return mu + logvar.exp() * eps if fault == "logvar read as log σ" else mu + sigma * eps[:1]

faults = [".sample()", "torch.normal", "σ detached", "logvar read as log σ", "one ε for the batch"]
shuffled = torch.randperm(5, generator=torch.Generator().manual_seed(4)).tolist()
patients = {name: faults[number] for name, number in zip("ABCDE", shuffled)}

# %%
def examined(draw) -> str:
    """Gradients of a loss in mu and logvar, the spread of the draws, and the noise that two images share."""
    mu, logvar = torch.zeros(2, 5000), torch.full((2, 5000), -2.0)  # two images, σ = 0.37
    mu, logvar = mu.requires_grad_(), logvar.requires_grad_()
    z = draw(mu, logvar)
    loss = (z - 1).square().sum()
    if loss.requires_grad:
        loss.backward()
    slopes = ["none" if t.grad is None else f"{t.grad.mean():.2f}" for t in (mu, logvar)]
    z = z.detach()
    return f"gradient of mu {slopes[0]:>6s}, of logvar {slopes[1]:>6s}; spread {z.std():.2f}, shared noise {z.corrcoef()[0, 1]:.2f}"

for name, fault in patients.items():
    print(f"draw {name}: " + examined(lambda mu, logvar, fault=fault: faulty_draw(fault, mu, logvar)))

# %% [markdown]
# ### Exercise 5.11 · Which bug is this?
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Type the faults of the draws A to E as five letters, such as `"abcde"`. (`logvar` is −2, so the spread of the draws should be σ = 0.37.) Then examine your own draw in the next cell.

# %%
### BEGIN SOLUTION
answers["5.11"] = "adbec"
### END SOLUTION

# %%
check(answers, "5.11")

# %%
print("yours:  " + examined(lambda mu, logvar: reparameterize(mu, logvar, torch.randn_like(mu))))

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - `sample` leaves no record. Written as $\mu + \sigma\varepsilon$, a draw has a gradient.
# - Pathwise reads slopes, the score function reads values. Smooth: take pathwise. Jumps or black box: score function, with a baseline.
# - Choices have no path. Bend them, and know your bias.
# - One tensor, one meaning: `logvar` is $\log\sigma^2$.
#
# Next: a generator without encoder and likelihood, taught by a second network (06).

# %% [markdown] slide_type="notes"
# Ask which estimator fits each of these: a VAE, a robot whose falls cannot be differentiated, a language model that is rewarded by people. Pathwise, score function, score function with a baseline. Then ask for the picture that shows the second line best: the step, where pathwise is sure and wrong. Next time a generator makes its draws from outside noise, too, and has no likelihood: notebook 06.

# %% [markdown]
# ## Review
#
# ### Exercise 5.12 · Why the trick
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# Why does a VAE use the reparameterization trick?
#
# - **a** It makes the code deterministic, so that training is stable.
# - **b** It makes the randomness an input, so that gradients reach μ and σ.
# - **c** It makes the samples more accurate than `Normal(mu, sigma).sample()` does.
# - **d** It is needed for the KL term.

# %%
### BEGIN SOLUTION
answers["5.12"] = "b"
### END SOLUTION

# %%
check(answers, "5.12")

# %% [markdown]
# ### Exercise 5.13 · A colleague's encoder
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A colleague's encoder gives `mu` and `s`. The sampler is `mu + exp(s) * eps`, the KL is `0.5 * (exp(2 * s) + mu**2 - 1 - 2 * s)`. What is `s`?
#
# - **a** s is log σ, and both lines agree: right, in another convention.
# - **b** s is log σ², and both lines agree.
# - **c** The sampler reads s as log σ and the KL reads it as log σ²: wrong.
# - **d** The sampler reads s as log σ² and the KL reads it as log σ: wrong.

# %%
### BEGIN SOLUTION
answers["5.13"] = "a"
### END SOLUTION

# %%
check(answers, "5.13")

# %% [markdown]
# ### Exercise 5.14 · A black box
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# $f(z)$ is the score of a computer game played with setting $z$. You can play it as often as you like, and that is all. Which estimator gives you the slope of the mean score in $\mu$?
#
# - **a** Pathwise, since it has the smaller variance.
# - **b** Gumbel-softmax with a small τ.
# - **c** Neither: without a derivative of f there is no gradient.
# - **d** Score function, with a baseline.

# %%
### BEGIN SOLUTION
answers["5.14"] = "d"
### END SOLUTION

# %%
check(answers, "5.14")

# %% [markdown]
# ### Exercise 5.15 · Hot or cold
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# Gumbel-softmax with a *small* temperature has
#
# - **a** small bias, small variance.
# - **b** large bias, small variance.
# - **c** small bias, large variance.
# - **d** large bias, large variance.

# %%
### BEGIN SOLUTION
answers["5.15"] = "c"
### END SOLUTION

# %%
check(answers, "5.15")

# %%
progress("05")

# %% [markdown]
# **Next:** notebook 06 has a generator that also makes its draws from outside noise. It has no encoder and no likelihood; a second network tells it how to improve.
