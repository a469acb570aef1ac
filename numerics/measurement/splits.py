"""How much first order leaves out in the leak split and in the gate split, lag by lag.

With M = P₀ + P₁ + E, where P₀ and P₁ hold no factor R and one, and one more factor J = D + R on the
right, P₀ ← P₀ D, P₁ ← P₁ D + P₀ R and E ← E J + P₁ R. So what is left out is carried along and not
found by a subtraction: it is exactly 0 where nothing is left out. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.canvas import canvas
from longlag.numerics.frames import frame
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import parts
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.errors import sample_anchors
from longlag.numerics.measurement.extent import extent_of
from longlag.numerics.measurement.footprint import check_memory, device_of
from longlag.numerics.measurement.run import Run, find_network, flattened, run_network
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count
from longlag.theory.transport.jacobian import PART_LETTERS, Split, jacobian
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame

#: P₀, P₁, E, their successors, and the two parts of one step.
_MATRICES = 8
_QUARTILES = torch.tensor([0.25, 0.75], dtype=torch.float64)


@dataclass(frozen=True)
class SplitErrors:
    """What first order in one split says at lags 1…L, of shape (L, pairs).

    Args:
        remainder: ‖M − M₁‖_F / ‖M₁‖_F of every pair of an anchor and a sequence, in float64; 0
            where first order is exact, infinite where it is zero and M is not.
        zeroth: mean over neurons of |diag P₀|, the zeroth-order rate over η.
        first_order: mean over neurons of |diag (P₀ + P₁)|.
    """

    remainder: Tensor
    zeroth: Tensor
    first_order: Tensor


@dataclass(frozen=True)
class SplitReport:
    """Both splits of one network side by side; a pair that does not reach a lag is NaN there.

    Args:
        cell: its name.
        block: the states whose diagonal the rates are.
        origin: what was measured, in words.
        splits: split ↦ what it says.
        exact: mean over neurons of |diag M|, shape (L, pairs).
    """

    cell: str
    block: str
    origin: str
    splits: Mapping[Split, SplitErrors]
    exact: Tensor

    def __repr__(self) -> str:
        told = f"splits {', '.join(self.splits)} of {self.origin} (cell {self.cell})"
        return described(
            f"{told}, lags 1 to {len(self.lags)}",
            "remainder(split)",
            "plot()",
            "to_dict()",
            "to_frame()",
        )

    @property
    def lags(self) -> Tensor:
        """1…L."""
        return torch.arange(1, len(self.exact) + 1)

    def remainder(self, split: Split) -> Float[Tensor, " L"]:
        """Return the median over pairs of ‖M − M₁‖_F / ‖M₁‖_F in a split, at every lag."""
        return self.splits[split].remainder.nanmedian(-1).values

    def better_until(self, split: Split, other: Split) -> int:
        """Return the longest lag up to which the median remainder of a split is not the larger.

        Args:
            split: which one.
            other: with what it is compared.
        """
        worse = (self.remainder(split) > self.remainder(other)).nonzero()
        return int(worse[0]) if len(worse) else len(self.exact)

    def plot(self) -> Any:
        """Return a matplotlib figure: what first order leaves out in each split, over the lag."""
        figure, axes = canvas()
        for name, errors in self.splits.items():
            (line,) = axes.semilogy(self.lags, self.remainder(name), label=f"{name} split")
            low, high = errors.remainder.nanquantile(_QUARTILES, dim=-1)
            axes.fill_between(self.lags, low, high, color=line.get_color(), alpha=0.2, lw=0)
        axes.set(xlabel="lag", ylabel="remainder over first order, median and quartiles")
        axes.legend(frameon=False)
        return figure

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each lag: the median remainder of each split."""
        columns = {f"remainder_{name}": self.remainder(name).numpy() for name in self.splits}
        about = {"cell": self.cell, "block": self.block, "origin": self.origin}
        return frame({"lag": self.lags.numpy(), **columns}, about)

    def to_dict(self, lags: Sequence[int] | None = None) -> dict[str, Any]:
        """Return the medians over pairs as plain numbers; None for what is infinite.

        Args:
            lags: those to keep; all by default.
        """
        chosen = torch.tensor([lag - 1 for lag in lags or self.lags.tolist()])

        def told(values: Tensor) -> list[float | None]:
            kept = values[chosen].tolist()
            return [value if abs(value) != float("inf") else None for value in kept]

        def median(values: Tensor) -> list[float | None]:
            return told(values.nanmedian(-1).values)

        return {
            "cell": self.cell,
            "block": self.block,
            "measured": self.origin,
            "pairs": self.exact.shape[1],
            "lags": (chosen + 1).tolist(),
            "exact": median(self.exact),
            "splits": {
                split: {
                    "remainder": told(self.remainder(split)),
                    "zeroth": median(found.zeroth),
                    "first_order": median(found.first_order),
                }
                for split, found in self.splits.items()
            },
        }


