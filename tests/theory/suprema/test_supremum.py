"""A supremum of |f| over the line: exact where proved, else enclosed; wrong ones are found."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Expr,
    Rational,
    S,
    Symbol,
    asinh,
    atan,
    cos,
    cosh,
    diff,
    erf,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)

from longlag.theory.balls.numbers import precision
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.statement import Level
from longlag.theory.suprema import enclosure
from longlag.theory.suprema import supremum as module
from longlag.theory.suprema.critical import exact_values
from longlag.theory.suprema.enclosure import PRECISION, HalfLine, enclose_supremum, half_lines
from longlag.theory.suprema.supremum import Supremum, supremum

a = Symbol("a", real=True)

#: How near to the supremum the largest value that a search meets must come.
_NEAR = mpmath.mpf("1e-9")


def largest_value(function: Expr) -> mpmath.mpf:
    """The largest |f| that a dense grid, and a search around its best points, meets."""
    with mpmath.workdps(25):

        def size(x: mpmath.mpf) -> mpmath.mpf:
            return abs(evaluate(function, {a: x}))

        near = [mpmath.mpf(k) / 8 for k in range(-120, 121)]
        steps = [mpmath.mpf(15) * mpmath.mpf("1.4") ** k for k in range(70)]
        far = [sign * x for x in steps for sign in (1, -1)]
        grid = sorted(near + far)
        values = [size(x) for x in grid]
        best = sorted(range(1, len(grid) - 1), key=lambda k: -values[k])[:3]
        return max([*values, *(_climb(size, grid[k - 1], grid[k + 1]) for k in best)])


def _climb(size, low: mpmath.mpf, high: mpmath.mpf) -> mpmath.mpf:
    """The largest value in a bracket, by golden section."""
    share = (mpmath.sqrt(5) - 1) / 2
    for _ in range(42):
        left, right = high - share * (high - low), low + share * (high - low)
        if size(left) > size(right):
            high = right
        else:
            low = left
    return size((low + high) / 2)


def objection(found: Supremum, function: Expr) -> str:
    """What speaks against a supremum, by values of the function alone."""
    met = largest_value(function)
    lower, upper, value = (
        mpmath.mpf(x.p) / x.q if x.is_Rational else evaluate(x, {})
        for x in (found.lower, found.upper, found.expression)
    )
    if met > upper * (1 + mpmath.mpf("1e-15")):
        return "exceeded"
    if met < lower * (1 - _NEAR):
        return "not reached"
    if not lower <= value * (1 + mpmath.mpf("1e-15")) or value > upper * (1 + mpmath.mpf("1e-15")):
        return "value outside"
    return "" if upper <= lower * (1 + mpmath.mpf("1e-12")) else "too wide"


#: f with its supremum and where |f| attains it (or ∞ for a limit).
EXACT: list[tuple[Expr, Expr, Expr]] = [
    (tanh(a), S.One, oo),
    (diff(tanh(a), a), S.One, S.Zero),
    (diff(tanh(a), a, 2), 4 / (3 * sqrt(3)), sympy.atanh(1 / sqrt(3))),
    (sigmoid(a), S.One, oo),
    (diff(sigmoid(a), a), Rational(1, 4), S.Zero),
    (diff(sigmoid(a), a, 2), sqrt(3) / 18, log(2 + sqrt(3))),
    (erf(a), S.One, oo),
    (diff(erf(a), a), 2 / sqrt(pi), S.Zero),
    (diff(erf(a), a, 2), 2 * sqrt(2) * exp(Rational(-1, 2)) / sqrt(pi), 1 / sqrt(2)),
    (sin(a), S.One, pi / 2),
    (cos(a), S.One, S.Zero),
    (exp(sin(a)), S.Exp1, pi / 2),
    (2 / pi * atan(pi * a / 2), S.One, oo),
    (a / sqrt(1 + a**2), S.One, oo),
    (a / (1 + a**2), S.Half, S.One),
    (diff(a / (1 + a**2), a, 2), Rational(3, 4) + sqrt(2) / 2, sqrt(2) - 1),
    (exp(-((a - 50) ** 2) / 2), S.One, S(50)),
    (exp(-((a + 50) ** 2) / 2), S.One, S(-50)),
    (exp(-(a**4)), S.One, S.Zero),
    (-3 * tanh(5 * a + Rational(7, 3)), S(3), oo),
    (exp(-exp(a)), S.One, -oo),
    (softplus(a) - softplus(a - 1), S.One, oo),
    (2 + sigmoid(-a), S(3), -oo),
    (tanh(a) * (1 - exp(-((a - 30) ** 2))), S.One, oo),
    (sympy.Integer(-7) / 2, Rational(7, 2), S.Zero),
    (sqrt(a**2 + 1) - sqrt(a**2 + 2), sqrt(2) - 1, S.Zero),
    (log(1 + a**2) - log(2 + a**2), log(2), S.Zero),
    ((a**2 + 8) ** Rational(1, 3) - (a**2 + 1) ** Rational(1, 3), S.One, S.Zero),
    (sympy.LambertW(exp(-(a**2))), sympy.LambertW(1), S.Zero),
    (sympy.besselk(0, 1 + a**2), sympy.besselk(0, 1), S.Zero),
    (diff(sympy.besselk(0, 1 + a**2), a, 2), 2 * sympy.besselk(1, 1), S.Zero),
    (sympy.expint(1, 1 + a**2), sympy.expint(1, 1), S.Zero),
    (1 / sympy.gamma(2 + a**2), S.One, S.Zero),
    (sympy.gamma(2 + tanh(a)), S(2), oo),
    (sympy.zeta(2 + a**2), pi**2 / 6, S.Zero),
    (sympy.uppergamma(Rational(7, 3), 1 + a**2), sympy.uppergamma(Rational(7, 3), 1), S.Zero),
]


@pytest.mark.parametrize(("function", "value", "at"), EXACT, ids=lambda part: str(part)[:40])
def test_what_is_known_exactly_is_proved(function: Expr, value: Expr, at: Expr) -> None:
    found = supremum(function, a)
    assert found.level is Level.PROVED
    assert sympy.simplify(found.expression - value) == 0
    assert found.at == at or abs((found.at - at).evalf(50)) < 1e-40
    assert found.lower <= value <= found.upper
    assert found.upper <= found.lower * (1 + Rational(1, 10**12))


#: Activations whose constants have radicals within radicals, and odd powers and products like them.
POWERS: list[Expr] = [
    tanh(a) ** 3,
    tanh(a) ** 7,
    tanh(a) ** 9,
    tanh(a) ** 3 + tanh(a),
    tanh(a - 1) ** 3,
    tanh(2 * a) ** 3 / 5,
    sigmoid(a) ** 2,
    sigmoid(a) ** 5,
    sin(a) ** 3 + sin(a) ** 5,
    tanh(a) ** 3 * sigmoid(a),
    tanh(a) ** 3 * exp(-(a**2)),
    erf(a) ** 3,
    atan(a) ** 5,
    (a / sqrt(1 + a**2)) ** 3,
    tanh(a) ** 3 - sigmoid(a) ** 2,
    a**3 * exp(-(a**2)),
]


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("function", POWERS, ids=str)
def test_radicals_within_radicals_take_no_minutes(function: Expr, order: int) -> None:
    wanted = diff(function, a, order)
    found = supremum(wanted, a)
    assert objection(found, wanted) == ""
    assert found.upper <= found.lower * (1 + Rational(1, 10**12))
    if found.level is Level.PROVED:
        assert found.lower <= found.expression.evalf(40) <= found.upper


def test_the_cube_of_tanh_has_exact_constants() -> None:
    values = [supremum(diff(tanh(a) ** 3, a, order), a).expression for order in (0, 1, 2)]
    assert values[:2] == [1, Rational(3, 4)]
    # At tanh² = (9 − √41)/20, where 10 tanh⁴ − 9 tanh² + 1 = 0.
    square = (9 - sqrt(41)) / 20
    assert abs(values[2] - 6 * sqrt(square) * (1 - square) * (1 - 2 * square)).evalf(60) < 1e-50
    assert values[2].evalf(12) == pytest.approx(1.39275299675, abs=1e-11)


#: f whose supremum is a number without a name.
ENCLOSED: list[Expr] = [
    sin(a) * exp(-(a**2)),
    diff(tanh(a) + tanh(2 * a - 1) / 2, a, 2),
    asinh(a) / (1 + a**2),
    sin(a) * tanh(a),
    a / cosh(a),
    log(1 + a**2) / (1 + a**2),
    diff(exp(-sqrt(1 + (a - 3) ** 2)) * a, a),
    sin(9 * a) * exp(-(a**2) / 3),
    tanh(sin(3 * a) + cos(a)),
    diff(sympy.LambertW(exp(-(a**2))), a),
    diff(sympy.LambertW(1 + a**2), a),
    diff(sympy.besselk(0, 1 + a**2), a),
    diff(1 / sympy.gamma(2 + a**2), a, 2),
    diff(sympy.zeta(2 + a**2), a),
    diff(sympy.zeta(3 + tanh(a)), a),
    sympy.loggamma(1 + sigmoid(a)),
]


@pytest.mark.parametrize("function", ENCLOSED, ids=str)
def test_every_other_one_is_enclosed(function: Expr) -> None:
    found = supremum(function, a)
    assert found.level is Level.CERTIFIED
    assert found.at is None
    assert found.expression == found.upper
    assert objection(found, function) == ""


_COEFFICIENTS = st.fractions(-3, 3, max_denominator=4).map(Rational)
_RATES = st.fractions(Rational(1, 4), 4, max_denominator=4).map(Rational)
_SHAPES = st.sampled_from(
    [
        tanh(a),
        sigmoid(a) - S.Half,
        erf(a),
        a / (1 + a**2),
        sin(a) * exp(-(a**2)),
        a / sqrt(1 + a**2),
        exp(-(a**2) / 2),
        atan(a),
    ]
)
_UNITS = st.builds(
    lambda shape, size, rate, shift: size * shape.subs(a, rate * a + shift),
    _SHAPES,
    _COEFFICIENTS.filter(bool),
    _RATES,
    _COEFFICIENTS,
)


@settings(max_examples=max(4, settings.default.max_examples // 3))
@given(parts=st.lists(_UNITS, min_size=1, max_size=2), order=st.integers(0, 2))
def test_no_value_of_a_mixture_exceeds_its_supremum(parts: list[Expr], order: int) -> None:
    function = diff(sum(parts, S.Zero), a, order)
    if function.has(a):
        assert objection(supremum(function, a), function) == ""


WRONG = [
    # A critical point is missed: the right half of the line alone.
    (exp(-((a + 2) ** 2)) + exp(-((a - 2) ** 2)) / 2, Rational(1, 2)),
    # The tail is cut off at 10, before the maximum.
    (exp(-((a - 50) ** 2) / 2), Rational(1, 10**9)),
    # The value at 0 of what is larger elsewhere.
    (a**2 * exp(-(a**2)) + Rational(1, 4), Rational(1, 4)),
    # The limit of what overshoots it.
    (tanh(a) + exp(-(a**2)), S.One),
]


@pytest.mark.parametrize(("function", "wrong"), WRONG, ids=str)
def test_a_supremum_that_is_too_small_is_found_out(function: Expr, wrong: Rational) -> None:
    found = supremum(function, a)
    assert objection(found, function) == ""
    smaller = replace(found, expression=wrong, lower=wrong * Rational(99, 100), upper=wrong)
    assert objection(smaller, function) == "exceeded"
    larger = replace(found, lower=found.lower * 2, upper=found.upper * 2)
    assert objection(larger, function) == "not reached"


def test_without_its_tails_the_line_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = HalfLine.pieces
    function = exp(-((a - 50) ** 2) / 2)
    monkeypatch.setattr(HalfLine, "pieces", lambda half: whole(half)[:1])
    assert objection(supremum(function, a), function) == "exceeded"


def test_without_the_other_half_a_maximum_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    function = exp(-((a + 5) ** 2))
    monkeypatch.setattr(module, "half_lines", lambda *given: half_lines(*given)[:1])
    assert objection(supremum(function, a), function) == "exceeded"


@pytest.mark.parametrize("function", [function for function, *_ in EXACT if function.has(a)])
def test_a_value_below_the_supremum_is_not_proved(function: Expr) -> None:
    """The proof covers the line: it fails for v(1 − 10⁻⁹), and holds for v(1 + 10⁻⁹)."""
    found = supremum(function, a)
    with precision(PRECISION):
        known = {half: exact_values(half) for half in half_lines(function, a)}
        less = found.expression * (1 - Rational(1, 10**9))
        more = found.expression * (1 + Rational(1, 10**9))
        assert not module._Proof(less, known).succeeds()
        assert module._Proof(more, known).succeeds()


def test_a_critical_point_that_is_none_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value within the enclosure, but not the one taken: only the enclosure is left."""
    function = sin(a) * exp(-(a**2))
    near = supremum(function, a).lower
    monkeypatch.setattr(module, "exact_values", lambda half: {S.One: near, oo: S.Zero})
    assert supremum(function, a).level is Level.CERTIFIED


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (a, "unbounded as a -> oo"),
        (exp(-a), "unbounded as a -> -oo"),
        (log(1 + a**2), "unbounded as a -> oo"),
        (a * tanh(a), "unbounded as a -> oo"),
        (2 * a * cos(a**2), "no bound on it is found as a -> oo"),
        (1 / a, "near a = 0"),
        (1 / (a**2 - 2), "near a = 1.4142136"),
        (1 / (a - Rational(10**6, 7)), "near a = 142857.14"),
        (sympy.tan(a), "near a = 1.5707963"),
        (atan(1 / a), "near a = 0"),
        (sqrt(a), "not real near a = -"),
        # A bounded function of what is not real is not real either.
        (tanh(log(a)), "not real near a = -"),
        (tanh(a) ** Rational(7, 3), "not real near a = -"),
        (tanh(sympy.gamma(a - 50)), "has a pole or is not real"),
        (sympy.LambertW(1 + a**2), "unbounded as a -> oo"),
        (sympy.zeta(1 + a**2), "has a pole or is not real"),
    ],
    ids=str,
)
def test_what_has_no_supremum_is_refused(function: Expr, reason: str) -> None:
    with pytest.raises(LonglagError, match=reason) as caught:
        supremum(function, a)
    assert str(caught.value).startswith(str(function))


def test_what_is_never_quite_attained_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """sin a + sin √2a comes as near to 2 as one likes, and nearer farther out."""
    monkeypatch.setattr(enclosure, "_MOST_PIECES", 100)
    with pytest.raises(LonglagError, match="not enclosed in 100 pieces"):
        supremum(sin(a) + sin(sqrt(2) * a), a)


@pytest.mark.parametrize("pole", [S.One, S(2), Rational(10**6, 7)])
def test_a_pole_that_a_simplification_hides_is_seen(pole: Expr) -> None:
    function = (a**2 - pole**2) / (a - pole) * exp(-(a**2))
    with pytest.raises(LonglagError, match="has a pole"):
        supremum(function, a)


def test_few_pieces_are_needed() -> None:
    """Newton steps and the signs of derivatives settle most pieces: no fine grid is needed."""
    with precision(PRECISION):
        for function, *_ in EXACT:
            if function.has(a):
                assert enclose_supremum(half_lines(function, a), "f").pieces < 100
