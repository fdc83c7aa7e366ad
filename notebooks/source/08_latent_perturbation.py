# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Latent perturbation
#   minutes: 180
#   picture: one_knob_each
# ---

# %% [markdown] slide_type="slide"
# # Latent perturbation
#
# Turn one number of a code. Does one thing change in the picture, or everything?

# %% [markdown] slide_type="notes"
# About 180 minutes with all exercises, 45 if you only present. Ask how you would find out what one number of a code means, and whether a picture would convince you. Keep the rows of faces, the matrix, the table over β, the shuffled codes and the arithmetic if time is short. What goes wrong: the word "disentangled" comes up in the first minute. Write it on the board with a question mark, for the end.

# %% [markdown]
# About 180 minutes, in two sittings: sections 1 to 5 are a good first one. Cells that only draw a figure are folded: run them like any other, and open one if you want to know how it is drawn. You need notebook 03 (VAE, KL, β); one step of section 6 comes from notebook 07.
#
# Lectures on VAEs turn one latent and show a head that turns. With β = 1, they say, "smile also changes"; with a large β, "smile stays". Here the faces are drawn by the course, with every **factor** of every picture known, so that the sentence can be
# measured. It is true in part, and you will see where it fails.
#
# At the end you can
#
# 1. move one latent and hold the others, and measure what it moves, as a matrix;
# 2. say what a larger β buys on known factors, and what it forgets;
# 3. say why a factorized prior doesn't make codes independent, and measure how far from independent they are;
# 4. walk between two codes, straight and on an arc, tell faulty walks by their numbers, and do arithmetic on codes until it breaks;
# 5. say why nobody should write "disentangled" without knowing the factors.

# %% tags=["setup"]
# setup

# %%
import math
import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.faces import render_faces
from course_utils.data.measured import measured
from course_utils.device import pick_device, set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl, reparameterize

# %%
from course_utils.models.vae import VAE
from course_utils.training import adam, fit
from course_utils.widgets import explore

plots.use_style()
device = pick_device()
answers = answer_sheet("08")

# %% [markdown]
# ## 1 · Faces with knobs
#
# `render_faces` draws heads in three dimensions. Its arguments are the true factors. Four of them will vary here, the rest stay as they are: how far the head is turned (**azimuth**), the **smile**, the **skin tone** on the ten shades of the Monk scale, and where the **light** comes from. Close-ups, so that a smile is more
# than a few pixels:

# %%
RANGES = {"azimuth": (-15, 15), "smile": (0, 1), "skin_tone": (2, 8), "light_direction": (-40, 40)}
NAMES = ("head", "smile", "skin", "light")  # the same four, for figures
low, high = torch.tensor([*RANGES.values()], dtype=torch.float32).T

def close_ups(factors: Tensor) -> Tensor:
    """Faces (N, 3, 32, 32) with these factors (N, 4): the middle of pictures of 64 × 64."""
    middle, parts = (slice(24, 56), slice(16, 48)), []  # rows and columns
    for part in factors.split(500):
        parts.append(render_faces(64, middle, **dict(zip(RANGES, part.T))))
        if len(factors) > 1000:
            print(f"{500 * len(parts):,} faces", end="; ")
    return torch.cat(parts)

def knob_row(knob: int, steps: int = 8) -> Tensor:
    """A face in the middle of all ranges, one of its factors turned from low to high: (steps, 3, 32, 32)."""
    factors = ((low + high) / 2).repeat(steps, 1)
    factors[:, knob] = torch.linspace(low[knob], high[knob], steps)
    return close_ups(factors)

# %% slide_type="slide" tags=["plot"]
show(plots.image_rows({name: knob_row(knob) for knob, name in enumerate(NAMES)}, title="Four knobs: each row turns one and holds three"),
     alt="Four rows of eight drawn faces. In the first the head turns from left to right, in the second the mouth bends into a smile, in the third the skin gets darker, in the "
         "fourth the light wanders from one side to the other; nothing else changes within a row")

# %% [markdown] slide_type="notes"
# Let the room name the four factors from the picture, row by row: head, smile, skin, light. Say that every picture of this notebook is drawn from known numbers, so what others only claim can be measured here. The models learn from 3,000 pictures and never see a knob. Ask which of the four changes the fewest pixels: the smile. Keep the answer; it decides the hour. What goes wrong: people think that the rows come from a model.

# %% [markdown]
# Each row changes one thing. That is what we would like a *learned* code to do: a number for the head, a number for the smile. The model will see pictures only, never a knob: 3,000 to learn from and 2,000 more to measure on, all four knobs drawn independently and uniformly.

# %%
TRAIN = 3000  # to learn from; the other 2,000 are for measuring
chance = torch.Generator().manual_seed(0)
factors = low + (high - low) * torch.rand(5000, 4, generator=chance)
factors[:, 2] = factors[:, 2].round()  # shades are whole numbers
pictures = close_ups(factors).flatten(1)  # (5000, 3072)
v = (factors - low) / (high - low)  # every factor from 0 to 1: shares of its range
v_test = v[TRAIN:]

# %% [markdown]
# **First compress, then model.** A picture has 3,072 numbers, and these faces differ in few ways. A principal component analysis (notebook 02) finds 150 directions that keep nearly all of it. It rotates the space and drops the other directions, so squared distances stay nearly what they are, and a Gaussian likelihood of the pixels becomes
# the same Gaussian on the 150 numbers. (Latent diffusion models do the same with a better compressor.)

# %%
set_seed(0)
center = pictures[:TRAIN].mean(0)
basis = torch.pca_lowrank(pictures[:TRAIN] - center, 150, center=False)[2]  # (3072, 150)
x = (pictures - center) @ basis  # (5000, 150): what the model sees
x_train, x_test = x[:TRAIN], x[TRAIN:]

def to_pictures(numbers: Tensor) -> Tensor:
    """Faces (N, 3, 32, 32) from their numbers (N, 150)."""
    return (center + numbers @ basis.T).unflatten(-1, (3, 32, 32)).detach().clamp(0, 1)

spread = (pictures - center).square().sum(1).mean()
dropped = (pictures[TRAIN:] - center - x_test @ basis.T).square().sum(1).mean()
print(f"squared distance from the mean face {spread:.1f}, of which {dropped:.2f} is dropped")

# %% [markdown]
# ## 2 · One latent moved, the others held
#
# The VAE is that of notebook 03, with six latents for four factors, and a Gaussian likelihood of standard deviation $\sigma = 0.1$ instead of a Bernoulli one:
#
# $$\mathcal L = \underbrace{\frac{\lVert x - \hat x\rVert^2}{2\sigma^2}}_{\text{distortion}} + \beta\,\underbrace{\mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)}_{\text{rate}} .$$
#
# In words: what the picture gets wrong, plus $\beta$ times what the code costs, both in nats. The **β-VAE** (Higgins et al., 2017) is this with $\beta > 1$. At $\beta = 1$ it is the negative ELBO, but for a constant of the Gaussian that no parameter changes; at a larger β it is at least that, for the KL is
# never negative.

# %%
def mlp(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, outputs))

class FaceVAE(nn.Module):
    """150-256-256-6 and back."""

    def __init__(self, latents: int = 6) -> None:
        super().__init__()
        self.encoder, self.decode = mlp(150, 2 * latents), mlp(latents, 150)

    def encode(self, x: Tensor) -> tuple[Tensor, ...]:
        return self.encoder(x).chunk(2, dim=1)  # mu and logvar, (N, 6) each

# %% [markdown] slide_type="slide" only="slides"
# ## A VAE with one more number: β, the price of a nat

# %% slide_type="-"
show(diagram("vae"))

# %% [markdown] slide_type="notes"
# Build the VAE that they know from notebook 03, quickly: encoder, cloud, draw, decoder, two losses, two gradients. Two things differ here: faces in place of the digit, and six latents for four factors, so nobody can say that there was no room. Ask where β will go: in front of the orange box below, the KL. What goes wrong: people look for β in the network. It stands in the loss alone.

# %% [markdown] slide_type="slide" only="slides"
# ## The loss, in nats: what the picture gets wrong, plus β times what the code costs
#
# $$\mathcal L = \frac{\lVert x - \hat x\rVert^2}{2\sigma^2} + \beta\,\mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)$$
#
# Six latents, four factors. What is β = 1?

# %% [markdown] slide_type="notes"
# Read both terms with their units: a squared error over two sigma squared, and a KL. Ask what β = 1 is: the negative ELBO. A larger β is still a bound, for KL is never negative, but a looser one. And ask what halving sigma does: it counts the picture's error four times, so it is β in disguise. What goes wrong: β is called a weight without a unit. It is a price for each nat.

# %%
def two_terms(model: FaceVAE, x: Tensor) -> tuple[Tensor, Tensor]:
    """Distortion and rate of x (N, 150), means over the batch, in nats."""
    mu, logvar = model.encode(x)
    x_hat = model.decode(reparameterize(mu, logvar, torch.randn_like(mu)))
    return (x - x_hat).square().sum(1).mean() / (2 * 0.1**2), gaussian_kl(mu, logvar).mean()

def train_faces(beta: float, seed: int = 0, steps: int = 2500) -> FaceVAE:
    """A VAE of the faces; the learning rate rises and falls once."""
    set_seed(seed)
    model, begin = FaceVAE(), time.perf_counter()
    optimizer = adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, steps)
    for _ in range(steps):
        distortion, rate = two_terms(model, x_train[torch.randint(TRAIN, (128,))])
        optimizer.zero_grad()
        (distortion + beta * rate).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        distortion, rate = two_terms(model, x_test)
    print(f"β = {beta}: distortion {distortion:.1f} and rate {rate:.1f} nats on test faces, {time.perf_counter() - begin:.0f} s")
    return model

# %%
threads = torch.get_num_threads()
torch.set_num_threads(1)  # networks this small only get slower with more
faces = {1: train_faces(1), 8: train_faces(8)}
codes = {beta: model.encode(x_test)[0].detach() for beta, model in faces.items()}  # centers, (2000, 6)

# %% [markdown]
# At β = 8 the model spends fewer nats on the code, and gets the picture more wrong.
#
# ### Exercise 8.1 · Turn one latent
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# A **latent traversal** (or *latent perturbation*) sets one number of a code to one value after the other, holds the others, and decodes. `z` (K,) is the code, `values` (V,) what `z[dim]` is *set* to, `decode` takes (V, K). Leave the caller's `z` as it was.

