"""``longlag memory``: how many exponentials a memory kernel needs, and how long training waits."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.kernels import read_kernel
from longlag.cli.reading.places import PlotOption
from longlag.cli.showing.numbers import counted, number_text
from longlag.cli.showing.progress import progress
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.typed.parse import parse_number

if TYPE_CHECKING:
    from longlag.numerics.memory.study import MemoryStudy

EXAMPLES = (
    "longlag memory exponential --set a=1 --set b=0.5",
    "longlag memory 'exp(-t) + exp(-(t-9)**2)' --error 0.05",
)


def memory(
    kernel: Annotated[
        str,
        typer.Argument(
            help="A registered kernel, or an expression in t such as 'exp(-t) + exp(-(t-9)**2)'.",
            autocompletion=names_of("kernels"),
        ),
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    terms: Annotated[str, typer.Option(help="Numbers of exponentials.")] = "1,2,4,8,16",
    error: Annotated[float, typer.Option(help="The relative L1 error to reach.")] = 0.01,
    most: Annotated[int, typer.Option(help="Exponentials to try at most.")] = 48,
    oscillating: Annotated[
        bool,
        typer.Option(
            "--oscillating", help="Allow conjugate pairs, which real diagonal networks have not."
        ),
    ] = False,
    start: Annotated[
        str, typer.Option(help="Where training starts: amplitudes; rates.")
    ] = "0.5,0.5; 1.05,0.95",
    delta: Annotated[float, typer.Option(help="Radius of the ball that training leaves.")] = 0.3,
    until: Annotated[float, typer.Option(help="Follow the gradient flow so long.")] = 1e9,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Approximate a memory kernel by exponentials, and time the plateau of training."""
    check_figure(plot)
    found = read_kernel(kernel, read_settings(set_ or []))
    counts = _counts(terms)
    amplitudes, rates = _start(start)

    from longlag.numerics.memory.study import study_memory

    with progress(len(counts) + 2) as advance:
        study = study_memory(
            found,
            counts,
            error=error,
            most=most,
            oscillating=oscillating,
            amplitudes=amplitudes,
            rates=rates,
            delta=delta,
            until=until,
            advance=advance,
        )
    if plot is not None:
        write_figure(plot, study.plot())
    if as_json:
        typer.echo(json.dumps({**study.to_dict(), "version": __version__}, indent=2))
    else:
        _print(study)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


def _counts(text: str) -> list[int]:
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1:
        raise LonglagError(
            f"--terms {text!r}", "it lists numbers of exponentials", "write, for instance, 1,2,4,8"
        )
    return sorted(set(counts))


def _start(text: str) -> tuple[list[float], list[float]]:
    groups = [part.split(",") for part in text.split(";")]
    if len(groups) != 2 or len(groups[0]) != len(groups[1]):
        raise LonglagError(
            f"--start {text!r}",
            "it gives as many amplitudes as rates",
            "write --start '0.5,0.5; 1.05,0.95'",
        )
    numbers = [[float(parse_number(value.strip(), "--start")) for value in g] for g in groups]
    return numbers[0], numbers[1]


def _print(study: MemoryStudy) -> None:
    typer.echo(f"kernel      {study.kernel.rho}")
    typer.echo(f"transform   R(w) = {study.kernel.laplace}")
    squared = "infinite" if study.energy is None else number_text(study.energy)
    typer.echo(f"integral    of |rho| {number_text(study.mass)}, of rho^2 {squared}")
    typer.echo("best sums of at most so many exponentials; slowest rate, largest amplitude")
    typer.echo(f"{'terms':>8}{'L1 error':>12}{'slowest':>12}{'largest':>12}  method")
    for terms, found in zip(study.terms, study.sums, strict=True):
        values = (found.l1_error, found.smallest_rate, found.largest_amplitude)
        cells = "".join(f"{number_text(value, 4):>12}" for value in values)
        typer.echo(f"{terms:8}{cells}  {found.method}")
    error, delta = number_text(study.error), number_text(study.delta)
    if study.needed is None:
        typer.echo(f"relative L1 error {error}: not with {study.most} terms")
    else:
        typer.echo(
            f"relative L1 error {error}: {counted(study.needed.terms, 'term')}, slowest rate "
            f"{number_text(study.needed.smallest_rate, 3)}, largest amplitude "
            f"{number_text(study.needed.largest_amplitude, 3)} (upper bound on the fewest terms)"
        )
    if study.flow is None:
        typer.echo("training: J is infinite, since rho^2 is not integrable")
    elif math.isinf(study.exit_time):
        until = number_text(study.until)
        typer.echo(f"training: still within {delta} of its start at time {until}")
    else:
        typer.echo(
            f"training: the gradient flow leaves the ball of radius {delta} at time "
            f"{number_text(study.exit_time, 5)}"
        )
    if study.predicted is not None:
        ratio = study.exit_time / study.predicted
        measured = "" if math.isinf(ratio) else f", measured/law {number_text(ratio, 3)}"
        predicted = number_text(study.predicted, 5)
        typer.echo(f"plateau law omega^2 e^(w/omega)/(2 a Lambda): {predicted}{measured}")
