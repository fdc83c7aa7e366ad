"""Exercise `density_ratio`: what a discriminator knows about two densities."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.divergences import density_ratio
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.rules import named, then


def _draw(generator: Generator, *shape: int) -> Tensor:
    """Probabilities between 0.06 and 0.94, at least 0.04 away from ½."""
    side = torch.where(torch.rand(shape, generator=generator) < 0.5, 0.06, 0.54)
    return (side + 0.4 * torch.rand(shape, generator=generator)).double()


def _cases(generator: Generator) -> Iterator[Case]:
    n = 5 + int(torch.randint(0, 5, (), generator=generator))
    yield Case((_draw(generator, n),), "a batch of probabilities")
    yield Case((_draw(generator, 3, n),), "probabilities in rows and columns")
    yield Case((_draw(generator, 1),), "a single probability")
    certain = torch.tensor([0.0, 1.0, 1e-9, 1 - 1e-12], dtype=torch.float64)
    d = torch.cat([_draw(generator, n), certain])
    yield Case((d,), "judges that are certain", extreme=True)


def _even(fn: Callable[[Tensor], Tensor], generator: Generator) -> str | None:
    value = float(fn(torch.tensor([0.5, 0.75], dtype=torch.float64))[0])
    if abs(value - 1) < 1e-5:
        return None
    return f"At D = ½ the densities are equal, so the ratio is 1; yours is {value:.4g}."


def _is_finite_at_one(seen: Observed, case: Case) -> bool:
    """Right where D is not near 1, and finite where it is 1."""
    d = case.args[0]
    if not isinstance(seen.value, Tensor) or seen.value.shape != d.shape:
        return False
    mid, truth = d < 0.99, density_ratio(d)
    near = close(seen.value[mid], truth[mid], 1e-2, 1e-3)
    return near and bool(seen.value.isfinite().all())


MISTAKES = [
    *named({
        "one_over_d": ("That is 1/D. From D = p_data/(p_data + p_g) follows 1/D = 1 + p_g/p_data, "
            "which is not the ratio yet: it is D/(1 − D).",
            lambda d: 1 / d),
        "upside_down": ("Upside down: that is p_g / p_data. D = P(real) belongs on top: D/(1 − D).",
            lambda d: (1 - d) / d, lambda d: 1 / d - 1),
        "log_ratio": ("That is the logit, log(D/(1 − D)): the *log* of the ratio. Take its exp, or "
            "leave the log out.",
            torch.logit, lambda d: d.log() - (1 - d).log()),
        "one_over_the_rest": ("That is 1/(1 − D), one too much: D itself belongs on top.",
            lambda d: 1 / (1 - d)),
        "plus_under_the_fraction": ("You divided by 1 + D. P(fake) is 1 − D: D/(1 − D).",
            lambda d: d / (1 + d)),
        "sign": ("You divided by D − 1, so your ratio is negative. Densities aren't: 1 − D.",
            lambda d: d / (d - 1)),
        "d_itself": ("You returned D. It is p_data over the *sum*; the ratio has p_g alone below.",
            lambda d: d.clone()),
        "doubled": ("That is 2D, p_data over the mixture ½(p_data + p_g). The ratio has p_g alone "
            "below: D/(1 − D).",
            lambda d: 2 * d),
        "difference": ("You subtracted P(fake) from P(real). Divide: D/(1 − D).",
            lambda d: 2 * d - 1),
        "treated_as_logit": ("You took exp(d), which is right for a logit. `d` is a probability "
            "here.",
            lambda d: d.exp(), lambda d: d.sigmoid() / (1 - d.sigmoid())),
        "normalized": ("You divided by the sum (or mean) of the ratios. That comes later, when "
            "they serve as weights; the ratio at one point doesn't depend on the others.",
            then(density_ratio, lambda w: w / w.sum()),
            then(density_ratio, lambda w: w / w.mean())),
    }),
    *named({
        "finite_at_one": ("At D = 1 the ratio is infinite: p_data is there, p_g is not. Yours is "
            "finite, through a clamp or a small number under the fraction. That hides the very "
            "place where reweighting can't work; let it be `inf`.",
            lambda d: d / (1 - d + 1e-8), lambda d: d / (1 - d).clamp(min=1e-6),
            lambda d: (d / (1 - d)).nan_to_num(posinf=0.0), lambda d: torch.logit(d, 1e-6).exp()),
    }, when=_is_finite_at_one),
]  # fmt: skip

DENSITY_RATIO = Exercise(
    name="density_ratio",
    notebook="07",
    title="from P(real) to p_data over p_g",
    reference=density_ratio,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("one_at_a_half", _even)],
    hints=[
        "Write D = p_data / (p_data + p_g) and 1 − D with the same fraction line below. "
        "What do you divide by what?",
        "1 − D = p_g / (p_data + p_g). In D / (1 − D) the sums cancel.",
        "`d / (1 - d)`: torch gives `inf` where d is 1, as it should be.",
    ],
    points=1,
    rtol=1e-3,
)
