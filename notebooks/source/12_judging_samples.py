# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Judging samples
#   minutes: 150
#   picture: whom_to_believe
# ---

# %% [markdown] slide_type="slide"
# # Judging samples
#
# A model has drawn ten thousand digits. Are they any good, and which number would tell you?

# %% [markdown] slide_type="notes"
# About 150 minutes with all exercises, 45 if you only present. Ask the room which number they would put into a paper, and write the answers down; come back to them at the table of fifteen sets. If time is short keep the three questions, the smudges, the outlier, the shifted copies and the table. What goes wrong: people take one number for a verdict.

# %% [markdown]
# About 150 minutes, in two sittings: sections 1 to 4 are a good first one. You need covariance matrices, the KL of notebook 04, and the classifier of notebook 01.
#
# Notebooks 02, 03 and 06 judged samples by the Fréchet distance and moved on. Here the judges are judged. At the end you can
#
# 1. ask three questions of any set of samples: quality, coverage, novelty;
# 2. write the numbers that papers report: Inception Score, Fréchet distance at infinite N, KID, precision, recall, coverage, and a test for copies;
# 3. fool each of them, and say which other number notices;
# 4. find the fault in a report, and say what you would report of your own model.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from matplotlib.patches import Circle
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.scoreboard import BUDGETS, scoreboard
from course_utils.data.toy import toy_density
from course_utils.device import pick_device, set_seed

# %%
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.training import adam, fit

plots.use_style()
device = pick_device()
answers = answer_sheet("12")
SEED = 0  # data and models follow from it; change it, run all, and see what stays
TEAL = plots.SERIES[3]  # of what a model made, as in the diagrams

# %% [markdown]
# ## 1 · Three questions
#
# Gray: 200 points that a model was trained on. Teal: 200 points that the model drew. Each of these three models has one fault.

# %%
ring, chance = toy_density("ring"), set_seed(SEED)
points = ring.sample(200, chance)
few = points[points[:, 0] > 0.8]
models = {
    "A": ring.sample(200, chance) + 0.45 * torch.randn(200, 2, generator=chance),
    "B": few[torch.randint(len(few), (200,), generator=chance)] + 0.12 * torch.randn(200, 2, generator=chance),
    "C": points[torch.randint(200, (200,), generator=chance)] + 0.005 * torch.randn(200, 2, generator=chance),
}

# %% slide_type="slide"
fig, axes = plots.canvas(width=11, height=4.3, cols=3)
for ax, (name, made) in zip(axes, models.items(), strict=True):
    ax.plot(*points.T, "o", color=plots.QUIET, ms=7, mfc="none", alpha=0.7, label="training points")
    ax.plot(*made.T, ".", color=TEAL, ms=5, label="samples")
    ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal", title=f"model {name}", xticks=[], yticks=[])
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=2)
plots.set_finding(fig, "Samples can be wrong in three ways")
show(fig, alt="Eight clumps of gray circles in a ring, three times. Model A's samples, in teal, scatter around all clumps. Model B's lie on the clumps at the right alone. "
              "Model C's lie on all clumps, each of them inside a gray circle")

# %% [markdown] slide_type="notes"
# Say: gray is the training set, teal is what each model drew, two hundred points each. Ask the room to name the fault of each before you do, and which of the three they would see if you showed one sample at a time. What goes wrong: C looks perfect, and that is the point of the novelty question.

# %%
predict("12.questions")

# %% [markdown]
# | question | asks | in the picture |
# |---|---|---|
# | **quality** | Could this sample be real? | A fails: many samples lie where no data are |
# | **coverage** | Does every kind of real example have samples like it? | B fails: five of the eight clumps have no samples |
# | **novelty** | Is the sample new, or a copy of a training example? | C fails: each sample sits on a training point |
#
# Quality can be judged from one sample. Coverage needs the whole set of samples, and novelty needs the training set beside it. No number in this notebook answers all three.
#
# **Tomorrow, with your own model:** before you compute anything, write down which of the three questions you want answered, and keep images aside that the model never sees.

# %% [markdown] slide_type="slide" only="slides"
# ## Quality, coverage, novelty
#
# | question | asks | you need |
# |---|---|---|
# | quality | Could this sample be real? | one sample |
# | coverage | Does each kind of real example have samples like it? | many samples |
# | novelty | New, or a copy? | the training set |

# %% [markdown] slide_type="notes"
# Say: keep these three words for the rest of the hour; each number that follows is asked which of them it answers. Ask: which of the three can a person judge by looking at samples? Quality, yes; coverage hardly, since what is missing isn't shown; novelty not without the training set. What goes wrong: "diversity" is used for coverage and for novelty.

# %% [markdown]
# From here on the data are digits. You have 10,000 for training, and 9,000 that no model sees: 2,000 as the **reference** that samples are compared with, 2,000 **fresh** ones that play a perfect model, and 5,000 to spare. Two classifiers, equal but for their seed, read the images. The first is the **judge**; the second is asked where the judge may have been fooled.

# %%
train, test = load("digits", n=10_000, seed=SEED), load("digits", "test", n=9_000, seed=SEED)
x_train, x_test = train.float(), test.float()  # (N, 1, 28, 28) in [0, 1]
reference, fresh, spare = x_test[:2000], x_test[2000:4000], x_test[4000:]
judge, _ = train_classifier(train, seed=SEED)
second, _ = train_classifier(train, seed=SEED + 100)

def features(images: Tensor, net: nn.Module = judge) -> Tensor:
    """The last hidden layer (N, 64) of a classifier."""
    return batched(net.features, images.to(device), batch_size=200).cpu()

def probabilities(images: Tensor, net: nn.Module = judge) -> Tensor:
    """Class probabilities (N, 10) of a classifier."""
    return batched(lambda x: net(x).softmax(1), images.to(device), batch_size=200).cpu()

real_features, real_features_2 = features(reference), features(reference, second)

# %% [markdown] slide_type="slide" only="slides"
# ## Nearly every number compares features, not images

# %% slide_type="-"
show(diagram("judging", images={"real": reference[0], "samples": fresh[1], "train": x_train[0]}))

# %% [markdown] slide_type="notes"
# Say: everything up to the orange box on the right depends on a classifier, so a number belongs to its classifier. Ask where in this drawing the training set is used: nowhere in the upper part. What goes wrong: people compare with the training images, and then a copy looks perfect.

# %% [markdown]
# The upper half is what nearly all numbers do: two sets of images, one classifier, two clouds of features, a comparison. The lower half is the only one that looks at the training set.
#
# ## 2 · Inception Score: sure of each image, undecided over all
#
# The **Inception Score** (Salimans et al., 2016) asks a classifier two things. Is it sure of each image? Then $p(y\mid x)$ has one large entry. And do all classes occur? Then the mean over the images, $p(y)$, is spread out. Both hold if the two distributions differ much:
#
# $$\mathrm{IS} = \exp\Big(\frac1N\sum_n \mathrm{KL}\big(p(y\mid x_n)\,\|\,p(y)\big)\Big), \qquad p(y) = \frac1N\sum_n p(y\mid x_n)$$
#
# In words: how far each image's probabilities are from the average ones, in nats; the mean of that; then exp. It runs from 1 to the number of classes. (Papers use a network called Inception, trained on photographs, hence the name; and they split the images into ten parts and average the ten scores. Here it is one score for all.)
#
# ### Exercise 12.1 · Inception Score
# Difficulty ●●○ · importance ●●○ · 8 minutes

# %% [markdown] slide_type="slide" only="slides"
# ## Inception Score: sure of each image, undecided over all
#
# $$\mathrm{IS} = \exp\Big(\frac1N\sum_n \mathrm{KL}\big(p(y\mid x_n)\,\|\,p(y)\big)\Big)$$
#
# 1 if all images get the same probabilities, 10 for ten clear classes.
#
# Which real image does it look at? And what would score higher than real digits?

# %% [markdown] slide_type="notes"
# Say: the KL is large if an image's own probabilities are pointed and the average ones are flat. Ask for the score of a model that draws five digits perfectly: five. Then ask the two questions below the formula. It looks at no real image; for the second, somebody says "only the clear digits", and is right. What goes wrong: leaving out the exp, and averaging over classes in place of images.

# %%
def inception_score(probs: Tensor) -> float:
    """exp of the mean KL(p(y|x) || p(y)), for probabilities (N, C). Salimans et al., 2016, section 4."""
    # 1. p(y): the mean of the rows, (C,)
    # 2. the KL of each row from it, (N,); torch.xlogy(p, q) is p log q, and 0 where p is 0
    # 3. exp of the mean
    ### BEGIN SOLUTION
    marginal = probs.mean(0)
    kl = (torch.xlogy(probs, probs) - torch.xlogy(probs, marginal)).sum(1)
    return kl.mean().exp().item()
    ### END SOLUTION

# %%
inception_score = check(inception_score)

# %% tags=["nbval-check-output"]
sure = torch.eye(10).repeat(20, 1)
print(f"sure of every image, ten classes equally often: {inception_score(sure):.2f}")
print(f"the same ten probabilities for every image:     {inception_score(torch.full((200, 10), 0.1)):.2f}")
#> sure of every image, ten classes equally often: 10.00
#> the same ten probabilities for every image:     1.00

