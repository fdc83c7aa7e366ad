# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Image translation
#   minutes: 150
#   picture: black_or_blond
# ---

# %% [markdown] slide_type="slide"
# # Image translation: paired, unpaired, speech
#
# A face with its hair in gray. Was it black or blond? And what does a network paint if it must answer?

# %% [markdown] slide_type="notes"
# About 150 minutes with all exercises, 60 if you only present. Show the first picture and let the room vote on one gray face: nobody can know. Then ask what a network trained on such pairs should answer. Keep the votes for the slide with three losses. If time is short keep that slide, the two clouds, the faces with inverted skin and the vowels. What goes wrong: people say that L1 averages.

# %% [markdown]
# About 150 minutes; sections 1 to 4 are a good first sitting. You need the losses and the training step of a GAN (notebook 06), conditional models (notebook 10) and the U-Net (notebook 14).
#
# **Image translation** makes one picture from another: a photograph from a map, night from day, color from gray. There are two cases. *Paired*: for each input the right answer is known. *Unpaired*: there are two heaps of pictures, and nobody knows which belongs to which. At the end you can
#
# 1. say what a network paints where many answers are right: under L2, under L1, and under a conditional GAN;
# 2. write the losses of pix2pix and of CycleGAN, and compute how many pixels one output of a patch discriminator sees;
# 3. say when a discriminator makes a translation *less* accurate;
# 4. build a wrong translation whose way back works: of points, of faces, and of a voice that you hear;
# 5. measure what a cycle loss can't see.

# %% tags=["setup"]
# setup

# %%
from functools import cache
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data.faces import draw_faces, render_faces
from course_utils.data.measured import measured
from course_utils.data.vowels import BINS, HIGHER_FORMANTS, RATE, VOWELS, draw_vowels, find_formants, in_voice_b, loudness, name_vowel, sing, spectrogram
from course_utils.device import pick_device, set_seed
from course_utils.display import Sound, emit
from course_utils.models.translation import PatchDiscriminator, UNet
from course_utils.training import adam, fit

plots.use_style()
device = pick_device()
answers = answer_sheet("15")
SEED = 0  # data and models follow from it; change it, run all, and see what stays

# %% [markdown]
# ## 1 · One input, many answers
#
# The faces of this course are drawn, so the same face can be drawn twice: with black hair and with blond hair. The input shows the hair in gray, the same gray for both. All pictures here have 16 × 16 pixels, so that training takes seconds.

