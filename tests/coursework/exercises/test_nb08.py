"""Exercises of notebook 08: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Generator
from torch import distributions as td
from torch.nn import functional as F

from course_utils.distributions import gaussian_kl, vae_loss
from coursework import exercises
from coursework.checking import evaluate
from coursework.exercises.nb08.gap import mutual_information_gap
from coursework.exercises.nb08.line import interpolate
from coursework.exercises.nb08.loss import beta_vae_loss
from coursework.exercises.nb08.paths import slerp
from coursework.exercises.nb08.questions import FAULTS, ORDER
from coursework.exercises.nb08.traversal import latent_traversal
from tests.coursework.exercises.verdicts import SEEDS, assert_mistake, assert_passes


def by_columns(decode, z, dim, values):
    rest = z.expand(len(values), -1)
    return decode(torch.cat([rest[:, :dim], values[:, None], rest[:, dim + 1 :]], 1))


def by_one_hot(decode, z, dim, values):
    axis = torch.nn.functional.one_hot(torch.tensor(dim), len(z))
    return decode(z * (1 - axis) + values[:, None] * axis)


def by_loop(decode, z, dim, values):
    codes = []
    for value in values:
        code = z.clone()
        code[dim] = value.item()
        codes.append(code)
    return decode(torch.stack(codes))


def one_by_one(decode, z, dim, values):
    images = []
    for value in values.tolist():
        codes = z[None].clone()
        codes[0, dim] = value
        images.append(decode(codes))
    return torch.cat(images)


@torch.no_grad()
def without_gradients(decode, z, dim, values, dtype=torch.float32):
    codes = torch.stack([z] * len(values)).to(dtype)
    codes[:, dim].copy_(values)
    return decode(codes)


RIGHT_TRAVERSALS = [
    by_columns,
    by_one_hot,
    by_loop,
    one_by_one,
    without_gradients,
    lambda decode, z, dim, values: decode(
        z.expand(len(values), -1).index_copy(1, torch.tensor([dim]), values[:, None])
    ),
    lambda decode, z, dim, values: decode(
        torch.where(torch.arange(len(z)) == dim, values[:, None], z)
    ),
]


@pytest.mark.parametrize("fn", RIGHT_TRAVERSALS)
def test_right_traversals_pass(fn):
    assert_passes("latent_traversal", fn)


def expanded(decode, z, dim, values):
    codes = z.expand(len(values), -1)
    codes[:, dim] = values
    return decode(codes)


def wrong_row(decode, z, dim, values):
    codes = z.repeat(len(values), 1)
    codes[dim, :] = values
    return decode(codes)


def all_into_one_number(decode, z, dim, values):
    z = z.clone()
    z[dim] = values
    return decode(z)


def in_place_and_put_back(decode, z, dim, values):
    """Changes z on the way, and the caller can't tell."""
    old, images = z[dim].item(), []
    for value in values:
        z[dim] = value
        images.append(decode(z[None]))
    z[dim] = old
    return torch.cat(images)


def put_back_from_a_view(decode, z, dim, values):
    old = z[dim]  # no copy
    images = in_place_and_put_back(decode, z, dim, values)
    z[dim] = values[-1]
    z[dim] = old
    return images


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (wrong_row, "row_not_column"),
        (put_back_from_a_view, "changes_z"),
        (lambda decode, z, dim, values: decode(z + values[:, None]), "moves_every_dim"),
        (lambda decode, z, dim, values: decode(torch.stack([z] * len(values))), "nothing_moves"),
        (lambda decode, z, dim, values: list(by_loop(decode, z, dim, values)), "a_list"),
    ],
)
def test_more_traversal_mistakes(fn, mistake):
    assert_mistake("latent_traversal", fn, mistake)


def test_a_code_that_is_put_back_passes():
    assert_passes("latent_traversal", in_place_and_put_back)


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (expanded, "one and the same piece of memory"),
        (all_into_one_number, "table of codes"),
        (lambda decode, z, dim, values: decode([z.clone() for _ in values]), "a list of"),
        (lambda decode, z, dim, values: decode(z.repeat(len(values), 1).T), "one code a row"),
    ],
)
def test_codes_of_a_wrong_form_are_told(fn, words):
    verdict = evaluate("latent_traversal", fn, 0)
    assert verdict.kind == "interface" and words in verdict.message, verdict.message


def test_a_traversal_takes_whole_numbers_and_leaves_its_code_alone():
    z = torch.randn(4, generator=Generator().manual_seed(0))
    codes = latent_traversal(lambda codes: codes.clone(), z, 2, torch.tensor([3, 0, 1]))
    assert codes[:, 2].tolist() == [3.0, 0.0, 1.0]
    for at in (0, 1, 3):
        assert torch.equal(codes[:, at], z[at].expand(3))
    assert z[2] != 1


