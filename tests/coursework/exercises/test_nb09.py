"""Exercises of notebook 09: right answers of many kinds pass, further mistakes are told, and the
clinic's lines do what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import distributions as td
from torch import nn
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl, vae_loss
from coursework.checking import evaluate
from coursework.exercises.nb09.clinic import LINES
from coursework.exercises.nb09.groups import group_accuracy
from coursework.exercises.nb09.interval import wilson_interval
from coursework.exercises.nb09.loss import debiasing_loss
from coursework.exercises.nb09.report import detector_report
from coursework.exercises.nb09.resampling import resampling_probabilities
from tests.coursework.exercises.verdicts import SEEDS, assert_mistake, assert_passes

BCE = F.binary_cross_entropy_with_logits


# resampling_probabilities


def with_numpy(density, alpha_on_top=0.0):
    """The original lab's loop, line for line but for the names; it takes densities."""

    def fn(mu, bins=10, alpha=0.01):
        largest = np.zeros(len(mu))
        for z in mu.numpy().astype(np.float64).T:
            heights, edges = np.histogram(z, density=density, bins=bins)
            heights = heights if density else heights / len(z)
            edges[0], edges[-1] = -np.inf, np.inf
            heights = heights + alpha
            p = 1 / (heights / heights.sum())[np.digitize(z, edges) - 1]
            largest = np.maximum(largest, p / p.sum())
        return torch.tensor(largest / largest.sum())

    return fn


def with_bucketize(mu, bins=10, alpha=0.01):
    columns = []
    for k in range(mu.shape[1]):
        edges = torch.linspace(mu[:, k].min().item(), mu[:, k].max().item(), bins + 1)
        place = torch.bucketize(mu[:, k].contiguous(), edges[1:-1])
        share = torch.stack([(place == b).float().mean() for b in range(bins)]) + alpha
        columns.append(1 / share[place] / (1 / share[place]).sum())  # α is not renormalized
    p = torch.stack(columns).amax(0)
    return p / p.sum()


def with_histc(mu, bins=10, alpha=0.01):
    p = torch.zeros(len(mu))
    for z in mu.unbind(1):
        share = torch.histc(z, bins) / len(z) + alpha
        width = (z.max() - z.min()) / bins
        place = ((z - z.min()) / (width if width > 0 else 1)).floor().long().clamp(0, bins - 1)
        if width == 0:
            share = torch.ones(bins)
        weight = 1 / (share / share.sum())[place]
        p = torch.max(p, weight / weight.sum())
    return p / p.sum()


@pytest.mark.parametrize("fn", [with_numpy(density=False), with_bucketize, with_histc])
def test_right_probabilities_pass(fn):
    assert_passes("resampling_probabilities", fn)


def test_the_original_lab_adds_alpha_to_a_density():
    assert_mistake("resampling_probabilities", with_numpy(density=True), "alpha_on_a_density")


def test_strength_of_the_original_depends_on_the_ruler_and_ours_does_not():
    z = torch.randn(60_000, 1, generator=torch.Generator().manual_seed(0))
    for fn, steady in ((with_numpy(density=True), False), (resampling_probabilities, True)):
        ratios = [float(p.max() / p.min()) for p in (fn(s * z, 10, 0.001) for s in (0.01, 1, 100))]
        assert (max(ratios) / min(ratios) < 1.05) == steady, ratios


def test_a_density_gives_the_ratios_of_the_spec():
    z = torch.randn(60_000, 1, generator=torch.Generator().manual_seed(0))
    chances = [with_numpy(True)(s * z, 10, 0.001) for s in (0.01, 1, 100)]
    ratio = [float(p.max() / p.min()) for p in chances]
    assert ratio[0] > 600 and 150 < ratio[1] < 450 and 3 < ratio[2] < 8, ratio


def test_a_constant_latent_changes_nothing_but_never_gives_nan():
    p = resampling_probabilities(torch.full((5, 2), 3.0))
    assert torch.allclose(p, torch.full((5,), 0.2))


