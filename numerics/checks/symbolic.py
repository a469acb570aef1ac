"""Checks by SymPy on networks written out neuron by neuron: proofs for a given size."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from typing import Any

import mpmath
import sympy
from sympy import Dummy, Expr, Matrix, Pow, Rational, Symbol
from sympy.polys.matrices import DomainMatrix

from longlag.theory.cells.cell import Cell
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.matrix import ZERO
from longlag.theory.notation import epsilon
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.transport.jacobian import Jacobian
from longlag.theory.transport.product import Transport

#: Points at which a difference is evaluated that expansion does not settle.
_POINTS = 3
_FUNCTIONS = {"sigmoid": lambda x: 1 / (1 + mpmath.exp(-x))}
#: Factors with more monomials than this make products that take longer than a few seconds.
_MOST_MONOMIALS = 60


@lru_cache(maxsize=64)
def _explicit_jacobian(cell: Cell, size: int) -> Matrix:
    previous, new = cell.to_explicit(size)
    return new.jacobian(previous)


def explicit_verdict(
    jacobian: Jacobian, settings: Settings, sizes: tuple[int, ...] = (1, 2)
) -> Verdict:
    """Compare a derived Jacobian with SymPy's own ``Matrix.jacobian`` of the explicit update.

    Args:
        jacobian: what is checked.
        settings: digits and seed, where the difference must be evaluated.
        sizes: numbers of neurons.

    Returns:
        proved for these numbers of neurons where the difference expands to zero; computed where it
        vanishes at random rational points in many digits; refuted otherwise.
    """
    differences = [jacobian.to_explicit(n) - _explicit_jacobian(jacobian.cell, n) for n in sizes]
    scope = "SymPy's Matrix.jacobian for H = " + ", ".join(map(str, sizes))
    return zero_verdict(differences, scope, settings)


def expansion_verdict(transport: Transport, settings: Settings, lag: int = 3) -> Verdict:
    """Compare the terms of an expansion with the powers of ε in the explicit product ∏(D + εR).

    Args:
        transport: what is checked; its lag is set to ``lag``.
        settings: the seed, for cells whose product has too many monomials to write out.
        lag: the number of factors.

    Returns:
        proved for one neuron at this lag (computed at a random rational point, in exact
        arithmetic, where the product is too large), or refuted.
    """
    found = transport.jacobian
    writer = Explicit(found.cell.graph, 1, keep_values=True)
    factors = [
        writer.at(j).matrix(found.local) + epsilon * writer.at(j).matrix(found.recurrent)
        for j in range(lag)
    ]
    claimed = sympy.zeros(len(found.cell.states))
    for order, term in enumerate(transport.at(lag).terms):
        if term != ZERO:
            claimed = claimed + epsilon**order * writer.matrix(term)
    rational = without_roots(Matrix.vstack(*factors, claimed))
    method, level = f"powers of ε in the explicit product, H = 1, ℓ = {lag}", Level.PROVED
    if _monomials(rational[: len(found.cell.states), :]) > _MOST_MONOMIALS:
        rational = rational.xreplace(_random_point(rational, settings, keep={epsilon}))
        method, level = f"{method}, in exact arithmetic at a random point", Level.COMPUTED
    wrong = _lowest_power(_product_gap(rational, lag))
    # Only the powers up to the order of the expansion are claimed.
    if wrong is None or wrong > transport.order:
        return Verdict(level=level, method=method)
    where = f"H = 1, ell = {lag}: the term of order {wrong} differs"
    return Verdict(level=Level.REFUTED, method=method, counterexample=where)


def _product_gap(stacked: Matrix, lag: int) -> DomainMatrix:
    """Return the last matrix of a stack minus the product of the others, over polynomials."""
    polynomials = DomainMatrix.from_Matrix(stacked)
    rows = stacked.shape[1]
    parts = [polynomials[i * rows : (i + 1) * rows, :] for i in range(lag + 1)]
    product = parts[0]
    for factor in parts[1:lag]:
        product = product * factor
    return parts[lag] - product


def _monomials(matrix: Matrix) -> int:
    polynomials = DomainMatrix.from_Matrix(matrix)
    return sum(len(_numerator(entry).monoms()) for entry in polynomials.iter_values())


def _numerator(entry: Any) -> Any:
    return entry if hasattr(entry, "monoms") else entry.numer


def _lowest_power(matrix: DomainMatrix) -> int | None:
    """Return the lowest power of ε in the entries of a polynomial matrix, None for zero."""
    position = matrix.domain.symbols.index(epsilon)
    monomials = [m for entry in matrix.iter_values() for m in _numerator(entry).monoms()]
    return min((monomial[position] for monomial in monomials), default=None)


def _random_point(
    matrix: Matrix, settings: Settings, keep: set[Symbol] | None = None
) -> dict[Symbol, Rational]:
    """Return a random rational in (0, 1] for every symbol of a matrix but those to keep."""
    generator = random.Random(settings.seed)
    symbols = sorted(matrix.free_symbols - (keep or set()), key=str)
    return {symbol: Rational(generator.randint(1, 2**20), 2**20) for symbol in symbols}


def without_roots(matrix: Matrix) -> Matrix:
    """Replace every root b^{±1/q} by a symbol: what vanishes for any value of it vanishes."""
    roots: dict[tuple[Expr, int, int], Symbol] = {}
    replacement: dict[Expr, Expr] = {}
    for power in matrix.atoms(Pow):
        exponent = power.exp
        if exponent.is_Rational and not exponent.is_Integer:
            sign = 1 if exponent.p > 0 else -1
            root = roots.setdefault((power.base, exponent.q, sign), Dummy("root"))
            replacement[power] = root ** abs(exponent.p)
    return matrix.xreplace(replacement)


def zero_verdict(
    differences: list[Matrix], method: str, settings: Settings, *, expand: bool = True
) -> Verdict:
    """Return whether matrices vanish: by expansion, else at random points in many digits.

    Args:
        differences: SymPy matrices.
        method: for the verdict.
        settings: digits and seed.
        expand: try expansion first; turn it off where both sides hold different roots.
    """
    left = [without_roots(m).applyfunc(sympy.expand) for m in differences] if expand else []
    if expand and all(matrix.is_zero_matrix for matrix in left):
        return Verdict(level=Level.PROVED, method=method)
    worst = 0.0
    for matrix in differences:
        symbols = sorted(matrix.free_symbols, key=str)
        entries = sympy.lambdify(symbols, list(matrix), [_FUNCTIONS, "mpmath"], cse=True)
        for offset in range(_POINTS):
            point = _random_point(matrix, replace(settings, seed=settings.seed + offset))
            with mpmath.workdps(settings.digits):
                values = [mpmath.mpf(v.p) / v.q for v in (point[s] for s in symbols)]
                error = float(max(abs(entry) for entry in entries(*values)))
            worst = max(worst, error)
            if error > 10.0 ** (10 - settings.digits):
                where = ", ".join(f"{s} = {float(v):.4g}" for s, v in list(point.items())[:4])
                return Verdict(
                    level=Level.REFUTED, method=method, error=error, seed=settings.seed,
                    counterexample=where + (", …" if len(point) > 4 else ""),
                )  # fmt: skip
    return Verdict(
        level=Level.COMPUTED,
        method=f"{method}, in {settings.digits} digits",
        points=_POINTS * len(differences),
        digits=settings.digits,
        error=worst,
        seed=settings.seed,
    )
