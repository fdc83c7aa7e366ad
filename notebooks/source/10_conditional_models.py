# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Conditional models
#   minutes: 125
#   picture: on_request
# ---

# %% [markdown] slide_type="slide"
# # Conditional models
#
# You ask for a seven. What makes the model draw one?

# %% [markdown] slide_type="notes"
# About 125 minutes with all exercises, 45 if you only present. Let the room guess at the picture: ten labels across, one draw in each row. Then say that this model took a second to fit, and that the lesson is about networks that are told a label and don't listen. Keep the two VAEs, the four clouds and the clinic if time is short.

# %% [markdown]
# About 125 minutes; sections 1 to 3 are a good first sitting. You need a VAE's loss (notebook 03) and a GAN's training step (notebook 06).
#
# So far a model drew what it liked. A **conditional model** draws on request: $p(x\mid y)$, an image $x$ for a label $y$. Telling a network the label takes one line. Whether the network *listens* is another question, and this notebook measures it.
#
# At the end you can
#
# 1. measure whether samples show what was asked for, and say why that number alone can be gamed;
# 2. write a conditional VAE, and predict when its code overrules the label;
# 3. write the training step of a conditional GAN, with four labels in four right places;
# 4. say who has to be told, and how: label planes, one-hot beside the input, projection;
# 5. fill in half an image, which is the same thing with another $y$.

# %% tags=["setup"]
# setup

# %%
import math
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.distributions import MultivariateNormal
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.data import load
from course_utils.data.measured import measured
from course_utils.data.toy import Mixture
from course_utils.device import pick_device, set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from course_utils.metrics import batched, class_spread, nearest_neighbors

# %%
from course_utils.models.classifier import train_classifier
from course_utils.models.conditional import ConditionalGenerator, ConditionalVAE
from course_utils.training import adam, fit

plots.use_style()
device = pick_device()
answers = answer_sheet("10")

# %%
train, test = load("digits", n=10_000), load("digits", split="test", n=2000)
x, y = train.float(device), train.labels.to(device)  # (10000, 1, 28, 28), (10000,)
x_test, y_test = test.float(device), test.labels.to(device)
asked = (torch.arange(2000) % 10).to(device)  # what every model below is asked for

# %% [markdown]
# ## 1 · On request
#
# You have had a conditional model since notebook 01: a Gaussian for each class. Images have too many pixels for that, so this one works on 30 principal components. It takes a second.

# %%
center = x.flatten(1).mean(0)
axes = torch.linalg.eigh((x.flatten(1) - center).T.cov()).eigenvectors[:, -30:]  # (784, 30)
codes = (x.flatten(1) - center) @ axes  # (10000, 30)
by_class = [MultivariateNormal(codes[y == c].mean(0), codes[y == c].T.cov()) for c in range(10)]

def draw_gaussian(labels: Tensor) -> Tensor:
    """Images (N, 1, 28, 28) of the labels (N,), each from the Gaussian of its class."""
    drawn = torch.stack([by_class[int(label)].sample() for label in labels])  # (N, 30)
    return (center + drawn @ axes.T).clamp(0, 1).reshape(-1, 1, 28, 28)

# %% slide_type="slide"
set_seed(0)
rows = {f"draw {n}": draw_gaussian(torch.arange(10)) for n in (1, 2, 3, 4)}
show(plots.image_rows(rows, title="Ten requests, four times: a Gaussian for each class"),
     alt="Four rows of ten blurred digits. Each column shows one digit, 0 to 9 from left to right, "
         "in four ways of writing it")

# %% [markdown] slide_type="notes"
# Ask what the ten columns have in common before you say anything: each is one request, 0 to 9, and each row is another draw. So this model listens. It is one Gaussian for each class in thirty directions, fitted in a second, and its digits are blurred. Ask what a network needs to listen as well. What goes wrong: people judge the blur; the point here is that no column holds a wrong digit.

# %% [markdown]
# Each column is one request. The digits are blurred, and they are the right ones.
#
# Pairs $(x, y)$ have a joint distribution, and it can be taken apart in two ways:
#
# $$p(x, y) \;=\; p(y)\,p(x\mid y) \;=\; p(x)\,p(y\mid x) .$$
#
# In words: choose a label and draw an image for it, or draw an image and name it. A classifier is $p(y\mid x)$; notebooks 02 to 09 modeled $p(x)$; here we want $p(x\mid y)$. Ten separate models, as above, would do. But each would see a tenth of the data, and what all digits share, such as slant and thickness, would be learned ten times over. So: **one** network, told the label.

# %% [markdown] slide_type="slide" only="slides"
# ## One joint distribution, taken apart in two ways
#
# $$p(x, y) = p(y)\,p(x\mid y) = p(x)\,p(y\mid x)$$
#
# | model | question | where |
# |---|---|---|
# | $p(y\mid x)$ | what is this? | a classifier |
# | $p(x)$ | is this an image? | notebooks 02 to 09 |
# | $p(x\mid y)$ | draw me a seven | today |

# %% [markdown] slide_type="notes"
# Ask what ten separate models would cost: each sees a tenth of the data, and slant and thickness are learned ten times. Ask which of the three a spam filter is, and which a program that colors in photographs. Mind that y need not be a label: half an image will do, at the end.

# %% [markdown]
# ### Exercise 10.1 · Fidelity
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# Whether a sample shows what was asked for is decided by a judge: a classifier, trained on the same digits, whose gradients no model here ever sees. **Fidelity** is the share of samples whose largest logit is that of the label asked for. `logits` (N, classes), `y` (N,); return a float from 0 to 1.

# %%
def class_fidelity(logits: Tensor, y: Tensor) -> float:
    """Share of samples whose largest logit (N, classes) is the label y (N,) asked for."""
    # 1. for each sample, which class has the largest logit
    # 2. the share for which that is y
    ### BEGIN SOLUTION
    return (logits.argmax(1) == y).float().mean().item()
    ### END SOLUTION

# %%
class_fidelity = check(class_fidelity)

# %% [markdown]
# And a second number beside it, since you will need both: the **spread** within a class. It is the variance of the judge's features among samples that were asked to be the same digit, divided by that of real digits. 1 is as varied as real ones, 0 is one picture for each class, and above 1 a class holds more than its own digit.

# %%
judge, _ = train_classifier(train, seed=1, progress=False)
real_spread = class_spread(batched(judge.features, x_test), y_test)

def scores(images: Tensor, labels: Tensor = asked) -> tuple[float, float]:
    """Fidelity, and spread within a class over that of real digits, of images (N, 1, 28, 28)."""
    spread = class_spread(batched(judge.features, images), labels)
    return class_fidelity(batched(judge, images), labels), spread / real_spread

def report(name: str, images: Tensor, labels: Tensor = asked) -> None:
    fidelity, spread = scores(images, labels)
    print(f"{name:34s} fidelity {fidelity:.2f}   spread {spread:.2f}")

sure = batched(judge, x).log_softmax(1)  # (10000, 10)
one_each = torch.stack([x[y == c][sure[y == c, c].argmax()] for c in range(10)])
report("real digits", x_test, y_test)
report("a Gaussian for each class", draw_gaussian(asked))
report("ten pictures, over and over", one_each[asked])

# %% [markdown]
# The last line is no model at all: of each class the training image of which the judge is surest, two hundred times. Its fidelity is at least that of real digits, among which there are always some that a judge misreads, and its spread is 0. **Fidelity alone rewards a picture book.** So look at both, beside the numbers of real data.

# %% tags=["solution"]
# What the text claims.
assert scores(one_each[asked])[0] >= scores(x_test, y_test)[0] and scores(one_each[asked])[1] < 0.01

# %% [markdown] slide_type="slide" only="slides"
# ## Ten pictures, over and over, get the best fidelity
#
# | drawn by | fidelity | spread within a class |
# |---|---|---|
# | real digits | 0.97 | 1 |
# | ten pictures, over and over | **1.00** | **0** |
#
# Fidelity: the share of samples in which a judge sees what was asked for. Never report it alone.