def divided_by_zero(mu, bins=10, alpha=0.01):
    low, high = mu.min(0).values, mu.max(0).values
    place = ((mu - low) / (high - low) * bins).floor()
    place = place.clamp(max=bins - 1)  # NaN stays NaN
    inside = place[:, :, None] == torch.arange(bins)
    share = inside.float().mean(0) + alpha  # (K, bins)
    weight = (inside / share).sum(2)
    weight = weight / weight.sum(0)
    return weight.amax(1) / weight.amax(1).sum()


def cast_to_a_bin_that_is_none(mu, bins=10, alpha=0.01):
    p = torch.zeros(len(mu))
    for z in mu.T:
        place = ((z - z.min()) / (z.max() - z.min()) * bins).long().clamp(max=bins - 1)
        share = torch.bincount(place, minlength=bins) / len(z) + alpha
        weight = 1 / share[place]
        p = torch.maximum(p, weight / weight.sum())
    return p / p.sum()


@pytest.mark.parametrize("fn", [divided_by_zero, cast_to_a_bin_that_is_none])
def test_a_width_of_zero_is_told(fn):
    assert_mistake("resampling_probabilities", fn, "constant_latent")


def by_bins(place, smoothed=True):
    """The usual loop. place: codes (N,) and bins to the bin of each; smoothed: whether by alpha."""

    def fn(mu, bins=10, alpha=0.01):
        p = torch.zeros(len(mu))
        for z in mu.T:
            where = place(z, bins)
            share = torch.bincount(where, minlength=bins) / len(z)
            weight = 1 / (share + alpha if smoothed else share)[where]
            p = torch.maximum(p, weight / weight.sum())
        return p / p.sum()

    return fn


def unguarded(z, bins):
    return ((z - z.min()) / (z.max() - z.min()) * bins).long().clamp(max=bins - 1)


def with_quantiles(z, bins):
    edges = torch.quantile(z, torch.linspace(0, 1, bins + 1))
    return (torch.bucketize(z.contiguous(), edges) - 1).clamp(0, bins - 1)


def a_little_wider(z, bins, eps=1e-8):
    return ((z - z.min()) / (z.max() - z.min() + eps) * bins).long()


def rounded(z, bins):
    return torch.round((z - z.min()) / (z.max() - z.min() + 1e-8) * (bins - 1)).long()


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (by_bins(a_little_wider), "small_number_in_the_width"),
        (by_bins(lambda z, bins: a_little_wider(z, bins, 1e-12)), "maximum_in_a_bin_of_its_own"),
        (by_bins(rounded), "scaled_to_bins_minus_1"),
        (by_bins(with_quantiles), "bins_of_equal_mass"),
        (by_bins(unguarded, smoothed=False), "alpha_forgotten"),
    ],
)
def test_more_weights(fn, mistake):
    assert_mistake("resampling_probabilities", fn, mistake)


def test_an_error_at_a_latent_that_never_changes_hides_no_other_mistake():
    """One without a name: the answer is far off where all latents move, too."""

    def squared(mu, bins=10, alpha=0.01):
        p = by_bins(unguarded)(mu, bins, alpha)
        return p.square() / p.square().sum()

    for seed in SEEDS:
        verdict = evaluate("resampling_probabilities", squared, seed)
        assert verdict.kind == "different" and "bincount" not in verdict.message, verdict.message


def test_a_little_wider_and_the_largest_code_kept_in_the_last_bin_passes():
    def fn(z, bins):
        return a_little_wider(z, bins).clamp(max=bins - 1)

    assert_passes("resampling_probabilities", by_bins(fn))


# debiasing_loss


def by_picking_faces(x, logits, mu, logvar, y, y_logit, vae_weight):
    face = y.view(-1) > 0.5
    vae = (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits))[face]
    return BCE(y_logit.view(-1), y.view(-1)) + vae_weight * vae.sum() / len(x)


def by_loop(x, logits, mu, logvar, y, y_logit, vae_weight):
    total = 0.0
    for i in range(len(x)):
        total = total + F.softplus(y_logit[i].squeeze()) - y[i].squeeze() * y_logit[i].squeeze()
        if y[i].item() == 1:
            one = slice(i, i + 1)
            total = total + vae_weight * vae_loss(x[one], logits[one], mu[one], logvar[one])
    return total / len(x)


