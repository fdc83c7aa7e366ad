# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Exam
#   minutes: 150
#   picture: which_one_of_four
# ---

# %% [markdown] slide_type="slide"
# # Exam
#
# Four generators were asked for the same clumps. Which one would you hand in?

# %% [markdown] slide_type="notes"
# About 150 minutes for the whole pool, 60 for a sitting of twelve questions. As a lesson, this deck rehearses the checklist in half an hour: put up a slide, let the room answer on paper, then show the next. Begin with the next picture: ask for the name of each disease before anybody names a remedy.

# %% [markdown]
# About 150 minutes for all 37 questions, 60 for a sitting of twelve. This notebook asks what the course has taught, and teaches nothing new. At the end you can
#
# 1. say which distribution a model describes, and what it can do with it;
# 2. say what an autoencoder minimizes, and why its decoder is no generative model;
# 3. derive the ELBO and compute with its terms, in nats, in bits and with β;
# 4. write the KL of a Gaussian code, and a draw that lets gradients through;
# 5. write the game of a GAN, derive the best discriminator and the identity with JS;
# 6. diagnose a training run from its log, and name a remedy;
# 7. hand a label to both networks of a conditional GAN;
# 8. connect formulas with code: sizes of layers, and walks between codes.

# %% tags=["setup"]
# setup

# %%
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils import answer_sheet, check, diagram, plots, progress, report, show, sit
from course_utils.data.measured import measured
from course_utils.data.scoreboard import scoreboard

plots.use_style()
answers = answer_sheet("18")

# %% [markdown]
# Eight clumps of points are the data. Here is what four generators draw. The points are made up for this page, so that each panel shows one thing and no other. Look first: who has found all clumps, who draws one of them over and over, who has learned nothing, and who draws between the clumps?

# %% slide_type="slide"
def clumps(n: int, seed: int, kinds: list[int], spread: float = 0.06) -> Tensor:
    """Points (n, 2) around some of eight places on a circle."""
    g = Generator().manual_seed(seed)
    angle = 2 * math.pi / 8 * torch.tensor(kinds)[torch.randint(len(kinds), (n,), generator=g)]
    return torch.stack([angle.cos(), angle.sin()], 1) + spread * torch.randn(n, 2, generator=g)

everywhere = torch.randn(300, 2, generator=Generator().manual_seed(4)) * 0.6
between = clumps(300, 2, list(range(8)), spread=0.25)
drawn = {"A": clumps(300, 1, [2]), "B": clumps(300, 3, list(range(8))), "C": everywhere, "D": between}
fig, axes = plots.canvas(width=10, height=3, cols=4)
for ax, (name, points) in zip(axes, drawn.items()):
    ax.scatter(*clumps(300, 0, list(range(8))).T, s=4, color="#c9ced8")
    ax.scatter(*points.T, s=4, color=plots.SERIES[3])
    ax.set(xlim=(-1.9, 1.9), ylim=(-1.9, 1.9), xticks=[], yticks=[], aspect="equal", title=name)
plots.set_finding(fig, "Gray are the data. Which generator would you hand in?")
show(fig, alt="Four panels with eight gray clumps on a circle. The points of A all lie in one clump, those of B in all eight, "
              "those of C are spread over the whole panel, those of D form a blurred ring through all eight")

# %% [markdown] slide_type="notes"
# Gray are the data, green is what each generator drew. Ask for the name of each disease before anybody names a remedy: A has collapsed into one clump, B is what was asked for, C is noise, and D is blurred through all eight. Then ask which of them a loss would show. What goes wrong: people grade D above A, or the other way round; that depends on what the samples are for.

# %% [markdown]
# A has collapsed, B is what was asked for, C is noise, and D is blurred. Section 6 asks the same of logs, where no picture helps.
#
# ## How it works
#
# There are 37 questions in eight sections, one section for each line above; a copy that a teacher made for one class has nine to twelve of them. Each has a place for your answer and a check.
#
# - **Practice**: checks reply, and a wrong answer has three hints to unfold. Do the questions in any order.
# - **Timed**: twelve questions are drawn, from all sections; you have 60 minutes. Checks record and say nothing of right or wrong, and there are no hints. A number for `draw` chooses the questions: the same number, the same twelve.
#
# A pocket calculator, `math.log` and paper are allowed in both. Logarithms are natural. Give whole numbers exactly, others with three digits. Before you begin, run the next cell.

# %%
sit("18")  # for a timed sitting: sit("18", timed=True, draw=1)

# %% [markdown]
# Here is one question with its solution, so that you see how to answer; the exam doesn't ask it. *A classifier gives three kinds of signs the probabilities 0.6, 0.3 and 0.1. How large is their entropy, in nats?*

# %% tags=["nbval-check-output"]
shares = [0.6, 0.3, 0.1]
print(f"entropy: {-sum(p * math.log(p) for p in shares):.3f} nats")
#> entropy: 0.898 nats

# %% [markdown]
# The entropy is $-\sum p\log p$, with the natural logarithm, and three digits are enough: `0.898`. Where the options have letters, the answer is a letter in quotes: `"b"`.

# %% [markdown] slide_type="slide" only="slides"
# ## Which distribution does each system model?
#
# 1. It names what is in a photo.
# 2. It draws a photo of a dish that is asked for.
# 3. It draws faces, whoever they belong to.
# 4. It draws a bird and its name.

# %% [markdown] slide_type="fragment" only="slides"
# $$p(y\mid x) \qquad p(x\mid y) \qquad p(x) \qquad p(x, y)$$
#
# Behind the bar stands what a model is given.

# %% [markdown] slide_type="notes"
# Let the room write down four answers on paper, with x for the picture and y for the words, before you show them in the same order. Then ask which of the four can name an unusual input: only
# the last two, which know p(x). What goes wrong: people call everything with a decoder generative. Ask what is behind the bar.

# %% [markdown]
# ## 1 · What a model describes

# %% [markdown]
# ### Exercise 18.1 · Which distribution?
# Difficulty ●○○ · importance ●●● · 2 minutes
#
# A system takes a photo of a road and returns a probability for each of 40 traffic signs. With $x$ for a picture and $y$ for its label: which distribution does it model?
#
# - **a** $p(x|y)$
# - **b** $p(x, y)$
# - **c** $p(x)$
# - **d** $p(y|x)$

