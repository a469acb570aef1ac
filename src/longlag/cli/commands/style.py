"""``longlag style``: the LaTeX package that puts the verdicts of fragments into the margin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from longlag.files import write_text


def style(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to the terminal.")
    ] = None,
) -> None:
    """Write longlag.sty: badges beside the equations of fragments, off by the option nobadges."""
    from longlag.derivations.document.fragment import style as text

    if output is None:
        typer.echo(text(), nl=False)
        return
    write_text(output, text())
    typer.echo(f"wrote {output}", err=True)
