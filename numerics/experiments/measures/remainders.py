"""What both expansions leave out of the transport of a trained network, lag by lag."""

from __future__ import annotations

from typing import get_args

import torch
from torch import Tensor

from longlag.numerics.experiments.measures.runs import by_lag, lags_of, median, pairs_of
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import Moment
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import Parts, parts
from longlag.theory.transport.jacobian import Split, jacobian

#: Pairs of an anchor and a sequence that are compared, of those of the other measures.
_COMPARED = 16


def remainders(moment: Moment) -> list[dict[str, Entry]]:
    """Return medians of ‖M − M₀‖_F/‖M‖_F and ‖M − M₁‖_F/‖M‖_F in both splits, lag by lag.

    In the gate split M₀ leaves out all that the gates' derivatives add: its error is the size of
    the gate-induced correction. For cells of one state also with the published gate term, in which
    the updated state stands, (1−g) times too small (defect 3 of arXiv 2508.12121).
    """
    run = moment.run.in_double()
    lags, pairs = lags_of(moment), pairs_of(moment)[:_COMPARED]
    rows: list[dict[str, Entry]] = []
    for split in get_args(Split):
        functions = generate(jacobian(run.cell, split), "torch")
        both = parts(functions, run.network)
        rows += _relative(f"{split} split", both, pairs, lags)
        if split == "gate" and len(run.cell.states) == 1:
            leak = run.diagonals().local[:, :, 0, 0].flip(0)[..., None]
            rows += _relative("published gate term", both._replace(recurrent=leak * both.recurrent),
                              pairs, lags, exact=both)  # fmt: skip
    return rows


def _relative(
    name: str, both: Parts, pairs: Tensor, lags: tuple[int, ...], *, exact: Parts | None = None
) -> list[dict[str, Entry]]:
    """Errors of order 0 and 1; the product is of the exact parts where those given are not."""
    true, steps = exact or both, len(both.local)
    newest, sequences = steps - 1 - pairs[:, 0], pairs[:, 1]
    size = both.local.shape[-1]
    product = zeroth = torch.eye(size, dtype=torch.float64).expand(len(pairs), -1, -1)
    first = torch.zeros_like(product)
    errors: list[tuple[Tensor, Tensor]] = []
    for lag in range(1, lags[-1] + 1):
        at = (newest + lag - 1, sequences)
        local, recurrent = both.local[at], both.recurrent[at]
        product = product @ (true.local[at] + true.recurrent[at])
        first, zeroth = first @ local + zeroth @ recurrent, zeroth @ local
        if lag in lags:
            norm = product.flatten(1).norm(dim=1)
            left = (product - zeroth, product - zeroth - first)
            errors.append(tuple(e.flatten(1).norm(dim=1) / norm for e in left))  # type: ignore[arg-type]
    zeroths, firsts = (torch.stack(each) for each in zip(*errors, strict=True))
    return [
        *by_lag(f"zeroth order, {name}", lags, median(zeroths)),
        *by_lag(f"first order, {name}", lags, median(firsts)),
    ]


__all__ = ["remainders"]
