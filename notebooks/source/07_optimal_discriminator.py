# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: The optimal discriminator
#   minutes: 130
#   picture: the_perfect_judge
# ---

# %% [markdown] slide_type="slide"
# # The optimal discriminator
#
# What would a perfect judge say, and what does that tell the forger?

# %% [markdown] slide_type="notes"
# About 130 minutes with all exercises, 45 if you only present. Ask what the best possible judge would say of a point, and on what it depends. Everything is one-dimensional, so every claim about densities can be drawn and computed. Keep the explorer, the judge that is lifted to D*, the frozen judge and the two pictures of pulls if time is short. What goes wrong: people miss the images; say that no image here could be checked.

# %% [markdown]
# About 130 minutes. Cells that only draw a figure are folded: run them like any other, and open one if you want to know how it is drawn. You need densities and expectations, Bayes' rule, and the idea of a GAN in two sentences: a **generator** $G$ turns noise $z$ into
# points $G(z)$ that should look like data; a **discriminator** $D$ looks at a point $x$ and gives the probability that it is real,
# $D(x) = P(x \text{ is real})$. The density of the data is $p_\text{data}$, that of the generator's points $p_G$. The networks in this notebook are tiny, and all points
# lie on a line, so that you can draw everything.
#
# At the end you can
#
# 1. derive the best discriminator there is, train one, and read densities off it;
# 2. say what the value of the game has to do with the Jensen–Shannon divergence, and under which condition;
# 3. reweight samples with a discriminator, and say when that can't work;
# 4. say with which loss the generator's gradient dies when distributions part, with which it doesn't, and what the Wasserstein distance does then;
# 5. say what $D = ½$ means, and what it doesn't;
# 6. find out what was wrong in a judge's training from what it says.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, plots, predict, progress, show
from course_utils.device import set_seed
from course_utils.explorers import embed
from course_utils.training import adam

plots.use_style()
torch.set_num_threads(1)  # networks this small only get slower with more
answers = answer_sheet("07")

# %% [markdown]
# ## 1 · A perfect judge
#
# We call the discriminator the *judge*. A *perfect* judge knows both densities.
#
# Here are two densities on a grid: the data have two bumps, the generator has one, wide and off center. `bell` is the Gaussian density. Everything is in float64, since
# we will compare logs of very small numbers.

# %%
x = torch.linspace(-8, 8, 1601, dtype=torch.float64)  # (1601,)
dx = 0.01

def bell(x: Tensor, mean: float = 0.0, sd: float = 1.0) -> Tensor:
    """The density of N(mean, sd²) at x, any shape."""
    return torch.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))

def data_density(x: Tensor) -> Tensor:
    return 0.5 * bell(x, -1.5, 0.8) + 0.5 * bell(x, 1.5, 0.8)

p_data, p_g = data_density(x), bell(x, 0.5, 1.5)  # (1601,) each
print(f"integrals: {p_data.sum() * dx:.6f} and {p_g.sum() * dx:.6f}")

# %% [markdown]
# Draw 100,000 points from each and throw them together. Then go along the line in bins, and count: of the points in this bin, which share is real?

# %%
def draw_data(n: int, generator: Generator) -> Tensor:
    """n points (n,) from p_data: a side by a coin, then Gaussian noise."""
    side = 3.0 * torch.randint(0, 2, (n,), generator=generator) - 1.5
    return side + 0.8 * torch.randn(n, generator=generator)

def draw_fakes(n: int, generator: Generator, mean: float = 0.5, sd: float = 1.5) -> Tensor:
    """n points (n,) from the generator's density."""
    return mean + sd * torch.randn(n, generator=generator)

chance = Generator().manual_seed(0)
edges = torch.linspace(-5, 5, 41)
real = torch.histogram(draw_data(100_000, chance), edges).hist  # (40,) counts
fake = torch.histogram(draw_fakes(100_000, chance), edges).hist
share = real / (real + fake)

# %%
predict("07.edge")

# %% slide_type="slide" tags=["plot"]
def draw_densities(ax, p: Tensor = p_data, q: Tensor = p_g) -> None:
    for density, color, line, name in ((p, plots.QUIET, "-", "$p_{data}$"), (q, plots.MADE, "--", "$p_G$")):
        ax.fill_between(x, density, color=color, alpha=0.15, lw=0)
        ax.plot(x, density, color=color, ls=line, label=name)
    ax.set(xlim=(-5, 5), ylim=(0, None), ylabel="density")
    ax.legend()

fig, (top, below) = plots.canvas(width=8.5, height=5, rows=2)
draw_densities(top)
below.bar((edges[:-1] + edges[1:]) / 2, share, width=0.23, color=plots.QUIET)
below.axhline(0.5, color=plots.INK, lw=1, ls=":")
below.set(xlim=(-5, 5), ylim=(0, 1), xlabel="x", ylabel="share that is real")
plots.set_finding(fig, "A perfect judge says which share of the points is real, bin by bin")
show(fig, alt="Above, the density of the data with two bumps and the generator's single wide one. Below, bars: the share of real points in "
              "each bin, above a half at both bumps, below it in the middle and toward the edges")

# %% [markdown] slide_type="notes"
# Point at one bin: so many real points, so many fakes, and nobody can do better than name the share. Let somebody say Bayes' rule aloud: prior one half each, likelihoods p_data and p_G. Ask for the middle, where there are plenty of points: rather fake. And at the edges: nearly all fake, since the generator is the wider one. What goes wrong: a high density is read as "real". Only the ratio counts.

# %% [markdown]
# The bars are what a perfect judge would say. Nobody can do better than to know how often a point *at this place* is real. Look at the middle: plenty of points, and a judge
# who sees one there had better say "rather fake". The next exercise writes the bars as a formula.

# %% [markdown] slide_type="slide" only="slides"
# ## The best judge is Bayes' rule
#
# $$D^*(x) = P(\text{real} \mid x) = \frac{p_\text{data}(x)}{p_\text{data}(x) + p_G(x)}$$
#
# Bayes' rule, with as many real points as fake ones. What is it where $p_\text{data} = 0.12$ and $p_G = 0.03$?

# %% [markdown] slide_type="fragment" only="slides"
# $$D^* = \frac{0.12}{0.12 + 0.03} = 0.8 \qquad\text{four of five are real}$$

# %% [markdown] slide_type="notes"
# Put the two numbers into the formula before you show the last line, and let the room say "four of five". Ask what changes with nine fakes to one real point: the fakes' density counts nine times. Ask for a place where both densities are 0: no evidence, and we say one half. What goes wrong: the formula is taken for something a network computes. It needs both densities, which nobody has.

# %% [markdown]
# ### Exercise 7.1 · The optimal discriminator
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# $$D^*(x) = \frac{p_\text{data}(x)}{p_\text{data}(x) + p_G(x)}$$
#
# In words: of all that lands at $x$, the share that is real, if half of all points are real. (The half is a convention: with nine fakes to one real point, the fakes' density would
# count nine times.) `p_data` and `p_g` are densities at the same places, tensors of equal shape. Where both are exactly 0 nothing ever lands, and $0/0$ is NaN; return ½ there, no
# evidence either way.