def with_torchs_distributions(x, logits, mu, logvar, y, y_logit, vae_weight):
    y, y_logit = y.reshape(-1), y_logit.reshape(-1)
    kl = td.kl_divergence(td.Normal(mu, (logvar / 2).exp()), td.Normal(0.0, 1.0)).sum(1)
    vae = kl + BCE(logits, x, reduction="none").sum((1, 2, 3))
    return (BCE(y_logit, y, reduction="none") + vae_weight * torch.where(y == 1, vae, 0.0)).mean()


def stretched_as_a_sum(x, logits, mu, logvar, y, y_logit, vae_weight):
    """(N, 1) + (N,) is (N, N): a mean of a sum can't see it."""
    y, y_logit = y.flatten(), y_logit.flatten()
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
    return (BCE(y_logit, y, reduction="none")[:, None] + y * vae_weight * vae).mean()


def in_double(*args):
    return debiasing_loss(*[a.double() if isinstance(a, torch.Tensor) else a for a in args])


RIGHT_LOSSES = [
    by_picking_faces,
    by_loop,
    with_torchs_distributions,
    stretched_as_a_sum,
    in_double,
]


@pytest.mark.parametrize("fn", RIGHT_LOSSES)
def test_right_losses_pass(fn):
    assert_passes("debiasing_loss", fn)


def mask_as_a_column(x, logits, mu, logvar, y, y_logit, vae_weight):
    y, y_logit = y.reshape(-1, 1), y_logit.reshape(-1, 1)
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
    return (BCE(y_logit, y, reduction="none") + y * vae_weight * vae).mean()


def mask_averaged_first(x, logits, mu, logvar, y, y_logit, vae_weight):
    """The mask averaged before it is applied: what the broadcast comes to."""
    vae = vae_loss(x, logits, mu, logvar)
    return BCE(y_logit.flatten(), y.flatten()) + y.mean() * vae_weight * vae


def of_the_lab(x, logits, mu, logvar, y, y_logit, vae_weight):
    bce = BCE(y_logit.flatten(), y.flatten(), reduction="none")
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
    return (bce * y.flatten() + vae_weight * vae).mean()


def with_the_labs_weight(x, logits, mu, logvar, y, y_logit, vae_weight, kl_weight=0.0005):
    bce = BCE(y_logit.flatten(), y.flatten(), reduction="none")
    vae = kl_weight * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
    return (bce + y.flatten() * vae_weight * vae).mean()


def squeezed(x, logits, mu, logvar, y, y_logit, vae_weight):
    """Squeezes the logit alone."""
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
    return BCE(y_logit.squeeze(), y.float()) + (y * vae_weight * vae).mean()


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (mask_as_a_column, "broadcast"),
        (mask_averaged_first, "broadcast"),
        (of_the_lab, "mask_on_the_classification"),
        (with_the_labs_weight, "kl_weight_typed_in"),
        (lambda *args: with_the_labs_weight(*args, kl_weight=0.00025), "kl_weight_typed_in"),
        (lambda *a: debiasing_loss(a[0], a[1].clamp(-15, 15), *a[2:]), "breaks_for_large_logits"),
        (lambda *a: debiasing_loss(*a[:5], a[5].clamp(-15, 15), a[6]), "breaks_for_large_logits"),
        (lambda *a: debiasing_loss(*a).detach(), "graph_cut"),
    ],
)
def test_more_loss_mistakes(fn, mistake):
    assert_mistake("debiasing_loss", fn, mistake)


def test_a_loss_that_squeezes_one_of_two_does_not_pass():
    assert not evaluate("debiasing_loss", squeezed, 0).passed


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float64])
def test_labels_of_any_type_enter_the_loss(dtype):
    x, logits = torch.rand(3, 1, 4, 4), torch.randn(3, 1, 4, 4)
    y, rest = torch.tensor([1, 0, 1]), (torch.randn(3, 1), 0.1)
    code = torch.randn(3, 2), torch.randn(3, 2)
    wanted = debiasing_loss(x, logits, *code, y.float(), *rest)
    assert torch.isclose(debiasing_loss(x, logits, *code, y.to(dtype), *rest), wanted)


