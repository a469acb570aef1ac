"""``longlag report``: the whole workbench's result as one HTML page and one PDF."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag.cli.reading.notation import NotationOption, WidthOption, read_notation
from longlag.cli.reading.places import place_to_write
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.numbers import counted
from longlag.cli.showing.progress import progress
from longlag.files import write_text
from longlag.theory.errors import LonglagError
from longlag.theory.statement import CheckedDerivation, Derivation, Settings

if TYPE_CHECKING:
    from longlag.sections import Finished
    from longlag.verdict_cache import VerdictCache

_TITLE = "longlag: derived and checked"
#: What a page of longlag says of itself, in so many of its first bytes.
_GENERATOR, _HEAD = b'name="generator" content="longlag', 2000

EXAMPLES = ("longlag report", "longlag report -o pages --jobs 1")


def report(
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write to.", callback=place_to_write)
    ] = Path("report"),
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Check everything again.")] = False,
    jobs: Annotated[
        int | None, typer.Option(help="Processes; one for each processor by default.")
    ] = None,
    notation: NotationOption = None,
    width: WidthOption = None,
) -> None:
    """Derive every cell, run every check, write one page and one PDF.

    Verdicts, tables and figures are reused where nothing that they depend on has changed.
    """
    settings = make_settings(examples, seed)
    if jobs is not None and jobs < 1:
        raise LonglagError(f"--jobs {jobs}", "it counts processes", "give 1 or more")
    if folder.exists() and not folder.is_dir():
        raise LonglagError(
            f"output {str(folder)!r}", "the report is a folder, and this is a file", "name a folder"
        )
    with read_notation(notation, width):
        _report(folder, settings, fresh=fresh, jobs=jobs)


def _report(folder: Path, settings: Settings, *, fresh: bool, jobs: int | None) -> None:
    _require_own(folder)
    # Before the work, so that a folder that cannot be written costs no time.
    write_text(folder / ".gitignore", "*\n")

    from longlag.sections import available_processors
    from longlag.verdict_cache import VerdictCache

    written = [folder / "index.html", folder / "longlag.tex"]
    if shutil.which("pdflatex"):
        written.append(folder / "longlag.pdf")
    cache = VerdictCache(folder / ".verdicts.json", settings, fresh=fresh)
    if cache.other_version is not None:
        typer.echo(
            f"{folder} holds a report of longlag {cache.other_version}: nothing of it is reused",
            err=True,
        )
    summary = cache.summary()
    current = summary is not None and all(path.is_file() for path in written)
    if summary is None or not current:
        if len(written) == 2:
            # One of an earlier run would stand beside a page that it does not belong to.
            (folder / "longlag.pdf").unlink(missing_ok=True)
        summary = _make(folder, cache, written, jobs or available_processors())
    for path in written:
        typer.echo(f"{'unchanged' if current else 'wrote'} {path}")
    if len(written) == 2:
        from longlag.derivations.document.pdf import PACKAGES

        typer.echo(f"no PDF: pdflatex is not installed; install {PACKAGES}", err=True)
    total, unexpected = summary
    outcome = f"NOT as expected: {', '.join(unexpected)}" if unexpected else "all as expected"
    typer.echo(f"{counted(total, 'claim')}, {outcome}")
    if unexpected:
        raise typer.Exit(1)


def _require_own(folder: Path) -> None:
    """Refuse a folder whose page somebody else wrote: it would be gone."""
    page = folder / "index.html"
    if page.is_file() and _GENERATOR not in page.read_bytes()[:_HEAD]:
        raise LonglagError(
            f"output {str(folder)!r}",
            "its index.html was not written by longlag, and would be replaced",
            "name another folder",
        )


def _make(
    folder: Path, cache: VerdictCache, written: Sequence[Path], jobs: int
) -> tuple[int, list[str]]:
    """Finish every section and write the documents; return the claims and the unexpected ones."""
    from longlag.cli.reading.objects import find_derivations
    from longlag.derivations.chapters import chapters
    from longlag.derivations.document import Theme, outline, write
    from longlag.sections import run_all

    _say("deriving")
    derivations: list[Derivation] = []
    themes = []
    for chapter in chapters():
        found = [d for name in chapter.derivations for d in find_derivations(name)]
        themes.append(Theme(chapter.title, chapter.lead, len(found)))
        derivations += found
    finished = dict(_finished(derivations, folder / ".figures", cache, jobs))
    checked = [
        finished[place].of(derivation, cache.settings)
        for place, derivation in enumerate(derivations)
    ]
    document = outline(checked, title=_TITLE, themes=themes)
    keys = [each.key for each in document.illustrations]
    stems = [stem for place in range(len(derivations)) for stem in finished[place].figures]
    drawn = dict(zip(keys, stems, strict=True))
    work = [
        partial(
            write, checked, path.suffix.lstrip("."), path, title=_TITLE, themes=themes, drawn=drawn
        )
        for path in written
    ]
    for _, path in run_all(work, jobs=jobs):
        _say(f"wrote {path}")
    summary = sum(len(each.checked) for each in checked), list(_unexpected(checked))
    cache.complete(*summary)
    return summary


def _finished(
    derivations: Sequence[Derivation], figures: Path, cache: VerdictCache, jobs: int
) -> Iterator[tuple[int, Finished]]:
    """Every section with its place: what is remembered first, then what is done now."""
    from longlag.sections import finish, run_all

    pending = []
    for place, derivation in enumerate(derivations):
        known = cache.recall(derivation)
        if known is None:
            pending.append(place)
        else:
            yield place, known
    if len(pending) < len(derivations):
        _say(f"{len(derivations) - len(pending)} of {len(derivations)} sections are unchanged")
    figures.mkdir(exist_ok=True)
    work = [partial(finish, derivations[place], cache.settings, figures) for place in pending]
    with progress(sum(len(derivations[place].claims) for place in pending)) as advance:
        for number, found in run_all(work, jobs=jobs):
            place = pending[number]
            derivation = derivations[place]
            cache.keep(derivation, found)
            count = len(derivation.claims)
            _say(f"{derivation.name:<32} {count:3} claims {found.seconds:7.1f} s")
            for _ in derivation.claims:
                advance(derivation.name)
            yield place, found


def _unexpected(checked: Sequence[CheckedDerivation]) -> Iterator[str]:
    for result in checked:
        for one in result.checked:
            if not one.as_expected:
                yield f"{result.derivation.name}: {one.claim.statement.name}"


def _say(line: str) -> None:
    """Tell what is being done where no progress bar is seen."""
    if not sys.stderr.isatty():
        typer.echo(line, err=True)
