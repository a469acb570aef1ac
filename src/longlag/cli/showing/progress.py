"""Progress on stderr while derivations are checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from longlag.cli.showing.numbers import number_text
from longlag.theory.statement import CheckedClaim, CheckedDerivation, Derivation, Settings

Advance = Callable[[str], None]

#: A run of so many seconds is told before.
_LONG = 10.0
_UNITS = ((3600.0, "h"), (60.0, "min"), (1.0, "s"))
#: Steps of a bar that shows shares.
_PARTS = 100


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Show a progress bar on stderr; the function it yields advances by one step.

    Args:
        total: the number of steps. Nothing is shown where stderr is not a terminal.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, emoji=False)
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)

        def advance(description: str) -> None:
            bar.update(task, advance=1, description=description)

        yield advance


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
    unit, name = next((u, n) for u, n in _UNITS if seconds >= u)
    typer.echo(
        f"this takes about {number_text(seconds / unit, 2)} {name} and "
        f"{number_text(size / 2**20, 2)} MiB",
        err=True,
    )


def check_all(derivations: Sequence[Derivation], settings: Settings) -> list[CheckedDerivation]:
    """Check derivations with a progress bar."""
    with progress(sum(len(derivation.claims) for derivation in derivations)) as advance:
        return [check_one(derivation, settings, advance) for derivation in derivations]


def check_one(derivation: Derivation, settings: Settings, advance: Advance) -> CheckedDerivation:
    """Check one derivation, advancing a progress bar with each claim."""
    checked: list[CheckedClaim] = []
    for result in derivation.check_each(settings):
        checked.append(result)
        advance(f"{derivation.name}: {result.claim.statement.name}")
    return CheckedDerivation(derivation, settings, tuple(checked))
