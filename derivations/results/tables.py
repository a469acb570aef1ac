"""Numbers of the shipped experiments: one for each seed, and intervals over seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import as_file, files
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from longlag.numerics.experiments.table import Entry, read_table
from longlag.theory.errors import LonglagError

_LEVEL = 0.95


@dataclass(frozen=True)
class Shipped:
    """The results of an experiment that ship with the package.

    Args:
        rows: tidy, one for each number.
        about: command, seeds, versions.
    """

    rows: tuple[Mapping[str, Entry], ...]
    about: Mapping[str, Any]

    def select(self, **labels: Entry) -> list[Mapping[str, Entry]]:
        """Return the rows with these labels."""
        quantity, wanted = labels.get("quantity"), labels.items()
        rows = self.rows if quantity is None else self._by_quantity.get(quantity, [])
        return [row for row in rows if all(row.get(k) == v for k, v in wanted)]

    @cached_property
    def _by_quantity(self) -> dict[Entry, list[Mapping[str, Entry]]]:
        found: dict[Entry, list[Mapping[str, Entry]]] = {}
        for row in self.rows:
            found.setdefault(row.get("quantity"), []).append(row)
        return found

    def by_seed(self, **labels: Entry) -> dict[int, float]:
        """Return the one number of each seed.

        Raises:
            LonglagError: no row, or several of one seed: the labels say too little.
        """
        found: dict[int, float] = {}
        for row in self.select(**labels):
            seed, value = row["seed"], row["value"]
            if not isinstance(seed, int) or seed in found:
                raise LonglagError(
                    f"rows with {labels}", "there are several of one seed", "give more labels"
                )
            found[seed] = math.nan if not isinstance(value, int | float) else float(value)
        if not found:
            raise LonglagError(f"rows with {labels}", "the table has none", "look at its columns")
        return found

    def values(self, column: str) -> list[Entry]:
        """Return the different entries of a column, in order."""
        return list(
            dict.fromkeys(row.get(column) for row in self.rows if row.get(column) is not None)
        )

    def interval(self, **labels: Entry) -> Interval:
        """Return the mean over seeds with its interval; errors as for ``by_seed``."""
        return interval(self.by_seed(**labels).values())

    def lags(self, **labels: Entry) -> list[int]:
        """Return the lags of the rows with these labels, ascending."""
        return self._counts("lag", labels)

    def updates(self, **labels: Entry) -> list[int]:
        """Return the updates of the rows with these labels, ascending."""
        return self._counts("update", labels)

    def _counts(self, column: str, labels: Mapping[str, Entry]) -> list[int]:
        found = {row.get(column) for row in self.select(**labels)}
        return sorted(count for count in found if isinstance(count, int))


@cache
def shipped(name: str) -> Shipped:
    """Return the shipped results of an experiment, of its small design.

    Args:
        name: of the experiment; ``…_published`` for its published version.
    """
    source = files("longlag.numerics.experiments") / "results" / f"{name}.csv.xz"
    with as_file(source) as path:
        rows, about = read_table(path)
    return Shipped(tuple(rows), about)


class Interval(NamedTuple):
    """A mean over seeds with its 95 % interval by Student's distribution.

    Args:
        mean: over the seeds.
        half: half of the interval; infinite for a single seed.
        seeds: how many.
    """

    mean: float
    half: float
    seeds: int

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half

    def __str__(self) -> str:
        return f"{self.mean:.3g} ± {self.half:.2g}"


def interval(values: Iterable[float]) -> Interval:
    """Return the interval of the mean; a seed that has no number makes the mean no number."""
    numbers = np.asarray(list(values), dtype=float)
    count = len(numbers)
    half = math.inf
    if count > 1:
        half = float(
            numbers.std(ddof=1) / math.sqrt(count) * student.ppf((1 + _LEVEL) / 2, count - 1)
        )
    return Interval(float(numbers.mean()), half, count)


def paired(first: Mapping[int, float], second: Mapping[int, float]) -> Interval:
    """Return the interval of the difference, seed by seed.

    Raises:
        LonglagError: runs of different seeds.
    """
    if first.keys() != second.keys():
        raise LonglagError(
            f"seeds {sorted(first)} and {sorted(second)}",
            "a paired difference has both of every seed",
            "compare runs of one design",
        )
    return interval(first[seed] - second[seed] for seed in sorted(first))


def at_lags(
    cells: Sequence[str], lags: Sequence[int], of: Callable[[str, int], Interval]
) -> dict[str, Interval]:
    """Return an interval for every cell at every lag, by what they are called in a verdict."""
    return {f"{cell} at {lag}": of(cell, lag) for cell in cells for lag in lags}


def slopes(table: Shipped, lags: Sequence[int], **labels: Entry) -> dict[int, float]:
    """Return for each seed the least-squares slope over the lag of a quantity."""
    curves = [table.by_seed(lag=lag, **labels) for lag in lags]
    return {
        seed: float(np.polyfit(lags, [curve[seed] for curve in curves], 1)[0]) for seed in curves[0]
    }


__all__ = ["Interval", "Shipped", "at_lags", "interval", "paired", "shipped", "slopes"]
