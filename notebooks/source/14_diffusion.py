# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Diffusion and flow matching
#   minutes: 180
#   picture: out_of_noise
# ---

# %% [markdown] slide_type="slide"
# # Diffusion and flow matching
#
# Noise destroys a digit step by step. Who knows the way back, and how would you check each step?

# %% [markdown] slide_type="notes"
# About 180 minutes with all exercises, 60 if you only present. Ask the room how a network could turn noise into a digit, and collect answers; most say "in one go", as a GAN does. Keep the chain, the exact score, the faults that no picture shows, the one ODE and the guidance curve if time is short. What goes wrong: people start with images, where nothing can be checked.

# %% [markdown]
# About 180 minutes, in two sittings: sections 1 to 4 are a good first one. You need Gaussians and the bound of notebook 03; a few lines refer to 12.
#
# Below, two hundred points of noise move until they lie on a ring. **Drag t from 1 down to 0**, first with 50 steps, then with 5. Nothing was trained: each arrow is computed.

# %% tags=["setup"]
# setup

# %%
import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.checkpoint import read_checkpoint
from course_utils.data.measured import measured
from course_utils.data.toy import Mixture, toy_density
from course_utils.device import half_precision, pick_device, set_seed
from course_utils.explorers import embed

# %%
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.diffusion import TimeMLP, UNet, euler
from course_utils.training import adam, fit

plots.use_style()
device = pick_device()
answers = answer_sheet("14")
SEED = 0  # all that is random follows from it; change it, run all, and see what stays

# %% [markdown] slide_type="slide" only="slides"
# ## How do two hundred points find a ring?

# %% slide_type="-"
embed("probability_flow")

# %% [markdown] slide_type="notes"
# Drag the time slowly. Ask from which t on one can see the clump that a point goes to: at t = 0.6 all points are still one cloud. (Each path is fixed by its start: nothing here is random.) Then five steps: the clumps are hit and too tight, or missed. Say that each arrow is exact here. What goes wrong: people take the arrows for attraction to the nearest point.

# %% [markdown]
# At the end you can
#
# 1. write the chain that adds noise, and its exact step back;
# 2. train a network to guess noise, and say what the best guess is;
# 3. write the samplers DDPM and DDIM and the pairs of flow matching, and find a fault that no picture shows;
# 4. say in which sense DDIM and flow matching are one method, and what guidance does to fidelity and diversity.
#
# ## 1 · Noise, in one jump
#
# Take an example $x_0$. In each of $T$ steps shrink it a little, and add a little noise:
#
# $$x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\varepsilon, \qquad \varepsilon\sim\mathcal N(0, I) .$$
#
# In words: a share $\beta_t$ of the variance is replaced by noise. Nothing is learned here. Gaussians added to Gaussians are Gaussian, so one can jump to any $t$ at once. With $\alpha_t = 1-\beta_t$ and $\bar\alpha_t = \alpha_1\alpha_2\cdots\alpha_t$,
#
# $$x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\varepsilon .$$
#
# $\bar\alpha_t$ is the share of the variance that is still signal: 1 at $t = 0$, nearly 0 at $t = T$. (Sohl-Dickstein et al., 2015; Ho et al., 2020, who called it **DDPM**.)

# %% [markdown] slide_type="slide" only="slides"
# ## Adding noise is easy; the way back is learned

# %% slide_type="-"
show(diagram("diffusion"))

# %% [markdown] slide_type="notes"
# Build it step by step: an image, noise in many small steps, a network that looks at one noisy image and the time, the loss that compares its guess with the noise, and the way back. Ask which part has parameters: the denoiser alone. What goes wrong: the network is taken for something that maps noise to an image at once.

# %% [markdown]
# ### Exercise 14.1 · One jump
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# `x0` and `eps` are (N, ...): points (N, 2) or images (N, 1, 28, 28). `alpha_bar_t` is one number for all, or one for each example, (N,). A tensor (4,) meets the *last* axis of an image (4, 1, 28, 28), which is wrong; reshaped to (4, 1, 1, 1) it meets whole images.

# %%
def noised(x0: Tensor, alpha_bar_t: Tensor | float, eps: Tensor) -> Tensor:
    """x_t (N, ...) = √ᾱ_t · x0 + √(1 − ᾱ_t) · eps. Ho et al., 2020, eq. 4."""
    # 1. a = torch.as_tensor(alpha_bar_t)
    # 2. if it has one number for each example (a.ndim is 1): reshape it, with an axis of size 1
    #    for each further axis of x0; there are x0.ndim - 1 of them
    # 3. the weighted sum
    ### BEGIN SOLUTION
    a = torch.as_tensor(alpha_bar_t)
    if a.ndim:
        a = a.reshape(-1, *[1] * (x0.ndim - 1))
    return a.sqrt() * x0 + (1 - a).sqrt() * eps
    ### END SOLUTION

# %%
noised = check(noised)

# %% [markdown]
# Which β? A common choice lets $\sqrt{\bar\alpha}$ fall like a quarter of a cosine (Nichol and Dhariwal, 2021). It works for any number of steps $T$.

# %%
def chain(T: int) -> tuple[Tensor, Tensor]:
    """betas (T,), and alpha_bar (T + 1,) with alpha_bar[0] = 1."""
    signal = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
    betas = torch.tensor([min(1 - after / before, 0.999) for before, after in pairwise(signal)])
    return betas, torch.cat([torch.ones(1), (1 - betas).cumprod(0)])

betas, alpha_bar = chain(200)
train, test = load("digits", n=10_000, seed=SEED), load("digits", "test", n=2000, seed=SEED)
x_test = test.float()  # (N, 1, 28, 28) in [0, 1]

# %%
chance = set_seed(SEED)
times = [0, 20, 50, 80, 110, 140, 170, 200]
four = 2 * x_test[:4] - 1  # pixels in [-1, 1], so that ink and paper are equally far from 0
rows = {f"digit {n}": torch.cat([noised(four[n:n + 1], alpha_bar[t], torch.randn(1, 1, 28, 28, generator=chance)) for t in times]) for n in range(4)}

# %% [markdown] slide_type="slide" only="slides"
# ## A digit dissolves

# %% slide_type="-"
show(plots.image_grid((torch.cat(list(rows.values())) + 1) / 2, columns=8, titles=[f"t = {t}" for t in times], title="From t = 140 on, hardly anything is left of a digit"),
     alt="Four digits from left to right at t = 0, 20, 50, 80, 110, 140, 170 and 200. Up to t = 80 one can read them easily; from 140 on all four look like noise")

# %% [markdown] slide_type="notes"
# Ask where each digit can't be read any more, and compare: the rough shape survives longest, fine lines go first. Say that the way back has to make up first the shape and then the lines, in this order. What goes wrong: people think that the noise at one time is added to the noise of the time before; each picture here is one jump.

# %% [markdown]
# Each picture is one jump from the first of its row. The rough shape can be seen longest; thin lines drown first.
#
# Images have no known density, so nothing about them can be checked exactly. A mixture of Gaussians has one, at *every* time: multiply the means by $\sqrt{\bar\alpha}$ and the variances by $\bar\alpha$, and add $1-\bar\alpha$ to the variances. The ring of notebook 06 is such a mixture. So its **score** is known as well: $\nabla\log p_t(x)$, the gradient of the log-density at time $t$. It points uphill, to more density.

# %%
ring = toy_density("ring")  # eight Gaussians of width 0.1 on a circle of radius 2

def noised_ring(alpha_bar_t: float) -> Mixture:
    """The density of x_t, exactly, where x_0 comes from the ring."""
    a = float(alpha_bar_t)
    return Mixture(ring.weights, a**0.5 * ring.means, a * ring.covariances + (1 - a) * torch.eye(2))

