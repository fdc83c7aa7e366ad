"""The mistakes of `debiasing_loss`, each with its formula in the terms of the loss."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.exercises.rules import named


@dataclass
class Terms:
    """The arguments of the loss, and its terms, (N,) each. labels and y_logit: as they come."""

    x: Tensor
    logits: Tensor
    mu: Tensor
    logvar: Tensor
    labels: Tensor
    y_logit: Tensor
    w: float

    def __post_init__(self) -> None:
        self.y, self.a = self.labels.flatten(), self.y_logit.flatten()
        self.bce = cross_entropy(self.a, self.y)
        self.nll = -bernoulli_log_likelihood(self.x, self.logits)
        self.kl = gaussian_kl(self.mu, self.logvar)
        self.vae = self.nll + self.kl
        self.each = self.bce + self.y * self.w * self.vae  # the right loss is its mean
        self.error = (self.x - self.logits.sigmoid()).flatten(1)  # (N, D)
        self.pixels = self.error.shape[1]
        # Labels (N, 1) and logits (N,) make a table (N, N) of this one:
        self.spread_bce = F.softplus(self.y_logit) - self.labels * self.y_logit

    def loss(
        self, bce: Tensor | None = None, nll: Tensor | None = None, kl: Tensor | None = None
    ) -> Tensor:
        """The right loss with one or more of its terms replaced."""
        bce = self.bce if bce is None else bce
        nll, kl = self.nll if nll is None else nll, self.kl if kl is None else kl
        return (bce + self.y * self.w * (nll + kl)).mean()


def cross_entropy(y_logit: Tensor, y: Tensor) -> Tensor:
    """−log of what the detector gives to the label, (N,)."""
    return F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")


def logs_of_the_sigmoid(x: Tensor, logits: Tensor) -> Tensor:
    """−log of what the model gives to pixels or labels, (N, …), each: naive."""
    p = logits.sigmoid()
    return -(x * p.log() + (1 - x) * (1 - p).log())


MISTAKES = named({
    "mask_on_the_classification": ("The mask stands on the wrong term, the classification: "
        "pictures that are no faces cost nothing, so the detector never sees a negative, and "
        "\"face\" to everything is its best answer. The mask belongs to the VAE's terms; the "
        "classification counts for all.",
        lambda t: (t.y * t.bce + t.w * t.vae).mean()),
    "mask_on_both": ("The mask stands on everything. Pictures that are no faces then cost nothing, "
        "and the detector never sees a negative. Only the VAE's terms are masked.",
        lambda t: (t.y * (t.bce + t.w * t.vae)).mean()),
    "no_mask": ("There is no mask: the VAE learns pictures that are no faces, too, so its latents "
        "are spent on textures and objects. Multiply its terms by y.",
        lambda t: (t.bce + t.w * t.vae).mean()),
    "mask_inverted": ("The mask is inverted: the VAE learns what is *no* face. y is 1 for faces, "
        "so multiply by y.",
        lambda t: (t.bce + (1 - t.y) * t.w * t.vae).mean()),
    "mask_on_one_term_only": ("The mask stands on one of the VAE's two terms. Reconstruction *and* "
        "KL are for faces only; mind the parentheses.",
        lambda t: (t.bce + t.w * (t.y * t.nll + t.kl)).mean(),
        lambda t: (t.bce + t.w * (t.nll + t.y * t.kl)).mean(),
        lambda t: (t.bce + t.y * t.w * t.nll + t.kl).mean()),
    "mask_from_the_detector": ("Your mask is what the detector says, y_logit > 0. Who is a face is "
        "in the labels, y.",
        lambda t: (t.bce + (t.a > 0) * t.w * t.vae).mean(),
        lambda t: (t.bce + t.a.sigmoid() * t.w * t.vae).mean()),
    "broadcast": ("A silent broadcast: (N, 1) times (N,) is a table (N, N), in which every mask "
        "meets every image. A plain mean over a *sum* of the two hides it, a product doesn't: "
        "each picture's reconstruction counts with the mean of all masks, that of non-faces too. "
        "(A mask averaged "
        "before it is applied, or times `vae_loss`, which is a mean already, comes to the same.) "
        "Make both (N,) first: `y.flatten()`, `y_logit.flatten()`.",
        lambda t: t.bce.mean() + (t.labels * t.w * t.vae).mean(),
        lambda t: t.bce.mean() + (t.y[:, None] * t.w * t.vae).mean(),
        lambda t: t.spread_bce.mean() + (t.labels * t.w * t.vae).mean(),
        lambda t: cross_entropy(t.y_logit, t.labels).mean() + (t.labels * t.w * t.vae).mean()),
    "classification_forgotten": ("The classification is missing. What is left is a VAE of faces, "
        "and the detector learns nothing.",
        lambda t: (t.y * t.w * t.vae).mean()),
    "vae_forgotten": ("Only the classification is there. Without the VAE's terms the code doesn't "
        "describe faces, and there is nothing to resample by.",
        lambda t: t.bce.mean()),
    "kl_forgotten": ("The KL is missing.", lambda t: (t.bce + t.y * t.w * t.nll).mean()),
    "reconstruction_forgotten": ("The reconstruction is missing: only the KL is there beside the "
        "classification.",
        lambda t: (t.bce + t.y * t.w * t.kl).mean()),
    "weight_ignored": ("`vae_weight` is not used. It multiplies reconstruction and KL.",
        lambda t: (t.bce + t.y * t.vae).mean()),
    "weight_on_the_classification": ("`vae_weight` stands on the classification. It multiplies the "
        "VAE's terms.",
        lambda t: (t.w * t.bce + t.y * t.vae).mean()),
    "weight_on_everything": ("`vae_weight` multiplies the whole loss, which changes no minimum. It "
        "belongs to the VAE's terms alone.",
        lambda t: t.w * (t.bce + t.y * t.vae).mean()),
    "weight_on_the_kl_only": ("`vae_weight` stands on the KL alone. It multiplies both, "
        "reconstruction and KL.",
        lambda t: (t.bce + t.y * (t.nll + t.w * t.kl)).mean()),
    "weight_on_the_reconstruction_only": ("`vae_weight` stands on the reconstruction alone. It "
        "multiplies both, reconstruction and KL.",
        lambda t: (t.bce + t.y * (t.w * t.nll + t.kl)).mean()),
    "weights_mixed": ("The parts have the weights 1 − vae_weight and vae_weight. The "
        "classification keeps its full weight.",
        lambda t: ((1 - t.w) * t.bce + t.y * t.w * t.vae).mean()),
    "kl_weight_typed_in": ("The KL has a small weight of its own, such as 0.0005 (the original "
        "lab's `kl_weight`) or 0.00025. Then it hardly counts, and codes drift apart. Both terms "
        "of the VAE have the same weight, `vae_weight`.",
        lambda t: t.loss(kl=0.0005 * t.kl), lambda t: t.loss(kl=0.00025 * t.kl)),
    "mean_over_faces": ("You averaged the VAE's terms over the *faces*, and divided by how many "
        "there are. Asked for is a mean over the batch, in which the others count as 0; a batch "
        "without a face then costs nothing, where yours divides by 0.",
        lambda t: t.bce.mean() + t.w * (t.y * t.vae).sum() / t.y.sum(),
        lambda t: t.bce.mean() + t.w * t.vae[t.y == 1].mean(),
        lambda t: t.bce.mean() + t.w * (t.y * t.vae).sum() / t.y.sum().clamp_min(1),
        lambda t: t.bce.mean() + t.w * (t.y * t.vae).sum() / (t.y.sum() + 1e-8)),
    "summed_over_the_batch": ("You summed over the batch, the whole loss or a part of it. One mean "
        "over the batch, of all terms: otherwise the batch size becomes a weight.",
        lambda t: t.each.sum(), lambda t: t.bce.mean() + t.w * (t.y * t.vae).sum(),
        lambda t: t.bce.sum() + t.w * (t.y * t.vae).mean(),
        lambda t: t.loss(nll=t.nll.sum())),
    "one_number_per_image": ("You return one number for each image, shape (N,). A loss to train "
        "with is one number: `.mean()`.",
        lambda t: t.each, lambda t: t.each[:, None]),
    "mean_over_pixels": ("You averaged the reconstruction over the pixels; sum them. The mean "
        "makes it thousands of times smaller beside the KL, and the code dies.",
        lambda t: t.loss(nll=t.nll / t.pixels), lambda t: t.loss(nll=t.nll.mean() / t.pixels),
        lambda t: t.loss(nll=t.nll / t.pixels, kl=t.kl / t.mu.shape[1])),
    "kl_mean_over_latents": ("You averaged the KL over the latents; sum them.",
        lambda t: t.loss(kl=t.kl / t.mu.shape[1])),
    "logvar_as_log_sigma": ("You read `logvar` as log σ. It is log σ²: in the KL, σ² is "
        "`logvar.exp()`. The original lab has one name for both and reads it in both ways.",
        lambda t: t.loss(kl=gaussian_kl(t.mu, 2 * t.logvar)),
        lambda t: t.loss(kl=0.5 * ((2 * t.logvar).exp() + t.mu**2 - 1 - t.logvar).sum(1))),
    "logvar_converted": ("`gaussian_kl(mu, logvar)` takes `logvar` as it is, log σ²: nothing "
        "before it.",
        lambda t: t.loss(kl=gaussian_kl(t.mu, t.logvar.exp())),
        lambda t: t.loss(kl=gaussian_kl(t.mu, 0.5 * t.logvar))),
    "half_missing": ("The ½ of the Gaussian KL is missing. `gaussian_kl(mu, logvar)` has it.",
        lambda t: t.loss(kl=2 * t.kl)),
    "code_swapped": ("`mu` and `logvar` changed places: `gaussian_kl(mu, logvar)`.",
        lambda t: t.loss(kl=gaussian_kl(t.logvar, t.mu))),
    "likelihood_sign": ("The log-likelihood enters with a plus, so that training makes faces "
        "*less* likely. The VAE's loss is KL − log-likelihood.",
        lambda t: t.loss(nll=-t.nll)),
    "kl_sign": ("The sign of the KL is wrong. The VAE's loss is KL − log-likelihood.",
        lambda t: t.loss(kl=-t.kl)),
    "vae_sign": ("You subtract the VAE's loss; add it.",
        lambda t: (t.bce - t.y * t.w * t.vae).mean()),
    "classification_sign": ("The classification has the wrong sign. "
        "`binary_cross_entropy_with_logits` is a loss already.",
        lambda t: t.loss(bce=-t.bce)),
    "loss_negated": ("The whole loss has the wrong sign: it gets smaller as all gets worse.",
        lambda t: -t.each.mean()),
    "labels_inverted": ("The classification calls faces 0. y is 1 for faces, and `y_logit` is the "
        "logit of \"face\".",
        lambda t: t.loss(bce=cross_entropy(-t.a, t.y))),
    "faces_unclassified": ("The classification counts only pictures that are no faces. Faces cost "
        "−log D, and the others −log(1 − D): `binary_cross_entropy_with_logits` has both.",
        lambda t: t.loss(bce=(1 - t.y) * t.bce)),
    "classification_swapped": ("Label and logit changed places. torch's losses take the prediction "
        "first, the target second: `(y_logit, y)`.",
        lambda t: t.loss(bce=cross_entropy(t.y, t.a))),
    "sigmoid_twice": ("A sigmoid was applied twice. `binary_cross_entropy_with_logits` and "
        "`bernoulli_log_likelihood` take logits as they are.",
        lambda t: t.loss(bce=cross_entropy(t.a.sigmoid(), t.y)),
        lambda t: t.loss(nll=-bernoulli_log_likelihood(t.x, t.logits.sigmoid())),
        lambda t: t.loss(bce=cross_entropy(t.a.sigmoid(), t.y),
            nll=-bernoulli_log_likelihood(t.x, t.logits.sigmoid()))),
    "squared_error": ("The reconstruction is a squared or an absolute error (the original lab "
        "takes the mean absolute one). Here it is the Bernoulli log-likelihood of 03: "
        "`-bernoulli_log_likelihood(x, logits)`.",
        lambda t: t.loss(nll=t.error.square().sum(1)),
        lambda t: t.loss(nll=t.error.square().mean(1)),
        lambda t: t.loss(nll=t.error.abs().mean(1))),
    "images_swapped": ("Image and logits changed places: `bernoulli_log_likelihood(x, logits)`.",
        lambda t: t.loss(nll=-bernoulli_log_likelihood(t.logits, t.x))),
    "one_term_cut": ("The number is right, and no gradient comes back through one of the terms: "
        "`.item()`, `.detach()` or `torch.no_grad()` cut it off.",
        lambda t: t.loss(kl=t.kl.detach()), lambda t: t.loss(nll=t.nll.detach()),
        lambda t: t.loss(bce=t.bce.detach()),
        lambda t: t.loss(kl=t.kl.detach(), nll=t.nll.detach())),
    "shapes_of_y": ("All is right where y and y_logit have the same shape. Detectors give (N, 1) "
        "and labels are often (N,); torch refuses the pair, or spreads it. `.flatten()` both "
        "first.",
        lambda t: cross_entropy(t.y_logit, t.labels).mean() + (t.y * t.w * t.vae).mean(),
        lambda t: t.spread_bce.mean() + (t.y * t.w * t.vae).mean()),
}, read=Terms)  # fmt: skip
