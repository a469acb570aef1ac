"""What the displays that connect the papers came from, for them to be read back."""

from __future__ import annotations

from sympy import Abs, Function, Integral, Min, Rational, S, Sum, Symbol, exp, log, pi, sqrt

from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_bound,
    input_norm,
    radius,
    size,
    slope_bound,
    step,
    width,
)
from longlag.theory.readback import Name, ReadBack, Verbatim, read_back, said
from longlag.theory.window.window import COST, KAPPA, SAMPLES


def _positive(name: str) -> Symbol:
    return Symbol(name, positive=True)


_TAU, _S, _W, _OMEGA, _C = map(_positive, ("tau", "s", "w", "omega", "c"))
_DELTA, _REACH, _LEVEL, _L = map(_positive, ("delta", "H", "varphi", "L"))
_EPSILON = _positive("epsilon")
_B, _D = Function("B"), Function("D")


def readings() -> dict[str, ReadBack]:
    """Return the readings by the names of the statements."""
    return {**_factors(), **_window(), **_plateau(), **_descent(), **_prices()}


def _factors() -> dict[str, ReadBack]:
    r, tau = gain, _TAU
    return {
        "one_factor": read_back(
            said(1 - _S, "=", exp(-_W), "=", r, "=", exp(-1 / tau)),
            said(tau, "=", -1 / log(1 - _S), "=", 1 / _W, "=", -1 / log(r)),
        ),
        "gate": read_back(said(tau + S.Half, "≤", 1 / _S, "=", 1 / (1 - r), "≤", tau + 1)),
        "cutoff": read_back(
            said(Abs(Symbol("kept", real=True)), "≤", r ** _positive("k")),
            said(r, "=", alpha_ball * slope_bound),
            phrases={r"\frac{\partial H_t}{\partial H_{t-k}}": Symbol("kept", real=True)},
        ),
    }


def _window() -> dict[str, ReadBack]:
    slowest, largest, window = _positive("tau_max"), _positive("c_max"), _positive("H_N")
    total = _positive("total")
    own = {slowest: r"\tau_{\max}", largest: r"c_{\max}"}
    return {
        "window": read_back(
            said(Name("N(H_N)"), "=", SAMPLES),
            said(Name("H_N"), "=", _TAU / KAPPA * log(SAMPLES * _C**KAPPA / COST)),
        ),
        "slowest": read_back(
            said(slowest * log(largest / _LEVEL), "≤", window, "≤", slowest * log(total / _LEVEL)),
            said(window / log(SAMPLES ** (1 / KAPPA)), "→", slowest),
            own=own,
            phrases={r"\sum_q c_q": total},
        ),
    }


def _plateau() -> dict[str, ReadBack]:
    v, omega, w, tau = _positive("v"), _OMEGA, _W, _TAU
    exit_time, slope = _positive("exit"), _positive("slope")
    late = {r"t_{\text{exit}}": exit_time}
    steepness = {r"|G'(v)|": slope}
    push = 2 * _B(1 / tau)
    reached = (SAMPLES * _C**KAPPA / COST) ** (1 / KAPPA)
    drift = Integral(1 / slope, (v, w - _DELTA, w))
    left = {r"\frac{\partial J}{\partial a}": Symbol("push", real=True)}
    return {
        "push": read_back(
            said(
                -Symbol("push", real=True),
                "=",
                push * exp(-1 / (omega * tau)),
                "=",
                push * Function("f")(1 / omega),
            ),
            said(exp(_positive("H_N") / tau), "=", reached),
            phrases=left,
        ),
        "lower_bound": read_back(
            said(
                _positive("K")
                * omega**2
                * exp(1 / (omega * tau))
                * Min(_DELTA / sqrt(width), log(1 + _DELTA)),
                "≤",
                exit_time,
            ),
            said(_positive("K"), "=", Rational(1, 5)),
            phrases=late,
        ),
        "plateau_exponent": read_back(
            said(Verbatim(r"\frac{d \ln t_{\text{exit}}}{d(1/\omega)}"), "→", 1 / tau),
            said(omega, "→", S.Zero),
        ),
        "drift": read_back(
            said(exit_time, "≈", drift),
            said(Name("G(v)"), "=", _B(v) ** 2 / _D(v) * exp(-2 * v / omega)),
            said(_D(v), "=", ((1 - v) / (1 + v)) ** 4 / (2 * v)),
            phrases={**late, **steepness},
        ),
        "plateau": read_back(
            said(drift, "∼", _D(w) * omega**2 / (4 * _B(w) ** 2) * exp(2 / (omega * tau))),
            said(omega, "→", S.Zero),
            phrases=steepness,
        ),
    }


def _descent() -> dict[str, ReadBack]:
    r, tau, h, k = gain, _TAU, Symbol("h", positive=True), Symbol("k", integer=True)
    slope = slope_bound * input_norm()
    curved = curvature_bound * input_norm() ** 2
    norm, steepest = _positive("norm"), _positive("steepest")
    return {
        "bounds": read_back(
            said(Name(r"\ell_\infty"), "=", slope / (1 - r), "∼", slope * tau),
            said(Name(r"B_\infty"), "∼", curved * tau**3),
        ),
        "rest": read_back(
            said(
                norm,
                "=",
                slope_bound * input_bound * Sum(r**k, (k, 0, step - 1)),
                "→",
                slope_bound * input_bound / (1 - r),
            ),
            phrases={r"\|\nabla H_t\|": norm},
            ranges={"k": (S.Zero, None)},
        ),
        "steady": read_back(
            said(
                steepest,
                "=",
                _positive("over") * 2 * h * (1 - h**2) / (1 - r + r * h**2) ** 3,
                "∼",
                25 * sqrt(5) / 108 * tau ** Rational(5, 2),
            ),
            phrases={
                r"\max_u \left| \frac{\partial^2 h}{\partial u^2} \right|": steepest,
                r"\max_h": _positive("over"),
            },
        ),
    }


def _prices() -> dict[str, ReadBack]:
    tau, reach, shorter = _TAU, _REACH, _L
    count, scale, other = _positive("n_GD"), _positive("a_L"), _positive("b_L")
    g, wide, narrow = _positive("g"), _positive("nu_u"), _positive("nu_w")
    r, s1, norm = gain, slope_bound, input_norm()
    reached = SAMPLES * _C**KAPPA / COST
    late = scale * 4 * pi * g**2 * norm**2 / (_EPSILON * s1**2 * shorter**2)
    steps = {r"n_{\text{GD}}": count}
    return {
        "needed": read_back(
            said(tau, "=", KAPPA * reach / log(reached), "=", reach / shorter),
            said(_S, "=", 1 - r, "∼", shorter / reach),
        ),
        "price": read_back(
            said(
                count,
                "∼",
                scale * 8 * size**2 * s1**2 * norm**2 / _EPSILON * (reach / shorter) ** 2,
            ),
            said(
                width,
                "∼",
                other
                * 25
                * radius**4
                * curvature_bound**2
                * norm**4
                / _EPSILON
                * (reach / shorter) ** 6,
            ),
            phrases=steps,
        ),
        "late_target": read_back(
            said(
                g,
                "≤",
                wide * s1 * r**reach + narrow * sqrt(2 / pi) * s1**2 * reach * r ** (reach - 1),
            )
        ),
        "late_price": read_back(
            said(count, "∼", late * exp(2 * shorter), "=", late * reached ** (2 / KAPPA)),
            said(width, "∝", reach**2),
            phrases=steps,
        ),
    }


__all__ = ["readings"]
