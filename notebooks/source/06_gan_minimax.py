# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: GAN minimax
#   minutes: 200
#   picture: forger_and_judge
# ---

# %% [markdown] slide_type="slide"
# # GAN minimax
#
# A forger and a judge teach each other. When does it work, and how would you know?

# %% [markdown] slide_type="notes"
# About 200 minutes with all exercises, 45 if you only present. Ask how a network could learn to draw if nobody writes a likelihood down, and collect answers. Keep the map of one dimension, the game by hand, the two slopes, the ring, the sample sheet and one patient of the clinic if time is short. What goes wrong: people wait for images; say that the first half is points on a line, where everything can be drawn.

# %% [markdown]
# About 200 minutes, in two sittings: sections 1 to 5 are a good first one. Cells that only draw a figure are folded: run them like any other, and open one if you want to know how it is drawn. You need densities, binary cross-entropy, and a training loop you have seen before (notebook 02 or 03).
#
# A VAE bounds the likelihood of the data. A **GAN** (Goodfellow et al., 2014) never writes a likelihood down. A **generator** $G$ turns noise $z$ into a point or an image $G(z)$; a **discriminator** $D$ looks at $x$ and gives
# the probability that it is real, $D(x) = P(x\text{ is real})$. $D$ learns to tell them apart, $G$ learns to fool $D$.
#
# At the end you can
#
# 1. see a generator as a map from one distribution to another;
# 2. write the losses from logits, and say why there are two for $G$;
# 3. write a training step, and find out which of its lines is wrong;
# 4. count modes, recognize collapse, and code a fix of your own;
# 5. write a DCGAN's generator by its shapes, and judge its samples by something other than its losses.

# %% tags=["setup"]
# setup

# %%
import base64
import io
import math

import torch
from IPython.display import HTML, display
from PIL import Image
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.measured import measured
from course_utils.data.toy import toy_density
from course_utils.device import pick_device, set_seed
from course_utils.explorers import embed

# %%
from course_utils.metrics import batched, frechet_distance
from course_utils.models.classifier import train_classifier
from course_utils.models.vae import VAE
from course_utils.training import adam, fit
from course_utils.widgets import explore, png

plots.use_style()
device = pick_device()
answers = answer_sheet("06")

# %% [markdown]
# ## 1 · A map of distributions
#
# A generator is a function. Put noise in, something else comes out, and the *distribution* of what comes out is called $p_G$. In one dimension you can draw all of it. Here is a map made by hand, no network yet: it turns one bump into two.

# %%
predict("06.map")

# %%
def two_bumps(n: int, chance: Generator) -> Tensor:
    """n points (n, 1) from the data of sections 1 to 4: bumps at ±1.5."""
    side = 3.0 * torch.randint(0, 2, (n, 1), generator=chance) - 1.5
    return side + 0.5 * torch.randn(n, 1, generator=chance)

def draw_map(axes, g, z: Tensor, chance: Generator) -> None:
    """The map z -> G(z), and the densities before and after it."""
    line = torch.linspace(-3, 3, 121)[:, None]
    axes[0].fill_between(line[:, 0], -4, -4 + 3 * torch.exp(-0.5 * line[:, 0] ** 2), color=plots.SERIES[2], alpha=0.2, lw=0)  # the noise
    with torch.no_grad():
        made, curve = g(z), g(line)
    axes[0].plot(line, curve, color=plots.HOUSE)
    for start in torch.linspace(-2.4, 2.4, 13):
        axes[0].plot(start, -3.8, "o", color=plots.SERIES[2], ms=4)
        end = g(start.reshape(1, 1)).item()
        axes[0].plot([start, start, -3], [-3.8, end, end], color=plots.QUIET, lw=0.7)
    axes[0].set(xlim=(-3, 3), ylim=(-4, 4), xlabel="z", ylabel="G(z)")
    axes[1].hist(two_bumps(20_000, chance)[:, 0].numpy(), 60, range=(-4, 4), density=True, histtype="step", color=plots.QUIET,
                 orientation="horizontal", lw=2, label="data")
    axes[1].hist(made[:, 0].numpy(), 60, range=(-4, 4), density=True, color=plots.MADE, alpha=0.5, orientation="horizontal", label="G(z)")
    axes[1].set(xlim=(0, 0.6), ylim=(-4, 4), xlabel="density")

# %% slide_type="slide"
chance = set_seed(0)
z_many = torch.randn(20_000, 1, generator=chance)
fig, axes = plots.canvas(width=8.5, height=4.2, cols=2)
draw_map(axes, lambda z: torch.tanh(8 * z) + 0.75 * z, z_many, chance)
axes[1].legend()
plots.set_finding(fig, "A map that is steep in the middle tears one bump into two")
show(fig, alt="Left, above the bump of the noise, a curve from z to G(z): not steep, very steep through 0, not steep again; thin lines carry evenly spaced points over it, and they come out in two bunches. "
              "Right, the histogram of G(z) has two bumps at plus and minus 1.5, close to those of the data")

# %% [markdown] slide_type="notes"
# Follow one thin line aloud: from the noise at the bottom up to the curve, and left to what comes out. Ask for the density in the middle: low, though the noise has its largest there, since the slope divides it. Nothing in this picture needs a discriminator yet; it says what is to be learned, not how. What goes wrong: the curve is taken for a density. It is a map, and the densities stand beside it.

# %% [markdown]
# The purple bump at the bottom is the density of the noise. Follow the thin lines. Evenly spaced points come out closer together where the slope is small and far apart where it is large: where the slope is $s$, the density is divided by $|s|$. The map is continuous, so *some* points land between the bumps. A generator is
# such a map with a network in place of the formula; training has to find the steep places.

# %% [markdown]
# ## 2 · The game
#
# Nobody knows the density of $G(z)$, so it can't be compared with the data's directly. $D$ does the comparing. Its score is $\log D(x)$ for a real point and $\log(1 - D(x))$ for a fake one, and the **value** of the game is the mean score,
#
# $$V(D, G) = \mathbb E_{x\sim\text{data}}[\log D(x)] + \mathbb E_z[\log(1 - D(G(z)))], \qquad \min_G \max_D V(D, G) .$$
#
# In words: $D$ wants real points called real and fakes called fake, $G$ wants the opposite for its fakes. Notebook 07 finds out what a *perfect* $D$ would say. Here both have to learn. Play it by hand first: you are $D$ and make $V$ as large as you can, then
# you are $G$ and make it small. Then press "Take turns".

# %% [markdown] slide_type="slide" only="slides"
# ## Two networks, and each is the other's teacher

# %% slide_type="-"
show(diagram("gan"))

# %% [markdown] slide_type="notes"
# Build it in six steps: noise, generator, real images, discriminator, its loss, the generator's loss. Before the last one ask how G can learn anything, since it never sees a real image: only through D, whose slope says which way looks more real. What goes wrong: both orange boxes hang on the same number, and people think that each gradient changes both networks. Each changes one.

# %% [markdown] slide_type="slide" only="slides"
# ## One number: D makes it large, G makes it small
#
# $$V = \mathbb E_x[\log D(x)] + \mathbb E_z[\log(1 - D(G(z)))]$$
#
# $$\min_G \max_D V(D, G)$$
#
# $D$ wants real points called real and fakes called fake. $G$ wants its fakes called real.

# %% [markdown] slide_type="notes"
# State the game before anything is said against it. D is asked one question, real or fake, and V is minus the loss of any classifier. Ask for the value of a D that says one half to everything: twice log one half, minus 1.386, whatever G does. What goes wrong: V is taken for the loss of both. D wants it large, G wants it small, and G appears in the second term alone.

# %% [markdown] slide_type="slide" only="slides"
# ## The better the fakes, the nearer the value is to a coin's

# %% slide_type="-"
embed("gan_game")

# %% [markdown] slide_type="notes"
# Press "D answers" first, then "G steps" a few times, then "Take turns". Ask before the last one where V will end: near minus 1.386, what a coin would earn, since hardly anything can be told apart. Look at D's curve then: nearly flat, near one half. What goes wrong: people read that as a bad D. Here it is the best there is; notebook 07 shows a D at one half that is only blind.

# %% [markdown]
# As the fakes come to the data, the value that $D$ could reach falls toward that of a coin, which says ½ to everything. And watch $D$'s curve at the end: nearly flat, near ½, since hardly anything can be told apart any more.
#
# ### Exercise 6.1 · The discriminator's loss
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$\texttt{d\_loss} = -\frac1N\sum_i \log D(x_i) - \frac1M\sum_j \log(1 - D(G(z_j)))$$
#
# In words: minus $V$, on a batch. The network returns **logits** $a$, and $D = \mathrm{sigmoid}(a)$. Never take the log of a sigmoid: in float32 it is exactly 0 or 1 for large logits. Instead,
# $-\log D = \log(1 + e^{-a})$. Don't type that with `exp` either, which overflows above 89: it is `F.softplus(-a)`, and $-\log(1 - D)$ is `F.softplus(a)`. One mean over each half.

