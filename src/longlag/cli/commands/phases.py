"""``longlag phases``: every class of windows that a family of laws has, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.places import OutputOption, PlotOption
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.documents import chosen_format, deliver
from longlag.cli.showing.numbers import json_text
from longlag.cli.showing.progress import check_all
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from longlag.theory.phases.diagram import Phase, PhaseDiagram
    from longlag.theory.statement import CheckedDerivation

#: Formats that are no documents; the second is the suffix of a file.
_PLAIN = ("text", "txt", "json")

EXAMPLES = (
    "longlag phases 'ell**-b*exp(-c*ell)' --domain 'c=[0,inf)'",
    "longlag phases --init 'u**(1/p)'",
    "longlag phases 'ell**-b*exp(-c*ell)' --map b=0.1:2 --map c=0.1:3 --plot map.png",
)


def phases(
    family: Annotated[
        str,
        typer.Argument(
            help="A family, law, spectrum or initialisation, or f in ell.",
            autocompletion=names_of("families", "laws", "spectra", "initialisations"),
        ),
    ] = "",
    init: Annotated[
        str | None,
        typer.Option(help="What units keep per step, over u uniform on (0, 1): 'u**(1/p)'."),
    ] = None,
    cell: Annotated[
        str | None, typer.Option(help="A cell whose units draw what their gates hear.")
    ] = None,
    draw: Annotated[
        list[str] | None,
        typer.Option(help="Of the cell: 'f=s*log(u/(1-u))', a drive or parameter over u."),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(help="Where a parameter lives: 'b=[0,inf)'; (0,inf) without it."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Certify a rectangle: --map b=0.1:2 --map c=0.1:3."),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A number for another parameter of the map.")
    ] = None,
    plot: PlotOption = None,
    document_format: Annotated[
        str, typer.Option("--format", help="text, json, tex, md, html or pdf.")
    ] = "text",
    output: OutputOption = None,
    examples: Annotated[int, typer.Option(help="Random parameters per check.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of the random parameters.")] = 0,
) -> None:
    """List every class of windows that a family has, where, and what lies between; check each."""
    from longlag.cli.reading.families import read_family, read_rectangle
    from longlag.derivations.phases.chapter import derive_family
    from longlag.derivations.phases.checks import diagram_of, map_of
    from longlag.derivations.phases.figures import draw_map

    chosen = chosen_format(document_format, output, _PLAIN)
    settings = make_settings(examples, seed)
    found = read_family(family, init, cell, draw or [], domain or [])
    rectangle = read_rectangle(found, map_ or [], read_settings(set_ or []))
    if rectangle is None and (plot is not None or set_):
        raise LonglagError(
            "--plot" if plot is not None else "--set",
            "it belongs to a map",
            "name two parameters: --map b=0.1:2 --map c=0.1:3",
        )
    if plot is not None:
        check_figure(plot)
    diagram = diagram_of(found)
    checked = check_all([derive_family(found, rectangle)], settings)
    if plot is not None and rectangle is not None:
        write_figure(plot, draw_map(diagram, map_of(found, rectangle)))
        typer.echo(f"wrote {plot}", err=True)
    if chosen not in _PLAIN:
        deliver(checked, chosen, output, title=checked[0].derivation.title, name=found.name)
        return
    text = (
        json_text({**_as_data(diagram, checked[0]), "version": __version__})
        if chosen == "json"
        else _text(diagram, checked[0])
    )
    if output is None:
        typer.echo(text)
        return
    from longlag.files import write_text

    write_text(output, text + "\n")
    typer.echo(f"wrote {output}", err=True)


def _verdicts(checked: CheckedDerivation) -> dict[str, str]:
    return {
        each.claim.statement.name: f"{each.verdict.level.value}: {each.verdict.method}"
        for each in checked.checked
    }


def _text(diagram: PhaseDiagram, checked: CheckedDerivation) -> str:
    from sympy import Piecewise

    from longlag.theory.readback import text_of
    from longlag.theory.scalar.parameters import domain_text
    from longlag.theory.spectra.average import Average

    verdicts = _verdicts(checked)
    domains = ", ".join(f"{s} in {domain_text(d)}" for s, d in diagram.family.domains.items())
    envelope = diagram.family.envelope
    # Integrals over units and cases have no form that one could type.
    told = str(envelope) if envelope.has(Average, Piecewise) else text_of(envelope)
    lines = [f"f(ell) = {told}"]
    lines += [f"    {domains}"] if domains else []
    for place, phase in enumerate(diagram.phases):
        lines.append(f"{_where(phase)}: {phase.kind}")
        if phase.growth is None:
            lines.append(f"    {phase.why}")
            continue
        growth = phase.growth
        lines.append(f"    {growth.quantity} ~ {text_of(growth.leading)}")
        lines.append(f"    {verdicts[f'phase_{place + 1}']}")
    for boundary in diagram.boundaries:
        if boundary.separates:
            sides = (boundary.below, boundary.on, boundary.above)
            told = " | ".join(", ".join(side) or "outside" for side in sides)
            lines.append(f"boundary {text_of(boundary.expression)} = 0, below | on | above: {told}")
    lines.append(f"cover: {verdicts['cover']}")
    if "map" in verdicts:
        lines.append(f"map: {verdicts['map']}")
    return "\n".join(lines)


def _where(phase: Phase) -> str:
    return ", ".join(map(_relation, phase.relations)) or "everywhere"


def _relation(relation: object) -> str:
    from sympy import Eq

    from longlag.theory.readback import text_of

    sign = "=" if isinstance(relation, Eq) else relation.rel_op  # type: ignore[attr-defined]
    sides = (relation.lhs, relation.rhs)  # type: ignore[attr-defined]
    return f"{text_of(sides[0])} {sign} {text_of(sides[1])}"


def _as_data(diagram: PhaseDiagram, checked: CheckedDerivation) -> dict[str, object]:
    verdicts = _verdicts(checked)
    return {
        "family": diagram.family.name,
        "envelope": str(diagram.family.envelope),
        "phases": [
            {
                "where": [_relation(each) for each in phase.relations],
                "class": phase.kind,
                "quantity": None if phase.growth is None else phase.growth.quantity,
                "growth": None if phase.growth is None else str(phase.growth.leading),
                "point": {str(s): str(v) for s, v in (phase.region.witness or {}).items()},
                "verdict": verdicts.get(f"phase_{place + 1}", phase.why),
            }
            for place, phase in enumerate(diagram.phases)
        ],
        "boundaries": [
            {
                "zero": str(each.expression),
                "below": list(each.below),
                "on": list(each.on),
                "above": list(each.above),
            }
            for each in diagram.boundaries
        ],
        "cover": verdicts["cover"],
    }
