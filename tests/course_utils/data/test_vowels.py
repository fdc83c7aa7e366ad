"""Vowels: formants where they should be, the same on every call, and a voice with known twins."""

import numpy as np
import pytest
import torch

from course_utils.data.vowels import (
    BINS,
    FORMANTS,
    HIGHER_FORMANTS,
    HIGHER_PITCH,
    RATE,
    VOWELS,
    draw_vowels,
    envelope,
    find_formants,
    in_voice_b,
    loudness,
    name_vowel,
    sing,
    speak,
    spectrogram,
)

BIN = RATE / 2 / BINS  # Hz


def first_formant(sound: np.ndarray, f0: float) -> float:
    """Where the envelope is highest, in Hz."""
    return (int(envelope(sound, f0)[:20].argmax()) + 0.5) * BIN


@pytest.mark.parametrize("vowel", range(5))
def test_the_loudest_band_is_the_first_formant(vowel: int) -> None:
    sound = speak(100.0, np.array(FORMANTS[vowel]), 0.3)
    assert abs(first_formant(sound, 100.0) - FORMANTS[vowel][0]) < 1.6 * BIN


def test_vowels_are_the_same_on_every_call_and_others_for_another_seed() -> None:
    one, again, other = (draw_vowels(20, "A", seed) for seed in (3, 3, 4))
    assert torch.equal(one.envelopes, again.envelopes) and len(one) == 20
    assert not torch.equal(one.envelopes, other.envelopes)
    assert torch.bincount(one.labels, minlength=len(VOWELS)).tolist() == [4] * 5
    assert one.envelopes.shape == (20, BINS) and one.envelopes.mean(1).abs().max() < 1e-4


def test_voice_b_is_higher() -> None:
    a, b = draw_vowels(100, "A"), draw_vowels(100, "B")
    assert b.f0.log().mean() - a.f0.log().mean() == pytest.approx(np.log(HIGHER_PITCH), abs=0.08)
    ratio = b.formants.mean(0) / a.formants.mean(0)
    assert ratio == pytest.approx(HIGHER_FORMANTS, abs=0.03)


def test_the_truth_is_like_voice_b_and_keeps_the_vowel() -> None:
    a, b = draw_vowels(40, "A"), draw_vowels(200, "B")
    centers = torch.stack([b.envelopes[b.labels == v].mean(0) for v in range(5)])
    assert (torch.cdist(in_voice_b(a), centers).argmin(1) == a.labels).float().mean() > 0.9
    assert (torch.cdist(a.envelopes, centers).argmin(1) == a.labels).float().mean() < 0.7


def test_a_sung_envelope_is_heard_again() -> None:
    a = draw_vowels(10, "A")
    sound = sing(a.envelopes[:1], a.f0[:1])
    assert np.abs(sound).max() <= 1 and len(sound) == round(0.45 * RATE)
    heard = envelope(sound[800:3000], float(a.f0[0]))
    right = (heard - a.envelopes[0]).abs().mean()
    others = [(heard - e).abs().mean() for e in a.envelopes[a.labels != a.labels[0]]]
    assert right < min(others)


def test_the_ear_compares_vowels_and_not_volumes() -> None:
    a = draw_vowels(20, "A")
    shapes = {"A": a.envelopes, "truth": in_voice_b(a), "steep": 2 * a.envelopes}
    pitches = {"A": a.f0, "truth": HIGHER_PITCH * a.f0, "steep": HIGHER_PITCH * a.f0}
    sounds = {name: sing(shapes[name], pitches[name]).reshape(20, -1) for name in shapes}
    levels = np.array([[loudness(vowel) for vowel in sound] for sound in sounds.values()])
    assert np.ptp(levels) < 1  # dB, over vowels and voices
    assert max(np.abs(sound).max() for sound in sounds.values()) < 0.95  # none is clipped
    powers = 10 * np.log10([[(vowel**2).mean() for vowel in sound] for sound in sounds.values()])
    assert np.ptp(powers) > 1  # the ear is less keen on low tones, so equal power is not equal


def test_loudness_is_that_of_the_standard() -> None:
    """A tone of 997 Hz at full scale has -3.01 LUFS, half of it 6 dB less (BS.1770, annex 1)."""
    tone = np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE)
    assert loudness(tone) == pytest.approx(-3.01, abs=0.1)
    assert loudness(tone) - loudness(tone / 2) == pytest.approx(6.02, abs=0.01)
    low = np.sin(2 * np.pi * 50 * np.arange(2 * RATE) / RATE)
    assert loudness(low) < loudness(tone) - 2


def test_a_vowel_begins_and_ends_without_a_click() -> None:
    a = draw_vowels(10, "A")
    for vowel in sing(a.envelopes, a.f0).reshape(10, -1):
        sung, gap = vowel[: round(0.4 * RATE)], vowel[round(0.4 * RATE) :]
        assert sung[0] == sung[-1] == 0 and not gap.any() and len(gap) == RATE // 20
        edge, whole = RATE // 500, np.abs(sung).max()  # 2 ms, less than a period of the pulses
        assert np.abs(sung[:edge]).max() < 0.1 * whole and np.abs(sung[-edge:]).max() < 0.1 * whole
        steps = np.abs(np.diff(sung))
        assert max(steps[:edge].max(), steps[-edge:].max()) < 0.1 * steps.max()


def test_a_peak_too_high_is_turned_down_and_not_clipped() -> None:
    flat = torch.zeros(1, BINS)  # all harmonics alike: the most pointed sound there is
    assert np.abs(sing(flat, torch.tensor([60.0]))).max() < 0.99


def test_a_spectrogram_is_brightest_at_the_tone() -> None:
    times, frequencies, loud = spectrogram(np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE))
    assert loud.shape == (len(frequencies), len(times)) and loud.max() <= 0
    assert abs(frequencies[loud[:, len(times) // 2].argmax()] - 1000) < 25


def test_another_voice_is_told() -> None:
    with pytest.raises(ValueError, match="'C'; there are A and B"):
        draw_vowels(5, "C")


@pytest.mark.parametrize("higher", [1.0, HIGHER_FORMANTS])
@pytest.mark.parametrize("vowel", range(5))
def test_formants_are_found_in_a_sound(vowel: int, higher: float) -> None:
    formants = higher * np.array(FORMANTS[vowel])
    f1, f2, _ = find_formants(speak(100.0, formants, 0.4))
    assert f1 == pytest.approx(formants[0], rel=0.15) and f2 == pytest.approx(formants[1], rel=0.1)
    assert name_vowel(f1, f2, higher) == VOWELS[vowel]


def test_silence_has_no_formants() -> None:
    assert np.isnan(find_formants(np.zeros(4000))).all()
