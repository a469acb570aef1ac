"""``longlag generate``: the source of a cell's numeric functions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from longlag.cli.console import write_text
from longlag.cli.objects import find_cell


def generate(
    cell: Annotated[str, typer.Argument(help="A cell, or FILE.py:OBJECT.")],
    backend: Annotated[str, typer.Option(help="torch, numpy or mpmath.")] = "torch",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to the terminal.")
    ] = None,
) -> None:
    """Generate step, coefficients and Jacobian of a cell as a Python module."""
    from longlag.numerics.codegen import get_backend, module_source
    from longlag.theory.jacobian import jacobian

    target = get_backend(backend)
    source = module_source(jacobian(find_cell(cell)), target)
    if output is None:
        typer.echo(source, nl=False)
        return
    write_text(output, source)
    typer.echo(f"wrote {output}", err=True)
