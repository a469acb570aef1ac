"""The plateau of training: how fast units fitted to the first part of a memory find the second.

The target is an exponential e^{−wt} and a late part c ρ₀(t − μ), μ = 1/ω. Its transform is
R(v) = 1/(v + w) + e^{−vμ} B(v), B(v) = ∫ρ₀(u) e^{−vu} du, up to what of ρ₀ lies before t = 0. At a
fit of the first part, m units of rate w whose amplitudes add up to 1, only the late part pulls.

1. **Growth.** On Σ a_i δw_i = 0 the Hessian of J is diagonal, −2a_i (e^{−wμ}B)'' ~ −2a_i μ² Λ
   e^{−wμ} with Λ = B(w): deviations grow at the rate 2aΛ e^{−w/ω}/ω².
2. **Merger.** The fit of the first part itself resists at fourth order: two units are
   e^{−wt}(1 + C t²/2 − …) with the spread C = Σ a_i δw_i², and after the best sum and mean J is
   C²/(32 w⁵) − C μ²Λe^{−wμ}. So the growth ends at the spread C* = 16 w⁵ μ²Λ e^{−wμ}. A ball that
   needs a larger spread is left later, by a drift of the amplitudes at constant spread, in a time
   proportional to μ^{−6} e^{5wμ/2}.
3. **A silent unit**, of amplitude 0 and rate v, is pushed by −∂J/∂a = 2B(v) e^{−vμ}: with v < w
   this is the larger force, and the exponent is v.

All derived here; the setting is that of JMLR 23(42), 2022.
"""

from __future__ import annotations

from functools import cache

from sympy import (
    Derivative,
    Expr,
    Function,
    Integer,
    Matrix,
    Min,
    Rational,
    Symbol,
    exp,
    expand,
    factorial,
    integrate,
    laguerre,
    limit,
    log,
    oo,
    simplify,
    solve,
    sqrt,
    symbols,
    tanh,
)

from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import rate, time
from longlag.theory.memory.objective import (
    Objective,
    amplitude,
    other_amplitude,
    other_rate,
    transform_symbol,
)
from longlag.theory.notation import SymbolTable

#: Amplitude and rate of the units, length of the memory, its weight Λ, inverse length ω.
_symbols = SymbolTable("memory")
share = _symbols.add("a", "amplitude of a unit at a fit of the first part", positive=True)
length = _symbols.add("mu", r"length $1/\omega$ of the memory", unit="time", positive=True)
weight = _symbols.add("Lambda", "weight of the late part, its transform at the fit", positive=True)
omega = _symbols.add("omega", "inverse length of the memory", unit="1/time", positive=True)
height = _symbols.add("c", "weight of a Gaussian late part", positive=True)
width = _symbols.add("s", "width of a Gaussian late part", unit="time", positive=True)
silent = _symbols.add("w_min", "rate of a silent unit", unit="1/time", positive=True)
difference = _symbols.add("epsilon", "half the difference of two rates", positive=True)
radius = _symbols.add("delta", "radius of the ball that training leaves", positive=True)
spread = _symbols.add("C", "spread of the rates at which the growth ends", positive=True)
units = _symbols.add("m", "number of units at the start of training", positive=True)
first_share = _symbols.add("alpha", "share of the first of two units", positive=True)

#: B(v), whatever the late part.
late_symbol: Function = Function("B", real=True)


def late_transform(v: Expr) -> Expr:
    """Return the transform of the late part, e^{−vμ} B(v)."""
    return exp(-v * length) * late_symbol(v)


@cache
def gaussian_weight() -> Expr:
    """Return Λ(w) = ∫ c e^{−u²/2s²} e^{−wu} du of a Gaussian late part.

    >>> gaussian_weight()
    sqrt(2)*sqrt(pi)*c*s*exp(s**2*w**2/2)
    """
    u = Symbol("u", real=True)
    return simplify(integrate(height * exp(-(u**2) / (2 * width**2) - rate * u), (u, -oo, oo)))