# %%
def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The best P(real) at each place, for densities of equal shape; ½ where both are 0."""
    # 1. the sum of both densities
    # 2. the share of p_data, and ½ where the sum is 0
    ### BEGIN SOLUTION
    total = p_data + p_g
    return torch.where(total > 0, p_data / total, 0.5)
    ### END SOLUTION

# %%
optimal_discriminator = check(optimal_discriminator)

# %%
d_star = optimal_discriminator(p_data, p_g)  # (1601,)
middles = ((edges[:-1] + edges[1:]) / 2).double()
formula = optimal_discriminator(data_density(middles), bell(middles, 0.5, 1.5))
many = real + fake > 2000
print(f"bins with more than 2,000 points: formula and count differ by at most {(share - formula)[many].abs().max():.3f}")

# %% [markdown]
# And toward the edges? There $p_G$ is the wider one, so nearly all of the little that comes from there is fake, and $D^*$ goes to 0. Only the *ratio* of the densities counts.
#
# Now play with it. Drag the generator's density (or a bump of the data) with the mouse, or use the sliders with the arrow keys. Put $p_G$ on one bump. Make it very wide, then very narrow.
# Then choose densities "with ends", which are exactly 0 outside of an interval, and look for the three values that $D^*$ then takes.

# %% [markdown] slide_type="slide" only="slides"
# ## Only the ratio of the densities counts

# %% slide_type="-"
embed("optimal_discriminator")

# %% [markdown] slide_type="notes"
# Drag the generator's density slowly over one bump, then make it very wide, then very narrow; in a printed deck, sketch it. Ask before each move where D* will be above one half. Then choose densities with ends: where only one of them is above 0, D* is 0 or 1, and where neither is, one half. What goes wrong: the curve is expected to follow the data's bumps; beside them it depends on whose tail is the heavier one.

# %% [markdown]
# ### Exercise 7.2 · By hand
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# At some place $p_\text{data}(x) = 0.12$ and $p_G(x) = 0.03$. What does a perfect judge say?

# %%
### BEGIN SOLUTION
answers["7.2"] = 0.12 / (0.12 + 0.03)
### END SOLUTION

# %%
check(answers, "7.2")

# %% [markdown]
# ### Where the formula comes from
#
# The judge's score is a log: $\log D(x)$ for a real point, $\log(1 - D(x))$ for a fake one. It is 0 if the judge was certain and right, and very negative if it was certain and wrong. The
# average score is the **value** of the game,
#
# $$\begin{aligned} V(D, G) &= \underbrace{\mathbb E_{x\sim p_\text{data}}[\log D(x)]}_{\text{real points}} + \underbrace{\mathbb E_{x\sim p_G}[\log(1 - D(x))]}_{\text{fakes}} \\
# &= \int \big(p_\text{data}(x)\log D(x) + p_G(x)\log(1 - D(x))\big)\,dx . \end{aligned}$$
#
# $D$ makes it as large as it can, $G$ as small as it can. Under the integral each place stands by itself: what $D$ says at one $x$ doesn't matter at any other. So look at one place, with $p$ for
# $p_\text{data}(x)$, $q$ for $p_G(x)$, and $d$ for what the judge says there. Its score there is $p\log d + q\log(1-d)$. The slope in $d$ is
#
# $$\frac{p}{d} - \frac{q}{1-d} = 0 \quad\Longleftrightarrow\quad p(1-d) = q\,d \quad\Longleftrightarrow\quad d = \frac{p}{p+q} .$$
#
# In words: raising $d$ gains $p/d$ on real points and loses $q/(1-d)$ on fakes, and the best $d$ is where these are equal. It is a maximum, since both logs bend downwards.

# %% slide_type="slide"
d = torch.linspace(0.01, 0.99, 99)
fig, (ax,) = plots.canvas(width=8, height=4)
for (p, q), color, line in zip([(0.12, 0.03), (0.1, 0.1), (0.02, 0.15)], plots.SERIES, ["-", "--", "-."]):
    earned = p * d.log() + q * (1 - d).log()
    ax.plot(d, earned, color=color, ls=line, label=f"$p_{{data}}$ = {p}, $p_G$ = {q}: best at {p / (p + q):.2f}")
    ax.plot([p / (p + q)], [earned.max()], "o", color=color, ms=9)
ax.set(xlabel="what the judge says, d", ylabel="earned at this place (nats per x)", ylim=(-0.4, 0))
ax.legend(loc="lower center")
plots.set_title(ax, "Each place has its own best answer, p / (p + q)")
show(fig, alt="Three arches over d from 0 to 1, what the judge earns at three places; their tops lie at 0.80, 0.50 and 0.12, each at p over p plus q")

# %% [markdown] slide_type="-" only="slides"
# $V(D, G) = \int \big(p\log D + q\log(1 - D)\big)\,dx$, the judge's mean score

# %% [markdown] slide_type="notes"
# V is the value of notebook 06: the judge's mean log score. p and q are the two densities. A curve is one place's share of it. Do the derivative on the board: p over d, minus q over one minus d, equals 0. Ask why the integral may be maximized place by place: what D says here does not matter anywhere else. What goes wrong: the constraint is forgotten that a network is not free at each place.

# %% [markdown]
# ## 2 · What the judge earns
#
# ### Exercise 7.3 · The value of the game
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$\begin{aligned} V &= \int \big(p_\text{data}\log D + p_G\log(1 - D)\big)\,dx \\
# &\approx \sum_i \big(p_{\text{data},i}\log d_i + p_{G,i}\log(1 - d_i)\big)\cdot dx \end{aligned}$$
#
# In words: at each grid point multiply both logs by their densities, add up over the grid, multiply by the spacing `dx`. Where a density is 0, its term is 0, even if the log is $-\infty$; the computer makes NaN of $0\cdot\infty$. `torch.xlogy(a, b)`
# is $a\log b$ with $0\log 0 = 0$. Where $D$ is certain and wrong, $V$ is $-\infty$; let it be, without a clamp or a small number in the log.

# %%
def gan_value(d: Tensor, p_data: Tensor, p_g: Tensor, dx: float) -> Tensor:
    """V(D, G) in nats, for d = P(real) and two densities, all (M,), on a grid of spacing dx."""
    # 1. what is earned at each grid point, on real points and on fakes
    # 2. the integral: the sum times dx
    ### BEGIN SOLUTION
    earned = torch.xlogy(p_data, d) + torch.xlogy(p_g, 1 - d)  # (M,)
    return earned.sum() * dx
    ### END SOLUTION

# %%
gan_value = check(gan_value)

# %%
judges = {"always ½": torch.full_like(x, 0.5), "D*": d_star, "always certain, 0.95 or 0.05": torch.where(d_star > 0.5, 0.95, 0.05),
          "D*, upside down": 1 - d_star}
for name, d in judges.items():
    print(f"{name:29s} V = {gan_value(d, p_data, p_g, dx):8.4f} nats")

# %% [markdown]
# $D^*$ has the largest value. A judge that always says ½, as a coin would, has $\log ½ + \log ½ = -\log 4 = -1.386$, whatever the densities. The third judge takes the right side each time and is too certain; its value is below that of the coin.
#
# That $D^*$ beats three others proves nothing yet, and the derivation used calculus. So let the computer find the best $D$ without knowing the formula. Start with a judge who says 0.001 everywhere. At each place,
# raise what it says by 0.001 as long as the score there grows, and stop when it grows nowhere. The code doesn't contain $p_\text{data} / (p_\text{data} + p_G)$.

# %%
def earned(d: Tensor) -> Tensor:
    """What the judge d earns at each place of the grid, (1601,)."""
    return torch.xlogy(p_data, d) + torch.xlogy(p_g, 1 - d)

d, levels = torch.full_like(x, 0.001), []
for lift in range(1000):
    if lift in (100, 300, 500, 700):
        levels.append(d)
    higher = (d + 0.001).clamp(max=0.999)
    grows = earned(higher) > earned(d)
    if not grows.any():
        break
    d = torch.where(grows, higher, d)
levels.append(d)
print(f"stopped after {lift} lifts; largest gap to D*: {(d - d_star).abs().max():.4f}")
print("V on the way:", ", ".join(f"{gan_value(level, p_data, p_g, dx):.4f}" for level in levels))
assert (d - d_star).abs().max() <= 0.0011

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
for level, lifts, shade in zip(levels, (100, 300, 500, 700, "all"), (0.25, 0.4, 0.55, 0.7, 1)):
    ax.plot(x, level, color=plots.HOUSE, alpha=shade, lw=2, label=f"{lifts} lifts: V = −{-gan_value(level, p_data, p_g, dx):.4f}")
ax.plot(x[::40], d_star[::40], "o", color=plots.ACCENT, ms=5, label="$p_{data}\\,/\\,(p_{data}+p_G)$")
ax.set(xlim=(-5, 8), ylim=(0, 1), xlabel="x", ylabel="what the judge says", xticks=range(-4, 5, 2))
ax.legend(loc="center right")
plots.set_title(ax, "Lifted until V stops growing, D traces D*")
show(fig, alt="Curves of the judge after 100, 300, 500, 700 and all lifts rise and stop where they reach D*; the last one lies on the dots of D*; "
              "the value in the legend grows from each to the next")

# %% [markdown] slide_type="notes"
# The legend lists the curves from bottom to top. The judge starts at 0.001 everywhere and is lifted wherever its value grows; nothing in the code knows the formula, and the dots are the formula. Ask what V does with each lift: it grows, to minus 1.2831. What goes wrong: somebody says that the derivation had proved it anyway. It had; a check that does not use it finds typing errors.

# %% [markdown]
# Wherever the curve reaches $D^*$ it stays. The value grows with every lift, and the last curve lies on the formula, to within the 0.001 of one lift.

# %% [markdown]
# ### A word on labels
#
# You will also meet the discriminator's problem as $\arg\max_D \mathbb E[\log D(G(z)) + \log(1 - D(x))]$. There $D$ should be large on $G(z)$, so it is $P(\text{fake})$. Most texts, and this course, have
# $D = P(\text{real})$. Replace $D$ by $1 - D$, and one becomes the other: same game, opposite label.

# %%
def value_with_p_fake(d: Tensor) -> Tensor:
    """E[log D(G(z))] + E[log(1 − D(x))], with D = P(fake)."""
    return (torch.xlogy(p_g, d) + torch.xlogy(p_data, 1 - d)).sum() * dx

for name, d in judges.items():
    print(f"{name:29s} V(D) = {gan_value(d, p_data, p_g, dx):.4f}   other, of 1 − D: {value_with_p_fake(1 - d):.4f}")

# %% [markdown]
# ### Exercise 7.4 · Reading the other label
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# In a text with the other convention you read $D(x) = 0.9$ for some image $x$. What does that judge think?
#
# - **a** It is fairly sure that $x$ is real.
# - **b** It has the logit 0.9, so nearly 0.7 for real.
# - **c** It gives $x$ a chance of 0.1 of being real.
# - **d** Nothing can be said without knowing the densities.

# %%
### BEGIN SOLUTION
answers["7.4"] = "c"
### END SOLUTION

# %%
check(answers, "7.4")

# %% [markdown]
# ### How far apart?
#
# The better the judge can do, the further apart the two densities are. So the value at $D^*$ should be some measure of distance. It is one you can name. With the mixture
# $m = ½(p + q)$, the **Jensen–Shannon divergence** is
#
# $$\mathrm{JS}(p, q) = ½\,\mathrm{KL}(p\,\|\,m) + ½\,\mathrm{KL}(q\,\|\,m), \qquad \mathrm{KL}(p\,\|\,m) = \int p\,\log\frac{p}{m}\,dx .$$
#
# In words: how much more does a draw from $p$ or $q$ surprise somebody who expects a fair mix of both than somebody who knows which of the two it comes from? It is 0 where they are equal and $\log 2$ where they never overlap.

# %% [markdown]
# ### Exercise 7.5 · Jensen–Shannon on a grid
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# Notebook 04 has it for coins and dice; here $p$ and $q$ are densities, so the sum gets a `dx`. In nats, and with $0\log 0 = 0$.

# %%
def jensen_shannon(p: Tensor, q: Tensor, dx: float) -> Tensor:
    """JS(p, q) in nats, for densities (M,) on a grid of spacing dx."""
    # 1. the mixture
    # 2. the two integrands p log p − p log m and q log q − q log m
    # 3. the sum times dx, halved
    ### BEGIN SOLUTION
    m = (p + q) / 2
    terms = torch.xlogy(p, p) - torch.xlogy(p, m) + torch.xlogy(q, q) - torch.xlogy(q, m)
    return terms.sum() * dx / 2
    ### END SOLUTION

# %%
jensen_shannon = check(jensen_shannon)

# %% [markdown]
# ### Exercise 7.6 · Derive the identity
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# The claim, and an exam question: **$V(D^*, G) = -\log 4 + 2\,\mathrm{JS}(p_\text{data}, p_G)$**. Put the four lines of the proof in order, and type them as one word, such as `"abcd"`. Write $p$ for $p_\text{data}$, $q$ for $p_G$,
# and $m = ½(p+q)$.
#
# - **a** $= \int p \log\dfrac{p}{2m} + q\log\dfrac{q}{2m}\;dx$
# - **b** $= -\log 4 + 2\,\mathrm{JS}(p, q)$
# - **c** $V(D^*, G) = \int p \log\dfrac{p}{p+q} + q\log\dfrac{q}{p+q}\;dx$
# - **d** $= -\log 2 - \log 2 + \int p\log\dfrac pm\,dx + \int q\log\dfrac qm\,dx$

# %%
### BEGIN SOLUTION
answers["7.6"] = "cadb"
### END SOLUTION

# %%
check(answers, "7.6")

# %% [markdown] slide_type="slide" only="slides"
# ## What the best judge earns is a distance, JS
#
# $$\begin{aligned} V(D^*, G) &= \int p \log\frac{p}{p+q} + q\log\frac{q}{p+q}\,dx\\
# &= -\log 4 + \mathrm{KL}(p\,\|\,m) + \mathrm{KL}(q\,\|\,m) \\ &= -\log 4 + 2\,\mathrm{JS}(p, q)\end{aligned}$$
#
# $p = p_\text{data}$, $q = p_G$, $m = ½(p + q)$. It holds for $D^*$ and for no other $D$.

# %% [markdown] slide_type="notes"
# Go line by line, and let the room say what happened: q over p plus q is q over twice the mixture, and the 2 comes out as log 2, twice. Ask for both ends: equal densities give minus log 4; densities that never touch give 0. The condition at the bottom belongs to the answer in an exam. What goes wrong: "a GAN minimizes JS" is said without it.

# %% [markdown]
# Does it hold? Two hundred pairs of random densities, mixtures of three Gaussians each. One thing has to be said about the computer: far out in a tail $p_G$ may be above 0, and yet so much smaller than $p_\text{data}$ that $D^*$ is *rounded* to 1. Then
# $\log(1 - D^*)$ is $-\infty$ where it should be −37 or somewhat less, and with it the whole value is $-\infty$. So we cut each density to exactly 0 where it is below $10^{-12}$, and normalize what is left.

# %%
def random_density(generator: Generator, cut: float = 1e-12) -> Tensor:
    """A mixture of three Gaussians on the grid (1601,), 0 below `cut`, integral 1."""
    weights, mean, sd = torch.rand(3, 3, generator=generator, dtype=torch.float64)
    p = bell(x[:, None], 6 * mean - 3, 0.3 + sd) @ weights  # (1601, 3) @ (3,)
    p = p / (p.sum() * dx)
    p = torch.where(p > cut, p, 0.0)
    return p / (p.sum() * dx)

def both_sides(p: Tensor, q: Tensor) -> tuple[float, float]:
    value = gan_value(optimal_discriminator(p, q), p, q, dx)
    return value.item(), jensen_shannon(p, q, dx).item()

chance = Generator().manual_seed(1)
pairs = [(random_density(chance), random_density(chance)) for _ in range(200)]
values, js = torch.tensor([both_sides(p, q) for p, q in pairs], dtype=torch.float64).T  # (200,) each
worst = (values - (-math.log(4) + 2 * js)).abs().max().item()
print(f"200 pairs: the two sides differ by at most {worst:.1e} nats")
assert worst < 1e-6

uncut = [both_sides(random_density(chance, 0.0), random_density(chance, 0.0))[0] for _ in range(200)]
print(f"200 pairs without the cut: {sum(value == -math.inf for value in uncut)} values are −∞, by rounding alone")

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8, height=4.4)
ax.plot([0, math.log(2)], [-math.log(4), 0], color=plots.QUIET, lw=1.4, label="−log 4 + 2 JS")
ax.plot(js, values, "o", color=plots.HOUSE, ms=5, alpha=0.6, label="200 random pairs, D*")
blunt = torch.stack([gan_value((0.5 + optimal_discriminator(p, q)) / 2, p, q, dx) for p, q in pairs])
ax.plot(js, blunt, "x", color=plots.ACCENT, ms=5, alpha=0.8, label="the same, D halfway to ½")
ax.set(xlabel="JS (nats)", ylabel="V (nats)")
ax.legend()
plots.set_title(ax, "With the best D, V is −log 4 + 2 JS; with another D it is less")
show(fig, alt="Value over JS: for the best discriminator all 200 points lie on the straight line minus log 4 plus 2 JS; for a blunter "
              "discriminator they lie below it")

# %% [markdown] slide_type="notes"
# Two hundred pairs of random densities. With D* all lie on the line, to rounding; with a judge halfway to one half they lie below, and the gap grows with JS. Ask why never above: D* is the maximum. Then the computer's side: without cutting tiny tails, 24 of 200 values are minus infinity by rounding alone. What goes wrong: crosses are read as noise. They are another judge, and a bias.

# %% [markdown]
# All 200 dots lie on the line. (Exercise 7.7 asks for its two ends.) The crosses are for a judge halfway between ½ and D*; they lie below the line, and the gap grows.

# %% [markdown]
# ### Exercise 7.7 · Two ends of a line
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# The two ends of the line, in nats: **a** the value $V(D^*, G)$ where $p_G = p_\text{data}$; **b** the value where the two never overlap.

# %%
### BEGIN SOLUTION
answers["7.7a"] = -math.log(4)
answers["7.7b"] = -math.log(4) + 2 * math.log(2)
### END SOLUTION

# %%
check(answers, "7.7a")
check(answers, "7.7b")

# %% [markdown]
# ### Only with the best judge
#
# You will read that "minimizing the GAN objective is minimizing JS". True for $D^*$, and $D^*$ changes with every step of $G$. What if the judge stays as it is? The data are N(0, 1), the generator N($m$, 1) starts at $m = 2$, the judge is perfect
# for that and then frozen.

# %%
predict("07.frozen")

# %%
def value_at(m: float, judge: Tensor | None = None) -> float:
    """V for data N(0, 1) and a generator N(m, 1): with the given judge, or with the best one for this m."""
    p, q = bell(x), bell(x, m)
    best = optimal_discriminator(p, q)
    return gan_value(best if judge is None else judge, p, q, dx).item()

frozen = optimal_discriminator(bell(x), bell(x, 2.0))
places = torch.linspace(-3, 3, 61).tolist()
always_best, always_old = [value_at(m) for m in places], [value_at(m, frozen) for m in places]

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
ax.plot(places, always_old, color=plots.ACCENT, ls="--", label="judge frozen at m = 2")
ax.plot(places, always_best, color=plots.HOUSE, label="best judge for each m: −log 4 + 2 JS")
ax.plot([2], [value_at(2.0)], "o", color=plots.INK, ms=9)
ax.annotate("start: same value, same slope", (2, value_at(2.0)), xytext=(-8, 14), textcoords="offset points", ha="right")
ax.set(xlabel="mean m of the generator (the data are at 0)", ylabel="V (nats)", ylim=(-6, 0.1))
ax.legend(loc="lower right")
plots.set_title(ax, "A frozen judge sends the generator past the data")
show(fig, alt="Value over the generator's mean: with the best judge a valley whose bottom is at 0, the data; with the judge frozen at 2 "
              "a curve that touches it there and falls on and on to the left, through 0 and beyond")

# %% [markdown] slide_type="notes"
# Read the solid curve first: a valley with its bottom at the data. Then the dashed one, the judge frozen at 2: same value and slope at the start, and no bottom. Ask where descent on it leads: through the data and out on the other side. That is why the two are trained in turns. What goes wrong: "with D at its optimum" is left out, error nine of the errata page.

# %% [markdown]
# The two curves touch at the start, with the same slope: a *small* step of the generator against a perfect judge is a step down JS. But the frozen curve has no minimum. It lies below the other one everywhere else, and gradient descent on it
# leads through the data at 0 and out on the other side. That is why GANs are trained in turns, a little $D$, a little $G$, and why JS explains the game rather than what happens in a run.

# %% tags=["solution"]
# What the text claims: below everywhere, touching at the start, no bottom.
assert all(old <= best + 1e-9 for old, best in zip(always_old, always_best))
assert (torch.tensor(always_old).diff() > 0).all() and min(always_best) == always_best[30]
step = 1e-3
slopes = [(value_at(2 + step, judge) - value_at(2 - step, judge)) / (2 * step) for judge in (None, frozen)]
assert abs(slopes[0] - slopes[1]) < 1e-5

# %% [markdown]
# ## 3 · A judge knows densities
#
# So far the densities were given. In a real GAN nobody knows them; there are samples. Give a small network 20,000 points of each, and train it as a classifier: real is 1, fake is 0, binary cross-entropy. That loss, one mean over the real points plus one over the fakes, is
# $-V$ on samples, so the best network is the one closest to $D^*$. The network returns logits $a$, and $D = \mathrm{sigmoid}(a)$.
#
# ### Exercise 7.8 · One step of a judge
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# Write one update of the judge on a batch of real points and a batch of fakes. From logits, $-\log D$ is `F.softplus(-a)` and $-\log(1 - D)$ is `F.softplus(a)`: never the log of a sigmoid, which is $-\infty$ where the sigmoid is rounded to 0. The fakes are given: detach them, so that no gradient runs back into whoever made them.
# Return $V$ on this batch before the step, as a float.

# %% [markdown] slide_type="slide" only="slides"
# ## A classifier of samples is a judge of densities
#
# 20,000 real points, labeled 1. 20,000 fakes, labeled 0. A small network, trained as a classifier:
#
# $$\text{cross-entropy, real half + fake half} = -V(D, G)$$
#
# So the best network is the one closest to $D^*$. Nobody tells it a density.

# %% [markdown] slide_type="notes"
# Up to here both densities were given. From now on there are points and labels. Say the middle line slowly: minus the value is a cross-entropy, so any classifier of real against fake is looking for D*. Ask where the network can't know: where neither has points. What goes wrong: "the discriminator is trained adversarially" is thought to be a new kind of training. For D it is plain classification.

# %%
def judge_step(judge: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor) -> float:
    """One step of descent on −V for real (N, 1) and fake (M, 1): V on this batch before the step."""
    # 1. the loss, −V from logits: a mean over real points plus a mean over the detached fakes
    # 2. zero, backward, step
    # 3. V, as a float
    ### BEGIN SOLUTION
    loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake.detach())).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return -loss.item()
    ### END SOLUTION

# %%
judge_step = check(judge_step)

# %%
def train_judge(real: Tensor, fake: Tensor, seed: int = 0, steps: int = 600, step=judge_step, fakes_per_real: int = 1) -> nn.Module:
    """A small network trained to tell real points (N,) from fake ones (M,); it returns logits (…, 1)."""
    set_seed(seed)
    net = nn.Sequential(nn.Linear(1, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
    optimizer = adam(net.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps)
    for _ in range(steps):
        some_real, some_fake = torch.randint(0, len(real), (256,)), torch.randint(0, len(fake), (256 * fakes_per_real,))
        step(net, optimizer, real[some_real, None], fake[some_fake, None])
        schedule.step()
    return net

@torch.no_grad()
def says(net: nn.Module, points: Tensor) -> Tensor:
    """P(real) for points (M,), in float64: (M,)."""
    return net(points.float()[:, None])[:, 0].double().sigmoid()

# %% [markdown]
# Where there are no points the network has nothing to go by, so we compare where there are some: where the mixture $½(p_\text{data} + p_G)$ is above 0.02. The **gap** is the largest difference from $D^*$ there. Five samples and five
# networks, with 20,000 and with 2,000 points of each kind.

# %%
mixture = (p_data + p_g) / 2
where = mixture > 0.02
print(f"{100 * mixture[where].sum() * dx:.1f} % of all points lie there")

curves, gaps = {}, {}
for n in (20_000, 2_000):
    for seed in range(5):
        chance = Generator().manual_seed(seed)
        net = train_judge(draw_data(n, chance), draw_fakes(n, chance), seed)
        curves[n, seed] = says(net, x)
        if (n, seed) == (20_000, 0):
            judge = net
    gaps[n] = torch.stack([(curves[n, seed] - d_star)[where].abs().max() for seed in range(5)])
    print(f"{n:6,} each, gap to D*: " + " ".join(f"{gap:.3f}" for gap in gaps[n]) + f", median {gaps[n].median():.3f}")

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=4.4)
ax.axvspan(x[where].min(), x[where].max(), color=plots.QUIET, alpha=0.1, lw=0)
for seed in range(5):
    ax.plot(x, curves[20_000, seed], color=plots.HOUSE, lw=1.3, alpha=0.7, label="five networks" if seed == 0 else None)
ax.plot(x, d_star, color=plots.ACCENT, ls="--", lw=2.6, label="D*")
ax.set(xlim=(-6, 6), ylim=(0, 1), xlabel="x", ylabel="P(real)")
ax.legend(loc="upper left")
plots.set_title(ax, f"Where there are points, networks find D* to within {gaps[20_000].median():.3f}")
show(fig, alt="Five trained networks lie close to the dashed curve of D* within the gray band that holds nearly all points, and part from each "
              "other outside of it")

# %% [markdown] slide_type="notes"
# Five networks, five samples, one curve, inside the gray band, which holds 98 percent of all points. Ask what happens outside: they guess, and not alike. With 2,000 points of each kind the gap is larger or about as large; the spread over seeds is nearly as large as the difference. What goes wrong: one run with fewer points looks better, and somebody concludes that less data is enough.

# %% [markdown]
# Five networks, five samples, one curve, within the gray band where the points are. Outside the networks guess, and they don't guess alike. With 2,000 points the gap is larger or about as large; the spread over seeds says not to read too much into a single run.

# %% tags=["solution"]
# What the text claims.
assert gaps[20_000].median() < 0.05 < gaps[2_000].max() + 0.02 and gaps[2_000].median() < 0.12

# %% [markdown]
# ### Exercise 7.9 · The density ratio
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# Turn $D = p_\text{data}/(p_\text{data}+p_G)$ around:
#
# $$\frac{p_\text{data}(x)}{p_G(x)} = \frac{D(x)}{1 - D(x)}$$
#
# In words: "4 of 5 are real" means that real points are 4 times as dense here. Where $D = 1$ there are no fakes at all, and the ratio is infinite; let it be `inf`.

# %%
def density_ratio(d: Tensor) -> Tensor:
    """p_data / p_G at each place, from d = P(real) of any shape; inf where d is 1."""
    # P(real) over P(fake)
    ### BEGIN SOLUTION
    return d / (1 - d)
    ### END SOLUTION

# %%
density_ratio = check(density_ratio)

# %% [markdown]
# A ratio of densities can correct samples. Let each fake point $x_i$ count $w_i = p_\text{data}(x_i)/p_G(x_i)$ times. Then averages over fakes become averages over data:
#
# $$\mathbb E_{p_\text{data}}[f(x)] = \mathbb E_{p_G}\Big[\frac{p_\text{data}(x)}{p_G(x)} f(x)\Big] \approx \frac{\sum_i w_i f(x_i)}{\sum_i w_i}, \qquad w_i = \frac{D(x_i)}{1 - D(x_i)} .$$
#
# This is called importance weighting. If few points carry most of the weight, the average rests on these few. The **effective sample size** says on how many, $\left(\sum w\right)^2 / \sum w^2$ (Kish, 1965): $N$ for $N$ equal weights, 1 if one carries
# all.

# %%
predict("07.reweight")

# %%
def effective_sample_size(weights: Tensor) -> float:
    """How many equally weighted points the weights (N,) are worth."""
    return (weights.sum() ** 2 / (weights**2).sum()).item()

fakes = draw_fakes(20_000, Generator().manual_seed(10)).double()
by_formula = density_ratio(optimal_discriminator(data_density(fakes), bell(fakes, 0.5, 1.5)))
by_network = density_ratio(says(judge, fakes))
for name, w in {"no weights": torch.ones_like(fakes), "D*": by_formula, "the network": by_network}.items():
    mean = (w * fakes).sum() / w.sum()
    spread = ((w * fakes**2).sum() / w.sum() - mean**2).sqrt()
    print(f"{name:12s} mean {mean:6.3f}   spread {spread:.3f}   mean weight {w.mean():.3f}   worth {effective_sample_size(w):7,.0f} points")
print(f"the data     mean {0:6.3f}   spread {math.sqrt(1.5**2 + 0.8**2):.3f}")

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=9.5, height=4, cols=2)
bins = torch.linspace(-5, 5, 51).tolist()
for ax, weights, title in zip(axes, (None, by_network.numpy()), ("20,000 fakes as they are", "each counted D / (1 − D) times")):
    ax.hist(fakes.numpy(), bins, weights=weights, density=True, color=plots.MADE, alpha=0.4)
    ax.plot(x, p_data, color=plots.INK, label="$p_{data}$")
    ax.set(xlim=(-5, 5), ylim=(0, 0.36), xlabel="x", ylabel="density")
    ax.set_title(title, fontsize=12)
    ax.legend()
plots.set_finding(fig, "Weighted by the network's judgment, fakes have the data's two bumps")
show(fig, alt="Left, the histogram of fakes is one broad bump beside the data's two. Right, the same fakes weighted with D over 1 minus D: the "
              "histogram follows the two bumps of the data")

# %% [markdown] slide_type="notes"
# Nobody moved a point. Each of the 20,000 fakes counts D over one minus D times, and the histogram has the data's two bumps. Ask what it costs: they are worth about 12,700 points, for a few carry much of the weight. What goes wrong: people think that the generator has become better. It draws as before; only averages are corrected, and only where it draws at all.

# %% [markdown]
# The same 20,000 fakes, not one of them moved. The network never saw a density, and its weights bring the mean and the spread close to those of the data. What it costs stands in the last column: the weighted fakes are worth fewer points than there are.
#
# ### When it fails
#
# Take other generators, and weight with the *exact* ratio, so that no network can be blamed. The last one has collapsed: it makes the right half of the data and nothing else. The data's mean is 0.

# %% [markdown] slide_type="slide" only="slides"
# ## Which generators can weights repair?
#
# Each fake counts $D^*/(1 - D^*)$ times, on average "weight" times. "Worth": as many fakes that count alike. The data have mean 0 and spread 1.70.

# %% slide_type="fragment"
def weigh(draws: Tensor, density_there: Tensor) -> tuple[float, float, float, float]:
    """Weighted mean, spread, mean weight and effective sample size of draws (N,) from a density, known at the draws."""
    w = density_ratio(optimal_discriminator(data_density(draws), density_there))
    mean = (w * draws).sum() / w.sum()
    spread = ((w * (draws - mean) ** 2).sum() / w.sum()).sqrt()
    return mean.item(), spread.item(), w.mean().item(), effective_sample_size(w)

table = {}
for mean, sd in ((0.5, 1.5), (1.5, 1.5), (0.0, 4.0), (4.0, 0.5)):
    draws = draw_fakes(20_000, Generator().manual_seed(3), mean, sd).double()
    table[f"N({mean}, {sd}²)"] = draws.mean().item(), *weigh(draws, bell(draws, mean, sd))
half = draw_data(20_000, Generator().manual_seed(3)).double().abs()
table["right half only"] = half.mean().item(), *weigh(half, 2 * data_density(half))

rows = {name: [f"{plain:.2f}", f"{weighted:.2f}", f"{spread:.2f}", f"{mean_weight:.3f}", f"{worth:,.0f}"] for name, (plain, weighted, spread, mean_weight, worth) in table.items()}
fig = plots.score_table(rows, ["mean", "weighted", "spread", "weight", "worth"], marked={("N(4.0, 0.5²)", "worth"), ("right half only", "weight")},
                        title="Weights can't bring back what was never drawn, and two numbers say so")
show(fig, alt="A table of five generators: plain mean, weighted mean and spread, mean weight, effective sample size. "
              + "; ".join(f"{name}: weighted mean {values[1]}, mean weight {values[3]}, worth {values[4]}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# Before you show the table, ask what weights can't repair. The first three rows come back to mean 0 and spread 1.7; the last two generators never land on the left bump. Then the two numbers in orange: 18 of 20,000 points carry all the weight, or the mean weight is one half, so half of the data is missing. What goes wrong: the last row looks perfect by its effective size. It knows only what was drawn.

# %% [markdown]
# The columns: plain and weighted mean, weighted spread, mean weight, and how many points the weighted ones are worth. The first three generators are off center or too wide, and reach all of the data: the weights give back its mean and its spread, and fewer points are left. The last two never land on the left bump of the data. No weight can bring back points that were never drawn, so the weighted mean stays far on the right.
#
# How would you notice, without knowing the data's mean? In the fourth row by the effective sample size: of 20,000 points a handful carry all the weight. In the last row that looks perfect, since it only knows the points that were drawn, and these agree with each other. There the *mean weight* tells. Its expectation
# is $\int p_G\,(p_\text{data}/p_G)\,dx = 1$ where $p_G$ reaches all of the data; ½ says that half of the data is missing. With a *trained* $D$ comes a third trouble: where there are no points, it guesses.

# %% tags=["solution"]
# What the text claims.
rows = list(table.values())  # plain mean, weighted mean and spread, mean weight, worth
assert all(abs(row[1]) < 0.15 and abs(row[2] - 1.7) < 0.1 and abs(row[3] - 1) < 0.1 for row in rows[:3])
assert all(row[1] > 1 for row in rows[3:]) and abs(rows[4][3] - 0.5) < 0.05
assert table["N(4.0, 0.5²)"][4] < 200 and table["right half only"][4] > 19_000

# %% [markdown]
# ### Exercise 7.10 · Worth how many?
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# Four points have the weights 1, 1, 1 and 5. What is their effective sample size?

# %%
### BEGIN SOLUTION
answers["7.10"] = (1 + 1 + 1 + 5) ** 2 / (1 + 1 + 1 + 25)
### END SOLUTION

# %%
check(answers, "7.10")

# %% [markdown]
# ## 4 · When they part
#
# Early in training a generator's points lie nowhere near the data. A perfect judge is then always right. What does that do to the one who should learn from it?

# %% [markdown]
# Two kinds of densities: a bump that *ends*, a cosine between −1 and 1 and exactly 0 outside; and a Gaussian, which never quite ends. The data's bump stands at 0, the generator's is moved away by `shift`.

# %%
predict("07.parted")

# %% [markdown]
# ### Exercise 7.11 · The Wasserstein distance
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# JS asks how well two densities can be told apart. Another question: how far must the points be *carried* to turn one sample into the other? On a line, the cheapest way pairs the smallest with the smallest, the second with the second, and so on:
#
# $$W_1(x, y) = \frac1N\sum_{i=1}^{N}\left|x_{(i)} - y_{(i)}\right|, \qquad x_{(1)} \le x_{(2)} \le \dots$$
#
# In words: sort both samples, of equal size, pair them off, and average the distances. Return a float, and leave `x` and `y` as they are.

# %%
def wasserstein_1d(x: Tensor, y: Tensor) -> float:
    """Mean distance that the points of x (N,) must be carried to become y (N,)."""
    # 1. sort both
    # 2. the mean of the distances
    ### BEGIN SOLUTION
    return (x.sort().values - y.sort().values).abs().mean().item()
    ### END SOLUTION

# %%
wasserstein_1d = check(wasserstein_1d)

# %%
line = torch.linspace(-8, 14, 2201, dtype=torch.float64)  # room for both, spacing 0.01

def cosine_bump(x: Tensor) -> Tensor:
    """A density that is 0 outside of (−1, 1)."""
    return torch.where(x.abs() < 1, (1 + torch.cos(math.pi * x)) / 2, 0.0)

def draw_from(density, n: int, generator: Generator) -> Tensor:
    """n points (n,) from a density around 0, to within the grid's spacing."""
    return line[torch.multinomial(density(line), n, replacement=True, generator=generator)]

