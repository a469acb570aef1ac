"""One matrix in all steps against fresh ones: exactly, in the limit, and drawn."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import mpmath
import numpy as np
import torch
from sympy import Expr, Integer, Rational, S, binomial, symbols

from longlag.derivations.stability import letters as the
from longlag.numerics.networks.sampling import orthogonal_matrix
from longlag.theory.notation import ell
from longlag.theory.stability.tied import (
    fresh_square_norm,
    orthogonal_square_norm,
    tied_square_norm,
)
from longlag.theory.statement import Level, Settings, Verdict, judged

_DRAWS, _STANDARD_ERRORS, _FRESH_DRAWS = 24, 5.0, 4
_FAR, _CLOSE = (25, 100, 400), 5e-3
_POINTS = ((Rational(19, 20), Rational(1, 20)), (Rational(9, 10), Rational(3, 10)))


def limit_verdict(settings: Settings, *, power: int) -> Verdict:
    """Judge T_ℓ = Σ C(ℓ,k)^power D^{2(ℓ−k)} σ^{2k} as the mean over the circle.

    The eigenvalues of a large Haar orthogonal W, and the moments of one with independent entries,
    make T_ℓ the mean of |D + σz|^{2ℓ} over |z| = 1.

    Args:
        settings: not used.
        power: 2 as stated.
    """
    D, sigma, z = symbols("D sigma z", positive=True)
    for lag in range(1, 9):
        left, right = ((D + sigma * each) ** lag for each in (z, 1 / z))
        mean = (left.expand() * right.expand()).expand().coeff(z, 0)
        stated = sum(
            binomial(lag, k) ** power * D ** (2 * (lag - k)) * sigma ** (2 * k)
            for k in range(lag + 1)
        )
        if (mean - stated).expand() != 0:
            return Verdict(
                level=Level.REFUTED,
                method="the mean of |D + σz|^{2ℓ} over |z| = 1 in symbols",
                counterexample=f"ℓ = {lag}: {mean}",
            )
    return Verdict(
        level=Level.PROVED,
        method="the mean of |D + σz|^{2ℓ} over |z| = 1 in symbols, ℓ ≤ 8; for every ℓ by Parseval",
    )


def drawn_verdict(settings: Settings, *, stated: Expr, haar: bool = True) -> Verdict:
    """Compare ‖M_ℓ‖_F²/H of one drawn orthogonal matrix with a number, in standard errors.

    Args:
        settings: the seed.
        stated: the mean.
        haar: by the Haar measure, or a QR whose signs are left as they come.
    """
    found = drawn_tied(settings.seed, haar)
    mean, error = found.mean(), found.std(ddof=1) / np.sqrt(len(found))
    told = f"{mean:.5f} ± {error:.5f}, stated {float(stated):.5f}"
    return judged(
        Level.MEASURED,
        f"s = 1/20, ℓ = {the.SHOWN_LAG}, H = {the.SHOWN_SIZE}, {len(found)} draws: {told}; in "
        "standard errors",
        abs(mean - float(stated)) / error,
        _STANDARD_ERRORS,
        told,
        points=len(found),
        seed=settings.seed,
    )


@lru_cache(maxsize=4)
def drawn_tied(seed: int, haar: bool = True) -> np.ndarray:
    """Return ‖M_ℓ‖_F²/H of the constant gate shown, one W for all steps, by draw.

    Args:
        seed: of the draws.
        haar: by the Haar measure, or a QR whose signs are left as they come.
    """
    found = []
    for draw in range(_DRAWS):
        generator = torch.Generator().manual_seed(1000 * seed + draw)
        product = torch.linalg.matrix_power(_step(generator, haar), the.SHOWN_LAG)
        found.append(float(product.square().sum()) / the.SHOWN_SIZE)
    return np.array(found)


def _step(generator: torch.Generator, haar: bool = True) -> torch.Tensor:
    size, gate = the.SHOWN_SIZE, float(the.GATE)
    if haar:
        matrix = orthogonal_matrix(size, generator)
    else:
        normal = torch.randn(size, size, generator=generator, dtype=torch.float64)
        matrix = torch.linalg.qr(normal)[0]
    return (1 - gate) * torch.eye(size, dtype=torch.float64) + gate * matrix


def finite_verdict(settings: Settings, *, over: Expr) -> Verdict:
    """Judge the mean for H neurons by exact means for one and for two, and by the drawn one.

    Args:
        settings: the seed.
        over: by what the distance of the even powers from the limit is divided; H as stated.
    """
    D, sigma = symbols("D sigma", positive=True)
    for lag in range(1, 6):
        limit = tied_square_norm(D, sigma, lag)
        even = ((D + sigma) ** (2 * lag) + (D - sigma) ** (2 * lag)) / 2
        # O(1) = {±1}; half of O(2) turns, the other half has the eigenvalues ±1.
        exact = {1: even, 2: (limit + even) / 2}
        for size, mean in exact.items():
            stated = limit + (even - limit) / over.subs(the.NEURONS, size)
            if (stated - mean).expand() != 0:
                return Verdict(
                    level=Level.REFUTED,
                    method="exact means over O(1) and O(2)",
                    counterexample=f"H = {size}, ℓ = {lag}",
                )
    exact_mean = orthogonal_square_norm(
        1 - the.GATE, the.GATE, the.SHOWN_LAG, Integer(the.SHOWN_SIZE)
    )
    return drawn_verdict(settings, stated=exact_mean)


def fresh_verdict(settings: Settings, *, stated: Expr) -> Verdict:
    """Compare ‖M_ℓ‖_F²/H of fresh orthogonal matrices with a number.

    Args:
        settings: the seed.
        stated: the mean.
    """
    found = _drawn_fresh(settings.seed)
    mean, error = found.mean(), found.std(ddof=1) / np.sqrt(len(found))
    told = f"{mean:.3e} ± {error:.1e}, stated {float(stated):.3e}"
    return judged(
        Level.MEASURED,
        f"s = 1/20, ℓ = {the.SHOWN_LAG}, H = {the.SHOWN_SIZE}, {len(found)} draws: {told}; in "
        "standard errors",
        abs(mean - float(stated)) / error,
        _STANDARD_ERRORS,
        told,
        points=len(found),
        seed=settings.seed,
    )


@lru_cache(maxsize=2)
def _drawn_fresh(seed: int) -> np.ndarray:
    found = []
    for draw in range(_FRESH_DRAWS):
        generator = torch.Generator().manual_seed(1000 * seed + draw)
        product = torch.eye(the.SHOWN_SIZE, dtype=torch.float64)
        for _ in range(the.SHOWN_LAG):
            product = _step(generator) @ product
        found.append(float(product.square().sum()) / the.SHOWN_SIZE)
    return np.array(found)


def asymptote_verdict(settings: Settings, *, asymptote: Expr) -> Verdict:
    """Judge T_ℓ over an asymptote → 1, in exact numbers at long lags.

    Args:
        settings: not used.
        asymptote: over D and σ of the chapter, and ``ell``.
    """
    errors = []
    with mpmath.workdps(30):
        for lag in _FAR:
            worst = 0.0
            for kept, crossed in _POINTS:
                exact = _exact(kept, crossed, lag)
                at = {the.KEPT: kept, the.CROSSED: crossed, ell: lag}
                worst = max(worst, abs(float((exact / asymptote.subs(at)).evalf(20)) - 1))
            errors.append(worst)
    shrinks = all(later < earlier for earlier, later in pairwise(errors))
    told = ", ".join(f"{error:.1e} at {lag}" for error, lag in zip(errors, _FAR, strict=True))
    return judged(
        Level.COMPUTED,
        f"exact sums at (D, σ) = {', '.join(map(str, _POINTS))}: distance of the quotient from 1 "
        f"{told}",
        errors[-1] if shrinks else float("inf"),
        _CLOSE,
        told,
        points=len(_FAR) * len(_POINTS),
    )


@lru_cache(maxsize=16)
def _exact(kept: Expr, crossed: Expr, lag: int) -> Expr:
    return tied_square_norm(kept, crossed, lag)


def isotropic_verdict(settings: Settings, *, fresh: bool, value: int) -> Verdict:
    """Judge whether χ = 1 keeps the mean square of a product at a value, for D² + σ² = 1.

    Args:
        settings: not used.
        fresh: with fresh matrices in each step, or with one in all.
        value: 1 as stated.
    """
    worst, where = S.Zero, ""
    for kept, crossed in ((Rational(4, 5), Rational(3, 5)), (Rational(12, 13), Rational(5, 13))):
        for lag in (1, 10, 100):
            found = (
                fresh_square_norm(kept, crossed, Integer(lag))
                if fresh
                else tied_square_norm(kept, crossed, lag)
            )
            if abs(found - value) > worst:
                worst = abs(found - value)
                where = (
                    f"D = {kept}, σ = {crossed}, ℓ = {lag}: {float(found):.4g} in place of {value}"
                )
    return judged(
        Level.COMPUTED,
        "exact sums, D² + σ² = 1, ℓ = 1, 10, 100; distance from the value",
        float(worst),
        0.0,
        where,
        points=6,
    )


__all__ = [
    "asymptote_verdict",
    "drawn_tied",
    "drawn_verdict",
    "finite_verdict",
    "fresh_verdict",
    "isotropic_verdict",
    "limit_verdict",
]
