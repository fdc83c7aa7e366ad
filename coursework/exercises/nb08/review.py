"""Review questions of notebook 08."""

from __future__ import annotations

from coursework.checking.exercise import Question

_GAP = Question(
    name="08.answers.8.11", title="what a latent traversal shows", answer="b",
    choices={
        "a": "Latent 3 is the head's own latent, so no other has to do with how the head turns.",
        "b": "Latent 3 moves the head from this code. Other movers and other effects are open.",
        "c": "The code is disentangled, at least as far as latent 3 and the head are concerned.",
        "d": "The encoder puts the azimuth into latent 3, since the decoder reads it from there.",
    },
    wrong={
        "a": ("only_one", "Look at the column of the head in the traversal matrix. A row doesn't "
            "say who else moves it."),
        "c": ("one_row", "That is one row of one code. The word needs all rows, all factors and a "
            "measurement."),
        "d": ("encoder", "A traversal asks the decoder only. What the encoder writes where is what "
            "the mutual information tells."),
    },
    why="Right. A row of pictures answers one question. The matrix answers them all, from many "
        "faces.",
    hints=[
        "Which cells of the traversal matrix did you see?",
        "One row, from one start. What is in the column?",
        "Who else moves the head?",
    ],
)  # fmt: skip

_SETS = Question(
    name="08.answers.8.12", title="setting or adding", answer="c",
    choices={
        "a": "Adding is slower, since every code has to be changed by an amount of its own.",
        "b": "Adding to one latent would change the other latents of the same code as well.",
        "c": "Every face then gets the same values, all of them inside the range of codes.",
        "d": "The prior has mean 0, so that the values from −2 to 2 are the likely ones.",
    },
    wrong={
        "a": ("slower", "Both are one operation."),
        "b": ("others", "Adding to one column leaves the others alone as well."),
        "d": ("mean", "The mean of the prior doesn't decide it. Where does a face at z = 2 end up, "
            "if you add 2?"),
    },
    why="Right. A face at z = 2 would be taken to 4, where no face has its code, and rows of two "
        "faces couldn't be compared.",
    hints=[
        "Take a face whose latent is at 2 already, and add 2.",
        "Do any codes lie at 4?",
        "What would be the same in all rows if you set it?",
    ],
)  # fmt: skip

_STAYS = Question(
    name="08.answers.8.13", title="when a smile that stays counts", answer="a",
    choices={
        "a": "That the smile is in the code at all.",
        "b": "That the rate is as small as it should be.",
        "c": "That the latent is N(0, 1) over all faces.",
        "d": "That the loss is lower than it was at β = 1.",
    },
    wrong={
        "b": ("rate", "A small rate is the reason to doubt it: what isn't paid for isn't coded."),
        "c": ("normal", "That says how the latent is spread, and nothing of smiles. Could this "
            "model draw a smile if it wanted to?"),
        "d": ("loss", "Losses with different β are different losses."),
    },
    why="Right. A code without a smile leaves the mouth as it is, whatever you turn. Read the "
        "smile from the decoded pictures first.",
    hints=[
        "How would a model behave that can't draw smiles?",
        "It would keep the mouth as it is for every latent.",
        "So what must be measured beside the movement?",
    ],
)  # fmt: skip

_PRICE = Question(
    name="08.answers.8.14", title="whom a larger β hits first", answer="d",
    choices={
        "a": "The one that means least to the people who look at the faces.",
        "b": "The one with the smallest entropy, since it has least to lose.",
        "c": "The one that shares its latent with another factor of the face.",
        "d": "The one that saves the least distortion for each nat of rate.",
    },
    wrong={
        "a": ("meaning", "The loss knows nothing about meaning: it counts pixels."),
        "b": ("entropy", "A factor of small entropy is cheap to code. What does it save?"),
        "c": ("shares", "Sharing a latent doesn't make a factor cheaper or dearer by itself."),
    },
    why="Right. A smile is a few pixels of the mouth. If what you care about changes few pixels, "
        "say so in the distortion; β can't.",
    hints=[
        "What does the loss pay, and for what?",
        "Distortion saved, against β times rate spent.",
        "Compare the factors by what they save for each nat.",
    ],
)  # fmt: skip

