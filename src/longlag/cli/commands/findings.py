"""``longlag findings``: every published sentence that was judged, and what is new here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag.cli.reading.completion import names_of
from longlag.cli.reading.objects import find_derivations
from longlag.cli.reading.settings import make_settings
from longlag.cli.showing.progress import check_all
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from longlag.derivations.document.findings import JudgedSentence

EXAMPLES = ("longlag findings", "longlag findings stability")


def findings(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Derivations; all registered ones without any.",
            autocompletion=names_of("derivations"),
        ),
    ] = None,
    paper: Annotated[
        str | None, typer.Option(help="Of this paper alone, such as 2512.05790.")
    ] = None,
    report: Annotated[
        Path, typer.Option(help="Folder of a report, whose verdicts are used where they hold.")
    ] = Path("report"),
    examples: Annotated[int, typer.Option(help="Random networks per check.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the random networks.")] = 0,
) -> None:
    """Tell what holds and what does not of published sentences, by paper; ours apart from them."""
    from longlag.derivations import DERIVATIONS
    from longlag.derivations.document.findings import count_sentences, judged_papers, new_results
    from longlag.derivations.document.outline import outline
    from longlag.verdict_cache import VerdictCache

    settings = make_settings(examples, seed)
    cache = VerdictCache(report / ".verdicts.json", settings)
    derivations = [d for name in names or DERIVATIONS for d in find_derivations(name)]
    known = {place: cache.recall(each) for place, each in enumerate(derivations)}
    pending = [derivations[place] for place, found in known.items() if found is None]
    judged = iter(check_all(pending, settings))
    checked = [
        next(judged) if found is None else found.of(derivations[place], settings)
        for place, found in known.items()
    ]
    equations = outline(checked, title="findings").equations
    papers = [each for each in judged_papers(equations) if paper is None or paper in each.name]
    if paper is not None and not papers:
        raise LonglagError(
            f"--paper {paper}",
            "no sentence of it is judged",
            f"choose one of {', '.join(each.name for each in judged_papers(equations))}",
        )
    typer.echo(count_sentences(papers))
    for each in papers:
        typer.echo(f"\n{each.name}: {_counts(each.sentences)}")
        _tell(each.sentences)
    new = new_results(equations) if paper is None else ()
    if new:
        typer.echo(f"\nnew here, as far as we know: {_counts(new)}")
        _tell(new)


def _counts(sentences: tuple[JudgedSentence, ...]) -> str:
    from longlag.derivations.document.document import describe_counts

    return describe_counts(Counter(sentence.level for sentence in sentences))


def _tell(sentences: tuple[JudgedSentence, ...]) -> None:
    from longlag.cli.showing.words import in_terminal

    for sentence in sentences:
        anchors = ", ".join(equation.anchor for equation in sentence.shown)
        typer.echo(f"  {sentence.level!s:<9} {in_terminal(sentence.told)}")
        typer.echo(f"            {in_terminal(sentence.decides)}  [{anchors}]")