@cache
def hessian_form(count: int) -> Expr:
    """Return Σ_ik δ_i δ_k ∂²J/∂w_i∂w_k at a fit of the first part, on Σ a_i δ_i = 0.

    Amplitudes a0, a1, … are symbols whose sum is 1 and directions d0, d1, … too; the last of each
    is eliminated.

    Args:
        count: m, at least 2.

    Raises:
        LonglagError: fewer units than two, which have no such direction.

    >>> hessian_form(2).has(late_symbol)
    True
    """
    if count < 2:
        raise LonglagError(
            f"{count} unit", "a change of rates that keeps their mean needs two", "give 2 or more"
        )
    amplitudes, directions = unit_symbols(count)
    crossed, over_j, single = Objective().hessian("w", "w")
    target = 1 / (other_rate + rate) + late_transform(other_rate)
    form: Expr = Integer(0)
    for i in range(count):
        for j in range(count):
            both = {amplitude: amplitudes[i], other_amplitude: amplitudes[j], other_rate: rate}
            form += directions[i] * directions[j] * crossed.subs(both)
            form += directions[i] ** 2 * over_j.subs(both)
        curvature = target.diff(other_rate, 2).subs(other_rate, rate).doit()
        known = single.xreplace({Derivative(transform_symbol(rate), (rate, 2)): curvature})
        form += directions[i] ** 2 * known.subs(amplitude, amplitudes[i])
    last = count - 1
    form = form.subs(
        directions[last],
        -sum(a * d for a, d in zip(amplitudes[:last], directions, strict=False)) / amplitudes[last],
    )
    return form.subs(amplitudes[last], 1 - sum(amplitudes[:last]))


def unit_symbols(count: int) -> tuple[list[Symbol], list[Symbol]]:
    """Return the symbols a0, a1, … and d0, d1, … of the units' amplitudes and directions."""
    return (list(symbols(f"a:{count}", positive=True)), list(symbols(f"d:{count}", real=True)))


@cache
def gaussian_growth_rate() -> Expr:
    """Return the growth rate of a Gaussian late part, 2aΛ e^{−wμ} [(μ − s²w)² + s²].

    >>> gaussian_growth_rate() / weight
    2*a*(s**2 + (mu - s**2*w)**2)*exp(-mu*w)
    """
    bump = gaussian_weight()
    whole = 2 * share * (exp(-rate * length) * bump).diff(rate, 2)
    found = 2 * share * weight * ((length - width**2 * rate) ** 2 + width**2) * exp(-rate * length)
    assert simplify(whole - found.subs(weight, bump)) == 0
    return found


@cache
def escape_rate() -> Expr:
    """Return the leading growth rate at a long memory, 2aΛ e^{−w/ω}/ω².

    >>> escape_rate()
    2*Lambda*a*exp(-w/omega)/omega**2
    """
    leading = limit(gaussian_growth_rate() * exp(rate * length) / length**2, length, oo)
    return (leading * length**2 * exp(-rate * length)).subs(length, 1 / omega)


@cache
def escape_time() -> Expr:
    """Return the plateau law, τ ~ ω² e^{w/ω}/(2aΛ).

    >>> escape_time()
    omega**2*exp(w/omega)/(2*Lambda*a)
    """
    return simplify(1 / escape_rate())


def ball_factor() -> Expr:
    r"""Return the factor of the plateau law for two units w ± ε and a ball of radius δ.

    The late part pulls the two at rates that differ, e^{−(w±ε)μ}: ε' = (2aΛμ e^{−wμ}) sinh(εμ),
    whose time from ε to ε + δ/√2 is the law times ln[tanh((ε + δ/√2)μ/2)/tanh(εμ/2)], and
    ln(1 + δ/(ε√2)) while εμ is small.

    >>> ball_factor().free_symbols == {difference, radius, length}
    True
    """
    end = difference + radius / sqrt(2)
    return log(tanh(end * length / 2) / tanh(difference * length / 2))


