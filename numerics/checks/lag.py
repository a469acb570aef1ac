"""Checks over a lag: the ordered product, its expansion, the remainder bound, the rates."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from longlag.numerics.checks.check import Check, Subject, conditioning, scaled_gap
from longlag.numerics.checks.reference import autograd_parts, autograd_transport, evaluate_update
from longlag.numerics.lags.products import (
    Parts,
    ordered_product,
    parts,
    per_neuron,
    remainder_bound,
    trajectory,
)
from longlag.numerics.lags.rates import Rates
from longlag.numerics.networks.network import Network
from longlag.theory.statement import Level
from longlag.theory.transport.jacobian import Split
from longlag.theory.transport.rates import carrier

#: What two routes to the local part may differ by, relative to what rounding can grow to.
_ROUNDING_AT_MOST = 1e-9


def growth(matrices: Tensor) -> float:
    """Return ∏ max(1, ‖J_j‖₂): how far rounding of one factor can grow in the product."""
    norms = torch.linalg.matrix_norm(matrices, 2).clamp(min=1.0)
    return float(norms.prod())


def reference_transport(network: Network) -> Tensor:
    """Return M by autograd through the unrolled update as it was written."""
    return autograd_transport(lambda *arguments: evaluate_update(network.cell, *arguments), network)


def reference_parts(run: Network, split: Split = "leak") -> Parts:
    """Return D and R of every step by autograd with the maps (or gates) held, newest first."""
    steps = [
        autograd_parts(
            run.at(time, {name: value[time] for name, value in run.state.items()}), split
        )
        for time in reversed(range(run.steps))
    ]
    local, recurrent = zip(*steps, strict=True)
    return Parts(torch.stack(local), torch.stack(recurrent))


def product_discrepancy(subject: Subject, network: Network) -> float:
    """Ordered product of derived Jacobians, newest left, against autograd through ℓ steps."""
    run = trajectory(subject.generated, network)
    jacobians = subject.layout(subject.generated.jacobian(*run.arguments)).flip(0)
    found = subject.product(jacobians)
    return scaled_gap(found, reference_transport(network), growth(jacobians), conditioning(network))


def expansion_discrepancy(subject: Subject, network: Network) -> float:
    """Each term of the expansion against the derivative of ∏(D + εR) at ε = 0.

    D and R of the reference come from autograd, the derivative from ``jvp`` nested once per order:
    an exact identity, not a finite difference.
    """
    run = trajectory(subject.generated, network)
    terms = subject.expand(*parts(subject.generated, run), subject.order)
    local, recurrent = reference_parts(run, subject.jacobian.split)

    def transport(epsilon: Tensor) -> Tensor:
        return ordered_product(local + epsilon * recurrent)

    scale = growth(local) * growth(recurrent)
    gaps = []
    derivative: Callable[[Tensor], Tensor] = transport
    for order in range(subject.order + 1):
        expected = derivative(torch.zeros((), dtype=local.dtype)) / math.factorial(order)
        gaps.append(scaled_gap(terms[order], expected, scale, conditioning(network)))
        derivative = _differentiated(derivative)
    return max(gaps)


def _differentiated(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return the derivative by the double-backward form of jvp, which can be nested."""

    def derivative(epsilon: Tensor) -> Tensor:
        one = torch.ones_like(epsilon)
        result = torch.autograd.functional.jvp(function, epsilon, one, create_graph=True)
        return torch.as_tensor(result[1])

    return derivative