# %%
### BEGIN SOLUTION
answers["18.1"] = "d"
### END SOLUTION

# %%
check(answers, "18.1")

# %% [markdown]
# ### Exercise 18.2 · Shoes or bags
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# A photo shows shoes or bags. Of all photos 40 % show shoes. A generative model gives this photo $p(x\mid\text{shoes}) = 0.8$ and $p(x\mid\text{bags}) = 0.15$. What is the probability that it shows shoes?

# %%
### BEGIN SOLUTION
answers["18.2"] = 0.7805
### END SOLUTION

# %%
check(answers, "18.2")

# %% [markdown]
# ## 2 · Autoencoders

# %% [markdown] slide_type="slide" only="slides"
# ## Draw it first: what is the image compared with?

# %% slide_type="-"
show(diagram("autoencoder"))

# %% [markdown] slide_type="notes"
# Let one person draw the autoencoder at the board before you show this, and name the loss under it. Then ask what would
# have to change to make it a VAE: two numbers for each latent, a draw, and one more term in the loss.

# %% [markdown] slide_type="slide" only="slides"
# ## An autoencoder's loss doesn't say where codes lie
#
# $$L = \mathbb E\,\lVert x - g(f(x))\rVert^2$$
#
# - Too narrow: training *and* test error are high.
# - Too wide: the test error is far above the training error.
# - Decode $z\sim\mathcal N(0, I)$: hardly ever a digit. Why?

# %% [markdown] slide_type="notes"
# Ask the last question and wait. The answer wanted: nothing ties the codes to a distribution that can be drawn from. A
# frequent wrong answer is that the decoder is deterministic; a GAN's generator is deterministic too.

# %% [markdown]
# ### Exercise 18.3 · Mean and sum
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# An autoencoder reports a squared error of 0.05 as a *mean over pixels*. Its images have 16 × 16 pixels in one channel. The course's loss is $\lVert x - \hat x\rVert^2$, a *sum* over the pixels of an image. How large is it?

# %%
### BEGIN SOLUTION
answers["18.3"] = 12.8
### END SOLUTION

# %%
check(answers, "18.3")

# %% [markdown]
# ### Exercise 18.4 · No digits
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# A convolutional autoencoder with 32 latents reconstructs test digits with 3 % of the variance left. You draw $z\sim\mathcal N(0, I)$ and decode it. What comes out is hardly ever a digit. Why?
#
# - **a** Nothing ties the codes to a distribution that we can draw from.
# - **b** The squared error is too large for it to draw any sharp images.
# - **c** The encoder saw labels, so the decoder cannot draw without them.
# - **d** The decoder is deterministic, so it always draws the same image.

# %%
### BEGIN SOLUTION
answers["18.4"] = "a"
### END SOLUTION

# %%
check(answers, "18.4")

# %% [markdown]
# ### Exercise 18.5 · Two errors
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# An autoencoder has been trained until its training error settled. Its squared error, as a share of the data's variance: **44 %** on training images, **45 %** on test images. What is the first thing to conclude?
#
# - **a** Nothing is wrong: both errors are low and near each other.
# - **b** The network memorizes: fewer latents, or more data.
# - **c** The bottleneck is too narrow: make the code larger.
# - **d** The learning rate is far too large: make it a lot smaller.

# %%
### BEGIN SOLUTION
answers["18.5"] = "c"
### END SOLUTION

# %%
check(answers, "18.5")

# %% [markdown]
# ## 3 · The ELBO

# %% [markdown] slide_type="slide" only="slides"
# ## Draw the VAE: which arrow is random?

# %% slide_type="-"
show(diagram("vae"))

# %% [markdown] slide_type="notes"
# Let somebody add to the drawing at the board what turns an autoencoder into a VAE. Ask which arrow is random, where the
# KL is measured, and between which two distributions. What goes wrong: the KL is drawn between the image and its
# reconstruction.

# %% [markdown] slide_type="slide" only="slides"
# ## One inequality in five lines, and it is Jensen's
#
# $$\log p(x) = \log\mathbb E_q\Big[\frac{p(x, z)}{q(z\mid x)}\Big] \;\ge\; \mathbb E_q\Big[\log\frac{p(x, z)}{q(z\mid x)}\Big]$$
#
# $$= \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)$$
#
# How large is the gap? Which KL is it?

# %% [markdown] slide_type="notes"
# Let one person write the five lines on the board and the others say which of them is no equality. The gap is the KL to
# the posterior, not the one to the prior that stands in the formula; that mix-up is the one to listen for.

# %% [markdown] slide_type="slide" only="slides"
# ## With β = 4 the loss is no negative ELBO
#
# For one image: reconstruction loss 50 nats, KL 2 nats.
#
# | for one image | nats |
# |---|---|
# | negative ELBO | 50 + 2 = **52** |
# | loss with β = 4 | 50 + 4 · 2 = **58** |

# %% [markdown] slide_type="fragment" only="slides"
# Is 58 still at least $-\log p(x)$? And with $\beta = \frac12$?

# %% [markdown] slide_type="notes"
# These are the numbers of Exercise 3.7. Ask first what β does to reconstructions: each nat of the KL costs more, so codes say less, and images get blurred. With β above 1 the loss is larger than the negative ELBO, so it is still a bound; with β below 1 nothing follows. Then ask whether 58 can be compared with the 52 of another paper. It can't: they are values of two different losses.

# %% [markdown]
# ### Exercise 18.6 · Two terms
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# For one image a VAE has the reconstruction loss $-\mathbb E_q[\log p(x\mid z)] = 70$ nats, and $\mathrm{KL}(q(z\mid x)\,\|\,p(z)) = 13$ nats. What is the *negative* ELBO, in nats?

# %%
### BEGIN SOLUTION
answers["18.6"] = 83
### END SOLUTION

# %%
check(answers, "18.6")

