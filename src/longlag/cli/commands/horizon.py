"""``longlag horizon``: how many lags N samples reach under a decay law."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any

import mpmath
import typer

from longlag import __version__
from longlag.cli.reading.exponent import read_exponent
from longlag.cli.reading.expressions import read_law, read_settings, told_apart
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.typed.parse import parse_number
from longlag.theory.window.horizon import Horizon, Status, solve_horizon

#: Numbers from here on are strings in JSON.
_OVERFLOW = 1.7976931348623157e308
#: A double has no more digits, so further ones are written out.
_DOUBLE_DIGITS = 15


def horizon(
    expression: Annotated[str, typer.Argument(help="A law, or f in ell such as 'c*ell**(-b)'.")],
    samples: Annotated[str, typer.Option(help="N: the number of sequences, at least 1.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    alpha: Annotated[str | None, typer.Option(help="Tail index of the noise, in (1, 2].")] = None,
    estimator: Annotated[
        str | None,
        typer.Option(help="Whose exponent at alpha: mean, median, … (mean if not given)"),
    ] = None,
    kappa: Annotated[str | None, typer.Option(help="The exponent itself, above 0.")] = None,
    cost: Annotated[str, typer.Option(help="A: samples needed where f = 1.")] = "1",
    start: Annotated[
        str | None,
        typer.Option("--from", help="Smallest lag (0, or 1 where f(0) is not finite)"),
    ] = None,
    digits: Annotated[int, typer.Option(help="Decimal digits, 1 to 1000.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Compute H_N, the largest lag that N samples suffice for: A f(ell)**(-kappa) <= N."""
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
        law, inputs, samples=number, cost=parse_number(cost, "--cost"), kappa=exponent,
        digits=digits,
    )  # fmt: skip
    found = _displayed(found, law)
    if as_json:
        given = {
            "law": law.name, "envelope": str(law.displayed.envelope),
            "smallest_lag": str(law.displayed.start),
            "parameters": {name: str(value) for name, value in inputs.items()},
            "samples": samples, "cost": cost, "kappa": str(exponent), "kappa_from": origin,
            "version": __version__,
        }  # fmt: skip
        if law.marks:
            given["letters"] = told_apart(law)
        typer.echo(_json({**_results(found), **given}))
        return
    typer.echo(_text(found))
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
        "horizon": _number(found.horizon, found.digits),
        "log_horizon": _number(found.log_horizon, found.digits),
        "closed_form": found.closed_form,
        "growth": None if found.growth is None else str(found.growth),
        "local_exponent": _number(found.local_exponent, found.digits),
        "formula": None if found.formula is None else str(found.formula),
        "method": found.method,
        "certificate": found.certificate,
        "fails_at_the_start": found.first_failure is not None,
        "digits": found.digits,
    }


class _Literal(str):
    """A number with more digits than a double, to be written without quotes."""


def _number(value: Any, digits: int) -> Any:
    if value is None:
        return None
    if mpmath.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = mpmath.nstr(value, digits, strip_zeros=True, min_fixed=-5, max_fixed=digits + 1)
    if value != 0 and not 1 / _OVERFLOW < abs(value) < _OVERFLOW:
        return text
    return float(value) if digits <= _DOUBLE_DIGITS else _Literal(text)


def _json(fields: dict[str, Any]) -> str:
    """JSON, in which a number may have more digits than a double."""
    lines = []
    for name, value in fields.items():
        text = str(value) if isinstance(value, _Literal) else json.dumps(value)
        lines.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _text(found: Horizon) -> str:
    def shown(value: Any) -> str:
        return "none" if value is None else mpmath.nstr(value, found.digits)

    growth = "not told" if found.growth is None else f"{found.growth} ({found.growth.kind})"
    lines = {
        "window": str(found.status),
        "H_N": shown(found.horizon),
        "ln H_N": shown(found.log_horizon),
        "growth": growth,
        "local exponent": shown(found.local_exponent),
        "how": "; ".join(part for part in (found.method, found.certificate) if part),
    }
    if found.formula is not None:
        lines["closed form"] = f"H = {found.formula}"
    elif found.status == Status.FINITE:
        lines["closed form"] = "none found"
    if found.first_failure is not None:
        lines["beware"] = "f rises first: the smallest lag fails, H_N is the last that succeeds"
    return "\n".join(f"{name:<16}{text}" for name, text in lines.items())
