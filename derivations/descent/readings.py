"""What the displays about gradient descent came from, for them to be read back."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    Function,
    IndexedBase,
    Integer,
    Max,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    log,
    oo,
    sqrt,
)

from longlag.derivations.descent.constants import (
    CLAIMED,
    gradient_relations,
    written_forms,
    written_leaders,
)
from longlag.theory.descent import convergence, model
from longlag.theory.descent.activation import activation
from longlag.theory.descent.smoothness import Regime
from longlag.theory.descent.symbols import (
    alpha,
    alpha_ball,
    current_risk,
    curvature_bound,
    delta,
    dimension,
    gain,
    gradient_ball,
    gradient_start,
    hessian_ball,
    input_bound,
    input_norm,
    iterations,
    misfit,
    radius,
    radius_w,
    risk,
    samples,
    size,
    slope_bound,
    step,
    step_size,
    steps,
    value_bound,
    width,
)
from longlag.theory.readback import Name, ReadBack, Verbatim, read_back, said
from longlag.theory.tex.names import ANY, Entity, Family, Key
from longlag.theory.tex.names import Function as Named

#: Letters of the whole chapter that carry the number of steps.
_AT_THE_END = {gradient_ball: r"\ell_T", gradient_start: r"\ell^0_T", hessian_ball: "B_T"}
_ELL, _CURVED, _P, _Q = (IndexedBase(name) for name in ("ell", "B", "p", "q"))
_SEQUENCES: dict[Any, Entity] = {
    Key(r"\ell", ANY): Family(_ELL, 1, S.Reals),
    Key("B", ANY): Family(_CURVED, 1, S.Reals),
    Key("p", ANY): Family(_P, 1, S.Reals),
    Key("q", ANY): Family(_Q, 1, S.Reals),
}
_K = Symbol("k", integer=True)
_FROM_ZERO = {"k": (S.Zero, None), "s": (S.Zero, None)}


def _symbol(name: str) -> Symbol:
    return Symbol(name, real=True)


def constants() -> dict[str, ReadBack]:
    """Return the readings of the section on constants and the cutoff."""
    return {**_recursions(), **_activations(), **_bounds(), **_cutoff()}


def _recursions() -> dict[str, ReadBack]:
    m = model
    before, left, projected = _symbol("inner"), _symbol("left"), _symbol("pair")
    phrases = {
        r"\sigma'(a_t)": m.slope,
        r"\sigma''(a_t)": m.curvature,
        r"H_{t-1}": m.previous,
        r"X_{t,j}": m.input_j,
        r"\frac{\partial H_{t-1}}{\partial W}": m.gradient_w,
        r"\frac{\partial H_{t-1}}{\partial U_j}": m.gradient_j,
        r"\frac{\partial^2 H_{t-1}}{\partial W^2}": m.hessian_ww,
        r"\frac{\partial^2 H_{t-1}}{\partial W \partial U_j}": m.hessian_wj,
        r"\frac{\partial^2 H_{t-1}}{\partial U_j \partial U_k}": m.hessian_jk,
        r"\langle U, X_t \rangle": before,
        r"(H_{t-1}, X_t)": projected,
        r"\nabla H_{t-1}": _symbol("slopes"),
    }
    lefts = {
        "gradient_w": r"\frac{\partial H_t}{\partial W}",
        "gradient_u": r"\frac{\partial H_t}{\partial U_j}",
        "hessian_ww": r"\frac{\partial^2 H_t}{\partial W^2}",
        "hessian_wu": r"\frac{\partial^2 H_t}{\partial W \partial U_j}",
        "hessian_uu": r"\frac{\partial^2 H_t}{\partial U_j \partial U_k}",
    }
    moved = {
        m.previous + m.weight * m.gradient_w: _symbol("v_W"),
        m.input_j + m.weight * m.gradient_j: _symbol("v_j"),
        m.input_k + m.weight * m.gradient_k: _symbol("v_k"),
    }
    also = {
        "gradient_w": [said(Name("a_t"), "=", m.weight * m.previous + before)],
        "hessian_wu": [said(Name("v"), "=", projected + m.weight * _symbol("slopes"))],
    }
    found = {}
    for name, relation in gradient_relations().items():
        side: Expr = relation.rhs
        if name in ("hessian_wu", "hessian_uu"):
            side = side.subs(moved)
        told = [said(left, "=", side), *also.get(name, [])]
        found[name] = read_back(*told, phrases={**phrases, lefts[name]: left})
    return found


def _activations() -> dict[str, ReadBack]:
    largest = (r"\sup|\sigma|", r"\sup|\sigma'|", r"\sup|\sigma''|")
    unsuitable = (r"\operatorname{relu}", r"\operatorname{silu}")
    return {
        "unsuitable": read_back(
            said(Verbatim(largest[0])),
            said(Verbatim(largest[1])),
            said(Verbatim(largest[2]), "<", oo),
            said(Name(r"\sigma"), "=", Name(r"\operatorname{softplus}")),
            *(said(Name(each)) for each in unsuitable),
        )
    } | {
        f"activation_{name}": read_back(
            said(Name(r"\sigma(a)"), "=", activation(name).function),
            *(said(Symbol(f"s_{k}"), "=", value) for k, value in enumerate(constants)),
        )
        for name, constants in CLAIMED.items()
    }


def _bounds() -> dict[str, ReadBack]:
    r, t, forms = gain, step, written_forms()
    norm = input_norm()
    slope = slope_bound * norm
    powers = Sum(r**_K, (_K, 0, t - 1))
    weighted = Sum((_K + 1) * r**_K, (_K, 0, t - 1))
    summand = r**_K * (
        curvature_bound * norm**2 * _P[t - _K] ** 2 + 2 * slope_bound * slope * _P[t - _K - 1]
    )
    at_cutoff = said(r, "=", S.One)
    closed = forms["hessian"] - 2 * slope_bound**2 * norm * forms["q"].subs(t, t - 1)
    stepped = curvature_bound * (_ELL[t] / slope_bound) ** 2
    stepped += slope_bound * (2 * _ELL[t - 1] + alpha_ball * _CURVED[t - 1])
    functions = {"p_t": Named(Function("p_t")), "q_{t-1}": Named(Function("q_before"))}
    return {
        "geometric": read_back(
            said(_P[t], "=", powers, "=", forms["p"]),
            said(_P[t], "=", t),
            at_cutoff,
            others=_SEQUENCES,
            words=["at"],
            ranges=_FROM_ZERO,
        ),
        "weighted": read_back(
            said(_Q[t], "=", weighted, "=", forms["q"]),
            said(_Q[t], "=", t * (t + 1) / 2),
            at_cutoff,
            others=_SEQUENCES,
            words=["at"],
            ranges=_FROM_ZERO,
        ),
        "gradient_recursion": read_back(
            said(_ELL[t], "=", slope * Function("p_t")(r)),
            said(_ELL[t], "=", slope_bound * (norm + alpha_ball * _ELL[t - 1])),
            said(_ELL[0], "=", S.Zero),
            others={**_SEQUENCES, "p_t": functions["p_t"]},
            words=["solves"],
        ),
        "hessian_recursion": read_back(
            said(_CURVED[t], "=", Sum(summand, (_K, 0, t - 1))),
            said(_CURVED[t], "=", stepped),
            others=_SEQUENCES,
            words=["solves"],
            ranges=_FROM_ZERO,
        ),
        "hessian_closed": read_back(
            said(_CURVED[t], "=", closed + 2 * slope_bound**2 * norm * Function("q_before")(r)),
            others={**_SEQUENCES, "q_{t-1}": functions["q_{t-1}"]},
        ),
    }


def _cutoff() -> dict[str, ReadBack]:
    signs = {Regime.BELOW: "→", Regime.AT: "∼", Regime.ABOVE: "∼"}
    found = {
        f"{regime}_cutoff": read_back(
            said(_ELL[step], signs[regime], written_leaders(regime)["gradient"]),
            said(_CURVED[step], signs[regime], written_leaders(regime)["hessian"]),
            others=_SEQUENCES,
        )
        for regime in Regime
    }
    reached = (alpha + radius_w / sqrt(width)) * slope_bound
    needed = convergence.cutoff_width(alpha, slope_bound, radius_w)
    found["cutoff_width"] = read_back(
        said(gain, "=", reached, "<", S.One, "⇔", width, ">", needed),
        said(alpha * slope_bound, "<", S.One),
    )
    return found


def theorems() -> dict[str, ReadBack]:
    """Return the readings of the section on what suffices."""
    taken, index = 2 * step_size * misfit**2, Symbol("s", integer=True)
    first = convergence.required_iterations()
    drift = convergence.drift_radius()
    unions = log(2 * samples * steps / delta)
    growing = said(sqrt(width), "=", _symbol("A") + _symbol("B") * sqrt(unions))
    positive = said(_symbol("B"), ">", S.Zero)
    e2 = convergence.mean_square_error()
    error, exact = (
        Symbol("rms", real=True),
        {
            r"\Bigl( \frac{1}{nT} \sum_{j, t} \bigl( \langle \nabla F_t, \bar\Phi - \Phi_0 "
            r"\rangle - f^*_t \bigr)^2 \Bigr)^{1/2}": Symbol("rms", real=True)
        },
    )
    return {
        "one_step": _at_the_end(
            said(
                convergence.progress(),
                "=",
                convergence.progress_bound() - convergence.progress_gap(),
            )
        ),
        "allowed_step": _at_the_end(
            said(convergence.progress(), "≤", convergence.progress_bound()),
            said(step_size, "≤", convergence.largest_step()),
        ),
        "risk_bound": read_back(
            said(
                (size**2 + Sum(taken, (index, 0, iterations - 1))) / (step_size * iterations),
                "=",
                convergence.risk_bound(),
            ),
            ranges=_FROM_ZERO,
        ),
        "required": _at_the_end(
            said(iterations, "=", first),
            said(width, "=", convergence.required_width()),
            said(convergence.risk_bound(), "=", risk),
            words=["⇒"],
        ),
        "drift": _at_the_end(
            said(drift, "=", 4 * gradient_ball * size**2 / sqrt(risk)),
            said(step_size, "=", convergence.largest_step()),
            said(iterations, "=", first),
            said(misfit, "=", sqrt(risk) / 2),
        ),
        "growth_at_cutoff": _exponents(
            steps, 2, 6, 10, before=[said(alpha * slope_bound, "=", S.One)]
        ),
        "growth_above_cutoff": read_back(
            said(alpha * slope_bound, "=", gain, ">", S.One),
            said(iterations, "∼", gain ** (2 * steps)),
            said(width, "∼", gain ** (4 * steps)),
            said(width, "∼", gain ** (8 * steps)),
            words=_ALGORITHMS,
        ),
        "growth_below_cutoff": read_back(
            said(alpha * slope_bound, "<", S.One), growing, positive, said(steps, "→", oo)
        ),
        "mean_square_error": _at_the_end(said(error, "≤", Symbol("e_2"), "=", e2), phrases=exact),
        "growth_in_samples": read_back(growing, positive, said(samples, "→", oo)),
        "growth_in_risk": _exponents(risk, -1, -1, -3),
        "growth_in_size": _exponents(size, 2, 4, 8),
        "free_of_horizon": read_back(
            said(Name("m(T)"), "=", width),
            said(alpha * slope_bound, "<", S.One),
            said(steps, "≥", Integer(1000)),
        ),
        "mean_square": read_back(
            said(Name("m(n, T)"), "=", width),
            said(_symbol("e_2")),
            said(_symbol("e_m")),
            words=["with in place of"],
        ),
        "free_of_dimension": read_back(
            said(iterations), said(width, "∼", Name("d^0")), said(input_bound, "=", S.One)
        ),
        "growth_in_dimension": _exponents(
            dimension, 1, 2, 4, after=[said(input_bound, "=", sqrt(dimension))]
        ),
    }


_ALGORITHMS = ("(projected) (plain)",)


def _at_the_end(*told: Any, **more: Any) -> ReadBack:
    return read_back(*told, own=_AT_THE_END, **more)


def _exponents(
    variable: Symbol, first: int, projected: int, plain: int, *, before: Any = (), after: Any = ()
) -> ReadBack:
    """τ and m as powers of a variable."""
    return read_back(
        *before,
        said(iterations, "∼", variable**first),
        said(width, "∼", variable**projected),
        said(width, "∼", variable**plain),
        *after,
        words=_ALGORITHMS,
    )


_NORMS = {
    r"\|\nabla H_t\|": _symbol("slope_norm"),
    r"\|\nabla^2 H_t\|": _symbol("curvature_norm"),
    r"\sup \|\nabla H_t\|": _symbol("largest_slope"),
    r"\sup \|\nabla^2 H_t\|": _symbol("largest_curvature"),
    r"\sigma(a_*)": _symbol("steepest"),
}
_G, _S, _N, _SMALL_B, _C = (IndexedBase(name) for name in ("g", "S", "N", "b", "C"))
_PRODUCTS: dict[Any, Entity] = {
    **_SEQUENCES,
    **{Key(str(base), ANY): Family(base, 1, S.Reals) for base in (_G, _S, _N, _SMALL_B, _C)},
}


def smoothness() -> dict[str, ReadBack]:
    """Return the readings of the section on gradient and Hessian of a neuron."""
    return {**_vector_recursions(), **_measured(), **_saturated()}


def _vector_recursions() -> dict[str, ReadBack]:
    pair, before, outer = _symbol("pair"), _symbol("slopes"), _symbol("outer")
    row, column, curved = _symbol("row"), _symbol("column"), _symbol("curved")
    phrases = {
        r"\sigma'(a_t)": model.slope,
        r"\sigma''(a_t)": model.curvature,
        r"(H_{t-1}, X_t)": pair,
        r"\nabla H_{t-1}": before,
        r"v_t v_t^\top": outer,
        r"e_W \nabla H_{t-1}^\top": row,
        r"\nabla H_{t-1} e_W^\top": column,
        r"\nabla^2 H_{t-1}": curved,
        r"\nabla H_t": _symbol("left"),
        r"\nabla^2 H_t": _symbol("second"),
    }
    moved = pair + model.weight * before
    second = model.curvature * outer
    second += model.slope * (row + column + model.weight * curved)
    return {
        "gradient_recursion": read_back(
            said(_symbol("left"), "=", model.slope * moved), phrases=phrases
        ),
        "hessian_recursion": read_back(
            said(_symbol("second"), "=", second), said(Name("v_t"), "=", moved), phrases=phrases
        ),
    }


def _measured() -> dict[str, ReadBack]:
    r, t, norm = gain, step, input_norm()
    slope, chi, s0 = slope_bound, input_bound, value_bound
    first, second, largest, curvature, steepest = _NORMS.values()
    summand = r**_K * (
        curvature_bound * norm**2 * _P[t - _K] ** 2 + 2 * slope**2 * norm * _P[t - _K - 1]
    )
    floor = slope * sqrt(chi**2 * _P[t] ** 2 + steepest**2 * _P[t - 1] ** 2)
    ceiling = slope * sqrt(chi**2 * _P[t] ** 2 + s0**2 * _P[t - 1] ** 2)
    ratio = (1 + s0**2 / chi**2) * r / (r - 1)
    flat = curvature_bound * chi**2 * _P[t] ** 2
    return {
        "gradient_measured": _with_norms(
            said(first, "≤", _ELL[t], "=", slope * norm * Function("p_t")(r)),
            others={**_SEQUENCES, "p_t": Named(Function("p_t"))},
        ),
        "hessian_measured": _with_norms(
            said(second, "≤", _CURVED[t], "=", Sum(summand, (_K, 0, t - 1))), ranges=_FROM_ZERO
        ),
        "floors": _with_norms(
            said(floor, "≤", largest), said(Max(flat, slope**2 * chi * _Q[t - 1]), "≤", curvature)
        ),
        "ceiling": _with_norms(said(first, "≤", ceiling, "≤", _ELL[t])),
        "sharpness": _with_norms(
            said(_ELL[t] / largest, "≤", sqrt(1 + s0**2 / chi**2)),
            said(_CURVED[t] / flat, "→", ratio),
            said(t, "→", oo),
            said(r, ">", S.One),
        ),
        "at_cutoff_measured": read_back(
            said(Verbatim(r"\frac{d \ln \|\nabla^2 H_T\|}{d \ln T}"), "→", Rational(5, 2)),
            said(r, "=", S.One),
            said(Name("a_t"), "=", _symbol("c") / sqrt(steps)),
            words=["at along"],
        ),
        "saturation_bound": _with_norms(
            said(first, "≤", _G[t]), said(second, "≤", _SMALL_B[t]), others=_PRODUCTS
        ),
    }


def _with_norms(*told: Any, others: Any = None, **more: Any) -> ReadBack:
    return read_back(*told, others=others or _SEQUENCES, phrases=_NORMS, **more)


def _saturated() -> dict[str, ReadBack]:
    t, s, i = step, Symbol("s", integer=True), Symbol("i", integer=True)
    moved = _N[t] + alpha_ball * _G[t - 1]
    later = Product(alpha_ball * _S[i], (i, s + 1, t))
    curved = _C[t] * moved**2 + _S[t] * (2 * _G[t - 1] + alpha_ball * _SMALL_B[t - 1])
    squared, mean, both = _symbol("gg"), _symbol("bb"), _symbol("b2")
    gap, drift, slope = _symbol("gap"), _symbol("drift"), _symbol("network_slope")
    phrases = {
        r"\overline{g_t^2}": squared,
        r"\overline{b_t}": mean,
        r"\overline{b_t^2}": both,
        r"\|\nabla F_t\|": slope,
        r"|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 \rangle|": gap,
        r"\|\nabla F_t(\Phi) - \nabla F_t(\Phi_0)\|": drift,
    }
    weight = model.weight * model.slope
    return {
        "products": read_back(
            said(
                _G[t], "=", _S[t] * moved, "=", Sum(_N[s] * _S[s] * later, (s, 1, t)), "≤", _ELL[t]
            ),
            said(_SMALL_B[t], "=", curved, "≤", _CURVED[t]),
            others=_PRODUCTS,
            ranges={"s": (S.One, None)},
        ),
        "network_bounds": read_back(
            said(slope, "≤", sqrt(squared)),
            said(gap, "≤", radius**2 * mean / (2 * sqrt(width))),
            said(drift, "≤", radius * sqrt(both) / sqrt(width)),
            phrases=phrases,
        ),
        "exponents": read_back(
            said(Sum(log(Abs(weight)), (t, 1, steps)) / steps, "≤", S.Zero, "<", log(gain)),
            phrases={r"\sigma'(a_t)": model.slope},
            ranges={"t": (S.One, None)},
        ),
        "gain": read_back(
            said(Verbatim(r"\frac{d}{dT} \ln \sqrt{\overline{g_T^2}}"), "≤", log(gain) / 2)
        ),
        "idle": read_back(
            said(_symbol("left"), "→", slope_bound * Function("p_t")(gain) * _symbol("X")),
            said(
                Name("X_1"),
                "=",
                Verbatim(r"\dots"),
                "=",
                Name("X_t"),
                "=",
                _symbol("X"),
                "→",
                S.Zero,
            ),
            others={"p_t": Named(Function("p_t"))},
            phrases={r"\frac{\partial H_t}{\partial U}": _symbol("left")},
        ),
        "saturated_width": read_back(
            said(_symbol("first"), "≤", _symbol("worst") / 100),
            phrases={
                r"m_{\text{products}}": _symbol("first"),
                r"m_{\text{worst case}}": _symbol("worst"),
            },
        ),
    }


def training() -> dict[str, ReadBack]:
    """Return the readings of the section on theorems and networks side by side."""
    eta, tau, nu, x, s = (
        step_size,
        iterations,
        size,
        misfit,
        Symbol("s", integer=True, positive=True),
    )
    bound = hessian_ball * radius**2 / (2 * sqrt(width))
    gap = {
        r"|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 \rangle|": _symbol(
            "gap"
        )
    }
    fit = r"|\langle \nabla F_t(\Phi_0), \bar\Phi - \Phi_0 \rangle - f^*_t|"
    error = {rf"\max_{{j, t}} {fit}": _symbol("largest")}
    drawn = {rf"\mathbb{{E}} \max_{{j \le n, t}} {fit}": _symbol("mean")}
    at = {r"R(\Phi(s))": _symbol("risk_at"), r"R(\Phi(s'))": _symbol("risk_at")}
    rms = said(Verbatim(""), "∝", width ** Rational(-1, 2))
    taken = 2 * gradient_ball * sqrt(eta * s * nu**2 + 2 * eta**2 * s**2 * x**2)
    own = {**_AT_THE_END}
    distances = {
        r"\|\Phi(s{+}1) - \bar\Phi\|": _symbol("after"),
        r"\|\Phi(s) - \bar\Phi\|": _symbol("before"),
    }
    moved = {r"\max_i \|\varphi_i(s) - \varphi_i(0)\|": _symbol("moved")}
    return {
        "symmetric_start": read_back(
            said(_symbol("output"), "=", S.Zero), phrases={r"F_t(X; \Phi(0))": _symbol("output")}
        ),
        "finite_width_measured": read_back(
            said(_symbol("largest"), "≤", _symbol("e_m")), rms, words=["rms"], phrases=error
        ),
        "linearisation_measured": read_back(
            said(_symbol("gap"), "≤", bound), rms, words=["rms"], phrases=gap, own=own
        ),
        "random_directions": read_back(said(_symbol("gap"), "∝", width**-1), phrases=gap),
        "projected_descent": read_back(
            said(
                Sum(_symbol("risk_at"), (Symbol("s", integer=True), 0, tau - 1)) / tau,
                "≤",
                nu**2 / (eta * tau) + 2 * x**2,
            ),
            said(tau, "=", S.One),
            said(S(2)),
            said(Verbatim(r"\dots")),
            ranges=_FROM_ZERO,
            phrases=at,
        ),
        "one_step": read_back(
            said(
                _symbol("after") ** 2,
                "≤",
                _symbol("before") ** 2
                - 4 * eta * current_risk
                + 4 * eta * x * sqrt(current_risk)
                + 4 * eta**2 * gradient_ball**2 * current_risk,
            ),
            phrases=distances,
            own=own,
        ),
        "samples": read_back(
            said(_symbol("mean"), "≤", s * sqrt(2 * log(2 * samples * steps)), "≤", _symbol("e_m")),
            phrases=drawn,
        ),
        "plain_descent": read_back(
            said(sqrt(width) * _symbol("moved"), "≤", taken),
            said(_symbol("sum") / s, "≤", nu**2 / (eta * s) + 2 * x**2),
            phrases={**moved, r"\sum_{s' < s} R(\Phi(s'))": _symbol("sum")},
            own=own,
        ),
        "dense_growth": read_back(
            said(_symbol("grown"), "≈", sqrt(width) * alpha ** Symbol("k")),
            said(_symbol("norm"), "≈", 2 * alpha),
            said(Verbatim(r"5\,\%")),
            words=["within"],
            phrases={
                r"\| \frac{\partial H_T}{\partial H_{T-k}} \|_F": _symbol("grown"),
                r"\| \frac{\alpha W}{\sqrt{m}} \|_2": _symbol("norm"),
            },
        ),
        "labels": read_back(
            said(
                _symbol("sizes"),
                "≥",
                _symbol("form"),
                "=",
                _symbol("inverse"),
                "≥",
                samples**2 / _symbol("trace"),
                "≥",
                samples / gradient_start**2,
            ),
            said(Name("K_{jk}"), "=", _symbol("kernel")),
            phrases={
                r"\mathbb{E}_y \nu^2": _symbol("sizes"),
                r"\mathbb{E}_y \, y^\top K^{-1} y": _symbol("form"),
                r"\operatorname{tr} K^{-1}": _symbol("inverse"),
                r"\operatorname{tr} K": _symbol("trace"),
                r"(\ell^0_T)": gradient_start,
                r"\mathbb{E} \langle \nabla H_T(X^j), \nabla H_T(X^k) \rangle": _symbol("kernel"),
            },
        ),
    }


__all__ = ["constants", "smoothness", "theorems", "training"]
