"""Products of random gates and keys: every sequence of a few keys exactly, and simulation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product

import sympy
import torch
from sympy import Expr, Matrix, Rational, eye
from torch import Tensor

from longlag.derivations.linear import letters as the
from longlag.numerics.checks import combine
from longlag.numerics.lags.local_window import window_products
from longlag.numerics.lags.rank_one import RankOneFactors, delta_rule, rank_one_product
from longlag.theory.notation import ell
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Sequences of keys or gates that are drawn, their steps, and sizes of keys.
_DRAWN, _STEPS, _SIZES = 4000, 12, (2, 8)
_VALUES = (0.98, 0.7)
#: Products of gates that are drawn; at p = 1 the largest of them decide.
_GATES = 200_000
#: Lags at which all sequences of keys are gone through.
_LONGEST = 3
#: Standard errors that a mean may be off by: once in two million.
_STANDARD_ERRORS = 5.0
#: Unit vectors k that prefer no direction, E k kᵀ = I/K, by K: axes and, in the plane, a triangle.
_KEYS = {
    2: (
        Matrix([1, 0]),
        Matrix([-Rational(1, 2), sympy.sqrt(3) / 2]),
        Matrix([-Rational(1, 2), -sympy.sqrt(3) / 2]),
    ),
    3: (Matrix([1, 0, 0]), Matrix([0, 1, 0]), Matrix([0, 0, 1])),
}


def delta_rule_verdict(settings: Settings, *, over_lag: Expr, of_norm: bool) -> Verdict:
    """Compare a mean over keys with every sequence of a few keys, and with drawn ones.

    Args:
        settings: the seed.
        over_lag: what is stated, in the letters of the chapter.
        of_norm: of ‖M‖_F²/K, or of a diagonal entry.
    """
    exact = _over_all_sequences(over_lag, of_norm)
    return exact if not exact.holds else combine([exact, _over_drawn(settings, over_lag, of_norm)])


def _over_all_sequences(over_lag: Expr, of_norm: bool) -> Verdict:
    for size, lag in product(_KEYS, range(1, _LONGEST + 1)):
        found = sympy.expand(all_sequences(size, lag)[of_norm])
        stated = over_lag.subs({the.SIZE: size, ell: lag})
        if sympy.expand(found - stated) != 0:
            return Verdict(
                level=Level.REFUTED,
                method="every sequence of a few keys, in exact numbers",
                counterexample=f"K = {size}, lag {lag}: {sympy.factor(found)}",
            )
    return Verdict(
        level=Level.PROVED,
        method=f"every sequence of a few keys, in symbols, for K = {', '.join(map(str, _KEYS))} "
        f"and lags up to {_LONGEST}",
        points=len(_KEYS) * _LONGEST,
    )


@lru_cache(maxsize=len(_KEYS) * _LONGEST)
def all_sequences(size: int, lag: int) -> tuple[Expr, Expr]:
    """Return the means of a diagonal entry and of ‖M‖_F²/K over every sequence of a few keys.

    Args:
        size: K, of which the keys are known.
        lag: ℓ.
    """
    factors = [the.ALPHA * (eye(size) - the.BETA * k * k.T) for k in _KEYS[size]]
    diagonal = square = sympy.Integer(0)
    for chosen in product(factors, repeat=lag):
        matrix = eye(size)
        for factor in chosen:
            matrix = (matrix * factor).applyfunc(sympy.expand)
        diagonal += matrix[0, 0]
        square += sum(entry**2 for entry in matrix) / size
    count = len(factors) ** lag
    return sympy.expand(diagonal / count), sympy.expand(square / count)


def _over_drawn(settings: Settings, over_lag: Expr, of_norm: bool) -> Verdict:
    alpha, beta = _VALUES
    cases = {
        f"K = {size}": (
            over_lag.subs({the.SIZE: size, the.ALPHA: alpha, the.BETA: beta}),
            drawn_keys(settings.seed, size)[of_norm],
        )
        for size in _SIZES
    }
    told = (
        f"{_DRAWN} sequences of isotropic keys, in standard errors, lags up to {_STEPS}, "
        f"K = {', '.join(map(str, _SIZES))}, α = {alpha}, β = {beta}"
    )
    return in_standard_errors(cases, told, settings)


def in_standard_errors(
    cases: Mapping[str, tuple[Expr, tuple[Tensor, Tensor]]], told: str, settings: Settings
) -> Verdict:
    """Compare what is stated over the lag with means by lag, in each of some cases.

    Args:
        cases: name ↦ what is stated over ``ell``; means and their errors at lags 1, 2, …
        told: how they were made.
        settings: the seed.
    """
    worst, where = 0.0, ""
    for case, (given, (values, errors)) in cases.items():
        for lag in range(1, _STEPS + 1):
            expected = float(given.subs(ell, lag))
            off = abs(float(values[lag - 1]) - expected) / float(errors[lag - 1])
            if off > worst:
                found = f"{float(values[lag - 1]):.5g}, stated {expected:.5g}"
                worst, where = off, f"{case}, lag {lag}: {found}"
    return judged(
        Level.MEASURED,
        told,
        worst,
        _STANDARD_ERRORS,
        where,
        points=len(cases) * _STEPS,
        seed=settings.seed,
    )


@lru_cache(maxsize=2 * len(_SIZES))
def drawn_keys(seed: int, size: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return means and standard errors by lag: of a diagonal entry, and of ‖M‖_F²/K.

    Args:
        seed: of the keys.
        size: K.
    """
    random = torch.Generator().manual_seed(seed * 1_000_003 + size)
    key = torch.randn(_STEPS, _DRAWN, size, generator=random, dtype=torch.float64)
    key /= key.norm(dim=-1, keepdim=True)
    alpha, beta = (torch.full(key.shape[:2], value, dtype=torch.float64) for value in _VALUES)
    factors = delta_rule(alpha, beta, key)
    products = torch.stack(
        [
            rank_one_product(RankOneFactors(*(part[-lag:] for part in factors)))
            for lag in range(1, _STEPS + 1)
        ]
    )
    traces = products.diagonal(dim1=-2, dim2=-1).mean(-1)
    return with_errors(traces), with_errors(products.square().sum((-2, -1)) / size)


