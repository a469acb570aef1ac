"""Words with TeX between dollar signs as nodes of a page, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

from longlag.derivations.document.prose import RunKind, runs


def words(text: str) -> list[nodes.Node]:
    """Return a text as nodes: words, mathematics, code."""
    found: list[nodes.Node] = []
    for run in runs(text):
        if run.kind is RunKind.MATH:
            found.append(nodes.math(run.text, run.text))
        elif run.kind is RunKind.CODE:
            found.append(nodes.literal(run.text, run.text))
        else:
            found.append(nodes.Text(run.text))
    return found


def paragraph(text: str, *classes: str) -> nodes.paragraph:
    """Return a text as a paragraph."""
    return nodes.paragraph("", "", *words(text), classes=list(classes))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Sequence[nodes.Node]]], *classes: str
) -> nodes.table:
    """Return a table.

    Args:
        columns: its heads, in words.
        rows: each as long; an entry is words, or nodes that stand in a paragraph.
        classes: for the style sheet.
    """
    group = nodes.tgroup(cols=len(columns))
    group += [nodes.colspec(colwidth=1) for _ in columns]
    group += nodes.thead("", _row(columns))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["longlag", *classes])


def _row(entries: Sequence[str | Sequence[nodes.Node]]) -> nodes.row:
    row = nodes.row()
    for each in entries:
        inside = words(each) if isinstance(each, str) else list(each)
        row += nodes.entry("", nodes.paragraph("", "", *inside))
    return row
