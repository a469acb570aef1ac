"""What a measurement returns: numbers over the lag, with what they depend on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.fitting import Curve, FitReport, Question, curve_of_sequences, fit_laws
from longlag.numerics.fitting.curve import LEAST_SEQUENCES
from longlag.numerics.frames import frame
from longlag.numerics.measurement.errors import ExpansionErrors
from longlag.numerics.measurement.intervals import Intervals, plain
from longlag.numerics.measurement.plot import transport_figure
from longlag.numerics.measurement.window import MeasuredWindow, measured_window
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame

#: Of the time scales; the last is the slowest neuron's.
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class PerAnchor:
    """Σ_q |·| of every product, shape (L, T, B); NaN where a lag reaches before the first step."""

    zeroth: Tensor
    first_order: Tensor
    exact: Tensor | None
    frobenius: Tensor | None


class OfMatrices(NamedTuple):
    """What whole matrices tell besides the exact diagonals.

    Args:
        frobenius: mean of ‖M‖_F of the block, shape (L,).
        remainder_bound: mean over anchors of a bound on ‖M − Γ − M₁‖₂, shape (L,); it bounds the
            error of first order at every single neuron.
        errors: relative errors of the diagonal of both expansions, compared entry by entry.
    """

    frobenius: Tensor
    remainder_bound: Tensor
    errors: ExpansionErrors


@dataclass(frozen=True)
class OptimiserRates:
    """Envelopes with the step sizes of an optimiser, Λ^{(q)} at the source step times the rate.

    Args:
        optimiser: its class.
        reading: ``rayleigh`` or ``row_mean``.
        zeroth: by recurrent map, shape (L,): mean of Σ_q |Λ_q Γ_q|.
        first_order: the same of first order.
        exact: the same of the exact diagonal, where exact products were wanted.
        step_size: by recurrent map, the mean of Λ over steps, sequences and neurons.
    """

    optimiser: str
    reading: str
    zeroth: Mapping[str, Tensor]
    first_order: Mapping[str, Tensor]
    exact: Mapping[str, Tensor]
    step_size: Mapping[str, float]


@dataclass(frozen=True)
class Provenance:
    """What the numbers depend on.

    Args:
        origin: what was measured.
        cell: the name of the cell.
        block: the states at the old and the new end of the lag.
        steps: T, after the burn-in.
        batch: the number of sequences.
        size: the number of neurons H.
        burn_in: steps left out at the beginning.
        error_pairs: pairs of an anchor and a sequence behind ``errors``.
        dtype: of the network.
        device: of the network.
        backend: ``compiled`` or ``torch``.
        versions: of longlag and torch.
        seconds: the time it took.
        route: ``matrices``, or ``diagonal`` where the cell has no recurrent part, so that the
            diagonal is the product and every expansion is exact.
        coverage: which anchors the means are over.
    """

    origin: str
    cell: str
    block: str
    steps: int
    batch: int
    size: int
    burn_in: int
    error_pairs: int
    dtype: str
    device: str
    backend: str
    versions: Mapping[str, str]
    seconds: float
    route: str = "matrices"
    coverage: str = "every anchor"

    def describe(self) -> str:
        """Return it in one line."""
        old, new = self.block.split("->")
        alone = ", no recurrent part" if self.route == "diagonal" else ""
        part = "" if self.coverage == "every anchor" else f", {self.coverage}"
        return (
            f"{self.origin} (cell {self.cell}), block d{new}_t/d{old}_(t-lag), H = {self.size}, "
            f"{self.steps} steps, {self.batch} sequence{'s' if self.batch != 1 else ''}, "
            f"burn-in {self.burn_in}, {self.dtype}, {self.backend} backend{alone}{part}"
        )


@dataclass(frozen=True, repr=False)
class TransportReport:
    """Transport of a network over every lag 1…L, exact beside its expansions.

    The envelope f(ℓ), as in ``gate_law`` and in windows, is ``neuron_mean``: the mean over neurons,
    anchors and sequences of the absolute diagonal of the block, in units of the global step size η;
    absolute values are taken before the mean. ``exact``, ``first_order`` and ``zeroth`` are sums
    over neurons instead, H f(ℓ). At lag ℓ the anchors are
    t = ℓ−1 … T−1. The diagonal of M_{t,ℓ} = J_t ⋯ J_{t−ℓ+1} is ``exact``; ``zeroth`` and
    ``first_order`` are its expansion in the recurrent part. Where a cell has none and states of a
    neuron turn together, as the two parts of a complex mode λ, ``modulus`` is the norm of their
    block, |λ|^ℓ, and the best reading: an entry has the phase of its lag. All tensors are float64
    on the CPU.

    Args:
        lags: 1…L.
        per_neuron: reading ↦ mean of the absolute value by neuron, shape (L, H).
        per_neuron_signed: reading ↦ mean of the value by neuron, shape (L, H).
        time_scales: τ_q of the local path, shape (H,).
        folding_lags: first lag at which the best rate of a neuron is below 1/e, shape (H,).
        provenance: what the numbers depend on.
        matrices: what whole matrices tell besides; None where exact products were left out.
        per_anchor: the same for every anchor, where it was asked for.
        optimiser: rates with the step sizes of an optimiser, where one was given.
        angles: |arg λ| of the states that turn together, radians a step, shape (H,); None where
            no states do, or a recurrent part turns them too.
        intervals: of the means, where those are over some of the anchors or over a stream.
    """

    lags: Int[Tensor, " L"]
    per_neuron: Mapping[str, Float[Tensor, "L H"]]
    per_neuron_signed: Mapping[str, Float[Tensor, "L H"]]
    time_scales: Float[Tensor, " H"]
    folding_lags: Float[Tensor, " H"]
    provenance: Provenance
    matrices: OfMatrices | None
    per_anchor: PerAnchor | None = None
    optimiser: OptimiserRates | None = None
    angles: Float[Tensor, " H"] | None = None
    intervals: Intervals | None = None

    def __repr__(self) -> str:
        told = f"transport over lags 1 to {len(self.lags)}: {self.provenance.describe()}"
        return described(told, "neuron_mean(reading)", "window(…)", "plot()", "to_frame()")

    @property
    def readings(self) -> tuple[str, ...]:
        """What was measured, of zeroth, first_order, exact and modulus: the best is the last."""
        return tuple(self.per_neuron)

    @property
    def zeroth(self) -> Float[Tensor, " L"]:
        """H f of the local path, the mean of Σ_q |Γ_q|."""
        return self.per_neuron["zeroth"].sum(-1)

    @property
    def first_order(self) -> Float[Tensor, " L"]:
        """H f of the first-order rates."""
        return self.per_neuron["first_order"].sum(-1)

    @property
    def exact(self) -> Float[Tensor, " L"]:
        """H f of the exact diagonal."""
        return self._of(self.per_neuron, "exact").sum(-1)

    @property
    def modulus(self) -> Float[Tensor, " L"]:
        """H f of the norms of coupled states."""
        return self._of(self.per_neuron, "modulus").sum(-1)

    @property
    def frobenius(self) -> Float[Tensor, " L"]:
        """The mean of ‖M‖_F of the block."""
        return self._of_matrices().frobenius

    @property
    def remainder_bound(self) -> Float[Tensor, " L"]:
        """The mean over anchors of a bound on ‖M − Γ − M₁‖₂."""
        return self._of_matrices().remainder_bound

    @property
    def errors(self) -> ExpansionErrors:
        """Relative errors of the diagonal of both expansions, compared entry by entry."""
        return self._of_matrices().errors

    def signed(self, reading: str) -> Float[Tensor, " L"]:
        """Return the mean of Σ_q of the values themselves; of ``exact`` it is the mean trace.

        A modulus has no sign, and is no reading here.
        """
        return self._of(self.per_neuron_signed, reading).sum(-1)

    def neuron_mean(self, reading: str) -> Float[Tensor, " L"]:
        """Return the envelope f(ℓ), the mean over neurons: ‖·‖₁/H."""
        return self._of(self.per_neuron, reading).mean(-1)

    def rates(
        self, lags: int | Sequence[int], reading: str | None = None
    ) -> Float[Tensor, "lags H"]:
        """Return the mean absolute rates of every neuron at some lags.

        Args:
            lags: which.
            reading: which rates; the best that were measured by default.

        Raises:
            LonglagError: a lag that was not measured, or no such reading.
        """
        longest = len(self.lags)
        chosen = [lags] if isinstance(lags, int) else list(lags)
        for lag in chosen:
            if not isinstance(lag, int) or not 1 <= lag <= longest:
                raise LonglagError(
                    f"lag {lag!r}", f"lags 1 to {longest} were measured", "choose one of them"
                )
        return self._of(self.per_neuron, reading or self.readings[-1])[torch.tensor(chosen) - 1]

    def breakdown(self, level: float, reading: str = "first_order") -> int | None:
        """Return the first lag at which an expansion's relative error exceeds a level.

        Args:
            level: for instance .1.
            reading: ``zeroth`` or ``first_order``.

        Returns:
            The lag; None where it stays below over all lags.

        Raises:
            LonglagError: exact products were left out, or there is no such reading.
        """
        errors = self._of(self.errors._asdict(), reading)
        above = errors > level
        return int(self.lags[above.int().argmax()]) if bool(above.any()) else None

    def window(
        self, *, samples: float, cost: float, kappa: float, reading: str | None = None
    ) -> MeasuredWindow:
        """Return the learnability window of a measured envelope: where A f(ℓ)^{−κ} ≤ N.

        Args:
            samples: N.
            cost: A, the samples needed where f = 1; ``SignalReport.cost`` measures it.
            kappa: the concentration exponent.
            reading: which envelope, the best by default; one over the lags that were measured, so
                that a window that reaches the last of them may be longer.
        """
        envelope = self.neuron_mean(reading or self.readings[-1])
        return measured_window(
            self.lags.numpy(), envelope.numpy(), samples=samples, cost=cost, kappa=kappa
        )

    def fit(
        self,
        laws: Iterable[DecayLaw] | None = None,
        *,
        reading: str | None = None,
        question: Question | None = None,
        level: float = 0.95,
        replicates: int = 400,
        seed: int = 0,
    ) -> FitReport:
        """Fit decay laws to a measured envelope, the mean over neurons, as windows take it.

        Args:
            laws: which; every registered one by default.
            reading: which envelope, the best by default.
            question: N, A and κ, for windows; None for none.
            level: of confidence.
            replicates: bootstrap samples over the sequences.
            seed: of them.

        Returns:
            The laws, compared. Their intervals need the envelope of every sequence, which
            ``measure_transport(…, per_anchor=True)`` keeps; without it there are none.

        Raises:
            LonglagError: an envelope that reaches 0, and what ``fit_laws`` refuses.
        """
        name = reading or self.readings[-1]
        envelope, size = self.neuron_mean(name), self.provenance.size
        anchors = None if self.per_anchor is None else getattr(self.per_anchor, name, None)
        lags = self.lags.numpy().astype(float)
        if anchors is None or anchors.shape[-1] < LEAST_SEQUENCES:
            curve = Curve(lags, envelope.numpy())
        else:
            curve = curve_of_sequences(lags, anchors.nanmean(1).T.numpy() / size)
        return fit_laws(
            curve, laws, question=question, level=level, replicates=replicates, seed=seed
        )

    def spectrum(self) -> dict[str, float]:
        """Return quantiles of the time scales of the local path over the neurons, interpolated."""
        ordered = self.time_scales.sort().values.tolist()
        found = {}
        for level in _QUANTILES:
            place = level * (len(ordered) - 1)
            low, share = ordered[math.floor(place)], place % 1
            # Between a finite and an infinite time scale lies an infinite one.
            high = ordered[math.ceil(place)]
            found[f"{level:.0%}"] = low + share * (high - low) if share and high > low else low
        return found

    def plot(self) -> Any:
        """Return a matplotlib figure: envelopes over the lag, time scales, rates by neuron."""
        return transport_figure(self)

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each lag: envelopes f(ℓ), norms, bounds and errors.

        ``envelope_…`` are means over neurons, as windows take them; ``half_…`` half the width of
        the interval of ``…``, a sum over neurons, where means are over some of the anchors.
        """
        columns: dict[str, Any] = {"lag": self.lags.numpy()}
        for name in self.readings:
            columns[f"envelope_{name}"] = self.neuron_mean(name).numpy()
        if self.matrices is not None:
            columns["frobenius"] = self.frobenius.numpy()
            columns["remainder_bound"] = self.remainder_bound.numpy()
            for name, errors in self.errors._asdict().items():
                columns[f"relative_error_{name}"] = errors.numpy()
        if self.intervals is not None:
            for name, half in self.intervals.half.items():
                columns[f"half_{name}"] = half.numpy()
        return frame(columns, vars(self.provenance))

    def to_dict(self, lags: Sequence[int] | None = None) -> dict[str, Any]:
        """Return the report as plain numbers, for JSON.

        Args:
            lags: where rates are given neuron by neuron; powers of two by default.
        """
        chosen = powers_of_two(len(self.lags)) if lags is None else list(lags)
        provenance = self.provenance
        numbers: dict[str, Any] = {
            "provenance": {
                **vars(provenance),
                "versions": dict(provenance.versions),
                # As the backend was called before.
                "kernels": provenance.backend,
            },
            "lags": self.lags.tolist(),
            **{name: plain(getattr(self, name)) for name in self.readings},
            "neuron_mean": {name: plain(self.neuron_mean(name)) for name in self.readings},
            "signed": {name: plain(self.signed(name)) for name in self.per_neuron_signed},
            **self._matrix_numbers(),
            "time_scales": plain(self.time_scales),
            "spectrum": {
                key: value if math.isfinite(value) else None
                for key, value in self.spectrum().items()
            },
            "folding_lags": plain(self.folding_lags),
            **({} if self.angles is None else {"angles": plain(self.angles)}),
            **({} if self.intervals is None else {"intervals": self.intervals.to_dict()}),
            "rates": {
                "lags": chosen,
                **{name: plain(self.rates(chosen, name)) for name in self.readings},
            },
        }
        if self.optimiser is not None:
            found = self.optimiser
            numbers["optimiser"] = {
                "optimiser": found.optimiser,
                "reading": found.reading,
                "step_size": dict(found.step_size),
                **{
                    name: {key: plain(value) for key, value in getattr(found, name).items()}
                    for name in self.per_neuron_signed
                },
            }
        return numbers

    def _of_matrices(self) -> OfMatrices:
        if self.matrices is None:
            raise LonglagError(
                "a report without exact products",
                "this is known from whole matrices alone",
                "measure with exact=True",
            )
        return self.matrices

    def _matrix_numbers(self) -> dict[str, Any]:
        """What whole matrices tell besides the exact envelope."""
        if self.matrices is None:
            return {}
        expansions = self.errors._asdict()
        return {
            "frobenius": plain(self.frobenius),
            "remainder_bound": plain(self.remainder_bound),
            "relative_error": {name: plain(values) for name, values in expansions.items()},
            "breakdown": {
                f"{level:.0%}": {name: self.breakdown(level, name) for name in expansions}
                for level in (0.1, 0.5)
            },
        }

    def _of(self, group: Mapping[str, Tensor], reading: str) -> Tensor:
        if reading not in group:
            raise LonglagError(
                f"reading {reading!r}",
                "there is none of that name here",
                f"choose from {', '.join(group)}",
            )
        return group[reading]


def powers_of_two(longest: int) -> list[int]:
    """Return 1, 2, 4, … and the longest lag.

    >>> powers_of_two(10)
    [1, 2, 4, 8, 10]
    """
    found = [2**power for power in range(longest.bit_length())]
    return found if found[-1] == longest else [*found, longest]


__all__ = [
    "OfMatrices",
    "OptimiserRates",
    "PerAnchor",
    "Provenance",
    "TransportReport",
    "powers_of_two",
]
