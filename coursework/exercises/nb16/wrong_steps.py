"""What the learner of `style_step` reads about each known fault.

First the styles; then the faults of notebook 06's `gan_step`, with mixed styles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from coursework.exercises.gan_faulty_steps import Losses, descend
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.gan_step_mistakes import MISTAKES as WITHOUT_STYLES
from coursework.exercises.nb16.mixing import mix_styles
from coursework.exercises.rules import Wrong, named, recognized

LEVELS = 4


@dataclass(frozen=True)
class Mixture:
    """The arguments of a step."""

    g: Any
    d: nn.Module
    opt_g: Optimizer
    opt_d: Optimizer
    x_real: Tensor
    z1: Tensor
    z2: Tensor
    crossover: int

    @property
    def ws(self) -> tuple[Tensor, Tensor]:
        return self.g.to_w(self.z1), self.g.to_w(self.z2)

    def mixed(self, first: Tensor, second: Tensor, crossover: int | None = None) -> Tensor:
        n = self.crossover if crossover is None else crossover
        return self.g(mix_styles(first, second, n, LEVELS))

    def step(self, for_d: Tensor, for_g: Tensor | None = None) -> Losses:
        """The right step, on these pictures."""
        real, fake = self.d(self.x_real), self.d(for_d.detach())
        d_loss = descend(discriminator_loss(real, fake), self.opt_d)
        logits = self.d(for_d if for_g is None else for_g)
        return {"d_loss": d_loss, "g_loss": descend(generator_loss(logits), self.opt_g)}

    @property
    def right(self) -> Tensor:
        return self.mixed(*self.ws)


Make = Callable[[Mixture], Tensor]


def _made(make: Make) -> Callable[[Mixture], Losses]:
    """The step with other pictures of G."""
    return lambda t: t.step(make(t))


def _own_noise(t: Mixture) -> Losses:
    fresh = [torch.randn_like(z) for z in (t.z1, t.z2)]
    return replace(t, z1=fresh[0], z2=fresh[1]).step(replace(t, z1=fresh[0], z2=fresh[1]).right)


FAKES = "`generator(mix_styles(generator.to_w(z1), generator.to_w(z2), crossover, 4))`"

OF_STYLES = [
    *recognized({
        "own_noise": ("The mapping was given codes of your own. The codes are given, so that the "
            f"step can be repeated: {FAKES}.",
            lambda seen, case: "own_noise" in seen.value["flags"], _own_noise),
        "noise_judged": ("D was asked about a code. D judges pictures: first make them, "
            f"{FAKES}.", lambda seen, case: "noise_judged" in seen.value["flags"],
            _made(lambda t: t.z1)),
    }, Mixture),
    *named({
        "z_as_style": ("The levels got z where they need w, so the mapping network never learns: "
            "`generator.to_w(z1)` first.", _made(lambda t: t.mixed(t.z1, t.z2)),
            _made(lambda t: t.mixed(t.ws[0], t.z2)), _made(lambda t: t.mixed(t.z1, t.ws[1]))),
        "z2_ignored": ("Every level has the style of z1, so nothing is mixed. The levels from "
            f"`crossover` on take theirs from z2: {FAKES}.", _made(lambda t: t.g(t.ws[0])),
            _made(lambda t: t.mixed(t.ws[0], t.ws[0]))),
        "z1_ignored": ("Every level has the style of z2, so nothing is mixed. The first "
            f"`crossover` levels take theirs from z1: {FAKES}.", _made(lambda t: t.g(t.ws[1]))),
        "codes_exchanged": ("The codes changed places: the first `crossover` levels take their "
            "style from z1.", _made(lambda t: t.mixed(*reversed(t.ws)))),
        "crossover_fixed": ("The crossover is the same whatever is asked for. Hand over "
            "`crossover`, which is drawn anew for each step.",
            _made(lambda t: t.mixed(*t.ws, crossover=2)), _made(lambda t: t.mixed(*t.ws, 1)),
            _made(lambda t: t.mixed(*t.ws, 3))),
        "crossover_from_the_end": ("The crossover is counted from the fine end. The first "
            "`crossover` levels are z1's.",
            _made(lambda t: t.mixed(*t.ws, LEVELS - t.crossover)),
            _made(lambda t: t.mixed(*reversed(t.ws), LEVELS - t.crossover))),
        "one_level_off": ("The crossover is one level off. The first `crossover` levels are z1's.",
            _made(lambda t: t.mixed(*t.ws, t.crossover + 1)),
            _made(lambda t: t.mixed(*t.ws, t.crossover - 1))),
        "codes_averaged": ("You averaged the two codes. Each level takes one of them, whole: "
            "`mix_styles`.", _made(lambda t: t.g((t.ws[0] + t.ws[1]) / 2))),
        "pictures_blended": ("You blended two pictures. The *styles* are mixed, and one picture is "
            "made of them.", _made(lambda t: (t.g(t.ws[0]) + t.g(t.ws[1])) / 2)),
        "both_batches": ("You made one batch of pictures from z1 and another from z2. A picture "
            "needs both codes: mix their styles by level.",
            _made(lambda t: torch.cat([t.g(w) for w in t.ws]))),
        "mapping_cut_off": ("No gradient gets to the mapping network: `no_grad` or `.detach()` cut "
            "w off, so w never learns.", _made(lambda t: t.mixed(*(w.detach() for w in t.ws)))),
        "half_the_mapping_cut_off": ("One of the two codes is cut off from the mapping network: no "
            "`.detach()` on w.", _made(lambda t: t.mixed(t.ws[0].detach(), t.ws[1])),
            _made(lambda t: t.mixed(t.ws[0], t.ws[1].detach()))),
        "d_sees_no_mixtures": ("D learned from pictures of one code, and G was judged on mixtures. "
            "Both updates take the same pictures.", lambda t: t.step(t.g(t.ws[0]), t.right)),
        "g_makes_no_mixtures": ("D learned from mixtures, and G from pictures of one code. Both "
            "updates take the same pictures, mixed ones.",
            lambda t: t.step(t.right, t.g(t.ws[0]))),
    }, Mixture),
]  # fmt: skip


class WithStyles(nn.Module):
    """A style generator in the place of one that takes z: each picture has a second code."""

    def __init__(self, net: Any, z2: Tensor, crossover: int) -> None:
        super().__init__()
        self.net, self.z2, self.crossover = net, z2, crossover

    def forward(self, z1: Tensor) -> Tensor:
        w1, w2 = self.net.to_w(z1), self.net.to_w(self.z2)
        return self.net(mix_styles(w1, w2, self.crossover, LEVELS))


def _with_styles(wrong: Wrong) -> Wrong:
    """A faulty step of notebook 06, played with styles that are right."""

    def step(
        g: nn.Module,
        d: nn.Module,
        opt_g: Optimizer,
        opt_d: Optimizer,
        x_real: Tensor,
        z1: Tensor,
        z2: Tensor,
        crossover: int,
    ) -> object:
        return wrong(WithStyles(g, z2, crossover), d, opt_g, opt_d, x_real, z1)

    return step


def _reworded(text: str) -> str:
    text = text.replace("as in section 7", "as in the DCGAN of notebook 06")
    return text.replace("generator(z)", "generator(mix_styles(w1, w2, crossover, 4))")


MISTAKES = [
    *OF_STYLES,
    *(
        replace(m, message=_reworded(m.message), wrong=_with_styles(m.wrong))
        for m in WITHOUT_STYLES
        if m.name not in ("own_noise", "noise_judged")
    ),
]
