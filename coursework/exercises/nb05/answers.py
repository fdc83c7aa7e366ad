"""Typed answers of notebook 05."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    choice(
        "05.answers.5.1", "why a sample has no gradient", {
            "a": ("The loss doesn't depend on μ.", "no_dependence",
                "Its mean does: move μ, and the draws and the loss move along. The dependence is "
                "there and isn't recorded."),
            "b": ("A random number has no derivative, so nothing can be done.",
                "nothing_to_be_done",
                "The *distribution* of the draws changes smoothly with μ, and so does the mean "
                "loss. That slope exists, and this notebook estimates it in two ways."),
            "c": "`sample` hands back a number without a record of μ and σ.",
            "d": ("Autograd needs more than one sample.", "more_samples",
                "A thousand calls of `sample` give a thousand bare numbers, none with a way back."),
        },
        why="Right. Autograd walks back along recorded operations, and `sample` records none. "
            "Write the draw as μ + σε and there are two to record: a product and a sum.",
        hints=["Look at the picture of the graph: where does the walk back from the loss end?",
               "Does the mean loss change when μ moves? And does z know where it came from?",
               "z arrives without a `grad_fn`."],
    ),
    Question(
        name="05.answers.5.3", title="from logvar to the standard deviation", answer=0.36787944,
        wrong={
            0.13533528: ("variance", "That is e^−2, the variance σ². Its root is asked for: half "
                "of logvar goes into the exponent."),
            -2.0: ("logvar_itself", "That is logvar itself, log σ². A standard deviation is never "
                "negative: σ = e^(logvar / 2)."),
            1.41421356: ("root_of_logvar", "That is √2. The root belongs on the variance, and "
                "logvar is its *log*: first e^logvar, then the root."),
            -1.0: ("log_sigma", "That is log σ. The exp is still to be taken."),
            2.71828183: ("sign_of_the_exponent", "You lost the minus: logvar is below 0, so σ is "
                "below 1."),
            0.0183156: ("squared", "That is e^−4, the square of the variance. σ is its *root*, "
                "e^(logvar / 2)."),
            0.126928: ("softplus", "That is softplus(−2). In this course logvar is log σ²."),
        },
        why="σ = e^(−2 / 2) = 0.368. If you read the same number as log σ, you get 0.135, and "
            "noise 2.7 times too small.",
        hints=["logvar is log σ².", "σ² = e^logvar. Take the root.", "e^(−2 / 2) = e^−1."],
    ),
    Question(
        name="05.answers.5.6", title="how many more samples the score function needs",
        answer=35.390625, rtol=0.02,
        wrong={
            5.949: ("error_bars_not_variances", "That is the ratio of the error bars, √35.4. An "
                "error bar shrinks with the *root* of the number of samples, so the number of "
                "samples goes with the variances."),
            0.0282561: ("upside_down", "That is pathwise over score function. The question is how "
                "many times *more* the score function needs."),
            5.6625: ("sigma_forgotten", "One σ² is missing: the first variance is divided by σ², "
                "and the second is 4σ²."),
            14.15625: ("sigma_not_squared", "In one of the two variances σ is not squared."),
            22.65: ("one_variance_only", "That is the score function's variance. Divide it by "
                "pathwise's, 4σ²."),
            7.5: ("sigma_one", "That is the ratio at σ = 1. Put σ = 0.4 into both formulas."),
        },
        why="(1 + 14 · 0.16 + 15 · 0.0256) / 0.16 over 4 · 0.16: 35.4. At σ = 1 the score function "
            "needs 7.5 times as many samples, at σ = 0.1 nearly 3,000 times.",
        hints=["The error bar of a mean of S samples is √(variance / S). Equal error bars: S grows "
               "with the variance.",
               "So the answer is the ratio of the two variances at σ = 0.4.",
               "((1 + 14 · 0.16 + 15 · 0.0256) / 0.16) / (4 · 0.16)."],
    ),
    choice(
        "05.answers.5.12", "why the reparameterization trick", {
            "a": ("It makes the code deterministic, so that training is stable.", "deterministic",
                "z is as random as before: another ε, another z. What is deterministic is the way "
                "from (μ, σ, ε) to z."),
            "b": "It makes the randomness an input, so that gradients reach μ and σ.",
            "c": ("It makes the samples more accurate than `Normal(mu, sigma).sample()` does.",
                "accuracy",
                "μ + σε has exactly the distribution that `sample` draws from. New is the "
                "gradient."),
            "d": ("It is needed for the KL term.", "kl", "The KL of two Gaussians has a closed "
                "form in μ and σ, without any draw. It is the reconstruction that needs z."),
        },
        why="Right. And it is one way of two: the score function gets a gradient without it, at "
            "the price of variance.",
        hints=["What is the same before and after, and what is new?",
               "The draws have the same distribution. What could autograd do afterwards that it "
               "couldn't before?",
               "It can walk from the loss through z to μ and σ."],
    ),
    choice(
        "05.answers.5.13", "a colleague's encoder", {
            "a": "s is log σ, and both lines agree: right, in another convention.",
            "b": ("s is log σ², and both lines agree.", "not_log_variance",
                "With s = log σ² the sampler would say e^(s/2) and the KL e^s. Both lines here "
                "have a factor 2 more."),
            "c": ("The sampler reads s as log σ and the KL reads it as log σ²: wrong.",
                "kl_misread",
                "Put s = log σ into the KL: e^(2s) is σ², and 2s is log σ². It agrees."),
            "d": ("The sampler reads s as log σ² and the KL reads it as log σ: wrong.",
                "sampler_misread",
                "The sampler multiplies ε by e^s. That is σ where s = log σ."),
        },
        why="Right: e^s is σ in the one, e^(2s) is σ² in the other. Conventions differ between "
            "papers; what counts is that all lines of one program keep to the same.",
        hints=["What multiplies ε is σ. So what is s?",
               "With that s, is e^(2s) the variance? Is 2s its log?",
               "σ = e^s, so s = log σ, σ² = e^(2s), log σ² = 2s."],
    ),
    choice(
        "05.answers.5.14", "a black box", {
            "a": ("Pathwise, since it has the smaller variance.", "needs_the_slope",
                "Pathwise walks back through f. The game can't be walked through."),
            "b": ("Gumbel-softmax with a small τ.", "needs_the_slope_too",
                "Gumbel-softmax makes the *draw* differentiable. The gradient still has to come "
                "back through f."),
            "c": ("Neither: without a derivative of f there is no gradient.", "no_gradient",
                "The mean score is a smooth function of μ, even where f itself has no slope. One "
                "estimator needs values of f alone."),
            "d": "Score function, with a baseline.",
        },
        why="Right. That is how policies are trained in reinforcement learning, where the "
            "estimator is called REINFORCE.",
        hints=["What do you have of f: its values, its slope, or both?",
               "Which estimator of this notebook uses values alone?",
               "(f(z) − b)(z − μ) / σ²: no f′ in it."],
    ),
    choice(
        "05.answers.5.15", "hot or cold", {
            "a": ("Small bias, small variance.", "no_price",
                "Look at the table: something grows as τ falls."),
            "b": ("Large bias, small variance.", "hot", "That is a *large* τ: soft rows, far from "
                "one-hot, and smooth gradients."),
            "c": "Small bias, large variance.",
            "d": ("Large bias, large variance.", "both", "Only one of the two grows as τ falls. "
                "Look at the table once more."),
        },
        why="Right. Cold rows are nearly one-hot, so little is wrong about them, and the softmax "
            "is so steep that its gradient is mostly 0 and now and then huge.",
        hints=["As τ → 0 the rows turn into one-hot rows. Is the model then the one you wanted?",
               "The gradient of a softmax carries a factor 1/τ.",
               "Compare Gumbel-softmax at τ = 0.1 with Gumbel-softmax at τ = 5 in the table."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
