"""What a measurement of the signal returns: numbers lag by lag, with what they depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from longlag.numerics.canvas import canvas
from longlag.numerics.frames import of_rows, with_ends
from longlag.numerics.signal.bootstrap import Estimate
from longlag.numerics.signal.directions import Noise
from longlag.theory.errors import LonglagError
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Along:
    """The signal of a lag along one direction, and the noise of the gradient along it.

    Args:
        signal: s, the mean of g^{(ℓ)} along its direction, from the product of two halves; its
            lower end is 0 where it may be none.
        other_lags: what all other lags add to the mean of g along it.
        noise: of g along it, over sequences that chose no direction.
        required: N(ℓ) = (σ (q_{δ₁} + q_{δ₂})/s)^κ; infinite where s may be 0.
    """

    signal: Estimate
    other_lags: float
    noise: Noise
    required: Estimate


class Paired(NamedTuple):
    """The shift of g along the direction of a lag when the target of that lag is taken out.

    Args:
        shift: its mean over sequences that chose no direction, with its interval. A little more
            than s: the target of a lag also teaches shorter lags, through the state.
        scale: the stable scale of the difference.
    """

    shift: Estimate
    scale: float


@dataclass(frozen=True)
class LagSignal:
    """The signal at one lag.

    Args:
        lag: ℓ.
        own: along v_ℓ, the mean direction of the lag. It decides where the part that other lags add
            is known.
        deflated: along the part of v_ℓ outside the span of the other lags' mean directions.
        dependency: ‖E g^{(ℓ)}‖ less what shuffled targets give as well: what the targets know.
        null: the same between two shuffles, where nothing is to be found.
        paired: the experiment without the target of the lag; None where that is unknown.
    """

    lag: int
    own: Along
    deflated: Along
    dependency: Estimate
    null: Estimate
    paired: Paired | None

    @property
    def resolved(self) -> bool:
        """Whether what the targets know of this lag is measured to be above 0.

        It says that s is known, not that g shows it: both halves of g^{(ℓ)} alone are multiplied,
        which a weaker transport scales alike. Whether g shows it is what N(ℓ) tells.
        """
        return self.dependency.low > 0

    @property
    def null_resolved(self) -> bool:
        """Whether the same is said of shuffled targets."""
        return self.null.low > 0


@dataclass(frozen=True)
class SignalReport:
    """The gradient by lag as signal and noise: how many sequences detect each lag.

    Args:
        lags: one entry each, rising.
        condition: the condition number of the mean directions; infinite where noise hides some.
        cosines: between the mean directions, without bias; NaN where a lag is not found.
        provenance: what the numbers depend on.
    """

    lags: tuple[LagSignal, ...]
    condition: float
    cosines: tuple[tuple[float, ...], ...]
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        told = f"signal of lags {', '.join(str(row.lag) for row in self.lags)}"
        return described(told, "lags", "detectable", "plot()", "to_frame()", "to_dict()")

    def detectable(self, samples: float, *, deflated: bool = False) -> tuple[int, ...]:
        """Return the lags that so many sequences show inside the gradient, with their interval.

        Args:
            samples: N.
            deflated: by the part of a direction that no other lag has; else by an own direction,
                along which the part that other lags add is known.
        """
        return tuple(
            row.lag
            for row in self.lags
            if row.resolved and (row.deflated if deflated else row.own).required.high <= samples
        )

    def cost(self, envelope: Mapping[int, float]) -> dict[int, Estimate]:
        """Return A = N(ℓ) f(ℓ)^κ lag by lag, the samples needed where f = 1, with intervals.

        A law A f^{−κ} holds where these agree. They need not: s(ℓ) also has the factors c(ℓ) and
        T − ℓ, and σ depends on the lag. Derived here.

        Args:
            envelope: f at the lags of the report, such as ``TransportReport.neuron_mean``.

        Raises:
            LonglagError: a lag without f, or one that is not positive.
        """
        found = {}
        for row in self.lags:
            value = envelope.get(row.lag, 0.0)
            if not 0 < value < float("inf"):
                raise LonglagError(
                    f"f = {value:g} at lag {row.lag}",
                    "the cost of a lag is taken where its envelope is positive",
                    "give f at every lag of the report",
                )
            factor = value**row.own.noise.kappa
            found[row.lag] = Estimate(*(end * factor for end in row.own.required))
        return found

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each lag: signal, noise, sequences needed, intervals."""
        rows = []
        for row in self.lags:
            found: dict[str, Any] = {"lag": row.lag, "resolved": row.resolved}
            for name, along in (("", row.own), ("deflated_", row.deflated)):
                for word, each in (("signal", along.signal), ("required", along.required)):
                    found |= with_ends(f"{name}{word}", each.value, (each.low, each.high))
                found[f"{name}noise"] = along.noise.scale
            found["null_high"] = row.null.high
            rows.append(found)
        return of_rows(rows, self.provenance)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, strings and numbers for JSON, where null stands for ∞, NaN."""
        rows = [
            {**_plain(asdict(row)), "resolved": row.resolved, "null_resolved": row.null_resolved}
            for row in self.lags
        ]
        return {
            "lags": rows,
            "condition": _plain(self.condition),
            "cosines": _plain(self.cosines),
            "provenance": _plain(dict(self.provenance)),
        }

    def plot(self) -> Any:
        """Return a matplotlib figure: signal, null and noise over the lag, and N(ℓ)."""
        figure, (left, right) = canvas(2, size=(9.0, 3.4))
        lags = [row.lag for row in self.lags]
        for label, colour, marker, estimates in (
            (r"$s$, own direction", "C0", "o", [row.own.signal for row in self.lags]),
            (r"$s$, deflated", "C1", "s", [row.deflated.signal for row in self.lags]),
            ("shuffled targets", "0.5", "x", [row.null for row in self.lags]),
        ):
            _draw(left, lags, estimates, label=label, color=colour, marker=marker)
        scales = [row.own.noise.scale for row in self.lags]
        left.plot(lags, scales, ":", color="C3", label=r"noise $\sigma$")
        for label, colour, marker, estimates in (
            ("own direction", "C0", "o", [row.own.required for row in self.lags]),
            ("deflated", "C1", "s", [row.deflated.required for row in self.lags]),
        ):
            _draw(right, lags, estimates, label=label, color=colour, marker=marker)
        left.set_ylabel(r"along the direction of lag $\ell$")
        right.set_ylabel(r"sequences needed, $N(\ell)$")
        for axes in (left, right):
            axes.set_xlabel(r"lag $\ell$")
            axes.set_yscale("log")
            axes.legend(frameon=False, fontsize=8)
        return figure


def _draw(axes: Any, lags: list[int], estimates: list[Estimate], **style: Any) -> None:
    """Draw numbers with bars; an end that a logarithmic axis cannot show is left open."""
    shown = [(x, e) for x, e in zip(lags, estimates, strict=True) if 0 < e.value < float("inf")]
    below = [e.value - e.low if e.low > 0 else 0.0 for _, e in shown]
    above = [e.high - e.value if isfinite(e.high) else 0.0 for _, e in shown]
    bars = [[max(0.0, bar) for bar in ends] for ends in (below, above)]
    axes.errorbar(
        [x for x, _ in shown], [e.value for _, e in shown], bars, capsize=2, lw=1, ms=4, **style
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


__all__ = ["Along", "LagSignal", "Paired", "SignalReport"]
