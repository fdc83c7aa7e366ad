"""What the learner of `conditional_gan_step` reads about each known fault.

First the labels, known by the calls; then the faults of notebook 06's `gan_step`, with labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from coursework.checking.exercise import Case, Mistake, Observed
from coursework.exercises.gan_faulty_steps import Losses, descend
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.gan_step_mistakes import MISTAKES as WITHOUT_LABELS
from coursework.exercises.rules import Wrong, named

UNEQUAL = "fewer fakes than real images"
CLASSES = 9


@dataclass(frozen=True)
class Game:
    """The arguments of a step."""

    g: Callable[[Tensor, Tensor], Tensor]
    d: Callable[[Tensor, Tensor], Tensor]
    opt_g: Optimizer
    opt_d: Optimizer
    x_real: Tensor
    y_real: Tensor
    z: Tensor
    y_fake: Tensor

    def step(
        self,
        real: Tensor | None = None,
        fake_d: Tensor | None = None,
        fake_g: Tensor | None = None,
        g: Tensor | None = None,
    ) -> Losses:
        """The right step, with other labels at some of the four places."""
        x_fake = self.g(self.z, self.y_fake if g is None else g)
        real_logits = self.d(self.x_real, self.y_real if real is None else real)
        fake_logits = self.d(x_fake.detach(), self.y_fake if fake_d is None else fake_d)
        d_loss = descend(discriminator_loss(real_logits, fake_logits), self.opt_d)
        logits = self.d(x_fake, self.y_fake if fake_g is None else fake_g)
        return {"d_loss": d_loss, "g_loss": descend(generator_loss(logits), self.opt_g)}

    def anew(self, n: int = 0) -> Tensor:
        """Labels that nobody asked for."""
        return torch.randint(CLASSES, (n or len(self.z),))

    def in_one_batch(self, y: Tensor) -> Losses:
        """Both halves in one batch of D, with labels y."""
        x_fake = self.g(self.z, self.y_fake)
        logits = self.d(torch.cat([self.x_real, x_fake.detach()]), y)
        halves = logits.split([len(self.x_real), len(x_fake)])
        d_loss = descend(discriminator_loss(*halves), self.opt_d)
        g_loss = descend(generator_loss(self.d(x_fake, self.y_fake)), self.opt_g)
        return {"d_loss": d_loss, "g_loss": g_loss}


def _some_astray(flags: set[str]) -> bool:
    return any(":" in flag or flag in ("mixed", "stopped") for flag in flags)


def _by_labels(*needed: str, without: str = "") -> Callable[[Observed, Case], bool]:
    """Did these labels go astray? Where the sizes differ, that some did is enough."""

    def when(seen: Observed, case: Case) -> bool:
        flags = seen.value["flags"]
        if case.label == UNEQUAL and _some_astray(flags):
            return True
        return set(needed) <= flags and without not in flags

    return when


def _anywhere(what: str) -> Callable[[Observed, Case], bool]:
    def when(seen: Observed, case: Case) -> bool:
        flags = seen.value["flags"]
        if case.label == UNEQUAL and _some_astray(flags):
            return True
        return any(flag.endswith(f":{what}") for flag in flags)

    return when


def _row(
    name: str, when: Callable[[Observed, Case], bool], text: str, *wrongs: Callable[[Game], Losses]
) -> list[Mistake]:
    return named({name: (text, *wrongs)}, Game, when)


PAIRS = (
    "The four pairs: `generator(z, y_fake)`, `discriminator(x_real, y_real)`, "
    "`discriminator(x_fake, y_fake)` in D's update and again in G's."
)

OF_LABELS = [
    *_row("labels_not_concatenated", _by_labels("mixed"),
        "You put real images and fakes into one batch, and the labels of one half only. Either "
        "`torch.cat([y_real, y_fake])` as well or, better, two calls of D.",
        lambda t: t.in_one_batch(t.y_real), lambda t: t.in_one_batch(t.y_fake[:3])),
    *_row("constant_label", _anywhere("constant"),
        "One and the same label for all images. We looked at the calls: D or G was handed a "
        "constant, so the label says nothing to it. " + PAIRS,
        lambda t: t.step(fake_d=0 * t.y_fake, fake_g=0 * t.y_fake),
        lambda t: t.step(real=0 * t.y_real, fake_d=0 * t.y_fake, fake_g=0 * t.y_fake),
        lambda t: t.step(real=0 * t.y_real), lambda t: t.step(fake_d=0 * t.y_fake),
        lambda t: t.step(fake_g=0 * t.y_fake), lambda t: t.step(g=0 * t.y_fake),
        lambda t: t.step(g=t.y_fake[:1].expand_as(t.y_fake))),
    *_row("y_fake_ignored", _by_labels("g:y_real", "fake_d:y_real"),
        "G and D both got `y_real` for the fakes, so `y_fake` is never used. Labels and images "
        "agree, and that trains; but which fakes to make is the caller's choice, and there need "
        "not be as many of them as real images. " + PAIRS,
        lambda t: t.step(g=t.y_real, fake_d=t.y_real, fake_g=t.y_real)),
    *_row("g_given_y_real", _by_labels("g:y_real", without="fake_d:y_real"),
        "G was given `y_real`, and D judges its images as if they had been made for `y_fake`. Most "
        "pairs don't match, so G learns that the label doesn't matter. " + PAIRS,
        lambda t: t.step(g=t.y_real)),
    *_row("d_told_y_real", _by_labels("fake_d:y_real", "fake_g:y_real", without="g:y_real"),
        "The fakes were made for `y_fake`, and D is told `y_real` about them in both updates. G "
        "can't know those labels, so it learns to ignore its own. " + PAIRS,
        lambda t: t.step(fake_d=t.y_real, fake_g=t.y_real)),
    *_row("labels_swapped", _by_labels("real:y_fake", "fake_d:y_real"),
        "In D's update the labels changed places: real images were judged with `y_fake` and fakes "
        "with `y_real`. " + PAIRS,
        lambda t: t.step(real=t.y_fake, fake_d=t.y_real)),
    *_row("fakes_with_y_real", _by_labels("fake_d:y_real", without="g:y_real"),
        "In D's update the fakes are judged with the labels of the *real* batch. Nothing crashes, "
        "and a judge finds the class asked for *more* often, which is why only a look at the calls "
        "finds this. D learns that a fake is an image beside a wrong label, so G is pushed to "
        "images that no other label could have: clear ones, and too much alike. A fake keeps "
        "the label that it was made for: `discriminator(x_fake.detach(), y_fake)`.",
        lambda t: t.step(fake_d=t.y_real)),
    *_row("g_scored_with_y_real", _by_labels("fake_g:y_real"),
        "In G's update the fakes are judged with the labels of the real batch. G made them for "
        "`y_fake`, and is punished for it. `discriminator(x_fake, y_fake)`.",
        lambda t: t.step(fake_g=t.y_real)),
    *_row("reals_with_y_fake", _by_labels("real:y_fake"),
        "D's real half got `y_fake`. A real image has its own label, `y_real`: else D learns that "
        "real pairs don't match.",
        lambda t: t.step(real=t.y_fake)),
    *_row("reals_shuffled", _by_labels("real:shuffled"),
        "D's real half got `y_real` in another order, so that images and labels no longer belong "
        "together. Shuffle both with one order, or neither.",
        lambda t: t.step(real=t.y_real.flip(0)), lambda t: t.step(real=t.y_real.roll(1)),
        lambda t: t.step(real=t.y_real.sort().values)),
    *_row("reals_with_other_labels", _by_labels("real:other"),
        "D's real half got labels that are not those of the images. `discriminator(x_real, "
        "y_real)`.",
        lambda t: t.step(real=t.anew(len(t.x_real))), lambda t: t.step(real=(t.y_real + 1) % 9)),
    *_row("fakes_shuffled", _anywhere("shuffled"),
        "The labels of the fakes came in another order than the fakes. " + PAIRS,
        lambda t: t.step(fake_d=t.y_fake.flip(0)), lambda t: t.step(fake_g=t.y_fake.flip(0)),
        lambda t: t.step(fake_d=t.y_fake.roll(1), fake_g=t.y_fake.roll(1)),
        lambda t: t.step(g=t.y_fake.flip(0))),
    *_row("labels_drawn_anew", _by_labels("fake_d:other", without="g:other"),
        "D was told labels for the fakes that are not those they were made for: drawn anew, it "
        "seems. A fake keeps its label through both updates, `y_fake`.",
        lambda t: t.step(fake_d=t.anew(), fake_g=t.anew()), lambda t: t.step(fake_d=t.anew()),
        lambda t: t.step(fake_d=(t.y_fake + 1) % 9)),
    *_row("g_scored_with_other_labels", _by_labels("fake_g:other", without="g:other"),
        "In G's update D was told labels that the fakes were not made for. "
        "`discriminator(x_fake, y_fake)`.",
        lambda t: t.step(fake_g=t.anew()), lambda t: t.step(fake_g=(t.y_fake + 1) % 9)),
    *_row("g_given_other_labels", _by_labels("g:other"),
        "G was given labels of your own. Which ones to make is the caller's choice: "
        "`generator(z, y_fake)`.",
        lambda t: t.step(g=t.anew()), lambda t: t.step(g=(t.y_fake + 1) % 9)),
]  # fmt: skip


class WithLabels(nn.Module):
    """A conditional network in the place of one that takes no labels, each image with its own."""

    def __init__(self, net: nn.Module, y_fake: Tensor, x_real: Tensor, y_real: Tensor) -> None:
        super().__init__()
        self.net, self.known = net, (y_fake, x_real, y_real)

    def forward(self, x: Tensor) -> Tensor:
        y_fake, x_real, y_real = self.known
        if len(x) == len(y_real) + len(y_fake):
            return self.net(x, torch.cat([y_real, y_fake]))
        return self.net(x, y_real if torch.equal(x.detach(), x_real) else y_fake)


def _with_labels(wrong: Wrong) -> Wrong:
    """A faulty step of notebook 06, played with labels that are right."""

    def step(
        g: nn.Module,
        d: nn.Module,
        opt_g: Optimizer,
        opt_d: Optimizer,
        x_real: Tensor,
        y_real: Tensor,
        z: Tensor,
        y_fake: Tensor,
    ) -> object:
        nets = (WithLabels(net, y_fake, x_real, y_real) for net in (g, d))
        return wrong(*nets, opt_g, opt_d, x_real, z)

    return step


WORDS = {
    "discriminator(x_real)": "discriminator(x_real, y_real)",
    "discriminator(x_fake.detach())": "discriminator(x_fake.detach(), y_fake)",
    "discriminator(x_fake)": "discriminator(x_fake, y_fake)",
    "generator(z)": "generator(z, y_fake)",
    "as in section 7": "as in the DCGAN of notebook 06",
}


def _reworded(text: str) -> str:
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return text


MISTAKES = [
    *OF_LABELS,
    *(
        replace(m, message=_reworded(m.message), wrong=_with_labels(m.wrong))
        for m in WITHOUT_LABELS
    ),
]
