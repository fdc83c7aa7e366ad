"""Questions of notebook 07: typed answers among its sections, and those at its end."""

from __future__ import annotations

import math
from itertools import permutations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

ORDER = "cadb"  # of the lines in exercise 7.6
_ORDERS = ["".join(order) for order in permutations("abcd")]
SHOULD_COME = (
    "Begin with V(D, G) and put D* in. Which line has done just that?",
    "The mixture m is half of the sum. Which line writes the sums below the fractions as 2m?",
    "log(p / 2m) = log(p / m) − log 2. Which line has pulled the two log 2 out, one for each "
    "density?",
    "Only the last line is left: the two integrals get their names.",
)


def _first_slip(given: str) -> tuple[str, str]:
    """Short name and reply for an order that is not the right one."""
    place = next(i for i, (a, b) in enumerate(zip(given, ORDER, strict=True)) if a != b)
    start = "" if place == 0 else f"Right up to line {place}. "
    return f"slip_at_line_{place + 1}", start + SHOULD_COME[place]


_QUESTIONS = [
    Question("07.answers.7.2", "a perfect judge at one place", 0.8, wrong={
        4.0: ("plain_ratio", "That is the ratio, 0.12 / 0.03. As a probability: 4 real ones to 1 "
            "fake, so 4 of 5."),
        0.2: ("upside_down", "That is P(fake). The course's D is P(real)."),
        0.25: ("inverse_ratio", "That is 0.03 / 0.12, the ratio upside down. P(real) is 0.12 over "
            "the sum."),
        0.12: ("density", "That is p_data at x. The judge compares it with the sum of both "
            "densities there."),
        0.09: ("difference", "You subtracted. Divide 0.12 by the sum of both."),
        1.6: ("half_mixture", "You divided by the mean of both densities. Divide by their sum."),
        1.0: ("decision", "That is a decision, not a probability: one point in five that lands "
            "here is fake."),
    }, why="0.12 / (0.12 + 0.03) = 0.8: of five points that land here, four are real.",
        hints=["Both densities are small here, and that doesn't matter. Only their ratio does.",
            "D* = p_data / (p_data + p_G).", "0.12 / 0.15."]),
    choice("07.answers.7.4", "reading D where it is P(fake)", {
        "a": ("It is fairly sure that x is real.", "our_label", "In this course's convention that "
            "would be so. In the other one D should be large on G(z)."),
        "b": ("It has the logit 0.9, so nearly 0.7 for real.", "logit", "D stands inside a log in "
            "their formula, so it is a probability, not a logit."),
        "c": "It gives x a chance of 0.1 of being real.",
        "d": ("Nothing can be said without knowing the densities.",
            "densities", "The densities say what D *should* be. What this D says about x follows "
            "from its label alone."),
    }, why="Right: there D = P(fake), so P(real) = 1 − 0.9 = 0.1, and here we would write D(x) = "
        "0.1. "
        "With D replaced by 1 − D their formula is ours.",
        hints=["Their D maximizes log D(G(z)) + log(1 − D(x)). On which points does it want to be "
                "large?", "Large on G(z), on fakes: D = P(fake).", "P(real) = 1 − P(fake)."]),
    Question("07.answers.7.6", "from V(D*, G) to Jensen–Shannon, in order", ORDER,
        choices={order: order for order in _ORDERS},
        wrong={order: _first_slip(order) for order in _ORDERS if order != ORDER},
        why="Right. Nothing is estimated and nothing bounded on the way: four equalities. The only "
        "thing they need is that D is D*.",
        hints=["V is ∫ p_data log D + ∫ p_G log(1 − D). First put D* into both logs.",
            "Then write p_data + p_G as 2m, where m is the mixture, and pull log 2 out of each "
            "log.",
            "What is left are KL(p_data‖m) and KL(p_G‖m). Two of them with a ½ each are JS, so "
            "here they are 2 JS."],
        points=2),
    Question("07.answers.7.7a", "the value of the game where the generator is perfect",
            -math.log(4), unit="nats", wrong={
        0.0: ("zero", "JS is 0 there. V is −log 4 + 2 JS."),
        -math.log(2): ("one_coin", "That is log ½, once. There are two expectations, one over real "
            "points and one over fakes."),
        math.log(2): ("ceiling", "That is the ceiling of JS, where nothing overlaps. Here p_G = "
            "p_data, so JS = 0."),
        -2.0: ("bits_for_nats", "That is log ¼ in bits. It is asked for in nats, with the natural "
            "log."),
    }, why="JS = 0, so V(D*, G) = −log 4 = −1.386. Or at once: D* = ½, and log ½ + log ½ = −log 4.",
        hints=["How large is JS between two equal densities?", "V(D*, G) = −log 4 + 2 · 0.",
            "−log 4 in nats."]),
    Question("07.answers.7.7b", "the value of the game where nothing overlaps",
            0.0, unit="nats", atol=1e-4, wrong={
        -math.log(4): ("equal", "That is the value where the densities are *equal*. Where nothing "
            "overlaps, D* never errs."),
        math.log(2): ("js_itself", "That is JS. Put it into V = −log 4 + 2 JS."),
        -math.log(2): ("js_once", "You added JS once. It is −log 4 + 2 JS."),
    }, why="JS = log 2, so V = −log 4 + 2 log 2 = 0, the largest value there is: the judge is "
        "certain, right every time, and log 1 = 0.",
        hints=["What does D* say about real points, and what about fakes, where no place has both?",
            "log 1 + log(1 − 0). Or with JS = log 2.", "−log 4 + 2 log 2."]),
    Question("07.answers.7.10", "how many points four weights are worth", 64 / 28, wrong={
        4.0: ("count", "That is how many there are. They would be worth 4 if their weights were "
            "equal."),
        2.0: ("mean_weight", "That is the mean weight. Asked for: (Σw)² / Σw²."),
        28 / 64: ("upside_down", "That is Σw² / (Σw)². Turn it over."),
        64 / 28 / 4: ("share", "That is the share of the 4 points. Asked for is the number."),
        1.6: ("largest", "That is Σw / max w. Another measure, and a fair one; here it is (Σw)² / "
            "Σw²."),
        8 / 28: ("not_squared", "You forgot to square the sum on top."),
    }, why="64 / 28 = 2.29. One of four points carries five eighths of the weight, and a mean over "
        "them is as uncertain as one over 2.29 equal points.",
        hints=["Σw is 8.", "Σw² = 1 + 1 + 1 + 25.", "64 / 28."]),
    Question("07.answers.7.12", "carrying by hand", 2.0, wrong={
        0.0: ("difference_of_means", "Both means are 4, and their difference is 0. But 1 and "
            "7 lie 3 away from where the other sample has its points: sort, and pair them off."),
        6.0: ("summed", "That is the sum of the gaps (or the mean of their squares). W1 is the "
            "mean of the plain gaps."),
        3.0: ("largest_gap", "That is the largest gap. Take the mean of all three."),
        math.sqrt(6): ("root_mean_square", "That is W2: squared, averaged, rooted. W1 is the mean "
            "of the plain gaps."),
    }, why="Sorted: 1, 4, 7 and 4, 4, 4. Gaps 3, 0, 3, mean 2, although the means are equal: W1 "
        "sees spread, too.",
        hints=["Sort both: 1, 4, 7 and 4, 4, 4.", "The gaps are 3, 0 and 3.", "Their mean."]),
    choice("07.answers.7.17", "what training a GAN minimizes", {
        "a": ("JS(p_data, p_G), at every single step of G.",
            "always_js", "V(D*, G) = −log 4 + 2 JS holds for D*. For any other D, V is below it, "
            "and minimizing a lower bound promises nothing. Look at the frozen judge again."),
        "b": "Its loss under the present D.",
        "c": ("The Wasserstein distance W1(p_data, p_G).", "wasserstein", "That takes another "
            "critic with another "
            "constraint (WGAN). The value function of this notebook leads to JS."),
        "d": ("KL(p_data‖p_G), as maximum likelihood does.",
            "likelihood", "The generator's density is never written down, so there is no "
            "likelihood. And at D* the identity has JS in it."),
    }, why="Right; that is JS only as long as D is kept at its best. With D frozen the generator "
        "goes past the data and on, while V keeps falling. That is why the two take turns: a step "
        "of D, a step of G.",
        hints=["Which D does the identity with JS speak of?",
            "Is the D of a training run that one?",
            "Think of the frozen judge: V fell all the way, and JS didn't."]),
    choice("07.answers.7.18", "a discriminator that says one half", {
        "a": ("The generator has reached the data's distribution.",
            "equilibrium", "That is one possibility. A discriminator that has learned nothing says "
            "½ as well, whatever the generator does."),
        "b": ("The discriminator is at its optimum, D* = ½.", "optimal", "½ is the optimum only "
            "where the "
            "densities are equal, and that is what you would like to find out."),
        "c": ("The generator has collapsed to one point of the data.",
            "collapse", "Collapsed samples are easy to tell from data, so a good D would not say "
            "½."),
        "d": "Nothing yet, before a fresh judge is trained.",
    }, why="Right. A perfect generator and a useless discriminator look alike: D = ½ follows from "
        "p_G = p_data *and* D = D*. To tell the cases apart, freeze G "
        "and train a fresh judge: what it earns above −log 4 is what G still misses.",
        hints=["What does an untrained discriminator say?",
            "D* = ½ where p_G = p_data. Does it hold in reverse, for a D that is not D*?",
            "Which experiment would tell a perfect forger from a blind judge?"]),
    choice("07.answers.7.19", "discriminator near perfect, samples noise", {
        "a": "D is flat on all samples. Bound its slope, or blur both.",
        "b": ("Mode collapse. Let D see several samples at once.", "collapse", "Collapsed samples "
            "look "
            "good and alike. These look like noise, and don't change: no gradient reaches G."),
        "c": ("KL collapse. Anneal the weight of the KL, or use free bits.",
            "kl", "That is a problem of VAEs. There is no KL term in a GAN."),
        "d": ("G is too strong. Train D for more steps in each round.", "stronger_d", "D is near "
            "perfect "
            "already. A still better one has a still flatter log(1 − D) at the samples."),
    }, why="Right. Add the loss to the suspects: with log(1 − D) the gradient dies as D → 0; −log "
        "D keeps one as long as D isn't exactly 0. Noise on both and a gradient penalty are the "
        "fixes that you tried.",
        hints=["Samples that barely change: what reaches the generator?",
            "D ≈ 0 on all samples. How steep is log(1 − D) there?",
            "Make the densities overlap, or keep D from being so steep and then so flat."]),
    choice("07.answers.7.20", "a strong discriminator and the generator's gradient", {
        "a": ("It vanishes for both losses, log(1 − D) and −log D.", "both_vanish", "Some texts "
            "say so, and it holds for "
            "the first loss only. Look at the two Gaussians again."),
        "b": ("It vanishes for −log D and goes to −1 for log(1 − D).",
            "turned_round", "The other way round: with a the logit of D, the slopes are −D and −(1 "
            "− D)."),
        "c": "It vanishes for log(1 − D) alone.",
        "d": ("It explodes for both losses, since D is near 0.",
            "explodes", "With D → 0 one of the slopes, −D, goes to 0."),
    }, why="Right. The slopes in the logit are −D and −(1 − D). A strong D means D → 0 on fakes: 0 "
        "for the one, −1 for the other. That is why the second is used in practice.",
        hints=["A strong discriminator: D → 0 on fakes. How steep are log(1 − D) and −log D there?",
            "In the logit a of D the slopes are −D and −(1 − D).",
            "One goes to 0, the other to −1."]),
]  # fmt: skip

