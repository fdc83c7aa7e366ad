# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: KL worksheet
#   minutes: 160
#   picture: how_far_apart
# ---

# %% [markdown] slide_type="slide"
# # KL worksheet
#
# How far is one distribution from another, and why does the order of the two matter?

# %% [markdown] slide_type="notes"
# About 160 minutes with all exercises, 45 if you only present. Nothing is trained here: this is the notebook for paper and pencil. Ask the room how far a fair coin is from a loaded one, and whether the way back is as long. Nobody has a ruler for that yet; in an hour everybody has one, and it is not symmetric. If time is short, keep the compressor, the two bumps and the misprint.

# %% [markdown]
# About 160 minutes, with paper and a pencil. You need logarithms, expectations, and the Gaussian of notebook 01. No network is
# trained here. Notebook 03 borrowed a function called `gaussian_kl`; here you derive it and write it.
#
# At the end you can
#
# 1. say what entropy, cross-entropy and KL divergence are, in words, in nats and in bits, and compute them;
# 2. say what a KL means for a code, its extra length, and measure that on a real one;
# 3. say what changes when the two distributions in a KL change places, and which of the two a model is trained with;
# 4. derive the KL between two Gaussians line by line, and test a printed formula before you trust it;
# 5. estimate a KL from draws, with an error bar, and say when that error bar can't be trusted.

# %% tags=["setup"]
# setup

# %%
import bz2
import heapq
import lzma
import math
import zlib

import torch
from torch import Generator, Tensor
from torch.distributions import MultivariateNormal, Normal

from course_utils import answer_sheet, check, diagram, plots, predict, progress, show
from course_utils.explorers import embed

plots.use_style()
answers = answer_sheet("04")

# %% [markdown]
# ## 1 · Surprise
#
# Something happens that you gave the probability $p$. How surprised are you? The **surprise** is $-\log p$: 0 for a certain event, and the larger the
# rarer the event. Why a logarithm? Because for things that have nothing to do with each other, probabilities multiply, and surprises should add up.
#
# The natural logarithm measures in **nats**, the logarithm to base 2 in **bits**. 1 bit is $\log 2 = 0.693$ nats. In this course $\log$ is always the
# natural one.

# %% [markdown] slide_type="slide" only="slides"
# ## Entropy is the mean surprise
#
# $$\underbrace{-\log p(c)}_{\text{surprise of outcome } c} \qquad H(p) = -\sum_c p(c)\,\log p(c)$$
#
# | independent surprises add | nats | bits |
# |---|---|---|
# | heads | 0.693 | 1.000 |
# | a six | 1.792 | 2.585 |
# | heads and a six | **2.485** | **3.585** |

# %% [markdown] slide_type="notes"
# Ask who would be surprised by what: heads, a six, the sun tomorrow. Then ask how surprised one is by heads and a six together. The probabilities multiply, and surprises should add, so a logarithm it is: the last row is the sum of the two above it. The entropy is the mean of that. Watch out: a nat is a bit times 0.693; the course uses nats, and bits where something is stored.

# %% tags=["nbval-check-output"]
for name, p in {"heads": 1 / 2, "a six": 1 / 6, "heads and a six": 1 / 2 * 1 / 6}.items():
    print(f"{name:16s} {-math.log(p):.3f} nats = {-math.log2(p):.3f} bits")
#> heads            0.693 nats = 1.000 bits
#> a six            1.792 nats = 2.585 bits
#> heads and a six  2.485 nats = 3.585 bits

# %% [markdown]
# The third line is the sum of the two above it.
#
# A distribution $p$ over outcomes $1, \dots, C$ has many surprises, one for each outcome, and each comes as often as its probability says. Their mean is
# the **entropy**.

# %% [markdown]
# ### Exercise 4.1 · Entropy
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# $$H(p) = -\sum_{c} p(c)\,\log p(c)$$
#
# In words: the surprise of each outcome, weighted with how often it comes, added up over the outcomes. An outcome that never comes contributes nothing: $0 \log 0$
# counts as 0. The computer disagrees, `0 * log(0)` is NaN; `torch.xlogy(a, b)` computes $a \log b$ and gives 0 where $a = 0$.
#
# `p` may hold one distribution or many. The outcomes lie along its *last* axis, so one function serves coins, dice and batches.

# %%
def entropy(p: Tensor) -> Tensor:
    """Mean surprise of p over its last axis: p (..., C) -> (...), in nats."""
    # 1. p times its surprise, for every outcome; 0 where p is 0
    # 2. the sum over the last axis
    ### BEGIN SOLUTION
    return -torch.xlogy(p, p).sum(-1)
    ### END SOLUTION

# %%
entropy = check(entropy)

# %% [markdown]
# ### Exercise 4.2 · By hand
# Difficulty ●○○ · importance ●●● · 8 minutes
#
# A pocket calculator is enough, and `math.log` and `math.log2` are allowed. Mind the units; three digits will do.
#
# - **a** The entropy of a fair coin, in nats.
# - **b** The entropy of a fair die, in bits.
# - **c** The entropy of a coin that shows heads 9 times of 10, in nats.
# - **d** A language has five letters with probabilities ½, ¼, ⅛, 1/16, 1/16. How many bits does a text of 1,000 letters need, on average and with the best code?

# %%
### BEGIN SOLUTION
answers["4.2a"] = math.log(2)
answers["4.2b"] = math.log2(6)
answers["4.2c"] = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
answers["4.2d"] = 1000 * (1 / 2 * 1 + 1 / 4 * 2 + 1 / 8 * 3 + 2 * 1 / 16 * 4)
### END SOLUTION

# %%
check(answers, "4.2a")
check(answers, "4.2b")
check(answers, "4.2c")
check(answers, "4.2d")

# %% [markdown]
# Stuck? A check that is not passed has three hints to unfold, for typed answers too.

# %% slide_type="slide"
heads = torch.linspace(0, 1, 201)
coins = torch.stack([heads, 1 - heads], dim=1)  # (201, 2), one coin a row

fig, (ax,) = plots.canvas(width=8, height=4)
ax.plot(heads, entropy(coins), color=plots.HOUSE)
for p in (0.5, 0.9, 1.0):
    value = abs(entropy(torch.tensor([p, 1 - p])).item())
    ax.plot([p], [value], "o", color=plots.ACCENT, ms=8, clip_on=False)
    ax.annotate(f"{value:.3f}", (p, value), xytext=(8 if p < 1 else -10, 6), ha="left" if p < 1 else "right",
                textcoords="offset points", annotation_clip=False)
ax.set(xlabel="probability of heads", ylabel="entropy (nats)", xlim=(0, 1), ylim=(0, 0.8), yticks=[0.2, 0.4, 0.6, 0.8])
bits = ax.secondary_yaxis("right", functions=(lambda nats: nats / math.log(2), lambda bits: bits * math.log(2)))
bits.set(ylabel="entropy (bits)", yticks=[0.2, 0.4, 0.6, 0.8, 1])
plots.set_title(ax, "A fair coin surprises most, a sure one never")
show(fig, alt="Entropy of a coin over its probability of heads: an arch that is 0 at both ends and 0.693 nats, 1 bit, in the middle; "
              "0.325 nats at 0.9")

# %% [markdown] slide_type="notes"
# Before the curve appears, let the room say its two ends and its top. Both ends are 0: a sure coin never surprises. The top is 0.693 nats, one bit. Then ask for a coin with 90 % heads: 0.325, about half a bit. Watch out for the flat top: a coin with 60 % heads is nearly as surprising as a fair one. So entropy is a poor test of whether a coin is fair.

# %% [markdown]
# Your answers 4.2a and 4.2c lie on the curve of all coins; the left axis counts nats, the right one bits. The arch is flat on top, so a slightly unfair coin is nearly as surprising as a fair one.

# %% [markdown]
# ### Entropy as a limit
#
# From coins to letters. A guess first:

# %%
predict("04.compressor")

# %% [markdown]
# Answer 4.2d came from a theorem (Shannon, 1948): no code needs fewer bits than the entropy on average, and codes exist that come as close as you like. Let's hold a real
# compressor to it. Here are the letters of English, as often as they come in books, in percent.

# %%
ALPHABET = "etaoinshrdlcumwfgypbvkjxqz"
percent = [12.70, 9.06, 8.17, 7.51, 6.97, 6.75, 6.33, 6.09, 5.99, 4.25, 4.03, 2.78, 2.76,
           2.41, 2.36, 2.23, 2.02, 1.97, 1.93, 1.29, 0.98, 0.77, 0.15, 0.15, 0.10, 0.07]
english = torch.tensor(percent, dtype=torch.float64)
english = english / english.sum()  # (26,)

floor = entropy(english).item() / math.log(2)
print(f"entropy of the letters: {floor:.2f} bits each; a byte has 8, five bits would tell 26 letters apart")

# %% [markdown]
# A picture of the sum. Each bar is a letter: as wide as it is frequent, as high as its surprise. Then its area is $-p\log_2 p$, and all the bars together have the entropy as their
# area.

# %% slide_type="slide"
def letter_bars(ax, weights: Tensor, length: Tensor, **style) -> None:
    """A bar for each letter, as wide as its weight and as high as its length in bits: the area is the mean length."""
    left = weights.cumsum(0) - weights
    edges = [0.8 if weight > 0.005 else 0 for weight in weights]  # an edge would hide the rarest letters
    ax.bar(left, length, width=weights, align="edge", edgecolor="white", linewidth=edges, **style)
    ax.set(xlabel="share of the text", ylabel="surprise (bits)", xlim=(0, 1))

def name_letters(ax, weights: Tensor, at: float) -> None:
    for i, (letter, middle, width) in enumerate(zip(ALPHABET, weights.cumsum(0) - weights / 2, weights)):
        if width > 0.015:  # narrow ones at two heights, since they would touch
            ax.text(middle, at + (0.8 * (i % 2) if width < 0.03 else 0), letter, ha="center", color="white", fontweight="bold")

