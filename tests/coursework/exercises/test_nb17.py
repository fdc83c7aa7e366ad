"""Exercises of notebook 17: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def push_by_divmod(state, start, freq, precision):
    quotient, remainder = divmod(state, freq)
    return quotient * 2**precision + start + remainder


def pop_by_divmod(state, precision, find, check=False):
    above, slot = divmod(state, 2**precision)
    symbol, first, count = find(slot)
    return [symbol, above * count + (slot - first)]


def encode_by_index(state, x, prior, posterior, likelihood, precision):
    top, z = 2**precision, []
    for table in posterior(x):
        above, slot = divmod(state, top)
        k = int(np.searchsorted(table, slot, side="right")) - 1
        state = above * (table[k + 1] - table[k]) + slot - table[k]
        z.append(k)
    pairs = [*zip(x, likelihood(z), strict=True), *zip(z, prior, strict=True)]
    for symbol, table in pairs:
        a, b = table[symbol], table[symbol + 1]
        state = state // (b - a) * top + state % (b - a) + a
    return state


def decode_by_index(state, prior, posterior, likelihood, precision):
    def off(state, tables):
        symbols = [0] * len(tables)
        for i in range(len(tables) - 1, -1, -1):
            table = tables[i]
            above, slot = divmod(state, 2**precision)
            k = sum(edge <= slot for edge in table) - 1
            state = above * (table[k + 1] - table[k]) + slot - table[k]
            symbols[i] = k
        return symbols, state

    z, state = off(state, prior)
    x, state = off(state, likelihood(z))
    tables = posterior(x)
    for i in range(len(z))[::-1]:
        a, b = tables[i][z[i]], tables[i][z[i] + 1]
        state = (state // (b - a) << precision) + state % (b - a) + a
    return torch.tensor(x), state


def given_in_a_loop(log_all, log_observed):
    columns = zip(log_all.T, log_observed.T, strict=True)
    return torch.stack([a.logsumexp(0) - o.logsumexp(0) for a, o in columns])


def given_by_weights(log_all, log_observed):
    weights = torch.softmax(log_observed.double(), dim=0)
    return ((weights.log() + log_all - log_observed).exp().sum(0)).log()


def size_by_largest(log_w):
    w = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return w.sum(0) ** 2 / (w**2).sum(0)


def m2_by_entropy(bounds, log_q):
    q = log_q.exp()
    entropy = -(q * log_q).sum(-1)
    return (torch.einsum("nc,nc->n", q, bounds) - entropy).sum() / len(bounds)


RIGHT = [
    ("push", push_by_divmod),
    ("push", lambda s, c, f, p: s + (s // f) * (2**p - f) + c),
    ("pop", pop_by_divmod),
    ("encode_image", encode_by_index),
    ("decode_image", decode_by_index),
    ("conditional_log_likelihood", given_in_a_loop),
    ("conditional_log_likelihood", given_by_weights),
    ("effective_sample_size", size_by_largest),
    ("effective_sample_size", lambda t: (2 * t.logsumexp(0) - (2 * t).logsumexp(0)).exp()),
    ("effective_sample_size", lambda t: 1 / (t.double().softmax(0) ** 2).sum(0)),
    ("m2_unlabeled_loss", m2_by_entropy),
    ("m2_unlabeled_loss", lambda b, q: (q.exp() * b + q.exp() * q).double().sum() / b.size(0)),
]
WRONG = [
    ("push", "start_and_freq_swapped", lambda s, c, f, p: s // c * 2**p + s % c + f),
    ("push", "remainder_missing", lambda s, c, f, p: s // f * 2**p + c),
    ("pop", "start_not_subtracted", lambda s, p, find: (find(s % 2**p)[0], s % 2**p
        + find(s % 2**p)[2] * (s // 2**p))),
    ("decode_image", "only_the_pixels", lambda *args: decode_by_index(*args)[0].tolist()),
    ("encode_image", "backward", lambda s, x, prior, q, p, bits: encode_by_index(
        s, x[::-1], prior, lambda _: q(x), lambda z: p(z)[::-1], bits)),
    ("conditional_log_likelihood", "log_k_once", lambda a, o: a.exp().mean(0).log() - o.exp().sum(0)
        .log() if a.max() > -50 else a.logsumexp(0) - np.log(len(a)) - o.logsumexp(0)),
    ("effective_sample_size", "share", lambda t: size_by_largest(t) / t.shape[0]),
    ("m2_unlabeled_loss", "entropy_missing", lambda b, q: torch.einsum("nc,nc->n", q.exp(), b)
        .mean()),
    ("m2_unlabeled_loss", "best_possible_q", lambda b, q: -torch.logsumexp(-b, 1).mean()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name, fn):
    assert_passes(name, fn)


@pytest.mark.parametrize(("name", "mistake", "fn"), WRONG)
def test_wrong_answers_are_named(name, mistake, fn):
    assert_mistake(name, fn, mistake)
