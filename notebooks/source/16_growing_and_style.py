# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Growing and style
#   minutes: 145
#   picture: turned_heads
# ---

# %% [markdown] slide_type="slide"
# # Growing and style
#
# A face turns to the left, and keeps its skin and its background. Where in the network is the turn?

# %% [markdown] slide_type="notes"
# About 145 minutes with all exercises, 55 if you only present. Let the room guess which row of the next picture is real. Then ask where in a generator one would look for the pose, and where for the color. If time is short keep the mixing grid, the table of long and short runs, truncation and the clinic. What goes wrong: people take a split that training made for one that the architecture guarantees.

# %% [markdown]
# About 145 minutes, in two sittings: sections 1 to 3 are a good first one. You need a GAN's training step (notebook 06), R1 (notebook 11) and the Fréchet distance (notebook 12).
#
# The generators so far took one code $z$ at the entrance. A **style generator** hands a code to *every* level of resolution, so that coarse and fine can be told different things. At the end you can
#
# 1. write the layer that applies a style, and its successor that carries the style in its weights;
# 2. mix two faces by level, and *measure* which factor follows which;
# 3. say what the split comes from, and what it costs;
# 4. read three claims with care: truncation makes better pictures, w is smoother than z, growing is faster.

# %% tags=["setup"]
# setup

# %%
import itertools
import math
import time
from functools import partial
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.checkpoint import read_checkpoint
from course_utils.data.faces import FACTORS
from course_utils.data.measured import measured
from course_utils.device import pick_device, set_seed

# %%
from course_utils.metrics import batched, frechet_distance
from course_utils.models.face_judge import FaceJudge
from course_utils.models.style import StyleGenerator
from course_utils.sample_metrics import nearest_distances
from course_utils.training import adam, fit
from course_utils.widgets import explore

plots.use_style()
device = pick_device()
answers = answer_sheet("16")
batched = partial(batched, batch_size=100)  # convolutions hold a lot of memory at once

# %%
train, test = load("faces", n=4000), load("faces", split="test", n=1000)
faces, test_faces = train.float(device), test.float(device)  # (4000, 3, 32, 32), (1000, …)

# %% [markdown]
# The course comes with a generator that it trained for 400 processor seconds. Its weights are 160 kB, and they are checked when they are read. One of the two rows below is real; this network drew the other.

# %% slide_type="slide"
shipped = StyleGenerator().to(device).eval()
shipped.load_state_dict(read_checkpoint("style_faces"))

def draw_z(n: int, seed: int) -> Tensor:
    """Codes z (n, 32), the same for the same seed."""
    return torch.randn(n, 32, generator=Generator().manual_seed(seed)).to(device)

@torch.no_grad()
def draw_w(n: int, seed: int, generator: StyleGenerator = shipped) -> Tensor:
    """Codes w (n, 32) of a generator."""
    return generator.to_w(draw_z(n, seed))

rows = {"A": test_faces[:8], "B": batched(shipped, draw_w(8, seed=1))}
show(plots.image_rows(rows, title="Which row did a network draw?"),
     alt="Two rows of eight small faces with different skin, hair, pose and background. The upper "
         "row is crisp; in the lower one eyes and mouths are blurred")

# %% [markdown] slide_type="notes"
# Let the room vote, A or B, with a reason: which row did a network draw, and what gives it away? Eyes and mouths, which are blurred in row B, the drawn one. Its generator has 160 kB of weights and was trained for 400 seconds on one core. Ask where among these weights the pose might be. What goes wrong: the vote is taken for a measure of quality; it compares eight faces.

# %% [markdown]
# It drew row B: look at eyes and mouths. Most of what follows examines this network, and at the end of section 3 you train two of your own for ten seconds each.
#
# ## 1 · A style for each level

# %% [markdown] slide_type="slide" only="slides"
# ## Every level gets its own style

# %% slide_type="-"
show(diagram("style_generator"))

# %% [markdown] slide_type="notes"
# Follow the drawing: z enters a small network and becomes w. The picture doesn't begin with w, it begins with a constant that is the same for all faces. Each level doubles the resolution, and is told w once more. Ask what the picture can know that no style told it: only the noise. Our network has levels of 4, 8, 16 and 32 pixels.

# %% [markdown]
# The picture grows from a learned constant of 4×4, the same for all faces. Ours has four levels, 4, 8, 16 and 32 pixels. At each level a convolution makes feature maps, and then the style overrules two numbers of every map: its mean and its spread (its standard deviation). A linear layer computes the new ones, bias and scale, from $w$. This is **adaptive instance normalization**, AdaIN:
#
# $$\mathrm{AdaIN}(x)_c = \text{scale}_c\,\frac{x_c - \mu(x_c)}{\sqrt{\sigma^2(x_c) + \varepsilon}} + \text{bias}_c .$$
#
# In words: each channel of each example is brought to mean 0 and variance 1, *over its own pixels*; then it gets the spread and the mean that the style asks for.
#
# One more input is in the drawing: at each level, random *noise* is added to the maps, at a strength that is learned. It is meant for details that no style should decide. Section 6 says what became of it here.
#
# ### Exercise 16.1 · AdaIN
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# `x` (N, C, H, W), `scale` and `bias` (N, C). The variance is the mean of the squares (`unbiased=False`), `eps` stands under the root.
#
# To see the shapes: `x.mean((2, 3), keepdim=True)` of an `x` (2, 3, 4, 4) is (2, 3, 1, 1), and so is `scale[:, :, None, None]`. Numbers of that shape fit every pixel of their map.

