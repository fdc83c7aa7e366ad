"""Notebook 18: every drawn question over 200 seeds against a computation of its own."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import torch
import yaml
from torch import nn
from torch.nn import functional as F

from coursework.authoring.project import find_root
from coursework.authoring.site.pages import with_slugs
from coursework.authoring.site.question_bank import slug
from coursework.authoring.source import choose_sources, find_sources
from coursework.checking.exercise import Question
from coursework.checking.questions import judge_answer
from coursework.checking.variants import dice
from coursework.exercises.nb18 import (
    DRAWN,
    EXERCISES,
    LEAST,
    MOST,
    OBJECTIVES,
    PLACES,
    POOL,
    draw_sitting,
    place_drawn,
)
from coursework.exercises.nb18.derivations import BEST_JUDGE, ELBO, JENSEN
from coursework.exercises.nb18.places import CURED, DIAGNOSED
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes

ROOT = find_root()
SEEDS = range(200)
DRAWS = {d.name.removeprefix("18.answers."): d for d in DRAWN}


def drawn(key: str, seed: int) -> Question:
    return DRAWS[key].draw(dice(seed, DRAWS[key].name))


def numbers(text: str) -> list[float]:
    """The numbers of a text in their order, without those in powers and names of arguments."""
    plain = text.replace("−", "-").replace("{,}", "").replace("½", "0.5")
    return [float(n) for n in re.findall(r"(?<![\w.{^])-?\d+(?:\.\d+)?", plain)]


def after(text: str, mark: str) -> float:
    """The first number behind a mark."""
    return numbers(" " + text.partition(mark)[2])[0]


def kl_by_sum(mu: float, var: float) -> float:
    """KL(N(mu, var) || N(0, 1)), as an integral."""
    sd = math.sqrt(var)
    total, dx = 0.0, 16 * sd / 4000
    for i in range(4001):
        x = mu - 8 * sd + i * dx
        log_q = -0.5 * ((x - mu) / sd) ** 2 - math.log(sd)
        total += math.exp(log_q) / math.sqrt(2 * math.pi) * (log_q + 0.5 * x * x) * dx
    return total


def slope_ratio(d: float) -> float:
    """Slopes of -log D and of log(1 - D) in the logit, by differences."""
    a, h = math.log(d / (1 - d)), 1e-5
    ns = [math.log(1 + math.exp(-(a + s))) for s in (-h, h)]
    sat = [-math.log(1 + math.exp(a + s)) for s in (-h, h)]
    return abs((ns[1] - ns[0]) / (sat[1] - sat[0]))


def bayes(text: str) -> float:
    share, dense, thin = (
        after(text, "all photos") / 100,
        *numbers(text.partition("show shoes")[2])[:2],
    )
    shoes, bags = 1000 * share * dense, 1000 * (1 - share) * thin
    return shoes / (shoes + bags)


def mean_to_sum(text: str) -> float:
    error, side = after(text, "error of"), int(after(text, "images have"))
    return sum(error for _ in range(side * side))


def draw_by_hand(text: str) -> float:
    mu, logvar, eps = (after(text, m) for m in (r"\mu =", r"\sigma^2 =", r"\varepsilon ="))
    return mu + math.sqrt(math.exp(logvar)) * eps


def slope_of_a_draw(text: str) -> float:
    sigma, eps, h = after(text, r"$\sigma ="), after(text, r"\varepsilon ="), 1e-6
    logvar = 2 * math.log(sigma)
    z = [math.exp(0.5 * (logvar + s)) * eps for s in (-h, h)]
    return (z[1] - z[0]) / (2 * h)


def best_answer(text: str) -> float:
    real, fake = after(text, r"p_\text{data}(x) ="), after(text, "p_G(x) =")
    grid = [i / 1000 for i in range(1, 1000)]
    best = max(grid, key=lambda d: real * math.log(d) + fake * math.log(1 - d))
    return best if "**real**" in text else 1 - best


def value_and_js(text: str) -> float:
    if "How large is" in text:
        return 0.5 * (after(text, "V(D^*, G) =") + 2 * math.log(2))
    return after(text, "(p_\\text{data}, p_G) =") * 2 - 2 * math.log(2)


def inputs(text: str) -> float:
    planes = torch.zeros(2, 1 if "gray" in text else 3, 4, 4)
    kinds = int(after(text, "pixels, with"))
    if "planes" in text:
        return torch.cat([planes, torch.zeros(2, kinds, 4, 4)], 1).shape[1]
    noise = int(after(text, "The noise has"))
    return torch.cat([torch.zeros(2, noise), torch.zeros(2, kinds)], 1).shape[1]


def told_judge(text: str) -> float:
    data, fake = numbers(text.partition("At one image")[2])[:2]
    return 1 / (1 + fake / data)


def transposed(text: str) -> float:
    side = int(after(text, "feature maps of"))
    kernel, stride, padding = (int(after(text, f"{w}=")) for w in ("size", "stride", "padding"))
    return len(
        F.conv_transpose1d(
            torch.zeros(1, 1, side), torch.zeros(1, 1, kernel), None, stride, padding
        )[0, 0]
    )


def flattened(text: str) -> float:
    side, width = int(after(text, "images of")), int(after(text, "and then"))
    x = torch.zeros(1, 1, side, side)
    for channels in (1, width):
        x = F.conv2d(x[:, :1], torch.zeros(channels, 1, 3, 3), stride=2, padding=1)
    return x.numel()


def on_the_way(text: str) -> float:
    pairs = re.findall(r"\((-?[\d.]+), (-?[\d.]+)\)", text.replace("−", "-"))
    place = 0 if "*first*" in text else 1
    a, b = (float(pair[place]) for pair in pairs[:2])
    return a + after(text, "at $t =") * (b - a)


def gap(text: str) -> float:
    log_px, log_px_z, kl = (after(text, m) for m in (r"\log p(x) =", r"p(x\mid z)] =", r"p(z)) ="))
    return log_px - (log_px_z - kl)


def bits(text: str) -> float:
    nats, side = after(text, "negative ELBO"), int(after(text, "of"))
    dims = side * side * (3 if "three channels" in text else 1)
    return nats * math.log2(math.e) / dims


NUMBERS: dict[str, Callable[[str], float]] = {
    "18.2": bayes,
    "18.3": mean_to_sum,
    "18.6": lambda t: -(-after(t, "(x\\mid z)] =") - after(t, "p(z)) =")),
    "18.7": lambda t: after(t, "loss is") + after(t, r"\beta =") * after(t, "the KL"),
    "18.9": gap,
    "18.11": bits,
    "18.13": lambda t: kl_by_sum(after(t, "the mean"), after(t, "*variance*")),
    "18.14": draw_by_hand,
    "18.15": slope_of_a_draw,
    "18.18": best_answer,
    "18.19": lambda t: math.log(after(t, "D(x) =") * (1 - after(t, "D(G(z)) ="))),
    "18.20": value_and_js,
    "18.25": lambda t: slope_ratio(after(t, "D(G(z)) =")),
    "18.30": inputs,
    "18.31": told_judge,
    "18.33": transposed,
    "18.34": flattened,
    "18.36": on_the_way,
}  # fmt: skip


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_is_what_its_text_gives(key: str) -> None:
    for seed in SEEDS if key != "18.13" else range(0, 200, 10):
        question = drawn(key, seed)
        mine = NUMBERS[key](question.text)
        assert math.isclose(mine, float(question.answer), rel_tol=3e-3, abs_tol=1e-3), seed
        assert judge_answer(question, mine).passed, (seed, mine, question.answer)


def table(text: str) -> list[list[float]]:
    lines = [line for line in text.split("\n") if re.match(r"\| -?\d", line)]
    return [[float(cell) for cell in line.strip("| ").split("|")] for line in lines]


def gan_fault(text: str) -> str:
    """The diagnosis of a GAN's log, from its numbers alone."""
    rows = table(text)
    for _, loss, real, fake, _, _ in rows:
        assert math.isclose(loss, -math.log(real) - math.log(1 - fake), abs_tol=6e-4)
    last, first = rows[-1], rows[0]
    if last[4] > 20 * first[4]:
        return "pile up"
    if all(abs(row[1] - math.log(4)) < 0.01 for row in rows):
        return "never learned"
    if last[2] > 0.9 and last[3] < 0.05:
        return "sure of every image"
    return "one or two kinds" if last[5] <= 2 else "catches up"


