"""Exercise `truncate`: a code moved toward the mean code."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import given, must_be, named, then


def truncate(w: Tensor, w_mean: Tensor, psi: float) -> Tensor:
    """w (N, K) moved toward w_mean (K,): psi 1 leaves it as it is, 0 gives the mean itself.

    Karras et al., 2019, appendix B.
    """
    return w_mean + psi * (w - w_mean)


def cases(generator: Generator) -> Iterator[Case]:
    for n, k, psi, label in (
        (5, 6, 0.7, "psi 0.7"),
        (4, 4, 0.3, "psi 0.3, as many codes as numbers"),
        (6, 3, 1.4, "psi above 1"),
        (3, 5, -0.6, "a negative psi, the other side of the mean"),
        (1, 4, 0.45, "a batch of one"),
        (4, 3, 0.0, "psi 0"),
    ):
        w_mean = 1.2 * torch.randn(k, generator=generator) + 0.8
        yield Case((w_mean + 1.5 * torch.randn(n, k, generator=generator), w_mean, psi), label)


TRUNCATE = Exercise(
    name="truncate", notebook="16", title="a code moved toward the mean code", reference=truncate,
    cases=cases, differentiable=(0,), points=1,
    mistakes=named({
        "toward_zero": ("You shrink w toward 0. The mean of w isn't 0: the mapping network put it "
            "elsewhere, and 0 is a place like any other. Shrink the distance from `w_mean`.",
            lambda w, w_mean, psi: psi * w),
        "mean_not_added_back": ("The mean was subtracted and never added back, so the codes lie "
            "around 0.", lambda w, w_mean, psi: psi * (w - w_mean)),
        "mean_not_subtracted": ("You scale w itself and then add the mean. Scale the *distance* "
            "from the mean, `w − w_mean`.", lambda w, w_mean, psi: w_mean + psi * w,
            lambda w, w_mean, psi: w + psi * w_mean),
        "mean_shrunk": ("You multiplied the mean by psi, and kept the distance whole. It is the "
            "other way round: the mean stays, and psi multiplies `w − w_mean`.",
            lambda w, w_mean, psi: psi * w_mean + (w - w_mean)),
        "psi_the_other_way": ("psi runs the wrong way: yours leaves w alone at 0 and gives the "
            "mean at 1. It is what is *kept* of the distance.",
            lambda w, w_mean, psi: w + psi * (w_mean - w)),
        "wrong_side": ("You end on the other side of the mean: a sign is wrong.",
            lambda w, w_mean, psi: w_mean - psi * (w - w_mean)),
        "step_from_w": ("You start from w and move *away* from the mean. Start from the mean and "
            "go psi of the way to w.", lambda w, w_mean, psi: w + psi * (w - w_mean)),
        "mirrored": ("You subtract psi · (w − mean) twice over, or scale by something other than "
            "psi: at psi 1 the code has to stay as it is.",
            lambda w, w_mean, psi: w_mean + psi * psi * (w - w_mean),
            lambda w, w_mean, psi: w_mean + abs(psi) ** 0.5 * (w - w_mean)),
        "divided_by_psi": ("You divide by psi, so that codes move away from the mean.",
            lambda w, w_mean, psi: w_mean + (w - w_mean) / psi),
        "batch_mean": ("You took the mean of this batch. A picture would depend on its neighbors, "
            "and a batch of one would always give the mean itself. Use the argument `w_mean`.",
            lambda w, w_mean, psi: truncate(w, w.mean(0), psi)),
        "mean_over_numbers": ("You took a mean over the numbers of each code. `w_mean` (K,) is "
            "the mean code: subtract it as it is.",
            lambda w, w_mean, psi: truncate(w, w_mean.mean(), psi),
            lambda w, w_mean, psi: truncate(w, w.mean(1, keepdim=True), psi)),
        "half_way": ("You go half of the way, whatever psi is.",
            lambda w, w_mean, psi: truncate(w, w_mean, 0.5)),
        "psi_clamped": ("You limited psi to 0 … 1. It may lie outside: above 1 exaggerates, below "
            "0 gives the opposite.",
            lambda w, w_mean, psi: truncate(w, w_mean, min(max(psi, 0.0), 1.0)),
            lambda w, w_mean, psi: truncate(w, w_mean, min(psi, 1.0)),
            lambda w, w_mean, psi: truncate(w, w_mean, max(psi, 0.0)),
            lambda w, w_mean, psi: truncate(w, w_mean, abs(psi))),
        "cut_off": ("You cut numbers off where they are too far from the mean, as one does with "
            "z elsewhere. Here every distance is scaled by psi, however far it is.",
            lambda w, w_mean, psi: w_mean + (w - w_mean).clamp(-abs(psi), abs(psi)),
            lambda w, w_mean, psi: w.clamp(-abs(psi), abs(psi))),
        "unit_length": ("You gave every code the same distance from the mean, psi. Near codes stay "
            "near and far ones far; all are scaled alike.",
            lambda w, w_mean, psi: w_mean + psi * torch.nn.functional.normalize(w - w_mean)),
        "mean_only": ("You return the mean code for everything.",
            lambda w, w_mean, psi: w_mean.expand_as(w) + 0 * w),
        "untouched": ("You return w as it came.", lambda w, w_mean, psi: w.clone()),
        "first_code_for_all": ("Every row is the first code's.",
            given(truncate, 0, lambda w: w[:1].expand_as(w))),
        "mean_code_alone": ("Rows became one: return a code for each row of w, (N, K).",
            then(truncate, lambda w: w.mean(0))),
    }),
    properties=[
        must_be("one_changes_nothing", 0,
                lambda fn, g: (fn(w := torch.randn(4, 3, generator=g), torch.ones(3), 1.0)
                               - w).abs().max(),
                "psi = 1 must leave w as it is; yours differs by {:.4g}."),
    ],
    hints=["A straight line from the mean code to w; psi says how far along it to go.",
           "At psi 0 it is the mean, at psi 1 it is w. `w_mean` (K,) fits (N, K) by itself.",
           "`w_mean + psi * (w - w_mean)`"],
)  # fmt: skip
