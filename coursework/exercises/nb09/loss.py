"""Exercise `debiasing_loss`: a detector's cross-entropy for all, a VAE's loss for faces only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.nb09.draws import arguments, column, labels
from coursework.exercises.nb09.wrong_losses import (
    absolute,
    apart,
    clamped_logs,
    combined,
    cross_entropy,
    logs_of_the_sigmoid,
    misfit,
    over_pixels,
    squared,
    stretched,
    two_shapes,
    typed_exp,
    typed_logs,
)
from coursework.exercises.rules import named

LARGE = "logits of ±20, ±50 and ±100"
MIXED = "y and y_logit of different shapes, (N,) and (N, 1)"


def debiasing_loss(
    x: Tensor,
    logits: Tensor,
    mu: Tensor,
    logvar: Tensor,
    y: Tensor,
    y_logit: Tensor,
    vae_weight: float,
) -> Tensor:
    """Mean over the batch of BCE + y · vae_weight · (negative ELBO), in nats. After Amini et al., 2019, eq. 2.

    x, logits: (N, C, H, W); mu, logvar: (N, K); y: 1 for a face, 0 else; y and y_logit: (N,) or (N, 1).
    """
    y, y_logit = y.flatten().float(), y_logit.flatten()  # (N,) beside (N, 1) would be (N, N)
    classification = F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")  # (N,)
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)  # (N,)
    return (classification + y * vae_weight * vae).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    def drawn(faces: int, others: int) -> tuple[Any, ...]:
        return arguments(generator, labels(generator, faces, others))

    yield Case(drawn(2, 5), "y and y_logit of shape (N,)")
    yield Case(column(drawn(5, 3), 4, 5), "y and y_logit of shape (N, 1)")
    args = drawn(4, 2)
    yield Case((*args[:6], 30 * args[6]), "a larger weight")
    yield Case(drawn(0, 4), "a batch without a face")
    yield Case(column(drawn(3, 4), 5), MIXED, extreme=True)
    yield Case(column(drawn(4, 3), 4), MIXED, extreme=True)
    y = torch.tensor([1.0, 0, 1, 0, 1, 0, 1, 1])
    x, logits, mu, logvar, y, y_logit, weight = arguments(generator, y)
    sure = torch.tensor([-20.0, 20, -50, 50, -100, 100])  # and wrong
    size = torch.tensor([20.0, 50, 100, 20, 50, 100, 20, 50])[:, None, None, None]
    logits = torch.where(x > 0.5, -size, size)
    yield Case(
        (x, logits, mu, logvar, y, torch.cat([sure, y_logit[6:]]), weight), LARGE, extreme=True
    )


def _only_where(labels: tuple[str, ...]) -> Any:
    """Right, gradients included, everywhere but at some cases."""

    def when(seen: Observed, case: Case) -> bool:
        return case.label in labels or close(seen, observe(DEBIASING_LOSS, debiasing_loss, case), 1e-3, 1e-3)  # fmt: skip

    return when


def _others_pay_no_vae(fn: Any, generator: Generator) -> str | None:
    args = arguments(generator, torch.tensor([1.0, 0, 0, 1, 0]))
    logits, y = args[1], args[4]
    changed = torch.where(y.bool()[:, None, None, None], logits, logits + 3)
    before, after = float(fn(*args)), float(fn(args[0], changed, *args[2:]))
    if abs(after - before) < 1e-4 * abs(before):
        return None
    return (
        "The reconstruction of a picture that is no face doesn't count, so other pixel logits for "
        "those pictures must not change the loss; yours goes from "
        f"{before:.4g} to {after:.4g}."
    )


_BROADCAST = (
    "A silent broadcast: (N, 1) times (N,) is a table (N, N), in which every mask meets every "
    "image. A plain mean over a *sum* of the two hides it, a product "
    "doesn't: everybody now pays for everybody's reconstruction, non-faces among them. "
    "(A mask averaged before it is applied, or times `vae_loss`, which is a mean already, comes to "
    "the same.) Make both (N,) first: `y.flatten()`, `y_logit.flatten()`."
)
_LARGE = (
    "Right for moderate logits, wrong for large ones, where float32 rounds the sigmoid to 0 or 1, "
    "its log breaks, and a clamp lets no gradient through. "
    "`F.binary_cross_entropy_with_logits` and `bernoulli_log_likelihood` work from the logits."
)
_SHAPES = (
    "All is right where y and y_logit have the same shape. "
    "Detectors give (N, 1) and labels are often (N,); torch refuses the pair, or spreads it. "
    "`.flatten()` both first."
)

MISTAKES = [
    *named({
        "mask_on_the_classification": ("The mask stands on the wrong term, the classification: "
            "pictures that are no faces cost nothing, so the detector never sees a negative, and "
            "\"face\" to everything is its best answer. The mask belongs to the VAE's terms; the "
            "classification counts for all.",
            combined(lambda y, w: (y, w, w))),
        "mask_on_both": ("The mask stands on everything. Pictures that are no faces then cost "
            "nothing, and the detector never sees a negative. Only the VAE's terms are masked.",
            combined(lambda y, w: (y, w * y, w * y))),
        "no_mask": ("There is no mask: the VAE learns pictures that are no faces, too, so its "
            "latents spend themselves on textures and objects. Multiply its terms by y.",
            combined(lambda y, w: (1.0, w, w))),
        "mask_inverted": ("The mask is inverted: the VAE learns what is *no* face. y is 1 for "
            "faces, so multiply by y.",
            combined(lambda y, w: (1.0, w * (1 - y), w * (1 - y)))),
        "mask_on_one_term_only": ("The mask stands on one of the VAE's two terms. Reconstruction "
            "*and* KL are for faces only; mind the brackets.",
            combined(lambda y, w: (1.0, w * y, w)), combined(lambda y, w: (1.0, w, w * y)),
            combined(lambda y, w: (1.0, w * y, 1.0))),
        "mask_from_the_detector": ("Your mask is what the detector says, y_logit > 0. Who is a "
            "face is in the labels, y.",
            lambda x, logits, mu, logvar, y, y_logit, vae_weight: cross_entropy(y_logit, y).mean()
            + ((y_logit.flatten() > 0) * vae_weight * (misfit(x, logits) + gaussian_kl(mu, logvar))).mean(),
            lambda x, logits, mu, logvar, y, y_logit, vae_weight: cross_entropy(y_logit, y).mean()
            + (y_logit.flatten().sigmoid() * vae_weight * (misfit(x, logits) + gaussian_kl(mu, logvar))).mean()),
        "broadcast": (_BROADCAST, stretched("as it comes"), stretched("always"), stretched("kept"),
            stretched("in both"), two_shapes("mask")),
        "classification_forgotten": ("The classification is missing. What is left is a VAE of "
            "faces, and the detector learns nothing.",
            combined(lambda y, w: (0.0, w * y, w * y))),
        "vae_forgotten": ("Only the classification is there. Without the VAE's terms the code "
            "doesn't describe faces, and there is nothing to resample by.",
            combined(lambda y, w: (1.0, 0.0, 0.0))),
        "kl_forgotten": ("The KL is missing.", combined(lambda y, w: (1.0, w * y, 0.0))),
        "reconstruction_forgotten": ("The reconstruction is missing: only the KL is there beside "
            "the classification.",
            combined(lambda y, w: (1.0, 0.0, w * y))),
        "weight_ignored": ("`vae_weight` is not used. It multiplies reconstruction and KL.",
            combined(lambda y, w: (1.0, y, y))),
        "weight_on_the_classification": ("`vae_weight` stands on the classification. It multiplies "
            "the VAE's terms.",
            combined(lambda y, w: (w, y, y))),
        "weight_on_everything": ("`vae_weight` multiplies the whole loss, which changes no "
            "minimum. It weighs the VAE's terms alone.",
            combined(lambda y, w: (w, w * y, w * y))),
        "weight_on_the_kl_only": ("`vae_weight` stands on the KL alone. It multiplies both, "
            "reconstruction and KL.",
            combined(lambda y, w: (1.0, y, w * y))),
        "weight_on_the_reconstruction_only": ("`vae_weight` stands on the reconstruction alone. It "
            "multiplies both, reconstruction and KL.",
            combined(lambda y, w: (1.0, w * y, y))),
        "weights_mixed": ("You weighed the parts with 1 − vae_weight and vae_weight. The "
            "classification keeps its full weight.",
            combined(lambda y, w: (1 - w, w * y, w * y))),
        "mean_over_faces": ("You averaged the VAE's terms over the *faces*, and divided by how "
            "many there are. Asked for is a mean over the batch, in which the others count as 0; a "
            "batch without a face then costs nothing, where yours divides by 0.",
            apart(lambda t, y: t.mean(), lambda t, y: (y * t).sum() / y.sum()),
            apart(lambda t, y: t.mean(), lambda t, y: t[y == 1].mean()),
            apart(lambda t, y: t.mean(), lambda t, y: (y * t).sum() / y.sum().clamp_min(1)),
            apart(lambda t, y: t.mean(), lambda t, y: (y * t).sum() / (y.sum() + 1e-8))),
        "summed_over_the_batch": ("You summed over the batch, the whole loss or a part of it. One "
            "mean over the batch, of all terms: otherwise the batch size becomes a weight.",
            combined(reduce=lambda t, y: t.sum()),
            apart(lambda t, y: t.mean(), lambda t, y: (y * t).sum()),
            apart(lambda t, y: t.sum(), lambda t, y: (y * t).mean())),
        "one_number_per_image": ("You return one number for each image, shape (N,). A loss to "
            "train with is one number: `.mean()`.",
            combined(reduce=lambda t, y: t), combined(reduce=lambda t, y: t[:, None])),
        "mean_over_pixels": ("You averaged the reconstruction over the pixels; sum them. The mean "
            "makes it thousands of times smaller beside the KL, and the code dies.",
            combined(reconstruction=over_pixels),
            combined(reconstruction=over_pixels, kl=lambda mu, logvar: gaussian_kl(mu, logvar) / mu.shape[1])),
        "kl_mean_over_latents": ("You averaged the KL over the latents; sum them.",
            combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar) / mu.shape[1])),
        "logvar_as_log_sigma": ("You read `logvar` as log σ. It is log σ²: in the KL, σ² is "
            "`logvar.exp()`. The original lab has one name for both and reads it in both ways.",
            combined(kl=lambda mu, logvar: gaussian_kl(mu, 2 * logvar)),
            combined(kl=lambda mu, logvar: 0.5 * ((2 * logvar).exp() + mu.square() - 1 - logvar).sum(1))),
        "logvar_converted": ("`gaussian_kl(mu, logvar)` takes `logvar` as it is, log σ²: nothing "
            "before it.",
            combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar.exp())),
            combined(kl=lambda mu, logvar: gaussian_kl(mu, 0.5 * logvar))),
        "half_missing": ("The ½ of the Gaussian KL is missing. `gaussian_kl(mu, logvar)` has it.",
            combined(kl=lambda mu, logvar: 2 * gaussian_kl(mu, logvar))),
        "code_swapped": ("`mu` and `logvar` changed places: `gaussian_kl(mu, logvar)`.",
            combined(kl=lambda mu, logvar: gaussian_kl(logvar, mu))),
        "likelihood_sign": ("The log-likelihood enters with a plus, so that training makes faces "
            "*less* likely. The VAE's loss is KL − log-likelihood.",
            combined(reconstruction=lambda x, logits: -misfit(x, logits))),
        "kl_sign": ("The sign of the KL is wrong. The VAE's loss is KL − log-likelihood.",
            combined(kl=lambda mu, logvar: -gaussian_kl(mu, logvar))),
        "vae_sign": ("You subtract the VAE's loss; add it.",
            combined(lambda y, w: (1.0, -w * y, -w * y))),
        "classification_sign": ("The classification has the wrong sign. "
            "`binary_cross_entropy_with_logits` is a loss already.",
            combined(lambda y, w: (-1.0, w * y, w * y))),
        "loss_negated": ("The whole loss has the wrong sign: it gets smaller as all gets worse.",
            combined(reduce=lambda t, y: -t.mean())),
        "labels_inverted": ("The classification calls faces 0. y is 1 for faces, and `y_logit` is "
            "the logit of \"face\".",
            combined(bce=lambda y_logit, y: cross_entropy(-y_logit, y))),
        "faces_unclassified": ("The classification counts only pictures that are no faces. Faces "
            "cost −log D, and the others −log(1 − D): `binary_cross_entropy_with_logits` has both.",
            combined(bce=lambda y_logit, y: cross_entropy(y_logit, y) * (1 - y.flatten()))),
        "classification_swapped": ("Label and logit changed places. torch's losses take the "
            "prediction first, the target second: `(y_logit, y)`.",
            combined(bce=lambda y_logit, y: cross_entropy(y, y_logit))),
        "sigmoid_twice": ("A sigmoid was applied twice. `binary_cross_entropy_with_logits` and "
            "`bernoulli_log_likelihood` take logits as they are.",
            combined(bce=lambda y_logit, y: cross_entropy(y_logit.sigmoid(), y)),
            combined(reconstruction=lambda x, logits: misfit(x, logits.sigmoid())),
            combined(bce=lambda y_logit, y: cross_entropy(y_logit.sigmoid(), y), reconstruction=lambda x, logits: misfit(x, logits.sigmoid()))),
        "squared_error": ("The reconstruction is a squared or an absolute error (the original lab "
            "takes the mean absolute one). Here it is the Bernoulli log-likelihood of 03: "
            "`-bernoulli_log_likelihood(x, logits)`.",
            combined(reconstruction=squared),
            combined(reconstruction=lambda x, logits: squared(x, logits) / x[0].numel()),
            combined(reconstruction=absolute)),
        "images_swapped": ("Image and logits changed places: `bernoulli_log_likelihood(x, "
            "logits)`.",
            combined(reconstruction=lambda x, logits: misfit(logits, x))),
        "one_term_cut": ("The number is right, and no gradient comes back through one of the "
            "terms: `.item()`, `.detach()` or `torch.no_grad()` cut it off.",
            combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar).detach()),
            combined(reconstruction=lambda x, logits: misfit(x, logits).detach()),
            combined(bce=lambda y_logit, y: cross_entropy(y_logit, y).detach()),
            combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar).detach(), reconstruction=lambda x, logits: misfit(x, logits).detach())),
        "shapes_of_y": (_SHAPES, two_shapes(), stretched("in the cross-entropy")),
    }),
    Mistake("breaks_for_large_logits", _LARGE, combined(reconstruction=logs_of_the_sigmoid),
        _only_where((LARGE,))),
    Mistake("breaks_for_large_logits", _LARGE, combined(bce=clamped_logs), _only_where((LARGE,))),
    Mistake("breaks_for_large_logits", _LARGE, combined(bce=typed_logs), _only_where((LARGE,))),
    Mistake("breaks_for_large_logits", _LARGE, combined(bce=typed_exp), _only_where((LARGE,))),
]  # fmt: skip

DEBIASING_LOSS = Exercise(
    name="debiasing_loss",
    notebook="09",
    title="classify everything, reconstruct faces only",
    reference=debiasing_loss,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("others_pay_no_vae", _others_pay_no_vae)],
    hints=[
        "Two terms for each picture, both of shape (N,). "
        "The classification counts for every picture. The VAE's loss, KL − log-likelihood, counts "
        "where y is 1.",
        "`y.flatten()` and `y_logit.flatten()` first, so that nothing is (N, 1). "
        "Then `F.binary_cross_entropy_with_logits(y_logit, y, reduction=\"none\")`, and "
        "`gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)`.",
        "`(classification + y * vae_weight * vae).mean()`",
    ],
    points=3,
    differentiable=(1, 2, 3, 5),
)  # fmt: skip
