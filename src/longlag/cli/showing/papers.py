"""What was found in a paper, as lines for a person, as JSON, and as SARIF for editors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from longlag import __version__
from longlag.cli.showing.numbers import counted
from longlag.papers import CheckedPaper, Finding

COLOURS = {
    "proved": "green",
    "certified": "green",
    "computed": "cyan",
    "refuted": "red",
    "undecided": "yellow",
    "unreadable": "red",
}
#: What an editor makes of a level: its kind, and how grave it is.
_GRAVITY = {
    "refuted": ("fail", "error"),
    "unreadable": ("fail", "error"),
    "undecided": ("review", "warning"),
}
_RULES = {
    "proved": "It holds on the whole domain, by an argument.",
    "certified": "It holds on the whole domain, enclosed in balls.",
    "computed": "A search did not break it; nothing shows that it holds.",
    "refuted": "It fails at the numbers that are told.",
    "undecided": "Neither shown nor broken.",
    "unreadable": "It cannot be read; the message tells the remedy.",
}


def print_paper(paper: CheckedPaper) -> None:
    """Print a line for each relation, and a summary."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True, highlight=False, emoji=False)
    for finding in paper.findings:
        colour = COLOURS[finding.level]
        console.print(
            f"{escape(where(paper, finding))}{_shown_label(finding)}  {finding.sign or '-'}"
            f"  [{colour}]{finding.level}[/{colour}]  {finding.seconds:.2g} s  "
            f"{escape(finding.message)}"
        )
        if finding.level in ("refuted", "undecided"):
            console.print(f"    {escape(finding.text)}")
    console.print(f"\n{summary(paper)}")


def _shown_label(finding: Finding) -> str:
    return f"  ({finding.label})" if finding.label else ""


def where(paper: CheckedPaper, finding: Finding) -> str:
    """Return file, line and column of a relation, from the folder that one is in."""
    place = finding.place
    return f"{paper.path.parent / place.file}:{place.line}:{place.column}"


def summary(paper: CheckedPaper) -> str:
    """Return how many relations have which verdict, and how long that took."""
    known = sum(finding.remembered for finding in paper.findings)
    of_before = f", {known} of them as they were" if known else ""
    return f"{paper.path}: {tally(paper)}; {paper.seconds:.1f} s{of_before}"


def tally(paper: CheckedPaper) -> str:
    """Return how many relations have which verdict."""
    counts = ", ".join(f"{count} {level}" for level in COLOURS if (count := paper.count(level)) > 0)
    relations = counted(len(paper.findings), "relation")
    return f"{relations} of {counted(paper.displays, 'display')}: {counts}"


def paper_rows(paper: CheckedPaper) -> list[dict[str, Any]]:
    """Return what was found as plain data."""
    return [_row(paper, finding) for finding in paper.findings]


def _row(paper: CheckedPaper, finding: Finding) -> dict[str, Any]:
    verdict = finding.verdict
    facts = {} if verdict is None else asdict(verdict)
    for left_out in ("routes", "certificate", "level"):
        facts.pop(left_out, None)
    return {
        "file": str(paper.path.parent / finding.place.file),
        "line": finding.place.line,
        "column": finding.place.column,
        "label": finding.label,
        "relation": finding.text,
        "sign": finding.sign,
        "reason": finding.reason,
        "level": finding.level,
        "message": finding.message,
        **facts,
        "seconds": round(finding.seconds, 3),
        "remembered": finding.remembered,
    }


def sarif(papers: list[CheckedPaper]) -> dict[str, Any]:
    """Return what was found in the format of editors and code hosts, SARIF 2.1.0."""
    driver = {
        "name": "longlag",
        "version": __version__,
        "rules": [
            {"id": level, "shortDescription": {"text": text}} for level, text in _RULES.items()
        ],
    }
    results = [result for paper in papers for result in _results(paper)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return {"$schema": schema, "version": "2.1.0", "runs": [run]}


def _results(paper: CheckedPaper) -> Iterator[dict[str, Any]]:
    for finding in paper.findings:
        kind, level = _GRAVITY.get(finding.level, ("pass", "none"))
        said = f"{finding.text}: " if finding.text else ""
        uri = quote((paper.path.parent / finding.place.file).as_posix())
        if Path(finding.place.file).is_absolute() or paper.path.is_absolute():
            uri = "file://" + uri
        region = {"startLine": finding.place.line, "startColumn": finding.place.column}
        location = {"artifactLocation": {"uri": uri}, "region": region}
        yield {
            "ruleId": finding.level,
            "ruleIndex": list(_RULES).index(finding.level),
            "kind": kind,
            "level": level,
            "message": {"text": f"{said}{finding.level}: {finding.message}"},
            "locations": [{"physicalLocation": location}],
        }


__all__ = ["COLOURS", "paper_rows", "print_paper", "sarif", "summary", "tally", "where"]
