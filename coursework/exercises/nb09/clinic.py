"""The clinic of notebook 09: which line of a training step has which of the lab's three faults."""

from __future__ import annotations

from coursework.exercises.rules import choice

LINES = {
    "a": "z = mu + s.exp() * torch.randn_like(mu)",
    "b": "logits = model.decode(z)",
    "c": 'rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)',
    "d": "kl = 0.5 * (s.exp() + mu.square() - 1 - s).sum(1)",
    "e": 'bce = F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")',
    "f": "loss = (y * bce + vae_weight * (rec + kl)).mean()",
}

_NOT_IT = {  # what is wrong with the other lines
    "a": ("sampler", "Something is odd about s; more on that below. But z goes to the decoder, and "
        "the detector's y_logit never sees it."),
    "b": ("decoder", "The decoder gives logits, and line c takes logits. The detector's y_logit "
        "doesn't pass here."),
    "c": ("reconstruction", "Summed over pixels, one number for each picture: right. Nothing of it "
        "depends on y_logit."),
    "d": ("kl", "Nothing in the KL depends on y_logit, whatever s means."),
    "e": ("cross_entropy", "Here every picture still counts, negatives among them: this line is "
        "right. What becomes of `bce` further down?"),
}  # fmt: skip

_QUESTIONS = [
    choice("09.answers.9.12", "the line that hides the negatives", {
        letter: (f"`{line}`", *_NOT_IT[letter]) if letter in _NOT_IT else f"`{line}`"
        for letter, line in LINES.items()
    }, why="Right. In line f the mask y stands on the classification. A negative has y = 0, so "
        "whatever the detector says of it costs nothing, and \"face\" to everything is the best "
        "answer. On faces alone its accuracy is perfect: only negatives in the evaluation show it. "
        "The mask belongs to the VAE: `bce + y * vae_weight * (rec + kl)`.",
        hints=["The detector says yes to everything. What does a yes to a negative add to the "
            "loss?",
            "Follow y_logit: which lines does it go through, on its way to the loss?",
            "Only e and f. Put y = 0 into each of them."]),
    choice("09.answers.9.13", "the shape before the mean", {
        "a": ("(N,)", "wished_for", "That is what it should have. `rec + kl` is (N,), but `y` and "
            "`bce` are (N, 1)."),
        "b": ("(N, 1)", "column", "`y` and `bce` are (N, 1). `rec + kl` is (N,), and torch puts "
            "that beside a column as a row."),
        "c": "(N, N)",
        "d": ("()", "scalar", "That is the shape after `.mean()`."),
    }, why="Right. (N, 1) times (N,) is a table (N, N) in which every label meets every picture, "
        "and torch says nothing. Under the mean each picture's reconstruction is weighted with the "
        "*mean* of y, faces and others alike. The step you were given had the same table, as a "
        "sum; a mean over a sum comes out right, so the fault had no effect until the mask was "
        "fixed. `y.flatten()` and `y_logit.flatten()` at the top end it.",
        hints=["Write the shape beside each name: `y`, `bce`, `rec`, `kl`.",
            "y is (N, 1), rec + kl is (N,). How does torch line up two shapes?",
            "From the right: (N, 1) and (1, N) both grow to (N, N)."]),
    choice("09.answers.9.14", "one name, two meanings", {
        "a": ("lines a and b", "decoder", "Line b knows nothing of s. Which two lines have an s in "
            "them?"),
        "b": "lines a and d",
        "c": ("lines c and e", "two_losses", "Both take logits, and neither has an s in it."),
        "d": ("lines d and f", "sum", "Line f takes the KL as it is. Which two lines have an s in "
            "them?"),
    }, why="Right. Line a draws with σ = exp(s), so there s is log σ. Line d has exp(s) where σ² "
        "belongs, so there s is log σ². Where s is below 0 the draws have less noise than the "
        "KL term assumes. Both can't be right; take log σ² everywhere, call it `logvar`, "
        "and draw with σ = exp(logvar / 2).",
        hints=["s is used in two lines. What is σ in each of them?",
            "In the KL, ½ Σ (σ² + μ² − 1 − log σ²): what stands where σ² belongs, and what where "
                "log σ² does?",
            "In line d s is log σ². In line a exp(s) multiplies the noise, so there it is log σ."]),
]  # fmt: skip

CLINIC = {question.key: question for question in _QUESTIONS}