def vae_fault(text: str) -> str:
    rows = table(text)
    _, nll, kl, train, test, used = rows[-1]
    if abs(train - nll) < 0.06 and kl > 100:
        return "missing from the loss"
    for _, a, b, loss, _, _ in rows:
        assert math.isclose(a + b, loss, abs_tol=0.06)
    if kl < 0.1 and used == 0:
        return "has died"
    if train > rows[0][3]:
        return "jumps"
    return "rises again" if test > min(row[4] for row in rows) + 5 else "still fall"


def beta_claim(text: str) -> str:
    return "not tight" if after(text, r"\beta =") > 1 else "either side"


def distribution(text: str) -> str:
    if "probability for each" in text:
        return r"p(y|x)"
    if "name of a dish" in text:
        return "p(x|y)"
    return "p(x)" if "no input" in text else "p(x, y)"


def width(text: str) -> str:
    train, test = (int(n) for n in re.findall(r"\*\*(\d+) %\*\*", text))
    if train > 20:
        return "too narrow"
    return "memorizes" if test > train + 20 else "Nothing is wrong"


def passes(text: str) -> str:
    """Runs the four lines, and says through which one a gradient comes."""
    from torch.distributions import Normal

    good = []
    for letter, line in re.findall(r"\*\*(\w)\*\* `z = (.+)`", text):
        mu, logvar = (torch.full((3,), v, requires_grad=True) for v in (0.4, -0.3))
        names = {"torch": torch, "Normal": Normal, "mu": mu, "logvar": logvar}
        z = eval(line, {**names, "eps": torch.tensor([0.3, -1.2, 0.7])})
        if z.requires_grad:
            z.sum().backward()
            good += [letter] if mu.grad.abs().sum() > 0 and logvar.grad.abs().sum() > 0 else []
    (only,) = good
    return only