# %% [markdown]
# ### Exercise 18.7 · With a β
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# For one image the reconstruction loss is 48 nats and the KL 14 nats. What is the loss of a β-VAE with $\beta = 4$?

# %%
### BEGIN SOLUTION
answers["18.7"] = 104
### END SOLUTION

# %%
check(answers, "18.7")

# %% [markdown]
# ### Exercise 18.8 · Still a bound?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A β-VAE with $\beta = 4$ has the loss 123 on an image, of which 59 nats are reconstruction, and the KL is 16 nats. What does this loss tell you about the model's $-\log p(x)$?
#
# - **a** No bound: $-\log p(x)$ may lie on either side of this number.
# - **b** A bound: $-\log p(x)$ is at most this, the negative ELBO.
# - **c** A bound: $-\log p(x)$ is at least this, for every encoder.
# - **d** A bound: $-\log p(x)$ is at most this, and it is not tight.

# %%
### BEGIN SOLUTION
answers["18.8"] = "d"
### END SOLUTION

# %%
check(answers, "18.8")

# %% [markdown]
# ### Exercise 18.9 · The gap
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# In a world where everything can be computed, an image has $\log p(x) = -69.5$ nats. An encoder reaches $\mathbb E_q[\log p(x\mid z)] = -67$ nats, with $\mathrm{KL}(q(z\mid x)\,\|\,p(z)) = 5$ nats. How large is $\mathrm{KL}(q(z\mid x)\,\|\,p(z\mid x))$, in nats?

# %%
### BEGIN SOLUTION
answers["18.9"] = 2.5
### END SOLUTION

# %%
check(answers, "18.9")

# %% [markdown]
# ### Exercise 18.10 · The missing line
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# The derivation of the ELBO, with $\mathbb E_q$ for the mean over $z\sim q(z\mid x)$. It begins with $\log p(x) = \log\int p(x, z)\,dz$, and one line is missing.
#
# 1. **?**
# 2. $\displaystyle = \log\,\mathbb E_q\Big[\frac{p(x, z)}{q(z\mid x)}\Big]$
# 3. $\displaystyle \ge \mathbb E_q\Big[\log\frac{p(x, z)}{q(z\mid x)}\Big]$
# 4. $\displaystyle = \mathbb E_q[\log p(x\mid z)] + \mathbb E_q\Big[\log\frac{p(z)}{q(z\mid x)}\Big]$
# 5. $\displaystyle = \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)$
#
# Which line stands at the question mark?
#
# - **a** $\displaystyle = \int q(z\mid x)\,\log\frac{p(x, z)}{q(z\mid x)}\,dz$
# - **b** $\displaystyle = \log\int q(z\mid x)\,\frac{p(x, z)}{q(z\mid x)}\,dz$
# - **c** $\displaystyle = \log\int q(z\mid x)\,p(x, z)\,dz$
# - **d** $\displaystyle = \log\int q(z\mid x)\,\frac{p(x)}{q(z\mid x)}\,dz$

# %%
### BEGIN SOLUTION
answers["18.10"] = "b"
### END SOLUTION

# %%
check(answers, "18.10")

# %% [markdown]
# ### Exercise 18.11 · In bits
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# On color images (three channels) of 28 × 28 pixels a model has the negative ELBO 980 nats for an image. Its pixels are whole numbers, so this bounds −log of a probability, not of a density. How many *bits per dimension* is that?

# %%
### BEGIN SOLUTION
answers["18.11"] = 0.6011
### END SOLUTION

# %%
check(answers, "18.11")

# %% [markdown]
# ### Exercise 18.12 · The ELBO, in code
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `log_px` (S, N) holds $\log p(x\mid z)$ of N images, each for S draws of $z\sim q(z\mid x)$; `kl` (N, K) holds the KL of each of K independent latents to the prior. Return the ELBO of each image, (N,), in nats.

# %%
def elbo_from_terms(log_px: Tensor, kl: Tensor) -> Tensor:
    """ELBO (N,) nats: log p(x|z) of S draws (S, N), and the KL of each latent (N, K)."""
    # 1. the mean over the draws
    # 2. minus the KL of all latents of the image
    ### BEGIN SOLUTION
    return log_px.mean(0) - kl.sum(1)
    ### END SOLUTION

# %%
elbo_from_terms = check(elbo_from_terms)

# %% [markdown] slide_type="slide" only="slides"
# ## The noise comes from outside, so gradients pass
#
# $$z = \mu + \sigma\odot\varepsilon, \qquad \sigma = e^{\frac12\log\sigma^2}, \qquad \varepsilon\sim\mathcal N(0, I)$$
#
# $$\mathrm{KL} = \tfrac12\sum_i\big(\mu_i^2 + \sigma_i^2 - 1 - \log\sigma_i^2\big)$$
#
# Where is the KL zero? What if σ goes to 0?

# %% [markdown] slide_type="notes"
# Ask for the slope of z in log sigma squared at the board: a half, times sigma, times epsilon. The KL is zero at mean 0
# and spread 1 and grows without limit as sigma goes to 0. What goes wrong in code: log sigma squared read as log sigma in
# one of two places.

# %% [markdown]
# ## 4 · Codes and noise

# %% [markdown]
# ### Exercise 18.13 · The KL of one latent
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# An encoder returns for one latent the mean 0.5 and the *variance* 0.36. How large is $\mathrm{KL}(q(z\mid x)\,\|\,\mathcal N(0, 1))$, in nats?

# %%
### BEGIN SOLUTION
answers["18.13"] = 0.3158
### END SOLUTION

# %%
check(answers, "18.13")

# %% [markdown]
# ### Exercise 18.14 · A draw by hand
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# An encoder returns $\mu = -0.4$ and $\log\sigma^2 = 2.2$ for one latent, and the noise drawn is $\varepsilon = 1.6$. What is the reparameterized sample $z$?

# %%
### BEGIN SOLUTION
answers["18.14"] = 4.4067
### END SOLUTION

# %%
check(answers, "18.14")

# %% [markdown]
# ### Exercise 18.15 · The slope of a draw
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# A latent is drawn as $z = \mu + e^{\frac12 \ell}\,\varepsilon$, where $\ell = \log\sigma^2$ is what the encoder returns. Now $\sigma = 0.2$ and $\varepsilon = 1.5$. What is $\partial z/\partial \ell$?

