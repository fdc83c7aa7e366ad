"""Networks that are told a condition, and the spread of what they make."""

import torch

from course_utils.metrics import class_spread
from course_utils.models.conditional import (
    ConcatDiscriminator,
    ConditionalGenerator,
    ConditionalVAE,
    ProjectionDiscriminator,
    beside,
)
from course_utils.plots import ACCENT, image_rows
from coursework.exercises.nb10.labels import one_hot
from coursework.exercises.nb10.projection import projection_logit

Y = torch.tensor([3, 0, 9, 3])


def test_labels_stand_one_hot_and_other_conditions_as_they_are():
    x = torch.rand(4, 1, 2, 3)
    assert torch.equal(beside(x, Y, 10), torch.cat([x.flatten(1), one_hot(Y, 10)], 1))
    upper = x[:, :, :1]
    assert torch.equal(beside(x, upper, 3), torch.cat([x.flatten(1), upper.flatten(1)], 1))


def test_both_halves_of_the_vae_hear_the_label():
    torch.manual_seed(0)
    model, x, z = ConditionalVAE(5), torch.rand(4, 1, 28, 28), torch.randn(4, 5)
    mu, logvar = model.encode(x, Y)
    assert mu.shape == logvar.shape == (4, 5) and model.decode(z, Y).shape == x.shape
    assert not torch.allclose(mu, model.encode(x, Y.flip(0))[0])
    assert not torch.allclose(model.decode(z, Y), model.decode(z, Y.flip(0)))
    filler = ConditionalVAE(2, size=14 * 28)
    assert filler.decode(z[:, :2], x[:, :, :14]).shape == x.shape


def test_generator_and_discriminators_hear_the_label():
    torch.manual_seed(0)
    g, z = ConditionalGenerator().eval(), torch.randn(4, 32)
    images = g(z, Y)
    assert images.shape == (4, 1, 28, 28) and images.min() >= 0 and images.max() <= 1
    assert not torch.allclose(images, g(z, Y.flip(0)))
    for d in (ProjectionDiscriminator(), ConcatDiscriminator(), ConcatDiscriminator(scale=10.0)):
        assert d(images, Y).shape == (4,)
        assert not torch.allclose(d(images, Y), d(images, Y.roll(1)))


def test_a_louder_label_moves_the_logit_more():
    torch.manual_seed(0)
    quiet, loud = ConcatDiscriminator(), ConcatDiscriminator(scale=10.0)
    loud.load_state_dict(quiet.state_dict())
    x = torch.rand(64, 1, 28, 28)
    y = torch.arange(64) % 10
    moved = [(d(x, y) - d(x, y.roll(1))).abs().mean() for d in (quiet, loud)]
    assert moved[1] > 5 * moved[0]


def test_packaged_projection_is_the_taught_one():
    torch.manual_seed(0)
    d, x = ProjectionDiscriminator(), torch.rand(4, 1, 28, 28)
    weight, embedding = d.output.weight[0], d.embedding.weight
    taught = projection_logit(d.features(x), Y, weight, embedding) + d.output.bias
    torch.testing.assert_close(d(x, Y), taught)


def test_spread_is_the_variance_within_a_class():
    features = torch.tensor([[0.0, 0.0], [2.0, 0.0], [5.0, 5.0], [5.0, 9.0]])
    y = torch.tensor([0, 0, 7, 7])
    assert class_spread(features, y) == (2.0 + 8.0) / 2
    assert class_spread(features[[0, 0, 2, 2]], y) == 0


def test_marked_images_get_a_frame():
    row = torch.rand(3, 1, 5, 4)
    fig = image_rows({"a": row, "b": row}, marked=[[False, True, False], [True, False, False]])
    frames = fig.axes[0].patches
    assert len(frames) == 2 and all(frame.get_width() == 4 for frame in frames)
    assert [frame.get_edgecolor()[:3] for frame in frames] == [to_rgb(ACCENT)] * 2
    assert not image_rows({"a": row}).axes[0].patches


def to_rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