kinds = {"bumps that end": cosine_bump, "Gaussians": bell}
shifts = torch.linspace(0, 6, 61).tolist()
chance = Generator().manual_seed(4)
js, w1 = {}, {}
for name, density in kinds.items():
    real, fake = draw_from(density, 4000, chance), draw_from(density, 4000, chance)
    js[name] = [jensen_shannon(density(line), density(line - shift), 0.01).item() for shift in shifts]
    w1[name] = [wasserstein_1d(real, fake + shift) for shift in shifts]

# %% slide_type="slide" tags=["plot"]
fig, (left, right) = plots.canvas(width=10, height=4, cols=2)
for ax, measure, label in ((left, js, "JS (nats)"), (right, w1, "$W_1$ (units of x)")):
    for (name, values), color, style in zip(measure.items(), (plots.HOUSE, plots.ACCENT), ("-", "--")):
        ax.plot(shifts, values, color=color, ls=style, label=name)
    ax.set(xlabel="shift of the generator", ylabel=label)
    ax.legend(loc="lower right")
left.axhline(math.log(2), color=plots.QUIET, lw=1, ls=":")
left.text(0, math.log(2) - 0.01, "log 2", va="top", color=plots.QUIET)
plots.set_finding(fig, "JS does not see how far apart two densities are; W₁ does")
show(fig, alt="Left, JS over the shift: for bumps that end it reaches log 2 at a shift of 2 and stays exactly there; for Gaussians it nears log 2 "
              "smoothly. Right, the Wasserstein distance rises as a straight line for both")

