"""From spectra to windows: each line can fail, and what is published and fails stays refuted."""

from __future__ import annotations

import pytest

from longlag.derivations import get_derivations
from longlag.derivations.spectra.heterogeneity import heterogeneity, spectra_figure
from longlag.derivations.spectra.laws import (
    ROUTES,
    slowest_rate_growth,
    spectrum_section,
    two_time_scales,
)
from longlag.derivations.window.law_checks import growth_verdict
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.spectrum import envelope_of, law_of
from longlag.theory.statement import Level, Settings

FEW = Settings(examples=1)
BY_NAME = {route.spectrum: route for route in ROUTES}
b, theta = positive("b"), positive("theta")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_section_leads_from_the_density_to_the_window(name: str) -> None:
    names = [claim.statement.name for claim in spectrum_section(BY_NAME[name]).claims]
    assert names[0] == "density"
    assert {"envelope", "asymptote"} & set(names)
    assert names[-4:] == ["sample_size", "horizon", "growth", "local_exponent"]


def test_two_time_scales_and_heterogeneity() -> None:
    assert two_time_scales().check(FEW).as_expected
    checked = heterogeneity().check(FEW)
    assert checked.as_expected
    failing = [each.claim.statement.name for each in checked.checked if not each.verdict.holds]
    assert failing == ["published_reading"]
    assert "h = " in checked.verdict("published_reading").counterexample


def test_the_slowest_rate_decides_the_growth() -> None:
    spectrum, route = SPECTRA["log_uniform_rates"], BY_NAME["log_uniform_rates"]
    growth = slowest_rate_growth(spectrum)
    assert growth is not None
    law = law_of(spectrum)
    domains = {symbol: route.domains[symbol.name] for symbol in law.parameters}
    law = type(law)(law.name, law.envelope, domains)
    assert growth_verdict(FEW, law=law, growth=growth).level is Level.COMPUTED
    a, B = (positive(name) for name in "aB")
    wrong = type(growth)(growth.kind, growth.depth, growth.leading.subs(a, B))
    assert growth_verdict(FEW, law=law, growth=wrong).level is Level.REFUTED


def test_the_figure_shows_densities_and_envelopes() -> None:
    left, right = spectra_figure(FEW).axes
    assert len(left.lines) == 3
    assert len(right.lines) == 4
    single = right.lines[0].get_ydata()
    for line in right.lines[1:]:
        assert (line.get_ydata() >= single * (1 - 1e-9)).all(), "Jensen's inequality"


def test_sections_have_distinct_names() -> None:
    names = [section.name for section in get_derivations("spectra")]
    assert len(set(names)) == len(names) == len(ROUTES) + 2
    assert envelope_of(SPECTRA["gamma_rates"]) == (1 + theta * ell) ** -b
