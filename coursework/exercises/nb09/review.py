"""Review questions of notebook 09."""

from __future__ import annotations

from coursework.checking.exercise import Question

_NO_NEGATIVES = Question(
    name="09.answers.9.13", title="no negatives", answer="b",
    choices={
        "a": "The detector is fair, since it finds as many of each group as of the others.",
        "b": "Its recall; a detector that always says yes would do better still.",
        "c": "Its precision is 99 %, since nearly all that it calls a face is one.",
        "d": "Its false positive rate is 1 %, the share that is missing from 99 %.",
    },
    wrong={
        "a": ("fair", "A yes-man finds as many of each group, too. So equal recall by itself says "
            "little."),
        "c": ("precision", "Precision needs pictures that are no faces: among those called a face, "
            "how many are one?"),
        "d": ("false_positives", "False positives are counted among pictures without a face, and "
            "there was none."),
    },
    why="Right. The faulty step of the clinic has recall 1 in all groups.",
    hints=[
        "Which of the three numbers of your report can be computed from faces alone?",
        "Only recall. Which detector has the best recall of all?",
        "The one that always says yes.",
    ],
)  # fmt: skip

_A_GAP_OF_SMALL_GROUPS = Question(
    name="09.answers.9.14", title="a gap of small groups", answer="d",
    choices={
        "a": "Yes: 100 % against 83 %, and both were measured on as many faces.",
        "b": "No: a gap below 20 points is always luck.",
        "c": "Yes, if the accuracy over all groups together is high enough.",
        "d": "Can't be said: the two 95 % intervals overlap widely.",
    },
    wrong={
        "a": ("no_interval", "Compute both Wilson intervals. How far down does 12 of 12 reach?"),
        "b": ("threshold", "No threshold makes 12 faces more than 12 faces."),
        "c": ("overall", "The overall accuracy says nothing about these 24 faces."),
    },
    why="Right: 12 of 12 goes down to 0.76, and 10 of 12 goes up to 0.95. Collect more test faces "
        "of both before you say anything.",
    hints=[
        "What would another draw of 12 faces give?",
        "Use `wilson_interval` for both.",
        "(0.76, 1.00) and (0.55, 0.95).",
    ],
)  # fmt: skip

_SMALL_ALPHA = Question(
    name="09.answers.9.15", title="small alpha", answer="a",
    choices={
        "a": "Along each latent, all bins that hold somebody come to weigh alike.",
        "b": "Nothing any more: all examples get the same weight, as if there were no latents.",
        "c": "It draws only from the emptiest bin of each latent.",
        "d": "It draws from the prior instead of the training set.",
    },
    wrong={
        "b": ("uniform_over_examples", "That is large α, where all shares become alike and so all "
            "weights."),
        "c": ("emptiest", "A weight of 1 over the share, times the number of examples in the bin, "
            "is the same for each bin."),
        "d": ("prior", "Nothing new is drawn from the decoder; training examples are shown more or "
            "less often."),
    },
    why="Right, before the largest over the latents is taken. So a bin with one outlier counts "
        "like a bin with a thousand faces, and the outlier is shown again and again.",
    hints=[
        "Weight of an example: 1 over the share of its bin. What is the sum of the weights of a "
            "bin?",
        "Share times 1 over share.",
        "The same for every bin.",
    ],
)  # fmt: skip

_THE_RANDOM_CONTROL = Question(
    name="09.answers.9.16", title="the random control", answer="c",
    choices={
        "a": "To make training as fast as with equal weights, for a fair comparison.",
        "b": "To have a detector that is worse, beside which the method looks good.",
        "c": "To see what unequal weights and a second task do without aim.",
        "d": "To estimate how far the luck of the test faces moves a recall.",
    },
    wrong={
        "a": ("faster", "It costs as much as the arm it is compared with."),
        "b": ("straw_man", "It may be as good as the real one. Then the aim did nothing."),
        "d": ("test_noise", "That luck is what Wilson's interval is for."),
    },
    why="Right. Only what the latents do better than this is due to the latents.",
    hints=[
        "What do the arms `latents` and `random` have in common?",
        "The second task, and the same spread of weights.",
        "So what is the only difference?",
    ],
)  # fmt: skip

_WHEN_LATENTS_HELP = Question(
    name="09.answers.9.17", title="when latents help", answer="b",
    choices={
        "a": "The network had more latents in the first, so that each rare property got one for "
            "itself.",
        "b": "Where much else varies, the weights raised the rare properties' share of the draws "
            "far less.",
        "c": "There were fewer faces in the second, and so fewer of each rare group to be shown "
            "again.",
        "d": "α was added to a density in the second, so that its strength hung on the scale of "
            "each latent.",
    },
    wrong={
        "a": ("latents", "Eight in both."),
        "c": ("fewer", "As many in both, with the same skew."),
        "d": ("density", "The weights were made by the same function."),
    },
    why="Right: the table of draws shows it. The method finds what is unusual in the code. Whether "
        "that is who is badly served is another question.",
    hints=[
        "Look at the table of draws: what happened to the share of dark skin?",
        "Which faces have large weights, if a latent codes for the background?",
        "The largest weight over latents is taken, whatever the latent codes for.",
    ],
)  # fmt: skip

