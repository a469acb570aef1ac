"""The window's derivation: what holds and what fails, and that each check can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longlag.derivations import get_derivations
from longlag.derivations.window.detection import detection
from longlag.derivations.window.detection_checks import kappa_verdict, simulated
from longlag.derivations.window.figures import exponents, horizons, sample_sizes
from longlag.derivations.window.law import derive_law
from longlag.derivations.window.overview import overview_rows
from longlag.derivations.window.published_exponents import published_exponents
from longlag.theory.estimators.concentration import PUBLISHED_KAPPA
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.statement import Level, Settings
from longlag.theory.window.displayed import WindowFormulas, window_formulas
from longlag.theory.window.window import LearnabilityWindow

FEW = Settings(examples=2)
EARLY, LATE = (PUBLISHED_KAPPA[name].kappa for name in PUBLISHED_KAPPA)
SIMPLE = ("polynomial", "exponential", "shifted_polynomial")


class TestConcentration:
    def test_every_line_is_as_expected(self) -> None:
        checked = detection().check(FEW)
        assert checked.as_expected
        assert all(each.claim.expected_to_hold for each in checked.checked)
        assert checked.verdict("error_levels").level is Level.MEASURED


class TestPublishedExponents:
    def test_what_survives_and_what_does_not(self) -> None:
        checked = published_exponents().check(FEW)
        assert checked.as_expected
        failing = [c.claim.statement.name for c in checked.checked if not c.verdict.holds]
        assert failing == [
            "versions_1_2",
            "versions_1_2_any_test",
            "versions_1_2_compression",
            "versions_3_any_estimator",
        ]

    @pytest.mark.parametrize("seed", range(3))
    def test_the_exponent_alpha_is_refuted_with_its_numbers(self, seed: int) -> None:
        settings = Settings(seed=seed)
        verdict = kappa_verdict(settings, estimator="mean", kappa=EARLY)
        assert verdict.level is Level.REFUTED
        assert verdict.seed == seed
        for part in ("α = 1.5", "says κ = 1.5", "N = 256 to 4096", "replicates"):
            assert part in verdict.counterexample
        assert simulated("mean", seed).kappa == pytest.approx(3, abs=0.4)


class TestLaws:
    @pytest.mark.parametrize("name", ["sample_size", "horizon", "growth", "local_exponent"])
    def test_what_is_displayed_is_what_is_judged(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def altered(window: LearnabilityWindow) -> WindowFormulas:
            shown = window_formulas(window)
            field = {name: 3 * getattr(shown, name) / 2}
            return replace(shown, **field)

        monkeypatch.setattr("longlag.derivations.window.law.window_formulas", altered)
        checked = derive_law(LAWS["exponential"]).check(FEW)
        refuted = [c.claim.statement.name for c in checked.checked if not c.verdict.holds]
        assert refuted == [name]

    def test_a_toy_law_gets_a_section_and_a_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        toy = DecayLaw("toy", 1 / (1 + ell**2 / positive("width")))
        registered = dict(LAWS._items)
        monkeypatch.setattr(LAWS, "_items", {**registered, "toy": toy})
        names = [section.name for section in get_derivations("learnability_window")]
        assert names[-1] == "window_toy"
        assert overview_rows(FEW)[-1][0] == "toy"
        assert derive_law(toy).check(FEW).as_expected


def test_the_overview_has_a_row_per_law_and_no_sympy_spelling() -> None:
    rows = overview_rows(FEW)
    assert [row[0].replace(" ", "_") for row in rows] == list(LAWS)
    assert all(len(row) == 5 for row in rows)
    assert not any(r"\log" in cell for row in rows for cell in row)


def test_the_figures_show_every_law_and_three_exponents() -> None:
    names = {name.replace("_", " ") for name in LAWS}
    (axes,) = sample_sizes(FEW).axes
    assert {line.get_label() for line in axes.lines} == names
    (axes,) = horizons(FEW).axes
    assert {line.get_label() for line in axes.lines} == names - {"constant"}
    (axes,) = exponents(FEW).axes
    labels = axes.get_legend_handles_labels()[1]
    assert len(labels) == 5
    assert sum("kappa" in label for label in labels) == 3


def test_sections_have_distinct_names() -> None:
    sections = get_derivations("learnability_window")
    assert len({section.name for section in sections}) == len(sections)
