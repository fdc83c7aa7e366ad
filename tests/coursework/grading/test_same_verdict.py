"""The grader judges every function as the notebook does, from another process.

Each reference and each named mistake is tried among the slow tests; in every test run, the
reference of one exercise of each notebook, and the mistakes of one.
"""

import time

import pytest

from coursework import exercises
from coursework.checking import Exercise, evaluate
from coursework.checking.engine import judge as judge_here
from coursework.checking.inputs import Inputs
from coursework.grading.examination import examine
from coursework.grading.judge import Judge
from coursework.grading.package import hidden_names
from coursework.grading.sandbox import Zygote
from tests.coursework.checking.answers import ANSWERS
from tests.coursework.grading.answering import judge_of, offered
from tests.coursework.grading.confined import sandboxed

NAMES = [n for n in exercises.names() if isinstance(exercises.get(n), Exercise)]
FEW = list({exercises.get(name).notebook: name for name in NAMES}.values())


@pytest.fixture(scope="module")
def judge():
    with judge_of() as judge:
        yield judge


def compare(judge: Judge, name: str, only_reference: bool) -> None:
    """On the same inputs here and there, on which our own functions are computed once."""
    exercise = exercises.get(name)
    inputs = Inputs(exercise, 5)
    for i, (owner, mistake, fn) in enumerate(offered()):
        if owner != name or (only_reference and mistake):
            continue
        judge.channel.deadline = time.monotonic() + 600
        judge.argument_changed, judge.served = False, 0  # as for a submission of its own
        here = judge_here(exercise, fn, inputs=inputs)
        there = judge_here(exercise, judge.call(0, (i,), {}), inputs=inputs, seconds=600)
        assert (there.kind, there.mistake) == (here.kind, here.mistake), (mistake, there.message)
        assert not (here.passed and judge.argument_changed)


@pytest.mark.parametrize("name", FEW)
def test_the_reference_passes_from_another_process(judge, name):
    compare(judge, name, only_reference=True)


def test_mistakes_get_their_names_from_another_process(judge):
    compare(judge, "roc_auc", only_reference=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_reference_and_mistakes_get_their_verdicts_from_another_process(judge, name):
    compare(judge, name, only_reference=False)


@pytest.fixture(scope="module")
def table():
    with judge_of("tests.coursework.checking.answers") as judge:
        yield judge


@pytest.mark.slow
@pytest.mark.parametrize("i", range(len(ANSWERS)), ids=lambda i: f"{i}-{ANSWERS[i].exercise}")
def test_answers_that_taught_us_get_the_same_verdict(table, i):
    table.channel.deadline = time.monotonic() + 600
    here = evaluate(ANSWERS[i].exercise, ANSWERS[i].fn, seed=5)
    there = evaluate(ANSWERS[i].exercise, table.call(0, (i,), {}), seed=5, seconds=600)
    assert (there.kind, there.mistake) == (here.kind, here.mistake), (here, there)


LEFT_ON = """
import torch
torch.set_grad_enabled(False)
torch.set_default_device("meta")
torch.set_default_dtype(torch.float64)
half = torch.autocast("cpu", dtype=torch.bfloat16)
half.__enter__()
free = torch.inference_mode()
free.__enter__()
"""
PATHWISE = """
def pathwise_gradient(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    (f(mu + sigma * eps).sum() * torch.ones(()) / len(eps)).backward()
    return mu.grad
"""


@pytest.mark.slow
@sandboxed
def test_what_the_notebook_left_on_is_off_while_its_functions_are_graded():
    zygote = Zygote(hidden_names("05"))
    try:
        cells = [LEFT_ON, PATHWISE]
        run = examine(zygote, cells, ["pathwise_gradient"], seed=3, student="ada")
    finally:
        zygote.close()
    assert [found.verdict.kind for found in run.findings] == ["passed"], run


ALL_ALIKE = "import torch\ntorch.equal = torch.allclose = lambda *_, **__: True"
FROM_PRIOR = """
def sample_prior(decode, n, latent_dim, generator):
    return decode(torch.randn(n, latent_dim, generator=generator)).sigmoid()
"""


@pytest.mark.slow
@sandboxed
def test_who_makes_all_tensors_equal_loses_nothing_by_it():
    with Zygote(hidden_names("03")) as zygote:
        run = examine(zygote, [ALL_ALIKE, FROM_PRIOR], ["sample_prior"], seed=3, student="ada")
    assert [found.verdict.kind for found in run.findings] == ["passed"], run
