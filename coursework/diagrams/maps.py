"""Ways of working, and the family of models."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import NARROWS, Drawing


def debiasing(d: Drawing) -> None:
    """Debiasing loop: a VAE finds out which faces are rare, and training draws those more often."""
    d.step("Faces to train on. Some kinds are rare, and nobody has labeled them.")
    d.picture("faces", (1.1, 1.7), "face 2 0", "faces", above=True, stack=True)
    d.step("The encoder of a VAE maps each face to a code.")
    d.network("encoder", (3.9, 1.7), "encoder", ends=NARROWS)
    d.arrow("faces", "encoder")
    d.step("A histogram of each latent shows where faces are many and where they are few.")
    d.curve("latents", (7.1, 1.7), "*p̂(z)*", above=True, peaks=(-0.4, -0.4, 0.45))
    d.arrow("encoder", "latents")
    d.step("The rarer the code, the more likely the face is drawn.")
    d.box("weight", (10.8, 1.7), "*1 / (p̂(z) + α)*", "weight of a face")
    d.arrow("latents", "weight")
    d.step("The next batch is drawn with these weights.")
    d.picture("batch", (10.8, 4), "face 9 -40", "batch", stack=True, role="made")
    d.arrow("weight", "batch", role="chance")
    d.step("Detector and VAE train on it. Then the codes are counted anew.")
    d.box("train", (5.6, 4), "one step of training", "detector and VAE", "loss")
    d.arrow("batch", "train")
    d.arrow("train", "encoder", role="loss")


def judge(d: Drawing) -> None:
    """Judge and sandbox: the student's code runs where it can reach nothing, and what it is
    compared with never enters there."""
    d.step("A student hands in a notebook.")
    d.box("submission", (1.6, 2.6), "submission", "a notebook", "data")
    d.step("Its cells run in a sandbox, without network, files, or the course's solutions.")
    d.box("worker", (6, 2.6), "the student's functions", "a process of their own", "data")
    d.group("sandbox", ["worker"], "sandbox")
    d.arrow("submission", "worker")
    d.step("The judge draws fresh inputs and sends them in. What comes back are plain numbers.")
    d.box("judge", (11.4, 2.6), "judge", "fresh inputs, limits of time")
    d.arrow("judge", "worker")
    d.gradient("worker", "judge", role="data")
    d.step("Outside, they are compared with the reference, and with each named mistake.")
    d.box("reference", (11.4, 0.7), "reference", "and named mistakes")
    d.arrow("reference", "judge", dotted=True)
    d.step("The verdict says which mistake it was, and the marks go to the gradebook.")
    d.box("verdict", (11.4, 4.5), "verdict", "feedback and points", "made")
    d.arrow("judge", "verdict")


def family(d: Drawing) -> None:
    """Generative models: they differ in what they know about p(x), and so in what
    they can be asked."""
    d.step("All of them learn a distribution p(x) from examples, to draw new ones from it.")
    d.curve("p", (1.3, 3), "*p(x)*", peaks=(-0.35, 0.35))
    d.step("Some can compute p(x) exactly.")
    d.box("exact", (5, 0.8), "exact density", "score any image", "chance")
    d.box("flow", (9, 0.8), "normalizing flow", "invertible layers")
    d.arrow("p", "exact", "flow")
    d.step("Some have a bound on it.")
    d.box("bound", (5, 3), "a bound, the ELBO", "score it nearly", "chance")
    d.box("vae", (9, 2.4), "VAE", "one code, drawn")
    d.box("diffusion", (9, 3.6), "diffusion", "many small steps")
    d.arrow("p", "bound", "vae")
    d.arrow("bound", "diffusion")
    d.step("Some only draw, and never say how likely an image is.")
    d.box("draws", (5, 5.2), "samples only", "no score", "chance")
    d.box("gan", (9, 5.2), "GAN", "a judge as the loss")
    d.arrow("p", "draws", "gan")
    d.step("All of them make images; the flow and the VAE also give a code for an image.")
    d.picture("made", (12.6, 3), "blurred 8", "new *x*", stack=True, role="made")
    for model in ("flow", "vae", "diffusion", "gan"):
        d.arrow(model, "made")
