r"""The table of symbols of a document or of a chapter: no letter has two meanings unnoticed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from longlag.theory.notation import Entry, Glossary

#: The argument or the time behind a letter, which make no other letter of it.
_APPLIED = re.compile(r"\((?:\\ell|t|\\cdot)\)$|_(?:t|\{t(?:,\s*\\ell)?\})$")


def merged_notation(glossaries: Sequence[Glossary], chapter: str = "") -> tuple[Entry, ...]:
    """Join the tables of symbols of a document's sections.

    Args:
        glossaries: one for each section, in order; the sections are counted from 1.
        chapter: the number of the chapter whose sections they are, if any.

    Returns:
        Every line once. Where a letter has several meanings, each of its lines names the sections
        that it holds for.
    """
    sections: dict[Entry, list[int]] = {}
    for number, glossary in enumerate(glossaries, start=1):
        for line in glossary.notation:
            sections.setdefault(line, []).append(number)
    meanings: dict[str, set[str]] = {}
    for line in sections:
        for letter in line.letters:
            meanings.setdefault(bare_letter(letter), set()).add(line.meaning)
    return tuple(
        replace(line, meaning=f"{line.meaning} ({_sections(numbers, chapter)})")
        if any(len(meanings[bare_letter(letter)]) > 1 for letter in line.letters)
        else line
        for line, numbers in sections.items()
    )


def bare_letter(tex: str) -> str:
    r"""Return a letter without the lag or the time that it is taken at.

    >>> bare_letter(r"f(\ell)"), bare_letter("J_t"), bare_letter("H_N")
    ('f', 'J', 'H_N')
    """
    return _APPLIED.sub("", tex)


def _sections(numbers: Sequence[int], chapter: str) -> str:
    """Sections in words, runs of them by their ends.

    >>> _sections([1, 2, 3, 7], "")
    'sections 1–3, 7'
    >>> _sections([2], "4")
    'section 4.2'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    before = f"{chapter}." if chapter else ""
    ends = [[f"{before}{number}" for number in (run[0], run[-1])] for run in runs]
    words = ["–".join(dict.fromkeys(pair)) for pair in ends]
    return ("section " if len(numbers) == 1 else "sections ") + ", ".join(words)


__all__ = ["bare_letter", "merged_notation"]