def score(x: Tensor, alpha_bar_t: float) -> Tensor:
    """∇ log p_t(x), (N, 2), by autograd: where to go for more density."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(noised_ring(alpha_bar_t).log_prob(x).sum(), x)[0]

# %% tags=["solution"]
# The jump, and T small steps, against the density that is claimed.
chance, x = set_seed(SEED), ring.sample(20_000, set_seed(SEED))
jump = noised(x, alpha_bar[100], torch.randn(x.shape, generator=chance))
for t in range(100):
    x = (1 - betas[t]) ** 0.5 * x + betas[t] ** 0.5 * torch.randn(x.shape, generator=chance)
for points in (x, jump, noised_ring(alpha_bar[100]).sample(20_000, chance)):
    assert (points.T.cov() - (2.01 * alpha_bar[100] + 1 - alpha_bar[100]) * torch.eye(2)).abs().max() < 0.05

# %% slide_type="slide"
def draw_score(ax, alpha_bar_t: float, lim: float = 3.0) -> None:
    """The density of x_t in the background, its score as arrows of at most one length."""
    side = torch.linspace(-lim, lim, 90)
    grid = torch.cartesian_prod(side, side)
    ax.imshow(noised_ring(alpha_bar_t).log_prob(grid).exp().sqrt().reshape(90, 90).T, extent=(-lim, lim, -lim, lim), origin="lower", cmap="Blues")
    at = torch.cartesian_prod(*[torch.linspace(-2.7, 2.7, 13)] * 2)
    s = score(at, alpha_bar_t)
    s = s / s.norm(dim=1, keepdim=True).clamp(min=1) ** 0.85
    ax.quiver(*at.T, *s.T, color=plots.INK, alpha=0.75, angles="xy")
    ax.set(xticks=[], yticks=[], xlim=(-lim, lim), ylim=(-lim, lim))
    ax.grid(False)

fig, axes = plots.canvas(width=11, height=3.6, cols=3)
for ax, t in zip(axes, (180, 90, 20), strict=True):
    draw_score(ax, alpha_bar[t].item())
    ax.set_title(f"t = {t}, signal {alpha_bar[t]:.2f}", fontsize=12)
plots.set_finding(fig, "The score leads to the middle, to the ring, to a clump")
show(fig, alt="The noised density and its score at three times. At t = 180 one round blob and arrows to its center; at t = 90 a ring, and arrows to it; at t = 20 eight separate clumps, and arrows to the nearest one")

# %% [markdown] slide_type="-" only="slides"
# The **score** $\nabla\log p_t(x)$, drawn as arrows: the way to more density, drawn in blue.

# %% [markdown] slide_type="notes"
# The score is the gradient of the log density, so it points uphill. This ring is a mixture of Gaussians, so density and score are known at every time. Read from left to right as a sampler does. Ask: what would a sampler do that had only the right panel? It would go to the nearest clump from wherever it starts, and the shares of the clumps would be wrong. What goes wrong: the score is confused with the density.

# %% [markdown]
# Left, at $t = 180$, nearly all is noise, and every arrow points to the middle. At $t = 90$ the arrows point to the ring, at $t = 20$ to the nearest clump. A point that follows them from left to right gets to the ring first, and then to one clump.
#
# **Tomorrow, with your own data:** scale them so that each number has a variance near 1, and look at a few examples at five times before you train anything. If the last one isn't pure noise, sampling starts at the wrong place.
#
# ### Exercise 14.2 · How much noise?
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# At some $t$, $\bar\alpha_t = 0.36$. What is the standard deviation of the noise in $x_t$?

# %%
### BEGIN SOLUTION
answers["14.2"] = (1 - 0.36) ** 0.5
### END SOLUTION

# %%
check(answers, "14.2")

# %% [markdown]
# ## 2 · One step back, if x₀ were known
#
# To sample, one needs $q(x_{t-1}\mid x_t)$, and that depends on all the data. But if $x_0$ is known as well, Bayes' rule is a line of algebra with two Gaussians:
#
# $$q(x_{t-1}\mid x_t, x_0) = \mathcal N(\tilde\mu, \tilde\beta_t), \quad \tilde\mu = \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}x_t, \quad \tilde\beta_t = \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\beta_t .$$
#
# In words: where was the point one step ago? Somewhere between where it is, $x_t$, and where it started, $x_0$; and the variance is smaller than $\beta_t$, that of a step forward.

# %% [markdown] slide_type="slide" only="slides"
# ## If the start is known, the step back is a Gaussian
#
# $$\tilde\mu = \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t$$
#
# $$\tilde\beta_t = \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t$$
#
# What are both at $t = 1$?

# %% [markdown] slide_type="notes"
# Derive it on the board with two Gaussians, or let a group do it. Ask the question at the bottom: alpha bar zero is 1, so the mean is x zero and the variance 0; the last step has no chance in it. Many home-made samplers get this wrong. What goes wrong: alpha bar with index minus one, which in Python is the last entry.

# %% [markdown]
# ### Exercise 14.3 · The posterior
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# `t` runs from 1 to T, and Python counts from 0: $\beta_t$ is `betas[t - 1]`. Put $\bar\alpha_0 = 1$ in front of the products, and $\bar\alpha_t$ stands at `[t]`. With betas 0.1, 0.2, 0.3 the list is 1, 0.9, 0.72, 0.504.

# %%
def posterior(x_t: Tensor, x0: Tensor, t: int, betas: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (N, ...) and variance (one number) of q(x_{t−1} | x_t, x_0). Ho et al., 2020, eq. 7."""
    # 1. the products, with a 1 in front: (T + 1,)
    # 2. β_t, ᾱ_t and ᾱ_{t−1}
    # 3. the mean, and the variance
    ### BEGIN SOLUTION
    products = torch.cat([torch.ones(1, dtype=betas.dtype), (1 - betas).cumprod(0)])
    beta, now, before = betas[t - 1], products[t], products[t - 1]
    mean = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - now)
    return mean, beta * (1 - before) / (1 - now)
    ### END SOLUTION

# %%
posterior = check(posterior)

# %% [markdown]
# Is that Bayes' rule? On a fine grid one can multiply $q(x_t\mid x_{t-1})\,q(x_{t-1}\mid x_0)$, divide by the sum, and compare.

# %%
def by_grid(x_t: float, x0: float, t: int, betas: Tensor) -> tuple[float, float]:
    """Mean and variance of x_{t−1}, from Bayes' rule on a grid."""
    s, before, beta = torch.linspace(-12, 12, 200_001, dtype=torch.float64), (1 - betas[:t - 1]).prod(), betas[t - 1]
    log = -(x_t - (1 - beta) ** 0.5 * s) ** 2 / (2 * beta) - (s - before**0.5 * x0) ** 2 / (2 * (1 - before))
    p = log.softmax(0)
    mean = (p * s).sum()
    return mean.item(), (p * (s - mean) ** 2).sum().item()

exact_betas = betas.double()
for t in (2, 100, 190):
    x_t, x0 = torch.tensor([[[1.3]], [[-0.4]]], dtype=torch.float64)
    mean, var = posterior(x_t, x0, t, exact_betas)
    m, v = by_grid(1.3, -0.4, t, exact_betas)
    gap = max(abs(mean.item() - m), abs(float(var) - v))
    print(f"t = {t:3d}: mean {mean.item():+.4f}, variance {float(var):.5f}, largest difference from the grid {gap:.0e}")
    assert gap < 1e-9

# %% [markdown]
# A sampler doesn't know $x_0$. It has to guess it, from $x_t$ and $t$. A guess of the noise is as good: $x_0 = (x_t - \sqrt{1-\bar\alpha_t}\,\varepsilon)/\sqrt{\bar\alpha_t}$.
#
# **Tomorrow, with your own sampler:** test one step against Bayes on a grid, in one dimension and in float64. It takes two minutes, and it is the only place where you can be sure.
#
# ## 3 · Guess the noise
#
# The network sees $x_t$ and $t$, and guesses the noise that was added:
#
# $$L = \mathbb E_{x_0,\,t,\,\varepsilon}\,\big\lVert \varepsilon_\theta(x_t, t) - \varepsilon\big\rVert^2 .$$
#
# In words: a regression. One draws an example, a time and noise, and asks for the noise back.

# %% [markdown] slide_type="slide" only="slides"
# ## The loss is a regression: guess the noise
#
# $$\mathbb E_{x_0,\,t,\,\varepsilon}\,\big\lVert \varepsilon_\theta(x_t, t) - \varepsilon\big\rVert^2$$
#
# - draw an example, a time, and noise
# - show the network the noised example and the time
# - ask for the noise
#
# Can it ever reach 0?

# %% [markdown] slide_type="notes"
# Let the room write the four lines of code before they see them. The question: no, since many pairs of example and noise give the same noisy point; the best guess is their average, and what is left is the spread around it. What goes wrong: people wait for the loss to fall to zero, and train ten times too long.

# %% [markdown]
# ### Exercise 14.4 · The loss
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# `t` (N,) holds whole numbers from 1 to T, one for each example, and `alpha_bar` (T + 1,) begins with 1, so `alpha_bar[t]` is (N,). `model(x_t, t)` returns a guess of the shape of x_t. Sum the squared error over all axes but the first, and average over the batch.

