"""How cost grows: fitted exponents beside those that the algorithms should have.

``python -m benchmarks growth``: a quick selection; ``--every`` for every size, ``-o FILE`` for a
figure. A line is met where the exponent of the algorithm is not below the interval: what grows more
slowly at small sizes, where fixed costs prevail, is no fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from rich.console import Console
from rich.table import Table
from scipy.stats import t as student

from benchmarks.growth_cases import CASES, Case
from benchmarks.timing import Row
from longlag.numerics.canvas import blank
from longlag.theory.errors import LonglagError

_LEVEL = 0.95
_REPEATS = 3
#: A piece of work that is done sooner is repeated until then.
_LEAST_SECONDS = 0.02


@dataclass(frozen=True)
class Exponent:
    """The slope of a line through points in logarithms.

    Args:
        value: by least squares.
        low: lower end of its interval of 95 %, by Student's t over the residuals.
        high: upper end.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


@dataclass(frozen=True)
class Growth:
    """A case with its times.

    Args:
        case: what was done.
        sizes: at which.
        seconds: the least of some repeats at each.
    """

    case: Case
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def fitted(self) -> Exponent:
        """The exponent of the times."""
        return exponent(self.sizes, self.seconds)

    @property
    def counted(self) -> float:
        """The exponent of the operations of the algorithm, over the same sizes."""
        return exponent(self.sizes, [self.case.operations(size) for size in self.sizes]).value

    @property
    def row(self) -> Row:
        """The line of the table of benchmarks; the largest size is what runs are compared at."""
        return Row(
            f"growth of {self.case.what} with {self.case.quantity}, {_told(self.sizes)}",
            f"{self.case.told:g}: {self.case.why}",
            f"{self.fitted}, counted {self.counted:.2f}",
            f"≤ {self.case.told:g}",
            self.fitted.low <= self.case.told,
            self.seconds[-1],
            self.case.yardstick,
        )


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> Exponent:
    """Return the exponent p of cost ∝ size^p with its interval, by least squares in logarithms.

    Args:
        sizes: three or more, not all alike.
        costs: positive.

    Raises:
        LonglagError: too few sizes, or costs that have no logarithm.

    >>> exponent([1, 2, 4, 8], [3.0, 12.0, 48.0, 192.0]).value.__round__(9)
    2.0
    """
    if len(sizes) < 3 or len(set(sizes)) < 2 or len(sizes) != len(costs) or min(costs) <= 0:
        raise LonglagError(
            f"sizes {list(sizes)} with costs {list(costs)}",
            "a slope with an interval needs three sizes or more, and positive costs",
            "give more sizes",
        )
    x, y = (np.log(np.asarray(values, float)) for values in (sizes, costs))
    centred: Float[np.ndarray, " n"] = x - x.mean()
    square = float(centred @ centred)
    slope = float(centred @ y) / square
    residuals = y - y.mean() - slope * centred
    freedom = len(sizes) - 2
    error = float(np.sqrt(residuals @ residuals / freedom / square))
    half = float(student.ppf((1 + _LEVEL) / 2, freedom)) * error
    return Exponent(slope, slope - half, slope + half)


def grown(case: Case, *, every: bool = False, repeats: int = _REPEATS) -> Growth:
    """Return the times of a case.

    Args:
        case: which one.
        every: its larger sizes too.
        repeats: of each size, taking turns, so that a busy moment does not fall on one size alone.
    """
    sizes = case.sizes + (case.more if every else ())
    work = [case.prepare(size) for size in sizes]
    found = [_seconds(each) for each in work]
    for _ in range(repeats - 1):
        found = [min(before, _seconds(each)) for before, each in zip(found, work, strict=True)]
    return Growth(case, sizes, tuple(found))


def run(*, figure: Path | None = None) -> list[Row]:
    """Return the rows of a quick selection, print the table and draw the figure.

    Args:
        figure: where the figure goes; none if left out.
    """
    return _told_and_drawn([grown(case) for case in CASES], figure)


def run_every(*, figure: Path | None = None) -> list[Row]:
    """Return the rows of every size, which takes minutes; else as ``run``.

    Args:
        figure: where the figure goes; none if left out.
    """
    return _told_and_drawn([grown(case, every=True) for case in CASES], figure)


def _told_and_drawn(found: Sequence[Growth], figure: Path | None) -> list[Row]:
    Console(width=150, highlight=False).print(table(found))
    if figure is not None:
        figure.parent.mkdir(parents=True, exist_ok=True)
        drawn(found).savefig(figure)
    return [each.row for each in found]


def table(found: Sequence[Growth]) -> Table:
    """Return the table: sizes, time of the largest, and exponents fitted, counted and told."""
    shown = Table(
        "what",
        "grows with",
        "sizes",
        "largest takes",
        f"fitted [{_LEVEL:.0%}]",
        "counted at these sizes",
        "in the end",
        "why",
        box=None,
    )
    for each in found:
        case = each.case
        shown.add_row(
            case.what,
            case.quantity,
            _told(each.sizes),
            f"{each.seconds[-1] * 1e3:.3g} ms",
            str(each.fitted).replace("[", r"\["),
            f"{each.counted:.2f}",
            f"{case.told:g}",
            case.why,
        )
    return shown


def drawn(found: Sequence[Growth]) -> Any:
    """Return a figure: a panel for each case, times over sizes, and the operations as a line.

    Args:
        found: the cases.
    """
    columns = 5
    rows = -(-len(found) // columns)
    figure = blank((3.0 * columns, 2.7 * rows))
    for place, each in enumerate(found):
        axes = figure.add_subplot(rows, columns, place + 1)
        operations = np.array([each.case.operations(size) for size in each.sizes])
        seconds = np.array(each.seconds)
        # Through the largest size, where the algorithm and not its beginning is what costs.
        axes.loglog(each.sizes, operations * seconds[-1] / operations[-1], "--", color="0.5")
        axes.loglog(each.sizes, seconds, "o-", color="C0")
        axes.set_xticks(each.sizes, map(str, each.sizes))
        axes.minorticks_off()
        axes.set_xlabel(each.case.quantity)
        axes.set_ylabel("seconds")
        axes.set_title(
            f"{each.case.what}\nfitted {each.fitted}, counted {each.counted:.2f}", fontsize=7
        )
    return figure


def _told(sizes: Sequence[int]) -> str:
    return f"{sizes[0]} to {sizes[-1]}"


def _seconds(work: Callable[[], object]) -> float:
    """The time of one run, over as many as take long enough to be timed."""
    count, start = 0, time.perf_counter()
    while True:
        work()
        count += 1
        passed = time.perf_counter() - start
        if passed >= _LEAST_SECONDS:
            return passed / count


__all__ = ["Exponent", "Growth", "drawn", "exponent", "grown", "run", "run_every", "table"]
