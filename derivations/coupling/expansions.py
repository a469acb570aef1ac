"""Both expansions, measured: which leaves less out, until which lag, and how it scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sympy import Rational

from longlag.derivations.coupling import figures
from longlag.derivations.coupling import letters as the
from longlag.derivations.coupling.letters import PAPER
from longlag.derivations.results import (
    Interval,
    above,
    at_lags,
    listed,
    measured,
    measured_claim,
    paired,
    shipped,
)
from longlag.theory.statement import (
    Claim,
    Figure,
    Item,
    Kind,
    Settings,
    Source,
    Table,
    Text,
    Verdict,
)

_GATED = ("shared_gate", "diag_gate")
_CONVEX = ("leaky", "shared_gate", "diag_gate")
_LAST = 800
_LONG = 40


def _labels(order: str, split: str, cell: str, lag: int) -> dict[str, Any]:
    """Of the rows of a remainder, after the last update."""
    return {"quantity": f"{order} order, {split}", "cell": cell, "lag": lag, "update": _LAST}


def _corrections(*, split: str, cells: Sequence[str], lag: int, most: float) -> Verdict:
    table = shipped("gate_profiles")
    found = {cell: table.interval(**_labels("zeroth", split, cell, lag)) for cell in cells}
    holds = all(one.high < most for one in found.values())
    told = f"left out at lag {lag} after {_LAST} updates: {listed(found)}"
    return measured(table, holds, told, sum(one.seeds for one in found.values()))


def _systematic(*, share: float, cells: Sequence[str], lags: Sequence[int]) -> Verdict:
    table = shipped("gate_profiles")

    def left_out(cell: str, lag: int) -> Interval:
        return table.interval(**_labels("zeroth", "gate split", cell, lag))

    found = at_lags(cells, lags, left_out)
    return measured(table, above(found, share), f"left out {listed(found)}", len(found))


def _better(*, better: str, worse: str, lags: Sequence[int], cells: Sequence[str]) -> Verdict:
    table = shipped("gate_profiles")

    def gained(cell: str, lag: int) -> Interval:
        both = (table.by_seed(**_labels("first", s, cell, lag)) for s in (worse, better))
        return paired(*both)

    found = at_lags(cells, lags, gained)
    return measured(table, above(found, 0), f"{worse} less {better}: {listed(found)}", len(found))


def _slope(*, split: str, cells: Sequence[str], wanted: float) -> Verdict:
    table = shipped("expansion")
    slopes = [
        float(row["value"])  # type: ignore[arg-type]
        for cell in cells
        for row in table.select(quantity="slope", split=split, cell=cell)
    ]
    far = float(np.abs(np.asarray(slopes) - wanted).max()) if slopes else np.inf
    told = f"{len(slopes)} slopes over ε from 1e−5 to 1e−3, at most {far:.1e} from {wanted:g}"
    return measured(table, bool(slopes) and far < 0.05, told, len(slopes))


def _exact(*, cells: Sequence[str], split: str) -> Verdict:
    table = shipped("expansion")
    rows = [
        row
        for cell in cells
        for row in table.select(quantity="remainder", split=split, cell=cell, epsilon=1.0)
    ]
    largest = max(float(row["value"]) for row in rows)  # type: ignore[arg-type]
    return measured(table, largest == 0, f"largest remainder {largest:g}", len(rows))


def _outliers(*, removed: bool, cell: str, lag: int, least: float) -> Verdict:
    """The mean remainder at ε = 1 with all seeds against that without outliers."""
    table = shipped("expansion")
    found = table.by_seed(
        quantity="relative remainder", split="gate", cell=cell, lag=lag, size=64, scale=0.2
    )
    values = np.asarray(list(found.values()))
    quartiles = np.quantile(values, (0.25, 0.75))
    kept = values[values <= quartiles[1] + 1.5 * (quartiles[1] - quartiles[0])]
    ratio = float(values.mean() / (kept.mean() if removed else values.mean()))
    gone = len(values) - len(kept)
    told = f"{gone} of {len(values)} seeds removed, the mean falls {ratio:.3g} times"
    return measured(table, ratio > least, told, len(values))


def _claims() -> tuple[Claim, ...]:
    stated = {"split": "gate split", "cells": _GATED, "lag": _LONG, "most": 0.2}
    return (
        measured_claim(
            "corrections_are_small",
            the.LEFT_GATE,
            "<",
            Rational(1, 5),
            _corrections,
            title="Gate-induced corrections are small",
            text="Of the gate split $M_0$ is the product with the gates held fixed. Networks with "
            "gates, trained on adding, at lag 40.",
            source=Source(PAPER, "abstract: gate-induced corrections remain small"),
            stated=stated,
            wrong={"in the leak split": {"split": "leak split"}, "a thousandth": {"most": 1e-3}},
        ),
        measured_claim(
            "corrections_are_systematic",
            the.LEFT_GATE,
            ">",
            Rational(1, 100),
            _systematic,
            title="And systematic",
            text="Above one hundredth at every lag, for every cell with gates, in all seeds' "
            "interval; a leak has none.",
            source=Source(PAPER, "abstract: while exerting systematic effects"),
            stated={"share": 0.01, "cells": _GATED, "lags": (1, 4, 16, _LONG)},
            wrong={"for a constant leak": {"cells": ("leaky",)}, "above a half": {"share": 0.5}},
        ),
        measured_claim(
            "gate_split_leaves_less",
            the.FIRST_GATE,
            "<",
            the.FIRST_LEAK,
            _better,
            title="To first order the gate split leaves less out",
            text="From lag 2 on, paired over seeds. Its zeroth order is a product of full "
            "matrices, though, and gives no rate of a neuron in closed form.",
            stated={
                "better": "gate split",
                "worse": "leak split",
                "lags": (2, 8, _LONG),
                "cells": _CONVEX,
            },
            wrong={"the other way round": {"better": "leak split", "worse": "gate split"}},
        ),
        measured_claim(
            "published_gate_term",
            the.FIRST_GATE,
            "<",
            the.FIRST_PUBLISHED,
            _better,
            title="Defect 3: the updated state in the gate term",
            text="The published scripts take the state after the step, which makes the gate term "
            "$(1-g)$ times too small: what is left out is first order again.",
            source=Source(PAPER, "scripts of all three experiments"),
            stated={
                "better": "gate split",
                "worse": "published gate term",
                "lags": (1, 8, _LONG),
                "cells": _GATED,
            },
            wrong={"no worse": {"better": "published gate term", "worse": "gate split"}},
        ),
        measured_claim(
            "slope_two",
            the.SLOPE,
            "→",
            2,
            _slope,
            kind=Kind.EXPONENT,
            title="The remainder is of second order",
            text="Where there is one: in the leak split of every cell with a leak. The remainder "
            "is summed from the terms above the first, so that none is roundoff.",
            source=Source(PAPER, "appendix: the slope is two"),
            stated={
                "split": "leak",
                "cells": ("leaky", "const_gate", "shared_gate", "diag_gate", "gru", "lstm"),
                "wanted": 2.0,
            },
            wrong={"of first order": {"wanted": 1.0}, "without a leak": {"cells": ("plain",)}},
        ),
        measured_claim(
            "nothing_left_out",
            the.FIRST_GATE,
            "=",
            0,
            _exact,
            kind=Kind.IDENTITY,
            title="Without gates that move, the gate split is exact",
            text="Plain, leaky and constant gate: there is no slope to measure, and one of "
            "roundoff would say nothing.",
            stated={"cells": ("plain", "leaky", "const_gate"), "split": "gate"},
            wrong={"in the leak split": {"split": "leak"}, "with gates": {"cells": _GATED}},
        ),
        measured_claim(
            "outliers_removed",
            the.REMOVED,
            ">",
            Rational(11, 10) * the.KEPT,
            _outliers,
            title="Defect 9: the runs where first order fails worst are removed",
            text="Shared gate, gate split, lag 20, 64 neurons: the mean over all seeds against "
            "that without outliers, by the rule of quartiles.",
            source=Source(PAPER, "appendix: averages over the kept seeds"),
            stated={"removed": True, "cell": "shared_gate", "lag": 20, "least": 1.1},
            wrong={"nothing removed": {"removed": False}},
        ),
    )


def _scales(settings: Settings) -> list[tuple[str, ...]]:
    """Relative remainders at ε = 1 over size and scale: medians over all seeds, and the worst."""
    table, rows = shipped("expansion"), []
    for cell in ("shared_gate", "diag_gate", "gru", "lstm"):
        for size in table.values("size"):
            for scale in table.values("scale"):
                entries = [cell, str(size), f"{scale:g}"]
                for split in ("leak", "gate"):
                    found = table.by_seed(
                        quantity="relative remainder",
                        cell=cell,
                        size=size,
                        scale=scale,
                        split=split,
                        lag=10,
                    )
                    values = np.asarray(list(found.values()))
                    entries += [f"{np.median(values):.2g}", f"{values.max():.2g}"]
                rows.append(tuple(entries))
    return rows


def items() -> tuple[Item, ...]:
    """Return the part of the section about both expansions."""
    return (
        Text(
            "The leak split expands in everything that crosses a weight, the gate split in what "
            "the gates' derivatives add. Both are derived from the same cell; here they are "
            "measured on networks while they train and on random ones."
        ),
        *_claims(),
        Figure(
            "remainders_over_lag",
            "What both splits leave out over the lag after 800 updates, and what the published "
            "gate term leaves; bands are 95 % intervals over seeds. A leak's gate split is exact.",
            figures.remainders_over_lag,
        ),
        Table(
            "remainders_of_random_networks",
            "Relative remainders at lag 10 for ε = 1, over size and scale of the weights: median "
            "and largest over all seeds, in the leak split and in the gate split.",
            (
                "cell",
                "H",
                "scale",
                "leak, median",
                "leak, largest",
                "gate, median",
                "gate, largest",
            ),
            _scales,
        ),
    )


__all__ = ["items"]