def with_errors(samples: Tensor) -> tuple[Tensor, Tensor]:
    """Return means over samples and their standard errors; what does not vary may be rounded.

    Args:
        samples: by lag and sample.
    """
    error = samples.std(1) / samples.shape[1] ** 0.5
    return samples.mean(1), error.clamp(min=1e-13)


def gates_verdict(settings: Settings, *, over_lag: Expr, of_logarithm: bool) -> Verdict:
    """Compare means over random gates with what is stated.

    Args:
        settings: the seed.
        over_lag: what is stated, in the letters of the chapter.
        of_logarithm: the mean logarithm of products, or the mean product.
    """
    cases = {
        f"p = {exponent:g}": (
            over_lag.subs(the.EXPONENT, exponent),
            drawn_gates(settings.seed, exponent)[of_logarithm],
        )
        for exponent in (1.0, 4.0)
    }
    told = f"{_GATES} products of drawn gates, in standard errors, lags up to {_STEPS}, p = 1, 4"
    return in_standard_errors(cases, told, settings)


@lru_cache(maxsize=4)
def drawn_gates(seed: int, exponent: float) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return means and standard errors by lag: of the product, and of its logarithm.

    Args:
        seed: of the gates.
        exponent: p of their density.
    """
    random = torch.Generator().manual_seed(seed * 1_000_003 + int(exponent))
    drawn = torch.rand(_STEPS, _GATES, generator=random, dtype=torch.float64)
    gates = drawn.clamp(min=1e-300) ** (1 / exponent)
    windows = window_products(gates[:, None, None, None, :], range(1, _STEPS + 1))
    products = torch.stack([window[-1, 0, 0, 0] for window in windows])
    return with_errors(products), with_errors(products.log())


__all__ = [
    "all_sequences",
    "delta_rule_verdict",
    "drawn_gates",
    "drawn_keys",
    "gates_verdict",
    "in_standard_errors",
    "with_errors",
]
