"""``longlag experiment``: list, show, run, resume, status, compare, export."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longlag.cli.reading.changes import read_changes
from longlag.cli.reading.places import place_to_write
from longlag.cli.showing.numbers import counted, number_text
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from longlag.numerics.experiments.perform import Outcome
    from longlag.numerics.experiments.run import Run

EXAMPLES = (
    "longlag experiment list",
    "longlag experiment show gate_profiles --size small",
    "longlag experiment run gate_profiles --size smoke -o runs/profiles",
    "longlag experiment resume runs/profiles",
    "longlag experiment status runs/profiles",
    "longlag experiment compare runs/profiles runs/again",
    "longlag experiment export runs/profiles profiles.csv",
)

app = typer.Typer(
    help="Experiments on trained networks: declared, resumable, on several processes.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="The folder of an experiment.")]
Processes = Annotated[
    int | None, typer.Option("--processes", help="Of this machine; one for each processor.")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="A Dask scheduler to use instead: tcp://host:8786."),
]
Size = Annotated[str, typer.Option("--size", help="smoke, small or full.")]


@app.command("list")
def list_experiments() -> None:
    """Print the experiments, with the number of runs of each size."""
    from rich.console import Console
    from rich.table import Table

    from longlag.numerics.experiments import EXPERIMENTS, Choice

    table = Table()
    for column in ("experiment", "asks", "smoke", "small", "full"):
        table.add_column(column, justify="left" if column in ("experiment", "asks") else "right")
    for name, experiment in EXPERIMENTS.items():
        sizes = (Choice(size=size) for size in ("smoke", "small", "full"))
        counts = (str(len(experiment.units(choice))) for choice in sizes)
        table.add_row(name, experiment.title, *counts)
    Console(highlight=False, emoji=False).print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="An experiment.")],
    size: Size = "smoke",
    published: Annotated[bool, typer.Option("--published", help="With its defects.")] = False,
) -> None:
    """Print what an experiment asks, where it comes from, and its runs."""
    from longlag.numerics.experiments import EXPERIMENTS, Choice
    from longlag.numerics.experiments.declared import plain

    experiment = EXPERIMENTS[name]
    units = experiment.units(Choice(size=size, published=published))  # type: ignore[arg-type]
    typer.echo(f"{name}: {experiment.title}")
    typer.echo(f"source: {experiment.source}")
    for defect in experiment.defects:
        typer.echo(f"defect, with --published: {defect}")
    typer.echo(f"{counted(len(units), 'run')} of size {size}; the first:")
    typer.echo(json.dumps(plain(units[0]), indent=1, ensure_ascii=False))
    if experiment.then is not None:
        typer.echo("further runs follow from the results of these")


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="An experiment.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="A new folder for it.", callback=place_to_write)
    ],
    size: Size = "smoke",
    seeds: Annotated[int | None, typer.Option("--seeds", help="How many; the design's.")] = None,
    published: Annotated[
        bool, typer.Option("--published", help="As published, with its defects.")
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A key of every run: --set updates=50; see show."),
    ] = None,
    processes: Processes = None,
    scheduler: Scheduler = None,
) -> None:
    """Run an experiment in a new folder. Ctrl-C saves and stops; twice, stops at once."""
    from longlag.numerics.experiments import EXPERIMENTS, Choice, begin_run

    made = read_changes(changes or [], "see: longlag experiment show NAME")
    choice = Choice(size=size, seeds=seeds, published=published, changes=made)  # type: ignore[arg-type]
    processes = _processes(processes, scheduler)
    _go_on(begin_run(output, EXPERIMENTS[name], choice), processes, scheduler)


@app.command()
def resume(folder: Folder, processes: Processes = None, scheduler: Scheduler = None) -> None:
    """Go on with an experiment from its last checkpoints; failed runs are tried again."""
    from longlag.numerics.experiments import open_run

    processes = _processes(processes, scheduler)
    _go_on(open_run(folder), processes, scheduler)


@app.command()
def status(
    folder: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Print how far every run is."""
    from rich.console import Console
    from rich.table import Table

    from longlag.numerics.experiments import open_run

    found = open_run(folder)
    if as_json:
        lines = [
            {**one.unit.labels, "state": one.state, "done": one.done, "of": one.unit.length,
             "reason": one.reason, "folder": one.unit.identity}
            for one in found.status()
        ]  # fmt: skip
        typer.echo(json.dumps(lines, indent=1))
        return
    table = Table(title=f"{found.experiment.name}, size {found.choice.size}")
    for column in ("run", "folder", "state", "done", ""):
        table.add_column(column, overflow="fold")
    for one in found.status():
        labels = ", ".join(str(value) for value in one.unit.labels.values())
        share = f"{one.done}/{one.unit.length}"
        table.add_row(labels, one.unit.identity, one.state, share, one.reason)
    Console(highlight=False, emoji=False).print(table)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="A folder of an experiment, or a table.")],
    second: Annotated[Path, typer.Argument(help="Another.")],
) -> None:
    """Compare the numbers of two runs of one experiment, by quantity."""
    from rich.console import Console
    from rich.table import Table

    from longlag.numerics.experiments.compare import compare as compared

    table = Table()
    columns = ("quantity", "pairs", "same bits", "median difference", "largest", "only in one")
    for column in columns:
        table.add_column(column, justify="left" if column == "quantity" else "right")
    for one in compared(_rows(first), _rows(second)):
        table.add_row(
            one.quantity,
            str(one.pairs),
            str(one.identical),
            number_text(one.median, 3),
            number_text(one.largest, 3),
            str(one.alone),
        )
    Console(highlight=False, emoji=False).print(table)
    typer.echo("differences are relative: |a - b|/max(|a|, |b|), over those that are not the same")


