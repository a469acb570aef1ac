"""Progress on stderr while derivations are checked."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from longlag.cli.showing.numbers import number_text
from longlag.theory.statement import CheckedClaim, CheckedDerivation, Derivation, Settings

Advance = Callable[[str], None]

#: A run of so many seconds is told before, and how far it is as often.
_LONG = 10.0
_UNITS = ((3600.0, "h"), (60.0, "min"), (1.0, "s"))
#: Steps of a bar that shows shares.
_PARTS = 100


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Tell on stderr how far work is; the function it yields advances by one step.

    A terminal shows a bar with the time left. Elsewhere a long run writes a line now and then.

    Args:
        total: the number of steps.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, emoji=False)
    # A notebook asks for colours by the environment, which makes no terminal of a pipe.
    if not sys.stderr.isatty():
        yield _lines(total)
        return
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def advance(description: str) -> None:
            bar.update(task, advance=1, description=description)

        yield advance


def _lines(total: int) -> Advance:
    """What advances by one step, and writes a line each time that a while has passed."""
    began = told = time.monotonic()
    done = 0

    def advance(description: str) -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told < _LONG or done == total:
            return
        told = now
        left = duration((now - began) * (total - done) / done)
        typer.echo(f"{done} of {total}, about {left} left; {description}", err=True)

    return advance


def duration(seconds: float) -> str:
    """Return a time in its own unit.

    >>> duration(12.3), duration(190), duration(9000)
    ('12 s', '3.2 min', '2.5 h')
    """
    unit, name = next(((u, n) for u, n in _UNITS if seconds >= u), _UNITS[-1])
    return f"{seconds / unit:.2g} {name}"


@contextmanager
def shares(describe: Callable[[float], str]) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on stderr; the function it yields takes the share that is done.

    Args:
        describe: what is worked on at a share from 0 to 1.
    """
    done = 0
    with progress(_PARTS) as advance:

        def show(share: float) -> None:
            nonlocal done
            while done < int(share * _PARTS):
                done += 1
                advance(describe(share))

        yield show


def show_cost(seconds: float, size: int) -> None:
    """Tell on stderr what a long run will take.

    Args:
        seconds: of time; infinity where nobody knows.
        size: bytes of memory.
    """
    if not _LONG < seconds < math.inf:
        return
    typer.echo(
        f"this takes about {duration(seconds)} and {number_text(size / 2**20, 2)} MiB", err=True
    )


def check_all(
    derivations: Sequence[Derivation], settings: Settings, *, jobs: int | None = None
) -> list[CheckedDerivation]:
    """Check derivations with a progress bar.

    Args:
        derivations: what is checked.
        settings: of the checks.
        jobs: processes among which several derivations are shared; by default one for each
            processor.
    """
    with progress(sum(len(derivation.claims) for derivation in derivations)) as advance:
        if len(derivations) < 2:
            return [check_one(derivation, settings, advance) for derivation in derivations]
        from longlag.sections import available_processors, check_apart

        found: dict[int, CheckedDerivation] = {}
        for place, checked in check_apart(
            derivations, settings, jobs=jobs or available_processors()
        ):
            found[place] = checked
            for _ in checked.checked:
                advance(checked.derivation.name)
        return [found[place] for place in range(len(derivations))]


def check_one(derivation: Derivation, settings: Settings, advance: Advance) -> CheckedDerivation:
    """Check one derivation, advancing a progress bar with each claim."""
    checked: list[CheckedClaim] = []
    for result in derivation.check_each(settings):
        checked.append(result)
        advance(f"{derivation.name}: {result.claim.statement.name}")
    return CheckedDerivation(derivation, settings, tuple(checked))
