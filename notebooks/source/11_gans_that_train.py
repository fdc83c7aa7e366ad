# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: GANs that train
#   minutes: 180
#   picture: one_mode_of_three
# ---

# %% [markdown] slide_type="slide"
# # GANs that train
#
# Twenty remedies, three failures. Which remedy helps against which failure?

# %% [markdown] slide_type="notes"
# About 180 minutes with all exercises, 45 if you only present. Ask the room first for the remedies they have heard of, and write them on the board. Keep the two numbers, the matrix, the critic's slope and the clinic if time is short.

# %% [markdown]
# About 180 minutes, in two sittings: sections 1 to 3 are a good first one. You need notebook 06 (the game, its two losses, one training step) and 07 (the Wasserstein distance).
#
# Notebook 06 showed GANs that fail. Everybody has a remedy: another loss, a penalty, softer labels, other rates. The advice is usually a list, as if every item helped against everything. Here every remedy meets every failure, with four seeds, and you write the remedies yourself.
#
# At the end you can
#
# 1. say from two eigenvalues why a GAN circles, and what stops it;
# 2. write R1, the gradient penalty, spectral normalization, minibatch standard deviation, and a critic's training step;
# 3. tell the failures apart, and choose a remedy for the one that you have;
# 4. say what a critic's estimate has to do with the Wasserstein distance.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from PIL import Image
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data.measured import FOLDER, measured
from course_utils.device import set_seed
from course_utils.models.stacked import StackedMLP
from course_utils.patients import PATIENTS, SEEDS, zigzag_places
from course_utils.training import adam

plots.use_style()
answers = answer_sheet("11")
threads = torch.get_num_threads()
torch.set_num_threads(1)  # networks this small only get slower with more

# %% [markdown] slide_type="slide" only="slides"
# ## Two networks: which of them is ahead?

# %% slide_type="-"
show(diagram("gan"))

# %% [markdown] slide_type="notes"
# The game of notebook 06 as a reminder. Ask what happens if the left half learns much faster than the right half: the samples collapse, D is always late. And if the right half has won: its answers are flat, G hears nothing. These are two different diseases, and lists of remedies mix them up.

# %% [markdown]
# Two networks learn from each other. If $G$ learns too fast, $D$ is late and the samples collapse; if $D$ has won, $G$ hears nothing. These are opposite failures, so one remedy can hardly be right for both.
#
# The result first. Each cell below holds four runs, one dot a seed. Four columns, the **patients**:
#
# - **G 20 × too fast**: the ring of notebook 06, and a generator that outruns its judge. Modes of 8: right is good.
# - **D far ahead**: $G$ starts away from the data, $D$ is near perfect, the loss is the saturating one. Distance from the center: 5.6 where it starts, about 2 where the data are.
# - **zigzag**: real points and fakes alternate in pairs along a line, so that $D$ has to rise and fall many times. Share of $W_1$ that remains, 1 at the start: small is good.
# - **healthy**: nothing is wrong. A remedy can only harm.
#
# Before you look at the picture:

# %%
predict("11.collapse")

# %% [markdown] slide_type="slide" only="slides"
# ## Three patients, and one who is well
#
# | patient | what is wrong | measured |
# |---|---|---|
# | G 20 × too fast | samples collapse | modes of 8 |
# | D far ahead | the saturating loss is flat | distance, 5.6 → 2 |
# | zigzag | D has to rise and fall many times | share of $W_1$ left |
# | healthy | nothing | modes of 8 |

# %% [markdown] slide_type="notes"
# Say what each number means before the dots appear. Modes: how many of the ring's eight bumps are covered. Distance: of the samples from the center, 5.6 at the start; the data are at 2. Share of W1: 1 at the start, and untreated it falls to nearly 0: there remedies can only harm, as in the healthy run. A remedy for everybody must do nothing there. Let the room vote for one remedy against the first patient, and keep the votes.

# %%
table: dict[str, dict[str, list[float]]] = {}
for row in measured("gan_remedies"):
    values = [float(row[f"seed {seed}"]) for seed in SEEDS]
    table.setdefault(row["remedy"], {})[row["patient"]] = values

SCALES = {
    "G 20 × too fast": plots.Scale("modes of 8", 0, 8, good=(5, 8), bad=(9, 9)),
    "D far ahead": plots.Scale("distance from the center", 0, 7, good=(1.4, 2.6), bad=(9, 9)),
    "zigzag": plots.Scale("share of W1 left", 0, 2.5, good=(0, 0.19), bad=(0.21, 3)),
    "healthy": plots.Scale("modes of 8", 0, 8, good=(9, 9), bad=(0, 5)),
}

# %%
matrix = plots.dot_table(table, SCALES, title="No remedy helps against every failure, and some harm a healthy run")
matrix.set_layout_engine("constrained", w_pad=0.15)  # inches; with less, the longest names are cut off
show(matrix, alt="A table of dots, twenty remedies in rows, four patients in columns, four seeds a cell. With a generator that is too fast only a faster or more frequent D, feature matching, "
                 "minibatch standard deviation and WGAN-GP with lambda 1 and five critic steps reach five modes or more in every seed. With D far ahead R1, spectral normalization, noisy labels, instance noise, LSGAN, "
                 "the relativistic loss and WGAN-GP with lambda 1 and five critic steps arrive near 2. On the zigzag two-sided penalties end farther away than they began. The healthy run is harmed by weight clipping, by WGAN-GP with lambda 10, and by WGAN-GP with a single critic step")

# %% slide_type="slide" only="slides"
def half_of_matrix(rows: slice, title: str):
    """Some rows of the table, with large labels."""
    some = dict(list(table.items())[rows])
    fig = plots.dot_table({row.replace(" critic steps", " steps"): values for row, values in some.items()}, SCALES, title)
    fig.axes[1].set_xlabel("distance")
    fig.set_size_inches(11.2, 4.6)
    return fig

show(half_of_matrix(slice(0, 10), title="Other losses: none helps against all three"),
     alt="The first ten rows of the table: no treatment, and losses. WGAN-GP with lambda 1 and five critic steps helps two patients and harms the zigzag; weight clipping and WGAN-GP with lambda 10 harm a healthy run")

# %% [markdown] slide_type="notes"
# Four dots are four seeds. Blue: all four are well. Orange: on the zigzag or in the healthy column, all four are worse than untreated. The first row is no treatment. Let everybody find a row that surprises them; WGAN-GP with lambda 10, which people trust most, is a good place to start. Ask which row is blue in the first three columns: none. What goes wrong: one dot is taken for a row.

# %% slide_type="slide" only="slides"
show(half_of_matrix(slice(10, None), title="A smoother or a faster D: none helps against all three"),
     alt="The other rows of the table. R1 and spectral normalization help with D far ahead; feature matching, minibatch standard deviation and a faster D help against collapse; none helps all three patients")

# %% [markdown] slide_type="notes"
# Read the two columns on the left against each other: what helps against collapse does nothing where D is far ahead, and the other way round. Label smoothing, which many people trust, is blue nowhere in these two. Compare with the votes. Ask which rows might harm a healthy run: in this half hardly one does. What goes wrong: people look for the best row; the columns are the lesson.

# %% [markdown]
# Blue cells, in the first three columns: all four seeds are well. Orange cells, in the last two: all four are worse off than without treatment. No row is blue in all three. The rest of this notebook says why, column by column, and lets you add a row of your own.
#
# Four rows have no section of their own. **LSGAN** (Mao et al., 2017) takes squared distances of D's logits from 1 and 0 in place of the logistic loss. The **hinge** loss (Lim and Ye, 2017) is flat where a logit is beyond ±1 on the right side. **Feature matching** (Salimans et al., 2016) gives $G$ another aim: the mean of D's last hidden layer on fakes should equal that on real points. **Instance noise** is added to real points and fakes alike before $D$ sees them.
#
# ## 1 · Two numbers that circle
#
# Take the smallest GAN there is, the **Dirac-GAN** (Mescheder et al., 2018). The data are one point, at 0. The generator is one number, its sample θ. The judge is one number too: its logit is ψx. Here, as in that paper, a large logit means *fake*, so $D$ raises and $G$ lowers
#
# $$L(\theta, \psi) = \log \mathrm{sigmoid}(\theta\psi) + \log\tfrac12 .$$
#
# (In the convention of notebook 06 a large logit means real. Put −ψ for ψ, and it is the same game.) At the equilibrium both numbers are 0. With small steps the two follow their **velocities**: θ moves against the slope of $L$, ψ along it, and an R1 penalty $\tfrac\gamma2\psi^2$ (section 2 has it in general) holds ψ back:
#
# $$\dot\theta = -\frac{\partial L}{\partial\theta}, \qquad \dot\psi = \frac{\partial L}{\partial\psi} - \gamma\psi .$$
#
# ### Exercise 11.1 · The Jacobian
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# Near 0 the motion is linear, and its matrix holds the slopes of both velocities: first row $\dot\theta$ in θ and in ψ, second row $\dot\psi$.

