"""The command line. A command is one module here and one line below.

Commands import PyTorch, and everything that needs it, only when they run: ``longlag list`` and
``longlag --help`` answer at once.
"""

from __future__ import annotations

import sys

import typer

from longlag import __version__
from longlag.cli.check import check
from longlag.cli.derive import derive
from longlag.cli.generate import generate
from longlag.cli.listing import list_names
from longlag.cli.report import report
from longlag.theory.errors import LonglagError

app = typer.Typer(
    help="How long a lag can a recurrent network learn? Derive, generate, check, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list")(list_names)
app.command()(derive)
app.command()(generate)
app.command()(check)
app.command()(report)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longlag {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """How long a lag can a recurrent network learn? Derive, generate, check, report."""


def main() -> None:
    """Run the command line: bad input gives one line on stderr and exit status 2."""
    try:
        app(prog_name="longlag")
    except LonglagError as error:
        message = " ".join(str(error).split())
        print(f"longlag: {message}", file=sys.stderr)
        sys.exit(2)
