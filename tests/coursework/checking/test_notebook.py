"""What the learner sees, and what `check` hands back."""

import os
import subprocess
import sys
from functools import cache

import pytest

from course_utils.cards import Card, marked_up
from course_utils.display import show
from course_utils.letters import in_letters_of
from coursework.checking import Verdict, notebook
from coursework.checking.notebook import CheckFailed, answer_sheet, check, hint

from .posterior import reference, without_prior


def named(fn):
    fn.__name__ = "posterior"
    return fn


def test_right_function_comes_back_itself(capsys):
    mine = named(lambda a, b: reference(a, b))
    assert check(mine) is mine
    assert "✓" in capsys.readouterr().out


def test_wrong_function_is_replaced_by_the_reference_and_says_so(capsys):
    lent = check(named(lambda a, b: without_prior(a, b)))
    said = capsys.readouterr().out
    assert lent.on_loan and "left out the prior" in said and "course's own" in said


def test_a_lent_function_earns_nothing(capsys):
    lent = check(named(lambda a, b: without_prior(a, b)))
    capsys.readouterr()
    again = check(lent)
    assert "0 of 2" in capsys.readouterr().out and again.on_loan


def test_strict_raises(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(CheckFailed, match="prior"):
        check(named(lambda a, b: without_prior(a, b)))
    check(named(lambda a, b: reference(a, b)))


def test_the_card_says_what_to_do_before_going_on(capsys, monkeypatch):
    late = Verdict("posterior", "raised", "It did not come back.", 2, advice="You can go on.")
    monkeypatch.setattr(notebook, "evaluate", lambda name, fn, variant: late)
    check(named(lambda a, b: reference(a, b)))
    assert "It did not come back. You can go on." in capsys.readouterr().out


def test_nameless_function_asks_for_its_name():
    import functools

    with pytest.raises(TypeError, match='check\\(f, "name"\\)'):
        check(functools.partial(reference))
    check(functools.partial(reference), "posterior")


def test_answers(capsys):
    answers = answer_sheet("99")
    answers["1"] = 1.0
    check(answers, "1")
    assert "bits" in capsys.readouterr().out
    check(answers)
    assert "not attempted" in capsys.readouterr().out
    with pytest.raises(KeyError):
        check(answers, "77")


def test_hints_are_folded(capsys):
    hint("posterior")
    assert "Hint 3 of 3" in capsys.readouterr().out


def test_a_verdict_unfolds_hints_unless_it_is_right(capsys):
    check(named(lambda a, b: without_prior(a, b)))
    assert "Hint 3 of 3: three" in capsys.readouterr().out
    check(named(lambda a, b: reference(a, b)))
    assert "Hint" not in capsys.readouterr().out


def test_a_letter_without_quotes_is_told(capsys, monkeypatch):
    cells = ['answers["2"] = "a"', 'answers["2"] = b']
    monkeypatch.setattr(notebook, "_names", lambda: {"In": cells})
    answers = answer_sheet("99")
    answers["2"] = "a"
    check(answers, "2")
    said = capsys.readouterr().out
    assert 'Write answers["2"] = "b"' in said.replace("`", "") and "Not the first" not in said
    cells.append('answers["2"] = "a"')
    check(answers, "2")
    assert "Not the first" in capsys.readouterr().out


def test_text_of_a_learner_is_escaped():
    page = Card("<b>x</b>", ["`<script>alert(1)</script>` & **bold**"]).html()
    assert "<script>" not in page and "&lt;script&gt;" in page and "<b>bold</b>" in page
    assert marked_up("a\nb") == "a<br>b"


def test_show_wants_a_sentence(capsys):
    from matplotlib.figure import Figure

    with pytest.raises(ValueError, match="sentence"):
        show(Figure(), alt="plot")
    show(Figure(), alt="two curves cross at 0.5")
    assert "two curves cross" in capsys.readouterr().out


def test_emphasis_is_set_and_products_are_left_alone():
    assert marked_up("a *sum* of logs") == "a <i>sum</i> of logs"
    assert marked_up("2 * 3 * 4") == "2 * 3 * 4"
    assert "a*b*c" in marked_up("`a*b*c` and `d*e`")


def test_hint_takes_what_a_learner_would_type(capsys):
    hint(named(lambda a, b: reference(a, b)))
    hint("1")
    said = capsys.readouterr().out
    assert "Hint 3 of 3" in said and 'answers["1"]' in said


def test_an_answer_that_nobody_asks_for_is_refused(capsys):
    answers = answer_sheet("99")
    with pytest.raises(KeyError, match="nearest"):
        answers["66"] = 3
    answers[1] = 0.6931
    check(answers, 1)
    assert "✓" in capsys.readouterr().out


@cache
def printed(encoding: str) -> str:
    """What a check and a hint print outside Jupyter, on a terminal with such letters."""
    code = (
        "from course_utils import check, hint\n"
        "from coursework import exercises\n"
        "check(exercises.get('entropy').reference)\n"
        "check(lambda p: (p * p.log()).sum(-1), 'entropy')\n"
        "hint('gaussian_kl')\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(encoding)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_our_letters_gets_words(encoding):
    said, whole = printed(encoding), printed("utf-8")
    assert "✓" in whole and "✗" in whole and "σ" in whole
    assert "[right] `entropy`" in said and "[wrong] `entropy`" in said and "sigma" in said
    assert said.count("?") == whole.count("?")


def test_signs_are_written_out_where_they_are_missing():
    assert (
        in_letters_of("ascii", "✓ KL(q‖p) ≥ 0 · σ² = ½ − λ…")
        == "[right] KL(q||p) >= 0 - sigma^2 = 1/2 - lambda..."
    )
    assert in_letters_of("cp1252", "½ · μ → ∞, é") == "½ · mu -> infinity, é"
    assert in_letters_of("ascii", "é x̂ 10⁻⁶ ᵢ 漢") == "e x 10^-6 i ?"
    assert in_letters_of("utf-8", "μ") == "μ"
