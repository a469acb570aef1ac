"""``longlag stability``: where random weights make a cell unstable, and how large products are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.objects import find_source
from longlag.cli.showing.numbers import json_text, number_text
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.stability.kinds import Law

if TYPE_CHECKING:
    from longlag.numerics.anisotropy.trajectories import Trajectories
    from longlag.numerics.stability.study import At, StabilityStudy

#: Lines of exponents that are printed; widths of intervals that are rounding.
_MOST, _ROUNDING = 8, 1e-9

EXAMPLES = (
    "longlag stability gru --gain 3",
    "longlag stability leaky --set alpha=0.1 --gain 2 --json",
)


def stability(
    context: typer.Context,
    cell: Annotated[
        str, typer.Argument(help="A cell, or FILE.py:OBJECT.", autocompletion=names_of("cells"))
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    gain: Annotated[float, typer.Option(help="g of all maps: entries of variance g^2/H.")] = 1.0,
    neurons: Annotated[int, typer.Option(help="H of the networks that are drawn.")] = 128,
    draws: Annotated[int, typer.Option(help="How many are drawn.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of them.")] = 0,
    exponents: Annotated[
        int, typer.Option(help="How many Lyapunov exponents of networks that run; 0 for none.")
    ] = 0,
    steps: Annotated[int, typer.Option(help="T of those runs, a third to settle.")] = 300,
    drive: Annotated[float, typer.Option(help="Spread of the input of those runs.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Compute boundary, critical gain and chi of a cell with random weights, beside networks.

    With --exponents K the largest Lyapunov exponents of networks that run, and the dimension of
    the attractor, with intervals over time and over networks.
    """
    if not exponents:
        refuse_typed(
            context, ["steps", "drive"], "only networks of --exponents run", "give --exponents 1"
        )
    found = find_source(cell)
    if not isinstance(found, Cell):
        raise LonglagError(
            f"{cell}", "a decay law has no weights", "name a cell: longlag list tells them"
        )
    numbers = read_settings(set_ or [])

    from longlag.numerics.stability.study import study_stability

    study = study_stability(found, numbers, gain=gain, neurons=neurons, draws=draws, seed=seed)
    runs = None
    if exponents:
        from longlag.numerics.anisotropy.trajectories import study_trajectories

        chosen = {name: float(value) for name, value in numbers.items()}
        runs = study_trajectories(
            found,
            chosen,
            gain=gain,
            neurons=neurons,
            draws=draws,
            seed=seed,
            count=exponents,
            steps=steps,
            drive=drive,
        )
    if as_json:
        told = {"trajectories": runs.to_dict()} if runs else {}
        typer.echo(json_text({**study.to_dict(), **told, "version": __version__}))
    else:
        typer.echo("\n".join([_text(study), *(_of_runs(runs) if runs else [])]))


def _text(study: StabilityStudy) -> str:
    counted = f"{len(study.maps)} map{'s' if len(study.maps) > 1 else ''}"
    lines = [
        f"{study.cell}: {counted} with random weights ({', '.join(study.maps)})"
        if study.maps
        else f"{study.cell}: no recurrent weights, what it keeps decides alone"
    ]
    lines.append(f"law            {study.law}")
    if study.critical_gain is not None and study.maps:
        lines.append(
            "critical gain  none, no gain brings 1 onto the boundary at rest"
            if study.critical_gain.is_infinite
            else f"critical gain  {study.critical_gain}, where {_reached(study)} at rest"
        )
    if study.why:
        lines.append(f"at rest        {study.why}")
    if study.rest is not None:
        lines.append(f"at rest        {_line(study.rest)}")
    lines.append(f"at a state     {_line(study.sampled)}")
    lines.append(
        f"all depends on the gain {study.gain:g}, on parameters and state: at rest without biases; "
        f"the state is drawn in (-1, 1) with drives of spread 1, {study.neurons} neurons, "
        f"{study.draws} draws, seed {study.seed}"
    )
    return "\n".join(lines)


def _reached(study: StabilityStudy) -> str:
    """What the critical gain brings about: an antisymmetric matrix has no eigenvalue 1."""
    turns = study.law == Law.ANTISYMMETRIC.value
    return "the spectrum reaches the unit circle" if turns else "1 lies on the boundary"


def _line(at: At) -> str:
    parts = []
    if at.radius is not None:
        parts.append(f"boundary {number_text(at.radius, 4)}")
    if at.isotropy is not None:
        parts.append(f"chi {number_text(at.isotropy, 4)}")
    if at.largest is not None:
        parts.append(_spread("largest |eigenvalue|", at.largest, at.half_width))
    if at.squares is not None:
        parts.append(_spread("mean square", at.squares, at.squares_half_width))
    return ", ".join(parts)


def _spread(what: str, mean: float, half_width: float | None) -> str:
    if half_width is not None and half_width < _ROUNDING:
        return f"{what} the same, exactly"
    return f"{what} {number_text(mean, 4)} ± {number_text(half_width, 2)} (95 %)"


def _of_runs(runs: Trajectories) -> list[str]:
    means, widths = runs.over_networks(runs.exponents)
    lines = [
        f"exponent {place:<5} {number_text(mean, 4)} ± {number_text(width, 2)} over networks, of "
        f"the first {number_text(own, 4)} ± {number_text(time, 2)} over time"
        for place, (mean, width, own, time) in enumerate(
            zip(means, widths, runs.exponents[0], runs.over_time, strict=True), 1
        )
    ]
    if len(lines) > _MOST:
        lines[_MOST - 1 : -1] = [f"…              {len(lines) - _MOST} more: --json tells them"]
    if runs.dimensions is None or runs.dimension is None:
        lines.append("dimension      more exponents are needed: their sum is not negative yet")
    else:
        mean, width = runs.over_networks(runs.dimensions)
        lines.append(
            f"dimension      {number_text(mean, 4)} ± {number_text(width, 2)} over networks, of "
            f"the first {number_text(runs.dimension.value, 4)} ± "
            f"{number_text(runs.dimension.half_width, 2)} over time (Kaplan-Yorke)"
        )
    lines.append(
        f"runs           {runs.steps} steps after settling, input of spread {runs.drive:g}, "
        f"{runs.blocks} blocks of time that are not correlated; 95 % intervals"
    )
    return lines
