"""``longlag generate``: the source of a cell's or a law's numeric functions."""

from __future__ import annotations

from typing import Annotated

import typer

from longlag.cli.reading.completion import names_of
from longlag.cli.reading.objects import find_source
from longlag.cli.reading.places import OutputOption
from longlag.files import write_text

EXAMPLES = (
    "longlag generate gru --backend numpy",
    "longlag generate mgu.py:mgu -o mgu_functions.py",
    "longlag generate polynomial --backend mpmath",
)


def generate(
    name: Annotated[
        str,
        typer.Argument(
            help="A cell, a law, or FILE.py:OBJECT.", autocompletion=names_of("cells", "laws")
        ),
    ],
    backend: Annotated[
        str,
        typer.Option(help="torch, numpy, mpmath or compiled.", autocompletion=names_of("backends")),
    ] = "torch",
    output: OutputOption = None,
) -> None:
    """Generate the functions of a cell, or of a law's window, as a Python module, or as C."""
    from longlag.numerics.generate import generate as generate_functions

    source = generate_functions(find_source(name), backend).source
    if output is None:
        typer.echo(source, nl=False)
        return
    write_text(output, source)
    typer.echo(f"wrote {output}", err=True)