# %%
def dirac_jacobian(gamma: float) -> Tensor:
    """Jacobian (2, 2) at 0 of (θ̇, ψ̇) = (−∂L/∂θ, ∂L/∂ψ − γψ), L = log sigmoid(θψ) + log ½. Mescheder et al., 2018."""
    # 1. ∂L/∂θ and ∂L/∂ψ by the chain rule
    # 2. the slope of log sigmoid at 0
    # 3. a matrix of four numbers, rows (θ̇, ψ̇), columns (θ, ψ)
    ### BEGIN SOLUTION
    return torch.tensor([[0.0, -0.5], [0.5, -gamma]])
    ### END SOLUTION

# %%
dirac_jacobian = check(dirac_jacobian)

# %% [markdown]
# The **eigenvalues** of this matrix say everything. With real parts below 0 the point (θ, ψ) comes nearer to 0; with a real part above 0 it moves away; imaginary parts make it turn. A training step of size $h$ multiplies by $1 + h\lambda$, so each step multiplies the distance from 0 by the largest $|1 + h\lambda|$. Compare that with a simulation of the real, nonlinear game, from 64 starts around 0.

# %%
predict("11.circle")

# %%
def play_dirac(gamma: float, start: Tensor, h: float = 0.1, steps: int = 400) -> Tensor:
    """(steps + 1, …, 2): θ and ψ from each start (…, 2), both moved at once with step size h."""
    path = [start.double()]
    for _ in range(steps):
        theta, psi = path[-1].unbind(-1)
        slope = (-theta * psi).sigmoid()  # of log sigmoid at θψ
        path.append(path[-1] + h * torch.stack([-slope * psi, slope * theta - gamma * psi], -1))
    return torch.stack(path)

angle = torch.arange(64) * (2 * math.pi / 64)
circle = 0.01 * torch.stack([angle.cos(), angle.sin()], -1)  # 64 starts close to 0
rates = {}
for gamma in (0.0, 0.1, 0.5, 3.0):
    eigenvalues = torch.linalg.eigvals(dirac_jacobian(gamma).double())
    away = play_dirac(gamma, circle).norm(dim=-1).log().mean(1)  # mean log distance from 0
    rates[gamma] = (1 + 0.1 * eigenvalues).abs().max().item(), ((away[400] - away[200]) / 200).exp().item()
    pair = "  ".join(f"{value.real:+.3f}{value.imag:+.3f}i" for value in eigenvalues)
    print(f"γ = {gamma:3.1f}: eigenvalues {pair}   |1 + hλ| = {rates[gamma][0]:.4f}   simulated {rates[gamma][1]:.4f}")

# %% slide_type="slide"
fig, axes = plots.canvas(width=10.6, height=3.5, cols=4)
for ax, gamma in zip(axes, (0.0, 0.1, 1.0, 3.0)):
    path = play_dirac(gamma, torch.ones(2))
    ax.plot(path[:, 0], path[:, 1], color=plots.HOUSE, lw=1.5)
    ax.plot(*path[0], "o", color=plots.QUIET)
    ax.plot(*path[-1], "o", color=plots.ACCENT)
    ax.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal", xlabel="θ, the sample", title=f"γ = {gamma:g}")
axes[0].set_ylabel("ψ, the judge")
plots.set_finding(fig, "A plain GAN circles; R1 brings it to rest")
show(fig, alt="Four paths in the plane of theta and psi that start at (1, 1). With gamma 0 the path circles and slowly widens; with gamma 0.1 it spirals inward; with gamma 1 it goes to the center in one "
              "turn; with gamma 3 it falls quickly onto a line and creeps along it")

# %% [markdown] slide_type="-" only="slides"
# Data at 0, one sample θ, and a judge with one weight: a large logit ψθ means *fake*. γ weights R1, which pulls ψ to 0.

# %% [markdown]
# The gray dot is the start, the orange one the end. Without a penalty the eigenvalues are $\pm\tfrac12 i$: pure turning, and a step of any size leads a little outward, since $|1 \pm \tfrac h2 i| > 1$. The non-saturating loss has the same slopes at 0, so it circles too. R1 adds $-\gamma$ in one corner, and both real parts become negative.
#
# Too much is slow again: at γ = 3 one eigenvalue is −0.09, and the path creeps.
#
# Damping needs small steps, too. If both numbers move at once, $|1 + h\lambda|^2 = 1 - h\gamma + h^2/4$ for γ below 1, and that is below 1 only for $h < 4\gamma$. With γ = 0.1, steps of $h = 0.3$ come to rest and steps of $h = 0.5$ don't.

# %% [markdown] slide_type="notes"
# This is the smallest GAN, two numbers. Gray is the start, orange the end. Walk along the circle with your finger: at the top the judge is sure, the sample runs; when it has crossed the data the judge still pushes the same way. Ask what happens with a smaller step: slower drift, still outward.

# %% [markdown] slide_type="slide" only="slides"
# ## R1 moves both eigenvalues to the left, where motion shrinks
#
# $$J = \begin{pmatrix} 0 & -\tfrac12 \\ \tfrac12 & -\gamma \end{pmatrix}, \qquad \lambda = -\tfrac\gamma2 \pm \tfrac12\sqrt{\gamma^2 - 1}$$

# %% slide_type="-" only="slides"
weights = torch.linspace(0, 3, 601, dtype=torch.cdouble)  # of R1, γ
fig, (ax,) = plots.canvas(width=9, height=3)
ax.axvspan(-3.2, 0, color=plots.HOUSE, alpha=0.08, lw=0)
for sign in (1, -1):
    eigenvalue = -weights / 2 + sign * (weights**2 - 1).sqrt() / 2
    ax.plot(eigenvalue.real, eigenvalue.imag, color=plots.HOUSE)
    ax.plot(eigenvalue.real[[0, 200, 600]], eigenvalue.imag[[0, 200, 600]], "o", color=plots.HOUSE, ms=8)
for *place, text in ((0.2, 0.45, "γ = 0"), (0.2, -0.55, "γ = 0"), (-0.7, 0.1, "γ = 1"), (-2.92, 0.1, "γ = 3"), (-0.17, 0.1, "γ = 3"), (-2.92, 0.54, "shrinks"), (0.25, 0.1, "grows")):
    ax.text(*place, text, color=plots.INK if "=" in text else plots.QUIET, ha="center")
ax.set(xlim=(-3.2, 0.5), ylim=(-0.75, 0.75), xlabel="real part of λ", ylabel="imaginary part", xticks=range(-3, 1), yticks=[-0.5, 0, 0.5])
show(fig, alt="The plane of complex numbers, its left half shaded: shrinks. The two eigenvalues start at plus and minus a half on the imaginary axis for gamma 0, meet at minus a half for gamma 1, "
              "and part along the real axis: at gamma 3 one is near minus 2.9 and the other is nearly back at 0")

# %% [markdown] slide_type="notes"
# J holds the slopes of both velocities at 0: first row how θ moves, second row how ψ moves. Let somebody compute trace and determinant: −γ and ¼; from them the eigenvalues follow. Ask where the drift outward came from: a step of size h multiplies the distance by |1 + hi/2|, a little more than 1. What goes wrong: more γ is taken for better. Beyond 1 the right eigenvalue turns back; at 3 it is −0.09.

# %% [markdown]
# ### Exercise 11.2 · Where the circling stops
# Difficulty ●○○ · importance ●●○ · 3 minutes
#
# What is the smallest γ at which the eigenvalues have no imaginary part?

# %%
### BEGIN SOLUTION
answers["11.2"] = 1.0
### END SOLUTION

# %%
check(answers, "11.2")

# %% [markdown]
# What do the other remedies do here? Each changes the two velocities. Two of them belong to section 4: *clipping* keeps ψ between −1 and 1, and the *two-sided penalty* charges the judge for every slope other than 1. Each path below starts at (1, 1) and is followed for 4,000 steps of $h = 0.1$ (1,000 with instance noise).

# %%
def other_games(name: str, theta: float, psi: float, chance: Generator) -> tuple[float, float]:
    """Velocities (θ̇, ψ̇) of the Dirac-GAN under another remedy."""
    says = 1 / (1 + math.exp(theta * psi))
    if name == "WGAN, ψ clipped at 1":
        return -psi, theta
    if name == "WGAN-GP, two-sided":
        return -psi, theta - 2 * (abs(psi) - 1) * math.copysign(1, psi)
    if name == "one-sided smoothing 0.9":  # the real point is 0, where the logit is 0 whatever the label
        return -says * psi, says * theta
    if name == "instance noise, σ = 1":  # real x and fake θ both get noise: an average over it
        eps = torch.randn(4000, generator=chance)
        real, fake = torch.sigmoid(eps * psi), torch.sigmoid(-(theta + eps) * psi)
        return -(fake * psi).mean().item(), (fake * (theta + eps) - real * eps).mean().item()
    return -says * psi, says * theta

