"""Ranges of a cell's expressions hold every value, and are as wide as the domains say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Expr,
    Interval,
    Max,
    Min,
    Rational,
    S,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tanh,
)

from longlag.theory import (
    Cell,
    LonglagError,
    drive,
    mean,
    parameter,
    recurrent,
    relu,
    sigmoid,
    softplus,
    state,
    weight,
)
from longlag.theory.language.ranges import LINE, Range, range_of

h, d = state("h"), drive("d")
share = parameter("share", Interval.open(0, 1))
signed = parameter("signed", Interval(-1, 2))
positive = parameter("positive", Interval.open(0, oo))
above = parameter("above", Interval(1, oo))
positive_weight = weight("P", Interval.open(0, 1))
gate = sigmoid(recurrent("n", h) + drive("n"))

KNOWN: list[tuple[Expr, Range]] = [
    (h, LINE),
    (recurrent("w", h), LINE),
    (share, Range(S.Zero, S.One, True, True)),
    (gate, Range(S.Zero, S.One, True, True)),
    (1 - share * gate, Range(S.Zero, S.One, True, True)),
    (1 - tanh(h) ** 2, Range(S.Zero, S.One, True, False)),
    (1 + share * (1 / positive + gate), Range(S.One, oo, True, True)),
    (3 + signed * tanh(h), Range(S.One, S(5), True, True)),
    (signed**2, Range(S.Zero, S(4))),
    (signed**3, Range(-S.One, S(8))),
    ((signed - 3) ** -3, Range(-S.One, -Rational(1, 64))),
    (1 / (signed - 3), Range(-S.One, -Rational(1, 4))),
    (1 / (2 + cos(h)), Range(Rational(1, 3), S.One)),
    (above ** Rational(-1, 2), Range(S.Zero, S.One, True, False)),
    (atan(h) + 2, Range(2 - pi / 2, 2 + pi / 2, True, True)),
    (cosh(signed), Range(S.One, cosh(2))),
    (relu(h), Range(S.Zero, oo, False, True)),
    (erfc(positive), Range(S.Zero, S.One, True, True)),
    (log(share), Range(-oo, S.Zero, True, True)),
    (mean(h**2, "m"), Range(S.Zero, oo, False, True)),
    (positive_weight(share), Range(S.Zero, oo, True, True)),
    (weight("E", Interval(0, oo))(gate), Range(S.Zero, oo, False, True)),
    (weight("I", Interval(-oo, 0)).T(gate), Range(-oo, S.Zero, True, False)),
    (weight("A", Interval(0, 1))(tanh(h)), LINE),
    (Abs(signed), Range(S.Zero, S(2))),
    (Max(signed, Rational(1, 2)), Range(S.Half, S(2))),
    (Min(signed, share), Range(-S.One, S.One, False, True)),
]


@pytest.mark.parametrize(("expression", "expected"), KNOWN)
def test_ranges_follow_from_the_declared_domains(expression: Expr, expected: Range) -> None:
    assert range_of(expression) == expected


_UNARY = [
    exp,
    sigmoid,
    tanh,
    softplus,
    erf,
    erfc,
    atan,
    asinh,
    sinh,
    cosh,
    sin,
    cos,
    Abs,
    relu,
    lambda x: x**2,
    lambda x: x**3,
    lambda x: -x,
    lambda x: 1 / (3 + tanh(x)),
    lambda x: x / 3,
    lambda x: sqrt(1 + x**2),
    lambda x: (1 + exp(x)) ** -2,
    lambda x: log(2 + sin(x)),
]
_BINARY = [lambda x, y: x + y, lambda x, y: x * y, Max, Min, lambda x, y: x - y / 2]

expressions = st.recursive(
    st.sampled_from([d, share, signed, positive, above]),
    lambda inner: (
        st.builds(lambda f, x: f(x), st.sampled_from(_UNARY), inner)
        | st.builds(lambda f, x, y: f(x, y), st.sampled_from(_BINARY), inner, inner)
    ),
    max_leaves=4,
)


@given(expressions, st.integers(-40, 40), st.integers(1, 63), st.integers(1, 63))
def test_no_value_lies_outside(expression: Expr, anything: int, part: int, other: int) -> None:
    point = {
        d: Rational(anything, 8),
        share: Rational(part, 64),
        signed: Rational(3 * other, 64) - 1,
        positive: Rational(other, part),
        above: 1 + Rational(part, other),
    }
    value = expression.xreplace(point).evalf(30)
    if not value.is_finite:  # a number too large for SymPy
        return
    found, slack = range_of(expression), 1e-20 * (1 + abs(value))
    assert found.low - slack <= value <= found.high + slack


#: Updates that divide by, or take roots and logarithms of, what domains alone show to be positive.
SMOOTH: dict[str, Expr] = {
    "liquid": (h + share * gate * positive) / (1 + share * (1 / positive + gate)),
    "gain below one": h / (1 - share * gate),
    "rational": h / (3 + signed * tanh(h)),
    "root": sqrt(2 - signed + positive) * h / sqrt(above + gate - 1 / (1 + above)),
    "negative": h / (signed * gate - above - 2),
    "logarithm": log(above + gate) * h,
    "symbolic power": (above + gate) ** signed * h,
}
ROUGH: dict[str, Expr] = {
    "a pole at an end": h / (signed * gate + 1 - 2 * gate),
    "a pole inside": h / (signed + tanh(d)),
    "a closed end": h / ((1 + signed) * gate + tanh(d) ** 2),
    "a root of both signs": h * sqrt(signed + gate),
    "a logarithm of zero": log(relu(d) + signed + 1) * h,
}


@pytest.mark.parametrize("name", SMOOTH)
def test_what_the_domains_keep_from_zero_is_differentiable(name: str) -> None:
    assert Cell("smooth", {h: SMOOTH[name] + d}).states == ("h",)


@pytest.mark.parametrize("name", ROUGH)
def test_what_they_do_not_is_refused(name: str) -> None:
    with pytest.raises(LonglagError, match="an update is differentiable, and here"):
        Cell("rough", {h: ROUGH[name] + d})


def test_conductances_of_signed_weights_add_up_to_no_zero() -> None:
    excite = weight("E", Interval(0, oo))(sigmoid(h)) + exp(drive("e"))
    Cell("conductances", {h: excite / (positive + excite)})
    with pytest.raises(LonglagError, match=r"divides by zero at E\[sigmoid\(h\)\] = .*, share = 0"):
        Cell("difference", {h: 1 / (weight("E", Interval(0, oo))(sigmoid(h)) - share)})
