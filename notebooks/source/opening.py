# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: Opening of the course
#   minutes: 45
#   picture: samples_of_all
# ---

# %% [markdown] slide_type="slide"
# # Deep generative models
#
# How do you teach a machine to make what nobody has made before, and how would you know that it has understood anything?

# %% [markdown] slide_type="notes"
# Forty-five minutes, before anybody opens a notebook. Ask the second question aloud, and write down three answers; they come back on the last slide of the course. Say what people need: Python, a first course in probability, and to have trained a network once. What goes wrong: the hour becomes a tour of famous pictures. Every picture here was drawn by a model that the room will write, so keep to those.

# %%
import torch
from PIL import Image

from course_utils import diagram, plots, show
from course_utils.data import load
from course_utils.data.measured import FOLDER
from course_utils.data.toy import Mixture

plots.use_style()

def sheet(name: str, channels: int, side: int) -> dict[str, torch.Tensor]:
    """Rows of images (12, C, side, side) in [0, 1], by model; benchmarks/samples_of_all.py made them."""
    picture = Image.open(FOLDER / f"{name}.png")
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float() / 255
    rows = pixels.reshape(-1, side, 12, side, channels).permute(0, 2, 4, 1, 3)  # (R, 12, C, side, side)
    return dict(zip(picture.text["rows"].split(","), rows, strict=True))

others = load("digits", split="test", source="drawn", n=12).float("cpu")  # real ones that the quiz doesn't show
digits, faces = sheet("samples_digits", 1, 28), sheet("samples_faces", 3, 32)
order = ["VAE", "Gaussian", "diffusion", "autoencoder", "real", "GAN", "flow"]
letters = dict(zip("ABCDEFG", order, strict=True))

# %% slide_type="slide"
show(plots.image_rows({letter: digits[name] for letter, name in letters.items()}, title="One of these seven rows is real. Which one?"),
     alt="Seven rows of twelve digits, A to G. A is soft and mostly readable, B clouds of black specks, C crisp, D gray smears, E crisp, F crisp with broken digits, G readable with soft edges")

# %% [markdown] slide_type="notes"
# Give the room a minute in silence, then a show of hands, letter by letter, and write the counts on the board. Ask those who chose C why not E, and the other way round. Don't resolve it yet; a later slide does. Six models drew the other rows, and all six get written in this course. What goes wrong: people search for the ugliest digit of each row. Ask for a reason that holds for a whole row.

# %% slide_type="slide"
two = Mixture(torch.tensor([0.5, 0.5]), torch.tensor([[-1.2, -0.3], [1.2, 0.4]]), torch.stack([0.25 * torch.eye(2)] * 2))
points = two.sample(400, torch.Generator().manual_seed(0))
side = torch.linspace(-3, 3, 120)
grid = torch.cartesian_prod(side, side)
density = two.log_prob(grid).exp().reshape(120, 120).T
share = torch.sigmoid(grid @ torch.tensor([9.6, 2.8]) - 0.5).reshape(120, 120).T  # of the right class, by Bayes
fig, (left, right) = plots.canvas(width=10, height=4.4, cols=2)
left.contourf(side, side, share, [0, 0.5, 1], colors=["#e3e9f6", "#fdeadd"])
right.contourf(side, side, density.sqrt(), 8, cmap="Purples")
for ax, name in ((left, "a classifier: which side?"), (right, "a generative model: where?")):
    ax.scatter(*points.T, s=6, color=plots.INK, alpha=0.5, linewidths=0)
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=[], yticks=[])
    ax.set_title(name, fontsize=13)
plots.set_finding(fig, "Classifiers know the border, generative models the places")
show(fig, alt="The same two clouds of points twice. Left, the plane is cut into two halves by a straight border; right, shades show where points are many, around the middle of each cloud, and where there are none")

# %% [markdown] slide_type="notes"
# The same points in both panels. Left, each place gets a side, even where no point has ever been; right, each place gets a density. Ask which of the two could draw a new point: only the right one. Far up in a corner the left one is quite sure; notebook 01 makes one 99 percent sure of noise. What goes wrong: generative is taken to mean unsupervised. It means that there is a model of x.