# %% [markdown] slide_type="notes"
# Let the room define a measure before showing this one, then ask how they would cheat it. The picture book is the cheapest cheat. Real digits don't reach 1, since the judge misreads a few; a model above the real number should raise suspicion, not applause. The clinic comes back to that.

# %% [markdown]
# ### Exercise 10.2 · Chance
# Difficulty ●●○ · importance ●●○ · 2 minutes
#
# A model ignores the label. It draws perfect ones and sevens, half of each. You ask for all ten digits equally often. What is its fidelity?

# %%
### BEGIN SOLUTION
answers["10.2"] = 0.1
### END SOLUTION

# %%
check(answers, "10.2")

# %% [markdown]
# **Tomorrow, with your own model:** train the judge apart from the generator, and never let its gradients reach the generator; write down fidelity *and* spread of real data first, and keep both lines in every table.
#
# ## 2 · A label as numbers
#
# ### Exercise 10.3 · One-hot
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# A network takes numbers. The label 7 as *the number* 7 would say that it is more than a 3, and between 6 and 8. So each class gets a column: rows of zeros with a single 1.

# %%
def one_hot(y: Tensor, classes: int) -> Tensor:
    """Labels y (N,) as rows with a 1 at place y: (N, classes), float32."""
    # a row for each label, all 0 but for one 1
    ### BEGIN SOLUTION
    return F.one_hot(y, classes).float()
    ### END SOLUTION

# %%
one_hot = check(one_hot)

# %% [markdown]
# ### Exercise 10.4 · Label planes
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# For convolutions a label has to be an image: as many planes as there are classes, each as high and as wide as `x`. The plane of the label is all 1s, the others are all 0s. Append them *behind* the image's channels.

# %%
def append_label_planes(x: Tensor, y: Tensor, classes: int) -> Tensor:
    """Images x (N, C, H, W), then a plane for each class: (N, C + classes, H, W)."""
    # 1. one-hot labels with two axes of length 1 behind, (N, classes, 1, 1)
    # 2. spread them over the image's height and width
    # 3. put them behind the channels of x
    ### BEGIN SOLUTION
    planes = one_hot(y, classes)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)
    ### END SOLUTION

# %%
append_label_planes = check(append_label_planes)

# %% [markdown]
# What does the first layer make of it? Look at a linear layer and at a convolution, with and without the label:

# %%
set_seed(0)
linear, conv = nn.Linear(784 + 10, 400), nn.Conv2d(1 + 10, 24, 3)
few, labels = x[:64].cpu(), y[:64].cpu()
told = linear(torch.cat([few.flatten(1), one_hot(labels, 10)], 1))  # (64, 400)
alone = F.linear(few.flatten(1), linear.weight[:, :784], linear.bias)
by_hand = alone + linear.weight.T[784:][labels]  # one column of weights for each label
planes = conv(append_label_planes(few, labels, 10))  # (64, 24, 26, 26)
shift = conv.weight[:, 1:].sum((2, 3)).T[labels]  # (64, 24), one number for each filter
alone = F.conv2d(few, conv.weight[:, :1], conv.bias) + shift[:, :, None, None]
print(f"linear: largest difference {(told - by_hand).abs().max():.1e}")
print(f"convolution: largest difference {(planes - alone).abs().max():.1e}")
assert (told - by_hand).abs().max() < 1e-5 and (planes - alone).abs().max() < 1e-4

# %% [markdown]
# In both, the label *chooses a bias*: one column of weights is added, and that is all. (Without padding; at padded edges the planes end, too.) So a label at the entrance can switch features on and off. But it is quiet beside an image: another label moves the input much less than another image does.

# %%
distance = torch.cdist(x[:500].flatten(1), x[500:1000].flatten(1)).mean().item()
print(f"two digits are {distance:.1f} apart on average, two different labels {math.sqrt(2):.2f}")

# %% [markdown] slide_type="slide" only="slides"
# ## A label at the entrance is a bias, and a quiet one
#
# $$W\begin{pmatrix}x\\ \text{one-hot}(y)\end{pmatrix} = W_x\,x + \text{column } y$$
#
# Planes before a convolution: the same, one number for each filter.
#
# Two digits are about ten apart, two labels 1.4.

# %% [markdown] slide_type="notes"
# Write the product on the board and let somebody see that the one-hot vector picks a column. Then ask what a convolution makes of a constant plane: a constant. The last line is the one to remember: it decides section 5, where a label beside 784 pixels is nearly inaudible.

# %% [markdown]
# **Tomorrow:** compare how far two labels are apart with how far two inputs are apart, at the place where they enter. If it is a tenth, scale the label up, or bring it in later.
#
# ## 3 · A conditional VAE
#
# Tell both networks of a VAE the label (Sohn et al., 2015). The bound of notebook 03 holds with $y$ on the right of every bar:
#
# $$\log p(x\mid y) \;\ge\; \mathbb E_{q(z\mid x, y)}\big[\log p(x\mid z, y)\big] - \mathrm{KL}\big(q(z\mid x, y)\,\|\,p(z)\big) .$$
#
# In words: for each label, what code and label together explain, minus what the code costs. To draw: choose $y$, draw $z\sim\mathcal N(0, I)$, decode both.

# %% [markdown] slide_type="slide" only="slides"
# ## A conditional VAE is told twice
#
# $$\log p(x\mid y) \ge \mathbb E_{q}\big[\log p(x\mid z, y)\big] - \mathrm{KL}\big(q\,\|\,p(z)\big)$$
#
# The encoder, $q(z\mid x, y)$, hears $y$, and so does the decoder, $p(x\mid z, y)$.
#
# To draw: choose $y$, draw $z\sim\mathcal N(0, I)$, decode both.
#
# In training, $z$ comes from an image of class $y$. Can the two ever disagree?

# %% [markdown] slide_type="notes"
# Go through the bound of notebook 03 and put y on the right of every bar. Then ask the question at the bottom, and don't answer it yet. It is the whole explanation of what comes next: code and label agree in every training example and disagree in most samples. Ask for predictions, and count them: which obeys its label better, a code of 2 numbers or of 16?

# %% [markdown]
# ### Exercise 10.5 · Its loss
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# `model.encode(x, y)` gives `mu` and `logvar`, `model.decode(z, y)` gives logits. Draw z with the noise `eps`, and return the negative bound, in nats: a sum over pixels, a mean over the batch. `gaussian_kl(mu, logvar)` and `bernoulli_log_likelihood(x, logits)` give (N,).

# %%
def conditional_vae_loss(model: nn.Module, x: Tensor, y: Tensor, eps: Tensor) -> Tensor:
    """Negative bound on log p(x|y), mean over images x (N, C, H, W); y, eps (N, ...). Nats."""
    # 1. encode x, told y
    # 2. z = mu + sigma · eps, where logvar is log sigma²
    # 3. decode z, told y
    # 4. minus the log-likelihood, plus the KL; the mean over the batch
    ### BEGIN SOLUTION
    mu, logvar = model.encode(x, y)
    z = mu + (0.5 * logvar).exp() * eps
    logits = model.decode(z, y)
    return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()
    ### END SOLUTION

# %%
conditional_vae_loss = check(conditional_vae_loss)

# %%
predict("10.width")

# %% [markdown]
# Two models, alike but for the width of the code: $K = 2$ and $K = 16$ numbers.

# %%
def train_vae(latent_dim: int, seed: int = 0, epochs: int = 5) -> ConditionalVAE:
    """784-400-K-400-784, told the label at both ends."""
    set_seed(seed)
    model = ConditionalVAE(latent_dim).to(device)

    def step(x: Tensor, y: Tensor) -> Tensor:
        return conditional_vae_loss(model, x, y, torch.randn(len(x), latent_dim, device=x.device))

    fit(step, train, model=model, epochs=epochs, seed=seed)
    return model

# %%
vaes = {k: train_vae(k) for k in (2, 16)}

@torch.no_grad()
def draw_vae(model: ConditionalVAE, labels: Tensor) -> Tensor:
    """Images (N, 1, 28, 28) of labels (N,), each with its own z from the prior."""
    z = torch.randn(len(labels), model.latent_dim, device=labels.device)
    return model.decode(z, labels).sigmoid()

