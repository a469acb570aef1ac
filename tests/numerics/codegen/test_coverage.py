"""Every backend prints and evaluates the whole list of expressions; a wrong printer does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import pytest
import sympy

from longlag.numerics.codegen import BACKENDS, generate_scalar, get_backend
from longlag.numerics.codegen.backend import HELPERS, Backend
from longlag.numerics.codegen.backends.functions import FUNCTIONS
from longlag.numerics.codegen.coverage import COVERAGE, OPTIONAL, Case, covered, failures, x, y
from longlag.numerics.codegen.prelude import defined_names, select
from longlag.numerics.codegen.printer import ScalarPrinter
from longlag.theory import LonglagError
from tests.numerics.codegen.cells import ALL_CELLS
from tests.numerics.codegen.examples import FUNCTIONS as METHODS
from tests.numerics.codegen.examples import as_numpy, functions, largest_gap
from tests.numerics.codegen.examples import network as sampled

MULTIPRECISION = {"mpmath"}


def check(backend: str, **options: Any) -> list[str]:
    if backend not in MULTIPRECISION:
        return list(failures(backend, 1e-14, **options))
    with mpmath.workdps(50):
        return list(failures(backend, 1e-45, **options))


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_expression_is_printed_and_evaluated(backend: str) -> None:
    assert check(backend) == []


def test_names_of_the_list_are_unique() -> None:
    names = [case.name for case in (*COVERAGE, *OPTIONAL)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_list_holds_every_function_of_a_backend(backend: str) -> None:
    cases = covered(backend)
    used = {type(node) for case in cases for node in sympy.preorder_traversal(case.expression)}
    assert set(get_backend(backend).functions) <= used
    shared = {type(n) for case in COVERAGE for n in sympy.preorder_traversal(case.expression)}
    assert set(FUNCTIONS) <= shared & set(get_backend(backend).functions)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_prelude_defines_every_helper(backend: str) -> None:
    target = get_backend(backend)
    assert {*HELPERS, *target.functions.values()} <= defined_names(target.prelude)


def test_a_missing_function_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    numpy = get_backend("numpy")
    fewer = {kind: name for kind, name in numpy.functions.items() if kind is not sympy.erf}
    register(monkeypatch, replace(numpy, name="fewer", functions=fewer))
    found = list(failures("fewer"))
    assert found
    assert all("erf" in line for line in found)


def register(monkeypatch: pytest.MonkeyPatch, backend: Backend) -> None:
    monkeypatch.setattr(BACKENDS, "_items", dict(BACKENDS._items))
    BACKENDS.register(backend.name, backend)


def test_a_new_backend_passes_the_whole_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    numpy = get_backend("numpy")
    renamed = {kind: f"toy_{name}" for kind, name in numpy.functions.items()}
    aliases = "".join(f"\n{new} = {numpy.functions[kind]}" for kind, new in renamed.items())
    prelude = numpy.prelude + aliases
    register(monkeypatch, replace(numpy, name="toy", prelude=prelude, functions=renamed))
    assert list(failures("toy")) == []
    for cell in ALL_CELLS.values():
        arguments = as_numpy(sampled(cell, (2,)).arguments)
        toy, plain = functions(cell, "toy"), functions(cell, "numpy")
        assert "toy" in toy.source
        for name in METHODS:
            assert (
                largest_gap(getattr(toy, name)(*arguments), getattr(plain, name)(*arguments)) == 0
            )


def unparenthesized(self: ScalarPrinter, item: Any, level: int, strict: bool = False) -> str:
    return str(self._print(item))


def loose(self: ScalarPrinter, item: Any, level: int, strict: bool = False) -> str:
    return str(PARENTHESIZE(self, item, level, strict=True))


def unsigned(self: ScalarPrinter, expr: Any) -> str:
    return self.backend.rational(abs(expr.p), expr.q)


def two_of_many(self: ScalarPrinter, expr: Any) -> str:
    helper = self.backend.functions[type(expr)]
    return f"{helper}({', '.join(sorted(self._print(a) for a in expr.args)[:2])})"


def halved(self: ScalarPrinter, expr: Any) -> str:
    return self._call(self.backend.functions[type(expr)], expr, expr.args[0], sympy.S.Half)


def first_piece(self: ScalarPrinter, expr: Any) -> str:
    return str(self._print(expr.args[0].expr))


def rounded(self: ScalarPrinter, expr: Any) -> str:
    return f"{float(expr):.12g}"


PARENTHESIZE = ScalarPrinter.parenthesize
MUTATIONS: dict[str, tuple[str, Callable[..., str]]] = {
    "no brackets": ("parenthesize", unparenthesized),
    "brackets only below": ("parenthesize", loose),
    "lost sign": ("_print_Rational", unsigned),
    "dropped argument of Min and Max": ("_print_Max", two_of_many),
    "value at zero ignored": ("_print_Heaviside", halved),
    "first piece only": ("_print_Piecewise", first_piece),
    "rounded literals": ("_print_Float", rounded),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_wrong_printer_is_caught(mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScalarPrinter, *MUTATIONS[mutation])
    assert any(failures("numpy"))


@pytest.mark.parametrize("wrong", [("sin", "cos"), ("maximum", "minimum"), ("erf", "erfc")])
def test_a_wrong_function_is_caught(
    wrong: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    numpy = get_backend("numpy")
    one, other = wrong
    swapped = {k: other if name == one else name for k, name in numpy.functions.items()}
    register(monkeypatch, replace(numpy, name="wrong", functions=swapped))
    assert any(failures("wrong"))


PRECEDENCE = {
    -(x**2): "-x**2",
    sympy.Pow(-x, 2, evaluate=False): "(-x)**2",
    x / (y * 2): "x/(2*y)",
    sympy.Pow(sympy.Pow(x, -1), -1, evaluate=False): "1/(1/x)",
    x ** (y**2): "x**(y**2)",
    (x**y) ** y: "(x**y)**y",
    x ** (-y): "x**(-y)",
    x**-2: "1/x**2",
    x ** sympy.Rational(-3, 2): "1/x**(3/2)",
    sympy.Rational(-1, 3) * x ** sympy.Rational(2, 3): "-x**(2/3)/3",
    -x + y - 3: "y - x - 3",
    -(x + y) * x: "x*(-x - y)",
    2 * (x + y): "2*x + 2*y",
    sympy.Mul(-2, x + y, evaluate=False): "-2*(x + y)",
    1 / (x - y): "1/(x - y)",
    sympy.sqrt(2) * x: "1.4142135623730951*x",
    sympy.Max(x, y, 1): "maximum(maximum(1, x), y)",
}


@pytest.mark.parametrize("expression", PRECEDENCE)
def test_text(expression: sympy.Expr) -> None:
    assert ScalarPrinter(get_backend("numpy")).text(expression) == PRECEDENCE[expression]


def test_unevaluated_forms_keep_their_value() -> None:
    printer = ScalarPrinter(get_backend("numpy"))
    third = sympy.Pow(3, -1, evaluate=False)
    quotient = sympy.Mul(x, sympy.Pow(sympy.Mul(y, 2, evaluate=False), -1, evaluate=False))
    for expression in (third, quotient, sympy.Mul(-2, x + y, evaluate=False), (-x) ** 2):
        text = printer.text(expression)
        value = eval(text, {"x": 0.75, "y": -1.5})
        assert value == pytest.approx(float(expression.subs({x: 0.75, y: -1.5})), rel=1e-15)


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        (sympy.zeta(x), "zeta"),
        (sympy.I * x, "I"),
        (sympy.zoo + 0 * x, "zoo"),
        (sympy.Integral(sympy.exp(-(x**2)), (x, 0, y)), "Integral"),
        (sympy.Derivative(sympy.Function("f")(x), x), "f(x)"),
        (sympy.DiracDelta(x), "DiracDelta"),
        (x + sympy.EulerGamma, "EulerGamma"),
        (sympy.log(-2) * x, "log(2) + I*pi"),
        (sympy.Piecewise((x, x > 0)), "defined everywhere"),
        (sympy.Mod(x, 2), "Mod"),
    ],
    ids=str,
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_backend_cannot_print_is_refused(
    expression: sympy.Expr, named: str, backend: str
) -> None:
    with pytest.raises(LonglagError) as error:
        generate_scalar(expression, (x, y), backend)
    message = str(error.value)
    assert "\n" not in message
    if not expression.has(sympy.I):
        assert named in message


def test_a_case_without_derivatives_is_not_differentiated() -> None:
    step = sympy.Heaviside(x)
    assert list(Case("step", step, differentiable=False).expressions) == ["step"]
    assert len(Case("square", x**2).expressions) == 3


def test_a_prelude_is_cut_down_to_what_is_used() -> None:
    prelude = "import a\nfrom b import c, d\none = 1\n\n\ndef f(x):\n    return g(x) + one\n\n\n"
    prelude += "def g(c):\n    return c\n\n\ndef h(x):\n    return a.x + d(x)\n"
    assert select(prelude, "f(2)").split("\n\n")[0] == "one = 1"
    assert "def h" not in select(prelude, "f(2)")
    assert select(prelude, "h(2)").startswith("import a\nfrom b import d\n\n\ndef h")
    assert select(prelude, "2") == ""