def joined_ends(z0, z1, steps):
    inside = [z0 + i / (steps - 1) * (z1 - z0) for i in range(1, steps - 1)]
    return torch.stack([z0, *inside, z1])


def number_by_number(z0, z1, steps):
    return torch.stack([torch.linspace(a, b, steps) for a, b in zip(z0, z1, strict=True)], 1)


RIGHT_LINES = [
    joined_ends,
    lambda z0, z1, steps: torch.lerp(z0[None], z1[None], torch.linspace(0, 1, steps)[:, None]),
    lambda z0, z1, steps: (
        torch.outer(1 - torch.linspace(0, 1, steps), z0)
        + torch.outer(torch.linspace(0, 1, steps), z1)
    ),
    lambda z0, z1, steps: torch.from_numpy(np.linspace(z0.numpy(), z1.numpy(), steps)),
    number_by_number,
    lambda start, end, n: interpolate(start.double(), end.double(), n),
]


@pytest.mark.parametrize("fn", RIGHT_LINES)
def test_right_lines_pass(fn):
    assert_passes("interpolate", fn)


def in_place_line(z0, z1, steps):
    z1 -= z0
    return z0 + torch.linspace(0, 1, steps)[:, None] * z1


def without_the_end(z0, z1, steps):
    return torch.stack([z0 + (z1 - z0) * i / steps for i in range(steps)])


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (in_place_line, "mutated_argument"),
        (
            lambda z0, z1, steps: torch.lerp(z1, z0, torch.linspace(0, 1, steps)[:, None]),
            "reversed",
        ),
        (without_the_end, "end_left_out"),
        (slerp, "on_the_sphere"),
    ],
)
def test_more_line_mistakes(fn, mistake):
    assert_mistake("interpolate", fn, mistake)


def test_numpy_codes_are_told():
    verdict = evaluate("interpolate", lambda a, b, n: interpolate(a, b, n).numpy(), 0)
    assert verdict.kind == "interface" and "NumPy" in verdict.message


def with_two_norms(z0, z1, steps):
    """The angle from |u0 - u1| and |u0 + u1|, which rounding can't hurt."""
    t = torch.linspace(0, 1, steps)[:, None]
    if z0.norm() == 0 or z1.norm() == 0:
        return z0 + t * (z1 - z0)
    u0, u1 = F.normalize(z0, dim=0), F.normalize(z1, dim=0)
    angle = 2 * torch.atan2((u0 - u1).norm(), (u0 + u1).norm())
    if angle > math.pi - 1e-3:
        raise ValueError("antiparallel")
    if angle < 1e-3:
        return torch.lerp(z0, z1, t)
    weights = torch.cat([torch.sin((1 - t) * angle), torch.sin(t * angle)], 1) / angle.sin()
    return torch.lerp(z0.norm(), z1.norm(), t) * (weights @ torch.stack([u0, u1]))


def as_many_write_it(z0, z1, steps, dot_threshold=0.9995):
    """A threshold on the cosine as in many published versions, and a code at a time."""
    codes, norm0, norm1 = [], z0.norm().item(), z1.norm().item()
    cosine = F.cosine_similarity(z0, z1, dim=0).clamp(-1, 1).item()
    if cosine < -dot_threshold:
        raise ValueError("no shortest way")
    for i in range(steps):
        t = i / (steps - 1)
        if cosine > dot_threshold or norm0 == 0 or norm1 == 0:
            codes.append((1 - t) * z0 + t * z1)
            continue
        omega = math.acos(cosine)
        w0, w1 = math.sin((1 - t) * omega), math.sin(t * omega)
        unit = (w0 * z0 / norm0 + w1 * z1 / norm1) / math.sin(omega)
        codes.append(((1 - t) * norm0 + t * norm1) * unit)
    return torch.stack(codes)


def by_a_turn_in_the_plane(z0, z1, steps):
    """Gram and Schmidt's second axis, then cosine and sine of the angle turned."""
    t = torch.linspace(0, 1, steps, dtype=torch.float64)[:, None]
    a, b = z0.double(), z1.double()
    if a.norm() * b.norm() == 0:
        return a + t * (b - a)
    u, v = a / a.norm(), b / b.norm()
    across = v - (u @ v) * u
    if across.norm() < 1e-5:
        if u @ v < 0:
            raise ValueError("opposite")
        return a + t * (b - a)
    turned = t * torch.atan2(across.norm(), u @ v)
    unit = torch.cos(turned) * u + torch.sin(turned) * across / across.norm()
    return (a.norm() + t * (b.norm() - a.norm())) * unit


