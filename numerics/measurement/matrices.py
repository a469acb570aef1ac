"""What a report says of whole matrices: exact products, their norms, and what they leave out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jaxtyping import Int
from torch import Tensor

from longlag.numerics.codegen import DiagonalFields
from longlag.numerics.lags.exact import ExactMeans
from longlag.numerics.lags.exact_picked import Picked
from longlag.numerics.measurement.errors import expansion_errors
from longlag.numerics.measurement.products import exact_over_sequences, recurrent_norms_of
from longlag.numerics.measurement.remainder import local_norms, remainder_bounds
from longlag.numerics.measurement.report import OfMatrices
from longlag.numerics.measurement.run import Run

#: The share of the work that exact products are.
_PRODUCTS = 0.9


def measured_matrices(
    run: Run,
    precise: Run,
    fields: DiagonalFields,
    pairs: Int[Tensor, "pairs two"],
    *,
    max_lag: int,
    new: int,
    previous: int,
    per_anchor: bool,
    progress: Callable[[float], None],
) -> tuple[ExactMeans, OfMatrices]:
    """Return exact means of a run, and the norms, bounds and errors beside them.

    Where the expansions are compared, diagonals are those of the products that are made anyway.

    Args:
        run: the network.
        precise: the same in float64.
        fields: the coefficients of every step in float64.
        pairs: anchors and sequences at which the expansions are compared.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        per_anchor: keep every anchor.
        progress: called with the share of the work done.
    """
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    picked = Picked(pairs, max_lag=max_lag, size=run.shape[-1], device=run.device)
    exact = exact_over_sequences(
        run,
        per_anchor=per_anchor,
        picked=picked,
        progress=lambda share: progress(_PRODUCTS * share),
        **place,
    )
    assert exact.frobenius is not None
    known: dict[str, Any] = {"known": picked.diagonals, "rounded": run.itemsize < 8}
    local, recurrent = fields
    errors = expansion_errors(precise, local, recurrent, pairs, **known, **place)
    norms = local_norms(local), recurrent_norms_of(run)
    bounds = remainder_bounds(*norms, max_lag=max_lag)
    return exact, OfMatrices(exact.frobenius.cpu(), bounds.cpu(), errors)
