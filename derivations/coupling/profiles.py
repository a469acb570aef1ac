"""Products of gates beside the norm of the transport, lag by lag: what slope and R² say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sympy import Abs, Rational

from longlag.derivations.coupling import figures
from longlag.derivations.coupling import letters as the
from longlag.derivations.coupling.letters import PAPER
from longlag.derivations.results import (
    Interval,
    above,
    at_lags,
    interval,
    listed,
    measured,
    measured_claim,
    paired,
    shipped,
)
from longlag.theory.statement import Claim, Figure, Item, Source, Text, Verdict

_GATED = ("shared_gate", "diag_gate")
_CELLS = ("leaky", *_GATED)
_LAST, _LONG = 800, 40


def _pooled(*, quantity: str, cells: Sequence[str], least: float, lag: int | None) -> Verdict:
    table, found = shipped("gate_profiles"), {}
    for cell in cells:
        labels: dict[str, Any] = {} if lag is None else {"lag": lag}
        found[cell] = table.interval(quantity=quantity, cell=cell, update=_LAST, **labels)
    holds = above(found, least)
    where = "" if lag is None else f" at lag {lag}"
    told = f"{quantity}{where}: {listed(found)}"
    return measured(table, holds, told, sum(one.seeds for one in found.values()))


def _reverses(*, first: str, second: str, cell: str, lag: int) -> Verdict:
    table = shipped("gate_profiles")
    labels: dict[str, Any] = {"cell": cell, "update": _LAST}
    at_lag = {} if second.startswith("pooled") else {"lag": lag}
    one = table.interval(quantity=first, **labels)
    other = table.interval(quantity=second, **labels, **at_lag)
    ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    holds = True if max(ends) < 0 else False if min(ends) > 0 else None
    told = f"{first} {one}, {second} at lag {lag} {other}"
    return measured(table, holds, told, one.seeds)


def _above(*, first: str, second: str, cells: Sequence[str], lags: Sequence[int]) -> Verdict:
    """One R² less another, paired over seeds at every lag."""
    table = shipped("gate_profiles")

    def difference(cell: str, lag: int) -> Interval:
        labels: dict[str, Any] = {"cell": cell, "lag": lag, "update": _LAST}
        return paired(*(table.by_seed(quantity=each, **labels) for each in (first, second)))

    found = at_lags(cells, lags, difference)
    return measured(table, above(found, 0), f"{first} less {second}: {listed(found)}", len(found))


def _exponents(*, upper: str, lower: str, cells: Sequence[str], lag: int) -> Verdict:
    """The exponent of the mean product against the mean of the logarithm."""
    table, found = shipped("gate_profiles"), {}
    for cell in cells:
        of_mean = table.by_seed(quantity="generalised exponent", cell=cell, lag=lag, update=_LAST)
        typical = table.by_seed(quantity="typical exponent", cell=cell, update=_LAST)
        both = {"generalised": of_mean, "typical": typical}
        found[cell] = paired(both[upper], both[lower])
    holds = above(found, 0)
    return measured(table, holds, f"{upper} less {lower} at lag {lag}: {listed(found)}", len(found))


def _counted(*, quantity: str, cells: Sequence[str], lag: int, least: float) -> Verdict:
    table, found = shipped("gate_profiles"), {}
    for cell in cells:
        values = table.by_seed(quantity=quantity, cell=cell, lag=lag, update=_LAST)
        right = table.by_seed(quantity="gradient of a lag", cell=cell, lag=lag, update=_LAST)
        ratios = {seed: values[seed] / right[seed] for seed in values}
        found[cell] = interval(ratios.values())
    holds = above(found, least)
    told = f"norm at lag {lag} over that with immediate partials: {listed(found)}"
    return measured(table, holds, told, len(found))


def _norm_ratio(*, quantity: str, lag: int, cells: Sequence[str], below: float) -> Verdict:
    """The published norm over the exact one, or over that in causal order."""
    table, found = shipped("gate_profiles_published"), {}
    for cell in cells:
        logs = table.by_seed(quantity=quantity, cell=cell, lag=lag, update=_LAST)
        found[cell] = interval(float(np.exp(value)) for value in logs.values())
    holds = all(one.mean < below for one in found.values())
    told = f"{quantity} at lag {lag}, as ratios: {listed(found)}"
    return measured(table, holds, told, sum(one.seeds for one in found.values()))


def _factor(*, first: str, second: str, cells: Sequence[str], least: float) -> Verdict:
    table, found = shipped("gate_profiles_published"), {}
    for cell in cells:
        slopes = [table.by_seed(quantity=q, cell=cell, update=_LAST) for q in (first, second)]
        ratios = [abs(slopes[0][seed] / slopes[1][seed] - 1) for seed in slopes[0]]
        found[cell] = interval(ratios)
    holds = all(one.mean > least for one in found.values())
    return measured(table, holds, f"relative change of the slope: {listed(found)}", len(found))


def _claims() -> tuple[Claim, ...]:
    return (
        measured_claim(
            "pooled_r_squared",
            the.R_POOLED,
            ">",
            Rational(4, 5),
            _pooled,
            title="Pooled over lags, R² is high for any two curves that decay",
            text="The predictor is the leak product of another cell before training, on the same "
            "sequences. A pooled R² therefore says nothing about the gates.",
            source=Source(PAPER, "first series: pooled regressions"),
            stated={
                "quantity": "pooled R2 on unrelated",
                "cells": _CELLS,
                "least": 0.8,
                "lag": None,
            },
            wrong={"at one lag": {"quantity": "R2 on unrelated", "lag": _LONG}},
        ),
        measured_claim(
            "slope_reverses",
            the.SLOPE_POOLED * the.SLOPE_AT_LAG,
            "<",
            0,
            _reverses,
            title="Pooled over lags the slope has the other sign",
            text="Pooled, the norm falls with the leak product, as both fall with the lag. At lag "
            "40 the anchors whose leaks keep more have the smaller norm.",
            source=Source(PAPER, "first series: slopes of pooled regressions"),
            stated={
                "first": "pooled slope on leak",
                "second": "slope on leak",
                "cell": "diag_gate",
                "lag": _LONG,
            },
            wrong={"of the pooled slope with itself": {"second": "pooled slope on leak"}},
        ),
        measured_claim(
            "leak_product_tells",
            the.R_LEAK,
            ">",
            the.R_CHANCE,
            _above,
            title="At one lag the product of a cell's own leaks tells more than chance",
            text="At lag 12, for cells with gates, against the 95 % quantile of permuted pairs. "
            "For a constant leak the predictor does not vary, and has no slope.",
            source=Source(PAPER, "first series: sensitivity follows the gates"),
            stated={
                "first": "R2 on leak",
                "second": "R2 on leak, chance",
                "cells": _GATED,
                "lags": (12,),
            },
            wrong={"of a constant leak": {"cells": ("leaky",)}},
        ),
        measured_claim(
            "own_gates_tell",
            the.R_LEAK,
            ">",
            the.R_UNRELATED,
            _above,
            title="The norm follows the cell's own gates",
            text="More than those of another cell that never saw the task, at one lag: both follow "
            "the inputs that they share.",
            source=Source(PAPER, "first series: sensitivity follows the gates"),
            expected_to_hold=None,
            stated={
                "first": "R2 on leak",
                "second": "R2 on unrelated",
                "cells": _GATED,
                "lags": (4, 12, _LONG),
            },
            wrong={},
        ),
        measured_claim(
            "envelope_above_typical",
            the.GENERALISED,
            ">",
            the.TYPICAL,
            _exponents,
            title="Two time scales of one trained network",
            text="The mean product governs the envelope, the mean logarithm the typical one; mean "
            "over neurons, at lag 40.",
            stated={
                "upper": "generalised",
                "lower": "typical",
                "cells": ("diag_gate",),
                "lag": _LONG,
            },
            wrong={
                "the other way round": {"upper": "typical", "lower": "generalised"},
                "of a constant leak": {"cells": ("leaky",)},
            },
        ),
        measured_claim(
            "counted_in_training",
            the.TOTAL,
            ">",
            2 * the.PART,
            _counted,
            title="A gradient by lag with total derivatives is not that of the lag",
            text="At lag 8 of trained networks the sum over all longer lags is more than twice "
            "the part of the lag itself.",
            stated={
                "quantity": "gradient of a lag, total derivative",
                "cells": _GATED,
                "lag": 8,
                "least": 2.0,
            },
            wrong={"with immediate partials": {"quantity": "gradient of a lag"}},
        ),
        measured_claim(
            "reversed_order",
            the.NORM_REVERSED,
            "<",
            Rational(99, 100) * the.NORM_PUBLISHED,
            _norm_ratio,
            title="Defect 1: products in reversed order",
            text="The newest Jacobian belongs on the left. Grown from the other side, what the "
            "scripts take for the norm is another number, at lag 40 by some per cent.",
            source=Source(PAPER, "scripts: products of Jacobians"),
            stated={
                "quantity": "ln ratio, reversed order",
                "lag": _LONG,
                "cells": ("leaky", "shared_gate"),
                "below": 0.99,
            },
            wrong={"half of it": {"below": 0.5}, "at lag 1": {"lag": 1}},
        ),
        measured_claim(
            "five_iterations",
            the.NORM_PUBLISHED,
            "<",
            Rational(3, 4) * the.NORM,
            _norm_ratio,
            title="Defect 2: five iterations without the transpose are no norm",
            text="They tend to a spectral radius, and their floor of $10^{-12}$ swallows long "
            "lags; at lag 40.",
            source=Source(PAPER, "scripts: five power iterations"),
            stated={
                "quantity": "ln ratio, five iterations",
                "lag": _LONG,
                "cells": _CELLS,
                "below": 0.75,
            },
            wrong={"a tenth of it": {"below": 0.01}},
        ),
        measured_claim(
            "one_factor_more",
            Abs(the.SLOPE_MORE / the.SLOPE_EQUAL - 1),
            ">",
            Rational(1, 10000),
            _factor,
            title="Defect 4: gates with one factor more than the transport",
            text="The pooled slope on the gate product with $\\ell + 1$ factors against that with "
            "$\\ell$.",
            source=Source(PAPER, "scripts: factor counts of the predictors"),
            stated={
                "first": "pooled slope, one factor more",
                "second": "pooled slope, equal factors",
                "cells": _GATED,
                "least": 1e-4,
            },
            wrong={"equal factors": {"first": "pooled slope, equal factors"}},
        ),
    )


def items() -> tuple[Item, ...]:
    """Return the part of the section about profiles over the lag."""
    return (
        Text(
            "Adding over 80 steps with fresh batches, 64 neurons, plain gradient descent. The "
            "norm is the exact $\\|M_{t,\\ell}\\|_2$ in causal order, predictors have as many "
            "factors as it, and slope and $R^2$ are taken lag by lag."
        ),
        *_claims(),
        Figure(
            "products_over_lag",
            "Median logarithms of ‖M‖₂, of the leak product and of the open-gate product over the "
            "lag, before training (dotted) and after 800 updates, with 95 % intervals over seeds.",
            figures.products_over_lag,
        ),
        Figure(
            "r_squared_over_lag",
            "R² of ln‖M‖₂ on the leak product, on the open-gate product and on an unrelated "
            "cell's, lag by lag after 800 updates, with 95 % intervals over seeds.",
            figures.r_squared_over_lag,
        ),
        Figure(
            "r_squared_over_training",
            "Slope and R² on the leak product of the diagonal gate over training, at three lags "
            "and pooled.",
            figures.r_squared_over_training,
        ),
    )


__all__ = ["items"]
