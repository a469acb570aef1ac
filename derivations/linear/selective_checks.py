"""Selective and correlated gates, and gated delta rules: by quadrature, in symbols, by drawing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import mpmath
import sympy
import torch
from sympy import Expr
from torch import Tensor

from longlag.derivations.linear import letters as the
from longlag.derivations.linear.checks import in_standard_errors, with_errors
from longlag.numerics.checks import combine
from longlag.numerics.generate import generate
from longlag.numerics.initialisations.networks import shares_kept
from longlag.numerics.lags.rank_one import RankOneFactors, delta_rule, rank_one_product
from longlag.numerics.networks.flat import default_sizes
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import CELLS
from longlag.theory.notation import ell
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Mamba's rate A, and mean and deviation of the drive u of its step Δ = ln(1 + e^u).
_RATE, _MEAN, _DEVIATION = 16, -4, 1
#: Drawn sequences and their steps.
_DRAWN, _STEPS = 40_000, 12
#: μ, σ and φ of correlated gates; K and β of gated delta rules, whose gates have p = 4.
_CORRELATED = ((0.3, 0.3, 0.8), (0.3, 0.4, -0.5))
_SIZES, _BETA, _ALPHA, _POWER = (2, 8), 0.7, 0.98, 4
#: Entries of a key of the simulated cell.
_ENTRIES = 4
#: Lags at which the variance of a sum of correlated terms is compared in symbols.
_LONGEST = 8


def _logarithm(u: mpmath.mpf) -> mpmath.mpf:
    """ln a = −A ln(1 + e^u)."""
    return -_RATE * mpmath.log1p(mpmath.exp(u))


def _average(of: Callable[[mpmath.mpf], mpmath.mpf]) -> mpmath.mpf:
    """E g(u) over the normal drive of the step."""
    ends = [_MEAN + _DEVIATION * k for k in (-12, -6, -3, 0, 3, 6, 12)]
    return mpmath.quad(lambda u: of(u) * mpmath.npdf(u, _MEAN, _DEVIATION), ends)


@lru_cache(maxsize=1)
def mamba_rates() -> tuple[float, float]:
    """Return −ln E a and −E ln a of Mamba's gate, by quadrature."""
    of_mean = -mpmath.log(_average(lambda u: mpmath.exp(_logarithm(u))))
    return float(of_mean), -float(_average(_logarithm))


def _moment(order: int) -> mpmath.mpf:
    return _average(lambda u: _logarithm(u) ** order)


@lru_cache(maxsize=1)
def mamba_cumulants(orders: int) -> tuple[float, ...]:
    """Return −ln E a by the first cumulants of ln a, up to each order."""
    moments = [_moment(k) for k in range(orders + 1)]
    cumulants = [mpmath.mpf(0)]
    for n in range(1, orders + 1):
        less = sum(
            mpmath.binomial(n - 1, k - 1) * cumulants[k] * moments[n - k] for k in range(1, n)
        )
        cumulants.append(moments[n] - less)
    found, total = [], mpmath.mpf(0)
    for n in range(1, orders + 1):
        total -= cumulants[n] / mpmath.factorial(n)
        found.append(float(total))
    return tuple(found)


@lru_cache(maxsize=2)
def mamba_gates(seed: int) -> Tensor:
    """Return what the cell ``mamba`` keeps in each step, by its generated Jacobian.

    Args:
        seed: of the drives.

    Returns:
        Shares, shape (steps, sequences).
    """
    generator = torch.Generator().manual_seed(seed)
    count = _STEPS * _DRAWN
    network = sample_network(CELLS["mamba"], generator, size=1, batch=(count,))
    step = network.drive["dt"]
    drawn = torch.randn(step.shape, generator=generator, dtype=torch.float64)
    network = replace(
        network,
        drive={**network.drive, "dt": _MEAN + _DEVIATION * drawn},
        parameter={name: torch.full_like(v, _RATE) for name, v in network.parameter.items()},
    )
    return shares_kept(network).reshape(_STEPS, _DRAWN)