# %%
### BEGIN SOLUTION
answers["18.15"] = 0.15
### END SOLUTION

# %%
check(answers, "18.15")

# %% [markdown]
# ### Exercise 18.16 · Four lines
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Four lines of a VAE's step, with `mu` and `logvar` from the encoder and, where it occurs, `eps = torch.randn_like(mu)`. With which one does a gradient that is not zero reach the encoder?
#
# - **a** `z = Normal(mu, (logvar / 2).exp()).rsample()`
# - **b** `z = torch.normal(mu, (logvar / 2).exp())`
# - **c** `z = (mu + (logvar / 2).exp() * eps).round()`
# - **d** `z = mu.data + (logvar.data / 2).exp() * eps`

# %%
### BEGIN SOLUTION
answers["18.16"] = "a"
### END SOLUTION

# %%
check(answers, "18.16")

# %% [markdown]
# ### Exercise 18.17 · A draw, in code
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# An encoder returns `out` (N, 2K): the first K columns are $\mu$, the last K are $\log\sigma^2$. `eps` (N, K) is noise from $\mathcal N(0, I)$. Return the codes $z$ (N, K), so that gradients reach the encoder.

# %%
def code_from_noise(out: Tensor, eps: Tensor) -> Tensor:
    """z (N, K) from mu and log sigma² in out (N, 2K), and noise eps (N, K)."""
    # 1. take out apart
    # 2. scale the noise with sigma, and add it to mu
    ### BEGIN SOLUTION
    mu, logvar = out.chunk(2, dim=1)
    return mu + torch.exp(0.5 * logvar) * eps
    ### END SOLUTION

# %%
code_from_noise = check(code_from_noise)

# %% [markdown]
# ## 5 · The game

# %% [markdown] slide_type="slide" only="slides"
# ## Draw the game: who gets which label?

# %% slide_type="-"
show(diagram("gan"))

# %% [markdown] slide_type="notes"
# Draw it together: noise, generator, data, discriminator. Ask who gets which label in the step of D and in the step of G,
# and where the gradient of G comes from. What goes wrong: the fakes keep their graph in D's step, which costs time and
# leaves gradients in G.

# %% [markdown] slide_type="slide" only="slides"
# ## With the best judge, the game measures JS
#
# $$V(D, G) = \mathbb E[\log D(x)] + \mathbb E[\log(1 - D(G(z)))]$$
#
# $$D^* = \frac{p_\text{data}}{p_\text{data} + p_G} $$
#
# $$V(D^*, G) = -\log 4 + 2\,\mathrm{JS}(p_\text{data}, p_G)$$
#
# What is $V$ for a perfect generator? What if nothing overlaps?

# %% [markdown] slide_type="notes"
# The ends first: minus log 4, which is minus 1.386, and 0. Then the line in between: differentiate p log d plus q log of
# one minus d. Insist on the condition. The identity holds for the best judge only, and training never has that one.

# %% [markdown]
# ### Exercise 18.18 · The best answer
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# At a place $x$ the densities are $p_\text{data}(x) = 0.21$ and $p_G(x) = 0.02$. As many fakes as real points are shown. In this question $D(x)$ is the probability that $x$ is **real**. What does the best discriminator answer at $x$?

# %%
### BEGIN SOLUTION
answers["18.18"] = 0.913
### END SOLUTION

# %%
check(answers, "18.18")

# %% [markdown]
# ### Exercise 18.19 · The value of the game
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A discriminator says $D(x) = 0.9$ on every real image and $D(G(z)) = 0.4$ on every fake. What is $V(D, G) = \mathbb E[\log D(x)] + \mathbb E[\log(1 - D(G(z)))]$, in nats?

# %%
### BEGIN SOLUTION
answers["18.19"] = -0.6162
### END SOLUTION

# %%
check(answers, "18.19")

# %% [markdown]
# ### Exercise 18.20 · Value and JS
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A discriminator has been trained to its optimum against a frozen generator. Its value is $V(D^*, G) = -0.486$ nats. How large is $\mathrm{JS}(p_\text{data}, p_G)$, in nats?

# %%
### BEGIN SOLUTION
answers["18.20"] = 0.4501
### END SOLUTION

# %%
check(answers, "18.20")

# %% [markdown]
# ### Exercise 18.21 · The best judge, a line missing
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# A derivation of the best discriminator for a fixed generator, place by place. It begins with $V(D, G) = \int p_\text{data}\log D + p_G\log(1 - D)\,dx$, and one line is missing.
#
# 1. $\displaystyle f(d) = p_\text{data}\log d + p_G\log(1 - d)$
# 2. $\displaystyle f'(d) = \frac{p_\text{data}}{d} - \frac{p_G}{1 - d}$
# 3. **?**
# 4. $\displaystyle d = \frac{p_\text{data}}{p_\text{data} + p_G}$
#
# Which line stands at the question mark?
#
# - **a** $\displaystyle p_\text{data}\,(1 - d) = p_G\,d$
# - **b** $\displaystyle p_\text{data}\,d = p_G\,(1 - d)$
# - **c** $\displaystyle p_\text{data}\,(1 - d) = -\,p_G\,d$
# - **d** $\displaystyle p_\text{data}\,(1 - d) = p_G$

# %%
### BEGIN SOLUTION
answers["18.21"] = "a"
### END SOLUTION

# %%
check(answers, "18.21")

