"""A NameError in a notebook is followed by what to run."""

from __future__ import annotations

from types import CodeType

import pytest

from coursework.checking import missing


class Shell:
    """What of IPython's shell is asked for."""

    def __init__(self) -> None:
        self.custom_exceptions: tuple[type[BaseException], ...] = ()
        self.shown: list[BaseException] = []

    def set_custom_exc(self, kinds, handler) -> None:
        self.custom_exceptions, self.handler = kinds, handler

    def showtraceback(self, found, tb_offset=None) -> None:
        self.shown.append(found[1])


def told(code: str | CodeType, capsys: pytest.CaptureFixture[str]) -> tuple[str, Shell]:
    """What is printed after this code stopped, and the shell."""
    shell = Shell()
    missing.explain_missing_names(shell)
    try:
        exec(code, {})
    except shell.custom_exceptions as error:
        shell.handler(shell, type(error), error, error.__traceback__)
    return " ".join(capsys.readouterr().out.split()), shell


def test_a_cell_out_of_order_is_told_what_to_run(capsys) -> None:
    words, shell = told("best_constant = check(best_constant)", capsys)
    assert "`check` has no value" in words and "run all cells above" in words and "kept" in words
    assert len(shell.shown) == 1  # the traceback is still there


def test_a_letter_without_quotes_is_told(capsys, tmp_path) -> None:
    cell = tmp_path / "cell.py"
    cell.write_text('answers = {}\nanswers["15.3"] = b\n', encoding="utf-8")
    code = compile(cell.read_text(encoding="utf-8"), str(cell), "exec")
    words, _ = told(code, capsys)
    assert 'Write `answers["15.3"] = "b"`' in words and "run all cells" not in words


def test_other_errors_are_left_to_ipython() -> None:
    shell = Shell()
    missing.explain_missing_names(shell)
    assert shell.custom_exceptions == (NameError,)


def test_a_handler_of_the_learner_stays() -> None:
    shell = Shell()
    shell.custom_exceptions = (ValueError,)
    missing.explain_missing_names(shell)
    assert shell.custom_exceptions == (ValueError,)


def test_outside_of_notebooks_nothing_happens() -> None:
    missing.explain_missing_names()


def test_an_unbound_local_name_gets_no_advice(capsys) -> None:
    words, shell = told("def f():\n    print(x)\n    x = 1\nf()", capsys)
    assert not words and len(shell.shown) == 1
