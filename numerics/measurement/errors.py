"""How far the expansions are from the exact diagonal, product by product."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from longlag.numerics.lags.rates import effective_rates
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.run import Run
from longlag.numerics.threads import shared

#: Factors are made for as many lags at a time as take less than this.
_CHUNK_BYTES = 1 << 23
#: Into how many shares pairs are cut, whatever threads there are.
_SHARES = 4
#: The rounding of float32 in products over many lags, about 1e-6 of them, is a thousandth of it.
_ROUNDED = 1e-3


class ExpansionErrors(NamedTuple):
    """Relative errors of the diagonal, ‖diag M − rates‖₁/‖diag M‖₁, at lags 1…L."""

    zeroth: Tensor
    first_order: Tensor


class Missed(NamedTuple):
    """Sums over pairs at lags 1…L: ‖diag M − rates‖₁ of both expansions, and ‖diag M‖₁."""

    zeroth: Tensor
    first_order: Tensor
    total: Tensor

    def relative(self) -> ExpansionErrors:
        """Return the errors over what is transported."""
        # Nothing transported and nothing predicted is no error.
        return ExpansionErrors(
            *(
                torch.where(wrong == 0, 0, wrong / self.total).cpu()
                for wrong in (self.zeroth, self.first_order)
            )
        )


def sample_anchors(steps: int, batch: int, count: int, *, max_lag: int) -> Int[Tensor, "pairs two"]:
    """Return pairs (anchor, sequence), newest anchor first.

    They are evenly spread over the anchors that reach every lag; where those are fewer than asked
    for, earlier ones that reach the shorter lags fill up.

    Args:
        steps: the number of steps T.
        batch: the number of sequences.
        count: how many pairs; fewer where there are not as many.
        max_lag: the longest lag.
    """
    reaching = steps - max_lag + 1
    pairs = _spread(range(max_lag - 1, steps), batch, min(count, reaching * batch))
    pairs += _spread(range(max_lag - 1), batch, count - len(pairs))
    return torch.tensor(sorted(pairs, reverse=True))


def _spread(anchors: range, batch: int, count: int) -> list[tuple[int, int]]:
    """Return evenly spread pairs of an anchor and a sequence, as many as there are at most."""
    total = len(anchors) * batch
    count = min(count, total)
    places = torch.linspace(0, max(total - 1, 0), count, dtype=torch.float64).round().long()
    return [(anchors[p % len(anchors)], p // len(anchors)) for p in places.tolist()]


def expansion_errors(
    run: Run,
    local: Float[Tensor, "T B S S H"],
    recurrent: Float[Tensor, "T B S S H"],
    pairs: Int[Tensor, "pairs two"],
    *,
    max_lag: int,
    new: int,
    previous: int,
    known: Float[Tensor, "lags pairs H"] | None = None,
    rounded: bool = False,
) -> ExpansionErrors:
    """Return the relative errors of both expansions at some anchors.

    Args:
        run: the network.
        local: D by neuron.
        recurrent: the diagonal of R by neuron.
        pairs: as for ``expansions_missed``.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        known: as for ``expansions_missed``.
        rounded: whether it is of float32.
    """
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    return expansions_missed(
        run, local, recurrent, pairs, known=known, rounded=rounded, **place
    ).relative()


def expansions_missed(
    run: Run,
    local: Float[Tensor, "T B S S H"],
    recurrent: Float[Tensor, "T B S S H"],
    pairs: Int[Tensor, "pairs two"],
    *,
    max_lag: int,
    new: int,
    previous: int,
    known: Float[Tensor, "lags pairs H"] | None = None,
    rounded: bool = False,
) -> Missed:
    """Return what both expansions miss of the diagonals at some anchors.

    Unlike a difference of envelopes, in which errors of opposite sign cancel between neurons and
    anchors, this compares every diagonal entry with its own expansion. Diagonals that are not known
    are of explicit products in float64. So are known ones of float32, where the rounding of theirs
    would count: at every lag up to the last at which an expansion is wrong by less than 1e-3.

    Args:
        run: the network.
        local: D by neuron.
        recurrent: the diagonal of R by neuron.
        pairs: anchors and sequences, as ``sample_anchors`` gives them; at a lag those count that
            reach it.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        known: the exact diagonals, in float64, where they are known.
        rounded: whether it was in float32 that those were multiplied.
    """
    times, sequences = pairs.to(local.device).T
    size = local.shape[-1]
    times = times - torch.arange(max_lag, device=times.device)[:, None]
    reaches, times = times >= 0, times.clamp(min=0)
    expanded = effective_rates(
        local[times, sequences].double(),
        recurrent[times, sequences].double(),
        new=new,
        previous=previous,
    )

    def missed(exact: Tensor, lags: slice) -> Missed:
        wrong = (exact - each[1:][lags] for each in expanded)
        return Missed(*((v.abs().sum(-1) * reaches[lags]).sum(-1) for v in (*wrong, exact)))

    def made(lags: slice) -> Tensor:
        place: dict[str, Any] = {"size": size, "new": new, "previous": previous}
        return _exact_diagonals(run, times[lags], sequences, reaches[lags], **place)

    every = slice(None)
    if known is None:
        return missed(made(every), every)
    found = missed(known, every)
    near = slice(_last_rounded(found) if rounded else 0)
    sure = missed(made(near), near) if near.stop else found
    return Missed(*(torch.cat([a[near], b[near.stop :]]) for a, b in zip(sure, found, strict=True)))


def _last_rounded(missed: Missed) -> int:
    """The last lag at which an expansion is so near that rounding counts; 0 where none is."""
    zeroth, first, total = missed
    near = (torch.minimum(zeroth, first) < _ROUNDED * total).nonzero()
    return int(near[-1]) + 1 if len(near) else 0


def compared_bytes(pairs: int, states: int, size: int, *, max_lag: int) -> int:
    """Return the bytes that ``expansion_errors`` works in.

    Args:
        pairs: how many.
        states: S.
        size: H.
        max_lag: the longest lag.
    """
    one = (states * size) ** 2
    together = min(max_lag, _together(pairs, one))
    return 8 * pairs * (together * one + 3 * size * states * size + 8 * max_lag * states**2 * size)


def _exact_diagonals(
    run: Run,
    times: Int[Tensor, "lags pairs"],
    sequences: Int[Tensor, " pairs"],
    reaches: Bool[Tensor, "lags pairs"],
    *,
    size: int,
    new: int,
    previous: int,
) -> Float[Tensor, "lags pairs H"]:
    """Return the diagonals of the block of products of factors at some times, newest first.

    Of pairs sorted from the newest anchor on, those that reach a lag come first; others are zero.
    """
    width = size * len(run.cell.states)
    eye = torch.eye(width, dtype=torch.float64, device=times.device)
    workspace = Workspace(times.device)
    found = eye.new_zeros(*times.shape, size)

    def multiply(pairs: slice) -> None:
        owners, reached = sequences[pairs], reaches[:, pairs].sum(-1).tolist()
        product = eye[new * size : (new + 1) * size].expand(len(owners), -1, -1)
        together = _together(len(sequences), width**2)
        for first in range(0, len(times), together):
            some = times[first : first + together, pairs][:, : reached[first]]
            if not some.numel():
                return
            factors = run.at(some, owners[: some.shape[1]].expand(some.shape), workspace)
            for lag, factor in enumerate(factors.double(), first):
                count = reached[lag]
                product = product[:count] @ factor[:count]
                row = found[lag, pairs][:count]
                row.copy_(product.diagonal(previous * size, dim1=-2, dim2=-1))

    step = -(-len(sequences) // _SHARES)
    starts = range(0, len(sequences), step)
    shared([partial(multiply, slice(start, start + step)) for start in starts])
    return found


def _together(pairs: int, one: int) -> int:
    """The lags whose factors are made together."""
    return max(1, _CHUNK_BYTES // (8 * pairs * one))