# %%
def noise_prediction_loss(model: nn.Module, x0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """Squared error of the guessed noise, summed over all but the batch, mean over the batch. Ho et al., 2020, eq. 14."""
    # 1. noise each example with the ᾱ of its own time
    # 2. the model's guess
    # 3. squared error: .flatten(1).sum(1), then the mean
    ### BEGIN SOLUTION
    eps_hat = model(noised(x0, alpha_bar[t], eps), t)
    return (eps_hat - eps).square().flatten(1).sum(1).mean()
    ### END SOLUTION

# %%
noise_prediction_loss = check(noise_prediction_loss)

# %%
predict("14.floor")

# %% [markdown]
# Train a small network on points of the ring: three layers of 128, 1,000 steps, about two seconds. The network inside expects times in [0, 1], so `Denoiser` divides t by T.

# %%
T = len(betas)

class Denoiser(nn.Module):
    """Guesses the noise in points (N, 2) at whole times t (N,)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = TimeMLP(2)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.net(x, t / T)

def train_denoiser(loss=noise_prediction_loss, seed: int = SEED, steps: int = 1000) -> Denoiser:
    """A denoiser of points of the ring; the rate falls along a cosine."""
    chance, model = set_seed(seed), Denoiser()
    optimizer = adam(model.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        x0, t = ring.sample(512, chance), torch.randint(1, T + 1, (512,), generator=chance)
        value = loss(model, x0, t, torch.randn(x0.shape, generator=chance), alpha_bar)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 199:
            print(f"step {step + 1}: loss {value.item():.3f}", flush=True)
    return model

denoiser = train_denoiser()

# %% [markdown]
# The loss stopped far from 0. Could it be lower? For a mixture one can compute the answer. The best guess of the noise is its mean, given $x_t$; and that mean *is* the score, up to a factor (Vincent, 2011):
#
# $$\varepsilon^*(x_t, t) = \mathbb E[\varepsilon\mid x_t] = -\sqrt{1-\bar\alpha_t}\;\nabla\log p_t(x_t) .$$
#
# In words: a network that guesses noise well has learned the score, without ever having seen it.

# %%
def best_guess(x: Tensor, a: float) -> Tensor:
    """The mean of the noise in x (N, 2), where the share of signal is a."""
    return -(1 - a) ** 0.5 * score(x, a)

def exact_noise(x: Tensor, t: int) -> Tensor:
    """The best guess at time t of our chain."""
    return best_guess(x, alpha_bar[t])

@torch.no_grad()
def guess(x: Tensor, t: int) -> Tensor:
    """The network's guess."""
    return denoiser(x, torch.full((len(x),), t))

moments, chance = [2, 5, 10, 20, 40, 70, 100, 130, 160, 190], set_seed(SEED)
lines = {"loss of the network": [], "loss of the best guess": [], "network against best guess": []}
for t in moments:
    x0, eps = ring.sample(4000, chance), torch.randn(4000, 2, generator=chance)
    x_t = noised(x0, alpha_bar[t], eps)
    best, learned = exact_noise(x_t, t), guess(x_t, t)
    for values, gap in zip(lines.values(), (learned - eps, best - eps, learned - best), strict=True):
        values.append(gap.square().sum(1).mean().item())

# %% [markdown] slide_type="slide" only="slides"
# ## Most of the loss can't be removed

# %% slide_type="-"
fig = plots.curves(moments, lines, "time t", "squared error", title="The network's loss lies on that of the best guess; what it gets wrong is small")
show(fig, alt="Three curves over t. The loss of the network and that of the best possible guess run together: from near 2 at t = 2 down to 0.5 near t = 30, up to 1.1 near t = 90, down to 0 at t = 190. The squared difference between network and best guess stays near 0")

# %% [markdown] slide_type="notes"
# The upper two curves are nearly one. Go through the hill: at the left the clump's own width hides the noise, near ninety one can't tell which clump a point came from, at the right all is noise. Ask where a mistake of the network would hurt most: between the valley and the hill, where points choose their clump. What goes wrong: comparing two models by the whole loss.

# %% [markdown]
# The second line is the lowest loss possible. At the left end it is near 2, the variance of the noise in two coordinates: a clump has a width, and a little noise can't be told from a point's own place in its clump. Near $t = 30$ the noise is larger than the clumps, and easier to see. Near $t = 90$ the noise reaches from one clump to the next, so a point could have come from several clumps. At the right end $x_t$ *is* the noise. What the network gets wrong is the third line. No training can get the first line below the second.
#
# **Tomorrow, with your own model:** don't wait for the loss to reach 0, and don't compare models by the sum over all $t$. Print the loss at five values of $t$.

# %% tags=["solution"]
# What the text claims.
own, floor, gap = (torch.tensor(values) for values in lines.values())
assert floor[0] > 1.5 and floor[-1] < 0.2 and floor[6] > 1.5 * floor[4] and gap.max() < 0.25 and ((own - floor - gap).abs() < 0.12).all()

# %% [markdown]
# ### Exercise 14.5 · What does the loss's minimum give?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A network with endless capacity reaches the minimum of this loss on endless data. What does it return for $x_t$ at time $t$?
#
# - **a** The noise that was added to $x_0$, exactly, since the loss is then 0.
# - **b** The mean of all noise that could have led to $x_t$.
# - **c** A random draw from all noise that could have led to $x_t$.
# - **d** The noise that is likeliest to have led to $x_t$.

# %%
### BEGIN SOLUTION
answers["14.5"] = "b"
### END SOLUTION

# %%
check(answers, "14.5")

# %% [markdown]
# ## 4 · The sampler
#
# With the guessed noise comes a guess of $x_0$ (the line at the end of section 2). Put it into the posterior, simplify, and one step back is
#
# $$x_{t-1} = \frac{1}{\sqrt{\alpha_t}}\Big(x_t - \frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\varepsilon\Big) + \sqrt{\tilde\beta_t}\;\text{noise} .$$
#
# In words: take off a little of the guessed noise, undo the shrinking, and add a little new noise, of the posterior's variance $\tilde\beta_t$. At $t = 1$ that is 0.
#
# ### Exercise 14.6 · One step back
# Difficulty ●●● · importance ●●● · 12 minutes
#
# `noise` (N, ...) is drawn for you.

# %%
def ddpm_step(x_t: Tensor, eps_hat: Tensor, t: int, betas: Tensor, noise: Tensor) -> Tensor:
    """x_{t−1} (N, ...); the variance is the posterior's, 0 at t = 1. Ho et al., 2020, algorithm 2."""
    # 1. β_t, ᾱ_t and ᾱ_{t−1}, as in exercise 14.3
    # 2. the mean: x_t minus β_t/√(1 − ᾱ_t) of the guess, all of it divided by √α_t
    # 3. plus the standard deviation times noise
    ### BEGIN SOLUTION
    products = torch.cat([torch.ones(1), (1 - betas).cumprod(0)])
    beta, now, before = betas[t - 1], products[t], products[t - 1]
    mean = (x_t - beta / (1 - now).sqrt() * eps_hat) / (1 - beta).sqrt()
    return mean + (beta * (1 - before) / (1 - now)).sqrt() * noise
    ### END SOLUTION

# %%
ddpm_step = check(ddpm_step)

# %% [markdown]
# The sampler is a loop around it.

# %%
def sample(noise_of, step=ddpm_step, n: int = 1000, seed: int = SEED) -> Tensor:
    """n points: from pure noise back to t = 0. noise_of(x, t) guesses the noise."""
    chance = set_seed(seed)
    x = torch.randn(n, 2, generator=chance)
    for t in range(T, 0, -1):
        x = step(x, noise_of(x, t), t, betas, torch.randn(n, 2, generator=chance))
    return x

def judge_points(x: Tensor) -> tuple[float, float]:
    """Share of points within three widths of a clump; the standard deviation of those around it."""
    away = x[:, None] - ring.means  # (N, 8, 2)
    nearest = away[range(len(x)), away.norm(dim=2).argmin(1)]  # (N, 2)
    near = nearest.norm(dim=1) < 0.3
    return near.float().mean().item(), nearest[near].square().mean().sqrt().item()

# %%
real_share, real_width = judge_points(ring.sample(20_000, set_seed(SEED)))
for name, noise_of in (("the exact noise", exact_noise), ("the network", guess)):
    share, width = judge_points(sample(noise_of))
    print(f"{name:16s} on a clump {share:.3f}, width {width:.4f}   (data: {real_share:.3f}, {real_width:.4f})")

# %% [markdown]
# Now break it. Five samplers, each with one fault of the kind that people make:

# %%
def parts(t: int, betas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    products = torch.cat([torch.ones(1), (1 - betas).cumprod(0)])
    return betas[t - 1], products[t], products[t - 1]

def noise_at_the_end(x, e, t, betas, noise):
    extra = 0 if t > 1 else parts(2, betas)[0] ** 0.5 * noise
    return ddpm_step(x, e, t, betas, noise) + extra

def off_by_one(x, e, t, betas, noise):
    return ddpm_step(x, e, min(t + 1, len(betas)), betas, noise)

def alpha_for_alpha_bar(x, e, t, betas, noise):
    beta, now, before = parts(t, betas)  # below, √β is β/√(1 − α)
    return (x - beta**0.5 * e) / (1 - beta) ** 0.5 + (beta * (1 - before) / (1 - now)) ** 0.5 * noise

def no_noise(x, e, t, betas, noise):
    return ddpm_step(x, e, t, betas, 0 * noise)

def variance_as_sd(x, e, t, betas, noise):
    beta, now, before = parts(t, betas)
    return ddpm_step(x, e, t, betas, 0 * noise) + beta * (1 - before) / (1 - now) * noise

# %%
predict("14.faults")

# %%
faulty = {"right": ddpm_step, "noise at the end": noise_at_the_end, "t off by one": off_by_one,
          "α for ᾱ": alpha_for_alpha_bar, "no noise": no_noise, "variance as sd": variance_as_sd}
pictures = {name: sample(guess, step) for name, step in faulty.items()}
vote = [list(faulty)[i] for i in torch.randperm(6, generator=torch.Generator().manual_seed(SEED)).tolist()]

# %% [markdown] slide_type="slide" only="slides"
# ## A step back: take off some guessed noise, add some new
#
# $$x_{t-1} = \frac{1}{\sqrt{\alpha_t}}\Big(x_t - \frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\varepsilon\Big) + \sqrt{\tilde\beta_t}\;\text{noise}$$
#
# - the mean: the posterior's, with the guess of $x_0$ put in
# - the spread: the posterior's, and 0 at $t = 1$
#
# Two hundred such steps, from pure noise: the sampler **DDPM**.

# %% [markdown] slide_type="notes"
# Go back to the Gaussian of the step back: only the start was missing there, and a guess of the noise is a guess of the start. Put it in and simplify, or let the room do it. Ask which two numbers of this line one could get wrong without a crash: nearly all of them, an index, a bar, a root. What goes wrong: the new noise looks like a blemish, and somebody leaves it out.

# %% slide_type="slide"
def small_clouds(sets: dict[str, Tensor], names: list[str], title: str):
    many = len(sets) > 2  # two rows of three
    fig, axes = plots.canvas(width=8 if many else 11, height=5.2 if many else 4.0, rows=1 + many, cols=3 if many else 2)
    for ax, name, x in zip(axes, names, sets.values(), strict=True):
        ax.plot(*x.T, ".", ms=1.5, color=plots.SERIES[3], alpha=0.6)
        ax.set(xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), aspect="equal", xticks=[], yticks=[])
        ax.set_title(name, fontsize=12)
    plots.set_finding(fig, title)
    return fig

show(small_clouds({name: pictures[name] for name in vote}, list("ABCDEF"), "Five of these six samplers are wrong. Which one is right?"),
     alt="Six clouds of a thousand points in an order that was drawn, each on eight clumps of a ring. Three look alike; the clumps of the other three are tighter")

# %% [markdown] slide_type="notes"
# Take a vote before you go on, and write it down. The order of the six was drawn; the cell after the next text says which is right. Say that each of the other five is a mistake that people make. Ask how they would find the fault in a sampler of images. What goes wrong: everybody looks harder at the pictures. There is nothing in them.

# %% [markdown]
# "Noise at the end" and "t off by one" look the same as the right one, and the other three look *better*: fewer stray points, smaller clumps. With images it would be harder still. What finds a fault is **one step**: choose $x_0$ and the noise yourself, hand that noise to the step in place of a guess, and compare with the posterior of section 2. Two numbers suffice: the mean of many such steps, and their standard deviation.

# %%
def one_step(step, t: int, n: int = 20_000) -> tuple[float, float]:
    """Error of the mean of x_{t−1} and its standard deviation, both over the right standard deviation (if t > 1)."""
    chance = set_seed(SEED)
    x0, eps = torch.full((1, 1), 1.5), torch.full((1, 1), 0.8)
    x_t = noised(x0, alpha_bar[t], eps)
    mean, var = posterior(x_t, x0, t, betas)
    made = step(x_t.expand(n, 1), eps.expand(n, 1), t, betas, torch.randn(n, 1, generator=chance))
    unit = float(var) ** 0.5 if t > 1 else 1.0
    return (made.mean() - mean).item() / unit, made.std().item() / unit

table = {}
for name, step in faulty.items():
    share, width = judge_points(pictures[name])
    (error, ratio), (_, last) = one_step(step, 10), one_step(step, 1)
    table[name] = [f"{share:.2f}", f"{width:.3f}", f"{round(error, 2) + 0:.2f}".replace("-", "−"), f"{ratio:.2f}", f"{last:.3f}"]
print("in the picture:", ", ".join(f"{letter} {name}" for letter, name in zip("ABCDEF", vote)))

# %% [markdown] slide_type="slide" only="slides"
# ## One step finds what no picture shows

# %% slide_type="-"
marked = {("noise at the end", "sd, t = 1"), ("t off by one", "sd"), ("t off by one", "sd, t = 1"), ("α for ᾱ", "mean"), ("no noise", "sd"), ("variance as sd", "sd")}
fig = plots.score_table(table, ["share", "width", "mean", "sd", "sd, t = 1"], marked=marked, title="Mean and spread of one step give each fault away")
show(fig, alt="Six samplers: share of points on a clump, width of a clump, and three numbers of one step. " + "; ".join(f"{name}: {', '.join(row)}" for name, row in table.items()))

# %% [markdown]
# The first two columns judge a thousand samples; the last three judge one step. At $t = 10$: how far its mean is from the posterior's, and its standard deviation, both as multiples of the right standard deviation. At $t = 1$: its standard deviation, which has to be 0. The right one has 0, 1 and 0, up to chance, and each fault breaks at least one of them. Several *wrong* samplers have a higher share of points on a clump than the right one: with less noise, points huddle in the middle of their clump, and an eye likes that.
#
# **Tomorrow, with your own sampler:** write this test before the first picture: a known $x_0$, a known noise, one step, at $t = 1$ and in the middle.

# %% tags=["solution"]
# What the text claims.
numbers = {name: [float(value.replace("−", "-")) for value in row] for name, row in table.items()}
assert abs(numbers["right"][2]) < 0.03 and abs(numbers["right"][3] - 1) < 0.02 and numbers["right"][4] < 1e-3
assert all(abs(row[2]) > 0.1 or abs(row[3] - 1) > 0.04 or row[4] > 1e-3 for name, row in numbers.items() if name != "right")
assert min(row[0] for row in numbers.values()) > 0.85
assert sum(row[0] >= numbers["right"][0] for name, row in numbers.items() if name != "right") >= 2

# %% [markdown] slide_type="notes"
# Now resolve the vote. Say: the first two columns judge samples, the last three judge a step, and only those separate. Ask why "no noise" has more points on the clumps: it goes to the means, so it is *too* good. What goes wrong: a better-looking sampler is taken for a better one; this one has lost diversity.

# %% [markdown]
# ## 5 · It has a bound, too
#
# Read the chain as a VAE: the "encoder" adds noise and is fixed, the code has $T$ layers, the "decoder" takes the steps back. Notebook 03's bound becomes a sum of KLs between Gaussians, one for each step:
#
# $$-\log p(x_0) \le \mathrm{KL}\big(q(x_T|x_0)\,\|\,\mathcal N(0, I)\big) + \sum_{t\ge2} \mathbb E\,\mathrm{KL}\big(\mathcal N(\tilde\mu, \tilde\beta_t)\,\|\,\mathcal N(\mu_\theta, \beta_t)\big) - \mathbb E\log p(x_0\mid x_1) .$$
#
# In words: at each step, how far is the sampler's Gaussian from the posterior's? Both variances are fixed, so the network changes only one term of each KL, $\lVert\tilde\mu-\mu_\theta\rVert^2/(2\beta_t)$: the noise loss, with another weight at each $t$. (The sampler's variance is $\beta_t$ here, the other choice of Ho et al.; it suits data that are spread out.) On the ring $-\log p(x_0)$ is known, so the gap can be measured, with a *perfect* guess of the noise: once with $\beta_t$, and once with the best variance for each $t$.

# %%
def bound_gaps(T: int, n: int = 2000) -> list[float]:
    """−ELBO minus −log p of points of the ring, mean, in nats, for β_t and for the best variance; the noise is guessed perfectly."""
    chance, (b, a) = set_seed(SEED), chain(T)
    x0 = ring.sample(n, chance)
    end = 0.5 * (a[T] * x0.square() - a[T] - (1 - a[T]).log()).sum(1)  # the KL at t = T
    totals = [end, end]
    for t in range(T, 0, -1):
        x_t = noised(x0, a[t], torch.randn(x0.shape, generator=chance))
        guessed = ddpm_step(x_t, best_guess(x_t, a[t]), t, b, torch.zeros_like(x_t))  # its mean
        mean, var = posterior(x_t, x0, t, b) if t > 1 else (x0, torch.tensor(0.0))
        error = (mean - guessed).square().sum(1)  # in two coordinates
        for i, v in enumerate((b[t - 1], var + error.mean() / 2)):
            known = var / v - 1 - (var / v).log() if t > 1 else (2 * math.pi * v).log()  # t = 1: −log p(x_0 | x_1)
            totals[i] = totals[i] + error / (2 * v) + known
    return [(total + ring.log_prob(x0)).mean().item() for total in totals]

lengths = [10, 30, 100, 300]
gaps = dict(zip(("variance β", "the best variance at each t"), zip(*map(bound_gaps, lengths)), strict=True))

# %% [markdown] slide_type="slide" only="slides"
# ## Most of the gap is the variance

# %% slide_type="-"
fig = plots.curves(lengths, gaps, "steps T", "gap of the bound, nats", title="With the best variance at each t, a perfect guess leaves less than half of the gap", log_x=True)
show(fig, alt="The gap of the bound over the number of steps. " + "; ".join(f"{name}: " + ", ".join(f"{gap:.2f} nats at T = {T}" for T, gap in zip(lengths, values, strict=True)) for name, values in gaps.items()))

# %% [markdown]
# The guess is perfect, and there is a gap, for two reasons. First the variance: $\beta_t$ is too large where data lie in tight clumps. The best fixed variance at each $t$ is $\tilde\beta_t + \mathbb E\lVert\tilde\mu-\mu_\theta\rVert^2/2$ here, half since there are two coordinates. With it the gap is 0.6 nats at $T = 10$ in place of 1.4 to 1.5, and 0.05 to 0.09 at $T = 100$ in place of about 0.2 (three seeds): less than half is left. Then the shape: where a point could come from several clumps, the true step back, $q(x_{t-1}\mid x_t)$, is a mixture, and the sampler uses one Gaussian. Both parts shrink with the steps. (At $T = 300$ the second line is 0 up to chance; with 8,000 points in place of 2,000 it was 0.00 to 0.02.) More steps tighten the bound; whether they give better samples is the next question.
#
# **Tomorrow, with your own model:** if a paper reports a bound, look for its $T$, and for the variance of its steps, before you compare.

# %% tags=["solution"]
# What the text claims.
fixed, best = gaps.values()
assert all(a > b for gap in (fixed, best) for a, b in pairwise(gap)) and min(fixed) > 0 and fixed[0] > 2 * fixed[2]
assert all(b < a / 2 for a, b in zip(fixed, best, strict=True)) and best[1] > 0 and abs(best[3]) < 0.06

# %% [markdown] slide_type="notes"
# Say: a diffusion model is a VAE with a fixed encoder and T layers of code, so everything of notebook 03 holds. Ask why the gap isn't zero although the guess is perfect. More than half is the variance: beta is too large for tight clumps, and the lower line takes the best one. The rest is the shape, a mixture where a point could come from two clumps. What goes wrong: the simple loss is taken for the bound; its weights differ.

# %% [markdown]
# ## 6 · Without chance: one ODE, two names
#
# Must a step back be random? Guess $x_0$, and noise it again to a lower level, with the *same* guessed noise (Song et al., 2021, **DDIM**):
#
# $$\hat x_0 = \frac{x_t - \sqrt{1-\bar\alpha_t}\,\hat\varepsilon}{\sqrt{\bar\alpha_t}}, \qquad x_s = \sqrt{\bar\alpha_s}\,\hat x_0 + \sqrt{1-\bar\alpha_s}\,\hat\varepsilon .$$
#
# In words: jump to the guessed $x_0$, and back up to the noise level of $s$. The step may be long: $s$ needn't be $t - 1$.
#
# ### Exercise 14.7 · A step of any length
# Difficulty ●●○ · importance ●●● · 6 minutes

# %%
def ddim_step(x_t: Tensor, eps_hat: Tensor, alpha_bar_t: float, alpha_bar_s: float) -> Tensor:
    """x_s (N, ...) from x_t; the two ᾱ are numbers. Song et al., 2021, eq. 12 without noise."""
    # 1. the guessed x_0
    # 2. noised to the level of s, with the same guess
    ### BEGIN SOLUTION
    x0_hat = (x_t - (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_bar_t**0.5
    return alpha_bar_s**0.5 * x0_hat + (1 - alpha_bar_s) ** 0.5 * eps_hat
    ### END SOLUTION

# %%
ddim_step = check(ddim_step)

# %% [markdown]
# **Flow matching** (Lipman et al., 2023; Liu et al., 2023) seems to be another idea. Connect an example and a noise by a straight line, $x_t = (1-t)\,x_0 + t\,\varepsilon$ with $t$ from 0 to 1, and let the network guess the velocity $dx_t/dt$ from $x_t$ and $t$. To sample, follow the guessed velocity $v$ from $t = 1$ to 0: solve the ordinary differential equation (**ODE**) $dx/dt = v(x, t)$.
#
# ### Exercise 14.8 · A pair to learn from
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `t` (N,) has a time for each example; give it further axes as in exercise 14.1.

# %%
def flow_pair(x0: Tensor, eps: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """x_t = (1 − t) x0 + t eps, and its velocity dx/dt; both (N, ...). Lipman et al., 2023."""
    # 1. t with an axis of size 1 for each further axis of x0
    # 2. the point, and the derivative of the line with respect to t
    ### BEGIN SOLUTION
    s = t.reshape(-1, *[1] * (x0.ndim - 1))
    return (1 - s) * x0 + s * eps, eps - x0
    ### END SOLUTION

# %%
flow_pair = check(flow_pair)

# %% [markdown]
# What is the best guess of the velocity? Its mean given $x_t$, that is $\mathbb E[\varepsilon\mid x_t] - \mathbb E[x_0\mid x_t]$: the same two means that DDIM uses. And $x_t$ of the straight line is $x_t$ of the chain, but for a factor: divide by $c = \sqrt{(1-t)^2+t^2}$, and you are in a chain with $\bar\alpha = (1-t)^2/c^2$.
#
# So follow both from the same noise: Euler steps along the velocity, $x_s = x_t + (s-t)\,v$, and DDIM steps at the $\bar\alpha$ that belong to the same times.

# %%
predict("14.ode")

# %%
def straight_share(t: float) -> tuple[float, float]:
    """ᾱ of time t of the straight path, and the length c by which its points are larger."""
    c = ((1 - t) ** 2 + t**2) ** 0.5
    return (1 - t) ** 2 / c**2, c

def exact_velocity(x: Tensor, t: Tensor) -> Tensor:
    """E[eps − x0 | x_t = x], (N, 2); t (N,), all the same."""
    t = t[0].item()
    a, c = straight_share(t)
    eps = best_guess(x / c, a)
    return eps - (x - t * eps) / (1 - t)  # the guessed noise minus the guessed x_0

def flow_times(steps: int) -> list[float]:
    return torch.linspace(0.999, 0, steps + 1).tolist()  # at t = 1 itself, x_0 can't be guessed

start = torch.randn(1000, 2, generator=set_seed(SEED)).double()
x_flow = euler(exact_velocity, start * straight_share(0.999)[1], flow_times(20))
x_ddim = start
for (a, _), (b, _) in pairwise(map(straight_share, flow_times(20))):
    x_ddim = ddim_step(x_ddim, best_guess(x_ddim, a), a, b)
print(f"20 steps of each: largest difference {(x_flow - x_ddim).abs().max():.0e}")

# %% tags=["solution"]
assert (x_flow - x_ddim).abs().max() < 1e-6

# %% [markdown] slide_type="slide" only="slides"
# ## DDIM and flow matching are one ODE on two time grids
#
# | piece | DDIM | flow matching |
# |---|---|---|
# | a point | $\sqrt{\bar\alpha}\,x_0 + \sqrt{1-\bar\alpha}\,\varepsilon$ | $(1-t)\,x_0 + t\,\varepsilon$ |
# | the network guesses | $\varepsilon$ | $\varepsilon - x_0$ |
# | one step | to the guessed $x_0$, and back up | along the velocity |
# | at the same times | **the same points**, but for round-off | |

# %% [markdown] slide_type="notes"
# DDIM takes the chance out: guess the end, and noise it again to a lower level with the same guessed noise. Flow matching draws straight lines from noise to data and guesses the velocity. Noise, end or velocity: from one guess follow the others. After twenty steps the points differ by round-off. Ask what is left as a difference: which times one steps through, and how the loss weights them. What goes wrong: "flow matching replaced diffusion".

# %% [markdown]
# The same points, up to round-off. Why: with both guesses put in, $x_t = (1-t)\,\hat x_0 + t\,\hat\varepsilon$. DDIM keeps the two guesses and goes to $(1-s)\,\hat x_0 + s\,\hat\varepsilon = x_t + (s-t)(\hat\varepsilon - \hat x_0)$, which is an Euler step along the guessed velocity.
#
# What differs in practice is which times one steps through. So compare DDPM, DDIM and flow matching at equal numbers of steps, with the exact noise and three seeds each. DDPM comes twice: with the posterior's variance $\tilde\beta_t$, as in your step, and with $\beta_t$, the other choice of Ho et al.:

# %%
def larger_step(x: Tensor, eps_hat: Tensor, t: int, betas: Tensor, noise: Tensor) -> Tensor:
    """DDPM's step with variance β_t in place of the posterior's; 0 at t = 1 as well."""
    return ddpm_step(x, eps_hat, t, betas, 0 * noise) + (betas[t - 1] ** 0.5 * noise if t > 1 else 0)

def run(method: str, steps: int, seed: int) -> tuple[float, float]:
    """Share on a clump and width of 1,000 points that the exact noise gives."""
    chance = set_seed(seed)
    x, (b, a) = torch.randn(1000, 2, generator=chance), chain(steps)
    if method == "flow matching":
        return judge_points(euler(exact_velocity, x, flow_times(steps)))
    for t in range(steps, 0, -1):
        eps = best_guess(x, a[t])
        if method == "DDIM":
            x = ddim_step(x, eps, a[t], a[t - 1])
        else:
            x = (larger_step if method == "DDPM, β" else ddpm_step)(x, eps, t, b, torch.randn(1000, 2, generator=chance))
    return judge_points(x)

counts, methods = [10, 20, 50, 100], ["DDPM, β", "flow matching", "DDIM", "DDPM, posterior's"]
results = {method: torch.tensor([[run(method, steps, seed) for seed in range(3)] for steps in counts]) for method in methods}
shares, widths = ({name: values[..., i] for name, values in results.items()} for i in (0, 1))
for name, values in shares.items():
    print(f"{name:18s} share on a clump, 10 steps {' '.join(f'{v:.3f}' for v in values[0])}, 50 steps {' '.join(f'{v:.3f}' for v in values[2])}")

# %% [markdown] slide_type="slide" only="slides"
# ## At few steps DDPM's variance decides

# %% slide_type="-"
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
for (name, values), color, mark in zip(widths.items(), plots.SERIES, "os^D", strict=False):
    ax.plot(range(4), values.mean(1), "-" + mark, color=color, label=name)
    ax.plot(range(4), values, ".", color=color, alpha=0.6)
ax.axhline(real_width, color=plots.QUIET, ls=":", label="data")
ax.set_xticks(range(4), [str(n) for n in counts])
ax.set(xlabel="steps", ylabel="width of a clump", ylim=(0, 0.115))
ax.legend(loc="lower right")
plots.set_title(ax, "Exact noise in all: clumps are widest with variance β, tightest with the posterior's")
show(fig, alt="Width of the clumps over 10, 20, 50 and 100 steps, three seeds. " + "; ".join(f"{name}: " + ", ".join(f"{value:.3f}" for value in values.mean(1)) for name, values in widths.items())
              + f". The data have {real_width:.3f}")

# %% [markdown]
# With ten steps all four make the clumps too tight. By this width the random sampler is the best or the worst, and its variance decides: with the posterior's, clumps are 0.06 wide; with $\beta_t$ 0.086, and from 20 steps on 0.100 to 0.103, a little wider than those of the data. From 50 steps on the flow's grid is nearest to the data. And $\beta_t$ has a price: with ten steps 3 to 4 % of its points lie on no clump, 1 to 3 % with the others, 1 % in the data. So read which variance a DDPM took before you conclude that chance needs more steps. DDIM and flow matching solve the *same* ODE, and differ because they step at other times. One reads that flow matching needs few steps "because its paths are straight". Are they?

# %%
x, length = start.clone(), torch.zeros(1000)
for now, then in pairwise(flow_times(200)):
    after = euler(exact_velocity, x, [now, then])
    length, x = length + (after - x).norm(dim=1), after
detour = length / (x - start).norm(dim=1)
print(f"path over straight line: median {detour.median():.2f}, mean {detour.mean():.2f}, the longest tenth above {detour.quantile(0.9):.2f}")

# %% [markdown]
# They are not. Each *training pair* lies on a straight line; the paths of the sampler follow the mean of many such lines, and bend. (Training again on the pairs of start and end that a sampler made, "reflow", straightens them.)
#
# Nor is "DDIM beats DDPM" a law. With the network's guess in place of the exact one, at all 200 steps:

# %%
pairs = []
for seed in range(3):
    chance = set_seed(seed)
    x = torch.randn(1000, 2, generator=chance)
    for t in range(T, 0, -1):
        x = ddim_step(x, guess(x, t), alpha_bar[t], alpha_bar[t - 1])
    a, b = judge_points(sample(guess, seed=seed)), judge_points(x)
    pairs.append((a[0], b[0]))
    print(f"seed {seed}: share on a clump, DDPM {a[0]:.3f}, DDIM {b[0]:.3f}; width {a[1]:.3f}, {b[1]:.3f}")

# %% [markdown]
# The random sampler has the larger share on the clumps, with one network. A share proves little, as section 4 showed. So the benchmark (`benchmarks/diffusion_ring.py`) has three networks, and takes the energy distance of notebook 06 between 5,000 points and the data: 0 for equal distributions, and by chance sometimes less.

# %%
apart: dict[tuple[str, str], list[float]] = {}
for row in measured("diffusion_ring"):
    apart.setdefault((row["noise"], row["sampler"]), []).append(1000 * float(row["energy"]))
samplers = ["DDPM", "DDIM", "DDPM from t = 199", "DDIM from t = 199"]
print("energy distance in thousandths, three draws of noise\n" + " " * 18 + "".join(f"{name:>20s}" for name in samplers))
for noise in ("0", "1", "2", "exact"):
    name = "the exact noise" if noise == "exact" else f"network {noise}"
    cells = (" ".join(f"{round(value, 1) + 0:.1f}" for value in apart[noise, sampler]) for sampler in samplers)
    print(f"{name:18s}" + "".join(f"{cell:>20s}" for cell in cells))
print("another draw of the data: " + " ".join(f"{value:.1f}" for value in apart["exact", "data"]))

# %% [markdown]
# With all three networks and in every draw DDPM's points lie nearer to the data than DDIM's. But nearly all of DDIM's distance comes from *one* step. The last $\beta_t$ of this chain is 0.999, so the first step back divides by $\sqrt{\alpha_{200}} = 0.03$, and an error of the guess becomes thirty times as large. That happens to DDPM too, but its later noise washes the error out, and the ODE carries it to the end. In the last two columns both begin at $t = 199$, where the points are hardly anything but noise as well. DDPM hardly changes. DDIM's mean distance becomes 32 to 85 times smaller. On average over the draws it is still larger than DDPM's in each network, by 1.6 to 3.2 thousandths, though not in every draw. With the exact noise all four are as near as another draw of the data, give or take a thousandth. So new noise does wash out errors of the guess. But nearly all of the harm to DDIM came from one step: leave it out, and little difference remains.
#
# **Tomorrow, with your own model:** keep the network and change the sampler. Ten steps, then fifty, then the random one; it costs no training. Say which grid of times you used.

# %% tags=["solution"]
# What the text claims.
assert all((widths[less] < widths[more])[:3].all() for more, less in pairwise(methods))  # up to 50 steps, in each seed
assert all((values[0] < values[3]).all() and values[0].max() < 0.09 for values in widths.values()) and detour.median() > 1.1
assert (widths["DDPM, β"][1:] - real_width).abs().max() < 0.01 and all((shares["DDPM, β"][0] < shares[name][0]).all() for name in methods[1:])
assert ((widths["flow matching"] - real_width).abs() < (widths["DDPM, β"] - real_width).abs())[2:].all()
assert all(random > ode for random, ode in pairs), pairs
for noise in ("0", "1", "2"):
    random, ode, random_later, ode_later = (apart[noise, sampler] for sampler in samplers)
    assert max(random) < 2.5 and min(ode) > 50 and max(ode_later) < 5 and 31.5 < sum(ode) / sum(ode_later) < 85.5
    assert all(1.2 < (sum(ode_later) - sum(each)) / 3 < 3.5 for each in (random, random_later))
assert max(abs(value) for (noise, _), values in apart.items() if noise == "exact" for value in values) < 2

# %% [markdown] slide_type="notes"
# Say: dots are seeds, the dotted line is the data. Everything here has the exact noise, so the error is the sampler's alone. The top and the bottom curve are one sampler with two variances; the upper one leaves more points between the clumps. Ask which curve would be best with endless steps: all meet. Then the straight lines: the pairs are straight, the paths bend. What goes wrong: "straight paths" is read off the training pairs.

# %% [markdown]
# ### Exercise 14.9 · Two papers
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# A paper reports that flow matching with 10 steps beats DDIM with 10 steps, each with its usual times. Both networks guess equally well. What explains it?
#
# - **a** Flow matching learns another distribution than diffusion does.
# - **b** The paths of flow matching are straight, so one step would do.
# - **c** They follow one ODE and step at other times.
# - **d** DDIM adds noise at each step, and flow matching doesn't.

# %%
### BEGIN SOLUTION
answers["14.9"] = "c"
### END SOLUTION

# %%
check(answers, "14.9")

# %% [markdown]
# ## 7 · Digits
#
# Now images. The loss stays, the network changes: a **U-Net** (Ronneberger et al., 2015) looks at the image at two resolutions, and bridges carry the fine lines around the narrow part. It is told the time, and the digit's label. For one example in ten the label is withheld, so that one network learns to guess with a label and without; section 9 needs both.

# %% [markdown] slide_type="slide" only="slides"
# ## The U-Net: shape in the middle, lines across bridges

# %% slide_type="-"
show(diagram("unet"))

# %% [markdown] slide_type="notes"
# Build it: down, down, up, up, then the bridges. Ask why the bridges are needed: the narrow part knows what digit it is and has lost where each line runs. Ours first folds each two by two pixels into channels, so that all convolutions run at 14 by 14 and 7 by 7: four times faster. What goes wrong: the time is given once, at the input, and later layers lose it.

# %%
def digit_loss(model: UNet, x: Tensor, y: Tensor) -> Tensor:
    """Flow matching on images x (N, 1, 28, 28) in [0, 1] with labels y (N,)."""
    t, eps = torch.rand(len(x), device=x.device), torch.randn_like(x)
    withheld = torch.rand(len(x), device=x.device) < 0.1
    x_t, velocity = flow_pair(2 * x - 1, eps, t)
    with half_precision(x.device):  # bfloat16 where this machine computes in it
        guessed = model(x_t, t, y.masked_fill(withheld, model.classes))
    return (guessed.float() - velocity).square().mean()

set_seed(SEED)
own = UNet().to(device)
print(f"{sum(p.numel() for p in own.parameters()):,} weights")
fit(lambda x, y: digit_loss(own, x, y), train, model=own, epochs=2, batch_size=64, lr=2e-3, seed=SEED)

# %% [markdown]
# That was about 20 seconds on one core. Five minutes of the same training, with a rate that falls to 0, are in a file: the **checkpoint**. It has seen the digits that the course draws, so if you train on MNIST, the two rows show different handwritings. (Who made it and how is in `data/README.md`.)

# %%
longer = UNet().to(device)
longer.load_state_dict(read_checkpoint("diffusion_digits"))
longer.eval()

@torch.no_grad()
def draw(model: UNet, y: Tensor, steps: int = 10, w: float = 0.0, seed: int = SEED) -> Tensor:
    """Images (N, 1, 28, 28) in [0, 1] of labels y (N,), by Euler steps."""
    y, x = y.to(device), torch.randn(len(y), 1, 28, 28, generator=set_seed(seed)).to(device)

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        with half_precision(x.device):
            told = model(x, t, y).float()
            return told if w == 0 else guide(told, model(x, t).float(), w)  # guide: section 9

    return ((euler(velocity, x, torch.linspace(1, 0, steps + 1).tolist()) + 1) / 2).clamp(0, 1).cpu()

# %%
judge, _ = train_classifier(train, seed=SEED)

def features(images: Tensor) -> Tensor:
    return batched(judge.features, images.to(device), batch_size=200).cpu()

asked = torch.arange(200) % 10
made = {"20 seconds": draw(own, asked), "5 minutes": draw(longer, asked), "real": x_test[-200:]}
target = features(x_test[:1500])
drawn_target = features(load("digits", "test", n=1500, seed=SEED, source="drawn").float())

# %% slide_type="slide"
fid = {name: frechet_distance(features(images), drawn_target if name == "5 minutes" else target) for name, images in made.items()}
fig = plots.image_rows({f"{name}\nFréchet {fid[name]:.1f}": images[:10] for name, images in made.items()}, title="Twenty seconds: rough digits; five minutes: nearly real")
show(fig, alt="Ten digits each. After 20 seconds most are broken or doubled, after 5 minutes nearly all are clear. " + "; ".join(f"{name}: Fréchet distance {value:.1f}" for name, value in fid.items()))

# %% [markdown] slide_type="-" only="slides"
# Fréchet distances of 200 digits: too large by more than 10. Of 1,000, three seeds: five minutes **9.5 to 11.2**, real 5.2 to 6.3.

# %% [markdown]
# With only 200 images the Fréchet distance comes out too large, by more than 10 (notebook 12), so read it beside that of 200 real ones. The benchmark measured the checkpoint with 1,000 images, ten steps, three seeds (of noise and judge; the network is one):

# %%
digit_rows = {"five minutes": measured("diffusion_guidance", w="0"), "real": measured("diffusion_digits", model="real")}
for name, rows in digit_rows.items():
    print(f"{name:13s} Fréchet " + " / ".join(f"{float(row['frechet']):.1f}" for row in rows) + "   fidelity " + " / ".join(row["fidelity"] for row in rows))

# %% [markdown]
# **Tomorrow, with your own images:** start with a net this small and pictures this small. If it draws nothing after minutes, the fault is in the code, and no hour on a GPU will find it.

# %% tags=["solution"]
# What the text claims.
table = {name: [float(row["frechet"]) for row in rows] for name, rows in digit_rows.items()}
assert min(table["five minutes"]) > max(table["real"]) and fid["20 seconds"] > 2 * fid["5 minutes"]

# %% [markdown] slide_type="notes"
# Let the room find the worst digit of each row. Say that the same 480 thousand weights drew the first two rows; only the time differs. Ask what more training can't fix: the sampler's ten steps. What goes wrong: the distances of two hundred images are compared with those of papers; the row of real digits shows how large the bias is.

# %% [markdown]
# ## 8 · Noise in the code
#
# Pixels are many, and most say little. **Latent diffusion** (Rombach et al., 2022) learns the same flow on the codes of an autoencoder. Notebook 02 had an autoencoder and no way to draw codes: N(0, I) missed the codes, and one Gaussian gave rough digits. Now let a flow learn where the codes lie: 16 numbers instead of 784.

# %%
set_seed(SEED)
autoencoder = Autoencoder(16).to(device)

def reconstruction(x: Tensor) -> Tensor:
    """Bernoulli loss, summed over pixels, mean over the batch."""
    return F.binary_cross_entropy_with_logits(autoencoder(x), x, reduction="none").flatten(1).sum(1).mean()

fit(reconstruction, train.images, model=autoencoder, epochs=3, seed=SEED)
codes = batched(autoencoder.encode, train.float().to(device)).cpu()
center, scale = codes.mean(0), codes.std(0)
standard = (codes - center) / scale  # mean 0 and variance 1 in each number

# %%
set_seed(SEED)
latent = TimeMLP(16, hidden=256)
def latent_loss(x0: Tensor) -> Tensor:
    """Flow matching on codes (N, 16)."""
    t = torch.rand(len(x0))
    x_t, velocity = flow_pair(x0, torch.randn_like(x0), t)
    return (latent(x_t, t) - velocity).square().sum(1).mean()

fit(latent_loss, standard, model=latent, epochs=16, batch_size=256, lr=2e-3, seed=SEED)

# %%
eps = torch.randn(1000, 16, generator=set_seed(SEED))
with torch.no_grad():
    flowed = euler(latent, eps, torch.linspace(1, 0, 51).tolist()) * scale + center
priors = {"N(0, I)": eps, "Gaussian": center + eps @ torch.linalg.cholesky(codes.T.cov()).T, "latent flow": flowed}
decoded = {name: batched(lambda z: autoencoder.decode(z).sigmoid(), z.to(device)).cpu() for name, z in priors.items()}

# %% slide_type="slide"
fid_latent = {name: frechet_distance(features(images), target) for name, images in decoded.items()}
fig = plots.image_rows({f"{name}\nFréchet {fid_latent[name]:.0f}": images[:10] for name, images in decoded.items()}, title="A flow finds where the codes lie; N(0, I) misses them")
show(fig, alt="Ten decoded digits each. Codes of N(0, I) give gray blots, one Gaussian rough digits, the flow mostly clear ones. " + "; ".join(f"{name}: Fréchet distance {value:.0f}" for name, value in fid_latent.items()))

# %% [markdown] slide_type="-" only="slides"
# One autoencoder with 16 numbers, three ways to draw them. Of 1,000, three seeds: 384 to 415, 21 to 26, and **8 to 14** with the flow.

# %% [markdown]
# Same decoder in all three rows. N(0, I) misses the codes, one Gaussian fills the gaps between the digits too, the flow stays where codes are. In the benchmark, with 1,000 images and three seeds:

# %%
for name in ("N(0, I)", "Gaussian", "latent"):
    print(f"{name:9s} Fréchet " + " / ".join(f"{float(row['frechet']):.0f}" for row in measured("diffusion_digits", model=name)))

# %% [markdown]
# **Tomorrow, with your own data:** if an autoencoder reconstructs them well, learn the flow on its codes, standardized. No sampler is better than its decoder: look at reconstructions first.

# %% tags=["solution"]
# What the text claims.
by_prior = {name: [float(row["frechet"]) for row in measured("diffusion_digits", model=name)] for name in ("N(0, I)", "Gaussian", "latent")}
assert min(by_prior["N(0, I)"]) > max(by_prior["Gaussian"]) and min(by_prior["Gaussian"]) > max(by_prior["latent"])
assert fid_latent["N(0, I)"] > fid_latent["Gaussian"] > fid_latent["latent flow"]

# %% [markdown] slide_type="notes"
# Remind the room of notebook 02, where the middle row was the best we had. Say: the decoder is the same in all rows, so only the prior differs. Ask what bounds the last row from below: the reconstructions. What goes wrong: codes that are not standardized, so that the noise at t = 1 doesn't cover them, and the flow starts where it never trained.

# %% [markdown]
# ## 9 · Guidance
#
# The network gives two guesses: $\varepsilon_c$, told the label, and $\varepsilon_u$, told none. **Classifier-free guidance** (Ho and Salimans, 2022) goes on beyond the first, away from the second:
#
# $$\hat\varepsilon = \varepsilon_c + w\,(\varepsilon_c - \varepsilon_u) .$$
#
# In words: do more of what the label changed. Here $w = 0$ is "not guided". Others write $\varepsilon_u + w\,(\varepsilon_c - \varepsilon_u)$, where $w = 1$ is "not guided"; so say which you use. A velocity is guided like a noise.
#
# ### Exercise 14.10 · Guide
# Difficulty ●○○ · importance ●●○ · 3 minutes

# %%
def guide(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """The guided guess (N, ...); w = 0 is not guided. Ho and Salimans, 2022, eq. 6."""
    # go on from eps_cond, by w times the difference of the two
    ### BEGIN SOLUTION
    return eps_cond + w * (eps_cond - eps_uncond)
    ### END SOLUTION

# %%
guide = check(guide)

# %%
predict("14.guidance")

# %%
sheets = {f"w = {w}": draw(longer, torch.arange(10), w=w) for w in (0, 1, 3, 8)}
sheets |= {f"w = {w}, sevens": draw(longer, torch.full((10,), 7), w=w, seed=1) for w in (0, 8)}

# %% [markdown] slide_type="slide" only="slides"
# ## Guidance does more of what the label changed
#
# $$\hat\varepsilon = \varepsilon_c + w\,(\varepsilon_c - \varepsilon_u)$$
#
# - $\varepsilon_c$: the guess of a network that is told the label
# - $\varepsilon_u$: its guess without, since training withheld one label in ten
#
# $w = 0$ is not guided. What does $w = 8$ do to ten sevens?

# %% [markdown] slide_type="notes"
# One network gives both guesses, and their difference is what the label changed. The formula goes on beyond, by w times that difference. Let the room predict the ten sevens: sharper, bolder, more alike, or wrong? Write it down. What goes wrong: other books write the formula so that 1 is not guided, and two values of w are compared that mean different things.

# %% [markdown] slide_type="slide" only="slides"
# ## Guided digits grow plainer, bolder, and alike

# %% slide_type="-"
show(plots.image_rows(sheets, title="The more guidance, the more all sevens are one seven"),
     alt="Six rows of ten digits. Not guided they vary in slant and width; with w = 1 and 3 they become plainer and bolder; with w = 8 their strokes are twice as thick. Ten sevens: not guided they differ in slant and thickness; with w = 8 they are nearly one seven")

# %% [markdown] slide_type="notes"
# Same noise in each column of the first four rows. Compare the last two with the predictions. Let the room describe what changes from row to row: plainer first, then bolder and bolder. Ask which row they would choose for a catalog and which for a training set; these are different jobs. What goes wrong: guidance is taken for a knob of quality, so people leave it at the library's default.

# %% [markdown]
# The first four rows begin with the same noise, column by column. What guidance does to three numbers, from the benchmark: **fidelity**, the share of digits in which the judge reads the label asked for; **spread**, the variance of the judge's features within a class, real digits being 1; and the Fréchet distance.

# %%
guided: dict[str, dict[float, list[float]]] = {"fidelity": {}, "spread": {}, "frechet": {}}
for row in measured("diffusion_guidance"):
    for key, values in guided.items():
        values.setdefault(float(row["w"]), []).append(float(row[key]))

# %% [markdown] slide_type="slide" only="slides"
# ## A little guidance helps, much of it harms

# %% slide_type="-"
fig, axes = plots.canvas(width=11, height=3.6, cols=3)
for ax, (key, values), name, color in zip(axes, guided.items(), ("fidelity", "spread within a class", "Fréchet distance"), plots.SERIES, strict=False):
    ax.plot(range(len(values)), [sum(v) / 3 for v in values.values()], "-o", color=color)
    ax.plot(range(len(values)), list(values.values()), ".", color=color, alpha=0.6)
    ax.set_xticks(range(len(values)), [f"{w:g}" for w in values])
    ax.set(xlabel="w", title=name)
axes[2].set(yscale="log", yticks=[10, 30, 100, 300], yticklabels=["10", "30", "100", "300"])
axes[2].minorticks_off()
plots.set_finding(fig, "The distance is best at w = 0.1 to 0.25; every step makes digits more alike")
show(fig, alt="Three curves over w = 0, 0.1, 0.25, 0.5, 1, 3, 8, three seeds. " + "; ".join(f"{key}: " + ", ".join(f"{sum(v) / 3:.2f}" for v in values.values()) for key, values in guided.items()))

# %% [markdown]
# Fidelity rises from 0.95 to 0.97 at $w = 0.1$, where it is that of real digits, and to nearly 1 at $w = 0.5$. The spread falls with every step: the digits of a class get more alike. The Fréchet distance falls first and then rises: 9.5 to 11.2 without guidance, 7.1 to 9.2 at $w = 0.1$ and 6.5 to 9.4 at 0.25, in each seed lower than without (real digits: 5.2 to 6.3). Probably the wrong labels that it repairs count more there than the variety that it costs. From $w = 0.5$ on it is worse than without guidance, at $w = 1$ four times as large: digits leave the places where digits lie. So guidance trades diversity for fidelity, and only a little of it improves the distance. Ho and Salimans (2022) found the same for large models: the best FID at small $w$, 0.1 to 0.3. All of this is one network; the seeds draw noise and train the judge. (Without guidance the spread isn't 1 either. Ten steps are a part of that, as in section 6: with fifty, the pixels' spread within a class rose from 79 to 88 % of that of real digits, in one run of 200 images.)
#
# **Tomorrow, with your own model:** draw this curve before you choose $w$, and write down which convention your library has.

# %% tags=["solution"]
# What the text claims.
plain, levels = guided["frechet"][0.0], list(guided["frechet"])
assert levels == [0, 0.1, 0.25, 0.5, 1, 3, 8] and all(a < b for w in (0.1, 0.25) for a, b in zip(guided["frechet"][w], plain, strict=True))
assert all(max(plain) < min(guided["frechet"][w]) for w in levels[3:]) and all(max(guided["frechet"][a]) < min(guided["frechet"][b]) for a, b in pairwise(levels[3:]))
assert all(a < b for low, high in pairwise(levels[:4]) for a, b in zip(guided["fidelity"][low], guided["fidelity"][high], strict=True))
assert all(max(guided["spread"][b]) < min(guided["spread"][a]) for a, b in pairwise(levels))

# %% [markdown] slide_type="notes"
# Fidelity: in how many digits the judge reads the label asked for. Up to a quarter, guidance repairs a few labels and the distance improves in all seeds; from a half on, it only costs diversity, and the distance shows it. Ask where the best w lies for a model that often misses its label: probably further to the right, since there is more to repair. What goes wrong: w of two papers are compared, and one counts from 0, the other from 1.

# %% [markdown]
# ### Exercise 14.11 · Which w?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# You generate 10,000 digits to train a classifier that will read real ones. Which w do you choose?
#
# - **a** A large one: its digits are the ones that a classifier reads rightly most often.
# - **b** w = 3, where fidelity is highest and the digits still look good.
# - **c** 0 or near it: variety counts more than a few wrong labels.
# - **d** Any: the classes are equally frequent at every w.

# %%
### BEGIN SOLUTION
answers["14.11"] = "c"
### END SOLUTION

# %%
check(answers, "14.11")

# %% [markdown]
# ## 10 · The clinic
#
# A colleague trained the denoiser of section 3 on the same ring, with the same network and her own code. She samples with 200 steps, and her points are smeared. One of five things went wrong: **a** the target of her loss is another noise than the one she added, **b** her network isn't told the time, **c** her sampler adds noise at the last step, **d** her sampler is one step late (at $t$ it takes the numbers of $t + 1$), **e** she trained for too few steps. The fault was drawn at random.

# %%
faults = ["target", "time", "last step", "late", "short"]
fault = faults[torch.randint(5, (), generator=torch.Generator().manual_seed(5)).item()]

def her_loss(model, x0, t, eps, alpha_bar):
    x_t, told = noised(x0, alpha_bar[t], eps), torch.full_like(t, 100) if fault == "time" else t
    return (model(x_t, told) - (eps.flip(0) if fault == "target" else eps)).square().sum(1).mean()

her_model = train_denoiser(her_loss, steps=20 if fault == "short" else 600)
her_step = {"last step": noise_at_the_end, "late": off_by_one}.get(fault, ddpm_step)

@torch.no_grad()
def her_guess(x: Tensor, t: int) -> Tensor:
    return her_model(x, torch.full((len(x),), 100 if fault == "time" else t))

hers = sample(her_guess, her_step)

# %% [markdown] slide_type="slide" only="slides"
# ## The clinic: same ring, same network, smeared points

# %% slide_type="-"
show(small_clouds({"yours": pictures["right"], "hers": hers}, ["yours", "hers"], "One of five faults: which?"),
     alt="Two clouds of points. Left, eight tight clumps on a ring. Right, points that fill the disk inside the ring, few of them on a clump")

# %% [markdown] slide_type="-" only="slides"
# Another target · no time · noise at the last step · one step late · trained too briefly

# %% [markdown] slide_type="notes"
# Let groups choose two tests before they see any result. List on the board what each fault would do to each test; only then run one. Ask which fault could be found from the picture alone: none for certain. What goes wrong: people retrain longer first. It costs most, and tells least.

# %% [markdown]
# There are five tests; the function below names them in quotes. Put one name into the last line, run the cell again, and stop as soon as you know. (Don't print `fault`.)

# %%
def examine(what: str) -> str:
    """One examination of her code, in a sentence."""
    x0, eps = ring.sample(4000, set_seed(SEED)), torch.randn(4000, 2)
    if what == "loss":
        values = {t: (noised(x0, alpha_bar[t], eps), t) for t in (10, 70, 190)}
        return "loss at t, hers and the best: " + "; ".join(f"{t}: {(her_guess(*at) - eps).square().sum(1).mean():.2f}, {(exact_noise(*at) - eps).square().sum(1).mean():.2f}" for t, at in values.items())
    if what == "another time":
        x_t = noised(x0, alpha_bar[70], eps)
        return f"told t = 30 or 110 for points at t = 70, her guess moves by up to {(her_guess(x_t, 30) - her_guess(x_t, 110)).abs().max():.2f}"
    if what == "last step":
        return f"spread of her step at t = 1, x_0 and noise known: {one_step(her_step, 1)[1]:.3f}"
    if what == "middle step":
        return "error of the mean and spread of her step at t = 10, over the right spread, x_0 and noise known: {:.2f}, {:.2f}".format(*one_step(her_step, 10))
    if what == "exact noise":
        return "share on a clump and width, her sampler with the exact noise: {:.2f}, {:.3f}".format(*judge_points(sample(exact_noise, her_step)))
    return "the tests are: loss, another time, last step, middle step, exact noise"

print(examine("exact noise"))

# %% [markdown]
# ### Exercise 14.12 · Which fault is it?
# Difficulty ●●● · importance ●●● · 10 minutes
#
# - **a** The target of her loss is another noise.
# - **b** Her network isn't told the time.
# - **c** Her sampler adds noise at the last step.
# - **d** Her sampler is one step late.
# - **e** She trained for too few steps.

# %%
### BEGIN SOLUTION
answers["14.12"] = "b"
### END SOLUTION

# %%
check(answers, "14.12")

# %% [markdown]
# Now fix it. The loss below still has her fault. Change it, run, and look at the share of points on a clump.

# %%
def fixed_loss(model, x0, t, eps, alpha_bar):
    told = torch.full_like(t, 100)  # what is the network told?
    return (model(noised(x0, alpha_bar[t], eps), told) - eps).square().sum(1).mean()

fixed_model = train_denoiser(fixed_loss, steps=600)

@torch.no_grad()
def fixed_guess(x: Tensor, t: int) -> Tensor:
    return fixed_model(x, torch.full((len(x),), t))

print("share on a clump {:.2f}, width {:.3f}".format(*judge_points(sample(fixed_guess))))

# %% [markdown]
# Done? Here are all tests, and what your own network of section 3 gives.

# %%
for what in ("loss", "another time", "last step", "middle step", "exact noise"):
    print(examine(what))
repaired = judge_points(pictures["right"])
print("your network, told the time: share on a clump {:.2f}, width {:.3f}".format(*repaired))

# %% [markdown]
# Her sampler is right: with the exact noise it draws the ring, and its single steps have the posterior's mean and spread. Her network's guess doesn't move when it is told another time, since it is always told 100. It has to tell the noise level from the point alone, and near the middle of the ring that can't be done.
#
# **Tomorrow, with your own model:** feed it one input at two times. If the guess is the same, the time doesn't reach the network; nothing else in the training will tell you.

# %% tags=["solution"]
# What the text and the replies claim.
assert fault == "time" and judge_points(hers)[0] < judge_points(pictures["right"])[0] - 0.1 and repaired[0] > judge_points(hers)[0] + 0.1
assert (her_guess(hers, 30) - her_guess(hers, 110)).abs().max() == 0 and judge_points(sample(exact_noise, her_step))[0] > 0.95

# %% [markdown] slide_type="slide" only="slides"
# ## Her network was never told the time
#
# - With the exact noise her sampler draws the ring, so the smear comes from the network.
# - The test that decides: one input, two times. The guess doesn't move.
# - So the network has to tell the noise level from the point alone. Near the middle of the ring that can't be done.

# %% [markdown] slide_type="notes"
# Two tests split the five: with the exact noise her sampler draws the ring, so the smear doesn't come from it; one input at two times names the fault. Ask where her network can do well all the same: far out, a point's distance tells the noise level. What goes wrong: the loss is looked at as a whole, where the damage is hidden among the times at which it doesn't matter.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Noise is added in one jump. The step back is a Gaussian once $x_0$ is guessed.
# - Guessing noise is learning the score. The loss ends above 0.
# - Pictures don't show a sampler's fault. One step, compared with the posterior, does.
# - DDIM and flow matching are one ODE on two time grids. Its paths aren't straight.
# - Guidance trades diversity for fidelity. A little of it improves the Fréchet distance; much of it doesn't.

# %% [markdown] slide_type="notes"
# Come back to the question of the first slide: who knows the way back? A regression does, because each step is small. Ask which of the five points the room would have doubted this morning. Then look ahead: so far a label was the condition; next it is a whole image, and a generator translates it.

# %%
progress("14")

# %% [markdown]
# **Next:** a label told these models what to draw. Notebook 15 gives them a whole image instead: translation, with pairs and without.
