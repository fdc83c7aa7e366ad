# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Generative versus discriminative
#   minutes: 125
#   picture: three_or_eight
# ---

# %% [markdown] slide_type="slide"
# # Generative versus discriminative
#
# You can tell a 3 from an 8. Could you draw one that nobody has written?

# %% [markdown] slide_type="notes"
# About 125 minutes with all exercises, 40 if you only present. Ask who could draw a 3 that looks written by somebody else; everybody can, and a classifier cannot. Then the game, with a vote by hand. The arc: two ways to fit the same labeled points; what the second can do and the first cannot; then two failures of the first that come from never having modeled x. Remember the noise that is called a 3.

# %% [markdown]
# About 125 minutes, in two sittings if you like (stop after section 3). You need PyTorch tensors, what a gradient is, and some linear algebra: what a covariance matrix says, what a determinant is, what it means to solve $Ax = b$. You need nothing about generative models.
#
# At the end you can
#
# 1. say which distribution a discriminative and a generative model learn, and what follows from it;
# 2. fit Gaussians to labeled data, and classify, sample, score and fill in with them;
# 3. show an input on which a classifier is more than 99 % sure, and which a density calls rarer than one in a million;
# 4. turn a classifier round until it "sees" a 3, and show with a number that there is none;
# 5. tell supervised from unsupervised, and unconditional from conditional.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.device import set_seed
from course_utils.models.classifier import Classifier
from course_utils.models.mixture import ClassMixture, k_means
from course_utils.training import fit
from course_utils.widgets import explore, guess_which

plots.use_style()
answers = answer_sheet("01")

# %% [markdown]
# ## 1 · Which one is real?
#
# In each pair, one digit comes from the data set and the other was made up by a model. Click the one that you take for
# real. Ten pairs; guessing blindly finds about five.

# %%
train, test = load("digits", n=10_000), load("digits", split="test", n=2_000)
x_train, x_test = train.float("cpu"), test.float("cpu")  # (N, 1, 28, 28) in [0, 1]
forger = ClassMixture(x_train, train.labels, per_class=15, dims=40)
fakes, fake_labels = forger.sample(200, set_seed(1))

# %%
guess_which(x_test[:200], fakes, rounds=10, seed=3)

# %% [markdown]
# The same game on one sheet, for a room that votes: six of these twelve are real.

# %% [markdown] slide_type="slide" only="slides"
# ## Which ones are real?
#
# Six are real, six were made up. Vote.

# %% slide_type="-"
shuffled = torch.randperm(12, generator=set_seed(11))
mixed = torch.cat([x_test[20:26], fakes[20:26]])[shuffled]  # the first six are real
fig = plots.image_grid(mixed, columns=6, titles=[f"{n + 1}" for n in range(12)])
show(fig, alt="Twelve handwritten digits; six are real and six were generated, hard to tell apart.")

# %%
real = [n + 1 for n, source in enumerate(shuffled.tolist()) if source < 6]
print("real:", *real, "· made up:", *sorted(set(range(1, 13)) - set(real)))

# %% [markdown] slide_type="fragment" only="slides"
# Real: **2, 3, 5, 7, 9, 12**.

# %% [markdown] slide_type="notes"
# Let everybody write down six numbers before you press the key. Ask how many got five or six right, and what gave the fakes away: strokes that fade, a gray patch, an end that frays. Then say that no neural network was involved: the fakes are draws from 150 Gaussians, and the room will have written every part of the forger within the hour. Watch out: no digit is a copy; a late slide shows it.

# %% [markdown]
# What gave the fakes away, if anything did? Strokes that fade out, a gray patch, an end that frays. No neural
# network made them: they are draws from Gaussians, and by section 7 you will have written every part
# of the forger yourself.
#
# A model that can forge must know *what digits are like*. A classifier need not: it only has to
# tell them apart. This notebook is about that difference.

# %% [markdown]
# ## 2 · One data set, fitted twice
#
# To see everything, we measure only two numbers on each image: how much **ink** there is (percent of the page), and
# how far it spreads sideways, the **width** (standard deviation of the ink's column, in pixels). Two classes:
# ones and eights. Of the eights we keep every third, so that ones are more common.

# %%
def measure(images: Tensor) -> Tensor:
    """Ink (percent) and width (pixels) of images (N, 1, 28, 28): (N, 2)."""
    columns = images.sum((1, 2))  # (N, 28), ink in each column
    share = columns / columns.sum(1, keepdim=True)
    place = torch.arange(28.0)
    center = (share * place).sum(1, keepdim=True)
    width = (share * (place - center).square()).sum(1).sqrt()
    return torch.stack([100 * images.mean((1, 2, 3)), width], 1)


def ones_and_eights(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """All ones (class 0) and every third eight (class 1), measured: x (N, 2), y (N,)."""
    ones, eights = images[labels == 1], images[labels == 8][::3]
    return measure(torch.cat([ones, eights])), torch.tensor([0] * len(ones) + [1] * len(eights))


# %%
x, y = ones_and_eights(x_train, train.labels)
x_new, y_new = ones_and_eights(x_test, test.labels)
names = ["one", "eight"]
print(f"{len(x):,} images to learn from: {(y == 0).sum()} ones, {(y == 1).sum()} eights; {len(x_new)} to test on")

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8, height=3.9)
for c in range(2):  # every third point: enough to see
    ax.scatter(*x[y == c][::3].T, s=26, marker="os"[c], color=f"C{c}", ec="white", lw=0.5, label=names[c])
in_order = torch.cat([x_train[train.labels == 1], x_train[train.labels == 8][::3]])  # the images, as in x
far = (x[:, 0].argmin(), x[y == 0, 1].argmax(), *x.argmax(0))  # least ink, widest one, most ink, widest
for i, shift in zip(far, (-2.9, 0.3, 0.3, 0.3)):
    inset = ax.inset_axes([x[i, 0] + shift, x[i, 1] - 0.2, 2.6, 1.1], transform=ax.transData)
    inset.imshow(in_order[i, 0])
    inset.set(xticks=[], yticks=[])
    inset.spines[:].set_visible(True)
    inset.grid(False)
ax.set(xlabel="ink (% of the page)", ylabel="width (pixels)", xlim=(0, 38), ylim=(0, 7.2))
ax.legend(loc="upper right")
plots.set_title(ax, "Ones are narrow and have little ink; eights have more of both")
show(fig, alt="Points in the plane of ink and width, with four of the images beside their points. The ones form a cloud at the lower left, the "
     "eights one further right and higher, and the two clouds overlap.")

# %% [markdown] slide_type="notes"
# Two minutes. Each point is an image of which we keep two numbers: the share of the page that is ink, and how far the ink spreads sideways. Four points have their image beside them. There are 995 ones and 345 eights. Ask where the room would draw a line between them, and whether any line gets all points right. Watch out: the classes overlap, so no method can be perfect here.

# %% [markdown]
# What to see: two clouds that overlap, so no boundary gets every point right.

# %% [markdown] slide_type="slide" only="slides"
# ## One way learns which class, the other what each class is like
#
# **Discriminative**: learn $p(y \mid x)$, which class, given x.
#
# **Generative**: learn $p(x, y) = p(x \mid y)\,p(y)$, what the things of each class are like, and how
# common they are.

# %% [markdown] slide_type="notes"
# Read the vertical bar aloud as "given": y given x, and x given y. Point back at the two clouds: the first way needs a border between them, the second a description of each. Ask which one a spam filter needs, and which one a program that writes spam. Watch out: "generative" does not mean "without labels". Both ways here use them, and the end of the lecture sorts the words.

# %% [markdown]
# ### The discriminative way: p(y|x)
#
# Logistic regression says $p(y \mid x) = \mathrm{softmax}(Wx + b)_y$: one linear score for each class, turned into probabilities.
# Training makes the probabilities of the given labels as high as possible. Nothing else is learned: not where the
# points are, only where one class stops and the other begins.

# %%
set_seed(0)
logistic = nn.Linear(2, 2)
optimizer = torch.optim.LBFGS(logistic.parameters(), max_iter=200)  # made for small, smooth problems


def closure() -> Tensor:
    optimizer.zero_grad()
    loss = F.cross_entropy(logistic(x), y)
    loss.backward()
    return loss


optimizer.step(closure)


