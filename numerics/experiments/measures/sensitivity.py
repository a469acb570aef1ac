"""The norm of the transport beside products of leaks and of gates, lag by lag."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from longlag.numerics.anisotropy import SingularValues, singular_values
from longlag.numerics.anisotropy.lyapunov import two_exponents
from longlag.numerics.anisotropy.sensitivity import (
    null_r_squared,
    per_lag,
    pooled,
    product_predictors,
)
from longlag.numerics.experiments.measures.runs import by_lag, lags_of, median, pairs_of, scalars
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import PROBE, Moment
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.run import Run, ran

_PERMUTATIONS = 200
_NULL_QUANTILE = 0.95


def sensitivity(moment: Moment) -> list[dict[str, Entry]]:
    """Return medians of ln‖M‖₂ and of ln of the predictors, and how well these tell the first.

    Slope and R² per lag and pooled, for the leak product, the open-gate product and an unrelated
    predictor: that of another cell before training. Beside R² its 95 % quantile under permuted
    pairs. For cells of one state; others have no numbers for leaks, and give no rows.
    """
    run = moment.run
    if len(run.cell.states) > 1:
        return []
    lags, pairs = lags_of(moment), pairs_of(moment)
    norms = singular_values(run, pairs, lags, find_block(run.cell)).logarithm
    rows = by_lag("ln norm", lags, median(norms))
    predictors = product_predictors(run, pairs, lags)
    predictors["unrelated"] = product_predictors(_unrelated(moment), pairs, lags)["leak"]
    for name, predictor in predictors.items():
        rows += by_lag(f"ln {name} product", lags, median(predictor))
        rows += _regressions(name, lags, norms, predictor, moment.unit.stream("permutations"))
    leaks = run.in_double().diagonals().local[:, :, 0, 0]
    exponents = two_exponents(leaks, lags)
    rows += by_lag("generalised exponent", lags, exponents.generalised.mean(1))
    return rows + scalars({"typical exponent": float(exponents.typical.mean())})


def _regressions(
    name: str, lags: tuple[int, ...], norms: Tensor, predictor: Tensor, random: torch.Generator
) -> list[dict[str, Entry]]:
    each = per_lag(norms, predictor)
    null = [
        torch.quantile(
            null_r_squared(y, x, generator=random, permutations=_PERMUTATIONS), _NULL_QUANTILE
        )
        for y, x in zip(norms, predictor, strict=True)
    ]
    whole = pooled(norms, predictor)
    return [
        *by_lag(f"slope on {name}", lags, torch.tensor([one.slope for one in each])),
        *by_lag(f"R2 on {name}", lags, torch.tensor([one.r_squared for one in each])),
        *by_lag(f"R2 on {name}, chance", lags, torch.stack(null)),
        *scalars({f"pooled slope on {name}": whole.slope, f"pooled R2 on {name}": whole.r_squared}),
    ]


def _unrelated(moment: Moment) -> Run:
    """Another cell with gates, before training, on the same sequences."""
    unit = moment.unit
    other = "shared_gate" if unit.cell == "diag_gate" else "diag_gate"
    stranger = replace(
        unit, cell=other, parameter={}, drive_bias={}, bias_spread={}, seed=unit.seed + 1000
    )
    network = stranger.session().detached()
    return ran(network.network(moment.probe(PROBE).inputs))


def norms_as_published(moment: Moment) -> list[dict[str, Entry]]:
    """Return what the published scripts take for ‖M‖₂, and their regression on it.

    Five iterations v ← Pv/(‖Pv‖ + 1e−12) without Pᵀ, on P grown from the left (defects 1 and 2);
    predictors with one factor more than the transport for gates, as many for a leak (defect 4).
    """
    run = moment.run
    if len(run.cell.states) > 1:
        return []
    lags, pairs = lags_of(moment), pairs_of(moment)
    exact: SingularValues = singular_values(run, pairs, lags, find_block(run.cell))
    causal, reversed_order = (
        _five_iterations(run, pairs, lags, moment.unit.stream("vector"), backwards=backwards)
        for backwards in (False, True)
    )
    rows = by_lag("ln ratio, five iterations", lags, median(causal.log() - exact.logarithm))
    rows += by_lag("ln ratio, reversed order", lags, median(reversed_order.log() - causal.log()))
    longer = tuple(lag + 1 for lag in lags)
    inside = pairs[:, 0] >= longer[-1]
    predictor = product_predictors(run, pairs[inside], longer)["gate"]
    right = product_predictors(run, pairs[inside], lags)["gate"]
    norms = exact.logarithm[:, inside]
    return rows + scalars(
        {
            "pooled slope, one factor more": pooled(norms, predictor).slope,
            "pooled slope, equal factors": pooled(norms, right).slope,
        }
    )


def _five_iterations(
    run: Run, pairs: Tensor, lags: tuple[int, ...], random: torch.Generator, *, backwards: bool
) -> Tensor:
    anchors, sequences = pairs.unbind(1)
    doubled, workspace, found = run.in_double(), Workspace(run.device), []
    product = torch.eye(run.shape[2], dtype=torch.float64).expand(len(pairs), -1, -1)
    for lag in range(1, lags[-1] + 1):
        factor = doubled.at(anchors - lag + 1, sequences, workspace).clone()
        product = factor @ product if backwards else product @ factor
        if lag in lags:
            vector = torch.randn(
                len(pairs), product.shape[-1], 1, generator=random, dtype=torch.float64
            )
            for _ in range(5):
                moved = product @ vector
                length = moved.norm(dim=1, keepdim=True)
                vector = moved / (length + 1e-12)
            found.append(length[:, 0, 0])
    return torch.stack(found)


__all__ = ["norms_as_published", "sensitivity"]
