"""Spoken vowels, synthesized here: two voices whose every vowel has a known counterpart.

A vowel is a source and a filter (Fant, 1960): the pulses of the vocal folds, at a pitch f0, through
a row of resonances, the formants. Voice B's formants lie 1.18 times as high as voice A's and its
pitch 1.8 times: a shorter throat, and shorter vocal folds. Average formants of five vowels from
Peterson and Barney, "Control methods used in a study of the vowels", 1952, table II, men.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

RATE = 10_000  # samples in a second
VOWELS = ("a", "e", "i", "o", "u")  # as in father, bed, see, saw, boot
FORMANTS = (  # F1, F2, F3 in Hz, one row for each vowel
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
)
WIDTHS = (80.0, 100.0, 150.0)  # of the resonances, in Hz
HIGHER_FORMANTS, HIGHER_PITCH = 1.18, 1.8  # voice B over voice A
PITCH = 120.0  # of voice A, in Hz
ORDER = 10  # of the linear prediction: two numbers for each resonance, and some for the slope
BINS = 64  # of an envelope, from 0 to RATE/2
EAR = (  # loudness by ITU-R BS.1770: two filters for samples at 48 kHz, b0 b1 b2 a0 a1 a2
    (1.53512486, -2.69169619, 1.19839281, 1.0, -1.69065929, 0.73248077),
    (1.0, -2.0, 1.0, 1.0, -1.99004745, 0.99007225),
)
EAR_RATE, LOUD = 48_000, 0.16  # of a sung vowel, root mean square of what these filters leave
Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Vowels:
    """Short vowels of one voice, with what made them.

    envelopes: (N, BINS) log-amplitudes · labels: (N,) places in VOWELS · f0: (N,) in Hz ·
    formants: (N, 3) in Hz.
    """

    envelopes: Tensor
    labels: Tensor
    f0: Tensor
    formants: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def draw_vowels(n: int, voice: str = "A", seed: int = 0) -> Vowels:
    """n vowels of voice "A" or "B", all five equally often, each spoken a little differently.

    Envelopes are measured on the sound, by the cepstrum, as one would with a recording.
    Raises ValueError for another voice.
    """
    if voice not in ("A", "B"):
        raise ValueError(f"There is no voice {voice!r}; there are A and B.")
    chance = Generator().manual_seed(2 * seed + (voice == "B"))
    labels = torch.arange(n)[torch.randperm(n, generator=chance)] % len(VOWELS)
    formants = torch.tensor(FORMANTS, dtype=torch.float32)[labels]
    formants = formants * (1 + 0.04 * torch.randn(formants.shape, generator=chance))
    f0 = PITCH * (0.12 * torch.randn(n, generator=chance)).exp()
    if voice == "B":
        formants, f0 = HIGHER_FORMANTS * formants, HIGHER_PITCH * f0
    sounds = [speak(float(p), f.numpy(), 0.15) for p, f in zip(f0, formants, strict=True)]
    envelopes = torch.stack([envelope(s, float(p)) for s, p in zip(sounds, f0, strict=True)])
    return Vowels(envelopes, labels, f0, formants)


def in_voice_b(vowels: Vowels) -> Tensor:
    """The envelopes (N, BINS) of the same vowels, had voice B spoken them: the exact truth."""
    f0, formants = HIGHER_PITCH * vowels.f0, HIGHER_FORMANTS * vowels.formants
    sounds = (speak(float(p), f.numpy(), 0.15) for p, f in zip(f0, formants, strict=True))
    return torch.stack([envelope(s, float(p)) for s, p in zip(sounds, f0, strict=True)])


def speak(f0: float, formants: NDArray[np.floating], seconds: float) -> Signal:
    """Pulses at pitch f0 (Hz) through three resonances at `formants` (Hz): samples at RATE."""
    from scipy.signal import lfilter

    pitch = np.full(round(seconds * RATE), f0)
    place = np.cumsum(pitch) / RATE
    pulses = np.diff(np.floor(place), prepend=0.0)
    sound = lfilter([1.0], [1.0, -0.9], pulses)  # the folds' own slope, -6 dB in an octave
    for at, width in zip(formants, WIDTHS, strict=True):
        r, turn = np.exp(-np.pi * width / RATE), 2 * np.pi * at / RATE
        sound = lfilter(
            [1 - 2 * r * np.cos(turn) + r * r], [1, -2 * r * np.cos(turn), r * r], sound
        )
    return sound


def envelope(sound: Signal, f0: float) -> Tensor:
    """Log-amplitude (BINS,) of a sound without its harmonics: its first cepstral coefficients."""
    from scipy.signal import get_window

    middle = sound[-1024:] * get_window("hann", min(1024, len(sound)))
    log_power = np.log(np.abs(np.fft.rfft(middle, 1024)) + 1e-4)
    cepstrum = np.fft.irfft(log_power)
    keep = int(0.8 * RATE / f0)  # below one period of the pulses
    cepstrum[keep : 1024 - keep + 1] = 0
    smooth = np.fft.rfft(cepstrum).real[:512].reshape(BINS, -1).mean(1)
    return torch.tensor(smooth - smooth.mean(), dtype=torch.float32)


def sing(envelopes: Tensor, f0: Tensor, seconds: float = 0.4) -> Signal:
    """Vowels one after the other, `seconds` each: envelopes (N, BINS) at pitches f0 (N,), Hz.

    A sum of harmonics: each as loud as the envelope says at its frequency. All vowels are equally
    loud to the ear, so that one compares vowels and not volumes. Samples in [-1, 1].
    """
    from scipy.signal import freqz

    time = np.arange(round(seconds * RATE)) / RATE
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.03)
    centers = (np.arange(BINS) + 0.5) * RATE / 2 / BINS
    parts = []
    for shape, pitch in zip(envelopes.double().numpy(), f0.tolist(), strict=True):
        tone = pitch * np.arange(1, int(RATE / 2 / pitch))  # the harmonics, in Hz
        loud = np.exp(np.interp(tone, centers, shape))
        ear = [freqz(part[:3], part[3:], tone, fs=EAR_RATE)[1] for part in EAR]
        heard = loud * np.abs(np.prod(ear, 0))
        glide = 2 * np.pi * (time - 0.04 * time**2)  # falls a little, as speech does
        voice = (loud[:, None] * np.sin(tone[:, None] * glide)).sum(0) * fade
        scale = min(LOUD / np.sqrt((heard**2).sum() / 2), 0.98 / np.abs(voice).max())
        parts += [scale * voice, np.zeros(RATE // 20)]
    return np.concatenate(parts)


def loudness(sound: Signal) -> float:
    """How loud a sound is in LUFS: dB below full scale (ITU-R BS.1770, without its gate)."""
    from scipy.signal import resample_poly, sosfilt

    heard = sosfilt(EAR, resample_poly(sound, EAR_RATE // 2000, RATE // 2000))
    return float(10 * np.log10((heard**2).mean()) - 0.691)


def find_formants(sound: Signal) -> Signal:
    """F1, F2, F3 (3,) in Hz of one sung vowel, by linear prediction. Atal and Hanauer, 1971.

    It hears the samples alone: neither envelope nor pitch. A high voice's are less exact;
    what isn't found is NaN.
    """
    from scipy.linalg import solve_toeplitz
    from scipy.signal import get_window, lfilter

    middle = lfilter([1.0, -0.9], [1.0], sound[len(sound) // 8 : -len(sound) // 4])
    middle = middle * get_window("hann", len(middle))
    alike = np.correlate(middle, middle, "full")[len(middle) - 1 :][: ORDER + 1]
    if not alike[0]:
        return np.full(3, np.nan)
    alike[0] *= 1 + 1e-6
    roots = np.roots(np.concatenate([[1.0], -solve_toeplitz(alike[:-1], alike[1:])]))
    at, width = np.angle(roots) * RATE / (2 * np.pi), -np.log(np.abs(roots)) * RATE / np.pi
    found = np.sort(at[(at > 150) & (width < 700)])[:3]
    return np.pad(found, (0, 3 - len(found)), constant_values=np.nan)


def name_vowel(f1: float, f2: float, higher: float = 1.0) -> str:
    """The vowel with the nearest F1 and F2, by ratio, of a voice whose formants are `higher`."""
    table = higher * np.array(FORMANTS)[:, :2]
    return VOWELS[int(np.abs(np.log(np.array([f1, f2]) / table)).sum(1).argmin())]


def spectrogram(sound: Signal) -> tuple[Signal, Signal, Signal]:
    """Times (T,) in s, frequencies (F,) in Hz, and loudness (F, T) in dB below the loudest."""
    from scipy.signal import ShortTimeFFT
    from scipy.signal.windows import hann

    analysis = ShortTimeFFT(hann(256), hop=64, fs=RATE, mfft=512)
    power = analysis.spectrogram(sound)
    loud = 10 * np.log10(np.maximum(power / power.max(), 1e-6))
    return analysis.t(len(sound)), analysis.f, loud
