"""What the learner of `gan_step` reads about each known fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional as F

from coursework.checking.exercise import Case, Mistake, Observed
from coursework.exercises.gan_faulty_steps import (
    Game,
    built,
    d_steps_on_each_half,
    eval_for_g,
    g_descends,
    in_one_batch,
    joint,
    stale_logits,
    steps_at_the_end,
    together,
    undetached_zeroed_at_the_start,
    zeroed_after_the_step,
)
from coursework.exercises.gan_losses import (
    called_fake,
    called_real,
    discriminator_loss,
    generator_loss,
    generator_loss_saturating,
)
from coursework.exercises.rules import Row, named


def told(table: dict[str, Row], right: str = "") -> list[Mistake]:
    """Mistakes that are known by what was seen. right: what else must be right."""

    def when(name: str) -> Callable[[Observed, Case], bool]:
        needed = {name, *right.split()}
        return lambda seen, case: needed <= seen.value["flags"] | seen.value["right"]

    return [replace(mistake, when=when(mistake.name)) for mistake in named(table, Game)]


_FORGOTTEN = (
    "`backward()` *adds* to `.grad`, so from the second call on the old gradients are in it. Call "
    "`zero_grad()` before each `backward()`."
)

MISTAKES = [
    *told({
        "stale": ("G's loss was taken from logits that D gave before its step. When G's backward "
            "ran, the graph behind them was used up, or D had moved since. Ask the *new* D: "
            "`discriminator(x_fake)` once more after `opt_d.step()`. (The fake *images* may be "
            "used again: detached for D, as they are for G.)", stale_logits),
        "used_twice": ("The fakes aren't detached in D's update. D's `backward()` ran on through G "
            "and used up the graph behind `x_fake`, so G's own backward found nothing left and "
            "torch stopped. Write `discriminator(x_fake.detach())` in D's update. "
            "(`retain_graph=True` would silence torch, and D's loss would still run into G.)",
            built(detach=False)),
        "left_frozen": ("After your step some weights have `requires_grad=False`, and your next "
            "step can't train them. Turn it on again where the step begins, or don't turn it off: "
            "only `opt_g.step()` moves after G's backward, and it moves G alone.",
            lambda t: (t.step(), t.d.requires_grad_(False))[0],
            lambda t: (t.step(), t.g.requires_grad_(False))[0]),
        "left_in_eval": ("A network is in evaluation mode after your step. In `.eval()` batch norm "
            "uses running averages and they stop being updated: training happens in training mode. "
            "Leave the mode alone.", lambda t: (t.g.eval(), t.step())[1]),
        "eval_meanwhile": ("A network was in evaluation mode during the step, such as D while G is "
            "updated. In `.eval()` batch norm uses running averages, so that G learns to fool "
            "another D. Leave the mode alone: `opt_g.step()` moves G alone.", eval_for_g),
        "own_noise": ("G was fed with something else than `z`. The noise is given, so that the "
            "step can be repeated: `generator(z)`.",
            lambda t: replace(t, g=lambda z: t.g(torch.randn_like(z))).step(),
            lambda t: replace(t, g=lambda z: t.g(t.x_real)).step()),
        "noise_judged": ("D was asked about the noise `z`. D judges images: first `x_fake = "
            "generator(z)`, then `discriminator(x_fake)`.",
            lambda t: replace(t, g=lambda z: z).step()),
        "never_sees_real": ("D never saw `x_real`. Its first half is −mean log D of the *real* "
            "images: `discriminator(x_real)`.",
            lambda t: replace(t, x_real=t.g(t.z).detach()).step()),
    }),
    *told({
        "through_g_twice": ("The networks end right, and yet the fakes weren't detached in D's "
            "update. We looked at the gradients: D's `backward()` ran on through G and filled G's "
            "`.grad`. You zero it before G's own backward, so nothing is wrong but the time it "
            "took. Write `x_fake.detach()` for D; where the zeroing is forgotten one day, G would "
            "be trained to be caught.", built(detach=False, reuse=False)),
    }, right="weights losses"),
    *told({
        "tensors_returned": ("The step is right, and it returns tensors. Return floats: "
            "`d_loss.item()`. A tensor that has its graph keeps all of the step's memory alive as "
            "long as the loss is kept in a list, and one without it still lies where the network "
            "does.", lambda t: {k: torch.tensor(v) for k, v in t.step().items()}),
    }, right="weights"),
    *named({
        "fakes_not_detached": ("The fakes aren't detached in D's update, and that changes G: D's "
            "`backward()` runs on through G, and what it leaves in G's `.grad` stays there when G "
            "steps. It asks G to make D's work *easier*. Write `x_fake.detach()` for D.",
            built(detach=False, reuse=False, zero="d"),
            built(detach=False, reuse=False, d_steps="dg"), undetached_zeroed_at_the_start),
        "gradients_not_zeroed": ("No gradients are zeroed. " + _FORGOTTEN, built(zero=""),
            built(zero="", detach=False, reuse=False)),
        "gradients_of_d_not_zeroed": ("D's gradients aren't zeroed, and they are not only D's "
            "own: G's backward runs through D and fills D's `.grad` as well. " + _FORGOTTEN,
            built(zero="g"), built(zero="g", detach=False, reuse=False)),
        "zeroed_too_early": ("When D's backward begins, D's `.grad` isn't empty: G's backward runs "
            "through D and has filled it since it was last zeroed. Zero each network right before "
            "its own backward: `opt_d.zero_grad()` before D's, `opt_g.zero_grad()` before G's.",
            zeroed_after_the_step),
        "gradients_of_g_not_zeroed": ("G's gradients aren't zeroed. " + _FORGOTTEN,
            built(zero="d")),
        "g_step_moves_d": ("D moves in G's step. G's backward fills D's `.grad` as well, since it "
            "runs through D, and `opt_d.step()` after it makes D easier to fool. After G's "
            "backward only `opt_g.step()`.", built(g_steps="gd")),
        "optimizers_swapped": ("The optimizers changed places: `opt_g` zeroes and steps in D's "
            "update, `opt_d` in G's. So D learns to be fooled, and G never moves. `opt_d` moves D.",
            lambda t: replace(t, opt_g=t.opt_d, opt_d=t.opt_g).step()),
        "wrong_optimizer_for_g": ("After G's backward you step with `opt_d`: D learns to be "
            "fooled, and G never moves. There it is `opt_g.step()`.", built(g_steps="d"),
            lambda t: replace(t, opt_g=t.opt_d).step()),
        "wrong_optimizer_for_d": ("After D's backward you step with `opt_g`, so D never moves. "
            "There it is `opt_d.step()`.", built(d_steps="g", reuse=False)),
        "g_never_moves": ("G never moves. Either `opt_g.step()` or its backward is missing, or a "
            "`zero_grad()` between the two wiped the gradients, or the fakes of G's update are "
            "detached (or made under `no_grad`), so that no gradient gets back to G.",
            built(g_steps=""), lambda t: replace(t, g=lambda z: t.g(z).detach()).step()),
        "d_never_moves": ("D never moves. Either `opt_d.step()` is missing after D's backward, or "
            "the backward is, or a `zero_grad()` between the two wiped the gradients.",
            built(d_steps="")),
        "nobody_moves": ("Neither network moves. `backward()` only fills `.grad`; `opt_d.step()` "
            "and `opt_g.step()` do the moving, and they move nothing where a `zero_grad()` after "
            "the backward has wiped it.", built(d_steps="", g_steps="")),
        "g_first": ("You updated G first, and D then saw what the new G makes. Asked for is D "
            "first, then G, which hears from a D that has just seen its fakes.",
            built(order="gd", reuse=False)),
        "g_hears_the_old_d": ("G's gradient comes from D as it was *before* its update (or G went "
            "first, and D learned from the fakes of before). Take D's step to its end, "
            "`opt_d.step()`, and then ask `discriminator(x_fake)` anew.",
            together, built(order="gd")),
        "steps_at_the_end": ("Both backwards ran before `opt_d.step()`. G's backward runs through "
            "D and adds to D's `.grad`, so D also learns to be fooled, and G hears the old D. Take "
            "D's update to its end, `opt_d.step()`, before you compute G's loss.",
            steps_at_the_end, lambda t: steps_at_the_end(t, detach=False)),
        "one_backward_for_both": ("You sent both losses through one backward. So D descends G's "
            "loss too, and G descends D's. Two updates: zero, backward, step for D, and then the "
            "same for G.", joint),
        "saturating": ("G descends log(1 − D), the saturating loss. Asked for is the other one: "
            "`generator_loss`.", built(g_loss=generator_loss_saturating)),
        "minus_d_loss": ("G descends minus D's loss. That is V as it is written, and only its fake "
            "half depends on G: log(1 − D), the saturating loss. Asked for is `generator_loss`.",
            g_descends(lambda real, fake: -discriminator_loss(real, fake))),
        "asks_about_real_images": ("G's loss is asked of D's logits on `x_real`. G didn't make "
            "those, so no gradient gets to it: `generator_loss(discriminator(x_fake))`.",
            g_descends(lambda real, fake: generator_loss(real))),
        "sigmoid_before_the_loss": ("A sigmoid came in between. D returns logits, and both losses "
            "take logits: hand them over as they are.",
            built(d_loss=lambda r, f: discriminator_loss(r.sigmoid(), f.sigmoid()),
                g_loss=lambda f: generator_loss(f.sigmoid())),
            built(d_loss=lambda r, f: discriminator_loss(r.sigmoid(), f.sigmoid())),
            built(g_loss=lambda f: generator_loss(f.sigmoid()))),
        "discriminators_half": ("G descends D's own fake half, −mean log(1 − D), so it is trained "
            "to be caught. Its loss is `generator_loss(discriminator(x_fake))`.",
            built(g_loss=called_fake)),
        "g_ascends": ("G goes up in its loss: there is a minus too many. `generator_loss` is a "
            "loss already.", built(g_loss=lambda f: -generator_loss(f))),
        "d_ascends": ("D goes up in its loss: there is a minus too many. `discriminator_loss` is "
            "−V already, a loss.", built(d_loss=lambda r, f: -discriminator_loss(r, f))),
        "arguments_swapped": ("Real and fake changed places in D's loss: "
            "`discriminator_loss(real_logits, fake_logits)`. As it stands D learns to call fakes "
            "real, and G, which descends −log D, is driven away from the data.",
            built(d_loss=lambda r, f: discriminator_loss(f, r))),
        "one_half_only": ("D learns from one half only. It needs real images *and* fakes: "
            "`discriminator_loss(discriminator(x_real), discriminator(x_fake.detach()))`.",
            built(d_loss=lambda r, f: called_real(r)), built(d_loss=lambda r, f: called_fake(f))),
        "half_cut_off": ("One half of D's loss is counted and not learned from: its logits are "
            "detached. What is detached in D's update are the fake *images*, "
            "`discriminator(x_fake.detach())`, never what D says of them.",
            built(d_loss=lambda r, f: called_real(r) + called_fake(f.detach())),
            built(d_loss=lambda r, f: called_real(r.detach()) + called_fake(f))),
        "one_mean_over_both": ("D's loss is one mean over real and fake logits together, which "
            "halves it and weights each half by how many there are. Use `discriminator_loss`.",
            built(d_loss=lambda r, f: torch.cat([F.softplus(-r), F.softplus(f)]).mean())),
        "d_loss_halved": ("D's loss is halved. Use `discriminator_loss`, which adds the two means.",
            built(d_loss=lambda r, f: discriminator_loss(r, f) / 2)),
        "one_batch_for_both": ("Right, as long as D has no batch norm: you put real images and "
            "fakes through D in one batch. With batch norm, as in section 7, what D learns on a "
            "mixed batch doesn't hold for the batch of fakes that G asks it about. Two calls: "
            "`discriminator(x_real)` and `discriminator(x_fake.detach())`.", in_one_batch),
        "d_steps_on_each_half": ("D steps twice, once for the real half and once for the fake one, "
            "so the second half is asked of a D that has moved. Add the two halves, then one "
            "backward and one step.", d_steps_on_each_half),
        "d_twice": ("D is updated twice in a step. Asked for is one update of each.",
            built(order="ddg")),
        "g_twice": ("G is updated twice in a step. Asked for is one update of each.",
            built(order="dgg", reuse=False)),
    }, Game),
    *told({
        "losses_swapped": ("The networks end right; the two numbers changed places in the dict.",
            lambda t: dict(zip(("g_loss", "d_loss"), t.step().values(), strict=True))),
        "other_numbers": ("The networks end right; the numbers you return are not the losses that "
            "were descended. Take `d_loss.item()` and `g_loss.item()` of the very losses that "
            "`backward()` was called on, with their sign, neither rounded nor measured anew.",
            lambda t: {key: -value for key, value in t.step().items()}),
    }, right="weights"),
]  # fmt: skip