def mamba_verdict(settings: Settings, *, rate: str, of_logarithm: bool) -> Verdict:
    """Compare products of the cell's gates with a rate by quadrature.

    Args:
        settings: the seed.
        rate: "mean" for −ln E a, "typical" for −E ln a.
        of_logarithm: the mean logarithm of products, or the mean product.
    """
    of_mean, typical = mamba_rates()
    stated = -ell * (of_mean if rate == "mean" else typical)
    products = mamba_gates(settings.seed).cumprod(0)
    found = with_errors(products.log() if of_logarithm else products)
    told = (
        f"{_DRAWN} products of the cell mamba, A = {_RATE}, u ~ N({_MEAN}, {_DEVIATION}), in "
        f"standard errors, lags up to {_STEPS}; −ln E a = {of_mean:.4f}, −E ln a = {typical:.4f}"
    )
    given = stated if of_logarithm else sympy.exp(stated)
    return in_standard_errors({"mamba": (given, found)}, told, settings)


def selectivity_verdict(settings: Settings, *, gain: float) -> Verdict:
    """Judge −E ln a − (−ln E a) > gain for Mamba's gate.

    Args:
        settings: not used.
        gain: as stated.
    """
    of_mean, typical = mamba_rates()
    shown = f"−ln E a = {of_mean:.4f}, −E ln a = A E Δ = {typical:.4f}, by quadrature"
    return judged(Level.COMPUTED, shown, gain, typical - of_mean, shown, points=1)


def every_input_verdict(settings: Settings, *, rate: float) -> Verdict:
    """Judge that no input keeps more than e^{−rate} of the state in a step.

    Args:
        settings: not used.
        rate: as stated.
    """
    rates = {u: -float(_logarithm(mpmath.mpf(u))) for u in (-4, -10, -40)}
    shown = ", ".join(f"{value:.1e} at u = {u}" for u, value in rates.items())
    method = f"−ln a = A ln(1 + e^u) = {shown}, for as many steps as the input says so"
    return judged(Level.COMPUTED, method, rate, min(rates.values()), method, points=len(rates))


def expansion_verdict(settings: Settings, *, order: int) -> Verdict:
    """Judge that a cumulant expansion of Mamba's rate is worse at an order than at the first.

    Args:
        settings: not used.
        order: as stated.
    """
    of_mean, _ = mamba_rates()
    found = mamba_cumulants(6)
    shown = ", ".join(f"{rate:.3f}" for rate in found)
    method = f"orders 1 to 6: {shown}; −ln E a = {of_mean:.4f}, by quadrature"
    first, other = abs(found[0] - of_mean), abs(found[order - 1] - of_mean)
    return judged(Level.COMPUTED, method, first, other, method, points=6)


def correlated_verdict(settings: Settings, *, exponent: Expr) -> Verdict:
    """Judge ln E ∏ a of gates whose logarithms are normal and correlated.

    Args:
        settings: the seed.
        exponent: over ℓ, μ, σ and φ of the chapter.
    """
    for lag in range(1, _LONGEST + 1):
        variance = sympy.Add(
            *(the.CORRELATION ** abs(i - j) for i in range(lag) for j in range(lag))
        )
        exact = -lag * the.CENTRE + the.DEVIATION**2 / 2 * variance
        if sympy.simplify(exponent.subs(ell, lag) - exact) != 0:
            return Verdict(
                level=Level.REFUTED,
                method="the variance of a sum, in symbols",
                counterexample=f"lag {lag}: {exact}",
            )
    proved = Verdict(
        level=Level.PROVED,
        method=f"the mean of a lognormal product, in symbols for lags up to {_LONGEST}",
        points=_LONGEST,
    )
    cases = {}
    for case in _CORRELATED:
        numbers = dict(zip((the.CENTRE, the.DEVIATION, the.CORRELATION), case, strict=True))
        given = sympy.exp(exponent.subs(numbers))
        cases["μ = {:g}, σ = {:g}, φ = {:g}".format(*case)] = (
            given,
            with_errors(_correlated(settings.seed, *case).cumprod(0)),
        )
    told = f"{_DRAWN} drawn sequences, in standard errors, lags up to {_STEPS}"
    return combine([proved, in_standard_errors(cases, told, settings)])


@lru_cache(maxsize=4)
def _correlated(seed: int, centre: float, deviation: float, correlation: float) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(_STEPS, _DRAWN, generator=generator, dtype=torch.float64)
    states = [noise[0]]
    for fresh in noise[1:]:
        states.append(correlation * states[-1] + (1 - correlation**2) ** 0.5 * fresh)
    return (-centre + deviation * torch.stack(states)).exp()


