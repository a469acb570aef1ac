"""What a check is: a discrepancy between what longlag derived and an independent route.

The same discrepancy serves the package's verdicts and the Hypothesis tests, so a wrong version
that the tests catch is one that the report would refute.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from longlag.numerics.codegen import Generated
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import expand, ordered_product
from longlag.numerics.lags.rates import Rates, effective_rates
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells.cell import Cell
from longlag.theory.statement import Level, Settings, Verdict, failure_rate_bound
from longlag.theory.transport.jacobian import Jacobian, Split, jacobian
from longlag.theory.transport.product import Transport


@dataclass(frozen=True)
class Subject:
    """What is under test: a derived Jacobian and the operations that build on it.

    A test replaces one of them by a wrong version and expects the check to notice.

    Args:
        jacobian: the derived one-step Jacobian.
        order: the order of the expansion over a lag.
        layout: turns the generated matrix into J[q, p] = ∂new_q/∂previous_p.
        product: multiplies matrices given newest first.
        expand: returns the terms of the expansion of ∏(D + εR).
        rates: returns effective learning rates from the diagonals of D and R.
        bound: the remainder bound of the expansion, in d, r and ℓ.
    """

    jacobian: Jacobian
    order: int = 1
    layout: Callable[[Tensor], Tensor] = field(default=lambda matrix: matrix)
    product: Callable[[Tensor], Tensor] = ordered_product
    expand: Callable[[Tensor, Tensor, int], Tensor] = expand
    rates: Callable[..., Rates] = effective_rates
    transport: Transport | None = None
    _functions: dict[str, Generated] = field(default_factory=dict, init=False, compare=False)

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.jacobian.cell

    @property
    def derived_transport(self) -> Transport:
        """The transport under test, by default the one that the Jacobian gives."""
        return self.transport or Transport(self.jacobian, self.order)

    @property
    def generated(self) -> Generated:
        """The torch functions printed from the Jacobian."""
        return self.functions("torch")

    def functions(self, backend: str) -> Generated:
        """Return the functions printed from the Jacobian for a backend, made once."""
        if backend not in self._functions:
            self._functions[backend] = generate(self.jacobian, backend)
        return self._functions[backend]


#: How much more than the rounding of one sample that of another may be.
SPREAD = 100.0
#: Roundings of float32 in one of float64.
COARSER = 2.0**29


def _rounding(check: Check, subject: Subject, network: Network) -> float:
    """The discrepancy that is left in single precision, taken down to double precision.

    What comes from rounding falls with it, by 2⁻²⁹; what comes from a wrong formula stays.
    """
    coarse = check.discrepancy(subject, single(network))
    return SPREAD * coarse / COARSER if math.isfinite(coarse) else 0.0


def single(network: Network) -> Network:
    """Return a network with its numbers in single precision."""
    groups = [{k: v.float() for k, v in group.items()} for group in network.arguments]
    return replace(network, state=groups[0], drive=groups[1], weight=groups[2], parameter=groups[3])


def subject(cell: Cell, order: int = 1, *, split: Split = "leak") -> Subject:
    """Return what longlag derives for a cell in a split of its Jacobian, ready to be checked."""
    return Subject(jacobian(cell, split), order)


@dataclass(frozen=True)
class Check:
    """A check of one derived object against an independent route.

    Args:
        name: an identifier.
        title: what is compared with what.
        method: the route, for the verdict.
        level: what the verdict is worth when the check passes.
        tolerance: largest discrepancy that passes, in float64.
        discrepancy: from the subject and a random network, a number that is 0 for a perfect match.
        rounding: how large the discrepancy of a right version may be by rounding alone, asked
            where the tolerance does not suffice.
    """

    name: str
    title: str
    method: str
    level: Level
    tolerance: float
    discrepancy: Callable[[Subject, Network], float]
    rounding: Callable[[Check, Subject, Network], float] = field(
        default=lambda check, subject, network: _rounding(check, subject, network)
    )

    def run(self, subject: Subject, settings: Settings) -> Verdict:
        """Return the verdict over random networks of the subject's cell."""
        worst, tolerance = 0.0, self.tolerance
        for network in networks(subject.cell, settings):
            error = self.discrepancy(subject, network)
            # Not `error > tolerance`, which a NaN would pass.
            if not error <= tolerance:
                tolerance = max(tolerance, self.rounding(self, subject, network))
            if not error <= tolerance:
                return Verdict(
                    level=Level.REFUTED,
                    method=self.method,
                    error=error,
                    tolerance=tolerance,
                    seed=settings.seed,
                    counterexample=network.describe(),
                )
            worst = max(worst, error)
        return Verdict(
            level=self.level,
            method=self.method,
            points=settings.examples,
            error=worst,
            tolerance=tolerance,
            seed=settings.seed,
            failure_rate=failure_rate_bound(settings.examples),
        )


def networks(cell: Cell, settings: Settings, size: int | None = None) -> Iterator[Network]:
    """Yield random networks over sizes, lags and scales, from mild to saturated.

    Sizes run over 1…4 neurons, lags over 2…5 steps, weights over the scales 1, .1, 3 and drives
    over 1, .3, 20 (saturated gates), so that a handful of examples meets every regime.

    Args:
        cell: the cell.
        settings: how many networks, and the seed.
        size: a number of neurons in place of 1…4.
    """
    for example in range(settings.examples):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + example)
        yield sample_network(
            cell,
            generator,
            size=size or (3, 1, 2, 4)[example % 4],
            steps=(3, 2, 5, 4)[example % 4],
            weight_scale=(1.0, 1.0, 0.1, 3.0)[example % 4],
            drive_scale=(1.0, 0.3, 1.0, 0.3, 20.0)[example % 5],
        )


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """Return one verdict for several routes to the same statement.

    A route that refutes decides; otherwise the strongest level stands, and the summary names all.
    A route that came to no end says nothing where another did.
    """
    verdicts = [v for v in verdicts if v.level is not Level.UNDECIDED] or verdicts
    for verdict in verdicts:
        if not verdict.holds:
            return verdict
    order = list(Level)
    strongest = min(verdicts, key=lambda verdict: order.index(verdict.level))
    if len(verdicts) == 1:
        return strongest
    points = [verdict.points for verdict in verdicts if verdict.failure_rate and verdict.points]
    return Verdict(
        level=strongest.level,
        method=strongest.method,
        error=strongest.error,
        tolerance=strongest.tolerance,
        points=min(points, default=None),
        digits=strongest.digits,
        seed=next((v.seed for v in verdicts if v.seed is not None), None),
        failure_rate=failure_rate_bound(min(points)) if points else None,
        routes=tuple(verdicts),
    )


def scaled_gap(found: Tensor, expected: Tensor, *scales: float) -> float:
    """Return max |found − expected| relative to max(1, |expected|) and further scales."""
    found, expected = found.detach(), expected.detach()
    if found.shape != expected.shape:
        return float("inf")
    scale = max(1.0, float(expected.abs().max()))
    for factor in scales:
        scale *= max(1.0, factor)
    return float((found - expected).abs().max()) / scale


def conditioning(network: Network) -> float:
    """Return the largest weight or drive: rounding of a pre-activation grows with it."""
    arrays = [*network.weight.values(), *network.drive.values()]
    return max([1.0, *(float(array.abs().max()) for array in arrays)])
