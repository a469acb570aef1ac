"""The derivation of a cell with axes: it is told of the entries of arrays, and names their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longlag.theory.cells.cell import Cell
from longlag.theory.language.letters import fixed_meaning, fixed_tex
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.notation import TRANSPORT, Entry, Glossary
from longlag.theory.statement import Claim, Figure, Item, Text


def by_entries(item: Item) -> Item:
    """Return what is told of neurons, told of the entries of arrays.

    Args:
        item: of the derivation of a cell with axes.
    """
    if isinstance(item, Figure):
        return replace(item, caption=_of_entries(item.caption))
    if isinstance(item, (Claim, Text)):
        return replace(item, text=_of_entries(item.text), title=_of_entries(item.title))
    return item


def _of_entries(text: str) -> str:
    plural = text.replace("neurons", "entries").replace("a neuron", "an entry")
    return plural.replace("neuron", "entry")


def with_sums(cell: Cell, items: Sequence[Item]) -> Glossary:
    """Return the table of a transport, with the sums and spreads that displays hold.

    Args:
        cell: with axes.
        items: of its derivation.
    """
    shown = "".join(item.statement.tex for item in items if isinstance(item, Claim))
    weights = [node.weight for node in cell.graph.maps if isinstance(node.weight, FixedWeight)]
    fixed = {fixed_tex(weight): fixed_meaning(weight) for weight in weights}
    lines = [replace(line, meaning=_of_entries(line.meaning)) for line in TRANSPORT.notation]
    lines += [Entry(tex, meaning) for tex, meaning in sorted(fixed.items()) if tex in shown]
    return replace(TRANSPORT, notation=tuple(lines))


__all__ = ["by_entries", "with_sums"]
