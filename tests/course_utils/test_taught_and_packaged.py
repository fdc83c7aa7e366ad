"""What a notebook has the learner write and what the package holds agree."""

from pathlib import Path

import pytest
import torch

from course_utils import distributions, metrics, sample_metrics
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.flow import RealNVP
from coursework import exercises
from coursework.authoring.markers import solution_text
from coursework.authoring.source import read_source

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="module")
def judging_samples():
    """The functions that notebook 12 has the learner write, as its solution writes them."""
    source = read_source(ROOT / "notebooks" / "source" / "12_judging_samples.py", ROOT)
    written = {"torch": torch, "Tensor": torch.Tensor}
    for cell in source.cells:
        if cell.kind == "code" and "### BEGIN SOLUTION" in cell.text and "def " in cell.text:
            exec(solution_text(cell.text), written)
    return written


@pytest.mark.parametrize(
    "name", ["inception_score", "kid", "precision_recall", "coverage", "memorization_auc"]
)
def test_sample_metrics_agree_with_what_notebook_12_writes(judging_samples, name):
    for case in exercises.get(name).cases(torch.Generator().manual_seed(0)):
        taught = torch.tensor(judging_samples[name](*case.args), dtype=torch.float64)
        ours = torch.tensor(getattr(sample_metrics, name)(*case.args), dtype=torch.float64)
        torch.testing.assert_close(taught, ours, rtol=1e-3, atol=1e-3)


def test_package_flow_agrees_with_the_functions_of_notebook_13():
    forward, back, log_prob = (
        exercises.get(name).reference
        for name in ("affine_coupling", "invert_coupling", "flow_log_prob")
    )
    torch.manual_seed(0)
    flow, x = RealNVP(6, couplings=3, hidden=8), torch.randn(20, 6)
    z, total = x, torch.zeros(20)
    for coupling in flow.couplings:
        z, log_det = forward(z, coupling.mask, coupling.scale, coupling.shift)
        total = total + log_det
    torch.testing.assert_close(flow(x), (z, total))
    torch.testing.assert_close(flow.log_prob(x), log_prob(z, total))
    for coupling in reversed(flow.couplings):
        z = back(z, coupling.mask, coupling.scale, coupling.shift)
    torch.testing.assert_close(z, x, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(flow.inverse(flow(x)[0]), x, rtol=1e-4, atol=1e-5)