fig, (ax,) = plots.canvas(width=8.5, height=4.4)
letter_bars(ax, english, -english.log2(), color=plots.HOUSE)
name_letters(ax, english, at=0.4)
ax.axhline(floor, color=plots.ACCENT, ls="--")
ax.text(0.01, floor + 0.2, f"mean height {floor:.2f} bits: the entropy", color=plots.ACCENT, fontweight="bold")
plots.set_title(ax, "The area of the bars is the entropy")
show(fig, alt="Bars for the letters of English, wide and low for e, narrow and high for rare letters; their mean height, the entropy, "
              "is 4.17 bits")

# %% [markdown] slide_type="notes"
# Each bar is a letter: as wide as it is frequent, as high as its surprise. So its area is one term of the sum, and all the bars together have the entropy as their area. Ask which letter contributes most: e, wide and low, 3 bits high. The mean height is 4.17 bits. Watch out: a byte has 8 bits, and five would tell 26 letters apart; 4.17 is what the frequencies alone save.

# %% [markdown]
# The texts below are drawn letter by letter, each independently of the others, so nothing but the frequencies can be used. Four compressors from Python's standard library: `zlib` (inside zip and
# png), `bz2`, `lzma` (inside 7z), and once more `zlib` with the order not to look for repetitions, only to give short codes to frequent letters.

# %%
def draw_letters(n: int, p: Tensor) -> Tensor:
    """n letters, as their places in ALPHABET, drawn independently from p (26,)."""
    return torch.multinomial(p, n, replacement=True, generator=Generator().manual_seed(0))

def as_text(letters: Tensor) -> bytes:
    return bytes(torch.tensor(list(ALPHABET.encode()))[letters].tolist())

def letters_only(text: bytes) -> bytes:
    packer = zlib.compressobj(9, strategy=zlib.Z_HUFFMAN_ONLY)
    return packer.compress(text) + packer.flush()

compressors = {"lzma": lzma.compress, "bz2": bz2.compress, "zlib": lambda text: zlib.compress(text, 9),
               "zlib, letters only": letters_only}
lengths = [100, 1_000, 10_000, 100_000, 1_000_000]
texts = [as_text(draw_letters(n, english)) for n in lengths]
sizes = {name: [8 * len(pack(text)) / len(text) for text in texts] for name, pack in compressors.items()}

print(f"{'bits per letter':20s}" + "".join(f"{n:>11,}" for n in lengths))
for name, row in sizes.items():
    print(f"{name:20s}" + "".join(f"{value:11.3f}" for value in row))

# %% slide_type="slide"
fig = plots.curves(lengths, sizes, xlabel="letters in the text", ylabel="bits per letter", log_x=True,
                   title="No compressor gets below the entropy")
ax = fig.axes[0]
ax.axhline(floor, color=plots.INK, lw=1.4, ls=":")
ax.text(lengths[0], floor - 0.15, f"entropy {floor:.2f}", va="top")
ax.set_xticks(lengths, [f"{n:,}" for n in lengths])
ax.set(ylim=(3.8, 9))
show(fig, alt="Bits per letter over the length of the text, for four compressors: all start far above the entropy for 100 letters "
              "and end between 4.2 and 4.8 for a million; none gets below 4.17")

# %% [markdown]
# In short texts the overhead counts: a header, a checksum, and the table of codes. For 100 letters `bz2` and `lzma` need more than the 8 bits a letter has without compression; `lzma` needs so many that it lies above the picture. Divided by a million letters the overhead is gone. What stays is a floor that none of them breaks. Told to look at letters only, `zlib` ends
# less than 2 % above the entropy. Left to themselves the compressors do worse, since they are made for real text: in place of a repeated word they write a pointer to the earlier copy. Here repetitions come by chance, and most are too short to be worth a pointer. `zlib`
# even gets worse from 1,000 to 10,000 letters, while its letters-only line falls: with more text to look back at, it finds more of them.

# %% tags=["solution"]
# What the text claims.
assert all(value > floor for row in sizes.values() for value in row)
assert sizes["zlib, letters only"][-1] < 1.02 * floor and max(row[-1] for row in sizes.values()) < 4.8
assert sizes["bz2"][0] > 8 and sizes["lzma"][0] > 9 and sizes["zlib"][2] > sizes["zlib"][1]

# %% [markdown] slide_type="notes"
# Four compressors, texts drawn letter by letter. At 100 letters they are far above the dotted line, at a million the best has 4.21, the entropy is 4.17. Ask why an English book compresses to 2 or 3 bits. Words repeat; these texts have no words, so 4.17 is all there is. A student may object that some lucky text is shorter. True: the theorem is about the mean.

# %% [markdown]
# ## 2 · The wrong code
#
# A good code gives short words to frequent letters. Which letters are frequent depends on the language. What if you compress English with a code that was made for German?
#
# Write $p$ for how often the letters come and $q$ for what the code was made for. A letter $c$ then costs $-\log q(c)$, and comes with probability $p(c)$.

# %% [markdown] slide_type="slide" only="slides"
# ## The KL is the extra cost of the wrong code
#
# $$\underbrace{H(p, q) = -\sum_c p(c)\log q(c)}_{\text{cross-entropy: the whole cost}}$$
#
# $$\underbrace{\mathrm{KL}(p\,\|\,q) = \sum_c p(c)\log\frac{p(c)}{q(c)}}_{\text{KL: the extra}} \;=\; H(p, q) - H(p)$$

# %% [markdown] slide_type="notes"
# Say this sentence often: p says what happens, q says what you expected. It settles every question about the order of the arguments. The first line is the whole bill: letters come as p says and cost what q says. The second is what you could have saved with the right code. Ask which of the two a classifier minimizes. The first; the entropy in between does not depend on q, so it makes no difference.

# %% [markdown]
# ### Exercise 4.3 · Cross-entropy
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# $$H(p, q) = -\sum_{c} p(c)\,\log q(c)$$
#
# In words: the mean length of a letter, in nats, where letters come as often as $p$ says and the code was made for $q$. $p$ stands in front, as the weights; $q$ stands inside the log and sets the lengths.
# Where $q(c) = 0$ and $p(c) > 0$, something comes that the code has no word for, and the cost is infinite: return `inf` there. Where both are 0, the term is 0.

# %%
def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """Mean length of letters from p in a code made for q, over the last axis: p, q (..., C) -> (...), in nats."""
    # 1. p times −log q, for every outcome; 0 where p is 0
    # 2. the sum over the last axis
    ### BEGIN SOLUTION
    return -torch.xlogy(p, q).sum(-1)
    ### END SOLUTION

# %%
cross_entropy = check(cross_entropy)

# %% [markdown]
# ### Exercise 4.4 · KL divergence
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Part of this length is needed with any code, the entropy $H(p)$. The extra is the **Kullback–Leibler divergence**:
#
# $$\mathrm{KL}(p\,\|\,q) = \sum_c p(c)\,\log\frac{p(c)}{q(c)} = H(p, q) - H(p)$$
#
# In words: how many nats more than necessary you need per letter, because you expected $q$ and got $p$. As above, 0 where $p(c) = 0$, and `inf` where only $q(c) = 0$.

# %%
def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    """What it costs to expect q where p holds, over the last axis: p, q (..., C) -> (...), in nats."""
    # 1. p log p − p log q, for every outcome (dividing p by q would make 0/0)
    # 2. the sum over the last axis
    ### BEGIN SOLUTION
    extra = torch.xlogy(p, p) - torch.xlogy(p, q)
    return extra.sum(-1)
    ### END SOLUTION

# %%
kl_divergence = check(kl_divergence)

# %% [markdown]
# Now German, the same 26 letters in the same order, in percent. German has more e and n than English, and hardly any y.

# %%
percent = [17.40, 6.15, 6.51, 2.51, 7.55, 9.78, 7.27, 4.76, 7.00, 5.08, 3.44, 3.06, 4.35,
           2.53, 1.89, 1.66, 3.01, 0.04, 0.79, 1.89, 0.67, 1.21, 0.27, 0.03, 0.02, 1.13]
german = torch.tensor(percent, dtype=torch.float64)
german = german / german.sum()  # (26,)

extra = kl_divergence(english, german).item() / math.log(2)
whole = cross_entropy(english, german).item() / math.log(2)
print(f"English in a code for German: {whole:.3f} bits a letter = {floor:.3f} due anyway + {extra:.3f} extra")

# %% slide_type="slide"
right_length, wrong_length = -english.log2(), -german.log2()
fig, (ax,) = plots.canvas(width=8.5, height=4.4)
letter_bars(ax, english, wrong_length, color=plots.ACCENT, label="extra")
letter_bars(ax, english, right_length.minimum(wrong_length), color=plots.HOUSE, label="needed in either code")
letter_bars(ax, english, (right_length - wrong_length).clamp(min=0), color="#cdd7ee", hatch="//", label="saved",
            bottom=wrong_length)
name_letters(ax, english, at=0.4)
ax.set(ylabel="length in the German code (bits)")
ax.legend(loc="upper left")
plots.set_title(ax, f"English in a German code costs {extra:.2f} bits a letter more")
show(fig, alt="The bars of English letters in a German code: e, n and others get shorter words than needed, t, o, p and above all "
              "y longer ones; the extra outweighs the savings")

# %% [markdown]
# The orange area minus the hatched one is the KL. Some letters get *shorter* words than in English's own code: e, n, r, u. What the code saves on these it loses on o, t, p and y, and more than that. A y costs over 11 bits in the German code. Single terms of a KL can be negative;
# the sum can't. That needs an argument, and one line is enough. The curve $\log t$ lies below its tangent at 1: $\log t \le t - 1$, with equality only at $t = 1$. Put in $t = q(c)/p(c)$:
#
# $$-\mathrm{KL}(p\,\|\,q) = \sum_c p(c)\,\log\frac{q(c)}{p(c)} \;\le\; \sum_c p(c)\Big(\frac{q(c)}{p(c)} - 1\Big) = \sum_c q(c) - \sum_c p(c) \;\le\; 0 ,$$
#
# with sums over the outcomes that $p$ allows. So $\mathrm{KL} \ge 0$, and it is 0 only where $q(c) = p(c)$ for every outcome (**Gibbs' inequality**). On average a wrong code is never shorter.

