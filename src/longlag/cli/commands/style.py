"""``longlag style``: the LaTeX package that puts the verdicts of fragments into the margin."""

from __future__ import annotations

import typer

from longlag.cli.reading.places import OutputOption
from longlag.files import write_text

EXAMPLES = ("longlag style -o longlag.sty",)


def style(output: OutputOption = None) -> None:
    """Write longlag.sty: badges beside the equations of fragments, off by the option nobadges."""
    from longlag.derivations.document.fragment import style as text

    if output is None:
        typer.echo(text(), nl=False)
        return
    write_text(output, text())
    typer.echo(f"wrote {output}", err=True)