# %% [markdown] slide_type="notes"
# W1 is the earth mover's distance: the least mean way that points are carried. Left: as soon as the bumps that end don't touch, JS is log 2, at a shift of 2 as at 6. Ask what a generator at 6 learns from that: nothing, not even the direction. Gaussians never part, and creep up to log 2. Right: W1 grows by 1 for each unit of shift. What goes wrong: W1 is taken for the difference of means.

# %% tags=["solution"]
# What the text claims: stuck at log 2 once parted; below it for Gaussians.
assert max(abs(value - math.log(2)) for shift, value in zip(shifts, js["bumps that end"]) if shift >= 2) < 1e-6
assert (torch.tensor(js["Gaussians"]).diff() > 0).all() and js["Gaussians"][-1] < math.log(2)
assert all((torch.tensor(measure[5:]).diff() > 0).all() for measure in w1.values())

# %% [markdown]
# From a shift of 2 on, the bumps that end don't touch, and JS is log 2, exactly, at 2 as at 6. Gaussians never part: their JS creeps toward log 2 and never gets there. $W_1$ doesn't care about touching, and grows by 1 for each unit of shift.
#
# $W_1$ is not the difference of the means, though it looks like that here. Compare what it says of a shift and of a spread:

# %% [markdown] slide_type="slide" only="slides"
# ## What does W₁ say where two means agree?
#
# 4,000 points of N(0, 1) against 4,000 of another density, sorted and paired off.