# %%
def latent_traversal(decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    """Decode z (K,) with z[dim] set to each of the values (V,): (V, …), in their order."""
    # 1. a copy of z for each value, (V, K)
    # 2. column dim becomes the values
    # 3. decode all of them at once
    ### BEGIN SOLUTION
    codes = z.repeat(len(values), 1)  # (V, K)
    codes[:, dim] = values
    return decode(codes)
    ### END SOLUTION

# %%
latent_traversal = check(latent_traversal)

# %%
predict("08.turn")

# %%
def stroll(beta: int, dim: int, steps: int = 8) -> Tensor:
    """Values for a latent, (steps,): from two standard deviations of its codes below their mean to two above."""
    latent = codes[beta][:, dim]
    return latent.mean() + latent.std() * torch.linspace(-2, 2, steps)

plain = (v_test - 0.5).abs().amax(1).argsort()[:2].tolist()  # two test faces near the middle of all ranges

def all_rows(beta: int) -> dict[str, Tensor]:
    """A traversal of each latent, from the code of one test face."""
    def decode(z: Tensor) -> Tensor:
        return to_pictures(faces[beta].decode(z))

    return {f"latent {dim}": latent_traversal(decode, codes[beta][plain[0]], dim, stroll(beta, dim)) for dim in range(6)}

# %% slide_type="slide" tags=["plot"]
show(plots.image_rows(all_rows(1), title="β = 1: turn one latent, and several things change"),
     alt="Six rows of eight faces decoded at beta 1, one latent turned in each. In most rows head, light, skin or mouth change together; toward the ends of some rows the faces "
         "get blurred")

# %% [markdown] slide_type="notes"
# One row, one latent, from two standard deviations below to two above. The heading is a claim: let the room try for thirty seconds to refute it, with a row that changes one thing only. Then ask somebody to find a second thing in that row. Toward the ends some faces blur: no face has its code there, and section 6 says why a traversal goes there. What goes wrong: one sees in such rows what one expects.

# %% slide_type="slide" tags=["plot"]
show(plots.image_rows(all_rows(8), title="β = 8: the head still has no row of its own"),
     alt="Six rows of eight faces decoded at beta 8, one latent turned in each. The head turns in several rows, with the light or the mouth; toward some ends the faces get blurred")

# %% [markdown] slide_type="notes"
# The promise was that a larger β cleans this up. Ask which rows are cleaner: skin has one nearly to itself. The head turns in several rows, with the light or the mouth. On test faces the code costs 14 nats now in place of 23, and the picture is twice as wrong. What goes wrong: somebody is satisfied because it looks better. It is a picture of one seed; measure it.

# %% [markdown]
# Look for rows that change one thing. Then look for rows that change the mouth *and* the head. And toward the ends of some rows faces get blurred: there no face has its code. (Section 6 shows that more clearly, and says why a traversal goes there.) It is easy to see in such rows what one expects. So measure it.
#
# ## 3 · Which latent moves which factor
#
# Train a **reader**: a small network from a picture to its four factors. Training the reader takes the true factors; the VAE never sees them. Afterwards the reader reads decoded pictures.

# %%
def r_squared(guess: Tensor, truth: Tensor) -> Tensor:
    """Share of the variance of the truth (N, F) that a guess explains: (F,)."""
    return 1 - (truth - guess).square().mean(0) / truth.var(0, correction=0)

set_seed(0)
reader = mlp(150, 4)
optimizer = adam(reader.parameters(), 1e-3)
for _ in range(40):
    for index in torch.randperm(TRAIN).split(128):
        loss = (reader(x_train[index]) - v[index]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with torch.no_grad():
    accuracy = r_squared(reader(x_test), v_test)
print("R² of the reader on test faces: " + ", ".join(f"{name} {value:.3f}" for name, value in zip(NAMES, accuracy.tolist())))
assert accuracy.min() > 0.95

# %% [markdown]
# It reads drawn faces nearly without error. A picture that is no face can fool it, since it has never seen one; section 6 measures how far off such pictures are.
#
# ### Exercise 8.2 · The traversal matrix
# Difficulty ●●● · importance ●●● · 12 minutes
#
# A table with a row for each latent and a column for each factor: **how far does this latent move this factor?** Take one latent and one code. Set the latent to its values, decode, and read: (V, F) readings. The largest reading of a factor minus the smallest is how far it moved. Then take the mean over all codes. Entry $(k, f)$ is
#
# $$\frac1N\sum_{n=1}^N\Big(\max_v r_f(n, k, v) - \min_v r_f(n, k, v)\Big) ,$$
#
# with $r_f(n, k, v)$ what is read of factor $f$ when latent $k$ of code $n$ is set to its value number $v$. `decode` takes (M, K), `read` takes what `decode` gives and returns (M, F). Column $k$ of `values` (V, K) holds the values of latent $k$. Your `latent_traversal` does the setting.

# %%
def traversal_matrix(decode, read, z: Tensor, values: Tensor) -> Tensor:
    """How far each latent moves each factor, (K, F), for codes z (N, K) and values (V, K)."""
    # for each latent k:
    #   1. for each code: the readings of its traversal, (V, F), and how far each factor moves, (F,)
    #   2. the mean over codes is row k
    ### BEGIN SOLUTION
    rows = []
    for k in range(z.shape[1]):
        readings = torch.stack([read(latent_traversal(decode, code, k, values[:, k])) for code in z])  # (N, V, F)
        rows.append((readings.amax(1) - readings.amin(1)).mean(0))
    return torch.stack(rows)
    ### END SOLUTION

# %%
traversal_matrix = check(traversal_matrix)

# %% [markdown]
# Here it is for 64 faces, each latent from two standard deviations of its codes below their mean to two above. The factors are in shares of their range: 0 is still, 1 is from one end to the other.

# %%
travel = {}
for beta, model in faces.items():
    values = torch.stack([stroll(beta, dim, 9) for dim in range(6)], 1)  # (9, 6)
    with torch.no_grad():
        travel[beta] = traversal_matrix(model.decode, reader, codes[beta][:64], values)  # (6, 4)

# %% tags=["plot"]
def draw_matrix(ax, values: Tensor, title: str, names: list[str]) -> None:
    """A matrix (latents, 4) of latents and factors as shades, with its numbers."""
    ax.imshow(values, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for row, column in torch.cartesian_prod(torch.arange(len(values)), torch.arange(4)).tolist():
        value = values[row, column].item()
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if value > 0.75 else plots.INK, fontsize=11)
    ax.set_xticks(range(4), NAMES)
    ax.set_yticks(range(len(values)), names)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=12)

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=10, height=4.4, cols=2)
for ax, (beta, values) in zip(axes, travel.items()):
    draw_matrix(ax, values, f"β = {beta}", [f"latent {dim}" for dim in range(6)])
plots.set_finding(fig, "The traversal matrix: at β = 1 every latent moves several factors")
show(fig, alt="Two tables of shades, six latents by four factors, each cell says how far that latent moves that factor. At beta 1 every row has several "
              "filled cells. At beta 8 there are more empty cells, and head and smile are still shared by several latents")

# %% [markdown] slide_type="notes"
# A network that was trained on the true factors reads the decoded faces; a cell says how far this latent moves this factor, 1 being its whole range. Read a row for what a latent does, a column for who moves a factor. Ask what a clean code would look like: one dark cell in each column. What goes wrong: numbers above 1 are taken for errors. Two standard deviations can lead beyond the ends of the data.

# %% [markdown]
# Read a *row* to see what a latent does, a *column* to see who moves a factor. A clean code would have one dark cell in each column, and none beside it. Numbers above 1 are no error: two standard deviations can lead beyond the ends that the data have.

# %% tags=["solution"]
assert ((travel[1] > 0.15).sum(1) >= 2).all()

# %% [markdown]
# ### The same from the other side
#
# The matrix starts from codes and reads pictures. You can also start from pictures and read codes: how much does latent $k$ know about factor $f$? That is their **mutual information**, the KL (notebook 04) between their joint distribution and what it would be if they were independent:
#
# $$I(z_k; v_f) = \mathrm{KL}\big(p(z_k, v_f)\,\|\,p(z_k)\,p(v_f)\big) ,$$
#
# in nats, here from a table of counts in 20 × 20 bins. A factor can be known up to its entropy $H(v_f)$ and no better.
# The decoder gets a draw from each face's cloud and not its center, so count with draws, one for each face.

# %%
def binned(values: Tensor, bins: int = 20) -> Tensor:
    """Which of 20 equally full bins each value (N,) lies in; few distinct values have a bin each."""
    distinct = values.unique()
    edges = torch.quantile(values, torch.linspace(0, 1, bins + 1)[1:-1])
    return torch.searchsorted(distinct if len(distinct) <= bins else edges, values.contiguous())

def mutual_information(z: Tensor, v: Tensor, bins: int = 20) -> tuple[Tensor, Tensor]:
    """I(z_k; v_f) for z (N, K), v (N, F): (K, F), and the entropies H(v_f), (F,), in nats."""
    a = F.one_hot(torch.stack([binned(one) for one in z.T]), bins).float()  # (K, N, bins)
    b = F.one_hot(torch.stack([binned(one) for one in v.T]), bins).float()  # (F, N, bins)
    joint = torch.einsum("kna,fnb->kfab", a, b) / len(z)
    product = a.mean(1)[:, None, :, None] * b.mean(1)[None, :, None, :]
    mi = (torch.xlogy(joint, joint) - torch.xlogy(joint, product)).sum((2, 3))
    return mi, -torch.xlogy(b.mean(1), b.mean(1)).sum(1)

# %%
def draw_codes(model: FaceVAE, x: Tensor, seed: int = 0) -> Tensor:
    """One draw (N, 6) from the cloud of each face x (N, 150)."""
    set_seed(seed)
    mu, logvar = (part.detach() for part in model.encode(x))
    return reparameterize(mu, logvar, torch.randn_like(mu))

draws = {beta: draw_codes(model, x_test) for beta, model in faces.items()}
for beta, z in draws.items():
    mi, entropy = mutual_information(z, v_test)
    floor = mutual_information(z, v_test[torch.randperm(len(z))])[0] / entropy
    print(f"β = {beta}: share of each factor that each latent knows (shuffled factors, which nobody knows: at most {floor.max():.3f})")
    for name, shares in zip(NAMES, (mi / entropy).T):
        print(f"  {name:6s}" + "".join(f"{value:7.3f}" for value in shares.tolist()))