# %%
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), a scalar, from logits. Goodfellow et al., 2014, eq. 1."""
    # 1. the mean of −log D over real logits
    # 2. the mean of −log(1 − D) over fake logits
    # 3. their sum
    ### BEGIN SOLUTION
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    ### END SOLUTION

# %%
discriminator_loss = check(discriminator_loss)

# %% [markdown]
# ### Exercise 6.2 · Sure and blind
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# A $D$ that says ½ to everything, as a coin would, has the loss $\log 4 = 1.386$ nats. Another $D$ can't tell real from fake either, and is sure all the same: it says 0.9 to everything. What is its loss, in nats?

# %%
### BEGIN SOLUTION
answers["6.2"] = -math.log(0.9) - math.log(0.1)
### END SOLUTION

# %%
check(answers, "6.2")

# %% [markdown]
# ### A word on labels
#
# You will also meet $\arg\max_D \mathbb E[\log D(G(z)) + \log(1 - D(x))]$. That $D$ is large on *fakes*: $D = P(\text{fake})$. Replace it by $1 - D$, and it is the same game with the other label:

# %% [markdown] slide_type="slide" only="slides"
# ## Other texts turn the label, and it is the same game
#
# Elsewhere: $\arg\max_D\, \mathbb E[\log D(G(z)) + \log(1 - D(x))]$, so $D = P(\text{fake})$.
#
# Here $D = P(\text{real})$. Replace $D$ by $1 - D$, which changes the sign of the logit:
#
# | what | D = P(real) | D = P(fake) |
# |---|---|---|
# | what $D$ says of a real point | 0.88 | 0.12 |
# | its value, on three real points and two fakes | −1.3190 | −1.3190 |

# %% [markdown] slide_type="notes"
# Two minutes, no more; it saves an hour of debugging. Both conventions are in print, and every formula of one becomes the other's when D is replaced by one minus D. Ask what happens if D's loss comes from one text and G's from the other: G is then rewarded for fakes that are recognized. What goes wrong: nothing crashes, and the samples just run away from the data.

# %% tags=["nbval-check-output"]
real_logits, fake_logits = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([-3.0, 1.0])

def value_with_p_fake(d_real: Tensor, d_fake: Tensor) -> Tensor:
    """E[log D(G(z))] + E[log(1 − D(x))], with D = P(fake)."""
    return d_fake.log().mean() + (1 - d_real).log().mean()

ours = -discriminator_loss(real_logits, fake_logits)
theirs = value_with_p_fake((-real_logits).sigmoid(), (-fake_logits).sigmoid())
print(f"V, ours: {ours:.4f}   V with D = P(fake): {theirs:.4f}")
assert abs(ours - theirs) < 1e-6
#> V, ours: -1.3190   V with D = P(fake): -1.3190

# %% [markdown]
# ### Exercise 6.3 · Half of each
# Difficulty ●●○ · importance ●●○ · 2 minutes
#
# You take $D$'s loss from a text with $D = P(\text{fake})$, and $G$'s loss, $-\log D(G(z))$, from here. What happens?
#
# - **a** Nothing changes, since both texts describe one and the same game.
# - **b** $G$ is rewarded for fakes that are recognized as fake.
# - **c** $D$ learns nothing, since its labels contradict each other.
# - **d** The losses become infinite as soon as $D$ is sure of a point.

# %%
### BEGIN SOLUTION
answers["6.3"] = "b"
### END SOLUTION

# %%
check(answers, "6.3")

# %% [markdown]
# ## 3 · Two losses for the generator
#
# $G$ appears in the second term of $V$ only. Minimizing it is the **saturating** loss (to saturate is to go flat; you will see where). The other one gives fakes the label *real* and takes the cross-entropy; it is called **non-saturating**, and it is what everybody uses:
#
# $$\text{saturating: } \mathbb E_z[\log(1 - D(G(z)))] \qquad\qquad \text{non-saturating: } -\mathbb E_z[\log D(G(z))]$$
#
# In words: lower the log-probability that a fake is called fake, or raise the log-probability that it is called real. Both are smallest where $D$ is fooled. They differ in their slopes on the way.
#
# ### Exercise 6.4 · The saturating loss
# Difficulty ●○○ · importance ●●○ · 3 minutes

# %%
def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """mean log(1 − D(G(z))), a scalar, from logits: never above 0."""
    # the mean of log(1 − D), without a log of a sigmoid
    ### BEGIN SOLUTION
    return -F.softplus(fake_logits).mean()
    ### END SOLUTION

# %%
generator_loss_saturating = check(generator_loss_saturating)

# %% [markdown]
# ### Exercise 6.5 · The non-saturating loss
# Difficulty ●○○ · importance ●●● · 3 minutes

# %%
def generator_loss(fake_logits: Tensor) -> Tensor:
    """−mean log D(G(z)), a scalar, from logits."""
    # the mean of −log D, without a log of a sigmoid
    ### BEGIN SOLUTION
    return F.softplus(-fake_logits).mean()
    ### END SOLUTION

# %%
generator_loss = check(generator_loss)

# %% [markdown]
# The next figure shows both losses and their slopes over the logit $a$ of $D(G(z))$. Autograd computes the slopes, and the cell compares them with $-D$ and $-(1 - D)$.

# %% slide_type="slide"
a = torch.linspace(-8, 8, 161, requires_grad=True)
fig, (left, right) = plots.canvas(width=10, height=4, cols=2)
slopes = {}
for loss, color, style, name in ((generator_loss_saturating, plots.HOUSE, "-", "log(1 − D), saturating"),
                                 (generator_loss, plots.ACCENT, "--", "−log D, non-saturating")):
    values = torch.stack([loss(one[None]) for one in a])
    slopes[name] = torch.autograd.grad(values.sum(), a)[0]
    left.plot(a.detach(), values.detach(), color=color, ls=style, label=name)
    right.plot(a.detach(), slopes[name], color=color, ls=style, label=name)
for ax, label in ((left, "loss (nats)"), (right, "slope in the logit")):
    ax.axvspan(-8, -3, color=plots.QUIET, alpha=0.12, lw=0)
    ax.set(xlim=(-8, 8), xlabel="logit of D(G(z))", ylabel=label)
left.legend(loc="upper right")
right.text(-7.7, -0.55, "D is sure\nthat it is fake", color=plots.INK)
plots.set_finding(fig, "Where D is sure of a fake, log(1 − D) is flat and −log D is steep")
show(fig, alt="Left, both losses fall with the logit; the saturating one is flat at 0 on the left and falls on the right, the other one falls on the left and is flat at 0 on the "
              "right. Right, their slopes: the saturating one goes from 0 to minus 1, the non-saturating one from minus 1 to 0")
d = a.detach().sigmoid()
assert (slopes["log(1 − D), saturating"] + d).abs().max() < 1e-6
assert (slopes["−log D, non-saturating"] + (1 - d)).abs().max() < 1e-6

# %% [markdown] slide_type="notes"
# Before you show the slide, ask which of the two losses moves a G whose fakes are all recognized. Left: both losses are low where D is fooled. Right: the slopes are −D and −(1 − D), and at D = 0.01 the second is 99 times as steep. Exam question: why non-saturating? Both slopes belong in the answer. What goes wrong: "a strong D makes the gradient vanish" holds for one loss, error six of the errata page.

# %% [markdown]
# The two curves are mirror images: the slopes are $-D$ and $-(1 - D)$. Early in training every generator is bad, $D$ is sure, and you are in the gray band. There the saturating loss hardly moves $G$. You will read that "a strong discriminator makes the generator's
# gradient vanish". It is true of this loss, and the other one was invented because of it.

# %% [markdown]
# ### Exercise 6.6 · How much harder
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# $D(G(z)) = 0.01$. How many times as steep in the logit is the non-saturating loss?

# %%
### BEGIN SOLUTION
answers["6.6"] = (1 - 0.01) / 0.01
### END SOLUTION

# %%
check(answers, "6.6")

# %% [markdown]
# ## 4 · One step
#
# ### Exercise 6.7 · A training step
# Difficulty ●●● · importance ●●● · 15 minutes
#
# One update of $D$, then one of $G$ with the non-saturating loss. Four things to watch, each of them a classic:
#
# - In $D$'s update the fakes are given. `.detach()` them, so that nothing runs back into $G$.
# - `backward()` *adds* to `.grad`. Zero what you are about to use.
# - $G$'s backward runs *through* $D$, and fills $D$'s `.grad` as well. Only `opt_g` may step.
# - $G$ asks the *new* $D$: logits from before `opt_d.step()` are stale. (The images may be used again.)
#
# Give $D$ the real images in one call and the fakes in another. A $D$ with batch norm, as in section 7, reads a batch as a whole: what it learned on a mixed batch doesn't hold for the batch of fakes that $G$ asks it about.
#
# `x_real` is a batch of data, `z` the noise for $G$, and `discriminator` returns logits, as your losses take them. Return the two losses as floats.

# %%
def gan_step(generator: nn.Module, discriminator: nn.Module, opt_g: torch.optim.Optimizer, opt_d: torch.optim.Optimizer,
             x_real: Tensor, z: Tensor) -> dict[str, float]:
    """One update of D on x_real (N, …) and G(z), then one of G: the two losses. Goodfellow et al., 2014, algorithm 1."""
    # 1. fakes from z; D's loss on x_real and on the detached fakes
    # 2. zero, backward and step for D
    # 3. G's loss: what the new D says of the fakes, not detached
    # 4. zero, backward and step for G
    # 5. both losses as floats, {"d_loss": …, "g_loss": …}
    ### BEGIN SOLUTION
    x_fake = generator(z)
    d_loss = discriminator_loss(discriminator(x_real), discriminator(x_fake.detach()))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(discriminator(x_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}
    ### END SOLUTION

# %%
gan_step = check(gan_step)

# %% [markdown] slide_type="slide" only="slides"
# ## One step: D on detached fakes, then G against the new D
#
# 1. $D$: zero, backward, step on `discriminator_loss` of the logits on `x_real` and on `x_fake.detach()`
# 2. $G$: zero, backward, step on `generator_loss` of the logits on `x_fake`, asked anew
#
# Three classics: the fakes not detached · gradients not zeroed · $G$'s step moves $D$

# %% [markdown] slide_type="notes"
# Read the two lines aloud, then ask of each classic what one would see. Fakes not detached: D's backward runs on into G, and leaves gradients there. Not zeroed: the last step's gradients are added to this one's. G's step moves D: an optimizer holds the weights of both. What goes wrong: the logits of the fakes are kept from before D's step, so G is trained against a judge that is gone.

# %% [markdown]
# ### Exercise 6.8 · What `detach` saves
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# In a step like yours, with both `zero_grad()` where they belong, somebody makes fakes anew for each update and forgets `.detach()` in $D$'s. What comes out wrong?
#
# - **a** $G$'s weights: $G$ is trained with $D$'s loss on top of its own.
# - **b** $D$'s weights: their gradient has the slope through $G$ in it.
# - **c** No weight comes out wrong; the longer backward costs time.
# - **d** Nothing comes out at all, since backward raises an error.

# %%
### BEGIN SOLUTION
answers["6.8"] = "c"
### END SOLUTION

# %%
check(answers, "6.8")

# %% [markdown]
# Train the map of section 1: one number of noise in, one number out, both networks tiny.

# %%
def mlp(inputs: int, outputs: int, hidden: int = 64) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, outputs))

def pair(inputs: int, outputs: int, lr_g: float = 1e-3, lr_d: float = 1e-3) -> tuple:
    """A generator and a discriminator for points (N, outputs), with their optimizers."""
    g, d = mlp(inputs, outputs), mlp(outputs, 1)
    betas = (0.5, 0.99)  # momentum 0.5, as DCGAN has it: with 0.9 the two overshoot each other
    return g, d, adam(g.parameters(), lr_g, betas=betas), adam(d.parameters(), lr_d, betas=betas)

threads = torch.get_num_threads()
torch.set_num_threads(1)  # networks this small only get slower with more
chance = set_seed(0)
g, d, opt_g, opt_d = pair(1, 1)
stages, looks = {}, [0, 30, 60, 100, 150, 200, 300, 400, 600, 800, 1100, 1500]
for step in range(1501):
    if step in looks:
        stages[step] = {name: weight.clone() for name, weight in g.state_dict().items()}
    gan_step(g, d, opt_g, opt_d, two_bumps(256, chance), torch.randn(256, 1, generator=chance))

# %% slide_type="slide"
def at_stage(step: int) -> nn.Module:
    net = mlp(1, 1)
    net.load_state_dict(stages[step])
    return net

shown = (0, 60, 150, 300, 1500)
fig, axes = plots.canvas(width=12, height=5, rows=2, cols=len(shown))
for column, step in enumerate(shown):
    draw_map((axes[column], axes[len(shown) + column]), at_stage(step), z_many, chance)
    axes[column].set_title(f"step {step}", fontsize=12)
    axes[len(shown) + column].set_xticks([0, 0.3])
    for ax in (axes[column], axes[len(shown) + column]) if column else ():
        ax.set_ylabel("")
        ax.set_yticklabels([])
plots.set_finding(fig, "A generator learns where to be steep")
show(fig, alt="Five stages of training, the map above and the density of its points below, beside the data's two bumps. At first the map is nearly flat and all points lie in "
              "one spike; it tilts, then gets a steep stretch in the middle; in the last stage the points stand in two spikes, narrower than the bumps of the data and somewhat off their middles")

# %% [markdown] slide_type="notes"
# Read each column from top to bottom: the map, and the density of its points at the same step. Ask where the bump will part before you point: where the map gets steep. In the last column the spikes are too narrow and somewhat off, since the map is nearly flat beside the steep stretch. What goes wrong: step 1500 is taken for the end. Nothing in the game says done, and the spikes go on shifting.

# %% [markdown]
# Read each column from top to bottom: while the map is one straight slope there is one broad bump, and when it gets steep in the middle the bump parts. Whether the map rises or falls is chance, since the noise is symmetric. The bumps
# come out as spikes, too narrow and not quite in the right place, for the map is nearly flat beside the steep stretch. They still shift from one picture to the next: nothing in the game says "done".
#
# The same as a film. It plays once; run the cell again to see it again. (It shows nothing that the pictures above don't.)

# %%
def film(figures: list, alt: str, milliseconds: int = 350) -> None:
    """Figures of equal size as a moving picture that plays once."""
    frames = [Image.open(io.BytesIO(png(fig))).convert("P", palette=Image.Palette.ADAPTIVE, colors=64) for fig in figures]
    out = io.BytesIO()
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:], duration=[milliseconds] * (len(frames) - 1) + [3000])
    data = base64.b64encode(out.getvalue()).decode()
    display(HTML(f'<img alt="{alt}" style="width:560px;max-width:100%;background:white" src="data:image/gif;base64,{data}">'))

figures = []
for step in looks:
    fig, axes = plots.canvas(width=6, height=3, cols=2)
    draw_map(axes, at_stage(step), z_many[:5000], Generator().manual_seed(1))
    plots.set_finding(fig, f"step {step}")
    figures.append(fig)
film(figures, "A film of the map and of the density of its points over training: one spike spreads out, then parts into two bumps")

# %% tags=["solution"]
# What the text claims: it ends with two bumps, and with few points in between.
made = at_stage(1500)(z_many).detach()[:, 0]
assert 0.25 < (made > 0.75).float().mean() < 0.75 and 0.25 < (made < -0.75).float().mean() < 0.75

# %% [markdown]
# ## 5 · The same generator, both losses
#
# Slopes in the logit are one thing; what reaches $G$'s weights is another. So measure it. Over the first 200 steps of a training run, at every step: clone the generator, put the same batch through the same $D$, and take both losses' gradients. If the
# slopes were the whole story, the norms would have the ratio $(1 - D)/D$.

# %%
predict("06.clone")

# %%
def gradient_norm(loss: Tensor, net: nn.Module) -> float:
    """Length of the gradient of a loss in all weights of a network."""
    gradients = torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)
    return torch.cat([part.flatten() for part in gradients]).norm().item()

ring = toy_density("ring")  # eight Gaussians on a circle of radius 2

def both_norms(seed: int, steps: int = 200) -> Tensor:
    """(steps, 3): the norms of the saturating and the non-saturating gradient, and the mean of (1 − D)/D."""
    chance, rows = set_seed(seed), []
    g, d, opt_g, opt_d = pair(2, 2)
    with torch.no_grad():
        g[-1].bias += 4  # begin far from the data, as a generator of images does
    for _ in range(steps):
        x_real, z = ring.sample(128, chance), torch.randn(128, 2, generator=chance)
        clone = mlp(2, 2)
        clone.load_state_dict(g.state_dict())
        logits = d(clone(z))
        rows.append([gradient_norm(generator_loss_saturating(logits), clone), gradient_norm(generator_loss(logits), clone),
                     torch.exp(-logits).mean().item()])
        gan_step(g, d, opt_g, opt_d, x_real, z)
    return torch.tensor(rows)

norms = torch.stack([both_norms(seed) for seed in range(3)])  # (3, 200, 3)
ratio, expected = norms[..., 1] / norms[..., 0], norms[..., 2]
for low, high in ((0, 10), (10, 25), (25, 50), (50, 200)):
    part = slice(low, high)
    print(f"steps {low:3d} to {high:3d}: ratio of the norms {ratio[:, part].mean():5.2f}, mean of (1 − D)/D {expected[:, part].mean():5.2f}")
same_side = (ratio > 1) == (expected > 1)
print(f"both above 1, or both below, at {same_side[:, :25].float().mean():.0%} of the first 25 steps, and at {same_side[:, 25:].float().mean():.0%} of the later ones")

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=4)
for seed in range(3):
    for values, color, style, name in ((ratio, plots.HOUSE, "-", "norm of −log D's gradient / norm of log(1 − D)'s"),
                                       (expected, plots.ACCENT, "--", "mean of (1 − D)/D over the fakes")):
        ax.plot(range(4, 196), values[seed].log().unfold(0, 9, 1).mean(1).exp(), color=color, lw=1.6, ls=style, label=name if seed == 0 else None)
ax.axhline(1, color=plots.QUIET, lw=1, ls=":")
ax.set(yscale="log", xlabel="step (each point a mean over nine steps)", ylabel="ratio, log scale")
ax.minorticks_off()
ax.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
ax.legend()
plots.set_title(ax, "A better D makes −log D's gradient the longer one")
show(fig, alt="Two curves for each of three runs over 200 steps, log scale: the measured ratio of gradient norms and the mean of (1 − D)/D rise and fall together, "
              "far above 1 within the first 20 steps, below 1 for a while near step 45, and around 1 after that")

# %% [markdown] slide_type="notes"
# Solid is measured: one generator, one batch, both losses. Dashed is what the slopes predict, one minus D over D. At first D runs ahead, since the fakes begin far from the data, and the ratio is near 5. Ask what the solid line would do if D were trained to the end at each step: climb without end. What goes wrong: Adam hides all this, since it divides each gradient by its recent size; with plain descent G stops.

# %% [markdown]
# Early, while $D$ is ahead, both are far above 1. Later they are near 1, and at a good part of those steps one is above 1 and the other below: the printed shares say at how many. $(1 - D)/D$ is averaged over fakes one at a time, while the gradient adds the fakes up as vectors, so a few fakes that $D$ is very sure of lift the average more than the norm.
# So the slopes in the logit tell you where the two losses differ much. They don't tell you which gradient is longer where they differ little.
#
# One more thing you should know: **Adam hides this.** It divides each gradient by its recent size, so a gradient that is a hundred times smaller makes nearly the same step. With Adam, the saturating loss fails only where gradients are hardly larger than the $10^{-8}$ that Adam adds to their size before it divides, or are lost in rounding.
# With plain gradient descent $G$ stops at once; the clinic has such a run.

# %% tags=["solution"]
# What the text claims.
assert ratio[:, 30:70].min() < 1 and expected[:, 30:70].min() < 1 and expected[:, 25:].mean() > ratio[:, 25:].mean()
assert ratio[:, :25].mean() > 2 * ratio[:, 50:].mean() and torch.corrcoef(torch.stack([ratio.log().flatten(), expected.log().flatten()]))[0, 1] > 0.8

# %% [markdown]
# ## 6 · Eight bumps on a ring
#
# In two dimensions: how many of the eight does $G$ find?

# %% [markdown]
# A **mode** is a peak of a density, and the ring has eight. It is the usual test of **mode coverage**: how many of them do the samples reach? Counting by eye won't do for a training run, so count in code.
#
# ### Exercise 6.9 · Modes covered
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# A mode is covered if at least `min_count` samples lie within `radius` of its center (less than `radius` away, in the Euclidean distance). `samples` (N, D), `centers` (K, D). Return an int.

# %%
def modes_covered(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    """How many of the centers (K, D) have at least min_count of the samples (N, D) within radius."""
    # 1. distances from every sample to every center, (N, K)
    # 2. how many samples each center has within radius, (K,)
    # 3. how many centers have enough
    ### BEGIN SOLUTION
    near = torch.cdist(samples, centers) < radius  # (N, K)
    return int((near.sum(0) >= min_count).sum())
    ### END SOLUTION

# %%
modes_covered = check(modes_covered)

# %%
def play_ring(seed: int = 0, lr_g: float = 1e-3, lr_d: float = 1e-3, steps: int = 600, judge=None) -> dict:
    """Train on the ring; samples of one fixed noise, modes covered and losses along the way. judge() makes another D."""
    chance = set_seed(seed)
    g, d, opt_g, opt_d = pair(2, 2, lr_g, lr_d)
    if judge:
        d = judge()
        opt_d = adam(d.parameters(), lr_d, betas=(0.5, 0.99))
    z_fixed = torch.randn(2000, 2, generator=chance)
    run = {"samples": {}, "modes": {}, "d_loss": [], "g_loss": []}
    for step in range(steps + 1):
        if step % 50 == 0:
            with torch.no_grad():
                run["samples"][step] = g(z_fixed)
            run["modes"][step] = int(modes_covered(run["samples"][step], ring.means, radius=0.3, min_count=20))
        losses = gan_step(g, d, opt_g, opt_d, ring.sample(128, chance), torch.randn(128, 2, generator=chance))
        run["d_loss"].append(losses["d_loss"])
        run["g_loss"].append(losses["g_loss"])
    print(f"seed {seed}: {run['modes'][steps]} of 8 modes after {steps} steps")
    return run | {"z": z_fixed}

healthy = [play_ring(seed) for seed in range(3)]
print(f"seed 0, samples within 0.3 of a center: {(torch.cdist(healthy[0]['samples'][600], ring.means) < 0.3).any(1).float().mean():.0%}")

# %% [markdown]
# Color each sample by where its *noise* was, by the angle of $z$. So you see not only where points are, but which part of the noise was carried there.

# %% slide_type="slide" tags=["plot"]
def scatter(ax, run: dict, step: int) -> None:
    angle = torch.atan2(run["z"][:, 1], run["z"][:, 0])
    ax.scatter(*run["samples"][step].T, s=3, c=angle, cmap="twilight")
    ax.plot(*ring.means.T, "o", mfc="none", mec=plots.INK, ms=11, ls="none")
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=[], yticks=[])
    ax.set_title(f"step {step}: {run['modes'][step]} of 8", fontsize=11)

fig, axes = plots.canvas(width=8.5, height=5.9, rows=2, cols=3)
for ax, step in zip(axes, (0, 50, 100, 200, 400, 600)):
    scatter(ax, healthy[0], step)
plots.set_finding(fig, "The plane of noise is carried to the ring, wedge by wedge")
show(fig, alt="Six stages: a small cloud at the center; it grows, moves and opens; at the end the samples form a ring that runs through all eight circles, and the colors go round it "
              "in order, so each bump is made from one wedge of the noise, with points between neighbors")

# %% [markdown] slide_type="notes"
# The color of a point is the angle of its noise, so follow one color from panel to panel. Above each panel stands how many of the eight bumps are covered: all eight at the end. Ask what that leaves open. Neighbors are joined by points, for the map is continuous. What goes wrong: covered is read as drawn well. A bump counts with 20 of 2,000 points near it; fewer than half of all points are near any.

# %%
figures = []
for step in range(0, 601, 50):
    fig, (ax,) = plots.canvas(width=4, height=4)
    scatter(ax, healthy[0], step)
    figures.append(fig)
film(figures, "A film of the samples on the ring over training: a cloud unfolds and is carried to the eight bumps", 250)

# %% [markdown]
# Neighboring bumps are made from neighboring wedges of the noise, with many points between them: the map is continuous here, too, and 600 steps are few. Covered means that a mode has points, not that it has its share.
#
# ### A generator in a hurry
#
# Now let $G$ learn twenty times as fast as $D$, and change nothing else.

# %%
predict("06.collapse")

# %%
print("G twenty times as fast")
collapsed = [play_ring(seed, lr_g=2e-2) for seed in range(3)]

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=10, height=3.6, cols=3)
for ax, step in zip(axes, (400, 500, 600)):
    scatter(ax, collapsed[0], step)
plots.set_finding(fig, "A G that outruns its judge puts all its points in one or two places")
show(fig, alt="Three stages of the collapsed run: nearly all samples in one or two small places, which change from stage to stage or stay, while the eight circles are empty or nearly so")

# %% [markdown] slide_type="notes"
# One thing was changed: G learns twenty times as fast as D. Ask what D can say against it. It sees one point at a time, so it can call this place fake, and G moves on to another; it can't say "too many of the same". In the benchmark, eight seeds and twice the steps, no run recovers. What goes wrong: any bad sample is called collapse. It means that different noise gives the same output.

# %% [markdown]
# This is **mode collapse**. All noise is sent to the place that $D$ at the moment finds most real. $D$ learns that this place is full of fakes, and $G$ moves on. A judge that sees one sample at a time has no way to say "too many of the same".
#
# ### Exercise 6.10 · A fix of your own
# Difficulty ●●● · importance ●●● · 15 minutes
#
# So let $D$ see the batch. Beside each point we put numbers that say how the batch is spread, and $D$ gets both. (Salimans et al., 2016, call this minibatch discrimination.) You choose the numbers. Some that work:
#
# - the variance of each coordinate over the batch, the same for all points, or its root (add 1e-6 under the root: at 0 its slope is infinite);
# - for each point, the mean distance to the others, or the distance to the nearest;
# - for each point, how crowded it is there: the mean of $e^{-\text{distance}}$ to all points.
#
# From `x` (N, D) return (N, M), a row for each point. $G$ learns of it through the gradient only, so nothing may be detached, and a count won't do, since its slope is 0. A batch of one point, or of equal points, must not give NaN.

# %%
def batch_features(x: Tensor) -> Tensor:
    """For points x (N, D), beside each of them how its batch is spread: (N, M), M is your choice."""
    # 1. choose a number that is another one when the batch has collapsed
    # 2. one row of it for each point, (N, M)
    ### BEGIN SOLUTION
    spread = (x - x.mean(0)).square().mean(0).add(1e-6).sqrt()  # (D,)
    return spread.expand(len(x), -1)  # (N, D)
    ### END SOLUTION

# %%
batch_features = check(batch_features)

# %% [markdown]
# Your fix, and another one to compare it with: no new judge, but one that learns ten times as fast, so that it can answer before $G$ has moved on. Before you run this, say which of the two you expect to cover more modes.

# %%
class BatchJudge(nn.Module):
    """A discriminator that gets each point and the features of its batch."""

    def __init__(self) -> None:
        super().__init__()
        self.net = mlp(2 + batch_features(torch.randn(4, 2)).shape[1], 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(torch.cat([x, batch_features(x)], 1))

print("G twenty times as fast, and your judge")
yours = [play_ring(seed, lr_g=2e-2, judge=BatchJudge) for seed in range(3)]
print("G twenty times as fast, and D ten times")
faster = [play_ring(seed, lr_g=2e-2, lr_d=1e-2) for seed in range(3)]

# %% slide_type="slide" tags=["plot"]
fig, (ax,) = plots.canvas(width=8.5, height=3.8)
for runs, color, style, name in ((healthy, plots.HOUSE, "-", "equal rates"), (collapsed, plots.ACCENT, "--", "G 20 × faster"),
                                 (yours, plots.SERIES[2], ":", "and D sees the batch"), (faster, plots.SERIES[3], "-.", "and D 10 × faster")):
    for run in runs:
        ax.plot(list(run["modes"]), list(run["modes"].values()), color=color, ls=style, lw=1.8, label=name if run is runs[0] else None)
ax.set(ylim=(-0.3, 8.5), yticks=range(0, 9, 2), xlim=(0, 900), xticks=range(0, 601, 200), xlabel="step", ylabel="modes covered")
ax.legend(fontsize=10, loc="center right")
plots.set_finding(fig, "A fast G covers two modes at most, until D gets help")
show(fig, alt="Modes covered over steps, three seeds each: with equal rates they rise to 7 or 8; with the fast G alone they never get beyond 2; "
              "with a judge that sees the batch, and with a judge ten times as fast, they rise to between 5 and 8, up and down")

# %% [markdown] slide_type="notes"
# Three seeds each, so look at bundles and not at lines. Ask for a remedy before the slide, then name the two: D sees how the batch is spread, or D learns ten times as fast. Both bring back five to eight of the eight bumps, where the fast G alone has two at most. What goes wrong: a good curve at one step is called a cure. All of these go up and down on the way.

# %% [markdown]
# Does it depend on the feature? The course's benchmark (`benchmarks/gan_batch_features.py`) has four of them, four seeds each, and the fast $G$ alone:

# %%
print(f"{'what D sees of its batch':26s}{'modes after 1,000 steps':>24s}{'fewest from step 300 on':>25s}")
for feature in ("none", "root of the variance", "variance", "mean distance", "crowdedness"):
    rows = measured("gan_batch_features", feature=feature)
    print(f"{feature:26s}{' '.join(row['modes'] for row in rows):>24s}{' '.join(row['fewest'] for row in rows):>25s}")

# %% [markdown]
# It doesn't: with each feature and each seed 6 to 8 modes are covered after 1,000 steps, where the fast $G$ alone covers one. But on the way the number goes up and down: in two of the sixteen runs it was 0 at some count from step 300 on. A feature that says "too narrow" doesn't say where points should be.
#
# How about the fast $G$, and the fast $D$, with more seeds and more steps? This is the course's benchmark, eight seeds each, for twice as many steps:

# %%
for setting in ("equal rates", "G 20 times as fast", "and D 10 times"):
    rows = measured("gan_ring", setting=setting, step=1200)
    share = sum(float(row["share"]) for row in rows) / len(rows)
    print(f"{setting:19s} modes after 1,200 steps, eight seeds: {' '.join(row['modes'] for row in rows)}; samples on a mode {share:.0%}")

# %% [markdown]
# So the collapse isn't luck: no seed of the eight recovers. At step 1,200 the fast $G$ covers *no* mode in all but one of them; at steps 300, 600 and 900 of the same runs it covered none, one or two. The place that $D$ finds most real for a moment need not be near the data.
#
# ### What the losses say
#
# Compare the losses of these runs with a number that is no loss: a **two-sample test**. Take the energy distance between samples and data,
#
# $$E = 2\,\mathbb E|x - y| - \mathbb E|x - x'| - \mathbb E|y - y'|,$$
#
# with $x, x'$ from the samples, $y, y'$ from the data, and $|\cdot|$ the distance of two points. In words: how much farther apart are a sample and a data point than two of one kind, on average (0 only if the distributions are equal; Székely and Rizzo, 2013). How large may it be by chance? Shuffle samples and data together, deal them out anew, and look: the share of shuffles that reach the measured $E$ is the p-value.

# %%
def energy_distance(x: Tensor, y: Tensor) -> float:
    """2 E|x − y| − E|x − x'| − E|y − y'| for samples (N, D) and (M, D)."""
    return (2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean()).item()

def two_sample_test(x: Tensor, y: Tensor, chance: Generator, shuffles: int = 99) -> tuple[float, float]:
    """Energy distance of (N, D) and (N, D), and the p-value for "the same distribution"."""
    measured_here, pool = energy_distance(x, y), torch.cat([x, y])
    by_chance = [energy_distance(*pool[torch.randperm(len(pool), generator=chance)].split(len(x))) for _ in range(shuffles)]
    return measured_here, (1 + sum(e >= measured_here for e in by_chance)) / (1 + shuffles)

# %% [markdown] slide_type="slide" only="slides"
# ## Which of these runs would you stop, by its losses?
#
# Equal rates · $G$ 20 times as fast · and $D$ sees the batch · and $D$ 10 times as fast. Three seeds each: losses of the last 200 steps, energy distance to the data, largest p.

# %% slide_type="fragment"
chance = Generator().manual_seed(5)
data = ring.sample(400, chance)
rows, late = {}, {}
for name, runs in {"equal rates": healthy, "G 20 times as fast": collapsed, "and D sees the batch": yours, "and D 10 times": faster}.items():
    d_loss, g_loss = (sum(sum(run[key][-200:]) / 200 for run in runs) / 3 for key in ("d_loss", "g_loss"))
    tests = [two_sample_test(run["samples"][600][:400], data, chance) for run in runs]
    late[name] = d_loss, sum(run["modes"][600] for run in runs) / 3, sum(e for e, _ in tests) / 3
    rows[name] = [f"{d_loss:.2f}", f"{g_loss:.2f}", f"{late[name][1]:.1f}", f"{late[name][2]:.3f}", f"{max(p for _, p in tests):.2f}"]
energy, p = two_sample_test(ring.sample(400, chance), data, chance)
rows["data, another draw"] = ["", "", "8.0", f"{energy:.3f}", f"{p:.2f}"]
fig = plots.score_table(rows, ["d_loss", "g_loss", "modes", "energy", "p"], marked={("G 20 times as fast", "d_loss"), ("G 20 times as fast", "energy")},
                        title="By its losses the collapsed run looks fine; by the energy distance it doesn't")
show(fig, alt="A table of losses, modes covered, energy distance and p-value. " + "; ".join(f"{name}: modes {values[2]}, energy {values[3]}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# Before the table, a vote: of these four, which has the d_loss nearest to log 4, that of a D that can't tell? The collapsed ones, with 1.40: by d_loss they look best. They cover one bump, and their energy distance is some eighty times that of equal rates. The last row is what "the same" looks like. What goes wrong: a large p is taken for a proof that samples equal data; 400 points show what they can show.

# %% [markdown]
# Means over three seeds. Compare the first two rows. Going by the losses alone, the collapsed runs look better: their d_loss is nearer to $\log 4 = 1.386$, the loss of a judge that can't tell. They cover two modes at most. The energy distance shows it: it is by far the largest there, and the last line shows what "the same" looks like. The p-value (the largest of three) says
# what 400 points can show. The least that 99 shuffles can give is 0.01, and the collapsed runs have it: they are not the data. A large p is no proof of the opposite; it says that 400 points don't show a difference.

# %% tags=["solution"]
# What the text claims.
assert min(run["modes"][600] for run in healthy) >= 7 and min(run["modes"][600] for run in faster) >= 5
assert max(max(run["modes"][step] for step in range(300, 601, 50)) for run in collapsed) <= 3
assert abs(late["G 20 times as fast"][0] - math.log(4)) < abs(late["equal rates"][0] - math.log(4))
assert late["G 20 times as fast"][2] > 2 * max(late[name][2] for name in late if name != "G 20 times as fast")
assert min(run["modes"][600] for run in yours) >= 4
every = [row for row in measured("gan_batch_features") if row["feature"] != "none"]
assert min(int(row["modes"]) for row in every) == 6 and sum(row["fewest"] == "0" for row in every) == 2 and len(every) == 16
assert {row["modes"] for row in measured("gan_batch_features", feature="none")} == {"1"}
assert p > 0.05

# %% [markdown]
# ## 7 · Digits
#
# The same step, with convolutions: a DCGAN.

# %% [markdown]
# Radford et al. (2016) found by trying what makes convolutional GANs train, and the recipe is known as DCGAN:
#
# - no pooling: **strided** convolutions shrink the image in $D$, **transposed** ones enlarge it in $G$;
# - **batch norm** in both, but not after $D$'s first layer, and not after the last layer of either (so real images and fakes go through $D$ in batches of their own: a step that puts them together with `torch.cat` fails here, though it works on the ring);
# - ReLU in $G$, **LeakyReLU** in $D$, so that a gradient comes back from everywhere;
# - a bounded last layer of $G$: tanh in the paper, whose images lie in [−1, 1]; sigmoid here, where they lie in [0, 1];
# - small random weights, and Adam with momentum 0.5.
#
# ### Exercise 6.11 · A generator, by its shapes
# Difficulty ●●○ · importance ●●● · 12 minutes
#
# Below is a discriminator, with the shape behind each layer. Write the generator that goes the other way: noise (N, `latent_dim`) becomes (N, 48, 7, 7), then (N, 24, 14, 14), then (N, 1, 28, 28) in [0, 1]. A transposed convolution makes
#
# $$\text{side} \;\to\; (\text{side} - 1)\cdot\text{stride} - 2\cdot\text{padding} + \text{kernel}$$
#
# pixels of a side. Which kernel and padding double it, with stride 2? `nn.Unflatten(1, (48, 7, 7))` turns a row of numbers into a picture. Other widths than 48 and 24 are right as well.

# %%
train = load("digits", n=10_000)
x = train.float(device)  # (10000, 1, 28, 28)
x_test = load("digits", split="test", n=2000).float(device)

def dcgan_discriminator() -> nn.Sequential:
    """Images (N, 1, 28, 28) to logits (N, 1)."""
    return nn.Sequential(
        nn.Conv2d(1, 24, 4, stride=2, padding=1), nn.LeakyReLU(0.2),  # (N, 24, 14, 14)
        nn.Conv2d(24, 48, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(48), nn.LeakyReLU(0.2),  # (N, 48, 7, 7)
        nn.Flatten(), nn.Linear(48 * 7 * 7, 1),
    )

# %%
def dcgan_generator(latent_dim: int) -> nn.Module:
    """A network from noise (N, latent_dim) to images (N, 1, 28, 28) in [0, 1]. Radford et al., 2016."""
    # 1. a linear layer and an Unflatten: (N, 48, 7, 7)
    # 2. batch norm and ReLU, then double the side: (N, 24, 14, 14)
    # 3. batch norm and ReLU, then double it again: (N, 1, 28, 28); sigmoid
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Linear(latent_dim, 48 * 7 * 7, bias=False), nn.Unflatten(1, (48, 7, 7)), nn.BatchNorm2d(48), nn.ReLU(),  # (N, 48, 7, 7)
        nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(),  # (N, 24, 14, 14)
        nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1), nn.Sigmoid(),  # (N, 1, 28, 28)
    )
    ### END SOLUTION

# %%
dcgan_generator = check(dcgan_generator)

# %%
def small_weights(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, 0.0, 0.02)

# %% [markdown] slide_type="slide" only="slides"
# ## Two transposed convolutions, and 7 pixels become 28
#
# | layer | what comes out |
# |---|---|
# | noise | (N, 32) |
# | linear, and unflatten | (N, 48, 7, 7) |
# | transposed convolution | (N, 24, 14, 14) |
# | transposed convolution, sigmoid | (N, 1, 28, 28) |
#
# Kernel 4, stride 2, padding 1: $(7 - 1)\cdot 2 - 2 + 4 = 14$. Batch norm and ReLU in between.

# %% [markdown] slide_type="notes"
# Compute the first doubling aloud: six times two, minus two, plus four is fourteen. Ask for another kernel that doubles with stride 2: kernel 2, no padding. Then the DCGAN recipe in one breath: strides in place of pooling, batch norm in between, leaky ReLU in D, a bounded last layer. What goes wrong: batch norm after D's first or G's last layer, and real images and fakes in one batch.

# %% [markdown]
# How good are the samples? The losses won't say. Notebook 02's measure will, to some extent: the **Fréchet distance** to test digits, on the features of notebook 01's classifier. Smaller is better, and other real digits give the floor.

# %%
torch.set_num_threads(threads)
classifier, _ = train_classifier(train, epochs=2, progress=False)
real = batched(classifier.features, x_test)  # (2000, 64)

def frechet(images: Tensor) -> float:
    """Fréchet distance of images (N, 1, 28, 28) to the test digits, on the classifier's features."""
    return frechet_distance(batched(classifier.features, images), real)

