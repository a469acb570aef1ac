"""Functions of numbers that know their error: SymPy's names and longlag's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, acb_series, arb, fmpq, fmpz

from longlag.theory.balls.analytic import analytic_is_demanded
from longlag.theory.balls.numbers import (
    UNDEFINED,
    Number,
    ball,
    compared,
    exponential,
    is_exact,
    is_finite,
    lifted,
    power,
    settled,
)

#: An order and an argument that are both beyond this are not worked on.
_SLOW = 1 << 8
_ZERO, _HALF, _ONE = fmpq(0), fmpq(1, 2), fmpq(1)


def _both(name: str, cut: Callable[..., Any] | None = None) -> Callable[..., Number]:
    return lifted(getattr(arb, name), getattr(acb, name), cut=cut)


def _everywhere(*arguments: Any) -> Any:
    """For functions whose cuts are not followed: they may lie anywhere."""
    return acb(arb(0, 1), arb(0, 1))


def _absolute(x: Number) -> Number:
    if isinstance(x, acb) and analytic_is_demanded():
        return UNDEFINED
    return abs(x)


def _sign(x: Number) -> Number:
    if is_exact(x):
        return fmpq((x > 0) - (x < 0))
    if isinstance(x, arb):
        return x.sgn()
    return UNDEFINED if analytic_is_demanded() else settled(x / abs(x))


def _heaviside(x: Number, at_zero: Number = _HALF) -> Number:
    sign = compared(x, fmpq(0))
    if sign is None:
        return arb(0).union(arb(1)).union(ball(at_zero)) if isinstance(x, arb) else UNDEFINED
    return at_zero if sign == 0 else fmpq(int(sign > 0))


def _rounded(direction: str) -> Callable[[Number], Number]:
    def function(x: Number) -> Number:
        if is_exact(x):
            whole = int(x.p) // int(x.q) if direction == "floor" else -(-int(x.p) // int(x.q))
            return fmpq(whole)
        return getattr(x, direction)() if isinstance(x, arb) else UNDEFINED

    return function


def _extreme(name: str) -> Callable[..., Number]:
    def function(*arguments: Number) -> Number:
        best = arguments[0]
        for other in arguments[1:]:
            sign = compared(best, other)
            if sign is not None:
                best = best if (sign >= 0) == (name == "max") else other
            elif isinstance(ball(best), arb) and isinstance(ball(other), arb):
                best = getattr(ball(best), name)(ball(other))
            else:
                return UNDEFINED
        return best

    return function


def _modulo(x: Number, y: Number) -> Number:
    if is_exact(x) and is_exact(y) and y != 0:
        quotient = x / y
        return x - y * (int(quotient.p) // int(quotient.q))
    return ball(x) - ball(y) * (ball(x) / ball(y)).floor() if _are_real(x, y) else UNDEFINED


def _are_real(*arguments: Number) -> bool:
    return all(isinstance(ball(x), arb) for x in arguments)


def _sigmoid(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb) and value < 0:
        grown = exponential(value)
        return grown / (1 + grown)
    return 1 / (1 + exponential(-value))


def _softplus(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb) and value > 0:
        return value + exponential(-value).log1p()
    return _log1p(exponential(value))


def _log_expm1(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb) and value > 1:
        return value + (-exponential(-value)).log1p()
    return value.expm1().log()


def _log1mexp(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb) and value > 1:
        return (-exponential(-value)).log1p()
    return (-((-value).expm1())).log()


def _lambert(x: Number, branch: Number = _ZERO) -> Number:
    if not (is_exact(branch) and branch.q == 1):
        return UNDEFINED
    value, which = ball(x), int(branch.p)
    if isinstance(value, arb) and which in (0, -1):
        real = value.lambertw(which)
        if real.is_finite():
            return real
    return UNDEFINED if analytic_is_demanded() else settled(acb(value).lambertw(which))


def _wright_omega(x: Number) -> Number:
    value = ball(x)
    if not isinstance(value, arb) or not is_finite(value):
        return UNDEFINED
    if value < 700:
        return value.exp().lambertw()
    # W(e^x) of a gigantic x: Newton's steps for w + ln w = x, then a ball that holds the root,
    # since w + ln w rises and grows at least as fast as w.
    guess = value - value.log()
    for _ in range(60):
        step = (guess + guess.log() - value) / (1 + 1 / guess)
        guess = (guess - step).mid()
        if abs(step) < guess.abs_upper() * arb(2) ** -200:
            break
    miss = abs(guess + guess.log() - value).upper()
    return arb(guess, miss)


def _lower_omega(x: Number) -> Number:
    value = ball(x)
    if not isinstance(value, arb):
        return UNDEFINED
    return -((-exponential(-value)).lambertw(-1))


def _binomial(n: Number, k: Number) -> Number:
    if is_exact(k) and k.q == 1:
        order = int(k.p)
        if order < 0:
            return fmpq(0)
        if order <= 200:
            return _falling(n, order, divided=True)
        if is_exact(n) and n.q == 1 and n >= 0 and int(n.p) - order <= 200:
            return _binomial(n, n - k) if n >= k else fmpq(0)
        if is_exact(n) and n.q == 1 and n < 0:
            sign = -1 if order % 2 else 1
            return ball(_binomial(k - n - 1, k)) * sign
        if is_exact(n) and n.q == 1 and 0 <= n < k:
            return fmpq(0)
    x, y = ball(n), ball(k)
    reciprocals = (y + 1).rgamma() * (x - y + 1).rgamma()
    return lifted(arb.gamma, acb.gamma)(x + 1) * reciprocals


def _falling(x: Number, order: int, *, divided: bool) -> Number:
    value: Number = fmpq(1)
    for i in range(order):
        factor = x - i
        value = value * (factor / (i + 1) if divided else factor)
    return value


def _rising(x: Number, k: Number) -> Number:
    if is_exact(k) and k.q == 1 and 0 <= k <= 200:
        value: Number = fmpq(1)
        for i in range(int(k.p)):
            value = value * (x + i)
        return value
    return ball(_gamma(ball(x) + ball(k))) * ball(x).rgamma()


def _gamma(x: Number) -> Number:
    if is_exact(x) and x.q == 1 and 0 < x <= 500:
        return fmpq(int(fmpz.fac_ui(fmpz(int(x.p) - 1))))
    if is_exact(x) and x.q == 1 and x <= 0:
        return UNDEFINED
    return lifted(arb.gamma, acb.gamma)(x)


def _factorial(x: Number) -> Number:
    return _gamma(x + 1)


def _loggamma(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb) and value > 0:
        return value.lgamma()
    return UNDEFINED if analytic_is_demanded() else settled(acb(value).lgamma())


def _polygamma(order: Number, x: Number) -> Number:
    if is_exact(order) and order == 0:
        return lifted(arb.digamma, acb.digamma)(x)
    return settled(acb(ball(x)).polygamma(acb(ball(order))))


def _harmonic(n: Number, order: Number = _ONE) -> Number:
    if is_exact(order) and order == 1:
        return lifted(arb.digamma, acb.digamma)(ball(n) + 1) + arb.const_euler()
    return _zeta(order) - _zeta(order, ball(n) + 1)


def _zeta(s: Number, a: Number = _ONE) -> Number:
    if is_exact(a) and a == 1:
        return lifted(arb.zeta, acb.zeta)(s)
    return settled(acb(ball(s)).zeta(acb(ball(a))))


def _zeta_derivative(order: Number, s: Number) -> Number:
    """The derivative of whole order, from the coefficients of a power series."""
    n = int(order.p)
    expanded = acb_series([acb(ball(s)), 1], n + 1).zeta()
    return settled(expanded[n] * fmpz.fac_ui(fmpz(n)))


def _swapped(name: str) -> Callable[..., Number]:
    """A function whose argument stands last in SymPy and first in Arb."""
    function = _both(name, _everywhere)

    def swapped(order: Number, x: Number) -> Number:
        if all(abs(ball(number)) > _SLOW for number in (order, x)):
            # Arb works for minutes where both are large.
            return UNDEFINED
        return function(x, order)

    return swapped


def _arctangent(y: Number, x: Number) -> Number:
    return lifted(arb.atan2, None)(y, x)


def _argument(x: Number) -> Number:
    value = ball(x)
    if isinstance(value, arb):
        sign = compared(value, fmpq(0))
        if sign is None or sign == 0:
            return UNDEFINED
        return fmpq(0) if sign > 0 else arb.pi()
    return value.arg()


def _real_part(x: Number) -> Number:
    return x.real if isinstance(x, acb) else x


def _imaginary_part(x: Number) -> Number:
    return x.imag if isinstance(x, acb) else fmpq(0)


def _logarithm(x: Number, base: Number | None = None) -> Number:
    if is_exact(x) and x == 1 and base is None:
        return fmpq(0)
    value = lifted(arb.log, acb.log, cut=lambda z: z)(x)
    return value if base is None else ball(value) / ball(_logarithm(base))


def _unit(name: str, cut: Callable[..., Any] | None = None) -> Callable[[Number], Number]:
    """A function that vanishes at 0 exactly."""
    function = _both(name, cut)
    return lambda x: fmpq(0) if is_exact(x) and x == 0 else function(x)


def _hyper(tops: list[Number], bottoms: list[Number], x: Number) -> Number:
    return settled(
        acb(ball(x)).hypgeom([acb(ball(a)) for a in tops], [acb(ball(b)) for b in bottoms])
    )


_ONE_PLUS = lifted(arb.log1p, acb.log1p, cut=lambda z: 1 + z)


def _log1p(x: Number) -> Number:
    return fmpq(0) if is_exact(x) and x == 0 else _ONE_PLUS(x)


def _sine_ratio(x: Number) -> Number:
    return lifted(arb.sinc, acb.sinc)(x)


#: SymPy's name of a function ↦ the function of numbers.
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "exp": exponential,
    "log": _logarithm,
    "sqrt": lambda x: power(x, fmpq(1, 2)),
    "Abs": _absolute,
    "sign": _sign,
    "Heaviside": _heaviside,
    "floor": _rounded("floor"),
    "ceiling": _rounded("ceil"),
    "frac": lambda x: x - _rounded("floor")(x),
    "Mod": _modulo,
    "Min": _extreme("min"),
    "Max": _extreme("max"),
    "re": _real_part,
    "im": _imaginary_part,
    "arg": _argument,
    "conjugate": lambda x: x.conjugate() if isinstance(x, acb) else x,
    **{name: _unit(name) for name in ("sin", "tan", "sinh", "tanh", "erf", "erfi")},
    **{name: _unit(name, _everywhere) for name in ("atan", "asinh")},
    **{name: _both(name) for name in ("cos", "cosh", "cot", "coth", "sec", "csc", "sech", "csch")},
    **{name: _both(name) for name in ("erfc",)},
    **{name: _both(name, _everywhere) for name in ("asin", "acos", "acosh", "atanh")},
    "acot": lambda x: _unit("atan")(1 / ball(x)),
    "atan2": _arctangent,
    "sinc": _sine_ratio,
    "erfinv": lifted(arb.erfinv, None),
    "erfcinv": lifted(arb.erfcinv, None),
    "log1p": _log1p,
    "expm1": _unit("expm1"),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda x: _extreme("max")(x, fmpq(0)),
    "log_expm1": _log_expm1,
    "log1mexp": _log1mexp,
    "LambertW": _lambert,
    "wright_omega": _wright_omega,
    "lower_omega": _lower_omega,
    "gamma": _gamma,
    "factorial": _factorial,
    "loggamma": _loggamma,
    "digamma": lifted(arb.digamma, acb.digamma),
    "trigamma": lambda x: _polygamma(fmpq(1), x),
    "polygamma": _polygamma,
    "harmonic": _harmonic,
    "beta": lambda x, y: _gamma(x) * ball(_gamma(y)) * ball(x + y).rgamma(),
    "binomial": _binomial,
    "RisingFactorial": _rising,
    "FallingFactorial": lambda x, k: (
        _falling(x, int(k.p), divided=False)
        if is_exact(k) and k.q == 1 and 0 <= k <= 200
        else ball(_gamma(ball(x) + 1)) * ball(ball(x) - ball(k) + 1).rgamma()
    ),
    "zeta": _zeta,
    "zeta_derivative": _zeta_derivative,
    "dirichlet_eta": lambda s: settled(acb(ball(s)).dirichlet_eta()),
    "polylog": _swapped("polylog"),
    "lerchphi": lambda z, s, a: settled(acb(ball(z)).lerch_phi(acb(ball(s)), acb(ball(a)))),
    "besselj": _swapped("bessel_j"),
    "bessely": _swapped("bessel_y"),
    "besseli": _swapped("bessel_i"),
    "besselk": _swapped("bessel_k"),
    "airyai": _both("airy_ai"),
    "airybi": _both("airy_bi"),
    "expint": _swapped("expint"),
    "Ei": _both("ei", _everywhere),
    "li": _both("li", _everywhere),
    "Si": _unit("si"),
    "Ci": _both("ci", _everywhere),
    "Shi": _unit("shi"),
    "Chi": _both("chi", _everywhere),
    "uppergamma": _swapped("gamma_upper"),
    "lowergamma": _swapped("gamma_lower"),
    "fresnels": _unit("fresnel_s"),
    "fresnelc": _unit("fresnel_c"),
    "hyper": _hyper,
}


def function_named(name: str) -> Callable[..., Any] | None:
    """Return the function of numbers by SymPy's name, or None.

    >>> function_named("log1p")(fmpq(0))
    0
    """
    return FUNCTIONS.get(name)
