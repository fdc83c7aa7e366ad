from __future__ import annotations

import torch

from course_utils.metrics import accuracy
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import Classifier, train_classifier
from course_utils.models.vae import VAE


def blobs(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """uint8 images (n, 1, 28, 28) of two classes: bright above, bright below."""
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, 2, (n,), generator=g)
    x = torch.randint(0, 120, (n, 1, 28, 28), generator=g)
    x[:, :, :14] += 100 * y[:, None, None, None]
    return x.to(torch.uint8), y


def test_shapes_and_that_the_code_is_a_bottleneck() -> None:
    x = torch.rand(3, 1, 28, 28)
    model = Autoencoder(latent_dim=2)
    assert model.encode(x).shape == (3, 2)
    assert model.decode(torch.zeros(5, 2)).shape == (5, 1, 28, 28)
    assert model(x).shape == x.shape
    assert Classifier()(x).shape == (3, 10)
    assert Classifier().features(x).shape == (3, 64)


def test_vae_is_the_one_of_pytorch_examples_and_reads_logvar_as_log_sigma_squared() -> None:
    model = VAE(latent_dim=20)
    layers = [(784, 400), (400, 20), (400, 20), (20, 400), (400, 784)]
    assert sum(p.numel() for p in model.parameters()) == sum(a * b + b for a, b in layers)
    x = torch.rand(4, 1, 28, 28)
    mu, logvar = model.encode(x)
    eps = torch.randn(4, 20)
    logits, same_mu, same_logvar = model(x, eps)
    assert torch.equal(mu, same_mu) and torch.equal(logvar, same_logvar)
    torch.testing.assert_close(logits, model.decode(mu + logvar.exp().sqrt() * eps))
    assert not torch.equal(model(x)[0], model(x)[0])


def test_classifier_learns_and_comes_out_the_same_twice() -> None:
    data = blobs(1500, seed=0)
    model, history = train_classifier(data, classes=2, epochs=1, progress=False)
    torch.randn(3)
    again, _ = train_classifier(data, classes=2, epochs=1, progress=False)
    x, y = blobs(500, seed=1)
    assert accuracy(model, x / 255, y) > 0.97
    torch.testing.assert_close(model.output.weight, again.output.weight)
    assert history.steps == 12
