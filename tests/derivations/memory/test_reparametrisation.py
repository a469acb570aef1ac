"""Stable reparametrisation: every claim is as expected, and its wrong version is refuted."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure as Canvas

from longlag.derivations.document import write
from longlag.derivations.memory import reparametrisation_training as training
from longlag.derivations.memory.reparametrisation import derivation, map_rows
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS
from longlag.theory.statement import Figure, Level, Settings, Table

pytestmark = pytest.mark.slow
SETTINGS = Settings(examples=3)


@pytest.fixture(scope="module")
def checked():  # type: ignore[no-untyped-def]
    return derivation().check(SETTINGS)


def test_symbolic_claims_are_proved(checked) -> None:  # type: ignore[no-untyped-def]
    proved = {c.claim.statement.name for c in checked.checked if c.verdict.level is Level.PROVED}
    assert proved >= {
        "memory_function",
        "distance",
        "modulus_exponential",
        "modulus_softplus",
        "modulus_rational",
        "unit_sensitivity",
        "scales",
        "balanced",
        "sampled_scale",
        "white_noise",
    }


def test_what_does_not_survive_is_named(checked) -> None:  # type: ignore[no-untyped-def]
    refuted = {c.claim.statement.name for c in checked.checked if not c.verdict.holds}
    assert refuted == {
        "long_memory_direct",
        "published_discrete_scale",
        "best_discrete_least",
        "orthogonal_plateau",
        "map_as_remedy",
        "direct_training",
    }


def test_a_map_is_no_remedy_of_the_plateau_and_a_slow_unit_is() -> None:
    for slowest, mended in ((None, False), (0.2, True)):
        verdict = training.remedy_verdict(SETTINGS, name="exponential", slowest=slowest)
        assert verdict.holds == mended


def test_the_slope_of_the_plateau_falls_with_the_slowest_rate() -> None:
    slopes = [training.delayed_slope(SETTINGS.seed, slowest) for slowest in (None, 0.5, 0.2)]
    assert slopes[0] > slopes[1] > slopes[2] > 0


def test_tables_have_their_rows() -> None:
    tables = [item for item in derivation().items if isinstance(item, Table)]
    assert [row[0] for row in map_rows(SETTINGS)] == list(REPARAMETRISATIONS)
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows(SETTINGS))


def test_the_document_is_written(checked, tmp_path) -> None:  # type: ignore[no-untyped-def]
    figures = {item.name for item in derivation().items if isinstance(item, Figure)}
    drawn = {f"stable_reparametrisation--{name}": Canvas() for name in figures}
    text = write([checked], "md", tmp_path / "one.md", title="One", drawn=drawn).read_text()
    assert all(f"stable_reparametrisation--{name}" in text for name in figures)


def test_figures_are_drawn() -> None:
    for item in derivation().items:
        if isinstance(item, Figure):
            assert item.draw(Settings(examples=1)).axes