print(f"other real digits: {frechet(x[:2000]):.1f}; blank images: {frechet(torch.zeros_like(x_test) + 1e-3 * torch.rand_like(x_test)):.0f}")

# %% [markdown]
# About half a minute. The learning rate falls to 0 over the second half, so that the two come to rest.

# %%
chance = set_seed(0)
generator, discriminator = (net.apply(small_weights).to(device) for net in (dcgan_generator(32), dcgan_discriminator()))
opt_g, opt_d = (adam(net.parameters(), 2e-3, betas=(0.5, 0.99)) for net in (generator, discriminator))
z_fixed = torch.randn(2000, 32, generator=chance).to(device)
steps, sheet, quality, seen = 700, {}, {}, {"d_loss": [], "g_loss": []}
for step in range(steps + 1):
    if step in (0, 50, 100, steps) or step % 200 == 0:
        generator.eval()
        images = batched(generator, z_fixed)
        generator.train()
        sheet[step], quality[step] = images[:10].cpu(), frechet(images)
        print(f"step {step:4d}: Fréchet distance {quality[step]:6.1f}")
    elif step % 100 == 0:
        print(f"step {step:4d}")
    for opt in (opt_g, opt_d):
        opt.param_groups[0]["lr"] = 2e-3 * min(1.0, 2 * (1 - step / (steps + 1)))
    batch = torch.randint(0, len(x), (64,), generator=chance)
    losses = gan_step(generator, discriminator, opt_g, opt_d, x[batch.to(device)], torch.randn(64, 32, generator=chance).to(device))
    for name, value in losses.items():
        seen[name].append(value)