_ONE_COMBINATION = Question(
    name="09.answers.9.18", title="one combination", answer="d",
    choices={
        "a": "0.9 · 0.95 · 0.95 = 0.81, since each property adds misses of its own.",
        "b": "0.9, the smallest: a face is as hard as its hardest property.",
        "c": "About 0.93, the mean of the three.",
        "d": "Can't be told from these; it has to be measured on faces that are all three.",
    },
    wrong={
        "a": ("product", "That would hold if misses were independent. In the figure the "
            "combination was far worse."),
        "b": ("smallest", "A combination can be worse than each of its parts."),
        "c": ("mean", "The three groups overlap, and the combination is a small part of each."),
    },
    why="Right. In this notebook it was far lower than for any one property. Gender Shades is "
        "about this: errors by skin *and* gender showed what neither alone did.",
    hints=[
        "Look at the plain detector's recall by group.",
        "What does it say for one rare property, and for three?",
        "Could the last have been computed from the others?",
    ],
)  # fmt: skip

_DARK_AND_LIKELY = Question(
    name="09.answers.9.19", title="dark and likely", answer="a",
    choices={
        "a": "A gray pixel costs nats however well it is drawn, a black one next to none.",
        "b": "Nights are common in the training set, so that the model draws them best of all.",
        "c": "The VAE was trained too briefly to tell night from day.",
        "d": "The ELBO is only a lower bound, and a looser one for dark scenes.",
    },
    wrong={
        "b": ("common", "They are a few of a hundred scenes."),
        "c": ("brief", "Longer training lowers the price of all scenes; published models, trained "
            "far longer, show the same."),
        "d": ("bound", "A lower bound that is loose would make them look less likely, not more."),
    },
    why="Right: section 7 prints this floor, and it is nearly all of the distance between night "
        "and day.",
    hints=[
        "Of what is the largest part of those nats made? Section 7 takes it away.",
        "What does the Bernoulli loss charge for a gray pixel at best, and for a black one?",
        "0.69 nats for a middle gray, nearly 0 for black.",
    ],
)  # fmt: skip

_WHAT_AN_INTERVAL_LEAVES_OUT = Question(
    name="09.answers.9.20", title="what an interval leaves out", answer="b",
    choices={
        "a": "Which training set, initial weights, and test faces were drawn.",
        "b": "Which test faces were drawn, for this one detector.",
        "c": "Which initial weights the training of this detector started from.",
        "d": "All luck there is, in 95 % of such experiments.",
    },
    wrong={
        "a": ("training", "Another training set gives another detector, and the interval knows "
            "nothing of it. That is why the benchmark has seeds."),
        "c": ("weights", "The interval knows k and n, and nothing else."),
        "d": ("all", "It can't know what it wasn't given: k of n for one detector."),
    },
    why="Right. Another training set and other initial weights give another detector: section 4 "
        "prints how far the gaps of five seeds lie apart.",
    hints=[
        "What goes into the formula?",
        "k and n: one detector, one test set.",
        "What would another seed change?",
    ],
)  # fmt: skip

_MORE_DATA_OR_MORE_WEIGHT = Question(
    name="09.answers.9.21", title="more data or more weight", answer="c",
    choices={
        "a": "Nothing at all: nobody learns a group from one face.",
        "b": "As much as a hundred new faces of this group would, if it is shown a hundred times.",
        "c": "Raise its recall, mostly through its neighbors, which are shown more often as well.",
        "d": "Make faces in between this one and those of the other groups, by interpolating.",
    },
    wrong={
        "a": ("nothing", "The control with true groups raised the recall of the rarest group, and "
            "so did the latents."),
        "b": ("hundred", "One face shown a hundred times is one face. Where everything varies, its "
            "group stays the worst found, with any weights."),
        "d": ("interpolate", "It draws training examples, with chances. Nothing is made."),
    },
    why="Right. In the training set in which nobody is of this group, the arm `groups` finds about "
        "as many of it as in the others: section 8 prints both.",
    hints=[
        "What does `multinomial` return?",
        "Positions of training faces, some of them many times.",
        "What did the arm `groups` reach where nobody of the rarest group was there?",
    ],
)  # fmt: skip

_FAIR_BY_EVERY_NUMBER = Question(
    name="09.answers.9.22", title="fair by every number", answer="d",
    choices={
        "a": "Nothing: equal numbers in all groups are what fair means, so it is fair.",
        "b": "Whether α was small enough, since a smaller one would bring the numbers closer "
            "still.",
        "c": "Whether the test set was as skewed as the training set.",
        "d": "Which groups were not looked at, what it is used for, and who agreed to that.",
    },
    wrong={
        "a": ("nothing_left", "Eight groups of three properties were measured. People differ in "
            "more, and a use can be unfair with equal errors."),
        "b": ("alpha", "If the numbers are equal, α has done what it can."),
        "c": ("skewed_test", "A skewed test set widens the intervals. It is worth asking, and not "
            "what is left when all are equal."),
    },
    why="Right. Numbers by group are where the questions start.",
    hints=[
        "What do equal errors say about what the detector is for?",
        "Which properties had no group here?",
        "Ask about people, not about percentages.",
    ],
)  # fmt: skip

REVIEW = {q.key: q for q in (_NO_NEGATIVES, _A_GAP_OF_SMALL_GROUPS, _SMALL_ALPHA, _THE_RANDOM_CONTROL, _WHEN_LATENTS_HELP, _ONE_COMBINATION, _DARK_AND_LIKELY, _WHAT_AN_INTERVAL_LEAVES_OUT, _MORE_DATA_OR_MORE_WEIGHT, _FAIR_BY_EVERY_NUMBER)}  # fmt: skip
