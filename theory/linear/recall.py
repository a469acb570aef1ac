r"""What a linear network of n units recalls of white input, and why it is never more than n lags.

h_t = Λ h_{t−1} + x_t with distinct multipliers λ_i; the best linear readout of x_{t−ℓ} from h_t
explains the share R²(ℓ) = vᵀ G^{−1} v of its variance, with v_i = λ_i^ℓ and the Gram matrix
G_{ij} = Σ_k λ_i^k λ_j^k = 1/(1 − λ_i λ_j). Another basis of the state changes nothing, so that this
is every linear network whose states all are reached.

Σ_ℓ R²(ℓ) = n: Jaeger 2002. That R² never rises is derived here. G − Λ G Λ is the matrix of ones, so
that by Sherman and Morrison Λ^{−1} G^{−1} Λ^{−1} − G^{−1} has rank one and is a square:
R²(ℓ−1) − R²(ℓ) = b_ℓ², where b_ℓ are the coefficients of the all-pass function
B(z) = ∏ (z − λ_i)/(1 − λ_i z). From it all is computed without an inverse.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr, Integer, Matrix, Mul, S

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import as_expression, require_count


def gram_matrix(multipliers: Sequence[Expr]) -> Matrix:
    """Return G, the covariance of the states under white input of unit variance.

    Args:
        multipliers: λ_1 … λ_n, real, distinct, |λ| < 1 where they are numbers.

    Raises:
        LonglagError: no multiplier, one that does not forget, or two that are the same.

    >>> gram_matrix([S.Half, S.Zero])
    Matrix([
    [4/3, 1],
    [  1, 1]])
    """
    found = checked(multipliers)
    return Matrix(len(found), len(found), lambda i, j: 1 / (1 - found[int(i)] * found[int(j)]))


def recall(multipliers: Sequence[Expr], lag: int) -> Expr:
    """Return R²(ℓ) = vᵀ G^{−1} v by the inverse, in exact numbers or in symbols.

    Args:
        multipliers: λ_1 … λ_n, distinct.
        lag: ℓ, from 0.

    Raises:
        LonglagError: as for ``gram_matrix``; a lag below 0.

    >>> recall([S.Half], 2)
    3/64
    """
    count = require_count("lag", lag, "it counts steps back", least=0)
    found = checked(multipliers)
    powers = Matrix([each**count for each in found])
    return sympy.factor((powers.T * gram_matrix(found).LUsolve(powers))[0])


def steps_of_recall(multipliers: Sequence[Expr], lags: int) -> list[Expr]:
    """Return b_0 … b_L, the coefficients of ∏ (z − λ_i)/(1 − λ_i z).

    Args:
        multipliers: λ_1 … λ_n; any two of them may be the same.
        lags: L.

    Returns:
        L + 1 numbers or expressions, whose squares are 1 − R²(0) and R²(ℓ−1) − R²(ℓ).

    >>> steps_of_recall([S.Half], 2)
    [-1/2, 3/4, 3/8]
    """
    series: list[Expr] = [S.One, *[S.Zero] * require_count("lags", lags, "it is a lag", least=0)]
    for each in checked(multipliers, distinct=False):
        # y_ℓ = λ y_{ℓ−1} + x_{ℓ−1} − λ x_ℓ, one factor after the other.
        made: list[Expr] = []
        for at, value in enumerate(series):
            before = series[at - 1] + each * made[-1] if at else S.Zero
            made.append(sympy.expand(before - each * value))
        series = made
    return series


def step_of_recall(multipliers: Sequence[Expr], powers: Sequence[Expr]) -> Expr:
    """Return b_ℓ at any lag ℓ ≥ 1, over the powers λ_i^ℓ.

    Args:
        multipliers: λ_1 … λ_n, distinct and not zero.
        powers: λ_i^ℓ, such as symbols for them.

    Returns:
        Σ_i λ_i^ℓ (1/λ_i − λ_i) ∏_{j≠i} (1 − λ_i λ_j)/(λ_i − λ_j), by partial fractions.
    """
    found = checked(multipliers)
    terms = []
    for i, (each, power) in enumerate(zip(found, powers, strict=True)):
        others = [(1 - each * x) / (each - x) for j, x in enumerate(found) if j != i]
        terms.append(power * (1 / each - each) * Mul(*others))
    return sympy.Add(*terms)


def recall_ceiling(units: int, share: Expr) -> Expr:
    """Return n/r² − 1, above which no lag is recalled with R² ≥ r².

    R² does not rise with the lag and sums to n, so that (ℓ + 1) R²(ℓ) ≤ n.

    Args:
        units: n.
        share: r² in (0, 1].

    Raises:
        LonglagError: a share outside (0, 1], less than one unit.

    >>> recall_ceiling(64, S.Half)
    127
    """
    number = as_expression("share", share)
    if not (number.is_number and bool(number > 0) and bool(number <= 1)):
        raise LonglagError(f"share {share}", "it is a share of variance in (0, 1]", "give 1/2, say")
    count = require_count("units", units, "a network has at least one unit", least=1)
    return Integer(count) / number - 1


def checked(multipliers: Sequence[Expr], *, distinct: bool = True) -> list[Expr]:
    """Return multipliers as expressions, refused where they do not forget or are the same."""
    found = [as_expression("multiplier", each) for each in multipliers]
    if not found:
        raise LonglagError("multipliers ()", "a network has at least one unit", "give one")
    for each in found:
        if each.is_number and not bool(abs(each) < 1):
            raise LonglagError(
                f"multiplier {each}", "a stable unit forgets: |λ| < 1", "choose a smaller one"
            )
    if distinct and len(set(found)) < len(found):
        twice = next(each for each in found if found.count(each) > 1)
        raise LonglagError(
            f"multiplier {twice}, given twice",
            "two units of one multiplier are one",
            "give distinct ones",
        )
    return found


__all__ = ["gram_matrix", "recall", "recall_ceiling", "step_of_recall", "steps_of_recall"]
