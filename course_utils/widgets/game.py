"""`guess_which`: a game in which a person tells real images from generated ones."""

from __future__ import annotations

from typing import Any

import ipywidgets
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_utils.display import places_of_images
from course_utils.plots import image_grid
from course_utils.widgets.panel import Panel, image_tag, png

SIDES = ("left", "right")


class GuessWhich(Panel):
    """What `guess_which` returns: `guess(side)` answers as a click does, `score` counts.

    sides: for each round where the real image is, 0 for left and 1 for right.
    """

    def __init__(self, real: Tensor, generated: Tensor, rounds: int, seed: int) -> None:
        order = torch.Generator().manual_seed(seed)
        self.rounds = min(rounds, len(real), len(generated))
        self.real = real[torch.randperm(len(real), generator=order)[: self.rounds]]
        self.generated = generated[torch.randperm(len(generated), generator=order)[: self.rounds]]
        self.sides = torch.randint(0, 2, (self.rounds,), generator=order).tolist()
        self.summary = f"{self.rounds} pairs of images, one of each real and one generated"
        self.score = 0
        self.number = 0  # of rounds played
        self.buttons = [ipywidgets.Button(description=f"{side.title()} is real") for side in SIDES]
        for side, button in enumerate(self.buttons):
            button.on_click(lambda _, side=side: self.guess(side))
        super().__init__(ipywidgets.HBox(self.buttons))
        self.fig: Figure | None = None
        self._show("Which one is real?")

    def guess(self, side: int) -> None:
        """Say that the picture at the left (0) or at the right (1) is the real one."""
        if self.number == self.rounds:
            return
        right = side == self.sides[self.number]
        self.score += right
        self.number += 1
        self._show("Right." if right else "No, that one was generated.")

    def _show(self, verdict: str) -> None:
        """Show the verdict with the next pair, or with the score once the game is over."""
        score = f"{verdict} {self.score} of {self.number} found." if self.number else verdict
        if self.number < self.rounds:
            self.fig = image_grid(self._pair(self.number), titles=SIDES, fig=self.fig)
            self.put(self.fig, f"{score} Pair {self.number + 1} of {self.rounds}.")
            return
        chance, spread = self.rounds / 2, self.rounds**0.5 / 2  # of a binomial with p = 1/2
        self.caption.value = f"<div>{score} Guessing blindly finds {chance:g} ± {spread:.1f}.</div>"
        for button in self.buttons:
            button.disabled = True

    def _pair(self, number: int) -> Tensor:
        pair = [self.real[number], self.generated[number]]
        return torch.stack(pair[::-1] if self.sides[number] else pair)  # (2, C, H, W)

    def still(self) -> str:
        """HTML that stands in where there is no kernel: all pairs, and the answers folded."""
        pairs = torch.cat([self._pair(number) for number in range(self.rounds)])
        titles = [f"{n + 1} {side}" for n in range(self.rounds) for side in SIDES]
        fig = image_grid(pairs, columns=min(10, len(pairs)), titles=titles)
        answers = ", ".join(f"{n + 1} {SIDES[side]}" for n, side in enumerate(self.sides))
        fold = f"<details><summary>Which ones are real</summary>{answers}</details>"
        return image_tag(png(fig), self.summary, places_of_images(fig)) + fold

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return super()._repr_mimebundle_() | {"text/plain": f"[picture: {self.summary}]"}


def guess_which(real: Tensor, generated: Tensor, rounds: int = 10, seed: int = 0) -> GuessWhich:
    """A game: of two images, one from each set (N, C, H, W), in [0, 1], which one is real?

    rounds: at most as many as the smaller set has images · seed: which pairs, in which order.
    """
    return GuessWhich(real, generated, rounds, seed)