# %% [markdown] slide_type="slide"
# ## Who knows p(x) can be asked four things
#
# | ask it to | which is | and get |
# |---|---|---|
# | sample | draw x from p(x) | faces, voices, molecules that nobody has seen |
# | score | compute log p(x) | what is strange; and files as short as they can be |
# | encode | find z for an x | a few numbers to search, compare and edit |
# | condition | draw x, given y | images from words, color from gray |

# %% [markdown] slide_type="notes"
# This is why anybody wants one. Take one line and one example from the room's own field for each: a rare defect to train on, a file to shorten, a face to edit, a gap to fill. Say that no model of this course can do all four well, and that the last lecture fills in a table of who can do what. What goes wrong: sampling is taken for the whole subject, since it is what one sees.

# %% [markdown] slide_type="slide"
# ## They are at work in six fields, and not only on pictures
#
# | field | what is made | by which idea | notebooks |
# |---|---|---|---|
# | images, video | pictures from words | diffusion on codes | 03, 14 |
# | speech | waveforms from spectra | GANs, flows, diffusion | 06, 13, 14 |
# | proteins | backbones that fold | diffusion | 14 |
# | weather | fifty forecasts instead of one | diffusion | 14 |
# | compression | shorter files | VAEs | 03 |
# | cars, clinics | the rare case, to train on | all, with care | 09, 15 |

# %% [markdown] slide_type="notes"
# Don't read the table; ask which line surprises. In weather many forecasts matter more than one good one: a storm is a possibility before it is a mean. In compression a VAE's loss is a file size, and notebook 03 writes that file. The last line needs care: a model adds no knowledge about what it hasn't seen. What goes wrong: text is missed. Language models are generative as well, one word at a time; this course is about images.

# %% slide_type="slide"
noise = torch.rand(12, 1, 28, 28, generator=torch.Generator().manual_seed(0))
show(plots.image_rows({"any pixels": noise, "one Gaussian": digits["Gaussian"], "digits": others}, title="Nearly every image is noise; digits are a thin sheet among them"),
     alt="Three rows of twelve images. Pixels drawn one by one are even noise; draws of a Gaussian with the digits' mean and covariance are clouds with a hint of strokes; the last row shows digits")

# %% [markdown] slide_type="notes"
# An image of 28 by 28 pixels is a point in 784 dimensions. Drawn at random, it is noise. The second row has the right mean and the right covariance of all pixels, and one sees how far that gets. Ask what the second row is missing: strokes, that is, what pixels do together beyond pairs. What goes wrong: people think of the sheet as flat. Halfway between two digits there is none.

# %% [markdown] slide_type="slide"
# ## One family, told apart by what each knows about p(x)

# %% slide_type="-"
show(diagram("family"))

# %% [markdown] slide_type="notes"
# Build it branch by branch: first what all of them want, then exact density, then a bound, then none. For each branch ask what one gives up: flows must be invertible, VAEs and diffusion get a bound, GANs get no number at all. Each of the next four slides is one of its boxes. What goes wrong: somebody asks which is best. Ask back: at which of the four things?

# %% slide_type="slide"
show(plots.image_grid(digits["VAE"], columns=6, title="VAE: a few numbers with noise in them, and a decoder"),
     alt="Twelve digits drawn by a VAE: most can be read, with soft gray edges")

# %% [markdown] slide_type="-"
# Squeeze an image into 20 numbers, add noise to them, draw it again. A term of the loss keeps the codes near N(0, I), so that new ones can be drawn. **Notebooks 02 to 05, 08**

# %% [markdown] slide_type="notes"
# Ask what is good and what is bad about these twelve: most can be read, and all have soft edges. The softness isn't sloppiness: where the model is unsure, gray is the best answer under its loss. Say that the KL divergence, in nats, has a notebook of its own, 04. What goes wrong: the VAE is dismissed for its blur. Its codes are what diffusion models of today draw on.

