# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Normalizing flows
#   minutes: 150
#   picture: there_and_back
# ---

# %% [markdown] slide_type="slide"
# # Normalizing flows
#
# A model that knows the exact density of every image. Does it know a good image when it sees one?

# %% [markdown] slide_type="notes"
# About 150 minutes with all exercises, 60 if you only present. Ask the room which models so far could say how likely an image is: the Gaussian of notebook 01 exactly, the VAE up to a bound, the GAN not at all. If time is short keep the map, the coupling, the bridges, the blank page and the four priors. What goes wrong: people expect that an exact likelihood ends all questions.

# %% [markdown]
# About 150 minutes, in two sittings: sections 1 to 4 are a good first one. You need the change of variables from calculus (it is repeated), Gaussians (01), the autoencoder's codes and the Fréchet distance (02), and the KL divergence (04).
#
# A VAE bounds the likelihood and a GAN has none. A **normalizing flow** computes it exactly, with a network that can be run backward. Run forward it turns data into standard normal noise; run backward it turns noise into data. At the end you can
#
# 1. say what a map does to a density;
# 2. write a coupling layer, check it by autograd, and write its inverse and the exact log-likelihood;
# 3. see what no continuous map can do;
# 4. read "bits per dimension", and find what is wrong with such a number;
# 5. use a flow as a prior, see it overfit, and find the fault in a run.

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
from course_utils.data.toy import toy_density
from course_utils.device import pick_device, set_seed
from course_utils.explorers import embed

# %%
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.flow import train_flow
from course_utils.training import fit

plots.use_style()
device = pick_device()
answers = answer_sheet("13")
SEED = 0  # data and models follow from it; change it, run all, and see what stays

# %% [markdown]
# ## 1 · What a map does to a density
#
# Notebook 06 began with a map made by hand, $G(z) = \tanh(8z) + 0.75\,z$, which turns one bump into two. Here it is again. This time you get the density of $x = G(z)$ as well, and not as a histogram.

# %%
predict("13.map")

# %%
def steep(z: Tensor) -> Tensor:
    """The map of notebook 06."""
    return torch.tanh(8 * z) + 0.75 * z

def log_slope(z: Tensor) -> Tensor:
    """Log of its slope, 8 (1 − tanh²(8z)) + 0.75."""
    return (8 * (1 - torch.tanh(8 * z).square()) + 0.75).log()

z = torch.linspace(-3, 3, 2001)
log_p_z = -0.5 * z.square() - 0.5 * math.log(2 * math.pi)
log_p_x = log_p_z - log_slope(z)  # at the places x = steep(z)
draws = steep(torch.randn(100_000, generator=set_seed(SEED)))

# %% [markdown] slide_type="slide" only="slides"
# ## Where the map is steep, the density falls

# %% slide_type="-"
fig, axes = plots.canvas(width=10.5, height=4, cols=3)
axes[0].plot(z, log_p_z.exp(), color=plots.SERIES[2])
axes[0].set(xlabel="z", ylabel="density", title="noise", ylim=(0, 0.62))
axes[1].plot(z, steep(z), color=plots.HOUSE)
axes[1].set(xlabel="z", ylabel="x = G(z)", title="the map")
axes[2].hist(draws.numpy(), 120, range=(-3.3, 3.3), density=True, color=plots.MADE, alpha=0.4, label="100,000 draws")
axes[2].plot(steep(z), log_p_x.exp(), color=plots.HOUSE, label="p(z) / slope")
axes[2].set(xlabel="x", title="what comes out", ylim=(0, 0.62))
axes[2].legend(loc="upper center", fontsize=10)
plots.set_finding(fig, "The density of x is the density of z, divided by the slope")
show(fig, alt="Left, one bump of z. Middle, a map that is very steep at 0. Right, the histogram of x has two bumps and a deep valley between them, and the line p(z) divided by the slope follows it exactly")

# %% [markdown]
# The line on the right is no fit. It is the **change of variables**: points that lay in an interval of width $dz$ come out in one of width $|G'(z)|\,dz$, and no point is lost. So $p(x)\,|G'(z)| = p(z)$, or in logs
#
# $$\log p(x) = \log p(z) - \log\left|\frac{dx}{dz}\right| = \log p(z) + \log\left|\frac{dz}{dx}\right| .$$
#
# In words: where the map stretches, the density falls. In several dimensions the slope becomes a matrix of slopes, the Jacobian $J$, and its size the determinant $|\det J|$: by how much a small box grows. Both directions appear in papers. In this notebook $f$ goes **from data to noise**, $z = f(x)$, so the sign is **plus**:
#
# $$\log p(x) = \log \mathcal N(f(x); 0, I) + \log|\det \partial f/\partial x| .$$
#
# ### Exercise 13.1 · Between the bumps
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# What is the density of $x$ at $x = 0$, which the map reaches from $z = 0$? The standard normal density at 0 is 0.3989. (Two significant digits will do, three are better.)

# %%
### BEGIN SOLUTION
answers["13.1"] = 0.3989 / (8 + 0.75)
### END SOLUTION

# %%
check(answers, "13.1")

# %% [markdown]
# The valley is deep, and it isn't 0. Keep that for section 4.
#
# **Tomorrow, with your own model:** whenever you transform data before you fit a density (logs, standardizing, logits), add the log-slope of the transform, or your log-likelihoods can't be compared with anybody's.

# %% [markdown] slide_type="notes"
# Say: no histogram was used for the blue line, only the slope. Ask how its height at x = 0 comes about: the largest density of z, 0.40, divided by the largest slope, 8.75: 0.046. Write both directions on the board, x = G(z) and z = f(x): log p(x) = log p(z) − log |G′(z)| = log p(z) + log |f′(x)|. What goes wrong: the sign of the log-determinant, in half of all first implementations.

# %% [markdown]
# ## 2 · A layer that can be run backward
#
# An ordinary network has no inverse, and the determinant of a 784 × 784 Jacobian takes 784³ steps. A **coupling layer** (Dinh et al., 2017) gives you both cheaply. Split the entries of $x$ in two by a **mask**. Where the mask is 1, $x$ passes through unchanged. Two networks look at that half and say how to scale and shift the other half (the drawing below shows both as one box):
#
# $$s = \mathrm{scale}(x\cdot\text{mask}),\quad t = \mathrm{shift}(x\cdot\text{mask}), \qquad y = \begin{cases} x & \text{where mask} = 1\\ x\,e^{s} + t & \text{where mask} = 0\end{cases}$$

# %% [markdown] slide_type="slide" only="slides"
# ## Half of x decides what happens to the other half

# %% slide_type="-"
show(diagram("coupling_layer"))

# %% [markdown] slide_type="notes"
# Build it in the order of the drawing, and stop before the way back. Ask: what do you need to know to undo this layer? s and t; and who computes them? Networks that look at a half you still have. So the networks need no inverse, and may be anything. Ask next for the Jacobian of two numbers: a triangle, with 1 and e^s on its diagonal. What goes wrong: letting the network see the half that is changed.

# %% [markdown]
# Why it is cheap: order the entries so that the kept ones come first. Then the Jacobian is a triangle, with ones and the $e^s$ on its diagonal. The networks' own slopes stand below the diagonal, and the determinant of a triangle is the product of its diagonal alone. So $\log|\det J| = \sum s$, over the entries that are changed.
#
# ### Exercise 13.2 · A coupling
# Difficulty ●●○ · importance ●●● · 12 minutes
#
# `x` is (N, D). `mask` is (D,), with ones and zeros. `scale` and `shift` are functions that take (N, D) and return (N, D): call them with `x * mask`. With $x = (2, 3)$, mask $(1, 0)$, $s = (9, \log 2)$ and $t = (9, 1)$, $y$ is $(2, 3\cdot 2 + 1) = (2, 7)$ and the log-determinant $\log 2$: where the mask is 1, what the networks say is ignored.

