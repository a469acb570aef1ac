"""A document's table of symbols: no letter has two meanings unless it names its sections."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.chapters import chapters
from longlag.derivations.document.glossary import bare_letter, merged_notation
from longlag.theory.notation import Entry, Glossary

TAU = Glossary("", (Entry(r"\tau,\ \eta", "a time scale and a step size"), Entry("N", "samples")))
STEPS = Glossary("", (Entry(r"\tau", "steps of descent"), Entry("N", "samples")))


def test_a_letter_with_two_meanings_names_its_sections() -> None:
    found = {line.meaning for line in merged_notation([TAU, STEPS, STEPS, TAU, TAU])}
    assert found == {
        "a time scale and a step size (sections 1, 4–5)",
        "steps of descent (sections 2–3)",
        "samples",
    }


def test_the_lag_that_a_letter_is_taken_at_makes_no_other_letter() -> None:
    taken = Glossary("", (Entry(r"f(\ell)", "an envelope"),))
    bare = Glossary("", (Entry("f", "a frequency"),))
    found = [line.meaning for line in merged_notation([taken, bare], "3")]
    assert found == ["an envelope (section 3.1)", "a frequency (section 3.2)"]


def ambiguous(lines: Iterable[Entry]) -> list[str]:
    """The letters with several meanings, one of which does not say where it holds."""
    meanings: dict[str, set[str]] = {}
    for line in lines:
        for letter in line.letters:
            meanings.setdefault(bare_letter(letter), set()).add(line.meaning)
    return [
        letter
        for letter, told in meanings.items()
        if len(told) > 1 and not all("(section" in meaning for meaning in told)
    ]


@pytest.mark.parametrize("name", DERIVATIONS)
def test_no_letter_of_a_derivation_has_two_meanings_unnoticed(name: str) -> None:
    assert not ambiguous(merged_notation([d.glossary for d in get_derivations(name)]))


def test_no_letter_of_a_chapter_has_two_meanings_unnoticed() -> None:
    for number, chapter in enumerate(chapters(), start=1):
        found = [d.glossary for name in chapter.derivations for d in get_derivations(name)]
        assert not ambiguous(merged_notation(found, str(number))), chapter.title


def test_a_line_that_names_no_section_would_be_noticed() -> None:
    assert ambiguous([*TAU.notation, *STEPS.notation]) == [r"\tau"]


def test_every_derivation_stands_in_one_chapter() -> None:
    placed = [name for chapter in chapters() for name in chapter.derivations]
    assert sorted(placed) == sorted(DERIVATIONS)