set_seed(1)
for k, model in vaes.items():
    report(f"conditional VAE, K = {k}", draw_vae(model, asked))

# %% [markdown]
# Here are both, asked for 0 to 9 in each row, with one $z$ for the whole row. An orange frame: the judge sees another digit.

# %% slide_type="slide"
def styles(model: ConditionalVAE, chance: Generator, rows: int = 4) -> Tensor:
    """rows × 10 images: a code for each row, the labels 0 to 9 across."""
    z = torch.randn(rows, model.latent_dim, generator=chance).to(device).repeat_interleave(10, 0)
    with torch.no_grad():
        return model.decode(z, torch.arange(10).repeat(rows).to(device)).sigmoid()

digits, sheets = torch.arange(10).to(device), {}
for k, model in vaes.items():
    for n, row in enumerate(styles(model, Generator().manual_seed(3)).split(10)):
        sheets[f"K = {k}, z {'abcd'[n]}"] = row
refused = [(judge(row).argmax(1) != digits).tolist() for row in sheets.values()]
show(plots.image_rows(sheets, title="With 16 numbers in the code, digits refuse their label", marked=refused),
     alt="Eight rows of ten images, asked to be 0 to 9 from left to right. In the upper four rows, "
         "from a code of two numbers, nearly all are the digits asked for. In the lower four, from "
         "a code of 16, many have an orange frame: another digit, often one and the same in a row")

# %% [markdown]
# Look along the lower rows: with 16 numbers a row tends to stay one and the same digit, or a mixture, whatever label stands above it. The code has decided.

# %% [markdown] slide_type="notes"
# Each row has one z, the labels 0 to 9 run across, and K is the number of entries of z. An orange frame: the judge reads another digit. Point along one lower row: the digit stays and the label is ignored. Ask for explanations and write them down; the next slide decides among them. What goes wrong in class: people say the larger model is undertrained. Its loss is the lower one.

# %% [markdown]
# ### Who decides, code or label?
#
# Two measurements. First, encode a test digit with its own label, and decode it with *another* one: does the picture follow the new label, or keep the digit that went into the code?

