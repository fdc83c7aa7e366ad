"""Two calls with the same arguments: the same answer, and the arguments as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from coursework.checking import Case, Exercise, Mistake
from coursework.checking.engine import judge
from coursework.checking.exercise import Verdict

from .posterior import POSTERIOR, reference

Function = Callable[[Tensor], Tensor]
seen: list[Tensor] = []


def verdict(fn: Callable[..., Any], **changes: Any) -> Verdict:
    return judge(Exercise(**{**vars(POSTERIOR), "properties": (), **changes}), fn, 0)


def test_a_right_function_is_called_no_more_than_it_takes() -> None:
    calls = []
    assert verdict(lambda a, b: (calls.append(1), reference(a, b))[1]).passed
    assert len(calls) == 5  # three cases, one of them twice more with plain tensors


def test_an_answer_that_changes_from_call_to_call_is_told() -> None:
    def remembers(a: Tensor, b: Tensor) -> Tensor:
        seen.append(a)
        return reference(a, b) * (1 if len(seen) % 2 else 2)

    found = verdict(remembers)
    assert found.mistake == "another_answer" and "keeps something" in found.message


def test_an_answer_that_fills_one_tensor_again_is_told() -> None:
    kept = torch.zeros(())

    def fills(a: Tensor, b: Tensor) -> Tensor:
        return kept.add_(1)

    found = verdict(fills, differentiable=(), reference=lambda a, b: torch.ones(()), mistakes=())
    assert found.mistake == "another_answer"


def changes_value(a: Tensor, b: Tensor) -> Tensor:
    b += 0.5
    return reference(a, b - 0.5)


def leaves_gradient(a: Tensor, b: Tensor) -> Tensor:
    b.requires_grad_()
    (b**2).sum().backward()
    return reference(a, b)


def leaves_switch(a: Tensor, b: Tensor) -> Tensor:
    b.requires_grad_()
    return reference(a, b)


def tidies_up(a: Tensor, b: Tensor) -> Tensor:
    copy = b.clone().requires_grad_()
    (copy**2).sum().backward()
    return reference(a, b)


@pytest.mark.parametrize(
    "fn, mistake, words",
    [
        (changes_value, "mutated_argument", "`log_prior`"),
        (leaves_gradient, "gradient_left_behind", "*adds* to `log_prior.grad`"),
        (leaves_switch, "requires_grad_left_on", "`log_prior = log_prior.detach().clone()."),
        (tidies_up, None, "Right"),
    ],
)
def test_what_is_left_behind_in_an_argument_is_told(
    fn: Callable[..., Any], mistake: str | None, words: str
) -> None:
    found = verdict(fn)
    assert found.mistake == mistake and words in found.message, found


def test_named_mistakes_come_first_and_relations_after() -> None:
    switched_on = Mistake("switch", "You left it on.", lambda a, b: 0 * reference(a, b))
    assert verdict(lambda a, b: 0 * leaves_switch(a, b), mistakes=[switched_on]).mistake == "switch"
    assert verdict(lambda a, b: 2 * leaves_switch(a, b)).mistake == "requires_grad_left_on"


def test_a_change_in_a_later_case_alone_is_told_as_well() -> None:
    def late(a: Tensor, b: Tensor) -> Tensor:
        answer = reference(a, b)
        if len(a) == 1:
            b.add_(1)
        return answer

    assert verdict(late).mistake == "mutated_argument"


def noise(n: int, generator: Generator) -> Tensor:
    return torch.randn(n, generator=generator)


def own_noise(n: int, generator: Generator) -> Tensor:
    return torch.randn(n)


def some_own_noise(n: int, generator: Generator) -> Tensor:
    return torch.cat([torch.randn(n - 1, generator=generator), torch.randn(1)])


DRAW = Exercise(
    "draw",
    "99",
    "noise",
    noise,
    lambda g: [Case((5, Generator().manual_seed(3)))],
    same=lambda yours, truth: yours.shape == truth.shape,
)


@pytest.mark.parametrize("fn, right", [(noise, True), (own_noise, False), (some_own_noise, False)])
def test_equal_states_of_a_generator_give_equal_draws(fn: Callable[..., Any], right: bool) -> None:
    found = judge(DRAW, fn, 0)
    assert found.passed == right
    assert right or (found.mistake == "another_answer" and "generator=generator" in found.message)


def step(net: nn.Linear, opt: torch.optim.SGD, x: Tensor) -> float:
    loss = net(x).square().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()


def test_a_step_of_an_optimizer_is_made_once() -> None:
    calls = []

    def look(fn: Callable[..., Any], x: Tensor) -> float:
        net = nn.Linear(2, 1)
        nn.init.ones_(net.weight)
        nn.init.zeros_(net.bias)
        return fn(net, torch.optim.SGD(net.parameters(), 0.1), x)

    def counted(*args: Any) -> float:
        calls.append(args)
        return step(*args)

    exercise = Exercise(
        "step", "99", "a step", step, lambda g: [Case((torch.ones(3, 2),))], observe=look
    )
    assert judge(exercise, counted, 0).passed
    assert len(calls) == 2  # of two networks


def test_two_networks_are_not_compared() -> None:
    def build(n: int) -> nn.Linear:
        return nn.Linear(n, n)

    exercise = Exercise(
        "build",
        "99",
        "a network",
        build,
        lambda g: [Case((3,))],
        observe=lambda fn, n: tuple(fn(n).weight.shape),
    )
    assert judge(exercise, build, 0).passed


@pytest.mark.parametrize("value", [2**63, -(2**64), 10**400, (1, 2**70), [2**70]])
@pytest.mark.parametrize("right", [torch.ones(2), 3.0])
def test_a_whole_number_that_no_tensor_holds_is_told_in_words(value: object, right: object) -> None:
    exercise = Exercise("n", "99", "a number", lambda x: right, lambda g: [Case((torch.ones(2),))])
    verdict = judge(exercise, lambda x: value, 0)
    assert (verdict.kind, verdict.points) == ("interface", 0)
    assert "more than 63 bits" in verdict.message and "Python says" not in verdict.message
    assert judge(exercise, lambda x: right, 0).passed


def test_long_whole_numbers_that_an_exercise_looks_at_itself_are_compared_exactly() -> None:
    calls: list[int] = []

    def once_more(n: int) -> int:
        calls.append(n)
        return 2**n + len(calls)

    exercise = Exercise(
        "power", "99", "a power", lambda n: 2**n, lambda g: [Case((200,))],
        observe=lambda fn, n: hex(fn(n)),
    )  # fmt: skip
    assert judge(exercise, lambda n: 1 << n, 0).passed
    assert judge(exercise, lambda n: (1 << n) + 1, 0).kind == "different"
    assert judge(exercise, once_more, 0).mistake == "another_answer"
