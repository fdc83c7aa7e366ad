# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Closing of the course
#   minutes: 45
#   picture: four_families
# ---

# %% [markdown] slide_type="slide"
# # What holds across all of them
#
# Five families, one distribution to learn. What can each of them do, and what does it give up?

# %% [markdown] slide_type="notes"
# Forty-five minutes for the last lecture. Put the three answers of the first one back on the board: how would you know that a machine has understood anything? Ask what the room would cross out now. Say that nothing new comes today; what comes is what sixteen notebooks have in common. What goes wrong: it turns into a list of topics. Ask before each slide what they expect on it, and let them be right.

# %%
import torch
from PIL import Image

from course_utils import diagram, plots, show
from course_utils.data.measured import FOLDER, measured

plots.use_style()
picture = Image.open(FOLDER / "samples_digits.png")  # benchmarks/samples_of_all.py made it
pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float() / 255
images = pixels.reshape(-1, 28, 12, 28).permute(0, 2, 1, 3)[:, :, None]  # (R, 12, 1, 28, 28)
digits = dict(zip(picture.text["rows"].split(","), images, strict=True))

# %% slide_type="slide"
show(plots.image_rows({name: digits[name] for name in ("Gaussian", "autoencoder", "VAE", "flow", "GAN", "diffusion", "real")}, title="By now you can name the fault of each row, and its reason"),
     alt="Seven rows of twelve digits: one Gaussian of all pixels, clouds; an autoencoder with random codes, gray smears; a VAE, soft; a flow on an autoencoder's codes, readable; a GAN, crisp and in places broken; diffusion, crisp; real digits")

# %% [markdown] slide_type="notes"
# The quiz of the first lecture with its names. Go down the rows and ask for reasons: pairs of pixels aren't enough; nobody taught the codes where to lie; gray is the best answer under a likelihood; a flow is as sharp as its decoder; a judge sees gray, and nobody counts what is left out. Ask what is left to find in the diffusion row. What goes wrong: faults are listed without the loss that explains them.

# %% [markdown] slide_type="slide"
# ## The map again: what does each branch give up?

# %% slide_type="-"
show(diagram("family"))

# %% [markdown] slide_type="notes"
# Let the room build it: ask for each branch before you press the key, what it knows about p(x), and what it has to give up for that. Flows: no layer that loses anything, so no bottleneck. VAE and diffusion: a bound, whose gap nobody sees from inside. GAN: no number at all. What goes wrong: autoregressive models are missed. They belong to the first branch, one word at a time, exact and slow: language models.

# %% [markdown] slide_type="slide"
# ## Each model gives something up
#
# | model | sample | density | encode | condition | it gives up |
# |---|---|---|---|---|---|
# | autoencoder | no | no | yes | – | new images |
# | VAE | 1 pass | bound | a cloud | yes | sharp images |
# | GAN | 1 pass | no | no | yes | any score |
# | flow | 1 pass | exact | exact | yes | a bottleneck |
# | diffusion | 10 to 1,000 | bound | by ODE | yes | speed |

# %% [markdown] slide_type="notes"
# This is the table that the first lecture promised. Read it column by column, and let the room give the reasons: who can sample, who knows a density, who finds a code, who can be told what to draw. Ask for the cell that surprises: diffusion can encode, since its ODE runs both ways; a GAN can't without a third network. What goes wrong: the last column is skipped. A method is chosen by what one can afford.

# %% slide_type="slide"
names = {"VAE": ("1", "bound", "cloud"), "GAN": ("1", "none", "none"), "flow": ("1", "exact", "exact"), "diffusion": ("10", "bound", "by ODE")}
fig = plots.score_table(names, ["passes", "log p(x)", "code"], {name: digits[name][:6] for name in names}, {("diffusion", "passes"), ("GAN", "log p(x)"), ("flow", "log p(x)")},
                        title="An exact density doesn't make the best picture")
show(fig, alt="Six digits each of a VAE, a GAN, a flow on codes and a diffusion model, with passes per sample (1, 1, 1, 10), log-density (a bound, none, exact, a bound) and code (a cloud, none, exact, by the ODE)")

