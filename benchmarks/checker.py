"""The checker on relations whose truth is known: how many of each kind it gets right, and when.

``python -m benchmarks checker`` prints the confusion table. The relations stand beside the tests;
they were written down before the checker was, by people who did not see it.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Row, absolute
from longlag.theory.statement import Level
from longlag.theory.verify import verify
from tests.theory.verify.relations import KINDS

_PROCESSES = 2
_SHOWN = (Level.PROVED, Level.CERTIFIED)


@dataclass(frozen=True)
class Judged:
    """What the checker said of a relation.

    Args:
        kind: of relation.
        true: whether it holds.
        verdict: a level, or "exception".
        seconds: of wall time.
    """

    kind: str
    true: bool
    verdict: str
    seconds: float


def judge(place: tuple[str, int]) -> Judged:
    """Judge the relation at a place of the set."""
    kind, index = place
    case = KINDS[kind][index]
    start = time.perf_counter()
    try:
        verdict = str(verify(case.relation).level)
    except Exception:
        verdict = "exception"
    return Judged(kind, case.true, verdict, time.perf_counter() - start)


def run() -> list[Row]:
    """Judge every relation, print the confusion table, return the goals."""
    places = [(kind, index) for kind, cases in KINDS.items() for index in range(len(cases))]
    with ProcessPoolExecutor(_PROCESSES) as pool:
        judged = list(pool.map(judge, places))
    _print(judged)
    true = [each for each in judged if each.true]
    false = [each for each in judged if not each.true]
    refuted = sum(each.verdict == Level.REFUTED for each in false)
    lost = sum(each.verdict == Level.REFUTED for each in true)
    shown = sum(each.verdict in _SHOWN for each in true)
    broken = sum(each.verdict == "exception" for each in judged)
    seconds = [each.seconds for each in judged]
    return [
        _share("falsehoods refuted", refuted, len(false), 1.0),
        Row("truths refuted", f"{len(true)} relations", str(lost), "0", lost == 0),
        _share("truths proved or certified", shown, len(true), 0.8),
        Row("exceptions", f"{len(judged)} relations", str(broken), "0", broken == 0),
        _limit("median time of a relation", statistics.median(seconds), 2.0),
        _limit("longest time of a relation", max(seconds), 60.0),
    ]


def _share(what: str, count: int, total: int, goal: float) -> Row:
    figure = f"{count} ({count / total:.0%})"
    return Row(what, f"{total} relations", figure, f"≥ {goal:.0%}", count >= goal * total)


def _limit(what: str, seconds: float, limit: float) -> Row:
    return absolute(what, seconds, limit, yardstick="symbols")


def _print(judged: list[Judged]) -> None:
    levels = [*(str(level) for level in Level), "exception"]
    table = Table("kind", "truth", *levels, "median s")
    for kind in KINDS:
        for truth in (True, False):
            found = [each for each in judged if each.kind == kind and each.true == truth]
            counts = Counter(each.verdict for each in found)
            median = statistics.median(each.seconds for each in found) if found else 0.0
            cells = [str(counts[level] or "") for level in levels]
            table.add_row(kind, "true" if truth else "false", *cells, f"{median:.2f}")
    Console(width=140).print(table)
