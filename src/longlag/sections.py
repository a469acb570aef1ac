"""The sections of a report, checked, tabulated and drawn by several processes at once.

A section needs nothing of another, so each is a piece of work of its own. The derivations are
built once, and the processes are forked from that state: a derivation holds functions, which
cannot be sent. Where processes cannot be forked safely, the sections are done one by one: on other
systems, and where more than one thread runs, as in a notebook, since the lock that a thread holds
stays locked in a fork for ever.
"""

from __future__ import annotations

import _thread
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from longlag.derivations.document.figures import (
    DOCUMENT_SUFFIXES,
    draw,
    require_readable,
    save_figure,
)
from longlag.files import put_in_place, staging_folder
from longlag.theory.errors import LonglagError
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Derivation,
    Figure,
    Settings,
    Table,
    Verdict,
)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Finished:
    """What is known of a section after its work.

    Args:
        verdicts: of its claims, in order.
        claim_seconds: what each check took.
        tables: the rows of each table, in order.
        figures: for each figure, in order, its files without their suffix.
        seconds: what the whole work took.
    """

    verdicts: tuple[Verdict, ...]
    claim_seconds: tuple[float, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...]
    figures: tuple[Path, ...]
    seconds: float

    def of(self, derivation: Derivation, settings: Settings) -> CheckedDerivation:
        """Return the derivation with its verdicts, its tables filled in."""
        rows = iter(self.tables)
        items = tuple(
            replace(item, rows=partial(_known, next(rows))) if isinstance(item, Table) else item
            for item in derivation.items
        )
        triples = zip(derivation.claims, self.verdicts, self.claim_seconds, strict=True)
        checked = tuple(CheckedClaim(*triple) for triple in triples)
        return CheckedDerivation(replace(derivation, items=items), settings, checked)


def _known(rows: tuple[tuple[str, ...], ...], settings: Settings) -> tuple[tuple[str, ...], ...]:
    """The rows of a table that was made before, whatever the settings."""
    return rows


def finish(derivation: Derivation, settings: Settings, folder: Path) -> Finished:
    """Check a derivation, make its tables, and draw its figures into a folder.

    Args:
        derivation: the section.
        settings: of the checks.
        folder: where the figures go, each in every format that a document may want.
    """
    start = time.perf_counter()
    checked = derivation.check(settings).checked
    tables = [item.rows(settings) for item in derivation.items if isinstance(item, Table)]
    stems = []
    for item in derivation.items:
        if isinstance(item, Figure):
            stem = folder / f"{derivation.name}--{item.name}"
            figure = draw(item.draw, settings, stem.name)
            require_readable(figure, stem.name)
            for suffix in DOCUMENT_SUFFIXES:
                path = stem.with_name(f"{stem.name}.{suffix}")
                with staging_folder(path) as stage:
                    save_figure(figure, stage / path.name)
                    put_in_place(stage / path.name, path)
            stems.append(stem)
    return Finished(
        tuple(each.verdict for each in checked),
        tuple(each.seconds for each in checked),
        tuple(tuple(tuple(row) for row in rows) for rows in tables),
        tuple(stems),
        time.perf_counter() - start,
    )


def check_apart(
    derivations: Sequence[Derivation], settings: Settings, *, jobs: int
) -> Iterator[tuple[int, CheckedDerivation]]:
    """Check derivations in several processes and yield each with its place as it is done.

    Args:
        derivations: what is checked; neither tables nor figures are made.
        settings: of the checks.
        jobs: the number of processes.

    Raises:
        LonglagError: a process died.
    """
    work = [partial(_verdicts, derivation, settings) for derivation in derivations]
    for place, found in run_all(work, jobs=jobs):
        claims = derivations[place].claims
        pairs = zip(claims, found, strict=True)
        checked = tuple(
            CheckedClaim(claim, verdict, seconds) for claim, (verdict, seconds) in pairs
        )
        yield place, CheckedDerivation(derivations[place], settings, checked)


def _verdicts(derivation: Derivation, settings: Settings) -> list[tuple[Verdict, float]]:
    return [(each.verdict, each.seconds) for each in derivation.check(settings).checked]


def run_all(work: Sequence[Callable[[], Result]], *, jobs: int) -> Iterator[tuple[int, Result]]:
    """Run functions in forked processes and yield each result with its place as it is done.

    Args:
        work: functions without arguments, whose results can be pickled.
        jobs: the number of processes; with one, or where forking is not safe, none are started.

    Raises:
        LonglagError: a process died.
    """
    if min(jobs, len(work)) < 2 or not _forks_safely():
        yield from ((place, function()) for place, function in enumerate(work))
        return
    pool = ProcessPoolExecutor(
        jobs, multiprocessing.get_context("fork"), initializer=_begin, initargs=(work,)
    )
    try:
        waiting: dict[Future[Any], int] = {
            pool.submit(_run, place): place for place in range(len(work))
        }
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        raise LonglagError(
            "a process that checks",
            "it was stopped from outside, by want of memory perhaps",
            "try --jobs 1",
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()


def _forks_safely() -> bool:
    """Whether no other thread may hold a lock, and loaded libraries survive a fork."""
    return sys.platform == "linux" and _thread._count() == 0


def available_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_WORK: list[Callable[[], Any]] = []


def _begin(work: Sequence[Callable[[], Any]]) -> None:
    # Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORK[:] = work


def _run(place: int) -> Any:
    return _WORK[place]()
