"""``longlag generate``: the source of a cell's or a law's numeric functions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from longlag.cli.reading.objects import find_source
from longlag.files import write_text


def generate(
    name: Annotated[str, typer.Argument(help="A cell, a law, or FILE.py:OBJECT.")],
    backend: Annotated[str, typer.Option(help="torch, numpy, mpmath or compiled.")] = "torch",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to the terminal.")
    ] = None,
) -> None:
    """Generate the functions of a cell, or of a law's window, as a Python module, or as C."""
    from longlag.numerics.generate import generate as generate_functions

    source = generate_functions(find_source(name), backend).source
    if output is None:
        typer.echo(source, nl=False)
        return
    write_text(output, source)
    typer.echo(f"wrote {output}", err=True)
