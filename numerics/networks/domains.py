"""The intervals that states were said to live in, kept along a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Interval, S
from torch import Tensor

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError


def require_inside(cell: Cell, states: Mapping[str, Tensor]) -> None:
    """Refuse a run in which a state leaves the interval that it was said to live in.

    Args:
        cell: whose states have intervals.
        states: of shape (T, ...): those before step 0, 1, ….

    Raises:
        LonglagError: the first state that is outside, with its step and value.

    >>> import torch
    >>> from sympy import Interval, oo
    >>> from longlag.theory import state
    >>> n = state("n", Interval.open(0, oo))
    >>> down = Cell("down", {n: n - 1})
    >>> require_inside(down, {"n": torch.tensor([[2.0], [1.0]])})
    """
    for name, interval in stated_intervals(cell):
        outside = _outside(states[name].detach(), interval)
        if bool(outside.any()):
            place = outside.nonzero()[0].tolist()
            value = float(states[name][tuple(place)])
            raise LonglagError(
                f"state {name} = {value:.6g} at step {place[0]} of a run of cell {cell.name!r}",
                f"it lives in {interval}",
                "start it inside, give drives that keep it there, or state another interval",
            )


def stated_intervals(cell: Cell) -> Iterator[tuple[str, Interval]]:
    """Yield each state that was said to live in an interval, with it."""
    for symbol in cell.update:
        if symbol.interval != S.Reals:
            yield symbol.name, symbol.interval


def _outside(values: Tensor, interval: Interval) -> Tensor:
    """Where values are not in an interval; NaN is in none."""
    start, end = float(interval.start), float(interval.end)
    inside = (values > start) if interval.left_open else (values >= start)
    return ~(inside & ((values < end) if interval.right_open else (values <= end)))


__all__ = ["require_inside", "stated_intervals"]
