"""Typed answers and predictions of notebook 02."""

from __future__ import annotations

from coursework.checking.exercise import Prediction, Question
from coursework.exercises.rules import choice

# fmt: off
_COMPRESSION = Question(
    name="02.answers.2.2", title="how many times smaller is a code of 16 numbers than its image",
    answer=12.25,
    wrong={
        12.0: ("rounded", "You rounded; type the decimals too, or the division itself."),
        49.0: ("numbers_for_bytes", "You compared how many *numbers* there are, 784 and 16. A "
            "pixel takes 1 byte and a float32 takes 4, so compare bytes: 784 and 16 · 4."),
        196.0: ("factor_upside_down", "The 4 bytes of a float32 make the code larger, not smaller: "
            "it takes 16 · 4 = 64 bytes."),
        1 / 12.25: ("upside_down", "That is code over image. Give image over code."),
        1.53125: ("bits_for_bytes", "A float32 is 32 bits, which is 4 bytes, not 32."),
        392.0: ("bits_for_bytes", "Count both in bits: a pixel has 8 and a float32 has 32."),
    },
    why="784 bytes against 16 · 4 = 64 bytes. The pixels you get back are not quite the same: it "
        "is a lossy compression.",
    hints=[
        "Count the bytes of one image, then the bytes of one code.",
        "An image has 28 · 28 pixels of 1 byte. A float32 has 32 bits, and a byte has 8.",
        "(28 · 28 · 1) / (16 · 4).",
    ],
)

_REACH = Question(
    name="02.answers.2.8", title="how much of a disk of codes N(0, I) can reach", answer=2.25,
    unit="%", rtol=0.02,
    wrong={
        2.0: ("rounded", "You rounded; type the number with its decimals, or the sum itself."),
        15.0: ("radii_not_areas", "You compared radii, 3 / 20. Codes fill an area, and areas grow "
            "with the square of the radius."),
        0.0225: ("share_not_percent", "That is the share; in percent it is 100 times as large."),
        0.15: ("radii_not_areas", "You compared radii, 3 / 20, and left it a share. Codes fill an "
            "area: square the ratio, and give it in percent."),
        97.75: ("the_rest", "That is the part that is *not* reached. Give the part that is."),
        0.3375: ("volumes_not_areas", "The code has two dimensions: square the ratio."),
    },
    why="(3 / 20)² = 2.25 %. The notebook measured more, since its codes crowd toward the middle "
        "and do not fill a disk evenly. In 16 dimensions the same ratio would be (3 / 20)¹⁶, about "
        "10⁻¹³: the more dimensions, the more hopeless it is to hit the codes by luck.",
    hints=[
        "Codes fill the disk evenly, so shares of codes are shares of area.",
        "The area of a disk grows with the square of its radius.",
        "100 · (3 / 20)².",
    ],
)

_GENERATOR = choice(
    "02.answers.2.9", "low reconstruction error, and still no generative model",
    {
        "a": "The loss only sees codes that the encoder made, and none that you draw.",
        "b": ("It has not been trained for long enough, and its codes are still moving.",
            "more_training",
            "More training lowers the reconstruction error further. The codes still lie wherever "
            "they like, and N(0, I) still misses them."),
        "c": ("Squared error makes the images blurry.", "blur",
            "Blur is a fault of the images, and the reconstructions have it too. The garbage came "
            "from codes that no image has."),
        "d": ("The decoder is deterministic; a generator must be random inside.", "random_decoder",
            "The randomness comes from the drawn code. VAE decoders and GAN generators are "
            "deterministic networks too."),
    },
    why="Right. Reconstruction asks what the decoder does on codes of real images. Generation asks "
        "what it does on codes *you* draw, and for that somebody must say where the codes are.",
    hints=[
        "Think of the slider: what changed when the images got better, the decoder or the codes?",
        "Which codes does the decoder meet during training?",
        "Only codes encode(x) of training images. Compare that with a draw from N(0, I).",
    ],
)