# %%
def adain(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Channels of x (N, C, H, W) normalized in each example; times scale, plus bias (N, C)."""
    # 1. mean and variance of each map, (N, C, 1, 1)
    # 2. subtract the mean, divide by the root of variance + eps
    # 3. times the scale, plus the bias, each as (N, C, 1, 1)
    ### BEGIN SOLUTION
    mean = x.mean((2, 3), keepdim=True)
    var = x.var((2, 3), unbiased=False, keepdim=True)
    normal = (x - mean) / (var + eps).sqrt()
    return scale[:, :, None, None] * normal + bias[:, :, None, None]
    ### END SOLUTION

# %%
adain = check(adain)

# %% [markdown]
# ### Exercise 16.2 · What is left
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# A feature map has mean 7 and standard deviation 0.2. A style with scale 3 and bias −1 is applied. What is its mean now?

# %%
### BEGIN SOLUTION
answers["16.2"] = -1
### END SOLUTION

# %%
check(answers, "16.2")

# %% [markdown]
# Now the network runs on *your* layer: it calls `restyle` at every level. The weights are those that came with the course.

# %%
generator = StyleGenerator(restyle=adain).to(device).eval()
generator.load_state_dict(read_checkpoint("style_faces"))
same = (batched(generator, draw_w(50, seed=2)) - batched(shipped, draw_w(50, seed=2))).abs().max()
size = sum(weights.numel() for weights in generator.parameters())
print(f"{size:,} weights; largest difference to the package's layer {same:.0e}")
assert same < 1e-3

# %% [markdown]
# To measure what it draws we need a judge. The faces of this course have known factors, so the judge is a network that reads them: twelve numbers for a face, each scaled to run from −1 to 1. Its last hidden layer gives the features of the Fréchet distance. How well does it read real test faces?

# %%
judge = FaceJudge().to(device).eval()
judge.load_state_dict(read_checkpoint("face_judge"))

def read(images: Tensor) -> Tensor:
    """Factors (N, 12) of faces, each from −1 to 1, on the CPU."""
    return batched(judge, images).cpu()

truth = torch.stack([(test.factors[k] - (f.low + f.high) / 2) / ((f.high - f.low) / 2)
                     for k, f in FACTORS.items()], 1)
r2 = 1 - (read(test_faces) - truth).square().mean(0) / truth.var(0)
print(", ".join(f"{name} {value:.2f}" for name, value in zip(FACTORS, r2)))

# %% [markdown]
# 1 is perfect, 0 is guessing the mean. It reads pose, light, skin, hair and background, so those we measure. It hardly sees a smile at 32×32, so about smiles we claim nothing.

# %%
real = batched(judge.features, test_faces)

def frechet(images: Tensor) -> float:
    """Fréchet distance of images to 1,000 test faces, in the features of the judge."""
    return frechet_distance(batched(judge.features, images), real)

made = batched(generator, draw_w(1000, seed=0))
floor, mean_face = frechet(faces[:1000]), frechet(faces.mean(0).expand(1000, -1, -1, -1))
print(f"other real faces {floor:.2f} · the 400-second network {frechet(made):.1f} · "
      f"the mean face, 1,000 times {mean_face:.0f}")

# %% [markdown] slide_type="slide" only="slides"
# ## A style overrules the mean and the spread of every map
#
# $$\mathrm{AdaIN}(x)_c = \text{scale}_c\,\frac{x_c - \mu(x_c)}{\sqrt{\sigma^2(x_c) + \varepsilon}} + \text{bias}_c$$
#
# - mean and variance over the pixels of *one* map of *one* example
# - scale and bias: a linear layer on $w$, one for each level
#
# A map with mean 7 and spread 0.2, scale 3, bias −1. What is its mean now?

# %% [markdown] slide_type="notes"
# Give the room a minute for the question at the bottom: the answer is minus one, and the spread is three. Whatever earlier levels said about mean and spread is gone. Then ask what survives from one level to the next: where in the map things are, relative to one another. What goes wrong in code: statistics over the batch. Nothing crashes, and the clinic at the end shows what follows.

# %% [markdown]
# **Tomorrow, with your own model:** before you train, ask of each normalization over which axes it computes. If the batch is one of them, a sample depends on the others in its batch.
#
# ## 2 · Two faces, one picture
#
# Since every level gets a style of its own, it may get that of *another* face. So far `generator` took one $w$ for all levels, (N, 32). It also takes one for each level, (N, 4, 32).
#
# ### Exercise 16.3 · Mix
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# The first `crossover` levels, the coarse ones, get `w1` (N, K), the rest `w2`. With `crossover=1` and `levels=3` the rows of one example are w1, w2, w2.

# %%
def mix_styles(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    """A style for each level, (N, levels, K): the first `crossover` are w1 (N, K), the rest w2."""
    # 1. for each level, w1 or w2
    # 2. put the levels side by side, as axis 1
    ### BEGIN SOLUTION
    styles = [w1 if level < crossover else w2 for level in range(levels)]
    return torch.stack(styles, dim=1)
    ### END SOLUTION

# %%
mix_styles = check(mix_styles)

# %%
predict("16.mixing")

# %% [markdown]
# Coarse styles (4 and 8 pixels) come from the face at the left of each row, fine ones (16 and 32) from the face above each column.

# %% slide_type="slide"
left, above = draw_w(5, seed=3), draw_w(7, seed=4)
blank = torch.ones(1, 3, 32, 32, device=device)
rows = {"fine:": torch.cat([blank, batched(generator, above)])}
for n, w in enumerate(left[:4]):
    mixed = mix_styles(w.expand(7, -1), above, 2, 4)
    pair = (batched(generator, w[None]), batched(generator, mixed))
    rows[f"coarse {'abcd'[n]}"] = torch.cat(pair)
show(plots.image_rows(rows, title="What does a row share, and what a column?"),
     alt="A table of faces. At the left of each row stands its coarse source, above each column its "
         "fine source. Along a row heads are turned alike; down a column skin, hair color and "
         "background are alike")

# %% [markdown] slide_type="fragment" only="slides"
# A row shares its **pose**, a column its **skin and background**.

# %% [markdown]
# Go along a row: the heads are turned alike. Go down a column: skin, hair color and background stay. That is what one sees in a few faces. Now measure it on a thousand pairs.

# %% [markdown] slide_type="notes"
# The face at the left gives a row its coarse styles, at 4 and 8 pixels; the face above gives a column its fine ones. Let the room find what a row shares and what a column shares, before the answer appears. Then ask for exceptions, because there are some: the direction of the light follows neither source. Ten faces prove little; the next slide measures a thousand pairs.

# %% [markdown]
# How far does a factor follow each source? Take pairs of codes, mix them, read the factor $a$ of the coarse source, $b$ of the fine one and $m$ of the mixture, and fit $m \approx \alpha a + \beta b + \text{const}$ by least squares. $\alpha = 1, \beta = 0$: the factor is the coarse source's alone.

# %%
def slopes(generator: StyleGenerator, crossover: int = 2, n: int = 1000, seed: int = 11) -> dict:
    """For each factor: slope on the coarse source and on the fine source."""
    w1, w2 = draw_w(2 * n, seed, generator).chunk(2)
    mixed = mix_styles(w1, w2, crossover, 4)
    a, b, m = (read(batched(generator, w)) for w in (w1, w2, mixed))  # (n, 12) each
    found = {}
    for i, name in enumerate(FACTORS):
        design = torch.stack([a[:, i], b[:, i], torch.ones(n)], 1)
        found[name] = torch.linalg.lstsq(design, m[:, i : i + 1]).solution[:2, 0].tolist()
    return found

# %%
SHOWN = ("azimuth", "light_direction", "hair_length", "hair_color", "skin_tone", "background")
split = slopes(generator)
print(f"{'':18s}coarse  fine")
for name in SHOWN:
    print(f"{name:18s}{split[name][0]:6.2f}{split[name][1]:6.2f}")

# %% tags=["solution"]
# What the text claims, on other pairs.
for seed in (21, 22, 23):
    other = slopes(generator, n=300, seed=seed)
    for name, source in (("azimuth", 0), ("skin_tone", 1), ("background", 1)):
        assert other[name][source] > 0.7 and abs(other[name][1 - source]) < 0.2, (name, other[name])
    assert max(other["light_direction"]) < 0.45 and other["hair_length"][0] > 0.5
for row in (measured("style_faces", arm=arm)[0] for arm in ("checkpoint", "again")):
    for name, source, rest in (("azimuth", "coarse", "fine"), ("hair_length", "coarse", "fine"), ("skin_tone", "fine", "coarse"),
                               ("background", "fine", "coarse"), ("hair_color", "fine", "coarse")):
        assert float(row[f"{name} {source}"]) > float(row[f"{name} {rest}"]) + 0.4
assert float(measured("style_faces", arm="again")[0]["light_direction coarse"]) > 0.9

# %% [markdown] slide_type="slide" only="slides"
# ## Pose follows the coarse source, skin the fine one
#
# | factor | slope, coarse source | slope, fine source |
# |---|---|---|
# | azimuth | **0.96** | −0.02 |
# | hair length | **0.70** | −0.03 |
# | skin tone | −0.03 | **0.83** |
# | background | −0.01 | **1.01** |
# | direction of the light | 0.14 | 0.04 |
#
# A thousand pairs, the shipped network. In a second run of the recipe the light follows the coarse source: 0.97.

# %% [markdown] slide_type="notes"
# A slope says by how much the mixed face's factor changes when the source's does. A 1 means that it is taken over whole. Ask for the surprise in the table: the light follows neither source, which ten faces don't show. Then read the last line: a second run of the same recipe sends the light to the coarse source. What goes wrong: people call a level "the skin level" after looking at one grid.

# %% [markdown]
# Azimuth is the coarse source's: a slope near 1, and nothing from the fine one. Background and skin are the fine source's, and so is most of the hair's color. Hair length follows the coarse source, but only in part. And the light's direction follows *neither*: a mixture loses it. Ten faces don't show that; a table does.
#
# Is that true of the recipe, or of this network? The benchmark trained a second network with the same recipe, for as many steps, and measured the slopes of both on 600 other pairs, so the first two columns differ a little from those above:

# %%
pair = [measured("style_faces", arm=arm)[0] for arm in ("checkpoint", "again")]
print(f"{'':18s}  this network      second network\n{'':18s}" + "  coarse   fine  " * 2)
for name in SHOWN:
    print(f"{name:18s}" + "".join(f"{row[f'{name} coarse']:>8s}{row[f'{name} fine']:>7s}  " for row in pair))

# %% [markdown]
# In both, azimuth and hair length follow the coarse source, skin, background and hair color the fine one. The light doesn't agree: in the second network it follows the coarse source (0.97). So "a mixture loses the light" is true of one network. "Coarse levels hold the pose" is true of two networks, as far as azimuth tells.

# %%
def draw_mixture(fig, crossover: int, psi_w: float):
    """Six mixtures of two rows of faces, psi_w of the way from the mean code."""
    w1, w2 = (centered(draw_w(6, seed), psi_w) for seed in (5, 6))
    pictures = {"coarse": w1, "mixed": mix_styles(w1, w2, crossover, 4), "fine": w2}
    return plots.image_rows({k: batched(generator, w) for k, w in pictures.items()}, fig=fig,
                            title=f"{crossover} of 4 levels from the upper row")

def centered(w: Tensor, share: float) -> Tensor:
    """Codes w, their distance to the mean code times `share`; section 4 says what that does."""
    return w_mean + share * (w - w_mean)

w_mean = draw_w(10_000, seed=12).mean(0)
explore(draw_mixture, crossover=(0, 4, 2), psi_w=(-1.0, 1.5, 1.0),
        alt="Three rows of six faces: the coarse sources, the mixtures, the fine sources")

# %% [markdown]
# Leave `psi_w` at 1 and move `crossover` from 4 down to 0. At 4 the mixtures equal the upper row, at 0 the lower one. Which property changes first?
#
# **Tomorrow:** if you claim that one part of a network controls one property, exchange that part between samples, *measure* the property, and report the slope on both sources.
#
# ## 3 · Where the split comes from, and what it costs
#
# Does the split come from the architecture, or from training? The course's benchmark trained two recipes, each with three seeds, for 60 processor seconds a run. The recipes are alike but for one thing: in "mixing", nine of ten training pictures were made with the styles of *two* codes. Three runs went on to 5,271 steps, about 400 seconds. Two follow the recipe "mixing": "checkpoint", the network that you have used so far, and "again", the second network of section 2. The third, "no mixing, long", is their control. The row "mixing seed 0" is "again" after its first 833 steps, about a minute.

# %%
table = {arm: measured("style_faces", arm=arm) for arm in ("checkpoint", "again", "no mixing, long", "mixing", "no mixing")}
def of(row: dict, *keys: str) -> list[float]:
    """Numbers of a row, by their columns."""
    return [float(row[key]) for key in keys]

columns = {"Fréchet": "frechet 1.0", "mixed faces": "frechet mixed", "skin, coarse": "skin_tone coarse",
           "skin, fine": "skin_tone fine", "azimuth, coarse": "azimuth coarse", "ground, fine": "background fine"}
print(f"{'':22s}" + "".join(f"{name:>16s}" for name in columns))
for arm, runs in table.items():
    for r in runs:
        print(f"{arm:15s} seed {r['seed']}" + "".join(f"{float(r[key]):16.2f}" for key in columns.values()))

# %% [markdown]
# First the **cost**. After 60 seconds the runs without mixing have distances of 3.5, 5.5 and 3.5. With mixing they are 5.6, 45 and 31: behind in every seed, and in two of them about as bad as the mean face drawn 1,000 times (32 in section 1), or worse. The long runs keep that order: 1.0 without mixing, 3.3 and 3.2 with it.
#
# Then the **split**, first that of the skin. In both long runs with mixing, skin follows the fine source and not the coarse one. In the long run without, it follows both about halfway (0.42 and 0.36), as it did after a minute. So time alone doesn't split it; nor does a minute of mixing. For the skin it takes both. The last two columns tell another story: in *all three* long runs azimuth follows the coarse source and the background the fine one, and in the short runs without mixing the background already follows the fine source more than the coarse one. Nobody told these levels to. So what a level holds comes partly from the architecture and partly from the training, and only a measurement tells which. (The control is one run.)
#
# Last the column "mixed faces": the Fréchet distance of faces with two levels of one code and two of another. Every run with mixing draws mixtures *better* than plain faces, every run without draws them worse. The long run without mixing has the best plain faces of all, and its mixtures, at 4.0, are behind those of both long runs with mixing. You get what you train for. (The two poor runs, at 45 and 31, prove little: the growing networks of section 6 are poor too, and their mixtures are also better than their plain faces, although none was trained with mixtures. So look at the other three runs with mixing.)

# %% tags=["solution"]
# What the text claims, for every run of the table.
for arm in ("checkpoint", "again", "mixing"):
    assert all(of(row, "frechet mixed") < of(row, "frechet 1.0") for row in table[arm])
for row in table["no mixing"] + table["no mixing, long"]:
    coarse, fine = of(row, "skin_tone coarse", "skin_tone fine")
    assert abs(fine - coarse) < 0.3 and of(row, "frechet mixed") > of(row, "frechet 1.0")
    assert of(row, "background fine")[0] > of(row, "background coarse")[0] + 0.25
for row in table["no mixing"]:
    (mixing,) = measured("style_faces", arm="mixing", seed=row["seed"])
    assert of(row, "frechet 1.0") < of(mixing, "frechet 1.0")
    assert float(mixing["skin_tone fine"]) < float(mixing["skin_tone coarse"]) + 0.3
for row in table["checkpoint"] + table["again"]:
    assert float(row["skin_tone fine"]) > 0.8 and abs(float(row["skin_tone coarse"])) < 0.1
(control,) = table["no mixing, long"]
for row in table["checkpoint"] + table["again"]:
    assert of(row, "frechet mixed") < of(control, "frechet mixed") and of(row, "frechet 1.0") > of(control, "frechet 1.0")
for row in table["checkpoint"] + table["again"] + [control]:
    assert of(row, "azimuth coarse")[0] > 0.7 > 0.1 > abs(of(row, "azimuth fine")[0]) and of(row, "background fine")[0] > 0.8
assert all(len(table[arm]) == 3 for arm in ("mixing", "no mixing"))
for row in [run for runs in table.values() for run in runs]:
    z, w, z_middle, w_middle = of(row, "mean in z", "mean in w", "median in z", "median in w")
    assert z > w and z / w > z_middle / w_middle
    distances = of(row, "frechet 1.0", "frechet 0.7", "frechet 0.5", "frechet 0.3")
    assert distances == sorted(distances) or distances[0] > 10  # of runs that draw faces

# %% [markdown]
# ### Exercise 16.4 · Why does skin follow the fine source?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# In the network that you have used, skin follows the fine source alone. What does that come from, as far as these runs tell?
#
# - **a** The architecture: a level of 4×4 or 8×8 pixels can't set the color of a face.
# - **b** Both, mixed styles and time: neither alone makes skin follow the fine source.
# - **c** Training time: any run of 400 seconds has the split, with mixed styles or without.
# - **d** Mixed styles: every run trained with them has the split, however short.

# %%
### BEGIN SOLUTION
answers["16.4"] = "b"
### END SOLUTION

# %%
check(answers, "16.4")

# %% [markdown] slide_type="slide" only="slides"
# ## Mixing costs quality. What does it buy?
#
# | trained | Fréchet | of mixed faces | skin: coarse, fine |
# |---|---|---|---|
# | mixing, 400 s, two runs | 3.3, 3.2 | 1.7, 1.1 | **−0.08, 0.86** · **0.07, 0.94** |
# | no mixing, 400 s, one run | **1.0** | 4.0 | 0.42, 0.36 |
# | mixing, 60 s, three seeds | 5.6, 45, 31 | 4.0, 31, 24 | 0.41, 0.68 · 0.59, −0.08 · 0.77, 0.30 |
# | no mixing, 60 s, three seeds | 3.5, 5.5, 3.5 | 5.9, 11, 4.4 | 0.42, 0.42 · 0.19, 0.36 · 0.34, 0.29 |
#
# Which rows show that time alone doesn't split the skin?

# %% [markdown] slide_type="notes"
# Compare rows one and two: the same steps, and one line of the training step differs. It costs quality, and buys good mixtures and a skin that follows one source. Rows one and three: a minute of mixing isn't enough. Then say what the table leaves out: background and azimuth split without mixing, too. What goes wrong: without row two, two things change at once, and one gets the credit.

# %% [markdown]
# ### Yours, ten seconds
#
# Your layer, your mixing, a small discriminator, and a training step that you write. It is `gan_step` of notebook 06; what is new is where the fakes come from.
#
# ### Exercise 16.5 · The training step
# Difficulty ●●● · importance ●●● · 12 minutes
#
# `z1` and `z2` (N, 32) are two codes for each picture. `generator.to_w(z1)` gives the style (N, 32) of a code, `generator(styles)` pictures of styles (N, 4, 32), `discriminator(x)` logits. The first `crossover` of the 4 levels take their style from z1: call your `mix_styles`. Both updates use the same fakes; D is updated first, and G's loss uses the new D.

# %%
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), from logits: your loss of notebook 06."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()

def generator_loss(fake_logits: Tensor) -> Tensor:
    """−mean log D(fake), from logits, the non-saturating loss."""
    return F.softplus(-fake_logits).mean()

# %%
def style_step(
    generator: nn.Module, discriminator: nn.Module, opt_g: torch.optim.Optimizer,
    opt_d: torch.optim.Optimizer, x_real: Tensor, z1: Tensor, z2: Tensor, crossover: int,
) -> dict[str, float]:
    """One update of D, then one of G, on pictures whose styles come from two codes: the two losses."""
    # 1. a style of each code; mixed for 4 levels; pictures of the mixture
    # 2. D's loss on real pictures and on detached fakes; zero, backward and step for D
    # 3. G's loss: what the new D says of the fakes; zero, backward and step for G
    # 4. both losses as floats, {"d_loss": …, "g_loss": …}
    ### BEGIN SOLUTION
    w1, w2 = generator.to_w(z1), generator.to_w(z2)
    x_fake = generator(mix_styles(w1, w2, crossover, 4))
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
style_step = check(style_step)

# %% [markdown]
# Around your step: the R1 penalty of notebook 11 as an update of its own, after every fourth step and four times as strong, and `average`, a second generator whose weights follow those of G slowly. Samples are drawn from the average. Two seeds, ten seconds each.

# %%
def blocks(*channels: int) -> list[nn.Module]:
    """Convolutions that halve the side, one for each pair of neighbors in `channels`."""
    halve = [(nn.Conv2d(a, b, 4, stride=2, padding=1), nn.LeakyReLU(0.2)) for a, b in pairwise(channels)]
    return [part for layer in halve for part in layer]

def r1_update(critic: nn.Module, x: Tensor, opt_d: torch.optim.Optimizer) -> None:
    """One update of D on the penalty alone: the squared slope at real pictures."""
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    opt_d.zero_grad()
    (4 * 4 / 2 * slope.square().flatten(1).sum(1).mean()).backward()
    opt_d.step()

@torch.no_grad()
def follow(average: nn.Module, g: nn.Module) -> None:
    """Move the averaged weights a little toward those of g."""
    for slow, fast in zip(average.parameters(), g.parameters()):
        slow.lerp_(fast, 0.02)

# %%
def train_mine(seed: int) -> StyleGenerator:
    """The averaged generator after a hundred of your steps."""
    set_seed(seed)
    chance, steps = Generator().manual_seed(seed), itertools.count(1)
    mine, average = (StyleGenerator(restyle=adain).to(device) for _ in range(2))
    average.load_state_dict(mine.state_dict())
    critic = nn.Sequential(*blocks(3, 32, 64, 64), nn.Flatten(), nn.Linear(64 * 16, 1)).to(device)
    opt_g, opt_d = (adam(net.parameters(), 2e-3, betas=(0.0, 0.99)) for net in (mine, critic))

    def step(x: Tensor) -> dict[str, float]:
        z1, z2 = torch.randn(2, len(x), 32, generator=chance).to(x)
        crossover = int(torch.randint(1, 5, (), generator=chance))  # 4: all levels from z1
        losses = style_step(mine, critic, opt_g, opt_d, x, z1, z2, crossover)
        if next(steps) % 4 == 0:
            r1_update(critic, x, opt_d)
        follow(average, mine)
        return losses

    fit(step, faces[:3200], epochs=1, batch_size=32, seed=seed)
    return average.eval()

trained = {f"10 s, seed {seed}": train_mine(seed) for seed in range(2)}

# %% slide_type="slide"
rows = {name: batched(net, draw_w(8, 1, net)) for name, net in trained.items()}
rows |= {"400 seconds": batched(generator, draw_w(8, 1)), "real": test_faces[8:16]}
show(plots.image_rows(rows, title="Ten seconds give blurred heads, 400 give faces"),
     alt="Four rows of eight pictures. After 10 seconds, two seeds: blurred heads in front of a "
         "background. After 400: faces with hair, skin and pose of their own. Below, real faces")

# %% [markdown] slide_type="notes"
# The same generator and the same training step, with two styles in every picture; only the time differs. Ask what the upper two rows have learned: where the head is, and that there is a background. They draw nearly one picture for all codes. So a comparison of runs of a minute is a comparison of beginnings. What goes wrong: people blame the step that they wrote; it is right, and ten seconds are too few.

# %%
quick = [frechet(batched(net, draw_w(1000, 0, net))) for net in trained.values()]
print("Fréchet: yours", " and ".join(f"{value:.0f}" for value in quick) + f", 400 seconds {frechet(made):.1f}, real {floor:.2f}")

# %% [markdown]
# Yours draw a head in front of a background, and much the same one every time. The other network differs in little but its 400 seconds. Remember both numbers when you read a comparison of runs of one minute.
#
# **Tomorrow:** when a paper shows a property of its model, ask which part of the *training* made it, and look for the row of the table without that part.
#
# ## 4 · Truncation
#
# Codes that training seldom saw tend to give bad pictures, and most of them are far from the mean code. So **truncation** moves every code toward the mean: $w' = \bar w + \psi\,(w - \bar w)$. Published faces of style generators are often drawn with $\psi$ = 0.5 to 0.7.
#
# ### Exercise 16.6 · Truncate
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# `w` (N, K), `w_mean` (K,). At `psi` 1 nothing changes, at 0 every code is the mean, below 0 it is on the other side of the mean.

# %%
def truncate(w: Tensor, w_mean: Tensor, psi: float) -> Tensor:
    """w (N, K), its distance to w_mean (K,) multiplied by psi."""
    # start at the mean, and go psi of the way to w
    ### BEGIN SOLUTION
    return w_mean + psi * (w - w_mean)
    ### END SOLUTION

# %%
truncate = check(truncate)

# %%
predict("16.truncate")

# %%
w, real_spread, results = draw_w(1000, seed=13), read(test_faces).std(0), {}
for psi in (1.0, 0.7, 0.5, 0.3):
    images = batched(generator, truncate(w, w_mean, psi))
    spread = (read(images).std(0) / real_spread).mean().item()
    results[psi] = (frechet(images), spread)
    near = nearest_distances(images, faces).mean()
    print(f"psi {psi}: Fréchet {results[psi][0]:4.1f}, spread of the factors {spread:.2f}, nearest real face {near:.1f}")

# %% [markdown]
# "Spread" is that of the twelve factors, over real faces'. "Nearest" is the mean pixel distance to the nearest of 4,000 real faces.

# %% [markdown] slide_type="slide" only="slides"
# ## Truncation moves every code toward the mean code
#
# $$w' = \bar w + \psi\,(w - \bar w)$$
#
# Published faces are often drawn at ψ = 0.5 to 0.7.

# %% slide_type="-" only="slides"
across = torch.linalg.svd((w - w_mean).cpu(), full_matrices=False).Vh[:2]  # two directions in which codes differ most
fig, axes = plots.canvas(width=9, height=2.7, cols=4)
for ax, psi in zip(axes, (1.0, 0.7, 0.5, 0.3)):
    ax.plot(*((truncate(w, w_mean, psi) - w_mean).cpu() @ across.T).T, ".", color=plots.SERIES[2], ms=3, alpha=0.5)
    ax.plot(0, 0, "*", color=plots.INK, ms=14, mec="white")
    ax.set(xlim=(-6, 6), ylim=(-6, 6), aspect="equal", xticks=[], yticks=[], title=f"ψ = {psi:g}")
show(fig, alt="A thousand codes in two of their directions, four times: a wide cloud around a star, the mean code, at psi 1, and the same cloud ever smaller at 0.7, 0.5 and 0.3")

# %% [markdown] slide_type="-" only="slides"
# What do a thousand codes draw at ψ = 0, and what at ψ = −0.7?

# %% [markdown] slide_type="notes"
# The reason for the formula: codes that training seldom saw tend to give bad pictures, and most of them are far from the mean. So a share psi of the way from the mean to the code is all that is used. Let everybody write down what psi 0 draws, and what a negative psi draws, before you go on. What goes wrong: people expect gray or noise at 0. It is a face, the same one for every code.

# %% [markdown] slide_type="slide" only="slides"
# ## Truncated faces are typical, and all alike

# %% slide_type="-"
rows = {f"ψ = {psi:g}".replace("-", "−"): batched(generator, truncate(w[:8], w_mean, psi))
        for psi in (1.0, 0.7, 0.3, 0.0, -0.7)}
show(plots.image_rows(rows, title="Toward the mean face, and out on the other side"),
     alt="Five rows of the same eight codes. At psi 1 the faces differ in skin, hair, pose and "
         "background. They become more alike at 0.7 and 0.3; at 0 all are one face; at −0.7 each "
         "is the opposite of its face at the top: dark for light, left for right")

# %% [markdown]
# At ψ = 0 every code gives one and the same face, and below 0 the opposite of each: dark for light, left for right. On the way to 0, faces lose what is odd about them and what sets them apart. The Fréchet distance *rises*: it compares the variety of samples with that of real faces, and a small ψ reduces it. That truncated pictures are *better* one by one is often said; here the distance to the nearest real face hardly changes.

# %% [markdown] slide_type="notes"
# Go down one column: the face becomes the one that all codes share, at psi 0, and then its own opposite, dark for light and left for right. Compare with what the room predicted. Ask which row they would print in a paper, and which they would hand to the Fréchet distance. The numbers follow on the next slide.

# %% [markdown] slide_type="slide" only="slides"
# ## Truncation raises the Fréchet distance
#
# | ψ | 1 | 0.7 | 0.5 | 0.3 |
# |---|---|---|---|---|
# | Fréchet distance | 3.3 | 5.6 | 8.8 | 14.5 |
# | spread of the factors | 0.86 | 0.77 | 0.71 | 0.60 |
# | nearest real face | 4.4 | 4.3 | 4.4 | 4.6 |
#
# Single faces come no nearer to real ones, and together they are less varied.

# %% [markdown] slide_type="notes"
# The distance rises in both networks of 400 seconds, and in each short run whose distance at psi 1 is below 10. Two short mixing runs, at 45 and 31, are too poor to tell. Ask why the distance rises although single faces look cleaner: the covariance of the features shrinks, and a Fréchet distance sees that. Recall would say the same. The lesson for reading papers: the pictures and the table may come from different psi.

# %% [markdown]
# ### Exercise 16.7 · Two reports
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Report A: Fréchet 4, faces somewhat ragged. Report B: Fréchet 9, every face clean. What can you conclude about the two networks?
#
# - **a** B is better, since the Fréchet distance misjudges sharp pictures.
# - **b** A is better, since a lower Fréchet distance always means a better model.
# - **c** Nothing yet: they may be one model at two values of psi.
# - **d** They are equally good if psi can be tuned until both distances agree.

# %%
### BEGIN SOLUTION
answers["16.7"] = "c"
### END SOLUTION

# %%
check(answers, "16.7")

# %% [markdown]
# **Tomorrow:** write psi (or the temperature, or the guidance) beside every number and under every picture. Report the distance without it first.
#
# ## 5 · Is w smoother than z?
#
# The mapping network is said to *unbend* the code: in $w$ equal steps change the picture more evenly. The usual evidence is the **path length**: walk from one code to another, take a small step $\epsilon$ at a random place $t$ between 0 and 1, and see how much the picture changes:
#
# $$\ell = \frac{1}{\epsilon^2}\,\big\lVert g(w_0 + (t + \epsilon)(w_1 - w_0)) - g(w_0 + t\,(w_1 - w_0))\big\rVert^2 .$$
#
# ### Exercise 16.8 · Path length
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# Squared pixel distance of the pictures at `t` and `t + eps` on the straight line from `w0` to `w1` (N, K), divided by `eps`². `t` is (N, 1), a place for each line, and fits the codes as it is. `g(w)` gives the pictures (N, C, H, W); return one number for each line, (N,).

# %%
def path_length(g, w0: Tensor, w1: Tensor, t: Tensor, eps: float) -> Tensor:
    """Squared change of g's picture from t (N, 1) to t + eps on the line w0 to w1 (N, K), over eps²."""
    # 1. the codes at t and at t + eps
    # 2. a picture of each; the squared difference, summed over channels and pixels
    # 3. divided by eps²
    ### BEGIN SOLUTION
    here, there = g(w0 + t * (w1 - w0)), g(w0 + (t + eps) * (w1 - w0))
    return (there - here).square().flatten(1).sum(1) / eps**2
    ### END SOLUTION

# %%
path_length = check(path_length)

# %% [markdown]
# The network ignores the length of $z$ (`to_w` scales every $z$ to the same length), so along a straight line in $z$ the direction would turn unevenly. Take an *arc* instead, between two directions at a right angle. On an arc the angle runs evenly from 0 to π/2, so the arc is a straight line *in the angle*, and your function can walk it. The paths in $w$ are straight lines between the same ends.

# %%
predict("16.path")

# %%
z0, z1 = (F.normalize(draw_z(1000, seed)) for seed in (14, 15))
z1 = F.normalize(z1 - (z1 * z0).sum(1, keepdim=True) * z0)  # at a right angle to z0
w0, w1 = (batched(generator.to_w, z) for z in (z0, z1))
t = torch.rand(1000, 1, generator=Generator().manual_seed(16)).to(device)

def picture_at_angle(angle: Tensor) -> Tensor:
    """The picture of each arc at an angle (N, 1)."""
    return batched(generator, generator.to_w(angle.cos() * z0 + angle.sin() * z1))

with torch.no_grad():
    zero = torch.zeros_like(t)
    lengths = {
        "arcs in z": path_length(picture_at_angle, zero, zero + math.pi / 2, t, 0.01),
        "lines in w": path_length(lambda w: batched(generator, w), w0, w1, t, 0.01),
    }
for name, change in lengths.items():
    most = change.sort().values[:950].mean()  # all but the longest twentieth
    numbers = f"without the longest 5 % {most:5.0f}   median {change.median():5.0f}"
    print(f"{name:11s} mean {change.mean():5.0f}   {numbers}")

# %% [markdown] slide_type="slide" only="slides"
# ## Path length: what a small step does to the picture
#
# $$\ell = \frac{1}{\epsilon^2}\,\big\lVert g(\text{path at } t + \epsilon) - g(\text{path at } t)\big\rVert^2$$

# %% slide_type="-" only="slides"
share = torch.linspace(0, 1, 12, device=device)[:, None]
angles = share * math.pi / 2
paths = {"arc in z": generator.to_w(angles.cos() * z0[:1] + angles.sin() * z1[:1]), "line in w": w0[:1] + share * (w1[:1] - w0[:1])}
show(plots.image_rows({name: batched(generator, codes.detach()) for name, codes in paths.items()}),
     alt="Two rows of twelve faces, from one face to another in even steps. Both rows begin and end with the same two faces, and differ a little in the middle")

# %% [markdown] slide_type="-" only="slides"
# | a thousand paths, shipped network | arcs in z | lines in w |
# |---|---|---|
# | mean path length | 2,971 | **1,291** |
#
# Is w smoother than z?

# %% [markdown] slide_type="notes"
# The mapping network is said to unbend the code, so that equal steps change the picture more evenly. The usual evidence is this mean. Explain a path: two codes, a way from one to the other, a random place on it, one small step. In z the way is an arc, since the network ignores the length of z. Let the room conclude from the two means, and write the conclusion down. The next slide shows all thousand numbers.

# %% [markdown] slide_type="slide" only="slides"
# ## The means differ by a factor of 2.3, the medians by 1.4

# %% slide_type="-"
fig = plots.score_histogram(
    {name: change.clamp(min=1).log10() for name, change in lengths.items()},
    xlabel="path length: squared change of the picture, over ε²",
    title="The two overlap; the largest changes are in z", bins=40)
fig.axes[0].set_xticks(range(6), [f"{10**power:,}" for power in range(6)])
show(fig, alt="Two histograms on a logarithmic axis that overlap almost everywhere. The one for "
              "arcs in z is wider and reaches further to the right")

# %% [markdown]
# The mean in z is more than twice that in w; the median in z is less than 1.5 times that in w. The two histograms overlap almost everywhere. The largest changes, to the right, are in z: there some small steps cross a place where the picture jumps, and those raise the mean. In the other runs the medians differ even less:

# %% [markdown] slide_type="notes"
# Say the two medians: 868 in z and 627 in w, much closer than the means. Ask whether last slide's conclusion stands. A mean of a quantity that spans powers of ten is a statement about its tail. The tail is real: in z some small steps make the picture jump, at the far right. But "w is smoother" suggests that every step is gentler, and that isn't so.

# %%
for row in [run for runs in table.values() for run in runs]:
    means, medians = of(row, "mean in z", "mean in w"), of(row, "median in z", "median in w")
    print(f"{row['arm']:15s} seed {row['seed']}, {row['seconds']:>3s} s: mean in z over mean in w "
          f"{means[0] / means[1]:.2f}, the same of medians {medians[0] / medians[1]:.2f}")

# %% [markdown]
# In every run the means are further apart than the medians. "w is smoother" is true of the tail; of a typical step it is true to a much smaller degree, or not at all.
#
# Another claim about w can be tested as well: that it lays the factors out in straight directions. Fit each factor as a linear function of the code, once from z and once from w.

# %%
def readable(code: Tensor, factors: Tensor) -> Tensor:
    """R² (12,) of the factors as a linear function of a code, on codes that were not fitted."""
    design = torch.cat([code, torch.ones(len(code), 1)], 1)
    line = torch.linalg.lstsq(design[:1000], factors[:1000]).solution
    left = (factors[1000:] - design[1000:] @ line).square().mean(0)
    return 1 - left / factors[1000:].var(0)

z = draw_z(2000, seed=17)
w = batched(generator.to_w, z)
factors = read(batched(generator, w))
from_z, from_w = (readable(code.cpu(), factors) for code in (F.normalize(z), w))
print(f"{'':18s}from z  from w")
for name in SHOWN:
    i = list(FACTORS).index(name)
    print(f"{name:18s}{from_z[i]:6.2f}{from_w[i]:8.2f}")

# %% tags=["solution"]
# What the text claims, for every run of the table.
for row in [run for runs in table.values() for run in runs]:
    assert all(float(row[f"{name} from w"]) > float(row[f"{name} from z"]) for name in SHOWN)

# %% [markdown] slide_type="slide" only="slides"
# ## A linear function reads every factor better from w than from z
#
# | R² on new codes | from z | from w |
# |---|---|---|
# | azimuth | 0.13 | **0.86** |
# | direction of the light | 0.03 | **0.59** |
# | hair length | 0.32 | **0.95** |
# | skin tone | 0.50 | **0.97** |
# | background | 0.68 | **0.98** |
#
# R² is 1 if a factor is read exactly, and 0 if no better than by its mean.

# %% [markdown] slide_type="notes"
# Explain the experiment: two thousand codes, their faces, the judge's reading of them, and a least-squares line from code to factor, tested on codes it has not seen. Ask why z is worse although both codes draw the same face: z is a ball of noise, and the three layers behind it have laid the factors out. This claim about w holds; the one about smoothness holds for the tail.

# %% [markdown]
# This claim holds: a *linear* function reads every factor of the table better from w than from z, here and in every other run of section 3's table. Here azimuth and light can hardly be read from z. The mapping network, three small layers, has laid the factors out in nearly straight directions. It learned that from faces; z is a Gaussian that knows nothing of them.
#
# ### Exercise 16.9 · The mean
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# The mean path length in z is more than twice that in w; the medians differ much less. What follows?
#
# - **a** Steps in w are shorter everywhere, by the same factor.
# - **b** Very long steps in z raise its mean; typical steps differ less.
# - **c** The mean in z rests on too few paths to be compared with that in w.
# - **d** The pictures made from w are all alike, so little changes along a path.

# %%
### BEGIN SOLUTION
answers["16.9"] = "b"
### END SOLUTION

# %%
check(answers, "16.9")

# %% [markdown]
# **Tomorrow:** for any average over samples print the median beside it, and look at the histogram if the two differ by more than a third.
#
# ## 6 · Growing
#
# The predecessor of style generators trained in stages (Karras et al., 2018): first a network for 4×4 pictures, then a level is added for 8×8, and so on. The new level starts with random weights, so it is **faded in**. The picture is a weighted mean: (1 − α) of the old level's picture, enlarged, and α of the new level's, while α rises from 0 to 1.
#
# ### Exercise 16.10 · Fade in
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# `old` (N, C, H/2, W/2), `new` (N, C, H, W). Each pixel of `old` becomes a block of two by two.

# %%
def fade_in(old: Tensor, new: Tensor, alpha: float) -> Tensor:
    """(1 − alpha) of old (N, C, H/2, W/2), enlarged to nearest neighbors, and alpha of new."""
    # 1. enlarge the old picture: every pixel two by two
    # 2. the weighted mean of the two
    ### BEGIN SOLUTION
    return (1 - alpha) * F.interpolate(old, scale_factor=2) + alpha * new
    ### END SOLUTION

# %%
fade_in = check(fade_in)

# %%
predict("16.growing")

# %% [markdown]
# Put the shipped network into the state at the start of a fade. It has no output at 16×16, so let its own pictures, averaged over blocks of two by two, be those of the old level (`old`). Its last level gets random weights (`new`), from three seeds:

# %%
NEW = ("convs.3", "styles.4", "noise.3", "to_rgb")  # the parts of the last level

def with_a_new_level(seed: int) -> StyleGenerator:
    """The shipped network, its last level with random weights."""
    set_seed(seed)
    fresh = StyleGenerator(restyle=adain).to(device).eval()
    kept = {name: v for name, v in generator.state_dict().items() if not name.startswith(NEW)}
    fresh.load_state_dict(kept, strict=False)
    return fresh

w, alphas = draw_w(300, seed=19), (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
old, jump = F.avg_pool2d(batched(generator, w), 2), {}
for seed in range(3):
    new = batched(with_a_new_level(seed), w)
    jump[f"new level, seed {seed}"] = [frechet(fade_in(old, new, alpha)) for alpha in alphas]

# %% slide_type="slide"
blends = torch.stack([fade_in(old[:3], new[:3], alpha) for alpha in alphas], 1)  # (3, 7, 3, 32, 32)
show(plots.image_grid(blends.flatten(0, 1), columns=7, titles=[f"α = {a:g}" for a in alphas],
                      title="A new level is faded in: here one with random weights"),
     alt="Three faces, each in seven pictures. At alpha 0 they have the large pixels of 16 by 16; "
         "toward alpha 1 their colors turn garish, and little more than an outline is left")

# %% [markdown] slide_type="fragment" only="slides"
# What happens to the Fréchet distance on the way from 0 to 1?

# %% [markdown] slide_type="notes"
# Growing, the predecessor of style generators: train a network for 4×4 pictures, then add a level for 8×8, and so on. A new level begins with random weights, so it is faded in: the picture is a mean, alpha of the new level's and the rest of the old one's, enlarged. Go from left to right. Ask for a sketch of the distance over alpha, before the next slide. What goes wrong: people expect a fade to do no harm.

# %% [markdown] slide_type="slide" only="slides"
# ## A level that has not learned makes the distance jump

# %% slide_type="-"
show(plots.curves(alphas, jump, xlabel="alpha: share of the new level", ylabel="Fréchet distance",
                  title="As a random level fades in, pictures get worse, for all three seeds"),
     alt="Three curves that rise from about the same low distance at alpha 0 to several times as "
         "much at alpha 1")

# %% [markdown]
# Nothing was trained here. In a real run the new level learns while it fades in, so α has to rise more slowly than the level learns; if α rises faster, the distance jumps as it does here.

# %% [markdown] slide_type="notes"
# Compare with the room's sketches. At 0 the pictures are those of the smaller network, enlarged; at 1 they come from random weights alone. Three random levels, and the distance rises from the first tenth on for all three. Nothing was trained here. Ask what a schedule has to do in training: fade no faster than the new level learns.

# %% [markdown]
# And is growing cheaper? Measure the time of a forward pass through the first one, two, three or four levels:

# %%
def milliseconds(levels: int) -> float:
    """Processor time for 100 codes, up to so many levels."""
    styles, started = draw_w(100, seed=20)[:, None].expand(-1, levels, -1), time.process_time()
    with torch.no_grad():
        for _ in range(3):
            generator.features(styles)
    return 1000 * (time.process_time() - started) / 3

print(", ".join(f"{4 * 2**n}×{4 * 2**n}: {milliseconds(n + 1):.0f} ms" for n in range(4)))

# %% [markdown]
# A step at 4×4 costs a small part of one at 32×32, so a network that grows takes many more steps in the same time. *Cheaper steps* is true, and you have just measured it. *Faster* is another claim: it needs the quality over seconds, with growing and without. The benchmark trained both for 60 processor seconds, without mixing, with three seeds each. When it grows, levels begin at 0, 6, 15 and 30 seconds, and each fades in over five.

# %%
for name, arm in (("growing", "growing"), ("full size", "no mixing")):
    runs = measured("style_faces", arm=arm)
    print(f"{name:10s} steps", *(r["steps"] for r in runs), "  Fréchet after 60 s", *(f"{of(r, 'frechet 1.0')[0]:.1f}" for r in runs))

# %% [markdown] slide_type="slide" only="slides"
# ## Cheaper steps, and a jump at two of three fades

# %% slide_type="-"
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
for name, arm, color, line in (("growing", "growing", plots.ACCENT, "-"), ("full size", "no mixing", plots.HOUSE, "--")):
    for seed in range(3):
        rows = measured("style_growing", arm=arm, seed=seed)
        seconds, distances = ([float(r[key]) for r in rows] for key in ("second", "frechet"))
        ax.plot(seconds, distances, line, color=color, label=None if seed else f"{name}, three seeds")
for begin in (6, 15, 30):
    ax.axvline(begin, color=plots.QUIET, ls=":", label="a level begins to fade in" if begin == 6 else None)
ax.set(xlabel="processor seconds", ylabel="Fréchet distance (log)", yscale="log")
ax.set_yticks([5, 10, 20, 50, 100], ["5", "10", "20", "50", "100"])
ax.legend(loc="upper right")
plots.set_title(ax, "Growing jumps when 16 and 32 pixels fade in, and ends behind")
show(fig,
     alt="Six curves over 60 seconds. The three of full size fall steadily to about 4. The three of "
         "growing begin lower, near 13, jump up at 20 seconds and again at 35, and end at "
         "13, 15 and 40")

# %% [markdown]
# Growing took more than twice as many steps, and leads only in the first seconds. When the levels of 16 and of 32 pixels fade in, the distance jumps in every seed: before the last fade it was between 8 and 18, ten seconds later between 24 and 45. Two seeds come back to 15 and 13, the third hasn't come back after a minute. At full size nothing jumps, and all three seeds end below 6. So at 32×32, in a minute, with this schedule, growing is neither *faster* nor *more stable*. That says nothing of 1024×1024, for which it was invented: there the last level has a thousand times as many pixels as ours.

# %% [markdown] slide_type="notes"
# Ask which curve the room would bet on before you show the ends. Growing leads for ten seconds, since its steps are cheap and small pictures are easy. Then point at 15 and 30 seconds, where new levels begin. What goes wrong: people conclude that growing is bad. The schedule gives the full size half a minute; the claim is about this size, this schedule and this minute.

# %% tags=["solution"]
# What the text claims.
fades = {seed: [float(r["frechet"]) for r in measured("style_growing", arm="growing", seed=seed)] for seed in range(3)}
for seed, line in fades.items():  # a point every 2.5 seconds; the last fades begin at 15 and 30
    for begin in (15, 30):
        before = line[int(begin / 2.5) - 1]
        assert max(line[int(begin / 2.5) : int(begin / 2.5) + 4]) > 1.9 * before
    assert 8 < line[11] < 18.5 and 24 < line[15] < 46
full = [float(r["frechet 1.0"]) for r in table["no mixing"]]
grown = [float(r["frechet 1.0"]) for r in measured("style_faces", arm="growing")]
assert max(full) < 6 < 2 * max(full) < min(grown)
assert min(int(r["steps"]) for r in measured("style_faces", arm="growing")) > 2 * max(int(r["steps"]) for r in table["no mixing"])

# %% [markdown]
# ### And the noise?
#
# Published faces of 1024×1024 show what 32×32 can't: single hairs, pores, freckles. Each draw of the *noise* places them anew. Our faces have no texture. So what does the noise do here? Hold $w$ fixed, draw the noise twenty times, and look at the standard deviation of every pixel.

# %%
def variation(seed: int, n: int = 8) -> tuple[Tensor, Tensor]:
    """Mean picture (n, 3, 32, 32) of 20 draws of the noise at fixed w; sd of each pixel (n, 32, 32)."""
    w, chance = draw_w(n, 30 + seed), Generator().manual_seed(seed)
    with torch.no_grad():
        draws = torch.stack([generator(w, chance) for _ in range(20)])
    return draws.mean(0), draws.var(0).mean(1).sqrt()

def at_edges(pictures: Tensor, sd: Tensor) -> float:
    """Share of the variance that falls on the quarter of pixels with the steepest edges."""
    down = F.pad(pictures.diff(dim=2).abs().mean(1), (0, 0, 0, 1))
    steep = (down + F.pad(pictures.diff(dim=3).abs().mean(1), (0, 1))).flatten(1)
    there = steep >= steep.quantile(0.75, dim=1, keepdim=True)
    return ((sd.flatten(1).square() * there).sum() / sd.square().sum()).item()

noise = {}
for seed in range(3):
    pictures, sd = variation(seed)
    codes_sd = pictures.std(0).mean()
    noise[seed] = (255 * sd.mean().item(), (sd.mean() / codes_sd).item(), at_edges(pictures, sd))
    print("seed {}: noise moves a pixel by {:.2f} of 255, {:.1%} of what codes do; at edges {:.0%}".format(seed, *noise[seed]))

# %% slide_type="slide"
pictures, sd = variation(0)
rows = {"face": pictures, "noise × 80": (80 * sd)[:, None].expand(-1, 3, -1, -1).clamp(max=1)}
show(plots.image_rows(rows, title="What little the noise moves lies along edges"),
     alt="Eight faces, and below each where noise moves its pixels, made eighty times brighter: "
         "thin bright lines along the outline of head and hair and at the eyes, dark elsewhere")

# %% [markdown] slide_type="notes"
# Remember the last arrow of the drawing: fresh noise at each level. Twenty draws at fixed codes; the lower row is the standard deviation of each pixel, eighty times brighter. A draw moves a pixel by a quarter of one gray level of 255, along outlines, hair and glasses. Ask why it places no detail here: drawn faces have none that is left to chance. On photographs it places single hairs and freckles.

# %% tags=["solution"]
# What the text claims.
assert all(level < 0.4 and share < 0.01 and edges > 0.6 for level, share, edges in noise.values())

# %% [markdown]
# A new draw of the noise moves a pixel by about a quarter of one gray level of 255, less than a hundredth of what another code does. Two thirds of that variance fall on the quarter of the pixels with the steepest edges: outlines of head, hair and glasses shift by a trace. (In the second network it has a little more to do. The benchmark compared squared changes: a new draw of the noise makes 0.3 % of what a new code makes there, and 0.01 % here.) It places no detail, because the data have no detail that is left to chance. A network gives noise a task only if its data have one. The quality of the published faces came from larger networks, from days of training at up to 1024×1024, and from tens of thousands of photographs (Karras et al., [2018](https://arxiv.org/abs/1710.10196), [2019](https://arxiv.org/abs/1812.04948), [2020](https://arxiv.org/abs/1912.04958)). The first two grew; the third did without, since details of grown faces stick to preferred places.
#
# **Tomorrow:** if a schedule promises to be faster, plot the quality over *seconds*, for both, on more than one seed.
#
# ## 7 · A style in the weights
#
# AdaIN looks at each map and divides by its spread. So a network can shrink all the rest of a map by putting one huge number into it. Published faces had such spots, in the shape of a droplet. The next version of this generator (Karras et al., 2020) doesn't measure the map. It puts the style into the *weights* of the convolution:
#
# $$w'_{ocp} = \text{style}_c\, w_{ocp}, \qquad w''_{ocp} = \frac{w'_{ocp}}{\sqrt{\sum_{c,\,p} w'^{\,2}_{ocp} + 10^{-8}}} .$$
#
# Here $o$ is an output channel, $c$ an input channel and $p$ a place in the kernel. In words: scale the weights of each input channel by the style, then divide the weights of each output by their norm, which is called **demodulation**. If the inputs have variance 1 and aren't correlated, the outputs have variance 1 too. That is assumed of the maps; no map is measured.
#
# ### Exercise 16.11 · Modulated convolution
# Difficulty ●●● · importance ●●○ · 15 minutes
#
# `x` (N, C, H, W), `weight` (O, C, k, k), `style` (N, C). Every example has a style, so every example has weights of its own, (N, O, C, k, k). `weight` with an axis in front fits them as it is; the style becomes (N, 1, C, 1, 1). Padding `k // 2`. A loop over the examples with `F.conv2d(x[n : n + 1], …)` is fine.

# %%
def modulated_conv(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool = True) -> Tensor:
    """x (N, C, H, W) convolved with weight (O, C, k, k) times each example's style (N, C)."""
    # 1. weights for each example: times the style, along the input channels
    # 2. if demodulate: divide the weights of each output by their norm, 1e-8 under the root
    # 3. convolve each example with its own weights, padding k // 2
    ### BEGIN SOLUTION
    w = weight * style[:, None, :, None, None]  # (N, O, C, k, k)
    if demodulate:
        w = w * (w.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    parts = [F.conv2d(x[n : n + 1], w[n], padding=weight.shape[-1] // 2) for n in range(len(x))]
    return torch.cat(parts)
    ### END SOLUTION

# %%
modulated_conv = check(modulated_conv)

# %% [markdown]
# Now imitate a droplet: set one pixel to 100 in maps of spread 1, and see what happens to all the *other* pixels.

# %%
set_seed(0)
calm = torch.randn(4, 16, 32, 32)
spiked = calm.clone()
spiked[:, :, 8, 8] = 100.0
weight, style = torch.randn(16, 16, 1, 1), 0.5 + torch.rand(4, 16)
far = torch.ones(32, 32, dtype=torch.bool)
far[8, 8] = False
layers = {"AdaIN": lambda x: adain(x, torch.ones(4, 16), torch.zeros(4, 16)),
          "modulated convolution": lambda x: modulated_conv(x, weight, style)}
contrast = {}
for name, layer in layers.items():
    contrast[name] = [layer(x)[:, :, far].std().item() for x in (calm, spiked)]
    print("{:22s} contrast elsewhere: {:.2f}, with a spike {:.2f}".format(name, *contrast[name]))

# %% [markdown]
# Under AdaIN one spike takes away two thirds of the contrast everywhere else: a network can *use* that. A modulated convolution leaves the rest as it was. The style still has an effect, since it weights the inputs against one another; only its overall size no longer matters:

# %%
small, large = 0.1 * style, 10 * style
for demodulate in (False, True):
    outs = [modulated_conv(calm, weight, s, demodulate) for s in (small, style, large)]
    print(f"demodulate {demodulate!s:5}: spread of the output for three sizes of style",
          " ".join(f"{out.std():.2f}" for out in outs))

# %% [markdown] slide_type="slide" only="slides"
# ## One spike takes the contrast of a whole map
#
# | layer | contrast elsewhere | with one pixel of 100 |
# |---|---|---|
# | AdaIN | 1.00 | **0.30** |
# | modulated convolution | 1.00 | 1.00 |
#
# AdaIN measures the map. A modulated convolution puts the style into its weights:
#
# $$w'_{ocp} = \text{style}_c\, w_{ocp}, \qquad w''_{ocp} = w'_{ocp} \Big/ \sqrt{\textstyle\sum_{c,\,p} w'^{\,2}_{ocp} + 10^{-8}}$$

# %% [markdown] slide_type="notes"
# Compute the first row on the board: 1,024 pixels, one of them 100, so the variance is about ten, and the rest is divided by more than three. A network can learn to do that on purpose, and the published droplets are its traces. Ask what the style can still do after demodulation: weight the inputs against one another. The overall size is gone.

# %% tags=["solution"]
# What the text claims.
alone, beside = contrast["modulated convolution"]
assert contrast["AdaIN"][1] < 0.35 and abs(beside - alone) < 0.01

# %% [markdown]
# **Tomorrow:** plot the largest activation of each layer while you train. One that grows without bound is a sign that the network fights a normalization.
#
# ## 8 · Clinic: a colleague's faces
#
# A colleague loads the shipped weights into code of her own. She draws mixed faces with $\psi = 0.7$, and her Fréchet distance is larger than yours at the same $\psi$. Which of these five faults does her code have?
#
# - **a** `truncate` shrinks toward 0.
# - **b** `mix_styles` counts from the fine end.
# - **c** `adain` takes mean and variance over the batch.
# - **d** Every example gets the style of the first.
# - **e** The last level was never faded in: its pictures are enlarged ones of 16×16.

# %% [markdown] slide_type="slide" only="slides"
# ## Clinic: which of the five is it?
#
# The shipped weights, code of her own, and a worse Fréchet distance.
#
# - **a** `truncate` shrinks toward 0
# - **b** `mix_styles` counts from the fine end
# - **c** `adain` takes statistics over the batch
# - **d** every example gets the style of the first
# - **e** the last level was never faded in
#
# Five tests: company · mixing · variety · blocks · center

# %% [markdown] slide_type="notes"
# Let groups write down for each suspect which test would convict it, before they run any. Four of the five tests will come out clean. The next slide shows her faces. What goes wrong: judging by their look alone. The test that finds the fault looks at no face: let the room work out which one that is.

# %%
def over_the_batch(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    normal = F.batch_norm(x, None, None, training=True, eps=eps)
    return scale[:, :, None, None] * normal + bias[:, :, None, None]

def blocky(x: Tensor) -> Tensor:
    return F.interpolate(F.avg_pool2d(x, 2), scale_factor=2)

suspects = {
    "a": {"truncate": lambda w, w_mean, psi: psi * w},
    "b": {"mix": lambda w1, w2, crossover, levels: mix_styles(w2, w1, levels - crossover, levels)},
    "c": {"restyle": over_the_batch},
    "d": {"truncate": lambda w, w_mean, psi: truncate(w, w_mean, psi)[:1].expand_as(w)},
    "e": {"finish": blocky},
}

# %%
def faces_with(restyle=adain, truncate=truncate, mix=mix_styles, finish=lambda x: x):
    """A function that draws faces of w1 (coarse) and w2 (fine) at some psi."""
    net = StyleGenerator(restyle=restyle).to(device).eval()
    net.load_state_dict(generator.state_dict())

    def faces_of(w1: Tensor, w2: Tensor, psi: float = 0.7) -> Tensor:
        w1, w2 = truncate(w1, w_mean, psi), truncate(w2, w_mean, psi)
        return finish(batched(net, mix(w1, w2, 2, 4), batch_size=100))

    return faces_of

drawn = "abcde"[int(torch.randint(5, (), generator=Generator().manual_seed(10)))]
hers, yours = faces_with(**suspects[drawn]), faces_with()
w1, w2 = draw_w(2000, seed=18).chunk(2)
patient = {"hers": frechet(hers(w1, w2)), "yours": frechet(yours(w1, w2))}
print(", ".join(f"{name} {value:.1f}" for name, value in patient.items()))

# %% slide_type="slide"
rows = {"yours": yours(w1[:8], w2[:8]), "hers": hers(w1[:8], w2[:8])}
show(plots.image_rows(rows, title="Hers are faces too, some of them pale or without detail"),
     alt="Two rows of eight faces for the same codes. Yours are clear; in her row some are pale and "
         "some dark, and the details are gone")

# %% [markdown] slide_type="notes"
# The same codes in both rows. Ask which suspects the picture alone acquits. The heads are turned as in your row, so the levels are not swapped; each face is another one, so not all have the first one's style. Three suspects are left: blocks of two by two pixels are hard to see in blurred faces, and so is a wrong center. Let the groups say which test acquits or convicts each.

# %% [markdown]
# Examine her function. Change the word in the last line, run the cell again, and stop as soon as you know.

# %%
def examine(test: str) -> str:
    """One examination of her faces: company, mixing, variety, blocks or center."""
    if test == "company":
        change = (hers(w1[:1], w2[:1]) - hers(w1[:100], w2[:100])[:1]).abs().mean()
        return f"one code, drawn alone and among 100: pixels differ by {change:.3f} on average"
    if test == "mixing":
        a, b, m = (read(x)[:, 0] for x in (yours(w1, w1), yours(w2, w2), hers(w1, w2)))
        r = [torch.corrcoef(torch.stack([source, m]))[0, 1].item() for source in (a, b)]
        return "azimuth: correlation with coarse source {:.2f}, with fine {:.2f}".format(*r)
    if test == "variety":
        spread = [some(w1, w2).std(0).mean().item() for some in (hers, yours)]
        return "spread of a pixel {:.2f}; of yours {:.2f}".format(*spread)
    if test == "blocks":
        x = hers(w1[:100], w2[:100])
        step = (x[..., ::2] - x[..., 1::2]).abs().mean()
        return f"two neighbors in a block of 2×2 differ by {step:.3f} on average"
    gap = (hers(w1[:1], w2[:1], psi=0.0) - generator(w_mean[None])).abs().mean()
    return f"center: psi 0 and the picture of w_mean differ by {gap:.3f} (others: company, mixing, variety, blocks)"

with torch.no_grad():
    print(examine("center"))

# %% [markdown]
# ### Exercise 16.12 · Which of the five?
# Difficulty ●●● · importance ●●● · 8 minutes
#
# Type its letter.

# %%
### BEGIN SOLUTION
answers["16.12"] = "c"
### END SOLUTION

# %%
check(answers, "16.12")

# %% [markdown]
# Found? Now fix it. `fixed` is her layer, as it stands in her code. Change it, run the cell, and see whether a face still depends on its company, and what becomes of her distance.

# %%
def fixed(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    mean = x.mean((0, 2, 3), keepdim=True)  # over which axes?
    var = x.var((0, 2, 3), unbiased=False, keepdim=True)
    normal = (x - mean) / (var + eps).sqrt()
    return scale[:, :, None, None] * normal + bias[:, :, None, None]

def try_out(layer) -> str:
    """How much a face depends on its company with this layer, and her Fréchet distance."""
    draw = faces_with(restyle=layer)
    change = (draw(w1[:1], w2[:1]) - draw(w1[:100], w2[:100])[:1]).abs().mean()
    return f"alone and among 100, pixels differ by {change:.3f}; Fréchet {frechet(draw(w1, w2)):.1f}"

hers_now = try_out(fixed)
print("hers, fixed:", hers_now)

# %% [markdown]
# Once it is fixed, the first number is 0.000 and the second is that of your layer, below. Then put the other faults in, one at a time (`faces_with(**suspects["a"])`), and see what each does to the distance. The last cell asks the checker about her layer.

# %%
with_yours = try_out(adain)
print("with your layer:", with_yours)

# %%
from course_utils import evaluate

verdict = evaluate("adain", over_the_batch)
print(f"{verdict.mistake}:", verdict.message.split(". ")[0] + ".")

# %% tags=["solution"]
# What the text claims.
with torch.no_grad():
    assert drawn == "c" and float(examine("company").split()[-3]) > 0.01
    assert "differ by 0.000" in with_yours and "differ by 0.000" not in hers_now
    assert float(with_yours.split()[-1]) < float(hers_now.split()[-1])
assert patient["hers"] > patient["yours"] + 0.5
assert verdict.mistake == "batch_statistics"

# %% [markdown] slide_type="slide" only="slides"
# ## The same code, alone and in company
#
# `adain` over the batch: a face depends on the 99 others that are drawn with it.
#
# - no shape is wrong, nothing crashes, and her faces are faces
# - drawn one at a time they come out right
#
# Test: draw one code alone, then among others. Compare pixels.

# %% [markdown] slide_type="notes"
# Ask where else a result may depend on its company: batch normalization left in training mode, padding in a batch of sentences, a mean over the batch in a metric. The test costs two lines, and it belongs in every project's tests. Ask who would have found it by looking at the faces alone.

# %% [markdown]
# **Tomorrow:** draw one sample alone and among others, and compare. It takes two lines; do it for every model that you publish.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - At each level, a style overrules the mean and the spread of every map.
# - Mixing *measures* which level holds which factor. Skin was split only by long training with mixtures, which cost quality. The background parted without them.
# - Truncation trades variety for typical faces. Report psi.
# - “w is smoother” is about the tail. Print the median.
# - Growing takes cheaper steps. Here it was not faster: plot quality over seconds.

# %% [markdown] slide_type="notes"
# Ask each row of the room for one claim they would now read differently in a paper. Then go back to the question of the first slide: the turn of the head sits in the coarse levels, in both networks of 400 seconds. The skin follows the fine source alone in these two, in no short run, and not in the long one without mixing. Ask which other claims of this course rest on a single run.

# %%
progress("16")

# %% [markdown]
# **Next:** the idea of a style generator, to give every level its instructions, returns elsewhere: diffusion models (notebook 14) hand the time and the label to every level in this way. Notebook 17 asks what all these models are good for besides pictures: it writes a file with one, fills in half an image, learns from a hundred labels, and cleans, each beside what one would use otherwise.