# %% [markdown]
# The **floor** matters. With 2,000 faces in 400 bins even shuffled factors seem to be known a little. A value that isn't above the floor shows nothing. And the table looks at one latent at a time. Several latents **together** can know what none of them knows alone: two coins together show whether they agree, one of them doesn't. The decoder reads all six.
#
# ### Exercise 8.3 · The mutual-information gap
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# One number for the table (Chen et al., 2018): for each factor, how far the latent that knows most is ahead of the second, as a share of the factor's entropy; then the mean over factors.
#
# $$\mathrm{MIG} = \frac1F\sum_f \frac{I(z_{k_1}; v_f) - I(z_{k_2}; v_f)}{H(v_f)}, \qquad k_1, k_2 \text{ the two best for } f .$$
#
# In words: 1 if each factor sits in one latent, completely, and 0 if its two best latents know the same. `mi` has a row for each latent and a column for each factor.

# %%
def mutual_information_gap(mi: Tensor, entropy: Tensor) -> float:
    """Mean over factors of (largest − second largest) / entropy, for mi (latents, factors), entropy (factors,)."""
    # 1. the two largest entries of each column
    # 2. their difference, over the entropy, averaged
    ### BEGIN SOLUTION
    best = mi.topk(2, dim=0).values  # (2, factors)
    return ((best[0] - best[1]) / entropy).mean().item()
    ### END SOLUTION

# %%
mutual_information_gap = check(mutual_information_gap)

# %%
gaps = {beta: mutual_information_gap(*mutual_information(z, v_test)) for beta, z in draws.items()}
for beta, gap in gaps.items():
    print(f"β = {beta}: mutual-information gap {gap:.3f}")

# %% [markdown]
# ### Exercise 8.4 · A gap by hand
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# A coin is the only factor. Three latents know 0.5, 0.2 and 0.1 nats of it; its entropy is $\log 2 = 0.693$ nats. What is the gap?

# %%
### BEGIN SOLUTION
answers["8.4"] = (0.5 - 0.2) / math.log(2)
### END SOLUTION

# %%
check(answers, "8.4")

# %% [markdown]
# ### All latents at once
#
# Now you. Every slider is a latent, in standard deviations of its codes; the bars are what the reader reads, 0 and 1 being the ends of each range. Pick the β, then hunt for the smile. (With all sliders at 0 you see the code of one test face, near the middle of all ranges.)

# %%
@torch.no_grad()
def at_sliders(beta: int, sliders: dict[str, float]) -> tuple[Tensor, Tensor]:
    """The face that the sliders make, (1, 150), and its factors as read, (4,)."""
    z = codes[beta][plain[0]] + codes[beta].std(0) * torch.tensor(list(sliders.values()))
    numbers = faces[beta].decode(z[None])
    return numbers, reader(numbers)[0]

def draw_face(fig, beta: int, **sliders: float):
    numbers, read = at_sliders(beta, sliders)
    fig, (left, right) = plots.canvas(fig, width=6.4, height=2.9, cols=2)
    left.imshow(to_pictures(numbers)[0].permute(1, 2, 0))
    left.axis("off")
    right.barh(NAMES[::-1], read.flip(0), color=plots.HOUSE)
    right.axvspan(0, 1, color=plots.QUIET, alpha=0.12, lw=0)
    right.set(xlim=(-0.6, 1.6), xlabel="read, in shares of the range")
    return fig

def face_in_words(beta: int, **sliders: float) -> str:
    read = at_sliders(beta, sliders)[1].tolist()
    return f"A face decoded at β = {beta}; the reader reads " + ", ".join(f"{name} {value:.2f}" for name, value in zip(NAMES, read))

explore(draw_face, alt=face_in_words, beta=[8, 1], **{f"latent_{dim}": (-3.0, 3.0, 0.0) for dim in range(6)})

# %% [markdown]
# ## 4 · "Smile also changes", "smile stays"
#
# Now that comparison. Take **the head's latent**, the one that knows most about the azimuth, and turn it. At both β the head is spread over several latents (section 3), and this one moves other factors too.

# %%
def latent_of(beta: int, factor: str) -> int:
    """The latent that knows most about a factor."""
    return int(mutual_information(draws[beta], v_test)[0][:, NAMES.index(factor)].argmax())

def turn(beta: int, factor: str, face: int) -> Tensor:
    """A test face while the latent of a factor is turned, (8, 3, 32, 32)."""
    dim = latent_of(beta, factor)
    return latent_traversal(lambda z: to_pictures(faces[beta].decode(z)), codes[beta][face], dim, stroll(beta, dim))

# %% slide_type="slide"
rows = {f"β = {beta}, face {n + 1}": turn(beta, "head", face) for beta in faces for n, face in enumerate(plain)}
show(plots.image_rows(rows, title="The head's latent, turned: watch the mouth"),
     alt="Four rows of eight faces, two at beta 1 and two at beta 8, while the latent that knows most about the head is turned. The head turns, the light changes with it, and the mouth changes too")

# %% [markdown] slide_type="notes"
# Cover all but the mouth. Ask of each row: does the smile change while the head turns? In lectures the answer is "yes at β = 1, no at a large β". Here it changes in all four rows. Then take a vote on what three seeds and six values of β will show; the next slide has the answer. What goes wrong: two models and one seed are taken for a result, in either direction.

# %% [markdown]
# Two models, one seed: such a picture proves nothing. `benchmarks/beta_vae_faces.py` trains this model for six values of β and three seeds, and its table is part of the course. Before you see it:

# %%
predict("08.smile")

# %%
BETAS = (1, 4, 8, 16, 32, 100)

def over_seeds(name: str, factor: str, start: str = "scratch", betas: tuple = BETAS) -> Tensor:
    """One column of the benchmark's table for a factor: (betas, seeds)."""
    rows = [measured("beta_vae_faces", beta=beta, start=start, factor=factor) for beta in betas]
    return torch.tensor([[float(row[name]) for row in part] for part in rows])

def over_beta(ax, values: dict[str, Tensor]) -> None:
    """Tables (betas, seeds) by name of the factor: the mean over seeds as a line, each seed as a dot."""
    for name, table in values.items():
        number = NAMES.index(name)
        ax.plot(range(len(BETAS)), table.mean(1), color=plots.SERIES[number], ls=("-", "--", "-.", ":")[number], label=name)
        ax.plot(range(len(BETAS)), table, "o", color=plots.SERIES[number], ms=4, alpha=0.6)
    ax.set_xticks(range(len(BETAS)), BETAS)
    ax.set_xlabel("β")

# %% slide_type="slide"
with_head = {"smile": over_seeds("moves_smile", "azimuth"), "skin": over_seeds("moves_skin_tone", "azimuth")}  # by the head's latent
kept = {name: over_seeds("kept", factor) for name, factor in zip(NAMES, RANGES)}
fig, (left, right) = plots.canvas(width=10, height=4.2, cols=2)
over_beta(left, with_head)
over_beta(right, kept)
left.set(ylabel="moved by the head's latent", ylim=(0, None))
right.set(ylabel="read from decoded pictures (R²)", ylim=(0, 1.05))
right.legend(loc="lower left")
plots.set_finding(fig, "With a larger β the head's latent moves the skin less; the smile gets lost")
show(fig, alt="Left, how far the head's latent moves smile and skin, over beta, three seeds each. Skin falls from 0.3 to 0.1. The smile falls somewhat up to beta 8 and is high again, with seeds far apart, at 32. "
              "Right, how well each factor is read from decoded pictures: head, skin and light stay above 0.85, the smile falls from 0.98 to a third")

# %% [markdown] slide_type="notes"
# Left, what the head's latent moves; right, what is left of each factor in the decoded pictures. Skin stays: the larger β, the less it moves, in every seed. The smile moves less up to β = 8, and never stays. Ask what a model without a smile in its code would show: a perfect "smile stays". What goes wrong: the left panel is shown alone. At β = 100 two thirds of the smile is gone.

# %%
print("moved by the head's latent, three seeds each")
for at, beta in enumerate(BETAS):
    print(f"β = {beta:3d}" + "".join(f"   {name} " + " ".join(f"{value:.2f}" for value in with_head[name][at].tolist()) for name in ("smile", "skin")) + f"   R² of the smile {kept['smile'][at].mean():.2f}")

# %% [markdown]
# Read the table down, seed by seed.
#
# - **Skin stays.** The larger β is, the less the head's latent moves it. Here "stays" is true. (In one of the seeds that latent turns the head itself only half as far from β = 16 on, which accounts for a part of it there. For as much turning of the head, too, skin moves less at β = 100 than at β = 1, in every seed.)
# - **The smile moves less, and doesn't stay.** From β = 1 to β = 8 it moves less in every seed, and at β = 8 still by more than a third of its range.
# - **At β = 100 the question loses its sense.** A third of the smile's variance is left in the pictures (at 32 it is two thirds). If a code ignores the smile, the smile never changes, and that proves nothing. Here the third that is left does change with the head's latent.
#
# So a larger β, by itself, did not make the smile stay on these faces. What it did in every seed was to make the head's latent move the skin less. Section 5 has one more try for the smile.

# %% tags=["solution"]
# What the text claims, in each seed.
assert (with_head["smile"][2] < with_head["smile"][0]).all() and with_head["smile"][2].min() > 0.33
assert (with_head["skin"][2] < with_head["skin"][0]).all() and with_head["skin"][4:].max() < 0.6 * with_head["skin"][0].min()
assert kept["smile"][5].max() < 0.45 and all(kept[name].min() > 0.85 for name in ("head", "skin", "light")) and with_head["smile"][4:].min() > 0.33

# %% [markdown]
# The whole traversal matrix, over seeds: since latents have no fixed order, take for each factor the latent that knows most about it, and average over the three seeds.

# %% slide_type="slide" tags=["plot"]
fig, axes = plots.canvas(width=10, height=3.4, cols=3)
aligned = {}
for ax, beta in zip(axes, (1, 8, 32)):
    rows = [torch.cat([over_seeds(f"moves_{factor}", of, betas=(beta,)) for factor in RANGES]).mean(1) for of in RANGES]
    aligned[beta] = torch.stack(rows)  # (4, 4)
    draw_matrix(ax, aligned[beta], f"β = {beta}", [f"{name}'s latent" for name in NAMES] if ax is axes[0] else [""] * 4)
plots.set_finding(fig, "At β = 8 the smile's latent moves little but the smile; other latents move it as well")
show(fig, alt="Three tables of shades, the latent of each factor by the four factors, means over seeds. At beta 1 every row has several cells above 0.2. At beta 8 the row of the smile has one dark cell, "
              "and the column of the smile is filled all the way down. At beta 32 the row of the smile is filled as well")

# %% [markdown] slide_type="notes"
# Rows are the latents that know most about each factor, averaged over three seeds. Read the row of the smile at β = 8: it moves the smile and little else, so "turn the smile, and the head stays" is true. Now its column: every other latent moves the smile as well. Ask which of the two a slide with one row of faces would show. What goes wrong: latents are averaged by number, though their order is chance.