# %% [markdown]
# ### Exercise 18.22 · On the way to JS
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# A derivation of what the game is worth with the best discriminator. It begins with $V(D^*, G) = \int p_\text{data}\log D^* + p_G\log(1 - D^*)\,dx$, and one line is missing.
#
# 1. $\displaystyle = \int p_\text{data}\log\frac{p_\text{data}}{p_\text{data} + p_G} + p_G\log\frac{p_G}{p_\text{data} + p_G}\,dx$
# 2. **?**
# 3. $\displaystyle = -\log 4 + \mathrm{KL}(p_\text{data}\,\|\,m) + \mathrm{KL}(p_G\,\|\,m)$
# 4. $\displaystyle = -\log 4 + 2\,\mathrm{JS}(p_\text{data}, p_G)$
#
# Which line stands at the question mark?
#
# - **a** $\displaystyle = \int p_\text{data}\log\frac{p_\text{data}}{2m} + p_G\log\frac{p_G}{2m}\,dx,\quad m = \tfrac12(p_\text{data} + p_G)$
# - **b** $\displaystyle = \int p_\text{data}\log\frac{p_\text{data}}{m} + p_G\log\frac{p_G}{m}\,dx,\quad m = \tfrac12(p_\text{data} + p_G)$
# - **c** $\displaystyle = \int p_\text{data}\log\frac{p_G}{2m} + p_G\log\frac{p_\text{data}}{2m}\,dx,\quad m = \tfrac12(p_\text{data} + p_G)$
# - **d** $\displaystyle = \int p_\text{data}\log\frac{2m}{p_\text{data}} + p_G\log\frac{2m}{p_G}\,dx,\quad m = \tfrac12(p_\text{data} + p_G)$

# %%
### BEGIN SOLUTION
answers["18.22"] = "a"
### END SOLUTION

# %%
check(answers, "18.22")

# %% [markdown]
# ### Exercise 18.23 · The best judge, in code
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `log_p_data` and `log_p_g` (N,) are log-densities at N places, as a flow returns them; far out they reach −1000 and below. Return what the best discriminator answers there, P(real), (N,), where as many fakes as real points are shown.

# %%
def best_judge(log_p_data: Tensor, log_p_g: Tensor) -> Tensor:
    """P(real) (N,) of the best discriminator, from two log-densities (N,)."""
    # one line; exp(-1000) is 0 in float32
    ### BEGIN SOLUTION
    return torch.sigmoid(log_p_data - log_p_g)
    ### END SOLUTION

# %%
best_judge = check(best_judge)

# %% [markdown]
# ### Exercise 18.24 · Two losses, in code
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# `fake_logits` (N,) are the logits of $D$ on fakes, $D = \mathrm{sigmoid}(\text{logit})$ = P(real). Return two scalars: the generator's saturating loss and its non-saturating loss, each a mean over the fakes and lower where G does better. Logits of ±100 must not break them.

