"""What the learner's own text shows: a TODO that should be gone, a lost result, a wrong helper."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from coursework import exercises
from coursework.checking import evaluate
from coursework.checking.notebook import answer_sheet, check
from coursework.checking.their_code import dropped, why_not_attempted

WHOLE_COURSE = True
TODO = "def entropy(p):\n    '''In nats.'''\n    # 1. the logs\n    raise NotImplementedError('TODO entropy: the mean surprise')"
RIGHT = "def entropy(p):\n    return torch.special.entr(p).sum(-1)"
BOTH = "def entropy(p):\n    h = torch.special.entr(p).sum(-1)\n    raise NotImplementedError('TODO entropy: …')\n    return h"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A notebook without a browser."""
    shell = InteractiveShell.instance()
    shell.run_cell("import torch\nfrom course_utils import check, answer_sheet")
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    "cells, says, says_not",
    [
        ([TODO], "defined last ends in its TODO", "You have written"),
        ([BOTH], "line 3 of it still raises", "Delete that cell"),
        ([RIGHT, TODO], "after it a cell was run that holds the TODO", "delete that line"),
        (["%time 1", RIGHT, "x = (", TODO], "after it a cell was run", "delete that line"),
        ([TODO, TODO], "a Markdown cell never runs", "delete that line"),
        (["entropy = None"], "there is no function `entropy`", "raises"),
    ],
)
def test_what_is_said_of_a_todo_is_true(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture,
    cells: list[str],
    says: str,
    says_not: str,
) -> None:
    for cell in cells:
        shell.run_cell(cell, store_history=True)
    capsys.readouterr()
    shell.run_cell("found = check(entropy, 'entropy')", store_history=True)
    said = capsys.readouterr().out
    assert "not attempted yet" in said and says in said and says_not not in said, said
    assert shell.user_ns["found"].on_loan