_BOUND = Question(
    name="08.answers.8.15", title="what the loss is at β = 8", answer="c",
    choices={
        "a": "Yes: β only weighs the two parts of the ELBO against each other.",
        "b": "Yes: the loss of every VAE is one, whatever weights its parts have.",
        "c": "No, but it is at least as large as one, for the KL is never negative.",
        "d": "No, and so it says nothing at all about the likelihood of the data.",
    },
    wrong={
        "a": ("same", "The ELBO has weight 1 on the KL. Look at exercise 3.7 of notebook 03."),
        "b": ("every", "Only with weight 1 on the KL."),
        "d": ("nothing", "With β ≥ 1 and a KL that is never negative, the loss is at least the "
            "negative ELBO."),
    },
    why="Right. And it has the minimum of a negative ELBO with a larger σ, as you computed above: "
        "a model that expects more noise in the pixels.",
    hints=[
        "Which weight has the KL in the ELBO?",
        "Compare −log p(x|z) + 8 KL with −log p(x|z) + KL.",
        "The KL is never negative.",
    ],
)  # fmt: skip

_FLOOR = Question(
    name="08.answers.8.16", title="the floor of a mutual information", answer="a",
    choices={
        "a": "Nothing that this table could show.",
        "b": "3.6 % of it.",
        "c": "Less than nothing: −0.1 % of its entropy.",
        "d": "All of it, hidden by the way it is coded.",
    },
    wrong={
        "b": ("taken_at_face", "Shuffled smiles belong to other faces, and show as much. So it is "
            "what counting 2,000 faces in 400 bins gives."),
        "c": ("negative", "A mutual information is never negative. The difference is chance."),
        "d": ("hidden", "It may be hidden in several latents together. This number has no evidence "
            "for it."),
    },
    why="Right. An estimate of a mutual information from counts is too high on average, so compare "
        "with a factor that nobody can know.",
    hints=[
        "What can a code know about somebody else's smile?",
        "Nothing. And what does the table show for it?",
        "About the same.",
    ],
)  # fmt: skip

_ZERO_GAP = Question(
    name="08.answers.8.17", title="a small gap", answer="d",
    choices={
        "a": "No latent knows anything about the factor; nothing else is possible.",
        "b": "Two latents know the factor equally well; nothing else is possible.",
        "c": "The code as a whole has lost the factor, so that nothing can read it.",
        "d": "Nobody knows the factor, or two know it equally: the gap can't tell.",
    },
    wrong={
        "a": ("nobody", "Or two latents share it, as with the head here."),
        "b": ("shared", "Or nobody knows anything: 0 minus 0."),
        "c": ("lost", "The head has a small gap and is read from the code nearly without error."),
    },
    why="Right. That is why the tables show what can be read from the whole code beside the gap.",
    hints=[
        "When is largest minus second largest equal to 0?",
        "When both are large and equal. And?",
        "When both are 0.",
    ],
)  # fmt: skip

_PRIOR = Question(
    name="08.answers.8.18", title="the factorized prior", answer="b",
    choices={
        "a": "Nothing: the KL of every face to this prior is kept as small as it can be in "
            "training.",
        "b": "It holds for draws from the prior; the codes of data may depend on each other.",
        "c": "The prior isn't diagonal any more once the encoder has been trained.",
        "d": "It holds for the codes of data, and not for draws from the prior.",
    },
    wrong={
        "a": ("nothing", "Then the shuffled codes and the codes would have been alike. They were "
            "nats apart."),
        "c": ("not_diagonal", "N(0, I) is diagonal, and training doesn't touch it. The question is "
            "whose distribution it is."),
        "d": ("other_way", "The other way round."),
    },
    why="Right. Codes of data have the average of all clouds, which the prior doesn't fix. Its "
        "independence is one of three parts of the KL, and it is traded for distortion like the "
        "other two.",
    hints=[
        "Whose distribution is the prior?",
        "Of codes that are drawn, not of codes that faces get.",
        "What is the distribution of the codes of faces?",
    ],
)  # fmt: skip

