"""``longlag list``: what there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import typer

EXAMPLES = ("longlag list", "longlag list --json")


def list_names(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List cells, laws, kernels, activations, derivations and what else has names."""
    from rich.console import Console

    from longlag.derivations import DERIVATIONS
    from longlag.derivations.document import FORMATS
    from longlag.numerics.codegen import BACKENDS
    from longlag.numerics.generate import COMPILED
    from longlag.theory.cells import CELLS
    from longlag.theory.descent import ACTIVATIONS
    from longlag.theory.estimators import ESTIMATORS
    from longlag.theory.laws import LAWS
    from longlag.theory.memory import KERNELS
    from longlag.theory.scalar.parameters import domain_text
    from longlag.theory.spectra import SPECTRA

    registries: dict[str, Mapping[str, object]] = {
        "estimators": ESTIMATORS,
        "spectra": SPECTRA,
        "kernels": KERNELS,
        "activations": ACTIVATIONS,
        "derivations": DERIVATIONS,
        "backends": BACKENDS,
        "formats": FORMATS,
    }
    others = {kind: list(registry) for kind, registry in registries.items()}
    # It takes cells only, so it is no backend for laws and scalars.
    others["backends"].append(COMPILED)
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
        laws = [
            {
                "name": law.name,
                "description": law.description,
                "source": law.source,
                "envelope": str(law.envelope),
                "smallest_lag": str(law.start),
                "parameters": {s.name: domain_text(law.domains[s]) for s in law.parameters},
            }
            for law in LAWS.values()
        ]
        typer.echo(json.dumps({"cells": cells, "laws": laws, **others}, indent=2))
        return
    console = Console(highlight=False, emoji=False)
    for cell in CELLS.values():
        console.print(f"[bold]{cell.name}[/bold]  {cell.description}")
        groups = {"states": cell.states, "weights": cell.weights, "drives": cell.drives}
        groups["parameters"] = cell.parameters
        parts = [f"{kind} {' '.join(group)}" for kind, group in groups.items() if group]
        console.print("    " + "; ".join(parts), style="dim")
    for law in LAWS.values():
        console.print(f"[bold]{law.name}[/bold]  {law.description}")
        console.print(f"    f(ell) = {law.envelope}, ell >= {law.start}", style="dim")
    for kind, names in others.items():
        console.print(f"\n[bold]{kind}[/bold]  " + "  ".join(names))