# %% [markdown] slide_type="slide"
# ## GAN: a forger, and a judge who learns as fast

# %% slide_type="-"
show(diagram("gan"))

# %% [markdown] slide_type="notes"
# Build it quickly. The generator has never seen an image and learns only what the judge tells it. Ask whether its edges will be soft or crisp, and why: crisp, since a gray edge is what a judge would notice first. Name no row of the quiz yet. What goes wrong: the judge is taken for a loss. It is a network that changes with each step, and notebooks 06, 07 and 11 live on that.

# %% [markdown] slide_type="slide"
# ## Flow: every step can be undone, so the density is exact

# %% slide_type="-"
show(diagram("coupling_layer"))

# %% [markdown] slide_type="notes"
# Build it: one half of the numbers passes untouched, and decides how the other half is scaled and shifted. Ask how to undo it: the untouched half is still there, so scale and shift can be computed again. From that comes a log-density without any bound, the only one of the course: notebook 13. What goes wrong: people expect the best samples from the exact density. The two have less to do with each other than anyone would like.

# %% [markdown] slide_type="slide"
# ## Diffusion: destroy an image stepwise, learn the way back

# %% slide_type="-"
show(diagram("diffusion"))

# %% [markdown] slide_type="notes"
# Build it: the way there is noise and needs no learning, the way back is one network that guesses the noise. The one of the quiz trained for five minutes on one core; don't say which row it drew. Ask what it costs compared with a GAN: ten passes for each image, not one. What goes wrong: it is thought to be a new idea. It is from 2015, and its loss is the bound of the VAE: notebook 14.

# %% [markdown] slide_type="slide"
# ## All of them can be told what to draw

# %% slide_type="-"
show(diagram("conditional_gan"))

# %% [markdown] slide_type="notes"
# A GAN here, but any of them takes a label, a text, a photograph with a hole. Ask what the judge has to be told besides the image: the label, or else the generator may draw any digit for any request. Notebook 10 measures how often a model listens, 15 translates day into night, 14 turns up the volume with guidance. What goes wrong: listening is taken for quality. The better a model listens, the less its samples differ.

# %% slide_type="slide"
show(plots.image_rows({"one": faces["real"][:8], "other": faces["style"][:8]}, title="Which row did a network draw? And whom seldom?"),
     alt="Two rows of eight small drawn faces with different skin, hair, pose and background. The upper row is crisp; in the lower one eyes and mouths are blurred")

# %% [markdown] slide_type="notes"
# The lower one; look at eyes and mouths. It has 80 thousand weights and trained for 400 seconds, notebook 16. All faces here are drawn from known factors: nobody's photograph is used. Now the second question: what is rare in the data is rarer in the samples, and a detector trained on them misses it. Notebook 09 is about that. What goes wrong: this is postponed to the last week. Ask it of every model.

# %% [markdown] slide_type="slide"
# ## How would you know? Three questions, no one number

# %% slide_type="-"
show(diagram("judging"))

# %% [markdown] slide_type="notes"
# Build it: real images and samples become features; two clouds are compared; and a search looks for copies. Three questions: is each sample good, are all kinds there, is anything new? Ask which model wins the first and fails the last: one that hands out its training set. The loss of a model answers none of the three, and notebook 12 shows how each popular number can be fooled. What goes wrong: one number is asked for. Offer three.

# %% slide_type="slide"
shown = {f"{letter}: {name}": digits[name] for letter, name in letters.items()}
marked = [[name == "real"] * 12 for name in order]
show(plots.image_rows(shown, title="Row E was real. Did you find it by a fault of the others?", marked=marked),
     alt="The seven rows of the beginning with their names: A VAE, B one Gaussian of all pixels, C diffusion, D autoencoder with random codes, E real and framed, F GAN, G flow on an autoencoder's codes")