# %% [markdown] slide_type="notes"
# Point at the hatched parts first: e and n are cheaper in the German code than in their own. Ask how the whole can then cost more. Look at the orange: t, o, p, and above all y, over 11 bits, since German hardly has one. Orange minus hatched is the KL, 0.20 bits. Single terms can be negative, the sum never is. Watch out: widths are English frequencies in both codes.

# %% [markdown]
# Does a real code need these extra bits? A **Huffman code** is the best code that gives each letter a whole number of bits. It is built by one rule: take the two rarest groups of letters, put them together, and
# every letter inside gets one bit longer. Repeat until one group is left.

# %%
def huffman_lengths(q: Tensor) -> Tensor:
    """Bits per letter (C,) in the Huffman code for probabilities q (C,)."""
    bits = torch.zeros(len(q), dtype=torch.long)
    groups = [(weight, [letter]) for letter, weight in enumerate(q.tolist())]
    heapq.heapify(groups)
    while len(groups) > 1:
        (weight, letters), (weight2, letters2) = heapq.heappop(groups), heapq.heappop(groups)
        bits[letters + letters2] += 1
        heapq.heappush(groups, (weight + weight2, letters + letters2))
    return bits

# %% [markdown] slide_type="slide" only="slides"
# ## A real code needs the extra bits, more of them in one direction
#
# 100,000 letters in both Huffman codes, bits per letter:
#
# | text | code for | measured | H(p, q) | KL |
# |---|---|---|---|---|
# | English | English | 4.203 | 4.172 | 0 |
# | English | German | 4.375 | 4.375 | **0.203** |
# | German | English | 4.225 | 4.211 | **0.148** |
# | German | German | 4.104 | 4.063 | 0 |

# %%
languages = {"English": english, "German": german}
print(f"{'text':9s}{'code':9s}{'measured':>9s}{'H(p, q)':>9s}{'H(p)':>9s}{'KL':>9s}   bits per letter")
measured = {}
for text, p in languages.items():
    letters = draw_letters(100_000, p)
    for code, q in languages.items():
        measured[text, code] = huffman_lengths(q)[letters].double().mean().item()
        row = torch.stack([cross_entropy(p, q), entropy(p), kl_divergence(p, q)]) / math.log(2)
        print(f"{text:9s}{code:9s}{measured[text, code]:9.3f}" + "".join(f"{value:9.3f}" for value in row))

# %% [markdown] slide_type="notes"
# A Huffman code is the best one that gives each letter a whole number of bits. So what was measured is a few hundredths longer than H(p, q). Then the two bold numbers: English in a German code costs 0.203 bits extra, German in an English code 0.148. Ask why they differ. What happens and what was expected have changed places. Watch out: the measured extra is 0.17, since both codes are rounded.

# %% [markdown]
# The measured lengths agree with $H(p, q)$ to within 0.05 bits. The KL is the *difference* of two such lengths, so measure that too.

# %%
for p, q in (("English", "German"), ("German", "English")):
    paid, own = measured[p, q], measured[p, p]
    kl = kl_divergence(languages[p], languages[q]).item() / math.log(2)
    print(f"{p} in a code for {q}: {paid:.3f} − {own:.3f} = {paid - own:.3f} bits extra; KL {kl:.3f}")

# %% [markdown]
# Real codes do need extra bits, within a few hundredths of the KL. The formula gives a letter $-\log_2 q(c)$ bits, and a Huffman code has to round that to whole bits. Rounded lengths $\ell(c)$ are exact for slightly other frequencies, $2^{-\ell(c)}$:
# each code here is a little wrong for its own language as well, which makes the difference smaller.
#
# And the two KLs differ: English in a German code needs more extra bits than German in an English code. **The KL depends on who comes first**: on what happens, $p$, and what was expected, $q$.
#
# Here is a use that has nothing to do with models of images. Somebody sends 10, 40 or 160 letters in one of the two languages, each drawn independently. Count them, and ask from which language the counts have the smaller KL:

# %%
def counted(letters: Tensor) -> Tensor:
    """Shares of the 26 letters in texts (T, n): (T, 26)."""
    return torch.nn.functional.one_hot(letters, 26).double().mean(1)

for n in (10, 40, 160):
    named = {}
    for text, p in languages.items():
        shares = counted(draw_letters(1000 * n, p).reshape(1000, n))
        nearer = kl_divergence(shares, english) < kl_divergence(shares, german)
        named[text] = (nearer if text == "English" else ~nearer).double().mean()
    print(f"{n:3d} letters: " + ", ".join(f"{value:.1%} of the {text} texts named right" for text, value in named.items()))

# %% [markdown]
# (The smaller KL is the larger likelihood: $\mathrm{KL}(\text{counts}\,\|\,q)$ is the mean surprise under $q$, minus an entropy that is the same for both. Exercise 4.6 comes back to it.)
#
# You have met a cross-entropy before. The loss of a classifier is one: $p$ is the label (1 for the right class, 0 for the others), $q$ the classifier's probabilities.

# %%
logits = torch.tensor([[2.0, -1.0, 0.5]])
label = torch.tensor([0])
p, q = torch.eye(3)[label], logits.softmax(1)  # (1, 3) each
print(f"nn.CrossEntropyLoss {torch.nn.CrossEntropyLoss()(logits, label):.4f}, yours {cross_entropy(p, q).item():.4f}")

# %% tags=["solution"]
# What the text claims.
for (text, code), bits_each in measured.items():
    assert abs(bits_each - cross_entropy(languages[text], languages[code]).item() / math.log(2)) < 0.05
assert kl_divergence(english, german) > 1.3 * kl_divergence(german, english)
for p, q in (("English", "German"), ("German", "English")):
    short = kl_divergence(languages[p], languages[q]).item() / math.log(2) - (measured[p, q] - measured[p, p])
    assert 0 < short < 0.05 and measured[p, p] > entropy(languages[p]).item() / math.log(2)
assert wrong_length[ALPHABET.index("y")] > 11 and all((wrong_length < right_length)[ALPHABET.index(c)] for c in "enru")
assert all((wrong_length > right_length)[ALPHABET.index(c)] for c in "otpy")

# %% [markdown]
# ### Exercise 4.5 · Coins, dice and a classifier
# Difficulty ●●○ · importance ●●● · 12 minutes
#
# $p$ is a fair coin, and $q = (0.9, 0.1)$ a loaded one. All answers in nats.
#
# - **a** $H(p, q)$: the fair coin, in a code for the loaded one.
# - **b** $\mathrm{KL}(p\,\|\,q)$
# - **c** $\mathrm{KL}(q\,\|\,p)$
#
# Now $p$ is a fair die, and $q$ believes that a six never comes and that the other faces are equally likely. (For infinity type `math.inf`.)
#
# - **d** $\mathrm{KL}(p\,\|\,q)$
# - **e** $\mathrm{KL}(q\,\|\,p)$
#
# A classifier gives the right class a probability of 0.25.
#
# - **f** What is its loss on this image?

# %%
### BEGIN SOLUTION
answers["4.5a"] = -0.5 * math.log(0.9) - 0.5 * math.log(0.1)
answers["4.5b"] = -0.5 * math.log(0.9) - 0.5 * math.log(0.1) - math.log(2)
answers["4.5c"] = math.log(2) + 0.9 * math.log(0.9) + 0.1 * math.log(0.1)
answers["4.5d"] = math.inf
answers["4.5e"] = math.log(6 / 5)
answers["4.5f"] = -math.log(0.25)
### END SOLUTION

# %%
check(answers, "4.5a")
check(answers, "4.5b")
check(answers, "4.5c")
check(answers, "4.5d")
check(answers, "4.5e")
check(answers, "4.5f")

# %% [markdown]
# ### Where a KL is infinite
#
# The last die is worth a second look. Suppose $q$ does not rule the six out, but gives it a very small probability.

# %% slide_type="slide"
belief = torch.logspace(-12, math.log10(1 / 6), 60, dtype=torch.float64)  # q's probability of a six
q = torch.cat([((1 - belief) / 5)[:, None].expand(-1, 5), belief[:, None]], dim=1)  # (60, 6)
p = torch.full_like(q, 1 / 6)

fig, (ax,) = plots.canvas(width=8, height=4)
ax.semilogx(belief, kl_divergence(p, q), color=plots.HOUSE, label="KL(p‖q): sixes come, q hardly believes in them")
ax.semilogx(belief, kl_divergence(q, p), color=plots.ACCENT, ls="--", label="KL(q‖p): sixes hardly come, p believes in them")
ax.set(xlabel="q's probability of a six", ylabel="nats", ylim=(-0.1, 4.5))
ax.legend(loc="upper right")
plots.set_title(ax, "Ruling out what happens costs infinitely much")
show(fig, alt="Two KLs of dice over q's probability of a six: KL(p‖q) climbs steadily as that goes to 0, KL(q‖p) levels off at 0.18 nats")

# %% [markdown]
# Every factor of ten costs KL(p‖q) another $\tfrac16 \log 10 = 0.38$ nats, and at 0 it is infinite. KL(q‖p) comes to rest at $\log\frac65$, your answer 4.5e. The two directions punish different things: $\mathrm{KL}(p\,\|\,q)$ a $q$
# with **holes** where $p$ lives, $\mathrm{KL}(q\,\|\,p)$ a $q$ with **mass** where $p$ has none.

