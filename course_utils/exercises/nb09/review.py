"""Review questions of notebook 09."""

from __future__ import annotations

from course_utils.checking.exercise import Question

_NO_NEGATIVES = Question(
    name="09.answers.9.13",
    title="no negatives",
    answer="b",
    choices={
        "a": "The detector is fair.",
        "b": "Its recall; a detector that always says yes would do better still.",
        "c": "Its precision is 99 %.",
        "d": "Its false positive rate is 1 %.",
    },
    wrong={
        "a": ("fair", "A yes-man is equally right on faces of every group. So equal recall by itself says little."),
        "c": ("precision", "Precision needs pictures that are no faces: among those called a face, how many are one?"),
        "d": ("false_positives", "False positives are counted among pictures without a face, and there was none."),
    },
    why="Right. The faulty step of the clinic has recall 1 in all groups.",
    hints=[
        "Which of the three numbers of your report can be computed from faces alone?",
        "Only recall. Which detector has the best recall of all?",
        "The one that always says yes.",
    ],
)  # fmt: skip

_A_GAP_OF_SMALL_GROUPS = Question(
    name="09.answers.9.14",
    title="a gap of small groups",
    answer="d",
    choices={
        "a": "Yes: 100 % against 83 %.",
        "b": "No: the gap is below 20 points.",
        "c": "Yes, if the overall accuracy is high.",
        "d": "Can't be said: the two 95 % intervals overlap widely.",
    },
    wrong={
        "a": ("no_interval", "Compute both Wilson intervals. How far down does 12 of 12 reach?"),
        "b": ("threshold", "No threshold makes 12 faces more than 12 faces."),
        "c": ("overall", "The overall accuracy says nothing about these 24 faces."),
    },
    why="Right: 12 of 12 goes down to 0.76, and 10 of 12 goes up to 0.95. Collect more test faces of both before you say anything.",
    hints=[
        "What would another draw of 12 faces give?",
        "Use `wilson_interval` for both.",
        "(0.76, 1.00) and (0.55, 0.95).",
    ],
)  # fmt: skip

_SMALL_ALPHA = Question(
    name="09.answers.9.15",
    title="small alpha",
    answer="a",
    choices={
        "a": "Along each latent, it weighs all bins that hold somebody alike, however few that is.",
        "b": "Nothing: all examples get the same weight.",
        "c": "It draws only from the emptiest bin.",
        "d": "It draws from the prior.",
    },
    wrong={
        "b": ("uniform_over_examples", "That is large α, where all shares become alike and so all weights."),
        "c": ("emptiest", "A weight of 1 over the share, times the number of examples in the bin, is the same for each bin."),
        "d": ("prior", "Nothing new is drawn from the decoder; training examples are shown more or less often."),
    },
    why="Right, before the largest over the latents is taken. So a bin with one outlier counts like a bin with a thousand faces, and the outlier is shown again and again.",
    hints=[
        "Weight of an example: 1 over the share of its bin. What is the sum of the weights of a bin?",
        "Share times 1 over share.",
        "The same for every bin.",
    ],
)  # fmt: skip

_THE_RANDOM_CONTROL = Question(
    name="09.answers.9.16",
    title="the random control",
    answer="c",
    choices={
        "a": "To make training faster.",
        "b": "To have a detector that is worse.",
        "c": "To see what comes from unequal weights and a second task alone, without aim.",
        "d": "To estimate the noise of the test set.",
    },
    wrong={
        "a": ("faster", "It costs as much as the arm it is compared with."),
        "b": ("straw_man", "It may be as good as the real one. Then the aim did nothing."),
        "d": ("test_noise", "That is what Wilson's interval is for."),
    },
    why="Right. Only what the latents do better than this is due to the latents.",
    hints=[
        "What do the arms `latents` and `random` have in common?",
        "The second task, and the same spread of weights.",
        "So what is the only difference?",
    ],
)  # fmt: skip

_WHEN_LATENTS_HELP = Question(
    name="09.answers.9.17",
    title="when latents help",
    answer="b",
    choices={
        "a": "The network had more latents in one of them.",
        "b": "Where hair, glasses and background vary too, the extremes of all these are drawn more often as well, and little is left for the rare groups.",
        "c": "There were fewer faces in the other.",
        "d": "α was added to a density in the other.",
    },
    wrong={
        "a": ("latents", "Eight in both."),
        "c": ("fewer", "As many in both, with the same skew."),
        "d": ("density", "The weights were made by the same function."),
    },
    why="Right. The method finds what is unusual in the code. Whether that is who is badly served is another question.",
    hints=[
        "Look at the table of draws: what happened to the share of dark skin?",
        "Which faces have large weights, if a latent codes for the background?",
        "The largest weight over latents is taken, whatever the latent codes for.",
    ],
)  # fmt: skip

