"""Two tables of results beside each other, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from longlag.numerics.experiments.table import Entry, Row, same
from longlag.theory.errors import LonglagError

_VALUE = "value"


class Compared(NamedTuple):
    """One quantity of two tables.

    Args:
        quantity: its name.
        pairs: numbers that both tables have.
        identical: of these, the same to the last bit.
        median: of |a − b|/max(|a|, |b|) over the others, 0 where there are none.
        largest: of the same.
        alone: numbers that only one of them has.
    """

    quantity: str
    pairs: int
    identical: int
    median: float
    largest: float
    alone: int


def compare(first: Sequence[Row], second: Sequence[Row]) -> list[Compared]:
    """Compare two tables, whose numbers belong together where all labels are equal.

    Raises:
        LonglagError: tables that have no number in common.

    >>> one = [{"quantity": "loss", "update": 0, "value": 1.0}]
    >>> compare(one, [{"quantity": "loss", "update": 0, "value": 0.5}])
    [Compared(quantity='loss', pairs=1, identical=0, median=0.5, largest=0.5, alone=0)]
    """
    left, right = _by_labels(first), _by_labels(second)
    if not left.keys() & right.keys():
        raise LonglagError(
            "two tables of results",
            "no number of one has the labels of one of the other",
            "compare runs of the same experiment and size",
        )
    names = {dict(key).get("quantity"): None for key in (*left, *right)}
    return [_of_quantity(name, left, right) for name in names]


def _by_labels(rows: Iterable[Row]) -> dict[tuple[tuple[str, Entry], ...], Entry]:
    return {
        tuple(sorted((k, v) for k, v in row.items() if k != _VALUE and v is not None)): row[_VALUE]
        for row in rows
    }


def _of_quantity(name: Entry, left: dict, right: dict) -> Compared:  # type: ignore[type-arg]
    keys = [key for key in left.keys() | right.keys() if dict(key).get("quantity") == name]
    both = [key for key in keys if key in left and key in right]
    different = [key for key in both if not same(left[key], right[key])]
    sizes = [_relative(left[key], right[key]) for key in different]
    return Compared(
        str(name),
        len(both),
        len(both) - len(different),
        median(sizes) if sizes else 0.0,
        max(sizes, default=0.0),
        len(keys) - len(both),
    )


def _relative(first: Entry, second: Entry) -> float:
    """Infinite where one is no number and the other is another thing."""
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return math.inf
    difference = abs(first - second) / max(abs(first), abs(second))
    return math.inf if math.isnan(difference) else difference


__all__ = ["Compared", "compare"]