# %% [markdown] slide_type="notes"
# p is a fair die, and q believes less and less in the six. Ask for both ends of the axis before you show the curves. Blue: every factor of ten costs another 0.38 nats, without end. Orange: it comes to rest at 0.18. So the KL punishes a q that rules out what happens, and hardly minds one that never uses an outcome. Write both on the board: forward forbids holes, reverse forbids spilling over.

# %% [markdown]
# ## 3 · Two bumps, one Gaussian
#
# From outcomes to the real line: sums become integrals,
#
# $$\mathrm{KL}(p\,\|\,q) = \int p(x)\,\log\frac{p(x)}{q(x)}\,dx .$$
#
# Let $p$ be two bumps of width 1, at $-a$ and $+a$, half of the probability each. Let $q$ be a single Gaussian with mean $\mu$ and width $\sigma$ (its standard deviation). It can't be $p$, so the best it can do is a
# compromise, and the KL decides which one. $\mathrm{KL}(p\,\|\,q)$ is called the **forward** KL here, and $\mathrm{KL}(q\,\|\,p)$ the **reverse** one.

# %% [markdown] slide_type="slide" only="slides"
# ## Each KL is an average, and it matters over which of the two

# %% slide_type="-"
show(diagram("divergence"))

# %% [markdown] slide_type="notes"
# The upper KL is called forward, the lower one reverse. At each, ask where the draws come from that the mean is taken over. Forward: from p, so a place that p visits and q has ruled out costs much. Reverse: from q, so places count that only q visits. Then ask which one training by likelihood is: forward, since the draws are the data. Watch out: full arrows say where draws come from, dotted ones what they meet.

# %%
predict("04.two_bumps")

# %% [markdown]
# Try it. Move $q$ by hand first, and watch the lower picture: it shows what each place adds to each KL. Then let the buttons do it: each goes downhill on one of the KLs from where the sliders stand. You can also drag a bump, or $q$,
# in the picture.

# %% [markdown] slide_type="slide" only="slides"
# ## Which Gaussian is closest to two bumps?

# %% slide_type="-"
embed("two_bumps")

# %% [markdown] slide_type="notes"
# Let the room vote where the best Gaussian sits, on a bump or between, then press the two buttons. Forward ends in the middle, wide. Reverse stays on the bump that it started from. Then put the bumps at 2.5 and start the reverse fit from the middle, and from one bump. Both ends are valleys; which one is deeper changes at 2.8. Watch out: the buttons go downhill from where the sliders stand.

# %% [markdown]
# Three things to try:
#
# - Bumps at ±3, $q$ near one of them, reverse: $q$ settles on that bump.
# - Bumps at ±3, $q$ with mean 0 and width 1.5, reverse: it ends somewhere else. Compare the two numbers: which end is the better one?
# - Bumps at ±1.5, reverse, from anywhere.
#
# Going downhill depends on the start. To know the best $q$, try them all. Before the computer does, find two of its answers by hand.

# %% [markdown]
# ### Exercise 4.6 · Mean-seeking, mode-seeking
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# - **4.6a** The width (standard deviation) of the best forward fit for bumps at ±3. Work it out: the best forward Gaussian has the mean and the variance of $p$.
# - **4.6b** Two bumps very far apart, $q$ is exactly one of them. How large is $\mathrm{KL}(q\,\|\,p)$, in nats?
#
# **4.6c** Notebook 01 fitted by maximum likelihood: raise the average of $\log p_\text{model}(x)$ over the data. Which KL does that lower? Type `"a"`, `"b"`, `"c"` or `"d"`.
#
# | letter | answer |
# |---|---|
# | a | KL(model‖data): the model is punished for samples that look unlike data. |
# | b | KL(data‖model): the model is punished for data that it finds unlikely. |
# | c | Both equally: the likelihood is symmetric. |
# | d | Neither: the likelihood is no divergence. |

# %%
### BEGIN SOLUTION
answers["4.6a"] = math.sqrt(1**2 + 3**2)
answers["4.6b"] = math.log(2)
answers["4.6c"] = "b"
### END SOLUTION

# %%
check(answers, "4.6a")
check(answers, "4.6b")
check(answers, "4.6c")

# %% [markdown]
# Now try all means and widths. Cut the line into slices that are narrow enough, and a density becomes a distribution over slices: then your `kl_divergence` does the rest.

# %%
line = torch.linspace(-18, 18, 361, dtype=torch.float64)

def slices(log_density: Tensor) -> Tensor:
    """Probabilities of the slices of the line (..., 361), from a log-density at their middles."""
    return torch.softmax(log_density, -1)

def gaussian(mu: Tensor | float, sigma: Tensor | float) -> Tensor:
    """log N(x; mu, sigma²) on the line, up to a constant: mu, sigma (...) -> (..., 361)."""
    mu, sigma = torch.as_tensor(mu)[..., None], torch.as_tensor(sigma)[..., None]
    return -0.5 * ((line - mu) / sigma).square()

def two_bumps(a: float) -> Tensor:
    return torch.logaddexp(gaussian(-a, 1.0), gaussian(a, 1.0))

mus = torch.arange(-50, 51, dtype=torch.float64) / 10  # −5 to 5
sigmas = torch.arange(14, 101, dtype=torch.float64) / 20  # 0.7 to 5
q_all = slices(gaussian(*torch.meshgrid(mus, sigmas, indexing="ij")))  # (101, 87, 361)

def landscapes(a: float) -> dict[str, Tensor]:
    """Both KLs (101, 87) for every mean and every width of q."""
    p = slices(two_bumps(a))
    return {"forward": kl_divergence(p, q_all), "reverse": kl_divergence(q_all, p)}

# %% slide_type="slide"
fig, axes = plots.canvas(width=9, height=4.5, cols=2)
for ax, (name, values) in zip(axes, landscapes(3.0).items()):
    ax.pcolormesh(mus, sigmas, values.T.clamp(max=4), cmap="Blues_r", shading="gouraud")
    ax.contour(mus, sigmas, values.T, levels=[0.5, 0.7, 0.85, 1, 1.5, 2, 3], colors="white", linewidths=0.7)
    low = (values < values.min() + 1e-9).nonzero()  # one place, or two that are alike
    ax.plot(mus[low[:, 0]], sigmas[low[:, 1]], "*", color=plots.ACCENT, ms=18, mec="white")
    ax.grid(False)
    ax.set(xlabel="mean of q", ylabel="width of q")
    ax.set_title(f"{name}, lowest {values.min():.2f} nats", fontsize=12)
plots.set_finding(fig, "Bumps at ±3: one valley forward, three valleys reverse")
show(fig, alt="Two landscapes over mean and width of q. Forward KL: one broad valley, lowest at mean 0 and width 3.2. Reverse KL: three valleys, "
              "the deepest two at means of plus and minus 3 with width 1, a shallower one in the middle")

# %% [markdown] slide_type="notes"
# Dark is low, and stars mark the lowest point. Ask where a ball would roll from a mean of 1 and a width of 2, in each panel. Forward has one valley: mean 0, width 3.15, that of both bumps together. Reverse has three, one on each bump and a shallow one in the middle, in which downhill steps get caught. Watch out: the two stars on the right are equally low, 0.69 nats.

# %% [markdown]
# Dark is low, stars mark the lowest point. The forward KL has one valley, and its bottom has the mean and the width of $p$ as a whole, as in 4.6a. The reverse KL has three: one for each bump, and a shallower one in the middle, in which your second trial
# got caught. **Mean-seeking** and **mode-seeking** are the usual words. But is the reverse fit always on one bump?

# %% slide_type="slide"
def best(values: Tensor) -> tuple[float, float, float]:
    """Mean, width and KL at the lowest point of a landscape; of two that are alike, the right one."""
    right = values[50:]  # means from 0 on
    i, j = divmod(right.argmin().item(), len(sigmas))
    return mus[50 + i].item(), sigmas[j].item(), right.min().item()

fig, axes = plots.canvas(width=9, height=4.3, cols=3)
for ax, a in zip(axes, (1.5, 2.5, 3.0)):
    ax.fill_between(line, 10 * slices(two_bumps(a)), color=plots.QUIET, alpha=0.3, label="p")
    for (name, values), color, style in zip(landscapes(a).items(), (plots.HOUSE, plots.ACCENT), ("-", "--")):
        m, s, _ = best(values)
        ax.plot(line, 10 * slices(gaussian(m, s)), color=color, ls=style, label=f"q, {name}")
    ax.set(xlabel="x", ylabel="density" if ax is axes[0] else "", xlim=(-7, 7), ylim=(0, 0.5), xticks=[-5, 0, 5], yticks=[])
    ax.set_title(f"bumps at ±{a:g}", fontsize=12)
axes[0].legend(loc="upper left", fontsize=11, handlelength=1.6)
plots.set_finding(fig, "The reverse fit picks one bump at ±3, and not yet at ±2.5")
show(fig, alt="Two bumps with the best forward and the best reverse fit: at plus and minus 1.5 and 2.5 both fits lie over both bumps, the reverse "
              "one a little narrower; at 3 the forward fit is wide and the reverse fit sits on the right bump alone")

# %% [markdown] slide_type="notes"
# You may have read that reverse KL seeks a mode. Ask which of the three panels shows that. Only the last one. At ±1.5 and ±2.5 the best reverse fit lies across both bumps, a little narrower than the forward one; at ±3 it sits on one, and its peak is twice as high. So "mode-seeking" holds when the bumps are far enough apart. Watch out: these are best fits of a grid, not ends of a descent.

# %% [markdown]
# No: at ±2.5 the best reverse fit still lies across both bumps, only a little narrower than the forward one. Where does it change its mind?