# %%
@cache  # the second task has the same faces as the first
def bright_faces(n: int, split: str) -> dict[str, Tensor]:
    """Factors (n,) of faces in a bright light, with some hair, of skin shades 1 to 5 (on darker skin, blond turns auburn)."""
    factors = dict(draw_faces(n, split, seed=SEED).factors)
    changed = {"skin_tone": (factors["skin_tone"] + 1) // 2, "light_strength": 0.5 + factors["light_strength"] / 2}
    return factors | changed | {"hair_length": 0.2 + 0.8 * factors["hair_length"]}

def half(x: Tensor) -> Tensor:
    """Pictures with half the side length."""
    return F.avg_pool2d(x, 2)

def hair_faces(n: int, split: str) -> tuple[Tensor, ...]:
    """Faces with gray, black and blond hair (n, 3, 16, 16), and a mask of the hair (n, 1, 16, 16)."""
    factors = bright_faces(n, split)
    black, between, blond = (half(render_faces(**factors | {"hair_color": torch.tensor(color)})) for color in (0.0, 0.5, 1.0))
    hair = ((blond - black).abs().amax(1, keepdim=True) > 0.02).float()
    gray = torch.where(hair > 0, between.mean(1, keepdim=True), black)
    return tuple(t.to(device) for t in (gray, black, blond, hair))

gray, black, blond, hair = hair_faces(600, "train")
test_gray, test_black, test_blond, test_hair = hair_faces(200, "test")

# %% slide_type="slide"
rows = {"input": test_gray[:8], "black": test_black[:8], "blond": test_blond[:8]}
show(plots.image_rows(rows, title="One gray picture, two right answers"),
     alt="Three rows of eight drawn faces. In the first row their hair is gray, in the second the same faces have black hair, in the third blond hair")

# %% [markdown] slide_type="notes"
# Go back to the vote of the first slide: black or blond? The two lower rows are faces of the same people, so the input can't decide between them. Seven of ten faces in the training set are blond. Ask which single answer one should give, and how an answer is scored: with which loss. What goes wrong: people look for a hint in the picture; there is none.

# %% [markdown]
# Nothing in the first row says which of the other two is the true one. In the training set 70 % of the faces are blond, at random. What is the best answer, if each input gets a single one?
#
# That depends on how wrong answers are counted. Take one pixel, with brightness 0 (black) or 1 (blond), and look for the constant with the least mean loss.
#
# ### Exercise 15.1 · The best constant
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# `values` (N,) are the answers that occur; `loss` is "l1", the mean of |value − c|, or "l2", the mean of (value − c)². Return the c for which that mean is least. For "l1", think of moving c up by a little: which values does it come nearer to, and from which does it move away? (With an even number of values any c between the middle two will do.)

# %%
def best_constant(values: Tensor, loss: str) -> float:
    """The constant with the least mean loss, "l1" or "l2", against values (N,)."""
    # "l1": as many values above it as below it; "l2": distances above and below add up to the same
    ### BEGIN SOLUTION
    return (values.median() if loss == "l1" else values.mean()).item()
    ### END SOLUTION

# %%
best_constant = check(best_constant)

# %% [markdown] slide_type="slide" only="slides"
# ## L1 takes the median, L2 the mean

# %% slide_type="-"
shares = torch.linspace(0, 1, 101)
answers_at = [(torch.arange(101) < round(101 * float(share))).float() for share in shares]
fig = plots.curves(shares, {loss.upper(): [best_constant(values, loss) for values in answers_at] for loss in ("l1", "l2")}, "share of blond among the answers", "best constant (0 black, 1 blond)", "The mean follows the share; the median jumps at one half")
for line in fig.axes[0].lines:
    line.set_marker("")
fig.axes[0].legend(loc="upper left", handlelength=2.6)  # now without markers
show(fig, alt="Best constant against the share of blond answers. Under L2 it is a straight line from 0 to 1. Under L1 it is 0 below a share of one half and 1 above it")

# %% [markdown]
# Under L2 the best answer at 70 % is a brown that occurs nowhere. Under L1 it is plain blond: the **median** of 70 ones and 30 zeros is 1. You will read that "L1 blurs less than L2, but also averages". It doesn't average. At exactly one half it doesn't decide either: every constant from 0 to 1 has the same mean loss.

# %% [markdown] slide_type="notes"
# Draw ten values on the board, seven ones and three zeros, and move a ruler: each step to the right brings it nearer to seven values and away from three, so L1 runs to the end. For L2 far values weigh more, so it stops at 0.7. Ask what happens at exactly one half: under L1 every constant is equally good. What goes wrong: people remember that L1 is an average.

# %% [markdown]
# ## 2 · Three networks, three answers
#
# Now a network paints whole pictures. Every training face occurs once, with one answer. But nothing in the input predicts that answer, so a network that doesn't memorize the faces can only paint what has the least mean loss, as a constant does. How would you measure that the hair in a picture is between black and blond?
#
# ### Exercise 15.2 · In between
# Difficulty ●●○ · importance ●●○ · 10 minutes
#
# `y`, `low` and `high` are (N, 3, H, W): what the network painted, and the same faces in black and in blond. `mask` (N, 1, H, W) is 1 on the hair. Take the mean of each picture over its mask. How far is `y`'s mean on the way from `low`'s mean to `high`'s? 0 is black, 1 is blond. Return the share of pictures that are more than ¼ and less than ¾ of the way. For example, means of 0.2 (low), 0.6 (high) and 0.3 (y) are ¼ of the way, so that picture doesn't count.

# %%
def share_between(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> float:
    """Share of pictures y (N, C, H, W) strictly between ¼ and ¾ of the way from low's to high's mean over the mask."""
    # 1. the mean over the mask (N, 1, H, W) of each picture: (N,), for y, low and high
    # 2. how far along the way y is, (N,)
    # 3. the share with more than ¼ and less than ¾
    ### BEGIN SOLUTION
    at, start, end = ((t * mask).flatten(1).sum(1) for t in (y, low, high))  # (N,); dividing by the pixels would cancel
    way = (at - start) / (end - start)
    return ((way > 0.25) & (way < 0.75)).float().mean().item()
    ### END SOLUTION

# %%
share_between = check(share_between)

# %% [markdown]
# The network is a **U-Net**, as in notebook 14: it halves the picture's sides and doubles them again, and bridges carry each level's details across. The drawing shows notebook 14's. Ours halves three times, has no time $t$, and both input and output are pictures. It is *residual*: it begins by returning its input, and learns what to change. Besides the gray picture it gets two more channels: one says where the hair is, and one is noise, from which it could pick an answer at random.

# %% [markdown] slide_type="slide" only="slides"
# ## A U-Net keeps the details

# %% slide_type="-"
show(diagram("unet"))

# %% [markdown] slide_type="notes"
# Say what differs from the drawing: no t, three levels, a picture at both ends. Ask what would get lost without the bridges: where each edge is exactly. Ask what the bottom is for: it sees the whole face. What goes wrong: with the input carried across, copying is easy, and that decides a lot in the second half of this lesson.

# %% [markdown]
# ### Exercise 15.3 · A small majority
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# In another training set 55 % have black hair and 45 % blond hair. A network is trained with L1 until it paints as well as it can without memorizing faces. What does it paint on test pictures?
#
# - **a** Black on 55 % of the pictures, blond on the others.
# - **b** Black on every picture.
# - **c** A brown nearer to black than to blond, on every picture.
# - **d** A blurred mixture, since the network is unsure.

# %%
### BEGIN SOLUTION
answers["15.3"] = "b"
### END SOLUTION

# %%
check(answers, "15.3")

# %% [markdown]
# ### pix2pix: pairs, and a discriminator that judges patches
#
# Is there a loss that likes neither the mean nor the median? A discriminator is one: brown hair that occurs nowhere looks false. **pix2pix** (Isola et al., 2017) is a conditional GAN whose condition is the input picture: $D(x, y)$ sees input and answer side by side, and says whether they are a real pair. To this it adds the L1 distance from the known answer (a bar is a mean, over all logits or all numbers of the pictures):
#
# $$\mathcal L_G = \overline{-\log D\big(x, G(x)\big)} + \lambda\,\overline{\lvert G(x) - y\rvert} .$$
#
# Its $D$ returns no single number but a *map* of logits. Each logit judges a patch; what lies outside of it doesn't count. L1 already takes care of the large shapes, and patches are enough for what L1 gets wrong: edges, grain, color.
#
# ### Exercise 15.4 · How much does one logit see?
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# `layers` are the convolutions from input to output, each as (kernel, stride), such as `[(4, 2), (3, 1)]`. Return the side of the square of pixels that one output sees (without regard to the picture's edge). Go backward: one output is 1 wide. In the example it sees 3 outputs of the layer below, and three neighbors there see 2 strides of 2 plus one kernel of 4, so 8 pixels.

# %% [markdown] slide_type="slide" only="slides"
# ## pix2pix: D sees question and answer side by side
#
# $$\mathcal L_G = \overline{-\log D\big(x, G(x)\big)} + \lambda\,\overline{\lvert G(x) - y\rvert}$$
#
# A bar is a mean. $D$ returns a map: each logit judges a patch.
#
# | the layers of D in | one logit sees |
# |---|---|
# | pix2pix, 256 × 256 | 70 × 70 |
# | ours, 16 × 16 | 22 × 22, nearly everything |

# %% [markdown] slide_type="notes"
# Say: without x beside it, D could only ask whether the answer looks like a face, and not whether it is this one. Then the patches: L1 takes care of large shapes, so D may look at small pieces. Compute 70 on the board, backward from the output. Ask why our D judges no small patches: what one logit sees is larger than the picture.

# %%
def patch_receptive_field(layers: list[tuple[int, int]]) -> int:
    """Side in pixels of what one output sees, for layers (kernel, stride) from input to output."""
    # 1. begin with a side of 1, at the output
    # 2. for each layer, the last one first: a row of `side` neighbors sees (side − 1) strides plus one kernel
    ### BEGIN SOLUTION
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side
    ### END SOLUTION

# %%
patch_receptive_field = check(patch_receptive_field)

# %% tags=["nbval-check-output"]
print("pix2pix, on pictures of 256 × 256:", patch_receptive_field([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)]), "pixels")
print("ours, on faces of 16 × 16:        ", patch_receptive_field(list(PatchDiscriminator.layers)), "pixels")
#> pix2pix, on pictures of 256 × 256: 70 pixels
#> ours, on faces of 16 × 16:         22 pixels

# %% [markdown]
# So at our size a patch is larger than the picture: the nine logits of our map are nine opinions on nearly the whole. On a picture of 256 pixels, 70 is a quarter of the side.
#
# ### Exercise 15.5 · D's loss on pairs
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `d(x, y)` gives a map of logits (N, 1, h, w). The two halves are those of notebook 06, $-\log D$ for real pairs and $-\log(1 - D)$ for fake ones, each a mean over all logits, patches and pictures alike. `y_fake` comes from the generator with its graph: make sure that D's loss sends no gradient back into it. `F.softplus(t)` is $-\log\mathrm{sigmoid}(-t)$.

# %%
def discriminator_pair_loss(d: nn.Module, x: Tensor, y_real: Tensor, y_fake: Tensor) -> Tensor:
    """−log D(x, y_real) − log(1 − D(x, y_fake)), means over logits, fakes detached: a scalar. Isola et al., 2017, eq. 1."""
    # 1. real pairs: the map d(x, y_real), softplus of minus each logit, the mean
    # 2. fake pairs: y_fake detached, softplus of each logit, the mean
    ### BEGIN SOLUTION
    return F.softplus(-d(x, y_real)).mean() + F.softplus(d(x, y_fake.detach())).mean()
    ### END SOLUTION

# %%
discriminator_pair_loss = check(discriminator_pair_loss)

# %% [markdown]
# ### Exercise 15.6 · The generator's loss
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `fake_logits` is the map that D gave for the fake pairs. The first term is $-\log D$, a mean over all logits. Add the L1 distance, a mean over all numbers of the pictures, times `l1_weight`.

# %%
def pix2pix_loss(fake_logits: Tensor, y_fake: Tensor, y_real: Tensor, l1_weight: float) -> Tensor:
    """mean softplus(−logits) + l1_weight · mean |y_fake − y_real|: a scalar. Isola et al., 2017, eq. 4."""
    ### BEGIN SOLUTION
    return F.softplus(-fake_logits).mean() + l1_weight * (y_fake - y_real).abs().mean()
    ### END SOLUTION

# %%
pix2pix_loss = check(pix2pix_loss)

# %% [markdown]
# Both together make a training step. Read it: $D$ first, on detached fakes, then $G$.

# %%
def descend(loss: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
    """One step down this loss, which is returned."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()

def train_paired(x: Tensor, y: Tensor, goal: str, epochs: int, l1_weight: float = 10.0, judge_lr: float = 1e-3, lr: float = 4e-3) -> UNet:
    """A U-Net trained on pairs x (N, C, 16, 16), y (N, 3, 16, 16) with the goal "L2", "L1", or "L1 and D"."""
    set_seed(SEED)
    g, d = UNet(x.shape[1] + 1, 3, residual=True).to(device), PatchDiscriminator(x.shape[1] + 3).to(device)
    rates = [(adam(net.parameters(), rate, betas=(0.5, 0.99)), rate) for net, rate in ((g, lr), (d, judge_lr))]
    (opt_g, _), (opt_d, _) = rates
    steps = epochs * -(-len(x) // 16)

    def step(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        for optimizer, rate in rates:
            optimizer.param_groups[0]["lr"] -= rate / steps  # down to 0
        y_fake = g(with_noise(x))
        if goal == "L1 and D":
            descend(discriminator_pair_loss(d, x, y, y_fake), opt_d)
            loss = pix2pix_loss(d(x, y_fake), y_fake, y, l1_weight)
        else:
            loss = (y_fake - y).abs().mean() if goal == "L1" else (y_fake - y).square().mean()
        return {"g_loss": descend(loss, opt_g)}

    fit(step, (x, y), epochs=epochs, batch_size=16, seed=SEED)
    return g

def with_noise(x: Tensor) -> Tensor:
    """Pictures (N, C, H, W) and a channel of noise: (N, C + 1, H, W)."""
    return torch.cat([x, torch.randn_like(x[:, :1])], 1)

# %%
predict("15.l1")

# %%
is_blond = torch.rand(len(gray), generator=Generator().manual_seed(SEED)).to(device) < 0.7
answer = torch.where(is_blond[:, None, None, None], blond, black)
question, test_question = torch.cat([gray, hair], 1), torch.cat([test_gray, test_hair], 1)  # (N, 4, 16, 16)
painters = {goal: train_paired(question, answer, goal, epochs=12) for goal in ("L2", "L1", "L1 and D")}
with torch.no_grad():
    painted = {goal: g(with_noise(test_question)).clamp(0, 1) for goal, g in painters.items()}

# %% slide_type="slide"
rows = {"input": test_gray[:8]} | {goal: images[:8] for goal, images in painted.items()}
show(plots.image_rows(rows, title="Seven of ten are blond: L1 paints all blond, L2 brown"),
     alt="Four rows of eight faces: the input with gray hair; under L2 all hair is light brown; under L1, and under L1 with D, it is blond on every face")

# %%
def way(y: Tensor) -> Tensor:
    """How far the hair of test pictures y is from black (0) to blond (1): (N,)."""
    at, start, end = ((t * test_hair).flatten(1).sum(1) for t in (y, test_black, test_blond))
    return (at - start) / (end - start)

for goal, images in painted.items():
    between = share_between(images, test_black, test_blond, test_hair)
    print(f"{goal:10s} in between {between:.2f}   nearer to blond {(way(images) > 0.5).float().mean():.2f}")

# %% [markdown]
# Under L2 most pictures lie between black and blond (the mean, 0.7 of the way, is close to the bound of ¾). Under L1 none does, and all are blond: the median. Three seeds, from the benchmark:

# %%
for row in measured("translation_hair", blond=0.7):
    print(f"{row['goal']:9s} seed {row['seed']}: in between {row['between']}   nearer to blond {row['nearer to blond']}   sd over noises {row['noise']}")

# %% [markdown] slide_type="notes"
# Seven of ten training faces are blond. Compare with the votes: L2 paints the mean, a brown that occurs nowhere; L1 paints the median, all blond, in every seed. L1 with D, the conditional GAN, paints all blond too. So it picks an answer, and not with the right frequency. Ask which of the three tells you how unsure it is: only L2's brown does, in its way. What goes wrong: a sharp picture is taken for a sure one.

# %% [markdown]
# With $D$ all are blond as well: the share is 1, and in the data it is 0.7. So pix2pix picks *one* of the right answers here, sharply, and doesn't reproduce the frequency. Is the L1 term in its loss, with weight 10, the reason? Not for the choice: $D$ alone paints every face nearer to blond, too. But $D$ alone is less sharp: in two of three seeds many faces, 39 and 61 %, are in between, a brown. With L1 beside $D$, at most 5 % are. So in two of three seeds it is L1 that makes the answer sharp. Could it pick at random? It was given a channel of noise for that.

# %% [markdown] slide_type="slide" only="slides"
# ## A channel of noise goes in: what comes out?
#
# All three networks were given one, from which they could pick an answer at random.

# %% [markdown] slide_type="fragment" only="slides"
# | seed | L1 and D: share of blond | sd over ten noises |
# |---|---|---|
# | 0 | 1.00 | 0.002 |
# | 1 | 1.00 | 0.002 |
# | 2 | 1.00 | 0.001 |
#
# Noise that no loss asks for is ignored: $D$ sees one picture at a time, never ten answers to one input.

# %% [markdown] slide_type="notes"
# Let the room predict first: ten noises for one face, how many hair colors? Then show the table. All faces are blond, where the data have seven of ten, and ten noises give one picture. Ask which term would have to be added, and lead back to notebook 10, whose VAE has a term for its code in the loss. What goes wrong: people take noise in the input for a proof that a model samples.

# %%
predict("15.noise")

# %%
with torch.no_grad():
    draws = torch.stack([painters["L1 and D"](with_noise(test_question[:50])) for _ in range(10)])  # (10, 50, 3, 16, 16)
print(f"L1 and D: sd over ten noises {draws.std(0).mean():.4f}, over faces {draws.std(1).mean():.2f}")

# %% [markdown]
# The noise does next to nothing. $D$ judges one picture at a time and never sees that ten noises gave the same one, and L1 makes every answer but the majority's cost more. Without L1 the noise does more, 0.016 to 0.024 in the benchmark, and still far too little to turn black into blond. Notebook 10's conditional VAE does draw: its loss has a term for the code.
#
# ### Exactly half
#
# And if exactly half of the training faces are blond? Then no number is *the* median: every brightness from black's to blond's has the same mean L1. Here L1 trains two networks: one sees the gray hair as before, the other a darker gray, 0.7 times as bright, which is darker than black hair.

# %%
predict("15.half")

# %%
chance = torch.rand(len(gray), generator=Generator().manual_seed(SEED)).to(device)
half_answer = torch.where((chance <= chance.median())[:, None, None, None], blond, black)

def darker(x: Tensor, mask: Tensor) -> Tensor:
    """Pictures with the hair 0.7 times as bright, and the mask (N, 4, 16, 16)."""
    return torch.cat([torch.where(mask > 0, 0.7 * x, x), mask], 1)

undecided = {"L1": (question, test_question), "L1 again": (darker(gray, hair), darker(test_gray, test_hair))}
with_half = {name: train_paired(x, half_answer, "L1", epochs=12) for name, (x, _) in undecided.items()}
with torch.no_grad():
    halfway = {name: g(with_noise(undecided[name][1])).clamp(0, 1) for name, g in with_half.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## At exactly 50 %, L1's answer is an accident

# %% slide_type="-"
rows = {"gray": test_gray[:8], "L1": halfway["L1"][:8], "darker gray": darker(test_gray, test_hair)[:8, :3], "L1 again": halfway["L1 again"][:8]}
show(plots.image_rows(rows, title="Half are blond: where L1 stops depends on where it began"),
     alt="Four rows of eight faces: with gray hair; as L1 paints them, all in one dull brown; with darker gray hair; and as L1 paints those, all in a lighter brown")

# %%
for name, images in halfway.items():
    print(f"{name:9s} mean way {way(images).mean():.2f} (0 black, 1 blond), sd over faces {way(images).std():.2f}, in between {share_between(images, test_black, test_blond, test_hair):.2f}")
for row in measured("translation_hair", blond=0.5):
    print(f"  benchmark, seed {row['seed']}: {row['goal']:15s} in between {row['between']}   way {row['way']} (sd over faces {row['way, sd over faces']})")

# %% [markdown] slide_type="notes"
# Go back to the ruler on the board, with five ones and five zeros: every place between them is equally good. So the loss has no slope there, and the network stops wherever it gets in between. Ask which of the two browns is right: neither occurs in the data. Ask what L2 would do: it takes the mean, from any start. What goes wrong: the brown is read as a considered compromise. It tells where training began.

# %% [markdown]
# At one half, L1 paints all faces in one color in between, and which color depends on the gray that it began from: 0.37 or 0.38 of the way from the first gray, 0.55 or 0.56 from the darker one, in three seeds. As soon as a color lies between black and blond, the gradients of the two kinds cancel, and nothing moves it further. L2 has its least loss at the mean, 0.5, from any start. With $D$, two of three runs paint all faces blond. The third stays in between, a dull brown. $D$ alone leaves nearly all faces in between in all three.
#
# **Tomorrow, with your own model:** ask first whether an input has one right answer. If it has many, don't show one picture as *the* result, however sharp it is.

# %% tags=["solution"]
# What the text claims.
between = {goal: share_between(images, test_black, test_blond, test_hair) for goal, images in painted.items()}
assert between["L2"] > 0.6 and between["L1"] < 0.05 and (way(painted["L1"]) > 0.5).float().mean() > 0.95
assert draws.std(0).mean() < 0.02
assert between["L1 and D"] < 0.1 and (way(painted["L1 and D"]) > 0.5).float().mean() > 0.9
alone = {key: sorted(float(row[key]) for row in measured("translation_hair", blond=0.7, goal="D alone")) for key in ("between", "nearer to blond", "noise")}
assert alone["nearer to blond"] == [1, 1, 1] and alone["between"] == [0.05, 0.39, 0.61] and alone["noise"][0] >= 0.016 and alone["noise"][2] < 0.0245
assert min(float(row["between"]) for row in measured("translation_hair", blond=0.5, goal="D alone")) > 0.9

# %% [markdown]
# ## 3 · One right answer: what does D add?
#
# Now a task with an exact answer: the same face, lit from the other side. All factors are known, so the truth is drawn, not guessed.

# %%
def relit_faces(n: int, split: str) -> tuple[Tensor, Tensor]:
    """Faces lit from the left, and the same lit from the right: (n, 3, 16, 16) each."""
    factors = bright_faces(n, split)
    lit_left, lit_right = (half(render_faces(**factors | {"light_direction": torch.tensor(angle)})) for angle in (-60.0, 60.0))
    return lit_left.to(device), lit_right.to(device)

left, right = relit_faces(600, "train")
test_left, test_right = relit_faces(200, "test")
relighters = {goal: train_paired(left, right, goal, epochs=12, l1_weight=3.0, judge_lr=4e-3) for goal in ("L1", "L1 and D")}

# %% slide_type="slide"
with torch.no_grad():
    relit = {goal: g(with_noise(test_left)).clamp(0, 1) for goal, g in relighters.items()}
rows = {"input": test_left[:8], "truth": test_right[:8]} | {goal: images[:8] for goal, images in relit.items()}
show(plots.image_rows(rows, title="Lit from the other side, with D or without: by eye the same"),
     alt="Four rows of eight faces: lit from the left; truly lit from the right; and relit by the networks trained with L1, and with L1 and D. Both relight every face, and hardly differ by eye")

# %% [markdown] slide_type="fragment" only="slides"
# Mean error: **0.020, 0.018, 0.018** with L1; 0.021, 0.020, 0.022 with L1 and D.

# %%
def contrast(images: Tensor) -> float:
    """Mean difference of neighboring pixels, over that of the truth."""
    made, true = ((x[..., 1:] - x[..., :-1]).abs().mean() for x in (images, test_right))
    return (made / true).item()

for name, images in ({"input": test_left} | relit).items():
    print(f"{name:10s} error {(images - test_right).abs().mean():.3f}   contrast {contrast(images):.2f}")
for row in measured("translation_relight"):
    print(f"  benchmark, seed {row['seed']}: {row['goal']:11s} error {row['error']}   contrast {row['contrast']}")

# %% [markdown]
# In every seed the network trained with L1 alone is closest to the truth. With D the error is 7 to 21 % larger, whether L1's weight $\lambda$ is 3 or 10 (the number in the name of the row). L1 asks for *this* face in the other light; D rewards what looks likely for some face. By eye you would hardly tell them apart, and the contrast of all three is that of the truth, within 2 %. $D$ alone, without L1, has an error of 0.069 to 0.081, not far below the 0.083 to 0.084 of the input left as it is, and a contrast that is too high by 30 to 37 %. So here the accuracy comes from L1, and $D$ adds none.
#
# ### Exercise 15.7 · A picture to be measured
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A hospital evens out the light of its photographs with such a network, and then measures skin color on them. There are many pairs to train with. What do you use?
#
# - **a** L1 with D, so that the pictures look like real photos.
# - **b** D alone, without L1 to hold it back.
# - **c** L2 with D, since two losses see more than one.
# - **d** L1 alone: its error is the smallest.

# %%
### BEGIN SOLUTION
answers["15.7"] = "d"
### END SOLUTION

# %%
check(answers, "15.7")

# %% [markdown] slide_type="notes"
# One right answer: the same face, lit from the right. Which of the two lower rows is closer to the truth? Then show the errors: here D costs accuracy. Ask when you would still take D: for a film, a game, whenever looking right is the aim. What goes wrong: D is taken for an improvement of everything, and its own loss for a measure of success.

# %% [markdown]
# **Tomorrow, with your own model:** train once without D, and report its error beside that with D, on pairs that were held out.

# %% tags=["solution"]
# What the text claims.
assert (relit["L1"] - test_right).abs().mean() < (relit["L1 and D"] - test_right).abs().mean() < (test_left - test_right).abs().mean()
of_relight = {goal: [[float(row[key]) for row in measured("translation_relight", goal=goal)] for key in ("error", "contrast")] for goal in ("input", "L1", "D alone")}
assert min(of_relight["D alone"][0]) > 3 * max(of_relight["L1"][0]) and min(of_relight["D alone"][0]) > 0.068 and max(of_relight["D alone"][0]) < 0.081 < min(of_relight["input"][0]) and min(of_relight["D alone"][1]) > 1.295

# %% [markdown]
# ## 4 · There and back: no pairs
#
# Often there are no pairs. Nobody has photographed the same horse as a zebra. There are two heaps: pictures $a$ of kind A, and pictures $b$ of kind B. **CycleGAN** (Zhu et al., 2017) trains two maps, $g$ from A to B and $f$ from B to A, and two discriminators, one for each kind; from here on they are called *judges*. Each map has to fool the judge of the kind it makes. And each has to undo the other:
#
# $$\mathcal L_\text{cycle} = \overline{\lvert f(g(a)) - a\rvert} + \overline{\lvert g(f(b)) - b\rvert} .$$
#
# In the drawing, A is day, B is night, and the maps are written $G$ and $F$.

# %% [markdown] slide_type="slide" only="slides"
# ## Two maps have to undo each other

# %% slide_type="-"
show(diagram("cycle_gan"))

# %% [markdown] slide_type="notes"
# Say: two heaps, no pairs, two maps, two judges. The judge of night never sees the day picture that a fake came from, so it can't say whether it is the right night. The way back is meant to see to that. Ask what the way back needs: everything about the day must still be in the night. Ask whether that makes the night right. Don't answer yet.

# %% [markdown]
# ### Exercise 15.8 · The cycle loss
# Difficulty ●●○ · importance ●●● · 5 minutes
#
# `g` and `f` are functions of batches, such as `g(a)`. Add both directions, each the mean of the absolute differences.

# %%
def cycle_loss(g: nn.Module, f: nn.Module, a: Tensor, b: Tensor) -> Tensor:
    """mean |f(g(a)) − a| + mean |g(f(b)) − b|: a scalar. Zhu et al., 2017, eq. 2."""
    ### BEGIN SOLUTION
    return (f(g(a)) - a).abs().mean() + (g(f(b)) - b).abs().mean()
    ### END SOLUTION

# %%
cycle_loss = check(cycle_loss)

# %% [markdown]
# ### Exercise 15.9 · What both maps are trained with
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# `d_a` and `d_b` return logits; `d_a` knows real a's, `d_b` real b's. Each map has to fool the judge of the kind it makes, with $-\log D$ as in notebook 06, a mean over the logits. Add `cycle_weight` times your `cycle_loss`.

# %%
def cyclegan_generator_loss(g: nn.Module, f: nn.Module, d_a: nn.Module, d_b: nn.Module, a: Tensor, b: Tensor, cycle_weight: float) -> Tensor:
    """−log D_b(g(a)) − log D_a(f(b)) + cycle_weight · cycle loss: a scalar. Zhu et al., 2017, eq. 3."""
    # 1. which judge sees g(a)? softplus of minus its logits, the mean
    # 2. the same for f(b)
    # 3. plus cycle_weight times the cycle loss
    ### BEGIN SOLUTION
    fooled = F.softplus(-d_b(g(a))).mean() + F.softplus(-d_a(f(b))).mean()
    return fooled + cycle_weight * cycle_loss(g, f, a, b)
    ### END SOLUTION

# %%
cyclegan_generator_loss = check(cyclegan_generator_loss)

# %% [markdown]
# The step around it: both judges first, with the loss of notebook 06, then both maps.

# %%
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), from logits: your loss of notebook 06."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()

def train_unpaired(nets: list[nn.Module], a: Tensor, b: Tensor, epochs: int, batch_size: int, lr: float = 2e-3, weight: float = 10.0, maps_loss=None, judge_lr: float | None = None) -> None:
    """Train g, f, d_a, d_b on two heaps a and b, equally large, in which nothing belongs together."""
    g, f, d_a, d_b = nets
    opt_g = adam([*g.parameters(), *f.parameters()], lr, betas=(0.5, 0.99))
    opt_d = adam([*d_a.parameters(), *d_b.parameters()], lr if judge_lr is None else judge_lr, betas=(0.5, 0.99))
    loss = maps_loss or cyclegan_generator_loss

    def step(a: Tensor, b: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            fake_b, fake_a = g(a), f(b)
        d_loss = discriminator_loss(d_a(a), d_a(fake_a)) + discriminator_loss(d_b(b), d_b(fake_b))
        return {"d_loss": descend(d_loss, opt_d), "g_loss": descend(loss(g, f, d_a, d_b, a, b, weight), opt_g)}

    fit(step, (a, b), epochs=epochs, batch_size=batch_size, seed=SEED)

# %% [markdown]
# ### Clouds
#
# First in the plane, where one sees everything. Kind A is four clouds at the corners of a square. Kind B is the same, moved by a *true map* that we know: a quarter turn in one experiment, a small shift in the other. The networks see points of both kinds, unpaired, and aren't told which corner a point comes from. Each experiment trains eight seeds at once.

# %%
class Mlps(nn.Module):
    """`count` small networks at once: points (N, D), or (count, N, D), to (count, N, outputs)."""

    def __init__(self, count: int, *sizes: int, residual: bool = False) -> None:
        super().__init__()
        self.count, self.residual = count, residual
        pairs = list(pairwise(sizes))
        gains = [1.4] * (len(pairs) - 1) + [0.1 if residual else 1.0]
        self.weights = nn.ParameterList(gain * torch.randn(count, i, o) / i**0.5 for gain, (i, o) in zip(gains, pairs, strict=True))
        self.biases = nn.ParameterList(torch.zeros(count, 1, o) for _, o in pairs)

    def forward(self, x: Tensor) -> Tensor:
        h = x = x.expand(self.count, *x.shape[-2:])
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.baddbmm(bias, F.leaky_relu(h, 0.2) if layer else h, weight)
        return x + h if self.residual else h

def new_nets(count: int, size: int, hidden: int, residual: bool) -> list[nn.Module]:
    """g, f, d_a, d_b, `count` of each, for points of `size` numbers."""
    set_seed(SEED)
    maps = [Mlps(count, size, hidden, hidden, size, residual=residual) for _ in range(2)]
    return [net.to(device) for net in (*maps, *(Mlps(count, size, hidden, hidden, 1) for _ in range(2)))]

# %%
CORNERS = torch.tensor([[1.0, 1], [-1, 1], [-1, -1], [1, -1]])
TRUTHS = {"a small shift": lambda x: x + x.new_tensor([0.5, 0.3]), "a quarter turn": lambda x: x @ x.new_tensor([[0.0, 1], [-1, 0]])}

def four_clouds(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Points (n, 2), and at which corner each is, (n,)."""
    chance = Generator().manual_seed(seed)
    corner = torch.randint(4, (n,), generator=chance)
    return (CORNERS[corner] + 0.25 * torch.randn(n, 2, generator=chance)).to(device), corner.to(device)

heap_a, (heap_b, _) = four_clouds(2000, SEED)[0], four_clouds(2000, SEED + 1)
points, corner = four_clouds(400, SEED + 2)

def play(truth: str, residual: bool, seeds: int = 8, **how) -> tuple[Tensor, list[nn.Module]]:
    """Where each of the trained maps g takes the test points, (seeds, 400, 2), and the networks."""
    nets = new_nets(seeds, 2, 32, residual)
    train_unpaired(nets, heap_a, TRUTHS[truth](heap_b), epochs=20, batch_size=128, **how)
    with torch.no_grad():
        return nets[0](points), nets

# %%
predict("15.turn")

# %%
played = {(truth, kind): play(truth, kind == "residual") for truth in TRUTHS for kind in ("plain", "residual")}

def judge_clouds(truth: str, moved: Tensor, nets: list[nn.Module]) -> tuple[Tensor, Tensor]:
    """For each seed: the share of points at the right corner, and the cycle error, (seeds,) each."""
    ends = TRUTHS[truth](CORNERS.to(device))
    at = torch.cdist(moved, ends.expand(len(moved), -1, -1)).argmin(2)  # (seeds, 400)
    with torch.no_grad():
        cycle = (nets[1](moved) - points).abs().mean((1, 2))
    return (at == corner).float().mean(1), cycle

for (truth, kind), (moved, nets) in played.items():
    right, cycle = judge_clouds(truth, moved, nets)
    print(f"{truth:15s} {kind:9s} right in {int((right > 0.95).sum())} of 8 seeds   cycle error {cycle.min():.3f} to {cycle.max():.3f}   corners {[round(r, 2) for r in right.tolist()]}")

# %% [markdown] slide_type="slide" only="slides"
# ## A perfect way back, from the wrong place

# %% slide_type="-"
turned, kept = TRUTHS["a quarter turn"], judge_clouds("a quarter turn", *played["a quarter turn", "plain"])[0]
wrong = int(kept.argmin())
panes = {"kind A": points, "the true quarter turn": turned(points), f"plain networks, seed {wrong}": played["a quarter turn", "plain"][0][wrong],
         "residual networks, seed 0": played["a quarter turn", "residual"][0][0]}
fig, axes = plots.canvas(width=12, height=3.6, cols=4)
for ax, (name, dots) in zip(axes, panes.items(), strict=True):
    for c in range(4):
        ax.plot(*dots[corner == c].T.cpu(), plots.style.MARKERS[c], ms=4, color=plots.SERIES[c])
    ax.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xticks=[], yticks=[])
    ax.set_title(name, fontsize=11)
plots.set_finding(fig, "All four panels look alike; only the second is the truth")
show(fig, alt="Four panels of four colored clouds at the corners of a square. The true map turns the colors by a quarter. The plain networks put other colors at the corners, and the residual networks leave every color where it was")

# %% [markdown] slide_type="-" only="slides"
# Right at the quarter turn: 2 of 8 plain runs, **0 of 8** residual ones (they begin by returning their input). Right at a small shift: 0 and **8 of 8**.

# %% [markdown]
# Read the second and the fourth panel. The residual networks begin at *do nothing*, and since B looks like A here, doing nothing already fools both judges: wrong in eight of eight seeds. With the small shift the same networks are right in eight of eight. The plain networks begin with random weights, and exchange clouds in one way or another. Every one of these results has a way back. **A cycle loss asks for *a* map that can be undone. Which map you get is decided by the architecture and by where training starts.**
#
# Is it the cycle loss that leads astray, or do the judges alone get no further? The control is the same training with a `cycle_weight` of 0. Three seeds of eight networks, from the benchmark:

# %%
for truth in TRUTHS:
    for kind in ("plain", "residual"):
        for weight in (10, 0):
            runs = measured("translation_clouds", truth=truth, network=kind, **{"cycle weight": weight})
            print(f"{truth:15s} {kind:9s} weight {weight:2d}: right in", " + ".join(run["right"] for run in runs), "of 3 × 8",
                  "  one cloud to each corner in", " + ".join(run["four corners"] for run in runs), "  cycle error up to", max(run["cycle, highest"] for run in runs))

# %% [markdown]
# At the turn, the judges alone get no further: without the cycle loss none of 48 networks finds the turn; with it, 3 of 48 do. (At the small shift the residual networks are right in 23 of 24 runs without it, so there it is the residual start that decides.) Nearly every map sends each cloud to a corner of its own, with the cycle loss or without it; the judges see to that. What is lost without it is the way back: $f$ then belongs to another exchange than $g$. The cycle loss ties $f$ to $g$. It doesn't say which exchange is right.

# %% [markdown]
# ### Exercise 15.10 · How many have a way back?
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# Two voices have five vowels each, all equally frequent. A map $g$ turns each vowel of one voice, all its examples alike, into one vowel of the other. For how many such maps is there an $f$ with a cycle error of 0?

# %%
### BEGIN SOLUTION
answers["15.10"] = 120
### END SOLUTION

# %%
check(answers, "15.10")

# %% [markdown] slide_type="notes"
# Colors say where a point came from; the judges see no colors. Ask which of the two panels on the right a judge would reject: neither, and from both there is a way back. Then the counts below. Ask which knowledge a residual network brings: that the truth is near doing nothing. Ask how one would know whether that holds for horses and zebras. What goes wrong: people conclude that residual networks are better.

# %% [markdown]
# ### Exercise 15.11 · The identity loss
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# A further term of the paper, used for paintings, keeps colors from drifting: $g$ makes b's, so $g$ should leave a b unchanged, and $f$ should leave an a unchanged. Absolute differences again, a mean of each, and the sum of both.

# %%
def identity_loss(g: nn.Module, f: nn.Module, a: Tensor, b: Tensor) -> Tensor:
    """mean |g(b) − b| + mean |f(a) − a|: a scalar. Zhu et al., 2017, section 5.2."""
    ### BEGIN SOLUTION
    return (g(b) - b).abs().mean() + (f(a) - a).abs().mean()
    ### END SOLUTION

# %%
identity_loss = check(identity_loss)

# %%
def with_identity(g, f, d_a, d_b, a, b, weight):
    """The maps' loss and half the cycle's weight on the identity loss, as in the paper."""
    return cyclegan_generator_loss(g, f, d_a, d_b, a, b, weight) + 0.5 * weight * identity_loss(g, f, a, b)

careful = {truth: judge_clouds(truth, *play(truth, False, maps_loss=with_identity)) for truth in TRUTHS}
for truth, (right, cycle) in careful.items():
    print(f"{truth:15s} plain, with the identity loss: right in {int((right > 0.95).sum())} of 8 seeds")

# %% [markdown]
# It helps where the true map nearly does nothing, though not in every seed, and never at the turn. It carries the same assumption as a residual network.
#
# **Tomorrow, with your own model:** write down what the true map would do to ten inputs, before you train. If it is nearly nothing, build that in. If it isn't, get a few pairs.

# %% tags=["solution"]
# What the text claims.
counts = {key: int((judge_clouds(key[0], *run)[0] > 0.95).sum()) for key, run in played.items()}
assert counts["a quarter turn", "residual"] == 0 and counts["a small shift", "residual"] == 8
assert counts["a quarter turn", "plain"] <= 4 and counts["a small shift", "plain"] <= 5
assert int((careful["a quarter turn"][0] > 0.95).sum()) == 0
assert int((careful["a small shift"][0] > 0.95).sum()) > counts["a small shift", "plain"]

# %% [markdown]
# ## 5 · Faces: inverted, and back again
#
# Kind A is faces in color, kind B *other* faces in gray. The right answer is known and easy: take the mean of red, green and blue. These faces have all ten shades of skin.

# %%
def small_faces(n: int, split: str, seed: int) -> Tensor:
    """Faces (n, 3, 16, 16) of all shades, in any light."""
    return half(draw_faces(n, split, seed).float()).to(device)

def to_gray(x: Tensor) -> Tensor:
    return x.mean(1, keepdim=True).expand(-1, 3, -1, -1).contiguous()

colored, grayed = small_faces(1200, "train", SEED), to_gray(small_faces(1200, "train", SEED + 1))
face = small_faces(200, "test", SEED)

def translate_faces(residual: bool) -> tuple[Tensor, Tensor]:
    """Test faces after the trained g, and after f as well: (200, 3, 16, 16) each."""
    set_seed(SEED)
    nets = [UNet(residual=residual).to(device) for _ in range(2)] + [PatchDiscriminator(3).to(device) for _ in range(2)]
    train_unpaired(nets, colored, grayed, epochs=2, batch_size=16, judge_lr=1e-3)
    with torch.no_grad():
        return nets[0](face), nets[1](nets[0](face))

faces = {"plain": translate_faces(False), "residual": translate_faces(True)}

# %% [markdown] slide_type="slide" only="slides"
# ## Inverted, and back again

# %% slide_type="-"
rows = {"input": face[:8], "true gray": to_gray(face)[:8], "plain: g(a)": faces["plain"][0][:8], "and back": faces["plain"][1][:8], "residual: g(a)": faces["residual"][0][:8]}
show(plots.image_rows({name: images.clamp(0, 1) for name, images in rows.items()}, title="The plain network makes light skin dark and dark skin light"),
     alt="Five rows of eight faces of 16 by 16 pixels: in color; truly gray; as the plain network translates them, gray with light skin turned dark and dark skin turned light; translated back, with their colors again; and as the residual network translates them, as bright as the true gray, with some color left")

# %% [markdown] slide_type="notes"
# Begin with the third row and ask what is wrong with it; without the input nobody could tell. Then the fourth row: the way back works, so the cycle loss is content. The residual network, last row, keeps light and dark in place, and leaves some of the color in. Ask how one could notice the fault without looking at a picture. What goes wrong: people blame the short training. With twice the steps it is as inverted.

# %% [markdown]
# Third row: gray faces, as they should be, but in each of them light and dark have changed places. Fourth row: the way back undoes it. (Fifth row: the residual network keeps light light and dark dark, and leaves some of the color in.) So a gray face can look plausible and be turned back into its original, and still show another person. Numbers:

# %%
def face_numbers(there: Tensor, back: Tensor) -> tuple[float, float, float]:
    """Error against the true gray, cycle error, and the correlation of the middle's brightness with the truth."""
    middles = torch.stack([x[:, :, 6:10, 6:10].mean((1, 2, 3)) for x in (there, to_gray(face))])  # (2, 200)
    match = torch.corrcoef(middles)[0, 1]
    return (there - to_gray(face)).abs().mean().item(), (back - face).abs().mean().item(), match.item()

shuffled = (to_gray(face).roll(1, 0) - to_gray(face)).abs().mean().item()
print(f"{'true gray of another face':30s} error {shuffled:.3f}")
for kind, pictures in faces.items():
    print(f"{kind:30s} error {{:.3f}}   cycle error {{:.3f}}   skin against true skin {{:+.2f}}".format(*face_numbers(*pictures)))

# %% [markdown]
# The plain network's error is larger than if each face had been given the gray picture of *another* face. Its cycle error is about half of what another face's picture costs. Three seeds, from the benchmark:

# %%
for row in measured("translation_faces"):
    print(f"{row['network']:9s} seed {row['seed']}: error {row['error']} (another face's {row['shuffled']})   cycle error {row['cycle']}   skin against true skin {row['skin']}")

# %% [markdown] slide_type="slide" only="slides"
# ## Would you publish the plain network?
#
# Cycle errors of three seeds: plain 0.09–0.10, residual 0.02–0.04.

# %% [markdown] slide_type="fragment" only="slides"
# | color to gray | error | skin against true skin |
# |---|---|---|
# | plain | **0.21–0.22** | −0.94 to −0.97 |
# | another face's gray picture | 0.16–0.17 | |
# | residual | 0.04 | +1.00 |
#
# “A low cycle error means a right translation”: refuted.

# %% [markdown] slide_type="notes"
# Ask whether one would publish the plain network, with the cycle error alone: it looks fine. Then show the second table. The error needs the line of shuffled pictures to be readable: plain is worse than another face's picture. The last column is a correlation. Ask for the cheapest test that would have caught it: the brightness of one spot. What goes wrong: a number without a baseline is read as good.

# %% [markdown]
# “A low cycle error means a right translation”: **refuted**, in each of three seeds.
#
# ### Exercise 15.12 · What it proves
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# What *does* a low cycle error prove?
#
# - **a** The translation is right, at least for most pictures.
# - **b** The translation looks like the other kind.
# - **c** The way back finds what it needs in the translation.
# - **d** The networks are large enough.

# %%
### BEGIN SOLUTION
answers["15.12"] = "c"
### END SOLUTION

# %%
check(answers, "15.12")

# %% [markdown]
# ### Hidden in the plane
#
# A translation can even hide things. [Chu et al. (2017)](https://arxiv.org/abs/1712.02950) report a CycleGAN that hides details of an aerial photograph in its map, as a pattern too faint to see, and restores them from there. In the plane this can be measured. Kind A is a whole square, kind B a straight line: the right map drops the second coordinate, and from there no way leads back. What will $g$ do? It has to fool the judge of the line, *and* $f$ has to undo it.

# %%
def square(n: int, seed: int) -> Tensor:
    """Points (n, 2) anywhere in the square from -1 to 1."""
    return (2 * torch.rand(n, 2, generator=Generator().manual_seed(seed)) - 1).to(device)

def press_flat() -> tuple[Tensor, list[nn.Module]]:
    """Test points of the square after g, for eight seeds (8, 400, 2), and the networks."""
    nets, flat = new_nets(8, 2, 32, residual=True), square(2000, SEED + 1) * torch.tensor([1.0, 0]).to(device)
    train_unpaired(nets, square(2000, SEED), flat, epochs=40, batch_size=128, weight=30.0)
    with torch.no_grad():
        return nets[0](spots), nets

spots = square(400, SEED + 2)
pressed, pressers = press_flat()

# %% [markdown] slide_type="slide" only="slides"
# ## What does not fit on the line is hidden beside it

# %% slide_type="-"
fig, axes = plots.canvas(width=12, height=4.2, cols=3)
for ax, dots, name, reach in ((axes[0], spots, "kind A, colored by its height", 1.3), (axes[1], pressed[0], "after g", 1.3), (axes[2], pressed[0], "after g, the height magnified", 0.1)):
    ax.scatter(*dots.T.cpu(), c=spots[:, 1].cpu(), s=10, cmap="viridis")
    ax.set(xlim=(-1.3, 1.3), ylim=(-reach, reach))
    ax.set_title(name, fontsize=11)
    ax.set(xlabel="place along the line", ylabel="height" if ax is axes[0] else "")
axes[2].set_yticks([-0.1, -0.05, 0, 0.05, 0.1])
plots.set_finding(fig, "The map puts the points on a line, and their height into tiny deviations")
show(fig, alt="Three panels of points colored by their height. First a square. Then, after g, a line. Then the same line with its height magnified, where points of one color lie together")

# %%
@torch.no_grad()
def recovered(noise: float) -> Tensor:
    """Mean error of the height after the way back, for each seed, if noise of this sd is added to g(a): (8,)."""
    back = pressers[1](pressed + noise * torch.randn_like(pressed))
    return (back - spots)[..., 1].abs().mean(1)

print("always guessing 0: ", f"{spots[:, 1].abs().mean():.2f}")
for noise in (0.0, 0.02, 0.05, 0.1):
    print(f"noise of sd {noise:4.2f}: error of the height {recovered(noise).median():.3f} (median of eight seeds)")
print(f"distance from the line: {pressed[..., 1].abs().mean(1).median():.3f}")

# %% [markdown] slide_type="notes"
# Begin with the middle panel: the square is flat, as the judge of the line asks. Ask whether the way back can work: the height is gone. Then the right panel, with its axis magnified. The colors are in order: the height is still there, written very small. Ask for a test: a little noise before the way back. What goes wrong: a perfect way back is taken for a translation that shows everything.

# %% [markdown]
# After $g$, the points lie on the line as far as one sees: they are off it by 0.02 to 0.03 on average, in a square of side 2, and their place *along* it is right to 0.02 to 0.03. Still, $f$ restores the height of each point to within 0.15 (always guessing 0 is off by 0.5). It reads the height from the tiny deviations, magnified. So noise of sd 0.02, which nobody would see, doubles the error, and with 0.05 the restored heights are worse than a guess. Three seeds agree:

# %%
for row in measured("translation_hidden"):
    print(", ".join(f"{key} {value}" for key, value in row.items()))

# %% [markdown]
# A cycle loss doesn't ask for a translation that *shows* what was in $a$. It asks for one from which $f$ can compute it.
#
# **Tomorrow, with your own model:** add a little noise to the translations before the way back. If the cycle error jumps, something is hidden in them. And beside the cycle error, print the error on a handful of pairs made by hand, and that of shuffled pairs. If you have no pairs, print a content that has to survive: a class, a number, a brightness.

# %% tags=["solution"]
# What the text claims.
assert pressed[..., 1].abs().mean(1).median() < 0.04 and recovered(0).median() < 0.2 and recovered(0.02).median() > 2 * recovered(0).median()
assert recovered(0.05).median() > spots[:, 1].abs().mean()
error, cycle, skin = face_numbers(*faces["plain"])
assert error > shuffled and cycle < 0.7 * shuffled and skin < -0.8
error, cycle, skin = face_numbers(*faces["residual"])
assert error < 0.5 * shuffled and skin > 0.9
table = measured("translation_faces")
assert all(float(row["error"]) > float(row["shuffled"]) and float(row["skin"]) < -0.8 for row in table if row["network"] == "plain")
assert all(float(row["error"]) < 0.5 * float(row["shuffled"]) and float(row["skin"]) > 0.9 for row in table if row["network"] == "residual")

# %% [markdown]
# ## 6 · The same with a voice, to listen to
#
# Voice conversion is translation too: what one voice said, in another voice. The two voices here are computed, and say five vowels, those of *father, bed, see, saw* and *boot*. A vowel is a **source**, pulses at a pitch $f_0$, and a **filter**, the resonances of mouth and throat, called formants. Voice B has formants 1.18 times as high and a pitch 1.8 times as high as voice A. Listen to voice A, and to what voice B makes of the same five vowels:

# %%
heard_a = draw_vowels(200, "A", seed=SEED + 50)
kinds = torch.stack([heard_a.envelopes[heard_a.labels == v].mean(0) for v in range(5)])  # (5, BINS)
typical = torch.cdist(kinds, heard_a.envelopes).argmin(1)  # of each vowel, the example nearest to its mean
truth_b = in_voice_b(heard_a)
emit(Sound(sing(heard_a.envelopes[typical], heard_a.f0[typical]), RATE, "Voice A, a low voice, sings a, e, i, o, u; each lasts 0.4 seconds"))
emit(Sound(sing(truth_b[typical], 1.8 * heard_a.f0[typical]), RATE, "Voice B, a higher one, sings the same: a, e, i, o, u"))

# %% [markdown] slide_type="slide" only="slides"
# ## A vowel is a source and a filter
#
# - **Source**: pulses at a pitch $f_0$. Converted by a formula, in the logs.
# - **Filter**: resonances, the formants. The envelope, 64 bands in dB, goes through the networks.
#
# $$\log f_0 \mapsto (\log f_0 - \mu_A)\,\frac{\sigma_B}{\sigma_A} + \mu_B$$
#
# Voice B: formants 1.18 times, pitch 1.8 times as high.

# %% [markdown] slide_type="notes"
# Have everybody say a long a and move the pitch: the vowel stays. Then keep the pitch and go from a to i: only the mouth changes. So the two can be converted separately. Play both voices from the notebook. Ask what a network has to find out: five vowels here, five there, and which is which. Nothing in the two heaps says it.

# %% [markdown]
# What is translated is not the sound but its **envelope**: how loud each of 64 bands of frequency is, in dB, without the harmonics. It is taken from the *cepstrum*, the Fourier transform of the log-spectrum. Only the cepstrum's first numbers are kept: they describe slow changes along the frequency axis, the formants, and the fast ones, the harmonics, drop out. Pitch is converted by a formula, as in the CycleGAN of Kaneko and Kameoka (2018): means and standard deviations of $\log f_0$.

# %% [markdown] slide_type="slide" only="slides"
# ## The filter makes the vowel

# %% slide_type="-"
kilohertz = (torch.arange(BINS) + 0.5) * RATE / 2 / BINS / 1000
examples = {"a, voice A": heard_a.envelopes[typical[0]], "i, voice A": heard_a.envelopes[typical[2]], "a, voice B": truth_b[typical[0]]}
fig = plots.curves(kilohertz, {name: 8.686 * shape for name, shape in examples.items()}, "frequency, kHz", "loudness, dB", "The envelope tells vowels apart; voice B's peaks lie higher")
for line in fig.axes[0].lines:
    line.set_marker("")
fig.axes[0].legend(handlelength=2.6)  # now without markers
show(fig, alt="Loudness over frequency. The a of voice A has its peaks near 0.7 and 1.1 kHz; its i near 0.3, 2.3 and 3 kHz. The a of voice B has the shape of voice A's, with each peak at a higher frequency")

# %% [markdown] slide_type="notes"
# Read one curve: its peaks are the formants, the resonances of mouth and throat. Two vowels of one voice have other peaks; one vowel of two voices has the same shape, stretched to higher frequencies. Ask what the networks are given: heaps of such curves of each voice, and nothing that says which curve is an a. What goes wrong: the wiggles of the harmonics are missed; the pitch is converted apart from them.

# %% [markdown]
# The peaks are the formants: an a and an i have them at other places, and voice B has all of them higher.
#
# ### Exercise 15.13 · The pitch
# Difficulty ●●○ · importance ●○○ · 6 minutes
#
# `f0` (T,) in Hz, 0 where there is no voice; the four numbers are means and standard deviations of $\log f_0$ in each voice. From $\log f_0$ subtract A's mean, divide by A's standard deviation, multiply by B's, and add B's mean; then undo the log. 0 stays 0.

# %%
def convert_pitch(f0: Tensor, mean_a: float, sd_a: float, mean_b: float, sd_b: float) -> Tensor:
    """Pitch f0 (T,), Hz, of voice A as voice B would have it; means and sds are those of log f0; 0 stays 0."""
    # 1. log f0, only where f0 > 0 (torch.where(f0 > 0, f0, 1.0) is safe to take the log of)
    # 2. change mean and spread
    # 3. back from the log, and 0 where f0 was 0
    ### BEGIN SOLUTION
    log = torch.where(f0 > 0, f0, 1.0).log()
    converted = ((log - mean_a) / sd_a * sd_b + mean_b).exp()
    return torch.where(f0 > 0, converted, 0.0)
    ### END SOLUTION

# %%
convert_pitch = check(convert_pitch)

# %% [markdown]
# ### Exercise 15.14 · Is it still an a?
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# A cycle error can't tell whether the content survives. The share of vowels that stay what they were can. `label` (N,) is the vowel before the translation, `predicted` (N,) the one recognized after it, both integers from 0. Return the share that agrees, and a table (C, C) of counts, a row for each vowel before, a column for each after. Beware: `table[label, predicted] += 1` with tensors adds only once for each pair.

# %%
def content_kept(label: Tensor, predicted: Tensor, classes: int) -> tuple[float, Tensor]:
    """Share of predicted (N,) that equals label (N,), and counts (classes, classes): rows before, columns after."""
    # 1. the share of places at which the two agree
    # 2. the table: one count for each pair, in a loop or with torch.bincount
    ### BEGIN SOLUTION
    table = torch.bincount(label * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return (label == predicted).float().mean().item(), table
    ### END SOLUTION

# %%
content_kept = check(content_kept)

# %%
predict("15.vowels")

# %%
DB = 8.686  # one unit of a log-amplitude, in dB
SCALE = 2.5  # about the standard deviation of an envelope
voice_a, voice_b = draw_vowels(600, "A", seed=SEED), draw_vowels(600, "B", seed=SEED)
shapes_a, shapes_b = (v.envelopes.to(device) / SCALE for v in (voice_a, voice_b))
shape, true_shape = heard_a.envelopes.to(device) / SCALE, truth_b.to(device) / SCALE
centers = torch.stack([shapes_b[voice_b.labels == v].mean(0) for v in range(5)])  # (5, BINS)

def play_vowels(residual: bool, seeds: int = 6) -> tuple[Tensor, Tensor]:
    """Test envelopes after g, and after f as well: (seeds, 200, BINS) each."""
    nets = new_nets(seeds, BINS, 64, residual)
    train_unpaired(nets, shapes_a, shapes_b, epochs=25, batch_size=64)
    with torch.no_grad():
        return nets[0](shape), nets[1](nets[0](shape))

vowels = {"plain": play_vowels(False), "residual": play_vowels(True)}

# %%
mean_and_sd = (shape - shapes_a.mean(0)) / shapes_a.std(0) * shapes_b.std(0) + shapes_b.mean(0)
baselines = {"nothing done": shape[None], "mean and sd per band": mean_and_sd[None]}
spoken = baselines | {kind: there for kind, (there, _) in vowels.items()}

def read_as(envelopes: Tensor) -> Tensor:
    """For envelopes (N, BINS) the vowel of voice B that is nearest, (N,)."""
    return torch.cdist(envelopes, centers).argmin(1).cpu()

for kind, runs in spoken.items():
    errors = (runs - true_shape).abs().mean((1, 2)) * SCALE * DB
    kept = [content_kept(heard_a.labels, read_as(run), 5)[0] for run in runs]
    print(f"{kind:21s} error {errors.min():.1f} to {errors.max():.1f} dB   vowels kept {[round(share, 2) for share in kept]}")
for kind, (_, back) in vowels.items():
    cycles = (back - shape).abs().mean((1, 2)) * SCALE * DB
    print(f"{kind:21s} cycle error {cycles.min():.1f} to {cycles.max():.1f} dB")

# %% [markdown]
# The first two lines need no training, and belong in every table of this kind: doing nothing, and shifting and scaling each band to voice B's mean and sd. The residual networks beat both, the second by 0.3 to 0.6 dB. The plain ones come back to within about 3 dB, and most of them exchange vowels: in four to six of six runs, for three values of `SEED`. Which became which, in the run that keeps the fewest?

# %%
shares = [content_kept(heard_a.labels, read_as(run), 5)[0] for run in vowels["plain"][0]]
worst = shares.index(min(shares))
_, table = content_kept(heard_a.labels, read_as(vowels["plain"][0][worst]), 5)
became = [VOWELS[int(row.argmax())] for row in table]
print("      ", *(f"{v:>4s}" for v in VOWELS))
for vowel, row in zip(VOWELS, table.tolist(), strict=True):
    print(f"{vowel} → ", *(f"{count:4d}" for count in row))

# %% [markdown] slide_type="slide" only="slides"
# ## Most plain networks exchange vowels
#
# | map | error | vowels kept |
# |---|---|---|
# | nothing done | 7.3 dB | 0.35 |
# | mean and sd per band | 3.5 dB | 0.96 |
# | plain, six runs | 3.0–6.2 dB | 0.55–0.96 |
# | residual, six runs | 3.0–3.2 dB | 0.98–0.99 |
#
# All networks come back to within about 3 dB.

# %% [markdown] slide_type="notes"
# Start with the second row: no network, two numbers for each band, and nearly all vowels kept. Then the plain networks: some runs are right, most exchange vowels, and the cycle error doesn't tell which. Ask what the residual networks gain over the second row: half a decibel. What goes wrong: a conversion is compared with nothing, and then any network looks good.

# %% [markdown]
# And without the cycle loss? The same six networks with a `cycle_weight` of 0, from the benchmark:

# %%
for row in measured("translation_vowels"):
    if row["cycle weight"]:
        print(f"{row['map']:9s} weight {row['cycle weight']:>2s} seed {row['seed']}: exchanged in {row['exchanged']} of 6   kept {row['kept, lowest']} to {row['kept, highest']}"
              f"   error {row['error, lowest']} to {row['error, highest']} dB   cycle error {row['cycle, lowest']} to {row['cycle, highest']} dB")

# %% [markdown]
# So the cycle loss is not what leads astray. Without it, plain networks exchange vowels in *every* run, their errors are larger, and even two or three of six residual ones exchange vowels. The judges leave more maps open; the cycle loss rules out some of them, and not all that are wrong.

# %% [markdown] slide_type="slide" only="slides"
# ## Is the cycle loss the culprit?
#
# The control: the same training with a cycle weight of 0.

# %% [markdown] slide_type="fragment" only="slides"
# | runs of six that exchange vowels, three seeds | with the cycle loss | without |
# |---|---|---|
# | plain | 4 · 5 · 6 | 6 · 6 · 6 |
# | residual | 0 · 0 · 0 | 2 · 3 · 2 |
#
# It doesn't lead astray. It rules out some wrong maps, not all.

# %% [markdown] slide_type="notes"
# Let the room guess, and say which control would tell, before the table. Then read the rows: without it all plain runs exchange vowels, and even some residual ones. So the cycle loss helps, and is not enough. What goes wrong: a method is blamed or praised without the run that leaves it out.

# %% [markdown]
# Now listen to three conversions of the same five vowels: by the baseline of mean and sd per band, by the plain network that keeps the fewest vowels, and by a residual network. The pitch is converted by your formula in all of them; only the envelopes differ. The line below each player is no opinion: a program measures the two lowest formants on the samples of the sound, by linear prediction, and names the vowel of voice B whose formants are nearest.

# %%
log_a, log_b = voice_a.f0.log(), voice_b.f0.log()
pitch = convert_pitch(heard_a.f0, log_a.mean().item(), log_a.std().item(), log_b.mean().item(), log_b.std().item())
said = {"voice B, the truth": true_shape, "mean and sd per band": mean_and_sd, "plain": vowels["plain"][0][worst], "residual": vowels["residual"][0][0]}
said = {"voice A": (heard_a.envelopes, heard_a.f0)} | {kind: (SCALE * shapes.cpu(), pitch) for kind, shapes in said.items()}
sounds = {kind: sing(shapes[typical], f0[typical]) for kind, (shapes, f0) in said.items()}

def read_sound(kind: str, which: Tensor) -> tuple[list[str], Tensor]:
    """These vowels as their sounds' formants name them, and F1, F2 and F3 of each in Hz, (N, 3)."""
    shapes, f0 = said[kind]
    higher = 1.0 if kind == "voice A" else HIGHER_FORMANTS
    formants = [find_formants(part).tolist() for part in sing(shapes[which], f0[which]).reshape(len(which), -1)]
    return [name_vowel(f1, f2, higher) for f1, f2, _ in formants], torch.tensor(formants)

for kind in ("mean and sd per band", "plain", "residual"):
    emit(Sound(sounds[kind], RATE, f"The a, e, i, o, u of voice A, converted ({kind}). The formants measured on this sound say: {', '.join(read_sound(kind, typical)[0])}"))

# %%
every, spoken_vowels = torch.arange(200), [VOWELS[v] for v in heard_a.labels.tolist()]
for kind in sounds:
    names, formants = read_sound(kind, every)
    right = sum(a == b for a, b in zip(names, spoken_vowels, strict=True)) / 200
    off = (formants / ((1.0 if kind == "voice A" else HIGHER_FORMANTS) * heard_a.formants) - 1).abs().nanmean(0)
    print(f"{kind:21s} read as the vowel that was meant {right:.2f}   F1 off by {off[0]:.0%}, F2 by {off[1]:.0%}   played at {loudness(sounds[kind]):.1f} LUFS, peak {abs(sounds[kind]).max():.2f}")

for row in measured("translation_sounds"):
    print(f"  benchmark, seed {row['seed']}: {row['sound']:21s} {row['named right']}   F1 off by {row['F1 off']}, F2 by {row['F2 off']}")

# %% [markdown]
# These are all 200 test vowels, sung and measured. The second line is the error of the measurement itself: even voice B's true formants are read with F1 off by about a tenth. The plain network's sounds are read as the vowel that was meant in 0.07 to 0.55 of the cases. The residual network (0.87 to 0.97) does about as well as mean and sd per band (0.94 to 0.97), or worse. It puts the second formant closer to voice B's place, though: off by 6 to 9 % against 12 to 13 %. Scaling each band can't move a peak to another band. It puts the first formant no closer: off by 10 to 25 % against 8 %. No sound is clipped, and every vowel is equally loud to the ear, within 1 dB by the measure of broadcasters (LUFS, ITU-R BS.1770). So the difference you hear is in the vowel, not in the volume.

# %% [markdown] slide_type="slide" only="slides"
# ## The right voice says other vowels

# %% slide_type="-"
fig, axes = plots.canvas(width=10.5, height=4.0, cols=5)
for ax, (name, sound) in zip(axes, sounds.items(), strict=True):
    times, frequencies, loud = spectrogram(sound)
    ax.pcolormesh(times, frequencies / 1000, loud, vmin=-50, vmax=0, cmap="magma", rasterized=True)
    ax.set_title(name.replace("the ", "").replace("sd ", "sd\n").replace("B, ", "B,\n"), fontsize=12.5)
    ax.set(xticks=[0.2 + 0.45 * n for n in range(5)], xticklabels=VOWELS, ylim=(0, 4.5), yticks=range(5))
    ax.tick_params(labelleft=ax is axes[0])
    ax.grid(False)
axes[0].set(ylabel="kHz")
axes[2].set(xlabel="vowel (0.45 s each)")
plots.set_finding(fig, "Bright bands are formants; the plain network's are those of other vowels")
show(fig, alt=f"Five spectrograms of a, e, i, o, u. Voice A has low formants; voice B has the same pattern, higher. Mean and sd per band, and the residual network, have nearly the pattern of voice B. After the plain network the bands are those of {', '.join(became)}")

# %% [markdown] slide_type="notes"
# Play voice A and the true B first; the players stand in the notebook. Then the plain network without saying anything, and let the room write down the vowels. Ask for the cycle error: 3 dB at most, which tells nobody that the vowels are wrong. Then the residual one, and the line with mean and sd per band, which needs no network and is nearly as good. What goes wrong: a paper without that line.

# %% [markdown]
# A spectrogram shows time to the right, frequency upward, and loudness as brightness. The fine lines are harmonics, closer together in the low voice. The broad bright bands are formants, and they say which vowel it is. Compare the fourth panel with the second.
#
# **Tomorrow, with your own model:** run a recognizer over what comes out, and print the table of what became what. And put the simplest possible conversion into the first line of your results.

# %% tags=["solution"]
# What the text claims.
kept = {kind: [content_kept(heard_a.labels, read_as(run), 5)[0] for run in runs] for kind, runs in spoken.items()}
errors = {kind: (runs - true_shape).abs().mean((1, 2)) for kind, runs in spoken.items()}
assert sum(share < 0.9 for share in kept["plain"]) >= 3 and min(kept["residual"]) > 0.95
assert errors["residual"].max() < errors["mean and sd per band"].item() < errors["nothing done"].item()
levels = [loudness(vowel) for sound in sounds.values() for vowel in sound.reshape(5, -1)]
assert max(levels) - min(levels) < 1 and max(abs(sound).max() for sound in sounds.values()) < 0.95
assert ((vowels["plain"][1] - shape).abs().mean((1, 2)) * SCALE * DB).max() < 3.2

# %% [markdown]
# ## 7 · The clinic
#
# A colleague trains residual networks on the small shift. "The lowest cycle error of all, in three seeds, and every point at its own corner. I have found the map." One of five things is wrong in her code: **a** the cycle weight is 0, **b** the judges' term in the maps' loss has the wrong sign, so the maps want to be caught, **c** only one direction of the cycle is in the loss, **d** the judges are never updated, **e** the cycle loss compares $g(a)$ with $a$, where $f(g(a))$ belongs. The next cell shows the code of all five; which one she has was drawn at random.

# %%
def fooling(g, f, d_a, d_b, a, b):
    """Both maps fool their judges."""
    return F.softplus(-d_b(g(a))).mean() + F.softplus(-d_a(f(b))).mean()

faults = {
    "a": {"weight": 0.0},
    "b": {"maps_loss": lambda g, f, d_a, d_b, a, b, w: F.softplus(d_b(g(a))).mean() + F.softplus(d_a(f(b))).mean() + w * cycle_loss(g, f, a, b)},
    "c": {"maps_loss": lambda g, f, d_a, d_b, a, b, w: fooling(g, f, d_a, d_b, a, b) + w * (f(g(a)) - a).abs().mean()},
    "d": {"judge_lr": 0.0},
    "e": {"maps_loss": lambda g, f, d_a, d_b, a, b, w: fooling(g, f, d_a, d_b, a, b) + w * ((g(a) - a).abs().mean() + (f(b) - b).abs().mean())},
}
drawn = "abcde"[int(torch.randint(5, (), generator=Generator().manual_seed(0)))]
her_points, her_nets = play("a small shift", True, seeds=3, **faults[drawn])
right, cycle = judge_clouds("a small shift", her_points, her_nets)
yours = judge_clouds("a small shift", *played["a small shift", "residual"])[1]
print("her cycle errors, three seeds:", " ".join(f"{c:.3f}" for c in cycle), "  corners", [round(share, 2) for share in right.tolist()])
print("yours, eight seeds:           ", " ".join(f"{c:.3f}" for c in yours))

# %% [markdown] slide_type="slide" only="slides"
# ## The clinic: the lowest cycle error of all
#
# A small shift, residual networks, every point at its corner. Which of the five?
#
# - **a** the cycle weight is 0
# - **b** the maps want to be caught
# - **c** only one direction of the cycle
# - **d** the judges are never updated
# - **e** the cycle compares $g(a)$ with $a$

# %% [markdown] slide_type="notes"
# Ask what each fault would do to the cycle error, one by one, and cross out what would raise it. Then let the room choose one of three tests: how far points moved, what the judges say, the two directions of the cycle. What goes wrong: nobody doubts a number that is lower than expected. Two maps that do nothing have a cycle error of exactly zero.

# %% [markdown]
# There are three tests: `moved`, `judges`, `cycle`. Put one into the last line, run the cell again, and stop as soon as you know.

# %%
@torch.no_grad()
def examine(test: str) -> str:
    """One examination of her three runs, in a sentence."""
    g, f, _, d_b = her_nets
    b = TRUTHS["a small shift"](points)
    if test == "moved":
        return f"g moves points by {(g(points) - points).abs().mean():.3f} on average; the true shift moves them by {(b - points).abs().mean():.3f}"
    if test == "judges":
        real, fake = d_b(b).sigmoid().mean(), d_b(g(points)).sigmoid().mean()
        return f"the judge of B calls real b's {real:.2f} real, and translations {fake:.2f}"
    if test == "cycle":
        return f"from A and back: {(f(g(points)) - points).abs().mean():.3f}; from B and back: {(g(f(b)) - b).abs().mean():.3f}"
    return "the tests are: moved, judges, cycle"

print(examine("cycle"))

# %% [markdown]
# ### Exercise 15.15 · Which of the five?
# Difficulty ●●● · importance ●●● · 8 minutes
#
# Type its letter.

# %%
### BEGIN SOLUTION
answers["15.15"] = "e"
### END SOLUTION

# %%
check(answers, "15.15")

# %% [markdown]
# Found? The next cell trains with her loss. Fix what `her_loss` returns and run the cell: the cycle error *rises*, and points move.

# %%
def her_loss(g, f, d_a, d_b, a, b, weight):
    """What her maps are trained with. As it stands, it is her faulty one."""
    return faults[drawn]["maps_loss"](g, f, d_a, d_b, a, b, weight)  # or: cyclegan_generator_loss(…)

def moved_by(moved: Tensor) -> float:
    return (moved - points).abs().mean().item()

healed, healed_nets = play("a small shift", True, seeds=3, maps_loss=her_loss)
print(f"moved by {moved_by(healed):.3f}, cycle errors", [round(c, 3) for c in judge_clouds("a small shift", healed, healed_nets)[1].tolist()])

# %% [markdown]
# Done? Here is the same training with your `cyclegan_generator_loss` in the place of her loss. The points should move by nearly 0.4, the mean of 0.5 and 0.3.

# %%
fixed_points, fixed_nets = play("a small shift", True, seeds=3)
fixed_right, fixed_cycle = judge_clouds("a small shift", fixed_points, fixed_nets)
print(f"moved by {moved_by(fixed_points):.3f}, cycle errors", [round(c, 3) for c in fixed_cycle.tolist()])

# %% tags=["solution"]
# What the text and the replies claim.
assert drawn == "e" and cycle.max() < yours.min() and right.min() > 0.95
assert moved_by(her_points) < 0.1 < 0.3 < moved_by(fixed_points) < 0.5
assert fixed_cycle.mean() > cycle.mean() and fixed_right.min() > 0.95

# %% [markdown]
# **Tomorrow, with your own model:** compute every number for the map that does nothing, too. If that map wins, the number doesn't measure what you want. Section 4 has such a number: "right" counts the nearest corner, so at the small shift points that stay where they are count too. Your residual networks did move them. Did the plain ones with the identity loss? Print `moved_by(play("a small shift", False, maps_loss=with_identity)[0])` beside the true 0.4.
#
# ## 8 · Where it has been used
#
# These are well-known examples, with what their authors say made them work. None of them is shown here: our pictures are small and drawn. What this notebook claims about translation without pairs, it has measured on points, gray faces and vowels only.
#
# | from → to | pairs? | what made it work, according to its authors |
# |---|---|---|
# | maps ↔ aerial photographs; labels → façades ([pix2pix](https://arxiv.org/abs/1611.07004)) | yes | the pair in $D$, L1 beside it, patches of 70 pixels, a U-Net |
# | horses ↔ zebras ([CycleGAN](https://arxiv.org/abs/1703.10593)) | no | a cycle of weight 10, residual networks, least squares in place of the logarithm. The paper shows failures too: where shape has to change, and a rider turned into a zebra |
# | paintings ↔ photographs (the same) | no | the identity loss, which keeps colors |
# | one voice → another ([CycleGAN-VC](https://arxiv.org/abs/1711.11293)) | no | gated convolutions over time, an identity loss that keeps what is said; pitch by the formula of exercise 15.13 |
#
# Voices and faces that say what nobody said are made with the same tools. If you publish a translation, say that it is one, and ask the person first.

# %% [markdown] slide_type="slide" only="slides"
# ## Where it has been used, and what made it work
#
# | from → to | pairs? | with the help of |
# |---|---|---|
# | maps ↔ photographs, labels → façades | yes | the pair in $D$, L1, patches |
# | horses ↔ zebras | no | a cycle, residual networks |
# | paintings ↔ photographs | no | the identity loss |
# | one voice → another | no | an identity loss; pitch by formula |
#
# In each of the unpaired ones the truth is near *doing nothing*.

# %% [markdown] slide_type="notes"
# Go through the rows and ask for each which knowledge was put in from outside. Pairs are the plainest kind. Where there are none, an identity loss and residual networks say that the output should be near the input. Ask what would happen with cats and dogs, where shape has to change: the CycleGAN paper shows that it fails. Mention consent and labeling for voices and faces.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Many right answers: L2 takes the mean, L1 the median, L1 with D mostly one of them. None of them draws.
# - One right answer: D costs accuracy, here 7 to 21 %.
# - A cycle asks for *a* map that can be undone. Architecture and start choose which.
# - Print beside every cycle error: known pairs, shuffled pairs, a content that has to survive, and the map that does nothing.

# %% [markdown] slide_type="notes"
# Come back to the votes on the first slide: who said brown had L2 in mind, who said blond L1. Ask for one sentence from each row of the room. Then the question for next time: all generators here were told what to draw, pixel by pixel. The next notebook has one that is told only a style, level by level.

# %%
progress("15")

# %% [markdown]
# **Next:** a generator that grows from small pictures to large ones and is told a style at every level.