CHOICES: dict[str, Callable[[str], str]] = {
    "18.1": distribution, "18.5": width, "18.8": beta_claim,
    "18.26": gan_fault, "18.27": vae_fault,
    "18.37": lambda t: "Nothing is promised" if "left out" in t else "little by little",
    "18.28": lambda t: next(
        cure for sign, cure in {
            "saturating": "−log D", "same image": "whole batch", "fallen to 0": "small β",
            "test images rises": "best epoch", "critic": "Penalize"}.items()
        if sign in t.partition("Which remedy")[0]),
    "18.29": lambda t: "D(x, y)` and `D(G(z, y_fake), y_fake)",
    "18.4": lambda t: "Nothing ties the codes",
}  # fmt: skip


@pytest.mark.parametrize("key", CHOICES)
def test_a_choice_is_what_its_text_says(key: str) -> None:
    for seed in SEEDS:
        question = drawn(key, seed)
        fitting = [
            c for c, words in question.choices.items() if CHOICES[key](question.text) in words
        ]
        assert fitting == [question.answer], (seed, question.text)


def test_the_line_that_keeps_its_gradient_is_found_by_running_all_four() -> None:
    for seed in SEEDS:
        question = drawn("18.16", seed)
        assert passes(question.text) == question.answer


def test_the_missing_line_is_the_one_that_the_derivation_has() -> None:
    for key, whole in {"18.10": ELBO, "18.21": BEST_JUDGE, "18.22": JENSEN}.items():
        for seed in SEEDS:
            question = drawn(key, seed)
            there = re.findall(r"^\d\. (.*)$", question.text, re.MULTILINE)
            assert len(there) == len(whole.lines) and there.count("**?**") == 1
            right = str(question.choices[str(question.answer)])
            restored = [line.replace("**?**", right) for line in there]
            assert restored == [f"$\\displaystyle {line}$" for line in whole.lines]


def test_every_drawn_question_is_tested_by_a_computation_of_its_own() -> None:
    assert {*NUMBERS, *CHOICES, "18.16", "18.10", "18.21", "18.22"} == set(DRAWS)


@pytest.mark.parametrize("key", DRAWS)
def test_each_known_mistake_is_told_by_its_kind_whatever_is_drawn(key: str) -> None:
    for seed in SEEDS:
        question = drawn(key, seed)
        assert question.name == f"18.answers.{key}" and len(question.wrong) >= 3
        for given, (name, _) in question.wrong.items():
            assert judge_answer(question, given).mistake == name, (seed, given)
        for letter, words in question.choices.items():
            assert f"- **{letter}** {words}" in question.text


