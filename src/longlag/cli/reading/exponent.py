"""The exponent κ as a person gives it: a number, or an estimator and a tail index."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer
from sympy import Rational

from longlag.cli.reading.completion import names_of
from longlag.theory.errors import LonglagError
from longlag.theory.estimators.concentration import kappa as kappa_of
from longlag.theory.typed.parse import parse_number

#: The options of every command that asks for a window.
AlphaOption: TypeAlias = Annotated[
    str | None, typer.Option("--alpha", help="Tail index of the noise, in (1, 2].")
]
EstimatorOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--estimator",
        help="Whose exponent at alpha: mean, median, … (mean if not given)",
        autocompletion=names_of("estimators"),
    ),
]
KappaOption: TypeAlias = Annotated[
    str | None, typer.Option("--kappa", help="The exponent itself, above 0.")
]


def read_exponent(
    alpha: str | None, estimator: str | None, kappa: str | None
) -> tuple[Rational, str]:
    """Return κ and where it comes from."""
    if (alpha is None) == (kappa is None):
        raise LonglagError(
            "--alpha and --kappa",
            "exactly one of them says how estimates concentrate",
            "give --alpha 1.5 (with --estimator), or --kappa 3",
        )
    if kappa is not None:
        if estimator is not None:
            raise LonglagError(
                f"--estimator {estimator} with --kappa",
                "kappa already says how it concentrates",
                "leave one of them out",
            )
        value = parse_number(kappa, "--kappa")
        if value <= 0:
            raise LonglagError(f"--kappa {kappa}", "kappa is positive", "give one above 0")
        return value, "given"
    name = estimator or "mean"
    return kappa_of(parse_number(alpha or "", "--alpha"), name), f"{name} at alpha = {alpha}"
