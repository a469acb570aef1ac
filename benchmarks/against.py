"""Two runs side by side, in ratios to the yardstick of each: what is slower now, what faster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.saved import Saved
from benchmarks.timing import Row
from longlag.theory.errors import LonglagError

#: Worse by more than a fifth.
WORSE = 1.2


@dataclass(frozen=True)
class Change:
    """A line of two runs.

    Args:
        key: what the line is called.
        before: its cost then, in yardsticks or as a ratio to what it is measured against.
        now: its cost now.
    """

    key: str
    before: float
    now: float

    @property
    def factor(self) -> float:
        """How many times the cost is what it was."""
        return self.now / self.before

    @property
    def is_worse(self) -> bool:
        """Whether it costs more than a fifth more."""
        return self.factor > WORSE

    @property
    def is_better(self) -> bool:
        """Whether it cost more than a fifth more before."""
        return self.factor < 1 / WORSE


def changes(now: Saved, before: Saved) -> list[Change]:
    """Return the lines that both runs have, the ones that became worst first.

    Args:
        now: a run.
        before: another, saved.

    Raises:
        LonglagError: two runs without a common line.
    """
    costs_now, costs_before = dict(_costs(now)), dict(_costs(before))
    found = [
        Change(key, costs_before[key], cost)
        for key, cost in costs_now.items()
        if key in costs_before
    ]
    if not found:
        raise LonglagError(
            f"runs of {len(now.rows)} and {len(before.rows)} lines",
            "runs are compared line by line, and these have no line of a cost in common",
            "run the same benchmarks as the saved run",
        )
    return sorted(found, key=lambda change: -change.factor)


def report(now: Saved, before: Saved) -> Iterator[str]:
    """Yield what a comparison says, line by line: what got worse, what better, what is uncertain.

    Args:
        now: a run.
        before: another, saved.
    """
    found = changes(now, before)
    for name in sorted(now.setting.keys() | before.setting.keys()):
        then, here = before.setting.get(name, "?"), now.setting.get(name, "?")
        if then != here:
            yield f"other {name}: {then} before, {here} now"
    for kind, measured in now.yardstick.items():
        spread = max(measured.spread, before.yardstick[kind].spread)
        if spread > WORSE:
            yield (
                f"the yardstick for {kind} itself varied by {spread - 1:.0%} in one run: "
                "changes of that size mean nothing"
            )
    for change in found:
        if change.is_worse or change.is_better:
            word = "WORSE" if change.is_worse else "better"
            yield (
                f"{word}: {change.factor:.2f}× the cost of before "
                f"({change.before:.3g} → {change.now:.3g}): {change.key}"
            )
    keys = {change.key for change in found}
    missing = [row.key for row in before.rows if row.cost is not None and row.key not in keys]
    if missing:
        yield f"not in this run: {'; '.join(missing)}"
    worse = sum(change.is_worse for change in found)
    yield f"{worse} of {len(found)} lines cost over {WORSE - 1:.0%} more than before"


def _costs(run: Saved) -> Iterator[tuple[str, float]]:
    for row in run.rows:
        if row.cost is not None and row.cost > 0:
            yield row.key, _in_yardsticks(row, run)


def _in_yardsticks(row: Row, run: Saved) -> float:
    assert row.cost is not None
    return row.cost if row.yardstick is None else row.cost / run.yardstick[row.yardstick].seconds


__all__ = ["WORSE", "Change", "changes", "report"]