# %%
@torch.no_grad()
def swapped(model: ConditionalVAE, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Test digits encoded with their label and decoded with another one, and that label."""
    other = torch.randint(1, 10, (len(y_test),), generator=Generator().manual_seed(seed))
    new = (y_test + other.to(device)) % 10
    return model.decode(model.encode(x_test, y_test)[0], new).sigmoid(), new

for k, model in vaes.items():
    images, new = swapped(model)
    named = judge(images).argmax(1)
    follows, keeps = (named == new).float().mean(), (named == y_test).float().mean()
    print(f"K = {k:2d}: follows the new label {follows:.2f}, keeps the old digit {keeps:.2f}")

# %% [markdown] slide_type="slide" only="slides"
# ## Swap the label: a wide code wins
#
# | code | follows the new label | keeps the old digit |
# |---|---|---|
# | 2 numbers | **0.92 to 0.99** | 0.00 to 0.02 |
# | 16 numbers | 0.20 to 0.22 | **0.61 to 0.63** |
#
# Encode a test digit with its own label, decode it with another one. Three seeds.

# %% [markdown] slide_type="notes"
# This is the experiment to try on one's own model, since it needs no judge but a classifier and no retraining. Say what is left over with 16 numbers: about a sixth is read as neither. Ask what the same table would look like if the encoder were not told the label. Don't show the next figure before somebody has said "the code has it".

# %% [markdown]
# With two numbers the label decides; with 16 the code does. Second, read the class from the code alone: take the ten training digits with the nearest codes, and their commonest label. The course's benchmark did it for six models, three seeds each, trained for eight epochs on the digits that the course draws itself.

# %%
settings = [("2", "1"), ("4", "1"), ("8", "1"), ("16", "1"), ("32", "1"), ("16", "4")]
curve = {s: measured("conditional_vae", K=s[0], beta=s[1], told="both") for s in settings}

def each(rows: list, key: str) -> list[float]:
    return [float(row[key]) for row in rows]

columns = {"fidelity": "fidelity", "follows": "follows a new label", "class_in_code": "read from the code"}
print(f"{'':13s}" + "".join(f"{name:^22s}" for name in columns.values()))
for (k, beta), rows in curve.items():
    cells = (" ".join(f"{v:.2f}" for v in each(rows, key)) for key in columns)
    print(f"K = {k:2s} β = {beta} " + "".join(f"{cell:^22s}" for cell in cells))

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8.5, height=4.4)
looks = (("fidelity", plots.HOUSE, "-o", "samples that show the label asked for"),
         ("class_in_code", plots.ACCENT, "--s", "classes read from the code"))
for key, color, style, name in looks:
    lines = torch.tensor([each(rows, key) for rows in list(curve.values())[:5]])  # (5, 3 seeds)
    ax.plot(range(5), lines.mean(1), style, color=color, label=name)
    ax.plot(range(5), lines, ".", color=color, alpha=0.6)
    ax.plot([5.3] * 3, each(curve["16", "4"], key), style[-1], color=color, mfc="none")
ax.set_xticks([0, 1, 2, 3, 4, 5.3], ["2", "4", "8", "16", "32", "16, β = 4"])
ax.set(xlabel="numbers in the code, K", ylabel="share", ylim=(0, 1.4), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1])
ax.legend(loc="upper left", fontsize=10)
plots.set_title(ax, "The wider the code, the less the label rules")
show(fig, alt="Two curves over the width of the code, 2 to 32, three seeds each. Samples that show "
              "their label fall from 0.97 to 0.44 at 16 numbers and no further; classes read from "
              "the code rise from 0.21 to 0.96. Beside them, 16 numbers with beta 4: 0.97 and 0.79")

# %% [markdown]
# The two curves cross. The wider the code, the more class it keeps, and the less the label rules. From 16 to 32 the fidelity falls no further: the code already holds nearly all of the class. And the last pair of points, 16 numbers at β = 4: with four times the weight on the KL the code has to carry less. It drops some of what the label says anyway, and the samples obey again (0.97). That isn't free: their spread is 0.47 to 0.49 of real digits', and at K = 2 it is 0.21 to 0.40. Much of the class can still be read from these codes (0.77 to 0.79). So the class in the code isn't enough to overrule the label: the decoder also has to rely on it.

# %% [markdown] slide_type="notes"
# This is the figure of the lesson; the open marks at the right are 16 numbers at β = 4. Let the room state the mechanism: in training, code and label always come from one image, so they agree, and the loss never says which to believe. In sampling they disagree for the first time. Beta 4 is one cure, a narrower code another, and both cost variety: spreads of 0.5 and 0.2 to 0.4.

# %% tags=["solution"]
# What the text claims, for every seed of the benchmark and for the runs here.
table = {s: (each(rows, "fidelity"), each(rows, "class_in_code")) for s, rows in curve.items()}
for narrow, wide in pairwise(settings[:4]):
    assert min(table[narrow][0]) > max(table[wide][0])
    assert max(table[narrow][1]) < min(table[wide][1])
    assert min(each(curve[narrow], "follows")) > max(each(curve[wide], "follows"))
assert min(table["16", "4"][0]) > 0.94 and max(table["16", "4"][1]) < 0.85
assert scores(draw_vae(vaes[2], asked))[0] > scores(draw_vae(vaes[16], asked))[0] + 0.2
assert max(each(measured("conditional_vae", told="encoder"), "fidelity")) < 0.15
assert max(each(measured("conditional_vae", told="decoder"), "fidelity")) < 0.5

# %% [markdown]
# ### Exercise 10.6 · Why?
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# Why does the wide code refuse the label?
#
# - **a** The decoder is too small to use a label and 16 numbers.
# - **b** The code holds the class too, and in training the two always agree.
# - **c** The labels of the training set are wrong more often for a wide code.
# - **d** The prior is not N(0, I) any more.

# %%
### BEGIN SOLUTION
answers["10.6"] = "b"
### END SOLUTION

# %%
check(answers, "10.6")

# %% [markdown]
# "A conditional VAE's code holds the style, and the label the class": one reads that often, and it is true of narrow or expensive codes only. What does hold at every width is that some *style* survives the swap. Take the slant of a digit, which can be measured in any picture:

# %%
def slant(images: Tensor) -> Tensor:
    """How far each picture (N, 1, H, W) leans right, per unit of height: (N,)."""
    ink, at = images[:, 0], torch.arange(28.0, device=images.device)
    mass = ink.sum((1, 2))
    down = at - ((ink.sum(2) * at).sum(1) / mass)[:, None]  # (N, 28), from the center of ink
    across = at - ((ink.sum(1) * at).sum(1) / mass)[:, None]
    lean = (ink * down[:, :, None] * across[:, None]).sum((1, 2))
    return -lean / (ink * down[:, :, None].square()).sum((1, 2))

for k, model in vaes.items():
    r = torch.corrcoef(torch.stack([slant(swapped(model)[0]), slant(x_test)]))[0, 1]
    print(f"K = {k:2d}: correlation of the slant before and after the swap {r:.2f}")
    assert r > 0.4

# %% [markdown]
# Must both networks be told? In the benchmark, with 16 numbers: both, fidelity 0.43–0.45; only the decoder, 0.41–0.42; only the encoder, 0.08–0.12, which is chance. The decoder is the one that draws, and telling the encoder as well changes little.
#
# **Tomorrow, with your own conditional VAE:** swap labels on encoded test examples and count which side wins. If the code does, make it narrower, or raise β, before you change the architecture, and print the spread beside the fidelity.
#
# ## 4 · A conditional GAN: who is told?
#
# The game of notebook 06, with labels (Mirza and Osindero, 2014). $G(z, y)$ makes an image for a label, and $D$ judges **pairs**:
#
# $$\min_G\max_D\; \mathbb E_{(x, y)\sim\text{data}}\big[\log D(x, y)\big] + \mathbb E_{z,\,y}\big[\log\big(1 - D(G(z, y), y)\big)\big] .$$
#
# In words: $D$ learns to tell pairs from the data from pairs whose image $G$ made. Some texts write the label in one half only, or move it about, $D(x, y)$ here and $D(G(z), y)$ or $D(G(z, y))$ there. Read the formula above as **"an image, and its label, in both halves"**: $G(z, y)$ is an image and takes the place of $x$; $y$ stays where it was.
#
# Why does $D$ need it? A world small enough to compute: two images, A and B; A always has label 0, B always 1. A lazy $G$ ignores the label and makes A or B by tossing a coin. Notebook 07's best judge is $D^* = p/(p + q)$.

# %% tags=["nbval-check-output"]
p = torch.tensor([[0.5, 0.0], [0.0, 0.5]])  # data: rows A, B; columns label 0, 1
q = torch.tensor([[0.25, 0.25], [0.25, 0.25]])  # the lazy G: image and label independent

def best_value(p: Tensor, q: Tensor) -> float:
    """V at the best D, which is p / (p + q): the sum over what can happen."""
    d = p / (p + q)
    return (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)).sum().item()

images_only = best_value(p.sum(1), q.sum(1))
print(f"D sees images only:       V = {images_only:.3f}   (−log 4 = {-math.log(4):.3f})")
print(f"D sees images and labels: V = {best_value(p, q):.3f}")
#> D sees images only:       V = -1.386   (−log 4 = -1.386)
#> D sees images and labels: V = -0.955

# %% [markdown]
# Without labels the lazy $G$ is *perfect*: the best $D$ is at −log 4, what a coin earns, so there is nothing left to learn. $D(x, y)$ in one half and $D(G(z, y), y)$ in the other is what makes $G$ listen. (This is entry 8 of the course's errata page: the formula is often printed as if the label changed places.)

# %% [markdown] slide_type="slide" only="slides"
# ## D judges pairs: the label stands in both halves
#
# $$\mathbb E\big[\log D(x, y)\big] + \mathbb E\big[\log\big(1 - D(G(z, y), y)\big)\big]$$
#
# Two images, two labels, a $G$ that ignores the label:
#
# | best $D$ | value |
# |---|---|
# | sees images only | −1.386 = −log 4, nothing to learn |
# | sees images and labels | **−0.955**, so $G$ can gain by listening |

# %% [markdown] slide_type="notes"
# Entry 8 of the errata is about this line: the formula is often printed with the label in one half, or moved about. Compute the table on the board: the pair (A, 0) has one half in the data and one quarter among the fakes, so the best D says two thirds. Ask what value a G that listens would reach: minus log four again.

# %% [markdown]
# ### Exercise 10.7 · The best D
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# In that world, with the lazy $G$: what does the best $D$ say of the pair (A, 0)?

# %%
### BEGIN SOLUTION
answers["10.7"] = 2 / 3
### END SOLUTION

# %%
check(answers, "10.7")

# %% [markdown] slide_type="slide" only="slides"
# ## Both networks are told the label

# %% [markdown]
# So both networks are told, and the label of a fake goes to both:

# %% slide_type="-"
show(diagram("conditional_gan"))

# %% [markdown] slide_type="notes"
# Follow one label through the drawing: y goes into G along with noise, the fake comes out, and the same y goes into D beside it. A real image brings its own label. Ask what happens if the arrow from y to D is cut, and what if the one to G is. Both questions are answered by an experiment in a moment.

# %% [markdown]
# ### Exercise 10.8 · The step
# Difficulty ●●● · importance ●●● · 15 minutes
#
# Notebook 06's `gan_step` with labels. Networks are called `generator(z, y)` and `discriminator(x, y)`, which returns logits; hand both arguments over by position. You get real pairs `x_real`, `y_real`, noise `z`, and the labels `y_fake` that the fakes are to show. There are four calls, one of `generator` and three of `discriminator`; don't join real and fake in one batch. **Write down the four pairs before you code**. The two losses are given.

# %%
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), from logits: your loss of notebook 06."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()

def generator_loss(fake_logits: Tensor) -> Tensor:
    """−mean log D(fake), from logits, the non-saturating loss."""
    return F.softplus(-fake_logits).mean()

# %%
def conditional_gan_step(
    generator: nn.Module, discriminator: nn.Module, opt_g: torch.optim.Optimizer,
    opt_d: torch.optim.Optimizer, x_real: Tensor, y_real: Tensor, z: Tensor, y_fake: Tensor,
) -> dict[str, float]:
    """One update of D, then one of G (non-saturating), with labels: the two losses."""
    # 1. fakes for y_fake; D's loss on real pairs and on detached fakes, each with its label
    # 2. zero, backward and step for D
    # 3. G's loss: what the new D says of the fakes, with the label they were made for
    # 4. zero, backward and step for G
    # 5. both losses as floats, {"d_loss": …, "g_loss": …}
    ### BEGIN SOLUTION
    x_fake = generator(z, y_fake)
    real_logits = discriminator(x_real, y_real)
    d_loss = discriminator_loss(real_logits, discriminator(x_fake.detach(), y_fake))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(discriminator(x_fake, y_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}
    ### END SOLUTION

# %%
conditional_gan_step = check(conditional_gan_step)

# %% [markdown] slide_type="slide" only="slides"
# ## Four calls, four labels
#
# | call | image | label |
# |---|---|---|
# | $G$ makes fakes | `z` | `y_fake` |
# | $D$, real half | `x_real` | `y_real` |
# | $D$, fake half | `x_fake.detach()` | `y_fake` |
# | $D$, asked by $G$ | `x_fake` | `y_fake` |
#
# A fake keeps the label that it was made for.

# %% [markdown] slide_type="notes"
# Let the room fill in the third column. The third row is where it goes wrong in practice: y_real is at hand, has the right length, and nothing crashes. Don't say yet what happens then; the clinic shows a run with exactly that fault, and it looks better than the right one.

# %% [markdown]
# A playground where the truth is known: four overlapping clouds in the plane, and the label is the cloud. They overlap, so even *real* points are often nearer to another cloud. The judge here is exact, Bayes' rule.

# %%
angle = torch.arange(4) * math.pi / 2
clouds = Mixture(torch.full((4,), 0.25), 1.3 * torch.stack([angle.cos(), angle.sin()], 1),
                 0.64 * torch.eye(2).expand(4, 2, 2))

def in_plane(points: Tensor, labels: Tensor) -> tuple[float, float]:
    """Fidelity by Bayes' rule, and variance within a class over that of the data."""
    return class_fidelity(clouds.log_joint(points), labels), class_spread(points, labels) / 1.28  # 2 · 0.64

points, labels = clouds.sample_labeled(4000, Generator().manual_seed(0))
print("real points: fidelity {:.2f}, spread {:.2f}".format(*in_plane(points, labels)))

# %% [markdown]
# Two small networks take a point and a label, side by side, one-hot. `told=False` blinds one: it gets zeros.

# %%
class Told(nn.Module):
    """(N, 2) and labels (N,) to (N, outputs). told: whether it hears the label."""

    def __init__(self, outputs: int, told: bool = True) -> None:
        super().__init__()
        self.told = told
        self.net = nn.Sequential(nn.Linear(2 + 4, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64),
                                 nn.LeakyReLU(0.2), nn.Linear(64, outputs))

    def forward(self, a: Tensor, y: Tensor) -> Tensor:
        label = one_hot(y, 4) if self.told else torch.zeros(len(y), 4)
        return self.net(torch.cat([a, label], 1))

# %%
def play(g_told=True, d_told=True, step=None, seed: int = 0, steps: int = 800, z_sd: float = 1.0) -> dict:
    """A conditional GAN on the clouds: its networks, and 4,000 samples (noise of sd z_sd), labels."""
    step = step or conditional_gan_step
    chance = set_seed(seed)
    g, d = Told(2, g_told), Told(1, d_told)
    opt_g, opt_d = (adam(net.parameters(), 1e-3, betas=(0.5, 0.99)) for net in (g, d))
    losses = []
    for _ in range(steps):
        x_real, y_real = clouds.sample_labeled(128, chance)
        z = torch.randn(128, 2, generator=chance)
        y_fake = torch.randint(4, (128,), generator=chance)
        losses.append(step(g, d, opt_g, opt_d, x_real, y_real, z, y_fake))
    labels = torch.arange(4000) % 4
    with torch.no_grad():
        z = z_sd * torch.randn(4000, 2, generator=chance)
        samples = g(z, labels)
    return {"g": g, "d": d, "z": z, "samples": samples, "labels": labels, "losses": losses}

# %%
predict("10.told")

# %%
torch.set_num_threads(1)  # networks this small only get slower with more
who = {"both": (True, True), "only G": (True, False), "only D": (False, True)}
runs = {}
for name, told in who.items():
    runs[name] = [play(*told, seed=seed) for seed in range(3)]
    fidelity = [in_plane(run["samples"], run["labels"])[0] for run in runs[name]]
    print(f"told: {name:7s} fidelity of three seeds", *(f"{f:.2f}" for f in fidelity))

# %% slide_type="slide"
def draw_clouds(panes: dict, title: str):
    """A panel of points, colored by label, for each name: (points (N, 2), labels (N,))."""
    fig, panels = plots.canvas(width=2.8 * len(panes), height=3.4, cols=len(panes))
    for ax, (name, (dots, kinds)) in zip(panels, panes.items()):
        for c in range(4):
            ax.plot(*dots[kinds == c][:250].T, "osD^"[c], ms=3, color=plots.SERIES[c], alpha=0.6)
        ax.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal", xticks=[], yticks=[], xlabel=name)
    plots.set_finding(fig, title)
    return fig

panes = {"data": (points, labels)} | {
    f"told: {name}": (three[0]["samples"], three[0]["labels"]) for name, three in runs.items()}
show(draw_clouds(panes, title="Only where both are told do the classes come apart"),
     alt="Four scatter plots, colored by the label asked for. The data: four overlapping "
              "clouds, each of one color. Both told: four clouds of one color each, much like them. "
              "Only G told, and only D told: all colors mixed everywhere")

# %% [markdown]
# Told to $G$ alone, the label is only more noise: no loss asks $G$ to use it. If only $D$ is told, it sees that images and labels don't match, and $G$, which can't see the label, can't correct that. Both are at chance, 0.25, in every seed. Told to both, fidelity is 0.8, near the data's own 0.77.

# %% tags=["solution"]
# What the text claims.
found = {name: [in_plane(run["samples"], run["labels"])[0] for run in three]
         for name, three in runs.items()}
assert min(found["both"]) > 0.65 and max(found["both"]) < 0.92
assert max(found["only G"] + found["only D"]) < 0.4

# %% [markdown] slide_type="notes"
# Colors are the labels asked for. Ask what each of the right two panels would need. In the third, D cannot complain about a wrong color, since it never sees colors. In the last, D complains and G is color-blind. On digits the same three arms give 0.95, 0.10 and 0.10; section 5 shows them.

# %% [markdown]
# **Tomorrow:** print the labels that enter each call of your step, for one batch. Then change a label at each entrance and see whether the output moves.
#
# ## 5 · How D is told
#
# Where should the label enter $D$? Take the best $D$ apart. Its logit is the log of a ratio, and a joint splits in two:
#
# $$\log\frac{p(x, y)}{p_G(x, y)} \;=\; \underbrace{\log\frac{p(x)}{p_G(x)}}_{\text{does it look real?}} \;+\; \underbrace{\log\frac{p(y\mid x)}{p_G(y\mid x)}}_{\text{does the label fit?}} .$$
#
# In words: $D$ asks two questions and adds the answers. For the second, think of two classifiers. A softmax classifier's log-probability of a label is linear in its last features $h$, but for a normalizer that doesn't depend on $y$. This holds for a classifier of real images and for one of fakes, so their difference is linear too, and the normalizers join the first term. So let the label choose a direction $e_y$ in feature space:
#
# $$\text{logit} = w\cdot h(x) + e_y\cdot h(x) .$$
#
# This is the **projection** discriminator (Miyato and Koyama, 2018).
#
# ### Exercise 10.9 · Projection
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# `h` (N, F), `y` (N,), `weight` (F,), `embedding` (classes, F), with a row $e_y$ for each class. Return (N,).

# %%
def projection_logit(h: Tensor, y: Tensor, weight: Tensor, embedding: Tensor) -> Tensor:
    """w·h + e_y·h, (N,), for features h (N, F) and labels y (N,). Miyato and Koyama, 2018."""
    # 1. w·h, one number for each image
    # 2. the row of each image's label, times h, summed over features
    ### BEGIN SOLUTION
    return h @ weight + (embedding[y] * h).sum(1)
    ### END SOLUTION

# %%
projection_logit = check(projection_logit)

# %% [markdown] slide_type="slide" only="slides"
# ## Projection answers two questions
#
# $$\log\frac{p(x, y)}{p_G(x, y)} = \log\frac{p(x)}{p_G(x)} + \log\frac{p(y\mid x)}{p_G(y\mid x)}$$
#
# Does it look real? Does the label fit?
#
# $$\text{logit} = w\cdot h(x) + e_y\cdot h(x)$$

# %% [markdown] slide_type="notes"
# Derive it in one line: write both joints as image times label given image, and the log of the ratio splits. Ask where softmax classifiers have an inner product: in the last layer. So the label meets features that are already about shape, and not pixels. What goes wrong: adding (N, 1) to (N,) gives a square table.

# %%
class Projection(nn.Module):
    """Digits (N, 1, 28, 28) and labels (N,) to logits (N,)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.LeakyReLU(0.2),
                                      nn.Linear(512, 256), nn.LeakyReLU(0.2))
        self.weight = nn.Parameter(torch.randn(256) / 16)
        self.embedding = nn.Parameter(torch.randn(10, 256) / 16)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return projection_logit(self.features(x), y, self.weight, self.embedding)

# %%
chance = set_seed(0)
g, d = ConditionalGenerator().to(device), Projection().to(device)
opt_g, opt_d = (adam(net.parameters(), 1e-3, betas=(0.5, 0.99)) for net in (g, d))
for step in range(401):
    if step % 100 == 0:
        g.eval()
        with torch.no_grad():
            images = g(torch.randn(2000, 32, generator=chance).to(device), asked)
        report(f"projection, step {step}", images)
        g.train()
    at = torch.randint(len(x), (128,), generator=chance).to(device)
    z = torch.randn(128, 32, generator=chance).to(device)
    y_fake = torch.randint(10, (128,), generator=chance).to(device)
    conditional_gan_step(g, d, opt_g, opt_d, x[at], y[at], z, y_fake)
g.eval()

# %% slide_type="slide"
z = torch.randn(4, 32, generator=Generator().manual_seed(2)).to(device).repeat_interleave(10, 0)
with torch.no_grad():
    rows = {f"z {'abcd'[n]}": part for n, part in enumerate(g(z, digits.repeat(4)).split(10))}
refused = [(judge(row).argmax(1) != digits).tolist() for row in rows.values()]
show(plots.image_rows(rows, title="A GAN with projection draws what it is asked for", marked=refused),
     alt="Four rows of ten digits, one noise vector to a row, labels 0 to 9 across. Nearly all "
         "are the digit asked for, sharp and a little ragged")

# %% [markdown]
# Sharper than a VAE's, a little ragged, and nearly all are what was asked for. Now the obvious way: the one-hot label beside the pixels.

# %% [markdown] slide_type="notes"
# Orange frames: the judge reads another digit. Compare with the VAE's rows: sharp and ragged instead of smooth. Ask whether the rows share a style; some do, and nothing in the loss demands it. Before going on let the room predict what happens if the label is put beside the pixels instead, with everything else unchanged.

# %%
predict("10.beside")

# %%
arms = ["projection", "one-hot beside the pixels", "the same, ten times as loud",
        "DCGAN, projection", "DCGAN, label planes", "only G is told", "only D is told"]
three = {arm: measured("conditional_gan", arm=arm) for arm in arms}
print(f"{'400 steps, three seeds':30s}{'fidelity':^20s}{'spread':^20s}")
for arm, rows in three.items():
    cells = (" ".join(f"{v:.2f}" for v in each(rows, key)) for key in ("fidelity", "spread"))
    print(f"{arm:30s}" + "".join(f"{cell:^20s}" for cell in cells))
scaled: dict[tuple[str, str], list] = {}  # the same networks, the label louder or quieter
for row in measured("conditional_scales"):
    scaled.setdefault((row["way"], row["scale"]), []).append(row)
for (way, scale), rows in scaled.items():
    cells = (" ".join(f"{v:.2f}" for v in each(rows, key)) for key in ("fidelity", "spread"))
    name = f"projection, begins at {float(scale):g}" if way == "projection" else f"one-hot, {scale} in place of 1"
    print(f"{name:30s}" + "".join(f"{cell:^20s}" for cell in cells))

# %% slide_type="slide"
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
for place, (arm, rows) in enumerate(three.items()):
    color = plots.HOUSE if place < 5 else plots.QUIET
    ax.barh(place, sum(each(rows, "fidelity")) / 3, color=color, alpha=0.35)
    ax.plot(each(rows, "fidelity"), [place] * 3, "o", color=plots.INK, ms=4)
ax.axvline(0.1, color=plots.ACCENT, ls=":")
ax.text(0.11, 6.35, "chance", color=plots.ACCENT, fontsize=10)
ax.set_yticks(range(7), arms)
ax.invert_yaxis()
ax.set(xlabel="samples that show the label asked for", xlim=(0, 1))
plots.set_title(ax, "Beside the pixels, D hardly hears the label")
show(fig, alt="Bars of fidelity with three seeds each: projection 0.95; one-hot beside the pixels "
              "0.19; the same ten times as loud 0.88; DCGAN with projection 0.94; DCGAN with label "
              "planes 0.88; only G told 0.10; only D told 0.10")

# %% [markdown]
# Beside 784 pixels the label reaches 0.18–0.20, hardly above chance. Is that because "concatenation can't"? Section 2 said: the label is quiet there. So make it louder, a 10 in place of the 1, and change nothing else: 0.87–0.88. (A 3 gives 0.61–0.69, a 30 gives 0.81–0.86.) In the DCGAN each plane is as large as the image, ten planes beside one, and label planes work (0.86–0.89). Projection meets features that already are about shapes, and needs no such tuning: with an embedding that begins a sixteenth, four times or sixteen times as large its fidelity is 0.92–0.99. (The scale isn't without effect: with the largest of these the spread is 0.32–0.43.) In *fidelity* it is ahead in every seed, with either network. In spread it isn't: in the first network the loud label has 0.55–0.65 and projection 0.43–0.47, and in the DCGAN their ranges overlap. So projection obeys better, and with the first network it varies less.
#
# An honest look back: the ten Gaussians of section 1 had fidelity 0.96 and spread 0.67, more than the GAN above (0.95 and 0.45). Neither number sees that their digits are blurred. Which numbers would is notebook 12's question.

# %% tags=["solution"]
# What the text claims.
found = {arm: each(rows, "fidelity") for arm, rows in three.items()}
assert max(found["one-hot beside the pixels"]) < 0.25
assert min(found["the same, ten times as loud"]) > 0.8
assert min(found["projection"]) > max(found["the same, ten times as loud"])
by_scale = {key: [each(rows, column) for column in ("fidelity", "spread")] for key, rows in scaled.items()}
assert all(min(by_scale["projection", scale][0]) > max(found["the same, ten times as loud"]) for scale in ("0.0625", "4", "16"))
assert max(by_scale["projection", "16"][1]) < 0.44 and 0.8 < min(by_scale["one-hot beside the pixels", "30"][0]) < max(by_scale["one-hot beside the pixels", "30"][0]) < 0.865
assert min(by_scale["one-hot beside the pixels", "3"][0]) > 0.61 and max(by_scale["one-hot beside the pixels", "3"][0]) < 0.7
assert min(found["DCGAN, projection"]) > max(found["DCGAN, label planes"])
assert max(found["only G is told"] + found["only D is told"]) < 0.15
assert scores(images)[0] > 0.8

# %% [markdown] slide_type="notes"
# Read the second and third bar together: the same network, the label ten times as loud, and fidelity goes from 0.19 to 0.88. So the legend that concatenation cannot work is wrong; it is a matter of scale, as section 2 said. Projection needs no tuning: its embedding is trained, and may begin sixteen times smaller or larger. Its fidelity is higher than the loud label's; in the first network its spread is lower (0.45 against 0.6). The gray bars are the two half-told arms, on digits.

# %% [markdown]
# **Tomorrow:** try projection first if $D$ has a feature layer, and compare spreads as well as fidelities. If you must concatenate, scale the label until changing it moves $D$'s first layer about as much as changing the image does.
#
# ## 6 · The clinic: a run that is too good
#
# A colleague sends you a run on the four clouds. "Nearly perfect", she writes. One of these five faults is in it:
#
# - **a** $D$ is never told the label.
# - **b** Samples are drawn with half of the noise.
# - **c** Labels of real points are shuffled.
# - **d** In $D$'s update, fakes are judged with the labels of the real batch.
# - **e** In $G$'s update, fakes are judged with labels that they weren't made for.
#
# The code of all five is below, in the open; a shuffled list decides which one she ran.

# %% [markdown] slide_type="slide" only="slides"
# ## A run that is too good: which of the five?
#
# - **a** $D$ is never told the label
# - **b** Samples are drawn with half of the noise
# - **c** Labels of real points are shuffled
# - **d** In $D$'s update, fakes are judged with the labels of the real batch
# - **e** In $G$'s update, fakes are judged with labels they weren't made for

# %% [markdown] slide_type="notes"
# Read the five and let the room say for each what it would do to fidelity. Half of the noise raises it, and most will say down for the other four. Write the votes on the board before the next slide, which shows a run with one of them in it and a fidelity of 0.98. Groups may ask for two tests each, among G, D, noise, losses and spread.

# %%
def step_with(hand_out):
    """A step like yours; hand_out(y_real, y_fake) names labels that go elsewhere."""
    def step(g, d, opt_g, opt_d, x_real, y_real, z, y_fake) -> dict[str, float]:
        right = {"G": y_fake, "real": y_real, "fake in D": y_fake, "fake in G": y_fake}
        label = right | hand_out(y_real, y_fake)
        x_fake = g(z, label["G"])
        fake_logits = d(x_fake.detach(), label["fake in D"])
        d_loss = discriminator_loss(d(x_real, label["real"]), fake_logits)
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
        g_loss = generator_loss(d(x_fake, label["fake in G"]))
        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()
        return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}
    return step

# %%
suspects = {
    "a": {"d_told": False},
    "b": {"z_sd": 0.5},
    "c": {"step": step_with(lambda y_real, y_fake: {"real": y_real.roll(1)})},
    "d": {"step": step_with(lambda y_real, y_fake: {"fake in D": y_real})},
    "e": {"step": step_with(lambda y_real, y_fake: {"fake in G": y_fake.roll(1)})},
}
drawn = "abcde"[int(torch.randint(5, (), generator=Generator().manual_seed(2)))]
patient = [play(**suspects[drawn], seed=seed) for seed in range(3)]
for name, group in (("her run", patient), ("yours", runs["both"])):
    pairs = [in_plane(run["samples"], run["labels"]) for run in group]
    fidelity, spread = (" ".join(f"{v:.2f}" for v in values) for values in zip(*pairs))
    print(f"{name:8s} fidelity {fidelity}   spread {spread}")
print("data     fidelity {:.2f}             spread {:.2f}".format(*in_plane(points, labels)))

# %% slide_type="slide"
panes = {"data": (points, labels)} | {
    name: (run["samples"], run["labels"])
    for name, run in (("your step", runs["both"][0]), ("her run", patient[0]))}
panes = {f"{name}: {in_plane(*pane)[0]:.2f}": pane for name, pane in panes.items()}
show(draw_clouds(panes, title="Her fidelity is higher than that of the data"),
     alt="Three scatter plots, colored by label. The data: four clouds that overlap. Your step: "
         "much the same. Her run: three thin slivers and a wedge, far "
         "apart, with gaps between them where the data have points")

# %% [markdown]
# Her fidelity is 0.98 or 0.99, that of the *data* is 0.77, and her classes have a quarter to a half of the spread. That isn't success: real clouds overlap, and hers don't. (Your own step is a little above the data too: GANs lose some variety even when all is right.) Examine the run. Change the word in the last line, run the cell again, and stop as soon as you know.

# %%
def examine(test: str) -> str:
    """One examination of her first run, in a sentence: G, D, noise, losses or spread."""
    run, chance = patient[0], Generator().manual_seed(4)
    z, (real, kinds) = torch.randn(1000, 2, generator=chance), clouds.sample_labeled(1000, chance)
    with torch.no_grad():
        if test == "G":
            moved = (run["g"](z, kinds) - run["g"](z, (kinds + 1) % 4)).norm(dim=1).mean()
            return f"another label, the same z: G's points move by {moved:.2f}"
        if test == "D":
            gap = (run["d"](real, kinds) - run["d"](real, (kinds + 1) % 4)).mean()
            return f"real points: their own label has a logit {gap:.2f} higher than another label"
    if test == "noise":
        return f"the noise behind her samples has standard deviation {run['z'].std():.2f}"
    if test == "losses":
        late = run["losses"][-50:]
        d_loss, g_loss = (sum(step[key] for step in late) / 50 for key in ("d_loss", "g_loss"))
        return f"last 50 steps: d_loss {d_loss:.2f} (log 4 is 1.39), g_loss {g_loss:.2f}"
    fidelity, spread = in_plane(run["samples"], run["labels"])
    return f"fidelity {fidelity:.2f}, spread {spread:.2f}; the tests are G, D, noise, losses, spread"

print(examine("G"))

# %% [markdown] slide_type="notes"
# The numbers below the clouds are fidelities. Ask who would be glad of this run. Then ask how a model can be better than the data at being what it was asked for. Let the room pick tests: G reacts, D reacts, reals keep their label. What remains is the label in D's fake half. Two of the five suspects raise fidelity and narrow the classes, this one and half of the noise, so the two numbers alone don't decide.

# %% [markdown]
# ### Exercise 10.10 · Which of the five?
# Difficulty ●●● · importance ●●● · 8 minutes
#
# Type its letter.

# %%
### BEGIN SOLUTION
answers["10.10"] = "d"
### END SOLUTION

# %%
check(answers, "10.10")

# %% [markdown]
# Found? Here is the fix. `elsewhere` returns the labels that are handed to a wrong place, and the fix is an empty dict: no label is. Then put the other faults in, one at a time, and see what each does to both numbers: for **c** to **e** return the dictionary that its line in `suspects` has; **a** and **b** are `play(d_told=False)` and `play(z_sd=0.5)`.

# %%
def elsewhere(y_real: Tensor, y_fake: Tensor) -> dict[str, Tensor]:
    """Labels that go elsewhere than in the right step: {"fake in G": y_fake.roll(1)}, say."""
    return {}

healed = play(step=step_with(elsewhere))
fidelity, spread = in_plane(healed["samples"], healed["labels"])
print(f"her first run, fixed: fidelity {fidelity:.2f}, spread {spread:.2f}")

# %% [markdown]
# Would a check have found the fault? Fidelity wouldn't: it is higher in her run. A small spread raises suspicion, and only the calls tell what is wrong. Here is her step, handed to the check of exercise 10.8, which writes down every pair that enters $G$ and $D$:

# %%
from course_utils import evaluate

hers = suspects[drawn].get("step", conditional_gan_step)
verdict = evaluate("conditional_gan_step", hers)
print(f"{verdict.mistake}:", verdict.message.split(". ")[0] + ".")

# %% [markdown]
# **Why does it raise fidelity?** In her run $D$ compares real pairs, $p(x, y)$, with fakes beside a label that has nothing to do with them, $p_G(x)\,p(y)$. The best $D$'s logit is then
#
# $$\log\frac{p(x)}{p_G(x)} + \log\frac{p(y\mid x)}{p(y)} ,$$
#
# and the second term never goes away. It doesn't ask whether $G$ matches the data; it rewards every image that is *more clearly* a $y$. So $G$ leaves the places where classes overlap. On digits, from the benchmark:

# %%
for arm in ("projection", "fakes judged with the real labels", "auxiliary classifier"):
    rows = measured("conditional_gan", arm=arm)
    fidelity, spread = (" ".join(f"{v:.2f}" for v in each(rows, key))
                        for key in ("fidelity", "spread"))
    print(f"{arm:36s}fidelity {fidelity}   spread {spread}")

# %% [markdown]
# The same fault has the same effect: fidelity 0.99–1.00, above that of real digits (0.97), and a third of their spread. The last line is a GAN whose $D$ *names* the label instead of hearing it (AC-GAN; Odena et al., 2017). It has the same term, $\log p(y\mid x)$, in its loss. After 400 steps it has neither a high fidelity, 0.66–0.83, nor the spread of real digits, 0.25–0.49.

# %% tags=["solution"]
# What the text claims.
cured = [in_plane(run["samples"], run["labels"]) for run in [*runs["both"], healed]]
ill = [in_plane(run["samples"], run["labels"]) for run in patient]
narrow = play(**suspects["b"])  # the other suspect that looks too good
assert min(in_plane(narrow["samples"], narrow["labels"])[:1]) > 0.88
assert drawn == "d" and min(f for f, _ in ill) > 0.95 and max(s for _, s in ill) < 0.75
assert max(f for f, _ in cured) < 0.92 and verdict.mistake == "fakes_with_y_real"
right = measured("conditional_gan", arm="projection")
wrong = measured("conditional_gan", arm="fakes judged with the real labels")
assert min(each(wrong, "fidelity")) > max(each(right, "fidelity"))
assert max(each(wrong, "spread")) < min(each(right, "spread"))

# %% [markdown] slide_type="slide" only="slides"
# ## The fault that raises fidelity
#
# `discriminator(x_fake.detach(), y_real)`
#
# | digits | fidelity | spread |
# |---|---|---|
# | the right step | 0.94–0.96 | 0.43–0.47 |
# | fakes judged with the real labels | **0.99–1.00** | **0.31–0.34** |
# | real digits | 0.97 | 1 |
#
# $D$ compares $p(x, y)$ with $p_G(x)\,p(y)$, and rewards every image that is more clearly a $y$.

# %% [markdown] slide_type="notes"
# Write the two ratios under each other and let the room find the difference: p(y) in place of p_G(y given x). The second term never goes to zero, so G is pushed away from every place where classes overlap. Only a check that records calls finds it; every metric of samples but spread says the faulty run is the better one.

# %% [markdown]
# ### Exercise 10.11 · Two models
# Difficulty ●●○ · importance ●●● · 2 minutes
#
# Real digits: fidelity 0.97, spread 1. Model A: 0.99 and 0.31. Model B: 0.93 and 0.90. Which one do you trust to draw digits?
#
# - **a** A, since 0.99 is more than 0.93.
# - **b** B, since its spread is closer to 1, whatever its fidelity is.
# - **c** Neither can be judged without the Fréchet distance.
# - **d** B: it loses little fidelity, and keeps much more of the variety.

# %%
### BEGIN SOLUTION
answers["10.11"] = "d"
### END SOLUTION

# %%
check(answers, "10.11")

# %% [markdown]
# **Tomorrow:** put both numbers of *real* data in the first line of your table. If a model beats real data at fidelity, read its step before you celebrate.
#
# ## 7 · Half an image for a label
#
# Nothing in `conditional_vae_loss` says that $y$ is a class. Let it be the upper half of the image, 392 numbers in the place of ten, and the model learns $p(x \mid \text{upper half})$. Drawing from it is **imputation**: filling in what is missing. The loss is yours, unchanged.

# %%
set_seed(0)
filler = ConditionalVAE(16, size=14 * 28).to(device)

def filling_step(x: Tensor) -> Tensor:
    return conditional_vae_loss(filler, x, x[:, :, :14], torch.randn(len(x), 16, device=x.device))

history = fit(filling_step, x, model=filler, epochs=5, lr=3e-3)

@torch.no_grad()
def fill_in(upper: Tensor, chance: Generator) -> Tensor:
    """Upper halves (N, 1, 14, 28) with a lower half drawn for each: (N, 1, 28, 28)."""
    z = torch.randn(len(upper), 16, generator=chance).to(device)
    return torch.cat([upper, filler.decode(z, upper).sigmoid()[:, :, 14:]], dim=2)

# %%
predict("10.upper")

# %% [markdown]
# Ten draws for each test digit, and for comparison: to how many different digits do its ten nearest upper halves of the training set belong?

# %%
chance, upper = Generator().manual_seed(0), x_test[:, :, :14]
completed = torch.stack([fill_in(upper, chance) for _ in range(10)])  # (10 draws, 2000, 1, 28, 28)
named = torch.stack([judge(draw).argmax(1) for draw in completed])  # (10, 2000)
names = torch.tensor([len(set(column.tolist())) for column in named.T]).float()
near = y[nearest_neighbors(upper.flatten(1), x[:, :, :14].flatten(1), 10)]  # (2000, 10)
open_to = torch.tensor([len(set(row.tolist())) for row in near])

# %%
is_open, is_closed = open_to >= 3, (open_to == 1) & (names == 1)
chosen = (names * is_open).argsort(descending=True)[:40:10].tolist()
chosen += is_closed.nonzero()[:2, 0].tolist()
given = torch.cat([upper, torch.zeros_like(upper)], dim=2)
rows = {f"half {'abcdef'[n]}": torch.stack([given[i], *completed[:6, i], completed[:, i].mean(0), x_test[i]])
        for n, i in enumerate(chosen)}

# %% [markdown] slide_type="slide" only="slides"
# ## Complete these halves: one answer, or several?

# %% slide_type="-" only="slides"
show(plots.image_grid(given[chosen]), alt="The upper halves of six digits, as a model is given them")

# %% [markdown] slide_type="notes"
# Let everybody draw the lower half of the first and of the last image, then compare with the neighbors. For the first four people disagree: several digits begin like this. For the last two they agree. Ask what a network should answer that may give one image only, and is punished by the squared error. What goes wrong: people think that a better network would know.

# %% slide_type="slide"
fig = plots.image_rows(rows, title="Half an image leaves the other half open")
fig.axes[0].set_xticks([14, 116, 217, 246], ["given", "six draws", "mean", "truth"])  # each image is 29 wide
show(fig,
     alt="Six rows. In each the given upper half of a digit, six drawn completions, the mean of ten, "
         "and the true digit. In the upper four rows the completions are gray and end in different "
         "ways; in the last two they are crisp and alike")

# %% [markdown]
# The upper four rows are halves whose nearest neighbors belong to three digits or more, the last two are halves whose neighbors agree. The draws differ where the half leaves the digit open. Over all test digits:

# %%
for name, some in (("neighbors agree", open_to == 1), ("three digits or more", open_to >= 3)):
    count = names[some].mean()
    print(f"{name:22s}{int(some.sum()):5d} halves: ten draws are read as {count:.1f} digits")
errors = [(images - x_test).square().flatten(1).sum(1).mean().item()
          for images in (completed[0], completed.mean(0))]
print(f"squared error of one draw {errors[0]:.1f}, of the mean of ten {errors[1]:.1f}")

# %% [markdown]
# Is that one seed's luck? Here are three seeds from the benchmark:

# %%
for row in measured("conditional_fill"):
    print(f"seed {row['seed']}: neighbors agree {row['agree']} digits, three or more {row['three or more']}; "
          f"error of one {row['error of one']}, of the mean {row['error of mean']}")

# %% [markdown]
# Where the half leaves it open, the draws are read as more different digits. The mean of the draws has the smaller squared error, and it is the grayest picture of its row: a model trained on squared error would give you that one. Which you want depends on the use. (This model isn't perfect: even where the neighbors agree, ten draws are read as more than one digit on average.)

# %% tags=["solution"]
# What the text claims.
assert names[open_to >= 3].mean() > names[open_to == 1].mean() + 0.2 and errors[1] < errors[0]
fills = measured("conditional_fill")
assert min(each(fills, "three or more")) > max(each(fills, "agree")) + 0.2
assert max(each(fills, "error of mean")) < min(each(fills, "error of one"))

# %% [markdown] slide_type="notes"
# Compare with what people drew: they disagree where the model does. The mean of ten draws is the answer that least squares gives, and no digit. Ask for other choices of y: a gray photograph, a low-resolution one, a sentence, the last frame. The loss is the same in all of them.

# %% [markdown]
# **Tomorrow:** before you train a network to predict what is missing, ask whether there is one answer. If not, train a conditional model and show several draws.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - To be told is not to listen: measure **fidelity** and **spread**, beside real data.
# - The wider a conditional VAE's code, the less the label rules.
# - Both halves of $D$ get the label, and a fake keeps its own.
# - Projection asks: does it look real, and does the label fit?
# - A fidelity above that of the data is a symptom.
# - $y$ can be anything that is known, such as half an image.
#
# **Next:** GANs that don't train, and twenty remedies.

# %% [markdown] slide_type="notes"
# Ask for one sentence from each row of the room. Then the question that leads on: all of this assumed that the GAN trains. Notebook 11 takes runs that don't, and tries twenty remedies on each. Notebook 12 asks how good a judge's numbers are in the first place.

# %%
progress("10")

# %% [markdown]
# **Next:** notebook 11 tries twenty remedies on GANs that don't train. Notebook 12 turns on the judges themselves: what fidelity, Fréchet distance and their kin see, and how each can be cheated.