# %%
distances = [1 + i / 4 for i in range(13)]  # 1 to 4
fits = {a: {name: best(values) for name, values in landscapes(a).items()} for a in distances}
leaves = next(a for a in distances if fits[a]["reverse"][0] > 1)
print(f"the best reverse fit has mean 0 up to ±{leaves - 0.25}, and sits on a bump from ±{leaves} on")
for a in (2.5, 3.0):
    print(f"bumps at ±{a}: " + ", ".join(f"{name} mean {m:.1f}, width {s:.2f}, {v:.3f} nats"
                                         for name, (m, s, v) in fits[a].items()))

# %% slide_type="slide"
jump = distances.index(leaves)  # here the line is broken
fig, (left, right) = plots.canvas(width=9, height=4.3, cols=2)
for ax, entry, label in ((left, 0, "mean of the best q"), (right, 1, "width of the best q")):
    for name, color, style in (("forward", plots.HOUSE, "-"), ("reverse", plots.ACCENT, "--")):
        values = torch.tensor([fits[a][name][entry] for a in distances])
        ax.plot(distances, values, "o", color=color, label=name)
        for piece in (slice(0, jump), slice(jump, None)) if name == "reverse" else (slice(None),):
            ax.plot(distances[piece], values[piece], color=color, ls=style)
    ax.set(xlabel="bumps at ±", ylabel=label, ylim=(-0.1, 4.5))
left.legend(loc="upper left")
plots.set_finding(fig, f"Between ±{leaves - 0.25} and ±{leaves:g} the reverse fit lets go of one bump")
show(fig, alt="Mean and width of the best fits over the distance of the bumps: forward keeps mean 0 and widens steadily; reverse does so too, a "
              "little narrower, until it jumps to one bump with width 1 between 2.75 and 3")

# %% [markdown] slide_type="notes"
# The same, for every distance. Blue rises smoothly in width and keeps its mean at 0. Orange does so, too, until it jumps: mean from 0 to 3, width from 2.5 to 1. Ask what the reverse KL is after the jump, however far the other bump goes: log 2, the price of ignoring one of two equal bumps. Watch out: a tiny change of the data turns one fit into quite another.

# %% [markdown]
# It changes all at once, when the valley on the bump becomes the deeper one. "Reverse KL is mode-seeking" is true of modes that are far enough apart. Over bumps that overlap it lays one wide Gaussian, like the forward KL.
# (The means tried are 0.1 apart, the widths 0.05; that's why a mean of 3.2 stands at ±3.25.)
#
# Once $q$ sits on a bump, its reverse KL hardly changes any more, however far away the other bump moves: ignoring one of two bumps costs log 2, your answer 4.6b.

# %% tags=["solution"]
# What the text claims.
assert fits[2.5]["reverse"][0] == 0 and fits[3.0]["reverse"][0] > 2.9 and leaves == 3
assert all(abs(fits[a]["forward"][1] - math.sqrt(1 + a * a)) < 0.06 and fits[a]["forward"][0] == 0 for a in distances)
assert abs(fits[4.0]["reverse"][2] - math.log(2)) < 2e-3

# %% [markdown]
# ## 4 · Jensen–Shannon
#
# Infinite, and different in each direction: a KL is awkward as a measure of distance. The **Jensen–Shannon divergence** avoids both. It compares $p$ and $q$ not with each other but each with their mixture $m$:
#
# $$\mathrm{JS}(p, q) = \tfrac12\,\mathrm{KL}(p\,\|\,m) + \tfrac12\,\mathrm{KL}(q\,\|\,m), \qquad m = \tfrac12(p + q).$$
#
# In words: a fair coin that you don't see decides whether your next draw comes from $p$ or from $q$. Expecting $m$ costs you JS nats more per draw than knowing the coin would. So JS is what knowing the coin is worth, and
# that is at most $\log 2$, the entropy of a coin.

# %% [markdown]
# ### Exercise 4.7 · Jensen–Shannon
# Difficulty ●○○ · importance ●●○ · 4 minutes
#
# Use your `kl_divergence`. (SciPy's `jensenshannon` returns the square root, which is a distance. Here it is the divergence.)

# %%
def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    """Jensen–Shannon divergence over the last axis: p, q (..., C) -> (...), in nats, at most log 2."""
    # 1. the mixture m
    # 2. half of each one's KL to it
    ### BEGIN SOLUTION
    m = (p + q) / 2
    return (kl_divergence(p, m) + kl_divergence(q, m)) / 2
    ### END SOLUTION

# %%
js_divergence = check(js_divergence)

# %% slide_type="slide"
apart = torch.linspace(0, 8, 81, dtype=torch.float64)
p, q = slices(gaussian(-apart / 2, 1.0)), slices(gaussian(apart / 2, 1.0))  # (81, 361) each

fig, (ax,) = plots.canvas(width=8, height=4)
ax.plot(apart, kl_divergence(p, q), color=plots.HOUSE, label="KL, the same both ways here")
ax.plot(apart, js_divergence(p, q), color=plots.ACCENT, ls="--", label="Jensen–Shannon")
ax.axhline(math.log(2), color=plots.INK, lw=1.2, ls=":")
ax.text(0.1, math.log(2) + 0.08, "log 2")
ax.set(xlabel="distance between two Gaussians of width 1", ylabel="nats", ylim=(0, 4))
ax.legend(loc="center right")
plots.set_title(ax, "KL grows with the square of the distance, JS stops at log 2")
show(fig, alt="Divergences of two unit Gaussians over their distance: the KL is a parabola that leaves the picture, JS rises, bends and "
              "stays at log 2 from a distance of about 6 on")

# %% [markdown] slide_type="notes"
# JS compares each of the two with their mixture. Ask what it is at a distance of 0, and far out. Far out it is log 2, 0.693: it tells which of two coins was thrown, and one coin has no more than that. At 6 it is 0.689 already, so from there on it says "apart" and not how far. The KL goes on growing. Keep this picture: it returns in notebook 07, where a GAN has no gradient.

# %%
gain = js_divergence(p, q)
print(f"JS: {gain[60]:.4f} at a distance of 6, {gain[80]:.4f} at 8; log 2 = {math.log(2):.4f}")

# %% [markdown]
# A ceiling makes JS finite for any two distributions, holes or not. It has a drawback, too: beyond a distance of 6 or so the curve is flat, and no longer tells how far apart the two are.

# %% [markdown]
# ### Exercise 4.8 · At the ceiling
# Difficulty ●●○ · importance ●●○ · 4 minutes
#
# **4.8a** $p$ and $q$ share no outcome at all. How large is their JS, in nats?
#
# **4.8b** Two Gaussians of width 1 are 20 apart, and you want to move $q$ toward $p$ by going downhill on JS. What is the gradient like? Type `"a"`, `"b"`, `"c"` or `"d"`.
#
# | letter | answer |
# |---|---|
# | a | It is large: the distributions differ as much as they can. |
# | b | It is infinite, as with the KL. |
# | c | It is nearly 0: moving $q$ a little leaves JS at log 2. |
# | d | It points away from $p$. |

# %%
### BEGIN SOLUTION
answers["4.8a"] = math.log(2)
answers["4.8b"] = "c"
### END SOLUTION

# %%
check(answers, "4.8a")
check(answers, "4.8b")

# %% [markdown]
# ## 5 · Two Gaussians
#
# Now the KL that sits in the loss of every VAE: from the encoder's Gaussian $q = \mathcal N(\mu, \sigma^2)$ to the prior $p = \mathcal N(0, 1)$. It has a closed form, and you can get it with school algebra. We write `logvar` for
# $\log\sigma^2$, always.
#
# Every line below is followed by a cell that computes both of its sides, the left one as an integral. Other values of $\mu$ and $\sigma$ do as well ($\sigma$ from 0.1 to 5, say); change them and run these cells again.

# %%
mu, sigma = 0.8, 0.6
logvar = math.log(sigma**2)
q_z, p_z = Normal(mu, sigma), Normal(0.0, 1.0)
z = torch.linspace(-40, 40, 80_001, dtype=torch.float64)

def expect(f: Tensor) -> float:
    """E_q[f(z)]: the integral of q(z) f(z), for f given on the grid z."""
    return torch.trapezoid(q_z.log_prob(z).exp() * f, z).item()

def line_holds(left: float, right: float) -> None:
    print(f"integral {left:9.6f}   formula {right:9.6f}")
    assert math.isclose(left, right, rel_tol=1e-5, abs_tol=1e-6)

# %% [markdown]
# **Line 1**, all we need to know about $q$: what the mean of a square is. By the definition of the variance, and because $z = \mu + (z - \mu)$,
#
# $$\mathbb E_q[(z-\mu)^2] = \sigma^2, \qquad \mathbb E_q[z^2] = \mu^2 + \sigma^2 .$$

# %%
line_holds(expect((z - mu) ** 2), sigma**2)
line_holds(expect(z**2), mu**2 + sigma**2)

# %% [markdown]
# **Line 2**, the mean of $\log q$. Write out $\log q(z) = -\tfrac12\big(\log 2\pi + \log\sigma^2 + (z-\mu)^2/\sigma^2\big)$. Only the last part depends on $z$, and by line 1 its mean is $\sigma^2/\sigma^2 = 1$:
#
# $$\mathbb E_q[\log q(z)] = -\tfrac12\big(\log 2\pi + \log\sigma^2 + 1\big) .$$

# %%
line_holds(expect(q_z.log_prob(z)), -0.5 * (math.log(2 * math.pi) + logvar + 1))

# %% [markdown]
# **Line 3**, the mean of $\log p$. The prior has mean 0 and variance 1, so $\log p(z) = -\tfrac12\big(\log 2\pi + z^2\big)$, and line 1 gives the mean of $z^2$:
#
# $$\mathbb E_q[\log p(z)] = -\tfrac12\big(\log 2\pi + \mu^2 + \sigma^2\big) .$$

# %%
line_holds(expect(p_z.log_prob(z)), -0.5 * (math.log(2 * math.pi) + mu**2 + sigma**2))