# %% [markdown] slide_type="notes"
# The same in pictures, from the models of this course. Ask whether the row with the exact density looks best: it doesn't, and its density is that of the codes, not of the images. Then the price of the last row: ten passes where the others take one. What goes wrong: the rows are compared as if they had the same training. The diffusion model had five minutes, the others about twenty seconds.

# %% [markdown] slide_type="slide"
# ## Nearly every loss is a bound, so ask how tight it is
#
# | model | what is optimized | the gap |
# |---|---|---|
# | VAE | $\log p(x) \ge \text{ELBO}$ | $\mathrm{KL}\big(q(z\mid x)\,\|\,p(z\mid x)\big)$ |
# | diffusion | the same, with $T$ layers of codes | a KL for each step |
# | GAN | $V(D, G) \le -\log 4 + 2\,\mathrm{JS}$ | how far $D$ is from $D^*$ |
# | flow | $\log p(x)$ itself | none; on codes: the decoder's |

# %% [markdown] slide_type="notes"
# Let somebody say each gap in words. A VAE's: how far the encoder's cloud is from the true posterior. A GAN's: how far this judge is from the best one. Ask in which direction each bound helps: the ELBO never flatters a model; the value of a GAN flatters the generator, since a weak judge makes it look better. What goes wrong: a bound that rises is read as a likelihood that rises.

# %% [markdown] slide_type="slide"
# ## A KL decides which mistakes cost much

# %% slide_type="-"
show(diagram("divergence"))

# %% [markdown] slide_type="notes"
# Build it, and hang the models on it: maximum likelihood averages over the data, so it covers everything and blurs; averaging over the model keeps to what is surely real and leaves the rest out. Ask where a GAN stands: JS averages over both, and in practice it leaves out. Ask which mistake the room's own field can bear. What goes wrong: mode collapse and blur are treated as accidents of training. They are two answers to one choice.

# %% [markdown] slide_type="slide"
# ## One trick carries gradients through chance

# %% slide_type="-"
show(diagram("reparameterization"))

# %% [markdown] slide_type="notes"
# Build both halves. Draw the noise outside, and compute with it: that is the VAE's code, the GAN's generator, each step of a diffusion model and the style network. Ask what to do where it can't work, with a choice between three words: weigh the score, or relax the choice, notebook 05. What goes wrong: people remember a formula for Gaussians. The idea is that randomness is an input, and then everything else is a function.

# %% slide_type="slide"
settings = {"equal rates": (plots.HOUSE, "-"), "G 20 times as fast": (plots.ACCENT, "--"), "and D 10 times": (plots.SERIES[3], "-.")}
fig, (ax,) = plots.canvas(width=9, height=4)
for setting, (color, style) in settings.items():
    for seed in range(8):
        rows = measured("gan_ring", setting=setting, seed=seed)
        ax.plot([int(row["step"]) for row in rows], [int(row["modes"]) + 0.03 * (seed - 4) for row in rows], color=color, ls=style, lw=1.4, alpha=0.8, label=setting if seed == 0 else None)
ax.set(xlabel="step", ylabel="modes covered, of eight", ylim=(-0.4, 8.4), yticks=range(0, 9, 2))
ax.legend(loc="center right")
plots.set_title(ax, "Eight of eight seeds collapse; a faster judge repairs them")
show(fig, alt="Modes covered over steps, eight seeds each. With equal rates, and with a fast G and a fast D, nearly all runs cover seven or eight of eight; with the fast G alone all stay at two or fewer")

# %% [markdown] slide_type="notes"
# Notebook 06, and no loss said it: those of the orange runs were nearest to log 4, the best that they can look. Ask for the same in other families: the β of a VAE that isn't reported, a bound that rises while samples get worse, a guided model that fits its label and loses its variety. What goes wrong: "look at samples" is taken for the remedy. Count something, and compare it with real data.

