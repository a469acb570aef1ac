"""A true relation is accepted at its due strength; every deliberately wrong version is refuted."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    E,
    Expr,
    FiniteSet,
    Integer,
    Interval,
    Range,
    Rational,
    S,
    Symbol,
    binomial,
    cos,
    exp,
    log,
    oo,
    sin,
    sqrt,
    tanh,
)

from longlag.theory import LonglagError, sigmoid
from longlag.theory.scalar.parameters import draw
from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import compute, prove, verify

x, s, b = (Symbol(name, positive=True) for name in ("x", "s", "b"))
k = Symbol("k", integer=True, nonnegative=True)
UNIT = Interval.open(0, 1)
LAGS = Range(2, 40)
SYMBOLS = {"x": x, "s": s, "k": k}


def identity(lhs: Expr, rhs: Expr, **domains: sympy.Set) -> Relation:
    return Relation(Kind.IDENTITY, lhs, rhs, {SYMBOLS[name]: d for name, d in domains.items()})


def bound(lhs: Expr, rhs: Expr, **domains: sympy.Set) -> Relation:
    return replace(identity(lhs, rhs, **domains), kind=Kind.BOUND)


#: True identities.
IDENTITIES: dict[str, Relation] = {
    "pythagoras": identity(sin(x) ** 2 + cos(x) ** 2, S.One, x=S.Reals),
    "square": identity((x + s) ** 2, x**2 + 2 * x * s + s**2, x=S.Reals, s=UNIT),
    "double angle": identity(2 * sigmoid(2 * x) - 1, tanh(x), x=S.Reals),
    "open and closed gate": identity(sigmoid(x) + sigmoid(-x), S.One, x=S.Reals),
    "pairs": identity(binomial(k, 2), k * (k - 1) / 2, k=LAGS),
}
#: True bounds lhs ≤ rhs that are not equalities on their domain.
BOUNDS: dict[str, Relation] = {
    "leak below exponential": bound((1 - s) ** k, exp(-s * k), s=UNIT, k=LAGS),
    "bernoulli": bound(1 - k * s, (1 - s) ** k, s=UNIT, k=LAGS),
    "slope of a gate": bound(sigmoid(x) * sigmoid(-x), Rational(1, 4), x=S.Reals),
    "logarithm": bound(log(x), x - 1, x=Interval.open(0, oo)),
    "far out": bound(exp(-100 * x) / 2, exp(-100 * x), x=Interval(2, 3)),
}


def exponent(lhs: Expr, rhs: Expr) -> Relation:
    return Relation(Kind.EXPONENT, lhs, rhs, {b: Interval(1, 2)}, x)


def limit(lhs: Expr, rhs: Expr) -> Relation:
    return Relation(Kind.LIMIT, lhs, rhs, {b: Interval(1, 2)}, x)


EXPONENTS = {
    "square root": exponent(1 / sqrt(1 + x), -S.Half),
    "with a logarithm": exponent(log(x) / sqrt(x), -S.Half),
    "any power": exponent(3 * x**-b + x ** (-b - 1), -b),
    "constant": exponent(2 + 1 / x, S.Zero),
}
LIMITS = {
    "polynomial": limit(3 * x**2 + x, 3 * x**2),
    "slow correction": limit(log(x) + log(log(x)), log(x)),
    "equal": limit(x, x),
}
TRUE = IDENTITIES | BOUNDS | EXPONENTS | LIMITS


def wrong_versions(relation: Relation) -> Iterator[tuple[str, Relation]]:
    """The slips a paper has: sign, factor, constant, exponent, direction."""
    right = relation.rhs
    if relation.kind in (Kind.IDENTITY, Kind.LIMIT):
        yield "sign", replace(relation, rhs=-right)
        yield "factor", replace(relation, rhs=2 * right)
        yield "3 % off", replace(relation, rhs=right * Rational(103, 100))
    if relation.kind is Kind.IDENTITY:
        yield "a trifle off", replace(relation, rhs=right * (1 + Rational(1, 10**35)))
        yield "constant", replace(relation, rhs=right + Rational(1, 10**30))
    if relation.kind is Kind.LIMIT:
        yield "exponent", replace(relation, rhs=right * x ** Rational(1, 100))
        yield "logarithm", replace(relation, rhs=right * log(x))
    if relation.kind is Kind.EXPONENT:
        yield "sign", replace(relation, rhs=-right - Rational(1, 10))
        yield "third", replace(relation, rhs=right + Rational(1, 6))
        yield "hair", replace(relation, rhs=right + Rational(1, 100))
    if relation.kind is Kind.BOUND:
        yield "direction", replace(relation, lhs=right, rhs=relation.lhs)
        yield "factor", replace(relation, rhs=relation.lhs - abs(relation.lhs) / 1000)


WRONG = [(name, slip) for name in TRUE for slip, _ in wrong_versions(TRUE[name])]


@pytest.mark.parametrize("name", TRUE)
def test_true_relations_are_shown_on_their_whole_domain(name: str) -> None:
    assert verify(TRUE[name]).level in (Level.PROVED, Level.CERTIFIED)


@pytest.mark.parametrize("name", TRUE)
def test_the_search_alone_says_how_far_it_looked(name: str) -> None:
    verdict = compute(TRUE[name], Settings(seed=3))
    if verdict.level is not Level.PROVED:
        assert verdict.level is Level.COMPUTED
        assert verdict.points > 100
        assert verdict.seed == 3


@pytest.mark.parametrize("name", {**IDENTITIES, **BOUNDS})
def test_what_is_shown_needs_no_search(name: str) -> None:
    assert prove(TRUE[name])


@pytest.mark.parametrize(("name", "slip"), WRONG)
def test_wrong_versions_are_refuted_with_a_counterexample_that_is_one(name: str, slip: str) -> None:
    wrong = dict(wrong_versions(TRUE[name]))[slip]
    verdict = verify(wrong, Settings(examples=20))
    assert verdict.level is Level.REFUTED
    assert verdict.error is not None
    if wrong.kind in (Kind.LIMIT, Kind.EXPONENT) or verdict.counterexample == "every point":
        return
    point = {}
    for part in verdict.counterexample.split(", "):
        symbol, number = part.split(" = ")
        point[SYMBOLS[symbol]] = Rational(number)
    left, right = (side.subs(point).evalf(60) for side in (wrong.lhs, wrong.rhs))
    assert left > right if wrong.kind is Kind.BOUND else left != right


def test_an_identity_may_have_zero_on_one_side() -> None:
    """Both sides evaluate to noise around 0; a relative error would be 1."""
    zero = identity(sin(x) ** 2 + cos(x) ** 2 - 1, S.Zero, x=S.Reals)
    assert verify(zero).level is Level.PROVED
    assert verify(replace(zero, rhs=Rational(1, 10**30))).level is Level.REFUTED


def test_no_digits_hide_a_difference() -> None:
    near = identity(x, x * (1 + Rational(1, 10**150)), x=UNIT)
    assert verify(near, Settings(digits=20)).level is Level.REFUTED


def test_so_few_digits_that_nothing_can_fail_are_refused() -> None:
    wrong = identity(x, 2 * x, x=UNIT)
    for settings in ({"digits": 8}, {"digits": 1}, {"examples": 0}, {"examples": -1}):
        with pytest.raises(LonglagError):
            verify(wrong, Settings(**settings))


@given(seed=st.integers(0, 1000))
def test_the_seed_decides_the_points(seed: int) -> None:
    relation = BOUNDS["bernoulli"]
    assert verify(relation, Settings(seed=seed)) == verify(relation, Settings(seed=seed))
    wrong = replace(relation, lhs=relation.rhs, rhs=relation.lhs)
    verdict = verify(wrong, Settings(seed=seed))
    assert verdict.counterexample == verify(wrong, Settings(seed=seed)).counterexample
    assert verdict.seed == seed


class Ends(random.Random):
    """A generator that gives one end of what it may."""

    def __init__(self, place: int) -> None:
        super().__init__(0)
        self.place = place

    def randint(self, *ends: int) -> int:
        return ends[self.place]


@pytest.mark.parametrize("domain", [Interval.open(0, 1), Interval.open(2, 5), Interval(-oo, 0)])
def test_points_keep_off_the_ends_by_one_part_in_a_trillion(domain: Interval) -> None:
    lowest, highest = (draw(domain, Ends(place)) for place in (0, 1))
    low, high = (Integer(-10), Integer(0)) if domain.start == -oo else (domain.start, domain.end)
    step = (high - low) * Rational(1, 2**40)
    assert (lowest, highest) == (low + step, high - step)


DOMAINS = [
    Interval(2, 3),
    Interval.open(0, 1),
    Interval(-oo, 0),
    Interval(5, oo),
    S.Reals,
    Range(2, 9, 3),
    FiniteSet(1, Rational(7, 2)),
    S.Naturals,
    S.Naturals0,
    S.Integers,
    Interval(100, oo),
]


@given(domain=st.sampled_from(DOMAINS), seed=st.integers(0, 10**6))
def test_points_lie_in_their_domain_and_are_exact(domain: sympy.Set, seed: int) -> None:
    point = draw(domain, random.Random(seed))
    assert point in domain
    assert point.is_Rational
    assert point == draw(domain, random.Random(seed))


#: What cannot be compared, and the offending value.
BAD: dict[str, tuple[Relation, str]] = {
    "no domain": (identity(x * s, x * s, x=UNIT), "symbols ['s']"),
    "a product of domains": (
        identity(x, x, x=sympy.ImageSet(sympy.Lambda(k, k**2), S.Naturals)),
        "domain",
    ),
    "an empty domain": (identity(x, x, x=S.EmptySet), "domain of x"),
    "an empty range": (identity(k, k, k=Range(0)), "domain of k"),
    "not real": (bound(sqrt(x - 2), S.One, x=UNIT), "sqrt(x - 2)"),
    "limit of what": (replace(identity(x, x, x=UNIT), kind=Kind.LIMIT), "limit"),
    "exponent of what": (replace(identity(x, S.One, x=UNIT), kind=Kind.EXPONENT), "exponent"),
}


def test_a_constant_that_is_off_refutes_a_limit_however_small_it_is() -> None:
    for power in (10, 30, 60):
        off = limit(x * (1 + Rational(1, 10**power)), x)
        assert verify(off).level is Level.REFUTED


def test_errors_that_rise_again_refute_a_limit() -> None:
    # 1/ln x + ln x/10^6: it falls to 0.002 at 10^300, and is at 0.007 at 10^3000.
    rising = limit(x * (1 + 1 / log(x) + log(x) / 10**6), x)
    assert verify(rising).level is Level.REFUTED


def test_finite_sets_may_hold_numbers_that_are_no_fractions() -> None:
    domains = {x: FiniteSet(sqrt(2), 3), s: FiniteSet(Rational(1, 3))}
    power = Relation(Kind.IDENTITY, x**s, exp(s * log(x)), domains)
    assert verify(power).level is Level.PROVED
    assert verify(replace(power, rhs=2 * power.rhs)).level is Level.REFUTED


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_compared_is_refused_in_one_line(name: str) -> None:
    relation, value = BAD[name]
    with pytest.raises(LonglagError) as caught:
        verify(relation)
    assert value in caught.value.value
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_domain_may_have_pieces() -> None:
    pieces = sympy.Union(Interval(0, 1), Interval(3, 4))
    assert verify(bound((x - 1) * (3 - x), S.Zero, x=pieces)).level is Level.PROVED
    assert verify(bound((x - 1) * (3 - x), -S.One, x=pieces)).level is Level.REFUTED


def test_where_no_side_has_a_value_nothing_is_said() -> None:
    nowhere = identity(1 / (k - 3), 2 / (k - 3), k=FiniteSet(3))
    verdict = verify(nowhere)
    assert verdict.level is Level.UNDECIDED
    assert "no side has a value" in verdict.method


def test_a_value_that_is_not_real_is_told_in_few_digits() -> None:
    with pytest.raises(LonglagError) as caught:
        verify(bound(log(x - 2) + s, log(x) + s, x=UNIT, s=UNIT))
    told = str(caught.value)
    assert "3.1415927j, not a real number" in told
    assert caught.value.value.startswith("s + log(x - 2) at ")


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    previous = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


FAR = {
    "euler": limit((1 + 1 / x) ** x, E),
    "geometric": limit(1 + (1 - 1 / (1 + b)) ** x, S.One),
    "power law": limit((b + x) ** -b, x**-b),
}


@pytest.mark.parametrize("name", FAR)
def test_far_points_need_no_exact_powers(name: str) -> None:
    with within(3):
        assert verify(FAR[name]).holds
        assert verify(replace(FAR[name], rhs=2 * FAR[name].rhs)).level is Level.REFUTED


@pytest.mark.parametrize("factor", [1, 2])
def test_powers_in_disguise_are_not_searched_for_roots(factor: int) -> None:
    # As soon as s and b are numbers, SymPy makes the exponential a power of x.
    power = Relation(
        Kind.IDENTITY,
        factor * exp(2 * s * log(x) / b),
        x ** (2 * s / b),
        {x: UNIT, s: UNIT, b: UNIT},
    )
    with within(20):
        assert verify(power, Settings(examples=20)).holds == (factor == 1)


@pytest.mark.parametrize(("factor", "holds"), [(Integer(1), True), (Integer(2), False)])
def test_a_limit_is_shown_for_all_other_symbols(factor: Expr, holds: bool) -> None:
    positive = Interval.open(0, oo)
    sides = (s * x + log(x), factor * s * x, {s: positive, x: positive}, x)
    assert prove(Relation(Kind.LIMIT, *sides)) is holds


def test_which_of_two_exponentials_leads_is_not_guessed() -> None:
    positive = Interval.open(0, oo)
    domains = {s: positive, b: positive, x: positive}
    both = Relation(Kind.LIMIT, exp(s * x) + exp(b * x), exp(s * x), domains, x)
    assert not prove(both)
    assert verify(both).level is Level.REFUTED