_BOTTLENECK = choice(
    "02.answers.2.10", "bottleneck too small, bottleneck too large",
    {
        "a": ("Too small: the network memorizes the images. Too large: it blurs them.", "swapped",
            "Two numbers can't hold a digit's detail, and 784 could hold every pixel."),
        "b": ("The size matters only for speed; training adapts to it.", "only_speed",
            "Look at the rows of reconstructions again: at 1 number the digits melt into each "
            "other, at 64 they are close copies. No training fixes the first."),
        "c": "Too small: detail is lost. Too large: the code need not summarize anything.",
        "d": ("A small one loses detail. A large one has no fault, since the error only falls.",
            "error_is_all",
            "The error falls, yes, down to a copy of the input at 784. A copy is no summary: it "
            "makes no search shorter, and what copies anything finds no anomaly."),
    },
    why="Right. With a code that is too small, different images share a reconstruction; one of "
        "784 numbers can pass every pixel on. The error alone always favors the wider code; what "
        "you want the code *for* decides how narrow it should be.",
    hints=[
        "Take the two ends: a code of 1 number and a code of 784 numbers.",
        "With 784 numbers the encoder could hand over the pixels. What would it have learned?",
        "One end loses detail, the other end loses the need to summarize.",
    ],
)

_ANOMALY = choice(
    "02.answers.2.11", "what a blank image teaches about the anomaly score",
    {
        "a": ("That blank images are normal digits.", "score_believed",
            "No digit is blank. The score says how well the network copies an image, and a blank "
            "one is easy to copy."),
        "b": "That the score measures how hard an image is to reconstruct.",
        "c": ("That the threshold between normal and strange was badly chosen.", "threshold",
            "A blank image scores lower than most real digits, so no threshold calls it strange "
            "without calling those strange too."),
        "d": ("That the AUC was computed wrongly.", "auc", "The AUC was right for the anomalies it "
            "was tried on. It says nothing on other ones."),
    },
    why="Right, and that is not how strange it is. The score found zeros, which have as much in "
        "them as the normal digits, and fails on simpler images. Notebook 09 meets the same trap "
        "again with densities.",
    hints=[
        "What does the score of an image consist of?",
        "Few strokes, few pixels to get wrong.",
        "Easy to reconstruct and normal are two different things.",
    ],
)

ANSWERS = {q.key: q for q in (_COMPRESSION, _REACH, _GENERATOR, _BOTTLENECK, _ANOMALY)}

PREDICTIONS = [
    Prediction(
        "02.linear",
        "two linear layers with a bottleneck, trained by gradient descent on squared error. How "
            "will it do against PCA with as many components?",
        {
            "The same error, the same subspace": "Yes. It knows nothing of PCA and ends there.",
            "Better, it is trained": "PCA is already the best that straight maps can do, so there "
                "is nothing to gain. Watch the two errors meet.",
            "Worse, gradient descent gets stuck": "The loss has saddle points, but no bad minima "
                "(Baldi and Hornik, 1989). Watch the error fall on to PCA's.",
        }, right="a",
    ),
    Prediction(
        "02.bottleneck",
        "now with hidden layers and ReLU. At which bottleneck is the lead over PCA largest, as a "
            "ratio of errors?",
        {
            "At 1 or 2 numbers": "One number along a curve reaches more than one along a line, but "
                "it is still one number. Look at the printed ratios.",
            "At 5 or 16 numbers": "Yes, on this data. Enough room for curves to matter, not enough "
                "for PCA to get by with straight lines.",
            "At 64 numbers": "With 64 straight directions PCA has most of what there is to have, "
                "and is ahead. Look at the printed ratios.",
        }, right="b",
    ),
    Prediction(
        "02.random_codes", "draw codes from N(0, I) and decode them. What comes out?",
        {
            "New digits": "That would make the autoencoder a generative model. Look.",
            "Copies of training images": "Those would need codes of training images. Look where "
                "the codes are, and where N(0, I) is.",
            "Something that is no digit": "Look. The question worth asking is why: is the decoder "
                "bad, or are the codes in the wrong place?",
        }, right="c",
    ),
    Prediction(
        "02.blank",
        "distance to the nearest training image, in pixels. Do real test digits get a clearly "
            "better (smaller) number than blank images (all zeros)?",
        {
            "Yes: a blank image is no digit": "One would think so. Run the cell.",
            "No": "Right: blank images do about as well, or better. Thin digits are mostly empty, "
                "and an empty image is close to all of them.",
        }, right="b",
    ),
]
# fmt: on