ends = {}
for name in ("nothing", "one-sided smoothing 0.9", "WGAN, ψ clipped at 1", "WGAN-GP, two-sided", "instance noise, σ = 1"):
    chance, theta, psi, late = Generator().manual_seed(0), 1.0, 1.0, []
    for step in range(1000 if "noise" in name else 4000):
        down, up = other_games(name, theta, psi, chance)
        theta, psi = theta + 0.1 * down, psi + 0.1 * up
        psi = max(-1.0, min(1.0, psi)) if "clipped" in name else psi
        late.append(math.hypot(theta, psi))
    ends[name] = max(late[-200:])
    print(f"{name:26s} largest distance from (0, 0) over the last 200 steps: {ends[name]:6.2f}")

# %% [markdown]
# Clipping and the two-sided penalty never settle. Clipping only caps ψ, and inside the cap nothing damps. The two-sided penalty asks for a slope of 1 where a judge that can't tell should have 0. One-sided smoothing changes nothing, since the real point's logit is 0 here whatever its label. Instance noise brings the two to rest.
#
# **Tomorrow, with your own model:** if losses and samples swing back and forth, you need damping on $D$ (R1), or an average of $G$'s weights over time. Another loss has other slopes and turns as well.

# %% tags=["solution"]
# What the text claims.
assert all(abs(size - seen) < 5e-4 for size, seen in rates.values())
grown = {h: (play_dirac(0.1, circle, h)[-1].norm(dim=-1) / 0.01).mean() for h in (0.3, 0.5)}
assert grown[0.3] < 0.5 and grown[0.5] > 2
assert rates[0.0][0] > 1 and all(rates[gamma][0] < 1 for gamma in (0.1, 0.5, 3.0)) and rates[3.0][0] > rates[0.5][0]
assert ends["nothing"] > 1 and abs(ends["one-sided smoothing 0.9"] - ends["nothing"]) < 1e-6
assert ends["instance noise, σ = 1"] < 0.2 and min(ends["WGAN, ψ clipped at 1"], ends["WGAN-GP, two-sided"]) > 0.5

# %% [markdown]
# ## 2 · D far ahead
#
# The second column. $G$ starts 5.6 from the center of the ring, whose radius is 2. $D$ has trained alone for 300 updates and is near perfect. $G$ descends the saturating loss $\log(1 - D)$ by plain gradient descent. Notebook 06 had the diagnosis: where $D$ is sure, that loss is flat. The remedies keep $D$ from being so sure.
#
# ### Exercise 11.3 · R1
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$R_1(x) = \lVert\nabla_x\, \texttt{critic}(x)\rVert^2 \quad\text{at real } x .$$
#
# In words: how steep is $D$'s logit, squared, where the data are. It goes into $D$'s loss with a factor ½γ, and then the optimizer differentiates it *again*, in the weights. So the graph has to be kept.

# %%
def r1_penalty(critic, x: Tensor) -> Tensor:
    """The squared length of the critic's slope at each real x (N, …): (N,), with its graph. Mescheder et al., 2018."""
    # 1. a copy of x that wants a gradient
    # 2. the gradient of the critic's sum in x, with create_graph=True
    # 3. for each x the sum of squares over all coordinates
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return gradient.flatten(1).square().sum(1)
    ### END SOLUTION

# %%
r1_penalty = check(r1_penalty)

# %% [markdown]
# ### Exercise 11.4 · Noisy labels
# Difficulty ●●○ · importance ●●○ · 4 minutes
#
# **One-sided label smoothing** calls real points 0.9 real. **Noisy labels** flip each label, real or fake, independently with probability 0.1. Take a place where there are only fakes. With noisy labels, which logit is best for $D$ there? (In nats: a logit is $\log(D/(1-D))$, and here, as in notebook 06, a large one means *real*.)

# %%
### BEGIN SOLUTION
answers["11.4"] = math.log(0.1 / 0.9)
### END SOLUTION

# %%
check(answers, "11.4")

# %% [markdown] slide_type="slide" only="slides"
# ## Where there are only fakes, how sure may D be?
#
# Every tenth label is turned. Or: real points are called 0.9 real. Which D is best there?

# %% [markdown] slide_type="fragment" only="slides"
# | labels | best D | best logit | slope of $\log(1 - D)$ |
# |---|---|---|---|
# | clean, or real ones smoothed to 0.9 | 0 | −∞ | 0 |
# | every tenth label turned | 0.1 | **−2.2** | −0.1 |

# %% slide_type="fragment" only="slides"
logit = torch.linspace(-6, 3, 181)
clean, turned = F.softplus(logit), 0.9 * F.softplus(logit) + 0.1 * F.softplus(-logit)
fig, (ax,) = plots.canvas(width=8, height=2.2)
ax.plot(logit, clean, color=plots.HOUSE, ls="--")
ax.plot(logit, turned, color=plots.HOUSE)
ax.plot(logit[turned.argmin()], turned.min(), "o", color=plots.HOUSE, ms=9)
ax.text(-5.9, 0.75, "every tenth label turned: lowest at D = 0.1", color=plots.INK)
ax.text(-5.9, 0.12, "clean labels: the lower, the better", color=plots.INK)
ax.set(xlim=(-6, 2), ylim=(0, 1.4), xlabel="logit of D at a fake", ylabel="D's loss (nats)", yticks=[0, 0.5, 1])
show(fig, alt="D's loss at a fake over its logit. With clean labels it falls on and on to the left, toward 0. With every tenth label turned it has a lowest point near minus 2.2 and rises again to the left of it")

# %% [markdown] slide_type="notes"
# Before you press the key, ask for the best D at a place with fakes only, if every tenth label is turned: 0.1, since one in ten is called real there. And if real labels are smoothed to 0.9? Still 0: no real point is there to be smoothed. The two sound alike. Then the table, and the two losses. What goes wrong: smoothing the fakes' label as well is the noisy version, and then the room is right.

# %% [markdown]
# ### Exercise 11.5 · Spectral normalization
# Difficulty ●●○ · importance ●●○ · 10 minutes
#
# The steepest slope of a layer $x \mapsto Wx$ is its largest singular value σ. Divide every weight matrix by its σ, and the whole network's slope is at most 1, if no activation is steeper than that. A decomposition at each step would be slow. **Power iteration** is enough: multiply a vector by $W^\top$ and $W$ in turns, and it moves toward the direction that is stretched most:
#
# $$v \leftarrow \frac{W^\top u}{\lVert W^\top u\rVert}, \qquad u \leftarrow \frac{Wv}{\lVert Wv\rVert}, \qquad \sigma \approx u^\top W v .$$
#
# The vectors are held fixed when the optimizer differentiates σ: iterate without a gradient, then compute $u^\top Wv$ with one.