# %% [markdown] slide_type="slide" only="slides"
# ## Four lines make a coupling

# %% slide_type="-" show_code=true lit="# 4."
def affine_coupling(x: Tensor, mask: Tensor, scale, shift):
    """y (N, D) and log |det dy/dx| (N,). Dinh et al., 2017, eq. 9."""
    # 1. what the networks see: x where the mask is 1, and 0 elsewhere
    # 2. s and t, (N, D) each
    # 3. y: x where the mask is 1; x · e^s + t where it is 0
    # 4. log_det: the sum of s over the entries that change, (N,)
    ### BEGIN SOLUTION
    kept, free = x * mask, 1 - mask
    s, t = scale(kept), shift(kept)
    y = kept + free * (x * s.exp() + t)
    log_det = (free * s).sum(1)
    return y, log_det
    ### END SOLUTION

# %%
affine_coupling = check(affine_coupling)

# %% [markdown] slide_type="notes"
# Let pairs write the four lines on paper first, with shapes. Ask what log_det is for a layer with s = 0: zero, it only shifts. Ask what the determinant would be if the network saw all of x: no triangle any more, and no formula. What goes wrong: summing s over all entries; the kept ones have slope 1, and the log of 1 is 0.

# %% [markdown]
# The claim was that the networks' own slopes don't enter the determinant. Autograd can check it: build the full 6 × 6 Jacobian of one row, and take its log-determinant.

# %% tags=["nbval-check-output"]
def small_net(seed: int) -> nn.Module:
    """A network (N, 6) -> (N, 6) in float64, with random weights."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 6)).double()

scale, shift, mask = small_net(1), small_net(2), torch.tensor([1, 0, 1, 1, 0, 0]).double()
x = torch.randn(1, 6, dtype=torch.float64, generator=set_seed(SEED))
jacobian = torch.autograd.functional.jacobian(lambda x: affine_coupling(x, mask, scale, shift)[0], x)[0, :, 0]
by_autograd = torch.linalg.slogdet(jacobian).logabsdet
gap = (by_autograd - affine_coupling(x, mask, scale, shift)[1][0]).abs().item()
print(f"log_det agrees with autograd's to 1e-12: {gap < 1e-12}")
assert gap < 1e-12
#> log_det agrees with autograd's to 1e-12: True

# %% [markdown]
# ### Exercise 13.3 · And back
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# This one function is all that sampling will need. `y` is what `affine_coupling` returned. Where the mask is 1, `y` equals `x`: so you can ask the networks the same question again.

# %%
def invert_coupling(y: Tensor, mask: Tensor, scale, shift) -> Tensor:
    """x (N, D) of y (N, D): the coupling undone. Dinh et al., 2017, eq. 8."""
    # 1. what the networks saw on the way forward
    # 2. solve y = x · e^s + t for x, where the mask is 0
    ### BEGIN SOLUTION
    kept, free = y * mask, 1 - mask
    s, t = scale(kept), shift(kept)
    return kept + free * (y - t) * (-s).exp()
    ### END SOLUTION

# %%
invert_coupling = check(invert_coupling)

# %%
for name, kind in (("float64", torch.float64), ("float32", torch.float32)):
    nets = scale.to(kind), shift.to(kind)
    x = 3 * torch.randn(1000, 6, dtype=kind, generator=set_seed(SEED))
    y, _ = affine_coupling(x, mask.to(kind), *nets)
    print(f"{name}: there and back, largest difference {(invert_coupling(y, mask.to(kind), *nets) - x).abs().max():.0e}")

# %% [markdown]
# The inverse is exact up to rounding. It needs no inverse of a network, only the network once more.
#
# **Tomorrow, with your own model:** for any layer you add to a flow, run these two cells before training: the Jacobian by autograd in float64, and the round trip. A wrong log-determinant trains without a complaint.

# %% [markdown] slide_type="slide" only="slides"
# ## Check a layer twice before you train it
#
# - The log-determinant against autograd's, in float64: equal to 1e-12.
# - There and back: equal up to rounding.
#
# A wrong log-determinant trains without a complaint. What would it fit?

# %% [markdown] slide_type="notes"
# Say: both checks take three lines, and both would have caught most published bugs of this kind. Ask the last question: with a wrong log-determinant the loss is no log-likelihood; the flow fits something, and the number means nothing. What goes wrong: checking in float32, where 1e-3 looks fine and hides a missing term.

# %% [markdown]
# ## 3 · Exact log-likelihood
#
# One coupling leaves half of its input as it was. So take several, and let them keep the two halves in turn. The log-determinants add up, and with $z = f(x)$ at the end you have all that the formula asks for.
#
# ### Exercise 13.4 · log p(x)
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `z` is (N, D), `log_det` is (N,), the sum over all couplings. Mind that $\log\mathcal N(z; 0, I)$ has a constant, $\frac12\log 2\pi$ for each entry of $z$.

# %%
def flow_log_prob(z: Tensor, log_det: Tensor) -> Tensor:
    """log p(x) (N,), nats: log N(z; 0, I) + log_det, for z = f(x) (N, D). Dinh et al., 2017, eq. 3."""
    # 1. log N(z; 0, I): sum over the entries of −½ z² − ½ log 2π, (N,)
    # 2. add log_det
    ### BEGIN SOLUTION
    log_normal = -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
    return log_normal + log_det
    ### END SOLUTION

# %%
flow_log_prob = check(flow_log_prob)

# %% [markdown]
# And here is a whole flow. `forward` goes from data to noise through your `affine_coupling`; `inverse` goes from noise to data through your `invert_coupling`, in reverse order. `Bounded` keeps $s$ between −4 and 4, so that no $e^s$ explodes.

# %%
class Bounded(nn.Module):
    """Keeps numbers between −4 and 4."""

    def forward(self, a: Tensor) -> Tensor:
        return 4 * torch.tanh(a / 4)

def network(*last: nn.Module) -> nn.Sequential:
    """(N, 2) -> (N, 2)."""
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2), *last)

# %% [markdown] slide_type="slide" only="slides"
# ## A flow is a list of couplings, run forward or backward
#
# - Forward, data to noise: couple, keep the other half, couple again; log-determinants add up.
# - Backward, noise to data: the same list in reverse order, each coupling inverted.
# - The loss is $-\log p(x)$, nothing else: no bound, no second network.

# %%
class Flow(nn.Module):
    """Couplings from data (N, 2) to noise (N, 2)."""

    def __init__(self, couplings: int, masks=((1, 0), (0, 1))):
        super().__init__()
        halves = torch.tensor(masks, dtype=torch.float32, device=device)
        self.masks = [halves[k % 2] for k in range(couplings)]
        self.scales = nn.ModuleList(network(Bounded()) for _ in self.masks)
        self.shifts = nn.ModuleList(network() for _ in self.masks)

    def layers(self) -> list:
        return list(zip(self.masks, self.scales, self.shifts))

    def forward(self, x: Tensor):
        total = 0
        for layer in self.layers():
            x, log_det = affine_coupling(x, *layer)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor) -> Tensor:
        for layer in reversed(self.layers()):
            z = invert_coupling(z, *layer)
        return z

# %% [markdown] slide_type="notes"
# Walk through both loops: forward adds up log-determinants, inverse runs the same list backward. Ask why the masks alternate: otherwise one coordinate is never changed, which is the clinic's fault at the end. Ask where the loss is: it is minus the mean of log p(x), nothing else, and no second network. What goes wrong: inverting in forward order.

# %% [markdown]
# Training is maximum likelihood, with no bound and no opponent: the loss is $-\log p(x)$, averaged over the batch. The data are the two moons, whose true density is known. About five seconds.

# %%
def log_prob(flow: Flow, x: Tensor) -> Tensor:
    return flow_log_prob(*flow(x))

def train(flow: Flow, x: Tensor, epochs: int = 12, loss=lambda flow, x: -log_prob(flow, x).mean()) -> None:
    """Maximum likelihood, unless another loss is given; the last quarter at a tenth of the rate."""
    for part, lr in ((epochs - epochs // 4, 5e-3), (epochs // 4, 5e-4)):
        if part:
            fit(lambda x: loss(flow, x), x, model=flow, epochs=part, lr=lr, seed=SEED)

def new_flow(couplings: int, **options) -> Flow:
    torch.manual_seed(SEED)
    return Flow(couplings, **options).to(device)

# %%
moons, chance = toy_density("two_moons"), set_seed(SEED)
x_moons, fresh_moons = moons.sample(20_000, chance).to(device), moons.sample(20_000, chance).to(device)
moon_flow = new_flow(8)
train(moon_flow, x_moons)

# %%
@torch.no_grad()
def excess(density, flow: Flow, x: Tensor) -> float:
    """KL(data ‖ flow) in nats: the mean of log p_data(x) − log p_flow(x) over data that nobody trained on."""
    return (density.log_prob(x) - log_prob(flow, x)).mean().item()

gauss = torch.distributions.MultivariateNormal(x_moons.mean(0).cpu(), x_moons.T.cov().cpu())
print(f"KL from the data: flow {excess(moons, moon_flow, fresh_moons):.3f} nats, "
      f"one Gaussian {(moons.log_prob(fresh_moons.cpu()) - gauss.log_prob(fresh_moons.cpu())).mean():.3f} nats")

# %% [markdown] slide_type="slide" only="slides"
# ## The exact density of a flow, beside the true one

# %% slide_type="-"
side = torch.linspace(-2.2, 2.2, 160)
grid = torch.cartesian_prod(side, side).to(device)  # (25600, 2)
with torch.no_grad():
    heights = {"true density": moons.log_prob(grid), "flow, eight couplings": log_prob(moon_flow, grid)}
fig, axes = plots.canvas(width=9.5, height=4.4, cols=2)
for ax, (name, height) in zip(axes, heights.items(), strict=True):
    picture = height.cpu().reshape(160, 160).T
    shown = ax.imshow(picture.clamp(min=-8), origin="lower", extent=(-2.2, 2.2, -2.2, 2.2), cmap="Purples")
    ax.set(title=name, xticks=[], yticks=[])
    ax.grid(False)
fig.colorbar(shown, ax=axes, label="log p(x), nats (−8 and less: white)", shrink=0.85)
plots.set_finding(fig, "A flow follows two moons, and leaves a faint bridge")
show(fig, alt="Two maps of log-density. Left, the true one: two separate half moons. Right, the flow's: the same two moons, with nearly the same values, and a faint bridge that connects them")

# %% [markdown]
# Same scale, same unit, and no sampling was needed: the model's log-density of any point is one forward pass. The KL on fresh data measures how far the flow still is from the truth: a few hundredths of a nat, against 0.9 for one Gaussian. Its samples are one backward pass.

# %% tags=["solution"]
# What the text claims.
assert excess(moons, moon_flow, fresh_moons) < 0.12

# %% [markdown] slide_type="notes"
# Say: both panels have the same color scale, because both are densities in the same unit; that can't be done with a GAN, and with a VAE only for a bound. Ask where the flow is wrong: look between the moons. Don't explain it yet. What goes wrong: comparing log-likelihoods of data that were scaled differently.

# %% [markdown]
# Follow a grid through such a flow, from noise to data, coupling after coupling. Each coupling moves one coordinate only. Watch that lines never cross.

# %% [markdown] slide_type="slide" only="slides"
# ## Lines bend, and never cross or tear

# %% slide_type="-"
embed("flow_grid")

# %% [markdown] slide_type="notes"
# Move the slider slowly from 0 to 8: at each coupling only one coordinate moves, horizontally or vertically in turn. Ask what happens to the cells' areas: that is the determinant. Then choose the ring, and ask which grid cells end up between the modes: stretched ones, which hold little mass and never none. What goes wrong: people see a grid that tears. Zoom in on it in your mind; it never does.

# %% [markdown]
# ### What the log-determinant is for
#
# Leave it out: train the same flow on $\log\mathcal N(z; 0, I)$ alone. Its constant doesn't depend on the network, so the loss below is $\frac12\lVert z\rVert^2$.

# %%
predict("13.no_log_det")

# %%
no_log_det = new_flow(8)
train(no_log_det, x_moons, 4, loss=lambda flow, x: 0.5 * flow(x)[0].square().sum(1).mean())
with torch.no_grad():
    print(f"sd of z: {no_log_det(fresh_moons)[0].std():.4f}, with the right loss {moon_flow(fresh_moons)[0].std():.2f}")
print(f"KL from the data: {excess(moons, no_log_det, fresh_moons):.1f} nats")

# %% [markdown]
# All $z$ shrink to 0, the loss falls to almost 0, and the model is worse than the one Gaussian above. The log-determinant is the term that penalizes shrinking. Over three seeds (measured by `benchmarks/flows.py`), with the moons and another density, a curved "banana", beside it:

# %%
def row_of(column: str, **chosen: object) -> list[float]:
    """One number for each of three seeds, from the benchmark's table."""
    return [float(row[column]) for row in measured("flow_toy", **chosen)]

