"""The clinic of notebook 09: one training step with the three faults of the original lab, and which line has which."""

from __future__ import annotations

from coursework.checking.exercise import Question

LINES = {
    "a": "z = mu + s.exp() * torch.randn_like(mu)",
    "b": "logits = model.decode(z)",
    "c": 'rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)',
    "d": "kl = 0.5 * (s.exp() + mu.square() - 1 - s).sum(1)",
    "e": 'bce = F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")',
    "f": "loss = (y * bce + vae_weight * (rec + kl)).mean()",
}

_MASK = Question(
    name="09.answers.9.10", title="the line that hides the negatives", answer="f",
    choices={letter: f"`{line}`" for letter, line in LINES.items()},
    wrong={
        "a": ("sampler", "Something is odd about s, and we come to it. But z goes to the decoder, "
            "and the detector's y_logit never sees it."),
        "b": ("decoder", "The decoder gives logits, and line c takes logits. The detector's "
            "y_logit doesn't pass here."),
        "c": ("reconstruction", "Summed over pixels, one number for each picture: right. Nothing "
            "of it depends on y_logit."),
        "d": ("kl", "Nothing in the KL depends on y_logit, whatever s means."),
        "e": ("cross_entropy", "Here every picture still pays, negatives among them: this line is "
            "right. What becomes of `bce` further down?"),
    },
    why="Right. In line f the mask y stands on the classification. A negative has y = 0, so "
        "whatever the detector says of it costs nothing, and \"face\" to everything is the best "
        "answer. On faces alone its accuracy is perfect: only negatives in the evaluation show it. "
        "The mask belongs to the VAE: `bce + y * vae_weight * (rec + kl)`.",
    hints=[
        "The detector says yes to everything. What does it pay for saying yes to a negative?",
        "Follow y_logit: which lines does it go through, on its way to the loss?",
        "Only e and f. Put y = 0 into each of them.",
    ],
)  # fmt: skip

_SHAPE = Question(
    name="09.answers.9.11", title="the shape before the mean", answer="c",
    choices={
        "a": "(N,)",
        "b": "(N, 1)",
        "c": "(N, N)",
        "d": "()",
    },
    wrong={
        "a": ("wished_for", "That is what it should have. `rec + kl` is (N,), but `y` and `bce` "
            "are (N, 1)."),
        "b": ("column", "`y` and `bce` are (N, 1). `rec + kl` is (N,), and torch puts that beside "
            "a column as a row."),
        "d": ("scalar", "That is the shape after `.mean()`."),
    },
    why="Right. (N, 1) times (N,) is a table (N, N) in which every label meets every picture, and "
        "torch says nothing. Under the mean each picture's reconstruction is weighed by the *mean* "
        "of y, faces and others alike. The step you were given had the same table, as a sum; a "
        "mean over a sum comes out right, so that the fault waited until the mask was mended. "
        "`y.flatten()` and `y_logit.flatten()` at the top end it.",
    hints=[
        "Write the shape beside each name: `y`, `bce`, `rec`, `kl`.",
        "y is (N, 1), rec + kl is (N,). How does torch line up two shapes?",
        "From the right: (N, 1) and (1, N) both grow to (N, N).",
    ],
)  # fmt: skip

_SIGMA = Question(
    name="09.answers.9.12", title="one name, two meanings", answer="b",
    choices={
        "a": "lines a and b",
        "b": "lines a and d",
        "c": "lines c and e",
        "d": "lines d and f",
    },
    wrong={
        "a": ("decoder", "Line b knows nothing of s. Which two lines have an s in them?"),
        "c": ("two_losses", "Both take logits, and neither has an s in it."),
        "d": ("sum", "Line f takes the KL as it is. Which two lines have an s in them?"),
    },
    why="Right. Line a draws with σ = exp(s), so there s is log σ. Line d has exp(s) where σ² "
        "belongs, so there s is log σ². Where s is below 0 the draws are quieter than the noise "
        "that the KL is paid for. Both can't be right; take log σ² everywhere, call it `logvar`, "
        "and draw with σ = exp(logvar / 2).",
    hints=[
        "s is used in two lines. What is σ in each of them?",
        "In the KL, ½ Σ (σ² + μ² − 1 − log σ²): what stands where σ² belongs, and what where log "
            "σ² does?",
        "In line d s is log σ². In line a exp(s) multiplies the noise, so there it is log σ.",
    ],
)  # fmt: skip

CLINIC = {question.key: question for question in (_MASK, _SHAPE, _SIGMA)}
