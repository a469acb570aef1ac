r"""What longlag and SymPy print is read back to the same expression."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import (
    Derivative,
    Expr,
    Function,
    Integer,
    Integral,
    Max,
    Piecewise,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    binomial,
    erf,
    exp,
    factorial,
    floor,
    gamma,
    latex,
    log,
    oo,
    pi,
    sqrt,
    tanh,
)
from sympy.concrete.expr_with_limits import ExprWithLimits

from longlag.theory import LAWS, LonglagError, sigmoid, softplus
from longlag.theory.language.displays import print_scalar
from longlag.theory.laws.letters import tex_letter
from longlag.theory.tex import Declarations, read_formula
from longlag.theory.tex.names import Function as Unknown
from longlag.theory.tex.names import NamedFunction

LETTERS = {r"x": "x", "s": "s", r"\tau": "tau", r"\kappa": "kappa", "N": "N", "a": "a"}
POSITIVE = [Symbol(name, positive=True) for name in LETTERS.values()]
x = POSITIVE[0]
n, k = sympy.symbols("n k", integer=True, positive=True)
z = Symbol("z", real=True)
f = Function("f")
NUMBERS = [Integer(2), Integer(3), Integer(-1), Rational(1, 2), Rational(3, 7), pi]


def declared() -> Declarations:
    declarations = Declarations()
    for tex, symbol in zip([*LETTERS, "n", "k", "z"], [*POSITIVE, n, k, z], strict=True):
        declarations.let(tex, symbol)
    declarations.stand("f", Unknown(f))
    declarations.stand(r"\sigma", NamedFunction("sigmoid"))
    return declarations


DECLARED = declared()


def larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    functions = st.sampled_from(
        [exp, log, sqrt, gamma, sympy.Abs, tanh, erf, factorial, floor, f, sigmoid, softplus]
    )
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / p[1] if p[1] != 0 else p[0]),
        pairs.map(lambda p: p[0] ** p[1] if p[0].is_positive else p[0]),
        st.tuples(functions, inner).map(lambda p: p[0](p[1])),
        inner.map(lambda e: Sum(e * k, (k, 0, n))),
        inner.map(lambda e: Product(e + k, (k, 1, n))),
        inner.map(lambda e: Integral(e * exp(-z * x), (z, 0, oo))),
        inner.map(lambda e: Derivative(f(x) * e, x)),
        inner.map(lambda e: binomial(n, e)),
        inner.map(lambda e: Piecewise((e, x > 1), (z, True))),
        pairs.map(lambda p: Max(*p, x) if not (p[0] + p[1]).has(ExprWithLimits, Derivative) else x),
    )


#: Rules by which a reader refuses what SymPy prints in two readings, or what has no real value.
ALLOWED = (
    "may be",
    "not a real number",
    "where it ends is not clear",
    "stands in a",
    "stands in an exponent",
    "fraction up to 300",
    "higher than 40",
    r"'\substack'",
    "beyond",
    "how far a derivative reaches",
    "inside or outside",
    "does not depend",
)


@given(st.recursive(st.sampled_from([*POSITIVE, n, k, z, *NUMBERS]), larger, max_leaves=10))
def test_random_expressions(expression: Expr) -> None:
    assume(not expression.has(S.NaN, S.ComplexInfinity, S.ImaginaryUnit, sympy.re, sympy.im))
    for text in (latex(expression), print_scalar(expression)):
        try:
            found = read_formula(text, DECLARED)
        except LonglagError as error:
            assume(not any(rule in str(error) for rule in ALLOWED))
            raise
        assert found == expression, text


@pytest.mark.parametrize("name", LAWS)
def test_every_law(name: str) -> None:
    law = LAWS[name]
    declarations = Declarations()
    symbols = sorted(law.envelope.free_symbols, key=str)
    for symbol in symbols:
        tex = latex(symbol) if type(symbol) is not Symbol else tex_letter(symbol.name)
        declarations.let(tex, symbol)
    names = {symbol: tex_letter(symbol.name) for symbol in symbols if type(symbol) is Symbol}
    text = latex(law.envelope, symbol_names=names)
    assert read_formula(text, declarations) == law.envelope


MUTATIONS = [
    (x * (1 + n), r"x 1 + n"),
    (exp(-(x + n)), r"e^{- x + n}"),
    ((x + 1) ** 2, r"x + 1^{2}"),
    (x / (n + 1), r"\frac{x}{n} + 1"),
]


@pytest.mark.parametrize(("expression", "text"), MUTATIONS)
def test_a_lost_bracket_is_noticed(expression: Expr, text: str) -> None:
    assert read_formula(text, DECLARED) != expression