generator.eval()
samples = batched(generator, z_fixed)  # (2000, 1, 28, 28)

# %% slide_type="slide" tags=["plot"]
show(plots.image_rows({f"step {step}": images for step, images in sheet.items()} | {"real": x_test[:10]}, title="Ten noise vectors: strokes come first, then digits"),
     alt="Rows of ten images. At step 0 even gray; at 50 and 100 blobs; from 200 on strokes; at the end many are readable digits, others broken or between two; below, ten real digits")

# %% [markdown] slide_type="notes"
# Each column is one noise vector, kept fixed. Ask at which step one can first say what a column will be. Then let people vote on single images of the last row of samples: real or not? A column may change its digit on the way, and some end between two, for nobody told G which digit to draw. What goes wrong: the eye picks the good ones. Count aloud how many of the ten can be read.

# %% [markdown]
# Each column is one $z$, kept fixed. Strokes come first, then shapes; what a column shows may change from one digit to another. Many of the last row can be read, and some are no digit: nobody told $G$ which digit to draw, and it draws some between two.

# %%
predict("06.losses")

# %% slide_type="slide" tags=["plot"]
fig, (left, right) = plots.canvas(width=10, height=3.8, cols=2)
smooth = {name: torch.tensor(values).unfold(0, 25, 5).mean(1) for name, values in seen.items()}
for (name, values), color, style in zip(smooth.items(), (plots.HOUSE, plots.ACCENT), ("-", "--")):
    left.plot(torch.arange(len(values)) * 5 + 12, values, color=color, ls=style, label=name)
