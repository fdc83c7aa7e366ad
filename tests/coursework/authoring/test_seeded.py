"""Copies of notebooks that are made with a seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursework import exercises
from coursework.authoring.posing import marked, with_answer, with_function
from coursework.authoring.seeded import number_of_exam, write_exam, write_variants
from coursework.authoring.source import choose_sources
from tests.coursework.authoring.test_cli import ROOT, invoke

SEED = next(s for s in range(1, 99) if exercises.variant_of(s)["elbo"].reference.__name__ == "elbo"
            and "bits" in exercises.variant_of(s)["elbo"].task)  # fmt: skip


def cells(path: Path) -> dict[str, str]:
    return {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    written = write_variants(ROOT, SEED, folder, ["3"])
    assert [p.relative_to(folder).as_posix() for p in written] == [
        "03_vae_elbo.ipynb",
        "solutions/03_vae_elbo.ipynb",
    ]
    return folder


def test_students_read_the_convention_and_no_solution(out: Path) -> None:
    student = "\n".join(cells(out / "03_vae_elbo.ipynb").values())
    assert exercises.variant_of(SEED)["elbo"].task in student
    assert "(N,) bits" in student and 'NotImplementedError("TODO elbo' in student
    assert "/ math.log(2)" not in student and "SOLUTION" not in student
    assert 'record_only(\n    "elbo",' in student


def test_the_solution_has_the_variants_and_all_ids_are_the_courses_own(out: Path) -> None:
    solution = cells(out / "solutions" / "03_vae_elbo.ipynb")
    assert "return (log_likelihood - kl) / math.log(2)" in "\n".join(solution.values())
    public = cells(ROOT / "notebooks" / "solutions" / "03_vae_elbo.ipynb")
    assert set(public) <= set(solution)


def test_the_same_seed_writes_the_same_bytes(out: Path, tmp_path: Path) -> None:
    for path in write_variants(ROOT, SEED, tmp_path, ["03"]):
        assert path.read_bytes() == (out / path.relative_to(tmp_path)).read_bytes()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    done = invoke("build", "--variant", "3", "--out", "notebooks", "03", cwd=ROOT)
    assert done.exit_code == 1 and "choose another folder" in done.output
    done = invoke("build", "03", cwd=ROOT)
    assert done.exit_code == 1 and "--variant" in done.output
    done = invoke("build", "--variant", "3", "--out", str(tmp_path), "77", cwd=ROOT)
    assert done.exit_code == 1 and "no notebook 77" in done.output
    done = invoke("build", "--variant", "0", "--out", str(tmp_path), cwd=ROOT)
    assert done.exit_code == 1 and "the course's own" in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_notebook_can_be_written(seed: int, tmp_path: Path) -> None:
    """Every name that a variant uses is there, and no line of a solution is with the students."""
    sources = choose_sources(ROOT)
    assert len(write_variants(ROOT, seed, tmp_path, [])) >= 2 * min(16, len(sources))


def test_a_function_in_another_order_keeps_steps_and_defaults() -> None:
    text = (
        "def active(mu: Tensor, k: int, least: float = 0.1) -> int:\n"
        '    """Doc."""\n    # 1. a step\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION'
    )

    def public(mu, k, least=0.1): ...

    def active(k, mu, least=0.1): ...

    active.__wrapped__ = public
    active.__signature__ = __import__("inspect").Signature.from_callable(
        lambda k, mu, least=0.1: None
    )
    assert with_function(text, "active", active) == text.replace(
        "mu: Tensor, k: int", "k: int, mu: Tensor"
    )


def test_comments_behind_the_docstring_are_steps() -> None:
    def answer(x):
        """A doc."""
        # 1. a step
        return x

    assert marked(answer)[1:] == [
        '    """A doc."""',
        "    # 1. a step",
        "    ### BEGIN SOLUTION",
        "    return x",
        "    ### END SOLUTION",
    ]


def test_one_answer_of_several_is_replaced() -> None:
    text = '### BEGIN SOLUTION\nanswers["1"] = (\n    "a"\n)\nanswers["2"] = 3\n### END SOLUTION'
    changed = with_answer(text, "1", "answers[\"1\"] = 'b'")
    assert "answers[\"1\"] = 'b'" in changed and '"a"' not in changed
    assert 'answers["2"] = 3' in changed


def exam_text(path: Path) -> str:
    return "\n".join(cells(path).values())


@pytest.mark.slow
def test_each_copy_of_an_exam_explains_itself_alone(tmp_path: Path) -> None:
    number = number_of_exam(7, None, 10)
    exam, solved = write_exam(ROOT, number, tmp_path / "exam", minutes=45)
    practice, _ = write_exam(ROOT, number, tmp_path / "practice", practice=True)
    of_exam, of_practice = exam_text(exam), exam_text(practice)
    assert "record_only(minutes=45)" in of_exam and "Nothing stops when the time is over" in of_exam
    assert "10 questions" in of_exam and "report(" not in of_exam
    assert "hints to unfold" not in of_exam and "hints to unfold" in of_practice
    assert 'report("18")' in of_practice and "timed" not in of_practice.lower()
    for text in (of_exam, of_practice, exam_text(solved)):
        assert "diagram(" not in text and "37 questions" not in text and "minutes for" not in text
        assert "negative ELBO: 52" not in text and "with β = 4" not in text


@pytest.mark.slow
def test_the_same_number_draws_the_same_exam_and_a_secret_another(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("blue horse battery nine")
    numbers = [number_of_exam(7, secret, 12) for secret in (None, words)]
    texts = [
        write_exam(ROOT, number, tmp_path / f"{n}")[0].read_text("utf-8")
        for n, number in enumerate([*numbers, numbers[1]])
    ]
    assert texts[1] == texts[2] != texts[0]
    assert numbers[0] == 7 and "blue" not in texts[1] and f"{numbers[1]}" not in texts[1]
    with pytest.raises(ValueError, match="9 to 12"):
        number_of_exam(7, None, 8)
