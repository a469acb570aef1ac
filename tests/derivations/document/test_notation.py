"""A document's table of symbols: no letter has two meanings unless it names its sections."""

from __future__ import annotations

import pytest

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.document.outline import merged_notation
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


@pytest.mark.parametrize("name", ["one", "all"])
def test_every_document_of_the_registry_is_unambiguous(name: str) -> None:
    documents = [[d] for d in DERIVATIONS] if name == "one" else [list(DERIVATIONS)]
    for document in documents:
        glossaries = [d.glossary for chapter in document for d in get_derivations(chapter)]
        meanings: dict[str, set[str]] = {}
        for line in merged_notation(glossaries):
            for letter in line.letters:
                meanings.setdefault(letter, set()).add(line.meaning)
        for letter, told in meanings.items():
            assert len(told) == 1 or all("(section" in meaning for meaning in told), letter