@cache
def resistance() -> Expr:
    """Return the loss per C² that the first part costs a spread, ‖P⊥ t²e^{−wt}/2‖² = 1/(32w⁵).

    P⊥ removes e^{−wt} and t e^{−wt}, which the sum and the mean of the units compensate.

    >>> resistance()
    1/(32*w**5)
    """
    target = time**2 * exp(-rate * time) / 2
    basis = [exp(-rate * time), time * exp(-rate * time)]
    gram = Matrix(2, 2, lambda i, j: _inner(basis[i], basis[j]))
    against = Matrix(2, 1, lambda i, _: _inner(basis[i], target))
    return simplify(_inner(target, target) - (against.T * gram.inv() * against)[0, 0])


@cache
def final_spread() -> Expr:
    """Return the spread C* at which the growth ends: the minimum of C²/(32w⁵) − C μ²Λ e^{−wμ}.

    >>> final_spread()
    16*Lambda*mu**2*w**5*exp(-mu*w)
    """
    slow = resistance() * spread**2 - spread * length**2 * weight * exp(-rate * length)
    (found,) = solve(slow.diff(spread), spread)
    return found


@cache
def drift_rate() -> Expr:
    """Return dα/dt of two merged units at w = 1, α the share of the slower one, to leading order.

    With spread C, shares α and β = 1 − α, the third moment is M = C^{3/2}(α − β)/√(αβ), and J
    holds besides 2M ∫P⊥(t³e^{−t}/6) ρ₀(t − μ) dt − 2CM⟨P⊥ t²e^{−t}/2, P⊥ t³e^{−t}/6⟩, of which the
    first leads at a long memory. A share moves two amplitudes, so dα/dt = −(∂J/∂α)/2.

    >>> drift_rate().has(spread)
    True
    """
    alpha, beta = first_share, 1 - first_share
    third = spread ** Rational(3, 2) * (alpha - beta) / sqrt(alpha * beta)
    # Λ e^{−μ} in terms of the spread at which the growth has ended.
    pull = solve(final_spread().subs(rate, 1) - spread, weight)[0] * exp(-length)
    cubic = limit(_late_moment(3) / length**3, length, oo) * length**3
    return simplify(-(2 * third * cubic * pull).diff(alpha) / 2)


@cache
def merged_slope() -> Expr:
    """Return d ln τ/d(1/ω) of the drift, 5/2 − 6ω at w = 1.

    >>> merged_slope()
    5/2 - 6*omega
    """
    # The shares travel the same way at every length, so their speed at the start has the slope.
    speed = drift_rate().subs(first_share, Rational(1, 2))
    whole = -speed.subs(spread, final_spread().subs(rate, 1))
    return expand(simplify(-whole.diff(length) / whole).subs(length, 1 / omega))


def silent_push() -> Expr:
    """Return the force −∂J/∂a on a silent unit of rate v, 2B(v) e^{−vμ}, from the gradient of J.

    >>> silent_push()
    2*B(w_min)*exp(-mu*w_min)
    """
    over_j, alone = Objective().gradient("a")
    units_fitted = over_j.subs(
        {rate: silent, other_rate: rate, other_amplitude: 1}, simultaneous=True
    )
    target = 1 / (silent + rate) + late_transform(silent)
    return simplify(-units_fitted - alone.xreplace({transform_symbol(rate): target}))


def lower_bound(exponent: Expr = rate) -> Expr:
    """Return ω² e^{c₀/ω} min{δ/√m, ln(1 + δ)}, below which no exit time falls, up to a constant.

    Source: JMLR 23(42), 2022, which states it without the constant.
    """
    return omega**2 * exp(exponent / omega) * Min(radius / sqrt(units), log(1 + radius))


def _late_moment(power: int) -> Expr:
    """∫P⊥(t^k e^{−t}/k!) ρ₀(t − μ) dt in units of Λe^{−μ}, with ρ₀ narrow: P⊥ leaves L_n, n ≥ 2."""
    x = 2 * time
    found = 0
    for n in range(2, power + 1):
        basis = laguerre(n, x) * exp(-time)
        found += laguerre(n, x) * 2 * _inner(time**power * exp(-time), basis)
    return expand(found / factorial(power)).subs(time, length)


def _inner(left: Expr, right: Expr) -> Expr:
    return integrate(expand(left * right), (time, 0, oo))
