"""What a notebook has the learner write and what the package holds agree."""

import pytest
import torch

from course_utils import distributions, metrics
from course_utils.models.autoencoder import Autoencoder
from coursework import exercises

TWINS = {
    "log_gaussian": distributions.log_gaussian,
    "roc_auc": metrics.roc_auc,
    "reparameterize": distributions.reparameterize,
    "gumbel_softmax": distributions.gumbel_softmax,
}


@pytest.mark.parametrize("name", TWINS)
def test_package_function_agrees_with_the_exercise(name):
    exercise = exercises.get(name)
    for case in exercise.cases(torch.Generator().manual_seed(0)):
        args = [a.clone() if isinstance(a, torch.Tensor) else a for a in case.args]
        truth = torch.as_tensor(exercise.reference(*args), dtype=torch.float64)
        ours = torch.as_tensor(TWINS[name](*args), dtype=torch.float64)
        torch.testing.assert_close(ours, truth, rtol=1e-4, atol=1e-4)


def test_package_autoencoder_has_the_layers_that_the_notebook_builds():
    taught = exercises.get("build_autoencoder").reference(16)
    ours = Autoencoder(16)
    shapes = [tuple(weight.shape) for weight in taught.parameters()]
    assert [tuple(weight.shape) for weight in ours.parameters()] == shapes
    ours.load_state_dict(taught.state_dict())
    x = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(ours(x), taught(x))
    torch.testing.assert_close(ours.decode(ours.encode(x)), ours(x))
