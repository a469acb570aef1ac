"""``longlag derive``: one derivation as a document in which every equation carries its verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from longlag.cli.reading.completion import names_of
from longlag.cli.reading.notation import NotationOption, WidthOption, read_notation
from longlag.cli.reading.objects import find_derivations
from longlag.cli.reading.places import OutputOption
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.documents import deliver
from longlag.cli.showing.progress import check_all
from longlag.files import write_text
from longlag.theory.errors import LonglagError

EXAMPLES = (
    "longlag derive gru",
    "longlag derive mgu.py:mgu -o mgu.pdf",
    "longlag derive lstm --equation jacobian,rates --label eq:jac,eq:rates --format tex",
)


def derive(
    name: Annotated[
        str,
        typer.Argument(
            help="A cell, a law, a derivation, or FILE.py:OBJECT.",
            autocompletion=names_of("cells", "laws", "derivations"),
        ),
    ],
    order: Annotated[
        int | None, typer.Option(help="Highest order of the expansion over a lag. [default: 1]")
    ] = None,
    document_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="tex, md, html, pdf; myst too. [default: md]",
            autocompletion=names_of("formats"),
        ),
    ] = None,
    output: OutputOption = None,
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
    equation: Annotated[
        str | None,
        typer.Option("--equation", help="Only these equations, as a fragment: NAME[,NAME…]."),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="Labels of the equations, such as eq:jac.")
    ] = None,
    macros: Annotated[
        bool, typer.Option("--macros", help="Operators as macros, defined before the equations.")
    ] = False,
    notation: NotationOption = None,
    width: WidthOption = None,
) -> None:
    """Derive a cell's rates, a law's window or a registered derivation, and check every line."""
    from longlag.derivations.document import FORMATS
    from longlag.derivations.document.fragment import FRAGMENTS, choose, fragment
    from longlag.theory.transport.product import require_order

    if output is not None and not (document_format or output.suffix):
        raise LonglagError(
            f"output {str(output)!r}",
            "its name does not tell the format",
            f"write {output}.pdf or add --format pdf",
        )
    chosen = document_format or (output.suffix.lstrip(".") if output else "md")
    if equation is None:
        _ = FORMATS[chosen]
        if label is not None or macros:
            raise LonglagError(
                "--label" if label is not None else "--macros",
                "a document has labels and macros of its own",
                "add --equation NAME",
            )
    else:
        _ = FRAGMENTS[chosen]
    if order is not None:
        require_order(order)
    settings = make_settings(examples, seed)
    with read_notation(notation, width):
        derivations = find_derivations(name, order)
        if equation is not None:
            named = choose(derivations, _parts(equation))
            text = fragment(check_all(named, settings), chosen, labels=_parts(label), macros=macros)
            if output is None:
                typer.echo(text, nl=False)
            else:
                write_text(output, text)
                typer.echo(f"wrote {output}", err=True)
            return
        checked = check_all(derivations, settings)
        if len(derivations) == 1:
            title, name = derivations[0].title, derivations[0].name
        else:
            title = name.replace("_", " ").capitalize()
        deliver(checked, chosen, output, title=title, name=name)


def _parts(names: str | None) -> list[str]:
    return [] if names is None else [part.strip() for part in names.split(",")]