without = row_of("z_sd", variant="no log_det")
print("sd of z without log_det:", without, "· KL, nats:", row_of("kl", variant="no log_det"))
print("moons, eight couplings, KL:", row_of("kl", density="two_moons", variant=""), "· banana, one coupling:", row_of("kl", density="banana"))

# %% [markdown]
# For the banana one coupling is enough, since the data are made by one: noise whose second number is scaled, and shifted by a function of the first.
#
# **Tomorrow, with your own model:** print the standard deviation of $z$ on held-out data. It must be close to 1. If it is far below 1, the log-determinant is missing or too small.

# %% tags=["solution"]
# What the text claims.
with torch.no_grad():
    assert no_log_det(fresh_moons)[0].std() < 0.1
assert excess(moons, no_log_det, fresh_moons) > 2
assert max(without) < 0.1 and max(row_of("kl", density="banana")) < 0.02 and max(row_of("kl", density="two_moons", variant="")) < 0.15

# %% [markdown] slide_type="slide" only="slides"
# ## Without the log-determinant, everything shrinks to 0
#
# $$-\log p(x) = \underbrace{\tfrac12\lVert f(x)\rVert^2 + \tfrac D2\log 2\pi}_{\text{falls if } f \text{ shrinks}} \;\underbrace{-\,\log|\det \partial f/\partial x|}_{\text{penalizes shrinking}}$$
#
# On held-out data, the standard deviation of $z$ must be close to 1. Here: **0.0005** without the log-determinant, 1.01 with it.

# %% [markdown] slide_type="notes"
# Ask for the minimum of the first brace alone before anybody reads the last line: f = 0. That is what training found, and the KL from the data is 15.1 nats, where the right loss has 0.02. Say: the second brace is the whole difference between a density and a penalty. What goes wrong: the loss curve looks wonderful, lower than that of any right flow.

# %% [markdown]
# ## 4 · A map that can't tear
#
# Eight small modes on a ring, with empty space between them. The noise has one bump and no gap.

# %%
predict("13.bridges")