_ONE_COMBINATION = Question(
    name="09.answers.9.18",
    title="one combination",
    answer="d",
    choices={
        "a": "0.9 · 0.95 · 0.95 = 0.81.",
        "b": "0.9, the smallest.",
        "c": "About 0.93, the mean.",
        "d": "Can't be told from these; it has to be measured, and was far lower in this notebook.",
    },
    wrong={
        "a": ("product", "That would hold if misses were independent. In the figure the combination was far worse."),
        "b": ("smallest", "A combination can be worse than each of its parts."),
        "c": ("mean", "The three groups overlap, and the combination is a small part of each."),
    },
    why="Right. Gender Shades is about this: errors by skin *and* gender showed what neither alone did.",
    hints=[
        "Look at the plain detector's recall by group.",
        "What does it say for one rare property, and for three?",
        "Could the last have been computed from the others?",
    ],
)  # fmt: skip

_DARK_AND_LIKELY = Question(
    name="09.answers.9.19",
    title="dark and likely",
    answer="a",
    choices={
        "a": "It has little texture, so little can be drawn wrong and few nats are to be paid; nats count that first.",
        "b": "Nights are common in the training set.",
        "c": "The VAE was trained too briefly.",
        "d": "The ELBO is only a lower bound.",
    },
    wrong={
        "b": ("common", "They are a few of a hundred scenes."),
        "c": ("brief", "Longer training lowers the price of all scenes; published models, trained far longer, show the same."),
        "d": ("bound", "A lower bound that is loose would make them look less likely, not more."),
    },
    why="Right. Likelihood compares with all images of that size, and most of its nats go to detail.",
    hints=[
        "How much can go wrong in an image that is nearly black?",
        "What does the Bernoulli loss charge for a gray pixel at best, and for a black one?",
        "Nearly 0.69 nats for gray, nearly 0 for black.",
    ],
)  # fmt: skip

_WHAT_AN_INTERVAL_LEAVES_OUT = Question(
    name="09.answers.9.20",
    title="what an interval leaves out",
    answer="b",
    choices={
        "a": "Training set, initial weights, and test faces.",
        "b": "Which test faces were drawn, for this one detector.",
        "c": "The initial weights only.",
        "d": "All luck there is, 95 % of the time.",
    },
    wrong={
        "a": ("training", "Another training set gives another detector, and the interval knows nothing of it. That is why the benchmark has seeds."),
        "c": ("weights", "The interval knows k and n, and nothing else."),
        "d": ("all", "It can't know what it wasn't given: k of n for one detector."),
    },
    why="Right. The spread over seeds was larger than the intervals in several groups.",
    hints=[
        "What goes into the formula?",
        "k and n: one detector, one test set.",
        "What would another seed change?",
    ],
)  # fmt: skip

_MORE_DATA_OR_MORE_WEIGHT = Question(
    name="09.answers.9.21",
    title="more data or more weight",
    answer="c",
    choices={
        "a": "Nothing at all.",
        "b": "As much as a hundred new faces would.",
        "c": "Show these two more often; what they have in common with their group is learned, and what is theirs alone as well.",
        "d": "Interpolate between them.",
    },
    wrong={
        "a": ("nothing", "The control with true groups raised the recall of the rarest group."),
        "b": ("hundred", "Two faces shown fifty times are two faces."),
        "d": ("interpolate", "It draws training examples, with chances. Nothing is made."),
    },
    why="Right. And they take their knowledge from neighboring groups, which have one or two of their properties.",
    hints=[
        "What does `multinomial` return?",
        "Positions of training faces, some of them many times.",
        "What did the arm `groups` reach in the last column of groups?",
    ],
)  # fmt: skip

_FAIR_BY_EVERY_NUMBER = Question(
    name="09.answers.9.22",
    title="fair by every number",
    answer="d",
    choices={
        "a": "Nothing: it is fair.",
        "b": "Whether α was small enough.",
        "c": "Whether the test set was as skewed as the training set.",
        "d": "Which groups were not looked at, how it is used and on whom, and who agreed to that.",
    },
    wrong={
        "a": ("nothing_left", "Eight groups of three properties were measured. People differ in more, and a use can be unfair with equal errors."),
        "b": ("alpha", "If the numbers are equal, α has done what it can."),
        "c": ("skewed_test", "A skewed test set widens the intervals. It is worth asking, and not what is left when all are equal."),
    },
    why="Right. Numbers by group are where the questions start.",
    hints=[
        "What do equal errors say about what the detector is for?",
        "Which properties had no group here?",
        "Ask about people, not about percentages.",
    ],
)  # fmt: skip

REVIEW = {q.key: q for q in (_NO_NEGATIVES, _A_GAP_OF_SMALL_GROUPS, _SMALL_ALPHA, _THE_RANDOM_CONTROL, _WHEN_LATENTS_HELP, _ONE_COMBINATION, _DARK_AND_LIKELY, _WHAT_AN_INTERVAL_LEAVES_OUT, _MORE_DATA_OR_MORE_WEIGHT, _FAIR_BY_EVERY_NUMBER)}  # fmt: skip
