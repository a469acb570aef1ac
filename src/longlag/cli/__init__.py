"""The command line. A command is one module here and one line below.

A command is imported when it is run, and imports PyTorch only where it needs it: ``longlag list``
and ``longlag --help`` answer at once.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer

from longlag import __version__
from longlag.cli.group import commands_on_demand
from longlag.cli.reading.arguments import minus_hint
from longlag.cli.showing.notes import notes
from longlag.cli.showing.status import INTERRUPTED
from longlag.files import is_full
from longlag.theory.errors import LonglagError, describe

#: Name ↦ where the command is, in the order of the help.
COMMANDS = {
    "list": "listing:list_names",
    "derive": "derive:derive",
    "generate": "generate:generate",
    "check": "check:check",
    "law": "law:law",
    "phases": "phases:phases",
    "horizon": "horizon:horizon",
    "spectrum": "spectrum:spectrum",
    "noise": "noise:noise",
    "measure": "measure:measure",
    "signal": "signal:signal",
    "fit": "fit:fit",
    "stability": "stability:stability",
    "findings": "findings:findings",
    "memory": "memory:memory",
    "descent": "descent:descent",
    "report": "report:report",
    "style": "style:style",
    "experiment": "experiment:app",
}

#: What ``longlag`` alone says.
_BEGIN = """\
How long a lag can a recurrent network learn? Begin with one of these:

  longlag law polynomial                      a decay law: N(ell), the window H_N, each line checked
  longlag derive gru                          a cell: Jacobian, product over a lag, learning rates
  longlag measure gru.pt --input x.npy --max-lag 32      a trained network: what crosses each lag
  longlag check paper.tex                     formulas of your own: verdicts, counterexamples
  longlag findings stability                  published sentences: what holds and what does not

longlag list names the cells and laws; longlag --help the commands; longlag COMMAND --help one."""

#: Statuses, as the help tells them.
_STATUSES = (
    "Exit status: 0, all as expected; 1, something is refuted, or is not as expected; 2, bad "
    "input, told in one line; 130, interrupted.",
    "Everything that is no result goes to stderr. Colours are off in a pipe and with NO_COLOR=1.",
)

app = commands_on_demand(
    {name: f"longlag.cli.commands.{place}" for name, place in COMMANDS.items()},
    help="How long a lag can a recurrent network learn? Derive, generate, check, report.",
    epilog="\n\n".join(_STATUSES),
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


#: What is typed may be a megabyte; a message repeats only its ends.
_LONGEST_MESSAGE = 500


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"longlag {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """How long a lag can a recurrent network learn? Derive, generate, check, report."""
    if context.invoked_subcommand is None:
        typer.echo(_BEGIN)
        return
    if context.invoked_subcommand != "measure":
        # Checks run small matrices, on which threads wait for each other; read by PyTorch when it
        # is imported, which is later.
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def main() -> None:
    """Run the command line: bad input gives one line on stderr and exit status 2."""
    # Importing PyTorch and leaving again spend a third of their time in the garbage collector,
    # which has nothing to find in a process that lives for seconds.
    gc.set_threshold(100_000, 20, 20)
    try:
        with notes() as told:
            status = _run()
        for note in dict.fromkeys(told):
            print("longlag: note: " + _one_line(note), file=sys.stderr)
        sys.exit(status)
    finally:
        gc.freeze()


def _run() -> int:
    """Return the exit status of what was typed; what was refused is told, and leaves at once."""
    if _completes():
        app(prog_name="longlag")
    try:
        status = app(prog_name="longlag", standalone_mode=False)
        sys.stdout.flush()
    except LonglagError as error:
        _stop(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        _stop("interrupted", INTERRUPTED)
    except OSError as error:
        if not is_full(error):
            raise
        _leave_output()
        place = f"file {error.filename!r}" if error.filename else "the output"
        _stop(f"{place}: the disk is full ({error.strerror}); make room, or choose another one", 2)
    except Exception as error:
        # Usage errors of the command-line library: their class is public in no version of it.
        if not hasattr(error, "format_message"):
            raise
        message = str(error.format_message()).rstrip(".")
        if not message or "\n" in message:
            print(message, end="\n" if message else "")
            sys.exit(2)  # a group alone has told its commands
        named = next((word for word in sys.argv[1:2] if word in COMMANDS), "COMMAND")
        shown = f"longlag {named} --help"
        hint = minus_hint(error, sys.argv[1:]) or f"see longlag --help or {shown}"
        _stop(f"{message}{' ' if message.endswith('?') else '; '}{hint}", 2)
    except BaseException as error:
        if isinstance(error.__context__, BrokenPipeError):
            raise  # who read the output has seen enough
        _stop(f"{describe(error)}: the code of a file must not end the program; take it out", 2)
    if status == INTERRUPTED:
        # Some versions of the command-line library catch the interrupt and only return this.
        _stop("interrupted", INTERRUPTED)
    return status if isinstance(status, int) else 0


def _completes() -> bool:
    """Whether a shell asks what completes a line, or how to ask: the library answers and leaves."""
    asked = ("--show-completion", "--install-completion")
    return "_LONGLAG_COMPLETE" in os.environ or any(each in asked for each in sys.argv[1:2])


def _leave_output() -> None:
    """Let what is left of the output go nowhere, so that leaving does not fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > _LONGEST_MESSAGE:
        line = f"{line[: _LONGEST_MESSAGE // 2]} … {line[-_LONGEST_MESSAGE // 2 :]}"
    return line


def _stop(message: str, status: int) -> NoReturn:
    print("longlag: " + _one_line(message), file=sys.stderr)
    sys.exit(status)
