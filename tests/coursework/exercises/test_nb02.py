"""Exercises of notebook 02: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from torch import Generator, nn
from torch.nn import functional as F

from course_utils.metrics import roc_auc
from course_utils.models.autoencoder import Autoencoder
from coursework import exercises
from coursework.checking import evaluate
from coursework.checking.exercise import Exercise
from coursework.exercises.nb02.autoencoder import build_autoencoder
from coursework.exercises.nb02.error import reconstruction_error
from coursework.exercises.nb02.noise import corrupt
from coursework.exercises.nb02.pca import pca_reconstruct
from coursework.exercises.nb02.wrong_autoencoders import Apply, Assembled
from tests.coursework.exercises.verdicts import SEEDS, assert_mistake, assert_passes


def loop_error(x, x_hat):
    return torch.stack([((a - b) ** 2).sum() for a, b in zip(x, x_hat, strict=True)])


RIGHT_ERRORS = {
    "loop": loop_error,
    "einsum": lambda x, x_hat: torch.einsum("nchw,nchw->n", x - x_hat, x - x_hat),
    "four dimensions": lambda x, x_hat: (x - x_hat).pow(2).sum(dim=(1, 2, 3)),
    "F.mse_loss": lambda x, x_hat: F.mse_loss(x_hat, x, reduction="none").sum((1, 2, 3)),
    "norm": lambda a, b: torch.linalg.vector_norm(a - b, dim=(1, 2, 3)) ** 2,
    "reshape": lambda x, x_hat: ((x - x_hat) ** 2).reshape(len(x), -1).sum(-1),
    "float64": lambda x, x_hat: (x.double() - x_hat.double()).square().sum((1, 2, 3)),
    "extra argument": lambda x, x_hat, scale=1.0: scale * (x - x_hat).square().sum((1, 2, 3)),
}


@pytest.mark.parametrize("fn", RIGHT_ERRORS.values(), ids=RIGHT_ERRORS.keys())
def test_right_reconstruction_errors_pass(fn):
    assert_passes("reconstruction_error", fn)


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda x, x_hat: (x - x_hat.detach()).square().sum((1, 2, 3)), "graph_cut"),
        (lambda x, x_hat: x_hat.sub_(x).square().sum((1, 2, 3)), "mutated_argument"),
        (nn.MSELoss(), "mean_over_everything"),
    ],
)
def test_more_reconstruction_mistakes(fn, mistake):
    assert evaluate("reconstruction_error", fn, 0).mistake == mistake


def eigh_pca(x, k):
    mean = x.mean(dim=0, keepdim=True)
    _, vectors = torch.linalg.eigh((x - mean).T @ (x - mean))
    top = vectors.flip(1)[:, :k]
    return mean + (x - mean) @ top @ top.T


def old_svd_pca(x, k):
    mean = x.mean(0)
    u, s, v = torch.svd(x - mean)
    return mean + u[:, :k] @ torch.diag(s[:k]) @ v[:, :k].T


def lowrank_pca(x, k):
    _, _, v = torch.pca_lowrank(x, q=min(x.shape))
    return x.mean(0) + (x - x.mean(0)) @ v[:, :k] @ v[:, :k].T


def loop_pca(x, k):
    mean = x.mean(0)
    _, _, vh = torch.linalg.svd(x - mean)
    x_hat = mean.expand_as(x).clone()
    for v in vh[:k]:
        x_hat += torch.outer((x - mean) @ v, v)
    return x_hat


def double_pca(x, k):
    return pca_reconstruct(x.double(), k)


RIGHT_PCA = [
    eigh_pca,
    old_svd_pca,
    lowrank_pca,
    loop_pca,
    double_pca,
    lambda data, n=1: pca_reconstruct(data, n),
]


@pytest.mark.parametrize("fn", RIGHT_PCA)
def test_right_pca_passes(fn):
    assert_passes("pca_reconstruct", fn)


def test_pca_agrees_with_sklearn():
    x = torch.randn(40, 7, generator=Generator().manual_seed(0)) * torch.arange(1, 8) + 3
    for k in (1, 3, 7):
        theirs = PCA(k).fit(x.numpy())
        expected = theirs.inverse_transform(theirs.transform(x.numpy()))
        assert torch.allclose(pca_reconstruct(x, k), torch.tensor(expected).float(), atol=1e-4)


def in_place_pca(x, k):
    x -= x.mean(0)
    v = torch.linalg.svd(x, full_matrices=False).Vh[:k]
    return x @ v.T @ v + x.mean(0)


def rows_of_v(x, k):
    v = torch.svd(x - x.mean(0)).V[:k]
    return (x - x.mean(0)) @ v.T @ v + x.mean(0)


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (in_place_pca, "in place"),
        (rows_of_v, "`V[:, :k]`"),
        (lambda x, k: pca_reconstruct(x, k + 1), "k + 1"),
    ],
)
def test_more_pca_mistakes(fn, words):
    for seed in SEEDS:
        verdict = evaluate("pca_reconstruct", fn, seed)
        assert not verdict.passed and words in verdict.message, (seed, verdict)


def rows_of_eigenvectors(x, k, order=lambda v: v):
    mean = x.mean(0)
    _, vectors = torch.linalg.eigh(torch.cov((x - mean).T))
    v = order(vectors)[:k]
    return (x - mean) @ v.T @ v + mean


SIGNED = torch.tensor([1.0, -1.0] * 5)


@pytest.mark.parametrize(
    "order", [lambda v: v, lambda v: v.flip(0), lambda v: v.flip(1), lambda v: v * SIGNED[: len(v)]]
)
def test_eigenvectors_by_rows(order):
    assert_mistake(
        "pca_reconstruct", lambda x, k: rows_of_eigenvectors(x, k, order), "eigenvectors_by_rows"
    )


def test_numpy_pca_is_told_to_stay_in_torch():
    def fn(x, k):
        return np.asarray(pca_reconstruct(x, k))

    verdict = evaluate("pca_reconstruct", fn, 0)
    assert verdict.kind == "interface" and "torch" in verdict.message


def mlp(*sizes, act=nn.ReLU):
    layers = [nn.Flatten()]
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), act()]
    return nn.Sequential(*layers[:-1])


def unflat():
    return nn.Unflatten(1, (1, 28, 28))


class Conv(nn.Module):
    """Convolutions, BatchNorm and Dropout, written as one class."""

    def __init__(self, latent_dim):
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.LeakyReLU(0.2),
        )
        self.code = nn.Linear(16 * 49, latent_dim)
        self.grow = nn.Linear(latent_dim, 16 * 49)
        self.up = nn.Sequential(
            nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1),
        )

    def encode(self, x):
        return self.code(self.down(x).flatten(1))

    def decode(self, z):
        return self.up(F.relu(self.grow(z)).view(-1, 16, 7, 7))

    def forward(self, x):
        return self.decode(self.encode(x))


def zero_start(latent_dim):
    """A last layer that starts at 0, as some like it."""
    net = Assembled(mlp(784, 64, latent_dim), nn.Sequential(mlp(latent_dim, 64, 784), unflat()))
    nn.init.zeros_(net.decoder[0][-1].weight)
    nn.init.zeros_(net.decoder[0][-1].bias)
    return net


def zero_code(latent_dim):
    net = Assembled(mlp(784, 64, latent_dim), nn.Sequential(mlp(latent_dim, 64, 784), unflat()))
    nn.init.zeros_(net.encoder[-1].weight)
    nn.init.zeros_(net.encoder[-1].bias)
    return net


RIGHT_NETWORKS = {
    "package": Autoencoder,
    "convolutions": Conv,
    "deep": lambda k: Assembled(
        mlp(784, 128, 64, 32, k), nn.Sequential(mlp(k, 32, 64, 128, 784), unflat())
    ),
    "tanh": lambda k: Assembled(
        mlp(784, 64, k, act=nn.Tanh), nn.Sequential(mlp(k, 64, 784, act=nn.Tanh), unflat())
    ),
    "sigmoid hidden": lambda k: Assembled(
        mlp(784, 64, k, act=nn.Sigmoid), nn.Sequential(mlp(k, 64, 784, act=nn.Sigmoid), unflat())
    ),
    "view": lambda k: Assembled(
        mlp(784, 64, k), nn.Sequential(mlp(k, 64, 784), Apply(lambda h: h.view(-1, 1, 28, 28)))
    ),
    "batch norm 1d": lambda k: Assembled(
        nn.Sequential(
            nn.Flatten(), nn.Linear(784, 64), nn.BatchNorm1d(64), nn.GELU(), nn.Linear(64, k)
        ),
        nn.Sequential(mlp(k, 64, 784), unflat()),
    ),
    "leaky layers": lambda k: Assembled(
        mlp(784, 64, k, act=nn.LeakyReLU), nn.Sequential(mlp(k, 64, 784, act=nn.PReLU), unflat())
    ),
    "GELU, then batch norm of the code": lambda k: Assembled(
        nn.Sequential(mlp(784, 64, k, act=nn.GELU), nn.BatchNorm1d(k)),
        nn.Sequential(mlp(k, 64, 784, act=nn.ELU), unflat()),
    ),
    "two hidden numbers": lambda k: Assembled(
        mlp(784, 8, k), nn.Sequential(mlp(k, 8, 784), unflat())
    ),
    "starts at 0": zero_start,
    "code starts at 0": zero_code,
}


def some_fast(networks):
    """Each as a parameter; but for the first four they are tried among the slow tests."""
    return [
        pytest.param(*values, id=name, marks=[pytest.mark.slow] if index >= 4 else [])
        for index, (name, values) in enumerate(networks.items())
    ]


@pytest.mark.parametrize("fn", some_fast({name: (fn,) for name, fn in RIGHT_NETWORKS.items()}))
def test_reasonable_networks_pass(fn):
    assert_passes("build_autoencoder", fn)


def _decoder(k, *last):
    return nn.Sequential(mlp(k, 16, 784), *last)


def _sigmoid_in_forward(k):
    route = lambda net, x: net.decode(net.encode(x)).sigmoid()  # noqa: E731
    return Assembled(mlp(784, 16, k), _decoder(k, unflat()), route)


WRONG_NETWORKS = {
    "hard-coded 32": (
        lambda k: Assembled(mlp(784, 64, 32), _decoder(32, unflat())),
        "no_bottleneck",
    ),
    "sigmoid in forward only": (_sigmoid_in_forward, "sigmoid_inside"),
    "ReLU code": (
        lambda k: Assembled(nn.Sequential(mlp(784, 16, k), nn.ReLU()), _decoder(k, unflat())),
        "code_never_negative",
    ),
    "sigmoid code": (
        lambda k: Assembled(nn.Sequential(mlp(784, k), nn.Sigmoid()), _decoder(k, unflat())),
        "code_never_negative",
    ),
    "linear decoder": (
        lambda k: Assembled(mlp(784, 64, k), nn.Sequential(nn.Linear(k, 784), unflat())),
        "linear_decoder",
    ),
    "linear encoder": (lambda k: Assembled(mlp(784, k), _decoder(k, unflat())), "linear_encoder"),
    "convolutions without a bend": (
        lambda k: Assembled(
            nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.Flatten(), nn.Linear(676, k)),
            _decoder(k, unflat()),
        ),
        "linear_encoder",
    ),
    "clamp": (
        lambda k: Assembled(mlp(784, 16, k), _decoder(k, unflat(), nn.Hardtanh(0, 1))),
        "sigmoid_inside",
    ),
    "softplus": (
        lambda k: Assembled(mlp(784, 16, k), _decoder(k, unflat(), nn.Softplus())),
        "relu_at_the_end",
    ),
    "Tanh behind the code": (
        lambda k: Assembled(nn.Sequential(mlp(784, 64, k), nn.Tanh()), _decoder(k, unflat())),
        "bounded_code",
    ),
    "code on a sphere": (
        lambda k: Assembled(
            nn.Sequential(mlp(784, 64, k), Apply(F.normalize)), _decoder(k, unflat())
        ),
        "bounded_code",
    ),
    "LeakyReLU behind the code": (
        lambda k: Assembled(
            nn.Sequential(mlp(784, 64, k), nn.LeakyReLU(0.2)), _decoder(k, unflat())
        ),
        "leaky_code",
    ),
    "leaky in forward, by function": (
        lambda k: Assembled(
            nn.Sequential(mlp(784, 64, k), Apply(F.leaky_relu)), _decoder(k, unflat())
        ),
        "leaky_code",
    ),
    "LeakyReLU behind the logits": (
        lambda k: Assembled(mlp(784, 64, k), _decoder(k, nn.LeakyReLU(0.2), unflat())),
        "leaky_logits",
    ),
    "ELU behind the logits": (
        lambda k: Assembled(mlp(784, 64, k), _decoder(k, nn.ELU(), unflat())),
        "bounded_logits",
    ),
    "squeeze": (
        lambda k: Assembled(mlp(784, 16, k), _decoder(k, unflat(), Apply(torch.squeeze))),
        "channel_forgotten",
    ),
    "code squeezed": (
        lambda k: Assembled(
            nn.Sequential(mlp(784, 16, k), Apply(torch.squeeze)), _decoder(k, unflat())
        ),
        "batch_size_baked_in",
    ),
    "convolutional code": (
        lambda k: Assembled(nn.Conv2d(1, k, 4, stride=4), nn.ConvTranspose2d(k, 1, 4, stride=4)),
        "code_not_flat",
    ),
    "linear with sigmoid": (
        lambda k: Assembled(mlp(784, k), nn.Sequential(nn.Linear(k, 784), nn.Sigmoid(), unflat())),
        "sigmoid_inside",
    ),
    "linear without bias": (
        lambda k: Assembled(
            nn.Sequential(nn.Flatten(), nn.Linear(784, k, bias=False)),
            nn.Sequential(nn.Linear(k, 784, bias=False), unflat()),
        ),
        "linear_all_the_way",
    ),
    "skip connection": (
        lambda k: Assembled(
            mlp(784, 16, k),
            _decoder(k, unflat()),
            lambda net, x: net.decode(net.encode(x)) + 0.1 * x,
        ),
        "forward_bypasses_code",
    ),
}


@pytest.mark.parametrize(("fn", "mistake"), some_fast(WRONG_NETWORKS))
def test_wrong_networks_are_named(fn, mistake):
    for seed in SEEDS:
        assert evaluate("build_autoencoder", fn, seed).mistake == mistake


class InAList(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.down, self.up = [nn.Linear(784, k)], nn.Linear(k, 784)

    def encode(self, x):
        return self.down[0](x.flatten(1))

    def decode(self, z):
        return self.up(z).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class NoDecode(nn.Linear):
    def encode(self, x):
        return x


@pytest.mark.parametrize(
    ("fn", "kind", "words"),
    [
        (lambda k: Autoencoder, "interface", "class"),
        (lambda k: None, "interface", "nn.Module"),
        (lambda k: nn.Linear(784, k), "interface", ".encode"),
        (lambda k: nn.Sequential(nn.Linear(784, k)), "interface", "Autoencoder(encoder, decoder)"),
        (InAList, "interface", "ModuleList"),
        (lambda k: NoDecode(784, k), "interface", ".decode"),
        (lambda k: Assembled(nn.Flatten(), nn.Identity()), "interface", "parameters"),
        (lambda k: Assembled(nn.Linear(784, k), nn.Linear(k, 784)), "raised", "nn.Linear"),
        (lambda: Autoencoder(2), "interface", "build_autoencoder(latent_dim)"),
    ],
)
def test_networks_of_the_wrong_form(fn, kind, words):
    verdict = evaluate("build_autoencoder", fn, 0)
    assert verdict.kind == kind and words in verdict.message, verdict.message
    assert "?." not in verdict.message


def in_place_then_copy(x, noise_std, generator):
    out = x.clone()
    out += torch.empty_like(out).normal_(0, noise_std, generator=generator)
    return out.clamp_(0, 1)


def loop_noise(x, std, g):
    noise = [torch.normal(0.0, std, x.shape[1:], generator=g) for _ in x]
    return torch.clip(x + torch.stack(noise), 0.0, 1.0)


def rescaled(x, noise_std, generator):
    noisy = x + noise_std * torch.randn(x.shape, generator=generator)
    return (noisy - noisy.min()) / (noisy.max() - noisy.min())


RIGHT_NOISE = {
    "normal_": in_place_then_copy,
    "loop": loop_noise,
    "float64": lambda x, s, g: (
        x.double() + s * torch.randn(x.shape, generator=g, dtype=torch.float64)
    ).clamp(0, 1),
    "torch.normal": lambda x, s, g: torch.normal(x, s * torch.ones_like(x), generator=g).clamp(
        0, 1
    ),
    "minus": lambda x, s, g: (x - s * torch.randn(*x.shape, generator=g)).clip(0, 1),
    "extra argument": lambda x, s, g, low=0.0: corrupt(x, s, g).clamp(min=low),
}


@pytest.mark.parametrize("fn", RIGHT_NOISE.values(), ids=RIGHT_NOISE.keys())
def test_right_noise_passes(fn):
    for seed in range(30):
        verdict = evaluate("corrupt", fn, seed)
        assert verdict.passed, (seed, verdict.message)


@pytest.mark.parametrize(
    ("fn", "kind", "word"),
    [
        (lambda x, s, g: torch.randn(x.shape, generator=g) * s, "mistake", "unclamped"),
        (
            lambda x, s, g: torch.sigmoid(x + s * torch.randn(x.shape, generator=g)),
            "mistake",
            "sigmoid_for_clamp",
        ),
        (rescaled, "mistake", "rescaled"),
        (lambda x, s, g: corrupt(x, s, g).round(), "mistake", "rounded"),
        (lambda x, s, g: (corrupt(x, s, g) > 0.5).float(), "mistake", "rounded"),
        (lambda x, s, g: corrupt(x, s / 2, g), "property", "standard deviation"),
        (lambda x, s, g: corrupt(x + 0.02, s, g), "property", "mean"),
        (lambda x, s, g: corrupt(x, s, g)[0], "interface", "shape"),
        (lambda x, s, g: corrupt(x, s, g) > 0.5, "interface", "floats"),
        (lambda x, s, g: corrupt(x, s, torch.manual_seed(1)), "mistake", "same_noise_each_time"),
        (
            lambda x, s, g: corrupt(x, s, g.manual_seed(g.initial_seed())),
            "mistake",
            "same_noise_each_time",
        ),
        (
            lambda x, s, g: (x + s * torch.randn(1, 28, generator=g)).clamp(0, 1),
            "mistake",
            "one_noise_for_the_batch",
        ),
    ],
)
def test_further_wrong_noise(fn, kind, word):
    verdict = evaluate("corrupt", fn, 3)
    assert verdict.kind == kind and word in f"{verdict.mistake} {verdict.message}", verdict


@pytest.mark.slow
def test_right_noise_is_never_rejected():
    assert all(evaluate("corrupt", corrupt, seed).passed for seed in range(3000))


RIGHT_LOSSES = {
    "own error": lambda model, x, x_noisy: reconstruction_error(x, torch.sigmoid(model(x_noisy))),
    "loop": lambda net, a, b: torch.stack(
        [(a[i] - net(b[i : i + 1])[0].sigmoid()).pow(2).sum() for i in range(len(a))]
    ),
    "by hand": lambda model, x, x_noisy: (
        (x - 1 / (1 + torch.exp(-model(x_noisy)))).square().sum((1, 2, 3))
    ),
    "in two steps": lambda model, x, x_noisy: reconstruction_error(
        x, model.decode(model.encode(x_noisy)).sigmoid()
    ),
    "mse": lambda model, x, x_noisy: F.mse_loss(F.sigmoid(model(x_noisy)), x, reduction="none").sum(
        (1, 2, 3)
    ),
}


@pytest.mark.parametrize("fn", RIGHT_LOSSES.values(), ids=RIGHT_LOSSES.keys())
def test_right_denoising_losses_pass(fn):
    assert_passes("denoising_loss", fn)


def test_denoising_loss_without_gradient_is_told():
    @torch.no_grad()
    def fn(model, x, x_noisy):
        return reconstruction_error(x, model(x_noisy).sigmoid())

    assert evaluate("denoising_loss", fn, 0).mistake == "graph_cut"


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda f, x, y: (x - f(y).sigmoid()).norm(), "root_taken"),
        (lambda f, x, y: (x - f(y).sigmoid()).flatten(1).norm(dim=1), "root_taken"),
        (lambda f, x, y: reconstruction_error(x, f(y).clamp(0, 1)), "clamp_for_sigmoid"),
        (lambda f, x, y: reconstruction_error(x, f(y.sigmoid())), "sigmoid_of_the_input"),
        (lambda f, x, y: reconstruction_error(x.sigmoid(), f(y)), "sigmoid_of_the_target"),
    ],
)
def test_more_denoising_mistakes(fn, mistake):
    for seed in SEEDS:
        assert evaluate("denoising_loss", fn, seed).mistake == mistake


def loop_auc(score_normal, score_anomaly):
    wins = 0.0
    for a in score_anomaly.tolist():
        for s in score_normal.tolist():
            wins += 1.0 if a > s else 0.5 if a == s else 0.0
    return wins / (len(score_normal) * len(score_anomaly))


def rank_auc(normal, anomaly):
    everything = torch.cat([normal, anomaly])
    rank = (everything[:, None] > everything).double().sum(1) + (
        (everything[:, None] == everything).double().sum(1) + 1
    ) / 2
    m, n = len(anomaly), len(normal)
    return (rank[n:].sum() - m * (m + 1) / 2) / (m * n)


def sklearn_auc(normal, anomaly):
    labels = [0] * len(normal) + [1] * len(anomaly)
    return roc_auc_score(labels, torch.cat([normal, anomaly]).numpy())


def trapezoid_auc(normal, anomaly):
    thresholds = torch.cat([normal, anomaly]).unique().flip(0)
    false = torch.tensor([0.0] + [(normal >= t).double().mean() for t in thresholds])
    true = torch.tensor([0.0] + [(anomaly >= t).double().mean() for t in thresholds])
    return torch.trapezoid(true, false)


@pytest.mark.parametrize("fn", [loop_auc, rank_auc, sklearn_auc, trapezoid_auc])
def test_right_aucs_pass(fn):
    assert_passes("roc_auc", fn)


WRONG_AUCS = {
    "never_below_half": lambda n, a: max(sklearn_auc(n, a), 1 - sklearn_auc(n, a)),
    "pairs_by_index": lambda n, a: (
        sum(x > y for x, y in zip(a, n, strict=False)) / min(len(n), len(a))
    ),
    "ties_counted_as_losses": lambda n, a: (
        (a[:, None] - n > 0 + 0.5 * (a[:, None] - n == 0)).float().mean()
    ),
}


@pytest.mark.parametrize("mistake", WRONG_AUCS)
def test_more_auc_mistakes(mistake):
    assert_mistake("roc_auc", WRONG_AUCS[mistake], mistake)


def test_ties_in_a_bracket_that_is_missing_are_told():
    verdict = evaluate("roc_auc", WRONG_AUCS["ties_counted_as_losses"], 0)
    assert "parentheses" in verdict.message


def test_auc_agrees_with_sklearn():
    for seed in range(20):
        g = Generator().manual_seed(seed)
        normal, anomaly = (
            torch.randint(0, 9, (50,), generator=g),
            torch.randint(3, 12, (31,), generator=g),
        )
        assert roc_auc(normal, anomaly) == pytest.approx(sklearn_auc(normal, anomaly), abs=1e-9)


AWKWARD = {
    "reconstruction_error": lambda fn: (
        lambda x, x_hat: fn(*(t.transpose(2, 3).contiguous().transpose(2, 3) for t in (x, x_hat)))
    ),
    "pca_reconstruct": lambda fn: lambda x, k: fn(x.T.contiguous().T.requires_grad_(), k),
    "roc_auc": lambda fn: (
        lambda a, b: fn(a.double().repeat_interleave(2)[::2], b.double().requires_grad_())
    ),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_layout_and_gradients_do_not_matter(name):
    assert_passes(name, AWKWARD[name](exercises.get(name).reference))


def test_notebook_and_package_have_the_same_network():
    shapes = [p.shape for p in build_autoencoder(5).parameters()]
    assert shapes == [p.shape for p in Autoencoder(5).parameters()]
    assert shapes[0] == (400, 784) and shapes[2] == (5, 400)


@pytest.mark.parametrize(
    "name", [n for n in exercises.names("02") if isinstance(exercises.get(n), Exercise)]
)
def test_a_check_is_quick(name):
    reference = exercises.get(name).reference
    evaluate(name, reference, 0)  # the first differentiation in a process loads a library
    times = []
    for seed in range(3):
        start = time.process_time()
        evaluate(name, reference, seed)
        times.append(time.process_time() - start)
    assert min(times) < 0.5


def test_compression_answer_reads_units_and_known_slips():
    assert evaluate("02.answers.2.2", "12.25").passed
    assert evaluate("02.answers.2.2", 49).mistake == "numbers_for_bytes"
    assert evaluate("02.answers.2.8", "2.25 %").passed
    assert evaluate("02.answers.2.2", 12).mistake == "rounded"
    assert evaluate("02.answers.2.8", 2).mistake == "rounded"
    assert evaluate("02.answers.2.8", 15).mistake == "radii_not_areas"


def loop_with_while(model, optimizer, x, steps):
    losses = []
    while len(losses) < steps:
        optimizer.zero_grad(set_to_none=False)
        loss = (x - model(x)).square().flatten(1).sum(1).mean()
        loss.backward()
        losses.append(float(loss.detach()))
        optimizer.step()
    return losses


def loop_that_keeps_tensors(model, optimizer, x, steps):
    losses = []
    for _ in range(steps):
        loss = (x - model(x)).square().sum() / len(x)
        for p in model.parameters():
            p.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


@pytest.mark.parametrize("fn", [loop_with_while, loop_that_keeps_tensors])
def test_right_loops_pass(fn):
    assert_passes("training_loop", fn)


def test_a_loop_that_moves_the_weights_by_hand_is_told():
    def by_hand(model, optimizer, x, steps):
        losses = []
        for _ in range(steps):
            loss = (x - model(x)).square().flatten(1).sum(1).mean()
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.003 * p.grad
            losses.append(loss.item())
        return losses

    assert_mistake("training_loop", by_hand, "another_optimizer")


def test_right_steps_pass():
    def copies(model, x):
        return (x - torch.sigmoid(model.decode(model.encode(x)))).pow(2).sum((1, 2, 3)).mean()

    def cleans(model, x, noise_std, generator):
        noisy = (x + noise_std * torch.randn(x.shape, generator=generator)).clamp(0, 1)
        return (x - model(noisy).sigmoid()).square().sum() / x.shape[0]

    assert_passes("copy_step", copies)
    assert_passes("denoising_step", cleans)


def test_the_clinic_of_the_loop_names_the_first_wrong_one():
    assert evaluate("02.answers.2.4b", "aecdb").passed
    assert evaluate("02.answers.2.4b", "eacdb").mistake == "patient_a"


def step_with_backward(model, x):
    loss = (x - model(x).sigmoid()).square().flatten(1).sum(1).mean()
    model.zero_grad()
    loss.backward()
    return loss.item()


def loop_over_images(model, optimizer, x, steps):
    losses = []
    for image in x:
        loss = (image - model(image[None])[0]).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("copy_step", step_with_backward, "backward_inside"),
        (
            "copy_step",
            lambda model, x: F.binary_cross_entropy_with_logits(model(x), x),
            "cross_entropy",
        ),
        ("training_loop", loop_over_images, "one_step_for_each_image"),
        (
            "denoising_loss",
            lambda m, x, noisy: (x - (noisy - m(noisy))).square().flatten(1).sum(1),
            "predicts_the_noise",
        ),
        (
            "roc_auc",
            lambda n, a: float(((a[:, None] - n).sign() + 1).sum()) / 2 / len(n) ** 2,
            "wrong_divisor",
        ),
    ],
)
def test_slips_of_a_tired_student_are_named(name, fn, mistake):
    assert_mistake(name, fn, mistake)


def test_a_step_that_returns_its_images_is_told_what_fit_needs():
    verdict = evaluate("copy_step", lambda model, x: model(x).sigmoid(), 0)
    assert verdict.kind == "interface" and "one number, the loss" in verdict.message
