"""Mistakes as students of a made-up class make them, each one change in a solution notebook.

{exercise: [(the mistake's name, what stands in the solution, what the student wrote), …]}
"""

from __future__ import annotations

Change = tuple[str, str, str]
CHANGES: dict[str, list[Change]] = {
    "gaussian_mle": [
        ("divided_by_n_minus_1", "/ len(x)", "/ (len(x) - 1)"),
        ("not_centered", "centered = x - mu", "centered = x"),
    ],
    "log_gaussian": [
        ("two_pi_missing", " + len(mu) * math.log(2 * math.pi)", ""),
        ("log_det_missing", " + torch.logdet(cov)", ""),
        ("half_missing", "-0.5 * (", "-1.0 * ("),
    ],
    "class_posterior": [
        ("prior_forgotten", "log_likelihood + log_prior", "log_likelihood"),
        ("normalized_over_examples", "dim=1", "dim=0"),
        ("log_probabilities", "torch.softmax(", "torch.log_softmax("),
    ],
    "sample_joint": [
        ("mean_forgotten", "mus[y] + ", ""),
        ("cov_as_root", "torch.linalg.cholesky(covs)", "covs"),
    ],
    "ascend_class_score": [
        ("descends", "x + lr", "x - lr"),
        ("leaves_range", ".clamp(0, 1)", ""),
    ],
    "reconstruction_error": [("mean_over_pixels", ".sum(1)", ".mean(1)")],
    "pca_reconstruct": [("mean_not_added_back", "directions + mean", "directions")],
    "corrupt": [("unclamped", ".clamp(0, 1)", "")],
    "denoising_loss": [
        ("reconstructs_the_noisy_input", "error(x, x_hat)", "error(x_noisy, x_hat)"),
    ],
    "roc_auc": [("reversed", "(gap > 0)", "(gap < 0)")],
    "elbo": [("kl_added", "- kl", "+ kl")],
    "importance_log_likelihood": [
        ("log_k_not_subtracted", " - math.log(log_w.shape[0])", ""),
        ("log_k_added", "- math.log", "+ math.log"),
    ],
    "bernoulli_log_likelihood": [
        ("sign", "-loss.flatten", "loss.flatten"),
        ("mean_over_pixels", ".sum(1)", ".mean(1)"),
    ],
    "vae_loss": [
        ("beta_ignored", "beta * kl", "kl"),
        ("summed_over_the_batch", ".mean()", ".sum()"),
    ],
    "active_units": [
        ("standard_deviation", "mu.var(0)", "mu.std(0)"),
        ("counts_the_inactive", "> threshold", "< threshold"),
    ],
    "entropy": [
        ("sign", "-torch.xlogy", "torch.xlogy"),
        ("summed_over_everything", ".sum(-1)", ".sum()"),
    ],
    "cross_entropy": [("swapped", "torch.xlogy(p, q)", "torch.xlogy(q, p)")],
    "kl_divergence": [
        ("cross_entropy_returned", "torch.xlogy(p, p) - torch.xlogy(p, q)", "-torch.xlogy(p, q)"),
    ],
    "js_divergence": [("half_missing", "kl_divergence(q, m)) / 2", "kl_divergence(q, m))")],
    "gaussian_kl": [
        ("half_missing", "0.5 * each", "each"),
        ("mean_over_dimensions", ".sum(-1)", ".mean(-1)"),
    ],
    "gaussian_kl_full": [
        ("half_missing", "0.5 * (", "1.0 * ("),
        ("k_missing", " - len(mu)", ""),
    ],
    "kl_monte_carlo": [("sign", "(log_q(samples)", "-(log_q(samples)")],
    "reparameterize": [
        ("variance_for_sigma", "torch.exp(0.5 * logvar)", "torch.exp(logvar)"),
        ("minus_for_plus", "mu + sigma", "mu - sigma"),
    ],
    "score_function_gradient": [
        ("baseline_ignored", " - baseline", ""),
        ("sigma_not_squared", "sigma**2", "sigma"),
    ],
    "pathwise_gradient": [("summed", ".mean()", ".sum()")],
    "gumbel_softmax": [
        ("times_tau", "/ tau", "* tau"),
        ("sign_of_the_noise", "logits + gumbel", "logits - gumbel"),
    ],
    "discriminator_loss": [("real_half_only", " + F.softplus(fake_logits).mean()", "")],
    "generator_loss_saturating": [
        ("non_saturating", "-F.softplus(fake_logits)", "F.softplus(-fake_logits)"),
    ],
    "generator_loss": [("summed_over_the_batch", ".mean()", ".sum()")],
    "gan_step": [
        ("gradients_of_d_not_zeroed", "    opt_d.zero_grad()\n", ""),
        ("d_never_moves", "    opt_d.step()\n", ""),
    ],
    "modes_covered": [
        ("min_count_ignored", ">= min_count", ">= 1"),
        ("more_than_min_count", ">= min_count", "> min_count"),
    ],
    "optimal_discriminator": [("upside_down", "p_data / total", "p_g / total")],
    "gan_value": [("dx_forgotten", " * dx", "")],
    "jensen_shannon": [("half_missing", " * dx / 2", " * dx")],
    "density_ratio": [
        ("upside_down", "d / (1 - d)", "(1 - d) / d"),
        ("d_itself", "d / (1 - d)", "d"),
    ],
    "wasserstein_1d": [
        ("unsorted", "x.sort().values - y.sort().values", "x - y"),
        ("summed", ".mean().item()", ".sum().item()"),
    ],
    "latent_traversal": [("adds", "codes[:, dim] = values", "codes[:, dim] += values")],
    "mutual_information_gap": [("not_divided", " / entropy", "")],
    "interpolate": [
        ("reversed", "(1 - t) * z0 + t * z1", "t * z0 + (1 - t) * z1"),
    ],
    "beta_vae_loss": [("beta_ignored", "beta * gaussian_kl", "gaussian_kl")],
    "group_accuracy": [("error_rate", "y_hat == y", "y_hat != y")],
    "accuracy_gap": [
        (
            "negative",
            "max(acc.values()) - min(acc.values())",
            "min(acc.values()) - max(acc.values())",
        )
    ],
    "debiasing_loss": [
        ("no_mask", "y * vae_weight", "vae_weight"),
        ("kl_forgotten", "(drawing + kl)", "drawing"),
    ],
    "resampling_probabilities": [("alpha_forgotten", " + alpha", "")],
}
