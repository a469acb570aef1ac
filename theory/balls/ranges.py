"""Intervals between two exact ends, possibly infinite, with ends of balls rounded outwards.

Balls are narrow numbers: of [1e−40, 1e40] a ball loses the lower end. Boxes of a search over a
whole domain are wide, so they are kept by their ends, and functions that rise or fall take them
end by end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import acb, arb, fmpq, fmpz

from longlag.theory.balls.functions import function_named
from longlag.theory.balls.numbers import Number, ball

_INF, _NEG_INF, _ZERO, _ONE = arb("inf"), arb("-inf"), arb(0), arb(1)


class Range:
    """The numbers from ``low`` to ``high``.

    Args:
        low: an exact real ball, or −∞.
        high: an exact real ball, or ∞.

    >>> Range(arb(1), arb(2)) * Range(arb(-1), arb(3))
    [-2.00000, 6.00000]
    """

    __slots__ = ("high", "low")

    def __init__(self, low: Any, high: Any) -> None:
        self.low = _NEG_INF if low.is_nan() else low
        self.high = _INF if high.is_nan() else high

    def __repr__(self) -> str:
        return f"[{self.low.str(6, radius=False)}, {self.high.str(6, radius=False)}]"

    def __add__(self, other: Range) -> Range:
        return Range((self.low + other.low).lower(), (self.high + other.high).upper())

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low)

    def __sub__(self, other: Range) -> Range:
        return self + -other

    def __mul__(self, other: Range) -> Range:
        a, b, c, d = self.low, self.high, other.low, other.high
        if a >= 0 and c >= 0:
            return Range(_product(a, c).lower(), _product(b, d).upper())
        products = [_product(x, y) for x in (a, b) for y in (c, d)]
        low, high = products[0].lower(), products[0].upper()
        for product in products[1:]:
            low, high = low.min(product.lower()), high.max(product.upper())
        return Range(low, high)

    @property
    def is_point(self) -> bool:
        """Whether the ends are equal."""
        return bool(self.low == self.high)

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are finite."""
        return bool(self.low.is_finite() and self.high.is_finite())

    @property
    def is_whole(self) -> bool:
        """Whether it has no end."""
        return not (self.low.is_finite() or self.high.is_finite())

    @property
    def sign(self) -> int:
        """1 or −1 where all of it lies on that side of 0, else 0."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    @property
    def largest(self) -> Any:
        """The largest |x| of it."""
        return (-self.low).max(self.high)

    @property
    def least(self) -> Any:
        """The smallest |x| of it."""
        return self.low.max(-self.high).max(_ZERO)

    @property
    def middle(self) -> Any:
        """A number within it, where it is bounded."""
        return (self.low + (self.high - self.low) / 2).mid()

    @property
    def width(self) -> Any:
        """How long it is, at least."""
        return (self.high - self.low).upper()

    def holds(self, other: Range) -> bool:
        """Whether another one lies within it."""
        return bool(self.low <= other.low and other.high <= self.high)

    def hull(self) -> Any:
        """Return the smallest ball around it."""
        return self.low.union(self.high) if self.is_bounded else arb(0, "inf")


WHOLE = Range(_NEG_INF, _INF)


def _product(x: Any, y: Any) -> Any:
    """The product of two ends; 0 · ∞ is 0, since 0 stands for itself and ∞ for numbers below it."""
    if x.is_zero() or y.is_zero():
        return _ZERO
    return x * y


def point(number: Number) -> Range:
    """Return the range of a number.

    >>> point(fmpq(1, 2))
    [0.500000, 0.500000]
    """
    value = ball(number)
    if isinstance(value, acb) or value.is_nan():
        return WHOLE
    return Range(value.lower(), value.upper())


def union(a: Range, b: Range) -> Range:
    """Return the smallest range around two."""
    return Range(a.low.min(b.low), a.high.max(b.high))


def reciprocal(x: Range) -> Range:
    """Return 1/x where x does not change its sign, else the whole line."""
    if x.low > 0 or (x.low.is_zero() and x.high > 0):
        low = _ZERO if not x.high.is_finite() else (1 / x.high).lower()
        return Range(low, _INF if x.low.is_zero() else (1 / x.low).upper())
    if x.high < 0 or (x.high.is_zero() and x.low < 0):
        return -reciprocal(-x)
    return WHOLE


def whole_power(x: Range, exponent: int) -> Range:
    """Return x to an integer."""
    if exponent < 0:
        return reciprocal(whole_power(x, -exponent))
    if exponent == 0:
        return Range(_ONE, _ONE)
    if exponent % 2 == 0:
        x = magnitude(x)
    n = fmpz(exponent)
    return Range(_end_power(x.low, n).lower(), _end_power(x.high, n).upper())


def _end_power(x: Any, exponent: fmpz) -> Any:
    if x.is_finite():
        return x**exponent
    return x if exponent % 2 or x > 0 else -x


def magnitude(x: Range) -> Range:
    """Return |x|."""
    if x.low >= 0:
        return x
    if x.high <= 0:
        return -x
    return Range(_ZERO, (-x.low).max(x.high))


def power(base: Range, exponent: Range) -> Range:
    """Return the real power of what is not negative; the whole line where it may be."""
    if exponent.is_point and exponent.low.is_integer():
        return whole_power(base, int(_fraction(exponent.low)[0]))
    if base.low < 0:
        return WHOLE
    if exponent.is_point and exponent.low > 0:
        y = exponent.low
        return Range(_positive_power(base.low, y).lower(), _positive_power(base.high, y).upper())
    return exponential(exponent * logarithm(base))


def _positive_power(x: Any, y: Any) -> Any:
    if x.is_zero() or not x.is_finite():
        return x
    return x**y


@dataclass(frozen=True)
class Monotone:
    """A function that rises or falls from ``start`` to ``end``, and its limits there."""

    function: Callable[[Any], Any]
    start: float = float("-inf")
    end: float = float("inf")
    at_start: Any = _NEG_INF
    at_end: Any = _INF
    falls: bool = False

    def __call__(self, x: Range) -> Range:
        """Return the range of the function over a range, the whole line where it is not known."""
        if x.low < self.start or x.high > self.end:
            return WHOLE
        low, high = self._at(x.low), self._at(x.high)
        least, most = self.at_start, self.at_end
        if self.falls:
            low, high, least, most = high, low, most, least
        found = Range(low.lower(), high.upper())
        # Far out a ball around what is tiny reaches beyond the limit.
        return Range(found.low.max(least.lower()), found.high.min(most.upper()))

    def _at(self, x: Any) -> Any:
        if x == self.start or (not x.is_finite() and x < 0):
            return self.at_start
        if x == self.end or (not x.is_finite() and x > 0):
            return self.at_end
        return ball(self.function(x))


#: Beyond, e^x is only known to be gigantic: its digits would fill the memory.
_GIGANTIC = arb(2) ** 60


def exponential(x: Range) -> Range:
    """Return e^x."""
    low = _ZERO if not x.low.is_finite() else _lower_exponential(x.low)
    high = _INF if not x.high.is_finite() or x.high > _GIGANTIC else x.high.exp().upper()
    if not x.low.is_finite() and x.low > 0:
        low = _INF
    if not x.high.is_finite() and x.high < 0:
        high = _ZERO
    return Range(low, high)


def _lower_exponential(x: Any) -> Any:
    if x > _GIGANTIC:
        return _GIGANTIC.exp().lower()
    return x.exp().lower().max(_ZERO)


def logarithm(x: Range) -> Range:
    """Return ln x for x from 0 on."""
    if x.low < 0:
        return WHOLE
    low = _NEG_INF if x.low.is_zero() else x.low.log().lower()
    return Range(low, x.high.log().upper() if x.high.is_finite() else _INF)


def _valley(function: Callable[[Any], Any], start: float, lowest_at: Any, least: Any) -> Any:
    """A function that falls from ``start`` to a lowest point and rises from it."""
    falling = Monotone(function, start, at_start=_INF, at_end=least, falls=True)
    rising = Monotone(function, start, at_start=least)

    def valley(x: Range) -> Range:
        if x.low > lowest_at.upper():
            return rising(x)
        if x.high < lowest_at.lower():
            return falling(x)
        if x.low < start:
            return WHOLE
        left, right = falling._at(x.low), rising._at(x.high)
        return Range(least.lower(), left.upper().max(right.upper()))

    return valley


def _step(function: str) -> Callable[[Range], Range]:
    rounding = function_named(function)
    assert rounding is not None
    return Monotone(lambda x: rounding(fmpq(*_fraction(x))))


def _fraction(x: Any) -> tuple[Any, Any]:
    mantissa, exponent = x.man_exp()
    if exponent >= 0:
        return mantissa * fmpz(2) ** int(exponent), fmpz(1)
    return mantissa, fmpz(2) ** -int(exponent)


def _sign(x: Range) -> Range:
    return Range(
        _ONE if x.low > 0 else -_ONE if x.low < 0 else _ZERO,
        _ONE if x.high > 0 else -_ONE if x.high < 0 else _ZERO,
    )


def _heaviside(x: Range, at_zero: Range) -> Range:
    if x.low > 0:
        return Range(_ONE, _ONE)
    if x.high < 0:
        return Range(_ZERO, _ZERO)
    return union(
        at_zero, Range(_ZERO if x.low < 0 else at_zero.low, _ONE if x.high > 0 else at_zero.high)
    )


def _wave(name: str) -> Callable[[Range], Range]:
    function = function_named(name)
    assert function is not None

    def wave(x: Range) -> Range:
        bounded = Range(-_ONE, _ONE)
        if not x.is_bounded or x.high - x.low > 7:
            return bounded
        value = point(function(x.hull()))
        return Range(value.low.max(-_ONE), value.high.min(_ONE))

    return wave


def _extreme(name: str) -> Callable[..., Range]:
    def extreme(*arguments: Range) -> Range:
        low, high = arguments[0].low, arguments[0].high
        for other in arguments[1:]:
            low, high = getattr(low, name)(other.low), getattr(high, name)(other.high)
        return Range(low, high)

    return extreme


def _named(name: str) -> Callable[..., Any]:
    function = function_named(name)
    assert function is not None
    return function


def _falling_in_argument(name: str) -> Callable[..., Range]:
    """A function of an order and an argument that falls in the argument from ∞ at 0 to 0 at ∞."""
    function = _named(name)

    def ranged(order: Range, x: Range) -> Range:
        number = exact_or_hull(order)
        falling = Monotone(
            lambda at: function(number, at), 0.0, at_start=_INF, at_end=_ZERO, falls=True
        )
        return falling(x)

    return ranged


def _half_pi() -> Any:
    return arb.pi() / 2


def by_ball(name: str) -> Callable[..., Range]:
    """Return the function of ranges by balls around them; the whole line where one is unbounded."""
    function = _named(name)

    def ranged(*arguments: Range) -> Range:
        if not all(x.is_bounded for x in arguments):
            return WHOLE
        return point(function(*[exact_or_hull(x) for x in arguments]))

    return ranged


def exact_or_hull(x: Range) -> Number:
    """Return a range as a number: a fraction if it is a point with few digits."""
    if x.is_point and x.low.is_finite():
        numerator, denominator = _fraction(x.low)
        if int(numerator).bit_length() + int(denominator).bit_length() < 2000:
            return fmpq(numerator, denominator)
    return x.hull()


_RISING_FROM_ZERO = {"sinh": _INF, "asinh": _INF, "erfi": _INF}

#: SymPy's name of a function ↦ the function of ranges.
RANGES: dict[str, Callable[..., Range]] = {
    "exp": exponential,
    "log": logarithm,
    "Abs": magnitude,
    "sign": _sign,
    "Heaviside": _heaviside,
    "floor": _step("floor"),
    "ceiling": _step("ceiling"),
    "Min": _extreme("min"),
    "Max": _extreme("max"),
    "sin": _wave("sin"),
    "cos": _wave("cos"),
    **{name: Monotone(_named(name)) for name in _RISING_FROM_ZERO},
    "cosh": lambda x: Monotone(_named("cosh"), 0.0, at_start=_ONE)(magnitude(x)),
    "sech": lambda x: reciprocal(RANGES["cosh"](x)),
    "tanh": Monotone(_named("tanh"), at_start=-_ONE, at_end=_ONE),
    "atan": lambda x: Monotone(_named("atan"), at_start=-_half_pi(), at_end=_half_pi())(x),
    "erf": Monotone(_named("erf"), at_start=-_ONE, at_end=_ONE),
    "erfc": Monotone(_named("erfc"), at_start=arb(2), at_end=_ZERO, falls=True),
    "asin": lambda x: Monotone(_named("asin"), -1.0, 1.0, -_half_pi(), _half_pi())(x),
    "acos": lambda x: Monotone(_named("acos"), -1.0, 1.0, arb.pi(), _ZERO, falls=True)(x),
    "acosh": Monotone(_named("acosh"), 1.0, at_start=_ZERO),
    "atanh": Monotone(_named("atanh"), -1.0, 1.0),
    "expm1": lambda x: (
        exponential(x) + Range(-_ONE, -_ONE)
        if x.high > 1
        else Monotone(_named("expm1"), at_start=-_ONE)(x)
    ),
    "log1p": Monotone(_named("log1p"), -1.0),
    "sigmoid": Monotone(_named("sigmoid"), at_start=_ZERO, at_end=_ONE),
    "softplus": Monotone(_named("softplus"), at_start=_ZERO),
    "relu": lambda x: _extreme("max")(x, Range(_ZERO, _ZERO)),
    "log_expm1": Monotone(_named("log_expm1"), 0.0),
    "log1mexp": Monotone(_named("log1mexp"), 0.0, at_end=_ZERO),
    "LambertW": lambda x, branch=None: _lambert(x, branch),
    "wright_omega": Monotone(_named("wright_omega"), at_start=_ZERO),
    "lower_omega": Monotone(_named("lower_omega"), 1.0, at_start=_ONE),
    "gamma": _valley(
        _named("gamma"), 0.0, arb("1.461632144968362341", 1e-15), arb("0.885603194410888", 0)
    ),
    "factorial": lambda x: RANGES["gamma"](x + Range(_ONE, _ONE)),
    "loggamma": _valley(
        _named("loggamma"), 0.0, arb("1.461632144968362341", 1e-15), arb("-0.121486290535850")
    ),
    "digamma": Monotone(_named("digamma"), 0.0),
    "trigamma": lambda x: _polygamma(Range(_ONE, _ONE), x),
    "polygamma": lambda order, x: _polygamma(order, x),
    "harmonic": lambda n: Monotone(_named("harmonic"), -1.0)(n),
    **{name: _falling_in_argument(name) for name in ("besselk", "expint", "uppergamma")},
    "zeta": lambda s, a=None: by_ball("zeta")(s, a) if a else _zeta(s),
    "zeta_derivative": lambda order, s: _zeta_derivative(order, s),
    "Ei": lambda x: Monotone(_named("Ei"), 0.0)(x),
    "Si": lambda x: by_ball("Si")(x) if x.is_bounded else Range(arb(-2), arb(2)),
    "erfinv": Monotone(_named("erfinv"), -1.0, 1.0),
}


def _polygamma(order: Range, x: Range) -> Range:
    """ψ rises, and of its derivatives those of odd order fall to 0 and those of even order rise."""
    if not (order.is_point and order.low.is_integer() and order.low >= 0):
        return by_ball("polygamma")(order, x)
    if order.low.is_zero():
        return Monotone(_named("digamma"), 0.0)(x)
    number = fmpq(_fraction(order.low)[0])
    falls = int(number.p) % 2 == 1
    return Monotone(
        lambda at: _named("polygamma")(number, at),
        start=0.0,
        at_start=_INF if falls else _NEG_INF,
        at_end=_ZERO,
        falls=falls,
    )(x)


def _zeta(s: Range) -> Range:
    if s.low > 1:
        return Monotone(_named("zeta"), 1.0, at_start=_INF, at_end=_ONE, falls=True)(s)
    return by_ball("zeta")(s)


def _zeta_derivative(order: Range, s: Range) -> Range:
    """Beyond 1, where |ζ^(n)| = Σ (ln m)^n m^{−s} falls."""
    number = exact_or_hull(order)
    if not s.low > 1:
        return by_ball("zeta_derivative")(order, s)
    falls = int(number.p) % 2 == 0
    return Monotone(
        lambda at: _named("zeta_derivative")(number, at),
        start=1.0,
        at_start=_INF if falls else _NEG_INF,
        at_end=_ZERO,
        falls=falls,
    )(s)


def _lambert(x: Range, branch: Range | None) -> Range:
    function = _named("LambertW")
    least = (-(arb(-1).exp())).upper()
    if x.low < least:
        return WHOLE
    if branch is None or (branch.is_point and branch.low.is_zero()):
        return Monotone(function)(x)
    if branch.is_point and branch.low == -1 and x.high <= 0:
        falling = Monotone(
            lambda at: function(at, fmpq(-1)), end=0.0, at_start=-_ONE, at_end=_NEG_INF, falls=True
        )
        return falling(x)
    return WHOLE


def range_function(name: str) -> Callable[..., Range]:
    """Return the function of ranges by SymPy's name.

    >>> range_function("tanh")(WHOLE)
    [-1.00000, 1.00000]
    """
    return RANGES.get(name) or by_ball(name)