@torch.no_grad()
def p_logistic(x: Tensor) -> Tensor:
    """p(y|x) (N, 2) of the logistic regression."""
    return logistic(x).softmax(1)


print(f"logistic regression: {(p_logistic(x_new).argmax(1) == y_new).float().mean():.1%} of the test images right")

# %% [markdown]
# ### The generative way: p(x|y) and p(y)
#
# Say for each class what its points are like. The plainest choice is a Gaussian for each class: $p(x \mid y) =
# \mathcal N(x; \mu_y, \Sigma_y)$. And say how common each class is: $p(y)$, the *prior*.
#
# ### Exercise 1.1 · Fit a Gaussian
#
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# The Gaussian under which N points are likeliest has
#
# $$\mu = \frac1N \sum_n x_n, \qquad \Sigma = \frac1N \sum_n (x_n - \mu)(x_n - \mu)^\top .$$
#
# In words: the average point, and the average outer product of the differences from it. Divide by N: that is
# what maximum likelihood gives. (Many libraries divide by N − 1.)

# %% [markdown] slide_type="slide" only="slides"
# ## To fit a class, take a mean and a covariance
#
# $$\mu = \frac1N \sum_n x_n \qquad \Sigma = \frac1N \sum_n (x_n - \mu)(x_n - \mu)^\top$$