left.axhline(math.log(4), color=plots.QUIET, lw=1, ls=":")
left.text(560, math.log(4) + 0.06, "log 4", color=plots.QUIET)
left.set(xlabel="step", ylabel="loss (nats)")
left.legend()
right.plot(list(quality), list(quality.values()), color=plots.MADE, marker="o")
right.axhline(frechet(x[:2000]), color=plots.QUIET, lw=1, ls=":", label="other real digits")
right.set(yscale="log", xlabel="step", ylabel="Fréchet distance, log scale")
right.set_yticks([10, 100, 1000], ["10", "100", "1,000"])
right.legend()
plots.set_finding(fig, "The losses settle; the samples go on changing")
show(fig, alt="Left, in the first 150 steps G's loss falls and D's rises; after that both change little, D's below log 4. Right, on a log scale, the Fréchet distance falls by more than a factor of ten, most of it in the first few hundred steps, "
              "and stays above the line of real digits")

# %% [markdown] slide_type="notes"
# Point at the left panel alone and ask at which step to stop. From step 200 on the losses hardly move, and the Fréchet distance still falls to less than half. Ask what the dotted line is: other real digits, which don't reach 0 either. Each loss is measured against an opponent that learns as well. What goes wrong: a falling g_loss is reported as progress; it may mean that D got worse.