def test_the_broadcast_changes_the_product_and_not_the_sum():
    generator = torch.Generator().manual_seed(1)
    y, vae = torch.tensor([1.0, 0, 0, 1, 1]), torch.rand(5, generator=generator)
    assert torch.isclose((y[:, None] + vae).mean(), (y + vae).mean())
    assert not torch.isclose((y[:, None] * vae).mean(), (y * vae).mean(), atol=1e-3)


# detector_report, group_accuracy, accuracy_gap, wilson_interval


def with_plain_numbers(y, y_hat):
    pairs = list(zip(y.tolist(), y_hat.tolist(), strict=True))
    negatives = sum(1 for a, _ in pairs if a == 0)
    if negatives == 0:
        raise ValueError("no negatives")
    tp = sum(1 for a, b in pairs if a == b == 1)
    fp = sum(1 for a, b in pairs if (a, b) == (0, 1))
    precision = tp / (tp + fp) if tp + fp else float("nan")
    recall = tp / sum(y.tolist())
    return {"precision": precision, "recall": recall, "false positive rate": fp / negatives}


def with_masks(y, y_hat):
    if (y == 0).sum() == 0:
        raise ValueError
    return {
        "recall": y_hat[y == 1].mean(),
        "precision": y[y_hat == 1].mean(),
        "false positive rate": y_hat[y == 0].mean(),
    }


@pytest.mark.parametrize("fn", [with_plain_numbers, with_masks])
def test_right_reports_pass(fn):
    assert_passes("detector_report", fn)


def without_a_refusal(y, y_hat):
    return {
        "recall": float(y_hat[y == 1].mean()),
        "precision": float(y[y_hat == 1].mean()),
        "false positive rate": float(y_hat[y == 0].mean()),
    }


def divided_with_a_little_added(y, y_hat):
    tp, fp = (y * y_hat).sum(), ((1 - y) * y_hat).sum()
    return {
        "recall": float(tp / y.sum()),
        "precision": float(tp / (tp + fp + 1e-9)),
        "false positive rate": float(fp / ((1 - y).sum() + 1e-9)),
    }


def refusing_by_assertion(y, y_hat):
    assert (y == 0).any(), "no negatives"
    return detector_report(y, y_hat)


def right_answers_for_hits(y, y_hat):
    if (y == 1).all():
        raise ValueError("no negatives")
    tp = (y == y_hat).sum()
    return {
        "recall": float(tp / (y == 1).sum()),
        "precision": float(tp / (y_hat == 1).sum()),
        "false positive rate": float(y_hat[y == 0].mean()),
    }


def counted_by_equality(y, y_hat):
    if (y == 1).all():
        raise ValueError("no negatives")
    tp, fp = (y == y_hat).sum().item(), ((y == 0) & (y_hat == 1)).sum().item()
    fn, tn = ((y == 1) & (y_hat == 0)).sum().item(), ((y == 0) & (y_hat == 0)).sum().item()
    return {
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "false positive rate": fp / (fp + tn),
    }


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (right_answers_for_hits, "right_answers_as_hits"),
        (counted_by_equality, "right_answers_as_hits"),
        (without_a_refusal, "no_negatives"),
        (divided_with_a_little_added, "no_negatives"),
        (refusing_by_assertion, "another_error"),
        (lambda y, y_hat: detector_report(y, y_hat) if (y == 0).any() else None, "no_negatives"),
    ],
)
def test_more_report_mistakes(fn, mistake):
    assert_mistake("detector_report", fn, mistake)


def test_a_detector_that_always_says_yes_is_caught_only_with_negatives():
    yes = torch.ones(4)
    with pytest.raises(ValueError, match="without negatives"):
        detector_report(torch.ones(4), yes)
    report = detector_report(torch.tensor([1.0, 1, 1, 0]), yes)
    assert report == {"recall": 1.0, "precision": 0.75, "false positive rate": 1.0}


def groups_by_loop(y, y_hat, group):
    right, size = {}, {}
    for a, b, g in zip(y.tolist(), y_hat.tolist(), group.tolist(), strict=True):
        size[g] = size.get(g, 0) + 1
        right[g] = right.get(g, 0) + (a == b)
    return {g: right[g] / size[g] for g in size}