# %%
def spectral_sigma(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """uᵀWv, a scalar, and u (out,) after `steps` of v ← Wᵀu/‖·‖, u ← Wv/‖·‖; weight (out, in). Miyato et al., 2018."""
    # 1. inside torch.no_grad(): `steps` times v, then u, each brought to length 1
    # 2. outside of it: sigma = uᵀWv
    ### BEGIN SOLUTION
    with torch.no_grad():
        for _ in range(steps):
            v = F.normalize(weight.mT @ u, dim=0)
            u = F.normalize(weight @ v, dim=0)
    return u @ weight @ v, u
    ### END SOLUTION

# %%
spectral_sigma = check(spectral_sigma)

# %%
weight, u = torch.randn(64, 64, generator=Generator().manual_seed(0)), torch.ones(64)
exact = torch.linalg.matrix_norm(weight, 2).item()
print("σ after 1, 3, 10, 100 steps:", *(f"{spectral_sigma(weight, u, k)[0]:.2f}" for k in (1, 3, 10, 100)), f"  exact {exact:.2f}")
assert abs(spectral_sigma(weight, u, 300)[0] - exact) < 0.01

# %% [markdown]
# One step is far off, and one step for each update of $D$ is what everybody uses: the weights change little from update to update, and $u$ is kept.
#
# Now try them. Four seeds run at once, in one **stacked** network: rows 1 to 128 of a batch belong to the first seed's network, the next 128 to the second's, and so on. So a mean over the batch, times 4, gives each network the gradient it would get alone. `treat` is the training loop of notebook 06 with a choice of losses.

# %%
def logistic(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """D's loss of notebook 06."""
    return F.softplus(-d(real)).mean() + F.softplus(d(fake)).mean()

def non_saturating(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-d(fake)).mean()

def saturating(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return -F.softplus(d(fake)).mean()

def descend(loss: Tensor, opt: torch.optim.Optimizer) -> None:
    opt.zero_grad()
    loss.backward()
    opt.step()

def treat(name: str, d_loss=logistic, g_loss=None, d_rate: float = 1.0, d_steps: int = 1, **net) -> Tensor:
    """How the patient `name` is at the end, one number for each of four seeds: (4,)."""
    patient, chance = PATIENTS[name], set_seed(0)
    g_loss = g_loss or (saturating if patient.sgd else non_saturating)
    g, opt_g = patient.generator(chance)
    d, opt_d = patient.judge(d_rate, **net)
    for step in range(patient.alone + patient.steps):
        for _ in range(d_steps):
            real, fake = patient.batch(g, chance)
            descend(4 * d_loss(d, real, fake.detach()), opt_d)
        if step >= patient.alone:
            real, fake = patient.batch(g, chance)
            descend(4 * g_loss(d, real, fake), opt_g)
    return patient.measure(g, chance)

# %%
predict("11.labels")

# %%
def with_r1(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return logistic(d, real, fake) + 0.5 * r1_penalty(d, real).mean()

def smoothed(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Real points are labeled 0.9, fakes 0."""
    logits = d(real)
    return (0.9 * F.softplus(-logits) + 0.1 * F.softplus(logits)).mean() + F.softplus(d(fake)).mean()

def noisy(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Every label is turned with probability 0.1."""
    halves = []
    for logits, label in ((d(real), 1.0), (d(fake), 0.0)):
        turned = (torch.rand(logits.shape) < 0.1).float()
        halves.append(F.binary_cross_entropy_with_logits(logits, (turned - label).abs()))
    return halves[0] + halves[1]

def try_all(name: str, remedies: dict[str, dict]) -> dict[str, Tensor]:
    """The patient's number under each remedy {row: arguments of `treat`}, printed as it comes."""
    results = {}
    for row, options in remedies.items():
        results[row] = treat(name, **options)
        print(f"{row:28s}", *(f"{value:5.2f}" for value in results[row]))
    return results

far = try_all("D far ahead", {"nothing": {}, "one-sided label smoothing": {"d_loss": smoothed}, "noisy labels, 10 %": {"d_loss": noisy},
                              "R1, γ = 1": {"d_loss": with_r1}, "spectral normalization": {"spectral": True}})

# %% [markdown] slide_type="slide" only="slides"
# ## Noisy labels help, one-sided smoothing doesn't

# %% slide_type="-"
def one_column(results: dict[str, Tensor], name: str, title: str):
    return plots.dot_table({row: {name: values.tolist()} for row, values in results.items()}, {name: SCALES[name]}, title)

fig = one_column(far, "D far ahead", "With a bounded D even the saturating loss moves the samples")
show(fig, alt="Five rows of four dots. Nothing and one-sided label smoothing stay at 5.6, where the samples began; noisy labels, R1 and spectral normalization end near 2, on the ring")

# %% [markdown]
# With nothing and with one-sided smoothing the samples stay where they began. Noisy labels, R1 and spectral normalization arrive at the ring, all four seeds. Exercise 11.4 says why the two kinds of label noise differ: what flattens the loss is $D$'s logit on *fakes*, noisy labels bound it at −2.2, and one-sided smoothing leaves it alone.
#
# **Tomorrow, with your own model:** look at $D$'s logits on fakes. If they are far below −5 and the samples don't change, bound $D$ (R1, spectral normalization, noise), or use $-\log D$. Adam hides the fault for a while, as notebook 06 showed.

# %% tags=["solution"]
# What the text claims, and that the table's numbers are those of the notebook.
assert min(far["nothing"].min(), far["one-sided label smoothing"].min()) > 5
assert all(far[name].max() < 2.6 for name in ("noisy labels, 10 %", "R1, γ = 1", "spectral normalization"))
assert torch.allclose(far["R1, γ = 1"], torch.tensor(table["R1, γ = 1"]["D far ahead"]), atol=0.3)

# %% [markdown] slide_type="notes"
# Recall the row of the last slide: minus infinity against minus 2.2. Ask what R1 and spectral normalization have in common with noisy labels: all three bound the logit, so the slope of log(1 − D) isn't 0. What goes wrong: people conclude that noisy labels always help. Against collapse they don't: see the first column of the table with all the dots.

# %% [markdown]
# ## 3 · G too fast
#
# The first column: mode collapse. All of $G$'s samples run to where $D$ is fooled at the moment, and $D$ comes too late. Bounding $D$'s slope makes $D$ *weaker*, and $D$ is behind already: R1, spectral normalization, smoothing and noise do nothing in this column. What helps is a $D$ that is faster, or one that sees that the samples are all alike.
#
# ### Exercise 11.6 · Minibatch standard deviation
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# A judge that sees one sample at a time can't say "too many of the same". So tell it: cut $D$'s last hidden layer $h$ (N, F) into groups of `group` neighboring rows, take each feature's standard deviation over the group (with the group's size in its denominator, not the size minus 1: `unbiased=False`), average over the features, and append that number to every row of the group. This is the simple form of **minibatch discrimination** (Salimans et al., 2016), used since 2018 (Karras et al.).

# %%
def minibatch_std(h: Tensor, group: int) -> Tensor:
    """h (N, F) with one more column, how much its group of neighbors differs: (N, F + 1). After Karras et al., 2018."""
    # 1. groups of neighbors, (N / group, group, F)
    # 2. each feature's standard deviation over the group, averaged over features: (N / group,)
    # 3. append it to every row of its group
    ### BEGIN SOLUTION
    grouped = h.unflatten(0, (-1, group))  # (N / group, group, F)
    sd = (grouped.var(1, unbiased=False) + 1e-8).sqrt().mean(1)  # (N / group,)
    return torch.cat([h, sd.repeat_interleave(group)[:, None]], 1)
    ### END SOLUTION

# %%
minibatch_std = check(minibatch_std)

# %% [markdown]
# ### Exercise 11.7 · A relativistic judge
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# Another idea: let $D$ compare. Its loss for a pair of a real point and a fake, with logits $a$, is $\mathrm{softplus}(-(a_{\text{real}} - a_{\text{fake}}))$; over the batch it is averaged (Jolicoeur-Martineau, 2019). $G$'s loss is the same with real and fake exchanged. Logits have equal shapes, and the $i$-th real point is paired with the $i$-th fake.

# %%
def relativistic_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """mean softplus(−(real − fake)) over pairs, a scalar: D's loss, from logits of equal shapes."""
    ### BEGIN SOLUTION
    return F.softplus(-(real_logits - fake_logits)).mean()
    ### END SOLUTION

# %%
relativistic_loss = check(relativistic_loss)

# %%
def pairs(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return relativistic_loss(d(real), d(fake))

def pairs_turned(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return relativistic_loss(d(fake), d(real))

fast = try_all("G 20 × too fast", {"nothing": {}, "relativistic": {"d_loss": pairs, "g_loss": pairs_turned}, "R1, γ = 1": {"d_loss": with_r1},
                                   "minibatch sd": {"beside": lambda h: minibatch_std(h, 8)}, "D 10 × faster": {"d_rate": 10.0}, "5 D steps": {"d_steps": 5}})

# %% slide_type="slide"
fig = one_column(fast, "G 20 × too fast", title="Modes return if D is faster, or sees several samples")
show(fig, alt="Six rows of four dots, modes of eight. Nothing, the relativistic loss and R1 have at most 2; most dots of minibatch standard deviation lie at 4 or more; D ten times as fast and five steps of D have 6 to 8")

# %% [markdown]
# Another loss or a bounded slope doesn't help: at most two modes. (With eight more seeds, one run of R1 found six.) A $D$ that learns faster, or steps more often, brings back six to eight. Minibatch standard deviation helps without touching the rates, and less surely. Even the small number under its root matters: in twelve runs with $10^{-8}$ added to the variance, as in the course's own function, all found five modes or more; with the variance only kept above $10^{-12}$, four found two or fewer.
#
# **Tomorrow, with your own model:** if samples repeat, first ask who is ahead. If $D$ can't follow (its loss near log 4, samples hopping from place to place), raise its rate or its steps before you change the loss.

# %% tags=["solution"]
# What the text claims.
assert max(fast[name].max() for name in ("nothing", "relativistic", "R1, γ = 1")) <= 2
assert min(fast["D 10 × faster"].min(), fast["5 D steps"].min()) >= 6 and fast["minibatch sd"].median() >= 4

# %% [markdown] slide_type="notes"
# The usual mistake in the room: bounding D, because the textbook lists it under stability. Here D is the weak one. Ask which patient has the opposite trouble: D far ahead. Could one remedy serve both? In the table, WGAN-GP with λ = 1 and five critic steps is blue in both columns; a later slide takes it apart.

# %% [markdown]
# ## 4 · The critic and the distance
#
# A **Wasserstein GAN** (Arjovsky et al., 2017) replaces $D$ by a critic $f$ without a sigmoid. If no slope of $f$ is above 1, then
#
# $$\mathbb E[f(x_{\text{real}})] - \mathbb E[f(x_{\text{fake}})] \le W_1 ,$$
#
# with equality for the best $f$ (notebook 07 has $W_1$ on a line). The question is how to hold the slope. The first paper *clips* the weights. The second (Gulrajani et al., 2017) adds a penalty on every slope that isn't 1, at points between real and fake:
#
# $$\lambda\,\big(\lVert\nabla f(\hat x)\rVert - 1\big)^2, \qquad \hat x = m\,x_{\text{real}} + (1 - m)\,x_{\text{fake}}, \quad m \text{ uniform, one a pair.}$$
#
# ### Exercise 11.8 · The gradient penalty
# Difficulty ●●● · importance ●●● · 15 minutes
#
# `mix` (N,) holds the $m$. `x_fake` may still hang on the generator's graph: the points are *given*, so detach them. With `one_sided` only slopes above 1 cost something, $\max(0, \lVert\nabla f\rVert - 1)^2$. Return one penalty a pair, without λ, and keep the graph.

# %%
def gradient_penalty(critic, x_real: Tensor, x_fake: Tensor, mix: Tensor, one_sided: bool = False) -> Tensor:
    """(‖slope‖ − 1)² of the critic at mix · x_real + (1 − mix) · x_fake, for each pair (N, …): (N,). Gulrajani et al., 2017, eq. 3."""
    # 1. mix as (N, 1, …), and the points between, detached, wanting a gradient
    # 2. the critic's gradient there, with create_graph=True
    # 3. the length of each gradient, minus 1; one-sided, not below 0; squared
    ### BEGIN SOLUTION
    share = mix.reshape(-1, *[1] * (x_real.ndim - 1))  # (N, 1, …)
    x = (share * x_real + (1 - share) * x_fake).detach().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    excess = gradient.flatten(1).norm(dim=1) - 1
    return (excess.clamp(min=0) if one_sided else excess).square()
    ### END SOLUTION

# %%
gradient_penalty = check(gradient_penalty)

# %% [markdown] slide_type="slide" only="slides"
# ## The critic pays for every slope that isn't 1
#
# $$\mathbb E[f(x_{\text{fake}})] - \mathbb E[f(x_{\text{real}})] + \lambda\,\mathbb E\big(\lVert\nabla f(\hat x)\rVert - 1\big)^2$$
#
# $\hat x$: a random place on the line from a fake to a real point.

# %% slide_type="-" only="slides"
slope = torch.linspace(0, 2.5, 251)
fig, (ax,) = plots.canvas(width=9, height=3.1)
ax.plot(slope, (slope - 1) ** 2, color=plots.ACCENT)
ax.plot(slope, (slope - 1).clamp(min=0) ** 2, color=plots.ACCENT, ls="--")
ax.plot([0], [1], "o", color=plots.ACCENT, ms=9, clip_on=False)
ax.text(0.07, 1.04, "two-sided: a flat critic pays, too", color=plots.INK)
ax.text(0.02, -0.36, "one-sided: flat is free", color=plots.INK)
ax.set(xlim=(-0.03, 2.5), ylim=(-0.5, 2.3), xlabel="slope of the critic, ‖∇f‖", ylabel="penalty / λ", xticks=[0, 0.5, 1, 1.5, 2, 2.5], yticks=[0, 1, 2])
show(fig, alt="The penalty over the critic's slope. Both versions rise beyond 1; the two-sided one rises to 1 at slope 0 as well, where the one-sided one stays at 0")

# %% [markdown] slide_type="notes"
# Two things to say: the penalty is differentiated again in the weights, so the graph has to be kept; and the share is one for each pair, not one for each pixel. Ask what the penalty says about a critic that is flat where nothing can be told apart: it charges λ, though flat is right there; the one-sided penalty charges nothing. What goes wrong: create_graph is forgotten, and nothing crashes.

# %% [markdown]
# ### Exercise 11.9 · Which slope does it allow?
# Difficulty ●●○ · importance ●●○ · 5 minutes
#
# Fakes lie $W$ to the left of the real points, so $W_1 = W$. A critic of slope $s$ has the estimate $sW$ and the penalty $\lambda(s - 1)^2$, and maximizes their difference. Take $W = 6$ and $\lambda = 10$. Which slope does it end with?

# %%
### BEGIN SOLUTION
answers["11.9"] = 1 + 6 / (2 * 10)
### END SOLUTION

# %%
check(answers, "11.9")

# %% [markdown]
# ### Exercise 11.10 · The critic's step
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# One update of the critic: it descends $\text{mean} f(\text{fake}) - \text{mean} f(\text{real}) + \text{weight}\cdot\text{mean penalty}$. Return its **estimate** before the update, mean $f(\text{real})$ − mean $f(\text{fake})$, as a float. Only the critic moves, and nothing is left in the generator's `.grad`.

# %%
def critic_step(generator: nn.Module, critic: nn.Module, opt: torch.optim.Optimizer, x_real: Tensor, z: Tensor, mix: Tensor, weight: float) -> float:
    """One update of the critic with its gradient penalty: its estimate of W1, before the update."""
    # 1. fakes, detached
    # 2. the estimate, and the loss: minus the estimate, plus weight times the mean penalty
    # 3. zero, backward, step
    ### BEGIN SOLUTION
    x_fake = generator(z).detach()
    estimate = critic(x_real).mean() - critic(x_fake).mean()
    loss = -estimate + weight * gradient_penalty(critic, x_real, x_fake, mix).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    return estimate.item()
    ### END SOLUTION

# %%
critic_step = check(critic_step)

# %% [markdown]
# Now measure that slope. Real points at $W/2$, fakes at $-W/2$, both with a little noise, and a critic that your step trains to the end. The exact $W_1$ is $W$.

# %%
predict("11.critic")

# %%
def critic_slope(distance: float, weight: float, seed: int, steps: int = 250) -> float:
    """The critic's estimate, divided by the exact W1, for one critic trained to the end."""
    chance, shift = set_seed(seed), nn.Linear(1, 1)
    critic = StackedMLP([seed], 1, 1)
    opt = adam(critic.parameters(), 1e-2, betas=(0.5, 0.99))
    nn.init.constant_(shift.weight, 0.3)
    nn.init.constant_(shift.bias, -distance / 2)
    late = []
    for step in range(steps):
        opt.param_groups[0]["lr"] = 1e-2 * (1 - step / steps)
        real = distance / 2 + 0.3 * torch.randn(64, 1, generator=chance)
        late.append(critic_step(shift, critic, opt, real, torch.randn(64, 1, generator=chance), torch.rand(64, generator=chance), weight))
    return sum(late[-50:]) / 50 / distance

measured_slopes = {weight: [critic_slope(6.0, weight, seed) for seed in range(3)] for weight in (10.0, 1.0, 0.1)}
for weight, slopes in measured_slopes.items():
    print(f"λ = {weight:4}: estimate / W1 = {' '.join(f'{slope:.2f}' for slope in slopes)}   1 + W/(2λ) = {1 + 6 / (2 * weight):.2f}")

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8, height=4)
line = torch.logspace(-1, 1, 50)
ax.plot(line, 1 + 6 / (2 * line), color=plots.HOUSE, label="1 + W/(2λ)")
for weight, slopes in measured_slopes.items():
    ax.plot([weight] * 3, slopes, "o", color=plots.ACCENT, label="trained critics, three seeds" if weight == 10 else None)
ax.axhline(1, color=plots.QUIET, ls=":", label="the exact W1")
ax.set(xscale="log", yscale="log", xlabel="λ", ylabel="estimate / W1, log scale")
for axis in (ax.xaxis, ax.yaxis):
    axis.set_major_formatter("{x:g}")
ax.legend()
plots.set_title(ax, "A critic's estimate is W1 only if λ is large beside W1")
show(fig, alt="Log-log plot of the ratio of the critic's estimate to the exact W1 against lambda: the curve 1 + W/(2 lambda) falls from 31 at lambda 0.1 to 1.3 at lambda 10, the trained critics lie on it, and the exact value is 1")

# %% [markdown] slide_type="-" only="slides"
# Real points at 3, fakes at −3, so $W_1 = 6$; two-sided penalty.

# %% [markdown]
# The trained critics lie on the formula. So "the critic's loss *is* the Wasserstein distance" is true of the theory, and off by 30 % here with the textbook's λ = 10, by a factor of 31 at λ = 0.1. The closer $G$ gets, the smaller the error.

# %% tags=["solution"]
# What the text claims.
assert all(abs(slope / (1 + 6 / (2 * weight)) - 1) < 0.06 for weight, slopes in measured_slopes.items() for slope in slopes)

# %% [markdown] slide_type="notes"
# Derive the formula on the board: a line of slope s earns sW and pays lambda times (s minus 1) squared. The best s is 1 + W/(2λ), and that is the ratio drawn: 1.3 at λ = 10, 31 at 0.1. Ask what λ it takes for one percent: 300. The penalty is a price, not a wall. What goes wrong: reading an absolute distance off the critic's loss.

# %% [markdown]
# Now the third column. Where real points and fakes alternate, R F F R R F F R …, the best critic is a zigzag of slope ±1, which turns between every two neighbors of one kind. Look at critics trained on that.

# %%
def zigzag_critic(weight: float, one_sided: bool = False, clip: float = 0.0, steps: int = 400) -> tuple[StackedMLP, float]:
    """A critic trained on fakes that stand still, and its estimate (the exact W1 is 0.5)."""
    chance = set_seed(0)
    critic = StackedMLP(SEEDS, 1, 1)
    opt, late = adam(critic.parameters(), 3e-3, betas=(0.5, 0.99)), []
    for _ in range(steps):
        real, fake = (places[torch.randint(0, 8, (256,), generator=chance)][:, None] for places in zigzag_places())
        estimate = critic(real).mean() - critic(fake).mean()
        penalty = gradient_penalty(critic, real, fake, torch.rand(256, generator=chance), one_sided).mean()
        descend(4 * (-estimate + weight * penalty), opt)
        if clip:
            with torch.no_grad():
                for p in critic.parameters():
                    p.clamp_(-clip, clip)
        late.append(estimate.item())
    return critic, sum(late[-50:]) / 50

critics = {"one-sided, λ = 10": zigzag_critic(10, True), "two-sided, λ = 10": zigzag_critic(10), "weights clipped at 0.1": zigzag_critic(0, clip=0.1)}
print("mean estimate of four seeds, exact W1 0.5:", *(f"{name} {estimate:.2f};" for name, (_, estimate) in critics.items()))

# %% slide_type="slide"
fig, axes = plots.canvas(width=11, height=3.8, cols=3)
x = torch.linspace(-4, 4, 400)[:, None]
for ax, (name, (critic, _)) in zip(axes, critics.items()):
    for curve in critic(x.repeat(4, 1)).detach().unflatten(0, (4, -1)):
        ax.plot(x, curve - curve.mean(), color=plots.HOUSE, lw=1.2, alpha=0.8)
    for places, marker, color in zip(zigzag_places(), "os", (plots.INK, plots.MADE)):
        ax.plot(places, torch.full((8,), -4.4), marker, color=color, ms=5, ls="none", label="real" if marker == "o" else "fake")
    ax.set(ylim=(-5, 5), xlabel="x", title=name)
axes[0].set_ylabel("critic, four seeds")
axes[0].legend(loc="upper left")
plots.set_finding(fig, "A two-sided penalty makes straight slopes, not zigzags")
show(fig, alt="Three panels with the critics of four seeds over a line on which real points and fakes alternate. With the one-sided penalty the curves are low zigzags; with the two-sided penalty they are ramps and tents with long straight slopes of 1; "
              "with clipped weights they are bowls with hardly a turn")

# %% [markdown]
# A two-sided penalty wants the slope 1 everywhere, between *any* real point and any fake. A long straight slope has no penalty, and it carries every fake far to one side: that is why those rows of the matrix end farther away than they began. The one-sided penalty lets the critic be flat where there is nothing to tell, and it turns: of the exact 0.5 it finds about 0.3. Clipped weights give a critic that hardly turns: clipping prefers simple functions. The paper that replaced it says so, and here you see it. (Its estimate, about 0.1, is on a scale of its own: the weights are bounded, and how steep the critic may be then, nobody has set.)
#
# **Tomorrow, with your own model:** prefer the one-sided penalty, or R1, to the two-sided one; read the critic's estimate as a trend, not as a distance; if you copy five critic steps from a paper, know that they are a remedy of their own.

# %% tags=["solution"]
# What the text claims.
assert critics["one-sided, λ = 10"][1] > 2 * critics["weights clipped at 0.1"][1] and critics["two-sided, λ = 10"][1] < 0.1
left, middle = (critics["two-sided, λ = 10"][0](torch.full((4, 1), place)) for place in (-3.5, -0.5))
assert (left - middle).abs().min() > 2  # one straight slope across the left half, in every seed

# %% [markdown] slide_type="notes"
# The marks at the bottom are real points and fakes. The best critic rises and falls with them, as people draw it at once. Left, the one-sided penalty finds small zigzags; in the middle, long ramps and tents. Then ask what a rule "slope exactly 1 between any pair" does to it. What goes wrong: thinking of the penalty as a bound only.

# %% [markdown]
# ## 5 · Read the matrix, add a row
#
# Now the picture at the top can be read by rows. Three rows have a twin, a **control**, and the twins are the lesson:
#
# - *WGAN-GP λ = 1 with 5 critic steps* cures the collapse. The same with one critic step doesn't. And *5 D steps* with the plain loss does. So the steps were the remedy, and not the loss.
# - *Noisy labels* and *one-sided smoothing*: the same noise, on both halves or on one. Where $D$ is far ahead, only the first moves the samples.
# - *Minibatch sd*, alone and with a 4 × faster $D$: both bring back five modes or more, and both harm the zigzag.
#
# | failure | helps, all four seeds | does nothing | harms |
# |---|---|---|---|
# | $G$ too fast, collapse | $D$ faster, more $D$ steps, feature matching, minibatch sd, WGAN-GP with λ = 1 and 5 steps | other losses, R1, spectral norm, smoothing, noise, penalties with one step | |
# | $D$ far ahead, saturating loss | R1, spectral norm, noisy labels, instance noise, LSGAN, relativistic, WGAN-GP with λ = 1 and 5 steps | one-sided smoothing, minibatch sd, a faster $D$, clip 0.01 | feature matching by plain gradient descent: not a number |
# | zigzag | (untreated is fine) | R1, relativistic, spectral norm | two-sided penalties, clip 0.01, instance noise, feature matching, minibatch sd |
# | healthy | | most | clipping, WGAN-GP with λ = 10 and 5 steps, or λ = 1 and one step |
#
# ### A remedy of your own
#
# Write a loss for $D$, or for $G$, or a combination, and choose $D$'s rate and steps. It is tried on all four patients, and printed beside the row that you name. The start below is hinge loss with a light R1. Can you find a row that is good in all four columns? (One exists: two rows of the matrix, taken together.)

# %%
def my_d_loss(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Yours to change: D's loss for real points and fakes."""
    hinge = F.relu(1 - d(real)).mean() + F.relu(1 + d(fake)).mean()
    return hinge + 0.05 * r1_penalty(d, real).mean()

def my_g_loss(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Yours to change: G's loss."""
    return -d(fake).mean()

compared = "nothing"  # the row to compare with
for name in PATIENTS:
    mine = treat(name, my_d_loss, my_g_loss, d_rate=1.0, d_steps=1)
    print(f"{name:16s} mine {' '.join(f'{v:5.2f}' for v in mine)}   {compared} {' '.join(f'{v:5.2f}' for v in table[compared][name])}")

# %% [markdown]
# **Tomorrow, with your own model:** change one thing at a time, with three seeds, and keep a control. A remedy that comes as a package (loss, penalty, five steps, another optimizer) has to be taken apart before you know what helped.

# %% tags=["solution"]
# What the table in the text claims.
def cell(remedy: str, name: str) -> Tensor:
    return torch.tensor(table[remedy][name])

assert cell("WGAN-GP, λ = 1, 5 critic steps", "G 20 × too fast").min() >= 5 and cell("WGAN-GP, λ = 1", "G 20 × too fast").max() <= 2
assert all(cell(name, "G 20 × too fast").min() >= 5 for name in ("D 10 × faster", "5 D steps", "feature matching", "minibatch sd"))
idle = ("hinge", "LSGAN", "relativistic", "R1, γ = 1", "spectral normalization", "one-sided label smoothing", "noisy labels, 10 %", "instance noise, σ = 1", "WGAN, clip 0.1")
assert all(cell(name, "G 20 × too fast").max() <= 2 for name in idle)
assert all(1.4 < v < 2.6 for name in ("R1, γ = 1", "spectral normalization", "noisy labels, 10 %", "instance noise, σ = 1", "LSGAN") for v in table[name]["D far ahead"])
assert all(cell(name, "D far ahead").min() > 5 for name in ("nothing", "one-sided label smoothing", "minibatch sd", "D 10 × faster", "WGAN, clip 0.01, 5 critic steps"))
assert cell("feature matching", "D far ahead").isnan().all()
assert all(cell(name, "zigzag").min() > 1 for name in ("WGAN-GP, λ = 1", "WGAN-GP, λ = 1, 5 critic steps", "WGAN-GP, λ = 10, 5 critic steps"))
assert all(cell(name, "healthy").max() <= 4 for name in ("WGAN, clip 0.1", "WGAN, clip 0.01, 5 critic steps", "WGAN-GP, λ = 10, 5 critic steps", "WGAN-GP, λ = 1"))

# %% [markdown] slide_type="slide" only="slides"
# ## The remedy was the five steps
#
# | on "G 20 × too fast" | modes of 8, four seeds |
# |---|---|
# | WGAN-GP, λ = 1, **5 critic steps** | 8 8 8 8 |
# | WGAN-GP, λ = 1, one step | 0 1 0 0 |
# | plain loss, **5 D steps** | 8 8 8 7 |

# %% [markdown] slide_type="notes"
# A control ends a discussion. The paper's recipe has a loss, a penalty and five steps; the first two can be taken away. Ask which other recipe in the table of dots lacks a control: clip 0.01 and λ = 10 come with five steps only. If somebody asks for a row that is good everywhere: R1 with five D steps gave 8 7 6 8 modes, 1.8, 0.08 and 8 8 8 8, and takes several times as long.

# %% [markdown]
# ## 6 · What tracks quality?
#
# "With WGAN, the loss finally means something." Test it: train three ways on the healthy ring, and every 20 steps write down what $D$ says and how far the samples are from the data, by the energy distance of notebook 06. If a loss tracks quality, the two have a high **rank correlation**: 1 if they rise and fall together without exception, 0 if they have nothing to do with each other.

# %%
predict("11.track")

# %%
def ranks(x: Tensor) -> Tensor:
    return x.argsort().argsort().double()

def rank_correlation(x: Tensor, y: Tensor) -> float:
    return torch.corrcoef(torch.stack([ranks(x), ranks(y)]))[0, 1].item()

def energy(x: Tensor, y: Tensor) -> Tensor:
    """Energy distance for each seed, of points (S, N, 2) and (S, N, 2): (S,)."""
    far, near_x, near_y = (torch.cdist(a, b).mean((1, 2)) for a, b in ((x, y), (x, x), (y, y)))
    return 2 * far - near_x - near_y

def tracked(d_loss, g_loss, d_steps: int, says) -> tuple[Tensor, Tensor]:
    """What D says and the energy distance, (looks, 4) each. says: of logits (4, N) on real points and on fakes."""
    patient, chance, said, distance = PATIENTS["healthy"], set_seed(0), [], []
    (g, opt_g), (d, opt_d) = patient.generator(chance), patient.judge()
    for step in range(400):
        for _ in range(d_steps):
            real, fake = patient.batch(g, chance)
            descend(4 * d_loss(d, real, fake.detach()), opt_d)
        real, fake = patient.batch(g, chance)
        descend(4 * g_loss(d, real, fake), opt_g)
        with torch.no_grad():
            said.append(says(*(d(x).reshape(4, -1) for x in (real, fake))))
            if step % 20 == 19:
                distance.append(energy(real.unflatten(0, (4, -1)), fake.unflatten(0, (4, -1))))
    return torch.stack(said).unflatten(0, (-1, 20)).mean(1), torch.stack(distance)

# %%
def wgan_gp(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return d(fake).mean() - d(real).mean() + gradient_penalty(d, real, fake, torch.rand(len(real))).mean()

def raise_score(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return -d(fake).mean()

def gap(real: Tensor, fake: Tensor) -> Tensor:
    """The critic's estimate for each seed."""
    return real.mean(1) - fake.mean(1)

def value(real: Tensor, fake: Tensor) -> Tensor:
    """−d_loss for each seed, large where D can tell."""
    return -F.softplus(-real).mean(1) - F.softplus(fake).mean(1)

# %%
runs, late = {}, {}
for name, setting in {"−log D": (logistic, non_saturating, 1, value), "−log D with R1, 5 steps": (with_r1, non_saturating, 5, value),
                      "WGAN-GP, λ = 1, 5 steps": (wgan_gp, raise_score, 5, gap)}.items():
    said, distance = runs[name] = tracked(*setting)
    whole, late[name] = ([rank_correlation(said[start:, s], distance[start:, s]) for s in range(4)] for start in (0, 10))
    print(f"{name:24s} whole run {' '.join(f'{r:5.2f}' for r in whole)}   second half {' '.join(f'{r:5.2f}' for r in late[name])}")

# %% slide_type="slide"
fig, axes = plots.canvas(width=11, height=3.8, cols=3)
for ax, (name, (said, distance)) in zip(axes, runs.items()):
    for s in range(4):
        ax.plot(distance[:, s], said[:, s], "o", ms=3, color=plots.SERIES[s], alpha=0.8)
    ax.set(xscale="log", xlim=(0.02, 2), xlabel="energy distance, log scale", title=name)
    ax.minorticks_off()
axes[0].set_ylabel("what D says: estimate, or −d_loss")
plots.set_finding(fig, "With a penalty and five steps, what D says follows quality")
show(fig, alt="Three scatter plots of what D says against the energy distance to the data, four seeds each. For WGAN-GP and for minus log D with R1 the points rise together; for plain minus log D they form a cloud")

# %% [markdown] slide_type="notes"
# Each dot is a moment of a run, each color a seed; the goal is at the left. Ask which panel they would stop by, and then what the two panels on the right have in common. It is a penalty and five steps of D; the left one has neither. Which of the two does it? Take a vote; the next slide has the controls. What goes wrong: choosing the best checkpoint by the loss.

# %% [markdown]
# The Wasserstein loss isn't needed to track quality: the ordinary $D$ with R1 does it, too. But the two that track come as a package, a penalty *and* five steps of $D$. The course's benchmark took the package apart, with eight seeds:

# %%
tracks: dict[str, dict[str, list[float]]] = {}
for row in measured("gan_tracking"):
    for column, key in {"whole run": "whole", "second half": "late"}.items():
        tracks.setdefault(row["run"], {}).setdefault(column, []).append(float(row[key]))

# %% slide_type="slide"
fig, axes = plots.canvas(width=10, height=4.0, cols=2)
fig.set_layout_engine("constrained", w_pad=0.15)
for ax, column in zip(axes, ("whole run", "second half"), strict=True):
    for y, (name, each) in enumerate(tracks.items()):
        package = "5 steps" in name and name != "−log D, 5 steps"
        ax.plot(each[column], [y + 0.08 * (s - 3.5) for s in range(8)], "o", ms=5, color=plots.ACCENT if package else plots.HOUSE, alpha=0.8)
    ax.set(xlim=(-1, 1), ylim=(5.5, -0.5), xlabel="rank correlation", title=column)
    ax.set_xticks([-0.5, 0, 0.5], ["−0.5", "0", "0.5"])
    ax.set_yticks(range(6), [name.replace("−log D with ", "").replace(", λ = 1", "") if column == "whole run" else "" for name in tracks])
plots.set_finding(fig, "What D says follows quality in every seed only with a penalty and five steps")
show(fig, alt="Rank correlations of what D says with the distance of samples, eight seeds each. " + "; ".join(f"{name}: whole run {min(each['whole run']):.1f} to {max(each['whole run']):.1f}" for name, each in tracks.items()).replace("-0", "−0")
              + ". In the second half of the run each of the six has seeds below 0")

# %% [markdown]
# Over the whole run, from top to bottom:
#
# - The plain $D$ has next to nothing to do with quality, and **five steps alone** change little: −0.2 to 0.3 becomes −0.2 to 0.5.
# - **R1 alone** helps a little, in each seed: 0.2 to 0.6, and below 0.4 in seven of eight.
# - **Both** give 0.5 to 0.8. With a penalty, five steps raise the correlation in each seed.
# - WGAN-GP repeats it: with one step −0.6 to 0.2, with five 0.2 to 0.8.
#
# So the penalty *and* the steps: $D$ has to be smooth and near its best. In the second half of a run, where the differences are small, the correlations are anything from −0.7 to 0.8: none of the six replaces a test on samples.
#
# **Tomorrow, with your own model:** plot the critic's estimate to see that something happens, and choose checkpoints by a measure of samples.

# %% tags=["solution"]
# What the text claims; each line seed by seed.
plain, steps, penalty, both, critic, critic_steps = (each["whole run"] for each in tracks.values())
assert all(a > b for more, less in ((penalty, plain), (both, penalty), (critic_steps, critic)) for a, b in zip(more, less, strict=True))
assert min(both) > 0.45 and min(critic_steps) > 0.2 > max(min(values) for values in (plain, steps, penalty, critic)) and max(critic) < 0.25
assert sorted(penalty)[-2] < 0.4 and abs(sum(plain)) / 8 < 0.1 and abs(sum(steps)) / 8 < 0.1
assert all(min(each["second half"]) < 0 for each in tracks.values()) and min(map(min, late.values())) < 0

# %% [markdown] slide_type="notes"
# Six arms, eight seeds each; orange: a penalty and five steps. Read the upper four as a two by two: without and with R1, one step and five. Five steps alone change little, R1 alone helps a little, both together 0.5 to 0.8. The two lower rows repeat it for WGAN-GP. Then the right panel: late in a run little is left. Ask which rows a paper would leave out. What goes wrong: a package is compared with nothing.

# %% [markdown]
# ## 7 · Digits, honestly
#
# The ring is small. What do the recipes give on digits, with the DCGAN of notebook 06, 500 steps, three seeds each? The course's benchmark measured the Fréchet distance (other real digits: 2 to 3; differences of less than the spread between seeds mean nothing).

# %%
rows = measured("gan_digits")
print(f"{'':34s}{'three seeds':>22s}{'seconds a run':>16s}")
for row in rows:
    print(f"{row['recipe']:34s}{'  '.join(row[f'seed {seed}'] for seed in range(3)):>22s}{row['seconds']:>16s}")
clipping = measured("gan_clipping")  # the last recipe, with the optimizer of its paper
for row in clipping:
    print(f"{'  the same, RMSProp, rate ' + row['rate']:34s}{'  '.join(row[f'seed {seed}'] for seed in range(3)):>22s}{row['seconds']:>16s}")

# %% slide_type="slide"
sheet = torch.frombuffer(bytearray(Image.open(FOLDER / "gan_digits.png").tobytes()), dtype=torch.uint8).reshape(len(rows), 28, 10, 28)
pictures = sheet.permute(0, 2, 1, 3)[:, :, None].float() / 255  # (recipes, 10, 1, 28, 28)
show(plots.image_rows({row["recipe"]: images for row, images in zip(rows, pictures)}, title="On digits four recipes can't be told apart"),
     alt="Six rows of ten generated digits, one recipe each. Five rows show dark strokes, some of them readable digits; the row of weight clipping is gray and blurred")

# %% [markdown] slide_type="-" only="slides"
# Fréchet distances, row by row: 32–41 · 31–53 · 40–58 · 48–77 · 22–43 · 105–180.

# %% [markdown]
# DCGAN, LSGAN, R1 and WGAN-GP overlap: with three seeds nobody can say that one of them is better, and nothing is faster than the plain DCGAN. Hinge loss with spectral normalization is behind in two of three seeds; clipped weights are far behind. All six recipes use Adam (β₁ = 0.5, rate 0.002). Is Adam why clipping is behind? The paper of clipping took RMSProp with a rate of 0.00005, which doesn't get far in 500 steps: 408 to 447. With ten times that rate the distances are 90 to 131, perhaps a little better than Adam's 105 to 180, and still above every run of the other five recipes. So the optimizer doesn't explain the lag in so short a training. (Its seconds were measured on a busier machine: don't compare them.) A remedy against a failure that you don't have is work for nothing.
#
# **Tomorrow, with your own model:** start from a recipe that is known to train at your size, and add a remedy when you see its failure.

# %% tags=["solution"]
# What the text claims.
of_recipe = {row["recipe"]: [float(row[f"seed {seed}"]) for seed in range(3)] for row in rows}
paper, faster = ([float(row[f"seed {seed}"]) for seed in range(3)] for row in clipping)
clipped, others = of_recipe.pop("WGAN, clip 0.01, 2 critic steps"), [value for values in of_recipe.values() for value in values]
assert min(paper) > 400 and max(paper) < 450 and max(others) < min(faster) < min(clipped) < max(faster) < 135 and max(clipped) < 180

# %% [markdown] slide_type="notes"
# Ten digits of each recipe after 500 steps, and the lowest and highest distance of three seeds. Ask which difference survives three seeds: that of clipped weights, with RMSProp too, and barely that of hinge loss with spectral norm; the other four overlap. Seconds a run: 15 for the DCGAN, 22 with R1, 34 for WGAN-GP, which pays for critic steps and double backward. What goes wrong: a single lucky seed that becomes a paper's headline.

# %% [markdown]
# ## 8 · The clinic

# %% [markdown] slide_type="slide" only="slides"
# ## Clinic: which of the five faults is it?

# %% [markdown] slide_type="-"
# The slope of a friend's critic should be near 1, but its estimate grows and grows. Which fault is it?
#
# - **a** The generator is too fast for its critic.
# - **b** λ is too small.
# - **c** The penalty has no gradient.
# - **d** The fakes are not detached.
# - **e** The penalty is taken at the real points.

# %% [markdown] slide_type="notes"
# Take a vote on this slide, before anybody has seen a number, and write it down. λ is 10 here, the data are the ring, and the generator stands still, which rules out a already. The next slide has what the run printed; then vote again. What goes wrong: tuning lambda for an afternoon.

# %% [markdown]
# Your friend trains this Wasserstein critic with λ = 10 on the ring, against a generator that stands still. Read what the cells below print, and say which of the five faults each column rules out.

# %%
def friends_penalty(critic, x_real: Tensor, x_fake: Tensor, mix: Tensor) -> Tensor:
    """Your friend's penalty, (N,). Fix it here, once you know."""
    x = (mix[:, None] * x_real + (1 - mix[:, None]) * x_fake).detach().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x)[0]
    return (gradient.norm(dim=1) - 1).square()

def friends_run(penalty, weight: float, steps: int = 300) -> None:
    """Prints the estimate, the slope at three places, the penalty, and what is left in G's gradients."""
    patient, chance = PATIENTS["healthy"], set_seed(0)
    (g, _), (critic, opt) = patient.generator(chance), patient.judge(rate=3.0)
    for step in range(steps + 1):
        real, fake = patient.batch(g, chance)
        estimate, paid = critic(real).mean() - critic(fake.detach()).mean(), penalty(critic, real, fake, torch.rand(len(real))).mean()
        descend(4 * (weight * paid - estimate), opt)
        if step % 100 == 0:
            slopes = [r1_penalty(critic, x).mean().sqrt() for x in (real, fake, (real + fake) / 2)]
            left = sum(p.grad.norm().item() for p in g.parameters() if p.grad is not None)
            print(f"step {step:3d}: estimate {estimate:9.2f}   slope at real {slopes[0]:7.2f}, fakes {slopes[1]:7.2f}, between {slopes[2]:7.2f}   penalty {paid:9.2f}   left in G {left:.1f}")

friends_run(friends_penalty, weight=10.0)

# %%
print("the same with λ = 0.1 and a right penalty, for comparison:")
friends_run(lambda critic, real, fake, mix: gradient_penalty(critic, real, fake, mix), weight=0.1)

# %% [markdown] slide_type="slide" only="slides"
# ## The penalty is enormous, and the critic doesn't react
#
# | step | estimate | slope | penalty | left in G |
# |---|---|---|---|---|
# | 100 | 372 | 220 | 52,000 | 0 |
# | 200 | 2,300 | 1,400 | 2,200,000 | 0 |
# | 300 | 6,100 | 3,800 | 17,000,000 | 0 |

# %% [markdown] slide_type="notes"
# Give the room a minute with the table: one group for each of b to e says which column rules it out. With a right penalty, even λ = 0.1 levels off at a slope of about ten, as the second run in the notebook does. A penalty at the real points would still hold the critic there. Nothing is left in G, so it isn't the detach. The number is right and has no way back to the weights: create_graph is missing.

# %% [markdown]
# ### Exercise 11.11 · Which of the five is it?
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# The letters **a** to **e** are those at the head of this section.

# %%
### BEGIN SOLUTION
answers["11.11"] = "c"
### END SOLUTION

# %%
check(answers, "11.11")

# %% [markdown]
# Now fix `friends_penalty` above: it is one argument. Run its cell again; the slopes should stay near 1, as they do with yours:

# %%
friends_run(lambda critic, real, fake, mix: gradient_penalty(critic, real, fake, mix), weight=10.0)

# %% [markdown]
# ### Exercise 11.12 · Which remedy first?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Your samples are all alike, and every few hundred steps they all change together. $D$'s loss is near log 4. What do you try first?
#
# - **a** Change the loss to WGAN-GP with λ = 10.
# - **b** One-sided label smoothing.
# - **c** Let $D$ learn faster, or more often.
# - **d** Bound $D$'s slope, by R1 or spectral normalization.

# %%
### BEGIN SOLUTION
answers["11.12"] = "c"
### END SOLUTION

# %%
check(answers, "11.12")

# %% [markdown] slide_type="slide" only="slides"
# ## Tomorrow, with your own model
#
# | you see | first try |
# |---|---|
# | all samples alike, hopping | D's rate or steps up |
# | samples don't move, D sure | R1, or $-\log D$ |
# | losses swing back and forth | R1; average G's weights |
# | nothing of that | nothing |

# %% [markdown] slide_type="notes"
# The last row is meant. Ask for the two checks that cost a minute: D's logits on fakes, and how many different samples there are. What goes wrong: three remedies at once, one seed, and nobody knows afterwards which of them did it.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - $G$ ahead, collapse: a faster $D$, more steps, or a $D$ that sees several samples.
# - $D$ ahead, flat loss: bound $D$ (R1, spectral norm, noisy labels). $-\log D$ helps most of the time.
# - Circling: damping. R1 moves the eigenvalues off the imaginary axis.
# - A critic's estimate is not $W_1$: for two clumps and a two-sided penalty it is $W_1$ times $1 + W/(2\lambda)$.
# - One change at a time, three seeds, a control.

# %% [markdown] slide_type="notes"
# Go back to the list on the board from the beginning, and let the room write beside each remedy against what it helps. Several will stay without an entry, and that is the result.

# %% [markdown] slide_type="slide"
# ## Next: judging samples
#
# You compared recipes by a distance and counted modes. Which numbers can be trusted to judge samples, and which can be fooled?

# %% [markdown] slide_type="notes"
# Notebook 12 takes fifteen sets of samples whose faults are known and asks every metric about them. Keep one question open: how would you notice a generator that copies its training set?

# %%
progress("11")

# %% [markdown]
# **Next:** notebook 12 takes sets of samples whose faults are known, and asks every number about them.
