"""The package on a GPU: nothing mixes devices, nothing waits at each step, numbers as on the CPU.

Each test runs on the CPU, on a GPU in pretense, and, marked `gpu`, on CUDA where there is one:
`pytest -m gpu`, or `python -m benchmarks.gpu` where pytest is missing.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Generator, Tensor, nn

from course_utils import distributions, divergences, metrics, plots
from course_utils.data import Dataset
from course_utils.data.digits import draw_digits
from course_utils.data.toy import TOY, toy_density
from course_utils.device import double_on_cpu, pick_device, set_seed, synchronize
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.mixture import ClassMixture
from course_utils.models.vae import VAE
from course_utils.plots.graph import autograd_graph
from course_utils.training import History, TrainingStopped, adam, fit
from tests.devices import EVERYWHERE, counted_waits, on

CPU = torch.device("cpu")


def close(found: Tensor, wanted: Tensor, relative: float = 1e-4) -> None:
    torch.testing.assert_close(found.detach().cpu(), wanted.detach(), rtol=relative, atol=1e-5)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=Generator().manual_seed(seed))


def line_losses(device: torch.device) -> tuple[nn.Linear, History]:
    """A line fitted to points, 160 steps, with a step that checks where its batch is."""
    set_seed(0)
    model, x = nn.Linear(3, 1).to(device), drawn(800, 3)

    def step(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        assert x.device == y.device == model.weight.device
        left = model(x)[:, 0] - y
        return {"loss": left.square().mean(), "bias": left.mean()}

    data = (x, x @ torch.tensor([1.0, -2.0, 0.5]))
    return model, fit(step, data, model=model, epochs=4, batch_size=20, lr=0.02, progress=False)


@on(*EVERYWHERE)
def test_the_device_is_picked_and_seeds_hold_on_it(device: torch.device) -> None:
    assert pick_device() == device
    synchronize(device)
    draws = []
    for _ in range(2):
        generator = set_seed(5)
        assert generator.device == CPU
        draws.append((torch.randn(4, device=device), torch.randn(4, generator=generator)))
    assert torch.equal(draws[0][0].cpu(), draws[1][0].cpu())
    assert torch.equal(draws[0][1], draws[1][1])


@on("cuda")
def test_cuda_is_picked_unless_something_else_is_asked_for(device: torch.device) -> None:
    import os

    asked = os.environ.pop("COURSE_DEVICE")
    try:
        pick_device.cache_clear()
        assert pick_device().type == "cuda"
    finally:
        os.environ["COURSE_DEVICE"] = asked


@on(*EVERYWHERE)
def test_fit_learns_there_what_it_learns_on_the_cpu(device: torch.device) -> None:
    model, history = line_losses(device)
    _, wanted = line_losses(CPU)
    assert model.weight.device.type == device.type and history.steps == 160
    close(torch.tensor(history["loss"]), torch.tensor(wanted["loss"]), 1e-3)
    assert history["loss"][-1] < 0.5 * history["loss"][0] and history.seconds > 0


@on(*EVERYWHERE)
def test_fit_waits_for_the_device_now_and_then_and_not_at_each_step(device: torch.device) -> None:
    line_losses(device)
    with counted_waits(device) as waits:
        line_losses(device)
    assert len(waits) < 40  # 160 steps, two numbers each, brought over at least every 50 steps
    assert bool(waits) == (device.type != "cpu")  # the counter counts


@on(*EVERYWHERE)
def test_images_and_masks_arrive_as_floats(device: torch.device) -> None:
    images = torch.full((6, 1, 2, 2), 255, dtype=torch.uint8)
    data, seen = Dataset(images, torch.arange(6), tuple("abcdef"), "drawn"), []
    fit(lambda x, y: seen.append((x, y)) or {"mean": x.mean()}, data, progress=False)
    ((x, y),) = seen
    assert x.device.type == y.device.type == device.type
    assert x.dtype == torch.float32 and y.dtype == torch.int64 and float(x.max()) == 1
    assert fit(lambda x: {"mean": x.mean()}, images > 3, progress=False)["mean"] == [1.0]


@on(*EVERYWHERE)
def test_history_takes_floats_and_tensors_of_any_device_in_one_column(device: torch.device) -> None:
    history = History(steps_per_epoch=2)
    for value in (1.0, torch.tensor(3.0), torch.tensor(2.0, device=device), 4):
        history.add({"loss": torch.tensor(0.5, device=device), "KL": value})
    history.flush()
    assert history["KL"] == [1, 3, 2, 4] and history.epoch_means("KL") == [2, 3]
    assert history.latest() == "loss 0.5 · KL 2.5"
    history.add({"loss": torch.tensor(math.nan, device=device), "KL": 0.0})
    try:
        history.flush()
    except TrainingStopped as stopped:
        assert "at step 5" in str(stopped)
    else:
        raise AssertionError("a loss that is not a number went unnoticed")


@on("cpu", "cuda")
def test_adam_is_fused_there(device: torch.device) -> None:
    model = nn.Linear(2, 2).to(device)
    optimizer = adam(model.parameters(), lr=0.1)
    before = model.weight.detach().clone()
    model(torch.ones(1, 2, device=device)).sum().backward()
    optimizer.step()
    assert optimizer.defaults["fused"]
    close(model.weight, before.cpu() - 0.1)


@on(*EVERYWHERE)
def test_models_say_there_what_they_say_on_the_cpu(device: torch.device) -> None:
    x, eps = drawn(5, 1, 28, 28).sigmoid(), drawn(5, 4, seed=1)
    for model in (Autoencoder(4), VAE(4, hidden=50, layers=2)):
        wanted = model(x) if isinstance(model, Autoencoder) else model(x, eps)[0]
        wanted.sum().backward()
        gradient = [p.grad.clone() for p in model.parameters()]
        model.zero_grad()
        model.to(device)
        there = x.to(device)
        found = model(there) if isinstance(model, Autoencoder) else model(there, eps.to(device))[0]
        found.sum().backward()
        close(found, wanted, 1e-3)
        for p, g in zip(model.parameters(), gradient, strict=True):
            torch.testing.assert_close(p.grad.cpu(), g, rtol=1e-2, atol=1e-2)
    logits, mu, logvar = model(there)
    assert logits.shape == x.shape and mu.shape == logvar.shape == (5, 4)


@on(*EVERYWHERE)
def test_the_classifier_learns_and_leaves_the_random_numbers_alone(device: torch.device) -> None:
    data = draw_digits(400)
    set_seed(3)
    wanted = torch.rand(3, device=device), torch.rand(3)
    set_seed(3)
    model, history = train_classifier(data, epochs=2, progress=False)
    assert torch.equal(torch.rand(3, device=device).cpu(), wanted[0].cpu())
    assert torch.equal(torch.rand(3), wanted[1])
    assert history["loss"][-1] < history["loss"][0]
    x = data.float(device)
    share = metrics.accuracy(model, x, data.labels)
    assert share == metrics.accuracy(model, x, data.labels.to(device)) > 0.2
    assert metrics.batched(model.features, x, 150).shape == (400, 64)


@on(*EVERYWHERE)
def test_the_mixture_of_gaussians_is_fitted_where_the_images_are(device: torch.device) -> None:
    data = draw_digits(600)
    x = data.float(device)
    mixture = ClassMixture(x, data.labels, per_class=2, dims=8)
    images, classes = mixture.sample(20, Generator().manual_seed(0))
    assert images.device.type == classes.device.type == mixture.codes.device.type == device.type
    assert images.shape == (20, 1, 28, 28) and float(images.max()) <= 1
    assert mixture.decode(mixture.encode(x)).shape == x.shape
    assert float(mixture.prior.sum()) > 0.999


@on(*EVERYWHERE)
def test_log_densities_and_divergences_are_the_same_there(device: torch.device) -> None:
    x, mu, logvar, other = (drawn(6, 3, seed=seed) for seed in range(4))
    p, q = x.softmax(1), mu.softmax(1)
    cov, image = x.T.cov() + torch.eye(3), drawn(6, 1, 4, 4).sigmoid()
    cases = [
        (distributions.entropy, p),
        (distributions.cross_entropy, p, q),
        (distributions.kl_divergence, p, q),
        (distributions.js_divergence, p, q),
        (distributions.log_gaussian, x, mu[0], cov),
        (distributions.gaussian_kl, mu, logvar),
        (distributions.log_gaussian_diagonal, x, mu, logvar),
        (distributions.gaussian_kl_full, mu[0], cov),
        (distributions.bernoulli_log_likelihood, image, image.logit()),
        (distributions.reparameterize, mu, logvar, other),
        (distributions.gumbel_softmax, mu, 0.5, x.sigmoid()),
        (distributions.elbo, x[0], mu[0]),
        (distributions.vae_loss, image, image.logit() + 1, mu, logvar, 2.0),
        (distributions.importance_log_likelihood, x),
        (divergences.optimal_discriminator, p[0], q[0]),
        (divergences.density_ratio, p[0]),
        (divergences.gan_value, p[0], p[1], q[0], 0.1),
        (divergences.jensen_shannon, p[0], q[0], 0.1),
        (divergences.effective_sample_size, p[0]),
        (divergences.wasserstein_1d, x[:, 0], mu[:, 0]),
    ]
    for function, *arguments in cases:
        there = [a.to(device) if isinstance(a, Tensor) else a for a in arguments]
        found, wanted = function(*there), function(*arguments)
        if isinstance(wanted, Tensor):
            assert found.device.type == device.type, function.__name__
        close(torch.as_tensor(found), torch.as_tensor(wanted), 1e-3)


@on(*EVERYWHERE)
def test_metrics_are_the_same_there(device: torch.device) -> None:
    a, b = drawn(60, 5), drawn(40, 5, seed=1) + 0.5
    there_a, there_b = a.to(device), b.to(device)
    twice = double_on_cpu(there_a.requires_grad_())
    assert twice.dtype == torch.float64 and twice.device == CPU and not twice.requires_grad
    there_a = there_a.detach()
    for metric in (metrics.frechet_distance, metrics.subspace_angles):
        pair = (a, b) if metric is metrics.frechet_distance else (a[:40, :3], b[:, :3])
        found, wanted = metric(*(part.to(device) for part in pair)), metric(*pair)
        close(torch.as_tensor(found), torch.as_tensor(wanted))
    assert metrics.roc_auc(there_a[:, 0], there_b[:, 0]) == metrics.roc_auc(a[:, 0], b[:, 0])
    for found, wanted in zip(
        metrics.roc_curve(there_a[:, 0], there_b[:, 0]),
        metrics.roc_curve(a[:, 0], b[:, 0]),
        strict=True,
    ):
        assert torch.equal(found, wanted)
    for query in (there_b, b):  # wherever the query is
        found = metrics.nearest_neighbors(query, there_a, k=3)
        assert torch.equal(found.cpu(), metrics.nearest_neighbors(b, a, k=3))
    assert metrics.active_units(there_a) == 5


@on(*EVERYWHERE)
def test_data_sets_are_sent_there_and_asked_from_there(device: torch.device) -> None:
    data = draw_digits(50)
    x = data.float(device)
    assert x.device.type == device.type and x.dtype == torch.float32 and float(x.max()) <= 1
    # A GPU divides by 255 through the reciprocal: the last bit of a float32 may differ.
    assert torch.allclose(x.cpu(), data.float(), rtol=2**-23, atol=0)
    darkest = x.flatten(1).mean(1).argsort(descending=True)[:5]
    part = data[darkest]
    assert part.images.device == CPU and torch.equal(part.labels, data.labels[darkest.cpu()])
    mask = (data.labels == 3).to(device)
    assert len(data[mask]) == int(mask.sum()) == len(data[mask].factors["slant"])
    for name in TOY:
        density = toy_density(name)
        points = density.sample(7, Generator().manual_seed(0))
        found = density.log_prob(points.to(device))
        assert found.device.type == device.type
        close(found, density.log_prob(points), 1e-3)


@on(*EVERYWHERE)
def test_figures_take_tensors_from_there(device: torch.device) -> None:
    losses = list(drawn(4).exp().to(device))
    fig = plots.curves([1, 2, 4, 8], {"a": losses, "b": drawn(4).to(device)}, "x", "y", log_x=True)
    drawn_line = np.asarray(fig.axes[0].lines[0].get_ydata(), dtype=float)
    assert np.allclose(drawn_line, drawn(4).exp())
    scores = drawn(50).to(device)
    plots.score_histogram({"a": scores, "b": scores + 1}, "score", {"mean": scores.mean()})
    plots.roc_plot({"a": metrics.roc_curve(scores, scores + 1)})
    images = drawn(6, 1, 8, 8).sigmoid().to(device)
    plots.image_grid(images)
    plots.image_grid(images.to(torch.bfloat16))
    plots.image_rows({"there": images, "here": images.cpu()})
    half = plots.curves([1, 2], {"a": drawn(2).to(device, torch.bfloat16)}, "x", "y")
    assert len(half.axes[0].lines[0].get_ydata()) == 2
    points, weight = drawn(30, 2).to(device), torch.tensor([[1.0, -1.0], [0.5, 2.0]], device=device)
    plots.plane_panels(
        points,
        (points[:, 0] > 0).long(),
        {"a network": lambda at: (at @ weight).softmax(1)},
        {"a network": lambda at: -(at @ weight).square().sum(1)},
        marked={"here": points[0]},
    )
    leaf = torch.ones(3, device=device, requires_grad=True)
    autograd_graph((leaf * 2).sum(), {"leaf": leaf}).canvas.draw()


@on("cpu", "cuda")
def test_training_in_bfloat16_gives_losses_that_are_numbers(device: torch.device) -> None:
    set_seed(0)
    model, images = VAE(4, hidden=50).to(device), draw_digits(200).images

    def step(x: Tensor) -> Tensor:
        with torch.autocast(device.type, torch.bfloat16):
            logits, mu, logvar = model(x)
        return distributions.vae_loss(x, logits.float(), mu.float(), logvar.float())

    losses = fit(step, images, model=model, epochs=4, batch_size=50, progress=False)["loss"]
    assert sum(losses[-4:]) < sum(losses[:4])
