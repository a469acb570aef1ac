"""``longlag stability``: where random weights make a cell unstable, and how large products are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.objects import find_source
from longlag.cli.showing.numbers import json_text, number_text
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from longlag.numerics.stability.study import At, StabilityStudy


def stability(
    cell: Annotated[str, typer.Argument(help="A cell, or FILE.py:OBJECT.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    gain: Annotated[float, typer.Option(help="g of all maps: entries of variance g^2/H.")] = 1.0,
    neurons: Annotated[int, typer.Option(help="H of the networks that are drawn.")] = 128,
    draws: Annotated[int, typer.Option(help="How many are drawn.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of them.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Compute boundary, critical gain and chi of a cell with random weights, beside networks."""
    found = find_source(cell)
    if not isinstance(found, Cell):
        raise LonglagError(
            f"{cell}", "a decay law has no weights", "name a cell: longlag list tells them"
        )
    numbers = read_settings(set_ or [])

    from longlag.numerics.stability.study import study_stability

    study = study_stability(found, numbers, gain=gain, neurons=neurons, draws=draws, seed=seed)
    if as_json:
        typer.echo(json_text({**study.to_dict(), "version": __version__}))
    else:
        typer.echo(_text(study))


def _text(study: StabilityStudy) -> str:
    counted = f"{len(study.maps)} map{'s' if len(study.maps) > 1 else ''}"
    lines = [
        f"{study.cell}: {counted} with random weights ({', '.join(study.maps)})"
        if study.maps
        else f"{study.cell}: no recurrent weights, what it keeps decides alone"
    ]
    if study.critical_gain is not None and study.maps:
        lines.append(
            "critical gain  none, no gain brings 1 onto the boundary at rest"
            if study.critical_gain.is_infinite
            else f"critical gain  {study.critical_gain}, where 1 lies on the boundary at rest"
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


def _line(at: At) -> str:
    text = f"boundary {number_text(at.radius, 4)}, chi {number_text(at.isotropy, 4)}"
    if at.largest is None:
        return text
    return (
        f"{text}, largest |eigenvalue| {number_text(at.largest, 4)} "
        f"± {number_text(at.half_width, 2)} (95 %)"
    )