def groups_skipping_the_empty(y, y_hat, group):
    acc = {}
    for g in range(int(group.max()) + 1):
        inside = group == g
        if inside.any():
            acc[g] = (y[inside] == y_hat[inside]).float().mean()
    return acc


def groups_by_bincount(y, y_hat, group):
    size = torch.bincount(group)
    right = torch.bincount(group, weights=(y == y_hat).double())
    return {int(g): (right[g] / size[g]).item() for g in size.nonzero().flatten()}


@pytest.mark.parametrize("fn", [groups_by_loop, groups_skipping_the_empty, groups_by_bincount])
def test_right_group_accuracies_pass(fn):
    assert_passes("group_accuracy", fn)


def test_keys_that_are_tensors_are_told():
    def fn(y, y_hat, group):
        return {g: (y == y_hat)[group == g].float().mean() for g in group.unique()}

    assert_mistake("group_accuracy", fn, "keys_are_tensors")


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool])
def test_labels_of_any_type_are_read(dtype):
    y, y_hat = torch.tensor([1, 0, 1, 0]).to(dtype), torch.tensor([1, 1, 0, 0]).to(dtype)
    assert group_accuracy(y, y_hat, torch.tensor([4, 4, 2, 4])) == {2: 0.0, 4: pytest.approx(2 / 3)}
    shares = ("recall", "precision", "false positive rate")
    assert detector_report(y, y_hat) == dict.fromkeys(shares, 0.5)


@pytest.mark.parametrize(
    "fn",
    [
        lambda acc: max(acc.values()) - min(acc.values()),
        lambda acc: sorted(acc.values())[-1] - sorted(acc.values())[0],
        lambda acc: torch.tensor(list(acc.values())).max() - torch.tensor(list(acc.values())).min(),
        lambda acc: float(np.ptp(list(acc.values()))),
        lambda acc: max(abs(a - b) for a in acc.values() for b in acc.values()),
    ],
)
def test_right_gaps_pass(fn):
    assert_passes("accuracy_gap", fn)


def from_the_quadratic(successes, n, z=1.96):
    """The p with |p̂ − p| = z √(p(1 − p)/n): roots of (n + z²) p² − (2s + z²) p + s²/n."""
    if n == 0:
        return 0.0, 1.0
    a, b, c = n + z * z, -(2 * successes + z * z), successes**2 / n
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def with_tensors(successes, n, z=1.96):
    if n == 0:
        return torch.tensor(0.0), torch.tensor(1.0)
    s = torch.tensor(float(successes), dtype=torch.float64)
    half = z / (n + z**2) * (s * (n - s) / n + z**2 / 4).sqrt()
    center = (s + z**2 / 2) / (n + z**2)
    return max(center - half, torch.tensor(0.0)), min(center + half, torch.tensor(1.0))


@pytest.mark.parametrize("fn", [from_the_quadratic, with_tensors])
def test_right_intervals_pass(fn):
    assert_passes("wilson_interval", fn)