@pytest.mark.parametrize("fn", [with_two_norms, as_many_write_it, by_a_turn_in_the_plane])
def test_right_turns_pass(fn):
    assert_passes("slerp", fn)


def turn(z0, z1, steps, cosine, edges=lambda cosine: None):
    """The formula with a cosine of its own, and whatever `edges` does before it."""
    t = torch.linspace(0, 1, steps)[:, None]
    if edges(cosine):
        return (1 - t) * z0 + t * z1
    w = torch.arccos(cosine)
    unit = (torch.sin((1 - t) * w) * z0 / z0.norm() + torch.sin(t * w) * z1 / z1.norm()) / w.sin()
    return ((1 - t) * z0.norm() + t * z1.norm()) * unit


def cosine_of(z0, z1):
    return z0 @ z1 / (z0.norm() * z1.norm())


def both_ends_straight(cosine):
    return bool(cosine.abs() > 1 - 1e-6)


def exact(cosine):
    if cosine == -1:
        raise ValueError("antiparallel")
    return bool(cosine >= 1)


def all_refused(cosine):
    if cosine.abs() > 1 - 1e-6:
        raise ValueError("no angle")


def with_assert(cosine):
    assert not cosine < -1 + 1e-6
    return bool(cosine.isnan() or cosine > 1 - 1e-6)


def shrinks_in_place(z0, z1, steps):
    codes = slerp(z0, z1, steps)
    z1 /= z1.norm()
    return codes


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b)), "nan_when_parallel"),
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b).clamp(-1, 1)), "nan_when_parallel"),
        (
            lambda a, b, n: turn(a, b, n, cosine_of(a, b), both_ends_straight),
            "antiparallel_accepted",
        ),
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b), exact), "antiparallel_to_the_last_digit"),
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b), lambda c: c == 1), "cosine_over_1"),
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b), all_refused), "refuses_parallel"),
        (lambda a, b, n: turn(a, b, n, cosine_of(a, b), with_assert), "another_error"),
        (lambda a, b, n: turn(a, b, n, a @ b), "dot_not_divided"),
        (lambda a, b, n: F.normalize(slerp(a, b, n), dim=1), "ends_normalized_away"),
        (interpolate, "straight_line"),
        (shrinks_in_place, "changes_its_codes"),
    ],
)
def test_more_turn_mistakes(fn, mistake):
    assert_mistake("slerp", fn, mistake)


@pytest.mark.parametrize("threshold", [0.9, 0.95, 0.99])
def test_going_straight_where_there_is_an_angle_does_not_pass(threshold):
    def goes_straight(z0, z1, steps):
        return (interpolate if cosine_of(z0, z1) > threshold else slerp)(z0, z1, steps)

    def on_both_sides(z0, z1, steps):
        way = interpolate if cosine_of(z0, z1).abs() > threshold else slerp
        return way(z0, z1, steps)

    assert_mistake("slerp", goes_straight, "straight_too_soon")
    assert_mistake("slerp", on_both_sides, "straight_too_soon")
    assert not evaluate("slerp", lambda *args: as_many_write_it(*args, threshold), 0).passed


def of_quaternions(z0, z1, steps):
    """The shorter way round, as rotations take it."""
    dot = F.normalize(z0, dim=0) @ F.normalize(z1, dim=0)
    if dot < 0:
        z1, dot = -z1, -dot
    return turn(z0, z1, steps, dot, lambda c: c.isnan() or c > 0.9995 or z1.norm() * z0.norm() == 0)


def test_slerp_of_quaternions_is_told():
    assert_mistake("slerp", of_quaternions, "sign_flipped")


def test_a_dot_product_for_a_cosine_that_ends_in_a_valueerror_is_told_as_that():
    def refuses(a, b, n):
        if a @ b < -1:
            raise ValueError("antiparallel")
        return turn(a, b, n, cosine_of(a, b))

    for seed in SEEDS:
        verdict = evaluate("slerp", refuses, seed)
        assert verdict.kind == "interface" and "*both* lengths" in verdict.message, verdict.message


def test_edges_of_slerp():
    z = torch.tensor([0.3, -1.2, 0.5])
    for a, b in ((z, 3 * z), (0 * z, z), (z, 0 * z), (z, z), (0 * z, 0 * z)):
        torch.testing.assert_close(slerp(a, b, 5), interpolate(a, b, 5))
    for factor in (-1.0, -0.3, -1.7):
        with pytest.raises(ValueError, match="opposite"):
            slerp(z, factor * z, 5)
    quarter = slerp(torch.tensor([2.0, 0.0]), torch.tensor([0.0, 4.0]), 3)
    torch.testing.assert_close(quarter[1], torch.tensor([3.0, 3.0]) / math.sqrt(2))


