"""The landing page's example: wrong code, and the verdict that the engine gives on it."""

from collections.abc import Mapping

from course_utils.cards import Card
from coursework.authoring.rules import Exercises
from coursework.checking import evaluate
from coursework.checking.notebook import HEADLINES


def verdict_example(example: Mapping[str, str], exercises: Exercises) -> str:
    """MyST for the code and its verdict; "" where this course has no such exercise.

    example: {exercise, code}, the code a definition of the exercise's function.
    """
    name = example["exercise"]
    if name not in exercises.names():
        return ""
    import torch

    scope: dict[str, object] = {"torch": torch, "Tensor": torch.Tensor}
    exec(example["code"], scope)  # ours, from docs/outline.yml
    verdict = evaluate(name, scope[name], seed=0)
    color, mark, headline = HEADLINES[verdict.kind]
    card = Card(f"`{name}` · {headline}", [verdict.message], color, mark)
    code = f"```python\n{example['code'].strip()}\n```"
    return f":::{{div}} verdict\n{code}\n\n```{{raw}} html\n{card.html()}\n```\n:::"
