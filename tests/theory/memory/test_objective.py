"""Derivatives of the objective from a pair and a single term are those of J written out."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from sympy import Rational, exp, integrate, oo, simplify

from longlag.theory.memory import Objective, rate, time
from longlag.theory.memory.objective import amplitude, other_amplitude, other_rate, transform_symbol

UNITS = 2
AMPLITUDES = sympy.symbols(f"a1:{UNITS + 1}", real=True)
RATES = sympy.symbols(f"w1:{UNITS + 1}", positive=True)
VARIABLES = {"a": AMPLITUDES, "w": RATES}
TARGET = 3 * exp(-2 * time)
TRANSFORM = 3 / (2 + rate)


def written_out() -> sympy.Expr:
    """J for two units and one exponential, by integration."""
    error = sum(a * exp(-w * time) for a, w in zip(AMPLITUDES, RATES, strict=True)) - TARGET
    return integrate(sympy.expand(error**2), (time, 0, oo))


J = written_out()


def of(term: sympy.Expr, i: int, j: int | None = None) -> sympy.Expr:
    """A term at unit i, or at the pair (i, j), with the transform put in."""
    known = term.replace(transform_symbol, lambda w: TRANSFORM.subs(rate, w)).doit()
    values = {amplitude: AMPLITUDES[i], rate: RATES[i]}
    if j is not None:
        values |= {other_amplitude: AMPLITUDES[j], other_rate: RATES[j]}
    return known.subs(values, simultaneous=True)


def test_the_terms_add_up_to_the_objective() -> None:
    objective = Objective()
    pairs = sum(of(objective.pair, i, j) for i, j in product(range(UNITS), repeat=2))
    singles = sum(of(objective.single, i) for i in range(UNITS))
    assert simplify(pairs + singles + integrate(TARGET**2, (time, 0, oo)) - J) == 0


@pytest.mark.parametrize("x", ["a", "w"])
def test_the_gradient_is_that_of_the_objective(x: str) -> None:
    pair, single = Objective().gradient(x)
    for i in range(UNITS):
        found = sum(of(pair, i, j) for j in range(UNITS)) + of(single, i)
        assert simplify(found - J.diff(VARIABLES[x][i])) == 0
        half = sum(of(pair, i, j) for j in range(UNITS)) / 2 + of(single, i)
        assert simplify(half - J.diff(VARIABLES[x][i])) != 0


@pytest.mark.parametrize(("x", "y"), list(product("aw", repeat=2)))
def test_the_hessian_is_that_of_the_objective(x: str, y: str) -> None:
    crossed, summed, single = Objective().hessian(x, y)
    for i, k in product(range(UNITS), repeat=2):
        found = of(crossed, i, k)
        if i == k:
            found += sum(of(summed, i, j) for j in range(UNITS)) + of(single, i)
        true = J.diff(VARIABLES[x][i], VARIABLES[y][k])
        point = {
            **dict(zip(AMPLITUDES, (Rational(1, 2), -2), strict=True)),
            **dict(zip(RATES, (1, Rational(5, 3)), strict=True)),
        }
        assert sympy.nsimplify((found - true).subs(point)) == 0
