"""What the displays about linear memory came from, for them to be read back."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Derivative,
    Function,
    IndexedBase,
    Integral,
    Min,
    Rational,
    S,
    Sum,
    Symbol,
    asinh,
    exp,
    factorial,
    gamma,
    log,
    oo,
    pi,
    sqrt,
    tanh,
)

from longlag.theory.notation import ell
from longlag.theory.readback import Name, ReadBack, Verbatim, read_back, said
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.tex.names import ANY, Entity, Family, Key, Quantity
from longlag.theory.tex.names import Function as Named


def _positive(name: str) -> Symbol:
    return Symbol(name, positive=True)


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)


_ALPHA, _BETA, _GAMMA, _OMEGA, _TAU = map(_positive, ("alpha", "beta", "gamma", "omega", "tau"))
_M, _D, _T, _EPSILON, _W, _A = map(_positive, ("m", "d", "T", "varepsilon", "w", "a"))
_DELTA, _K, _P, _Q, _LAMBDA = map(_positive, ("delta", "K", "p", "q", "Lambda"))
_TIME = _positive("t")
_RATE, _SIZE, _MOVED, _SHARE = (IndexedBase(name) for name in ("w", "a", "moved", "s"))
_I, _J = Symbol("i", integer=True), Symbol("j", integer=True)
_UNITS: dict[Any, Entity] = {
    Key("w", ANY): Family(_RATE, 1, S.Reals),
    Key("a", ANY): Family(_SIZE, 1, S.Reals),
}
_OVER_UNITS = {"i": (S.One, _M), "j": (S.One, _M)}
_THETA = _real("theta")
_B = _positive("b")


def approximation() -> dict[str, ReadBack]:
    """Return the readings of the section on approximation by exponentials."""
    distance, response = _positive("distance"), _real("response")
    constant, units = _positive("constant"), _positive("falling")
    gap = {r"\sup_t \|H_t - \hat H_t\|": distance, r"C(\alpha)": constant}
    growth = (_ALPHA + 1 + _OMEGA) / (_ALPHA * _OMEGA)
    s, amplitude, w_min = _positive("s"), _positive("amplitude"), _positive("w_min")
    needed = _OMEGA * _EPSILON ** (-1 / _OMEGA)
    counted = [
        said(_EPSILON, "≤", Verbatim(r"1\,\%")),
        said(_OMEGA, "=", Verbatim("1/0.5/0.25/0.125")),
    ]
    k = Symbol("k", integer=True)
    derived = {
        r"\frac{d^\alpha}{du^\alpha} \frac{\rho(t)}{u}": response,
        r"\rho^{(k)}(t)": _real("higher"),
    }
    total = {r"\sum_i |a_i|": amplitude, r"w_{\min}": w_min}
    return {
        "derivatives_of_g": read_back(
            said(
                response,
                "=",
                S.NegativeOne**_ALPHA
                * exp(_BETA * _TIME)
                * Sum(_SHARE[k] * ((_ALPHA + 1) / _BETA) ** k * _real("higher"), (k, 0, _ALPHA)),
            ),
            phrases=derived,
            others={Key("s", ANY): Family(_SHARE, 1, S.Reals)},
        ),
        "rate_bound": read_back(
            said(
                distance,
                "≤",
                (pi / 4) ** _ALPHA
                * factorial(2 * _ALPHA + 1)
                / factorial(_ALPHA)
                * _GAMMA
                * _D
                / units,
                "≤",
                constant * _GAMMA * _D / _M**_ALPHA,
            ),
            phrases={**gap, r"m(m-1)\cdots(m-\alpha+1)": units},
        ),
        "rate_bound_published": read_back(
            said(distance, "≤", constant * _GAMMA * _D / (_BETA * _M**_ALPHA)), phrases=gap
        ),
        "truncation": read_back(
            said(_T**-_OMEGA, "=", _EPSILON),
            said(_OMEGA / _M * _T ** (1 - _OMEGA), "=", _EPSILON),
            said(_M, "=", needed),
            words=["⇒"],
        ),
        "truncation_proved": read_back(
            said(
                _positive("A") * _T**-_OMEGA + _positive("B") * _T ** (_ALPHA + 1) / _M**_ALPHA,
                "=",
                _EPSILON,
            ),
            said(_M, "∝", _EPSILON**-growth),
            words=["⇒"],
        ),
        "exponentially_many": read_back(said(_M, "≥", needed)),
        "laplace_representation": read_back(
            said(
                (1 + _TIME / _TAU) ** (-(1 + _OMEGA)),
                "=",
                Integral(s**_OMEGA * exp(-s) * exp(-s * _TIME / _TAU), (s, 0, oo))
                / gamma(1 + _OMEGA),
            )
        ),
        "counts": read_back(
            said(_M, "=", Verbatim("8/12/22/36")), *counted, words=["exponentials:", "at"]
        ),
        "fewer": read_back(
            said(_M, "=", Verbatim("5/9/16/29")), *counted, words=["exponentials:", "at"]
        ),
        "log_squared": read_back(said(_M, "≤", log(1 / _EPSILON) ** 2 / (3 * _OMEGA))),
        "slow_units": read_back(
            said(w_min * exp(w_min * _T), "≤", _OMEGA / _EPSILON * amplitude),
            said(_T, "=", (2 * _EPSILON) ** (-1 / _OMEGA) - 1),
            phrases=total,
        ),
    }


def plateau() -> dict[str, ReadBack]:
    """Return the readings of the section on the plateau of training."""
    w, omega, a, late, eps, delta = _W, _OMEGA, _A, _LAMBDA, _EPSILON, _DELTA
    quotient = Function("R")
    by_size, by_rate, second = _real("by_size"), _real("by_rate"), _real("second")
    slopes = {
        r"\frac{\partial J}{\partial a_i}": by_size,
        r"\frac{\partial J}{\partial w_i}": by_rate,
        r"R'(w_i)": _real("slope_of_R"),
        r"\frac{d \ln \tau}{d(1/\omega)}": second,
    }
    gaussian = (1 / omega - _positive("s") ** 2 * w) ** 2 + _positive("s") ** 2
    rate = 2 * a * late * exp(-w / omega)
    merged = {r"\frac{d \ln \tau}{d(1/\omega)}": second}
    weighted = {r"\sum_i a_i \, \delta w_i^2": _real("spread"), "C^*": _positive("Cstar")}
    eta = _positive("eta")
    return {
        "ito": read_back(
            said(
                Name("J(a, w)"),
                "=",
                _real("noise"),
                "=",
                _real("pairs")
                - 2 * Sum(_SIZE[_I] * quotient(_RATE[_I]), (_I, 1, _M))
                + Integral(_real("rho") ** 2, (_TIME, 0, oo)),
            ),
            phrases={
                r"\mathbb{E} \Bigl( \int_0^\infty \bigl(\textstyle\sum_i a_i e^{-w_i t} - "
                r"\rho(t)\bigr) dW_t \Bigr)^2": _real("noise"),
                r"\sum_{ij} \frac{a_i a_j}{w_i + w_j}": _real("pairs"),
            },
            others={**_UNITS, "R": Named(quotient)},
            ranges=_OVER_UNITS,
        ),
        "derivatives": read_back(
            said(
                by_size,
                "=",
                Sum(2 * _SIZE[_J] / (_RATE[_I] + _RATE[_J]), (_J, 1, _M)) - 2 * quotient(_RATE[_I]),
            ),
            said(
                by_rate,
                "=",
                -2
                * _SIZE[_I]
                * (
                    Sum(_SIZE[_J] / (_RATE[_I] + _RATE[_J]) ** 2, (_J, 1, _M)) + _real("slope_of_R")
                ),
            ),
            phrases=slopes,
            others={**_UNITS, "R": Named(quotient), "i": _index(_I)},
            ranges=_OVER_UNITS,
        ),
        "hessian": read_back(
            said(
                _real("curvature"),
                "=",
                -2
                * Sum(
                    _SIZE[_I]
                    * _real("moved")
                    * Derivative(exp(-w / omega) * Function("B")(w), (w, 2)),
                    (_I, 1, _M),
                ),
            ),
            said(_real("balance"), "=", S.Zero),
            phrases={
                r"\sum_{ik} \delta w_i \, \delta w_k "
                r"\frac{\partial^2 J}{\partial w_i \partial w_k}": _real("curvature"),
                r"\delta w_i^2": _real("moved"),
                r"\sum_i a_i \delta w_i": _real("balance"),
            },
            others=_UNITS,
            ranges=_OVER_UNITS,
        ),
        "generated": read_back(
            said(
                Verbatim(r"\bigl(J, \nabla J, \nabla^2 J\bigr)_{\text{generated}}"),
                "=",
                Verbatim(r"\bigl(J, \nabla J, \nabla^2 J\bigr)_{\text{quadrature, autograd}}"),
            )
        ),
        "reference": read_back(
            said(_TAU, "=", Rational("0.195")),
            *(said(Rational(each)) for each in ("0.35", "0.672", "1.34", "2.76", "6.13", "15.4")),
            said(1 / omega, "=", S(2)),
            said(Verbatim(r"\dots")),
            said(S(8)),
        ),
        "growth": read_back(
            said(_positive("lamda"), "∼", rate / omega**2),
            said(_positive("lamda"), "=", rate * gaussian),
            words=["for a Gaussian late part"],
            own={_positive("lamda"): r"\lambda"},
        ),
        "plateau": read_back(
            said(
                _TAU,
                "≈",
                omega**2
                * exp(w / omega)
                / (2 * a * late)
                * log(tanh((eps + delta / sqrt(2)) / (2 * omega)) / tanh(eps / (2 * omega))),
            ),
            said(Rational(7, 2)),
            words=["within a factor"],
        ),
        "law_as_a_limit": read_back(
            said(second - (w - 2 * omega), "→", S.Zero), said(omega, "→", S.Zero), phrases=merged
        ),
        "spread": read_back(
            said(
                _real("spread"),
                "→",
                _positive("Cstar"),
                "=",
                16 * late * w**5 / omega**2 * exp(-w / omega),
            ),
            said(Verbatim(r"25\,\%")),
            words=["at the exit, within"],
            phrases=weighted,
        ),
        "merged": read_back(
            said(second, "=", Rational(5, 2) - 6 * omega + _real("rest")),
            said(_TAU, "∝", omega**6 * exp(5 / (2 * omega))),
            phrases={**merged, r"o(\omega)": _real("rest")},
        ),
        "silent": read_back(
            said(
                -_real("push"),
                "=",
                2 * Function("B")(_positive("w_min")) * exp(-_positive("w_min") / omega),
            ),
            said(second, "≈", _positive("w_min")),
            said(Verbatim(r"15\,\%")),
            words=["within"],
            phrases={
                **merged,
                r"\frac{\partial J}{\partial a} \Big|_{a = 0}": _real("push"),
                r"w_{\min}": _positive("w_min"),
            },
        ),
        "lower_bound": read_back(
            said(
                _K
                * omega**2
                * exp(_positive("c_0") / omega)
                * Min(delta / sqrt(_M), log(1 + delta)),
                "≤",
                _TAU,
            ),
            said(_K, "=", Rational(1, 5)),
        ),
        "optimisers": read_back(
            said(eta * _positive("plain"), "=", _TAU),
            said(eta * _positive("heavy"), "=", (1 - _BETA) * _TAU),
            said(Verbatim(r"10\,\%")),
            words=["within"],
            phrases={
                r"n_{\text{gradient descent}}": _positive("plain"),
                r"n_{\text{momentum } \beta}": _positive("heavy"),
            },
        ),
        "adam": read_back(
            said(eta * _positive("adam"), "≤", 2 * delta),
            phrases={r"n_{\text{Adam}}": _positive("adam")},
        ),
    }


def _index(symbol: Symbol) -> Quantity:
    return Quantity(symbol)


def reparametrisation() -> dict[str, ReadBack]:
    """Return the readings of the section on stable reparametrisations."""
    t, p, q, w = _TIME, _P, _Q, _W
    theta, beta, a, b = _THETA, _BETA, _A, _B
    ratio = _positive("ratio")
    moved = {
        r"\sup_{\theta, |\delta| \le \beta} \Bigl| \frac{f(\theta)}{f(\theta + \delta)} - 1 "
        r"\Bigr|": ratio,
        r"\Bigl| \frac{f(\theta)}{f(\theta + \delta)} - 1 \Bigr|": _positive("one"),
    }
    slope, inverse = _real("fprime"), -1 / (a * theta**2 + b)
    primes = {r"f'": slope, r"\lambda'": _real("lprime")}
    lamda = {_real("lamda"): r"\lambda"}
    unit = _real("lamda")
    geometric = {r"\sum_{k \ge 1} \Bigl| \frac{d}{d\lambda} \lambda^k \Bigr|": _positive("sum")}
    inside = said(Abs(unit), "<", S.One)
    half = {r"n_{1/2}(\ell)": _positive("half"), r"\mathrm{const}": _real("const")}
    c = _positive("c")
    start = read_back(
        said(log(_positive("half")), "≥", c * ell + _real("const")),
        said(c, "≥", log(2) / 2),
        phrases=half,
    )
    late = {r"\rho_{\mathrm{late}}": _real("late")}
    training = read_back(
        said(_positive("J"), "<", Rational(17, 20) * Integral(_real("late") ** 2, (t, 0, oo))),
        phrases=late,
    )
    k = Symbol("k", integer=True)
    best = read_back(
        said(Abs(_real("lprime")) / (1 - Abs(unit)) ** 2, "=", 2 * a * Abs(theta)),
        said(unit, "=", 1 + inverse),
        phrases=primes,
        own=lamda,
    )
    gap = {
        r"\sup_{\|\tilde\theta - \theta\|_\infty \le \beta} "
        r"\frac{\|\rho_{\tilde\theta} - \rho_\theta\|_1}{\|\rho_\theta\|_1}": _positive("gap")
    }
    return {
        "memory_function": read_back(
            said(Name("M(t)"), "=", _positive("sup"), "=", Abs(_real("kernel"))),
            phrases={
                r"\sup_{x \ne 0} \frac{1}{|x|} \Bigl| \frac{d}{dt} \int_0^t x \rho(s)\, ds "
                r"\Bigr|": _positive("sup"),
                r"\rho(t)": _real("kernel"),
            },
        ),
        "forgetting": read_back(
            said(exp(beta * t) * Function("M")(t), "→", S.Zero),
            said(beta, "<", _positive("beta_0"), "=", _positive("least")),
            phrases={r"\min_i w_i": _positive("least")},
        ),
        "distance": read_back(
            said(Integral(Abs(exp(-p * t) - exp(-q * t)), (t, 0, oo)), "=", Abs(1 / p - 1 / q))
        ),
        "modulus_exponential": read_back(
            said(ratio, "=", exp(beta) - 1), said(Name("f"), "=", -exp(theta)), phrases=moved
        ),
        "modulus_softplus": read_back(
            said(_positive("one"), "≤", exp(beta) - 1),
            said(Name("f"), "=", -softplus(theta)),
            phrases=moved,
        ),
        "modulus_rational": read_back(
            said(ratio, "=", _positive("mu"), "=", exp(2 * asinh(beta / 2 * sqrt(a / b))) - 1),
            said(Name("f"), "=", inverse),
            phrases=moved,
        ),
        "long_memory": read_back(
            said(_positive("gap"), "≤", _positive("largest")),
            phrases={
                **gap,
                r"\sup \Bigl| \frac{f(\theta)}{f(\tilde\theta)} - 1 \Bigr|": _positive("largest"),
            },
        ),
        "long_memory_direct": read_back(
            said(_positive("gap"), "<", oo), said(Name("f"), "=", theta), phrases=gap
        ),
        "unit_sensitivity": read_back(
            said(
                Integral(Abs(Derivative(exp(-w * t), w)), (t, 0, oo)),
                "=",
                Integral(t * exp(-w * t), (t, 0, oo)),
                "=",
                w**-2,
            )
        ),
        "scales": read_back(
            said(Abs(slope) / _real("f") ** 2, "=", theta**-2),
            said(exp(-theta)),
            said(sigmoid(theta) / softplus(theta) ** 2),
            said(2 * a * Abs(theta)),
            phrases=primes,
        ),
        "balanced": read_back(
            said(slope / _real("f") ** 2, "=", 2 * a * theta, "⇔", _real("f"), "=", inverse),
            phrases=primes,
        ),
        "sampled_scale": read_back(
            said(
                Abs(_real("lprime")) / (1 - unit) ** 2,
                "=",
                Abs(slope) / (_positive("Delta") * _real("f") ** 2),
            ),
            said(unit, "=", 1 + _positive("Delta") * _real("f"), "≥", S.Zero),
            phrases=primes,
            own=lamda,
        ),
        "discrete_scale": read_back(
            said(_positive("sum"), "=", (1 - Abs(unit)) ** -2), inside, phrases=geometric, own=lamda
        ),
        "published_discrete_scale": read_back(
            said(_positive("sum"), "=", (1 - unit) ** -2), inside, phrases=geometric, own=lamda
        ),
        "best_discrete": best,
        "best_discrete_least": best,
        "white_noise": read_back(
            said(
                _positive("mean"),
                "=",
                Sum(k**2 * unit ** (2 * (k - 1)), (k, 1, oo)),
                "=",
                (1 + unit**2) / (1 - unit**2) ** 3,
            ),
            phrases={
                r"\mathbb{E} \Bigl( \frac{\partial h}{\partial \lambda} \Bigr)^2": _positive("mean")
            },
            own=lamda,
            ranges={"k": (S.One, oo)},
        ),
        "linear_plateau": start,
        "tanh_plateau": start,
        "orthogonal_plateau": start,
        "stable_training": training,
        "direct_training": training,
        "map_as_remedy": read_back(
            said(_positive("mapped"), "≤", _positive("direct") / 2),
            phrases={r"n(-e^\theta)": _positive("mapped"), r"n(\theta)": _positive("direct")},
        ),
        "slow_unit": read_back(
            said(_positive("with"), "≤", _positive("without") / 10),
            phrases={
                r"n(\text{with a silent unit at } w = \tfrac15)": _positive("with"),
                r"n(\text{without})": _positive("without"),
            },
        ),
        "starts": read_back(
            said(_positive("orthogonal"), "<", _positive("normal")),
            phrases={
                r"n_{1/4}(0.9\,Q)": _positive("orthogonal"),
                r"n_{1/4}(W)": _positive("normal"),
            },
        ),
    }


__all__ = ["approximation", "plateau", "reparametrisation"]
