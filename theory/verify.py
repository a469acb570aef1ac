"""Verdicts on scalar relations: symbolic proof, and evaluation at random points in many digits.

Both sides are evaluated apart, so a wrong side cannot hide in a simplification.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import mpmath
import sympy
from sympy import Expr, Float, Pow, Rational, S, Symbol, sympify

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.scalar.parameters import draw, shown
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Verdict,
    failure_rate_bound,
)

#: With fewer digits the tolerance would let anything pass.
_FEWEST_DIGITS = 15
#: Points at which a limit is followed: so far out that logarithmic corrections have died.
_FAR = tuple(10**power for power in (3, 30, 300, 3000))


def verify(
    relation: Relation, settings: Settings | None = None, *, seconds: float | None = None
) -> Verdict:
    """Return the strongest verdict on a relation.

    Args:
        relation: the two sides and their domain.
        settings: points, seed and digits.
        seconds: of processor time that SymPy may take for a proof; None lets it work.

    Returns:
        refuted with a counterexample; else proved for an identity that SymPy can settle; else
        computed.

    >>> from sympy import sin, cos, S
    >>> from sympy.abc import x
    >>> from longlag.theory.statement import Kind, Relation
    >>> verify(Relation(Kind.IDENTITY, sin(x)**2 + cos(x)**2, S(1), {x: S.Reals})).level
    <Level.PROVED: 'proved'>
    """
    settings = settings or Settings()
    computed = compute(relation, settings)
    if computed.holds and relation.kind is Kind.IDENTITY and _proved(relation, seconds):
        return Verdict(level=Level.PROVED, method="SymPy")
    return computed


def claim(
    name: str,
    relation: Relation,
    tex: str = "",
    *,
    title: str = "",
    text: str = "",
    source: Source = DERIVED_HERE,
    expected_to_hold: bool = True,
    wrong: Mapping[str, Relation | Expr] | None = None,
) -> Claim:
    """Return a claim that two scalar sides decide.

    Args:
        name: of the statement, an identifier.
        relation: what is judged.
        tex: what is displayed; by default the relation.
        title: above the display.
        text: what the step does, in words.
        source: where it is published.
        expected_to_hold: False for what does not survive.
        wrong: name of a wrong version ↦ the relation that it states, or its right side alone.

    >>> from sympy import S
    >>> from sympy.abc import x
    >>> square = Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})
    >>> mine = claim("square", square, wrong={"no cross term": x**2 + 1})
    >>> mine.judge(Settings()).level, mine.misstated("no cross term").judge(Settings()).level
    (<Level.PROVED: 'proved'>, <Level.REFUTED: 'refuted'>)
    """
    others = {
        key: value if isinstance(value, Relation) else replace(relation, rhs=sympify(value))
        for key, value in (wrong or {}).items()
    }
    return Claim(
        Statement(name, relation.kind, tex or relation.latex(), source=source),
        _judge_relation, title, text, expected_to_hold,
        stated={"relation": relation}, wrong={key: {"relation": v} for key, v in others.items()},
    )  # fmt: skip


def _judge_relation(settings: Settings, *, relation: Relation) -> Verdict:
    return verify(relation, settings)


def _proved(relation: Relation, seconds: float | None) -> bool:
    if seconds is None:
        return prove(relation)
    try:
        return within(seconds, prove, relation)
    except OutOfTimeError:
        return False


def prove(relation: Relation) -> bool:
    """Return whether SymPy shows that the two sides of an identity are equal."""
    difference = relation.lhs - relation.rhs
    return bool(sympy.expand(difference) == 0 or sympy.simplify(difference) == 0)


def compute(relation: Relation, settings: Settings) -> Verdict:
    """Evaluate both sides of a relation at random points of its domain.

    Args:
        relation: the two sides and their domain; every free symbol needs a domain.
        settings: points, seed and digits.

    Returns:
        computed, or refuted with the first point that fails.
    """
    free = (relation.lhs.free_symbols | relation.rhs.free_symbols) - {relation.variable}
    missing = sorted(str(symbol) for symbol in free if symbol not in relation.domains)
    if missing:
        raise LonglagError(
            f"symbols {missing}",
            "a relation is compared on a domain",
            "give each of them a SymPy set in domains",
        )
    if relation.kind in (Kind.LIMIT, Kind.EXPONENT) and relation.variable is None:
        raise LonglagError(
            f"{relation.kind} of {relation.lhs}",
            "it is followed as one symbol goes to infinity",
            "name that symbol as variable",
        )
    if settings.digits < _FEWEST_DIGITS or settings.examples < 1:
        raise LonglagError(
            f"{settings.digits} digits at {settings.examples} points",
            f"a comparison needs at least {_FEWEST_DIGITS} digits and one point",
            "raise digits or examples in the settings",
        )
    generator = random.Random(settings.seed)
    worst = 0.0
    tolerance = 10.0 ** (-settings.digits + 8)
    for _ in range(settings.examples):
        symbols = sorted(free, key=str)
        point = {symbol: draw(relation.domains[symbol], generator) for symbol in symbols}
        error, passed = _discrepancy(relation, point, settings.digits, tolerance)
        worst = max(worst, error)
        if not passed:
            where = ", ".join(f"{symbol} = {float(value):.6g}" for symbol, value in point.items())
            return Verdict(
                level=Level.REFUTED,
                method=f"{settings.digits} digits",
                error=error,
                seed=settings.seed,
                counterexample=where or "every point",
            )
    return Verdict(
        level=Level.COMPUTED,
        method=f"both sides apart in {settings.digits} digits",
        points=settings.examples,
        digits=settings.digits,
        error=worst,
        seed=settings.seed,
        failure_rate=failure_rate_bound(settings.examples),
    )


def _discrepancy(
    relation: Relation, point: Mapping[Symbol, Expr], digits: int, tolerance: float
) -> tuple[float, bool]:
    if relation.kind in (Kind.LIMIT, Kind.EXPONENT):
        return _far_discrepancy(relation, point, digits)
    left, right = (_evaluate(side, point, digits) for side in (relation.lhs, relation.rhs))
    scale = max(abs(left), abs(right))
    if scale == 0:
        return 0.0, True
    gap = (left - right) / scale
    error = float(abs(gap)) if relation.kind is Kind.IDENTITY else float(max(gap, S.Zero))
    return error, error <= tolerance


def _far_discrepancy(
    relation: Relation, point: Mapping[Symbol, Expr], digits: int
) -> tuple[float, bool]:
    """Follow a limit outwards: the error must shrink at every stage and end below 2 %."""
    errors = []
    x = relation.variable
    if relation.kind is Kind.EXPONENT:
        side = x * sympy.diff(sympy.log(relation.lhs), x)
        target = relation.rhs
    else:
        side, target = relation.lhs / relation.rhs, S.One
    for far in _FAR:
        # Floats, since an exact power of a number this large fills the memory; off the integers,
        # since powers with integer exponents are multiplied out.
        working = digits + 2 * len(str(far))
        at = {s: Float(v, working) for s, v in {**point, x: far + Rational(1, 3)}.items()}
        gap = _evaluate(side, at, digits) - _evaluate(target, at, digits)
        errors.append(float(abs(gap)))
    tiny = 10.0 ** (-digits / 2)
    shrinking = all(b < a or b < tiny for a, b in pairwise(errors))
    return errors[-1], shrinking and errors[-1] < 0.02


def _evaluate(expression: Expr, point: Mapping[Symbol, Expr], digits: int) -> Expr:
    exact = all(number.is_Rational for number in point.values())
    powers = expression.atoms(Pow)
    symbolic = any(power.exp.free_symbols for power in powers if power.base != S.Exp1)
    # SymPy makes a power of e^{x ln y} as soon as x and y are numbers.
    symbolic = symbolic or any(e.has(sympy.log) for e in expression.atoms(sympy.exp))
    if exact and symbolic:
        value = _evaluate_powers(expression, point, digits)
    else:
        value = expression.subs(point).evalf(digits)
    # Precision 1 is how SymPy says that it found no significant digit.
    if value.is_Float and value._prec == 1:
        return S.Zero
    if not value.is_Number or value.is_finite is False:
        where = ", ".join(f"{symbol} = {_six_digits(number)}" for symbol, number in point.items())
        raise LonglagError(
            f"{shown(expression)}" + (f" at {where}" if where else ""),
            f"it is {_six_digits(value)} there, and both sides of a relation are real",
            "correct it, or give its symbols domains on which it is real and finite",
        )  # fmt: skip
    return value


def _six_digits(number: Expr) -> str:
    """A number for a message, real or not.

    >>> _six_digits(sympy.Rational(1, 3) - sympy.pi * sympy.I)
    '0.333333 - 3.14159*I'
    """
    return str(number.evalf(6)) if number.is_number else shown(number)


def _evaluate_powers(expression: Expr, point: Mapping[Symbol, Expr], digits: int) -> Expr:
    """Evaluate without exact substitution: SymPy would look for the 2^40th root of a fraction."""
    working = 4 * digits
    with mpmath.workdps(working):
        try:
            value = evaluate(expression, point)
        except (LonglagError, TooLargeError):
            floats = {symbol: Float(number, working) for symbol, number in point.items()}
            return expression.subs(floats).evalf(digits)
        # What is left of terms that cancel.
        if abs(value) < mpmath.mpf(10) ** (-3 * digits):
            return S.Zero
        return sympify(value).evalf(digits)