# %% slide_type="fragment"
z, other = draw_from(bell, 4000, chance), draw_from(bell, 4000, chance)
rows = {}
for name, y in {"another draw": other, "shifted by 3": other + 3, "3 times as wide": 3 * other, "shifted and wide": 3 * other + 3}.items():
    rows[name] = [f"{value:.3f}" for value in (abs(y.mean() - z.mean()).item(), wasserstein_1d(z, y), (z - y).abs().mean().item())]
fig = plots.score_table(rows, ["means", "W₁", "unsorted"], marked={("3 times as wide", "W₁"), ("another draw", "unsorted")}, title="W₁ sees a shift, and it sees a spread")
show(fig, alt="N(0, 1) against four others: difference of the means, W1, and the mean distance of unsorted pairs. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# Ask for the third row before the table: the means agree, and each point at z has to be carried to 3z, on average 1.6. Then the last column, which is what you get without sorting: more than 1 even for two draws from one distribution. What goes wrong: the sort is forgotten, and a distance that is never near 0 is reported. The first row is not 0 either; samples are only samples.

# %% [markdown]
# Under a pure shift, $W_1$ *is* the difference of the means. Under a spread the means agree and $W_1$ sees it all the same: each point at $z$ is carried to $3z$, on average $2\,\mathbb E|z| = 1.6$. The last column is what you get without sorting: more than 1 even for two draws from
# one distribution. And the first row isn't quite 0, since samples are only samples.

# %% [markdown]
# ### Exercise 7.12 · Carry by hand
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# What is $W_1$ between the samples 7, 1, 4 and 4, 4, 4?

# %%
### BEGIN SOLUTION
answers["7.12"] = (abs(1 - 4) + abs(4 - 4) + abs(7 - 4)) / 3
### END SOLUTION

# %%
check(answers, "7.12")

# %% [markdown]
# ### What reaches the generator
#
# A generator doesn't see JS. It sees how the loss changes when its points move a little, with the judge held fixed. Two losses are in use. The **saturating** one is the game as written, $\log(1 - D(x))$ on fakes, to be made small. The **non-saturating** one is
# $-\log D(x)$. For a generator that can only shift its density, the **pull** is the mean slope of the loss over its points:
#
# $$\text{pull} = \mathbb E_{x\sim p_G}\left[\frac{d}{dx}\,\text{loss}\big(D^*(x)\big)\right]$$
#
# Positive means that gradient descent carries it back to the data, and 0 means that it stays where it is. For both losses we take the *best* judge for each shift.

# %%
predict("07.gaussians")

# %%
def saturating(d: Tensor) -> Tensor:
    return torch.log1p(-d)  # log(1 − D)

def non_saturating(d: Tensor) -> Tensor:
    return -d.log()  # −log D

def pull(loss, density, shift: float, h: float = 1e-4) -> float:
    """Mean slope of loss(D*(x)) over the generator's points, D* the best judge for this shift, held fixed."""
    def judge(x: Tensor) -> Tensor:
        return optimal_discriminator(density(x), density(x - shift))

    slope = (loss(judge(line + h)) - loss(judge(line - h))) / (2 * h)  # (2201,)
    weight = density(line - shift)
    return torch.where(weight > 1e-12, weight * slope, 0.0).sum().item() * 0.01

pulls = {name: {loss.__name__: [pull(loss, density, shift) for shift in shifts] for loss in (saturating, non_saturating)}
         for name, density in kinds.items()}
print("shift   bumps that end: log(1 − D)  −log D   Gaussians: log(1 − D)  −log D")
for shift in (1.0, 1.9, 2.0, 4.0, 6.0):
    (a, b), (c, d) = ((pull(saturating, density, shift), pull(non_saturating, density, shift)) for density in kinds.values())
    print(f"{shift:5.1f} {a:26.3f} {b:8.2f} {c:22.3f} {d:8.2f}")

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=10, height=4, cols=2)
for ax, (name, both) in zip(axes, pulls.items()):
    for (loss, values), color, style in zip(both.items(), (plots.HOUSE, plots.ACCENT), ("-", "--")):
        ax.plot(shifts, values, color=color, ls=style, label={"saturating": "log(1 − D)", "non_saturating": "−log D"}[loss] + ", infinite" * math.isnan(values[-1]))
    ax.axhline(1, color=plots.QUIET, lw=1.4, ls=":", label="$W_1$")
    ax.set(xlabel="shift of the generator", ylabel="pull toward the data", ylim=(-0.2, 6.2))
    ax.set_title(name, fontsize=12)
    ax.legend(loc="upper left")
