"""Checks by SymPy on networks written out neuron by neuron: proofs for a given size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import mpmath
import sympy
from sympy import Dummy, Expr, Matrix, Pow, Rational, Symbol, default_sort_key
from sympy.core.function import Application
from sympy.polys.matrices import DomainMatrix

from longlag.numerics.checks.check import combine
from longlag.theory.cells.cell import Cell
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.matrix import ZERO
from longlag.theory.language.matrix import Matrix as NodeOfMatrix
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.transport.held_gates import held_part, is_gate_split
from longlag.theory.transport.inductive import are_parts
from longlag.theory.transport.jacobian import Jacobian, Split, jacobian
from longlag.theory.transport.product import Transport

#: Points at which a difference is evaluated that expansion does not settle.
_POINTS = 3
#: How mpmath computes functions of the language that it has not.
FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, 0),
    "hold": lambda x: x,
    "surrogate": lambda x, value, slope: value,
    "largest_of": lambda *pairs: max(x for w, x in zip(*[iter(pairs)] * 2, strict=True) if w),
}
#: Factors with more monomials than this make products that take longer than a few seconds.
_MOST_MONOMIALS = 60
#: Processor time for a Jacobian that is written out neuron by neuron.
_SECONDS = 60.0


@lru_cache(maxsize=64)
def explicit_jacobian(cell: Cell, size: int) -> Matrix:
    """Return SymPy's own ``Matrix.jacobian`` of the update of ``size`` neurons."""
    previous, new = cell.to_explicit(size)
    return new.jacobian(previous)


#: How a Jacobian is compared for every number of neurons.
EVERY_SIZE = "the update differentiated entry by entry, at neurons that are symbols, for every H"


@lru_cache(maxsize=64)
def _are_parts(cell: Cell, local: NodeOfMatrix, recurrent: NodeOfMatrix, split: Split) -> bool:
    if split == "gate":
        return is_gate_split(replace(jacobian(cell, split), local=local, recurrent=recurrent))
    return are_parts(cell, local, recurrent)


def jacobian_verdict(found: Jacobian, settings: Settings) -> Verdict:
    """Return the verdict on a derived Jacobian: proved for every H, else at given sizes.

    Undecided where writing those out takes too long.

    Args:
        found: what is checked.
        settings: digits and seed, where a difference must be evaluated.
    """
    if _are_parts(found.cell, found.local, found.recurrent, found.split):
        return Verdict(level=Level.PROVED, method=EVERY_SIZE)
    try:
        verdict = within(_SECONDS, explicit_verdict, found, settings)
        if found.split == "leak" or not verdict.holds:
            return verdict
        held = within(_SECONDS, explicit_verdict, held_part(found), settings)
    except OutOfTimeError:
        method = f"SymPy's Matrix.jacobian took longer than {_SECONDS:g} s"
        return Verdict(level=Level.UNDECIDED, method=method)
    return combine([held, verdict])


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
    differences = [jacobian.to_explicit(n) - explicit_jacobian(jacobian.cell, n) for n in sizes]
    scope = "SymPy's Matrix.jacobian for H = " + ", ".join(map(str, sizes))
    return zero_verdict(differences, scope, settings)


def expansion_verdict(transport: Transport, settings: Settings, lag: int = 3) -> Verdict:
    """Compare the terms of an expansion with the powers of ε in the explicit product ∏(D + εR).

    Args:
        transport: what is checked; its lag is set to ``lag``.
        settings: digits and seed, where the product has too many monomials to write out or the
            terms agree only through relations between functions of the same symbols.
        lag: the number of factors.

    Returns:
        proved for one neuron at this lag; computed at random rational points, in exact arithmetic
        or in many digits; or refuted.
    """
    found = transport.jacobian
    writer = Explicit(found.cell.graph, 1, keep_values=True)
    factors = [
        writer.at(j).matrix(part) for j in range(lag) for part in (found.local, found.recurrent)
    ]
    size = len(found.cell.states)
    terms = transport.at(lag).terms
    claimed = [sympy.zeros(size) if term == ZERO else writer.matrix(term) for term in terms]
    method, level = f"powers of ε in the explicit product, H = 1, ℓ = {lag}", Level.PROVED
    rational = _without_functions(without_roots(Matrix.vstack(*factors, *claimed)))
    if _monomials(rational[: 2 * size, :]) > _MOST_MONOMIALS:
        rational = rational.xreplace(_random_point(rational, settings))
        method, level = f"{method}, in exact arithmetic at a random point", Level.COMPUTED
    polynomials = _polynomials(rational)
    stack = [polynomials[i : i + size, :] for i in range(0, polynomials.shape[0], size)]
    if all(gap.is_zero_matrix for gap in _gaps(stack, lag)):
        return Verdict(level=level, method=method)
    return _written_verdict(_gaps([*factors, *claimed], lag), lag, settings)


