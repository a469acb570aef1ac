"""The published protocol of detection on pure noise: how many lags pass that carry nothing."""

from __future__ import annotations

import numpy as np
from sympy import Rational

from longlag.derivations.results.judged import live_claim
from longlag.derivations.results.letters import Letters
from longlag.numerics.stable import sf
from longlag.theory.statement import (
    Claim,
    Derivation,
    Level,
    Settings,
    Source,
    Text,
    Verdict,
    judged,
)

_PAPER = "arXiv 2512.05790"
#: Of the last protocol: sequences measured, the largest N asked about, the threshold, and lags.
_MEASURED, _LARGEST, _THRESHOLD, _LAGS = 12_000, 25_600, 20.0, 192
#: Of version 6: its threshold, directions, and the smallest N; sets of pure noise drawn here.
_EARLIER, _DIRECTIONS, _SMALLEST, _SETS = 0.1, 50, 25, 2_000
#: The share of lags without a signal that may pass.
_ALLOWED = Rational(1, 20)

_LETTERS = Letters()
_NORMAL = _LETTERS.add("n_2", f"mean number of {_LAGS} lags of normal noise that are detected")
_STABLE = _LETTERS.add("n_{3/2}", r"the same of stable noise, $\alpha = 3/2$")
_ORIENTED = _LETTERS.add(
    "p_K",
    f"share of sets of normal noise that are detected, signs by the mean, $K = {_DIRECTIONS}$",
)


def protocol() -> Derivation:
    """Return the section on what the published detection finds where there is nothing."""
    text = Text(
        f"The last protocol measures {_MEASURED} sequences, and asks from which $N$ up to "
        f"{_LARGEST} on $\\mathrm{{SNR}} = m N^{{1-1/\\alpha}}/\\sigma$ is above "
        f"{_THRESHOLD:g}, at {_LAGS} lags. Beyond what was measured $m$ is held and $N$ grows, so "
        "that noise grows with it: a mean of pure noise is $\\sigma N^{-(1-1/\\alpha)}$ times a "
        "standard stable number $S$, and passes where $|S|$ exceeds the threshold times "
        r"$(N_{\mathrm{measured}}/N)^{1-1/\alpha}$."
    )
    return Derivation(
        "published_detection",
        "The published detection, on pure noise",
        (text, *_claims()),
        glossary=_LETTERS.glossary("The noise has no signal at any lag."),
    )


def _claims() -> tuple[Claim, ...]:
    source = Source(_PAPER, "a lag is detected at SNR > 20")
    return (
        live_claim(
            "normal_noise",
            _NORMAL,
            "<",
            _ALLOWED,
            noise_verdict,
            title="Normal noise is not detected",
            text="It would have to lie 9.7 standard deviations from 0.",
            source=source,
            stated={"index": 2.0, "threshold": _THRESHOLD},
            wrong={"at the threshold of version 6": {"threshold": _EARLIER}},
        ),
        live_claim(
            "stable_noise",
            _STABLE,
            "<",
            _ALLOWED,
            noise_verdict,
            title="Nor is heavy-tailed noise",
            text="It is: under such noise a number beyond the threshold is not rare, and more "
            "than one lag without a signal is expected to pass.",
            source=source,
            expected_to_hold=False,
            stated={"index": 1.5, "threshold": _THRESHOLD},
            wrong={},
        ),
        live_claim(
            "oriented_noise",
            _ORIENTED,
            "<",
            _ALLOWED,
            oriented_verdict,
            title="Signs by the mean of the batch",
            text="Each direction is given the sign of its own mean over the sequences that are "
            r"averaged. That mean is $|Z|\sigma/\sqrt{N}$ then and never negative, and over $K$ "
            r"directions its share in the noise grows as $\sqrt{K}$.",
            source=Source(_PAPER, "signs by the batch mean, SNR > 0.1", "version 6"),
            expected_to_hold=False,
            stated={"oriented": True},
            wrong={},
        ),
    )


def noise_verdict(settings: Settings, *, index: float, threshold: float) -> Verdict:
    """Judge the mean number of lags without a signal that pass by the largest N.

    n = L · P(|S| > ε (N_measured/N)^{1−1/α}), S standard stable; derived here.

    Args:
        settings: not used.
        index: α of the noise.
        threshold: ε.
    """
    beyond = threshold * (_MEASURED / _LARGEST) ** (1 - 1 / index)
    chance = 2 * float(sf(beyond, index))
    expected = _LAGS * chance
    return judged(
        Level.COMPUTED,
        f"the stable distribution, α = {index:g}: {expected:.2g} of {_LAGS} lags",
        expected,
        float(_ALLOWED),
        f"α = {index:g}: {expected:.2f} of {_LAGS} lags without a signal, {chance:.2%} of each",
        points=_LAGS,
    )


def oriented_verdict(settings: Settings, *, oriented: bool) -> Verdict:
    """Judge the share of sets of normal noise that are detected from the smallest N on.

    Args:
        settings: the seed.
        oriented: whether each direction has the sign of its own mean.
    """
    generator = np.random.default_rng(settings.seed)
    noise = generator.standard_normal((_SETS, _SMALLEST, _DIRECTIONS))
    if oriented:
        noise *= np.sign(noise.mean(1, keepdims=True))
    means = noise.mean(2)
    ratio = means.mean(1) * np.sqrt(_SMALLEST) / (means.std(1, ddof=1) / np.sqrt(2))
    share = float((ratio > _EARLIER).mean())
    return judged(
        Level.MEASURED,
        f"{_SETS} sets of N = {_SMALLEST} and K = {_DIRECTIONS}: {share:.3f} detected",
        share,
        float(_ALLOWED),
        f"N = {_SMALLEST}, K = {_DIRECTIONS}: {share:.3f} of {_SETS} sets, the mean SNR "
        f"{float(ratio.mean()):.2f}",
        points=_SETS,
        seed=settings.seed,
    )


__all__ = ["noise_verdict", "oriented_verdict", "protocol"]
