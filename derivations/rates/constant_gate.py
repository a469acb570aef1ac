"""What a constant gate really transports: the diagonal decays, the product does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import torch
from torch import Tensor

from longlag.derivations.rates import networks_readings
from longlag.numerics.canvas import canvas
from longlag.numerics.measurement import TransportReport, measure_transport
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import orthogonal_matrix
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.readback import with_readings
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
    judged,
)

GATE = 0.05
_SIZE = 128
_LONGEST = 144
#: Orthogonal matrices drawn for a verdict.
_MOST_NETWORKS = 3
_TOLERANCE = 1e-12
#: Lags at which the integral is compared with its asymptote in high precision.
_FAR = (10**2, 10**3, 10**4, 10**5)


def linear_network(weight: Tensor, steps: int) -> Network:
    """Return const_gate at rest, where tanh is linear: J = (1−s)I + sW at every step."""
    cell, size = PAPER_CELLS["const_gate"], weight.shape[-1]
    zero = torch.zeros(size, dtype=torch.float64)
    (gate,), (name,), (drive,) = cell.parameters, cell.weights, cell.drives
    return Network(
        cell,
        {cell.states[0]: zero},
        {drive: zero.expand(steps, size)},
        {name: weight},
        {gate: torch.tensor(GATE, dtype=torch.float64)},
    )


@lru_cache(maxsize=_MOST_NETWORKS)
def measured(seed: int) -> tuple[Tensor, TransportReport]:
    """Return an orthogonal matrix and the report of its network."""
    weight = orthogonal_matrix(_SIZE, torch.Generator().manual_seed(seed))
    return weight, measure_transport(linear_network(weight, _LONGEST + 16), max_lag=_LONGEST)


def binomial_verdict(settings: Settings, *, first_power: int) -> Verdict:
    """Compare measured diagonals with the binomial sum over powers of W.

    Args:
        settings: examples and seed.
        first_power: of W, in the term without a crossing.
    """
    worst = 0.0
    networks = min(settings.examples, _MOST_NETWORKS)
    for example in range(networks):
        weight, report = measured(settings.seed + example)
        powers = [torch.eye(_SIZE, dtype=torch.float64)]
        for _ in range(_LONGEST + first_power):
            powers.append(powers[-1] @ weight)
        diagonals = torch.stack([power.diagonal() for power in powers])
        for lag in range(1, _LONGEST + 1):
            k = torch.arange(lag + 1, dtype=torch.float64)
            logs = torch.lgamma(torch.tensor(lag + 1.0, dtype=torch.float64))
            logs = logs - torch.lgamma(k + 1) - torch.lgamma(lag - k + 1)
            weights = (logs + (lag - k) * math.log1p(-GATE) + k * math.log(GATE)).exp()
            expected = weights @ diagonals[first_power : lag + 1 + first_power]
            found = report.per_neuron_signed["exact"][lag - 1]
            worst = max(worst, float((found - expected).abs().max()))
    return judged(
        Level.MEASURED,
        f"exact diagonals of const_gate at rest, orthogonal W, H = {_SIZE}, lags 1…{_LONGEST}",
        worst,
        _TOLERANCE,
        f"an error of {worst:.3g}",
        points=networks,
        seed=settings.seed,
    )


def norm_verdict(settings: Settings, *, law: Callable[[int], Any]) -> Verdict:
    """Compare the mean square of measured Frobenius norms with a law.

    Args:
        settings: examples and seed.
        law: the lag ↦ what ‖M‖²/H tends to.
    """
    networks = min(settings.examples, _MOST_NETWORKS)
    found = torch.stack([measured(settings.seed + e)[1].frobenius for e in range(networks)])
    squared = (found**2 / _SIZE).mean(0)
    worst, where = 0.0, ""
    for lag in (1, 4, 16, 64, _LONGEST):
        predicted = float(law(lag))
        error = abs(float(squared[lag - 1]) / predicted - 1)
        if error > worst:
            worst = error
            where = f"lag {lag}: measured {float(squared[lag - 1]):.4g}, predicted {predicted:.4g}"
    # The spectrum of one Haar matrix departs from the uniform one by O(1/H) in a smooth mean.
    return judged(
        Level.MEASURED,
        f"Frobenius norms of exact products, H = {_SIZE}, lags up to {_LONGEST}",
        worst,
        25 / _SIZE,
        where,
        points=networks,
        seed=settings.seed,
    )


def asymptote_verdict(settings: Settings, *, exponent: float) -> Verdict:
    """Follow the ratio of the integral to its power law to large lags, in high precision.

    Args:
        settings: seed and digits.
        exponent: of the lag.
    """
    gaps = []
    with mpmath.workdps(settings.digits):
        s = mpmath.mpf(GATE)
        for lag in _FAR:
            law = (4 * mpmath.pi * s * (1 - s)) ** mpmath.mpf(-0.5) * mpmath.mpf(lag) ** exponent
            gaps.append(abs(circle_integral(lag) / law - 1))
    falling = all(later < 0.2 * earlier for earlier, later in pairwise(gaps))
    return Verdict(
        level=Level.COMPUTED if falling else Level.REFUTED,
        method=f"{settings.digits} digits: the gap falls like 1/ℓ for ℓ = 10²…10⁵, s = {GATE}",
        points=len(_FAR),
        digits=settings.digits,
        error=float(gaps[-1]),
        counterexample="" if falling else f"lag {_FAR[-1]}: off by {float(gaps[-1]):.3g}",
    )


def circle_integral(lag: int) -> Any:
    """Return (1/2π)∫|1−s+s e^{iθ}|^{2ℓ} dθ = Σ_k C(ℓ,k)² (1−s)^{2(ℓ−k)} s^{2k} by its saddle.

    The integrand is (1 − 4s(1−s) sin²(θ/2))^ℓ; Gauss–Legendre nodes on the bulk of it.
    """
    s = mpmath.mpf(GATE)
    depth = 4 * s * (1 - s)
    edge = min(mpmath.pi, 40 / mpmath.sqrt(s * (1 - s) * lag))
    nodes = mpmath.linspace(0, edge, 9)
    return mpmath.quad(lambda t: (1 - depth * mpmath.sin(t / 2) ** 2) ** lag, nodes) / mpmath.pi


def zeroth_order(lag: int) -> float:
    """Return (1−s)^{2ℓ}, the square of what the local path keeps."""
    return float((1 - GATE) ** (2 * lag))


def norm_figure(settings: Settings) -> Any:
    """Draw diagonal and norm of the product of one network beside the two laws."""
    _, report = measured(settings.seed)
    lags = report.lags.double()
    figure, axes = canvas()
    law = (4 * math.pi * GATE * (1 - GATE) * lags).rsqrt()
    for values, style, label in (
        (report.frobenius**2 / _SIZE, "C0-", r"$\|M\|_F^2/H$, exact"),
        (law, "C1--", r"$(4\pi s(1-s)\ell)^{-1/2}$"),
        (report.signed("exact").abs() / _SIZE, "C2-", r"$|\mathrm{tr}\,M|/H$, exact"),
        ((1 - GATE) ** (2 * lags), "0.5", r"$(1-s)^{2\ell}$, zeroth order"),
    ):
        axes.plot(lags.tolist(), values.tolist(), style, label=label)
    axes.set_yscale("log")
    axes.set_xscale("log")
    axes.set_ylim(bottom=1e-7)
    axes.set_xlabel(r"lag $\ell$")
    axes.set_title(f"const_gate, linear, orthogonal W, H = {_SIZE}, s = {GATE}", fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    return figure


def derivation() -> Derivation:
    """Return the section."""
    linear = (r"$W$ orthogonal", r"$J = (1-s)I + sW$: const_gate at rest, where tanh is linear")
    paper = Source("arXiv 2512.05790", "exponential envelope of the constant gate")
    items = (
        Text(
            "The surrogate of a constant gate is its local path, $(1-s)^{\\ell}$. With an "
            "orthogonal recurrent matrix all orders can be summed, and the truth differs: the "
            "diagonal is exponentially small while the product as a whole decays like a power."
        ),
        Claim(
            Statement(
                "diagonal",
                Kind.IDENTITY,
                r"M_{t,\ell}^{(qq)} = \sum_{k=0}^{\ell} \binom{\ell}{k} (1-s)^{\ell-k} s^k "
                r"(W^k)_{qq}",
                linear,
            ),
            binomial_verdict,
            title="The diagonal, all orders",
            stated={"first_power": 0},
            wrong={"one power of W more": {"first_power": 1}},
        ),
        Claim(
            Statement(
                "norm",
                Kind.LIMIT,
                r"\frac{1}{H} \|M_{t,\ell}\|_F^2 \to \frac{1}{2\pi} \int_0^{2\pi} "
                r"\bigl|1 - s + s e^{i\theta}\bigr|^{2\ell} d\theta \qquad (H \to \infty)",
                (*linear, "$W$ from the Haar measure"),
            ),
            norm_verdict,
            title="The norm of the product",
            text="The eigenvalues of $W$ fill the unit circle evenly.",
            stated={"law": circle_integral},
            wrong={"the exponential of zeroth order": {"law": zeroth_order}},
        ),
        Claim(
            Statement(
                "power_law",
                Kind.LIMIT,
                r"\frac{1}{2\pi} \int_0^{2\pi} \bigl|1 - s + s e^{i\theta}\bigr|^{2\ell} d\theta "
                r"\sim \bigl(4 \pi s (1-s) \ell\bigr)^{-1/2} \qquad (\ell \to \infty)",
            ),
            asymptote_verdict,
            title="A power law",
            text="Laplace's method at $\\theta = 0$.",
            stated={"exponent": -0.5},
            wrong={"another power": {"exponent": -0.4}},
        ),
        Claim(
            Statement(
                "exponential_norm",
                Kind.LIMIT,
                r"\frac{1}{H} \|M_{t,\ell}\|_F^2 \to (1-s)^{2\ell}",
                linear,
                paper,
            ),
            norm_verdict,
            title="What zeroth order predicts",
            text="The exponential envelope of a constant gate is a property of the surrogate, not "
            "of backpropagation.",
            expected_to_hold=False,
            stated={"law": zeroth_order},
        ),
        Figure(
            "constant_gate_norm",
            "One network: the norm of the exact product follows the power law, its mean diagonal "
            "falls to the noise of a finite matrix.",
            norm_figure,
        ),
    )
    found = Derivation("constant_gate", "A constant gate, all orders", items)
    return with_readings(found, networks_readings.constant_gate())