# %%
def both_generator_losses(fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    """(saturating, non-saturating) loss of the generator, two scalars, from logits (N,)."""
    # 1. mean log(1 − D)
    # 2. −mean log D
    ### BEGIN SOLUTION
    return -F.softplus(fake_logits).mean(), F.softplus(-fake_logits).mean()
    ### END SOLUTION

# %%
both_generator_losses = check(both_generator_losses)

# %% [markdown] slide_type="slide" only="slides"
# ## A log names the disease before a picture does
#
# | log | what one sees: what is its name? |
# |---|---|
# | 1 | D(x) near 1, D(G(z)) near 0, no gradient for G |
# | 2 | modes fall to 1, gradients stay |
# | 3 | D's loss stays at 1.386 |
# | 4 | gradient grows with the steps |
# | 5 | KL near 0, no unit in use |
# | 6 | test loss turns, training loss falls |

# %% [markdown] slide_type="fragment" only="slides"
# D too strong · mode collapse · a blind D · `zero_grad` forgotten · dead code · overfitting

# %% [markdown] slide_type="notes"
# Let the room name all six before you show the names, in the same order. Then ask for a remedy for each row, and what it would cost. What goes wrong: a remedy is named
# before the disease. The same D of one half may be a blind judge or a perfect generator, and only a fresh judge tells
# them apart.

# %% [markdown]
# ## 6 · Diagnosis
#
# Each log here is made up, and consistent: in a row of a GAN's log, the loss of $D$ is what its two means give.

# %% [markdown]
# ### Exercise 18.25 · How much harder
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# On all fakes a discriminator says $D(G(z)) = 0.25$. Compare the slopes of the generator's two losses, $\log(1 - D)$ and $-\log D$, in the logit of $D$. By which factor is the second, non-saturating one larger in size?

# %%
### BEGIN SOLUTION
answers["18.25"] = 3
### END SOLUTION

# %%
check(answers, "18.25")

# %% [markdown]
# ### Exercise 18.26 · The log of a GAN
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# A GAN is trained on images of eight kinds, with D = P(real). $\lVert\nabla G\rVert$ is the size of the gradient that reaches the generator. The last column counts how many of the eight kinds, its modes, the generator draws.
#
# | step | D's loss | mean D(x) | mean D(G(z)) | ‖∇G‖ | modes of 8 |
# | ---|---|---|---|---|--- |
# | 200 | 1.97 | 0.491 | 0.716 | 11 | 2 |
# | 1000 | 1.934 | 0.262 | 0.448 | 44 | 3 |
# | 3000 | 0.6 | 0.786 | 0.302 | 170 | 2 |
# | 6000 | 1.694 | 0.512 | 0.641 | 320 | 3 |
# | 10000 | 0.743 | 0.817 | 0.418 | 430 | 3 |
#
# What does the log say?
#
# - **a** The generator draws one or two kinds of images only.
# - **b** D never learned: it says the same of data and fakes.
# - **c** No fault: G catches up with D, and finds the modes.
# - **d** Gradients are never set to zero, so they pile up.

# %%
### BEGIN SOLUTION
answers["18.26"] = "d"
### END SOLUTION

# %%
check(answers, "18.26")

# %% [markdown]
# ### Exercise 18.27 · The log of a VAE
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# A VAE with 16 latents, in nats for an image. The loss is what its step minimizes; units in use are latents whose mean changes from image to image.
#
# | epoch | reconstruction | KL | loss, train | loss, test | units in use |
# | ---|---|---|---|---|--- |
# | 1 | 187.5 | 31.04 | 218.5 | 224.1 | 12 |
# | 5 | 406.8 | 163.87 | 570.7 | 583.4 | 4 |
# | 10 | 261.3 | 76.09 | 337.4 | 345.7 | 9 |
# | 20 | 953.8 | 467.43 | 1421.2 | 1455.9 | 2 |
# | 40 | 3061.6 | 2128.67 | 5190.3 | 5277.6 | 5 |
#
# What does the log say?
#
# - **a** The KL is missing from the loss that is minimized.
# - **b** The steps are too large: the loss jumps, and climbs.
# - **c** The code has died: q is the prior, and nothing is coded.
# - **d** It overfits: the loss on test images rises again.

# %%
### BEGIN SOLUTION
answers["18.27"] = "b"
### END SOLUTION

# %%
check(answers, "18.27")

# %% [markdown]
# ### Exercise 18.28 · A remedy
# Difficulty ●●○ · importance ●●● · 2 minutes
#
# A WGAN's critic has slopes far above 1, and its loss runs away. Which remedy would you try first?
#
# - **a** Stop at the best epoch, or train on more images.
# - **b** Show D a whole batch at once, and its spread with it.
# - **c** Penalize gradients in x, at points between data and fakes.
# - **d** Begin with a small β, and raise it to 1 step by step.

# %%
### BEGIN SOLUTION
answers["18.28"] = "c"
### END SOLUTION

# %%
check(answers, "18.28")

# %% [markdown]
# ## 7 · Asked for by label

# %% [markdown]
# ### Exercise 18.29 · Who is told?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# A GAN for clothing should draw what is asked for: shirt, trousers, coat, dress, bag. `x, y` are real images and their labels, `z` is noise, `y_fake` are labels drawn for the fakes. What does the discriminator judge in one of its steps?
#
# - **a** `D(x, y)` and `D(G(z, y_fake), y_fake)`
# - **b** `D(x)` and `D(G(z, y_fake))`, no label
# - **c** `D(x, y_fake)` and `D(G(z, y_fake), y_fake)`
# - **d** `D(x, y)` and `D(G(z), y_fake)`

# %%
### BEGIN SOLUTION
answers["18.29"] = "a"
### END SOLUTION

# %%
check(answers, "18.29")

# %% [markdown]
# ### Exercise 18.30 · How many inputs?
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# Images of clothing are in color (three channels), 28 × 28 pixels, with 4 kinds in all. The noise has 64 numbers. The generator gets the label as a *one-hot row* beside the noise. How many inputs does its first linear layer have?

# %%
### BEGIN SOLUTION
answers["18.30"] = 68
### END SOLUTION

# %%
check(answers, "18.30")

# %% [markdown]
# ### Exercise 18.31 · A judge who is told
# Difficulty ●●○ · importance ●●● · 4 minutes
#
# As many fakes as real images are shown; half of each are coats, half bags. At one image $x$, the densities given coats are $p_\text{data}(x\mid\text{coats}) = 0.6$ and $p_G(x\mid\text{coats}) = 0.1$; given bags, data have 0 there and fakes 0.5. What does the best $D(x, y)$ = P(real) say of this $x$ with the label coats?

# %%
### BEGIN SOLUTION
answers["18.31"] = 0.8571
### END SOLUTION

# %%
check(answers, "18.31")

# %% [markdown]
# ### Exercise 18.32 · Clothing, by shapes
# Difficulty ●●● · importance ●●● · 10 minutes
#
# Write a generator of clothing that can be asked for a kind. `clothing_generator(latents, kinds)` returns a network that is called as `net(z, y)`, with noise `z` (N, latents) and labels `y` (N,), whole numbers from 0 to kinds − 1. It gives images (N, 1, 28, 28) with pixels in [0, 1]. Any layers will do; the check runs your network and looks at shapes, at the range of the pixels, and whether it listens to both.

# %%
def clothing_generator(latents: int, kinds: int) -> nn.Module:
    """A network G(z, y): noise (N, latents), labels (N,) -> images (N, 1, 28, 28) in [0, 1]."""
    # 1. a class with `__init__` and `forward(self, z, y)`, inside this function
    # 2. the label as a row of numbers beside z
    # 3. layers, an end that keeps pixels in [0, 1], and the shape
    ### BEGIN SOLUTION
    class Clothing(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(latents + kinds, 128), nn.ReLU(),
                                        nn.Linear(128, 784), nn.Sigmoid())

        def forward(self, z: Tensor, y: Tensor) -> Tensor:
            told = torch.cat([z, F.one_hot(y, kinds).float()], dim=1)  # (N, latents + kinds)
            return self.layers(told).view(-1, 1, 28, 28)

    return Clothing()
    ### END SOLUTION

# %%
clothing_generator = check(clothing_generator)

# %% [markdown] slide_type="slide" only="slides"
# ## Draw it: where does the label enter?

# %% slide_type="-"
show(diagram("conditional_gan"))

# %% [markdown] slide_type="notes"
# Give the room one minute to draw where the label enters, then show the diagram. Ask what each network would do if the
# label's arrow to it were missing. Without the one to D, G may ignore its own; without the one to G, it can only guess.

# %% [markdown] slide_type="slide" only="slides"
# ## Both networks are told, and fakes keep their own label
#
# $$\min_G\max_D\;\mathbb E[\log D(x, y)] + \mathbb E[\log(1 - D(G(z, y), y))]$$
#
# - G: a one-hot row beside the noise
# - D: a plane for each kind beside the image
#
# What does G do if D is not told?

# %% [markdown] slide_type="notes"
# Shirts, trousers, shoes: ask where the label enters in each network and how many inputs the first layer gets. If D isn't
# told, G may ignore its label, since a good shoe passes for a shirt. One gain: images on request. One drawback: every
# image needs a label, and rare kinds stay poor.

# %% [markdown] slide_type="slide" only="slides"
# ## Write the shapes down first, then the layers
#
# - convolution, kernel 3, stride 2, padding 1: 28 → 14 → 7
# - transposed: $(\text{side} - 1)\cdot\text{stride} - 2\cdot\text{padding} + \text{kernel}$
# - a walk from a 1 to a 9: $(1 - t)\,z_1 + t\,z_9$
#
# With the KL the walk is smooth. Is each image on it a digit?

# %% [markdown] slide_type="notes"
# Do the sizes at the board, with kernel 4, stride 2 and padding 1: 7 becomes 14. Then the walk. With the KL, neighboring
# codes decode to similar images; halfway stands something that is neither digit. Smooth is not the same as real, and
# without the KL nothing at all is promised.

# %% [markdown]
# ## 8 · From formulas to code

# %% [markdown]
# ### Exercise 18.33 · One layer up
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# A generator has feature maps of 8 × 8. They go through `nn.ConvTranspose2d(64, 32, kernel_size=2, stride=2, padding=0)`. What is the side of the maps that come out?

# %%
### BEGIN SOLUTION
answers["18.33"] = 16
### END SOLUTION

# %%
check(answers, "18.33")

# %% [markdown]
# ### Exercise 18.34 · Two layers down
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# An encoder takes gray images of 32 × 32. Its two convolutions have kernel 3, stride 2 and padding 1, with 12 and then 24 output channels; then come `nn.Flatten()` and a linear layer. How many inputs does the linear layer have?

# %%
### BEGIN SOLUTION
answers["18.34"] = 1536
### END SOLUTION

# %%
check(answers, "18.34")

# %% [markdown]
# ### Exercise 18.35 · An encoder, by shapes
# Difficulty ●●● · importance ●●○ · 8 minutes
#
# Write the encoder of a VAE for gray images of 32 × 32: `small_encoder(latents)` returns a network from images (N, 1, 32, 32) to one row for each image, (N, 2 · latents), the means and the log-variances. It has at least one convolution, and its last layer must let any number out.

# %%
def small_encoder(latents: int) -> nn.Module:
    """A network from images (N, 1, 32, 32) to mu and log sigma², (N, 2 · latents)."""
    # 1. convolutions that halve the side: write their shapes down first
    # 2. a row for each image, and a linear layer
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(),   # (N, 16, 16, 16)
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),  # (N, 32, 8, 8)
        nn.Flatten(), nn.Linear(32 * 8 * 8, 2 * latents),      # (N, 2 · latents)
    )
    ### END SOLUTION

