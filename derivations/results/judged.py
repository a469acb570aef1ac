"""Verdicts from shipped tables: what was measured, over which runs, and what refutes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Symbol, nsimplify, sympify

from longlag.derivations.results.tables import Interval, Shipped
from longlag.theory.notation import Quantity
from longlag.theory.readback import read_back, said
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Verdict,
)
from longlag.theory.typeset.scalar import scalar_tex

_SIGNS = {"<": "<", ">": ">", "=": "=", "→": r"\to"}


def measured(table: Shipped, holds: bool | None, found: str, points: int) -> Verdict:
    """Return the verdict on numbers of a shipped table.

    Args:
        table: where they are from.
        holds: whether they say what is stated; None where their intervals leave it open.
        found: the numbers that decide, in words.
        points: over how many runs.
    """
    command = str(table.about["command"]).removesuffix(" -o FOLDER")
    level = {True: Level.MEASURED, False: Level.REFUTED, None: Level.UNDECIDED}[holds]
    return Verdict(
        level=level,
        method=f"{found}; means and 95 % intervals over seeds; {command}",
        points=points,
        counterexample=found if holds is False else "",
    )


def above(found: Mapping[str, Interval], bound: float) -> bool | None:
    """Return whether every interval lies above a bound, None where one holds it and none is below.

    >>> above({"a": Interval(1.0, 0.5, 3), "b": Interval(1.0, 2.0, 3)}, 0.0) is None
    True
    """
    if all(one.low > bound for one in found.values()):
        return True
    return False if any(one.high < bound for one in found.values()) else None


def listed(found: Mapping[str, Interval]) -> str:
    """Return intervals by name, in one line."""
    return ", ".join(f"{name} {one}" for name, one in found.items())


def live_claim(
    name: str,
    lhs: Expr,
    sign: str,
    rhs: Expr | float,
    check: Callable[..., Verdict],
    *,
    title: str,
    text: str,
    source: Source = DERIVED_HERE,
    kind: Kind = Kind.BOUND,
    expected_to_hold: bool | None = True,
    stated: Mapping[str, Any],
    wrong: Mapping[str, Mapping[str, Any]],
) -> Claim:
    """Return a claim whose sides are letters of the chapter.

    Args:
        name, title, text, expected_to_hold, stated, wrong: as for ``Claim``.
        lhs, rhs: sides of the display, in the letters of the chapter.
        sign: between them: < > = or →.
        check: from the settings and what is stated, the verdict.
        source: where the sentence is published; derived here if left out.
        kind: what the statement says.
    """
    sides = sympify(lhs), nsimplify(rhs)
    tex = f"{scalar_tex(sides[0])} {_SIGNS[sign]} {scalar_tex(sides[1])}"
    letters = {s for side in sides for s in side.free_symbols if isinstance(s, Symbol)}
    # Those of the registry, such as the lag, bring their own.
    own = {s: s.name for s in letters if not isinstance(s, Quantity)}
    statement = Statement(
        name, kind, tex, source=source, reading=read_back(said(sides[0], sign, sides[1]), own=own)
    )
    return Claim(
        statement, check, title, text, expected_to_hold, stated=dict(stated), wrong=dict(wrong)
    )


def measured_claim(
    name: str, lhs: Expr, sign: str, rhs: Expr | float, check: Callable[..., Verdict], **told: Any
) -> Claim:
    """Return a claim about shipped numbers, whose check needs no settings.

    Args:
        name, lhs, sign, rhs, told: as for ``live_claim``.
        check: from what is stated, the verdict.
    """

    def judge(settings: Settings, **given: Any) -> Verdict:
        found: Verdict = check(**given)
        return found

    return live_claim(name, lhs, sign, rhs, judge, **told)


__all__ = ["above", "listed", "live_claim", "measured", "measured_claim"]
