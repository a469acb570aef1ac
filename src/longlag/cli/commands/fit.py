"""``longlag fit``: decay laws fitted to a table of values over the lag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.exponent import AlphaOption, EstimatorOption, KappaOption, read_exponent
from longlag.cli.reading.expressions import read_law
from longlag.cli.reading.places import PlotOption
from longlag.cli.showing.fits import show_fit
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.typed.parse import parse_number

if TYPE_CHECKING:
    from longlag.numerics.fitting import Question

EXAMPLES = (
    "longlag fit curves.csv",
    "longlag fit curves.csv --samples 1e4 --alpha 1.5 --plot fit.png",
)


def fit(
    context: typer.Context,
    table: Annotated[
        Path, typer.Argument(help="CSV: lag, value[, error]; or lag and a column per sequence.")
    ],
    errors: Annotated[
        str | None,
        typer.Option(help="Column of standard errors, by name or number; 'error' by itself."),
    ] = None,
    sequences: Annotated[
        bool,
        typer.Option("--sequences", help="Every column but the lag is the curve of one sequence."),
    ] = False,
    mean: Annotated[
        str, typer.Option(help="Of sequences: arithmetic (ln E f) or geometric (E ln f).")
    ] = "arithmetic",
    law: Annotated[
        list[str] | None,
        typer.Option(
            help="A law, or f in ell such as 'c*ell**(-b)'; every registered one if none."
        ),
    ] = None,
    samples: Annotated[
        str | None, typer.Option(help="N: give windows H_N; needs --alpha or --kappa.")
    ] = None,
    alpha: AlphaOption = None,
    estimator: EstimatorOption = None,
    kappa: KappaOption = None,
    cost: Annotated[
        str | None, typer.Option(help="A: samples needed where f = 1. [default: 1]")
    ] = None,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Give windows beyond every measured lag too.")
    ] = False,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    replicates: Annotated[int, typer.Option(help="Bootstrap samples.")] = 400,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Fit decay laws to measured values, compare them, and say how far their windows reach."""
    check_figure(plot)
    if not sequences:
        refuse_typed(context, ["mean"], "it is a mean over sequences", "add --sequences")
    question = _read_question(samples, alpha, estimator, kappa, cost, extrapolate)
    laws = _read_laws(law or [])

    from longlag.numerics.fitting import fit_laws, read_curve

    curve = read_curve(table, errors=errors, sequences=sequences, mean=mean)
    report = fit_laws(curve, laws, question=question, level=level, replicates=replicates, seed=seed)
    if plot is not None:
        write_figure(plot, report.plot())
    if as_json:
        typer.echo(json.dumps({**report.to_dict(), "version": __version__}, indent=2))
    else:
        show_fit(report)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


def _read_laws(texts: list[str]) -> list[DecayLaw] | None:
    """The laws that were named or typed; typed ones are numbered where there are several."""
    laws: list[DecayLaw] = []
    for text in texts:
        found, _ = read_law(text, {})
        taken = sum(each.name.startswith(found.name) for each in laws)
        if taken and found.name != "typed":
            raise LonglagError(f"--law {text}", "it was given twice", "give every law once")
        name = f"{found.name}{taken + 1}" if taken else found.name
        laws.append(DecayLaw(name, found.envelope, found.domains, found.smallest_lag))
    return laws or None


def _read_question(
    samples: str | None,
    alpha: str | None,
    estimator: str | None,
    kappa: str | None,
    cost: str | None,
    extrapolate: bool,
) -> Question | None:
    if samples is None:
        typed = {"--alpha": alpha, "--estimator": estimator, "--kappa": kappa, "--cost": cost}
        alone = [f"{name} {value}" for name, value in typed.items() if value is not None]
        alone += ["--extrapolate"] if extrapolate else []
        if alone:
            raise LonglagError(
                ", ".join(alone),
                "without a number of samples there is no window",
                "give --samples too, or leave it out",
            )
        return None
    exponent, _ = read_exponent(alpha, estimator, kappa)

    from longlag.numerics.fitting import Question

    return Question(
        samples=float(parse_number(samples, "--samples")),
        kappa=float(exponent),
        cost=float(parse_number("1" if cost is None else cost, "--cost")),
        extrapolate=extrapolate,
    )