def slope_discrepancy(subject: Subject, network: Network) -> float:
    """How far the error of the order-k expansion falls short of ε^{k+1} as ε → 0."""
    run = trajectory(subject.generated, network)
    terms = subject.expand(*parts(subject.generated, run), subject.order)
    local, recurrent = reference_parts(run, subject.jacobian.split)

    def error(epsilon: float) -> float:
        exact = ordered_product(local + epsilon * recurrent)
        series = sum(epsilon**order * term for order, term in enumerate(terms))
        return float((exact - series).norm())

    scale = growth(local) * growth(recurrent)
    # Small against the recurrent part, yet far above rounding.
    large = 1e-2 / max(1.0, float(torch.linalg.matrix_norm(recurrent, 2).max()))
    errors = [error(large), error(large / 10)]
    # At ε = 0 the error is that of the local parts of two routes: rounding, unless they differ.
    rounding = min(10 * error(0.0), _ROUNDING_AT_MOST * scale)
    if min(errors) <= max(1e-13 * scale, rounding):
        return 0.0
    slope = math.log10(errors[0] / errors[1])
    return max(0.0, subject.order + 1 - slope)


def remainder_discrepancy(subject: Subject, network: Network) -> float:
    """How far ‖M − M_{≤k}‖₂, by autograd, exceeds the derived bound."""
    run = trajectory(subject.generated, network)
    found = parts(subject.generated, run)
    series = subject.expand(*found, subject.order).sum(0)
    exact = reference_transport(network)
    remainder = float(torch.linalg.matrix_norm(exact - series, 2))
    bound = remainder_bound(subject.derived_transport, *found)
    rounding = growth(found.local + found.recurrent) * conditioning(network)
    return max(0.0, remainder - bound) / rounding


def rates_discrepancy(subject: Subject, network: Network) -> float:
    """Rates of every lag against the diagonal of explicit products of autograd's D and R."""
    run = trajectory(subject.generated, network)
    fields = subject.generated.diagonals(*run.arguments)
    index = subject.cell.states.index(carrier(subject.jacobian))
    found = subject.rates(fields.local.flip(0), fields.recurrent.flip(0), new=index, previous=index)
    parts_ = reference_parts(run, subject.jacobian.split)
    expected = reference_rates(parts_, len(subject.cell.states), index)
    scale = growth(parts_.local) * growth(parts_.recurrent)
    return max(
        scaled_gap(rate[lag], wanted[lag], scale, conditioning(network))
        for lag in range(run.steps + 1)
        for rate, wanted in zip(found, expected, strict=True)
    )


def reference_rates(found: Parts, states: int, index: int) -> Rates:
    """Return the rates of every lag as diagonals of explicit products of D and R.

    Args:
        found: D and R of every step, newest first.
        states: how many states a neuron has.
        index: of the state at both ends.
    """
    local, recurrent = found
    zeroths, firsts = [], []
    for lag in range(local.shape[0] + 1):
        zeroth = ordered_product(local[:lag])
        first = zeroth.clone()
        for position in range(lag):
            newer, older = local[:position], local[position + 1 : lag]
            first = first + ordered_product(newer) @ recurrent[position] @ ordered_product(older)
        zeroths.append(per_neuron(zeroth, states)[index, index])
        firsts.append(per_neuron(first, states)[index, index])
    return Rates(torch.stack(zeroths), torch.stack(firsts))


LAG_CHECKS = (
    Check(
        "product",
        "ordered product, newest left, against autograd through the unrolled steps",
        "autograd through the unrolled steps, float64",
        Level.MEASURED,
        1e-12,
        product_discrepancy,
    ),
    Check(
        "expansion",
        "terms of the expansion against derivatives at ε = 0",
        "derivatives of ∏(D + εR) at ε = 0 by jvp, float64",
        Level.MEASURED,
        1e-12,
        expansion_discrepancy,
    ),
    Check(
        "slope",
        "order of the remainder in ε",
        "log–log slope of the remainder in ε",
        Level.MEASURED,
        0.15,
        slope_discrepancy,
    ),
    Check(
        "remainder",
        "remainder bound against the exact product",
        "the norm of what the expansion leaves out, by autograd, float64",
        Level.MEASURED,
        1e-12,
        remainder_discrepancy,
    ),
    Check(
        "rates",
        "effective learning rates against the diagonal of explicit products",
        "diagonals of explicit products, every lag, float64",
        Level.MEASURED,
        1e-12,
        rates_discrepancy,
    ),
)