@pytest.mark.parametrize("key", [k for k in DRAWS if drawn(k, 0).choices])
def test_an_option_is_betrayed_neither_by_its_letter_nor_by_its_length(key: str) -> None:
    asked = [drawn(key, seed) for seed in SEEDS]
    letters = Counter(q.answer for q in asked)
    assert set(letters) == set("abcd") and max(letters.values()) < 0.4 * len(asked)
    longest = sum(len(q.choices[str(q.answer)]) == max(map(len, q.choices.values())) for q in asked)
    assert longest <= 0.7 * len(asked) or key in ("18.1", "18.10", "18.21", "18.22")
    for q in asked:
        sizes = [len(words) for words in q.choices.values()]
        assert max(sizes) <= 1.6 * min(sizes), q.choices


def test_numbers_and_orders_differ_from_seed_to_seed() -> None:
    for key in DRAWS:
        assert len({drawn(key, seed).text for seed in range(40)}) >= 8, key


def test_a_sitting_has_twelve_questions_on_all_objectives() -> None:
    seen: set[str] = set()
    for seed in SEEDS:
        keys = draw_sitting(Random(seed))
        assert len(keys) == len(set(keys)) == 12
        assert {PLACES[key].objective for key in keys} == set(range(1, len(OBJECTIVES) + 1))
        seen.update(keys)
    assert seen == set(PLACES) == set(POOL)


@pytest.mark.parametrize("count", range(LEAST, MOST + 1))
def test_a_shorter_sitting_keeps_every_objective_and_some_code(count: int) -> None:
    for seed in range(60):
        keys = draw_sitting(Random(seed), count)
        assert len(set(keys)) == count
        assert {PLACES[key].objective for key in keys} == set(range(1, len(OBJECTIVES) + 1))
        assert any(not key[0].isdigit() for key in keys)


def test_a_title_tells_nothing_of_what_is_drawn() -> None:
    for drawn_of in DRAWN:
        assert {drawn_of.at(seed).title for seed in range(30)} == {drawn_of.at(0).title}


def test_the_last_hint_names_the_section_that_shows_what_is_drawn() -> None:
    for key, of in DRAWS.items():
        for seed in range(40):
            place = place_drawn(key, dice(seed, of.name))
            assert f"shows it in {place}." in of.draw(dice(seed, of.name)).hints[-1]
        assert place_drawn(key, dice(0, of.name)) == PLACES[key]


def test_the_table_of_sections_links_to_each_of_them() -> None:
    sources = {path.name[:2]: path.stem for path in find_sources(ROOT)}
    (source,) = choose_sources(ROOT, ["18"])
    text = "\n".join(cell.text for cell in source.cells)
    linked = {}
    for numbers_, address in re.findall(
        r"^\| (18\.[\d., ]+) \| \[.*\]\((.+)\) \|$", text, re.MULTILINE
    ):
        linked |= dict.fromkeys(numbers_.split(", "), address)
    wanted = [f"{sources[p.notebook]}.ipynb{p.anchor}" for p in PLACES.values()]
    assert [linked[f"18.{n}"] for n in range(1, len(PLACES) + 1)] == wanted
    for place, address in zip(PLACES.values(), wanted, strict=True):
        on_the_site = f"({sources[place.notebook]}.ipynb#{slug(place.section)})"
        assert with_slugs(f"({address})") == on_the_site