def test_outside_a_notebook_the_words_are_true_in_each_case(capsys: pytest.CaptureFixture) -> None:
    def entropy(p: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("TODO entropy: the mean surprise")

    check(entropy)
    said = capsys.readouterr().out
    assert "is the line that raises NotImplementedError gone, and does no copy" in said
    assert why_not_attempted("entropy", torch.sum, []) is None


def test_an_answer_that_was_cleared_again_is_told(capsys: pytest.CaptureFixture) -> None:
    answers = answer_sheet("04")
    check(answers, "4.2a")
    assert "type your answer where" in capsys.readouterr().out
    answers["4.2a"] = 0.693
    answers["4.2a"] = ...
    check(answers, "4.2a")
    assert "You have answered" in capsys.readouterr().out
    answers["4.2a"] = 0.693
    check(answers, "4.2a")
    assert "✓" in capsys.readouterr().out
    answers["4.2a"] = 0.7
    check(answers, "4.2a")
    assert "You have answered" not in capsys.readouterr().out


def unsorted(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    x.sort()
    y.sort()
    return (x - y).abs().mean()


def flattened(x: torch.Tensor, x_hat: torch.Tensor) -> torch.Tensor:
    error = (x - x_hat) ** 2
    error.flatten(1)
    return error.sum(1)


def in_place(x: torch.Tensor) -> torch.Tensor:
    x = x.clone()
    x.clamp_(0, 1)
    print(x.sort())
    return x


def test_a_result_that_nobody_keeps_is_told() -> None:
    found = evaluate("wasserstein_1d", unsorted, 0)
    assert found.mistake == "unsorted" and "Line 2 of your function, `x.sort()`" in found.message
    found = evaluate("reconstruction_error", flattened, 0)
    assert not found.passed and "Line 3 of your function, `error.flatten(1)`" in found.message
    assert dropped(in_place) == dropped(torch.sum) == dropped(3) == ""


def notebook(text: str) -> dict[str, Any]:
    """The names that a cell defines, and its text where Python finds it."""
    file = f"<cell of {len(linecache.cache)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names: dict[str, Any] = {"torch": torch}
    exec(compile(text, file, "exec"), names)
    return names


GAN = """
from torch.nn.functional import softplus

def discriminator_loss(real_logits, fake_logits):
    return softplus(-real_logits).mean() + softplus(fake_logits).mean()

def generator_loss(fake_logits):
    return softplus(-fake_logits).mean()

def updated(opt, loss):
    opt.zero_grad()
    loss.backward()
    opt.step()

def d_update(d, opt, x_real, x_fake):
    loss = discriminator_loss(d(x_real), d(x_fake.detach()))
    updated(opt, loss)
    return loss

def gan_step(generator, discriminator, opt_g, opt_d, x_real, z):
    x_fake = generator(z)
    d_loss = d_update(discriminator, opt_d, x_real, x_fake)
    g_loss = generator_loss(discriminator(x_fake))
    updated(opt_g, g_loss)
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}
"""
WRONG_D = "\ndef discriminator_loss(real_logits, fake_logits):\n    return softplus(real_logits).mean() + softplus(-fake_logits).mean()\n"
HALF_D = "\ndef discriminator_loss(real_logits, fake_logits):\n    return (softplus(-real_logits).mean() + softplus(fake_logits).mean()) / 2\n"
TODO_D = "\ndef discriminator_loss(real_logits, fake_logits):\n    raise NotImplementedError('TODO discriminator_loss: …')\n"
WRONG_G = "\ndef generator_loss(fake_logits):\n    return -softplus(fake_logits).mean()\n"


@pytest.mark.parametrize(
    "anew, helpers",
    [
        (WRONG_D, ["discriminator_loss"]),
        (HALF_D, ["discriminator_loss"]),
        (TODO_D, ["discriminator_loss"]),
        (WRONG_G, ["generator_loss"]),
        (WRONG_D + WRONG_G, ["discriminator_loss", "generator_loss"]),
    ],
)
def test_a_helper_that_was_defined_anew_is_blamed(anew: str, helpers: list[str]) -> None:
    names = notebook(GAN + anew)
    before = dict(names)
    found = evaluate("gan_step", names["gan_step"], 0)
    assert (found.kind, found.mistake, found.points) == ("mistake", "wrong_helper", 0), found
    assert all(f"`{helper}`" in found.message for helper in helpers)
    assert ("`generator_loss`" in found.message) == ("generator_loss" in helpers)
    assert names == before


def test_right_helpers_and_a_wrong_function_keep_their_verdicts() -> None:
    assert evaluate("gan_step", notebook(GAN)["gan_step"], 0).passed
    wrong = GAN.replace("x_fake.detach()", "x_fake").replace("updated(opt_g", "updated(opt_d")
    alone = evaluate("gan_step", notebook(wrong)["gan_step"], 0)
    assert not alone.passed and alone.mistake != "wrong_helper"
    both = evaluate("gan_step", notebook(wrong + WRONG_D)["gan_step"], 0)
    assert not both.passed and both.mistake != "wrong_helper"
    todo = evaluate("gan_step", notebook(wrong + TODO_D)["gan_step"], 0)
    assert (
        todo.kind == "raised" and "`discriminator_loss`, which it calls, still ends" in todo.message
    )


def test_a_helper_on_loan_is_not_suspected(monkeypatch: pytest.MonkeyPatch) -> None:
    names = notebook(
        GAN.replace("x_fake.detach()", "x_fake").replace("updated(opt_g", "updated(opt_d")
    )
    for helper in ("discriminator_loss", "generator_loss"):
        names[helper] = exercises.get(helper).reference
    judged: list[Callable[..., Any]] = []
    from coursework.checking import evaluation

    def judge(*args: Any, **kwargs: Any) -> Any:
        judged.append(args[1])
        return right(*args, **kwargs)

    right = evaluation.judge
    monkeypatch.setattr(evaluation, "judge", judge)
    assert not evaluate("gan_step", names["gan_step"], 0).passed
    assert len(judged) == 1
