"""``longlag law``: what follows from a decay law, derived and checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from longlag.cli.reading.completion import names_of
from longlag.cli.reading.expressions import read_law, read_settings, told_apart
from longlag.cli.reading.initialisations import read_initialisation
from longlag.cli.reading.notation import NotationOption, WidthOption, read_notation
from longlag.cli.reading.places import OutputOption
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.documents import chosen_format, deliver
from longlag.cli.showing.progress import check_all
from longlag.files import write_text
from longlag.theory.errors import LonglagError
from longlag.theory.initialisations import Initialisation
from longlag.theory.laws.law import DecayLaw
from longlag.theory.readback import text_of
from longlag.theory.scalar.parameters import domain_text, parameter_values
from longlag.theory.statement import CheckedDerivation
from longlag.theory.typed.parse import parse_number
from longlag.theory.window.window import LearnabilityWindow, learnability_window

#: Formats that are no documents; the second is the suffix of a file.
_PLAIN = ("text", "txt")

EXAMPLES = (
    "longlag law polynomial",
    "longlag law 'c*(1+ell/t)**(-b)*exp(-ell/T)'",
    "longlag law --init chrono --set T=1000",
    "longlag law exponential --format tex -o law.tex",
)


def law(
    context: typer.Context,
    expression: Annotated[
        str,
        typer.Argument(
            help="A law, or f in ell such as 'c*ell**(-b)'; none with --init.",
            autocompletion=names_of("laws"),
        ),
    ] = "",
    init: Annotated[
        str | None,
        typer.Option(
            help="The law of an initialisation: chrono, lru_ring, …, or the share of its state "
            "that a unit keeps as a function of u, uniform on (0, 1), such as 'u**(1/p)'.",
            autocompletion=names_of("initialisations"),
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A number for a parameter, which is put into the law."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="Smallest lag.")] = None,
    document_format: Annotated[
        str, typer.Option("--format", help="text, tex, md, html or pdf.")
    ] = "text",
    output: OutputOption = None,
    examples: Annotated[int, typer.Option(help="Random parameters per check.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of the random parameters.")] = 0,
    notation: NotationOption = None,
    width: WidthOption = None,
) -> None:
    """Derive N(ell), H_N, growth and local exponent of a decay law, and check every line."""
    from longlag.derivations.window.law import derive_law

    chosen = chosen_format(document_format, output, _PLAIN)
    settings = make_settings(examples, seed)
    smallest_lag = None if start is None else parse_number(start, "--from")
    options = read_settings(set_ or [])
    scheme = None
    if init is None and not expression:
        # As an argument that is missing: an option may have swallowed what begins with a minus.
        argument: Any = next(each for each in context.command.params if each.name == "expression")
        raise typer.BadParameter(
            "name a law, or give --init alone: longlag law --init chrono --set T=1000",
            param=argument,
        )
    if init is not None and expression:
        raise LonglagError(
            f"law {expression!r} and --init {init}",
            "one law is derived at a time",
            "leave one of them out",
        )
    if init is None:
        found, values = read_law(expression, options, smallest_lag)
    else:
        scheme = read_initialisation(init)
        found, values = replace(scheme.law, smallest_lag=smallest_lag), options
    numbers = {s: values[s.name] for s in found.parameters if s.name in values}
    unknown = sorted(set(values) - {s.name for s in found.parameters})
    if unknown:
        raise LonglagError(
            f"--set {unknown[0]}",
            f"the law {found.envelope} has no such parameter",
            "remove it or correct its name",
        )
    if numbers:
        domains = {symbol: found.domains[symbol] for symbol in numbers}
        numbers = parameter_values(f"law {found.name!r}", domains, numbers)
        found = DecayLaw(found.name, found.envelope.subs(numbers), smallest_lag=found.smallest_lag)
    with read_notation(notation, width):
        checked = check_all([derive_law(found)], settings)
        if chosen not in _PLAIN:
            deliver(checked, chosen, output, title=checked[0].derivation.title, name=found.name)
            return
    if notation is not None or width is not None:
        typer.echo("--notation and --width are for documents: text keeps longlag's names", err=True)
    text = _text(learnability_window(found.displayed), checked[0], told_apart(found))
    if scheme is not None:
        text = f"{_kept(scheme)}\n{text}"
    if output is None:
        typer.echo(text)
        return
    write_text(output, text + "\n")
    typer.echo(f"wrote {output}", err=True)


def _kept(scheme: Initialisation) -> str:
    """What a unit keeps in a step, and how its law is known."""
    how = "exact" if scheme.limit is None else f"as {scheme.limit} grows, ell/{scheme.limit} held"
    return f"{scheme.name}: a unit keeps {scheme.kept} per step, u uniform on (0, 1); f is {how}"


def _text(window: LearnabilityWindow, checked: CheckedDerivation, letters: str) -> str:
    """The window as plain text, each formula read back, with the verdict under each line."""
    found = window.growth
    led = f"{found.quantity} ~ {text_of(found.leading)}  ({found.kind})" if found else "None"
    slope = window.local_exponent
    shown = {
        "sample_size": f"N(ell) = {text_of(window.sample_size)}",
        "horizon": (
            f"H_N = {text_of(window.horizon)}" if window.closed_form else "H_N has no closed form"
        ),
        "growth": led,
        "local_exponent": "" if slope is None else f"d ln H/d ln N = {text_of(slope)} at ell = H_N",
    }
    domains = ", ".join(
        f"{s} in {domain_text(window.law.domains[s])}" for s in window.law.parameters
    )
    lines = [f"f(ell) = {text_of(window.law.envelope)}, ell >= {window.law.start}"]
    lines += [f"    {domains}", f"    {letters}"]
    for each in checked.checked:
        lines.append(shown[each.claim.statement.name])
        if each.claim.statement.name == "horizon" and window.closed_form:
            lines.append(f"ln H_N = {text_of(window.log_horizon)}")
        lines.append(f"    {each.verdict.summary()}")
    return "\n".join(line for line in lines if line.strip())