# %% slide_type="slide"
guided = {w: measured("diffusion_guidance", w=w) for w in dict.fromkeys(row["w"] for row in measured("diffusion_guidance"))}
fig, axes = plots.canvas(width=11, height=3.6, cols=3)
for ax, (key, name) in zip(axes, {"fidelity": "fidelity", "spread": "spread within a class", "frechet": "Fréchet distance"}.items(), strict=True):
    values = [[float(row[key]) for row in rows] for rows in guided.values()]
    for place, three in enumerate(values):
        ax.plot([place] * len(three), three, "o", color=plots.ACCENT, alpha=0.7)
    ax.plot([sum(three) / len(three) for three in values], color=plots.HOUSE)
    ax.set_xticks(range(len(guided)), list(guided))
    ax.set(xlabel="guidance w", ylabel=name)
axes[2].set(yscale="log", yticks=[10, 30, 100, 300], yticklabels=["10", "30", "100", "300"])
axes[2].minorticks_off()
plots.set_finding(fig, "Guidance trades variety for fidelity")
show(fig, alt="Three panels over the strength of guidance, three seeds each. How often label and drawing agree rises to nearly 1 at w = 0.5; the spread within a class falls; the Fréchet distance falls a little up to w = 0.25, and then rises steeply, on a log scale")

# %% [markdown] slide_type="notes"
# Notebook 14, three seeds; fidelity: how often the digit is the one asked for. A little guidance repairs labels and improves the distance to real digits; from w = 0.5 on variety goes, and the distance grows many times over. Ask for the other dials of the course: β, the truncation of a style generator, temperature, the weight of a cycle. Each trades variety for quality. What goes wrong: a setting is chosen with one of the two numbers. Report both, or the curve.

# %% slide_type="slide"
betas = [1, 4, 8, 16, 32, 100]
fig, (left, right) = plots.canvas(width=10.5, height=4, cols=2)
for ax, key, what, name in ((left, "moves_smile", "azimuth", "smile, moved by the head's latent"), (right, "kept", "smile", "smile, read from decoded pictures (R²)")):
    for seed, (color, style) in enumerate(zip(plots.SERIES, ("-", "--", "-."), strict=False)):
        rows = [measured("beta_vae_faces", beta=beta, start="scratch", seed=seed, factor=what)[0] for beta in betas]
        ax.plot([float(row[key]) for row in rows], color=color, ls=style, marker="o", label=f"seed {seed}")
    ax.set_xticks(range(len(betas)), betas)
    ax.set(xlabel="β", ylabel=name, ylim=(0, None))
left.legend()
plots.set_finding(fig, "Three seeds tell three stories; the smile fades in all")
show(fig, alt="Over beta, three seeds. Left, how far the head's latent moves the smile: up and down, with seeds far apart at 32. Right, how much of the smile is left in the pictures: it falls from nearly 1 to a third in all seeds")

# %% [markdown] slide_type="notes"
# Notebook 08. Look at the left panel only, and choose a seed with the room: each of the three tells another story about "the smile stays". Then the right panel, where all seeds agree: what does not stay is the smile itself. Ask how many claims about codes they have seen with one seed and one panel. What goes wrong: seeds are averaged at once. Look at them first; a mean hides that one run differs in kind.

# %% slide_type="slide"
arms = [("plain", "none"), ("random", "0.001"), ("latents", "0.001"), ("groups", "none")]
def gap(setting: str, arm: str, alpha: str, seed: int) -> float:
    """Highest minus lowest recall of the eight groups."""
    rows = measured("debiasing", setting=setting, arm=arm, alpha=alpha, seed=seed)
    recalls = [int(row["found"]) / int(row["faces"]) for row in rows]
    return max(recalls) - min(recalls)

fig, axes = plots.canvas(width=10.5, height=3.6, cols=2)
for ax, (setting, name) in zip(axes, {"only skin, pose and light vary": "a small world", "everything varies": "a larger one"}.items(), strict=True):
    for place, (arm, alpha) in enumerate(arms):
        values = [gap(setting, arm, alpha, seed) for seed in range(5)]
        ax.plot(values, [place] * 5, "o", color=plots.ACCENT if arm == "latents" else plots.HOUSE, alpha=0.7)
    ax.set(xlim=(-0.03, 1.03), ylim=(3.6, -0.6), xlabel="gap in recall, one dot a seed")
    ax.set_yticks(range(4), [arm for arm, _ in arms])
    ax.set_title(name, fontsize=13)