# %%
ring, chance = toy_density("ring"), set_seed(SEED)
x_ring, fresh_ring = ring.sample(20_000, chance).to(device), ring.sample(20_000, chance)
ring_flow = new_flow(8)
train(ring_flow, x_ring)
with torch.no_grad():
    ring_samples = ring_flow.inverse(torch.randn(20_000, 2, generator=chance).to(device)).cpu()

def between(x: Tensor) -> Tensor:
    """True for points (N, 2) farther than three standard deviations, 0.3, from every mode."""
    return torch.cdist(x, ring.means).amin(1) > 0.3

# %% [markdown] slide_type="slide" only="slides"
# ## A continuous map leaves bridges

# %% slide_type="-"
fig, axes = plots.canvas(width=9.5, height=4.6, cols=2)
for ax, (name, points) in zip(axes, {"data": fresh_ring[:3000], "samples of the flow": ring_samples[:3000]}.items(), strict=True):
    off = between(points)
    ax.plot(*points[~off].T, ".", color=plots.QUIET if name == "data" else plots.MADE, ms=2, alpha=0.5)
    ax.plot(*points[off].T, ".", color=plots.ACCENT, ms=3.5, alpha=0.8)
    ax.set(xlim=(-2.9, 2.9), ylim=(-2.9, 2.9), aspect="equal", xticks=[], yticks=[], title=f"{name}: {off.float().mean():.1%} between")
plots.set_finding(fig, "The flow's samples connect all eight modes")
show(fig, alt=f"Left, eight clumps of data on a ring, {between(fresh_ring).float().mean():.1%} of the points between them. Right, the flow's samples: the same clumps, "
              f"and orange threads of points from clump to clump, {between(ring_samples).float().mean():.0%} of all")

# %% [markdown]
# Threads of samples lead from mode to mode: **bridges**. Does a deeper flow get rid of them? Three seeds each:

# %%
print("couplings   KL from the data, nats     between the modes (data 1 %)")
for couplings in (2, 8, 16):
    chosen = {"density": "ring", "couplings": couplings}
    shares = ", ".join(f"{share:.0%}" for share in row_of("between", **chosen))
    print(f"{couplings:6d}      {', '.join(f'{kl:.2f}' for kl in row_of('kl', **chosen)):24s}   {shares}")

# %% [markdown]
# From two to sixteen couplings the share falls in every seed; from eight to sixteen in two of three, perhaps because deeper flows are harder to train. None comes near the data's 1 %.
#
# ### Exercise 13.5 · A thousand couplings
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# What would a thousand couplings, trained well, do to the samples between the modes?
#
# - **a** None are left, since a deep enough flow can fit any density.
# - **b** More are left, since every coupling adds bridges of its own.
# - **c** Fewer are left, and still some, since the map stays continuous.
# - **d** As many are left as now, since the data have eight modes.

# %%
### BEGIN SOLUTION
answers["13.5"] = "c"
### END SOLUTION

# %%
check(answers, "13.5")

# %% [markdown]
# The map from noise to data is continuous and has a continuous inverse. Such a map stretches and bends the plane; it can't cut it. Noise without a gap becomes samples without a gap: every mode stays connected to the others. What training can do is to make bridges thin, by large slopes.
#
# A GAN's generator of notebook 06 is continuous too, and leaves bridges. It isn't invertible, so it may also fold and drop modes, which a flow can't: each data point has its $z$, and a mode left out lowers the likelihood a lot.
#
# **Tomorrow, with your own model:** if your data fall into separate groups, give the flow a base with as many bumps, or one flow for each group. Section 7 tries the simplest such model, one Gaussian for each class.

# %% tags=["solution"]
# What the text claims.
assert between(ring_samples).float().mean() > 0.1 and between(fresh_ring).float().mean() < 0.02
assert min(row_of("between", density="ring")) > 0.03 and min(row_of("kl", density="ring", couplings=2)) > max(row_of("kl", density="ring", couplings=16))

# %% [markdown] slide_type="notes"
# Say: topology, and no lack of training. Ask for a map that could tear: one with a jump, or a mixture of two flows. Would more couplings help? In the benchmark, from two to sixteen of them, the KL falls from 1.2 to 0.4 nats and the share between the modes from 54 to 19 %, means of three seeds; the data have 1 %. What goes wrong: more epochs. The bridges get thinner and never break.

# %% [markdown]
# ## 5 · Bits per dimension, taken apart
#
# Papers compare models of images by **bits per dimension**: how many bits a perfect compression would need for each pixel. It is a log-likelihood, and there are five ways to get it wrong. You write the three steps; then each fault gets its number. The model is the simplest one that has an exact density: one Gaussian with full covariance, which is a flow with a single linear layer.
#
# **Step 1.** Gray values are 256 separate numbers. A density on separate points has no meaning: it can put a spike of any height on each. So spread each gray value evenly over the interval up to the next one, its **box**.
#
# ### Exercise 13.6 · Dequantize
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# `x_uint8` holds 0, 1, …, 255, and `u` is uniform in [0, 1), one number for each pixel. Gray value $x$ becomes a point of the box $[x, x + 1)$; all boxes together become [0, 1).

# %%
def dequantize(x_uint8: Tensor, u: Tensor) -> Tensor:
    """Pixels in [0, 1), of gray values and uniform noise of one shape. Uria et al., 2013."""
    # add the noise, and scale so that 256 boxes fill [0, 1)
    ### BEGIN SOLUTION
    return (x_uint8 + u) / 256
    ### END SOLUTION

# %%
dequantize = check(dequantize)

# %% [markdown]
# **Step 2.** Pixels end at 0 and 1, a Gaussian doesn't. The logit takes (0, 1) to all numbers, and is infinite at the ends, so squeeze a little first: $p = \alpha + (1 - 2\alpha)\,x$, then $y = \log p - \log(1 - p)$. That is a map, so its log-slope has to be counted. The slope of the first step is $1 - 2\alpha$, that of the second is $\frac1{p(1-p)}$.
#
# ### Exercise 13.7 · Logit pixels
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# `x` is (N, …), flat or images; `y` has the same shape, and `log_det` is (N,). `math.log(1 - 2 * alpha)` is a plain number, and counts once for each pixel.

# %%
def logit_transform(x: Tensor, alpha: float):
    """y like x (N, …), and log |det dy/dx| (N,). After Dinh et al., 2017, section 4.1."""
    # 1. p, then y = log p − log(1 − p)
    # 2. the log of each pixel's slope, (N, …)
    # 3. its sum over all but the batch: `.flatten(1).sum(1)`
    ### BEGIN SOLUTION
    p = alpha + (1 - 2 * alpha) * x
    log_slopes = math.log(1 - 2 * alpha) - p.log() - (1 - p).log()
    return p.log() - (1 - p).log(), log_slopes.flatten(1).sum(1)
    ### END SOLUTION

# %%
logit_transform = check(logit_transform)

# %% [markdown]
# **Step 3.** From a density to bits. The probability of an image of gray values is about the density times the volume of its box, $(1/256)^D$. So the image needs $-\log_2 p(x) + D\log_2 256$ bits:
#
# $$\text{bits per dimension} = -\frac{\log p(x)}{D\,\ln 2} + \log_2 256 .$$
#
# ### Exercise 13.8 · Bits per dimension
# Difficulty ●●○ · importance ●●● · 5 minutes
#
# `log_prob` is (N,), in nats, of pixels in $[0, 1]^D$; `dims` is $D$; `levels` is the number of grays. `math.log2` and `math.log` take plain numbers.

