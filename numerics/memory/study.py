"""One kernel from both sides: exponentials that approximate it, and the plateau of its training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath

from longlag.numerics.frames import frame
from longlag.numerics.memory.approximation.best import best_sum, terms_needed
from longlag.numerics.memory.approximation.exponential_sum import ExponentialSum
from longlag.numerics.memory.flow import Flow, gradient_flow
from longlag.numerics.memory.integrals import energy, mass
from longlag.numerics.memory.plot import study_figure
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, plateau
from longlag.theory.memory.kernel import rate
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame

#: The flow is shown for so many times the time at which it leaves the ball.
_BEYOND = 30


@dataclass(frozen=True, eq=False)
class MemoryStudy:
    """What is known of a kernel after both experiments.

    Args:
        kernel: with numbers for its parameters.
        mass: ∫|ρ| dt.
        energy: ∫ρ² dt; None where it diverges, and then nothing can be trained.
        terms: numbers of terms asked for.
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
    energy: float | None
    terms: tuple[int, ...]
    sums: tuple[ExponentialSum, ...]
    error: float
    most: int
    needed: ExponentialSum | None
    amplitudes: tuple[float, ...]
    rates: tuple[float, ...]
    delta: float
    until: float
    exit_time: float
    flow: Flow | None
    predicted: float | None

    def __repr__(self) -> str:
        most, time = max(self.terms), f"{self.exit_time:.4g}"
        told = f"memory {self.kernel.name}: up to {most} exponentials, plateau to {time}"
        return described(told, "sums", "needed", "plot()", "to_frame()", "to_dict()")

    def plot(self) -> Any:
        """Return a matplotlib figure: the kernel, errors over the number of terms, the loss."""
        return study_figure(self)

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each number of exponentials: error, rate, amplitude."""
        columns = {
            "terms": self.terms,
            "l1_error": [each.l1_error for each in self.sums],
            "smallest_rate": [each.smallest_rate for each in self.sums],
            "largest_amplitude": [each.largest_amplitude for each in self.sums],
            "method": [each.method for each in self.sums],
        }
        return frame(columns, {"kernel": self.kernel.name, "error": self.error})

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, for JSON; None stands for what is not finite or not known."""
        return {
            "kernel": self.kernel.name,
            "rho": str(self.kernel.rho),
            "transform": str(self.kernel.laplace),
            "mass": self.mass,
            "energy": self.energy,
            "terms": list(self.terms),
            "sums": [_sum_dict(found) for found in self.sums],
            "error": self.error,
            "needed": None if self.needed is None else _sum_dict(self.needed),
            "start": {"amplitudes": list(self.amplitudes), "rates": list(self.rates)},
            "delta": self.delta,
            "until": self.until,
            "exit_time": self.exit_time if math.isfinite(self.exit_time) else None,
            "predicted_exit_time": self.predicted,
            "flow": None
            if self.flow is None
            else {"times": self.flow.times.tolist(), "losses": self.flow.losses.tolist()},
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
    _check(error, most, amplitudes, rates, delta, until)
    total = mass(kernel)
    _check_mass(kernel, total)
    squared = _energy(kernel)
    sums: list[ExponentialSum] = []
    for count in terms:
        sums.append(best_sum(kernel, count, oscillating=oscillating))
        advance(f"{count} exponentials")
    needed = _needed(kernel, error, most, oscillating, sums)
    advance(f"error {error:g}")
    flow, left = None, math.inf
    if squared is not None:
        flow = gradient_flow(kernel, amplitudes, rates, until=until, delta=delta)
        if flow.ended == "ball":
            left = flow.end
            flow = _longer(kernel, amplitudes, rates, flow, until)
    advance("gradient flow")
    return MemoryStudy(
        kernel,
        total,
        squared,
        tuple(terms),
        tuple(sums),
        error,
        most,
        needed,
        tuple(amplitudes),
        tuple(rates),
        delta,
        until,
        left,
        flow,
        predicted_exit(kernel, amplitudes, rates),
    )


def _check(
    error: float,
    most: int,
    amplitudes: Sequence[float],
    rates: Sequence[float],
    delta: float,
    until: float,
) -> None:
    """Refuse what the experiments would refuse only after seconds."""
    if not 0 < error < 1:
        raise LonglagError(
            f"error {error:g}",
            "it is relative to the mass of the kernel",
            "give a number between 0 and 1",
        )
    for name, value in (("most", most), ("delta", delta), ("until", until)):
        if not 0 < value < math.inf:
            raise LonglagError(f"{name} {value:g}", "it is positive and finite", "correct it")
    for values, positive in ((amplitudes, False), (rates, True)):
        for value in values:
            if not math.isfinite(value) or (positive and value <= 0):
                raise LonglagError(
                    f"{'rate' if positive else 'amplitude'} {value:g} at the start",
                    "amplitudes are finite, rates positive besides",
                    "correct the start",
                )


def _check_mass(kernel: Kernel, total: float) -> None:
    """Refuse a mass below |R(0)|: the quadrature has missed a late or narrow part."""
    if not 1e-100 < total < 1e100:
        raise LonglagError(
            f"kernel {kernel.rho} of mass {total:g}",
            "its square leaves the range of numbers",
            "scale it to a mass near 1",
        )
    transform = kernel.laplace
    if transform == kernel.average:
        return
    with mpmath.workdps(30):
        # So slow a unit sees the whole kernel.
        whole = abs(float(mpmath.re(evaluate(transform, {rate: mpmath.mpf(10) ** -12}))))
    if math.isfinite(whole) and total < (1 - 1e-3) * whole:
        raise LonglagError(
            f"kernel {kernel.rho}",
            f"the quadrature finds a mass of {total:.4g}, and R(0) says at least {whole:.4g}: a "
            "part is too late or too narrow for it",
            "measure time in longer units",
        )


def _energy(kernel: Kernel) -> float | None:
    """∫ρ² dt, or None where it diverges: the mass is finite, so that nothing else can be wrong."""
    try:
        return energy(kernel)
    except LonglagError:
        return None


def _longer(
    kernel: Kernel, amplitudes: Sequence[float], rates: Sequence[float], flow: Flow, until: float
) -> Flow:
    """Follow a flow beyond its exit, for the figure; what is known stays where that fails."""
    try:
        return gradient_flow(kernel, amplitudes, rates, until=min(_BEYOND * flow.end, until))
    except LonglagError:
        return flow


def _needed(
    kernel: Kernel, error: float, most: int, oscillating: bool, sums: Sequence[ExponentialSum]
) -> ExponentialSum | None:
    """The sum with the fewest terms that is known to reach the error, or None."""
    reached = [found for found in sums if found.l1_error <= error and found.terms <= most]
    # The error is in range and the kernel known, so that this says only that it is not reached.
    with suppress(LonglagError):
        reached.append(terms_needed(kernel, error, most, oscillating=oscillating))
    return min(reached, key=lambda found: found.terms, default=None)


def predicted_exit(
    kernel: Kernel, amplitudes: Sequence[float], rates: Sequence[float]
) -> float | None:
    """Return the plateau law ω² e^{w/ω}/(2aΛ) for the registered kernel with a late bump.

    Args:
        kernel: with numbers for its parameters.
        amplitudes: at the start, whose smallest is the a of the law.
        rates: at the start.

    Returns:
        The time; None for other kernels, and for starts that are no fit of the first part:
        amplitudes that are not positive, rates further than a fifth from that of the kernel.
    """
    if kernel.name != KERNELS["delayed"].name or min(amplitudes) <= 0:
        return None
    values = kernel.values
    own = float(values["b"])
    if any(abs(w - own) > own / 5 for w in rates):
        return None
    weight = plateau.gaussian_weight().subs(
        {plateau.height: values["c"], plateau.width: values["s"]}
    )
    law = plateau.escape_time().subs(
        {plateau.weight: weight, plateau.share: min(amplitudes), plateau.omega: values["omega"]}
    )
    found = float(law.subs(rate, values["b"]))
    return found if math.isfinite(found) else None


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