plots.set_finding(fig, "Latent weights work in a small world, hardly in a larger")
show(fig, alt="Gap in recall of four arms, one dot a seed, in two worlds. In the small one the latents' gap is near 0, plain and random are at a half; in the larger one plain and random are near 1, the latents little below, the true groups at about 0.4")

# %% [markdown] slide_type="notes"
# Notebook 09. Left, a success: weights from a code without labels nearly close the gap, and the same weights dealt out at random don't, so the aim is what helps. Right, the same method where faces differ in much else. Ask which of the two panels a paper would have shown in good faith. What goes wrong: the lesson is taken for one about faces. Ask of every method what it was compared with, and in which world.

# %% [markdown] slide_type="slide"
# ## Good, complete, new: three questions outlive every model

# %% slide_type="-"
show(diagram("judging"))

# %% [markdown] slide_type="notes"
# Build it once more and ask for the cheat at each box: choose the clear half, hand out ten images, copy the training set. Each beats one number, none beats three. Say that the features decide what can be seen, and that all of it is estimated, so a number comes with its sample size. What goes wrong: with large models nobody can search the training set any more, and "new" is quietly dropped. Ask who could.

# %% [markdown] slide_type="slide"
# ## Which one would you take?
#
# 1. A thousand rare road scenes an hour, on a laptop.
# 2. A number for how strange a sensor's reading is.
# 3. The best image for a sentence, and a minute to wait.
# 4. Ten numbers of a face that a person can edit.

# %% [markdown] slide_type="fragment"
# **A GAN** · **a flow**, and look at both tails · **diffusion** with guidance, on codes · **a VAE**, and labels to name the numbers

# %% [markdown] slide_type="notes"
# Let groups decide, one minute a line, with a reason from the table, before you press the key. There is no single right answer: a VAE does for the first, too, if blur is no harm. For the second, warn that likely is not typical: dark and plain readings can be likelier than common ones. What goes wrong: "diffusion" is the answer to all four. Ask what it costs in the first, and what it says in the second.

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Say what a model knows about $p(x)$, and you know what it can be asked.
# - Read the loss: blur, collapse and forgetting are answers to it.
# - No loss says how good samples are. Ask whether they are good, complete and new.
# - A finding has a control, several seeds, and another world in which it was tried.
# - Write the twenty lines yourself once. Then use the library.

# %% [markdown] slide_type="notes"
# Read one line, stop, and let somebody name the notebook and the figure in which they saw it. Then go back to the three answers of the first lecture: which of them would find a model that copies, one that forgets, one that only looks sharp? Ask everybody to write down the one number they will ask for from now on. What goes wrong: the last minutes go to organization. Do that first next time.

# %% [markdown] slide_type="slide"
# ## Where to read on
#
# | for | read |
# |---|---|
# | the whole field in one book | Prince, *Understanding Deep Learning*; Murphy, *Probabilistic Machine Learning: Advanced Topics* |
# | VAEs | Kingma and Welling, *An Introduction to Variational Autoencoders*, 2019 |
# | flows | Papamakarios et al., *Normalizing Flows for Probabilistic Modeling and Inference*, 2021 |
# | diffusion | Ho et al., 2020; Song et al., 2021; Lipman et al., 2023 |
# | GANs | Goodfellow, *NIPS 2016 Tutorial*; Karras et al., 2019 |

# %% [markdown] slide_type="notes"
# Both books are free to read on their authors' sites. Say which one paper you would read next and why; mine would be Song and others, since it makes one family of what looked like two. Ask for a project: take twelve samples of any model you can run, and give all three numbers of notebook 12. What goes wrong: people start with this month's paper. The ones on this slide explain its words. Thank them, and end on time.