# %% [markdown]
# **Line 4**, line 2 minus line 3. The $\log 2\pi$ cancels, and the ½ stands in front of everything that is left:
#
# $$\mathrm{KL}(q\,\|\,p) = \mathbb E_q[\log q(z) - \log p(z)] = \tfrac12\big(\sigma^2 + \mu^2 - 1 - \log\sigma^2\big) .$$

# %% [markdown] slide_type="slide" only="slides"
# ## The Gaussian KL needs one fact, the mean of a square
#
# $$\begin{aligned}
# \mathbb E_q[\log q] &= -\tfrac12\big(\log 2\pi + \log\sigma^2 + 1\big)\\
# \mathbb E_q[\log p] &= -\tfrac12\big(\log 2\pi + \mu^2 + \sigma^2\big)\\
# \mathrm{KL}(q\,\|\,p) &= \tfrac12\big(\sigma^2 + \mu^2 - 1 - \log\sigma^2\big)
# \end{aligned}$$
#
# All that is used: $\mathbb E_q[z^2] = \mu^2 + \sigma^2$. The last line at $\mu = 0.8$, $\sigma = 0.6$ is **0.511**, and so is the integral.

# %% [markdown] slide_type="notes"
# Do it on the board, and let the room say each line. All that is needed of q is the mean of a square. Ask where the −1 comes from: it is the variance of z divided by itself, and most people forget it. The log 2π cancels, and the half stands before everything that is left; a misprint has it elsewhere. In the notebook each line is followed by a cell that integrates and compares.

# %%
line_holds(expect(q_z.log_prob(z) - p_z.log_prob(z)), 0.5 * (sigma**2 + mu**2 - 1 - logvar))

# %% [markdown]
# ### Exercise 4.9 · The Gaussian KL
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# A code has $K$ numbers, each with its own $\mu_k$ and $\sigma_k^2$, independent of each other. Independent parts add:
#
# $$\mathrm{KL}\big(q\,\|\,\mathcal N(0, I)\big) = \tfrac12\sum_{k=1}^{K}\big(\sigma_k^2 + \mu_k^2 - 1 - \log\sigma_k^2\big) .$$
#
# In words: sum over the dimensions of one code, and keep the examples apart. `logvar` is $\log\sigma^2$: some lectures and labs let the encoder put out $\sigma$, or $\log\sigma$, under a similar name. Code that mixes
# them trains, and is wrong.

