"""The index of a document: every claim once, by name, with where it stands and its verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from longlag.derivations.document.blocks import Equation, Section


@dataclass(frozen=True)
class IndexEntry:
    """A line of the index.

    Args:
        words: what the claim is called, in words with TeX; with its section where several bear
            the name.
        section: where it stands.
        equation: with its number, its verdict and where links lead.
    """

    words: str
    section: Section
    equation: Equation


def index_of(sections: Iterable[Section]) -> tuple[IndexEntry, ...]:
    """Return every claim of sections, by name and then in reading order.

    Args:
        sections: of a document.
    """
    found = [(section, equation) for section in sections for equation in section.equations]
    times = Counter(equation.called for _, equation in found)
    entries = [
        IndexEntry(
            equation.called + (f": {section.title}" if times[equation.called] > 1 else ""),
            section,
            equation,
        )
        for section, equation in found
    ]
    return tuple(sorted(entries, key=lambda each: (_key(each.words), each.equation.number)))


def _key(words: str) -> str:
    """The letters by which a name is sorted: not its signs, nor the commands of its TeX.

    >>> _key(r"$\\mu$-rates, first")
    'rates first'
    """
    bare = re.sub(r"\\[A-Za-z]*|[^A-Za-z0-9 \\]+", " ", words)
    return " ".join(bare.split()).lower()


__all__ = ["IndexEntry", "index_of"]
