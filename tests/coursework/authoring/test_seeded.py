"""Copies of notebooks that are made with a seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursework import exercises
from coursework.authoring.posing import marked, with_answer, with_function
from coursework.authoring.seeded import write_variants
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