# %% [markdown]
# In the first hundred steps the losses come together; from step 200 on they change far less than the distance does, and nothing on the left says which step has the best samples. A loss that goes down a little proves nothing: each is measured against an opponent that learns as well.
#
# The distance has its caveats, and you have met them in notebook 02: it sees what its features see, it compares means and covariances only, ink moves it, and with 2,000 images it doesn't reach 0 for real digits. Use it to compare runs of one kind.

# %% tags=["solution"]
# What the text claims.
assert quality[steps] < 0.1 * quality[0] and quality[steps] < 0.7 * quality[200]
assert 0.5 < sum(seen["d_loss"][-200:]) / 200 < math.log(4) + 0.1
shrunk = math.log(quality[200] / quality[steps])
assert all(abs(math.log(sum(values[-100:]) / sum(values[200:300]))) < shrunk for values in seen.values())

# %% [markdown]
# ## 8 · Why they are sharp
#
# Notebook 03's digits were blurred. Train such a VAE here on the same images, and count pixels that are neither ink nor paper: the share of *gray* ones, between 0.2 and 0.8, among all that carry ink.

# %%
predict("06.sharp")

# %%
set_seed(0)
vae = VAE(latent_dim=32).to(device)

def negative_elbo(images: Tensor) -> Tensor:
    """Mean negative ELBO in nats of images (N, 1, 28, 28): notebook 03's loss."""
    logits, mu, logvar = vae(images)
    kl = 0.5 * (logvar.exp() + mu**2 - 1 - logvar).sum(1)
    return (F.binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1) + kl).mean()

fit(negative_elbo, train.images, model=vae, epochs=6)
vae_samples = batched(lambda z: vae.decode(z).sigmoid(), z_fixed)

# %%
def gray_share(images: Tensor) -> float:
    """Share of gray pixels among those with ink, for images (N, 1, 28, 28) in [0, 1]."""
    return ((images > 0.2) & (images < 0.8)).sum().item() / (images > 0.2).sum().item()

gray = {name: gray_share(images) for name, images in {"real": x_test, "GAN": samples, "VAE": vae_samples}.items()}
weights = {"GAN": generator, "VAE": vae.decoder}
for name, share in gray.items():
    count = sum(p.numel() for p in weights[name].parameters()) if name in weights else 0
    print(f"{name:5s} gray share {share:.2f}" + (f", {count:,} weights in the generator" if count else ""))

# %% slide_type="slide" tags=["plot"]
show(plots.image_rows({f"real: {gray['real']:.0%} gray": x_test[:10], f"GAN: {gray['GAN']:.0%}": samples[:10], f"VAE: {gray['VAE']:.0%}": vae_samples[:10]},
                      title="The VAE's edges are gray, the GAN's are not"),
     alt="Ten images each: real digits and those of the GAN have hard edges, those of the VAE soft gray ones; the gray share of the VAE is the largest")

# %% [markdown] slide_type="notes"
# Ask for the difference in one word: edges. The shares: of the pixels with ink, how many are gray. The VAE's decoder has three times the weights, so size isn't the reason. Nor are convolutions: the GAN's generator, trained as a VAE's decoder, draws 76 % of its ink gray. The argument: a pixel is black in half of the images; gray is best by likelihood, worst for a judge. What goes wrong: sharp is taken for good.

# %% [markdown]
# The VAE's generator has more weights, and the blurred edges. So having fewer weights isn't the reason. But two things differ at once: the loss, and the generator, which has convolutions in the GAN and none in the VAE. The course's benchmark crossed the two: each generator was trained with each loss, on the same images, three seeds.

# %%
crossed = {}
for loss in ("GAN", "VAE"):
    for kind in ("convolutions", "fully connected"):
        crossed[loss, kind] = [float(row["gray"]) for row in measured("gan_sharpness", loss=loss, generator=kind)]
        far = [float(row["frechet"]) for row in measured("gan_sharpness", loss=loss, generator=kind)]
        print(f"{loss}, {kind:16s} gray share " + "  ".join(f"{share:.2f}" for share in crossed[loss, kind]) + "; Fréchet distance " + " ".join(f"{value:4.0f}" for value in far))

# %% [markdown]
# It is the loss. The GAN's own generator, as the decoder of a VAE, has gray edges: about twice the GAN's share in every seed. And the VAE's decoder, trained against the judge, has hard ones: 0.32 to 0.42, beside the GAN's 0.38. Between the two VAEs, the decoder with convolutions is less gray, 0.76 against 0.91. It was also trained for 12 epochs instead of 6, so this difference of 0.15 isn't due to the convolutions alone. It is less than half of the difference that the loss makes.
#
# Sharp is not the same as good. The VAE's decoder, trained against the judge, draws hard edges and hardly digits: its Fréchet distance is 489 to 672, where the GAN's own generator has 28 to 39. Which difference is to blame, this table doesn't say: that decoder has no convolutions and no batch norm, it started from other weights, and nothing was tuned for it. (With batch norm and a fully connected judge, a fully connected generator gets to 47 to 81 on the course's scoreboard, in a minute.)
#
# Why does the loss do that? Here is an argument for any architecture. Take one pixel, at the edge of a stroke, that is black in half of the images that fit a code and white in the other half. Which single answer has the highest log-likelihood, and what does a perfect judge say of it? (A perfect judge says which share of the pixels of this gray are real. Notebook 07 has the proof.)

# %%
answer = torch.linspace(0.01, 0.99, 99)
log_likelihood = 0.5 * answer.log() + 0.5 * (1 - answer).log()  # half of the images are black here, half white
print(f"best answer by log-likelihood: {answer[log_likelihood.argmax()]:.2f}, gray")
p_real, p_fake = 0.0, 1.0  # how often real pixels and that answer are this gray
print(f"what a perfect judge says of it: {p_real / (p_real + p_fake):.2f}, fake")

# %% [markdown]
# Gray is the *best* answer for the likelihood and the *worst* for the judge. That is why the GAN's samples have fewer gray pixels, with either generator. The judge has a drawback. A VAE's loss is large if there is a single kind of training image that it can't draw, so it covers all of them, with a blur. $G$'s loss is a mean over its own samples, and has no term for images that they leave out: see section 6. Only through $D$ could it learn of them. (With a perfect $D$ it would: notebook 07 turns the game into a distance that counts them.)

# %% tags=["solution"]
# What the text claims.
assert gray["VAE"] > 1.2 * max(gray["real"], gray["GAN"])
against, likely = ([*crossed[loss, "convolutions"], *crossed[loss, "fully connected"]] for loss in ("GAN", "VAE"))
assert max(against) < 0.45 and min(likely) > 0.7 and min(crossed["VAE", "convolutions"]) > 1.9 * max(crossed["GAN", "convolutions"])
assert max(crossed["GAN", "fully connected"]) < 1.1 * max(crossed["GAN", "convolutions"])
assert 0.1 < min(crossed["VAE", "fully connected"]) - max(crossed["VAE", "convolutions"]) < 0.2
odd, good = ([float(row["frechet"]) for row in measured("gan_sharpness", loss="GAN", generator=kind)] for kind in ("fully connected", "convolutions"))
assert 488 < min(odd) < max(odd) < 672 and 27 < min(good) < max(good) < 40
assert sum(p.numel() for p in vae.decoder.parameters()) > sum(p.numel() for p in generator.parameters())

# %% [markdown]
# ## 9 · "D near perfect, samples noise"
#
# An exam question. What is wrong, and which fix works? Try all of them.

# %% [markdown]
# Put the generator far from the ring, and let $D$ train alone for 300 updates first, so that it is near perfect. Then start the game with the *saturating* loss, and plain gradient descent for $G$ (Adam would hide it). Four versions of $D$:
#
# - as it is;
# - **label smoothing**: real points are labeled 0.9 instead of 1;
# - **spectral normalization** (Miyato et al., 2018): each weight matrix is divided by its largest stretch, so $D$'s slope is bounded;
# - a **gradient penalty** (here on real points; Mescheder et al., 2018): the squared slope of $D$'s logit is added to its loss.