@in_full_precision
def measure_splits(
    module: object,
    x: Tensor | None = None,
    *,
    max_lag: int,
    splits: Sequence[Split] = ("leak", "gate"),
    hx: Any = None,
    layer: int = 0,
    reverse: bool = False,
    block: str | None = None,
    burn_in: int = 0,
    pairs: int = 16,
    memory_limit: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> SplitReport:
    """Measure first order in both splits of the Jacobian at every lag, whole matrices of it.

    Args:
        module: as for ``measure_transport``.
        x: the module's input in its own layout; None for a Network.
        max_lag: the longest lag L, at most T after the burn-in.
        splits: which ones.
        hx: the module's initial state; zeros if left out.
        layer: the layer of a stack.
        reverse: the backward direction of a bidirectional module.
        block: the states whose diagonal the rates are, such as c->c.
        burn_in: steps at the beginning whose factors are left out.
        pairs: pairs of an anchor and a sequence, spread evenly.
        memory_limit: bytes that may be used; None asks the machine.
        progress: called with the share of the work done.

    Raises:
        LonglagError: what cannot be bound, an unknown split, a lag beyond the sequence, products
            that are not finite, a measurement that would not fit in memory.

    >>> gru = torch.nn.GRU(1, 4)
    >>> report = measure_splits(gru, torch.ones(20, 1), max_lag=8)
    >>> [float(report.remainder(split)[0]) for split in ("leak", "gate")]
    [0.0, 0.0]
    """
    unknown = [split for split in splits if split not in PART_LETTERS]
    if unknown or not splits:
        raise LonglagError(
            f"splits {list(splits)}",
            "a Jacobian is split by what crosses a map, or by what moves a gate",
            f"choose of {', '.join(PART_LETTERS)}",
        )
    network, _, origin = find_network(
        module,
        x,
        hx,
        layer,
        reverse,
        afford=lambda size: check_memory({"drives": size}, memory_limit, device_of(x)),
    )
    chosen, extent = find_block(network.cell, block), extent_of(network)
    burn_in = require_count("burn_in", burn_in, "it counts steps")
    max_lag = require_count("max_lag", max_lag, "it counts steps", least=1)
    pairs = require_count("pairs", pairs, "it counts anchors", least=1)
    if max_lag > extent.steps - burn_in:
        raise LonglagError(
            f"max_lag {max_lag}",
            f"{extent.steps} steps less a burn-in of {burn_in} hold no product of so many factors",
            "give a longer sequence, a smaller lag or a shorter burn-in",
        )
    anchors = sample_anchors(extent.steps - burn_in, extent.sequences, pairs, max_lag=max_lag)
    width = len(network.cell.states) * extent.size
    needed = 8 * len(anchors) * (_MATRICES * width**2 + 2 * max_lag * len(splits))
    check_memory({"compared anchors": needed}, memory_limit, extent.device)
    advance = progress or (lambda share: None)
    with torch.no_grad():
        run = run_network(flattened(network, extent.batch), origin).without(burn_in).in_double()
        found, exact = {}, torch.empty(0)
        for number, split in enumerate(splits):
            share = partial(_advanced, advance, number, len(splits))
            found[split], exact = _measured(
                run, split, anchors.to(run.device), max_lag, chosen.positions, share
            )
    return SplitReport(network.cell.name, str(chosen), origin, found, exact)


def _measured(
    run: Run,
    split: Split,
    anchors: Tensor,
    max_lag: int,
    block: tuple[int, int],
    progress: Callable[[float], None],
) -> tuple[SplitErrors, Tensor]:
    """The errors of one split, and the exact rates."""
    functions = generate(jacobian(run.cell, split) if split == "gate" else run.cell, "torch")
    times, sequences = anchors.T
    size = run.shape[-1]
    width = len(run.cell.states) * size
    zeroth = torch.eye(width, dtype=torch.float64, device=times.device).expand(len(times), -1, -1)
    first, rest = torch.zeros_like(zeroth), torch.zeros_like(zeroth)
    names = ("remainder", "zeroth", "first_order", "exact")
    rows: dict[str, list[Tensor]] = {name: [] for name in names}
    for behind in range(max_lag):
        at = times - behind
        local, recurrent = parts(functions, run.part(at.clamp(min=0), sequences))
        # ``parts`` turns its first axis round, which here counts pairs.
        local, recurrent = local.flip(0), recurrent.flip(0)
        rest = rest @ (local + recurrent) + first @ recurrent
        first = first @ local + zeroth @ recurrent
        zeroth = zeroth @ local
        kept = zeroth + first
        whole = kept + rest
        if not bool(whole.isfinite().all()):
            raise LonglagError(
                f"lag {behind + 1}",
                "a product over this lag overflows double precision",
                "lower max_lag below it",
            )
        size_of_rest, size_of_kept = (torch.linalg.matrix_norm(each) for each in (rest, kept))
        # Nothing left out of nothing is no error.
        wrong = torch.where(size_of_rest == 0, 0, size_of_rest / size_of_kept)
        values = (wrong, *(_rates(each, block, size) for each in (zeroth, kept, whole)))
        for name, value in zip(names, values, strict=True):
            rows[name].append(torch.where(at >= 0, value, torch.nan).cpu())
        progress((behind + 1) / max_lag)
    stacked = {name: torch.stack(values) for name, values in rows.items()}
    exact = stacked.pop("exact")
    return SplitErrors(**stacked), exact


def _advanced(advance: Callable[[float], None], number: int, count: int, share: float) -> None:
    """Tell the share of the whole work that a share of one part of it is."""
    advance((number + share) / count)


def _rates(matrices: Tensor, block: tuple[int, int], size: int) -> Tensor:
    """The mean over neurons of the absolute diagonal of a block."""
    new, previous = block
    part = matrices[:, new * size : (new + 1) * size, previous * size : (previous + 1) * size]
    return part.diagonal(dim1=-2, dim2=-1).abs().mean(-1)


__all__ = ["SplitErrors", "SplitReport", "measure_splits"]