def test_slerp_has_right_lengths_and_angles_near_both_edges():
    generator = Generator().manual_seed(0)
    u, v = torch.linalg.qr(torch.randn(6, 2, generator=generator))[0].T
    for degrees in (0.05, 0.5, 5.0, 90.0, 175.0, 179.0, 179.5):
        angle = math.radians(degrees)
        codes = slerp(2 * u, 5 * (math.cos(angle) * u + math.sin(angle) * v), 7)
        lengths, turned = codes.norm(dim=1), torch.atan2(codes @ v, codes @ u)
        torch.testing.assert_close(lengths, torch.linspace(2, 5, 7), rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(turned, torch.linspace(0, angle, 7), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_paths_keep_dtype_and_ends(kind):
    z0, z1 = torch.randn(2, 9, generator=Generator().manual_seed(1), dtype=kind)
    for path in (interpolate, slerp):
        codes = path(z0, z1, 4)
        assert codes.dtype == kind and codes.shape == (4, 9)
        torch.testing.assert_close(codes[[0, -1]], torch.stack([z0, z1]))


def gap_by_loop(mi, entropy):
    gaps = []
    for column, h in zip(mi.T, entropy, strict=True):
        first, second = sorted(column.tolist(), reverse=True)[:2]
        gaps.append((first - second) / h.item())
    return sum(gaps) / len(gaps)


def gap_without_the_best_row(mi, entropy):
    best = mi.argmax(0)
    rest = mi.clone()
    rest[best, torch.arange(mi.shape[1])] = -1
    return ((mi.max(0).values - rest.max(0).values) / entropy).mean()


def gap_with_numpy(mi, entropy):
    gaps = np.diff(np.sort(mi.numpy(), 0)[-2:], axis=0)[0]
    return float(np.mean(gaps / entropy.numpy()))


def gap_by_kthvalue(mi, entropy):
    second = mi.kthvalue(len(mi) - 1, 0)[0]
    return ((mi.sort(0, True)[0][0] - second) / entropy).mean().item()


RIGHT_GAPS = [
    gap_by_loop,
    gap_without_the_best_row,
    lambda mi, entropy: ((mi / entropy).sort(0).values[-2:].diff(dim=0)).mean(),
    gap_with_numpy,
    gap_by_kthvalue,
]


@pytest.mark.parametrize("fn", RIGHT_GAPS)
def test_right_gaps_pass(fn):
    assert_passes("mutual_information_gap", fn)


def struck_out_in_place(mi, entropy):
    best = mi.max(0).values
    mi[mi.argmax(0), torch.arange(mi.shape[1])] = 0
    return ((best - mi.max(0).values) / entropy).mean()


def top_of_the_rows(mi, entropy):
    first, second = mi.topk(2).values.T
    return ((first - second) / entropy).mean()


def without_a_mean(mi, entropy):
    first, second = mi.topk(2, 0).values
    return (first - second) / entropy


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (struck_out_in_place, "mutated_argument"),
        (top_of_the_rows, "transposed"),
        (lambda mi, entropy: (mi.topk(2, dim=0).values.diff(dim=0) / entropy).mean(), "sign"),
        (
            lambda mi, entropy: (mi.max(0).values - mi.mean(0)).div(entropy).mean(),
            "best_minus_mean",
        ),
        (without_a_mean, "one_number_per_factor"),
    ],
)
def test_more_gap_mistakes(fn, mistake):
    assert_mistake("mutual_information_gap", fn, mistake)


def test_gap_by_hand():
    mi = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.5, 0.8, 0.3]])
    entropy = torch.tensor([1.0, 2.0, 0.6])
    assert mutual_information_gap(mi, entropy) == pytest.approx((0.4 + 0.0 + 0.5) / 3)


def test_no_table_knows_more_than_there_is_to_know():
    for seed in SEEDS:
        for case in exercises.get("mutual_information_gap").cases(Generator().manual_seed(seed)):
            mi, entropy = case.args
            assert (mi > 0).all() and (mi < entropy).all()


def summed_then_divided(x, logits, mu, logvar, beta):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (reconstruction + beta * kl) / x.shape[0]


def with_torchs_distributions(x, logits, mu, logvar, beta=4.0):
    kl = td.kl_divergence(td.Normal(mu, (0.5 * logvar).exp()), td.Normal(0.0, 1.0)).sum(1)
    likelihood = td.Bernoulli(logits=logits, validate_args=False).log_prob(x).sum((1, 2, 3))
    return (beta * kl - likelihood).mean()