# %%
small_encoder = check(small_encoder)

# %% [markdown]
# ### Exercise 18.36 · On the way
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# The code of a 1 is $(−1.2, −1.2)$, that of a 9 is $(−0.8, −0.8)$. You walk on a straight line from the 1 to the 9. What is the *first* number of the code at $t = 0.75$, where $t = 0$ is the 1?

# %%
### BEGIN SOLUTION
answers["18.36"] = -0.9
### END SOLUTION

# %%
check(answers, "18.36")

# %% [markdown]
# ### Exercise 18.37 · From a 1 to a 9
# Difficulty ●●○ · importance ●●○ · 3 minutes
#
# A VAE with 16 latents was trained with the KL and the noise *left out*, which makes it a plain autoencoder. You decode eight points on the straight line between the codes of a 1 and a 9. What may you expect of the eight images, from the loss it was trained with?
#
# - **a** All are clear digits, first 1s and from the middle 9s.
# - **b** All are much the same image, whatever the code.
# - **c** Each is the 1 and the 9 overlaid, as in a slow fade.
# - **d** Nothing is promised for codes that lie in between.

# %%
### BEGIN SOLUTION
answers["18.37"] = "d"
### END SOLUTION

# %%
check(answers, "18.37")

# %% [markdown]
# ## Your report
#
# Run this cell when you are done. It says by objective what is right, and which section of the course to read again. A timed sitting ends with it.

# %%
report("18")

# %% [markdown]
# ### Where the course shows it
#
# | questions | notebook and section |
# |---|---|
# | 18.1 | [01 · 7 · Four words, two tables](01_generative_discriminative.ipynb#7-·-Four-words,-two-tables) |
# | 18.2 | [01 · Exercise 1.3 · From likelihoods to p(y\|x)](01_generative_discriminative.ipynb#Exercise-1.3-·-From-likelihoods-to-p%28y%7Cx%29) |
# | 18.3 | [02 · Exercise 2.1 · Reconstruction error](02_autoencoders.ipynb#Exercise-2.1-·-Reconstruction-error) |
# | 18.4 | [02 · 8 · And now make a new digit](02_autoencoders.ipynb#8-·-And-now-make-a-new-digit) |
# | 18.5 | [02 · Exercise 2.10 · Too small, too large](02_autoencoders.ipynb#Exercise-2.10-·-Too-small,-too-large) |
# | 18.6, 18.7 | [03 · Exercise 3.7 · By hand](03_vae_elbo.ipynb#Exercise-3.7-·-By-hand) |
# | 18.8 | [03 · 8 · What β trades](03_vae_elbo.ipynb#8-·-What-β-trades) |
# | 18.9 | [03 · Exercise 3.2b · The gap, in order](03_vae_elbo.ipynb#Exercise-3.2b-·-The-gap,-in-order) |
# | 18.10 | [03 · Exercise 3.2a · Five lines in order](03_vae_elbo.ipynb#Exercise-3.2a-·-Five-lines-in-order) |
# | 18.11 | [13 · Exercise 13.8 · Bits per dimension](13_normalizing_flows.ipynb#Exercise-13.8-·-Bits-per-dimension) |
# | 18.12 | [03 · Exercise 3.1 · The bound](03_vae_elbo.ipynb#Exercise-3.1-·-The-bound) |
# | 18.13 | [04 · Exercise 4.9 · The Gaussian KL](04_kl_worksheet.ipynb#Exercise-4.9-·-The-Gaussian-KL) |
# | 18.14 | [05 · 2 · Move the randomness out of the way](05_reparameterization.ipynb#2-·-Move-the-randomness-out-of-the-way) |
# | 18.15 | [05 · Exercise 5.2 · Reparameterize](05_reparameterization.ipynb#Exercise-5.2-·-Reparameterize) |
# | 18.16 | [05 · Exercise 5.1 · Where it gets lost](05_reparameterization.ipynb#Exercise-5.1-·-Where-it-gets-lost) |
# | 18.17 | [05 · Exercise 5.2 · Reparameterize](05_reparameterization.ipynb#Exercise-5.2-·-Reparameterize) |
# | 18.18 | [07 · Exercise 7.1 · The optimal discriminator](07_optimal_discriminator.ipynb#Exercise-7.1-·-The-optimal-discriminator) |
# | 18.19 | [06 · 2 · The game](06_gan_minimax.ipynb#2-·-The-game) |
# | 18.20 | [07 · Exercise 7.7 · Two ends of a line](07_optimal_discriminator.ipynb#Exercise-7.7-·-Two-ends-of-a-line) |
# | 18.21 | [07 · Where the formula comes from](07_optimal_discriminator.ipynb#Where-the-formula-comes-from) |
# | 18.22 | [07 · Exercise 7.6 · Derive the identity](07_optimal_discriminator.ipynb#Exercise-7.6-·-Derive-the-identity) |
# | 18.23 | [07 · Exercise 7.1 · The optimal discriminator](07_optimal_discriminator.ipynb#Exercise-7.1-·-The-optimal-discriminator) |
# | 18.24 | [06 · 3 · Two losses for the generator](06_gan_minimax.ipynb#3-·-Two-losses-for-the-generator) |
# | 18.25 | [06 · Exercise 6.6 · How much harder](06_gan_minimax.ipynb#Exercise-6.6-·-How-much-harder) |
# | 18.26, 18.27 | [02 · When it doesn't learn](02_autoencoders.ipynb#When-it-doesn't-learn) |
# | 18.28 | [11 · Exercise 11.8 · The gradient penalty](11_gans_that_train.ipynb#Exercise-11.8-·-The-gradient-penalty) |
# | 18.29 | [10 · 4 · A conditional GAN: who is told?](10_conditional_models.ipynb#4-·-A-conditional-GAN:-who-is-told?) |
# | 18.30 | [10 · 2 · A label as numbers](10_conditional_models.ipynb#2-·-A-label-as-numbers) |
# | 18.31 | [10 · Exercise 10.7 · The best D](10_conditional_models.ipynb#Exercise-10.7-·-The-best-D) |
# | 18.32 | [10 · 2 · A label as numbers](10_conditional_models.ipynb#2-·-A-label-as-numbers) |
# | 18.33, 18.34 | [06 · Exercise 6.11 · A generator, by its shapes](06_gan_minimax.ipynb#Exercise-6.11-·-A-generator,-by-its-shapes) |
# | 18.35 | [09 · 1 · Right almost always](09_debiasing.ipynb#1-·-Right-almost-always) |
# | 18.36 | [08 · Exercise 8.9 · Straight](08_latent_perturbation.ipynb#Exercise-8.9-·-Straight) |
# | 18.37 | [03 · 9 · The way from 1 to 9](03_vae_elbo.ipynb#9-·-The-way-from-1-to-9) |

