"""``longlag report``: the whole workbench's result as one HTML page and one PDF."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.progress import check_one, progress
from longlag.files import write_text
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Figure
from longlag.verdict_cache import VerdictCache


def report(
    folder: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")] = Path(
        "report"
    ),
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Check everything again.")] = False,
) -> None:
    """Derive every cell, run every check, write one page and one PDF.

    Verdicts are reused where neither the derivation nor the package has changed.
    """
    settings = make_settings(examples, seed)
    if folder.exists() and not folder.is_dir():
        raise LonglagError(
            f"output {str(folder)!r}", "the report is a folder, and this is a file", "name a folder"
        )
    # Before the work, so that a folder that cannot be written costs no time.
    write_text(folder / ".gitignore", "*\n")

    from longlag.cli.reading.objects import find_derivations
    from longlag.derivations import DERIVATIONS
    from longlag.derivations.document import draw, write

    derivations = [d for name in DERIVATIONS for d in find_derivations(name)]
    cache = VerdictCache(folder / ".verdicts.json", settings, fresh=fresh)
    checked = []
    claims = sum(len(derivation.claims) for derivation in derivations)
    figures = sum(isinstance(item, Figure) for d in derivations for item in d.items)
    written = [folder / "index.html", folder / "longlag.tex"]
    if shutil.which("pdflatex"):
        written.append(folder / "longlag.pdf")
    with progress(claims + figures + len(written)) as advance:
        for derivation in derivations:
            result = cache.recall(derivation)
            if result is None:
                result = check_one(derivation, settings, advance)
                cache.keep(result)
                cache.save()
            else:
                for _ in derivation.claims:
                    advance(f"{derivation.name}: unchanged")
            checked.append(result)
        # The documents follow from the verdicts and the package, which the cache both knows.
        current = cache.complete and all(path.is_file() for path in written)
        if not current:
            drawn = {}
            for key, figure in draw(checked):
                drawn[key] = figure
                advance(key)
            for path in written:
                kind = path.suffix.lstrip(".")
                write(checked, kind, path, title="longlag: derived and checked", drawn=drawn)
                advance(path.name)
    cache.save(complete=True)
    for path in written:
        typer.echo(f"{'unchanged' if current else 'wrote'} {path}")
    if len(written) == 2:
        from longlag.derivations.document.pdf import PACKAGES

        typer.echo(f"no PDF: pdflatex is not installed; install {PACKAGES}", err=True)
    total = sum(len(result.checked) for result in checked)
    unexpected = [
        f"{result.derivation.name}: {one.claim.statement.name}"
        for result in checked
        for one in result.checked
        if not one.as_expected
    ]
    outcome = f"NOT as expected: {', '.join(unexpected)}" if unexpected else "all as expected"
    typer.echo(f"{total} claims, {outcome}")
    if unexpected:
        raise typer.Exit(1)