# %% [markdown]
# ### Exercise 12.2 · Five classes
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# A model draws five of the ten digits, equally often, and so clearly that the classifier is certain of each. What is its Inception Score?

# %%
### BEGIN SOLUTION
answers["12.2"] = 5
### END SOLUTION

# %%
check(answers, "12.2")

# %% [markdown]
# Now cheat. There are at least three ways to score higher than real digits:
#
# - of the real digits, keep the half of each class that the judge is surest of;
# - find one image of each class that it is surest of, and draw those ten again and again;
# - start from gray noise and climb the judge's log-probability, as in notebook 01, with the ten classes in turn.

# %%
predict("12.cheat")

# %%
def climb(steps: int = 60, n: int = 200) -> Tensor:
    """Noise, changed until the judge is sure of it: images (n, 1, 28, 28)."""
    chance, wanted = set_seed(SEED), (torch.arange(n) % 10).to(device)
    a = (torch.randn(n, 1, 28, 28, generator=chance) - 1).to(device).requires_grad_()
    optimizer = adam([a], lr=0.1)
    for _ in range(steps):
        loss = F.cross_entropy(judge(a.sigmoid()), wanted)  # images are sigmoid(a), in [0, 1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return a.sigmoid().detach().cpu()

labels = test.labels[2000:4000]
certainty = probabilities(fresh)[range(2000), labels]  # of the right class, (2000,)
clear = torch.cat([(certainty * (labels == c)).topk(int((labels == c).sum()) // 2).indices for c in range(10)])
ten = x_train[probabilities(x_train).argmax(0)]  # (10, 1, 28, 28), the clearest image of each class
cheats = {"fresh digits": fresh, "the clear half": fresh[clear[torch.randperm(len(clear), generator=set_seed(SEED))]], "ten images": ten.repeat(200, 1, 1, 1), "climbed noise": climb()}

# %% slide_type="slide"
scores = {name: (inception_score(probabilities(made)), inception_score(probabilities(made, second)),
                 frechet_distance(features(made), real_features)) for name, made in cheats.items()}
rows = {name: [f"{a:.2f}", f"{b:.2f}", f"{c:.0f}"] for name, (a, b, c) in scores.items()}
fig = plots.score_table(rows, ["IS", "IS, 2nd", "Fréchet"], {name: made[:10] for name, made in cheats.items()},
                        {(name, "IS") for name in list(cheats)[1:]}, title="Ten images, and noise, score higher than real digits")
show(fig, alt="Four rows of images with their Inception Scores. " + "; ".join(f"{name} {values[0]}" for name, values in rows.items())
              + ". The second classifier agrees about all of them, and the Fréchet distance of the last two is large")

# %% [markdown]
# All three beat the real digits, and the second classifier, which the noise was never shown to, says nearly the same. The score never looks at real images: it asks whether a classifier is sure, and a classifier can be sure of anything (notebook 01). The last column, the Fréchet distance, does look at them; it is next.
#
# **Tomorrow, with your own model:** don't report an Inception Score for images that its classifier wasn't trained on. If somebody shows you one, ask for a number that compares with real images.

# %% tags=["solution"]
# What the text claims.
assert all(scores[name][0] > scores["fresh digits"][0] for name in scores if name != "fresh digits")
assert scores["ten images"][0] > 9.9 and scores["climbed noise"][0] > 9.9 and scores["climbed noise"][1] > 8
assert min(scores["ten images"][2], scores["climbed noise"][2]) > 100

# %% [markdown] slide_type="notes"
# Say: three cheats. The clearer half of the real digits; ten images, repeated, which need no model at all; noise that climbed the judge's log-probability. Ask what the second column is for: another classifier, which the noise never met, and which is as sure. The last column is the next topic, and it tells the last two rows from real digits. What goes wrong: hoping that an independent classifier helps.

# %% [markdown]
# ## 3 · The Fréchet distance, and what it depends on
#
# Compare features instead: fit a Gaussian to those of real images and another one to those of samples. The distance between the two Gaussians, with means $\mu$ and covariances $\Sigma$, is
#
# $$\lVert\mu_a - \mu_b\rVert^2 + \mathrm{tr}\big(\Sigma_a + \Sigma_b - 2(\Sigma_a\Sigma_b)^{1/2}\big) .$$
#
# In words: how far apart the centers are, plus how much the shapes differ. With the features of the Inception network it is called **FID** (Heusel et al., 2017), and is the number that papers compare. It does look at real images, and it is sensitive to missing classes. It also depends on three things that have nothing to do with the model: how many samples there are, which network gives the features, and how images are prepared.
#
# The model to be judged is an autoencoder with a Gaussian fitted to its codes, as in notebook 02.

# %% [markdown] slide_type="slide" only="slides"
# ## The Fréchet distance compares two Gaussians of features
#
# $$\lVert\mu_a - \mu_b\rVert^2 + \mathrm{tr}\big(\Sigma_a + \Sigma_b - 2(\Sigma_a\Sigma_b)^{1/2}\big)$$
#
# It depends on the model, and on
#
# - how many samples there are,
# - which network gives the features,
# - how images were prepared.

# %% [markdown] slide_type="notes"
# Say: centers apart, plus shapes apart; with Inception features it is FID. It does look at real images. Then read the three points: none of them is a property of the model, and the next slides show what each does. Ask who has ever compared FIDs of two papers without checking the three. What goes wrong: taking FID for a property of the model alone.

# %%
torch.manual_seed(SEED)
autoencoder = Autoencoder(16).to(device)

def reconstruction(x: Tensor) -> Tensor:
    """Bernoulli loss, summed over pixels, mean over the batch."""
    return F.binary_cross_entropy_with_logits(autoencoder(x), x, reduction="none").flatten(1).sum(1).mean()

fit(reconstruction, train.images, model=autoencoder, epochs=6, seed=SEED)
codes = batched(autoencoder.encode, x_train.to(device)).cpu()  # (10000, 16)

def decode(z: Tensor) -> Tensor:
    return batched(lambda part: autoencoder.decode(part).sigmoid(), z.to(device)).cpu()

def gaussian_like(codes: Tensor, n: int, chance: Generator) -> Tensor:
    """n draws (n, K) from the Gaussian with the mean and covariance of these codes."""
    return codes.mean(0) + torch.randn(n, codes.shape[1], generator=chance) @ torch.linalg.cholesky(codes.T.cov()).T

chance = set_seed(SEED)
drawn = decode(gaussian_like(codes, 5000, chance))

# %%
predict("12.samples")

# %%
big_reference = features(x_test[:4000])
pools = {"fresh real digits": features(spare), "autoencoder + Gaussian": features(drawn)}
sizes = [100, 200, 500, 1000, 2000, 5000]

def mean_distance(pool: Tensor, n: int, chance: Generator, repeats: int = 4) -> float:
    """Mean Fréchet distance of n examples of the pool, drawn anew each time."""
    parts = (torch.randperm(len(pool), generator=chance)[:n] for _ in range(repeats))
    return sum(frechet_distance(pool[part], big_reference) for part in parts) / repeats

by_size = {name: [mean_distance(pool, n, chance) for n in sizes] for name, pool in pools.items()}
for name, values in by_size.items():
    print(f"{name:24s}", "  ".join(f"N = {n}: {value:.1f}" for n, value in zip(sizes, values, strict=True)))

# %% [markdown]
# The first line is what a *perfect* model gets. With 100 samples its distance is larger than the autoencoder's with 5,000. A covariance from few samples is too extreme in some directions and too flat in others, and the distance counts both. The error is a **bias**: averaging over repeats doesn't remove it, only samples do. To first order it is proportional to $1/N$,
#
# $$\mathrm{fid}(N) \approx \text{limit} + \frac{\text{slope}}{N},$$
#
# so distances at a few $N$ tell the one at infinitely many (Chong and Forsyth, 2020).
#
# ### Exercise 12.3 · Infinitely many samples
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# Fit that line by least squares. `ns` and `fids` are (P,).

# %%
def extrapolate_fid(ns: Tensor, fids: Tensor) -> tuple[float, float]:
    """(limit, slope) of the least-squares line fid = limit + slope/N. Chong and Forsyth, 2020, section 3."""
    # 1. x = 1/N, and each x minus the mean x, with its sign
    # 2. the slope: sum of (x − mean x) · fid, over the sum of (x − mean x)²
    # 3. the limit: the line goes through both means
    ### BEGIN SOLUTION
    x = 1 / ns
    off = x - x.mean()
    slope = (off * fids).sum() / off.square().sum()
    return (fids.mean() - slope * x.mean()).item(), slope.item()
    ### END SOLUTION

# %%
extrapolate_fid = check(extrapolate_fid)

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
inverse = 1 / torch.tensor(sizes)
for (name, values), color, mark in zip(by_size.items(), (plots.INK, TEAL), "os", strict=True):
    limit, slope = extrapolate_fid(torch.tensor(sizes).float(), torch.tensor(values))
    ax.plot(inverse, values, mark, color=color, label=f"{name}: {limit:.1f} + {slope:,.0f}/N")
    ax.plot([0, inverse[0]], [limit, limit + slope * inverse[0]], color=color, lw=1.4)
ax.axhline(by_size["autoencoder + Gaussian"][-1], color=TEAL, lw=1.4, ls=":", label="the model at N = 5,000")
ax.set_xticks(inverse[:4], [f"1/{n:,}" for n in sizes[:4]])
ax.set(xlabel="1/N", ylabel="Fréchet distance", xlim=(-0.0002, 0.0104), ylim=(0, 47))
ax.legend(loc="upper left")
plots.set_title(ax, "Too few samples, and a perfect model looks poor")
limits = {name: extrapolate_fid(torch.tensor(sizes).float(), torch.tensor(values)) for name, values in by_size.items()}
show(fig, alt="Fréchet distance against 1/N for six sizes: two straight lines that rise to the right. " + "; ".join(
    f"{name}: {limit:.1f} at the left end, and {values[0]:.0f} at N = 100" for (name, values), (limit, _) in zip(by_size.items(), limits.values(), strict=True))
    + ". So 100 real digits look worse than 5,000 samples of the autoencoder")

# %% [markdown]
# Read the left end: that is infinite $N$. The dark line ends near 0 and not at it, since the reference is finite as well and the points scatter. At the right end the real digits lie above the dotted line, which is what the model gets with 5,000 samples. At equal $N$ the real digits are ahead everywhere, so compare at equal $N$, always.

# %% tags=["solution"]
# What the text claims.
real_values, model_values = by_size.values()
assert real_values[0] > model_values[-1] and all(r < m for r, m in zip(real_values, model_values, strict=True))
assert limits["fresh real digits"][0] < 4 and limits["autoencoder + Gaussian"][0] > 10

# %% [markdown] slide_type="notes"
# Say: dark points are real digits, so they play a perfect model; at the right they lie above the dotted line. This is bias, not noise: the covariance of few points is distorted, and the distance adds that up. Ask: two papers, one with 5,000 and one with 50,000 samples, FID 6.1 and 5.2: who is better? Nobody knows. What goes wrong: students average over repeats, which shrinks the scatter and leaves the bias where it is.

# %% [markdown]
# ### Exercise 12.4 · Two papers
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A model's Fréchet distance is 6.0 at N = 1,000, and the slope is 2,000. What will a paper report that uses N = 10,000 for the same model?

# %%
### BEGIN SOLUTION
answers["12.4"] = 6.0 - 2000 / 1000 + 2000 / 10_000
### END SOLUTION

# %%
check(answers, "12.4")

# %% [markdown]
# ### What the distance reacts to
#
# Which is worse: digits in paler ink, or no 5, 6, 7, 8 and 9 at all?

# %%
predict("12.taste")

# %%
def blur(images: Tensor) -> Tensor:
    """The mean of each 3 × 3 pixels."""
    return F.avg_pool2d(images, 3, stride=1, padding=1)

five = x_test[test.labels < 5][1500:3500]
changed = {"fresh digits": fresh, "blurred": blur(fresh), "five classes": five, "70 % of the ink": 0.7 * fresh}
distances = {name: frechet_distance(features(made), real_features) for name, made in changed.items()}

# %% [markdown] slide_type="slide" only="slides"
# ## Vote: which of these two samplers is worse?

# %% slide_type="-" only="slides"
show(plots.score_table({"70 % of the ink": [], "five classes": []}, [], {name: made[:14] for name, made in changed.items()}),
     alt="Two rows of real digits: all ten classes in paler ink, and zero to four alone in full ink")

# %% [markdown] slide_type="notes"
# Say: both rows are real digits. The first has all ten, with 70 percent of the ink; the second has full ink, and nothing above four. Let everybody vote with a hand, and write the count down: nearly all say that the second row is worse. Ask for the reason: half of what digits are is missing. What goes wrong: somebody says "it depends on the number", and is right.

# %% slide_type="slide"
fig = plots.score_table({name: [f"{value:.1f}"] for name, value in distances.items()}, ["Fréchet"], {name: made[:14] for name, made in changed.items()},
                        {("70 % of the ink", "Fréchet")}, title="Paler ink is worse than five missing classes")
show(fig, alt="Four rows of digits with their Fréchet distance: " + "; ".join(f"{name} {value:.1f}" for name, value in distances.items()))

# %% [markdown] slide_type="notes"
# Say: the distance contradicts the vote. The features were trained on ink of one strength, so they move with it, and the distance adds up how far features move. Before you go on, ask: if the pixels of noise may change to lower this number, how close to real digits can noise come? Let people give a number. What goes wrong: reading the difference as a judgment about digits.

# %% [markdown]
# By this number paler ink is worse than losing half of the classes. Hardly anybody would agree. The distance weights what the network's features react to, and the network was trained to tell digits apart, on ink of one strength. So the network is a part of the number. What if somebody optimizes images against that network?
#
# ### Smudges
#
# The distance is differentiable. So gradient descent can minimize it. Take 400 images of noise, and change their pixels until the Fréchet distance of their features from those of the reference is as small as it gets. No generator is trained, and of the digits only the features' mean and covariance are used. It takes about five seconds.

# %%
predict("12.smudges")

# %%
def frechet_loss(made: Tensor, target: Tensor) -> Tensor:
    """`frechet_distance` of features (N, D), (M, D), as a scalar that has a gradient in the first."""
    shift = (made.mean(0) - target.mean(0)).square().sum()
    values, vectors = torch.linalg.eigh(target.T.cov())
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T  # of the target's covariance
    cov = made.T.cov()
    cross = torch.linalg.eigvalsh(root @ cov @ root).clamp(min=1e-9).sqrt().sum()
    return shift + cov.trace() + values.sum() - 2 * cross

# %%
def paint_smudges(n: int = 400, steps: int = 150) -> Tensor:
    """Noise whose features are moved until their Gaussian is that of real digits."""
    a = (0.5 * torch.randn(n, 1, 28, 28, generator=set_seed(SEED)) - 2).to(device).requires_grad_()
    target, optimizer = real_features.double(), adam([a], lr=0.2)
    for step in range(steps + 1):
        loss = frechet_loss(judge.features(a.sigmoid()).cpu().double(), target)
        if step % 30 == 0:
            print(f"step {step:3d}: Fréchet distance {loss.item():7.1f}", flush=True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return a.sigmoid().detach().cpu()

# %%
smudges = paint_smudges()

# %% slide_type="slide"
pairs = {"400 real digits": fresh[:400], "400 smudges": smudges}
both = {name: (frechet_distance(features(made), real_features), frechet_distance(features(made, second), real_features_2))
        for name, made in pairs.items()}
fig = plots.score_table({name: [f"{a:.1f}", f"{b:.1f}"] for name, (a, b) in both.items()}, ["Fréchet", "2nd net"],
                        {name: made[:10] for name, made in pairs.items()}, {("400 smudges", "Fréchet"), ("400 smudges", "2nd net")},
                        title="Smudges beat real digits, until another network looks")
show(fig, alt=f"Ten digits and ten gray smudges. Fréchet distance {both['400 real digits'][0]:.1f} for the digits and {both['400 smudges'][0]:.1f} for the smudges; "
              f"with another network's features {both['400 real digits'][1]:.1f} and {both['400 smudges'][1]:.1f}")

# %% [markdown]
# A better score than real digits get, 400 or 2,000 of them, for images in which nobody sees a digit. The second network has the same layers, the same training set and another seed, and gives them several times what real digits get, since nobody optimized against it. A number that is optimized stops being a good measure. That holds as well for a generator that was trained with the features of the network that judges it.
#
# **Tomorrow, with your own model:** write N, the network and how images were prepared beside the number, and the distance that *real* images get at the same N. Look again with features of a network that your training never saw.

# %% tags=["solution"]
# What the text claims.
assert distances["70 % of the ink"] > distances["five classes"] > 5 * distances["blurred"]
assert both["400 smudges"][0] < min(both["400 real digits"][0], distances["fresh digits"]) and both["400 smudges"][1] > 2 * both["400 real digits"][1]

# %% [markdown] slide_type="notes"
# Say: 400 images of noise, their pixels moved by gradient descent, no generator; compare with the number that people gave. The second column is the moral: a network with the same data, the same layers and another seed is not fooled. What goes wrong: "so FID is useless". It is useful as long as nobody optimizes it, directly or by choosing among hundreds of runs.

# %% [markdown]
# ## 4 · KID: no bias, and an error bar
#
# The Fréchet distance is biased because it fits Gaussians to few points. The **kernel distance**, KID (Bińkowski et al., 2018), fits none: it compares pairs of images. (It estimates the square of the *maximum mean discrepancy*, MMD.) With $k(a, b) = (a^\top b/D + 1)^3$, a measure of likeness of two features with $D$ entries,
#
# $$\mathrm{KID} = \frac{1}{n(n-1)}\sum_{i\ne j} k(a_i, a_j) + \frac{1}{m(m-1)}\sum_{i\ne j} k(b_i, b_j) - \frac{2}{nm}\sum_{i,j} k(a_i, b_j) .$$
#
# In words: likeness within each set, minus twice the likeness across. No row is compared with itself; that is what makes it **unbiased**. For two draws of one distribution it is 0 on average, so about half the time it is negative.
#
# ### Exercise 12.5 · KID
# Difficulty ●●● · importance ●●○ · 12 minutes

# %%
def kid(a: Tensor, b: Tensor) -> float:
    """Unbiased squared MMD of features (N, D), (M, D), kernel (x·y/D + 1)³. Bińkowski et al., 2018, section 4."""
    # 1. three tables of the kernel: a with a, b with b, a with b
    # 2. the first two: the mean over pairs of two different rows
    # 3. add them, take off twice the mean of the third
    ### BEGIN SOLUTION
    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x: Tensor) -> Tensor:
        table = kernel(x, x)
        return (table.sum() - table.diag().sum()) / (len(x) * (len(x) - 1))

    return (within(a) + within(b) - 2 * kernel(a, b).mean()).item()
    ### END SOLUTION

# %%
kid = check(kid)

# %%
predict("12.kid")

# %%
def repeated(measure, n: int, repeats: int = 12) -> Tensor:
    """The measure of n real digits against 1,000 others, both drawn anew each time."""
    chance, pool = set_seed(SEED), pools["fresh real digits"].double()
    orders = (torch.randperm(len(pool), generator=chance) for _ in range(repeats))
    return torch.tensor([measure(pool[order[:n]], pool[order[n:n + 1000]]) for order in orders])

spread = {n: (repeated(kid, n), repeated(frechet_distance, n)) for n in (100, 300, 1000)}

# %% [markdown] slide_type="slide" only="slides"
# ## KID compares pairs of images, and fits no Gaussian
#
# $$\underset{i\ne j}{\mathrm{mean}}\; k(a_i, a_j) + \underset{i\ne j}{\mathrm{mean}}\; k(b_i, b_j) - 2\,\underset{i,\,j}{\mathrm{mean}}\; k(a_i, b_j)$$
#
# - Likeness within each set, minus twice the likeness across: $k(a, b) = (a^\top b/D + 1)^3$.
# - No image is compared with itself.
#
# Two draws of real digits: what should it say?

# %% [markdown] slide_type="notes"
# Say: a and b are features of the two sets, with D entries each, and k is a measure of likeness. No Gaussian is fitted, so few images distort nothing. Ask the question at the bottom: zero, but only on average, so half of the time it comes out below zero. What goes wrong: keeping the pairs of an image with itself, which makes KID too large; the check names it.

# %% slide_type="slide"
fig, axes = plots.canvas(width=10, height=3.9, cols=2)
for ax, column, name in zip(axes, (0, 1), ("KID of real digits", "Fréchet distance of real digits"), strict=True):
    for place, (n, values) in enumerate(spread.items()):
        ax.plot(place + torch.linspace(-0.15, 0.15, 12), values[column], "o", color=plots.HOUSE, ms=5, alpha=0.8)
        ax.plot([place - 0.3, place + 0.3], [values[column].mean()] * 2, color=plots.ACCENT, lw=3)
    ax.axhline(0, color=plots.QUIET, lw=1)
    ax.set_xticks(range(3), [f"N = {n}" for n in spread])
    ax.set_ylabel(name)
plots.set_finding(fig, "KID scatters about 0; the Fréchet distance starts high")
show(fig, alt="Twelve draws for each of three sizes, and their means. Left, KID: wide scatter around 0 at N = 100, narrow at 1,000, means near 0. Right, the Fréchet distance: "
              "all far above 0 at N = 100, lower with each size")

# %% [markdown]
# The orange bars of KID, the means, stay near 0, and its dots scatter less at each larger N; the bars of the Fréchet distance start high and come down. With 100 samples KID scatters so much that a single value says nothing about small differences. Its size depends on the network as well (papers often print it times 1,000), so read it beside that of real images.
#
# **Tomorrow, with your own model:** if you have few samples, or sets of different size, report KID: its mean and standard deviation over ten random subsets.

# %% tags=["solution"]
# What the text claims.
for n, (kids, fids) in spread.items():
    assert kids.mean().abs() < 4 * kids.std() / 12**0.5 + 30 and kids.min() < 0
assert spread[100][0].std() > 2 * spread[1000][0].std() and spread[100][1].min() > spread[1000][1].max()

# %% [markdown] slide_type="notes"
# Say: each dot compares N real digits with 1,000 others; orange bars are means of twelve. Bias on the right, variance on the left. Ask: what does a negative squared distance mean? That the estimate is honest: one that is never negative can't be 0 on average. What goes wrong: one KID of 100 images is reported, and it says nothing about small differences.

# %% [markdown]
# ## 5 · Precision, recall, coverage
#
# One number mixes quality and coverage. Two numbers don't. **Precision** (Kynkäänniemi et al., 2019) is the share of samples that lie among the real points, **recall** the share of real points that lie among the samples. Each point of a set has a ball that reaches its k-th nearest other point of that set. To lie among the points is to be inside at least one ball.

# %% slide_type="slide"
def draw_balls(ax, centers: Tensor, others: Tensor, k: int, color: str) -> None:
    """Balls around the centers that reach their k-th neighbor, and other points in and out of them."""
    points = centers.tolist()
    balls = [Circle(c, sorted(math.dist(c, o) for o in points)[k], color=color, alpha=0.16, lw=0) for c in points]
    for ball in balls:
        ax.add_patch(ball)
    inside = torch.tensor([any(math.dist(ball.center, at) <= ball.radius for ball in balls) for at in others.tolist()])
    ax.plot(*centers.T, "o", color=color, ms=4)
    ax.plot(*others[inside].T, "x", color=plots.INK, ms=6, ls="none")
    ax.plot(*others[~inside].T, "x", color=plots.QUIET, ms=6, mew=1, alpha=0.6, ls="none")
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)

some, made = points[:60], models["B"][:60]
fig, axes = plots.canvas(width=9, height=4.6, cols=2)
draw_balls(axes[0], some, made, 3, plots.HOUSE)
axes[0].set_title("precision: samples (×)\nin balls of real points")
draw_balls(axes[1], made, some, 3, TEAL)
axes[1].set_title("recall: real points (×)\nin balls of samples")
plots.set_finding(fig, "Model B has more precision than recall")
show(fig, alt="Left, balls around real points all over the ring; most samples, at the right of the ring, lie in them. Right, balls around the samples, at the right only; "
              "the real points at the left, at the top and at the bottom lie outside")

# %% [markdown] slide_type="notes"
# Say: a ball reaches its point's third neighbor. Left, real points have the balls and samples are tested; right, the other way round. Dark crosses are in, pale ones out. Ask which of the two falls for model A: precision. Before you go on ask: samples fill the hole of the ring, and one real point is put among them. By how much does precision change? What goes wrong: one radius for all points.

# %% [markdown]
# Dark crosses lie in at least one ball, pale ones in none. Left, most of B's samples are in a ball of a real point. Right, the real points of five clumps are in no ball of a sample.
#
# ### Exercise 12.6 · Precision and recall
# Difficulty ●●● · importance ●●● · 15 minutes
#
# `real` (N, D) and `fake` (M, D) are features. `torch.cdist(a, b)` has all distances, (N, M). In a set's distances to itself each point finds itself first, at distance 0, and that one doesn't count.

# %%
def precision_recall(real: Tensor, fake: Tensor, k: int) -> tuple[float, float]:
    """Share of fakes among the reals, share of reals among the fakes. Kynkäänniemi et al., 2019, eqs. 1 and 2."""
    # 1. the radii of the reals: distance to the k-th nearest other real
    # 2. precision: share of fakes within (<=) the radius of at least one real
    # 3. recall: the same with real and fake exchanged
    ### BEGIN SOLUTION
    def share_among(points: Tensor, centers: Tensor) -> float:
        radii = torch.cdist(centers, centers).sort(1).values[:, k]
        return (torch.cdist(points, centers) <= radii).any(1).float().mean().item()

    return share_among(fake, real), share_among(real, fake)
    ### END SOLUTION

# %%
precision_recall = check(precision_recall)

# %%
for name, made in models.items():
    precision, recall = precision_recall(points, made, 3)
    print(f"model {name}: precision {precision:.2f}, recall {recall:.2f}")

# %% [markdown]
# A loses precision and B loses recall. C, which copies, has high values of both: neither number asks about novelty.
#
# Now samples where no data are, in the middle of the ring, and a single real point among them. (Every large data set has a few images that don't belong.) How much can one point change?

# %%
predict("12.outlier")

# %% slide_type="slide"
clump = 0.4 * torch.randn(60, 2, generator=set_seed(SEED))  # samples in the middle of the ring
stray = torch.cat([some, torch.tensor([[0.1, -0.1]])])
fig, axes = plots.canvas(width=9, height=4.6, cols=2)
for ax, centers, who in zip(axes, (some, stray), ("60 real points", "and a stray one"), strict=True):
    draw_balls(ax, centers, clump, 3, plots.HOUSE)
    ax.set_title(f"{who}: precision {precision_recall(centers, clump, 3)[0]:.2f}")
axes[1].plot(*stray[-1], "o", color=plots.HOUSE, ms=11, mec="white")
plots.set_finding(fig, "One stray real point lets all samples in")
show(fig, alt="A clump of crosses, the samples, in the middle of the ring. Left, the balls around the real points of the ring hold none of them. Right, one real point was added in the "
              "middle; its ball reaches the ring and holds all of the crosses")

# %% [markdown] slide_type="notes"
# Say: by a sixtieth, people guess, and it goes from zero to one. The stray point's third neighbor is on the ring, so its ball is huge, and one ball is enough. Ask what would happen with a second stray point beside the first: both balls stay huge, since each reaches a third neighbor. What goes wrong: reference sets are scraped, and hardly anybody looks at them.

# %% [markdown]
# The three nearest neighbors of the point in the middle are on the ring, so its ball reaches the ring, and everything near it is inside. The same with images: take noise as samples, and put *one* noise image among the 1,000 real ones.

# %%
noise = torch.rand(2000, 1, 28, 28, generator=set_seed(SEED))
with_outlier = torch.cat([reference[:999], noise[-1:]])
clean_1000, stray_1000 = real_features[:1000], features(with_outlier)
for name, centers in (("1,000 real digits", clean_1000), ("999 and a noise image", stray_1000)):
    precision, recall = precision_recall(centers, features(noise[:1000]), 3)
    print(f"reference: {name:22s} precision of noise {precision:.3f}, recall {recall:.3f}")

# %% [markdown]
# **Coverage** (Naeem et al., 2020) turns the question round. The balls are those of the real points, and one asks of each *ball* whether any sample is in it. A huge ball is then one of 1,000, and no more.
#
# ### Exercise 12.7 · Coverage
# Difficulty ●●○ · importance ●●● · 5 minutes

# %%
def coverage(real: Tensor, fake: Tensor, k: int) -> float:
    """Share of reals (N, D) with at least one fake (M, D) within their radius. Naeem et al., 2020, eq. 9."""
    # 1. the radii of the reals, as for precision
    # 2. for each real: is any fake within its radius?
    # 3. the share of reals for which it is so
    ### BEGIN SOLUTION
    radii = torch.cdist(real, real).sort(1).values[:, k]
    return (torch.cdist(real, fake) <= radii[:, None]).any(1).float().mean().item()
    ### END SOLUTION

# %%
coverage = check(coverage)

# %% slide_type="slide"
judged = {"fresh digits": (fresh, clean_1000), "blurred": (changed["blurred"], clean_1000), "five classes": (five, clean_1000),
          "noise": (noise, clean_1000), "noise, stray image": (noise, stray_1000)}
shares = {name: (*precision_recall(centers, features(made[:1000]), 3), coverage(centers, features(made[:1000]), 3)) for name, (made, centers) in judged.items()}
fig = plots.score_table({name: [f"{value:.2f}" for value in values] for name, values in shares.items()}, ["precision", "recall", "coverage"],
                        {name: made[:10] for name, (made, _) in judged.items()}, {("noise, stray image", "precision"), ("noise, stray image", "coverage")},
                        title="One stray image ruins precision, not coverage")
show(fig, alt="Precision, recall and coverage of five sets. " + "; ".join(
    f"{name}: {p:.2f}, {r:.2f}, {c:.2f}" for name, (p, r, c) in shares.items()))

# %% [markdown] slide_type="-" only="slides"
# Coverage: the share of real images that have a sample in their ball.

# %% [markdown]
# Read the rows. Fresh real digits don't get 1: that is the best a model can have, so print it beside the model's. Blurred digits are as precise as sharp ones, or more so. Five classes keep their precision, and lose recall and coverage. And noise goes to a precision of 1 through one image in the reference, while its coverage stays at almost nothing.
#
# **Tomorrow, with your own model:** report precision *with* coverage. Sort the reference by its radii, and look at the images with the largest ones before you trust a precision.

# %% tags=["solution"]
# What the text claims.
assert shares["noise, stray image"][0] > 0.95 and shares["noise"][0] < 0.5 and shares["noise, stray image"][2] < 0.02
assert shares["blurred"][0] > shares["fresh digits"][0] - 0.03 and 0.8 < shares["fresh digits"][0] < 0.97
assert shares["five classes"][0] > 0.85 and max(shares["five classes"][1:]) < 0.7

# %% [markdown] slide_type="notes"
# Say: precision asks each sample, coverage asks each ball, and a huge ball is one of a thousand. Ask: how can a single image in a thousand change precision from near nothing to one? The stray image is noise: its third neighbor is a digit, far away, and all other noise is nearer than that. What goes wrong: people clean the samples and never look at the reference.

# %% [markdown]
# ### Exercise 12.8 · A precision that jumped
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# You add 1,000 scanned digits to your reference set, and your model's precision goes from 0.6 to 0.98. The model hasn't changed. What is the likeliest reason?
#
# - **a** The samples got better: 0.98 is what this model can do.
# - **b** More real images make each radius smaller, so the estimate is now right.
# - **c** One new image is unlike all others, so its ball holds most fakes.
# - **d** Precision rises to 1 with the number of real images, for any model.

# %%
### BEGIN SOLUTION
answers["12.8"] = "c"
### END SOLUTION

# %%
check(answers, "12.8")

# %% [markdown]
# ## 6 · Is it new?
#
# A program that draws training images at random needs no model, has perfect quality, and covers the data. Only the training set can give it away. For each sample find the nearest training image. How near is *too* near? Fresh test images know: they are real, and not copied. So compare (after Meehan et al., 2020):
#
# $$\mathrm{AUC} = P\big(d(\text{sample}, \text{train}) < d(\text{test image}, \text{train})\big), \qquad d(x, \text{train}) = \min_i \lVert x - x_i\rVert .$$
#
# In words: the probability that a sample is closer to its nearest training image than a test image is to its own; ties count half. Copies get 1, and fresh data about ½.
#
# ### Exercise 12.9 · A test for copies
# Difficulty ●●○ · importance ●●● · 8 minutes

# %%
def memorization_auc(samples: Tensor, train: Tensor, test: Tensor) -> float:
    """P(a sample is closer to its nearest training point than a test point to its own), ties half; all (N, D)."""
    # 1. distance of each sample to its nearest training point
    # 2. the same for each test point
    # 3. over all pairs: the share in which the sample is closer, plus half the ties
    ### BEGIN SOLUTION
    mine = torch.cdist(samples, train).min(1).values
    theirs = torch.cdist(test, train).min(1).values
    gap = theirs - mine[:, None]  # (samples, tests), positive where the sample is closer
    return ((gap > 0).float() + 0.5 * (gap == 0).float()).mean().item()
    ### END SOLUTION

# %%
memorization_auc = check(memorization_auc)

# %% [markdown]
# Four sets: fresh digits; copies of training digits; copies with a little noise on them; copies moved by one pixel to the right.

# %%
predict("12.shift")

# %%
chance = set_seed(SEED)
copies = x_train[torch.randperm(len(x_train), generator=chance)[:2000]]
noisy = (copies + 0.1 * torch.randn(copies.shape, generator=chance)).clamp(0, 1)
suspects = {"fresh digits": fresh, "copies": copies, "copies + noise": noisy, "copies, moved": copies.roll(1, 3)}

def nearest(images: Tensor) -> Tensor:
    """Distance, in pixels, of each image to its nearest training image: (N,)."""
    return torch.cdist(images.flatten(1), x_train.flatten(1)).min(1).values

aucs = {name: memorization_auc(made[:300].flatten(1), x_train.flatten(1), reference[:300].flatten(1)) for name, made in suspects.items()}
print({name: round(auc, 2) for name, auc in aucs.items()})

# %% [markdown] slide_type="slide" only="slides"
# ## A copy is nearer to the training set than fresh images
#
# $$\mathrm{AUC} = P\big(d(\text{sample}, \text{train}) < d(\text{test image}, \text{train})\big)$$
#
# - $d$ is the distance to the nearest training image.
# - Copies get 1, fresh images about ½.
#
# Vote: what do copies get that were moved by one pixel?

# %% [markdown] slide_type="notes"
# Say: near has no meaning by itself, so fresh test images say how near is normal. The AUC is the probability that a sample is nearer than a test image. Ask why the model must never see the test images: they would be near as well. Take the vote on the moved copies, and write it down: most say 0.9. What goes wrong: showing the nearest neighbors without the test images' beside them.

# %% slide_type="slide"
away = {name: nearest(made[:300]) for name, made in (("test images", reference), *list(suspects.items())[2:])}
fig = plots.score_histogram(away, "distance to the nearest training image", title="Moved by one pixel, copies are as far away as test images", bins=36)
show(fig, alt=f"Histograms of distances to the nearest training image. Copies with noise: a narrow peak, at {away['copies + noise'].mean():.1f} on average. Test images: broad, "
              f"around {away['test images'].mean():.1f}. Moved copies: broad and no farther left, around {away['copies, moved'].mean():.1f}")

# %% [markdown] slide_type="notes"
# Say: the orange peak is copies with noise, and a search finds them. Moved copies, in purple, lie no farther left than test images: their AUC is below one half, and they pass for fresh digits. Compare with the vote. A thin line and the same line one pixel further share hardly a pixel. Ask which distance would find them. What goes wrong: a low AUC in pixels is printed as a proof of originality.

# %% [markdown]
# Copies and noisy copies are found. Copies that were moved by one pixel come out *below* ½: by this number they are at least as original as real digits, and every one of them is a copy. Pixel by pixel, a thin line and the same line one pixel to the right have hardly anything in common.
#
# A test finds what its distance can see. So search with a distance that doesn't see a shift: move each image by up to one pixel in each direction, and keep the smallest of the nine distances. The test images are treated the same way.

# %%
def nearest_moved(images: Tensor) -> Tensor:
    """As `nearest`, the smallest over nine shifts of the image."""
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return torch.stack([nearest(images.roll(shift, (2, 3))) for shift in shifts]).amin(0)

def auc_of_distances(mine: Tensor, theirs: Tensor) -> float:
    return memorization_auc(mine[:, None], torch.zeros(1, 1), theirs[:, None])  # distances as points on a line, one training point at 0

theirs = nearest_moved(reference[:200])
moved_aucs = {name: auc_of_distances(nearest_moved(made[:200]), theirs) for name, made in suspects.items()}
rows = {name: [f"{aucs[name]:.2f}", f"{moved_aucs[name]:.2f}"] for name in suspects}

# %% slide_type="slide"
fig = plots.score_table(rows, ["AUC", "shifted"], {name: made[:10] for name, made in suspects.items()}, {("copies, moved", "AUC"), ("copies, moved", "shifted")},
                        title="A search that allows shifts finds the moved copies")
show(fig, alt="AUC of four sets, searched plainly and with shifts: " + "; ".join(f"{name} {a} and {b}" for name, (a, b) in rows.items()))

# %% [markdown]
# Now try to hide from that one: a turn by five degrees, thinner ink, a blend of two training images. There is always a next change, so a low AUC never proves that nothing was copied.
#
# **Tomorrow, with your own model:** search in pixels, in features, and with the changes that your training augments with. Show the ten closest pairs, sample beside training image. And keep test images aside: without them, "near" has no meaning.

# %% tags=["solution"]
# What the text claims.
assert aucs["copies"] == 1 and aucs["copies + noise"] > 0.85 and aucs["copies, moved"] < 0.5
assert moved_aucs["copies, moved"] > 0.95 and moved_aucs["copies + noise"] > 0.85 and 0.35 < moved_aucs["fresh digits"] < 0.65
assert away["copies, moved"].mean() > away["test images"].mean() > away["copies + noise"].mean()

# %% [markdown] slide_type="notes"
# Say: in the last column each image may move by a pixel in any direction, and the nearest of nine counts. The test images are searched with the same nine shifts, so fresh digits stay at about one half. Ask how one could hide from this search as well: a turn, thinner ink, a blend. What goes wrong: hoping that a classifier's features find moved copies; here they gave one half.

# %% [markdown]
# ### Exercise 12.10 · An AUC of 0.4
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Your model's samples have an AUC of 0.4 in pixels. What do you conclude?
#
# - **a** The model hardly copies: most samples are farther off than fresh digits.
# - **b** Most samples aren't exact copies; changed copies may still be there.
# - **c** The model copies the test set, so the test images look too near.
# - **d** The samples may be bad: they are far from all that the model saw.

# %%
### BEGIN SOLUTION
answers["12.10"] = "b"
### END SOLUTION

# %%
check(answers, "12.10")

# %% [markdown]
# ## 7 · Fifteen sets, eight numbers
#
# You know how each of these sets was made. Do you know what the numbers will say? First the sets.

# %%
chance = set_seed(SEED)
sets = {
    "real": fresh, "real, N = 100": fresh[:100], "blurred": blur(fresh), "70 % of the ink": 0.7 * fresh, "five classes": five,
    "ten images": ten.repeat(200, 1, 1, 1), "mean image": x_train.mean(0, keepdim=True).expand(2000, 1, 28, 28),
    "noise": noise, "noise, stray image": noise, "smudges": smudges,
    "copies": copies, "copies + noise": noisy, "copies, moved": suspects["copies, moved"],
    "autoencoder, N(0, I)": decode(torch.randn(2000, 16, generator=chance)), "autoencoder, Gaussian": drawn[:2000],
}
show(plots.image_rows({name: made[:12] for name, made in sets.items()}, title="Fifteen sets of samples"),
     alt="Twelve images of each of the fifteen sets: " + ", ".join(sets))

# %% [markdown]
# Now guess. Each line has a number and two sets: which of the two will the number *prefer*? (A low Fréchet distance, KID or AUC is better; a high Inception Score, precision, recall or coverage is.) Type its name between the quotes.

# %%
guesses = {
    ("IS", "real", "ten images"): "",
    ("Fréchet", "70 % of the ink", "five classes"): "",
    ("Fréchet", "real, N = 100", "smudges"): "",
    ("Fréchet", "copies", "autoencoder, Gaussian"): "",
    ("KID", "real, N = 100", "autoencoder, N(0, I)"): "",
    ("precision", "real", "noise, stray image"): "",
    ("recall", "five classes", "autoencoder, Gaussian"): "",
    ("coverage", "smudges", "real"): "",
    ("AUC", "copies, moved", "real"): "",
}

# %%
COLUMNS = ["IS", "Fréchet", "2nd net", "KID", "precision", "recall", "coverage", "AUC"]

def all_numbers(made: Tensor, name: str) -> list[float]:
    """The eight numbers of one set: KID, precision, recall, coverage from 1,000 images, the AUC from 300."""
    fake, center = features(made), stray_1000 if name == "noise, stray image" else clean_1000
    return [inception_score(probabilities(made)), frechet_distance(fake, real_features), frechet_distance(features(made, second), real_features_2),
            kid(fake[:1000].double(), clean_1000.double()), *precision_recall(center, fake[:1000], 3), coverage(center, fake[:1000], 3),
            memorization_auc(made[:300].flatten(1), x_train.flatten(1), reference[:300].flatten(1))]

numbers = {}
for name, made in sets.items():
    numbers[name] = dict(zip(COLUMNS, all_numbers(made, name), strict=True))
    print(name, end=" · ", flush=True)

# %% [markdown]
# Your guesses, and the truth:

# %%
HIGH = ("IS", "precision", "recall", "coverage")  # where more is better

def preferred(column: str, a: str, b: str) -> str:
    """Which of two sets a number prefers."""
    first, other = numbers[a][column], numbers[b][column]
    return a if (first > other) == (column in HIGH) else b

right = 0
for (column, a, b), guess in guesses.items():
    truth = preferred(column, a, b)
    right += guess == truth
    verdict = "no guess" if not guess else "right" if guess == truth else "wrong"
    print(f"{verdict:9s} {column:10s} {a} {numbers[a][column]:.2f} · {b} {numbers[b][column]:.2f}: it prefers {truth}")
print(f"{right} of {len(guesses)} guessed")

# %% [markdown] slide_type="slide" only="slides"
# ## Fifteen known sets fool every number
#
# | number | what fools it |
# |---|---|
# | Inception Score | the same ten images, again and again |
# | Fréchet distance | smudges made for it; copies |
# | KID | the same smudges |
# | precision | noise, with one stray image in the reference |
# | recall | smudges |
# | coverage | copies |
# | AUC of a search | copies that were moved |

# %%
def as_text(column: str, value: float) -> str:
    digits = 0 if column == "KID" or value >= 100 else 1 if column in ("Fréchet", "2nd net") else 2
    return f"{value:,.{digits}f}".replace("-", "−")

fooled = {("ten images", "IS"), ("smudges", "Fréchet"), ("copies", "Fréchet"), ("real, N = 100", "Fréchet"), ("70 % of the ink", "Fréchet"),
          ("smudges", "KID"), ("noise, stray image", "precision"), ("blurred", "precision"),
          ("copies", "coverage"), ("copies, moved", "AUC"), ("real, N = 100", "coverage"), ("smudges", "recall")}
rows = {name: [as_text(column, values[column]) for column in COLUMNS] for name, values in numbers.items()}
fig = plots.score_table(rows, COLUMNS, {name: made[:5] for name, made in sets.items()}, fooled, title="No number stands alone: in orange, where one misleads")
show(fig, alt="Eight numbers of fifteen sets. " + " ".join(
    f"{name}: " + ", ".join(f"{column} {text}" for column, text in zip(COLUMNS, texts, strict=True)) + "." for name, texts in rows.items()))

# %% [markdown]
# Go down each column and ask what the orange cells have in common.
#
# - **Inception Score**: the ten images win.
# - **Fréchet**: the smudges have the lowest value of all, lower than 2,000 real digits, and copies are nearly as good as real, or better. Paler ink is worse than five missing classes.
# - **2nd net**: the smudges are found out; for the others it says much the same as the first.
# - **KID** doesn't rise when N is small, but the smudges fool it as they fool the Fréchet distance, since it uses the same features.
# - **Precision**: blurred digits are above real ones, and with one stray image in the reference, noise has 1.
# - **Recall** of the smudges is near that of real digits.
# - **Coverage** finds all that leave something out. It is low for few samples too: 100 can't visit 1,000 balls.
# - **AUC** finds copies, and misses moved ones.
#
# One run is luck: change `SEED` at the top, run all, and see which of these sentences hold again. When the course ran seeds 0, 1 and 2, and MNIST, each comparison came out alike but one: copies and real digits changed places in the Fréchet column.
#
# Now cover a row with your hand, all but one number: would you have known what the set is? And with a number for each of the three questions?
#
# **Tomorrow, with your own model:** add your samples to `sets` as a sixteenth row, and read it beside "real" and "copies".

# %% tags=["solution"]
# What the text claims.
fid = {name: values["Fréchet"] for name, values in numbers.items()}
assert max(numbers, key=lambda name: numbers[name]["IS"]) == "ten images" and min(fid, key=fid.get) == "smudges"
assert numbers["smudges"]["KID"] < 100 < numbers["blurred"]["KID"] and numbers["smudges"]["recall"] > 0.7 and numbers["copies"]["coverage"] > 0.8
assert fid["70 % of the ink"] > fid["five classes"] and numbers["smudges"]["2nd net"] > 10 and abs(fid["copies"] - fid["real"]) < 4 < fid["autoencoder, Gaussian"]
assert numbers["noise, stray image"]["precision"] > 0.95 and numbers["blurred"]["precision"] > numbers["real"]["precision"] and numbers["copies, moved"]["AUC"] < 0.5
assert all(numbers[name]["coverage"] < 0.75 for name in ("five classes", "ten images", "mean image", "noise", "noise, stray image", "smudges", "real, N = 100"))

# %% [markdown] slide_type="notes"
# Say: the notebook makes fifteen sets whose fault is known, and computes eight numbers of each. Read a row as: this number calls that set good. Ask for each row which other number notices. Copies: the search. Smudges: coverage and the second network. Moved copies: none of the eight is bad enough to give them away. What goes wrong: looking for the one best number. The table is the argument that there is none.

# %% [markdown]
# ### The models of the course, guessed and revealed
#
# You knew how these sets were made. Now come sets that models drew. The course trains each of its generators for 10, 60 and 300 seconds of processor time, with three seeds, and measures 2,000 samples of each; the page *Scoreboard* of the course's site shows all numbers beside the samples. Here are five of the models:
#
# - `autoencoder_gaussian`: 02's autoencoder, with codes drawn from a Gaussian that was fitted to the codes of its data;
# - `vae`: 03's VAE; `dcgan`: 06's DCGAN;
# - `flow_prior`: an autoencoder like 02's, with codes drawn by a network that was trained to draw them (notebook 13);
# - `diffusion`: a U-Net that turns noise into a digit in ten steps (notebook 14).
#
# Write down their order by Fréchet distance, the best first, once after 10 seconds of training, once after 60, and once after 300. Which of them is ahead after ten seconds, and does it stay there? If you haven't met the last two yet, guess them all the same.

# %%
FIVE = ["autoencoder_gaussian", "vae", "dcgan", "flow_prior", "diffusion"]
my_order = {10: [], 60: [], 300: []}  # five names each, the best first, as in 10: ["vae", "dcgan", ...]

# %%
board = scoreboard("digits")
for budget, guess in my_order.items():
    there = [model for model in board.order(budget, "frechet") if model in FIVE]
    sure = [(a, b) for a in there for b in there if board.wins((a, budget), (b, budget), "frechet")]
    right = sum(guess.index(a) < guess.index(b) for a, b in sure if {a, b} <= set(guess))
    print(f"after {budget} s: {' < '.join(there)}")
    print(f"   in {len(sure)} pairs every seed of one model is better than every seed of the other; you have {right} of them")

# %% [markdown]
# And all models. Each dot is a seed.

# %%
best = {model: min((value for b in BUDGETS for value in board.values(model, b, "frechet")), default=math.inf) for model in board.models}
order = sorted(best, key=lambda model: best[model])
fig, (ax,) = plots.canvas(height=5.2)
for budget, color in zip(BUDGETS, (plots.QUIET, plots.ACCENT, plots.HOUSE), strict=True):
    dots = [(value, y) for y, model in enumerate(order) for value in board.values(model, budget, "frechet")]
    if dots:
        ax.scatter(*zip(*dots, strict=True), s=28, color=color, alpha=0.8, label=f"after {budget} s")
scale = {"real digits": "test", "01's forger": "forger"}  # nothing was trained for these two
scale = {name: board.spread(model, 0, "frechet") for name, model in scale.items()}
for name, spread in scale.items():
    ax.axvline(spread.median, color=plots.INK, lw=1.2, ls=":", zorder=0)
    ax.text(spread.median, len(order) - 0.7, f" {name}", rotation=90, ha="right", va="bottom", fontsize=11)
ax.set(xscale="log", xlabel="Fréchet distance, lower is better", ylim=(len(order) - 0.5, -0.5))
ax.xaxis.set_major_formatter("{x:,.0f}")
ax.set_yticks(range(len(order)), [board.name(model) for model in order])
ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=3)

def told(model: str) -> str:
    """Medians of a model after each budget, in words."""
    found = {budget: board.spread(model, budget, "frechet") for budget in BUDGETS}
    parts = [f"{as_text('Fréchet', spread.median)} after {budget} s" for budget, spread in found.items() if spread]
    return f"{board.name(model)}: {', '.join(parts)}."

fronts = {}  # who is ahead -> the budgets after which they are
for budget in BUDGETS:
    fronts.setdefault(" and ".join(map(board.name, board.front(budget, "frechet"))) or "no model", []).append(str(budget))
names = [f"{front} after {', '.join(budgets)} s" for front, budgets in fronts.items()]
plots.set_finding(fig, f"Ahead, whichever seeds you compare: {'; '.join(names)}")
show(fig, alt="Dots of the Fréchet distance, a row for each model. Medians: " + " ".join(map(told, order))
     + " Dotted lines: " + ", ".join(f"{name} {as_text('Fréchet', spread.median)}" for name, spread in scale.items()))

# %% [markdown]
# Read a row from gray to orange to blue: the farther its dots move to the left, the more this model gains from training time. Where they stay, more time buys nothing, and where they move to the right, its samples get worse. Then compare two rows: where their dots of one color overlap, no order is established. (The third seed of 300 seconds ran on a slower machine for most models, so it took fewer steps.) A ranking that doesn't say how long each model trained hides the first, and a ranking of one seed hides the second.
#
# The dotted lines give the axis a scale. The left one is what other real digits get. The right one is 01's forger: fifteen Gaussians for each digit, told the labels, no network, fitted in half a second. Every model whose dots are right of that line draws worse digits, by this distance, than half a second without a network. So ask of each ranking whether the plain method is in it. (Digits are small, centered and simple, which suits Gaussians; fitted to photographs, such a mixture draws blurry ones. Richardson and Weiss, 2018.)

# %% tags=["solution"]
# What the text claims: the plain method is ahead of several networks, whichever seeds one compares.
assert all(board.wins(("forger", 0), (model, 300), "frechet") for model in ("autoencoder_gaussian", "vae", "dcgan"))

# %% [markdown]
# ## 8 · The same numbers from other packages
#
# Outside this course one doesn't type these formulas. [torchmetrics](https://lightning.ai/docs/torchmetrics) has the Fréchet distance, KID and the Inception Score, [torch-fidelity](https://github.com/toshas/torch-fidelity) has precision and recall as well. Both fetch the Inception network, which this cell doesn't need: it hands them the judge's features. torchmetrics offers these three only where torch-fidelity is installed too. Where one of them is missing, the cell says so and goes on.

# %%
class Given(nn.Module):
    """A "network" that returns the features it is given."""

    num_features = 64

    def forward(self, x: Tensor) -> Tensor:
        return x

def from_torchmetrics(real: Tensor, fake: Tensor, logits: Tensor) -> dict[str, float]:
    """Fréchet distance, KID and Inception Score as torchmetrics computes them."""
    from torchmetrics.image import FrechetInceptionDistance, InceptionScore, KernelInceptionDistance

    fid, kernel, score = FrechetInceptionDistance(Given()), KernelInceptionDistance(Given(), subsets=1, subset_size=len(fake)), InceptionScore(Given(), splits=1)
    for metric in (fid, kernel):
        metric.update(real, real=True)
        metric.update(fake, real=False)
    score.update(logits)
    return {"Fréchet": fid.compute().item(), "KID": kernel.compute()[0].item(), "IS": score.compute()[0].item()}

# %%
import warnings

fake, logits = features(drawn[:1000]), batched(judge, drawn[:1000].to(device)).cpu()
ours = {"Fréchet": frechet_distance(clean_1000, fake), "KID": kid(clean_1000.double(), fake.double()), "IS": inception_score(logits.softmax(1))}
theirs = {}
try:
    with warnings.catch_warnings(action="ignore"):
        theirs = from_torchmetrics(clean_1000, fake, logits)
except ImportError as error:
    print(f"no comparison here, and nothing in the course needs one: {error}")
for name, value in ours.items():
    print(f"{name:8s} ours {value:10.4f}" + (f"   theirs {theirs[name]:10.4f}" if theirs else ""))
    assert abs(value - theirs.get(name, value)) < 1e-3 * abs(value) + 1e-3

# %% [markdown]
# With torchmetrics 1.9.0 the three agree to five digits. torch-fidelity 0.4.0 agrees about precision and recall, with one convention to know: it takes the *samples* first and the real images second. Exchange them, and precision and recall change places without a word.
#
# **Tomorrow, with your own model:** before you trust a package, give it two sets that you know, such as real digits and half of the classes, and see whether the number that should fall does.
#
# ## 9 · The clinic
#
# A colleague has a new sampler: a Gaussian for each class of codes. You computed its Fréchet distance yourself, and she reports several times as much. One of five things went wrong in *her* evaluation; exercise 12.11 lists them. The code is in the open, and the fault was drawn at random.

# %%
def sampler(n: int, classes: int = 10, seed: int = SEED) -> Tensor:
    """n images from a Gaussian for each class of codes."""
    chance, each = set_seed(seed), -(-n // classes)  # rounded up
    z = torch.cat([gaussian_like(codes[train.labels == c], each, chance) for c in range(classes)])
    return decode(z[torch.randperm(len(z), generator=chance)[:n]])

def through_a_file(images: Tensor) -> Tensor:
    """Saved at 20 × 20 pixels, and enlarged again when read."""
    return F.interpolate(F.interpolate(images, 20), 28)

poor, _ = train_classifier((x_train[:100], train.labels[:100]), epochs=1, progress=False)
faults = ["too few samples", "missing classes", "saved on the way", "copies", "poor network"]
fault = faults[torch.randint(5, (), generator=Generator().manual_seed(10)).item()]
on_the_way = through_a_file if fault == "saved on the way" else lambda images: images
her_net = poor if fault == "poor network" else judge

def her_samples(times: int = 1) -> Tensor:
    """What she evaluates, or `times` as many of the kind."""
    n = times * (100 if fault == "too few samples" else 500)
    made = x_train[:n] if fault == "copies" else sampler(n, classes=6 if fault == "missing classes" else 10)
    return on_the_way(made)

def her_distance(images: Tensor, net: nn.Module = her_net) -> float:
    return frechet_distance(features(images, net), features(reference, net))

# %% [markdown] slide_type="slide" only="slides"
# ## The clinic: one sampler, two distances

# %% slide_type="-"
expected, reported = her_distance(sampler(500), judge), her_distance(her_samples())
fig = plots.score_table({"you compute": [f"{expected:.1f}"], "she reports": [f"{reported:.1f}"]}, ["Fréchet"], {"you compute": sampler(500)[:12], "she reports": her_samples()[:12]},
                        {("she reports", "Fréchet")}, title="A colleague reports several times the distance that you compute")
show(fig, alt=f"Twelve samples each and their Fréchet distance: {expected:.1f} as computed by you, {reported:.1f} in the report")

# %% [markdown] slide_type="fragment" only="slides"
# Too few samples, missing classes, saved on the way, copies, or a poor network?

# %% [markdown] slide_type="notes"
# Say: same sampler, same reference, same formula. Let the room list what could differ, then show the five. Let groups choose two tests, and ask each which of the five its tests rule out. Does anybody send real images the same way? What goes wrong: people retrain the sampler. Nothing is wrong with it.

# %% [markdown]
# Examine her evaluation. There are five tests; their names stand in quotes in the function below. Put one into the last line, run the cell again, and stop as soon as you know. (Don't print `fault`.)

# %%
def examine(what: str) -> str:
    """One examination of her evaluation, in a sentence."""
    made = her_samples()
    if what == "more samples":
        return f"{len(made)} samples: {her_distance(made):.1f}; four times as many: {her_distance(her_samples(4)):.1f}"
    if what == "classes":
        counts = torch.bincount(probabilities(made).argmax(1), minlength=10)
        return "the judge reads, from 0 to 9: " + ", ".join(f"{count / len(made):.0%}" for count in counts.tolist())
    if what == "real digits":
        return f"fresh real digits, sent the same way: {her_distance(on_the_way(fresh[:len(made)])):.1f}; not sent: {her_distance(fresh[:len(made)]):.1f}"
    if what == "neighbors":
        return f"AUC against the training set: {memorization_auc(made[:200].flatten(1), x_train.flatten(1), reference[:200].flatten(1)):.2f}"
    if what == "another network":
        return f"with her features {her_distance(made):.1f}, with the second network's {her_distance(made, second):.1f}"
    return "the tests are: more samples, classes, real digits, neighbors, another network"

print(examine("more samples"))

# %% [markdown]
# ### Exercise 12.11 · Which fault is it?
# Difficulty ●●● · importance ●●● · 10 minutes
#
# - **a** Too few samples.
# - **b** Classes are missing.
# - **c** Only the samples were saved on the way.
# - **d** The model copies its training set.
# - **e** The network behind the features is a poor one.

# %%
### BEGIN SOLUTION
answers["12.11"] = "c"
### END SOLUTION

# %%
check(answers, "12.11")

# %% [markdown]
# Now fix it. The two functions below say what happens to images before they are compared. As they stand, samples go through her file and the reference doesn't. Change them so that both sides are treated alike. There are two ways; try both, and watch the distance.

# %%
def prepare_samples(images: Tensor) -> Tensor:
    return on_the_way(images)  # or: images

def prepare_reference(images: Tensor) -> Tensor:
    return images  # or: on_the_way(images)

fixed = frechet_distance(features(prepare_samples(sampler(500))), features(prepare_reference(reference)))
print(f"Fréchet distance {fixed:.1f}")

# %% [markdown]
# Done? Here are all tests, and both ways to fix it.

# %%
for what in ("more samples", "classes", "real digits", "neighbors", "another network"):
    print(f"{what}: {examine(what)}")
alike = {"neither is saved": frechet_distance(features(sampler(500)), real_features),
         "both are saved": frechet_distance(features(on_the_way(sampler(500))), features(on_the_way(reference)))}
print({name: round(value, 1) for name, value in alike.items()})

# %% [markdown]
# The test that decides is "real digits": sent through her file, they score nearly as badly, so the distance measures the file. This happens in print: images resized with two different routines, or stored as JPEG on one side only, change FID by several points (Parmar et al., 2022).
#
# **Tomorrow, with your own model:** send held-out real images through the *whole* path of your samples, files included. Their distance is the best that your model can get. Compute it before the model's.

# %% tags=["solution"]
# What the text and the replies claim.
assert fault == "saved on the way" and reported > 2 * expected
assert her_distance(on_the_way(fresh[:500])) > 2 * her_distance(fresh[:500]) and max(alike.values()) < 0.7 * reported

# %% slide_type="slide" only="slides"
sent = {"real digits": fresh[:500], "saved as hers": on_the_way(fresh[:500])}
control = {name: f"{her_distance(images):.1f}" for name, images in sent.items()}
show(plots.score_table({name: [text] for name, text in control.items()}, ["Fréchet"], {name: images[:12] for name, images in sent.items()},
                       {("saved as hers", "Fréchet")}, title="Real digits, saved on the way, fail too"),
     alt="Twelve real digits, and the same ones rougher. Fréchet distance: " + ", ".join(f"{name} {text}" for name, text in control.items()))

# %% [markdown] slide_type="-" only="slides"
# Her file is judged, not her sampler. Send real images through the *whole* path first: no model can get a better distance there.

# %% [markdown] slide_type="notes"
# Say: her samples were stored at 20 by 20 pixels and enlarged again, and the reference was not. Real digits in the same file score nearly as badly. This control finds whatever the way of the samples does to images, and hardly anybody runs it. (Missing classes or copies it can't find.) Ask: would a better sampler have helped her? No. What goes wrong: comparing her number with that of another paper, whose images went another way.

# %% [markdown]
# ## What to report
#
# ### Exercise 12.12 · Which numbers?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Your model is done. What do you put into the report?
#
# - **a** The Fréchet distance with its N, since it covers quality and diversity.
# - **b** The Inception Score and precision, both beside what real images get.
# - **c** A distance, precision, coverage and a search for copies, beside real images'.
# - **d** The accuracy of twenty people who tell real images from samples, with its error bar.

# %%
### BEGIN SOLUTION
answers["12.12"] = "c"
### END SOLUTION

# %%
check(answers, "12.12")

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Three questions: quality, coverage, novelty. No number answers all three.
# - A number belongs to its N, its features and its way of preparing images. Print real images' number beside it.
# - A number that is optimized stops being a good measure: smudges beat real digits.
# - Precision trusts the reference; coverage depends on no single image.
# - A search finds the copies that its distance can see.

# %% [markdown] slide_type="notes"
# Come back to the numbers that the room named at the start, and ask for each which set of the fifteen fools it. Then ask what they would change in their last report. Next come flows, which know the exact density of each image; whether that number says more is the first surprise there.

# %%
progress("12")

# %% [markdown]
# **Next:** everything here judged samples from outside. Notebook 13 builds a normalizing flow, which knows the exact log-likelihood of each image, and asks whether a likely image is a good one. The glossary and the cheat sheets summarize all models of the course.
