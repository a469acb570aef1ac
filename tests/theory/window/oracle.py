"""Windows by their definition alone, in mpmath: H_N = sup{ℓ : A f(ℓ)^{−κ} ≤ N} by bisection.

Nothing here uses SymPy or longlag: every envelope is written down a second time, as a function of
numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp

Envelope = Callable[..., Any]

#: The registered laws as functions of the lag and their parameters.
REGISTERED: dict[str, Envelope] = {
    "logarithmic": lambda x, b, c: c * (1 + mp.log(x)) ** -b,
    "polynomial": lambda x, b, c: c * x**-b,
    "shifted_polynomial": lambda x, b, c, tau: c * (1 + x / tau) ** -b,
    "exponential": lambda x, b, c: c * mp.exp(-b * x),
    "stretched_exponential": lambda x, c, s, tau: c * mp.exp(-((x / tau) ** s)),
    "tempered_power": lambda x, b, c, p, tau: c * x**-b * mp.exp(-((x / tau) ** p)),
    "humped_power": lambda x, a, c, p, tau: c * x**a * mp.exp(-((x / tau) ** p)),
    "two_exponentials": lambda x, b1, b2, c1, c2: c1 * mp.exp(-b1 * x) + c2 * mp.exp(-b2 * x),
    "exponential_mixture": lambda x, C1, C2, C3, nu1, nu2, nu3: (
        C1 * mp.exp(-nu1 * x) + C2 * mp.exp(-nu2 * x) + C3 * mp.exp(-nu3 * x)
    ),
    "constant": lambda x, c: c,
}

#: The laws of the table of reference values, and what it calls them.
TABLE = {
    "log": "logarithmic",
    "power": "polynomial",
    "shiftpower": "shifted_polynomial",
    "exp": "exponential",
    "stretched": "stretched_exponential",
    "powercut": "tempered_power",
    "mix2": "two_exponentials",
    "const": "constant",
}

#: Where each registered law begins; 0 unless said otherwise.
STARTS = {"logarithmic": 1, "polynomial": 1, "tempered_power": 1, "humped_power": 1}


def E1(x: Any) -> Any:
    return mp.expint(1, x)


#: What users may type: text, parameters, the same as a function, the smallest lag.
TYPED: list[tuple[str, dict[str, Any], Envelope, int]] = [
    (
        "(1+ell/t)**-b*exp(-ell/T)",
        {"t": 5, "b": 1.5, "T": 50},
        lambda x, t, b, T: (1 + x / t) ** -b * mp.exp(-x / T),
        0,
    ),
    (
        "(1+log(ell))**-b*ell**-a",
        {"a": 0.5, "b": 1},
        lambda x, a, b: (1 + mp.log(x)) ** -b * x**-a,
        1,
    ),
    ("1/(1+ell/t+ell**2)", {"t": 3}, lambda x, t: 1 / (1 + x / t + x**2), 0),
    ("exp(-log(ell)**2/t)", {"t": 10}, lambda x, t: mp.exp(-(mp.log(x) ** 2) / t), 1),
    ("1/cosh(ell/t)", {"t": 4}, lambda x, t: mp.sech(x / t), 0),
    (
        "exp(-b*ell-t*exp(ell))",
        {"b": 1, "t": 0.1},
        lambda x, b, t: mp.exp(-b * x - t * mp.exp(min(x, 1000))),
        0,
    ),
    ("1/gamma(1+ell)", {}, lambda x: mp.rgamma(1 + x), 0),
    ("erfc(ell)", {}, mp.erfc, 0),
    ("1-erf(ell/t)", {"t": 9}, lambda x, t: mp.erfc(x / t), 0),
    ("besselk(0.5,1+ell)", {}, lambda x: mp.besselk(0.5, 1 + x), 0),
    (
        "(E1(a*ell)-E1(B*ell))/log(B/a)",
        {"a": 0.01, "B": 1},
        lambda x, a, B: (E1(a * x) - E1(B * x)) / mp.log(B / a),
        1,
    ),
    ("uppergamma(0.5,ell/t)", {"t": 3}, lambda x, t: mp.gammainc(0.5, x / t), 0),
    ("2**(-ell)", {}, lambda x: mp.mpf(2) ** -x, 0),
    ("0.2+0.8*exp(-ell)", {}, lambda x: mp.mpf("0.2") + mp.mpf("0.8") * mp.exp(-min(x, 1000)), 0),
    ("Max(exp(-ell),(1+ell)**-2)", {}, lambda x: max(mp.exp(-x), (1 + x) ** -2), 0),
    ("Min(exp(-ell/9),(1+ell)**-2)", {}, lambda x: min(mp.exp(-x / 9), (1 + x) ** -2), 0),
    ("Max(1-ell/10,0)", {}, lambda x: max(1 - x / 10, mp.mpf(0)), 0),
    ("Min(1,1/ell)", {}, lambda x: min(1, 1 / x), 1),
    ("1-tanh(ell/t)", {"t": 5}, lambda x, t: 2 / (mp.exp(2 * x / t) + 1), 0),
    ("1-1/(1+exp(-ell))", {}, lambda x: 1 / (1 + mp.exp(x)), 0),
    ("sigmoid(3-ell/5)", {}, lambda x: 1 / (1 + mp.exp(x / 5 - 3)), 0),
    ("softplus(3-ell/5)", {}, lambda x: mp.log1p(mp.exp(3 - x / 5)), 0),
    ("1-(1-exp(-ell))**10", {}, lambda x: -mp.expm1(10 * mp.log1p(-mp.exp(-x))) if x else 1, 0),
    ("exp(1/ell)-1", {}, lambda x: mp.expm1(1 / x), 1),
    ("exp(1/ell)-1-1/ell", {}, lambda x: sum(x**-k / mp.factorial(k) for k in range(2, 50)), 1),
    ("log(1+1/ell)", {}, lambda x: mp.log1p(1 / x), 1),
    ("1/ell-1/(ell+1)", {}, lambda x: 1 / (x * (x + 1)), 1),
    ("sqrt(1+ell**2)-ell", {}, lambda x: 1 / (mp.sqrt(1 + x**2) + x), 0),
    ("pi/2-atan(ell)", {}, lambda x: mp.atan(1 / x) if x else mp.pi / 2, 0),
    ("1/log(2+ell)**9", {}, lambda x: mp.log(2 + x) ** -9, 0),
    ("exp(-ell)+exp(-ell/2)", {}, lambda x: mp.exp(-x) + mp.exp(-x / 2), 0),
    ("exp(-ell)+exp(-3*ell)", {}, lambda x: mp.exp(-x) + mp.exp(-3 * x), 0),
    ("(1+sqrt(ell))*exp(-sqrt(ell))", {}, lambda x: (1 + mp.sqrt(x)) * mp.exp(-mp.sqrt(x)), 0),
    ("ell*exp(-ell)", {}, lambda x: x * mp.exp(-x), 0),
    ("(1-exp(-ell))*exp(-ell/10)", {}, lambda x: -mp.expm1(-x) * mp.exp(-x / 10), 0),
    ("exp(-ell)-exp(-2*ell)", {}, lambda x: -mp.exp(-x) * mp.expm1(-x), 0),
    ("1/(ell+1/ell)", {}, lambda x: x / (x * x + 1), 0),
    ("ell**(-ell)", {}, lambda x: mp.exp(-x * mp.log(x)) if x else mp.mpf(1), 0),
    ("exp(-(ell-4)**2/9)", {}, lambda x: mp.exp(-((x - 4) ** 2) / 9), 0),
    ("1/(1+(ell-5)**2)", {}, lambda x: 1 / (1 + (x - 5) ** 2), 0),
    ("log(ell)/ell", {}, lambda x: mp.log(x) / x, 1),
    ("exp(-exp(exp(ell)))", {}, lambda x: mp.exp(-mp.exp(mp.exp(min(x, 3)))), 0),
    ("zeta(2+ell)-1", {}, lambda x: mp.zeta(2 + x) - 1 if x < 300 else mp.mpf(2) ** (-2 - x), 0),
    ("LambertW(exp(-ell))", {}, lambda x: mp.lambertw(mp.exp(-x)).real, 0),
]

#: Distance of the points at which a success is looked for, in ln(ℓ − start), and where they lie.
_STEP = mpmath.mpf("0.125")
_LOWEST, _HIGHEST = -50, 60
#: So many failures after the last success end the search.
_PATIENCE = 160


def window(
    envelope: Callable[[Any], Any], start: Any, *, samples: Any, cost: Any, kappa: Any
) -> tuple[str, Any]:
    """Return the status and ln H_N (None where there is no finite one), at mpmath's precision."""
    level = mp.log(samples) - mp.log(cost)

    def learnable(lag: Any) -> bool:
        value = envelope(lag)
        return bool(value > 0 and -kappa * mp.log(value) <= level)

    def lag_at(u: Any) -> Any:
        return start + mp.exp(u)

    inside = outside = None
    u, failures = mp.mpf(_LOWEST), 0
    while u < _HIGHEST and failures < _PATIENCE:
        if learnable(lag_at(u)):
            inside, outside, failures = u, None, 0
        else:
            outside = u if outside is None else outside
            failures += inside is not None
        u += _STEP
    if inside is None:
        return ("finite", mp.log(start)) if learnable(mp.mpf(start)) else ("none", None)
    if outside is None:
        while u < mp.mpf(2) ** 400 and learnable(lag_at(u)):
            inside, u = u, 2 * u
        if u >= mp.mpf(2) ** 400:
            return "infinite", None
        outside = u
    while outside - inside > abs(inside) * mp.eps * 8 + mp.eps * mp.eps:
        middle = (inside + outside) / 2
        if learnable(lag_at(middle)):
            inside = middle
        else:
            outside = middle
    return "finite", mp.log(lag_at(inside))
