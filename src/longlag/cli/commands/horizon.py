"""``longlag horizon``: how many lags N samples reach under a decay law."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from longlag import __version__
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.exponent import AlphaOption, EstimatorOption, KappaOption, read_exponent
from longlag.cli.reading.expressions import read_law, read_settings, told_apart
from longlag.cli.reading.places import PlotOption
from longlag.cli.showing.numbers import json_text, number_json, number_text
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.typed.parse import parse_number
from longlag.theory.window.horizon import Horizon, Status, solve_horizon

EXAMPLES = (
    "longlag horizon polynomial --set c=1 --set b=0.5 --samples 1e6 --kappa 2",
    "longlag horizon 'exp(-ell/t)' --set t=20 --samples 1e6 --alpha 1.5 --cost 2 --json",
    "longlag horizon exponential --set c=1 --set b=0.1 --samples 1e6 --kappa 2 --plot window.png",
)

#: Digits of text, where none are asked for, and of JSON.
_SHOWN, _DOUBLE_DIGITS = 6, 15


def horizon(
    expression: Annotated[
        str,
        typer.Argument(
            help="A law, or f in ell such as 'c*ell**(-b)'.", autocompletion=names_of("laws")
        ),
    ],
    samples: Annotated[str, typer.Option(help="N: the number of sequences, at least 1.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    alpha: AlphaOption = None,
    estimator: EstimatorOption = None,
    kappa: KappaOption = None,
    cost: Annotated[str, typer.Option(help="A: samples needed where f = 1.")] = "1",
    start: Annotated[
        str | None, typer.Option("--from", help="Smallest lag (0, or 1 where f(0) is not finite)")
    ] = None,
    digits: Annotated[
        int | None,
        typer.Option(help="Decimal digits, 1 to 1000. [default: 6, in JSON those of a double]"),
    ] = None,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Compute H_N, the largest lag that N samples suffice for: A f(ell)**(-kappa) <= N."""
    check_figure(plot)
    values = read_settings(set_ or [])
    exponent, origin = read_exponent(alpha, estimator, kappa)
    number = parse_number(samples, "--samples")
    if number < 1:
        raise LonglagError(
            f"--samples {samples}", "N counts sequences, and needs at least one", "give 1 or more"
        )
    smallest_lag = None if start is None else parse_number(start, "--from")
    law, inputs = read_law(expression, values, smallest_lag)
    found = solve_horizon(
        law,
        inputs,
        samples=number,
        cost=parse_number(cost, "--cost"),
        kappa=exponent,
        digits=_DOUBLE_DIGITS if digits is None else digits,
    )
    if plot is not None:
        from longlag.numerics.window_plot import plot_window

        price = parse_number(cost, "--cost")
        write_figure(plot, plot_window(law, inputs, samples=number, cost=price, kappa=exponent))
        typer.echo(f"wrote {plot}", err=True)
    found = _displayed(found, law)
    if as_json:
        given = {
            "law": law.name,
            "envelope": str(law.displayed.envelope),
            "smallest_lag": str(law.displayed.start),
            "parameters": {name: str(value) for name, value in inputs.items()},
            "samples": samples,
            "cost": cost,
            "kappa": str(exponent),
            "kappa_from": origin,
            "version": __version__,
        }
        if law.marks:
            given["letters"] = told_apart(law)
        typer.echo(json_text({**_results(found), **given}))
        return
    typer.echo(_text(found, digits or _SHOWN))
    if law.marks:
        typer.echo(f"{'letters':<16}{told_apart(law)}")
    typer.echo(f"{'inputs':<16}N = {samples}, A = {cost}, kappa = {exponent} ({origin})")


def _displayed(found: Horizon, law: DecayLaw) -> Horizon:
    """The same window with the letters of its formulas told apart."""
    formula, growth = found.formula, found.growth
    if formula is not None:
        formula = formula.xreplace(law.marks)
    if growth is not None:
        growth = replace(growth, leading=growth.leading.xreplace(law.marks))
    return replace(found, formula=formula, growth=growth)


def _results(found: Horizon) -> dict[str, Any]:
    return {
        "status": str(found.status),
        "horizon": number_json(found.horizon, found.digits),
        "log_horizon": number_json(found.log_horizon, found.digits),
        "closed_form": found.closed_form,
        "growth": None if found.growth is None else str(found.growth),
        "local_exponent": number_json(found.local_exponent, found.digits),
        "formula": None if found.formula is None else str(found.formula),
        "method": found.method,
        "certificate": found.certificate,
        "fails_at_the_start": found.first_failure is not None,
        "digits": found.digits,
    }


def _text(found: Horizon, digits: int) -> str:
    growth = "not told" if found.growth is None else f"{found.growth} ({found.growth.kind})"
    lines = {
        "window": str(found.status),
        "H_N": number_text(found.horizon, digits),
        "ln H_N": number_text(found.log_horizon, digits),
        "growth": growth,
        "local exponent": number_text(found.local_exponent, digits),
        "how": "; ".join(part for part in (found.method, found.certificate) if part),
    }
    if found.formula is not None:
        lines["closed form"] = f"H = {found.formula}"
    elif found.status == Status.FINITE:
        lines["closed form"] = "none found"
    if found.first_failure is not None:
        lines["beware"] = "f rises first: the smallest lag fails, H_N is the last that succeeds"
    return "\n".join(f"{name:<16}{text}" for name, text in lines.items())