# %%
for beta in (1, 8, 32):
    most = torch.stack([over_seeds(f"moves_{factor}", "smile", betas=(beta,))[0] for factor in RANGES if factor != "smile"]).amax(0)
    print(f"β = {beta:2d}: the smile's latent knows " + " ".join(f"{value:.2f}" for value in over_seeds("best", "smile", betas=(beta,))[0].tolist())
          + " of it, and moves another factor by up to " + " ".join(f"{value:.2f}" for value in most.tolist()))

# %% [markdown]
# Read the *row* of the smile: at β = 8 its latent moves the smile and little else, in every seed. So the lectures' sentence holds the other way round: turn the smile, and the head stays. Then read its *column*: the latents of all other factors still move the smile. It got a latent of its own, and shares theirs as well.
# At β = 32 no latent knows more than a tenth of the smile, and "the smile's latent" hardly has a meaning: it moves the head, too.

# %% tags=["solution"]
others = {beta: torch.stack([over_seeds(f"moves_{factor}", "smile", betas=(beta,))[0] for factor in RANGES if factor != "smile"]) for beta in (1, 8)}
assert over_seeds("best", "smile", betas=(32,)).max() < 0.1
assert others[8].max() < 0.2 and (others[8].mean(0) < 0.5 * others[1].mean(0)).all() and aligned[8][:, 1].min() > 0.3 and aligned[32][1, 0] > 0.2

# %% [markdown]
# ## 5 · The price of a nat
#
# Why does a smile get lost? Look at the loss. To know the smile better, the code needs more nats (rate); the picture gets better by some nats (distortion). With weight β on the rate:
#
# $$\text{worth it} \iff \underbrace{\text{distortion saved}}_{\text{nats}} \;>\; \beta\cdot\underbrace{\text{rate spent}}_{\text{nats}} .$$
#
# So **β is the price of a nat**. It knows nothing about factors; it is the same price for all of them, and factors that change few pixels are the first that aren't worth it. Here is how much each of ours changes a picture:

# %% [markdown] slide_type="slide" only="slides"
# ## Factors that change few pixels are dropped first
#
# Encoding a detail is worth it if
#
# $$\text{distortion saved} > \beta\cdot\text{rate spent}$$
#
# | factor | head | smile | skin | light |
# |---|---|---|---|---|
# | squared change of the picture over its range | 37 | **2** | 98 | 11 |
#
# One price for all factors, and it knows nothing of what they mean to us.

# %% [markdown] slide_type="notes"
# Read the inequality aloud with units: nats saved against nats spent, at β to one. Then the table: over its whole range the smile changes the picture by 2, skin by 98. Ask which factor goes first when β rises. A question for the board: a detail costs 1.5 nats and saves 30; up to which β is it worth it? Up to 20. What goes wrong: a larger β is thought to find meaning. It finds pixels.

# %% tags=["nbval-check-output"]
worth = []
for knob, name in enumerate(NAMES):
    settings = factors[:20].repeat_interleave(7, 0)
    settings[:, knob] = torch.linspace(low[knob], high[knob], 7).repeat(20)
    same_face = close_ups(settings).flatten(1).view(20, 7, -1)
    worth.append((same_face - same_face.mean(1, keepdim=True)).square().sum(2).mean().item())
order = [NAMES[at] for at in torch.tensor(worth).argsort(descending=True).tolist()]
print("squared distance from the mean over its range: " + ", ".join(f"{name} {value:.0f}" for name, value in zip(NAMES, worth)))
print("changes the picture most, to least:", ", ".join(order))
assert order[-1] == "smile" and worth[0] > 10 * worth[1]
#> squared distance from the mean over its range: head 37, smile 2, skin 98, light 11
#> changes the picture most, to least: skin, head, light, smile

# %% [markdown]
# ### Exercise 8.5 · A bargain
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Coding some detail takes 1.5 nats of rate and saves 30 nats of distortion. Up to which β is it worth it?

# %%
### BEGIN SOLUTION
answers["8.5"] = 30 / 1.5
### END SOLUTION

# %%
check(answers, "8.5")

# %% [markdown]
# ### Exercise 8.6 · β in disguise
# Difficulty ●●○ · importance ●●○ · 4 minutes
#
# Somebody trains with $\beta = 1$ and believes that there is no β in the loss. Which $\sigma$ of the Gaussian likelihood gives a loss with the same minimum as ours at $\beta = 4$ and $\sigma = 0.1$?

# %%
### BEGIN SOLUTION
answers["8.6"] = 0.1 * 4**0.5
### END SOLUTION

# %%
check(answers, "8.6")

# %% [markdown]
# Now the gap over β, with its seeds, and what each factor's best latent knows. First a **baseline**: the gap of six numbers without any VAE, the first six of the principal component analysis. They carry no noise, so the cell also prints the gap of the VAEs' codes without theirs.

# %%
mi, entropy = mutual_information(x_test[:, :6], v_test)
pca_knows, pca_gap = dict(zip(NAMES, (mi / entropy).amax(0).tolist())), mutual_information_gap(mi, entropy)
pca_floor = (mutual_information(x_test[:, :6], v_test[torch.randperm(len(x_test))])[0] / entropy)[:, NAMES.index("smile")].max().item()
print(f"six principal components: gap {pca_gap:.3f}; the best of them know " + ", ".join(f"{value:.3f} of {name}" for name, value in pca_knows.items()))
print(f"smile, shuffled (the floor): {pca_floor:.3f}")
center_gaps = {beta: mutual_information_gap(*mutual_information(mu, v_test)) for beta, mu in codes.items()}
print("VAEs' codes without noise: " + ", ".join(f"gap {gap:.3f} at β = {beta}" for beta, gap in center_gaps.items()))

# %% slide_type="slide" tags=["plot"]
fig, (left, right) = plots.canvas(width=10, height=4.2, cols=2)
gap_table = torch.stack([over_seeds("best", factor) - over_seeds("second", factor) for factor in RANGES]).mean(0)  # (betas, seeds)
for seed, (color, style) in enumerate(zip(plots.SERIES, ("-", "--", "-."))):
    left.plot(range(len(BETAS)), gap_table[:, seed], color=color, ls=style, marker="o", label=f"seed {seed}")
left.plot([0, 2], [gaps[1], gaps[8]], "*", color=plots.INK, ms=13, ls="none", label="your two runs (seed 0)")
left.axhline(pca_gap, color=plots.INK, ls=":", label="six principal components")
left.set_xticks(range(len(BETAS)), BETAS)
left.set(xlabel="β", ylabel="mutual-information gap", ylim=(0, 0.55))
left.legend(fontsize=10, loc="upper left")
best = {name: over_seeds("best", factor) for name, factor in zip(NAMES, RANGES)}
over_beta(right, best)
right.set(ylabel="share known to the best latent", ylim=(0, 1))
right.legend(fontsize=10, ncol=2)
plots.set_finding(fig, "The gap rises with β, to about that of six principal components")
show(fig, alt="Left, the mutual-information gap over beta, a line for each of three seeds: all rise somewhat up to beta 16, and one stays far below the others throughout. A dotted line at the gap of six principal components lies between them: two seeds end somewhat above it. Right, what the best latent knows of each factor: "
              "skin most and by seed very differently, the smile rises up to beta 8 and is near 0 at 100")

# %% [markdown] slide_type="notes"
# The gap asks how far each factor's best latent is ahead of the second. Left: it rises from β = 1 to 16 in every seed, and one seed stays far below. The dotted line is six principal components, which nobody trained: 0.21, and they know nothing of the smile. Ask what a paper with one seed and no line would say. Right: at β = 100 no latent knows the smile. What goes wrong: a high gap is read as a good code.

# %%
floor = over_seeds("floor", "smile").mean()
for at in (0, 2, 5):
    print(f"smile, β = {BETAS[at]:3d}: known to its best latent " + " ".join(f"{value:.3f}" for value in best["smile"][at].tolist()) + f" (floor {floor:.3f})")

# %% [markdown]
# Left: from β = 1 to β = 16 the gap rises in every seed. But one seed stays below the others at every β, so a figure of one seed shows little. In two of the seeds most of the gap is skin, which got a latent nearly of its own at the larger β; the third spread it over two. And at β = 100, with most of the smile gone, two of the gaps are about as high as ever. **The gap doesn't
# say what was lost.**
#
# The dotted line shows it as well. Six principal components have a gap of 0.21, and the smile is known to the best of them no better than chance would show. (That they carry no noise is not the reason: without theirs the VAEs' codes have nearly the same gap as with it.) The mean over seeds isn't above that line at any β; two seeds end somewhat above it, the third far below. So a larger β does raise the gap, and raises it about to where a code without any training for it begins. A gap near 0.2 is no evidence that a β-VAE found the factors: report it beside such a baseline, and factor by factor.
#
# Right: from β = 1 to β = 8 the smile's best latent comes to know about twice as much of it, in every seed. Beyond, the seeds part ways, and at 100 no latent knows much more of it than chance would show. A larger β isn't "more disentangled": it helps a factor until encoding that factor costs more than it saves.

# %% tags=["solution"]
assert (gap_table[3] > gap_table[0]).all() and (gap_table[:, 1] < 0.7 * gap_table[:, [0, 2]].amin(1)).all()
assert (gap_table[5, [0, 2]] > 0.9 * gap_table[:, [0, 2]].amax(0)).all()
assert (gap_table.mean(1) < pca_gap).all() and (gap_table[3:, [0, 2]] > pca_gap).all() and gap_table[:, 1].max() < 0.5 * pca_gap
assert all(abs(center_gaps[beta] - gaps[beta]) < 0.03 for beta in gaps)
assert abs(pca_gap - 0.21) < 0.015 and pca_knows["smile"] < 1.3 * pca_floor
assert (best["smile"][2] > 1.6 * best["smile"][0]).all() and best["smile"][5].max() < 1.6 * floor

# %% [markdown]
# ### Not worth it, or not found?
#
# At β = 32 hardly any latent knows the smile (together they know enough for an R² of two thirds). Is encoding it not worth its price, or did training never find such a code? Take the model of $\beta = 8$, which has the smile, and train it *on* at β = 32. If its loss is lower than that of the model trained from scratch, the better code was worth its price, and wasn't found. But the model trained on has had twice the steps. So there is a control:
# as many steps from scratch. And all of it once more with longer training at β = 32.

# %% [markdown] slide_type="slide" only="slides"
# ## Not worth its price, or not found in training?
#
# At β = 32 the smile is nearly lost. Start from the model of β = 8, which has it, and train on. Below, the loss and how far the head's latent moves the smile, for three seeds. What would you conclude?

