"""A result says in one word why each exercise got its verdict, and what became of the file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coursework.grading import grader as graders
from coursework.grading.grader import Grader, Settings
from coursework.grading.options import RELEASED
from coursework.grading.results import Result
from coursework.grading.sandbox import SandboxError
from coursework.grading.status import Reason, Status
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import save, solved

pytestmark = [pytest.mark.slow, sandboxed]
STOPPED = "1 / 0\ndef roc_auc(a, b):\n    return 1"
CELLS = {
    "roc_auc": STOPPED,
    "corrupt": "def corrupt(x, noise_std, generator):\n    while True:\n        pass",
    "pca_reconstruct": "import os\ndef pca_reconstruct(x, k):\n    os._exit(0)",
    "denoising_loss": "def denoising_loss(model, x, x_noisy):\n    raise NotImplementedError",
    "reconstruction_error": "",
    "answers_2_8": 'while True:\n    pass\nanswers["2.8"] = 3',
}
REASONS = {
    "roc_auc": Reason.CELL_STOPPED,
    "corrupt": Reason.CALL_TOO_LONG,
    "pca_reconstruct": Reason.PROCESS_ENDED,
    "denoising_loss": Reason.JUDGED,
    "reconstruction_error": Reason.ABSENT,
    "02.answers.2.8": Reason.CELL_TOO_LONG,
    "build_autoencoder": Reason.JUDGED,
}


@pytest.fixture
def grader() -> Iterator[Grader]:
    found = Grader(Settings(seed=1, labs=("02",), released=str(RELEASED), seconds=3.0))
    yield found
    found.close()


@pytest.fixture
def result(grader, tmp_path) -> Result:
    cells = [c for c in solved(**CELLS) if "check(reconstruction_error)" not in c]
    return grader.grade("ada", "ada.ipynb", save(tmp_path, "ada", cells))


def test_each_exercise_has_its_reason(result):
    assert result.status is Status.GRADED
    reasons = {v.name: v.reason for v in result.verdicts}
    assert {name: reasons[name] for name in REASONS} == REASONS
    assert not any("you can go on" in v.message for v in result.verdicts)
    # Of a cell that stopped, feedback shows all; of other cells the function alone.
    assert result.code["roc_auc"] == STOPPED
    assert result.code["pca_reconstruct"] == "def pca_reconstruct(x, k):\n    os._exit(0)"


def test_a_message_that_reads_like_a_status_is_none(grader, tmp_path):
    """What a student can write has no part in what becomes of the file."""
    words = "The cell that defines it stopped: the sandbox failed"
    fake = f"import os\ndef roc_auc(a, b):\n    raise ValueError({words!r})"
    result = grader.grade("ada", "ada.ipynb", save(tmp_path, "ada", solved(roc_auc=fake)))
    (verdict,) = [v for v in result.verdicts if v.name == "roc_auc"]
    assert result.status.is_final and verdict.reason is Reason.JUDGED
    assert not result.code["roc_auc"].startswith("import")


def test_a_sandbox_that_fails_is_the_graders_fault(grader, tmp_path, monkeypatch):
    def fails(*args: object) -> None:
        raise SandboxError("no sandbox")

    monkeypatch.setattr(graders, "Zygote", fails)
    result = grader.grade("ada", "ada.ipynb", save(tmp_path, "ada", solved()))
    assert result.status is Status.NO_SANDBOX and "--resume" in result.fault
    assert result.sha256 and result.lab == "02" and not result.verdicts
