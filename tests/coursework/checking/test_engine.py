"""The verdict, kind by kind."""

import contextlib
import sys
import threading

import numpy as np
import pytest
import torch

from coursework.checking import evaluate

from .posterior import naive, reference, without_prior


def verdict(fn, seed=0):
    return evaluate("posterior", fn, seed)


def todo(log_likelihood, log_prior):
    raise NotImplementedError("TODO posterior: Bayes' rule in logs")


@pytest.mark.parametrize(
    "fn",
    [
        reference,
        lambda a, b: reference(a, b),
        lambda a, b: reference(a.double(), b.double()),
        lambda a, b: torch.stack([torch.softmax(row + b, 0) for row in a]),
        lambda a, b: reference(a, b).T.contiguous().T,
        lambda a, b, *, extra=3: reference(a, b),
        lambda *args: reference(*args),
        torch.no_grad()(lambda a, b: torch.enable_grad()(reference)(a, b)),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, None])
def test_right_in_any_style_passes(fn, seed):
    found = verdict(fn, seed)
    assert found.passed and found.kind == "passed" and found.points == 2, found


@pytest.mark.parametrize(
    "fn", [todo, lambda a, b: (_ for _ in ()).throw(NotImplementedError()), None, ...]
)
def test_not_attempted(fn):
    assert verdict(fn).kind == "not attempted"


def test_not_implemented_by_torch_is_an_error_and_no_todo():
    def unsupported(a, b):
        raise NotImplementedError("Could not run 'aten::foo' with arguments from the 'CPU' backend")

    assert verdict(unsupported).kind == "raised"


def test_raised_names_their_line_in_plain_words():
    def shapes(a, b):
        total = a + b
        return total @ total

    found = verdict(shapes)
    assert found.kind == "raised"
    assert "line 3 of your function: `return total @ total`" in found.message
    assert "A `.T` may be missing" in found.message and "RuntimeError" in found.message


def off(a, b):
    return a @ b[:2]


def test_a_line_of_another_function_is_not_counted_from_the_first_line_of_this_one():
    def calls(a, b):
        return [off(row[None], b) for row in a]

    found = verdict(calls)
    assert "stopped at a line of your `off`: `return a @ b[:2]`" in found.message, found

    def within(a, b):
        rows = [row @ b[:2] for row in a]
        return torch.stack(rows)

    assert "line 2 of your function: `rows = [" in verdict(within).message


def test_exit_is_an_error_of_theirs():
    assert verdict(lambda a, b: sys.exit()).kind == "raised"


@pytest.mark.parametrize(
    "fn, words",
    [
        (lambda a, b: None, "None (is a `return` missing,"),
        (lambda a, b: reference(a, b).detach().numpy(), "NumPy array"),
        (lambda a, b: reference(a, b).sum(), "shape (); it should be (5, 3)"),
        (lambda a, b: reference(a, b).round().long(), "floats"),
        (lambda a, b: (reference(a, b), 1), "should be a tensor"),
        (lambda a: a, "posterior(log_likelihood, log_prior)"),
        (3, "no function"),
        (np.zeros(3), "no function"),
    ],
)
def test_wrong_form_says_which_form(fn, words):
    found = verdict(fn)
    assert found.kind == "interface" and words in found.message, found


@pytest.mark.parametrize("seed", range(50))
def test_named_mistakes_are_named(seed):
    assert verdict(without_prior, seed).mistake == "prior_forgotten"
    assert verdict(naive, seed).mistake == "underflow"


def test_two_mistakes_at_once_name_the_one_on_ordinary_inputs():
    both = verdict(lambda a, b: naive(a, torch.zeros(3)))
    assert both.kind == "mistake" and both.mistake == "prior_forgotten"


def test_wrong_form_that_a_mistake_explains_is_told_as_the_mistake(monkeypatch):
    from coursework.checking import Mistake

    from .posterior import POSTERIOR

    mean = Mistake("averaged", "You averaged over the batch.", lambda a, b: reference(a, b).mean(0))
    monkeypatch.setitem(vars(POSTERIOR), "mistakes", [mean])
    assert verdict(lambda a, b: reference(a, b).mean(0)).mistake == "averaged"


def test_right_numbers_without_a_graph_are_a_mistake():
    found = verdict(lambda a, b: reference(a, b).detach())
    assert found.mistake == "graph_cut" and "numbers are right" in found.message


def test_mutation_is_a_mistake_of_its_own():
    def in_place(a, b):
        a += b
        return torch.softmax(a, -1)

    found = verdict(in_place)
    assert found.mistake == "mutated_argument" and "`log_likelihood`" in found.message


def test_property_then_difference():
    assert verdict(lambda a, b: reference(a, b) ** 0.9).kind == "property"
    found = verdict(lambda a, b: torch.softmax(a + 2 * b, -1))
    assert found.kind == "different" and "where" in found.message


def test_nan_is_different_and_no_crash():
    assert not verdict(lambda a, b: reference(a, b) * float("nan")).passed


def test_printing_is_kept_out_of_the_way():
    def chatty(a, b):
        print("shape", tuple(a.shape))
        return reference(a, b)

    found = verdict(chatty)
    assert found.passed and found.printed.startswith("shape (5, 3)")


def test_random_state_of_the_notebook_is_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    verdict(lambda a, b: reference(a, b) + 0 * torch.rand(1))
    assert torch.rand(1) == expected


def test_a_constant_that_fits_one_seed_fits_no_other():
    from .posterior import cases

    first = next(iter(cases(torch.Generator().manual_seed(0))))
    answer = reference(*first.args)
    assert not verdict(lambda a, b: answer, 0).passed


def test_endless_loop_comes_back():
    def endless(a, b):
        while True:
            pass

    found = evaluate("posterior", endless, 0, seconds=0.3)
    assert (
        found.kind == "raised"
        and "had not come back" in found.message
        and "interrupted" in found.advice
    )


def test_a_loop_that_ignores_interrupts_asks_for_a_restart():
    release = threading.Event()

    def deaf(a, b):
        while not release.is_set():
            with contextlib.suppress(BaseException):
                release.wait(0.01)

    found = evaluate("posterior", deaf, 0, seconds=0.3)
    release.set()
    assert found.kind == "raised" and "restart the kernel" in found.advice


def test_unknown_name_names_the_nearest():
    with pytest.raises(KeyError, match="posterior"):
        evaluate("posteror", reference)


def test_same_seed_same_verdict():
    wrong = lambda a, b: torch.softmax(a + 2 * b, -1)  # noqa: E731
    assert verdict(wrong, 7) == verdict(wrong, 7)
    assert verdict(wrong, 7) != verdict(wrong, 8)