def with_a_term_outside(successes, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = (z * math.sqrt(p * (1 - p) / n) + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


def with_one_fraction_in_the_root(successes, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    half = z * math.sqrt((p * (1 - p) + z**2 / (4 * n**2)) / n)
    middle, scale = p + z**2 / (2 * n), 1 + z**2 / n
    return (middle - half) / scale, (middle + half) / scale


def without_brackets(successes, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    middle = (p + z**2 / 2 * n) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / 4 * n**2) / (1 + z**2 / n)
    return middle - half, middle + half


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (with_a_term_outside, "term_outside_the_root"),
        (with_one_fraction_in_the_root, "wrong_term_in_the_root"),
        (without_brackets, "brackets"),
    ],
)
def test_wilsons_brackets_are_told(fn, mistake):
    assert_mistake("wilson_interval", fn, mistake)


def test_the_interval_covers_where_walds_does_not():
    """Exact coverage of 95 % intervals at p = 0.97 and n = 30, over the binomial distribution."""

    def coverage(interval):
        weights = td.Binomial(30, torch.tensor(0.97)).log_prob(torch.arange(31.0)).exp().tolist()
        ends = [interval(s, 30) for s in range(31)]
        return sum(w for w, (low, high) in zip(weights, ends, strict=True) if low <= 0.97 <= high)

    def wald(s, n):
        half = 1.96 * math.sqrt(s / n * (1 - s / n) / n)
        return s / n - half, s / n + half

    assert coverage(wald) < 0.65 < 0.93 < coverage(wilson_interval)


# the clinic


class Tiny(nn.Module):
    """A detector of eight pixels: two latents and a logit from one linear layer."""

    def __init__(self):
        super().__init__()
        self.code, self.pixels = nn.Linear(8, 5), nn.Linear(2, 8)

    def forward(self, x):
        return self.code(x.flatten(1)).split([2, 2, 1], 1)

    def decode(self, z):
        return self.pixels(z).reshape(-1, 1, 2, 4)


@pytest.fixture
def after_the_lines():
    """What the names of the clinic's step hold after its lines, on three faces and four others."""
    torch.manual_seed(0)
    model, x = Tiny(), torch.rand(7, 1, 2, 4)
    y = torch.tensor([1.0, 0, 1, 0, 0, 1, 0])[:, None]
    mu, s, y_logit = model(x)
    y_logit.retain_grad()
    names = {"model": model, "x": x, "y": y, "mu": mu, "s": s, "y_logit": y_logit}
    names |= {"vae_weight": 0.1, "torch": torch, "F": F}
    for line in LINES.values():
        exec(line, names)
    return names


def test_negatives_pay_nothing_in_the_clinics_step(after_the_lines):
    after_the_lines["loss"].backward()
    y, gradient = after_the_lines["y"], after_the_lines["y_logit"].grad
    assert (gradient[y == 0] == 0).all() and (gradient[y == 1] < 0).all()


def test_the_clinics_step_is_a_table_under_its_mean_and_the_mended_line_too(after_the_lines):
    n = after_the_lines
    vae = n["vae_weight"] * (n["rec"] + n["kl"])
    assert (n["y"] * n["bce"] + vae).shape == (7, 7) == (n["bce"] + n["y"] * vae).shape
    flat = n["y"].flatten()
    assert torch.isclose(n["loss"], (flat * n["bce"].flatten() + vae).mean())
    wanted = (n["bce"].flatten() + flat * vae).mean()
    assert not torch.isclose((n["bce"] + n["y"] * vae).mean(), wanted, rtol=1e-3)


def test_the_clinics_step_reads_s_in_two_ways(after_the_lines):
    n = after_the_lines
    assert torch.isclose(n["kl"], gaussian_kl(n["mu"], n["s"])).all()  # log σ²
    draws = torch.stack([eval(LINES["a"].split(" = ")[1], n) for _ in range(4000)])
    assert torch.allclose(draws.std(0), n["s"].exp(), rtol=0.08)  # log σ


@pytest.mark.parametrize(("key", "answer"), [("9.12", "f"), ("9.13", "c"), ("9.14", "b")])
def test_the_clinic_knows_its_faults(key, answer):
    assert evaluate(f"09.answers.{key}", answer).passed


def odds_by_masks(y, y_hat, group):
    gaps = []
    for value in (0, 1):
        rates = [y_hat[(group == g) & (y == value)].float().mean() for g in set(group.tolist())]
        gaps.append(max(rates) - min(rates))
    return max(gaps)


def test_a_right_equalized_odds_gap_passes():
    assert_passes("equalized_odds_gap", odds_by_masks)


def dark_first(weights, images, generator):
    dark = 1 - images.mean((1, 2, 3))
    return dark / dark.sum()


@pytest.mark.parametrize(
    "fn",
    [
        dark_first,
        lambda w, x, g: torch.softmax(torch.randn(len(w), generator=g), 0),
        lambda w, x, g: w.flip(0),
        lambda w, x, g: (1 / w) / (1 / w).sum(),
        lambda w, x, g: (w > w.median()).float() / (w > w.median()).sum(),
    ],
)
def test_every_control_passes(fn):
    assert_passes("control_chances", fn)


def test_a_control_that_ignores_the_generator_is_told():
    fn = lambda w, x, g: w[torch.randperm(len(w))]  # noqa: E731
    assert not evaluate("control_chances", fn, 0).passed
