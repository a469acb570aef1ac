"""``longlag check``: every claim with its verdict; exit status 1 if one is not as expected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from longlag.cli.reading.objects import find_derivations
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.progress import check_all
from longlag.theory.statement import CheckedClaim, CheckedDerivation, Verdict

_COLOURS = {
    "proved": "green", "certified": "green", "computed": "cyan", "measured": "blue",
    "refuted": "red", "undecided": "yellow",
}  # fmt: skip


def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Cells, derivations, FILE.py:OBJECT. [default: all]")
    ] = None,
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
    order: Annotated[int, typer.Option(help="Highest order of the expansion over a lag.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Check claims against autograd, SymPy and 50-digit arithmetic."""
    from longlag.derivations import DERIVATIONS
    from longlag.theory.transport.product import require_order

    require_order(order)
    settings = make_settings(examples, seed)
    derivations = [d for name in names or DERIVATIONS for d in find_derivations(name, order)]
    checked = check_all(derivations, settings)
    if as_json:
        typer.echo(json.dumps([row for result in checked for row in rows(result)], indent=2))
    else:
        _print_table(checked)
    if not all(result.as_expected for result in checked):
        raise typer.Exit(1)


def rows(result: CheckedDerivation) -> list[dict[str, Any]]:
    """Return the verdicts of a derivation as plain data."""
    return [_row(result, checked) for checked in result.checked]


def _row(result: CheckedDerivation, checked: CheckedClaim) -> dict[str, Any]:
    verdict = checked.verdict
    return {
        "derivation": result.derivation.name,
        "statement": checked.claim.statement.name,
        "kind": str(checked.claim.statement.kind),
        "expected_to_hold": checked.claim.expected_to_hold,
        "as_expected": checked.as_expected,
        **_facts(verdict),
        "routes": [_facts(route) for route in verdict.routes],
        "seconds": round(checked.seconds, 3),
    }


def _facts(verdict: Verdict) -> dict[str, Any]:
    facts = asdict(verdict)
    del facts["routes"], facts["certificate"]
    return {**facts, "level": str(verdict.level), "holds": verdict.holds}


def _print_table(results: Sequence[CheckedDerivation]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "statement", "verdict", "how", box=None)
    unexpected = 0
    for result in results:
        for checked in result.checked:
            level = str(checked.verdict.level)
            mark = "✓" if checked.as_expected else "✗"
            unexpected += not checked.as_expected
            how = checked.verdict.brief()
            if not checked.claim.expected_to_hold:
                how = f"(expected to fail) {how}"
            name = f"{result.derivation.name}: {checked.claim.statement.name}"
            colour = _COLOURS[level]
            table.add_row(mark, name, f"[{colour}]{level}[/{colour}]", escape(how))
    console = Console()
    console.print(table)
    total = sum(len(result.checked) for result in results)
    verdict = "all as expected" if not unexpected else f"{unexpected} NOT as expected"
    settings = results[0].settings
    console.print(
        f"\n{total} claims, {verdict}; {settings.examples} examples per check, "
        f"seed {settings.seed}, {settings.digits} digits. --json gives every route.",
        highlight=False,
    )