def _written_verdict(gaps: list[Matrix], lag: int, settings: Settings) -> Verdict:
    """Judge the gaps of every order by their values: e^a and e^{a/2} are no free generators."""
    verdicts = [
        zero_verdict([gap], f"powers of ε in the explicit product, H = 1, ℓ = {lag}", settings)
        for gap in gaps
    ]
    for order, verdict in enumerate(verdicts):
        if not verdict.holds:
            where = f"H = 1, ell = {lag}: the term of order {order} differs"
            if verdict.counterexample:
                where += f" at {verdict.counterexample}"
            return replace(verdict, counterexample=where)
    return min(verdicts, key=lambda verdict: verdict.level is Level.PROVED)


def _gaps(stack: Sequence[Any], lag: int) -> list[Any]:
    """Return, for every order, the claimed coefficient of ε minus that of the explicit product.

    Args:
        stack: D and R of every position in turn, newest first; then the claimed coefficients.
        lag: the number of factors.
    """
    factors, claimed = stack[: 2 * lag], stack[2 * lag :]
    zero = factors[0] - factors[0]
    product = [factors[0], factors[1]]
    for local, recurrent in zip(factors[2::2], factors[3::2], strict=True):
        pairs = zip([*product, zero], [zero, *product], strict=True)
        product = [kept * local + crossed * recurrent for kept, crossed in pairs]
    return [term - exact for term, exact in zip(claimed, product, strict=False)]


def _polynomials(matrix: Matrix) -> DomainMatrix:
    """Return a matrix over polynomials or their fractions; π and e are generators like symbols."""
    return DomainMatrix.from_list_sympy(*matrix.shape, matrix.tolist(), composite=True)


def _monomials(matrix: Matrix) -> int:
    polynomials = _polynomials(matrix)
    numerators = [polynomials.domain.numer(entry) for entry in polynomials.iter_values()]
    return sum(len(n.monoms()) if hasattr(n, "monoms") else 1 for n in numerators)


def _random_point(matrix: Matrix, settings: Settings) -> dict[Symbol, Rational]:
    """Return a random rational in (0, 1] for every symbol of a matrix."""
    generator = random.Random(settings.seed)
    symbols = sorted(matrix.free_symbols, key=default_sort_key)
    return {symbol: Rational(generator.randint(1, 2**20), 2**20) for symbol in symbols}


def without_roots(matrix: Matrix) -> Matrix:
    """Replace every root b^{±1/q} by a symbol: what vanishes for any value of it vanishes."""
    powers = [p for p in matrix.atoms(Pow) if p.exp.is_Rational and not p.exp.is_Integer]
    return _with_generators(matrix, powers)


def _without_functions(matrix: Matrix) -> Matrix:
    """Replace functions and powers with symbols above by symbols, as ``without_roots`` does."""
    powers = [p for p in matrix.atoms(Pow) if p.exp.free_symbols]
    return _with_generators(matrix, [*powers, *matrix.atoms(Application)])


def _with_generators(matrix: Matrix, parts: Iterable[Expr]) -> Matrix:
    """Replace b^{(p/q) x} by the p-th power of a symbol that stands for b^{x/q}."""
    generators: dict[tuple[Expr, Expr, int, bool], Symbol] = {}
    replacement: dict[Expr, Expr] = {}
    for part in sorted(parts, key=default_sort_key):
        base, exponent = part.as_base_exp()
        content, rest = exponent.as_content_primitive()
        negative = rest.could_extract_minus_sign()
        key = base, -rest if negative else rest, content.q, negative
        generator = generators.setdefault(key, Dummy(f"g{len(generators)}"))
        replacement[part] = generator**content.p
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
        entries = sympy.lambdify(symbols, list(matrix), [FUNCTIONS, "mpmath"], cse=True)
        for offset in range(_POINTS):
            point = _random_point(matrix, replace(settings, seed=settings.seed + offset))
            with mpmath.workdps(settings.digits):
                values = [mpmath.mpf(v.p) / v.q for v in (point[s] for s in symbols)]
                error = float(max(abs(entry) for entry in entries(*values)))
            worst = max(worst, error)
            if error > 10.0 ** (10 - settings.digits):
                where = ", ".join(f"{s} = {float(v):.4g}" for s, v in list(point.items())[:4])
                return Verdict(
                    level=Level.REFUTED,
                    method=method,
                    error=error,
                    seed=settings.seed,
                    counterexample=where + (", …" if len(point) > 4 else ""),
                )
    return Verdict(
        level=Level.COMPUTED,
        method=f"{method}, in {settings.digits} digits",
        points=_POINTS * len(differences),
        digits=settings.digits,
        error=worst,
        seed=settings.seed,
    )