axes[0].axvspan(2, 6, color=plots.QUIET, alpha=0.12, lw=0)
axes[0].text(4, 2.6, "apart: log(1 − D)\npulls with 0", ha="center", color=plots.INK)
plots.set_finding(fig, "The saturating pull dies in both cases; the other one grows for Gaussians")
show(fig, alt="Pull over shift. Left, bumps that end: the saturating pull rises, falls, and is exactly 0 from a shift of 2 on; −log D is infinite. "
              "Right, Gaussians: the saturating pull rises and falls back to 0, the non-saturating one keeps growing; W1 pulls with 1 throughout")

# %% [markdown] slide_type="notes"
# A pull is the slope of the loss, averaged over the fakes, with the best judge for each shift. Right, Gaussians: the saturating pull dies, the other one grows with the distance. Left, bumps that end: beyond 2 one pull is exactly 0, and −log D is infinite. Ask which loss saves you there: none. What goes wrong: "D too strong, gradient vanishes" is said of both losses, error six of the errata page.

# %% [markdown]
# **Right**, Gaussians, which never part. The further away, the better the judge. The saturating pull dies: at a shift of 6 next to nothing is left of it. The non-saturating pull *grows*, about as fast as the shift. You will read that "a strong discriminator makes the generator's gradient vanish".
# It is true of $\log(1 - D)$, and the other loss was invented because of it: with $a$ the logit of $D$, the slopes in $a$ are $-D$ and $-(1 - D)$, and where $D \to 0$ one goes to 0 and the other to −1.
#
# **Left**, bumps that end. From 2 on $D^* = 0$ on every fake, and flat: $\log(1 - D)$ is 0 with slope 0. $-\log D$ doesn't help: it is infinite (`nan` in the table) as soon as a single fake lies where no data can be, at any shift, and has no slope to follow there. So changing the loss doesn't help against a judge that is *exactly* right. A trained network is never exactly right. Between
# the two bumps it guesses, smoothly, and the slope of that guess is what pulls. $W_1$ pulls with 1 from any distance; that is the idea of the Wasserstein GAN (Arjovsky et al., 2017).

# %% tags=["solution"]
# What the text claims; and the saturating pull is the slope of V(D*, G) = −log 4 + 2 JS.
parted = [value for shift, value in zip(shifts, pulls["bumps that end"]["saturating"]) if shift > 2]
assert max(map(abs, parted)) < 1e-9 and all(map(math.isnan, pulls["bumps that end"]["non_saturating"][1:]))
assert 0 < pulls["Gaussians"]["saturating"][-1] < 0.02 and pulls["Gaussians"]["non_saturating"][-1] > 5
assert (torch.tensor(pulls["Gaussians"]["non_saturating"]).diff() > 0).all()
around = [2 * jensen_shannon(bell(line), bell(line - s), 0.01).item() for s in (0.999, 1.001)]
assert abs(pull(saturating, bell, 1.0) - (around[1] - around[0]) / 0.002) < 1e-3

# %% [markdown]
# ### Mixing the labels
#
# One more use of the pull. Take the discriminator from a text with $D = P(\text{fake})$ and the generator's loss from one with $D = P(\text{real})$, and this happens:

# %%
def judge_with_p_fake(p_data: Tensor, p_g: Tensor) -> Tensor:
    return 1 - optimal_discriminator(p_data, p_g)

at = bell(line - 2.0)
for name, best in {"D = P(real), loss −log D": optimal_discriminator, "D = P(fake), loss −log D": judge_with_p_fake}.items():
    loss = non_saturating(best(bell(line), at))
    slope = torch.gradient(loss, spacing=0.01)[0]
    print(f"{name:28s} pull {(at * slope)[at > 1e-12].sum() * 0.01:6.2f}")

# %% [markdown]
# A negative pull: the generator is trained to be *caught*, and runs away from the data. Each convention is fine by itself. A mixture isn't, and nothing will crash to tell you.

# %% [markdown]
# ### A fix: blur both
#
# "The discriminator is near perfect and the samples are noise, hardly changing": an exam question, and the left panel above. One fix follows from what you have seen. If the trouble is that the densities don't touch, make them touch: add Gaussian noise to real points *and* to fakes before the judge sees
# them (Arjovsky and Bottou, 2017; Sønderby et al., 2017). Here are the bumps that end, 4 apart, with noise of different widths.

# %% [markdown] slide_type="slide" only="slides"
# ## "D is near perfect, samples are noise": what would you change?
#
# The bumps that end, 4 apart: $D^*$ is 0 and flat on all fakes. One remedy makes them touch, with noise on real points *and* fakes.

# %% slide_type="fragment"
def blurred(density, width: float):
    """The density of a point plus noise N(0, width²)."""
    if width == 0:
        return density
    steps = torch.linspace(-1, 1, 101, dtype=torch.float64)  # where the bump has its points
    weights = density(steps) / density(steps).sum()
    return lambda x: bell(x[..., None], steps, width) @ weights

fixed, rows = {}, {}
for width in (0.0, 0.5, 1.0, 2.0):
    density = blurred(cosine_bump, width)
    fixed[width] = [pull(loss, density, 4.0) for loss in (saturating, non_saturating)]
    rows[f"noise of width {width}"] = [f"{jensen_shannon(density(line), density(line - 4.0), 0.01):.4f}", f"{fixed[width][0]:.4f}", "infinite" if math.isnan(fixed[width][1]) else f"{fixed[width][1]:.2f}"]