def test_a_learned_number_for_each_kind_is_no_number_of_its_own() -> None:
    """`nn.Embedding(kinds, 1)` learns where each kind lies: no order and no distance is given."""

    def clothing_generator(latents: int, kinds: int) -> nn.Module:
        class Net(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.place = nn.Embedding(kinds, 1)
                self.layers = nn.Sequential(
                    nn.Linear(latents + 1, 32), nn.ReLU(), nn.Linear(32, 784), nn.Sigmoid()
                )

            def forward(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
                return self.layers(torch.cat([z, self.place(y)], 1)).view(-1, 1, 28, 28)

        return Net()

    assert_passes("clothing_generator", clothing_generator)


def test_every_place_is_a_heading_of_its_notebook() -> None:
    texts = {
        s.number: "\n".join(cell.text for cell in s.cells if cell.kind == "markdown")
        for s in choose_sources(ROOT)
    }
    for place in (*PLACES.values(), *DIAGNOSED.values(), *CURED.values()):
        assert re.search(
            rf"^##+ {re.escape(place.section)}$", texts[place.notebook], re.MULTILINE
        ), place


def test_objectives_are_those_of_the_notebook_and_of_the_docs() -> None:
    (source,) = choose_sources(ROOT, ["18"])
    text = next(cell.text for cell in source.cells if "At the end you can" in cell.text)
    assert re.findall(r"^\d\. (.+?)[;.]$", text, re.MULTILINE) == list(OBJECTIVES)
    groups = yaml.safe_load((ROOT / "docs" / "objectives.yml").read_text("utf-8"))["18"]
    mine = [[n for n, p in enumerate(PLACES.values(), 1) if p.objective == g] for g in range(1, 9)]
    assert groups == mine


def test_the_notebook_shows_what_seed_0_draws() -> None:
    (source,) = choose_sources(ROOT, ["18"])
    text = "\n\n".join(cell.text for cell in source.cells if cell.kind == "markdown")
    assert [e.name.removeprefix("18.answers.") for e in EXERCISES] == list(PLACES)
    for question in EXERCISES:
        if isinstance(question, Question):
            assert question.text in text, question.name


def elbo_in_a_loop(log_px, kl):
    return torch.stack([sum(log_px[:, i]) / len(log_px) - sum(kl[i]) for i in range(len(kl))])


def code_by_slices(out, eps, unused=None):
    k = out.shape[1] // 2
    return torch.addcmul(out[:, :k], out[:, k:].mul(0.5).exp(), eps)


def code_by_rsample_of_a_unit(out, eps):
    mu, logvar = out.double().split(eps.shape[1], 1)
    return mu + logvar.exp().sqrt() * eps


def judge_by_softmax(log_p_data, log_p_g):
    return torch.stack([log_p_data, log_p_g]).softmax(0)[0]


def judge_by_logs(log_p_data, log_p_g):
    return (log_p_data - torch.logaddexp(log_p_data, log_p_g)).exp()


def losses_with_bce(fake_logits):
    zeros, ones = torch.zeros_like(fake_logits), torch.ones_like(fake_logits)
    bce = F.binary_cross_entropy_with_logits
    return -bce(fake_logits, zeros), bce(fake_logits, ones)


def losses_with_logsigmoid(fake_logits):
    return F.logsigmoid(-fake_logits).mean(), -F.logsigmoid(fake_logits).mean()


def embedded_clothing(latents, kinds):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rows = nn.Embedding(kinds, 6)
            self.body = nn.Sequential(
                nn.Linear(latents + 6, 8 * 49), nn.Unflatten(1, (8, 7, 7)), nn.BatchNorm2d(8),
                nn.ReLU(), nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(),
                nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Sigmoid(),
            )  # fmt: skip

        def forward(self, z, y):
            return self.body(torch.cat([z, self.rows(y)], 1))

    return Net()


def encoder_of_one_more_layer(latents):
    return nn.Sequential(
        nn.Conv2d(1, 4, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 8, 4, 2, 1), nn.BatchNorm2d(8),
        nn.ReLU(), nn.Conv2d(8, 8, 4, 4), nn.Flatten(1), nn.Linear(32, 2 * latents),
    )  # fmt: skip


RIGHT = [
    ("elbo_from_terms", elbo_in_a_loop), ("code_from_noise", code_by_slices),
    ("code_from_noise", code_by_rsample_of_a_unit), ("best_judge", judge_by_softmax),
    ("best_judge", judge_by_logs), ("both_generator_losses", losses_with_bce),
    ("both_generator_losses", losses_with_logsigmoid), ("clothing_generator", embedded_clothing),
    ("small_encoder", encoder_of_one_more_layer),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fn"), RIGHT, ids=lambda value: getattr(value, "__name__", value))
def test_other_right_answers_pass(name, fn):
    assert_passes(name, fn)


def test_further_mistakes_are_named():
    assert_mistake("elbo_from_terms", lambda a, b: b.sum(1) - a.mean(0), "negative")
    assert_mistake("code_from_noise", lambda o, e: o[:, : e.shape[1]] + e, "not_scaled")
    assert_mistake("best_judge", lambda p, q: q.exp() / (p.exp() + q.exp() + 1e-30), "upside_down")