# %% [markdown] slide_type="notes"
# Compare with the counts on the board. Go through the faults by name: A is soft, B has no strokes, D draws codes that no image ever had, F has digits between two, G is as soft as its decoder. C is the hard one; look for uneven strokes. Ask how a thousand images would help to tell C from E. What goes wrong: those who guessed right think that they can see quality. Notebook 12 tests that.

# %% slide_type="slide"
events = [(2013, "VAE"), (2014, "GAN"), (2015, "diffusion"), (2016, "RealNVP, PixelCNN"), (2017, "β-VAE, CycleGAN"), (2018, "StyleGAN, Glow"), (2020, "DDPM"), (2021, "score SDE, guidance"), (2022, "latent diffusion, flow matching")]
mine = {"VAE", "GAN", "diffusion", "DDPM"}
fig, (ax,) = plots.canvas(width=11, height=3.8)
ax.axhline(0, color=plots.QUIET, lw=2)
for number, (year, name) in enumerate(events):
    height = (0.5, -0.5, 0.95, -0.95)[number % 4]
    color = plots.HOUSE if name in mine else plots.QUIET
    ax.plot([year, year], [0, height * 0.9], color=color, lw=1.4)
    ax.plot([year], [0], "o", color=color, ms=9)
    ax.text(year, height, f"{name}\n{year}", ha="center", va="bottom" if height > 0 else "top", fontsize=14, color=plots.INK)
ax.set(xlim=(2012.2, 2023.2), ylim=(-1.6, 1.6))
ax.axis("off")
plots.set_finding(fig, "Ten years, and each idea answers what the one before left open")
show(fig, alt="A time line: VAE 2013, GAN 2014, diffusion 2015, RealNVP and PixelCNN 2016, beta-VAE and CycleGAN 2017, StyleGAN and Glow 2018, DDPM 2020, score SDEs and guidance 2021, latent diffusion and flow matching 2022")

# %% [markdown] slide_type="notes"
# Tell it as questions. The VAE gives codes and a bound, and blurs. The GAN is sharp and forgets. Flows know the density exactly, and have to be invertible. Diffusion waits five years for somebody to train it well, then has sharpness and coverage, for many passes. Ask what is left open today: few steps, control, and proof. What goes wrong: the newest is learned first, and then nothing explains why it looks as it does.

# %% [markdown] slide_type="slide"
# ## Seventeen notebooks, seven questions
#
# | question | notebooks |
# |---|---|
# | What does it take to draw at all? | 01 a density of images, 02 codes |
# | How does one learn to draw from codes? | 04 KL, 03 the bound, 05 a gradient through a draw, 08 what codes mean |
# | What can a judge teach? | 06 the game, 07 the perfect judge, 11 GANs that train |
# | What if the density has to be right? | 13 flows, 14 diffusion |
# | Will it do what I ask? | 10 conditions, 15 translation, 16 style |
# | Is it good, is it new, who is missing? | 12 judging, 09 debiasing |
# | What is it good for? | 17 smaller files, cleaner images, fewer labels |

# %% [markdown] slide_type="notes"
# Point at the week plan on the site. Each notebook is a lecture like this one, a session at the keyboard, and homework. You write the few lines that matter; when they are wrong, the notebook says which mistake it was; an unsolved exercise lends the course's own function. Ask which question the room wants answered first. What goes wrong: people skip 04 because it looks like homework. All losses are made of it.

# %% [markdown] slide_type="slide"
# ## What to take away today
#
# - A generative model is a model of $p(x)$: sample, score, encode, condition.
# - Families differ in what they know about $p(x)$: exactly, up to a bound, or not at all.
# - Twelve good samples prove little. Ask for a reason, a number beside it, and another seed.
#
# **Next:** notebook 01. A classifier is 99 % sure of noise; what does it take to draw?

# %% [markdown] slide_type="notes"
# Come back to the three answers on the board: would any of them have found row E? Keep them for the last lecture. Let everybody open notebook 01 before they leave, run its first cell, and see the picture; whoever has a problem with the setup has it now and not next week. Ask for one thing they'd like to make. What goes wrong: the lecture runs over, and the setup is left for home.