# %%
def bits_per_dim(log_prob: Tensor, dims: int, levels: int = 256) -> Tensor:
    """(N,) bits for each dimension, of log-densities (N,) in nats."""
    # 1. minus log_prob, in bits: divided by ln 2; and for one dimension: divided by dims
    # 2. the width of a box: + log2 of the levels
    ### BEGIN SOLUTION
    return -log_prob / (dims * math.log(2)) + math.log2(levels)
    ### END SOLUTION

# %%
bits_per_dim = check(bits_per_dim)

# %%
train_digits, test_digits = load("digits", n=10_000, seed=SEED), load("digits", "test", n=4000, seed=SEED)
gray, gray_test = train_digits.images.flatten(1), test_digits.images[:2000].flatten(1)  # uint8, (N, 784)
noise = Generator().manual_seed(SEED)

class FullGaussian:
    """A Gaussian with full covariance on y (N, 784), float64; `ridge` is added to its variances."""

    def __init__(self, y: Tensor, ridge: float = 1e-4):
        mean = y.mean(0)
        cov = y.T @ y / len(y) - torch.outer(mean, mean) + ridge * torch.eye(784, dtype=y.dtype)
        self.normal = torch.distributions.MultivariateNormal(mean, scale_tril=torch.linalg.cholesky(cov), validate_args=False)

    def terms(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """log p(y) and log_det (N,) of pixels x (N, 784) in [0, 1]."""
        y, log_det = logit_transform(x, 0.05)
        return self.normal.log_prob(y), log_det

def noisy(gray: Tensor) -> Tensor:
    return dequantize(gray, torch.rand(gray.shape, generator=noise)).double()

def logits_of(gray: Tensor, prepare=noisy) -> Tensor:
    """Logit pixels (N, 784); a thousand images at a time, to save memory."""
    return torch.cat([logit_transform(prepare(part), 0.05)[0] for part in gray.split(1000)])

model = FullGaussian(logits_of(gray))

# %%
log_p, log_det = model.terms(noisy(gray_test))
faults = {
    "as it should be": bits_per_dim(log_p + log_det, 784),
    "no Jacobian": bits_per_dim(log_p, 784),
    "its sign turned": bits_per_dim(log_p - log_det, 784),
    "no 8 bits for the box": bits_per_dim(log_p + log_det, 784) - 8,
    "in nats": math.log(256) - (log_p + log_det) / 784,
}
numbers = {name: value.mean().item() for name, value in faults.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## One model, five numbers

# %% slide_type="-"
fig = plots.score_table({name: [f"{value:.2f}".replace("-", "−")] for name, value in numbers.items()}, ["bits"], marked={("as it should be", "bits")},
                        title="Four of five are mistakes")
show(fig, alt="Bits per dimension of one Gaussian on test digits: " + "; ".join(f"{name} {value:.2f}" for name, value in numbers.items()))

# %% [markdown]
# One model, one test set. Two of the numbers give themselves away. Below 0 is impossible: nothing can be stored in fewer than 0 bits. And the uniform density costs 8, so with the sign of the Jacobian turned the model seems worse than knowing nothing. The other two don't: without the Jacobian the model merely looks poor, and in nats it looks better than it is.

# %% [markdown] slide_type="notes"
# Before you show the slide, write the five numbers on the board, without their names, and ask which is right. Say: every one of them has been printed somewhere. The two that give themselves away are below 0 and above 8. The other two don't: without the Jacobian it looks like a poor model, in nats like a better one. What goes wrong: comparing bits per dimension across papers without asking for dequantization, range and unit.

# %% [markdown]
# ### Exercise 13.9 · Convert
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# A flow gives a 28 × 28 image a log-density of +2,300 nats, on pixels in [0, 1]. How many bits per dimension is that, with 256 grays?

# %%
### BEGIN SOLUTION
answers["13.9"] = -2300 / (784 * math.log(2)) + 8
### END SOLUTION

# %%
check(answers, "13.9")

# %% [markdown]
# ### The fault that no formula shows
#
# Leave the noise out, and fit the Gaussian to the gray values as they are. Many pixels are black in every training image; their variance is 0, so a small number, a **ridge**, is added to all variances.

# %%
predict("13.ridge")

# %%
by_ridge = {}
for ridge in (1e-3, 1e-6, 1e-9):
    raw = FullGaussian(logits_of(gray, lambda x: x.double() / 256), ridge)
    by_ridge[f"ridge {ridge:g}".replace("1e-0", "10⁻").replace("6", "⁶").replace("9", "⁹")] = [bits_per_dim(sum(raw.terms(x.double() / 256)), 784).mean().item() for x in (gray[:500], gray_test)]

# %% [markdown] slide_type="slide" only="slides"
# ## Without noise on the pixels, the number is the ridge

# %% slide_type="-"
def short(bits: float) -> str:
    """With a decimal only where it matters."""
    return f"{bits:.1f}" if bits < 100 else f"{bits:,.0f}"

fig = plots.score_table({name: [short(train), short(test)] for name, (train, test) in by_ridge.items()}, ["training", "test"],
                        title="The bits follow the ridge")
show(fig, alt="Bits per dimension of training and test digits for three ridges: " + "; ".join(f"{name}: {short(train)} and {short(test)}" for name, (train, test) in by_ridge.items()))

# %% [markdown] slide_type="notes"
# The ridge is added to every variance. Say: a pixel that is blank in all training images has no variance, so the Gaussian is as narrow there as the ridge allows. On training digits that lowers the number; a test digit with ink there costs thousands of bits. Ask what dequantization changes: each gray value fills a box of width 1/256, and a spike narrower than that gains nothing. What goes wrong: tuning the ridge on the reported number.

# %% [markdown]
# On training digits the bits fall with the ridge: in a pixel that is always black, the density becomes a spike on 0, as narrow as the ridge allows. On test digits the bits explode, since a few have ink where no training digit had any. Either number measures the ridge. With the noise of 13.6 each gray value fills its box, and a spike narrower than a box gains nothing.
#
# Before you say "flows compress": the same test digits packed one by one with `zlib`, from three seeds, against the Gaussian.

# %%
def bits_of(what: str) -> list[str]:
    return [row["bits"] for row in measured("flow_bits", what=what)]

for what in ("right", "no noise, ridge 1e-06", "no noise, ridge 1e-09", "zlib"):
    print(f"{what:24s}", "  ".join(bits_of(what)))

# %% [markdown]
# `zlib` needs less than this model. Most pixels are exactly black, and `zlib` stores long runs of them in very few bits. The Gaussian pays for each of these pixels. So the claim here isn't that flows compress. Whoever claims it has to compare files with files.
#
# **Tomorrow, with your own model:** before you report bits per dimension, compute them for the uniform density: it has to be 8.00. Then write down the dequantization, the range of the pixels and the unit.

# %% tags=["solution"]
# What the text claims.
right, no_jacobian, turned, no_box, in_nats = numbers.values()
assert no_box < 0 < in_nats < right < no_jacobian < 8 < turned
assert max(map(float, bits_of("zlib"))) < min(map(float, bits_of("right"))) and min(map(float, bits_of("no noise, ridge 1e-09"))) > 1000

# %% [markdown]
# ## 6 · Likely is not typical
#
# You have an exact density of images, fitted to digits. What does it say about images that are no digits?

# %%
predict("13.blank")

# %%
candidates = {
    "test digits": gray_test,
    "half of their ink": gray_test // 2,
    "blank page": torch.zeros(200, 784, dtype=torch.uint8),
    "white on black": 255 - gray_test,
    "noise": torch.randint(256, (200, 784), generator=noise, dtype=torch.uint8),
}
costs = {name: bits_per_dim(sum(model.terms(noisy(x))), 784) for name, x in candidates.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## A blank page is likelier than any digit

# %% slide_type="-"
fig = plots.score_table({name: [short(cost.median().item()), short(cost.min().item())] for name, cost in costs.items()}, ["median", "lowest"],
                        {name: x[:8].reshape(-1, 1, 28, 28) / 255 for name, x in candidates.items()}, {("blank page", "median"), ("blank page", "lowest")},
                        title="Bits per dimension: fewer is likelier")
show(fig, alt="Bits per dimension of five kinds of images under a Gaussian fitted to digits, median and lowest: " + "; ".join(f"{name} {short(cost.median().item())}, {short(cost.min().item())}" for name, cost in costs.items()))

# %% [markdown]
# The blank page costs less than the likeliest of 2,000 test digits, and no training image is blank. Half of the ink is likelier than all of it. That holds for every seed we tried:

# %%
for what in ("right", "half the ink", "likeliest test digit", "blank page"):
    print(f"{what:24s}", "  ".join(bits_of(what)))

# %% [markdown]
# How can that be right? Look at the simplest case, $\mathcal N(0, I)$ in 784 dimensions. It is densest at 0. How far from 0 are its draws?

# %% tags=["nbval-check-output"]
radius = torch.randn(10_000, 784, generator=set_seed(SEED)).norm(dim=1)
print(f"10,000 draws lie at distances from {radius.min():.0f} to {radius.max():.0f}; none within {math.floor(radius.min()) - 1}")
#> 10,000 draws lie at distances from 26 to 31; none within 24

# %% [markdown]
# All on a thin shell at $\sqrt{784} = 28$. At the center the density is $e^{392}$ times higher ($\frac12\cdot 28^2 = 392$), but there is next to no volume there, and density times volume is mass. The blank page is like the center, digits are like the shell.
#
# So a high density doesn't certify an image. An image is **typical** if its log-density is *near* that of real data, not above it. A test for strange images therefore has two sides: blank pages are strange because they are too likely.
#
# ### Exercise 13.10 · What the blank page means
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# Why does the model find a blank page likelier than every digit?
#
# - **a** The model is wrong; a better one would put digits first.
# - **b** The mass of digits is spread over very many images.
# - **c** The data contain blank pages.
# - **d** Bits per dimension are the wrong unit.

# %%
### BEGIN SOLUTION
answers["13.10"] = "b"
### END SOLUTION

# %%
check(answers, "13.10")

# %% [markdown]
# **Tomorrow, with your own model:** if you use a density to find strange inputs, score $|\log p(x) - m|$, where $m$ is the median of $\log p$ on real data, and try it on something *simple*, such as an image of one color.

# %% tags=["solution"]
# What the text claims.
assert costs["blank page"].max() < costs["test digits"].min() and costs["half of their ink"].median() < costs["test digits"].median()
assert max(map(float, bits_of("blank page"))) < min(map(float, bits_of("likeliest test digit"))) and int((gray.sum(1) == 0).sum()) == 0

# %% [markdown] slide_type="notes"
# Take a vote before the slide, and ask for reasons. Say: this isn't a fault of the Gaussian; deep flows trained on photographs do the same with plain pictures (Nalisnick et al., 2019). Draw the shell: the center is densest and empty. Ask how to detect strange inputs then: two-sided. What goes wrong: "the likelihood is useless". As a loss it is fine; as a verdict on one image it isn't.

# %% [markdown]
# ## 7 · A flow as a prior
#
# Notebook 02 decoded codes from $\mathcal N(0, I)$ and got garbage; from a Gaussian fitted to the codes, broken digits. Notebook 03 said that the best systems do both: a good code, and a *learned* distribution over it. Here it is. Sixteen numbers per image, an autoencoder as in 02, and four answers to "where are the codes?"
#
# First the autoencoder, its codes, and the judge that gives the Fréchet distance its features.

# %%
judge, _ = train_classifier(train_digits, seed=SEED)
torch.manual_seed(SEED)
autoencoder = Autoencoder(16).to(device)

def reconstruction(x: Tensor) -> Tensor:
    """Bernoulli loss, summed over pixels, mean over the batch."""
    return F.binary_cross_entropy_with_logits(autoencoder(x), x, reduction="none").flatten(1).sum(1).mean()

fit(reconstruction, train_digits.images, model=autoencoder, epochs=6, seed=SEED)
codes, test_codes = (batched(autoencoder.encode, digits.float().to(device)) for digits in (train_digits, test_digits))  # (N, 16)

def decode(z: Tensor) -> Tensor:
    return batched(lambda part: autoencoder.decode(part).sigmoid(), z.to(device)).cpu()

def features(images: Tensor) -> Tensor:
    return batched(judge.features, images.to(device), 500).cpu()

real_features = features(test_digits.float()[:2000])

# %%
predict("13.prior")

# %% [markdown]
# The flow is your `Flow` for 16 numbers, from the package: eight couplings that keep even and odd entries in turn, on codes with mean 0 and standard deviation 1. About ten seconds.

# %%
prior, history = train_flow(codes, epochs=16, seed=SEED)

# %%
chance = set_seed(SEED)

def gaussian_like(codes: Tensor, n: int) -> Tensor:
    """n draws (n, 16) from the Gaussian with the mean and covariance of these codes."""
    codes = codes.cpu()
    return codes.mean(0) + torch.randn(n, 16, generator=chance) @ torch.linalg.cholesky(codes.T.cov()).T

drawn_codes = {
    "N(0, I)": torch.randn(2000, 16, generator=chance),
    "one Gaussian": gaussian_like(codes, 2000),
    "flow": prior.sample(2000, chance).cpu(),
    "a Gaussian per class": torch.cat([gaussian_like(codes[train_digits.labels == c], 200) for c in range(10)])[torch.randperm(2000, generator=chance)],
}
drawn = {name: decode(z) for name, z in drawn_codes.items()}
distances = {name: frechet_distance(features(images), real_features) for name, images in drawn.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## Same decoder, four priors

# %% slide_type="-"
fig = plots.score_table({name: [f"{value:.1f}"] for name, value in distances.items()}, ["Fréchet"], {name: images[:8] for name, images in drawn.items()},
                        {("flow", "Fréchet")}, title="A learned prior turns the same decoder into a generator")
show(fig, alt="Eight digits from each of four priors, decoded by one autoencoder, with Fréchet distances: " + "; ".join(f"{name} {value:.1f}" for name, value in distances.items()))

# %% [markdown] slide_type="notes"
# Come back to notebook 02: the top row was its garbage, and people blamed the decoder. Say: nothing changed but where the codes are drawn. Ask which row knows more than the others: the last, it was told the labels. Are the labels why it is ahead? Hardly: ten Gaussians fitted without them get 5, 9 and 5 in three seeds. Ten bumps help. What goes wrong: concluding that a flow is always worth its training; begin with a few Gaussians.

# %% [markdown]
# One decoder; only the distribution of the codes differs. Over three seeds, with four more rows: ten Gaussians fitted to all codes by EM (soft groups, found without labels), the flow after 32 epochs as well, and 03's VAE of the same size, as it is and with the ink of real digits:

# %%
def distances_of(name: str) -> list[float]:
    return [float(row["frechet"]) for row in measured("flow_prior", prior=name)]

names = list(dict.fromkeys(row["prior"] for row in measured("flow_prior")))
for name in names:
    print(f"{name:24s}", "  ".join(f"{value:6.1f}" for value in distances_of(name)))

# %% [markdown]
# Three things to read off:
#
# - The flow is far ahead of one Gaussian in every seed. That is the promise of 02 and 03: the codes weren't bad, the prior was.
# - Ten Gaussians that know the labels are far ahead of the flow of 16 epochs in two seeds, and level with it in the third. A group for each class is the base with many bumps of section 4, and labels are information. Which of the two helps? The bumps: ten Gaussians fitted by EM *without* labels come within a point of them in every seed, and stay ahead of one Gaussian by 13 to 16. The labels are worth 0.5 to 0.9. So don't claim that a flow is the best prior: without labels as well, ten Gaussians are ahead of that flow by 6 to 9 in two seeds, and behind by 1 in the third. (After 32 epochs the flow is behind by 5 to 6 in the same two seeds, and ahead by 2 in the third.)
# - The VAE, trained for the same six epochs, has the prior built in. About half of its distance is paleness, an effect that 03 found too: with the ink of real digits ("equal ink") the other half is left, and that is still above one Gaussian. Six epochs are few for a VAE: after twelve (03's table of both trained alike) it has 20 to 29 with equal ink, and one Gaussian on the autoencoder's codes 15 to 21.
#
# The flow is a prior on *codes*. Its log-likelihood is exact there; the image's isn't known, since many codes decode to nearly the same image.
#
# ### It overfits, and says so
#
# An exact log-likelihood can be computed on codes that were not trained on, too. A Gaussian has nearly the same on both; the flow doesn't. The cell prints both for the flow you trained. The figure after it comes from the benchmark, which trained for 32 epochs and measured every four.

# %%
with torch.no_grad():
    print(f"log p of the codes, nats: flow, train {prior.log_prob(codes).mean():.2f}, test {prior.log_prob(test_codes).mean():.2f}")
before = measured("flow_overfitting", seed=0, epoch=0)[0]
print(f"one Gaussian (the benchmark's first seed): train {before['train']}, test {before['test']}")

# %% [markdown] slide_type="slide" only="slides"
# ## Training and test codes part, and the likelihood shows it

# %% slide_type="-"
looks = [measured("flow_overfitting", seed=seed) for seed in range(3)]
fig, axes = plots.canvas(width=10.5, height=4.1, cols=2)
for seed, rows in enumerate(looks):
    epochs = [int(row["epoch"]) for row in rows[1:]]
    for name, color, line in (("train", plots.QUIET, "--"), ("test", plots.ACCENT, "-")):
        axes[0].plot(epochs, [float(row[name]) for row in rows[1:]], line, color=color, label=None if seed else f"{name} codes")
    axes[1].plot(epochs, [float(row["frechet"]) for row in rows[1:]], color=plots.HOUSE, lw=1.8)
axes[0].set(xlabel="epochs", ylabel="mean log p of the codes, nats")
axes[0].legend(loc="best")
axes[1].set(xlabel="epochs", ylabel="Fréchet distance of samples", ylim=(0, None))
plots.set_finding(fig, "Likelihood keeps rising on training codes only; the Fréchet distance doesn't show it")
best_epochs = [int(max(rows[1:], key=lambda row: float(row["test"]))["epoch"]) for rows in looks]
show(fig, alt=f"Left, mean log-likelihood over 32 epochs for three seeds: that of training codes rises, but for small dips, that of test codes is highest at epochs {best_epochs} and lies below at the end. Right, the Fréchet distance of samples scatters and stays low to the end")

# %% [markdown]
# The two lines on the left part early: after four epochs they are 0.4 nats apart, after 32 epochs more than two. On the right, the Fréchet distance scatters.
#
# ### Exercise 13.11 · When to stop
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Where would you stop training this prior?
#
# - **a** Where the log-likelihood of the training codes is highest.
# - **b** Where the Fréchet distance of 2,000 samples is lowest.
# - **c** Where held-out codes have their highest log-likelihood.
# - **d** At the end: an exact likelihood can't overfit.

# %%
### BEGIN SOLUTION
answers["13.11"] = "c"
### END SOLUTION

# %%
check(answers, "13.11")

# %% [markdown]
# Where the test codes' line stops rising, what the flow still learns holds for the training codes only. The Fréchet distance shows nothing of it.
#
# **Tomorrow, with your own model:** keep the autoencoder you have, and fit a small density to its codes. Begin with one Gaussian, then ten by EM or one for each class, then a flow; watch held-out codes, and stop where their log-likelihood is highest.

# %% tags=["solution"]
# What the text claims.
assert max(distances["a Gaussian per class"], distances["flow"]) < distances["one Gaussian"] < distances["N(0, I)"]
for own in zip(*(distances_of(name) for name in ("flow", "one Gaussian", "N(0, I)")), strict=True):
    assert list(own) == sorted(own)
blind = distances_of("ten Gaussians, no labels")
labeled = distances_of("a Gaussian per class")
assert all(0.4 < without - with_labels < 1 for without, with_labels in zip(blind, labeled, strict=True))
assert all(13 < one - without < 16.5 for one, without in zip(distances_of("one Gaussian"), blind, strict=True))
assert [flow - without > 6 for flow, without in zip(distances_of("flow"), blind, strict=True)] == [True, False, True]
assert 0.5 < blind[1] - distances_of("flow")[1] < 1.5
ahead = [flow - labels for flow, labels in zip(distances_of("flow"), distances_of("a Gaussian per class"), strict=True)]
assert sum(gap > 3 for gap in ahead) == 2 and min(map(abs, ahead)) < 1
assert all(1 < below / pale < 3 for below, pale in zip(distances_of("VAE, its prior"), distances_of("VAE, equal ink"), strict=True))
parted = [[float(row["train"]) - float(row["test"]) for row in rows] for rows in looks]
assert all(gaps[1] < 0.5 and gaps[-1] > 2 for gaps in parted)
assert all(float(rows[-1]["test"]) < max(float(row["test"]) for row in rows) for rows in looks)

# %% [markdown] slide_type="notes"
# Say: overfitting can be read off the very number that is trained, here exactly and in a VAE by its bound; a GAN has no such number. Ask where to stop: where the orange lines are highest, which is before the end. Ask why the Fréchet distance doesn't see it: samples near training codes look like digits. What goes wrong: choosing the epoch on the test images that are reported later; take a third set.

# %% [markdown]
# ## 8 · The clinic
#
# A colleague fitted a flow to the two moons. It isn't good: its KL is many times that of yours. One of five things went wrong, in the loss, the inverse, the log-determinant, the halves or the length of the training; Exercise 13.12 lists them. The code is in the open, and the fault was drawn at random.

# %%
her_faults = ["no log_det", "wrong order", "wrong log_det", "same half", "too short"]
fault = her_faults[torch.randint(5, (), generator=Generator().manual_seed(12)).item()]

class HerFlow(Flow):
    """A flow with one fault."""

    def forward(self, x: Tensor):
        z, log_det = super().forward(x)
        return z, 0.5 * log_det if fault == "wrong log_det" else log_det

    def inverse(self, z: Tensor) -> Tensor:
        for layer in self.layers() if fault == "wrong order" else reversed(self.layers()):
            z = invert_coupling(z, *layer)
        return z

def her_training(times: int = 1) -> HerFlow:
    torch.manual_seed(SEED)
    flow = HerFlow(6, masks=((1, 0), (1, 0)) if fault == "same half" else ((1, 0), (0, 1))).to(device)
    loss = (lambda flow, x: -log_prob(flow, x).mean()) if fault != "no log_det" else (lambda flow, x: 0.5 * flow(x)[0].square().sum(1).mean())
    train(flow, x_moons, 1 if fault == "too short" else 4 * times, loss)
    return flow

her_flow = her_training()

# %% [markdown] slide_type="slide" only="slides"
# ## The clinic: what is wrong with this flow?

# %% slide_type="-"
chance = set_seed(SEED)
with torch.no_grad():
    hers = her_flow.inverse(torch.randn(3000, 2, generator=chance).to(device)).cpu()
fig, axes = plots.canvas(width=9, height=3.6, cols=2)
for ax, (name, points) in zip(axes, {"data": fresh_moons.cpu()[:3000], "her samples": hers}.items(), strict=True):
    ax.plot(*points.T, ".", color=plots.QUIET if name == "data" else plots.MADE, ms=2, alpha=0.5)
    ax.set(xlim=(-2.6, 2.6), ylim=(-2, 2), xticks=[], yticks=[], aspect="equal", title=name)
plots.set_finding(fig, f"Her KL is {excess(moons, her_flow, fresh_moons):.2f} nats, yours {excess(moons, moon_flow, fresh_moons):.2f}")
show(fig, alt="Left, two moons of data. Right, her samples: a wave that follows the moons at its ends, with scattered points in the middle where the gap should be, and points far to the left and right of the data")

# %% [markdown] slide_type="-" only="slides"
# No log-determinant · a wrong one · wrong order back · the same half · too short

# %% [markdown] slide_type="notes"
# Same data, same code but for one fault; the samples follow the moons in places. The five tests: spread of z, there and back, autograd, longer training, z beside x. Let groups choose two before they see any result. Ask them to look at the horizontal coordinate of her samples by itself: it is a plain bump, as that of noise. What goes wrong: training longer, which is the first thing everybody does.

# %% [markdown]
# Examine the run. There are five tests: each is a word in the function below. Put one into the last line, run the cell again, and stop as soon as you know. (Don't print `fault`: it names the answer.)

# %%
def examine(what: str) -> str:
    """One examination of her flow, in a sentence."""
    with torch.no_grad():
        z, log_det = her_flow(fresh_moons)
        back = her_flow.inverse(z)
    if what == "z":
        return f"sd of z on fresh data: {z[:, 0].std():.2f} and {z[:, 1].std():.2f}"
    if what == "round trip":
        return f"data to z and back: largest difference {(back - fresh_moons).abs().max():.0e}"
    if what == "autograd":
        jacobian = torch.autograd.functional.jacobian(lambda x: her_flow(x)[0], fresh_moons[:1])[0, :, 0]
        return f"log_det of one point: hers {log_det[0]:.3f}, by autograd {torch.linalg.slogdet(jacobian).logabsdet:.3f}"
    if what == "longer":
        return f"KL now {excess(moons, her_flow, fresh_moons):.2f}, after three times the training {excess(moons, her_training(3), fresh_moons):.2f}"
    if what == "halves":
        moved = (z - fresh_moons).abs().mean(0)
        return f"mean distance from x to z, in each coordinate: {moved[0]:.3f} and {moved[1]:.3f}"
    return "the tests are: z, round trip, autograd, longer, halves"

print(examine("z"))

# %% [markdown]
# ### Exercise 13.12 · Which fault is it?
# Difficulty ●●● · importance ●●● · 10 minutes
#
# - **a** The loss leaves the log-determinant out.
# - **b** The inverse undoes the couplings in the forward order.
# - **c** The log-determinant is wrong.
# - **d** The same half passes through every coupling.
# - **e** Training was too short.

# %%
### BEGIN SOLUTION
answers["13.12"] = "d"
### END SOLUTION

# %%
check(answers, "13.12")

# %% [markdown]
# Now fix it. `masks` below holds two masks, which the couplings use in turn. As it stands, it is hers. Change it, run the cell, and watch the KL.

# %%
repaired = new_flow(6, masks=((1, 0), (1, 0)))
train(repaired, x_moons, 4)
print(f"KL {excess(moons, repaired, fresh_moons):.2f} nats")

# %% [markdown]
# Done? Here are all tests, and the repaired flow.

# %%
for what in ("z", "round trip", "autograd", "longer", "halves"):
    print(f"{what}: {examine(what)}")
in_turn = new_flow(6)
train(in_turn, x_moons, 4)
print(f"halves in turn: KL {excess(moons, in_turn, fresh_moons):.2f} nats")

# %% [markdown]
# The test that decides is "halves": one coordinate of $z$ *is* that of $x$, to the last digit. So its samples are plain noise in that coordinate. Everything else is in order: the inverse, the log-determinant, the training. Here is the KL of flows with eight couplings, three seeds each: the halves never swapped, and swapped in turn.

# %%
print("never swapped:", row_of("kl", variant="never swapped"), "· in turn:", row_of("kl", density="two_moons", variant=""))

# %% [markdown]
# **Tomorrow, with your own model:** after ten steps of training, compare $z$ with $x$, entry by entry. An entry that hasn't moved never will.

# %% tags=["solution"]
# What the text and the replies claim.
with torch.no_grad():
    her_z = her_flow(fresh_moons)[0]
assert fault == "same half" and torch.equal(her_z[:, 0], fresh_moons[:, 0]) and excess(moons, her_flow, fresh_moons) > 0.3
assert excess(moons, in_turn, fresh_moons) < 0.5 * excess(moons, her_flow, fresh_moons)
assert min(row_of("kl", variant="never swapped")) > 2 * max(row_of("kl", density="two_moons", variant=""))

# %% [markdown] slide_type="slide" only="slides"
# ## One coordinate never moved
#
# | test | what it says |
# |---|---|
# | spread of $z$ | standard deviations 0.87 and 1.02 |
# | there and back | equal up to 4e-7 |
# | autograd | the log-determinants agree |
# | three times the training | 0.50 nats, not 0.51 |
# | $z$ beside $x$ | moved by **0.000** in one coordinate, by 0.599 in the other |
#
# The same half passes through every coupling.

# %% [markdown] slide_type="notes"
# Ask of each row which fault it rules out: a loss without the log-determinant, the wrong order, a wrong log-determinant, too short a training. The last row decides. So a flow can be right in every formula and still be a poor model. Ask what else would show it: the histogram of each coordinate of z, which should be standard normal. What goes wrong: trusting that more couplings mean more flexibility.

# %% [markdown]
# ## What is *not* claimed
#
# | a sentence one hears | what was measured here |
# |---|---|
# | "Flows compress." | `zlib` packs the digits into fewer bits than the Gaussian on pixels (section 5) |
# | "A higher likelihood means better samples." | a blank page is likelier than every digit (section 6) |
# | "A flow is the best prior." | ten Gaussians are far ahead in two of three seeds, with labels or without (section 7) |
# | "An exact likelihood can't overfit." | train and test part, and the test codes' likelihood stops rising (section 7) |
# | "More couplings remove the bridges." | they get thinner (section 4) |
#
# A flow of this kind on 784 pixels isn't shown here. The scoreboard trains one: after 60 seconds it needs 2.5 and 2.7 bits per dimension on test digits with two seeds, fewer than the Gaussian, and 10,454 with the third. Its samples are far from digits with all three, at Fréchet distances of 285 to 346. Flows for images use convolutions and several scales (Glow, 2018).

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Through a map, a density is divided by the slope.
# - A coupling is invertible whatever its networks are.
# - A continuous invertible map can't tear: between modes there are bridges.
# - Bits per dimension: ask for the dequantization, the Jacobian, the 8 bits and the unit.
# - Likely is not typical. And an exact likelihood can overfit: watch held-out data.

# %% [markdown] slide_type="notes"
# Go back to the question of the first slide, and let the room answer: it knows how likely each image is, and that isn't the same as good. Ask which of the five lines they would have doubted two hours ago. Next come diffusion models, which also go from noise to data step by step, give up the exact inverse, and gain pictures.

# %%
progress("13")

# %% [markdown]
# **Next:** every layer of a flow must be invertible, and that rules most layers out. Diffusion models begin from the other end: they destroy images by noise, step by step, and learn to undo one step at a time.