# %% slide_type="-" show_code=true lit="# 3."
def gaussian_mle(x: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest Gaussian for points x (N, D): mu (D,) and cov (D, D)."""
    # 1. the mean over the examples
    # 2. the points around it
    # 3. the average of their outer products: one matrix product, divided by N
    ### BEGIN SOLUTION
    mu = x.mean(0)
    centered = x - mu
    cov = centered.T @ centered / len(x)
    return mu, cov
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# Six minutes with the exercise. Ask: what shape has the covariance of 1,000 points in the plane? It is (2, 2); whoever says (1000, 1000) is about to make the commonest mistake. Why N and not N − 1? Because the likelihood says so, and with 1,000 points nobody sees the difference. Watch out: the mean goes over examples, so over the first axis, and the points have to be centered first.

# %%
gaussian_mle = check(gaussian_mle)

# %%
fits = [gaussian_mle(x[y == c]) for c in range(2)]
mus = torch.stack([mu for mu, _ in fits])  # (C, D)
covs = torch.stack([cov for _, cov in fits])  # (C, D, D)
prior = y.bincount() / len(y)  # (C,)
for c in range(2):
    ink, width = mus[c].tolist()
    print(f"{names[c]}: mean ink {ink:.1f} %, mean width {width:.2f} px, prior {prior[c]:.2f}")

# %% [markdown]
# ### Exercise 1.2a · Score points under a Gaussian
#
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# $$\log \mathcal N(x; \mu, \Sigma) = -\tfrac12 \Big[ (x-\mu)^\top \Sigma^{-1} (x-\mu) + \log\det\Sigma + D \log 2\pi \Big]$$
#
# In words: −½ times a sum of three: the squared distance from μ, measured in units of Σ; the log-determinant, since a wide Gaussian is low everywhere; and a
# constant. One number for each example, in nats (natural logarithms). Higher means likelier. Stay in logs
# throughout: soon D will be 784, and the density itself would be 0 or infinite in float32.
#
# A density is not a probability. It says how much probability there is *per unit of space*, so it can exceed 1, and its
# log can be positive; only differences of log-densities tell you something.

# %%
def log_gaussian(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    """log N(x; mu, cov) for x (N, D), mu (D,), cov (D, D): (N,) nats."""
    # 1. x - mu
    # 2. the squared distance: solve with cov instead of inverting it, multiply entry by entry, sum over D
    # 3. log det of cov (there is a function that never forms the determinant) and D log 2 pi
    ### BEGIN SOLUTION
    away = x - mu
    distance = (away * torch.linalg.solve(cov, away.T).T).sum(1)
    return -0.5 * (distance + torch.logdet(cov) + len(mu) * math.log(2 * math.pi))
    ### END SOLUTION


# %%
log_gaussian = check(log_gaussian)

# %% [markdown]
# ### When a density is wrong
#
# A density has one test that needs no known answer: the area under it is 1. Five scores follow, each with a fault that people really make: **a** the ½ missing on the squared distance, **b** log det missing, **c** 2π missing, **d** Σ in place of its
# inverse, **e** the density in place of its log. A shuffled list decides which score has which fault. For each score and for three covariances, exp(score) is added up over the points of a fine grid and multiplied by 0.01, the area of one cell of the grid. That is the area under the density.

# %%
def faulty_score(fault: str, x: Tensor, cov: Tensor) -> Tensor:
    """log N(x; 0, cov), with a fault: x (N, 2) -> (N,)."""
    inverse = cov if fault == "Σ for its inverse" else cov.inverse()
    distance = ((x @ inverse) * x).sum(1) * (2 if fault == "no ½" else 1)
    log_det = 0 if fault == "no log det" else cov.logdet()
    log_p = -0.5 * (distance + log_det + (0 if fault == "no 2π" else 2 * math.log(2 * math.pi)))
    return log_p.exp() if fault == "density" else log_p

line = torch.linspace(-12, 12, 241)
plane = torch.cartesian_prod(line, line)  # (58081, 2), 0.1 apart
covariances = {"I": torch.eye(2), "4 I": 4 * torch.eye(2), "correlated": torch.tensor([[1.0, 0.8], [0.8, 1.0]])}
faults = ["no ½", "no log det", "no 2π", "Σ for its inverse", "density"]
shuffled = torch.randperm(5, generator=Generator().manual_seed(3)).tolist()
for name, number in zip("ABCDE", shuffled):
    areas = {of: faulty_score(faults[number], plane, cov).exp().sum().item() * 0.01 for of, cov in covariances.items()}
    print(f"score {name}: area " + ", ".join(f"{area:7.2f} for Σ = {of}" for of, area in areas.items()))

# %% [markdown]
# ### Exercise 1.2b · Which bug is this?
#
# Difficulty ●●○ · importance ●●○ · 5 minutes
#
# Type the faults of the scores A to E as five letters, such as `"abcde"`. For each fault, work out what it does to the area, and look for that among the printed lines. (det Σ is 1, 16 and 0.36.) The cell after the check puts your own function to the same test.

# %%
### BEGIN SOLUTION
answers["1.2b"] = "badec"
### END SOLUTION

# %%
check(answers, "1.2b")

# %%
for of, cov in covariances.items():
    print(f"yours: area {log_gaussian(plane, torch.zeros(2), cov).exp().sum() * 0.01:.2f} for Σ = {of}")

# %% [markdown]
# ### Exercise 1.3 · From likelihoods to p(y|x)
#
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# $$p(y \mid x) = \frac{p(x \mid y)\, p(y)}{\sum_{y'} p(x \mid y')\, p(y')}$$
#
# In words: multiply how well x fits each class by how common the class is, then normalize over the classes. You
# get the logs of both, so the product is a sum. Mind the sizes: images have log-likelihoods around ±1000.

# %% [markdown] slide_type="slide" only="slides"
# ## Bayes leads from there to p(y|x)
#
# $$p(y \mid x) = \frac{p(x \mid y)\, p(y)}{\sum_{y'} p(x \mid y')\, p(y')}$$

# %% slide_type="-" show_code=true lit="# 2."
def class_posterior(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    """p(y|x) (N, C) from log p(x|y) (N, C) and log p(y) (C,)."""
    # 1. the log joint: log p(x|y) + log p(y)
    # 2. exponentiate and normalize over the classes, in one safe step
    ### BEGIN SOLUTION
    return torch.softmax(log_likelihood + log_prior, dim=1)
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# Five minutes. Read the fraction: how well class y explains x, times how common y is, and below it the same for all classes. Ask what happens to exp(−1000) in float32. It is 0, and 0/0 is not a number. Softmax subtracts the largest entry first, which changes nothing else. Watch out: forgetting the prior still gives a fair classifier here, and a bad one where classes are rare.

# %%
class_posterior = check(class_posterior)

# %% [markdown]
# Now the class Gaussians classify, too.

# %%
def log_likelihoods(x: Tensor) -> Tensor:
    """log p(x|y) for every class: (N, C) nats."""
    return torch.stack([log_gaussian(x, mus[c], covs[c]) for c in range(len(mus))], 1)


def p_gaussians(x: Tensor) -> Tensor:
    """p(y|x) (N, C) by Bayes' rule."""
    return class_posterior(log_likelihoods(x), prior.log())


print(f"class Gaussians: {(p_gaussians(x_new).argmax(1) == y_new).float().mean():.1%} of the test images right")

# %% [markdown]
# The two accuracies are close, and either may be ahead. So accuracy is not the reason to prefer one of them here. (Which way needs fewer examples is a question of its own,
# and depends on whether p(x|y) has the right shape: Ng and Jordan, 2002.) The reasons come next.

# %%
predict("01.boundaries")

# %%
def log_density(x: Tensor) -> Tensor:
    """log p(x) (N,) nats: the log of the sum of p(x|y) p(y) over the classes."""
    return torch.logsumexp(log_likelihoods(x) + prior.log(), 1)


def name_axes(fig) -> None:
    """Say what the two coordinates are."""
    for ax in fig.axes:
        ax.set(xlabel="ink (% of the page)", ylabel="width (pixels)" if ax is fig.axes[0] else "")
        ax.set(xlim=(0, None), ylim=(0, None))
    for ax in fig.axes[1:]:  # its classes are named in the first panel
        contours = [part[len(names) :] for part in ax.get_legend_handles_labels()]
        ax.legend(*contours, loc="upper right", frameon=True, framealpha=0.9, edgecolor="none")


some = torch.randperm(len(x), generator=set_seed(0))[:500]  # enough to see
both = {"discriminative: p(y|x)": p_logistic, "generative: p(x|y) p(y)": p_gaussians}

# %% slide_type="slide"
fig = plots.plane_panels(
    x[some], y[some], both, log_density={"generative: p(x|y) p(y)": log_density}, names=names, margin=0.12,
    title="Both find a boundary; only the generative one knows where the points are",
)
name_axes(fig)
show(fig, alt="Ones and eights in the plane of ink and width. Logistic regression cuts them with a straight "
     "line. The class Gaussians cut them with a curve, and carry contours around the points of both classes.")

# %% [markdown] slide_type="notes"
# Same points, same task, about the same accuracy: 95.6 % of the test images right on the left, 94.8 % on the right. On the left a line and nothing else. On the right the boundary is what is left over when two densities are compared. Ask: which of the two could draw you a new point? Then ask which one you would rather deploy. If all you want is the class, the left one.

# %% [markdown]
# What to see: left, a straight line and nothing else. Right, the boundary bends, because each class has a width and a
# slant of its own; it is a by-product of two densities. The contours hold 50, 90 and 99 % of
# the points: that is knowledge about x, which the left model does not have. (Where the boundary comes back, far from all points, both
# densities are tiny, and the wider one wins.)
#
# ### Exercise 1.4 · A posterior by hand
#
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# A class *a* makes up 10 % of the data, *b* 90 %. For some x, $p(x \mid a) = 0.7$ and $p(x \mid b) = 0.1$. What is $p(a \mid x)$?

# %%
### BEGIN SOLUTION
answers["1.4"] = 0.7 * 0.1 / (0.7 * 0.1 + 0.1 * 0.9)
### END SOLUTION

# %%
check(answers, "1.4")

# %% [markdown]
# The prior is a part that you can exchange. Suppose that tomorrow nine of ten digits are eights, and nobody retrains
# anything.

# %%
many = torch.cat([torch.where(y_new == 1)[0], torch.where(y_new == 0)[0][: int((y_new == 1).sum()) // 9]])
x_shift, y_shift = x_new[many], y_new[many]
tomorrow = class_posterior(log_likelihoods(x_shift), torch.tensor([0.1, 0.9]).log())
for name, p in (("logistic regression, as trained", p_logistic(x_shift)),
                ("class Gaussians, as trained", p_gaussians(x_shift)),
                ("class Gaussians, new prior", tomorrow)):
    print(f"{name:32s} p(right class) {p[torch.arange(len(y_shift)), y_shift].mean():.3f}")

# %% [markdown]
# The probability given to the right class rises when the prior is set to tomorrow's shares; the densities stay as they are. (Logistic
# regression can be corrected by adding the change of the log prior to its logits, *if* you know which prior it was trained
# with: it is baked into b.) Drag the share of eights and watch the boundary move over to the ones.

# %%
def boundary_for(fig, eights):
    new = torch.tensor([1 - eights, eights]).log()
    panel = {f"{eights:.0%} eights": lambda points: class_posterior(log_likelihoods(points), new)}
    fig = plots.plane_panels(x[some], y[some], panel, names=names, margin=0.12, fig=fig)
    name_axes(fig)
    return fig


explore(boundary_for, eights=(0.01, 0.99, 0.25),
        alt=lambda eights: f"With {eights:.0%} eights expected, the boundary moves toward the rarer class.")

# %% [markdown] slide_type="slide" only="slides"
# ## Three things only a generative model can do
#
# 1. **Sample**: draw a new x.
# 2. **Fill in**: guess the part of x that is missing.
# 3. **Score**: say how likely an x is.

# %% slide_type="-" only="slides"
fig, axes = plots.canvas(width=9.6, height=3.4, cols=3)
eights, gain = mus[1] + torch.randn(12, 2, generator=set_seed(3)) @ torch.linalg.cholesky(covs[1]).T, covs[1, 1, 0] / covs[1, 0, 0]
guess, reach = mus[1, 1] + gain * (20 - mus[1, 0]), 1.645 * (covs[1, 1, 1] - gain * covs[1, 1, 0]).sqrt()  # of an eight with 20 % ink
for ax, name in zip(axes, ("sample", "fill in", "score")):
    ax.plot(*x[some].T, ".", color=plots.QUIET, ms=4, alpha=0.35)
    ax.set(xlim=(0, 32), ylim=(0, 6.5), xticks=[], yticks=[], xlabel="ink", title=name)
axes[0].set_ylabel("width")
axes[0].plot(*eights.T, "X", color=plots.MADE, ms=9, mec="white")
axes[1].axvline(20, color=plots.QUIET, ls=":")
axes[1].plot([20, 20], [guess - reach, guess + reach], color=plots.MADE, lw=7, solid_capstyle="round")
for place, told, text in (((5.5, 1.4), (3, 5.4), "likely"), ((27, 0.9), (22, 2.2), "unlikely")):
    axes[2].plot(*place, "*", color=plots.HOUSE, ms=17, mec="white", zorder=5)
    axes[2].annotate(text, place, told, color=plots.HOUSE, weight="bold", arrowprops={"arrowstyle": "-", "color": plots.HOUSE})
show(fig, alt="The measured points in gray, three times. Sample: a dozen new crosses among the eights. Fill in: a dotted line at a known ink, and a bar of widths that fit it. Score: one star in the thick of the points, likely, and one far from all, unlikely")

# %% [markdown] slide_type="notes"
# Name one use of each: draw images, speech, molecules; restore what a scratch has covered; notice that a scene is like nothing seen before. Ask the room for one more use each, and write it down, since the last slide comes back to it. The next slides do all three with two numbers per image, then with 784 pixels. Watch out: the third has traps of its own, and we will see one today.

# %% [markdown]
# ## 3 · Three things only a generative model can do
#
# ### Sample
#
# ### Exercise 1.5 · Draw new points
#
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# *Ancestral sampling* draws the variables in the order in which the model defines them: first a class, then a
# point of that class.
#
# $$y \sim p(y), \qquad \varepsilon \sim \mathcal N(0, I), \qquad x = \mu_y + L_y\, \varepsilon \quad\text{with}\quad L_y L_y^\top = \Sigma_y$$
#
# $L$ is a square root of the covariance, such as its Cholesky factor (the triangular one, `torch.linalg.cholesky`). Every random call gets `generator=generator`, so that the same
# generator gives the same draws.

# %% [markdown] slide_type="slide" only="slides"
# ## Sample: first the class, then the point
#
# $$y \sim p(y) \qquad x = \mu_y + L_y\, \varepsilon \qquad L_y L_y^\top = \Sigma_y$$

# %% slide_type="-" show_code=true lit="# 3."
def sample_joint(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Draw x (n, D) and y (n,); prior (C,), mus (C, D), covs (C, D, D)."""
    # 1. n classes from the prior, with replacement
    # 2. n times D standard normal numbers
    # 3. a root of each covariance; root of its class times noise, plus mean
    ### BEGIN SOLUTION
    y = torch.multinomial(prior, n, replacement=True, generator=generator)
    eps = torch.randn(n, mus.shape[1], generator=generator)
    roots = torch.linalg.cholesky(covs)  # (C, D, D)
    x = mus[y] + (roots[y] @ eps[:, :, None])[:, :, 0]  # (n, D, D) @ (n, D, 1)
    return x, y
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# Ten minutes. First the class, by a loaded die with 74 % ones; then the point. Ask what goes wrong if the covariance itself multiplies the noise: the spread comes out squared. One line of algebra on the board: the covariance of Lε is L times its transpose. Watch out: each point needs the root of its own class, and that is what the index in the third step is for.

# %%
sample_joint = check(sample_joint)

# %%
x_drawn, y_drawn = sample_joint(500, prior, mus, covs, set_seed(2))
print(f"classifier right on {(p_logistic(x_drawn).argmax(1) == y_drawn).float().mean():.1%} of the drawn points, "
      f"{(p_logistic(x_new).argmax(1) == y_new).float().mean():.1%} of the real ones")

# %% slide_type="slide"
fig, axes = plots.canvas(width=9.2, height=4.2, cols=2)
for ax, points, classes, title in zip(axes, (x[some], x_drawn), (y[some], y_drawn), "AB"):
    for c in range(2):
        mine = points[classes == c]
        ax.scatter(*mine.T, s=26, marker="os"[c], color=f"C{c}", ec="white", lw=0.5, label=names[c])
    both_sets = torch.cat([x[some], x_drawn])  # the same window for both, and nothing cut off
    ax.set(xlim=(both_sets[:, 0].min() - 1, both_sets[:, 0].max() + 1), ylim=(both_sets[:, 1].min() - 0.3, both_sets[:, 1].max() + 0.3))
    ax.axhline(0, color=plots.QUIET, lw=1)
    ax.set_title(title, fontsize=12)
axes[1].legend(loc="lower right")
for ax in axes:
    ax.set(xlabel="ink (% of the page)", ylabel="width (pixels)" if ax is axes[0] else "")
plots.set_finding(fig, "The model draws points like the ones it was fitted to")
show(fig, alt="Panel A has the measured points, panel B as many drawn from the class Gaussians: two clouds in the same places, "
     "with the same widths and slants; a few points of B have a width below zero.")

# %% [markdown] slide_type="fragment" only="slides"
# **A** was measured, **B** was drawn.

# %% [markdown] slide_type="notes"
# Ask which panel was measured, and vote before you press the key. Places, widths and slants agree, and the classifier is right on 95.8 % of the drawn points, as on real ones. Then let somebody say what gives B away: some of its ones have a negative width, below the gray line. A Gaussian does not know that a width is positive. The first case of a rule: a model draws what its shape can say.

# %% [markdown]
# What to see: the same two clouds, in A measured and in B drawn. (The classifier need not do equally well on both: the drawn points have the model's shape, the measured
# ones their own.) Look for what is *not* the same, too: a Gaussian has no corners and hardly any
# strays, and nothing keeps its widths above zero (the gray line). What the model's shape can't say, it can't draw.
#
# ### Fill in
#
# You know the ink of an eight and not its width. Under the joint Gaussian of both, the unknown coordinate given the known one
# is Gaussian again:
#
# $$x_2 \mid x_1 \;\sim\; \mathcal N\Big(\mu_2 + \frac{\Sigma_{21}}{\Sigma_{11}} (x_1 - \mu_1),\;\; \Sigma_{22} - \frac{\Sigma_{21}^2}{\Sigma_{11}}\Big)$$
#
# ### Exercise 1.6 · A missing coordinate by hand
#
# Difficulty ●○○ · importance ●●○ · 3 minutes
#
# $\mu = (10, 3)$, $\Sigma = \begin{pmatrix} 4 & 1.2 \\ 1.2 & 0.6 \end{pmatrix}$, and you see $x_1 = 14$. What is the mean of $x_2$?

# %%
### BEGIN SOLUTION
answers["1.6"] = 3 + 1.2 / 4 * (14 - 10)
### END SOLUTION

# %%
check(answers, "1.6")

# %%
ink, width = x_new[y_new == 1].T
(mu, cov), c90 = fits[1], 1.645  # 90 % of a Gaussian lie within 1.645 standard deviations
slope = cov[1, 0] / cov[0, 0]
filled = mu[1] + slope * (ink - mu[0])
spread = (cov[1, 1] - slope * cov[1, 0]).sqrt()
inside = ((width - filled).abs() < c90 * spread).float().mean()
print(f"error of the filled-in width:  {(width - filled).square().mean().sqrt():.2f} pixels")
print(f"with the mean of all eights:   {(width - mu[1]).square().mean().sqrt():.2f} pixels")
print(f"inside the 90 % interval:      {inside:.0%} of the test eights")

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8, height=3.6)
ends = torch.stack([ink.min() - 1, ink.max() + 1])
middle = mu[1] + slope * (ends - mu[0])
ax.scatter(ink, width, s=26, marker="s", color="C1", ec="white", lw=0.5, label="test eights")
ax.plot(ends, middle, color=plots.HOUSE, label="filled in")
ax.fill_between(ends, middle - c90 * spread, middle + c90 * spread, color=plots.HOUSE, alpha=0.15, lw=0, label="90 % interval")
ax.axhline(mu[1], color=plots.QUIET, ls=":", label="mean of all eights")
ax.set(xlabel="ink (% of the page)", ylabel="width (pixels)", xlim=ends.tolist(), ylim=(0, None), xticks=range(10, 30, 5))
ax.legend(loc="lower right", ncols=2)
plots.set_title(ax, "Fill in: ink narrows the width down, a little")
show(fig, alt="Ink and width of the test eights. The filled-in width rises slowly with the ink, and a wide band around it holds nearly all of the points.")

# %% [markdown] slide_type="-" only="slides"
# Error **0.69 pixels**; with the mean of all eights 0.82. The 90 % band holds 92 %.

# %% [markdown] slide_type="notes"
# Three minutes. We hide the width of each test eight and guess it from the ink. Ask what the laziest guess is: the mean of all eights, with an error of 0.82 pixels. The model gets 0.69, a modest gain, because ink says little about width. The honest part is the band: it promises 90 % and keeps 92. The same formula fills in half an image ten minutes later.

# %% [markdown]
# A modest gain, since ink tells only a little about width, and an honest error bar. In section 5 the same formula fills
# in half an image.
#
# ### Score
#
# The third is a number that says *how typical* x is. Take something that is neither a one nor an eight: a fat
# black bar.

# %%
bar = torch.zeros(1, 1, 28, 28)
bar[:, :, 9:19] = 1
outlier = measure(bar)
print(f"the bar: ink {outlier[0, 0]:.0f} %, width {outlier[0, 1]:.1f} px")

# %%
predict("01.far_away")

# %%
sure = p_logistic(outlier)[0, 1]
tails = torch.tensor([(log_gaussian(outlier, m, c) - log_gaussian(m[None], m, c)).exp() for m, c in fits])
tail = (prior * tails).sum()
print(f"classifier, p(one | bar): {p_logistic(outlier)[0, 0]:10.0e}, so an eight")
print(f"density, log p(bar): {log_density(outlier)[0]:15.0f} nats")
print(f"the lowest training point: {log_density(x).min():9.0f} nats")
print(f"P(a draw is as far out): {tail:11.0e}")
assert sure > 0.99 and tail < 1e-6

# %% [markdown]
# "As far out" means: as far from the center of its own class, in units of that class's Σ; call that distance $r$. In the plane,
# a draw from a Gaussian lies further out than $r$ with probability $e^{-r^2/2}$. And $e^{-r^2/2}$ is the ratio of two densities, $p(x \mid y)/p(\mu_y \mid y)$: your
# `log_gaussian` gives both.

# %% slide_type="slide"
fig = plots.plane_panels(
    x[some], y[some], both, log_density={"generative: p(x|y) p(y)": log_density}, names=names, margin=0.1,
    marked={"bar": outlier[0]}, title="More than 99 % sure of an eight, and it is nothing of the kind",
)
name_axes(fig)
fig.axes[0].get_legend().set_loc("upper center")  # clear of the boundaries
fig.axes[1].get_legend().set_loc("lower right")  # clear of the star
inset = fig.axes[0].inset_axes([0.72, 0.04, 0.26, 0.26])
inset.imshow(bar[0, 0], cmap="gray_r")
inset.set(xticks=[], yticks=[])
inset.grid(False)
show(fig, alt="The bar lies far up and to the right of all points, on the side of the eights. The classifier is all but certain "
     "of an eight there; the contours of the density do not come near it.")

# %% [markdown] slide_type="-" only="slides"
# log p of the bar: **−27 nats**; the lowest training point has −13.

# %% [markdown] slide_type="notes"
# Score, the third use. The star is a fat black bar, drawn at the lower right of the left panel. The heading is what the classifier says of it. Ask what it should have said: "neither", and it has no way to. Its logit grows with the distance from the boundary, so it is surest where it has seen nothing. The density answers another question: −27 nats, and a draw as far out has a chance of 2 in 10¹¹.

# %% [markdown]
# What to see: the classifier is sure wherever a point lies far from the boundary, whether anything was ever seen there or not. It
# has to divide 100 % between *one* and *eight* everywhere. The posterior of the class Gaussians, in the background on the right, is just as sure,
# since Bayes' rule compares the same two classes. Only p(x) is low. Move the point and read both numbers.

# %%
def both_answers(fig, ink, width):
    point = torch.tensor([[ink, width]])
    fig, (left, right) = plots.canvas(fig, width=8, height=2.2, cols=2)
    left.barh(names, p_logistic(point)[0], color=["C0", "C1"])
    left.set(xlim=(0, 1), xlabel="p(y|x)")
    right.hist(log_density(x), bins=40, color=plots.HOUSE, alpha=0.4)
    right.axvline(log_density(point).item(), color=plots.ACCENT)
    right.set(xlabel="log p(x) in nats: training points, and yours", yticks=[])
    return fig


explore(both_answers, ink=(1.0, 40.0, 36.0), width=(0.5, 9.0, 8.1),
        alt=lambda ink, width: f"Ink {ink:.0f} %, width {width:.1f}: the classifier's answer and the density's.")

# %% [markdown]
# ### Exercise 1.7 · How far out is one in a million?
#
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# In the plane, a draw from a Gaussian lies further out than r standard deviations with probability $e^{-r^2/2}$. For which r is
# that one in a million?

# %%
### BEGIN SOLUTION
answers["1.7"] = (2 * math.log(1e6)) ** 0.5
### END SOLUTION

# %%
check(answers, "1.7")

# %% [markdown]
# ## 4 · The same on the road
#
# Most driving data is sunny, highway, straight ahead; a lecture puts the share at 95 %. Our scenes are small pictures, drawn by a program, of which about as many are everyday ones. A network learns from everyday scenes whether the road goes
# **straight or bends**. What will it do at night, in snow, in town?

# %%
roads, roads_test = load("roads", n=10_000), load("roads", split="test", n=4_000)


def everyday(data) -> Tensor:
    """True for scenes that are sunny, in daylight, on an empty highway; straight or bending."""
    f = data.factors
    return (f["weather"] == 0) & (f["daylight"] >= 0.8) & (f["road_type"] == 0) & (f["obstacles"] == 0)


def bends(data) -> Tensor:
    return (data.factors["curvature"].abs() > 0.1).long()


usual, rare = everyday(roads_test), ~everyday(roads_test)
print(f"to learn from: {everyday(roads).sum():,} everyday scenes, {bends(roads)[everyday(roads)].sum()} of them bend")

# %% slide_type="slide"
bend = bends(roads_test) == 1
everyday_scenes = torch.cat([roads_test.images[usual & ~bend][:7], roads_test.images[usual & bend][:3]])
fig = plots.image_rows({"everyday": everyday_scenes, "rare": roads_test.images[rare][:10]},
                       title="It learns from everyday scenes, and will meet rare ones")
show(fig, alt="Ten sunny, empty highways, seven straight and three that bend, above ten rare scenes: night, rain, snow, fog, towns, animals on the road.")

# %%
set_seed(0)
driver = nn.Sequential(
    nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.ReLU(),  # (N, 8, 16, 16)
    nn.Conv2d(8, 16, 5, stride=2, padding=2), nn.ReLU(),  # (N, 16, 8, 8)
    nn.Flatten(), nn.Linear(16 * 8 * 8, 2),
)
seen = torch.where(everyday(roads))[0]
bent = seen[bends(roads)[seen] == 1]
straight = seen[bends(roads)[seen] == 0][:1000]
chosen = torch.cat([straight, bent.repeat(1000 // len(bent))])  # as many of each


def driver_step(x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(driver(x), y)


history = fit(driver_step, (roads.images[chosen], bends(roads)[chosen]), model=driver, epochs=8, batch_size=64)

# %%
predict("01.roads")

# %% [markdown] slide_type="fragment" only="slides"
# | does the road bend? | scenes | above 99 % sure | of these wrong |
# |---|---|---|---|
# | everyday | 3,822 | 92 % | 0.0 % |
# | rare | 178 | 49 % | **39 %** |
#
# On rare scenes, “sure” is wrong two times in five.

# %%
with torch.no_grad():
    p_road = driver(roads_test.float("cpu")).softmax(1)
sure, called = p_road.max(1)
wrong = called != bends(roads_test)
for name, scenes in (("everyday", usual), ("rare", rare)):
    certain = scenes & (sure > 0.99)
    print(f"{name:9s} {int(scenes.sum()):5,} scenes · sure {certain.sum() / scenes.sum():4.0%} · "
          f"of these wrong {wrong[certain].float().mean():5.1%}")
assert wrong[rare & (sure > 0.99)].float().mean() > 10 * wrong[usual & (sure > 0.99)].float().mean()

# %% [markdown] slide_type="notes"
# Show the pictures first, and ask whether the network will do well on the lower row. Then the table. Among everyday scenes, 92 % are called with more than 99 %, and none of these is wrong. Among rare ones half are called as surely, and 39 % of those are wrong. Ask what a car should do with such a number. Watch out: the network was never asked whether it had seen such a scene.

# %% [markdown]
# What to see: among everyday scenes "above 99 %" means right. Among rare ones the same words mean little. Training
# tested the network's confidence on everyday scenes only.
#
# Now a density on the same everyday scenes, without any label: shrink each picture to 8×8 colored dots, and fit
# one Gaussian with *your* `gaussian_mle`.

# %%
def thumbnails(data) -> Tensor:
    """Scenes shrunk to 8x8 colored dots: (N, 192)."""
    return F.avg_pool2d(data.float("cpu"), 4).flatten(1)


road_mu, road_cov = gaussian_mle(thumbnails(roads[seen]))
road_cov = road_cov + 1e-4 * torch.eye(192)  # as if each dot had noise of 1 % of its range
road_scores = log_gaussian(thumbnails(roads_test), road_mu, road_cov)
limit = log_gaussian(thumbnails(roads[seen]), road_mu, road_cov).quantile(0.01)
print(f"below the lowest 1 % of the training scenes: {(road_scores[usual] < limit).float().mean():.1%} of the "
      f"everyday test scenes, {(road_scores[rare] < limit).float().mean():.0%} of the rare ones")

# %%
lost = torch.where(rare & wrong & (sure > 0.99))[0]
squared = -2 * (road_scores - log_gaussian(road_mu[None], road_mu, road_cov))  # r², as in the plane
tail = torch.special.gammaincc(torch.tensor(192 / 2), squared / 2)  # P(r² of a draw is larger): see below
unlikely = (tail[lost] < 1e-6).float().mean()
print(f"{len(lost)} rare scenes: wrong, and above 99 % sure. {unlikely:.0%} of them have a tail probability below "
      f"one in a million")
lost = lost[:: max(len(lost) // 5, 1)][:5]  # five of them, to look at

# %% slide_type="slide"
says = ["straight", "bend"]
usual_score = road_scores[usual].median()
shown = [int(torch.where(usual & (road_scores == usual_score))[0][0]), *lost[:4].tolist()]  # an everyday scene, then four
titles = [f"“{says[called[i]]}” {sure[i]:.1%}\nlog p {road_scores[i]:,.0f}".replace("-", "−") for i in shown]
fig = plots.image_grid(roads_test.images[shown], titles=titles, columns=5,
                       title="Sure and wrong, and thousands of nats lower")
show(fig, alt="One everyday scene, then four rare ones on which the network is above 99 percent sure and wrong. The log-density of each of "
     "the four is thousands of nats below that of the everyday scene.")

# %% [markdown] slide_type="-" only="slides"
# Left a typical everyday scene, called right; the other four are rare, and called wrong.

# %% [markdown] slide_type="notes"
# Above each scene: what the network said, how sure it was, and the log-density of a model that never saw a label. A typical everyday scene has 519 nats, the four rare ones are thousands below zero. Ask what a car needs to know: which way does the road go, and have I ever seen such a scene? Two questions, two models. Watch out: densities of images have traps of their own, which notebook 09 shows.

# %% [markdown]
# What to see: left a typical everyday scene; the four beside it are rare and called wrong, and score thousands of nats lower. The density does not know where the road goes. What it can say is that nothing like this scene was in the training data, and that is worth knowing before anybody believes the
# classifier. (For a draw in 192 dimensions, $r^2$ is a sum of 192 squared standard normal numbers. Such a sum follows the chi-squared distribution, and `gammaincc` is the probability that it exceeds a value. One in a million *under the model*: the training scenes are far too few to prove such a number. And one Gaussian flags
# whatever is far from the average; notebook 09 shows densities that call a dark scene *likelier* than a bright one.)
#
# ## 5 · From two numbers to 784 pixels
#
# Nothing in your functions says D = 2. Fit one Gaussian to the pixels of each of the ten digits. Some pixels are always
# white, so the covariance would be singular; we add 0.01 to its diagonal, as if each pixel had noise of standard deviation 0.1.

# %%
pixels, digits = x_train.flatten(1), train.labels  # (N, 784), (N,)
digit_fits = [gaussian_mle(pixels[digits == c]) for c in range(10)]
digit_mus = torch.stack([mu for mu, _ in digit_fits])  # (10, 784)
digit_covs = torch.stack([cov for _, cov in digit_fits]) + 0.01 * torch.eye(784)  # (10, 784, 784)
digit_prior = digits.bincount() / len(digits)


def digit_scores(images: Tensor) -> Tensor:
    """log p(x|y) of images under each of the ten Gaussians: (N, 10) nats."""
    return torch.stack([log_gaussian(images.flatten(1), m, c) for m, c in zip(digit_mus, digit_covs)], 1)


log_likelihood = digit_scores(x_test)
called = class_posterior(log_likelihood, digit_prior.log()).argmax(1)
print(f"ten Gaussians classify {(called == test.labels).float().mean():.1%} of the test digits right; "
      f"their log-likelihoods go from {log_likelihood.min():,.0f} to {log_likelihood.max():,.0f} nats")

# %% [markdown]
# A classifier for free, and a good one. The sizes of these logs are why `class_posterior` must not exponentiate first. Now draw
# from it, and let it fill in.

# %%
smooth = digit_covs - (0.01 - 1e-4) * torch.eye(784)  # without the pixel noise, which we don't want to see
drawn, drawn_digits = sample_joint(10, digit_prior, digit_mus, smooth, set_seed(5))
sheet = {"real": x_test[:10], "from the model": drawn.clamp(0, 1).reshape(-1, 1, 28, 28)}

# %% slide_type="slide"
fig = plots.image_rows(sheet, title="One Gaussian a digit: readable, and not drawn by a pen")
show(fig, alt="Ten real digits above ten drawn from class Gaussians on pixels. Most of the drawn ones can be read, with ghost strokes and gray haze.")

# %% [markdown] slide_type="-" only="slides"
# As a classifier, the same ten Gaussians get **98.0 %** of the test digits right.

# %% [markdown] slide_type="notes"
# Two minutes. Nothing in the functions said two dimensions, so here they fit 784 pixels, one Gaussian for each digit. Good at telling digits apart, and this is what they draw. Ask where the haze comes from: a Gaussian adds up strokes, and a pen makes one. A better shape for p(x) is what the models of the coming weeks are for.

# %% [markdown]
# What to see: most can be read. The haze comes from the model's shape: a Gaussian adds strokes
# where they often are, without knowing that a pen makes one at a time.
#
# Filling in is the formula from above with matrices: given the upper half a, the lower half b has mean $\mu_b + \Sigma_{ba}
# \Sigma_{aa}^{-1}(x_a - \mu_a)$.

# %%
def fill_in(images: Tensor, mu: Tensor, cov: Tensor, known: int = 392) -> Tensor:
    """The mean of the pixels from `known` on, given those before: images (N, 784)."""
    away = images[:, :known] - mu[:known]
    guess = mu[known:] + away @ torch.linalg.solve(cov[:known, :known], cov[:known, known:])
    return torch.cat([images[:, :known], guess.clamp(0, 1)], 1)


shown = [int(torch.where(test.labels == c)[0][0]) for c in range(10)]
truth = x_test[shown].flatten(1)
filled = torch.cat([fill_in(truth[c : c + 1], digit_mus[c], digit_covs[c]) for c in range(10)])
errors = [(guess[:, 392:] - truth[:, 392:]).square().sum(1).mean() for guess in (filled, digit_mus)]
print(f"squared error a digit: {errors[0]:.0f} filled in, {errors[1]:.0f} with the mean digit of the class")
assert errors[0] < errors[1]

# %% slide_type="slide"
halves = truth.clone()
halves[:, 392:] = 0.25
rows = {"seen": halves, "filled in": filled, "truth": truth}
fig = plots.image_rows({name: images.reshape(-1, 1, 28, 28) for name, images in rows.items()},
                       title="Given the upper half, the model continues the stroke")
show(fig, alt="Ten digits of which only the upper half is seen, the model's completion of each, and the true digit. The completions "
     "continue the strokes, a little blurred.")

# %% [markdown] slide_type="-" only="slides"
# Squared error a digit **13**; with the mean digit of the class 22.

# %% [markdown] slide_type="notes"
# Two minutes. Cover the lower half of one digit with your hand and let the room guess first. It is the formula that filled in the width, now with 392 numbers given and 392 missing. Ask for the places where the model hedges: the blurred ends, where several digits of the class would go on differently. Watch out: it was told the class, so it need not guess that.

# %% [markdown]
# What to see: strokes go on where they were cut, with the right slant. (We told the model the class; without it, the
# completions of all classes would be weighted by their posterior given the upper half.)
#
# ## 6 · The classifier turned round
#
# "If the network knows what a 3 is, let it draw one." Train a classifier, start from noise, and change the
# *image* until the network is sure.

# %%
set_seed(0)
classifier = Classifier()


def digit_step(x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(classifier(x), y)


history = fit(digit_step, train, model=classifier, epochs=5, lr=2e-3)
with torch.no_grad():
    right = (classifier(x_test).argmax(1) == test.labels).float().mean()
print(f"classifier: {right:.1%} of the test digits right")

# %% [markdown]
# ### Exercise 1.8 · Change an image until the classifier likes it
#
# Difficulty ●●○ · importance ●●○ · 10 minutes
#
# Repeat `steps` times, for a batch of images at once, with $s_t(x)$ the logit of the target class:
#
# $$x \leftarrow \mathrm{clamp}\big(x + \eta\, \nabla_x s_t(x),\; 0,\; 1\big)$$
#
# In words: ask how the score changes with each pixel, go a little *up* that slope (η is `lr`), and stay an image. The
# weights are left alone. Each image should climb as it would on its own. (The check accepts any way of climbing by which
# every image gains enough and stays an image.)

# %% [markdown] slide_type="slide" only="slides"
# ## Change the image, and leave the weights alone
#
# $$x \leftarrow \mathrm{clamp}\big(x + \eta\, \nabla_x s_t(x),\; 0,\; 1\big)$$

# %% slide_type="-" show_code=true lit="# 4."
def ascend_class_score(
    model: nn.Module, x: Tensor, target: int, steps: int, lr: float
) -> Tensor:
    """Images (N, ...) in [0, 1], their target logit raised by the ascent."""
    # 1. repeat `steps` times:
    # 2.     let x require a gradient; sum the target's column of logits (N, C)
    # 3.     the gradient of that sum with respect to x, not to the weights
    # 4.     one step up, then back into [0, 1]
    ### BEGIN SOLUTION
    for _ in range(steps):
        x = x.detach().requires_grad_()
        score = model(x)[:, target].sum()
        (gradient,) = torch.autograd.grad(score, x)
        x = (x + lr * gradient).clamp(0, 1)
    return x.detach()
    ### END SOLUTION

# %% [markdown] slide_type="notes"
# Ten minutes. A classifier gives p(y|x), so climb: change the image until it is called a 3. The one new thing is that the gradient goes to the image, and the weights stay. Ask the room for a prediction before the next slide: what will the image look like? Most expect a 3. Ask, too, why the logits are summed over the batch: so that each image gets its own gradient, whatever the batch size.

# %%
ascend_class_score = check(ascend_class_score)

# %%
predict("01.turned_round")

# %%
@torch.no_grad()
def p_three(images: Tensor) -> Tensor:
    """p(3|x) (N,) of the classifier."""
    return classifier(images).softmax(1)[:, 3]


def log_p(images: Tensor) -> Tensor:
    """log p(x) (N,) under the ten Gaussians, in nats."""
    return torch.logsumexp(digit_scores(images) + digit_prior.log(), 1)


noise = torch.rand(5, 1, 28, 28, generator=set_seed(6))
dreams = ascend_class_score(classifier, noise.clone(), target=3, steps=10, lr=0.1).detach()
print(f"p(3|x) of the noise: {p_three(noise).min():.2f} to {p_three(noise).max():.2f}; after the climb: at least "
      f"{p_three(dreams).min():.4f}. Mean change of a pixel: {(dreams - noise).abs().mean():.2f}")
print(f"p(3|x) of the real threes: {p_three(x_test[test.labels == 3]).mean():.4f} on average, "
      f"of the climbed images {p_three(dreams).mean():.4f}")
assert p_three(dreams).min() > 0.99

# %%
threes = x_test[test.labels == 3]
made = forger.sample(300, set_seed(7))
made = made[0][made[1] == 3][:5]
real_log_p = log_p(x_test)  # (2000,)
print(f"log p(x): the climbed images {log_p(dreams).mean():,.0f} nats; the lowest of {len(x_test):,} test digits "
      f"{real_log_p.min():,.0f}, their median {real_log_p.median():,.0f}")
assert log_p(dreams).max() < real_log_p.min() and p_three(dreams).mean() > p_three(threes).mean()

# %% slide_type="slide"
groups = [("real", threes[:5]), ("sampled from p(x|3)", made), ("noise", noise), ("climbed to a high p(3|x)", dreams)]
fig, axes = plots.canvas(width=12, height=4.4, rows=2, cols=8)
for block, (name, images) in enumerate(groups):
    for ax, image, p, score in zip(axes[4 * block :], images[:4], p_three(images), log_p(images)):
        ax.imshow(image[0], vmin=0, vmax=1)
        label = f"{p:.0%}\n{score:,.0f}".replace("-", "−")
        ax.set_title(label, fontsize=14, fontweight="normal", loc="center", pad=4)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        ax.grid(False)
    axes[4 * block + 1].set_xlabel(name, x=1.1, fontsize=15).set_in_layout(False)  # below the middle of its four
fig.get_layout_engine().set(h_pad=0.24)  # inches: room for the names
fig.supylabel("above each: p(3|x),\nand log p(x) in nats", fontsize=14)
plots.set_finding(fig, "Ask for a 3: the classifier is content with noise")
show(fig, alt="Four groups of four images. Real threes and threes sampled from a generative model look like threes and have a high "
     "log-density. The images climbed from noise look like the noise that they started from, have p(3|x) near 100 percent and a log-density "
     "thousands of nats lower.")

# %% [markdown] slide_type="notes"
# The figure of this lecture. Compare the two groups at the right: both answer "a 3, please". Sampling answers with what threes are like; climbing answers with anything on the right side of a boundary. Read the two numbers above each image aloud: 100 % and more than 800 nats, against 100 % and −6,000. Watch out for "the classifier is bad": it finds 98 % of the test digits. Nothing in p(y|x) says which x occur.

# %% [markdown]
# **The figure to remember.** Go by p(3|x), and the last group holds the best threes of all. To your eye it is the noise at its
# left, and log p(x) agrees, by thousands of nats; the classifier does not have that number. There are far more images on the "3" side of
# the boundary than there are threes. (The first line printed above says how sure the classifier was of a 3 before the first step. On MNIST it takes most noise for a 3: it has to say something, and no answer means "no digit".)
#
# Is it only a matter of more steps? Climb on and see.

# %%
path = {0: noise}
for steps in (5, 10, 20, 40, 80):
    path[steps] = ascend_class_score(classifier, noise.clone(), target=3, steps=steps, lr=0.1).detach()


def climb(fig, steps):
    images, scores = path[steps], log_p(path[steps])
    title = f"After {steps} steps: p(3|x) {p_three(images).mean():.1%}, and log p(x) at most {scores.max():,.0f} nats"
    return plots.image_grid(images, columns=5, title=title.replace("-", "−"), fig=fig)


explore(climb, steps=[40, 0, 5, 10, 20, 80],
        alt=lambda steps: f"Five images after {steps} steps of climbing from noise.")

# %%
print(f"lowest log p(x) of a test digit: {real_log_p.min():,.0f} nats")
path_log_p = log_p(torch.cat(list(path.values()))).split(5)  # all at once: each call solves with ten large matrices
for (steps, images), scores in zip(path.items(), path_log_p):
    print(f"{steps:3d} steps: p(3|x) at least {p_three(images).min():.4f}, log p(x) at most {scores.max():9,.0f} nats")
assert all(scores.max() < real_log_p.min() for scores in path_log_p)

# %% [markdown]
# With more steps, dark strokes appear where this classifier looks for the strokes of a 3, and in the end you may well make out a 3 in the noise. That is what the classifier has
# learned: the parts in which a 3 differs from the other digits. What surrounds them plays no part in its answer. The log-density stays thousands of nats below that of
# every real digit, and it may even fall while the 3 emerges: most of it is the grain of the page, and a few strokes hardly count. So the number says that no such *image* occurs, and it is right. It doesn't say whether there is a 3 in it.
#
# Why a density, and not the distance to the nearest real digit? Because a page with nothing on it is about as near to the training digits as
# a real digit is, or nearer. And your density has a trap as well:

# %%
blank = torch.zeros(1, 1, 28, 28)
blank_log_p = log_p(blank)[0]
share = (real_log_p < blank_log_p).float().mean()
near = [torch.cdist(images.flatten(1), pixels).min(1).values.median() for images in (blank, x_test[:500])]
print(f"a blank page: distance to the nearest training digit {near[0]:.1f}, real test digits {near[1]:.1f}")
print(f"a blank page: log p(x) = {blank_log_p:.0f} nats, higher than {share:.0%} of the test digits")

# %% [markdown]
# A very *low* score says "no digit". A very *high* one does not say "digit": the densest point of a density is not where its
# samples are, and an empty page has nothing in it to get wrong. Score with care, and look at the samples.

# %% [markdown]
# ## 7 · Four words, two tables
#
# | learning | you have | you learn | shown by |
# |---|---|---|---|
# | supervised | pairs (x, y) | a map to y, or p(x, y) | `logistic` and the class Gaussians of section 2 |
# | unsupervised | x alone | structure of x: groups, a density | the next cell |
#
# Many lectures set *supervised* against *generative*. They are different questions: your class Gaussians used
# labels and are generative; the density on roads used none.

# %%
units = x / x.std(0)  # one pixel of width counts as much as its spread
group = k_means(units, 2, set_seed(8))  # no labels go in
agree = (group == y).float().mean()
found = [gaussian_mle(x[group == g]) for g in range(2)]
weights = group.bincount() / len(group)
unlabeled = torch.logsumexp(torch.stack([log_gaussian(x_new, m, c) for m, c in found], 1) + weights.log(), 1)
print(f"groups found without labels agree with the labels on {max(agree, 1 - agree):.0%} of the points; "
      f"calling every point a one agrees on {(y == 0).float().mean():.0%}")
print(f"test log-density: {unlabeled.mean():.2f} nats a point without labels, {log_density(x_new).mean():.2f} with labels")

# %% [markdown]
# Without labels the groups are found in part: they agree with the classes on more points than one answer for all points does, and not on all of them. The density is about as good with them as with the labels. What can't be found at all are the *names* of the groups.
#
# | generation | you ask for | distribution | shown by |
# |---|---|---|---|
# | unconditional | an image | p(x): draw y from the prior, then forget it | first row of the next cell |
# | conditional | an image of a given kind | p(x given y): y is yours to choose | second row |

# %%
anything, _ = sample_joint(10, digit_prior, digit_mus, smooth, set_seed(9))
only_3 = F.one_hot(torch.tensor(3), 10).float()  # all of the prior on the 3
wanted, _ = sample_joint(10, only_3, digit_mus, smooth, set_seed(10))
rows = {"p(x)": anything, "p(x | y = 3)": wanted}
rows = {name: images.clamp(0, 1).reshape(-1, 1, 28, 28) for name, images in rows.items()}
print("classified as:", *(" ".join(map(str, class_posterior(digit_scores(images), digit_prior.log()).argmax(1).tolist()))
                          for images in rows.values()), sep="\n  ")

# %% [markdown] slide_type="slide" only="slides"
# ## Unconditional: any digit. Conditional: the one you ask for
#
# Not to be confused with **supervised** (pairs of x and y) and **unsupervised** (x alone).

# %% slide_type="-"
fig = plots.image_rows(rows, title="The same function, with two priors of the class")
show(fig, alt="Above ten samples of mixed digits, below ten samples that are all threes.")

# %% [markdown] slide_type="notes"
# Two minutes. Conditional means that you choose y. Nothing else changed between the rows: the same function, and a prior that puts everything on the 3. Ask the room to sort four things: a spam filter, k-means, a language model that continues your sentence, this forger. Three pairs of words cross each other: generative or discriminative, supervised or not, conditional or not. Many lectures mix the first two.

# %% [markdown]
# ### The forger, at last
#
# The fakes of section 1 were made with the same fit and the same sampler, and more Gaussians. Describe each image with 40 numbers (its principal components, the topic of notebook 02). Group the images of each digit with k-means (give each
# to the nearest of 15 centers, move the centers to the middle of their group, repeat) into
# 15 kinds of handwriting. Fit a
# Gaussian to each of the 150 groups, sample, turn the 40 numbers back into an image, and raise the contrast. Here it is with your functions.

# %%
kind = int(forger.cluster[0])
mu, cov = gaussian_mle(forger.codes[forger.cluster == kind])  # yours, for one of the 150 groups
print(f"your fit and the forger's differ by {(mu - forger.mus[kind]).abs().max():.0e}")
codes, kinds = sample_joint(10, forger.prior, forger.mus, forger.covs, set_seed(11))
yours = forger.decode(codes)
nearest = torch.cdist(yours.flatten(1), pixels).argmin(1)

# %% slide_type="slide"
fig = plots.image_rows({"your forgeries": yours, "nearest real": x_train[nearest]},
                       title="150 Gaussians forge digits, and do not copy them")
show(fig, alt="Ten forged digits above the training image nearest to each: the same digit in a similar hand, and never the same picture.")

# %% [markdown] slide_type="notes"
# Back to the game of the beginning. The forger is 150 Gaussians on 40 numbers per image, with the fit and the sampler that the room wrote. Ask how one would prove that it does not copy: look for the nearest training image, as here. Same digit, similar hand, another picture. A network that has seen 4,000 of each still finds 88 %; turned into a training signal, that is notebook 06.

# %% [markdown]
# What to see: a fake and its nearest training image are the same digit in a similar hand, and not the same picture.
#
# If you have a minute left: can a *classifier* tell real from made up? It may be the better player of the game that you began with.

# %%
set_seed(0)
detective = Classifier(classes=2)
made, _ = forger.sample(4000, set_seed(12))
cards = torch.cat([x_train[:4000], made]), torch.tensor([1] * 4000 + [0] * 4000)


def detective_step(x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(detective(x), y)


history = fit(detective_step, cards, model=detective, epochs=3)
with torch.no_grad():
    found = torch.cat([detective(x_test).argmax(1) == 1, detective(forger.sample(2000, set_seed(13))[0]).argmax(1) == 0])
print(f"a network that has seen 4,000 of each finds {found.float().mean():.0%}")

# %% [markdown]
# How many of ten did you find? Whatever the network still sees, a better forger would hide. Turn that into a training signal for the forger, and you have the idea of
# notebook 06: a discriminative model can teach a generative one.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Discriminative: p(y|x). Generative: p(x), or p(x|y) p(y). Bayes' rule leads from the second to the first, never back.
# - A generative model can sample, score and fill in.
# - "99 % sure" compares classes. It does not say that such an x was ever seen.
# - A classifier turned round is content with noise: nothing in p(y|x) says which x occur.

# %% [markdown] slide_type="notes"
# Ask for one sentence from each row of the room before you show the four. Go back to the uses that you wrote down at the beginning, and say for each whether it samples, fills in or scores. If only one line stays, let it be the third: a percentage compares classes, it does not say that such a thing was ever seen. It is the mistake that people outside of this room make every day.

# %% [markdown]
# - A low density says "not like the data"; a high one does not say "like the data".
# - A model draws what its shape can say. A Gaussian has no pen; the models of the coming notebooks have better shapes.
#
# ## Review questions
#
# ### Exercise 1.9 · Which distribution?
#
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# Contrast discriminative and generative models by the distribution that they model, with one task in vision for each. Which is right?
#
# - **a** Both model p(x, y); a discriminative model has more parameters. Tasks: detection, tracking.
# - **b** A discriminative model learns p(y|x), a generative one p(x) or p(x, y). Tasks: labeling a scene; drawing one.
# - **c** A discriminative model learns p(x|y), a generative one p(y|x). Tasks: drawing a face; naming it.
# - **d** A discriminative model needs labels and a generative one must not use any. Tasks: labeling; clustering.

# %%
### BEGIN SOLUTION
answers["1.9"] = "b"
### END SOLUTION

# %%
check(answers, "1.9")

# %% [markdown]
# ### Exercise 1.10 · Sure, and far away
#
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# At night, a network says "the road bends left" with 99.9 %. The scene's log-density is 400 nats below that of any training
# scene. What do you know?
#
# - **a** The road bends left with a probability of 99.9 %, whatever the density says.
# - **b** The road does not bend left: the low density contradicts the classifier.
# - **c** The density is wrong, since the classifier has no doubt.
# - **d** The input is unlike what both were trained on, so the 99.9 % is no evidence.

# %%
### BEGIN SOLUTION
answers["1.10"] = "d"
### END SOLUTION

# %%
check(answers, "1.10")

# %% [markdown]
# ### Exercise 1.11 · No digit
#
# Difficulty ●●○ · importance ●●● · 2 minutes
#
# Feeding a classifier with noise and climbing until it is 99.9 % sure of a 3 gives no 3. Why?
#
# - **a** p(y|x) only compares classes; nothing in it says which x occur.
# - **b** Too few steps: with enough of them, log p(x) would reach that of real digits.
# - **c** The classifier is too weak: a perfect one would draw a digit.
# - **d** The classifier was trained with labels.

# %%
### BEGIN SOLUTION
answers["1.11"] = "a"
### END SOLUTION

# %%
check(answers, "1.11")

# %% [markdown] slide_type="slide" only="slides"
# ## Next: what else can be known about p(x), and what it costs

# %% slide_type="-"
show(diagram("family"))

# %% [markdown] slide_type="notes"
# Let the map grow and say one sentence for each branch. All learn p(x) from examples; they differ in what they know about it: the number itself, a bound, or nothing but samples. Ask which branch today's Gaussian belongs to: its density is exact. Notebooks 02 to 05 walk to the VAE, 06 and 07 to GANs, 13 and 14 to flows and diffusion. Next time: squeeze a digit through a few numbers.

# %%
progress("01")

# %% [markdown]
# **Next:** notebook 02 squeezes each digit through a few numbers and rebuilds it from them. Then it makes up such numbers, to see whether new digits come out.
