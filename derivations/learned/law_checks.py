"""Checks of the law of N(ℓ) on what the shipped experiment ``signal`` measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from longlag.derivations.learned.signals import (
    LEAVES,
    MOMENTS,
    by_lag,
    foreign,
    predicted_before,
    runs,
    slope,
    spread,
)
from longlag.derivations.learned.windows import (
    CELLS,
    LAGS,
    SEEDS,
    UPDATES,
    agreement,
    best,
    best_windows,
)
from longlag.derivations.learned.windows import measured_windows as windows_after
from longlag.derivations.results import Interval, interval, listed, measured, shipped
from longlag.theory.statement import Verdict

#: What is taken for the envelope, in words.
FORMS = {
    "exact": "mean |diagonal|",
    "first_order": "first order",
    "zeroth": "zeroth order",
    "operator": "‖M‖₂",
    "frobenius": "‖M‖_F",
    "of_mean": "‖E M‖₂",
    "read_out": "‖V E M‖",
}


def pooled(number: Callable[[str, int], float]) -> Interval:
    """Return the mean over cells of a number of a run, with its interval over seeds.

    All cells of a seed see the same sequences: runs of one seed are no independent ones.
    """
    return interval(float(np.mean([number(cell, seed) for cell in CELLS])) for seed in SEEDS)


def _told(number: Callable[[str, int], float]) -> str:
    """A number of a run: its mean over cells, and that of each cell."""
    each = {cell: interval(number(cell, seed) for seed in SEEDS) for cell in CELLS}
    return f"{pooled(number)} ({listed(each)})"


def _below(what: str, number: Callable[[str, int], float], bound: float = 0.0) -> Verdict:
    """Whether the mean of a number over cells is below a bound, with its interval over seeds."""
    found = pooled(number)
    holds = True if found.high < bound else False if found.low > bound else None
    return measured(shipped("signal"), holds, f"{what} {_told(number)}", len(runs()))


def _around(value: float, what: str, number: Callable[[str, int], float], within: float) -> Verdict:
    """Whether the mean of a number over cells is a value within so much, with its interval."""
    found = pooled(number)
    inside = value - within < found.low and found.high < value + within
    outside = found.high < value - within or found.low > value + within
    holds = True if inside else False if outside else None
    return measured(shipped("signal"), holds, f"{what} {_told(number)}", len(runs()))


def null(*, most: float) -> Verdict:
    """Judge the share of lags that shuffled targets show."""
    found = [
        by_lag("null found", cell, seed, update, leaves)
        for cell, seed in runs()
        for update in MOMENTS
        for leaves in LEAVES
    ]
    told = f"{int(np.sum(found))} of {np.size(found)} lags found with shuffled targets"
    return measured(shipped("signal"), bool(np.mean(found) <= most), told, np.size(found))


def steadier(*, better: str, worse: str, update: int) -> Verdict:
    """Judge ln of the spread over lags with one envelope less that with another, run by run."""

    def difference(cell: str, seed: int) -> float:
        return spread(better, cell, seed, update) - spread(worse, cell, seed, update)

    first = pooled(lambda cell, seed: spread(better, cell, seed, update))
    second = pooled(lambda cell, seed: spread(worse, cell, seed, update))
    what = f"{FORMS[better]} {first}, {FORMS[worse]} {second}; difference"
    return _below(what, difference)


def constant(*, form: str, update: int, most: float) -> Verdict:
    """Judge ln of the spread over lags with an envelope against a bound."""
    return _below("ln of the spread", lambda cell, seed: spread(form, cell, seed, update), most)


def noise(*, most: float) -> Verdict:
    """Judge ln of the spread over lags of the logarithm of the noise against a bound."""
    return _below(
        "ln of the spread of ln σ",
        lambda cell, seed: float(np.log(np.ptp(np.log(by_lag("deviation", cell, seed))))),
        most,
    )


def exponent(*, tail: bool, within: float) -> Verdict:
    """Judge 1/κ by block differences against a fitted tail index, or a finite variance."""

    def excess(cell: str, seed: int) -> float:
        expected = 1 - 1 / by_lag("alpha", cell, seed) if tail else np.full(len(LAGS), 0.5)
        return float(np.mean(1 / by_lag("kappa", cell, seed) - expected))

    return _around(0.0, "1/κ of blocks less expected", excess, within)


def near_one(*, form: str, weighed: bool, within: float) -> Verdict:
    """Judge whether the slope of the law is one, within so much."""

    def slopes(cell: str, seed: int) -> float:
        return slope(form, cell, seed, weighed=weighed)

    return _around(1.0, "slope", slopes, within)


def own(*, form: str, update: int, mine: bool) -> Verdict:
    """Judge ln of the spread with a cell's own envelope less the mean with another's."""

    def gain(cell: str, seed: int) -> float:
        others = [spread(form, cell, seed, update, owner=owner) for owner in foreign(cell)]
        found = spread(form, cell, seed, update) - float(np.mean(others))
        return found if mine else -found

    return _below("own less another cell's" if mine else "another cell's less own", gain)


def by_cell() -> list[tuple[str, ...]]:
    """Return rows of log ratios of predicted and measured windows, a cell each."""
    after, rows = windows_after(UPDATES[-1]), []
    kinds = [predicted_before(), *(best_windows(kind, UPDATES[-1]) for kind in ("law", "same"))]
    for cell in CELLS:
        own = {run: found for run, found in after.items() if run.cell == cell}
        rows.append((cell, *(f"{agreement(kind, own).log_ratio:.2f}" for kind in kinds)))
    return rows


def absolute(*, better: str, worse: str) -> Verdict:
    """Judge windows from s and σ before training, in which no factor is fitted, by log ratios."""
    after = windows_after(UPDATES[-1])
    found = {
        "signal": agreement(predicted_before(), after),
        **{kind: best(kind, UPDATES[-1]) for kind in ("law", "same")},
    }
    told = "; ".join(f"{kind}: {one.told}" for kind, one in found.items())
    holds = found[better].log_ratio < found[worse].log_ratio
    return measured(shipped("signal"), holds, told, len(after))


__all__ = [
    "FORMS",
    "absolute",
    "by_cell",
    "constant",
    "exponent",
    "near_one",
    "noise",
    "null",
    "own",
    "pooled",
    "steadier",
]