def gated_verdict(settings: Settings, *, factor: Expr, of_norm: bool) -> Verdict:
    """Compare a delta rule with a random gate with what one factor leaves, as stated.

    Args:
        settings: the seed.
        factor: over K, β and p of the chapter.
        of_norm: of ‖M‖_F²/K, or of a diagonal entry.
    """
    cases = {}
    for size in _SIZES:
        numbers = {the.SIZE: size, the.BETA: _BETA, the.EXPONENT: _POWER}
        cases[f"K = {size}"] = (
            the.over_the_lag(factor.subs(numbers)),
            gated_products(settings.seed, size)[of_norm],
        )
    told = (
        f"{_DRAWN // 10} sequences of isotropic keys and drawn gates, in standard errors, lags up "
        f"to {_STEPS}, K = {', '.join(map(str, _SIZES))}, β = {_BETA}, p = {_POWER}"
    )
    return in_standard_errors(cases, told, settings)


@lru_cache(maxsize=4)
def gated_products(seed: int, size: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return means and errors by lag, of a diagonal entry and of ‖M‖_F²/K, under drawn gates.

    Args:
        seed: of keys and gates.
        size: K.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + size)
    shape = (_STEPS, _DRAWN // 10)
    key = torch.randn(*shape, size, generator=generator, dtype=torch.float64)
    key /= key.norm(dim=-1, keepdim=True)
    gate = torch.rand(shape, generator=generator, dtype=torch.float64) ** (1 / _POWER)
    factors = delta_rule(gate, torch.full(shape, _BETA, dtype=torch.float64), key)
    products = torch.stack(
        [
            rank_one_product(RankOneFactors(*(part[-lag:] for part in factors)))
            for lag in range(1, _STEPS + 1)
        ]
    )
    traces = products.diagonal(dim1=-2, dim2=-1).mean(-1)
    return with_errors(traces), with_errors(products.square().sum((-2, -1)) / size)


def cell_verdict(settings: Settings, *, factor: Expr) -> Verdict:
    """Compare states of the cell ``gated_delta_net`` without a value with what is stated.

    Args:
        settings: the seed.
        factor: what a step leaves of the squared norm, over α, β and K of the chapter.
    """
    size, kept = cell_norms(settings.seed)
    numbers = {the.SIZE: size, the.BETA: _BETA, the.ALPHA: _ALPHA}
    cases = {f"K = {size}": (the.over_the_lag(factor.subs(numbers)), kept)}
    told = (
        f"{_DRAWN // 10} simulated states of the cell gated_delta_net, isotropic keys, α = "
        f"{_ALPHA}, β = {_BETA}, in standard errors, lags up to {_STEPS}"
    )
    return in_standard_errors(cases, told, settings)


@lru_cache(maxsize=2)
def cell_norms(seed: int) -> tuple[int, tuple[Tensor, Tensor]]:
    """Return K, and means and errors by lag of what the cell leaves of the squared norm.

    Args:
        seed: of the states and keys.
    """
    generator = torch.Generator().manual_seed(seed)
    network = sample_network(
        CELLS["gated_delta_net"], generator, size=_ENTRIES, batch=(_DRAWN // 10,)
    )
    step, state = generate(network.cell).step, network.state
    size = default_sizes(network.cell, _ENTRIES)["N"]
    drive = {name: torch.zeros_like(values) for name, values in network.drive.items()}
    for name, value in (("alpha", _ALPHA), ("beta", _BETA)):
        drive[name] += math.log(value / (1 - value))
    start, kept = state["S"].square().sum(-1), []
    for _ in range(_STEPS):
        drawn = torch.randn(_DRAWN // 10, size, generator=generator, dtype=torch.float64)
        key = drawn / drawn.norm(dim=-1, keepdim=True)
        # A vector that is shorter than the flat state is repeated, see ``Layout.vector``.
        drive["k"] = key.repeat(1, drive["k"].shape[-1] // size)
        state = step(*replace(network, state=state, drive=drive).arguments)
        kept.append(state["S"].square().sum(-1) / start)
    return size, with_errors(torch.stack(kept))


__all__ = [
    "cell_norms",
    "cell_verdict",
    "correlated_verdict",
    "every_input_verdict",
    "expansion_verdict",
    "gated_products",
    "gated_verdict",
    "mamba_cumulants",
    "mamba_gates",
    "mamba_rates",
    "mamba_verdict",
    "selectivity_verdict",
]