# %% [markdown]
# ## After the exam: two questions for the scoreboard
#
# The page *Scoreboard* of the course's site compares all generators of the course after the same training time. The next cell reads its table into `board`, where `board.spread(model, 60, "sampling")` gives the median, the lowest and the highest of a model's processor seconds for 1,000 samples, and `"frechet"` in its place the Fréchet distance. These two questions have no points. Type your answers, then run the cell below them: it computes the right ones from the table.
#
# 1. **A file.** The VAE of the scoreboard was trained for 60 seconds, and its −ELBO of a binarized test digit is printed below in *bits per pixel*. Images have 28 × 28 pixels. How many bits does a file need for each image, by this number, and how many nats is the −ELBO of an image?
# 2. **A phone.** A model may train for 60 seconds, and then has to draw 1,000 digits in a tenth of a processor second at most. Of the models that are quick enough in every seed, which has the lowest median Fréchet distance? Give its name as it stands in the list.

# %%
board = scoreboard("digits")
per_pixel = board.spread("vae", 60, "bits")
print(f"VAE after 60 s: {per_pixel.median:.4f} bits per pixel")
print("models:", ", ".join(board.models))

# %%
mine = {"bits": None, "nats": None, "model": ""}  # your answers: two numbers, and a name

# %%
bits = 784 * per_pixel.median
ranking = board.order(60, "frechet")  # the lowest median first
quick = [model for model in ranking if board.spread(model, 60, "sampling").high <= 0.1]
truth = {"bits": bits, "nats": bits * math.log(2), "model": quick[0]}
for name, right in truth.items():
    close = mine[name] == right if name == "model" else mine[name] is not None and abs(mine[name] / right - 1) < 0.01
    verdict = "no answer" if not mine[name] else "right" if close else "not right"
    print(f"{name:5s} {verdict}: {right if name == 'model' else format(right, '.1f')}")

# %% [markdown]
# Notebook 03 printed a −ELBO in nats, notebook 17 the size of a file in bits, and the scoreboard bits per pixel. Are they one number? Notebook 17 wrote binarized digits into a real file, by bits back with a VAE, and compared its size with that VAE's −ELBO:

# %%
for method in ("bits back", "-ELBO"):
    sizes = [float(row["bits"]) for row in measured("uses_compressing", source="drawn", method=method)]
    print(f"17, {method:9s}: {min(sizes):.0f} to {max(sizes):.0f} bits for each image, seeds: {len(sizes)}")
each = board.values("vae", 60, "bits")
print(f"scoreboard, VAE : {784 * min(each):.0f} to {784 * max(each):.0f} bits for each image, seeds: {len(each)}")

# %% [markdown]
# They are one quantity in three units: nats per image, bits per image, bits per pixel. For one VAE, file and −ELBO agree. Between notebooks the numbers differ, since the VAEs trained for different times and were measured on different test digits. Also, 17 and the scoreboard measure black-or-white pixels, and 03 measures gray ones.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Ask what stands behind the bar.
# - ELBO: reconstruction minus KL. One inequality, and the gap is a KL.
# - The best judge is a share of densities. JS holds for that one alone.
# - Name the disease, then the remedy.
# - Labels go to both networks.

# %% [markdown] slide_type="notes"
# Go back to the four generators of the beginning: B is the one to hand in. Ask each person for the one question they could not have answered, and read its section together: the table at the end of the notebook says where. Then let them sit twelve questions with the clock.

# %%
progress("18")

# %% [markdown]
# **Next:** sit it again with another `draw`, or go back to what the report names. Then take a model of your own, and judge it with notebook 12.