fig = plots.score_table(rows, ["JS", "log(1−D)", "−log D"], marked={("noise of width 0.0", "log(1−D)"), ("noise of width 2.0", "log(1−D)")}, title="With noise on both, log(1 − D) pulls again")
show(fig, alt="JS and the pulls of both losses, over the width of the noise. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))
assert fixed[0.0][0] == 0 < fixed[1.0][0] < fixed[2.0][0]

# %% [markdown] slide_type="notes"
# An exam question again; collect remedies first. The table follows one of them: blur real points and fakes alike, so that the densities touch and the judge is unsure. Without noise log(1 − D) pulls with exactly 0, with noise of width 2 with 0.22. Ask for the price: the blurred densities are matched, so the noise has to shrink. What goes wrong: only the fakes are blurred.

# %% [markdown]
# With enough noise the judge becomes unsure, and both losses pull. The drawback: what is matched are the blurred densities, so the noise has to shrink to 0 in the course of training.
#
# ### Another fix: keep the judge from being steep
#
# So far the judge was perfect. Train a network in its place, on the same bumps, 4 apart. And train two more that are kept from being steep: a **gradient penalty** adds to their loss the mean squared slope of the logit, at places between real points and fakes.

# %% [markdown] slide_type="slide" only="slides"
# ## Or keep the judge from being steep
#
# A trained network in place of $D^*$, on the same bumps, 4 apart, with a gradient penalty. (Soft labels alone give $0.9\,D^*$, flat as before.)

# %% slide_type="fragment"
def penalized_loss(net: nn.Module, real: Tensor, fake: Tensor, penalty: float) -> Tensor:
    """−V on a batch, real and fake (N, 1), plus penalty times the mean squared slope of the logit in between."""
    between = torch.lerp(real, fake, torch.rand_like(real)).requires_grad_()
    slope = torch.autograd.grad(net(between).sum(), between, create_graph=True)[0]  # (N, 1)
    return F.softplus(-net(real)).mean() + F.softplus(net(fake)).mean() + penalty * slope.square().mean()

def network_pulls(penalty: float, seed: int = 0) -> tuple[float, float, float]:
    """Mean D on fakes, and the pulls of log(1 − D) and −log D, with a trained network for a judge."""
    chance = set_seed(seed)
    net = nn.Sequential(nn.Linear(1, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
    optimizer = adam(net.parameters(), lr=3e-3)
    for _ in range(400):
        real, fake = (draw_from(cosine_bump, 256, chance).float()[:, None] for _ in range(2))
        optimizer.zero_grad()
        penalized_loss(net, real, fake + 4, penalty).backward()
        optimizer.step()
    at = (fake + 4).requires_grad_()
    losses = -F.softplus(net(at)).mean(), F.softplus(-net(at)).mean()  # log(1 − D) and −log D, from logits
    pulls = [torch.autograd.grad(loss, at, retain_graph=True)[0].sum().item() for loss in losses]
    return net(at).sigmoid().mean().item(), *pulls

steep = {penalty: network_pulls(penalty) for penalty in (0.0, 0.1, 1.0)}
rows = {f"penalty {penalty}": [f"{says_real:.2f}" if says_real > 0.005 else "< 0.01", f"{weak:.4f}", f"{strong:.2f}"] for penalty, (says_real, weak, strong) in steep.items()}
fig = plots.score_table(rows, ["D, fakes", "log(1−D)", "−log D"], marked={("penalty 0.0", "log(1−D)"), ("penalty 1.0", "log(1−D)")}, title="A penalty on the slope lets D give fakes some chance")
show(fig, alt="What D says of fakes and the pulls of both losses, for three penalties. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# First row: a network is not perfect, so −log D has something to follow, a slope that it made up between the bumps; log(1 − D) is as good as dead. With the penalty D gives fakes some chance, and log(1 − D) pulls more than a hundred times as hard. Ask what happens to the other pull: it gets smaller, for the slope is what was penalized. What goes wrong: label smoothing is counted among these remedies.

# %% [markdown]
# First row: a network is not perfect, so $-\log D$ has something to follow, a slope that the network made up in the empty stretch between. $\log(1 - D)$ is as good as dead. With the penalty $D$ gives the fakes some chance, and $\log(1 - D)$ pulls more than a hundred times as hard. The pull of $-\log D$, the loss that is mostly used, gets *smaller*, since the slope of the logit is what was penalized. Spectral normalization limits the slope by another means.
#
# A third piece of advice often stands beside these: soften the label of real points from 1 to 0.9. What is then the best answer at one place? Try 1,001 answers from 0 to 1:

# %%
levels = torch.linspace(0, 1, 1001)
for p, q in ((0.12, 0.03), (0.1, 0.1), (0.0, 0.1)):
    real, fake = torch.tensor(0.9 * p), torch.tensor(0.1 * p + q)  # what is labeled real here, and what fake
    best = levels[(torch.xlogy(real, levels) + torch.xlogy(fake, 1 - levels)).argmax()]
    print(f"p_data = {p:.2f}, p_G = {q:.2f}: D* = {p / (p + q):.2f}, best with soft labels {best:.2f}")

# %% [markdown]
# The best answer is $0.9\,D^*$. That keeps the logits on real points from running away, which helps in other ways. On fakes that lie apart from the data it is 0 and flat, as before.

# %% tags=["solution"]
# What the text claims.
assert steep[1.0][2] < steep[0.1][2] < steep[0.0][2]
assert steep[1.0][1] > 100 * steep[0.0][1] and steep[0.1][1] > 100 * steep[0.0][1] and steep[0.0][2] > 1

# %% [markdown]
# ## 5 · At equilibrium
#
# If the generator is perfect, $p_G = p_\text{data}$, then $D^* = ½$ everywhere.

# %% tags=["nbval-check-output"]
tie = optimal_discriminator(p_data, p_data)
print(f"D* from {tie.min():.3f} to {tie.max():.3f}, ratio {density_ratio(tie).max():.3f}")
print(f"V = {gan_value(tie, p_data, p_data, dx):.4f}, -log 4 = {-math.log(4):.4f}, JS = {abs(jensen_shannon(p_data, p_data, dx)):.4f}")
assert (tie == 0.5).all()
#> D* from 0.500 to 0.500, ratio 1.000
#> V = -1.3863, -log 4 = -1.3863, JS = 0.0000

# %% [markdown]
# That is theory. Train a real GAN, the smallest there is: one number of noise in, one number out, the two-bump data as the target, a step of $D$ and a step of $G$ in turns, with the non-saturating loss. The step of $D$ is yours.

# %%
predict("07.trained")

# %%
def small_net() -> nn.Module:
    return nn.Sequential(nn.Linear(1, 32), nn.SiLU(), nn.Linear(32, 32), nn.SiLU(), nn.Linear(32, 1))

chance = set_seed(0)
g, d = small_net(), small_net()
opt_g, opt_d = adam(g.parameters(), lr=1e-3, betas=(0.5, 0.9)), adam(d.parameters(), lr=2e-3, betas=(0.5, 0.9))
value_seen, portraits = [], []
for step in range(2000):
    x_real, x_fake = draw_data(256, chance)[:, None], g(torch.randn(256, 1, generator=chance))  # (256, 1) each
    value_seen.append(judge_step(d, opt_d, x_real, x_fake))
    g_loss = F.softplus(-d(x_fake)).mean()  # −log D on fakes
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if step % 200 == 199:
        portraits.append(says(d, x))

# %%
with torch.no_grad():
    made = g(torch.randn(40_000, 1, generator=chance))[:, 0]
one, two = draw_data(20_000, chance), draw_data(20_000, chance)
crowd = (x.abs() < 2.5)
late = torch.tensor(value_seen[-500:])
off = torch.stack([(portrait[crowd] - 0.5).abs().max() for portrait in portraits[5:]])
print(f"V over the last 500 steps: {late.mean():.3f} on average; −log 4 = {-math.log(4):.3f}")
print("D's largest distance from ½ at the five last looks: " + ", ".join(f"{value:.2f}" for value in off))
print(f"W1 of fakes and data: {wasserstein_1d(made[:20_000], one):.3f}; of two samples of data: {wasserstein_1d(one, two):.3f}")

# %% slide_type="slide" tags=["plot"]
fig, (left, right) = plots.canvas(width=10, height=4.2, cols=2)
left.hist(made.numpy(), 80, range=(-5, 5), density=True, color=plots.MADE, alpha=0.4, label="fakes")
left.plot(x, p_data, color=plots.INK, label="$p_{data}$")
left.set(xlim=(-5, 5), xlabel="x", ylabel="density")
left.legend()
right.plot(x, torch.full_like(x, 0.5), color=plots.QUIET, ls=":", lw=1.6)
for portrait, shade in zip(portraits[5:], (0.25, 0.4, 0.55, 0.7, 1)):
    right.plot(x, portrait, color=plots.HOUSE, alpha=shade, lw=1.8)
right.set(xlim=(-5, 5), ylim=(0, 1), xlabel="x", ylabel="D(x), at five late steps")
plots.set_finding(fig, "The samples have two bumps, and D is near ½, not at it")
show(fig, alt="Left, the histogram of the GAN's samples has two bumps, not quite those of the data. Right, five curves of its discriminator from late in "
              "training: near a half where the data are, with waves, and far from a half outside")

# %% [markdown] slide_type="notes"
# A perfect generator meets a D that says one half everywhere, and V is minus log 4. Here it ends at minus 1.372, as if all were done. No curve on the right is at one half, and whether G or D is to blame they don't tell. W1 to the data is 0.24; of two draws of data, 0.02. Then ask: a discriminator says one half everywhere, are we done? What goes wrong: the value alone is reported.

# %% [markdown]
# The value is close to −log 4, as if all were done, and $D$ is near ½. But it isn't at ½, at none of the five looks. Is that something that $G$ has not yet corrected, or $D$'s own error? The curves don't say. The last printed line says that the fakes are further from the data than two samples of data are from each other.
#
# So what would a *perfect* judge say of this generator? Freeze it, draw points, and train a fresh judge to the end. What it earns above −log 4, on points it wasn't trained on, is the part of 2 JS that it can find.

# %%
fresh = train_judge(one, made[:20_000], seed=1)
test_real, test_fake = draw_data(20_000, chance), made[20_000:]

def earns(net: nn.Module, real: Tensor, fake: Tensor) -> float:
    """V of a network on samples of real points and fakes, (N,) each."""
    return (says(net, real).log().mean() + (1 - says(net, fake)).log().mean()).item()

def error_bar(net: nn.Module, real: Tensor, fake: Tensor) -> float:
    """Standard error of V on these samples."""
    return (says(net, real).log().var() / len(real) + (1 - says(net, fake)).log().var() / len(fake)).sqrt().item()

untrained = small_net()
for name, net in {"untrained judge": untrained, "the GAN's own D": d, "fresh judge": fresh}.items():
    print(f"{name:16s} V = {earns(net, test_real, test_fake):.3f}, above −log 4 by {earns(net, test_real, test_fake) + math.log(4):6.3f} ± {error_bar(net, test_real, test_fake):.3f}")

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=4)
for net, color, style, name in ((fresh, plots.ACCENT, "-", "fresh judge"), (d, plots.HOUSE, "--", "the GAN's own D"),
                                (untrained, plots.QUIET, "-.", "untrained")):
    ax.plot(x, says(net, x), color=color, ls=style, label=name)
ax.axhline(0.5, color=plots.QUIET, lw=1, ls=":")
ax.set(xlim=(-4, 4), ylim=(0, 1), xlabel="x", ylabel="P(real)")
ax.legend(loc="upper center", ncols=3)
plots.set_title(ax, "A fresh judge still tells them apart; ½ alone proves nothing")
show(fig, alt="Three curves of P(real): an untrained network bends a little above a half; the GAN's own discriminator waves around a half; the fresh judge swings "
              "further, up where fakes are too few and down where they are too many")

# %% [markdown] slide_type="notes"
# The answer is a question back: which discriminator? The untrained one says about one half too, and knows nothing. Ask where the fresh judge finds the fault: left of −2 nearly all points are real. The fresh judge, trained to the end on a frozen G, earns 0.028 nats above minus log 4, many standard errors. What goes wrong: "D is at one half" goes into a report as convergence. It is also what a blind judge looks like.

# %% [markdown]
# Read the three printed lines together. The untrained network says something near ½ wherever there are points, knows nothing, and earns about −log 4, as a constant ½ does. The GAN's own $D$ is no proof of anything either. The fresh judge earns more than −log 4 by several standard errors, so something *can* be told, and its curve says where: above ½ the generator makes too little, below it too much.
# **$D = ½$ is what equilibrium looks like, and also what a blind judge looks like.** The loss can't tell these apart; a judge trained afresh can.

# %% tags=["solution"]
# What the text claims.
assert abs(late.mean() + math.log(4)) < 0.05 and off.min() > 0.02
assert wasserstein_1d(made[:20_000], one) > 2 * wasserstein_1d(one, two)
assert earns(fresh, test_real, test_fake) > max(earns(d, test_real, test_fake), -math.log(4) + 4 * error_bar(fresh, test_real, test_fake))
assert abs(earns(untrained, test_real, test_fake) + math.log(4)) < 0.1

# %% [markdown]
# ## 6 · The clinic
#
# Three judges, trained wrongly. What is wrong with each?

# %% [markdown]
# Each of these judges was trained on the data and the fakes of section 1, and each in one of five wrong ways: **a** labels swapped, so that it says $P(\text{fake})$; **b** three fakes to each real point, in one mean; **c** fakes of an older generator, $N(-1.5, 1.5^2)$; **d** twenty points of each kind, seen over and over; **e** its logit taken for $D$.
# The code is in the open; a shuffled list decides which judge has which fault.

# %%
def swapped_step(judge: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor) -> float:
    return judge_step(judge, optimizer, fake, real)

def one_mean_step(judge: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor) -> float:
    loss = torch.cat([F.softplus(-judge(real)), F.softplus(judge(fake))]).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return -loss.item()

def sick_judge(fault: str, seed: int = 0) -> Tensor:
    """What a judge with a fault says on the grid, (1601,)."""
    chance, n = Generator().manual_seed(100 + seed), 20 if fault == "few points" else 20_000
    real, fake = draw_data(n, chance), draw_fakes(n, chance, mean=-1.5 if fault == "old fakes" else 0.5)
    step = {"labels swapped": swapped_step, "three fakes": one_mean_step}.get(fault, judge_step)
    net = train_judge(real, fake, seed, step=step, fakes_per_real=3 if fault == "three fakes" else 1)
    d = says(net, x)
    return torch.logit(d) if fault == "logit for D" else d

faults = ["labels swapped", "three fakes", "old fakes", "few points", "logit for D"]
shuffled = torch.randperm(5, generator=Generator().manual_seed(6)).tolist()[:3]
patients = {name: sick_judge(faults[number]) for name, number in zip("ABC", shuffled)}

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=10.5, height=4, cols=3)
for ax, (name, d) in zip(axes, patients.items()):
    ax.bar((edges[:-1] + edges[1:]) / 2, share, width=0.23, color=plots.QUIET, alpha=0.5, label="share that is real")
    ax.plot(x, d, color=plots.HOUSE, label="what the judge says")
    ax.set(xlim=(-5, 5), ylim=(0, 1), xlabel="x", ylabel="P(real)" if ax is axes[0] else "")
    ax.set_title(f"judge {name}", fontsize=12)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=2)
plots.set_finding(fig, "Three judges don't say the share that is real")
show(fig, alt="Three panels with the bars of section 1, the share of real points, two peaks with a dip between. Judge A has two dips where the peaks are; judge B lies far above the bars on the right; judge C has the right shape and lies below the bars everywhere")

# %% [markdown] slide_type="fragment" only="slides"
# Swapped labels, three fakes to a real point, old fakes, twenty points, a logit for D?

# %% [markdown] slide_type="notes"
# Let the room say what is odd about each curve, then show the faults: old fakes are an earlier generator's, twenty points were seen over and over. Groups of three: which fault is whose, and what would they examine? The notebook has four examinations, and the solutions have the answers. Ask which faults can be repaired without training again: swapped labels, a logit, and a wrong mix of known size. What goes wrong: everything that is off is called overfitting.

# %% [markdown]
# Examine them, each against $D^*$, where there are points. There are four examinations: `"means"` of what the judge says on real points and on fakes; `"label"`, whether $D$ or $1 - D$ is close to $D^*$; `"odds"`, $D / (1 - D)$ over the true ratio of the densities; and `"range"`, the smallest and the largest thing it says. Which fault would show in which? Change the two words in the last line and run the cell again.

# %%
def examine(name: str, test: str) -> str:
    """One examination of one judge, in a sentence."""
    d, at_real, at_fake = patients[name], p_data * dx, p_g * dx
    if test == "means":
        return f"mean on real points {(d * at_real).sum():.2f}, on fakes {(d * at_fake).sum():.2f} (D*: {(d_star * at_real).sum():.2f} and {(d_star * at_fake).sum():.2f})"
    if test == "label":
        return f"largest distance to D* {(d - d_star)[where].abs().max():.2f}, of 1 − D to D* {(1 - d - d_star)[where].abs().max():.2f}"
    if test == "odds":
        odds = (d / (1 - d) / (p_data / p_g))[where]
        return f"D / (1 − D) over p_data / p_G: between {odds.min():.2f} and {odds.max():.2f} (D*: 1 everywhere)"
    if test == "range":
        return f"says from {d[where].min():.2f} to {d[where].max():.2f}"
    return "the examinations are: means, label, odds, range"

print("judge A:", examine("A", "range"))

# %% [markdown]
# ### Exercises 7.13 to 7.15 · Which fault is it?
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# Name the fault of each judge: `"a"` labels swapped, `"b"` three fakes to a real point, `"c"` fakes of an older generator, `"d"` twenty points, `"e"` the logit for $D$. A wrong name is answered with what you would have seen.

# %%
### BEGIN SOLUTION
answers["7.13"] = "a"  # judge A
answers["7.14"] = "c"  # judge B
answers["7.15"] = "b"  # judge C
### END SOLUTION

# %%
check(answers, "7.13")
check(answers, "7.14")
check(answers, "7.15")

# %% [markdown]
# Which of the five can be fixed without training again? Swapped labels: $1 - D$. A logit: a sigmoid. And the wrong mix, which is common, since fakes cost nothing to make:
#
# ### Exercise 7.16 · Fix the mix
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# A judge was trained on $k$ fakes to each real point, so its best answer is $p_\text{data} / (p_\text{data} + k\,p_G)$. Turn what it says into what it would say with $k = 1$. (Look at its odds, $D / (1 - D)$.) Where $D$ is exactly 1 the answer is 1, not NaN.

# %%
def half_and_half(d: Tensor, fakes_per_real: float) -> Tensor:
    """P(real) for as many fakes as real points, from d = P(real) of a judge trained on k fakes to a real point."""
    # the odds are k times too small: correct them, and turn them back into a probability
    ### BEGIN SOLUTION
    return fakes_per_real * d / (fakes_per_real * d + 1 - d)
    ### END SOLUTION

# %%
half_and_half = check(half_and_half)

# %%
mixed = sick_judge("three fakes", seed=1)
print(f"trained on three fakes to a real point: largest distance to D* {(mixed - d_star)[where].abs().max():.3f}; fixed {(half_and_half(mixed, 3) - d_star)[where].abs().max():.3f}")

# %% tags=["solution"]
# What the text and the replies claim, of two more seeds.
for seed in (1, 2):
    d = {fault: sick_judge(fault, seed) for fault in faults}
    assert (d["labels swapped"] * p_data).sum() < (d["labels swapped"] * p_g).sum() and (1 - d["labels swapped"] - d_star)[where].abs().max() < 0.1
    assert (half_and_half(d["three fakes"], 3) - d_star)[where].abs().max() < 0.1 and (d["three fakes"] - d_star)[where].abs().max() > 0.1
    odds = {fault: (d[fault] / (1 - d[fault]) / (p_data / p_g))[where] for fault in faults[:4]}
    assert odds["three fakes"].min() > 0.2 and odds["three fakes"].max() < 0.5 and odds["old fakes"].max() > 5 * odds["old fakes"].min()
    assert d["logit for D"][where].min() < 0 and all((d[fault] >= 0).all() for fault in faults[:4]) and d["few points"][where].min() < 0.02

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - The best judge says $p_\text{data}/(p_\text{data}+p_G)$.
# - $V(D^*, G) = -\log 4 + 2\,\mathrm{JS}$, for $D^*$ only.
# - $D/(1 - D)$ is a ratio of densities; no weight brings back what was never drawn.
# - Far apart, the slope of $\log(1 - D)$ vanishes, that of $-\log D$ doesn't, that of $W_1$ is 1.
# - $D = ½$: equilibrium, or a blind judge.
#
# **Next:** back to codes. Turn one number: does one thing change?

# %% [markdown] slide_type="notes"
# Come back to the first question: a perfect judge would say the share of real points, and that tells the forger a direction only where densities touch. Let somebody say each line with its figure. Close with what it took: 600 steps for a fresh judge, for one generator, and a GAN takes one. Ask what else could keep a judge near its best. What goes wrong: JS is quoted without its condition.

# %% [markdown]
# ## Review
#
# ### Exercise 7.17 · What is minimized
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# What does a GAN's generator minimize in training?
#
# - **a** $\mathrm{JS}(p_\text{data}, p_G)$, at every single step of $G$.
# - **b** Its loss under the present $D$.
# - **c** The Wasserstein distance $W_1(p_\text{data}, p_G)$.
# - **d** $\mathrm{KL}(p_\text{data}\,\|\,p_G)$, as maximum likelihood does.

# %%
### BEGIN SOLUTION
answers["7.17"] = "b"
### END SOLUTION

# %%
check(answers, "7.17")

# %% [markdown]
# ### Exercise 7.18 · One half
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Your discriminator says ½ on every image, real or fake. What do you know?
#
# - **a** The generator has reached the data's distribution.
# - **b** The discriminator is at its optimum, $D^* = ½$.
# - **c** The generator has collapsed to one point of the data.
# - **d** Nothing yet, before a fresh judge is trained.

# %%
### BEGIN SOLUTION
answers["7.18"] = "d"
### END SOLUTION

# %%
check(answers, "7.18")

# %% [markdown]
# ### Exercise 7.19 · Diagnosis
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# You train a GAN on faces. The discriminator's accuracy is near 100 %; the samples look like noise and barely change. Which diagnosis and fix fit?
#
# - **a** $D$ is flat on all samples. Bound its slope, or blur both.
# - **b** Mode collapse. Let $D$ see several samples at once.
# - **c** KL collapse. Anneal the weight of the KL, or use free bits.
# - **d** $G$ is too strong. Train $D$ for more steps in each round.

# %%
### BEGIN SOLUTION
answers["7.19"] = "a"
### END SOLUTION

# %%
check(answers, "7.19")

# %% [markdown]
# ### Exercise 7.20 · Which gradient vanishes
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# The discriminator gets very good, $D \to 0$ on fakes. What happens to the slope of the generator's loss in the logit of $D$?
#
# - **a** It vanishes for both losses, $\log(1 - D)$ and $-\log D$.
# - **b** It vanishes for $-\log D$ and goes to −1 for $\log(1 - D)$.
# - **c** It vanishes for $\log(1 - D)$ alone.
# - **d** It explodes for both losses, since $D$ is near 0.

# %%
### BEGIN SOLUTION
answers["7.20"] = "c"
### END SOLUTION

# %%
check(answers, "7.20")

# %%
progress("07")

# %% [markdown]
# **Next:** notebook 08 goes back to codes. Turn one number of a face's code: does one thing change in the picture, or everything?