# %%
staged, rows = {}, {}
starts = {"scratch": "2,500 steps", "beta 8": "2,500 on from β = 8", "scratch, 5,000 steps": "5,000 steps",
          "beta 8, 5,000 steps": "5,000 on from β = 8", "scratch, 7,500 steps": "7,500 steps"}
for start, name in starts.items():
    rate, distortion, reads = (over_seeds(key, "smile", start, (32,))[0] for key in ("rate", "distortion", "kept"))
    staged[start] = distortion + 32 * rate, over_seeds("moves_smile", "azimuth", start, (32,))[0]
    rows[name] = [*(f"{loss:.0f}" for loss in staged[start][0].tolist()), *(f"{far:.2f}" for far in staged[start][1].tolist()), f"{reads.mean():.2f}"]
columns = ["loss 0", "loss 1", "loss 2", "moved 0", "moved 1", "moved 2", "R²"]

# %% slide_type="-" only="slides"
two = dict(list(rows.items())[:2])
show(plots.score_table(two, columns, marked={("2,500 on from β = 8", name) for name in columns[:6]}),
     alt="From the model of β = 8 the loss is lower in each of three seeds, and the head's latent moves the smile less. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in two.items()))

# %% [markdown] slide_type="notes"
# Say: first row, training from scratch; second row, the same β from a model that has the smile. Its loss is lower in every seed, and the smile moves less. So the clean code was worth its price and only not found? Let the room conclude that, and write it down. Ask what else differs between the two rows: the second has had twice as many steps. What goes wrong: nobody asks for a control.

# %% slide_type="slide"
fig = plots.score_table(rows, columns, marked={(name, key) for name in ("5,000 steps", "7,500 steps") for key in columns[:6]}, title="With as many steps in all, the loss is lower from scratch, and the smile moves")
show(fig, alt="Loss, how far the head's latent moves the smile, and R² of the smile, three seeds. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# A lesson in controls, twice. The third row is the control of the second, the last row that of the fourth: as many steps in all, from scratch. Each control has the lower loss in every seed, and there the head's latent moves the smile. So a lower loss is not a cleaner code. Ask which pair has as many steps at β = 32: rows three and four, where the cleaner code wins in two of three seeds. What goes wrong: one control is taken for all.

# %% [markdown]
# For each of three seeds: the loss in nats, and how far the head's latent moves the smile.
#
# - **From the model of β = 8, 2,500 steps more**: a lower loss than from scratch in every seed, the head's latent moves the smile much less, and the smile can be read nearly as well. The smile moves by a fifth to a third of its range: it doesn't stay, but it moves less than anywhere above. These two rows alone look as if the clean code only had to be found.
# - **The control, 5,000 steps from scratch**: the loss is lower still, in every seed, and the head's latent moves the smile again.
# - **Is the control unfair?** It took all of its 5,000 steps at β = 32, and the model from β = 8 only 2,500. Train that model for 5,000 steps at β = 32 as well: its loss falls below the control's in two of three seeds, and its code stays the cleanest. But it has then had 7,500 steps in all, and training from scratch for 7,500 steps has a lower loss again, in every seed.
#
# With as many steps in all, training from scratch finds codes with a lower loss, and these are less clean. With as many steps at β = 32, the cleaner code has the lower loss in two of three seeds. So **a lower loss is not a cleaner code**, and who is ahead depends on which steps you count. All losses still fall at the end, so which code would win after much longer training, the table doesn't say.

# %% tags=["solution"]
short, later, twice, later_longer, thrice = staged.values()
assert (later[0] < short[0]).all() and (twice[0] < later[0]).all()
assert (later[1] < 0.7 * short[1]).all() and (twice[1] > 1.3 * later[1]).all() and later[1].max() < 0.35
assert (later_longer[0] < twice[0]).sum() == 2 and (thrice[0] < later_longer[0]).all() and (thrice[1] > 1.3 * later_longer[1]).all() and later_longer[1].max() < 0.3

# %% [markdown]
# ## 6 · A factorized prior is not independence
#
# You will read that a diagonal prior makes the latents independent. The prior $p(z) = \mathcal N(0, I)$ is factorized, that is true, and codes *drawn from it* are independent. The codes of the data have another distribution: the average of all clouds, the **aggregate posterior** $q(z) = \mathbb E_x[q(z\mid x)]$.

# %%
predict("08.prior")

# %% [markdown]
# Averaged over the data, the KL term has two parts (Hoffman and Johnson, 2016),
#
# $$\mathbb E_x\,\mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big) = \underbrace{I(x; z)}_{\text{what the code knows}} + \mathrm{KL}\big(q(z)\,\|\,p(z)\big) ,$$
#
# and since the prior is factorized the second splits again (Chen et al., 2018):
#
# $$\mathrm{KL}\big(q(z)\,\|\,p(z)\big) = \underbrace{\mathrm{KL}\Big(q(z)\,\Big\|\,\prod_k q(z_k)\Big)}_{\text{total correlation}} + \sum_k \mathrm{KL}\big(q(z_k)\,\|\,p(z_k)\big) .$$
#
# In words: what the code knows about its picture, how far its numbers are from being independent of each other, and how far each number by itself is from N(0, 1). β multiplies all three. The **total correlation** is 0 exactly where the latents are independent.
#
# How to measure it? Notebook 07 has the tool: a discriminator gives a density ratio. Real: codes of faces. Fake: the same codes with every column shuffled by itself, which makes them independent and leaves each column as it is. Its logit $a$ gives a lower bound, $\mathbb E_q[a] - \log\mathbb E_{\text{shuffled}}[e^a]$ (Donsker and Varadhan, 1983), measured
# on codes it wasn't trained on. It holds for every function $a$: shuffled codes, weighted by $e^a$, are a distribution too, and the bound falls short of the total correlation by the KL of $q(z)$ from that distribution.

# %%
def apart(z: Tensor) -> Tensor:
    """Codes (N, K) with every column shuffled by itself."""
    return z.gather(0, torch.rand_like(z).argsort(0))

def total_correlation(z: Tensor, seed: int = 0, steps: int = 400) -> float:
    """At least so many nats: trained on every other code of z (N, K), measured on the rest."""
    set_seed(seed)
    z = z / z.std(0)
    half, rest = z[::2], z[1::2]
    judge = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    optimizer = adam(judge.parameters(), 1e-3)
    for _ in range(steps):
        real, fake = half[torch.randint(len(half), (256,))], apart(half)[:256]
        loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        fakes = torch.cat([apart(rest) for _ in range(10)])
        return (judge(rest).mean() - judge(fakes).exp().mean().log()).item()

# %% [markdown] slide_type="slide" only="slides"
# ## The prior is factorized. Are the codes independent?
#
# A discriminator tells codes from the same codes with every column shuffled. Its logits bound the total correlation from below, in nats.

# %% slide_type="fragment"
candidates = {
    "draws from the prior": torch.randn(2000, 6),
    "codes at β = 1": draws[1],
    "codes at β = 8": draws[8],
    "the same, shuffled": apart(draws[8]),
}
measured_tc = {name: [max(total_correlation(z, seed), 0) for seed in range(3 if name.startswith("codes") else 1)] for name, z in candidates.items()}
rows = {name: [f"{value:.2f}" for value in values] + ["–"] * (3 - len(values)) for name, values in measured_tc.items()}
fig = plots.score_table(rows, ["judge 0", "judge 1", "judge 2"], marked={(name, f"judge {k}") for name in ("codes at β = 1", "codes at β = 8") for k in range(3)}, title="Codes of faces are at least a nat or so away from independence")
show(fig, alt="A lower bound of the total correlation in nats, by three discriminators. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))

# %% [markdown] slide_type="notes"
# Error seven of the errata page: "a diagonal prior makes the latents independent". Ask for a prediction in each row. Draws of the prior and shuffled codes give 0, so the discriminator invents nothing. Codes of faces give 1.4 nats at β = 1 and 0.9 at β = 8, as a lower bound. What goes wrong: small differences between models are read off this table; three judges differ by a tenth or two on the same codes.

# %% slide_type="slide"
middle = {beta: (draws[beta] - draws[beta].mean(0)) / draws[beta].std(0) for beta in draws}
pairs = {beta: mutual_information(z, z)[0].fill_diagonal_(0) for beta, z in middle.items()}
strongest = {beta: divmod(int(table.argmax()), 6) for beta, table in pairs.items()}
fig, axes = plots.canvas(width=10, height=3.9, cols=3)
shown = {"prior": torch.randn(2000, 2)} | {f"codes at β = {beta}": middle[beta][:, list(strongest[beta])] for beta in (1, 8)}
for ax, (name, points) in zip(axes, shown.items()):
    ax.scatter(*points.T, s=4, color=plots.QUIET if name == "prior" else plots.SERIES[2], alpha=0.6, linewidths=0)
    ax.set(xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal")
    ax.set_title(name, fontsize=12)
for ax, pair in zip(axes, ((0, 1), strongest[1], strongest[8])):
    ax.set(xlabel=f"latent {pair[0]}", ylabel=f"latent {pair[1]}")
plots.set_finding(fig, "Independent in the prior, not in the codes")
show(fig, alt="Three clouds of points. Draws from the prior: round. The two most dependent latents at beta 1 and at beta 8: the points fill a shape with edges or gaps, not a round cloud")

# %% [markdown] slide_type="notes"
# The same in pictures: left two latents drawn from the prior, then the two most dependent latents at either β. Ask for a corner that the right clouds leave empty. Say what the KL is made of: what the code knows, how dependent its numbers are, and each number's own distance from N(0, 1). β weights all three. What goes wrong: people ask why the KL did not make the cloud round. It would know less of the face.

# %% [markdown]
# A whole term of the loss asks for N(0, I), and the codes of the data are about a nat or more away from independence. Three discriminators differ by tenths of a nat, and each gives a lower bound; such small differences between models mean nothing.
#
# The benchmark's discriminators found more than these: of two lower bounds the larger one is the better. From β = 8 to 32 their bound falls by about a nat, in each seed, and with it the whole KL. At β = 100 the discriminator finds hardly any dependence left, and most of the smile is gone:

# %%
tc, rates = over_seeds("tc", "smile"), over_seeds("rate", "smile")
for beta, row, rate in zip(BETAS, tc, rates):
    print(f"β = {beta:3d}: total correlation at least {row.mean():.2f} nats (seeds {row.min():.2f} to {row.max():.2f}), mean KL {rate.mean():.1f} nats")

# %% tags=["solution"]
assert min(measured_tc["codes at β = 8"] + measured_tc["codes at β = 1"]) > 0.6 and max(measured_tc["draws from the prior"] + measured_tc["the same, shuffled"]) < 0.2
assert (tc[4] < tc[2] - 0.8).all() and tc[5].max() < 0.2

# %% [markdown]
# Does it matter? A code drawn from the prior, or with its numbers shuffled, often lies where no face has its code. Measure how far off such a picture is: let the reader read its factors, draw the face that has them, and compare. That is the distance to a face that exists (an upper bound, for a better-chosen face may be nearer).

# %%
@torch.no_grad()
def off(numbers: Tensor) -> Tensor:
    """Squared distance of decoded faces (N, 150) to the faces with the factors that are read from them: (N,)."""
    read = low + (high - low) * reader(numbers)
    bounds = torch.tensor([[-60, 0, 1, -75], [60, 1, 10, 75]])  # what render_faces can draw
    return (to_pictures(numbers) - close_ups(read.clamp(*bounds))).flatten(1).square().sum(1)

# %% slide_type="slide"
places = {"codes of faces": draws[8], "shuffled": candidates["the same, shuffled"], "prior": candidates["draws from the prior"]}
off_at = {name: off(faces[8].decode(z[:60])).mean().item() for name, z in places.items()}
show(plots.image_rows({f"{name}: {off_at[name]:.0f}": to_pictures(faces[8].decode(z[:8])) for name, z in places.items()}, title="Independent numbers make no faces"),
     alt="Three rows of eight faces decoded at beta 8. From codes of faces: clear faces. From shuffled codes and from the prior: several pictures that are no faces, such as two faces at once")

# %% [markdown] slide_type="notes"
# The numbers beside the rows are mean squared distances to a face that exists, of sixty pictures each. Ask where the two-faced pictures come from: numbers that never occur together. Shuffling is what a traversal does in small: it moves one number and holds the others. What goes wrong: bad samples are blamed on the decoder. It has never seen a code from there.

# %%
print("distance to a face that exists: " + ", ".join(f"{name} {value:.1f}" for name, value in off_at.items()))
assert min(off_at["shuffled"], off_at["prior"]) > 3 * off_at["codes of faces"]

# %% [markdown]
# That is also what a traversal does. It moves one number and holds the others, as if they were independent, and walks off the places where faces are.

# %% [markdown]
# ### Exercise 8.7 · Three parts
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# The mean KL of a model is 14.2 nats. Its code knows 11.1 nats about the picture, and each latent by itself is exactly N(0, 1). What is the total correlation, in nats?

# %%
### BEGIN SOLUTION
answers["8.7"] = 14.2 - 11.1
### END SOLUTION

# %%
check(answers, "8.7")

# %% [markdown]
# ## 7 · You need the factors to call a code disentangled
#
# Everything in sections 3 to 5 needed the true factors. Could you have chosen the clean model without them? Locatello et al. (2019) trained 12,000 models and say no: nothing that can be computed without the factors told good seeds from bad ones. And there is a reason that needs no experiment. Turn the code by any rotation $R$, and let the decoder turn it back. The prior
# doesn't notice, since N(0, I) looks the same from every side; the pictures don't notice. The gap does:

# %% slide_type="slide"
set_seed(0)
rotations = [torch.linalg.qr(torch.randn(6, 6))[0] for _ in range(30)]
decoded_again = faces[8].decode((draws[8] @ rotations[0]) @ rotations[0].T)
same = (decoded_again - faces[8].decode(draws[8])).abs().max().item()
rotated_gaps = torch.tensor([mutual_information_gap(*mutual_information(draws[8] @ rotation, v_test)) for rotation in rotations])
fig, (ax,) = plots.canvas(width=8, height=3.2)
ax.hist(rotated_gaps.numpy(), 12, color=plots.QUIET, label="30 rotations")
ax.axvline(gaps[8], color=plots.ACCENT, label="as trained")
ax.set(xlabel="mutual-information gap", ylabel="rotations", xlim=(0, None))
ax.tick_params(axis="x", pad=8)  # points, so that both zeros can be read
ax.legend()
plots.set_title(ax, "The same pictures from the same prior, and another gap")
show(fig, alt="A histogram of the mutual-information gap of thirty rotated codes, and a line at the gap of the code as trained; most or all rotations lie to one side of it")
assert same < 1e-2 and (rotated_gaps - gaps[8]).abs().max() > 0.02

# %% [markdown] slide_type="notes"
# Turn the code by any rotation and let the decoder turn it back: the same pictures, and the same prior, since N(0, I) looks the same from every side. Ask which of the thirty codes is the disentangled one, by its pictures. Nobody can say; by the gap all thirty are worse here. What goes wrong: a measure that needs the factors is used to claim that the loss would have found them. Locatello and others, 12,000 models: it doesn't.

# %%
print(f"as trained {gaps[8]:.3f}; {(rotated_gaps < gaps[8]).sum()} of 30 rotations have a smaller gap")

# %% [markdown]
# You have met the same in training. Three seeds of the benchmark at β = 8, their losses, and their gaps:

# %%
loss = over_seeds("distortion", "smile", betas=(8,))[0] + 8 * over_seeds("rate", "smile", betas=(8,))[0]
for seed in range(3):
    print(f"seed {seed}: loss {loss[seed]:.1f} nats, gap {gap_table[2, seed]:.3f}")
assert loss.max() - loss.min() < 0.02 * loss.min() and gap_table[2].max() > 3 * gap_table[2].min()

# %% [markdown]
# So no measure of how well $p(x)$ is modeled can prefer one of these codes. (A VAE isn't quite blind. Its clouds are ellipses *along the axes*, which rotated ones are not, so it prefers some axes. With some seeds their gap is larger than that of every rotation in the histogram, with others it lies among them: nobody promises that they are your axes.)
#
# What you may say without factors: "latent 4 moves what I call the smile, on these faces, by this much." What you may not say: "the code is disentangled". The word needs a list of factors, and a measurement. Even with the list, another measure may rank the models in another order.

# %% [markdown]
# ## 8 · Walks between codes
#
# A second use of a code: go from one picture to another. We will walk between digits and between faces. The VAE of the faces is there; the digits need one of their own.

# %% [markdown]
# ### Exercise 8.8 · The loss, with a Bernoulli likelihood
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# Its likelihood is the Bernoulli one again, as in notebook 03: `bernoulli_log_likelihood(x, logits)` and `gaussian_kl(mu, logvar)` give (N,) each. Write the loss with β, the mean over the batch.

# %%
def beta_vae_loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Tensor:
    """Mean over images x (N, C, H, W) of −log p(x|z) + β · KL, one number, in nats. Higgins et al., 2017, eq. 4."""
    # 1. both terms, (N,) each
    # 2. their weighted sum, averaged over the batch
    ### BEGIN SOLUTION
    return (beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()
    ### END SOLUTION

# %%
beta_vae_loss = check(beta_vae_loss)

# %% [markdown]
# A VAE on digits, 16 latents, trained with your loss at β = 1:

# %%
digits = load("digits", n=10_000)
test = load("digits", split="test", n=2_000)
digits_test = test.float(device)  # (2000, 1, 28, 28)
set_seed(0)
digit_vae = VAE(latent_dim=16, hidden=256).to(device)

def step(x: Tensor) -> dict[str, Tensor]:
    logits, mu, logvar = digit_vae(x)
    return {"loss": beta_vae_loss(x, logits, mu, logvar, beta=1.0)}

torch.set_num_threads(threads)
fit(step, digits.images, model=digit_vae, epochs=7, lr=2e-3)
digit_codes = digit_vae.encode(digits_test)[0].detach().cpu()  # (2000, 16)

def digit_pictures(z: Tensor) -> Tensor:
    """Digits (N, 1, 28, 28) from codes (N, 16)."""
    with torch.no_grad():
        return digit_vae.decode(z.to(device)).sigmoid().cpu()

# %% [markdown]
# The plainest walk goes straight:
#
# $$z(t) = (1 - t)\,z_0 + t\,z_1, \qquad t = 0 \ldots 1 .$$
#
# ### Exercise 8.9 · Straight
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# `steps` codes from `z0` to `z1`, (K,) each, both ends included.

# %%
def interpolate(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    """Codes (steps, K) on the straight line from z0 to z1, (K,) each, both included."""
    # 1. t from 0 to 1, as a column (steps, 1)
    # 2. the formula
    ### BEGIN SOLUTION
    t = torch.linspace(0, 1, steps)[:, None].to(z0)  # (steps, 1)
    return (1 - t) * z0 + t * z1
    ### END SOLUTION

# %%
interpolate = check(interpolate)

# %%
predict("08.norms")

# %% [markdown]
# In many dimensions, draws from N(0, I) lie in a **shell**: $\lVert z\rVert^2$ is a sum of $K$ squares with mean 1, so $\lVert z\rVert\approx\sqrt K$ for nearly all of them, and two draws stand at about a right angle. The straight line between them cuts through the inside. Halfway, its length is
#
# $$\big\lVert\tfrac12(z_0 + z_1)\big\rVert \approx \tfrac12\sqrt{K + K} = \sqrt{K/2} .$$
#
# ### Exercise 8.10 · Halfway
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# Two codes of lengths 3 and 4 at a right angle. How long is the code halfway between them?

# %%
### BEGIN SOLUTION
answers["8.10"] = (3**2 + 4**2) ** 0.5 / 2
### END SOLUTION

# %%
check(answers, "8.10")

# %% [markdown]
# **Spherical interpolation** (slerp; Shoemake, 1985) stays in the shell: it turns the *direction* by equal angles and lets the length go evenly from one to the other. With $\omega$ the angle between $z_0$ and $z_1$, and $u_0, u_1$ their directions,
#
# $$z(t) = \big((1-t)\lVert z_0\rVert + t\lVert z_1\rVert\big)\,\frac{\sin((1-t)\,\omega)\,u_0 + \sin(t\,\omega)\,u_1}{\sin\omega} .$$
#
# ### The clinic: three faulty walks
#
# Before you write it: here are three functions that somebody found on the web, all called `slerp`. Each has one of five faults: **a** the ends are normalized to length 1, **b** an end is left out, **c** it goes straight, **d** it goes from $z_1$ to $z_0$, **e** it keeps the length of $z_0$ all the way. A shuffled list decides which walk has which fault.

# %%
def arc(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """Directions (T, K) on the arc from z0 to z1 at the shares t (T,)."""
    u0, u1 = z0 / z0.norm(), z1 / z1.norm()
    angle = torch.arccos(u0 @ u1)
    return (torch.sin((1 - t)[:, None] * angle) * u0 + torch.sin(t[:, None] * angle) * u1) / torch.sin(angle)

def faulty_walk(fault: str, z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    t = torch.linspace(0, 1, steps + 1)[:-1] if fault == "an end left out" else torch.linspace(0, 1, steps)
    if fault == "straight":
        return interpolate(z0, z1, steps)
    if fault == "turned round":
        z0, z1 = z1, z0
    lengths = (1 - t) * z0.norm() + t * z1.norm()
    if fault == "normalized ends":
        lengths = torch.ones(steps)
    if fault == "one length":
        lengths = z0.norm().expand(steps)
    return lengths[:, None] * arc(z0, z1, t)

walk_faults = ["normalized ends", "an end left out", "straight", "turned round", "one length"]
shuffled = torch.randperm(5, generator=torch.Generator().manual_seed(1)).tolist()[:3]
start, end = torch.tensor([3.0, 0.0, 0.0]), torch.tensor([0.0, 4.0, 3.0])
for name, number in zip("ABC", shuffled):
    path = faulty_walk(walk_faults[number], start, end, 5)
    turned = torch.arccos((path / path.norm(dim=1, keepdim=True) @ (start / start.norm())).clamp(-1, 1)) * 180 / math.pi
    print(f"walk {name}: lengths " + " ".join(f"{v:5.2f}" for v in path.norm(dim=1).tolist()) + "   angle from the start " + " ".join(f"{v:4.0f}°" for v in turned.tolist()))
print("it should go from length 3 to length 5, and turn by 90°")

# %% [markdown]
# ### Exercises 8.11 to 8.13 · Which fault is it?
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# Compute what the lengths and the angles of the five codes should be, and compare. Name the fault of each walk, `"a"` to `"e"`.

# %%
### BEGIN SOLUTION
answers["8.11"] = "a"  # walk A
answers["8.12"] = "e"  # walk B
answers["8.13"] = "c"  # walk C
### END SOLUTION

# %%
check(answers, "8.11")
check(answers, "8.12")
check(answers, "8.13")

# %% [markdown]
# ### Exercise 8.14 · On an arc, without the faults
# Difficulty ●●● · importance ●●○ · 12 minutes
#
# Now write one that has none of the five faults. Three cases need care. Parallel codes have $\omega = 0$, and a code of zeros has no direction: go straight in both cases. Antiparallel codes have no shortest way round: raise a `ValueError`. Rounding can put the cosine of parallel codes a little above or below 1, so leave a margin: call codes parallel above $1 - 10^{-6}$ and antiparallel below $-1 + 10^{-6}$.

# %%
def slerp(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    """Codes (steps, K) from z0 to z1, (K,) each, by equal angles, the length changing evenly. Shoemake, 1985."""
    # 1. t as a column; both lengths; the cosine of the angle
    # 2. parallel, or a code of zeros: the straight line; antiparallel: ValueError
    # 3. the direction by the formula, times the length
    ### BEGIN SOLUTION
    t = torch.linspace(0, 1, steps)[:, None].to(z0)  # (steps, 1)
    norm0, norm1 = z0.norm(), z1.norm()
    cosine = z0 @ z1 / (norm0 * norm1)
    if norm0 * norm1 == 0 or cosine > 1 - 1e-6:
        return (1 - t) * z0 + t * z1
    if cosine < -1 + 1e-6:
        raise ValueError("z0 and z1 point in opposite directions: no way between them is shortest")
    angle = torch.arccos(cosine)
    direction = torch.sin((1 - t) * angle) * z0 / norm0 + torch.sin(t * angle) * z1 / norm1
    return ((1 - t) * norm0 + t * norm1) * direction / torch.sin(angle)
    ### END SOLUTION

# %%
slerp = check(slerp)

# %% [markdown]
# ### From a 1 to a 9
#
# Later you can change the β of the digits' VAE, run the cells from there down to section 9 again, and compare.

# %% slide_type="slide"
def typical(digit: int) -> int:
    """The test digit whose code is closest to the mean code of its class."""
    mine = (test.labels == digit).nonzero()[:, 0]
    return int(mine[(digit_codes[mine] - digit_codes[mine].mean(0)).norm(dim=1).argmin()])

one, nine = digit_codes[typical(1)], digit_codes[typical(9)]
paths = {"straight": interpolate(one, nine, 10), "arc": slerp(one, nine, 10)}
show(plots.image_rows({name: digit_pictures(path) for name, path in paths.items()}, title="From a 1 to a 9: straight and on an arc look alike"),
     alt="Two rows of ten digits from a 1 to a 9, on a straight line and on an arc. In both the strokes bend from one to the other, through shapes that are neither")

# %% [markdown] slide_type="notes"
# Two walks between the same ends, straight and on an arc. Ask for the difference in the middle: there is hardly any to see, with one pair. That is the point of the next slide, which walks between three hundred. Ask what shape the room sees at step five, and whether it is a digit. What goes wrong: a smooth walk is taken as evidence of meaning. Any continuous decoder gives one.

# %% slide_type="slide"
def many_paths(way, codes: Tensor, pairs: int = 300, steps: int = 9) -> Tensor:
    """Paths between random pairs of codes (N, K): (steps, pairs, K)."""
    return torch.stack([way(a, b, steps) for a, b in zip(codes[:pairs], codes[pairs : 2 * pairs])], dim=1)

def gray(images: Tensor) -> float:
    """Share of pixels that are neither white (below 0.1) nor black (above 0.9)."""
    return ((images > 0.1) & (images < 0.9)).float().mean().item()

real = digits.float(device)[:2000].flatten(1).cpu()  # training digits; the paths go between test digits
fig, axes = plots.canvas(width=10, height=3.7, cols=3)
walked = {}
for name, way, color, style in (("straight", interpolate, plots.ACCENT, "--"), ("arc", slerp, plots.HOUSE, "-")):
    path = many_paths(way, digit_codes)  # (9, 300, 16)
    images = [digit_pictures(part) for part in path]
    walked[name] = {"length of the code": path.norm(dim=2).mean(1).tolist(), "share of gray pixels": [gray(part) for part in images],
                    "distance to the nearest real digit": [torch.cdist(part.flatten(1), real).amin(1).mean().item() for part in images]}
    for ax, (what, values) in zip(axes, walked[name].items()):
        ax.plot(torch.linspace(0, 1, 9), values, color=color, ls=style, marker="o", ms=4, label=name)
        ax.set(xlabel="t", ylabel=what)
for ax in axes:
    ax.set_ylim(0, None)
axes[0].legend()
plots.set_finding(fig, "An arc keeps the code's length and gets no grayer; both paths leave the real digits")
show(fig, alt="Three panels over t from 0 to 1, for straight lines and arcs. The code's length sags on straight lines and stays level on arcs; the share of gray pixels rises on "
              "straight lines only; the distance to the nearest real digit rises halfway for both, a little more on arcs")

# %% [markdown] slide_type="notes"
# Three hundred pairs. Left: a straight line cuts through the shell in which draws of N(0, I) lie, and the length sags; the arc keeps it. Middle: shorter codes are grayer, for the decoder averages. Right: halfway both are farther from any real digit, the arc a little more so. Ask which panel papers show. What goes wrong: "slerp stays on the manifold". It stays on a sphere, and digits don't live on one.

# %% [markdown]
# Codes of digits are about as long as draws from the prior, 4. The straight line dips inside that shell, and what is drawn there is grayer: a code near 0 is about as close to the codes of many different digits, and the decoder averages over them. The arc keeps the length, and its digits are no grayer. It doesn't know where digits are, though: halfway both paths are further from every real digit
# than at their ends, and the arc is a little further than the straight line.

# %% tags=["solution"]
length, grays, nearest = ({name: torch.tensor(part[key]) for name, part in walked.items()} for key in walked["arc"])
assert length["straight"][4] < 0.85 * length["straight"][0] and (length["arc"] / length["arc"][0] - 1).abs().max() < 0.1
assert grays["straight"][4] - grays["straight"][0] > 3 * (grays["arc"][4] - grays["arc"][0]).abs()
assert all(row[4] > 1.03 * row[0] for row in nearest.values()) and nearest["arc"][4] > nearest["straight"][4]

# %% [markdown]
# ### Face to face
#
# The same for faces. The last row needs no code: it shows the faces whose *factors* lie in between.

# %% slide_type="slide"
ends = [(v_test - torch.tensor(goal)).square().sum(1).argmin().item() for goal in ((0.1, 0.9, 0.2, 0.2), (0.9, 0.1, 0.7, 0.8))]
rows = {f"{name}, β = {beta}": to_pictures(faces[beta].decode(way(codes[beta][ends[0]], codes[beta][ends[1]], 8)))
        for beta in faces for name, way in (("straight", interpolate), ("arc", slerp))}
rows |= {"true factors": close_ups(interpolate(factors[TRAIN + ends[0]], factors[TRAIN + ends[1]], 8))}
show(plots.image_rows(rows, title="Halfway between two codes there may be no face"),
     alt="Five rows of eight faces between a smiling light face turned left and a serious darker one turned right: straight and on an arc at beta 1 and at beta 8, with pictures that are no faces in the middle, "
         "and last the faces with the factors in between, all of them clear")

# %% [markdown] slide_type="notes"
# The last row needs no code: its faces have the factors in between. Ask the room to compare the middle columns with it. Halfway one sees doubled heads and smears, at either β, straight or on an arc. So the faces in between exist, and the walk misses them. What goes wrong: people look for the better of the two walks. Both leave the curved sheet on which the codes of faces lie.

# %% [markdown] slide_type="slide" only="slides"
# ## How far from any face is halfway?
#
# Squared distance to the face with the factors that the reader reads, sixty walks each.

# %% slide_type="fragment"
halfway = {}
for beta, model in faces.items():
    for name, way in (("straight", interpolate), ("arc", slerp)):
        path = model.decode(many_paths(way, codes[beta], 40, 3))
        halfway[beta, name] = [off(part).mean().item() for part in (path[0], path[1])]
rows = {f"β = {beta}, {name}": [f"{value:.1f}" for value in values] for (beta, name), values in halfway.items()}
fig = plots.score_table(rows, ["at the ends", "halfway"], marked={(name, "halfway") for name in rows}, title="Both walks end at faces and lead through none")
show(fig, alt="Squared distance to a face that exists, at the ends and halfway. " + "; ".join(f"{name}: {', '.join(values)}" for name, values in rows.items()))
assert all(middle > 5 * end for end, middle in halfway.values()) and all(halfway[beta, "arc"][1] < halfway[beta, "straight"][1] for beta in faces)

# %% [markdown] slide_type="notes"
# Ask for a guess first: twice as far, ten times? The ends are about 1 away, halfway is 20 to 47. The arc is closer in both models, and was with a second seed; how much closer varies, and both are far off. Say where an interpolation is safe: where the model was trained to make it so. What goes wrong: a walk is chosen by looking at the ten pictures that came out well.

# %% [markdown]
# Halfway, both paths are many times as far from any face as at their ends. The arc stays closer to the faces here; how much closer changes with model and seed, and both are far off. The faces in between exist, and the last row has them all. The codes of faces lie on a curved sheet in six dimensions. A straight line leaves it, and so does an arc, which follows a sphere and not that sheet.

# %% [markdown]
# ## 9 · Arithmetic on codes
#
# Third use: add and subtract. Take the mean code of smiling faces minus the mean code of serious ones. Is that difference *the smile*? Add it to a face and see.
#
# ### Exercise 8.15 · The smile vector
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# `z` (N, K) are codes, `smile` (N,) says how much each face smiles, from 0 to 1. Return the mean code of the faces above 0.7 minus the mean code of those below 0.3.

# %%
def smile_vector(z: Tensor, smile: Tensor) -> Tensor:
    """From serious codes to smiling ones, (K,): mean code with smile above 0.7 minus mean code below 0.3."""
    ### BEGIN SOLUTION
    return z[smile > 0.7].mean(0) - z[smile < 0.3].mean(0)
    ### END SOLUTION

# %%
smile_vector = check(smile_vector)

# %%
predict("08.arithmetic")

# %%
serious = (v_test[:, 1] < 0.3).nonzero()[:, 0]
amounts = (0, 0.5, 1, 1.5, 2, 3, 4)
vectors = {beta: smile_vector(model.encode(x_train)[0].detach(), v[:TRAIN, 1]) for beta, model in faces.items()}  # (6,) each
for beta, vector in vectors.items():
    largest = vector.abs().max() / vector.norm()
    print(f"β = {beta}: smile vector " + " ".join(f"{value:5.2f}" for value in vector.tolist()) + f"   {largest:.0%} of its length lies in one latent")

# %% slide_type="slide"
rows = {f"β = {beta}, face {n + 1}": to_pictures(faces[beta].decode(torch.stack([codes[beta][serious[n]] + a * vectors[beta] for a in amounts])))
        for beta in faces for n in (0, 1)}
fig = plots.image_rows(rows, title="Add the smile vector once, and a face smiles; four times, and it tears")
width = fig.axes[0].images[0].get_array().shape[1] / len(amounts)
fig.axes[0].set_xticks([width * (at + 0.5) for at in range(len(amounts))], [f"{amount} ×" for amount in amounts])
show(fig, alt="Four rows of seven faces. Adding the vector once makes each face smile, with some blur or a doubled mouth in places; adding it three or four times tears the mouth and blurs the face")

# %% [markdown] slide_type="notes"
# Mean code of smiling faces minus mean code of serious ones, added once to four times. Read each row up to 1×: it smiles, with some blur. Ask what should happen at 4×, and what does: the mouth tears. It works at β = 1 too, where several latents share the smile, for a direction can mean something where no axis does. What goes wrong: it is called arithmetic on meaning; it is a difference of two averages.

# %%
@torch.no_grad()
def added(beta: int, amount: float) -> tuple[Tensor, Tensor, float]:
    """Serious faces plus the smile vector: how far each factor is moved (4,), which smile is read, and how far off the faces are."""
    z = codes[beta][serious[:24]]
    before, after = faces[beta].decode(z), faces[beta].decode(z + amount * vectors[beta])
    return (reader(after) - reader(before)).abs().mean(0), reader(after)[:, 1].mean(), off(after).mean().item()

sums = {beta: [added(beta, amount) for amount in amounts] for beta in faces}
for beta, rows in sums.items():
    print(f"β = {beta}: moved" + "".join(f"{name:>8s}" for name in NAMES) + "   smile read   off")
    for amount, (shift, smile, distance) in zip(amounts, rows):
        print(f"  + {amount:3.1f} times" + "".join(f"{value:8.2f}" for value in shift.tolist()) + f"{smile:13.2f}{distance:6.1f}")

# %% slide_type="slide" tags=["plot"]
fig, (left, right) = plots.canvas(width=10, height=3.9, cols=2)
for (beta, rows), color, style in zip(sums.items(), (plots.ACCENT, plots.HOUSE), ("--", "-")):
    left.plot(amounts, [smile for _, smile, _ in rows], color=color, ls=style, marker="o", label=f"β = {beta}")
    right.plot(amounts, [distance for *_, distance in rows], color=color, ls=style, marker="o", label=f"β = {beta}")
left.axhspan(0, 1, color=plots.QUIET, alpha=0.12, lw=0, label="smiles that exist")
left.set(xlabel="times the smile vector", ylabel="smile that is read")
right.set(xlabel="times the smile vector", ylabel="distance to a face, squared", ylim=(0, None))
left.legend()
plots.set_finding(fig, "Add more: the smile that is read leaves its range, and the pictures are no faces any more")
show(fig, alt="Left, the smile that is read, over the amount added: nearly a straight line, which leaves the range of smiles somewhere between one vector and two and a half. "
              "Right, how far the pictures are from faces that exist: rising from the start, and more and more steeply")

# %% [markdown] slide_type="notes"
# Left: the smile that is read grows nearly as a straight line and leaves the band of smiles that exist. Right: the pictures get farther from faces from the first vector on, and ever more steeply. Ask what tells the sum to stop: nothing. A class exercise in two lines: dark minus light skin. What goes wrong: the reader's number is believed beyond its training. It says 2.7 of a smile, and there is no such face.

# %% [markdown]
# In the *readings*, one vector moves the smile by about half of its range or more, and the other factors by little. It does so at β = 1, too, where several latents share the smile: head, skin and light are alike in both means, and cancel. **A direction can mean something where no axis does.** Whether it
# lies along one latent changes with the seed, at either β. The *pictures* get worse from the first vector on: they are several times as far from a face as before, by a blur or a doubled mouth.
#
# The column "smile read" passes 1, the end of the range, somewhere between one vector and two and a half. Nothing stops the sum there. The readings go on growing, past any smile that exists, and the pictures are further and further from faces. The smile vector is an average over faces; it doesn't know where the range ends, nor which face it
# is added to.

# %% tags=["solution"]
for rows in sums.values():
    (_, _, near), (once, _, distance), (_, last, far) = rows[0], rows[2], rows[6]
    assert once[1] > 0.3 and once[[0, 2, 3]].max() < 0.15 and distance > 2 * near and far > 3 * distance and last > 1.3

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Move one latent, hold the others, and *measure* what moves.
# - β is the price of a nat, the same for every factor; those that change few pixels are dropped first.
# - A factorized prior doesn't make codes independent.
# - A direction may mean something where no axis does.
# - "Disentangled" needs a list of factors.
#
# **Next:** a latent that knows something about skin or light also knows who is rare in the data.

# %% [markdown] slide_type="notes"
# Go back to the word with the question mark on the board. Ask what one may say without factors: latent 4 moves what I call the smile, on these faces, by this much. And what not: the code is disentangled. Let somebody tie each line to its figure. Close with notebook 09, where a latent is put to use. What goes wrong: the hour is remembered as "β doesn't work". It does what its price says.

# %% [markdown]
# ## Review
#
# ### Exercise 8.16 · When a smile that stays counts
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Somebody shows a model with β = 100. They turn the head's latent: the head turns, and the smile stays. (Ours did not stay.) What else do you have to know before you call that a success?
#
# - **a** That the smile is in the code at all.
# - **b** That the rate is as small as it should be.
# - **c** That the latent is N(0, 1) over all faces.
# - **d** That the loss is lower than it was at β = 1.

# %%
### BEGIN SOLUTION
answers["8.16"] = "a"
### END SOLUTION

# %%
check(answers, "8.16")

# %% [markdown]
# ### Exercise 8.17 · Whom a larger β hits first
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# β goes up. Which factor is dropped first?
#
# - **a** The one that means least to the people who look at the faces.
# - **b** The one with the smallest entropy, since it has least to lose.
# - **c** The one that shares its latent with another factor of the face.
# - **d** The one that saves the least distortion for each nat of rate.

# %%
### BEGIN SOLUTION
answers["8.17"] = "d"
### END SOLUTION

# %%
check(answers, "8.17")

# %% [markdown]
# ### Exercise 8.18 · The floor of a mutual information
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# A latent shows 0.036 of the smile's entropy; with shuffled smiles it shows 0.037. What does it know about the smile?
#
# - **a** Nothing that this table could show.
# - **b** 3.6 % of it.
# - **c** Less than nothing: −0.1 % of its entropy.
# - **d** All of it, hidden by the way it is coded.

# %%
### BEGIN SOLUTION
answers["8.18"] = "a"
### END SOLUTION

# %%
check(answers, "8.18")

# %% [markdown]
# ### Exercise 8.19 · The factorized prior
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# "The prior is diagonal, so the latents are independent." What is wrong?
#
# - **a** Nothing: the KL of every face to this prior is kept as small as it can be in training.
# - **b** It holds for draws from the prior; the codes of data may depend on each other.
# - **c** The prior isn't diagonal any more once the encoder has been trained.
# - **d** It holds for the codes of data, and not for draws from the prior.

# %%
### BEGIN SOLUTION
answers["8.19"] = "b"
### END SOLUTION

# %%
check(answers, "8.19")

# %% [markdown]
# ### Exercise 8.20 · Turning the code
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# You turn all codes by a rotation, and let the decoder turn them back. What changes?
#
# - **a** What single latents mean, and nothing about the faces.
# - **b** The pictures that are decoded from draws of the prior.
# - **c** The likelihood that the model gives to the data it has seen.
# - **d** How much the whole code knows about a picture.

# %%
### BEGIN SOLUTION
answers["8.20"] = "a"
### END SOLUTION

# %%
check(answers, "8.20")

# %% [markdown]
# ### Exercise 8.21 · A direction that is no axis
# Difficulty ●●● · importance ●●● · 4 minutes
#
# At β = 1 several latents move the smile, and adding the smile vector changes the smile and little else. How can that be?
#
# - **a** The reader is fooled: the smiles that it reads aren't in the pictures.
# - **b** What both means share cancels, and a direction need not lie along an axis.
# - **c** The smile vector is one of the latents, and the others don't matter.
# - **d** At β = 1 the code is a copy of the pixels, so that sums of codes are sums of faces.

# %%
### BEGIN SOLUTION
answers["8.21"] = "b"
### END SOLUTION

# %%
check(answers, "8.21")

# %%
progress("08")

# %% [markdown]
# **Next:** notebook 09 asks who is rare in the data, and uses a latent code to find out.