# %%
def far_pair(fix: str) -> tuple[nn.Module, nn.Module]:
    """A generator whose points start around (4, 4), and a discriminator that may be spectrally normalized."""
    g, d = mlp(2, 2), mlp(2, 1)
    with torch.no_grad():
        g[-1].bias += 4
    if fix == "spectral norm":
        for layer in (d[0], d[2], d[4]):
            spectral_norm(layer)
    return g, d

def fixed_d_loss(d: nn.Module, x_real: Tensor, x_fake: Tensor, fix: str) -> Tensor:
    """The discriminator's loss with one fix, or none."""
    x_real.requires_grad_(fix == "gradient penalty")
    real_logits, fake_logits = d(x_real), d(x_fake)
    loss = discriminator_loss(real_logits, fake_logits)
    if fix == "label smoothing":  # one tenth of the label is "fake"
        loss = loss + 0.1 * (F.softplus(real_logits) - F.softplus(-real_logits)).mean()
    if fix == "gradient penalty":
        slope = torch.autograd.grad(real_logits.sum(), x_real, create_graph=True)[0]  # (N, 2)
        loss = loss + 0.5 * slope.square().sum(1).mean()
    return loss

# %%
def try_fix(fix: str, g_loss=generator_loss_saturating, seed: int = 0, alone: int = 300, steps: int = 300) -> list[float]:
    """At G's first step: D on real points and on fakes, norms of both gradients in G. At the end: distance of the samples from (0, 0)."""
    chance = set_seed(seed)
    g, d = far_pair(fix)
    opt_g, opt_d = torch.optim.SGD(g.parameters(), 0.05), adam(d.parameters(), 2e-3, betas=(0.5, 0.99))
    for step in range(alone + steps):
        x_real, x_fake = ring.sample(128, chance), g(torch.randn(128, 2, generator=chance))
        opt_d.zero_grad()
        fixed_d_loss(d, x_real, x_fake.detach(), fix).backward()
        opt_d.step()
        if step == alone:
            made = g(torch.randn(1000, 2, generator=chance))
            first = [d(ring.sample(1000, chance)).sigmoid().mean().item(), d(made).sigmoid().mean().item(),
                     *(gradient_norm(loss(d(made)), g) for loss in (generator_loss_saturating, generator_loss))]
        if step >= alone:
            opt_g.zero_grad()
            g_loss(d(x_fake)).backward()
            opt_g.step()
    return [*first, g(torch.randn(1000, 2, generator=chance)).norm(dim=1).mean().item()]

# %% [markdown] slide_type="slide" only="slides"
# ## "D near perfect, samples noise": which fix works?
#
# $D$ alone for 300 steps, then the game: saturating loss, plain gradient descent. The ring has radius 2, samples start at 5.6. In the middle: the gradient of each loss in $G$.

# %% slide_type="fragment"
torch.set_num_threads(1)
versions = {"nothing": "", "label smoothing": "label smoothing", "spectral norm": "spectral norm", "gradient penalty": "gradient penalty"}
fixes, rows = {}, {}
for name in (*versions, "−log D instead"):
    g_loss = generator_loss_saturating if name in versions else generator_loss
    fixes[name] = torch.tensor([try_fix(versions.get(name, ""), g_loss, seed) for seed in range(2)])
    real_says, fake_says, weak, strong, away = fixes[name].mean(0).tolist()
    rows[name] = [f"{real_says:.3f}", f"{fake_says:.3f}", f"{weak:.4f}", f"{strong:.2f}", f"{away:.1f}"]
fig = plots.score_table(rows, ["D, real", "D, fake", "log(1−D)", "−log D", "end at"], marked={(name, "end at") for name, values in fixes.items() if values[:, 4].max() < 3},
                        title="A bound on D's slope moves G, and so does −log D; softer labels don't")
