"""Typed answers on coins, dice, letters and classifiers, exercises 4.2 and 4.5."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question

LOG2 = math.log(2)
COIN = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)  # entropy: heads 9 times of 10
UNFAIR_PRICE = -0.5 * math.log(0.9) - 0.5 * math.log(0.1)  # a fair coin, priced as that one
BASE_TEN = ("base_ten", "That is the log to base ten. Nats use the natural log.")
LN10 = math.log(10)

DISCRETE = [
    Question(
        name="04.answers.4.2a", title="entropy of a fair coin, in nats", answer=LOG2, unit="nats",
        wrong={
            LOG2 / 2: ("one_outcome", "That is one of two terms, −½ log ½. Add the other one."),
            math.log10(2): BASE_TEN,
            LOG2**2: ("unit", "You turned 0.693 from bits into nats. It is in nats already."),
            0.5: ("probability", "That is the probability of one side. Its surprise is −log ½."),
        },
        why="Both sides surprise by −log ½ = log 2 = 0.693 nats: that is what a bit is.",
        hints=["What is the surprise of heads? Of tails? Their mean?",
               "Both are −log ½, with the natural log.",
               "`math.log(2)`"],
    ),
    Question(
        name="04.answers.4.2b", title="entropy of a fair die, in bits", answer=math.log2(6),
        unit="bits",
        wrong={
            math.log10(6): ("base_ten", "That is the log to base ten. Bits use the log to base 2."),
            math.log2(6) / 6: ("one_outcome", "That is the term of one face. There are six."),
            3: ("rounded_up", "Three bits are enough for one throw sent by itself. Many throws "
                "together need only 2.585 each."),
            6: ("outcomes", "That is the number of faces. Each has the surprise −log₂ ⅙."),
        },
        why="Six equally likely faces: log₂ 6. In a long message 2.585 bits a throw are enough.",
        hints=["All faces have the same surprise, so the mean is that surprise.",
               "It is −log₂ ⅙.",
               "`math.log2(6)`"],
    ),
    Question(
        name="04.answers.4.2c", title="entropy of a coin with heads 9 times of 10, in nats",
        answer=COIN, unit="nats",
        wrong={
            -0.9 * math.log(0.9): ("heads_only", "That is the term of heads. Tails is rare and "
                "surprising: 0.1 · 2.30 = 0.23 more."),
            -0.1 * math.log(0.1): ("tails_only", "That is tails. Add 0.9 · 0.105 for heads."),
            UNFAIR_PRICE: ("not_weighted", "You averaged the two surprises half and half. Heads "
                "comes nine times as often."),
            -math.log(0.1): ("surprise_of_tails", "That is the surprise of tails, which is rare."),
            COIN / LN10: BASE_TEN,
            LOG2: ("fair_coin", "That is the fair coin. A predictable one has less entropy."),
        },
        why="0.9 · 0.105 + 0.1 · 2.303 = 0.325: less than half of the fair coin's 0.693.",
        hints=["Two surprises, −log 0.9 and −log 0.1, each counted as often as it comes.",
               "They are 0.105 and 2.303; the weights are 0.9 and 0.1.",
               "`-0.9 * math.log(0.9) - 0.1 * math.log(0.1)`"],
    ),
    Question(
        name="04.answers.4.2d", title="bits for a text of 1,000 letters", answer=1875, unit="bits",
        rtol=0.005,
        wrong={
            1.875: ("per_letter", "That is one letter. The text has 1,000 of them."),
            1000 * math.log2(5): ("uniform", "That is for five letters that are equally likely. "
                "Here the first is half of the text."),
            3000: ("whole_bits", "Three bits tell five letters apart. Shorter codes for the "
                "frequent ones do better."),
            8000: ("bytes", "That is the file without any compression, eight bits a letter."),
            1875 / 8: ("in_bytes", "That is the size in bytes. A byte has 8 bits."),
        },
        why="½ · 1 + ¼ · 2 + ⅛ · 3 + 1/16 · 4 + 1/16 · 4 = 1.875 bits a letter. Here a code "
            "reaches it exactly: 0, 10, 110, 1110, 1111.",
        hints=["The entropy of one letter in bits, times 1,000.",
               "The surprises are 1, 2, 3, 4 and 4 bits.",
               "1000 · (½ · 1 + ¼ · 2 + ⅛ · 3 + 2 · 1/16 · 4)"],
    ),
    Question(
        name="04.answers.4.5a",
        title="cross-entropy H(p, q) of a fair coin p and q = (0.9, 0.1), in nats",
        answer=UNFAIR_PRICE, unit="nats",
        wrong={
            LOG2: ("swapped", "That is H(q, p), or H(p): with the fair price log 2 on both sides "
                "the weights don't matter. The price is set by q, the second."),
            UNFAIR_PRICE - LOG2: ("kl", "That is KL(p‖q), the extra. Asked for is the whole."),
            COIN: ("entropy_of_q", "That is the entropy of q, weighted by q. The coin is fair: "
                "weight both prices by ½."),
            UNFAIR_PRICE / LN10: BASE_TEN,
            2 * UNFAIR_PRICE: ("not_weighted", "You added the two prices. Each has the weight ½."),
        },
        why="½ · 0.105 + ½ · 2.303 = 1.204: half of the throws are tails, the rare side of q.",
        hints=["The coin is fair, p; the prices are set by q.",
               "Half of the time −log 0.9, half of the time −log 0.1.",
               "`-0.5 * math.log(0.9) - 0.5 * math.log(0.1)`"],
    ),
    Question(
        name="04.answers.4.5b", title="KL(p‖q) for the same coins, in nats",
        answer=UNFAIR_PRICE - LOG2, unit="nats",
        wrong={
            LOG2 - COIN: ("swapped", "That is KL(q‖p): a loaded coin priced as a fair one. p, the "
                "fair one, stands first here."),
            UNFAIR_PRICE: ("cross_entropy", "That is the whole price, H(p, q). Subtract what is "
                "due anyway, H(p) = 0.693."),
            (UNFAIR_PRICE - LOG2) / LN10: BASE_TEN,
            UNFAIR_PRICE - COIN: ("wrong_entropy", "You subtracted the entropy of q. It is H(p)."),
        },
        why="1.204 − 0.693 = 0.511 nats a throw: what it costs to expect the wrong coin.",
        hints=["H(p, q) − H(p), and you have both.",
               "H(p, q) = 1.204 from the question before, and p is fair.",
               "`-0.5 * math.log(0.9) - 0.5 * math.log(0.1) - math.log(2)`"],
    ),
    Question(
        name="04.answers.4.5c", title="KL(q‖p), the other way round, in nats", answer=LOG2 - COIN,
        unit="nats",
        wrong={
            UNFAIR_PRICE - LOG2: ("swapped", "That is KL(p‖q). Now the weights are 0.9, 0.1."),
            LOG2: ("cross_entropy", "That is H(q, p), the whole price. Subtract H(q), 0.325."),
            (LOG2 - COIN) / LN10: BASE_TEN,
            LOG2 + COIN: ("entropy_added", "You added H(q). It is due anyway: subtract it."),
            COIN: ("entropy", "That is the entropy of q. The extra is H(q, p) − H(q)."),
        },
        why="0.693 − 0.325 = 0.368, not 0.511: the KL is not symmetric, so it is no distance.",
        hints=["q is true, and the price is p's, log 2 on either side.",
               "H(q, p) − H(q), and H(q) is answer 4.2c.",
               "`math.log(2) + 0.9 * math.log(0.9) + 0.1 * math.log(0.1)`"],
    ),
    Question(
        name="04.answers.4.5d",
        title="KL(p‖q) for a fair die p and a q that rules out the six, in nats", answer=math.inf,
        unit="nats",
        wrong={
            math.log(1.2): ("swapped", "That is KL(q‖p), which is the next question. Here the six "
                "does come, and q priced it at −log 0."),
            5 / 6 * math.log(5 / 6): ("hole_left_out", "You left out the six. It comes once in six "
                "throws, and its price is −log 0 = ∞. (A negative KL is a sign of a mistake.)"),
            0: ("zero", "0 only where the two are the same."),
        },
        why="One throw in six costs −log 0. Where an event that q calls impossible happens, no "
            "finite price is enough.",
        hints=["What is the surprise of a six for somebody who believes q?",
               "−log 0. And it comes with probability ⅙.",
               '`math.inf`, also written `float("inf")`'],
    ),
    Question(
        name="04.answers.4.5e", title="KL(q‖p) for the same dice, in nats", answer=math.log(1.2),
        unit="nats",
        wrong={
            math.inf: ("swapped", "That is KL(p‖q). Here no six comes, and 0 · log 0 is 0."),
            math.log(5): ("entropy_of_q", "That is the entropy of q. The extra is log 6 − log 5."),
            math.log(6): ("cross_entropy", "That is H(q, p), the whole price. Subtract H(q)."),
            math.log10(1.2): BASE_TEN,
            math.log(1.2) / 5: ("one_outcome", "That is the term of one face; five faces come."),
        },
        why="log 6 − log 5 = 0.182. Expecting too much costs a little; ruling out what happens, ∞.",
        hints=["Five faces come, ⅕ each. What do they cost under p, and what under q?",
               "log 6 each under p, log 5 each under q.",
               "`math.log(6 / 5)`"],
    ),
    Question(
        name="04.answers.4.5f",
        title="loss of a classifier that gives the right class 0.25, in nats", answer=math.log(4),
        unit="nats",
        wrong={
            0.25: ("probability", "That is the probability. The loss is its surprise, −log 0.25."),
            0.75: ("one_minus", "That is 1 − q. The cross-entropy takes the log: −log 0.25."),
            math.log10(4): BASE_TEN,
            0.25 * math.log(4): ("weighed_by_q", "You weighted by q. The label is certain: p is 1 "
                "on the right class, so its weight is 1."),
            -math.log(0.75): ("wrong_class", "That is the surprise of *not* the right class."),
        },
        why="p is 1 on the label and 0 elsewhere, so one term is left: −log q(label) = log 4. "
            "`nn.CrossEntropyLoss` is this number, averaged over images.",
        hints=["p is the label: 1 for the right class, 0 for the others. Which terms are left?",
               "One: −1 · log 0.25.",
               "`-math.log(0.25)`"],
    ),
]  # fmt: skip
