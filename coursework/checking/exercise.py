"""What an exercise is made of: `coursework.exercises` fills these in, and the engine reads them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

from torch import Generator, Tensor

NO_GRAPH = "no graph"


@dataclass(frozen=True)
class Case:
    """One call of the learner's function.

    args: positional arguments; tensors, numbers, `torch.Generator`, modules, callables.
    label: where the inputs come from, in the learner's words ("a batch of one").
    extreme: True where inputs reach the places at which naive formulas overflow. Mistakes are
        matched on all cases first and on the ordinary ones alone second.
    """

    args: tuple[Any, ...]
    label: str = "random inputs"
    extreme: bool = False


@dataclass(frozen=True)
class Observed:
    """What is compared for one call: the value and, where the exercise asks for it, its gradients.

    gradients: one Tensor for each differentiable argument, shaped like it; None where none are
        asked for; NO_GRAPH where nothing in the value can be differentiated.
    """

    value: Any
    gradients: list[Tensor] | str | None = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that is known by name.

    name: short and stable ("prior_forgotten"); message: which mistake it is and what to do.
    wrong: the wrong function itself; it is matched by its outputs.
    when: `when(seen, case) -> bool` on what was observed, where outputs are random or are not
        numbers. `wrong` is then only the example that the tests use.
    """

    name: str
    message: str
    wrong: Callable[..., Any]
    when: Callable[[Observed, Case], bool] | None = None


@dataclass(frozen=True)
class Property:
    """Something that must hold for any right answer.

    broken: `broken(fn, generator) -> str | None` calls the function and returns, where the property
        fails, a sentence with the numbers ("must be 0 at mu = 0; yours is 0.5"), else None.
    """

    name: str
    broken: Callable[[Callable[..., Any], Generator], str | None]


@dataclass(frozen=True)
class Part:
    """A part of an exercise that earns points of its own, where partial credit is given.

    name: "form", "value", "gradient", "edges" (what else is asked: extreme inputs, properties,
    arguments left as they were), or one of the exercise's own. words: what feedback calls it.
    right: for the exercise's own, `right(yours, reference) -> bool` on the two values of a call.
    """

    name: str
    words: str
    points: float
    right: Callable[[Any, Any], bool] | None = None


@dataclass(frozen=True)
class Exercise:
    """A function that the learner writes.

    name: the function's name. notebook: "01". title: the task in a few words, as in the TODO.
    reference: the right answer. cases: `cases(generator) -> Iterable[Case]`, fresh at every check.
    observe: `observe(fn, *args)` turns a call into what is compared; `fn(*args)` by default. It may
        call `fn` several times, and may raise `InterfaceError` where the answer has the wrong form.
    same: `same(yours, reference) -> bool` where equality up to round-off won't do, as for draws.
    differentiable: positions of the arguments through which gradients must flow.
    rtol, atol: tolerances; the absolute one is scaled by the largest reference value.
    hides: further names in the package that give the answer away. While this notebook is graded
        they are as absent as a function that has the exercise's own name.
    parts: what earns partial credit, "edges" among it, together all points; `parts.py` says what
        holds where none are declared.
    task, public: of a variant (`variants.py`), what its copy asks for in place of the convention of
        the notebook, and the course's own exercise; "" and None for that one itself.
    """

    name: str
    notebook: str
    title: str
    reference: Callable[..., Any]
    cases: Callable[[Generator], Iterable[Case]]
    mistakes: Sequence[Mistake] = ()
    properties: Sequence[Property] = ()
    hints: Sequence[str] = ()
    points: int = 1
    observe: Callable[..., Any] | None = None
    same: Callable[[Any, Any], bool] | None = None
    differentiable: Sequence[int] = ()
    rtol: float = 1e-4
    atol: float = 1e-5
    hides: Sequence[str] = ()
    parts: Sequence[Part] = ()
    task: str = ""
    public: Exercise | None = None

    def __post_init__(self) -> None:
        if self.parts and sum(p.points for p in self.parts) != self.points:
            raise ValueError(f"the parts of {self.name} do not add up to its {self.points} points")
        if self.parts and "edges" not in [p.name for p in self.parts]:
            raise ValueError(f"the parts of {self.name} need one called 'edges'")

    @property
    def signature(self) -> str:
        """How the function is called: `gaussian_mle(x)`."""
        return f"{self.name}({', '.join(inspect.signature(self.reference).parameters)})"


@dataclass(frozen=True)
class Question:
    """An answer that the learner types: a number with a unit, or one of some choices.

    name: "01.answers.1.1", typed as `answers["1.1"]` in notebook 01; answer: the right number
        or letter. wrong: known wrong answers, {value: (short name, what the learner reads)}.
    choices: {"a": "text", ...} for a choice. unit, rtol, atol: for a number.
    why: said after a right answer. text: the question as a notebook shows it, Markdown with its
        options, where the build has to write it (`Drawn` in `variants.py`).
    """

    name: str
    title: str
    answer: float | str
    choices: dict[str, str] = field(default_factory=dict)
    wrong: dict[float | str, tuple[str, str]] = field(default_factory=dict)
    why: str = ""
    hints: Sequence[str] = ()
    points: int = 1
    unit: str = ""
    rtol: float = 0.01
    atol: float = 1e-9
    text: str = ""

    @property
    def notebook(self) -> str:
        return self.name.split(".")[0]

    @property
    def key(self) -> str:
        """What the learner types between the brackets: `answers[key]`."""
        return self.name.split(".answers.")[1]


@dataclass(frozen=True)
class Prediction:
    """A question asked before a run: nothing is graded, every option gets a reply.

    right: the letter of the option that comes true, "a" for the first. Where it is empty, a guess
    is kept and not counted.
    """

    name: str
    question: str
    options: dict[str, str]
    right: str = ""

    @property
    def letters(self) -> str:
        """The letters of the options, "abc" for three."""
        return ascii_lowercase[: len(self.options)]


class InterfaceError(Exception):
    """The answer has the wrong form; the message says which form is asked for."""


@dataclass(frozen=True)
class Verdict:
    """What the engine concluded.

    kind: "passed", "not attempted", "raised", "interface", "mistake", "property" or "different".
    mistake: short name of the recognised mistake, else None. message: what the learner reads.
    points: points earned; max_points: points to be had. printed: what the function printed.
    advice: what to do in the notebook before going on; no part of a grader's feedback.
    earned: points of an answer that is right in part; credit: a sentence that says in which.
    place: the line at which a graded function stopped, where the grader's worker tells it.
    """

    name: str
    kind: str
    message: str
    max_points: int
    mistake: str | None = None
    printed: str = ""
    advice: str = ""
    earned: float = 0
    credit: str = ""
    place: object = None

    @property
    def passed(self) -> bool:
        return self.kind == "passed"

    @property
    def points(self) -> float:
        return self.max_points if self.passed else self.earned