show(fig, alt="A table of five versions. " + "; ".join(f"{name}: D on fakes {values[1]}, gradient of log(1 − D) {values[2]}, samples end {values[4]} from the center" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# An exam question, so let the room vote before the table: label smoothing, spectral norm, gradient penalty, or −log D? Smoothing usually wins. Its row shows why it can't help: it bounds what D says of real points, and the fakes, at 0.000, need it. With a bounded slope D can't be sure, its answers on fakes rise, and even the saturating loss moves G. What goes wrong: more steps for D are proposed, which makes it worse.

# %% [markdown]
# Means over two seeds. The first four columns are measured at $G$'s first step: what $D$ says on real points and on fakes, and how long the gradient of each loss is in $G$. The last one says how far from the center the samples are when the run is over; they started at 5.6, and the ring has radius 2.
#
# ### Exercise 6.12 · The fix
# Difficulty ●●○ · importance ●●● · 5 minutes
#
# $D$ is near perfect, the samples are noise and hardly change, $G$ uses the saturating loss. Which fix do you choose?
#
# - **a** Label smoothing, so that $D$ says at most 0.9 on real points.
# - **b** A smaller learning rate for $G$, so that $D$ can keep up with it.
# - **c** A bound on $D$'s slope, as a gradient penalty gives it.
# - **d** More steps of $D$ for each of $G$, so that $D$ gives better advice.

# %%
### BEGIN SOLUTION
answers["6.12"] = "c"
### END SOLUTION

# %%
check(answers, "6.12")

# %% [markdown]
# First row: $D$ is right about everything, and the gradient of $\log(1 - D)$ is next to nothing. Label smoothing is often recommended here, and the second row says what it does: $D$ on real points is 0.9 instead of 1, and on fakes it is what it was. A bounded slope does something else: $D$ *can't* be sure of everything, its logits stay
# small, and now even the saturating loss moves $G$. The last row is the other remedy: another loss for $G$. (Notebook 07 has the theory: what a perfect $D$ says of densities that don't touch.)

# %% tags=["solution"]
# What the text claims.
assert all(fixes[name][:, 4].min() > 5 and fixes[name][:, 2].max() < 0.01 for name in ("nothing", "label smoothing"))
assert all(fixes[name][:, 4].max() < 3 for name in ("spectral norm", "gradient penalty", "−log D instead"))

# %% [markdown]
# ## 10 · The clinic
#
# Five runs, five faults. Look at losses and samples, choose a test, name the fault.

# %% [markdown]
# Each of these training runs has one fault: **a** labels swapped in $D$'s loss, **b** fakes not detached (and $G$'s gradients not zeroed before its own backward), **c** learning rates far apart, **d** the saturating loss, **e** $D$ too strong. The code is below, in the open; a shuffled list decides which run has which fault.
# All start as in section 9: far from the ring, $D$ 300 updates ahead, plain gradient descent for $G$.

# %%
def moved(net: nn.Module, opt: torch.optim.Optimizer) -> float:
    """Let the optimizer step; by which share of their length did the weights move?"""
    before = torch.cat([p.detach().flatten() for p in net.parameters()])
    opt.step()
    return ((torch.cat([p.detach().flatten() for p in net.parameters()]) - before).norm() / before.norm()).item()

def patient(fault: str, seed: int = 0, steps: int = 400, alone: int = 300) -> dict:
    """A training run with a fault, and what one may want to examine afterwards."""
    chance = set_seed(seed)
    g, d = far_pair("")
    rate_g, rate_d = {"learning rates": (1.0, 1e-5), "D too strong": (0.1, 1e-2)}.get(fault, (0.1, 2e-3))
    opt_g, opt_d = torch.optim.SGD(g.parameters(), rate_g), adam(d.parameters(), rate_d, betas=(0.5, 0.99))
    run = {"g": g, "d": d, "opt_d": opt_d, "d_loss": [], "g_loss": [], "expected updates": alone + steps, "D path": 0.0, "G path": 0.0}
    for step in range(alone + steps):
        for _ in range(5 if fault == "D too strong" else 1):
            x_real, x_fake = ring.sample(128, chance), g(torch.randn(128, 2, generator=chance))
            real_logits, fake_logits = d(x_real), d(x_fake if fault == "fakes not detached" else x_fake.detach())
            sign = -1 if fault == "labels swapped" else 1
            d_loss = discriminator_loss(sign * real_logits, sign * fake_logits)
            opt_d.zero_grad()
            opt_g.zero_grad()
            d_loss.backward()
            run["D path"] += moved(d, opt_d) * (step >= alone)
        run["left in G"] = sum(p.grad.norm().item() for p in g.parameters() if p.grad is not None)
        if step < alone:
            continue
        logits = d(g(torch.randn(128, 2, generator=chance)))
        g_loss = generator_loss_saturating(logits) if fault == "saturating loss" else generator_loss(logits)
        if fault != "fakes not detached":
            opt_g.zero_grad()
        g_loss.backward()
        run["G path"] += moved(g, opt_g)
        run["d_loss"].append(d_loss.item())
        run["g_loss"].append(g_loss.item())
    return run | {"samples": g(torch.randn(1000, 2, generator=chance)).detach()}

# %%
faults = ["labels swapped", "fakes not detached", "learning rates", "saturating loss", "D too strong"]
shuffled = torch.randperm(5, generator=Generator().manual_seed(6)).tolist()
patients = {}
for name, number in zip("ABCDE", shuffled):
    patients[name] = patient(faults[number])
    print(f"run {name} is over", end="; ")

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=12, height=5, rows=2, cols=5)
for top, below, (name, run) in zip(axes, axes[5:], patients.items()):
    for key, color, style in (("d_loss", plots.HOUSE, "-"), ("g_loss", plots.ACCENT, "--")):
        top.plot(run[key], color=color, ls=style, lw=1.4, label=key)
    top.set_title(f"run {name}", fontsize=12)
    below.scatter(*run["samples"].T, s=3, color=plots.MADE)
    below.plot(*ring.means.T, "o", mfc="none", mec=plots.INK, ms=8, ls="none")
    below.set(xlim=(-6, 7), ylim=(-6, 7), aspect="equal", xticks=[], yticks=[])
axes[0].set_ylabel("loss (nats)")
axes[0].legend(fontsize=10)
axes[5].set_ylabel("samples at the end")
plots.set_finding(fig, "Five runs: losses and samples alone don't name the fault")
show(fig, alt="Losses and final samples of five runs. Two of the runs end where they started, far from the ring, one ends on its other side, and two end near it or on it")

# %% [markdown] slide_type="-" only="slides"
# Labels swapped · fakes not detached · rates apart · saturating loss · $D$ too strong

# %% [markdown] slide_type="notes"
# One group a run; each may ask for two tests. Keys: A labels swapped, D says 0.000 on real points and 1.000 on fakes. B rates apart, G's weights moved 2.21 times their length, D's 0.05. C fakes not detached, D's backward leaves 0.587 in G. D saturating loss, pull 0.0002, that of −log D 10.1. E D too strong, 3,500 updates, not 700. What goes wrong: a fault is named because it was met before.

# %% [markdown]
# Choose a run, and look.

# %%
def chart(fig, run: str):
    fig, (left, right) = plots.canvas(fig, width=9, height=3.8, cols=2)
    for key, color, style in (("d_loss", plots.HOUSE, "-"), ("g_loss", plots.ACCENT, "--")):
        left.plot(patients[run][key], color=color, ls=style, lw=1.4, label=key)
    left.axhline(math.log(4), color=plots.QUIET, lw=1, ls=":", label="log 4")
    left.set(xlabel="step", ylabel="loss (nats)")
    left.legend()
    right.scatter(*patients[run]["samples"].T, s=4, color=plots.MADE)
    right.plot(*ring.means.T, "o", mfc="none", mec=plots.INK, ms=11, ls="none")
    right.plot([4], [4], "+", color=plots.QUIET, ms=14)
    right.set(xlim=(-6, 7), ylim=(-6, 7), aspect="equal", xlabel="samples at the end; + is where they started")
    plots.set_finding(fig, f"Run {run}")
    return fig

def in_words(run: str) -> str:
    end, far = patients[run], patients[run]["samples"].norm(dim=1).mean()
    d_loss, g_loss = sum(end["d_loss"][-50:]) / 50, sum(end["g_loss"][-50:]) / 50
    return (f"Run {run}: over the last 50 steps d_loss {d_loss:.2f} and g_loss {g_loss:.2f}; the samples end {far:.1f} from the center on average (the ring has radius 2, they "
            f"started at 5.6), {modes_covered(end['samples'], ring.means, 0.3, 10)} modes covered")

explore(chart, alt=in_words, run=list(patients))

# %% [markdown]
# Now pick a test. There are five, and each can rule something out:
#
# - `what D says`: its mean answer on real points and on fakes;
# - `gradients`: what $D$'s backward leaves in $G$'s `.grad`;
# - `pulls`: how long the gradient of each of the two losses is in $G$;
# - `paths`: how far all updates together carried the weights of each network;
# - `counts`: how many updates $D$ has made.
#
# Change the run and the test in the last line, run the cell again, and stop as soon as you know.

# %%
def examine(name: str, test: str) -> str:
    """One examination of one run, in a sentence."""
    run, z = patients[name], torch.randn(1000, 2, generator=Generator().manual_seed(0))
    logits = run["d"](run["g"](z))
    if test == "what D says":
        real_says = run["d"](ring.sample(1000, Generator().manual_seed(1))).sigmoid().mean()
        return f"D says {real_says:.3f} on real points and {logits.sigmoid().mean():.3f} on fakes"
    if test == "gradients":
        return f"after D's backward, the gradients left in G have length {run['left in G']:.3f}"
    if test == "pulls":
        weak, strong = (gradient_norm(loss(logits), run["g"]) for loss in (generator_loss_saturating, generator_loss))
        return f"gradient in G of log(1 − D): {weak:.5f}, of −log D: {strong:.5f}"
    if test == "paths":
        return f"in the game, all updates together carried G's weights {run['G path']:.2f} times their length, D's {run['D path']:.2f} times"
    if test == "counts":
        count = int(next(iter(run["opt_d"].state.values()))["step"])
        return f"D's optimizer has counted {count:,} updates; one per step would be {run['expected updates']:,}"
    return "the tests are: what D says, gradients, pulls, paths, counts"

print("run A:", examine("A", "counts"))

# %% [markdown]
# ### Exercises 6.13 to 6.17 · Which fault is this?
# Difficulty ●●● · importance ●●● · 20 minutes
#
# Name the fault of each run: `"a"` labels swapped, `"b"` fakes not detached, `"c"` learning rates, `"d"` saturating loss, `"e"` $D$ too strong. A wrong name is answered with what you would have seen.

# %%
### BEGIN SOLUTION
answers["6.13"] = "a"  # run A
answers["6.14"] = "c"  # run B
answers["6.15"] = "b"  # run C
answers["6.16"] = "d"  # run D
answers["6.17"] = "e"  # run E
### END SOLUTION

# %%
check(answers, "6.13")
check(answers, "6.14")
check(answers, "6.15")
check(answers, "6.16")
check(answers, "6.17")

# %% [markdown]
# Done? Then here is every test of every run. Each fault shows in one of the tests.

# %%
for test in ("what D says", "gradients", "pulls", "paths", "counts"):
    print(test)
    for name in patients:
        print(f"  {name}: {examine(name, test)}")

# %% [markdown]
# **Then fix one.** In a cell of your own, copy the line of the loop in `patient` that has the fault of run A, and write it as it should be. Say in one sentence why the samples of run A stayed where they were. Here is the same run with that line right:

# %%
healthy_again = patient("none")
print(f"run A: samples end {patients['A']['samples'].norm(dim=1).mean():.1f} from the center; with the labels right {healthy_again['samples'].norm(dim=1).mean():.1f}; the ring has radius 2.0")

# %% tags=["solution"]
# What the text and the replies claim, of this seed and of another.
assert healthy_again["samples"].norm(dim=1).mean() < 3 < patients["A"]["samples"].norm(dim=1).mean()

def signs(run: dict) -> tuple[float, ...]:
    z, chance = torch.randn(1000, 2, generator=Generator().manual_seed(0)), Generator().manual_seed(1)
    logits = run["d"](run["g"](z))
    weak, strong = (gradient_norm(loss(logits), run["g"]) for loss in (generator_loss_saturating, generator_loss))
    count = int(next(iter(run["opt_d"].state.values()))["step"])
    return (run["d"](ring.sample(1000, chance)).sigmoid().mean().item(), logits.sigmoid().mean().item(), run["left in G"], strong / weak,
            run["G path"] / run["D path"], count / run["expected updates"])

for runs in (dict(zip((faults[number] for number in shuffled), patients.values())), {fault: patient(fault, 1) for fault in faults[:4]}):
    seen_in = {fault: signs(run) for fault, run in runs.items()}
    assert seen_in["labels swapped"][0] < 0.1 and seen_in["labels swapped"][1] > 0.9
    assert seen_in["fakes not detached"][2] > 0.01 and all(row[2] == 0 for fault, row in seen_in.items() if fault != "fakes not detached")
    assert seen_in["saturating loss"][3] > 1000 and all(row[3] < 300 for fault, row in seen_in.items() if fault != "saturating loss")
    assert seen_in["learning rates"][4] > 5 * max(row[4] for fault, row in seen_in.items() if fault != "learning rates")
    assert all((row[5] > 4) == (fault == "D too strong") for fault, row in seen_in.items())

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - A generator is a map of distributions; $D$ compares them from samples alone.
# - $\log(1 - D)$ has slope $-D$ in the logit, $-\log D$ has $-(1 - D)$.
# - One step: $D$ on detached fakes, then $G$ against the new $D$.
# - Losses say how the two are matched; tests on samples say how good $G$ is.
# - GAN samples are sharp, since a judge calls gray fake; $G$'s loss doesn't count what they leave out.
#
# **Next:** what would a perfect judge say, and what would $G$ then minimize?

# %% [markdown] slide_type="notes"
# Come back to the first question: when does it work? While neither runs away from the other. And how would you know? Not by the losses. Let somebody say each line with its figure in mind. Then say what became of it: the same judge sharpens super-resolution, image codecs and the decoders of diffusion models. Close with the question that notebook 07 answers. What goes wrong: people leave with "GANs are unstable" and no test in hand.

# %% [markdown]
# ## Review
#
# ### Exercise 6.18 · What the losses say
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Your d_loss has been near log 4 for an hour. What do you know?
#
# - **a** The samples are good, since $D$ can't tell them from data.
# - **b** Training has converged, since its losses stand quite still.
# - **c** $D$ is too weak, and needs more steps or more layers.
# - **d** This $D$ can't tell fakes from data, whether $G$ is good or bad.

# %%
### BEGIN SOLUTION
answers["6.18"] = "d"
### END SOLUTION

# %%
check(answers, "6.18")

# %% [markdown]
# ### Exercise 6.19 · Mode collapse
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# What is it?
#
# - **a** Different noise gives samples of few kinds.
# - **b** The KL term goes to 0, and the code is ignored.
# - **c** $G$'s gradient vanishes, and its samples stay noise.
# - **d** $D$ memorizes the training images, one by one.

# %%
### BEGIN SOLUTION
answers["6.19"] = "a"
### END SOLUTION

# %%
check(answers, "6.19")

# %% [markdown]
# ### Exercise 6.20 · Why the non-saturating loss?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# - **a** It has another optimum than $\log(1 - D)$, with better samples.
# - **b** Where $D$ is sure of fakes, $\log(1 - D)$ is flat and $-\log D$ steep.
# - **c** It can't become infinite, which $\log(1 - D)$ does for a sure $D$.
# - **d** It doesn't need a $D$ that is trained, since it looks at data alone.

# %%
### BEGIN SOLUTION
answers["6.20"] = "b"
### END SOLUTION

# %%
check(answers, "6.20")

# %% [markdown]
# ### Exercise 6.21 · Sharp and blurred
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Why are GAN samples sharper than a VAE's?
#
# - **a** A GAN's generator has more parameters, and can draw finer lines.
# - **b** A GAN maximizes the likelihood of the pixels, and a VAE only bounds it.
# - **c** A mean of images has a high likelihood, but a judge sees it is a fake.
# - **d** A VAE adds its noise to the image, and a GAN to the code alone.

# %%
### BEGIN SOLUTION
answers["6.21"] = "c"
### END SOLUTION

# %%
check(answers, "6.21")

# %%
progress("06")

# %% [markdown]
# **Next:** notebook 07 asks what a perfect judge would say. It turns the game into a distance between distributions, and says when that distance stops helping.