def on_top_of_the_elbo(x, logits, mu, logvar, beta):
    return vae_loss(x, logits, mu, logvar) + (beta - 1) * gaussian_kl(mu, logvar).mean()


RIGHT_LOSSES = [vae_loss, summed_then_divided, with_torchs_distributions, on_top_of_the_elbo]


@pytest.mark.parametrize("fn", RIGHT_LOSSES)
def test_right_losses_pass(fn):
    assert_passes("beta_vae_loss", fn)


def mean_over_pixels(x, logits, mu, logvar, beta):
    return F.binary_cross_entropy_with_logits(logits, x) + beta * gaussian_kl(mu, logvar).mean()


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda x, a, m, v, beta: vae_loss(x, a, m, v), "beta_ignored"),
        (lambda x, a, m, v, beta: beta * vae_loss(x, a, m, v), "beta_on_both"),
        (
            lambda x, a, m, v, beta: vae_loss(x, a, m, v) + beta * gaussian_kl(m, v).mean(),
            "kl_twice",
        ),
        (mean_over_pixels, "mean_over_pixels"),
        (lambda x, a, m, v, beta: beta_vae_loss(x, a, m, v, beta).detach(), "graph_cut"),
    ],
)
def test_more_loss_mistakes(fn, mistake):
    assert_mistake("beta_vae_loss", fn, mistake)


def test_a_loss_that_forgets_beta_says_how_it_is_called():
    verdict = evaluate("beta_vae_loss", lambda x, logits, mu, logvar: 0.0, 0)
    assert verdict.kind == "interface" and "beta" in verdict.message


def test_the_package_has_the_same_loss():
    for case in exercises.get("beta_vae_loss").cases(Generator().manual_seed(0)):
        torch.testing.assert_close(beta_vae_loss(*case.args), vae_loss(*case.args))


OFF = {
    "latent_traversal": lambda decode, z, dim, v: latent_traversal(decode, z, dim, v + 0.1),
    "interpolate": lambda z0, z1, steps: interpolate(z0 + 0.1, z1, steps),
    "slerp": lambda z0, z1, steps: slerp(z0**3, z1, steps) + 0.1,
    "mutual_information_gap": lambda mi, entropy: mutual_information_gap(mi, entropy) ** 2 - 0.1,
    "beta_vae_loss": lambda *args: beta_vae_loss(*args) + args[-1],
}


@pytest.mark.parametrize("name", OFF)
def test_a_mistake_of_no_name_breaks_a_property_that_is_told_in_a_sentence(name):
    verdict = evaluate(name, OFF[name], 2)
    assert (
        verdict.kind == "property" and verdict.message[0].isupper() and verdict.message[-1] == "."
    )
    assert "nan" not in verdict.message


def all_at_once(decode, read, z, values):
    n, k = z.shape
    codes = z[None, None].repeat(k, len(values), 1, 1)  # (K, V, N, K)
    for dim in range(k):
        codes[dim, :, :, dim] = values[:, dim, None]
    readings = read(decode(codes.reshape(-1, k))).reshape(k, len(values), n, -1)
    return (readings.amax(1) - readings.amin(1)).mean(1)


def entry_by_entry(decode, read, z, values):
    rows = []
    for k in range(z.shape[1]):
        moved = []
        for code in z:
            seen = []
            for value in values[:, k]:
                turned = code.clone()
                turned[k] = value
                seen.append(read(decode(turned[None]))[0])
            moved.append(torch.stack(seen).max(0).values - torch.stack(seen).min(0).values)
        rows.append(sum(moved) / len(moved))
    return torch.stack(rows)


@pytest.mark.parametrize("fn", [all_at_once, entry_by_entry])
def test_right_traversal_matrices_pass(fn):
    assert_passes("traversal_matrix", fn)


def smile_by_weights(z, smile):
    happy, serious = (smile > 0.7).float(), (smile < 0.3).float()
    return z.T @ happy / happy.sum() - z.T @ serious / serious.sum()


def test_a_right_smile_vector_passes():
    assert_passes("smile_vector", smile_by_weights)


def test_the_clinic_has_the_faults_of_its_seed():
    order = torch.randperm(5, generator=torch.Generator().manual_seed(1)).tolist()[:3]
    assert [list(FAULTS)[number] for number in order] == list(ORDER)
    for place, fault in enumerate(ORDER):
        assert evaluate(f"08.answers.8.{11 + place}", fault).passed
