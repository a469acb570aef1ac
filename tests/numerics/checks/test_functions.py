"""Every function of the language goes through every route of the checks, 50 digits included."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Function, Heaviside, Matrix, Max, Min, Piecewise, sqrt, symbols, tanh

from longlag.numerics.checks import CHECKS, subject
from longlag.numerics.checks.symbolic import zero_verdict
from longlag.theory import Cell, drive, recurrent, relu, state
from longlag.theory.scalar.functions import SMOOTH
from longlag.theory.statement import Settings
from longlag.theory.transport.entrywise import SymbolicEntries

h, d = state("h"), drive("d")
w = recurrent("w", h) + drive("w")
x, y = symbols("x y", real=True)
FEW = Settings(examples=2)

#: Functions by name, of an argument that may be any number.
FUNCTIONS = {kind.__name__: kind for kind in SMOOTH}
FUNCTIONS |= {
    "log": lambda e: sympy.log(1 + e**2),
    "root": lambda e: sqrt(1 + e**2),
    "tan": lambda e: sympy.tan(tanh(e)),
    "acosh": lambda e: sympy.acosh(2 + e**2),
}
KINKED = {
    "relu": relu,
    "Abs": sympy.Abs,
    "Max": lambda e: Max(e, -e / 2, 1),
    "Min": lambda e: Min(e, 1),
    "Piecewise": lambda e: Piecewise((e, e > 0), (e / 2, (e > -1) | (e < -2)), (0, True)),
}
JUMPING = {"Heaviside": Heaviside, "sign": sympy.sign}


def routes_hold(cell: Cell) -> None:
    found = subject(cell)
    for check in ("update", "jacobian", "parts", "backends"):
        verdict = CHECKS[check].run(found, FEW)
        assert verdict.holds, verdict.summary()


@pytest.mark.parametrize("name", [*FUNCTIONS, *KINKED])
def test_a_function_of_a_map_is_evaluated_by_every_route(name: str) -> None:
    value = {**FUNCTIONS, **KINKED}[name](w)
    cell = Cell("own", {h: value / sqrt(1 + w**2) + h / 2}, allow_nondifferentiable=name in KINKED)
    routes_hold(cell)
    parts = subject(cell).jacobian
    assert SymbolicEntries(cell).are_parts(parts.local, parts.recurrent)


@pytest.mark.parametrize("name", [*KINKED, *JUMPING])
def test_a_function_of_a_drive_need_not_be_smooth(name: str) -> None:
    routes_hold(Cell("own", {h: {**KINKED, **JUMPING}[name](d) * h + tanh(w)}))


@pytest.mark.parametrize("name", [*FUNCTIONS, "relu", "Abs", "Max", "Min"])
def test_what_expansion_does_not_settle_is_evaluated_in_many_digits(name: str) -> None:
    function: type[Function] = {**FUNCTIONS, **KINKED}[name]
    value: Expr = function(x - y)
    zero = Matrix([value * (y + 1) - value - y * value])
    assert zero_verdict([zero], "by points", Settings(), expand=False).holds
    assert not zero_verdict([zero + Matrix([value * x])], "by points", Settings()).holds