FAULTS = {  # the fault, the sign by which it is ruled out, and what is said when it is right
    "a": ("labels swapped", "With swapped labels D is larger on fakes than on real points, and "
        "1 − D lies close to D*. Examine the label.",
        "Right: it says P(fake). 1 − D is a good judge, so nothing has to be trained again."),
    "b": ("three fakes to a real point", "With three fakes to a real point D / (1 − D) is about a "
        "third of p_data / p_G everywhere. Examine the odds.",
        "Right: its odds are a third of what they should be, everywhere. The next exercise fixes "
        "that without training."),
    "c": ("fakes of an older generator", "With fakes of an older generator, N(−1.5, 1.5²), D is "
        "right about real against *old* fakes, and finds too much real on the right. Examine the "
        "odds.",
        "Right: it knows where the fakes used to be. No formula fixes that; draw new fakes, and "
        "train on."),
    "d": ("twenty points", "With twenty points D is certain at many places, and swings from one "
        "point to the next. Examine the range.",
        "Right: it has learned twenty points by heart. More points are the fix."),
    "e": ("the logit for D", "With a logit in the place of D some values lie below 0, and some "
        "above 1. Examine the range.",
        "Right: a probability is never below 0. A sigmoid is missing."),
}  # fmt: skip
ORDER_OF_FAULTS = "acb"  # the faults of judges A to C, in the notebook's seeded order


def _judge(key: str, name: str, fault: str) -> Question:
    _, sign, why = FAULTS[fault]
    options = {
        letter: text if letter == fault else (text, text.replace(" ", "_").lower(), sign)
        for letter, (text, sign, _) in FAULTS.items()
    }
    hints = [
        "Look at the curve beside the bars. Where does it differ from them, and is it too high or "
        "too low there?",
        "Which of the four examinations could rule out most of the faults that are left?",
        sign,
    ]
    return choice(f"07.answers.{key}", f"the fault of judge {name}", options, why, hints)


_QUESTIONS += [
    _judge(f"7.{13 + place}", name, fault)
    for place, (name, fault) in enumerate(zip("ABC", ORDER_OF_FAULTS, strict=True))
]
QUESTIONS = {question.key: question for question in _QUESTIONS}