# %%
def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp(logvar)) ‖ N(0, I)): mu, logvar (N, K) -> (N,), in nats."""
    # 1. σ² + μ² − 1 − log σ², for every dimension
    # 2. half of the sum over the dimensions
    ### BEGIN SOLUTION
    each = logvar.exp() + mu.square() - 1 - logvar  # (N, K)
    return 0.5 * each.sum(-1)  # (N,)
    ### END SOLUTION

# %%
gaussian_kl = check(gaussian_kl)

# %% [markdown]
# What does this KL ask for? Look at $\sigma$ alone, with $\mu = 0$.

# %%
predict("04.narrow")

# %% [markdown] slide_type="slide" only="slides"
# ## Which σ has the smallest KL to N(0, 1)?

# %% slide_type="fragment"
some_sigma = torch.linspace(0.08, 2.6, 253)
fig, (ax,) = plots.canvas(width=8, height=4.2)
ax.plot(some_sigma, 0.5 * (some_sigma**2 - 1), color=plots.SERIES[2], ls="--", lw=1.6, label="½ (σ² − 1), pulls σ down")
ax.plot(some_sigma, -some_sigma.log(), color=plots.SERIES[3], ls="-.", lw=1.6, label="−½ log σ², pushes σ up")
kl = gaussian_kl(torch.zeros(253, 1), 2 * some_sigma.log()[:, None])  # (253,)
ax.plot(some_sigma, kl, color=plots.HOUSE, lw=3, label="KL, their sum")
ax.plot([1], [0], "o", color=plots.ACCENT, ms=9)
ax.set(xlabel="σ", ylabel="nats", ylim=(-1, 3))
ax.legend(loc="upper center")
plots.set_title(ax, "The KL wants σ = 1: neither smaller nor larger")
show(fig, alt="The KL of N(0, σ²) from N(0, 1) over σ, and its two parts: one falls and one rises as σ shrinks; their sum is lowest, 0, at "
              "σ = 1")

# %% [markdown] slide_type="notes"
# Let the room vote before you press the key: small, 1, or large? The KL has two parts. One pulls σ down, the other pushes it up, the harder the narrower q is. At a half the KL is 0.32 nats, at an eighth 1.59. You may read in print that it encourages small variances; half of it does. In a VAE, what asks for small ones is the reconstruction. Watch out: the axis is σ, not its square.

# %%
halvings = gaussian_kl(torch.zeros(4, 1), 2 * torch.tensor([1, 0.5, 0.25, 0.125]).log()[:, None])
print("σ = 1, ½, ¼, ⅛: " + ", ".join(f"{value:.3f}" for value in halvings.abs()) + " nats")

# %% [markdown]
# You may read that this KL "encourages small variances". One half of it does. The log pushes back, the harder the narrower $q$ is, and the two balance at $\sigma = 1$. In a VAE, what asks for small variances is
# the *reconstruction*: a sharp code is easier to decode.

# %% [markdown]
# ### Exercise 4.10 · Three small ones
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# - **a** $\mathrm{KL}\big(\mathcal N(2, 1)\,\|\,\mathcal N(0, 1)\big)$, in nats. Here $\sigma = 1$.
# - **b** The KL at $\mu = 0$ and `logvar` $= -2$, one dimension, in nats.
# - **c** A code of 20 numbers, all with $\mu = 0.5$ and `logvar` $= -1$: its KL, in nats.

# %%
### BEGIN SOLUTION
answers["4.10a"] = 0.5 * 2**2
answers["4.10b"] = 0.5 * (math.exp(-2) - 1 + 2)
answers["4.10c"] = 20 * 0.5 * (math.exp(-1) + 0.5**2 - 1 + 1)
### END SOLUTION

# %%
check(answers, "4.10a")
check(answers, "4.10b")
check(answers, "4.10c")

# %% [markdown]
# ### Exercise 4.11a · Any covariance
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# If the numbers of a code depend on each other, a covariance matrix $\Sigma$ takes the place of the variances:
#
# $$\mathrm{KL}\big(\mathcal N(\mu, \Sigma)\,\|\,\mathcal N(0, I)\big) = \tfrac12\big(\operatorname{tr}\Sigma + \mu^\top\mu - K - \log\det\Sigma\big) .$$
#
# In words: the trace $\operatorname{tr}\Sigma$ is the sum of the variances on the diagonal, $K$ is the number of dimensions, and $\log\det\Sigma$ takes the place of $\sum\log\sigma_k^2$. For a diagonal $\Sigma$ it is the formula you have.
# `torch.logdet(cov)` is safe where the determinant itself would round to 0.

# %%
def gaussian_kl_full(mu: Tensor, cov: Tensor) -> Tensor:
    """KL(N(mu, cov) ‖ N(0, I)): mu (K,), cov (K, K) -> one number, in nats."""
    # the four terms, in one bracket with ½ in front
    ### BEGIN SOLUTION
    return 0.5 * (cov.trace() + mu @ mu - len(mu) - torch.logdet(cov))
    ### END SOLUTION

# %%
gaussian_kl_full = check(gaussian_kl_full)

# %% [markdown]
# ### Two Gaussians, neither of them N(0, I)
#
# And if the second one is not the standard normal? A KL doesn't change when both distributions are moved and stretched in the same way. So subtract $\mu_p$ and divide by $\sigma_p$. That turns $p$ into $\mathcal N(0, 1)$, and the moved and stretched $q$ goes into your formula. For one number of the code:
#
# $$\mathrm{KL}\big(\mathcal N(\mu_q, \sigma_q^2)\,\|\,\mathcal N(\mu_p, \sigma_p^2)\big) = \mathrm{KL}\Big(\mathcal N\Big(\frac{\mu_q - \mu_p}{\sigma_p}, \frac{\sigma_q^2}{\sigma_p^2}\Big)\,\Big\|\,\mathcal N(0, 1)\Big) .$$
#
# ### Exercise 4.11b · From one to the other
# Difficulty ●●○ · importance ●●○ · 4 minutes
#
# $q = \mathcal N(3, 2^2)$ and $p = \mathcal N(1, 4^2)$: standard deviations 2 and 4. What is $\mathrm{KL}(q\,\|\,p)$, in nats?

# %%
### BEGIN SOLUTION
answers["4.11b"] = 0.5 * (0.5**2 + 0.5**2 - 1 - math.log(0.5**2))
### END SOLUTION

# %%
check(answers, "4.11b")

# %% [markdown]
# PyTorch knows the KL of many pairs of distributions. Let it check both of your functions, and answer 4.11b.

# %%
center = torch.tensor([0.5, -1.0, 0.0])
cov = torch.tensor([[1.0, 0.6, 0.0], [0.6, 0.8, -0.2], [0.0, -0.2, 0.3]])
prior = MultivariateNormal(torch.zeros(3), torch.eye(3))
theirs = torch.distributions.kl_divergence(MultivariateNormal(center, cov), prior)
print(f"any covariance: torch.distributions {theirs:.5f}, yours {gaussian_kl_full(center, cov):.5f}")

widths = cov.diagonal().sqrt()
theirs = torch.distributions.kl_divergence(Normal(center, widths), Normal(0.0, 1.0)).sum()
yours = gaussian_kl(center[None], 2 * widths.log()[None]).item()
print(f"variances only: torch.distributions {theirs:.5f}, yours {yours:.5f}")

theirs = torch.distributions.kl_divergence(Normal(3.0, 2.0), Normal(1.0, 4.0))
yours = gaussian_kl(torch.tensor([[(3 - 1) / 4]]), torch.tensor([[math.log(2**2 / 4**2)]])).item()
print(f"neither N(0, 1): torch.distributions {theirs:.5f}, yours {yours:.5f}")

# %% slide_type="slide"
turn = torch.linspace(0, 2 * math.pi, 200)
circle = torch.stack([turn.cos(), turn.sin()])  # (2, 200)
fig, axes = plots.canvas(width=9, height=4, cols=3)
for ax, (name, rows) in zip(axes, {"the prior itself": [[1, 0], [0, 1]], "stretched": [[2.2, 0], [0, 0.4]],
                                   "correlated": [[1, 0.9], [0.9, 1]]}.items()):
    cov = torch.tensor(rows, dtype=torch.float32)
    outline = 2 * torch.linalg.cholesky(cov) @ circle  # two standard deviations
    whole = gaussian_kl_full(torch.zeros(2), cov)
    diagonal = gaussian_kl(torch.zeros(1, 2), cov.diagonal().log()[None])
    ax.plot(*(2 * circle), color=plots.QUIET, lw=1.2, ls=":")
    ax.plot(*outline, color=plots.HOUSE)
    ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    ax.set_title(f"{name}: KL {abs(whole):.2f}\nvariances alone: {abs(diagonal.item()):.2f}", fontsize=12)
plots.set_finding(fig, "Correlation costs as well, and variances alone don't see it")
show(fig, alt="Three Gaussians against the standard normal circle: itself, KL 0; stretched along the axes, KL 0.36; correlated with unit "
              "variances, KL 0.83, where the formula with variances alone gives 0")

# %% [markdown] slide_type="notes"
# The dotted circle is the prior, two standard deviations wide. Ask how the right one can cost 0.83 nats, although both its variances are exactly 1: knowing one coordinate tells much about the other. The formula with variances alone says 0. Ask whether a VAE can make such a q. Not for one image, since its encoder has no correlations; all images together can, and do.

# %% [markdown]
# The right one has variances of exactly 1, so the diagonal formula sees nothing, and its KL is 0.83 nats all the same: knowing one coordinate tells much about the other, which is not so under the prior. (An encoder with `mu` and `logvar`
# can't make such a $q$ for one image. All images together can; notebook 08 comes back to that.)

# %% [markdown]
# ## 6 · A misprint
#
# You may meet the formula in this form, with the ½ on the trace alone ($K$ is the size of the code):
#
# $$\tfrac12\operatorname{tr}\Sigma + \mu^\top\mu - K - \log\det\Sigma \qquad\text{(as printed)}$$
#
# You have two ways to find out whether to trust it: put in a case whose answer you know, and compare with the integral. Do the first by hand.

# %% [markdown]
# ### Exercise 4.12 · Trust, but put in numbers
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# **4.12a** Which value does the printed formula give for $\mathcal N(0, I)$ in $K = 16$ dimensions, in nats?
#
# **4.12b** Why can't that be a KL? Type `"a"`, `"b"`, `"c"` or `"d"`.
#
# | letter | answer |
# |---|---|
# | a | A KL is never negative, and 0 for two equal distributions. |
# | b | A KL has to grow with the number of dimensions, and this one falls. |
# | c | A KL is at most log 2. |
# | d | The formula only holds where $\mu$ is not 0. |
#
# **4.12c** A VAE trained with the printed formula would end at a wrong variance. Which $\sigma^2$ makes the printed formula smallest? (One dimension, $\mu = 0$: $\tfrac12\sigma^2 - 1 - \log\sigma^2$.)
#
# **4.12d** You may read that "the goal is not to make two distributions the same". What does lowering a KL, by itself, ask for? Type `"a"`, `"b"`, `"c"` or `"d"`.
#
# | letter | answer |
# |---|---|
# | a | That $q$ stays in the interesting places, without becoming $p$. |
# | b | That $q$ becomes as narrow as possible. |
# | c | That $q$ has the mean of $p$, whatever its shape. |
# | d | That $q$ becomes $p$. |

# %%
### BEGIN SOLUTION
answers["4.12a"] = 0.5 * 16 - 16
answers["4.12b"] = "a"
answers["4.12c"] = 2
answers["4.12d"] = "d"
### END SOLUTION

# %%
check(answers, "4.12a")
check(answers, "4.12b")
check(answers, "4.12c")
check(answers, "4.12d")

# %% [markdown]
# And now the second way, the integral, which knows no formula.

# %% [markdown] slide_type="slide" only="slides"
# In print one meets $\tfrac12\operatorname{tr}\Sigma + \mu^\top\mu - K - \log\det\Sigma$, with the ½ on the trace alone.

# %% slide_type="-"
def integral(sigma: float) -> float:
    """KL(N(0, σ²) ‖ N(0, 1)) by adding up thin slices."""
    q = Normal(0.0, sigma)
    return torch.trapezoid(q.log_prob(z).exp() * (q.log_prob(z) - Normal(0.0, 1.0).log_prob(z)), z).item()

some = [0.3, 0.6, 1.0, 1.4, 1.8, 2.2]
fig, (ax,) = plots.canvas(width=8, height=4.2)
printed = 0.5 * some_sigma**2 - 1 - 2 * some_sigma.log()
right = 0.5 * (some_sigma**2 - 1 - 2 * some_sigma.log())
ax.plot(some_sigma, printed, color=plots.ACCENT, ls="--", label="as printed: ½ σ² − 1 − log σ²")
ax.plot(some_sigma, right, color=plots.HOUSE, label="½ (σ² − 1 − log σ²)")
ax.plot(some, [integral(sigma) for sigma in some], "o", color=plots.INK, label="the integral")
ax.axhline(0, color=plots.QUIET, lw=1)
ax.set(xlabel="σ", ylabel="nats", ylim=(-1, 2.6))
ax.legend(loc="upper right")
plots.set_title(ax, "The misprint goes below 0 and prefers σ² = 2")
show(fig, alt="Two formulas for the KL over σ, and dots from the integral: the dots lie on the curve with ½ in front of the bracket; the "
              "misprinted curve falls below 0 and has its minimum at σ of 1.41")

# %% [markdown] slide_type="notes"
# Three sentences in circulation are wrong, and one test each shows it: the misplaced half, "small variances", and "not the same". Ask for the value of the orange curve at σ = 1; it has to be 0 there and is −0.5. That test takes ten seconds. A VAE trains with the orange curve, quietly, toward σ² = 2. The dots are the integral, which knows no formula. The errata page says where these were found.

# %% [markdown]
# The dots lie on the formula with the ½ in front of the bracket. Note how quietly the misprint fails: it has a minimum, its gradient is smooth, a VAE trains with it. Nothing tells you, except a test with a known answer.
# The course's page of errata lists nine more places like this one.

# %% [markdown]
# ## 7 · When there is no formula
#
# Two Gaussians are a lucky case. Most pairs have no closed form, and in many dimensions there is no grid to integrate on either. But a KL is an expectation under $q$,
#
# $$\mathrm{KL}(q\,\|\,p) = \mathbb E_q[\log q(z) - \log p(z)] \approx \frac1S\sum_{s=1}^{S}\big(\log q(z_s) - \log p(z_s)\big), \qquad z_s \sim q,$$
#
# so you can draw from $q$ and take a mean. That is a **Monte Carlo estimate**.

# %% [markdown]
# ### Exercise 4.13 · KL from draws
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# `log_q` and `log_p` are functions that take the draws and return a log-density for each, (S,). The draws come from $q$.

# %%
def kl_monte_carlo(log_q, log_p, samples: Tensor) -> float:
    """Estimate of KL(q ‖ p) from samples (S, ...) drawn from q, in nats."""
    # the mean, over the draws, of how much more likely each is under q than under p, in logs
    ### BEGIN SOLUTION
    return (log_q(samples) - log_p(samples)).mean().item()
    ### END SOLUTION

# %%
kl_monte_carlo = check(kl_monte_carlo)

# %% [markdown]
# How good is such an estimate? With $\hat\sigma$ the standard deviation of the single terms, the **error bar** of their mean is $\hat\sigma/\sqrt S$. Watch it on a case where the truth is known, $q = \mathcal N(0.8, 0.6^2)$ from section 5.

# %% slide_type="slide"
set_of_draws = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000]
torch.manual_seed(0)
q_known, p_known = Normal(0.8, 0.6), Normal(0.0, 1.0)
exact = 0.5 * (0.6**2 + 0.8**2 - 1 - math.log(0.6**2))
fig, (ax,) = plots.canvas(width=8.5, height=4.2)
ax.axhline(exact, color=plots.INK, lw=1.4, ls=":", label=f"exact, {exact:.3f}")
for run, (color, marker) in enumerate(zip((plots.HOUSE, plots.ACCENT, plots.SERIES[2]), "osD")):
    for n in set_of_draws:
        draws = q_known.sample((n,))
        bar = (q_known.log_prob(draws) - p_known.log_prob(draws)).std() / math.sqrt(n)
        value = kl_monte_carlo(q_known.log_prob, p_known.log_prob, draws)
        ax.errorbar(n * 1.12 ** (run - 1), value, yerr=bar, fmt=marker, color=color, capsize=3,
                    label=f"run {run + 1}" if n == 10 else None)
ax.set(xscale="log", xlabel="draws", ylabel="estimate (nats)")
ax.set_xticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
ax.legend(loc="upper right", ncols=2)
plots.set_title(ax, "A hundred times the draws, a tenth of the error")
show(fig, alt="Monte Carlo estimates of a KL with error bars, three runs, from 10 to 30,000 draws: scattered at first, then closing in on "
              "the exact value of 0.511")

# %% [markdown] slide_type="notes"
# When there is no formula, draw from q and average. Three runs, each with error bars of one standard error. Ask how many draws one more digit costs: a hundred times as many. With 100 draws the bar is 0.065 nats. About two of three bars reach the exact value, 0.511, and if none ever missed, the bars would be too long. Watch out: single terms are negative, 16 % of them, though no KL is.

# %% [markdown]
# The dots close in on the exact value, and the bars tell how far to trust each. A bar is one standard error: about two of three bars reach the exact value, and nearly all do if doubled. Let's count, on a thousand repeats.

# %%
draws = q_known.sample((1000, 100))  # a thousand repeats of 100 draws
terms = q_known.log_prob(draws) - p_known.log_prob(draws)  # (1000, 100)
estimates, bars = terms.mean(1), terms.std(1) / math.sqrt(100)
within = [((estimates - exact).abs() < times * bars).double().mean().item() for times in (1, 2)]
negative = (terms < 0).double().mean().item()
print(f"truth within one bar: {within[0]:.0%} of the repeats, within two: {within[1]:.0%}; typical bar {bars.mean():.3f} nats")
print(f"single terms below 0: {negative:.0%}, although the KL is not")

# %% [markdown]
# ### Exercise 4.14 · Patience
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# With 100 draws the typical error bar was 0.065 nats. How many draws do you need for a tenth of that, 0.0065 nats?

# %%
### BEGIN SOLUTION
answers["4.14"] = 100 * 10**2
### END SOLUTION

# %%
check(answers, "4.14")

# %% [markdown]
# Now a pair without a formula: the two bumps at ±2.5, and the $q$ that fitted them best in section 3. The slices gave one number, the draws should give the same.

# %%
wide_mu, wide_sigma, by_slices = fits[2.5]["reverse"]
q_wide = Normal(wide_mu, wide_sigma)

def log_two_bumps(x: Tensor) -> Tensor:
    """log p of two bumps at ±2.5, half of the probability each."""
    return torch.logaddexp(Normal(-2.5, 1.0).log_prob(x), Normal(2.5, 1.0).log_prob(x)) - math.log(2)

draws = q_wide.sample((100_000,))
bar = (q_wide.log_prob(draws) - log_two_bumps(draws)).std().item() / math.sqrt(100_000)
by_draws = kl_monte_carlo(q_wide.log_prob, log_two_bumps, draws)
print(f"by slices {by_slices:.4f}, by draws {by_draws:.4f} ± {bar:.4f} nats")
assert abs(by_draws - by_slices) < 5 * bar

# %% [markdown]
# ### What draws can't see
#
# One more, and a trap. $q = \mathcal N(\tfrac12, 0.1^2)$ is a narrow Gaussian in the middle of $p$, the uniform distribution between 0 and 1.

# %% slide_type="slide"
def log_uniform(x: Tensor) -> Tensor:
    """log-density of the uniform distribution on (0, 1): 0 inside, −∞ outside."""
    return torch.where((x > 0) & (x < 1), 0.0, -math.inf)

q_narrow = Normal(0.5, 0.1)
draws = q_narrow.sample((1000,))
estimate = kl_monte_carlo(q_narrow.log_prob, log_uniform, draws)
bar = (q_narrow.log_prob(draws) - log_uniform(draws)).std().item() / math.sqrt(1000)
outside = 2 * Normal(0.0, 1.0).cdf(torch.tensor(-5.0)).item()

fig, (ax,) = plots.canvas(width=8, height=3.6)
x = torch.linspace(-0.2, 1.2, 701)
ax.fill_between(x, ((x > 0) & (x < 1)).float(), color=plots.QUIET, alpha=0.3, label="p, uniform")
ax.plot(x, q_narrow.log_prob(x).exp(), color=plots.HOUSE, label="q")
ax.plot(draws, -0.15 + 0 * draws, "|", color=plots.ACCENT, ms=10, alpha=0.4, label="1,000 draws from q")
ax.set(xlabel="x", ylabel="density", ylim=(-0.4, 4.6))
ax.legend(loc="upper right")
plots.set_title(ax, f"Estimate {estimate:.2f} ± {bar:.2f} nats. The truth is infinite")
show(fig, alt="A narrow Gaussian q inside a uniform p; all of a thousand draws fall between 0 and 1, where nothing is wrong, so the estimate "
              "of the infinite KL is finite")

# %% [markdown] slide_type="notes"
# Before the slide, sketch a narrow Gaussian q inside a uniform p; ask for the KL from q to p. Most compute; nobody looks at the edges. Beyond 0 and 1 the Gaussian has a little mass and p has none, so the KL is infinite. One draw falls there with a chance of 6 in ten million, so a thousand draws see nothing, and their error bar is small and wrong. Notebook 03's narrow q was the same trap.

# %%
print(f"chance that one draw falls outside of (0, 1): {outside:.1e}")

# %% [markdown]
# A Gaussian reaches everywhere. Beyond 0 and 1 it has a little mass, the uniform has none, and so $\mathrm{KL}(q\,\|\,p) = \infty$. The draws never went there, and the error bar, computed from the same draws, is small and wrong. Notebook 03's estimates of
# $\log p(x)$ with a narrow $q$ had error bars that lied in the same way.

# %% tags=["solution"]
# What the text claims.
assert abs(bars.mean() - 0.065) < 5e-4
assert 0.6 < within[0] < 0.76 and 0.9 < within[1] < 0.98 and 0.05 < negative < 0.5
assert math.isfinite(estimate) and bar < 0.1 and outside < 1e-6

# %% [markdown]
# ## 8 · The clinic
#
# Five functions for $\mathrm{KL}(p\,\|\,q)$ with a fault that people really make: **a** arguments swapped, **b** the log of a zero, **c** a small number put inside the log, so that nothing becomes infinite, **d** bits, **e** a mean over
# the outcomes in place of a sum. A shuffled list decides which is which.

# %%
def faulty_kl(fault: str, p: Tensor, q: Tensor) -> float:
    """KL(p ‖ q) for p, q (C,), with a fault."""
    if fault == "arguments swapped":
        p, q = q, p
    if fault == "log of zero":
        return (p * (p / q).log()).sum().item()
    if fault == "a small number inside the log":
        return (p * ((p + 1e-8) / (q + 1e-8)).log()).sum().item()
    each = torch.xlogy(p, p) - torch.xlogy(p, q)
    return (each.mean() if fault == "mean" else each.sum() / (math.log(2) if fault == "bits" else 1)).item()

fair, loaded = torch.tensor([0.5, 0.5]), torch.tensor([0.9, 0.1])
die, no_six = torch.full((6,), 1 / 6), torch.tensor([0.2] * 5 + [0.0])
pairs = {"fair, loaded": (fair, loaded), "loaded, fair": (loaded, fair), "no six, die": (no_six, die), "die, no six": (die, no_six)}
faults = ["arguments swapped", "log of zero", "a small number inside the log", "bits", "mean"]
shuffled = torch.randperm(5, generator=Generator().manual_seed(8)).tolist()

print(" " * 12 + "".join(f"{name:>14s}" for name in pairs))
for name, number in zip("ABCDE", shuffled):
    print(f"function {name}  " + "".join(f"{faulty_kl(faults[number], p, q):14.3f}" for p, q in pairs.values()))

# %% [markdown]
# ### Exercise 4.15 · Which bug is this?
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# The right values of the four columns are, from left to right, your answers 4.5b, 4.5c, 4.5e and 4.5d. Type the faults of the functions A to E as five letters, such as `"abcde"`. Then let your own function stand the same test.

# %%
### BEGIN SOLUTION
answers["4.15"] = "dbcea"
### END SOLUTION

# %%
check(answers, "4.15")

# %%
print("yours       " + "".join(f"{kl_divergence(p, q).item():14.3f}" for p, q in pairs.values()))
for fault in faults:
    print(f"{fault:30s} on two equal coins: {abs(faulty_kl(fault, loaded, loaded)):.3f}")

# %% [markdown] slide_type="slide"
# ## What to take away
#
# - Entropy: what a message costs. Cross-entropy: with a code for something else. KL: the difference.
# - $\mathrm{KL}(p\,\|\,q)$: $p$ happens, $q$ was expected. Forward forbids holes, reverse forbids spilling over.
# - $\tfrac12\sum(\sigma^2 + \mu^2 - 1 - \log\sigma^2)$ is 0 at the prior and nowhere else.
# - Test a formula where you know the answer. Two equal distributions are always at hand.
#
# Next: how does a gradient get through a draw (05)?

# %% [markdown] slide_type="notes"
# Let somebody read the second line aloud and give an example of each direction: a compressor, a generator that never draws what it should not. Then the last line, which is worth more than all formulas here: two equal distributions are always at hand, and the answer is 0. Close with the question for the next notebook: the Gaussian KL has a gradient in μ and log σ². How does one get through the draw?

# %% [markdown]
# ## Review
#
# ### Exercise 4.16 · No distance
# Difficulty ●○○ · importance ●●○ · 2 minutes
#
# Why is the KL called a divergence and not a distance?
#
# - **a** It can be negative.
# - **b** $\mathrm{KL}(p\,\|\,q)$ and $\mathrm{KL}(q\,\|\,p)$ differ in general.
# - **c** It is measured in nats and not in meters.
# - **d** It is 0 for some pairs that differ.

# %%
### BEGIN SOLUTION
answers["4.16"] = "b"
### END SOLUTION

# %%
check(answers, "4.16")

# %% [markdown]
# ### Exercise 4.17 · In a VAE
# Difficulty ●●○ · importance ●●● · 3 minutes
#
# The loss of a VAE holds $\mathrm{KL}(q(z\mid x)\,\|\,p(z))$, encoder first, prior second. What does it punish most?
#
# - **a** Codes where the prior has next to nothing.
# - **b** Places of the prior where this image has no codes.
# - **c** A mean of exactly 0.
# - **d** A variance of exactly 1.

# %%
### BEGIN SOLUTION
answers["4.17"] = "a"
### END SOLUTION

# %%
check(answers, "4.17")

# %%
progress("04")

# %% [markdown]
# **Next:** the Gaussian KL is smooth in `mu` and `logvar`, and gradients flow through it. The other term of a VAE's loss needs a *draw* from $q$, and no gradient flows through a draw. Notebook 05 finds a way round.
