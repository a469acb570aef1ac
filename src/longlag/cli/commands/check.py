"""``longlag check``: every claim with its verdict; exit status 1 if one is not as expected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.objects import find_beside, find_derivations
from longlag.cli.reading.places import place_to_write
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.numbers import counted
from longlag.cli.showing.progress import check_all
from longlag.files import write_text
from longlag.theory.errors import LonglagError
from longlag.theory.statement import CheckedClaim, CheckedDerivation, Settings, Verdict

_COLOURS = {
    "proved": "green",
    "certified": "green",
    "computed": "cyan",
    "measured": "blue",
    "refuted": "red",
    "undecided": "yellow",
}

EXAMPLES = (
    "longlag check lstm",
    "longlag check claims.py:square --effort thorough",
    "longlag check paper.tex --annotate checked.tex",
)


def check(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Cells, derivations, FILE.py:OBJECT, papers in LaTeX. [default: all]",
            autocompletion=names_of("cells", "derivations"),
        ),
    ] = None,
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
    order: Annotated[
        int | None, typer.Option(help="Highest order of the expansion over a lag. [default: 1]")
    ] = None,
    effort: Annotated[
        str, typer.Option(help="How hard to try to break and to prove: quick, normal, thorough.")
    ] = "normal",
    thorough: Annotated[bool, typer.Option("--thorough", help="For --effort thorough.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every derivation of longlag, every display of a paper.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Processor time for one relation, at most.")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="Write the boxes of what is certified to this JSON file.", callback=place_to_write
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    sarif: Annotated[
        Path | None,
        typer.Option(
            help="Write what is found in a paper for editors, as SARIF.", callback=place_to_write
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            help="Write the paper with a mark at each display to this .tex.",
            callback=place_to_write,
        ),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Compile what --annotate writes.")] = False,
    code: Annotated[
        bool, typer.Option("--code", help="Let a paper run the files of Python that it names.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(help="Processes. [default: one for each processor]")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Check of a paper also what did not change.")
    ] = False,
) -> None:
    """Break, prove or certify claims; check them against autograd and simulation.

    Of a paper.tex every display is checked that a comment asks for: % longlag: check.
    """
    if thorough:
        refuse_typed(context, ["effort"], "--thorough says it already", "leave one of them out")
    if jobs is not None and jobs < 1:
        raise LonglagError(f"--jobs {jobs}", "it counts processes", "give 1 or more")
    papers = [Path(name) for name in names or [] if name.endswith(".tex")]
    if papers:
        settings = make_settings(examples, seed, "thorough" if thorough else effort, seconds)
        if len(papers) != len(names or []) or certificate is not None:
            raise LonglagError(
                "papers beside claims", "one command checks papers alone", "check them apart"
            )
        refuse_typed(context, ["order"], "a paper says of itself what it expands")
        _check_papers(
            papers, settings, everything, fresh, code, jobs, as_json, sarif, annotate, pdf
        )
        return
    if sarif or annotate or pdf or fresh or code:
        raise LonglagError(
            "--sarif, --annotate, --pdf, --code or --fresh",
            "it is for a paper",
            "name a .tex first",
        )
    from longlag.derivations import DERIVATIONS
    from longlag.theory.transport.product import require_order

    if order is not None:
        require_order(order)
    settings = make_settings(examples, seed, "thorough" if thorough else effort, seconds)
    asked = [*(names or []), *(DERIVATIONS if everything or not names else [])]
    derivations = [d for name in asked for d in find_derivations(name, order)]
    checked = check_all(derivations, settings, jobs=jobs)
    if certificate is not None:
        _write_certificate(certificate, checked)
    if as_json:
        typer.echo(json.dumps([row for result in checked for row in rows(result)], indent=2))
    else:
        _print_table(checked)
    if not all(result.as_expected for result in checked):
        raise typer.Exit(1)


def _check_papers(
    paths: Sequence[Path],
    settings: Settings,
    everything: bool,
    fresh: bool,
    code: bool,
    jobs: int | None,
    as_json: bool,
    sarif_file: Path | None,
    annotate: Path | None,
    pdf: bool,
) -> None:
    """Check papers and tell what was found in every form that is asked for."""
    from longlag.cli.showing.annotated import require_copy, write_annotated
    from longlag.cli.showing.papers import paper_rows, print_paper, sarif
    from longlag.cli.showing.progress import progress
    from longlag.papers import check_paper

    if annotate is not None:
        if len(paths) > 1:
            raise LonglagError(f"--annotate {annotate}", "it copies one paper", "check them apart")
        require_copy(annotate, paths[0])
    elif pdf:
        raise LonglagError("--pdf", "it compiles what --annotate writes", "add --annotate OUT.tex")
    if sarif_file is not None and sarif_file.suffix not in (".sarif", ".json"):
        raise LonglagError(
            f"--sarif {sarif_file}", "the file is a .sarif or a .json", "name such a file"
        )
    papers = [
        check_paper(
            path,
            settings,
            everything=everything,
            fresh=fresh,
            jobs=jobs,
            progress=progress,
            find=partial(find_beside, folder=path.parent, code=code),
        )
        for path in paths
    ]
    if as_json:
        typer.echo(json.dumps([row for paper in papers for row in paper_rows(paper)], indent=2))
    else:
        for paper in papers:
            print_paper(paper)
    if sarif_file is not None:
        write_text(sarif_file, json.dumps(sarif(papers), indent=1) + "\n")
        typer.echo(f"wrote {sarif_file}", err=True)
    if annotate is not None:
        for path in write_annotated(papers[0], annotate, pdf=pdf):
            typer.echo(f"wrote {path}", err=True)
    statuses = [paper.status for paper in papers]
    if any(statuses):
        raise typer.Exit(1 if 1 in statuses else 2)


def _write_certificate(path: Path, results: Sequence[CheckedDerivation]) -> None:
    """Write every cover; ``python -m longlag.theory.verify.reread`` checks them again."""
    covers = [
        {"statement": checked.claim.statement.name, **cover}
        for result in results
        for checked in result.checked
        for cover in checked.verdict.certificate
    ]
    write_text(path, json.dumps({"covers": covers}, indent=1) + "\n")
    boxes = sum(len(cover["boxes"]) for cover in covers)
    typer.echo(f"{path}: {len(covers)} covers, {boxes} boxes", err=True)


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
        **verdict.to_dict(),
        "seconds": round(checked.seconds, 3),
    }


def _steps(checked: CheckedClaim) -> list[tuple[str, Verdict]]:
    """The steps of a claim that is a proof, in words, each with its verdict."""
    from longlag.theory.verify import Proof, Step

    proof = checked.claim.stated.get("proof")
    if not isinstance(proof, Proof) or len(checked.verdict.routes) != len(proof.moves):
        return []
    texts = [
        f"{move.sign} {move.line}"
        if isinstance(move, Step)
        else f"{move.symbol} ↦ {move.expression}"
        for move in proof.moves
    ]
    lines = [f"  {i}. {text}" for i, text in enumerate(texts, 1)]
    return list(zip(lines, checked.verdict.routes, strict=True))


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
            how = f"{checked.verdict.brief()}; {checked.seconds:.2g} s"
            if checked.claim.expected_to_hold is False:
                how = f"(expected to fail) {how}"
            name = f"{result.derivation.name}: {checked.claim.statement.name}"
            colour = _COLOURS[level]
            table.add_row(mark, name, f"[{colour}]{level}[/{colour}]", escape(how))
            for step, found in _steps(checked):
                shade = _COLOURS[str(found.level)]
                told = f"[{shade}]{found.level}[/{shade}]"
                table.add_row("", escape(step), told, escape(found.brief()))
    console = Console(emoji=False)
    console.print(table)
    total = sum(len(result.checked) for result in results)
    verdict = "all as expected" if not unexpected else f"{unexpected} NOT as expected"
    settings = results[0].settings
    console.print(
        f"\n{counted(total, 'claim')}, {verdict}; {settings.examples} examples per check, "
        f"seed {settings.seed}, effort {settings.effort}. --json gives every route.",
        highlight=False,
    )
