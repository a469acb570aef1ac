"""One kernel from both sides: exponentials that approximate it, and the plateau of its training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from longlag.numerics.memory.approximation import best_sum, terms_needed
from longlag.numerics.memory.approximation_sum import ExponentialSum
from longlag.numerics.memory.flow import Flow, gradient_flow
from longlag.numerics.memory.integrals import energy, mass
from longlag.theory.memory import KERNELS, Kernel, plateau
from longlag.theory.memory.kernel import rate

#: The flow is shown for so many times the time at which it leaves the ball.
_BEYOND = 30


@dataclass(frozen=True, eq=False)
class MemoryStudy:
    """What is known of a kernel after both experiments.

    Args:
        kernel: with numbers for its parameters.
        mass: ∫|ρ| dt.
        energy: ∫ρ² dt.
        sums: the best sums found with at most so many terms.
        error: the relative L¹ error asked for.
        most: the terms tried at most.
        needed: the sum with the fewest terms that reaches it; None where none does.
        amplitudes: at the start of training.
        rates: at the start of training.
        delta: radius of the ball.
        until: how long the flow was followed at most.
        exit_time: when the flow leaves the ball; infinity where it does not.
        flow: the gradient flow, for some time beyond.
        predicted: the plateau law where it applies.
    """

    kernel: Kernel
    mass: float
    energy: float
    sums: tuple[ExponentialSum, ...]
    error: float
    most: int
    needed: ExponentialSum | None
    amplitudes: tuple[float, ...]
    rates: tuple[float, ...]
    delta: float
    until: float
    exit_time: float
    flow: Flow
    predicted: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, for JSON; None stands for what is not finite or not known."""
        return {
            "kernel": self.kernel.name,
            "rho": str(self.kernel.rho),
            "transform": str(self.kernel.laplace),
            "mass": self.mass,
            "energy": self.energy,
            "sums": [_sum_dict(found) for found in self.sums],
            "error": self.error,
            "needed": None if self.needed is None else _sum_dict(self.needed),
            "start": {"amplitudes": list(self.amplitudes), "rates": list(self.rates)},
            "delta": self.delta,
            "until": self.until,
            "exit_time": self.exit_time if math.isfinite(self.exit_time) else None,
            "predicted_exit_time": self.predicted,
            "flow": {"times": self.flow.times.tolist(), "losses": self.flow.losses.tolist()},
        }


def study_memory(
    kernel: Kernel,
    terms: Sequence[int],
    *,
    error: float,
    most: int,
    amplitudes: Sequence[float],
    rates: Sequence[float],
    delta: float,
    until: float,
    oscillating: bool = False,
    advance: Callable[[str], None] = lambda what: None,
) -> MemoryStudy:
    """Approximate a kernel and train two units on it.

    Args:
        kernel: with numbers for its parameters.
        terms: numbers of exponentials.
        error: the relative L¹ error to reach.
        most: the terms to try at most.
        amplitudes: at the start of training.
        rates: at the start of training.
        delta: radius of the ball that the flow is to leave.
        until: how long to follow it.
        oscillating: allow conjugate pairs in the approximation.
        advance: called with what was done, once for each number of terms and twice more.

    Raises:
        LonglagError: a kernel that is not integrable, a start that is no network, numbers out of
            range.
    """
    total = mass(kernel)
    sums: list[ExponentialSum] = []
    for count in terms:
        found = best_sum(kernel, count, oscillating=oscillating)
        # More terms can always do what fewer did.
        better = not sums or found.l1_error < sums[-1].l1_error
        sums.append(found if better else sums[-1])
        advance(f"{count} exponentials")
    needed = _needed(kernel, error, most, oscillating)
    advance(f"error {error:g}")
    flow = gradient_flow(kernel, amplitudes, rates, until=until, delta=delta)
    left = flow.end if flow.ended == "ball" else math.inf
    if math.isfinite(left):
        flow = gradient_flow(kernel, amplitudes, rates, until=min(_BEYOND * left, until))
    advance("gradient flow")
    return MemoryStudy(
        kernel, total, energy(kernel), tuple(sums), error, most, needed, tuple(amplitudes),
        tuple(rates), delta, until, left, flow, predicted_exit(kernel, amplitudes),
    )  # fmt: skip


def _needed(kernel: Kernel, error: float, most: int, oscillating: bool) -> ExponentialSum | None:
    """The sum that reaches the error, or None; an error out of range is refused."""
    best = best_sum(kernel, most, oscillating=oscillating)
    if 0 < error < 1 and best.l1_error > error:
        return None
    return terms_needed(kernel, error, most, oscillating=oscillating)


def predicted_exit(kernel: Kernel, amplitudes: Sequence[float]) -> float | None:
    """Return the plateau law ω² e^{w/ω}/(2aΛ) for the registered kernel with a late bump.

    Args:
        kernel: with numbers for its parameters.
        amplitudes: at the start, whose smallest is the a of the law.

    Returns:
        The time, or None for other kernels.
    """
    if kernel.name != KERNELS["delayed"].name:
        return None
    values = kernel.values
    weight = plateau.gaussian_weight().subs(
        {plateau.height: values["c"], plateau.width: values["s"]}
    )
    law = plateau.escape_time().subs(
        {plateau.weight: weight, plateau.share: min(amplitudes), plateau.omega: values["omega"]}
    )
    return float(law.subs(rate, values["b"]))


def _sum_dict(found: ExponentialSum) -> dict[str, Any]:
    complex_rates = {"rates_imaginary": found.rates.imag.tolist()} if found.oscillates else {}
    return {
        "terms": found.terms,
        "l1_error": found.l1_error,
        "l2_error": found.l2_error if math.isfinite(found.l2_error) else None,
        "smallest_rate": found.smallest_rate,
        "rates": found.rates.real.tolist(),
        **complex_rates,
        "amplitudes": found.amplitudes.real.tolist(),
        "method": found.method,
    }
