"""Expressions printed as C are what SymPy says, and the functions below right to an ulp or two."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy
import torch
from sympy import Expr, Function, Integer, oo

from longlag.numerics import generate
from longlag.numerics.codegen.coverage import COVERAGE, Case, x, y
from longlag.numerics.compiled import load_library, toolchain
from longlag.numerics.compiled.execution import Execution
from longlag.numerics.compiled.pointwise import Pointwise
from longlag.numerics.compiled.source import c_source
from longlag.theory import Cell, LonglagError, drive, sigmoid, state
from longlag.theory.scalar.functions import softplus
from longlag.theory.scalar.special import log_expm1, lower_omega, wright_omega

needs_compiler = pytest.mark.skipif(toolchain() is None, reason="no C compiler")

DTYPES = (torch.float32, torch.float64)
FUNCTIONS: dict[str, tuple[type[Expr], Callable[[mpmath.mpf], mpmath.mpf]]] = {
    "exp": (sympy.exp, mpmath.exp),
    "sigmoid": (sigmoid, lambda v: 1 / (1 + mpmath.exp(-v))),
    "tanh": (sympy.tanh, mpmath.tanh),
    "softplus": (softplus, lambda v: mpmath.log1p(mpmath.exp(v))),
}


def cell_of(functions: dict[str, Expr]) -> Cell:
    """A cell with one state for each expression over the drives x and y."""
    drives = {x: drive("x"), y: drive("y")}
    update = {state(name): e.xreplace(drives) for name, e in functions.items()}
    return Cell("expressions", update, allow_nondifferentiable=True)


def evaluate(
    cell: Cell, columns: dict[str, torch.Tensor], change: Callable[[str], str] = str
) -> dict[str, torch.Tensor]:
    """Evaluate the expressions of a cell by one function, one point for each neuron."""
    function = Pointwise("values", cell, cell.graph.update)
    library = load_library(change(c_source(cell, [function])), "values")
    assert library is not None
    like = next(iter(columns.values()))
    drives = {drive(name): column for name, column in columns.items()}
    return Execution(library, drives, (), like).run(function)


def is_of_cells(case: Case) -> bool:
    """Whether a case is finite and needs no function that only decay laws use."""
    laws = (log_expm1, wright_omega, lower_omega)
    return not case.expression.has(oo, -oo) and not case.expression.atoms(Function) & {
        function for law in laws for function in case.expression.atoms(law)
    }


CASES = [case for case in COVERAGE if is_of_cells(case)]


@cache
def evaluated() -> dict[str, list[float]]:
    """All cases, each at its points: one function for all, called once for each set of points."""
    cell = cell_of({f"e{place}": case.expression for place, case in enumerate(CASES)})
    found = {}
    for points in {case.points for case in CASES}:
        columns = torch.tensor(points, dtype=torch.float64).T.contiguous()
        # What is tested is the text, which takes far longer to build with loops made fast.
        values = evaluate(
            cell, {"x": columns[0], "y": columns[1]}, '#pragma GCC optimize ("O0")\n{}'.format
        )
        for place, case in enumerate(CASES):
            if case.points == points:
                found[case.name] = values[f"e{place}"].expand(len(points)).tolist()
    return found


@needs_compiler
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_expression_of_the_list_is_evaluated_as_by_sympy(case: Case) -> None:
    exact = case.expression.xreplace(
        {number: sympy.Rational(number) for number in case.expression.atoms(sympy.Float)}
    )
    for point, value in zip(case.points, evaluated()[case.name], strict=True):
        at = dict(zip((x, y), map(sympy.Rational, point), strict=True))
        assert value == pytest.approx(float(exact.xreplace(at).evalf(40)), rel=1e-14)


def test_what_c_has_no_function_for_is_declined_by_its_name() -> None:
    h, growth = state("h"), sympy.gamma(drive("x"))
    cell = Cell("growing", {h: h * growth}, allow_nondifferentiable=True)
    with pytest.raises(LonglagError, match="gamma: the compiled backend cannot print it"):
        generate(cell, "compiled")


def points(dtype: torch.dtype) -> torch.Tensor:
    """Small, moderate and saturating arguments of both signs, and those at which branches meet."""
    generator = torch.Generator().manual_seed(0)
    ends = 100.0 if dtype == torch.float32 else 740.0
    uniform = [s * (2 * torch.rand(150, generator=generator) - 1) for s in (1.0, 12.0, 45.0, ends)]
    powers = 10.0 ** torch.linspace(-36, 1, 75)
    halves = torch.arange(-40, 41) * (np.log(2) / 2)
    special = torch.tensor([0.0, -0.0, 10.0, 20.0, -10.0, -20.0, 88.0, -88.0, -200.0])
    return torch.cat([*uniform, powers, -powers, halves, special]).to(dtype)


def units(name: str, dtype: torch.dtype, change: Callable[[str], str] = str) -> float:
    """The largest error of a function in units in the last place, where results are normal."""
    arguments = points(dtype)
    cell = cell_of({key: function(x) for key, (function, _) in FUNCTIONS.items()})
    found = evaluate(cell, {"x": arguments}, change)[name].double().tolist()
    information = torch.finfo(dtype)
    largest = 0.0
    with mpmath.workdps(60):
        for argument, value in zip(arguments.double().tolist(), found, strict=True):
            exact = FUNCTIONS[name][1](mpmath.mpf(argument))
            if abs(exact) > information.max:
                assert value == np.inf
            elif abs(exact) < information.tiny:
                assert abs(value - exact) <= information.tiny
            else:
                _, exponent = mpmath.frexp(exact)
                unit = mpmath.ldexp(information.eps, int(exponent) - 1)
                largest = max(largest, float(abs(value - exact) / unit))
    return largest


@needs_compiler
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_right_to_a_few_units_in_the_last_place(
    name: str, dtype: torch.dtype
) -> None:
    assert units(name, dtype) < 3


@needs_compiler
@pytest.mark.parametrize(
    ("old", "new"),
    [("0.693359375f", "0.693359475f"), ("4.16666666666666698e-2", "4.16666666667666698e-2")],
)
def test_a_wrong_constant_is_noticed(old: str, new: str) -> None:
    dtype = torch.float32 if old.endswith("f") else torch.float64
    assert units("sigmoid", dtype, lambda text: text.replace(old, new)) > 3


@needs_compiler
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_functions_pass_infinities_and_nan_on(dtype: torch.dtype) -> None:
    cell = cell_of({key: function(x) for key, (function, _) in FUNCTIONS.items()})
    arguments = torch.tensor([-np.inf, np.inf, np.nan], dtype=dtype)
    found = evaluate(cell, {"x": arguments})
    expected = {"exp": (0, np.inf), "sigmoid": (0, 1), "tanh": (-1, 1), "softplus": (0, np.inf)}
    for name, limits in expected.items():
        assert tuple(found[name][:2].tolist()) == limits
        assert found[name][2].isnan()


@needs_compiler
def test_a_bare_number_keeps_the_type_of_the_arrays() -> None:
    cell = cell_of({"h": x / 3 + Integer(2) ** sympy.Rational(1, 2)})
    function = Pointwise("values", cell, cell.graph.update)
    assert "(REAL)(1.4142135623730951)" in function.source
    for dtype in DTYPES:
        assert evaluate(cell, {"x": torch.ones(2, dtype=dtype)})["h"].dtype == dtype
