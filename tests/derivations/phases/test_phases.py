"""The chapter on phases: every phase as said, every wrong version not."""

from __future__ import annotations

import pytest
from sympy import Integer, Rational

from longlag.derivations import get_derivations
from longlag.derivations.phases.chapter import derive_family
from longlag.derivations.phases.checks import diagram_of, map_of
from longlag.derivations.phases.figures import draw_map
from longlag.theory.phases import FAMILIES
from longlag.theory.phases.catalogue import weibull_biases
from longlag.theory.phases.certified import Rectangle
from longlag.theory.statement import Claim, Level, Settings

CLAIMS = {
    f"{section.name}/{claim.statement.name}": claim
    for section in get_derivations("phases")
    for claim in section.claims
}
RECTANGLE = Rectangle(
    ((weibull_biases.k, Rational(1, 2), Integer(2)), (weibull_biases.s, Rational(1, 2), Integer(2)))
)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_holds_and_its_wrong_versions_do_not(name: str) -> None:
    claim: Claim = CLAIMS[name]
    assert claim.judge(Settings()).holds
    assert claim.wrong
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words


def test_every_family_has_a_section_with_all_of_its_phases() -> None:
    for name, family in FAMILIES.items():
        told = [phase for phase in diagram_of(family).phases if phase.growth is not None]
        claims = {key for key in CLAIMS if key.startswith(f"phases_{name}/phase_")}
        assert len(claims) == len(told)


def test_the_map_names_the_classes_that_it_shows() -> None:
    family = FAMILIES["weibull_biases"]
    figure = draw_map(diagram_of(family), map_of(family, RECTANGLE))
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert [label.split(":")[0] for label in labels] == ["subpolynomial", "quasi-polynomial"]
    assert all(text.get_fontsize() >= 8 for text in legend.get_texts())


def test_a_section_of_ones_own_has_no_map_without_a_rectangle() -> None:
    section = derive_family(FAMILIES["ring"])
    assert {claim.statement.name for claim in section.claims} == {
        "phase_1",
        "phase_2",
        "phase_3",
        "phase_4",
        "cover",
    }
