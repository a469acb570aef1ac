"""``longlag list``: what there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import typer


def list_names(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List cells, derivations, checks, backends and formats."""
    from rich.console import Console
    from rich.table import Table

    from longlag.derivations import DERIVATIONS
    from longlag.derivations.document import FORMATS
    from longlag.numerics.codegen import BACKENDS
    from longlag.theory.cells import CELLS

    registries: dict[str, Mapping[str, object]] = {
        "derivations": DERIVATIONS,
        "backends": BACKENDS,
        "formats": FORMATS,
    }
    others = {kind: list(registry) for kind, registry in registries.items()}
    if as_json:
        cells = [
            {
                "name": cell.name,
                "description": cell.description,
                "source": cell.source,
                "states": cell.states,
                "weights": cell.weights,
                "drives": cell.drives,
                "parameters": cell.parameters,
            }
            for cell in CELLS.values()
        ]
        typer.echo(json.dumps({"cells": cells, **others}, indent=2))
        return
    table = Table("cell", "states", "weights", "drives", "parameters", "what it is", box=None)
    table.columns[0].no_wrap = True
    for cell in CELLS.values():
        groups = (cell.states, cell.weights, cell.drives, cell.parameters)
        table.add_row(cell.name, *(" ".join(group) for group in groups), cell.description)
    console = Console()
    console.print(table)
    for kind, names in others.items():
        console.print(f"\n[bold]{kind}[/bold]  " + "  ".join(names), highlight=False)