_LOWER = Question(
    name="08.answers.8.19", title="a bound of zero", answer="c",
    choices={
        "a": "Yes: a bound of 0 is what independent latents have.",
        "b": "No: a bound of 0 means that the latents depend on each other.",
        "c": "Not shown: a better discriminator may find what this one missed.",
        "d": "Yes, as long as the discriminator's loss is log 4, that of a coin.",
    },
    wrong={
        "a": ("shown", "\"At least 0\" is true of every code."),
        "b": ("reversed", "It means that this discriminator found nothing."),
        "d": ("coin", "A loss of log 4 says the same: this discriminator can't tell."),
    },
    why="Right, the lesson of notebook 07 again. A lower bound can show dependence. It can't show "
        "independence.",
    hints=[
        "What does \"at least 0\" exclude?",
        "Nothing. When would a discriminator find nothing?",
        "When there is nothing, or when it is too weak.",
    ],
)  # fmt: skip

_ROTATION = Question(
    name="08.answers.8.20", title="turning the code", answer="a",
    choices={
        "a": "What single latents mean, and nothing about the faces.",
        "b": "The pictures that come of draws from the prior.",
        "c": "The likelihood that the model gives to the data it has seen.",
        "d": "How much the whole code knows about a picture.",
    },
    wrong={
        "b": ("pictures", "N(0, I) looks the same from every side, and the decoder turns back."),
        "c": ("likelihood", "p(x) averages over all codes from the prior. Turning them changes "
            "nothing in it."),
        "d": ("information", "A rotation can be undone, so nothing is lost."),
    },
    why="Right. So no score of the pictures can tell which of these codes has the better axes. You "
        "need the factors.",
    hints=[
        "What does N(0, I) look like after a rotation?",
        "The same. And what does the new decoder draw?",
        "The same faces. So what is left that could differ?",
    ],
)  # fmt: skip

_SLERP = Question(
    name="08.answers.8.21", title="what an arc is good for", answer="d",
    choices={
        "a": "The path is shorter, since it follows the shell on which codes lie.",
        "b": "It stays among real digits, where the straight line leaves them.",
        "c": "It is the only continuous path between codes that lie in a shell.",
        "d": "The code keeps a length that codes have, and doesn't dip inside.",
    },
    wrong={
        "a": ("shorter", "Nothing is shorter than the straight line."),
        "b": ("real", "The third panel says otherwise: halfway both are further from real digits "
            "than at the ends."),
        "c": ("only", "The straight line is continuous as well."),
    },
    why="Right. In 16 dimensions a code as short as the middle of a straight line is rare, and its "
        "digit is grayer. But the arc doesn't know where digits are.",
    hints=[
        "Look at the first panel.",
        "What happens to the length on the straight line?",
        "And what does the decoder make of short codes?",
    ],
)  # fmt: skip

_DIRECTION = Question(
    name="08.answers.8.22", title="a direction that is no axis", answer="b",
    choices={
        "a": "The reader is fooled: the smiles that it reads aren't in the pictures.",
        "b": "What both means share cancels, and a direction need not lie along an axis.",
        "c": "The smile vector is one of the latents, and the others don't matter.",
        "d": "At β = 1 the code is a copy of the pixels, so that sums of codes are sums of faces.",
    },
    wrong={
        "a": ("fooled", "You see the smile in the rows, too."),
        "c": ("axis", "How much of its length lies in one latent changes with the seed, and it "
            "works either way."),
        "d": ("copy", "3,072 pixels don't fit into six numbers."),
    },
    why="Right. Head, skin and light are alike in both means; what is left is the smile. But it "
        "took labels: somebody had to say which faces smile. Axes that mean something by "
        "themselves would need none.",
    hints=[
        "What do the mean of the smiling and the mean of the serious faces have in common?",
        "Everything but the smile. What does subtracting do to it?",
        "Does the difference have to be a column of the code?",
    ],
)  # fmt: skip

REVIEW = {
    q.key: q
    for q in (_GAP, _SETS, _STAYS, _PRICE, _BOUND, _FLOOR, _ZERO_GAP, _PRIOR, _LOWER, _ROTATION, _SLERP, _DIRECTION)
}  # fmt: skip
