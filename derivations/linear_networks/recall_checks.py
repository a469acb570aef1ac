"""What a linear network recalls: in symbols, in fractions, in floating point and simulated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from sympy import QQ, Expr, Rational, S, symbols
from sympy.polys.matrices import DomainMatrix

from longlag.numerics.linear.recall import recall_by_inverse, recall_curve
from longlag.theory.linear.recall import gram_matrix, step_of_recall, steps_of_recall
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Units with multipliers that are symbols, and with fractions.
_SYMBOLIC, _FRACTIONS = (1, 2, 3), (1, 2, 5, 16)
_DRAWS, _LAGS = 4, 40
#: Sixteen multipliers whose Gram matrix is singular in float64.
_EVEN = tuple(Rational(1, 2) + Rational(3 * k, 100) for k in range(16))
_STANDARD_ERRORS = 5.0
#: Independent simulated sequences, and steps of each.
_SEQUENCES, _STEPS = 32, 6000


@lru_cache(maxsize=8)
def _field(units: int) -> tuple[DomainMatrix, DomainMatrix, list[Expr], list[Expr]]:
    """G^{−1}, diag λ, the multipliers and their powers λ_i^ℓ, over rational functions."""
    multipliers = list(symbols(f"lambda1:{units + 1}"))
    powers = list(symbols(f"x1:{units + 1}"))
    field = QQ.frac_field(*multipliers, *powers)
    gram = DomainMatrix.from_Matrix(gram_matrix(multipliers)).convert_to(field)
    diagonal = DomainMatrix(
        [
            [field.from_sympy(multipliers[i] if i == j else S.Zero) for j in range(units)]
            for i in range(units)
        ],
        (units, units),
        field,
    )
    return gram.inv(), diagonal, multipliers, powers


def step_verdict(settings: Settings, *, power: int, behind: int) -> Verdict:
    """Judge R_{ℓ−1} − R_ℓ = b^power, of b at ℓ or some lags behind it.

    Args:
        settings: the seed of the fractions.
        power: 2 as stated.
        behind: 0 as stated.
    """
    for units in _SYMBOLIC:
        inverse, diagonal, multipliers, powers = _field(units)
        field = inverse.domain
        column = DomainMatrix([[field.from_sympy(x)] for x in powers], (units, 1), field)
        before = diagonal.inv() * column
        fall = before.transpose() * inverse * before - column.transpose() * inverse * column
        moved = [x / each**behind for x, each in zip(powers, multipliers, strict=True)]
        step = field.from_sympy(step_of_recall(multipliers, moved))
        if fall.to_list()[0][0] != step**power:
            return Verdict(
                level=Level.REFUTED,
                method="rational functions of the multipliers, at every lag",
                counterexample=f"n = {units}, any distinct multipliers but isolated ones",
            )
    return Verdict(
        level=Level.PROVED,
        method="rational functions of multipliers and their powers, n = "
        f"{', '.join(map(str, _SYMBOLIC))}, every lag ≥ 1; for every n by Sherman and Morrison: "
        "G − Λ G Λ is the matrix of ones",
    )


def capacity_verdict(settings: Settings, *, per_unit: Rational, more: int = 0) -> Verdict:
    """Judge Σ_ℓ R_ℓ = per_unit·n + more, in symbols and for drawn fractions.

    Args:
        settings: the seed.
        per_unit: 1 as stated.
        more: 0 as stated.
    """
    cases = [("symbols", list(symbols(f"lambda1:{n + 1}"))) for n in _SYMBOLIC]
    cases += [("fractions", drawn(settings.seed, n)) for n in _FRACTIONS]
    for kind, multipliers in cases:
        gram = DomainMatrix.from_Matrix(gram_matrix(multipliers)).to_field()
        # Σ_ℓ v vᵀ entry by entry is the sum of a geometric series, which is G again.
        total = (gram.inv() * gram).to_Matrix().trace()
        if total != per_unit * len(multipliers) + more:
            return Verdict(
                level=Level.REFUTED,
                method=f"tr G^{{-1}} Σ_ℓ v vᵀ in {kind}",
                counterexample=f"n = {len(multipliers)}: {total}",
            )
    return Verdict(
        level=Level.PROVED,
        method="tr G^{-1} Σ_ℓ v vᵀ = tr I: the sum over lags is the Gram matrix again; inverted in "
        f"symbols for n = {', '.join(map(str, _SYMBOLIC))} and in fractions for n = "
        f"{', '.join(map(str, _FRACTIONS))}",
    )


def drawn(seed: int, units: int, *, most: int = 99) -> list[Expr]:
    """Return distinct random multipliers, hundredths between −most/100 and most/100.

    Args:
        seed: of the draw.
        units: how many.
        most: the largest, in hundredths.
    """
    chosen = random.Random(seed * 1_000_003 + units).sample(range(-most, most + 1), units)
    return [Rational(each, 100) for each in chosen]


def ceiling_verdict(settings: Settings, *, power: int, share: Rational) -> Verdict:
    """Judge ℓ_r < share·n/r^power over networks drawn in fractions, and over two extreme ones.

    Args:
        settings: the seed.
        power: 2 as stated.
        share: 1 as stated.
    """
    networks: dict[str, Sequence[Expr]] = {
        f"n = {n}, draw {draw}": drawn(settings.seed + draw, n, most=97)
        for n in _FRACTIONS[:3]
        for draw in range(_DRAWS)
    }
    networks["one unit of λ = 39/40"] = [Rational(39, 40)]
    networks["four units near 0"] = [Rational(k, 10**6) for k in range(1, 5)]
    worst, where = 0.0, ""
    for name, multipliers in networks.items():
        left = S.One
        for lag, step in enumerate(steps_of_recall(multipliers, _LAGS)):
            left -= step**2
            # With r² = R_ℓ the last lag is ℓ at least.
            ratio = float(lag / (share * len(multipliers))) * float(left) ** (power / 2)
            if ratio > worst:
                worst, where = ratio, f"{name}: lag {lag} is recalled with R = {float(left):.4g}"
    return judged(
        Level.COMPUTED,
        f"exact fractions, {len(networks)} networks, r² each R_ℓ up to ℓ = {_LAGS}; for every n: R "
        "does not rise and sums to n; largest ratio of both sides",
        worst,
        1.0,
        where,
        points=len(networks) * _LAGS,
        seed=settings.seed,
    )


def float_verdict(settings: Settings, *, route: str, bound: float) -> Verdict:
    """Judge Σ R in float64 for sixteen even multipliers against 16.

    Args:
        settings: not used; every run has the same multipliers.
        route: "inverse" or "filters".
        bound: below which the sum lies by the inverse; how far off it is by the filters.
    """
    multipliers = np.array([float(each) for each in _EVEN])
    found = {"inverse": recall_by_inverse, "filters": recall_curve}[route](multipliers, 3000)
    total = float(found.sum())
    told = f"3001 lags in float64: {total:.12g}, exact 16"
    off = total if route == "inverse" else abs(total - len(multipliers))
    return judged(Level.COMPUTED, told, off, bound, told, points=1)


def regression_verdict(settings: Settings, *, behind: int) -> Verdict:
    """Compare R_ℓ of a simulated network by regression with what is stated, in standard errors.

    Args:
        settings: the seed.
        behind: lags by which what is stated is off; 0 as stated.
    """
    multipliers = np.array([0.95, 0.8, 0.5, -0.6])
    stated = recall_curve(multipliers, 21)
    found = simulated_recall(settings.seed, tuple(multipliers), 20)
    means, errors = found.mean(0), found.std(0, ddof=1) / np.sqrt(len(found))
    off = np.abs(means - stated[behind : behind + 21]) / errors
    lag = int(off.argmax())
    return judged(
        Level.MEASURED,
        f"{_SEQUENCES} independent sequences of {_STEPS} steps, lags up to 20, in standard errors",
        float(off[lag]),
        _STANDARD_ERRORS,
        f"lag {lag}: {means[lag]:.5g} ± {errors[lag]:.2g}, stated {stated[lag + behind]:.5g}",
        points=21,
        seed=settings.seed,
    )


@lru_cache(maxsize=4)
def simulated_recall(seed: int, multipliers: tuple[float, ...], lags: int) -> NDArray[np.float64]:
    """Return R_0 … R_L of least-squares readouts, one row for each independent sequence.

    Args:
        seed: of the inputs.
        multipliers: of the units.
        lags: L.
    """
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(_SEQUENCES):
        x = generator.standard_normal(_STEPS)
        states = np.stack([lfilter([1], [1, -each], x) for each in multipliers], 1)[lags + 400 :]
        wanted = np.stack([x[lags + 400 - lag : _STEPS - lag] for lag in range(lags + 1)], 1)
        fitted = states @ np.linalg.lstsq(states, wanted, rcond=None)[0]
        unexplained = ((wanted - fitted) ** 2).sum(0) / (len(states) - len(multipliers))
        rows.append(1 - unexplained / (wanted**2).mean(0))
    return np.array(rows)


__all__ = [
    "capacity_verdict",
    "ceiling_verdict",
    "drawn",
    "float_verdict",
    "regression_verdict",
    "simulated_recall",
    "step_verdict",
]