@app.command()
def export(
    folder: Folder,
    table: Annotated[
        Path, typer.Argument(help="A new table: .csv or .csv.xz.", callback=place_to_write)
    ],
    thin: Annotated[
        int, typer.Option("--thin", help="Keep the loss of every so many updates alone.")
    ] = 1,
) -> None:
    """Write the results as CSV, with what they depend on in the first line."""
    from longlag.numerics.experiments import open_run
    from longlag.numerics.experiments.perform import surroundings
    from longlag.numerics.experiments.table import write_csv

    if thin < 1:
        raise LonglagError(f"--thin {thin}", "it counts updates", "give 1 or more")
    if ".csv" not in table.suffixes:
        raise LonglagError(f"table {table.name!r}", "it is CSV", "name it ….csv or ….csv.xz")
    run = open_run(folder)
    kept = [
        row for row in run.rows() if row["quantity"] != "loss" or int(row["update"]) % thin == 0
    ]
    # Whose machine and folder it was is nobody's business.
    private = ("units", "command", "host")
    about = {**run.about, **surroundings(), "runs": len(run.units)}
    command = f"longlag experiment run {run.experiment.name} --size {run.choice.size}"
    command += " --published" * run.choice.published
    command += "" if run.choice.seeds is None else f" --seeds {run.choice.seeds}"
    command += "".join(f" --set {key}={json.dumps(v)}" for key, v in run.choice.changes.items())
    command += " -o FOLDER"
    told = {name: value for name, value in about.items() if name not in private}
    write_csv(table, kept, {"command": command, **told})
    typer.echo(f"wrote {table}: {counted(len(kept), 'number')}")


def _rows(path: Path) -> list[Any]:
    from longlag.numerics.experiments import open_run
    from longlag.numerics.experiments.table import read_table

    return open_run(path).rows() if path.is_dir() else read_table(path)[0]


def _processes(given: int | None, scheduler: str | None) -> int:
    from longlag.sections import available_processors

    if given is not None and scheduler is not None:
        raise LonglagError(
            f"--processes {given} beside --scheduler",
            "a cluster has its own workers",
            "leave one of them out",
        )
    if given is not None and given < 1:
        raise LonglagError(f"--processes {given}", "it counts processes", "give 1 or more")
    return given or available_processors()


def _go_on(run: Run, processes: int, scheduler: str | None) -> None:
    from longlag.numerics.experiments import go_on
    from longlag.numerics.experiments.run import RESULTS

    with _bar(run) as tell, _interruptible(run.folder):
        run = go_on(run, processes=processes, scheduler=scheduler, tell=tell)
    states = run.status()
    counts = Counter(one.state for one in states)
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    typer.echo(f"{run.experiment.name}: {told}")
    for one in states:
        if one.state in ("failed", "diverged"):
            labels = ", ".join(str(value) for value in one.unit.labels.values())
            typer.echo(f"{one.state}  {labels}: {one.reason}")
    if counts["stopped"] or counts["waiting"]:
        typer.echo(f"go on with: longlag experiment resume {run.folder}")
        raise typer.Exit(130)
    typer.echo(f"wrote {run.folder / RESULTS}")
    if counts["failed"]:
        raise typer.Exit(1)


@contextmanager
def _interruptible(folder: Path) -> Iterator[None]:
    """The first Ctrl-C asks the runs to save and stop, the second stops at once."""
    from longlag.numerics.experiments.run import ask_to_stop

    before = signal.getsignal(signal.SIGINT)

    def first(*_: object) -> None:
        ask_to_stop(folder)
        typer.echo("stopping at the next update; Ctrl-C again stops at once", err=True)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(run: Run) -> Iterator[Any]:
    """Progress in steps of work, with the time left; a line for each run that ends elsewhere."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, emoji=False, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    looked = 0.0
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(run.experiment.name, total=sum(u.length for u in run.units))

        def tell(run: Run, outcome: Outcome | None) -> None:
            nonlocal looked
            if outcome is not None and not sys.stderr.isatty():
                typer.echo(f"{outcome.ending} {outcome.identity} {outcome.reason}", err=True)
            # Asking reads a file of every run.
            if outcome is None and time.monotonic() - looked < 2:
                return
            looked = time.monotonic()
            states = run.status()
            ended = sum(one.state in ("done", "diverged", "failed") for one in states)
            bar.update(
                task,
                total=sum(one.unit.length for one in states),
                completed=sum(
                    one.unit.length if one.state == "diverged" else one.done for one in states
                ),
                description=f"{run.experiment.name}: {ended} of {len(states)} runs",
            )

        yield tell


__all__ = ["app"]
